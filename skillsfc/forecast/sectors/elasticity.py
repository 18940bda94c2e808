"""Jobs from output: the output elasticity, and error correction where the series carry it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skillsfc.forecast.pooling import Array, Index, shrink

ELASTICITY_YEARS = 15  # years behind an elasticity
LEAST_CHANGES = 5  # pairs of yearly changes below which a series has no elasticity of its own
LEAST_YEARS = 20  # years without a gap below which cointegration is not tested
SIGNIFICANCE = 1  # place of 5 per cent among the critical values of 1, 5 and 10 per cent


def output_elasticities(
    employment: Array, output: Array, origins: Index, window: int = ELASTICITY_YEARS
) -> tuple[Array, Array]:
    r"""Return the change of employment that goes with a change of output, and its squared error.

    Parameters
    ----------
    employment, output : ndarray (n_series, n_years)
        Logarithms.
    origins : ndarray
        Columns of the last value used.
    window : int
        Years.

    Returns
    -------
    elasticity, error : ndarray (n_series, n_origins)
        NaN with fewer than 5 pairs of yearly changes.

    Notes
    -----
    Least squares of :math:`\Delta \ln E = e\, \Delta \ln Y` without a constant: growth of
    productivity is part of e. Changes over a gap are left out.

    Examples
    --------
    >>> output = np.log(1.04) * np.arange(12.0)[None, :]
    >>> elasticity, _ = output_elasticities(0.5 * output, output, np.array([11]))
    >>> round(elasticity.item(), 6)
    0.5
    """
    jobs, goods = (np.diff(x, axis=1, prepend=np.nan) for x in (employment, output))
    pair = np.isfinite(jobs) & np.isfinite(goods)
    y, x = np.where(pair, jobs, 0.0), np.where(pair, goods, 0.0)
    count = _recent(pair.astype(float), window)[:, origins]
    xx, xy, yy = (_recent(a, window)[:, origins] for a in (x * x, x * y, y * y))
    with np.errstate(divide="ignore", invalid="ignore"):
        elasticity = xy / xx
        error = np.maximum(yy - elasticity * xy, 0.0) / (count - 1) / xx
    enough = (count >= LEAST_CHANGES) & (xx > 0)
    return np.where(enough, elasticity, np.nan), np.where(enough, error, np.nan)


def _recent(values: Array, window: int) -> Array:
    """Return sums over the last years up to each column."""
    total = values.cumsum(axis=1)
    found = total.copy()
    found[:, window:] -= total[:, :-window]
    return found


def elasticity_forecast(
    employment: Array, output: Array, growth: Array, origins: Index, horizons: Index
) -> Array:
    """Return persons from the growth of output times the shrunken elasticity.

    Parameters
    ----------
    employment, output : ndarray (n_series, n_years)
        Logarithms.
    growth : ndarray (n_series, n_origins)
        Growth of output assumed, change of the logarithm a year.
    origins, horizons : ndarray
        Columns of the last value used, and years ahead.

    Notes
    -----
    A series with output but too few changes of its own takes the mean elasticity of the panel.
    """
    own, error = output_elasticities(employment, output, origins)
    drawn = shrink(own, error)
    known = np.isfinite(drawn)
    with np.errstate(invalid="ignore"):
        mean = np.where(known, drawn, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    mean = np.where(known.any(axis=0), mean, np.nan)
    elasticity = np.where(known, drawn, mean)
    ahead = (elasticity * growth)[..., None] * horizons
    result: Array = np.exp(employment[:, origins][..., None] + ahead)
    return result


@dataclass(frozen=True, eq=False)
class ErrorCorrection:
    """Error-correction models of all series at one origin.

    Parameters
    ----------
    statistic, critical : ndarray (n_series,)
        Engle-Granger statistic and its critical value at 5 %; NaN where there is no test.
    constant, elasticity : ndarray (n_series,)
        Long run: log employment = constant + elasticity * log output.
    drift, impact, adjustment : ndarray (n_series,)
        Short run: change = drift + impact * change of output + adjustment * last year's gap.
    carried : ndarray of bool
        Whether the series carries the model.
    """

    statistic: Array
    critical: Array
    constant: Array
    elasticity: Array
    drift: Array
    impact: Array
    adjustment: Array
    carried: NDArray[np.bool_]

    def forecast(self, employment: Array, output: Array, growth: Array, horizons: Index) -> Array:
        """Return persons (n_series, n_horizons); NaN where the model is not carried.

        Parameters
        ----------
        employment, output, growth : ndarray (n_series,)
            Logarithms at the origin, and growth of output a year.
        horizons : ndarray
            1, 2, ... without a gap.
        """
        found = np.full((len(employment), len(horizons)), np.nan)
        jobs, goods = employment.copy(), output.copy()
        for k in range(len(horizons)):
            gap = jobs - self.constant - self.elasticity * goods
            jobs = jobs + self.drift + self.impact * growth + self.adjustment * gap
            goods = goods + growth
            found[self.carried, k] = np.exp(jobs[self.carried])
        return found


def fit_error_correction(employment: Array, output: Array, origin: int) -> ErrorCorrection:
    """Test cointegration with output and fit the two-step error-correction model.

    Parameters
    ----------
    employment, output : ndarray (n_series, n_years)
        Logarithms.
    origin : int
        Column of the last value used.

    Returns
    -------
    ErrorCorrection
        Carried where at least 20 years without a gap end at the origin, the Engle-Granger test
        rejects "no cointegration" at 5 %, employment returns to its path by more than 0 and less
        than the whole gap a year, and the long-run elasticity is above 0.

    Notes
    -----
    Test with one lagged change and MacKinnon's critical values (statsmodels); 5 series in 100 carry
    the model by chance alone.

    References
    ----------
    Engle & Granger (1987), Co-integration and Error Correction, Econometrica 55(2), 251-276.
    MacKinnon (2010), Critical Values for Cointegration Tests, Queen's Economics WP 1227.
    """
    both = np.isfinite(employment[:, : origin + 1]) & np.isfinite(output[:, : origin + 1])
    run = np.cumprod(both[:, ::-1], axis=1)[:, ::-1].astype(bool)  # unbroken up to the origin
    years = run.sum(axis=1)
    tested = years >= LEAST_YEARS
    found = np.full((7, len(run)), np.nan)
    if tested.any():
        run = run[tested]
        e, y = (np.where(run, x[tested, : origin + 1], 0.0) for x in (employment, output))
        found[1, tested] = _critical_values(years[tested])
        found[:1, tested], found[2:, tested] = _two_steps(e, y, run)
    statistic, critical, constant, elasticity, drift, impact, adjustment = found
    with np.errstate(invalid="ignore"):
        returns = (adjustment < 0.0) & (adjustment > -1.0) & (elasticity > 0.0)
        carried = (statistic < critical) & returns
    return ErrorCorrection(
        statistic, critical, constant, elasticity, drift, impact, adjustment, carried
    )


def _two_steps(e: Array, y: Array, run: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Return the Engle-Granger statistic, and the five coefficients of long and short run."""
    long, _ = _least_squares(np.stack([run.astype(float), y], axis=-1), e, run)
    gap = np.where(run, e - long[:, :1] - long[:, 1:] * y, 0.0)
    step = run[:, 1:] & run[:, :-1]
    de, dy, du = (np.where(step, np.diff(x, axis=1), 0.0) for x in (e, y, gap))
    twice = step[:, 1:] & step[:, :-1]
    lagged = np.stack([gap[:, 1:-1], du[:, :-1]], axis=-1)
    unit, error = _least_squares(lagged, du[:, 1:], twice)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = unit[:, 0] / error[:, 0]
    signs = np.stack([step.astype(float), dy, gap[:, :-1]], axis=-1)
    short, _ = _least_squares(signs, de, step)
    return statistic[None], np.concatenate([long, short], axis=1).T


