"""What a user gave for `skillsfc.multipliers`, read by label and checked cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd

from skillsfc.checks import check
from skillsfc.errors import CoverageError, Problem, TableError, did_you_mean, listing
from skillsfc.forecast.input_output.algebra import Array, relative_gap
from skillsfc.schema import key_columns, refuse_other_than_table

Values: TypeAlias = pd.Series | Mapping[str, float]
SHOWN = 5  # cells or labels named in one problem


def read_flows(table: pd.DataFrame, subject: str = "io_table") -> pd.DataFrame:
    """Return a square table of flows as numbers, columns in the order of the rows.

    Parameters
    ----------
    table : DataFrame
        Index: who sells or receives; columns: who buys or pays; the same labels in both.
    subject : str
        Name in messages.

    Returns
    -------
    DataFrame
        The same cells as float, columns ordered as the index.

    Raises
    ------
    TableError
        If it is empty, not square by label, has a label twice, a cell that is missing or no number,
        or a row and column of totals.

    Examples
    --------
    >>> read_flows(pd.DataFrame([[1, 2], [3, 4]], index=["A", "B"], columns=["A", "B"]))
         A    B
    A  1.0  2.0
    B  3.0  4.0
    """
    refuse_other_than_table(table, subject)
    problems = _label_problems(table)
    if problems:
        raise TableError(subject, problems)
    ordered = table.rename(index=str, columns=str)
    ordered = ordered.loc[:, list(ordered.index)]
    numbers = ordered.apply(pd.to_numeric, errors="coerce").astype("float64")
    problems = _number_problems(ordered, numbers) or _total_problems(numbers)
    if problems:
        raise TableError(subject, problems)
    return numbers


def _label_problems(table: pd.DataFrame) -> list[Problem]:
    if table.empty:
        step = "Check the filter before."
        return [Problem("io_table", "no rows or no columns", "a square table", next_step=step)]
    rows, columns = [str(x) for x in table.index], [str(x) for x in table.columns]
    problems = []
    for side, labels in (("rows", rows), ("columns", columns)):
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            problems.append(Problem(side, f"labelled twice: {listing(twice)}", "each label once"))
    for side, here, there in (("columns", rows, columns), ("rows", columns, rows)):
        lost = [label for label in here if label not in set(there)]
        if lost:
            guess = did_you_mean(lost[0], [label for label in there if label not in set(here)])
            step = "The table is square: set the labels as index, and leave other columns out."
            found = f"{len(lost)} without a counterpart: {listing(lost, SHOWN)}"
            other = "rows" if side == "columns" else "columns"
            problems.append(Problem(other, found, f"the same labels in {side}", guess, step))
    return problems


def _number_problems(before: pd.DataFrame, numbers: pd.DataFrame) -> list[Problem]:
    missing = before.isna().to_numpy()
    wrong = ~np.isfinite(numbers.to_numpy()) & ~missing
    problems = []
    if missing.any():
        step = "A missing flow is not 0: write 0 where nothing is sold."
        found = f"{int(missing.sum())} missing: {cells(missing, before)}"
        problems.append(Problem("cells", found, "a number in each", next_step=step))
    if wrong.any():
        found = f"{int(wrong.sum())} not numbers: {cells(wrong, before)}"
        problems.append(Problem("cells", found, "a finite number in each"))
    return problems


def cells(marked: np.ndarray, table: pd.DataFrame) -> str:
    """Return the first marked cells of a table as text: row to column, and what is there."""
    places = np.argwhere(marked)[:SHOWN]
    text = [
        f"{table.index[i]} to {table.columns[j]} ({_shown(table.iloc[i, j])})" for i, j in places
    ]
    return listing(text, SHOWN)


def _shown(value: object) -> str:
    return f"{value:,.12g}" if isinstance(value, int | float | np.number) else repr(value)


def _total_problems(numbers: pd.DataFrame) -> list[Problem]:
    """Find a row and column that are the sums of all others: counted, they double the economy."""
    values = numbers.to_numpy()
    if len(values) < 3:
        return []
    by_column, by_row = values.sum(axis=0), values.sum(axis=1)
    totals = [
        label
        for i, label in enumerate(numbers.index)
        if values[i].any()
        and relative_gap(values[i], by_column - values[i]).max() < 1e-9
        and relative_gap(values[:, i], by_row - values[:, i]).max() < 1e-9
    ]
    step = "Leave totals out."
    return [
        Problem(f"row and column {label!r}", "the sum of all others", "parts only", next_step=step)
        for label in totals
    ]


def read_vector(
    values: Values, labels: Sequence[str], name: str, *, absent: str = "refuse"
) -> tuple[Array, list[Problem]]:
    """Return one number a label, in the order of the labels, and what is wrong with the input.

    Parameters
    ----------
    values : Series or mapping
        Numbers by label.
    labels : sequence of str
        The labels wanted.
    name : str
        Name of the argument, for messages.
    absent : {"refuse", "zero"}
        What a label without a number means.

    Returns
    -------
    ndarray, list of Problem
        The numbers (NaN where a problem is), and the problems.
    """
    if not isinstance(values, pd.Series | Mapping):
        step = f"pd.Series(values, index=io_table.index) gives {name} its labels."
        found = type(values).__name__
        return np.full(len(labels), np.nan), [
            Problem(name, found, "a Series or mapping by label", next_step=step)
        ]
    given = pd.Series(values)
    given.index = given.index.map(str)
    problems = _vector_label_problems(given, labels, name, absent)
    numbers = pd.to_numeric(given, errors="coerce").astype("float64")
    bad = list(numbers.index[~np.isfinite(numbers)])
    if bad:
        found = f"{len(bad)} missing or no finite number: {listing(bad, SHOWN)}"
        problems.append(Problem(name, found, "a number for each label"))
    if problems:
        return np.full(len(labels), np.nan), problems
    return numbers.reindex(list(labels), fill_value=0.0).to_numpy(), []


def _vector_label_problems(
    given: pd.Series, labels: Sequence[str], name: str, absent: str
) -> list[Problem]:
    problems = []
    twice = given.index[given.index.duplicated()].unique()
    if len(twice):
        problems.append(Problem(name, f"labelled twice: {listing(twice)}", "each label once"))
    unknown = [label for label in given.index.unique() if label not in set(labels)]
    if unknown:
        guess = did_you_mean(unknown[0], labels)
        found = f"{len(unknown)} labels not in the table: {listing(unknown, SHOWN)}"
        problems.append(Problem(name, found, "labels of io_table", guess))
    lost = [label for label in labels if label not in set(given.index)]
    if lost and absent == "refuse":
        found = f"no number for {len(lost)} labels: {listing(lost, SHOWN)}"
        step = "Write 0 where there is nothing."
        problems.append(Problem(name, found, "a number for each label", next_step=step))
    return problems


def negative_problem(values: Array, labels: Iterable[str], name: str) -> list[Problem]:
    """Return the problem of negative numbers, if there are any."""
    bad = [f"{label} ({value:g})" for label, value in zip(labels, values, strict=True) if value < 0]
    return [Problem(name, f"{len(bad)} negative: {listing(bad, SHOWN)}", "0 or more")] * bool(bad)


def read_employment(
    employment: Values | pd.DataFrame, labels: Sequence[str], *, absent: str = "refuse"
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return persons by sector, and by further keys if the table has them, and what is wrong.

    Parameters
    ----------
    employment : Series, mapping or DataFrame
        Persons by label, or a tidy table ``sector, persons`` with further keys such as occupation
        or qualification, of one year and one country [persons].
    labels : sequence of str
        The sectors.
    absent : {"refuse", "zero"}
        What a sector without persons means.

    Returns
    -------
    DataFrame, list of Problem
        ``sector``, further keys, ``persons``; and the problems.
    """
    if not isinstance(employment, pd.DataFrame):
        persons, problems = read_vector(employment, labels, "employment", absent=absent)
        problems += negative_problem(persons, labels, "employment")
        return pd.DataFrame({"sector": list(labels), "persons": persons}), problems
    rows, keys = _tidy_employment(employment)
    problems = _constant_problems(rows, keys)
    lost = rows[rows["persons"].isna()]
    if len(lost):
        found = f"missing in {len(lost)} rows: {listing(lost['sector'].unique(), SHOWN)}"
        step = "A sum with a missing part is missing: fill or merge the sector."
        problems.append(Problem("employment, column 'persons'", found, "a number", next_step=step))
    by_sector = rows.groupby("sector")["persons"].sum(min_count=1)
    problems += _vector_label_problems(by_sector, labels, "employment", absent)
    kinds = [key for key in keys if len(rows[key].unique()) > 1 and key not in ("country", "year")]
    return rows[["sector", *kinds, "persons"]], problems


