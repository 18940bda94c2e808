"""Standard errors of matching: Abadie and Imbens, with the estimated score taken into account.

References
----------
Abadie and Imbens (2006), Large sample properties of matching estimators for average treatment
effects, Econometrica 74, 235-267; (2016), Matching on the estimated propensity score, Econometrica
84, 781-807. Otsu and Rai (2017), Bootstrap inference of matching estimators for average treatment
effects, Journal of the American Statistical Association 112, 1720-1732.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skillsfc.transitions.programmes.fits import Fit
from skillsfc.transitions.programmes.matching import Matched
from skillsfc.transitions.programmes.neighbours import find_neighbours
from skillsfc.transitions.records import Flags, Floats

NEAREST = 3  # persons of one arm whose spread is taken for the spread at a point


@dataclass(frozen=True, eq=False, repr=False)
class Local:
    """Moments of the outcome and the covariates among the nearest persons of one arm."""

    mean: Floats
    variance: Floats
    covariance: Floats


def local_moments(points: Floats, arm: Flags, outcome: Floats, matrix: Floats) -> Local:
    """Return moments of the nearest persons of an arm to every person of both."""
    inner = np.flatnonzero(arm)
    near = find_neighbours(points, points[inner], np.ones(len(inner)), count=NEAREST)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(near.counts > 1, near.counts / (near.counts - 1), np.nan)
    centre = float(outcome[inner].mean())
    told, some = outcome[inner] - centre, matrix[inner]
    mean = near.average(told)
    variance = (near.average(told**2) - mean**2) * factor
    crossed = near.average(some * told[:, None]) - near.average(some) * mean[:, None]
    return Local(mean + centre, np.maximum(variance, 0.0), crossed * factor[:, None])


def known_score_variance(matched: Matched, treated: Flags, moments: tuple[Local, Local]) -> float:
    r"""Return the variance of a matching estimator, the score taken as known.

    Notes
    -----
    With :math:`w` the weights of the targets, :math:`K` what each person stands for and
    :math:`K'` its parts squared, :math:`[\sum w^2 (g - \tau)^2 + \sum (K^2 + 2 w K - K')
    \sigma^2(x)] / (\sum w)^2`, with :math:`\sigma^2` from the nearest of the same arm.
    """
    spread = np.where(treated, moments[0].variance, moments[1].variance)
    between = matched.own**2 @ (matched.gaps - matched.effect) ** 2
    extra = matched.stands**2 + 2 * matched.own * matched.stands - matched.stands_squared
    within = float(np.where(extra != 0, extra * spread, 0.0).sum())
    return (float(between) + within) / float(matched.own.sum()) ** 2


def score_correction(
    matched: Matched,
    target: str,
    propensity: Fit,
    moments: tuple[Local, Local],
    by_traits: tuple[Local, Local],
) -> float:
    """Return what estimating the propensity score adds to the variance; often less than nothing.

    ``moments`` are those of the persons nearest in the score, ``by_traits`` of those nearest in
    the covariates.
    """
    matrix, e, slope = propensity.matrix, propensity.mean, propensity.slope
    covariance = np.linalg.inv((matrix * slope[:, None]).T @ matrix)
    one, none = moments
    if target == "ate":
        parts = one.covariance / e[:, None] + none.covariance / (1 - e)[:, None]
        gradient = slope @ parts / len(e)
        return -float(gradient @ covariance @ gradient)
    size = float(matched.own.sum())
    parts = one.covariance + (e / (1 - e))[:, None] * none.covariance
    parts = parts + matrix * (one.mean - none.mean - matched.effect)[:, None]
    gradient = slope @ parts / size
    effects = by_traits[0].mean - by_traits[1].mean
    moved = (slope * (effects - matched.effect)) @ matrix / size
    return float(moved @ covariance @ moved - gradient @ covariance @ gradient)


def linear_scores(matched: Matched, treated: Flags, outcome: Floats) -> Floats:
    """Return each row's score where outcome models of the arms are right: sums over clusters."""
    without = matched.models[False].mean
    with_it = matched.models[True].mean if True in matched.models else outcome
    sign = np.where(treated, 1.0, -1.0)
    missed = outcome - np.where(treated, with_it, without)
    both = matched.own * (with_it - without - matched.effect)
    scores = both + sign * (matched.own + matched.stands) * missed
    return np.asarray(np.where(matched.own + matched.stands > 0, scores, 0.0) / matched.own.sum())
