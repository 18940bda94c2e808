"""The World Factbook, editions of 2015 and 2025: labour force, unemployment, sectors, education.

Each value has a year of its own and the edition it was read from (``vintage``). The editions draw
on different statistics (2015: mostly national figures; 2025: mostly modelled estimates of
international agencies), so values of two vintages are not one series.
"""

from __future__ import annotations

import pandas as pd

from skillsfc.schema import dictionary
from skillsfc.sources.factbook_entries import ENTRIES, readings_of

SOURCE = "factbook"
_ROUNDING = 0.0151  # three shares, each rounded to a whole percent at worst


def unread() -> pd.DataFrame:
    """Return the texts that gave no value although they are not 'NA', each with the reason.

    Returns
    -------
    DataFrame
        Text columns ``table, country, vintage, part, text, problem``. Problems: ``not a value``,
        ``no year`` (none is guessed), ``another breakdown`` (other sectors than the three, or
        another area), ``West Bank only``, ``second value for the same year``, ``unexpected unit``.

    Examples
    --------
    >>> texts = unread()
    >>> texts.loc[texts["text"].str.contains("tourist"), "text"].tolist()
    ['85% directly or indirectly employed in tourist industry']
    """
    frames = [readings_of(table).assign(table=table) for table in ENTRIES]
    whole = pd.concat(frames, ignore_index=True)
    kept = whole[~whole["problem"].isin(["", "missing"])]
    columns = ["table", "country", "vintage", "part", "text", "problem"]
    return kept[columns].reset_index(drop=True)


def _table(name: str, measure: str, key: str = "", factor: float = 1.0) -> pd.DataFrame:
    """Return the readable values of one table, tidy."""
    found = readings_of(name)
    found = found[found["problem"] == ""]
    found = found.sort_values(["country", "vintage", "year"], kind="stable", ignore_index=True)
    table = pd.DataFrame({"country": found["country"], "year": found["year"].astype("int64")})
    if key:
        table[key] = found["code"]
    remarks = [
        "; ".join(filter(None, pair)) for pair in zip(found["note"], found["remark"], strict=True)
    ]
    return table.assign(
        vintage=found["vintage"].astype("int64"),
        **{measure: (found["value"].astype("float64") * factor).round(6)},
        unit=dictionary().loc[measure, "unit"],
        status=found["estimated"].map({True: "estimated", False: "observed"}),
        source=SOURCE,
        note=remarks,
    )


def _note_sums(table: pd.DataFrame) -> pd.DataFrame:
    """Say in the note where three sectors of one year do not sum to 1; nothing is rescaled."""
    groups = table.groupby(["country", "year", "vintage"])["share"]
    total, count = groups.transform("sum"), groups.transform("size")
    off = ((total - 1).abs() > _ROUNDING) & (count == 3)
    words = total.map("the three sectors sum to {:.3f}".format)
    joined = [
        f"{note}; {word}" if note else word for note, word in zip(table["note"], words, strict=True)
    ]
    return table.assign(note=table["note"].mask(off, pd.Series(joined, index=table.index)))


def labour_force() -> pd.DataFrame:
    """Return the labour force: persons employed or seeking work.

    Returns
    -------
    DataFrame
        Columns ``country, year, vintage, persons`` [persons], ``unit, status, source, note``.

    Examples
    --------
    >>> labour_force().query("country == 'MAR'")[["year", "vintage", "persons"]].values.tolist()
    [[2014.0, 2015.0, 12000000.0], [2024.0, 2025.0, 12475000.0]]
    """
    return _table("labour_force", "persons")


def unemployment() -> pd.DataFrame:
    """Return the unemployment rate, a share of the labour force.

    Returns
    -------
    DataFrame
        Columns ``country, year, vintage, share`` [0-1], ``unit, status, source, note``; the note
        says where a rate covers towns only or registered unemployed only.

    Examples
    --------
    >>> unemployment().query("country == 'MAR'").set_index("year")["share"].to_dict()
    {2013: 0.092, 2014: 0.091, 2022: 0.095, 2023: 0.091, 2024: 0.09}
    """
    return _table("unemployment", "share", factor=0.01)


