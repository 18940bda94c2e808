"""Columns of persons as factors that may explain distances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError
from skillsfc.transitions.records import Flags, Floats, Whole
from skillsfc.transitions.sequences.preparation import group_names


@dataclass(frozen=True)
class Factor:
    """One factor: its columns in a regression, and its levels if it has any.

    Parameters
    ----------
    name : str
        Column of persons.
    columns : array [persons, columns]
        One for each level but the first, or the number itself.
    levels : tuple of str
        Levels; none for a number.
    codes : array of int
        Level of each person.
    """

    name: str
    columns: Floats
    levels: tuple[str, ...]
    codes: Whole


def read_factors(
    by: object, persons: pd.DataFrame, weight: Floats, *, subject: str
) -> tuple[list[Factor], Flags, tuple[str, ...]]:
    """Return the factors, for persons who have them all and carry weight, and who those are.

    Parameters
    ----------
    by : str, iterable of str, DataFrame, Series or mapping
        Names of columns of persons, or the columns themselves, a row for each person: in order, or
        matched by a column ``person``, which is no factor then.
    persons : DataFrame
        One row a person.
    weight : array
        Weight of each person; those of weight 0 are left out.

    Raises
    ------
    ParameterError
        If no column is named, or one is not there.
    TableError
        If the columns do not fit the persons, or one is the same for all.
    """
    table = _columns(by, persons, subject)
    complete = table.notna().all(axis=1).to_numpy(dtype=bool) & (weight > 0)
    problems = [
        Problem(f"column {name!r}", "the same for all persons", "at least two values")
        for name in table.columns
        if table.loc[complete, name].nunique() < 2
    ]
    if problems:
        raise TableError(subject, problems)
    left_out = int((~table.notna().all(axis=1)).sum())
    notes = () if not left_out else (f"{left_out} persons lack a factor and are left out.",)
    return [_factor(str(name), table.loc[complete, name]) for name in table], complete, notes


def _columns(by: object, persons: pd.DataFrame, subject: str) -> pd.DataFrame:
    if isinstance(by, pd.Series):
        by = by.to_frame(by.name if by.name is not None else "group")
    if isinstance(by, Mapping):
        by = _frame(by, subject)
    if isinstance(by, pd.DataFrame):
        if "person" in by and "person" in persons:
            return _matched(by, persons["person"], subject)
        if len(by) != len(persons):
            found = f"{len(by)} rows for {len(persons)} persons"
            raise TableError(subject, [Problem("by", found, "a row for each person, in order")])
        return by.reset_index(drop=True)
    names = group_names(by, persons, subject, "by") if isinstance(by, str | Iterable) else []
    if not names:
        problem = Problem("by", repr(by), "columns of persons, such as 'sex'")
        raise ParameterError(subject, [problem])
    return persons[names].reset_index(drop=True)


def _frame(by: Mapping[Any, Any], subject: str) -> pd.DataFrame:
    try:
        return pd.DataFrame(by)
    except (TypeError, ValueError) as error:
        problem = Problem("by", repr(by)[:60], "a column of values, one a person, for each name")
        raise ParameterError(subject, [problem]) from error


def _matched(by: pd.DataFrame, person: pd.Series, subject: str) -> pd.DataFrame:
    """Return columns that name their persons in the order of the distances."""
    own = by.set_index(by["person"].astype("str")).drop(columns="person")
    wanted = person.astype("str")
    strangers = int((~wanted.isin(own.index)).sum())
    if strangers or own.index.duplicated().any():
        found = f"column 'person' lacks {strangers} persons of the distances"
        if not strangers:
            found = "column 'person' names persons twice"
        raise TableError(subject, [Problem("by", found, "each person of the distances once")])
    return own.loc[wanted].reset_index(drop=True)


def _factor(name: str, column: pd.Series) -> Factor:
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        values = column.to_numpy(dtype="float64")[:, None]
        return Factor(name, values, (), np.zeros(len(values), dtype=np.int64))
    text = column.astype("str")
    levels = sorted(text.unique())
    codes = text.map({level: place for place, level in enumerate(levels)})
    places = codes.to_numpy(dtype=np.int64)
    return Factor(name, np.eye(len(levels))[places][:, 1:], tuple(levels), places)
