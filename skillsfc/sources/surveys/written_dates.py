"""Dates as people write them, 15.03.2021 or 15/03/2021, as dates that sort: 2021-03-15."""

from __future__ import annotations

import pandas as pd

ORDERS = ("day first", "month first")
WRITTEN = r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})"


def sortable_dates(text: pd.Series, order: str = "") -> tuple[pd.Series, bool]:
    """Return dates with the year first, and whether the order of day and month is known.

    Parameters
    ----------
    text : Series of str
        Cells of a column; missing ones stay so, and so does what is no such date.
    order : {"", "day first", "month first"}
        Order of the parts. By default points mean the day first; other signs are clear where a
        number above 12 stands on one side only, in any row of the column.

    Examples
    --------
    >>> sortable_dates(pd.Series(["15.03.2021", "1.4.2021", None]))[0].tolist()[:2]
    ['2021-03-15', '2021-04-01']
    >>> sortable_dates(pd.Series(["03/04/2021"]))[1], sortable_dates(pd.Series(["13/04/2021"]))[1]
    (False, True)
    """
    words = text.astype("str").str.strip()
    parts = words.str.extract(f"^{WRITTEN}$")
    written = parts[0].notna() & text.notna()
    if not written.any():
        return text, True
    first = pd.to_numeric(parts[0], errors="coerce")
    second = pd.to_numeric(parts[2], errors="coerce")
    if not order:
        left, right = bool((first > 12).any()), bool((second > 12).any())
        dotted = bool((parts.loc[written, 1] == ".").all())
        if not dotted and left == right:
            return text, False
        order = "day first" if dotted or left else "month first"
    day, month = (first, second) if order == "day first" else (second, first)
    told = parts[3] + "-" + _two(month) + "-" + _two(day)
    real = pd.to_datetime(told, format="%Y-%m-%d", errors="coerce").notna()
    return text.where(~(written & real), told), True


def _two(numbers: pd.Series) -> pd.Series:
    return numbers.fillna(0).astype("int64").astype("str").str.zfill(2)
