"""Tables of a fitted panel model: confusions, first states, probabilities, times in states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem
from skillsfc.transitions.multistate.generator import Exponentials
from skillsfc.transitions.multistate.hidden import HiddenPanel
from skillsfc.transitions.multistate.panel_fit import PanelFit
from skillsfc.transitions.multistate.panel_moves import reachable
from skillsfc.transitions.records import Floats

NONE = 1e-12  # a chance below it is one that ran to 0
SUBJECT = "fit_panel_markov"


def confusion_table(fit: PanelFit) -> pd.DataFrame:
    """Return the chance of what is seen of each state, where it is not certain."""
    likelihood = fit.likelihood
    names = ["state", "observed_state", "probability", "standard_error", "level", "lower", "upper"]
    if not isinstance(likelihood, HiddenPanel):
        return pd.DataFrame(columns=names)
    size = len(fit.model.states)

    def chances(parameters: Floats) -> Floats:
        return likelihood.confusion.chances(likelihood.parts(parameters)[1])[:, :size]

    value, error = fit.delta(chances)
    confusion, first = likelihood.confusion, fit.model.size
    most = np.full(value.shape, np.nan)
    ran = slice(first, first + confusion.size)
    most[confusion.true, confusion.seen] = _most(fit, value[confusion.true, confusion.seen], ran)
    listed = confusion.fixed[:, :size] > 0
    listed[confusion.true, confusion.seen] = True
    true, seen = np.nonzero(listed & (listed.sum(axis=1) > 1)[:, None])
    words = np.array(fit.model.states, dtype=object)
    chance, bounds = _at_zero(fit, value[true, seen], error[true, seen], most[true, seen])
    # Where no confusion is left, the chance of seeing the truth is 1 less their upper bounds.
    sure = (true == seen) & np.isfinite(most[true]).any(axis=1) & (chance > 1 - NONE)
    bounds["lower"] = np.where(sure, 1 - np.nansum(most[true], axis=1), bounds["lower"])
    bounds["standard_error"] = np.where(sure, np.nan, bounds["standard_error"])
    return pd.DataFrame({"state": words[true], "observed_state": words[seen],
                         "probability": chance, **bounds})  # fmt: skip


def _most(fit: PanelFit, chance: Floats, where: slice) -> Floats:
    """Return one-sided upper bounds of chances that ran to 0, from the slope there; else NaN."""
    low = fit.optimum.ran_away[where] < 0
    slope = fit.optimum.gradient[where] / np.maximum(chance, 1e-300)
    steep = low & (slope < 0)
    bound = np.log(1 - fit.level) / np.where(steep, slope, -1.0)
    return np.where(steep, np.minimum(bound, 1.0), np.nan)


def _at_zero(
    fit: PanelFit, value: Floats, error: Floats, most: Floats
) -> tuple[Floats, dict[str, Any]]:
    """Return chances and their bounds; those that ran to 0 have no error, and an upper bound."""
    chance = np.where(value < NONE, 0.0, value)
    bounds = fit.bounds(chance, error, "logit")
    ran = np.isfinite(most)
    bounds["standard_error"] = np.where(ran, np.nan, bounds["standard_error"])
    bounds["upper"] = np.where(ran, most, bounds["upper"])
    return chance, bounds


def initial_table(fit: PanelFit) -> pd.DataFrame:
    """Return the chance of each state at the first visit; empty where it is taken as seen."""
    likelihood = fit.likelihood
    names = ["state", "probability", "standard_error", "level", "lower", "upper"]
    if not isinstance(likelihood, HiddenPanel) or likelihood.first_state.kind == "observed":
        return pd.DataFrame(columns=names)

    def chances(parameters: Floats) -> Floats:
        return likelihood.first_state.chances(likelihood.parts(parameters)[2])

    value, error = fit.delta(chances)
    first, most = likelihood.first_state, np.full(len(value), np.nan)
    if first.size:
        end = fit.likelihood.size
        most[first.free] = _most(fit, value[first.free], slice(end - first.size, end))
    chance, bounds = _at_zero(fit, value, error, most)
    return pd.DataFrame({"state": list(fit.model.states), "probability": chance, **bounds})


def probability_table(fit: PanelFit, times: Any, values: Any) -> pd.DataFrame:
    """Return the chance of each state after some times, by the state now."""
    model, design = fit.model, fit.design(values)
    moments = read_times(times, "t")
    size, count = len(model.states), len(moments)
    made = Exponentials(
        fit.rates(fit.parameters, design)[None, :], model.source, model.target, size,
        np.zeros(count, dtype=np.int64), moments,
    )  # fmt: skip
    group, start, end = (cell.ravel() for cell in np.indices((count, size, size)))
    one = np.eye(size)
    _, slopes = made.products(group, one[start], one[end])
    slopes = slopes * made.rates[0]
    rows = np.repeat(design, len(slopes), axis=0)
    full = np.zeros((len(slopes), len(fit.parameters)))
    full[:, : model.size] = model.to_parameters(slopes, rows)
    words = np.array(model.states, dtype=object)
    whole = np.where(fit.living, np.minimum(made.matrices(), 1.0), 0.0)  # no way, no chance
    unlimited = fit.unlimited(whole, 1.0) & (moments > 0)[:, None, None]
    whole[:, fit.unseen & ~model.absorbing] = np.nan
    chance, error = whole.ravel(), np.where(unlimited.ravel(), np.nan, fit.errors(full))
    return pd.DataFrame({
        "time": moments[group], "from_state": words[start], "to_state": words[end],
        "probability": chance, **fit.bounds(chance, error, "logit"),
    })  # fmt: skip


def sojourn_table(fit: PanelFit, values: Any) -> pd.DataFrame:
    """Return the mean length of a stay in each state that is left."""
    model, design = fit.model, fit.design(values)
    leaving = np.nonzero(~model.absorbing)[0]

    def stays(parameters: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return -1.0 / np.diagonal(fit.generator(parameters, design))[leaving]

    with np.errstate(invalid="ignore"):
        value, error = fit.delta(stays)
    words = np.array(model.states, dtype=object)[leaving]
    at_once = fit.left_at_once[leaving]
    error[at_once | np.isinf(value)] = np.nan
    unseen = fit.unseen[leaving]
    value[at_once], value[unseen] = 0.0, np.nan
    at_once &= ~unseen
    bounds = fit.bounds(value, error, "log")
    bounds["lower"][at_once] = 0.0
    bounds["upper"][at_once] = _longest(fit)[leaving][at_once]
    return pd.DataFrame({"state": words, "mean_stay": value, **bounds, "unit": fit.unit})


def _longest(fit: PanelFit) -> Floats:
    """Return one-sided upper bounds of stays in the states that are left without end; else NaN."""
    made = np.full(len(fit.model.states), np.nan)
    np.fmin.at(made, fit.model.source, 1 / fit.least_rates)
    return made


def _number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and bool(np.isfinite(value))


def time_table(fit: PanelFit, until: float | None, start: float, values: Any) -> pd.DataFrame:
    """Return the expected time in each state between two times, by the state at time 0."""
    from scipy.linalg import expm

    model, design = fit.model, fit.design(values)
    size = len(model.states)
    if until is None and _number(start) and start >= 0:
        _refuse_endless(fit)
    elif until is None or not _number(until) or not _number(start) or not 0 <= start < until:
        found = f"start={start!r}, until={until!r}"
        raise ParameterError(SUBJECT, [Problem("times", found, "0 <= start < until")])
    stay = model.absorbing

    def times(parameters: Floats) -> Floats:
        generator = fit.generator(parameters, design)
        if until is None:
            made = np.zeros((size, size))
            free = np.ix_(~stay, ~stay)
            made[free] = expm(generator[free] * start) @ np.linalg.inv(-generator[free])
            made[:, stay] = np.inf
            return made
        wide = np.zeros((2 * size, 2 * size))
        wide[:size, :size], wide[:size, size:] = generator, np.eye(size)
        part: Floats = expm(wide * until)[:size, size:] - expm(wide * start)[:size, size:]
        return part

    with np.errstate(invalid="ignore"):
        value, error = fit.delta(times)
    value = np.where(fit.living, value, 0.0)  # no way, no time
    value[fit.unseen & ~stay] = np.nan
    error[fit.unlimited(value, np.inf if until is None else until - start)] = np.nan
    words = np.array(model.states, dtype=object)
    first, second = (cell.ravel() for cell in np.indices((size, size)))
    with np.errstate(invalid="ignore", divide="ignore"):
        bounds = fit.bounds(value.ravel(), error.ravel(), "log")
    return pd.DataFrame({"from_state": words[first], "state": words[second],
                         "expected_time": value.ravel(), **bounds, "unit": fit.unit})  # fmt: skip


def _refuse_endless(fit: PanelFit) -> None:
    """Raise if people may stay for ever among states that are left."""
    stay = fit.model.absorbing
    if reachable(fit.model.allowed)[:, stay].any(axis=1).all():
        return
    step = "Give until=..., the time up to which time in states is counted."
    found = "None, and not every state leads to an end: time in states has none"
    raise ParameterError(SUBJECT, [Problem("until", found, "a time", next_step=step)])


def read_times(times: Any, name: str) -> Floats:
    """Return times as numbers, not negative.

    Raises
    ------
    ParameterError
        If they are not.
    """
    listed = list(times) if isinstance(times, Sequence | np.ndarray | pd.Series) else [times]
    try:
        made = np.asarray(listed, dtype=np.float64)
    except (TypeError, ValueError):
        made = np.array([np.nan])
    if made.size and np.isfinite(made).all() and (made >= 0).all() and not isinstance(times, str):
        return made
    problem = Problem(name, repr(times), "a time of 0 or more, or several")
    raise ParameterError(SUBJECT, [problem])
