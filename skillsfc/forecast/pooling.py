"""Growth of many series together: mean yearly changes, and how far to trust each of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]


def mean_changes(values: Array, origins: Index, window: int) -> tuple[Array, Array]:
    r"""Return the mean yearly change over a window up to each origin, and its squared error.

    A change over a gap counts with the years it spans: the mean is (last - first) / years. With
    steps :math:`d_i` over :math:`g_i` years and mean b, the variance of a yearly change is
    :math:`s^2 = \sum (d_i - b g_i)^2 / g_i / (n - 1)`, and that of b is :math:`s^2 / \sum g_i`.

    Examples
    --------
    >>> mean, _ = mean_changes(np.array([[1.0, np.nan, 4.0, 5.0]]), np.array([3]), 10)
    >>> round(mean.item(), 6)
    1.333333
    """
    seen = np.isfinite(values)
    columns = np.arange(values.shape[1])
    before = np.maximum.accumulate(np.where(seen, columns, -1), axis=1)
    previous = np.concatenate([np.full((len(values), 1), -1), before[:, :-1]], axis=1)
    rows = np.arange(len(values))[:, None]
    step = np.where(seen & (previous >= 0), values - values[rows, previous], np.nan)
    gap = (columns - previous).astype(float)
    out = np.full((2, len(values), len(origins)), np.nan)
    for k, origin in enumerate(origins):
        part = slice(max(0, origin - window + 1), origin + 1)
        inside = np.isfinite(step[:, part]) & (previous[:, part] >= origin - window)
        d, g = np.where(inside, step[:, part], 0.0), np.where(inside, gap[:, part], 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            years, steps = g.sum(axis=1), inside.sum(axis=1)
            mean = d.sum(axis=1) / years
            rest = np.where(inside, (d - mean[:, None] * g) ** 2 / np.where(g > 0, g, 1.0), 0.0)
            out[0, :, k] = mean
            out[1, :, k] = np.where(steps > 1, rest.sum(axis=1) / (steps - 1) / years, np.nan)
    out[:, ~seen[:, origins]] = np.nan
    return out[0], out[1]


def shrink(slope: Array, error: Array, *, towards: float | None = None) -> Array:
    r"""Draw each slope towards the mean of all (or a given value) by its own uncertainty.

    Notes
    -----
    Method of moments: :math:`\tau^2 = \max(0, mean (b_k - b_0)^2 - mean\, v_k)`,
    :math:`w_k = \tau^2 / (\tau^2 + v_k)`, :math:`\tilde b_k = w_k b_k + (1 - w_k) b_0`. Fewer
    than 3 series tell nothing of tau, and the slopes stay what they are.

    References
    ----------
    Morris (1983), Parametric Empirical Bayes Inference, JASA 78(381), 47-55.

    Examples
    --------
    >>> shrink(np.array([[0.0], [1.0], [2.0]]), np.full((3, 1), 10.0)).ravel()
    array([1., 1., 1.])
    """
    known = np.isfinite(slope) & np.isfinite(error)
    count = known.sum(axis=0)

    def mean(x: Array) -> Array:
        result: Array = np.where(known, x, 0.0).sum(axis=0) / np.maximum(count, 1)
        return result

    centre = mean(slope) if towards is None else np.full(slope.shape[1], towards)
    spread = np.maximum(mean((slope - centre) ** 2) - mean(error), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(spread + error > 0, spread / (spread + error), 1.0)
    shrunk = weight * slope + (1.0 - weight) * centre
    result: Array = np.where(known & (count >= 3), shrunk, slope)
    return result
