"""Times as numbers on one clock: numbers stay, calendar dates become counts from an origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean
from skillsfc.transitions.column_names import word_problems
from skillsfc.transitions.flows.dates import MONTH, QUARTER
from skillsfc.transitions.records import Flags, Floats, Whole

UNITS_PER_YEAR = {"day": 365.25, "week": 365.25 / 7, "month": 12.0, "quarter": 4.0, "year": 1.0}
MONTHS_PER_UNIT = {"month": 1, "quarter": 3, "year": 12}
DAYS_PER_UNIT = {"day": 1, "week": 7}
_DATE = r"\d{4}-\d{2}(?:-\d{2})?(?:[ T]\d{2}:\d{2}.*)?"


@dataclass(frozen=True)
class Clock:
    """Unit and origin of the time axis; without an origin times are numbers already."""

    unit: str
    origin: pd.Timestamp | None
    days: str = "fraction"

    @property
    def label(self) -> str | None:
        """Return the origin as a date, ``1993-07`` or ``1993-07-15``."""
        if self.origin is None:
            return None
        short = self.origin.day == 1 and self.unit in MONTHS_PER_UNIT
        return str(self.origin.strftime("%Y-%m" if short else "%Y-%m-%d"))

    def read(self, values: pd.Series) -> tuple[Floats, Flags]:
        """Return times on this clock, and which cells hold something that is no time."""
        if self.origin is None:
            if pd.api.types.is_datetime64_any_dtype(values):
                return np.full(len(values), np.nan), np.ones(len(values), dtype=bool)
            numbers = pd.to_numeric(values, errors="coerce")
            times = numbers.to_numpy(dtype="float64", na_value=np.nan)
            times = np.where(np.isinf(times), np.nan, times)
        else:
            times = self.count(as_dates(values))
        bad = np.isnan(times) & ~is_missing(values)
        return np.asarray(times, dtype=np.float64), np.asarray(bad)

    def count(self, dates: pd.Series) -> Floats:
        """Return the time from the origin to each date [unit]."""
        origin = cast("pd.Timestamp", self.origin)
        if self.unit in DAYS_PER_UNIT:
            days = (dates - origin) / pd.Timedelta(days=DAYS_PER_UNIT[self.unit])
            return np.asarray(days.to_numpy(dtype="float64", na_value=np.nan))
        months = (dates.dt.year - origin.year) * 12 + dates.dt.month - origin.month
        counted = months.to_numpy(dtype="float64", na_value=np.nan)
        if self.days == "fraction":
            parts = (dates.dt.day - 1) / dates.dt.days_in_month
            counted = counted + parts.to_numpy(dtype="float64", na_value=np.nan)
            counted = counted - (origin.day - 1) / origin.days_in_month
        return np.asarray(counted / MONTHS_PER_UNIT[self.unit])


def is_missing(values: pd.Series) -> Flags:
    """Return which cells are empty: missing, or text of blanks only."""
    empty = values.isna()
    if not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values)):
        empty = empty | (values.astype("str").str.strip() == "")
    return np.asarray(empty, dtype=bool)


def hold_dates(values: pd.Series) -> bool:
    """Return whether a column holds calendar dates, as dates or as text such as ``1993-07``."""
    if pd.api.types.is_datetime64_any_dtype(values) or isinstance(values.dtype, pd.PeriodDtype):
        return True
    if pd.api.types.is_numeric_dtype(values):
        return False
    return bool(_sortable(values).str.fullmatch(_DATE).any())


def without_month(values: pd.Series) -> Flags:
    """Return which cells are dates in text whose month is 00, 98 or 99: asked, and not known.

    Examples
    --------
    >>> without_month(pd.Series(["1993-00", "1993-99-00", "1993-07", "1993-13"])).tolist()
    [True, True, False, False]
    """
    if values.dtype.kind in "iufbM" or isinstance(values.dtype, pd.PeriodDtype):
        return np.zeros(len(values), dtype=bool)
    text = values.astype("str").str.strip()
    found = text.str.match(r"\d{4}-(?:00|98|99)(?:-|$)").fillna(False)
    return np.asarray(found, dtype=bool)


def as_dates(values: pd.Series) -> pd.Series:
    """Return dates without a time zone: ``1993-07-15``, or the first day of a month or quarter.

    Months and quarters are written 1993-07, 1993m7 or 1993Q3; what has another form is missing.
    Forms such as 03/04/1993 are not read: whether that is March or April cannot be known.
    """
    if isinstance(values.dtype, pd.PeriodDtype):
        return values.dt.to_timestamp()
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.tz_localize(None) if values.dt.tz is not None else values
    text = _sortable(values)
    text = text.where(text.str.fullmatch(_DATE).fillna(False).astype(bool))
    return pd.to_datetime(text.str.slice(0, 10), errors="coerce", format="ISO8601")


def _sortable(values: pd.Series) -> pd.Series:
    """Return text in which quarters and months are written as the month that they begin with."""
    text = values.astype("str").str.strip()
    words = {word: _first_month(word) for word in text.dropna().unique()}
    return text.map(words) if any(word != first for word, first in words.items()) else text


def _first_month(word: str) -> str:
    if hit := QUARTER.fullmatch(word):
        return f"{hit[1]}-{3 * int(hit[2]) - 2:02d}"
    hit = MONTH.fullmatch(word)
    return f"{hit[1]}-{int(hit[2]):02d}" if hit else word


def months_told(values: pd.Series) -> Whole:
    """Return how many months each date tells that can be read: 3, 1, or 0 where it tells a day.

    Examples
    --------
    >>> months_told(pd.Series(["2015Q1", "2015m3", "2015-03", "2015-03-15", "no"])).tolist()
    [3, 1, 1, 0]
    """
    known = values[as_dates(values).notna()]
    if pd.api.types.is_datetime64_any_dtype(known):
        return np.zeros(len(known), dtype=np.int64)
    text = known.astype("str").str.strip()
    told = {word: 3 if QUARTER.fullmatch(word) else int(bool(MONTH.fullmatch(word)))
            for word in text.unique()}  # fmt: skip
    return np.array([told[word] for word in text], dtype=np.int64)


def choose_clock(
    table: pd.DataFrame, unit: str, origin: object, days: str, problems: list[Problem]
) -> Clock:
    """Return the clock of a table: dates in ``start`` or ``end`` count from the origin."""
    dated = [name for name in ("start", "end") if hold_dates(table[name])]
    if not dated:
        if origin is not None:
            found = f"{origin!r}, but the times are numbers already"
            problems.append(Problem("origin", found, "dates in 'start' and 'end', or no origin"))
        return Clock(unit, None)
    if origin is None:
        firsts = [as_dates(table[name]).min() for name in dated]
        known = [first for first in firsts if not pd.isna(first)]
        # Where no date can be read every row is refused, and the clock is no matter.
        first = min(known, default=pd.Timestamp("1970-01-01")).normalize()
        return Clock(unit, first.replace(day=1) if unit in MONTHS_PER_UNIT else first, days)
    return Clock(unit, read_origin(origin, problems), days)


def read_origin(origin: object, problems: list[Problem]) -> pd.Timestamp:
    """Return the origin as a date; another thing is a problem."""
    found = as_dates(pd.Series([str(origin)])).iloc[0]
    if pd.isna(found):
        problems.append(Problem("origin", repr(origin), "a date such as '1993-07'"))
        return pd.Timestamp("1970-01-01")
    return cast("pd.Timestamp", found)


def refuse_unit(unit: object, problems: list[Problem]) -> None:
    """Add a problem if the unit of time is none of the known ones."""
    problems += word_problems({"unit": unit}, {"unit": UNITS_PER_YEAR})


def read_moment(
    table: pd.DataFrame, given: Any, name: str, clock: Clock, problems: list[Problem]
) -> Floats:
    """Return one time a row from a column's name, a number or a date (missing where not known)."""
    if isinstance(given, str) and given in table.columns:
        values = table[given]
    else:
        values = pd.Series([given])
    times, bad = clock.read(values)
    if isinstance(given, bool) or bad.all() or np.isnan(times).all():
        kind = "a number" if clock.origin is None else "a date such as '2001-06'"
        found = repr(given) if len(values) == 1 else f"column {given!r} holds no such time"
        guess = did_you_mean(given, table.columns) if isinstance(given, str) else ""
        raise ParameterError(
            "check_spells",
            [*problems, Problem(name, found, f"the name of a column, or {kind}", guess)],
        )
    if bad.any():
        found = f"no time on the clock of 'start' in {int(bad.sum())} rows"
        problems.append(Problem(f"column '{given}'", found, "numbers or dates, as in 'start'"))
    return np.broadcast_to(times, len(table)) if len(values) == 1 else times
