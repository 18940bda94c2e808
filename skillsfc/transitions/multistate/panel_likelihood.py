"""Likelihood of observed panels: every distinct move over every distinct interval, once.

With P the exponential of the generator over an interval, a state seen at a visit counts P[i, j]; an
entry into D seen to the moment counts the sum over m of P[i, m] q[m, D].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skillsfc.transitions.multistate.generator import Exponentials
from skillsfc.transitions.multistate.panel_model import RateModel
from skillsfc.transitions.multistate.panel_moves import reachable
from skillsfc.transitions.multistate.panel_reading import PANEL, Visits
from skillsfc.transitions.records import Flags, Floats, Whole

TOGETHER = 1 << 15  # cells of several evaluations worked on together
DIGITS = 12  # lengths that agree to so many digits are the same: differences of times are rounded


@dataclass(frozen=True)
class Evaluation:
    """Log-likelihood at some parameters.

    Parameters
    ----------
    value : float
        Log-likelihood; minus infinity where something observed cannot happen.
    gradient : array [parameters]
        Its slopes.
    information : array [parameters, parameters] or None
        Expected information, or its estimate by outer products, if asked for.
    """

    value: float
    gradient: Floats
    information: Floats | None = None


@dataclass(frozen=True)
class Groups:
    """Distinct intervals: pattern of covariates, length, and how the end was seen.

    Parameters
    ----------
    design : array [patterns, columns]
        Distinct rows of the design.
    pattern, length, kind : array [groups]
        Row of the design, time, and -1 or the state entered to the moment.
    of : array [intervals]
        Group of each interval.
    """

    design: Floats
    pattern: Whole
    length: Floats
    kind: Whole
    of: Whole

    def exponentials(self, model: RateModel, rates: Floats) -> Exponentials:
        """Return exponentials of all groups at some rates [patterns, transitions]."""
        return Exponentials(
            rates, model.source, model.target, len(model.states), self.pattern, self.length
        )


def distinct_rows(columns: Sequence[Floats | Whole]) -> tuple[Whole, Whole]:
    """Return the first place of each distinct row, and the number of every row's.

    Examples
    --------
    >>> first, number = distinct_rows([np.array([2, 1, 2]), np.array([0, 0, 0])])
    >>> first.tolist(), number.tolist()
    ([1, 0], [1, 0, 1])
    """
    code = np.zeros(len(columns[0]), dtype=np.int64)
    first = np.zeros(1, dtype=np.int64)
    for column in columns:
        values, place = np.unique(column, return_inverse=True)
        _, first, code = np.unique(
            code * len(values) + place.ravel(), return_index=True, return_inverse=True
        )
    return first, code.ravel()


def group_intervals(visits: Visits, design: Floats) -> Groups:
    """Return the distinct intervals of a panel, whose design has one row an interval."""
    length = visits.length
    with np.errstate(divide="ignore"):
        unit = 10.0 ** (np.floor(np.log10(np.where(length > 0, length, 1.0))) - DIGITS)
    length = np.round(length / unit) * unit
    if design.shape[1] == 1:
        patterns, pattern = np.zeros(1, dtype=np.int64), np.zeros(len(length), dtype=np.int64)
    else:
        patterns, pattern = distinct_rows(list(design.T[1:]))
    first, of = distinct_rows([pattern, length, visits.kind])
    return Groups(design[patterns], pattern[first], length[first], visits.kind[first], of)


def ending_rates(exponentials: Exponentials, group: Whole, kind: Whole) -> Floats:
    """Return the rates from every state into ``kind`` [n, states] of the groups' generators."""
    made = exponentials.generators[exponentials.pattern[group], :, kind]
    made[np.arange(len(kind)), kind] = 0.0
    return made


def add_entry_slopes(
    exponentials: Exponentials,
    group: Whole,
    left: Floats,
    share: Floats,
    kind: Whole,
    slopes: Floats,
) -> None:
    """Add to slopes what a rate into the state entered does directly, beside what P does."""
    reached = exponentials.after(group, left) * share[:, None]
    for state in np.unique(kind):
        rows = np.nonzero(kind == state)[0]
        moves = np.nonzero(exponentials.target == state)[0]
        slopes[rows[:, None], moves] += reached[rows[:, None], exponentials.source[moves]]


