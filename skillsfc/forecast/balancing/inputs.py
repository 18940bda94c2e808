"""Tidy tables of a balancing problem: checked, their keys sorted into tables and axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from skillsfc.checks import check
from skillsfc.errors import Problem, SkillsfcError, TableError, did_you_mean, listing
from skillsfc.forecast.balancing.keys import (
    APART,
    PLACES,
    SHOWN,
    TOTAL,
    Margin,
    code_problems,
    key_problems,
    match_seeds,
)
from skillsfc.schema import key_columns, measure_column, names_of, refuse_other_than_table

SUBJECT = "balance"


@dataclass(frozen=True)
class Inputs:
    """Checked tables, and what each key is for.

    Parameters
    ----------
    seed : DataFrame
        Rows of the seed.
    margins : tuple of Margin
        Margins.
    measure, seed_measure : str
        Column of the targets and of the seed.
    batch : tuple of str
        Keys whose combinations are tables of their own.
    matched : tuple of str
        Those of them by which seeds are told apart; for the others one seed serves all.
    axes, free : tuple of str
        Keys of a table; those of them that no margin has.
    """

    seed: pd.DataFrame
    margins: tuple[Margin, ...]
    measure: str
    seed_measure: str
    batch: tuple[str, ...]
    matched: tuple[str, ...]
    axes: tuple[str, ...]
    free: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_inputs(seed_table: Any, margins: Any, *, by: Any, signed: bool) -> Inputs:
    """Check all tables and tell batch keys from axes.

    Parameters
    ----------
    seed_table : DataFrame
        Tidy.
    margins : sequence or mapping of DataFrame
        Tidy tables over some of the keys.
    by : sequence of str, optional
        Keys whose combinations are tables of their own.
    signed : bool
        Whether negative values are wanted.

    Raises
    ------
    TableError
        Listing every problem of every table.
    """
    named = _named(margins)
    problems: list[Problem] = []
    seed = _checked(seed_table, "seed", signed, problems)
    checked = [
        (name, _checked(table, _title(name, n), signed, problems))
        for n, (name, table) in enumerate(named)
    ]
    rows = [table for _, table in checked if table is not None]
    if seed is None or len(rows) < len(checked):
        raise TableError(SUBJECT, problems)
    problems += _measure_problems(rows)
    batch, found = _batch(by, [set(key_columns(table)) for table in rows])
    problems += found
    parts = _margins(checked, batch)
    problems += key_problems(seed, parts, batch)
    if problems:
        raise TableError(SUBJECT, problems)
    matched, notes, found = match_seeds(seed, parts, batch)
    axes = tuple(key for key in key_columns(seed) if key not in batch and key not in APART)
    used = {axis for margin in parts for axis in margin.axes}
    axes = tuple(axis for axis in axes if axis in used or axis not in PLACES)
    problems += found + code_problems(seed, parts, axes)
    if problems:
        raise TableError(SUBJECT, problems)
    return Inputs(
        seed,
        tuple(parts),
        measure_column(rows[0]),
        measure_column(seed),
        batch,
        matched,
        axes,
        tuple(axis for axis in axes if axis not in used),
        tuple(notes),
    )


def _named(margins: Any) -> list[tuple[str, Any]]:
    if isinstance(margins, Mapping):
        pairs = [(str(name), table) for name, table in margins.items()]
    elif isinstance(margins, Sequence) and not isinstance(margins, str):
        pairs = [("", table) for table in margins]
    else:
        expected = "a list of tidy tables, or a mapping of names to them"
        raise TableError(SUBJECT, [Problem("margins", type(margins).__name__, expected)])
    if not pairs:
        raise TableError(SUBJECT, [Problem("margins", "none", "at least one table")])
    return pairs


def _title(name: str, place: int) -> str:
    return f"margin {name!r}" if name else f"margin {place + 1}"


def _checked(table: Any, title: str, signed: bool, problems: list[Problem]) -> pd.DataFrame | None:
    """Return a checked copy, or add its problems, each with the name of the table."""
    try:
        refuse_other_than_table(table)
        rows = check(table)
        measure = measure_column(rows)
    except SkillsfcError as error:
        problems += [_retold(problem, title) for problem in error.problems]
        return None
    values = rows[measure]
    if "reliability" in rows:
        # What the producer suppressed was not seen; a number standing there is none.
        values = values.mask(rows["reliability"].eq("S").fillna(False))
    lost = rows.index[values.isna()]
    if len(lost):
        keys = rows.loc[lost[:SHOWN], key_columns(rows)]
        first = [" ".join(map(str, row)) for row in keys.itertuples(index=False)]
        found = (
            f"missing or suppressed in {len(lost)} of {len(rows)} rows (first: {listing(first)})"
        )
        step = "Fill or drop them by a stated rule; missing is not 0."
        place = f"{title}, column {measure!r}"
        problems.append(Problem(place, found, "a number in each row", next_step=step))
        return None
    return rows.assign(**{measure: values.astype("float64")})


def _retold(problem: Problem | str, title: str) -> Problem:
    if isinstance(problem, str):
        return Problem(title, problem)
    told = replace(problem, where=f"{title}, {problem.where}")
    if "below 0" in problem.found and not problem.next_step:
        step = "A flow with a sign belongs in the column 'value', with method='gras'."
        told = replace(told, next_step=step)
    return told


def _measure_problems(margins: Sequence[pd.DataFrame]) -> list[Problem]:
    problems = []
    measures = sorted({measure_column(rows) for rows in margins})
    if len(measures) > 1:
        problems.append(Problem("margins", f"measures {listing(measures)}", "one for all"))
    units = sorted({str(unit) for rows in margins for unit in rows["unit"].unique()})
    if len(units) > 1:
        problems.append(Problem("margins", f"units {listing(units)}", "one for all"))
    return problems


def _batch(by: Any, keys: Sequence[set[str]]) -> tuple[tuple[str, ...], list[Problem]]:
    """Return the keys of tables: those named, or those of time and place that every margin has."""
    shared = set.intersection(*keys)
    if by is None:
        chosen = [key for key in names_of("key") if key in shared and key in (*APART, *PLACES)]
        return tuple(chosen), []
    wanted = [by] if isinstance(by, str) else list(by) if isinstance(by, Sequence) else [by]
    problems = [
        Problem(
            f"by={key!r}",
            "not a key of every margin",
            f"keys of all margins: {listing(sorted(shared)) or 'they have none in common'}",
            did_you_mean(key, shared),
        )
        for key in wanted
        if key not in shared
    ]
    always = [key for key in names_of("key") if key in shared and key in APART]
    chosen = [key for key in names_of("key") if key in {*always, *wanted}]
    return tuple(chosen), problems


def _margins(
    checked: Sequence[tuple[str, pd.DataFrame | None]], batch: Sequence[str]
) -> list[Margin]:
    made = []
    for name, rows in checked:
        if rows is None:
            continue
        axes = tuple(key for key in key_columns(rows) if key not in batch)
        made.append(Margin(name or "/".join(axes) or TOTAL, axes, rows))
    return made
