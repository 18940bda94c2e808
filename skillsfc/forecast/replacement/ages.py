"""Age groups as a grid of equal width, and the matrix that makes people n years older on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, TableError, listing
from skillsfc.forecast.pooling import Array

USUAL_GAP = 5  # years; width of a cohort where the table leaves the choice
WIDEST = 20  # years


@dataclass(frozen=True)
class AgeGrid:
    """Age groups of one width; the first may be narrower, the last may be open.

    Parameters
    ----------
    lows : tuple of int
        First completed year of each group [years].
    top : int
        First year of the open group, or the first year above the last closed one [years].
    width : int
        Width of every closed group [years].
    is_open : bool
        Whether there is an open group from ``top`` on.
    """

    lows: tuple[int, ...]
    top: int
    width: int
    is_open: bool

    @property
    def labels(self) -> list[str]:
        """Name the groups, such as 15-24 and 65+."""
        ends = [*self.lows[1:], self.top]
        closed = zip(self.lows, ends, strict=True)
        names = [f"{low}-{end - 1}" if end - low > 1 else f"{low}" for low, end in closed]
        return [*names, f"{self.top}+"] if self.is_open else names

    def place(self, low: Array) -> Array:
        """Return the position of the group that holds each age."""
        found = np.searchsorted(np.array([*self.lows, self.top]), low, side="right") - 1
        return np.asarray(found, dtype=np.int64)


def age_bounds(codes: Iterable[str]) -> dict[str, tuple[int, float]]:
    """Return first and last completed year of each age code; the last is infinite if open.

    Examples
    --------
    >>> age_bounds(["17", "15-24", "65+"])
    {'17': (17, 17), '15-24': (15, 24), '65+': (65, inf)}
    """
    found: dict[str, tuple[int, float]] = {}
    for code in codes:
        if code.endswith("+"):
            found[code] = (int(code[:-1]), np.inf)
        else:
            low, _, high = code.partition("-")
            found[code] = (int(low), int(high or low))
    return found


def read_age_groups(ages: Mapping[int, Sequence[str]]) -> dict[int, list[tuple[int, float]]]:
    """Return the ordered age groups of each year, or refuse what overlaps or leaves a gap.

    Parameters
    ----------
    ages : mapping of int to sequence of str
        Age codes by calendar year.

    Returns
    -------
    dict of int to list of (low, high)

    Raises
    ------
    TableError
        If groups of a year overlap or leave ages out, or the years differ in where they begin
        and end.
    """
    groups = {year: sorted(age_bounds(codes).values()) for year, codes in ages.items()}
    problems = []
    for year, spans in groups.items():
        for (low, high), (following, _) in pairwise(spans):
            if following != high + 1:
                what = "overlap" if following <= high else "leave ages out"
                text = f"{low}-{high:g} and the group from {following} {what} in {year}"
                step = "Keep one set of groups that covers every age once."
                problems.append(Problem("column 'age'", text, next_step=step))
    first = {year: spans[0] for year, spans in groups.items()}
    if len({end for _, end in first.values()}) > 1 and len({low for low, _ in first.values()}) > 1:
        text = f"ages start at {listing(sorted({low for low, _ in first.values()}))}"
        problems.append(Problem("column 'age'", text, "the same start in all years"))
    tops = {spans[-1][1] for spans in groups.values()}
    if len(tops) > 1:
        text = f"the last group ends at {', '.join(f'{top:g}' for top in sorted(tops))} (inf: open)"
        step = "Cut the table at the same age in all years."
        problems.append(Problem("column 'age'", text, "the same end in all years", next_step=step))
    if problems:
        raise TableError("stocks by age", problems)
    return groups


def possible_grids(groups: Mapping[int, Sequence[tuple[int, float]]]) -> dict[int, AgeGrid]:
    """Return for every width the grid to which the groups of all years can be summed.

    Notes
    -----
    A grid needs a boundary every ``width`` years in each year's groups. Where several tops do, the
    one that makes the first group full comes first, then the highest.

    Examples
    --------
    >>> five = [(low, low + 4) for low in range(15, 65, 5)] + [(65, float("inf"))]
    >>> ten = [(low, low + 9) for low in range(15, 65, 10)] + [(65, float("inf"))]
    >>> sorted(possible_grids({2010: five, 2020: ten}))
    [10, 20]
    """
    spans = list(groups.values())
    inner = set.intersection(*({low for low, _ in each[1:]} for each in spans))
    start = min(each[0][0] for each in spans)
    last = spans[0][-1][1]
    is_open = not np.isfinite(last)
    tops = sorted(inner, reverse=True) if is_open else [int(last) + 1]
    found = {}
    for width in range(1, WIDEST + 1):
        fitting = [top for top in tops if _fits(top, width, start, inner)]
        if fitting:
            top = max(fitting, key=lambda t: ((t - start) % width == 0, t))
            lows = sorted(low for low in range(top - width, start, -width)) or []
            found[width] = AgeGrid((start, *lows), top, width, is_open)
    return found


def _fits(top: int, width: int, start: int, inner: set[int]) -> bool:
    needed = set(range(top - width, start, -width))
    return needed <= inner and len(needed) >= 1


def ageing_matrix(grid: AgeGrid, years: int) -> Array:
    """Return where the people of each group are some years later if all of them stay.

    Parameters
    ----------
    grid : AgeGrid
        Age groups.
    years : int
        Time between the two counts [years].

    Returns
    -------
    ndarray (groups + 1, groups)
        Share of each group (column) in each later group (row). The last row holds those who are
        older than the last closed group: none if the grid ends with an open group.

    Notes
    -----
    Where the time is a multiple of the width, whole groups move. Otherwise people are taken as
    spread evenly within a group, which moves too many on of a group whose members bunch at its
    young end, as the employed do just before the age of retirement.

    Examples
    --------
    >>> ageing_matrix(AgeGrid((15, 20), 25, 5, True), 5)
    array([[0., 0., 0.],
           [1., 0., 0.],
           [0., 1., 1.],
           [0., 0., 0.]])
    """
    lows = np.array(grid.lows, dtype=float)
    ends = np.append(lows[1:], grid.top)
    later_lows = np.append(lows, grid.top)
    later_ends = np.append(ends, np.inf)
    shifted_low, shifted_end = lows + years, ends + years
    overlap = np.minimum(later_ends[:, None], shifted_end) - np.maximum(
        later_lows[:, None], shifted_low
    )
    shares: Array = np.clip(overlap, 0.0, None) / (ends - lows)
    if not grid.is_open:
        return shares
    open_group = np.zeros((len(later_lows), 1))
    open_group[-1] = 1.0
    whole = np.hstack([shares, open_group])
    found: Array = np.vstack([whole, np.zeros((1, whole.shape[1]))])
    return found


def sum_to_grid(rows: pd.DataFrame, grid: AgeGrid) -> pd.Series:
    """Return the grid's group of every row of a table with ages that fit it."""
    bounds = age_bounds(rows["age"].unique())
    places = {code: int(grid.place(np.array([low]))[0]) for code, (low, _) in bounds.items()}
    return rows["age"].map(places).astype("int64")
