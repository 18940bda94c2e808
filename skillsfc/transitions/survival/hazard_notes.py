"""What a reader must know of a fitted hazard model, in plain sentences."""

from __future__ import annotations

import numpy as np

from skillsfc.errors import listing
from skillsfc.transitions.survival.cox import CoxFit
from skillsfc.transitions.survival.fitted import Fitted
from skillsfc.transitions.survival.preparation import HazardData
from skillsfc.transitions.survival.selection import FEW

EVENTS_A_COVARIATE = 10
MANY_TIES = 0.2  # part of those at risk that moves at a time, over the moves


def hazard_notes(
    data: HazardData, fit: Fitted, *, kind: str, to: tuple[str, ...], distribution: str | None
) -> tuple[str, ...]:
    """Return notes on the data, on what the coefficients mean, and on what is thin."""
    return (
        *data.notes,
        *fit.notes,
        *_meaning(data, kind, to, distribution),
        *_tied(fit),
        *_thin(data, fit),
    )


def _meaning(
    data: HazardData, kind: str, to: tuple[str, ...], distribution: str | None
) -> list[str]:
    notes = []
    others = [name for name in data.kinds if name not in to]
    if kind == "fine_gray":
        notes.append(
            "Ratios are of subdistribution hazards: they order incidences, and mix the effect on "
            "the move itself with that on competing moves."
            if data.other.any()
            else "No competing move was seen: the model is Cox's, with robust errors."
        )
    elif others and data.other.any():
        notes.append(
            f"{int(data.other.sum())} moves elsewhere ({listing(others)}) are censored: ratios are "
            "of cause-specific hazards, which alone do not give the share that ever moves."
        )
    if kind == "aft":
        notes.append("Ratios are of times: above 1 the move comes later.")
    if distribution in ("weibull", "exponential"):
        notes.append("The hazard ratio of a term is exp(-estimate / exp(log_scale)).")
    if data.robust or kind == "fine_gray":
        clusters = int(data.cluster.max()) + 1
        if clusters > 1:
            notes.append(f"Standard errors are robust, by {clusters} clusters.")
        if 1 < clusters < FEW:
            notes.append(f"Robust errors of fewer than {FEW} clusters are too small as a rule.")
    return notes


def _tied(fit: Fitted) -> list[str]:
    if not isinstance(fit, CoxFit):
        return []
    moves = fit.likelihood.sets.deaths
    share = float(np.average(fit.likelihood.share_moving(), weights=moves))
    if share <= MANY_TIES or moves.sum() <= 2 * len(moves):
        return []
    times = "one time" if len(moves) == 1 else f"{len(moves)} times"
    return [
        f"All moves fall on {times}, and {share:.0%} of those at risk move at one: ratios lean "
        "towards 1. kind='discrete' is made for coarse times."
    ]


def _thin(data: HazardData, fit: Fitted) -> list[str]:
    notes = []
    events, terms = int(data.event.sum()), max(len(data.design.names), 1)
    if events < EVENTS_A_COVARIATE * terms:
        notes.append(
            f"{events} events for {terms} coefficients, fewer than {EVENTS_A_COVARIATE} each: "
            "estimates lean away from 0 and intervals are too narrow."
        )
    if data.persons < FEW:
        notes.append(f"Only {data.persons} persons: the figures are unreliable.")
    return notes
