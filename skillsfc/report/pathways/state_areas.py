"""Areas of states over time, as the sections draw them, and what few persons stand behind.

One rule for all shares of persons in a state at a time: a share that rests on one to nine persons
(counted in the state, or observed in it then where the share is a probability) is not told, nor is
the next smallest, which would tell it; a probability of a state in which nobody is observed any
more is what it was when few were, and not told either. Areas are drawn in fives of persons instead,
so that no state drops out of a picture for a month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from skillsfc.report.brief.section import FigureToPublish
from skillsfc.report.charts import plot_state_areas
from skillsfc.report.pathways.grouping import ROUNDING, one_column
from skillsfc.report.pathways.state_names import drawable, names_for
from skillsfc.report.pathways.words import code_text, period, sentences
from skillsfc.report.text import list_words
from skillsfc.report.withholding import CONFIDENTIAL, FEWEST, withhold

FIVE = 5  # persons: where one to nine are, an area of none, five or ten is drawn
DRAWN_LEAST = 20 * FIVE  # persons: of fewer, areas in fives are stairs and little else
IN_FIVES = "Areas are drawn in fives of persons, so that one or two need not show"
NO_AREAS = (
    "There is no picture of the states over time: areas are drawn in fives of persons, and "
    "fewer than a hundred are followed, in all or in one of the groups."
)
FLAGS = (
    "In brackets 95 % intervals. *: fewer than 30 persons are followed by then, in whatever state; "
    "..c: one to nine persons are in that state, or were when last seen, or the number would give "
    "such a share away; ..: nobody is in sight at all; 0.0 without an interval: nobody was there."
)


def withhold_parts(table: pd.DataFrame, group: Sequence[str]) -> pd.DataFrame:
    """Return the shares of states without those of one to nine persons.

    With a share alone in its period goes the next smallest, which would give it back.

    Parameters
    ----------
    table : DataFrame
        ``state``, ``period`` and ``persons`` in the state, or ``time`` and ``at_risk`` in it;
        shares, their errors, ``reliability``.
    group : sequence of str
        Columns of the groups.

    Examples
    --------
    >>> told = pd.DataFrame({"period": 1, "state": list("abc"), "share": [0.05, 0.25, 0.7],
    ...                      "persons": [5, 25, 70], "reliability": ""})
    >>> withhold_parts(told, [])["share"].tolist()
    [nan, nan, 0.7]
    """
    time, count = _columns(table)
    few = table[count].between(1, FEWEST - 1)
    if "probability" in table.columns:
        few |= (table[count] == 0) & (table["probability"] > ROUNDING)
    flagged = table.assign(reliability=table["reliability"].mask(few, CONFIDENTIAL))
    return withhold(flagged, whole=[*group, time], size=count)


def state_areas(
    name: str, title: str, table: pd.DataFrame, told: Any, names: Mapping[str, str], source: str
) -> FigureToPublish | None:
    """Return the picture of state probabilities, as `part_areas` does of observed parts."""
    return part_areas(name, title, table, told, told.unit, source, names)


def part_areas(
    name: str, title: str, table: pd.DataFrame, told: Any, unit: str, source: str,
    labels: Mapping[str, str] | None,
) -> FigureToPublish | None:  # fmt: skip
    """Return the picture of the parts in each state, a panel a group; small states are joined.

    Parameters
    ----------
    name, title, unit, source : str
        Of the picture; the unit of time.
    table : DataFrame
        ``state``, ``period, share, persons`` or ``time, probability, at_risk``, nothing withheld.
    told : Any
        Settings of the estimate: ``states, group``.
    labels : mapping of str to str, optional
        Plain names of states.

    Returns
    -------
    FigureToPublish or None
        None where fewer than a hundred persons are followed in every group.
    """
    rows, group = one_column(table, told.group)
    by, (time, count) = [group] if group else [], _columns(table)
    measure = "probability" if "probability" in rows else "share"
    kept = _long_followed(rows, group, time, count)
    if kept.empty:
        return None
    ended = [_end_note(rows, kept, group, time)]
    parts, states, note = drawable(
        kept, measure=measure, count=count, states=told.states, keys=[*by, time],
    )  # fmt: skip
    drawn = in_fives(parts, [*by, time], measure, count, states)
    shown = withhold_parts(drawn.assign(reliability=""), by)
    chart = plot_state_areas(
        shown, group=group, states=states, every=told.states, step=True, unit=period(unit),
        labels=names_for(states, labels), source=source,
    )  # fmt: skip
    written = f"{_written(kept[time].max(), unit)}. {IN_FIVES}"
    return FigureToPublish(name, title, chart, note=sentences([written, *ended, note]))


def in_fives(
    rows: pd.DataFrame, keys: Sequence[str], measure: str, count: str, states: Sequence[str]
) -> pd.DataFrame:
    """Return rows with ``drawn``: parts whose sums from the first state on are whole fives.

    Rounding the sums, not the parts, keeps every boundary within three persons of where it is.

    Examples
    --------
    >>> told = pd.DataFrame({"time": 1, "state": list("abc"), "share": [0.04, 0.28, 0.68],
    ...                      "persons": [4, 28, 68]})
    >>> in_fives(told, ["time"], "share", "persons", list("abc"))["drawn"].round(6).tolist()
    [0.05, 0.25, 0.7]
    """
    order = {state: place for place, state in enumerate(states)}
    made = rows.assign(_place=rows["state"].astype("str").map(order))
    made = made.sort_values([*keys, "_place"], kind="stable")
    by = [made[name] for name in keys]
    five = FIVE / made.groupby(by, dropna=False)[count].transform("sum")
    up_to = made.groupby(by, dropna=False)[measure].cumsum()
    rounded = ((up_to / five).round() * five).clip(upper=1.0)
    whole = up_to.groupby(by, dropna=False).transform("max")
    last = made.groupby(by, dropna=False)["_place"].transform("max") == made["_place"]
    rounded = rounded.mask(last, whole).clip(upper=whole)
    below = rounded.groupby(by, dropna=False).shift(fill_value=0.0)
    return made.assign(drawn=(rounded - below).clip(lower=0.0)).drop(columns="_place")


def _columns(table: pd.DataFrame) -> tuple[str, str]:
    """Return the columns of time and of the persons in a state."""
    return ("time", "at_risk") if "time" in table.columns else ("period", "persons")


def _long_followed(rows: pd.DataFrame, group: str | None, time: str, count: str) -> pd.DataFrame:
    """Return the rows of each group from its first time with enough persons to its last."""
    kept = []
    for _, own in rows.groupby(group, sort=False, dropna=False) if group else [("", rows)]:
        enough = own.groupby(time)[count].sum() >= DRAWN_LEAST
        begun = enough.cummax()
        good = begun & ~(begun & ~enough).cummax()
        kept.append(own[own[time].isin(good.index[good])])
    return pd.concat(kept)


def _end_note(rows: pd.DataFrame, kept: pd.DataFrame, group: str | None, time: str) -> str:
    """Say where the areas end before the observations do, and which groups have none."""
    gone = [] if group is None else [
        code_text(value) for value in rows[group].unique() if value not in set(kept[group])
    ]  # fmt: skip
    notes = [f"No picture of {list_words(gone)}: fewer than a hundred persons"] if gone else []
    if kept[time].max() < rows[time].max() or kept[time].min() > rows[time].min():
        notes.append("The areas show the times at which a hundred or more are followed")
    return ". ".join(notes)


def _written(last: float, unit: str) -> str:
    """Say of what time the numbers in a picture are."""
    return f"The numbers in the areas are those at the right end, {period(unit, 1)} {last:g}"
