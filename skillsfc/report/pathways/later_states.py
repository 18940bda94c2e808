"""Where the people are later who were in one state at one time."""

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
    largest,
    one_column,
    with_interval,
    without_certainty,
)
from skillsfc.report.pathways.state_areas import FLAGS, NO_AREAS, state_areas, withhold_parts
from skillsfc.report.pathways.state_names import inside, marks, names_for
from skillsfc.report.pathways.words import capital, period, say_count, say_time
from skillsfc.report.text import Facts, list_words

LATER, AT, FOLLOWED = "jobless_later", "jobless_later_at_in_figures", "jobless_later_persons"
TO_FOLLOW = 30  # persons


def write_later_states(
    later: Any | None,
    *,
    state: str,
    since: float,
    name: str,
    unit: str = "months",
    source: str = "",
    labels: Mapping[str, str] | None = None,
    times: Sequence[float] | None = None,
    first_of: Sequence[str] = (),
) -> Section:
    """Write where the people are later who were in one state at one time.

    Parameters
    ----------
    later : StateProbabilities or None
        Outcome of `skillsfc.estimate_state_probabilities` with ``from_state`` and ``start``; None
        where nobody was in that state then.
    state : str
        The state they were in.
    since : float
        When [unit of the estimate].
    name, source : str
        Who the persons are; who made the data.
    unit : str
        Unit of time, in the plural.
    labels : mapping of str to str, optional
        Plain names of states.
    times : sequence of float, optional
        Times of the table; by default one, two and three years later.
    first_of : sequence of str
        States among which the first was taken; where there are several, the text says so.

    Returns
    -------
    Section
        Figure and tables ``jobless_later...``; a sentence only where nobody was in that state, or
        fewer than thirty persons, whom each cell would show by twos and threes.

    Examples
    --------
    >>> write_later_states(None, state="home", since=24, name="Made up").paragraphs
    ('Nobody was seen in “home” 24 months after the start, so that nobody can be followed.',)
    """
    facts = Facts("jobless_later")
    called = inside(names_for([state], labels)[state])
    taken = _taken(first_of, called, labels)
    if later is None:
        when = f"{since:g} {period(unit, since)} after the start"
        text = f"Nobody was seen in {called} {when}, so that nobody can be followed."
        return Section("jobless_later", (text, *taken), facts)
    if later.diagnostics["persons"].sum() < TO_FOLLOW:
        when = f"{since:g} {period(unit, since)} after the start"
        text = f"Too few persons were seen in {called} {when} to be shown later on."
        return Section("jobless_later", (text, *taken), facts)
    shown = compare_large(later.diagnostics, later.settings.group)
    told, names = later.settings, names_for(later.settings.states, labels)
    wanted = list(times or marks(unit, start=told.start, until=told.until, years=(1, 2, 3)))
    every = shown.of(later.table)
    at = withhold_parts(shown.of(later.at(wanted)), told.group)
    when = f"after {since:g} {period(unit, since)}"
    title = f"{name}: where those in {called} {when} are later, per cent"
    figure = state_areas(LATER, title, every, told, names, source)
    said = (shown.say(facts), NO_AREAS if figure is None else "")
    followed = _followed(at, later, str(state), names, facts, unit)
    paragraphs = tuple(text for text in (*followed, *said, *taken) if text)
    rows, group = one_column(without_certainty(at, "probability"), told.group)
    never = rows["probability"].eq(0).groupby(rows["state"]).transform("all")
    rows = rows[~never]
    rows = rows.assign(time=[f"{t:g} {period(unit, t)}" for t in rows["time"]])
    keys = [*([group] if group else []), "state"]
    made = table_estimates(rows, rows=keys, by="time", measure="probability", names=names,
                           withheld=True)  # fmt: skip
    note = f"{FLAGS} Counted from the start. States without a row: nobody was seen there."
    persons = shown.of(later.diagnostics).assign(state=str(state), time=since)
    persons = persons[[*told.group, "state", "time", "persons"]]
    tables = (
        *shown.left_out(facts),
        TableToPublish("jobless_later_at", title, made, note),
        TableToPublish(AT, f"{title}: the figures", at, show=False),
        TableToPublish(FOLLOWED, f"{title}: persons", persons, show=False),
        TableToPublish(f"{LATER}_in_figures", f"{title}: all times",
                       withhold_parts(every, told.group), show=False),
    )  # fmt: skip
    pictures = () if figure is None else (figure,)
    return Section(LATER, paragraphs, facts, pictures, tables, " ".join(paragraphs[:1]))


def _taken(
    first_of: Sequence[str], called: str, labels: Mapping[str, str] | None
) -> tuple[str, ...]:
    """Say that one of several states was taken."""
    others = [inside(name) for name in list(names_for(first_of, labels).values())[1:]]
    if not others:
        return ()
    verb = "is" if len(others) == 1 else "are"
    return (
        f"Of the states that would serve, the first was taken, {called}; {list_words(others)} "
        f"{verb} not followed here.",
    )


def _followed(
    at: pd.DataFrame, later: Any, state: str, names: Mapping[str, str], facts: Facts, unit: str
) -> tuple[str, ...]:
    """Say how many were followed, and how many of them are in the same state later."""
    told, said = later.settings, []
    groups = list(by_group(at, told.group))
    if len(groups) > FEW_GROUPS:
        return ()
    persons = {
        who: own["persons"].iloc[0] for who, _, own in by_group(later.diagnostics, told.group)
    }
    for who, keys, own in groups:
        head = f"{capital(who)}: " if keys else ""
        start = say_time(facts, "start", told.start, unit, table=f"{LATER}_in_figures")
        text = f"{head}this follows whoever is in {inside(names[state])} after {start}."
        if told.landmark:  # else everybody's moves count, not only theirs
            what = f"{group_key(keys)}persons in {state}"
            number = say_count(facts, what, persons[who], "person", table=FOLLOWED)
            text = f"{head}{number} were seen in {inside(names[state])} after {start}."
        own = own[own["probability"].notna()]
        still = own[own["state"].astype("str") == state].sort_values("time").to_dict("records")
        parts = [_again(row, group_key(keys), facts, unit) for row in still]
        again = f" Still or again there are {list_words(parts)}."
        if not parts:
            again = " How many of them are there later rests on too few persons."
        said.append(f"{capital(text)}{again}{_elsewhere(own, keys, state, names, facts)}")
    return (" ".join(said),)


def _again(row: Mapping[Any, Any], key: str, facts: Facts, unit: str) -> str:
    when = say_time(facts, "time", row["time"], unit, table=AT)
    what = f"{key}in the same state, time {row['time']:g}"
    return with_interval(facts, what, row, measure="probability", table=AT, then=f" at {when}")


def _elsewhere(
    own: pd.DataFrame, keys: Mapping[str, Any], state: str, names: Mapping[str, str], facts: Facts
) -> str:
    """Say where most of the others are at the last time of the table."""
    last = own[(own["time"] == own["time"].max()) & (own["state"].astype("str") != state)]
    last = last[last["probability"] > 0]
    if last.empty:
        return ""
    most = largest(last, "probability").to_dict("records")
    said = []
    for row in most:
        what = f"{group_key(keys)}{row['state']}, time {row['time']:g}"
        share = with_interval(facts, what, row, measure="probability", table=AT)
        said.append(f"{inside(names[str(row['state'])])}, {share}")
    head = "state then was" if len(said) == 1 else "states then were"
    return f" The most frequent other {head} {list_words(said)}."
