"""Linear programmes for tables that cannot be balanced: what is in the way, and what would do.

Four questions to one set of constraints, sums of cells = targets: is there any table at all; what
is the smallest change of the targets that makes one possible; what is the least that has to stand
in cells where the seed is 0; and which cells are 0 in every table there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np
from scipy import sparse

from skillsfc.forecast.balancing.layout import Array, Flags, Layout

TIME_LIMIT = 30.0  # seconds for one linear programme; beyond it nothing is said
SMALL = 1e-7  # part of the mean target below which a solution of a linear programme is 0


@dataclass(frozen=True)
class Change:
    """A target and what it would become; or, with margin -1, a zero cell of the seed and its use.

    Parameters
    ----------
    margin : int
        Margin, or -1 for the seed.
    cell : tuple of int
        Cell of the margin or of the table.
    before, after : float
        Values.
    """

    margin: int
    cell: tuple[int, ...]
    before: float
    after: float


@dataclass(frozen=True)
class Advice:
    """What a linear programme says of one table.

    Parameters
    ----------
    feasible : bool
        Whether a table with these targets exists (False where ``known`` is).
    known : bool
        Whether the programme was solved in time.
    changes : tuple of Change
        Smallest change of the targets, by the sum of absolute changes.
    total : float
        That sum.
    openings : tuple of Change
        Zero cells of the seed that would have to carry something, if that alone is enough.
    demand, supply : tuple of (margin, cell)
        Targets that ask for more than the targets through which all their cells pass.
    asked, allowed : float
        Sums of these two.
    """

    feasible: bool
    known: bool = True
    changes: tuple[Change, ...] = ()
    total: float = 0.0
    openings: tuple[Change, ...] = ()
    demand: tuple[tuple[int, tuple[int, ...]], ...] = ()
    supply: tuple[tuple[int, tuple[int, ...]], ...] = ()
    asked: float = 0.0
    allowed: float = 0.0


def advise(
    layout: Layout,
    seeds: Sequence[Array],
    targets: Sequence[Array],
    *,
    margins: Sequence[int] | None = None,
) -> Advice:
    """Return the smallest changes that make one table possible.

    Parameters
    ----------
    layout : Layout
        The axes.
    seeds : sequence of ndarray[*shape]
        Positive part of one table and, for signed tables, the sizes of the negative cells.
    targets : sequence of ndarray[*margin shape]
        Its targets.
    margins : sequence of int, optional
        Margins that must be met. Default: all.

    Returns
    -------
    Advice
        With ``feasible`` and nothing else if the targets can be met.
    """
    chosen = list(range(len(targets))) if margins is None else list(margins)
    scale = _scale(targets, chosen)
    wanted = np.concatenate([targets[margin].ravel() for margin in chosen]) / scale
    matrix, _ = _signed_sums(layout, seeds, chosen)
    rows = len(wanted)
    identity = sparse.identity(rows, format="csc")
    cost = np.concatenate([np.zeros(matrix.shape[1]), np.ones(2 * rows)])
    found = _solve(cost, sparse.hstack([matrix, -identity, identity], format="csc"), wanted)
    if found is None:
        return Advice(False, known=False)
    change = found.x[-2 * rows : -rows] - found.x[-rows:]  # sums = targets + change
    moved = np.abs(change) > SMALL
    if not moved.any():
        return Advice(True)
    places = [
        (margin, cell) for margin in chosen for cell in np.ndindex(layout.margin_shape(margin))
    ]
    changes = tuple(
        Change(*places[row], wanted[row] * scale, _tidy((wanted[row] + change[row]) * scale))
        for row in np.flatnonzero(moved)
    )
    sizes = [prod(layout.margin_shape(margin)) for margin in chosen]
    prices = _simplest(np.asarray(found.eqlin.marginals), sizes, wanted)
    high, low = prices > 0.5, prices < -0.5
    return Advice(
        False,
        True,
        changes,
        float(np.abs(change[moved]).sum() * scale),
        _openings(layout, seeds, chosen, wanted, scale),
        tuple(places[row] for row in np.flatnonzero(high)),
        tuple(places[row] for row in np.flatnonzero(low)),
        _tidy(float(wanted[high].sum() * scale)),
        _tidy(float(wanted[low].sum() * scale)),
    )


def find_possible_cells(
    layout: Layout, seeds: Sequence[Array], targets: Sequence[Array]
) -> list[Flags] | None:
    """Return which cells of one table can differ from 0 when all targets are met exactly.

    Parameters
    ----------
    layout : Layout
        The axes.
    seeds : sequence of ndarray[*shape]
        Positive part of one table and, for signed tables, the sizes of the negative cells.
    targets : sequence of ndarray[*margin shape]
        Its targets, which can be met.

    Returns
    -------
    list of ndarray of bool[*shape] or None
        None where the programme took too long.

    Notes
    -----
    With x = y + z and 0 <= y <= 1, the largest sum of y such that the sums of x are a multiple
    (at least 1) of the targets has y = 1 in every cell that any solution uses.
    """
    chosen = list(range(len(targets)))
    wanted = np.concatenate([target.ravel() for target in targets]) / _scale(targets, chosen)
    matrix, cells = _signed_sums(layout, seeds, chosen)
    count = matrix.shape[1]
    cost = np.concatenate([-np.ones(count), np.zeros(count + 1)])
    system = sparse.hstack([matrix, matrix, sparse.csc_matrix(-wanted[:, None])], format="csc")
    bounds = np.zeros((2 * count + 1, 2))
    bounds[:count, 1], bounds[count:, 1], bounds[-1, 0] = 1.0, np.inf, 1.0
    found = _solve(cost, system, np.zeros(len(wanted)), bounds)
    if found is None:
        return None
    used = found.x[:count] > 0.5
    possible, start = [], 0
    for seed, own in zip(seeds, cells, strict=True):
        flags = np.zeros(seed.size, dtype=bool)
        flags[own] = used[start : start + len(own)]
        possible.append(flags.reshape(seed.shape))
        start += len(own)
    return possible


def _simplest(prices: Array, sizes: Sequence[int], wanted: Array) -> Array:
    """Return the prices of the targets in the form that names the fewest, or 0 if none is plain.

    A price of 1 marks a target that asks for too much, -1 one that allows too little: no cell
    counts more often among the first than among the second. Margins of one total can be shifted
    against one another without changing that.
    """
    parts = np.split(np.arange(len(prices)), np.cumsum(sizes)[:-1])
    totals = [wanted[part].sum() for part in parts]
    best = np.round(prices)
    if np.abs(prices - best).max() > 1e-6 or np.ptp(totals) > SMALL * max(totals):
        return np.zeros_like(prices)
    start = best
    for one, two in product(range(len(parts)), repeat=2):
        shifted = start.copy()
        shifted[parts[one]] += 1.0
        shifted[parts[two]] -= 1.0
        best = min(best, shifted, key=np.count_nonzero)
    best = best / max(np.abs(best).max(), 1.0)
    return best if set(np.abs(best)) <= {0.0, 1.0} else np.zeros_like(best)


def _openings(
    layout: Layout, seeds: Sequence[Array], chosen: Sequence[int], wanted: Array, scale: float
) -> tuple[Change, ...]:
    """Return the zero cells that would carry the least, if opening cells is enough."""
    if len(seeds) > 1:
        return ()  # which sign a new cell should have is not for a programme to say
    seed = seeds[0]
    closed = (seed == 0).ravel().astype("float64")
    matrix = sum_matrix(layout, chosen, np.arange(seed.size), np.ones(seed.size))
    found = _solve(closed, matrix, wanted)
    if found is None:
        return ()
    used = np.flatnonzero((closed > 0) & (found.x > SMALL))
    return tuple(
        Change(-1, tuple(int(i) for i in np.unravel_index(cell, seed.shape)), 0.0, _tidy(value))
        for cell, value in zip(used, found.x[used] * scale, strict=True)
    )


def _signed_sums(
    layout: Layout, seeds: Sequence[Array], chosen: Sequence[int]
) -> tuple[Any, list[np.ndarray]]:
    """Return the matrix of the sums of all cells that are not 0, and which cells these are."""
    cells = [np.flatnonzero(seed) for seed in seeds]
    signs = [np.full(len(own), sign) for own, sign in zip(cells, (1.0, -1.0), strict=False)]
    return sum_matrix(layout, chosen, np.concatenate(cells), np.concatenate(signs)), cells


def _scale(targets: Sequence[Array], chosen: Sequence[int]) -> float:
    sizes = np.concatenate([np.abs(targets[margin]).ravel() for margin in chosen])
    return float(sizes.mean()) or 1.0


def _tidy(value: float) -> float:
    """Take the noise of the solver off a number that a user will read."""
    return float(f"{value:.12g}") + 0.0


def sum_matrix(layout: Layout, chosen: Sequence[int], cells: np.ndarray, signs: Array) -> Any:
    """Return the matrix that sums signed cells to the cells of the margins."""
    place = np.unravel_index(cells, layout.shape) if layout.shape else ()
    rows, start = [], 0
    for margin in chosen:
        shape = layout.margin_shape(margin)
        own = [place[axis] for axis in layout.margins[margin]]
        flat = np.ravel_multi_index(own, shape) if own else np.zeros(len(cells), dtype="int64")
        rows.append(flat + start)
        start += prod(shape)
    columns = np.tile(np.arange(len(cells)), len(chosen))
    values = np.tile(signs, len(chosen))
    return sparse.csc_matrix((values, (np.concatenate(rows), columns)), (start, len(cells)))


def _solve(cost: Array, system: Any, wanted: Array, bounds: Any = (0, None)) -> Any:
    """Return the solution of a linear programme, or None: there is none, or not in time."""
    from scipy.optimize import linprog

    options = {"time_limit": TIME_LIMIT}
    found = linprog(cost, A_eq=system, b_eq=wanted, bounds=bounds, method="highs", options=options)
    return found if found.status == 0 else None
