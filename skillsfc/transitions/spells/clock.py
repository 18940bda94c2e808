"""Times as numbers on one clock: numbers stay, calendar dates become counts from an origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.transitions.records import Flags, Floats

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
    """Return whether a column holds calendar dates, as dates or as text ``1993-07[-15]``."""
    if pd.api.types.is_datetime64_any_dtype(values) or isinstance(values.dtype, pd.PeriodDtype):
        return True
    if pd.api.types.is_numeric_dtype(values):
        return False
    return bool(values.astype("str").str.strip().str.fullmatch(_DATE).any())


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
    """Return dates without a time zone; what has another form than ``1993-07-15`` is missing.

    Forms such as 03/04/1993 are not read: whether that is March or April cannot be known.
    """
    if isinstance(values.dtype, pd.PeriodDtype):
        return values.dt.to_timestamp()
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.tz_localize(None) if values.dt.tz is not None else values
    text = values.astype("str").str.strip()
    text = text.where(text.str.fullmatch(_DATE).fillna(False).astype(bool))
    return pd.to_datetime(text.str.slice(0, 10), errors="coerce", format="ISO8601")


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
    if unit not in UNITS_PER_YEAR:
        words = listing(UNITS_PER_YEAR)
        problems.append(
            Problem("unit", repr(unit), f"one of {words}", did_you_mean(unit, UNITS_PER_YEAR))
        )


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
