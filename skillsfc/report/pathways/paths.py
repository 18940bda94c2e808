"""From the end of schooling to the first job that counts: how long, and by which path."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skillsfc.classifications import codes as code_table
from skillsfc.report.brief.section import Section, TableToPublish
from skillsfc.report.estimates import table_estimates
from skillsfc.report.pathways.curve_tables import withhold_few
from skillsfc.report.pathways.grouping import (
    FEW_GROUPS,
    by_group,
    compare_large,
    group_key,
    one_column,
    with_interval,
)
from skillsfc.report.pathways.plain_notes import plain_notes
from skillsfc.report.pathways.words import FLAGS, period, say_count, sentences
from skillsfc.report.text import NARROW, Facts, list_words
from skillsfc.report.withholding import CONFIDENTIAL, FEWEST

FIGURES, SHOWN, OUTCOMES = "paths_in_figures", "paths", "path_outcomes"
LENGTHS, KINDS = "path_lengths", "path_kinds"
JOBLESS = (
    "Joblessness may be unemployment or inactivity, which these data do not tell apart; its "
    "limits are those of {which}"
)
LEFT_OUT = "Paths that nobody took are left out."
NAMES = {
    "share_transited": "Have arrived, per cent of those out of school",
    "share_direct": "Straight into the job, per cent of those who arrived",
    "share_short": "Short paths, the direct ones among them, per cent",
    "share_middling": "Middling paths, per cent",
    "share_lengthy": "Lengthy paths, per cent",
    "mean_months": "Mean length of those who arrived, months",
    "median_months": "Median length of those who arrived, months",
    "mean_months_without_direct": "Mean length without the direct ones, months",
    "median_months_without_direct": "Median length without the direct ones, months",
}
WITHOUT = "Length and path are of histories; these data have none."
NOBODY = (
    "Length and path begin where somebody is seen to leave school; in these histories nobody is."
)
OUT_OF_SCHOOL = ("transited", "not_yet")
LEVELS = ("share_direct", "share_short", "share_middling", "share_lengthy")


def write_transition_paths(
    paths: Any | None, *, name: str, stable: bool = True, jobless_only: bool = False,
    unit: str = "months",
) -> Section:  # fmt: skip
    r"""Write how long those who arrived were on the way, and by which path they came.

    Parameters
    ----------
    paths : TransitionPaths or None
        Outcome of `skillsfc.classify_transitions`; None where the data have no such histories.
    name : str
        Who the persons are.
    stable : bool
        The goal is a stable job; else a job of any kind, its contract not being in the data.
    jobless_only : bool
        The data know joblessness only: no path is then one of unemployment or of inactivity.
    unit : str
        Unit of time of the histories, in the plural, which says why there are no paths; empty
        where there are no histories.

    Returns
    -------
    Section
        Tables ``path_lengths`` and ``path_kinds``, and in the files ``paths`` (both),
        ``paths_in_figures`` and ``path_outcomes``.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> spells = pd.DataFrame({"person": sorted([*range(20)] * 2), "start": [0, 12] * 20,
    ...     "end": [12, 40] * 20, "state": ["school", "job"] * 20, "to_state": ["job", ""] * 20})
    >>> roles = {"school": "education", "job": "stable"}
    >>> section = write_transition_paths(sf.classify_transitions(spells, roles=roles), name="Made")
    >>> print(section.paragraphs[0].replace("\xa0", " "))
    The goal is a stable job. 20 persons have arrived.
    """
    facts = Facts("paths")
    if paths is None:
        return Section("paths", (_why_none(unit),), facts)
    by = tuple(paths.settings.group)
    outcomes = _outcomes(paths.diagnostics)
    counts = paths.table[paths.table["indicator"] == "share_transited"]
    shown = compare_large(counts, by)
    figures = shown.of(_withheld(paths.table, by))
    rows, group = one_column(figures, by)
    names = _names(jobless_only)
    texts = table_estimates(rows, rows=["indicator", "unit"], by=group, names=names, counts=True)
    notes = plain_notes(n for n in paths.notes if "have made the transition" not in n)
    title = f"{name}: the first job that counts"
    heads = {"indicator": "of the young", "value": "all"}
    kinds = _taken(figures, texts, names)
    as_unemployment = "unemployed" in dict(paths.settings.roles).values()
    which = (
        "unemployment."
        if as_unemployment
        else "inactivity, since no state is said to be unemployment."
    )
    notes = [JOBLESS.format(which=which), *notes] if jobless_only else notes
    tables = (
        *shown.left_out(facts),
        TableToPublish(LENGTHS, title, _of_rows(texts, list(NAMES.values())), FLAGS, labels=heads),
        *([TableToPublish(KINDS, f"{name}: paths to it, per cent of those who arrived", kinds,
                          sentences([LEFT_OUT, *notes]),
                          labels={"indicator": "path", "value": "all"})] if len(kinds) else []),
        TableToPublish(SHOWN, title, texts, show=False),
        TableToPublish(FIGURES, "Length and path", figures, show=False),
        TableToPublish(OUTCOMES, "Persons by outcome", outcomes, show=False),
    )  # fmt: skip
    paragraphs = [_goal(outcomes, stable, facts), *_lengths(figures, by, facts)]
    kept = tuple(text for text in [*paragraphs, shown.say(facts)] if text)
    return Section("paths", kept, facts, (), tables, kept[0])


def _of_rows(texts: pd.DataFrame, wanted: list[str]) -> pd.DataFrame:
    return texts[texts["indicator"].isin(wanted)].drop(columns="unit")


def _taken(figures: pd.DataFrame, texts: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Return the paths that somebody took, or may have taken: the figure is withheld."""
    paths = figures[figures["indicator"].map(_is_path) & (figures["indicator"] != "share_direct")]
    taken = paths.loc[paths["value"].isna() | (paths["value"] > 0), "indicator"].unique()
    return _of_rows(texts, [names[name] for name in taken])


