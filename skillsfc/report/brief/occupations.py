"""Occupations, diplomas and status in employment, where a census or survey has them."""

from __future__ import annotations

import pandas as pd

from skillsfc.classifications import label
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.brief.work import latest
from skillsfc.report.charts import plot_share_bars
from skillsfc.report.text import Facts, list_words
from skillsfc.sources.country import CountryData

Part = tuple[str, FigureToPublish, TableToPublish]


def write_occupations(data: CountryData) -> Section:
    """Write the section on occupations, diplomas, training and status in employment.

    Parameters
    ----------
    data : CountryData
        Outcome of `skillsfc.load_country`.

    Returns
    -------
    Section
        One figure and table for each of the subjects that the country has; a sentence that says so
        where it has none.

    Examples
    --------
    >>> import skillsfc as sf
    >>> sf.write_occupations(sf.load_country("GEO")).paragraphs[0][:48]
    'No embedded source has occupations or diplomas o'
    >>> [table.name for table in sf.write_occupations(sf.load_country("MAR")).tables]
    ['occupations', 'diplomas', 'vocational', 'status']
    """
    facts = Facts("occupations")
    parts = [part for write in (_jobs, _diplomas, _vocational, _status)
             if (part := write(data, facts)) is not None]  # fmt: skip
    paragraphs = tuple(text for text, _, _ in parts) or (
        f"No embedded source has occupations or diplomas of {data.name}. The last section has the "
        "commands that fetch them.",
    )
    return Section(
        "occupations",
        paragraphs,
        facts,
        tuple(figure for _, figure, _ in parts),
        tuple(table for _, _, table in parts),
    )


def _national(data: CountryData, name: str) -> pd.DataFrame:
    """Return the latest national rows of a census table, with labels; empty for none."""
    table = latest(data.get(name), "share")
    if table.empty or "area" not in table.columns:
        return pd.DataFrame()
    return label(table[table["area"] == "total"])


def _shares(
    data: CountryData,
    table: str,
    key: str,
    name: str,
    title: str,
    quantity: str,
    drop: tuple[str, ...],
) -> tuple[pd.DataFrame, FigureToPublish, TableToPublish] | None:
    """Return the rows, the dot plot of women and men, and the table of one subject."""
    rows = _national(data, table)
    if rows.empty:
        return None
    drawn = rows[~rows[key].isin(drop)]
    names = dict(zip(rows[key], rows[f"{key}_label"], strict=True))
    title = f"{data.name}: {title}, {rows['year'].max()}"
    figure = FigureToPublish(
        f"{name}_by_sex",
        title,
        plot_share_bars(drawn, category=key, by="sex", quantity=quantity, labels=names, source=""),
        tuple(rows["source"].unique()),
        note=_note(rows),
    )
    return rows, figure, TableToPublish(name, title, rows, show=False)


def _note(rows: pd.DataFrame) -> str:
    notes = [note for note in rows.get("note", pd.Series(dtype=str)).unique() if note]
    return " ".join(notes[:1])


def _say(rows: pd.DataFrame, key: str, code: str, sex: str, facts: Facts, table: str) -> str:
    row = rows[(rows[key] == code) & (rows["sex"] == sex)].iloc[0]
    return facts.add(f"{row[f'{key}_label']}, {sex}", row["share"], "percent", table=table)


def _jobs(data: CountryData, facts: Facts) -> Part | None:
    found = _shares(
        data, "employment_by_occupation", "occupation", "occupations",
        "workers by occupation, women and men", "Share of workers", (),
    )  # fmt: skip
    if found is None:
        return None
    rows, figure, table = found
    total = rows[rows["sex"] == "T"].sort_values("share", ascending=False)
    largest = [
        f"{row.occupation_label[0].lower()}{row.occupation_label[1:]} "
        f"({facts.add(row.occupation_label, row.share, 'percent', table='occupations')})"
        for row in total.head(3).itertuples()
    ]
    wide = rows[rows["sex"] != "T"].pivot_table(index="occupation", columns="sex", values="share")
    gap = (wide["F"] - wide["M"]).idxmax()
    name = rows.loc[rows["occupation"] == gap, "occupation_label"].iloc[0].lower()
    year = facts.year(rows["year"].max(), table="occupations")
    text = (
        f"In {year} the largest groups of occupations were {list_words(largest)}. Women are most "
        f"over-represented among {name}: "
        f"{_say(rows, 'occupation', gap, 'F', facts, 'occupations')} of working women against "
        f"{_say(rows, 'occupation', gap, 'M', facts, 'occupations')} of working men. The groups "
        "are the national list, not ISCO-08."
    )
    return text, figure, table


def _diplomas(data: CountryData, facts: Facts) -> Part | None:
    found = _shares(
        data, "attainment", "qualification", "diplomas",
        "highest general diploma of people aged 10 and over", "Share of people aged 10 and over",
        ("dip_undeclared",),
    )  # fmt: skip
    if found is None:
        return None
    rows, figure, table = found
    degree = rows[rows["qualification"].isin(["dip_bachelor", "dip_master_or_doctorate"])]
    high = degree.groupby("sex")["share"].sum()
    summed = degree.drop_duplicates("sex").assign(
        share=lambda part: part["sex"].map(high),
        qualification="",
        qualification_label="Any degree",
        note="sum of the degrees",
    )
    table_rows = pd.concat([table.table, summed], ignore_index=True)
    table = TableToPublish(table.name, table.title, table_rows, show=False)
    none = {
        sex: _say(rows, "qualification", "dip_none", sex, facts, "diplomas") for sex in ("F", "M")
    }
    degrees = {
        sex: facts.add(f"any degree, {sex}", high[sex], "percent", table="diplomas")
        for sex in ("F", "M")
    }
    year = facts.year(rows["year"].max(), table="diplomas")
    text = (
        f"Of people aged 10 and over, children at school included, {none['F']} of women and "
        f"{none['M']} of men had no general diploma in {year}; {degrees['F']} and {degrees['M']} "
        "had a degree. The table counts everybody, not only people in work: who works with which "
        "diploma is not embedded."
    )
    return text, figure, table


def _vocational(data: CountryData, facts: Facts) -> Part | None:
    found = _shares(
        data, "vocational_attainment", "qualification", "vocational",
        "highest vocational diploma of people aged 10 and over",
        "Share of people aged 10 and over", ("voc_none", "voc_undeclared"),
    )  # fmt: skip
    if found is None:
        return None
    rows, figure, table = found
    year = facts.year(rows["year"].max(), table="vocational")
    text = (
        f"{_say(rows, 'qualification', 'voc_none', 'F', facts, 'vocational')} of these women and "
        f"{_say(rows, 'qualification', 'voc_none', 'M', facts, 'vocational')} of these men had no "
        f"vocational diploma in {year}."
    )
    return text, figure, table


def _status(data: CountryData, facts: Facts) -> Part | None:
    found = _shares(
        data, "employment_by_status", "employment_status", "status",
        "workers by status in employment, women and men", "Share of workers", (),
    )  # fmt: skip
    if found is None:
        return None
    rows, figure, table = found
    key = "employment_status"
    year = facts.year(rows["year"].max(), table="status")
    text = (
        f"In {year} private employees made up "
        f"{_say(rows, key, 'private_sector', 'T', facts, 'status')} of workers and public "
        f"employees {_say(rows, key, 'public_sector', 'T', facts, 'status')}; "
        f"{_say(rows, key, 'self_employed', 'T', facts, 'status')} worked on their own account. "
        f"Apprentices were {_say(rows, key, 'apprentice', 'T', facts, 'status')}."
    )
    return text, figure, table
