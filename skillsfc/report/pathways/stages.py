"""Stages of the transition: who has arrived, who is on the way, and what is not asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_shares
from skillsfc.report.estimates import table_estimates
from skillsfc.report.pathways.curve_tables import withhold_few
from skillsfc.report.pathways.grouping import (
    FEW_GROUPS,
    Comparison,
    by_group,
    compare_large,
    group_key,
    largest,
    one_column,
    with_interval,
)
from skillsfc.report.pathways.plain_notes import plain_notes
from skillsfc.report.pathways.state_areas import NO_AREAS, part_areas
from skillsfc.report.pathways.words import FLAGS, capital, period, say_time, sentences
from skillsfc.report.text import Facts, list_words

FIGURES, SHOWN, LOSS = "stages_and_forms", "stage_shares", "loss"
NAMES = {
    "transited": "I: transited",
    "in_transition": "II: in transition",
    "not_started": "III: not started",
    "not_classified": "cannot be said",
}
VERBS = {
    "transited": "have made the transition",
    "in_transition": "are on the way",
    "not_started": "have not begun",
}
NO_QUESTIONS = (
    "Main activities alone say neither what a contract is nor who wants another job: of those at "
    "work nobody can be called transited for certain, so that the stages above are ranges. The two "
    "questions that would settle most are the contract and the wish for another job."
)
NOTHING_LOST = (
    "The survey does not ask everything that the stages hang on: what that costs is seen in the "
    "part of the young whose stage cannot be said."
)
NO_BARS = (
    "There is no picture of the stages: a bar shows the whole, and a part of it is withheld in the "
    "table."
)
RANGE_NOTE = "Answers are missing"  # how the note begins in whose place RANGES stands
RANGES = "Where there are two numbers, the first is the part that is certain, the second what it "
RANGES += "would be if every open answer fell that way."
QUESTIONS = {
    "wants_other_job": "the wish for another job",
    "contract": "the contract",
    "intends_to_work": "the aim to work later",
}


def write_stages(
    shares: Any,
    *,
    name: str,
    source: str = "",
    parts: Any | None = None,
    unit: str = "months",
    labels: Mapping[str, str] | None = None,
) -> Section:
    r"""Write how many are in each stage of the transition from school to work.

    Parameters
    ----------
    shares : StageShares
        Outcome of `skillsfc.estimate_stage_shares`; by ``"time"`` for histories.
    name, source : str
        Who the persons are; who made the data.
    parts : StateDistribution, optional
        Outcome of `skillsfc.estimate_state_distribution`, drawn in place of the stages: for
        histories of main activities, whose stages are ranges.
    unit : str
        Unit of time of the histories, in the plural.
    labels : mapping of str to str, optional
        Plain names of states.

    Returns
    -------
    Section
        Figure ``stages`` or ``activities``, table ``stage_shares`` and, in the files,
        ``stages_and_forms``.

    Examples
    --------
    >>> import skillsfc as sf
    >>> survey = sf.example(seed=1, persons=2000).labour_force_survey
    >>> made = sf.estimate_stage_shares(sf.classify_stages(survey))
    >>> section = write_stages(made, name="Examplia (synthetic)")
    >>> print(section.paragraphs[0])  # doctest: +ELLIPSIS
    Of the young, ...% have made the transition (...% to ...%), ...% are on the way (...) and ...
    """
    by = tuple(shares.settings.by)
    stages = shares.table[shares.table["kind"] == "stage"]
    shown = _compared(stages, by)
    wholes = [[*by, "kind"], [*by, "stage"]]  # all stages, all forms, and the forms of a stage
    counts = [shares.table[name] for name in ("cases", "cases_possible")]
    counts += [shares.table["persons"] - count for count in counts]
    figures = shown.of(withhold_few(shares.table, counts, whole=wholes, total="form"))
    stages = figures[figures["kind"] == "stage"]
    facts = Facts("stages")
    written = [*_said(stages, by, unit, facts), shown.say(facts)]
    open_ended = bool((stages["share_high"] > stages["share"]).any())
    title = f"{name}: stages of the transition, per cent of the young"
    rows, group = one_column(stages, by)
    heads = _heads(rows, group, unit)
    said = plain_notes(n for n in shares.notes if not n.startswith(RANGE_NOTE))
    note = sentences([FLAGS, RANGES if open_ended else "", *said])
    made = table_estimates(rows, rows="stage", by=group, names=NAMES)
    tables = (
        *shown.left_out(facts),
        TableToPublish(SHOWN, title, made, note, labels=heads),
        TableToPublish(FIGURES, title, figures, show=False),
    )
    figure = _stages(rows, group, title, source) if parts is None else None
    if parts is None:
        written += [NO_BARS] if figure is None else []
    else:
        figure = _activities(parts, name, unit, source, labels)
        written = [*written, NO_AREAS if figure is None else ""]
    paragraphs = tuple(text for text in written if text)
    pictures = () if figure is None else (figure,)
    return Section("stages", paragraphs, facts, pictures, tables, paragraphs[0])


def write_stage_loss(approximation: Any | None) -> Section:
    """Write which part of the young would have no stage if a survey lacked some questions.

    Parameters
    ----------
    approximation : StageApproximation or None
        Outcome of `skillsfc.approximate_stages` with the questions in ``lose``; None where the
        data are histories of main activities, which ask none of them.

    Returns
    -------
    Section
        A paragraph and, in the files, the table ``loss``.

    Examples
    --------
    >>> write_stage_loss(None).paragraphs[0][:28]
    'Main activities alone say ne'
    """
    facts = Facts("stage_loss")
    if approximation is None:
        return Section("stage_loss", (NO_QUESTIONS,), facts)
    loss = approximation.loss.assign(reliability="")
    if loss.empty:
        return Section("stage_loss", (NOTHING_LOST,), facts)
    counts = [loss["cases"], loss["persons"] - loss["cases"]]
    loss, said = withhold_few(loss, counts, whole=["lost", "measure"]), []
    told = (loss["measure"] == "stage_lost") & loss["share"].notna()
    for row in loss[told].to_dict("records"):
        what = list_words([QUESTIONS.get(q, q) for q in str(row["lost"]).split(" + ")])
        share = with_interval(facts, f"without {row['lost']}", row, measure="share", table=LOSS)
        said.append(f"without {what} {share}")
    text = (
        "A labour force survey often lacks one of these questions. The part of the young whose "
        f"stage could then not be said, measured here by leaving them out: {'; '.join(said)}."
    )
    if not said:
        text = (
            "What a survey without some questions loses is not told: too few persons, or answers."
        )
    title = "What a survey without some questions loses"
    tables = (TableToPublish(LOSS, title, loss, show=False),)
    return Section("stage_loss", (text,), facts, tables=tables)


def _compared(stages: pd.DataFrame, by: tuple[str, ...]) -> Comparison:
    counts = stages.drop_duplicates(list(by)) if by else stages
    return compare_large(counts, by)


def _heads(rows: pd.DataFrame, group: str | None, unit: str) -> dict[str, str]:
    """Return headings of the columns: the one of all, and times with their unit."""
    if group == "time":
        marks = rows["time"].drop_duplicates()
        return {str(mark): f"after {mark:g} {period(unit, mark)}" for mark in marks}
    return {"share": "part of the young"}


def _stages(
    rows: pd.DataFrame, group: str | None, title: str, source: str
) -> FigureToPublish | None:
    """Return the bars of stages; nothing if a part is withheld, since a bar is the whole."""
    drawn = rows if group else rows.assign(group="all")
    if drawn["share"].isna().any():
        return None
    chart = plot_shares(drawn, category="stage", by=group or "group", labels=NAMES, source=source)
    return FigureToPublish("stages", title, chart)


def _activities(
    parts: Any, name: str, unit: str, source: str, labels: Mapping[str, str] | None
) -> FigureToPublish | None:
    title = f"{name}: main activities, per cent"
    return part_areas("activities", title, parts.table, parts.settings, unit, source, labels)


def _said(stages: pd.DataFrame, by: tuple[str, ...], unit: str, facts: Facts) -> list[str]:
    if by == ("time",):
        return [_over_time(stages, unit, facts)]
    groups = list(by_group(stages, by))
    if len(groups) > FEW_GROUPS:
        return [_extremes(stages, by, facts)]
    return [_of_group(who, keys, own, facts) for who, keys, own in groups]


def _of_group(who: str, keys: Mapping[str, Any], own: pd.DataFrame, facts: Facts) -> str:
    """Say which part of a group is in each stage."""
    parts: list[str] = []
    for row in own[own["stage"].isin(list(VERBS))].to_dict("records"):
        if pd.isna(row["share"]):
            continue
        parts.append(_share(row, keys, facts, f" {VERBS[row['stage']]}"))
    if not parts:
        return f"Of {who} too few answered for any stage to be shown."
    return f"Of {who}, {list_words(parts)}."


def _share(row: Mapping[Any, Any], keys: Mapping[str, Any], facts: Facts, then: str = "") -> str:
    """Return a share, or its range where answers leave it open, with its interval."""
    what = f"{group_key(keys)}{row['stage']}"
    if row["share_high"] > row["share"]:
        low = facts.add(what, row["share"], "percent", table=FIGURES)
        what, then = f"{what}, at most", f"{then}"
        high = with_interval(facts, what, row, measure="share_high", table=FIGURES, then=then)
        return f"between {low} and {high}"
    return with_interval(facts, what, row, measure="share", table=FIGURES, then=then)


def _over_time(stages: pd.DataFrame, unit: str, facts: Facts) -> str:
    """Say how many can have arrived at most, at the first and the last time."""
    rows = stages[(stages["stage"] == "transited") & stages["share_high"].notna()]
    if rows.empty:
        return "Too few persons are seen for any stage to be shown."
    said = []
    for place in dict.fromkeys([0, len(rows) - 1]):
        row = rows.iloc[place].to_dict()
        when = say_time(facts, "time", row["time"], unit, table=FIGURES)
        most = facts.add("transited, at most", row["share_high"], "percent", table=FIGURES)
        upper = facts.add("transited, upper end", row["upper"], "percent", table=FIGURES)
        said.append(f"after {when} at most {most} ({upper} with the margin of error)")
    head = f"{capital(said[0])} can have made the transition"
    return f"{head}{''.join(f', {part}' for part in said[1:])}."


def _extremes(stages: pd.DataFrame, by: tuple[str, ...], facts: Facts) -> str:
    """Say in which of many groups most and fewest are found to have arrived for certain."""
    rows = stages[(stages["stage"] == "transited") & stages["share"].notna()]
    if rows.empty:
        return "No group has persons enough for its stages to be shown."
    said = []
    edges = largest(rows, "share"), largest(rows, "share", least=True)
    for edge in edges:
        groups = by_group(edge, by)
        parts = [f"{who}, {_share(own.iloc[0].to_dict(), keys, facts)}"
                 for who, keys, own in groups]  # fmt: skip
        said.append(list_words(parts))
    apart = edges[0]["lower"].max() > edges[1]["upper"].min()  # else chance may make it
    chance = "" if apart else ": no farther apart than chance may make"
    return (
        "The largest part that has made the transition is found among "
        f"{said[0]}, the smallest among {said[1]}{chance}. The table has the other groups."
    )
