"""Margins as binding as they are reliable: entropy plus a penalty, by Newton's method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from skillsfc.forecast.balancing.feasibility import sum_matrix
from skillsfc.forecast.balancing.layout import Array, Layout

PENALTIES = ("squares", "entropy")
STEPS = 300  # Newton steps; a problem that needs more has no finite optimum
DENSE = 3000  # unknowns above which the equations of a step are solved by conjugate gradients
LONGEST = 5.0  # a step changes no cell by more than this factor of e
RIDGE = 1e-12  # part of the diagonal added to it: margins that repeat one another leave it singular


@dataclass(frozen=True)
class SoftTable:
    """One table with soft margins.

    Parameters
    ----------
    factors : list of ndarray[*margin shape]
        Multipliers of the seed.
    iterations : int
        Newton steps.
    movement : float
        Largest remaining gap of the first-order conditions, as part of the margin.
    """

    factors: list[Array]
    iterations: int
    movement: float


class _Dual:
    """The dual problem of one table: its unknowns are the logarithms of the factors."""

    def __init__(
        self, matrix: Any, seed: Array, target: Array, weight: Array, penalty: str
    ) -> None:
        self.matrix, self.seed, self.target = matrix, seed, target
        self.weight, self.penalty = weight, penalty
        self.variance = np.where(np.isinf(weight), 0.0, target / weight)

    def cells(self, logs: Array) -> Array:
        return np.asarray(self.seed * np.exp(self.matrix.T @ logs))

    def wanted(self, logs: Array) -> tuple[Array, Array]:
        """Return the margins that the penalty asks for, and minus their slope."""
        if self.penalty == "entropy":
            loosened = self.target * np.exp(-logs / self.weight)
            return loosened, loosened / self.weight
        return self.target - self.variance * logs, self.variance

    def value(self, logs: Array, cells: Array) -> float:
        if self.penalty == "entropy":
            soft = np.isfinite(self.weight)
            bent = np.where(soft, self.weight, 1.0)
            curved = self.target * -bent * np.expm1(-logs / bent)
            return float(np.where(soft, curved, self.target * logs).sum() - cells.sum())
        return float((self.target * logs - self.variance * logs**2 / 2).sum() - cells.sum())

    def step(self, cells: Array, slope: Array, gap: Array) -> Array:
        scaled = self.matrix.multiply(cells).tocsr()
        diagonal = np.asarray(scaled.sum(axis=1)).ravel() + slope
        extra = slope + RIDGE * diagonal
        if len(gap) <= DENSE:
            system = (scaled @ self.matrix.T).toarray()
            system[np.diag_indices_from(system)] += extra
            return np.asarray(np.linalg.solve(system, gap))
        from scipy.sparse.linalg import LinearOperator, cg

        def apply(vector: Array) -> Array:
            return np.asarray(scaled @ (self.matrix.T @ vector) + extra * vector)

        shape = (len(gap), len(gap))
        operator = LinearOperator(shape, matvec=apply, dtype="float64")
        made, _ = cg(operator, gap, rtol=1e-10, maxiter=500, M=sparse.diags(1.0 / diagonal))
        return np.asarray(made)


def soften(
    layout: Layout,
    seed: Array,
    targets: Sequence[Array],
    weights: Sequence[Array],
    *,
    penalty: str,
    tolerance: float,
    max_iterations: int,
) -> SoftTable:
    r"""Fit one table to margins of different reliability.

    Parameters
    ----------
    layout : Layout
        The axes.
    seed : ndarray[*shape]
        Non-negative table.
    targets, weights : sequence of ndarray[*margin shape]
        Targets, and how much each counts: 0 nothing, infinity exactly.
    penalty : {"squares", "entropy"}
        Form of the penalty.
    tolerance : float
        On the first-order conditions, as part of each margin.
    max_iterations : int
        Newton steps, never more than `STEPS`.

    Notes
    -----
    With the Lagrangian multipliers :math:`\lambda` of the margins, x = x0 exp(sum of its
    :math:`\lambda`), and for squares :math:`\lambda = a (t - m) / t`, for entropy
    :math:`\lambda = -a \ln(m / t)`. The dual is concave; each step is taken as far as it gains.
    """
    chosen = [margin for margin, weight in enumerate(weights) if np.any(weight > 0)]
    if not chosen:
        return SoftTable([np.ones(target.shape) for target in targets], 0, 0.0)
    cells = np.flatnonzero(seed)
    whole = sum_matrix(layout, chosen, cells, np.ones(len(cells))).tocsr()
    flat = [np.concatenate([part[m].ravel() for m in chosen]) for part in (targets, weights)]
    carried = np.asarray(whole.sum(axis=1)).ravel() > 0
    used = carried & (flat[0] > 0) & (flat[1] > 0)
    dual = _Dual(whole[used], seed.ravel()[cells], flat[0][used], flat[1][used], penalty)
    found, iterations, gap = _maximise(dual, tolerance, max_iterations)
    logs = np.zeros(len(used))
    logs[used] = found
    made = [np.zeros(target.shape) for target in targets]
    start = 0
    for margin in chosen:
        size = targets[margin].size
        made[margin] = logs[start : start + size].reshape(targets[margin].shape)
        start += size
    _centre(layout, made)
    return SoftTable([np.exp(part) for part in made], iterations, gap)


def _centre(layout: Layout, logs: list[Array]) -> None:
    """Move to earlier margins what later ones only mirror; no cell changes by that.

    Reliable margins that contradict one another pull with multipliers beyond the range of numbers,
    although their products are ordinary.
    """
    for two in range(1, len(logs)):
        for one in range(two):
            axes, other = layout.margins[two], layout.margins[one]
            rest = tuple(place for place, axis in enumerate(axes) if axis not in other)
            mean = logs[two].mean(axis=rest, keepdims=True)
            logs[two] = logs[two] - mean
            shared = [layout.shape[axis] if axis in axes else 1 for axis in other]
            logs[one] = logs[one] + mean.reshape(shared)


def _maximise(dual: _Dual, tolerance: float, max_iterations: int) -> tuple[Array, int, float]:
    logs = np.zeros(len(dual.target))
    if not len(logs):
        return logs, 0, 0.0
    cells = dual.cells(logs)
    value, largest = dual.value(logs, cells), np.inf
    most = min(max_iterations, STEPS)
    for iteration in range(most + 1):
        sums = dual.matrix @ cells
        wanted, slope = dual.wanted(logs)
        gap = wanted - sums
        largest = float((np.abs(gap) / np.maximum(sums, 1e-300)).max())
        if largest <= tolerance or iteration == most:
            break
        step = dual.step(cells, slope, gap)
        length = float(np.abs(dual.matrix.T @ step).max())
        share = min(1.0, LONGEST / length) if length > 0 else 1.0
        gain = float(gap @ step)
        while share > 1e-10:
            tried = logs + share * step
            moved = dual.cells(tried)
            reached = dual.value(tried, moved)
            # Near the top the gain drowns in rounding; there a full step is right.
            if reached >= value + 1e-4 * share * gain - 1e-12 * abs(value):
                break
            share /= 2
        else:
            return logs, iteration, largest
        logs, cells, value = tried, moved, reached
    return logs, iteration, largest
