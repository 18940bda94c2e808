"""Errors of a back-test summed up: by model and horizon, and by model and series."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.forecast.accuracy import direction_hits, mean_of
from skillsfc.forecast.calibration import Trials
from skillsfc.forecast.models import MODELS
from skillsfc.forecast.pooling import Array, Index, Mask
from skillsfc.forecast.preparation import SeriesMatrix
from skillsfc.forecast.scores import coverage, interval_score

DRAWS, LEVEL = 500, 0.8
KNOWN_LATER = ("employment_ratio", "auto")  # auto contains the ratio where a population is given


def _over_series(values: Array) -> Array:
    """Average over origins, NaN where a series has no test: (n_series, n_horizons)."""
    seen = np.isfinite(values)
    count = seen.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.where(seen, values, 0.0).sum(axis=1) / count
    result: Array = np.where(count > 0, total, np.nan)
    return result


def _errors(trials: Trials, run: Array, tests: Mask) -> dict[str, Array]:
    """Return cell errors by measure, NaN where nothing is judged."""
    actual = np.where(tests, trials.actual, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(trials.step > 0, trials.step, np.nan)[..., None]
        return {
            "mase": np.abs(run - actual) / step,
            "squared": ((run - actual) / step) ** 2,
            "mape": np.where(actual > 0, np.abs(run / actual - 1.0), np.nan),
            "bias": np.where(actual > 0, run / actual - 1.0, np.nan),
        }


def horizon_table(
    trials: Trials,
    runs: dict[str, Array],
    widths: dict[str, Array],
    tests: Mask,
    levels: tuple[float, ...],
    seed: int,
) -> pd.DataFrame:
    """Return ``model, horizon, metric, value, unit, n`` over all series."""
    rows: list[tuple[str, int, str, float, str, int]] = []
    naive = {m: _over_series(_errors(trials, runs[m], tests)["mase"]) for m in runs if _is_naive(m)}
    draws = np.random.default_rng(seed).multinomial(
        len(tests), np.full(len(tests), 1.0 / len(tests)), size=DRAWS
    )
    for name, run in runs.items():
        cells = _errors(trials, run, tests)
        by_series = {k: _over_series(v) for k, v in cells.items()}
        for k, h in enumerate(trials.horizons):
            judged = tests[..., k]
            if not judged.any():
                continue
            found = _points(trials, run, by_series, judged, k)
            found += _skills(by_series["mase"][:, k], naive, k, draws)
            found += _bands(trials, run, widths[name], judged, k, levels)
            rows += [(name, int(h), *item, int(judged.sum())) for item in found]
    table = pd.DataFrame(rows, columns=["model", "horizon", "metric", "value", "unit", "n"])
    labelled = KNOWN_LATER if "employment_ratio" in trials.models else ()
    note = MODELS["employment_ratio"].note
    return table.assign(note=[note if m in labelled else "" for m in table["model"]])


def _is_naive(name: str) -> bool:
    return name in MODELS and MODELS[name].naive


def _points(
    trials: Trials, run: Array, by_series: dict[str, Array], judged: Mask, k: int
) -> list[tuple[str, float, str]]:
    def average(measure: str) -> float:
        column = by_series[measure][:, k]
        return mean_of(column[np.isfinite(column)])

    actual, made = trials.actual[..., k][judged], run[..., k][judged]
    known = np.repeat(trials.known[..., None], len(trials.horizons), axis=2)[..., k][judged]
    hits = direction_hits(actual, made, known)
    return [
        ("mase", average("mase"), "ratio"),
        ("rmsse", average("squared") ** 0.5, "ratio"),
        ("mape", average("mape"), "share"),
        ("bias", average("bias"), "share"),
        ("wmape", float(np.abs(made - actual).sum() / actual.sum()), "share"),
        ("direction_hit_rate", hits["hit_rate"], "share"),
        ("direction_always_grows", hits["always_grows"], "share"),
        ("direction_peirce", hits["peirce"], "share"),
    ]


def _skills(
    own: Array, naive: dict[str, Array], k: int, draws: Index
) -> list[tuple[str, float, str]]:
    """Return 1 - error / naive error, with its bootstrap interval over series."""
    found = []
    for rival, table in naive.items():
        both = np.isfinite(own) & np.isfinite(table[:, k])
        if not both.any():
            continue
        theirs = table[both, k]
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = 1.0 - (draws[:, both] @ own[both]) / (draws[:, both] @ theirs)
            skill = 1.0 - own[both].sum() / theirs.sum()
        spread = spread[np.isfinite(spread)]
        ends = np.quantile(spread, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2]) if len(spread) else [0, 0]
        values = (skill, ends[0], ends[1])
        for part, value in zip(("", "_lower", "_upper"), values, strict=True):
            found.append((f"skill{part}_against_{rival}", float(value), "share"))
    return found


def _bands(
    trials: Trials, run: Array, width: Array, judged: Mask, k: int, levels: tuple[float, ...]
) -> list[tuple[str, float, str]]:
    found = []
    centre = trials.transformed(run)
    for j, level in enumerate(levels):
        low, high = (trials.persons(centre + s * width[..., j])[..., k] for s in (-1.0, 1.0))
        actual, size = trials.actual[..., k], trials.step
        with np.errstate(divide="ignore", invalid="ignore"):
            a, b, c = (np.where(size > 0, x / size, np.nan)[judged] for x in (actual, low, high))
        part = coverage(actual[judged], low[judged], high[judged])
        found += [
            (f"coverage_{100 * level:g}", part, "share"),
            (f"interval_score_{100 * level:g}", interval_score(a, b, c, level), "ratio"),
        ]
    return found


def series_table(
    series: SeriesMatrix,
    trials: Trials,
    runs: dict[str, Array],
    widths: dict[str, Array],
    tests: Mask,
    levels: tuple[float, ...],
) -> pd.DataFrame:
    """Return ``keys, model, metric, value, unit, n`` over all origins and horizons."""
    rows = []
    for name, run in runs.items():
        cells = _errors(trials, run, tests)
        centre = trials.transformed(run)
        for row in np.flatnonzero(tests.any(axis=(1, 2))):
            judged = tests[row]
            head = series.keys.iloc[row].to_dict() | {"model": name}
            found = [
                (measure, mean_of(cells[measure][row][judged]), unit)
                for measure, unit in (("mase", "ratio"), ("mape", "share"), ("bias", "share"))
            ]
            for j, level in enumerate(levels):
                gap = np.abs(centre[row] - trials.transformed(trials.actual)[row])
                inside = (gap <= widths[name][row, ..., j])[judged]
                found.append((f"coverage_{100 * level:g}", mean_of(inside.astype(float)), "share"))
            rows += [
                head | {"metric": m, "value": v, "unit": u, "n": int(judged.sum())}
                for m, v, u in found
            ]
    return pd.DataFrame(rows)
