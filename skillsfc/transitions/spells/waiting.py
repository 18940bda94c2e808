"""Clock start, end of sight and first arrival of each person, for `measure_time_to`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean
from skillsfc.errors import listing as listed
from skillsfc.transitions.column_names import is_number, word_problems
from skillsfc.transitions.records import CENSORED, Flags, Floats, Whole
from skillsfc.transitions.spells.overlaps import NEAR

SUBJECT = "measure_time_to"
MOST = 0.5  # a clock is shared if more than this part of the persons begin at its start
CHOICES = {
    "which": ("last", "first"),
    "zero": ("half", "separate"),
    "gap": ("censor", "ignore"),
}


@dataclass(frozen=True)
class TimeToSettings:
    """Arguments of `measure_time_to`."""

    to: tuple[str, ...]
    since: str | None = None
    which: str = "last"
    min_length: float | None = None
    competing: tuple[str, ...] = ()
    zero: str = "half"
    gap: str = "censor"
    unit: str = "month"


def refuse_arguments(
    settings: TimeToSettings, table: pd.DataFrame, problems: list[Problem]
) -> None:
    """Raise if a state is not in the spells, or an argument is none of the words offered."""
    states = sorted((set(table["state"]) | set(table["to_state"])) - {CENSORED})
    named = {"to": settings.to, "competing": settings.competing}
    named["since"] = () if settings.since is None else (settings.since,)
    for name, given in named.items():
        for state in given:
            if state not in states:
                guess = did_you_mean(state, states)
                problems.append(Problem(name, repr(state), f"one of {listed(states, 30)}", guess))
    if not settings.to:
        problems.append(Problem("to", "no state", f"one or more of {listed(states, 30)}"))
    others = (*settings.competing, *named["since"])
    both = [state for state in settings.to if state in others]
    if both:
        found = f"{listed(both)} both here and in 'since' or 'competing'"
        problems.append(Problem("to", found, "different states"))
    problems += word_problems(vars(settings), CHOICES)
    least = settings.min_length
    if least is not None and not (is_number(least) and least > 0):
        problems.append(Problem("min_length", repr(least), "more than 0, or none"))
    if problems:
        raise ParameterError(SUBJECT, problems)


def waiting_times(
    table: pd.DataFrame, settings: TimeToSettings
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return one row a person (how long for what, or why not at risk), and notes on the clock.

    Columns ``person, row`` (place of the spell that starts the clock), ``clock_start, entry,
    waited, to_state, reason``; the reason is empty where the person was at risk.
    """
    person = pd.factorize(table["person"])[0]
    count = int(person[-1]) + 1
    first = np.flatnonzero(np.diff(person, prepend=-1) != 0)
    last = np.append(first[1:], len(person)) - 1
    row, reason, notes = _clock_rows(table, person, first, last, settings)
    start, end = (table[name].to_numpy(dtype="float64") for name in ("start", "end"))
    origin = start[first] if settings.since is None else end[row]
    follows = row if settings.since is None else np.minimum(row + 1, last)
    seen = _seen_from(table)
    entered = np.maximum(seen[follows] - origin, 0.0)
    sight = end[last].copy()
    if settings.gap == "censor":
        # Only the first spell after the clock's start can begin unseen: that is a late entry.
        begun = np.maximum(start, seen)
        begun[follows] = start[follows]
        np.minimum.at(sight, *_gaps(person, begun, end, origin))
    horizon = sight - (settings.min_length or 0.0)
    time, state = _arrivals(table, person, count, origin, settings)
    moved = time <= horizon + NEAR
    waited = np.where(moved, time, horizon) - origin
    late = (reason == "") & (entered > NEAR) & (entered >= waited)
    reason[late] = "moved or left before first seen"
    short = (reason == "") & ~moved & (waited <= NEAR)
    reason[short] = "not seen for long enough after the clock started"
    made = pd.DataFrame(
        {
            "person": table["person"].to_numpy()[first],
            "row": row,
            "clock_start": table["start" if settings.since is None else "end"].to_numpy()[row],
            "entry": entered,
            "waited": np.maximum(np.round(waited, 9), 0.0),
            "to_state": pd.Series(np.where(moved, state, CENSORED), dtype="str"),
            "reason": pd.Series(reason, dtype="str"),
        }
    )
    return made, notes


