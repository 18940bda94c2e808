"""What a kernel of distances is: blocks of pairs, rows against columns."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from skillsfc.transitions.records import Flags, Whole

Numbers = npt.NDArray[np.floating]


class Kernel(Protocol):
    """Distances of blocks of pairs."""

    @property
    def order(self) -> Whole | None:
        """Return the order in which rows are best visited, None if any is as good."""
        ...

    @property
    def lanes(self) -> int:
        """Return how many columns a block should have."""
        ...

    def block(self, rows: Whole, columns: Whole) -> Numbers:
        """Return the distances of ``rows`` to ``columns`` [rows, columns]."""
        ...


def shared_starts(elements: Whole) -> Whole:
    """Return how many first elements each row has in common with the row before it.

    Examples
    --------
    >>> shared_starts(np.array([[1, 2, 3], [1, 2, 4], [2, 2, 4]])).tolist()
    [0, 2, 0]
    """
    shared = np.zeros(len(elements), dtype=np.int64)
    shared[1:] = np.cumprod(elements[1:] == elements[:-1], axis=1).sum(axis=1)
    return shared


def sorted_order(elements: Whole) -> Whole:
    """Return the order in which rows share most of their starts with the row before."""
    return np.asarray(np.lexsort(elements.T[::-1]), dtype=np.int64)


def reversed_rows(elements: Whole, lengths: Whole) -> Whole:
    """Return rows back to front, what fills up after the end left in its place."""
    place = np.arange(elements.shape[1])[None, :]
    source = lengths[:, None] - 1 - place
    source = np.where(source >= 0, source, place)
    return np.asarray(np.take_along_axis(elements, source, axis=1))


def better_direction(elements: Whole, lengths: Whole) -> tuple[Whole, Whole]:
    """Return rows as they are or back to front, and their order: what shares more work.

    A longest common subsequence is the same read from either side.
    """
    back = reversed_rows(elements, lengths)
    order, back_order = sorted_order(elements), sorted_order(back)
    kept = shared_starts(elements[order]).sum()
    if shared_starts(back[back_order]).sum() > kept:
        return back, back_order
    return elements, order


def branch_depths(shared: Whole, depth: int) -> Flags:
    """Return at which depths a row's work must be kept because a later row starts from there.

    Parameters
    ----------
    shared : array of int
        From `shared_starts`.
    depth : int
        Longest row.

    Returns
    -------
    array [rows, depth + 1] of bool
    """
    keep = np.zeros((len(shared), depth + 1), dtype=bool)
    waiting: list[int] = []  # increasing depths that later rows start from
    for row in range(len(shared) - 1, -1, -1):
        start = int(shared[row])
        while waiting and waiting[-1] > start:
            keep[row, waiting.pop()] = True
        if not waiting or waiting[-1] < start:
            waiting.append(start)
    return keep


def count_bits(words: npt.NDArray[np.unsignedinteger[Any]]) -> Whole:
    """Return the number of bits set in each word.

    Examples
    --------
    >>> count_bits(np.array([7, 2**63], dtype=np.uint64)).tolist()
    [3, 1]
    """
    if hasattr(np, "bitwise_count"):
        return np.asarray(np.bitwise_count(words), dtype=np.int64)
    bytes_of = np.ascontiguousarray(words).view(np.uint8).reshape(*words.shape, -1)
    table = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(axis=1)
    return np.asarray(table[bytes_of].sum(axis=-1), dtype=np.int64)
