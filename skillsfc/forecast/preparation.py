"""From a tidy table of persons to a matrix of series: explicit years, gaps kept, treatments listed.

Nothing is repaired in silence. What cannot be a yearly series of persons is an error; what is
unusual is kept, and a row of the issues table says what was found and what was done about it.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.checks import check
from skillsfc.errors import (
    CoverageError,
    ParameterError,
    Problem,
    TableError,
    did_you_mean,
    listing,
)
from skillsfc.forecast.pathology import Array, Issue, find_issues, series_breaks
from skillsfc.schema import key_columns, key_rows

NOT_EVIDENCE = ("modelled", "projected")  # status of rows that a forecast must not learn from
ISSUE_COLUMNS = ["rule", "series", "affected", "severity", "text"]


@dataclass(frozen=True)
class SeriesMatrix:
    """Series as rows, calendar years as columns.

    Parameters
    ----------
    persons : ndarray (n_series, n_years)
        Persons, NaN where missing.
    years : ndarray (n_years,)
        Every calendar year from the first to the last, none left out.
    keys : DataFrame
        The key columns, one row a series.
    scorable : ndarray of bool
        Where a value may judge a forecast: seen, and not imputed by its producer.
    issues : DataFrame
        ``rule, series, affected, severity, text``.
    source : ndarray of str
        Source of each series' last value.
    status : ndarray of str
        Status of each series' values that may judge a forecast.
    """

    persons: Array
    years: NDArray[np.int64]
    keys: pd.DataFrame
    scorable: NDArray[np.bool_]
    issues: pd.DataFrame
    source: NDArray[np.str_]
    status: NDArray[np.str_]

    @property
    def names(self) -> list[str]:
        """Name each series by its keys."""
        return [" ".join(map(str, row)) or "total" for row in key_rows(self.keys)]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Count the values of each series."""
        found: NDArray[np.int64] = np.isfinite(self.persons).sum(axis=1)
        return found

    def logarithmic(self) -> NDArray[np.bool_]:
        """Tell which series have no zero: they are modelled in logs, the others in levels."""
        found: NDArray[np.bool_] = ~(self.persons == 0.0).any(axis=1)
        return found

    def keep(self, rows: NDArray[np.bool_]) -> SeriesMatrix:
        """Return only some of the series; the issues stay whole."""
        return replace(
            self,
            persons=self.persons[rows],
            keys=self.keys[rows].reset_index(drop=True),
            scorable=self.scorable[rows],
            source=self.source[rows],
            status=self.status[rows],
        )


def prepare_series(
    employment: pd.DataFrame,
    *,
    by: Sequence[str] | None = None,
    subject: str = "employment table",
) -> SeriesMatrix:
    """Return the series of a table as a matrix with an explicit year index, and what was found.

    Parameters
    ----------
    employment : DataFrame
        Tidy table with ``year``, keys, ``persons`` [persons], ``unit, status, source`` and, if the
        producer flags them, ``reliability`` (U, S).
    by : sequence of str, optional
        Keys that tell series apart; the others are summed. Default: all keys but ``year``.
    subject : str
        Name of the table in messages.

    Returns
    -------
    SeriesMatrix
        Matrix, keys and the issues table.

    Raises
    ------
    TableError
        Wrong columns, units or codes, negative persons, duplicate keys, years that are no calendar
        years or lie in the future without being projected.
    ParameterError
        If ``by`` names a column that is not a key of the table.
    CoverageError
        If no value is left.

    Notes
    -----
    A missing year stays missing; models that need a yearly change divide the change by the years of
    the gap. A sum is missing where one of its parts is: it is never a smaller number.

    Examples
    --------
    >>> t = pd.DataFrame({"country": "MAR", "year": [2018, 2019, 2022], "persons": [10.0, 11, 12],
    ...                   "unit": "persons", "status": "observed", "source": "mine"})
    >>> matrix = prepare_series(t)
    >>> matrix.years.tolist(), matrix.issues["rule"].tolist()
    ([2018, 2019, 2020, 2021, 2022], ['few_values', 'missing_years'])
    """
    rows = _checked(employment, subject)
    keys = [key for key in key_columns(rows) if key != "year"]
    chosen = _chosen(by, keys)
    issues: list[Issue] = []
    unseen = rows["status"].isin(NOT_EVIDENCE).all()
    rows = _drop_no_evidence(rows, chosen, issues)
    if not rows["persons"].notna().any():
        what = "only modelled or projected values" if unseen else "no value at all"
        raise CoverageError(subject, [Problem("column 'persons'", what, "a number observed")])
    matrix = _pivot(rows, keys, chosen, issues)
    countries = list(matrix.keys["country"]) if "country" in matrix.keys else None
    imputed = np.isfinite(matrix.persons) & ~matrix.scorable
    issues += find_issues(matrix.persons, matrix.years, matrix.names, countries, imputed)
    table = pd.DataFrame(issues, columns=ISSUE_COLUMNS)
    return replace(matrix, issues=table.sort_values(["series", "rule"], ignore_index=True))


