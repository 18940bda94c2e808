"""How sure a weighted share is: the Taylor standard error and Wilson's interval."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np

from skillsfc.transitions.records import Floats

ROUNDING = 1e-9  # an error below this part of the estimate is rounding, and is 0


def share_interval(share: Any, error: Any, effective: Any, level: float) -> tuple[Floats, Floats]:
    r"""Return Wilson's interval of a share, on the number of persons its error is worth.

    Parameters
    ----------
    share, error : array
        Share [0-1] and its standard error.
    effective : array
        Kish's effective number of persons, used where the error is 0 (shares of 0 and 1).
    level : float
        Nominal coverage [0-1].

    Returns
    -------
    tuple of array
        Lower and upper end [0-1], missing where the share is.

    Notes
    -----
    With :math:`m = p (1 - p) / SE^2` persons and z the normal quantile, the interval is
    :math:`(p + z^2/2m \pm z \sqrt{p(1-p)/m + z^2/4m^2}) / (1 + z^2/m)`.

    Examples
    --------
    >>> low, high = share_interval([0.5], [0.05], [100.0], 0.95)
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.4038, 0.5962)
    """
    part, spread, persons = (np.asarray(a, dtype=np.float64) for a in (share, error, effective))
    z = NormalDist().inv_cdf(0.5 + level / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.where(spread > 0, part * (1 - part) / spread**2, persons)
        middle = part + z**2 / (2 * worth)
        half = z * np.sqrt(part * (1 - part) / worth + z**2 / (4 * worth**2))
        below, above = ((middle + sign * half) / (1 + z**2 / worth) for sign in (-1, 1))
    return np.clip(below, 0.0, 1.0), np.clip(above, 0.0, 1.0)


def share_error(
    both: Floats, cross: Floats, whole: Floats, share: Floats, base: Floats, clusters: Any
) -> Floats:
    r"""Return the Taylor standard error of a ratio of totals from sums over clusters.

    Parameters
    ----------
    both, cross, whole : array
        Sums over clusters of the squared part, part times whole, and squared whole.
    share, base : array
        The ratio, and the total of the whole.
    clusters : array
        Number of clusters of the sample.

    Notes
    -----
    :math:`SE^2 = \frac{c}{c-1} \sum_c (y_c - p x_c)^2 / X^2`, missing with one cluster.
    """
    number = np.asarray(clusters, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = np.maximum(both - 2 * share * cross + share**2 * whole, 0.0)
        factor = np.where(number > 1, number / (number - 1), np.nan)
        made = np.sqrt(factor * squares) / base
    return np.where(made < ROUNDING, np.where(np.isnan(made), np.nan, 0.0), made)


def mean_error(values: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return weighted means of columns and their Taylor standard errors.

    Parameters
    ----------
    values : array [persons, columns]
        What is averaged.
    weight : array [persons]
        Weights; persons of weight 0 still count as sampled.

    Examples
    --------
    >>> mean, error = mean_error(np.array([[1.0], [3.0]]), np.ones(2))
    >>> float(mean[0]), float(error[0])
    (2.0, 1.0)
    """
    total = weight.sum()
    mean = weight @ values / total
    apart = weight[:, None] * (values - mean) / total
    number = len(weight)
    factor = number / (number - 1) if number > 1 else np.nan
    error = np.sqrt(factor * (apart**2).sum(axis=0))
    return mean, np.where(error < ROUNDING * np.abs(mean), 0.0, error)
