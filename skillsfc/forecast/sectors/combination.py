"""Sector models in one forecast: weights from errors that were known at each origin."""

from __future__ import annotations

import numpy as np

from skillsfc.forecast.pooling import Array, Index
from skillsfc.forecast.sectors.models import COMBINED, REFERENCE, SectorTrials, complete
from skillsfc.forecast.sectors.panel import SectorPanel

POWER = 4.0  # weight of a model = its mean error beside that of the pooled trend, to the power -4
PRIOR_ERRORS = 60.0  # with fewer errors a model counts much as the pooled trend does
FITTED_HORIZONS = 10  # years ahead over which errors are smoothed


def combine_sectors(trials: SectorTrials, panel: SectorPanel) -> tuple[Array, Array]:
    """Combine the sector models at each origin by the errors that were known there.

    Returns
    -------
    forecasts : ndarray (n_series, n_origins, n_horizons)
        Persons, adding up to the totals.
    weights : ndarray (n_models, n_series, n_origins, n_horizons)
        Parts of each model of ``COMBINED`` that was run, adding up to 1.

    Notes
    -----
    At a horizon, S is a model's sum of scaled errors over all series and origins whose target year
    had passed, R that of the pooled trend on the same cells, n their number and m = R / n. The
    ratio (S + 60 m) / (R + 60 m) is smoothed by a line in log horizon over 1 to 10 years; the
    weight is in proportion to its power -4. One set of weights serves the whole panel: weights of
    single series were no better in trials. Models are averaged in logs, in levels for a series
    with zeros, and the average is held to the total again.
    """
    names = [name for name in COMBINED if name in trials.trials.models]
    one = trials.trials
    runs = np.stack([one.transformed(trials.run(name)) for name in names])
    reference = one.scaled_errors(trials.run(REFERENCE))
    strength = []
    for name in names:
        ratio = _relative_errors(one.scaled_errors(trials.run(name)), reference, one.horizons)
        strength.append(np.exp(-POWER * ratio))
    usable = np.isfinite(runs)
    weights = np.where(usable, np.stack(strength)[:, None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = weights / weights.sum(axis=0)
    mixed = np.where(usable, weights * np.where(usable, runs, 0.0), 0.0).sum(axis=0)
    made = one.persons(np.where(usable.any(axis=0), mixed, np.nan))
    return complete(made, trials, panel), weights


def _relative_errors(errors: Array, reference: Array, horizons: Index) -> Array:
    """Return log error beside the reference (n_origins, n_horizons), from what was known."""
    both = np.isfinite(errors) & np.isfinite(reference)
    own = np.where(both, errors, 0.0).sum(axis=0).cumsum(axis=0)
    other = np.where(both, reference, 0.0).sum(axis=0).cumsum(axis=0)
    count = both.sum(axis=0).cumsum(axis=0).astype(float)
    found = np.full(own.shape, np.nan)
    for k, h in enumerate(horizons[:FITTED_HORIZONS]):
        if h >= len(own):
            break
        s, r, n = own[:-h, k], other[:-h, k], count[:-h, k]
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn = PRIOR_ERRORS * r / n
            found[h:, k] = np.where((n > 0) & (r > 0), np.log((s + drawn) / (r + drawn)), np.nan)
    return np.vstack([_smooth(row, horizons) for row in found])


def _smooth(row: Array, horizons: Index) -> Array:
    """Replace values by a line in log horizon; beyond what is known the last value is kept."""
    known = np.flatnonzero(np.isfinite(row))
    if len(known) == 0:
        return np.zeros(len(row))
    place = np.log(np.minimum(horizons, horizons[known[-1]]))
    if len(known) == 1:
        return np.full(len(row), row[known[0]])
    slope, level = np.polyfit(place[known], row[known], 1)
    result: Array = level + slope * place
    return result
