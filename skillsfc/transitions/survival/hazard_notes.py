"""What a reader must know of a fitted hazard model, in plain sentences."""

from __future__ import annotations

from skillsfc.errors import listing
from skillsfc.transitions.survival.fitted import Fitted
from skillsfc.transitions.survival.preparation import HazardData
from skillsfc.transitions.survival.selection import FEW

EVENTS_A_COVARIATE = 10


def hazard_notes(
    data: HazardData, fit: Fitted, *, kind: str, to: tuple[str, ...], distribution: str | None
) -> tuple[str, ...]:
    """Return notes on the data, on what the coefficients mean, and on what is thin."""
    return (*data.notes, *fit.notes, *_meaning(data, kind, to, distribution), *_thin(data, fit))


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
        notes.append(f"Standard errors are robust, by {clusters} clusters.")
        if clusters < FEW:
            notes.append(f"Robust errors of fewer than {FEW} clusters are too small as a rule.")
    return notes


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
