"""The share models by name: from closed cells to a path of shares and how far it may be wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skillsfc.forecast.pathology import Issue
from skillsfc.forecast.shares.cells import Cells
from skillsfc.forecast.shares.paths import PATHS, State
from skillsfc.forecast.shares.peers import (
    Drawn,
    Family,
    draw_by_prior,
    draw_by_spread,
    gather_family,
)
from skillsfc.forecast.shares.rounds import Array
from skillsfc.forecast.shares.spread import Spread
from skillsfc.forecast.shares.trends import Trends, fit_trends

METHODS = {
    "auto": "log-ratio trend from the last round, drawn towards none by what its rounds can tell",
    "alr": "straight line through additive log-ratios",
    "constant": "shares of the last round",
    "linear": "straight line through shares, cut at 0 and closed",
    "logistic": "straight line through each share's logit, closed",
    "mnl": "multinomial logit of the category on time",
    "change_factor": "shares of the last round times change factors, closed",
}
STILL = ("constant", "change_factor")  # methods without a trend of the whole's own


@dataclass(frozen=True)
class Choices:
    """How shares are forecast.

    Parameters
    ----------
    method : str
        A name of `METHODS`.
    anchor : {"line", "last"}
        Where a trend starts.
    damping : float
        Part of a yearly change that is left a year later [0-1]; 1 keeps the trend for ever.
    shrink : bool
        Whether trends are drawn towards those of peers.
    drift, trend : float
        Assumed standard deviations: drift [log-ratio per square root of year] and trend [log-ratio
        per year].
    """

    method: str
    anchor: str
    damping: float
    shrink: bool
    drift: float
    trend: float


@dataclass(frozen=True)
class Fitted:
    """A fitted share model.

    Parameters
    ----------
    spread : Spread
        Path and errors.
    slope, slope_error, weight : ndarray (n_wholes, n_categories)
        Trend of the log-ratios carried on, its standard error, and the weight of the whole's own.
    single : ndarray of bool (n_wholes,)
        Wholes with one round, whose shares are kept.
    issues : tuple
        What bit: cut shares.
    """

    spread: Spread
    slope: Array
    slope_error: Array
    weight: Array
    single: NDArray[np.bool_]
    issues: tuple[Issue, ...]


def fit_shares(
    cells: Cells,
    years: NDArray[np.int64],
    choices: Choices,
    *,
    respondents: Array | None = None,
    peers: tuple[Cells, Trends] | None = None,
    factors: Array | None = None,
) -> Fitted:
    r"""Fit one share model and carry it to the given years.

    Parameters
    ----------
    cells : Cells
        Closed shares.
    years : ndarray
        Calendar years to forecast, after every last round [year].
    choices : Choices
        Method and assumptions.
    respondents : ndarray (n_wholes, n_rounds), optional
        Effective respondents.
    peers : (Cells, Trends), optional
        Other wholes on the same categories.
    factors : ndarray (n_years, n_wholes, n_categories), optional
        Change factors; without them ``change_factor`` takes the mean trend of the group.

    Notes
    -----
    With damping :math:`\phi` a trend reaches :math:`\tau(h) = \sum_{i=1}^h \phi^i` years.
    """
    trends = fit_trends(cells, anchor=choices.anchor, trend=choices.trend, respondents=respondents)
    family = gather_family(
        [(cells, trends), *([peers] if peers is not None else [])], choices.drift
    )
    drawn = _draw(family, choices)
    last = cells.rounds.years[cells.last]
    ahead = (years[:, None] - last[None, :]).astype(float)
    reach = damp(ahead, choices.damping)
    single = trends.count < 2
    state = State(cells, trends, family, drawn, reach, ahead, choices.anchor, respondents, factors)
    slope, path, issues = PATHS[choices.method](state)
    if choices.method != "change_factor":  # a single round has no trend, whatever the method
        path[:, single] = cells.base[single]
    error = np.sqrt(np.nan_to_num(drawn.variance))
    still = single[:, None] | (choices.method in STILL) | ~np.isfinite(drawn.variance)
    error = np.where(still, choices.trend, error)
    spread = Spread(
        path=path,
        ahead=ahead,
        reach=reach,
        slope_error=error,
        level_error=np.where(still, 0.0, _level_error(trends, family)),
        together=np.where(still, 0.0, _together(trends)),
        people=_people(cells, trends, respondents, choices),
        drift=family.drift[: family.own],
        freedom=family.freedom[: family.own],
        inside=cells.inside,
    )
    return Fitted(spread, slope, error, drawn.weight, single, issues)


def damp(ahead: Array, damping: float) -> Array:
    """Return how many years of trend are carried on after so many years.

    Examples
    --------
    >>> damp(np.array([1.0, 2.0]), 0.5).tolist(), damp(np.array([3.0]), 1.0).tolist()
    ([0.5, 0.75], [3.0])
    """
    if damping == 1.0:
        return ahead.copy()
    result: Array = damping * (1.0 - damping**ahead) / (1.0 - damping)
    return result


def _draw(family: Family, choices: Choices) -> Drawn:
    if choices.method == "auto":
        groups = family.groups if choices.shrink else [np.array([k]) for k in range(family.own)]
        return draw_by_prior(family.slope, family.error, groups, family.own, choices.trend)
    groups = family.groups if choices.shrink and choices.method != "linear" else []
    if not groups:
        groups = [np.array([k]) for k in range(family.own)]
    return draw_by_spread(family.slope, family.error, groups, family.own)


def _level_error(trends: Trends, family: Family) -> Array:
    result: Array = np.sqrt(family.drift[: family.own, None] * trends.level_walk)
    return result


def _together(trends: Trends) -> Array:
    scale = np.sqrt(trends.level_walk * trends.slope_walk)
    found = np.divide(trends.both_walk, scale, out=np.zeros_like(scale), where=scale > 0.0)
    result: Array = np.clip(found, -1.0, 1.0)
    return result


def _people(cells: Cells, trends: Trends, respondents: Array | None, choices: Choices) -> Array:
    """Return the effective respondents behind each whole's level."""
    if respondents is None:
        return np.full(len(cells.base), np.nan)
    rows = np.arange(len(cells.base))
    single = (trends.count < 2) | (choices.anchor == "last") | (choices.method in STILL)
    last = respondents[rows, cells.last]
    share = cells.smooth[rows, cells.last]
    with np.errstate(divide="ignore", invalid="ignore"):
        behind = (1.0 - share) / (share * trends.level_noise)
    behind = np.where(np.isfinite(behind), behind, np.nan)
    known = np.isfinite(behind).any(axis=1)
    middle = np.full(len(rows), np.nan)
    middle[known] = np.nanmedian(behind[known], axis=1)
    result: Array = np.where(single, last, middle)
    return result
