"""Moves between interviews: how many, how fast, and where they would lead if they went on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import SkillsfcError
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_flows
from skillsfc.report.estimates import table_estimates
from skillsfc.report.pathways.curve_tables import (
    pairs_in_fives,
    without_small_flows,
    without_small_rates,
)
from skillsfc.report.pathways.fastest_move import say_fastest
from skillsfc.report.pathways.found_again import DESIGN, design_of, found_again, say_matched
from skillsfc.report.pathways.grouping import FEW_GROUPS, one_column, with_interval
from skillsfc.report.pathways.plain_notes import plain_notes
from skillsfc.report.pathways.state_areas import DRAWN_LEAST, FIVE
from skillsfc.report.pathways.state_names import (
    OTHER,
    by_state,
    in_order,
    inside,
    join_small,
    joined_note,
    names_for,
    say_refusal,
)
from skillsfc.report.pathways.words import period, say_time, sentences
from skillsfc.report.text import Facts, list_words

FAR = "as far as most"
IN_FIVES = "It is drawn and written in fives of persons"
FEW_MOVES = "..c: one to nine persons moved so, or what would tell how many"
HUNDRED = {"hazard": "per_hundred", "lower": "per_hundred_lower", "upper": "per_hundred_upper"}
CHANCES, UNMATCHED = "chances_in_figures", "unmatched"
RATES, CHECK = "rates_in_figures", "rates_check"
NOTE = (
    "Rows: the state before. In brackets 95 % intervals, by person. *: fewer than 30 persons, or "
    "as uncertain as that; ..c: one to nine persons moved so, or what would tell how many."
)
NO_PICTURE = (
    "There is no picture of the moves: it is drawn in fives of persons, and fewer than a hundred "
    "were interviewed at both dates."
)


def write_flows(
    flows: Any,
    *,
    interval: float,
    name: str,
    unit: str = "months",
    source: str = "",
    labels: Mapping[str, str] | None = None,
    date: str = "Interview",
    since: str = "",
) -> Section:
    """Write how many move between two dates: a picture of one pair, chances over all pairs.

    Parameters
    ----------
    flows : Flows
        Outcome of `skillsfc.estimate_flows`, of all or by group.
    interval : float
        Time between two dates [unit].
    name, source : str
        Who the persons are; who made the data.
    unit : str
        Unit of time, in the plural.
    labels : mapping of str to str, optional
        Plain names of states.
    date : str
        What a date is called before its number.
    since : str
        What the dates are counted from, if they are times of a clock.

    Returns
    -------
    Section
        Figure ``moves`` (of all together only), table ``chances`` and, in the files, ``flows``,
        ``unmatched`` and the figures.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> panel = pd.DataFrame({"person": sorted([*range(120)] * 2), "quarter": [1, 2] * 120,
    ...                       "state": ["E", "E", "E", "U", "U", "E"] * 40})
    >>> section = write_flows(sf.estimate_flows(panel), interval=3, name="Made up")
    >>> section.figures[0].title
    'Made up: moves between two dates 3 months apart'
    """
    set_, facts = flows.settings, Facts("flows")
    names = names_for(set_.states, labels)
    apart = f"{interval:g} {period(unit, interval)}"
    average = without_small_flows(flows.average, set_.group)
    rows, group = one_column(average, set_.group)
    rows = by_state(rows, ["from_state", "to_state"], set_.states)
    rows = rows.assign(to_state=[names[str(state)] for state in rows["to_state"]])
    keys = [*([group] if group else []), "from_state"]
    made = table_estimates(rows, rows=keys, by="to_state", measure="probability", names=names)
    title = f"Chance to be in each state {apart} later, per cent, all dates together"
    heads = {"from_state": "now"}
    moves = f"{name}: moves between two dates {apart} apart"
    figure = None if group else _picture(flows, moves, date, since, source, names)
    paragraphs = (
        *(() if group else (_leavers(flows, average, interval, unit, names, facts),)),
        say_matched(flows.unmatched, facts),
        NO_PICTURE if figure is None and not group else "",
    )
    tables = (
        TableToPublish("chances", title, made, NOTE, labels=heads),
        TableToPublish(CHANCES, f"{title}: the figures", average, show=False),
        TableToPublish("flows", "Gross flows between all dates, in fives of persons",
                       pairs_in_fives(without_small_flows(flows.table, set_.group)), show=False),
        TableToPublish(UNMATCHED, "Found and not found at the next date, in fives of persons",
                       pairs_in_fives(found_again(flows)), show=False),
        TableToPublish(DESIGN, "Interviews of the same persons", design_of(flows, interval, unit),
                       show=False),
    )  # fmt: skip
    figures = () if figure is None else (figure,)
    kept = tuple(text for text in paragraphs if text)
    return Section("flows", kept, facts, figures, tables, " ".join(kept[:1]))


def write_continuous_rates(
    rates: Any,
    *,
    flows: Any | None = None,
    unit: str = "months",
    labels: Mapping[str, str] | None = None,
) -> Section:
    """Write how fast people move, if moves between the dates are put back; or why none can be told.

    Parameters
    ----------
    rates : ContinuousRates or SkillsfcError
        Outcome of `skillsfc.to_continuous_rates`, of all or by group, or its refusal.
    flows : Flows, optional
        The flows behind the rates: moves of one to nine persons are then withheld.
    unit : str
        Unit of time of the rates, in the plural.
    labels : mapping of str to str, optional
        Plain names of states.

    Returns
    -------
    Section
        Table ``rates``; words only where there are no valid rates.

    Examples
    --------
    >>> import skillsfc as sf
    >>> made = sf.to_continuous_rates([[0.4, 0.6], [0.6, 0.4]], states=["E", "U"])
    >>> print(write_continuous_rates(made).paragraphs[0][:66])
    These chances cannot come from constant rates in continuous time:
    """
    facts, one = Facts("continuous_rates"), period(unit, 1)
    if isinstance(rates, SkillsfcError):
        return Section("continuous_rates", (f"No rates can be told. {say_refusal(rates)}",), facts)
    names = names_for(rates.settings.states, labels)
    table = rates.table.assign(**{new: 100 * rates.table[old] for old, new in HUNDRED.items()})
    known = table[np.isfinite(table["hazard"])]
    reasons = sentences(plain_notes(rates.notes))
    checks = rates.diagnostics.drop(columns=["eigenvalues", "distance"])
    if known.empty:
        text = (
            "These chances cannot come from constant rates in continuous time: the dates are too "
            "far apart for the pace of moves, or persons differ, or answers err. No rates are "
            "given."
        )
        why = TableToPublish(CHECK, "Why there are no such rates", checks)
        return Section("continuous_rates", (text,), facts, (), (why,), text)
    if flows is not None:
        table = without_small_rates(table, flows, list(HUNDRED.values()))
        known = table.loc[known.index]
    group_columns = list(known.columns[: known.columns.get_loc("from_state")])
    rows, group = one_column(known, group_columns)
    rows = by_state(rows, ["from_state", "to_state"], rates.settings.states)
    rows = rows.assign(
        unit="rate", value=rows["per_hundred"], lower=rows["per_hundred_lower"],
        upper=rows["per_hundred_upper"],
    )  # fmt: skip
    keys = [*([group] if group else []), "from_state", "to_state"]
    made = table_estimates(rows, rows=keys, measure="value", decimals=2, names=names)
    made = made.rename(columns={"value": f"moves per 100 and {one}"})
    fastest = "" if group_columns else say_fastest(known, one, names, facts, table=RATES)
    paragraphs = (fastest,) if fastest else ()
    title = f"Moves per 100 persons in the state and {one}, in continuous time"
    few = FEW_MOVES if known["hazard"].isna().any() else ""
    note = sentences(["In brackets 95 % intervals", few, reasons])
    tables = (
        TableToPublish("rates", title, made, note,
                       labels={"from_state": "from", "to_state": "to"}),
        TableToPublish(CHECK, "Whether such rates exist", checks, show=False),
        TableToPublish(RATES, f"{title}: the figures, per person", table,
                       show=False),
    )  # fmt: skip
    return Section("continuous_rates", paragraphs, facts, (), tables, " ".join(paragraphs[:1]))


def _leavers(
    flows: Any, average: pd.DataFrame, interval: float, unit: str, names: Mapping[str, str],
    facts: Facts,
) -> str:  # fmt: skip
    """Say how many of each state, or of the most and least lasting, are there again."""
    stay = by_state(average, ["from_state"], flows.settings.states)
    stay = stay[stay["from_state"] == stay["to_state"]]
    stay = stay[np.isfinite(stay["probability"])]
    never = _never_again(flows, names)
    if stay.empty:
        return never.strip()
    if len(stay) > FEW_GROUPS:
        ordered = stay.sort_values("probability", ascending=False)
        stay = ordered.iloc[[0, -1]]
    when = say_time(facts, "time between dates", interval, unit, table=DESIGN)
    said = []
    for row in stay.to_dict("records"):
        then = f" of those in {inside(names[str(row['from_state'])])}"
        said.append(with_interval(facts, f"again in {row['from_state']}", row,
                                  measure="probability", table=CHANCES, then=then))  # fmt: skip
    verb = "is" if len(said) == 1 else "are"
    return f"In the same state {when} later {verb} {list_words(said)}.{never}"


def _never_again(flows: Any, names: Mapping[str, str]) -> str:
    """Name the states from which nobody was found at a next date."""
    chance = flows.average.groupby("from_state")["probability"].max()
    gone = [inside(names[str(state)]) for state in chance.index[chance.isna()]]
    if not gone:
        return ""
    return f" Nobody seen in {list_words(gone)} was found again, so that no chance is known there."


def _picture(
    flows: Any, title: str, date: str, since: str, source: str, names: Mapping[str, str]
) -> FigureToPublish | None:
    """Draw the pair of dates in the middle; small states are joined where there are many.

    In fives of persons, so that no ribbon tells of one to nine; of a hundred persons or more.
    """
    dates = list(dict.fromkeys(flows.table["time"]))
    pair = flows.table[flows.table["time"] == dates[len(dates) // 2]]
    before, after = pair["time"].iloc[0], pair["until"].iloc[0]
    if pair["count"].sum() < DRAWN_LEAST:
        return None
    a_person = (pair["flow"] / pair["count"].where(pair["count"] > 0)).fillna(0.0)
    pair = pair.assign(flow=a_person * FIVE * (pair["count"] / FIVE).round())
    states = in_order(flows.settings.states)
    sizes = pair.groupby("from_state")["flow"].sum() + pair.groupby("to_state")["flow"].sum()
    small, note = join_small(sizes, states), ""
    if small:
        ends = ["from_state", "to_state"]
        pair = pair.assign(**{end: pair[end].where(~pair[end].isin(small), OTHER) for end in ends})
        pair = pair.groupby(ends, as_index=False, sort=False)["flow"].sum()
        states, note = [*(s for s in states if s not in small), OTHER], joined_note(small)
    chart = plot_flows(
        pair.assign(flow=pair["flow"].clip(lower=0)), states=states, source=source,
        before=f"{date} {_date(before)}".strip(), after=f"{date} {_date(after)}".strip(),
        labels=names,
    )  # fmt: skip
    note = sentences([_joined(flows, before, after, date, since), IN_FIVES, note])
    return FigureToPublish("moves", title, chart, note=note)


def _joined(flows: Any, before: Any, after: Any, date: str, since: str) -> str:
    """Say which dates the picture joins, and which the table."""
    pairs = flows.table[["time", "until"]].drop_duplicates()
    many = int(flows.average["pairs"].max())
    first, last = _date(pairs["time"].iloc[0]), _date(pairs["until"].iloc[-1])
    name, clock = date.lower() or "date", f" since {since}" if since else ""
    text = f"The picture joins {name} {_date(before)} with {name} {_date(after)}{clock}"
    if len(pairs) == 1:
        return text
    if many < len(pairs):
        return f"{text}; the table below the {many} pairs of dates that are {FAR} apart"
    return f"{text}; the table below all {many} pairs of dates from {name} {first} to {last}"


def _date(value: Any) -> str:
    """Return a date as it was written; a whole number without decimals."""
    if isinstance(value, int | float | np.number):
        return f"{value:g}"
    return str(value.date()) if isinstance(value, pd.Timestamp) else str(value)
