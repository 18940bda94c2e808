"""Kaplan-Meier and Nelson-Aalen on arrays: the kernel of `estimate_survival`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from skillsfc.transitions.records import Flags, Floats, Whole
from skillsfc.transitions.survival.counting import Counts, count_at_risk, padded
from skillsfc.transitions.survival.influence import Influence, cluster_square


@dataclass(frozen=True)
class ProductLimit:
    """A survival curve at the end of each distinct time.

    Parameters
    ----------
    counts : Counts
        Times, rows at risk, moves.
    hazard, survival, survival_error, cumulative, cumulative_error : arrays [T]
        Part of those at risk that moves; chance to have no move by then; running sum of hazards.
    influence : Influence, optional
        Influence of each row on the logarithm of the curve, where errors are robust.
    cluster : array of int [rows], optional
        Clusters of the rows, where errors are robust.
    """

    counts: Counts
    hazard: Floats
    survival: Floats
    survival_error: Floats
    cumulative: Floats
    cumulative_error: Floats
    influence: Influence | None = None
    cluster: Whole | None = None

    def restricted_mean(self, horizon: float) -> tuple[float, float]:
        """Return the area under the curve from 0 to the horizon, and its standard error."""
        times = np.append(self.counts.times, np.inf)
        lengths = np.diff(np.clip(times, 0.0, horizon))
        pieces = lengths * self.survival
        first = max(min(times[0], horizon), 0.0)
        mean = first + float(pieces.sum())
        if self.influence is not None and self.cluster is not None:
            values = self.influence.integral(pieces)
            return mean, float(np.sqrt(cluster_square(values, self.cluster)))
        later = np.cumsum(pieces[::-1])[::-1]  # area from each time to the horizon
        return mean, float(np.sqrt((later**2 * greenwood(self.counts)).sum()))


def greenwood(counts: Counts) -> Floats:
    """Return Greenwood's terms d / (n (n - d)); 0 where everyone at risk moves."""
    moves = counts.events.sum(axis=1)
    left = np.where(counts.all_gone, np.inf, counts.risk - moves)
    risk = np.where(counts.risk > 0, counts.risk, np.inf)
    return np.asarray(moves / (risk * left))


def product_limit(
    entry: Floats,
    end: Floats,
    event: np.ndarray,
    weight: Floats | None = None,
    cluster: Whole | None = None,
    *,
    estimator: str = "kaplan_meier",
) -> ProductLimit:
    r"""Return the survival curve of rows at risk after ``entry`` and up to ``end``.

    Parameters
    ----------
    entry, end : arrays [rows]
        Times; entry < end.
    event : array of bool [rows]
        A move was seen at ``end``.
    weight : array [rows], optional
        Weights above 0; None is 1 for everyone.
    cluster : array of int [rows], optional
        Errors by the infinitesimal jackknife, summed by cluster. None: Greenwood's errors, where
        weights are counts of equal persons.
    estimator : {"kaplan_meier", "nelson_aalen", "life_table"}
        Product of 1 - h, or exp of minus the sum of h, or the product with those censored at a time
        counted as at risk by half.

    Examples
    --------
    >>> made = product_limit(np.zeros(4), np.array([1.0, 2.0, 2.0, 3.0]), np.array([1, 1, 0, 1]))
    >>> made.survival.tolist()
    [0.75, 0.5, 0.0]
    """
    robust = cluster is not None
    moved = np.asarray(event, dtype=bool)
    table = estimator == "life_table"
    counts = count_at_risk(entry, end, moved, weight, places=robust or table)
    if table:
        counts = replace(counts, risk=counts.risk - _lost(counts, moved, weight) / 2)
    hazard = counts.hazards()[:, 0]
    cumulative: Floats = np.cumsum(hazard)
    direct = estimator != "nelson_aalen"
    survival: Floats = np.asarray(np.cumprod(1.0 - hazard) if direct else np.exp(-cumulative))
    risk = np.where(counts.risk > 0, counts.risk, 1.0)
    if cluster is None:
        variance: Floats = np.cumsum(counts.events[:, 0] / risk**2)
        log_variance = np.cumsum(greenwood(counts)) if direct else variance
        survival_error: Floats = np.where(survival > 0, survival * np.sqrt(log_variance), np.nan)
        return ProductLimit(counts, hazard, survival, survival_error, cumulative, np.sqrt(variance))
    weights = np.ones(len(end)) if weight is None else weight
    half = 0.5 if table else 0.0
    on_hazard = _influence(counts, moved, weights, 1.0 / risk, hazard, half)
    cumulative_error: Floats = np.sqrt(on_hazard.squares(cluster))
    on_log = on_hazard
    if direct:
        left = np.where(counts.all_gone, np.inf, risk - counts.events[:, 0])
        on_log = _influence(counts, moved, weights, 1.0 / left, hazard, half)
    survival_error = survival * np.sqrt(on_log.squares(cluster))
    return ProductLimit(
        counts, hazard, survival, survival_error, cumulative, cumulative_error, on_log, cluster
    )


def _lost(counts: Counts, moved: Flags, weight: Floats | None) -> Floats:
    """Return the weight of those censored at each time."""
    if weight is None:
        return np.asarray(counts.lost, dtype=np.float64)
    found = np.bincount(counts.last[~moved], weight[~moved], len(counts.times))
    return np.asarray(found, dtype=np.float64)


def _influence(
    counts: Counts,
    moved: Flags,
    weight: Floats,
    inverse: Floats,
    hazard: Floats,
    half: float,
) -> Influence:
    """Return the influence on a sum over times of (own move - own risk x hazard) x inverse.

    ``half`` is the part of a time for which those censored at it are not at risk.
    """
    met = padded(hazard * inverse)
    before, whole = met[counts.first], met[counts.last + 1]
    own = np.where(moved, inverse[counts.last], half * (hazard * inverse)[counts.last])
    during = np.stack([weight * before, -weight], axis=1)
    after = np.stack([weight * (own - (whole - before)), np.zeros_like(weight)], axis=1)
    basis = np.stack([np.ones(len(met) - 1), met[1:]], axis=1)
    return Influence(counts.first, counts.last, during, after, basis)
