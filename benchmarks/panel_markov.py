"""Rates from panels beside R's msm: the same data, the same -2 log-likelihood, time and memory.

    python -m benchmarks.panel_markov [NAME ...] [--json]

msm runs with reltol 1e-9: its default stops 0.005 above the lowest -2 log L of cav. Ours is the
whole call with all its tables. msm-1000, msm-10000: synthetic persons, 6 visits, 4 states;
msm-cav: the 622 patients that come with msm, deaths to the moment.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

# One thread each: threads that wait for one another would count as CPU seconds.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

import skillsfc as sf
from benchmarks.beside_r import InR
from benchmarks.compare import compare, run

CAV = Path(__file__).resolve().parents[2] / "shared/data/transition_microdata/msm_cav.csv.gz"
TOLERANCE = 1e-6  # of -2 log L, relative
MONTHLY = np.array([[.80, .10, .06, .04], [.20, .60, .15, .05], [.05, .20, .65, .10],
                    [0, 0, 0, 1.0]])  # fmt: skip


def synthetic(persons: int) -> pd.DataFrame:
    """Return 6 visits of each person, from the matrix above."""
    rng = np.random.default_rng(1)
    state = np.zeros((persons, 6), dtype=int)
    state[:, 0] = rng.integers(0, 3, persons)
    edges = MONTHLY.cumsum(axis=1)[:, :-1]
    for visit in range(1, 6):
        state[:, visit] = (rng.random(persons)[:, None] > edges[state[:, visit - 1]]).sum(axis=1)
    return pd.DataFrame({"person": np.repeat(np.arange(persons), 6),
                         "time": np.tile(np.arange(6.0), persons),
                         "s": state.ravel() + 1})  # fmt: skip


def cav() -> pd.DataFrame:
    names = {"PTNUM": "person", "years": "time", "state": "s"}
    return pd.read_csv(CAV).rename(columns=names)[["person", "time", "s"]]


# The moves that are possible, and where msm starts from.
FREE = {"1": ["2", "3", "4"], "2": ["1", "3", "4"], "3": ["1", "2", "4"]}
FREE_R = "q <- rbind(c(0, .1, .1, .1), c(.1, 0, .1, .1), c(.1, .1, 0, .1), c(0, 0, 0, 0))"
HEART = {"1": ["2", "4"], "2": ["1", "3", "4"], "3": ["2", "4"]}
HEART_R = "q <- rbind(c(0, .25, 0, .25), c(.166, 0, .166, .166), c(0, .25, 0, .25), c(0, 0, 0, 0))"


def fit(
    name: str, table: pd.DataFrame, moves: dict[str, list[str]], start: str,
    exact: str | None = None, rounds: int = 3,
) -> None:  # fmt: skip
    """Time the fit of one panel."""
    call = (
        f"msm(s ~ time, subject = person, data = d, qmatrix = q, deathexact = {exact or 'NULL'},"
        "control = list(fnscale = 4000, reltol = 1e-9))"
    )
    columns = {column: table[column].to_numpy() for column in ("person", "time", "s")}
    compare(
        name,
        size=f"{table['person'].nunique():,} persons, {len(table):,} visits",
        ours=lambda: (
            sf.fit_panel_markov(table, transitions=moves, exact_exit=exact, state="s").deviance
        ),
        peers={"R msm": InR(columns, "msm", call, "f$minus2loglik", start)},
        difference=lambda mine, theirs: abs(mine / float(theirs[0]) - 1),
        tolerance=TOLERANCE,
        goal=">= 10x",
        rounds=rounds,
    )


def fit_cav(name: str) -> None:
    if not CAV.exists():
        print(f"{name}: not run, the data of msm are not beside the clone")
        return
    fit(name, cav(), HEART, HEART_R, "4")


WORKS: dict[str, Callable[[str], None]] = {
    "msm-1000": lambda name: fit(name, synthetic(1000), FREE, FREE_R, rounds=5),
    "msm-10000": lambda name: fit(name, synthetic(10_000), FREE, FREE_R),
    "msm-cav": fit_cav,
}


def main() -> None:
    run(WORKS)


if __name__ == "__main__":
    main()
