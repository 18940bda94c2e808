"""When a person came under observation, beside spells told in years and months."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, TableError, listing
from skillsfc.transitions.records import Flags, Floats, Whole
from skillsfc.transitions.spells.clock import as_dates, hold_dates
from skillsfc.transitions.spells.months import read_month
from skillsfc.transitions.spells.settings import SUBJECT, SpellCheckSettings

ENTRY = ("entry", "entry_year", "entry_month")


def read_entry(table: pd.DataFrame, settings: SpellCheckSettings) -> dict[str, object] | None:
    """Return ``entry`` in months since year 0, and ``@entry``: where only its year is known.

    It may be told as ``entry_year`` and ``entry_month``, or as a date. A bare number is refused:
    what it counts from cannot be known beside years. None where there is no entry.

    Raises
    ------
    TableError
        If the entry is told as a number, or twice.
    """
    told = [name for name in ENTRY if name in table]
    if not told:
        return None
    if "entry" not in told and "entry_year" in told:
        times, unknown = read_month(table, "entry")
        if settings.unit == "year" and not {"start_month", "entry_month"} & set(table.columns):
            unknown[:] = False
        return {"entry": times, "@entry": unknown}
    if told == ["entry"] and hold_dates(table["entry"]):
        return {"entry": _months(as_dates(table["entry"]), settings.days), "@entry": False}
    found = f"beside years and months of start and end: {listing(told)}"
    step = "Give entry_year and entry_month, or entry as a date such as 1993-07."
    expected = "start, end and entry on one clock"
    raise TableError(SUBJECT, [Problem("entry", found, expected, "", step)])


def _months(dates: pd.Series, days: str) -> Floats:
    whole = dates.dt.year * 12 + dates.dt.month - 1
    if days == "fraction":
        whole = whole + (dates.dt.day - 1) / dates.dt.days_in_month
    return np.asarray(whole.to_numpy(dtype="float64", na_value=np.nan))


def place_entry(
    person: Whole,
    entry: Floats,
    unknown: Flags,
    spells: Floats,
    method: str,
    rng: np.random.Generator,
) -> Floats:
    """Return entries with unknown months placed: in their year, and within the person's spells.

    Parameters
    ----------
    person : array of int
        Number of the person of each spell; one person has one answer for one year.
    entry : array of float
        Months since year 0; January where only the year is known.
    unknown : array of bool
        Where that is so.
    spells : array [spells, 2] of float
        Start and end, whose months are known or placed by now.
    method : {"half_year", "uniform"}
        The middle of what is possible, or drawn.
    rng : Generator
        For the draws.
    """
    by = pd.DataFrame(spells).groupby(person)
    low = np.clip(by[0].transform("min").to_numpy(), entry, entry + 11)
    high = np.clip(by[1].transform("max").to_numpy(), low + 1, entry + 12)
    persons = int(person.max(initial=-1)) + 1
    part = 0.5 if method == "half_year" else rng.uniform(size=persons)[person]
    return np.asarray(np.where(unknown, np.floor(low + (high - low) * part), entry))
