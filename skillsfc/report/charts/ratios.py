"""Ratios with their intervals on a logarithmic axis: hazards, odds, durations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from skillsfc.errors import Problem, TableError
from skillsfc.report.charts.from_results import ratio_quantity, ratio_rows
from skillsfc.report.charts.inputs import require, require_numbers
from skillsfc.report.charts.style import INK, MAIN, MUTED, PALE, drawing, dress
from skillsfc.report.charts.words import check_language, footer, inner, word, wrap_evenly

KIND = "to_state"
MARKS = (0.1, 0.2, 0.25, 0.33, 0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 5.0, 10.0)


def plot_ratios(
    table: Any,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw ratios and their intervals, a row a term, beside the line of no difference.

    Use it for `skillsfc.fit_hazard`: of a result the covariates are drawn, not the baseline, and
    terms without a finite interval are named below. A term whose interval crosses one is drawn
    open. Of several kinds of moves each has its rows, under its name.

    Parameters
    ----------
    table : DataFrame or Result
        ``term, ratio, lower, upper``; ratios above 0; with several kinds of moves, ``to_state``.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, source : str, optional
        Title; source line.
    quantity : str, optional
        What the ratio is of, for the axis; by default what the model's are: of hazards, odds or
        times.
    language : {"en", "fr", "ar", "ru"}
        Language of the footer's word.
    labels : mapping of str, optional
        Text to show in place of a term.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError
        If a column is missing, a term occurs twice, or a ratio is not above 0.
    CoverageError
        If the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> drawn = plot_ratios(pd.DataFrame({"term": ["women"], "ratio": [0.8], "lower": [0.6],
    ...                                   "upper": [1.1]}))
    >>> drawn.alt_text
    'Hazard ratio with its interval. women: 0.80 (0.60 to 1.10).'
    """
    check_language(language)
    quantity = ratio_quantity(table, quantity)
    table, left_out = ratio_rows(table)
    rows = _rows(table)
    line = _with_left_out(footer(source, rows, language=language), left_out, labels)
    alt = alt_ratios(table, quantity=quantity, labels=labels)
    places = _places(rows)
    height = 0.9 + 0.3 * len(places)
    with drawing(ax, height=height, title=title, footer=line, alt=alt, language=language) as axes:
        dress(axes, grid="x")
        axes.axvline(1.0, color=INK, linewidth=0.8)
        for at, row in enumerate(places):
            if not isinstance(row, str):
                _draw(axes, at, row)
        axes.set_xscale("log")
        low, high = _limits(rows)
        axes.set(xlim=(low, high), ylim=(len(places) - 0.4, -0.6))
        axes.set_xticks([mark for mark in MARKS if low <= mark <= high])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        axes.set_yticks(range(len(places)), labels=[_named(row, labels) for row in places])
        for tick, row in zip(axes.get_yticklabels(), places, strict=True):
            tick.set_fontweight("bold" if isinstance(row, str) else "normal")
        axes.tick_params(axis="y", color=PALE)
        axes.set_xlabel(quantity, color=MUTED)
    return axes


def _draw(axes: Axes, at: int, row: Mapping[Any, Any]) -> None:
    axes.plot([row["lower"], row["upper"]], [at, at], color=MUTED, linewidth=1.4)
    sure = row["lower"] > 1 or row["upper"] < 1
    axes.plot(row["ratio"], at, "o", color=MAIN, markersize=5,
              markerfacecolor=MAIN if sure else "white")  # fmt: skip


def _places(rows: pd.DataFrame) -> list[Any]:
    """Return what stands in each place from above: a kind of move by its code, then its terms."""
    if KIND not in rows or rows[KIND].nunique() < 2:
        return [*rows.to_dict("records")]
    made: list[Any] = []
    for code, own in rows.groupby(KIND, sort=False):
        made += [str(code), *own.to_dict("records")]
    return made


def _named(row: Any, labels: Mapping[str, str] | None) -> str:
    if isinstance(row, str):
        text = (labels or {}).get(row, row.replace("_", " "))
        return wrap_evenly(text, 34)
    return wrap_evenly(plain_term(row["term"], labels), 34)


def _with_left_out(line: str, terms: list[str], labels: Mapping[str, str] | None) -> str:
    """Add to the footer the terms that cannot be drawn."""
    if not terms:
        return line
    said = ", ".join(plain_term(term, labels) for term in terms)
    return f"{line}{'. ' if line else ''}Not drawn, without a finite interval: {said}"


def alt_ratios(
    table: Any, *, quantity: str | None = None, labels: Mapping[str, str] | None = None
) -> str:
    """Return the ratios in words (English).

    Parameters
    ----------
    table, quantity, labels
        As in `plot_ratios`.

    Examples
    --------
    >>> import pandas as pd
    >>> alt_ratios(pd.DataFrame({"term": ["a"], "ratio": [2.0], "lower": [1.5], "upper": [2.5]}))
    'Hazard ratio with its interval. a: 2.00 (1.50 to 2.50).'
    """
    head = inner(ratio_quantity(table, quantity)).rstrip(", ")
    text = f"{head[:1].upper()}{head[1:]} with its interval. "
    for row in _places(_rows(ratio_rows(table)[0])):
        if isinstance(row, str):
            text = f"{text.rstrip('; ').rstrip('.')}. {_named(row, labels)}, "
            continue
        text += (
            f"{plain_term(row['term'], labels)}: {row['ratio']:.2f} "
            f"({row['lower']:.2f} to {row['upper']:.2f}); "
        )
    return f"{text.rstrip('; ')}."


def plain_term(term: str, labels: Mapping[str, str] | None = None) -> str:
    """Return a term of a model as a reader says it.

    Examples
    --------
    >>> plain_term("father_unemployed[True]"), plain_term("sex[M]"), plain_term("age:sex[M]")
    ('father unemployed', 'Men', 'age x Men')
    """
    if labels and term in labels:
        return labels[term]
    parts = []
    for part in term.split(":"):
        name, _, value = part.rstrip("]").partition("[")
        if name == "sex" and value in ("F", "M"):
            parts.append(word(value))
        elif value in ("", "True"):
            parts.append(name.replace("_", " "))
        else:
            parts.append(f"{name}: {value}".replace("_", " "))
    return " x ".join(parts)


def _rows(table: Any) -> pd.DataFrame:
    kinds = [KIND] if KIND in getattr(table, "columns", ()) else []
    rows = require(table, ["term", "ratio", "lower", "upper"], subject="ratios", measure="ratio",
                   unique=[*kinds, "term"])  # fmt: skip
    require_numbers(rows, ["ratio", "lower", "upper"], subject="ratios")
    numbers = rows[["ratio", "lower", "upper"]].to_numpy(dtype=float)
    if not (numbers > 0).all():
        terms = rows.loc[~(numbers > 0).all(axis=1), "term"].tolist()
        problem = Problem("column 'ratio'", f"not above 0 for {terms}", "ratios above 0",
                          next_step="Leave those terms out.")  # fmt: skip
        raise TableError("ratios", [problem])
    return rows.assign(term=rows["term"].astype("str"))


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    low, high = float(rows["lower"].min()), float(rows["upper"].max())
    return min(low, 0.8) / 1.12, max(high, 1.25) * 1.12
