"""Contributions as stacked bars: what each lever adds or takes, and what they come to."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from skillsfc.report.charts.contribution_rows import (
    LEVERS,
    baselines,
    parts_of,
    read_contributions,
    wide_contributions,
)
from skillsfc.report.charts.style import INK, MUTED, SEGMENTS, drawing, dress
from skillsfc.report.charts.words import (
    axis_title,
    check_language,
    footer,
    inner,
    names_of_codes,
    tick_scale,
    wrap_evenly,
)
from skillsfc.report.display import source_line
from skillsfc.results import Result

SUM = "All together"
WRAP, KEY_WRAP = 34, 44


def plot_contributions(
    table: pd.DataFrame | Result,
    *,
    group: str,
    part: str = "lever",
    totals: pd.DataFrame | None = None,
    order: str = "auto",
    most: int = 20,
    unit: str = "persons",
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw what each part adds (to the right) or takes (to the left), and their sum as a dot.

    Use it for contributions that add up exactly, such as those of levers in
    `skillsfc.compare_scenarios`. Not for shares of a whole: see `plot_shares`.

    Parameters
    ----------
    table : DataFrame or ScenarioComparison
        The two key columns named next and ``contribution`` [unit]. Of a comparison, the levers that
        reach a cell, in its last year; by other groups than ``"scenario"``, of its last scenario.
    group : str
        Column of the bars, such as ``"scenario"`` or ``"occupation"``.
    part : str
        Column of the segments, such as ``"lever"``; up to eight.
    totals : DataFrame, optional
        The group, ``difference, lower, upper`` [unit]: draws the range of the sum. It must be the
        sum of the parts. A comparison brings its own for ``"scenario"``.
    order : {"auto", "value", "table"}
        Bars from the largest sum to the smallest, or as given. Default: scenarios as given.
    most : int
        With more bars than this, those with the largest sums, up or down, are drawn.
    unit : str
        Unit of the contributions.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, quantity, source : str, optional
        Title; what is measured, for the axis; source line.
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and names.
    labels : mapping of str, optional
        Text to show in place of a code or a word.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError
        If a column is missing, a cell occurs twice, there are too many parts, or totals differ.
    CoverageError
        If the table is empty, or the totals lack a group.
    ParameterError
        If the order is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> made = pd.DataFrame({"scenario": "digital", "lever": ["ai_saving", "ai_response"],
    ...                      "contribution": [-400.0, 200.0]})
    >>> plot_contributions(made, group="scenario").get_xlabel()
    'Persons'
    """
    check_language(language)
    wide, scale = wide_contributions(table, group, part, totals, order, most, unit)
    texts = [wrap_evenly(text, WRAP) for text in _names(wide.index, group, language, labels)]
    keys = [wrap_evenly(text, KEY_WRAP) for text in _names(parts_of(wide), part, language, labels)]
    alt = alt_contributions(
        table, group=group, part=part, totals=totals, order=order, most=most, unit=unit,
        quantity=quantity, labels=labels,
    )  # fmt: skip
    rows = table.table if isinstance(table, Result) else table
    ids = rows.get("source", pd.Series(dtype="str"))
    line = footer(source_line(ids) if source is None else source, language=language)
    height = 1.0 + sum(0.15 * (text.count("\n") + 1) + 0.14 for text in texts)
    height += 0.16 * -(-(len(keys) + 1) // 2)
    with drawing(ax, height=height, title=title, footer=line, alt=alt, language=language) as axes:
        dress(axes, grid="x")
        _draw(axes, wide, keys, labels or {})
        axes.set_yticks(range(len(wide)), labels=texts)
        axes.set_ylim(len(wide) - 0.4, -0.6)
        axes.spines["left"].set_visible(False)
        axes.axvline(0, color=INK, linewidth=0.8, zorder=2.5)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
        ticks = tick_scale(scale, axes.get_xticks())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: ticks.text(x, language)))
        axes.set_xlabel(axis_title(scale, quantity, language, labels), color=MUTED)
    return axes


