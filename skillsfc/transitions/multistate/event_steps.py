"""Stays in states on the grid of event times: risk sets, transition matrices and their product.

Every array of stays has one entry a spell; every array of steps one row a distinct time at which
somebody moved. A spell is at risk at the event times u with ``begin < u <= end``: delayed entry is
exact, and ties enter one matrix together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skillsfc.transitions.records import Flags, Floats, Whole

EMPTY = 1e-12  # weight at risk below this part of all weight is the rounding of a sum, not people


@dataclass(frozen=True)
class Stays:
    """Spells within the window of the estimate.

    Parameters
    ----------
    begin, end : array of float
        Times between which the spell is under observation; it is at risk at ``begin < u <= end``.
    state, to : array of int
        Places of the state, and of the one entered at ``end``; -1 where no move was seen.
    weight : array of float
        Weights.
    cluster : array of int
        Number of the cluster, 0..
    size : int
        Number of states.
    """

    begin: Floats
    end: Floats
    state: Whole
    to: Whole
    weight: Floats
    cluster: Whole
    size: int

    def within(self, start: float, until: float) -> Stays:
        """Return the parts of the stays that lie in (start, until]."""
        if len(self.begin) and self.begin.min() >= start and self.end.max() <= until:
            return self
        kept = np.nonzero((self.end > start) & (self.begin < until))[0]
        end = self.end[kept]
        return Stays(
            np.maximum(self.begin[kept], start),
            np.minimum(end, until),
            self.state[kept],
            np.where(end <= until, self.to[kept], -1),
            self.weight[kept],
            self.cluster[kept],
            self.size,
        )

    def select(self, rows: Flags | Whole) -> Stays:
        """Return some of the stays."""
        return Stays(
            self.begin[rows],
            self.end[rows],
            self.state[rows],
            self.to[rows],
            self.weight[rows],
            self.cluster[rows],
            self.size,
        )

    @cached_property
    def unweighted(self) -> bool:
        """Return whether all weights are one."""
        return bool((self.weight == 1.0).all())


@dataclass(frozen=True)
class Steps:
    """The grid of event times and what happens at each.

    Parameters
    ----------
    times : array [steps]
        Distinct times at which somebody moved, rising.
    at_risk : array [steps, states] of int
        Spells at risk, unweighted.
    weight_at_risk : array [steps, states]
        Their weight.
    matrices : array [steps, states, states]
        I + dA: rows sum to 1, nothing below 0.
    """

    times: Floats
    at_risk: Whole
    weight_at_risk: Floats
    matrices: Floats

    @cached_property
    def products(self) -> Floats:
        """Return P(start, t) before the first step and after each: [steps + 1, states, states]."""
        return running_products(self.matrices)

    def ranges(self, stays: Stays) -> tuple[Whole, Whole]:
        """Return the first step at which each spell is at risk, and the one after its last."""
        whole = _whole_numbers(stays)
        if whole is None:
            first: Whole = np.searchsorted(self.times, stays.begin, side="right")
            last: Whole = np.searchsorted(self.times, stays.end, side="right")
            return first, last
        begin, end, lowest = whole
        seen = np.zeros(int(end.max()) + 1, dtype=np.int64)
        seen[(self.times - lowest).astype(np.int64)] = 1
        place: Whole = np.cumsum(seen)
        return place[begin], place[end]


def count_steps(stays: Stays) -> Steps:
    """Return risk sets and transition matrices of stays, without a loop over persons or times.

    Examples
    --------
    >>> one = np.array([0, 0])
    >>> stays = Stays(np.zeros(2), np.array([1.0, 2.0]), one, np.array([1, -1]), np.ones(2),
    ...     np.arange(2), 2)
    >>> count_steps(stays).matrices.tolist()
    [[[0.5, 0.5], [0.0, 1.0]]]
    """
    begin, end, times = _slots(stays)
    size, count = stays.size, len(times)
    opened = begin * size + stays.state
    closed = end * size
    closed += stays.state
    closed *= size + 1
    closed += stays.to
    closed += 1  # column 0: no move was seen
    at_risk, moves = _tables(opened, closed, None, count, size)
    moved = np.nonzero(moves.any(axis=(1, 2)))[0]
    weighted, flows = at_risk[moved].astype(np.float64), moves[moved].astype(np.float64)
    emptied = (moves[moved].sum(axis=2) == at_risk[moved]) & (at_risk[moved] > 0)
    if not stays.unweighted:
        sums, weighed = _tables(opened, closed, stays.weight, count, size)
        sums[sums < EMPTY * stays.weight.sum()] = 0.0
        weighted, flows = sums[moved], weighed[moved]
    return Steps(times[moved], at_risk[moved], weighted, _matrices(flows, weighted, emptied))


def _slots(stays: Stays) -> tuple[Whole, Whole, Floats]:
    """Return places on a rising list of times: a spell is at risk at begin < place <= end.

    Whole numbers are places themselves; else only times at which somebody moved are listed, after
    one that stands for all before.
    """
    whole = _whole_numbers(stays)
    if whole is not None:
        begin, end, lowest = whole
        return begin, end, np.arange(int(end.max()) + 1, dtype=np.float64) + lowest
    moved: Floats = np.unique(stays.end[stays.to >= 0])
    first: Whole = np.searchsorted(moved, stays.begin, side="right")
    last: Whole = np.searchsorted(moved, stays.end, side="right")
    return first, last, np.concatenate([[-np.inf], moved])


def _tables(
    opened: Whole, closed: Whole, weight: Floats | None, count: int, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return how much is at risk at each place in each state, and how much moves to which."""
    ends = np.bincount(closed, weight, minlength=count * size * (size + 1))
    ends = ends.reshape(count, size, size + 1)
    change = np.bincount(opened, weight, minlength=count * size).reshape(count, size)
    change = change - ends.sum(axis=2)
    at_risk = np.zeros_like(change)
    np.cumsum(change[:-1], axis=0, out=at_risk[1:])
    return at_risk, ends[:, :, 1:]


