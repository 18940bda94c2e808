"""Ratios with their intervals on a logarithmic axis: hazards, odds, durations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from skillsfc.errors import Problem, TableError
from skillsfc.report.charts.inputs import require, require_numbers
from skillsfc.report.charts.style import INK, MAIN, MUTED, PALE, drawing, dress
from skillsfc.report.charts.words import check_language, footer, inner, word, wrap_evenly

MARKS = (0.1, 0.2, 0.25, 0.33, 0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 5.0, 10.0)


def plot_ratios(
    table: Any,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str = "Hazard ratio",
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw ratios and their intervals, a row a term, beside the line of no difference.

    Use it for `skillsfc.fit_hazard`. A term whose interval crosses one is drawn open.

    Parameters
    ----------
    table : DataFrame or Result
        ``term, ratio, lower, upper``; ratios above 0.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, source : str, optional
        Title; source line.
    quantity : str
        What the ratio is of, for the axis.
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
    rows = _rows(table)
    names = [wrap_evenly(plain_term(term, labels), 34) for term in rows["term"]]
    line = footer(source, rows, language=language)
    alt = alt_ratios(table, quantity=quantity, labels=labels)
    height = 0.9 + 0.3 * len(rows)
    with drawing(ax, height=height, title=title, footer=line, alt=alt, language=language) as axes:
        dress(axes, grid="x")
        axes.axvline(1.0, color=INK, linewidth=0.8)
        for at, row in enumerate(rows.to_dict("records")):
            axes.plot([row["lower"], row["upper"]], [at, at], color=MUTED, linewidth=1.4)
            sure = row["lower"] > 1 or row["upper"] < 1
            axes.plot(row["ratio"], at, "o", color=MAIN, markersize=5,
                      markerfacecolor=MAIN if sure else "white")  # fmt: skip
        axes.set_xscale("log")
        low, high = _limits(rows)
        axes.set(xlim=(low, high), ylim=(len(rows) - 0.4, -0.6))
        axes.set_xticks([mark for mark in MARKS if low <= mark <= high])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        axes.set_yticks(range(len(rows)), labels=names)
        axes.tick_params(axis="y", color=PALE)
        axes.set_xlabel(quantity, color=MUTED)
    return axes


def alt_ratios(
    table: Any, *, quantity: str = "Hazard ratio", labels: Mapping[str, str] | None = None
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
    said = "; ".join(
        f"{plain_term(row['term'], labels)}: {row['ratio']:.2f} "
        f"({row['lower']:.2f} to {row['upper']:.2f})"
        for row in _rows(table).to_dict("records")
    )
    head = inner(quantity).rstrip(", ")
    return f"{head[:1].upper()}{head[1:]} with its interval. {said}."


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
    rows = getattr(table, "table", table)
    rows = require(rows, ["term", "ratio", "lower", "upper"], subject="ratios", measure="ratio",
                   unique=["term"])  # fmt: skip
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
