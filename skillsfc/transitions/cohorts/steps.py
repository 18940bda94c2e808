"""Pupils followed year by year: who goes on, repeats, completes and leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from skillsfc.transitions.cohorts.excess import ROUNDING, own_factor, scale_rates
from skillsfc.transitions.cohorts.kernel import Rates, shift_up
from skillsfc.transitions.records import Floats


@dataclass(frozen=True)
class SchoolYear:
    """What becomes of the pupils of one year, arrays (sets, groups, grades) [persons].

    ``pupils + coming_in = promoted + repeating + completing_leavers + dropouts``.

    Parameters
    ----------
    pupils : array
        Those enrolled.
    promoted, repeating : array
        Those in the next grade, or the same, next year.
    graduates : array
        Those who complete a level, whether they go on or leave.
    completing_leavers, dropouts : array
        Those who leave, having completed the level that ends with their grade, or not.
    coming_in : array
        Those among the others who were not enrolled: more go on, repeat and complete than there
        were. Nobody drops out of such a grade.
    """

    pupils: Floats
    promoted: Floats
    repeating: Floats
    graduates: Floats
    completing_leavers: Floats
    dropouts: Floats
    coming_in: Floats


@dataclass(frozen=True)
class RateDraws:
    """Deviations of the rates of single pairs of years from their mean.

    Parameters
    ----------
    promotion, repetition, completion : arrays (pairs, groups, grades)
        Deviations [shares].
    """

    promotion: Floats
    repetition: Floats
    completion: Floats

    def __len__(self) -> int:
        return len(self.promotion)


def follow_pupils(
    stock: Floats,
    rates: Rates,
    entrants: Floats,
    noise: RateDraws | None,
    draws: int,
    seed: int,
    *,
    scaled: bool = False,
) -> Iterator[SchoolYear]:
    """Give each year's pupils and what becomes of them.

    Parameters
    ----------
    stock : array (groups, grades)
        Pupils of the first year.
    rates : Rates
        Arrays (years, groups, grades).
    entrants : array (years - 1, groups, grades)
        New pupils of each later year.
    noise : RateDraws, optional
        Where given, sets after the first deviate: each in the mean of its rates, and in each year.
    scaled : bool
        Whether drawn shares that add up to more than 1 are divided by their sum.
    """
    pupils = stock[None]
    drawn = _Noise(noise, draws, seed) if noise is not None else None
    if drawn is not None:
        pupils = np.repeat(pupils, draws + 1, axis=0)
    for at in range(len(rates.promotion)):
        now = _of_year(rates, at, drawn)
        year = _run_year(pupils, scale_rates(now, own_factor(now)) if scaled else now)
        yield year
        if at < len(entrants):
            pupils = year.repeating + shift_up(year.promoted) + entrants[at]


def _of_year(rates: Rates, at: int, drawn: _Noise | None) -> Rates:
    shares = (rates.promotion[at], rates.repetition[at], rates.completion[at])
    if drawn is not None:
        promotion, repetition, completion = drawn.around(shares)
    else:
        promotion, repetition, completion = (share[None] for share in shares)
    return Rates(promotion, repetition, completion, rates.first, rates.last)


def _run_year(pupils: Floats, rates: Rates) -> SchoolYear:
    # Places outside of a group's grades have no pupils, and rates that are not numbers.
    def part(share: Floats) -> Floats:
        some: Floats = pupils * np.nan_to_num(share, nan=0.0)
        return some

    promoted, repeating = part(rates.onward()), part(rates.repetition)
    leaving = part(rates.completing_leavers())
    rest = pupils - promoted - repeating - leaving
    return SchoolYear(
        pupils,
        promoted,
        repeating,
        part(rates.completion),
        leaving,
        np.maximum(rest, 0.0),
        np.where(rest < -ROUNDING * pupils, -rest, 0.0),
    )


class _Noise:
    """Deviations drawn for each set: one that lasts, of the mean, and one more for each year.

    Normal weights on the pairs' deviations give draws with their covariance, between grades and
    groups too; a chi-square for each set makes up for its being estimated from few pairs. Together
    they are the predictive distribution of a further year, Student's t for a single rate.
    """

    def __init__(self, noise: RateDraws, draws: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.draws, self.pairs = draws, len(noise)
        self.parts = (noise.promotion, noise.repetition, noise.completion)
        freedom = self.pairs - 1.0
        # Deviations sum their squares to freedom times the variance.
        self.scale = 1.0 / np.sqrt(self.rng.chisquare(freedom, draws))
        self.lasting = self._draw(1.0 / np.sqrt(self.pairs))

    def _draw(self, size: float) -> list[Floats]:
        weights = self.rng.standard_normal((self.draws, self.pairs)) * self.scale[:, None] * size
        return [np.tensordot(weights, part, axes=1) for part in self.parts]

    def around(self, shares: tuple[Floats, ...]) -> list[Floats]:
        """Return the shares themselves, then each set's, none below 0."""
        yearly = self._draw(1.0)
        return [
            np.concatenate([share[None], np.maximum(share + lasting + once, 0.0)])
            for share, lasting, once in zip(shares, self.lasting, yearly, strict=True)
        ]
