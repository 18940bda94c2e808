"""Population of working age as a regressor: summed, and interpolated between published years."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.checks import check
from skillsfc.errors import Problem, TableError
from skillsfc.forecast.pooling import Array

FIRST_AGE, LAST_AGE = 15, 64


def sum_working_age(population: pd.DataFrame) -> pd.DataFrame:
    """Return persons aged 15-64 by country and year.

    Parameters
    ----------
    population : DataFrame
        Tidy table ``year, age, persons`` [persons], with or without ``country`` and ``sex``.

    Returns
    -------
    DataFrame
        Index year, one column a country (``""`` if the table has no country) [persons].

    Raises
    ------
    TableError
        If there is no age column, or the ages do not make up 15-64.

    Examples
    --------
    >>> t = pd.DataFrame({"year": 2020, "age": ["0-14", "15-24", "25-64"],
    ...                   "persons": [5.0, 2.0, 6.0], "unit": "persons",
    ...                   "status": "observed", "source": "mine"})
    >>> sum_working_age(t).loc[2020].item()
    8.0
    """
    rows = check(population)
    missing = [c for c in ("year", "age", "persons") if c not in rows]
    if missing:
        raise TableError(
            "population table", [Problem("columns", f"missing: {missing}", "year, age and persons")]
        )
    groups = pd.Series(rows["age"].unique())
    lower = groups.str.extract(r"^(\d+)")[0].astype(int)
    upper = groups.str.extract(r"(\d+)$")[0].fillna("999").astype(int)
    inside = (lower >= FIRST_AGE) & (upper <= LAST_AGE)
    years = sorted((a, b) for a, b in zip(lower[inside], upper[inside], strict=True))
    gapless = all(nxt[0] == this[1] + 1 for this, nxt in pairwise(years))
    if not years or years[0][0] != FIRST_AGE or years[-1][1] != LAST_AGE or not gapless:
        found = ", ".join(f"{a}-{b}" for a, b in years) or "none within it"
        raise TableError(
            "population table",
            [Problem("column 'age'", found, "groups that make up 15-64 without gap or overlap")],
        )
    kept = rows[rows["age"].isin(groups[inside])]
    country = kept["country"] if "country" in kept else pd.Series("", index=kept.index)
    grouped = kept["persons"].groupby([kept["year"], country])
    total = grouped.sum().mask(kept["persons"].isna().groupby([kept["year"], country]).any())
    return total.unstack()  # noqa: PD010 - one value a cell, nothing to aggregate


def interpolate_population(
    population: pd.DataFrame, countries: Sequence[str], years: NDArray[np.int64]
) -> Array:
    """Return persons aged 15-64, a row a series and a column a year, log-linear between years.

    Parameters
    ----------
    population : DataFrame
        Table of `sum_working_age`.
    countries : sequence of str
        Country of each row.
    years : ndarray
        Calendar years wanted; outside the published years the value is NaN, never carried on.

    Examples
    --------
    >>> people = pd.DataFrame({"MAR": [100.0, 400.0]}, index=[2020, 2022])
    >>> interpolate_population(people, ["MAR"], np.array([2021, 2023])).round(6)
    array([[200.,  nan]])
    """
    out = np.full((len(countries), len(years)), np.nan)
    for k, country in enumerate(countries):
        if country not in population:
            continue
        known = population[country].dropna()
        logs = np.interp(years, known.index, np.log(known), left=np.nan, right=np.nan)
        out[k] = np.exp(logs)
    return out
