"""Errors of a sector back-test: by economy and origin, summed up by model and horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.forecast.accuracy import direction_hits
from skillsfc.forecast.pooling import Array, Mask
from skillsfc.forecast.scores import interval_score
from skillsfc.forecast.sectors.models import NAIVE, SectorTrials
from skillsfc.forecast.sectors.panel import SectorPanel
from skillsfc.forecast.sectors.verdict import BLOCK, DRAWS, interval, skill_of
from skillsfc.forecast.verdict import block_bootstrap

MEASURES = ("growth_mae", "wmape", "dissimilarity", "mase")
UNITS = {"growth_mae": "share a year", "mase": "ratio"}
FEW_ECONOMIES = 3  # fewer are not drawn from: origins are, in blocks


@dataclass(frozen=True, eq=False)
class Judged:
    """What is judged: forecasts of every model beside what came.

    Parameters
    ----------
    panel : SectorPanel
        Sectors.
    trials : SectorTrials
        What came, the value at the origin and the mean yearly change known there.
    runs : dict of ndarray (n_series, n_origins, n_horizons)
        Persons by model.
    bounds : dict of ndarray (2, n_series, n_origins, n_horizons, n_levels)
        Ends of the intervals by model.
    cells : ndarray of bool (n_series, n_origins, n_horizons)
        Cells in which all models are judged.
    levels : tuple of float
        Coverage of the intervals.
    """

    panel: SectorPanel
    trials: SectorTrials
    runs: dict[str, Array]
    bounds: dict[str, Array]
    cells: Mask
    levels: tuple[float, ...]

    @property
    def actual(self) -> Array:
        """Return what came."""
        return self.trials.trials.actual

    @property
    def known(self) -> Array:
        """Return the value at the origin, repeated for every horizon."""
        return np.repeat(self.trials.trials.known[..., None], self.cells.shape[2], axis=2)

    def growth_error(self, run: Array) -> Array:
        """Return the absolute error of growth since the origin, a year; NaN from nobody on.

        Growth is simple, not compound: a line that ends at zero would be off by a whole otherwise.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            gap = np.abs(run - self.actual) / self.known / self.trials.trials.horizons
        found: Array = np.where(self.known > 0.0, gap, np.nan)
        return found

    def step_error(self, run: Array) -> Array:
        """Return the absolute error in mean yearly changes known at the origin."""
        step = self.trials.trials.step[..., None]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(step > 0, np.abs(run - self.actual) / step, np.nan)

    def by_economy(self, run: Array) -> dict[str, Array]:
        """Return each measure by own economy, origin and horizon; NaN where nothing is judged."""
        made, came = (np.where(self.cells, x, 0.0) for x in (run, self.actual))
        whole, real = self._sums(made), self._sums(came)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = made / whole[self.panel.economy] - came / real[self.panel.economy]
            known_total = made * (real / whole)[self.panel.economy]
            found = {
                "growth_mae": self._mean(self.growth_error(run)),
                "wmape": self._sums(np.abs(made - came)) / real,
                "dissimilarity": 0.5 * self._sums(np.where(self.cells, np.abs(shares), 0.0)),
                "mase": self._mean(self.step_error(run)),
                "wmape_known_total": self._sums(np.abs(known_total - came)) / real,
            }
        empty = ~(real > 0)
        return {k: np.where(empty, np.nan, v)[: self.panel.own] for k, v in found.items()}

    def _sums(self, values: Array) -> Array:
        return self.panel.sums(values)

    def _mean(self, values: Array) -> Array:
        seen = self.cells & np.isfinite(values)
        total = self._sums(np.where(seen, values, 0.0))
        with np.errstate(invalid="ignore"):
            found: Array = total / self._sums(seen.astype(float))
        return found


def sector_horizon_table(judged: Judged, seed: int) -> pd.DataFrame:
    """Return ``model, horizon, metric, value, unit, n`` over all own economies, each one alike."""
    cells = {name: judged.by_economy(run) for name, run in judged.runs.items()}
    rows: list[tuple[str, int, str, float, str, int]] = []
    for k, h in enumerate(judged.trials.trials.horizons):
        number = int(judged.cells[..., k].sum())
        if not number:
            continue
        for name in judged.runs:
            found = [
                (metric, _average(values[..., k]), UNITS.get(metric, "share"))
                for metric, values in cells[name].items()
            ]
            found += _skills(cells, name, k, seed)
            found += _direction(judged, name, k) + _bands(judged, name, k)
            rows += [(name, int(h), *item, number) for item in found]
    return pd.DataFrame(rows, columns=["model", "horizon", "metric", "value", "unit", "n"])


def _average(values: Array) -> float:
    """Return the mean over economies of their means over origins."""
    by_economy = _rows_mean(values)
    known = by_economy[np.isfinite(by_economy)]
    return float(known.mean()) if len(known) else np.nan


def _rows_mean(values: Array) -> Array:
    seen = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        found: Array = np.where(seen, values, 0.0).sum(axis=1) / seen.sum(axis=1)
    return found


