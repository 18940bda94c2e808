"""Openings from rounds of a survey, in words: in all, by occupation and by qualification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from skillsfc.classifications import label
from skillsfc.errors import ParameterError, Problem, listing
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_openings, plot_yearly_openings
from skillsfc.report.text import Facts, list_words

TOTAL, JOBS, SCHOOL = "chained_total", "chained_by_occupation", "chained_by_qualification"
FLOWS = ("expansion", "replacement", "openings", "lower", "upper")
HEADS = {
    "employment_start": "workers at the start",
    "employment_end": "workers at the end",
    "expansion_per_year": "growth",
    "replacement_per_year": "leavers",
    "openings_per_year": "openings",
    "lower_per_year": "low",
    "upper_per_year": "high",
}
SHOWN = 3  # groups named in a sentence
LONGEST_CODE = 5  # letters


def write_chained_openings(
    made: Mapping[str, Any], *, name: str, level: float = 0.8, sources: tuple[str, ...] = ()
) -> Section:
    """Write openings that were simulated from rounds: in all, by occupation, by qualification.

    Use it after `skillsfc.simulate_openings` on sectors, occupations and, if known, qualifications.
    Not for a country with one census: `skillsfc.write_openings` says what that can tell.

    Parameters
    ----------
    made : mapping of str to SimulatedOpenings
        ``""`` in all, ``"occupation"`` and, if known, ``"qualification"``: from the same parts.
    name : str
        The country's name, as printed.
    level : float
        Coverage of the interval that the text quotes [0-1]; one of those simulated.
    sources : tuple of str
        Source ids printed below the charts.

    Returns
    -------
    Section
        Flows in its tables are persons a year.

    Raises
    ------
    ParameterError
        If there is no outcome in all or by occupation, or none of that level.

    Examples
    --------
    >>> import skillsfc as sf
    >>> jobs = sf.example(seed=1).employment_by_occupation
    >>> jobs = jobs[jobs["year"] >= 2015].assign(status="observed")
    >>> told = {"horizon": 2026, "seed": 1}
    >>> mix = sf.forecast_shares(jobs, by="occupation", method="auto", **told)
    >>> wholes = jobs.groupby(["sector", "year", "unit", "status", "source"], as_index=False)
    >>> sectors = sf.forecast_sectors(wholes["persons"].sum().assign(country="XEX"), **told)
    >>> exits = pd.DataFrame({"annual_rate": [0.03], "rate_error": [0.005]})
    >>> run = {"shares": mix, "draws": 100, "split": False}
    >>> made = {by: sf.simulate_openings(sectors, exits, by=by or (), **run)
    ...         for by in ("", "occupation")}
    >>> section = write_chained_openings(made, name="Examplia")
    >>> len(section.figures), [item.name for item in section.tables]
    (2, ['chained_total', 'chained_by_occupation'])
    """
    absent = [key for key in ("", "occupation") if key not in made]
    if absent:
        raise ParameterError(
            "write_chained_openings",
            [Problem("made", f"keys {listing(made)}", "'' (in all) and 'occupation'")],
        )
    facts = Facts("chained")
    tables = {by: _per_year(one.table, level) for by, one in made.items()}
    message = _total(tables[""].iloc[0], facts, name)
    paragraphs = [message, _occupations(tables["occupation"], facts)]
    title = f"{name}: job openings a year"
    figures = [
        FigureToPublish("chained_fan", title, plot_yearly_openings(made[""].yearly, source=""),
                        sources),
        FigureToPublish(
            "openings_by_occupation", f"{title}, by occupation",
            plot_openings(made["occupation"].table, group="occupation", level=level, source=""),
            sources,
        ),
    ]  # fmt: skip
    published = [_table(tables[""], TOTAL, f"{title}, in all"),
                 _table(tables["occupation"], JOBS, f"{title}, by occupation")]  # fmt: skip
    if "qualification" in made:
        paragraphs.append(_qualifications(tables["qualification"], facts))
        chart = plot_openings(made["qualification"].table, group="qualification", level=level,
                              source="")  # fmt: skip
        text = f"{title}, by qualification"
        figures.append(FigureToPublish("openings_by_qualification", text, chart, sources))
        published.append(_table(tables["qualification"], SCHOOL, text))
    return Section("chained", tuple(paragraphs), facts, tuple(figures), tuple(published), message)


def _per_year(table: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return the rows of one level, the most openings first, flows a year instead of a period."""
    rows = table[table["level"].sub(level).abs() < 1e-9]
    if rows.empty:
        found = f"levels {listing(table['level'].unique())}"
        raise ParameterError("openings", [Problem("level", repr(level), found)])
    span = rows["year"] - rows["first_year"]
    flows = {f"{name}_per_year": rows[name] / span for name in FLOWS}
    kept = rows.drop(columns=[*FLOWS, "openings_per_year"]).assign(**flows)
    return label(kept).sort_values("openings_per_year", ascending=False, ignore_index=True)


