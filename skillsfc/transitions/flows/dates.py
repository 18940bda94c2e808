"""Dates of interviews as running numbers: numbers, text such as 2020Q3, or a year and its part."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, listing
from skillsfc.transitions.records import Flags, Floats, Whole

#: Months in a unit of dates that are numbers, by the name of their column.
MONTHS = {"month": 1.0, "quarter": 3.0, "year": 12.0, "week": 84 / 365.25, "day": 12 / 365.25}
CODES = {"quarter": (10, 4), "month": (100, 12)}  # 20203 and 202009: the year, then its part
YEARS = (1900, 2100)  # that such codes may begin with
PARTS = {"quarter": 4, "month": 12, "week": 53}  # parts of a year that a column may number
QUARTER = re.compile(r"(\d{4})\s*-?[qQ]([1-4])")
MONTH = re.compile(r"(\d{4})(?:\s*-?[mM]|-)(0?[1-9]|1[0-2])")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
ALIKE = 0.05  # of a length: quarters of 90 to 92 days are one length, one year and two are not
FORMS = "numbers, or text such as 2020Q3, 2020m9, 2020-09 or 2020-09-15"


@dataclass(frozen=True)
class Dates:
    """The distinct dates of a panel.

    Parameters
    ----------
    place : array of int
        Place of the date of each row.
    labels : tuple
        The dates as the tables name them, rising.
    running : tuple of float
        Their numbers: what is one further is one interval later.
    year : str
        Column of the year that was combined with the part of a year; empty where none was.
    steps : tuple of float
        How far apart consecutive dates are; 1 each where only their order is known.
    months : float
        Months in a unit of the steps; missing where the dates do not say.
    notes : tuple of str
        What was combined.
    """

    place: Whole
    labels: tuple[Any, ...]
    running: tuple[float, ...]
    year: str
    steps: tuple[float, ...]
    months: float
    notes: tuple[str, ...]


def read_dates(table: pd.DataFrame, time: str, problems: list[Problem]) -> Dates:
    """Return the dates of a panel in their order; those that have none become problems.

    A ``quarter`` of 1 to 4 (``month`` of 1 to 12) beside a ``year`` that varies within persons is
    the part of a year: both are combined. A week of the year is refused, as years differ in weeks.
    """
    year = "year" if _is_part(table, time) else ""
    if year and time == "week":
        found = "a week of the year beside 'year', which varies within persons"
        step = "Make a column of running weeks and name it: time=..."
        problems.append(Problem("column 'week'", found, "running numbers", next_step=step))
        year = ""
    numbers, kind = running_dates(table, time, year, problems)
    distinct, first, place = np.unique(numbers, return_index=True, return_inverse=True)
    labels = tuple(table[time].iloc[first].tolist())
    notes: tuple[str, ...] = ()
    if year:
        labels = tuple(_label(number, time) for number in distinct.tolist())
        notes = (f"{year} and {time} are combined into one running date, such as {labels[0]}.",)
    steps, unit = steps_between(distinct, kind)
    return Dates(
        np.asarray(place.ravel(), dtype=np.int64), labels, tuple(distinct.tolist()), year,
        tuple(steps.tolist()), MONTHS.get(time if unit == "number" else unit, np.nan), notes,
    )  # fmt: skip


def _is_part(table: pd.DataFrame, time: str) -> bool:
    """Return whether the dates are parts of a year that stands beside them."""
    if time not in PARTS or "year" not in table.columns:
        return False
    part = pd.to_numeric(table[time].astype("str"), errors="coerce")
    whole = bool((part.between(1, PARTS[time]) & (part % 1 == 0)).all())
    years = table[["person", "year"]].drop_duplicates()
    return whole and bool(years["person"].duplicated().any())


def running_dates(
    table: pd.DataFrame, time: str, year: str, problems: list[Problem]
) -> tuple[Floats, str]:
    """Return the number of each date, and its kind; what cannot be read becomes a problem."""
    if not year:
        return _read(table[time], problems)
    years = pd.to_numeric(table[year], errors="coerce").to_numpy("float64", na_value=np.nan)
    bad = ~np.isfinite(years)
    if bad.any():
        found = f"missing or no number in {int(bad.sum())} rows"
        problems.append(Problem(f"column '{year}'", found, "the year of the interview"))
    part = pd.to_numeric(table[time].astype("str"), errors="coerce").to_numpy("float64")
    return np.asarray(PARTS[time] * years + part), time


def _label(number: float, time: str) -> str:
    year, part = divmod(int(number) - 1, PARTS[time])
    return f"{year}Q{part + 1}" if time == "quarter" else f"{year}-{part + 1:02d}"


def _read(column: pd.Series, problems: list[Problem]) -> tuple[Floats, str]:
    """Return dates as numbers, and the kind of date that they are."""
    if pd.api.types.is_numeric_dtype(column):
        return _coded(np.asarray(column.to_numpy("float64", na_value=np.nan)), str(column.name))
    if pd.api.types.is_datetime64_any_dtype(column):
        return _days(column), "day"
    if all(isinstance(value, datetime.date) for value in column):
        return _days(pd.to_datetime(column)), "day"
    place, distinct = pd.factorize(column.astype("str").str.strip())
    read = [_number(str(text)) for text in distinct]
    kinds = {kind for kind, _ in read}
    if len(kinds) == 1 and kinds != {""}:
        numbers, kind = np.array([number for _, number in read])[place], kinds.pop()
        return _coded(numbers, str(column.name)) if kind == "number" else (numbers, kind)
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered:
        return np.asarray(column.cat.codes, dtype=np.float64), "order"
    strange = [text for text, (kind, _) in zip(distinct, read, strict=True) if not kind]
    found = f"text without an order of its own: {listing(strange)}" if strange else (
        f"text of more than one form: {listing(distinct)}")  # fmt: skip
    step = "Number the dates 1, 2, ... in a column and name it: time=..."
    problems.append(Problem(f"column '{column.name}'", found, FORMS, next_step=step))
    return np.asarray(place, dtype=np.float64), "order"


def _number(text: str) -> tuple[str, float]:
    """Return the kind of a date in text and its number; an empty kind where it is none."""
    for kind, form in (("quarter", QUARTER), ("month", MONTH)):
        match = form.fullmatch(text)
        if match:
            return kind, float(PARTS[kind] * int(match[1]) + int(match[2]))
    if DAY.fullmatch(text):
        day = pd.to_datetime(text, errors="coerce")
        return ("", 0.0) if pd.isna(day) else ("day", float(day.toordinal()))
    return ("number", float(text)) if NUMBER.fullmatch(text) else ("", 0.0)


def _coded(numbers: Floats, name: str) -> tuple[Floats, str]:
    """Return codes such as 20203 or 202009 as running quarters or months, others as they are."""
    base, parts = CODES.get(name, (1, 0))
    year, part = np.divmod(numbers, base)
    known = (part % 1 == 0) & (part >= 1) & (part <= parts)
    if parts and (known & (year >= YEARS[0]) & (year <= YEARS[1])).all():
        return np.asarray(parts * year + part), name
    return numbers, "number"


def _days(column: pd.Series) -> Floats:
    return np.array([day.toordinal() + (day - day.normalize()).total_seconds() / 86400
                     for day in column], dtype=np.float64)  # fmt: skip


def left_out(dates: Dates, usual: Flags) -> list[str]:
    """Return the pairs of dates that are further apart, or less far, than is usual.

    Examples
    --------
    >>> made = Dates(np.arange(3), ("2020Q1", "2020Q2", "2020Q4"), (1, 2, 4), "", (1, 2), 3, ())
    >>> left_out(made, np.array([True, False]))
    ['2020Q2 to 2020Q4']
    """
    pairs = zip(dates.labels[:-1], dates.labels[1:], usual, strict=True)
    return [f"{first} to {second}" for first, second, told in pairs if not told]


def usual_length(steps: Floats, seen: Floats | Whole) -> tuple[float, Flags]:
    """Return the length of time that most are seen over, and the steps of that length.

    Chances over times of different lengths have no mean that says anything: one length counts.
    Of two as common the shorter is taken, within which less goes unseen.

    Examples
    --------
    >>> usual_length(np.array([3.0, 3.0, 6.0]), np.array([1, 1, 1]))
    (3.0, array([ True,  True, False]))
    """
    alike = np.abs(steps - steps[:, None]) <= ALIKE * steps[:, None]
    best = max(range(len(steps)), key=lambda at: (seen @ alike[at], -steps[at]))
    return float(steps[best]), np.asarray(alike[best])


def steps_between(running: Floats, kind: str) -> tuple[Floats, str]:
    """Return how far each date is from the next, and the unit; days in months if that tells all."""
    if kind == "order":
        return np.ones(len(running) - 1), kind
    if kind == "day":
        days = [datetime.date.fromordinal(int(number)) for number in running]
        months = np.array([12.0 * day.year + day.month for day in days])
        if len(np.unique(months)) == len(months):
            running, kind = months, "month"  # months are of unequal length in days
    return np.asarray(np.diff(running)), kind