def alt_contributions(
    table: pd.DataFrame | Result,
    *,
    group: str,
    part: str = "lever",
    totals: pd.DataFrame | None = None,
    order: str = "auto",
    most: int = 20,
    unit: str = "persons",
    quantity: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the bars in words: the sum of every bar, its range, and its parts (English).

    Parameters
    ----------
    table, group, part, totals, order, most, unit, quantity, labels
        As in `plot_contributions`.

    Examples
    --------
    >>> import pandas as pd
    >>> alt_contributions(pd.DataFrame({"sector": "F", "lever": ["a", "b"],
    ...     "contribution": [-400.0, 600.0]}), group="sector")
    'Stacked bars of persons. Construction: 200 in all, a −400, b 600.'
    """
    wide, scale = wide_contributions(table, group, part, totals, order, most, unit)
    parts = parts_of(wide)
    keys = _names(parts, part, "en", labels)
    text = f"Stacked bars of {inner(quantity)}{scale.unit}."
    names = _names(wide.index, group, "en", labels)
    for name, row in zip(names, wide.to_dict("records"), strict=True):
        text += f" {textwrap.shorten(name, 80)}: {scale.text(row['difference'])} in all"
        if np.isfinite(row["lower"]):
            text += f", between {scale.text(row['lower'])} and {scale.text(row['upper'])}"
        for key, code in zip(keys, parts, strict=True):
            if np.isfinite(row[code]) and row[code] != 0:
                text += f", {key[:1].lower() + key[1:]} {scale.text(row[code])}"
        text += "."
    left = len(read_contributions(table, group, totals)[0][group].unique()) - len(wide)
    return f"{text} {left} smaller sums are not drawn." if left else text


def table_contributions(
    table: pd.DataFrame | Result,
    *,
    group: str,
    part: str = "lever",
    totals: pd.DataFrame | None = None,
    order: str = "auto",
    unit: str = "persons",
) -> pd.DataFrame:
    """Return the numbers of the chart, every bar: a row a group, a column a part, and their sum.

    Parameters
    ----------
    table, group, part, totals, order, unit
        As in `plot_contributions`.

    Returns
    -------
    DataFrame
        The group, its label if its codes have any, one column a part, ``difference`` and, with
        ``totals``, ``lower, upper`` [unit], ``unit``; for a comparison by scenario also
        ``baseline`` [persons].

    Examples
    --------
    >>> import pandas as pd
    >>> made = pd.DataFrame({"scenario": "digital", "lever": ["ai_saving", "ai_response"],
    ...                      "contribution": [-400.0, 200.0]})
    >>> table_contributions(made, group="scenario").values.tolist()
    [['digital', -400.0, 200.0, -200.0, 'persons']]
    """
    wide, _ = wide_contributions(table, group, part, totals, order, 10**9, unit)
    if wide["lower"].isna().all():
        wide = wide.drop(columns=["lower", "upper"])
    found = wide.rename_axis(index=group, columns=None).reset_index()
    names = _names(wide.index, group, "en", None)
    if names != [str(code) for code in wide.index]:
        found.insert(1, f"{group}_label", names)
    if isinstance(table, Result) and group == "scenario":
        found.insert(1, "baseline", found[group].map(baselines(table)))
    return found.assign(unit=unit)


def _names(
    codes: object, column: str, language: str, labels: Mapping[str, str] | None
) -> list[str]:
    """Return what to write for codes: the caller's text, a lever in plain words, or the label."""
    texts = [str(code) for code in pd.Index(codes)]
    found = names_of_codes(texts, column, language, {**LEVERS, **(labels or {})})
    return [found[text] for text in texts]


def _colours(parts: list[str]) -> list[str]:
    """Give a known lever its own colour, the same in every chart, and others what is left."""
    own = {name: SEGMENTS[at] for at, name in enumerate(LEVERS) if name in parts}
    free = iter([colour for colour in SEGMENTS if colour not in own.values()])
    return [own[part] if part in own else next(free) for part in parts]


def _draw(ax: Axes, wide: pd.DataFrame, keys: list[str], labels: Mapping[str, str]) -> None:
    places = np.arange(len(wide))
    ends = {1: np.zeros(len(wide)), -1: np.zeros(len(wide))}
    for code, key, colour in zip(parts_of(wide), keys, _colours(parts_of(wide)), strict=True):
        sizes = wide[code].fillna(0.0).to_numpy()
        # Gains stack to the right of zero and losses to the left, so that neither hides the other.
        for sign in (1, -1):
            own = np.where(np.sign(sizes) == sign, sizes, 0.0)
            ax.barh(
                places, own, left=ends[sign], height=0.62, color=colour, zorder=2,
                edgecolor="white", linewidth=0.5, label=key if sign == 1 else None,
            )  # fmt: skip
            ends[sign] = ends[sign] + own
    known = np.isfinite(wide["lower"].to_numpy(float))
    if known.any():
        ax.hlines(places[known], wide["lower"][known], wide["upper"][known], color=INK,
                  linewidth=1.4, zorder=3)  # fmt: skip
    word = f"{SUM}, with range" if known.any() else SUM
    ax.plot(
        wide["difference"], places, "D", color="white", markersize=5.5, markeredgecolor=INK,
        markeredgewidth=1.2, linestyle="none", zorder=4, label=labels.get(word, word),
        clip_on=False,
    )  # fmt: skip
    ax.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, fontsize=7.5, handlelength=1.2,
        columnspacing=1.4, borderaxespad=0.2, labelcolor=INK,
    )  # fmt: skip
