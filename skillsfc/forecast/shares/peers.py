"""Trends of few rounds drawn towards those of peers and towards none: empirical Bayes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skillsfc.forecast.shares.cells import Cells
from skillsfc.forecast.shares.rounds import Array
from skillsfc.forecast.shares.spread import pool_drift
from skillsfc.forecast.shares.trends import Trends

LEAST_PEERS = 3  # wholes below which nothing can be said of their spread
# Of the error of a trend the part that all wholes of a survey share: a new questionnaire or a new
# frame moves them together, so that many wholes do not make their mean any surer than this.
COMMON_SHOCK = 0.5
COMMON_PART = 1 / 3  # of the standard deviation of trends: that of a trend common to all peers


@dataclass(frozen=True)
class Drawn:
    """Trends after shrinkage.

    Parameters
    ----------
    slope, variance : ndarray (n_wholes, n_categories)
        Trend [log-ratio per year] and its remaining variance.
    weight : ndarray of the same shape
        Weight of a whole's own trend; the rest is the peers' [0-1].
    centre : ndarray of the same shape
        What it was drawn towards.
    """

    slope: Array
    variance: Array
    weight: Array
    centre: Array


def draw_by_spread(slope: Array, error: Array, groups: list[NDArray[np.int64]], own: int) -> Drawn:
    r"""Draw trends towards the mean of their group by the spread that the group shows.

    Parameters
    ----------
    slope, error : ndarray (n_all, n_categories)
        Trends and their variances; NaN where a whole has no trend. Own wholes come first.
    groups : list of arrays
        For each own whole the rows of its group, itself among them.
    own : int
        Number of own wholes.

    Notes
    -----
    The form of `skillsfc.forecast.pooling.shrink`, by category and inside a group:
    :math:`\tau^2 = \max(0, mean (b_k - b_0)^2 - mean\, v_k)`, :math:`w_k = \tau^2/(\tau^2 + v_k)`,
    :math:`\tilde b_k = w_k b_k + (1 - w_k) b_0`. Groups of fewer than 3 are left as they are.

    References
    ----------
    Morris (1983), Parametric Empirical Bayes Inference, JASA 78(381), 47-55.

    Examples
    --------
    >>> b = np.array([[0.0], [1.0], [2.0]])
    >>> drawn = draw_by_spread(b, np.full((3, 1), 10.0), [np.arange(3)] * 3, 3)
    >>> drawn.slope.ravel().tolist()
    [1.0, 1.0, 1.0]
    """
    made = Drawn(slope[:own].copy(), error[:own].copy(), np.ones((own, slope.shape[1])),
                 np.zeros((own, slope.shape[1])))  # fmt: skip
    for row, members in enumerate(groups[:own]):
        known = np.isfinite(slope[members])
        count = known.sum(axis=0)
        centre = _mean(slope[members], known)
        square = _mean((slope[members] - centre) ** 2, known)
        spread = np.maximum(square - _mean(error[members], known), 0.0)
        enough = (count >= LEAST_PEERS) & np.isfinite(slope[row])
        unsure = _mean(error[members], known) * (COMMON_SHOCK + 1.0 / np.maximum(count, 1))
        _apply(made, row, enough, centre, spread, unsure)
    return made


def draw_by_prior(
    slope: Array, error: Array, groups: list[NDArray[np.int64]], own: int, deviation: float
) -> Drawn:
    r"""Draw trends towards none, and a little towards their group, by an assumed spread.

    Parameters
    ----------
    slope, error, groups, own
        As in `draw_by_spread`.
    deviation : float
        Standard deviation of trends around none that is assumed [log-ratio per year].

    Notes
    -----
    With :math:`\tau` the assumed deviation, the centre of a group is its mean weighted by
    :math:`1/(\tau^2 + v_k)`, itself drawn towards 0 with a deviation of :math:`\tau / 3`; half of
    the mean :math:`v_k` is taken to be common to all wholes and does not average out. A trend
    from rounds 4 years apart thus counts little, and one from decades nearly whole.

    Examples
    --------
    >>> drawn = draw_by_prior(np.array([[0.02]]), np.array([[1e-4]]), [np.array([0])], 1, 0.01)
    >>> drawn.slope.item(), drawn.weight.item()
    (0.01, 0.5)
    """
    shape = (own, slope.shape[1])
    made = Drawn(slope[:own].copy(), error[:own].copy(), np.ones(shape), np.zeros(shape))
    spread = np.full(slope.shape[1], deviation**2)
    for row, members in enumerate(groups[:own]):
        known = np.isfinite(slope[members])
        weight = np.where(known, 1.0 / (spread + np.nan_to_num(error[members])), 0.0)
        total = np.maximum(weight.sum(axis=0), 1e-300)
        centre = (weight * np.nan_to_num(slope[members])).sum(axis=0) / total
        prior = (COMMON_PART * deviation) ** 2
        doubt = 1.0 / total + COMMON_SHOCK * _mean(error[members], known)
        centre *= prior / (prior + doubt)
        unsure = prior * doubt / (prior + doubt)
        alone = known.sum(axis=0) < LEAST_PEERS
        centre[alone], unsure[alone] = 0.0, 0.0
        _apply(made, row, np.isfinite(slope[row]), centre, spread, unsure)
    return made


def _apply(
    made: Drawn, row: int, rows: NDArray[np.bool_], centre: Array, spread: Array, unsure: Array
) -> None:
    """Draw one whole's trends towards a centre whose own variance is ``unsure``."""
    error = made.variance[row]
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where(spread + error > 0.0, spread / (spread + error), 1.0)
    drawn = weight * made.slope[row] + (1.0 - weight) * centre
    made.slope[row] = np.where(rows, drawn, made.slope[row])
    left = weight * error + (1.0 - weight) ** 2 * unsure
    made.variance[row] = np.where(rows, left, error)
    made.weight[row] = np.where(rows, weight, 1.0)
    made.centre[row] = np.where(rows, centre, 0.0)


