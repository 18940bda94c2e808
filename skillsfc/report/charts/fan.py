"""Fan chart: a history, its projection and the intervals around it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from skillsfc.errors import CoverageError, Problem
from skillsfc.report.charts import style
from skillsfc.report.charts.fan_marks import mark_other, mark_start
from skillsfc.report.charts.inputs import require
from skillsfc.report.charts.style import DASHES, MAIN, MUTED, EndLabel, drawing, label_ends
from skillsfc.report.charts.words import (
    Scale,
    axis_title,
    check_language,
    footer,
    inner,
    scale_of,
    tick_scale,
    word,
    years_text,
)
from skillsfc.schema import dictionary, measure_column

# Tints of the main colour, the widest interval first; flat fills, because print and some viewers
# treat transparency badly.
BAND_TINTS = ("#D3E0EE", "#A3BFDD", "#7BA3CC")


def table_fan(
    history: pd.DataFrame, forecast: pd.DataFrame, *, other: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the numbers that `plot_fan` draws as one table.

    Parameters
    ----------
    history, forecast, other : DataFrame
        As in `plot_fan`.

    Returns
    -------
    DataFrame
        ``status`` (observed or the history's own, projected), ``year``, the measure, ``level,
        lower, upper`` and ``source`` where a table has it; ordered by status and year.

    Raises
    ------
    TableError, CoverageError
        As in `plot_fan`.

    Examples
    --------
    >>> import pandas as pd
    >>> past = pd.DataFrame({"year": [2016, 2017], "persons": [10.8e6, 10.9e6]})
    >>> ahead = pd.DataFrame({"year": [2018], "level": [0.8], "persons": [11.0e6],
    ...                       "lower": [10.8e6], "upper": [11.2e6]})
    >>> table_fan(past, ahead)[["status", "year", "persons", "upper"]]
          status  year     persons       upper
    0   observed  2016  10800000.0         NaN
    1   observed  2017  10900000.0         NaN
    2  projected  2018  11000000.0  11200000.0
    """
    past, ahead, later = _checked(history, forecast, other)
    measure = measure_column(past)
    parts = [past.assign(status=past.get("status", "observed"))]
    if later is not None:
        parts.append(later.assign(status=later.get("status", "observed")))
    parts.append(ahead.assign(status="projected"))
    both = pd.concat(parts, ignore_index=True)
    columns = ["status", "year", measure, "level", "lower", "upper", "source"]
    return both[[name for name in columns if name in both.columns]]


