"""Which row of a table of rates, shares or persons belongs to which group of pupils."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, Problem, TableError, listing
from skillsfc.schema import key_rows
from skillsfc.transitions.cohorts.tables import series_name
from skillsfc.transitions.records import Floats, Whole


def match_groups(groups: pd.DataFrame, given: pd.DataFrame, name: str, subject: str) -> Whole:
    """Return for each group the row of ``given`` that has its keys; fewer keys serve several.

    Raises
    ------
    TableError
        If ``given`` is by a key that the groups do not have.
    CoverageError
        If a group finds no row.
    """
    keys = list(given.columns)
    foreign = [key for key in keys if key not in groups.columns]
    if foreign:
        step = "Sum or choose among them first, or give pupils by them too."
        expected = f"keys of enrolment: {listing(groups.columns)}"
        problem = Problem(name, f"by {listing(foreign)}", expected, next_step=step)
        raise TableError(subject, [problem])
    if not keys:
        return np.zeros(len(groups), dtype=np.int64)
    numbered = given.assign(_row=np.arange(len(given)))
    found = groups[keys].merge(numbered, on=keys, how="left")["_row"].to_numpy(dtype=float)
    if np.isnan(found).any():
        lacking = [series_name(groups.iloc[at].to_dict()) for at in np.flatnonzero(np.isnan(found))]
        raise CoverageError(subject, [Problem(name, f"none for {listing(lacking)}", "all groups")])
    return np.asarray(found, dtype=np.int64)


def left_out(given: pd.DataFrame, groups: pd.DataFrame) -> list[str]:
    """Return the names of those in a table that are none of the groups, by the keys of both.

    Examples
    --------
    >>> given = pd.DataFrame({"region": ["A", "B", "B"], "year": [2024, 2024, 2025]})
    >>> left_out(given, pd.DataFrame({"region": ["A"]}))
    ['B']
    """
    keys = [key for key in groups.columns if key in given.columns]
    if not keys:
        return []
    there = set(key_rows(groups[keys]))
    lost = sorted(set(key_rows(given[keys].drop_duplicates())) - there, key=str)
    return [series_name(dict(zip(keys, row, strict=True))) for row in lost]


def lay_out_years(
    rows: pd.DataFrame, measure: str, groups: pd.DataFrame, years: Whole
) -> tuple[Floats, Floats]:
    """Return sums of a measure by year and group, and how many rows each has.

    Rows may lack keys of the groups: they then stand for each group. Rows of other years and
    groups are left out.
    """
    keys = [key for key in groups.columns if key in rows.columns]
    numbered = groups.assign(_group=np.arange(len(groups)))
    kept = rows[rows["year"].isin(years)]
    joined = kept.merge(numbered, on=keys) if keys else kept.merge(numbered, how="cross")
    total, count = np.zeros((len(years), len(groups))), np.zeros((len(years), len(groups)))
    at = (joined["year"].to_numpy() - years[0], joined["_group"].to_numpy())
    np.add.at(total, at, joined[measure].to_numpy(dtype=float))
    np.add.at(count, at, 1.0)
    return total, count


def refuse_holes(
    missing: Floats, groups: pd.DataFrame, years: Whole, name: str, subject: str
) -> None:
    """Raise if a group lacks a year.

    Raises
    ------
    CoverageError
        With every group and its years.
    """
    problems = []
    for at in np.flatnonzero(missing.any(axis=0))[:20]:
        where = f"{name} of {series_name(groups.iloc[at].to_dict())}"
        found = f"none in {listing(years[missing[:, at]])}"
        expected = f"every year from {years[0]} to {years[-1]}"
        problems.append(Problem(where, found, expected))
    if problems:
        raise CoverageError(subject, problems)
