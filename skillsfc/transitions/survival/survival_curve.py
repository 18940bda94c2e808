"""`SurvivalCurve`: survival curves, and what can be read from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pandas as pd

from skillsfc.results import Result
from skillsfc.transitions.survival.curve_reading import (
    quantile_rows,
    read_shares,
    read_times,
    rows_at,
)
from skillsfc.transitions.survival.intervals import mean_limits
from skillsfc.transitions.survival.log_rank import CurveComparison, compare_groups
from skillsfc.transitions.survival.product_limit import ProductLimit
from skillsfc.transitions.survival.selection import Names, Selection, as_names

SUBJECT = "estimate_survival"
_START = {
    "probability": 1.0, "standard_error": 0.0, "lower": 1.0, "upper": 1.0, "hazard": 0.0,
    "cumulative_hazard": 0.0, "cumulative_hazard_error": 0.0,
}  # fmt: skip


@dataclass(frozen=True)
class SurvivalSettings:
    """Arguments of `estimate_survival`; ``errors`` is what was used."""

    state: str | None
    to: tuple[str, ...]
    group: tuple[str, ...]
    clock: str
    estimator: str
    errors: str
    interval: str
    level: float
    unit: str


@dataclass(frozen=True, eq=False, repr=False)
class SurvivalCurve(Result):
    """Survival curves of one or more groups.

    Parameters
    ----------
    steps : DataFrame
        The whole curve, one row a group and a time; ``.table`` has the times asked for.
    curves : tuple of ProductLimit
        The same as arrays, by group.
    selection : Selection
        The spells used.
    """

    steps: pd.DataFrame = field(default_factory=pd.DataFrame)
    curves: tuple[ProductLimit, ...] = ()
    selection: Selection | None = None

    @property
    def median(self) -> pd.DataFrame:
        """Return the time by which half has moved, one row a group, with limits."""
        return self.quantiles(0.5)

    def quantiles(self, shares: Any = (0.25, 0.5, 0.75)) -> pd.DataFrame:
        """Return the times by which given shares have moved.

        Parameters
        ----------
        shares : float or list of float
            Shares that have moved [0-1].

        Returns
        -------
        DataFrame
            Group columns, ``share, time, lower, upper`` [unit of the spells], ``note``. Where the
            curve stays above a level, the time is missing and the note says "not reached".

        Examples
        --------
        >>> import pandas as pd
        >>> import skillsfc as sf
        >>> spells = pd.DataFrame({"start": 0, "end": [2, 3, 5, 8], "event": [1, 1, 0, 0]})
        >>> made = sf.estimate_survival(spells)
        >>> made.quantiles([0.25, 0.75])[["share", "time", "note"]].values.tolist()
        [[0.25, 2.5, 'upper limit not reached'], [0.75, nan, 'not reached']]
        """
        wanted = read_shares(shares, SUBJECT)
        rows = [row for keys, part in self._parts() for row in quantile_rows(part, wanted, keys)]
        settings = cast("SurvivalSettings", self.settings)
        return pd.DataFrame(rows).assign(level=settings.level, unit=settings.unit)

    def at(self, times: Any) -> pd.DataFrame:
        """Return the curves at given times.

        Parameters
        ----------
        times : float or list of float
            Times [unit of the spells].

        Returns
        -------
        DataFrame
            Columns of ``.table`` and ``note``. ``events`` and ``censored`` are those since the time
            before. After the last time seen estimates are missing, and the note says so.
        """
        wanted, chosen = read_times(times, SUBJECT), self._chosen()
        parts = [
            rows_at(
                part,
                wanted,
                start=_START,
                ended=part["probability"].iloc[-1] == 0,
                seen=(chosen.entry[at], chosen.end[at]),
            )
            for (_, part), (_, at) in zip(self._parts(), chosen.places(), strict=True)
        ]
        return pd.concat(parts, ignore_index=True)

    def restricted_mean(self, horizon: float | None = None) -> pd.DataFrame:
        """Return the mean time in the state within a horizon, one row a group.

        Parameters
        ----------
        horizon : float, optional
            Time up to which is counted [unit of the spells]. Default: the last time seen in the
            group that is seen for the shortest time, so that groups can be compared.

        Returns
        -------
        DataFrame
            Group columns, ``horizon, mean, standard_error, lower, upper`` [unit of the spells].

        Notes
        -----
        The area under the curve; its error is Greenwood's, or the infinitesimal jackknife's. The
        limits are on the logit of its part of the horizon, so that they stay within 0 and that.
        """
        last = min(float(curve.counts.times[-1]) for curve in self.curves)
        limit = last if horizon is None else float(read_times(horizon, SUBJECT)[0])
        settings = cast("SurvivalSettings", self.settings)
        rows = []
        for (keys, _), curve in zip(self._chosen().places(), self.curves, strict=True):
            mean, error = curve.restricted_mean(limit)
            low, high = mean_limits(mean, error, limit, level=settings.level)
            seen = limit <= curve.counts.times[-1] or curve.survival[-1] == 0
            rows.append({
                **keys, "horizon": limit, "mean": mean, "standard_error": error,
                "lower": low, "upper": high, "level": settings.level, "unit": settings.unit,
                "note": "" if seen else "the curve was held level after the last time seen",
            })  # fmt: skip
        return pd.DataFrame(rows)

    def compare(self, *, strata: Names = None, rho: float = 0.0) -> CurveComparison:
        """Test whether the groups have the same curve (log-rank).

        Parameters
        ----------
        strata : str or list of str, optional
            Columns within whose values the groups are compared.
        rho : float
            Weight S(t-)^rho of the differences: 0 log-rank, 1 Peto-Peto (early differences).

        Returns
        -------
        CurveComparison
            ``.table`` with ``statistic, degrees_of_freedom, p_value``; ``.observed`` with observed
            and expected moves by group. Errors are as those of the curves: with weights or clusters
            the variance is the clustered one of the score.
        """
        settings = cast("SurvivalSettings", self.settings)
        robust = settings.errors == "robust"
        return compare_groups(self._chosen(), strata=as_names(strata), rho=rho, robust=robust)

    def _chosen(self) -> Selection:
        return cast("Selection", self.selection)

    def _parts(self) -> list[tuple[dict[str, Any], pd.DataFrame]]:
        sizes = [len(curve.counts.times) for curve in self.curves]
        stops = np.cumsum(sizes)
        return [
            (keys, self.steps.iloc[stop - size : stop])
            for (keys, _), size, stop in zip(self._chosen().places(), sizes, stops, strict=True)
        ]
