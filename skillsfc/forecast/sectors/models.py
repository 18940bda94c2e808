"""The sector models by name, run together at every origin on the same panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.forecast.calibration import Trials, run_trials
from skillsfc.forecast.combination import combine, combined_names
from skillsfc.forecast.models import MODELS
from skillsfc.forecast.pooling import Array, Index
from skillsfc.forecast.sectors.elasticity import (
    ErrorCorrection,
    elasticity_forecast,
    error_correction_forecast,
)
from skillsfc.forecast.sectors.holding import hold_to_total
from skillsfc.forecast.sectors.output import output_growth_by_origin
from skillsfc.forecast.sectors.panel import SectorPanel
from skillsfc.forecast.sectors.pooled import fading_trend, pooled_trend


@dataclass(frozen=True)
class SectorModel:
    """A candidate for sector employment.

    Parameters
    ----------
    title : str
        Name in words.
    naive : bool
        Whether it is a benchmark.
    needs_output : bool
        Whether it needs value added by sector.
    """

    title: str
    naive: bool = False
    needs_output: bool = False


SECTOR_MODELS: dict[str, SectorModel] = {
    "fading_trend": SectorModel("fading trend (relative growth, as far as it used to last)"),
    "pooled_trend": SectorModel("pooled trend (drawn to the economy's and to its like's)"),
    "elasticity": SectorModel("output times its elasticity", needs_output=True),
    "error_correction": SectorModel("error correction towards output", needs_output=True),
    "last_share": SectorModel("last share of the total", naive=True),
    "ols_trend": SectorModel("straight line through 10 years", naive=True),
    "last_value": SectorModel("no change", naive=True),
}
COMBINED = ("fading_trend", "pooled_trend", "elasticity", "error_correction")
NAIVE = tuple(name for name, model in SECTOR_MODELS.items() if model.naive)
REFERENCE = "pooled_trend"  # made for every series: stands in where another model cannot be


@dataclass(frozen=True, eq=False)
class SectorTrials:
    """Every model at every origin, beside the totals it was held to.

    Parameters
    ----------
    trials : Trials
        Sector forecasts. Those of models add up to ``total``; the straight line and no change are
        what they are. NaN where a model cannot be made.
    total_trials : Trials
        Forecasts of the sums.
    total : ndarray (n_economies, n_origins, n_horizons)
        Persons that the sectors are held to.
    growth : ndarray (n_series, n_origins)
        Growth of output assumed, change of the logarithm a year.
    correction : ErrorCorrection or None
        Error-correction models at the last origin.
    hold : {"proportional", "variance"}
        How sectors are held to the total.
    """

    trials: Trials
    total_trials: Trials
    total: Array
    growth: Array
    correction: ErrorCorrection | None
    hold: str

    def run(self, name: str) -> Array:
        """Return the forecasts of one model."""
        found: Array = self.trials.forecasts[self.trials.models.index(name)]
        return found


def check_sector_models(
    model: str | Sequence[str], *, has_output: bool, subject: str
) -> tuple[str, ...]:
    """Return model names as a tuple, or raise with the nearest known name.

    Raises
    ------
    ParameterError
        If a model is unknown, or needs output where there is none.

    Examples
    --------
    >>> check_sector_models("pooled_trend", has_output=False, subject="example")
    ('pooled_trend',)
    """
    listed = tuple(model) if isinstance(model, list | tuple) else (model,)
    known = ["auto", *SECTOR_MODELS]
    problems = [
        Problem(repr(n), "no such model", f"one of {listing(known)}", did_you_mean(n, known))
        for n in listed or [""]
        if n not in known
    ]
    problems += [
        Problem("output", "None", f"a table of value added by sector for {n}")
        for n in listed
        if n in SECTOR_MODELS and SECTOR_MODELS[n].needs_output and not has_output
    ]
    if problems:
        raise ParameterError(subject, problems)
    return listed


def run_sector_trials(
    panel: SectorPanel,
    horizons: Index,
    *,
    stated_growth: Array | None = None,
    stated_total: Array | None = None,
    hold: str = "proportional",
) -> SectorTrials:
    """Run every model at every origin; all of them with nothing later than the origin.

    Parameters
    ----------
    panel : SectorPanel
        Sectors, with output where it is known.
    horizons : ndarray
        1, 2, ... without a gap.
    stated_growth : ndarray (n_series,), optional
        Growth of output stated by the user for the last origin, NaN where none is.
    stated_total : ndarray (n_economies, n_horizons), optional
        Totals stated by the user for the last origin, NaN where none is.
    hold : {"proportional", "variance"}
        How sectors are held to the total.
    """
    sums = panel.sums(panel.persons)
    whole = _run_totals(panel, sums, horizons)
    total, _ = combine(whole, combined_names(whole))
    if stated_total is not None:
        total[:, -1] = np.where(np.isfinite(stated_total), stated_total, total[:, -1])
    simple = run_trials(
        panel.persons, panel.scorable, panel.logarithmic(), ["last_value", "ols_trend"], horizons
    )
    growth = output_growth_by_origin(panel, simple.origins)
    if stated_growth is not None:
        growth[:, -1] = np.where(np.isfinite(stated_growth), stated_growth, growth[:, -1])
    raw, correction = _raw_forecasts(panel, simple, sums, growth)
    naive = dict(zip(simple.models, simple.forecasts, strict=True))
    runs = {"last_share": hold_to_total(naive["last_value"], total, panel), **naive}
    for name, forecasts in raw.items():
        silent = ~np.isfinite(forecasts)
        filled = np.where(silent, raw[REFERENCE], forecasts)
        held = hold_to_total(filled, total, panel, spread=_spread(filled, simple, hold))
        # Where a model is silent the stand-in completes the sum, but it is not the model's.
        runs[name] = np.where(silent, np.nan, held)
    names = tuple(name for name in SECTOR_MODELS if name in runs)
    trials = replace(simple, models=names, forecasts=np.stack([runs[n] for n in names]))
    return SectorTrials(trials, whole, total, growth, correction, hold)


def _run_totals(panel: SectorPanel, sums: Array, horizons: Index) -> Trials:
    scorable = np.isfinite(sums) & (panel.sums(panel.scorable.astype(float)) > 0)
    models = [m for m in MODELS if m != "employment_ratio"]
    positive = ~(sums == 0.0).any(axis=1)
    return run_trials(sums, scorable, positive, models, horizons)


def _raw_forecasts(
    panel: SectorPanel, simple: Trials, sums: Array, growth: Array
) -> tuple[dict[str, Array], ErrorCorrection | None]:
    """Return the models' own forecasts, before they are held to a total."""
    origins, horizons = simple.origins, simple.horizons
    logs = np.log(np.where(sums > 0, sums, np.nan))
    came = _relative_growth_that_came(panel, simple)
    raw = {
        "fading_trend": fading_trend(panel, logs, origins, horizons, came, simple.scale),
        "pooled_trend": pooled_trend(panel, logs, origins, horizons),
    }
    if not np.isfinite(panel.output).any():
        return raw, None
    jobs = panel.logs()
    raw["elasticity"] = elasticity_forecast(jobs, panel.output, growth, origins, horizons)
    found, correction = error_correction_forecast(jobs, panel.output, growth, origins, horizons)
    raw["error_correction"] = found
    return raw, correction


def _relative_growth_that_came(panel: SectorPanel, simple: Trials) -> Array:
    """Return growth a year of each sector beside that of its economy, after every origin."""
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.log(simple.actual / simple.known[..., None])
        whole = np.log(panel.sums(simple.actual) / panel.sums(simple.known)[..., None])
        found: Array = (own - whole[panel.economy]) / simple.horizons
    return np.where(np.isfinite(found), found, np.nan)


def _spread(forecasts: Array, trials: Trials, hold: str) -> Array | None:
    """Return the standard deviation of each forecast but for a factor common to all [persons]."""
    if hold == "proportional":
        return None
    level = np.where(trials.logarithmic[:, None, None], forecasts, 1.0)
    result: Array = level * trials.scale[..., None]
    return result


def complete(forecasts: Array, trials: SectorTrials, panel: SectorPanel) -> Array:
    """Return forecasts of every series that add up: the pooled trend where a model is silent."""
    filled = np.where(np.isfinite(forecasts), forecasts, trials.run(REFERENCE))
    spread = _spread(filled, trials.trials, trials.hold)
    return hold_to_total(filled, trials.total, panel, spread=spread)
