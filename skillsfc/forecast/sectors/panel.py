"""Sectors of one or many economies side by side: who adds up to what, and where each one ends."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.errors import CoverageError, Problem, TableError, did_you_mean, listing
from skillsfc.forecast.pooling import Array, Index
from skillsfc.forecast.preparation import ISSUE_COLUMNS, SeriesMatrix, prepare_series
from skillsfc.schema import key_rows

STALE = 5  # years after which a sector that stopped no longer ends the others' series


@dataclass(frozen=True, eq=False)
class SectorPanel:
    """Sectors as rows, sorted by economy; own economies first, then those that only teach.

    Parameters
    ----------
    persons : ndarray (n_series, n_years)
        Persons, NaN where missing.
    scorable : ndarray of bool
        Values that may judge a forecast.
    keys : DataFrame
        Key columns, one row a series.
    economy, sector : ndarray (n_series,)
        Number of the economy whose sum the series is part of, and of its sector.
    last_year : ndarray (n_economies,)
        Calendar year of the last column.
    economies : list of str
        Name of each economy.
    own : int
        Number of economies to forecast.
    source, status : ndarray of str
        Of each series.
    output : ndarray (n_series, n_years)
        Logarithm of value added at constant prices, NaN where unknown.
    """

    persons: Array
    scorable: NDArray[np.bool_]
    keys: pd.DataFrame
    economy: Index
    sector: Index
    last_year: Index
    economies: list[str]
    own: int
    source: NDArray[np.str_]
    status: NDArray[np.str_]
    output: Array

    @property
    def own_rows(self) -> NDArray[np.bool_]:
        """Mark the series that are forecast rather than taught from."""
        found: NDArray[np.bool_] = self.economy < self.own
        return found

    @property
    def names(self) -> list[str]:
        """Name each series by its keys."""
        return [" ".join(map(str, row)) for row in key_rows(self.keys)]

    def logarithmic(self) -> NDArray[np.bool_]:
        """Tell which series have no zero: they are modelled in logs, the others in levels."""
        found: NDArray[np.bool_] = ~(self.persons == 0.0).any(axis=1)
        return found

    def logs(self) -> Array:
        """Return the logarithm of persons, NaN where there are none."""
        return np.log(np.where(self.persons > 0.0, self.persons, np.nan))

    def sums(self, values: Array) -> Array:
        """Add the sectors of each economy up; a sum with a missing part is missing."""
        starts = np.flatnonzero(np.diff(self.economy, prepend=-1))
        found: Array = np.add.reduceat(values, starts, axis=0)
        return found


def read_sectors(table: pd.DataFrame, subject: str) -> SeriesMatrix:
    """Return the series of a table that has sectors, or say that it has none.

    Raises
    ------
    TableError
        As `prepare_series` does, and if there is no column ``sector``.
    """
    if isinstance(table, pd.DataFrame) and "sector" not in table.columns:
        raise TableError(
            subject,
            [
                Problem(
                    "columns",
                    "no column 'sector'",
                    "sector, year, persons",
                    did_you_mean("sector", table.columns),
                    "Without sectors, use sf.forecast_employment.",
                )
            ],
        )
    return prepare_series(table, subject=subject)


def assemble(own: SeriesMatrix, teachers: SeriesMatrix | None, *, calendar: bool) -> SectorPanel:
    """Put economies together in one panel.

    Parameters
    ----------
    own : SeriesMatrix
        Sectors to forecast; those without any value are left out.
    teachers : SeriesMatrix, optional
        Other economies. One that is among the own ones is left out.
    calendar : bool
        Whether a column is one calendar year for all. If not, the last column is the last year in
        which an economy has all its sectors.

    Raises
    ------
    CoverageError
        If an economy has no year with all its sectors; a teaching one is left out.
    """
    blocks = _economies(own)
    count = len(blocks)
    problems = [_no_common_year(block) for block in blocks if _common_year(block) is None]
    if problems and not calendar:
        raise CoverageError("employment table", problems)
    if teachers is not None:
        known = {_name(block) for block in blocks}
        blocks += [b for b in _economies(teachers) if _name(b) not in known]
        blocks = [b for k, b in enumerate(blocks) if k < count or _common_year(b) is not None]
    if calendar:
        first, last = (f(int(b.years[at]) for b in blocks) for f, at in ((min, 0), (max, -1)))
        ends = [last] * len(blocks)
        width = last - first + 1
    else:
        ends = [year for b in blocks if (year := _common_year(b)) is not None]
        width = max(end - int(b.years[0]) + 1 for end, b in zip(ends, blocks, strict=True))
    return _stack(blocks, ends, width, count)


def _stack(blocks: list[SeriesMatrix], ends: list[int], width: int, count: int) -> SectorPanel:
    keys = pd.concat([b.keys for b in blocks], ignore_index=True)
    pairs = list(zip(blocks, ends, strict=True))
    persons = np.vstack([_window(b.persons, b.years, end, width) for b, end in pairs])
    judged = [_window(b.scorable.astype(float), b.years, end, width) for b, end in pairs]
    sizes = [len(b.persons) for b in blocks]
    return SectorPanel(
        persons=persons,
        scorable=np.isfinite(persons) & (np.vstack(judged) == 1.0),
        keys=keys,
        economy=np.repeat(np.arange(len(blocks)), sizes),
        sector=pd.factorize(keys["sector"], sort=True)[0].astype(np.int64),
        last_year=np.array(ends),
        economies=[_name(b) for b in blocks],
        own=count,
        source=np.concatenate([b.source for b in blocks]),
        status=np.concatenate([b.status for b in blocks]),
        output=np.full(persons.shape, np.nan),
    )


def _window(values: Array, years: Index, end: int, width: int) -> Array:
    """Cut or fill a block to so many years up to its end."""
    wanted = np.arange(end - width + 1, end + 1)
    column = wanted - int(years[0])
    inside = (column >= 0) & (column < len(years))
    found: Array = np.where(inside, values[:, np.clip(column, 0, len(years) - 1)], np.nan)
    return found


def _economies(series: SeriesMatrix) -> list[SeriesMatrix]:
    """Split into economies: series that differ in their sector alone; empty ones are left out."""
    alive = series.keep(series.counts > 0)
    others = [key for key in alive.keys if key != "sector"]
    if not others:
        return [alive]
    number = alive.keys.groupby(others, sort=True).ngroup().to_numpy()
    return [alive.keep(number == k) for k in range(int(number.max()) + 1)]


def _name(block: SeriesMatrix) -> str:
    others = [key for key in block.keys if key != "sector"]
    return " ".join(str(block.keys[key].iloc[0]) for key in others) or "total"


def _common_year(block: SeriesMatrix) -> int | None:
    """Return the last year in which every sector has a value."""
    whole = np.flatnonzero(np.isfinite(block.persons).all(axis=0))
    return int(block.years[whole[-1]]) if len(whole) else None


def _no_common_year(block: SeriesMatrix) -> Problem:
    seen = np.isfinite(block.persons).sum(axis=0)
    fewest = block.keys["sector"].iloc[int(block.counts.argmin())]
    return Problem(
        _name(block),
        f"no year with all {len(block.persons)} sectors (at most {seen.max()})",
        "one year at least",
        next_step=f"Leave out the sector with the fewest values ({fewest}), or sum sectors first.",
    )


def drop_stale(series: SeriesMatrix) -> SeriesMatrix:
    """Leave out sectors that stopped long before the others, and list them.

    Examples
    --------
    >>> rows = [(s, y, 10.0) for s in "AC" for y in range(2000, 2011) if s == "A" or y < 2003]
    >>> table = pd.DataFrame(rows, columns=["sector", "year", "persons"]).assign(
    ...     unit="persons", status="observed", source="made up")
    >>> kept = drop_stale(prepare_series(table))
    >>> kept.keys["sector"].tolist(), "stale" in set(kept.issues["rule"])
    (['A'], True)
    """
    rows, found = [], []
    for block in _economies(series):
        ends = np.array([block.years[np.isfinite(row)][-1] for row in block.persons])
        for k in range(len(ends)):
            name, late = block.names[k], int(ends.max() - ends[k])
            if late > STALE:
                text = f"last value {late} years before that of other sectors: not forecast"
                found.append(("stale", name, 1, "error", text))
            else:
                rows.append(name)
    kept = np.isin(series.names, rows) | (series.counts == 0)
    issues = pd.concat([series.issues, pd.DataFrame(found, columns=ISSUE_COLUMNS)])
    return replace(series.keep(kept), issues=issues.reset_index(drop=True))


def ragged_ends(series: SeriesMatrix, panel: SectorPanel) -> pd.DataFrame:
    """List values after the last year in which an economy has all its sectors: they are unused."""
    found = []
    for block in _economies(series):
        end = _common_year(block)
        late = np.isfinite(block.persons[:, block.years > (end or 0)]).sum(axis=1)
        if late.any():
            holding = listing(block.keys["sector"][late == 0])
            text = f"values after {end} unused, for {holding} end there: one base year for a sum"
            names = np.array(block.names)[late > 0]
            found += [("ragged_end", n, int(late.max()), "warning", text) for n in names]
    return pd.DataFrame(found, columns=ISSUE_COLUMNS)
