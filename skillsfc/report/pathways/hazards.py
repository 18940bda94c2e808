"""What goes with a faster start: ratios of the rate at which people move, and their limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import SkillsfcError
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_ratios
from skillsfc.report.charts.ratios import plain_term
from skillsfc.report.pathways.grouping import FEWEST
from skillsfc.report.pathways.plain_notes import plain_notes
from skillsfc.report.pathways.words import capital, plain, sentences
from skillsfc.report.text import Facts, list_words, p_value_text

RATIOS, TEST, REFUSED = "hazard_ratios", "proportional", "hazard_refusal"
TEST_SHOWN = "same_over_time"
FEW = "Fewer than ten persons are seen: too few for ratios to be shown."
SURE = 0.05  # a p-value below it is more than chance would make
MOST_SAID = 5  # terms in a sentence; the picture has all
TEST_NOTE = (
    "The p-value is the chance of data like these if the ratio were the same at all times. Below "
    "0.05 it is taken as changing, and the ratio in the picture as an average."
)


def write_hazards(
    model: Any | None,
    *,
    name: str,
    source: str = "",
    event: str = "start a job that lasts",
    asked: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
) -> Section:
    """Write what goes with a faster or slower move, as ratios of hazards.

    Parameters
    ----------
    model : HazardModel, SkillsfcError or None
        Outcome of `skillsfc.fit_hazard` of kind ``"cox"``; the error that says why there is none;
        or None where the data have nothing that may go with the speed.
    name, source : str
        Who the persons are; who made the data.
    event : str
        The move, as a verb.
    asked : sequence of str
        Columns that were asked for; those without a part in the model are named.
    labels : mapping of str to str, optional
        Text to show in place of a term.

    Returns
    -------
    Section
        Figure ``ratios``, table ``same_over_time`` and, in the files, ``proportional`` and
        ``hazard_ratios``; or the table ``hazard_refusal`` with what the model refused.

    Examples
    --------
    >>> write_hazards(None, name="Made up", asked=["sex"]).paragraphs[0]
    'No ratios can be told: the data have nothing that may go with the speed. Not used: sex.'
    """
    facts = Facts("hazards")
    if model is None:
        text = "No ratios can be told: the data have nothing that may go with the speed."
        return Section("hazards", (_with_unused(text, asked),), facts)
    if isinstance(model, SkillsfcError):
        return _refusal(model, asked, facts)
    if model.persons < FEWEST:
        return Section("hazards", (FEW,), facts)
    thin = [str(term) for term in model.table["term"] if _is_of_few(str(term), model)]
    numbers = model.table.columns.drop(["term", "level"], errors="ignore")
    table, test = model.table.copy(), _proportional(model)
    table.loc[table["term"].isin(thin), numbers] = np.nan
    title = f"{name}: hazard ratios, {event}"
    notes = plain_notes(model.notes)
    tables = [TableToPublish(RATIOS, "Hazard ratios", table, sentences(notes), show=False)]
    if test is not None:
        tables += [
            TableToPublish(TEST_SHOWN, "Does the ratio stay the same over time?", _in_words(test),
                           TEST_NOTE),
            TableToPublish(TEST, "Does the ratio stay the same over time?", test, show=False),
        ]  # fmt: skip
    used = _columns(model.settings.formula)
    names = list_words([plain(column) for column in used])
    paragraphs = [
        *_ratios(model, table, event, facts, labels),
        _say_thin(thin, labels),
        _changing(test, facts),
        _with_unused(f"Used: {names}.", [column for column in asked if column not in used]),
    ]
    drawn = _drawable(table)
    figures: tuple[FigureToPublish, ...] = ()
    if len(drawn):
        left = "Terms without a finite interval are not drawn." if len(drawn) < len(table) else ""
        chart = plot_ratios(drawn, source=source, labels=dict(labels or {}))
        figures = (FigureToPublish("ratios", title, chart, note=sentences([left, *notes])),)
    kept = tuple(text for text in paragraphs if text)
    return Section("hazards", kept, facts, figures, tuple(tables), kept[0])


def _in_words(test: pd.DataFrame) -> pd.DataFrame:
    """Return the test as a reader takes it in: a chance too small to be known is said so."""
    chances = [p_value_text(value) for value in test["p_value"]]
    terms = ["all together" if t == "all terms" else plain(t) for t in test["term"]]
    return pd.DataFrame({"trait": terms, "p-value": chances})


def _columns(formula: str) -> list[str]:
    return [term.strip() for term in formula.split("+")]


def _with_unused(text: str, unused: Sequence[str]) -> str:
    """Add the columns that were asked for and have no part."""
    if not unused:
        return text
    return f"{text} Not used: {list_words([plain(column) for column in unused])}."


def _refusal(error: SkillsfcError, asked: Sequence[str], facts: Facts) -> Section:
    """Return the reasons for which there is no model, as a table."""
    rows = [
        {"where": "model", "found": problem}
        if isinstance(problem, str)
        else {"where": problem.where, "found": problem.found, "expected": problem.expected}
        for problem in error.problems
    ]
    table = pd.DataFrame(rows, columns=["where", "found", "expected"]).fillna("")
    text = "No ratios can be told: the model refused these data, for the reasons in the table."
    item = TableToPublish(REFUSED, "Why there are no ratios", table)
    names = [plain(column) for column in asked]
    more = f" Asked for: {list_words(names)}." if names else ""
    return Section("hazards", (text + more,), facts, (), (item,))


def _proportional(model: Any) -> pd.DataFrame | None:
    """Return the test of constant ratios; None where the data allow none."""
    try:
        made: pd.DataFrame = model.test_proportional()
    except (SkillsfcError, AttributeError):
        return None
    return made


def _drawable(table: pd.DataFrame) -> pd.DataFrame:
    numbers = table[["ratio", "lower", "upper"]]
    return table[np.isfinite(numbers).all(axis=1) & (numbers > 0).all(axis=1)]


def _is_of_few(term: str, model: Any) -> bool:
    """Return whether one to nine persons have a trait, or have it not."""
    column, bracket, value = term.rstrip("]").partition("[")
    if not bracket or column not in model.data.table:
        return False
    has = model.data.table[column].dropna().astype("str") == value
    return bool(min(has.sum(), (~has).sum()) < FEWEST)


def _say_thin(terms: Sequence[str], labels: Mapping[str, str] | None) -> str:
    """Name the traits whose ratios are withheld."""
    if not terms:
        return ""
    named = list_words([_name(term, labels) for term in terms])
    return f"Withheld, since fewer than ten persons have the trait or have it not: {named}."


def _ratios(
    model: Any, table: pd.DataFrame, event: str, facts: Facts, labels: Mapping[str, str] | None
) -> list[str]:
    """Say which ratios are surely not one, the farthest from it first, and which may be."""
    rows = _drawable(table)
    sure = (rows["lower"] > 1) | (rows["upper"] < 1)
    order = np.log(rows.loc[sure, "ratio"]).abs().sort_values(ascending=False).index
    said = []
    for place in order[:MOST_SAID]:
        row = rows.loc[place]
        ratio, low, high = (
            facts.add(f"{row['term']}, {part}", row[part], "decimal", table=RATIOS)
            for part in ("ratio", "lower", "upper")
        )
        who, others = _compared(str(row["term"]), _bases(model), labels)
        said.append(
            f"{capital(who)} {event} at {ratio} times the rate of {others} "
            f"(interval {low} to {high})."
        )
    open_ended = [_name(str(term), labels) for term in rows.loc[~sure, "term"]]
    if open_ended:
        said.append(f"No difference can be told for {list_words(open_ended[:MOST_SAID])}.")
    return [" ".join(said)] if said else ["No ratio has a finite interval."]


def _bases(model: Any) -> dict[str, str]:
    """Return, for each column of codes, the code that the others are compared with."""
    levels: dict[str, set[str]] = {}
    for term in model.table["term"].astype("str"):
        column, bracket, value = term.rstrip("]").partition("[")
        if bracket and column in model.data.table:
            known = model.data.table[column].dropna()
            levels.setdefault(column, {str(code) for code in known}).discard(value)
    return {column: rest.pop() for column, rest in levels.items() if len(rest) == 1}


def _compared(
    term: str, bases: Mapping[str, str], labels: Mapping[str, str] | None
) -> tuple[str, str]:
    """Return who a term is about, and with whom they are compared.

    Examples
    --------
    >>> _compared("sex[M]", {"sex": "F"}, None), _compared("track[b]", {"track": "a"}, None)
    (('men', 'women'), ('those with “track: b”', 'those with “track: a”'))
    >>> _compared("age", {}, None)
    ('those with one unit more of “age”', 'those with one less')
    """
    column, _, value = term.rstrip("]").partition("[")
    if column == "sex" and value in ("F", "M"):
        return ("men", "women") if value == "M" else ("women", "men")
    if value == "" and ":" not in term:
        return f"those with one unit more of {_name(term, labels)}", "those with one less"
    who = f"those with {_name(term, labels)}"
    if value == "True" or column not in bases:
        return who, "the others"
    return who, f"those with {_name(f'{column}[{bases[column]}]', labels)}"


def _name(term: str, labels: Mapping[str, str] | None) -> str:
    column, _, value = term.rstrip("]").partition("[")
    if column == "sex" and value in ("F", "M"):
        return "the sexes"
    return f"“{plain_term(term, labels)}”"


def _changing(test: pd.DataFrame | None, facts: Facts) -> str:
    """Say of which terms the ratio changes over time."""
    if test is None:
        return ""
    terms = test[test["term"] != "all terms"]
    parts = []
    for row in terms[terms["p_value"] < SURE].to_dict("records"):
        p_value = facts.add(f"{row['term']} changes", row["p_value"], "p_value", table=TEST)
        parts.append(f"{plain(row['term'])} (p {p_value})")
    if not parts:
        return "No ratio is seen to change over time."
    verb = "ratio of" if len(parts) == 1 else "ratios of"
    ends = (
        "changes over time: it is an average"
        if len(parts) == 1
        else ("change over time: they are averages")
    )
    return f"The {verb} {list_words(parts)} {ends}."
