"""Shares that are known within a range only, because answers are missing."""

from __future__ import annotations

from typing import Any

from skillsfc.transitions.design import Floats, SurveyDesign
from skillsfc.transitions.ratios import estimate_ratio, reliability, wilson


def estimate_range(
    design: SurveyDesign, low: Floats, high: Floats, members: Floats, level: float
) -> dict[str, Any]:
    """Return the columns of one row: share and possible share, errors, interval, counts.

    Parameters
    ----------
    design : SurveyDesign
        Weights, strata and sampling units.
    low, high : array of float
        1 where the trait is certain, and where it is certain or possible.
    members : array of float
        1 for the persons of the domain.
    level : float
        Nominal coverage of the true share [0-1].
    """
    least = estimate_ratio(design, low * members, members)
    most = estimate_ratio(design, high * members, members)
    width = max(most.value - least.value, 0.0)
    quantile = bounds_quantile(design, width, max(least.error, most.error), level)
    return {
        "share": least.value,
        "share_high": most.value,
        "standard_error": least.error,
        "standard_error_high": most.error,
        "lower": wilson(least.value, least.effective, quantile)[0],
        "upper": wilson(most.value, most.effective, quantile)[1],
        "level": level,
        "persons": least.persons,
        "cases": least.cases,
        "cases_possible": most.cases,
        "effective_persons": least.effective,
        "design_effect": least.design_effect,
        "reliability": reliability(least.persons, least.value, least.error),
        "population": least.value * least.population,
        "population_high": most.value * least.population,
        "population_error": least.error * least.population,
    }


def bounds_quantile(design: SurveyDesign, width: float, error: float, level: float) -> float:
    """Return the quantile for an interval around a share known within a range.

    Parameters
    ----------
    design : SurveyDesign
        Gives the distribution: Student's with its degrees of freedom, or the normal.
    width : float
        Length of the range.
    error : float
        The larger standard error of its ends.
    level : float
        Nominal coverage of the true value.
    """
    from scipy.optimize import brentq
    from scipy.special import ndtr, stdtr

    two_sided = design.quantile(level)
    if width == 0:
        return two_sided
    one_sided = design.quantile(2 * level - 1) if level > 0.5 else 0.0
    if error == 0:
        return one_sided
    shift = width / error

    def below(point: float) -> float:
        return float(stdtr(design.freedom, point) if design.known else ndtr(point))

    def excess(point: float) -> float:
        return below(point + shift) - below(-point) - level

    return float(brentq(excess, 0.0, two_sided)) if excess(0.0) < 0 else 0.0
