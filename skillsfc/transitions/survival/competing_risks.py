"""Cumulative incidence of several kinds of moves on arrays: one matrix step a time, ties exact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.survival.counting import Counts, count_at_risk, padded
from skillsfc.transitions.survival.influence import Influence, cluster_square


@dataclass(frozen=True)
class Incidence:
    """Chance to have made each kind of move, at the end of each distinct time.

    Parameters
    ----------
    counts : Counts
        Times, rows at risk, moves by kind.
    hazard, chance, error : arrays [T, kinds]
        Part of those at risk that makes a move; chance to have made it by then; its standard error
        (missing where no clusters were given, or the kind was not asked for).
    survival : array [T]
        Chance to have made none.
    influence : dict
        Influence of the rows on the chance of each kind asked for.
    """

    counts: Counts
    hazard: Floats
    survival: Floats
    chance: Floats
    error: Floats
    influence: dict[int, Influence]
    cluster: Whole | None = None

    def mean_time(self, kind: int, horizon: float) -> tuple[float, float]:
        """Return the mean time after a move of this kind within a horizon, and its error."""
        lengths = np.diff(np.clip(np.append(self.counts.times, np.inf), 0.0, horizon))
        mean = float((lengths * self.chance[:, kind]).sum())
        if self.cluster is None:
            return mean, float("nan")
        values = self.influence[kind].integral(lengths)
        return mean, float(np.sqrt(cluster_square(values, self.cluster)))


def cumulative_incidence(
    entry: Floats,
    end: Floats,
    cause: Whole,
    weight: Floats | None = None,
    cluster: Whole | None = None,
    *,
    kinds: int,
    wanted: tuple[int, ...] | None = None,
) -> Incidence:
    """Return the cumulative incidence of rows at risk after ``entry`` and up to ``end``.

    Parameters
    ----------
    entry, end : arrays [rows]
        Times; entry < end.
    cause : array of int [rows]
        Kind of move, 0.. to ``kinds - 1``, or -1 where none was seen.
    weight : array [rows], optional
        Weights above 0; None is 1 for everyone.
    cluster : array of int [rows], optional
        Standard errors by the infinitesimal jackknife, summed by cluster. None: no errors.
    kinds : int
        Number of kinds.
    wanted : tuple of int, optional
        Kinds for which errors are computed; default all.

    Examples
    --------
    >>> end = np.array([1, 1, 2, 2, 2, 3, 4, 4, 5, 6.0])
    >>> cause = np.array([1, 2, 0, 1, 2, 1, 2, 2, 0, 1]) - 1
    >>> made = cumulative_incidence(np.zeros(10), end, cause, kinds=2)
    >>> made.chance[-1].round(12).tolist()
    [0.56, 0.44]
    """
    robust = cluster is not None
    counts = count_at_risk(entry, end, cause, weight, kinds=kinds, places=robust)
    hazard = counts.hazards()
    survival: Floats = np.cumprod(1.0 - hazard.sum(axis=1))
    before = np.append(1.0, survival[:-1])
    rise = before[:, None] * hazard
    chance: Floats = np.cumsum(rise, axis=0)
    error = np.full(chance.shape, np.nan)
    influence: dict[int, Influence] = {}
    if cluster is not None:
        shared = _Shared.of(counts, cause, hazard.sum(axis=1))
        for kind in range(kinds) if wanted is None else wanted:
            own = _influence(shared, counts, cause == kind, rise[:, kind], before)
            influence[kind] = own if weight is None else own.weighted(weight)
            error[:, kind] = np.sqrt(influence[kind].squares(cluster))
    return Incidence(counts, hazard, survival, chance, error, influence, cluster)


@dataclass(frozen=True)
class _Shared:
    """What the influence on every kind needs: of each row, and of each time."""

    before: Floats  # sum of h / (Y - D) up to the row's entry
    own: Floats  # what the row's own move and risk take off the logarithm of the survival curve
    met: Floats  # sum of h / (Y - D) before each time
    risk: Floats

    @classmethod
    def of(cls, counts: Counts, cause: Whole, hazard: Floats) -> _Shared:
        risk = np.where(counts.risk > 0, counts.risk, 1.0)
        inverse = 1.0 / np.where(counts.all_gone, np.inf, risk - counts.events.sum(axis=1))
        met = padded(hazard * inverse)
        before = met[counts.first]
        moved = np.where(cause >= 0, inverse[counts.last], 0.0)
        return cls(before, moved - (met[counts.last + 1] - before), met[:-1], risk)


def _influence(
    shared: _Shared, counts: Counts, moved: np.ndarray, rise: Floats, before: Floats
) -> Influence:
    """Return the influence on the chance of one kind.

    With F the chance, A the sum of h / (Y - D) and G the sum of (A(u-) - 1 / Y(u)) dF(u): a row at
    risk since s adds G(t) - G(s) - A(s) (F(t) - F(s)); its own move adds S(e-) / Y(e) at its end e;
    afterwards all later risk is changed by a constant factor.
    """
    chance, bent = padded(rise), padded(rise * (shared.met - 1.0 / shared.risk))
    first, last = counts.first, counts.last
    begin = shared.before * chance[first] - bent[first]
    jump = np.where(moved, before[last] / shared.risk[last], 0.0)
    at_end = begin + bent[last + 1] - shared.before * chance[last + 1] + jump
    during = np.stack([begin, -shared.before, np.ones(len(first))], axis=1)
    after = np.stack(
        [at_end + shared.own * chance[last + 1], -shared.own, np.zeros(len(first))], axis=1
    )
    basis = np.stack([np.ones(len(rise)), chance[1:], bent[1:]], axis=1)
    return Influence(first, last, during, after, basis)
