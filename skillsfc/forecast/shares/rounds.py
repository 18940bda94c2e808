"""From a tidy table of persons or shares to rounds: a survey year of a whole, cell by cell.

A *whole* is what the shares are shares of (a sector of a country); a *round* is one of its years.
Years may be uneven and differ between wholes. Nothing is filled in here: see `cells`.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.checks import check
from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.forecast.pathology import Issue
from skillsfc.forecast.shares.evidence import leave_out, list_findings
from skillsfc.schema import key_columns, key_rows, measure_column, refuse_other_than_table

Array = NDArray[np.float64]
MEASURES = ("persons", "share")
SUM_TOLERANCE = 0.02  # shares printed in whole per cents may miss 1 by so much


@dataclass(frozen=True)
class Rounds:
    """Cells of all wholes and years.

    Parameters
    ----------
    values : ndarray (n_wholes, n_years, n_categories)
        Persons or shares as given; NaN where there is no value.
    given : ndarray of bool (n_wholes, n_categories)
        Whether the table has any row of the category in the whole.
    years : ndarray (n_years,)
        Years of the table, sorted; no year is added.
    keys : DataFrame
        The keys of the wholes, one row each.
    labels : list of str
        Categories, sorted.
    by, measure : str
        Key that tells categories apart; ``persons`` or ``share``.
    source : ndarray of str (n_wholes,)
        Source of the last row of each whole.
    issues : tuple
        ``(rule, series, affected, severity, text)``.
    """

    values: Array
    given: NDArray[np.bool_]
    years: NDArray[np.int64]
    keys: pd.DataFrame
    labels: list[str]
    by: str
    measure: str
    source: NDArray[np.str_]
    issues: tuple[Issue, ...] = ()

    @property
    def codes(self) -> list[tuple[str, ...]]:
        """Return the keys of each whole as text."""
        return [tuple(map(str, row)) for row in key_rows(self.keys)]

    @property
    def names(self) -> list[str]:
        """Name each whole by its keys."""
        return [" ".join(codes) or "total" for codes in self.codes]

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Tell which wholes have any value in which year."""
        return np.asarray(np.isfinite(self.values).any(axis=2))

    def until(self, year: int) -> Rounds:
        """Return only what was known at a year, with the wholes that have a round in it."""
        early = self.years <= year
        now = np.asarray(self.seen[:, self.years == year].any(axis=1))
        return self.keep(now, early)

    def on(self, labels: list[str]) -> Rounds:
        """Return the same cells on other categories; those it has not are missing."""
        places = [self.labels.index(label) if label in self.labels else -1 for label in labels]
        values = np.where(np.array(places) >= 0, self.values[:, :, places], np.nan)
        given = self.given[:, places] & (np.array(places) >= 0)
        return replace(self, values=values, given=given, labels=labels)

    def keep(self, rows: NDArray[np.bool_], columns: NDArray[np.bool_] | None = None) -> Rounds:
        """Return some of the wholes and of the years."""
        chosen = np.ones(len(self.years), bool) if columns is None else columns
        values = self.values[rows][:, chosen]
        return replace(
            self,
            values=values,
            given=self.given[rows] & np.isfinite(values).any(axis=1),
            years=self.years[chosen],
            keys=self.keys[rows].reset_index(drop=True),
            source=self.source[rows],
        )


def prepare_rounds(
    table: pd.DataFrame,
    *,
    by: str,
    within: str | Sequence[str] | None = None,
    subject: str = "table of shares",
) -> Rounds:
    """Return the rounds of a table and what was found in it.

    Parameters
    ----------
    table : DataFrame
        Tidy table with ``year``, ``by``, other keys and ``persons`` [persons] or ``share`` [0-1].
    by : str
        Key whose codes share a whole, such as ``occupation``.
    within : str or sequence of str, optional
        Keys that the table must have besides. All other keys tell wholes apart as well.
    subject : str
        Name of the table in messages.

    Raises
    ------
    TableError
        If the table is not valid, has another measure, or shares do not sum to 1.
    ParameterError
        If ``by`` or ``within`` are no keys of it.
    CoverageError
        If no value is left to learn from.

    Examples
    --------
    >>> t = pd.DataFrame({"country": "MAR", "year": [2019, 2019], "sex": ["F", "M"],
    ...     "persons": [30.0, 70], "unit": "persons", "status": "observed", "source": "mine"})
    >>> prepare_rounds(t, by="sex").values.tolist()
    [[[30.0, 70.0]]]
    """
    rows = _checked(table, subject)
    keys = _keys(rows, by, within)
    issues: list[Issue] = []
    rows = leave_out(rows, keys, issues, subject)
    rounds = _pivot(rows, keys, by, measure_column(rows))
    if rounds.measure == "share":
        _refuse_other_sums(rounds, subject)
    country = list(rounds.keys["country"]) if "country" in rounds.keys else None
    persons = np.nansum(rounds.values, axis=2) if rounds.measure == "persons" else None
    issues += list_findings(rounds.names, rounds.seen, rounds.years, country, persons)
    return replace(rounds, issues=tuple(issues))


