"""Transition probabilities of many generators over many times, and their slopes in every rate.

A generator is decomposed once, whatever the number of times. Slopes are taken only where they are
needed: for products ``left @ P @ right``, in every rate at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from skillsfc.transitions.multistate.generator_series import series_slopes
from skillsfc.transitions.records import Flags, Floats, Whole

LARGEST_CONDITION = 1e4  # of the eigenvectors; beyond it digits are lost: the series takes over
TINY = 1e-10  # a chance below it has lost digits to the sum over eigenvalues: the series takes over
NEAR = 0.5  # half differences of eigenvalues times length below which sinh(x)/x is used
ROWS = 1 << 15  # rows worked on at once, so that work stays in cache and memory small


def generators_of(rates: Floats, source: Whole, target: Whole, size: int) -> Floats:
    """Return generators [n, size, size] of rates [n, transitions].

    Examples
    --------
    >>> generators_of(np.array([[0.5, 1.0]]), np.array([0, 1]), np.array([1, 0]), 2).tolist()
    [[[-0.5, 0.5], [1.0, -1.0]]]
    """
    made = np.zeros((len(rates), size, size))
    made[:, source, target] = rates
    places = np.arange(size)
    made[:, places, places] = -made.sum(axis=2)
    return made


@dataclass(frozen=True)
class Exponentials:
    """Exponentials of generators for groups of a pattern and a length.

    Parameters
    ----------
    rates : array [patterns, transitions]
        Rate of each transition.
    source, target : array [transitions]
        States that it leaves and enters.
    size : int
        Number of states.
    pattern : array [groups]
        Which row of ``rates`` a group has.
    length : array [groups]
        Its time.
    """

    rates: Floats
    source: Whole
    target: Whole
    size: int
    pattern: Whole
    length: Floats

    @cached_property
    def generators(self) -> Floats:
        """Return the generators [patterns, states, states]."""
        return generators_of(self.rates, self.source, self.target, self.size)

    @cached_property
    def _eigen(self) -> tuple[Any, Any, Any, Flags]:
        """Return values, vectors, inverse vectors, and which patterns they serve well."""
        values, vectors = np.linalg.eig(self.generators)
        inverse, regular = _inverses(vectors)
        condition = np.abs(vectors).sum(axis=2).max(axis=1) * np.abs(inverse).sum(axis=2).max(
            axis=1
        )
        return values, vectors, inverse, regular & (condition < LARGEST_CONDITION)

    @cached_property
    def _plain(self) -> Flags:
        """Return which groups the eigenvectors serve well."""
        return np.asarray(self._eigen[3][self.pattern])

    @cached_property
    def _growth(self) -> Any:
        """Return exponentials of eigenvalues times lengths [groups, states]."""
        return np.exp(self._eigen[0][self.pattern] * self.length[:, None])

    @cached_property
    def _divided(self) -> Any:
        """Return divided differences of the exponential [groups, states, states]."""
        growth = self._growth
        made = np.empty((len(growth), self.size, self.size), dtype=growth.dtype)
        places = np.arange(self.size)
        made[:, places, places] = growth * self.length[:, None]
        one, other = _pairs(self.size)
        times = self._eigen[0][self.pattern] * self.length[:, None]
        double = times[:, one] - times[:, other]
        near = np.abs(double) < 2 * NEAR
        double[near] = 1.0  # these are filled in below
        apart = (growth[:, one] - growth[:, other]) / double
        if near.any():
            apart[near] = _near(times[:, one][near], times[:, other][near])
        apart *= self.length[:, None]
        made[:, one, other] = made[:, other, one] = apart
        return made

    @cached_property
    def _contrast(self) -> Any:
        """Return, for a single pattern, what turns divided differences into slopes."""
        _, vectors, inverse, _ = self._eigen
        gap = vectors[0][self.target] - vectors[0][self.source]
        made = inverse[0].T[self.source][:, :, None] * gap[:, None, :]
        return made.reshape(len(self.source), -1).T

    def matrices(self) -> Floats:
        """Return the probabilities of all groups [groups, states, states]."""
        _, vectors, inverse, _ = self._eigen
        if len(self.rates) == 1:
            made = np.real((vectors[0] * self._growth[:, None, :]) @ inverse[0])
        else:
            rows = vectors[self.pattern] * self._growth[:, None, :]
            made = np.real(rows @ inverse[self.pattern])
        for rows, chances, _ in self._careful(np.nonzero(~self._plain)[0], slopes=False):
            made[rows] = chances
        made[self.length == 0] = np.eye(self.size)
        return np.asarray(np.maximum(made, 0.0))

    def after(self, group: Whole, left: Floats) -> Floats:
        """Return ``left @ P`` [n, states]."""
        plain = self._plain[group]
        if not plain.all():
            return np.asarray((left[:, None, :] @ self.matrices()[group])[:, 0])
        _, vectors, inverse, _ = self._eigen
        if len(self.rates) == 1:
            return np.asarray(np.real(((left @ vectors[0]) * self._growth[group]) @ inverse[0]))
        pattern = self.pattern[group]
        first = left[:, None, :] @ vectors[pattern] * self._growth[group][:, None, :]
        return np.asarray(np.real((first @ inverse[pattern])[:, 0]))

    def products(
        self, group: Whole, left: Floats, right: Floats, *, tiny: bool = False
    ) -> tuple[Floats, Floats]:
        """Return ``left @ P @ right`` [n] and its slopes in every rate [n, transitions].

        Parameters
        ----------
        group : array [n]
            Group of each row.
        left, right : array [n, states]
            Vectors on both sides.
        tiny : bool
            Compute values below 1e-10 again, with all their digits.
        """
        value, slope = np.empty(len(group)), np.empty((len(group), len(self.source)))
        plain = self._plain[group]
        whole = bool(plain.all())
        index = np.arange(len(group)) if whole else np.nonzero(plain)[0]
        for at in range(0, len(index), ROWS):
            # A slice where all rows are plain: a view, where an index would copy.
            rows: Any = slice(at, at + ROWS) if whole else index[at : at + ROWS]
            value[rows], slope[rows] = self._by_eigen(group[rows], left[rows], right[rows])
        rest = ~plain
        if tiny:
            rest[index] = value[index] < TINY
        if rest.any():
            self._careful_products(group, left, right, np.nonzero(rest)[0], value, slope)
        return value, slope

    def _by_eigen(self, group: Whole, left: Floats, right: Floats) -> tuple[Floats, Any]:
        _, vectors, inverse, _ = self._eigen
        single = len(self.rates) == 1
        if single:
            first, last = left @ vectors[0], right @ inverse[0].T
        else:
            pattern = self.pattern[group]
            first = (left[:, None, :] @ vectors[pattern])[:, 0]
            last = (inverse[pattern] @ right[:, :, None])[:, :, 0]
        value = np.real((first * self._growth[group] * last).sum(axis=1))
        inner = self._divided[group] * first[:, :, None] * last[:, None, :]
        if single:
            return value, np.real(inner.reshape(len(group), -1) @ self._contrast)
        full = np.swapaxes(inverse[pattern], 1, 2) @ inner @ np.swapaxes(vectors[pattern], 1, 2)
        full = np.real(full)
        return value, full[:, self.source, self.target] - full[:, self.source, self.source]

    def _careful_products(
        self, group: Whole, left: Floats, right: Floats, rows: Whole, value: Floats, slope: Floats
    ) -> None:
        """Fill in the rows whose group needs the series."""
        needed, place = np.unique(group[rows], return_inverse=True)
        for part, chances, slopes in self._careful(needed, slopes=True):
            low, high = np.searchsorted(needed, [part[0], part[-1]])
            mine = np.nonzero((place >= low) & (place <= high))[0]
            own, of = rows[mine], place[mine] - low
            value[own] = np.einsum("ni,nij,nj->n", left[own], chances[of], right[own])
            slope[own] = np.einsum("ni,nrij,nj->nr", left[own], slopes[of], right[own])

    def _careful(self, groups: Whole, *, slopes: bool) -> Iterator[tuple[Whole, Floats, Floats]]:
        """Give probabilities and slopes by series, some groups at a time."""
        moves = np.zeros((len(self.source) if slopes else 0, self.size, self.size))
        if slopes:
            order = np.arange(len(self.source))
            moves[order, self.source, self.target] = 1.0
            moves[order, self.source, self.source] = -1.0
        block = max(1, ROWS // (1 + len(moves)))
        for at in range(0, len(groups), block):
            part = groups[at : at + block]
            made = series_slopes(self.generators[self.pattern[part]], self.length[part], moves)
            yield part, *made


@cache
def _pairs(size: int) -> tuple[Whole, Whole]:
    """Return the places of all pairs of states."""
    one, other = np.triu_indices(size, 1)
    return one, other


def _near(one: Any, other: Any) -> Any:
    """Return divided differences of exp for near points: exp(middle) sinh(x) / x."""
    square = ((one - other) / 2) ** 2
    ratio = 1 + square / 6 * (1 + square / 20 * (1 + square / 42 * (1 + square / 72)))
    return np.exp((one + other) / 2) * ratio


def _inverses(vectors: Any) -> tuple[Any, Flags]:
    """Return inverses of eigenvectors, and which have one."""
    try:
        return np.linalg.inv(vectors), np.ones(len(vectors), dtype=bool)
    except np.linalg.LinAlgError:
        pass
    made, regular = np.zeros_like(vectors), np.ones(len(vectors), dtype=bool)
    for at, one in enumerate(vectors):
        try:
            made[at] = np.linalg.inv(one)
        except np.linalg.LinAlgError:
            regular[at] = False
    return made, regular
