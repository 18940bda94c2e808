"""United States: long series of employment by industry and of occupations, for back-tests.

Partner countries have no series this long by sector or occupation. These show how well a model
forecasts *structure*; they are not a picture of any partner country.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from skillsfc.schema import code_list, read_codes_file

COUNTRY = "USA"
_INDUSTRY, _OCCUPATION = "us_employment_industry", "us_occupations_1850_2000"
_CODES = {"PAYNSA": "00000000", "TEMPHELPN": "60561320"}  # series with names of another data bank
_NO_OCCUPATION = "NON"
_UNIVERSE = (
    "Universe differs by census: people with an occupation are 27 % of the population in 1850, "
    "40 % in 1950, 48 % in 1960 and 58 % in 2016"
)


@cache
def _annual() -> pd.DataFrame:
    """Return annual means of the monthly series, for years with all twelve months."""
    wide = read_codes_file("raw/us_employment_industry/us_employment.csv.gz")
    sector = wide["Series_ID"].map(_CODES).fillna(wide["Series_ID"].str.slice(3, 11))
    months = wide.drop(columns="Series_ID").apply(pd.to_numeric).set_axis(sector).T
    by_year = months.groupby(months.index.str.slice(0, 4).astype("int64"))
    means = by_year.mean().where(by_year.count() == 12)
    means.index.name = "year"
    long = means.reset_index().melt("year", var_name="sector", value_name="persons").dropna()
    persons = (long["persons"] * 1000).round()  # the source counts in thousands
    return pd.DataFrame(
        {"country": COUNTRY, "year": long["year"], "sector": long["sector"]}
    ).assign(persons=persons, unit="persons", status="observed", source=_INDUSTRY)


def _of(codes: pd.Series) -> pd.DataFrame:
    table = _annual()
    chosen = table[table["sector"].isin(codes)]
    return chosen.sort_values(["year", "sector"], ignore_index=True)


def us_employment_by_supersector() -> pd.DataFrame:
    """Return US employees by the eleven supersectors, 1939-2018.

    The eleven are a partition: they sum to all non-farm employees. Annual means of twelve months
    that are not seasonally adjusted; 2019 is left out, its last three months being absent.

    Returns
    -------
    DataFrame
        Columns ``country, year, sector`` (code list ``naics_us``), ``persons`` [persons], ``unit,
        status, source``.

    Examples
    --------
    >>> table = us_employment_by_supersector()
    >>> table.query("year == 2018 and sector == '30000000'")["persons"].tolist()
    [12688500.0]
    """
    listed = code_list("naics_us")
    return _of(listed.loc[listed["level"] == "supersector", "code"])


def us_employment_by_industry() -> pd.DataFrame:
    """Return US employees by the most detailed industries of the source, to 2018.

    Industries that have no part in the source: no code is a total of another. They are *not* a
    partition (a part may be given without the rest of its parent), so their sum is not total
    employment. Series begin between 1939 and 2001, most in 1990. Annual means as in
    `us_employment_by_supersector`.

    Returns
    -------
    DataFrame
        Columns ``country, year, sector`` (code list ``naics_us``), ``persons`` [persons], ``unit,
        status, source``.

    Examples
    --------
    >>> us_employment_by_industry()["sector"].nunique()
    102
    """
    listed = code_list("naics_us")
    return _of(listed.loc[~listed["code"].isin(listed["parent"]), "code"])


def us_occupation_shares() -> pd.DataFrame:
    """Return the shares of occupations among people who have one, United States 1850-2016.

    Occupations follow one list, that of the 1950 census, in every year: 1850-2000 every ten years
    (1890 is lost) and each year of 2001-2016. The source gives shares of the whole population;
    codes that are not occupations (school, housework, no answer) are taken out and the rest is
    divided by its sum.

    Returns
    -------
    DataFrame
        Columns ``country, year, occupation`` (code list ``occ1950``), ``share`` [0-1; a year sums
        to 1], ``unit, status, source, note``. A share of 0 may mean that a census did not use the
        code.

    Notes
    -----
    Who has an occupation changed: the labour force, later everybody who worked in recent years.

    References
    ----------
    Ruggles et al. (2020), IPUMS USA: Version 10.0. doi:10.18128/D010.V10.0

    Examples
    --------
    >>> table = us_occupation_shares()
    >>> float(table.query("year == 1850")["share"].sum().round(9)), table["occupation"].nunique()
    (1.0, 269)
    """
    wide = read_codes_file("raw/us_occupations_1850_2000/occ1950.csv.gz")
    occupation = wide["occ1950"].str.zfill(3)
    listed = code_list("occ1950").set_index("code")["parent"]
    kept = occupation.map(listed) != _NO_OCCUPATION
    numbers = wide.drop(columns="occ1950").apply(pd.to_numeric)[kept]
    shares = (numbers / numbers.sum()).assign(occupation=occupation[kept])
    long = shares.melt("occupation", var_name="year", value_name="share")
    long["year"] = long["year"].astype("int64")
    return (
        long.assign(country=COUNTRY)[["country", "year", "occupation", "share"]]
        .sort_values(["year", "occupation"], ignore_index=True)
        .assign(unit="share", status="estimated", source=_OCCUPATION, note=_UNIVERSE)
    )
