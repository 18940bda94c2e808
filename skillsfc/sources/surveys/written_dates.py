"""Dates as people write them, 15.03.2021 or 15/03/2021 or 2021m3, as dates that sort."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from skillsfc.errors import listing

ORDERS = ("day first", "month first")
MONTH = r"([0-9]{4})(?:[ -]?[mM]|-)(0?[1-9]|1[0-2])"
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
    >>> sortable_dates(pd.Series(["2021m3", "2021-11"]))[0].tolist()
    ['2021-03', '2021-11']
    """
    words = text.astype("str").str.strip()
    months = words.str.extract(f"^{MONTH}$")
    told = months[0].notna() & text.notna()
    text = text.where(~told, months[0] + "-" + _two(pd.to_numeric(months[1])))
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


def coarse_dates(columns: Mapping[str, pd.Series]) -> list[str]:
    """Return a note where all dates are the first of January, or of a quarter.

    A file of years or quarters (Stata's %ty and %tq) is read as days that nobody told.

    Examples
    --------
    >>> coarse_dates({"start": pd.Series(["1993-01-01", "1996-01-01"])})[0][:60]
    "All dates in 'start' are the first of January: if only years"
    """
    days = {
        name: text
        for name, column in columns.items()
        if len(text := column.dropna().astype("str"))
        and text.str.fullmatch(r"\d{4}-\d{2}-\d{2}").all()
        and len(text.unique()) > 1
    }
    names = listing(list(days))
    found = pd.concat(list(days.values())) if days else pd.Series([], dtype="str")
    if found.empty:
        return []
    if found.str.endswith("-01-01").all():
        return [
            f"All dates in {names} are the first of January: if only years were asked, give "
            "start_year and end_year, so that the months are placed and counted as not known."
        ]
    if found.str.fullmatch(r"\d{4}-(?:01|04|07|10)-01").all():
        return [
            f"All dates in {names} are the first day of a quarter: if quarters were asked, the "
            "unit is the quarter, and an end is the quarter after the last."
        ]
    return []
