"""`StateProbabilities`: where people are, from where they come, and how long they stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

import numpy as np
import pandas as pd

from skillsfc.results import Result
from skillsfc.transitions.column_names import refuse_other_than_mappings
from skillsfc.transitions.multistate.curve import Curve, StateSettings
from skillsfc.transitions.multistate.curve_tables import tabulate, time_table, with_keys
from skillsfc.transitions.survival.curve_reading import read_times

SUBJECT = "estimate_state_probabilities"


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

    def time_in_kinds(self, kinds: Mapping[str, str]) -> pd.DataFrame:
        """Return the expected time in kinds of states, such as all that are jobs.

        Parameters
        ----------
        kinds : mapping of str to str
            Kind of each state; a state that is not named is its own kind.

        Returns
        -------
        DataFrame
            Group columns, ``kind, until, expected_time, standard_error, lower, upper, level,
            unit``, as `time_in_state`: errors of sums, since who is more in one state of a kind
            may be less in another.

        Raises
        ------
        ParameterError
            If ``kinds`` is no mapping.
        """
        expected = "the kind of each state, such as {'full_time': 'job', 'part_time': 'job'}"
        refuse_other_than_mappings({"kinds": kinds}, SUBJECT, expected)
        of_kind = {name: str(kinds.get(name, name)) for name in self._set.states}
        return time_table(self.curves, self._set, of_kind).rename(columns={"state": "kind"})

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