def employment_notes(employment: object) -> tuple[str, ...]:
    """Return what must travel with an employment table: unreliable, modelled, projected rows."""
    if not isinstance(employment, pd.DataFrame):
        return ()
    notes = []
    if "reliability" in employment and (unsure := int(employment["reliability"].eq("U").sum())):
        notes.append(f"{unsure} employment rows that the producer calls unreliable (U) are used.")
    guessed = employment["status"].isin(["imputed", "modelled", "projected"])
    if guessed.any():
        found = listing(employment.loc[guessed, "status"].unique())
        notes.append(f"{int(guessed.sum())} employment rows were not observed: {found}.")
    return tuple(notes)


def _tidy_employment(employment: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    rows = check(employment)
    if not {"sector", "persons"} <= set(rows.columns):
        raise TableError(
            "employment", [Problem("columns", listing(rows.columns, 12), "'sector' and 'persons'")]
        )
    if "reliability" in rows:
        # What the producer suppressed was not seen; a number standing there is none.
        rows["persons"] = rows["persons"].mask(rows["reliability"].eq("S").fillna(False))
    if rows["persons"].notna().sum() == 0:
        found = "no value at all"
        raise CoverageError("employment", [Problem("column 'persons'", found, "numbers")])
    return rows, [key for key in key_columns(rows) if key != "sector"]


def _constant_problems(rows: pd.DataFrame, keys: list[str]) -> list[Problem]:
    """Refuse employment of several years or countries: a matrix is of one of each."""
    return [
        Problem(
            f"employment, column {key!r}",
            f"{rows[key].nunique()} values: {listing(rows[key].unique(), SHOWN)}",
            "one: that of the table",
            next_step="Filter before.",
        )
        for key in ("country", "region", "year", "scenario")
        if key in keys and len(rows[key].unique()) > 1
    ]
