"""What stands inside a fan chart: where the projection begins, and levels of another source."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from skillsfc.report.charts.style import ACCENT, MAIN, MUTED, text_colour
from skillsfc.report.charts.words import Scale, word
from skillsfc.schema import measure_column


def mark_start(ax: Axes, past: pd.DataFrame, text: str, scale: Scale, language: str) -> None:
    """Say where the projection begins, and the last value before it, clear of the line."""
    measure = measure_column(past)
    known = past.dropna(subset=[measure])
    year, value = known["year"].iloc[-1], known[measure].iloc[-1]
    rises = len(known) < 2 or value >= known[measure].iloc[max(-5, -len(known))]
    ax.axvline(year, color=MUTED, linewidth=0.7, linestyle=(0, (1, 2)), zorder=0.5)
    ax.annotate(
        f"{text} \N{RIGHTWARDS ARROW}", (year, 1), (4, -2), ("data", "axes fraction"),
        "offset points", fontsize=7, color=MUTED, va="top",
    )  # fmt: skip
    ax.annotate(
        f"{scale.text(value, language)} ({year})", (year, value), (-5, 5 if rises else -5),
        textcoords="offset points", ha="right", va="bottom" if rises else "top",
        fontsize=7.5, color=MAIN,
    )  # fmt: skip


def mark_other(
    ax: Axes, later: pd.DataFrame, scale: Scale, language: str, labels: Mapping[str, str] | None
) -> None:
    """Mark the other source's levels; their names stand left of the fan, where there is room."""
    measure = measure_column(later)
    known = later.dropna(subset=[measure])
    begin = float(np.asarray(ax.lines[-1].get_xdata(), dtype=float)[0])  # the dotted line
    place = _free_height(ax, begin)
    for name, rows in known.groupby("source"):
        ax.plot(
            rows["year"], rows[measure], "D", markersize=5.5, markerfacecolor="white",
            markeredgecolor=ACCENT, markeredgewidth=1.5, linestyle="none", zorder=5,
        )  # fmt: skip
        last = rows.iloc[-1]
        level = f"{scale.text(last[measure], language)} ({last['year']})"
        ax.annotate(
            f"{word(str(name), language, labels)}:\n{level}", (last["year"], last[measure]),
            (begin - 0.01 * float(np.diff(ax.get_xlim())[0]), place), ("data", "data"),
            ("data", "axes fraction"), ha="right", va="center", fontsize=7, linespacing=1.2,
            color=text_colour(ACCENT),
            arrowprops={"arrowstyle": "-", "color": ACCENT, "linewidth": 0.8, "shrinkA": 1,
                        "shrinkB": 4, "relpos": (1, 0.5)},
        )  # fmt: skip
        place += 0.13 if place < 0.5 else -0.13


def _free_height(ax: Axes, begin: float) -> float:
    """Return the height [axes fraction] farthest from the drawn history just before ``begin``."""
    low, high = ax.get_ylim()
    left, right = ax.get_xlim()
    heights = [1.0]  # the top belongs to the word that heads the projection
    for line in ax.lines[:-1]:
        years = np.asarray(line.get_xdata(), dtype=float)
        near = (years <= begin) & (years > begin - 0.4 * (right - left))
        values = np.asarray(line.get_ydata(), dtype=float)[near]
        heights += [(value - low) / (high - low) for value in values if np.isfinite(value)]
    places = (0.07, 0.25, 0.45, 0.65, 0.85)
    return max(places, key=lambda place: min(abs(place - height) for height in heights))
