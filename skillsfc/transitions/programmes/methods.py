"""The four methods: a number with its error from one group's persons and models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from skillsfc.errors import ConvergenceError, ParameterError, Problem
from skillsfc.transitions.programmes.choices import ProgrammeSettings
from skillsfc.transitions.programmes.differences import change_effect, section_effect
from skillsfc.transitions.programmes.fits import Fit, linear_fit, logistic_fit
from skillsfc.transitions.programmes.matching import Matched, coordinates, match
from skillsfc.transitions.programmes.matching_errors import (
    Local,
    known_score_variance,
    linear_scores,
    local_moments,
    score_correction,
)
from skillsfc.transitions.programmes.people import People
from skillsfc.transitions.programmes.standard_errors import standard_error
from skillsfc.transitions.programmes.weighting import (
    Estimate,
    arm_weights,
    augmented_means,
    weighted_means,
)
from skillsfc.transitions.records import Flags, Floats
from skillsfc.transitions.survival.identifiable import refuse_degenerate


@dataclass(frozen=True, eq=False, repr=False)
class Sample:
    """Persons of one estimate.

    Parameters
    ----------
    people : People
        One row a person, or a person and period.
    after : array of bool, optional
        The later of two samples of different persons.
    level : array of float, optional
        Outcome after the programme, where that of ``people`` is a change.
    """

    people: People
    after: Flags | None = None
    level: Floats | None = None

    def only(self, rows: Flags) -> Sample:
        """Return these rows alone."""
        return Sample(
            self.people.only(rows),
            None if self.after is None else self.after[rows],
            None if self.level is None else self.level[rows],
        )


@dataclass(frozen=True, eq=False, repr=False)
class Models:
    """Covariates of one group, and the model of who is treated.

    Parameters
    ----------
    matrix : array [rows, columns]
        Covariates, the constant first, standardised.
    names : tuple of str
        Names of the columns.
    propensity : Fit or None
        Chance to be treated; None where the method needs none.
    subject : str
        Name of the group in errors.
    """

    matrix: Floats
    names: tuple[str, ...]
    propensity: Fit | None
    subject: str

    @property
    def score(self) -> Fit:
        """Return the model of who is treated, where there must be one."""
        assert self.propensity is not None  # noqa: S101 - told to the type checker
        return self.propensity


@dataclass(frozen=True, eq=False, repr=False)
class Found:
    """An effect with its error, the mean without the programme, and each row's weight in it."""

    effect: float
    error: float
    with_it: float
    own: Floats
    notes: tuple[str, ...] = ()
    unmatched: int = 0


def _weighted(sample: Sample, settings: ProgrammeSettings, models: Models) -> Found:
    """Weight by the chance to be treated."""
    people = sample.people
    data = (people.treated, people.outcome, people.weight, settings.target)
    return _difference(people, settings, models, *weighted_means(*data, models.score))


def _augmented(sample: Sample, settings: ProgrammeSettings, models: Models) -> Found:
    """Weight, and let an outcome model say what weighting misses."""
    people = sample.people
    arms = (True, False) if settings.target == "ate" else (False,)
    fits, notes = dict[bool, Fit](), list[str]()
    for arm in arms:
        fits[arm], note = _outcome_model(people, arm, settings, models)
        notes += note
    data = (people.treated, people.outcome, people.weight, settings.target)
    both = augmented_means(*data, models.score, (fits.get(True), fits[False]))
    return _difference(people, settings, models, *both, notes=tuple(notes))


def _difference(
    people: People,
    settings: ProgrammeSettings,
    models: Models,
    with_it: Estimate,
    without: Estimate,
    *,
    notes: tuple[str, ...] = (),
) -> Found:
    effect = with_it - without
    own, _slope = arm_weights(people.treated, people.weight, settings.target, models.score)
    error = standard_error(effect.scores, people.design, people.place)
    return Found(effect.value, error, with_it.value, own, notes)


