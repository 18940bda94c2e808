"""Rates over a period and rates a year: two definitions that must not be mixed."""

from __future__ import annotations

import numpy as np

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.forecast.pooling import Array

ANNUAL = ("simple", "warwick")


def check_annual(annual: str, subject: str) -> str:
    """Return the definition, or raise `ParameterError` naming the nearest one."""
    if annual in ANNUAL:
        return annual
    guess = did_you_mean(annual, ANNUAL)
    raise ParameterError(
        subject, [Problem("annual", repr(annual), f"one of {listing(ANNUAL)}", guess)]
    )


def to_annual(rate: Array, years: int, annual: str) -> Array:
    r"""Return the yearly rate behind the replacement over a period.

    Parameters
    ----------
    rate : ndarray
        Replacement over the period by stock at its start [share].
    years : int
        Length of the period [years].
    annual : {"simple", "warwick"}
        ``rate / years``, or :math:`(1 + rate)^{1 / years} - 1` as Working Futures reports it.

    Examples
    --------
    >>> period = np.array([0.2])
    >>> to_annual(period, 10, "simple").round(5), to_annual(period, 10, "warwick").round(5)
    (array([0.02]), array([0.0184]))
    """
    found: Array = rate / years if annual == "simple" else (1.0 + rate) ** (1.0 / years) - 1.0
    return found


def annual_error(error: Array, rate: Array, years: int, annual: str) -> Array:
    """Return the standard error of the yearly rate from that of the period's (delta method).

    Examples
    --------
    >>> annual_error(np.array([0.05]), np.array([0.2]), 10, "simple")
    array([0.005])
    """
    slope = np.full_like(rate, 1.0 / years)
    if annual == "warwick":
        slope = (1.0 + rate) ** (1.0 / years - 1.0) / years
    found: Array = slope * error
    return found