def _checked(employment: pd.DataFrame, subject: str) -> pd.DataFrame:
    missing = [c for c in ("year", "persons") if c not in getattr(employment, "columns", ())]
    if isinstance(employment, pd.DataFrame) and missing:
        near = did_you_mean(missing[0], employment.columns)
        raise TableError(
            subject,
            [Problem("columns", f"missing: {listing(missing)}", "year and persons", near)],
        )
    rows = check(employment)
    this_year = datetime.datetime.now(tz=datetime.UTC).year
    late = rows[(rows["year"] > this_year) & ~rows["status"].isin(NOT_EVIDENCE)]
    if len(late):
        raise TableError(
            subject,
            [
                Problem(
                    "column 'year'",
                    f"{len(late)} rows after {this_year} with status "
                    f"{listing(late['status'].unique())} (first: {late['year'].iloc[0]})",
                    "status 'projected' for the future",
                )
            ],
        )
    return rows


def _chosen(by: Sequence[str] | None, keys: list[str]) -> list[str]:
    if by is None:
        return keys
    names = [by] if isinstance(by, str) else list(by)
    unknown = [name for name in names if name not in keys]
    if unknown:
        raise ParameterError(
            "by",
            [
                Problem(repr(n), "not a key of the table", listing(keys), did_you_mean(n, keys))
                for n in unknown
            ],
        )
    return [key for key in keys if key in names]


def _drop_no_evidence(rows: pd.DataFrame, by: list[str], issues: list[Issue]) -> pd.DataFrame:
    """Take modelled, projected and suppressed rows out; list unreliable ones."""

    def note(chosen: pd.Series, rule: str, severity: str, text: str) -> None:
        for name, count in _by_series(rows[chosen], by).items():
            issues.append((rule, name, count, severity, text))

    projected = rows["status"].isin(NOT_EVIDENCE)
    note(projected, "not_evidence", "warning", "modelled or projected rows left out of the fit")
    flags = rows["reliability"] if "reliability" in rows else pd.Series("", index=rows.index)
    suppressed = flags.eq("S").fillna(False)
    note(suppressed, "suppressed", "warning", "values flagged S by the producer taken as missing")
    unreliable = flags.eq("U").fillna(False)
    note(unreliable, "unreliable", "warning", "values flagged U by the producer used as they are")
    broken = _before_break(rows, issues, by)
    # The rows stay, so that the series is listed; only their values go.
    return rows.assign(persons=rows["persons"].mask(projected | suppressed | broken))


def _before_break(rows: pd.DataFrame, issues: list[Issue], by: list[str]) -> pd.Series:
    """Mark values before a known break: a trend through it would be made of two sources."""
    found = pd.Series(False, index=rows.index)
    if "country" not in rows:
        return found
    for entry in series_breaks().itertuples():
        own = (rows["country"] == entry.country) & (rows["source"] == entry.source)
        early = own & (rows["year"] < int(entry.first_year)) & rows["persons"].notna()
        text = f"the fit starts in {entry.first_year}. {entry.reason}"
        for name, count in _by_series(rows[early], by).items():
            issues.append(("break", name, count, "warning", text))
        found |= early
    return found


