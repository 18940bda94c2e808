"""Time to the first, the first stable and the first satisfactory job, everyone counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem
from skillsfc.results import Result, table_hash
from skillsfc.transitions.ratios import reliability, stated, taken_names
from skillsfc.transitions.records import spell_frame
from skillsfc.transitions.spells.check import check_spells
from skillsfc.transitions.spells.time_to import measure_time_to
from skillsfc.transitions.survival.curve import estimate_survival

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
        "stable": "stable_job"}``.
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
        upper, standard_error, level, persons, reliability``. A median that is not reached within
        the data is missing, and the notes say so.

    Raises
    ------
    ParameterError
        If no kind is named, a state is unknown, or a time is not above 0.
    TableError
        If the spells are not valid, or nobody is at risk.

    Examples
    --------
    >>> import skillsfc as sf
    >>> made = measure_job_times(sf.example(seed=1).spells, jobs={"stable": "stable_job"}, at=[12])
    >>> made.table["indicator"].tolist()
    ['share_by_12', 'median', 'mean_wait_to_12']
    """
    frame = spell_frame(spells, SUBJECT)
    named = {
        kind: (states,) if isinstance(states, str) else tuple(states)
        for kind, states in jobs.items()
    }
    marks = tuple(float(time) for time in at)
    problems = [] if named else [Problem("jobs", "none", "at least one kind of job")]
    if not marks or not all(np.isfinite(mark) and mark > 0 for mark in marks):
        problems.append(Problem("at", repr(tuple(at)), "one or more times above 0"))
    groups = [group] if isinstance(group, str) else list(group or ())
    problems += taken_names(groups, COLUMNS, "group")
    if problems:
        raise ParameterError(SUBJECT, problems)
    checked = spells if frame is not spells else check_spells(frame, unit=unit)
    parts, notes = [], []
    for kind, states in named.items():
        waits = measure_time_to(checked, to=states, since=since, min_length=min_length, unit=unit)
        there = [name for name in groups if name in waits.table]  # the others are refused below
        table = waits.table.assign(**stated(waits.table, there))
        curve = estimate_survival(
            table, group=groups or None, weight=weight, cluster=cluster, level=level, unit=unit
        )
        found, said = _quantities(curve, _seen(table, weight), groups, marks, unit, level)
        parts.append(found.assign(job=kind))
        notes += [f"{kind}: {text}" for text in (*waits.notes, *said)]
    table = pd.concat(parts, ignore_index=True)
    settings = JobTimeSettings(
        tuple(named.items()), since, tuple(groups), marks, min_length, level, unit
    )
    return JobTimes(
        table[["job", *[column for column in table.columns if column != "job"]]],
        settings,
        notes=tuple(dict.fromkeys(notes)),
        provenance={"version": __version__, "inputs": {"spells": table_hash(frame)}},
    )


def _seen(waits: pd.DataFrame, weight: str | None) -> pd.DataFrame:
    """Return the waiting times that count: those of persons with weight."""
    if weight is None or weight not in waits:
        return waits
    return waits[pd.to_numeric(waits[weight]) > 0]


def _quantities(
    curve: Any,
    waits: pd.DataFrame,
    groups: list[str],
    marks: tuple[float, ...],
    unit: str,
    level: float,
) -> tuple[pd.DataFrame, list[str]]:
    """Return the parts who arrived by each time, the median and the mean wait of one kind."""
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
    columns = [*groups, "indicator", "value", "unit", "lower", "upper", "standard_error"]
    table = pd.concat([part[columns] for part in (arrived, half, wait)], ignore_index=True)
    table["level"] = level
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
