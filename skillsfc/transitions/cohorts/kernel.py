"""A cohort's way through the grades: all groups, pairs of years and draws at once.

Arrays end in the axis of grades. A group whose grades begin later or end sooner than the axis has
its own first and last grade; other grades are missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skillsfc.transitions.records import Flags, Floats, Whole

NOBODY = 1e-12  # a share below this is rounding


@dataclass(frozen=True)
class Rates:
    """What becomes of the pupils of a grade a year later [shares of its pupils].

    Parameters
    ----------
    promotion : array (..., groups, grades)
        Those in the next grade; of the last grade, not a number or not used.
    repetition : array
        Those in the same grade.
    completion : array
        Those who complete the level that ends with this grade; missing where none ends or none is
        known.
    first, last : arrays of int (groups)
        Places of a group's first and last grade.
    """

    promotion: Floats
    repetition: Floats
    completion: Floats
    first: Whole
    last: Whole

    def place(self) -> tuple[Flags, Flags]:
        """Return whether each grade is inside a group's span, and whether it is its last."""
        at = np.arange(self.promotion.shape[-1])
        inside = (at >= self.first[:, None]) & (at <= self.last[:, None])
        return inside, at == self.last[:, None]

    def onward(self) -> Floats:
        """Return the share who go on to the next grade: nobody from the last."""
        inside, final = self.place()
        onward: Floats = np.where(final, 0.0, self.promotion)
        return np.where(inside, onward, np.nan)

    def passing(self) -> Floats:
        """Return the share who go on, of the last grade the share who complete it."""
        _, final = self.place()
        passing: Floats = np.where(final, self.completion, self.onward())
        return passing

    def completing_leavers(self) -> Floats:
        """Return the share who complete a level and do not go on; 0 where no level is known."""
        beyond = np.maximum(self.completion - self.onward(), 0.0)
        _, final = self.place()
        known = np.isfinite(self.completion) | final
        return np.where(known, beyond, np.where(np.isnan(self.onward()), np.nan, 0.0))

    def dropout(self) -> Floats:
        """Return the share who leave without completing; negative where more came than were there.

        It may be negative: transfers, migration and errors are not hidden.
        """
        dropout: Floats = 1.0 - self.repetition - self.onward() - self.completing_leavers()
        return dropout


@dataclass(frozen=True)
class Cohort:
    """What became of one pupil who entered the first grade, in shares and years.

    Parameters
    ----------
    survival : array (..., groups, grades)
        Share who ever reach the grade.
    pupil_years : array
        Years spent in it, of one entrant.
    graduates : array
        Share who complete the level that ends with the grade.
    completing_leavers, dropouts : array
        Shares who leave from it: having completed, and not.
    duration_of_graduates, duration_of_dropouts : arrays (..., groups)
        Mean years at school of those who complete the last grade, and of those who do not.
    """

    survival: Floats
    pupil_years: Floats
    graduates: Floats
    completing_leavers: Floats
    dropouts: Floats
    duration_of_graduates: Floats
    duration_of_dropouts: Floats


def follow_cohort(rates: Rates, most_repetitions: int | None = None) -> Cohort:
    """Follow entrants of the first grade until all have left.

    Without a cap pupils may repeat for ever: years in a grade are arrivals / (1 - r). With one,
    arrivals are told apart by the repetitions they have behind them, and who would have to repeat
    once more leaves.

    Examples
    --------
    >>> rates = Rates(np.array([[0.8, 0.9]]), np.array([[0.2, 0.0]]), np.array([[np.nan, 0.9]]),
    ...     np.array([0]), np.array([1]))
    >>> follow_cohort(rates).pupil_years.round(4).tolist()
    [[1.25, 1.0]]
    >>> follow_cohort(rates, 0).pupil_years.round(4).tolist()
    [[1.0, 0.8]]
    """
    steps = _unlimited if most_repetitions is None else _capped
    arrivals, years, refused, extra = steps(rates, most_repetitions or 0)
    inside, final = rates.place()
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.where(inside, years, 0.0).sum(axis=-1)
        length = (rates.last - rates.first + 1).astype(np.float64)
        graduated = np.where(final, years * rates.completion, 0.0).sum(axis=-1)
        duration = length + extra
        others = np.where(1.0 - graduated > NOBODY, 1.0 - graduated, np.nan)
        left = (total - graduated * duration) / others
    return Cohort(
        np.where(inside, arrivals, np.nan),
        np.where(inside, years, np.nan),
        years * rates.completion,
        years * rates.completing_leavers(),
        years * rates.dropout() + refused,
        duration,
        left,
    )


def _unlimited(rates: Rates, _: int) -> tuple[Floats, Floats, Floats, Floats]:
    passing, again = rates.onward(), rates.repetition
    inside, _last = rates.place()
    # With everybody repeating nobody ever leaves: no number of years.
    stay = np.where(again < 1.0, 1.0 - again, np.nan)
    arrivals = np.zeros_like(passing)
    years = np.zeros_like(passing)
    before: Floats = np.zeros(passing.shape[:-1])
    for grade in range(passing.shape[-1]):
        entered = np.where(rates.first == grade, 1.0, before)
        arrivals[..., grade] = entered
        years[..., grade] = entered / stay[..., grade]
        before = np.where(inside[..., grade], years[..., grade] * passing[..., grade], 0.0)
    extra = np.where(inside, again / stay, 0.0).sum(axis=-1)
    return arrivals, years, np.zeros_like(years), extra


def _capped(rates: Rates, most: int) -> tuple[Floats, Floats, Floats, Floats]:
    passing, again = rates.onward(), rates.repetition
    inside, final = rates.place()
    arrivals, years, refused = (np.zeros_like(passing) for _ in range(3))
    before: Floats = np.zeros((most + 1, *passing.shape[:-1]))  # by repetitions so far
    graduates = np.zeros_like(before)
    for grade in range(passing.shape[-1]):
        entering = rates.first == grade
        spent = np.where(entering, 0.0, before)
        spent[0] = np.where(entering, 1.0, spent[0])
        arrivals[..., grade] = spent.sum(axis=0)
        for used in range(most):
            spent[used + 1] = spent[used + 1] + spent[used] * again[..., grade]
        years[..., grade] = spent.sum(axis=0)
        refused[..., grade] = spent[most] * again[..., grade]
        graduates += np.where(final[..., grade], spent * rates.completion[..., grade], 0.0)
        before = np.where(inside[..., grade], spent * passing[..., grade], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        repeated = np.arange(most + 1.0).reshape(-1, *[1] * (before.ndim - 1))
        extra = (repeated * graduates).sum(axis=0) / graduates.sum(axis=0)
    return arrivals, years, refused, extra


def shift_up(persons: Floats) -> Floats:
    """Return persons one grade higher; the first grade gets nobody."""
    moved = np.zeros_like(persons)
    moved[..., 1:] = persons[..., :-1]
    return moved
