"""Which bottom cells make up which aggregate: trees and grouped structures from one description."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from skillsfc.forecast.pooling import Array, Index

Level = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Structure:
    """Aggregates and the bottom cells they are sums of.

    Nodes are numbered level by level, coarse levels first, the bottom last: the order of the rows
    of every array that the kernels of this package take and return.

    Parameters
    ----------
    levels : tuple of tuple of str
        Keys of each level, coarse first; the last is the bottom. ``()`` is the grand total.
    labels : tuple of DataFrame
        The codes of each level's nodes, one row a node.
    members : tuple of ndarray
        For each level but the bottom: the node, counted within the level, of each bottom cell.

    Examples
    --------
    >>> cells = pd.DataFrame({"sector": ["A", "A", "C"], "sex": ["F", "M", "F"]})
    >>> made = build_structure(cells, [(), ("sector",), ("sex",), ("sector", "sex")])
    >>> made.sizes, made.nested
    ((1, 2, 2, 3), False)
    >>> made.matrix.toarray().astype(int).tolist()
    [[1, 1, 1], [1, 1, 0], [0, 0, 1], [1, 0, 1], [0, 1, 0]]
    """

    levels: tuple[Level, ...]
    labels: tuple[pd.DataFrame, ...]
    members: tuple[Index, ...]

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Number of nodes of each level, the bottom last."""
        return tuple(len(label) for label in self.labels)

    @property
    def bottom(self) -> int:
        """Number of bottom cells."""
        return self.sizes[-1]

    @cached_property
    def aggregates(self) -> int:
        """Number of nodes above the bottom."""
        return sum(self.sizes[:-1])

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Number of the first node of each level."""
        return tuple(int(k) for k in np.cumsum((0, *self.sizes[:-1])))

    @cached_property
    def matrix(self) -> sparse.csr_matrix:
        """The summing matrix without its identity: aggregates x bottom cells, 0 or 1."""
        cells = np.arange(self.bottom)
        depth = len(self.members)
        rows = [m + start for m, start in zip(self.members, self.starts, strict=False)]
        where = np.concatenate(rows) if rows else np.zeros(0, np.int64)
        shape = (self.aggregates, self.bottom)
        return sparse.csr_matrix((np.ones(len(where)), (where, np.tile(cells, depth))), shape)

    @cached_property
    def counts(self) -> Array:
        """Number of bottom cells under each node: the row sums of the summing matrix."""
        above = [
            np.bincount(m, minlength=n) for m, n in zip(self.members, self.sizes, strict=False)
        ]
        return np.concatenate([*above, np.ones(self.bottom)]).astype(float)

    @cached_property
    def parents(self) -> tuple[Index, ...] | None:
        """For each level but the first, the node above each of its nodes; None if no tree.

        Examples
        --------
        >>> cells = pd.DataFrame({"sector": ["A", "A", "C"], "occupation": ["1", "2", "1"]})
        >>> tree = build_structure(cells, [(), ("sector",), ("sector", "occupation")])
        >>> [above.tolist() for above in tree.parents]
        [[0, 0], [0, 0, 1]]
        """
        chain = [*self.members, np.arange(self.bottom)]
        found = []
        for k in range(1, len(chain)):
            above = np.empty(self.sizes[k], np.int64)
            above[chain[k]] = chain[k - 1]
            if not np.array_equal(above[chain[k]], chain[k - 1]):
                return None
            found.append(above)
        return tuple(found)

    @property
    def nested(self) -> bool:
        """Whether every node lies in one node of the level above it: a tree, or several."""
        return self.parents is not None

    def level(self, number: int) -> slice:
        """Return the rows of a level's nodes."""
        return slice(self.starts[number], self.starts[number] + self.sizes[number])

    def above(self, number: int) -> Index:
        """Return the node above each node of a level of a tree, counted within its level."""
        return (self.parents or ())[number - 1]

    def sums(self, cells: Array) -> Array:
        """Return the aggregates (n_aggregates, n_columns) of cells; on a tree, level by level."""
        if self.parents is None:
            found: Array = self.matrix @ cells
            return found
        parts = [cells]
        for adder in reversed(self.adders):
            parts.append(adder @ parts[-1])
        return np.concatenate(parts[:0:-1])

    def add_up(self, cells: Array) -> Array:
        """Return the values of all nodes (n_nodes, n_columns) from those of the bottom cells."""
        return np.concatenate([self.sums(cells), cells])

    def spread(self, forces: Array, out: Array | None = None) -> Array:
        """Return, for each bottom cell, the sum of the forces of all aggregates that hold it.

        This is the transpose of `sums`: from (n_aggregates, n_columns) to (n_bottom, n_columns).
        """
        if out is None:
            out = np.empty((self.bottom, forces.shape[1]))
        if self.parents is None:
            out[:] = self.matrix.T @ forces
            return out
        total = forces[self.level(0)]
        for k in range(1, len(self.members)):
            total = total[self.above(k)] + forces[self.level(k)]
        return np.take(total, self.above(len(self.members)), axis=0, out=out, mode="clip")

    @cached_property
    def adders(self) -> tuple[sparse.csr_matrix, ...]:
        """For each level of a tree but the first: the matrix that adds it up to the level above."""
        return tuple(
            sparse.csr_matrix(
                (np.ones(len(above)), (above, np.arange(len(above)))), (self.sizes[k], len(above))
            )
            for k, above in enumerate(self.parents or ())
        )

    def nodes(self) -> pd.DataFrame:
        """Return one row a node: the keys of the bottom, missing where the node sums over them."""
        keys = list(self.levels[-1])
        return pd.concat([label.reindex(columns=keys) for label in self.labels], ignore_index=True)

    def gaps(self, values: Array) -> Array:
        """Return each aggregate's value less the sum of its bottom cells (n_aggregates, ...)."""
        found: Array = values[: self.aggregates] - self.sums(values[self.aggregates :])
        return found


def build_structure(cells: pd.DataFrame, levels: Sequence[Level]) -> Structure:
    """Return the structure whose bottom cells are given; absent combinations do not exist in it.

    Parameters
    ----------
    cells : DataFrame
        The codes of the bottom cells, one row a cell.
    levels : sequence of tuple of str
        Keys of every level; one of them has all keys and is the bottom.

    Returns
    -------
    Structure
        Levels ordered from few nodes to many; within a level nodes are sorted by their codes.

    Examples
    --------
    >>> cells = pd.DataFrame({"sector": ["C", "A"]})
    >>> build_structure(cells, [("sector",), ()]).nodes()["sector"].tolist()
    [nan, 'A', 'C']
    """
    finest = max(levels, key=len)
    ordered = cells[list(finest)].sort_values(list(finest), kind="stable", ignore_index=True)
    found = []
    for level in levels:
        if level == finest:
            continue
        if not level:
            found.append((level, pd.DataFrame(index=[0]), np.zeros(len(ordered), np.int64)))
            continue
        keys = list(level)
        member = ordered.groupby(keys, sort=True).ngroup().to_numpy(np.int64)
        found.append((level, ordered[keys].drop_duplicates().sort_values(keys), member))
    found.sort(key=lambda entry: (len(entry[1]), len(entry[0])))
    return Structure(
        levels=(*(entry[0] for entry in found), finest),
        labels=(*(entry[1].reset_index(drop=True) for entry in found), ordered),
        members=tuple(entry[2] for entry in found),
    )
