"""Curves of survival and of incidence, with the number at risk under them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from skillsfc.errors import Problem, TableError
from skillsfc.report.charts.inputs import group_names, require, require_numbers
from skillsfc.report.charts.risk_table import risk_table_under
from skillsfc.report.charts.style import (
    LINES,
    MEN,
    MUTED,
    WOMEN,
    EndLabel,
    drawing,
    dress,
    label_ends,
    unit_above,
)
from skillsfc.report.charts.words import (
    Scale,
    axis_title,
    check_language,
    footer,
    inner,
    names_of_codes,
    word,
)

PER_CENT = Scale(0.01, "per cent", 0, " %")
SEX_COLOURS = {"F": WOMEN, "M": MEN}
DASHED = ("-", (0, (5, 1.5)), (0, (2, 1.2)), (0, (5, 1.2, 1, 1.2)), (0, (1, 1)), "-")


def plot_survival(
    table: Any,
    *,
    group: str | None = None,
    unit: str = "months",
    bands: bool = True,
    risk_table: bool = True,
    until: float | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw the part still waiting over time, with its band and the number at risk.

    Use it for `skillsfc.estimate_survival`. A step is where an event was seen.

    Parameters
    ----------
    table : DataFrame or Result
        ``time, probability`` [0-1], and if there ``lower, upper, at_risk``.
    group : str, optional
        Column with a curve for each of its values, six at most.
    unit : str
        Unit of time, for the axis.
    bands : bool
        Shade the intervals.
    risk_table : bool
        Write the number at risk under the time axis; fewer than ten are written as "<10".
    until : float, optional
        End of the time axis [unit].
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, quantity, source : str, optional
        Title; what the curve is of, for the axis; source line.
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and names.
    labels : mapping of str, optional
        Text to show in place of a code.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError
        If a column is missing, a time occurs twice in a curve, or there are over six curves.
    CoverageError
        If the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> drawn = plot_survival(pd.DataFrame({"time": [2.0, 5.0], "probability": [0.8, 0.5],
    ...                                     "at_risk": [50, 31]}))
    >>> drawn.alt_text
    'Curves of per cent over time. 80 at 2, 50 at 5.'
    """
    return _plot(
        table, group, start=1.0, unit=unit, bands=bands, risk_table=risk_table, until=until,
        ax=ax, title=title, quantity=quantity, source=source, language=language, labels=labels,
    )  # fmt: skip


def plot_incidence(
    table: Any,
    *,
    group: str | None = "to_state",
    unit: str = "months",
    bands: bool = True,
    risk_table: bool = False,
    until: float | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw the part who have had an event by each time, a curve for each kind of event or group.

    Use it for `skillsfc.estimate_cumulative_incidence`.

    Parameters
    ----------
    table, unit, bands, until, ax, title, quantity, source, language, labels
        As in `plot_survival`.
    group : str, optional
        Column with a curve for each of its values; by default the kind of event.
    risk_table : bool
        Write the number at risk under the time axis.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError, CoverageError
        As `plot_survival`.

    Examples
    --------
    >>> import pandas as pd
    >>> drawn = plot_incidence(pd.DataFrame({"time": [2.0, 5.0], "to_state": "job",
    ...                                      "probability": [0.2, 0.5]}))
    >>> drawn.alt_text
    'Curves of per cent over time. job: 20 at 2, 50 at 5.'
    """
    return _plot(
        table, group, start=0.0, unit=unit, bands=bands, risk_table=risk_table, until=until,
        ax=ax, title=title, quantity=quantity, source=source, language=language, labels=labels,
    )  # fmt: skip


def alt_curves(
    table: Any,
    *,
    group: str | None = None,
    quantity: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return curves in words: each at the middle and the end of its time (English).

    Parameters
    ----------
    table, group, quantity, labels
        As in `plot_survival`.

    Examples
    --------
    >>> import pandas as pd
    >>> alt_curves(pd.DataFrame({"time": [2.0, 5.0], "probability": [0.8, 0.5]}))
    'Curves of per cent over time. 80 at 2, 50 at 5.'
    """
    curves = _curves(table, group)
    names = names_of_codes(list(curves), group or "", "en", labels)
    text = f"Curves of {inner(quantity)}per cent over time."
    for code, curve in curves.items():
        ends = curve.iloc[sorted({(len(curve) - 1) // 2, len(curve) - 1})]
        said = ", ".join(
            f"{PER_CENT.text(row.probability)} at {row.time:g}" for row in ends.itertuples()
        )
        text += f" {names[code]}: {said}." if group else f" {said}."
    return text


def _plot(
    table: Any, group: str | None, *, start: float, unit: str, bands: bool, risk_table: bool,
    until: float | None, ax: Axes | None, title: str | None, quantity: str | None,
    source: str | None, language: str, labels: Mapping[str, str] | None,
) -> Axes:  # fmt: skip
    check_language(language)
    curves = _curves(table, group)
    names = names_of_codes(list(curves), group or "", language, labels)
    line = footer(source, getattr(table, "table", table), language=language)
    alt = alt_curves(table, group=group, quantity=quantity, labels=labels)
    counted = risk_table and all("at_risk" in curve for curve in curves.values())
    last = until or max(float(curve["time"].max()) for curve in curves.values())
    height = 3.2 + (0.35 + 0.16 * len(curves) if counted else 0.0)
    with drawing(ax, height=height, title=title, footer=line, alt=alt, language=language) as axes:
        dress(axes)
        ends = [
            _draw_curve(axes, curve, code, at, start, last, bands, names[code])
            for at, (code, curve) in enumerate(curves.items())
        ]
        axes.set(ylim=(0, 1), xlim=(0, last))
        axes.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 3, 6, 10], integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: PER_CENT.text(y, language)))
        unit_above(axes, axis_title(PER_CENT, quantity, language, labels))
        axes.set_xlabel(word(unit, language, labels).capitalize(), color=MUTED)
        if counted:
            chosen = getattr(getattr(table, "settings", None), "times", None)
            time = word(unit, language, labels).capitalize()
            risk_table_under(axes, curves, names, time, whole=chosen is None)
        label_ends(axes, ends)
    return axes


def _curves(table: Any, group: str | None) -> dict[str, pd.DataFrame]:
    rows = getattr(table, "table", table)
    keys = [*([group] if group else []), "time"]
    rows = require(
        rows, [*keys, "probability"], subject="curves", measure="probability", unique=keys
    )
    require_numbers(rows, ["time"], subject="curves")
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


def _draw_curve(
    axes: Axes, curve: pd.DataFrame, code: str, at: int, start: float, last: float, bands: bool,
    name: str,
) -> EndLabel:  # fmt: skip
    colour = SEX_COLOURS.get(code, LINES[at])
    seen = curve[curve["time"] <= last]
    x = np.array([0.0, *seen["time"], last])
    ends = float(seen["probability"].iloc[-1]) if len(seen) else start
    y = np.array([start, *seen["probability"], ends])
    if bands and {"lower", "upper"} <= set(curve.columns) and len(seen):
        lower = np.array([start, *seen["lower"], seen["lower"].iloc[-1]])
        upper = np.array([start, *seen["upper"], seen["upper"].iloc[-1]])
        axes.fill_between(x, lower, upper, step="post", color=colour, alpha=0.16, linewidth=0)
    axes.step(x, y, where="post", color=colour, linewidth=1.5, linestyle=DASHED[at % len(DASHED)])
    text = f"{PER_CENT.text(ends, unit=True)}" + (f"  {name}" if name else "")
    return EndLabel(last, ends, text, colour, 7.5)
