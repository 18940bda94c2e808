"""Sectors: where people work, and where the country stands on the line that income draws."""

from __future__ import annotations

import pandas as pd

from skillsfc.classifications import label
from skillsfc.forecast.structure import StructureLine
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.brief.work import latest
from skillsfc.report.charts import plot_share_bars, plot_shares, plot_structure_line
from skillsfc.report.display import short_source
from skillsfc.report.text import Facts
from skillsfc.sources.country import CountryData

SHARES, LINE = "sector_shares", "structure_points"
AGRICULTURE = ("AGR", "A", "agriculture")  # its code in each list of sectors
DISAGREE = 0.05  # a gap between two sources that a reader must be warned of [share]


def write_sectors(data: CountryData, line: StructureLine) -> Section:
    """Write the section on sectors: shares, and the place on the line of agriculture on income.

    Parameters
    ----------
    data : CountryData
        Outcome of `skillsfc.load_country`; the best-ranked source of sectors is used.
    line : StructureLine
        Outcome of `skillsfc.estimate_structure_line` for agriculture over all countries.

    Returns
    -------
    Section
        The structure line always; a figure of shares where the country has any.

    Examples
    --------
    >>> import skillsfc as sf
    >>> shares = sf.load_table("employment_by_sector", source="factbook")
    >>> income = sf.load_table("gdp_per_capita", source="factbook")
    >>> line = sf.estimate_structure_line(
    ...     shares[shares["sector"] == "AGR"], income[income["vintage"] == 2015])
    >>> section = sf.write_sectors(sf.load_country("MAR"), line)
    >>> [figure.name for figure in section.figures]
    ['sectors', 'structure_line']
    """
    facts = Facts("sectors")
    paragraphs, figures, tables = [], [], []
    shares = latest(data.get("employment_by_sector"), "share")
    if len(shares):
        listed = _national(shares)
        title = f"{data.name}: employment by sector"
        tables.append(TableToPublish(SHARES, title, listed, show=False))
        paragraphs.append(_largest(listed, facts, data.name) + _two_sources(listed, line, data))
        figures.append(_shares_figure(shares, data.name))
    paragraphs.append(_place(line, facts, data.country, data.name))
    message = paragraphs[-1]
    if len(shares) and _two_sources(listed, line, data):
        message += _other_share(listed, facts)
    figures.append(
        FigureToPublish(
            "structure_line",
            "Agriculture's share of employment and income per head, all countries",
            plot_structure_line(
                line.table,
                line.line,
                highlight=data.country if data.country in set(line.table["country"]) else None,
                group=data.peers,
                group_name=data.region,
                source="",
                level=line.settings.level,  # type: ignore[attr-defined]
            ),
            ("factbook",),
            note=line.notes[0],
        )
    )
    points = line.table.assign(unit="share")
    tables.append(TableToPublish(LINE, "Agriculture and income, all countries", points, show=False))
    return Section("sectors", tuple(paragraphs), facts, tuple(figures), tuple(tables), message)


def _national(shares: pd.DataFrame) -> pd.DataFrame:
    """Return the whole country's rows, both sexes, the largest sector first."""
    kept = shares
    for key, total in (("area", "total"), ("sex", "T")):
        if key in kept.columns:
            kept = kept[kept[key] == total]
    listed = label(kept).sort_values("share", ascending=False, ignore_index=True)
    return listed[["year", "sector", "sector_label", "share", "unit", "status", "source"]]


def _largest(listed: pd.DataFrame, facts: Facts, name: str) -> str:
    parts = []
    for row in listed.head(4).itertuples():
        share = facts.add(row.sector_label, row.share, "percent", table=SHARES)
        parts.append(f"{row.sector_label[:1].lower()}{row.sector_label[1:]} {share}")
    year = facts.year(listed["year"].max(), table=SHARES)
    # Names of sectors have commas of their own, so semicolons part them.
    return f"Of all workers in {name} in {year}, the largest sectors had: {'; '.join(parts)}."


def _two_sources(listed: pd.DataFrame, line: StructureLine, data: CountryData) -> str:
    """Warn where two sources disagree on agriculture; a reader would otherwise compare them."""
    own = line.table.loc[line.table["country"] == data.country, "share"]
    census = listed.loc[listed["sector"].isin(AGRICULTURE), "share"]
    if own.empty or census.empty or abs(own.iloc[0] - census.iloc[0]) < DISAGREE:
        return ""
    return (
        " The comparison of countries below uses another source, whose share of agriculture is far "
        "from this one: censuses and surveys count unpaid work on family farms differently, so the "
        "two must not be mixed."
    )


def _other_share(listed: pd.DataFrame, facts: Facts) -> str:
    """Say the share of agriculture that the country's own source has."""
    row = listed[listed["sector"].isin(AGRICULTURE)].iloc[0]
    share = facts.add("agriculture's share, own source", row["share"], "percent", table=SHARES)
    year = facts.year(row["year"], table=SHARES)
    return f" Another source has {share} for {year}: {short_source(row['source'])}."


def _shares_figure(shares: pd.DataFrame, name: str) -> FigureToPublish:
    """Draw women and men by sector where the source has them, else the parts of the whole."""
    labelled = label(shares)
    names = dict(zip(labelled["sector"], labelled["sector_label"], strict=True))
    sources = tuple(shares["source"].unique())
    title = f"{name}: share of workers by sector, {shares['year'].max()}"
    if "sex" in shares.columns and "area" in shares.columns:
        national = shares[shares["area"] == "total"]
        chart = plot_share_bars(
            national,
            category="sector",
            by="sex",
            quantity="Share of workers",
            labels=names,
            source="",
        )
    else:
        chart = plot_shares(
            shares,
            category="sector",
            by="year",
            quantity="Share of workers",
            labels=names,
            source="",
        )
    return FigureToPublish("sectors", title, chart, sources)


def _place(line: StructureLine, facts: Facts, country: str, name: str) -> str:
    own = line.table[line.table["country"] == country]
    if own.empty:
        return (
            f"No embedded source gives {name} both agriculture's share of employment and income "
            "per head, so its place among other countries is not shown."
        )
    row = own.iloc[0]
    share = facts.add("agriculture's share", row["share"], "percent", table=LINE)
    expected = facts.add("expected at this income", row["expected"], "percent", table=LINE)
    gap = facts.add("difference", row["difference"], "points", table=LINE)
    income = facts.add("income per head", row["usd"], "usd", table=LINE)
    year = facts.year(row["income_year"], table=LINE)
    side = "more" if row["difference"] > 0 else "less"
    usual = row["lower"] <= row["share"] <= row["upper"]
    verdict = (
        "within the range usual at this income"
        if usual
        else "outside the range that four in five countries of this income have"
    )
    return (
        f"Agriculture employed {share} of workers in {name} "
        f"({facts.year(row['year'], table=LINE)}, World Factbook). Countries of the same income "
        f"per head ({income} in {year}) have {expected} on average: {name} has {gap} {side}, "
        f"{verdict}."
    )
