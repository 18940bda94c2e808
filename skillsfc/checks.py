"""`check`: compare a table with its schema and report every problem at once.

pandera does the range checks; what it cannot know (two classifications in one column, percent
given as share, totals beside their parts) is checked here. Nothing is repaired.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import pandas as pd

from skillsfc.errors import Problem, TableError, did_you_mean, listing
from skillsfc.schema import (
    classification,
    code_list,
    dictionary,
    dictionary_words,
    is_empty,
    is_typed,
    key_columns,
    leaves,
    names_of,
    nearest_code,
    parents_in,
    refuse_other_than_table,
    table_keys,
    table_measures,
)

REQUIRED_FLAGS = ("unit", "status", "source")
ADDITIVE = ("persons", "wage_bill")  # measures whose parts add up to a total


def check(table: pd.DataFrame, *, name: str | None = None) -> pd.DataFrame:
    """Return a sorted, typed copy of a tidy table, or raise one error naming all its problems.

    Use it on any table that comes from outside before giving it to a model. It never repairs:
    a wrong code, a percent in place of a share or a duplicate key is an error.

    Parameters
    ----------
    table : DataFrame
        Long table: key columns, one measure column, and ``unit``, ``status``, ``source``.
    name : str, optional
        A table named in ``data/tables.csv``; its keys and measure are then required.

    Returns
    -------
    DataFrame
        The same rows, columns in dictionary order, keys as text or int, sorted by the keys.

    Raises
    ------
    TableError
        Listing every problem, each with the rows (first five) where it occurs.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> bad = pd.DataFrame({"country": ["MAR"], "year": [2024], "share": [21.3],
    ...                     "unit": ["share"], "status": ["observed"], "source": ["mine"]})
    >>> sf.check(bad)
    Traceback (most recent call last):
    skillsfc.errors.TableError: table, 1 problem
      column 'share': 1 value above 1 (rows: 0; largest 21.3); expected 0 to 1. Percent?
      Divide by 100.
    """
    subject = f"{name} table" if name else "table"
    refuse_other_than_table(table, subject)
    rows = table.reset_index(drop=True)
    problems = _column_problems(rows, name)
    known = [column for column in dictionary().index if column in rows.columns]
    rows = rows.loc[:, ~rows.columns.duplicated()][known].copy()
    for column in known:
        problems += _convert(rows, column)
    problems += _range_problems(rows)
    problems += _code_problems(rows) + _unit_problems(rows)
    # A misspelt key column is gone by now; without it every row would look like a duplicate.
    problems += _key_problems(rows) if set(table.columns) <= set(known) else []
    if problems:
        raise TableError(subject, problems)
    keys = key_columns(rows)
    return rows.sort_values(keys, kind="stable", ignore_index=True) if keys else rows


def _column_problems(rows: pd.DataFrame, name: str | None) -> list[Problem]:
    words = dictionary()
    problems = []
    if rows.empty:
        problems.append(Problem("rows", "none", "at least one", "", "Check the filter before."))
    twice = rows.columns[rows.columns.duplicated()].unique()
    if len(twice):
        problems.append(Problem("columns", f"named twice: {listing(twice)}", "each name once"))
    unknown = [column for column in rows.columns.unique() if column not in words.index]
    for column in unknown:
        guess = did_you_mean(column, words.index)
        step = "Rename or drop it; data/dictionary.csv lists every column."
        found = "not in the data dictionary"
        problems.append(Problem(f"column {column!r}", found, guess=guess, next_step=step))
    measures = [m for m in names_of("measure") if m in rows.columns]
    allowed = (table_measures(name) if name else []) or names_of("measure")
    if len(measures) != 1 or measures[0] not in allowed:
        found = f"measure columns {listing(measures)}" if measures else "no measure column"
        problems.append(Problem("columns", found, f"one of {listing(allowed, 20)}"))
    required = set(REQUIRED_FLAGS) | (set(table_keys(name)) if name else set())
    missing = sorted(required - set(rows.columns))
    if missing:
        problems.append(Problem("columns", f"missing: {listing(missing)}", "all of them present"))
    return problems


def _rows_text(index: Sequence[int]) -> str:
    shown = ", ".join(str(i) for i in list(index)[:5])
    return f"rows: {shown}" + (", ..." if len(index) > 5 else "")


def _convert(rows: pd.DataFrame, column: str) -> list[Problem]:
    """Type one column in place; return what could not be typed."""
    dtype = dictionary_words()[column]["dtype"]
    before = rows[column]
    if is_typed(before, dtype):
        return []
    if dtype == "string":
        if pd.api.types.is_numeric_dtype(before):
            found = f"numbers, such as {before.iloc[0] if len(before) else ''}"
            step = "Read the file with dtype=str, so that codes like '0110' survive."
            return [Problem(f"column {column!r}", found, "text codes", "", step)]
        rows[column] = before.astype("str").where(before.notna(), None)
        return []
    numbers = pd.to_numeric(before, errors="coerce")
    bad = before.notna() & (numbers.isna() | numbers.abs().eq(float("inf")))
    if dtype == "int":
        bad |= numbers.notna() & (numbers % 1 != 0)
    if bad.any():
        what = "numbers" if dtype == "float" else "whole numbers"
        shown = f"{listing(before[bad].unique(), 5)} ({_rows_text(list(rows.index[bad]))})"
        found = f"{int(bad.sum())} values not {what}: {shown}"
        comma = before[bad].astype("str").str.fullmatch(r"-?\d+,\d+").any()
        step = "A decimal comma? Say decimal=',' to sf.read_table." if comma else ""
        return [Problem(f"column {column!r}", found, what, "", step)]
    whole = dtype == "int" and not numbers.isna().any()
    rows[column] = numbers.astype("int64") if whole else numbers.astype("float64")
    return []


def _range_problems(rows: pd.DataFrame) -> list[Problem]:
    """Check ranges with pandera; translate what it found.

    pandera is imported only for a table that has something out of range: to import it and to
    build the schema takes longer than all the other checks of a sound table.
    """
    words = dictionary_words()
    bounds = {
        column: (words[column]["minimum"], words[column]["maximum"])
        for column in rows.columns
        if pd.api.types.is_numeric_dtype(rows[column])
    }
    if not any(leaves(rows[column], *ends) for column, ends in bounds.items()):
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandera.pandas as pa
    columns = {}
    for column, (low, high) in bounds.items():
        checks = [pa.Check.ge(float(low), name="below")] if low else []
        checks += [pa.Check.le(float(high), name="above")] if high else []
        columns[column] = pa.Column(checks=checks, nullable=True, required=False)
    try:
        pa.DataFrameSchema(columns).validate(rows, lazy=True)
    except pa.errors.SchemaErrors as error:
        return _translate(error.failure_cases, dictionary())
    return []


def _translate(cases: pd.DataFrame, words: pd.DataFrame) -> list[Problem]:
    problems = []
    for (column, rule), group in cases.groupby(["column", "check"], sort=True):
        low, high = words.loc[column, "minimum"], words.loc[column, "maximum"]
        side = "below" if rule == "below" or "greater_than" in rule else "above"
        bound = low if side == "below" else high
        extreme = group["failure_case"].min() if side == "below" else group["failure_case"].max()
        count = len(group)
        percent = column == "share" and side == "above"
        end = "smallest" if side == "below" else "largest"
        found = f"{count} value{'s' if count > 1 else ''} {side} {bound} "
        found += f"({_rows_text(list(group['index']))}; {end} {extreme:g})"
        wanted = f"{low or 'minus infinity'} to {high or 'infinity'}"
        step = "Percent? Divide by 100." if percent else ""
        problems.append(Problem(f"column {column!r}", found, wanted, "", step))
    return problems


def _code_problems(rows: pd.DataFrame) -> list[Problem]:
    problems = []
    for column in rows.columns:
        words = dictionary_words()[column]
        allowed = words["codes"]
        if not allowed or words["dtype"] != "string":
            continue
        values = rows[column]
        if allowed.startswith("@"):
            distinct = pd.Series(values.dropna().unique())
            bad = distinct[~distinct.astype("str").str.fullmatch(allowed[1:])].to_numpy()
            expected = "an age such as 17, 15-24 or 65+"
            options = pd.DataFrame({"code": ["15-24", "65+"]})
        elif column == "status":
            options = pd.DataFrame({"code": allowed.split("|")})
            bad = [word for word in values.dropna().unique() if word not in allowed.split("|")]
            expected = f"one of {listing(options['code'])}"
        else:
            name, bad = classification(values, allowed)
            if not name or (name.endswith(":") and not len(bad)):
                continue
            own = name.endswith(":")
            options = pd.DataFrame({"code": []}) if own else code_list(name)
            expected = f"codes of {name!r}" + ("" if own else f" (see sf.codes({name!r}))")
            problems += _level_problems(column, values, name, allowed) if not len(bad) else []
        if len(bad):
            at = rows.index[values.isin(bad)]
            guesses = sorted({nearest_code(b, options) for b in bad[:5]} - {""})
            problems.append(
                Problem(
                    f"column {column!r}",
                    f"{len(bad)} unknown codes: {listing(bad, 5)} ({_rows_text(list(at))})",
                    expected,
                    " or ".join(guesses),
                )
            )
    return problems


def _level_problems(column: str, values: pd.Series, name: str, allowed: str) -> list[Problem]:
    """Refuse a column that holds a code together with one of its own ancestors: double counting."""
    parents = parents_in(name)
    present = set(values.dropna().unique().tolist())
    doubled = set()
    for code in present:
        above = parents.get(code, "")
        while above:
            if above in present:
                doubled.add(f"{above} and {code}")
            above = parents.get(above, "")
    if not doubled:
        return []
    return [
        Problem(
            f"column {column!r}",
            f"totals beside their parts: {listing(sorted(doubled), 5)}",
            f"one level of {name!r} in a table",
            next_step="Keep one level, or use sf.roll_up.",
        )
    ]


def _unit_problems(rows: pd.DataFrame) -> list[Problem]:
    measures = [m for m in names_of("measure") if m in rows.columns]
    if "unit" not in rows.columns or len(measures) != 1:
        return []
    expected = dictionary_words()[measures[0]]["unit"]
    found = [unit for unit in rows["unit"].unique() if unit != expected]
    if expected == "mixed" or not found:
        return []
    return [
        Problem(
            "column 'unit'",
            f"{listing(found, 5)} for the measure {measures[0]!r}",
            f"{expected!r} in every row",
            next_step="Convert when reading the file; units are never mixed inside a table.",
        )
    ]


def _key_problems(rows: pd.DataFrame) -> list[Problem]:
    problems = []
    keys = key_columns(rows)
    for key in keys:
        empty = rows.index[is_empty(rows[key])]
        if len(empty):
            found = f"empty in {len(empty)} rows ({_rows_text(list(empty))})"
            problems.append(Problem(f"key {key!r}", found, "a code"))
    if keys:
        same = rows.duplicated(keys, keep=False)
        if same.any():
            first = rows.loc[same, keys].iloc[0]
            problems.append(
                Problem(
                    f"keys {', '.join(keys)}",
                    f"{int(same.sum())} duplicated rows (first: {' '.join(map(str, first))}; "
                    f"{_rows_text(list(rows.index[same]))})",
                    "each combination once",
                    next_step="Aggregate them, or add the column that tells them apart.",
                )
            )
    measures = [m for m in ADDITIVE if m in rows.columns]
    if "sex" in rows.columns and measures and {"T"} < set(rows["sex"].dropna().unique()):
        found, step = "'T' beside 'F' or 'M'", "Drop one of them: persons must add up once."
        problems.append(Problem("column 'sex'", found, "either the total or its parts", "", step))
    return problems
