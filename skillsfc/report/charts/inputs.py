"""What a chart asks of its table, checked before a line is drawn; every problem named at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from skillsfc.errors import (
    CoverageError,
    ParameterError,
    Problem,
    TableError,
    did_you_mean,
    listing,
)

#: Columns that, where they vary, are why a point of a chart occurs twice.
OTHER_KEYS = ("country", "sex", "age", "sector", "region", "model", "metric", "scenario", "group")


def require(
    table: pd.DataFrame,
    columns: Sequence[str],
    *,
    subject: str,
    measure: str,
    unique: Sequence[str] = (),
) -> pd.DataFrame:
    """Return a copy of the table if a chart can be drawn from it.

    Parameters
    ----------
    table : DataFrame
        What the caller gave.
    columns : sequence of str
        Columns that must be there.
    subject : str
        Name of the table in messages.
    measure : str
        Column of numbers; missing values are allowed, but not everywhere.
    unique : sequence of str
        Columns that together name one point of the chart.

    Raises
    ------
    TableError
        If columns are missing, numbers are not numbers, or a point occurs twice.
    CoverageError
        If there is no row, or no value in any row: an empty chart would say something untrue.

    Examples
    --------
    >>> import pandas as pd
    >>> require(pd.DataFrame({"year": [], "persons": []}), ["year", "persons"],
    ...         subject="history", measure="persons")
    Traceback (most recent call last):
    skillsfc.errors.CoverageError: history, 1 problem
      rows: none; expected at least one. The filter before this chart left nothing: check the
      codes and years that it asks for.
    """
    if not isinstance(table, pd.DataFrame):
        raise TableError(subject, [Problem("input", type(table).__name__, "a pandas DataFrame")])
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise TableError(subject, [_missing(name, table) for name in missing])
    if table.empty:
        raise CoverageError(subject, [_empty()])
    rows = table.reset_index(drop=True).copy()
    problems = _number_problems(rows, measure) + _double_problems(rows, unique)
    problems += _year_problems(rows) if "year" in columns else []
    if problems:
        raise TableError(subject, problems)
    rows[measure] = rows[measure].astype("float64")
    if "year" in columns:
        rows["year"] = rows["year"].astype("int64")
    if rows[measure].isna().all():
        raise CoverageError(
            subject,
            [
                Problem(
                    f"column {measure!r}", f"no value in {len(rows)} rows", "at least one number"
                )
            ],
        )
    return rows


def _empty() -> Problem:
    return Problem(
        "rows",
        "none",
        "at least one",
        next_step="The filter before this chart left nothing: check the codes and years that it "
        "asks for.",
    )


def _missing(name: str, table: pd.DataFrame) -> Problem:
    return Problem(
        f"column {name!r}",
        "missing",
        f"columns such as {listing(table.columns)} to hold it",
        did_you_mean(name, table.columns),
    )


def _number_problems(rows: pd.DataFrame, measure: str) -> list[Problem]:
    if not pd.api.types.is_numeric_dtype(rows[measure]):
        shown = listing(rows[measure].unique(), 3)
        return [Problem(f"column {measure!r}", f"text: {shown}", "numbers")]
    endless = np.isinf(rows[measure].astype("float64"))
    if endless.any():
        at = listing(rows.index[endless], 5)
        return [Problem(f"column {measure!r}", f"infinite in rows {at}", "finite numbers")]
    return []


def _year_problems(rows: pd.DataFrame) -> list[Problem]:
    years = pd.to_numeric(rows["year"], errors="coerce")
    bad = years.isna() | (years % 1 != 0)
    if not bad.any():
        return []
    return [Problem("column 'year'", listing(rows.loc[bad, "year"].unique(), 3), "whole years")]


def _double_problems(rows: pd.DataFrame, unique: Sequence[str]) -> list[Problem]:
    if not unique or not rows.duplicated(list(unique)).any():
        return []
    first = rows.loc[rows.duplicated(list(unique)), list(unique)].iloc[0]
    others = [
        name
        for name in (*OTHER_KEYS, *(["time"] if "until" in rows.columns else []))
        if name in rows.columns and name not in unique and len(rows[name].unique()) > 1
    ]
    step = f"Filter {listing(others)} to one value." if others else "Aggregate them before."
    return [
        Problem(
            f"rows of one {' and '.join(unique)}",
            f"several, first {' '.join(map(str, first))}",
            "one each",
            next_step=step,
        )
    ]


def require_keys(
    given: object, present: Sequence[object], *, subject: str, where: str, some: bool = False
) -> None:
    """Refuse codes asked to be shown that the table does not have.

    Raises
    ------
    CoverageError
        With each code that is not there.
    ParameterError
        If it is no list of codes, or an empty one where ``some`` are needed.
    """
    if isinstance(given, str) or not isinstance(given, Collection) or (some and len(given) == 0):
        raise ParameterError(subject, [Problem(where, repr(given)[:60], "a list of codes")])
    known = [str(item) for item in present]
    absent = [code for code in given if code not in known]
    if absent:
        raise CoverageError(
            subject,
            [
                Problem(
                    where,
                    f"{code!r} is not in the table",
                    listing(known),
                    did_you_mean(code, known),
                )
                for code in absent
            ],
        )


NOT_STATED = "not stated"


def group_names(column: pd.Series) -> pd.Series:
    """Return the codes of groups as text; who is in none is a group of its own, not lost.

    Examples
    --------
    >>> import pandas as pd
    >>> group_names(pd.Series(["F", None])).tolist()
    ['F', 'not stated']
    """
    return column.astype("str").where(column.notna(), NOT_STATED)


def require_numbers(rows: pd.DataFrame, columns: Sequence[str], *, subject: str) -> None:
    """Raise a TableError for columns in which a cell is missing, no number, or endless."""
    problems = []
    for name in columns:
        numbers = pd.to_numeric(rows[name], errors="coerce").astype("float64")
        bad = ~np.isfinite(numbers)
        if bad.any():
            found = f"missing, endless or no number in {int(bad.sum())} rows"
            step = "Leave those rows out, or fill them in: nothing is drawn as zero."
            problems.append(Problem(f"column {name!r}", found, "numbers", next_step=step))
    if problems:
        raise TableError(subject, problems)


def age_start(age: str) -> int:
    """Return the first completed year of an age group.

    Examples
    --------
    >>> [age_start(age) for age in ("0-4", "17", "100+")]
    [0, 17, 100]
    """
    digits = age.split("-")[0].rstrip("+")
    if not digits.isdigit():
        raise TableError(
            "ages", [Problem("column 'age'", repr(age), "an age such as 15-24 or 65+")]
        )
    return int(digits)
