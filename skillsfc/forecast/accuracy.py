"""Accuracy of point forecasts: plain functions on arrays.

Arrays of one shape; a missing value on either side drops the pair. Scaled measures need a training
series. `actual` always comes first.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def known_pairs(actual: ArrayLike, forecast: ArrayLike) -> tuple[Array, Array]:
    """Return the pairs that are known on both sides, flat."""
    a, f = np.broadcast_arrays(np.asarray(actual, float), np.asarray(forecast, float))
    both = np.isfinite(a) & np.isfinite(f)
    return a[both], f[both]


def mean_of(values: Array) -> float:
    """Return the mean, NaN without a warning where there is nothing."""
    return float(values.mean()) if values.size else math.nan


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else math.nan


def mae(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Return the mean absolute error.

    Examples
    --------
    >>> mae([3, -0.5, 2, 7], [2.5, 0, 2, 8])
    0.5
    """
    a, f = known_pairs(actual, forecast)
    return mean_of(np.abs(f - a))


def _steps(train: ArrayLike) -> Array:
    data = np.asarray(train, float)
    change = np.diff(data)
    return np.asarray(change[np.isfinite(change)], float)


def mase(actual: ArrayLike, forecast: ArrayLike, train: ArrayLike) -> float:
    """Return the mean absolute error over that of the one-step naive forecast within ``train``.

    NaN where the training series does not vary: nothing can be scaled by zero.

    References
    ----------
    Hyndman & Koehler (2006), Another look at measures of forecast accuracy, Int. J. Forecasting 22.

    Examples
    --------
    >>> round(mase([3, -0.5, 2, 7], [2.5, 0, 2, 8], [5, 0.5, 4, 6, 3, 5, 2]), 7)
    0.1666667
    """
    return _ratio(mae(actual, forecast), mean_of(np.abs(_steps(train))))


def rmsse(actual: ArrayLike, forecast: ArrayLike, train: ArrayLike) -> float:
    """Return the root of the mean squared error over that of the one-step naive within ``train``.

    Examples
    --------
    >>> round(rmsse([3, -0.5, 2, 7], [2.5, 0, 2, 8], [5, 0.5, 4, 6, 3, 5, 2]), 7)
    0.1961161
    """
    a, f = known_pairs(actual, forecast)
    return math.sqrt(_ratio(mean_of((f - a) ** 2), mean_of(_steps(train) ** 2)))


def wmape(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Return the sum of absolute errors over the sum of absolute values [share, 0.1 is 10 %].

    Examples
    --------
    >>> wmape([100, 300], [110, 270])
    0.1
    """
    a, f = known_pairs(actual, forecast)
    return _ratio(float(np.abs(f - a).sum()), float(np.abs(a).sum()))


def theil_u1(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Return Theil's U1: root mean squared error over the sum of the root mean squares; 0 to 1.

    Examples
    --------
    >>> round(theil_u1([103, 107, 104, 110], [102, 105, 108, 107]), 7)
    0.0129448
    """
    a, f = known_pairs(actual, forecast)
    if not a.size:
        return math.nan
    size = math.sqrt(mean_of(a**2)) + math.sqrt(mean_of(f**2))
    return _ratio(math.sqrt(mean_of((f - a) ** 2)), size)


def theil_u2(actual: ArrayLike, forecast: ArrayLike, previous: ArrayLike) -> float:
    r"""Return Theil's U2: relative errors over those of no change; 1 is as good as naive.

    Parameters
    ----------
    actual, forecast : array_like
        What came, and what was forecast for it.
    previous : array_like
        The value known when each forecast was made.

    Notes
    -----
    .. math:: U_2 = \\sqrt{\\sum ((f_t - a_t) / p_t)^2 / \\sum ((a_t - p_t) / p_t)^2}

    References
    ----------
    Theil (1966), Applied Economic Forecasting, chapter 2.

    Examples
    --------
    >>> round(theil_u2([103, 107, 104, 110], [102, 105, 108, 107], [100, 103, 107, 104]), 7)
    0.6441741
    """
    a, f, p = np.broadcast_arrays(*(np.asarray(x, float) for x in (actual, forecast, previous)))
    both = np.isfinite(a) & np.isfinite(f) & np.isfinite(p) & (p != 0)
    top = (((f - a)[both] / p[both]) ** 2).sum()
    return math.sqrt(_ratio(float(top), float((((a - p)[both] / p[both]) ** 2).sum())))


def theil_split(actual: ArrayLike, forecast: ArrayLike) -> dict[str, float]:
    """Return how much of the mean squared error is bias, unequal variance and lack of covariance.

    The three parts add up to 1: only the last is beyond a simple correction.

    Examples
    --------
    >>> parts = theil_split([103, 107, 104, 110], [102, 105, 108, 107])
    >>> {name: round(part, 7) for name, part in parts.items()}
    {'bias': 0.0333333, 'variance': 0.0266799, 'covariance': 0.9399867}
    """
    a, f = known_pairs(actual, forecast)
    squared = mean_of((f - a) ** 2)
    if not a.size or squared == 0.0:
        return dict.fromkeys(("bias", "variance", "covariance"), math.nan)
    bias = (f.mean() - a.mean()) ** 2 / squared
    variance = (f.std() - a.std()) ** 2 / squared
    product = ((f - f.mean()) * (a - a.mean())).mean()
    covariance = 2.0 * (f.std() * a.std() - product) / squared
    return {"bias": float(bias), "variance": float(variance), "covariance": float(covariance)}


def direction_hits(actual: ArrayLike, forecast: ArrayLike, previous: ArrayLike) -> dict[str, float]:
    """Return how often the direction was right, beside what "always grows" would have scored.

    Returns
    -------
    dict
        ``hit_rate``; ``always_grows`` (the base rate); ``peirce``: hits among rises minus false
        alarms among falls, 0 for any rule that never looks, NaN where all go one way [share].

    Examples
    --------
    >>> direction_hits([2, 3, 1], [3, 2, 2], [1, 2, 2])
    {'hit_rate': 0.3333333333333333, 'always_grows': 0.6666666666666666, 'peirce': 0.5}
    """
    a, f, p = np.broadcast_arrays(*(np.asarray(x, float) for x in (actual, forecast, previous)))
    both = np.isfinite(a) & np.isfinite(f) & np.isfinite(p)
    rises, said = (a > p)[both], (f > p)[both]
    same = (np.sign(a - p) == np.sign(f - p))[both]
    skill = math.nan
    if rises.any() and not rises.all():
        skill = float(said[rises].mean() - said[~rises].mean())
    return {
        "hit_rate": mean_of(same.astype(float)),
        "always_grows": mean_of(rises.astype(float)),
        "peirce": skill,
    }
