"""A user's own person histories: what a file's rows are, and which of its states are what."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from skillsfc.errors import ParameterError, Problem, SourceError, listing
from skillsfc.sources.surveys.read import SPELL_TIMES

TIMES = ("period", "month", "quarter", "year")


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


def from_zero(periods: pd.DataFrame) -> pd.DataFrame:
    """Return periods counted from the first of the file, as a clock that starts with it."""
    time = next(name for name in TIMES if name in periods.columns)
    return periods.assign(**{time: periods[time] - periods[time].min()})
