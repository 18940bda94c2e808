"""Areas of states over time: who is in which state, observed or estimated, a panel a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from skillsfc.report.charts.area_panels import ROUNDING, Panels, panels_of, parts_of
from skillsfc.report.charts.from_results import grouped, time_unit
from skillsfc.report.charts.style import MUTED, drawing, dress, text_on
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
GAP = 0.06  # between panels, as a part of a panel's width
LEAST_NAMED = 0.09  # a narrower area has no room for its name


def plot_state_areas(
    table: Any,
    *,
    group: str | None = None,
    states: Sequence[str] | None = None,
    every: Sequence[str] | None = None,
    step: bool = False,
    unit: str | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw the parts of a group in each state as areas over time.

    Use it for the state distribution of sequences and for state probabilities. Groups, such as
    women and men, stand side by side on one scale.

    Parameters
    ----------
    table : DataFrame or Result
        ``state``, one of ``time, period, month, quarter, year``, and ``share`` or ``probability``
        [0-1]; the parts of one time add up to one at most. With a column ``drawn`` areas are as
        high as that says, such as in fives of persons; numbers and words stay those of the parts,
        and a missing part has neither.
    group : str, optional
        Column of the panels, such as ``"sex"``; by default the groups of the result.
    states : sequence of str, optional
        States from below; by default in the table's order. Eight at most.
    every : sequence of str, optional
        All states of the set in their order, shown here or not: a state then has the same colour
        in every picture of the set. By default the states shown.
    step : bool
        Draw a change where it happened, instead of a line to the next time; the last time is then
        as wide as the one before.
    unit : str, optional
        Unit of the time axis, for its title; by default the result's, or months.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, quantity, source : str, optional
        Title; what the parts are of, for the axis; source line.
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and names.
    labels : mapping of str, optional
        Text to show in place of a code.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``. Numbers in the areas are the parts at the last
        time.

    Raises
    ------
    TableError
        If a column is missing, a cell occurs twice, there are over eight states, or the parts of
        one time add up to more than one.
    CoverageError
        If the table is empty or a state asked for is not in it.

    Examples
    --------
    >>> import pandas as pd
    >>> parts = pd.DataFrame({"time": [0, 0, 12, 12], "state": ["school", "job"] * 2,
    ...                       "share": [0.9, 0.1, 0.4, 0.6]})
    >>> plot_state_areas(parts).get_xlabel()
    'Months'
    """
    check_language(language)
    unit = time_unit(table, unit)
    table, group = grouped(table, group, language=language, labels=labels)
    panels = panels_of(table, group, states, every)
    names = names_of_codes(panels.states, "state", language, labels)
    line = footer(source, panels.rows, language=language)
    alt = alt_state_areas(table, group=group, states=states, quantity=quantity, labels=labels)
    with drawing(ax, height=3.5, title=title, footer=line, alt=alt, language=language) as axes:
        dress(axes)
        width = _draw(axes, panels, step)
        _name_panels(axes, panels, width, language, labels, group)
        axes.set(ylim=(0, 1), xlim=(0, width * (len(panels.groups) * (1 + GAP) - GAP)))
        axes.set_xlabel(word(unit, language, labels).capitalize(), color=MUTED)
        axes.set_ylabel(axis_title(PER_CENT, quantity, language, labels), color=MUTED)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: PER_CENT.text(y, language)))
        handles, _ = axes.get_legend_handles_labels()
        axes.legend(
            handles[: len(names)], [names[state] for state in panels.states],
            loc="lower left", bbox_to_anchor=(0, 1.07 if group else 1.0),
            ncols=_columns(list(names.values())), fontsize=7.5, handlelength=1.0,
            handleheight=1.0, borderaxespad=0.2, columnspacing=1.2,
        )  # fmt: skip
    return axes


