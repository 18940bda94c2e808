"""From trends to shares of coming years, one function a method; every path closes to 1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skillsfc.forecast.pathology import Issue
from skillsfc.forecast.shares.cells import Cells
from skillsfc.forecast.shares.multinomial import fit_multinomial
from skillsfc.forecast.shares.peers import Drawn, Family
from skillsfc.forecast.shares.rounds import Array
from skillsfc.forecast.shares.trends import Trends

Path = tuple[Array, Array, tuple[Issue, ...]]
WHOLE_SAMPLE = 1e4  # weighted persons are no sample: only their proportions enter a likelihood
NEAR_ZERO = 1e-12


@dataclass(frozen=True)
class State:
    """What a path is made of.

    Parameters
    ----------
    cells, trends, family, drawn
        Closed cells, their trends, the family they stand in and the trends after shrinkage.
    reach, ahead : ndarray (n_years, n_wholes)
        Years of trend carried on; years since the last round.
    anchor : {"line", "last"}
        Where a trend starts.
    respondents : ndarray (n_wholes, n_rounds), optional
        Effective respondents.
    factors : ndarray (n_years, n_wholes, n_categories), optional
        Change factors.
    """

    cells: Cells
    trends: Trends
    family: Family
    drawn: Drawn
    reach: Array
    ahead: Array
    anchor: str
    respondents: Array | None
    factors: Array | None

    @property
    def base(self) -> Array:
        """Return the last shares, once for every year to come."""
        base = self.cells.base
        return np.broadcast_to(base, (len(self.reach), *base.shape)).copy()

    @property
    def pull(self) -> Array:
        """Return what shrinkage added to each trend."""
        return np.nan_to_num(self.drawn.slope - self.family.slope[: self.family.own])


def close_logs(logs: Array, inside: NDArray[np.bool_]) -> Array:
    """Return shares that are proportional to the exponentials, 0 outside of a whole.

    Examples
    --------
    >>> close_logs(np.log([[[1.0, 3.0, 9.0]]]), np.array([[True, True, False]])).tolist()
    [[[0.25, 0.75, 0.0]]]
    """
    held = np.where(inside, logs, -np.inf)
    weights = np.exp(held - held.max(axis=2, keepdims=True))
    result: Array = weights / weights.sum(axis=2, keepdims=True)
    return result


def group_trend(family: Family) -> Array:
    """Return the mean trend of each own whole's group (n_own, n_categories), 0 where unknown."""
    out = np.zeros((family.own, family.slope.shape[1]))
    for row in range(family.own):
        slopes = family.slope[family.groups[row]]
        known = np.isfinite(slopes)
        total = np.where(known, slopes, 0.0).sum(axis=0)
        out[row] = total / np.maximum(known.sum(axis=0), 1)
    return out


def fit_line(
    times: Array, values: Array, used: NDArray[np.bool_], anchor: str
) -> tuple[Array, Array]:
    """Return level at the last round and slope of straight lines through the cells used.

    Examples
    --------
    >>> v = np.array([[1.0], [2.0], [4.0]])
    >>> level, slope = fit_line(np.arange(3.0), v, np.ones((3, 1), bool), "line")
    >>> level.round(4).tolist(), slope.tolist()
    ([3.8333], [1.5])
    """
    weight = np.where(used.any(axis=0), used, True)
    count = weight.sum(axis=0)
    middle = (times[:, None] * weight).sum(axis=0) / count
    mean = (values * weight).sum(axis=0) / count
    away = (times[:, None] - middle) * weight
    square = (away**2).sum(axis=0)
    slope = (away * values).sum(axis=0) / np.where(square > 0.0, square, 1.0)
    level = mean + slope * (times[-1] - middle) if anchor == "line" else values[-1]
    return level, slope


def _constant(state: State) -> Path:
    return np.zeros(state.cells.base.shape), state.base, ()


def _change_factor(state: State) -> Path:
    centre = group_trend(state.family)
    grown = np.exp(state.ahead[..., None] * centre) if state.factors is None else state.factors
    weights = state.base * grown
    return centre, weights / weights.sum(axis=2, keepdims=True), ()


def _log_ratio(state: State) -> Path:
    slope = np.nan_to_num(state.drawn.slope)
    logs = state.trends.level[None] + state.reach[..., None] * slope[None]
    return slope, close_logs(logs, state.cells.inside), ()


def _linear(state: State) -> Path:
    cells, issues = state.cells, list[Issue]()
    path, slopes = np.zeros(state.base.shape), np.nan_to_num(state.drawn.slope)
    for row, name in enumerate(cells.rounds.names):
        seen = cells.seen[row]
        times = cells.rounds.years[seen].astype(float)
        level, slope = fit_line(
            times, cells.shares[row][seen], cells.known[row][seen], state.anchor
        )
        values = level + state.reach[:, row, None] * slope
        below = (values < -NEAR_ZERO).any(axis=0)
        if below.any():
            text = "straight lines left the shares below 0: cut there and closed again"
            issues.append(("cut_at_zero", name, int(below.sum()), "warning", text))
        values = np.maximum(values, 0.0)
        path[:, row] = values / values.sum(axis=1, keepdims=True)
    return slopes, path, tuple(issues)


def _logistic(state: State) -> Path:
    cells, path = state.cells, np.zeros(state.base.shape)
    for row in range(len(cells.base)):
        seen = cells.seen[row]
        times = cells.rounds.years[seen].astype(float)
        # The cut serves wholes of one category and categories outside of the whole.
        shares = np.clip(cells.smooth[row][seen], NEAR_ZERO, 1.0 - NEAR_ZERO)
        logits = np.log(shares / (1.0 - shares))
        level, slope = fit_line(times, logits, cells.known[row][seen], state.anchor)
        # Peers pull at the log-ratio, which is the logit of a small share.
        scores = level + state.reach[:, row, None] * (slope + state.pull[row])
        values = np.where(cells.inside[row], 1.0 / (1.0 + np.exp(-scores)), 0.0)
        path[:, row] = values / values.sum(axis=1, keepdims=True)
    return np.nan_to_num(state.drawn.slope), path, ()


def _multinomial(state: State) -> Path:
    cells = state.cells
    level, slope = state.trends.level.copy(), state.trends.slope.copy()
    for row in range(len(level)):
        seen, alive = cells.seen[row], np.flatnonzero(cells.inside[row])
        if seen.sum() < 2 or len(alive) < 2:
            continue
        times = cells.rounds.years[seen].astype(float)
        known = cells.totals if state.respondents is None else state.respondents
        people = known[row][seen] if np.isfinite(known[row][seen]).all() else np.ones(len(times))
        counts = cells.smooth[row][seen][:, alive] * (people / people.sum() * WHOLE_SAMPLE)[:, None]
        constant, trend, _ = fit_multinomial(times - times[-1], counts)
        slope[row, alive] = trend - trend.mean()
        if state.anchor == "line":
            level[row, alive] = constant
    slope = slope + state.pull
    logs = level[None] + state.reach[..., None] * slope[None]
    return slope, close_logs(logs, cells.inside), ()


PATHS: dict[str, Callable[[State], Path]] = {
    "auto": _log_ratio,
    "alr": _log_ratio,
    "constant": _constant,
    "linear": _linear,
    "logistic": _logistic,
    "mnl": _multinomial,
    "change_factor": _change_factor,
}