def _mean(values: Array, known: NDArray[np.bool_]) -> Array:
    result: Array = np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return result


@dataclass(frozen=True)
class Family:
    """Own wholes (first) and peers side by side, on the same categories and comparable.

    Parameters
    ----------
    slope, error : ndarray (n_all, n_categories)
        Trends around the mean of the categories common to all, and their variances; NaN where a
        whole has one round or not the category.
    groups : list of arrays
        For each whole the rows of its group: its own country and all peers.
    drift, freedom : ndarray (n_all,)
        Variance of the yearly drift, and the degrees of freedom that it is known by.
    own : int
        Number of own wholes.
    """

    slope: Array
    error: Array
    groups: list[NDArray[np.int64]]
    drift: Array
    freedom: Array
    own: int


def gather_family(parts: list[tuple[Cells, Trends]], assumed_drift: float) -> Family:
    """Put own wholes and peers side by side.

    Parameters
    ----------
    parts : list of (Cells, Trends)
        Own first, then the peers, on the same categories.
    assumed_drift : float
        Standard deviation of the yearly drift where no rounds tell it.
    """
    cells = parts[0][0]
    own = len(cells.inside)
    inside = np.vstack([part.inside for part, _ in parts])
    slope, walk, noise = (
        np.vstack([getattr(trends, name) for _, trends in parts])
        for name in ("slope", "slope_walk", "slope_noise")
    )
    steps, weighted, spare, count = (
        np.concatenate([getattr(trends, name) for _, trends in parts])
        for name in ("steps", "weighted_steps", "spare", "count")
    )
    groups = _groups(cells, len(slope))
    drift, freedom = pool_drift(steps, spare, groups, assumed_drift)
    # A trend is trusted by what moves the large categories; tiny ones would have the last word.
    trusted, _ = pool_drift(weighted, spare, groups, assumed_drift)
    moving = count >= 2
    common = inside[moving].all(axis=0) if moving.any() else inside.all(axis=0)
    weight = inside & (common if common.any() else True)
    middle = (slope * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)
    still = ~(inside & moving[:, None])
    error = trusted[:, None] * walk + noise
    return Family(
        np.where(still, np.nan, slope - middle[:, None]),
        np.where(still, np.nan, error),
        groups,
        drift,
        freedom,
        own,
    )


def _groups(cells: Cells, count: int) -> list[NDArray[np.int64]]:
    keys, own = cells.rounds.keys, len(cells.inside)
    country = keys["country"].to_numpy(dtype=str) if "country" in keys else np.full(own, "")
    peers = np.arange(own, count)
    mine = [np.concatenate([np.flatnonzero(country == code), peers]) for code in country]
    return mine + [peers] * len(peers)