def alt_state_areas(
    table: Any,
    *,
    group: str | None = None,
    states: Sequence[str] | None = None,
    quantity: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the areas in words: the parts above zero at the first and last time.

    Parameters
    ----------
    table, group, states, quantity, labels
        As in `plot_state_areas`.

    Examples
    --------
    >>> import pandas as pd
    >>> alt_state_areas(pd.DataFrame({"time": [0, 0, 6, 6], "state": ["s", "j"] * 2,
    ...                               "share": [1.0, 0.0, 0.25, 0.75]}))
    'Areas of per cent by state over time. At 0: s 100. At 6, as written: s 25, j 75.'
    """
    table, group = grouped(table, group, labels=labels)
    panels = panels_of(table, group, states)
    names = names_of_codes(panels.states, "state", "en", labels)
    shown = names_of_codes(panels.groups, group or "", "en", labels)
    text = f"Areas of {inner(quantity)}per cent by state over time."
    for code in panels.groups:
        own = parts_of(panels, code, panels.value)
        head = f" {shown[code]}:" if group else ""
        last = own.index.max()
        for moment in dict.fromkeys([own.index.min(), last]):
            parts = ", ".join(
                f"{names[state]} {PER_CENT.text(own.loc[moment, state])}"
                for state in panels.states
                if own.loc[moment, state] >= ROUNDING
            )
            written = ", as written" if moment == last else ""
            text += f"{head} At {moment:g}{written}: {parts}."
            head = ""
    return text


def _draw(axes: Axes, panels: Panels, step: bool) -> float:
    """Draw the panels from left to right and return the width of one."""
    parts = {code: parts_of(panels, code) for code in panels.groups}
    parts = {code: _with_width(part) for code, part in parts.items()} if step else parts
    first = min(float(part.index.min()) for part in parts.values())
    last = max(float(part.index.max()) for part in parts.values())
    width = max(last - first, 1e-9)
    ticks, texts = [], []
    marks = _nice(first, last, len(parts))
    for at, (code, part) in enumerate(parts.items()):
        shift = at * width * (1 + GAP) - first
        x = part.index.to_numpy(dtype=float) + shift
        axes.stackplot(x, part.to_numpy().T, colors=panels.colours,
                       step="post" if step else None, linewidth=0.3, edgecolor="white",
                       labels=panels.states if at == 0 else ())  # fmt: skip
        ticks += [mark + shift for mark in marks]
        texts += [f"{mark:g}" for mark in marks]
        written = parts_of(panels, code, panels.value).to_numpy()[-1]
        _write_shares(axes, x[-1] - 0.012 * width, part.to_numpy()[-1], written, panels.colours)
    axes.set_xticks(ticks, labels=texts)
    return width


def _with_width(part: pd.DataFrame) -> pd.DataFrame:
    """Return heights of which the last stand twice, a step apart: else nothing is drawn of them."""
    times = part.index.to_numpy(dtype=float)
    after = times[-1] + (times[-1] - times[-2] if len(times) > 1 else 1.0)
    return pd.concat([part, part.iloc[[-1]].set_axis([after])])


def _nice(first: float, last: float, panels: int) -> list[float]:
    span = last - first
    steps = (1, 2, 3, 6, 12, 24, 36, 48, 60, 120)
    step = next((s for s in steps if span / s <= 8 / min(panels, 3)), span / 4 or 1)
    start = np.ceil(first / step) * step
    return [float(mark) for mark in np.arange(start, last + 1e-9, step)]


def _write_shares(axes: Axes, x: float, parts: Any, written: Any, colours: Sequence[str]) -> None:
    """Write the part of each state at the last time, inside its area where there is room."""
    below = 0.0
    for colour, part, share in zip(colours, parts, written, strict=True):
        if part >= LEAST_NAMED and np.isfinite(share):
            axes.text(x, below + part / 2, f"{100 * share:.0f}", ha="right", va="center",
                      fontsize=7.5, color=text_on(colour))  # fmt: skip
        below += part


def _name_panels(
    axes: Axes,
    panels: Panels,
    width: float,
    language: str,
    labels: Mapping[str, str] | None,
    group: str | None,
) -> None:
    if group is None:
        return
    names = names_of_codes(panels.groups, group, language, labels)
    for at, code in enumerate(panels.groups):
        axes.text(at * width * (1 + GAP), 1.02, names[code], fontsize=8.5, fontweight="bold")


def _columns(names: list[str]) -> int:
    """Return how many names of the key fit side by side; a letter takes about 4.4 points."""
    widest = max(24.0 + 4.4 * len(name) for name in names)
    return max(1, min(len(names), int(430 // widest)))
