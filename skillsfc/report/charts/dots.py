"""Dot plot with a row a category: women and men by occupation, and the like."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from skillsfc.errors import Problem, TableError
from skillsfc.report.charts.inputs import require
from skillsfc.report.charts.style import (
    INK,
    LINES,
    MEN,
    MUTED,
    PALE,
    WOMEN,
    drawing,
    dress,
    text_colour,
)
from skillsfc.report.charts.words import (
    Scale,
    axis_title,
    check_language,
    footer,
    inner,
    names_of_codes,
    scale_of,
    tick_scale,
    wrap_evenly,
)
from skillsfc.schema import dictionary, measure_column

SEX_MARKS = {"F": ("o", WOMEN), "M": ("D", MEN), "T": ("|", INK)}
OTHER_MARKS = (("o", LINES[0]), ("D", LINES[1]), ("s", LINES[2]), ("^", LINES[3]), ("v", LINES[4]))
WRAP = 40


def plot_share_bars(
    table: pd.DataFrame,
    *,
    category: str,
    by: str = "sex",
    order: str = "value",
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw a dot plot: a row a category, a dot a group, a line between the outermost dots.

    Use it to compare women and men (or two years, or town and country) over many categories with
    long names; the distance between the dots is the gap.

    Parameters
    ----------
    table : DataFrame
        The two key columns named next, and one measure such as ``share`` [0-1].
    category : str
        Column of the rows, such as ``"occupation"``.
    by : str
        Column of the dots, such as ``"sex"``; up to five groups.
    order : {"value", "table"}
        Rows from the largest value of the first group (the total, if there is one), or as given.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, quantity, source : str, optional
        Title; what is measured, for the axis; source line.
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
        If a column is missing, a cell occurs twice, or there are more than five groups.
    CoverageError
        If the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"occupation": ["1", "1", "9", "9"], "sex": ["F", "M"] * 2,
    ...                      "share": [0.02, 0.03, 0.31, 0.22]})
    >>> axes = plot_share_bars(jobs, category="occupation", labels={"1": "Managers", "9": "Other"})
    >>> [tick.get_text() for tick in axes.get_yticklabels()]
    ['Other', 'Managers']
    """
    check_language(language)
    wide, scale = _wide(table, category, by, order)
    line = footer(source, table, language=language)
    alt = alt_share_bars(
        table, category=category, by=by, order=order, quantity=quantity, labels=labels
    )
    height = _height(wide, category, labels)
    with drawing(ax, height=height, title=title, footer=line, alt=alt, language=language) as axes:
        dress(axes, grid="x")
        _draw_dots(axes, wide, by, language, labels)
        _write_values(axes, wide, by, scale, language)
        _dot_axes(axes, wide, category, language, labels)
        axes.set_xlabel(axis_title(scale, quantity, language, labels), color=MUTED)
        ticks = tick_scale(scale, axes.get_xticks())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: ticks.text(x, language)))
    return axes


