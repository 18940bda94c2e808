"""People who come of age a year beside jobs added a year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, listing
from skillsfc.forecast.demography import Demography
from skillsfc.results import Result


def compare_entrants_with_jobs(
    demography: Demography,
    forecast: Result,
    *,
    later: pd.DataFrame | None = None,
    level: float = 0.8,
) -> pd.DataFrame:
    """Set people reaching working age a year beside jobs created a year.

    Parameters
    ----------
    demography : Demography
        Outcome of `measure_demography` for one country.
    forecast : EmploymentForecast
        Outcome of `skillsfc.forecast_employment` for the same country's total.
    later : DataFrame, optional
        ``year, persons`` of a later level from another source [persons]. The projection then starts
        there: the forecast's relative change from that year on is applied to that level.
    level : float
        Coverage of the interval shown [0-1]; one of the forecast's levels.

    Returns
    -------
    DataFrame
        ``country, year, indicator, level, value, lower, upper, unit``: for the last ten observed
        years and for the projection, ``entrants``, ``leavers`` and ``jobs`` [persons per year];
        ``year`` is the last year of the period, and ``note`` names it. ``jobs`` is the net change
        of employment, so posts vacated by leavers are not in it.

    Raises
    ------
    ParameterError
        If the forecast has no such level, or the countries differ.

    Examples
    --------
    >>> import skillsfc as sf
    >>> jobs = sf.forecast_employment(sf.load_table("employment", country="MAR", source="pwt91"),
    ...     panel=sf.load_table("employment", source="pwt91"), horizon=2030, model="drift")
    >>> people = sf.measure_demography(sf.load_table("population", country="MAR"))
    >>> sf.compare_entrants_with_jobs(people, jobs)["indicator"].unique().tolist()
    ['entrants', 'jobs', 'leavers']
    """
    history = forecast.history.dropna(subset=["persons"])  # type: ignore[attr-defined]
    future = forecast.table[np.isclose(forecast.table["level"], level)]
    countries = set(demography.table["country"]) | set(history["country"]) | set(future["country"])
    if future.empty or len(countries) != 1:
        levels = listing(forecast.table["level"].unique())
        raise ParameterError(
            "compare_entrants_with_jobs",
            [Problem("level or country", f"{level}, {listing(sorted(countries))}",
                     f"one country, and a level of {levels}")],
        )  # fmt: skip
    last, first = int(history["year"].max()), int(history["year"].max()) - 10
    end = int(future["year"].max())
    base = _base(history, future, later, last)
    rows = [
        *_people_rows(demography.table, first, last, level),
        *_people_rows(demography.table, base["year"], end, level),
        _past_jobs(history, first, last, level),
        _future_jobs(base, future[future["year"] == end].iloc[0], end, level),
    ]
    table = pd.DataFrame(rows).assign(country=countries.pop(), unit="persons per year")
    columns = [
        "country",
        "year",
        "indicator",
        "level",
        "value",
        "lower",
        "upper",
        "unit",
        "status",
        "note",
    ]
    return table[columns].sort_values(["year", "indicator"], ignore_index=True)


def _people_rows(
    table: pd.DataFrame, first: int, last: int, level: float
) -> list[dict[str, object]]:
    """Average the yearly flows at the population dates in the period."""
    total = table[(table["sex"] == "T") & table["indicator"].isin(["entrants", "leavers"])]
    dates = np.sort(total["year"].unique())
    # A date's flow speaks of the five years before it, so the date that closes the period counts.
    inside = dates[(dates > first) & (dates < last + 5)]
    chosen = total[total["year"].isin(inside)]
    return [
        {
            "year": last,
            "indicator": name,
            "level": level,
            "value": rows["value"].mean(),
            "lower": np.nan,
            "upper": np.nan,
            "status": rows["status"].max(),
            "note": f"{first}-{last}",
        }
        for name, rows in chosen.groupby("indicator")
    ]


def _past_jobs(history: pd.DataFrame, first: int, last: int, level: float) -> dict[str, object]:
    by_year = history.set_index("year")["persons"]
    past = (by_year[last] - by_year[first]) / (last - first) if first in by_year else np.nan
    return {"year": last, "indicator": "jobs", "level": level, "value": past, "lower": np.nan,
            "upper": np.nan, "status": "observed", "note": f"{first}-{last}"}  # fmt: skip


def _base(
    history: pd.DataFrame, future: pd.DataFrame, later: pd.DataFrame | None, last: int
) -> dict[str, Any]:
    """Return where the projection starts: year, persons there, and the forecast of that year."""
    own = float(history.set_index("year")["persons"][last])
    ahead = future.set_index("year")["persons"]
    if later is not None:
        for row in later.sort_values("year", ascending=False).itertuples():
            if row.year in ahead.index[:-1]:
                return {"year": int(row.year), "persons": row.persons, "forecast": ahead[row.year]}
    return {"year": last, "persons": own, "forecast": own}


def _future_jobs(
    base: dict[str, Any], final: pd.Series, end: int, level: float
) -> dict[str, object]:
    """Return jobs a year from the base to the end, the forecast's change scaled to the base."""
    factor = base["persons"] / base["forecast"] / (end - base["year"])
    change = {
        name: (final[name] - base["forecast"]) * factor for name in ("persons", "lower", "upper")
    }
    return {
        "year": end,
        "indicator": "jobs",
        "level": level,
        "value": change["persons"],
        "lower": change["lower"],
        "upper": change["upper"],
        "status": "projected",
        "note": f"{base['year']}-{end}",
    }