def _whole_numbers(stays: Stays) -> tuple[Whole, Whole, float] | None:
    """Return times counted from the lowest, where all are whole numbers and not far apart."""
    if not len(stays.begin):
        return None
    lowest = float(stays.begin.min())
    span = float(stays.end.max()) - lowest
    if lowest != math.floor(lowest) or span * stays.size**2 > 4 * len(stays.begin) + 10_000:
        return None
    begin: Whole = stays.begin.astype(np.int64)
    end: Whole = stays.end.astype(np.int64)
    if (end != stays.end).any() or (begin != stays.begin).any():
        return None
    if lowest:
        begin, end = begin - int(lowest), end - int(lowest)
    return begin, end, lowest


def _matrices(moves: Floats, weighted: Floats, emptied: Flags) -> Floats:
    """Return I + dA; where nobody is at risk the row is that of the unit matrix.

    States that all have left keep a chance of 0, not the rounding of a sum of parts.
    """
    empty = weighted <= 0
    hazards = moves / np.where(empty, np.inf, weighted)[:, :, None]
    leaving = hazards.sum(axis=2)
    whole = (emptied & (leaving > 0)) | (leaving > 1.0)  # above 1 by rounding only
    hazards[whole] /= leaving[whole][:, None]
    leaving[whole] = 1.0
    places = np.arange(moves.shape[1])
    hazards[:, places, places] += 1.0 - leaving
    return np.asarray(hazards, dtype=np.float64)


def running_products(matrices: Floats) -> Floats:
    """Return the unit matrix and the products of the first 1, 2, ... matrices.

    Notes
    -----
    Cut into about as many blocks as each has matrices: the products within all blocks are made at
    once, then each block is multiplied by what stands before it. Twice the arithmetic of a plain
    loop, but only about two square roots of its turns.

    Examples
    --------
    >>> running_products(np.full((3, 1, 1), 0.5)).ravel().tolist()
    [1.0, 0.5, 0.25, 0.125]
    """
    count, size = len(matrices), matrices.shape[1]
    length = max(1, math.isqrt(max(count - 1, 0)) + 1)
    blocks = -(-count // length)
    unit = np.eye(size)
    padded = np.broadcast_to(unit, (blocks * length, size, size)).copy()
    padded[:count] = matrices
    inside = padded.reshape(blocks, length, size, size)
    for place in range(1, length):
        inside[:, place] = inside[:, place - 1] @ inside[:, place]
    before = unit
    for block in inside:
        last = before @ block[-1]
        block[:] = before @ block
        before = last
    return np.concatenate([unit[None], padded[:count]])
