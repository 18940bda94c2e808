"""The number at risk under a curve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from skillsfc.report.charts.style import INK, MUTED

FEWEST_SHOWN = 10  # fewer at risk are not counted out in print


def risk_table_under(
    axes: Axes,
    curves: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
    unit: str,
    *,
    whole: bool,
) -> None:
    """Write the number at risk at each tick under the axis, a line a curve."""
    low, high = axes.get_xlim()
    ticks = [float(tick) for tick in axes.get_xticks() if low <= tick <= high]
    # Empty lines of the axis title keep room for the table in the layout.
    axes.set_xlabel("\n" * (len(curves) + 2), color=MUTED, fontsize=7.2)
    frame: dict[str, Any] = {"textcoords": "offset points", "va": "baseline"}
    axes.annotate(unit, (0.5, 0), (0, -24), "axes fraction", ha="center", color=MUTED, fontsize=8,
                  **frame)  # fmt: skip
    axes.annotate("At risk", (0, 0), (-22, -24), "axes fraction", ha="right", color=MUTED,
                  fontsize=7, **frame)  # fmt: skip
    for at, (code, curve) in enumerate(curves.items()):
        down = -36 - 11.0 * at
        axes.annotate(names[code], (0, 0), (-22, down), "axes fraction", ha="right", fontsize=7,
                      color=INK, **frame)  # fmt: skip
        for tick in ticks:
            place = (tick, 0), (0, down), ("data", "axes fraction")
            text = count_at(curve, tick, whole=whole)
            axes.annotate(text, *place, ha="center", fontsize=7, color=INK, annotation_clip=False,
                          **frame)  # fmt: skip


def count_at(curve: pd.DataFrame, time: float, *, whole: bool) -> str:
    """Return the number at risk at a time, empty where the table does not tell.

    A table of every time has it at the next time, as nobody left in between; a table of chosen
    times has it at those only. After the last time, it is who is left then.
    """
    later = curve[curve["time"] >= time]
    if len(later) and (whole or float(later["time"].iloc[0]) == time):
        count = float(later["at_risk"].iloc[0])
    elif not len(later) and whole and {"events", "censored"} <= set(curve.columns):
        last = curve.iloc[-1]
        count = float(last["at_risk"] - last["events"] - last["censored"])
    else:
        return ""
    return f"<{FEWEST_SHOWN}" if 0 < count < FEWEST_SHOWN else f"{count:,.0f}"
