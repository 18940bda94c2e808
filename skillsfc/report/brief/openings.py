"""Job openings: how many, why, in which occupations, for whom, and what cannot be known."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skillsfc.classifications import label
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_openings, plot_yearly_openings
from skillsfc.report.text import Facts, list_words
from skillsfc.sources.country import CountryData

TOTAL, YEARLY, JOBS, SEXES, EDUCATION, EXITS, DOUBT = (
    "openings_total",
    "openings_by_year",
    "openings_by_occupation",
    "openings_by_sex",
    "openings_by_usual_education",
    "replacement_rates",
    "openings_uncertainty",
)
BENCHMARK = "openings_benchmark"
CHANCES = {0.8: "four chances in five", 0.95: "nineteen chances in twenty"}
ASKED = {"ADV": "tertiary education", "INT": "upper secondary education", "BAS": "basic education"}


def write_openings(
    openings: Any | None,
    *,
    data: CountryData,
    level: float = 0.8,
) -> Section:
    """Write the section on job openings.

    Parameters
    ----------
    openings : CountryOpenings or None
        Outcome of `skillsfc.estimate_country_openings`; None where employment has no forecast.
    data : CountryData
        Outcome of `skillsfc.load_country`.
    level : float
        Coverage of the interval that the text quotes [0-1].

    Returns
    -------
    Section

    Examples
    --------
    >>> import skillsfc as sf
    >>> sf.write_openings(None, data=sf.load_country("XKX")).paragraphs[0]
    'Without a forecast of employment, openings in Kosovo cannot be computed.'
    """
    facts = Facts("openings")
    if openings is None:
        text = f"Without a forecast of employment, openings in {data.name} cannot be computed."
        return Section("openings", (text,), facts)
    whole = _at(openings.total.table, level)
    message = _total(whole, facts, data.name, level)
    paragraphs = [message, _replaced(openings.exits, openings.total, facts)]
    title = f"{data.name}: job openings"
    tables = [
        TableToPublish(TOTAL, f"{title}, {whole['first_year']}-{whole['year']}",
                       _per_year(openings.total.table), show=False),
        TableToPublish(YEARLY, f"{title} by year", openings.total.yearly, show=False),
        TableToPublish(EXITS, "Yearly replacement rates", openings.exits, show=False),
        TableToPublish(DOUBT, "Where the doubt about openings comes from",
                       openings.total.uncertainty, show=False),
    ]  # fmt: skip
    figures: list[FigureToPublish] = []
    if openings.by_occupation is None:
        fan = plot_yearly_openings(openings.total.yearly, source="")
        figures.append(FigureToPublish("openings_fan", f"{title}, a year", fan, _used(data)))
        paragraphs += _unknown(data, whole, facts, tables)
    else:
        paragraphs += _occupations(openings, data, level, facts, figures, tables)
    return Section("openings", tuple(paragraphs), facts, tuple(figures), tuple(tables), message)


def _used(data: CountryData) -> tuple[str, ...]:
    known = ("pwt91", "factbook", "wpp2024")
    return tuple(source for source in known if (data.coverage["source"] == source).any())


def _at(table: pd.DataFrame, level: float) -> pd.Series:
    found: pd.Series = _per_year(table[table["level"].sub(level).abs() < 1e-9]).iloc[0]
    return found


def _per_year(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with every flow a year beside it, for a reader thinks in years."""
    span = table["year"] - table["first_year"]
    flows = {f"{name}_per_year": table[name] / span
             for name in ("expansion", "replacement", "openings", "lower", "upper")}  # fmt: skip
    return table.assign(**flows)


def _total(row: pd.Series, facts: Facts, name: str, level: float) -> str:
    def say(column: str) -> str:
        return facts.add(f"{column}, total", row[column], "persons", table=TOTAL)

    first, last = (facts.year(row[y], table=TOTAL) for y in ("first_year", "year"))
    low, high = (
        f"{'a net loss of' if row[end] < 0 else 'a net gain of'} {say(f'{end}_per_year')}"
        if row["lower"] < 0
        else say(f"{end}_per_year")
        for end in ("lower", "upper")
    )
    span = f"{CHANCES[level]}: {low} to {high}" if level in CHANCES else f"{low} to {high}"
    if row["openings"] < 0:
        return (
            f"Between {first} and {last} employment in {name} falls by more than the posts that "
            f"leavers vacate: {say('replacement_per_year')} leave a year, "
            f"{say('expansion_per_year')} jobs go, so that {say('openings_per_year')} a year lose "
            f"theirs besides ({span})."
        )
    growth = (
        f"{say('expansion_per_year')} because employment grows and "
        f"{say('replacement_per_year')} to replace people who leave work"
        if row["expansion"] >= 0
        else f"leavers vacate {say('replacement_per_year')} posts, of which "
        f"{say('expansion_per_year')} are lost as employment falls"
    )
    return (
        f"About {say('openings_per_year')} jobs a year are expected to open in {name} between "
        f"{first} and {last} ({span}): {growth}."
    )


def _replaced(exits: pd.DataFrame, total: Any, facts: Facts) -> str:
    rate = exits.loc[exits["sex"] == "T", "annual_rate"].iloc[0]
    said = facts.add("replacement rate", rate, "percent", table=EXITS)
    parts = total.uncertainty.set_index("component")["share"]
    part = facts.add("share of the doubt, totals", parts["totals"], "percent", table=DOUBT)
    growth = f"nearly all ({part})" if parts["totals"] > 0.95 else part
    return (
        f"Replacement is counted from the population and is a floor: {said} of workers a year pass "
        "the usual age of leaving or die, if workers are as old as people of working age. People "
        "who change occupation, leave work earlier or emigrate come on top; in the synthetic test "
        "country, where all are known, they are most of the leavers. Of the doubt about "
        f"openings, {growth} comes from how many jobs there will be, the rest from how many people "
        "leave."
    )


