"""What can be said of seeds and targets before anything is balanced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from skillsfc.forecast.balancing.layout import Array, Arrays, Flags, Layout

PART = 0.1  # of the tolerance: targets may differ by so much in their common sums


@dataclass(frozen=True)
class Finding:
    """One reason why a table cannot be balanced.

    Parameters
    ----------
    kind : str
        ``totals``: two margins have different totals; ``shared``: different sums over the axes that
        they share; ``empty``: a target that no cell of the seed can carry; ``negative_seed``,
        ``negative_target``: values below 0 where the method needs none.
    table, margin : int
        Where; margin -1 is the seed.
    other : int
        The second margin of a difference.
    cell : tuple of int
        Cell of the margin or of the shared axes (in the order of the layout), or of the seed.
    values : tuple of float
        The two sums; the target; the value.
    count : int
        Cells like this one in the same table and margin.
    """

    kind: str
    table: int
    margin: int
    other: int = -1
    cell: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    count: int = 1


@dataclass
class Reduced:
    """Seeds without the cells that a target of 0 empties, and what is impossible in them."""

    seeds: list[Array]
    findings: list[Finding]


def find_negatives(arrays: Arrays) -> list[Finding]:
    """Return values below 0, which proportional fitting cannot take; cells as the caller counts."""
    found = []
    for margin, values in [(-1, arrays.given), *enumerate(arrays.targets)]:
        below = values < 0
        if not below.any():
            continue
        below = np.broadcast_to(below, (arrays.tables, *below.shape[1:]))
        for table in np.flatnonzero(below.reshape(len(below), -1).any(axis=1)):
            cells = np.argwhere(below[table])
            value = float(values[(min(int(table), len(values) - 1), *cells[0])])
            cell = tuple(int(i) for i in cells[0])
            kind = "negative_seed" if margin < 0 else "negative_target"
            found.append(Finding(kind, int(table), margin, -1, cell, (value,), len(cells)))
    return found


def find_differences(
    layout: Layout, targets: Sequence[Array], chosen: Sequence[int], tolerance: float
) -> list[Finding]:
    """Return pairs of margins whose targets do not have the same sums where both speak.

    Parameters
    ----------
    layout : Layout
        The axes.
    targets : sequence of ndarray[table, *margin shape]
        Targets of all margins.
    chosen : sequence of int
        Margins to compare.
    tolerance : float
        Relative tolerance of the balancing.
    """
    found = []
    for one, two in combinations(chosen, 2):
        shared = tuple(a for a in layout.margins[one] if a in layout.margins[two])
        sums = [_to_axes(layout, targets[margin], margin, shared) for margin in (one, two)]
        gross = [_to_axes(layout, np.abs(targets[m]), m, shared) for m in (one, two)]
        scale = np.maximum(*gross)
        apart = np.abs(sums[0] - sums[1]) > PART * tolerance * scale
        for table in np.flatnonzero(apart.reshape(len(apart), -1).any(axis=1)):
            both = [side[table] for side in sums]
            totals = tuple(float(s.sum()) for s in both)
            size = PART * tolerance * float(scale[table].sum())
            if abs(totals[0] - totals[1]) > size or not shared:
                found.append(Finding("totals", int(table), one, two, (), totals))
                continue
            cells = np.argwhere(apart[table])
            cell = tuple(int(i) for i in cells[0])
            pair = (float(both[0][cell]), float(both[1][cell]))
            found.append(Finding("shared", int(table), one, two, cell, pair, len(cells)))
    return found


def _to_axes(layout: Layout, values: Array, margin: int, axes: tuple[int, ...]) -> Array:
    own = layout.margins[margin]
    rest = tuple(place + 1 for place, axis in enumerate(own) if axis not in axes)
    return np.asarray(values.sum(axis=rest))


def reduce_problem(
    layout: Layout,
    seeds: Sequence[Array],
    targets: Sequence[Array],
    *,
    hard: Sequence[Flags] | None = None,
) -> Reduced:
    """Empty the cells that targets of 0 empty, and find targets that no cell can carry.

    Parameters
    ----------
    layout : Layout
        The axes.
    seeds : sequence of ndarray[table or 1, *shape]
        Sizes of the positive and, for signed tables, of the negative cells.
    targets : sequence of ndarray[table, *margin shape]
        Targets; NaN where a target does not count.
    hard : sequence of ndarray of bool[table, *margin shape], optional
        Which targets must be met. Default: all.
    """
    parts = list(seeds)
    while True:
        carried, changed = [], False
        for margin, target in enumerate(targets):
            able = [layout.sum_to(part, margin) > 0 for part in parts]
            up, down = able[0], able[1] if len(able) > 1 else np.zeros_like(able[0])
            # A sum of 0 over cells of one sign leaves none of them.
            empties = (target == 0) & (up ^ down)
            if empties.any():
                keep = layout.spread(np.where(empties, 0.0, 1.0), margin)
                parts = [part * keep for part in parts]
                changed = True
            carried.append(np.where(target > 0, up, down))
        if not changed:
            break
    found = []
    for margin, (target, fine) in enumerate(zip(targets, carried, strict=True)):
        lost = ~fine & (target != 0) & (True if hard is None else hard[margin])
        for table, *place in np.argwhere(lost):
            cell = tuple(int(i) for i in place)
            value = float(target[(table, *cell)])
            found.append(Finding("empty", int(table), margin, -1, cell, (value,)))
    return Reduced(parts, found)
