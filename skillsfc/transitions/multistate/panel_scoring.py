"""Largest likelihood by scoring, then Newton's method; parameters that run away are set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from skillsfc.errors import ConvergenceError, Problem, listing
from skillsfc.transitions.multistate.panel_likelihood import Evaluation
from skillsfc.transitions.records import Flags, Floats

MOST_STEPS = 200
ENOUGH = 1e-9  # gain in log-likelihood that a further step could still bring
SLOW = 0.3  # part of that gain left after a scoring step from which on Newton's steps are taken
LONGEST_STEP = 2.0  # in any parameter, which are logs
DIFFERENCE = 1e-4  # step of differences of the gradient
FLAT = 1e-7  # curvature, beside the parameter's own, below which nothing tells of a direction


class Likelihood(Protocol):
    """A log-likelihood with slopes."""

    @property
    def size(self) -> int:
        """Return the number of parameters."""

    def evaluate(self, parameters: Floats, *, scoring: bool = False) -> Evaluation:
        """Return value and gradient, and information if asked for."""

    def gradients(self, parameters: Floats) -> Floats:
        """Return gradients at several parameters."""

    def cluster_scores(self, parameters: Floats) -> Floats:
        """Return sums of slopes by cluster."""


@dataclass(frozen=True)
class Bounds:
    """Where a parameter counts as having run away, and where it is then put.

    Parameters
    ----------
    lowest, highest : array [parameters]
        Values beyond which it has.
    floor : array [parameters]
        Where one that fell below ``lowest`` is put.
    names : list of str
        Names of the parameters.
    """

    lowest: Floats
    highest: Floats
    floor: Floats
    names: list[str]


@dataclass(frozen=True)
class Optimum:
    """The largest log-likelihood.

    Parameters
    ----------
    parameters, gradient : array
        Estimates, and slopes there.
    value : float
        Log-likelihood.
    information : array
        Minus second derivatives.
    ran_away : array of int
        -1 or 1 where a parameter ran to its lowest or highest value, else 0.
    steps : int
        Steps taken.
    """

    parameters: Floats
    gradient: Floats
    value: float
    information: Floats
    ran_away: Floats
    steps: int


def observed_information(
    likelihood: Likelihood, parameters: Floats, active: Flags | None = None
) -> Floats:
    """Return minus the second derivatives, by central differences of the gradient.

    Rows and columns of parameters that are not active are 0.
    """
    size = len(parameters)
    made = np.zeros((size, size))
    index = np.arange(size) if active is None else np.nonzero(active)[0]
    if not len(index):
        return made
    shift = DIFFERENCE * np.eye(size)[index]
    around = likelihood.gradients(np.concatenate([parameters + shift, parameters - shift]))
    made[index] = (around[len(index) :] - around[: len(index)]) / (2 * DIFFERENCE)
    if active is not None:
        made[:, ~active] = 0.0
    return (made + made.T) / 2


def climb_step(information: Floats, gradient: Floats) -> Floats:
    """Return a step uphill: curvature that is flat or of the wrong sign is made positive.

    Examples
    --------
    >>> climb_step(np.array([[2.0, 0.0], [0.0, -1.0]]), np.array([1.0, 1.0])).tolist()
    [0.5, 1.0]
    """
    scale = np.sqrt(np.maximum(np.abs(np.diagonal(information)), 1e-12))
    values, vectors = np.linalg.eigh(information / scale[:, None] / scale)
    values = np.maximum(np.abs(values), FLAT)
    return np.asarray(vectors @ (vectors.T @ (gradient / scale) / values) / scale)


def maximise(likelihood: Likelihood, start: Floats, bounds: Bounds) -> Optimum:
    """Return the largest log-likelihood found from ``start``.

    Raises
    ------
    ConvergenceError
        If it was not reached.

    Notes
    -----
    Scoring steps solve with the expected information (outer products where it is not known); once
    they gain slowly, Newton's steps with differences of the gradient take over. Every step is
    halved until the log-likelihood rises. The end is where a step would gain less than 1e-9.
    """
    here = np.asarray(start, dtype=np.float64).copy()
    away = np.zeros(likelihood.size)
    newton, last = False, np.inf
    now = likelihood.evaluate(here, scoring=True)
    if not np.isfinite(now.value):
        raise _not_converged(now, bounds)
    for number in range(MOST_STEPS):
        active = away == 0
        whole = now.information
        if newton or whole is None:
            whole = observed_information(likelihood, here, active)
        step = np.zeros(len(here))
        if active.any():
            step[active] = climb_step(whole[np.ix_(active, active)], now.gradient[active])
        gain = float(step @ now.gradient) / 2
        if gain < ENOUGH:
            if not newton:
                whole = observed_information(likelihood, here, active)
            return Optimum(here, now.gradient, now.value, whole, away, number)
        newton = newton or (gain > SLOW * last and gain < 1.0) or number > MOST_STEPS // 4
        step *= min(1.0, LONGEST_STEP / float(np.abs(step).max()))
        ahead, then = _uphill(likelihood, here, step, now, scoring=not newton)
        if then is now and newton:
            break
        newton = newton or then is now
        here, now, last = ahead, then, gain
        if _set_aside(here, away, bounds):
            now = likelihood.evaluate(here, scoring=not newton)
    raise _not_converged(now, bounds)


def _uphill(
    likelihood: Likelihood, here: Floats, step: Floats, now: Evaluation, *, scoring: bool
) -> tuple[Floats, Evaluation]:
    """Return the place after the step, halved until it is higher; where none is, as it was."""
    for _ in range(40):
        ahead = here + step
        then = likelihood.evaluate(ahead, scoring=scoring)
        if then.value > now.value:
            return ahead, then
        step = step / 2
    return here, now


def _set_aside(here: Floats, away: Floats, bounds: Bounds) -> bool:
    """Fix parameters that ran beyond their bounds, in place; return whether one was moved."""
    low, high = (away == 0) & (here < bounds.lowest), (away == 0) & (here > bounds.highest)
    away[low], away[high] = -1, 1
    here[low] = bounds.floor[low]
    return bool(low.any())


def _not_converged(now: Evaluation, bounds: Bounds) -> ConvergenceError:
    steep = np.argsort(-np.abs(now.gradient))[:3]
    found = (
        f"no largest likelihood after {MOST_STEPS} steps; steepest in "
        f"{listing([bounds.names[at] for at in steep])}"
    )
    step = (
        "Give start= with plausible rates, allow fewer transitions or covariates, or join states "
        "that are hard to tell apart."
    )
    problem = Problem("likelihood", found, "slopes of 0", next_step=step)
    return ConvergenceError("fit_panel_markov", [problem])
