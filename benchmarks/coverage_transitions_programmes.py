"""How often 95 % intervals of programme effects and returns hold the truth, in samples drawn.

    python -m benchmarks.coverage_transitions_programmes [DRAWS]

Synthetic. Prints one line an estimator: share covered with its Monte Carlo error, mean standard
error over the spread of the estimates (1 where errors are right), bias over the spread, and the
plain difference's bias over the same spread.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

import skillsfc as sf

SIZE = 500
EFFECT = 0.5  # at x = 0; it rises with x, so that ATT and ATE differ


def logit(value: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-value))


def people(rng: np.random.Generator, size: int = SIZE) -> pd.DataFrame:
    """Draw persons, with each one's expected gain."""
    x, z = rng.normal(size=size), rng.normal(size=size)
    chance = logit(-0.3 + 0.7 * x - 0.5 * z)
    treated = rng.random(size) < chance
    gain = EFFECT + 0.4 * x
    outcome = 1 + x + 0.7 * z + gain * treated + rng.normal(size=size)
    return pd.DataFrame({"x": x, "z": z, "treated": treated, "outcome": outcome, "gain": gain,
                         "chance": chance})  # fmt: skip


def truths() -> dict[str, float]:
    big = people(np.random.default_rng(0), 4_000_000)
    return {"ate": EFFECT, "att": float(np.average(big["gain"], weights=big["chance"]))}


def yes_no(rng: np.random.Generator) -> pd.DataFrame:
    drawn = people(rng)
    both = [logit(-0.5 + drawn["x"] + 0.8 * d) for d in (0, 1)]
    chance = np.where(drawn["treated"], both[1], both[0])
    return drawn.assign(outcome=rng.random(SIZE) < chance)


def yes_no_truth() -> float:
    x = np.random.default_rng(0).normal(size=4_000_000)
    return float((logit(0.3 + x) - logit(-0.5 + x)).mean())


def schools(rng: np.random.Generator) -> pd.DataFrame:
    """Draw persons of 50 schools that share a part of chance and outcome."""
    drawn = people(rng)
    school = rng.integers(0, 50, SIZE)
    drawn["treated"] = rng.random(SIZE) < logit(
        -0.3 + 0.7 * drawn["x"] - 0.5 * drawn["z"] + 0.5 * rng.normal(size=50)[school]
    )
    outcome = 1 + drawn["x"] + 0.7 * drawn["z"] + EFFECT * drawn["treated"]
    shared = 0.7 * rng.normal(size=50)[school]
    return drawn.assign(school=school, outcome=outcome + shared + rng.normal(size=SIZE))


def survey(rng: np.random.Generator) -> pd.DataFrame:
    """Draw persons with high x less often, and weigh them back."""
    drawn = people(rng, 3 * SIZE)
    kept = logit(-drawn["x"])
    return drawn[rng.random(len(drawn)) < kept * 0.67].assign(weight=1 / kept)


def periods(rng: np.random.Generator, *, panel: bool) -> pd.DataFrame:
    drawn = people(rng).assign(person=range(SIZE))
    fixed = drawn["treated"] + rng.normal(size=SIZE)
    rows = []
    for after in (0, 1):
        trend = after * (0.5 + 0.6 * drawn["x"])
        noise = rng.normal(size=SIZE)
        outcome = fixed + trend + after * EFFECT * drawn["treated"] + noise
        rows.append(drawn.assign(after=after, outcome=outcome))
    both = pd.concat(rows, ignore_index=True)
    return both if panel else both[(both["person"] + both["after"]) % 2 == 0]


def earners(rng: np.random.Generator) -> pd.DataFrame:
    years, young = rng.integers(8, 17, SIZE), rng.random(SIZE) < 0.4
    hidden = rng.normal(size=(SIZE, 2))
    works = 0.1 * (years - 12) + 0.6 - 1.2 * young + hidden[:, 0] > 0
    noise = 0.5 * (0.6 * hidden[:, 0] + 0.8 * hidden[:, 1])
    wage = np.exp(0.08 * years + noise)
    return pd.DataFrame({"years": years, "young": young, "wage": np.where(works, wage, np.nan)})


def draw_effects(rng: np.random.Generator, truth: dict[str, float]) -> Iterator[tuple]:
    def found(name: str, table: pd.DataFrame, value: float, **choice: object) -> tuple:
        made = sf.estimate_programme_effect(
            table, treatment="treated", outcome="outcome", covariates="x + z", **choice
        ).table.iloc[0]
        return name, made["estimate"], made["standard_error"], value, made["naive_difference"]

    plain = people(rng)
    for target in ("att", "ate"):
        value = truth[target]
        yield found(f"ipw {target}", plain, value, method="ipw", target=target)
        yield found(f"aipw {target}", plain, value, method="aipw", target=target)
        yield found(
            f"matching {target}, propensity", plain, value, method="matching", target=target
        )
        yield found(f"matching {target}, 3 neighbours, bias adjusted", plain, value,
                    method="matching", target=target, neighbours=3, bias_adjust=True,
                    distance="mahalanobis")  # fmt: skip
    yield found("aipw ate, yes or no", yes_no(rng), truth["yes_no"], target="ate")
    table = schools(rng)
    yield found("aipw ate, clusters", table, EFFECT, target="ate", cluster="school")
    yield found("matching att, clusters", table, EFFECT, method="matching", cluster="school")
    yield found("aipw ate, weights", survey(rng), EFFECT, target="ate")
    yield found("ipw ate, weights", survey(rng), EFFECT, method="ipw", target="ate")
    for how in ("dr", "ipw", "regression"):
        yield found(f"did panel {how}", periods(rng, panel=True), EFFECT, method="did",
                    time="after", adjustment=how)  # fmt: skip
    yield found("did sections dr", periods(rng, panel=False), EFFECT, method="did", time="after",
                panel=False)  # fmt: skip


def draw_returns(rng: np.random.Generator) -> Iterator[tuple]:
    table = earners(rng)
    ols = sf.estimate_returns(table, earnings="wage", schooling="years").table.iloc[0]["estimate"]
    for errors in ("robust", "model"):
        made = sf.estimate_returns(table, earnings="wage", schooling="years", errors=errors,
                                   selection="years + young").table.iloc[0]  # fmt: skip
        yield f"heckman, {errors} errors", made["estimate"], made["standard_error"], 0.08, ols


def main(draws: int) -> None:
    warnings.simplefilter("ignore")
    truth = {**truths(), "yes_no": yes_no_truth()}
    kept: dict[str, list[tuple[float, float, float, float]]] = {}
    for rng in np.random.default_rng(20261122).spawn(draws):
        for name, *numbers in (*draw_effects(rng, truth), *draw_returns(rng)):
            kept.setdefault(name, []).append(tuple(numbers))
    print(f"{draws} draws of {SIZE} persons, nominal 95 % (synthetic)")
    print(f"{'':46s}{'covered':>9s}{'+-':>7s}{'se/sd':>8s}{'bias/sd':>9s}{'naive/sd':>10s}")
    for name, rows in kept.items():
        estimate, error, value, naive = np.array(rows).T
        covered = (np.abs(estimate - value) <= 1.959964 * error).mean()
        spread = estimate.std(ddof=1)
        noise = np.sqrt(covered * (1 - covered) / draws)
        bias, plain = (estimate - value).mean() / spread, (naive - value).mean() / spread
        print(f"{name:46s}{covered:9.3f}{noise:7.3f}{error.mean() / spread:8.3f}{bias:9.2f}"
              f"{plain:10.2f}")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
