"""What is missing, zero, new or impossible in school counts and rates: group, grade and year."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skillsfc.transitions.cohorts.counts import SchoolCounts
from skillsfc.transitions.cohorts.excess import excess_at, total_share
from skillsfc.transitions.cohorts.kernel import Rates
from skillsfc.transitions.cohorts.pairs import Pairs
from skillsfc.transitions.cohorts.tables import Issue
from skillsfc.transitions.records import Flags, Whole

MOST_PLACES = 8  # named in one issue; the tables have them all
STRUCTURE = (
    "a new structure of grades, or a table cut short: rates from before and after may not describe "
    "one system (years= chooses)"
)


def count_issues(counts: SchoolCounts, pairs: Pairs) -> list[Issue]:
    """Return what is missing, zero or new in the counts between first and last grade and year."""
    at = np.arange(counts.enrolled.shape[-1])
    inside = (at >= pairs.first[:, None]) & (at <= pairs.last[:, None])
    pupils = np.where(inside, counts.enrolled, np.nan)
    seen = np.asarray(np.isfinite(pupils).any(axis=2))
    started = np.maximum.accumulate(seen, axis=0)
    within = started & np.maximum.accumulate(seen[::-1], axis=0)[::-1]
    opening = started & (np.cumsum(started, axis=0) == 1)
    top = np.where(pupils > 0, at, -1).max(axis=2)
    again = np.isfinite(np.where(inside, counts.repeating, np.nan))
    silent = seen & ~again.any(axis=2) & ~opening
    unknown = ~again & (pupils > 0) & ~silent[..., None] & ~opening[..., None]
    holes = np.isnan(pupils) & inside & seen[..., None] & (at < top[..., None])
    years, grades, names = counts.years, counts.grades, counts.names

    def cell(place: Whole) -> str:
        return f"grade {grades[place[1]]} in {years[place[0]]}"

    def year(place: Whole) -> str:
        return str(years[place[0]])

    nobody = "nobody enrolled, so no rates of that grade and year"
    return [
        *_named(names, "zero enrolment", pupils == 0, cell, nobody),
        *_named(names, "grade missing", holes, cell, "missing, so no rates that need it"),
        *_named(names, "repeaters missing", unknown, cell, "repeaters missing, so no rates"),
        *_named(names, "year missing", within & ~seen, year, "no pair begins or ends there"),
        *_named(
            names,
            "year without repeaters",
            silent,
            year,
            "no repeaters given, so no pair ends there (absent='zero' if nobody repeated)",
        ),
        *_structure(names, seen, top, years, grades),
    ]


def _named(
    names: list[str], rule: str, found: Flags, place: Callable[[Whole], str], text: str
) -> list[Issue]:
    """Name the places (year, grade) of each group where something was found."""
    issues: list[Issue] = []
    rest = tuple(axis for axis in range(found.ndim) if axis != 1)
    for group in np.flatnonzero(found.any(axis=rest)):
        places = [place(at) for at in np.argwhere(found[:, group])]
        issues.append((rule, names[group], len(places), "warning", f"{shorten(places)}: {text}"))
    return issues


def _structure(
    names: list[str], seen: Flags, top: Whole, years: Whole, grades: Whole
) -> list[Issue]:
    """Tell where the last grade with pupils differs from that of the year seen before."""
    before = np.full(seen.shape[1], -1)
    changes: dict[int, list[str]] = {}
    for at in range(len(seen)):
        there = seen[at] & (top[at] >= 0)
        for group in np.flatnonzero(there & (before >= 0) & (top[at] != before)):
            text = f"grade {grades[top[at, group]]} from {years[at]}"
            changes.setdefault(int(group), []).append(f"{text} (before: {grades[before[group]]})")
        before = np.where(there, top[at], before)
    return [
        ("structure", names[group], len(found), "warning",
         f"last grade is {shorten(found)}: {STRUCTURE}")
        for group, found in sorted(changes.items())
    ]  # fmt: skip


def excess_issues(
    rates: Rates, names: list[str], years: Whole | None, first_grade: int
) -> list[Issue]:
    """Return where more went on or repeated than were there, by group.

    Parameters
    ----------
    years : array of int, optional
        First year of each pair; None where rates were given.
    """
    over, total = excess_at(rates), total_share(rates)
    issues: list[Issue] = []
    for group in np.flatnonzero((over > 0).any(axis=(0, 2))):
        where = np.argwhere(over[:, group] > 0)
        places = [
            f"grade {first_grade + g}{'' if years is None else f' in {years[p]}'} "
            f"({total[p, group, g]:.4f})"
            for p, g in where
        ]
        text = (
            f"promotion, completion and repetition add up to more than 1: {shorten(places)}; "
            "transfers, returners, migration, or errors"
        )
        issues.append(("excess", names[group], len(where), "warning", text))
    return issues


def completion_issues(rates: Rates, names: list[str], first_grade: int) -> list[Issue]:
    """Return where more go on to the next level than complete the one before."""
    short = (rates.completion < rates.onward()) & np.isfinite(rates.completion)
    issues: list[Issue] = []
    for group in np.flatnonzero(short.any(axis=(0, 2))):
        grades = first_grade + np.flatnonzero(short[:, group].any(axis=0))
        text = (
            f"more go on than complete grade {shorten([str(g) for g in grades])}, so nobody is "
            "counted as leaving with that level alone"
        )
        issues.append(("completion", names[group], len(grades), "info", text))
    return issues


def endless_issues(
    rates: Rates, names: list[str], first_grade: int, most_repetitions: int | None
) -> list[Issue]:
    """Return the grades that nobody ever leaves, so that nothing is known beyond them.

    Parameters
    ----------
    rates : Rates
        As used; the first set counts.
    most_repetitions : int, optional
        With a limit on repetitions everybody leaves in the end.
    """
    if most_repetitions is not None:
        return []
    inside, _ = rates.place()
    endless = inside & (rates.repetition[0] >= 1.0)
    issues: list[Issue] = []
    for group in np.flatnonzero(endless.any(axis=1)):
        grades = first_grade + np.flatnonzero(endless[group])
        text = (
            f"all repeat grade {shorten([str(g) for g in grades])}, for ever: no survival beyond "
            "it, no graduates and no efficiency (most_repetitions= sets an end)"
        )
        issues.append(("endless repetition", names[group], len(grades), "warning", text))
    return issues


def unknown_issues(rates: Rates, names: list[str], first_grade: int) -> list[Issue]:
    """Return the grades without rates, so that nothing is known beyond them."""
    inside, _ = rates.place()
    none = inside & (np.isnan(rates.onward()[0]) | np.isnan(rates.repetition[0]))
    issues: list[Issue] = []
    for group in np.flatnonzero(none.any(axis=1)):
        grades = first_grade + np.flatnonzero(none[group])
        text = (
            f"no pair of years has promotion and repetition of grade "
            f"{shorten([str(g) for g in grades])}: no survival beyond grade {grades[0]}, no "
            "graduates and no efficiency"
        )
        issues.append(("no rates", names[group], len(grades), "warning", text))
    return issues


def emptied_issues(counts: SchoolCounts, pairs: Pairs) -> list[Issue]:
    """Return where promotion is 0 because a grade and year has no pupils at all."""
    at = pairs.years - counts.first_year + 1
    above = np.full(pairs.pupils.shape, np.nan)
    above[..., :-1] = counts.enrolled[at][..., 1:]
    inside, final = pairs.rates().place()
    found = (above == 0) & (pairs.pupils > 0) & (pairs.promoted == 0) & inside & ~final

    def cell(place: Whole) -> str:
        return f"from grade {counts.grades[place[1]]} in {pairs.years[place[0]]}"

    text = (
        "nobody counted as promoted, for the grade above has no pupils a year later; this lowers "
        "survival (if that 0 means not known, leave its row out)"
    )
    return _named(counts.names, "promotion zero", np.asarray(found), cell, text)


def shorten(places: list[str]) -> str:
    """Return the first places in words, and how many more there are."""
    rest = len(places) - MOST_PLACES
    shown = ", ".join(places[:MOST_PLACES])
    return f"{shown} and {rest} more" if rest > 0 else shown
