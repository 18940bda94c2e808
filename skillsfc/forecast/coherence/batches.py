"""From a table of forecasts to matrices of nodes by columns, one for each structure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.checks import ADDITIVE, check
from skillsfc.errors import Problem, TableError, listing
from skillsfc.forecast.coherence.levels import TOTAL, count_of, level_name, split_levels
from skillsfc.forecast.coherence.structure import Level, Structure, build_structure
from skillsfc.forecast.pooling import Array, Index
from skillsfc.schema import key_columns, key_rows, measure_column, refuse_other_than_table

SUBJECT = "forecasts table"
# Keys that tell columns of one structure apart; other keys outside of the specification, such as
# the country, have cells of their own, and errors of their own where the errors table names them.
COLUMNS = ("year", "vintage", "indicator", "scenario", "level", "model", "horizon", "origin")


@dataclass(frozen=True, eq=False)
class Batch:
    """All forecasts of one structure.

    Parameters
    ----------
    place : dict
        Keys that all rows share, such as the country.
    structure : Structure
        Nodes of this place.
    columns : DataFrame
        Year, scenario and so on: one row a column of the matrix.
    base : ndarray (n_nodes, n_columns)
        Base forecasts; NaN in the whole row of an aggregate without forecast of its own.
    rows : ndarray of int (n_nodes, n_columns)
        Row of the checked table that each value came from, -1 for none.
    """

    place: dict[str, object]
    structure: Structure
    columns: pd.DataFrame
    base: Array
    rows: Index


@dataclass(frozen=True, eq=False)
class Forecasts:
    """A checked table of forecasts, cut into batches."""

    table: pd.DataFrame
    measure: str
    keys: Level
    marker: dict[str, object]
    batches: list[Batch]


def read_forecasts(forecasts: pd.DataFrame, levels: Sequence[Level]) -> Forecasts:
    """Check a table of forecasts and cut it into matrices.

    Raises
    ------
    TableError
        Naming everything wrong: rows of no level, levels without rows, wrong codes or units,
        duplicates, missing values, nodes that lack in some columns, aggregates without cells.
    """
    refuse_other_than_table(forecasts, SUBJECT)
    if forecasts.empty:
        step = "Check the filter before."
        raise TableError(SUBJECT, [Problem("rows", "none", "at least one", next_step=step)])
    measure = _additive(forecasts)
    keys = max(levels, key=len)
    table = _without_idle_keys(forecasts.reset_index(drop=True), keys)
    parts, marker = split_levels(table, levels, SUBJECT)
    rows = _checked(parts, levels, measure)
    batch_keys = [key for key in key_columns(rows) if key not in keys]
    if "model" in batch_keys and not _several_models(rows, batch_keys, keys):
        batch_keys.remove("model")  # a label of each row, such as another model for each level
    place_keys = [key for key in batch_keys if key not in COLUMNS]
    column_keys = [key for key in batch_keys if key in COLUMNS]
    groups = rows.groupby(place_keys, sort=True) if place_keys else [((), rows)]
    problems: list[Problem] = []
    batches = []
    for place, own in groups:
        named = dict(zip(place_keys, place, strict=True))
        made = _batch(own, levels, named, column_keys, measure, problems)
        if made is not None:
            batches.append(made)
    if problems:
        raise TableError(SUBJECT, problems)
    return Forecasts(rows, measure, keys, marker, batches)


def _additive(forecasts: pd.DataFrame) -> str:
    measure = measure_column(forecasts, SUBJECT)
    if measure not in ADDITIVE:
        step = "Reconcile the numbers of persons; then divide."
        found = f"the measure {measure!r}, whose parts do not add up"
        problem = Problem("columns", found, f"one of {listing(ADDITIVE)}", next_step=step)
        raise TableError(SUBJECT, [problem])
    return measure


def _without_idle_keys(table: pd.DataFrame, keys: Level) -> pd.DataFrame:
    """Drop key columns that are empty throughout; refuse those that are empty here and there."""
    problems, idle = [], []
    for key in key_columns(table):
        empty = table[key].isna()
        if key in keys or not empty.any():
            continue
        if empty.all():
            idle.append(key)
            continue
        found = f"not in spec, and empty in {int(empty.sum())} of {len(table)} rows"
        step = f"Add {key!r} to the levels of spec, or keep one kind of row."
        problems.append(Problem(f"key {key!r}", found, "a code in every row", next_step=step))
    if problems:
        raise TableError(SUBJECT, problems)
    return table.drop(columns=idle)


def _checked(parts: list[pd.DataFrame], levels: Sequence[Level], measure: str) -> pd.DataFrame:
    """Check every level as a table of its own; return all rows typed, with their level's number."""
    problems: list[Problem] = []
    typed = []
    for number, (part, level) in enumerate(zip(parts, levels, strict=True)):
        where = f"level {level_name(level)!r}"
        if part.empty:
            step = "Take it out of spec: Reconciled.aggregate gives its sums." if number else ""
            problems.append(Problem(where, "no row", "its forecasts", next_step=step))
            continue
        try:
            rows = _typed(part, measure)
        except TableError as error:
            problems += [_inside(where, problem) for problem in error.problems]
            continue
        missing = rows[rows[measure].isna()]
        if len(missing):
            found = f"{count_of(len(missing), 'missing value')} (first: {_words(missing, level)})"
            step = "Leave an aggregate out altogether if it has no forecast of its own."
            problems.append(Problem(where, found, "a number for every node", next_step=step))
        typed.append(rows.assign(_level=number))
    if problems:
        raise TableError(SUBJECT, problems)
    return pd.concat(typed, ignore_index=True)


