"""Spells to one row a person and period at risk, and back."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from skillsfc.errors import (
    ParameterError,
    Problem,
    SkillsfcWarning,
    TableError,
    did_you_mean,
    listing,
)
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.moves import CENSORED, FALSE, TRUE
from skillsfc.transitions.records import Flags, Whole, as_codes
from skillsfc.transitions.spells.checked import checked_frame
from skillsfc.transitions.spells.grid import nearness
from skillsfc.transitions.spells.losses import refuse_taken
from skillsfc.transitions.spells.overlaps import NEAR, within
from skillsfc.transitions.spells.persons import as_numbers, as_times, other_columns

MOST_ROWS = 20_000_000
TOLD = ("spell", "time", "exposure", "period")


def spells_to_person_periods(spells: object, *, most_rows: int = MOST_ROWS) -> pd.DataFrame:
    """Expand spells to one row for each period that a person was at risk in a state.

    Use it for discrete-time models of your own making, or to attach what changes from month to
    month. `fit_hazard` does not need it: it groups equal rows instead of expanding them.

    Parameters
    ----------
    spells : SpellCheck or DataFrame
        Spells; a DataFrame is checked first, as `check_spells` does.
    most_rows : int
        Larger results are refused before memory is taken.

    Returns
    -------
    DataFrame
        ``person, period`` [time at which the period begins], ``state, time`` [periods completed
        since the start of the spell], ``exposure`` [part of the period at risk, 0-1], ``event``
        and ``to_state`` (in the last period only), ``spell`` [number within the person], then the
        other columns of the spell. Periods before a delayed entry have no row.

    Raises
    ------
    TableError
        If the spells are not valid, or have a column named as one of the result.
    ParameterError
        If there would be more than ``most_rows`` rows.

    Notes
    -----
    A spell [s, e) with entry v has rows j = floor(v-s), ..., ceil(e-s)-1, with exposure
    min(e, s+j+1) - max(v, s+j); these sum to e - v. `person_periods_to_spells` gives back the
    same spells, up to 1e-9 where times are no whole numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> told = pd.DataFrame({"person": [1, 1], "state": ["S", "E"], "start": [0, 2],
    ...                      "end": [2, 3]})
    >>> spells_to_person_periods(told)
       person  period state  time  exposure  event  to_state  spell
    0       1       0     S     0       1.0  False  censored      1
    1       1       1     S     1       1.0   True         E      1
    2       1       2     E     0       1.0  False  censored      2
    """
    subject = "spells_to_person_periods"
    if isinstance(most_rows, bool) or not isinstance(most_rows, int) or most_rows < 1:
        raise ParameterError(subject, [Problem("most_rows", repr(most_rows), "1 or more")])
    table = checked_frame(spells, subject=subject)
    refuse_taken(table, TOLD, subject)
    start, end = (table[name].to_numpy(dtype="float64") for name in ("start", "end"))
    entry = np.maximum(start, table["entry"].to_numpy("float64")) if "entry" in table else start
    near = nearness(1.0)
    first = np.floor(entry - start + near).astype(np.int64)
    count = np.ceil(end - start - near).astype(np.int64) - first
    total = int(count.sum())
    if total > most_rows:
        found = f"{total} rows from {len(table)} spells, about {total * 80 / 1e9:.1f} GB"
        step = "Raise most_rows if memory is there; or use wider units of time."
        raise ParameterError(subject, [Problem("spells", found, f"{most_rows} rows", "", step)])
    row = np.repeat(np.arange(len(table)), count)
    time = first[row] + within(count)
    period = start[row] + time
    exposure = np.minimum(end[row], period + 1) - np.maximum(entry[row], period)
    last = np.zeros(total, dtype=bool)
    last[np.cumsum(count) - 1] = True
    event = last & table["event"].to_numpy(dtype=bool)[row]
    names = ["person", "state", *other_columns(table), *_entry(table)]
    told = pd.concat([table["to_state"], pd.Series([CENSORED], dtype="str")], ignore_index=True)
    made = table[names].take(row).reset_index(drop=True)
    made = made.assign(
        to_state=told.take(np.where(event, row, len(table))).array,
        period=as_times(period),
        time=time,
        exposure=np.round(exposure, 9),
        event=event,
        spell=_numbers(table["person"])[row],
    )
    front = ["person", "period", "state", "time", "exposure", "event", "to_state", "spell"]
    return made[[*front, *[name for name in names if name not in front]]]


def _entry(table: pd.DataFrame) -> list[str]:
    return ["entry"] if "entry" in table else []


def _numbers(person: pd.Series) -> Whole:
    """Return 1, 2, ... for the spells of each person, in their order."""
    codes = pd.factorize(person)[0]
    first = np.flatnonzero(np.diff(codes, prepend=-1) != 0)
    counts = np.diff(np.append(first, len(codes)))
    return within(counts) + 1


def person_periods_to_spells(person_periods: pd.DataFrame) -> pd.DataFrame:
    """Join rows of person-periods to spells: the inverse of `spells_to_person_periods`.

    Use it also on monthly files of other origin, with one row a person and month.

    Parameters
    ----------
    person_periods : DataFrame
        ``person, period, state``; optional ``time, exposure, event, to_state, spell, entry``.
        Without ``spell`` and ``time`` a new spell begins where the state changes, a period is
        left out, or the row before had an event. Other columns: the first row of the spell tells,
        with a warning where they change within a spell.

    Returns
    -------
    DataFrame
        ``person, state, start, end, event, to_state``, ``entry`` where it is delayed, and the
        other columns. Moves that the table does not tell come from the adjoining next spell.

    Raises
    ------
    TableError
        If a column is missing, a person is twice in a period and state, or the spells are not
        valid.

    Warns
    -----
    SkillsfcWarning
        If a column changes within a spell: a spell has room for one value.

    Examples
    --------
    >>> import pandas as pd
    >>> person_periods_to_spells(pd.DataFrame({"person": [1, 1, 1], "period": [5, 6, 7],
    ...                                        "state": ["S", "S", "E"]}))
       person state  start  end  event  to_state
    0       1     S      5    7   True         E
    1       1     E      7    8  False  censored
    """
    subject = "person_periods_to_spells"
    refuse_other_than_table(person_periods, subject)
    refuse_taken(person_periods, ("start", "end"), subject)
    table = _read(person_periods, subject)
    keys = [name for name in ("person", "period", "spell") if name in table]
    table = table.sort_values(keys, kind="stable", ignore_index=True)
    first = _first_rows(table)
    last = np.append(first[1:], True)
    _warn_of_changes(table, first)
    head, tail = table[first].reset_index(drop=True), table[last].reset_index(drop=True)
    at = head["period"].to_numpy(dtype="float64")
    since = head["time"].to_numpy(dtype="float64") if "time" in table else np.zeros(len(head))
    start = at - since
    entry = head["entry"].to_numpy("float64") if "entry" in table else at
    until = tail["period"].to_numpy(dtype="float64")
    part = tail["exposure"].to_numpy(dtype="float64") if "exposure" in table else 1.0
    made = head[["person", "state", *other_columns(head, (*TOLD, "person", "state", "entry"))]]
    made = made.assign(start=as_times(start), end=as_times(np.maximum(until, entry) + part))
    if "entry" in table or (entry > start).any():
        made = made.assign(entry=as_times(entry))
    for name in ("event", "to_state"):
        if name in table:
            made[name] = tail[name]
    return checked_frame(made, subject=subject)


def _warn_of_changes(table: pd.DataFrame, first: Flags) -> None:
    """Warn of columns that change between rows of one spell."""
    own = {*TOLD, "person", "state", "event", "to_state", "start", "end", "entry"}
    changed = [
        name
        for name in other_columns(table, own)
        if (np.diff(pd.factorize(table[name])[0]) != 0)[~first[1:]].any()
    ]
    if changed:
        text = f"Columns change within spells, the first value is kept: {listing(changed)}."
        warnings.warn(text, SkillsfcWarning, 3)


def _read(table: pd.DataFrame, subject: str) -> pd.DataFrame:
    """Return the table with numbers for text such as "10" and events as true and false."""
    problems = [
        Problem(f"column '{name}'", "missing", "one of the columns",
                did_you_mean(name, table.columns))
        for name in ("person", "period", "state")
        if name not in table.columns
    ]  # fmt: skip
    for name in ("period", "time", "exposure", "entry"):
        if name in table.columns:
            numbers = as_numbers(table[name])
            bad = int(np.isnan(numbers).sum())
            if bad:
                problems.append(Problem(f"column '{name}'", f"no number in {bad} rows", "a number"))
            table = table.assign(**{name: numbers})
    if "spell" in table.columns and not np.isnan(as_numbers(table["spell"])).any():
        table = table.assign(spell=as_numbers(table["spell"]))
    if "event" in table.columns:
        table = table.assign(event=_events(table["event"], problems))
    if not problems and table.empty:
        problems.append(Problem("rows", "none", "at least one person-period"))
    keys = [name for name in ("person", "period", "state", "spell") if name in table.columns]
    if not problems and table.duplicated(keys).any():
        found = f"{int(table.duplicated(keys).sum())} rows repeat them"
        problems.append(Problem(f"keys {', '.join(keys)}", found, "one row for each"))
    if problems:
        raise TableError(subject, problems)
    return table


def _events(column: pd.Series, problems: list[Problem]) -> Flags:
    """Return true and false; a row that does not tell is a problem, not a false."""
    words = as_codes(column).fillna("").str.strip().str.lower()
    strange = ~words.isin(TRUE | FALSE)
    if strange.any():
        missing, rows = int((words == "").sum()), int(strange.sum())
        found = f"missing in {missing} rows"
        if rows > missing:
            found = f"{listing(sorted(set(words[strange & (words != '')])))} in {rows} rows"
        step = "Without the column, moves come from the adjoining next spell."
        problems.append(Problem("column 'event'", found, "true and false", "", step))
    return np.asarray(words.isin(TRUE), dtype=bool)


def _first_rows(table: pd.DataFrame) -> Flags:
    """Return the rows with which a spell begins."""
    new = np.append(True, np.diff(pd.factorize(table["person"])[0]) != 0)
    state = pd.factorize(table["state"])[0]
    new[1:] |= np.diff(state) != 0
    if "spell" in table:
        new[1:] |= np.diff(pd.factorize(table["spell"])[0]) != 0
        return new
    period = table["period"].to_numpy(dtype="float64")
    new[1:] |= np.abs(np.diff(period) - 1) > NEAR
    if "time" in table:
        new[1:] |= table["time"].to_numpy()[1:] != table["time"].to_numpy()[:-1] + 1
    if "event" in table:
        new[1:] |= table["event"].to_numpy(dtype=bool)[:-1]
    return new
