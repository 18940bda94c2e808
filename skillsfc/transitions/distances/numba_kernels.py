"""The same alignments compiled, where the optional package numba is there.

Sixteen columns go side by side through the processor's wide registers. Rows come sorted, so that
each starts from where it parts from the row before. One thread; compiled code is kept on disk
where the folder allows it.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from functools import cache
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from skillsfc.transitions.distances.alignment import Alignment
from skillsfc.transitions.distances.kernels import (
    better_direction,
    branch_depths,
    shared_starts,
    sorted_order,
)
from skillsfc.transitions.distances.lcs_bits import WORD, Words, column_masks
from skillsfc.transitions.records import Flags, Floats, Whole

LANES, ABREAST = 16, 64  # columns side by side, as numbers and as bits; constants when compiled
EXACT_IN_SINGLE = 2**24
Reals = npt.NDArray[Any]


def numba_is_there() -> bool:
    """Return whether numba can be imported."""
    return importlib.util.find_spec("numba") is not None


@cache
def compiled(work: Callable[..., None]) -> Callable[..., None]:
    """Return a function compiled on its first call, kept on disk if the folder can be written."""
    numba: Any = importlib.import_module("numba")

    options: dict[str, Any] = {"error_model": "numpy", "nogil": True}
    try:
        made = numba.njit(cache=True, **options)(work)
    except RuntimeError:  # no folder to keep it in
        made = numba.njit(**options)(work)
    return cast("Callable[..., None]", made)


class CompiledAlignment:
    """Largest savings of pairs row by row, compiled."""

    lanes = LANES

    def __init__(self, task: Alignment, *, single: bool = False) -> None:
        self.task = task
        longest = max(int(task.lengths.max(initial=0)), 1)
        parts = task.units() if not task.slope else None
        top = 0.0 if parts is None else parts * float(np.abs(task.saving).max(initial=0.0))
        self.parts = parts if parts is not None and top * longest < EXACT_IN_SINGLE else None
        self.kind: Any = np.float32 if single or self.parts else np.float64
        rounded = np.rint(task.saving * self.parts) if self.parts else task.saving
        self.saving = rounded.astype(self.kind)
        elements = task.elements[:, :longest]
        if task.slope:  # places count from the start
            self.elements, self.order = elements, sorted_order(elements)
        else:
            self.elements, self.order = better_direction(elements, task.lengths)
        shared = shared_starts(self.elements[self.order])
        self.shared = np.minimum(shared, task.lengths[self.order])
        self.keep = branch_depths(self.shared, longest)
        self.saved = np.zeros((longest + 1, (longest + 1) * LANES), dtype=self.kind)
        self.work = np.zeros((2, (longest + 1) * LANES), dtype=self.kind)
        off = np.abs(np.arange(2 * longest + 1) - longest) * task.slope
        self.tilt = np.repeat(off.astype(self.kind), LANES)
        self.tilted = bool(task.slope)

    def block(self, rows: Whole, columns: Whole) -> Floats:
        """Return the distances of rows to columns."""
        saved = np.empty((len(rows), len(columns)), dtype=self.kind)
        part = np.empty((len(rows), LANES), dtype=self.kind)
        own, lengths = self.elements[rows], self.task.lengths[rows]
        shared, keep = self.shared, self.keep
        if not np.array_equal(rows, self.order[: len(rows)]):
            shared = np.minimum(shared_starts(own), lengths)
            keep = branch_depths(shared, own.shape[1])
        for start in range(0, len(columns), LANES):
            some = columns[start : start + LANES]
            profile = np.zeros((len(self.saving), own.shape[1], LANES), dtype=self.kind)
            profile[:, :, : len(some)] = self.saving[:, self.elements[some].T]
            compiled(align_rows)(
                own, lengths, shared, keep, profile.reshape(len(profile), -1), self.work,
                self.saved, self.tilt, self.tilted, part,
            )  # fmt: skip
            saved[:, start : start + LANES] = part[:, : len(some)]
        values = saved.astype(np.float64) / self.parts if self.parts else saved
        return self.task.distances(values, rows, columns)


def align_rows(
    elements: Whole,
    lengths: Whole,
    shared: Whole,
    keep: Flags,
    profile: Reals,
    work: Reals,
    saved: Reals,
    tilt: Reals,
    tilted: bool,
    out: Reals,
) -> None:
    """Fill ``out`` with the largest savings of rows with sixteen columns.

    Cells of a table's row lie sixteen by sixteen, one for each column: the left neighbour of a
    cell is sixteen places back, so that sixteen cells at a time depend on none of each other.
    """
    size = profile.shape[1]
    middle = (tilt.shape[0] // LANES - 1) // 2 * LANES
    for row in range(elements.shape[0]):
        now = 0
        work[0, :] = saved[shared[row], :]
        for place in range(shared[row], lengths[row]):
            gain = profile[elements[row, place]]
            above, here = work[now], work[1 - now]
            if tilted:
                off = tilt[middle - place * LANES :]
                for x in range(size):
                    best = above[x] + (gain[x] - off[x])
                    best = max(best, above[x + LANES])
                    here[x + LANES] = max(best, here[x])
            else:
                for x in range(size):
                    best = above[x] + gain[x]
                    best = max(best, above[x + LANES])
                    here[x + LANES] = max(best, here[x])
            now = 1 - now
            if keep[row, place + 1]:
                saved[place + 1, :] = here
        for lane in range(LANES):
            out[row, lane] = work[now, size + lane]


class CompiledBits:
    """Longest common subsequences with bits, compiled."""

    lanes = ABREAST

    def __init__(self, task: Alignment, value: float) -> None:
        self.task, self.value = task, value
        longest = max(int(task.lengths.max(initial=0)), 1)
        self.elements, self.order = better_direction(task.elements[:, :longest], task.lengths)
        words = -(-longest // WORD)
        self.vectors = np.empty((longest + 1, words, ABREAST), dtype=np.uint64)

    def block(self, rows: Whole, columns: Whole) -> Floats:
        """Return the distances of rows to columns."""
        common = np.empty((len(rows), len(columns)))
        part = np.empty((len(rows), ABREAST))
        own, lengths = self.elements[rows], self.task.lengths[rows]
        shared = np.minimum(shared_starts(own), lengths)
        for start in range(0, len(columns), ABREAST):
            some = np.resize(columns[start : start + ABREAST], ABREAST)
            masks = column_masks(
                self.elements[some], self.task.lengths[some], len(self.task.saving)
            )
            ends: Words = np.bitwise_or.reduce(masks, axis=0)
            compiled(align_bits)(own, lengths, shared, masks, ends, self.vectors, part)
            common[:, start : start + ABREAST] = part[:, : len(columns) - start]
        return self.task.distances(self.value * common, rows, columns)


def align_bits(
    elements: Whole,
    lengths: Whole,
    shared: Whole,
    masks: Words,
    ends: Words,
    vectors: Words,
    out: Floats,
) -> None:
    """Fill ``out`` with the lengths of longest common subsequences with 64 columns."""
    words = masks.shape[1]
    carry = np.zeros(ABREAST, dtype=np.uint64)
    vectors[0] = ~np.uint64(0)
    one, two, four = np.uint64(1), np.uint64(2), np.uint64(4)
    odd = np.uint64(0x5555555555555555)
    pairs = np.uint64(0x3333333333333333)
    nibbles = np.uint64(0x0F0F0F0F0F0F0F0F)
    ones = np.uint64(0x0101010101010101)
    for row in range(elements.shape[0]):
        for place in range(shared[row], lengths[row]):
            before, after = vectors[place], vectors[place + 1]
            mask = masks[elements[row, place]]
            carry[:] = 0
            for word in range(words):
                old, new, held = before[word], after[word], mask[word]
                for lane in range(ABREAST):
                    hit = old[lane] & held[lane]
                    total = old[lane] + hit
                    over = np.uint64(total < old[lane])
                    full = total + carry[lane]
                    new[lane] = full | (old[lane] - hit)
                    carry[lane] = over | np.uint64(full < total)
        for lane in range(ABREAST):
            zeros = np.int64(0)
            for word in range(words):
                bits = ~vectors[lengths[row], word, lane] & ends[word, lane]
                bits -= (bits >> one) & odd
                bits = (bits & pairs) + ((bits >> two) & pairs)
                bits = (bits + (bits >> four)) & nibbles
                zeros += np.int64((bits * ones) >> np.uint64(56))
            out[row, lane] = zeros
