"""From a tidy table of stocks by age to arrays by cell, year and age, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from skillsfc.checks import check
from skillsfc.conversion import STATUS_ORDER, add_up
from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.forecast.pathology import PANDEMIC, WRONG_UNIT, Issue, conflict_years
from skillsfc.forecast.pooling import Array
from skillsfc.forecast.replacement.ages import AgeGrid, sum_to_grid
from skillsfc.schema import key_columns

ABSENT = ("missing", "zero")


@dataclass(frozen=True)
class Stocks:
    """Persons by cell, year and age group.

    Parameters
    ----------
    persons : ndarray (cells, years, groups)
        Persons, NaN where missing.
    keys : DataFrame
        Key columns, one row a cell.
    years : tuple of int
        Calendar years, sorted.
    grid : AgeGrid
        Age groups.
    status, source : str
        Worst status and sources of the rows.
    issues : tuple
        ``rule, series, affected, severity, text``.
    sampled : ndarray, optional
        Persons interviewed, in the same shape.
    """

    persons: Array
    keys: pd.DataFrame
    years: tuple[int, ...]
    grid: AgeGrid
    status: str
    source: str
    issues: tuple[Issue, ...] = ()
    sampled: Array | None = None

    def at(self, year: int) -> Array:
        """Return persons by cell and age group of one year."""
        found: Array = self.persons[:, self.years.index(year)]
        return found


def check_stocks(
    stocks: pd.DataFrame, needed: Iterable[str], subject: str
) -> tuple[pd.DataFrame, list[Issue]]:
    """Return a checked table without suppressed values, and what was found in it.

    Raises
    ------
    TableError
        If a needed column is absent, or the table is no valid table of persons.
    """
    absent = [c for c in needed if c not in getattr(stocks, "columns", ())]
    if isinstance(stocks, pd.DataFrame) and absent:
        near = did_you_mean(absent[0], stocks.columns)
        raise TableError(
            subject, [Problem("columns", f"missing: {listing(absent)}", listing(needed), near)]
        )
    rows = check(stocks)
    issues: list[Issue] = []
    flags = rows["reliability"] if "reliability" in rows else pd.Series("", index=rows.index)
    for flag, rule, text in (
        ("S", "suppressed", "values flagged S by the producer taken as missing"),
        ("U", "unreliable", "values flagged U by the producer used as they are"),
    ):
        count = int(flags.eq(flag).fillna(False).sum())
        if count:
            issues.append((rule, "all", count, "warning", text))
    rows = rows.assign(persons=rows["persons"].mask(flags.eq("S").fillna(False)))
    if not rows["persons"].notna().any():
        raise TableError(subject, [Problem("column 'persons'", "no value at all", "numbers")])
    return rows, issues


def choose_keys(by: Sequence[str] | None, keys: Sequence[str], subject: str) -> list[str]:
    """Return the keys to report by, in the table's order; all of them by default.

    Raises
    ------
    ParameterError
        If one of them is not a key of the table.
    """
    if by is None:
        return list(keys)
    names = [by] if isinstance(by, str) or not isinstance(by, Iterable) else list(by)
    unknown = [name for name in names if name not in keys]
    if unknown:
        raise ParameterError(
            subject,
            [
                Problem(f"by {n!r}", "not a key of the table", listing(keys), did_you_mean(n, keys))
                for n in unknown
            ],
        )
    return [key for key in keys if key in names]


def refuse_repeated(rows: pd.DataFrame, keys: Sequence[str], subject: str) -> None:
    """Raise if rows of a table share their keys; a table without keys can have one row only.

    Raises
    ------
    TableError
        If they do: joined to other tables they would count twice.
    """
    same = rows.duplicated(list(keys)) if keys else pd.Series(range(len(rows))) > 0
    if same.any():
        named = ", ".join(keys) or "no key"
        raise TableError(
            subject, [Problem("rows", f"{int(same.sum())} repeated by {named}", "each once")]
        )


def stock_keys(rows: pd.DataFrame) -> list[str]:
    """Return the keys that tell cells apart: all but year and age."""
    return [key for key in key_columns(rows) if key not in ("year", "age")]


def build_stocks(
    rows: pd.DataFrame, by: list[str], years: Sequence[int], grid: AgeGrid, absent: str
) -> Stocks:
    """Sum a checked table to cells, years and the groups of the grid.

    Notes
    -----
    A sum with a missing part is missing. A cell without a row for an age in a year is missing too,
    unless ``absent`` is ``"zero"``: only who knows the survey knows that nobody was found there.
    """
    inside = rows[rows["year"].isin(years)]
    summed = add_up(inside, [*by, "year", "age"]).assign(_group=lambda t: sum_to_grid(t, grid))
    cells = summed[by].drop_duplicates().sort_values(by) if by else pd.DataFrame(index=[0])
    cells = cells.reset_index(drop=True)
    values, rows_seen, expected = _fill(summed, cells, by, years, grid)
    holes = int((rows_seen < expected).sum())
    issues: list[Issue] = []
    if holes and absent == "missing":
        lost = int((rows_seen < expected).any(axis=(1, 2)).sum())
        text = "cells without a row for some age or year are missing; absent='zero' if empty"
        issues.append(("absent_rows", f"{lost} cells", holes, "warning", text))
        values = np.where(rows_seen < expected, np.nan, values)
    elif holes:
        issues.append(("absent_rows", "all", holes, "note", "ages without a row taken as 0"))
    issues += _find_issues(values, inside, years)
    worst = max(inside["status"].unique(), key=STATUS_ORDER.index)
    source = ", ".join(sorted(inside["source"].unique()))
    return Stocks(values, cells, tuple(years), grid, worst, source, tuple(issues))


def _fill(
    summed: pd.DataFrame, cells: pd.DataFrame, by: list[str], years: Sequence[int], grid: AgeGrid
) -> tuple[Array, Array, Array]:
    """Return sums, how many source rows each has, and how many it should have."""
    shape = (len(cells), len(years), len(grid.labels))
    number = (
        summed[by].merge(cells.assign(_cell=range(len(cells))), on=by, how="left")["_cell"]
        if by
        else pd.Series(0, index=range(len(summed)))
    )
    place = (
        number.to_numpy(),
        summed["year"].map({y: k for k, y in enumerate(years)}).to_numpy(),
        summed["_group"].to_numpy(),
    )
    values, seen = np.zeros(shape), np.zeros(shape)
    np.add.at(values, place, summed["persons"].to_numpy())
    np.add.at(seen, place, 1.0)
    parts = summed.drop_duplicates(["year", "age"]).groupby(["year", "_group"]).size()
    expected = np.zeros(shape[1:])
    for (year, group), count in parts.items():
        expected[list(years).index(year), group] = count
    return values, seen, np.broadcast_to(expected, shape)


def _find_issues(values: Array, rows: pd.DataFrame, years: Sequence[int]) -> list[Issue]:
    found: list[Issue] = []
    pandemic = [str(year) for year in years if year in PANDEMIC]
    if pandemic:
        text = f"counts of {', '.join(pandemic)}: exits of the pandemic are in the change"
        found.append(("pandemic", "all", len(pandemic), "warning", text))
    totals = np.nansum(values, axis=(0, 2))
    steps = totals[1:] / np.where(totals[:-1] > 0, totals[:-1], np.nan)
    jumps = int(((steps > WRONG_UNIT) | (steps < 1 / WRONG_UNIT)).sum())
    if jumps:
        text = "the total changes about a thousandfold: thousands taken for persons?"
        found.append(("unit_jump", "all", jumps, "warning", text))
    made = rows["status"].isin(["modelled", "projected"])
    if made.any():
        text = "modelled or projected stocks: their changes are the model's, nobody counted them"
        found.append(("not_evidence", "all", int(made.sum()), "warning", text))
    countries = set(rows["country"]) if "country" in rows else set()
    for entry in conflict_years().itertuples():
        if entry.country in countries and max(years) >= entry.first_year > min(years):
            text = "the interval runs into a conflict: displacement is in the change"
            found.append(("conflict_gap", str(entry.country), 1, "warning", text))
    return found


def add_sample(stocks: Stocks, sample: pd.DataFrame | float | None, by: list[str]) -> Stocks:
    """Attach how many persons were interviewed behind each stock.

    Parameters
    ----------
    stocks : Stocks
        Persons by cell, year and age.
    sample : DataFrame or float or None
        Table with the keys of the stocks and ``persons``, the (effective) number interviewed; or
        the interviewed per person [0-1].
    by : list of str
        Keys of the cells.

    Raises
    ------
    ParameterError
        If a share is not between 0 and 1.
    TableError
        If the table has other keys, or lacks cells of the stocks.
    """
    if sample is None:
        return stocks
    if not isinstance(sample, pd.DataFrame):
        number = isinstance(sample, int | float) and not isinstance(sample, bool)
        if not number or not 0.0 < sample <= 1.0:
            raise ParameterError(
                "estimate_replacement_demand",
                [
                    Problem(
                        "sample_size", repr(sample), "a table, or interviewed per person, 0 to 1"
                    )
                ],
            )
        return replace(stocks, sampled=stocks.persons * float(sample))
    rows, _ = check_stocks(sample, (*by, "year", "age", "persons"), "sample_size table")
    rows = rows[rows["year"].isin(stocks.years)]
    missing = sorted(set(stocks.years) - set(rows["year"]))
    if missing:
        raise TableError("sample_size table", [Problem("years", f"missing: {listing(missing)}")])
    counted = build_stocks(rows, by, stocks.years, stocks.grid, "zero")
    place = stocks.keys.assign(_at=range(len(stocks.keys)))
    if by:
        place = counted.keys.assign(_from=range(len(counted.keys))).merge(place, on=by, how="right")
        index = place["_from"]
    else:
        index = pd.Series([0])
    if index.isna().any():
        found = f"{int(index.isna().sum())} cells of the stocks are not in it"
        raise TableError("sample_size table", [Problem("rows", found, "the cells of the stocks")])
    return replace(stocks, sampled=counted.persons[index.to_numpy(dtype=np.int64)])
