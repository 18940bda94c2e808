"""`estimate_steady_state`: the shares of states that present flows lead to in the long run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, Problem, listing
from skillsfc.results import Result
from skillsfc.transitions.flows.errors_by_delta import roots, slopes
from skillsfc.transitions.flows.lake import ALONE, steady_shares
from skillsfc.transitions.flows.matrices import NamedMatrix, provenance_of, read_matrices
from skillsfc.transitions.flows.projection import project_stocks
from skillsfc.transitions.records import Floats
from skillsfc.transitions.survival.intervals import confidence_limits
from skillsfc.transitions.survival.selection import check_words

__all__ = ["SteadySettings", "SteadyState", "estimate_steady_state", "project_stocks"]

STEADY = "estimate_steady_state"


@dataclass(frozen=True)
class SteadySettings:
    """How a steady state was found.

    Parameters
    ----------
    states : tuple of str
        The states.
    continuous : bool
        Whether from rates in continuous time.
    level : float
        Level of the limits [0-1].
    """

    states: tuple[str, ...]
    continuous: bool
    level: float = 0.95


@dataclass(frozen=True, eq=False, repr=False)
class SteadyState(Result):
    """Outcome of `estimate_steady_state`.

    ``table``: group columns, ``state, share, standard_error, lower, upper, level``.
    ``diagnostics``: group columns, ``second_eigenvalue`` (modulus; of a generator its real part),
    ``half_life`` [periods] of a distance from the steady state.
    """


def estimate_steady_state(
    matrix: object, *, states: Iterable[str] | None = None, level: float = 0.95
) -> SteadyState:
    r"""Return the shares of states that transition probabilities, or rates, lead to.

    Use it to say what present flows would come to if they went on, such as the unemployment rate
    that they imply, and how soon. It is no forecast: flows change.

    Parameters
    ----------
    matrix : Flows, ContinuousRates, DataFrame or array
        As for `to_continuous_rates`; rows that sum to 0 are rates.
    states : list of str, optional
        Names and order of the states.
    level : float
        Level of the limits [0-1].

    Returns
    -------
    SteadyState
        ``.table``: ``state, share`` [0-1], ``standard_error, lower, upper, level``;
        ``.diagnostics``: ``second_eigenvalue, half_life`` [periods].

    Raises
    ------
    ParameterError, TableError
        If it is no matrix of probabilities or rates.
    CoverageError
        If states fall into parts without a way between them, so that the end depends on the start.

    Notes
    -----
    :math:`\pi P = \pi` or :math:`\pi Q = 0`, with :math:`\sum \pi = 1`. Errors by the delta method;
    limits on the logit, none for shares of 0 and 1.
    A distance shrinks by the second eigenvalue each period: half-life :math:`\ln 0.5 / \ln |x_2|`.

    Examples
    --------
    >>> made = estimate_steady_state([[0.9, 0.1], [0.3, 0.7]], states=["E", "U"])
    >>> made.table[["state", "share"]].round(4).values.tolist()
    [['E', 0.75], ['U', 0.25]]
    >>> made.diagnostics["half_life"].round(4).tolist()
    [1.3569]
    """
    check_words(STEADY, level, {})
    matrices = read_matrices(matrix, states=states, subject=STEADY, generators=True)
    rows, checks = [], []
    for one in matrices:
        second, life = _speed(one)
        shares = steady_shares(one.entries, one.is_generator)
        error = _steady_errors(one)
        lower, upper = confidence_limits(shares, error, level=level, interval="logit")
        rows.append(
            pd.DataFrame(
                {
                    **{name: [value] * len(shares) for name, value in one.keys.items()},
                    "state": one.states,
                    "share": shares,
                    "standard_error": error,
                    "lower": lower,
                    "upper": upper,
                    "level": level,
                }
            )
        )
        checks.append({**one.keys, "second_eigenvalue": second, "half_life": life})
    first = matrices[0]
    note = "A steady state is where present flows lead if they go on; it is not a forecast."
    known = first.covariance is not None
    bounds = () if known else ("No errors: those of the matrix are not known.",)
    notes = (note, *bounds, *dict.fromkeys(text for one in matrices for text in one.notes))
    settings = SteadySettings(first.states, first.is_generator, level)
    table = pd.concat(rows, ignore_index=True)
    return SteadyState(table, settings, pd.DataFrame(checks), notes, provenance_of(matrix))


def _speed(one: NamedMatrix) -> tuple[float, float]:
    values = np.linalg.eigvals(one.entries)
    if one.is_generator:
        ordered = np.sort(-values.real)
        if len(ordered) > 1 and ordered[1] < ALONE:
            _refuse_parts(one)
        second = float(-ordered[1]) if len(ordered) > 1 else -np.inf
        return second, float(np.log(2) / -second)
    ones = int((np.abs(values - 1) < ALONE).sum())
    if ones > 1:
        _refuse_parts(one)
    moduli = np.sort(np.abs(values))[::-1]
    second = float(moduli[1]) if len(moduli) > 1 else 0.0
    if second > 1 - ALONE:
        return second, float("inf")  # a cycle: the share is an average, and never settles
    return second, float(np.log(0.5) / np.log(second)) if second > 0 else 0.0


def _refuse_parts(one: NamedMatrix) -> None:
    never = [state for state, row in zip(one.states, one.entries, strict=True)
             if np.count_nonzero(row) <= 1]  # fmt: skip
    found = "states fall into parts without a way between them"
    found += f"; never left: {listing(never)}" if never else ""
    step = "Name the states that belong together, or project_stocks from a given start."
    raise CoverageError(STEADY, [Problem("matrix", found, "one steady state", next_step=step)])


def _steady_errors(one: NamedMatrix) -> Floats:
    size = len(one.states)
    if one.covariance is None:
        return np.full(size, np.nan)
    generator = one.is_generator
    slope = slopes(
        lambda x: steady_shares(x.reshape(size, size), generator), one.entries.ravel(), 1.0
    )
    return roots(slope @ one.covariance @ slope.T)
