"""Openings of one country from what it has: a total, and occupations where a census has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import pandas as pd

from skillsfc.conversion import add_up
from skillsfc.errors import CoverageError, Problem, listing
from skillsfc.forecast.replacement.ageing import estimate_ageing_exits
from skillsfc.forecast.shares.forecast import forecast_shares
from skillsfc.forecast.simulation.openings import SimulatedOpenings, simulate_openings
from skillsfc.schema import read_codes_file


@dataclass(frozen=True, eq=False, repr=False)
class CountryOpenings:
    """Openings of a country: in all and, where the tables allow, by sex, occupation and education.

    Parameters
    ----------
    total : SimulatedOpenings
        All openings.
    by_sex, by_occupation, by_occupation_and_sex, by_education : SimulatedOpenings or None
        The same by the keys named; None where no table says.
    exits : DataFrame
        Yearly replacement rates used, by sex.
    structure_year : int or None
        Year of the occupational structure.
    """

    total: SimulatedOpenings
    exits: pd.DataFrame
    by_sex: SimulatedOpenings | None = None
    by_occupation: SimulatedOpenings | None = None
    by_occupation_and_sex: SimulatedOpenings | None = None
    by_education: SimulatedOpenings | None = None
    structure_year: int | None = None


def estimate_country_openings(
    forecast: Any,
    population: pd.DataFrame,
    *,
    tables: Mapping[str, pd.DataFrame] | None = None,
    levels: Sequence[float] = (0.8, 0.95),
    draws: int = 1000,
    seed: int = 1,
) -> CountryOpenings:
    """Estimate openings of a country from its total, its exits and, if known, its occupations.

    Use it where there is no employment by sector and occupation over the years: the total is
    forecast, the last known structure is kept, and the interval says how fast structures drift.
    Where surveys give the structure in several rounds, chain `skillsfc.forecast_sectors`,
    `skillsfc.forecast_shares` and `skillsfc.simulate_openings` instead.

    Parameters
    ----------
    forecast : EmploymentForecast or JoinedForecast
        Total employment of the country.
    population : DataFrame
        Population of the country by ``year, sex, age`` [persons], past and projected.
    tables : mapping of str to DataFrame, optional
        What else is known of the country: ``mortality``; ``employment_by_area`` with persons by
        ``sex`` (other keys are added up); ``employment_by_occupation`` with shares by ``sex`` and
        ``occupation``. Those that are not there are done without.
    levels : sequence of float
        Coverage of the intervals [0-1].
    draws : int
        Number of draws.
    seed : int
        Of all random streams.

    Returns
    -------
    CountryOpenings

    Raises
    ------
    CoverageError
        If the occupations have no shares for both sexes and the workers are not known by sex.

    Notes
    -----
    Replacement is `skillsfc.estimate_ageing_exits`: a floor, for people who change occupation or
    leave early are not in it. Its range over exit ages is read as four chances in five.

    Examples
    --------
    >>> import skillsfc as sf
    >>> jobs = sf.forecast_employment(
    ...     sf.load_table("employment", country="ALB", source="pwt91"), horizon=2030, model="drift")
    >>> people = sf.load_table("population", country="ALB")
    >>> made = estimate_country_openings(jobs, people, draws=200)
    >>> made.total.table["level"].tolist(), made.by_occupation is None
    ([0.8, 0.95], True)
    """
    known = dict(tables or {})
    occupations, workers = known.get("employment_by_occupation"), known.get("employment_by_area")
    exits = estimate_ageing_exits(population, known.get("mortality"))
    rates = _rates(exits.table)
    both = rates[rates["sex"] == "T"].drop(columns="sex")
    told: dict[str, Any] = {"levels": levels, "draws": draws, "seed": seed}
    horizon = int(forecast.table["year"].max())
    whole = _with_table(exits, both)
    steps: list[Any] = []
    by_sex = by_both = by_job = by_education = None
    sexes = None if workers is None else _by_sex(workers)
    if sexes is None:
        total = simulate_openings(forecast, whole, **told)
    told["split"] = False
    if sexes is not None:
        steps.append(forecast_shares(sexes, by="sex", within="country", method="constant",
                                     horizon=horizon))  # fmt: skip
        whole = _with_table(exits, rates[rates["sex"] != "T"])
        # Women's and men's rates make the total too, so that every cut adds up to it.
        total = simulate_openings(forecast, whole, shares=steps, **(told | {"split": True}))
        by_sex = simulate_openings(forecast, whole, shares=steps, by="sex", **told)
    year = None
    if occupations is not None:
        own = _own_structure(occupations, sexes is not None)
        within = ["country", "sex"] if sexes is not None else ["country"]
        steps.append(forecast_shares(own, by="occupation", within=within, method="constant",
                                     horizon=horizon))  # fmt: skip
        year = int(own["year"].max())
        chain = {"shares": steps, **told}
        by_job = simulate_openings(forecast, whole, by="occupation", **chain)
        if sexes is not None:
            keys = ("occupation", "sex")
            by_both = simulate_openings(forecast, whole, by=keys, **chain)
        norm = usual_education(own["occupation"])
        if norm is not None:
            by_education = simulate_openings(
                forecast,
                whole,
                by="qualification",
                regroup=norm,
                **chain,
            )
    return CountryOpenings(total, rates, by_sex, by_job, by_both, by_education, year)


def usual_education(occupations: pd.Series) -> pd.DataFrame | None:
    """Return the level of education that each occupation usually asks for, by international norm.

    Parameters
    ----------
    occupations : Series of str
        Codes of one list.

    Returns
    -------
    DataFrame or None
        ``occupation, qualification`` with ISCED 2011 broad groups; None for a list without a norm.

    Examples
    --------
    >>> usual_education(pd.Series(["2", "25", "9"]))["qualification"].tolist()
    ['ADV', 'ADV', 'BAS']
    """
    norm = read_codes_file("params/usual_education.csv")
    distinct = pd.Series(occupations.unique())
    for _, rows in norm.groupby("list"):
        known = dict(zip(rows["code"], rows["qualification"], strict=True))
        # A finer ISCO code belongs to the major group of its first digit.
        key = distinct.where(distinct.isin(list(known)), distinct.str[:1])
        found = key.map(known)
        if found.notna().mean() > 0.5:
            norms = pd.DataFrame({"occupation": distinct, "qualification": found})
            return norms.dropna(ignore_index=True)
    return None


def _rates(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rates by sex and for both, with the range as a standard error."""
    weights = table["persons"] / table["persons"].sum()
    columns = ["annual_rate", "annual_rate_low", "annual_rate_high"]
    both = {name: float((table[name] * weights).sum()) for name in columns}
    first = table.iloc[[0]].assign(
        sex="T", persons=table["persons"].sum(), replacement=table["replacement"].sum(), **both
    )
    rows = pd.concat([table, first], ignore_index=True)
    width = (rows["annual_rate_high"] - rows["annual_rate_low"]) / 2
    return rows.assign(rate_error=width / NormalDist().inv_cdf(0.9))


