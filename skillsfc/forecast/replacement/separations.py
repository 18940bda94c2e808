"""Replacement by rates of exit and transfer, applied to the mean of two stocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.conversion import STATUS_ORDER, add_up
from skillsfc.errors import CoverageError, ParameterError, Problem, TableError, listing
from skillsfc.forecast.pathology import Issue
from skillsfc.forecast.replacement.ages import age_bounds
from skillsfc.forecast.replacement.annual import to_annual
from skillsfc.forecast.replacement.employment_path import read_path
from skillsfc.forecast.replacement.result import COLUMNS
from skillsfc.forecast.replacement.separation_rates import SeparationRates, read_rates
from skillsfc.forecast.replacement.stocks import check_stocks, choose_keys, stock_keys
from skillsfc.results import Result
from skillsfc.schema import key_columns

SUBJECT = "estimate_replacement_demand"
RATE_COLUMNS = ("indicator", "rate", "rate_error")


@dataclass(frozen=True)
class SeparationTables:
    """Tables of the separations method, the period, and what was found."""

    table: pd.DataFrame
    components: pd.DataFrame
    by: tuple[str, ...]
    period: tuple[int, int]
    issues: list[Issue]


def replace_by_separations(
    stocks: pd.DataFrame,
    rates: SeparationRates | pd.DataFrame | Mapping[str, pd.DataFrame],
    *,
    forecast: Result | pd.DataFrame | None,
    by: list[str] | None,
    years: Any,
    annual: str,
) -> SeparationTables:
    """Return separations over a period: rates times mean employment times years.

    Notes
    -----
    Rates by age and sex are applied to the age and sex structure at the start. Counts are made in
    the finest cells that start, end and rates have in common, then summed.
    """
    rows, issues = check_stocks(stocks, ("year", "persons"), "stocks by age")
    chosen = choose_keys(by, stock_keys(rows), SUBJECT)
    known = read_rates(rates, "rates table")
    path = None if forecast is None else read_path(forecast)
    first, last = _period(rows, path, years)
    cells = _start(rows, known, first)
    later = _end(rows, path, first, last, issues)
    cells = _with_end(cells, later)
    years_between = last - first
    cells["mean"] = (cells["persons"] + cells["end"]) / 2
    cells["replacement"] = cells["rate"] * cells["mean"] * years_between
    cells["squared"] = (cells["rate_error"] * cells["mean"]) ** 2
    _report_missing(cells, issues)
    components = _summed(cells, [*chosen, "indicator"])
    table = _summed(cells, chosen)
    components = _rates(components, years_between, annual)[
        [*chosen, "indicator", "annual_rate", "replacement"]
    ].rename(columns={"annual_rate": "rate"})
    finished = _rates(table, years_between, annual).assign(first_year=first, year=last)
    order = [*chosen, *COLUMNS]
    return SeparationTables(finished[order], components, tuple(chosen), (first, last), issues)


def _period(rows: pd.DataFrame, path: pd.DataFrame | None, years: Any) -> tuple[int, int]:
    known = set(rows["year"])
    ahead = set() if path is None else set(path["year"])
    if years is None:
        return _usual_period(rows, ahead)
    try:
        first, last = (int(year) for year in years)
    except (TypeError, ValueError):
        expected = "first and last year, such as (2024, 2034)"
        raise ParameterError(SUBJECT, [Problem("years", repr(years), expected)]) from None
    problems = []
    if first not in known:
        found = f"{first} not in the stocks"
        problems.append(Problem("years", found, listing(sorted(known), 20)))
    if last <= first:
        problems.append(Problem("years", f"{first}, {last}", "the earlier year first"))
    if last not in known | ahead:
        step = "Give forecast=, or stocks of that year."
        problems.append(Problem("years", f"no employment in {last}", next_step=step))
    if problems:
        raise ParameterError(SUBJECT, problems)
    return first, last


def _usual_period(rows: pd.DataFrame, ahead: set[int]) -> tuple[int, int]:
    """Return from the last count to the last projection, or one year on if nothing is projected."""
    counted = rows.loc[rows["status"] != "projected", "year"]
    last = max(ahead) if ahead else int(rows["year"].max())
    before = counted[counted < last]
    if len(before) and (ahead or last > counted.max()):
        return int(before.max()), int(last)
    if ahead:
        found = f"stocks of {rows['year'].min()} and later, forecast to {last}"
        raise CoverageError(SUBJECT, [Problem("years", found, "stocks before the forecast's end")])
    return last, last + 1


def _start(rows: pd.DataFrame, rates: pd.DataFrame, first: int) -> pd.DataFrame:
    """Return the cells of the first year, with the rate of each kind of separation."""
    start = rows[rows["year"] == first].reset_index(drop=True)
    keys = [key for key in key_columns(rates) if key != "indicator"]
    absent = [key for key in keys if key not in start]
    if absent:
        step = "Give stocks by these keys, or rates without them."
        raise CoverageError(
            SUBJECT, [Problem("stocks by age", f"no {listing(absent)}", listing(keys), "", step)]
        )
    if "age" in keys:
        bands = _bands(start["age"].unique().tolist(), rates["age"].unique().tolist())
        start = start.assign(_age=start["age"].map(bands))
        rates = rates.rename(columns={"age": "_age"})
        keys = ["_age" if key == "age" else key for key in keys]
    kinds = pd.DataFrame({"indicator": rates["indicator"].unique()})
    cells = start.merge(kinds, how="cross")
    wanted = [*keys, *RATE_COLUMNS]
    joined = cells.merge(rates[wanted], on=[*keys, "indicator"], how="left")
    if joined["rate"].notna().sum() == 0:
        raise CoverageError(
            SUBJECT,
            [Problem("rates table", "no row fits a cell of the stocks", "the same codes")],
        )
    return joined


def _bands(ages: list[str], bands: list[str]) -> dict[str, str]:
    """Return the band of the rates in which each age group of the stocks lies."""
    inner, outer = age_bounds(ages), age_bounds(bands)
    found, lost = {}, []
    for age, (low, high) in inner.items():
        fitting = [band for band, (a, b) in outer.items() if a <= low and high <= b]
        if fitting:
            found[age] = fitting[0]
        elif any(a <= high and low <= b for a, b in outer.values()):
            lost.append(age)
    if lost:
        text = f"{listing(lost)} straddle the ages of the rates, {listing(bands)}"
        raise TableError("stocks by age", [Problem("column 'age'", text, "groups inside them")])
    return found


def _end(
    rows: pd.DataFrame, path: pd.DataFrame | None, first: int, last: int, issues: list[Issue]
) -> pd.DataFrame | None:
    """Return employment of the last year, or nothing if it is taken as constant."""
    later = rows[rows["year"] == last] if path is None else path[path["year"] == last]
    if not len(later):
        text = f"no employment of {last} given: taken as in {first}"
        issues.append(("constant_employment", "all", 1, "warning", text))
        return None
    return later.drop(columns="reliability", errors="ignore")


def _with_end(cells: pd.DataFrame, later: pd.DataFrame | None) -> pd.DataFrame:
    """Give each cell its part of employment at the end, split as at the start.

    Where the end is known by fewer keys than the start, the structure of the start is kept: the
    method has nothing to say about how it changes.
    """
    if later is None:
        return cells.assign(end=cells["persons"], end_status="observed")
    keys = [k for k in key_columns(later) if k in cells and k != "year" and k != "age"]
    grouped = add_up(later, keys) if keys else _whole(later)
    flags = {"persons": "end", "status": "end_status"}
    ends = grouped[[*keys, "persons", "status"]].rename(columns=flags)
    base = cells[cells["indicator"] == cells["indicator"].iloc[0]]
    starts = base.assign(_one=0).groupby([*keys, "_one"])["persons"]
    totals = starts.sum(min_count=1).rename("_whole").reset_index()
    joined = cells.assign(_one=0).merge(totals, on=[*keys, "_one"], how="left")
    joined = joined.merge(ends.assign(_one=0), on=[*keys, "_one"], how="left")
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(joined["_whole"] > 0, joined["persons"] / joined["_whole"], 0.0)
    # A cell of one row keeps its end whole, even if it starts from nobody.
    sizes = joined.groupby([*keys, "indicator"])["persons"].transform("size")
    share = np.where((sizes == 1) & ~(joined["_whole"] > 0), 1.0, share)
    return joined.assign(end=joined["end"] * share).drop(columns=["_one", "_whole"])


def _whole(rows: pd.DataFrame) -> pd.DataFrame:
    return add_up(rows.assign(_all=0), ["_all"]).drop(columns="_all")


def _report_missing(cells: pd.DataFrame, issues: list[Issue]) -> None:
    lost = int(cells["rate"].isna().sum())
    if lost:
        text = "cells without a rate: their replacement is missing, and so is every sum with them"
        issues.append(("no_rate", "all", lost, "warning", text))
    ends = int((cells["end"].isna() & cells["persons"].notna()).sum())
    if ends:
        text = "cells without employment at the end: their replacement is missing"
        issues.append(("no_end", "all", ends, "warning", text))


def _summed(cells: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Sum counts over cells; persons once, not once for each kind of separation."""
    rows = cells.assign(_all=0, _rank=_ranks(cells))
    keys = [*by, "_all"]
    grouped = rows.groupby(keys)
    sums = ["persons", "mean", "replacement", "squared"]
    found = pd.DataFrame(
        {name: grouped[name].sum() for name in sums} | {"_rank": grouped["_rank"].max()}
    )
    for name in sums:
        found[name] = found[name].mask(rows[name].isna().groupby([rows[k] for k in keys]).any())
    found["source"] = grouped["source"].first()
    kinds = 1 if "indicator" in by else rows["indicator"].nunique()
    found[["persons", "mean"]] /= kinds
    found["status"] = found["_rank"].map(dict(enumerate(STATUS_ORDER)))
    return found.reset_index().drop(columns=["_all", "_rank"])


def _ranks(cells: pd.DataFrame) -> pd.Series:
    ranks = {status: place for place, status in enumerate(STATUS_ORDER)}
    start = cells["status"].map(ranks)
    end = cells["end_status"].map(ranks).fillna(ranks["observed"])
    floor = pd.Series(ranks["estimated"], index=cells.index)
    return pd.concat([start, end, floor], axis=1).max(axis=1).astype(int)


def _rates(table: pd.DataFrame, years: int, annual: str) -> pd.DataFrame:
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(table["persons"] > 0, table["replacement"] / table["persons"], np.nan)
        mean = np.where(table["mean"] > 0, table["replacement"] / years / table["mean"], np.nan)
        error = np.where(table["mean"] > 0, np.sqrt(table["squared"]) / table["mean"], np.nan)
    yearly = mean if annual == "simple" else to_annual(rate, years, annual)
    if annual != "simple":
        error = error * np.nan  # the compound rate's base is the start: no simple error holds
    return table.assign(rate=rate, annual_rate=yearly, rate_error=error, unit="persons")
