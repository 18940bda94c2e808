"""Persons whose answers leave an indicator open: what they would have said, and what they may.

Leaving them out while a known "no" counts would drop possible members only, so that every share
came out too low. Each is given the mean of those who answered and agree in whatever is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skillsfc.transitions.design import Floats
from skillsfc.transitions.ratios import TOO_FEW

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Filled:
    """Numerator and denominator of every person, with what missing answers may make of them.

    Parameters
    ----------
    cases, base : array of float
        Expected numerator and denominator. Those who answered carry the error of what they lent:
        their distance from the mean is larger by the persons they stand for. Sums are as expected.
    low, high : tuple of array of float
        Numerator and denominator when every open answer makes the share small, or large.
    answered : array of bool
        Persons about whom nothing is open.
    undecided : array of bool
        Open persons whom nobody who answered resembles: the share is known within bounds only.
    """

    cases: Floats
    base: Floats
    low: tuple[Floats, Floats]
    high: tuple[Floats, Floats]
    answered: Flags
    undecided: Flags

    def counts(self, rows: Flags) -> tuple[int, int]:
        """Return the persons of some rows that are known to be in the domain, and the cases."""
        sure = rows & self.answered
        return int((sure & (self.low[1] == 1)).sum()), int((sure & (self.low[0] == 1)).sum())

    def bounds(self, rows: Flags, weight: Floats) -> tuple[float, float]:
        """Return the lowest and the highest share that the missing answers allow [0-1]."""
        found = []
        for cases, base in (self.low, self.high):
            total = float((weight * base)[rows].sum())
            found.append(float((weight * cases)[rows].sum()) / total if total else np.nan)
        return found[0], found[1]


def fill(
    trait: Floats,
    inside: Floats,
    parts: Sequence[Floats],
    *,
    scope: Flags,
    weight: Floats,
    group: npt.NDArray[np.int64],
) -> Filled:
    r"""Return everybody's expected place in a numerator and a denominator.

    Parameters
    ----------
    trait, inside : array of float
        1, 0 or NaN where open: the trait, and being in the domain.
    parts : sequence of array of float
        The questions behind both, NaN where there is no answer.
    scope : array of bool
        Persons of the ages that the indicator is about; the others are outside and lend nothing.
    weight : array of float
        Weights, zero or more.
    group : array of int
        Group of each person; people of the same group stand in first, if ten or more answered.

    Notes
    -----
    Let a class be the persons of one group who agree in what is known of an open person, with
    weight :math:`W_a` of those who answered and :math:`W_o` of the open ones. An open person gets
    the mean :math:`\bar y` of the former, each of whom carries
    :math:`y_i + (y_i - \bar y) W_o / W_a`, so that a linearised variance counts the answers that
    there are and not those that were filled in. Right if, among those alike, answering has
    nothing to do with the answer.

    Examples
    --------
    >>> nan = float("nan")
    >>> idle = np.array([1.0, 1, 1, 0]); school = np.array([1.0, 0, nan, nan])
    >>> neet = np.array([0.0, 1, nan, 0])
    >>> everybody, one = np.ones(4, bool), np.ones(4)
    >>> parts, group = (idle, school), np.zeros(4, int)
    >>> made = fill(neet, one, parts, scope=everybody, weight=one, group=group)
    >>> made.cases.tolist(), made.bounds(everybody, one)
    ([-0.25, 1.25, 0.5, 0.0], (0.25, 0.5))
    """
    inside = np.where(scope, inside, 0.0)
    answered = (inside == 0) | ((inside == 1) & np.isfinite(trait))
    cases = np.where(answered & (inside == 1), trait, 0.0)
    base = np.where(answered, inside, 0.0)
    undecided = np.zeros(len(trait), dtype=bool)
    own = {"cases": cases.copy(), "base": base.copy()}
    known = np.column_stack([np.asarray(part, dtype=np.float64) for part in parts])
    lenders = answered & scope & (weight > 0)
    for row, donors, near in _classes(known, lenders, ~answered & (weight > 0), group):
        if not donors.any():
            undecided |= row
            continue
        lent, size = float(weight[donors].sum()), float(weight[row].sum())
        for name, values in (("cases", cases), ("base", base)):
            mean = float((weight * own[name])[donors].sum() / lent)
            values[row] = mean
            if near:  # across groups the sum of each would move
                values[donors] += (own[name][donors] - mean) * size / lent
    return Filled(cases, base, _lowest(trait, inside), _highest(trait, inside), answered, undecided)


def _classes(
    known: Floats, lenders: Flags, open_rows: Flags, group: npt.NDArray[np.int64]
) -> list[tuple[Flags, Flags, bool]]:
    """Return sets of open persons of which the same is known, who lend to them, and if nearby."""
    if not open_rows.any():
        return []
    key = np.column_stack([np.where(np.isnan(known), -1.0, known), group])
    found = []
    for pattern in np.unique(key[open_rows], axis=0):
        said = pattern[:-1] != -1.0
        alike = lenders & (known[:, said] == pattern[:-1][said]).all(axis=1)
        own = alike & (group == pattern[-1])
        near = int(own.sum()) >= TOO_FEW or bool((own == alike).all())
        row = open_rows & (key == pattern).all(axis=1)
        found.append((row, own if near else alike, near))
    return found


def _lowest(trait: Floats, inside: Floats) -> tuple[Floats, Floats]:
    """Return cases and base when what is open counts as no, and sure cases stay outside."""
    base = np.where(np.isnan(inside), (trait != 1).astype(float), inside)
    return np.where((inside == 1) & (trait == 1), 1.0, 0.0), base


def _highest(trait: Floats, inside: Floats) -> tuple[Floats, Floats]:
    """Return cases and base when what is open counts as yes, and sure others stay outside."""
    base = np.where(np.isnan(inside), (trait != 0).astype(float), inside)
    return np.where((base == 1) & (trait != 0), 1.0, 0.0), base
