"""Arguments of the wrong kind: names of columns and states, words, numbers and mappings."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from numbers import Integral, Real
from typing import TypeGuard

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.transitions.text_codes import as_codes

MEANINGS = "names and what they mean, such as {'name': 'meaning'}"


def name_problems(
    several: Mapping[str, object],
    single: Mapping[str, object] | None = None,
    *,
    empty: bool = False,
) -> list[Problem]:
    """Return what is wrong with arguments that name columns; an empty list may be allowed."""
    problems = []
    for where, value in several.items():
        if value is None or isinstance(value, str):
            continue
        # What can be read only once would be empty when it is used.
        once = isinstance(value, Iterator)
        listed = [*value] if isinstance(value, Iterable) and not once else None
        if listed is None or not (listed or empty):
            found = repr(value)[:60] if listed is None else "an empty list"
            problems.append(Problem(where, found, "a name, a list of names, or None"))
        elif not all(isinstance(name, str) for name in listed):
            problems.append(Problem(where, repr(listed)[:60], "names as text, such as '5'"))
        elif len(set(listed)) < len(listed):
            problems.append(Problem(where, f"named twice: {listing(listed)}", "each name once"))
    problems += [
        Problem(where, repr(value)[:60], "one name as text, or None")
        for where, value in (single or {}).items()
        if value is not None and not isinstance(value, str)
    ]
    return problems


def refuse_names(
    subject: str,
    several: Mapping[str, object],
    single: Mapping[str, object] | None = None,
    *,
    empty: bool = False,
) -> None:
    """Refuse arguments that are no names, or no list of them; an empty one unless it may be.

    Raises
    ------
    ParameterError
        With every problem.
    """
    problems = name_problems(several, single, empty=empty)
    if problems:
        raise ParameterError(subject, problems)


def listed_names(names: object) -> list[str]:
    """Return the columns that an argument names by text: none, one or several.

    Examples
    --------
    >>> listed_names("sex"), listed_names(["sex", "area"]), listed_names(None)
    (['sex'], ['sex', 'area'], [])
    """
    listed = [names] if isinstance(names, str) else names if isinstance(names, Iterable) else ()
    return [name for name in listed if isinstance(name, str)]


def as_names(states: object) -> tuple[str, ...]:
    """Return one state or several as text, written as the codes of a table are.

    Examples
    --------
    >>> as_names("job"), as_names(["job"]), as_names([1, 2.0]), as_names(3)
    (('job',), ('job',), ('1', '2'), ('3',))
    """
    several = isinstance(states, Iterable) and not isinstance(states, str)
    listed = [*states] if several else [states]  # type: ignore[misc]
    names = [str(name) if isinstance(name, Iterable) else name for name in listed]
    return tuple(as_codes(pd.Series(names, dtype="object")).fillna(""))


def read_states(
    states: object, subject: str, found: Collection[str] = ()
) -> tuple[str, ...] | None:
    """Return a list of states as text, or None where there is none; one word is not a list.

    Only where all states found are of one letter a word may name them by its letters.

    Raises
    ------
    ParameterError
        If it is no list, or names a state twice.
    """
    if states is None:
        return None
    if isinstance(states, str) and found and {*found} <= {*states}:
        states = [*states]
    if isinstance(states, str | bytes) or not isinstance(states, Iterable):
        problem = Problem("states", repr(states)[:60], "a list of states, or None")
        raise ParameterError(subject, [problem])
    named = as_names(states)
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        problem = Problem("states", f"named twice: {listing(twice)}", "each once")
        raise ParameterError(subject, [problem])
    return named


def read_since(given: object, problems: list[Problem]) -> str | None:
    """Return the one state that starts the clock; several are added to the problems.

    Examples
    --------
    >>> read_since("school", []), read_since(None, []), read_since([2.0], [])
    ('school', None, '2')
    """
    named = () if given is None else as_names(given)
    if given is not None and len(named) != 1:
        step = "Give both states one name first: spells.replace({'state': {...}})."
        found = f"{len(named)} states" if named else "no state"
        problems.append(Problem("since", found, "one state, or None", next_step=step))
    return named[0] if len(named) == 1 else None


def word_problems(
    given: Mapping[str, object], offered: Mapping[str, Collection[str]]
) -> list[Problem]:
    """Return a problem for each argument that is none of the words offered for it.

    Examples
    --------
    >>> print(*word_problems({"rule": "strat"}, {"rule": ("start", "longest")}))
    rule: 'strat'; expected one of 'start', 'longest'. Did you mean 'start'?
    """
    return [
        Problem(name, repr(given[name])[:60], f"one of {listing(words)}",
                did_you_mean(given[name], words))
        for name, words in offered.items()
        if not (isinstance(given[name], str) and given[name] in words)
    ]  # fmt: skip


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is a finite number; true and false are none.

    Examples
    --------
    >>> is_number(2), is_number(float("inf")), is_number(True), is_number("2")
    (True, False, False, False)
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number too large to be counted with
        return False


def whole_problems(given: Mapping[str, object], least: int = 1) -> list[Problem]:
    """Return a problem for each argument that is no whole number of ``least`` or more.

    Examples
    --------
    >>> print(*whole_problems({"lines": 60, "seed": "x"}))
    seed: 'x'; expected a whole number of 1 or more.
    """
    return [
        Problem(name, repr(value)[:60], f"a whole number of {least} or more")
        for name, value in given.items()
        if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least
    ]


def switch_problems(given: Mapping[str, object]) -> list[Problem]:
    """Return a problem for each argument that is neither true nor false."""
    return [
        Problem(name, repr(value)[:60], "True or False")
        for name, value in given.items()
        if not isinstance(value, bool | np.bool_)
    ]


def refuse_other_than_mappings(
    given: Mapping[str, object], subject: str, form: str = MEANINGS
) -> None:
    """Raise if an argument is neither a mapping nor None.

    Raises
    ------
    ParameterError
        Listing every such argument.
    """
    problems = [
        Problem(name, repr(value)[:60], form)
        for name, value in given.items()
        if value is not None and not isinstance(value, Mapping)
    ]
    if problems:
        raise ParameterError(subject, problems)


def renaming_problems(columns: object) -> list[Problem]:
    """Return what is wrong with ``columns=``, a mapping of our names to those of a survey."""
    if columns is None or (
        isinstance(columns, Mapping)
        and all(isinstance(theirs, Hashable) for theirs in columns.values())
    ):
        return []
    expected = "our names and those of the survey, such as {'age': 'AGE'}"
    return [Problem("columns", repr(columns)[:60], expected)]


def refuse_renaming(columns: object, subject: str) -> None:
    """Raise if ``columns=`` is no mapping of our names to those of a survey.

    Raises
    ------
    ParameterError
        If it is none.
    """
    problems = renaming_problems(columns)
    if problems:
        raise ParameterError(subject, problems)
