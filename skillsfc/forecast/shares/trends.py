"""Straight lines through log-ratios of few rounds, with their error under drift and sampling."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from skillsfc.forecast.shares.cells import Cells
from skillsfc.forecast.shares.rounds import Array

ANCHORS = ("line", "last")


@dataclass(frozen=True)
class Trends:
    r"""Level and yearly trend of the log-ratios of every category of every whole.

    Log-ratios are taken to the geometric mean of the categories known in all rounds of the whole;
    any other reference shifts all of a whole's trends by the same number and changes no share.

    Parameters
    ----------
    level, slope : ndarray (n_wholes, n_categories)
        Log-ratio at the last round; its trend [per year]. 0 for a category outside of the whole.
    slope_walk, level_walk, both_walk : ndarray of the same shape
        Variance of slope, variance of level and their covariance for a random walk of variance 1 a
        year in the log-ratios.
    slope_noise, level_noise : ndarray of the same shape
        Variance of slope and level from sampling, where the sample is known; else 0.
    steps : ndarray (n_wholes,)
        Mean squared deviation of the yearly steps from the trend, net of sampling, all categories
        alike: for bands.
    weighted_steps : ndarray (n_wholes,)
        The same weighted by share, since tiny categories are mostly noise: for trusting a trend.
    spare : ndarray (n_wholes,)
        Degrees of freedom behind ``steps``; 0 where there is one round.
    count, span : ndarray (n_wholes,)
        Rounds; years from the first to the last.
    """

    level: Array
    slope: Array
    slope_walk: Array
    level_walk: Array
    both_walk: Array
    slope_noise: Array
    level_noise: Array
    steps: Array
    weighted_steps: Array
    spare: Array
    count: NDArray[np.int64]
    span: Array

    def with_slope(self, slope: Array) -> Trends:
        """Return the same with other slopes."""
        return replace(self, slope=slope)


def log_ratios(cells: Cells) -> Array:
    """Return log-ratios to the geometric mean of the categories known in all rounds of a whole."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(cells.smooth)
    out = np.full(logs.shape, np.nan)
    for row in range(len(logs)):
        seen, inside = cells.seen[row], cells.inside[row]
        core = inside & cells.known[row][seen].all(axis=0)
        core = core if core.any() else inside
        out[row] = logs[row] - logs[row][:, core].mean(axis=1, keepdims=True)
    out[~np.broadcast_to(cells.inside[:, None], out.shape)] = np.nan
    return out


def fit_trends(
    cells: Cells, *, anchor: str, trend: float, respondents: Array | None = None
) -> Trends:
    r"""Fit one line a category by least squares and say how far each can be trusted.

    Parameters
    ----------
    cells : Cells
        Closed shares.
    anchor : {"line", "last"}
        Whether a forecast starts from the line or from the last round.
    trend : float
        Assumed standard deviation of trends [log-ratio per year]. From two rounds it tells how much
        of their difference is drift.
    respondents : ndarray (n_wholes, n_years), optional
        Effective number of respondents of each round; NaN where unknown.

    Notes
    -----
    The line of category :math:`o` is :math:`z_o(t) = a_o + b_o t + w_o(t) + e_o(t)` with a random
    walk :math:`w` and sampling error :math:`e` of variance :math:`1 / (n s_o)`. The slope is
    :math:`\sum_t u_t z_t`, so its variance is :math:`\sigma^2 u' M u + \sum_t u_t^2 / (n_t s_t)`
    with :math:`M_{ij} = \min(t_i, t_j)` counted from the first round.
    """
    ratios = log_ratios(cells)
    shape = cells.inside.shape
    fields = {name: np.zeros(shape) for name in _BY_CELL}
    steps, weighted, spare = (
        np.full(shape[0], np.nan),
        np.full(shape[0], np.nan),
        np.zeros(shape[0]),
    )
    span = np.zeros(shape[0])
    for row in range(shape[0]):
        seen, alive = cells.seen[row], np.flatnonzero(cells.inside[row])
        times = cells.rounds.years[seen].astype(float)
        span[row] = times[-1] - times[0]
        z = ratios[row][seen][:, alive]
        known = cells.known[row][seen][:, alive]
        noise = _noise(cells, row, alive, respondents)
        made = _one_whole(times, z, known, noise, anchor)
        if anchor == "last":
            # What is added to an empty cell must not move the others' shares: the level takes it
            # where the last round is empty only. A shift common to all is no matter.
            base, raised = cells.base[row, alive], cells.smooth[row, cells.last[row], alive]
            made["level"] = np.log(np.where(base > 0.0, base, raised))
        for name in _BY_CELL:
            fields[name][row, alive] = made[name]
        shares = cells.smooth[row][seen][:, alive]
        steps[row], weighted[row], spare[row] = _steps(
            times, z, known, noise, made["slope"], trend, shares
        )
    return Trends(
        **fields,
        steps=steps,
        weighted_steps=weighted,
        spare=spare,
        count=cells.seen.sum(axis=1).astype(np.int64),
        span=span,
    )


