"""The baseline that scenarios are compared with: cells by year, made or taken as given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.checks import check
from skillsfc.errors import CoverageError, ParameterError, Problem, TableError, listing
from skillsfc.forecast.employment import forecast_employment
from skillsfc.results import Result
from skillsfc.schema import key_columns, key_rows, refuse_other_than_table

Array = NDArray[np.float64]
STRUCTURAL = ("sector", "occupation", "qualification")  # keys inside which persons can move
NOT_CELLS = ("year", "level", "model", "scenario")


@dataclass(frozen=True, eq=False)
class Baseline:
    """Persons by cell and year.

    Parameters
    ----------
    cells : DataFrame
        Key columns, one row a cell.
    years : ndarray of int (years,)
        Calendar years.
    persons : ndarray (cells, years)
        Without gaps.
    start : int
        Scenarios are the baseline up to this year.
    source : ndarray of str (cells,)
        Where each cell's numbers come from.
    notes : tuple of str
        Of the forecast, if one was made here.
    """

    cells: pd.DataFrame
    years: NDArray[np.int64]
    persons: Array
    start: int
    source: NDArray[np.str_]
    notes: tuple[str, ...]

    @property
    def groups(self) -> NDArray[np.int64]:
        """Number the cells by the keys whose totals can be held: country, sex and the like."""
        keys = [key for key in self.cells if key not in STRUCTURAL]
        if not keys:
            return np.zeros(len(self.cells), np.int64)
        found: NDArray[np.int64] = self.cells.groupby(keys).ngroup().to_numpy()
        return found


def make_baseline(
    history: pd.DataFrame,
    *,
    horizon: int,
    forecast: pd.DataFrame | Result | None,
    structure: pd.DataFrame | Result | None,
    start: int | None,
    by: Sequence[str] | None,
) -> Baseline:
    """Return the baseline by cell and year after the last observed year.

    Parameters
    ----------
    history : DataFrame
        Tidy employment; its last year that is not projected is where the baseline begins.
    horizon : int
        Last calendar year [year].
    forecast : DataFrame or Result, optional
        A forecast of persons by the same keys; made by `forecast_employment` if not given.
    structure : DataFrame or Result, optional
        Persons or shares of occupations within sectors: splits the forecast's cells.
    start : int, optional
        Year up to which scenarios are the baseline. Default: the last observed one.
    by : sequence of str, optional
        Keys of the forecast made here.

    Returns
    -------
    Baseline

    Raises
    ------
    CoverageError
        If nothing is left, or a cell lacks a year.
    ParameterError
        If the start is no year from the last observed one to the one before the horizon.
    TableError
        If a table is not valid.
    """
    notes: tuple[str, ...] = ()
    if forecast is None:
        made = forecast_employment(history, horizon=horizon, by=by, levels=(0.8,))
        table, notes = made.table, made.notes
    else:
        table = forecast.table if isinstance(forecast, Result) else forecast
    last = _last_observed(history)
    begins = _checked_start(start, last, horizon)
    rows = _rows(table, last, horizon)
    if structure is not None:
        rows = split_by_structure(rows, structure)
    keys = [key for key in key_columns(rows) if key not in NOT_CELLS]
    cells = rows[keys].drop_duplicates(ignore_index=True) if keys else pd.DataFrame(index=[0])
    cells = cells.sort_values(keys, ignore_index=True) if keys else cells
    years = np.arange(rows["year"].min(), horizon + 1)
    at = {name: place for place, name in enumerate(_joined(cells, keys))}
    number = np.array([at[name] for name in _joined(rows, keys)])
    persons = np.full((len(cells), len(years)), np.nan)
    persons[number, rows["year"].to_numpy() - years[0]] = rows["persons"].to_numpy()
    _refuse_gaps(persons, cells)
    source = np.full(len(cells), "", dtype="<U64")
    source[number] = rows["source"].to_numpy(dtype=str)
    return Baseline(cells, years, persons, begins, source, notes)


def _joined(rows: pd.DataFrame, keys: list[str]) -> list[str]:
    """Give every row its keys as one text; a table without keys is one series, named by none."""
    if not keys:
        return [""] * len(rows)
    return ["\x1f".join(row) for row in rows[keys].astype("str").itertuples(index=False)]


def _last_observed(history: pd.DataFrame) -> int:
    refuse_other_than_table(history, "history")
    rows = check(history)
    if not {"year", "persons"} <= set(rows.columns):
        raise TableError(
            "history", [Problem("columns", listing(rows.columns), "year and persons among them")]
        )
    seen = rows[rows["persons"].notna() & (rows["status"] != "projected")]
    if seen.empty:
        expected = "a year of employment that is not projected"
        raise CoverageError("history", [Problem("rows", "none is of the past", expected)])
    return int(seen["year"].max())


def _checked_start(start: int | None, last: int, horizon: int) -> int:
    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or horizon <= last:
        raise ParameterError(
            "compare_scenarios", [Problem("horizon", repr(horizon), f"a year after {last}")]
        )
    if start is None:
        return last
    if (
        isinstance(start, bool)
        or not isinstance(start, int | np.integer)
        or not (last <= start < horizon)
    ):
        raise ParameterError(
            "compare_scenarios",
            [Problem("start", repr(start), f"a year from {last} to {horizon - 1}")],
        )
    return int(start)


def _rows(table: pd.DataFrame, last: int, horizon: int) -> pd.DataFrame:
    """Return one row a cell and year of a forecast, without its intervals."""
    refuse_other_than_table(table, "forecast")
    extra = [c for c in ("level", "lower", "upper", "model") if c in table.columns]
    rows = check(table.drop(columns=extra).drop_duplicates(ignore_index=True))
    if "persons" not in rows or "scenario" in rows:
        raise TableError(
            "forecast",
            [Problem("columns", listing(rows.columns, 12), "persons, and no column 'scenario'")],
        )
    kept = rows[rows["year"].between(last + 1, horizon)]
    if kept.empty:
        found = f"{rows['year'].min()} to {rows['year'].max()}"
        raise CoverageError(
            "forecast", [Problem("years", found, f"years from {last + 1} to {horizon}")]
        )
    if int(kept["year"].max()) != horizon:
        raise CoverageError(
            "forecast",
            [Problem("years", f"end in {kept['year'].max()}", f"the horizon, {horizon}",
                     next_step="Give an earlier horizon, or forecast to a later year.")],
        )  # fmt: skip
    return kept


def _refuse_gaps(persons: Array, cells: pd.DataFrame) -> None:
    lost = np.flatnonzero(~np.isfinite(persons).all(axis=1))
    if len(lost):
        first = " ".join(map(str, cells.iloc[lost[0]]))
        raise CoverageError(
            "baseline",
            [Problem(f"{len(lost)} of {len(cells)} cells", f"a year is missing (first: {first})",
                     "a number in every year", next_step="Leave these series out.")],
        )  # fmt: skip


def split_by_structure(rows: pd.DataFrame, structure: pd.DataFrame | Result) -> pd.DataFrame:
    """Split cells by the shares of a structure, such as occupations within sectors.

    Parameters
    ----------
    rows : DataFrame
        ``keys, year, persons, unit, status, source``.
    structure : DataFrame or Result
        Tidy ``persons`` by some keys of ``rows`` and new ones: its last year's shares are kept. Or
        tidy ``share`` by the same, with a ``year`` for each of the rows', as a share forecast has.

    Returns
    -------
    DataFrame
        As ``rows``, with the new keys; the cells of the structure add up to those split.

    Raises
    ------
    TableError
        If it shares no key with the rows, brings no new one, or shares do not add up to 1.
    CoverageError
        If it lacks a cell or a year of the rows.
    """
    table = structure.table if isinstance(structure, Result) else structure
    refuse_other_than_table(table, "structure")
    extra = [c for c in ("level", "lower", "upper", "model") if c in table.columns]
    parts = check(table.drop(columns=extra).drop_duplicates(ignore_index=True))
    keys = [key for key in key_columns(parts) if key not in NOT_CELLS]
    within = [key for key in keys if key in rows.columns]
    if not within or within == keys:
        expected = "some keys of the baseline, and at least one more"
        raise TableError("structure", [Problem("keys", listing(keys), expected)])
    if "persons" in parts:
        parts = _last_shares(parts, within, keys)
    elif "year" in parts and "share" in parts:
        within = [*within, "year"]
    else:
        raise TableError("structure", [Problem("columns", listing(parts), "persons, or share"
                                               " by year")])  # fmt: skip
    totals = parts.groupby(within)["share"].sum(min_count=1)
    if not np.allclose(totals, 1.0, atol=1e-6):
        raise TableError(
            "structure", [Problem("shares", f"add up to {totals.min():g} to {totals.max():g}", "1")]
        )
    columns = list(dict.fromkeys([*within, *keys, "share"]))
    found = rows.merge(parts[columns], on=within, how="left")
    if found["share"].isna().any():
        lost = found.loc[found["share"].isna(), within].drop_duplicates()
        names = [" ".join(map(str, row)) for row in key_rows(lost)]
        raise CoverageError("structure", [Problem(", ".join(within), "missing", listing(names, 5))])
    found["persons"] = found["persons"] * found["share"]
    return found.drop(columns="share")


def _last_shares(parts: pd.DataFrame, within: list[str], keys: list[str]) -> pd.DataFrame:
    """Return the shares within cells in the last year of a structure of persons."""
    if "year" in parts:
        parts = parts[parts["year"] == parts["year"].max()]
    summed = parts.groupby(keys, as_index=False)["persons"].sum(min_count=1)
    whole = summed.groupby(within)["persons"].transform("sum")
    return summed.assign(share=summed["persons"] / whole.where(whole > 0))
