"""Yearly rates of leaving, several definitions side by side: a dot each, a line where a range."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from skillsfc.errors import CoverageError, ParameterError, Problem, TableError, listing
from skillsfc.report.charts.inputs import require
from skillsfc.report.charts.style import GRID, INK, LINES, MUTED, drawing, dress
from skillsfc.report.charts.words import (
    Scale,
    axis_title,
    check_language,
    footer,
    inner,
    names_of_codes,
    scale_of,
    tick_scale,
    wrap_evenly,
)
from skillsfc.report.display import source_line
from skillsfc.results import Result

DEFINITIONS = {
    "net": "Net: not made good by hiring at the same age",
    "stock_flow": "Stock-flow: the same, at the ages workers have now",
    "separations": "Separations: all who leave, by rates of earlier years",
    "measured": "All who left, as counted",
    "leavers": "Passing the last age of work, or dying",
}
MARKS = ("o", "D", "s", "^", "v")
WRAP = 34
LOW, HIGH = "annual_rate_low", "annual_rate_high"
Rates = Mapping[str, Result | pd.DataFrame]


def plot_replacement(
    results: Rates,
    *,
    group: str,
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str | None = "Workers who leave in a year",
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw yearly rates of replacement by group, a mark for each definition.

    Use it to show how far definitions of leaving disagree, or one of them with its range.

    Parameters
    ----------
    results : mapping of str to ReplacementDemand or DataFrame
        By definition (a key of `DEFINITIONS`, or a name of your own), up to five:
        the group, ``persons`` [persons] and ``annual_rate`` [share per year]; if known,
        ``annual_rate_low, annual_rate_high``. Other keys are averaged, weighted by persons.
    group : str
        Column of the rows, such as ``"occupation"`` or ``"sex"``.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, quantity, source : str, optional
        Title; what is measured, for the axis; source line.
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and names.
    labels : mapping of str, optional
        Text to show in place of a code or a definition.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError
        If a column is missing.
    CoverageError
        If a table is empty, or no definition is given.
    ParameterError
        If there are more than five definitions.

    Examples
    --------
    >>> import pandas as pd
    >>> made = pd.DataFrame({"occupation": ["2", "6"], "persons": [100.0, 50.0],
    ...                      "annual_rate": [0.02, 0.05]})
    >>> axes = plot_replacement({"net": made}, group="occupation")
    >>> axes.get_xlabel()
    'Workers who leave in a year, per cent'
    """
    check_language(language)
    rows, scale = _rows(results, group)
    codes = list(dict.fromkeys(rows[group]))
    names = names_of_codes(codes, group, language, labels)
    texts = [wrap_evenly(names[code], WRAP) for code in codes]
    ids = [i for given in results.values() for i in _table(given).get("source", ())]
    line = footer(source_line(ids) if source is None else source, language=language)
    alt = alt_replacement(results, group=group, quantity=quantity, labels=labels)
    step = 0.095 * len(results)
    height = 0.95 + 0.17 * len(results)
    height += sum(max(step, 0.15 * (text.count("\n") + 1)) + 0.14 for text in texts)
    with drawing(ax, height=height, title=title, footer=line, alt=alt, language=language) as axes:
        dress(axes, grid="x")
        _draw(axes, rows, group, codes, {**DEFINITIONS, **(labels or {})})
        axes.set_yticks(range(len(codes)), labels=texts)
        axes.set_ylim(len(codes) - 0.45, -0.55)
        axes.set_xlim(left=0)
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 2.5, 5, 10]))
        ticks = tick_scale(scale, axes.get_xticks())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: ticks.text(x, language)))
        axes.set_xlabel(axis_title(scale, quantity, language, labels), color=MUTED)
    return axes


