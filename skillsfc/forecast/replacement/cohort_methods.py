"""Net cohort and stock-flow replacement: from changes of cohorts to tables by cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.conversion import STATUS_ORDER
from skillsfc.errors import CoverageError, Problem, listing
from skillsfc.forecast.pathology import Issue
from skillsfc.forecast.pooling import Array
from skillsfc.forecast.replacement.ages import ageing_matrix
from skillsfc.forecast.replacement.annual import annual_error, to_annual
from skillsfc.forecast.replacement.cohorts import PEERS_WITHIN, CohortChange, measure_cohorts
from skillsfc.forecast.replacement.pairs import CohortPlan
from skillsfc.forecast.replacement.result import COLUMNS
from skillsfc.forecast.replacement.stocks import Stocks, build_stocks


@dataclass(frozen=True)
class CohortTables:
    """Tables of a cohort method, and its issues."""

    table: pd.DataFrame
    ages: pd.DataFrame
    pairs: pd.DataFrame
    issues: list[Issue]
    change: CohortChange


def replace_by_cohorts(
    stocks: Stocks,
    plan: CohortPlan,
    *,
    method: str,
    annual: str,
    shrink: bool,
    workforce: pd.DataFrame | None = None,
) -> CohortTables:
    """Return replacement demand by the net cohort or the stock-flow method.

    Notes
    -----
    Net: losses of the cohorts of the last pair of years. Stock-flow: the losses to come, from the
    age structure of the last year; the change of the whole workforce may be that of a projection.
    """
    change = measure_cohorts(stocks, plan, shrink=shrink)
    first, last = plan.pairs[-1]
    rate = change.rate
    if method == "stock_flow":
        first, last = last, last + plan.interval
        if workforce is not None:
            ahead = _workforce_change(workforce, stocks, plan, (first, last))
            rate = ahead + (rate - change.everybody)
    start = stocks.at(first)
    base = start @ ageing_matrix(plan.grid, plan.interval).T
    lost = np.where(base == 0, 0.0, np.maximum(-rate, 0.0) * base)
    persons = start.sum(axis=1)
    table = _table(stocks, persons, lost.sum(axis=1), (first, last), annual)
    if change.noise:
        error = _rate_error(change, rate, base, persons)
        period = table["rate"].to_numpy()
        table["rate_error"] = annual_error(error, period, plan.interval, annual)
    if method == "stock_flow":
        table["status"] = "projected"
    ages = _age_table(stocks, change, rate, lost)
    pairs = _pair_table(stocks, plan, annual)
    return CohortTables(table, ages, pairs, _noise_issues(change), change)


def _table(
    stocks: Stocks, persons: Array, replacement: Array, period: tuple[int, int], annual: str
) -> pd.DataFrame:
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(persons > 0, replacement / persons, np.nan)
    worst = max(stocks.status, "estimated", key=STATUS_ORDER.index)
    return stocks.keys.assign(
        first_year=period[0],
        year=period[1],
        persons=persons,
        replacement=replacement,
        rate=rate,
        annual_rate=to_annual(rate, period[1] - period[0], annual),
        rate_error=np.nan,
        unit="persons",
        status=worst,
        source=stocks.source,
    )[[*stocks.keys.columns, *COLUMNS]]


def _rate_error(change: CohortChange, rate: Array, base: Array, persons: Array) -> Array:
    """Return the standard error of the period's rate, the age structure taken as known."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(persons > 0, 1.0 / persons, np.nan)[:, None] * base
        parts = np.where((base > 0) & (rate < 0), share**2 * change.variance, 0.0)
    found: Array = np.where(np.isfinite(share[:, 0]), np.sqrt(parts.sum(axis=1)), np.nan)
    return found


def _age_table(stocks: Stocks, change: CohortChange, rate: Array, lost: Array) -> pd.DataFrame:
    labels = [*stocks.grid.labels, *([] if stocks.grid.is_open else [f"{stocks.grid.top}+"])]
    size = len(labels)
    repeated = stocks.keys.loc[stocks.keys.index.repeat(size)].reset_index(drop=True)
    columns = {
        "base": change.base,
        "later": change.later,
        "raw_rate": change.raw,
        "shrunk_rate": rate,
        "own_weight": change.own,
        "everybody_rate": change.everybody,
        "replacement": lost,
    }
    return repeated.assign(
        age=np.tile(labels, len(stocks.keys)),
        **{name: values[:, :size].ravel() for name, values in columns.items()},
    )


def _pair_table(stocks: Stocks, plan: CohortPlan, annual: str) -> pd.DataFrame:
    found = []
    for pair in plan.pairs:
        alone = CohortPlan((pair,), plan.interval, plan.grid)
        change = measure_cohorts(stocks, alone, shrink=False)
        lost = np.maximum(change.base - change.later, 0.0).sum(axis=1)
        persons = stocks.at(pair[0]).sum(axis=1)
        found.append(_table(stocks, persons, lost, pair, annual))
    return pd.concat(found, ignore_index=True).drop(columns="rate_error")


def _noise_issues(change: CohortChange) -> list[Issue]:
    if not change.noise:
        text = "one pair of years and no sample_size: noise unknown, nothing shrunk, no error given"
        return [("noise_unknown", "all", len(change.base), "note", text)]
    found: list[Issue] = []
    if change.thin:
        text = "rates by cell and age that come more from the peers of that age than from the cell"
        found.append(("thin_cells", "all", change.thin, "warning", text))
    unsure = int((np.abs(change.rate) < np.sqrt(change.variance)).sum())
    if unsure:
        text = "changes within one standard error of zero: a sum of losses only is biased upwards"
        found.append(("within_noise", "all", unsure, "note", text))
    return found


def _workforce_change(
    workforce: pd.DataFrame, stocks: Stocks, plan: CohortPlan, period: tuple[int, int]
) -> Array:
    """Return the projected change of the whole workforce's cohorts, one row a cell."""
    subject = "workforce table"
    absent = sorted(set(period) - set(workforce["year"]))
    if absent:
        step = "Project it to that year, or leave workforce out."
        raise CoverageError(
            subject, [Problem("years", f"missing: {listing(absent)}", next_step=step)]
        )
    shared = [k for k in PEERS_WITHIN if k in stocks.keys and k in workforce]
    people = build_stocks(workforce, shared, period, plan.grid, "missing")
    matrix = ageing_matrix(plan.grid, plan.interval)
    base = people.at(period[0]) @ matrix.T
    later = np.pad(people.at(period[1]), ((0, 0), (0, 1)))[:, : base.shape[1]]
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(base > 0, later / base - 1.0, np.nan)
    if not shared:
        return np.repeat(rate, len(stocks.keys), axis=0)
    place = people.keys.assign(_at=range(len(people.keys)))
    at = stocks.keys.merge(place, on=shared, how="left")["_at"]
    if at.isna().any():
        lost = stocks.keys.loc[at.isna().to_numpy(), shared].drop_duplicates()
        names = listing(lost.agg(" ".join, axis=1))
        raise CoverageError(subject, [Problem(", ".join(shared), f"{names} not in it")])
    found: Array = rate[at.to_numpy(dtype=np.int64)]
    return found
