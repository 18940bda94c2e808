"""Penn World Table 9.1: employment, GDP, human capital, labour share and hours, 1950-2017."""

from __future__ import annotations

from functools import cache

import pandas as pd

from skillsfc.schema import dictionary, read_codes_file

SOURCE = "pwt91"
_FILE = "raw/pwt91/pwt91.csv.gz"
_SAME_GROWTH = 2e-6  # growth rates this close are one interpolated stretch: single precision
_INTERPOLATED = "constant growth: interpolated between two benchmark years"
_CARRIED = "same value as in the year beside it: carried forward or back"


@cache
def _raw() -> pd.DataFrame:
    table = read_codes_file(_FILE).rename(columns={"isocode": "country"})
    numbers = table.drop(columns="country").apply(pd.to_numeric)
    return pd.concat([table[["country"]], numbers], axis=1)


def _measure(column: str, measure: str, factor: float = 1.0) -> pd.DataFrame:
    """Return one column of the raw file as a tidy table, all of it estimated."""
    table = _raw()[["country", "year", column]].dropna(ignore_index=True)
    table = table.rename(columns={column: measure}).assign(
        unit=dictionary().loc[measure, "unit"], status="estimated", source=SOURCE, note=""
    )
    table[measure] = table[measure] * factor
    return table


def _flag(table: pd.DataFrame, rows: pd.Series, note: str) -> pd.DataFrame:
    """Mark rows as imputed, with the reason."""
    status = table["status"].mask(rows, "imputed")
    return table.assign(status=status, note=table["note"].mask(rows, note))


def employment() -> pd.DataFrame:
    """Return persons engaged, employees and self-employed, by country and year.

    Years of exactly constant growth lie on a line drawn between two benchmark years by the
    producer; they are marked ``imputed``, because a forecaster's error on them is too small.

    Returns
    -------
    DataFrame
        Columns ``country, year, persons`` [persons], ``unit, status, source, note``.

    Notes
    -----
    PWT's `emp` in millions is multiplied by 10^6. Changes of more than 15 % in a year (Morocco 1992
    to 1996 in turn -15, +18, -16 and +23 %; Georgia 1992) stay as they are, and levels can lie
    above national ones: Morocco 2014 has 12.4 million here and 9.6 million in its census.

    References
    ----------
    Feenstra, Inklaar and Timmer (2015), The Next Generation of the Penn World Table, American
    Economic Review 105(10), 3150-3182. doi:10.1257/aer.20130954

    Examples
    --------
    >>> table = employment()
    >>> table.query("country == 'MAR' and year == 2017")["persons"].tolist()
    [13008240.0]
    """
    table = _measure("emp", "persons", 1e6)
    table["persons"] = table["persons"].round()
    millions = _raw()[["country", "year", "emp"]].dropna()["emp"].reset_index(drop=True)
    growth = millions / millions.groupby(table["country"]).shift()
    before = growth.groupby(table["country"]).shift()
    same = (growth - before).abs() < _SAME_GROWTH
    # A year whose growth equals the next year's lies inside the line; the line's end is data.
    return _flag(table, same.groupby(table["country"]).shift(-1, fill_value=False), _INTERPOLATED)


def gdp() -> pd.DataFrame:
    """Return real GDP at constant national prices of 2011, in 2011 US dollars at PPP.

    PWT has several real GDPs. This is `rgdpna`, whose growth is that of the national accounts: the
    one that PWT's authors advise for growth within a country, which is what a forecast of jobs
    needs. Its level is tied to purchasing power parities in 2011 only.

    Returns
    -------
    DataFrame
        Columns ``country, year, usd`` [2011 PPP US dollars], ``unit, status, source, note``.

    Examples
    --------
    >>> gdp().query("country == 'MAR' and year == 2017")["usd"].round(-6).tolist()
    [299993000000.0]
    """
    return _measure("rgdpna", "usd", 1e6)


def human_capital() -> pd.DataFrame:
    """Return PWT's index of human capital per person.

    Returns
    -------
    DataFrame
        Columns ``country, year, index`` (from years of schooling and returns to education),
        ``unit, status, source, note``. Values between the five-yearly attainment data are the
        producer's interpolations.

    Examples
    --------
    >>> human_capital().query("country == 'GHA'")["year"].agg(["min", "max"]).tolist()
    [1955, 2017]
    """
    return _measure("hc", "index")


def labour_share() -> pd.DataFrame:
    """Return the share of labour compensation, with an estimate for the self-employed, in GDP.

    Returns
    -------
    DataFrame
        Columns ``country, year, share`` [0-1], ``unit, status, source, note``. Years that repeat
        their neighbour's value exactly are carried forward or back by the producer and are marked
        ``imputed``: for most partner countries that is most years.

    Examples
    --------
    >>> table = labour_share().query("country == 'MAR'")
    >>> int((table["status"] == "imputed").sum()), len(table)
    (49, 68)
    """
    table = _measure("labsh", "share")
    of_country = table.groupby("country")["share"]
    repeats = table["share"] == of_country.shift()
    run = (~repeats).groupby(table["country"]).cumsum()
    # A first stretch of equal values is carried back from its last year, later ones forward.
    carried_back = (run == 1) & (table["share"] == of_country.shift(-1))
    return _flag(table, carried_back | (repeats & (run > 1)), _CARRIED)


def hours_worked() -> pd.DataFrame:
    """Return average annual hours worked by persons engaged.

    Returns
    -------
    DataFrame
        Columns ``country, year, hours`` [hours per year], ``unit, status, source, note``. Of the
        partner countries only Israel, Russia and Türkiye have them.

    Examples
    --------
    >>> hours_worked().query("country == 'TUR' and year == 2017")["hours"].round().tolist()
    [1832.0]
    """
    return _measure("avh", "hours")
