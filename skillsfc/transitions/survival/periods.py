"""Spells in whole periods, held by distinct covariates: no table of person-periods is made.

Rows with the same covariates are one pattern. All that a discrete-time likelihood needs of them is
how many of a pattern are at risk in each period, and how many of these move.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.transitions.records import Floats, Whole

CELLS = 2_000_000  # cells of a block: patterns x periods x kinds of moves
_KEPT = 8_000_000  # cells of all blocks that are kept rather than made again


@dataclass(frozen=True)
class Block:
    """Some patterns: covariates, weight at risk [patterns, periods], moves [.., .., kinds]."""

    matrix: Floats
    risk: Floats
    moves: Floats


@dataclass(frozen=True, eq=False)
class Periods:
    """Spells in whole periods.

    Parameters
    ----------
    matrix : array [patterns, columns]
        Distinct covariates.
    pattern, first, last, cause : arrays of int [rows]
        Pattern of each row, the first and last period at risk (0 is the first period), and the kind
        of its move in the last one, -1 where none was seen.
    weight : array [rows]
        Weights.
    number : int
        Number of periods.
    kinds : int
        Number of kinds of moves.
    """

    matrix: Floats
    pattern: Whole
    first: Whole
    last: Whole
    cause: Whole
    weight: Floats
    number: int
    kinds: int

    def blocks(self) -> Iterator[Block]:
        """Give the patterns in blocks that fit into little memory."""
        if len(self.matrix) * self.number * self.kinds <= _KEPT:
            yield from self._kept
        else:
            yield from self._made()

    @cached_property
    def _kept(self) -> list[Block]:
        return list(self._made())

    @cached_property
    def _order(self) -> tuple[Whole, Whole]:
        order = np.argsort(self.pattern, kind="stable")
        return order, np.searchsorted(self.pattern[order], np.arange(len(self.matrix) + 1))

    def _made(self) -> Iterator[Block]:
        size = max(1, CELLS // (self.number * self.kinds))
        if size >= len(self.matrix):
            yield self._block(slice(None), 0, len(self.matrix))
            return
        order, stop = self._order
        for low in range(0, len(self.matrix), size):
            high = min(low + size, len(self.matrix))
            rows = order[stop[low] : stop[high]]
            yield self._block(rows, low, high)

    def _block(self, rows: Whole | slice, low: int, high: int) -> Block:
        count, width = high - low, self.number
        own, weight = self.pattern[rows] - low, self.weight[rows]
        # At risk: those whose last period is this or a later one, less those who begin later.
        ends = np.bincount(own * width + self.last[rows], weight, count * width)
        risk = _later(ends.reshape(count, width))
        late = self.first[rows] > 0
        if late.any():
            place = own[late] * width + self.first[rows][late] - 1
            begin = np.bincount(place, weight[late], count * width)
            risk = risk - _later(begin.reshape(count, width))
            risk[risk < 1e-12 * max(float(risk.max()), 1e-300)] = 0.0  # what rounding leaves
        moved = self.cause[rows] >= 0
        cell = (own * width + self.last[rows])[moved] * self.kinds + self.cause[rows][moved]
        sums: Any = np.bincount(cell, weight[moved], count * width * self.kinds)
        return Block(self.matrix[low:high], risk, sums.reshape(count, width, self.kinds))

    def totals(self) -> tuple[Floats, Floats]:
        """Return weight at risk [periods] and moves [periods, kinds] of everyone."""
        risk, moves = np.zeros(self.number), np.zeros((self.number, self.kinds))
        for block in self.blocks():
            risk += block.risk.sum(axis=0)
            moves += block.moves.sum(axis=0)
        return risk, moves

    def at_risk(self) -> Whole:
        """Return how many rows are at risk in each period, without weights."""
        ends = np.bincount(self.last, minlength=self.number)
        begin = np.bincount(self.first, minlength=self.number + 1)[1 : self.number + 1]
        return np.asarray(np.cumsum((ends - begin)[::-1])[::-1])


def _later(values: Any) -> Floats:
    return np.asarray(np.cumsum(values[:, ::-1], axis=1)[:, ::-1])


def find_patterns(matrix: Floats) -> tuple[Floats, Whole, Whole]:
    """Return distinct rows, the pattern of each row, and a row of each pattern.

    Examples
    --------
    >>> found, pattern, example = find_patterns(np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 0.0]]))
    >>> len(found), bool(pattern[0] == pattern[2])
    (2, True)
    """
    if matrix.shape[1] == 0:
        return matrix[:1], np.zeros(len(matrix), dtype=np.int64), np.zeros(1, dtype=np.int64)
    # One number a row, by odd multiples; equal rows have equal numbers, and that is looked at.
    mixed = np.zeros(len(matrix))
    for at in range(matrix.shape[1]):
        mixed += matrix[:, at] * np.sqrt(2.0 + at) * np.pi
    pattern = np.asarray(pd.factorize(mixed)[0], dtype=np.int64)
    example = np.empty(int(pattern.max()) + 1, dtype=np.int64)
    example[pattern[::-1]] = np.arange(len(pattern))[::-1]  # the first row of each is the last put
    if not (matrix[example][pattern] == matrix).all():
        _, example, pattern = np.unique(matrix, axis=0, return_index=True, return_inverse=True)
    return matrix[example], pattern.reshape(-1), example
