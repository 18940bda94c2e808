"""Pupils, repeaters and graduates as arrays by year, group and grade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, TableError, listing
from skillsfc.transitions.cohorts.tables import Issue, series_name
from skillsfc.transitions.records import Flags, Floats, Whole


@dataclass(frozen=True)
class SchoolCounts:
    """Persons by year, group and grade; missing is not a number, never zero.

    Parameters
    ----------
    enrolled, repeating, graduated : arrays (years, groups, grades)
        Graduates stand at the last grade of their level.
    groups : DataFrame
        One row a group; no columns where there is one only.
    first_year, first_grade : int
        Of the axes; years and grades follow one by one.
    issues : tuple
        What was found.
    """

    enrolled: Floats
    repeating: Floats
    graduated: Floats
    groups: pd.DataFrame
    first_year: int
    first_grade: int
    issues: tuple[Issue, ...] = ()

    @property
    def names(self) -> list[str]:
        """Name of each group, for messages."""
        columns = [str(name) for name in self.groups.columns]
        rows = self.groups.to_numpy().tolist()
        return [series_name(dict(zip(columns, row, strict=True))) for row in rows]

    @property
    def grades(self) -> Whole:
        """Grades of the axis."""
        return self.first_grade + np.arange(self.enrolled.shape[-1])

    @property
    def years(self) -> Whole:
        """Years of the axis."""
        return self.first_year + np.arange(len(self.enrolled))


def build_counts(
    enrolment: pd.DataFrame, repeaters: pd.DataFrame, *, keys: Sequence[str], absent: str
) -> SchoolCounts:
    """Lay checked tables out as arrays by year, every key of a group, and grade.

    Raises
    ------
    TableError
        If repeaters outnumber the pupils of their own grade.
    """
    groups = enrolment[list(keys)].drop_duplicates()
    groups = groups.sort_values(list(keys)) if keys else groups.iloc[:1]
    groups = groups.reset_index(drop=True)
    first, low = int(enrolment["year"].min()), int(enrolment["grade"].min())
    shape = (
        int(enrolment["year"].max()) - first + 1,
        len(groups),
        int(enrolment["grade"].max()) - low + 1,
    )
    empty = np.full(shape, np.nan)
    counts = SchoolCounts(empty, empty, empty, groups, first, low)
    enrolled, _ = _lay_out(enrolment, counts)
    repeating, issues = _lay_out(repeaters, counts, "repeaters")
    counts = replace(counts, enrolled=enrolled, repeating=repeating, issues=issues)
    if absent == "zero":
        known = np.where(np.isnan(repeating) & np.isfinite(enrolled), 0.0, repeating)
        counts = replace(counts, repeating=known, issues=(*issues, *_silent_years(counts)))
    _refuse_too_many_repeaters(counts)
    return counts


def _silent_years(counts: SchoolCounts) -> list[Issue]:
    """Tell of years in which a group has not one row of repeaters, if absent rows mean nobody."""
    seen: Flags = np.asarray((counts.enrolled > 0).any(axis=2))
    # The first year needs none: a pair of years takes the repeaters of its second.
    seen[0] = False
    silent: Flags = seen & ~np.asarray(np.isfinite(counts.repeating).any(axis=2))
    issues: list[Issue] = []
    for group in np.flatnonzero(silent.any(axis=0)).tolist():
        years = counts.years[silent[:, group]]
        text = f"not one row of repeaters in {listing(years)}, taken as nobody (absent='zero')"
        issues.append(("no repeaters", counts.names[group], len(years), "warning", text))
    return issues


def add_graduates(
    counts: SchoolCounts,
    graduates: pd.DataFrame | None,
    levels: dict[str, int] | None,
    highest: int | None,
    subject: str,
) -> SchoolCounts:
    """Return the counts with graduates at the last grade of their level.

    Raises
    ------
    TableError
        If there are several levels, and nothing says which grade ends each.
    """
    if graduates is None:
        return counts
    last = counts.first_grade + last_places(counts.enrolled, counts.first_grade, highest)
    rows, told = _graduates_at_grades(graduates, levels, counts.groups, last, subject)
    graduated, lost = _lay_out(rows, counts, "graduates")
    return replace(counts, graduated=graduated, issues=(*counts.issues, *told, *lost))


def _lay_out(
    rows: pd.DataFrame, counts: SchoolCounts, name: str = ""
) -> tuple[Floats, tuple[Issue, ...]]:
    """Sum rows into their cells; a cell without rows, or with a missing one, is missing."""
    shape, keys = counts.enrolled.shape, list(counts.groups.columns)
    if keys:
        numbered = counts.groups.assign(_group=np.arange(len(counts.groups)))
        place = rows[keys].merge(numbered, on=keys, how="left")["_group"].to_numpy(dtype=float)
    else:
        place = np.zeros(len(rows))
    year = rows["year"].to_numpy() - counts.first_year
    grade = rows["grade"].to_numpy(dtype=float) - counts.first_grade
    kept = np.isfinite(place) & (year >= 0) & (year < shape[0])
    kept &= (grade >= 0) & (grade < shape[2])
    at = (year[kept].astype(int), place[kept].astype(int), grade[kept].astype(int))
    total, rows_there = np.zeros(shape), np.zeros(shape)
    np.add.at(total, at, rows["persons"].to_numpy(dtype=float)[kept])
    np.add.at(rows_there, at, 1.0)
    lost = int(np.isnan(place).sum())
    text = f"rows of {name} belong to no group of pupils; left out"
    issues: tuple[Issue, ...] = ((f"{name} left out", "all", lost, "warning", text),)
    return np.where(rows_there > 0, total, np.nan), issues if lost else ()


def last_places(enrolled: Floats, first_grade: int, highest: int | None) -> Whole:
    """Return the place of the last grade with pupils in a group's latest year.

    Parameters
    ----------
    enrolled : array (years, groups, grades)
        Pupils.
    first_grade : int
        Grade of the first place.
    highest : int, optional
        Grade above which none is taken.
    """
    there = np.asarray(enrolled > 0)
    seen = np.asarray(there.any(axis=2))
    latest = len(there) - 1 - seen[::-1].argmax(axis=0)
    top = there[latest, np.arange(there.shape[1])]
    places: Whole = top.shape[1] - 1 - top[:, ::-1].argmax(axis=1)
    return places if highest is None else np.minimum(places, highest - first_grade)


def _graduates_at_grades(
    graduates: pd.DataFrame,
    levels: dict[str, int] | None,
    groups: pd.DataFrame,
    last: Whole,
    subject: str,
) -> tuple[pd.DataFrame, list[Issue]]:
    """Give every row of graduates the grade that ends its level."""
    if "grade" in graduates:
        return graduates, []
    found = sorted(graduates["qualification"].unique()) if "qualification" in graduates else []
    if found and levels is not None:
        ends = graduates["qualification"].map(levels)
        out = [name for name in found if name not in levels]
        text = f"graduates of {listing(out)}: levels names no grade for them; left out"
        issues: list[Issue] = [("graduates left out", "all", len(out), "info", text)]
        return graduates.assign(grade=ends)[ends.notna()], issues if out else []
    if len(found) > 1:
        step = "Say which grade ends each: levels={'2': 9, '3': 12}."
        problem = Problem("graduates", f"levels {listing(found)}, no grade", "levels=", "", step)
        raise TableError(subject, [problem])
    # One level, or none named: the graduates are those of a group's last grade.
    if not len(groups.columns):
        return graduates.assign(grade=last[0]), []
    ends_at = groups.assign(grade=last)
    return graduates.merge(ends_at, on=list(groups.columns), how="left"), []


def _refuse_too_many_repeaters(counts: SchoolCounts) -> None:
    more = np.asarray(counts.repeating > counts.enrolled)
    if not more.any():
        return
    names, problems = counts.names, []
    for year, group, grade in np.argwhere(more)[:20]:
        at = f"{names[group]} {counts.years[year]}, grade {counts.grades[grade]}"
        found = f"{counts.repeating[year, group, grade]:,.0f} repeaters"
        expected = f"at most its {counts.enrolled[year, group, grade]:,.0f} pupils"
        step = "Are the two tables of the same year and grades?"
        problems.append(Problem(at, found, expected, next_step=step))
    rest = int(more.sum()) - len(problems)
    if rest > 0:
        problems.append(Problem("further cells", f"{rest} more with too many repeaters"))
    raise TableError("repeaters table", problems)


def cut_to_grades(counts: SchoolCounts, span: tuple[int, int] | None) -> SchoolCounts:
    """Return the counts with grades outside a span missing, but for the next one's promoted."""
    if span is None:
        return counts
    low, high = (g - counts.first_grade for g in span)
    return replace(
        counts,
        enrolled=counts.enrolled[..., max(low, 0) : high + 2],
        repeating=counts.repeating[..., max(low, 0) : high + 2],
        graduated=counts.graduated[..., max(low, 0) : high + 2],
        first_grade=max(span[0], counts.first_grade),
    )
