"""Do the 95 % intervals of survival curves, incidence and discrete hazards cover the truth?

    python -m benchmarks.coverage_transitions_survival [ROUNDS]

Synthetic persons with two alike spells each, monthly chance to move 0.1 (0.06 to one state, 0.04 to
another), weights between a half and one and a half, three in ten seen from later on, lost between
month 3 and 29. Printed: the share of rounds in which the interval holds the truth, with the Monte
Carlo error of that share. Intervals that take spells for persons are shown beside.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

from skillsfc.transitions.survival.competing_risks import cumulative_incidence
from skillsfc.transitions.survival.discrete import fit_discrete
from skillsfc.transitions.survival.intervals import INTERVALS, confidence_limits
from skillsfc.transitions.survival.product_limit import product_limit

MONTH, LEAVE, FIRST = 8, 0.1, 0.06


def sample(rng: np.random.Generator, persons: int) -> dict[str, np.ndarray]:
    """Return spells at risk (synthetic)."""
    size = 2 * persons
    end = np.repeat(rng.geometric(LEAVE, persons), 2)
    kind = np.repeat((rng.random(persons) > FIRST / LEAVE).astype(int), 2)
    limit = rng.integers(3, 30, size)
    entry = np.where(rng.random(size) < 0.3, rng.integers(0, 4, size), 0).astype(float)
    seen = np.minimum(end, limit)
    kept = entry < seen
    made = {
        "entry": entry, "end": seen.astype(float), "cause": np.where(end <= limit, kind, -1),
        "weight": rng.uniform(0.5, 1.5, size), "person": np.repeat(np.arange(persons), 2),
    }  # fmt: skip
    return {name: values[kept] for name, values in made.items()}


def inside(truth: float, chance: float, error: float, interval: str) -> bool:
    low, high = confidence_limits(
        np.array([chance]), np.array([error]), level=0.95, interval=interval
    )
    return bool(low[0] <= truth <= high[0])


def curves(rng: np.random.Generator, persons: int) -> dict[str, bool]:
    data = sample(rng, persons)
    hits = {}
    times = data["entry"], data["end"]
    rows = np.arange(len(data["end"]))
    for name, cluster in (("by person", data["person"]), ("by spell (wrong)", rows)):
        made = product_limit(*times, data["cause"] >= 0, data["weight"], cluster)
        at = np.searchsorted(made.counts.times, MONTH, side="right") - 1
        truth = (1 - LEAVE) ** MONTH
        for interval in INTERVALS if cluster is data["person"] else ("log",):
            hit = inside(truth, made.survival[at], made.survival_error[at], interval)
            hits[f"survival, {interval}, {name}"] = hit
    mean, error = product_limit(
        *times, data["cause"] >= 0, data["weight"], data["person"]
    ).restricted_mean(MONTH)
    truth = (1 - (1 - LEAVE) ** MONTH) / LEAVE
    hits["restricted mean, by person"] = abs(mean - truth) < 1.96 * error
    made = cumulative_incidence(*times, data["cause"], data["weight"], data["person"], kinds=2)
    truth = FIRST / LEAVE * (1 - (1 - LEAVE) ** MONTH)
    for interval in INTERVALS:
        hit = inside(truth, made.chance[at, 0], made.error[at, 0], interval)
        hits[f"incidence, {interval}, by person"] = hit
    return hits


def hazard(rng: np.random.Generator, persons: int) -> dict[str, bool]:
    data = sample(rng, persons)
    table = pd.DataFrame(data).assign(start=0, event=data["cause"] >= 0)
    table["sex"] = np.where(table["person"] % 2, "F", "M")
    row = fit_discrete(table, "sex", baseline="constant").table.iloc[1]
    return {"log odds ratio, by person": bool(row["lower"] < 1.0 < row["upper"])}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    for persons in (50, 200):
        rng = np.random.default_rng(1)
        found = pd.DataFrame([curves(rng, persons) for _ in range(rounds)]).mean()
        some = pd.DataFrame([hazard(rng, persons) for _ in range(rounds // 5)]).mean()
        print(f"{persons} persons, {rounds} rounds (hazard: {rounds // 5}), nominal 0.95")
        for name, share in pd.concat([found, some]).items():
            count = rounds // 5 if "odds" in str(name) else rounds
            print(f"  {name:40s} {share:.3f} +- {np.sqrt(0.95 * 0.05 / count):.3f}")


if __name__ == "__main__":
    main()
