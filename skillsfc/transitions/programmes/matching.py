"""Matching with replacement: each person beside the nearest ones of the other arm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, Problem
from skillsfc.transitions.programmes.choices import SUBJECT, ProgrammeSettings
from skillsfc.transitions.programmes.fits import Fit, linear_fit
from skillsfc.transitions.programmes.neighbours import find_neighbours
from skillsfc.transitions.programmes.people import People
from skillsfc.transitions.records import Flags, Floats, Whole


@dataclass(frozen=True, eq=False, repr=False)
class Matched:
    """Persons, their stand-ins and what these say.

    Parameters
    ----------
    effect : float
        Mean difference over the targets.
    with_it, without : float
        Mean outcomes of the targets with and without the programme.
    own : array [rows]
        Weight of each row as a target (0 where it is none, or found nobody).
    stands : array [rows]
        Weight of each row as a stand-in for others.
    stands_squared : array [rows]
        Sum of squares of its parts.
    gaps : array [rows]
        Difference of each target, treated less not.
    models : dict of bool to Fit
        Outcome models of the arms that stand in, fitted to those who do (bias adjustment only).
    unmatched : int
        Targets that found nobody.
    """

    effect: float
    with_it: float
    without: float
    own: Floats
    stands: Floats
    stands_squared: Floats
    gaps: Floats
    models: dict[bool, Fit]
    unmatched: int


def coordinates(
    matrix: Floats, treated: Flags, weight: Floats, propensity: Fit | None, distance: str
) -> Floats:
    """Return the coordinates in which persons are near: a score, or all covariates.

    A score is in standard deviations within arms; covariates are turned and scaled so that their
    covariance within arms is 1 (Mahalanobis).
    """
    if distance == "mahalanobis":
        columns = matrix[:, 1:] if (matrix[:, 0] == 1).all() else matrix
    else:
        assert propensity is not None  # noqa: S101 - told to the type checker
        score = propensity.mean
        columns = (score if distance == "propensity" else np.log(score / (1 - score)))[:, None]
    inner = columns.astype(float).copy()
    for arm in (treated, ~treated):
        inner[arm] -= np.average(inner[arm], axis=0, weights=weight[arm])
    share = weight / weight.sum()
    # One degree of freedom an arm: the share of its largest weights, whatever the other arm has.
    spent = sum(float((share[arm] ** 2).sum() / share[arm].sum()) for arm in (treated, ~treated))
    covariance = (inner * share[:, None]).T @ inner / max(1 - spent, 1e-12)
    values, vectors = np.linalg.eigh(covariance)
    kept = values > 1e-12 * max(float(values.max()), 1e-300)
    if not kept.any():
        found = "the covariates differ between the arms only"
        step = "Leave out what goes with the programme itself, or take method='aipw'."
        raise CoverageError(
            SUBJECT, [Problem("covariates", found, "persons who can be near", next_step=step)]
        )
    return np.asarray(columns @ (vectors[:, kept] / np.sqrt(values[kept])))


def cells_of(table: pd.DataFrame, exact: tuple[str, ...]) -> Whole | None:
    """Return the number of each row's cell of columns that must agree exactly."""
    if not exact:
        return None
    found = table.groupby(list(exact), observed=True, sort=False).ngroup()
    return np.asarray(found.to_numpy(dtype=np.int64))


def match(
    people: People,
    points: Floats,
    matrix: Floats,
    settings: ProgrammeSettings,
) -> Matched:
    """Match every target with replacement.

    Raises
    ------
    CoverageError
        If nobody is matched.
    """
    treated, outcome, weight = people.treated, people.outcome, people.weight
    cells, size = cells_of(people.table, settings.exact), len(outcome)
    own, gaps = np.zeros(size), np.zeros(size)
    stands, squared = np.zeros(size), np.zeros(size)
    imputed, models, unmatched = outcome.copy(), dict[bool, Fit](), 0
    for arm in (True, False) if settings.target == "ate" else (True,):
        mine, theirs = np.flatnonzero(treated == arm), np.flatnonzero(treated != arm)
        pair = (cells[mine], cells[theirs]) if cells is not None else None
        near = find_neighbours(
            points[mine], points[theirs], weight[theirs],
            count=int(settings.neighbours or 1), caliper=settings.caliper, cells=pair,
        )  # fmt: skip
        own[mine] = weight[mine] * near.found
        unmatched += int((~near.found).sum())
        stands[theirs] = near.used(own[mine])
        squared[theirs] = near.used_squared(own[mine])
        imputed[mine] = near.average(outcome[theirs])
        if settings.bias_adjust:
            models[not arm] = model = _model(matrix, outcome, stands, theirs)
            imputed[mine] += model.mean[mine] - near.average(model.mean[theirs])
        gaps[mine] = (outcome[mine] - imputed[mine]) * (1.0 if arm else -1.0) * near.found
    total = own.sum()
    if total == 0:
        _refuse_nobody(unmatched)
    with_it = float(own @ np.where(treated, outcome, imputed)) / total
    without = float(own @ np.where(treated, imputed, outcome)) / total
    return Matched(
        with_it - without, with_it, without, own, stands, squared, gaps, models, unmatched
    )


def _model(matrix: Floats, outcome: Floats, stands: Floats, theirs: Whole) -> Fit:
    """Fit the outcome of those who stand in, each as often as it does; of all where too few do."""
    weight = np.zeros(len(outcome))
    weight[theirs] = stands[theirs]
    root = matrix * np.sqrt(weight)[:, None]
    if np.linalg.matrix_rank(root) < matrix.shape[1]:
        weight[theirs] = 1.0
    return linear_fit(matrix, outcome, weight)


def _refuse_nobody(unmatched: int) -> None:
    found = f"none of {unmatched} persons has a match"
    step = "Widen the caliper, or ask fewer columns to agree exactly."
    raise CoverageError(SUBJECT, [Problem("matches", found, "at least one pair", next_step=step)])
