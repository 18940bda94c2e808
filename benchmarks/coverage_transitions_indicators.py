"""How often 95 % intervals of NEET hold the truth, answers missing or not: run this file.

    python benchmarks/coverage_transitions_indicators.py

Surveys of 40 areas of 25 persons each are drawn from stated chances: areas differ in how many have
a job, and schooling is missing for a part of the persons at random. SYNTHETIC data.
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


def main() -> None:
    """Print the table."""
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


if __name__ == "__main__":
    main()
