"""Newton steps to the maximum of a discrete-time likelihood; perfect separation is noticed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skillsfc.errors import ConvergenceError, Problem
from skillsfc.transitions.records import Flags, Floats
from skillsfc.transitions.survival.discrete_likelihood import DiscreteLikelihood, State

MOST_STEPS, STEP_ENOUGH = 60, 1e-9
# No maximum: nothing to gain any more, yet a coefficient goes on by this much, in its own units.
ENDLESS_GAIN, ENDLESS_STEP, FAR = 1e-6, 0.05, 15.0


@dataclass(frozen=True)
class DiscreteMaximum:
    """Coefficients at the maximum.

    Parameters
    ----------
    coefficients : array
        Estimates; large where endless.
    information : array
        Information at the maximum, penalty included.
    value, start : float
        Log-likelihood there (without penalty), and at the start.
    free : array of bool
        Coefficients that were estimated.
    endless : array of bool
        Coefficients that run off.
    steps : int
        Newton steps.
    """

    coefficients: Floats
    information: Floats
    value: float
    start: float
    free: Flags
    endless: Flags
    steps: int

    def covariance(self) -> Floats:
        """Return the inverse information of the finite coefficients; missing for all others."""
        kept = np.flatnonzero(self.free & ~self.endless)
        found = np.full(self.information.shape, np.nan)
        part = self.information[np.ix_(kept, kept)]
        scale = 1.0 / np.sqrt(np.diag(part))
        inverse = np.linalg.pinv(part * np.outer(scale, scale), hermitian=True)
        found[np.ix_(kept, kept)] = inverse * np.outer(scale, scale)
        return found


def maximise(
    likelihood: DiscreteLikelihood,
    start: Floats,
    free: Flags,
    scale: Floats,
    *,
    remedy: str,
    penalty: Floats,
    subject: str,
) -> DiscreteMaximum:
    """Return the maximum of the likelihood, or of the penalised one.

    Parameters
    ----------
    start : array
        First coefficients.
    free : array of bool
        Coefficients to be estimated; the others stay.
    scale : array
        Size of each column: a step times it is what tells a large step from a small one.
    remedy : {"none", "firth", "ridge"}
        Penalty.
    penalty : array
        Ridge: half of this times the squared coefficient is taken off.

    Raises
    ------
    ConvergenceError
        If the steps come to no end and no separation explains it.
    """
    theta = start.copy()
    state = likelihood.state(theta)
    first = state.value
    target = _target(likelihood, theta, state, free, remedy, penalty)
    for step in range(1, MOST_STEPS + 1):
        move = _newton(likelihood, theta, state, free, remedy, penalty)
        gain = -np.inf
        for _ in range(25):
            tried = theta + move
            new = likelihood.state(tried)
            reached = _target(likelihood, tried, new, free, remedy, penalty)
            gain = reached - target
            if np.isfinite(reached) and gain >= -1e-10 * (1.0 + abs(target)):
                break
            move = move / 2
        theta, state, target = tried, new, reached
        size = np.abs(move * scale)
        if size.max(initial=0.0) < STEP_ENOUGH * (1.0 + np.abs(theta * scale).max(initial=0.0)):
            nothing = np.zeros(len(theta), dtype=bool)
            return _maximum(likelihood, theta, state, first, free, nothing, step, penalty, remedy)
        still = abs(gain) < ENDLESS_GAIN and size.max() > ENDLESS_STEP and remedy == "none"
        if still and _reach(likelihood, move) > ENDLESS_STEP:
            return _finish_endless(likelihood, theta, first, free, scale, move, step, subject)
    found = f"{MOST_STEPS} Newton steps without an end"
    raise ConvergenceError(subject, [Problem("estimation", found, next_step="Try remedy='ridge'.")])


def _reach(likelihood: DiscreteLikelihood, move: Floats) -> float:
    """Return the largest change of a linear predictor, where anybody is at risk.

    Coefficients of columns that are nearly told by others move far without changing any.
    """
    most = 0.0
    for block in likelihood.periods.blocks():
        change = np.abs(likelihood.predictor(move, block.matrix))
        change = change[np.isfinite(change) & (block.risk > 0)[..., None]]
        most = max(most, float(change.max(initial=0.0)))
    return most


def _newton(
    likelihood: DiscreteLikelihood, theta: Floats, state: State, free: Flags, remedy: str,
    penalty: Floats,
) -> Floats:  # fmt: skip
    """Return the Newton step of the free coefficients."""
    score, information = state.score, state.information
    kept = np.flatnonzero(free)
    if remedy == "ridge":
        score = score - penalty * theta
        information = information + np.diag(penalty)
    part = information[np.ix_(kept, kept)]
    spread = np.sqrt(np.maximum(np.diag(part), 1e-300))
    inner = part / np.outer(spread, spread)
    if remedy == "firth":
        inverse = np.zeros_like(information)
        inverse[np.ix_(kept, kept)] = np.linalg.pinv(inner, hermitian=True) / np.outer(
            spread, spread
        )
        score = score + likelihood.firth_slope(theta, inverse)
    move = np.zeros(len(theta))
    try:
        found = np.linalg.solve(inner, score[kept] / spread)
    except np.linalg.LinAlgError:
        found = np.linalg.pinv(inner, hermitian=True) @ (score[kept] / spread)
    move[kept] = found / spread
    return move


def _target(
    likelihood: DiscreteLikelihood, theta: Floats, state: State, free: Flags, remedy: str,
    penalty: Floats,
) -> float:  # fmt: skip
    if remedy == "ridge":
        return state.value - 0.5 * float((penalty * theta**2).sum())
    if remedy == "firth":
        kept = np.flatnonzero(free)
        sign, logarithm = np.linalg.slogdet(state.information[np.ix_(kept, kept)])
        return state.value + 0.5 * float(logarithm) if sign > 0 else -np.inf
    return state.value


def _maximum(
    likelihood: DiscreteLikelihood, theta: Floats, state: State, first: float, free: Flags,
    endless: Flags, steps: int, penalty: Floats, remedy: str,
) -> DiscreteMaximum:  # fmt: skip
    information = state.information + (np.diag(penalty) if remedy == "ridge" else 0.0)
    return DiscreteMaximum(theta, information, state.value, first, free, endless, steps)


def _finish_endless(
    likelihood: DiscreteLikelihood, theta: Floats, first: float, free: Flags, scale: Floats,
    move: Floats, steps: int, subject: str,
) -> DiscreteMaximum:  # fmt: skip
    """Push endless coefficients far along their way, and let the others come to rest."""
    size = np.abs(move * scale)
    endless = size > size.max() / 100
    theta = np.where(endless, theta + move * FAR / size.max(), theta)
    none = np.zeros(len(theta))
    rest = free & ~endless
    inner = maximise(likelihood, theta, rest, scale, remedy="held", penalty=none, subject=subject)
    return DiscreteMaximum(
        inner.coefficients, inner.information, inner.value, first, free, endless,
        steps + inner.steps,
    )  # fmt: skip
