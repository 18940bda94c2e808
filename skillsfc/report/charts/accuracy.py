"""How good the forecasts were: error by years ahead, and coverage of the intervals."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from skillsfc.errors import Problem, TableError
from skillsfc.report.charts.inputs import require, require_keys
from skillsfc.report.charts.style import (
    INK,
    LINES,
    MAIN,
    MUTED,
    EndLabel,
    drawing,
    dress,
    label_ends,
    unit_above,
)
from skillsfc.report.charts.words import Scale, check_language, footer, scale_of, tick_scale, word

AHEAD = "Years ahead"
QUIET = "#9A9A9A"


def plot_accuracy(
    table: pd.DataFrame,
    *,
    metric: str | None = None,
    naive: str | None = None,
    highlight: str | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw each model's out-of-sample error by years ahead, with the naive one set apart.

    Use it to show what a forecast adds to no forecast: a line above the naive one adds nothing.

    Parameters
    ----------
    table : DataFrame
        ``model, horizon, value`` [the metric's unit]; with a ``metric`` column, name one below.
        A ``unit`` column gives the unit on the axis.
    metric : str, optional
        Accuracy measure to draw.
    naive : str, optional
        Name of the naive model, drawn thick in black.
    highlight : str, optional
        Name of the model used, in colour; the others are then grey.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, source : str, optional
        Title and source line.
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and names.
    labels : mapping of str, optional
        Text to show in place of a model or metric.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError
        If a column is missing, or several metrics or values stand at one point.
    CoverageError
        If the table is empty or has no such metric or model.

    Examples
    --------
    >>> import pandas as pd
    >>> errors = pd.DataFrame({"model": ["last_value"] * 2 + ["drift"] * 2, "horizon": [1, 5] * 2,
    ...                        "metric": "mase", "value": [1.0, 3.1, 0.8, 2.4]})
    >>> print(plot_accuracy(errors, metric="mase", naive="last_value").alt_text)
    Lines of mase by years ahead, from 1 to 5. drift: 0.80 to 2.40; last_value (naive): 1.00 to
    3.10.
    """
    check_language(language)
    rows, scale, name = _accuracy_rows(table, metric, naive, highlight)
    order = [model for model in sorted(rows["model"].unique()) if model not in (naive, highlight)]
    shown = [*order, *(model for model in (highlight, naive) if model)]
    line = footer(source, table, language=language)
    alt = alt_accuracy(table, metric=metric, naive=naive, highlight=highlight, labels=labels)
    with drawing(ax, height=3.3, title=title, footer=line, alt=alt, language=language) as axes:
        ends = []
        dress(axes)
        for place, model in enumerate(shown):
            group = rows[rows["model"] == model].dropna(subset=["value"])
            colour, width = _model_colour(place, model, len(order), naive, highlight)
            axes.plot(
                group["horizon"], group["value"], color=colour, linewidth=width, marker="o",
                markersize=2.5 + width * 0.6, clip_on=False,
            )  # fmt: skip
            last = group.iloc[-1]
            text = f"{word(model, language, labels)} {scale.text(last['value'], language)}"
            text += f" ({word('naive', language, labels)})" if model == naive else ""
            weight = "bold" if model in (naive, highlight) else "normal"
            ends.append(EndLabel(last["horizon"], last["value"], text, colour, weight=weight))
        axes.set_ylim(bottom=0)
        unit = "" if scale.unit in ("", name) else f", {word(scale.unit, language, labels)}"
        unit_above(axes, f"{word(name, language, labels)}{unit}")
        _horizon_axis(axes, rows, scale, language, labels)
        label_ends(axes, ends)
    return axes


