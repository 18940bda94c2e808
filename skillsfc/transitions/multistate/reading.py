"""Spells for state probabilities: read, refused where a person is in two states, and grouped."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import (
    CoverageError,
    ParameterError,
    Problem,
    TableError,
    did_you_mean,
    listing,
)
from skillsfc.transitions.multistate.event_steps import Stays
from skillsfc.transitions.records import Flags, Floats, Records, Whole, hashed, read_records
from skillsfc.transitions.survival.grouping import number_groups, taken_name

SUBJECT = "estimate_state_probabilities"
RESULT_COLUMNS = (
    *("state", "time", "probability", "standard_error", "lower", "upper", "level", "at_risk"),
    *("reliability", "note", "until", "expected_time", "unit", "from_state", "to_state", "events"),
    *("weighted_events", "exposure", "hazard", "spells", "persons", "clusters", "at_start"),
    *("late_entries", "event_times", "stuck_times", "sum_of_weights", "effective_persons"),
)


@dataclass(frozen=True)
class Histories:
    """Spells of persons who are in one state at a time, and the groups that they belong to.

    Parameters
    ----------
    stays : Stays
        All spells of positive weight.
    states : tuple of str
        Their states.
    person : array of int
        Number of the person, 0..
    group : array of int
        Place of the group in ``groups``.
    groups : DataFrame
        One row a group; no columns where there are none.
    notes : tuple of str
        What was treated.
    """

    stays: Stays
    states: tuple[str, ...]
    person: Whole
    group: Whole
    groups: pd.DataFrame
    notes: tuple[str, ...]


def read_histories(
    spells: object,
    *,
    states: Iterable[str] | None,
    by: tuple[str, ...],
    weight: str | None,
    cluster: str | None,
) -> Histories:
    """Return spells as arrays with groups, or raise with what is wrong.

    Raises
    ------
    TableError
        If the spells are not valid, a person is in two states at a time, or ``to_state`` is not the
        state of the spell that follows at once.
    CoverageError
        If all have weight 0.
    """
    _check_names(states, by)
    records = read_records(
        spells, subject=SUBJECT, weight=weight, cluster=cluster, states=states, needs=("state", *by)
    )
    person = records.person
    jumps = _refuse_disorder(records, person)
    group, groups, notes = number_groups(records.table, by)
    stays = Stays(
        records.entry,
        records.end,
        records.state,
        records.to,
        records.weight,
        records.cluster,
        len(records.states),
    )
    notes = [*(note for note in records.notes if "have weight 0" not in note), *notes, *jumps]
    empty = records.weight == 0
    if empty.all():
        raise CoverageError(SUBJECT, [Problem("spells", "all have weight 0", "at least one")])
    if empty.any():
        notes.append(f"{int(empty.sum())} rows of weight 0 are left out of every count.")
        stays, person, group = stays.select(~empty), person[~empty], group[~empty]
    return Histories(stays, records.states, person, group, groups, tuple(notes))


def _check_names(states: Any, by: tuple[str, ...]) -> None:
    """Refuse states that are no list, and groups named twice or like a column of the result."""
    problems = []
    if states is not None and (isinstance(states, str) or not isinstance(states, Iterable)):
        problems.append(Problem("states", repr(states), "a list of states"))
    twice = sorted({name for name in by if by.count(name) > 1})
    if twice:
        problems.append(Problem("group", f"named twice: {listing(twice)}", "each once"))
    problems += [taken_name(name) for name in dict.fromkeys(by) if name in RESULT_COLUMNS]
    if problems:
        raise ParameterError(SUBJECT, problems)


def _refuse_disorder(records: Records, person: Whole) -> list[str]:
    """Raise where a person is in two states at once; note changes of state that are no move."""
    same = person[1:] == person[:-1]
    before, after = slice(None, -1), slice(1, None)
    both = same & (records.entry[after] < records.end[before])
    touching = same & (records.start[after] == records.end[before])
    other = touching & records.event[before] & (records.to[before] != records.state[after])
    step = "sf.check_spells(...) lists them and the treatments it offers."
    problems = [
        Problem("spells", f"{int(bad.sum())} {what} ({_who(records, bad)})", wanted, next_step=step)
        for bad, what, wanted in (
            (both, "overlap the spell before", "one state of a person at a time"),
            (other, "begin in another state than the move before led to", "the same state"),
        )
        if bad.any()
    ]
    if problems:
        raise TableError(SUBJECT, problems)
    jumps = touching & ~records.event[before] & (records.state[before] != records.state[after])
    if not jumps.any():
        return []
    return [
        f"{int(jumps.sum())} changes of state have no event and no to_state: taken as the end of "
        "observation in one state and its beginning in another, not as moves."
    ]


def _who(records: Records, bad: Flags) -> str:
    return hashed(records.table["person"].iloc[1:][bad].unique())


def read_place(name: object, states: tuple[str, ...], argument: str) -> int:
    """Return the place of a state, or raise with the nearest name.

    Raises
    ------
    ParameterError
        If there is no such state.
    """
    if isinstance(name, Hashable) and name in states:
        return states.index(str(name))
    problem = Problem(argument, repr(name), listing(states, 30), did_you_mean(name, states))
    raise ParameterError(SUBJECT, [problem])


def read_distribution(initial: Any, states: tuple[str, ...]) -> Floats:
    """Return a given distribution at the start as an array; states not named have share 0.

    Raises
    ------
    ParameterError
        If a state is unknown, a share negative, or the sum not 1.
    """
    given = initial.items() if hasattr(initial, "items") else None
    if given is None:
        expected = "a mapping or Series from states to shares"
        raise ParameterError(SUBJECT, [Problem("initial", type(initial).__name__, expected)])
    shares = np.zeros(len(states))
    for name, share in given:
        number = pd.to_numeric(pd.Series([share]), errors="coerce").iloc[0]
        shares[read_place(name, states, "initial")] = number
    if not np.isfinite(shares).all() or (shares < 0).any() or abs(shares.sum() - 1) > 1e-9:
        found = f"shares {listing(shares.tolist(), 12)}"
        raise ParameterError(SUBJECT, [Problem("initial", found, "shares >= 0 that sum to 1")])
    return np.asarray(shares / shares.sum())
