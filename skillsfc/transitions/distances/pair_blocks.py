"""Walk over all pairs in blocks and keep what the kernel finds; say beforehand what it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from skillsfc.errors import CoverageError, Problem
from skillsfc.transitions.distances.kernels import Kernel, Numbers
from skillsfc.transitions.distances.substitution_costs import SUBJECT
from skillsfc.transitions.records import Whole

Finish = Callable[[Numbers, Whole, Whole], Numbers]
NARROW = 64  # a block of so few columns is not cut
LARGEST = 20_000  # different sequences; their square has 3.2 GB


def refuse_too_large(rows: int, columns: int, largest: int, width: float, what: str) -> None:
    """Refuse a matrix beyond memory, saying how large it would be.

    Raises
    ------
    CoverageError
        If there are more cells than in a square of ``largest``, or than memory is free for.
    """
    size, free = rows * columns * width, free_memory()
    crowded = free is not None and size > free
    if rows * columns <= largest**2 and not crowded:
        return
    found = f"{rows:,} x {columns:,} distances between {what}, {size / 1e9:,.1f} GB"
    through = "" if crowded else ", largest=... lets it through"
    step = (
        f"precision='float32' or storage='condensed' halve it{through}. "
        "Fewer: periods of a quarter instead of a month, fewer states, a sample, or reference=... "
        "for the distances to some."
    )
    expected = f"at most {largest:,} in a square"
    if crowded and free is not None:
        expected = f"at most the {free / 1e9:,.1f} GB of memory that are free"
    raise CoverageError(SUBJECT, [Problem("sequences", found, expected, "", step)])


def free_memory() -> float | None:
    """Return how many bytes can be had without swapping, None where the system does not tell."""
    try:
        told = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return None
    lines = [line.split() for line in told.splitlines() if line.startswith("MemAvailable:")]
    return float(lines[0][1]) * 1024 if lines else None


def all_pairs(kernel: Kernel, count: int, kind: Any, condensed: bool, finish: Finish) -> Numbers:
    """Return distances of all pairs: a square, or the part above its diagonal row by row."""
    order = np.arange(count) if kernel.order is None else kernel.order
    shape = count * (count - 1) // 2 if condensed else (count, count)
    made: npt.NDArray[Any] = np.zeros(shape, dtype=kind)
    for top, bottom, left, right in rectangles(count, kernel.lanes):
        rows, columns = order[top:bottom], order[left:right]
        block = finish(kernel.block(rows, columns), rows, columns)
        both = block[left - top :, : bottom - left] if bottom > left else block[:0, :0]
        both[:] = np.triu(both) + np.triu(both, 1).T  # both ways the same to the last digit
        if condensed:
            _keep_upper(made, block, rows, columns, count)
        else:
            made[top:bottom, left:right] = block
            made[left:right, top:bottom] = block.T
    if not condensed:
        np.fill_diagonal(made, 0.0)
        if kernel.order is not None:
            restore_order(made, order)
    return made


def rectangles(count: int, lanes: int) -> Iterator[tuple[int, int, int, int]]:
    """Give blocks that cover all pairs: first and last row, first and last column.

    A block of columns faces all rows before it at once. Where it faces itself, wide blocks go in
    steps, so that little more than the upper half is computed.

    Examples
    --------
    >>> list(rectangles(5, 3))
    [(0, 3, 0, 3), (0, 5, 3, 5)]
    """
    step = max(NARROW, lanes // 8)
    for left in range(0, count, lanes):
        right = min(left + lanes, count)
        if right - left <= step:
            yield 0, right, left, right
            continue
        if left:
            yield 0, left, left, right
        for top in range(left, right, step):
            yield top, min(top + step, right), top, right


def restore_order(made: npt.NDArray[Any], order: Whole) -> None:
    """Put row and column i of a square, which are those of ``order[i]``, back in their place.

    In place, round by round: a second square may not fit.

    Examples
    --------
    >>> square = np.array([[0, 1, 2], [1, 0, 3], [2, 3, 0]])
    >>> restore_order(square, np.array([2, 0, 1]))
    >>> square.tolist()
    [[0, 3, 1], [3, 0, 2], [1, 2, 0]]
    """
    source = np.empty_like(order)
    source[order] = np.arange(len(order))
    done = np.zeros(len(order), dtype=bool)
    for first in range(len(order)):
        if done[first]:
            continue
        kept, place = made[first].take(source), first
        while source[place] != first:
            made[source[place]].take(source, out=made[place], mode="clip")
            done[place] = True
            place = int(source[place])
        made[place], done[place] = kept, True


def _keep_upper(
    made: npt.NDArray[Any], block: Numbers, rows: Whole, columns: Whole, count: int
) -> None:
    low = np.minimum(rows[:, None], columns)
    high = np.maximum(rows[:, None], columns)
    inside = low < high
    place = condensed_place(low[inside], high[inside], count)
    made[place] = block[inside]


def condensed_place(low: Whole, high: Whole, count: int) -> Whole:
    """Return where the pairs lie in the part above the diagonal, row by row.

    Examples
    --------
    >>> condensed_place(np.array([0, 0, 1]), np.array([1, 2, 2]), 3).tolist()
    [0, 1, 2]
    """
    return np.asarray(low * (2 * count - low - 1) // 2 + high - low - 1)


def to_square(condensed: Numbers, count: int) -> Numbers:
    """Return the square of distances whose upper part is given."""
    square: npt.NDArray[Any] = np.zeros((count, count), dtype=condensed.dtype)
    low, high = np.triu_indices(count, 1)
    square[low, high] = condensed
    square[high, low] = condensed
    return square


def to_references(kernel: Kernel, references: Whole, count: int, kind: Any, finish: Finish) -> Any:
    """Return distances of all to some [sequences, references]."""
    made = np.zeros((count, len(references)), dtype=kind)
    order = np.arange(count) if kernel.order is None else kernel.order
    width = max(kernel.lanes, 1024)
    for start in range(0, count, width):
        columns = order[start : start + width]
        block = finish(kernel.block(references, columns), references, columns)
        made[columns] = block.T
    made[references, np.arange(len(references))] = 0.0
    return made
