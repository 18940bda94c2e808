"""Are hazards proportional? The score test of a coefficient that changes with time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.transitions.records import Floats
from skillsfc.transitions.survival.cox import CoxFit
from skillsfc.transitions.survival.preparation import HazardData

TRANSFORMS = ("km", "rank", "identity", "log")


def proportional_table(fit: CoxFit, data: HazardData, transform: str) -> pd.DataFrame:
    r"""Return the score test of each term and of all, as ``cox.zph`` in R's survival (3.0 on).

    Notes
    -----
    With g the transformed time, the model is widened by the covariates times g. The score of the
    new coefficients at 0 is :math:`\sum_k g_k (x_k - \bar x_k)`, the Schoenfeld residuals times
    g, and the matrix of second derivatives is the sum of each event's own, not their average.
    """
    likelihood, maximum = fit.likelihood, fit.maximum
    sets = likelihood.sets
    events = np.flatnonzero(sets.event)
    place = sets.last[events] - 1
    scale = _transformed(sets.times, data, transform)
    scale = scale - np.average(scale[place])
    mean = likelihood.mean_hazards(maximum.hazards, maximum.sums)[2]
    residuals = sets.weight[events, None] * (sets.design[events] - mean[place])
    score = scale[place] @ residuals
    blocks = [
        likelihood.information(maximum.hazards, maximum.sums, by) for by in (None, scale, scale**2)
    ]
    return _table(data, score, blocks)


def _table(data: HazardData, score: Floats, blocks: list[Floats]) -> pd.DataFrame:
    from scipy.stats import chi2

    plain, cross, square = blocks
    # What is left for the new coefficients once the old ones are known.
    left = square - cross.T @ np.linalg.solve(plain, cross)
    spans = [(term.name, np.arange(term.start, term.stop)) for term in data.design.terms]
    rows = []
    for name, own in [*spans, ("all terms", np.arange(len(score)))]:
        # The other new coefficients stay at 0, so that only this block counts.
        value = float(score[own] @ np.linalg.solve(left[np.ix_(own, own)], score[own]))
        rows.append((name, value, len(own), float(chi2.sf(value, len(own)))))
    return pd.DataFrame(rows, columns=["term", "statistic", "degrees_of_freedom", "p_value"])


def _transformed(times: Floats, data: HazardData, transform: str) -> Floats:
    if transform == "identity":
        return times
    if transform == "log":
        return np.log(times)
    if transform == "rank":
        ordered = np.sort(data.end)
        low = np.searchsorted(ordered, times, side="left")
        high = np.searchsorted(ordered, times, side="right")
        return np.asarray((low + 1 + high) / 2)
    return _one_less_survival(times, data)


def _one_less_survival(times: Floats, data: HazardData) -> Floats:
    """Return 1 less the unweighted Kaplan-Meier curve of all strata just before each time."""
    distinct, events = np.unique(data.end[data.event], return_counts=True)
    at_risk = len(data.end) - np.searchsorted(np.sort(data.end), distinct, side="left")
    at_risk -= len(data.entry) - np.searchsorted(np.sort(data.entry), distinct, side="left")
    before = np.concatenate([[1.0], np.cumprod(1 - events / at_risk)])
    return np.asarray(1 - before[np.searchsorted(distinct, times, side="left")])
