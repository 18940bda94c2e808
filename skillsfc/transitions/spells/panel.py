"""Spells to a panel of interviews, and back as far as interviews tell."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, SkillsfcWarning, TableError, did_you_mean
from skillsfc.errors import listing as listed
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.column_names import (
    is_number,
    refuse_names,
    switch_problems,
    word_problems,
)
from skillsfc.transitions.records import CENSORED, Flags, Floats, as_codes
from skillsfc.transitions.sequences.model import PERIODS
from skillsfc.transitions.spells.checked import checked_frame
from skillsfc.transitions.spells.losses import refuse_taken
from skillsfc.transitions.spells.overlaps import NEAR, within
from skillsfc.transitions.spells.persons import as_numbers, as_times, other_columns

CHANGES = ("interview", "midpoint")
SPELL = ("state", "start", "end", "event", "to_state")


def spells_to_panel(
    spells: object, *, times: Iterable[float], include_end: bool = True
) -> pd.DataFrame:
    """Tell the state of each person at interview times.

    Use it to see what a panel survey would have seen of the spells, or to take spells to
    `fit_panel_markov`. A spell between two interviews leaves no trace.

    Parameters
    ----------
    spells : SpellCheck or DataFrame
        Spells; a DataFrame is checked first, as `check_spells` does.
    times : iterable of float
        Interview times [unit of the spells].
    include_end : bool
        A person whose spell is censored just at an interview is still seen in its state there.

    Returns
    -------
    DataFrame
        ``person, time, state`` and the other columns of the spell that holds at that time; no row
        where the person is out of sight (before entry, in a gap, after the end). At the time of a
        last move the state is the one moved to.

    Raises
    ------
    TableError
        If the spells are not valid, or have a column ``time``.
    ParameterError
        If times are missing, repeated or no numbers, or ``include_end`` is neither true nor false.

    Warns
    -----
    SkillsfcWarning
        If there are persons whom no interview meets: they have no row.

    Examples
    --------
    >>> import pandas as pd
    >>> told = pd.DataFrame({"person": [1, 1, 1], "state": ["S", "U", "E"], "start": [0, 4, 5],
    ...                      "end": [4, 5, 12]})
    >>> spells_to_panel(told, times=[0, 6, 12])
       person  time state
    0       1     0     S
    1       1     6     E
    2       1    12     E
    """
    grid = _times(times, switch_problems({"include_end": include_end}))
    table = checked_frame(spells, subject="spells_to_panel")
    refuse_taken(table, ["time"], "spells_to_panel")
    start, end = (table[name].to_numpy(dtype="float64") for name in ("start", "end"))
    if "entry" in table:
        start = np.maximum(start, table["entry"].to_numpy(dtype="float64"))
    low = np.searchsorted(grid, start - NEAR)
    high = np.searchsorted(grid, end - NEAR)
    # Whoever is not seen going on is met once more, if an interview falls on the end itself.
    person = table["person"].to_numpy()
    goes_on = (person[1:] == person[:-1]) & (np.abs(start[1:] - end[:-1]) <= NEAR)
    met = np.append(~goes_on, True) & (grid[np.minimum(high, len(grid) - 1)] <= end + NEAR)
    met &= (high < len(grid)) & (table["event"].to_numpy(dtype=bool) | include_end)
    count = np.maximum(high - low, 0) + met
    row = np.repeat(np.arange(len(table)), count)
    at = low[row] + within(count)
    moved = (at >= high[row]) & table["event"].to_numpy(dtype=bool)[row]
    made = table[["person", "state", *other_columns(table)]].take(row).reset_index(drop=True)
    made["state"] = made["state"].where(~moved, table["to_state"].take(row).to_numpy())
    made.insert(1, "time", as_times(grid)[at])
    unmet = table["person"].nunique() - made["person"].nunique()
    if unmet:
        warnings.warn(f"{unmet} persons are not met by any interview.", SkillsfcWarning, 2)
    return made


def _times(times: Any, problems: list[Problem]) -> Floats:
    several = isinstance(times, Iterable) and not isinstance(times, str)
    given = [*times] if several else [times]
    read = [time if isinstance(time, str) or is_number(time) else None for time in given]
    numbers = pd.to_numeric(pd.Series(read, dtype=object), errors="coerce").to_numpy("float64")
    if not len(numbers) or not np.isfinite(numbers).all() or len(np.unique(numbers)) < len(numbers):
        problems.append(Problem("times", listed(given) or "none", "different numbers"))
    if problems:
        raise ParameterError("spells_to_panel", problems)
    return np.asarray(np.sort(numbers), dtype=np.float64)


def panel_to_spells(
    panel: pd.DataFrame,
    *,
    time: str | None = None,
    state: str = "state",
    change: str = "interview",
    closing: float = 0.0,
    longest_step: float | None = None,
) -> pd.DataFrame:
    """Join equal states at consecutive interviews to spells.

    Use it where all that is known are states at interviews and durations are wanted all the same.
    For rates of moves `fit_panel_markov` uses such data without inventing dates.

    Parameters
    ----------
    panel : DataFrame
        One row a person and interview.
    time, state : str
        Columns of the interview's time and of the state; default for time: the one there is of
        ``time, period, month, quarter, year, week``. Where both a month (or quarter) and a year
        run on within a person it must be said which, or one column made of them.
    change : {"interview", "midpoint"}
        When a new state began: at the interview that saw it first, or half-way from the last one.
    closing : float
        Time for which the last state seen goes on [unit of time]; with 1 on a panel of every
        period the spells are those of the periods. It never goes beyond the next interview.
    longest_step : float, optional
        Interviews further apart than this, and than ``closing``, are not joined: there is a gap.

    Returns
    -------
    DataFrame
        ``person, state, start, end, event, to_state`` and the other columns of the spell's first
        interview.

    Raises
    ------
    TableError
        If columns are missing or named as those of spells, times are no numbers, or a person is
        twice at one time.
    ParameterError
        If an argument is out of range.

    Warns
    -----
    SkillsfcWarning
        If there are persons seen for no length of time: they have no spell.

    Notes
    -----
    What is lost: moves between interviews that were undone before the next one, exact dates, and
    (with ``closing=0``) the last state where it was seen once, which remains as the ``to_state``
    before it. Spells that begin and end at interview times, whose neighbours differ in state and
    whose entry is not delayed, come back as they were from `spells_to_panel`: without gaps as they
    are, where the last interview is at the end of each person's last spell; with gaps, and last
    spells censored, from interviews one unit apart with ``include_end=False`` there and
    ``closing=1, longest_step=1`` here. A row whose state is missing is a gap.

    Examples
    --------
    >>> import pandas as pd
    >>> seen = pd.DataFrame({"person": [1, 1, 1], "time": [0, 6, 12], "state": ["S", "E", "E"]})
    >>> panel_to_spells(seen, change="midpoint")
       person state  start  end  event  to_state
    0       1     S      0    3   True         E
    1       1     E      3   12  False  censored
    """
    subject = "panel_to_spells"
    table, clock = _panel(panel, time, state, change, closing, longest_step)
    refuse_taken(table.drop(columns=[clock, state]), SPELL, subject)
    at = table[clock].to_numpy(dtype="float64")
    words = as_codes(table[state]).str.strip()
    words = words.mask(words == "")
    person, code = pd.factorize(table["person"])[0], pd.factorize(words)[0]
    steps = np.diff(at)
    linked = (np.diff(person) == 0) & (code[1:] >= 0) & (code[:-1] >= 0)
    linked &= steps <= (np.inf if longest_step is None else max(longest_step, closing) + NEAR)
    new = np.append(True, ~linked | (np.diff(code) != 0))
    from_before, to_after = np.append(False, linked), np.append(linked, False)
    began = at - np.append(0.0, steps / 2) * from_before * (change == "midpoint")
    first, last = np.flatnonzero(new), np.flatnonzero(np.append(new[1:], True))
    moved = to_after[last]
    nearest = np.append(last[:-1] + 1, 0)
    met_again = np.append(np.where(np.diff(person) == 0, at[1:], np.inf), np.inf)
    end = np.where(moved, began[nearest], np.minimum(at[last] + closing, met_again[last]))
    names = words.to_numpy(dtype=object)
    made = table[["person", *other_columns(table, ("person", "state", clock, state))]]
    made = made.take(first).reset_index(drop=True)
    for place, (name, values) in enumerate(
        {
            "state": pd.Series(names[first], dtype="str"),
            "start": as_times(began[first]),
            "end": as_times(end),
            "event": moved,
            "to_state": pd.Series(np.where(moved, names[nearest], CENSORED), dtype="str"),
        }.items()
    ):
        made.insert(place + 1, name, values)
    return _held(made, code[first] >= 0, table["person"].nunique(), subject)


def _held(made: pd.DataFrame, known: Flags, persons: int, subject: str) -> pd.DataFrame:
    """Return the spells of known state and some length; say whom that leaves out."""
    made = made[known & (made["end"] > made["start"]).to_numpy()].reset_index(drop=True)
    if made.empty:
        step = "closing=1 lets the last state seen go on for one unit."
        found = "nobody is seen for any length of time"
        raise TableError(subject, [Problem("rows", found, "two interviews of a person", "", step)])
    lost = persons - made["person"].nunique()
    if lost:
        text = f"{lost} persons are seen for no length of time and have no spell."
        warnings.warn(text, SkillsfcWarning, 3)
    return made


def _panel(
    panel: pd.DataFrame,
    time: str | None,
    state: str,
    change: str,
    closing: float,
    longest_step: float | None,
) -> tuple[pd.DataFrame, str]:
    """Return the panel by person and time, and the column of time."""
    subject = "panel_to_spells"
    refuse_other_than_table(panel, subject)
    refuse_names(subject, {}, {"time": time, "state": state})
    _refuse_arguments(change, closing, longest_step)
    clock = time or _clock_column(panel)
    problems = [
        Problem(f"column '{name}'", "missing", "one of the columns",
                did_you_mean(name, panel.columns))
        for name in ("person", clock, state)
        if name not in panel.columns
    ]  # fmt: skip
    if problems or panel.empty:
        raise TableError(subject, problems or [Problem("rows", "none", "at least one interview")])
    at = as_numbers(panel[clock])
    bad = int(np.isnan(at).sum())
    if bad:
        problems.append(Problem(f"column '{clock}'", f"no number in {bad} rows", "a time"))
    absent = int(panel["person"].isna().sum())
    if absent:
        problems.append(Problem("column 'person'", f"missing in {absent} rows", "a person"))
    # Text is made a number before anything is compared or sorted: "10" comes after "9".
    panel = panel.assign(**{clock: at})
    twice = int(panel.duplicated(["person", clock]).sum()) if not bad else 0
    if twice:
        found = f"{twice} rows repeat a person and a time"
        problems.append(Problem(f"keys person, {clock}", found, "one row for each"))
    if problems:
        raise TableError(subject, problems)
    return panel.sort_values(["person", clock], kind="stable", ignore_index=True), clock


def _clock_column(panel: pd.DataFrame) -> str:
    """Return the column of time; two that run, such as year and month, are refused."""
    found = [name for name in ("time", *PERIODS) if name in panel.columns]
    varied = [
        name
        for name in found[1:]
        if "person" in panel.columns
        and panel.drop_duplicates(["person", name])["person"].duplicated().any()
    ]
    if varied and found[0] not in ("time", "period"):
        problem = f"two clocks that run: {listed([found[0], *varied])}"
        step = "Name one with time=, or give one column 'period' that counts on, such as "
        step += "12 * year + month."
        expected = "one column of time"
        raise TableError("panel_to_spells", [Problem("columns", problem, expected, "", step)])
    return found[0] if found else "time"


def _refuse_arguments(change: object, closing: object, longest_step: object) -> None:
    problems = word_problems({"change": change}, {"change": CHANGES})
    if not is_number(closing) or closing < 0:
        problems.append(Problem("closing", repr(closing)[:60], "0 or more"))
    endless = isinstance(longest_step, float) and longest_step == np.inf
    above = is_number(longest_step) and longest_step > 0
    if longest_step is not None and not (endless or above):
        problems.append(Problem("longest_step", repr(longest_step)[:60], "more than 0"))
    if problems:
        raise ParameterError("panel_to_spells", problems)
