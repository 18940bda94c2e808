"""Sweeps over the margins of many tables at once, in factor form: tables are read, never written.

The sum of a table times its factors over the cells of a margin is a chain of small products.
Margins are split in two groups, again and again: the factors of one group are applied to the table
once, and all margins of the other group then work on the smaller table that is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from math import prod

import numpy as np

from skillsfc.forecast.balancing.layout import Array, Layout

LETTERS = "abcdefghijklmnopqrstuvwxy"  # z is the axis of tables

# Update of one margin: (margin, sums without its factor, for each table of signs) -> new factor.
Update = Callable[[int, Sequence[Array], Array], Array]


@dataclass(frozen=True)
class Contraction:
    """One product of tables with a factor, and the sum over the axes that are needed no more.

    Parameters
    ----------
    margin : int
        Whose factor.
    table, factor, kept : tuple of int
        Axes of the table, of the factor and of what is left, ascending.
    shape : tuple of int
        Lengths of all axes of the layout.
    """

    margin: int
    table: tuple[int, ...]
    factor: tuple[int, ...]
    kept: tuple[int, ...]
    shape: tuple[int, ...]

    @cached_property
    def apply(self) -> Callable[[Array, Array], Array]:
        """Return the function of ``table[table, ...]`` and ``factor[table, ...]``.

        Both have the axis of tables in front, of length 1 where all tables share it.
        """
        summed = [axis for axis in self.table if axis not in self.kept]
        if not summed:
            return self._scale
        places = [self.table.index(axis) for axis in summed]
        ends = (range(len(places)), range(len(self.table) - len(places), len(self.table)))
        if set(summed) == set(self.factor) and places in [list(end) for end in ends]:
            return self._matrix
        last = self.table[-1]
        alone = [axis for axis in self.kept if axis not in self.factor]
        if len(summed) == 1 and alone and (last in alone or last in summed):
            return self._stack
        return self._sum

    def _lengths(self, axes: Sequence[int]) -> tuple[int, ...]:
        return tuple(self.shape[axis] for axis in axes)

    @cached_property
    def _beside(self) -> tuple[int, ...]:
        return tuple(self.shape[axis] if axis in self.factor else 1 for axis in self.table)

    def _spread(self, factor: Array) -> Array:
        return factor.reshape(factor.shape[0], *self._beside)

    def _scale(self, table: Array, factor: Array) -> Array:
        return np.asarray(table * self._spread(factor))

    @cached_property
    def _subscripts(self) -> str:
        names = [
            "z" + "".join(LETTERS[axis] for axis in axes)
            for axes in (self.table, self.factor, self.kept)
        ]
        return f"{names[0]},{names[1]}->{names[2]}"

    def _sum(self, table: Array, factor: Array) -> Array:
        return np.asarray(np.einsum(self._subscripts, table, factor))

    def _matrix(self, table: Array, factor: Array) -> Array:
        """Sum all axes of the factor, which stand at one end: a matrix times a vector."""
        rest = self._lengths(self.kept)
        size, summed = prod(rest), prod(self._lengths(self.factor))
        vector = factor.reshape(factor.shape[0], summed)
        first = self.table[0] == self.factor[0]
        flat = table.reshape(table.shape[0], *((summed, size) if first else (size, summed)))
        if table.shape[0] == 1:  # one seed for all tables: a single product of two matrices
            made = vector @ (flat[0] if first else flat[0].T)
        elif first:
            made = np.matmul(vector[:, None, :], flat)[:, 0]
        else:
            made = np.matmul(flat, vector[:, :, None])[:, :, 0]
        return np.asarray(made.reshape(made.shape[0], *rest))

    @cached_property
    def _stacked(self) -> tuple[bool, tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """Return whether the sum runs over the last axis, and the orders of axes for `_stack`."""
        summed = next(axis for axis in self.table if axis not in self.kept)
        beside = [axis for axis in self.kept if axis not in self.factor][-1]
        stack = [axis for axis in self.kept if axis != beside]
        last = self.table[-1] == summed
        order = [*stack, *((beside, summed) if last else (summed, beside))]
        vector = [self.table.index(axis) + 1 for axis in [*stack, summed, beside]]
        made = [*stack, beside]
        return (
            last,
            (0, *(self.table.index(axis) + 1 for axis in order)),
            (0, *vector),
            (0, *(made.index(axis) + 1 for axis in self.kept)),
        )

    def _stack(self, table: Array, factor: Array) -> Array:
        """Sum one axis: a matrix times a vector for every combination of the other axes."""
        last, order, vector, back = self._stacked
        columns = self._spread(factor).transpose(vector)  # [..., summed, 1]
        matrices = table.transpose(order)
        if last:
            return np.asarray(np.matmul(matrices, columns)[..., 0].transpose(back))
        made = np.matmul(columns.swapaxes(-1, -2), matrices)[..., 0, :]
        return np.asarray(made.transpose(back))


@dataclass(frozen=True)
class Split:
    """A group of margins: one, or two groups with what leads from the table to each."""

    margins: tuple[int, ...]
    to_left: tuple[Contraction, ...] = ()
    to_right: tuple[Contraction, ...] = ()
    left: Split | None = None
    right: Split | None = None


@cache
def plan_sweep(layout: Layout) -> Split:
    """Return the order of work that reads and makes the fewest cells.

    Examples
    --------
    >>> plan = plan_sweep(Layout((2, 3, 4), ((0,), (1,), (2,))))
    >>> plan.left.margins, plan.right.margins
    ((0, 1), (2,))
    """
    everything = tuple(range(len(layout.shape)))
    return _split(layout, tuple(range(len(layout.margins))), everything)


def _split(layout: Layout, margins: tuple[int, ...], axes: tuple[int, ...]) -> Split:
    if len(margins) == 1:
        return Split(margins)
    best: tuple[int, tuple[int, ...], tuple[int, ...]] | None = None
    for size in range(1, len(margins)):
        for left in combinations(margins, size):
            right = tuple(margin for margin in margins if margin not in left)
            cost = sum(prod(layout.shape[a] for a in _axes(layout, side)) for side in (left, right))
            # Among equals the group that comes last is the smaller one: it is exact in the end.
            if best is None or (cost, -size) < (best[0], -len(best[1])):
                best = (cost, left, right)
    assert best is not None  # noqa: S101  (two margins always have a split)
    _, left, right = best
    return Split(
        margins,
        _lead(layout, axes, keep=left, apply=right),
        _lead(layout, axes, keep=right, apply=left),
        _split(layout, left, _axes(layout, left)),
        _split(layout, right, _axes(layout, right)),
    )


def _axes(layout: Layout, margins: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted({axis for margin in margins for axis in layout.margins[margin]}))


def _lead(
    layout: Layout, axes: tuple[int, ...], *, keep: tuple[int, ...], apply: tuple[int, ...]
) -> tuple[Contraction, ...]:
    """Return the contractions that apply some factors and leave the axes that others need."""
    steps = []
    waiting = list(apply)
    while waiting:
        kept = {
            margin: tuple(
                axis for axis in axes if axis in _axes(layout, [*keep, *_others(waiting, margin)])
            )
            for margin in waiting
        }
        # The factor that shrinks the table most goes first.
        margin = min(waiting, key=lambda one: prod(layout.shape[axis] for axis in kept[one]))
        steps.append(Contraction(margin, axes, layout.margins[margin], kept[margin], layout.shape))
        axes = kept[margin]
        waiting.remove(margin)
    return tuple(steps)


def _others(waiting: Sequence[int], margin: int) -> list[int]:
    return [other for other in waiting if other != margin]


def sweep(
    node: Split,
    tables: Sequence[Array],
    factors: list[Array],
    update: Update,
) -> None:
    """Update the factor of every margin once, in place of the list.

    Parameters
    ----------
    node : Split
        The plan.
    tables : sequence of ndarray
        One seed, or its positive part, which is multiplied by the factors, and its negative part,
        which is divided by them.
    factors : list of ndarray[table, *margin shape]
        Replaced one by one.
    update : callable
        Makes a new factor from the sums without it.
    """
    if node.left is None or node.right is None:
        margin = node.margins[0]
        factors[margin] = update(margin, tables, factors[margin])
        return
    for side, steps in ((node.left, node.to_left), (node.right, node.to_right)):
        smaller = []
        for part, table in enumerate(tables):
            left = table
            for step in steps:
                factor = factors[step.margin]
                left = step.apply(left, 1.0 / factor if part else factor)
            smaller.append(left)
        sweep(side, smaller, factors, update)