def _clock_rows(
    table: pd.DataFrame, person: Whole, first: Whole, last: Whole, settings: TimeToSettings
) -> tuple[Whole, np.ndarray, tuple[str, ...]]:
    """Return the row that starts each person's clock, why there is none, and notes."""
    reason = np.full(len(first), "", dtype=object)
    if settings.since is None:
        late, notes = _seen_late(table, first)
        reason[late] = "seen late, after the clock started"
        return first, reason, notes
    rows = np.flatnonzero((table["state"] == settings.since).to_numpy(dtype=bool))
    chosen = np.full(len(first), -1)
    ordered = rows if settings.which == "last" else rows[::-1]
    chosen[person[ordered]] = ordered  # the last one written stays
    reason[chosen < 0] = f"never in {settings.since!r}"
    chosen = np.where(chosen < 0, last, chosen)
    left = table["event"].to_numpy(dtype=bool)[chosen] | (chosen < last)
    reason[(reason == "") & ~left] = f"in {settings.since!r} until the last seen"
    return chosen, reason, ()


def _seen_late(table: pd.DataFrame, first: Whole) -> tuple[Flags, tuple[str, ...]]:
    """Return whose first spell begins where sight does, after a clock that others share."""
    begun = table["start"].to_numpy(dtype="float64")[first]
    if "entry" not in table:
        return np.zeros(len(first), dtype=bool), ()
    seen = table["entry"].to_numpy(dtype="float64")[first]
    shared = begun <= begun.min() + NEAR
    late = np.asarray((seen > begun.min() + NEAR) & (begun >= seen - NEAR))
    if not late.any() or shared.mean() > MOST:
        return late, ()
    text = (
        f"The clock starts with each person's record: only {int(shared.sum())} of {len(first)} "
        f"persons begin at the earliest start, so {int(late.sum())} records that begin later "
        "where sight begins are not taken for seen late."
    )
    return np.zeros(len(first), dtype=bool), (text,)


def _gaps(person: Whole, start: Floats, end: Floats, origin: Floats) -> tuple[Whole, Floats]:
    """Return the person and the beginning of every gap after the clock's start."""
    same = person[1:] == person[:-1]
    gap = same & (start[1:] > end[:-1] + NEAR) & (end[:-1] >= origin[person[:-1]] - NEAR)
    at = np.flatnonzero(gap)
    return person[at], end[at]


def _arrivals(
    table: pd.DataFrame, person: Whole, count: int, origin: Floats, settings: TimeToSettings
) -> tuple[Floats, np.ndarray]:
    """Return the time and the state of each person's first arrival or competing move."""
    start, end = (table[name].to_numpy(dtype="float64") for name in ("start", "end"))
    state, told = (table[name].to_numpy(dtype=object) for name in ("state", "to_state"))
    least = settings.min_length or 0.0
    arrived = np.isin(state, settings.to) & (end - start >= least - NEAR)
    arrived |= np.isin(state, settings.competing)
    # A move into a state of which no spell follows is known by its destination only; for how
    # long the person stayed there is not.
    adjoins = np.append((person[1:] == person[:-1]) & (np.abs(start[1:] - end[:-1]) <= NEAR), False)
    ends = settings.competing if least else (*settings.to, *settings.competing)
    moved = ~adjoins & np.isin(told, ends)
    who = np.concatenate([person[arrived], person[moved]])
    when = np.concatenate([start[arrived], end[moved]])
    what = np.concatenate([state[arrived], told[moved]])
    later = when >= origin[who] - NEAR
    who, when, what = who[later], when[later], what[later]
    order = np.lexsort((when, who))[::-1]
    time, into = np.full(count, np.inf), np.full(count, CENSORED, dtype=object)
    time[who[order]], into[who[order]] = when[order], what[order]
    return time, into


def _seen_from(table: pd.DataFrame) -> Floats:
    """Return when sight of a spell began after its start; minus infinity where it did not."""
    if "entry" not in table:
        return np.full(len(table), -np.inf)
    start, entry = (table[name].to_numpy(dtype="float64") for name in ("start", "entry"))
    return np.where(entry > start + NEAR, entry, -np.inf)
