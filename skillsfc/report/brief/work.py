"""Work and unemployment: labour force, youth, women and men, town and country, regions."""

from __future__ import annotations

import pandas as pd

from skillsfc.classifications import label
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_regions, plot_share_bars
from skillsfc.report.display import short_source
from skillsfc.report.text import Facts
from skillsfc.sources.country import CountryData

LABOUR, YOUTH, CENSUS, REGIONS = (
    "labour_force_latest",
    "youth_unemployment_latest",
    "work_by_sex_and_area",
    "work_by_region",
)


def write_work(data: CountryData) -> Section:
    """Write the section on the labour force and unemployment.

    Parameters
    ----------
    data : CountryData
        Outcome of `skillsfc.load_country`. Census detail by sex, area and region is used where the
        country has it.

    Returns
    -------
    Section
        Words and tables for every country; figures where there is detail by sex or region.

    Examples
    --------
    >>> import skillsfc as sf
    >>> section = sf.write_work(sf.load_country("MAR"))
    >>> [figure.name for figure in section.figures]
    ['work_by_sex', 'unemployment_by_region']
    """
    facts = Facts("work")
    parts = [
        part
        for write in (_labour_force, _youth, _census, _regions)
        if (part := write(data, facts)) is not None
    ]
    paragraphs = tuple(text for text, _, _ in parts)
    if not paragraphs:
        paragraphs = (f"No embedded source has labour force or unemployment of {data.name}.",)
    return Section(
        "work",
        paragraphs,
        facts,
        tuple(figure for _, figures, _ in parts for figure in figures),
        tuple(table for _, _, tables in parts for table in tables),
        message=_message(parts, data, facts),
    )


Part = tuple[str, tuple[FigureToPublish, ...], tuple[TableToPublish, ...]]


def _message(parts: list[Part], data: CountryData, facts: Facts) -> str:
    """Take the census sentence where there is one, else the labour force."""
    by_table = {tables[0].name: text for text, _, tables in parts}
    for wanted in (CENSUS, YOUTH, LABOUR):
        if wanted in by_table:
            text = by_table[wanted].split(" For women in")[0]
            if wanted == CENSUS:
                text += f" {_other_rate(data, facts)}"
            return text.strip()
    return f"No embedded source has the unemployment rate of {data.name}."


def latest(table: pd.DataFrame | None, measure: str) -> pd.DataFrame:
    """Return the rows of a table's last year, of the newest edition; empty where there are none."""
    if table is None:
        return pd.DataFrame()
    known = table.dropna(subset=[measure])
    for key in ("year", "vintage"):
        if key in known.columns and len(known):
            known = known[known[key] == known[key].max()]
    return known


def _labour_force(data: CountryData, facts: Facts) -> Part | None:
    force = latest(data.get("labour_force"), "persons")
    rate = latest(data.newest("unemployment"), "share")
    rows, words = [], []
    if len(force):
        row = force.iloc[0]
        size = facts.add("labour force", row["persons"], "persons", table=LABOUR)
        words.append(
            f"The labour force of {data.name} counted {size} people in "
            f"{facts.year(row['year'], table=LABOUR)} ({short_source(row['source'])})."
        )
        rows.append(("labour force", row["year"], row["persons"], "persons", row["source"]))
    if len(rate):
        row = rate.iloc[0]
        share = facts.add("unemployment rate", row["share"], "percent", table=LABOUR)
        words.append(
            f"Of the labour force, {share} was unemployed in "
            f"{facts.year(row['year'], table=LABOUR)} ({short_source(row['source'])})."
        )
        rows.append(("unemployment rate", row["year"], row["share"], "share", row["source"]))
    if not rows:
        return None
    table = pd.DataFrame(rows, columns=["figure", "year", "value", "unit", "source"])
    return (
        " ".join(words),
        (),
        (TableToPublish(LABOUR, f"{data.name}: labour force and unemployment", table, show=False),),
    )


def _youth(data: CountryData, facts: Facts) -> Part | None:
    youth = latest(data.get("youth_unemployment"), "share")
    if youth.empty:
        return None
    by_sex = youth.set_index("sex")["share"]
    names = {"T": "all", "F": "young women", "M": "young men"}
    said = {
        sex: facts.add(f"youth unemployment, {names[sex]}", by_sex[sex], "percent", table=YOUTH)
        for sex in ("T", "F", "M")
        if sex in by_sex.index
    }
    year = facts.year(youth["year"].iloc[0], table=YOUTH)
    head = f"Of the labour force aged 15 to 24 in {data.name}, {said.get('T', '..')} "
    tail = (
        f": {said['F']} of the young women and {said['M']} of the young men"
        if len(said) == 3
        else ""
    )
    text = f"{head}was unemployed in {year} ({short_source(youth['source'].iloc[0])}){tail}."
    table = TableToPublish(YOUTH, f"{data.name}: youth unemployment", youth, show=False)
    return text, (), (table,)


