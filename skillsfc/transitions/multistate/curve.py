"""The curve of one group: state probabilities, their errors, and who is under observation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skillsfc.transitions.multistate.event_steps import Steps
from skillsfc.transitions.records import Flags, Floats, Whole


@dataclass(frozen=True)
class StateSettings:
    """How state probabilities were estimated.

    Parameters
    ----------
    states : tuple of str
        The states.
    start, until : float
        Window of time [unit of the spells].
    group : tuple of str
        Columns of the groups.
    from_state : str or None
        State at the start, if one was asked for.
    landmark : bool
        Whether only persons in that state at the start are used.
    initial : str
        Where the distribution at the start comes from: ``"observed"``, ``"given"`` or
        ``"from_state"``.
    interval : str
        Scale of the limits.
    level : float
        Their level [0-1].
    unit : str
        Unit of time.
    """

    states: tuple[str, ...]
    start: float
    until: float
    group: tuple[str, ...] = ()
    from_state: str | None = None
    landmark: bool = False
    initial: str = "observed"
    interval: str = "plain"
    level: float = 0.95
    unit: str = "month"


@dataclass(frozen=True)
class Curve:
    """The estimate of one group.

    Parameters
    ----------
    keys : dict
        Columns of the group.
    steps : Steps
        Event times, risk sets and transition matrices.
    probability : array [steps + 1, states]
        State probabilities at the start and after each step.
    reported : array of int
        Numbers of steps after which a standard error is known, rising.
    errors : array [reported, states]
        Standard errors there; missing where they were not asked for.
    begin, end : array
        Times between which each spell is under observation, each sorted, by state.
    last : float
        Last time at which anybody was seen.
    change : array [steps, states] of int
        Spells that come into each state at each step by a move, less those that leave it.
    worth : array [steps + 1]
        Persons that the estimate is worth so far: at the start and after each step.
    spent : array [states]
        Expected time in each state until ``last``.
    spent_covariance : array [states, states]
        Of these times; missing where errors were not asked for.
    """

    keys: dict[str, Any]
    steps: Steps
    probability: Floats
    reported: Whole
    errors: Floats
    begin: tuple[Floats, ...]
    end: tuple[Floats, ...]
    last: float
    change: Whole
    worth: Floats
    spent: Floats
    spent_covariance: Floats

    @property
    def followed(self) -> Flags:
        """Return whether any spell is in each state: others are left by nobody, by default."""
        return np.array([len(begin) > 0 for begin in self.begin], dtype=bool)

    def at_risk(self, times: Floats, *, start: float) -> Whole:
        """Return the spells seen in each state at each time, the moves at that time made."""
        columns = []
        for begin, end in zip(self.begin, self.end, strict=True):
            came = np.searchsorted(begin, times, side="left")
            # At the start there is nothing just before: the spells seen just after are counted.
            came = np.where(times == start, np.searchsorted(begin, times, side="right"), came)
            gone = np.where(times == start, 0, np.searchsorted(end, times, side="left"))
            columns.append(came - gone)
        counts = np.stack(columns, axis=1)
        if len(self.steps.times):
            place = np.minimum(np.searchsorted(self.steps.times, times), len(self.change) - 1)
            here = (self.steps.times[place] == times) & (times != start)
            counts[here] += self.change[place[here]] * self.followed
        return np.asarray(counts, dtype=np.int64)

    def read(self, times: Floats, *, start: float) -> dict[str, Any]:
        """Return what is known at given times: arrays [times, states]."""
        place = np.searchsorted(self.steps.times, times, side="right")
        known = times <= self.last
        row = np.minimum(np.searchsorted(self.reported, place), max(len(self.reported) - 1, 0))
        stated = self.reported[row] == place if len(self.reported) else np.zeros(len(times), bool)
        errors = np.where((stated & known)[:, None], self.errors[row], np.nan)
        at_risk = self.at_risk(times, start=start)
        now = persons_worth(self.probability[place], at_risk, self.followed)
        return {
            "probability": np.where(known[:, None], self.probability[place], np.nan),
            "standard_error": errors,
            "at_risk": at_risk,
            "worth": np.where(known, np.minimum(self.worth[place], now), np.nan),
            "known": known,
        }


def persons_worth(probability: Floats, at_risk: Whole, followed: Flags) -> Floats:
    r"""Return how many persons, followed throughout, an estimate at each time is worth.

    Notes
    -----
    Where Y people are at risk in a state of share p, they stand for Y / p people. The mean over the
    states, weighted by p and harmonic as errors are:
    :math:`\sum_i p_i / \sum_i (p_i^2 / Y_i)`. A state that nobody is seen in counts as one person;
    states without any spell are left out, as nothing is estimated of leaving them.

    Examples
    --------
    >>> share, seen = np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([[50, 50], [98, 2]])
    >>> persons_worth(share, seen, np.ones(2, dtype=bool)).round(1).tolist()
    [100.0, 7.8]
    """
    share = np.where(followed, probability, 0.0)
    with np.errstate(all="ignore"):
        worth = share.sum(axis=1) / (share**2 / np.maximum(at_risk, 1)).sum(axis=1)
    return np.asarray(np.round(np.where(np.isnan(worth), np.inf, worth), 9), dtype=np.float64)
