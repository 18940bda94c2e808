"""Candidate models for annual series, each for all series, origins and horizons in one call.

A kernel takes a matrix (series x years, NaN where missing) and returns forecasts of shape
(n_series, n_origins, n_horizons) made with nothing later than each origin. A series that is missing
at an origin, or too short for the model there, gets NaN: a kernel never invents a value.
"""

from __future__ import annotations

import numpy as np

from skillsfc.forecast.pooling import Array, Index, mean_changes, shrink
from skillsfc.forecast.smoothing import fit_damped_trend, fit_simple

OLS_YEARS = 10  # years before the base that the trend benchmark of the US projections uses
TREND_YEARS = 5  # window of the pooled growth: 3 to 20 tried; benchmarks/backtest_pwt.py checks it
FADE = 0.7  # part of a change of the employment ratio that lasts into the next year


def _at(values: Array, origins: Index) -> Array:
    """Return each series' value at each origin, NaN where it is missing."""
    found: Array = values[:, origins]
    return found


def last_value(values: Array, origins: Index, horizons: Index, _: Array | None = None) -> Array:
    """Return the value of the origin at every horizon: the naive forecast.

    Examples
    --------
    >>> last_value(np.array([[1.0, 2.0, 4.0]]), np.array([2]), np.array([1, 2]))
    array([[[4., 4.]]])
    """
    return np.repeat(_at(values, origins)[..., None], len(horizons), axis=2)


def drift(values: Array, origins: Index, horizons: Index, _: Array | None = None) -> Array:
    """Return last value plus the mean yearly change since the first value.

    Examples
    --------
    >>> drift(np.array([[1.0, np.nan, 4.0]]), np.array([2]), np.array([2]))
    array([[[7.]]])
    """
    start = np.isfinite(values).argmax(axis=1)
    first = values[np.arange(len(values)), start][:, None]
    years = (origins[None, :] - start[:, None]).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(years > 0, (_at(values, origins) - first) / years, np.nan)
    result: Array = _at(values, origins)[..., None] + slope[..., None] * horizons
    return result


