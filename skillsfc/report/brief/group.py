"""The country beside its group: headline figures of all partnership countries, and the section."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from skillsfc.countries import list_countries
from skillsfc.forecast.comparison import GroupComparison
from skillsfc.forecast.demography import measure_demography
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_comparison
from skillsfc.report.text import KIND_OF_UNIT, NARROW, Facts, list_words, readable
from skillsfc.sources.catalog import load_table

TABLE = "group_comparison"
OLD = 3  # years behind the group from which a reader must be told
INCOME_NOTE = (
    "Income per head is of another edition of The World Factbook, in dollars of another year, than "
    "in the section on sectors."
)
SAID_UNITS = {"points": "percentage points", "PPP US dollars": "PPP dollars", "years": "years"}
PERCENT_UNITS = {"points": "percentage points", "per year": "per cent a year"}


@cache
def collect_headlines(base_year: int = 2025, horizon: int = 2035) -> pd.DataFrame:
    """Return the headline figures of every partnership country from the embedded tables.

    Parameters
    ----------
    base_year, horizon : int
        Years between which the growth of the working-age population is taken [year].

    Returns
    -------
    DataFrame
        ``country, indicator, value, unit, year, source``; a country that a table does not have is
        absent from that indicator. Do not change it: it is shared.

    Examples
    --------
    >>> import skillsfc as sf
    >>> table = sf.collect_headlines()
    >>> table.loc[table["indicator"] == "youth share of working age", "country"].nunique()
    34
    """
    parts = [
        _latest("unemployment", "share", "unemployment rate"),
        _latest("youth_unemployment", "share", "youth unemployment rate", sex="T"),
        _youth_gap(),
        _latest("employment_by_sector", "share", "agriculture's share of employment", sector="AGR"),
        _latest("gdp_per_capita", "usd", "income per head"),
        _latest("school_life_expectancy", "years", "school life expectancy", sex="T"),
        *_people(base_year, horizon),
    ]
    partners = set(list_countries()["country"])
    table = pd.concat(parts, ignore_index=True).dropna(subset=["value"])
    columns = ["country", "indicator", "value", "unit", "year", "source"]
    return table.loc[table["country"].isin(partners), columns].reset_index(drop=True)


def _latest(name: str, measure: str, indicator: str, **keep: str) -> pd.DataFrame:
    """Return each country's latest value of a table, the newest edition first."""
    table = _rows(name, measure)
    for key, code in keep.items():
        if key in table.columns:
            table = table[table[key] == code]
    order = [key for key in ("year", "vintage") if key in table.columns]
    last = table.sort_values(order).drop_duplicates("country", keep="last")
    return last.rename(columns={measure: "value"}).assign(indicator=indicator)


def _rows(name: str, measure: str) -> pd.DataFrame:
    return load_table(name).dropna(subset=[measure])


def _youth_gap() -> pd.DataFrame:
    table = _rows("youth_unemployment", "share")
    wide = table[table["sex"] != "T"].pivot_table(
        index=["country", "year", "vintage", "source"], columns="sex", values="share"
    )
    gap = (wide["F"] - wide["M"]).rename("value").dropna().reset_index()
    last = gap.sort_values(["year", "vintage"]).drop_duplicates("country", keep="last")
    return last.assign(indicator="young women minus young men unemployed", unit="points")


def _people(base_year: int, horizon: int) -> list[pd.DataFrame]:
    table = measure_demography(load_table("population"), first_year=1990, horizon=2050)
    years = np.array(sorted(table.groups["year"].unique()))
    now, then = (int(years[np.abs(years - year).argmin()]) for year in (base_year, horizon))
    working = table.groups[table.groups["age"] == "15-64"].groupby(["country", "year"])["persons"]
    size = (
        working.sum().reset_index().pivot_table(index="country", columns="year", values="persons")
    )
    growth = (size[then] / size[now]) ** (1 / max(then - now, 1)) - 1
    share = table.table[
        (table.table["indicator"] == "youth_share")
        & (table.table["sex"] == "T")
        & (table.table["year"] == now)
    ]
    source = str(table.table["source"].iloc[0])
    return [
        share.assign(indicator="youth share of working age"),
        growth.rename("value").reset_index().assign(
            indicator="yearly growth of working age", unit="per year", year=now, source=source
        ),
    ]  # fmt: skip


