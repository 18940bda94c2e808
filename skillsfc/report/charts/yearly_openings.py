"""Openings year by year with their intervals: a fan without a history, for none was counted."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from skillsfc.report.charts.fan import BAND_TINTS
from skillsfc.report.charts.inputs import require
from skillsfc.report.charts.style import (
    DASHES,
    INK,
    MAIN,
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
)


def plot_yearly_openings(
    yearly: pd.DataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw openings of each year (dashed) and their intervals, the wider the paler.

    Parameters
    ----------
    yearly : DataFrame
        ``year, level, persons, lower, upper`` [persons in the year] of one group: ``.yearly`` of
        `skillsfc.simulate_openings`.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, quantity, source : str, optional
        Title; what is measured, for the axis; source line.
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and of the chart's own words.
    labels : mapping of str, optional
        Text to show in place of a word.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError
        If a column is missing or a year and level occur twice: filter one group first.
    CoverageError
        If the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> fan = pd.DataFrame({"year": [2026, 2027], "level": 0.8, "persons": [40.0, 45.0],
    ...     "lower": [-5.0, -9.0], "upper": [80.0, 95.0]})
    >>> plot_yearly_openings(fan).get_ylabel()
    'Persons per year'
    """
    check_language(language)
    rows, scale = _rows(yearly)
    alt = alt_yearly_openings(yearly, quantity=quantity)
    line = footer(source, yearly, language=language)
    with drawing(ax, height=3.2, title=title, footer=line, alt=alt, language=language) as axes:
        dress(axes)
        levels = sorted(rows["level"].unique(), reverse=True)
        tints = BAND_TINTS[1:] if len(levels) == 1 else BAND_TINTS
        for level, tint in zip(levels, tints, strict=False):
            band = rows[rows["level"] == level]
            axes.fill_between(band["year"], band["lower"], band["upper"], color=tint, linewidth=0)
        centre = rows.drop_duplicates("year")
        axes.plot(centre["year"], centre["persons"], color=MAIN, linewidth=1.8, linestyle=DASHES)
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.margins(x=0.0, y=0.06)
        unit_above(axes, axis_title(scale, quantity, language, labels))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
        ticks = tick_scale(scale, axes.get_yticks())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: ticks.text(y, language)))
        label_ends(axes, _ends(rows, scale, language), gap=9.5)
    return axes


def alt_yearly_openings(yearly: pd.DataFrame, *, quantity: str | None = None) -> str:
    """Return the fan in words: first and last year with their intervals (English).

    Parameters
    ----------
    yearly, quantity
        As in `plot_yearly_openings`.

    Examples
    --------
    >>> import pandas as pd
    >>> alt_yearly_openings(pd.DataFrame({"year": [2026], "level": 0.8, "persons": [40.0],
    ...     "lower": [-5.0], "upper": [80.0]}))
    'Fan of openings, persons per year. 2026: 40 (80 % interval −5 to 80).'
    """
    rows, scale = _rows(yearly)
    text = f"Fan of openings, {inner(quantity)}{scale.unit}."
    for year in dict.fromkeys([rows["year"].min(), rows["year"].max()]):
        own = rows[rows["year"] == year]
        bands = ", ".join(
            f"{100 * row.level:g} % interval {scale.text(row.lower)} to {scale.text(row.upper)}"
            for row in own.itertuples()
        )
        text += f" {year}: {scale.text(own['persons'].iloc[0])} ({bands})."
    return text


def _rows(yearly: pd.DataFrame) -> tuple[pd.DataFrame, Scale]:
    rows = require(
        yearly, ["year", "level", "persons", "lower", "upper"], subject="openings by year",
        measure="persons", unique=["year", "level"],
    ).sort_values(["year", "level"], ignore_index=True)  # fmt: skip
    return rows, scale_of("persons per year", rows["persons"])


def _ends(rows: pd.DataFrame, scale: Scale, language: str) -> list[EndLabel]:
    end = rows[rows["year"] == rows["year"].max()]
    year, value = int(end["year"].iloc[0]), float(end["persons"].iloc[0])
    found = [EndLabel(year, value, scale.text(value, language), MAIN, 8.5, "bold")]
    for row in end.itertuples():
        name = f"{100 * row.level:g} %"
        for edge in (row.lower, row.upper):
            found.append(EndLabel(year, edge, f"{scale.text(edge, language)}  {name}", MUTED, 7.0))
    return found
