"""A user's own person histories: what a file's rows are, and which of its states are what."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from skillsfc.errors import ParameterError, Problem, SourceError, did_you_mean, listing
from skillsfc.sources.surveys.plain_words import running_quarters
from skillsfc.sources.surveys.read import SPELL_TIMES

TIMES = ("period", "month", "quarter", "year")
UNITS = ("months", "years", "quarters", "weeks", "days")
EARLIEST_YEAR, LATEST_YEAR = 1900, 2150  # whole times within them are years of the calendar


def states_of(words: str) -> tuple[str, ...]:
    """Return the states of a list with commas, or with blanks if there is no comma.

    Examples
    --------
    >>> states_of("school college"), states_of("part time job, full time job")
    (('school', 'college'), ('part time job', 'full time job'))
    """
    parts = words.split(",") if "," in words else words.split()
    return tuple(part.strip() for part in parts if part.strip())


def kind_of_rows(have: set[str], file: Path) -> str:
    """Return what a file's rows are."""
    if {"person", "state"} <= have and any(set(pair) <= have for pair in SPELL_TIMES):
        return "spells"
    if "person" in have and have & set(TIMES) and "state" in have:
        return "periods"
    if {"person", "activity"} <= have and have & set(TIMES) - {"year"}:
        return "panel"
    if {"age", "activity"} <= have:
        return "persons"
    expected = (
        "spells (person, state, start, end), periods (person, state, and one of "
        f"{listing(TIMES)}), a panel (the same with activity), or a survey (age, activity)"
    )
    step = "Name them in a mapping; spells may have start_year, start_month and the like."
    problem = Problem("columns", listing(sorted(have), 20), expected, next_step=step)
    raise SourceError(f"file {file.name}", [problem])


def refuse_states(found: list[str], kinds: dict[str, tuple[str, ...]]) -> None:
    """Raise unless each state of a file is learning, working or idle, and no other is named."""
    named = [state for kind in ("learning", "working", "idle") for state in kinds[kind]]
    where = "learning, working, idle"
    problems = [
        Problem(where, f"no state {state!r} in the file", listing(found, 20))
        for state in dict.fromkeys([*named, *kinds["stable"], *kinds["unemployed"]])
        if state not in found
    ]
    twice = sorted({state for state in named if named.count(state) > 1})
    rest = [state for state in found if state not in named]
    if twice:
        problems.append(Problem(where, f"named twice: {listing(twice)}"))
    if rest:
        found_rest = f"of no kind: {listing(rest)}"
        problems.append(Problem(where, found_rest, "each state of the file named once"))
    for part, whole in (("stable", "working"), ("unemployed", "idle")):
        outside = sorted(set(kinds[part]) - set(kinds[whole]))
        if outside:
            problems.append(Problem(part, listing(outside), f"states that are {whole}"))
    if problems:
        raise ParameterError("load_pathways", problems)


def unit_of(table: pd.DataFrame, kind: str, unit: str) -> str:
    """Return the unit of time of a user's own file, in the plural.

    A column ``month, quarter`` or ``year`` says it; so do spells that begin and end in years
    without months, or in whole numbers from 1900 to 2150. Anything else is in months unless told.

    Raises
    ------
    ParameterError
        If the word told is no unit, or another one than the column's.

    Examples
    --------
    >>> unit_of(pd.DataFrame({"person": [1], "year": [1993], "state": ["job"]}), "periods", "")
    'years'
    """
    told = unit if unit in ("", *UNITS) else f"{unit}s"
    if told not in ("", *UNITS):
        guess = did_you_mean(unit, UNITS)
        expected = f"one of {listing(UNITS)}, or empty"
        raise ParameterError("load_pathways", [Problem("unit", repr(unit), expected, guess)])
    column = next((name for name in TIMES if name in table.columns), "")
    if kind in ("spells", "persons") or column in ("", "period"):
        return told or ("years" if kind == "spells" and _in_years(table) else "months")
    if told in ("", f"{column}s"):
        return f"{column}s"
    step = f"Leave unit empty, or rename the column to 'period' if it counts {told}."
    found = f"{told!r}, but the file counts by its column '{column}'"
    problem = Problem("unit", found, f"'{column}s'", next_step=step)
    raise ParameterError("load_pathways", [problem])


def _in_years(spells: pd.DataFrame) -> bool:
    """Return whether all times of spells are years of the calendar."""
    if not {"start", "end"} <= set(spells.columns):
        return not {"start_month", "end_month"} & set(spells.columns)
    times = pd.concat([pd.to_numeric(spells[name], errors="coerce") for name in ("start", "end")])
    within = times.between(EARLIEST_YEAR, LATEST_YEAR) & (times % 1 == 0)
    return bool(within.all())


def from_zero(periods: pd.DataFrame) -> pd.DataFrame:
    """Return periods counted from the first of the file, as a clock that starts with it.

    A month or quarter of the calendar beside a year, or a quarter such as 2015Q1, becomes one
    count.

    Raises
    ------
    SourceError
        If it cannot be known whether a month (or quarter) is one of the calendar or counts on.
    """
    time = next(name for name in TIMES if name in periods.columns)
    if time == "quarter" and not pd.api.types.is_numeric_dtype(periods[time]):
        periods = periods.assign(quarter=running_quarters(periods[time]))
        return periods.assign(quarter=periods[time] - periods[time].min())
    if time in ("month", "quarter") and _of_calendar(periods, time):
        counted = periods["year"] * (12 if time == "month" else 4) + periods[time]
        periods = periods.assign(**{time: counted})
    return periods.assign(**{time: periods[time] - periods[time].min()})


def spells_from_zero(spells: pd.DataFrame) -> pd.DataFrame:
    """Return spells whose times in numbers are counted from the first start of the file.

    Years of the calendar, or ages, then are times since observation began; dates stay as they are.

    Examples
    --------
    >>> told = pd.DataFrame({"person": [1, 2], "start": [2001, 2003], "end": [2005, 2004]})
    >>> spells_from_zero(told)[["start", "end"]].values.tolist()
    [[0, 4], [2, 3]]
    """
    clock = [name for name in ("start", "end", "entry") if name in spells.columns]
    numbers = [name for name in clock if pd.api.types.is_numeric_dtype(spells[name])]
    first = spells["start"].min() if "start" in numbers else 0
    if not first > 0 or numbers != clock:
        return spells
    return spells.assign(**{name: spells[name] - first for name in clock})


def _of_calendar(periods: pd.DataFrame, time: str) -> bool:
    """Return whether months or quarters start again with each year."""
    if "year" not in periods.columns or periods["year"].nunique() < 2:
        return False
    if not periods[time].dropna().between(1, 12 if time == "month" else 4).all():
        return False
    if periods.duplicated(["person", time]).any():
        return True
    if not periods.drop_duplicates(["person", "year"])["person"].duplicated().any():
        return False  # one year a person: its months count on within it
    step = "Give one column 'period' that counts on, such as 12 * year + month."
    found = f"'{time}' beside 'year' may be of the calendar or count on from the first interview"
    raise SourceError("load_pathways", [Problem("columns", found, "one clock", next_step=step)])