_BY_CELL = (
    "level", "slope", "slope_walk", "level_walk", "both_walk", "slope_noise", "level_noise",
)  # fmt: skip


def _noise(cells: Cells, row: int, alive: NDArray[np.int64], respondents: Array | None) -> Array:
    """Return the sampling variance of each log share of a whole, 0 where the sample is unknown."""
    seen = cells.seen[row]
    shares = cells.smooth[row][seen][:, alive]
    if respondents is None:
        return np.zeros(shares.shape)
    people = respondents[row][seen][:, None]
    found: Array = np.where(np.isfinite(people), (1.0 - shares) / (people * shares), 0.0)
    return found


def _one_whole(
    times: Array, z: Array, known: NDArray[np.bool_], noise: Array, anchor: str
) -> dict[str, Array]:
    count = known.sum(axis=0)
    # A category that was filled in everywhere has no trend of its own: all its cells count alike.
    used = np.where(count > 0, known, True)
    weight = used / used.sum(axis=0)
    middle = times @ weight
    away = np.where(used, times[:, None] - middle, 0.0)
    square = (away**2).sum(axis=0)
    slope_of = np.divide(away, square, out=np.zeros_like(away), where=square > 0.0)
    end = np.zeros_like(weight)
    end[-1] = 1.0
    level_of = weight + (times[-1] - middle) * slope_of if anchor == "line" else end
    since = times - times[0]
    walk = np.minimum.outer(since, since)
    gap = level_of - end  # the level is wrong by what it takes from other rounds than the last

    def spread(left: Array, right: Array) -> Array:
        result: Array = np.einsum("tk,tu,uk->k", left, walk, right)
        return result

    return {
        "level": (level_of * z).sum(axis=0),
        "slope": (slope_of * z).sum(axis=0),
        "slope_walk": spread(slope_of, slope_of),
        "level_walk": spread(gap, gap),
        "both_walk": spread(gap, slope_of),
        "slope_noise": (slope_of**2 * noise).sum(axis=0),
        "level_noise": (level_of**2 * noise).sum(axis=0),
    }


def _steps(
    times: Array,
    z: Array,
    known: NDArray[np.bool_],
    noise: Array,
    slope: Array,
    trend: float,
    shares: Array,
) -> tuple[float, float, float]:
    """Return the mean squared yearly step around the trend, net of sampling, and its freedom.

    First with all categories alike, then weighted by their shares.
    """
    gaps = np.diff(times)[:, None]
    both = known[1:] & known[:-1]
    spare = max(len(times) - 2, 1) * (z.shape[1] - 1)
    if len(times) < 2 or spare == 0 or not both.any():
        return float("nan"), float("nan"), 0.0
    lost = (noise[1:] + noise[:-1]) / gaps
    if len(times) == 2:
        # A line meets both rounds: only what is too much for a trend can be seen to be drift.
        net, factor = np.diff(z, axis=0) ** 2 / gaps - trend**2 * gaps - lost, 1.0
    else:
        net = (np.diff(z, axis=0) - slope * gaps) ** 2 / gaps - lost
        # The slope was fitted to the same steps: it took one of them for every category.
        factor = (len(times) - 1) / (len(times) - 2)
    alike = float(np.mean(net[both]))
    large = float(np.average(net[both], weights=((shares[1:] + shares[:-1]) / 2)[both]))
    return max(alike, 0.0) * factor, max(large, 0.0) * factor, float(spare)
