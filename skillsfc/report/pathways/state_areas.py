"""Areas of states over time, as the sections draw them, and what few persons stand behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from skillsfc.report.brief.section import FigureToPublish
from skillsfc.report.charts import plot_state_areas
from skillsfc.report.pathways.grouping import one_column
from skillsfc.report.pathways.state_names import drawable, names_for
from skillsfc.report.pathways.words import period, sentences
from skillsfc.report.withholding import CONFIDENTIAL, FEWEST, withhold

FEW = "not shown apart"
FEW_NOTE = (
    "Where one to nine persons are in a state at a time, it is not shown apart then, nor is the "
    "next smallest, which would tell it"
)
FLAGS = (
    "In brackets 95 % intervals. *: resting on fewer than 30 persons, or nobody is seen there any "
    "more; ..: nobody is in sight at all; 0.0 without an interval: nobody was there."
)


def state_areas(
    name: str, title: str, table: pd.DataFrame, told: Any, names: Mapping[str, str], source: str
) -> FigureToPublish:
    """Return the picture of state probabilities, a panel a group; small states are joined."""
    rows, group = one_column(table, told.group)
    keys = [*([group] if group else []), "time"]
    rows, states, note = drawable(rows, measure="probability", states=told.states, keys=keys)
    chart = plot_state_areas(
        rows, group=group, states=states, every=told.states, step=True, unit=period(told.unit),
        labels=names, source=source,
    )  # fmt: skip
    last = rows["time"].max()
    return FigureToPublish(name, title, chart, note=sentences([_written(last, told.unit), note]))


def withhold_parts(table: pd.DataFrame, group: Sequence[str]) -> pd.DataFrame:
    """Return the parts of persons in each state without those of one to nine persons.

    With a part alone in its period goes the next smallest, which would give it back.

    Examples
    --------
    >>> told = pd.DataFrame({"period": 1, "state": list("abc"), "share": [0.05, 0.25, 0.7],
    ...                      "persons": [5, 25, 70], "reliability": ""})
    >>> withhold_parts(told, [])["share"].tolist()
    [nan, nan, 0.7]
    """
    few = table["persons"].between(1, FEWEST - 1)
    flagged = table.assign(reliability=table["reliability"].mask(few, CONFIDENTIAL))
    return withhold(flagged, whole=[*group, "period"], size="persons")


def part_areas(
    name: str, title: str, table: pd.DataFrame, told: Any, unit: str, source: str,
    labels: Mapping[str, str] | None,
) -> FigureToPublish | None:  # fmt: skip
    """Return the picture of observed parts; states of few persons at a time are one area.

    Parameters
    ----------
    name, title, unit, source : str
        Of the picture; the unit of a period, in the plural.
    table : DataFrame
        As `withhold_parts` returns it.
    told : Any
        Settings of the distribution: ``states, group``.
    labels : mapping of str to str, optional
        Plain names of states.
    """
    rows, group = one_column(table, told.group)
    keys = [*([group] if group else []), "period"]
    hidden = rows["share"].isna()
    if hidden.all():
        return None
    told_rows = rows[~hidden]
    rows, states, note = drawable(told_rows, measure="share", states=told.states, keys=keys)
    seen = [state for state in states if state in set(rows["state"])]
    few = ""
    if hidden.any():
        rest = _rest(rows, keys)
        rows, seen = pd.concat([rows, rest], ignore_index=True), [*seen, FEW]
        few = f"{FEW_NOTE}."
    chart = plot_state_areas(
        rows, group=group, states=seen, every=told.states, unit=period(unit), source=source,
        labels=names_for(seen, labels),
    )  # fmt: skip
    written = _written(rows["period"].max(), unit)
    return FigureToPublish(name, title, chart, note=sentences([written, few, note]))


def _rest(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return what is missing to the whole of each period: the states withheld, together."""
    sums = rows.groupby(keys, as_index=False, sort=False, dropna=False)["share"].sum()
    return sums.assign(state=FEW, share=(1 - sums["share"]).clip(lower=0))


def _written(last: float, unit: str) -> str:
    """Say of what time the numbers in a picture are."""
    return f"The numbers in the areas are those at the right end, {period(unit, 1)} {last:g}"
