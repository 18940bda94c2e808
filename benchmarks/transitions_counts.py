"""Weighted counts of moves between states beside pandas and duckdb, and what conversions cost.

    python -m benchmarks.transitions_counts [NAME ...] [--json]

Synthetic pairs from seed 1: 20 states as int8, weights from a gamma distribution. Everyone gets the
same columns: pandas and duckdb a DataFrame of them; duckdb may use one thread, as numpy does.
20 states are enough for int8 to overflow where codes are combined without being widened.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

import skillsfc as sf
from benchmarks.compare import compare, run
from skillsfc.transitions.spells.counts import count_pairs

STATES = 20
Work = Callable[[], np.ndarray]


def pairs(size: int) -> pd.DataFrame:
    """Return moves between states (synthetic)."""
    rng = np.random.default_rng(1)
    codes = rng.integers(0, STATES, (2, size), dtype=np.int8)
    return pd.DataFrame({"a": codes[0], "b": codes[1], "w": rng.gamma(2.0, 0.5, size)})


def matrix(rows: np.ndarray, columns: np.ndarray, sums: np.ndarray) -> np.ndarray:
    made = np.zeros((STATES, STATES))
    made[np.asarray(rows, dtype=int), np.asarray(columns, dtype=int)] = sums
    return made


def peer_pandas(table: pd.DataFrame) -> Work:
    def work() -> np.ndarray:
        sums = table.groupby(["a", "b"], sort=False)["w"].sum()
        keys = sums.index
        return matrix(keys.get_level_values(0), keys.get_level_values(1), sums.to_numpy())

    return work


def peer_duckdb(table: pd.DataFrame) -> Work:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads TO 1")
    connection.register("pairs", table)

    def work() -> np.ndarray:
        made = connection.execute("SELECT a, b, sum(w) AS s FROM pairs GROUP BY a, b").fetchnumpy()
        return matrix(made["a"], made["b"], made["s"])

    return work


def peer_bincount(table: pd.DataFrame) -> Work:
    """Return the plain numpy way: one bincount over codes widened at once."""
    before, after, weight = (table[name].to_numpy() for name in "abw")

    def work() -> np.ndarray:
        codes = before.astype(np.int64) * STATES + after
        return np.bincount(codes, weight, STATES**2).reshape(STATES, STATES)

    return work


PEERS: dict[str, Callable[[pd.DataFrame], Work]] = {
    "pandas": peer_pandas,
    "duckdb": peer_duckdb,
    "numpy bincount": peer_bincount,
}


def relative(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.abs(ours - theirs).max() / ours.max())


def counts(name: str, size: int) -> None:
    """Time weighted counts of one size."""
    table = pairs(size)
    before, after, weight = (table[column].to_numpy() for column in "abw")
    absent = {} if importlib.util.find_spec("duckdb") else {"duckdb": "pip install duckdb"}
    narrow = before * np.int8(STATES) + after
    misplaced = np.mean(narrow != before.astype(np.int64) * STATES + after)
    compare(
        name,
        size=f"{size:,} pairs, {STATES} states",
        ours=lambda: count_pairs(before, after, STATES, weight),
        peers={peer: make(table) for peer, make in PEERS.items() if peer not in absent},
        difference=relative,
        tolerance=1e-10,
        goal=">= 5x pandas, >= 1.5x duckdb" if size >= 10**6 else "",
        rounds=5,
        absent=absent,
        note=f"int8 codes combined without widening would misplace {misplaced:.0%} of the pairs",
    )


def people(count: int) -> pd.DataFrame:
    """Return monthly spells of 72 months, moves at a constant rate (synthetic)."""
    rng = np.random.default_rng(2)
    panel = np.empty((count, 72), dtype=np.int8)
    panel[:, 0] = rng.integers(0, 6, count)
    for month in range(1, 72):
        stay = rng.random(count) < 0.93
        panel[:, month] = np.where(stay, panel[:, month - 1], rng.integers(0, 6, count))
    sequences = sf.read_sequences(pd.DataFrame(np.array(list("ABCDEF"))[panel]))
    return sf.sequences_to_spells(sequences)


def convert(name: str, count: int) -> None:
    """Time spells to person-months beside pandas' own repeat, and spells to a wide calendar."""
    table = people(count)
    made = sf.check_spells(table)
    lengths = (table["end"] - table["start"]).to_numpy()

    def ours() -> np.ndarray:
        return sf.spells_to_person_periods(made)["period"].to_numpy()

    def peer() -> np.ndarray:
        rows = table.loc[table.index.repeat(lengths)].reset_index(drop=True)
        rows["period"] = rows["start"] + rows.groupby(["person", "start"]).cumcount()
        return rows.sort_values(["person", "period"])["period"].to_numpy()

    compare(
        name,
        size=f"{len(table):,} spells, {int(lengths.sum()):,} person-months",
        ours=ours,
        peers={"pandas repeat": peer},
        difference=lambda a, b: float(np.abs(np.sort(a) - np.sort(b)).max()),
        tolerance=0.0,
        goal="no slower than pandas",
    )

    def calendar() -> np.ndarray:
        return sf.spells_to_sequences(made).codes

    def pivot() -> np.ndarray:
        rows = table.loc[table.index.repeat(lengths)].reset_index(drop=True)
        rows["period"] = rows["start"] + rows.groupby(["person", "start"]).cumcount()
        rows["code"] = rows["state"].map({state: n for n, state in enumerate("ABCDEF")})
        wide = rows.pivot_table(index="person", columns="period", values="code", aggfunc="first")
        return wide.to_numpy()

    compare(
        f"{name}-calendar",
        size=f"{len(table):,} spells",
        ours=calendar,
        peers={"pandas pivot_table": pivot},
        difference=lambda a, b: float(np.abs(a - b).max()),
        tolerance=0.0,
        goal="no slower than pandas",
    )


WORKS: dict[str, Callable[[str], None]] = {
    "trans-1e4": lambda name: counts(name, 10_000),
    "trans-1e5": lambda name: counts(name, 100_000),
    "trans-1e6": lambda name: counts(name, 1_000_000),
    "trans-1e7": lambda name: counts(name, 10_000_000),
    "trans-convert": lambda name: convert(name, 20_000),
}


def main() -> None:
    run(WORKS)


if __name__ == "__main__":
    main()