def _with_table(result: Any, table: pd.DataFrame) -> Any:
    return replace(result, table=table.reset_index(drop=True))


def _by_sex(workers: pd.DataFrame) -> pd.DataFrame | None:
    if "sex" not in workers:
        return None
    rows = workers[workers["sex"].isin(["F", "M"])]
    newest = rows[rows["year"] == rows["year"].max()]
    if newest.empty or newest["sex"].nunique() != 2:
        return None
    return add_up(newest, ["country", "year", "sex"]).assign(unit="persons")


def _own_structure(occupations: pd.DataFrame, by_sex: bool) -> pd.DataFrame:
    """Return the latest national structure, by sex if the workers are known by sex."""
    rows = occupations
    if "area" in rows.columns:
        rows = rows[rows["area"] == "total"].drop(columns="area")
    if "sex" not in rows or "share" not in rows:
        raise CoverageError(
            "occupations",
            [Problem("columns", listing(rows.columns), "sex (F, M or T) and share",
                     next_step="With persons over several years, chain sf.forecast_sectors, "
                     "sf.forecast_shares and sf.simulate_openings.")],
        )  # fmt: skip
    wanted = ["F", "M"] if by_sex else ["T"]
    found = rows[rows["sex"].isin(wanted)]
    found = found[found["year"] == found["year"].max()]
    if found.empty:
        raise CoverageError(
            "occupations",
            [Problem("column 'sex'", f"no rows for {' and '.join(wanted)}", "shares by occupation",
                     next_step="Give employment_by_area by sex, or shares for both sexes (T).")],
        )  # fmt: skip
    return found if by_sex else found.drop(columns="sex")
