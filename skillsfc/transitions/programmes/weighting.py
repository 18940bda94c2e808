"""Weighting by the chance to be treated, alone and with a model of the outcome.

Every estimator is a ratio of sums (or a difference of such ratios) in which fitted models stand;
`ratio` gives its value and each row's score, the models' own errors included.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from skillsfc.transitions.programmes.fits import Fit
from skillsfc.transitions.records import Flags, Floats


@dataclass(frozen=True, eq=False, repr=False)
class Estimate:
    """A number and how each row moved it: ``value`` less its limit is the sum of ``scores``."""

    value: float
    scores: Floats

    def __sub__(self, other: Estimate) -> Estimate:
        return Estimate(self.value - other.value, self.scores - other.scores)


# A model in the sums: derivatives of the numerator's and denominator's rows by its predictor.
Effect = tuple[Fit, Floats, Floats]


def ratio(top: Floats, below: Floats, effects: Iterable[Effect] = ()) -> Estimate:
    r"""Return a ratio of sums over rows and its scores.

    Notes
    -----
    With :math:`\theta = \sum a_i / \sum b_i`, and a and b depending on coefficients whose influence
    is :math:`\phi`, the score of a row is :math:`(a_i - \theta b_i) / \sum b` and
    :math:`\phi_i' \sum_j (\partial a_j - \theta \partial b_j) / \sum b` for each model.

    Examples
    --------
    >>> made = ratio(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    >>> made.value, made.scores.tolist()
    (1.5, [-0.25, 0.25])
    """
    total = float(below.sum())
    value = float(top.sum()) / total
    scores = (top - value * below) / total
    for fit, d_top, d_below in effects:
        scores = scores + fit.carry(d_top - value * d_below) / total
    return Estimate(value, np.asarray(scores))


def mean_of(values: Floats, weight: Floats) -> Estimate:
    """Return a weighted mean."""
    return ratio(weight * values, weight)


def arm_weights(
    treated: Flags, weight: Floats, target: str, propensity: Fit
) -> tuple[Floats, Floats]:
    """Return each row's weight in the comparison and its derivative by the propensity's predictor.

    Of the treated 1 (ATT) or 1/e (ATE); of controls e/(1-e) or 1/(1-e).
    """
    e = propensity.mean
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = e / (1 - e)
        if target == "att":
            own = np.where(treated, 1.0, odds)
            slope = np.where(treated, 0.0, odds)
        else:
            own = np.where(treated, 1 / e, 1 / (1 - e))
            slope = np.where(treated, -(1 - e) / e, odds)
    return weight * own, weight * slope


def weighted_means(
    treated: Flags, outcome: Floats, weight: Floats, target: str, propensity: Fit
) -> tuple[Estimate, Estimate]:
    """Return the mean outcome with and without the programme: normalised (Hajek) weighting."""
    own, slope = arm_weights(treated, weight, target, propensity)
    found = []
    for arm in (treated, ~treated):
        part, change = own * arm, slope * arm
        found.append(ratio(part * outcome, part, [(propensity, change * outcome, change)]))
    return found[0], found[1]


def augmented_means(
    treated: Flags,
    outcome: Floats,
    weight: Floats,
    target: str,
    propensity: Fit,
    models: tuple[Fit | None, Fit],
) -> tuple[Estimate, Estimate]:
    """Return the mean outcome with and without the programme by weighting and outcome models.

    ``models`` are those of the treated (not needed for the ATT) and of the controls.
    """
    with_model, without_model = models
    own, slope = arm_weights(treated, weight, target, propensity)
    zero = np.zeros(len(outcome))
    if target == "att":
        base = weight * treated
        with_it = mean_of(outcome, base)
    else:
        base = weight
        assert with_model is not None  # noqa: S101 - told to the type checker
        with_it = _augmented(treated, outcome, base, own, slope, propensity, with_model, zero)
    without = _augmented(~treated, outcome, base, own, slope, propensity, without_model, zero)
    return with_it, without


def _augmented(
    arm: Flags,
    outcome: Floats,
    base: Floats,
    own: Floats,
    slope: Floats,
    propensity: Fit,
    model: Fit,
    zero: Floats,
) -> Estimate:
    """Return the model's mean over ``base`` and the weighted mean of what it missed in an arm."""
    missed = np.where(arm, outcome - model.mean, 0.0)
    top = base * model.mean + own * missed
    by_model = (base - own * arm) * model.slope
    return ratio(top, base, [(propensity, slope * missed, zero), (model, by_model, zero)])
