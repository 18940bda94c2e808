"""Confidence limits of a chance, on the scale on which its error is nearest to normal."""

from __future__ import annotations

import numpy as np

from skillsfc.transitions.records import Floats

INTERVALS = ("log", "log-log", "plain", "logit")


def normal_quantile(level: float) -> float:
    """Return z such that a share ``level`` of a normal distribution is within -z and z.

    Examples
    --------
    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + level / 2)


def confidence_limits(
    chance: Floats, error: Floats, *, level: float, interval: str
) -> tuple[Floats, Floats]:
    """Return lower and upper limits of chances, kept within 0 and 1.

    Parameters
    ----------
    chance, error : arrays
        Estimates and standard errors.
    level : float
        Such as 0.95.
    interval : {"log", "log-log", "plain", "logit"}
        Scale of the normal approximation. Log, log-log and logit have no limits at 0, log-log and
        logit none at 1: missing there.

    Examples
    --------
    >>> low, high = confidence_limits(np.array([0.5]), np.array([0.1]), level=0.95, interval="log")
    >>> float(low[0].round(4)), float(high[0].round(4))
    (0.3379, 0.74)
    """
    z = normal_quantile(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        if interval == "plain":
            low, high = chance - z * error, chance + z * error
        elif interval == "log":
            spread = np.exp(z * error / chance)
            low, high = chance / spread, chance * spread
        elif interval == "log-log":
            spread = np.exp(z * error / (chance * np.abs(np.log(chance))))
            low, high = chance**spread, chance ** (1.0 / spread)
        else:
            spread = np.exp(z * error / (chance * (1.0 - chance)))
            odds = chance / (1.0 - chance)
            low, high = odds / (odds + spread), odds * spread / (1.0 + odds * spread)
        undefined = ~np.isfinite(error) | ((interval != "plain") & (chance <= 0))
        undefined |= (interval in ("log-log", "logit")) & (chance >= 1)
    low = np.where(undefined, np.nan, np.clip(low, 0.0, 1.0))
    return low, np.where(undefined, np.nan, np.clip(high, 0.0, 1.0))


def mean_limits(mean: float, error: float, horizon: float, *, level: float) -> tuple[float, float]:
    """Return limits of a mean time within a horizon, on the logit of its part of the horizon.

    Where nobody leaves within it the mean is the horizon, without error, and so are its limits.

    Examples
    --------
    >>> low, high = mean_limits(8.0, 6.0, 24.0, level=0.95)
    >>> round(low, 1), round(high, 1), mean_limits(24.0, 0.0, 24.0, level=0.95)
    (1.3, 19.7, (24.0, 24.0))
    """
    if mean >= horizon and error == 0:
        return horizon, horizon
    part, spread = np.array([min(mean / horizon, 1.0)]), np.array([error / horizon])
    low, high = confidence_limits(part, spread, level=level, interval="logit")
    return float(low[0] * horizon), float(high[0] * horizon)
