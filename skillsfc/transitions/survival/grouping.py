"""Groups of spells: each row's number, one row a group, and a word for values that are missing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem
from skillsfc.transitions.ratios import NOT_STATED
from skillsfc.transitions.records import Whole, as_codes

MISSING_GROUP = NOT_STATED


def taken_name(name: str) -> Problem:
    """Return the problem of a group called like a column of the result, with the way out."""
    other = f"{name}_group"
    step = f"Rename it: spells.rename(columns={{{name!r}: {other!r}}}), then group={other!r}."
    found = f"column {name!r}, which is the name of a column of the result"
    return Problem("group", found, "another name", next_step=step)


def number_groups(
    table: pd.DataFrame, by: tuple[str, ...]
) -> tuple[Whole, pd.DataFrame, list[str]]:
    """Return each row's group, one row a group with its columns, and notes on missing values.

    Missing values are the group "not stated", after all others where categories have an order.
    """
    if not by:
        return np.zeros(len(table), dtype=np.int64), pd.DataFrame(index=[0]), []
    keys, notes = table[list(by)].copy(), []
    for name in by:
        keys[name] = _hashable(keys[name], name)
        count = int(keys[name].isna().sum())
        if count:
            keys[name] = _stated(keys[name])
            notes.append(f"{count} spells without {name} are the group '{NOT_STATED}'.")
    numbers = keys.groupby(list(by), sort=True, observed=True).ngroup().to_numpy(dtype=np.int64)
    distinct = keys.iloc[np.unique(numbers, return_index=True)[1]].reset_index(drop=True)
    return numbers, distinct, notes


def _hashable(column: pd.Series, name: str) -> pd.Series:
    try:
        pd.factorize(column)
    except TypeError as error:  # lists and the like
        problem = Problem("group", f"column {name!r} holds lists or the like", "single values")
        raise ParameterError("group", [problem]) from error
    return column


def _stated(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype) and NOT_STATED not in column.cat.categories:
        words = [*as_codes(column.cat.categories.to_series()), NOT_STATED]
        codes = np.where(column.isna(), len(words) - 1, column.cat.codes)
        made = pd.Categorical.from_codes(codes, words, ordered=column.cat.ordered)
        return pd.Series(made, index=column.index, name=column.name)
    return as_codes(column).fillna(NOT_STATED)
