r"""Weighted least squares onto coherent forecasts, for a diagonal covariance.

With A the summing matrix without its identity, C = [I, -A] and D the error variances, the coherent
forecasts nearest to :math:`\hat y` are :math:`\hat y - D C' \lambda` with
:math:`(C D C') \lambda = C \hat y`: from the gaps between aggregates and sums comes one force an
aggregate, which pulls at all cells under it. On a tree two passes over the aggregates solve it, on
a grouped structure a sparse system. The normal equations of the bottom cells, which a grand total
makes dense, are never formed.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.linalg import splu

from skillsfc.forecast.coherence.structure import Structure
from skillsfc.forecast.pooling import Array

LARGEST_DENSE = 3000  # rows of a system that is solved as a dense one


class Solver(Protocol):
    """Maps gaps (n_aggregates, n_columns) to forces of the same shape."""

    def __call__(self, gaps: Array) -> Array:
        """Return the forces; 0 where an aggregate has no forecast of its own."""
        ...


class TreeSolver:
    r"""Two passes over a tree, linear in the number of nodes.

    Parameters
    ----------
    structure : Structure
        Nested levels.
    variance : ndarray (n_nodes, 1 or n_columns)
        Error variance d of each base forecast. Infinite where an aggregate has no forecast of its
        own; 0 at a bottom cell that is held at its value.

    Notes
    -----
    Let r be the gap of a node and q the variance of the sum of its children. Upwards, what the
    children have made of their gaps, s, meets the node's own: :math:`m = s + k (r - s)`,
    :math:`k = q / (q + d)`, with variance :math:`q (1 - k)`. Downwards, with h the sum of the
    forces above the node, its own is :math:`(r - s) / (q + d) - k h`.

    Examples
    --------
    >>> import pandas as pd
    >>> from skillsfc.forecast.coherence.structure import build_structure
    >>> tree = build_structure(pd.DataFrame({"sector": ["A", "C"]}), [(), ("sector",)])
    >>> TreeSolver(tree, np.ones((3, 1)))(np.array([[3.0]])).tolist()  # a third to each node
    [[1.0]]
    """

    def __init__(self, structure: Structure, variance: Array) -> None:
        self.structure = structure
        self.gain: list[Array] = []
        self.weight: list[Array] = []
        below = variance[structure.aggregates :]
        for k in reversed(range(len(structure.adders))):
            start = structure.starts[k]
            own = variance[start : start + structure.sizes[k]]
            total = structure.adders[k] @ below
            weight = 1.0 / (total + own)
            gain = total * weight
            self.weight.insert(0, weight)
            self.gain.insert(0, gain)
            with np.errstate(invalid="ignore"):  # inf * 0, not taken
                below = np.where(np.isfinite(own), own * gain, total)

    def __call__(self, gaps: Array) -> Array:
        """Return the forces (n_aggregates, n_columns)."""
        shape = self.structure
        own: list[Array] = []  # of each level: (r - s) / (q + d)
        met = None
        for k in reversed(range(len(self.gain))):
            here = gaps[shape.starts[k] : shape.starts[k] + shape.sizes[k]]
            rest = here if met is None else here - shape.adders[k] @ met
            own.insert(0, rest * self.weight[k])
            met = here - rest + self.gain[k] * rest
        forces = own[:1]
        above = own[0]
        for k in range(1, len(own)):
            passed = above[shape.above(k)]
            forces.append(own[k] - self.gain[k] * passed)
            above = passed + forces[-1]
        return np.concatenate(forces)


class GroupedSolver:
    r"""Sparse system in the forces, for any structure.

    Parameters
    ----------
    structure : Structure
        Any levels.
    variance : ndarray (n_nodes, 1)
        As for `TreeSolver`.

    Notes
    -----
    :math:`C D C' = D_a + A D_b A'` has one row an aggregate with a forecast of its own. Nodes of
    one level have no cell in common, so that the block of the largest level is diagonal: it is
    eliminated first, and what is left is small enough for a dense factorisation, or sparse.

    Examples
    --------
    >>> import pandas as pd
    >>> from skillsfc.forecast.coherence.structure import build_structure
    >>> tree = build_structure(pd.DataFrame({"sector": ["A", "C"]}), [(), ("sector",)])
    >>> GroupedSolver(tree, np.ones((3, 1)))(np.array([[3.0]])).tolist()
    [[1.0]]
    """

    def __init__(self, structure: Structure, variance: Array) -> None:
        above, below = np.split(variance[:, 0], [structure.aggregates])
        known = np.isfinite(above)
        counts = [int(known[structure.level(k)].sum()) for k in range(len(structure.members))]
        self.shape = len(above)
        largest = structure.level(int(np.argmax(counts)))
        chosen = np.zeros(len(above), bool)
        chosen[largest] = known[largest]
        self.first, self.rest = np.flatnonzero(chosen), np.flatnonzero(known & ~chosen)
        adder = structure.matrix
        weighted = adder[self.rest] @ sparse.diags_array(below)
        self.diagonal = above[self.first] + adder[self.first] @ below
        self.cross = sparse.csr_array(weighted @ adder[self.first].T)
        inner = weighted @ adder[self.rest].T + sparse.diags_array(above[self.rest])
        system = inner - (self.cross @ sparse.diags_array(1.0 / self.diagonal)) @ self.cross.T
        self.factors = _factors(sparse.csc_array(system)) if len(self.rest) else None

    def __call__(self, gaps: Array) -> Array:
        """Return the forces (n_aggregates, n_columns)."""
        forces = np.zeros((self.shape, gaps.shape[1]))
        scaled = gaps[self.first] / self.diagonal[:, None]
        if self.factors is not None:
            forces[self.rest] = self.factors(gaps[self.rest] - self.cross @ scaled)
        back = (self.cross.T @ forces[self.rest]) / self.diagonal[:, None]
        forces[self.first] = scaled - back
        return forces


class _Dense:
    """A dense Cholesky factorisation."""

    def __init__(self, system: Array) -> None:
        self.factors = linalg.cho_factor(system, lower=True)

    def __call__(self, gaps: Array) -> Array:
        solved: Array = linalg.cho_solve(self.factors, gaps)
        return solved


def _factors(system: sparse.csc_array) -> Solver:
    if system.shape[0] <= LARGEST_DENSE:
        return _Dense(system.toarray())
    options = {"SymmetricMode": True}
    solver: Solver = splu(
        system, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options
    ).solve
    return solver


def factor(structure: Structure, variance: Array) -> Solver:
    """Return the quicker of the two solvers that can do the structure."""
    return (TreeSolver if structure.nested else GroupedSolver)(structure, variance)
