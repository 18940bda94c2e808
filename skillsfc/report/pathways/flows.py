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
from skillsfc.report.pathways.grouping import FEW_GROUPS, doubtful, one_column
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
from skillsfc.report.pathways.words import period, say_count, say_time, sentences
from skillsfc.report.text import Facts, list_words

CHANCES, UNMATCHED, DESIGN = "chances_in_figures", "unmatched", "interviews"
RATES, CHECK = "rates_in_figures", "rates_check"
NOTE = "Rows: the state before. In brackets 95 % intervals, by person. *: fewer than 30 persons."


def write_flows(
    flows: Any,
    *,
    interval: float,
    name: str,
    unit: str = "months",
    source: str = "",
    labels: Mapping[str, str] | None = None,
    date: str = "Interview",
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

    Returns
    -------
    Section
        Figure ``moves`` (of all together only), table ``chances`` and, in the files, ``flows``,
        ``unmatched`` and the figures.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> panel = pd.DataFrame({"person": [1, 1, 2, 2, 3, 3], "quarter": [1, 2] * 3,
    ...                       "state": ["E", "E", "E", "U", "U", "E"]})
    >>> section = write_flows(sf.estimate_flows(panel), interval=3, name="Made up")
    >>> section.figures[0].title
    'Made up: moves between two dates 3 months apart'
    """
    set_, facts = flows.settings, Facts("flows")
    names = names_for(set_.states, labels)
    apart = f"{interval:g} {period(unit, interval)}"
    rows, group = one_column(flows.average, set_.group)
    rows = by_state(rows, ["from_state", "to_state"], set_.states)
    rows = rows.assign(to_state=[names[str(state)] for state in rows["to_state"]])
    keys = [*([group] if group else []), "from_state"]
    made = table_estimates(rows, rows=keys, by="to_state", measure="probability", names=names)
    title = f"Chance to be in each state {apart} later, per cent, all dates together"
    heads = {"from_state": "now"}
    paragraphs = (
        *(() if group else (_leavers(flows, interval, unit, names, facts),)),
        _matched(flows.unmatched, facts),
    )
    tables = (
        TableToPublish("chances", title, made, NOTE, labels=heads),
        TableToPublish(CHANCES, f"{title}: the figures", flows.average, show=False),
        TableToPublish("flows", "Gross flows between all dates", flows.table, show=False),
        TableToPublish(UNMATCHED, "Persons found and not found at the next date", flows.unmatched,
                       show=False),
        TableToPublish(DESIGN, "Interviews of the same persons", _design(flows, interval, unit),
                       show=False),
    )  # fmt: skip
    figures = () if group else (_picture(flows, f"{name}: moves between two dates {apart} apart",
                                         date, source, names),)  # fmt: skip
    kept = tuple(text for text in paragraphs if text)
    return Section("flows", kept, facts, figures, tables, " ".join(kept[:1]))


def write_continuous_rates(
    rates: Any,
    *,
    unit: str = "months",
    labels: Mapping[str, str] | None = None,
) -> Section:
    """Write how fast people move, if moves between the dates are put back; or why none can be told.

    Parameters
    ----------
    rates : ContinuousRates or SkillsfcError
        Outcome of `skillsfc.to_continuous_rates`, of all or by group, or its refusal.
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
    table = rates.table.assign(per_hundred=100 * rates.table["hazard"])
    known = table[np.isfinite(table["hazard"])]
    reasons = sentences(rates.notes)
    checks = rates.diagnostics.drop(columns=["eigenvalues", "distance"])
    if known.empty:
        text = (
            "These chances cannot come from constant rates in continuous time: the dates are too "
            "far apart for the pace of moves, or persons differ, or answers err. No rates are "
            "given."
        )
        why = TableToPublish(CHECK, "Why there are no such rates", checks)
        return Section("continuous_rates", (text,), facts, (), (why,), text)
    group_columns = list(known.columns[: known.columns.get_loc("from_state")])
    rows, group = one_column(known, group_columns)
    rows = by_state(rows, ["from_state", "to_state"], rates.settings.states)
    rows = rows.assign(
        unit="rate", value=100 * rows["hazard"], lower=100 * rows["lower"],
        upper=100 * rows["upper"],
    )  # fmt: skip
    keys = [*([group] if group else []), "from_state", "to_state"]
    made = table_estimates(rows, rows=keys, measure="value", decimals=2, names=names)
    made = made.rename(columns={"value": f"moves per 100 and {one}"})
    paragraphs = (_fastest(known, one, names, facts),) if not group_columns else ()
    title = f"Moves per 100 persons in the state and {one}, in continuous time"
    note = f"In brackets 95 % intervals. Check of the chances: {reasons}"
    tables = (
        TableToPublish("rates", title, made, note,
                       labels={"from_state": "from", "to_state": "to"}),
        TableToPublish(CHECK, "Whether such rates exist", checks, show=False),
        TableToPublish(RATES, f"{title}: the figures, per person", table,
                       show=False),
    )  # fmt: skip
    return Section("continuous_rates", paragraphs, facts, (), tables, " ".join(paragraphs[:1]))


def _leavers(flows: Any, interval: float, unit: str, names: Mapping[str, str], facts: Facts) -> str:
    """Say how many of each state, or of the most and least lasting, are there again."""
    stay = by_state(flows.average, ["from_state"], flows.settings.states)
    stay = stay[stay["from_state"] == stay["to_state"]]
    stay = stay[np.isfinite(stay["probability"])]
    if stay.empty:
        return ""
    if len(stay) > FEW_GROUPS:
        ordered = stay.sort_values("probability", ascending=False)
        stay = ordered.iloc[[0, -1]]
    never = _never_again(flows, names)
    when = say_time(facts, "time between dates", interval, unit, table=DESIGN)
    said = []
    for row in stay.to_dict("records"):
        share = facts.add(f"again in {row['from_state']}", row["probability"], "percent",
                          table=CHANCES)  # fmt: skip
        said.append(f"{share} of those in {inside(names[str(row['from_state'])])}{doubtful(row)}")
    verb = "is" if len(said) == 1 else "are"
    return f"In the same state {when} later {verb} {list_words(said)}.{never}"


def _never_again(flows: Any, names: Mapping[str, str]) -> str:
    """Name the states from which nobody was found at a next date."""
    chance = flows.average.groupby("from_state")["probability"].max()
    gone = [inside(names[str(state)]) for state in chance.index[chance.isna()]]
    if not gone:
        return ""
    return f" Nobody seen in {list_words(gone)} was found again, so that no chance is known there."


def _design(flows: Any, interval: float, unit: str) -> pd.DataFrame:
    """Return what the estimate rests on: time between dates, interviews matched and not."""
    counts = flows.unmatched.groupby("kind")["count"].sum()
    matched, lost = (float(counts.get(kind, 0)) for kind in ("matched", "lost"))
    first = matched + lost
    rows = [
        ("time between dates", float(interval), period(unit)),
        ("interviews with a next date", first, "count"),
        ("not found at the next date", lost, "count"),
        ("part not found", lost / first if first else np.nan, "share"),
        ("found at a next date only", float(counts.get("entered", 0)), "count"),
    ]
    return pd.DataFrame(rows, columns=["figure", "value", "unit"])


def _matched(unmatched: pd.DataFrame, facts: Facts) -> str:
    """Say how many could not be found again."""
    counts = unmatched.groupby("kind")["count"].sum()
    matched, lost, new = (int(counts.get(kind, 0)) for kind in ("matched", "lost", "entered"))
    if not lost and not new:
        everyone = say_count(facts, "interviews with a next date", matched, "interview",
                             table=DESIGN)  # fmt: skip
        return f"All {everyone} were followed by one of the same person at the next date."
    first = say_count(facts, "interviews with a next date", matched + lost, "interview",
                      table=DESIGN)  # fmt: skip
    gone = facts.add("not found at the next date", lost, "count", table=DESIGN)
    part = facts.add("part not found", lost / (matched + lost), "percent", table=DESIGN)
    came = facts.add("found at a next date only", new, "count", table=DESIGN)
    return (
        f"Of {first}, {gone} ({part}) {'was' if lost == 1 else 'were'} not followed by one of the "
        f"same person at the next date; {came} {'comes' if new == 1 else 'come'} from persons not "
        "seen at the date before. The moves are those of persons found at both."
    )


def _picture(
    flows: Any, title: str, date: str, source: str, names: Mapping[str, str]
) -> FigureToPublish:
    """Draw the pair of dates in the middle; small states are joined where there are many."""
    dates = list(dict.fromkeys(flows.table["time"]))
    pair = flows.table[flows.table["time"] == dates[len(dates) // 2]]
    before, after = pair["time"].iloc[0], pair["until"].iloc[0]
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
    return FigureToPublish("moves", title, chart, note=note)


def _date(value: Any) -> str:
    """Return a date as it was written; a whole number without decimals."""
    if isinstance(value, int | float | np.number):
        return f"{value:g}"
    return str(value.date()) if isinstance(value, pd.Timestamp) else str(value)


def _fastest(known: pd.DataFrame, one: str, names: Mapping[str, str], facts: Facts) -> str:
    """Say which move is the fastest."""
    row = known.loc[known["hazard"].idxmax()]
    if row["hazard"] <= 0:
        return "Nobody moved, so that all rates are zero."
    what = f"{row['from_state']} to {row['to_state']}"
    rate = facts.add(what, row["per_hundred"], "time", table=RATES)
    where = inside(names[str(row["from_state"])])
    return (
        f"The fastest move is from {where} to {inside(names[str(row['to_state'])])}: for every "
        f"hundred persons in {where} at a time, {rate} such moves a {one}, those between the dates "
        "included."
    )
