"""Curves of survival and of incidence, with the number at risk under them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from skillsfc.errors import ParameterError, Problem
from skillsfc.report.charts.curve_lines import (
    DASHED,
    PER_CENT,
    SEX_COLOURS,
    curves_of,
    draw_curve,
    end_label,
)
from skillsfc.report.charts.curve_panels import draw_panels, panel_names, split_panels
from skillsfc.report.charts.from_results import grouped, time_unit
from skillsfc.report.charts.risk_table import risk_table_under
from skillsfc.report.charts.style import LINES, MUTED, drawing, dress, label_ends, unit_above
from skillsfc.report.charts.words import (
    axis_title,
    check_language,
    footer,
    inner,
    names_of_codes,
    word,
)

KIND = "to_state"


def plot_survival(
    table: Any,
    *,
    group: str | None = None,
    unit: str | None = None,
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
        Column with a curve for each of its values, six at most; by default the groups of the
        result.
    unit : str, optional
        Unit of time, for the axis; by default the result's, or months.
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
    unit = time_unit(table, unit)
    rows, group = grouped(table, group, language=language, labels=labels)
    return _plot(
        rows, group, start=1.0, unit=unit, bands=bands, risk_table=risk_table, until=until,
        ax=ax, title=title, quantity=quantity, source=source, language=language, labels=labels,
    )  # fmt: skip


def plot_incidence(
    table: Any,
    *,
    group: str | None = "to_state",
    unit: str | None = None,
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

    Use it for `skillsfc.estimate_cumulative_incidence`. Groups stand in panels side by side, a
    curve a kind of event; of one kind of event there is a curve for each group.

    Parameters
    ----------
    table, unit, bands, until, ax, title, quantity, source, language, labels
        As in `plot_survival`.
    group : str, optional
        Column with a curve for each of its values, by default the kind of event; or of the
        groups, by default those of the result.
    risk_table : bool
        Write the number at risk under the time axis; not under panels.

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
    unit = time_unit(table, unit)
    rows, group, panel = _kinds_and_groups(table, group, language, labels)
    if panel:
        return _plot_panels(
            rows, panel, unit=unit, bands=bands, until=until, ax=ax, title=title,
            quantity=quantity, source=source, language=language, labels=labels,
        )  # fmt: skip
    return _plot(
        rows, group, start=0.0, unit=unit, bands=bands, risk_table=risk_table, until=until,
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
    rows, group, panel = _kinds_and_groups(table, group, "en", labels)
    head = f"Curves of {inner(quantity)}per cent over time."
    if not panel:
        return head + _said(curves_of(rows, group), group, labels)
    panels = split_panels(rows, panel, KIND)
    titles, _ = panel_names(panels, panel, KIND, "en", labels)
    said = [f" {titles[code]}:{_said(own, KIND, labels)}" for code, own in panels.items()]
    return head + "".join(said)


def _said(
    curves: Mapping[str, pd.DataFrame], group: str | None, labels: Mapping[str, str] | None
) -> str:
    names = names_of_codes(list(curves), group or "", "en", labels)
    text = ""
    for code, curve in curves.items():
        ends = curve.iloc[sorted({(len(curve) - 1) // 2, len(curve) - 1})]
        said = ", ".join(
            f"{PER_CENT.text(row.probability)} at {row.time:g}" for row in ends.itertuples()
        )
        text += f" {names[code]}: {said}." if group else f" {said}."
    return text


def _kinds_and_groups(
    table: Any, group: str | None, language: str, labels: Mapping[str, str] | None
) -> tuple[Any, str | None, str | None]:
    """Return rows, the column of curves, and that of panels where kinds of events have groups."""
    asked = None if isinstance(group, str) and group == KIND else group
    rows, own = grouped(table, asked, language=language, labels=labels)
    several = KIND in getattr(rows, "columns", ()) and len(rows[KIND].unique()) > 1
    if own is None:
        return rows, group, None
    return (rows, KIND, own) if several else (rows, own, None)


def _plot_panels(
    rows: pd.DataFrame, panel: str, *, unit: str, bands: bool, until: float | None,
    ax: Axes | None, title: str | None, quantity: str | None, source: str | None,
    language: str, labels: Mapping[str, str] | None,
) -> Axes:  # fmt: skip
    check_language(language)
    panels = split_panels(rows, panel, KIND)
    titles, names = panel_names(panels, panel, KIND, language, labels)
    line = footer(source, rows, language=language)
    alt = alt_curves(rows, group=panel, quantity=quantity, labels=labels)
    last = _last(until, rows)
    with drawing(ax, height=3.5, title=title, footer=line, alt=alt, language=language) as axes:
        dress(axes)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: PER_CENT.text(y, language)))
        axes.set_ylabel(axis_title(PER_CENT, quantity, language, labels), color=MUTED)
        axes.set_xlabel(word(unit, language, labels).capitalize(), color=MUTED)
        draw_panels(axes, panels, last=last, bands=bands, titles=titles, names=names)
    return axes


def _plot(
    rows: Any, group: str | None, *, start: float, unit: str, bands: bool, risk_table: bool,
    until: float | None, ax: Axes | None, title: str | None, quantity: str | None,
    source: str | None, language: str, labels: Mapping[str, str] | None,
) -> Axes:  # fmt: skip
    check_language(language)
    curves = curves_of(rows, group)
    names = names_of_codes(list(curves), group or "", language, labels)
    line = footer(source, rows, language=language)
    alt = alt_curves(rows, group=group, quantity=quantity, labels=labels)
    counted = risk_table and all("at_risk" in curve for curve in curves.values())
    last = _last(until, pd.concat(curves.values()))
    height = 3.2 + (0.35 + 0.16 * len(curves) if counted else 0.0)
    with drawing(ax, height=height, title=title, footer=line, alt=alt, language=language) as axes:
        dress(axes)
        ends = []
        for at, (code, curve) in enumerate(curves.items()):
            colour = SEX_COLOURS.get(code, LINES[at])
            end = draw_curve(axes, curve, colour=colour, dash=DASHED[at], start=start, last=last,
                             bands=bands)  # fmt: skip
            ends.append(end_label(last, end, names[code], colour))
        axes.set(ylim=(0, 1), xlim=(0, last))
        axes.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 3, 6, 10], integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: PER_CENT.text(y, language)))
        unit_above(axes, axis_title(PER_CENT, quantity, language, labels))
        axes.set_xlabel(word(unit, language, labels).capitalize(), color=MUTED)
        if counted:
            time = word(unit, language, labels).capitalize()
            risk_table_under(axes, curves, names, time, whole=True)
        label_ends(axes, ends)
    return axes


def _last(until: object, rows: pd.DataFrame) -> float:
    """Return the end of the time axis: the one asked for, or the last time of the curves."""
    if until is None:
        return float(rows["time"].max())
    if isinstance(until, bool) or not isinstance(until, int | float) or not 0 < until < np.inf:
        raise ParameterError("curves", [Problem("until", repr(until)[:60], "a time above 0")])
    return float(until)