def _census(data: CountryData, facts: Facts) -> Part | None:
    """Women and men, town and country, from a census with both; None where there is none."""
    editions = [
        table.assign(indicator=name)
        for name in ("participation", "unemployment")
        for table in data.detailed(name)
    ]
    if not editions:
        return None
    every = pd.concat(editions, ignore_index=True)
    rows = every[every["year"] == every["year"].max()]
    by = rows.set_index(["indicator", "area", "sex"])["share"]

    def say(indicator: str, area: str, sex: str) -> str:
        fact = f"{indicator}, {area}, {sex}"
        return facts.add(fact, by[indicator, area, sex], "percent", table=CENSUS)

    year = facts.year(rows["year"].max(), table=CENSUS)
    text = (
        f"The census of {year} found {say('unemployment', 'total', 'T')} of the labour force aged "
        f"15 and over unemployed in {data.name}: {say('unemployment', 'total', 'F')} of women and "
        f"{say('unemployment', 'total', 'M')} of men. Only "
        f"{say('participation', 'total', 'F')} of women work or look for work, against "
        f"{say('participation', 'total', 'M')} of men. For women in the countryside it is "
        f"{say('participation', 'rural', 'F')}, in towns {say('participation', 'urban', 'F')}. "
        + _since(every, facts)
        + _other_rate(data, facts)
        + "A census asks about work in fewer words than a labour force survey, so its rates differ "
        "from the survey's."
    )
    wide = rows[rows["sex"].isin(["F", "M"])]
    chart = wide.assign(
        group=wide["indicator"].str.capitalize()
        + ", "
        + wide["area"].map({"total": "all areas", "urban": "urban", "rural": "rural"})
    )
    figure = FigureToPublish(
        "work_by_sex",
        f"{data.name}: participation and unemployment of women and men, {year}",
        plot_share_bars(
            chart,
            category="group",
            by="sex",
            order="table",
            quantity="Share of people aged 15+ and of the labour force",
            source="",
        ),
        tuple(rows["source"].unique()),
        note=str(rows["note"].iloc[0]),
    )
    title = f"{data.name}: women and men, town and country"
    return text, (figure,), (TableToPublish(CENSUS, title, every, show=False),)


def _other_rate(data: CountryData, facts: Facts) -> str:
    """Say the rate of a source other than the census, on which the outlook's level rests."""
    census = {source for table in data.detailed("unemployment") for source in table["source"]}
    rate = latest(data.newest("unemployment"), "share")
    if rate.empty or rate["source"].iloc[0] in census:
        return ""
    row = rate.iloc[0]
    share = facts.add("unemployment rate, other source", row["share"], "percent", table=LABOUR)
    return (
        f"{short_source(row['source'])} has {share} for {facts.year(row['year'], table=LABOUR)}, "
        "and the number of people in work in the outlook rests on that. "
    )


def _since(every: pd.DataFrame, facts: Facts) -> str:
    """Say how the census before it stood, where its producer calls the two comparable."""
    # A note on the older edition is a reason not to compare it with the newer one.
    older = every[(every["year"] == every["year"].min()) & (every["note"] == "")]
    older = older[(older["area"] == "total") & (older["year"] < every["year"].max())]
    by = older.set_index(["indicator", "sex"])["share"]
    wanted = [("unemployment", "T"), ("participation", "F")]
    if any(key not in by.index for key in wanted):
        return ""
    rate, women = (
        facts.add(f"{name}, {sex}, before", by[name, sex], "percent", table=CENSUS)
        for name, sex in wanted
    )
    year = facts.year(older["year"].iloc[0], table=CENSUS)
    return (
        f"In the census of {year} unemployment had been {rate}, and {women} of women took part in "
        "the labour force. "
    )


def _regions(data: CountryData, facts: Facts) -> Part | None:
    table = latest(data.get("regional_unemployment"), "share")
    if table.empty:
        return None
    table = label(table[table["area"] == "total"])
    total = table[table["sex"] == "T"].sort_values("share", ignore_index=True)
    low, high = total.iloc[0], total.iloc[-1]
    year = facts.year(table["year"].max(), table=REGIONS)
    text = (
        f"Among its regions, unemployment in {year} ran from "
        f"{facts.add(low['region_label'], low['share'], 'percent', table=REGIONS)} in "
        f"{low['region_label']} to "
        f"{facts.add(high['region_label'], high['share'], 'percent', table=REGIONS)} in "
        f"{high['region_label']}."
    )
    names = dict(zip(table["region"], table["region_label"], strict=True))
    figure = FigureToPublish(
        "unemployment_by_region",
        f"{data.name}: unemployment by region, women and men, {year}",
        plot_regions(table, quantity="Unemployment rate", labels=names, source=""),
        tuple(table["source"].unique()),
    )
    return text, (figure,), (TableToPublish(REGIONS, f"{data.name}: regions", table, show=False),)
