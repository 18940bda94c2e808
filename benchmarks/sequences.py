"""Distances between sequences beside sequenzo.

    python -m benchmarks.sequences [NAME ...] [--json]

Synthetic trajectories from seed 1: six states, 70 months, a new state drawn in eight months of a
hundred, so that hardly two are equal; and mvad, the 712 real ones of the library, 490 of them
different. Everyone gets the same sequences, prepared beforehand, and the same costs. "ours" is
the engine named with the size; compiled code is warm, as it is from the second run on. TraMineR's
seconds were measured on another day with R 4.2.2 on the same kind of machine; it is not run here.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# One thread each: threads that wait for one another would count as CPU seconds.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

import skillsfc as sf
from benchmarks.compare import compare, run
from skillsfc.transitions.sequences.model import sequences_of

MONTHS, STATES, MOVES = 70, "ABCDEF", 0.08
TOLERANCE = 1e-9
SEQUENZO = importlib.util.find_spec("sequenzo") is not None
COMPILED = importlib.util.find_spec("numba") is not None
Work = Callable[[], np.ndarray]


def made_up(count: int) -> Any:
    """Return synthetic sequences."""
    rng = np.random.default_rng(1)
    codes = np.empty((count, MONTHS), dtype=np.int8)
    now = rng.integers(len(STATES), size=count)
    for month in range(MONTHS):
        moved = rng.random(count) < MOVES
        now = np.where(moved, rng.integers(len(STATES), size=count), now)
        codes[:, month] = now
    return sequences_of(codes, states=STATES)


def mvad(_: int) -> Any:
    """Return the real sequences, September 1993 to June 1999."""
    rows = sf.load_microdata("mvad")
    return sf.read_sequences(rows.loc[rows["month"] >= 2, ["person", "month", "state"]])


def peer_sequenzo(sequences: Any, rows: int, **arguments: Any) -> Work:
    """Return sequenzo's distances of the first so many, as an array."""
    from sequenzo import SequenceData, get_distance_matrix

    wide = sequences.to_wide().iloc[:rows].reset_index(drop=True)
    time = [str(month) for month in wide.columns]
    table = wide.set_axis(time, axis=1)
    table.insert(0, "id", np.arange(len(table)))
    with contextlib.redirect_stdout(io.StringIO()):
        data = SequenceData(pd.DataFrame(table), time=time, states=list(sequences.states),
                            id_col="id")  # fmt: skip

    def work() -> np.ndarray:
        with contextlib.redirect_stdout(io.StringIO()):
            made = get_distance_matrix(seqdata=data, norm="none", as_numpy=True, **arguments)
        return np.asarray(made)

    return work


def measure(
    name: str,
    goal: str,
    count: int,
    ours: dict[str, Any],
    theirs: dict[str, Any] | None = None,
    *,
    source: Callable[[int], Any] = made_up,
    part: int | None = None,
    engine: str = "numba",
    also_numpy: bool = True,
    rounds: int = 3,
    stored: str = "",
    refusal: str = "",
) -> None:
    """Time ours and sequenzo; on a part of the sequences where the whole takes too long."""
    sequences = source(count)
    rows = part or sequences.size
    if engine == "numba" and not COMPILED:
        engine = "numpy"
    costs = sf.measure_distances(sequences.table, **{**ours, "reference": "1"}).costs \
        if "costs" in ours else None  # fmt: skip

    def run(how: str) -> Work:
        return lambda: sf.measure_distances(sequences, engine=how, **ours).unique_matrix

    index = sf.measure_distances(sequences, method="ham", largest=10**6, reference=[
        sequences.persons["person"].iloc[0]]).index  # fmt: skip

    def apart(one: np.ndarray, other: np.ndarray) -> float:
        """Compare ours, between different sequences, with theirs between persons."""
        if other.shape == one.shape and len(one) == len(index):
            return float(np.abs(one[:rows, :rows] - other[:rows, :rows]).max())
        if len(other) == len(one):
            return float(np.abs(one - other).max())
        own = index[: len(other)]
        return float(np.abs(one[np.ix_(own, own)] - other).max())

    peers: dict[str, Work] = {}
    scale: dict[str, float] = {}
    absent = {"sequenzo": refusal} if refusal else {}
    if theirs is not None and SEQUENZO:
        given = {"sm": costs.to_numpy()} if costs is not None else {}
        peers["sequenzo"] = peer_sequenzo(sequences, rows, **{**theirs, **given})
        if part:
            scale["sequenzo"] = (sequences.size / part) ** 2
    elif theirs is not None:
        absent["sequenzo"] = "not installed: pip install sequenzo"
    if also_numpy and engine != "numpy":
        peers["ours with numpy"] = run("numpy")
    kinds = int(index.max()) + 1
    note = f"TraMineR 2.2-12, stored from another day: {stored} CPU s" if stored else ""
    compare(
        name,
        size=f"{sequences.size} x {MONTHS}, {kinds} different, {engine}",
        ours=run(engine),
        peers=peers,
        difference=apart,
        tolerance=TOLERANCE,
        goal=goal,
        rounds=rounds,
        scale=scale,
        absent=absent,
        note=note,
    )