def _occupations(
    openings: Any,
    data: CountryData,
    level: float,
    facts: Facts,
    figures: list[FigureToPublish],
    tables: list[TableToPublish],
) -> list[str]:
    """Say which occupations open, for whom, and which education they usually ask for."""
    jobs = _labelled(openings.by_occupation, level)
    year = facts.year(openings.structure_year, table=JOBS)
    top = [_named(row, facts, JOBS) for row in _open(jobs, 3)]
    most = (
        f"most openings are for {list_words(top)} a year" if top else "no occupation has openings"
    )
    texts = [
        f"If women and men keep the occupations of {year}, the only year known, {most}. "
        "The ranges let the structure drift since then as fast as structures drift in comparable "
        "countries."
    ]
    source = (*_used(data), *data.tables["employment_by_occupation"]["source"].unique())
    chart = plot_openings(openings.by_occupation.table, group="occupation", level=level, source="")
    figures.append(
        FigureToPublish("openings_occupations", f"{data.name}: openings a year by occupation",
                        chart, source)
    )  # fmt: skip
    title = f"{data.name}: openings a year by occupation"
    tables.append(TableToPublish(JOBS, title, jobs.assign(structure=openings.structure_year),
                                 show=False))  # fmt: skip
    if openings.by_occupation_and_sex is not None:
        texts.append(_women_and_men(openings, level, facts, tables, data.name))
    if openings.by_education is not None:
        texts.append(_education(openings, data, level, facts, figures, tables, source))
    return texts


def _labelled(simulated: Any, level: float) -> pd.DataFrame:
    table = simulated.table
    rows = _per_year(table[table["level"].sub(level).abs() < 1e-9])
    return label(rows).sort_values("openings", ascending=False, ignore_index=True)


def _open(rows: pd.DataFrame, most: int) -> list[dict[Any, Any]]:
    """Return the first rows that have openings at all: a loss is no opening."""
    return list(rows[rows["openings"] > 0].head(most).to_dict("records"))


def _named(row: dict[Any, Any], facts: Facts, table: str) -> str:
    name = str(row["occupation_label"])
    said = facts.add(f"openings, {name}", row["openings_per_year"], "persons", table=table)
    return f"{name[0].lower()}{name[1:]} ({said})"


def _women_and_men(
    openings: Any, level: float, facts: Facts, tables: list[TableToPublish], name: str
) -> str:
    both = _labelled(openings.by_occupation_and_sex, level)
    tables.append(
        TableToPublish(SEXES, f"{name}: openings by occupation and sex", both, show=False)
    )
    words = []
    for sex, who in (("F", "women"), ("M", "men")):
        own = both[both["sex"] == sex]
        top = [_named(row, facts, SEXES) for row in _open(own, 2)]
        words.append(f"in the jobs that {who} hold now, {list_words(top) if top else 'none'}")
    return (
        f"By who holds such jobs today: {'; '.join(words)}. That is the present division of work "
        "carried on, not what women or men could do."
    )


def _education(
    openings: Any,
    data: CountryData,
    level: float,
    facts: Facts,
    figures: list[FigureToPublish],
    tables: list[TableToPublish],
    source: tuple[str, ...],
) -> str:
    table = openings.by_education.table
    rows = _per_year(table[table["level"].sub(level).abs() < 1e-9])
    title = f"{data.name}: openings a year by the education that such work usually asks for"
    tables.append(TableToPublish(EDUCATION, title, rows, show=False))
    known = table[table["qualification"].isin(list(ASKED))]
    chart = plot_openings(known, group="qualification", level=level, source="", labels=ASKED)
    note = "International norm (ISCO-08 skill levels), not a measurement in the country."
    figures.append(FigureToPublish("openings_education", title, chart, source, note=note))
    found = rows.set_index("qualification")["openings_per_year"]
    said = [f"{facts.add(words, found[code], 'persons', table=EDUCATION)} usually ask for {words}"
            for code, words in ASKED.items() if code in found]  # fmt: skip
    return (
        "Which qualifications workers in these occupations have is not embedded. By the "
        f"international norm of the classification of occupations, {list_words(said)} a year. The "
        "norm says what such work usually asks for, not whom employers here hire."
    )


def _unknown(
    data: CountryData,
    whole: pd.Series,
    facts: Facts,
    tables: list[TableToPublish],
) -> list[str]:
    """Say what cannot be known here, and what stands in for it, named as such."""
    texts = [
        f"Which occupations and qualifications open in {data.name}, and for women or men, cannot "
        "be said: no embedded table has workers by occupation, education and sex. The last section "
        "has the commands that fetch them; with such a file the notebook on occupations and "
        "qualifications gives the answer."
    ]
    benchmark = data.benchmark("employment_by_occupation")
    if benchmark is None or whole["openings"] <= 0:
        return texts
    rows = label(benchmark).sort_values("share", ascending=False, ignore_index=True)
    rows = rows.assign(openings_per_year=rows["share"] * whole["openings_per_year"])
    top = [_named(row, facts, BENCHMARK) for row in rows.head(3).to_dict("records")]
    note = str(rows["note"].iloc[0])
    facts.year(rows["year"].max(), table=BENCHMARK)  # the note says it
    tables.append(TableToPublish(BENCHMARK, f"Benchmark for {data.name}: another structure", rows,
                                 note=note, show=False))  # fmt: skip
    texts.append(
        f"Only as a benchmark, and not as the structure of {data.name}: {note} Openings spread "
        f"like that would be {list_words(top)} a year and fewer elsewhere."
    )
    return texts
