"""Pairs of consecutive years: how many went on, repeated and completed, of how many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skillsfc.errors import CoverageError, Problem, listing
from skillsfc.transitions.cohorts.counts import SchoolCounts, last_places
from skillsfc.transitions.cohorts.kernel import Rates
from skillsfc.transitions.cohorts.tables import Issue
from skillsfc.transitions.records import Flags, Floats, Whole


@dataclass(frozen=True)
class Pairs:
    """Numerators and denominators of rates, by pair of years, group and grade.

    Parameters
    ----------
    pupils : array (pairs, groups, grades)
        Pupils in the first year.
    promoted, repeated, completed : arrays
        What became of them; missing where a count is.
    first, last : arrays of int (groups)
        Places of first and last grade.
    years : array of int
        First year of each pair.
    """

    pupils: Floats
    promoted: Floats
    repeated: Floats
    completed: Floats
    first: Whole
    last: Whole
    years: Whole

    def rates(self, weights: Floats | None = None) -> Rates:
        """Return rates of each pair, or pooled: sums of persons over sums of pupils.

        Parameters
        ----------
        weights : array (sets, pairs), optional
            How often each pair counts in each set of pooled rates.
        """
        return Rates(
            self._share(self.promoted, weights),
            self._share(self.repeated, weights),
            self._share(self.completed, weights),
            self.first,
            self.last,
        )

    def _share(self, persons: Floats, weights: Floats | None) -> Floats:
        known = np.isfinite(persons) & (self.pupils > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            if weights is None:
                share: Floats = np.where(known, persons / self.pupils, np.nan)
                return share
            above = np.tensordot(weights, np.where(known, persons, 0.0), axes=1)
            below = np.tensordot(weights, np.where(known, self.pupils, 0.0), axes=1)
            return np.where(below > 0, above / below, np.nan)

    def seen(self) -> Whole:
        """Return how many pairs stand behind each group's rates: of the grade with fewest."""
        inside = self.rates().place()[0]
        known = np.isfinite(self.rates().onward()) & np.isfinite(self.rates().repetition)
        counted = np.where(inside, known.sum(axis=0), len(self.years))
        fewest: Whole = counted.min(axis=-1)
        return fewest

    def jackknife(self) -> Floats:
        """Return weights of all pairs together, then of all pairs but one."""
        count = len(self.years)
        return np.vstack([np.ones(count), 1.0 - np.eye(count)])


def pair_years(counts: SchoolCounts, last_grade: int | None = None) -> Pairs:
    """Set each year beside the next.

    Of the last grade those count who complete it. Where a group has no graduates but a grade above,
    those who go on to it stand for them.
    """
    base, later = counts.enrolled[:-1], counts.enrolled[1:] - counts.repeating[1:]
    promoted = np.full_like(base, np.nan)
    promoted[..., :-1] = later[..., 1:]
    there = counts.enrolled > 0
    first = there.any(axis=0).argmax(axis=-1)
    top = last_places(counts.enrolled, counts.first_grade, last_grade)
    completed = counts.graduated[:-1].copy()
    every = np.arange(len(top))
    final = completed[:, every, top]
    none = np.isnan(final).all(axis=0)
    completed[:, every, top] = np.where(none, promoted[:, every, top], final)
    return Pairs(base, promoted, counts.repeating[1:], completed, first, top, counts.years[:-1])


def choose_pairs(pairs: Pairs, years: Any, subject: str, issues: Iterable[Issue] = ()) -> Pairs:
    """Return the pairs that begin in the years asked for; by default all that have rates.

    Parameters
    ----------
    issues : iterable of Issue
        What was found in the counts; sums that lack a part are told where no pair is left.

    Raises
    ------
    CoverageError
        If no pair of consecutive years has rates, or a year asked for begins none.
    """
    rates = pairs.rates()
    leaves = np.isfinite(rates.promotion) | np.isfinite(rates.passing())
    both = leaves & np.isfinite(rates.repetition)
    known = np.asarray(both.any(axis=(1, 2)))
    usable = pairs.years[known]
    if not len(usable):
        step = (
            "Repetition and promotion need pupils of one year, and pupils and repeaters of the "
            "next. Where nobody repeats and no table says so: absent='zero'."
        )
        problem = Problem("years", "no two in a row with rates", "a pair", next_step=step)
        broken = [
            Problem(series, text) for rule, series, _, _, text in issues if rule == "part missing"
        ]
        raise CoverageError(subject, [problem, *broken])
    if years is None:
        return _take(pairs, known)
    asked = list(years) if isinstance(years, Iterable) and not isinstance(years, str) else [years]
    absent = [year for year in asked if year not in usable.tolist()]
    if absent or not asked:
        found = f"{listing(absent)} begins no pair with rates" if absent else "none"
        raise CoverageError(subject, [Problem("years", found, f"of {listing(usable, 30)}")])
    return _take(pairs, np.isin(pairs.years, asked))


def _take(pairs: Pairs, kept: Flags) -> Pairs:
    return replace(
        pairs,
        pupils=pairs.pupils[kept],
        promoted=pairs.promoted[kept],
        repeated=pairs.repeated[kept],
        completed=pairs.completed[kept],
        years=pairs.years[kept],
    )
