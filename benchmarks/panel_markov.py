"""Rates from panels beside R's msm: the same data, the same -2 log-likelihood, CPU time of each.

    python -m benchmarks.panel_markov [NAME ...]

msm's time is measured inside R (its start and the reading of data left out), with reltol 1e-9: its
default stops 0.005 above the lowest -2 log L of cav. Ours is the whole call with all its tables.
msm-1000: 1,000 synthetic persons, 6 visits, 4 states; cav: the 622 patients that come with msm,
deaths to the moment. Needs Rscript with msm; without it, that is said.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# One thread each: threads that wait for one another would count as CPU seconds.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

import skillsfc as sf

SCRIPT = Path(__file__).resolve().with_name("panel_markov_msm.R")
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


FREE = {"1": ["2", "3", "4"], "2": ["1", "3", "4"], "3": ["1", "2", "4"]}
HEART = {"1": ["2", "4"], "2": ["1", "3", "4"], "3": ["2", "4"]}
WORKS = {
    "msm-1000": (lambda: synthetic(1000), FREE, None, 5),
    "msm-10000": (lambda: synthetic(10_000), FREE, None, 3),
    "cav": (cav, HEART, "4", 3),
}


def spent(table: pd.DataFrame, moves: dict[str, list[str]], exact: str | None) -> tuple:
    start = time.process_time()
    made = sf.fit_panel_markov(table, transitions=moves, exact_exit=exact, state="s")
    return time.process_time() - start, made


def beside(name: str, table: pd.DataFrame, exact: str | None, rounds: int) -> list[list[float]]:
    """Return CPU seconds and -2 log L of msm, once a round."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "panel.csv"
        table.to_csv(path, index=False)
        words = ["cav" if name == "cav" else str(path), str(rounds), exact or "0"]
        made = subprocess.run(["Rscript", str(SCRIPT), *words], capture_output=True, text=True,
                              check=True)  # fmt: skip
    return [[float(cell) for cell in line.split(",")] for line in made.stdout.split()]


def main() -> None:
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")] or list(WORKS)
    for name in wanted:
        make, moves, exact, rounds = WORKS[name]
        if name == "cav" and not CAV.exists():
            print(f"{name}: not run, the data of msm are not beside the clone")
            continue
        table = make()
        spent(table, moves, exact)  # warm
        print(f"{name}  {table['person'].nunique()} persons, {len(table)} visits  goal >= 10x msm")
        if shutil.which("Rscript") is None:
            made = [spent(table, moves, exact) for _ in range(5)]
            print(f"  ours {statistics.median(t for t, _ in made):.4f} CPU s; Rscript is absent")
            continue
        ours, theirs = [], []
        for _ in range(rounds):  # in turns, so that a slow moment falls on both
            ours.append(spent(table, moves, exact))
            theirs += beside(name, table, exact, 1)
        deviance = ours[0][1].deviance
        apart = deviance / theirs[0][1] - 1
        if not abs(apart) <= TOLERANCE:
            raise AssertionError(f"{name}: -2 log L {deviance:.6f} beside {theirs[0][1]:.6f}")
        mine = statistics.median(seconds for seconds, _ in ours)
        msm = statistics.median(seconds for seconds, _ in theirs)
        print(f"  ours {mine:9.4f} CPU s  -2 log L {deviance:.6f}")
        print(f"  msm  {msm:9.4f} CPU s  -2 log L {theirs[0][1]:.6f}  ratio {msm / mine:.1f}"
              f"  relative difference {apart:.1e}")  # fmt: skip


if __name__ == "__main__":
    main()