def _outcome_model(
    people: People, arm: bool, settings: ProgrammeSettings, models: Models
) -> tuple[Fit, list[str]]:
    """Return the outcome model of one arm; linear where the logit has no maximum (auto)."""
    word = "treated" if arm else "controls"
    subject = f"{models.subject}, outcome of the {word}"
    weight = np.where(people.treated == arm, people.weight, 0.0)
    refuse_degenerate(models.matrix[weight > 0], models.names, True, subject)
    kind = settings.outcome_model
    if kind == "logit" and not people.binary:
        problem = Problem("outcome_model", "'logit'", "'linear' for an outcome of numbers")
        raise ParameterError(subject, [problem])
    told = people.outcome[weight > 0]
    if kind == "linear" or not people.binary or (kind == "auto" and np.ptp(told) == 0):
        return linear_fit(models.matrix, people.outcome, weight), []
    try:
        step = "outcome_model='linear' has no such limit."
        return logistic_fit(
            models.matrix, people.outcome, weight, models.names, subject, step=step
        ), []
    except ConvergenceError:
        if kind == "logit":
            raise
    note = f"The outcome of the {word} has a linear model: a logit has no maximum there."
    return linear_fit(models.matrix, people.outcome, weight), [note]


def _matched(sample: Sample, settings: ProgrammeSettings, models: Models) -> Found:
    """Compare everybody with the nearest of the other arm."""
    people = sample.people
    points = coordinates(
        models.matrix, people.treated, people.weight, models.propensity, str(settings.distance)
    )
    clustered = people.design.known
    if settings.bias_adjust:
        for arm in (True, False) if settings.target == "ate" else (False,):
            word = f"{models.subject}, outcome of the {'treated' if arm else 'controls'}"
            refuse_degenerate(models.matrix[people.treated == arm], models.names, True, word)
    found = match(people, points, models.matrix, settings)
    notes = []
    if found.unmatched:
        notes.append(
            f"{found.unmatched} persons found nobody to be compared with and are left out: the "
            "effect is that of the others."
        )
    if clustered:
        scores = linear_scores(found, people.treated, people.outcome)
        error = standard_error(scores, people.design, people.place)
        notes.append(
            "With clusters or strata, matching is adjusted by linear outcome models, and errors "
            "take these as right."
        )
    else:
        variance, known = _matching_variance(people, found, points, settings, models)
        error, notes = float(np.sqrt(variance)), notes + known
    own = found.own + found.stands
    return Found(found.effect, error, found.with_it, own, tuple(notes), found.unmatched)


def _matching_variance(
    people: People, found: Matched, points: Floats, settings: ProgrammeSettings, models: Models
) -> tuple[float, list[str]]:
    # What outcome models explain does not vary any more where matching is adjusted by them.
    told = {
        arm: people.outcome - (found.models[arm].mean if arm in found.models else 0.0)
        for arm in (True, False)
    }

    def moments(where: Floats) -> tuple[Local, Local]:
        one, none = (
            local_moments(where, people.treated == arm, told[arm], models.matrix)
            for arm in (True, False)
        )
        return one, none

    near = moments(points)
    variance = known_score_variance(found, people.treated, near)
    if models.propensity is None or settings.bias_adjust:
        return variance, []
    weighted = bool((people.weight != people.weight[0]).any())
    if settings.caliper is not None or settings.exact or weighted:
        return variance, ["Errors take the estimated chance to be treated as known."]
    traits = coordinates(models.matrix, people.treated, people.weight, None, "mahalanobis")
    added = score_correction(found, settings.target, models.propensity, near, moments(traits))
    return variance + added, []


def _differenced(sample: Sample, settings: ProgrammeSettings, models: Models) -> Found:
    """Compare changes."""
    people, how = sample.people, str(settings.adjustment)
    if how in ("regression", "dr"):
        subject = f"{models.subject}, outcome of the controls"
        for period in (slice(None),) if sample.after is None else (sample.after, ~sample.after):
            rows = ~people.treated[period]
            if rows.any():
                refuse_degenerate(models.matrix[period][rows], models.names, True, subject)
    if sample.after is None:
        effect = change_effect(people, models.matrix, models.propensity, how)
        level, weight = sample.level, people.weight
    else:
        effect = section_effect(people, sample.after, models.matrix, models.propensity, how)
        level, weight = people.outcome, people.weight * sample.after
    assert level is not None  # noqa: S101 - told to the type checker
    own = people.weight
    if models.propensity is not None:
        own, _slope = arm_weights(people.treated, people.weight, "att", models.propensity)
    with_it = float(np.average(level, weights=weight * people.treated))
    error = standard_error(effect.scores, people.design, people.place)
    return Found(effect.value, error, with_it, own)


Method = Callable[[Sample, ProgrammeSettings, Models], Found]
METHODS: Mapping[str, Method] = {
    "ipw": _weighted,
    "aipw": _augmented,
    "matching": _matched,
    "did": _differenced,
}
