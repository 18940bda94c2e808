"""World Population Prospects 2024, medium variant: population, mortality, births, net migration."""

from __future__ import annotations

from functools import cache

import pandas as pd

from skillsfc.schema import code_list, dictionary, read_codes_file

SOURCE = "wpp2024"
LAST_ESTIMATE = 2023  # the 2024 revision estimates to 2023 and projects from 2024
_SEX = {"Female": "F", "Male": "M"}


@cache
def _population() -> pd.DataFrame:
    return read_codes_file("raw/wpp2024/population.csv.gz")


@cache
def _rates() -> pd.DataFrame:
    return read_codes_file("raw/wpp2024/rates.csv.gz")


def _finish(table: pd.DataFrame, measure: str, factor: float = 1.0) -> pd.DataFrame:
    """Type the year and the measure, and add unit, status and source."""
    years = table["year"].astype("int64")
    return table.assign(
        year=years,
        **{measure: pd.to_numeric(table[measure]) * factor},
        unit=dictionary().loc[measure, "unit"],
        status=pd.Series("estimated", index=table.index).mask(years > LAST_ESTIMATE, "projected"),
        source=SOURCE,
    ).reset_index(drop=True)


def population() -> pd.DataFrame:
    """Return population by sex and five-year age group, every fifth year from 1950 to 2100.

    Returns
    -------
    DataFrame
        Columns ``country, year, sex, age, persons`` [persons, 1 July], ``unit, status, source``.
        ``status`` is ``estimated`` to 2023 and ``projected`` after. All 34 partner countries;
        the sexes and ages are parts, so their sum is the total population.

    References
    ----------
    United Nations, Department of Economic and Social Affairs, Population Division (2024). World
    Population Prospects 2024, Online Edition.

    Examples
    --------
    >>> table = population()
    >>> now = table[(table["country"] == "MAR") & (table["year"] == 2025)]
    >>> int(now["persons"].sum())
    38430773
    """
    raw = _population()
    listed = code_list("countries")
    code_of = dict(zip(listed["m49"].str.lstrip("0"), listed["code"], strict=True))
    table = pd.DataFrame(
        {
            "country": raw["LocID"].map(code_of),
            "year": raw["Year"],
            "sex": raw["Sex"].map(_SEX),
            "age": raw["AgeGrp"],
            "persons": raw["Value"],
        }
    )
    return _finish(table, "persons")


def mortality() -> pd.DataFrame:
    """Return central death rates m(x) by sex and age, every tenth year from 1950 to 2100.

    Returns
    -------
    DataFrame
        Columns ``country, year, sex, age, rate`` [per person-year], ``unit, status, source``.
        Ages 0, 1-4, 5-9 to 95-99 and 100+. 33 partner countries: the package has no Kosovo.

    Notes
    -----
    m(x) is deaths of an age group in a year over the person-years it lived in it. It can exceed 1
    at the highest ages.

    Examples
    --------
    >>> table = mortality().set_index(["country", "year", "sex", "age"])["rate"]
    >>> round(float(table["MAR", 2020, "F", "0"]), 4)
    0.0142
    """
    raw = _rates()[_rates()["indicator"] == "mx"]
    table = pd.DataFrame(
        {
            "country": raw["iso3"],
            "year": raw["Year"],
            "sex": raw["Sex"].map(_SEX),
            "age": raw["AgeGrpStart"].map(_abridged_group),
            "rate": raw["Value"],
        }
    )
    return _finish(table, "rate")


def _abridged_group(start: str) -> str:
    """Return the age group of an abridged life table that begins at ``start``."""
    special = {"0": "0", "1": "1-4", "100": "100+"}
    return special.get(start) or f"{start}-{int(start) + 4}"


def birth_rate() -> pd.DataFrame:
    """Return births per person and year, every tenth year from 1950 to 2100.

    Returns
    -------
    DataFrame
        Columns ``country, year, rate`` [per person-year], ``unit, status, source``; the crude
        birth rate per 1,000 divided by 1,000. 33 partner countries: no Kosovo.

    Examples
    --------
    >>> birth_rate().query("country == 'MAR' and year == 2020")["rate"].round(5).tolist()
    [0.01785]
    """
    return _crude("CBR", "rate")


def net_migration() -> pd.DataFrame:
    """Return net migrants per person and year, every tenth year from 1950 to 2100.

    Negative where more people leave than come. A value of one year, not an average of ten: a war
    in that year, or none, makes the decade look so.

    Returns
    -------
    DataFrame
        Columns ``country, year, net_rate`` [per person-year], ``unit, status, source``.
        33 partner countries: no Kosovo.

    Examples
    --------
    >>> net_migration().query("country == 'MAR' and year == 2030")["net_rate"].round(6).tolist()
    [-0.001791]
    """
    return _crude("CNMR", "net_rate")


def _crude(indicator: str, measure: str) -> pd.DataFrame:
    raw = _rates()[_rates()["indicator"] == indicator]
    table = pd.DataFrame({"country": raw["iso3"], "year": raw["Year"], measure: raw["Value"]})
    return _finish(table, measure, 1 / 1000)
