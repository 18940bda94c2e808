"""One curve of a share over time: its steps, its band, its look and the number at its end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from skillsfc.errors import Problem, TableError
from skillsfc.report.charts.inputs import group_names, require, require_numbers
from skillsfc.report.charts.style import LINES, MEN, WOMEN, EndLabel
from skillsfc.report.charts.words import Scale

ROUNDING = 1e-9
PER_CENT = Scale(0.01, "per cent", 0, " %")
SEX_COLOURS = {"F": WOMEN, "M": MEN}
DASHED = ("-", (0, (5, 1.5)), (0, (2, 1.2)), (0, (5, 1.2, 1, 1.2)), (0, (1, 1)), (0, (8, 2)))


def curves_of(rows: Any, group: str | None, panel: str | None = None) -> dict[str, pd.DataFrame]:
    """Return the curves of a table by the values of a column, each in the order of time.

    Raises
    ------
    TableError
        If a column is missing, a time occurs twice in a curve, or there are over six curves.
    """
    keys = [*([panel] if panel else []), *([group] if group else []), "time"]
    rows = require(
        rows, [*keys, "probability"], subject="curves", measure="probability", unique=keys
    )
    require_numbers(rows, ["time"], subject="curves")
    outside = int(((rows["probability"] < -ROUNDING) | (rows["probability"] > 1 + ROUNDING)).sum())
    if outside:
        found = f"below 0 or above 1 in {outside} rows"
        step = "Per cent are divided by 100 before."
        raise TableError("curves", [Problem("column 'probability'", found, "shares of 0 to 1", "",
                                            step)])  # fmt: skip
    if not group:
        return {"": rows.sort_values("time", ignore_index=True)}
    curves = {
        str(code): own.sort_values("time", ignore_index=True)
        for code, own in rows.groupby(group_names(rows[group]), sort=False)
    }
    if len(curves) > len(LINES):
        found = f"{len(curves)} different values"
        problem = Problem(f"column {group!r}", found, "6 at most", next_step="Filter them before.")
        raise TableError("curves", [problem])
    return curves


def draw_curve(
    axes: Axes, curve: pd.DataFrame, *, colour: str, dash: Any, start: float, last: float,
    bands: bool, shift: float = 0.0,
) -> float:  # fmt: skip
    """Draw a curve from 0 to a last time, moved to the right, and return where it ends."""
    seen = curve[curve["time"] <= last]
    x = np.array([0.0, *seen["time"], last]) + shift
    ends = float(seen["probability"].iloc[-1]) if len(seen) else start
    y = np.array([start, *seen["probability"], ends])
    if bands and {"lower", "upper"} <= set(curve.columns) and len(seen):
        lower = np.array([start, *seen["lower"], seen["lower"].iloc[-1]])
        upper = np.array([start, *seen["upper"], seen["upper"].iloc[-1]])
        axes.fill_between(x, lower, upper, step="post", color=colour, alpha=0.16, linewidth=0)
    axes.step(x, y, where="post", color=colour, linewidth=1.5, linestyle=dash)
    return ends


def end_label(x: float, ends: float, name: str, colour: str, size: float = 7.5) -> EndLabel:
    """Return the number at the end of a curve, with the curve's name if it has one."""
    text = f"{PER_CENT.text(ends, unit=True)}" + (f"  {name}" if name else "")
    return EndLabel(x, ends, text, colour, size)