def write_comparison(comparison: GroupComparison, *, name: str, group: str) -> Section:
    """Write the section that sets the country beside its group.

    Parameters
    ----------
    comparison : GroupComparison
        Outcome of `skillsfc.compare_with_group` on `collect_headlines`.
    name, group : str
        The country and its group, as printed.

    Returns
    -------
    Section
        One figure with a strip per indicator, and the table behind it.

    Examples
    --------
    >>> import skillsfc as sf
    >>> members = sf.load_country("MAR").peers
    >>> found = sf.compare_with_group(sf.collect_headlines(), country="MAR", members=members)
    >>> section = sf.write_comparison(found, name="Morocco", group="its region")
    >>> section.paragraphs[0].split(":")[0]
    'Morocco differs most from its group, its region, in'
    """
    facts = Facts("group")
    table = comparison.table
    known = table.dropna(subset=["value"])
    country = str(comparison.settings.country)  # type: ignore[attr-defined]
    paragraphs = [_farthest(known, comparison.points, facts, name, group)]
    message = paragraphs[0]
    lacking = list(table.loc[table["value"].isna(), "indicator"])
    if lacking:
        paragraphs.append(f"No embedded source has a value of {name} for: {list_words(lacking)}.")
    figure = FigureToPublish(
        "group",
        f"{name} beside {group}",
        plot_comparison(
            _in_percent(comparison.points),
            country=country,
            medians=_in_percent(table.assign(value=table["median"])),
            group_name="Group",
            source="",
        ),
        tuple(comparison.points["source"].unique()),
        note=comparison.notes[0],
    )
    shown = TableToPublish(
        TABLE,
        f"{name} beside {group}: values, median and range of the others",
        _readable(table),
        note=f"Rank 1 is the highest value. {comparison.notes[0]} {INCOME_NOTE}",
    )
    files = TableToPublish("group_values", "Values behind the figure", table, show=False)
    points = TableToPublish("group_points", "Each country's value", comparison.points, show=False)
    return Section("group", tuple(paragraphs), facts, (figure,), (shown, files, points), message)


def _in_percent(table: pd.DataFrame) -> pd.DataFrame:
    """Return small rates and gaps in per cent, as a chart's axis must show them."""
    small = table["unit"].isin(PERCENT_UNITS)
    shown = table.assign(value=table["value"].where(~small, 100 * table["value"]))
    return shown.assign(unit=shown["unit"].replace(PERCENT_UNITS))


def _farthest(
    known: pd.DataFrame, points: pd.DataFrame, facts: Facts, name: str, group: str
) -> str:
    """Say where the country differs most from the group's median, in units of the group's range."""
    if known.empty:
        return f"No headline figure of {name} can be compared with {group}."
    known = known[known["unit"] != "points"]  # a signed gap needs more words than a sentence has
    spread = (known["highest"] - known["lowest"]).replace(0, np.nan)
    distance = ((known["value"] - known["median"]) / spread).abs()
    parts = []
    for index in distance.sort_values(ascending=False).index[:3]:
        row = known.loc[index]
        kind = KIND_OF_UNIT[row["unit"]]
        side = "above" if row["value"] > row["median"] else "below"
        value = facts.add(row["indicator"], row["value"], kind, table="group_values")
        median = facts.add(f"median, {row['indicator']}", row["median"], kind, table="group_values")
        when = _when(row, points, facts)
        parts.append(f"{row['indicator']} {value} {when}, {side} the median of {median}")
    return f"{name} differs most from its group, {group}, in: {'; '.join(parts)}."


def _when(row: pd.Series, points: pd.DataFrame, facts: Facts) -> str:
    """Say the year of the country's value, and that the group's are newer where they are."""
    year = facts.year(row["year"], table="group_points")
    if row["unit"] == "per year":
        return f"from {year}"
    others = points.loc[points["indicator"] == row["indicator"], "year"]
    usual = int(others.quantile(0.5, interpolation="lower"))
    if usual - int(row["year"]) < OLD:
        return f"in {year}"
    return f"in {year} (the others: mostly {facts.year(usual, table='group_points')})"


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table as text with each indicator in its own unit."""
    columns = ["value", "median", "lowest", "highest"]
    said = readable(table, tuple(columns))
    for unit, words in SAID_UNITS.items():  # once in the name, not in every cell
        rows = table["unit"] == unit
        said.loc[rows, "indicator"] += f", {words}"
        for column in columns:
            said.loc[rows, column] = said.loc[rows, column].str.split(NARROW).str[0]
    place = [
        f"{rank:.0f}{NARROW}of{NARROW}{count}" if np.isfinite(rank) else ""
        for rank, count in zip(table["rank"], table["countries"], strict=True)
    ]
    year = ["" if pd.isna(y) else str(int(y)) for y in table["year"]]
    shown = said[["indicator", *columns]].rename(columns={"indicator": "figure"})
    return shown.assign(rank=place, year=year)
