"""Bars: people who reach working age a year beside jobs created a year."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from skillsfc.report.charts.inputs import require
from skillsfc.report.charts.style import (
    ACCENT,
    INK,
    LINES,
    MAIN,
    MUTED,
    PALE,
    drawing,
    dress,
)
from skillsfc.report.charts.words import (
    Scale,
    axis_title,
    check_language,
    footer,
    inner,
    scale_of,
    tick_scale,
    word,
)


def plot_entrants(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw people reaching working age a year beside jobs created a year, period by period.

    Use it to say whether jobs keep pace with people. A projected period is hatched; the interval
    of the jobs is a thin line with ends.

    Parameters
    ----------
    table : DataFrame
        ``year, indicator, value, status`` with indicators such as entrants, leavers and jobs
        [persons per year]; optionally ``lower, upper, level`` and ``note`` naming the period.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, source : str, optional
        Title and source line.
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and of the chart's own words.
    labels : mapping of str, optional
        Text to show in place of an indicator or a word.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError
        If a column is missing, or a year and indicator occur twice.
    CoverageError
        If the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame({"year": [2017, 2017, 2030, 2030],
    ...     "indicator": ["entrants", "jobs"] * 2, "value": [6e5, 1.1e5, 6.4e5, 1.3e5],
    ...     "lower": [None, None, None, 0.4e5], "upper": [None, None, None, 2.2e5],
    ...     "status": ["estimated", "observed", "projected", "projected"]})
    >>> plot_entrants(flows).get_xlabel()
    'Thousand persons per year'
    """
    check_language(language)
    rows, scale = _entrant_rows(table)
    with drawing(
        ax,
        height=0.9 + 0.34 * (len(rows) + rows["_period"].nunique()),
        title=title,
        footer=footer(source, table, language=language),
        alt=alt_entrants(table, labels=labels),
        language=language,
    ) as axes:
        dress(axes, grid="x")
        _entrant_bars(axes, rows, scale, language, labels)
        axes.set_xlabel(axis_title(scale, None, language, labels), color=MUTED)
        ends = rows[["value", "lower", "upper"]].to_numpy()
        axes.set_xlim(1.2 * min(0.0, np.nanmin(ends)), 1.15 * max(0.0, np.nanmax(ends)))
        axes.set_ylim(float(rows["_place"].max()) + 0.6, -1.0)
        axes.spines["left"].set_visible(False)
        ticks = tick_scale(scale, axes.get_xticks())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: ticks.text(x, language)))
    return axes


def alt_entrants(table: pd.DataFrame, *, labels: Mapping[str, str] | None = None) -> str:
    """Return the bars in words, period by period, with the interval where there is one (English).

    Parameters
    ----------
    table, labels
        As in `plot_entrants`.

    Examples
    --------
    >>> import pandas as pd
    >>> print(alt_entrants(pd.DataFrame({"year": [2017, 2017], "indicator": ["entrants", "jobs"],
    ...     "value": [6e5, 1.1e5], "status": "observed", "note": "2007-2017"})))
    Bars of thousand persons per year. 2007-2017: reaching working age 600; jobs created (net
    change) 110.
    """
    rows, scale = _entrant_rows(table)
    text = f"Bars of {scale.unit}."
    for period, group in rows.groupby("_period", sort=False):
        parts = []
        for row in group.to_dict("records"):
            part = f"{inner(word(row['indicator'], 'en', labels))[:-2]} {scale.text(row['value'])}"
            if np.isfinite(row["lower"]) and np.isfinite(row["upper"]):
                part += f" ({_level_text(row)}{_interval_text(row, scale, 'en')[2:]}"
            parts.append(part)
        projected = " (projected)" if (group["status"] == "projected").any() else ""
        text += f" {period}{projected}: {'; '.join(parts)}."
    return text


def _level_text(row: Mapping[str, float]) -> str:
    level = row.get("level", np.nan)
    return f"{100 * level:g} % interval" if np.isfinite(level) else "interval"


def _entrant_rows(table: pd.DataFrame) -> tuple[pd.DataFrame, Scale]:
    rows = require(
        table,
        ["year", "indicator", "value", "status"],
        subject="entrants and jobs",
        measure="value",
        unique=["year", "indicator"],
    )
    for name in ("lower", "upper"):
        rows[name] = pd.to_numeric(rows[name]) if name in rows.columns else np.nan
    rank = {"entrants": 0, "leavers": 1, "jobs": 2}
    rows["_rank"] = rows["indicator"].map(lambda name: rank.get(name, 3))
    rows = rows.sort_values(["year", "_rank", "indicator"], ignore_index=True)
    rows["_period"] = rows["note"] if "note" in rows.columns else rows["year"].astype("str")
    # One empty place before each period holds its heading.
    rows["_place"] = rows.index + rows["year"].rank(method="dense").astype(int) - 1.0
    return rows, scale_of("persons per year", rows[["value", "lower", "upper"]].to_numpy().ravel())


def _entrant_bars(
    ax: Axes,
    rows: pd.DataFrame,
    scale: Scale,
    language: str,
    labels: Mapping[str, str] | None,
) -> None:
    colours = {"entrants": MAIN, "leavers": PALE, "jobs": ACCENT}
    for row in rows.to_dict("records"):
        colour = colours.get(row["indicator"], LINES[4])
        ahead = row["status"] == "projected"
        ax.barh(
            row["_place"], row["value"], height=0.72, facecolor="white" if ahead else colour,
            edgecolor=colour, hatch="//////" if ahead else None, linewidth=1.0,
        )  # fmt: skip
        reach = max(0.0, row["value"], row["upper"] if np.isfinite(row["upper"]) else 0.0)
        if np.isfinite(row["lower"]) and np.isfinite(row["upper"]):
            ends = [[row["value"] - row["lower"]], [row["upper"] - row["value"]]]
            ax.errorbar(row["value"], row["_place"], xerr=ends, color=INK, linewidth=1.1, capsize=3)
        ax.annotate(
            scale.text(row["value"], language) + _interval_text(row, scale, language),
            (reach, row["_place"]), (4, 0), fontsize=8, textcoords="offset points", va="center",
            fontweight="bold", bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )  # fmt: skip
    ax.axvline(0, color=MUTED, linewidth=0.8)
    names = [word(name, language, labels) for name in rows["indicator"]]
    ax.set_yticks(rows["_place"], labels=names)
    for period, group in rows.groupby("_period", sort=False):
        ahead = (group["status"] == "projected").any()
        text = f"{period} ({word('Projection', language, labels).lower()})" if ahead else period
        ax.annotate(
            text, (0, group["_place"].min() - 0.62), (4, 0), ("data", "data"), "offset points",
            fontsize=8, fontweight="bold", color=MUTED, va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )  # fmt: skip


def _interval_text(row: Mapping[str, float], scale: Scale, language: str) -> str:
    if not (np.isfinite(row["lower"]) and np.isfinite(row["upper"])):
        return ""
    return f" ({scale.text(row['lower'], language)} to {scale.text(row['upper'], language)})"
