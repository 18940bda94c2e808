"""What a chart of areas draws: its rows, checked, and the heights of each panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from skillsfc.errors import Problem, TableError, listing
from skillsfc.report.charts.inputs import group_names, require, require_keys, require_numbers
from skillsfc.report.charts.style import SEGMENTS, segment_colours

ROUNDING = 0.005
TIMES = ("time", "period", "month", "quarter", "year")
MEASURES = ("share", "probability")
DRAWN = "drawn"


@dataclass(frozen=True)
class Panels:
    """Rows of a chart of areas, and what its axes are.

    Parameters
    ----------
    rows : DataFrame
        The caller's rows.
    time, value, height : str
        Columns of the horizontal axis, of the parts, and of the heights of their areas.
    states, groups : list of str
        Areas from below, panels from the left.
    colours : list of str
        Of the states.
    """

    rows: pd.DataFrame
    time: str
    value: str
    height: str
    states: list[str]
    groups: list[str]
    colours: list[str]


def panels_of(
    table: Any,
    group: str | None,
    states: Sequence[str] | None,
    every: Sequence[str] | None = None,
) -> Panels:
    """Return the rows of a chart of areas, checked as `plot_state_areas` says."""
    columns = [] if not isinstance(table, pd.DataFrame) else list(table.columns)
    time = next((name for name in TIMES if name in columns), TIMES[0])
    value = next((name for name in MEASURES if name in columns), MEASURES[0])
    height = DRAWN if DRAWN in columns else value
    keys = [*([group] if group else []), time, "state"]
    rows = require(table, [*keys, value], subject="states over time", measure=value, unique=keys)
    require_numbers(rows, [time, height], subject="states over time")
    rows["state"] = rows["state"].astype("str")
    rows["_panel"] = group_names(rows[group]) if group else ""
    present = list(dict.fromkeys(rows["state"]))
    if states is not None:
        require_keys(states, present, subject="states over time", where="states", some=True)
    shown = present if states is None else list(states)
    groups = list(dict.fromkeys(rows["_panel"]))
    panels = Panels(rows, time, value, height, shown, groups, segment_colours(shown, every))
    problems = []
    if len(shown) > len(SEGMENTS):
        step = "Join some before, or name those to show in states=."
        problems.append(Problem("states", f"{len(shown)}: {listing(shown)}", "8 at most",
                                next_step=step))  # fmt: skip
    sums = rows.groupby(["_panel", time], sort=False)[height].sum()
    if (sums > 1 + ROUNDING).any():
        found = f"add up to {sums.max():.3f} at one time"
        step = "Filter to one group, or name it in group=."
        problems.append(Problem(f"column {height!r}", found, "1 at most", next_step=step))
    if problems:
        raise TableError("states over time", problems)
    return panels


def parts_of(panels: Panels, code: str, column: str = "") -> pd.DataFrame:
    """Return the heights of one panel, or another column: a row a time, a column a state."""
    own = panels.rows[panels.rows["_panel"] == code]
    values = own.set_index([panels.time, "state"])[column or panels.height]
    wide = values.unstack("state").sort_index().reindex(columns=panels.states)  # noqa: PD010
    return wide if column else wide.fillna(0.0)
