"""Medians of a survey with errors from its design."""

from __future__ import annotations

import numpy as np

from skillsfc.transitions.design import Floats, SurveyDesign
from skillsfc.transitions.ratios import estimate_ratio, wilson


def weighted_quantile(values: Floats, weight: Floats, share: float) -> float:
    """Return the smallest value that at least ``share`` of the weight does not exceed.

    Examples
    --------
    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.ones(3), 0.5)
    2.0
    """
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weight[order])
    place = int(np.searchsorted(below, share * below[-1] * (1 - 1e-12)))
    return float(values[order][min(place, len(values) - 1)])


def estimate_median(
    design: SurveyDesign, values: Floats, members: Floats, level: float
) -> tuple[float, float, float, float]:
    r"""Return the median of a domain, its standard error and its interval.

    Parameters
    ----------
    design : SurveyDesign
        Weights, strata and sampling units.
    values : array of float
        Any unit.
    members : array of float
        1 for the rows of the domain, 0 for the others.
    level : float
        Nominal coverage [0-1].

    Notes
    -----
    Woodruff: the interval of the share that does not exceed the median, read back through the
    distribution. The standard error is its length over twice the quantile.

    References
    ----------
    Woodruff (1952), Confidence intervals for medians and other position measures, Journal of the
    American Statistical Association 47, 635-646.
    """
    inside = (members > 0) & (design.weight > 0)
    if not inside.any():
        return np.nan, np.nan, np.nan, np.nan
    held, weight = values[inside], design.weight[inside]
    median = weighted_quantile(held, weight, 0.5)
    below = estimate_ratio(design, np.where(inside, values <= median, 0.0), inside.astype(float))
    quantile = design.quantile(level)
    # The error is that of a share of one half on as many effective persons: the share at the
    # median itself jumps where many have the same value.
    low, high = wilson(0.5, below.effective, quantile)
    lower, upper = (weighted_quantile(held, weight, end) for end in (low, high))
    return median, (upper - lower) / (2 * quantile), lower, upper