def alt_share_bars(
    table: pd.DataFrame,
    *,
    category: str,
    by: str = "sex",
    order: str = "value",
    quantity: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the dot plot in words: every value, row by row (English).

    Parameters
    ----------
    table, category, by, order, quantity, labels
        As in `plot_share_bars`.

    Examples
    --------
    >>> import pandas as pd
    >>> alt_share_bars(pd.DataFrame({"part": "a", "sex": ["F", "M"], "share": [0.2, 0.3]}),
    ...                category="part")
    'Dot plot of per cent. a: women 20.0, men 30.0.'
    """
    wide, scale = _wide(table, category, by, order)
    names = names_of_codes([str(row) for row in wide.index], category, "en", labels)
    groups = names_of_codes([str(group) for group in wide.columns], by, "en", labels)
    text = f"Dot plot of {inner(quantity)}{scale.unit}."
    for row, values in wide.iterrows():
        parts = ", ".join(
            f"{inner(groups[str(group)])[:-2]} {scale.text(value)}"
            for group, value in values.items()
        )
        text += f" {names[str(row)]}: {parts}."
    return text


def _wide(table: pd.DataFrame, category: str, by: str, order: str) -> tuple[pd.DataFrame, Scale]:
    measure = measure_column(table, "dot plot") if isinstance(table, pd.DataFrame) else "share"
    rows = require(
        table, [category, by, measure], subject="dot plot", measure=measure, unique=[category, by]
    )
    groups = list(dict.fromkeys(rows[by]))
    problems = []
    if len(groups) > len(OTHER_MARKS):
        problems.append(Problem(f"column {by!r}", f"{len(groups)} groups", "five at most"))
    if order not in ("value", "table"):
        problems.append(Problem("order", repr(order), "'value' or 'table'"))
    if problems:
        raise TableError("dot plot", problems)
    wide = rows.pivot_table(index=category, columns=by, values=measure, aggfunc="first")
    wide = wide.reindex(index=list(dict.fromkeys(rows[category])), columns=groups)
    wide = wide.dropna(how="all")
    if order == "value":
        lead = "T" if "T" in groups else groups[0]
        wide = wide.sort_values(lead, ascending=False, kind="stable")
    unit = str(dictionary().loc[measure, "unit"])
    return wide, scale_of(unit, rows[measure])


def _marks(groups: pd.Index) -> list[tuple[str, str]]:
    if set(groups) <= set(SEX_MARKS):
        return [SEX_MARKS[group] for group in groups]
    return list(OTHER_MARKS[: len(groups)])


def _height(wide: pd.DataFrame, category: str, labels: Mapping[str, str] | None) -> float:
    names = names_of_codes([str(row) for row in wide.index], category, "en", labels)
    lines = sum(max(1, len(textwrap.wrap(name, WRAP))) for name in names.values())
    return 1.15 + 0.15 * lines + 0.11 * len(wide)


def _draw_dots(
    ax: Axes,
    wide: pd.DataFrame,
    by: str,
    language: str,
    labels: Mapping[str, str] | None,
) -> None:
    places = list(range(len(wide)))
    ax.hlines(places, wide.min(axis=1), wide.max(axis=1), color=PALE, linewidth=1.6, zorder=1.5)
    names = names_of_codes([str(group) for group in wide.columns], by, language, labels)
    for group, (mark, colour) in zip(wide.columns, _marks(wide.columns), strict=True):
        tick = mark == "|"
        ax.plot(
            wide[group], places, mark, color=colour, markersize=9 if tick else 5.8,
            markeredgewidth=1.8 if tick else 0.6, linestyle="none", label=names[str(group)],
            markeredgecolor=colour if tick else "white", zorder=4 if tick else 3, clip_on=False,
        )  # fmt: skip
    ax.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(wide.columns), fontsize=8,
        handletextpad=0.2, columnspacing=1.4, borderaxespad=0.1, labelcolor=INK,
    )  # fmt: skip


def _write_values(ax: Axes, wide: pd.DataFrame, by: str, scale: Scale, language: str) -> None:
    """Write the outermost values beside their dots; inner ones are read on the axis."""
    colours = {g: c for g, (_, c) in zip(wide.columns, _marks(wide.columns), strict=True)}
    for place, (_, values) in enumerate(wide.iterrows()):
        known = values.drop(labels="T") if {"T"} < set(values.dropna().index) else values
        known = known.dropna().sort_values(kind="stable")
        ends = [(known.index[0], -1), (known.index[-1], 1)][-len(known) :]
        for group, sign in ends:
            ax.annotate(
                scale.text(known[group], language), (known[group], place), (sign * 6, 0),
                textcoords="offset points", ha="left" if sign > 0 else "right",
                va="center_baseline", fontsize=7, color=text_colour(colours[group]),
                annotation_clip=False,
            )  # fmt: skip


def _dot_axes(
    ax: Axes,
    wide: pd.DataFrame,
    category: str,
    language: str,
    labels: Mapping[str, str] | None,
) -> None:
    names = names_of_codes([str(row) for row in wide.index], category, language, labels)
    texts = [wrap_evenly(names[str(row)], WRAP) for row in wide.index]
    ax.set_yticks(range(len(wide)), labels=texts)
    ax.set_ylim(len(wide) - 0.4, -0.6)
    most, least = float(wide.max().max()), float(wide.min().min())
    room = 0.12 * (most - min(0.0, least)) or 1.0  # space for the numbers beside the dots
    ax.set_xlim(min(0.0, least) - (room if least < room else 0.0), most + room)
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    ax.set_xticks([tick for tick in ax.get_xticks() if min(0.0, least) <= tick <= most + room])
