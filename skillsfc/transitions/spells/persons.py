"""What the conversions share: columns of a person, weights, and times as whole numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, TableError
from skillsfc.transitions.column_names import refuse_names
from skillsfc.transitions.records import Floats
from skillsfc.transitions.weights import read_weights

OWN = ("person", "state", "start", "end", "event", "to_state", "entry")


def other_columns(table: pd.DataFrame, own: Iterable[str] = OWN) -> list[str]:
    """Return the columns beside those of the spell itself, the weight first."""
    mine = set(own)
    names = [str(name) for name in table.columns if name not in mine]
    return sorted(names, key=lambda name: name != "weight")


def fixed_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns of a table sorted by person that do not change within any person."""
    person = pd.factorize(table["person"])[0]
    same = np.diff(person) == 0
    found = []
    for name in other_columns(table):
        codes = pd.factorize(table[name])[0]
        if not (same & (np.diff(codes) != 0)).any():
            found.append(name)
    return found


def person_weights(
    table: pd.DataFrame, persons: pd.DataFrame, weight: str | None, subject: str
) -> tuple[Floats | None, tuple[str, ...]]:
    """Return one weight a person and notes on odd ones; None where there is no weight.

    Raises
    ------
    TableError
        If a person has more than one weight, or weights are not valid.
    """
    problems: list[Problem] = []
    refuse_names(subject, {}, {"weight": weight})
    if weight is None or weight not in table.columns:
        if weight not in (None, "weight"):
            problems.append(Problem(f"column '{weight}'", "missing", "the weight"))
            raise TableError(subject, problems)
        return None, ()
    if weight not in persons.columns:
        found = "not the same in all spells of a person"
        raise TableError(subject, [Problem(f"column '{weight}'", found, "one weight a person")])
    weights, notes = read_weights(persons[weight], problems)
    if problems:
        raise TableError(subject, problems)
    return weights, notes


def as_numbers(column: pd.Series) -> Floats:
    """Return numbers, also those told as text; missing where a cell is no finite number."""
    dated = isinstance(column.dtype, pd.PeriodDtype)
    if dated or pd.api.types.is_datetime64_any_dtype(column):
        return np.full(len(column), np.nan)
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    return np.asarray(np.where(np.isfinite(numbers), numbers, np.nan), dtype=np.float64)


def as_times(times: Any) -> Any:
    """Return times as whole numbers if all are, rounded to 1e-9 if not."""
    values = np.asarray(times, dtype="float64")
    near = np.rint(values)
    if np.all(np.abs(values - near) < 1e-9):
        return near.astype(np.int64)
    return np.round(values, 9)
