"""Rates or counts of replacement brought to the cells and steps of an employment path."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from skillsfc.checks import check
from skillsfc.errors import CoverageError, ParameterError, Problem, TableError, listing
from skillsfc.forecast.pooling import Array
from skillsfc.forecast.replacement.employment_path import Path
from skillsfc.forecast.replacement.result import ReplacementDemand, ReplacementSettings
from skillsfc.forecast.replacement.stocks import refuse_repeated
from skillsfc.results import Result
from skillsfc.schema import key_columns, refuse_other_than_table

APPLIED = ("path", "mean", "start", "end", "compound")
SUBJECT = "estimate_job_openings"


def replacement_by_step(
    path: Path,
    replacement: ReplacementDemand | pd.DataFrame,
    applied: str | None,
    by: list[str],
) -> tuple[Array, str]:
    """Return persons replaced by cell of the path and step of years, and how rates were applied.

    Parameters
    ----------
    path : Path
        Employment by cell and year.
    replacement : ReplacementDemand or DataFrame
        Rates or counts.
    applied : str or None
        What rates are applied to; None for the definition of the rate.
    by : list of str
        Keys reported: counts need all of these only, rates any keys of the path.

    Returns
    -------
    tuple of ndarray (cells, steps) and str
        Persons, and the name of the rule.
    """
    if isinstance(replacement, Result):
        rates, usual = _from_result(replacement, path)
        used = applied or usual
        return _apply(_on_steps(rates, path), path, used), used
    refuse_other_than_table(replacement, "replacement table")
    rows = check(replacement)
    if "persons" in rows:
        if applied is not None:
            found = f"{applied!r}, but the table has persons, not rates"
            raise ParameterError(SUBJECT, [Problem("applied", found, "nothing")])
        return _counts(rows, path, by), "counts"
    if "rate" not in rows:
        raise TableError("replacement table", [Problem("columns", "no rate and no persons")])
    used = applied or "path"
    return _apply(_on_steps(_from_table(rows, path), path), path, used), used


def _from_result(made: Result, path: Path) -> tuple[pd.DataFrame, str]:
    """Return annual rates by the keys shared with the path, and how they are meant."""
    settings = made.settings
    if not isinstance(settings, ReplacementSettings):
        expected = "a result of sf.estimate_replacement_demand, or a table"
        raise ParameterError(SUBJECT, [Problem("replacement", type(made).__name__, expected)])
    usual = "start" if settings.rate_base == "start" else "path"
    usual = "compound" if settings.annual == "warwick" else usual
    shared = [key for key in settings.by if key in path.keys]
    rows = made.table
    if len(shared) < len(settings.by):
        # Rates of a sum are the mean of its parts, weighted by the persons they refer to.
        rows = _weighted(rows, shared)
    return rows[[*shared, "annual_rate"]].rename(columns={"annual_rate": "rate"}), usual


def _weighted(rows: pd.DataFrame, shared: list[str]) -> pd.DataFrame:
    work = rows.assign(_all=0, _lost=rows["annual_rate"] * rows["persons"])
    empty = work["persons"] == 0
    work.loc[empty, "_lost"] = 0.0
    keys = [*shared, "_all"]
    grouped = work.groupby(keys)[["persons", "_lost"]].sum()
    missing = work[["persons", "_lost"]].isna().any(axis=1)
    gone = missing.groupby([work[key] for key in keys]).any()
    grouped = grouped.mask(gone)
    grouped["annual_rate"] = grouped["_lost"] / grouped["persons"].where(grouped["persons"] > 0)
    return grouped.reset_index()


def _from_table(rows: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return yearly rates by keys of the path, kinds added; refuse what has no place in it."""
    problems = []
    foreign = [
        k for k in key_columns(rows) if k not in path.keys and k not in ("year", "indicator")
    ]
    if foreign:
        step = f"Give employment by {foreign[0]} too, or rates without it."
        problems.append(Problem("keys", f"{listing(foreign)} not in the forecast", "", "", step))
    if (rows["rate"] > 1).any():
        found = f"{int((rows['rate'] > 1).sum())} above 1 (largest {rows['rate'].max():g})"
        step = "Percent? Divide by 100."
        problems.append(Problem("column 'rate'", found, "0 to 1 a year", next_step=step))
    if problems:
        raise TableError("replacement table", problems)
    refuse_repeated(rows, key_columns(rows), "replacement table")
    keys = [k for k in key_columns(rows) if k != "indicator"]
    return _add_kinds(rows, keys, "rate")


