"""Slopes: how each part changed between two years."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping

import pandas as pd
from matplotlib.axes import Axes

from skillsfc.errors import Problem, TableError, listing
from skillsfc.report.charts.inputs import require, require_keys
from skillsfc.report.charts.style import (
    DASHES,
    LINES,
    MUTED,
    PALE,
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
    scale_of,
)
from skillsfc.schema import dictionary, measure_column


def plot_slope(
    table: pd.DataFrame,
    *,
    category: str,
    highlight: Collection[str] = (),
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw how each part changed between two years, one line a part.

    Parameters
    ----------
    table : DataFrame
        ``year`` (exactly two), the category's column and one measure such as ``share`` [0-1];
        optionally ``status``: lines to a projected year are dashed.
    category : str
        Column of the parts, such as ``"sector"``.
    highlight : collection of str
        Parts in colour; with more than six parts and none named, all are grey.
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
        If a column is missing, a cell occurs twice or there are not two years.
    CoverageError
        If the table is empty or a highlighted part is not in it.

    Examples
    --------
    >>> import pandas as pd
    >>> parts = pd.DataFrame({"year": [2014, 2014, 2024, 2024], "sector": ["AGR", "SER"] * 2,
    ...                       "share": [0.4, 0.6, 0.3, 0.7]})
    >>> plot_slope(parts, category="sector", labels={"AGR": "Farms", "SER": "Services"}).alt_text
    'Slopes of per cent from 2014 to 2024: Farms 40.0 to 30.0; Services 60.0 to 70.0.'
    """
    check_language(language)
    rows, wide, scale = _slope_rows(table, category)
    require_keys(list(highlight), list(wide.index), subject="slopes", where="highlight")
    first, last = (int(year) for year in wide.columns)
    names = names_of_codes([str(part) for part in wide.index], category, language, labels)
    ahead = "status" in rows and (rows.loc[rows["year"] == last, "status"] == "projected").any()
    line = footer(source, table, language=language)
    alt = alt_slope(table, category=category, quantity=quantity, labels=labels)
    with drawing(
        ax,
        height=max(3.2, 0.9 + 0.24 * len(wide)),
        title=title,
        footer=line,
        alt=alt,
        language=language,
    ) as axes:
        starts, ends = [], []
        for place, (part, pair) in enumerate(wide.iterrows()):
            colour, width = _slope_colour(place, str(part), len(wide), highlight)
            axes.plot(
                [first, last], pair, color=colour, linewidth=width, marker="o", markersize=4.5,
                linestyle=DASHES if ahead else "-", clip_on=False,
            )  # fmt: skip
            weight = "bold" if width > 1.5 else "normal"
            known = pair.notna()
            name = textwrap.shorten(names[str(part)], 40, placeholder=" ...")
            if known[first]:
                text = scale.text(pair[first], language)
                text = text if known[last] else f"{name}  {text}"
                starts.append(EndLabel(first, pair[first], text, colour, weight=weight))
            if known[last]:
                text = f"{scale.text(pair[last], language)}  {name}"
                ends.append(EndLabel(last, pair[last], text, colour, weight=weight))
        _slope_axes(axes, first, last, axis_title(scale, quantity, language, labels))
        label_ends(axes, starts, side="left")
        label_ends(axes, ends)
    return axes


def alt_slope(
    table: pd.DataFrame,
    *,
    category: str,
    quantity: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the slopes in words: both values of every part (English).

    Parameters
    ----------
    table, category, quantity, labels
        As in `plot_slope`.

    Examples
    --------
    >>> import pandas as pd
    >>> alt_slope(pd.DataFrame({"year": [2014, 2024], "part": "a", "share": [0.25, 0.75]}),
    ...           category="part")
    'Slopes of per cent from 2014 to 2024: a 25.0 to 75.0.'
    """
    _, wide, scale = _slope_rows(table, category)
    first, last = wide.columns
    names = names_of_codes([str(part) for part in wide.index], category, "en", labels)
    pairs = "; ".join(
        f"{names[str(part)]} {scale.text(pair[first])} to {scale.text(pair[last])}"
        for part, pair in wide.iterrows()
    )
    return f"Slopes of {inner(quantity)}{scale.unit} from {first} to {last}: {pairs}."


def _slope_rows(table: pd.DataFrame, category: str) -> tuple[pd.DataFrame, pd.DataFrame, Scale]:
    measure = measure_column(table, "slopes") if isinstance(table, pd.DataFrame) else "share"
    rows = require(
        table, ["year", category, measure], subject="slopes", measure=measure,
        unique=["year", category],
    )  # fmt: skip
    years = sorted(rows.loc[rows[measure].notna(), "year"].unique())
    if len(years) != 2:
        raise TableError("slopes", [Problem("column 'year'", listing(years), "exactly two years")])
    wide = rows.pivot_table(index=category, columns="year", values=measure, aggfunc="first")
    wide = wide.reindex(list(dict.fromkeys(rows[category]))).dropna(how="all")
    return rows, wide, scale_of(str(dictionary().loc[measure, "unit"]), rows[measure])


def _slope_colour(
    place: int, part: str, count: int, highlight: Collection[str]
) -> tuple[str, float]:
    if highlight:
        named = list(highlight)
        return (LINES[named.index(part) % len(LINES)], 2.0) if part in named else (PALE, 1.2)
    return (LINES[place], 1.8) if count <= len(LINES) else (MUTED, 1.2)


def _slope_axes(ax: Axes, first: int, last: int, text: str) -> None:
    dress(ax)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    ax.set_yticks([])
    ax.set_xticks([first, last], labels=[str(first), str(last)], fontsize=9, fontweight="bold")
    ax.margins(x=0.03, y=0.05)
    for year in (first, last):
        ax.axvline(year, color=PALE, linewidth=0.8, zorder=0.5)
    unit_above(ax, text)
