"""Ends told as the last month, day or unit that still belongs to a spell (``end_included``)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem
from skillsfc.transitions.records import Floats
from skillsfc.transitions.spells.clock import MONTHS_PER_UNIT, Clock, as_dates, months_told
from skillsfc.transitions.spells.settings import SUBJECT


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
    What is added is what one end tells: a quarter where dates tell quarters (``1993Q3``), a month
    where they tell months (``1993-07``, ``1993m7``, periods, or
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
    told = set(months_told(ends).tolist())
    by_month = clock.unit in MONTHS_PER_UNIT and (clock.days == "drop" or _all_first(table))
    if 3 in told and len(told) > 1:
        _refuse("some ends told as quarters and some as months or days")
    if 1 in told and 0 in told and not by_month:
        _refuse("some ends told as months and some as days")
    months = max(told, default=0) or int(by_month)
    return dates + (pd.DateOffset(months=months) if months else pd.Timedelta(days=1))


def _all_first(table: pd.DataFrame) -> bool:
    dates = pd.concat([as_dates(table[name]) for name in ("start", "end")])
    return bool((dates.dropna().dt.day == 1).all())


def _refuse(found: str) -> None:
    step = "Add the last unit to 'end' yourself, so that a spell reaches until the next begins."
    expected = "months, days or whole numbers in 'start' and 'end'"
    problem = Problem("end_included", f"true with {found}", expected, "", step)
    raise ParameterError(SUBJECT, [problem])
