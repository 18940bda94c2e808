"""Rolling-origin back-test: every model beside the naive ones, with coverage by horizon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import CoverageError, ParameterError, Problem, listing
from skillsfc.forecast.calibration import Trials, band_widths, run_trials
from skillsfc.forecast.combination import combine, combined_names
from skillsfc.forecast.models import MODELS, check_models
from skillsfc.forecast.pooling import Array, Index, Mask
from skillsfc.forecast.preparation import SeriesMatrix, prepare_series
from skillsfc.forecast.summary import horizon_table, series_table
from skillsfc.forecast.working_age import interpolate_population, sum_working_age
from skillsfc.results import Result, table_hash

LEAST_VALUES = 5  # of a series before its first origin
LAST_ORIGINS = 18  # default: enough of them, and none from the statistics of another age


@dataclass(frozen=True)
class BacktestSettings:
    """Arguments of `backtest`."""

    models: tuple[str, ...]
    origins: tuple[int, ...]
    horizon: int
    by: tuple[str, ...]
    levels: tuple[float, ...]
    seed: int


@dataclass(frozen=True, eq=False, repr=False)
class Backtest(Result):
    """Outcome of `backtest`.

    Parameters
    ----------
    by_series : DataFrame
        ``keys, model, metric, value, unit, n`` over all origins and horizons.
    errors : DataFrame
        ``keys, model, origin, horizon, level, actual, persons, lower, upper, unit``: each forecast
        beside what came.
    """

    by_series: pd.DataFrame = field(default_factory=pd.DataFrame)
    errors: pd.DataFrame = field(default_factory=pd.DataFrame)


def backtest(
    history: pd.DataFrame,
    *,
    model: str | Sequence[str] = "auto",
    origins: Sequence[int] | None = None,
    horizon: int = 10,
    by: Sequence[str] | None = None,
    population: pd.DataFrame | None = None,
    levels: Sequence[float] = (0.8, 0.95),
    seed: int = 1,
) -> Backtest:
    """Forecast from many past years and compare with what came, the naive models always beside.

    Everything a forecast uses at an origin, its weights and its bands included, comes from years up
    to that origin; coverage is therefore out of sample. What is not undone are revisions: the
    history is today's, not the one published at the time.

    Parameters
    ----------
    history : DataFrame
        Tidy table ``year``, keys, ``persons`` [persons], ``unit, status, source``.
    model : str or sequence of str
        ``"auto"``, names of models, or ``"all"``. The naive ones are always added.
    origins : sequence of int, optional
        Last years used [year]. Default: the last 18 that have at least one later year.
    horizon : int
        Farthest year ahead [years].
    by : sequence of str, optional
        Keys that tell series apart. Default: all keys but ``year``.
    population : DataFrame, optional
        Tidy table by age, for ``employment_ratio``, alone and in ``auto``; both are then labelled,
        since the population is known only later.
    levels : sequence of float
        Coverage of the intervals [0-1].
    seed : int
        For the bootstrap of the skill over series.

    Returns
    -------
    Backtest
        ``.table``: ``model, horizon, metric, value, unit, n, note``. Metrics: ``mase, rmsse, mape,
        wmape, bias, direction_hit_rate, direction_always_grows, direction_peirce``; by naive model
        ``skill_against_<m>, skill_lower_against_<m>, skill_upper_against_<m>`` (80 %); by level
        ``coverage_80, interval_score_80`` (in naive steps). Further tables: see the class.

    Raises
    ------
    TableError, CoverageError
        If the history is invalid, or has no year after any origin.
    ParameterError
        If a model, origin, horizon or level is impossible.

    Notes
    -----
    Values are averaged over series, each series the same weight, after averaging over its origins.
    Values imputed by their producer do not judge a forecast. All models are judged on the same
    (series, origin, horizon) cells.

    Examples
    --------
    >>> import pandas as pd
    >>> past = pd.DataFrame({"country": "MAR", "year": range(1998, 2018),
    ...     "persons": [1e6 * 1.02**k for k in range(20)],
    ...     "unit": "persons", "status": "observed", "source": "made up"})
    >>> made = backtest(past, model="drift", horizon=2, origins=[2010, 2012])
    >>> one = made.table[(made.table["metric"] == "mape") & (made.table["horizon"] == 1)]
    >>> one[["model", "value", "n"]].round(4).to_string(index=False).splitlines()[1:3]
    ['     drift 0.0000  2', 'last_value 0.0196  2']
    """
    names = _names(model, population)
    series = prepare_series(history, by=by)
    series = series.keep(series.counts >= 1)
    ahead, wanted = _horizon(horizon), _levels(levels)
    people = _population(series, population, ahead)
    models = [m for m in MODELS if m != "employment_ratio" or people is not None]
    trials = run_trials(
        series.persons,
        series.scorable,
        series.logarithmic(),
        models,
        np.arange(1, ahead + 1),
        population=people,
    )
    chosen = _origins(origins, series, trials)
    runs = {
        name: combine(trials, combined_names(trials))[0]
        if name == "auto"
        else trials.forecasts[trials.models.index(name)]
        for name in names
    }
    tests = _tests(trials, runs, series, chosen)
    widths = {name: _widths(trials, run, chosen, wanted) for name, run in runs.items()}
    keys = tuple(series.keys.columns)
    years = tuple(int(series.years[trials.origins[j]]) for j in chosen)
    inputs = {"history": history, "population": population}
    return Backtest(
        table=horizon_table(trials, runs, widths, tests, wanted, seed),
        settings=BacktestSettings(tuple(names), years, ahead, keys, wanted, int(seed)),
        diagnostics=series.issues,
        notes=_notes("employment_ratio" in models, tests, years),
        provenance={
            "version": __version__,
            "seed": int(seed),
            "inputs": {k: table_hash(v) for k, v in inputs.items() if v is not None},
        },
        by_series=series_table(series, trials, runs, widths, tests, wanted),
        errors=_errors(series, trials, runs, widths, tests, wanted),
    )


def _names(model: str | Sequence[str], population: pd.DataFrame | None) -> list[str]:
    everything = ["auto", *(m for m in MODELS if m != "employment_ratio")]
    if population is not None:
        everything.append("employment_ratio")
    listed = everything if model == "all" else list(check_models(model))
    if "employment_ratio" in listed and population is None:
        raise ParameterError(
            "backtest",
            [Problem("population", "None", "a table of population by age for employment_ratio")],
        )
    naive = [m for m in MODELS if MODELS[m].naive]
    return list(dict.fromkeys([*listed, *naive]))


def _horizon(horizon: int) -> int:
    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or horizon < 1:
        raise ParameterError(
            "backtest", [Problem("horizon", repr(horizon), "a number of years, 1 or more")]
        )
    if horizon > 40:
        hint = "A back-test counts years ahead, not a calendar year."
        raise ParameterError(
            "backtest", [Problem("horizon", str(horizon), "at most 40 years", next_step=hint)]
        )
    return int(horizon)


def _levels(levels: Sequence[float]) -> tuple[float, ...]:
    listed = list(levels) if isinstance(levels, Sequence | np.ndarray) else [levels]
    wrong = [x for x in listed if not isinstance(x, int | float) or not 0.0 < x < 1.0]
    if wrong or not listed:
        raise ParameterError(
            "backtest", [Problem("levels", f"{wrong or 'none'}", "numbers between 0 and 1")]
        )
    return tuple(sorted({float(x) for x in listed}))


def _population(series: SeriesMatrix, population: pd.DataFrame | None, ahead: int) -> Array | None:
    if population is None:
        return None
    people = sum_working_age(population)
    alone = str(people.columns[0]) if people.shape[1] == 1 else ""
    none = [""] * len(series.persons)
    countries = list(series.keys["country"]) if "country" in series.keys else none
    years = np.arange(series.years[0], series.years[-1] + ahead + 1)
    return interpolate_population(people, [c or alone for c in countries], years)


def _origins(origins: Sequence[int] | None, series: SeriesMatrix, trials: Trials) -> Index:
    """Return the positions of the origins wanted among those that were run."""
    years = series.years[trials.origins]
    if origins is None:
        return np.arange(max(0, len(years) - 1 - LAST_ORIGINS), len(years) - 1)
    wrong = [year for year in origins if year not in years[:-1]]
    if wrong or not len(origins):
        expected = f"years from {years[0]} to {years[-2]}" if len(years) > 1 else "a longer history"
        raise ParameterError("backtest", [Problem("origins", f"{wrong or 'none'}", expected)])
    return np.flatnonzero(np.isin(years, list(origins)))


def _tests(trials: Trials, runs: dict[str, Array], series: SeriesMatrix, chosen: Index) -> Mask:
    """Mark the (series, origin, horizon) cells in which every model can be judged."""
    seen = np.cumsum(np.isfinite(series.persons), axis=1)[:, trials.origins]
    outside = np.ones(len(trials.origins), bool)
    outside[chosen] = False
    judged = np.isfinite(trials.actual) & (seen >= LEAST_VALUES)[..., None]
    judged[:, outside] = False
    silent = [name for name, run in runs.items() if not (judged & np.isfinite(run)).any()]
    for run in runs.values():
        judged &= np.isfinite(run)
    if not judged.any():
        expected = f"series with {LEAST_VALUES} values before an origin and one after it"
        found = "no past forecast can be judged"
        if silent and len(silent) < len(runs):
            found += f": {listing(silent)} made none"
        raise CoverageError("backtest", [Problem("history", found, expected)])
    return judged


def _widths(trials: Trials, run: Array, chosen: Index, levels: tuple[float, ...]) -> Array:
    """Return half-widths (n_series, n_origins, n_horizons, n_levels), from earlier errors only."""
    errors = trials.scaled_errors(run)
    out = np.full((*run.shape, len(levels)), np.nan)
    for j in chosen:
        out[:, j] = band_widths(trials, errors, int(j), levels)
    result: Array = out * trials.scale[:, :, None, None]
    return result


def _errors(
    series: SeriesMatrix,
    trials: Trials,
    runs: dict[str, Array],
    widths: dict[str, Array],
    tests: Mask,
    levels: tuple[float, ...],
) -> pd.DataFrame:
    row, origin, ahead = np.nonzero(tests)
    head = series.keys.iloc[row].reset_index(drop=True)
    parts = []
    for name, run in runs.items():
        centre = trials.transformed(run)
        for k, level in enumerate(levels):
            low, high = (trials.persons(centre + s * widths[name][..., k]) for s in (-1.0, 1.0))
            parts.append(
                head.assign(
                    model=name,
                    origin=series.years[trials.origins[origin]],
                    horizon=trials.horizons[ahead],
                    level=level,
                    actual=trials.actual[row, origin, ahead],
                    persons=run[row, origin, ahead],
                    lower=low[row, origin, ahead],
                    upper=high[row, origin, ahead],
                    unit="persons",
                )
            )
    return pd.concat(parts, ignore_index=True)


def _notes(known_later: bool, tests: Mask, years: Sequence[int]) -> tuple[str, ...]:
    notes = [
        f"{len(years)} origins from {years[0]} to {years[-1]}, {int(tests.sum())} forecasts a "
        f"model, {int(tests.any(axis=(1, 2)).sum())} series, each with the same weight.",
        "The history is the one published today: revisions are not undone.",
    ]
    if known_later:
        notes.append(
            "employment_ratio, and auto with it, use population known later: estimates and "
            "projections made after the origin. With the edition then known the errors of the "
            "ratio were up to 11 % larger."
        )
    return tuple(notes)
