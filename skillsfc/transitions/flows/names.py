"""Names of states and groups as given in arguments: each once, and none that clashes."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from typing import Any

import pandas as pd

from skillsfc.errors import ParameterError, Problem, listing
from skillsfc.transitions.text_codes import as_codes


def read_names(states: Any, subject: str) -> tuple[str, ...]:
    """Return names of states as text, a whole number without a point.

    Raises
    ------
    ParameterError
        If it is no list of names, or names a state twice.

    Examples
    --------
    >>> read_names([1, 2.0, "out"], "estimate_flows")
    ('1', '2', 'out')
    """
    if isinstance(states, str) or not _list_of_names(states):
        raise ParameterError(subject, [Problem("states", repr(states), "a list of states")])
    named = tuple(as_codes(pd.Series(list(states), dtype="object")).tolist())
    twice = sorted({str(name) for name in named if named.count(name) > 1})
    if twice:
        problem = Problem("states", f"named twice: {listing(twice)}", "each once")
        raise ParameterError(subject, [problem])
    return named


def _list_of_names(states: object) -> bool:
    return isinstance(states, Iterable) and all(isinstance(name, Hashable) for name in states)


def check_groups(by: tuple[str, ...], columns: Collection[str], subject: str) -> None:
    """Refuse columns of groups that are named twice, or like a column of the result.

    Raises
    ------
    ParameterError
        With each of them.
    """
    twice = sorted({name for name in by if by.count(name) > 1})
    step = "Give the column another name first: table.rename(columns=...)."
    problems = [Problem("group", f"named twice: {listing(twice)}", "each once")] if twice else []
    problems += [
        Problem("group", f"{name!r} is a column of the result", "another name", next_step=step)
        for name in dict.fromkeys(by)
        if name in columns
    ]
    if problems:
        raise ParameterError(subject, problems)
