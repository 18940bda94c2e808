"""Measures of an occupational projection: size of error, direction, structure, skill."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.forecast import accuracy
from skillsfc.forecast.accuracy import Array
from skillsfc.forecast.occupations.split import split_error, with_actual_totals
from skillsfc.forecast.pooling import Index

DIGITS = 12  # growth that agrees to so many is the same; 0.1 + 0.2 is not growth
Row = dict[str, object]


def row(metric: str, value: float, unit: str, n: int) -> Row:
    """Return one line of the table of measures, without an interval."""
    return {"metric": metric, "value": float(value), "unit": unit, "n": n}


def part_of(values: Array) -> Array:
    """Return each value as part of their sum, zeros where the sum is 0."""
    whole = values.sum()
    return values / whole if whole > 0 else np.zeros_like(values)


def dissimilarity(projected: Array, actual: Array) -> float:
    """Return half the sum of the absolute differences of shares: the part that is misplaced.

    Examples
    --------
    >>> round(dissimilarity(np.array([50.0, 50.0]), np.array([60.0, 40.0])), 12)
    0.1
    """
    return float(0.5 * np.abs(part_of(projected) - part_of(actual)).sum())


def size_measures(base: Array, actual: Array, projected: Array) -> list[Row]:
    """Return the errors in persons and in structure, each beside the naive ones."""
    n = len(actual)
    constant = part_of(base) * projected.sum()
    return [
        row("mae", accuracy.mae(actual, projected), "persons", n),
        row("wmape", accuracy.wmape(actual, projected), "share", n),
        row("wmape_no_change", accuracy.wmape(actual, base), "share", n),
        row("wmape_constant_shares", accuracy.wmape(actual, constant), "share", n),
        row("dissimilarity", dissimilarity(projected, actual), "share", n),
        row("dissimilarity_constant_shares", dissimilarity(base, actual), "share", n),
    ]


def growth_measures(base: Array, actual: Array, projected: Array) -> list[Row]:
    """Return direction, faster or slower than all jobs, and growth, with their base rates.

    Occupations that were empty in the base year have no growth and are left out; ``n`` tells.
    """
    there = base > 0
    grew = np.round(actual[there] / base[there] - 1.0, DIGITS)
    said = np.round(projected[there] / base[there] - 1.0, DIGITS)
    n = len(grew)
    whole = base.sum()
    total_grew, total_said = (
        (x.sum() / whole - 1.0 if whole > 0 else np.nan) for x in (actual, projected)
    )
    hits = accuracy.direction_hits(grew, said, np.zeros(n))
    ahead_grew, ahead_said = np.round(grew - total_grew, 9), np.round(said - total_said, 9)
    faster = accuracy.direction_hits(ahead_grew, ahead_said, np.zeros(n))
    slower = accuracy.mean_of((ahead_grew < 0).astype(float))
    right = (ahead_grew > 0)[ahead_said > 0].astype(float)
    return [
        row("direction_hit_rate", hits["hit_rate"], "share", n),
        row("direction_always_grows", hits["always_grows"], "share", n),
        row("direction_peirce", hits["peirce"], "share", n),
        row("faster_hit_rate", faster["hit_rate"], "share", n),
        row("faster_always_slower", slower, "share", n),
        row("faster_peirce", faster["peirce"], "share", n),
        row("faster_precision", accuracy.mean_of(right), "share", len(right)),
        row("faster_actual", accuracy.mean_of((ahead_grew > 0).astype(float)), "share", n),
        row("total_growth_projected", total_said, "share", n),
        row("total_growth_actual", total_grew, "share", n),
        row("mean_growth_projected", accuracy.mean_of(said), "share", n),
        row("mean_growth_actual", accuracy.mean_of(grew), "share", n),
        row("growth_spearman", _rank_correlation(grew, said), "share", n),
    ]


def _rank_correlation(first: Array, second: Array) -> float:
    """Return Spearman's correlation, NaN where one side does not vary."""
    if len(first) < 3 or np.ptp(np.round(first, 9)) == 0 or np.ptp(np.round(second, 9)) == 0:
        return float("nan")
    ranks = [pd.Series(np.round(x, 9)).rank().to_numpy() for x in (first, second)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def part_measures(actual: Array, projected: Array) -> tuple[list[Row], dict[str, Array]]:
    """Return what each source of error adds to wMAPE, and the signed parts by occupation.

    The parts of an occupation's absolute error are its signed parts times the sign of its error:
    they add to it exactly, so that their sums over occupations add to wMAPE. A part that offset the
    others is negative.
    """
    parts = split_error(projected, actual)
    came, said = actual.sum(axis=0), projected.sum(axis=0)
    n, whole = len(came), float(came.sum())
    sign = np.sign(said - came)
    rows = [
        row(f"wmape_part_{name}", _ratio((sign * part).sum(), whole), "share", n)
        for name, part in parts.items()
    ]
    if "staffing" in parts:
        together = sign * (parts["all_jobs"] + parts["industry_mix"])
        rows.append(row("wmape_part_industry_totals", _ratio(together.sum(), whole), "share", n))
    swapped = with_actual_totals(projected, actual)
    name = "wmape_given_actual_industries" if len(actual) > 1 else "wmape_given_actual_total"
    rows.append(row(name, accuracy.wmape(came, swapped), "share", n))
    return rows, {"error": said - came, **parts}


def _ratio(top: float, bottom: float) -> float:
    return float(top / bottom) if bottom > 0 else float("nan")


def skill_rows(
    base: Array, actual: Array, projected: Array, weights: Array, level: float
) -> list[Row]:
    """Return 1 less error over naive error, with intervals from resampled occupations.

    Parameters
    ----------
    base, actual, projected : ndarray (occupations,)
        Persons.
    weights : ndarray (draws, occupations)
        How often each draw has each occupation.
    level : float
        Coverage of the interval [0-1].
    """
    constant = part_of(base) * projected.sum()
    return [
        _skill_row("skill_constant_shares", actual, projected, constant, weights, level),
        _skill_row("skill_no_change", actual, projected, base, weights, level),
        _skill_row(
            "skill_dissimilarity",
            part_of(actual), part_of(projected), part_of(base), weights, level,
        ),
    ]  # fmt: skip


def rival_rows(
    actual: Array, projected: Array, rival: Array, name: str, weights: Array, level: float
) -> list[Row]:
    """Return the skill beside another projection, in persons and in structure."""
    shares = part_of(actual), part_of(projected), part_of(rival)
    return [
        _skill_row(name, actual, projected, rival, weights, level),
        _skill_row(f"{name}_structure", *shares, weights, level),
    ]


def _skill_row(
    name: str, actual: Array, projected: Array, rival: Array, weights: Array, level: float
) -> Row:
    own, naive = np.abs(projected - actual), np.abs(rival - actual)
    low, high = _interval(weights @ own, weights @ naive, level)
    value = _skill(float(own.sum()), float(naive.sum()))
    return row(name, value, "share", len(own)) | {"level": level, "lower": low, "upper": high}


def _skill(own: float, rival: float) -> float:
    """Return the skill; beside a naive forecast without error there is none to state."""
    if rival > 0:
        return 1.0 - own / rival
    return 0.0 if own == 0 else float("nan")


def _interval(own: Array, rival: Array, level: float) -> tuple[float, float]:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 1.0 - own / rival
    found = found[np.isfinite(found)]
    if not len(found):
        return float("nan"), float("nan")
    low, high = np.quantile(found, [0.5 - level / 2, 0.5 + level / 2])
    return float(low), float(high)


def resampling_weights(clusters: Index, draws: int, seed: int) -> Array:
    """Return how often each draw has each occupation, drawing whole clusters with replacement.

    Parameters
    ----------
    clusters : ndarray of int (occupations,)
        Number of the cluster, from 0.
    draws, seed : int
        How many draws, and what starts them.
    """
    count = int(clusters.max()) + 1
    generator = np.random.default_rng(seed)
    times = generator.multinomial(count, np.full(count, 1.0 / count), size=draws)
    return times[:, clusters].astype("float64")
