"""Value added by sector beside its employment, and what is assumed of its growth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from skillsfc.checks import check
from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.forecast.pooling import Array, Index, mean_changes, shrink
from skillsfc.forecast.preparation import ISSUE_COLUMNS, NOT_EVIDENCE
from skillsfc.forecast.sectors.panel import SectorPanel
from skillsfc.schema import key_columns

OUTPUT_YEARS = 15  # years behind the assumed growth of output: 5 to 28 tried, hardly a difference
FASTEST = 0.5  # growth of output a year beyond which a per cent was taken for a share


def with_output(
    panel: SectorPanel, output: pd.DataFrame | None
) -> tuple[SectorPanel, pd.DataFrame]:
    """Return the panel with the logarithm of value added, and what was found on the way.

    Parameters
    ----------
    panel : SectorPanel
        Employment.
    output : DataFrame or None
        Tidy table with the same keys and ``value_added`` [national currency, constant prices].

    Raises
    ------
    TableError
        If it is no valid table of value added, or its keys are not those of the employment.
    """
    found: list[tuple[str, str, int, str, str]] = []
    if output is None:
        return panel, pd.DataFrame(found, columns=ISSUE_COLUMNS)
    rows = _checked(output, panel)
    keys = list(panel.keys.columns)
    rows = rows[~rows["status"].isin(NOT_EVIDENCE)]
    numbered = panel.keys.assign(_row=range(len(panel.keys)), _end=panel.last_year[panel.economy])
    placed = rows.merge(numbered, on=keys, how="inner")
    column = panel.persons.shape[1] - 1 - (placed["_end"] - placed["year"])
    inside = (column >= 0) & (column < panel.persons.shape[1])
    placed, column = placed[inside], column[inside].to_numpy()
    values = np.full(panel.persons.shape, np.nan)
    values[placed["_row"].to_numpy(), column] = placed["value_added"].to_numpy()
    names = np.array(panel.names)
    for row in np.flatnonzero((values <= 0.0).any(axis=1) & panel.own_rows):
        text = "value added of 0 or less has no logarithm: taken as missing"
        count = int((values[row] <= 0.0).sum())
        found.append(("output_not_positive", str(names[row]), count, "warning", text))
    values[~(values > 0.0)] = np.nan
    for row in np.flatnonzero(~np.isfinite(values).any(axis=1) & panel.own_rows):
        text = "no value added: no elasticity, its pooled trend instead"
        found.append(("no_output", str(names[row]), 1, "note", text))
    known = pd.DataFrame(found, columns=ISSUE_COLUMNS)
    return replace(panel, output=np.log(values)), known


def _checked(output: pd.DataFrame, panel: SectorPanel) -> pd.DataFrame:
    missing = [c for c in ("year", "value_added") if c not in getattr(output, "columns", ())]
    if isinstance(output, pd.DataFrame) and missing:
        near = did_you_mean(missing[0], output.columns)
        raise TableError(
            "output table",
            [Problem("columns", f"missing: {listing(missing)}", "year and value_added", near)],
        )
    rows = check(output)
    keys = [key for key in key_columns(rows) if key != "year"]
    expected = list(panel.keys.columns)
    if keys != expected:
        raise TableError(
            "output table",
            [Problem("keys", listing(keys), f"those of the employment: {listing(expected)}")],
        )
    shared = rows[keys].drop_duplicates().merge(panel.keys, on=keys)
    if shared.empty:
        raise TableError(
            "output table",
            [Problem("rows", f"none of a series such as {panel.names[0]}", "the same codes")],
        )
    return rows


def output_growth_by_origin(panel: SectorPanel, origins: Index) -> Array:
    """Return the growth of output assumed at each origin: its own, drawn to that of all series.

    Returns
    -------
    ndarray (n_series, n_origins)
        Change of the logarithm a year.
    """
    slope, error = mean_changes(panel.output, origins, OUTPUT_YEARS)
    return shrink(slope, error)


def stated_growth(
    growth: float | Mapping[str, float] | None, panel: SectorPanel, *, has_output: bool
) -> tuple[Array, str]:
    """Return the growth of output that the user states, by series, and a sentence saying so.

    Parameters
    ----------
    growth : float, mapping or None
        Growth a year [share], for all sectors or by sector code.
    panel : SectorPanel
        Where the sectors are.
    has_output : bool
        Whether there is output that could grow.

    Returns
    -------
    ndarray (n_series,)
        Change of the logarithm a year; NaN where nothing is stated.
    str
        Empty where nothing is stated.

    Raises
    ------
    ParameterError
        If a sector is unknown, a rate is no number between -0.5 and 0.5, or there is no output.
    """
    found = np.full(len(panel.keys), np.nan)
    if growth is None:
        return found, ""
    if not has_output:
        where = Problem("output", "None", "a table of value added that output_growth carries on")
        raise ParameterError("output_growth", [where])
    sectors = panel.keys["sector"].to_numpy(dtype=str)
    stated = growth if isinstance(growth, Mapping) else dict.fromkeys(np.unique(sectors), growth)
    problems = []
    for code, rate in stated.items():
        if code not in sectors:
            near = did_you_mean(code, sectors)
            problems.append(
                Problem(repr(code), "no such sector", listing(np.unique(sectors)), near)
            )
        elif isinstance(rate, bool) or not isinstance(rate, int | float) or not abs(rate) < FASTEST:
            hint = "3 per cent a year is 0.03."
            problems.append(Problem(repr(code), repr(rate), "a share a year", "", hint))
        else:
            found[(sectors == code) & panel.own_rows] = np.log1p(rate)
    if problems:
        raise ParameterError("output_growth", problems)
    if isinstance(growth, Mapping):
        parts = ", ".join(f"{code} {100 * rate:g} %" for code, rate in sorted(stated.items()))
        return found, f"Output is assumed to grow a year as stated: {parts}."
    return found, f"Output of every sector is assumed to grow by {100 * growth:g} % a year."
