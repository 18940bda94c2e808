"""How good the first job is: of which kind, with which traits, how long kept; everyone counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.results import Result, table_hash
from skillsfc.transitions.indicators.first_job_rows import ANY, NONE, OPEN, YES, Trait, first_jobs
from skillsfc.transitions.indicators.first_job_shares import COLUMNS, lasting_of, shares_of
from skillsfc.transitions.ratios import taken_names
from skillsfc.transitions.records import spell_frame
from skillsfc.transitions.spells.check import check_spells, checked_frame
from skillsfc.transitions.spells.persons import as_names
from skillsfc.transitions.spells.time_to import measure_time_to
from skillsfc.transitions.survival.selection import Selection, select_spells

SUBJECT = "measure_first_jobs"
FIRST = ("quality", "indicator")


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


@dataclass(frozen=True, eq=False, repr=False)
class FirstJobs(Result):
    """Quality of first jobs; see `measure_first_jobs`.

    Parameters
    ----------
    persons : DataFrame
        One row a person at risk, for models of your own: ``person, waited, arrived, job`` (state),
        ``length, ended`` and the columns of the job's first spell.
    """

    persons: pd.DataFrame = field(default_factory=pd.DataFrame)


def measure_first_jobs(
    spells: object,
    *,
    jobs: str | Iterable[str],
    kinds: Mapping[str, str | Iterable[str]] | None = None,
    traits: str | Sequence[str] = (),
    since: str | None = None,
    group: str | Sequence[str] | None = None,
    within: float = 24,
    kept: Sequence[float] = (6, 12),
    min_length: float | None = None,
    weight: str | None = "weight",
    cluster: str | None = None,
    level: float = 0.95,
    unit: str = "month",
) -> FirstJobs:
    r"""Measure the quality of the first job: its kind, its traits and how long it is kept.

    Use it on histories of states, beside `measure_job_times`, which says how long the wait is. A
    plain share of the first jobs that were seen favours the kinds that come soon: here those who
    are still waiting count for as long as they were seen.

    Parameters
    ----------
    spells : SpellCheck or DataFrame
        Spells, as `skillsfc.check_spells` takes them.
    jobs : str or iterable of str
        States that are jobs; the first of them is the first job.
    kinds : mapping of str to str or iterable of str, optional
        Good jobs that states tell: ``{"stable": "stable_job"}``; each state is among ``jobs``.
    traits : str or sequence of str, optional
        Good jobs that columns tell: columns of the spells with yes and no for each job, such as
        ``"formal"`` or ``"job_match"``. A blank is not known.
    since : str, optional
        State whose last end starts the clock, such as ``"education"``; by default the start of
        the person's record.
    group : str or sequence of str, optional
        Columns of the groups, such as ``"sex"``; missing values become ``"not stated"``.
    within : float
        First jobs that start within this time count [unit of the spells].
    kept : sequence of float
        Times after which the part still in the first job is told [unit of the spells].
    min_length : float, optional
        Only jobs of at least this length are jobs [unit of the spells].
    weight, cluster : str, optional
        Columns of weights and of clusters; the person by default.
    level : float
        Nominal coverage of the intervals [0-1].
    unit : str
        Name of the unit of time.

    Returns
    -------
    FirstJobs
        ``table``: ``quality`` (``any`` and the names of kinds and traits), the groups,
        ``indicator``, ``value`` [share], ``lower, upper, standard_error, level``, ``lowest,
        highest`` (if every answer not known were no, or yes), ``persons`` (at risk),
        ``first_jobs`` (seen to start in time, quality known), ``cases`` (those of that quality),
        ``reliability, unit, status``. Indicators: ``share`` of the first jobs that are of the
        quality; ``chance``: to have started in such a first job by ``within``; ``kept_6`` and so
        on: still in that same state, job after job, so many units after the start.

    Raises
    ------
    ParameterError
        If a state, column or time is none, or nothing is asked.
    TableError
        If the spells are not valid, or nobody is at risk.

    Notes
    -----
    With :math:`F_k(t)` the cumulative incidence of a first job of quality k, those of other and of
    unknown quality competing,

    .. math:: share = F_{yes} / (F_{yes} + F_{no}), \quad chance = share \cdot F(t)

    Standard errors: influence of each person on both, summed by cluster; Wilson's interval with as
    many persons as give that error.

    References
    ----------
    ILO (2009), ILO school-to-work transition survey: a methodological guide, module 4. Aalen &
    Johansen (1978), Scandinavian Journal of Statistics 5, 141-150.

    Examples
    --------
    >>> told = pd.DataFrame({"person": [1, 1, 2, 2, 3, 3, 4], "start": [0, 3, 0, 6, 0, 9, 0],
    ...     "state": ["school", "casual", "school", "stable", "school", "stable", "school"],
    ...     "end": [3, 30, 6, 30, 9, 30, 30]})
    >>> made = measure_first_jobs(told, jobs=["casual", "stable"], kinds={"stable": "stable"})
    >>> made.table[["quality", "indicator", "value"]].values.tolist()[0]
    ['any', 'chance', 0.75]
    >>> good = made.table[made.table["quality"] == "stable"].set_index("indicator")["value"]
    >>> good.loc[["share", "chance"]].round(3).tolist()
    [0.667, 0.5]
    """
    frame = spell_frame(spells, SUBJECT)
    settings = FirstJobSettings(
        as_names(jobs), tuple((str(name), as_names(of)) for name, of in (kinds or {}).items()),
        as_names(traits) if traits else (), since, as_names(group) if group else (), within,
        tuple(kept), min_length, level, unit,
    )  # fmt: skip
    _refuse(settings, frame)
    checked = spells if frame is not spells else check_spells(frame, unit=unit)
    waits = measure_time_to(
        checked, to=settings.jobs, since=since, min_length=min_length, unit=unit
    )
    table = checked_frame(checked, subject=SUBJECT)
    persons = first_jobs(table, waits.table, settings.jobs, settings.traits)
    chosen = select_spells(
        persons, subject=SUBJECT, group=settings.group or None, weight=weight, cluster=cluster
    )
    found, notes = _found(chosen, settings)
    return FirstJobs(
        found[["quality", *settings.group, "indicator", *COLUMNS, "unit", "status"]],
        settings,
        waits.diagnostics,
        tuple(dict.fromkeys([*waits.notes, *chosen.notes, *notes])),
        {"version": __version__, "inputs": {"spells": table_hash(frame)}},
        persons=persons,
    )


def _found(chosen: Selection, settings: FirstJobSettings) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of every quality, and what to say of them."""
    qualities = [
        Trait(ANY),
        *(Trait(name, states=states) for name, states in settings.kinds),
        *(Trait(name, column=name) for name in settings.traits),
    ]
    parts, notes = [], []
    for quality in qualities:
        answers = quality.answers(chosen.table, SUBJECT)
        rows = shares_of(chosen, answers, settings.within, settings.level)
        if quality.name == ANY:  # of all first jobs, all are first jobs
            rows = rows[rows["indicator"] == "chance"]
        lasting = lasting_of(chosen, answers == YES, settings.within, settings.kept, settings.level)
        both = pd.concat([part for part in (rows, lasting) if len(part)])
        parts.append(both.assign(quality=quality.name))
        count = int((answers == OPEN).sum())
        if count:
            notes.append(
                f"{quality.name}: of {count} of {int((answers != NONE).sum())} first jobs it is "
                "not known: taken as those of which it is; 'lowest' and 'highest' assume nothing."
            )
    table = pd.concat(parts, ignore_index=True).assign(unit="share", status="estimated")
    beyond = int(table.loc[table["indicator"] == "chance", "value"].isna().sum())
    if beyond:
        notes.append(
            f"{beyond} chances are missing: nobody was seen waiting for {settings.within:g} "
            f"{settings.unit}s, or no quality is known."
        )
    return table, notes


