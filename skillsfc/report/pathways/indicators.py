"""The usual indicators between school and work: what they are, and what the survey lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from skillsfc.report.brief.section import Section, TableToPublish
from skillsfc.report.estimates import table_estimates
from skillsfc.report.pathways.curve_tables import withhold_few
from skillsfc.report.pathways.grouping import (
    FEW_GROUPS,
    Comparison,
    by_group,
    compare_large,
    doubtful,
    one_column,
)
from skillsfc.report.pathways.plain_notes import plain_notes
from skillsfc.report.pathways.words import FLAGS, TOTALS, code_text, sentences
from skillsfc.report.text import Facts, list_words

FIGURES, SHOWN, DEFINED = "indicators_in_figures", "indicators", "definitions"
WITHOUT = (
    "Ages, contracts, qualifications and wages are in a survey of persons; these data do not have "
    "what the indicators need."
)
NAMED = "The intervals are in the table of indicators below."
#: What is told of an indicator, after the ages: who, and what they are.
TOLD = {
    "neet_ilo": "are neither in employment nor in education or training",
    "recent_graduates": "of those who completed ISCED level 3 or more one to three years ago and "
    "left education are employed",
    "stable_job": "of the employed have a contract without end",
    "over_educated": "of the employed have more education than their job asks for",
    "informal": "of the employed work informally",
}


def write_transition_indicators(indicators: Any | None, *, name: str) -> Section:
    r"""Write the usual indicators of young people between school and work.

    Parameters
    ----------
    indicators : TransitionIndicators or None
        Outcome of `skillsfc.measure_transition_indicators`; None where there is no survey.
    name : str
        Who the persons are.

    Returns
    -------
    Section
        Tables ``indicators`` and ``definitions``, and in the files ``indicators_in_figures``.

    Examples
    --------
    >>> import skillsfc as sf
    >>> survey = sf.example(seed=1, persons=2000).labour_force_survey
    >>> found = sf.measure_transition_indicators(survey, indicators=["neet_ilo"])
    >>> section = write_transition_indicators(found, name="Examplia (synthetic)")
    >>> print(section.paragraphs[0])  # doctest: +ELLIPSIS
    Aged 15 to 24, ...% are neither in employment nor in education or training: ...% of women ...
    """
    facts = Facts("indicators")
    if indicators is None:
        return Section("indicators", (WITHOUT,), facts)
    by = tuple(indicators.settings.by)
    figures, shown = _shown(indicators.table, by)
    told, titles = indicators.diagnostics, indicators.diagnostics.set_index("indicator")["title"]
    rows, group = one_column(_one_total(figures, by), by)
    texts = table_estimates(rows, rows=["indicator", "age"], by=group, names=titles, counts=True)
    used = _plain_definitions(told[told["indicator"].isin(figures["indicator"])], titles)
    tables = (
        *shown.left_out(facts),
        TableToPublish(SHOWN, f"{name}: indicators, per cent, with 95 % intervals", texts,
                       sentences([FLAGS, *plain_notes(_titled(indicators.notes, titles))]),
                       labels={"persons": "persons asked", "share": "all"}),
        TableToPublish(FIGURES, "Indicators", figures, show=False),
        TableToPublish("definitions_used", "What the indicators are",
                       used[["title", "definition", "reference"]],
                       labels={"title": "indicator", "reference": "whose definition"}),
        TableToPublish(DEFINED, "Definitions, and what the survey lacks",
                       told, show=False),
    )  # fmt: skip
    sentences_ = [_sentence(code, figures, by, facts) for code in TOLD]
    said = [text for text in sentences_ if text]
    said += [NAMED] if said else []
    paragraphs = [" ".join(said), shown.say(facts), _lacking(told, facts)]
    kept = tuple(text for text in paragraphs if text)
    return Section("indicators", kept, facts, (), tables, kept[0] if kept else "")


def _shown(table: pd.DataFrame, by: tuple[str, ...]) -> tuple[pd.DataFrame, Comparison]:
    """Return the indicators of groups that can be shown, and who is left out."""
    counts = (table["cases"], table["persons"] - table["cases"])
    figures = withhold_few(table, counts, whole=["indicator", "age"], total=by)
    if not by:
        return figures, Comparison(by, pd.DataFrame())
    totals = _is_total(table, by)
    counts = table[~totals].groupby(list(by), as_index=False, sort=False, dropna=False)
    shown = compare_large(counts["persons"].max(), by)
    kept = pd.concat([shown.of(figures[~totals]), figures[totals]], ignore_index=True)
    place = {code: number for number, code in enumerate(dict.fromkeys(table["indicator"]))}
    order = kept["indicator"].map(place).sort_values(kind="stable").index
    return kept.loc[order].reset_index(drop=True), shown


def _is_total(table: pd.DataFrame, by: tuple[str, ...]) -> pd.Series:
    return table[list(by)].astype("str").isin(TOTALS).all(axis=1)


def _one_total(table: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """Return the total of several columns of groups under one word."""
    if len(by) < 2:
        return table
    totals = _is_total(table, by)
    return table.assign(**{name: table[name].mask(totals, "total") for name in by})


def _plain_definitions(told: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Return definitions that name other indicators by their titles, not by their codes."""
    texts = told["definition"].astype("str")
    for code in sorted(titles.keys(), key=len, reverse=True):
        texts = texts.str.replace(rf"\b{code}\b", f"“{titles[code]}”", regex=True)
    return told.assign(definition=texts)


