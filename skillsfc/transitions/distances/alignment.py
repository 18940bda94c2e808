r"""Optimal matching, its spell form and time-warped edits as one problem of alignment.

With :math:`d_a` the cost of deleting a, and :math:`c_{ab}` that of replacing it by b, a pair of
elements that is matched saves :math:`w_{ab} = d_a + d_b - c_{ab}` against deleting both. So the
distance is what deleting everything costs, less the largest sum of savings over pairs in order:
a longest common subsequence with weights. Elements are states (optimal matching), spells
(OMspell) or states with the one before (time warp); one kernel serves all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from skillsfc.transitions.distances.substitution_costs import StateCosts
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.sequences.model import Codes
from skillsfc.transitions.sequences.spells import runs_of

MOST_UNITS = 100  # savings that are multiples of 1/100 or of a larger part are whole numbers of it
ROUNDING = 1e-9


@dataclass(frozen=True)
class Alignment:
    """Sequences of elements, and what matching two elements saves.

    Parameters
    ----------
    elements : array [sequences, longest] of int
        Places in ``saving``; the last place fills up after the end and saves nothing.
    lengths : array of int
        Elements of each sequence.
    saving : array [elements + 1, elements + 1] of float
        Saving of each pair of elements.
    alone : array of float
        Cost of deleting the whole sequence.
    slope : float
        What a match loses for each place that it lies off the diagonal.
    start : array [states + 1, states + 1] of float
        Cost of facing the first states, by ``first``; the last place is no state.
    first : array of int
        First state of each sequence.
    against_nothing : array of float
        Distance of each sequence to an empty one, where that is not ``alone``.
    """

    elements: Whole
    lengths: Whole
    saving: Floats
    alone: Floats
    slope: float = 0.0
    start: Floats = field(default_factory=lambda: np.zeros((1, 1)))
    first: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    against_nothing: Floats = field(default_factory=lambda: np.zeros(0))

    def distances(self, saved: npt.NDArray[np.floating], rows: Whole, columns: Whole) -> Floats:
        """Return distances from the largest savings of a block of pairs."""
        apart = np.add.outer(self.alone[rows], self.alone[columns])
        apart -= saved
        if len(self.first):
            one, other = self.first[rows][:, None], self.first[columns][None, :]
            apart += self.start[one, other]
            nothing = (one == len(self.start) - 1) | (other == len(self.start) - 1)
            if nothing.any():
                whole = self.against_nothing
                apart = np.where(nothing, whole[rows][:, None] + whole[columns][None, :], apart)
        return np.maximum(apart, 0.0, out=apart)

    def common_value(self) -> float | None:
        """Return the saving of equal elements if all others save nothing, else None."""
        inner = self.saving[:-1, :-1]
        equal = np.diag(inner)
        if self.slope or not len(equal) or np.ptp(equal) > 0:
            return None
        others = inner - np.diag(equal)
        return float(equal[0]) if others.max(initial=0.0) <= 0 else None

    def units(self) -> int | None:
        """Return the q that makes all savings and the slope whole numbers of 1/q, if there is one.

        Examples
        --------
        >>> Alignment(*[np.zeros(0)] * 2, np.array([[1.5, 0], [0, 0]]), np.zeros(0)).units()
        2
        """
        values = np.unique(np.append(self.saving.ravel(), self.slope))
        if len(values) > 4 * MOST_UNITS:
            return None
        for parts in range(1, MOST_UNITS + 1):
            scaled = values * parts
            if np.abs(scaled - np.rint(scaled)).max() < ROUNDING:
                return parts
        return None


@dataclass(frozen=True)
class SpellAlignment(Alignment):
    """Sequences of spells, and what matching two of them saves by state and by duration.

    Parameters
    ----------
    by_state : array [states, states] of float
        Saving of two spells of one period by their states.
    state : array of int
        State of each kind of spell.
    worth : array of float
        What a kind of spell adds at most to the saving with one of the same state.
    """

    by_state: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    state: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    worth: Floats = field(default_factory=lambda: np.zeros(0))


def align_states(codes: Codes, costs: StateCosts) -> Alignment:
    """Return optimal matching as an alignment of states."""
    elements = np.where(codes >= 0, codes, len(costs.states)).astype(np.int64)
    delete = np.append(costs.indel, 0.0)
    saving = costs.indel[:, None] + costs.indel[None, :] - costs.substitution
    return Alignment(
        elements, (codes >= 0).sum(axis=1), np.pad(saving, (0, 1)), delete[elements].sum(axis=1)
    )


def align_spells(
    codes: Codes, costs: StateCosts, *, expansion: float, power: float
) -> SpellAlignment:
    r"""Return optimal matching of spells as an alignment of states with durations.

    Notes
    -----
    A spell of duration d has the weight :math:`x = d^{power} - 1`. Deleting it costs
    :math:`d_a + e x`, replacing it by another state :math:`c_{ab} + e (x + x')`, by the same state
    :math:`e |x - x'|`, with e the cost of expansion.
    """
    runs = runs_of(codes)
    size = len(costs.states)
    durations = runs.durations * size + np.maximum(runs.states, 0)
    inside = runs.states >= 0
    kinds, places = np.unique(durations[inside], return_inverse=True)
    elements = np.full(runs.states.shape, len(kinds), dtype=np.int64)
    elements[inside] = places.ravel()
    state, extra = kinds % size, (kinds // size).astype(np.float64) ** power - 1.0
    delete = costs.indel[state] + expansion * extra
    by_state = costs.indel[:, None] + costs.indel[None, :] - costs.substitution
    worth = 2 * expansion * extra
    saving = by_state[state[:, None], state[None, :]]
    shared = np.minimum(worth[:, None], worth[None, :])
    saving += np.where(state[:, None] == state[None, :], shared, 0.0)
    alone = np.append(delete, 0.0)[elements].sum(axis=1)
    return SpellAlignment(
        elements,
        runs.counts,
        np.pad(saving, (0, 1)),
        alone,
        by_state=by_state,
        state=state,
        worth=worth,
    )


def align_warped(codes: Codes, costs: StateCosts, *, nu: float, penalty: float) -> Alignment:
    r"""Return time-warped edits as an alignment of states with the one before.

    Notes
    -----
    Facing :math:`a_i` and :math:`b_j` costs :math:`c(a_i, b_j) + c(a_{i-1}, b_{j-1}) + 2 nu |i-j|`,
    passing over :math:`a_i` costs :math:`c(a_i, a_{i-1}) + nu + lambda`. The first elements
    always face one another. An empty sequence is an indel for each element away from any other.
    """
    size = len(costs.states)
    lengths = (codes >= 0).sum(axis=1)
    wide = np.pad(codes.astype(np.int64), ((0, 0), (0, 1)), constant_values=-1)
    before, after = wide[:, :-1], wide[:, 1:]
    pairs = before * size + after
    inside = after >= 0
    kinds, places = np.unique(pairs[inside], return_inverse=True)
    elements = np.full(pairs.shape, len(kinds), dtype=np.int64)
    elements[inside] = places.ravel()
    old, new = kinds // size, kinds % size
    substitution = costs.substitution
    delete = substitution[old, new] + nu + penalty
    facing = substitution[new[:, None], new[None, :]] + substitution[old[:, None], old[None, :]]
    saving = delete[:, None] + delete[None, :] - facing
    alone = np.append(delete, 0.0)[elements].sum(axis=1)
    first = np.where(lengths > 0, codes[:, 0], size).astype(np.int64)
    return Alignment(
        elements,
        np.maximum(lengths - 1, 0),
        np.pad(saving, (0, 1)),
        alone,
        2 * nu,
        np.pad(substitution, (0, 1)),
        first,
        lengths * costs.indel.max(),
    )
