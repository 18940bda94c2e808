"""Replacement rates for the cells of a chain: read, weighted, drawn, applied as they are meant."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.errors import CoverageError, Problem, TableError, listing
from skillsfc.forecast.simulation.paths import Array

SUBJECT = "replacement"
KEYS_OF_TIME = ("year", "first_year")


@dataclass(frozen=True, eq=False)
class Exits:
    """Yearly replacement rates and their errors.

    Parameters
    ----------
    rate, spread : ndarray (n_rates,)
        Share per year, and its standard deviation in logs.
    row : ndarray of int (n_cells,)
        Which rate each cell uses: cells of one rate share its error.
    together : bool
        Whether all rates share one error too, as those of one assumption do.
    applied : {"path", "start", "compound"}
        What a rate applies to: mean employment of each year, that of the base year, or that of the
        base year growing with the rate.
    """

    rate: Array
    spread: Array
    row: NDArray[np.int64]
    together: bool
    applied: str

    def simulate(self, draws: int, rng: np.random.Generator) -> Array:
        """Draw the rates of the cells (draws, n_cells); the median is the rate itself."""
        normal = rng.standard_normal((draws, 1 if self.together else len(self.rate)))
        drawn: Array = (self.rate * np.exp(normal * self.spread))[:, self.row]
        return drawn

    def central(self) -> Array:
        """Return the rates of the cells (1, n_cells)."""
        return self.rate[None, self.row]

    def leavers(self, rate: Array, persons: Array) -> Array:
        """Return those who leave in each year (draws, n_cells, n_years - 1) [persons]."""
        each = rate[:, :, None]
        years = np.arange(persons.shape[2] - 1)
        level = (persons[:, :, 1:] + persons[:, :, :-1]) / 2
        if self.applied != "path":
            level = persons[:, :, :1] * np.ones(len(years))
        grown = (1.0 + each) ** years if self.applied == "compound" else 1.0
        found: Array = each * grown * level
        return found


def read_exits(replacement: Any, cells: pd.DataFrame) -> Exits:
    """Return the replacement rates of the cells from a result or a table with some of their keys.

    Rates of finer groups than the cells are averaged with the persons that they refer to.

    Raises
    ------
    TableError
        If there is no rate, one is negative or above 1, or finer rates have no persons to weigh by.
    CoverageError
        If a cell has no rate.
    """
    settings = getattr(replacement, "settings", None)
    together = getattr(settings, "method", "") == "ageing"
    rates = _checked(getattr(replacement, "table", replacement))
    keys = [key for key in cells if key in rates]
    if "sex" in rates and "sex" not in cells and {"T"} < set(rates["sex"]):
        rates = rates[rates["sex"] != "T"]
    if rates.duplicated(keys).any() if keys else len(rates) > 1:
        rates = _weighted(rates, keys, together)
    rates = rates.reset_index(drop=True).assign(_row=range(len(rates)))
    texts = cells.astype("str")
    found = (
        texts.merge(rates.astype(dict.fromkeys(keys, "str")), on=keys, how="left")
        if keys
        else texts.merge(rates, how="cross")
    )
    lacking = found["annual_rate"].isna()
    if lacking.any():
        absent = found.loc[lacking, list(cells)].agg(" ".join, axis=1)
        raise CoverageError(
            SUBJECT, [Problem("annual_rate", f"none for {listing(absent.unique(), 5)}")]
        )
    rate = rates["annual_rate"].to_numpy(float)
    error = rates["rate_error"].fillna(0.0).to_numpy(float)
    part = np.divide(error, rate, out=np.zeros_like(rate), where=rate > 0)
    row = found["_row"].to_numpy(np.int64)
    return Exits(rate, np.sqrt(np.log1p(part**2)), row, together, _applied(settings))


def _applied(settings: Any) -> str:
    """Return what the rates are meant to be applied to, by the way they were defined."""
    if getattr(settings, "annual", "") == "warwick":
        return "compound"
    return "start" if getattr(settings, "rate_base", "") == "start" else "path"


def _checked(table: Any) -> pd.DataFrame:
    if not isinstance(table, pd.DataFrame):
        expected = "a result of sf.estimate_replacement_demand, or a table"
        raise TableError(SUBJECT, [Problem("input", type(table).__name__, expected)])
    rates = table if "annual_rate" in table else table.rename(columns={"rate": "annual_rate"})
    if "annual_rate" not in rates or rates.empty:
        found = f"columns {listing(table.columns)}, {len(table)} rows"
        raise TableError(SUBJECT, [Problem("table", found, "a column annual_rate, and a row")])
    wrong = rates[(rates["annual_rate"] < 0) | (rates["annual_rate"] > 1)]
    if len(wrong):
        shown = listing(wrong["annual_rate"].head(3))
        raise TableError(
            SUBJECT,
            [Problem("column 'annual_rate'", shown, "0 to 1 a year", next_step="Per cent? "
                     "Divide by 100.")],
        )  # fmt: skip
    known = rates.get("rate_error", pd.Series(np.nan, index=rates.index))
    if "annual_rate_low" in rates:  # a stated range is read as four chances in five
        width = (rates["annual_rate_high"] - rates["annual_rate_low"]) / 2
        known = known.fillna(width / NormalDist().inv_cdf(0.9))
    return rates.drop(columns=[*KEYS_OF_TIME], errors="ignore").assign(rate_error=known)


def _weighted(rates: pd.DataFrame, keys: list[str], together: bool) -> pd.DataFrame:
    """Average rates of finer groups by their persons; a missing part makes the mean missing."""
    if "persons" not in rates:
        what = " x ".join(keys) or "no key of the cells"
        raise TableError(
            SUBJECT,
            [Problem(what, "several rates for one cell", "one each, or persons to weigh them by")],
        )
    groups = [rates[key].astype("str") for key in keys] or [pd.Series("", index=rates.index)]
    whole = rates["persons"].groupby(groups).transform("sum")
    weight = rates["persons"] / whole.where(whole > 0)
    parts = pd.DataFrame(
        {
            "annual_rate": weight * rates["annual_rate"],
            # Errors of one assumption go together, those of estimates do not.
            "rate_error": weight * rates["rate_error"].fillna(0.0),
        }
    )
    if not together:
        parts["rate_error"] **= 2
    summed = parts.groupby(groups).sum(min_count=1)
    missing = parts["annual_rate"].isna().groupby(groups).any()
    summed.loc[missing, "annual_rate"] = np.nan
    if not together:
        summed["rate_error"] **= 0.5
    summed.index.names = keys or ["_"]
    return summed.reset_index().drop(columns=[] if keys else ["_"])
