"""Alignment in plain numpy: one row against many columns, a whole anti-diagonal at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from skillsfc.transitions.distances.alignment import Alignment
from skillsfc.transitions.records import Floats, Whole

CACHE = 2**20  # bytes that the work on a block may take: what processors keep near
LARGEST_SHORT = 2**15 - 1


class DiagonalAlignment:
    """Largest savings of pairs by anti-diagonals.

    A cell of the table of savings needs its upper and left neighbours, of the last anti-diagonal,
    and the one before both: no cell needs another of its own, so that all are one operation, over
    all columns of the block at once. Savings that are whole numbers are added as such.
    """

    order: Whole | None = None

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
        lane = np.dtype(self.kind).itemsize * (longest + 1)
        self.lanes = max(32, min(2048, CACHE // (2 * lane)))

    def block(self, rows: Whole, columns: Whole) -> Floats:
        """Return the distances of rows to columns."""
        task = self.task
        places = max(int(task.lengths[columns].max(initial=0)), 1)
        facing = task.elements[columns, :places]
        profile = self.saving[:, facing.T]  # [elements, places, columns]
        flat = profile.reshape(-1, len(columns))
        saved = np.zeros((len(rows), len(columns)), dtype=self.kind)
        most = int(task.lengths[rows].max(initial=0))
        work = np.zeros((5, most + 1, len(columns)), dtype=self.kind)
        for at, row in enumerate(rows):
            own = task.elements[row, : task.lengths[row]]
            saved[at] = self._one(own, flat, places, work)
        values = saved / self.parts if self.parts else saved
        return task.distances(values, rows, columns)

    def _one(
        self, own: Whole, flat: npt.NDArray[Any], places: int, work: npt.NDArray[Any]
    ) -> npt.NDArray[Any]:
        """Return the largest savings of one row with all columns."""
        count = len(own)
        work[:3, : count + 1] = 0
        older, last, new, chosen, beside = work
        base = own * places
        for diagonal in range(count + places - 1 if count else 0):
            low, high = max(0, diagonal - places + 1), min(count, diagonal + 1)
            match, kept = chosen[low:high], new[low + 1 : high + 1]
            lines = base[low:high] + (diagonal - np.arange(low, high))
            np.take(flat, lines, axis=0, out=match, mode="clip")
            if self.slope:
                off = np.abs(2 * np.arange(low, high) - diagonal).astype(self.kind)
                match -= (self.slope * off)[:, None]
            match += older[low:high]
            np.maximum(last[low:high], last[low + 1 : high + 1], out=beside[low:high])
            np.maximum(match, beside[low:high], out=kept)
            older, last, new = last, new, older
        return np.array(last[count])
