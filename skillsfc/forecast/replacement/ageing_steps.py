"""Passing the age of exit and dying before it, by step of years, from population by age."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.errors import CoverageError, Problem, listing
from skillsfc.forecast.pooling import Array
from skillsfc.forecast.replacement.ages import age_bounds

KEYS = ["country", "sex"]


@dataclass(frozen=True)
class ByAge:
    """A measure by cell, year and age group; NaN where a row is absent or empty.

    Parameters
    ----------
    counts : ndarray (cells, years, ages)
        Persons or rates.
    cells : DataFrame
        Country and sex of each cell.
    years : ndarray
        Calendar years.
    low, high : ndarray
        First and last completed year of each age group.
    name : str
        For messages.
    """

    counts: Array
    cells: pd.DataFrame
    years: NDArray[np.int64]
    low: Array
    high: Array
    name: str

    def inside(self, low: int, high: int) -> NDArray[np.bool_]:
        """Mark the age groups that make up a span, or say that they do not."""
        within = (self.low >= low) & (self.high <= high)
        across = (self.low <= high) & (self.high >= low) & ~within
        if across.any() or not within.any():
            groups = [
                f"{a:g}-{b:g}" for a, b in zip(self.low[across], self.high[across], strict=True)
            ]
            found = f"{listing(groups)} straddle it" if groups else "no group inside it"
            step = "Give single years, or choose an exit age and years that fit the groups."
            raise CoverageError(
                f"{self.name} by age", [Problem(f"ages {low}-{high}", found, next_step=step)]
            )
        return within

    def total(self, year: int, low: int, high: int) -> Array:
        """Return the sum of an age span in one year, a value a cell."""
        place = int(np.flatnonzero(self.years == year)[0])
        found: Array = self.counts[:, place][:, self.inside(low, high)].sum(axis=1)
        return found


def by_age(rows: pd.DataFrame, measure: str, name: str) -> ByAge:
    """Return a tidy table ``country, year, sex, age`` as an array."""
    cells = rows[KEYS].drop_duplicates().sort_values(KEYS).reset_index(drop=True)
    years = np.sort(rows["year"].unique())
    bounds = age_bounds(rows["age"].unique())
    ages = sorted(bounds, key=lambda age: bounds[age])
    number = rows[KEYS].merge(cells.assign(_cell=range(len(cells))), on=KEYS)["_cell"]
    place = (
        number.to_numpy(),
        np.searchsorted(years, rows["year"].to_numpy()),
        rows["age"].map({age: k for k, age in enumerate(ages)}).to_numpy(),
    )
    values = np.full((len(cells), len(years), len(ages)), np.nan)
    values[place] = rows[measure].to_numpy()
    low, high = (np.array([bounds[age][end] for age in ages], dtype=float) for end in (0, 1))
    return ByAge(values, cells, years, low, high, name)


def align_cells(deaths: ByAge, people: ByAge) -> ByAge:
    """Return the rates with the cells of the population, in its order.

    Raises
    ------
    CoverageError
        If a country and sex has no rates.
    """
    known = deaths.cells.assign(_from=range(len(deaths.cells)))
    at = people.cells.merge(known, on=KEYS, how="left")["_from"]
    if at.isna().any():
        names = listing(people.cells[at.isna().to_numpy()].agg(" ".join, axis=1))
        raise CoverageError("mortality table", [Problem("rows", f"no rates for {names}")])
    return replace(deaths, counts=deaths.counts[at.to_numpy(dtype=np.int64)], cells=people.cells)


def count_steps(
    people: ByAge, deaths: ByAge | None, years: list[int], first_age: int, exit_age: int
) -> pd.DataFrame:
    """Return passers, deaths and person-years of each step by country and sex.

    Returns
    -------
    DataFrame
        ``country, sex, first_year, year, persons, passed, died, person_years`` [persons].
    """
    parts = []
    for start, end in pairwise(years):
        span = end - start
        about = people.total(start, exit_age + 1 - span, exit_age)
        just = people.total(end, exit_age + 1, exit_age + span)
        early, late = (people.total(year, first_age, exit_age) for year in (start, end))
        died = (
            np.zeros(len(people.cells))
            if deaths is None
            else _deaths(people, deaths, (start, end), (first_age, exit_age)) * span
        )
        parts.append(
            people.cells.assign(
                first_year=start,
                year=end,
                persons=early,
                passed=(about + just) / 2,
                died=died,
                person_years=(early + late) / 2 * span,
            )
        )
    return pd.concat(parts, ignore_index=True)


def _deaths(people: ByAge, deaths: ByAge, span: tuple[int, int], ages: tuple[int, int]) -> Array:
    """Return mean deaths a year of a step: rates at its middle times the mean population."""
    middle = (span[0] + span[1]) / 2
    if not deaths.years[0] <= middle <= deaths.years[-1]:
        found = f"{deaths.years[0]} to {deaths.years[-1]}"
        raise CoverageError(
            "mortality table", [Problem("years", found, f"years around {middle:g}")]
        )
    rates = _rates_at(people, deaths, middle)
    within = people.inside(*ages)
    deaths.inside(*ages)
    ends = [int(np.flatnonzero(people.years == year)[0]) for year in span]
    mean = people.counts[:, ends].mean(axis=1)
    found_deaths: Array = (mean * rates)[:, within].sum(axis=1)
    return found_deaths


def _rates_at(people: ByAge, deaths: ByAge, year: float) -> Array:
    """Return death rates by the cells and ages of the population, interpolated in logs."""
    after = int(np.clip(np.searchsorted(deaths.years, year), 1, max(len(deaths.years) - 1, 1)))
    after = min(after, len(deaths.years) - 1)
    before = max(after - 1, 0)
    gap = deaths.years[after] - deaths.years[before]
    part = (year - deaths.years[before]) / gap if gap else 0.0
    logs = np.log(np.maximum(deaths.counts, np.finfo(float).tiny))
    rates = np.exp((1 - part) * logs[:, before] + part * logs[:, after])
    middles = (people.low + np.where(np.isfinite(people.high), people.high, people.low)) / 2
    band = np.clip(np.searchsorted(deaths.low, middles, side="right") - 1, 0, None)
    found: Array = rates[:, band]
    return found


def whole_sums(rows: pd.DataFrame, keys: list[str], columns: list[str]) -> pd.DataFrame:
    """Sum columns over rows of the same keys; a sum with a missing part is missing."""
    lost = rows[columns].isna().groupby([rows[key] for key in keys]).any()
    return rows.groupby(keys)[columns].sum().mask(lost)
