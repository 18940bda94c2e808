"""Scores of intervals, quantiles and whole distributions: plain functions on arrays.

All are means over the pairs that are known on both sides; smaller is better, coverage apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from skillsfc.forecast.accuracy import known_pairs, mean_of


def coverage(actual: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> float:
    """Return the part of actual values inside the interval, ends included [share].

    Examples
    --------
    >>> coverage([1, 2, 3, 4], [0, 0, 0, 0], [3, 3, 3, 3])
    0.75
    """
    a, low, high = np.broadcast_arrays(*(np.asarray(x, float) for x in (actual, lower, upper)))
    known = np.isfinite(a) & np.isfinite(low) & np.isfinite(high)
    return mean_of(((a >= low) & (a <= high))[known].astype(float))


def pinball(actual: ArrayLike, forecast: ArrayLike, probability: float) -> float:
    """Return the mean quantile loss of a forecast of the quantile at ``probability``.

    Examples
    --------
    >>> pinball([5.0], [4.0], 0.9)
    0.9
    """
    a, f = known_pairs(actual, forecast)
    return mean_of(np.maximum(probability * (a - f), (probability - 1.0) * (a - f)))


def interval_score(actual: ArrayLike, lower: ArrayLike, upper: ArrayLike, level: float) -> float:
    """Return the mean interval score: width plus 2 / (1 - level) times what falls outside.

    References
    ----------
    Gneiting & Raftery (2007), Strictly Proper Scoring Rules, JASA 102(477), equation 43.

    Examples
    --------
    >>> round(interval_score([5.0], [1.0], [4.0], 0.8), 9)
    13.0
    """
    a, low, high = np.broadcast_arrays(*(np.asarray(x, float) for x in (actual, lower, upper)))
    known = np.isfinite(a) & np.isfinite(low) & np.isfinite(high)
    a, low, high = a[known], low[known], high[known]
    outside = np.maximum(low - a, 0.0) + np.maximum(a - high, 0.0)
    return mean_of(high - low + 2.0 / (1.0 - level) * outside)


def crps_normal(actual: ArrayLike, mean: ArrayLike, deviation: ArrayLike) -> float:
    """Return the mean continuous ranked probability score of normal forecasts.

    Examples
    --------
    >>> round(crps_normal(-3.0, 0.0, 1.0), 8)
    2.43657473
    """
    a, m, s = np.broadcast_arrays(*(np.asarray(x, float) for x in (actual, mean, deviation)))
    known = np.isfinite(a) & np.isfinite(m) & (s > 0)
    z = (a[known] - m[known]) / s[known]
    density = np.exp(-0.5 * z**2) / math.sqrt(2.0 * math.pi)
    below = np.array([0.5 * math.erfc(-x / math.sqrt(2.0)) for x in z])
    return mean_of(s[known] * (z * (2.0 * below - 1.0) + 2.0 * density - 1.0 / math.sqrt(math.pi)))


def crps_ensemble(actual: ArrayLike, members: ArrayLike, *, fair: bool = False) -> float:
    """Return the mean score of ensembles; members along the last axis.

    Parameters
    ----------
    actual : array_like (...)
        What came.
    members : array_like (..., n_members)
        The ensemble.
    fair : bool
        Whether to take off what a small ensemble loses for being small.

    Examples
    --------
    >>> crps_ensemble([2.5], [[1, 2, 3, 4]])
    0.375
    >>> round(crps_ensemble([2.5], [[1, 2, 3, 4]], fair=True), 7)
    0.1666667
    """
    a, x = np.asarray(actual, float), np.sort(np.asarray(members, float), axis=-1)
    size = x.shape[-1]
    distance = np.abs(x - a[..., None]).mean(axis=-1)
    order = 2.0 * np.arange(1, size + 1) - size - 1.0
    spread = (x * order).sum(axis=-1) / (size * (size - 1.0 if fair else size))
    score = distance - spread
    return mean_of(np.asarray(score[np.isfinite(score)]))


def crps_quantiles(
    actual: ArrayLike, quantiles: ArrayLike, probabilities: Sequence[float]
) -> float:
    """Return the score from a few quantiles: twice the pinball loss, integrated over probability.

    Each quantile stands for the probabilities nearer to it than to any other, the outermost ones
    up to 0 and 1; with few quantiles it is an approximation, the better the more there are.

    Examples
    --------
    >>> crps_quantiles([2.0], [[1.0, 2.0, 3.0]], [0.25, 0.5, 0.75])
    0.375
    """
    a, q = np.asarray(actual, float)[..., None], np.asarray(quantiles, float)
    p = np.asarray(probabilities, float)
    loss = np.maximum(p * (a - q), (p - 1.0) * (a - q))
    edges = np.concatenate([[0.0], (p[1:] + p[:-1]) / 2.0, [1.0]])
    score = 2.0 * (loss * np.diff(edges)).sum(axis=-1)
    return mean_of(np.asarray(score[np.isfinite(score)]))
