"""Arguments of indicators, times to jobs and first jobs: read once, with every slip named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.transitions.column_names import (
    as_names,
    is_number,
    name_problems,
    renaming_problems,
)
from skillsfc.transitions.records import CENSORED, as_codes
from skillsfc.transitions.spells.check import SpellCheck

#: Columns that waiting times have of their own; in them a spell's column is not the user's.
OF_WAITS = (
    "person", "state", "start", "end", "event", "to_state", "entry", "clock_start", "direct",
)  # fmt: skip
PERSONS = "measure_transition_indicators"
TOTALS = ("T", "total")
KINDS_OF_JOBS = "names and their states, such as {'stable': 'stable_job'}"


def is_time(value: Any) -> bool:
    """Return whether something is a length of time above 0.

    Examples
    --------
    >>> is_time(np.int64(24)), is_time(0), is_time(True), is_time("24")
    (True, False, False, False)
    """
    return is_number(value) and bool(value > 0)


def read_lengths(where: str, given: Any, problems: list[Problem]) -> tuple[float, ...]:
    """Return one time or several, each once; what is none is added to the problems.

    Examples
    --------
    >>> read_lengths("kept", 6, []), read_lengths("kept", [6, 12, 6], [])
    ((6.0,), (6.0, 12.0))
    """
    listed = [given]
    if isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping):
        listed = list(given)
    if not all(is_time(value) for value in listed):
        problems.append(Problem(where, repr(given)[:60], "one or more times above 0"))
        return ()
    return tuple(dict.fromkeys(float(value) for value in listed))


def read_kinds(where: str, given: Any, problems: list[Problem]) -> dict[str, tuple[str, ...]]:
    """Return the states of each kind of job; what is no such mapping is added to the problems."""
    if not isinstance(given, Mapping):
        problems.append(Problem(where, repr(given)[:60], KINDS_OF_JOBS))
        return {}
    named = {
        str(kind): () if states is None else as_names(states) for kind, states in given.items()
    }
    problems += [
        Problem(f"{where}: {kind!r}", "no state", "one or more of them")
        for kind, states in named.items()
        if not states
    ]
    return named


def refuse_arguments(*, by: Any, columns: Any, design: Sequence[Any]) -> None:
    """Refuse arguments of `measure_transition_indicators` that are no names of columns.

    Raises
    ------
    ParameterError
        With every problem.
    """
    single = dict(zip(("weight", "stratum", "cluster"), design, strict=True))
    problems = name_problems({"by": by}, single, empty=True)
    problems += renaming_problems(columns)
    if problems:
        raise ParameterError(PERSONS, problems)


def labelled_as_totals(table: pd.DataFrame, groups: Sequence[str]) -> list[Problem]:
    """Return a problem for each column of groups with one that is called as a total is.

    Examples
    --------
    >>> print(labelled_as_totals(pd.DataFrame({"sex": ["F", "T"]}), ["sex"])[0])
    by: column 'sex': the group 'T' in 1 row; expected another name: totals are called so. Rename \
it, or leave rows of totals out.
    """
    problems = []
    for name in groups:
        codes = as_codes(table[name])
        for label in TOTALS:
            count = int(codes.eq(label).sum())
            if count:
                found = f"the group {label!r} in {count} row{'s' if count > 1 else ''}"
                expected = "another name: totals are called so"
                step = "Rename it, or leave rows of totals out."
                problems.append(Problem(f"by: column {name!r}", found, expected, "", step))
    return problems


def other_problems(
    *, group: Any, weight: Any, cluster: Any, level: Any, min_length: Any
) -> list[Problem]:
    """Return what is wrong with the arguments that all estimates of jobs have."""
    problems = name_problems({"group": group}, {"weight": weight, "cluster": cluster}, empty=True)
    if not is_time(level) or not float(level) < 1:
        problems.append(Problem("level", repr(level), "a number between 0 and 1, such as 0.95"))
    if min_length is not None and not is_time(min_length):
        problems.append(Problem("min_length", repr(min_length), "more than 0, or none"))
    for where, name in (("weight", weight), ("cluster", cluster)):
        if isinstance(name, str) and name in OF_WAITS and (where, name) != ("cluster", "person"):
            step = "Give the column another name: spells.rename(columns={...})."
            found = f"column {name!r}, which is a part of the spell itself"
            problems.append(Problem(where, found, "a column beside it", next_step=step))
    return problems


def never_held(
    where: str, asked: Sequence[str], checked: SpellCheck, problems: list[Problem]
) -> tuple[str, ...]:
    """Return the states asked for in which nobody ever is; slips of the pen are problems.

    A state is taken as held by nobody if `check_spells` was told of it in ``states``, or if others
    of those asked for are held and no state of the spells has nearly its name.
    """
    table = checked.table
    present = sorted((set(table["state"]) | set(table["to_state"])) - {CENSORED})
    absent = [state for state in asked if state not in present]
    told = checked.settings.states or ()
    others = len(absent) < len(asked)
    slips = []
    for state in absent:
        near = did_you_mean(state, present)
        slip = near != "" and near not in [repr(other) for other in asked]
        if state not in told and (slip or not others):
            slips.append((state, near))
    step = "A state that nobody holds is known from check_spells(spells, states=[...])."
    problems += [
        Problem(where, repr(state), f"one of {listing(present, 30)}", near, step)
        for state, near in slips
    ]
    return tuple(absent)


def changing(table: pd.DataFrame, groups: Sequence[str]) -> list[str]:
    """Return a note on each column of groups that is not the same in all spells of a person.

    Parameters
    ----------
    table : DataFrame
        Spells, a person's together.
    groups : sequence of str
        Columns.

    Examples
    --------
    >>> changing(pd.DataFrame({"person": [1, 1, 2], "area": ["a", "b", "b"]}), ["area"])
    ["'area' changes within 1 person: the group is that of the spell in which the clock starts."]
    """
    person = pd.factorize(table["person"])[0]
    same = np.diff(person) == 0
    notes = []
    for name in groups:
        differ = same & (np.diff(pd.factorize(table[name])[0]) != 0)
        count = len(np.unique(person[1:][differ]))
        if count:
            who = "1 person" if count == 1 else f"{count} persons"
            notes.append(
                f"{name!r} changes within {who}: the group is that of the spell in which the "
                "clock starts."
            )
    return notes