def _titled(notes: tuple[str, ...], titles: Mapping[str, str]) -> list[str]:
    """Return notes with the indicator's title in place of its code; what all say, once."""
    split = [note.partition(": ") for note in notes]
    said: dict[str, list[str]] = {}
    for head, colon, rest in split:
        known = head in titles and colon
        said.setdefault(rest if known else head + colon + rest, []).append(
            titles[head] if known else ""
        )
    return [
        text if len(who) > 1 or not who[0] else f"{who[0]}: {text}" for text, who in said.items()
    ]


def _sentence(code: str, figures: pd.DataFrame, by: tuple[str, ...], facts: Facts) -> str:
    """Say an indicator of all, and of its groups where there are few."""
    rows = figures[(figures["indicator"] == code) & figures["share"].notna()]
    if rows.empty:
        return ""
    totals = _is_total(rows, by) if by else pd.Series(True, index=rows.index)
    if not totals.any():
        return ""
    whole = rows[totals].iloc[0].to_dict()
    first, last = str(whole["age"]).split("-")  # names of a group, not figures
    text = f"Aged {first} to {last}, {_share(code, '', whole, facts)} {TOLD[code]}"
    groups = list(by_group(rows[~totals], by)) if by else []
    if 1 < len(groups) <= FEW_GROUPS:
        parts = []
        for who, keys, own in groups:
            key = ", ".join(code_text(value) for value in keys.values())
            parts.append(f"{_share(code, key, own.iloc[0].to_dict(), facts)} of {who}")
        text += f": {list_words(parts)}"
    return f"{text}."


def _share(code: str, group: str, row: Mapping[str, Any], facts: Facts) -> str:
    what = f"{code}, {group}" if group else code
    low = facts.add(what, row["share"], "percent", table=FIGURES)
    if not row.get("share_high", row["share"]) > row["share"]:
        return low + doubtful(row)
    high = facts.add(f"{what}, at most", row["share_high"], "percent", table=FIGURES)
    return f"between {low} and {high}{doubtful(row)}"


def _lacking(told: pd.DataFrame, facts: Facts) -> str:
    """Say which indicators the survey cannot tell, by name."""
    missing = told[told["lacks"].astype("str") != ""]
    if missing.empty:
        return ""
    titles = missing["title"].str[:1].str.lower() + missing["title"].str[1:]
    unknown = missing["lacks"].str.startswith(("persons ", "answers"))
    said = [
        f"Not measured, for want of {what}: {'; '.join(titles[rows])}."
        for what, rows in (("the questions", ~unknown), ("answers or of persons", unknown))
        if rows.any()
    ]
    return " ".join(said)
