"""Dates of SPSS files: seconds since 14 October 1582, shown by a format."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd

ORIGIN = np.datetime64("1582-10-14T00:00:00")
FIRST_DATE = 6_825_600.0  # 1583-01-01; a smaller number of seconds is a code, not a date
LAST_DATE = 265_621_593_600.0  # 9999-12-31, the last date that Python and pandas know
#: Kinds of formats: a day, a month, a quarter (told by its first month), a time of day or length.
KINDS = {
    **dict.fromkeys(("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "WKYR"), "day"),
    **dict.fromkeys(("DATETIME", "YMDHMS"), "day"),
    "MOYR": "month",
    "QYR": "quarter",
    **dict.fromkeys(("TIME", "DTIME"), "time"),
}


def kind_of_format(form: str) -> str:
    """Return what a format such as ``DATE11`` shows, or nothing if it shows plain numbers.

    Examples
    --------
    >>> kind_of_format("DATE11"), kind_of_format("MOYR8"), kind_of_format("F8.2")
    ('day', 'month', '')
    """
    return KINDS.get(re.split(r"\d", form, maxsplit=1)[0].upper(), "")


def told_dates(column: pd.Series, kind: str, codes: Collection[float]) -> pd.Series:
    """Return seconds as dates or times in text; codes and what can be no date stay numbers.

    Parameters
    ----------
    column : Series of float
        Seconds.
    kind : {"day", "month", "quarter", "time"}
        What the format shows.
    codes : collection of float
        Numbers with a label of their own, or declared to mean no answer.

    Examples
    --------
    >>> told_dates(pd.Series([12960864000.0, 99.0, None]), "month", [99.0]).tolist()
    ['1993-07', 99.0, nan]
    """
    seconds = column.to_numpy(dtype="float64", na_value=np.nan)
    held = np.isin(seconds, list(codes)) | ~np.isfinite(seconds)
    if kind == "time":
        shown = ~held & (seconds >= 0)
        told = [_clock(value) for value in seconds[shown]]
    else:
        shown = ~held & (seconds >= FIRST_DATE) & (seconds <= LAST_DATE)
        told = _dates(seconds[shown], kind)
    made = column.astype(object)
    made[shown] = told
    return made


def _dates(seconds: np.ndarray, kind: str) -> list[str]:
    moments = ORIGIN + np.floor(seconds).astype("timedelta64[s]")
    if kind == "day":
        return [str(moment) for moment in moments.astype("datetime64[D]")]
    months = moments.astype("datetime64[M]")
    if kind == "quarter":
        months = months - (months.astype("int64") % 3).astype("timedelta64[M]")
    return [str(month) for month in months]


def _clock(seconds: float) -> str:
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"
