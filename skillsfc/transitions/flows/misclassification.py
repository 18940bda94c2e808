"""Flows without spurious moves: answers that put people into the wrong state are undone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.transitions.flows.interviews import SUBJECT
from skillsfc.transitions.records import Floats
from skillsfc.transitions.text_codes import as_codes

WORST_CONDITION = 1e6


def correct_flows(flows: Floats, misclassification: Floats) -> Floats:
    r"""Return true flows from observed ones, where errors at both dates are independent.

    Notes
    -----
    With :math:`A_{ij}` the chance that a person in i is recorded in j, observed flows are
    :math:`A' N A`, so that :math:`N = (A')^{-1} N_{obs} A^{-1}`. The result can be negative: then
    the errors stated are larger than the data allow.

    References
    ----------
    Poterba & Summers (1986), Reporting errors and labor market dynamics, Econometrica 54,
    1319-1338.

    Examples
    --------
    >>> a = np.array([[0.9, 0.1], [0.2, 0.8]])
    >>> true = np.array([[80.0, 20.0], [10.0, 90.0]])
    >>> correct_flows(a.T @ true @ a, a).round(9).tolist()
    [[80.0, 20.0], [10.0, 90.0]]
    """
    undone = np.linalg.inv(misclassification)
    return np.asarray(undone.T @ flows @ undone, dtype=np.float64)


def read_misclassification(given: object, states: tuple[str, ...]) -> Floats:
    """Return the chances to be recorded in each state, by true state, in the order of the states.

    Parameters
    ----------
    given : DataFrame or array
        Square: rows true states, columns recorded ones, each row sums to 1. An array is in the
        order of the states.
    states : tuple of str
        The states.

    Raises
    ------
    ParameterError
        If states are missing, a row does not sum to 1, or the matrix cannot be inverted.
    """
    if isinstance(given, pd.DataFrame):
        given = _ordered(given, states)
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        values = np.zeros(0)
    size = len(states)
    if values.shape != (size, size):
        found = " x ".join(map(str, values.shape)) if values.size else type(given).__name__
        problem = Problem("misclassification", found, f"a matrix of {size} x {size} numbers")
        raise ParameterError(SUBJECT, [problem])
    problems = []
    if not np.isfinite(values).all() or values.min() < 0:
        problems.append(Problem("misclassification", "missing or negative chances", "0 to 1"))
    elif np.abs(values.sum(axis=1) - 1).max() > 1e-9:
        found = f"rows sum to {listing(values.sum(axis=1).round(6).tolist())}"
        step = "Rows are true states, columns the recorded ones."
        problems.append(Problem("misclassification", found, "1 each", next_step=step))
    elif np.linalg.cond(values) > WORST_CONDITION:
        problems.append(Problem("misclassification", "cannot be inverted", "states told apart"))
    if problems:
        raise ParameterError(SUBJECT, problems)
    return values


def _ordered(given: pd.DataFrame, states: tuple[str, ...]) -> pd.DataFrame:
    given = given.set_axis(as_codes(given.index.to_series()).tolist(), axis=0)
    given = given.set_axis(as_codes(given.columns.to_series()).tolist(), axis=1)
    problems = [
        Problem("misclassification", f"no {side} for state {name!r}", "every state",
                did_you_mean(name, labels))
        for side, labels in (("row", given.index), ("column", given.columns))
        for name in states
        if name not in labels
    ]  # fmt: skip
    strangers = sorted({str(label) for label in given.index} - set(states))
    if strangers:
        found = f"states that are not in the panel: {listing(strangers)}"
        problems.append(Problem("misclassification", found, listing(states, 30)))
    if problems:
        raise ParameterError(SUBJECT, problems)
    return given.loc[list(states), list(states)]