def _refuse(settings: FirstJobSettings, table: pd.DataFrame) -> None:
    """Refuse kinds that are no jobs, columns that are not there and times that are none."""
    problems = []
    for name, states in settings.kinds:
        problems += [
            Problem(f"kinds: {name!r}", f"state {state!r}", f"among jobs: {listing(settings.jobs)}",
                    did_you_mean(state, settings.jobs))
            for state in states
            if state not in settings.jobs
        ]  # fmt: skip
        if not states:
            problems.append(Problem(f"kinds: {name!r}", "no state", "one or more of jobs"))
    problems += [
        Problem("traits", f"no column {name!r}", "a column of the spells",
                did_you_mean(name, table.columns))
        for name in settings.traits
        if name not in table.columns
    ]  # fmt: skip
    names = [name for name, _ in settings.kinds] + list(settings.traits)
    problems += [
        Problem("kinds and traits", f"the name {name!r} {'twice' if names.count(name) > 1 else ''}",
                f"names of their own, none of them {ANY!r}")
        for name in dict.fromkeys(names)
        if name == ANY or names.count(name) > 1
    ]  # fmt: skip
    for where, times in (("within", (settings.within,)), ("kept", settings.kept)):
        if not all(_is_time(time) for time in times):
            problems.append(Problem(where, repr(times), "times above 0"))
    taken = (*FIRST, *COLUMNS, "unit", "status", "waited", "arrived", "job", "length", "ended")
    problems += taken_names(settings.group, taken, "group")
    if problems:
        raise ParameterError(SUBJECT, problems)


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < np.inf
