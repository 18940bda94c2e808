"""`estimate_student_flow`: a cohort's way through school from counts by grade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.results import table_hash
from skillsfc.transitions.cohorts.arguments import cohort_settings, read_span
from skillsfc.transitions.cohorts.counts import (
    SchoolCounts,
    add_graduates,
    build_counts,
    cut_to_grades,
)
from skillsfc.transitions.cohorts.excess import shared_factor, treat_excess
from skillsfc.transitions.cohorts.issues import (
    completion_issues,
    count_issues,
    emptied_issues,
    endless_issues,
    excess_issues,
    unknown_issues,
)
from skillsfc.transitions.cohorts.kernel import Rates
from skillsfc.transitions.cohorts.measures import (
    Limits,
    spread,
    tabulate_cohort,
    tabulate_rates,
)
from skillsfc.transitions.cohorts.pairs import Pairs, choose_pairs, pair_years
from skillsfc.transitions.cohorts.result import StudentFlow, StudentFlowSettings
from skillsfc.transitions.cohorts.school_tables import SchoolTables, read_levels, read_school_tables
from skillsfc.transitions.cohorts.sums import sum_groups
from skillsfc.transitions.cohorts.tables import issue_table, rows_of, series_names
from skillsfc.transitions.cohorts.wording import flow_notes

SUBJECT = "estimate_student_flow"


def estimate_student_flow(
    enrolment: pd.DataFrame,
    repeaters: pd.DataFrame,
    graduates: pd.DataFrame | None = None,
    *,
    by: Sequence[str] | str | None = None,
    levels: Mapping[str, int] | None = None,
    grades: tuple[int, int] | None = None,
    years: Iterable[int] | int | None = None,
    pool: bool = True,
    most_repetitions: int | None = None,
    excess: str = "keep",
    absent: str = "missing",
    entrants: float = 1000.0,
    level: float = 0.95,
) -> StudentFlow:
    r"""Reconstruct a cohort's way through school from two or more years of counts by grade.

    Use it for survival to a grade, dropout, years per graduate and efficiency where no pupil is
    followed. It is no substitute for a register of pupils: transfers and migration look like
    promotion or dropout, and today's rates are taken to hold all the cohort's way.

    Parameters
    ----------
    enrolment, repeaters : DataFrame
        Persons by ``year, grade`` and any groups (``country, region, sex, programme``): pupils, and
        those among them who were in the same grade the year before [persons]. Ages are summed.
    graduates : DataFrame, optional
        Persons by year and the groups who complete a level at the end of that year [persons], with
        their ``grade``, or their ``qualification`` and ``levels``; with neither, of the last grade.
    by : list of str, optional
        Groups to report; others are summed, and only where every part (both sexes) is there.
    levels : mapping of str to int, optional
        Qualification and the grade that ends it, such as ``{"2": 9, "3": 12}``.
    grades : pair of int, optional
        First and last grade of the cohort's way, such as those of one level; default all.
    years : list of int, optional
        First years of the pairs used; default every year that the next one follows.
    pool : bool
        One cohort from all pairs (sums of persons over sums of pupils), or one for each pair.
    most_repetitions : int, optional
        Years that a pupil may repeat on the whole way; without it there is no limit.
    excess : {"keep", "scale", "uis"}
        Where promotion and repetition add up to more than 1: kept, with a negative dropout;
        divided by their sum; or divided by the largest sum of women, men and both, for all.
    absent : {"missing", "zero"}
        What a grade and year without a row of repeaters means: not known, or nobody.
    entrants : float
        Size of the cohort [persons].
    level : float
        Coverage of the limits [0-1].

    Returns
    -------
    StudentFlow
        ``.table``: groups, ``grade, promotion`` (of the last grade: completion), ``repetition,
        completion`` (where a level ends), ``dropout`` (who leave without completing) [shares],
        ``survival`` [share] with ``standard_error, lower, upper, level``; of the cohort
        ``pupil_years`` [years], ``graduates, completing_leavers, dropouts`` [persons]; ``pairs,
        promotion_spread, repetition_spread`` (standard deviation over pairs), ``note``.
        ``.efficiency``: graduates, pupil-years, years per graduate, efficiency, input-output ratio,
        mean duration. ``.rates``: every pair as it is. ``.new_entrants``, ``.issues``.

    Raises
    ------
    TableError
        If a table is not valid, a sum over sexes has only one, or a grade has more repeaters than
        pupils.
    CoverageError
        If no two years with rates follow one another.
    ParameterError
        If an argument is unknown or out of range.

    Notes
    -----
    :math:`r_g = R_{g,t+1} / E_{g,t}, \; p_g = (E_{g+1,t+1} - R_{g+1,t+1}) / E_{g,t}`, of the last
    grade graduates over pupils; :math:`d_g = 1 - p_g - r_g`. Without a limit, of
    :math:`x_g` who reach a grade there are :math:`x_g / (1 - r_g)` pupil-years, and
    :math:`x_{g+1} = p_g x_g / (1 - r_g)`. Years per graduate are all pupil-years, those of dropouts
    too, over graduates; efficiency is grades times graduates over pupil-years; the input-output
    ratio its inverse. With a limit on repetitions survival is lower. Published rates of the UNESCO
    Institute for Statistics since 1999 are those of ``excess="uis"`` without a limit.

    Limits: each pair of years is left out in turn (jackknife, Student's t), so they carry what
    varies between years. A grade that ends a level in mid-way (``levels``) loses leavers who have
    completed it; they are ``completing_leavers``, not dropouts, but the way ends at the last grade,
    so they lower its efficiency: choose ``grades`` for one level.

    References
    ----------
    UNESCO Institute for Statistics, Education Indicators: Technical Guidelines (2009), survival
    rate, coefficient of efficiency, years input per graduate.

    Examples
    --------
    >>> import skillsfc as sf
    >>> ex = sf.example(seed=1)  # synthetic
    >>> flow = sf.estimate_student_flow(ex.enrolment, ex.repeaters, ex.graduates, by=["sex"],
    ...     levels={"2": 9, "3": 12, "6": 15}, grades=(1, 9))
    >>> flow.table.loc[flow.table["grade"] == 9, ["sex", "survival"]].round(3).values.tolist()
    [['F', 0.852], ['M', 0.822]]
    """
    settings = cohort_settings(
        SUBJECT,
        most_repetitions=most_repetitions,
        excess=excess,
        entrants=entrants,
        level=level,
        pool=pool,
        absent=absent,
    )
    tables = read_school_tables(enrolment, repeaters, graduates, by, excess, SUBJECT)
    present = tables.enrolment["grade"]
    span = read_span(grades, int(present.min()), int(present.max()), SUBJECT)
    named = read_levels(levels, tables.graduates, tables.enrolment, span, SUBJECT)
    apart, counts = _count(tables, named, absent, span)
    highest = None if span is None else span[1]
    pairs = choose_pairs(pair_years(counts, highest), years, SUBJECT, counts.issues)
    weights = pairs.jackknife() if pool else None
    shared = None
    if excess == "uis":
        sexed = choose_pairs(pair_years(apart, highest), pairs.years, SUBJECT)
        shared = shared_factor(sexed.rates(weights), apart.groups)
    used = treat_excess(pairs.rates(weights), counts.groups, excess, shared)
    settings = replace(
        settings,
        by=tuple(tables.by),
        years=tuple(pairs.years.tolist()),
        levels=tuple((named or {}).items()),
    )
    return _finish(counts, pairs, used, settings, tables)


def _count(
    tables: SchoolTables,
    levels: dict[str, int] | None,
    absent: str,
    span: tuple[int, int] | None,
) -> tuple[SchoolCounts, SchoolCounts]:
    """Lay the tables out by every key they have, and summed to the groups reported."""
    highest = None if span is None else span[1]
    counts = build_counts(tables.enrolment, tables.repeaters, keys=tables.keys, absent=absent)
    apart, done = cut_to_grades(counts, span), tables.graduates
    if done is not None and set(tables.keys) <= set(done.columns):
        apart = add_graduates(apart, done, levels, highest, SUBJECT)
        shared = bool(levels) or "grade" in done
        return apart, sum_groups(apart, tables.by, shared_ends=shared)
    return apart, add_graduates(sum_groups(apart, tables.by), done, levels, highest, SUBJECT)


def _finish(
    counts: SchoolCounts,
    pairs: Pairs,
    used: Rates,
    settings: StudentFlowSettings,
    tables: SchoolTables,
) -> StudentFlow:
    groups, first = counts.groups, counts.first_grade
    raw = pairs.rates()
    seen = pairs.seen()
    if not settings.pool:
        used, groups, seen = _one_by_one(used, groups, pairs.years)
    limits = Limits(seen, settings.level)
    table, efficiency = tabulate_cohort(
        used,
        groups,
        first,
        entrants=settings.entrants,
        most_repetitions=settings.most_repetitions,
        limits=limits,
    )
    if settings.pool:
        at = np.nonzero(raw.place()[0])
        table["promotion_spread"] = spread(raw.passing())[at]
        table["repetition_spread"] = spread(raw.repetition)[at]
    source = tables.source()
    issues = issue_table(
        [
            *counts.issues,
            *count_issues(counts, pairs),
            *excess_issues(raw, counts.names, pairs.years, first),
            *completion_issues(raw, counts.names, first),
            *emptied_issues(counts, pairs),
            *(unknown_issues(used, series_names(groups), first) if settings.pool else ()),
            *endless_issues(used, series_names(groups), first, settings.most_repetitions),
        ]
    )
    return StudentFlow(
        table.assign(status="estimated", source=source),
        settings,
        notes=flow_notes(settings, issues, seen, table),
        provenance={
            "version": __version__,
            "seed": None,
            "inputs": {name: table_hash(given) for name, given in tables.given().items()},
        },
        efficiency=efficiency.assign(status="estimated", source=source),
        rates=tabulate_rates(raw, counts.groups, first, pairs.years),
        new_entrants=_new_entrants(counts, pairs, source),
        issues=issues,
    )


def _one_by_one(
    rates: Rates, groups: pd.DataFrame, years: np.ndarray
) -> tuple[Rates, pd.DataFrame, np.ndarray]:
    """Make every pair of years a group of its own."""
    pairs, count = len(years), len(groups)

    def flat(values: np.ndarray) -> np.ndarray:
        return values.reshape(1, pairs * count, -1)

    shown = pd.concat([groups] * pairs, ignore_index=True).assign(year=np.repeat(years, count))
    made = Rates(
        flat(rates.promotion),
        flat(rates.repetition),
        flat(rates.completion),
        np.tile(rates.first, pairs),
        np.tile(rates.last, pairs),
    )
    return made, shown, np.ones(len(shown), dtype=np.int64)


def _new_entrants(counts: SchoolCounts, pairs: Pairs, source: str) -> pd.DataFrame:
    """Return the pupils of each group's first grade who do not repeat it."""
    every = np.arange(len(counts.groups))
    new = (counts.enrolled - counts.repeating)[:, every, pairs.first]
    year, group = np.nonzero(np.isfinite(new))
    columns = {"year": counts.years[year], "persons": new[year, group], "unit": "persons"}
    return rows_of(counts.groups, group, {**columns, "status": "estimated", "source": source})
