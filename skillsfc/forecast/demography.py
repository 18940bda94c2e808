"""People: working age, youth, dependency, and the yearly flow of new entrants to working age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skillsfc.checks import check
from skillsfc.conversion import add_up
from skillsfc.errors import CoverageError, ParameterError, Problem, listing
from skillsfc.results import Result, table_hash

AGE_SPANS = {"0-14": (0, 14), "15-24": (15, 24), "15-64": (15, 64), "65+": (65, np.inf)}
_KEYS = ["country", "year", "sex"]


@dataclass(frozen=True)
class DemographySettings:
    """Arguments of `measure_demography`."""

    first_year: int
    horizon: int


@dataclass(frozen=True, eq=False, repr=False)
class Demography(Result):
    """Outcome of `measure_demography`; ``.table`` holds indicators, ``.groups`` persons by age."""

    groups: pd.DataFrame = field(default_factory=pd.DataFrame)


def measure_demography(
    population: pd.DataFrame, *, first_year: int = 1990, horizon: int = 2050
) -> Demography:
    """Measure working age, youth, dependency and yearly entrants from population by age and sex.

    Use it for the supply side of a brief: how many people come of working age a year, and how
    many reach 65. It is a count of people, not of job seekers: participation is not applied.

    Parameters
    ----------
    population : DataFrame
        Tidy table ``country, year, sex, age, persons`` [persons] in five-year or single ages; sex
        F and M.
    first_year, horizon : int
        First and last calendar year kept [year]; years absent from the table are not invented.

    Returns
    -------
    Demography
        ``.groups``: persons by ``country, year, sex, age`` with ages 0-14, 15-24, 15-64, 65+
        (15-24 is part of 15-64); sex F, M. ``.table``: ``country, year, sex, indicator, value,
        unit`` with sex F, M and T and the indicators ``entrants`` and ``leavers`` [persons per
        year], ``net_entrants`` [persons per year], ``youth_dependency``, ``old_age_dependency``,
        ``dependency`` [persons per person aged 15-64] and ``youth_share`` [share of 15-64].

    Raises
    ------
    TableError
        If the table is not a valid population table.
    ParameterError
        If no year lies between ``first_year`` and ``horizon``.
    CoverageError
        If an age boundary (15, 25, 65) cannot be formed from the age groups given.

    Notes
    -----
    People aged 15-19 in year t reached 15 in the five years to t, so entrants per year are
    :math:`N_{15-19,t} / 5`, and leavers :math:`N_{65-69,t} / 5`. Those who died or emigrated since
    their birthday are not counted, those who immigrated are. Dependency is
    :math:`(N_{0-14} + N_{65+}) / N_{15-64}`.

    Examples
    --------
    >>> import skillsfc as sf
    >>> people = sf.measure_demography(sf.load_table("population", country="MAR"))
    >>> t = people.table
    >>> rows = t[(t["indicator"] == "entrants") & (t["sex"] == "T") & (t["year"] == 2025)]
    >>> 500_000 < rows["value"].item() < 800_000
    True
    """
    people = check(population, name="population")
    kept = people[people["year"].between(first_year, horizon)]
    if kept.empty:
        found = f"{people['year'].min()}-{people['year'].max()}"
        raise ParameterError(
            "measure_demography",
            [Problem("first_year, horizon", f"{first_year}, {horizon}", f"years within {found}")],
        )
    low, high = _bounds(kept["age"])
    kept = kept.assign(_low=low, _high=high)
    groups = _sum_spans(kept, AGE_SPANS)
    flows = _sum_spans(kept, {"15-19": (15, 19), "65-69": (65, 69)})
    notes = (
        "People reaching working age are counted from those aged 15-19, a fifth a year; those "
        "leaving from those aged 65-69. Participation is not applied: these are people, not job "
        "seekers.",
    )
    return Demography(
        table=_indicators(groups, flows),
        settings=DemographySettings(first_year, horizon),
        notes=notes,
        provenance={"population": table_hash(people)},
        groups=groups,
    )


def _bounds(ages: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the first and last completed year of each age code."""
    parts = ages.str.extract(r"^(\d+)(?:-(\d+)|(\+))?$")
    low = parts[0].astype(float)
    high = parts[1].astype(float).fillna(low).where(parts[2].isna(), np.inf)
    return low, high


def _sum_spans(people: pd.DataFrame, spans: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """Sum age groups to spans; refuse a group that straddles a boundary."""
    found = []
    for age, (first, last) in spans.items():
        inside = people["_low"].ge(first) & people["_high"].le(last)
        across = people["_low"].le(last) & people["_high"].ge(first) & ~inside
        if across.any() or not inside.any():
            seen = people.loc[across, "age"].unique() if across.any() else people["age"].unique()
            raise CoverageError(
                "population by age",
                [Problem(f"ages {age}", f"cannot be formed from {listing(seen)}",
                         "five-year groups or single years")],
            )  # fmt: skip
        rows = add_up(people[inside], _KEYS)
        found.append(rows.assign(age=age, unit="persons"))
    table = pd.concat(found, ignore_index=True)
    return table[[*_KEYS, "age", "persons", "unit", "status", "source"]].sort_values(
        [*_KEYS, "age"], ignore_index=True
    )


def _indicators(groups: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    both = pd.concat([groups, flows], ignore_index=True)
    total = add_up(both, ["country", "year", "age"])
    cells = pd.concat([both, total.assign(sex="T")])
    # One value a cell: reshaped, not summed, so that a missing count stays missing.
    wide = cells.set_index([*_KEYS, "age"])["persons"].unstack()  # noqa: PD010
    flags = add_up(cells, _KEYS)[[*_KEYS, "status", "source"]]
    working = wide["15-64"]
    per_year, per_person = "persons per year", "persons per person aged 15-64"
    parts = {
        "entrants": (wide["15-19"] / 5, per_year),
        "leavers": (wide["65-69"] / 5, per_year),
        "net_entrants": ((wide["15-19"] - wide["65-69"]) / 5, per_year),
        "youth_dependency": (wide["0-14"] / working, per_person),
        "old_age_dependency": (wide["65+"] / working, per_person),
        "dependency": ((wide["0-14"] + wide["65+"]) / working, per_person),
        "youth_share": (wide["15-24"] / working, "share"),
    }
    rows = [
        value.rename("value").reset_index().assign(indicator=name, unit=unit)
        for name, (value, unit) in parts.items()
    ]
    table = pd.concat(rows, ignore_index=True).merge(flags, on=_KEYS)
    columns = [*_KEYS, "indicator", "value", "unit", "status", "source"]
    return table[columns].sort_values([*_KEYS, "indicator"], ignore_index=True)
