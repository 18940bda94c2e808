"""Replacement of a country that has only its population: passing the age of exit, and deaths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.checks import check
from skillsfc.conversion import STATUS_ORDER
from skillsfc.errors import CoverageError, ParameterError, Problem, TableError, listing
from skillsfc.forecast.pathology import Issue, conflict_years
from skillsfc.forecast.preparation import ISSUE_COLUMNS
from skillsfc.forecast.replacement.ageing_steps import (
    align_cells,
    by_age,
    count_steps,
    whole_sums,
)
from skillsfc.forecast.replacement.result import COLUMNS, ReplacementDemand, ReplacementSettings
from skillsfc.forecast.replacement.stocks import check_stocks
from skillsfc.params import load_assumptions
from skillsfc.results import table_hash

SUBJECT = "estimate_ageing_exits"
USUAL_YEARS = 15  # years ahead if no horizon is given
FLAG = (
    "A demographic benchmark, no measured separations: the employed are taken to have the age "
    "structure of the population of working age. People who change their occupation, leave work "
    "before that age, or emigrate are not in it; nor is anybody who works on after it."
)


@dataclass(frozen=True)
class AgeingSettings(ReplacementSettings):
    """How ageing exits were counted: first age, exit age and its range [completed years]."""

    first_age: int = 15
    exit_age: int = 64
    exit_ages: tuple[int, int] = (59, 69)


def estimate_ageing_exits(
    population: pd.DataFrame,
    mortality: pd.DataFrame | None = None,
    *,
    country: str | None = None,
    base_year: int | None = None,
    horizon: int | None = None,
    exit_age: int | None = None,
    exit_ages: tuple[int, int] | None = None,
    first_age: int | None = None,
) -> ReplacementDemand:
    r"""Estimate yearly exits by age and death per person of working age, from population alone.

    Use it as a benchmark where a country has no count of employment by age and no rates of
    separation: it says how many of 100 employed would pass the age of exit or die in a year if they
    had the ages of the population. It does not measure separations, which are several times larger.

    Parameters
    ----------
    population : DataFrame
        Tidy table ``country, year, sex, age, persons`` [persons], past and projected, in groups of
        at most the distance between its years.
    mortality : DataFrame, optional
        Tidy table ``country, year, sex, age, rate`` [deaths per person-year]; rates between its
        years are interpolated in logs. Without it deaths are not counted, and a note says so.
    country : str, optional
        Keep one country.
    base_year, horizon : int, optional
        First and last year [year]. Default: the last year that is not projected, and the last year
        but not more than 15 years on.
    exit_age, first_age : int, optional
        Last and first completed year of working age [years]; by default the baseline assumptions.
    exit_ages : pair of int, optional
        Lowest and highest exit age for the range [years]; by default that of the assumption.

    Returns
    -------
    ReplacementDemand
        ``.table``: ``country, sex, first_year, year, persons`` (of working age at the start),
        ``replacement`` [persons over the period], ``rate``, ``annual_rate`` [per person-year of
        mean working age], ``rate_error`` (NaN: no sampling), ``annual_rate_low,
        annual_rate_high`` (from the highest and the lowest exit age), ``unit, status, source``.
        ``.components``: passing the age and deaths apart; ``.pairs``: each step of years.

    Raises
    ------
    TableError
        If a table is not valid.
    CoverageError
        If no row is left for the country, an age boundary cannot be formed, or a year is missing.
    ParameterError
        If ages or years are out of order.

    Notes
    -----
    For a step of n years with N persons and exit age L, those who pass it are the mean of those
    about to at the start and those who just have at the end,

    .. math:: P = \tfrac12 \Bigl(\sum_{a=L+1-n}^{L} N_{a,t} + \sum_{a=L+1}^{L+n} N_{a,t+n}\Bigr),
        \quad D = n \sum_{a=15}^{L} m_a \tfrac{N_{a,t} + N_{a,t+n}}{2}

    and the rate is :math:`(P + D) / (n \bar N_{15-L})`, over all steps of the period.

    Checked on the synthetic example country (seed 1, 2004 to 2023), whose leavers are known: the
    benchmark says 1.30 % a year for women and 1.33 % for men, where 5.55 % and 3.93 % of the
    employed left: 24 % and 34 % of all leavers. Leavers of 55 and over were 1.32 % and 1.50 %.

    Examples
    --------
    >>> import skillsfc as sf
    >>> made = sf.estimate_ageing_exits(
    ...     sf.load_table("population", country="MAR"), sf.load_table("mortality", country="MAR"),
    ...     base_year=2025, horizon=2035)
    >>> made.table[["sex", "annual_rate"]].round(3).values.tolist()
    [['F', 0.015], ['M', 0.015]]
    """
    _check_arguments(base_year, horizon, exit_age, first_age, exit_ages)
    ages = _ages(first_age, exit_age, exit_ages)
    people, found = check_stocks(
        population, ("country", "year", "sex", "age", "persons"), "population"
    )
    deaths = None if mortality is None else _check_mortality(mortality)
    people = _of_country(people, country, "population")
    deaths = None if deaths is None else _of_country(deaths, country, "mortality")
    years = _years(people, base_year, horizon)
    found += _conflicts(people, years)
    counted = by_age(people, "persons", "population")
    rates = None if deaths is None else align_cells(by_age(deaths, "rate", "mortality"), counted)
    steps = count_steps(counted, rates, years, ages[0], ages[1])
    table, components = _tables(steps, people, years)
    for name, age in (("annual_rate_low", ages[3]), ("annual_rate_high", ages[2])):
        other, _ = _tables(count_steps(counted, rates, years, ages[0], age), people, years)
        table[name] = other["annual_rate"]
    order = [*("country", "sex"), *COLUMNS[:7], "annual_rate_low", "annual_rate_high", *COLUMNS[7:]]
    settings = AgeingSettings(
        *("ageing", "simple", "mean", ("country", "sex"), tuple(pairwise(years))),
        interval=years[-1] - years[0],
        shrink=False,
        first_age=ages[0],
        exit_age=ages[1],
        exit_ages=ages[2:],
    )
    given = {"population": population, "mortality": mortality}
    return ReplacementDemand(
        table=table[order],
        settings=settings,
        diagnostics=steps,
        notes=_notes(ages, deaths is not None, found),
        provenance={
            "version": __version__,
            "seed": None,
            "inputs": {k: table_hash(v) for k, v in given.items() if v is not None},
        },
        components=components,
        pairs=steps,
        issues=pd.DataFrame(found, columns=ISSUE_COLUMNS),
    )


def _check_mortality(mortality: pd.DataFrame) -> pd.DataFrame:
    rows = check(mortality)
    absent = [c for c in ("country", "year", "sex", "age", "rate") if c not in rows]
    if absent:
        raise TableError("mortality table", [Problem("columns", f"missing: {listing(absent)}")])
    return rows


def _check_arguments(
    base_year: int | None,
    horizon: int | None,
    exit_age: int | None,
    first_age: int | None,
    exit_ages: tuple[int, int] | None,
) -> None:
    span: list[object] = [None, None]
    if exit_ages is not None:
        span = list(exit_ages) if isinstance(exit_ages, Iterable) else [exit_ages]
    if len(span) != 2:
        expected = "lowest and highest age, such as (59, 69)"
        raise ParameterError(SUBJECT, [Problem("exit_ages", repr(exit_ages), expected)])
    given: dict[str, object] = {"base_year": base_year, "horizon": horizon, "exit_age": exit_age}
    given |= {"first_age": first_age, "exit_ages (lowest)": span[0], "exit_ages (highest)": span[1]}
    problems = [
        Problem(name, repr(value), "a whole number")
        for name, value in given.items()
        if value is not None
        and (isinstance(value, bool) or not isinstance(value, int | np.integer))
    ]
    if problems:
        raise ParameterError(SUBJECT, problems)


def _ages(
    first_age: int | None, exit_age: int | None, exit_ages: tuple[int, int] | None
) -> tuple[int, int, int, int]:
    stated = load_assumptions("baseline")
    last, first = stated["working_age_last"], stated["working_age_first"]
    start = int(float(first.value)) if first_age is None else first_age
    end = int(float(last.value)) if exit_age is None else exit_age
    usual = (int(last.low or end), int(last.high or end))
    low, high = usual if exit_ages is None else exit_ages
    if exit_ages is None:  # a stated age outside of the usual range widens it
        low, high = min(low, end), max(high, end)
    if not 0 <= start < low <= end <= high:
        found = f"first {start}, exit {end}, range {low} to {high}"
        raise ParameterError(SUBJECT, [Problem("ages", found, "first < lowest <= exit <= highest")])
    return start, end, low, high


def _of_country(rows: pd.DataFrame, country: str | None, name: str) -> pd.DataFrame:
    if country is None:
        return rows
    kept = rows[rows["country"] == country]
    if kept.empty:
        seen = listing(sorted(rows["country"].unique()))
        raise CoverageError(f"{name} table", [Problem(f"country {country!r}", "no rows", seen)])
    return kept


def _years(people: pd.DataFrame, base_year: int | None, horizon: int | None) -> list[int]:
    years = sorted(people["year"].unique().tolist())
    counted = people.loc[people["status"] != "projected", "year"]
    usual = int(counted.max()) if len(counted) and counted.max() < years[-1] else years[0]
    first = usual if base_year is None else base_year
    reach = max(y for y in years if y <= first + USUAL_YEARS or y == years[0])
    last = reach if horizon is None else horizon
    wrong = [str(year) for year in (first, last) if year not in years]
    if wrong:
        expected = f"years of the table: {listing(years, 40)}"
        raise CoverageError(SUBJECT, [Problem("years", f"{listing(wrong)} not there", expected)])
    if last <= first:
        raise ParameterError(SUBJECT, [Problem("horizon", str(last), f"a year after {first}")])
    return [year for year in years if first <= year <= last]


def _tables(
    steps: pd.DataFrame, people: pd.DataFrame, years: list[int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    keys = ["country", "sex"]
    total = whole_sums(steps, keys, ["passed", "died", "person_years"]).reset_index()
    first = steps[steps["first_year"] == years[0]]
    inside = people[people["year"].isin((years[0], years[-1]))]
    ranks = {status: place for place, status in enumerate(STATUS_ORDER)}
    worst = inside["status"].map(ranks).groupby([inside[k] for k in keys]).max()
    source = inside.groupby(keys)["source"].first()
    flags = pd.DataFrame({"_rank": worst, "source": source}).reset_index()
    table = total.merge(flags, on=keys).merge(first[[*keys, "persons"]], on=keys)
    table["replacement"] = table["passed"] + table["died"]
    with np.errstate(divide="ignore", invalid="ignore"):
        table["rate"] = table["replacement"] / table["persons"].where(table["persons"] > 0)
        table["annual_rate"] = table["replacement"] / table["person_years"].where(
            table["person_years"] > 0
        )
    table["status"] = np.maximum(table["_rank"], ranks["estimated"]).map(
        dict(enumerate(STATUS_ORDER))
    )
    table = table.assign(first_year=years[0], year=years[-1], rate_error=np.nan, unit="persons")
    components = total.melt(
        keys, ["passed", "died"], var_name="indicator", value_name="replacement"
    ).merge(table[[*keys, "person_years"]], on=keys)
    components["rate"] = components["replacement"] / components["person_years"]
    return table, components[[*keys, "indicator", "rate", "replacement"]]


def _conflicts(people: pd.DataFrame, years: list[int]) -> list[Issue]:
    text = "conflict in the period: the population itself is uncertain, above all by age and sex"
    return [
        ("conflict_gap", str(entry.country), 1, "warning", text)
        for entry in conflict_years().itertuples()
        if entry.country in set(people["country"])
        and entry.first_year <= years[-1]
        and entry.last_year >= years[0]
    ]


def _notes(
    ages: tuple[int, int, int, int], with_deaths: bool, issues: list[Issue]
) -> tuple[str, ...]:
    first, last, low, high = ages
    notes = [FLAG, f"Working age {first} to {last}; the range is from exit ages {high} and {low}."]
    if not with_deaths:
        notes.append("Deaths before the age of exit are not counted: no table of mortality given.")
    notes += [f"{series}: {text}." for _, series, _, _, text in issues]
    return tuple(notes)
