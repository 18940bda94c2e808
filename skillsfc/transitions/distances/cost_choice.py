"""Which costs a method uses: named, given, or its own; and what a deletion costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.transitions.distances.substitution_costs import (
    COSTS,
    SUBJECT,
    StateCosts,
    add_missing_state,
    constant_costs,
    dynamic_costs,
    frequency_indels,
    future_costs,
    given_costs,
    pooled_rates,
    transition_costs,
    triangle_notes,
)
from skillsfc.transitions.records import Floats
from skillsfc.transitions.sequences.preparation import Prepared

CONSTANT = {"ham": 1.0, "dhd": 4.0}  # cost of any substitution where one value serves; others 2
WITHOUT_COSTS = ("lcs", "chi2")
WITH_INDEL = ("om", "omspell", "twed")


def choose_costs(
    method: str,
    costs: Any,
    indel: Any,
    prepared: Prepared,
    missing_cost: float | None,
) -> tuple[StateCosts, list[str]]:
    """Return the costs of states for a method, and what is to be said of them.

    Raises
    ------
    ParameterError
        If the costs or the indel are unknown words, do not fit the states, or do not belong to
        the method.
    """
    kind = _kind(method, costs)
    missing = len(prepared.states) > len(prepared.sequences.states)
    made = _made(kind, costs, method, prepared, missing)
    if missing:
        made = _with_missing(made, kind, costs, method, missing_cost, prepared)
    made = replace(made, indel=_indel(indel, made.indel, made.states, method))
    if method in WITHOUT_COSTS:
        return made, []
    return made, triangle_notes(made, indels=method in ("om", "omspell"))


def _kind(method: str, costs: Any) -> str:
    named = isinstance(costs, str)
    if method in WITHOUT_COSTS and not (named and costs == "auto"):
        raise ParameterError(
            SUBJECT, [Problem("costs", "given", f"nothing: method {method!r} has no costs")]
        )
    if not named:
        return "given"
    if costs == "auto":
        return "trate" if method == "dhd" else "constant"
    if costs not in COSTS:
        words = ("auto", *COSTS)
        step = "A table of costs between states, or one number for all, serves as well."
        guess = did_you_mean(costs, words)
        problem = Problem("costs", repr(costs), f"one of {listing(words)}", guess, step)
        raise ParameterError(SUBJECT, [problem])
    if method == "dhd" and costs != "trate":
        step = "The dynamic distance with costs that do not change is method='ham'."
        problem = Problem("costs", repr(costs), "'trate' or an array by period", "", step)
        raise ParameterError(SUBJECT, [problem])
    return str(costs)


def _made(kind: str, costs: Any, method: str, prepared: Prepared, missing: bool) -> StateCosts:
    """Return costs with the indel that goes with them; a missing state as if it were any."""
    codes, weight, states = prepared.codes, prepared.weight, prepared.states
    count = len(states)
    indel = None
    if kind == "constant":
        values = constant_costs(count, CONSTANT.get(method, 2.0))
    elif kind == "given":
        values = _given(costs, method, prepared, missing)
    elif method == "dhd":
        values = dynamic_costs(codes, weight, count)
    elif kind == "trate":
        values = transition_costs(pooled_rates(codes, weight, count))
    elif kind == "future":
        values = future_costs(pooled_rates(codes, weight, count))
    else:
        indel = frequency_indels(codes, weight, count)
        values = (indel[:, None] + indel[None, :]) * (1.0 - np.eye(count))
    if indel is None:
        most = float(values.max(initial=0.0))
        indel = np.full(count, most / 2 if most > 0 else 1.0)
    return StateCosts(values, indel, states, kind)


def _given(costs: Any, method: str, prepared: Prepared, missing: bool) -> Floats:
    states = prepared.states
    if np.ndim(costs) == 0 and not isinstance(costs, pd.DataFrame):
        value = _number("costs", costs)
        if method == "dhd":
            raise ParameterError(
                SUBJECT, [Problem("costs", "one number", "'trate' or an array by period")]
            )
        return constant_costs(len(states), value)
    periods = prepared.codes.shape[1] if method == "dhd" else None
    if missing and not _covers(costs, len(states)):
        known = given_costs(costs, prepared.sequences.states, periods)
        wide = [(0, 0)] * (known.ndim - 2) + [(0, 1), (0, 1)]
        return np.asarray(np.pad(known, wide))
    return given_costs(costs, states, periods)


def _covers(costs: Any, count: int) -> bool:
    shape = np.shape(costs)
    return len(shape) >= 2 and shape[-1] == count


def _with_missing(
    made: StateCosts,
    kind: str,
    costs: Any,
    method: str,
    missing_cost: float | None,
    prepared: Prepared,
) -> StateCosts:
    if missing_cost is not None:
        return add_missing_state(made, _number("missing_cost", missing_cost))
    if kind == "indelslog" or (kind == "given" and np.ndim(costs) == 0):
        return made
    if kind == "given":
        known = _covers(costs, len(prepared.states))
        return made if known else add_missing_state(made, made.largest)
    return add_missing_state(made, CONSTANT.get(method, 2.0))


def _indel(indel: Any, automatic: Floats, states: tuple[str, ...], method: str) -> Floats:
    if indel is None or (isinstance(indel, str) and indel == "auto"):
        return automatic
    if method not in WITH_INDEL:
        found = "given"
        problem = Problem("indel", found, f"nothing: method {method!r} has no insertions")
        raise ParameterError(SUBJECT, [problem])
    if isinstance(indel, str):
        expected = "'auto', a number, or one number for each state"
        raise ParameterError(SUBJECT, [Problem("indel", repr(indel), expected)])
    if isinstance(indel, Mapping | pd.Series):
        by_state = {str(key): value for key, value in indel.items()}
        lacking = [state for state in states if state not in by_state]
        if lacking:
            guess = did_you_mean(lacking[0], by_state)
            problem = Problem("indel", f"no {listing(lacking)}", listing(states, 30), guess)
            raise ParameterError(SUBJECT, [problem])
        indel = [by_state[state] for state in states]
    if np.ndim(indel) == 0:
        return np.full(len(states), _number("indel", indel))
    if len(indel) != len(states):
        found = f"{len(indel)} numbers for {len(states)} states"
        raise ParameterError(SUBJECT, [Problem("indel", found, listing(states, 30))])
    return np.array([_number("indel", value) for value in indel])


def _number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not np.isfinite(number) or number < 0:
        raise ParameterError(SUBJECT, [Problem(name, repr(value), "a number of 0 or more")])
    return number