def youth_unemployment() -> pd.DataFrame:
    """Return the unemployment rate at ages 15-24 by sex, a share of the labour force of that age.

    Returns
    -------
    DataFrame
        Columns ``country, year, sex, vintage, share`` [0-1], ``unit, status, source, note``; sex
        ``T`` is both.

    Examples
    --------
    >>> table = youth_unemployment().query("country == 'MAR' and vintage == 2025")
    >>> table.set_index("sex")["share"].to_dict()
    {'T': 0.221, 'M': 0.22, 'F': 0.224}
    """
    return _table("youth_unemployment", "share", "sex", 0.01)


def employment_by_sector() -> pd.DataFrame:
    """Return shares of agriculture, industry and services in the labour force, edition of 2015.

    Returns
    -------
    DataFrame
        Columns ``country, year, sector, vintage, share`` [0-1], ``unit, status, source, note``;
        sectors AGR, IND, SER. The note says where the three do not sum to 1: nothing is rescaled.

    Examples
    --------
    >>> employment_by_sector().query("country == 'MAR'").set_index("sector")["share"].to_dict()
    {'AGR': 0.391, 'IND': 0.203, 'SER': 0.405}
    """
    return _note_sums(_table("employment_by_sector", "share", "sector", 0.01))


def value_added_by_sector() -> pd.DataFrame:
    """Return the shares of agriculture, industry and services in GDP.

    Returns
    -------
    DataFrame
        Columns ``country, year, sector, vintage, share`` [0-1], ``unit, status, source, note``.
        In the edition of 2025 they are shares of GDP, in which taxes less subsidies on products
        belong to no sector, so the three sum to less than 1; the note gives the sum.

    Examples
    --------
    >>> table = value_added_by_sector().query("country == 'MAR' and vintage == 2025")
    >>> table.set_index("sector")["share"].to_dict(), table["note"].iloc[0]
    ({'AGR': 0.101, 'IND': 0.241, 'SER': 0.541}, 'the three sectors sum to 0.883')
    """
    return _note_sums(_table("value_added_by_sector", "share", "sector", 0.01))


def gdp_per_capita() -> pd.DataFrame:
    """Return GDP per person at purchasing power parity.

    Returns
    -------
    DataFrame
        Columns ``country, year, vintage, usd`` [US dollars at PPP; the note gives the price base,
        2014 dollars in most of the edition of 2015, 2021 dollars in most of that of 2025],
        ``unit, status, source, note``.

    Examples
    --------
    >>> table = gdp_per_capita().query("country == 'MAR'").set_index("year")
    >>> table.loc[[2014, 2024], "usd"].to_dict()
    {2014: 7600.0, 2024: 9100.0}
    """
    return _table("gdp_per_capita", "usd")


def literacy() -> pd.DataFrame:
    """Return the share of people aged 15 and over who can read and write, by sex.

    Returns
    -------
    DataFrame
        Columns ``country, year, sex, vintage, share`` [0-1], ``unit, status, source, note``; the
        note gives the definition where it is another one.

    Examples
    --------
    >>> literacy().query("country == 'MAR'").set_index("sex")["share"].to_dict()
    {'T': 0.685, 'M': 0.786, 'F': 0.588}
    """
    return _table("literacy", "share", "sex", 0.01)


def school_life_expectancy() -> pd.DataFrame:
    """Return the years of schooling, primary to tertiary, that a child can expect, by sex.

    Returns
    -------
    DataFrame
        Columns ``country, year, sex, vintage, years`` [years], ``unit, status, source, note``.

    Examples
    --------
    >>> table = school_life_expectancy().query("country == 'MAR' and sex == 'F'")
    >>> table.set_index("year")["years"].to_dict()
    {2010: 11.0, 2023: 15.0}
    """
    return _table("school_life_expectancy", "years", "sex")