def _least_squares(signs: Array, came: Array, seen: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Return coefficients and standard errors of many regressions at once (n, n_signs).

    NaN where the signs of a regression are not independent of one another.
    """
    signs, came = (np.nan_to_num(np.where(m, a, 0.0)) for m, a in
                   ((seen[..., None], signs), (seen, came)))  # fmt: skip
    size = signs.shape[-1]
    square = np.einsum("ntp,ntq->npq", signs, signs)
    singular = np.linalg.matrix_rank(square, hermitian=True) < size
    square[singular] = np.eye(size)
    inverse = np.linalg.inv(square)
    found = np.einsum("npq,ntq,nt->np", inverse, signs, came)
    found[singular] = np.nan
    rest = came - np.einsum("ntp,np->nt", signs, found)
    variance = (rest**2).sum(axis=1) / np.maximum(seen.sum(axis=1) - size, 1)
    error = np.sqrt(variance[:, None] * np.diagonal(inverse, axis1=1, axis2=2))
    return found, error


def _critical_values(years: Index) -> Array:
    """Return MacKinnon's critical values at 5 % for two variables and a constant."""
    from statsmodels.tsa.adfvalues import mackinnoncrit

    found = np.empty(len(years))
    for count in np.unique(years):
        value = mackinnoncrit(N=2, regression="c", nobs=int(count) - 1)[SIGNIFICANCE]
        found[years == count] = value
    return found


def error_correction_forecast(
    employment: Array, output: Array, growth: Array, origins: Index, horizons: Index
) -> tuple[Array, ErrorCorrection]:
    """Return persons at every origin, and the models at the last one.

    Parameters
    ----------
    employment, output, growth, origins, horizons
        As in `elasticity_forecast`.

    Returns
    -------
    forecasts : ndarray (n_series, n_origins, n_horizons)
        NaN where a series does not carry the model.
    last : ErrorCorrection
        At the last origin.
    """
    found = np.full((len(employment), len(origins), len(horizons)), np.nan)
    for j, origin in enumerate(origins):
        model = fit_error_correction(employment, output, int(origin))
        if model.carried.any():
            start, goods = employment[:, origin], output[:, origin]
            found[:, j] = model.forecast(start, goods, growth[:, j], horizons)
    return found, model
