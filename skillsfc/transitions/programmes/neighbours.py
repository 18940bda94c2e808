"""Nearest persons of a pool, all ties included, without a table of all pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skillsfc.transitions.records import Floats, Whole

SAME = 1e-9  # distances that differ by less, relative to the unit of 1 standard deviation, are ties


@dataclass(frozen=True, eq=False, repr=False)
class Neighbours:
    """The nearest persons of each target.

    Parameters
    ----------
    links : sparse matrix [targets, distinct points]
        Parts of each target's neighbours at each point; rows sum to 1, or to 0 without neighbour.
    pool : sparse matrix [distinct points, pool]
        Parts of each point's persons; rows sum to 1.
    counts : array [targets]
        Persons among the neighbours.
    """

    links: Any
    pool: Any
    counts: Floats

    @property
    def found(self) -> Any:
        """Return which targets have a neighbour."""
        return self.counts > 0

    def average(self, values: Floats) -> Floats:
        """Return the mean of values of the pool over each target's neighbours."""
        return np.asarray(self.links @ (self.pool @ values))

    def used(self, weight: Floats) -> Floats:
        """Return how much each person of the pool stands for, given the targets' weights."""
        return np.asarray(self.pool.T @ (self.links.T @ weight))

    def used_squared(self, weight: Floats) -> Floats:
        """Return the sum of squares of what each person of the pool stands for."""
        return np.asarray(self.pool.power(2).T @ (self.links.power(2).T @ weight**2))


def find_neighbours(
    targets: Floats,
    pool: Floats,
    weight: Floats,
    *,
    count: int,
    caliper: float | None = None,
    cells: tuple[Whole, Whole] | None = None,
) -> Neighbours:
    """Return the ``count`` nearest of a pool, and all others as near as the last of them.

    Parameters
    ----------
    targets, pool : array [persons, dimensions]
        Coordinates; distances are Euclidean.
    weight : array [pool]
        Weights of persons at the same distance.
    count : int
        Persons asked for; fewer where the pool has fewer.
    caliper : float, optional
        Largest distance.
    cells : pair of arrays of int, optional
        Cell of each target and of each person of the pool, who must be in the same one.

    Examples
    --------
    >>> made = find_neighbours(np.array([[0.0]]), np.array([[1.0], [-1.0], [3.0]]), np.ones(3),
    ...     count=1)
    >>> made.average(np.array([10.0, 20.0, 99.0])).tolist(), made.counts.tolist()
    ([15.0], [2.0])
    """
    from scipy.sparse import csr_matrix

    own, other = cells if cells is not None else (np.zeros(len(targets)), np.zeros(len(pool)))
    keyed = np.column_stack([other, np.round(pool / SAME) * SAME])
    points, place = np.unique(keyed, axis=0, return_inverse=True)
    place, inner_points = place.ravel(), np.asarray(points[:, 1:], dtype=np.float64)
    mass = np.bincount(place, weight, minlength=len(points))
    people = np.asarray(np.bincount(place, minlength=len(points)), dtype=np.float64)
    rows, columns = list[Whole](), list[Whole]()
    for cell in np.unique(own):
        asked, there = np.flatnonzero(own == cell), np.flatnonzero(points[:, 0] == cell)
        if not len(there):
            continue
        left, right = _nearest(targets[asked], inner_points[there], people[there], count, caliper)
        rows.append(asked[left])
        columns.append(there[right])
    row = np.concatenate([*rows, np.zeros(0, dtype=np.int64)]).astype(np.int64)
    column = np.concatenate([*columns, np.zeros(0, dtype=np.int64)]).astype(np.int64)
    counts = np.asarray(np.bincount(row, people[column], minlength=len(targets)), dtype=np.float64)
    total = np.bincount(row, mass[column], minlength=len(targets))
    shape = (len(targets), len(points))
    links = csr_matrix((mass[column] / total[row], (row, column)), shape=shape)
    inner = csr_matrix(
        (weight / mass[place], (place, np.arange(len(pool)))), shape=(len(points), len(pool))
    )
    return Neighbours(links, inner, counts)


def _nearest(
    targets: Floats, points: Floats, people: Floats, count: int, caliper: float | None
) -> tuple[Whole, Whole]:
    """Return pairs of target and point: points until ``count`` persons, and ties with the last."""
    from scipy.spatial import cKDTree

    ask = cKDTree(points).query
    open_rows, asked = np.arange(len(targets)), min(count + 4, len(points))
    left, right = [], []
    while len(open_rows):
        distance, place = ask(targets[open_rows], k=asked)
        distance, place = distance.reshape(-1, asked), place.reshape(-1, asked)
        reached = np.cumsum(people[place], axis=1) >= count
        last = np.where(reached.any(axis=1), reached.argmax(axis=1), asked - 1)
        edge = distance[np.arange(len(distance)), last] + SAME
        taken = distance <= edge[:, None]
        # The last point asked for is within: there may be more ties behind it.
        unsure = taken[:, -1] & (asked < len(points))
        if caliper is not None:
            taken &= distance <= caliper + SAME
            unsure &= distance[:, -1] <= caliper + SAME
        at, which = np.nonzero(taken & ~unsure[:, None])
        left.append(open_rows[at])
        right.append(place[at, which])
        open_rows, asked = open_rows[unsure], min(4 * asked, len(points))
    return np.concatenate(left), np.concatenate(right)