def ordinary_slopes(values: Array, origins: Index, window: int) -> tuple[Array, Array, Array]:
    """Return slope, mean squared error of the slope and fitted value at the origin.

    Least squares on the calendar years of the window, missing years left out. Arrays are
    (n_series, n_origins); NaN with fewer than 2 values, squared error NaN with fewer than 3.

    Examples
    --------
    >>> slope, _, fitted = ordinary_slopes(np.array([[1.0, 3.0, 5.0]]), np.array([2]), 3)
    >>> slope.item(), fitted.item()
    (2.0, 5.0)
    """
    shape = (3, values.shape[0], len(origins))
    out = np.full(shape, np.nan)
    for k, origin in enumerate(origins):
        block = values[:, max(0, origin - window + 1) : origin + 1]
        seen = np.isfinite(block)
        n = seen.sum(axis=1)
        years = np.arange(block.shape[1]) - (block.shape[1] - 1.0)
        data = np.where(seen, block, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean_x, mean_y = (seen * years).sum(axis=1) / n, data.sum(axis=1) / n
            x = seen * (years - mean_x[:, None])
            y = np.where(seen, block - mean_y[:, None], 0.0)
            sxx = (x * x).sum(axis=1)
            slope = np.where(n >= 2, (x * y).sum(axis=1) / sxx, np.nan)
            rest = np.maximum((y * y).sum(axis=1) - slope**2 * sxx, 0.0)
            error = np.where(n >= 3, rest / (n - 2) / sxx, np.nan)
        out[:, :, k] = slope, error, mean_y - slope * mean_x
    out[:, ~np.isfinite(_at(values, origins))] = np.nan
    return out[0], out[1], out[2]


def ols_trend(values: Array, origins: Index, horizons: Index, _: Array | None = None) -> Array:
    """Return the straight line through the last 10 years, carried on from its fitted value.

    Examples
    --------
    >>> ols_trend(np.arange(12.0)[None, :], np.array([11]), np.array([1])).item()
    12.0
    """
    slope, _, fitted = ordinary_slopes(values, origins, OLS_YEARS)
    result: Array = fitted[..., None] + slope[..., None] * horizons
    return result


def damped_trend(values: Array, origins: Index, horizons: Index, _: Array | None = None) -> Array:
    """Return ETS(A,Ad,N); see `fit_damped_trend`, here with 3 rounds of refinement.

    More rounds lower the sum of squares by less than 0.1 % in nine series of ten, and no error of
    a forecast.
    """
    return fit_damped_trend(values, origins, zooms=3).forecast(horizons)


def theta(values: Array, origins: Index, horizons: Index, _: Array | None = None) -> Array:
    """Return the theta forecast: simple smoothing plus half the slope of the whole history.

    Notes
    -----
    With n years, slope b and smoothing alpha: level + b/2 (h - 1 + 1/alpha - (1-alpha)^n/alpha).

    References
    ----------
    Hyndman & Billah (2003), Unmasking the theta method, Int. J. Forecasting 19, 287-290.

    Examples
    --------
    >>> flat = np.full((1, 8), 3.0)
    >>> float(theta(flat, np.array([7]), np.array([5])).item())
    3.0
    """
    fit = fit_simple(values, origins, zooms=3)
    slope, _, _ = ordinary_slopes(values, origins, values.shape[1])
    years = origins[None, :] - np.isfinite(values).argmax(axis=1)[:, None] + 1.0
    start = (1.0 - (1.0 - fit.alpha) ** years) / fit.alpha
    steps = horizons - 1.0 + start[..., None]
    result: Array = fit.level[..., None] + 0.5 * slope[..., None] * steps
    return result


def shrunken_trend(values: Array, origins: Index, horizons: Index, _: Array | None = None) -> Array:
    """Return last value plus the shrunken mean change of 5 years; the series are pooled.

    Mean changes rather than least-squares slopes: the residuals of a line through yearly employment
    are autocorrelated, which would make every slope look more certain than it is.

    Examples
    --------
    >>> rising = np.array([[1.0, 2.0, 3.0]])
    >>> shrunken_trend(rising, np.array([2]), np.array([1])).item()
    4.0
    """
    slope, error = mean_changes(values, origins, TREND_YEARS)
    result: Array = _at(values, origins)[..., None] + shrink(slope, error)[..., None] * horizons
    return result


def employment_ratio(
    values: Array, origins: Index, horizons: Index, population: Array | None = None
) -> Array:
    """Return the jobs per person of working age, by a damped logit trend, times population.

    Parameters
    ----------
    values : ndarray (n_series, n_years)
        Logarithm of persons employed.
    origins, horizons : ndarray
        Columns of the last value used, and years ahead.
    population : ndarray (n_series, n_years + longest horizon)
        Logarithm of the population aged 15-64, NaN where unknown.

    Notes
    -----
    With r = employed / population 15-64 and z = logit r: the mean change of z over 5 years is
    shrunk towards 0 over the pooled series and fades by 0.7 a year. A series with r >= 1 gets NaN.

    Examples
    --------
    >>> people = np.log(np.array([[100.0, 100.0, 100.0, 110.0]]))
    >>> jobs = np.log(np.array([[50.0, 50.0, 50.0]]))
    >>> np.exp(employment_ratio(jobs, np.array([2]), np.array([1]), people)).round(6).item()
    55.0
    """
    if population is None:
        return np.full((len(values), len(origins), len(horizons)), np.nan)
    log_ratio = values - population[:, : values.shape[1]]
    below = np.where(log_ratio < 0.0, log_ratio, np.nan)
    logit = below - np.log(-np.expm1(below))
    slope, error = mean_changes(logit, origins, TREND_YEARS)
    trend = np.where(np.isfinite(slope), shrink(slope, error, towards=0.0), 0.0)
    fade = FADE * (1.0 - FADE**horizons) / (1.0 - FADE)
    with np.errstate(invalid="ignore"):
        ahead = -np.logaddexp(0.0, -(_at(logit, origins)[..., None] + trend[..., None] * fade))
    column = np.minimum(origins[:, None] + horizons, population.shape[1] - 1)
    known = origins[:, None] + horizons < population.shape[1]
    people = np.where(known, population[:, column], np.nan)
    result: Array = ahead + people
    return result
