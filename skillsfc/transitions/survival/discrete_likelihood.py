"""Likelihood of discrete-time hazards on patterns by periods: value, score, information.

Covariates do not change within a spell, so that the linear predictor of a pattern in a period is
the pattern's part plus the period's. Score and information then need sums over periods or over
patterns only, and never a row for each person and period.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skillsfc.transitions.records import Flags, Floats
from skillsfc.transitions.survival.periods import CELLS, Block, Periods

LINKS = ("logit", "cloglog", "multinomial")


@dataclass(frozen=True)
class State:
    """The likelihood at some coefficients: its logarithm, the score and the information."""

    value: float
    score: Floats
    information: Floats


@dataclass(frozen=True, eq=False)
class DiscreteLikelihood:
    """Patterns by periods, and the columns of the baseline.

    Parameters
    ----------
    periods : Periods
        Who is at risk when, and who moves.
    baseline : array [periods, columns]
        Columns of time.
    link : {"logit", "cloglog", "multinomial"}
        Logit and multinomial are the same for one kind of moves.
    closed : array of bool [periods, kinds]
        Cells in which nobody moves and that have a coefficient of their own: hazard 0.
    """

    periods: Periods
    baseline: Floats
    link: str
    closed: Flags

    @property
    def width(self) -> int:
        """Return the number of coefficients of a kind of moves."""
        return int(self.baseline.shape[1] + self.periods.matrix.shape[1])

    def predictor(self, coefficients: Floats, matrix: Floats) -> Floats:
        """Return the linear predictor [patterns, periods, kinds]."""
        table = coefficients.reshape(self.periods.kinds, self.width)
        first = self.baseline.shape[1]
        by_time = self.baseline @ table[:, :first].T
        by_pattern = matrix @ table[:, first:].T
        found = by_pattern[:, None, :] + by_time[None]
        return np.where(self.closed[None], -np.inf, found) if self.closed.any() else found

    def hazards(self, coefficients: Floats, matrix: Floats) -> Floats:
        """Return chances to move in a period for those at risk [patterns, periods, kinds]."""
        return self._chances(self.predictor(coefficients, matrix))[0]

    def _chances(self, eta: Floats) -> tuple[Floats, Floats]:
        """Return hazards and the logarithm of the chance to stay [patterns, periods]."""
        if self.link == "cloglog":
            rate = np.exp(np.minimum(eta, 700.0))
            return -np.expm1(-rate), -rate[..., 0]
        if eta.shape[2] == 1:
            stay = -np.logaddexp(0.0, eta[..., 0])
            return np.exp(eta + stay[..., None]), stay
        top = np.maximum(eta.max(axis=2), 0.0)
        stay = -top - np.log(np.exp(-top) + np.exp(eta - top[..., None]).sum(axis=2))
        return np.exp(eta + stay[..., None]), stay

    def state(self, coefficients: Floats) -> State:
        """Return value, score and information (of Fisher, which is the observed one for logits)."""
        size = self.periods.kinds * self.width
        value, score, information = 0.0, np.zeros(size), np.zeros((size, size))
        for block in self.periods.blocks():
            eta = self.predictor(coefficients, block.matrix)
            hazard, stay = self._chances(eta)
            moved = np.log(hazard, where=block.moves > 0, out=np.zeros_like(hazard))
            stayed = block.risk - block.moves.sum(axis=2)
            value += float((block.moves * moved).sum() + (stayed * _finite(stay, stayed)).sum())
            slope, weights = self._derivatives(eta, hazard, block)
            score += self._gather(block.matrix, slope)
            self._add_information(information, block.matrix, weights)
        return State(value, score, information)

    def _derivatives(
        self, eta: Floats, hazard: Floats, block: Block
    ) -> tuple[Floats, dict[tuple[int, int], Floats]]:
        """Return the slope by the predictor, and the information about it for pairs of kinds."""
        risk = block.risk
        if self.link == "cloglog":
            rate = np.exp(np.minimum(eta, 700.0))
            odds = _ratio(rate * np.exp(-rate), hazard)
            slope = block.moves * odds - (risk[..., None] - block.moves) * rate
            return slope, {(0, 0): risk * (rate * odds)[..., 0]}
        slope = block.moves - risk[..., None] * hazard
        kinds = range(hazard.shape[2])
        weights = {
            (j, k): risk * hazard[..., j] * (float(j == k) - hazard[..., k])
            for j in kinds
            for k in kinds
            if k >= j
        }
        return slope, weights

    def _gather(self, matrix: Floats, slope: Floats) -> Floats:
        """Return the sum of slope [patterns, periods, kinds] times the columns, by coefficient."""
        by_time = slope.sum(axis=0).T @ self.baseline
        by_pattern = slope.sum(axis=1).T @ matrix
        return np.asarray(np.concatenate([by_time, by_pattern], axis=1).reshape(-1))

    def _add_information(
        self, total: Floats, matrix: Floats, weights: dict[tuple[int, int], Floats]
    ) -> None:
        first, width = self.baseline.shape[1], self.width
        for (j, k), weight in weights.items():
            part = np.empty((width, width))
            part[:first, :first] = (self.baseline.T * weight.sum(axis=0)) @ self.baseline
            part[first:, :first] = matrix.T @ (weight @ self.baseline)
            part[:first, first:] = part[first:, :first].T
            part[first:, first:] = (matrix.T * weight.sum(axis=1)) @ matrix
            total[j * width : (j + 1) * width, k * width : (k + 1) * width] += part
            if j != k:
                total[k * width : (k + 1) * width, j * width : (j + 1) * width] += part

    def firth_slope(self, coefficients: Floats, inverse: Floats) -> Floats:
        """Return the slope of half the log determinant of the information (one kind, logit)."""
        first, total = self.baseline.shape[1], np.zeros(self.width)
        inner = np.einsum("tp,pq,tq->t", self.baseline, inverse[:first, :first], self.baseline)
        for block in self.periods.blocks():
            hazard = self._chances(self.predictor(coefficients, block.matrix))[0][..., 0]
            x = block.matrix
            leverage = inner[None] + 2 * x @ inverse[first:, :first] @ self.baseline.T
            leverage += np.einsum("rp,pq,rq->r", x, inverse[first:, first:], x)[:, None]
            slope = block.risk * hazard * (1 - hazard) * leverage * (0.5 - hazard)
            total += self._gather(x, slope[..., None])
        return total

    def cluster_scores(self, coefficients: Floats, cluster: np.ndarray) -> Floats:
        """Return weighted scores summed by cluster [clusters, coefficients]."""
        periods = self.periods
        total = np.zeros((int(cluster.max()) + 1, periods.kinds * self.width))
        size = max(1, CELLS // (periods.number * max(periods.kinds, 1)))
        time = np.arange(periods.number)
        for low in range(0, len(cluster), size):
            rows = slice(low, low + size)
            matrix = periods.matrix[periods.pattern[rows]]
            eta = self.predictor(coefficients, matrix)
            hazard, _ = self._chances(eta)
            first, last = periods.first[rows, None], periods.last[rows, None]
            risk = ((time >= first) & (time <= last)) * periods.weight[rows, None]
            moves = np.zeros_like(hazard)
            at = np.flatnonzero(periods.cause[rows] >= 0)
            moves[at, last[at, 0], periods.cause[rows][at]] = periods.weight[rows][at]
            slope, _ = self._derivatives(eta, hazard, Block(matrix, risk, moves))
            by_time = np.einsum("rtj,tp->rjp", slope, self.baseline, optimize=True)
            by_column = slope.sum(axis=1)[:, :, None] * matrix[:, None, :]
            scores = np.concatenate([by_time, by_column], axis=2).reshape(len(matrix), -1)
            np.add.at(total, cluster[rows], scores)
        return total


def _finite(logarithm: Floats, weight: Floats) -> Floats:
    """Return logarithms, 0 where nobody is concerned."""
    return np.where(weight > 0, np.maximum(logarithm, -1e300), 0.0)


def _ratio(above: Floats, below: Floats) -> Floats:
    """Return a ratio that is 1 where both vanish: (1 - p) rate / p at rate 0."""
    return np.divide(above, below, out=np.ones_like(above), where=below > 0)
