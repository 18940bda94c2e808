"""Rates that run without end: found where the search stopped, with the least they can be."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from skillsfc.errors import ConvergenceError
from skillsfc.transitions.multistate.panel_likelihood import Evaluation
from skillsfc.transitions.multistate.panel_model import RateModel
from skillsfc.transitions.multistate.panel_scoring import (
    Bounds,
    Likelihood,
    Optimum,
    maximise,
    observed_information,
)
from skillsfc.transitions.records import Floats, Whole

THIN = 1e-3  # information on a log rate below which its limits are a factor of e^60 apart
BEYOND = 5.0  # in the log of a rate: 150 times as fast
SAME, LOWER = 1e-6, 1e-3  # differences of log-likelihoods that are none, and that are one
FURTHEST = 60  # steps of one in the log of a rate, in which the least it can be is looked for


@dataclass(frozen=True)
class HeldLikelihood:
    """A log-likelihood of some parameters, the others being held.

    Parameters
    ----------
    whole : Likelihood
        Of all parameters.
    free : array of int
        Places of those that may change.
    values : array
        All parameters; where they are free the value is not used.
    """

    whole: Likelihood
    free: Whole
    values: Floats

    @property
    def size(self) -> int:
        """Return the number of parameters that may change."""
        return len(self.free)

    def _all(self, parameters: Floats) -> Floats:
        made = np.broadcast_to(self.values, (*parameters.shape[:-1], len(self.values))).copy()
        made[..., self.free] = parameters
        return made

    def evaluate(self, parameters: Floats, *, scoring: bool = False) -> Evaluation:
        """Return value and gradient, and information if asked for."""
        found = self.whole.evaluate(self._all(parameters), scoring=scoring)
        known = found.information
        part = None if known is None else known[np.ix_(self.free, self.free)]
        return Evaluation(found.value, found.gradient[self.free], part)

    def gradients(self, parameters: Floats) -> Floats:
        """Return gradients at several parameters."""
        return np.asarray(self.whole.gradients(self._all(parameters))[:, self.free])

    def cluster_scores(self, parameters: Floats) -> Floats:
        """Return sums of slopes by cluster."""
        return np.asarray(self.whole.cluster_scores(self._all(parameters))[:, self.free])


def set_endless_aside(likelihood: Likelihood, model: RateModel, found: Optimum) -> Optimum:
    """Return the optimum with rates set aside that may be as large as one likes.

    Where everybody seen in a state has left it by the next visit, the likelihood rises with the
    rate, ever more slowly: the search stops where nothing is left to gain, at no estimate.
    """
    here, away = found.parameters.copy(), found.ran_away.copy()
    for number in np.unique(model.slot[:, 0][model.slot[:, 0] >= 0]):
        if away[number] or found.information[number, number] >= THIN:
            continue
        ahead, behind = here.copy(), here.copy()
        ahead[number] += BEYOND
        behind[number] -= BEYOND
        values = [likelihood.evaluate(place).value for place in (ahead, behind)]
        if values[0] >= found.value - SAME and values[1] < found.value - LOWER:
            here, away[number] = ahead, 1
            # Nothing tells either how such a rate depends on covariates.
            of_others = model.slot[model.slot[:, 0] != number]
            own = np.setdiff1d(model.slot[model.slot[:, 0] == number], of_others)
            away[own[own >= 0]] = 1
    if (away == found.ran_away).all():
        return found
    now = likelihood.evaluate(here)
    whole = observed_information(likelihood, here, away == 0)
    return replace(found, parameters=here, gradient=now.gradient, value=now.value,
                   information=whole, ran_away=away)  # fmt: skip


def least_logs(
    likelihood: Likelihood, model: RateModel, found: Optimum, bounds: Bounds, level: float
) -> Floats:
    r"""Return one-sided lower bounds of the logs of endless rates; NaN for other parameters.

    Notes
    -----
    The bound is where the likelihood, the other rates being as likely as they can be beside it, is
    :math:`1 - level` of the largest: with n persons of whom all have left after a time t, the rate
    at which :math:`(1 - e^{-qt})^n = 1 - level`.
    """
    made = np.full(len(found.parameters), np.nan)
    for number in np.unique(model.slot[:, 0][model.slot[:, 0] >= 0]):
        if found.ran_away[number] > 0:
            made[number] = _least(likelihood, found, bounds, int(number), level)
    return made


def _least(
    likelihood: Likelihood, found: Optimum, bounds: Bounds, number: int, level: float
) -> float:
    from scipy.optimize import brentq

    free = np.nonzero(found.ran_away == 0)[0]
    part = Bounds(bounds.lowest[free], bounds.highest[free], bounds.floor[free],
                  [bounds.names[at] for at in free])  # fmt: skip
    near = found.parameters.copy()

    def above(value: float) -> float:
        near[number] = value
        held = HeldLikelihood(likelihood, free, near)
        if len(free):
            near[free] = maximise(held, near[free], part).parameters
        value_there = likelihood.evaluate(near).value
        return value_there - found.value - float(np.log(1 - level))

    high = float(found.parameters[number])
    try:
        for low in high - np.arange(1.0, FURTHEST):
            if above(low) < 0:
                return float(brentq(above, low, low + 1, xtol=1e-6))
    except ConvergenceError:  # no bound is known
        return np.nan
    return np.nan
