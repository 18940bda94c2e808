"""Stacked bars: the parts of a whole, one bar a year, sex or area."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from skillsfc.errors import Problem, TableError
from skillsfc.report.charts.from_results import HIDDEN, stage_shares
from skillsfc.report.charts.inputs import require
from skillsfc.report.charts.style import (
    DASHES,
    INK,
    MUTED,
    SEGMENTS,
    drawing,
    dress,
    text_on,
)
from skillsfc.report.charts.words import (
    Scale,
    axis_title,
    check_language,
    footer,
    inner,
    names_of_codes,
    word,
    wrap_evenly,
)

SHARE = Scale(0.01, "per cent", 1, " %")
LEAST_WRITTEN = 0.045  # a narrower segment has no room for its number
ROUNDING = 0.005  # published shares, rounded to 0.1 point, may add up to a little over 1


def plot_shares(
    table: Any,
    *,
    category: str | None = None,
    by: str | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw shares as stacked horizontal bars, one bar a year, sex or area.

    Use it for up to eight categories that make up a whole. The order of the categories is that of
    the table. A bar that is projected has a dashed frame.

    Parameters
    ----------
    table : DataFrame or StageShares
        ``share`` [0-1] by the two key columns named next; optionally ``status``. Of
        `skillsfc.estimate_stage_shares` the stages are drawn, a bar a group; those withheld are
        one part together.
    category : str
        Column of the parts, such as ``"sector"``; by default the stage.
    by : str
        Column of the bars, such as ``"year"``; by default the groups of the result.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, quantity, source : str, optional
        Title; what the share is of, for the axis; source line.
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
        If a column is missing, a cell occurs twice, there are over eight categories, or the parts
        of a bar add up to more than one.
    CoverageError
        If the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> parts = pd.DataFrame({"year": [2014, 2014, 2024, 2024], "sector": ["AGR", "SER"] * 2,
    ...                       "share": [0.4, 0.6, 0.3, 0.7]})
    >>> plot_shares(parts, category="sector", by="year").get_xlabel()
    'Per cent'
    """
    check_language(language)
    table, category, by, labels = _of_stages(table, category, by, language, labels)
    rows, parts, bars = _share_rows(table, category, by)
    names = names_of_codes([str(part) for part in parts], category, language, labels)
    line = footer(source, table, language=language)
    alt = alt_shares(table, category=category, by=by, quantity=quantity, labels=labels)
    shown = names_of_codes([str(bar) for bar in bars], by, language, labels)
    texts = [
        wrap_evenly(shown[str(bar)], 40) + _ahead(rows, by, bar, language, labels) for bar in bars
    ]
    keys, columns = _key(list(names.values()), texts)
    height = 1.1 + 0.36 * len(bars) + 0.2 * -(-len(parts) // columns)
    with drawing(ax, height=height, title=title, footer=line, alt=alt, language=language) as axes:
        dress(axes, grid="x")
        _draw_segments(axes, rows, category, by, dict(zip(names, keys, strict=True)), language)
        axes.set_yticks(range(len(bars)), labels=texts)
        axes.set(xlim=(0, 1), ylim=(len(bars) - 0.5, -0.5))
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(axis_title(SHARE, quantity, language, labels), color=MUTED)
        whole = Scale(0.01, "per cent", 0)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: whole.text(x, language)))
        axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1.0), ncols=columns, fontsize=7.5,
            handlelength=1.0, handleheight=1.0, borderaxespad=0.2, columnspacing=1.4,
        )  # fmt: skip
    return axes