def _checked(table: pd.DataFrame, subject: str) -> pd.DataFrame:
    refuse_other_than_table(table, subject)
    if "year" not in table.columns:
        near = did_you_mean("year", table.columns)
        raise TableError(subject, [Problem("columns", "missing: 'year'", "a year", near)])
    rows = check(table)
    measure = measure_column(rows)
    this_year = datetime.datetime.now(tz=datetime.UTC).year
    late = rows[(rows["year"] > this_year) & (rows["status"] != "projected")]
    problems = []
    if measure not in MEASURES:
        problems.append(Problem("measure", repr(measure), f"one of {listing(MEASURES)}"))
    if len(late):
        found = f"{len(late)} rows after {this_year} (first: {late['year'].iloc[0]})"
        problems.append(Problem("column 'year'", found, "status 'projected' for the future"))
    if problems:
        raise TableError(subject, problems)
    return rows


def _keys(rows: pd.DataFrame, by: str, within: str | Sequence[str] | None) -> list[str]:
    """Return the keys that tell wholes apart, in the dictionary's order."""
    found = [key for key in key_columns(rows) if key != "year"]
    asked = [] if within is None else [within] if isinstance(within, str) else list(within)
    given = [("by", by), *(("within", name) for name in asked)]
    problems = [
        Problem(what, repr(name), f"one of {listing(found)}", did_you_mean(name, found))
        for what, name in given
        if name not in found
    ]
    if by in asked:
        problems.append(Problem("within", repr(by), "another key than 'by'"))
    if problems:
        raise ParameterError("shares", problems)
    return [key for key in found if key != by]


def _pivot(rows: pd.DataFrame, keys: list[str], by: str, measure: str) -> Rounds:
    years = np.unique(rows.loc[rows[measure].notna(), "year"])
    labels = sorted(rows[by].unique())
    wholes = rows[keys].drop_duplicates().sort_values(keys) if keys else pd.DataFrame(index=[0])
    wholes = wholes.reset_index(drop=True)
    number = (
        rows.merge(wholes.assign(_row=range(len(wholes))), on=keys, how="left")["_row"].to_numpy()
        if keys
        else np.zeros(len(rows), int)
    )
    category = rows[by].map({label: k for k, label in enumerate(labels)}).to_numpy()
    inside = rows["year"].isin(years).to_numpy()
    column = np.searchsorted(years, rows["year"].to_numpy()[inside])
    values = np.full((len(wholes), len(years), len(labels)), np.nan)
    values[number[inside], column, category[inside]] = rows[measure].to_numpy()[inside]
    given = np.zeros((len(wholes), len(labels)), bool)
    given[number, category] = True
    source = np.full(len(wholes), "", dtype="<U64")
    source[number] = rows["source"].to_numpy(dtype=str)
    return Rounds(values, given, years, wholes, labels, by, measure, source)


def _refuse_other_sums(rounds: Rounds, subject: str) -> None:
    """Refuse shares whose sum is not 1: percent, parts left out, or totals beside parts."""
    total = np.nansum(rounds.values, axis=2)
    whole = np.isfinite(rounds.values).sum(axis=2) == rounds.given.sum(axis=1)[:, None]
    off = (total > 1.0 + SUM_TOLERANCE) | (whole & (total < 1.0 - SUM_TOLERANCE))
    off &= rounds.seen & ~(whole & (total == 0.0))
    if not off.any():
        return
    problems = []
    for row, column in np.argwhere(off)[:5]:
        size = total[row, column]
        step = "Percent? Divide by 100." if 95.0 < size < 105.0 else "Are parts missing or doubled?"
        where = f"{rounds.names[row]} {rounds.years[column]}"
        problems.append(Problem(where, f"shares sum to {size:.4g}", "1", next_step=step))
    raise TableError(f"{subject}: {int(off.sum())} rounds do not close", problems)
