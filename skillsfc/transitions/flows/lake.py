"""The lake model: stocks of persons that flow between states, come in and leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.transitions.records import Floats

ALONE = 1e-9  # a second eigenvalue nearer to 1 (or rate nearer to 0) means no single steady state
NOTHING = 1e-14  # rounding of shares


@dataclass(frozen=True)
class LakeModel:
    """Constant flows between states, with entries and exits.

    Parameters
    ----------
    states : tuple of str
        The states.
    continuous : bool
        Whether flows are rates in continuous time.
    entry_rate, exit_rate : float
        New and leaving persons [share of all persons per period].
    interval : float
        Length of a period [unit of the rates].
    """

    states: tuple[str, ...]
    continuous: bool
    entry_rate: float
    exit_rate: float
    interval: float = 1.0

    def moves(self, flat: Floats, entry: Floats) -> Floats:
        """Return the matrix A of N(t + 1) = A N(t), from a transition matrix row by row."""
        size = len(self.states)
        matrix = flat.reshape(size, size)
        if self.continuous:
            from scipy.linalg import expm

            matrix = np.asarray(expm(matrix * self.interval))
        return (1 - self.exit_rate) * matrix.T + self.entry_rate * np.outer(entry, np.ones(size))

    def shares(self, flat: Floats, entry: Floats, start: Floats, periods: int) -> Floats:
        """Return the shares of the states at the start and after each period."""
        persons = advance(start, self.moves(flat, entry), periods)
        return np.asarray(persons / persons.sum(axis=1, keepdims=True))


def advance(start: Floats, moves: Floats, periods: int) -> Floats:
    """Return stocks at the start and after each period.

    Examples
    --------
    >>> advance(np.array([8.0, 0.0]), np.array([[0.5, 0.0], [0.5, 1.0]]), 2).tolist()
    [[8.0, 0.0], [4.0, 4.0], [2.0, 6.0]]
    """
    made = np.empty((periods + 1, len(start)))
    made[0] = start
    for period in range(periods):
        made[period + 1] = moves @ made[period]
    return made


def read_shares(given: Any, states: tuple[str, ...], subject: str, *, needed: bool) -> Floats:
    """Return where new persons begin as shares by state.

    Raises
    ------
    ParameterError
        If it is needed and not given, names an unknown state, or does not sum to 1.
    """
    if given is None:
        if needed:
            problem = Problem("entry_state", "not given with an entry_rate", listing(states, 30))
            raise ParameterError(subject, [problem])
        return np.zeros(len(states))
    if not isinstance(given, str | Mapping):
        expected = "a state, or a share for each of several"
        raise ParameterError(subject, [Problem("entry_state", repr(given)[:60], expected)])
    shares = {given: 1.0} if isinstance(given, str) else dict(given)
    problems = [
        Problem("entry_state", repr(name), listing(states, 30), did_you_mean(name, states))
        for name in shares
        if name not in states
    ]
    numbers = pd.to_numeric(pd.Series([shares.get(s, 0.0) for s in states]), errors="coerce")
    values = np.asarray(numbers.to_numpy(dtype="float64", na_value=np.nan))
    if not problems and not (np.isfinite(values).all() and values.min() >= 0
                             and abs(values.sum() - 1) < 1e-9):  # fmt: skip
        problems.append(Problem("entry_state", repr(dict(shares)), "shares that sum to 1"))
    if problems:
        raise ParameterError(subject, problems)
    return values


def steady_shares(matrix: Floats, generator: bool) -> Floats:
    """Return the shares that a transition matrix, or a generator, leaves unchanged."""
    size = len(matrix)
    change = matrix if generator else matrix - np.eye(size)
    equations = np.vstack([change.T, np.ones(size)])
    made = np.linalg.lstsq(equations, np.append(np.zeros(size), 1.0), rcond=None)[0]
    made[np.abs(made) < NOTHING] = 0.0  # a state all leave for good: not a share below 0
    made[np.abs(made - 1) < NOTHING] = 1.0
    return np.asarray(made, dtype=np.float64)