@dataclass(frozen=True)
class ObservedPanel:
    """Likelihood of a panel whose states are seen as they are.

    Parameters
    ----------
    model : RateModel
        Rates.
    groups : Groups
        Distinct intervals.
    group, start, end : array [cells]
        Group, first and last state of each distinct move that could be seen.
    count : array [cells]
        Sum of weights of the intervals that made it.
    risk : array [cells]
        Sum of weights of the intervals that could have made it; 0 where the end was to the moment.
    cell : array [intervals]
        Cell of each interval.
    weight, cluster : array [intervals]
        Its weight and cluster.
    """

    model: RateModel
    groups: Groups
    group: Whole
    start: Whole
    end: Whole
    count: Floats
    risk: Floats
    cell: Whole
    weight: Floats
    cluster: Whole

    @property
    def size(self) -> int:
        """Return the number of parameters."""
        return self.model.size

    def evaluate(self, parameters: Floats, *, scoring: bool = False) -> Evaluation:
        """Return log-likelihood and gradient, and with ``scoring`` the expected information.

        Notes
        -----
        For an end seen to the moment the outer product of the slopes stands for the expectation.
        """
        rows = np.arange(len(self.group)) if scoring else self.seen
        values, all_slopes = self._slopes(parameters[None], rows)
        value, slopes, count = values[0], all_slopes[0], self.count[rows]
        seen = count > 0
        if not (value[seen] > 0).all():
            return Evaluation(-np.inf, np.zeros(self.size))
        total = float(count[seen] @ np.log(value[seen]))
        gradient = count @ slopes
        if not scoring:
            return Evaluation(total, gradient)
        moment = self.groups.kind[self.group] != PANEL
        spread = np.where(moment, count, self.risk * value)
        return Evaluation(total, gradient, (slopes * spread[:, None]).T @ slopes)

    @cached_property
    def seen(self) -> Whole:
        """Return the cells that were seen."""
        return np.nonzero(self.count)[0]

    def gradients(self, parameters: Floats) -> Floats:
        """Return the gradient at several parameters [several, parameters], worked on together."""
        block = max(1, TOGETHER // max(len(self.seen), 1))
        parts = [
            np.einsum("n,bnp->bp", self.count[self.seen], self._slopes(some, self.seen)[1])
            for some in np.split(parameters, range(block, len(parameters), block))
        ]
        return np.concatenate(parts)

    def _slopes(self, parameters: Floats, rows: Whole) -> tuple[Floats, Floats]:
        """Return the likelihood of cells [several, cells], and slopes of its log."""
        model, groups, several = self.model, self.groups, len(parameters)
        design, size = groups.design, len(groups.length)
        rates = np.concatenate([model.rates(some, design) for some in parameters])
        copy = np.arange(several)[:, None]
        pattern = (groups.pattern + copy * len(design)).ravel()
        length = np.tile(groups.length, several)
        made = Exponentials(rates, model.source, model.target, len(model.states), pattern, length)
        one = np.eye(len(model.states))
        group = (self.group[rows] + copy * size).ravel()
        start, end = np.tile(self.start[rows], several), np.tile(self.end[rows], several)
        left, right = one[start], one[end]
        moment = np.nonzero(groups.kind[self.group[rows]] != PANEL)[0]
        moment = (moment + copy * len(rows)).ravel()
        if len(moment):
            right[moment] = ending_rates(made, group[moment], end[moment])
        value, slopes = made.products(group, left, right, tiny=True)
        if len(moment):
            extra = np.zeros((len(moment), slopes.shape[1]))
            ones = np.ones(len(moment))
            add_entry_slopes(made, group[moment], left[moment], ones, end[moment], extra)
            slopes[moment] += extra
        positive = np.where(value > 0, value, 1.0)
        slopes *= rates[pattern[group]] / positive[:, None]
        rows_of = np.tile(groups.pattern[self.group[rows]], several)
        full = model.to_parameters(slopes, design[rows_of])
        return value.reshape(several, -1), full.reshape(several, len(rows), -1)

    def cluster_scores(self, parameters: Floats) -> Floats:
        """Return weighted sums of slopes by cluster [clusters, parameters]."""
        place = np.zeros(len(self.group), dtype=np.int64)
        place[self.seen] = np.arange(len(self.seen))
        slopes = self._slopes(parameters[None], self.seen)[1][0][place[self.cell]]
        slopes *= self.weight[:, None]
        made = np.zeros((int(self.cluster.max(initial=-1)) + 1, self.size))
        np.add.at(made, self.cluster, slopes)
        return made[np.unique(self.cluster)]


def observed_panel(model: RateModel, visits: Visits, design: Floats) -> ObservedPanel:
    """Return the likelihood of visits without unknown states; moves must be possible."""
    groups = group_intervals(visits, design)
    start, end = visits.code[visits.left], visits.code[visits.left + 1]
    weight = visits.weight[visits.left]
    size = len(model.states)
    key = (groups.of * size + start) * size + end
    # Every end that could have been seen from a start that was seen: for expected information.
    pairs = np.unique(key[visits.kind == PANEL] // size)
    ways = reachable(model.allowed)[pairs % size]
    possible = (pairs[:, None] * size + np.arange(size))[ways]
    keys, place = np.unique(np.r_[key, possible], return_inverse=True)
    cell = place[: len(key)]
    count: Floats = np.bincount(cell, weights=weight, minlength=len(keys)).astype(np.float64)
    risk = np.bincount(groups.of * size + start, weights=weight)
    group, rest = keys // (size * size), keys // size
    moment: Flags = groups.kind[group] != PANEL
    return ObservedPanel(
        model, groups, group, rest % size, keys % size, count,
        np.where(moment, 0.0, risk[rest]), cell, weight, visits.cluster[visits.left],
    )  # fmt: skip
