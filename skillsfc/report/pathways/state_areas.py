"""Areas of states over time, as the sections on states draw them, and what their tables say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from skillsfc.report.brief.section import FigureToPublish
from skillsfc.report.charts import plot_state_areas
from skillsfc.report.pathways.grouping import one_column
from skillsfc.report.pathways.state_names import drawable
from skillsfc.report.pathways.words import period

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
        rows, group=group, states=states, step=True, unit=period(told.unit), labels=names,
        source=source,
    )  # fmt: skip
    return FigureToPublish(name, title, chart, note=note)