def alt_accuracy(
    table: pd.DataFrame,
    *,
    metric: str | None = None,
    naive: str | None = None,
    highlight: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return each model's error at the nearest and the farthest horizon in words (English).

    Examples
    --------
    >>> import pandas as pd
    >>> alt_accuracy(pd.DataFrame({"model": "drift", "horizon": [1, 2], "value": [0.5, 0.9]}))
    'Lines of error by years ahead, from 1 to 2. drift: 0.50 to 0.90.'
    """
    rows, scale, name = _accuracy_rows(table, metric, naive, highlight)
    parts = []
    for model, group in rows.dropna(subset=["value"]).groupby("model"):
        first, last = group["value"].iloc[0], group["value"].iloc[-1]
        role = " (naive)" if model == naive else ""
        ends = f"{scale.text(first)} to {scale.text(last)}"
        parts.append(f"{word(str(model), 'en', labels)}{role}: {ends}")
    low, high = rows["horizon"].min(), rows["horizon"].max()
    unit = "" if scale.unit in ("", name) else f", {scale.unit},"
    lead = f"Lines of {word(name, 'en', labels)}{unit} by years ahead, from {low} to {high}."
    return f"{lead} {'; '.join(parts)}."


def _accuracy_rows(
    table: pd.DataFrame, metric: str | None, naive: str | None, highlight: str | None
) -> tuple[pd.DataFrame, Scale, str]:
    rows = require(table, ["model", "horizon", "value"], subject="accuracy", measure="value")
    name = metric or "error"
    if "metric" in rows.columns:
        found = list(rows["metric"].unique())
        if metric is None and len(found) > 1:
            problem = Problem(
                "column 'metric'", f"{len(found)} metrics", "one", next_step="Name it."
            )
            raise TableError("accuracy", [problem])
        name = metric or str(found[0])
        require_keys([name], found, subject="accuracy", where="metric")
        rows = rows[rows["metric"] == name]
    rows = require(
        rows, ["model", "horizon"], subject="accuracy", measure="value", unique=["model", "horizon"]
    )
    asked = [model for model in (naive, highlight) if model]
    require_keys(asked, list(rows["model"].unique()), subject="accuracy", where="model")
    unit = str(rows["unit"].iloc[0]) if "unit" in rows.columns else ""
    rows = rows.sort_values(["model", "horizon"], ignore_index=True)
    has_value = rows.groupby("model")["value"].transform("count") > 0
    return rows[has_value].reset_index(drop=True), scale_of(unit, rows["value"]), name


def _model_colour(
    place: int, model: str, count: int, naive: str | None, highlight: str | None
) -> tuple[str, float]:
    if model == naive:
        return INK, 2.4
    if model == highlight:
        return MAIN, 2.4
    # In colour only while the eye can tell the lines apart and none is set above the others.
    coloured = highlight is None and count < len(LINES)
    return (LINES[place], 1.5) if coloured else (QUIET, 1.1)


def _horizon_axis(
    ax: Axes, rows: pd.DataFrame, scale: Scale, language: str, labels: Mapping[str, str] | None
) -> None:
    ax.set_xlabel(word(AHEAD, language, labels), color=MUTED)
    low, high = rows["horizon"].min(), rows["horizon"].max()
    ax.set_xlim(low, high if high > low else low + 1)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    ticks = tick_scale(scale, ax.get_yticks())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: ticks.text(y, language)))


def plot_coverage(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw how often the truth fell inside the intervals, against what they promised.

    A line below its target means intervals too narrow, a line above it too wide.

    Parameters
    ----------
    table : DataFrame
        ``horizon, level`` [nominal, 0-1] and ``value`` or ``share`` [measured coverage, 0-1].
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, source : str, optional
        Title and source line.
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and names.
    labels : mapping of str, optional
        Text to show in place of a word.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError
        If a column is missing or a horizon and level occur twice.
    CoverageError
        If the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> inside = pd.DataFrame({"horizon": [1, 5], "level": 0.8, "value": [0.82, 0.77]})
    >>> plot_coverage(inside).alt_text
    'Lines of measured coverage by years ahead, from 1 to 5. Nominal 80 %: 82.0 % to 77.0 %.'
    """
    check_language(language)
    rows = _coverage_rows(table)
    share, line = scale_of("share", []), footer(source, table, language=language)
    alt = alt_coverage(table)
    with drawing(ax, height=3.0, title=title, footer=line, alt=alt, language=language) as axes:
        ends = []
        dress(axes)
        low, high = rows["horizon"].min(), rows["horizon"].max()
        for (level, group), colour in zip(rows.groupby("level"), LINES, strict=False):
            axes.plot(
                group["horizon"], group["value"], "o-", color=colour, markersize=4, linewidth=1.6,
                clip_on=False,
            )  # fmt: skip
            axes.axhline(level, color=colour, linewidth=0.9, linestyle=(0, (1, 1.6)))
            last = group.iloc[-1]
            text = share.text(last["value"], language, unit=True)
            ends.append(EndLabel(last["horizon"], last["value"], text, colour, weight="bold"))
            text = f"{word('nominal', language, labels)} {100 * level:g} %"
            ends.append(EndLabel(last["horizon"], level, text, colour, 7.0))
        bottom = min(0.5, float(rows["value"].min()) - 0.05)
        axes.set_ylim(max(0.0, bottom), 1.0)
        text = word("Observed values inside the interval, per cent", language, labels)
        unit_above(axes, text)
        _horizon_axis(axes, rows, share, language, labels)
        axes.set_xlim(low, max(high, low + 1))
        label_ends(axes, ends)
    return axes


def alt_coverage(table: pd.DataFrame) -> str:
    """Return measured beside nominal coverage, nearest and farthest horizon (English).

    Examples
    --------
    >>> import pandas as pd
    >>> alt_coverage(pd.DataFrame({"horizon": [1, 2], "level": 0.95, "value": [0.94, 0.9]}))
    'Lines of measured coverage by years ahead, from 1 to 2. Nominal 95 %: 94.0 % to 90.0 %.'
    """
    rows, share = _coverage_rows(table), scale_of("share", [])
    parts = [
        f"Nominal {100 * float(level):g} %: {share.text(group['value'].iloc[0], unit=True)} to "
        f"{share.text(group['value'].iloc[-1], unit=True)}"
        for level, group in rows.groupby("level")
    ]
    low, high = rows["horizon"].min(), rows["horizon"].max()
    lead = f"Lines of measured coverage by years ahead, from {low} to {high}."
    return f"{lead} {'; '.join(parts)}."


def _coverage_rows(table: pd.DataFrame) -> pd.DataFrame:
    if isinstance(table, pd.DataFrame) and "share" in table and "value" not in table:
        table = table.rename(columns={"share": "value"})
    rows = require(
        table, ["horizon", "level", "value"], subject="coverage", measure="value",
        unique=["horizon", "level"],
    )  # fmt: skip
    if rows["value"].max() > 1:
        found = f"largest {rows['value'].max():g}"
        problem = Problem("column 'value'", found, "share in 0 to 1", next_step="Divide by 100.")
        raise TableError("coverage", [problem])
    return rows.dropna(subset=["value"]).sort_values(["level", "horizon"], ignore_index=True)
