"""The series to forecast and the series that only teach, side by side and aligned at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.forecast.pooling import Array
from skillsfc.forecast.preparation import SeriesMatrix, prepare_series
from skillsfc.forecast.working_age import interpolate_population, sum_working_age


@dataclass(frozen=True)
class Panel:
    """Series whose last value is in the last column: own ones first, then the teaching ones.

    Parameters
    ----------
    persons : ndarray (n_series, n_years)
        Persons, NaN where missing.
    scorable, logarithmic : ndarray of bool
        Values that may judge a forecast; series without a zero.
    last_year : ndarray (n_series,)
        Calendar year of the last column of each row.
    own : int
        Number of series to forecast.
    countries : list of str
        Country of each series, empty where there is none.
    """

    persons: Array
    scorable: NDArray[np.bool_]
    logarithmic: NDArray[np.bool_]
    last_year: NDArray[np.int64]
    own: int
    countries: list[str]

    def population(self, table: pd.DataFrame | None, ahead: int) -> Array | None:
        """Return persons aged 15-64 aligned with the rows and ``ahead`` years longer."""
        if table is None:
            return None
        people = sum_working_age(table)
        alone = str(people.columns[0]) if people.shape[1] == 1 else ""
        width = self.persons.shape[1]
        rows = [
            interpolate_population(
                people, [country or alone], np.arange(last - width + 1, last + ahead + 1)
            )
            for country, last in zip(self.countries, self.last_year, strict=True)
        ]
        return np.vstack(rows)


def align_panel(own: SeriesMatrix, panel: pd.DataFrame | None, by: Sequence[str] | None) -> Panel:
    """Return own series with data, then those of the panel that are not among them.

    Parameters
    ----------
    own : SeriesMatrix
        Series to forecast; those without any value are left out.
    panel : DataFrame, optional
        Tidy table of other series of the same kind.
    by : sequence of str, optional
        Keys that tell series apart.
    """
    matrices = [own.keep(own.counts > 0)]
    if panel is not None:
        others = prepare_series(panel, by=by, subject="panel table")
        new = np.array([name not in own.names for name in others.names])
        matrices.append(others.keep(new & (others.counts > 0)))
    width = max(len(matrix.years) for matrix in matrices)
    rows, scores, last, countries = [], [], [], []
    for matrix in matrices:
        for k in range(len(matrix.persons)):
            end = int(np.flatnonzero(np.isfinite(matrix.persons[k]))[-1])
            fill = width - end - 1
            rows.append(np.concatenate([np.full(fill, np.nan), matrix.persons[k, : end + 1]]))
            scores.append(np.concatenate([np.zeros(fill, bool), matrix.scorable[k, : end + 1]]))
            last.append(int(matrix.years[end]))
        found = matrix.keys["country"] if "country" in matrix.keys else [""] * len(matrix.persons)
        countries += [str(country) for country in found]
    persons = np.vstack(rows)
    return Panel(
        persons=persons,
        scorable=np.vstack(scores),
        logarithmic=~(persons == 0.0).any(axis=1),
        last_year=np.array(last),
        own=len(matrices[0].persons),
        countries=countries,
    )
