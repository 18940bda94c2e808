"""Time to the first, the first stable and the first satisfactory job, everyone counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, listing
from skillsfc.results import Result, table_hash
from skillsfc.transitions.column_names import listed_names, read_since
from skillsfc.transitions.indicators.arguments import (
    changing,
    never_held,
    other_problems,
    read_kinds,
    read_lengths,
)
from skillsfc.transitions.indicators.waits import waits_to
from skillsfc.transitions.ratios import reliability, stated, taken_names
from skillsfc.transitions.records import spell_frame
from skillsfc.transitions.spells.check import SpellCheck, check_spells
from skillsfc.transitions.survival.curve import estimate_survival
from skillsfc.transitions.survival.survival_curve import SurvivalCurve

SUBJECT = "measure_job_times"
#: Columns of the result, of the waiting times and of their curves, which no group may be called.
COLUMNS = (
    "job", "indicator", "value", "unit", "lower", "upper", "standard_error", "level", "persons",
    "reliability", "person", "state", "start", "end", "event", "to_state", "entry", "clock_start",
    "direct", "time", "probability", "share", "mean", "at_risk", "events", "censored", "note",
    "hazard", "cumulative_hazard", "cumulative_hazard_error", "horizon",
)  # fmt: skip


@dataclass(frozen=True)
class JobTimeSettings:
    """Arguments of `measure_job_times`; see there."""

    jobs: tuple[tuple[str, tuple[str, ...]], ...]
    since: str | None
    group: tuple[str, ...]
    at: tuple[float, ...]
    min_length: float | None
    level: float
    unit: str


@dataclass(frozen=True, eq=False, repr=False)
class JobTimes(Result):
    """Times to jobs of each kind; see `measure_job_times`."""


def measure_job_times(
    spells: object,
    *,
    jobs: Mapping[str, str | Iterable[str]],
    since: str | None = None,
    group: str | Sequence[str] | None = None,
    at: Sequence[float] = (6, 12, 24),
    min_length: float | None = None,
    weight: str | None = "weight",
    cluster: str | None = None,
    level: float = 0.95,
    unit: str = "month",
) -> JobTimes:
    """Measure how long it takes to the first job of each kind, with those who have not arrived.

    Use it on histories of states. Means over those who arrived, as retrospective questions give
    them, are too short: here people who are still waiting count for as long as they were seen.

    Parameters
    ----------
    spells : SpellCheck or DataFrame
        Spells, as `skillsfc.check_spells` takes them.
    jobs : mapping of str to str or iterable of str
        Kinds of job and their states, such as ``{"first": ["temporary_job", "stable_job"],
        "stable": "stable_job"}``. Of a kind that nobody holds nobody has arrived, if a state of
        another kind is held, or `check_spells` was told of it (``states``); a name near to that of
        a state which is there is taken for a slip and refused.
    since : str, optional
        State whose last end starts the clock, such as ``"education"``; by default the start of
        the person's record.
    group : str or sequence of str, optional
        Columns of the groups, such as ``"sex"``; missing values become ``"not stated"``.
    at : sequence of float
        Times at which the part who have arrived is told [unit of the spells].
    min_length : float, optional
        Only jobs of at least this length count [unit of the spells].
    weight, cluster : str, optional
        Columns of weights and of clusters; the person by default.
    level : float
        Nominal coverage of the intervals [0-1].
    unit : str
        Name of the unit of time.

    Returns
    -------
    JobTimes
        ``table``: ``job``, the groups, ``indicator`` (``share_by_6`` and so on, ``median``,
        ``mean_wait_to_24``: mean time waited within the longest of ``at``), ``value, unit, lower,
        upper, standard_error, at_risk`` (still waiting and followed at that time; not of a
        median), ``level, persons, reliability``. What lies beyond the last observation
        of a group is missing, as is a median that is not reached, and the notes say so.

    Raises
    ------
    ParameterError
        If no kind is named, a state is unknown, or a time is not above 0.
    TableError
        If the spells are not valid, or nobody is at risk.

    Notes
    -----
    Shares and medians are those of `estimate_survival`. The limits of a mean wait m within a
    horizon h are taken on the logit scale of m / h, and so lie between 0 and h.

    Examples
    --------
    >>> import skillsfc as sf
    >>> made = measure_job_times(sf.example(seed=1).spells, jobs={"stable": "stable_job"}, at=[12])
    >>> made.table["indicator"].tolist()
    ['share_by_12', 'median', 'mean_wait_to_12']
    """
    frame = spell_frame(spells, SUBJECT)
    settings = _read(
        jobs, since=since, group=group, at=at, min_length=min_length, weight=weight,
        cluster=cluster, level=level, unit=unit,
    )  # fmt: skip
    checked = spells if isinstance(spells, SpellCheck) else check_spells(frame, unit=unit)
    never = _never(settings, checked)
    parts: list[pd.DataFrame] = []
    said: dict[str, list[str]] = {}
    for kind, states in settings.jobs:
        waits = waits_to(
            checked, states, never, since=settings.since, min_length=settings.min_length, unit=unit,
            subject=SUBJECT,
        )  # fmt: skip
        waits.refuse_before_any("at", settings.at, SUBJECT)
        there = [name for name in settings.group if name in waits.table]  # others refused below
        table = waits.table.assign(**stated(waits.table, there))
        curve = estimate_survival(
            table, group=settings.group or None, weight=weight, cluster=cluster,
            level=settings.level, unit=unit,
        )  # fmt: skip
        found, notes = _quantities(curve, _seen(table, weight), settings)
        parts.append(found.assign(job=kind))
        nobody = [f"Nobody holds {listing(states)}."] if set(states) <= set(never) else []
        said[kind] = [*waits.notes, *nobody, *notes]
    table = pd.concat(parts, ignore_index=True)
    checks = () if checked is spells else checked.notes
    return JobTimes(
        table[["job", *[column for column in table.columns if column != "job"]]],
        settings,
        notes=_notes(said, [*checks, *changing(checked.table, settings.group)]),
        provenance={"version": __version__, "inputs": {"spells": table_hash(frame)}},
    )


def _read(
    jobs: Any,
    *,
    since: Any,
    group: Any,
    at: Any,
    min_length: Any,
    weight: Any,
    cluster: Any,
    level: Any,
    unit: str,
) -> JobTimeSettings:
    """Return the settings, or raise with every problem."""
    problems = other_problems(
        group=group, weight=weight, cluster=cluster, level=level, min_length=min_length
    )
    named = read_kinds("jobs", jobs, problems)
    if isinstance(jobs, Mapping) and not jobs:
        problems.append(Problem("jobs", "none", "at least one kind of job"))
    marks = read_lengths("at", at, problems)
    if not marks and not any(problem.where == "at" for problem in problems):
        problems.append(Problem("at", "none", "one or more times above 0"))
    groups, origin = tuple(listed_names(group)), read_since(since, problems)
    problems += taken_names(groups, COLUMNS, "group")
    if problems:
        raise ParameterError(SUBJECT, problems)
    return JobTimeSettings(
        tuple(named.items()), origin, groups, marks, min_length, float(level), unit
    )


def _never(settings: JobTimeSettings, checked: SpellCheck) -> tuple[str, ...]:
    """Return the states that nobody holds; those that are slips of the pen are refused."""
    problems: list[Problem] = []
    asked = tuple(dict.fromkeys(state for _, states in settings.jobs for state in states))
    never = never_held("jobs", asked, checked, problems)
    if problems:
        raise ParameterError(SUBJECT, problems)
    return never


def _notes(said: Mapping[str, Sequence[str]], first: Sequence[str]) -> tuple[str, ...]:
    """Return notes, each once: those of all kinds of job first, without the name of one.

    Examples
    --------
    >>> _notes({"any": ["2 left.", "late"], "stable": ["2 left."]}, ["1 dropped."])
    ('1 dropped.', '2 left.', 'any: late')
    """
    several = len(said) > 1
    lists = list(said.values())
    shared = [text for text in lists[0] if several and all(text in own for own in lists)]
    common = dict.fromkeys([*first, *shared])
    own = [f"{kind}: {text}" for kind, texts in said.items() for text in texts
           if text not in common]  # fmt: skip
    return tuple(dict.fromkeys([*common, *own]))


def _seen(waits: pd.DataFrame, weight: str | None) -> pd.DataFrame:
    """Return the waiting times that count: those of persons with weight."""
    if weight is None or weight not in waits:
        return waits
    return waits[pd.to_numeric(waits[weight]) > 0]


def _quantities(
    curve: SurvivalCurve, waits: pd.DataFrame, settings: JobTimeSettings
) -> tuple[pd.DataFrame, list[str]]:
    """Return the parts who arrived by each time, the median and the mean wait of one kind."""
    groups, marks, unit = list(settings.group), settings.at, settings.unit
    seen = curve.at(marks)
    arrived = seen.assign(
        indicator=[f"share_by_{mark:g}" for mark in seen["time"]],
        value=1 - seen["probability"],
        lower=1 - seen["upper"],
        upper=1 - seen["lower"],
        unit="share",
    )
    half = curve.median.assign(indicator="median", unit=f"{unit}s", standard_error=np.nan)
    half = half.rename(columns={"time": "value"})
    longest = max(marks)
    wait = curve.restricted_mean(longest).assign(
        indicator=f"mean_wait_to_{longest:g}", unit=f"{unit}s"
    )
    wait = wait.rename(columns={"mean": "value"})
    told = ["value", "lower", "upper", "standard_error"]
    wait[told] = wait[told].where(wait["note"] == "")  # not seen that far: no mean is known
    last = seen.loc[seen["time"] == longest, [*groups, "at_risk"]]
    wait = wait.merge(last, on=groups) if groups else wait.assign(at_risk=last["at_risk"].iloc[0])
    half["at_risk"] = np.nan
    columns = [*groups, "indicator", "value", "unit", "lower", "upper", "standard_error", "at_risk"]
    table = pd.concat([part[columns] for part in (arrived, half, wait)], ignore_index=True)
    table["level"] = settings.level
    counts = Counter(zip(*(waits[name] for name in groups), strict=True))
    table["persons"] = (
        [counts[keys] for keys in zip(*(table[name] for name in groups), strict=True)]
        if groups
        else len(waits)
    )
    table["reliability"] = [
        reliability(row["persons"], row["value"] if np.isfinite(row["value"]) else 1.0,
                    row["standard_error"] if np.isfinite(row["standard_error"]) else 0.0)
        for row in table.to_dict("records")
    ]  # fmt: skip
    missing = int(half["value"].isna().sum())
    notes = [f"The median is not reached in {missing} of {len(half)} groups."] if missing else []
    beyond = seen["probability"].isna().sum()
    if beyond:
        notes.append(f"{beyond} times lie beyond the last observation: nothing is said of them.")
    return table, notes
