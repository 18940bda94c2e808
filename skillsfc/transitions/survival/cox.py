"""Cox's proportional hazards: own kernel, because no package of Python has all that surveys need.

Compared with R's ``coxph`` on its lung data: ``PHReg`` of statsmodels 0.15 takes no weights, counts
a row as at risk at the very time of its entry (an estimate is off by 0.2 %), and with Efron's ties
its clustered errors remain those of Breslow's. lifelines 0.30 has R's coefficients, but other
clustered errors where events tie (2.8 % with weights, strata and delayed entry). The kernel here
equals R to 1e-8 with all of these together, and is faster than both (``benchmarks/cox.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skillsfc.errors import CoverageError, Problem, TableError, listing
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.survival.fitted import (
    ONE_CLUSTER,
    Fitted,
    endless_notes,
    sum_by,
    thin_times,
)
from skillsfc.transitions.survival.identifiable import refuse_degenerate
from skillsfc.transitions.survival.newton import Maximum, maximise
from skillsfc.transitions.survival.partial_likelihood import PartialLikelihood
from skillsfc.transitions.survival.preparation import SUBJECT, HazardData
from skillsfc.transitions.survival.risk_sets import RiskSets, build_risk_sets

NOTHING = 1e-12  # a robust variance below this part of the model's is rounding


@dataclass(frozen=True, eq=False, repr=False)
class CoxFit(Fitted):
    """A maximum of the partial likelihood, with what curves and tests need.

    Parameters
    ----------
    likelihood : PartialLikelihood
        The data.
    maximum : Maximum
        Where it is largest, in standardised units.
    influence : array [clusters, columns] or None
        Change of the standardised coefficients by each cluster; None with errors of the model.
    cluster : array of int [rows of the risk sets]
        Number of the cluster.
    """

    likelihood: PartialLikelihood
    maximum: Maximum
    influence: Floats | None
    cluster: Whole

    def default_times(self) -> Floats:
        """Return the times of events."""
        return thin_times(self.likelihood.sets.times)

    def curves(self, matrix: Floats, stratum: Whole, times: Floats) -> tuple[Floats, Floats]:
        """Return cumulative hazards [rows, times] and the standard errors of their logarithms."""
        sets = self.likelihood.sets
        hazards = np.zeros((len(matrix), len(times)))
        errors = np.zeros_like(hazards)
        for own in np.unique(stratum):
            rows = np.flatnonzero(stratum == own)
            low, high = sets.stop[own], sets.stop[own + 1]
            until = low + np.searchsorted(sets.times[low:high], times, side="right")
            standard = (matrix[rows] - sets.centre[own]) / sets.scale
            hazards[rows], errors[rows] = self._stratum_curves(standard, int(low), until)
        return hazards, errors

    def _stratum_curves(self, rows: Floats, low: int, until: Whole) -> tuple[Floats, Floats]:
        found, sums = self.maximum.hazards, self.maximum.sums
        plain = self.likelihood.mean_hazards(found, sums)[0]
        base = _until(found.step, low, until)
        means = _until(plain, low, until)
        # derivative of the logarithm of the cumulative hazard, times the baseline
        slope = rows[:, None, :] * base[None, :, None] - means[None, :, :]
        if self.influence is None:
            own = _until(found.square, low, until)
            spread = np.linalg.inv(self.maximum.information) if rows.shape[1] else np.zeros((0, 0))
            mixed = np.zeros((rows.shape[1], len(until)))
        else:
            own, mixed = self._direct(low, until)
            spread = self.influence.T @ self.influence
        variance = own + np.einsum("rtp,pq,rtq->rt", slope, spread, slope)
        variance += 2 * np.einsum("rtp,pt->rt", slope, mixed)
        with np.errstate(all="ignore"):
            error = np.where(base > 0, np.sqrt(np.maximum(variance, 0)) / base, 0.0)
            risk = np.exp(rows @ self.maximum.coefficients)
        return risk[:, None] * base, error

    def _direct(self, low: int, until: Whole) -> tuple[Floats, Floats]:
        """Return the variance of the baseline at fixed coefficients, and its covariance with them.

        One time after another: the influence of each row on the sum of hazard up to it.
        """
        sets, found = self.likelihood.sets, self.maximum.hazards
        assert self.influence is not None  # noqa: S101 - told to the type checker
        size = len(self.influence)
        own = np.zeros(len(until))
        mixed = np.zeros((self.influence.shape[1], len(until)))
        place = np.where(sets.event, sets.last - 1, -1)
        rise = found.step / sets.death_weight
        for at, stop in enumerate(until):
            within = (np.arange(len(sets.times)) >= low) & (np.arange(len(sets.times)) < stop)
            rows = -found.risk * sets.while_at_risk(found.square * within)
            seen = np.flatnonzero((place >= low) & (place < stop))
            rows[seen] += sets.weight[seen] * rise[place[seen]]
            if self.likelihood.ties == "efron":
                rows[seen] += found.risk[seen] * found.square_gone[place[seen]]
            by_cluster = np.bincount(self.cluster, rows, size)
            own[at] = (by_cluster**2).sum()
            mixed[:, at] = self.influence.T @ by_cluster
        return own, mixed


def _until(values: Floats, low: int, until: Whole) -> Floats:
    total = np.zeros((len(values) - low + 1, *values.shape[1:]))
    np.cumsum(values[low:], axis=0, out=total[1:])
    return np.asarray(total[until - low])


def fit_cox(data: HazardData, *, ties: str = "efron") -> CoxFit:
    """Return Cox's model of the spells.

    Parameters
    ----------
    data : HazardData
        Spells and covariates.
    ties : {"efron", "breslow"}
        Treatment of tied events.
    """
    sets = build_risk_sets(
        data.design.matrix, data.entry, data.end, data.event, data.weight, data.stratum
    )
    likelihood = PartialLikelihood(sets, ties)
    refuse_still_columns(sets, data.design.names)
    refuse_no_stayers(likelihood)
    return finish(likelihood, maximise(likelihood, SUBJECT), data)


def refuse_still_columns(sets: RiskSets, names: tuple[str, ...]) -> None:
    """Refuse covariates that do not vary among the rows at risk together."""
    still = [name for name, size in zip(names, sets.scale, strict=True) if size == 0]
    if not still:
        refuse_degenerate(sets.design, names, True, SUBJECT)
        return
    within = " in any stratum" if len(sets.stop) > 2 else ""
    raise TableError(SUBJECT, [
        Problem(f"covariate '{name}'", f"the same{within} in every row at risk at an event",
                "a column that varies", next_step="Take it out of the formula.")
        for name in still
    ])  # fmt: skip


def refuse_no_stayers(likelihood: PartialLikelihood) -> None:
    """Refuse data in which everyone at risk moves at each time of a move: nobody was sooner."""
    sets = likelihood.sets
    if not sets.design.shape[1] or likelihood.share_moving().min() < 1 - 1e-9:
        return
    when = "the one time" if len(sets.times) == 1 else f"each of the {len(sets.times)} times"
    found = f"all at risk move at {when} with a move"
    step = (
        "Nothing tells who moves sooner. Use times in finer steps, or keep those in the data who "
        "have not moved."
    )
    raise CoverageError(SUBJECT, [Problem("moves", found, "some who stay", next_step=step)])


def _cancelled_notes(unknown: list[str], data: HazardData) -> tuple[str, ...]:
    if not unknown:
        return ()
    count = int(data.cluster.max()) + 1
    if count == 1:
        return (ONE_CLUSTER,)
    why = f"what the {count} clusters add cancels out"
    return (f"No standard error can be told for {listing(unknown)}: {why}.",)


def finish(
    likelihood: PartialLikelihood,
    maximum: Maximum,
    data: HazardData,
    more_scores: Floats | None = None,
    robust: bool | None = None,
) -> CoxFit:
    """Return the fit in the units of the covariates, with its covariance.

    ``more_scores`` [rows of the data, columns] is added to the rows' parts of the score.
    """
    sets = likelihood.sets
    inverse = np.linalg.pinv(maximum.information, hermitian=True)
    covariance, influence = inverse, None
    if data.robust if robust is None else robust:
        scores = likelihood.row_scores(maximum.hazards, maximum.sums)
        size = int(data.cluster.max()) + 1
        total = sum_by(data.cluster[sets.order], scores, size)
        if more_scores is not None:
            total = total + sum_by(data.cluster, more_scores, size)
        influence = total @ inverse
        covariance = influence.T @ influence
    names = data.design.names
    with np.errstate(all="ignore"):
        cancelled = np.diag(covariance) < NOTHING * np.diag(inverse)
    covariance = np.where(cancelled[:, None] | cancelled, np.nan, covariance)
    if influence is not None:
        influence = np.where(cancelled, np.nan, influence)
    unknown = [name for name, gone in zip(names, cancelled, strict=True) if gone]
    endless = tuple(names[at] for at in maximum.endless)
    return CoxFit(
        names,
        maximum.coefficients / sets.scale,
        covariance / np.outer(sets.scale, sets.scale),
        maximum.hazards.log_likelihood,
        maximum.null_log_likelihood,
        endless,
        (*endless_notes(endless), *_cancelled_notes(unknown, data)),
        likelihood,
        maximum,
        influence,
        data.cluster[sets.order],
    )
