"""Which two counts follow the same people: pairs of years that fit the width of the age groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from skillsfc.errors import CoverageError, ParameterError, Problem, listing
from skillsfc.forecast.replacement.ages import USUAL_GAP, AgeGrid

Pair = tuple[int, int]
SUBJECT = "estimate_replacement_demand"


@dataclass(frozen=True)
class CohortPlan:
    """Pairs of years, the time between them, and the age groups followed."""

    pairs: tuple[Pair, ...]
    interval: int
    grid: AgeGrid

    @property
    def years(self) -> tuple[int, ...]:
        """Every year used, sorted."""
        return tuple(sorted({year for pair in self.pairs for year in pair}))

    @property
    def exact(self) -> bool:
        """Whether whole age groups move, so that nobody need be interpolated."""
        return self.interval % self.grid.width == 0


def plan_cohorts(
    available: Sequence[int],
    grids: dict[int, AgeGrid],
    *,
    years: Any = None,
    age_width: int | None = None,
    interpolate: bool = False,
) -> CohortPlan:
    """Choose the pairs of years and the width of cohorts, or say which pairs would do.

    Parameters
    ----------
    available : sequence of int
        Years of the table.
    grids : dict of int to AgeGrid
        Possible grids by width [years].
    years : pair of int, sequence of pairs, optional
        Pairs wanted. By default pairs without overlap, counted back from the last year, at the
        possible distance nearest to five years.
    age_width : int, optional
        Width of the cohorts [years].
    interpolate : bool
        Whether a distance that is no multiple of the width may be bridged.

    Raises
    ------
    CoverageError
        If no pair of years fits.
    ParameterError
        If the pairs asked for are not in the table or of different length, or no such width.
    """
    usable = _usable(grids, age_width)
    if years is None:
        gaps = sorted({b - a for a in available for b in available if b > a})
        exact = [gap for gap in gaps if any(gap % width == 0 for width in usable)]
        chosen = exact or (gaps if interpolate else [])
        if not chosen:
            raise _no_pair(available, usable, None)
        gap = min(chosen, key=lambda g: (abs(g - USUAL_GAP), g))
        pairs = _pairs_back(available, gap)
    else:
        pairs = _as_pairs(years, available)
        gap = pairs[0][1] - pairs[0][0]
    fitting = [width for width in usable if gap % width == 0]
    if not fitting and not interpolate:
        raise _no_pair(available, usable, pairs[0])
    width = min(fitting or usable, key=lambda w: (abs(w - USUAL_GAP), -w))
    return CohortPlan(tuple(pairs), gap, usable[width])


def _usable(grids: dict[int, AgeGrid], age_width: int | None) -> dict[int, AgeGrid]:
    if not grids:
        raise CoverageError(
            "stocks by age",
            [
                Problem(
                    "column 'age'",
                    "no common width: the groups cannot be summed to equal ones",
                    "five-year or ten-year groups, or single years",
                    next_step="Ask the producer for five-year ages, or give fewer years.",
                )
            ],
        )
    if age_width is None:
        return grids
    if not isinstance(age_width, int) or age_width not in grids:
        raise ParameterError(
            SUBJECT, [Problem("age_width", repr(age_width), f"one of {listing(sorted(grids), 20)}")]
        )
    return {age_width: grids[age_width]}


def _pairs_back(available: Iterable[int], gap: int) -> list[Pair]:
    present = set(available)
    ends = sorted((y for y in present if y - gap in present), reverse=True)
    end, found = ends[0], []
    while end - gap in present:
        found.append((end - gap, end))
        end -= gap
    return found[::-1]


def _as_pairs(years: Any, available: Sequence[int]) -> list[Pair]:
    try:
        listed = list(years)
        single = len(listed) == 2 and all(isinstance(y, int | np.integer) for y in listed)
        pairs = [(int(a), int(b)) for a, b in ([listed] if single else listed)]
    except (TypeError, ValueError):
        pairs = []
    if not pairs:
        expected = "(2014, 2019) or [(2009, 2014), (2014, 2019)]"
        raise ParameterError(SUBJECT, [Problem("years", repr(years), expected)])
    problems = []
    absent = sorted({y for pair in pairs for y in pair} - set(available))
    if absent:
        text = f"{listing(absent)} not in the table"
        problems.append(Problem("years", text, listing(available, 30)))
    if any(b <= a for a, b in pairs):
        problems.append(Problem("years", repr(years), "the earlier year first"))
    if len({b - a for a, b in pairs}) > 1:
        step = "Pool pairs of one length; estimate the others apart."
        problems.append(Problem("years", repr(years), "pairs equally far apart", next_step=step))
    if problems:
        raise ParameterError(SUBJECT, problems)
    return sorted(set(pairs))


def _no_pair(
    available: Sequence[int], grids: dict[int, AgeGrid], asked: Pair | None
) -> CoverageError:
    """Say which pairs would follow whole age groups, so that the user can choose one."""
    narrow = min(grids)
    if len(available) < 2:
        found = f"one year, {available[0]}"
        problem = Problem(
            "years", found, "two counts of the same cohorts", next_step=f"Add a count {narrow} "
            f"or {2 * narrow} years away, or use method='separations' with rates.",
        )  # fmt: skip
        return CoverageError("stocks by age", [problem])
    good = [(a, b) for a in available for b in available if b > a and (b - a) % narrow == 0]
    what = f"{asked[0]} and {asked[1]} are {asked[1] - asked[0]} years apart" if asked else (
        f"no two of {listing(available, 20)} are a multiple of {narrow} years apart"
    )  # fmt: skip
    would = f"These would do: {listing(good, 6)}. " if good else ""
    step = f"{would}interpolate=True bridges the difference, at a price."
    expected = f"a multiple of the age width, {narrow} years"
    return CoverageError("stocks by age", [Problem("years", what, expected, next_step=step)])
