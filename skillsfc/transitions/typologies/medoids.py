"""Partition around medoids: k real sequences to which all others are nearest."""

from __future__ import annotations

import numpy as np

from skillsfc.transitions.records import Floats, Whole

ROUNDS = 100  # passes over all points; swaps always lower the cost, so this is never reached
SMALL = 1e-12  # a gain below this part of the cost is rounding


def build_medoids(matrix: Floats, weight: Floats, clusters: int) -> Whole:
    """Return starting medoids, each the point that lowers the total distance most.

    Examples
    --------
    >>> line = np.abs(np.subtract.outer([0.0, 1, 2, 10, 11], [0.0, 1, 2, 10, 11]))
    >>> build_medoids(line, np.ones(5), 2).tolist()
    [2, 3]
    """
    chosen = [int((weight @ matrix).argmin())]
    nearest = matrix[chosen[0]].copy()
    for _ in range(clusters - 1):
        gain = weight @ np.maximum(nearest[:, None] - matrix, 0.0)
        gain[chosen] = -1.0
        chosen.append(int(gain.argmax()))
        nearest = np.minimum(nearest, matrix[chosen[-1]])
    return np.array(chosen, dtype=np.int64)


def swap_medoids(matrix: Floats, weight: Floats, start: Whole) -> Whole:
    r"""Return medoids that no exchange of one of them for another point improves.

    Parameters
    ----------
    matrix : array [points, points]
        Distances.
    weight : array
        Weight of each point.
    start : array of int
        Medoids to begin with.

    Notes
    -----
    For every candidate the change of cost is found for all medoids at once, from each point's
    distance to its nearest and second-nearest medoid; a swap that helps is done at once. The cost
    is :math:`\sum_i w_i \min_m d_{im}`.

    References
    ----------
    Schubert and Rousseeuw (2021), Fast and eager k-medoids clustering, Information Systems 101,
    101804, doi 10.1016/j.is.2021.101804.

    Examples
    --------
    >>> line = np.abs(np.subtract.outer([0.0, 1, 2, 10, 11], [0.0, 1, 2, 10, 11]))
    >>> swap_medoids(line, np.ones(5), np.array([0, 1])).tolist()
    [1, 3]
    """
    medoids = start.copy()
    count, clusters = len(matrix), len(medoids)
    if clusters == count:
        return np.arange(count)
    nearest, first, second = _nearest_two(matrix, medoids)
    idle = 0
    for candidate in np.tile(np.arange(count), ROUNDS):
        if idle >= count:
            break
        idle += 1
        if (medoids == candidate).any():
            continue
        away = matrix[candidate]
        removal = weight * np.where(away < first, first, np.minimum(away, second))
        change = np.bincount(nearest, weights=removal - weight * first, minlength=clusters)
        change += weight @ np.minimum(away - first, 0.0)
        # A point nearer to the candidate than to its medoid moves whichever medoid goes.
        place = int(change.argmin())
        if change[place] < -SMALL * max(float(weight @ first), 1e-300):
            medoids[place] = candidate
            nearest, first, second = _nearest_two(matrix, medoids)
            idle = 0
    return np.sort(medoids)


def _nearest_two(matrix: Floats, medoids: Whole) -> tuple[Whole, Floats, Floats]:
    """Return each point's nearest medoid, the distance to it, and to the second nearest."""
    to = matrix[medoids]
    nearest = to.argmin(axis=0)
    first = to[nearest, np.arange(to.shape[1])]
    if len(medoids) == 1:
        return nearest, first, np.full(len(first), np.inf)
    return nearest, first, np.partition(to, 1, axis=0)[1]


def medoid_labels(matrix: Floats, medoids: Whole) -> Whole:
    """Return the nearest medoid of each point, as a number from 0."""
    return np.asarray(matrix[medoids].argmin(axis=0), dtype=np.int64)


def cluster_medoids(matrix: Floats, weight: Floats, labels: Whole) -> Whole:
    """Return the point of each cluster with the least weighted distance to the others of it.

    Examples
    --------
    >>> line = np.abs(np.subtract.outer([0.0, 1, 2, 10, 11], [0.0, 1, 2, 10, 11]))
    >>> cluster_medoids(line, np.ones(5), np.array([0, 0, 0, 1, 1])).tolist()
    [1, 3]
    """
    made = []
    for label in range(int(labels.max()) + 1):
        inside = np.flatnonzero(labels == label)
        cost = matrix[np.ix_(inside, inside)] @ weight[inside]
        made.append(int(inside[cost.argmin()]))
    return np.array(made, dtype=np.int64)
