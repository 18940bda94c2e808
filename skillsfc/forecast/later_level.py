"""A rough level of employment where no series reaches: labour force times (1 - unemployment)."""

from __future__ import annotations

import pandas as pd

from skillsfc.checks import check
from skillsfc.errors import CoverageError, Problem

SAME_SOURCE_YEARS = 2  # a labour force and an unemployment rate this far apart are not combined


def estimate_employment_level(
    labour_force: pd.DataFrame, unemployment: pd.DataFrame
) -> pd.DataFrame:
    """Return labour force times (1 - unemployment), the latest year of each country.

    Use it for a level later than a long series has. The two come from different surveys and
    definitions: it is a rough level, no observation.

    Parameters
    ----------
    labour_force : DataFrame
        Tidy table ``country, year, persons`` [persons].
    unemployment : DataFrame
        Tidy table ``country, year, share`` [0-1], both sexes.

    Returns
    -------
    DataFrame
        ``country, year, persons, unit, status, source, note``; status ``estimated``. Rates of
        another year, at most 2 off, are used and noted; a country without one is left out.

    Raises
    ------
    TableError
        If a table is not valid.
    CoverageError
        If no country has both.

    Examples
    --------
    >>> import pandas as pd
    >>> flags = {"unit": "persons", "status": "estimated", "source": "mine"}
    >>> force = pd.DataFrame({"country": ["MAR"], "year": [2024], "persons": [12e6], **flags})
    >>> rate = pd.DataFrame({"country": ["MAR"], "year": [2023], "share": [0.1], **flags})
    >>> made = estimate_employment_level(force, rate.assign(unit="share"))
    >>> made[["country", "year", "persons", "note"]].to_string(index=False, header=False)
    'MAR 2024 10800000.0 unemployment rate of 2023'
    """
    people, rates = _both_sexes(check(labour_force)), _both_sexes(check(unemployment))
    last = people.sort_values("year").groupby("country", as_index=False).last()
    pairs = last.merge(rates, on="country", suffixes=("", "_rate"))
    pairs["_off"] = (pairs["year"] - pairs["year_rate"]).abs()
    pairs = pairs[pairs["_off"] <= SAME_SOURCE_YEARS]
    pairs = pairs.sort_values(["country", "_off", "year_rate"], ascending=[True, True, False])
    best = pairs.drop_duplicates("country").reset_index(drop=True)
    if best.empty:
        found = "no country has a labour force and an unemployment rate within 2 years"
        raise CoverageError("estimate_employment_level", [Problem("tables", found)])
    year = best["year_rate"].astype("str")
    note = ("unemployment rate of " + year).where(best["_off"] > 0, "")
    return pd.DataFrame(
        {
            "country": best["country"],
            "year": best["year"],
            "persons": best["persons"] * (1.0 - best["share"]),
            "unit": "persons",
            "status": "estimated",
            "source": best["source"],
            "note": note,
        }
    )


def _both_sexes(table: pd.DataFrame) -> pd.DataFrame:
    rows = table[table["sex"] == "T"] if "sex" in table else table
    if "vintage" in rows:
        rows = rows.sort_values("vintage").drop_duplicates(["country", "year"], keep="last")
    return rows
