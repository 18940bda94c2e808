"""Areas of states over time: who is in which state, observed or estimated, a panel a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from skillsfc.errors import Problem, TableError, listing
from skillsfc.report.charts.from_results import grouped, time_unit
from skillsfc.report.charts.inputs import (
    group_names,
    require,
    require_keys,
    require_numbers,
)
from skillsfc.report.charts.style import MUTED, SEGMENTS, drawing, dress, segment_colours, text_on
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
ROUNDING = 0.005
GAP = 0.06  # between panels, as a part of a panel's width
LEAST_NAMED = 0.09  # a narrower area has no room for its name
TIMES = ("time", "period", "month", "quarter", "year")
MEASURES = ("share", "probability")


@dataclass(frozen=True)
class Panels:
    """Rows of a chart of areas, and what its axes are.

    Parameters
    ----------
    rows : DataFrame
        The caller's rows.
    time, value : str
        Columns of the horizontal axis and of the heights.
    states, groups : list of str
        Areas from below, panels from the left.
    colours : list of str
        Of the states.
    """

    rows: pd.DataFrame
    time: str
    value: str
    states: list[str]
    groups: list[str]
    colours: list[str]


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
        [0-1]; the parts of one time add up to one at most.
    group : str, optional
        Column of the panels, such as ``"sex"``; by default the groups of the result.
    states : sequence of str, optional
        States from below; by default in the table's order. Eight at most.
    every : sequence of str, optional
        All states of the set in their order, shown here or not: a state then has the same colour
        in every picture of the set. By default the states shown.
    step : bool
        Draw a change where it happened, instead of a line to the next time.
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
    panels = _panels(table, group, states, every)
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
    panels = _panels(table, group, states)
    names = names_of_codes(panels.states, "state", "en", labels)
    shown = names_of_codes(panels.groups, group or "", "en", labels)
    text = f"Areas of {inner(quantity)}per cent by state over time."
    for code in panels.groups:
        own = _of(panels, code)
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


def _panels(
    table: Any,
    group: str | None,
    states: Sequence[str] | None,
    every: Sequence[str] | None = None,
) -> Panels:
    columns = [] if not isinstance(table, pd.DataFrame) else list(table.columns)
    time = next((name for name in TIMES if name in columns), TIMES[0])
    value = next((name for name in MEASURES if name in columns), MEASURES[0])
    keys = [*([group] if group else []), time, "state"]
    rows = require(table, [*keys, value], subject="states over time", measure=value, unique=keys)
    require_numbers(rows, [time, value], subject="states over time")
    rows["state"] = rows["state"].astype("str")
    rows["_panel"] = group_names(rows[group]) if group else ""
    present = list(dict.fromkeys(rows["state"]))
    if states is not None:
        require_keys(list(states), present, subject="states over time", where="states")
    shown = present if states is None else list(states)
    groups = list(dict.fromkeys(rows["_panel"]))
    panels = Panels(rows, time, value, shown, groups, segment_colours(shown, every))
    problems = []
    if len(shown) > len(SEGMENTS):
        step = "Join some before, or name those to show in states=."
        problems.append(Problem("states", f"{len(shown)}: {listing(shown)}", "8 at most",
                                next_step=step))  # fmt: skip
    sums = rows.groupby(["_panel", time], sort=False)[value].sum()
    if (sums > 1 + ROUNDING).any():
        found = f"add up to {sums.max():.3f} at one time"
        step = "Filter to one group, or name it in group=."
        problems.append(Problem(f"column {value!r}", found, "1 at most", next_step=step))
    if problems:
        raise TableError("states over time", problems)
    return panels


def _of(panels: Panels, code: str) -> pd.DataFrame:
    """Return the parts of one panel: a row a time, a column a state."""
    own = panels.rows[panels.rows["_panel"] == code]
    wide = own.pivot_table(index=panels.time, columns="state", values=panels.value, sort=True)
    return wide.reindex(columns=panels.states).fillna(0.0)


def _draw(axes: Axes, panels: Panels, step: bool) -> float:
    """Draw the panels from left to right and return the width of one."""
    parts = {code: _of(panels, code) for code in panels.groups}
    first = min(float(part.index.min()) for part in parts.values())
    last = max(float(part.index.max()) for part in parts.values())
    width = max(last - first, 1e-9)
    ticks, texts = [], []
    marks = _nice(first, last, len(parts))
    for at, part in enumerate(parts.values()):
        shift = at * width * (1 + GAP) - first
        x = part.index.to_numpy(dtype=float) + shift
        axes.stackplot(x, part.to_numpy().T, colors=panels.colours,
                       step="post" if step else None, linewidth=0.3, edgecolor="white",
                       labels=panels.states if at == 0 else ())  # fmt: skip
        ticks += [mark + shift for mark in marks]
        texts += [f"{mark:g}" for mark in marks]
        _write_shares(axes, x[-1] - 0.012 * width, part.to_numpy()[-1], panels.colours)
    axes.set_xticks(ticks, labels=texts)
    return width


def _nice(first: float, last: float, panels: int) -> list[float]:
    span = last - first
    steps = (1, 2, 3, 6, 12, 24, 36, 48, 60, 120)
    step = next((s for s in steps if span / s <= 8 / min(panels, 3)), span / 4 or 1)
    start = np.ceil(first / step) * step
    return [float(mark) for mark in np.arange(start, last + 1e-9, step)]


def _write_shares(axes: Axes, x: float, parts: Any, colours: Sequence[str]) -> None:
    """Write the part of each state at the last time, inside its area where there is room."""
    below = 0.0
    for colour, part in zip(colours, parts, strict=True):
        if part >= LEAST_NAMED:
            axes.text(x, below + part / 2, f"{100 * part:.0f}", ha="right", va="center",
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
