"""`HazardModel`: the coefficients of a hazard model, and what can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean
from skillsfc.results import Result
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.records import Floats
from skillsfc.transitions.survival.cox import CoxFit
from skillsfc.transitions.survival.curve_reading import read_times
from skillsfc.transitions.survival.fitted import Fitted
from skillsfc.transitions.survival.intervals import normal_quantile
from skillsfc.transitions.survival.preparation import HazardData
from skillsfc.transitions.survival.proportional import TRANSFORMS, proportional_table

PREDICTED = (
    *("profile", "time", "probability", "standard_error", "level", "lower", "upper"),
    *("quantity", "note"),
)


@dataclass(frozen=True)
class HazardSettings:
    """Arguments of `fit_hazard`; None where an argument does not belong to the kind.

    ``errors`` is ``"robust"`` or ``"model"``: what was used.
    """

    formula: str
    kind: str
    state: str | None
    to: tuple[str, ...]
    clock: str
    errors: str
    strata: tuple[str, ...]
    ties: str | None
    distribution: str | None
    level: float
    unit: str


@dataclass(frozen=True, eq=False, repr=False)
class HazardModel(Result):
    """Outcome of `fit_hazard`.

    Parameters
    ----------
    log_likelihood, null_log_likelihood : float
        At the estimates and without covariates (partial for Cox, pseudo for Fine and Gray).
    spells, events, persons : int
        Rows used, rows with the event, and persons.
    fit : Fitted
        The numbers behind the table.
    data : HazardData
        The spells behind the numbers.
    """

    log_likelihood: float = np.nan
    null_log_likelihood: float = np.nan
    spells: int = 0
    events: int = 0
    persons: int = 0
    fit: Fitted | None = field(default=None)
    data: HazardData | None = field(default=None)

    @property
    def covariance(self) -> pd.DataFrame:
        """Return the covariance of the coefficients, a row and a column a term."""
        fit = cast("Fitted", self.fit)
        return pd.DataFrame(fit.covariance, index=list(fit.names), columns=list(fit.names))

    def predict(
        self, new_table: pd.DataFrame, *, times: Any = None, level: float | None = None
    ) -> pd.DataFrame:
        r"""Return curves for given covariates.

        Parameters
        ----------
        new_table : DataFrame
            One row a profile: the covariates of the formula, and the strata.
        times : float or list of float, optional
            Times [unit of the spells]; default: the times of events, or 100 of them.
        level : float, optional
            Level of the intervals; by default that of the model.

        Returns
        -------
        DataFrame
            ``profile`` (number of the row), the covariates, ``time``, ``probability`` (to be still
            without the event; with Fine and Gray: to have had it), ``standard_error, level, lower,
            upper, quantity`` (survival or incidence), ``note``.

        Raises
        ------
        ParameterError, TableError
            If a covariate is missing, a category unknown, a time negative.

        Notes
        -----
        Limits are normal on the scale of the logarithm of the cumulative hazard, so that they stay
        within 0 and 1. With robust errors the baseline's error is clustered too: the infinitesimal
        jackknife of the whole curve. (R's ``survfit`` clusters the coefficients only.) Nothing is
        said after the last time seen, save by parametric models, which extrapolate.

        Examples
        --------
        >>> import pandas as pd
        >>> import skillsfc as sf
        >>> spells = pd.DataFrame({"start": 0, "end": [2, 3, 5, 8, 9, 12],
        ...                        "age": [3, 1, 2, 2, 1, 3], "event": [1, 1, 0, 1, 1, 0]})
        >>> made = sf.fit_hazard(spells, "age")
        >>> made.predict(pd.DataFrame({"age": [2]}), times=[4])["probability"].round(4).tolist()
        [0.7067]
        """
        data, fit = cast("HazardData", self.data), cast("Fitted", self.fit)
        settings = cast("HazardSettings", self.settings)
        refuse_other_than_table(new_table, "predict")
        if not len(new_table):
            raise TableError("predict", [Problem("rows", "none", "at least one profile")])
        matrix = data.design.apply(new_table)
        stratum = data.stratum_of(new_table)
        asked = fit.default_times() if times is None else read_times(times, "predict")
        used = settings.level if level is None else level
        number = isinstance(used, int | float) and not isinstance(used, bool)
        if not number or not 0 < used < 1:
            raise ParameterError("predict", [Problem("level", repr(level), "between 0 and 1")])
        hazard, error = fit.curves(matrix, stratum, asked)
        rows = _curve_rows(hazard, error, asked, used, incidence=settings.kind == "fine_gray")
        last = np.array([data.end[data.stratum == own].max() for own in stratum])
        rows = _after_the_end(rows, last[rows["profile"]], parametric=settings.kind == "aft")
        shown = [name for name in (*data.design.columns, *data.strata) if name not in PREDICTED]
        shown = list(dict.fromkeys(shown))
        told = new_table[shown].reset_index(drop=True).iloc[rows["profile"]].reset_index(drop=True)
        return pd.concat([rows[["profile"]], told, rows.drop(columns="profile")], axis=1)

    def test_proportional(self, *, transform: str = "km") -> pd.DataFrame:
        """Test whether the effect of each term stays the same over time (Cox's model).

        Parameters
        ----------
        transform : {"km", "rank", "identity", "log"}
            Scale of time on which an effect may change: 1 less the Kaplan-Meier curve, the rank of
            the time, time, or its logarithm.

        Returns
        -------
        DataFrame
            ``term, statistic, degrees_of_freedom, p_value``; last row ``all terms``. A small
            p-value says that the ratio changes with time: use strata, or a product with time in a
            discrete-time model.

        Raises
        ------
        ParameterError
            If the model is not Cox's, has no covariates, or the transform is unknown.

        Notes
        -----
        The score test of a coefficient of covariate times g(time), from each event's own matrix of
        second derivatives, as ``cox.zph`` of R's survival since version 3.

        References
        ----------
        Grambsch & Therneau (1994), Proportional hazards tests and diagnostics based on weighted
        residuals, Biometrika 81, 515-526.
        """
        problems = []
        settings = cast("HazardSettings", self.settings)
        if settings.kind != "cox":
            problems.append(Problem("kind", repr(settings.kind), "'cox'"))
        if transform not in TRANSFORMS:
            guess = did_you_mean(transform, TRANSFORMS)
            problems.append(Problem("transform", repr(transform), f"one of {TRANSFORMS}", guess))
        if not len(self.table):
            problems.append(Problem("formula", "no covariate", "at least one"))
        if isinstance(self.fit, CoxFit) and len(self.fit.likelihood.sets.times) < 2:
            problems.append(Problem("moves", "all at one time", "moves at two times or more"))
        if self.fit is not None and self.fit.endless:
            found = f"coefficients without end: {', '.join(self.fit.endless)}"
            problems.append(Problem("model", found, "finite coefficients"))
        if problems:
            raise ParameterError("test_proportional", problems)
        fit, data = cast("CoxFit", self.fit), cast("HazardData", self.data)
        return proportional_table(fit, data, transform)


def coefficient_table(fit: Fitted, level: float) -> pd.DataFrame:
    """Return one row a coefficient: estimate, error, ratio with its limits, z and p-value."""
    from scipy.special import ndtr

    estimate, error = fit.coefficients.copy(), np.sqrt(np.maximum(np.diag(fit.covariance), 0))
    runaway = np.array([name in fit.endless for name in fit.names], dtype=bool)
    estimate = np.where(runaway, np.copysign(np.inf, estimate), estimate)
    error = np.where(runaway, np.nan, error)
    spread = normal_quantile(level) * error
    with np.errstate(all="ignore"):
        z = estimate / error
        values = {
            "estimate": estimate,
            "standard_error": error,
            "ratio": np.exp(estimate),
            "lower": np.exp(estimate - spread),
            "upper": np.exp(estimate + spread),
        }
    table = pd.DataFrame({"term": pd.Series(fit.names, dtype="str"), **values})
    return table.assign(level=level, z=z, p_value=2 * ndtr(-np.abs(z)))


def _curve_rows(
    hazard: Floats, error: Floats, times: Floats, level: float, *, incidence: bool
) -> pd.DataFrame:
    """Return curves and limits; the error is that of the logarithm of the cumulative hazard."""
    spread = np.exp(normal_quantile(level) * error)
    survival, low, high = (np.exp(-h) for h in (hazard, hazard * spread, hazard / spread))
    shown = (1 - survival, 1 - high, 1 - low) if incidence else (survival, low, high)
    profiles = np.repeat(np.arange(len(hazard)), len(times))
    return pd.DataFrame({
        "profile": profiles,
        "time": np.tile(times, len(hazard)),
        "probability": shown[0].ravel(),
        "standard_error": (survival * hazard * error).ravel(),
        "level": level,
        "lower": shown[1].ravel(),
        "upper": shown[2].ravel(),
        "quantity": "incidence" if incidence else "survival",
    })  # fmt: skip


def _after_the_end(rows: pd.DataFrame, last: Floats, *, parametric: bool) -> pd.DataFrame:
    after = (rows["time"] > last).to_numpy(dtype=bool)
    word = "extrapolated" if parametric else "after the last time seen"
    rows = rows.assign(note=np.where(after, word, ""))
    if not parametric:
        rows.loc[after, ["probability", "standard_error", "lower", "upper"]] = np.nan
    return rows
