"""Job openings as bars: what growth adds or takes, what leavers vacate, the sum and its range."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from skillsfc.errors import Problem, TableError
from skillsfc.report.charts.inputs import require
from skillsfc.report.charts.style import ACCENT, INK, MAIN, MUTED, drawing, dress
from skillsfc.report.charts.words import (
    Scale,
    axis_title,
    check_language,
    footer,
    inner,
    names_of_codes,
    scale_of,
    tick_scale,
    word,
    wrap_evenly,
)

VACATED = "#8DB4DA"  # posts that leavers vacate: there even where employment falls
WRAP = 34
PARTS = ("expansion", "replacement", "openings")


def plot_openings(
    table: pd.DataFrame,
    *,
    group: str,
    level: float = 0.8,
    per_year: bool = True,
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw openings by group as bars of expansion and replacement, the sum as a dot with its range.

    Use it for up to about thirty occupations, sectors or qualifications. Where employment falls the
    bar of growth points to the left, and the dot stands left of the end of the other bar.

    Parameters
    ----------
    table : DataFrame
        Outcome of `skillsfc.simulate_openings` or `skillsfc.estimate_job_openings`: the group,
        ``first_year, year, expansion, replacement, openings`` [persons over the period] and, if
        known, ``level, lower, upper``.
    group : str
        Column of the bars, such as ``"occupation"``.
    level : float
        Which interval to draw [0-1].
    per_year : bool
        Divide by the years of the period.
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
        If a column is missing or a group occurs twice.
    CoverageError
        If the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"occupation": ["2", "6"], "first_year": 2025, "year": 2035,
    ...     "expansion": [400.0, -300.0], "replacement": [300.0, 500.0],
    ...     "openings": [700.0, 200.0]})
    >>> plot_openings(jobs, group="occupation").get_xlabel()
    'Persons per year'
    """
    check_language(language)
    rows, scale = _rows(table, group, level, per_year)
    names = names_of_codes([str(code) for code in rows[group]], group, language, labels)
    texts = [wrap_evenly(names[str(code)], WRAP) for code in rows[group]]
    line = footer(source, table, language=language)
    alt = alt_openings(
        table, group=group, level=level, per_year=per_year, quantity=quantity, labels=labels
    )
    height = 1.15 + sum(0.15 * (text.count("\n") + 1) + 0.12 for text in texts)
    with drawing(ax, height=height, title=title, footer=line, alt=alt, language=language) as axes:
        dress(axes, grid="x")
        _draw(axes, rows, language, labels)
        axes.set_yticks(range(len(rows)), labels=texts)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.spines["left"].set_visible(False)
        axes.axvline(0, color=INK, linewidth=0.8, zorder=2.5)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
        ticks = tick_scale(scale, axes.get_xticks())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: ticks.text(x, language)))
        axes.set_xlabel(axis_title(scale, quantity, language, labels), color=MUTED)
    return axes


def alt_openings(
    table: pd.DataFrame,
    *,
    group: str,
    level: float = 0.8,
    per_year: bool = True,
    quantity: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the bars in words: openings, growth and replacement of every group (English).

    Parameters
    ----------
    table, group, level, per_year, quantity, labels
        As in `plot_openings`.

    Examples
    --------
    >>> import pandas as pd
    >>> alt_openings(pd.DataFrame({"occupation": ["2"], "first_year": 2025, "year": 2035,
    ...     "expansion": [400.0], "replacement": [300.0], "openings": [700.0]}),
    ...     group="occupation", labels={"2": "Professionals"})
    'Bars of persons per year. Professionals: 70 openings, 40 from growth and 30 from replacement.'
    """
    rows, scale = _rows(table, group, level, per_year)
    names = names_of_codes([str(code) for code in rows[group]], group, "en", labels)
    text = f"Bars of {inner(quantity)}{scale.unit}."
    for row in rows.to_dict("records"):
        said = {part: scale.text(row[part]) for part in PARTS}
        text += (
            f" {textwrap.shorten(names[str(row[group])], 80)}: {said['openings']} openings, "
            f"{said['expansion']} from growth and {said['replacement']} from replacement"
        )
        known = np.isfinite(row["lower"])
        text += (
            f", between {scale.text(row['lower'])} and {scale.text(row['upper'])}."
            if known
            else "."
        )
    return text


def _rows(
    table: pd.DataFrame, group: str, level: float, per_year: bool
) -> tuple[pd.DataFrame, Scale]:
    """Return the bars from the most openings to the fewest, and how to show the numbers."""
    given = table
    if isinstance(table, pd.DataFrame) and "level" in table.columns:
        given = table[np.isclose(table["level"].astype(float), level)]
        if given.empty and len(table):
            found = f"no rows of level {level:g}"
            raise TableError("openings", [Problem("column 'level'", found, "a level of the table")])
    rows = require(
        given, [group, "first_year", "year", *PARTS], subject="openings", measure="openings",
        unique=[group],
    )  # fmt: skip
    rows = rows.assign(**{end: np.nan for end in ("lower", "upper") if end not in rows})
    numbers = [*PARTS, "lower", "upper"]
    if per_year:
        span = (rows["year"] - rows["first_year"]).to_numpy(float)
        rows[numbers] = rows[numbers].astype(float).div(span, axis=0)
    rows = rows.sort_values("openings", ascending=False, kind="stable", ignore_index=True)
    unit = "persons per year" if per_year else "persons"
    return rows, scale_of(unit, rows[list(PARTS)].to_numpy().ravel())


def _draw(ax: Axes, rows: pd.DataFrame, language: str, labels: Mapping[str, str] | None) -> None:
    places = np.arange(len(rows))
    growth, vacated = rows["expansion"].to_numpy(), rows["replacement"].to_numpy()
    # Growth starts where replacement ends, loss goes left of zero: the bars never hide each other.
    ax.barh(places, vacated, height=0.62, color=VACATED, zorder=2,
            label=word("replacement", language, labels))  # fmt: skip
    ax.barh(places, growth, left=np.where(growth >= 0, vacated, 0.0), height=0.62, color=MAIN,
            zorder=2, label=word("expansion", language, labels))  # fmt: skip
    known = np.isfinite(rows["lower"].to_numpy(float))
    if known.any():
        ax.hlines(places[known], rows["lower"][known], rows["upper"][known], color=ACCENT,
                  linewidth=1.4, zorder=3)  # fmt: skip
    ax.plot(
        rows["openings"], places, "o", color=ACCENT, markersize=5, markeredgecolor="white",
        markeredgewidth=0.7, linestyle="none", zorder=4, label=word("openings", language, labels),
    )  # fmt: skip
    ax.legend(
        loc="lower right", bbox_to_anchor=(1, 1.0), ncols=3, fontsize=7.5, handlelength=1.2,
        columnspacing=1.4, borderaxespad=0.2, labelcolor=INK,
    )  # fmt: skip
