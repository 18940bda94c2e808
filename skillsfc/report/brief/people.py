"""People: how many are of working age, how many come of age a year, and where that goes."""

from __future__ import annotations

import pandas as pd

from skillsfc.forecast.demography import Demography
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_age_groups, plot_pyramid
from skillsfc.report.text import Facts, readable

TABLE = "people_headline"


def write_people(
    population: pd.DataFrame,
    demography: Demography,
    *,
    name: str,
    base_year: int,
    horizon: int,
    note: str = "",
) -> Section:
    """Write the section on people from population by age and sex.

    Parameters
    ----------
    population : DataFrame
        ``country, year, sex, age, persons`` of one country [persons].
    demography : Demography
        Outcome of `skillsfc.measure_demography` on the same table, to 2050.
    name : str
        The country's name, as printed.
    base_year, horizon : int
        The year called "now" and the year looked ahead to [year]; each is moved to the nearest year
        that the table has.
    note : str
        What a reader must know of the territory that the sources count, and of the name; said as
        it is.

    Returns
    -------
    Section
        Two figures (pyramid, age groups) and the tables of their numbers.

    Examples
    --------
    >>> import skillsfc as sf
    >>> people = sf.load_table("population", country="MAR")
    >>> section = sf.write_people(people, sf.measure_demography(people), name="Morocco",
    ...                           base_year=2025, horizon=2035)
    >>> section.message.startswith("About ")
    True
    """
    years = sorted(demography.groups["year"].unique())
    now, then = _nearest(years, base_year), _nearest(years, horizon)
    headline = _headline(population, demography, now, then, int(max(years)))
    facts = Facts("people")
    written = _paragraphs(headline, facts, name, now, then, int(max(years)))
    paragraphs = (*written, f"On territory and name: {note}") if note else written
    source = tuple(population["source"].unique())
    pair = population[population["year"].isin([now, then])]
    return Section(
        name="people",
        paragraphs=paragraphs,
        facts=facts,
        figures=(
            FigureToPublish(
                "pyramid",
                f"{name}: people by age and sex, {now} and {then}",
                plot_pyramid(pair, source=""),
                source,
            ),
            FigureToPublish(
                "age_groups",
                f"{name}: people by age group, {min(years)} to {max(years)}",
                plot_age_groups(_totals(demography.groups), source=""),
                source,
            ),
        ),
        tables=(
            TableToPublish(
                "people_summary",
                f"{name}: people and yearly entrants",
                _summary(headline),
                note=demography.notes[0],
            ),
            TableToPublish(TABLE, f"{name}: figures of this section", headline, show=False),
            TableToPublish(
                "people_by_age", f"{name}: people by age group", demography.groups, show=False
            ),
            TableToPublish(
                "people_indicators", f"{name}: demographic figures", demography.table, show=False
            ),
        ),
        message=written[1].split(". ")[0] + ".",
    )


def _nearest(years: list[int], wanted: int) -> int:
    return int(min(years, key=lambda year: (abs(year - wanted), year)))


def _totals(groups: pd.DataFrame) -> pd.DataFrame:
    kept = groups[groups["age"].isin(["0-14", "15-24", "15-64", "65+"])]
    return kept.groupby(["country", "year", "age"], as_index=False).agg(
        persons=("persons", "sum"), status=("status", "max"), source=("source", "first")
    )


def _headline(
    population: pd.DataFrame, demography: Demography, now: int, then: int, last: int
) -> pd.DataFrame:
    """Return every figure that the section quotes, with its year and unit."""
    by_age = demography.groups.groupby(["year", "age"])["persons"].sum()
    total = population.groupby("year")["persons"].sum()
    flows = demography.table.set_index(["indicator", "sex", "year"])["value"]
    rows = [("people", now, total[now], "persons")]
    for year in dict.fromkeys((now, then, last)):
        rows.append(("people aged 15-64", year, by_age[year, "15-64"], "persons"))
        rows.append(("people aged 15-24", year, by_age[year, "15-24"], "persons"))
        rows.append(
            ("dependents per person aged 15-64", year, flows["dependency", "T", year], "ratio")
        )
    rows.append(("share aged 15-64", now, by_age[now, "15-64"] / total[now], "share"))
    for year in (now, then):
        change = by_age[year, "15-64"] - by_age[now, "15-64"]
        if year != now:
            rows.append((f"change in people aged 15-64 from {now}", year, change, "persons"))
            rows.append(
                (
                    "yearly change in people aged 15-64",
                    year,
                    change / (year - now),
                    "persons per year",
                )
            )
        for what in ("entrants", "leavers"):
            rows.append((f"{what} a year", year, flows[what, "T", year], "persons per year"))
        rows.append(
            ("young women among entrants", year, flows["entrants", "F", year], "persons per year")
        )
    return pd.DataFrame(rows, columns=["indicator", "year", "value", "unit"])


def _summary(headline: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that repeat over years as one row each, written for reading."""
    said = readable(headline).drop_duplicates(["indicator", "year"])
    wide = said.pivot_table(index="indicator", columns="year", values="value", aggfunc="first")
    order = [name for name in said["indicator"].unique() if name in wide.index]
    wide = wide.loc[order].fillna("")
    wide.columns = [str(year) for year in wide.columns]
    return wide.reset_index().rename(columns={"indicator": "figure"})


def _paragraphs(
    headline: pd.DataFrame, facts: Facts, name: str, now: int, then: int, last: int
) -> tuple[str, ...]:
    figure = headline.set_index(["indicator", "year"])["value"]

    def say(indicator: str, year: int, kind: str) -> str:
        return facts.add(f"{indicator}, {year}", figure[indicator, year], kind, table=TABLE)

    base, ahead, final = (facts.year(year, table=TABLE) for year in (now, then, last))
    change = figure[f"change in people aged 15-64 from {now}", then] if then != now else 0.0
    way = "grow" if change >= 0 else "shrink"
    first = (
        f"By the United Nations' estimates and medium projection, {name} has "
        f"{say('people', now, 'persons')} people in {base}, "
        f"{say('share aged 15-64', now, 'percent')} of them aged 15 to 64. "
    )
    if then != now:
        first += (
            f"By {ahead} the working-age population is projected to {way} by "
            f"{say(f'change in people aged 15-64 from {now}', then, 'persons')} to "
            f"{say('people aged 15-64', then, 'persons')}, about "
            f"{say('yearly change in people aged 15-64', then, 'persons')} a year."
        )
    second = (
        f"About {say('entrants a year', now, 'persons')} people a year now reach age 15 in "
        f"{name}, "
        f"{say('young women among entrants', now, 'persons')} of them young women, and "
        f"{say('leavers a year', now, 'persons')} a year reach 65. "
    )
    if then != now:
        second += (
            f"Around {ahead} the projection has {say('entrants a year', then, 'persons')} and "
            f"{say('leavers a year', then, 'persons')}."
        )
    ratio = "dependents per person aged 15-64"
    third = (
        f"For each person aged 15 to 64 there are {say(ratio, now, 'decimal')} younger or older "
        f"people; by {final} the projection has {say(ratio, last, 'decimal')}. "
        f"Youth aged 15 to 24 number {say('people aged 15-24', now, 'persons')} in {base} and "
        f"{say('people aged 15-24', last, 'persons')} in {final}."
    )
    return first.strip(), second.strip(), third
