"""Cox's partial likelihood with tied events, delayed entry, strata and weights, vectorised.

The matrix of second derivatives needs no sum of products over each risk set: such sums, added up
over the times of events, equal one product X'VX with the hazard that each row has met as weight.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.survival.risk_sets import RiskSets, bin_sums

BLOCK = 8192  # rows whose products stay in the processor's cache


@dataclass(frozen=True)
class Steps:
    """Efron's steps: the m tied events of a time leave the risk set one after another.

    Parameters
    ----------
    place : array of int [steps]
        Time of the event.
    gone : array of float [steps]
        Part of the tied events that has left: 0, 1/m, ... (all 0 with Breslow's method).
    weight : array of float [steps]
        Weight of the step: the mean weight of the tied events (Breslow: their sum).
    begin : array of int [times]
        First step of each time.
    """

    place: Whole
    gone: Floats
    weight: Floats
    begin: Whole

    def by_time(self, values: Floats) -> Floats:
        """Return the sum over the steps of each time."""
        if len(self.place) == len(self.begin):
            return values
        return np.asarray(np.add.reduceat(values, self.begin))


def tie_steps(sets: RiskSets, ties: str) -> Steps:
    """Return the steps of Efron's or Breslow's treatment of tied events."""
    count = sets.deaths if ties == "efron" else np.ones_like(sets.deaths)
    begin = np.cumsum(count) - count
    place = np.repeat(np.arange(len(count)), count)
    gone = (np.arange(len(place)) - begin[place]) / count[place]
    return Steps(place, gone, (sets.death_weight / count)[place], begin)


@dataclass(frozen=True)
class Hazards:
    """What one value of the coefficients implies at each time of an event.

    ``step`` = sum of c / phi (the increment of the hazard), ``step_gone`` the same times the part
    gone; ``square, square_gone, square_both`` = sums of c / phi^2 times 1, gone, gone^2.
    """

    risk: Floats
    step: Floats
    step_gone: Floats
    square: Floats
    square_gone: Floats
    square_both: Floats
    log_likelihood: float


@dataclass(frozen=True)
class PartialLikelihood:
    """The partial likelihood of one data set, ready to be evaluated.

    Parameters
    ----------
    sets : RiskSets
        Who is at risk when.
    ties : {"efron", "breslow"}
        Treatment of tied events.
    """

    sets: RiskSets
    ties: str
    steps: Steps = field(init=False)
    late: Whole = field(init=False)
    tailed: Whole = field(init=False)
    tied: Whole = field(init=False)

    def __post_init__(self) -> None:
        sets = self.sets
        events = np.flatnonzero(sets.event)
        many = sets.deaths[sets.last[events] - 1] > 1
        found = {
            "steps": tie_steps(sets, self.ties),
            "late": sets.late,
            "tailed": sets.tailed,
            "tied": events[many] if self.ties == "efron" else events[:0],
        }
        for name, value in found.items():
            object.__setattr__(self, name, value)

    def sums(self, values: Floats) -> tuple[Floats, Floats]:
        """Return sums over the risk set and, where events are tied, over those with an event."""
        total = self.sets.at_risk(values, self.late, self.tailed)
        return total, self._tied_sums(values)

    def _tied_sums(self, values: Floats) -> Floats:
        if not len(self.tied):
            return np.zeros(1)
        places = self.sets.last[self.tied] - 1
        return bin_sums(places, values[self.tied], len(self.sets.times))

    def share_moving(self) -> Floats:
        """Return the part of those at risk that moves at each time of an event, not weighted."""
        at_risk = self.sets.at_risk(np.ones(len(self.sets.weight)), self.late, self.tailed)
        return np.asarray(self.sets.deaths / at_risk)

    def hazards(self, coefficients: Floats) -> Hazards:
        """Return the hazard at each time of an event, and the log-likelihood."""
        sets, steps = self.sets, self.steps
        linear = sets.design @ coefficients
        with np.errstate(over="ignore"):
            risk = sets.weight * np.exp(linear)
        total, tied = self.sums(risk)
        left = total[steps.place]
        if len(self.tied):
            left = left - steps.gone * tied[steps.place]
        with np.errstate(all="ignore"):
            ratio = steps.weight / left
            square = ratio / left
            likelihood = float(
                (sets.weight * linear)[sets.event].sum() - (steps.weight * np.log(left)).sum()
            )
            gone = steps.gone
            parts = (ratio, ratio * gone, square, square * gone, square * gone * gone)
        step, step_gone, single, one_gone, both = (steps.by_time(part) for part in parts)
        return Hazards(risk, step, step_gone, single, one_gone, both, likelihood)

    def rises(self, hazards: Hazards, by: Floats | None = None) -> Floats:
        """Return the hazard that each row has met, times its own risk; ``by`` weighs the times."""
        sets = self.sets
        scale = 1.0 if by is None else by
        met = sets.while_at_risk(hazards.step * scale)
        if len(self.tied):
            place = sets.last[self.tied] - 1
            met[self.tied] -= (hazards.step_gone * scale)[place]
        return hazards.risk * met

    def mean_sums(self, hazards: Hazards) -> tuple[Floats, Floats]:
        """Return the risk-weighted sums of the covariates [times, columns], all and tied."""
        sets = self.sets
        shape = (len(sets.times), sets.design.shape[1])
        total = np.empty(shape, order="F")
        tied = np.zeros(shape, order="F")
        product = np.empty(len(sets.weight))
        for at in range(shape[1]):
            np.multiply(hazards.risk, sets.design[:, at], out=product)
            total[:, at] = sets.at_risk(product, self.late, self.tailed)
            if len(self.tied):
                tied[:, at] = self._tied_sums(product)
        return total, tied

    def information(
        self, hazards: Hazards, sums: tuple[Floats, Floats], by: Floats | None = None
    ) -> Floats:
        """Return minus the second derivatives; ``by`` weighs the times of the events."""
        sets = self.sets
        scale = 1.0 if by is None else by
        total, tied = sums
        met = self.rises(hazards, by)
        found = _products(sets.design, sets.design, met)
        found -= _products(total, total, hazards.square * scale)
        if len(self.tied):
            cross = _products(total, tied, hazards.square_gone * scale)
            found += cross + cross.T
            found -= _products(tied, tied, hazards.square_both * scale)
        return np.asarray((found + found.T) / 2)

    def score(self, hazards: Hazards) -> Floats:
        """Return the first derivatives."""
        sets = self.sets
        return np.asarray(sets.design.T @ (sets.weight * sets.event - self.rises(hazards)))

    def mean_hazards(
        self, hazards: Hazards, sums: tuple[Floats, Floats]
    ) -> tuple[Floats, Floats, Floats]:
        """Return, by time, sums of c xbar / phi, the same times the part gone, and mean xbar."""
        total, tied = sums
        steps = self.steps
        plain = hazards.square[:, None] * total - hazards.square_gone[:, None] * tied
        gone = hazards.square_gone[:, None] * total - hazards.square_both[:, None] * tied
        share = steps.by_time(steps.weight)
        # Sums of Z / phi over the steps, with the weight of a step divided out.
        mean = (hazards.step[:, None] * total - hazards.step_gone[:, None] * tied) / share[:, None]
        return plain, gone, mean

    def row_scores(self, hazards: Hazards, sums: tuple[Floats, Floats]) -> Floats:
        """Return each row's part of the first derivatives, weight included."""
        sets = self.sets
        plain, gone, mean = self.mean_hazards(hazards, sums)
        met = sets.while_at_risk(plain)
        events = np.flatnonzero(sets.event)
        place = sets.last[events] - 1
        if len(self.tied):
            met[self.tied] -= gone[sets.last[self.tied] - 1]
        found = met * hazards.risk[:, None] - sets.design * self.rises(hazards)[:, None]
        found[events] += sets.weight[events, None] * (sets.design[events] - mean[place])
        return np.asarray(found)


def _products(left: Floats, right: Floats, weight: Floats) -> Floats:
    """Return left'W right, block by block so that no second matrix of all rows is made."""
    found = np.zeros((left.shape[1], right.shape[1]))
    for at in range(0, len(weight), BLOCK):
        rows = slice(at, at + BLOCK)
        found += left[rows].T @ (right[rows] * weight[rows, None])
    return found
