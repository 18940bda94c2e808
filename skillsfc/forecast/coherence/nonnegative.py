"""Coherent forecasts without negative cells: the exact quadratic programme, by active sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skillsfc.errors import ConvergenceError, Problem
from skillsfc.forecast.coherence.levels import count_of
from skillsfc.forecast.pooling import Array, Index, Mask

# Cells held at 0 and columns wanted -> cells, gradients (both n_bottom x n_columns), and the size
# of the terms of which each gradient is the sum.
Solve = Callable[[Mask, Index], tuple[Array, Array, Array]]

ZERO = 1e-11  # a cell this little below 0, as part of the column's largest value, is 0
FLAT = 1e-9  # so is a gradient, as part of the size of its terms
PATIENCE = 3  # exchanges of all wrong cells without progress before one at a time
MOST_ROUNDS = 1000


@dataclass(frozen=True)
class ActiveSet:
    """Which cells are held at 0, and what the solution is then.

    Parameters
    ----------
    cells : ndarray (n_bottom, n_columns)
        The solution, nowhere negative.
    held : ndarray of bool (n_bottom, n_columns)
        Cells at the bound.
    rounds : ndarray (n_columns,)
        Least-squares problems solved for each column.
    optimality : ndarray (n_columns,)
        Largest violation of the optimality conditions, relative to the size of their terms.
    """

    cells: Array
    held: Mask
    rounds: Index
    optimality: Array


def solve_nonnegative(solve: Solve, size: Array, cells: Array) -> ActiveSet:
    r"""Solve each column's least-squares problem under cells >= 0.

    Parameters
    ----------
    solve : callable
        Takes the cells held at 0 (n_bottom, k) and the numbers of k columns; returns the solution
        with these cells at 0, the gradient of half the objective by each cell, and the size of the
        gradient's terms.
    size : ndarray (n_columns,)
        Largest absolute forecast of each column: what counts as zero is relative to it.
    cells : ndarray (n_bottom, n_columns)
        Solution without the bound; columns without a negative cell are done already.

    Returns
    -------
    ActiveSet
        Exact up to rounding: the optimality conditions are checked, not assumed.

    Raises
    ------
    ConvergenceError
        If a column has no solution after 1000 rounds.

    Notes
    -----
    Block principal pivoting: all cells on the wrong side change sides at once, negative cells to
    the bound and cells with a negative gradient off it; when three exchanges in a row bring no
    fewer wrong cells, only the last of them changes, which cannot cycle. The conditions are: cells
    >= 0, gradient >= 0 at the bound, gradient = 0 off it. The problem is strictly convex, so that
    they hold at one point only.

    References
    ----------
    Wickramasuriya, Turlach & Hyndman (2020), Optimal non-negative forecast reconciliation,
    Stat. Comput. 30, 1167-1182, doi:10.1007/s11222-020-09930-0.

    Examples
    --------
    >>> def solve(held, columns):  # nearest point to (2, -1)
    ...     free = np.where(held, 0.0, [[2.0], [-1.0]])
    ...     return free, free - [[2.0], [-1.0]], np.ones((1, 1))
    >>> start = np.array([[2.0], [-1.0]])
    >>> solve_nonnegative(solve, np.array([2.0]), start).cells.tolist()
    [[2.0], [0.0]]
    """
    count = cells.shape[1]
    held = cells < -ZERO * size
    found = np.maximum(cells, 0.0)
    rounds, optimality = np.ones(count, np.int64), np.zeros(count)
    best = np.full(count, len(cells) + 1)
    left = np.full(count, PATIENCE)
    columns = np.flatnonzero(held.any(axis=0))
    for _ in range(MOST_ROUNDS):
        if not len(columns):
            return ActiveSet(found, held, rounds, optimality)
        trial, gradient, terms = solve(held[:, columns], columns)
        rounds[columns] += 1
        scaled = gradient / terms
        now = held[:, columns]
        wrong = np.where(now, scaled < -FLAT, trial < -ZERO * size[columns])
        number = wrong.sum(axis=0)
        found[:, columns] = np.where(now, 0.0, np.maximum(trial, 0.0))
        optimality[columns] = np.where(now, np.maximum(-scaled, 0.0), np.abs(scaled)).max(axis=0)
        fewer = number < best[columns]
        left[columns] = np.where(fewer, PATIENCE, left[columns] - 1)
        best[columns] = np.minimum(number, best[columns])
        last = len(wrong) - 1 - wrong[::-1].argmax(axis=0)
        alone = np.zeros_like(wrong)
        alone[last, np.arange(len(columns))] = True
        held[:, columns] = now ^ (wrong & np.where(left[columns] >= 0, True, alone))
        columns = columns[number > 0]
    raise ConvergenceError(
        "reconcile",
        [
            Problem(
                "non-negative cells",
                f"{count_of(len(columns), 'column')} unsolved after {MOST_ROUNDS} rounds",
                "an active set that satisfies the optimality conditions",
                next_step="Give weights of similar size, or nonnegative=False to see the cells.",
            )
        ],
    )
