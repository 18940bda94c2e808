"""Tables of the rates of a fitted panel model, and of their ratios by covariate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc.transitions.multistate.panel_fit import PanelFit
from skillsfc.transitions.multistate.panel_reading import count_moves
from skillsfc.transitions.records import Floats

FEW_PERSONS = 30
EFFECTS = ["from_state", "to_state", "covariate", "coefficient", "standard_error", "hazard_ratio",
           "level", "lower", "upper", "note"]  # fmt: skip

ENDLESS = "without end: all have left by the next visit; lower bound one-sided"
UNSEEN = "nobody was seen in the state, nor a sign of a way into it"
NO_BOUND = "0: no sign of such moves; no bound, as the state entered may be left unseen"


def rate_table(fit: PanelFit, values: Any = None) -> pd.DataFrame:
    """Return the rate of each move of one kind of person, with its interval."""
    model, design = fit.model, fit.design(values)
    rates = fit.rates(fit.parameters, design)
    slopes = np.zeros((len(rates), len(fit.parameters)))
    rows = np.repeat(design, len(rates), axis=0)
    slopes[:, : model.size] = model.to_parameters(np.eye(len(rates)), rows)
    count, persons = _counts(fit)
    words = np.array(model.states, dtype=object)
    columns: dict[str, Any] = {
        "from_state": words[model.source], "to_state": words[model.target], "rate": rates,
        **fit.bounds(rates, rates * fit.errors(slopes), "log"),
        "unit": [f"per {fit.unit}"] * len(rates),
        "moves": count[model.source, model.target], "persons": persons[model.source],
        "reliability": np.where(persons[model.source] < FEW_PERSONS, "u", "").astype(object),
        "note": np.full(len(rates), "", dtype=object),
    }  # fmt: skip
    _mark_runaways(fit, columns, design)
    return pd.DataFrame(columns)


def _counts(fit: PanelFit) -> tuple[Any, Any]:
    """Return moves seen from visit to visit, and persons seen in each state."""
    visits, size = fit.visits, len(fit.model.states)
    known = visits.code < size
    seen = np.unique(visits.person[known] * size + visits.code[known])
    return count_moves(visits, size), np.bincount(seen % size, minlength=size)


def _mark_runaways(fit: PanelFit, columns: dict[str, Any], design: Floats) -> None:
    """Say which rates ran to 0 or without end, with a one-sided bound of each."""
    model, baseline = fit.model, fit.model.slot[:, 0]
    rate, error, lower, upper, flag, note = (
        columns[name]
        for name in ("rate", "standard_error", "lower", "upper", "reliability", "note")
    )
    unknown = np.isnan(error)
    note[unknown], flag[unknown] = "not told, or not apart from other moves", "u"
    away = fit.at_zero | fit.endless
    error[away] = np.nan
    for row in np.nonzero(fit.at_zero)[0]:
        inside = model.rates(fit.parameters[: model.size], design)[0, row]
        slope = float(fit.optimum.gradient[baseline[row]]) / inside
        hidden = fit.left_at_once[model.target[row]]  # and so no visit would show such moves
        upper[row] = np.log(1 - fit.level) / slope if slope < 0 and not hidden else np.nan
        note[row] = NO_BOUND if hidden else "0: no sign of such moves; upper bound one-sided"
    for row in np.nonzero(fit.endless)[0]:
        rate[row] = upper[row] = np.inf
        lower[row] = fit.least_rates[row]
        note[row], flag[row] = ENDLESS, "u"
    for row in np.nonzero(fit.unseen[model.source] & (baseline >= 0))[0]:
        rate[row] = error[row] = lower[row] = upper[row] = np.nan
        note[row], flag[row] = UNSEEN, "u"
    note[baseline < 0] = "fixed"


def effect_table(fit: PanelFit) -> pd.DataFrame:
    """Return rate ratios of covariates, one row a move and a covariate."""
    model = fit.model
    move, column = np.nonzero(_present(fit))
    if not len(move):
        return pd.DataFrame(columns=EFFECTS)
    slot, scale = model.slot[move, column], model.scale[column - 1]
    free = slot >= 0
    slopes = np.zeros((len(move), len(fit.parameters)))
    slopes[np.nonzero(free)[0], slot[free]] = 1.0
    away = free & (fit.optimum.ran_away[slot] != 0)
    dead, endless = fit.at_zero[move], fit.endless[move]
    value = model.coefficients(fit.parameters[: model.size])[move, column] / scale
    value = np.where(dead | endless, np.nan, value)
    error = np.where(away | dead | endless, np.nan, fit.errors(slopes) / scale)
    words = np.array(model.states, dtype=object)
    reach = fit.quantile * error
    with np.errstate(over="ignore"):
        bounds = np.exp(value - reach), np.exp(value + reach)
    note = np.where(~free, "fixed", np.where(away, "runs without end", ""))
    note = np.select([dead, endless], ["no such moves", "the rate runs without end"], note)
    parts = (
        words[model.source[move]], words[model.target[move]],
        np.array(model.covariates, dtype=object)[column - 1], value, error, np.exp(value),
        np.full(len(move), fit.level), *bounds,
        note.astype(object),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(EFFECTS, parts, strict=True)))


def _present(fit: PanelFit) -> Any:
    made = (fit.model.slot >= 0) | (fit.model.constant != 0)
    made[:, 0] = False
    return made
