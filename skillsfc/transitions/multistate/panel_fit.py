"""A fitted panel model inside: estimates, covariance, and errors of what is made from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from skillsfc.transitions.multistate.generator import generators_of
from skillsfc.transitions.multistate.hidden import HiddenPanel
from skillsfc.transitions.multistate.panel_likelihood import ObservedPanel
from skillsfc.transitions.multistate.panel_model import RateModel
from skillsfc.transitions.multistate.panel_moves import reachable
from skillsfc.transitions.multistate.panel_rates import Covariates
from skillsfc.transitions.multistate.panel_reading import Columns, Visits
from skillsfc.transitions.multistate.panel_scoring import FLAT, Optimum
from skillsfc.transitions.records import Flags, Floats

SHIFT = 1e-5  # step of differences of results in parameters
EDGE = 1e-12  # part of the whole that is rounding
TOLD = 1e-4  # part of a result's slope along directions nothing tells of that may be rounding


@dataclass(frozen=True)
class PanelFit:
    """Estimates of a panel model.

    Parameters
    ----------
    model : RateModel
        Rates.
    likelihood : ObservedPanel or HiddenPanel
        What was maximised.
    optimum : Optimum
        Where it is largest.
    covariance : array [parameters, parameters]
        Of the estimates; 0 for those set aside.
    untold : array [parameters, k]
        Directions in which the likelihood is flat, parameters being measured in ``scale``.
    scale : array [parameters]
        Square root of the curvature in each parameter alone.
    least : array [parameters]
        One-sided lower bounds of the logs of rates that run without end; NaN for others.
    covariates : Covariates
        Columns of the design.
    visits : Visits
        What was seen.
    columns : Columns
        Names of the panel's columns.
    level : float
        Coverage of intervals.
    unit : str
        Unit of time.
    """

    model: RateModel
    likelihood: ObservedPanel | HiddenPanel
    optimum: Optimum
    covariance: Floats
    untold: Floats
    scale: Floats
    least: Floats
    covariates: Covariates
    visits: Visits
    columns: Columns
    level: float
    unit: str

    @property
    def parameters(self) -> Floats:
        """Return the estimates."""
        return self.optimum.parameters

    @cached_property
    def quantile(self) -> float:
        """Return the normal quantile of the intervals."""
        from statistics import NormalDist

        return NormalDist().inv_cdf(0.5 + self.level / 2)

    def design(self, values: Any) -> Floats:
        """Return the design row of one kind of person [1, columns]."""
        row = self.covariates.row(values, self.model.centre)
        return self.model.standard(row[None, :])

    def rates(self, parameters: Floats, design: Floats) -> Floats:
        """Return the rates of one kind of person; those that ran to 0 are 0."""
        made = self.model.rates(parameters[: self.model.size], design)[0]
        return np.where(self.at_zero, 0.0, made)

    @cached_property
    def at_zero(self) -> Flags:
        """Return which rates ran to 0."""
        return self._away() < 0

    @cached_property
    def endless(self) -> Flags:
        """Return which rates ran without end."""
        return self._away() > 0

    def _away(self) -> Floats:
        baseline = self.model.slot[:, 0]
        return np.where(baseline >= 0, self.optimum.ran_away[baseline], 0.0)

    @cached_property
    def left_at_once(self) -> Flags:
        """Return the states left by a rate that ran without end."""
        made = np.zeros(len(self.model.states), dtype=bool)
        made[self.model.source[self.endless]] = True
        return made

    @cached_property
    def living(self) -> Flags:
        """Return which states can be reached from which by rates that did not run to 0."""
        allowed, dead = self.model.allowed.copy(), self.at_zero
        allowed[self.model.source[dead], self.model.target[dead]] = False
        return reachable(allowed)

    @cached_property
    def unseen(self) -> Flags:
        """Return the states in which nobody was seen, nor can have been by rates above 0."""
        size = len(self.model.states)
        code = self.visits.code
        met = np.bincount(code[code < size], minlength=size) > 0
        if isinstance(self.likelihood, HiddenPanel):  # a state may be met by another name
            return np.zeros(size, dtype=bool)
        return np.asarray(~met & ~self.living[met].any(axis=0))

    @cached_property
    def least_rates(self) -> Floats:
        """Return one-sided lower bounds of rates that run without end; NaN for all others."""
        model = self.model
        baseline = np.where(self.endless, model.slot[:, 0], 0)
        alone = (model.slot[:, 1:] < 0).all(axis=1) & ~model.constant[:, 1:].any(axis=1)
        return np.where(self.endless & alone, np.exp(self.least[baseline]), np.nan)

    def unlimited(self, value: Floats, whole: float = np.inf) -> Flags:
        """Return which results [..., from, to] have no limits, though the model leaves them open.

        Those that rest on a rate without end, and those at their edge, 0 or the ``whole``: there
        the delta method says nothing.
        """
        open_ = reachable(self.model.allowed) & ~self.model.absorbing[:, None]
        endless = (self.living @ self.left_at_once)[:, None]
        return np.asarray(open_ & (endless | (value <= 0) | (value >= whole * (1 - EDGE))))

    def generator(self, parameters: Floats, design: Floats) -> Floats:
        """Return the generator of one kind of person [states, states]."""
        model = self.model
        rates = self.rates(parameters, design)[None, :]
        made = generators_of(rates, model.source, model.target, len(model.states))
        return np.asarray(made[0])

    def errors(self, slopes: Floats) -> Floats:
        """Return standard errors of results with slopes [results, parameters] in the estimates.

        NaN where a result moves along a direction that nothing in the data tells of.
        """
        variance = np.einsum("np,pq,nq->n", slopes, self.covariance, slopes)
        made = np.sqrt(np.maximum(variance, 0.0))
        if self.untold.shape[1]:
            # Beside what is known of each parameter: a rate near 0 may move by far along a flat
            # direction, and take with it one that seems well known where the search stopped.
            known = slopes / self.scale
            along = np.abs(known @ self.untold).max(axis=1)
            made[along > TOLD * np.maximum(np.linalg.norm(known, axis=1), 1e-300)] = np.nan
        return np.asarray(made)

    def delta(self, function: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
        """Return a function of the parameters at the estimates, and its standard errors."""
        here = np.asarray(function(self.parameters))
        slopes = np.zeros((here.size, len(self.parameters)))
        for at in np.nonzero(self.optimum.ran_away == 0)[0]:
            shift = np.zeros(len(self.parameters))
            shift[at] = SHIFT
            ahead, behind = function(self.parameters + shift), function(self.parameters - shift)
            slopes[:, at] = (np.asarray(ahead) - np.asarray(behind)).ravel() / (2 * SHIFT)
        return here, self.errors(slopes).reshape(here.shape)

    def bounds(self, value: Floats, error: Floats, scale: str) -> dict[str, Any]:
        r"""Return the columns ``standard_error, level, lower, upper`` of estimates.

        Notes
        -----
        On the scale ``"log"`` the interval of x is :math:`x e^{\pm z s / x}`; on ``"logit"`` it is
        symmetric in :math:`\log(x / (1 - x))`, so that it stays within 0 and 1. What is certain,
        with an error of 0, has limits at itself; where the error is missing, they are too.
        """
        inside = (value > 0) & ((value < 1) | (scale == "log"))
        safe = np.where(inside, value, 0.5)
        if scale == "log":
            reach = np.exp(np.minimum(self.quantile * error / safe, 700.0))
            lower, upper = safe / reach, safe * reach
        else:
            reach = np.exp(np.minimum(self.quantile * error / (safe * (1 - safe)), 700.0))
            odds = safe / (1 - safe)
            lower, upper = odds / reach / (1 + odds / reach), odds * reach / (1 + odds * reach)
        return {
            "standard_error": error,
            "level": np.full(len(value), self.level),
            "lower": np.where(inside | np.isnan(error), lower, value),
            "upper": np.where(inside | np.isnan(error), upper, value),
        }


def invert_information(information: Floats, active: Flags) -> tuple[Floats, Floats, Floats, float]:
    """Return the covariance, flat directions and their scale, and the least curvature.

    The least curvature is told beside the largest.

    Parameters
    ----------
    information : array [parameters, parameters]
        Minus second derivatives.
    active : array of bool
        Parameters that were not set aside.

    Examples
    --------
    >>> cov, flat, _, least = invert_information(np.diag([4.0, 0.0]), np.array([True, True]))
    >>> cov.tolist(), flat.ravel().tolist(), least
    ([[0.25, 0.0], [0.0, 0.0]], [0.0, 1.0], 0.0)
    """
    size = len(information)
    covariance, index = np.zeros((size, size)), np.nonzero(active)[0]
    if not len(index):
        return covariance, np.zeros((size, 0)), np.ones(size), 1.0
    part = information[np.ix_(index, index)]
    scale = np.sqrt(np.maximum(np.diagonal(part), 1e-12))
    values, vectors = np.linalg.eigh(part / scale[:, None] / scale)
    told = values > 10 * FLAT
    kept = vectors[:, told] / np.where(told, values, 1.0)[told]
    inverse = kept @ vectors[:, told].T
    covariance[np.ix_(index, index)] = inverse / scale[:, None] / scale
    untold = np.zeros((size, int((~told).sum())))
    untold[index] = vectors[:, ~told]
    every = np.ones(size)
    every[index] = scale
    return covariance, untold, every, float(values.min() / values.max())
