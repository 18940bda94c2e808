"""New entrants of coming years: given, or children of entry age times the share who enter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc.checks import check
from skillsfc.errors import CoverageError, ParameterError, Problem, TableError, listing
from skillsfc.transitions.cohorts.matching import (
    lay_out_years,
    left_out,
    match_groups,
    refuse_holes,
)
from skillsfc.transitions.cohorts.tables import group_keys, read_persons, series_name
from skillsfc.transitions.records import Flags, Floats, Whole


def read_entrants(
    entrants: Any,
    population: Any,
    intake: Any,
    entry_age: Any,
    *,
    groups: pd.DataFrame,
    years: Whole,
    first: Whole,
    first_grade: int,
    grades: int,
    subject: str,
) -> tuple[Floats, tuple[str, ...]]:
    """Return persons who enter by year, group and grade, and what is to be said of them.

    Raises
    ------
    ParameterError
        If ``entry_age`` or ``intake`` are none.
    TableError, CoverageError
        If a table is not valid, or lacks a group or a year.
    """
    shape = (len(years), len(groups), grades)
    every = np.arange(len(groups))
    if entrants is None and population is None:
        note = "No new entrants: only pupils of the base year are followed."
        return np.zeros(shape), (note,)
    if population is not None:
        new, lost = _from_population(population, intake, entry_age, groups, years, subject)
        persons = np.zeros(shape)
        persons[:, every, first] = new
        told = "New entrants are children of entry age times the intake given."
        unused = f"Children of {listing(lost)} are left out: no such pupils in the base year."
        return persons, (told, unused) if lost else (told,)
    rows = read_persons(entrants, "entrants", ("year",))
    _refuse_other_keys(rows, groups)
    lost = left_out(rows[rows["persons"] > 0], groups)
    if lost:
        found, step = f"{listing(lost, 20)}: no such pupils in the base year", "Leave them out, or "
        step += "give pupils (rows with 0) and rates of them too."
        problem = Problem("entrants", found, "groups of enrolment", next_step=step)
        raise CoverageError(subject, [problem])
    if "grade" in rows:
        return _by_grade(rows, groups, years, first, first_grade, grades, subject), ()
    new, count = lay_out_years(rows, "persons", groups, years)
    refuse_holes((count == 0) | np.isnan(new), groups, years, "entrants", subject)
    persons = np.zeros(shape)
    persons[:, every, first] = new
    return persons, ()


def refuse_both(entrants: Any, population: Any, intake: Any, entry_age: Any, subject: str) -> None:
    """Refuse both ways of giving new pupils at once, and arguments of a way that is not taken.

    Raises
    ------
    ParameterError
        With every problem.
    """
    problems = []
    if entrants is not None and population is not None:
        problems.append(Problem("entrants", "given beside population", "one of the two"))
    if population is not None and intake is None:
        expected = "the share of children of entry age who enter; none is assumed"
        problems.append(Problem("intake", "None", expected))
    if population is None and intake is not None:
        problems.append(Problem("intake", "given without population", "both or neither"))
    if population is None and entry_age is not None:
        problems.append(Problem("entry_age", "given without population", "both or neither"))
    if problems:
        raise ParameterError(subject, problems)


def _refuse_other_keys(rows: pd.DataFrame, groups: pd.DataFrame) -> None:
    keys, wanted = set(group_keys(rows)), set(groups.columns)
    if keys != wanted:
        found = f"groups by {listing(sorted(keys)) or 'nothing'}"
        problem = Problem("columns", found, f"those of enrolment: {listing(groups.columns)}")
        raise TableError("entrants table", [problem])


def _by_grade(
    rows: pd.DataFrame,
    groups: pd.DataFrame,
    years: Whole,
    first: Whole,
    first_grade: int,
    grades: int,
    subject: str,
) -> Floats:
    place = rows["grade"] - first_grade
    outside = (place < 0) | (place >= grades)
    if outside.any():
        found = f"grades {listing(rows.loc[outside, 'grade'].unique())}"
        raise TableError("entrants table", [Problem("column 'grade'", found, "grades with rates")])
    total, count = lay_out_years(rows, "persons", groups, years)
    refuse_holes((count == 0) | np.isnan(total), groups, years, "entrants", subject)
    persons = np.zeros((len(years), len(groups), grades))
    there = np.zeros(persons.shape, dtype=bool)
    for grade, part in rows.groupby(place):
        persons[..., int(grade)], number = lay_out_years(part, "persons", groups, years)
        there[..., int(grade)] = number > 0
    # Pupils enter the first grade, and every grade given once: no year of them is a silent 0.
    entered = there.any(axis=0) | (np.arange(grades) == first[:, None])
    _refuse_silent(~there & entered, groups, years, first_grade, subject)
    return persons


def _refuse_silent(
    holes: Flags, groups: pd.DataFrame, years: Whole, first_grade: int, subject: str
) -> None:
    """Refuse years without a row of entrants into a grade."""
    problems = []
    for group, grade in np.argwhere(holes.any(axis=0))[:20]:
        where = f"entrants of {series_name(groups.iloc[group].to_dict())}"
        found = f"grade {first_grade + grade}: none in {listing(years[holes[:, group, grade]])}"
        step = "A row with 0 says that nobody enters."
        expected = f"every year from {years[0]} to {years[-1]}"
        problems.append(Problem(where, found, expected, next_step=step))
    if problems:
        raise CoverageError(subject, problems)


def _from_population(
    population: Any, intake: Any, entry_age: Any, groups: pd.DataFrame, years: Whole, subject: str
) -> tuple[Floats, list[str]]:
    rows = read_persons(population, "population", ("year",))
    if "age" in rows:
        chosen = rows[rows["age"] == str(entry_age)]
        if chosen.empty:
            found = f"entry_age {entry_age!r}, ages {listing(rows['age'].unique())}"
            step = "Entry needs a single year of age, or a table without ages."
            problem = Problem("population", found, "one of them", "", step)
            raise CoverageError(subject, [problem])
        rows = chosen
    elif entry_age is not None:
        found, step = f"{entry_age!r}, population without the column 'age'", "Or leave it out."
        raise ParameterError(subject, [Problem("entry_age", found, "ages", next_step=step)])
    lacking = [key for key in groups.columns if key not in rows]
    if lacking:
        expected = f"the keys of enrolment: {listing(groups.columns)}"
        problem = Problem("columns", f"missing: {listing(lacking)}", expected)
        raise TableError("population table", [problem])
    if "sex" in rows and "sex" not in groups and set(rows["sex"]) in ({"F"}, {"M"}):
        raise TableError("population table", [Problem("column 'sex'", "only one", "F and M, or T")])
    children, count = lay_out_years(rows, "persons", groups, years)
    # Summed over further keys, such as sex, each year needs as many of them as any.
    part_only = (count > 0) & (count < count.max(axis=0))
    if part_only.any():
        further = [key for key in group_keys(rows) if key not in groups]
        name = f"population by {listing(further)}, some parts"
        refuse_holes(part_only, groups, years, name, subject)
    refuse_holes((count == 0) | np.isnan(children), groups, years, "population", subject)
    made = np.asarray(children * _read_intake(intake, groups, years, subject))
    return made, left_out(rows, groups)


def _read_intake(intake: Any, groups: pd.DataFrame, years: Whole, subject: str) -> Floats | float:
    if isinstance(intake, int | float | np.number) and not isinstance(intake, bool):
        if not 0 <= float(intake) <= 1:
            raise ParameterError(subject, [Problem("intake", repr(intake), "a share, 0 to 1")])
        return float(intake)
    if not isinstance(intake, pd.DataFrame) or "share" not in intake:
        expected = "a share, or a table with the column share"
        raise ParameterError(subject, [Problem("intake", type(intake).__name__, expected)])
    rows = check(intake)
    keys = group_keys(rows)
    if "year" in rows:
        share, count = lay_out_years(rows, "share", groups, years)
        refuse_holes(count != 1, groups, years, "intake", subject)
        return share
    place = match_groups(groups, rows[keys], "intake", subject)
    return np.asarray(rows["share"].to_numpy(dtype=float)[place])[None]
