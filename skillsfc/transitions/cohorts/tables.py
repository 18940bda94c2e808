"""Tables of pupils as given: what is refused, and which keys make a group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from skillsfc.checks import check
from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.schema import key_columns, key_rows, refuse_other_than_table
from skillsfc.transitions.records import Whole

Issue = tuple[str, str, int, str, str]
ISSUE_COLUMNS = ["rule", "series", "affected", "severity", "text"]
NO_GROUPS = ("year", "grade", "age")  # pupils move from one to the next
ALL = "all"


def read_persons(table: object, name: str, needed: Sequence[str]) -> pd.DataFrame:
    """Return a checked table of persons that has the columns needed.

    Raises
    ------
    TableError
        If it is no valid table of persons, every problem named.
    """
    subject = f"{name} table"
    refuse_other_than_table(table, subject)
    assert isinstance(table, pd.DataFrame)  # noqa: S101 - for mypy; refused above
    wanted = [*needed, "persons"]
    absent = [column for column in wanted if column not in table.columns]
    if absent:
        near = did_you_mean(absent[0], table.columns)
        found = f"missing: {listing(absent)}"
        raise TableError(subject, [Problem("columns", found, listing(wanted), near)])
    try:
        rows = check(table)
    except TableError as error:
        raise TableError(subject, error.problems) from None
    if not rows["persons"].notna().any():
        raise TableError(subject, [Problem("column 'persons'", "no value at all", "numbers")])
    return rows


def group_keys(rows: pd.DataFrame) -> list[str]:
    """Return the keys that tell groups of pupils apart: all but year, grade and age."""
    return [key for key in key_columns(rows) if key not in NO_GROUPS]


def choose_groups(by: Sequence[str] | str | None, keys: Sequence[str], subject: str) -> list[str]:
    """Return the keys to report by; all of them by default.

    Raises
    ------
    ParameterError
        If one of them is not a key of the table.
    """
    if by is None:
        return list(keys)
    names = [by] if isinstance(by, str) or not isinstance(by, Iterable) else list(by)
    unknown = [name for name in names if name not in keys]
    if unknown:
        raise ParameterError(
            subject,
            [
                Problem(f"by {n!r}", "not a key of the table", listing(keys), did_you_mean(n, keys))
                for n in unknown
            ],
        )
    return [key for key in keys if key in names]


def level_grades(
    levels: object, qualifications: Iterable[str] | None, subject: str
) -> dict[str, int]:
    """Return the last grade of each level, as given.

    Parameters
    ----------
    levels : mapping of str to int, or None
        Qualification and the grade that ends it.
    qualifications : iterable of str, optional
        Those that there are; another name is refused.

    Raises
    ------
    ParameterError
        If it is no such mapping, a grade ends two levels, or a name is unknown or used twice.
    """
    if levels is None:
        return {}
    if not isinstance(levels, Mapping) or not levels:
        expected = "a mapping such as {'3': 12}, qualification to last grade"
        raise ParameterError(subject, [Problem("levels", repr(levels)[:60], expected)])
    problems = [
        Problem(f"levels[{name!r}]", repr(grade), "a grade, 1 or more")
        for name, grade in levels.items()
        if isinstance(grade, bool) or not hasattr(grade, "__index__") or int(grade) < 1
    ]
    if not problems and len({int(g) for g in levels.values()}) < len(levels):
        problems.append(Problem("levels", f"two end alike: {dict(levels)}", "each grade once"))
    names = [str(name).strip() for name in levels]
    alike = sorted({name for name in names if names.count(name) > 1})
    if alike or "" in names:
        found = f"two are called {listing(alike)}" if alike else "one without a name"
        problems.append(Problem("levels", found, "names that tell them apart"))
    known = None if qualifications is None else list(qualifications)
    problems += [
        Problem("levels", f"no graduates of {name!r}", listing(known), did_you_mean(name, known))
        for name in levels
        if known is not None and str(name) not in known
    ]
    if problems:
        raise ParameterError(subject, problems)
    return {str(name): int(grade) for name, grade in levels.items()}


def series_name(row: Mapping[str, object]) -> str:
    """Return the name of a group for messages.

    Examples
    --------
    >>> series_name({"country": "MAR", "sex": "F"}), series_name({})
    ('MAR F', 'all')
    """
    return " ".join(str(value) for value in row.values()) or ALL


def series_names(groups: pd.DataFrame) -> list[str]:
    """Return the name of each row of groups for messages; a row without keys is everybody.

    Examples
    --------
    >>> series_names(pd.DataFrame({"sex": ["F", "M"]})), series_names(pd.DataFrame(index=[0]))
    (['F', 'M'], ['all'])
    """
    columns = list(groups.columns)
    return [series_name(dict(zip(columns, row, strict=True))) for row in key_rows(groups)]


def rows_of(groups: pd.DataFrame, place: Whole, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return rows with the keys of their groups, then columns; a single value is that of all rows.

    Parameters
    ----------
    groups : DataFrame
        One row a group.
    place : array of int
        Place of each row's group.
    columns : mapping
        Name and values.

    Examples
    --------
    >>> import numpy as np
    >>> sexes = pd.DataFrame({"sex": ["F", "M"]})
    >>> rows_of(sexes, np.array([1, 0]), {"year": 2024}).values.tolist()
    [['M', 2024], ['F', 2024]]
    """
    keys = {name: groups[name].array.take(place) for name in groups.columns}
    return pd.DataFrame({**keys, **columns}, index=range(len(place)))


def issue_table(issues: Iterable[Issue]) -> pd.DataFrame:
    """Return what was found as a table, each thing once."""
    return pd.DataFrame(list(dict.fromkeys(issues)), columns=ISSUE_COLUMNS)
