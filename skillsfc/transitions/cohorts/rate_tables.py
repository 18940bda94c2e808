"""Tables of rates as given: checked, and laid out by group and grade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, TableError, did_you_mean, listing
from skillsfc.schema import dictionary, key_columns, refuse_other_than_table
from skillsfc.transitions.cohorts.kernel import Rates
from skillsfc.transitions.cohorts.tables import series_name
from skillsfc.transitions.records import Floats

SHARES = ("promotion", "repetition", "completion")
SUM_ROUNDING = 1e-6  # of a dropout given beside the other shares, in figures of six digits


@dataclass(frozen=True)
class RateArrays:
    """Rates laid out by group and grade.

    Parameters
    ----------
    rates : Rates
        Arrays (groups, grades).
    groups : DataFrame
        One row a group; the year is part of it where rates differ by year.
    first_grade : int
        Grade of the first place.
    """

    rates: Rates
    groups: pd.DataFrame
    first_grade: int


def read_rates(table: object, subject: str) -> pd.DataFrame:
    """Return a checked table of rates: keys, ``grade``, and shares.

    Raises
    ------
    TableError
        If a column is absent or unknown, a share is no number from 0, a key is empty or repeated,
        or a grade between two others is missing.
    """
    refuse_other_than_table(table, subject)
    assert isinstance(table, pd.DataFrame)  # noqa: S101 - for mypy; refused above
    absent = [name for name in ("grade", "promotion", "repetition") if name not in table.columns]
    if absent:
        near = did_you_mean(absent[0], table.columns)
        expected = "grade, promotion, repetition and any keys"
        raise TableError(
            subject, [Problem("columns", f"missing: {listing(absent)}", expected, near)]
        )
    if table.empty:
        raise TableError(subject, [Problem("rows", "none", "at least one")])
    rows = table.reset_index(drop=True)
    keys = [key for key in key_columns(rows) if key != "level"]  # of limits, not of education
    rows = rows[keys].assign(**{n: rows.get(n, np.nan) for n in (*SHARES, "dropout")})
    problems = [p for name in (*SHARES, "dropout") for p in _share_problems(rows, name)]
    problems += [p for name in ("grade", "year") if name in rows for p in _whole(rows, name)]
    empty = [key for key in keys if rows[key].isna().any()]
    problems += [Problem(f"column {key!r}", "empty in some rows", "a code") for key in empty]
    same = rows.duplicated(keys, keep=False)
    if same.any() and not empty:
        found = f"{int(same.sum())} rows repeat their keys {listing(keys)}"
        problems.append(Problem("rows", found, "each once"))
    if problems:
        raise TableError(subject, problems)
    whole = {name: int for name in ("grade", "year") if name in rows}
    return rows.astype(whole)


def _share_problems(rows: pd.DataFrame, name: str) -> list[Problem]:
    numbers = pd.to_numeric(rows[name], errors="coerce")
    bad = (numbers.isna() & rows[name].notna()) | np.isinf(numbers)
    rows[name] = numbers
    problems = []
    if bad.any():
        problems.append(
            Problem(f"column {name!r}", f"{int(bad.sum())} values no numbers", "shares")
        )
    if name == "dropout":
        return problems  # it follows from the others, and is negative where more came than were
    for side, out in (("below 0", numbers < 0), ("above 2", numbers > 2)):
        if out.any():
            step = "Percent? Divide by 100." if side == "above 2" else ""
            found = f"{int(out.sum())} values {side}"
            problems.append(Problem(f"column {name!r}", found, "shares, 0 to 1", "", step))
    return problems


def _whole(rows: pd.DataFrame, name: str) -> list[Problem]:
    numbers = pd.to_numeric(rows[name], errors="coerce")
    low, high = (int(dictionary().loc[name, end]) for end in ("minimum", "maximum"))
    bad = numbers.isna() | (numbers % 1 != 0) | (numbers < low) | (numbers > high)
    if not bad.any():
        return []
    found = f"{int(bad.sum())} values such as {rows[name][bad].iloc[0]!r}"
    return [Problem(f"column {name!r}", found, f"whole numbers, {low} to {high}")]


def lay_out_rates(rows: pd.DataFrame, subject: str) -> RateArrays:
    """Lay a table from `read_rates` out by group (with the year, if it has one) and grade.

    The last grade's completion is its promotion where no completion is given.

    Raises
    ------
    TableError
        If a group lacks a rate between its first and last grade.
    """
    keys = [key for key in key_columns(rows) if key != "grade"]
    if keys:
        place = rows.groupby(keys, sort=True).ngroup().to_numpy()
        groups = rows[keys].drop_duplicates().sort_values(keys, ignore_index=True)
    else:
        place, groups = np.zeros(len(rows), dtype=int), pd.DataFrame(index=[0])
    low = int(rows["grade"].min())
    grade = rows["grade"].to_numpy() - low
    shape = (len(groups), int(grade.max()) + 1)
    arrays: dict[str, Floats] = {name: np.full(shape, np.nan) for name in SHARES}
    for name in SHARES:
        arrays[name][place, grade] = rows[name].to_numpy(dtype=float)
    there = np.zeros(shape, dtype=bool)
    there[place, grade] = True
    first = there.argmax(axis=1)
    last = shape[1] - 1 - there[:, ::-1].argmax(axis=1)
    every = np.arange(len(groups))
    final = arrays["completion"][every, last]
    arrays["completion"][every, last] = np.where(
        np.isnan(final), arrays["promotion"][every, last], final
    )
    rates = Rates(arrays["promotion"], arrays["repetition"], arrays["completion"], first, last)
    laid = RateArrays(rates, groups, low)
    _refuse_holes(laid, subject)
    _refuse_other_dropout(rows, subject)
    return laid


def _refuse_holes(laid: RateArrays, subject: str) -> None:
    inside, _ = laid.rates.place()
    missing = inside & (np.isnan(laid.rates.onward()) | np.isnan(laid.rates.repetition))
    if not missing.any():
        return
    problems = []
    for at in np.flatnonzero(missing.any(axis=1))[:20]:
        grades = laid.first_grade + np.flatnonzero(missing[at])
        name = series_name(laid.groups.iloc[at].to_dict())
        found = f"no promotion or repetition in grades {listing(grades)}"
        problems.append(Problem(name, found, "both in every grade from the first to the last"))
    raise TableError(subject, problems)


def _refuse_other_dropout(rows: pd.DataFrame, subject: str) -> None:
    """Refuse a dropout that is not what promotion, repetition and completion leave."""
    beyond = (rows["completion"] - rows["promotion"]).clip(lower=0).fillna(0.0)
    left = 1.0 - rows["promotion"] - rows["repetition"] - beyond
    other = rows["dropout"].notna() & ((rows["dropout"] - left).abs() > SUM_ROUNDING)
    # Of the last grade promotion may be told apart from completion; then nothing can be compared.
    other &= rows["grade"] < rows["grade"].max()
    if other.any():
        row = rows[other].iloc[0]
        found = (
            f"{row['dropout']:g} in grade {row['grade']:g}, where {left[other].iloc[0]:g} is left"
        )
        raise TableError(
            subject, [Problem("column 'dropout'", found, "1 less the other shares, or no column")]
        )
