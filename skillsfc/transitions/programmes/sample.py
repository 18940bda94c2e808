"""One group's estimate: its models, its number and error, and how alike the arms are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem
from skillsfc.transitions.programmes.answers import refuse_one_arm
from skillsfc.transitions.programmes.choices import SUBJECT, ProgrammeSettings
from skillsfc.transitions.programmes.comparability import balance_rows, overlap_rows
from skillsfc.transitions.programmes.fits import Fit, logistic_fit, standardised
from skillsfc.transitions.programmes.methods import METHODS, Found, Models, Sample
from skillsfc.transitions.programmes.people import People
from skillsfc.transitions.records import Floats
from skillsfc.transitions.survival.formula import design_matrix
from skillsfc.transitions.survival.identifiable import refuse_degenerate

FEW, TOO_FEW = 30, 10


@dataclass(frozen=True, eq=False, repr=False)
class Part:
    """One group's row of the result, its tables and its notes."""

    row: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    notes: list[str]


def evaluate(sample: Sample, settings: ProgrammeSettings, keys: Mapping[str, Any]) -> Part:
    """Return the estimate of one group.

    Raises
    ------
    TableError, ConvergenceError, CoverageError
        As `estimate_programme_effect` tells; the group is named.
    """
    label = ", ".join(f"{name} {value}" for name, value in keys.items())
    subject = f"{SUBJECT} ({label})" if label else SUBJECT
    refuse_one_arm(sample.people.treated, subject)
    sample, matrix, models, notes = _models(sample, settings, subject)
    people = sample.people
    found = METHODS[settings.method](sample, settings, models)
    fewest = int(min(people.treated.sum(), (~people.treated).sum()))
    if fewest < 2:  # nobody differs from himself
        note = "A single person in one arm: no error can be told."
        found = replace(found, error=np.nan, notes=(*found.notes, note))
    score = None if models.propensity is None else models.propensity.mean
    arms = (people.treated, people.weight, found.own, settings.target)
    balance = balance_rows(matrix, models.names, *arms)
    overlap = overlap_rows(score, *arms)
    tables = {
        "balance": balance,
        "overlap": overlap,
        "diagnostics": _diagnostics(balance, overlap, models.propensity, found),
    }
    said = [f"{label}: {note}" if label else note for note in (*notes, *found.notes)]
    return Part(_row(sample, settings, found), tables, said)


def _models(
    sample: Sample, settings: ProgrammeSettings, subject: str
) -> tuple[Sample, Floats, Models, list[str]]:
    """Return the rows kept, their covariates and the model of who is treated."""
    design = design_matrix(
        sample.people.table, settings.covariates, intercept=True, subject=subject
    )
    if not design.constant:
        step = "Take '-1' out of the formula."
        raise ParameterError(
            subject, [Problem("covariates", "no constant", "a constant", next_step=step)]
        )
    names, matrix, people = design.names, design.matrix, sample.people
    scoreless = settings.distance == "mahalanobis" or settings.adjustment in ("regression", "none")
    if scoreless and settings.trim is None:
        return sample, matrix, Models(_smooth(people, matrix), names, None, subject), []
    models, notes = _scored(people, matrix, names, subject), []
    if settings.trim is not None:
        chance = models.score.mean
        kept = (chance >= settings.trim) & (chance <= 1 - settings.trim)
        if not kept.all():
            notes.append(
                f"{int((~kept).sum())} of {len(kept)} persons are left out: their chance to be "
                f"treated is outside {settings.trim:g} to {1 - settings.trim:g}. The effect is "
                "that of the others."
            )
            sample, matrix = sample.only(kept), matrix[kept]
            refuse_one_arm(sample.people.treated, subject)
            refuse_degenerate(matrix, names, True, subject)
            models = _scored(sample.people, matrix, names, subject)
    return sample, matrix, models, notes


def _smooth(people: People, matrix: Floats) -> Floats:
    return standardised(matrix, people.weight)


def _scored(people: People, matrix: Floats, names: tuple[str, ...], subject: str) -> Models:
    smooth, told = _smooth(people, matrix), people.treated.astype(float)
    fit = logistic_fit(smooth, told, people.weight, names, subject)
    return Models(smooth, names, fit, subject)


def _row(sample: Sample, settings: ProgrammeSettings, found: Found) -> dict[str, Any]:
    people = sample.people
    quantile = people.design.quantile(settings.level)
    arms = (people.treated, ~people.treated)
    level = people.outcome if sample.level is None else sample.level
    rows = np.ones(len(level), dtype=bool) if sample.after is None else sample.after
    naive = [np.average(level[arm & rows], weights=people.weight[arm & rows]) for arm in arms]
    fewest = min(int(arm.sum()) for arm in arms)
    effective = [found.own[arm].sum() ** 2 / (found.own[arm] ** 2).sum() for arm in arms]
    return {
        "outcome": settings.outcome, "method": settings.method, "target": settings.target,
        "estimate": found.effect, "standard_error": found.error, "level": settings.level,
        "lower": found.effect - quantile * found.error,
        "upper": found.effect + quantile * found.error,
        "naive_difference": float(naive[0] - naive[1]),
        "with_programme": found.with_it, "without_programme": found.with_it - found.effect,
        "treated": int(arms[0].sum()), "controls": int(arms[1].sum()),
        "effective_treated": float(effective[0]), "effective_controls": float(effective[1]),
        "reliability": "w" if fewest < TOO_FEW else "u" if fewest < FEW else "",
        "note": "fewer than 30 persons in an arm" if fewest < FEW else "",
    }  # fmt: skip


def _diagnostics(
    balance: pd.DataFrame, overlap: pd.DataFrame, propensity: Fit | None, found: Found
) -> pd.DataFrame:
    def largest(name: str) -> float:
        return float(balance[name].abs().max()) if len(balance) else np.nan

    return pd.DataFrame([{
        "log_likelihood": np.nan if propensity is None else propensity.log_likelihood,
        "largest_difference_before": largest("difference_before"),
        "largest_difference_after": largest("difference_after"),
        "outside_support": float(overlap["outside_support"].max()),
        "largest_weight_share": float(overlap["largest_weight_share"].max()),
        "design_effect": float(overlap["design_effect"].max()),
        "unmatched": found.unmatched,
    }])  # fmt: skip
