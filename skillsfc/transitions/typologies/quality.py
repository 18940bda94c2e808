"""How good a partition of weighted points is, by measures on distances alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from skillsfc.transitions.records import Floats, Whole

MEASURES = (
    "silhouette", "silhouette_weighted", "point_biserial", "hubert_gamma", "hubert_c",
    "calinski_harabasz", "r2", "calinski_harabasz_squared", "r2_squared",
)  # fmt: skip
MOST_FOR_GAMMA = 6000  # different sequences; sorting the square of more takes minutes and memory


@dataclass(frozen=True)
class Pairs:
    """Pairs of points by their distance, prepared once for many partitions.

    Parameters
    ----------
    distance : array
        The distances there are, from the nearest; the first is 0, of each point with itself.
    code : array of int
        Place in ``distance`` of each pair.
    weight : array
        Product of the weights, twice, since a pair stands for both directions.
    low, high : array of int
        The two points of each pair.
    total : array
        Weight of all pairs at each distance.
    alone : float
        Weight of points paired with themselves.
    """

    distance: Floats
    code: npt.NDArray[np.int32]
    weight: Floats
    low: npt.NDArray[np.int32]
    high: npt.NDArray[np.int32]
    total: Floats
    alone: float


def sorted_pairs(matrix: Floats, weight: Floats) -> Pairs | None:
    """Return the pairs, or nothing if there are too many points to sort their square."""
    if len(matrix) > MOST_FOR_GAMMA:
        return None
    low, high = (part.astype(np.int32) for part in np.triu_indices(len(matrix), 1))
    values, code = np.unique(matrix[low, high], return_inverse=True)
    if not len(values) or values[0] > 0:
        values, code = np.r_[0.0, values], code + 1
    products = 2 * weight[low] * weight[high]
    total: Floats = np.asarray(np.bincount(code, products, len(values)), dtype=np.float64)
    alone = float((weight**2).sum())
    total[0] += alone
    return Pairs(values, code.ravel().astype(np.int32), products, low, high, total, alone)


def partition_quality(
    matrix: Floats, weight: Floats, labels: Whole, *, counts: Whole, pairs: Pairs | None
) -> dict[str, float]:
    r"""Return the measures of a partition.

    Parameters
    ----------
    matrix : array [points, points]
        Distances.
    weight : array
        Weight of each point, scaled by the caller to sum to the number of persons.
    labels : array of int
        Cluster 0, 1, ... of each point.
    counts : array of int
        Persons behind each point.
    pairs : Pairs, optional
        Sorted pairs; without them Hubert's measures are missing.

    Returns
    -------
    dict
        ``silhouette`` and ``silhouette_weighted`` [-1 to 1], ``point_biserial`` and
        ``hubert_gamma`` [-1 to 1], ``hubert_c`` [0 best], ``calinski_harabasz`` and ``r2`` on
        distances and on squared distances.

    Notes
    -----
    Silhouette :math:`(b-a)/\max(a,b)`, a the mean distance to the others of the own cluster, by the
    cluster's weight less 1, or less nothing where weighted; b the least mean distance to another
    cluster. A cluster of one person has 0. Point-biserial: correlation of the distance with being
    in different clusters over all pairs, each with itself too. Gamma: concordant less discordant
    pairs of pairs over both. C: :math:`(S - S_{min})/(S_{max} - S_{min})`, S the sum of distances
    within clusters and the least and largest that as many pairs can have. Calinski-Harabasz and R2:
    :math:`SS = \sum w_i w_j d_{ij} / 2W` in total and within clusters.

    References
    ----------
    Studer (2013), WeightedCluster library manual, LIVES Working Papers 24,
    doi 10.12682/lives.2296-1658.2013.24. Hennig and Liao (2013), How to find an appropriate
    clustering for mixed-type variables, JRSS C 62(3), 309-369.
    """
    member = np.eye(int(labels.max()) + 1)[labels] * weight[:, None]
    towards = matrix @ member  # weighted distance from each point to each cluster
    each, weighted = silhouettes(towards, member.sum(axis=0), weight, labels, counts)
    made = dict.fromkeys(MEASURES, float("nan"))
    total = weight.sum()
    made["silhouette"] = float(weight @ each / total)
    made["silhouette_weighted"] = float(weight @ weighted / total)
    squared = (matrix**2) @ member
    for suffix, sums in (("", towards), ("_squared", squared)):
        f, r2 = _explained(sums, weight, labels, member.sum(axis=0))
        made["calinski_harabasz" + suffix], made["r2" + suffix] = float(f), float(r2)
    made["point_biserial"] = _point_biserial(towards, squared, weight, labels, member.sum(axis=0))
    if pairs is not None:
        made["hubert_gamma"], made["hubert_c"] = _hubert(pairs, labels)
    return made


def silhouettes(
    towards: Floats, sizes: Floats, weight: Floats, labels: Whole, counts: Whole
) -> tuple[Floats, Floats]:
    """Return the silhouette of each point, and its version for weights; missing in one cluster.

    Parameters
    ----------
    towards : array [points, clusters]
        Weighted sums of distances to the members of each cluster.
    sizes : array
        Weight of each cluster.
    """
    if len(sizes) < 2:
        return np.full(len(labels), np.nan), np.full(len(labels), np.nan)
    rows = np.arange(len(labels))
    own = towards[rows, labels]
    with np.errstate(divide="ignore", invalid="ignore"):
        others = towards / sizes
        others[rows, labels] = np.inf
        apart = others.min(axis=1)
        size = sizes[labels]
        inside = np.where(size > 1, own / (size - 1), 0.0)
        made = [
            np.nan_to_num((apart - mean) / np.maximum(mean, apart)) for mean in (inside, own / size)
        ]
    alone = np.bincount(labels, weights=counts)[labels] <= 1
    return np.where(alone, 0.0, made[0]), np.where(alone, 0.0, made[1])


def _explained(sums: Floats, weight: Floats, labels: Whole, sizes: Floats) -> tuple[float, float]:
    total = weight.sum()
    whole = float(weight @ sums.sum(axis=1)) / (2 * total)
    own = weight * sums[np.arange(len(labels)), labels]
    rest = float((np.bincount(labels, weights=own) / (2 * sizes)).sum())
    groups = len(sizes)
    if whole <= 0:
        return float("nan"), float("nan")
    explained = whole - rest
    ratio = (explained / (groups - 1)) / (rest / (total - groups)) if rest > 0 else float("inf")
    return ratio, explained / whole


def _point_biserial(
    towards: Floats, squared: Floats, weight: Floats, labels: Whole, sizes: Floats
) -> float:
    total = weight.sum() ** 2
    mean = float(weight @ towards.sum(axis=1)) / total
    square = float(weight @ squared.sum(axis=1)) / total
    within = float((sizes**2).sum()) / total
    together = float(weight @ towards[np.arange(len(labels)), labels]) / total
    spread = (square - mean**2) * (within - within**2)
    return float((within * mean - together) / spread**0.5) if spread > 0 else float("nan")


def _hubert(pairs: Pairs, labels: Whole) -> tuple[float, float]:
    """Return Hubert's gamma and C; each point with itself is a pair within, at distance 0."""
    same = np.flatnonzero(labels[pairs.low] == labels[pairs.high])
    distance = pairs.distance
    within = np.bincount(pairs.code[same], weights=pairs.weight[same], minlength=len(distance))
    within[0] += pairs.alone
    between = np.maximum(pairs.total - within, 0.0)
    nearer_in, nearer_out = np.cumsum(within) - within, np.cumsum(between) - between
    agree, against = float(between @ nearer_in), float(within @ nearer_out)
    gamma = (agree - against) / (agree + against) if agree + against > 0 else float("nan")
    sums = float(within @ distance)
    least, most = (_extreme(distance, pairs.total, within.sum(), way) for way in (1, -1))
    return gamma, (sums - least) / (most - least) if most > least else float("nan")


def _extreme(distance: Floats, weight: Floats, amount: Any, way: int) -> float:
    """Return the sum of the nearest (1) or farthest (-1) pairs that weigh ``amount`` in all."""
    taken = np.minimum(np.cumsum(weight[::way]), amount)
    return float(np.diff(taken, prepend=0.0) @ distance[::way])