def _typed(part: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return `check` of rows whose measure may be negative, as trends may take it there."""
    numbers = pd.to_numeric(part[measure], errors="coerce")
    if not (numbers < 0).any():
        return check(part)
    rows = check(part.assign(**{measure: part[measure].mask(numbers < 0, -numbers)}))
    below = check(part[numbers < 0].assign(**{measure: -numbers[numbers < 0]}))
    keys = key_columns(rows)
    found = rows[keys].merge(below[keys], on=keys, how="left", indicator=True) if keys else None
    sign = np.where(found["_merge"] == "both", -1.0, 1.0) if found is not None else -1.0
    return rows.assign(**{measure: rows[measure] * sign})


def _inside(where: str, problem: Problem | str) -> Problem:
    if isinstance(problem, str):
        return Problem(where, problem)
    return Problem(
        f"{where}, {problem.where}",
        problem.found,
        problem.expected,
        problem.guess,
        problem.next_step,
    )


def _words(rows: pd.DataFrame, level: Level) -> str:
    keys = [*level, *(key for key in key_columns(rows) if key not in level)]
    return " ".join(str(rows[key].iloc[0]) for key in keys) or TOTAL


def _several_models(rows: pd.DataFrame, batch_keys: list[str], keys: Level) -> bool:
    rest = [key for key in (*keys, *batch_keys) if key != "model"]
    return bool(rows.duplicated(["_level", *rest]).any())


def _batch(
    own: pd.DataFrame,
    levels: Sequence[Level],
    place: dict[str, object],
    column_keys: list[str],
    measure: str,
    problems: list[Problem],
) -> Batch | None:
    finest = max(levels, key=len)
    keys, bottom = list(finest), levels.index(finest)
    cells = own.loc[own["_level"] == bottom, keys].drop_duplicates()
    where = " ".join(str(value) for value in place.values())
    if cells.empty:
        found = "no bottom cell"
        problems.append(Problem(where or "rows", found, f"rows of {level_name(finest)!r}"))
        return None
    structure = build_structure(cells, levels)
    node = _numbers(own, structure, levels, problems, where)
    if column_keys:
        columns = own[column_keys].drop_duplicates().sort_values(column_keys, ignore_index=True)
        column = own.groupby(column_keys, sort=True).ngroup().to_numpy()
    else:
        columns, column = pd.DataFrame(index=[0]), np.zeros(len(own), np.int64)
    shape = (len(structure.counts), len(columns))
    values, rows = np.full(shape, np.nan), np.full(shape, -1, np.int64)
    inside = node >= 0
    if len(np.unique(node[inside] * shape[1] + column[inside])) < inside.sum():
        found = "the same node more than once"
        problems.append(Problem(where or "rows", found, "each node once in each year"))
    values[node[inside], column[inside]] = own[measure].to_numpy(float)[inside]
    rows[node[inside], column[inside]] = own.index.to_numpy()[inside]
    _refuse_holes(structure, columns, rows, problems, where)
    return Batch(place, structure, columns, values, rows)


def _numbers(
    own: pd.DataFrame,
    structure: Structure,
    levels: Sequence[Level],
    problems: list[Problem],
    where: str,
) -> Index:
    """Return each row's node; aggregates with no cell under them are problems."""
    node = np.full(len(own), -1, np.int64)
    for place, level in enumerate(structure.levels):
        here = np.flatnonzero(own["_level"] == levels.index(level))
        start = structure.starts[place]
        if not level:
            node[here] = start
            continue
        label = structure.labels[place].assign(_node=np.arange(structure.sizes[place]) + start)
        rows = own.iloc[here][list(level)]
        found = rows.merge(label, on=list(level), how="left")["_node"]
        lost = rows[found.isna().to_numpy()].drop_duplicates()
        if len(lost):
            names = [" ".join(map(str, row)) for row in key_rows(lost)]
            text = (
                f"{count_of(len(lost), 'aggregate')} with no cell under them: {listing(names, 5)}"
            )
            step = "Add their cells, or drop these rows."
            at = f"level {level_name(level)!r}" + (f" of {where}" if where else "")
            problems.append(Problem(at, text, "cells at the bottom", next_step=step))
        node[here] = found.fillna(-1).to_numpy(np.int64)
    return node


def _refuse_holes(
    structure: Structure,
    columns: pd.DataFrame,
    rows: Index,
    problems: list[Problem],
    where: str,
) -> None:
    """Name the nodes that are there in some columns only; an aggregate may lack in all of them."""
    nodes = structure.nodes()
    for place, level in enumerate(structure.levels):
        start = structure.starts[place]
        part = rows[start : start + structure.sizes[place]]
        lacks = (part < 0) & (part >= 0).any(axis=1, keepdims=True)
        if not lacks.any():
            continue
        first = np.argwhere(lacks)[0]
        labels = nodes.iloc[start + first[0]].dropna()
        words = [*map(str, labels), *map(str, columns.iloc[first[1]])]
        found = f"{count_of(int(lacks.sum()), 'missing forecast')} (first: {' '.join(words)})"
        step = "Give each node a forecast in every year and scenario, or in none."
        at = f"level {level_name(level)!r}" + (f" of {where}" if where else "")
        problems.append(Problem(at, found, "the same nodes everywhere", next_step=step))
