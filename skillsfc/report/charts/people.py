"""Lines of people by age group over time."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from skillsfc.errors import Problem, TableError
from skillsfc.report.charts.inputs import age_start, require
from skillsfc.report.charts.style import (
    DASHES,
    LINES,
    MUTED,
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
    scale_of,
    tick_scale,
    word,
)
from skillsfc.schema import dictionary, measure_column


def plot_age_groups(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw persons by age group over the years, the projected part dashed.

    Parameters
    ----------
    table : DataFrame
        ``year, age, status`` and ``persons`` [persons] or ``share`` [0-1]; one row a year and age.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, quantity, source : str, optional
        Title; what is measured, for the axis; source line.
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and of the chart's own words.
    labels : mapping of str, optional
        Text to show in place of an age group or a word.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError
        If a column is missing or a year and age occur twice.
    CoverageError
        If the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"year": [2020, 2025, 2030], "age": "15-24",
    ...     "persons": [6.0e6, 6.1e6, 6.4e6], "status": ["estimated", "estimated", "projected"]})
    >>> plot_age_groups(people).alt_text
    'Lines of million persons by age. 15-24: 6.00 in 2020, 6.10 in 2025, projected 6.40 in 2030.'
    """
    check_language(language)
    rows, measure, scale = _age_rows(table)
    ages = sorted(rows["age"].unique(), key=age_start)
    line = footer(source, table, language=language)
    alt = alt_age_groups(table, quantity=quantity)
    with drawing(ax, height=3.3, title=title, footer=line, alt=alt, language=language) as axes:
        ends = []
        dress(axes)
        for age, colour in zip(ages, _colours(len(ages)), strict=True):
            group = rows[rows["age"] == age].dropna(subset=[measure])
            _solid_then_dashed(axes, group, measure, colour)
            last = group.iloc[-1]
            text = f"{word(age, language, labels)}: {scale.text(last[measure], language)}"
            ends.append(EndLabel(last["year"], last[measure], text, colour, weight="bold"))
        axes.margins(x=0.0)
        axes.set_ylim(0, 1.06 * rows[measure].max())
        unit_above(axes, axis_title(scale, quantity, language, labels))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8, steps=[1, 2, 5, 10]))
        ticks = tick_scale(scale, axes.get_yticks())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: ticks.text(y, language)))
        _mark_projection(axes, rows, word("Projection", language, labels))
        label_ends(axes, ends)
    return axes


def alt_age_groups(table: pd.DataFrame, *, quantity: str | None = None) -> str:
    """Return the lines in words: first, last estimated and last projected value (English).

    Parameters
    ----------
    table, quantity
        As in `plot_age_groups`.

    Examples
    --------
    >>> import pandas as pd
    >>> alt_age_groups(pd.DataFrame({"year": [2020, 2030], "age": "15-24",
    ...     "persons": [6.0e6, 6.4e6], "status": ["estimated", "projected"]}))
    'Lines of million persons by age. 15-24: 6.00 in 2020, projected 6.40 in 2030.'
    """
    rows, measure, scale = _age_rows(table)
    text = f"Lines of {inner(quantity)}{scale.unit} by age."
    for age in sorted(rows["age"].unique(), key=age_start):
        group = rows[rows["age"] == age].dropna(subset=[measure])
        past, ahead = group[group["status"] != "projected"], group[group["status"] == "projected"]
        ends = past[past["year"].isin([past["year"].min(), past["year"].max()])]
        points = [f"{scale.text(row[measure])} in {row['year']}" for row in ends.to_dict("records")]
        if len(ahead):
            last = ahead.iloc[-1]
            points.append(f"projected {scale.text(last[measure])} in {last['year']}")
        text += f" {age}: {', '.join(points)}."
    return text


def _age_rows(table: pd.DataFrame) -> tuple[pd.DataFrame, str, Scale]:
    measure = measure_column(table, "age groups") if isinstance(table, pd.DataFrame) else "persons"
    rows = require(
        table,
        ["year", "age", measure, "status"],
        subject="age groups",
        measure=measure,
        unique=["year", "age"],
    ).sort_values(["age", "year"], ignore_index=True)
    rows = rows[rows.groupby("age")[measure].transform("count") > 0]
    return rows, measure, scale_of(str(dictionary().loc[measure, "unit"]), rows[measure])


def _colours(count: int) -> list[str]:
    if count > len(LINES):
        raise TableError(
            "lines",
            [
                Problem(
                    "groups", str(count), f"{len(LINES)} at most", next_step="Show fewer groups."
                )
            ],
        )
    return list(LINES[:count])


def _solid_then_dashed(ax: Axes, group: pd.DataFrame, measure: str, colour: str) -> None:
    """Draw one line, dashed from the last point that is not a projection."""
    ahead = group["status"] == "projected"
    past = group[~ahead]
    if ahead.any():
        dashed = pd.concat([past.iloc[[-1]], group[ahead]]) if len(past) else group[ahead]
        ax.plot(dashed["year"], dashed[measure], color=colour, linewidth=1.7, linestyle=DASHES)
    if len(past):
        ax.plot(past["year"], past[measure], color=colour, linewidth=1.7)


def _mark_projection(ax: Axes, rows: pd.DataFrame, text: str) -> None:
    past = rows.loc[rows["status"] != "projected", "year"]
    if past.empty or past.max() == rows["year"].max():
        return
    ax.axvline(past.max(), color=MUTED, linewidth=0.7, linestyle=(0, (1, 2)), zorder=0.5)
    ax.annotate(
        f"{text} \N{RIGHTWARDS ARROW}", (past.max(), 1), (4, 0), ("data", "axes fraction"),
        "offset points", fontsize=7, color=MUTED, va="top",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )  # fmt: skip
