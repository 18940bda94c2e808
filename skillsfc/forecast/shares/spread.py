"""How far shares may come to lie from the forecast: trend, level, sampling and drift, by draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skillsfc.forecast.shares.rounds import Array

# Countries differ in their drift about as much as draws of a chi-square of so few degrees do.
PRIOR_FREEDOM = 4.0
# Categories of a whole move together, so that their steps are not as many independent ones.
INDEPENDENT_PART = 0.5


@dataclass(frozen=True)
class Spread:
    """All that is needed to draw shares of every whole.

    Parameters
    ----------
    path : ndarray (n_years, n_wholes, n_categories)
        Point forecast, closed.
    ahead : ndarray (n_years, n_wholes)
        Years since a whole's last round.
    reach : ndarray (n_years, n_wholes)
        Years of trend that the forecast carries on: less than ``ahead`` where it is damped.
    slope_error, level_error, together : ndarray (n_wholes, n_categories)
        Standard deviations of trend and level, and their correlation.
    people : ndarray (n_wholes,)
        Effective respondents behind the level; NaN where unknown: no sampling error is drawn.
    drift, freedom : ndarray (n_wholes,)
        Variance of the yearly drift of log-ratios, and the degrees of freedom that it is known by.
    inside : ndarray of bool (n_wholes, n_categories)
        Categories of each whole.
    """

    path: Array
    ahead: Array
    reach: Array
    slope_error: Array
    level_error: Array
    together: Array
    people: Array
    drift: Array
    freedom: Array
    inside: NDArray[np.bool_]

    def draw(
        self,
        row: int,
        draws: int,
        rng: np.random.Generator,
        parts: Sequence[str] = ("trend", "sampling"),
    ) -> Array:
        r"""Return draws of the shares of one whole (draws, n_years, n_categories).

        Notes
        -----
        :math:`\ln s = \ln \hat s + L + \tau(h) B + W(h)`, closed: L level, B trend, W a random
        walk whose variance is itself drawn (inverse chi-square), and the base drawn from a
        Dirichlet of the effective respondents.
        """
        alive = np.flatnonzero(self.inside[row] & (self.path[:, row] > 0.0).any(axis=0))
        years = len(self.path)
        out = np.zeros((draws, years, self.path.shape[2]))
        size = (draws, len(alive))
        freedom = self.freedom[row]
        wide = np.sqrt(freedom / rng.chisquare(freedom, size=(draws, 1)))
        first, second = rng.standard_normal(size), rng.standard_normal(size)
        rho = self.together[row, alive]
        level = self.level_error[row, alive] * first * wide
        slope = self.slope_error[row, alive] * (rho * first + np.sqrt(1.0 - rho**2) * second)
        base = self._base(row, alive, draws, rng)
        steps = np.diff(self.ahead[:, row], prepend=0.0)
        shock = rng.standard_normal((draws, years, len(alive)))
        deviation = np.sqrt(self.drift[row] * steps)[None, :, None] * wide[:, None]
        walk = np.cumsum(shock * deviation, axis=1)
        # Everything is drawn in the same order, so that a part held still leaves the others be.
        moving, sampled = float("trend" in parts), float("sampling" in parts)
        level, slope, walk, base = moving * level, moving * slope, moving * walk, sampled * base
        with np.errstate(divide="ignore"):
            logs = np.log(self.path[:, row][:, alive])[None] + (level + base)[:, None]
        logs = logs + self.reach[:, row][None, :, None] * slope[:, None] + walk
        weights = np.exp(logs - logs.max(axis=2, keepdims=True))
        out[:, :, alive] = weights / weights.sum(axis=2, keepdims=True)
        return out

    def _base(
        self, row: int, alive: NDArray[np.int64], draws: int, rng: np.random.Generator
    ) -> Array:
        if not np.isfinite(self.people[row]):
            return np.zeros((draws, len(alive)))
        share = self.path[0, row, alive]
        weight = self.people[row] * share
        drawn = rng.standard_gamma(weight, size=(draws, len(alive)))
        # Gammas of tiny cells underflow to 0, which has no logarithm.
        result: Array = np.log(np.maximum(drawn, 1e-300) / np.where(weight > 0.0, weight, 1.0))
        return result

    def band(
        self, row: int, levels: tuple[float, ...], draws: int, rng: np.random.Generator
    ) -> Array:
        """Return lower and upper ends of a whole (2, n_levels, n_years, n_categories)."""
        drawn = self.draw(row, draws, rng)
        cuts = [0.5 + sign * level / 2.0 for sign in (-1.0, 1.0) for level in levels]
        found = np.quantile(drawn, cuts, axis=0).reshape(2, len(levels), *drawn.shape[1:])
        # The median of closed draws is not quite the point: the band always holds the point.
        found[0] = np.minimum(found[0], self.path[:, row])
        found[1] = np.maximum(found[1], self.path[:, row])
        return np.asarray(found)


def pool_drift(
    steps: Array, spare: Array, groups: list[NDArray[np.int64]], assumed: float
) -> tuple[Array, Array]:
    r"""Return each own whole's variance of yearly drift and the degrees of freedom behind it.

    Parameters
    ----------
    steps, spare : ndarray (n_all,)
        Mean squared yearly step around the trend, and its degrees of freedom, own wholes first.
    groups : list of arrays
        For each own whole the rows of its group, itself among them.
    assumed : float
        Standard deviation of the drift where nothing is known [log-ratio per square root of year].

    Notes
    -----
    :math:`\hat\sigma^2 = (\nu_0 \sigma_0^2 + \nu s^2) / (\nu_0 + \nu)`, first over the group,
    then, with the group's value in place of the assumption, over the whole itself: few rounds
    leave it near the group, many replace it.

    Examples
    --------
    >>> found = pool_drift(np.array([np.nan]), np.array([0.0]), [np.array([0])], 0.05)
    >>> [round(x.item(), 6) for x in found]
    [0.0025, 4.0]
    """
    own = INDEPENDENT_PART * spare
    square = own * np.where(spare > 0, np.nan_to_num(steps), 0.0)
    drift, freedom = np.empty(len(groups)), np.empty(len(groups))
    for row, members in enumerate(groups):
        others = members[members != row]
        group = PRIOR_FREEDOM * assumed**2 + square[others].sum()
        group /= PRIOR_FREEDOM + own[others].sum()
        freedom[row] = PRIOR_FREEDOM + own[row]
        drift[row] = (PRIOR_FREEDOM * group + square[row]) / freedom[row]
    return drift, freedom
