"""`DiscreteHazard`: a fitted discrete-time hazard, its predictions and average effects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.results import Result
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.records import Floats
from skillsfc.transitions.survival.discrete_likelihood import DiscreteLikelihood
from skillsfc.transitions.survival.formula import Design
from skillsfc.transitions.survival.formula_columns import category_word
from skillsfc.transitions.survival.intervals import confidence_limits, normal_quantile

SUBJECT = "predict"


@dataclass(frozen=True)
class DiscreteSettings:
    """Arguments of `fit_discrete`; ``errors`` is what was used."""

    formula: str
    link: str
    baseline: str
    state: str | None
    to: tuple[str, ...]
    clock: str
    period: float
    horizon: float | None
    errors: str
    remedy: str
    penalty: float
    level: float
    unit: str


@dataclass(frozen=True, eq=False)
class DiscreteModel:
    """What predictions need: likelihood, design, coefficients and their covariance.

    Parameters
    ----------
    coefficients : array
        Finite; large where a coefficient is endless.
    root : array [coefficients, directions]
        Its product with itself is the covariance; zero where a coefficient has none.
    examples : DataFrame
        One row of the data for each pattern of covariates.
    """

    likelihood: DiscreteLikelihood
    design: Design
    coefficients: Floats
    root: Floats
    examples: pd.DataFrame

    def errors(self, function: Callable[[Floats], Floats]) -> Floats:
        """Return standard errors of a function of the coefficients, by the delta method."""
        variance = np.zeros_like(function(self.coefficients))
        for direction in self.root.T:
            step = 1e-4 * direction
            rise = function(self.coefficients + step) - function(self.coefficients - step)
            variance += (rise / 2e-4) ** 2
        return np.asarray(np.sqrt(variance))


@dataclass(frozen=True, eq=False, repr=False)
class DiscreteHazard(Result):
    """A discrete-time hazard model.

    Parameters
    ----------
    covariance : DataFrame
        Covariance of the coefficients, named by kind of move and term.
    model : DiscreteModel
        What predictions are made from.
    """

    covariance: pd.DataFrame = field(default_factory=pd.DataFrame)
    model: DiscreteModel | None = None

    def predict(
        self, table: pd.DataFrame | None = None, *, periods: int | None = None
    ) -> pd.DataFrame:
        """Return hazards and chances for given covariates.

        Parameters
        ----------
        table : DataFrame, optional
            One row for each case, with the columns of the formula. None for a model without any.
        periods : int, optional
            Number of periods; default all that were seen.

        Returns
        -------
        DataFrame
            ``row, to_state, period, time`` [unit of the spells], ``hazard`` [per period],
            ``hazard_error``, ``probability`` (to have made the move by then [0-1]),
            ``standard_error, lower, upper, level`` and ``stayed``. Errors by the delta method;
            limits on the log-log scale.

        Examples
        --------
        >>> from skillsfc.transitions.survival.discrete import fit_discrete
        >>> spells = pd.DataFrame({"start": 0, "end": [1, 2, 3, 3], "event": [1, 1, 0, 1]})
        >>> made = fit_discrete(spells, baseline="constant")
        >>> made.predict(periods=2)["probability"].round(6).tolist()
        [0.333333, 0.555556]
        """
        model, settings = cast("DiscreteModel", self.model), cast("DiscreteSettings", self.settings)
        matrix = _matrix_of(model, table)
        whole = model.likelihood.periods.number
        number = whole if periods is None else periods
        if not isinstance(number, int | np.integer) or not 1 <= number <= whole:
            problem = Problem("periods", repr(periods), f"a whole number from 1 to {whole}")
            raise ParameterError(SUBJECT, [problem])

        def curves(coefficients: Floats) -> Floats:
            return _curves(model.likelihood.hazards(coefficients, matrix)[:, :number])

        found, error = curves(model.coefficients), model.errors(curves)
        lower, upper = confidence_limits(
            found[1], error[1], level=settings.level, interval="log-log"
        )
        rows, times, kinds = found[0].shape
        stayed = 1.0 - found[1].sum(axis=2)
        period = np.tile(np.repeat(np.arange(1, times + 1), kinds), rows)
        return pd.DataFrame({
            "row": np.repeat(np.arange(rows), times * kinds),
            "to_state": np.tile(np.array(_kinds(settings), dtype=object), rows * times),
            "period": period, "time": period * settings.period,
            "hazard": found[0].reshape(-1), "hazard_error": error[0].reshape(-1),
            "probability": found[1].reshape(-1), "standard_error": error[1].reshape(-1),
            "lower": lower.reshape(-1), "upper": upper.reshape(-1), "level": settings.level,
            "stayed": np.repeat(stayed.reshape(-1), kinds),
        })  # fmt: skip

    def average_effects(self, covariates: Any = None) -> pd.DataFrame:
        """Return average effects of covariates on the hazard, over all periods at risk.

        Parameters
        ----------
        covariates : str or list of str, optional
            Columns of the formula; default all.

        Returns
        -------
        DataFrame
            ``to_state, covariate, contrast, effect`` [change of the chance to move in a period,
            0-1], ``standard_error, lower, upper, level``. Categories: the change from the reference
            to the category for everyone; numbers: the slope. Interactions and powers are followed.

        Notes
        -----
        The mean of :math:`h(x') - h(x)` with weights at risk; error by the delta method, with the
        covariates as they are.
        """
        model, settings = cast("DiscreteModel", self.model), cast("DiscreteSettings", self.settings)
        known = model.design.columns
        wanted = (
            known
            if covariates is None
            else [covariates]
            if isinstance(covariates, str)
            else [*covariates]
        )
        strangers = [name for name in wanted if name not in known]
        if strangers:
            raise ParameterError("average_effects", [
                Problem("covariates", f"{name!r} is not in the formula", listing(known),
                        did_you_mean(name, known))
                for name in strangers
            ])  # fmt: skip
        z, rows = normal_quantile(settings.level), []
        for name in wanted:
            for contrast, low, high, width in _contrasts(model, name):

                def effect(coefficients: Floats, low: Floats = low, high: Floats = high) -> Floats:
                    return _mean_change(model.likelihood, coefficients, low, high)

                found, error = effect(model.coefficients) / width, model.errors(effect) / width
                rows += [
                    {"to_state": kind, "covariate": name, "contrast": contrast, "effect": found[at],
                     "standard_error": error[at], "lower": found[at] - z * error[at],
                     "upper": found[at] + z * error[at], "level": settings.level}
                    for at, kind in enumerate(_kinds(settings))
                ]  # fmt: skip
        return pd.DataFrame(rows)


def _kinds(settings: DiscreteSettings) -> tuple[str, ...]:
    return settings.to if settings.link == "multinomial" else (", ".join(settings.to),)


def _matrix_of(model: DiscreteModel, table: pd.DataFrame | None) -> Floats:
    if table is None:
        if model.design.columns:
            found = f"none, and the formula has {listing(model.design.columns)}"
            raise ParameterError(SUBJECT, [Problem("table", found, "a table of covariates")])
        return np.empty((1, 0))
    refuse_other_than_table(table, SUBJECT)
    if not len(table):
        raise TableError(SUBJECT, [Problem("rows", "none", "at least one case")])
    return model.design.apply(table.reset_index(drop=True))


def _curves(hazard: Floats) -> Floats:
    """Return hazards and chances to have moved [2, rows, periods, kinds]."""
    stayed = np.cumprod(1.0 - hazard.sum(axis=2), axis=1)
    before = np.concatenate([np.ones((len(hazard), 1)), stayed[:, :-1]], axis=1)
    return np.stack([hazard, np.cumsum(before[..., None] * hazard, axis=1)])


def _contrasts(model: DiscreteModel, name: str) -> list[tuple[str, Floats, Floats, float]]:
    """Return the matrices of the patterns under two values of a covariate, and how far apart."""
    design, table = model.design, model.examples
    if name in design.levels:
        levels = design.levels[name]
        spelled = {category_word(value): value for value in table[name].unique()}
        made = {word: design.apply(table.assign(**{name: spelled[word]})) for word in levels}
        first = levels[0]
        return [(f"{word} - {first}", made[first], made[word], 1.0) for word in levels[1:]]
    column = table[name].astype("float64")
    half = 1e-4 * max(float(column.std(ddof=0)), 1e-8)
    low, high = (design.apply(table.assign(**{name: column + side})) for side in (-half, half))
    return [("slope", low, high, 2 * half)]


def _mean_change(
    likelihood: DiscreteLikelihood, coefficients: Floats, low: Floats, high: Floats
) -> Floats:
    total, weight, start = np.zeros(likelihood.periods.kinds), 0.0, 0
    for block in likelihood.periods.blocks():
        own = slice(start, start + len(block.matrix))
        change = likelihood.hazards(coefficients, high[own])
        change -= likelihood.hazards(coefficients, low[own])
        total += (block.risk[..., None] * change).sum(axis=(0, 1))
        weight += float(block.risk.sum())
        start += len(block.matrix)
    return np.asarray(total / weight)
