"""From a likelihood to its largest value, and to estimates with their covariance."""

from __future__ import annotations

from typing import Any

import numpy as np

from skillsfc.errors import ConvergenceError, ParameterError, Problem
from skillsfc.transitions.multistate.hidden import HiddenPanel
from skillsfc.transitions.multistate.panel_endless import least_logs, set_endless_aside
from skillsfc.transitions.multistate.panel_fit import PanelFit, invert_information
from skillsfc.transitions.multistate.panel_likelihood import ObservedPanel
from skillsfc.transitions.multistate.panel_rates import SUBJECT, Covariates
from skillsfc.transitions.multistate.panel_reading import Columns, Visits
from skillsfc.transitions.multistate.panel_scoring import Bounds, Optimum, maximise
from skillsfc.transitions.multistate.panel_seen import start_of_confusion
from skillsfc.transitions.multistate.panel_start import (
    bounds_of,
    crude_rates,
    given_rates,
    refuse_impossible_hidden,
    start_parameters,
)
from skillsfc.transitions.records import Floats

SADDLE = 1e-5  # curvature of the wrong sign, beside the largest, that is more than rounding


def search(
    likelihood: ObservedPanel | HiddenPanel,
    visits: Visits,
    design: Floats,
    start: Any,
    person: str,
) -> tuple[Optimum, Bounds]:
    """Return the largest likelihood, from crude rates or those given, and how far rates may run."""
    model = likelihood.model
    here = start_parameters(model, given_rates(start, model, crude_rates(model, visits)))
    names = model.names()
    if isinstance(likelihood, HiddenPanel):
        first, confusion = likelihood.first_state, likelihood.confusion
        odds = np.log(first.given[first.free] / first.given[first.reference])
        here = np.r_[here, start_of_confusion(confusion), odds[: first.size]]
        words = model.states
        names += [f"{words[a]} seen as {words[b]}"
                  for a, b in zip(confusion.true, confusion.seen, strict=True)]  # fmt: skip
        names += [f"first state {words[at]}" for at in first.free][: first.size]
        refuse_impossible_hidden(likelihood, here, person)
    if not likelihood.size:
        problem = Problem("fixed", "every rate", "something left to estimate")
        raise ParameterError(SUBJECT, [problem])
    bounds = bounds_of(model, visits, design, likelihood.size - model.size, names)
    return set_endless_aside(likelihood, model, maximise(likelihood, here, bounds)), bounds


def fitted(
    likelihood: ObservedPanel | HiddenPanel,
    optimum: Optimum,
    bounds: Bounds,
    errors: str,
    rows: Covariates,
    visits: Visits,
    columns: Columns,
    level: float,
    unit: str,
) -> PanelFit:
    """Return the estimates with their covariance."""
    whole, active = optimum.information, optimum.ran_away == 0
    expected = likelihood.evaluate(optimum.parameters, scoring=True).information
    if errors == "expected" and expected is not None:
        whole = expected
    covariance, untold, scale, least = invert_information(whole, active)
    if expected is not None and not untold.shape[1]:
        # Second derivatives bend a little off the top; where nothing is told the outer products
        # of slopes are 0 to rounding.
        flat = invert_information(expected, active)
        if flat[1].shape[1]:
            covariance, untold, scale, _ = flat
    if least < -SADDLE:
        step = "Give start= with other rates: the search ended on a saddle, not on a top."
        found = "it rises further in some direction"
        raise ConvergenceError(SUBJECT, [Problem("likelihood", found, next_step=step)])
    if errors == "clusters":
        scores = likelihood.cluster_scores(optimum.parameters)
        count = len(scores)
        covariance = covariance @ (scores.T @ scores) @ covariance * count / max(count - 1, 1)
    return PanelFit(
        likelihood.model,
        likelihood,
        optimum,
        covariance,
        untold,
        scale,
        least_logs(likelihood, likelihood.model, optimum, bounds, level),
        rows,
        visits,
        columns,
        level,
        unit,
    )
