"""Alignment in plain numpy: one row against many columns, a whole anti-diagonal at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from skillsfc.transitions.distances.alignment import Alignment
from skillsfc.transitions.distances.kernels import (
    better_direction,
    branch_depths,
    shared_starts,
    sorted_order,
)
from skillsfc.transitions.records import Floats, Whole

CACHE = 2**20  # bytes that the work on a block may take: what processors keep near
LARGEST_SHORT = 2**15 - 1


class DiagonalAlignment:
    """Largest savings of pairs by anti-diagonals.

    A cell of the table of savings needs its upper and left neighbours, of the last anti-diagonal,
    and the one before both: no cell needs another of its own, so that all are one operation, over
    all columns of the block at once. Savings that are whole numbers are added as such. Rows come
    sorted, so that each starts from the line of the table where it parts from the row before.
    """

    def __init__(self, task: Alignment, *, single: bool = False) -> None:
        self.task = task
        longest = max(int(task.lengths.max(initial=0)), 1)
        parts = task.units()
        top = 0.0 if parts is None else parts * float(np.abs(task.saving).max(initial=0.0))
        bound = (top + parts * task.slope if parts else 0.0) * (longest + 1)
        self.parts = parts if parts is not None and bound < LARGEST_SHORT else None
        self.kind: Any = np.int16 if self.parts else np.float32 if single else np.float64
        scale = self.parts or 1
        rounded = np.rint(task.saving * scale) if self.parts else task.saving
        self.saving = rounded.astype(self.kind)
        self.slope = self.kind(round(task.slope * scale) if self.parts else task.slope)
        elements = task.elements[:, :longest]
        self.elements, self.order = elements, sorted_order(elements)
        if not task.slope:  # else places count from the start
            self.elements, self.order = better_direction(elements, task.lengths)
        lane = np.dtype(self.kind).itemsize * (longest + 1)
        self.lanes = max(32, min(2048, CACHE // (2 * lane)))

    def block(self, rows: Whole, columns: Whole) -> Floats:
        """Return the distances of rows to columns."""
        task = self.task
        own, lengths = self.elements[rows], task.lengths[rows]
        shared = np.minimum(shared_starts(own), lengths)
        kept = branch_depths(shared, own.shape[1])
        places = max(int(task.lengths[columns].max(initial=0)), 1)
        profile = self.saving[:, self.elements[columns, :places].T]
        flat = profile.reshape(-1, len(columns))  # [elements and places, columns]
        tables = _Tables(flat, places, own.shape[1], self.slope)
        saved = np.zeros((len(rows), len(columns)), dtype=self.kind)
        for at in range(len(rows)):
            later = np.flatnonzero(kept[at]).tolist()
            saved[at] = tables.walk(own[at, : lengths[at]], int(shared[at]), later)
        values = saved / self.parts if self.parts else saved
        return task.distances(values, rows, columns)


class _Tables:
    """Tables of savings of one row after the other with the columns of a block."""

    def __init__(self, flat: npt.NDArray[Any], places: int, longest: int, slope: Any) -> None:
        self.flat, self.places, self.slope = flat, places, slope
        self.work = np.zeros((4, longest + 1, flat.shape[1]), dtype=flat.dtype)
        self.lines = {0: np.zeros((places + 1, flat.shape[1]), dtype=flat.dtype)}

    def walk(self, own: Whole, start: int, kept: list[int]) -> Any:
        """Return the largest savings of a row that begins like the one before, up to ``start``.

        Line i of a table is what the first i elements save; cell (i, j) is on diagonal i + j, so
        that a line's cells come one a diagonal: ``kept`` lines are put together from them.
        """
        count, places = len(own), self.places
        self.lines = {depth: line for depth, line in self.lines.items() if depth <= start}
        begin = self.lines[start]
        if count == start:
            return begin[places]
        self.lines |= {depth: np.zeros_like(begin) for depth in kept}
        self.work[:3, : count + 1] = 0
        older, last, new, chosen = self.work
        last[start] = begin[min(1, places)]
        base = own * places - np.arange(count)
        for diagonal in range(start, count + places - 1):
            low, high = max(start, diagonal - places + 1), min(count, diagonal + 1)
            match, made = chosen[low:high], new[low + 1 : high + 1]
            self.flat.take(base[low:high] + diagonal, axis=0, out=match, mode="clip")
            if self.slope:
                off = np.abs(2 * np.arange(low, high) - diagonal).astype(match.dtype)
                match -= (self.slope * off)[:, None]
            match += older[low:high]
            np.maximum(last[low:high], last[low + 1 : high + 1], out=made)
            np.maximum(match, made, out=made)
            if start > 0 and diagonal - start + 2 <= places:
                new[start] = begin[diagonal - start + 2]
            for depth in kept:
                if low < depth <= high:
                    self.lines[depth][diagonal - depth + 2] = new[depth]
            older, last, new = last, new, older
        return np.array(last[count])
