"""How often 95 % limits hold the truth: state probabilities, time in state, flows, rates.

    python -m benchmarks.coverage_transitions_multistate [ROUNDS]

Persons are made from stated monthly chances (seed 1), 30 % come under observation late, most are
lost before the end, weights are 0.5 or 2. A row gives the part of rounds, states and times in which
the limits hold the truth; with independent rounds the Monte Carlo error of a single one of 400 is
0.011. "log" and "plain" are scales of the limits; small groups show where plain limits fail.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd
from scipy.linalg import logm

import skillsfc as sf

STATES = ["E", "U", "O"]
MATRIX = np.array([[0.96, 0.015, 0.025], [0.27, 0.5, 0.23], [0.045, 0.025, 0.93]])
START = np.array([0.2, 0.5, 0.3])
MONTHS, TIMES = 24, [3, 12, 24]


def paths(rng: np.random.Generator, persons: int) -> np.ndarray:
    made = np.empty((persons, MONTHS + 1), dtype=np.int64)
    made[:, 0] = rng.choice(3, persons, p=START)
    edges = np.cumsum(MATRIX, axis=1)
    for month in range(MONTHS):
        drawn = rng.random(persons)[:, None] > edges[made[:, month]]
        made[:, month + 1] = drawn.sum(axis=1).clip(max=2)
    return made


def spells(rng: np.random.Generator, path: np.ndarray) -> pd.DataFrame:
    persons = len(path)
    entry = np.where(rng.random(persons) < 0.3, rng.integers(1, 12, persons), 0)
    leave = np.minimum(rng.integers(12, 60, persons), MONTHS)
    month = np.arange(MONTHS)
    person, at = np.nonzero((month >= entry[:, None]) & (month < leave[:, None]))
    names = np.array(STATES)
    return pd.DataFrame(
        {
            "person": person,
            "state": names[path[person, at]],
            "start": at,
            "end": at + 1,
            "to_state": names[path[person, at + 1]],
            "weight": rng.choice([0.5, 2.0], persons)[person],
        }
    )


def held(table: pd.DataFrame, truth: np.ndarray) -> np.ndarray:
    return ((table["lower"] <= truth) & (truth <= table["upper"])).to_numpy()


def one_round(rng: np.random.Generator, persons: int) -> dict[str, np.ndarray]:
    path = paths(rng, persons)
    table = spells(rng, path)
    truth = np.array([START @ np.linalg.matrix_power(MATRIX, t) for t in range(MONTHS + 1)])
    by_state = truth[TIMES].T.ravel()
    found = {}
    for scale in ("plain", "log"):
        made = sf.estimate_state_probabilities(table, states=STATES, times=TIMES, interval=scale)
        found[f"state probability, {scale}"] = held(made.table, by_state)
    found["time in state"] = held(made.time_in_state, truth[:-1].sum(axis=0))
    panel = pd.DataFrame(
        {
            "person": np.repeat(np.arange(persons), 5),
            "quarter": np.tile(range(5), persons),
            "state": np.array(STATES)[path[:, :13:3].ravel()],
        }
    )
    flows = sf.estimate_flows(panel, states=STATES)
    quarterly = np.linalg.matrix_power(MATRIX, 3)
    found["flow probability, logit"] = held(flows.average, quarterly.ravel())
    rates = sf.to_continuous_rates(flows, interval=3)
    if rates.embeddable:
        off = ~np.eye(3, dtype=bool)
        found["monthly rate (where embeddable)"] = held(rates.table, logm(MATRIX).real[off])
        found["monthly probability"] = held(rates.probabilities(), MATRIX.ravel())
    return found


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for persons in (100, 500):
        rng = np.random.default_rng(1)
        collected: dict[str, list[np.ndarray]] = {}
        for _ in range(rounds):
            for what, inside in one_round(rng, persons).items():
                collected.setdefault(what, []).append(inside)
        print(f"{persons} persons, {rounds} rounds")
        for what, inside in collected.items():
            each = np.mean(inside, axis=0)
            print(f"  {what:34s} mean {np.mean(inside):.3f}  lowest {each.min():.3f}  "
                  f"highest {each.max():.3f}  rounds {len(inside)}")  # fmt: skip


if __name__ == "__main__":
    warnings.simplefilter("error")
    main()