CONSTANT = {"method": "OM", "sm": "CONSTANT", "indel": 1.0}
TRATE = {"method": "OM", "indel": 1.0}
SPELL = {"method": "OMspell", "indel": 1.0, "expcost": 0.5}
OURS_SPELL = {"method": "omspell", "costs": "trate", "indel": 1}
CRASHES = "sequenzo 0.1.42 ends the process (segmentation fault) on DHD"
OURS_TRATE = {"costs": "trate", "indel": 1}
WORKS: dict[str, Callable[[str], None]] = {
    "om-const-712": lambda name: measure(
        name, ">= 2.5x", 712, {"indel": 1}, CONSTANT, stored="2.68", rounds=5
    ),
    "om-const-5000": lambda name: measure(
        name, ">= 2.5x", 5000, {"indel": 1}, CONSTANT, rounds=1
    ),
    "om-trate-712": lambda name: measure(
        name, ">= 5x", 712, OURS_TRATE, TRATE, stored="2.75"
    ),
    "om-trate-2000": lambda name: measure(
        name, ">= 5x", 2000, OURS_TRATE, TRATE, part=712, also_numpy=False, rounds=1
    ),
    "om-mvad": lambda name: measure(
        name, ">= 5x", 0, OURS_TRATE, TRATE, source=mvad, stored="1.31"
    ),
    "twed-712": lambda name: measure(
        name, "", 712, {"method": "twed", "costs": "trate"}, {"method": "TWED", "nu": 0.5,
        "h": 0.5}, rounds=1
    ),
    "omspell-712": lambda name: measure(
        name, "", 712, OURS_SPELL, SPELL, rounds=15
    ),
    "omspell-2000": lambda name: measure(
        name, ">= 2.5x", 2000, OURS_SPELL, SPELL, rounds=5
    ),
    "omspell-5000": lambda name: measure(
        name, ">= 2.5x", 5000, OURS_SPELL, SPELL, rounds=3
    ),
    "lcs-712": lambda name: measure(
        name, "", 712, {"method": "lcs"}, {"method": "LCS"}, rounds=5
    ),
    "dhd-5000": lambda name: measure(
        name, "", 5000, {"method": "dhd"}, engine="numpy", refusal=CRASHES
    ),
    "chi2-2000": lambda name: measure(
        name, "", 2000, {"method": "chi2"}, {"method": "CHI2", "step": 1}, engine="numpy"
    ),
    "ham-5000": lambda name: measure(
        name, "", 5000, {"method": "ham"}, {"method": "HAM"}, engine="numpy", rounds=3
    ),
}  # fmt: skip
# Up to fifteen gigabytes and, with general costs, a quarter of an hour each.
LARGE: dict[str, Callable[[str], None]] = {
    "om-trate-5000": lambda name: measure(
        name, ">= 5x", 5000, OURS_TRATE, TRATE, also_numpy=False, rounds=1, stored="104"
    ),
    "ham-20000": lambda name: measure(
        name, "", 20_000, {"method": "ham"}, {"method": "HAM"}, engine="numpy", rounds=1
    ),
    "om-const-20000": lambda name: measure(
        name, ">= 2.5x", 20_000, {"indel": 1}, CONSTANT, also_numpy=False, rounds=1
    ),
    "om-trate-20000": lambda name: measure(
        name, ">= 5x", 20_000, OURS_TRATE, TRATE, part=712, also_numpy=False, rounds=1
    ),
}  # fmt: skip


def main() -> None:
    run(WORKS, LARGE)


if __name__ == "__main__":
    main()
