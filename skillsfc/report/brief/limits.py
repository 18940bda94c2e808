"""What the data cannot say, with the command that would fetch it; sources; the key messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from skillsfc.conversion import STATUS_ORDER
from skillsfc.report.brief.section import Section, TableToPublish
from skillsfc.report.collect import publish_facts
from skillsfc.report.text import Facts
from skillsfc.schema import read_codes_file
from skillsfc.sources.catalog import sources
from skillsfc.sources.country import CountryData

MOST_MESSAGES = 5
YEARS_BEHIND = 5  # from which a figure counts as old
HEADLINE = "limits_headline"


def write_limits(data: CountryData) -> Section:
    """Write the section on what is missing, and the table of sources and licences.

    Parameters
    ----------
    data : CountryData
        Outcome of `skillsfc.load_country`.

    Returns
    -------
    Section
        A paragraph, the table of missing data with the command that fetches each, and the sources.

    Examples
    --------
    >>> import skillsfc as sf
    >>> section = sf.write_limits(sf.load_country("XKX"))
    >>> "In which occupations people work: none" in section.table("missing")["question"].tolist()
    True
    """
    facts = Facts("limits")
    old = _answered_by_old_figures(data)
    count = facts.add("questions without data", len(data.missing), "count", table=HEADLINE)
    known = facts.add("embedded tables", len(data.tables), "count", table=HEADLINE)
    paragraphs = [
        f"This brief rests on {known} embedded tables. They leave {count} questions that a skills "
        f"strategy would ask of {data.name} without an answer"
        + (
            f", and {facts.add('questions with old data', len(old), 'count', table=HEADLINE)} with "
            "figures that are years behind"
            if len(old)
            else ""
        )
        + ". The commands below fetch each from its producer; they need a network, and the file "
        "can then be given to the notebooks."
    ]
    headline = pd.DataFrame(
        {
            "figure": ["questions without data", "questions with old data", "embedded tables"],
            "value": [len(data.missing), len(old), len(data.tables)],
            "unit": "count",
        }
    )
    asked = pd.concat([data.missing.assign(embedded="none"), old], ignore_index=True)
    asked["question"] += ": " + asked["embedded"]
    return Section(
        "limits",
        tuple(paragraphs),
        facts,
        tables=(
            TableToPublish(
                "missing",
                "Questions without an embedded answer, or with an old one",
                asked[["question", "producer", "command"]],
                labels={"question": "question: what is embedded"},
            ),
            TableToPublish(HEADLINE, "Tables in this brief", headline, show=False),
            TableToPublish("sources", "Sources and licences", _used_sources(data)),
        ),
    )


def _answered_by_old_figures(data: CountryData) -> pd.DataFrame:
    """Return the questions whose newest embedded figure is years behind, with the command."""
    newest = data.coverage.groupby("table")["last_year"].max().dropna().astype(int)
    behind = newest[newest < date.today().year - YEARS_BEHIND]
    wanted = read_codes_file("wanted.csv")
    old = wanted[wanted["table"].isin(behind.index)].copy()
    old["command"] = [text.replace("{country}", data.country) for text in old["command"]]
    return old.assign(embedded=[f"to {behind[table]}" for table in old["table"]])


def _used_sources(data: CountryData) -> pd.DataFrame:
    """Return producer, title, years, licence and quality of every source with this country."""
    used = set(data.coverage["source"]) | {"factbook"}
    log = sources()
    log = log[log["source"].isin(used)]
    years = log.groupby("source").agg(first_year=("first_year", "min"), last=("last_year", "max"))
    log = log.drop_duplicates("source").set_index("source")
    columns = ["title", "producer", "first_year", "last_year", "licence", "quality"]
    return log.assign(**years.rename(columns={"last": "last_year"}))[columns].reset_index(drop=True)


def count_status(data: CountryData) -> pd.DataFrame:
    """Count the rows of each table by how their values came about.

    Parameters
    ----------
    data : CountryData
        Outcome of `skillsfc.load_country`.

    Returns
    -------
    DataFrame
        ``table`` and one column of row counts for each of observed, estimated, imputed, modelled
        and projected.

    Examples
    --------
    >>> import skillsfc as sf
    >>> counts = sf.count_status(sf.load_country("MAR")).set_index("table")
    >>> bool(counts.loc["population", "projected"] > 0)
    True
    """
    rows = []
    for name, table in data.tables.items():
        counts = table["status"].value_counts()
        rows.append({"table": name, **{s: int(counts.get(s, 0)) for s in STATUS_ORDER}})
    return pd.DataFrame(rows, columns=["table", *STATUS_ORDER])


def list_key_messages(sections: Sequence[Section]) -> list[str]:
    """Return the sentences that open a brief: at most five, in the order of the sections.

    Parameters
    ----------
    sections : sequence of Section
        Sections of the brief; those without a message are passed over.

    Examples
    --------
    >>> from skillsfc.report.brief.section import Section
    >>> from skillsfc.report.text import Facts
    >>> one = Section("a", (), Facts("a"), message="One.")
    >>> list_key_messages([one, Section("b", (), Facts("b"))])
    ['One.']
    """
    return [section.message for section in sections if section.message][:MOST_MESSAGES]


def publish_brief_header(data: CountryData, forecast: Any | None) -> None:
    """Give the brief its title, date and data vintage, and the index of a batch its columns.

    Parameters
    ----------
    data : CountryData
        Outcome of `skillsfc.load_country`.
    forecast : EmploymentForecast or None
        Outcome of `skillsfc.forecast_employment`; its verdict goes to the index.

    Examples
    --------
    >>> import skillsfc as sf
    >>> sf.publish_brief_header(sf.load_country("MAR"), None)  # writes only inside a report run
    """
    years = data.coverage[["first_year", "last_year"]].dropna().astype(int)
    verdict = "no series" if forecast is None else str(forecast.choice["verdict"].iloc[0])
    publish_facts(
        title=f"{data.name}: people, jobs and skills",
        subtitle="Country brief from open data",
        country=data.name,
        date=date.today().isoformat(),
        vintage=f"UN population 2024, Penn World Table 9.1, World Factbook 2015 and 2025; "
        f"{len(data.tables)} tables, {years['first_year'].min()} to {years['last_year'].max()}",
        forecast=verdict,
        tables=len(data.tables),
    )
