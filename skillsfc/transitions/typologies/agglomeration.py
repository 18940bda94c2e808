"""Ward's and average linkage of weighted points, nearest first, ties as R breaks them."""

from __future__ import annotations

import numpy as np

from skillsfc.transitions.records import Floats, Whole

Merges = tuple[Whole, Floats]


def agglomerate(matrix: Floats, weight: Floats, *, method: str) -> Merges:
    r"""Return merges of points into one cluster, the nearest first, and their heights.

    Parameters
    ----------
    matrix : array [points, points]
        Distances; not changed.
    weight : array
        Weight of each point, more than 0: w persons with the same sequence are one point.
    method : {"ward", "average"}
        Ward's criterion on distances as if they were Euclidean (``ward.D2`` of R), or the mean
        distance between members.

    Returns
    -------
    tuple of array
        Pairs of points, one of each of the two clusters merged, and the height, sorted by height.

    Notes
    -----
    Lance and Williams' update with weights; with weights all 1 it is that of R's ``hclust``, and
    with whole weights w it is what w copies of the point would give, because copies merge first at
    height 0. That is why Ward starts from :math:`d_{ij} \sqrt{2 w_i w_j / (w_i + w_j)}`. The
    nearest pair merges first; among equally near pairs the one with the lowest first point, then
    the lowest second, as R does it. Each point remembers its nearest later point, so that the work
    is about the square of the number of points.

    References
    ----------
    Murtagh and Legendre (2014), Ward's hierarchical agglomerative clustering method, Journal of
    Classification 31(3), 274-295, doi 10.1007/s00357-014-9161-z.

    Examples
    --------
    >>> line = np.abs(np.subtract.outer([0.0, 1.0, 10.0], [0.0, 1.0, 10.0]))
    >>> pairs, heights = agglomerate(line, np.ones(3), method="average")
    >>> pairs.tolist(), heights.tolist()
    ([[0, 1], [0, 2]], [1.0, 9.5])
    """
    ward = method == "ward"
    size = weight.astype(np.float64).copy()
    near = matrix.astype(np.float64).copy()
    if ward:
        near *= near
        near *= 2 * (size[:, None] * size) / (size[:, None] + size)
    np.fill_diagonal(near, np.inf)
    count = len(near)
    neighbour, gap = np.zeros(count, dtype=np.int64), np.full(count, np.inf)
    for early in range(count - 1):
        _look(near, early, neighbour, gap)
    pairs, heights = np.empty((count - 1, 2), dtype=np.int64), np.empty(count - 1)
    for step in range(count - 1):
        low = int(gap.argmin())
        high = int(neighbour[low])
        pairs[step], heights[step] = (low, high), gap[low]
        merged = _merged(near, size, low, high, ward)
        gap[high] = np.inf
        nearer = np.flatnonzero(merged[:low] < gap[:low])
        gap[nearer], neighbour[nearer] = merged[nearer], low
        stale = (neighbour == low) | (neighbour == high)
        stale[low] = True
        for point in np.flatnonzero(stale & (np.isfinite(gap) | (np.arange(count) == low))):
            _look(near, int(point), neighbour, gap)
    order = np.argsort(heights, kind="stable")
    return pairs[order], np.sqrt(heights[order]) if ward else heights[order]


def _look(near: Floats, point: int, neighbour: Whole, gap: Floats) -> None:
    """Find the nearest of the later points, the first of them if several are as near."""
    later = near[point, point + 1 :]
    if len(later):
        place = int(later.argmin())
        neighbour[point], gap[point] = place + point + 1, later[place]
    else:
        gap[point] = np.inf


def _merged(near: Floats, size: Floats, low: int, high: int, ward: bool) -> Floats:
    """Put the merged cluster into the place of ``low``, close ``high``, return the distances."""
    first, second, apart = size[low], size[high], near[low, high]
    if ward:
        made = (first + size) * near[low] + (second + size) * near[high] - size * apart
        made /= first + second + size
    else:
        made = (first * near[low] + second * near[high]) / (first + second)
    made[[low, high]] = np.inf
    near[low] = near[:, low] = made
    near[high] = near[:, high] = np.inf
    size[low] = first + second
    return np.asarray(made)


def cut_tree(merges: Merges, clusters: int) -> Whole:
    """Return the cluster 0, 1, ... of each point when the tree is cut into so many.

    Examples
    --------
    >>> cut_tree((np.array([[0, 1], [1, 2]]), np.array([1.0, 9.5])), 2).tolist()
    [0, 0, 1]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(merges[0]) + 1
    joined = merges[0][: count - clusters]
    graph = coo_array((np.ones(len(joined)), (joined[:, 0], joined[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