def _names(jobless_only: bool) -> dict[str, str]:
    """Return each row in words: the classes here, the paths from the code list."""
    listed = code_table("swts_paths")
    paths = {
        f"share_{row['code']}": f"{row['length_class'].capitalize()}: "
        f"{row['label_en'][:1].lower()}{row['label_en'][1:]}"
        for row in listed.to_dict("records")
    }
    if jobless_only:
        paths = {code: _as_joblessness(text) for code, text in paths.items()}
    return {**paths, **NAMES}


def _as_joblessness(text: str) -> str:
    """Return a path of the unemployed as one of the jobless.

    Examples
    --------
    >>> _as_joblessness("Short: unemployment of up to a year, with or without work or inactivity")
    'Short: joblessness of up to a year, with or without work'
    """
    text = text.replace(", neither unemployment nor inactivity", ", no joblessness")
    return text.replace("unemployment", "joblessness").replace(" work or inactivity", " work")


def _withheld(table: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """Return figures without those withheld: classes, paths, and the paths of a class add up."""
    listed = code_table("swts_paths")
    classes = dict(zip("share_" + listed["code"], listed["length_class"], strict=True))
    names = table["indicator"]
    part = names.where(names.isin(list(classes)), "")  # empty for a class, the sum of its paths
    kind = names.where(~names.isin(LEVELS[1:]), "class").where(part == "", "path")
    of_class = names.str.removeprefix("share_").where(part == "", names.map(classes))
    told = table.assign(_kind=kind, _class=of_class, _part=part)
    wholes = [[*by, "_class"], [*by, "_kind"]]  # a class is tried first: it hides the least
    share = table["value"].where(table["unit"] == "share")
    counts = (share * table["persons"], (1 - share) * table["persons"])
    made = withhold_few(told, counts, whole=wholes, total="_part", size="value")
    return made.drop(columns=["_kind", "_class", "_part"])


def _is_path(indicator: str) -> bool:
    return indicator.startswith("share_") and indicator not in ("share_transited", *LEVELS[1:])


def _why_none(unit: str) -> str:
    """Say why there are no lengths and paths.

    Examples
    --------
    >>> _why_none("quarters")
    'Length and path are told in months; these histories are in quarters.'
    """
    if unit in ("", "months"):
        return NOBODY if unit else WITHOUT
    return f"Length and path are told in months; these histories are in {period(unit)}."


def _outcomes(counts: pd.DataFrame) -> pd.DataFrame:
    """Return persons by outcome without those of one to nine, nor who arrived if one tells it."""
    few = counts["persons"].between(1, FEWEST - 1)
    out = counts["outcome"].isin(OUT_OF_SCHOOL)
    hidden = few | (out & few[out].any())
    flags = hidden.map({True: CONFIDENTIAL, False: ""})
    return counts.assign(persons=counts["persons"].mask(hidden), reliability=flags)


def _goal(outcomes: pd.DataFrame, stable: bool, facts: Facts) -> str:
    """Say what counts as arrival, and how many arrived, did not, and are not counted."""
    count = outcomes.set_index("outcome")["persons"]

    def say(outcome: str) -> tuple[str, str]:
        if pd.isna(count[outcome]):
            return "fewer than ten persons", "have"
        number = int(count[outcome])
        noun = say_count(facts, outcome, number, "person", table=OUTCOMES)
        return noun, "has" if number == 1 else "have"

    goal = "a stable job" if stable else "a job of any kind (its contract is not in the data)"
    text = f"The goal is {goal}. "
    if count[list(OUT_OF_SCHOOL)].isna().any():
        text += (
            "How many of those who left school have arrived is not told: one to nine have, or have "
            "not. Lengths and paths are of those who have"
        )
    else:
        there, have = say("transited")
        text += f"{there} {have} arrived"
        if count["not_yet"]:
            waiting, have = say("not_yet")
            text += (
                f"; {waiting} {have} left school and {have} not arrived, and {have} no part in "
                "lengths and paths, which are therefore too short for the whole"
            )
    rest = []
    if count["in_education"] != 0:
        rest.append(f"{say('in_education')[0]} still in education")
    if count["start_not_seen"] != 0:
        rest.append(f"{say('start_not_seen')[0]} whose end of schooling is not in the data")
    return f"{text}.{f' Not counted: {list_words(rest)}.' if rest else ''}"


def _lengths(figures: pd.DataFrame, by: tuple[str, ...], facts: Facts) -> list[str]:
    groups = list(by_group(figures, by))
    if len(groups) > FEW_GROUPS:
        return []
    said = [_length(who, group_key(keys), own, facts) for who, keys, own in groups]
    return [text for text in said if text]


def _length(who: str, key: str, own: pd.DataFrame, facts: Facts) -> str:
    """Say how many of a group arrived, how many directly, and how long the others took."""
    rows = own.set_index("indicator")

    def has(name: str) -> bool:
        return name in rows.index and bool(pd.notna(rows.loc[name, "value"]))

    def share(name: str) -> str:
        row = rows.loc[name].to_dict()
        return with_interval(facts, f"{key}{name}", row, measure="value", table=FIGURES)

    if not has("share_transited"):
        return ""
    text = f"Of {who} who have left school, {share('share_transited')} have arrived"
    if has("share_direct"):
        text += f", {share('share_direct')} of these straight from school"
    if has("median_months_without_direct"):
        row = rows.loc["median_months_without_direct"].to_dict()
        then = f"{NARROW}{period('months', 1 if row['value'] == 1 else 2)} or more"
        months = with_interval(facts, f"{key}median", row, measure="value", table=FIGURES,
                               kind="time", then=then)  # fmt: skip
        text += f"; half of those who did not come straight took {months}"
    return f"{text}."
