"""Reconciliation of arrays: any method, many columns at once, cells not negative if wanted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skillsfc.forecast.coherence.covariance import Covariance, build_covariance
from skillsfc.forecast.coherence.kernels import factor
from skillsfc.forecast.coherence.nonnegative import solve_nonnegative
from skillsfc.forecast.coherence.structure import Structure
from skillsfc.forecast.pooling import Array, Index, Mask


@dataclass(frozen=True)
class ReconciledArrays:
    """What `reconcile_arrays` returns.

    Parameters
    ----------
    coherent : ndarray (n_nodes, n_columns)
        Forecasts that add up.
    held : ndarray of int (n_columns,)
        Bottom cells held at 0 by the bound.
    rounds : ndarray of int (n_columns,)
        Least-squares problems solved for the column.
    optimality : ndarray (n_columns,)
        Largest relative violation of the optimality conditions of the bounded problem.
    shrinkage : float
        Weight of the diagonal in ``mint_shrink``; NaN otherwise.
    """

    coherent: Array
    held: Index
    rounds: Index
    optimality: Array
    shrinkage: float


def reconcile_arrays(
    values: Array,
    structure: Structure,
    *,
    method: str = "wls_struct",
    errors: Array | None = None,
    nonnegative: bool = True,
    centre: bool = True,
) -> ReconciledArrays:
    r"""Return coherent forecasts of all nodes, every column by itself.

    Use it inside simulations, where thousands of columns share a structure; `sf.reconcile` does the
    same from a table and checks it first. Nothing is checked here.

    Parameters
    ----------
    values : ndarray (n_nodes, n_columns)
        Base forecasts in the order of the structure's nodes; NaN in the whole row of an aggregate
        that has none.
    structure : Structure
        From `build_structure`.
    method : str
        ``bottom_up, ols, wls_struct, wls_var`` or ``mint_shrink``: see `build_covariance`.
    errors : ndarray (n_nodes, n_times), optional
        Past errors of the base forecasts, for the last two methods.
    nonnegative : bool
        Whether the bottom cells, and so all nodes, are kept at 0 or above.
    centre : bool
        Whether the mean error of each node is taken off first.

    Returns
    -------
    ReconciledArrays
        Every aggregate is the sum of its bottom cells.

    Notes
    -----
    :math:`\tilde y = S (S' W^{-1} S)^{-1} S' W^{-1} \hat y`, computed by `TreeSolver` or
    `GroupedSolver`. With W = D + UU' the same solvers are used: the forces of :math:`\hat y - Uz`,
    where :math:`(I + U'C'(CDC')^{-1}CU) z = U'C'(CDC')^{-1}C\hat y` has as many unknowns as there
    are years of errors. With ``nonnegative``, the exact minimum under :math:`y \ge 0`.

    Examples
    --------
    >>> import pandas as pd
    >>> from skillsfc.forecast.coherence.structure import build_structure
    >>> tree = build_structure(pd.DataFrame({"sector": ["A", "C"]}), [(), ("sector",)])
    >>> made = reconcile_arrays(np.array([[1.0], [5.0], [-1.0]]), tree, method="ols")
    >>> made.coherent.ravel().round(9).tolist()
    [3.0, 3.0, 0.0]
    """
    weights = build_covariance(structure, method, errors, centre=centre)
    absent = np.isnan(values[: structure.aggregates]).all(axis=1)
    if absent.any():
        weights, values = _without(weights, values, np.flatnonzero(absent))
    nodes = _solve(structure, weights, values)[0]
    columns = values.shape[1]
    held, rounds = np.zeros(columns, np.int64), np.ones(columns, np.int64)
    optimality = np.zeros(columns)
    cells = nodes[structure.aggregates :]
    if nonnegative and (cells < 0.0).any():

        def solve(mask: Mask, chosen: Index) -> tuple[Array, Array, Array]:
            return _bounded(structure, weights, values[:, chosen], mask)

        made = solve_nonnegative(solve, np.abs(values).max(axis=0), cells)
        nodes, rounds, optimality = structure.add_up(made.cells), made.rounds, made.optimality
        held = made.held.sum(axis=0)
    return ReconciledArrays(nodes, held, rounds, optimality, weights.shrinkage)


def _without(weights: Covariance, values: Array, absent: Index) -> tuple[Covariance, Array]:
    """Return weights and values in which some aggregates have no forecast of their own."""
    variance, values = weights.variance.copy(), values.copy()
    variance[absent], values[absent] = np.inf, 0.0
    factors = weights.factors
    if factors is not None:
        factors = factors.copy()
        factors[absent] = 0.0
    return Covariance(variance, factors, weights.shrinkage), values


def _solve(
    structure: Structure, weights: Covariance, values: Array, held: Mask | None = None
) -> tuple[Array, Array]:
    """Return all nodes, and the scores of the common factors of the errors.

    ``held`` (n_bottom, 1 or n_columns) marks cells that stay at 0: for the solver they are forecast
    as 0 without error. What their own forecasts say of the common factors still counts.
    """
    above = structure.aggregates
    base, below = values[above:], weights.variance[above:]
    common, variance = weights.factors, weights.variance
    if held is not None:
        base, free = np.where(held, 0.0, base), np.where(held, 0.0, below)
        variance = np.concatenate([_widened(variance[:above], free), free])
        below = free
    solve = factor(structure, variance)
    gaps = values[:above] - structure.sums(base)
    if common is None:
        return _pulled(structure, base, below, solve(gaps)), np.zeros((0, values.shape[1]))
    cells = common[above:] if held is None else np.where(held, 0.0, common[above:])
    apart = common[:above] - structure.sums(cells)
    solved = solve(np.concatenate([gaps, apart], axis=1))
    forces, turned = np.split(solved, [gaps.shape[1]], axis=1)
    system, right = apart.T @ turned, apart.T @ forces
    if held is not None:
        scaled = common[above:][held[:, 0]] / weights.variance[above:][held[:, 0]]
        system += scaled.T @ common[above:][held[:, 0]]
        right += scaled.T @ values[above:][held[:, 0]]
    system[np.diag_indices_from(system)] += 1.0
    scores = np.linalg.solve(system, right).astype(float, copy=False)
    return _pulled(structure, base - cells @ scores, below, forces - turned @ scores), scores


def _pulled(structure: Structure, base: Array, variance: Array, forces: Array) -> Array:
    """Return all nodes when each cell moves by its variance times the forces that hold it."""
    nodes = np.empty((len(structure.counts), forces.shape[1]))
    cells = nodes[structure.aggregates :]
    alike = bool((variance == variance[0]).all())  # then there are fewer numbers to multiply
    structure.spread(forces * variance[0] if alike else forces, cells)
    if not alike:
        cells *= variance
    cells += base
    nodes[: structure.aggregates] = structure.sums(cells)
    return nodes


def _widened(column: Array, like: Array) -> Array:
    wide: Array = np.broadcast_to(column, (len(column), like.shape[1]))
    return wide


def _bounded(
    structure: Structure, weights: Covariance, values: Array, held: Mask
) -> tuple[Array, Array, Array]:
    """Return cells, gradients and the size of their terms, each column with its own held cells."""
    together = weights.factors is None and structure.nested
    columns = [slice(None)] if together else [slice(k, k + 1) for k in range(values.shape[1])]
    parts = [_with_gradient(structure, weights, values[:, k], held[:, k]) for k in columns]
    cells, gradient, terms = (np.concatenate(part, axis=1) for part in zip(*parts, strict=True))
    return cells, gradient, terms


def _with_gradient(
    structure: Structure, weights: Covariance, values: Array, held: Mask
) -> tuple[Array, Array, Array]:
    nodes, scores = _solve(structure, weights, values, held)
    gap = nodes - values
    if weights.factors is not None:
        gap += weights.factors @ scores
    force = gap / weights.variance  # an infinite variance: no force
    above, below = np.split(force, [structure.aggregates])
    gradient = below + structure.spread(above)
    size = np.abs(below) + structure.spread(np.abs(above))
    largest = size.max(axis=0, keepdims=True)
    return nodes[structure.aggregates :], gradient, np.where(largest > 0, largest, 1.0)
