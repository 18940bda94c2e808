"""Employment some years ahead: many series at once, with bands measured on past errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import CoverageError, ParameterError, Problem
from skillsfc.forecast.calibration import Trials, run_trials
from skillsfc.forecast.combination import combine, combined_names
from skillsfc.forecast.models import MODELS, check_models
from skillsfc.forecast.panel import Panel, align_panel
from skillsfc.forecast.pooling import Array
from skillsfc.forecast.preparation import SeriesMatrix, prepare_series
from skillsfc.forecast.tabulation import (
    all_issues,
    forecast_notes,
    forecast_tables,
    history_table,
)
from skillsfc.forecast.verdict import choice_table
from skillsfc.results import Result, table_hash

FARTHEST = 60  # years ahead


@dataclass(frozen=True)
class EmploymentForecastSettings:
    """Arguments of `forecast_employment`."""

    horizon: int
    by: tuple[str, ...]
    model: str
    levels: tuple[float, ...]
    seed: int


@dataclass(frozen=True, eq=False, repr=False)
class EmploymentForecast(Result):
    """Outcome of `forecast_employment`.

    Parameters
    ----------
    history : DataFrame
        ``keys, year, persons, unit, status, source``: the values used.
    choice : DataFrame
        One row a series: ``model, weights, mase, naive_model, naive_mase, skill, skill_lower,
        skill_upper, tests, verdict, reason`` and ``skill_against_<naive model>`` for each. The
        naive model is the best of the three for that series, seen afterwards: a hard benchmark.
    alternatives : DataFrame
        ``keys, year, model, persons``: what every candidate says.
    issues : DataFrame
        ``rule, series, affected, severity, text``: what was found and done.
    """

    history: pd.DataFrame = field(default_factory=pd.DataFrame)
    choice: pd.DataFrame = field(default_factory=pd.DataFrame)
    alternatives: pd.DataFrame = field(default_factory=pd.DataFrame)
    issues: pd.DataFrame = field(default_factory=pd.DataFrame)


def forecast_employment(
    employment: pd.DataFrame,
    *,
    horizon: int = 2035,
    by: Sequence[str] | None = None,
    model: str = "auto",
    levels: Sequence[float] = (0.8, 0.95),
    seed: int = 1,
    population: pd.DataFrame | None = None,
    panel: pd.DataFrame | None = None,
) -> EmploymentForecast:
    """Forecast yearly employment of one or many series to a calendar year, with intervals.

    Use it for the level of employment of countries, sectors or occupations from their own history.
    It carries trends on; it knows nothing of policy, prices or the end of a conflict, and turning
    points are outside it.

    Parameters
    ----------
    employment : DataFrame
        Tidy table ``year``, keys, ``persons`` [persons], ``unit, status, source``.
    horizon : int
        Last calendar year to forecast [year].
    by : sequence of str, optional
        Keys that tell series apart; others are summed. Default: all keys but ``year``.
    model : str
        ``"auto"`` (combines), or one of ``last_value, drift, ols_trend, damped_trend, theta,
        shrunken_trend, employment_ratio``.
    levels : sequence of float
        Coverage of the intervals [0-1].
    seed : int
        For the bootstrap interval of the skill; the forecast itself draws nothing.
    population : DataFrame, optional
        Tidy table ``country, year, age, persons``, past and projected, for ``employment_ratio``.
    panel : DataFrame, optional
        Other series of the same kind. They teach trends, weights and errors; none is forecast.

    Returns
    -------
    EmploymentForecast
        ``.table``: keys, ``year, level, persons, lower, upper`` [persons], ``model, unit, status,
        source``, one row a series, year and level. Further tables: see the class.

    Raises
    ------
    TableError
        If the table is no valid yearly table of persons.
    ParameterError
        If the horizon is not after the last year or more than 60 years ahead, a model is unknown,
        a level is not between 0 and 1, or ``employment_ratio`` has no population.
    CoverageError
        If no series has data, or a single value stands alone without a panel.

    Notes
    -----
    Series are modelled in logs, so that the point forecast is a median; one with a zero in levels.
    ``"auto"`` averages shrunken trend, drift, damped trend, theta and last value with weights from
    rolling-origin errors (see `skillsfc.forecast.combination.combine`), and bands come from errors
    of the same forecast at all earlier origins (`skillsfc.forecast.calibration.band_widths`).
    With ``population`` the employment ratio is part of it, its errors counted 10 % larger: at past
    origins it is given a population that was known only later.

    References
    ----------
    Bates & Granger (1969), The Combination of Forecasts, Operational Research Q. 20, 451-468.

    Examples
    --------
    >>> import pandas as pd
    >>> past = pd.DataFrame({"country": "MAR", "year": range(1998, 2018),
    ...     "persons": [1e6 * 1.02**k for k in range(20)],
    ...     "unit": "persons", "status": "observed", "source": "made up"})
    >>> made = forecast_employment(past, horizon=2019, levels=(0.8,))
    >>> made.table[["year", "persons"]].round({"persons": -3})
       year    persons
    0  2018  1485000.0
    1  2019  1514000.0
    """
    name = _one_model(model, population)
    wanted = _levels(levels)
    series = prepare_series(employment, by=by)
    keys = tuple(series.keys.columns)
    panels = align_panel(series, panel, by)
    ahead = _years_ahead(horizon, panels)
    _refuse_lonely(panels, series)
    trials = _trials(panels, name, population, ahead)
    chosen, weights = _forecasts(trials, name)
    table, alternatives = forecast_tables(series, panels, trials, chosen, name, horizon, wanted)
    settings = EmploymentForecastSettings(int(horizon), keys, name, wanted, int(seed))
    choice = choice_table(series, panels, trials, chosen, weights, name, seed)
    inputs = {"employment": employment, "population": population, "panel": panel}
    return EmploymentForecast(
        table=table,
        settings=settings,
        diagnostics=choice,
        notes=forecast_notes(series, panels, name, population),
        provenance={
            "version": __version__,
            "seed": int(seed),
            "inputs": {k: table_hash(v) for k, v in inputs.items() if v is not None},
        },
        history=history_table(series),
        choice=choice,
        alternatives=alternatives,
        issues=all_issues(series, panels, trials, name),
    )


def _one_model(model: str | Sequence[str], population: pd.DataFrame | None) -> str:
    several = not isinstance(model, str) and isinstance(model, Sequence) and len(model) != 1
    if several:
        hint = "sf.backtest compares several; 'auto' combines them."
        raise ParameterError(
            "forecast_employment", [Problem("model", repr(model), "one name", next_step=hint)]
        )
    (name,) = check_models(model)
    if name == "employment_ratio" and population is None:
        raise ParameterError(
            "forecast_employment",
            [Problem("population", "None", "a table of population by age for employment_ratio")],
        )
    return name


def _levels(levels: Sequence[float]) -> tuple[float, ...]:
    listed = list(levels) if isinstance(levels, Sequence | np.ndarray) else [levels]
    wrong = [x for x in listed if not isinstance(x, int | float) or not 0.0 < x < 1.0]
    if wrong or not listed:
        hint = "80 per cent is 0.8." if wrong else ""
        raise ParameterError(
            "forecast_employment",
            [Problem("levels", f"{wrong or 'none'}", "numbers between 0 and 1", next_step=hint)],
        )
    return tuple(sorted(float(x) for x in set(listed)))


def _years_ahead(horizon: int, panels: Panel) -> int:
    last = panels.last_year[: panels.own]
    problem = None
    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer):
        problem = Problem("horizon", repr(horizon), "a calendar year, such as 2035")
    elif horizon <= last.max():
        text = "Give a later year, or cut the table first."
        problem = Problem("horizon", str(horizon), f"a year after {last.max()}", next_step=text)
    elif horizon - last.min() > FARTHEST:
        expected = f"at most {FARTHEST} years after {last.min()}"
        problem = Problem("horizon", str(horizon), expected)
    if problem is not None:
        raise ParameterError("forecast_employment", [problem])
    return int(horizon - last.min())


def _refuse_lonely(panels: Panel, series: SeriesMatrix) -> None:
    if len(panels.persons) == 1 and np.isfinite(panels.persons).sum() == 1:
        raise CoverageError(
            "forecast_employment",
            [
                Problem(
                    series.names[0],
                    "one value, and no other series to learn from",
                    "at least 2 values",
                    next_step="Give panel=, a table of other countries or sectors.",
                )
            ],
        )


def _trials(panels: Panel, name: str, population: pd.DataFrame | None, ahead: int) -> Trials:
    models = [m for m in MODELS if m != "employment_ratio" or population is not None]
    people = panels.population(population, ahead)
    return run_trials(
        panels.persons,
        panels.scorable,
        panels.logarithmic,
        models,
        np.arange(1, ahead + 1),
        population=people,
    )


def _forecasts(trials: Trials, name: str) -> tuple[Array, Array]:
    """Return the forecast asked for at every origin, the last value where a model cannot."""
    if name == "auto":
        return combine(trials, combined_names(trials))
    found = trials.forecasts[trials.models.index(name)]
    naive = trials.forecasts[trials.models.index("last_value")]
    # Only at the last origin: elsewhere a substitute would be judged in the model's name.
    filled = found.copy()
    filled[:, -1] = np.where(np.isfinite(found[:, -1]), found[:, -1], naive[:, -1])
    return filled, np.ones((1, *found.shape))
