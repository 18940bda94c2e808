"""Who is in which state and when, how long they stay there, and where those of one state end up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from skillsfc.report.brief.section import Section, TableToPublish
from skillsfc.report.estimates import table_estimates
from skillsfc.report.pathways.grouping import (
    FEW_GROUPS,
    by_group,
    compare_large,
    group_key,
    one_column,
    with_interval,
    without_certainty,
)
from skillsfc.report.pathways.state_areas import FLAGS, NO_AREAS, state_areas, withhold_parts
from skillsfc.report.pathways.state_names import (
    KIND_WORDS,
    inside,
    marks,
    names_for,
)
from skillsfc.report.pathways.words import period, say_ends, say_time
from skillsfc.report.text import Facts, list_words

ALL_TIMES, AT, SPENT = "state_probabilities", "states_at_in_figures", "time_by_kind"


def write_state_probabilities(
    chances: Any,
    *,
    name: str,
    since: str = "the start",
    source: str = "",
    labels: Mapping[str, str] | None = None,
    times: Sequence[float] | None = None,
) -> Section:
    r"""Write who is in which state, and when: the areas, and the shares after one to five years.

    Parameters
    ----------
    chances : StateProbabilities
        Outcome of `skillsfc.estimate_state_probabilities`, of all or by group.
    name : str
        Who the persons are, as printed in titles.
    since : str
        What the clock counts from.
    source : str
        Who made the data.
    labels : mapping of str to str, optional
        Plain names of states, see `skillsfc.name_states`.
    times : sequence of float, optional
        Times of the table [unit of the estimate]; by default one, three and five years after the
        start, as far as they were observed.

    Returns
    -------
    Section
        Figure ``states``; tables ``states_at`` and, in the files, its figures and all times.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> told = pd.DataFrame({"person": range(60), "state": ["U"] * 40 + ["E"] * 20,
    ...     "start": 0, "end": 6, "to_state": ""})
    >>> made = sf.estimate_state_probabilities(told)
    >>> said = write_state_probabilities(made, name="Made up", times=[3]).paragraphs[0]
    >>> print(said.replace("\xa0", " "))  # doctest: +ELLIPSIS
    After 3 months, 66.7% of the young were in “U” (54.7% to 78.6%) and 33.3% in “E” (21.4% to ...
    """
    told, facts = chances.settings, Facts("states")
    names, unit = names_for(told.states, labels), period(told.unit, 1)
    wanted = list(times or marks(unit, start=told.start, until=told.until, years=(1, 3, 5)))
    shown = compare_large(chances.diagnostics, told.group)
    every = shown.of(chances.table)
    at = withhold_parts(shown.of(chances.at(wanted)), told.group)
    title = f"{name}: states since {since}, per cent"
    paragraphs = _where_they_are(at, max(wanted), told, names, facts)
    figure = state_areas("states", title, every, told, names, source)
    left_out = shown.say(facts), NO_AREAS if figure is None else ""
    paragraphs += tuple(text for text in left_out if text)
    rows, group = one_column(without_certainty(at, "probability"), told.group)
    rows = rows.sort_values("time", kind="stable")
    rows = rows.assign(after=[f"{t:g} {period(unit, t)}" for t in rows["time"]])
    made = table_estimates(
        rows, rows=["after", "state"], by=group, measure="probability", names=names, withheld=True
    )
    tables = (
        *shown.left_out(facts),
        TableToPublish("states_at", title, made.rename(columns={"probability": "share"}), FLAGS),
        TableToPublish(AT, f"{title}: the figures", at, show=False),
        TableToPublish(ALL_TIMES, f"{title}: all times", withhold_parts(every, told.group),
                       show=False),
    )  # fmt: skip
    pictures = () if figure is None else (figure,)
    return Section("states", paragraphs, facts, pictures, tables, " ".join(paragraphs[:1]))


def write_state_times(
    chances: Any,
    *,
    name: str,
    labels: Mapping[str, str] | None = None,
    kinds: Mapping[str, str] | None = None,
    source: str = "",
) -> Section:
    """Write how long people are in each state, all their stays together.

    Parameters
    ----------
    chances : StateProbabilities
        Outcome of `skillsfc.estimate_state_probabilities`, of all or by group.
    name, source : str
        Who the persons are; who made the data.
    labels : mapping of str to str, optional
        Plain names of states.
    kinds : mapping of str to str, optional
        Kind of each state, such as ``learning``, ``working`` or ``idle``, to add them up in words;
        by default each state is its own kind.

    Returns
    -------
    Section
        Tables ``time_in_state`` and, in the files, its figures and ``time_by_kind``.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> told = pd.DataFrame({"person": [1, 1, 2], "state": ["U", "E", "U"], "start": [0, 2, 0],
    ...     "end": [2, 6, 6], "to_state": ["E", "", ""]})
    >>> section = write_state_times(sf.estimate_state_probabilities(told), name="Made up")
    >>> section.table("time_by_kind")["expected_time"].tolist()
    [2.0, 4.0]
    """
    told, facts = chances.settings, Facts("time_in_state")
    names, units = names_for(told.states, labels), period(told.unit)
    times = compare_large(chances.diagnostics, told.group).of(chances.time_in_state)
    spent, group = one_column(times, told.group)
    summed = compare_large(chances.diagnostics, told.group).of(chances.time_in_kinds(kinds or {}))
    summed = summed.assign(observed=summed["until"] - told.start)
    words = names_for(summed["kind"], {**names, **KIND_WORDS} if kinds else names)
    paragraphs = _times_in_words(summed, told, words, facts)
    title = f"{name}: expected {units} in each state, {_span(spent, told)}"
    made = table_estimates(spent, rows="state", by=group, measure="expected_time", names=names)
    made = made.rename(columns={"expected_time": units})
    tables = (
        TableToPublish("time_in_state", title, made, "In brackets 95 % intervals."),
        TableToPublish("time_in_state_in_figures", f"{title}: the figures", times,
                       show=False),
        TableToPublish(SPENT, f"{title}: by kind of state", summed, show=False),
    )  # fmt: skip
    return Section("time_in_state", paragraphs, facts, (), tables, " ".join(paragraphs[:1]))


def _where_they_are(
    at: pd.DataFrame, last: float, told: Any, names: Mapping[str, str], facts: Facts
) -> tuple[str, ...]:
    """Say in which two states most of each group are at the last time of the table."""
    rows = at[(at["time"] == last) & (at["probability"] > 0)]
    groups = list(by_group(rows, told.group))
    if rows.empty or len(groups) > FEW_GROUPS:
        return ()
    parts = []
    for who, keys, own in groups:
        parts.append(_two_states(own, keys, names, facts, f" of {who} were"))
    when = say_time(facts, "time", last, told.unit, table=AT)
    return (f"{'At' if last == told.start else 'After'} {when}, {'; '.join(parts)}.",)


def _two_states(
    own: pd.DataFrame, keys: Mapping[str, Any], names: Mapping[str, str], facts: Facts, who: str
) -> str:
    said = []
    first = own.nlargest(2, "probability", keep="all")  # more where the second is tied
    for row in first.to_dict("records"):
        what = f"{group_key(keys)}{row['state']}, time {row['time']:g}"
        then = f"{who} in {inside(names[str(row['state'])])}"
        said.append(with_interval(facts, what, row, measure="probability", table=AT, then=then))
        who = ""
    return list_words(said)


def _span(spent: pd.DataFrame, told: Any) -> str:
    lasts = spent["until"].unique()
    if len(lasts) > 1:
        return "until each group was last seen"
    if told.start:
        return f"from {told.start:g} to {lasts[0]:g}"
    return f"of the first {lasts[0]:g}" if lasts[0] != 1 else "of the first one"


def _times_in_words(
    summed: pd.DataFrame, told: Any, words: Mapping[str, str], facts: Facts
) -> tuple[str, ...]:
    groups = list(by_group(summed, told.group))
    if len(groups) > FEW_GROUPS:
        return ()
    said = []
    for who, keys, own in groups:
        span = say_time(facts, f"{group_key(keys)}time observed", own["observed"].iloc[0],
                        told.unit, table=SPENT)  # fmt: skip
        parts = []
        for row in own[own["expected_time"] > 0].to_dict("records"):
            what = f"{group_key(keys)}time in {row['kind']}"
            time = say_time(facts, what, row["expected_time"], told.unit, table=SPENT)
            ends = say_ends(facts, what, row, told.unit, table=SPENT)
            parts.append(f"{time} in {inside(words[str(row['kind'])])}{ends}")
        said.append(f"Of {span} observed, {who} can expect {list_words(parts)}.")
    return (" ".join(said),)