def plot_fan(
    history: pd.DataFrame,
    forecast: pd.DataFrame,
    *,
    other: pd.DataFrame | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw a series, its projection (dashed) and its intervals (the wider the paler).

    Use it for one series. A later level from another source stands as its own mark and is never
    joined to the line, for the two do not measure the same thing.

    Parameters
    ----------
    history : DataFrame
        ``year`` and one measure such as ``persons`` [persons]; a missing value leaves a gap.
    forecast : DataFrame
        ``year, level, lower, upper`` and the same measure, one row a year and level.
    other : DataFrame, optional
        ``year, source`` and the same measure: levels from another source.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, quantity, source : str, optional
        Title; what is measured, for the axis; source line (default: the tables' source ids).
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and of the chart's own words.
    labels : mapping of str, optional
        Text to show in place of a word or a source id.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError
        If a column is missing or a year occurs twice.
    CoverageError
        If a table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> past = pd.DataFrame({"year": [2016, 2017], "persons": [10.8e6, 10.9e6]})
    >>> ahead = pd.DataFrame({"year": [2018, 2019], "level": [0.8, 0.8],
    ...     "persons": [11.0e6, 11.1e6], "lower": [10.8e6, 10.7e6], "upper": [11.2e6, 11.5e6]})
    >>> plot_fan(past, ahead).get_ylabel()
    'Million persons'
    """
    check_language(language)
    past, ahead, later = _checked(history, forecast, other)
    scale = _scale(past, ahead, later)
    alt = alt_fan(history, forecast, other=other, quantity=quantity, labels=labels)
    line = footer(source, history, other, language=language)
    with drawing(ax, height=3.5, title=title, footer=line, alt=alt, language=language) as axes:
        _draw_lines(axes, past, ahead)
        _finish_axes(axes, scale, axis_title(scale, quantity, language, labels), language)
        ends = _end_labels(ahead, scale, language)
        mark_start(axes, past, word("Projection", language, labels), scale, language)
        if later is not None:
            mark_other(axes, later, scale, language, labels)
        label_ends(axes, ends, gap=9.5)
    return axes


def alt_fan(
    history: pd.DataFrame,
    forecast: pd.DataFrame,
    *,
    other: pd.DataFrame | None = None,
    quantity: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the fan chart in a sentence or two: start, last value, end, intervals (English).

    Parameters
    ----------
    history, forecast, other, quantity, labels
        As in `plot_fan`.

    Examples
    --------
    >>> import pandas as pd
    >>> past = pd.DataFrame({"year": [2016, 2017], "persons": [10.8e6, 10.9e6]})
    >>> ahead = pd.DataFrame({"year": [2019], "level": [0.8], "persons": [11.1e6],
    ...                       "lower": [10.7e6], "upper": [11.5e6]})
    >>> print(alt_fan(past, ahead, quantity="employment"))
    Fan chart of employment, million persons: from 10.8 in 2016 to 10.9 in 2017; projected to
    11.1 in 2019 (80 % interval 10.7 to 11.5).
    """
    past, ahead, later = _checked(history, forecast, other)
    measure, scale = measure_column(past), _scale(past, ahead, later)
    known = past.dropna(subset=[measure])
    values, years = known[measure].tolist(), known["year"].tolist()
    end = ahead[ahead["year"] == ahead["year"].max()].sort_values("level")
    bands = ", ".join(
        f"{100 * row.level:g} % interval {scale.text(row.lower)} to {scale.text(row.upper)}"
        for row in end.itertuples()
    )
    text = (
        f"Fan chart of {inner(quantity)}{scale.unit}: "
        f"from {scale.text(values[0])} in {years[0]} to {scale.text(values[-1])} in {years[-1]}; "
        f"projected to {scale.text(end[measure].iloc[0])} in {end['year'].iloc[0]} ({bands})."
    )
    gaps = past.loc[past[measure].isna(), "year"].tolist()
    text += f" No value for {years_text(gaps)}." if gaps else ""
    if later is not None:
        for row in later.dropna(subset=[measure]).to_dict("records"):
            name = word(str(row["source"]), "en", labels)
            text += f" Another source, {name}, gives {scale.text(row[measure])} in {row['year']}."
    return text


def _checked(
    history: pd.DataFrame, forecast: pd.DataFrame, other: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None]:
    measure = measure_column(history, "history") if isinstance(history, pd.DataFrame) else "persons"
    past = require(
        history, ["year", measure], subject="history", measure=measure, unique=["year"]
    ).sort_values("year", ignore_index=True)
    needed = ["year", "level", measure, "lower", "upper"]
    ahead = require(
        forecast, needed, subject="forecast", measure=measure, unique=["year", "level"]
    ).sort_values(["year", "level"], ignore_index=True)
    ahead = ahead.dropna(subset=[measure, "lower", "upper"]).reset_index(drop=True)
    if ahead.empty:
        raise CoverageError("forecast", [Problem("lower, upper", "no interval", "at least one")])
    later = None
    if other is not None:
        later = require(
            other, ["year", measure, "source"], subject="other source", measure=measure,
            unique=["year", "source"],
        ).sort_values("year", ignore_index=True)  # fmt: skip
    return past, ahead, later


def _scale(past: pd.DataFrame, ahead: pd.DataFrame, later: pd.DataFrame | None) -> Scale:
    measure = measure_column(past)
    shown = [past[measure], ahead[measure], *([] if later is None else [later[measure]])]
    return scale_of(str(dictionary().loc[measure, "unit"]), pd.concat(shown))


def _draw_lines(ax: Axes, past: pd.DataFrame, ahead: pd.DataFrame) -> None:
    measure = measure_column(past)
    start = past.dropna(subset=[measure]).iloc[[-1]]
    levels = sorted(ahead["level"].unique(), reverse=True)
    tints = BAND_TINTS[1:] if len(levels) == 1 else BAND_TINTS
    for level, tint in zip(levels, tints, strict=False):
        band = ahead[ahead["level"] == level]
        years = [*start["year"], *band["year"]]
        lower = [*start[measure], *band["lower"]]
        ax.fill_between(years, lower, [*start[measure], *band["upper"]], color=tint, linewidth=0)
    centre = ahead.drop_duplicates("year")
    ax.plot(
        [*start["year"], *centre["year"]], [*start[measure], *centre[measure]],
        color=MAIN, linewidth=1.8, linestyle=DASHES,
    )  # fmt: skip
    ax.plot(past["year"], past[measure], color=MAIN, linewidth=1.8)
    ax.plot(centre["year"].iloc[-1:], centre[measure].iloc[-1:], "o", color=MAIN, markersize=4.5,
            clip_on=False)  # fmt: skip


def _finish_axes(ax: Axes, scale: Scale, text: str, language: str) -> None:
    style.dress(ax)
    style.unit_above(ax, text)
    ax.margins(x=0.0, y=0.06)
    ax.autoscale_view()
    ax.set_ylim(bottom=max(0.0, ax.get_ylim()[0]))  # no measure drawn here goes below zero
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    ticks = tick_scale(scale, ax.get_yticks())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: ticks.text(y, language)))


def _end_labels(ahead: pd.DataFrame, scale: Scale, language: str) -> list[EndLabel]:
    measure = measure_column(ahead)
    end = ahead[ahead["year"] == ahead["year"].max()]
    year, value = int(end["year"].iloc[0]), float(end[measure].iloc[0])
    found = [EndLabel(year, value, f"{scale.text(value, language)} ({year})", MAIN, 8.5, "bold")]
    for row in end.itertuples():
        name = f"{100 * row.level:g} %"
        for edge in (row.lower, row.upper):
            found.append(EndLabel(year, edge, f"{scale.text(edge, language)}  {name}", MUTED, 7.0))
    return found
