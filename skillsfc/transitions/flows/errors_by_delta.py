"""Errors of anything that is computed from counted flows, by the delta method over clusters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skillsfc.transitions.records import Floats, Whole

STEP = 1e-6  # of the scale of the input: the cube root of the rounding error, near enough


def slopes(function: Callable[[Floats], Floats], at: Floats, scale: float) -> Floats:
    """Return the matrix of slopes [outputs, inputs] by central differences.

    Examples
    --------
    >>> slopes(lambda x: np.array([x[0] * x[1]]), np.array([2.0, 3.0]), 1.0).round(6).tolist()
    [[3.0, 2.0]]
    """
    columns = []
    for place in range(len(at)):
        moved = np.zeros(len(at))
        moved[place] = STEP * scale
        up, down = function(at + moved), function(at - moved)
        columns.append((up - down) / (2 * STEP * scale))
    return np.asarray(np.stack(columns, axis=1), dtype=np.float64)


def cluster_totals(
    cell: Whole, cluster: Whole, weight: Floats, cells: int, clusters: int
) -> Floats:
    """Return the weight of each cluster in each cell: [clusters, cells]."""
    flat = np.bincount(cluster * cells + cell, weight, minlength=clusters * cells)
    return np.asarray(flat.reshape(clusters, cells), dtype=np.float64)


def between_clusters(totals: Floats) -> Floats:
    """Return the covariance of the sum over clusters, drawn with replacement.

    Missing where there are fewer than two clusters.
    """
    count = len(totals)
    if count < 2:
        return np.full((totals.shape[1],) * 2, np.nan)
    apart = totals - totals.mean(axis=0)
    return np.asarray(apart.T @ apart * (count / (count - 1)), dtype=np.float64)


def roots(covariance: Floats) -> Floats:
    """Return standard errors; a variance that rounding took below 0 is 0."""
    return np.asarray(np.sqrt(np.maximum(np.diagonal(covariance), 0.0)), dtype=np.float64)
