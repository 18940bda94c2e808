"""Curves of kinds of events in panels, one a group, on one scale of time and height."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from skillsfc.errors import Problem, TableError
from skillsfc.report.charts.curve_lines import DASHED, curves_of, draw_curve, end_label
from skillsfc.report.charts.inputs import group_names
from skillsfc.report.charts.style import INK, LINES, label_ends
from skillsfc.report.charts.words import names_of_codes

MOST_PANELS = 4
GAP = 0.22  # between panels, as a part of a panel's width: room for the numbers at the ends
STEPS = (1, 2, 3, 6, 12, 24, 36, 48, 60, 120)


def split_panels(rows: pd.DataFrame, panel: str, group: str) -> dict[str, dict[str, pd.DataFrame]]:
    """Return the curves of each panel, by the codes of panels and of curves.

    Raises
    ------
    TableError
        As `curves_of`, and for more than four panels.
    """
    curves_of(rows, group, panel)  # every problem of the whole table
    codes = group_names(rows[panel])
    split = {str(code): curves_of(own, group) for code, own in rows.groupby(codes, sort=False)}
    if len(split) > MOST_PANELS:
        found = f"{len(split)} different values"
        step = "Filter them before, or name one kind of event: rows of one to_state."
        problem = Problem(f"column {panel!r}", found, f"{MOST_PANELS} at most", next_step=step)
        raise TableError("curves", [problem])
    return split


def draw_panels(
    axes: Axes,
    panels: Mapping[str, Mapping[str, pd.DataFrame]],
    *,
    last: float,
    bands: bool,
    titles: Mapping[str, str],
    names: Mapping[str, str],
) -> None:
    """Draw panels side by side; a kind of event has one colour and one dash in all of them."""
    kinds = list(dict.fromkeys(kind for curves in panels.values() for kind in curves))
    look = {kind: (LINES[at], DASHED[at]) for at, kind in enumerate(kinds)}
    top = _top(panels, last, bands)
    ticks, texts, ends = [], [], []
    for at, (code, curves) in enumerate(panels.items()):
        shift = at * last * (1 + GAP)
        axes.plot([shift, shift + last], [0, 0], color=INK, linewidth=0.7)
        axes.text(shift, 1.03 * top, titles[code], fontsize=8.5, fontweight="bold", va="bottom")
        for kind, curve in curves.items():
            colour, dash = look[kind]
            end = draw_curve(axes, curve, colour=colour, dash=dash, start=0.0, last=last,
                             bands=bands, shift=shift)  # fmt: skip
            ends.append(end_label(shift + last, end, "", colour, 7.0))
        marks = _marks(last, len(panels))
        ticks += [shift + mark for mark in marks]
        texts += [f"{mark:g}" for mark in marks]
    axes.set_xticks(ticks, labels=texts)
    axes.set(ylim=(0, top), xlim=(0, last * (len(panels) * (1 + GAP) - GAP)))
    axes.spines["bottom"].set_visible(False)
    handles = [Line2D([], [], color=c, linestyle=d, linewidth=1.5) for c, d in look.values()]
    axes.legend(
        handles, [names[kind] for kind in kinds], loc="lower left", bbox_to_anchor=(0, 1.09),
        ncols=min(3, len(kinds)), fontsize=7.5, handlelength=3.2, borderaxespad=0.2,
        columnspacing=1.2,
    )  # fmt: skip
    label_ends(axes, ends, gap=8.0)


def panel_names(
    panels: Mapping[str, Mapping[str, pd.DataFrame]],
    panel: str,
    group: str,
    language: str,
    labels: Mapping[str, str] | None,
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of panels and of curves."""
    kinds = list(dict.fromkeys(kind for curves in panels.values() for kind in curves))
    return (
        names_of_codes(list(panels), panel, language, labels),
        names_of_codes(kinds, group, language, labels),
    )


def _top(panels: Mapping[str, Mapping[str, Any]], last: float, bands: bool) -> float:
    """Return the end of the vertical axis: the next tenth above all that is drawn."""
    highest = 0.0
    for curves in panels.values():
        for curve in curves.values():
            seen = curve[curve["time"] <= last]
            upper = bands and {"lower", "upper"} <= set(curve.columns)
            column = "upper" if upper else "probability"
            highest = max(highest, float(np.nanmax([0.0, *seen[column]])))
    return min(1.0, float(np.ceil(10 * highest - 1e-9)) / 10 or 0.1)


def _marks(last: float, panels: int) -> list[float]:
    step = next((s for s in STEPS if last / s <= 8 / panels), last / 4 or 1.0)
    return [float(mark) for mark in np.arange(0, last + 1e-9, step)]
