"""How often 95 % intervals of hazard models hold the truth, in samples drawn from known models.

    python -m benchmarks.coverage_transitions_hazard [DRAWS]

Synthetic. Prints one line a model and a quantity: share covered, its Monte Carlo error, and mean
standard error over the spread of the estimates (1 where errors are right).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

import skillsfc as sf

Z = 1.959964
Found = Iterator[tuple[str, float, float, float]]  # quantity, estimate, error, truth
Draw = Callable[[np.random.Generator], Found]


def censored(rng: np.random.Generator, time: np.ndarray, **columns: object) -> pd.DataFrame:
    lost = rng.exponential(2.0, len(time))
    return pd.DataFrame({"start": 0.0, "end": np.minimum(time, lost), "event": time <= lost,
                         **columns})  # fmt: skip


def cox(rng: np.random.Generator, size: int = 200) -> Found:
    """Plain: errors of the model; coefficient and survival at 0.5 for x = 1."""
    x = rng.normal(size=size)
    made = sf.fit_hazard(censored(rng, rng.exponential(size=size) * np.exp(-0.5 * x), x=x), "x")
    row = made.table.iloc[0]
    yield "coefficient", row["estimate"], row["standard_error"], 0.5
    curve = made.predict(pd.DataFrame({"x": [1.0]}), times=[0.5]).iloc[0]
    hazard = -np.log(curve["probability"])  # intervals are made on the scale of its logarithm
    error = curve["standard_error"] / (curve["probability"] * hazard)
    yield "log hazard", np.log(hazard), error, np.log(0.5 * np.exp(0.5))


def cox_survey(rng: np.random.Generator, size: int = 300) -> Found:
    """Draw two spells a person with one covariate, weights, delayed entry."""
    person = np.repeat(np.arange(size), 2)
    x = np.repeat(rng.normal(size=size), 2)
    time = rng.exponential(size=2 * size) * np.exp(-0.5 * x)
    entry = np.where(rng.random(2 * size) < 0.3, rng.uniform(0, 0.5, 2 * size), 0.0)
    weight = rng.choice([0.5, 1.0, 3.0], 2 * size)
    rows = censored(rng, time, x=x, entry=entry, weight=weight, person=person)
    made = sf.fit_hazard(rows[rows["end"] > rows["entry"]], "x")
    row = made.table.iloc[0]
    yield "coefficient", row["estimate"], row["standard_error"], 0.5


def fine_gray(rng: np.random.Generator, size: int = 300) -> Found:
    x, share = rng.normal(size=size), 0.4
    risk = np.exp(0.7 * x)
    ever = 1 - (1 - share) ** risk
    first = rng.random(size) < ever
    part = 1 - (1 - rng.random(size) * ever) ** (1 / risk)
    time = np.where(first, -np.log(1 - part / share), rng.exponential(size=size))
    rows = censored(rng, time, x=x).drop(columns="event")
    seen = rows["end"].to_numpy() == time
    rows["to_state"] = np.where(seen, np.where(first, "job", "away"), "")
    made = sf.fit_hazard(rows, "x", kind="fine_gray", to="job")
    row = made.table.iloc[0]
    yield "coefficient", row["estimate"], row["standard_error"], 0.7
    curve = made.predict(pd.DataFrame({"x": [0.0]}), times=[1.0]).iloc[0]
    hazard = -np.log(1 - curve["probability"])
    error = curve["standard_error"] / ((1 - curve["probability"]) * hazard)
    truth = -np.log(1 - share * (1 - np.exp(-1.0)))
    yield "log hazard", np.log(hazard), error, np.log(truth)


def aft(rng: np.random.Generator, size: int = 250) -> Found:
    """Weibull with half of the spells entered late."""
    x = rng.normal(size=size)
    time = np.exp(0.2 + 0.5 * x + 0.6 * np.log(rng.exponential(size=size)))
    entry = np.where(rng.random(size) < 0.5, rng.uniform(0, 0.8, size), 0.0)
    rows = censored(rng, time, x=x, entry=entry)
    made = sf.fit_hazard(rows[rows["end"] > rows["entry"]], "x", kind="aft")
    for row, truth in zip(made.table.itertuples(), (0.2, 0.5, np.log(0.6)), strict=True):
        yield row.term, row.estimate, row.standard_error, truth


MODELS: dict[str, Draw] = {
    "cox": cox, "cox, survey": cox_survey, "fine_gray": fine_gray, "aft": aft,
}  # fmt: skip


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    noise = np.sqrt(0.95 * 0.05 / draws)
    print(f"{draws} draws each; Monte Carlo error of a share {noise:.3f}")
    for name, draw in MODELS.items():
        rng = np.random.default_rng(1)
        rows = pd.DataFrame([row for _ in range(draws) for row in draw(rng)],
                            columns=["quantity", "estimate", "error", "truth"])  # fmt: skip
        for quantity, part in rows.groupby("quantity", sort=False):
            held = ((part["estimate"] - part["truth"]).abs() < Z * part["error"]).mean()
            ratio = part["error"].mean() / part["estimate"].std()
            print(f"{name:12s} {quantity:12s} covered {held:.3f}  error / spread {ratio:.3f}")


if __name__ == "__main__":
    main()