def _by_series(rows: pd.DataFrame, by: list[str]) -> dict[str, int]:
    if rows.empty:
        return {}
    names = rows[by].astype("str").agg(" ".join, axis=1) if by else pd.Series("total", rows.index)
    return {str(name): int(count) for name, count in names.value_counts(sort=False).items()}


def _pivot(
    rows: pd.DataFrame,
    keys: list[str],
    by: list[str],
    issues: list[Issue],
) -> SeriesMatrix:
    seen_years = rows.loc[rows["persons"].notna(), "year"]
    years = np.arange(seen_years.min(), seen_years.max() + 1)
    inside = rows[rows["year"].between(years[0], years[-1])]
    parts = rows[keys].drop_duplicates().reset_index(drop=True)
    fine = np.full((len(parts), len(years)), np.nan)
    imputed = np.zeros(fine.shape, bool)
    number = (
        inside.merge(parts.assign(_row=range(len(parts))), on=keys, how="left")["_row"].to_numpy()
        if keys
        else np.zeros(len(inside), int)
    )
    column = inside["year"].to_numpy() - years[0]
    fine[number, column] = inside["persons"].to_numpy()
    imputed[number, column] = inside["status"].eq("imputed").to_numpy()
    # Rows come sorted by keys and year: the last one written is the series' last value.
    source = np.full(len(parts), "", dtype="<U64")
    source[number] = inside["source"].to_numpy(dtype=str)
    status = np.full(len(parts), "estimated", dtype="<U16")
    measured = inside["status"].isin(["observed", "estimated"]).to_numpy()
    status[number[measured]] = inside["status"].to_numpy(dtype=str)[measured]
    scorable = np.isfinite(fine) & ~imputed
    matrix = SeriesMatrix(fine, years, parts, scorable, pd.DataFrame(), source, status)
    return matrix if by == keys else _summed(matrix, by, issues)


def _summed(fine: SeriesMatrix, by: list[str], issues: list[Issue]) -> SeriesMatrix:
    """Add parts up to the chosen keys; a total with a missing part is missing."""
    groups = (
        fine.keys.groupby(by, sort=True).ngroup().to_numpy() if by else np.zeros(len(fine.keys))
    )
    values, scorable, source, status = [], [], [], []
    keys = fine.keys[by].drop_duplicates().sort_values(by) if by else pd.DataFrame(index=[0])
    for group in range(int(groups.max()) + 1):
        rows = np.flatnonzero(groups == group)
        alive = rows[np.isfinite(fine.persons[rows]).any(axis=1)]
        total = fine.persons[alive].sum(axis=0) if len(alive) else fine.persons[rows[0]] * np.nan
        values.append(total)
        scorable.append(np.isfinite(total) & fine.scorable[rows].any(axis=0))
        source.append(fine.source[rows[-1]])
        status.append("estimated" if "estimated" in fine.status[rows] else fine.status[rows[-1]])
        partial = np.isfinite(fine.persons[alive]).any(axis=0) & ~np.isfinite(total)
        name = " ".join(map(str, keys.iloc[group])) or "total"
        if partial.any():
            text = "years in which only some parts are there: the total is missing, not smaller"
            issues.append(("partial_total", name, int(partial.sum()), "warning", text))
        if len(alive) < len(rows):
            text = "parts without any value are not in the total"
            issues.append(("empty_part", name, len(rows) - len(alive), "warning", text))
    return SeriesMatrix(
        np.vstack(values),
        fine.years,
        keys.reset_index(drop=True),
        np.vstack(scorable),
        pd.DataFrame(),
        np.array(source),
        np.array(status),
    )
