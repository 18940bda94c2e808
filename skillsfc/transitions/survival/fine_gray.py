"""Fine and Gray's model of the subdistribution hazard, on the kernel of Cox's model.

Spells that end with a competing move stay at risk with a falling weight. The kernel holds them as
rows with a tail, so that nothing is split into many rows as ``finegray`` of R's survival must.

The chance to be in sight (Geskus 2011) is estimated with the spells' weights: in a sample drawn
unequally the population's chance is wanted, and a weight of two is then a row twice. R's
``finegray(weights = )`` estimates it without them, and is biased where weights go with censoring or
entry; on repeated rows it equals the kernel here.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from skillsfc.errors import ParameterError, Problem
from skillsfc.transitions.records import Floats
from skillsfc.transitions.survival.cox import (
    CoxFit,
    finish,
    refuse_no_stayers,
    refuse_still_columns,
)
from skillsfc.transitions.survival.newton import Maximum, maximise
from skillsfc.transitions.survival.partial_likelihood import PartialLikelihood
from skillsfc.transitions.survival.preparation import SUBJECT, HazardData
from skillsfc.transitions.survival.risk_sets import RiskSets, Tail, build_risk_sets
from skillsfc.transitions.survival.sight import Side, Sight, censoring_scores, estimate_sight

FIXED_NOTE = (
    "With delayed entry the weights after a competing move are taken as known in the standard "
    "errors, as in R's survival; without it their own error counts."
)
CURVE_NOTE = "Bands of predicted incidence take the weights after a competing move as known."


def fit_fine_gray(
    data: HazardData, *, ties: str = "efron", together: bool = False, known: bool = False
) -> CoxFit:
    r"""Return Fine and Gray's model of the spells.

    Parameters
    ----------
    data : HazardData
        Spells, with moves elsewhere in ``other``.
    ties : {"efron", "breslow"}
        Treatment of tied events.
    together : bool
        Censoring and moves at one time as in R's cmprsk; see `estimate_sight`.
    known : bool
        Take the weights after a competing move as known in the standard errors, as R's survival
        does, instead of adding their own error, as Fine and Gray (1999) and cmprsk do.
    """
    _refuse_split_spells(data)
    sights = _sights(data, together)
    sets = build_risk_sets(
        data.design.matrix,
        data.entry,
        data.end,
        data.event,
        data.weight,
        data.stratum,
        kept_after=data.other,
    )
    refuse_still_columns(sets, data.design.names)
    sets = replace(sets, tail=_tail(data, sets, sights))
    likelihood = PartialLikelihood(sets, ties)
    refuse_no_stayers(likelihood)
    maximum = maximise(likelihood, SUBJECT)
    late = any(len(sight.entries) for sight in sights)
    estimated = not known and not late and data.other.any()
    more = _censoring_part(data, likelihood, maximum, sights) if estimated else None
    made = finish(likelihood, maximum, data, more, robust=True)
    notes = (FIXED_NOTE,) if late else (CURVE_NOTE,)
    return replace(made, notes=(*made.notes, *notes))


def _refuse_split_spells(data: HazardData) -> None:
    """Refuse a spell in several rows: the end of a row would count as a censoring."""
    if "person" not in data.table.columns:
        return
    key = ["person", "start"] if "start" in data.table.columns else ["person"]
    split = int(data.table.duplicated(key).sum())
    if split:
        raise ParameterError(SUBJECT, [
            Problem("kind", f"'fine_gray' with {split} rows that continue a spell of the same "
                    "person and start", "one row for each spell",
                    next_step="Covariates that change within a spell need kind='cox'.")
        ])  # fmt: skip


def _sights(data: HazardData, together: bool) -> list[Sight]:
    moved = data.event | data.other
    used = data.weight > 0
    return [
        estimate_sight(
            data.entry[rows], data.end[rows], moved[rows], data.weight[rows], together=together
        )
        for rows in (used & (data.stratum == at) for at in range(int(data.stratum.max()) + 1))
    ]


def _tail(data: HazardData, sets: RiskSets, sights: list[Sight]) -> Tail:
    """Return the weights after a competing move."""
    factor = np.zeros(len(sets.order))
    chance = np.ones(len(sets.times))
    kept = data.other[sets.order] & (sets.last < sets.stop[sets.stratum + 1])
    ends = data.end[sets.order]
    for at, sight in enumerate(sights):
        rows = kept & (sets.stratum == at)
        factor[rows] = 1 / sight.before(ends[rows])
        places = slice(sets.stop[at], sets.stop[at + 1])
        chance[places] = sight.before(sets.times[places])
    return Tail(factor, chance)


def _censoring_part(
    data: HazardData, likelihood: PartialLikelihood, maximum: Maximum, sights: list[Sight]
) -> Floats:
    """Return each row's part of the score through the estimated chance of censoring."""
    moved = data.event | data.other
    found = np.zeros((len(data.end), len(data.design.names)))
    for at, sight in enumerate(sights):
        if not len(sight.times):
            continue
        rows = np.flatnonzero((data.stratum == at) & (data.weight > 0))
        slope = _slope(data, likelihood, maximum, sight, at)
        found[rows] = censoring_scores(sight, data.end[rows], moved[rows], data.weight[rows], slope)
    return found


def _slope(
    data: HazardData,
    likelihood: PartialLikelihood,
    maximum: Maximum,
    sight: Sight,
    stratum: int,
) -> Floats:
    """Return the derivative of the score by the hazard of censoring at each of its times.

    A censoring at u lowers the weight after u of every spell with a competing move by u. With
    ``together``, as Fine and Gray (1999) write it: from u on, for moves before u, and to first
    order in the hazard.
    """
    sets, hazards = likelihood.sets, maximum.hazards
    assert sets.tail is not None  # noqa: S101 - told to the type checker
    rows = np.flatnonzero((sets.tail.factor > 0) & (sets.stratum == stratum))
    ends = data.end[sets.order[rows]]  # sorted: the risk sets are
    risk = hazards.risk[rows] * sets.tail.factor[rows]
    side: Side = "left" if sight.together else "right"
    upto = np.searchsorted(ends, sight.times, side=side)
    weighted = _cumulated(sets.design[rows] * risk[:, None])[upto]
    plain = _cumulated(risk[:, None])[upto]
    places = slice(sets.stop[stratum], sets.stop[stratum + 1])
    chance = sets.tail.chance[places, None]
    means = likelihood.mean_hazards(hazards, maximum.sums)[0]
    after = np.searchsorted(sets.times[places], sight.times, side=side)
    rise = _remaining(hazards.step[places, None] * chance)[after]
    rise_means = _remaining(means[places] * chance)[after]
    found = weighted * rise - plain * rise_means
    if sight.together:
        return found
    with np.errstate(all="ignore"):
        found = found / (1 - sight.hazard[:, None])
    return np.where(np.isfinite(found), found, 0.0)


def _cumulated(values: Floats) -> Floats:
    return np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])


def _remaining(values: Floats) -> Floats:
    after = np.cumsum(values[::-1], axis=0)[::-1]
    return np.concatenate([after, np.zeros((1, values.shape[1]))])
