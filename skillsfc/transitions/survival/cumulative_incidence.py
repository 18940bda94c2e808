"""`CumulativeIncidence`: chances to have made each kind of move, and what can be read from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pandas as pd

from skillsfc.results import Result
from skillsfc.transitions.records import Floats
from skillsfc.transitions.survival.competing_risks import Incidence
from skillsfc.transitions.survival.curve_reading import (
    quantile_rows,
    read_shares,
    read_times,
    rows_at,
)
from skillsfc.transitions.survival.gray import compare_incidence
from skillsfc.transitions.survival.intervals import normal_quantile
from skillsfc.transitions.survival.log_rank import CurveComparison
from skillsfc.transitions.survival.selection import Names, Selection, as_names

SUBJECT = "estimate_cumulative_incidence"
START = {
    "probability": 0.0, "standard_error": 0.0, "lower": 0.0, "upper": 0.0, "hazard": 0.0,
    "stayed": 1.0,
}  # fmt: skip


@dataclass(frozen=True)
class IncidenceSettings:
    """Arguments of `estimate_cumulative_incidence`; ``to`` are the moves shown."""

    state: str | None
    to: tuple[str, ...]
    group: tuple[str, ...]
    clock: str
    errors: str
    interval: str
    level: float
    unit: str


@dataclass(frozen=True, eq=False, repr=False)
class CumulativeIncidence(Result):
    """Cumulative incidence of several kinds of moves, in one or more groups.

    Parameters
    ----------
    steps : DataFrame
        The whole curves; ``.table`` has the times asked for.
    curves : tuple of Incidence
        The same as arrays, by group.
    selection : Selection
        The spells used.
    """

    steps: pd.DataFrame = field(default_factory=pd.DataFrame)
    curves: tuple[Incidence, ...] = ()
    selection: Selection | None = None

    def at(self, times: Any) -> pd.DataFrame:
        """Return the curves at given times.

        Parameters
        ----------
        times : float or list of float
            Times [unit of the spells].

        Returns
        -------
        DataFrame
            Columns of ``.table`` and ``note``. After the last time seen the estimates are missing,
            unless everyone had moved by then.

        Examples
        --------
        >>> import skillsfc as sf
        >>> kinds = ["E", "I", "E", ""]
        >>> spells = pd.DataFrame({"start": 0, "end": [2, 3, 5, 8], "to_state": kinds})
        >>> made = sf.estimate_cumulative_incidence(spells)
        >>> made.at([4])[["to_state", "probability"]].values.tolist()
        [['E', 0.25], ['I', 0.25]]
        """
        wanted = read_times(times, SUBJECT)
        parts = [
            rows_at(part, wanted, start=START, ended=curve.survival[-1] == 0, seen=seen)
            for (_, part, curve, _), seen in zip(self._parts(), self._seen(), strict=True)
        ]
        return pd.concat(parts, ignore_index=True)

    def quantiles(self, shares: Any = (0.25, 0.5)) -> pd.DataFrame:
        """Return the times by which given shares of all have made each kind of move.

        Parameters
        ----------
        shares : float or list of float
            Shares [0-1]. Many are never reached: moves of other kinds come first.

        Returns
        -------
        DataFrame
            Group columns, ``to_state, share, time, lower, upper`` [unit of the spells], ``note``.
        """
        wanted = read_shares(shares, SUBJECT)
        rows = [
            row
            for keys, part, _, _ in self._parts()
            for row in quantile_rows(part, wanted, keys, rising=True)
        ]
        settings = cast("IncidenceSettings", self.settings)
        return pd.DataFrame(rows).assign(level=settings.level, unit=settings.unit)

    def mean_time(self, horizon: float | None = None) -> pd.DataFrame:
        """Return the mean time after a move of each kind within a horizon.

        Parameters
        ----------
        horizon : float, optional
            Default: the last time seen in the group that is seen for the shortest time [unit of
            the spells].

        Returns
        -------
        DataFrame
            Group columns, ``to_state, horizon, mean, standard_error, lower, upper`` [unit of the
            spells], ``note``: the area under each curve. All kinds and the mean time in the state
            itself sum to the horizon.
        """
        limit = min(float(curve.counts.times[-1]) for curve in self.curves)
        limit = limit if horizon is None else float(read_times(horizon, SUBJECT)[0])
        settings = cast("IncidenceSettings", self.settings)
        z = normal_quantile(settings.level)
        rows = []
        for keys, _, curve, kind in self._parts():
            mean, error = curve.mean_time(kind, limit)
            seen = limit <= curve.counts.times[-1] or curve.survival[-1] == 0
            rows.append({
                **keys, "horizon": limit, "mean": mean, "standard_error": error,
                "lower": mean - z * error, "upper": mean + z * error, "level": settings.level,
                "unit": settings.unit,
                "note": "" if seen else "the curve was held level after the last time seen",
            })  # fmt: skip
        return pd.DataFrame(rows)

    def compare(self, *, strata: Names = None, rho: float = 0.0) -> CurveComparison:
        """Test whether the groups have the same incidence of each kind of move (Gray).

        Parameters
        ----------
        strata : str or list of str, optional
            Columns within whose values the groups are compared.
        rho : float
            Weight (1 - F)^rho of the differences.

        Returns
        -------
        CurveComparison
            ``.table``: ``to_state, statistic, degrees_of_freedom, p_value``.

        Raises
        ------
        ParameterError
            If there is one group only, spells come late under observation, or weights differ: the
            test is not known for them.

        References
        ----------
        Gray (1988), A class of K-sample tests for comparing the cumulative incidence of a competing
        risk, Annals of Statistics 16, 1141-1154.
        """
        chosen = cast("Selection", self.selection)
        return compare_incidence(chosen, strata=as_names(strata), rho=rho)

    def _seen(self) -> Iterator[tuple[Floats, Floats]]:
        """Give entry and end of the spells of every curve, in the order of the table."""
        chosen = cast("Selection", self.selection)
        for _, at in chosen.places():
            for _ in chosen.shown:
                yield chosen.entry[at], chosen.end[at]

    def _parts(self) -> Iterator[tuple[dict[str, Any], pd.DataFrame, Incidence, int]]:
        """Give keys, rows, group's curves and kind of every curve, in the order of the table."""
        chosen, start = cast("Selection", self.selection), 0
        for (keys, _), curve in zip(chosen.places(), self.curves, strict=True):
            size = len(curve.counts.times)
            for kind in chosen.shown:
                part = self.steps.iloc[start : start + size]
                yield {**keys, "to_state": kind}, part, curve, chosen.kinds.index(kind)
                start += size
