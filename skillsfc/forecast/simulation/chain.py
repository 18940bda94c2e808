"""The chain from totals over shares and exits to openings, for one draw or a thousand at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.errors import CoverageError, ParameterError, Problem, listing
from skillsfc.forecast.simulation.paths import Array, Totals, years_text

SOURCES = ("totals", "shares", "sampling", "exits")
STEPS_OF_SHARES = {"shares": ("trend",), "sampling": ("sampling",)}


@dataclass(frozen=True, eq=False)
class Exits:
    """Yearly replacement rate of every cell [share per year] and its spread in logs."""

    rate: Array
    spread: Array
    together: bool  # one error for all cells (an assumption) or one each (estimates)

    def simulate(self, draws: int, rng: np.random.Generator) -> Array:
        """Draw rates (draws, n_cells); the median is the rate itself."""
        count = 1 if self.together else len(self.rate)
        drawn: Array = self.rate * np.exp(rng.standard_normal((draws, count)) * self.spread)
        return drawn


@dataclass(frozen=True, eq=False)
class Chain:
    """All parts of the computation, ready to run with any of its sources drawn or held still.

    Parameters
    ----------
    totals : Totals
        Employment of the series.
    steps : tuple
        Share forecasts, each splitting every cell that it finds.
    cells : DataFrame
        Keys of the finest cells.
    within : tuple of ndarray
        For each step, which row of its shares each cell before it uses.
    exits : Exits
        Replacement rates of the finest cells.
    """

    totals: Totals
    steps: tuple[Any, ...]
    cells: pd.DataFrame
    within: tuple[NDArray[np.int64], ...]
    exits: Exits

    def run(
        self, drawn: Sequence[str], draws: int, seed: int, groups: Array, correlation: float
    ) -> tuple[Array, Array]:
        """Return employment (draws, n_groups, n_years) and replacement, one year fewer.

        A source that is not in ``drawn`` stays at its central value. Each source has a random
        stream of its own, so holding one still leaves the draws of the others as they are.
        """
        streams = dict(zip(SOURCES, np.random.default_rng(seed).spawn(len(SOURCES)), strict=True))
        total = self.totals
        persons = (
            total.simulate(draws, streams["totals"], correlation=correlation)
            if "totals" in drawn
            else total.central[None]
        )
        for step, rows in zip(self.steps, self.within, strict=True):
            shares = self._shares(step, drawn, draws, streams)[:, :, rows, :]
            split = persons[:, :, None, :] * shares.transpose(0, 2, 3, 1)
            persons = split.reshape(len(split), -1, split.shape[-1])
        rate = (
            self.exits.simulate(draws, streams["exits"])
            if "exits" in drawn
            else self.exits.rate[None]
        )
        mean = (persons[:, :, 1:] + persons[:, :, :-1]) / 2
        leavers = rate[:, :, None] * mean
        return np.matmul(groups, persons), np.matmul(groups, leavers)

    def _shares(
        self,
        step: Any,
        drawn: Sequence[str],
        draws: int,
        streams: dict[str, np.random.Generator],
    ) -> Array:
        """Return shares (draws or 1, n_years, n_within, n_by) over the years of the totals."""
        years = self.totals.years
        central = central_shares(step, years)
        shares: Array = central[None]
        for source, parts in STEPS_OF_SHARES.items():
            if source in drawn:
                made = step.simulate(draws, streams[source], parts=parts)
                shares = shares * _ratio(made, step, years, central, keep_base=source == "shares")
        closed: Array = shares / shares.sum(axis=-1, keepdims=True)
        return closed


def _ratio(
    made: Array, step: Any, years: NDArray[np.int64], central: Array, *, keep_base: bool
) -> Array:
    """Return simulated over central shares in the years of the totals.

    Shares that were seen have no error of trend. An error of measurement they do have, the same as
    later years: moving later years alone would count it as change.
    """
    ahead = np.searchsorted(step.years, years).clip(0, len(step.years) - 1)
    drawn = made[:, ahead]
    ratio: Array = np.divide(drawn, central, out=np.ones_like(drawn), where=central > 0)
    if keep_base:
        ratio[:, years < step.years[0]] = 1.0
    return ratio


def central_shares(step: Any, years: NDArray[np.int64]) -> Array:
    """Return the central shares of a forecast (n_years, n_within, n_by), seen ones where seen.

    Years before the first share known take that share.
    """
    keys = list(step.settings.within)
    by = step.settings.by
    ahead = step.table.drop_duplicates([*keys, by, "year"])
    both = pd.concat([step.history[[*keys, by, "year", "share"]],
                      ahead[[*keys, by, "year", "share"]]])  # fmt: skip
    both = both.drop_duplicates([*keys, by, "year"], keep="first")
    labels = [row if keys else () for row in step.within_labels]
    wide = both.set_index([*keys, by, "year"])["share"]
    cube = np.full((len(years), len(labels), len(step.by_labels)), np.nan)
    for w, row in enumerate(labels):
        for o, name in enumerate(step.by_labels):
            cube[:, w, o] = [wide.get((*row, name, year), np.nan) for year in years]
    first = int(both["year"].min())
    if years[0] < first <= years[-1]:  # nothing is known of the structure before: it is kept
        cube[years < first] = cube[years == first]
    if np.isnan(cube).any():
        absent = years[np.isnan(cube).any(axis=(1, 2))]
        raise CoverageError(
            "shares",
            [Problem("years", f"no shares in {years_text(absent)}", f"{years[0]} to {years[-1]}",
                     next_step="Forecast the shares to the same horizon as the totals.")],
        )  # fmt: skip
    return cube


def link_cells(
    totals: Totals, steps: Sequence[Any]
) -> tuple[pd.DataFrame, tuple[NDArray[np.int64], ...]]:
    """Return the finest cells and, for each step, the row of shares that each cell uses.

    Raises
    ------
    ParameterError
        If a step is within a key that the cells before it do not have.
    CoverageError
        If a cell has no shares.
    """
    cells = totals.keys.copy()
    rows = []
    for step in steps:
        keys = list(step.settings.within)
        foreign = [key for key in keys if key not in cells]
        if foreign:
            raise ParameterError(
                "shares",
                [Problem("within", listing(foreign), f"keys of the totals: {listing(cells)}")],
            )
        at = {tuple(map(str, label)): k for k, label in enumerate(step.within_labels)}
        own = [tuple(map(str, row)) for row in cells[keys].itertuples(index=False)]
        absent = sorted({" ".join(row) for row in own if row not in at})
        if absent:
            found = f"no shares for {listing(absent, 5)}"
            raise CoverageError("shares", [Problem(" x ".join(keys) or "total", found)])
        rows.append(np.array([at[row] for row in own], np.int64))
        by = pd.DataFrame({step.settings.by: step.by_labels})
        cells = cells.merge(by, how="cross")
    return cells, tuple(rows)


def read_exits(replacement: pd.DataFrame, cells: pd.DataFrame, *, together: bool) -> Exits:
    """Return the replacement rate of every cell from a table with some of its keys.

    Raises
    ------
    CoverageError
        If a cell has no rate.
    """
    keys = [key for key in cells if key in replacement]
    rates = _with_errors(replacement)[[*keys, "annual_rate", "rate_error"]]
    if keys and rates.duplicated(keys).any():
        rates = rates.groupby(keys, as_index=False).mean()
    found = cells.merge(rates, on=keys, how="left") if keys else cells.merge(rates, how="cross")
    if len(found) != len(cells) or found["annual_rate"].isna().any():
        absent = (
            found.loc[found["annual_rate"].isna(), list(cells)].astype(str).agg(" ".join, axis=1)
        )
        raise CoverageError(
            "replacement", [Problem("annual_rate", f"none for {listing(absent.unique(), 5)}")]
        )
    rate = found["annual_rate"].to_numpy(float)
    error = found["rate_error"].fillna(0.0).to_numpy(float)
    spread = np.divide(error, rate, out=np.zeros_like(rate), where=rate > 0)
    return Exits(rate, np.sqrt(np.log1p(spread**2)), together)


def _with_errors(replacement: pd.DataFrame) -> pd.DataFrame:
    """Return the rates with an error: that of a stated range, read as four chances in five."""
    if "annual_rate_low" not in replacement:
        return replacement
    width = (replacement["annual_rate_high"] - replacement["annual_rate_low"]) / 2
    own = replacement["rate_error"].fillna(width / NormalDist().inv_cdf(0.9))
    return replacement.assign(rate_error=own)
