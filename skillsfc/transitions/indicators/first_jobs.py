"""How good the first job is: of which kind, with which traits, how long kept; everyone counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, listing
from skillsfc.results import Result, table_hash
from skillsfc.transitions.indicators.arguments import changing, never_held
from skillsfc.transitions.indicators.first_job_rows import ANY, NONE, OPEN, YES, Trait, first_jobs
from skillsfc.transitions.indicators.first_job_settings import (
    SUBJECT,
    FirstJobSettings,
    read_settings,
)
from skillsfc.transitions.indicators.first_job_shares import COLUMNS, lasting_of, shares_of
from skillsfc.transitions.indicators.waits import waits_to
from skillsfc.transitions.records import spell_frame
from skillsfc.transitions.spells.check import SpellCheck, check_spells
from skillsfc.transitions.spells.checked import checked_frame
from skillsfc.transitions.survival.selection import Selection, select_spells


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
        States that are jobs; the first of them is the first job. A state that nobody holds has
        the chance 0 if another of them is held, or `check_spells` was told of it (``states``); a
        name near to that of a state which is there is taken for a slip and refused.
    kinds : mapping of str to str or iterable of str, optional
        Good jobs that states tell: ``{"stable": "stable_job"}``; each state is among ``jobs``.
    traits : str or sequence of str, optional
        Good jobs that columns tell: columns of the spells with yes and no for each job, such as
        ``"formal"`` or ``"job_match"``. A blank is not known. They are read from the job, and so
        are neither groups nor weights nor clusters, which are those of the spell that starts the
        clock.
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
    settings, problems = read_settings(
        jobs=jobs, kinds=kinds, traits=traits, since=since, group=group, within=within, kept=kept,
        min_length=min_length, weight=weight, cluster=cluster, level=level, unit=unit,
        columns=frame.columns,
    )  # fmt: skip
    if problems:
        raise ParameterError(SUBJECT, problems)
    checked = spells if isinstance(spells, SpellCheck) else check_spells(frame, unit=unit)
    never = never_held("jobs", settings.jobs, checked, problems)
    if problems:
        raise ParameterError(SUBJECT, problems)
    waits = waits_to(
        checked, settings.jobs, never, since=settings.since, min_length=settings.min_length,
        unit=unit, subject=SUBJECT,
    )  # fmt: skip
    waits.refuse_before_any("within", [settings.within], SUBJECT)
    table = checked_frame(checked, subject=SUBJECT)
    persons = first_jobs(table, waits.table, settings.jobs, settings.traits)
    chosen = select_spells(
        persons, subject=SUBJECT, group=settings.group or None, weight=weight, cluster=cluster
    )
    found, notes = _found(chosen, settings)
    told = () if checked is spells else checked.notes
    notes = [*told, *waits.notes, *_of_nobody(settings, never), *chosen.notes,
             *changing(table, settings.group), *notes]  # fmt: skip
    return FirstJobs(
        found[["quality", *settings.group, "indicator", *COLUMNS, "unit", "status"]],
        settings,
        waits.diagnostics,
        tuple(dict.fromkeys(notes)),
        {"version": __version__, "inputs": {"spells": table_hash(frame)}},
        persons=persons,
    )


def _of_nobody(settings: FirstJobSettings, never: Sequence[str]) -> list[str]:
    """Say which kinds of jobs nobody holds, so that their chance is 0."""
    notes = [
        f"{name}: nobody holds {listing(states)}, so that its chance is 0."
        for name, states in settings.kinds
        if set(states) <= set(never)
    ]
    told = {state for _, states in settings.kinds if set(states) <= set(never) for state in states}
    others = [state for state in never if state not in told]
    return notes + ([f"Nobody holds {listing(others)}."] if others else [])


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
