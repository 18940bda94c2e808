"""Longest common subsequences in plain numpy: 64 places of a column in one machine word."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from skillsfc.transitions.distances.alignment import Alignment
from skillsfc.transitions.distances.kernels import (
    better_direction,
    count_bits,
    shared_starts,
)
from skillsfc.transitions.records import Floats, Whole

Words = npt.NDArray[np.uint64]
AnyWords = npt.NDArray[np.unsignedinteger[Any]]
ROWS_AT_ONCE = 256
WORD = 64
SMALLER: tuple[Any, ...] = (np.uint8, np.uint16, np.uint32, np.uint64)


class BitAlignment:
    r"""Longest common subsequences with bits, many rows against many columns.

    Notes
    -----
    With M the places of a column that hold the row's next element, the places at which the table
    does not step up are :math:`V \leftarrow (V + (V \wedge M)) \vee (V \wedge \neg M)` (Crochemore
    et al. 2001; Hyyro 2004). A zero in V is one element more in common. All rows go through their
    elements together; rows that have begun alike are one row until they part.

    References
    ----------
    Crochemore, Iliopoulos, Pinzon and Reid (2001), A fast and practical bit-vector algorithm for
    the longest common subsequence problem, Information Processing Letters 80(6), 279-285.
    """

    lanes = 256

    def __init__(self, task: Alignment, value: float) -> None:
        self.task, self.value = task, value
        longest = max(int(task.lengths.max(initial=0)), 1)
        self.elements, self.order = better_direction(task.elements[:, :longest], task.lengths)
        self.size = len(task.saving)
        self.kinds = word_kinds(longest)

    def block(self, rows: Whole, columns: Whole) -> Floats:
        """Return the distances of rows to columns."""
        masks = column_masks(self.elements[columns], self.task.lengths[columns], self.size)
        words = [masks[:, at].astype(kind) for at, kind in enumerate(self.kinds)]
        common = np.empty((len(rows), len(columns)))
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            common[part] = self._common(self.elements[rows[part]], words)
        return self.task.distances(self.value * common, rows, columns)

    def _common(self, elements: Whole, words: list[AnyWords]) -> Whole:
        shared = shared_starts(elements)
        vectors = [~np.zeros((1, word.shape[1]), dtype=word.dtype) for word in words]
        before = np.zeros(len(elements), dtype=np.int64)
        for place in range(elements.shape[1]):
            fresh = shared <= place
            first = np.flatnonzero(fresh)
            parents = before[first]
            if len(parents) != len(vectors[0]):
                vectors = [vector[parents] for vector in vectors]
            step(vectors, words, elements[first, place])
            before = np.cumsum(fresh) - 1
        # What fills up after a column's end is nowhere, and its bits stay as they were: ones.
        zeros = [count_bits(~vector) for vector in vectors]
        return np.asarray(np.sum(zeros, axis=0)[before])


def word_kinds(longest: int) -> list[Any]:
    """Return types of words that hold so many bits: the last no wider than it must be.

    Examples
    --------
    >>> [kind.__name__ for kind in word_kinds(70)]
    ['uint64', 'uint8']
    """
    rest = (longest - 1) % WORD + 1
    small = next(kind for kind in SMALLER if np.iinfo(kind).bits >= rest)
    return [np.uint64] * ((longest - 1) // WORD) + [small]


def step(vectors: list[AnyWords], words: list[AnyWords], elements: Whole) -> None:
    """Move all rows on by one element each, in place; a word's overflow goes into the next."""
    carry: npt.NDArray[np.bool_] | None = None
    for place, (vector, word) in enumerate(zip(vectors, words, strict=True)):
        hit = word[elements]
        hit &= vector
        total = vector + hit
        over = total < vector if place + 1 < len(words) else None
        if carry is not None:
            total += carry
            if over is not None:
                over |= total < carry
        np.subtract(vector, hit, out=hit)
        np.bitwise_or(total, hit, out=vector)
        carry = over


def column_masks(elements: Whole, lengths: Whole, size: int) -> Words:
    """Return for each element the places at which each column holds it [element, word, column].

    The last element fills up after the end and is nowhere.
    """
    words = max(1, -(-elements.shape[1] // WORD))
    masks = np.zeros((size, words, len(elements)), dtype=np.uint64)
    for place in range(elements.shape[1]):
        bit = np.uint64(1) << np.uint64(place % WORD)
        inside = np.flatnonzero(place < lengths)
        masks[elements[inside, place], place // WORD, inside] |= bit
    return masks
