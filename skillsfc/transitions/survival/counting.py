"""Numbers at risk and of events at each time: counted once, by sums over places in a time grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skillsfc.transitions.records import Flags, Floats, Whole

_PART = 65_536  # rows worked on at a time
_SPARE = 4  # bins a row that whole times may take before sorting is the better way


@dataclass(frozen=True)
class Counts:
    """Risk sets on the grid of all distinct times at which a spell ends.

    A row is at risk at place k of the grid if ``first <= k <= last``: entry < time <= end.

    Parameters
    ----------
    times : array [T]
        The grid.
    number, moved, lost : arrays of int
        Rows at risk [T], rows that move, by kind [T, kinds], and rows censored [T].
    risk, events : arrays of float
        Sums of weights at risk [T] and of moves by kind [T, kinds].
    first, last : arrays of int [rows]
        Places of each row; empty where they were not asked for.
    """

    times: Floats
    number: Whole
    moved: Whole
    lost: Whole
    risk: Floats
    events: Floats
    first: Whole
    last: Whole

    @property
    def all_gone(self) -> np.ndarray:
        """Return whether everyone at risk moves: exact, where sums of weights may not be."""
        return np.asarray((self.moved.sum(axis=1) == self.number) & (self.number > 0))

    def hazards(self) -> Floats:
        """Return the part of those at risk that moves, by kind [T, kinds]."""
        risk = np.where(self.risk > 0, self.risk, 1.0)[:, None]
        parts = self.events / risk
        gone = self.all_gone
        if gone.any():
            parts[gone] /= parts[gone].sum(axis=1, keepdims=True)
        return np.asarray(parts)


def count_at_risk(
    entry: Floats,
    end: Floats,
    cause: Whole | Flags,
    weight: Floats | None,
    *,
    kinds: int = 1,
    places: bool = False,
) -> Counts:
    """Return counts at risk and of moves.

    Parameters
    ----------
    entry, end : arrays [rows]
        At risk after ``entry`` and up to ``end``.
    cause : array of int [rows]
        Kind of move, 0.., or -1 where none was seen. With one kind, also whether one was seen.
    weight : array [rows], optional
        None where all weigh the same: sums of weights are the counts then.
    kinds : int
        Number of kinds.
    places : bool
        Keep the places of each row, as influence needs them.
    """
    width = kinds + 1
    times, last, table, weights = _tables(end, cause, weight, width, places=places)
    used = table.any(axis=1)  # whole times leave bins without any row
    first, late = _entries(entry, times)
    number = _risk(table.sum(axis=1), first, late, None)
    weighted = _risk(weights.sum(axis=1), first, late, weight) if weight is not None else number
    risk: Floats = np.asarray(weighted, dtype=np.float64)
    if not used.all():
        rank = np.cumsum(used) - 1
        last = rank[last] if places else last
        first = np.append(rank - used + 1, used.sum())[first] if places and late.any() else first
    if not places:
        first = last = np.empty(0, dtype=np.int64)
    elif not late.any():
        first = np.zeros(len(end), dtype=np.int64)
    table = table[used]
    events: Floats = np.asarray(weights[used, 1:], dtype=np.float64)
    return Counts(
        times[used], number[used], table[:, 1:], table[:, 0], risk[used], events,
        first, last,
    )  # fmt: skip


def _tables(
    end: Floats, cause: Whole | Flags, weight: Floats | None, width: int, *, places: bool
) -> tuple[Floats, Whole, Whole, Floats]:
    """Return possible times, each row's place among them, and rows and weights by time and kind."""
    low, high = float(end.min()), float(end.max())
    if high - low <= _SPARE * len(end) + 1000:
        bottom, size = int(low), int(high) - int(low) + 1
        found = _whole_tables(end, cause, weight, bottom, (size, width))
        if found is not None:
            last = end.astype(np.int64) if places else np.empty(0, dtype=np.int64)
            last -= bottom
            return np.arange(bottom, bottom + size, dtype=np.float64), last, *found
    times, last = np.unique(end, return_inverse=True)
    cells, shape = last * width + cause + (cause.dtype != np.bool_), (len(times), width)
    return times, last, *_tabulate(cells, weight, shape)


def _whole_tables(
    end: Floats, cause: Whole | Flags, weight: Floats | None, bottom: int, shape: tuple[int, int]
) -> tuple[Whole, Floats] | None:
    """Return rows and weights by time and kind, or None if a time is not whole.

    Part by part, so that what is worked on stays in the processor's cache.
    """
    total, step = None, max(_PART, shape[0] * shape[1])
    spare = bottom if 0 <= bottom < 1000 else 0  # bins in front: cheaper than taking it off rows
    for low in range(0, len(end), step):
        part = slice(low, low + step)
        cells = end[part].astype(np.int64)
        if not (cells == end[part]).all():
            return None
        if bottom != spare:
            cells -= bottom
        cells *= shape[1]
        cells += cause[part]
        if cause.dtype != np.bool_:
            cells += 1
        wide = (shape[0] + spare, shape[1])
        table, sums = _tabulate(cells, None if weight is None else weight[part], wide)
        made = table[spare:], sums[spare:]
        total = made if total is None else (total[0] + made[0], total[1] + made[1])
    return total


def _tabulate(cells: Whole, weight: Floats | None, shape: tuple[int, int]) -> tuple[Whole, Floats]:
    size = shape[0] * shape[1]
    table = np.bincount(cells, minlength=size).reshape(shape)
    if weight is None:
        return table, table.astype(np.float64)
    return table, np.asarray(np.bincount(cells, weight, size).reshape(shape), dtype=np.float64)


def _entries(entry: Floats, times: Floats) -> tuple[Whole, np.ndarray]:
    """Return the first place at risk of each row, and who is not at risk from the first place."""
    late = entry >= times[0]
    if not late.any():
        return np.empty(0, dtype=np.int64), late
    return np.searchsorted(times, entry, side="right"), late


def _risk(ends: np.ndarray, first: Whole, late: np.ndarray, weight: Floats | None) -> np.ndarray:
    """Return sums at risk: those that end here or later, less those that enter later."""
    risk = np.cumsum(ends[::-1])[::-1]
    if not late.any():
        return np.asarray(risk)
    weights = None if weight is None else weight[late]
    enter = np.bincount(first[late] - 1, weights, len(ends))
    later = np.cumsum(enter[::-1])[::-1]
    return np.asarray(np.maximum(risk - later, 0)).astype(risk.dtype)


def padded(values: Floats) -> Floats:
    """Return running sums with 0 in front: the sum before each place, and the total."""
    total = np.zeros((len(values) + 1, *values.shape[1:]))
    np.cumsum(values, axis=0, out=total[1:])
    return total
