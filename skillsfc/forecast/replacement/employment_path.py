"""Employment from the past into the future, as one tidy path, whatever form it comes in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.conversion import STATUS_ORDER
from skillsfc.errors import CoverageError, ParameterError, Problem, TableError
from skillsfc.forecast.pooling import Array
from skillsfc.forecast.replacement.stocks import check_stocks
from skillsfc.results import Result
from skillsfc.schema import key_columns, refuse_other_than_table

SUBJECT = "forecast table"
_NOT_NEEDED = ("level", "lower", "upper", "model", "note")


@dataclass(frozen=True)
class Path:
    """Persons by cell and year, both ends included.

    Parameters
    ----------
    persons : ndarray (cells, years)
        Persons, NaN where missing.
    keys : DataFrame
        One row a cell.
    years : tuple of int
        Years from the base to the horizon for which the table has values.
    status : ndarray of str (cells, years)
        Status of each value.
    source : ndarray of str (cells,)
        Source of each cell.
    """

    persons: Array
    keys: pd.DataFrame
    years: tuple[int, ...]
    status: NDArray[np.str_]
    source: NDArray[np.str_]


def read_path(forecast: Result | pd.DataFrame) -> pd.DataFrame:
    """Return keys, year, persons and flags of a forecast with its history, each cell once.

    Parameters
    ----------
    forecast : Result or DataFrame
        A forecast of persons with ``.table`` and, if it has one, ``.history``; or a tidy table of
        past and projected persons.

    Raises
    ------
    TableError
        If there is no valid table of persons.
    """
    frames = []
    for part in _parts(forecast):
        if "level" in part:  # one row for each width of the interval, all with the same centre
            keys = [key for key in key_columns(part) if key not in ("level", "model")]
            part = part.drop_duplicates([*keys])
        frames.append(part.drop(columns=list(_NOT_NEEDED), errors="ignore"))
    if len(frames) == 2:
        frames[1] = _not_in_history(frames[0], frames[1])
    whole = pd.concat(frames, ignore_index=True)
    rows, _ = check_stocks(whole, ("year", "persons"), SUBJECT)
    return rows


def _parts(forecast: Result | pd.DataFrame) -> list[pd.DataFrame]:
    if not isinstance(forecast, Result):
        refuse_other_than_table(forecast, SUBJECT)
        return [forecast]
    history = getattr(forecast, "history", None)
    if "persons" not in forecast.table:
        found = f"{type(forecast).__name__} has no persons"
        raise TableError(SUBJECT, [Problem("forecast", found, "a forecast of persons")])
    return [forecast.table] if history is None or history.empty else [history, forecast.table]


def _not_in_history(history: pd.DataFrame, ahead: pd.DataFrame) -> pd.DataFrame:
    """Return the forecast's rows for which there is no count."""
    keys = [key for key in key_columns(history) if key in ahead]
    known = history[keys].drop_duplicates().assign(_known=True)
    marked = ahead.merge(known, on=keys, how="left")
    return marked[marked["_known"].isna()].drop(columns="_known")


def build_path(
    rows: pd.DataFrame, *, base_year: int | None = None, horizon: int | None = None
) -> Path:
    """Return the path by cell from the base year to the horizon.

    Parameters
    ----------
    rows : DataFrame
        Table of `read_path`.
    base_year, horizon : int, optional
        First and last year. By default the last year that is not projected (the first year if none
        is projected), and the last year of the table.

    Raises
    ------
    ParameterError
        If they are not in the table, or in the wrong order.
    CoverageError
        If the table has one year only.
    """
    keys = [key for key in key_columns(rows) if key != "year"]
    years = np.sort(rows["year"].unique())
    if len(years) < 2:
        step = "Give history and forecast together."
        raise CoverageError(
            SUBJECT, [Problem("years", f"only {years[0]}", "at least two", next_step=step)]
        )
    first, last = _ends(rows, years, base_year, horizon)
    span = tuple(int(year) for year in years if first <= year <= last)
    inside = rows[rows["year"].isin(span)]
    cells = inside[keys].drop_duplicates().sort_values(keys) if keys else pd.DataFrame(index=[0])
    cells = cells.reset_index(drop=True)
    number = (
        inside[keys].merge(cells.assign(_cell=range(len(cells))), on=keys)["_cell"].to_numpy()
        if keys
        else np.zeros(len(inside), dtype=int)
    )
    place = number, np.searchsorted(span, inside["year"].to_numpy())
    persons = np.full((len(cells), len(span)), np.nan)
    persons[place] = inside["persons"].to_numpy()
    status = np.full(persons.shape, STATUS_ORDER[0], dtype="<U16")
    status[place] = inside["status"].to_numpy(dtype=str)
    source = np.full(len(cells), "", dtype="<U200")
    source[number] = inside["source"].to_numpy(dtype=str)
    return Path(persons, cells, span, status, source)


def _ends(
    rows: pd.DataFrame, years: NDArray[np.int64], base_year: int | None, horizon: int | None
) -> tuple[int, int]:
    past = rows.loc[rows["status"] != "projected", "year"]
    split = len(past) and past.max() < years[-1]
    first = int(past.max() if split else years[0]) if base_year is None else base_year
    last = int(years[-1]) if horizon is None else horizon
    problems = [
        Problem(name, repr(value), f"a year of the table, {years[0]} to {years[-1]}")
        for name, value in (("base_year", first), ("horizon", last))
        if value not in years
    ]
    if not problems and last <= first:
        problems.append(Problem("horizon", str(last), f"a year after {first}"))
    if problems:
        raise ParameterError(SUBJECT, problems)
    return first, last