def alt_shares(
    table: Any,
    *,
    category: str | None = None,
    by: str | None = None,
    quantity: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the stacked bars in words, every share of every bar (English).

    Parameters
    ----------
    table, category, by, quantity, labels
        As in `plot_shares`.

    Examples
    --------
    >>> import pandas as pd
    >>> alt_shares(pd.DataFrame({"year": 2024, "part": ["a", "b"], "share": [0.25, 0.75]}),
    ...            category="part", by="year")
    'Stacked bars of per cent. 2024: a 25.0, b 75.0.'
    """
    table, category, by, labels = _of_stages(table, category, by, "en", labels)
    rows, parts, bars = _share_rows(table, category, by)
    names = names_of_codes([str(part) for part in parts], category, "en", labels)
    shown = names_of_codes([str(bar) for bar in bars], by, "en", labels)
    text = f"Stacked bars of {inner(quantity)}per cent."
    for bar, group in rows.groupby(by, sort=False):
        values = ", ".join(
            f"{names[str(row[category])]} {SHARE.text(row['share'])}"
            for row in group.to_dict("records")
        )
        text += f" {shown[str(bar)]}: {values}."
    return text


def _of_stages(
    table: Any,
    category: str | None,
    by: str | None,
    language: str,
    labels: Mapping[str, str] | None,
) -> tuple[Any, str, str, Mapping[str, str] | None]:
    """Return a table with the columns of its parts and bars; of a result of stages, its own."""
    if hasattr(table, "table") and category in (None, "stage"):
        rows, bars, names = stage_shares(table, language=language, labels=labels)
        return rows, "stage", by or bars, names
    named = {"category": category, "by": by}
    expected = "the name of a column"
    problems = [Problem(name, "none", expected) for name, column in named.items() if not column]
    if problems:
        raise TableError("shares", problems)
    return getattr(table, "table", table), str(category), str(by), labels


def _share_rows(
    table: pd.DataFrame, category: str, by: str
) -> tuple[pd.DataFrame, list[object], list[object]]:
    rows = require(
        table, [by, category, "share"], subject="shares", measure="share", unique=[by, category]
    )
    if by == "year":
        rows = rows.sort_values("year", kind="stable", ignore_index=True)
    parts, bars = _parts(rows[category]), list(rows[by].unique())
    problems = []
    if len(parts) > len(SEGMENTS):
        step = "Roll up to fewer, or use plot_share_bars."
        problems.append(
            Problem(f"column {category!r}", f"{len(parts)} parts", "8 at most", next_step=step)
        )
    sums = rows.groupby(by, sort=False)["share"].sum()
    over = sums[sums > 1 + ROUNDING]
    if len(over):
        found = f"add up to {over.iloc[0]:.3f} in {over.index[0]}"
        problems.append(
            Problem("shares", found, "1 at most", next_step="Leave out totals; shares are 0 to 1.")
        )
    if problems:
        raise TableError("shares", problems)
    return rows, parts, bars


def _parts(column: pd.Series) -> list[object]:
    """Return the parts in their order: of categories theirs, else the table's."""
    present = column.unique()
    if isinstance(column.dtype, pd.CategoricalDtype):
        return [part for part in column.cat.categories if part in present]
    return list(present)


def _key(names: list[str], bars: list[str]) -> tuple[list[str], int]:
    """Return the key's texts, wrapped, and its columns: the shallowest that fits beside the bars.

    A letter takes about 4.4 points, a mark with its gap 24.
    """
    room = 430.0 - 4.6 * max(len(line) for bar in bars for line in bar.split("\n"))
    found = []
    for width in (60, 44, 36, 28):
        keys = [wrap_evenly(name, width) for name in names]
        lines = [key.split("\n") for key in keys]
        wide = [24.0 + 4.4 * max(map(len, of_key)) for of_key in lines]
        for columns in range(1, len(keys) + 1):
            deep = -(-len(keys) // columns)
            stacks = range(0, len(keys), deep)
            if sum(max(wide[i : i + deep]) for i in stacks) <= room or columns == 1:
                depth = max(sum(map(len, lines[i : i + deep])) for i in stacks)
                found.append((depth, -width, keys, columns))
    _, _, keys, columns = min(found, key=lambda one: one[:2])
    return keys, columns


def _ahead(
    rows: pd.DataFrame, by: str, bar: object, language: str, labels: Mapping[str, str] | None
) -> str:
    """Return a second line that calls a bar projected, where it is."""
    if "status" not in rows or not (rows.loc[rows[by] == bar, "status"] == "projected").any():
        return ""
    return f"\n({word('Projection', language, labels).lower()})"


def _draw_segments(
    ax: Axes, rows: pd.DataFrame, category: str, by: str, names: dict[str, str], language: str
) -> None:
    bars = list(rows[by].unique())
    left = np.zeros(len(bars))
    for part, own in zip(_parts(rows[category]), SEGMENTS, strict=False):
        colour = SEGMENTS[-1] if part == HIDDEN else own
        of_part = rows[rows[category] == part].set_index(by)["share"].reindex(bars)
        sizes = of_part.fillna(0.0).to_numpy()
        ax.barh(
            range(len(bars)), sizes, left=left, height=0.68, color=colour, edgecolor="white",
            linewidth=0.8, label=names[str(part)],
        )  # fmt: skip
        for place, size in enumerate(sizes):
            if size >= LEAST_WRITTEN:
                ax.text(
                    left[place] + size / 2, place, SHARE.text(size, language), ha="center",
                    va="center_baseline", fontsize=7.5, color=text_on(colour),
                )  # fmt: skip
        left = left + sizes
    if "status" in rows.columns:
        ahead = rows.loc[rows["status"] == "projected", by].unique()
        for place in [i for i, bar in enumerate(bars) if bar in ahead]:
            ax.barh(
                place, left[place], height=0.8, facecolor="none", edgecolor=INK, linewidth=1.0,
                linestyle=DASHES, clip_on=False,
            )  # fmt: skip