def _skills(
    cells: dict[str, dict[str, Array]], name: str, k: int, seed: int
) -> list[tuple[str, float, str]]:
    """Return 1 - error / naive error by measure and naive model, with its bootstrap interval."""
    found = []
    for measure in MEASURES:
        for rival in NAIVE:
            own, other = cells[name][measure][..., k], cells[rival][measure][..., k]
            both = np.isfinite(own) & np.isfinite(other)
            low, high = _interval(np.where(both, own, np.nan), np.where(both, other, np.nan), seed)
            values = {"": skill_of(_average(own), _average(other)), "_lower": low, "_upper": high}
            for end, value in values.items():
                found.append((f"skill{end}_{measure}_against_{rival}", value, "share"))
    return found


def _interval(own: Array, other: Array, seed: int) -> tuple[float, float]:
    """Draw economies again and again; origins in blocks where there are fewer than 3 economies."""
    if len(own) >= FEW_ECONOMIES:
        a, b = _rows_mean(own), _rows_mean(other)
        a, b = a[np.isfinite(a)], b[np.isfinite(a)]
        size = len(a)
        draws = np.random.default_rng(seed).multinomial(size, np.full(size, 1.0 / size), size=DRAWS)
        return interval(draws @ a, draws @ b)
    a, b = (_rows_mean(x.T) for x in (own, other))
    a, b = a[np.isfinite(a)], b[np.isfinite(a)]
    weights = block_bootstrap(len(a), min(BLOCK, len(a)), DRAWS, seed)
    return interval(weights @ a, weights @ b)


def _direction(judged: Judged, name: str, k: int) -> list[tuple[str, float, str]]:
    """Return hits on the direction of employment, and of each sector's share of its economy."""
    cell, panel = judged.cells[..., k], judged.panel
    levels = [
        np.where(cell, x[..., k], 0.0) for x in (judged.actual, judged.runs[name], judged.known)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [x / panel.sums(x)[panel.economy] for x in levels]
    # A share that is the same but for rounding has no direction.
    shares = [np.round(x, 12) for x in shares]
    found = []
    for title, values in (("direction", levels), ("share_direction", shares)):
        hits = direction_hits(*(x[cell] for x in values))
        found += [
            (f"{title}_hit_rate", hits["hit_rate"], "share"),
            (f"{title}_always_grows", hits["always_grows"], "share"),
            (f"{title}_peirce", hits["peirce"], "share"),
        ]
    return found


def _bands(judged: Judged, name: str, k: int) -> list[tuple[str, float, str]]:
    cell, step = judged.cells[..., k], judged.trials.trials.step
    actual = judged.actual[..., k]
    found = []
    for j, level in enumerate(judged.levels):
        low, high = judged.bounds[name][..., k, j]
        inside = ((actual >= low) & (actual <= high))[cell]
        with np.errstate(divide="ignore", invalid="ignore"):
            a, b, c = (np.where(step > 0, x / step, np.nan)[cell] for x in (actual, low, high))
        found += [
            (f"coverage_{100 * level:g}", float(inside.mean()), "share"),
            (f"interval_score_{100 * level:g}", interval_score(a, b, c, level), "ratio"),
        ]
    return found


def sector_series_table(judged: Judged) -> pd.DataFrame:
    """Return ``keys, model, metric, value, unit, n`` over all origins and horizons."""
    parts = []
    number = judged.cells.sum(axis=(1, 2))
    rows = np.flatnonzero(number)
    head = judged.panel.keys.iloc[rows].reset_index(drop=True)
    for name, run in judged.runs.items():
        found = {
            "growth_mae": (judged.growth_error(run), "share a year"),
            "mase": (judged.step_error(run), "ratio"),
        }
        for j, level in enumerate(judged.levels):
            low, high = judged.bounds[name][..., j]
            inside = (judged.actual >= low) & (judged.actual <= high)
            found[f"coverage_{100 * level:g}"] = (inside.astype(float), "share")
        for metric, (values, unit) in found.items():
            seen = judged.cells & np.isfinite(values)
            with np.errstate(invalid="ignore"):
                mean = np.where(seen, values, 0.0).sum(axis=(1, 2)) / seen.sum(axis=(1, 2))
            parts.append(
                head.assign(model=name, metric=metric, value=mean[rows], unit=unit, n=number[rows])
            )
    return pd.concat(parts, ignore_index=True)


def sector_errors(judged: Judged) -> pd.DataFrame:
    """Return each forecast beside what came, one row a series, model, origin, horizon and level."""
    one = judged.trials.trials
    row, origin, ahead = np.nonzero(judged.cells)
    head = judged.panel.keys.iloc[row].reset_index(drop=True)
    start = int(judged.panel.last_year[0]) - judged.panel.persons.shape[1] + 1
    parts = []
    for name, run in judged.runs.items():
        for j, level in enumerate(judged.levels):
            low, high = judged.bounds[name][:, row, origin, ahead, j]
            parts.append(
                head.assign(
                    model=name,
                    origin=start + one.origins[origin],
                    horizon=one.horizons[ahead],
                    level=level,
                    actual=one.actual[row, origin, ahead],
                    persons=run[row, origin, ahead],
                    lower=low,
                    upper=high,
                    unit="persons",
                )
            )
    return pd.concat(parts, ignore_index=True)
