"""Arguments of `measure_first_jobs`, read and refused before anything is measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from skillsfc.errors import Problem, did_you_mean, listing
from skillsfc.transitions.column_names import as_names, listed_names, read_since
from skillsfc.transitions.indicators.arguments import (
    OF_WAITS,
    is_time,
    other_problems,
    read_kinds,
    read_lengths,
)
from skillsfc.transitions.indicators.first_job_rows import ANY, OF_JOBS
from skillsfc.transitions.indicators.first_job_shares import COLUMNS
from skillsfc.transitions.ratios import taken_names

SUBJECT = "measure_first_jobs"
OF_RESULT = ("quality", "indicator", *COLUMNS, "unit", "status")


@dataclass(frozen=True)
class FirstJobSettings:
    """Arguments of `measure_first_jobs`; see there."""

    jobs: tuple[str, ...]
    kinds: tuple[tuple[str, tuple[str, ...]], ...]
    traits: tuple[str, ...]
    since: str | None
    group: tuple[str, ...]
    within: float
    kept: tuple[float, ...]
    min_length: float | None
    level: float
    unit: str


def read_settings(
    *,
    jobs: Any,
    kinds: Any,
    traits: Any,
    since: Any,
    group: Any,
    within: Any,
    kept: Any,
    min_length: Any,
    weight: Any,
    cluster: Any,
    level: Any,
    unit: str,
    columns: Iterable[str],
) -> tuple[FirstJobSettings, list[Problem]]:
    """Return the settings, and every problem with them."""
    problems = other_problems(
        group=group, weight=weight, cluster=cluster, level=level, min_length=min_length
    )
    groups, origin = tuple(listed_names(group)), read_since(since, problems)
    states = as_names(jobs) if jobs is not None else ()
    if not states:
        problems.append(Problem("jobs", "no state", "one or more states that are jobs"))
    named = tuple(read_kinds("kinds", kinds if kinds is not None else {}, problems).items())
    told = () if traits is None or (isinstance(traits, str) and not traits) else as_names(traits)
    problems += [
        Problem(f"kinds: {name!r}", f"state {state!r}", f"among jobs: {listing(states)}",
                did_you_mean(state, states))
        for name, its in named
        for state in its
        if state not in states
    ]  # fmt: skip
    problems += _on_traits(told, columns, (*groups, weight, cluster))
    problems += _on_names([name for name, _ in named] + list(told))
    limits = read_lengths("within", within, problems) if is_time(within) else ()
    if not limits:
        problems.append(Problem("within", repr(within)[:60], "a time above 0"))
    times = read_lengths("kept", kept, problems)
    problems += taken_names(groups, (*OF_RESULT, *OF_JOBS, *OF_WAITS), "group")
    settings = FirstJobSettings(
        states, named, told, origin, groups, limits[0] if limits else 0.0, times, min_length,
        float(level) if is_time(level) else 0.0, unit,
    )  # fmt: skip
    return settings, problems


def _on_traits(
    traits: tuple[str, ...], columns: Iterable[str], others: Iterable[Any]
) -> list[Problem]:
    """Return traits that are no column of a job, or have another part in what is measured."""
    named = [name for name in others if name is not None]
    problems = [
        Problem("traits", f"no column {name!r}", "a column of the spells",
                did_you_mean(name, columns))
        for name in traits
        if name not in columns
    ]  # fmt: skip
    problems += [
        Problem(
            "traits",
            f"column {name!r}, which is also the group, weight or cluster",
            "another column",
            next_step="Traits are read from the job itself, groups before it; copy the column "
            "under another name if both are meant.",
        )
        for name in dict.fromkeys(traits)
        if name in named
    ]
    problems += [
        Problem("traits", f"column {name!r}, which is a part of the spell itself",
                "a column of yes and no for each job")
        for name in dict.fromkeys(traits)
        if name in (*OF_WAITS, *OF_JOBS)
    ]  # fmt: skip
    return problems


def _on_names(names: list[str]) -> list[Problem]:
    return [
        Problem("kinds and traits", f"the name {name!r} {'twice' if names.count(name) > 1 else ''}",
                f"names of their own, none of them {ANY!r}")
        for name in dict.fromkeys(names)
        if name == ANY or names.count(name) > 1
    ]  # fmt: skip
