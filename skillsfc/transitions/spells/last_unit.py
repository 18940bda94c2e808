"""Ends told as the last month, day or unit that still belongs to a spell (``end_included``)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem
from skillsfc.transitions.records import Flags, Floats
from skillsfc.transitions.spells.clock import MONTHS_PER_UNIT, Clock, as_dates
from skillsfc.transitions.spells.settings import SUBJECT

_MONTH = r"\d{4}-\d{2}"


def after_last(table: pd.DataFrame, clock: Clock, read: dict[str, Floats]) -> Floats:
    """Return the ends of spells whose last unit of time still belongs to them.

    Parameters
    ----------
    table : DataFrame
        ``start`` and ``end`` as they came.
    clock : Clock
        The clock they are read on.
    read : dict of str to array
        ``start`` and ``end`` as that clock reads them.

    Notes
    -----
    What is added is what one end tells: a month where dates tell months (``1993-07``, periods, or
    dates that are all the first of a month where months are counted), a day where they tell days,
    one unit where ends are whole numbers.

    Raises
    ------
    ParameterError
        Where times are fractions, or some dates tell a month and others a day: what the last unit
        is cannot be known.
    """
    if clock.origin is not None:
        return clock.count(_next_dates(table, clock))
    times = np.concatenate([read["start"], read["end"]])
    if (times != np.floor(times))[~np.isnan(times)].any():
        _refuse("times that are no whole numbers")
    return read["end"] + 1


def _next_dates(table: pd.DataFrame, clock: Clock) -> pd.Series:
    """Return the first date that no longer belongs to each spell."""
    ends = table["end"]
    if isinstance(ends.dtype, pd.PeriodDtype):
        return as_dates(ends + 1)
    dates = as_dates(ends).dt.normalize()
    months = _tell_months(ends)
    whole = months.all() or (
        clock.unit in MONTHS_PER_UNIT and (clock.days == "drop" or _all_first(table))
    )
    if months.any() and not whole:
        _refuse("some ends told as months and some as days")
    return dates + (pd.DateOffset(months=1) if whole else pd.Timedelta(days=1))


def _tell_months(ends: pd.Series) -> Flags:
    """Return which of the dates that can be read tell a month only."""
    known = ends[as_dates(ends).notna()]
    if pd.api.types.is_datetime64_any_dtype(known) or known.empty:
        return np.zeros(1, dtype=bool)
    return np.asarray(known.astype("str").str.strip().str.fullmatch(_MONTH), dtype=bool)


def _all_first(table: pd.DataFrame) -> bool:
    dates = pd.concat([as_dates(table[name]) for name in ("start", "end")])
    return bool((dates.dropna().dt.day == 1).all())


def _refuse(found: str) -> None:
    step = "Add the last unit to 'end' yourself, so that a spell reaches until the next begins."
    expected = "months, days or whole numbers in 'start' and 'end'"
    problem = Problem("end_included", f"true with {found}", expected, "", step)
    raise ParameterError(SUBJECT, [problem])