def _add_kinds(rows: pd.DataFrame, keys: list[str], measure: str) -> pd.DataFrame:
    work = rows.assign(_all=0)
    grouped = work.groupby([*keys, "_all"])[measure]
    whole = grouped.sum().mask(
        work[measure].isna().groupby([work[k] for k in [*keys, "_all"]]).any()
    )
    return whole.reset_index().drop(columns="_all")


def _on_steps(rates: pd.DataFrame, path: Path) -> Array:
    """Return the rate of every cell of the path in every step."""
    keys = [key for key in rates.columns if key not in ("rate", "year")]
    steps = list(pairwise(path.years))
    if "year" not in rates:
        columns = [_match(rates, path, keys)] * len(steps)
    else:
        columns = []
        for start, end in steps:
            inside = [
                _match(rates[rates["year"] == year], path, keys)
                for year in range(start + 1, end + 1)
            ]
            columns.append(np.mean(inside, axis=0))
    found: Array = np.column_stack(columns)
    if not np.isfinite(found).any():
        raise CoverageError(
            SUBJECT,
            [Problem("replacement", "no rate fits a cell of the forecast", "the same codes")],
        )
    return found


def _match(rows: pd.DataFrame, path: Path, keys: list[str]) -> Array:
    """Return one value for each cell of the path, NaN where there is none."""
    measure = "rate" if "rate" in rows else "persons"
    if not keys:
        value = rows[measure].iloc[0] if len(rows) else np.nan
        return np.full(len(path.keys), value, dtype=float)
    found = path.keys.merge(rows[[*keys, measure]], on=keys, how="left")[measure]
    values: Array = found.to_numpy(dtype=float)
    return values


def _apply(rates: Array, path: Path, applied: str) -> Array:
    persons, years = path.persons, np.array(path.years, dtype=float)
    length = np.diff(years)
    if applied == "path":
        level = (persons[:, :-1] + persons[:, 1:]) / 2
    elif applied == "end":
        level = persons[:, 1:]
    elif applied == "mean":
        level = ((persons[:, :1] + persons[:, -1:]) / 2).repeat(len(length), axis=1)
    else:
        level = persons[:, :1].repeat(len(length), axis=1)
    if applied != "compound":
        return rates * level * length
    if not np.allclose(rates, rates[:, :1], equal_nan=True):
        raise ParameterError(
            SUBJECT, [Problem("applied", "'compound' with rates that change", "'path' or 'end'")]
        )
    grown = (1.0 + rates[:, :1]) ** (years - years[0])
    found: Array = level * np.diff(grown, axis=1)
    return found


def _counts(rows: pd.DataFrame, path: Path, by: list[str]) -> Array:
    """Return counts given in persons, placed in one of the cells that they are reported for."""
    if "year" not in rows:
        step = "Add the year in which they leave, or give a yearly rate."
        raise TableError(
            "replacement table", [Problem("columns", "persons without year", "", "", step)]
        )
    absent = [key for key in by if key not in rows]
    if absent:
        step = f"by={[k for k in by if k in rows]} reports without it; rates could be spread."
        raise TableError(
            "replacement table", [Problem("keys", f"no {listing(absent)}", listing(by), "", step)]
        )
    summed = _add_kinds(rows, [*by, "year"], "persons")
    cells = path.keys[by].drop_duplicates() if by else path.keys.iloc[:1]
    first = cells.index.to_numpy()
    out = np.zeros((len(path.keys), len(path.years) - 1))
    for column, (start, end) in enumerate(pairwise(path.years)):
        total = np.zeros(len(path.keys))
        for year in range(start + 1, end + 1):
            total = total + _match(summed[summed["year"] == year], path, by)
        out[first, column] = total[first]
    if not np.isfinite(out[first]).any():
        raise CoverageError(
            SUBJECT, [Problem("replacement", "no count fits a cell and year", "the same codes")]
        )
    return out