def _table(rows: pd.DataFrame, name: str, title: str) -> TableToPublish:
    first, last = rows["first_year"].iloc[0], rows["year"].iloc[0]
    codes = [key for key in ("occupation", "qualification") if key in rows]
    names = {f"{key}_label": key for key in codes}
    # A code list of words says the same twice and pushes the numbers off the page.
    coded = [key for key in codes if rows[key].str.len().max() <= LONGEST_CODE]
    order = [*coded, *names, *HEADS, "unit", "status"]
    heads = HEADS | {"employment_start": f"workers {first}", "employment_end": f"workers {last}"}
    heads |= names | dict.fromkeys(codes, "code")
    note = (
        f"Growth, leavers and openings are persons a year, {first} to {last}. Openings are growth "
        "plus leavers; where employment falls, growth is below zero. From low to high is the range "
        f"that holds {rows['level'].iloc[0]:.0%} of the draws."
    )
    return TableToPublish(name, title, rows[order], note, labels=heads,
                          formats=dict.fromkeys(HEADS, ",.0f"))  # fmt: skip


def _say(facts: Facts, row: Any, column: str, table: str) -> str:
    return facts.add(f"{column}, {row.get('occupation_label', '')}", row[column], "persons",
                     table=table)  # fmt: skip


def _total(row: pd.Series, facts: Facts, name: str) -> str:
    first, last = (facts.year(row[key], table=TOTAL) for key in ("first_year", "year"))
    low, high = (
        ("a net loss of " if row[key] < 0 else "") + _say(facts, row, key, TOTAL)
        for key in ("lower_per_year", "upper_per_year")
    )
    growth, leavers = (_say(facts, row, f"{key}_per_year", TOTAL)
                       for key in ("expansion", "replacement"))  # fmt: skip
    why = (
        f"{growth} because employment grows and {leavers} to replace people who leave"
        if row["expansion_per_year"] >= 0
        else f"leavers vacate {leavers} posts, of which {growth} are lost as employment falls"
    )
    return (
        f"About {_say(facts, row, 'openings_per_year', TOTAL)} jobs a year are expected to open in "
        f"{name} between {first} and {last} (four chances in five: {low} to {high}): {why}."
    )


def _named(rows: pd.DataFrame, key: str, table: str, facts: Facts) -> list[str]:
    texts = []
    for row in rows.to_dict("records"):
        name, size = row[f"{key}_label"], row["openings_per_year"]
        said = facts.add(name, size, "persons", table=table)
        said = f"a net loss of {said}" if size < 0 else said
        texts.append(f"{name[0].lower()}{name[1:]} ({said})")
    return texts


def _occupations(rows: pd.DataFrame, facts: Facts) -> str:
    top = _named(rows.head(SHOWN), "occupation", JOBS, facts)
    text = f"Most openings a year are for {list_words(top)}."
    falling = rows[(rows["expansion_per_year"] < 0) & (rows["openings_per_year"] > 0)]
    if len(falling):
        row = falling.loc[falling["expansion_per_year"].idxmin()]
        text += (
            " Jobs open even where work shrinks: the number of "
            f"{row['occupation_label'][0].lower()}{row['occupation_label'][1:]} falls by "
            f"{_say(facts, row, 'expansion_per_year', JOBS)} a year, but "
            f"{_say(facts, row, 'replacement_per_year', JOBS)} leave, so that "
            f"{_say(facts, row, 'openings_per_year', JOBS)} posts are to be filled."
        )
    return text


def _qualifications(rows: pd.DataFrame, facts: Facts) -> str:
    said = list_words(_named(rows, "qualification", SCHOOL, facts))
    return (
        f"By the highest level of education of those who would fill them: {said} a year. Shares of "
        "qualifications within an occupation move on as they did: that is whom employers hired, "
        "which may be more, or less, than the work asks for."
    )
