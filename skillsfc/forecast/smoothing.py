"""Exponential smoothing for many series and origins at once: damped trend and simple.

The innovations form is linear in the initial level and trend, so both are concentrated out by a
2 x 2 solve at every point of a grid of smoothing parameters. The regressors of that solve depend on
the grid only and are shared by all series without gaps; a zoom of each series' own follows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skillsfc.forecast.pooling import Array

# Bounds as in the usual software (Hyndman et al. 2008), so that optima can be compared.
ALPHA = (1e-4, 0.9999)
PHI = (0.8, 0.98)
_BLOCK = 24_576  # cells of series x grid held at once: the work arrays stay in the second cache


@dataclass(frozen=True)
class Smoothed:
    """Fit of one smoothing model at every wanted (series, origin).

    Parameters
    ----------
    level, trend : ndarray (n_series, n_origins)
        State after the observation of the origin.
    alpha, beta, phi : ndarray (n_series, n_origins)
        Parameters that minimise the sum of squared one-step errors up to the origin.
    sse : ndarray (n_series, n_origins)
        That minimum.
    """

    level: Array
    trend: Array
    alpha: Array
    beta: Array
    phi: Array
    sse: Array

    def forecast(self, horizons: NDArray[np.int64]) -> Array:
        """Return forecasts (n_series, n_origins, n_horizons): level + (phi + ... + phi^h) trend."""
        powers = self.phi[..., None] ** horizons
        phi = self.phi[..., None]
        with np.errstate(divide="ignore", invalid="ignore"):
            total = np.where(phi == 1.0, horizons, phi * (1.0 - powers) / (1.0 - phi))
        return self.level[..., None] + total * self.trend[..., None]


def fit_damped_trend(values: Array, origins: NDArray[np.int64], *, zooms: int = 14) -> Smoothed:
    r"""Fit ETS(A,Ad,N) by least squares at each origin, every series at once.

    Parameters
    ----------
    values : ndarray (n_series, n_years)
        Series, NaN where missing; a missing year inside is stepped over without an update.
    origins : ndarray (n_origins,)
        Column of the last value used. A series that is missing at an origin gets NaN there.
    zooms : int
        Rounds of refinement around each series' best grid point; 0 keeps the grid point.

    Returns
    -------
    Smoothed
        Parameters, state and sum of squares by series and origin.

    Notes
    -----
    .. math:: e_t = y_t - l_{t-1} - \phi b_{t-1}, \quad
              l_t = l_{t-1} + \phi b_{t-1} + \alpha e_t, \quad
              b_t = \phi b_{t-1} + \beta e_t

    with 0.0001 <= alpha <= 0.9999, 0 <= beta <= alpha, 0.8 <= phi <= 0.98. For Gaussian errors the
    least squares fit is the maximum of the likelihood. Fewer than 5 values give NaN.

    References
    ----------
    Hyndman, Koehler, Ord & Snyder (2008), Forecasting with Exponential Smoothing, section 2.5.

    Examples
    --------
    >>> line = np.arange(12.0)[None, :]
    >>> fit = fit_damped_trend(line, np.array([11]))
    >>> bool(fit.sse[0, 0] < 1e-2)
    True
    """
    alphas = np.array([0.02, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.99])
    parts = np.array([0.0, 0.05, 0.15, 0.3, 0.5, 0.75, 1.0])
    phis = np.array([0.8, 0.86, 0.92, 0.96, 0.98])
    mesh = np.meshgrid(alphas, parts, phis, indexing="ij")
    grid = np.stack([axis.ravel() for axis in mesh])
    # The floor is 3e-6 of the range: below that the sums of squares no longer differ.
    return _fit(values, origins, grid, np.array([0.08, 0.12, 0.03]), zooms, least=5)


def fit_simple(values: Array, origins: NDArray[np.int64], *, zooms: int = 14) -> Smoothed:
    """Fit simple exponential smoothing, ETS(A,N,N), by least squares at each origin.

    Parameters are those of `fit_damped_trend`; ``trend`` and ``beta`` come back as 0.

    Examples
    --------
    >>> flat = np.array([[3.0, 3.0, 3.0, 3.0]])
    >>> float(fit_simple(flat, np.array([3])).level[0, 0])
    3.0
    """
    alphas = np.concatenate([[ALPHA[0], 0.01], np.linspace(0.03, 0.97, 39), [0.99, ALPHA[1]]])
    grid = np.stack([alphas, 0.0 * alphas, 0.0 * alphas])
    return _fit(values, origins, grid, np.array([0.013, 0.0, 0.0]), zooms, least=3)


def _fit(
    values: Array,
    origins: NDArray[np.int64],
    grid: Array,
    steps: Array,
    zooms: int,
    *,
    least: int,
) -> Smoothed:
    series, origin = np.nonzero(_testable(values, origins, least))
    shape = (values.shape[0], len(origins))
    blank = Smoothed(*(np.full(shape, np.nan) for _ in range(6)))
    if not len(series):
        return blank
    aligned, start = _align(values)
    centre = aligned[:, :1].copy()
    aligned = aligned - centre  # small numbers: no cancellation in the sums of squares
    ends = origins[origin] - start[series]
    best, sse, state = _search(aligned, grid, series, ends)
    for _ in range(zooms):
        best, sse, state = _zoom(aligned[series], best, sse, state, steps, ends)
        steps = steps / 1.9
    found = (state[0] + centre[series, 0], state[1], best[0], best[0] * best[1], best[2], sse)
    for target, value in zip(vars(blank).values(), found, strict=True):
        target[series, origin] = value
    return blank


def _testable(values: Array, origins: NDArray[np.int64], least: int) -> NDArray[np.bool_]:
    seen = np.isfinite(values)
    result: NDArray[np.bool_] = seen[:, origins] & (np.cumsum(seen, axis=1)[:, origins] >= least)
    return result


def _align(values: Array) -> tuple[Array, NDArray[np.int64]]:
    """Shift every series left to its first value, so that all share one set of regressors."""
    seen = np.isfinite(values)
    start = seen.argmax(axis=1)
    columns = np.minimum(start[:, None] + np.arange(values.shape[1]), values.shape[1] - 1)
    shifted = np.take_along_axis(values, columns, axis=1)
    past = start[:, None] + np.arange(values.shape[1]) >= values.shape[1]
    return np.where(past, np.nan, shifted), start


def _search(
    aligned: Array, grid: Array, series: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[Array, Array, Array]:
    """Return the best grid point of each wanted (series, end), its sum of squares and state."""
    best, sse, state = np.empty((3, len(series))), np.empty(len(series)), np.empty((2, len(series)))
    rows = max(1, _BLOCK // grid.shape[1])
    for first in range(0, len(aligned), rows):
        inside = np.flatnonzero((series >= first) & (series < first + rows))
        if not len(inside):
            continue
        block = aligned[first : first + rows]
        wanted = (series[inside] - first, ends[inside])
        found, point, at = _filter(block, grid[:, None, :], *wanted)
        best[:, inside], sse[inside], state[:, inside] = grid[:, point], found, at
    return best, sse, state


def _zoom(
    rows: Array, best: Array, sse: Array, state: Array, steps: Array, ends: NDArray[np.int64]
) -> tuple[Array, Array, Array]:
    """Try the neighbours of each row's best point; keep what lowers its sum of squares."""
    offsets = [np.array([-1.0, 0.0, 1.0]) * step if step else np.zeros(1) for step in steps]
    cube = np.stack([axis.ravel() for axis in np.meshgrid(*offsets, indexing="ij")])
    best, sse, state = best.copy(), sse.copy(), state.copy()
    size = max(1, _BLOCK // cube.shape[1])
    for first in range(0, len(rows), size):
        part = slice(first, min(first + size, len(rows)))
        points = best[:, part, None] + cube[:, None, :]
        points[0] = np.clip(points[0], *ALPHA)
        points[1] = np.clip(points[1], 0.0, 1.0)
        if steps[2]:
            points[2] = np.clip(points[2], *PHI)
        index = np.arange(part.stop - first)
        found, point, at = _filter(rows[part], points, index, ends[part])
        better = found < sse[part]
        best[:, part] = np.where(better, points[:, index, point], best[:, part])
        state[:, part] = np.where(better, at, state[:, part])
        sse[part] = np.where(better, found, sse[part])
    return best, sse, state


def _filter(
    rows: Array, points: Array, series: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[Array, NDArray[np.int64], Array]:
    """Run the recursion over a block; at each wanted end return the least sum of squares.

    ``points`` is (3, 1 or n_rows, n_points): alpha, beta / alpha and phi. Level and trend are each
    kept as three parts: what the data make, and what the unknown initial level and trend make.
    """
    alpha, beta, phi = points[0], points[0] * points[1], points[2]
    seen = np.isfinite(rows)
    last = int(ends.max())
    gaps = bool((~seen[series] & (np.arange(rows.shape[1]) <= ends[:, None])).any())
    data = np.where(seen, rows, 0.0)
    wide = (len(rows), points.shape[2])
    narrow = wide if gaps or points.shape[1] > 1 else (1, points.shape[2])
    level = [np.zeros(wide), np.ones(narrow), np.zeros(narrow)]
    trend = [np.zeros(wide), np.zeros(narrow), np.ones(narrow)]
    sums = [np.zeros(s) for s in (wide, wide, wide, narrow, narrow, narrow)]
    sse, point, state = np.empty(len(ends)), np.empty(len(ends), np.int64), np.empty((2, len(ends)))
    for t in range(last + 1):
        for k in range(3):
            trend[k] = phi * trend[k]
            level[k] = level[k] + trend[k]
        error = [data[:, t, None] - level[0], level[1].copy(), level[2].copy()]
        if gaps:
            error = [e * seen[:, t, None] for e in error]
        for k, (i, j) in enumerate(((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))):
            sums[k] += error[i] * error[j]
        for k, sign in enumerate((1.0, -1.0, -1.0)):
            level[k] += sign * alpha * error[k]
            trend[k] += sign * beta * error[k]
        here = np.flatnonzero(ends == t)
        if len(here):
            sse[here], point[here], state[:, here] = _solve(sums, level, trend, series[here])
    return sse, point, state


def _solve(
    sums: list[Array], level: list[Array], trend: list[Array], rows: NDArray[np.int64]
) -> tuple[Array, NDArray[np.int64], Array]:
    """Concentrate the initial state out and pick the best point of each row."""
    aa, ax, ay = (s[rows] for s in sums[:3])
    xx, xy, yy = (s[rows] if len(s) > 1 else s for s in sums[3:])
    det = xx * yy - xy * xy
    singular = det <= 1e-12 * xx * yy  # no trend in the model, or not told apart from the level
    safe = np.where(singular, 1.0, det)
    l0 = np.where(singular, ax / xx, (ax * yy - ay * xy) / safe)
    b0 = np.where(singular, 0.0, (ay * xx - ax * xy) / safe)
    total = np.maximum(aa - l0 * ax - b0 * ay, 0.0)
    point = total.argmin(axis=1)
    pick = (np.arange(len(rows)), point)

    def state(parts: list[Array]) -> Array:
        own = [(p[rows] if len(p) > 1 else np.broadcast_to(p, total.shape))[pick] for p in parts]
        result: Array = own[0] + own[1] * l0[pick] + own[2] * b0[pick]
        return result

    return total[pick], point, np.stack([state(level), state(trend)])
