"""Distributions of the logarithm of time: log density, log survival and their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skillsfc.transitions.records import Floats

LARGEST = 700.0  # exp of more overflows
Derivatives = tuple[Floats, Floats, Floats]


@dataclass(frozen=True)
class Distribution:
    """A distribution of z = (log t - xb) / scale.

    Parameters
    ----------
    density, survival : callables
        Logarithm of the density and of the survival function at z, and two derivatives each.
    scaled : bool
        The scale is estimated; else it is 1.
    ratio : str
        What the exponential of a coefficient means.
    """

    density: Callable[[Floats], Derivatives]
    survival: Callable[[Floats], Derivatives]
    scaled: bool = True


def _smallest_density(z: Floats) -> Derivatives:
    rise = np.exp(np.minimum(z, LARGEST))
    return z - rise, 1 - rise, -rise


def _smallest_survival(z: Floats) -> Derivatives:
    rise = np.exp(np.minimum(z, LARGEST))
    return -rise, -rise, -rise


def _normal_density(z: Floats) -> Derivatives:
    return -0.5 * z * z - 0.5 * np.log(2 * np.pi), -z, -np.ones_like(z)


def _normal_survival(z: Floats) -> Derivatives:
    from scipy.special import log_ndtr

    log_survival = log_ndtr(-z)
    mills = np.exp(-0.5 * z * z - 0.5 * np.log(2 * np.pi) - log_survival)
    return log_survival, -mills, -mills * (mills - z)


def _logistic_density(z: Floats) -> Derivatives:
    survival, slope, bend = _logistic_survival(z)
    return z + 2 * survival, 1 + 2 * slope, 2 * bend


def _logistic_survival(z: Floats) -> Derivatives:
    from scipy.special import expit

    part = expit(z)
    return -np.logaddexp(0.0, z), -part, -part * (1 - part)


_SMALLEST = (_smallest_density, _smallest_survival)
DISTRIBUTIONS = {
    "weibull": Distribution(*_SMALLEST),
    "exponential": Distribution(*_SMALLEST, scaled=False),
    "lognormal": Distribution(_normal_density, _normal_survival),
    "loglogistic": Distribution(_logistic_density, _logistic_survival),
}
