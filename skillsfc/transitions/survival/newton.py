"""Newton's steps to the maximum of a partial likelihood, or the finding that it has none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skillsfc.errors import ConvergenceError, Problem
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.survival.partial_likelihood import Hazards, PartialLikelihood

MOST_STEPS, STEP_ENOUGH = 50, 1e-7
# No maximum: nothing to gain (1st), yet the step stays long beside the coefficient (2nd), and the
# variance has left that of the start far behind (3rd).
ENDLESS_GAIN, ENDLESS_STEP, ENDLESS_VARIANCE = 1e-5, 1e-3, 1e3
# Or: little to gain (2nd) while hazards differ by a factor of e^40 (1st), or by e^200 (3rd), where
# numbers soon end.
ENDLESS_RANGE, ENDLESS_CREEP, ENDLESS_WIDE = 40.0, 1e-2, 200.0


@dataclass(frozen=True)
class Maximum:
    """Where the partial likelihood is largest, in units of the standardised covariates."""

    coefficients: Floats
    hazards: Hazards
    sums: tuple[Floats, Floats]
    information: Floats
    null_log_likelihood: float
    score_test: float
    endless: Whole
    steps: int


def maximise(likelihood: PartialLikelihood, subject: str) -> Maximum:
    """Return the maximum by Newton's steps, halved where they overshoot.

    Raises
    ------
    ConvergenceError
        If there is no maximum after `MOST_STEPS` steps.

    Notes
    -----
    Where a covariate orders the events perfectly the likelihood rises for ever: the gain of a step
    goes to nothing while its length does not. Such columns are returned in ``endless``.
    """
    at = np.zeros(likelihood.sets.design.shape[1])
    hazards = likelihood.hazards(at)
    null, test, start = hazards.log_likelihood, 0.0, at
    for count in range(MOST_STEPS):
        sums = likelihood.mean_sums(hazards)
        information = likelihood.information(hazards, sums)
        score = likelihood.score(hazards)
        variance = _inverse(information)
        step = variance @ score
        gain = float(score @ step)
        if count == 0:
            test, start = gain, np.diag(variance)
        width = float(np.ptp(likelihood.sets.design @ at))
        endless = _endless(at, step, gain, np.diag(variance), start, width)
        longest = float(np.abs(step).max(initial=0.0))
        if longest < STEP_ENOUGH or len(endless):
            # The last step is so short that sums at its start serve as well as those at its end.
            at, hazards = _ahead(likelihood, at, step, hazards)
            return Maximum(at, hazards, sums, information, null, test, endless, count + 1)
        at, hazards = _ahead(likelihood, at, step, hazards)
    raise ConvergenceError(subject, [
        Problem("partial likelihood", f"no maximum after {MOST_STEPS} steps", "one maximum",
                next_step="Take out covariates that few spells vary in.")
    ])  # fmt: skip


def _endless(
    at: Floats, step: Floats, gain: float, variance: Floats, start: Floats, width: float
) -> Whole:
    """Return the columns whose coefficients run away."""
    little = ENDLESS_CREEP if width > ENDLESS_RANGE else ENDLESS_GAIN
    if gain > little and width < ENDLESS_WIDE:
        return np.zeros(0, dtype=np.int64)
    far = (np.abs(step) > ENDLESS_STEP * np.abs(at)) & (variance > ENDLESS_VARIANCE * start)
    return np.flatnonzero(far)


def _inverse(information: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.inv(information))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(information, hermitian=True))


def _ahead(
    likelihood: PartialLikelihood, at: Floats, step: Floats, before: Hazards
) -> tuple[Floats, Hazards]:
    """Take the step, or as much of it as raises the likelihood."""
    slack = 1e-9 * (1.0 + abs(before.log_likelihood))
    for _ in range(30):
        hazards = likelihood.hazards(at + step)
        if hazards.log_likelihood >= before.log_likelihood - slack:
            return at + step, hazards
        step = step / 2
    return at, before
