"""Several models in one forecast: weights from the errors that were known at each origin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skillsfc.forecast.calibration import Trials
from skillsfc.forecast.models import COMBINED, MODELS
from skillsfc.forecast.pooling import Array, Index

PANEL_WEIGHT = 20.0  # in the mean error of a model the panel counts as so many own errors
POWER = 4.0  # weight of a model = its mean scaled error to the power -4
FITTED_HORIZONS = 10  # years ahead over which errors are smoothed


def combined_names(trials: Trials) -> tuple[str, ...]:
    """Return the models that `auto` combines: those of the list that were run."""
    return tuple(name for name in COMBINED if name in trials.models)


def combine(trials: Trials, names: Sequence[str]) -> tuple[Array, Array]:
    """Combine models at each origin by the errors that were known there.

    Returns
    -------
    forecasts : ndarray (n_series, n_origins, n_horizons)
        Persons.
    weights : ndarray (n_models, n_series, n_origins, n_horizons)
        Parts of each model, adding up to 1.

    Notes
    -----
    Of a model at a horizon, let m be the mean scaled error over the whole panel and :math:`m_s`
    that of the n errors of the series itself, and :math:`s = (n m_s + 20 m) / (n + 20)`. A line
    of log s in log horizon over 1 to 10 years smooths it; the weight is in proportion to
    :math:`s^{-4}`. Errors of a model whose back-test is flattered count by its handicap.
    Models are averaged in logs, in levels for a series with zeros.

    References
    ----------
    Timmermann (2006), Forecast Combinations, Handbook of Economic Forecasting 1, chapter 4.
    """
    index = [trials.models.index(name) for name in names]
    runs = np.stack([trials.transformed(trials.forecasts[i]) for i in index])
    errors = np.stack([trials.scaled_errors(trials.forecasts[i]) for i in index])
    handicap = np.array([MODELS[name].handicap for name in names])
    errors = errors * handicap[:, None, None, None]
    # Models are compared on the same trials only; one that never fits a series is not compared.
    seen = np.isfinite(errors)
    absent = ~seen.any(axis=(2, 3), keepdims=True)
    fair = np.where((seen | absent).all(axis=0), errors, np.nan)
    own, count = _known_sums(fair, trials.horizons)
    total = count.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = own.sum(axis=1, keepdims=True) / total
        mean = (own + PANEL_WEIGHT * pooled) / (count + PANEL_WEIGHT)
        strength = _line_by_horizon(mean) ** -POWER
    usable = np.isfinite(runs)
    weights = np.where(usable, np.where(np.isfinite(strength), strength, 1.0), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = weights / weights.sum(axis=0)
    mixed = np.where(usable, weights * np.where(usable, runs, 0.0), 0.0).sum(axis=0)
    return trials.persons(np.where(usable.any(axis=0), mixed, np.nan)), weights


def _known_sums(errors: Array, horizons: Index) -> tuple[Array, Array]:
    """Sum errors over the origins whose target year is not after each origin."""
    seen = np.isfinite(errors)
    running = np.where(seen, errors, 0.0).cumsum(axis=-2)
    counted = seen.cumsum(axis=-2).astype(float)
    total, count = np.zeros(errors.shape), np.zeros(errors.shape)
    for k, h in enumerate(horizons):
        total[..., h:, k] = running[..., :-h, k]
        count[..., h:, k] = counted[..., :-h, k]
    return total, count


def _line_by_horizon(mean: Array) -> Array:
    """Replace errors by their power law in the horizon, so that weights change smoothly with it.

    Weights that jump from year to year would put kinks into the forecast that are only noise.
    Beyond 10 years the law is not carried on: too few errors stand behind it.
    """
    reach = min(mean.shape[-1], FITTED_HORIZONS)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(mean[..., :reach])
    seen = np.isfinite(logs)
    count = np.maximum(seen.sum(axis=-1, keepdims=True), 1)
    place = np.log(np.arange(1.0, reach + 1.0))
    x = seen * (place - (seen * place).sum(axis=-1, keepdims=True) / count)
    level = np.where(seen, logs, 0.0).sum(axis=-1, keepdims=True) / count
    squares = (x * x).sum(axis=-1, keepdims=True)
    slope = (x * np.where(seen, logs - level, 0.0)).sum(axis=-1, keepdims=True)
    slope = slope / np.where(squares > 0, squares, 1.0)
    ahead = np.log(np.minimum(np.arange(1.0, mean.shape[-1] + 1.0), reach))
    centre = (seen * place).sum(axis=-1, keepdims=True) / count
    fitted = np.exp(level + slope * (ahead - centre))
    result: Array = np.where(seen.any(axis=-1, keepdims=True), fitted, np.nan)
    return result
