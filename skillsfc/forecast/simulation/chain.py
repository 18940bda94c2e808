"""The chain from totals over shares and exits to openings, for one draw or a thousand at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.errors import CoverageError, ParameterError, Problem, listing
from skillsfc.forecast.simulation.exits import Exits
from skillsfc.forecast.simulation.paths import Array, Totals, years_text
from skillsfc.schema import key_rows

SOURCES = ("totals", "shares", "sampling", "exits")
STEPS_OF_SHARES = {"shares": ("trend",), "sampling": ("sampling",)}


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

    @cached_property
    def central(self) -> list[Array]:
        """Return the central shares of every step over the years of the totals."""
        return [central_shares(step, self.totals.years) for step in self.steps]

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
        for number, rows in enumerate(self.within):
            shares = self._shares(number, drawn, draws, streams)[:, :, rows, :]
            split = persons[:, :, None, :] * shares.transpose(0, 2, 3, 1)
            persons = split.reshape(len(split), -1, split.shape[-1])
        rate = (
            self.exits.simulate(draws, streams["exits"])
            if "exits" in drawn
            else self.exits.central()
        )
        leavers = self.exits.leavers(rate, persons)
        return np.matmul(groups, persons), np.matmul(groups, leavers)

    def _shares(
        self,
        number: int,
        drawn: Sequence[str],
        draws: int,
        streams: dict[str, np.random.Generator],
    ) -> Array:
        """Return shares (draws or 1, n_years, n_within, n_by) over the years of the totals."""
        step, years = self.steps[number], self.totals.years
        shares: Array = self.central[number][None]
        for source, parts in STEPS_OF_SHARES.items():
            if source in drawn:
                made = step.simulate(draws, streams[source], parts=parts)
                shares = shares * _ratio(made, step, years, keep_base=source == "shares")
        closed: Array = shares / shares.sum(axis=-1, keepdims=True)
        return closed


def _ratio(made: Array, step: Any, years: NDArray[np.int64], *, keep_base: bool) -> Array:
    """Return drawn shares over those they were drawn around, in the years of the totals.

    Shares that were seen have no error of trend. An error of measurement they do have, the same as
    later years: moving later years alone would count it as change.
    """
    path = step.centre
    every: Array = np.divide(made, path, out=np.ones_like(made), where=path > 0)
    ratio = every[:, np.searchsorted(step.years, years).clip(0, len(step.years) - 1)]
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
    shape = (len(labels), len(step.by_labels), len(years))
    wanted = [
        (*row, name, year) for row in labels for name in step.by_labels for year in years.tolist()
    ]
    index = pd.MultiIndex.from_tuples(wanted) if len(wanted[0]) > 1 else wanted
    cube: Array = wide.reindex(index).to_numpy(float).reshape(shape).transpose(2, 0, 1).copy()
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
        if step.settings.by in cells:
            found = f"{step.settings.by!r}, which the totals have already"
            raise ParameterError("shares", [Problem("by", found, "a key that they lack")])
        single = [k for k, name in enumerate(keys) if len({w[k] for w in step.within_labels}) == 1]
        # A key with one value, such as the country, need not be named by the totals.
        used = [k for k, name in enumerate(keys) if name in cells or k not in single]
        keys = [keys[k] for k in used]
        foreign = [key for key in keys if key not in cells]
        if foreign:
            raise ParameterError(
                "shares",
                [Problem("within", listing(foreign), f"keys of the totals: {listing(cells)}")],
            )
        labels = [tuple(str(label[k]) for k in used) for label in step.within_labels]
        at = {label: k for k, label in enumerate(labels)}
        own = [tuple(map(str, row)) for row in key_rows(cells[keys])]
        absent = sorted({" ".join(row) for row in own if row not in at})
        if absent:
            found = f"no shares for {listing(absent, 5)}"
            raise CoverageError("shares", [Problem(" x ".join(keys) or "total", found)])
        rows.append(np.array([at[row] for row in own], np.int64))
        by = pd.DataFrame({step.settings.by: step.by_labels})
        cells = cells.merge(by, how="cross")
    return cells, tuple(rows)
