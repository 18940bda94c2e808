"""The sum of sectors held to a total: by proportion, or by how uncertain each sector is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.checks import check
from skillsfc.errors import ParameterError, Problem, TableError, listing
from skillsfc.forecast.pooling import Array
from skillsfc.forecast.preparation import ISSUE_COLUMNS
from skillsfc.forecast.sectors.panel import SectorPanel
from skillsfc.schema import key_columns

HOLDINGS = ("proportional", "variance")
ROUNDING = 0.002  # part of a total by which its parts may miss it without being called incomplete
ROUNDS = 60  # of cutting at zero; each one fixes a sector at least


def hold_to_total(
    forecasts: Array, total: Array, panel: SectorPanel, *, spread: Array | None = None
) -> Array:
    r"""Change the forecasts of sectors so that those of each economy add up to its total.

    Parameters
    ----------
    forecasts : ndarray (n_series, ...)
        Persons, not negative.
    total : ndarray (n_economies, ...)
        Persons.
    panel : SectorPanel
        Which series belong to which economy.
    spread : ndarray, optional
        Standard deviation of each forecast [persons]. Without it every sector changes in
        proportion to its size.

    Returns
    -------
    ndarray (n_series, ...)
        NaN for an economy with a missing sector or total, or nothing to share out.

    Notes
    -----
    Least squares: :math:`\tilde y = \hat y + V 1 (T - 1'\hat y) / 1' V 1` with V the diagonal of
    the squared spread; a sector that would fall below 0 is set to 0 and the rest solved again.
    Proportional is the case of variances in proportion to size; it never needs a cut, and shares
    stay those of the forecasts.

    References
    ----------
    Wickramasuriya, Athanasopoulos & Hyndman (2019), Optimal Forecast Reconciliation, JASA 114.
    """
    if spread is None:
        return _proportional(forecasts, total, panel)
    held, variance = forecasts.copy(), np.square(spread)
    free = np.ones(forecasts.shape, bool)
    for _ in range(ROUNDS):
        gap = total - panel.sums(held)
        weight = np.where(free, variance, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            part = weight / panel.sums(weight)[panel.economy]
        held = held + part * gap[panel.economy]
        below = held < 0.0
        if not below.any():
            break
        held = np.where(below, 0.0, held)
        free &= ~below
    return _proportional(held, total, panel)  # what rounding left


def _proportional(forecasts: Array, total: Array, panel: SectorPanel) -> Array:
    sums = panel.sums(forecasts)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where((sums == 0.0) & (total == 0.0), 1.0, total / sums)
    factor = np.where(np.isfinite(factor), factor, np.nan)
    result: Array = forecasts * factor[panel.economy]
    return result


@dataclass(frozen=True, eq=False)
class StatedTotal:
    """A total that the user states, for every own economy and year ahead.

    Parameters
    ----------
    path : ndarray (n_economies, n_horizons)
        Persons that the sectors add up to; NaN for economies that only teach.
    issues : DataFrame
        What was found: years in which parts and total differ.
    note : str
        What was done, in a sentence.
    """

    path: Array
    issues: pd.DataFrame
    note: str


def read_total(total: object, panel: SectorPanel, horizon: int, ahead: int) -> StatedTotal:
    """Read a total for the economies of the panel, and compare it with the sum of their sectors.

    Parameters
    ----------
    total : DataFrame or EmploymentForecast
        Tidy table ``year, persons`` and the keys of the economies; its levels are ignored.
    panel : SectorPanel
        Sectors.
    horizon : int
        Last year needed [year].
    ahead : int
        Years ahead of the earliest base year.

    Raises
    ------
    TableError
        If it is no valid table, has other keys than the economies, or says two things of one year.
    ParameterError
        If a year is missing.

    Notes
    -----
    Where the total has values for years in which the sectors are known and the sum of these differs
    by more than 0.2 per cent, the sectors are not the whole of it: the part they had in the last
    common year is kept, and the issues say so.
    """
    rows = _rows(total, panel)
    economies = panel.keys.drop(columns="sector").groupby(panel.economy).first()
    sums = panel.sums(panel.persons)
    path = np.full((len(panel.economies), ahead), np.nan)
    found, problems = [], []
    for k in range(panel.own):
        name, base = panel.economies[k], int(panel.last_year[k])
        own = rows
        for key in economies:
            own = own[own[key] == economies[key].iloc[k]]
        values = own.set_index("year")["persons"]
        years = np.arange(base + 1, horizon + 1)
        lacking = [int(y) for y in years if not np.isfinite(values.get(y, np.nan))]
        if lacking:
            expected = f"every year from {base + 1} to {horizon}"
            problems.append(Problem(f"total of {name}", f"none for {_some(lacking)}", expected))
            continue
        part, issue = _part_of_total(values, sums[k], base, name)
        found += issue
        path[k, : len(years)] = values[years].to_numpy(dtype=float) * part
    if problems:
        raise ParameterError("total", problems)
    note = "The sectors of an economy add up to the total that was given"
    note += ", times the part that they had of it in the last common year." if found else "."
    return StatedTotal(path, pd.DataFrame(found, columns=ISSUE_COLUMNS), note)


def _rows(total: object, panel: SectorPanel) -> pd.DataFrame:
    """Return one row an economy and year, forecasts and history together."""
    table = getattr(total, "table", total)
    history = getattr(total, "history", None)
    if not isinstance(table, pd.DataFrame):
        found = type(table).__name__
        raise TableError("total", [Problem("input", found, "a table, or sf.forecast_employment's")])
    missing = {"year", "persons"} - set(table.columns)
    if missing:
        raise TableError("total", [Problem("columns", f"missing: {listing(sorted(missing))}")])
    check(table)
    keys = [key for key in key_columns(panel.keys) if key != "sector"]
    extra = [k for k in key_columns(table) if k not in (*keys, "year", "level", "model")]
    lost = [key for key in keys if key not in table.columns]
    if extra or lost:
        found = f"{'has ' + listing(extra) if extra else 'lacks ' + listing(lost)}"
        raise TableError("total", [Problem("keys", found, listing([*keys, "year"]))])
    parts = [table] if history is None else [table, history]
    rows = pd.concat([t[[*keys, "year", "persons"]] for t in parts]).drop_duplicates()
    twice = rows[rows.duplicated([*keys, "year"], keep=False)]
    if len(twice):
        years = _some(sorted(set(twice["year"])))
        expected = "one number; filter to one scenario or model"
        raise TableError("total", [Problem("persons", f"two numbers for {years}", expected)])
    return rows


def _some(years: list[int]) -> str:
    shown = ", ".join(str(year) for year in years[:4])
    return shown + (f" and {len(years) - 4} more" if len(years) > 4 else "")


def _part_of_total(
    values: pd.Series, sums: Array, base: int, name: str
) -> tuple[float, list[tuple[str, str, int, str, str]]]:
    """Return the part of the total that the sectors are, and an issue where it is not all."""
    years = np.arange(base - len(sums) + 1, base + 1)
    ratio = sums / np.array([values.get(year, np.nan) for year in years], float)
    known = np.flatnonzero(np.isfinite(ratio))
    if not len(known):
        return 1.0, []
    last, off = known[-1], np.abs(ratio[known] - 1.0) > ROUNDING
    if not off.any():
        return 1.0, []
    residual = float(sums[last] / ratio[last] - sums[last])
    text = (
        f"parts and stated total differ: in {years[last]} the sectors are "
        f"{100 * ratio[last]:.1f} % of it, residual {residual:.0f} persons"
    )
    part = float(ratio[last]) if abs(ratio[last] - 1.0) > ROUNDING else 1.0
    return part, [("parts_not_total", name, int(off.sum()), "warning", text)]
