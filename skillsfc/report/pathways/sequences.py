"""What a cohort did period by period, how it moved from year to year, and how varied paths are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from skillsfc.report.brief.section import Section, TableToPublish
from skillsfc.report.estimates import table_estimates
from skillsfc.report.pathways.curve_tables import withhold_moves
from skillsfc.report.pathways.grouping import (
    FEW_GROUPS,
    by_group,
    compare_large,
    doubtful,
    group_key,
    largest,
    one_column,
    with_interval,
)
from skillsfc.report.pathways.state_areas import NO_AREAS, part_areas, withhold_parts
from skillsfc.report.pathways.state_names import inside, later_words, names_for
from skillsfc.report.pathways.words import capital, say_count, say_time
from skillsfc.report.text import Facts, list_words

COMPARED, MOVED, MEASURED = "compared", "transition_rates", "measures_in_figures"
MEASURE_WORDS = {
    "transitions": "changes of state",
    "visited": "different states",
    "entropy": "entropy: time spread over states",
    "turbulence": "turbulence: many and uneven stays",
    "complexity": "complexity: changes and spread",
}
MEASURE_NOTE = (
    "Entropy, turbulence and complexity run from 0 (one state throughout) to 1; they know no "
    "better or worse. In brackets 95 % intervals."
)


def write_trajectories(
    paths: Any,
    parts: Any,
    *,
    rates: Any,
    measures: Any,
    name: str,
    source: str = "",
    labels: Mapping[str, str] | None = None,
) -> Section:
    r"""Write what the persons of a cohort did, all together: states, moves, and variety of paths.

    Parameters
    ----------
    paths : Sequences
        The persons compared, of `skillsfc.keep_complete_sequences`, which says how many were not.
    parts : StateDistribution
        Outcome of `skillsfc.estimate_state_distribution`, of all or by group.
    rates : TransitionRates
        Outcome of `skillsfc.estimate_transition_rates` of all together.
    measures : SequenceMeasures
        Outcome of `skillsfc.measure_sequences`, of all or by group.
    name, source : str
        Who the persons are; who made the data.
    labels : mapping of str to str, optional
        Plain names of states.

    Returns
    -------
    Section
        Figure ``all``; tables ``a_year_later``, ``measures`` and, in the files, their figures.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> paths = sf.keep_complete_sequences(pd.DataFrame([list("SSE"), list("SEE")]))
    >>> section = write_trajectories(
    ...     paths, sf.estimate_state_distribution(paths), name="Made up",
    ...     rates=sf.estimate_transition_rates(paths), measures=sf.measure_sequences(paths))
    >>> print(section.paragraphs[0].replace("\xa0", " "))
    All 2 persons are seen the whole time, 3 months, and compared here.
    """
    unit, facts = paths.unit, Facts("trajectories")
    counts = measures.averages.drop_duplicates(list(measures.settings.group) or None)
    shown = compare_large(counts, measures.settings.group)
    averages = shown.of(measures.averages)
    every = shown.of(parts.table)
    distribution = withhold_parts(every, parts.settings.group)
    figure = part_areas("all", f"{name}: what they did, per cent", every, parts.settings,
                        unit, source, labels)  # fmt: skip
    names = names_for(parts.settings.states, labels)
    ahead = pd.DataFrame({"check": ["periods to the later state"], "value": [rates.settings.lag]})
    design = pd.concat([paths.diagnostics, ahead], ignore_index=True)
    moved = withhold_moves(rates.table)
    paragraphs = (
        _compared(paths.diagnostics, unit, facts),
        _moves(moved, rates.settings, names, facts),
        _variety(averages, measures.settings.group, facts),
        shown.say(facts),
        NO_AREAS if figure is None else "",
    )
    tables = (
        *shown.left_out(facts),
        _matrix(moved, rates.settings, names),
        TableToPublish(MOVED, "The same with intervals and numbers of persons",
                       moved, show=False),
        *_measured(averages, measures.settings.group),
        TableToPublish(COMPARED, "Persons seen the whole time", design, show=False),
        TableToPublish("state_distribution", f"{name}: part of the persons in each state",
                       distribution, show=False),
    )  # fmt: skip
    kept = tuple(text for text in paragraphs if text)
    pictures = () if figure is None else (figure,)
    return Section("trajectories", kept, facts, pictures, tables, " ".join(kept[:1]))


def _compared(counts: pd.DataFrame, unit: str, facts: Facts) -> str:
    """Say how many are compared, and how many were not seen the whole time."""
    if counts.empty:
        return ""
    value = counts.set_index("check")["value"]
    span = say_time(facts, "periods", value["periods"], unit, table=COMPARED)
    whole, kept, persons = (int(value[k]) for k in ("seen the whole time", "kept", "persons"))
    everyone = say_count(facts, "persons", persons, "person", table=COMPARED)
    if kept == persons:
        text = f"All {everyone} are seen the whole time, {span}, and compared here."
        return text if persons > 1 else f"The only person is seen the whole time, {span}."
    seen = facts.add("seen the whole time", whole, "count", table=COMPARED)
    verb = "is" if whole == 1 else "are"
    text = f"Of {everyone}, {seen} {verb} seen the whole time ({span})"
    if kept == whole:
        return f"{text} and compared here."
    drawn = say_count(facts, "compared", kept, "person", table=COMPARED)
    return (
        f"{text}; {drawn} of them, drawn at random, {'is' if kept == 1 else 'are'} compared here."
    )


def _matrix(moved: pd.DataFrame, set_: Any, names: Mapping[str, str]) -> TableToPublish:
    made = table_estimates(moved, rows="from_state", by="to_state", names=names)
    when = later_words(set_.lag, set_.unit)
    return TableToPublish(
        "a_year_later",
        f"Chance to be in each state {when} later, per cent, by the state now",
        made,
        f"Rows add up to 100; in brackets 95 % intervals. *: fewer than 30 persons were there; "
        f"..c: one to nine persons, or what would tell of them; ..: nobody was seen there {when} "
        "before the end.",
        labels={"from_state": "now"},
    )


def _moves(moved: pd.DataFrame, set_: Any, names: Mapping[str, str], facts: Facts) -> str:
    """Say which state holds its people longest and which shortest."""
    stay = moved[moved["from_state"] == moved["to_state"]].dropna(subset="share")
    if len(stay) < 2:
        return ""
    when = later_words(set_.lag, set_.unit)
    if not when.startswith("a "):
        when = say_time(facts, "time ahead", set_.lag, set_.unit, table=COMPARED)
    said = []
    for edge in (largest(stay, "share"), largest(stay, "share", least=True)):
        parts = []
        for row in edge.to_dict("records"):
            share = with_interval(facts, f"{row['from_state']} again", row, measure="share",
                                  table=MOVED)  # fmt: skip
            parts.append(f"of those in {inside(names[str(row['from_state'])])}, {share}")
        said.append(parts)
    most, least = said
    if len(most) == len(stay):  # all are equal
        return f"{capital(list_words(most))} are there again {when} later."
    return (
        f"{capital(list_words(most))} are there again {when} later, the largest part of all "
        f"states; {list_words(least)}, the smallest part."
    )


def _measured(
    averages: pd.DataFrame, columns: Sequence[str]
) -> tuple[TableToPublish, TableToPublish]:
    rows, group = one_column(averages, columns)
    made = table_estimates(
        rows, rows="measure", by=group, measure="mean", decimals=2, names=MEASURE_WORDS
    )
    title = "How varied the paths are, mean of a person"
    return (
        TableToPublish("measures", title, made, MEASURE_NOTE),
        TableToPublish(MEASURED, f"{title}: the figures", averages, show=False),
    )


def _variety(averages: pd.DataFrame, columns: Sequence[str], facts: Facts) -> str:
    """Say how often each group changes state."""
    rows = averages[(averages["measure"] == "transitions") & averages["mean"].notna()]
    groups = list(by_group(rows, columns))
    if rows.empty or len(groups) > FEW_GROUPS:
        return ""
    parts: list[str] = []
    for who, keys, own in groups:
        row = own.iloc[0]
        what = f"{group_key(keys)}changes of state"
        mean = facts.add(what, row["mean"], "decimal", table=MEASURED)
        verb = "change" if not parts else ""
        parts.append(f"{who} {verb} state {mean} times{doubtful(row)}" if verb else
                     f"{who} {mean} times{doubtful(row)}")  # fmt: skip
    return f"{capital('on average')} {list_words(parts)}; the table has the intervals."
