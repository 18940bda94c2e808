"""Partitions of weighted points into k clusters, and how far they can be trusted."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.typologies.agglomeration import agglomerate, cut_tree
from skillsfc.transitions.typologies.medoids import build_medoids, medoid_labels, swap_medoids

METHODS = ("ward", "pam", "average")
NUDGE = 1e-9  # of the largest distance: breaks ties and changes nothing else


def partitions(
    matrix: Floats, weight: Floats, sizes: Iterable[int], *, method: str
) -> dict[int, Whole]:
    """Return for each number of clusters the cluster 0, 1, ... of each point.

    Parameters
    ----------
    matrix : array [points, points]
        Distances.
    weight : array
        Weight of each point, more than 0.
    sizes : iterable of int
        Numbers of clusters.
    method : {"ward", "pam", "average"}
        A tree cut at each size, or medoids for each size.

    Examples
    --------
    >>> line = np.abs(np.subtract.outer([0.0, 1, 2, 10, 11], [0.0, 1, 2, 10, 11]))
    >>> partitions(line, np.ones(5), [2], method="pam")[2].tolist()
    [0, 0, 0, 1, 1]
    """
    wanted = sorted(set(sizes))
    if method != "pam":
        merges = agglomerate(matrix, weight, method=method)
        return {k: cut_tree(merges, k) for k in wanted}
    start = build_medoids(matrix, weight, max(wanted))
    return {k: medoid_labels(matrix, swap_medoids(matrix, weight, start[:k])) for k in wanted}


def adjusted_rand(first: Whole, second: Whole, counts: Whole) -> float:
    """Return how alike two partitions are: 1 the same, 0 as by chance (Hubert and Arabie 1985).

    Parameters
    ----------
    first, second : array of int
        Cluster of each point.
    counts : array of int
        Persons behind each point.

    Examples
    --------
    >>> ones = np.ones(4, dtype=int)
    >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]), ones)
    1.0
    """

    def pairs(numbers: Floats) -> float:
        return float((numbers * (numbers - 1)).sum() / 2)

    table = _contingency(first, second, counts)
    both, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    chance = rows * columns / max(pairs(np.array([table.sum()])), 1.0)
    most = (rows + columns) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)


def _contingency(first: Whole, second: Whole, counts: Whole) -> Floats:
    wide = int(second.max()) + 1
    length = (int(first.max()) + 1) * wide
    made = np.bincount(first * wide + second, weights=counts, minlength=length)
    return np.asarray(made.reshape(-1, wide))


def tie_agreement(
    matrix: Floats, weight: Floats, labels: Whole, counts: Whole, *, method: str, seed: int,
    tries: int = 3,
) -> float:  # fmt: skip
    """Return the least agreement with trees that break ties between equal distances otherwise.

    Notes
    -----
    Distances between sequences take few values, so that many pairs are equally near. Which merges
    first is a matter of order, and early merges decide late ones. The distances are moved by a
    billionth, at random, and clustered again; 1 means that ties do not matter.
    """
    rng = np.random.default_rng(seed)
    size = int(labels.max()) + 1
    least = 1.0
    for _ in range(tries):
        noise = np.triu(rng.random(matrix.shape), 1) * (NUDGE * float(matrix.max()))
        other = partitions(matrix + noise + noise.T, weight, [size], method=method)[size]
        least = min(least, adjusted_rand(labels, other, counts))
    return least


def bootstrap_stability(
    matrix: Floats, index: Whole, weight: Floats, labels: Whole, *, method: str, samples: int,
    seed: int,
) -> Floats:  # fmt: skip
    """Return for each cluster how well it comes back when persons are drawn again [0-1].

    Parameters
    ----------
    matrix : array [points, points]
        Distances.
    index, weight : array
        Point and weight of each person.
    labels : array of int
        Cluster of each point.
    samples : int
        Bootstrap samples.

    Notes
    -----
    Mean over samples of the largest Jaccard similarity with a cluster of the sample, among the
    persons drawn (Hennig 2007). Below 0.5 a cluster dissolves, above 0.75 it is stable.

    References
    ----------
    Hennig (2007), Cluster-wise assessment of cluster stability, Computational Statistics & Data
    Analysis 52(1), 258-271, doi 10.1016/j.csda.2006.11.025.
    """
    size = int(labels.max()) + 1
    made = np.zeros((samples, size))
    for turn, rng in enumerate(np.random.default_rng(seed).spawn(samples)):
        drawn = rng.integers(0, len(index), len(index))
        sums: Floats = np.asarray(
            np.bincount(index[drawn], weight[drawn], len(matrix)), dtype=np.float64
        )
        distinct = np.bincount(index[np.unique(drawn)], minlength=len(matrix))
        rows = np.flatnonzero(sums > 0)
        part = matrix[np.ix_(rows, rows)]
        other = partitions(part, sums[rows], [min(size, len(rows))], method=method)
        table = _contingency(labels[rows], next(iter(other.values())), distinct[rows])
        union = table.sum(axis=1, keepdims=True) + table.sum(axis=0) - table
        best = np.divide(table, union, out=np.zeros_like(table), where=union > 0).max(axis=1)
        made[turn, : len(best)] = best
    return np.asarray(made.mean(axis=0))
