"""`Flows`: who moved between two interviews, and who was not seen again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.results import Result
from skillsfc.transitions.flows.matrices import NamedMatrix
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.survival.intervals import confidence_limits
from skillsfc.transitions.survival.selection import FEW

SUBJECT = "estimate_flows"
NOBODY = "nobody is interviewed at both dates"


@dataclass(frozen=True)
class FlowSettings:
    """How flows were estimated.

    Parameters
    ----------
    states : tuple of str
        The states.
    time : str
        Column of the dates.
    group : tuple of str
        Columns of the groups.
    weight_date : str
        Interview whose weight counts: ``"first"``, ``"second"`` or their ``"mean"``.
    margins : str or None
        How flows were made to agree with stocks: ``"wls"``, ``"ipf"``, or not at all.
    misclassified : bool
        Whether errors of answers were undone.
    negative : str
        What was done with negative flows after that.
    interval : str
        Scale of the limits.
    level : float
        Their level [0-1].
    apart : float
        Time between the dates of the pairs in the average [unit of the dates; months of days].
    months : float
        The same in months; missing where the dates are numbers without a unit.
    left_out : tuple of str
        Pairs of dates that are not in it, as they are further apart, or less far, than most.
    """

    states: tuple[str, ...]
    time: str
    group: tuple[str, ...] = ()
    weight_date: str = "first"
    margins: str | None = None
    misclassified: bool = False
    negative: str = "flag"
    interval: str = "logit"
    level: float = 0.95
    apart: float = 1.0
    months: float = float("nan")
    left_out: tuple[str, ...] = ()

    @property
    def uneven(self) -> str:
        """Say which dates are not in the average, and what would take them all; or nothing."""
        if not self.left_out:
            return ""
        return (
            f"The dates in {self.time} are not equally far apart: all pairs together are those "
            f"{self.apart:g} apart, without {listing(self.left_out)}, over which chances are "
            "others. sf.fit_panel_markov takes times of any length."
        )


@dataclass(frozen=True)
class FlowMatrix:
    """Flows and transition probabilities of one group between two dates, or over all pairs.

    Parameters
    ----------
    keys : dict
        Columns of the group, and ``time, until`` (a pair) or ``pairs`` (their number).
    count : array [states, states] of int
        Persons matched, as recorded.
    flow, probability : array [states, states]
        Weighted and adjusted; rows: state before.
    flow_covariance, covariance : array [states^2, states^2]
        Of their entries, row by row.
    """

    keys: dict[str, Any]
    count: Whole
    flow: Floats
    probability: Floats
    flow_covariance: Floats
    covariance: Floats


@dataclass(frozen=True, eq=False, repr=False)
class Flows(Result):
    """Outcome of `estimate_flows`.

    ``table``: group columns, ``time, until, from_state, to_state, count, flow, flow_error,
    probability, standard_error, lower, upper, level, reliability, note``; one matrix for each pair
    of consecutive dates.

    Parameters
    ----------
    average : DataFrame
        The same over all pairs, equally far apart: flows added, ``pairs`` their number.
    unmatched : DataFrame
        Group columns, ``time, until, state, kind`` (matched, lost, entered), ``count, weight,
        share``: persons interviewed at both dates, only at the first, only at the second; share
        of all interviewed in that state at the first (matched, lost) or second (entered) date.
    matrices, averages : tuple of FlowMatrix
        The matrices behind the tables.
    """

    average: pd.DataFrame = field(default_factory=pd.DataFrame)
    unmatched: pd.DataFrame = field(default_factory=pd.DataFrame)
    matrices: tuple[FlowMatrix, ...] = ()
    averages: tuple[FlowMatrix, ...] = ()

    @property
    def _set(self) -> FlowSettings:
        return cast("FlowSettings", self.settings)

    def named_matrices(self) -> list[NamedMatrix]:
        """Return the average matrix of each group with any, for `to_continuous_rates`."""
        return [
            NamedMatrix(
                self._set.states,
                one.probability,
                one.covariance,
                {name: one.keys[name] for name in self._set.group},
                tuple(text for text in (self._set.uneven,) if text),
            )
            for one in self.averages
            if one.keys["pairs"]
        ]

    def last_shares(self) -> pd.DataFrame:
        r"""Return the share of each state at the last date, of those found at the last two.

        Returns
        -------
        DataFrame
            Group columns, ``until`` (the last date of the group), ``state, share, standard_error,
            lower, upper`` [0-1], ``level, persons``.

        Notes
        -----
        With flows :math:`N_{ij}`, :math:`s_j = \sum_i N_{ij} / \sum_{ik} N_{ik}`; standard errors
        by the delta method on the covariance of the flows.

        Examples
        --------
        >>> from skillsfc.transitions.flows.estimate import estimate_flows
        >>> panel = pd.DataFrame({"person": [1, 1, 2, 2, 3, 3], "quarter": [1, 2] * 3,
        ...                       "state": ["E", "E", "E", "U", "U", "E"]})
        >>> made = estimate_flows(panel).last_shares()
        >>> made[["state", "share", "standard_error"]].round(3).values.tolist()
        [['E', 0.667, 0.333], ['U', 0.333, 0.333]]
        """
        # A later pair of the same group takes the place of an earlier one.
        last = {tuple(one.keys[name] for name in self._set.group): one for one in self.matrices}
        parts = [_shares_after(one, self._set) for one in last.values()]
        return pd.concat(parts, ignore_index=True)

    def matrix(self, *, time: Any = None, **group: Any) -> pd.DataFrame:
        """Return one matrix of transition probabilities: rows before, columns after.

        Parameters
        ----------
        time : optional
            First date of the pair. Default: all pairs together.
        **group
            Value of each group column.

        Raises
        ------
        ParameterError
            If that does not name one matrix.
        """
        wanted = dict(group) if time is None else {**group, "time": time}
        among = self.averages if time is None else self.matrices
        found = [one for one in among if all(one.keys.get(k) == v for k, v in wanted.items())]
        if len(found) != 1:
            known = {name: [one.keys.get(name) for one in among] for name in wanted}
            problems = [
                Problem(name, repr(value), listing(dict.fromkeys(known[name]), 12),
                        did_you_mean(value, known[name]))
                for name, value in wanted.items()
                if value not in known[name]
            ]  # fmt: skip
            found_text = f"{len(found)} matrices"
            names = listing([*self._set.group, "time"])
            problems = problems or [Problem("matrix", found_text, f"one: name {names}")]
            raise ParameterError("Flows.matrix", problems)
        states = list(self._set.states)
        labelled = pd.DataFrame(found[0].probability, index=states, columns=states)
        return labelled.rename_axis(index="from_state", columns="to_state")


def _shares_after(one: FlowMatrix, settings: FlowSettings) -> pd.DataFrame:
    """Return the shares of the states at the second date of one pair."""
    size, whole = len(settings.states), one.flow.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        share = one.flow.sum(axis=0) / whole
        slope = (np.tile(np.eye(size), size) - share[:, None]) / whole
        error = np.sqrt(np.maximum(np.diagonal(slope @ one.flow_covariance @ slope.T), 0.0))
    lower, upper = confidence_limits(share, error, level=settings.level, interval=settings.interval)
    return pd.DataFrame(
        {
            **{name: one.keys[name] for name in (*settings.group, "until")},
            "state": settings.states,
            "share": share,
            "standard_error": error,
            "lower": lower,
            "upper": upper,
            "level": settings.level,
            "persons": one.count.sum(axis=0),
        }
    )


def tabulate(matrices: tuple[FlowMatrix, ...], settings: FlowSettings) -> pd.DataFrame:
    """Return matrices as one long table."""
    return pd.concat([_rows(one, settings) for one in matrices], ignore_index=True)


def _rows(one: FlowMatrix, settings: FlowSettings) -> pd.DataFrame:
    size = len(settings.states)
    chance = one.probability.ravel()
    error, flow_error = (
        np.sqrt(np.maximum(np.diagonal(part), 0.0))
        for part in (one.covariance, one.flow_covariance)
    )
    lower, upper = confidence_limits(
        chance, error, level=settings.level, interval=settings.interval
    )
    few = np.repeat(one.count.sum(axis=1) < FEW, size)
    # As uncertain as a count of so few: corrections and clusters can leave less than the persons.
    few |= (FEW - 1) * error**2 > np.maximum(chance * (1 - chance), 0.0)
    negative = (one.flow.ravel() < 0) | (chance < 0)
    note = np.where(negative, "negative: the correction asks for too much", "")
    if not one.count.any():
        note[:] = NOBODY
    return pd.DataFrame(
        {
            **{name: [value] * (size * size) for name, value in one.keys.items()},
            "from_state": np.repeat(settings.states, size),
            "to_state": np.tile(settings.states, size),
            "count": one.count.ravel(),
            "flow": one.flow.ravel(),
            "flow_error": flow_error,
            "probability": chance,
            "standard_error": error,
            "lower": lower,
            "upper": upper,
            "level": settings.level,
            "reliability": np.where(few, "u", ""),
            "note": note,
        }
    )
