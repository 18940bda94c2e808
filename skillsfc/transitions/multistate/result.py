"""`StateProbabilities`: where people are, from where they come, and how long they stay."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

import numpy as np
import pandas as pd

from skillsfc.results import Result
from skillsfc.transitions.multistate.event_steps import Steps
from skillsfc.transitions.records import Flags, Floats, Whole
from skillsfc.transitions.survival.curve_reading import read_times
from skillsfc.transitions.survival.intervals import confidence_limits
from skillsfc.transitions.survival.selection import FEW

SUBJECT = "estimate_state_probabilities"
BEYOND, STUCK = "beyond the last time seen", "nobody at risk: cannot be left"
UNFOLLOWED = "no spell in this state: taken as never left"


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


@dataclass(frozen=True, eq=False, repr=False)
class StateProbabilities(Result):
    """Outcome of `estimate_state_probabilities`.

    ``table``: group columns, ``state, time, probability, standard_error, lower, upper, level,
    at_risk, effective_persons, reliability, note``.

    Parameters
    ----------
    time_in_state : DataFrame
        Group columns, ``state, until, expected_time, standard_error, lower, upper, level, unit``:
        the expected time in each state from the start until ``until`` [unit of the spells].
    transition_counts : DataFrame
        Group columns, ``from_state, to_state, events, weighted_events, exposure, hazard``: moves
        seen in the window, time spent in the state before [unit x weight], moves per unit of time.
    curves : tuple of Curve
        The estimates behind the tables.
    """

    time_in_state: pd.DataFrame = field(default_factory=pd.DataFrame)
    transition_counts: pd.DataFrame = field(default_factory=pd.DataFrame)
    curves: tuple[Curve, ...] = ()

    @property
    def _set(self) -> StateSettings:
        return cast("StateSettings", self.settings)

    def at(self, times: Any) -> pd.DataFrame:
        """Return the rows of ``table`` at any times.

        Parameters
        ----------
        times : float or list of float
            Times from the start of the window on [unit of the spells].

        Returns
        -------
        DataFrame
            Columns of ``table``. Between event times the curve is flat. After the last time at
            which the group was seen, probabilities are missing.

        Raises
        ------
        ParameterError
            If a time is missing, negative or no number.
        """
        return tabulate(self.curves, read_times(times, SUBJECT), self._set)

    @cached_property
    def transitions(self) -> pd.DataFrame:
        """Return P(start, t): group columns, ``time, from_state, to_state, probability``.

        ``at_risk`` is the number in ``from_state`` at the start: with none, its row only says what
        people who come into the state later do. Rows of a matrix sum to 1.
        """
        wanted = self.table["time"].drop_duplicates().to_numpy(dtype="float64")
        return self.transitions_at(wanted)

    def transitions_at(self, times: Any) -> pd.DataFrame:
        """Return the matrices P(start, t) at any times, as ``transitions`` has them."""
        wanted, set_ = read_times(times, SUBJECT), self._set
        size = len(set_.states)
        parts = []
        for curve in self.curves:
            place = np.searchsorted(curve.steps.times, wanted, side="right")
            values = curve.steps.products[place]
            values = np.where((wanted <= curve.last)[:, None, None], values, np.nan)
            there = curve.at_risk(np.array([set_.start]), start=set_.start)[0]
            part = pd.DataFrame(
                {
                    "time": np.repeat(wanted, size * size),
                    "from_state": np.tile(np.repeat(set_.states, size), len(wanted)),
                    "to_state": np.tile(set_.states, len(wanted) * size),
                    "probability": values.ravel(),
                    "at_risk": np.tile(np.repeat(there, size), len(wanted)),
                }
            )
            parts.append(with_keys(part, curve.keys))
        return pd.concat(parts, ignore_index=True)


def with_keys(table: pd.DataFrame, keys: dict[str, Any]) -> pd.DataFrame:
    """Put the group's columns before the others."""
    for place, (name, value) in enumerate(keys.items()):
        table.insert(place, name, value)
    return table


def tabulate(curves: tuple[Curve, ...], times: Any, settings: StateSettings) -> pd.DataFrame:
    """Return the tidy table of curves at given times, or at each curve's own (``times`` None)."""
    parts = []
    for curve in curves:
        own = own_times(curve, settings.start) if times is None else times
        parts.append(with_keys(_rows(curve, own, settings), curve.keys))
    return pd.concat(parts, ignore_index=True)


def own_times(curve: Curve, start: float) -> Floats:
    """Return the start and the event times at which the curve has standard errors."""
    return np.concatenate([[start], curve.steps.times])[curve.reported]


def _rows(curve: Curve, times: Floats, settings: StateSettings) -> pd.DataFrame:
    found = curve.read(times, start=settings.start)
    chance, errors = found["probability"].T.ravel(), found["standard_error"].T.ravel()
    at_risk = found["at_risk"]
    lower, upper = confidence_limits(
        chance, errors, level=settings.level, interval=settings.interval
    )
    held = (np.nan_to_num(found["probability"]) > 0) & found["known"][:, None]
    empty = held & (at_risk == 0)
    note = np.where(empty, np.where(curve.followed, STUCK, UNFOLLOWED), "")
    note[~found["known"]] = BEYOND
    few = (found["worth"] < FEW)[:, None] | (note == STUCK) | (note == BEYOND)
    return pd.DataFrame(
        {
            "state": np.repeat(settings.states, len(times)),
            "time": np.tile(times, len(settings.states)),
            "probability": chance,
            "standard_error": errors,
            "lower": lower,
            "upper": upper,
            "level": settings.level,
            "at_risk": at_risk.T.ravel(),
            "effective_persons": np.tile(found["worth"], len(settings.states)),
            "reliability": np.where(few.T.ravel(), "u", ""),
            "note": note.T.ravel(),
        }
    )
