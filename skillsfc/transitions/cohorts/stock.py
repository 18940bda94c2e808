"""The pupils that a projection starts from, and its arguments: what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, ParameterError, Problem, listing
from skillsfc.transitions.cohorts.arguments import is_whole
from skillsfc.transitions.cohorts.kernel import Rates
from skillsfc.transitions.cohorts.levels import Levels
from skillsfc.transitions.cohorts.matching import left_out
from skillsfc.transitions.cohorts.result import StudentFlow
from skillsfc.transitions.cohorts.tables import (
    group_keys,
    level_grades,
    read_persons,
    series_name,
)
from skillsfc.transitions.column_names import is_number
from skillsfc.transitions.records import Floats
from skillsfc.transitions.survival.selection import check_words

MOST_DRAWS = 100_000
LAST_YEAR = 2150
NO_LEVEL = "none"  # what leavers are called who completed no level, unless another word is given


def check_arguments(draws: Any, seed: Any, level: Any, below_levels: Any, subject: str) -> None:
    """Refuse draws, seed, level and a word that are none.

    Raises
    ------
    ParameterError
        With every problem.
    """
    check_words(subject, level, {})
    problems = []
    if not is_whole(draws, 0, MOST_DRAWS):
        problems.append(Problem("draws", repr(draws), f"a whole number, 0 to {MOST_DRAWS}"))
    if not is_whole(seed, 0, 2**63):
        problems.append(Problem("seed", repr(seed), "a whole number from 0"))
    if not isinstance(below_levels, str) or not below_levels:
        problems.append(Problem("below_levels", repr(below_levels), "a word, such as '0'"))
    if problems:
        raise ParameterError(subject, problems)


def read_stock(enrolment: object, base_year: Any, horizon: Any, subject: str) -> pd.DataFrame:
    """Return the pupils of the base year.

    Raises
    ------
    TableError
        If the table is not valid.
    CoverageError, ParameterError
        If it has no such year, a group has no pupils in it, or the horizon is not after it.
    """
    rows = read_persons(enrolment, "enrolment", ("year", "grade"))
    last = int(rows.loc[rows["persons"].notna(), "year"].max())
    year = last if base_year is None else base_year
    if not is_number(year) or year not in rows["year"].tolist():
        found, expected = repr(base_year)[:60], f"of {listing(rows['year'].unique(), 30)}"
        raise CoverageError(subject, [Problem("base_year", found, expected)])
    if not is_whole(horizon, int(year) + 1, LAST_YEAR):
        expected = f"a year from {int(year) + 1} to {LAST_YEAR}"
        raise ParameterError(subject, [Problem("horizon", repr(horizon), expected)])
    stock = rows[rows["year"] == year].reset_index(drop=True)
    _refuse_lost_groups(rows, stock, subject)
    return stock


def _refuse_lost_groups(rows: pd.DataFrame, stock: pd.DataFrame, subject: str) -> None:
    """Refuse groups without a row in the base year: a projection without them would pass for all.

    Nobody is lost who had no pupils in any year.
    """
    keys = group_keys(rows)
    there = rows[rows["persons"] > 0]
    lost = left_out(there[keys], stock_groups(stock)) if keys else []
    if not lost:
        return
    year = int(stock["year"].iloc[0])
    known = there[[*keys, "year"]].drop_duplicates().groupby("year").size()
    whole = known[known == len(there[keys].drop_duplicates())]
    step = "Leave them out of the table; rows with 0 say that there are no pupils left"
    step += f"; base_year={whole.index.max()} has all." if len(whole) else "."
    text = f"no pupils in the base year {year} of {listing(lost, 20)}"
    raise CoverageError(subject, [Problem("enrolment", text, "every group", next_step=step)])


def stock_groups(stock: pd.DataFrame) -> pd.DataFrame:
    """Return the groups of pupils, one row each."""
    keys = group_keys(stock)
    if not keys:
        return pd.DataFrame(index=[0])
    return stock[keys].drop_duplicates().sort_values(keys, ignore_index=True)


def lay_out_stock(
    stock: pd.DataFrame, groups: pd.DataFrame, rates: Rates, first_grade: int, subject: str
) -> Floats:
    """Return pupils by group and grade.

    Raises
    ------
    CoverageError
        If a grade with rates has no row of pupils, or pupils are in a grade without rates.
    """
    inside, _ = rates.place()
    keys = list(groups.columns)
    numbered = groups.assign(_group=np.arange(len(groups)))
    joined = stock.merge(numbered, on=keys) if keys else stock.assign(_group=0)
    place = joined["grade"].to_numpy() - first_grade
    off = (place < 0) | (place >= inside.shape[1])
    off |= ~inside[joined["_group"].to_numpy(), np.clip(place, 0, inside.shape[1] - 1)]
    off &= (joined["persons"] != 0).to_numpy()
    total, count = np.zeros(inside.shape), np.zeros(inside.shape)
    at = (joined["_group"].to_numpy()[~off], np.clip(place[~off], 0, inside.shape[1] - 1))
    np.add.at(total, at, joined["persons"].to_numpy(dtype=float)[~off])
    np.add.at(count, at, 1.0)
    absent = inside & ((count == 0) | np.isnan(total))
    problems = []
    for group in np.flatnonzero(absent.any(axis=1))[:20]:
        name = series_name(groups.iloc[group].to_dict())
        found = f"no pupils given in grades {listing(first_grade + np.flatnonzero(absent[group]))}"
        step = "A row with 0 says that there are none."
        problems.append(Problem(f"enrolment of {name}", found, "each grade", next_step=step))
    if off.any():
        found = f"pupils in grades without rates: {listing(sorted(joined['grade'][off].unique()))}"
        step = "Leave those grades out, or give their rates."
        problems.append(Problem("enrolment", found, "grades with rates", next_step=step))
    if problems:
        raise CoverageError(subject, problems)
    return np.where(inside, total, 0.0)


def choose_levels(
    levels: object, rates: StudentFlow | pd.DataFrame, below: str, subject: str
) -> dict[str, int]:
    """Return the levels given, or else those of the rates.

    Raises
    ------
    ParameterError
        If they are no levels, or one is called as those are who completed none.
    """
    if levels is None and isinstance(rates, StudentFlow):
        named = dict(rates.settings.levels)
    else:
        named = level_grades(levels, None, subject)
    if below in named:
        expected = f"another word than those of levels: {listing(named)}"
        raise ParameterError(subject, [Problem("below_levels", repr(below), expected)])
    if not named and below != NO_LEVEL:
        found = f"{below!r}, and no levels"
        step = "levels= says which grade ends each, such as {'1': 6}."
        raise ParameterError(subject, [Problem("below_levels", found, "levels", next_step=step)])
    return named


def refuse_unnamed_end(
    levels: Levels, given: Mapping[str, int], rates: Rates, first_grade: int, subject: str
) -> None:
    """Raise if levels are named but not the one that ends with a group's last grade.

    Raises
    ------
    ParameterError
        With those grades, or with levels that end where there is no grade.
    """
    if not given:
        return
    last = np.unique(rates.last)
    unnamed = first_grade + last[levels.ending[last] < 0]
    highest = first_grade + int(last.max())
    beyond = [name for name, grade in given.items() if not first_grade <= grade <= highest]
    problems = []
    if len(unnamed):
        expected = "a qualification that the last grade ends in"
        problems.append(Problem("levels", f"none ends with grade {listing(unnamed)}", expected))
    if beyond:
        expected = f"grades {first_grade} to {highest}"
        problems.append(Problem("levels", f"{listing(beyond)} in no grade with rates", expected))
    if problems:
        raise ParameterError(subject, problems)
