"""Out-of-sample errors of many models, and the bands they teach; nothing from later is used.

Everything here is nested: at an origin, only errors whose target year had passed by then are used.
Errors are divided by the series' own mean yearly change, so that large and calm series can teach
small and restless ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from skillsfc.forecast.models import run_model
from skillsfc.forecast.pooling import Array, Index

BAND_WEIGHT = 60.0  # in the width of a band the panel counts as so many own errors
ORIGINS = 40  # last years used as origins: older ones were made under other statistics
SPREAD_YEARS = 25  # years over which a series' mean yearly change is measured
SCALE_WEIGHT = 30.0  # in a series' mean yearly change the panel's median counts as so many
LEAST_CHANGE = 0.01  # yearly change assumed when neither series nor panel varies [part of level]
FARTHEST_QUANTILE = 0.99  # of past errors: beyond it a single error would set the width
LEAST_ERRORS = 30  # fewer errors at a horizon: its band is extrapolated from shorter ones


@dataclass(frozen=True)
class Trials:
    """Forecasts of several models at every origin, beside what came.

    Parameters
    ----------
    models : tuple of str
        Names of the models.
    origins, horizons : ndarray
        Consecutive columns; years ahead 1, 2, ...
    forecasts : ndarray (n_models, n_series, n_origins, n_horizons)
        Persons.
    actual : ndarray (n_series, n_origins, n_horizons)
        Persons; NaN where nothing may be judged.
    known : ndarray (n_series, n_origins)
        Value at the origin [persons].
    scale : ndarray (n_series, n_origins)
        Mean yearly change known at the origin, in logs or in persons as the series is modelled.
    step : ndarray (n_series, n_origins)
        Mean absolute yearly change known at the origin [persons]: the scale of MASE.
    logarithmic : ndarray of bool
        Which series are modelled in logs.
    """

    models: tuple[str, ...]
    origins: Index
    horizons: Index
    forecasts: Array
    actual: Array
    known: Array
    scale: Array
    step: Array
    logarithmic: NDArray[np.bool_]

    def transformed(self, persons: Array) -> Array:
        """Return persons in logs, or as they are for series with a zero."""
        lines = self.logarithmic.reshape(-1, 1, 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(lines, np.log(persons), persons)

    def persons(self, transformed: Array) -> Array:
        """Return transformed values in persons, never below 0."""
        lines = self.logarithmic.reshape(-1, 1, 1)
        with np.errstate(over="ignore"):
            logs = np.exp(np.where(lines, transformed, 0.0))
        return np.where(lines, logs, np.maximum(transformed, 0.0))

    def scaled_errors(self, persons: Array) -> Array:
        """Return absolute errors of forecasts in units of the series' mean yearly change."""
        gap = np.abs(self.transformed(persons) - self.transformed(self.actual))
        return np.where(np.isfinite(gap), gap / self.scale[..., None], np.nan)


def run_trials(
    persons: Array,
    scorable: NDArray[np.bool_],
    logarithmic: NDArray[np.bool_],
    models: Sequence[str],
    horizons: Index,
    *,
    population: Array | None = None,
) -> Trials:
    """Run every model at every origin (each column of the matrix).

    Parameters
    ----------
    persons : ndarray (n_series, n_years)
        Persons, NaN where missing.
    scorable, logarithmic : ndarray of bool
        Values that may judge a forecast; series modelled in logs.
    models : sequence of str
        Names of `skillsfc.forecast.models.MODELS`.
    horizons : ndarray
        1, 2, ... without a gap.
    population : ndarray, optional
        Persons aged 15-64, (n_series, n_years + longest horizon).
    """
    origins = np.arange(max(0, persons.shape[1] - ORIGINS), persons.shape[1])
    runs = [run_model(m, persons, logarithmic, origins, horizons, population) for m in models]
    columns = origins[:, None] + horizons
    inside = columns < persons.shape[1]
    judged = np.where(scorable, persons, np.nan)
    actual = np.where(inside, judged[:, np.minimum(columns, persons.shape[1] - 1)], np.nan)
    with np.errstate(divide="ignore"):
        model_scale = np.where(logarithmic[:, None], np.log(persons), persons)
    return Trials(
        models=tuple(models),
        origins=origins,
        horizons=horizons,
        forecasts=np.stack(runs),
        actual=actual,
        known=persons[:, origins],
        scale=_spread(
            model_scale, np.where(logarithmic, 1.0, np.nanmean(persons, axis=1)), origins
        ),
        step=_mean_change(persons, origins)[0],
        logarithmic=logarithmic,
    )


def _mean_change(values: Array, origins: Index, years: int | None = None) -> tuple[Array, Array]:
    """Return the mean absolute yearly change up to each origin, and how many changes made it."""
    seen = np.isfinite(values)
    columns = np.arange(values.shape[1])
    before = np.maximum.accumulate(np.where(seen, columns, -1), axis=1)
    previous = np.concatenate([np.full((len(values), 1), -1), before[:, :-1]], axis=1)
    change = np.abs(values - values[np.arange(len(values))[:, None], previous])
    known = seen & (previous >= 0)
    yearly = np.where(known, change / np.maximum(columns - previous, 1), 0.0)
    total, count = yearly.cumsum(axis=1), known.cumsum(axis=1).astype(float)
    if years is not None:
        total[:, years:] -= total[:, :-years].copy()
        count[:, years:] -= count[:, :-years].copy()
    total, count = total[:, origins], count[:, origins]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(count > 0, total / count, np.nan), count


