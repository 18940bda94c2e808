"""How good the forecasts were: error by years ahead, each model beside the naive one."""

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
from skillsfc.report.charts.words import (
    Scale,
    check_language,
    footer,
    inner,
    scale_of,
    tick_scale,
    word,
)

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
    Lines of mean absolute scaled error by years ahead, from 1 to 5. Drift: 0.80 to 2.40; Last
    value (naive): 1.00 to 3.10.
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
            text = f"{_model_name(model, language, labels)} {scale.text(last['value'], language)}"
            text += f" ({word('naive', language, labels)})" if model == naive else ""
            weight = "bold" if model in (naive, highlight) else "normal"
            ends.append(EndLabel(last["horizon"], last["value"], text, colour, weight=weight))
        axes.set_ylim(bottom=0)
        unit = "" if scale.unit in ("", name) else f", {word(scale.unit, language, labels)}"
        unit_above(axes, f"{word(name, language, labels)}{unit}")
        horizon_axis(axes, rows, scale, language, labels)
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

    Parameters
    ----------
    table, metric, naive, highlight, labels
        As in `plot_accuracy`.

    Examples
    --------
    >>> import pandas as pd
    >>> alt_accuracy(pd.DataFrame({"model": "drift", "horizon": [1, 2], "value": [0.5, 0.9]}))
    'Lines of error by years ahead, from 1 to 2. Drift: 0.50 to 0.90.'
    """
    rows, scale, name = _accuracy_rows(table, metric, naive, highlight)
    parts = []
    for model, group in rows.dropna(subset=["value"]).groupby("model"):
        first, last = group["value"].iloc[0], group["value"].iloc[-1]
        role = " (naive)" if model == naive else ""
        ends = f"{scale.text(first)} to {scale.text(last)}"
        parts.append(f"{_model_name(str(model), 'en', labels)}{role}: {ends}")
    low, high = rows["horizon"].min(), rows["horizon"].max()
    unit = "" if scale.unit in ("", name) else f", {scale.unit},"
    what = inner(word(name, "en", labels))[:-2] + unit
    return f"Lines of {what} by years ahead, from {low} to {high}. {'; '.join(parts)}."


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


def _model_name(model: str, language: str, labels: Mapping[str, str] | None) -> str:
    shown = word(model, language, labels)
    return shown if shown != model else model.replace("_", " ").capitalize()


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


def horizon_axis(
    ax: Axes, rows: pd.DataFrame, scale: Scale, language: str, labels: Mapping[str, str] | None
) -> None:
    """Set the axis of years ahead, and the numbers of the other one."""
    ax.set_xlabel(word(AHEAD, language, labels), color=MUTED)
    low, high = rows["horizon"].min(), rows["horizon"].max()
    ax.set_xlim(low, high if high > low else low + 1)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    ticks = tick_scale(scale, ax.get_yticks())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: ticks.text(y, language)))