def alt_replacement(
    results: Rates,
    *,
    group: str,
    quantity: str | None = "Workers who leave in a year",
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the dots in words: every rate, row by row, with its range (English).

    Parameters
    ----------
    results, group, quantity, labels
        As in `plot_replacement`.

    Examples
    --------
    >>> import pandas as pd
    >>> made = pd.DataFrame({"sex": ["F"], "persons": [9.0], "annual_rate": [0.02],
    ...                      "annual_rate_low": [0.01], "annual_rate_high": [0.04]})
    >>> alt_replacement({"mine": made}, group="sex", quantity=None)
    'Dots of per cent. Women: mine 2.0, between 1.0 and 4.0.'
    """
    rows, scale = _rows(results, group)
    names = names_of_codes(list(rows[group].unique()), group, "en", labels)
    said = {**DEFINITIONS, **(labels or {})}
    text = f"Dots of {inner(quantity)}{scale.unit}."
    for code, own in rows.groupby(group, sort=False):
        parts = []
        for row in own.to_dict("records"):
            method = str(row["method"])
            word = said.get(method, method).split(":")[0]
            parts.append(f"{word[0].lower()}{word[1:]} {scale.text(row['share'])}")
            if np.isfinite(row["lower"]):
                parts[-1] += f", between {scale.text(row['lower'])} and {scale.text(row['upper'])}"
        text += f" {textwrap.shorten(names[str(code)], 80)}: {'; '.join(parts)}."
    return text


def table_replacement(
    results: Rates,
    *,
    by: Sequence[str] | str = (),
    workers: pd.DataFrame | None = None,
    named: bool = False,
) -> pd.DataFrame:
    """Return yearly rates by group, a column a definition, and what they are in persons.

    Parameters
    ----------
    results : mapping of str to ReplacementDemand or DataFrame
        As in `plot_replacement`.
    by : str or sequence of str
        Keys of the rows; without any, one row for all.
    workers : DataFrame, optional
        Tidy ``persons`` by these keys [persons]; of several years the last is taken.
    named : bool
        Names of codes in their place, for a page.

    Returns
    -------
    DataFrame
        The keys; for each definition its yearly rate [share per year] and, where it has a range,
        ``<definition>_low, <definition>_high``. With ``workers`` also ``workers`` [persons] and
        ``<definition>_per_year`` [persons per year].

    Raises
    ------
    CoverageError
        If no definition is given, or the workers lack a group.

    Examples
    --------
    >>> import pandas as pd
    >>> made = pd.DataFrame({"sex": ["F", "M"], "persons": [100.0, 300.0],
    ...                      "annual_rate": [0.02, 0.04]})
    >>> table_replacement({"net": made}).values.tolist()
    [[0.035]]
    >>> table_replacement({"net": made}, by="sex", workers=made)["net_per_year"].tolist()
    [2.0, 12.0]
    """
    keys = [by] if isinstance(by, str) else list(by)
    rows = _tidy(results, keys)
    columns = {}
    for method in results:
        own = rows[rows["method"] == method]
        own = own.set_index(keys) if keys else own.reset_index(drop=True)
        columns[method] = own["share"]
        if own["lower"].notna().any():
            columns |= {f"{method}_low": own["lower"], f"{method}_high": own["upper"]}
    wide = pd.DataFrame(columns)
    if workers is not None:
        wide = _in_persons(wide, workers, keys)
    found = wide.reset_index() if keys else wide
    for key in keys if named else ():
        found[key] = found[key].astype("str").map(names_of_codes(list(found[key].unique()), key))
    return found


def _in_persons(wide: pd.DataFrame, workers: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Add the latest workers of each group, and every rate times them."""
    given = require(workers, [*keys, "persons"], subject="workers", measure="persons")
    if "year" in given:
        given = given[given["year"] == given["year"].max()]
    if not keys:
        staff = pd.Series([given["persons"].sum()], index=wide.index)
    else:
        staff = given.groupby(keys)["persons"].sum(min_count=1).reindex(wide.index)
    if staff.isna().any():
        lost = listing([str(name) for name in wide.index[staff.isna()]])
        raise CoverageError("workers", [Problem(listing(keys), f"lacks {lost}", "every group")])
    centres = [n for n in wide.columns if n[:-4] not in wide and n[:-5] not in wide]
    counts = {f"{name}_per_year": wide[name] * staff for name in centres}
    return wide.assign(workers=staff, **counts)


def _rows(results: Rates, group: str) -> tuple[pd.DataFrame, Scale]:
    """Return a row a group and definition, groups from the highest rate of the last definition."""
    rows = _tidy(results, [group])
    rows[group] = rows[group].astype("str")
    lead = rows[rows["method"] == list(results)[-1]].set_index(group)["share"]
    rows["_rank"] = rows[group].map(lead)
    if group != "sex":
        rows = rows.sort_values("_rank", ascending=False, kind="stable")
    return rows.drop(columns="_rank").reset_index(drop=True), scale_of("share", rows["share"])


def _table(given: Result | pd.DataFrame) -> pd.DataFrame:
    return given.table if isinstance(given, Result) else given


def _tidy(results: Rates, keys: list[str]) -> pd.DataFrame:
    """Return ``keys, method, share, lower, upper``, averaged over all other keys."""
    if not results:
        raise CoverageError("replacement", [Problem("results", "none", "at least one")])
    if len(results) > len(MARKS):
        raise ParameterError("replacement", [Problem("results", f"{len(results)}", "five at most")])
    parts = []
    for method, given in results.items():
        name = f"replacement {method!r}"
        rows = require(
            _table(given), [*keys, "persons", "annual_rate"], subject=name, measure="annual_rate"
        )
        if (rows["persons"] < 0).any():
            raise TableError(name, [Problem("column 'persons'", "below zero", "0 or more")])
        ends = {"share": "annual_rate", "lower": LOW, "upper": HIGH}
        found = {new: _mean(rows, old, keys) for new, old in ends.items()}
        parts.append(pd.DataFrame(found).reset_index(drop=not keys).assign(method=method))
    return pd.concat(parts, ignore_index=True)


def _mean(rows: pd.DataFrame, column: str, keys: list[str]) -> pd.Series:
    """Return the mean weighted by persons; missing where a cell with persons has no rate."""
    rates = rows[column] if column in rows else pd.Series(np.nan, rows.index)
    filled = rates.where(rows["persons"] > 0, 0.0) * rows["persons"]
    by = [rows[key] for key in keys] if keys else [pd.Series(0, rows.index)]
    sums = filled.groupby(by).agg(lambda part: part.sum(skipna=False))
    people = rows["persons"].groupby(by).sum()
    return sums / people.where(people > 0)


def _draw(
    ax: Axes, rows: pd.DataFrame, group: str, codes: list[str], said: Mapping[str, str]
) -> None:
    methods = list(dict.fromkeys(rows["method"]))
    for at, (method, mark, colour) in enumerate(zip(methods, MARKS, LINES, strict=False)):
        own = rows[rows["method"] == method].set_index(group).reindex(codes)
        shift = (at - (len(methods) - 1) / 2) * 0.66 / max(len(methods), 2)
        places = np.arange(len(codes)) + shift
        # Stems tie the marks to their row: without them a reader cannot tell the rows apart.
        ax.hlines(places, 0, own["share"], color=GRID, linewidth=1.0, zorder=1.5)
        ax.hlines(places, own["lower"], own["upper"], color=colour, linewidth=1.4, zorder=2)
        ax.plot(own["share"], places, mark, color=colour, markersize=5.4, linestyle="none",
                markeredgecolor="white", markeredgewidth=0.6, zorder=3,
                label=said.get(method, method))  # fmt: skip
    ax.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=1, fontsize=7.5, handletextpad=0.3,
        borderaxespad=0.2, labelcolor=INK,
    )  # fmt: skip
