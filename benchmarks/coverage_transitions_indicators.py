"""How often 95 % intervals of NEET and of first jobs hold the truth: run this file.

    python benchmarks/coverage_transitions_indicators.py

Surveys of 40 areas of 25 persons each are drawn from stated chances: areas differ in how many have
a job, and schooling is missing for a part of the persons at random. Histories of 300 persons are
drawn too: waiting for a stable or another first job, cut off at random; for a part of the first
jobs it is not known whether they are formal. SYNTHETIC data.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import skillsfc as sf

RUNS, AREAS, SIZE = 250, 40, 25
EMPLOYED, SPREAD, IN_SCHOOL = 0.4, 0.1, (7 / 12, 0.2)  # of those without and with a job
TRUTH = (1 - EMPLOYED) * (1 - IN_SCHOOL[0])


def survey(rng: np.random.Generator, unasked: float) -> pd.DataFrame:
    """Return one drawn survey."""
    chance = np.clip(rng.normal(EMPLOYED, SPREAD, AREAS), 0.0, 1.0).repeat(SIZE)
    employed = rng.random(AREAS * SIZE) < chance
    school = (rng.random(AREAS * SIZE) < np.where(employed, *IN_SCHOOL[::-1])).astype(object)
    school[rng.random(AREAS * SIZE) < unasked] = None
    return pd.DataFrame(
        {"age": 20, "in_education": school, "area": np.arange(AREAS).repeat(SIZE),
         "activity": np.where(employed, "employed", "outside")}
    )  # fmt: skip


PERSONS, WITHIN = 300, 24
STABLE, OTHER, FORMAL = 0.02, 0.05, 0.4  # chances a month; share of formal jobs
CHANCE = 1 - (1 - STABLE - OTHER) ** WITHIN
OF_FIRST = {
    ("stable", "share"): STABLE / (STABLE + OTHER),
    ("stable", "chance"): CHANCE * STABLE / (STABLE + OTHER),
    ("formal", "share"): FORMAL,
    ("formal", "chance"): CHANCE * FORMAL,
}


def histories(rng: np.random.Generator, unasked: float) -> pd.DataFrame:
    """Return drawn histories: waiting, then a first job if it came before the end of sight."""
    wait = rng.geometric(STABLE + OTHER, PERSONS)
    seen = rng.integers(6, 48, PERSONS) + 0.5  # sight ends between two possible moves
    stable = rng.random(PERSONS) < STABLE / (STABLE + OTHER)
    formal = (rng.random(PERSONS) < FORMAL).astype(object)
    formal[rng.random(PERSONS) < unasked] = None
    rows = pd.DataFrame({"person": np.arange(PERSONS), "state": "waiting", "start": 0,
                         "end": np.minimum(wait, seen)})  # fmt: skip
    jobs = rows.assign(state=np.where(stable, "stable", "other"), start=wait, end=seen,
                       formal=formal)[wait < seen]  # fmt: skip
    return pd.concat([rows, jobs], ignore_index=True)


def first_jobs() -> pd.DataFrame:
    """Return the part of the intervals that hold the truth of first jobs."""
    rows = []
    for unasked in (0.0, 0.3):
        rng, seen = np.random.default_rng(2), []
        for _ in range(RUNS):
            made = sf.measure_first_jobs(
                histories(rng, unasked), jobs=["stable", "other"], kinds={"stable": "stable"},
                traits="formal", within=WITHIN, kept=(),
            )  # fmt: skip
            seen.append(made.table)
        for (quality, indicator), own in pd.concat(seen).groupby(["quality", "indicator"]):
            truth = OF_FIRST.get((quality, indicator), CHANCE)
            inside = own["lower"].le(truth) & own["upper"].ge(truth)
            rows.append(
                {"answers missing": unasked, "quality": quality, "indicator": indicator,
                 "mean": own["value"].mean(), "truth": truth,
                 "mean error stated": own["standard_error"].mean(), "spread": own["value"].std(),
                 "held": inside.mean()}
            )  # fmt: skip
    return pd.DataFrame(rows)


def main() -> None:
    """Print the tables."""
    rows = []
    for unasked in (0.0, 0.2, 0.5):
        rng, seen = np.random.default_rng(1), []
        for _ in range(RUNS):
            made = sf.measure_transition_indicators(
                survey(rng, unasked), by=None, indicators=["neet_ilo"], cluster="area"
            )
            seen.append(made.table.iloc[0])
        table = pd.DataFrame(seen)
        inside = table["lower"].le(TRUTH) & table["upper"].ge(TRUTH)
        rows.append(
            {"answers missing": unasked, "mean share": table["share"].mean(), "truth": TRUTH,
             "mean error stated": table["standard_error"].mean(), "spread": table["share"].std(),
             "held": inside.mean()}
        )  # fmt: skip
    error = (0.95 * 0.05 / RUNS) ** 0.5
    print(f"{RUNS} surveys a row; nominal 0.950, Monte Carlo error {error:.3f} (SYNTHETIC)")
    print(pd.DataFrame(rows).round(4).to_string(index=False))
    print(f"First jobs within {WITHIN} months, {PERSONS} persons (SYNTHETIC)")
    print(first_jobs().round(4).to_string(index=False))


if __name__ == "__main__":
    main()
