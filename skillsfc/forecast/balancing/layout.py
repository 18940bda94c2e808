"""Arrays of a balancing problem in one shape: tables first, axes in the order of their length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skillsfc.errors import ParameterError, Problem, listing

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
SUBJECT = "balance_arrays"
SHOWN = 5


@dataclass(frozen=True)
class Layout:
    """Axes of a table and of its margins.

    Parameters
    ----------
    shape : tuple of int
        Lengths of the axes that some margin has.
    margins : tuple of tuple of int
        Axes of each margin, ascending.
    """

    shape: tuple[int, ...]
    margins: tuple[tuple[int, ...], ...]

    def margin_shape(self, margin: int) -> tuple[int, ...]:
        """Return the lengths of the axes of one margin."""
        return tuple(self.shape[axis] for axis in self.margins[margin])

    def spread(self, values: Array, margin: int) -> Array:
        """View ``values[table, cells of a margin]`` so that it multiplies ``[table, *shape]``."""
        axes = self.margins[margin]
        lengths = [n if axis in axes else 1 for axis, n in enumerate(self.shape)]
        return values.reshape(values.shape[0], *lengths)

    def sum_to(self, tables: Array, margin: int) -> Array:
        """Sum ``[table, *shape]`` to one margin; result ``[table, *margin shape]``."""
        axes = self.margins[margin]
        rest = tuple(axis + 1 for axis in range(len(self.shape)) if axis not in axes)
        return np.asarray(tables.sum(axis=rest))

    def multiply(self, tables: Array, factors: Sequence[Array]) -> Array:
        """Return the tables times one factor for each cell of each margin."""
        product = tables
        for margin, factor in enumerate(factors):
            product = product * self.spread(factor, margin)
        return product


@dataclass(frozen=True)
class Arrays:
    """A seed and its targets, ready to balance.

    Parameters
    ----------
    layout : Layout
        The axes, the shortest first, axes that no margin has left out.
    given : ndarray[tables or 1, *axes as given]
        The seed.
    seeds : list of ndarray[tables or 1, *shape]
        Its positive part and, if there is one, the sizes of its negative part, each summed over
        the axes that no margin has.
    targets : list of ndarray[tables, *margin shape]
        Targets of each margin.
    tables : int
        Number of tables.
    order, free : tuple of int
        Axes of the given seed that became axes of the layout, and those summed away.
    transposed : tuple of tuple of int
        For each margin, which axis of the given target became which axis here.
    """

    layout: Layout
    given: Array
    seeds: list[Array]
    targets: list[Array]
    tables: int
    order: tuple[int, ...]
    free: tuple[int, ...]
    transposed: tuple[tuple[int, ...], ...]

    def given_cell(self, margin: int, cell: Sequence[int]) -> tuple[int, ...]:
        """Return a cell of a margin as the caller counts it."""
        turned = self.transposed[margin]
        return tuple(int(cell[turned.index(axis)]) for axis in range(len(turned)))

    def given_factor(self, factor: Array, margin: int) -> Array:
        """Return a factor ``[table, *margin shape]`` with the axes as the caller ordered them."""
        back = np.argsort(self.transposed[margin])
        return np.ascontiguousarray(factor.transpose(0, *(axis + 1 for axis in back)))

    def given_spread(self, values: np.ndarray, axes: Sequence[int]) -> np.ndarray:
        """View ``[table, *lengths of some axes of the layout]`` beside the seed as it was given."""
        own = [self.order[axis] for axis in axes]
        turned = values.transpose(0, *(int(at) + 1 for at in np.argsort(own)))
        lengths = [1] * (self.given.ndim - 1)
        for axis, length in zip(sorted(own), turned.shape[1:], strict=True):
            lengths[axis] = length
        return turned.reshape(values.shape[0], *lengths)

    def one(self, seeds: Sequence[Array], table: int) -> tuple[list[Array], list[Array]]:
        """Return the parts of the seed and the targets of one table."""
        parts = [seed[min(table, len(seed) - 1)] for seed in seeds]
        return parts, [target[table] for target in self.targets]


def read_arrays(seed: Any, margins: Any, *, batch: bool, signed: bool = False) -> Arrays:
    """Return seed and targets as floating-point arrays with the tables in front.

    Parameters
    ----------
    seed : array
        One table, or tables along the first axis.
    margins : sequence of (axes, target)
        Axes count from 0 inside one table.
    batch : bool
        Whether seed and targets have a first axis of tables (of length 1: the same for all).
    signed : bool
        Whether negative cells are wanted; if not, they are left out of ``seeds``.

    Returns
    -------
    Arrays
        The problem.

    Raises
    ------
    ParameterError
        If the arrays do not fit, listing every problem.
    """
    values = _numbers(seed, "seed")
    pairs = _pairs(margins)
    if not batch:
        values, pairs = values[None], [(axes, target[None]) for axes, target in pairs]
    problems = _shape_problems(values.shape, pairs)
    if problems:
        raise ParameterError(SUBJECT, problems)
    targets = [target for _, target in pairs]
    counts = {array.shape[0] for array in (values, *targets)} - {1}
    if len(counts) > 1:
        found = f"{listing(sorted(counts))} tables in seed and targets"
        raise ParameterError(SUBJECT, [Problem("batch", found, "one number of tables, or 1")])
    _refuse_missing(values, pairs)
    parts = [np.maximum(values, 0.0)] + ([np.maximum(-values, 0.0)] if signed else [])
    tables = counts.pop() if counts else 1
    return _arranged(values, parts, [axes for axes, _ in pairs], targets, tables)


def _numbers(values: Any, where: str) -> Array:
    try:
        return np.asarray(values, dtype="float64")
    except (TypeError, ValueError):
        problem = Problem(where, f"{type(values).__name__} that is no array", "numbers")
        raise ParameterError(SUBJECT, [problem]) from None


def _pairs(margins: Any) -> list[tuple[tuple[int, ...], Array]]:
    example = "a list of (axes, target), such as [((0,), rows), ((1,), columns)]"
    if not isinstance(margins, Sequence) or isinstance(margins, str) or not len(margins):
        found = "empty" if isinstance(margins, Sequence) else type(margins).__name__
        raise ParameterError(SUBJECT, [Problem("margins", found, example)])
    pairs, problems = [], []
    for place, entry in enumerate(margins):
        try:
            axes, target = entry
            whole = (axes,) if isinstance(axes, int | np.integer) else tuple(axes)
            pairs.append((tuple(int(axis) for axis in whole), _numbers(target, f"margin {place}")))
        except (TypeError, ValueError):
            problems.append(Problem(f"margin {place}", "not a pair", example))
    if problems:
        raise ParameterError(SUBJECT, problems)
    return pairs


def _shape_problems(
    whole: tuple[int, ...], pairs: Sequence[tuple[tuple[int, ...], Array]]
) -> list[Problem]:
    shape = whole[1:]
    problems, seen = [], set()
    if not whole or 0 in whole:
        found = "without an axis of tables" if not whole else f"shape {whole}"
        return [Problem("seed", found, "at least one cell")]
    for place, (axes, target) in enumerate(pairs):
        where = f"margin {place}, axes {axes}"
        if any(axis < 0 or axis >= len(shape) for axis in axes):
            problems.append(Problem(where, "no such axis", f"axes 0 to {len(shape) - 1}"))
            continue
        if len(set(axes)) < len(axes):
            problems.append(Problem(where, "an axis twice", "each once"))
            continue
        if frozenset(axes) in seen:
            problems.append(Problem(where, "the same axes as another margin", "one margin each"))
        seen.add(frozenset(axes))
        expected = tuple(shape[axis] for axis in axes)
        if target.ndim != len(axes) + 1 or target.shape[1:] != expected or not target.shape[0]:
            problems.append(Problem(where, f"target of shape {target.shape[1:]}", f"{expected}"))
    return problems


def _refuse_missing(values: Array, pairs: Sequence[tuple[tuple[int, ...], Array]]) -> None:
    problems = []
    named = [("seed", values)]
    named += [(f"margin {n}, axes {axes}", target) for n, (axes, target) in enumerate(pairs)]
    for where, array in named:
        bad = ~np.isfinite(array)
        if bad.any():
            first = [tuple(int(i) for i in cell) for cell in np.argwhere(bad)[:SHOWN]]
            found = f"{int(bad.sum())} missing or infinite values (first at {first}, table first)"
            problems.append(Problem(where, found, "a number in each: missing is not 0"))
    if problems:
        raise ParameterError(SUBJECT, problems)


def _arranged(
    values: Array,
    parts: Sequence[Array],
    axes: Sequence[tuple[int, ...]],
    targets: Sequence[Array],
    tables: int,
) -> Arrays:
    """Sum away the axes of no margin, and put the longest axis last, where memory is read fast."""
    used = sorted({axis for margin in axes for axis in margin})
    free = tuple(axis for axis in range(values.ndim - 1) if axis not in used)
    order = tuple(sorted(used, key=lambda axis: (values.shape[axis + 1], axis)))
    seeds = []
    for part in parts:
        summed = part.sum(axis=tuple(axis + 1 for axis in free)) if free else part
        seeds.append(np.ascontiguousarray(summed.transpose(0, *(used.index(a) + 1 for a in order))))
    place = {axis: at for at, axis in enumerate(order)}
    arranged, transposed = [], []
    for margin, target in zip(axes, targets, strict=True):
        ranks = tuple(sorted(range(len(margin)), key=lambda at: place[margin[at]]))
        turned = np.ascontiguousarray(target.transpose(0, *(at + 1 for at in ranks)))
        arranged.append(np.broadcast_to(turned, (tables, *turned.shape[1:])))
        transposed.append(ranks)
    layout = Layout(
        seeds[0].shape[1:], tuple(tuple(sorted(place[axis] for axis in margin)) for margin in axes)
    )
    return Arrays(layout, values, seeds, arranged, tables, order, free, tuple(transposed))