def _spread(values: Array, size: Array, origins: Index) -> Array:
    """Return each series' mean yearly change, drawn to the panel's median while it is short."""
    own, count = _mean_change(values, origins, SPREAD_YEARS)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = own / np.where(size > 0, size, 1.0)[:, None]
    varied = np.where(relative > 0, relative, np.nan)
    typical = _quantile(varied.T, np.array([0.5]))[:, 0]
    typical = np.where(np.isfinite(typical), typical, LEAST_CHANGE)
    panel = np.isfinite(varied).sum(axis=0) > 1
    pull = np.where(panel, SCALE_WEIGHT, 0.0)
    with np.errstate(invalid="ignore"):
        drawn = (np.where(count > 0, relative, 0.0) * count + pull * typical) / (count + pull)
    found = np.where((count > 0) & (relative > 0), drawn, typical)
    result: Array = found * np.where(size > 0, size, 1.0)[:, None]
    return result


def _quantile(rows: Array, probabilities: Array) -> Array:
    """Return quantiles of each row's finite values (n_rows, n_probabilities), without a loop."""
    ordered = np.sort(rows, axis=-1)  # NaN sorts last
    count = np.isfinite(rows).sum(axis=-1)
    place = np.clip(probabilities, 0.0, 1.0) * np.maximum(count - 1, 0)[:, None]
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, np.maximum(count - 1, 0)[:, None])
    below = np.take_along_axis(ordered, low, axis=-1)
    above = np.take_along_axis(ordered, high, axis=-1)
    result: Array = below + (place - low) * (above - below)
    return result


def band_widths(trials: Trials, errors: Array, origin: int, levels: Sequence[float]) -> Array:
    """Return half-widths of intervals in units of each series' own mean yearly change.

    Parameters
    ----------
    trials : Trials
        Where the errors come from.
    errors : ndarray (n_series, n_origins, n_horizons)
        Scaled absolute errors of the forecast that gets the band.
    origin : int
        Position among the origins; only errors with a target year up to it are used.
    levels : sequence of float
        Coverage aimed at [0-1].

    Returns
    -------
    ndarray (n_series, n_horizons, n_levels)
        Widths that never shrink with the horizon.

    Notes
    -----
    Conformal in spirit: the quantile at level (1 + h/n) of the n errors of the panel at horizon h
    (errors that overlap by h years are worth n/h), at most 0.99, averaged with the series' own by
    n / (n + 60). Horizons with fewer than 30 errors carry the last width on by a power of the
    horizon, from a square root to a straight line, fitted to the shorter ones. Coverage is checked
    by a second rolling loop in `skillsfc.backtest`; it is not proved.

    References
    ----------
    Papadopoulos et al. (2002), Inductive Confidence Machines for Regression, ECML, 345-356.
    """
    horizons, count = trials.horizons, errors.shape[0]
    aims = np.asarray(levels, float)
    width = np.full((count, len(horizons), len(aims)), np.nan)
    for k, h in enumerate(horizons):
        past = errors[:, : max(origin - h + 1, 0), k]
        number = np.isfinite(past).sum(axis=1)
        if number.sum() < LEAST_ERRORS:
            break
        grown = aims * (1.0 + h / number.sum())
        pooled = _quantile(past.reshape(1, -1), np.minimum(grown, FARTHEST_QUANTILE))
        grown = aims * (1.0 + h / np.maximum(number, 1)[:, None])
        own = _quantile(past, np.minimum(grown, FARTHEST_QUANTILE))
        part = (number / (number + BAND_WEIGHT))[:, None]
        width[:, k] = np.where(number[:, None] > 0, part * own + (1.0 - part) * pooled, pooled)
    return np.maximum.accumulate(_extrapolate(width, horizons, aims), axis=1)


def _extrapolate(width: Array, horizons: Index, aims: Array) -> Array:
    """Fill horizons without enough errors by a power of the horizon."""
    known = int(np.isfinite(width[0, :, 0]).sum())
    if known == 0:
        # A random walk whose mean absolute yearly change is 1: the standard deviation is 1.2533.
        normal = np.array([NormalDist().inv_cdf(0.5 + aim / 2.0) for aim in aims]) * 1.2533
        result: Array = np.sqrt(horizons)[None, :, None] * normal + np.zeros_like(width)
        return result
    power = 1.0
    if known > 2:
        middle = np.log(width[:, :known].mean(axis=(0, 2)))
        power = float(np.clip(np.polyfit(np.log(horizons[:known]), middle, 1)[0], 0.5, 1.0))
    ahead = (horizons[known:] / horizons[known - 1]) ** power
    return np.concatenate([width[:, :known], width[:, known - 1 : known] * ahead[:, None]], axis=1)
