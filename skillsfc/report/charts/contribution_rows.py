"""The numbers of a chart of contributions: a row a bar, a column a part, their sum and range."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, ParameterError, Problem, TableError, listing
from skillsfc.report.charts.inputs import require
from skillsfc.report.charts.style import SEGMENTS
from skillsfc.report.charts.words import Scale, scale_of
from skillsfc.results import Result

ORDERS = ("auto", "value", "table")
# What the levers of the shipped scenarios do, for readers who never saw their names.
LEVERS = {
    "green_sectors": "Green growth of sectors",
    "green_occupations": "Demand for green skills",
    "digital_sectors": "Growth of digital services",
    "ai_saving": "Labour saved by AI",
    "ai_response": "More demand where AI makes work cheaper",
}


def read_contributions(
    given: pd.DataFrame | Result, group: str, totals: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return contributions and totals of a table, or of a comparison of scenarios.

    Parameters
    ----------
    given : DataFrame or ScenarioComparison
        Of a comparison: its last year, the levers that reach a cell of it, and, if the group is not
        the scenario, its last scenario. One that only repeats an earlier one is left out.
    group : str
        Column of the bars.
    totals : DataFrame, optional
        As the caller gave them; a comparison by scenario brings its own.

    Returns
    -------
    tuple of DataFrame and (DataFrame or None)

    Examples
    --------
    >>> rows = pd.DataFrame({"sector": ["F"], "lever": ["a"], "contribution": [1.0]})
    >>> read_contributions(rows, "sector", None)[1] is None
    True
    """
    if not isinstance(given, Result):
        return given, totals
    made: Any = given
    reached = made.diagnostics[made.diagnostics["cells_reached"] > 0]
    # A lever that reaches nothing is left out: its 0 would look like a finding.
    total = made.sum_contributions().merge(reached[["scenario", "lever"]])
    total = total[total["year"] == made.settings.horizon]
    names = _distinct(total, made.settings.scenarios)
    rows = total
    if group != "scenario":
        rows = made.sum_contributions(by=[group])
        rows = rows[rows["year"] == made.settings.horizon].merge(reached[["scenario", "lever"]])
        names = names[-1:]
    rows = rows[rows["scenario"].isin(names)]
    rows = rows.sort_values("lever", key=lambda s: s.map(_rank(LEVERS)), kind="stable")
    rows = rows.sort_values("scenario", key=lambda s: s.map(_rank(names)), kind="stable")
    if group != "scenario":
        return rows.reset_index(drop=True), totals
    own = made.totals[made.totals["year"] == made.settings.horizon]
    own = own[own["level"] == own["level"].min()]
    return rows.reset_index(drop=True), own if totals is None else totals


def _distinct(total: pd.DataFrame, scenarios: Sequence[str]) -> list[str]:
    """Name the scenarios that do something, without one that only repeats an earlier one."""
    seen: dict[tuple[tuple[str, float], ...], str] = {}
    for name in scenarios:
        own = total[total["scenario"] == name].sort_values("lever")
        if len(own):
            seen.setdefault(
                tuple(zip(own["lever"], own["contribution"].round(6), strict=True)), name
            )
    return list(seen.values())


def _rank(names: Iterable[str]) -> dict[str, int]:
    return {name: at for at, name in enumerate(names)}


def baselines(comparison: Any) -> dict[str, float]:
    """Return the baseline's persons in the last year of a comparison, by scenario.

    Parameters
    ----------
    comparison : ScenarioComparison
        What `read_contributions` takes.
    """
    own = comparison.totals[comparison.totals["year"] == comparison.settings.horizon]
    return dict(zip(own["scenario"], own["baseline"], strict=True))


def wide_contributions(
    table: pd.DataFrame | Result,
    group: str,
    part: str,
    totals: pd.DataFrame | None,
    order: str,
    most: int,
    unit: str,
) -> tuple[pd.DataFrame, Scale]:
    """Return a row a bar, a column a part, ``difference, lower, upper``; and the scale.

    Parameters
    ----------
    table, group, part, totals, order, most, unit
        As in `skillsfc.plot_contributions`.

    Returns
    -------
    tuple of DataFrame and Scale

    Raises
    ------
    TableError, CoverageError, ParameterError
        As in `skillsfc.plot_contributions`.

    Examples
    --------
    >>> rows = pd.DataFrame({"sector": "F", "lever": ["a", "b"], "contribution": [1.0, -3.0]})
    >>> wide_contributions(rows, "sector", "lever", None, "value", 9, "persons")[0]["difference"]
    sector
    F   -2.0
    Name: difference, dtype: float64
    """
    if order not in ORDERS:
        raise ParameterError("contributions", [Problem("order", repr(order), listing(ORDERS))])
    table, totals = read_contributions(table, group, totals)
    rows = require(table, [group, part, "contribution"], subject="contributions",
                   measure="contribution", unique=[group, part])  # fmt: skip
    parts = list(dict.fromkeys(rows[part]))
    if len(parts) > len(SEGMENTS):
        found = f"{len(parts)} parts"
        raise TableError("contributions", [Problem(f"column {part!r}", found, "8 at most")])
    wide = rows.pivot_table(index=group, columns=part, values="contribution", sort=False)
    wide = wide.reindex(index=list(dict.fromkeys(rows[group])), columns=parts)
    wide["difference"] = wide.sum(axis=1)
    lost = rows.loc[rows["contribution"].isna(), group]
    wide.loc[wide.index.isin(lost), "difference"] = np.nan  # a sum with a missing part is missing
    wide = _with_range(wide, totals, group)
    if len(wide) > most:
        kept = wide["difference"].abs().sort_values(kind="stable").index[-most:]
        wide = wide[wide.index.isin(kept)]
    if order == "value" or (order == "auto" and group != "scenario"):
        wide = wide.sort_values("difference", ascending=False, kind="stable")
    return wide, scale_of(unit, wide.to_numpy(float).ravel())


def _with_range(wide: pd.DataFrame, totals: pd.DataFrame | None, group: str) -> pd.DataFrame:
    """Add the range of the sums, having seen that they are the sums."""
    if totals is None:
        return wide.assign(lower=np.nan, upper=np.nan)
    given = require(
        totals, [group, "difference", "lower", "upper"], subject="totals", measure="difference",
        unique=[group]).set_index(group)  # fmt: skip
    absent = [str(code) for code in wide.index if code not in given.index]
    if absent:
        raise CoverageError("totals", [Problem(f"column {group!r}", f"lacks {listing(absent)}")])
    own = given.loc[wide.index]
    away = (own["difference"] - wide["difference"]).abs()
    allowed = 1e-6 * wide[parts_of(wide)].abs().sum(axis=1) + 1e-9
    if (away > allowed).any():
        first = away.idxmax()
        found = f"{own.loc[first, 'difference']:,.6g} for {first!r}"
        expected = f"the sum of its parts, {wide.loc[first, 'difference']:,.6g}"
        raise TableError("totals", [Problem("column 'difference'", found, expected)])
    return wide.assign(lower=own["lower"], upper=own["upper"])


def parts_of(wide: pd.DataFrame) -> list[str]:
    """Return the columns of the parts.

    Examples
    --------
    >>> parts_of(pd.DataFrame(columns=["a", "difference", "lower", "upper"]))
    ['a']
    """
    return [name for name in wide.columns if name not in ("difference", "lower", "upper")]
