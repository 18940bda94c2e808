"""Robust variance of curves by the infinitesimal jackknife, without a matrix of rows by times.

The influence of a row on a curve is, in time, first 0, then one sum of a few functions of time
while it is at risk, then another one after its end. So the sum over clusters of squared influence
changes only where a row enters or ends, and running sums of such changes give it for all times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.survival.selection import count_distinct


@dataclass(frozen=True)
class Influence:
    """Influence of each row on a curve, times the row's weight.

    Parameters
    ----------
    first, last : arrays of int [rows]
        Places at which a row comes under risk and ends.
    during, after : arrays [rows, functions]
        Coefficients of the functions of time from ``first`` to before ``last``, and from ``last``.
    basis : array [T, functions]
        The functions of time.
    """

    first: Whole
    last: Whole
    during: Floats
    after: Floats
    basis: Floats

    def weighted(self, weight: Floats) -> Influence:
        """Return the influence times weights [rows]."""
        column = weight[:, None]
        return replace(self, during=self.during * column, after=self.after * column)

    def at(self, place: int) -> Floats:
        """Return the influence of each row on the curve at one place of its times [rows]."""
        during = (self.first <= place) & (place < self.last)
        chosen = np.where(during[:, None], self.during, self.after)
        started = self.first <= place
        return np.asarray(np.where(started, chosen @ self.basis[place], 0.0))

    def squares(self, cluster: Whole) -> Floats:
        """Return for each time the sum over clusters of squared sums of influence [T].

        Of one cluster alone the sum is 0, which tells nothing of errors: missing then.
        """
        if count_distinct(cluster) < 2:
            return np.full(len(self.basis), np.nan)
        jumps = self._alone() if np.bincount(cluster).max() == 1 else self._together(cluster)
        size, functions = self.basis.shape
        total = np.zeros(size)
        for a in range(functions):
            for b in range(a, functions):
                sums = np.cumsum(jumps(a, b))
                total += (1 if a == b else 2) * sums * self.basis[:, a] * self.basis[:, b]
        return np.maximum(total, 0.0)

    def integral(self, lengths: Floats) -> Floats:
        """Return each row's sum over times of its influence times ``lengths`` [rows]."""
        total = np.zeros((len(self.basis) + 1, self.basis.shape[1]))
        np.cumsum(self.basis * lengths[:, None], axis=0, out=total[1:])
        within = (total[self.last] - total[self.first]) * self.during
        beyond = (total[-1] - total[self.last]) * self.after
        return np.asarray((within + beyond).sum(axis=1))

    def _alone(self) -> Callable[[int, int], Floats]:
        """Return changes of sums of products where each row is a cluster: nothing is sorted."""
        size = len(self.basis)

        def jumps(a: int, b: int) -> Floats:
            during = self.during[:, a] * self.during[:, b]
            change = self.after[:, a] * self.after[:, b] - during
            return np.asarray(
                np.bincount(self.first, during, size) + np.bincount(self.last, change, size)
            )

        return jumps

    def _together(self, cluster: Whole) -> Callable[[int, int], Floats]:
        """Return changes of sums of products of the clusters' sums."""
        size, functions = self.basis.shape
        place = np.concatenate([self.first, self.last])
        change = np.concatenate([self.during, self.after - self.during])
        owner = np.concatenate([cluster, cluster])
        order = np.argsort(owner * size + place, kind="stable")
        place, change, owner = place[order], change[order], owner[order]
        level = np.cumsum(change, axis=0)
        new = np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))
        before_owner = np.zeros((len(new), functions))
        before_owner[1:] = level[new[1:] - 1]
        level -= np.repeat(before_owner, np.diff(np.append(new, len(owner))), axis=0)
        former = level - change

        def jumps(a: int, b: int) -> Floats:
            products = level[:, a] * level[:, b] - former[:, a] * former[:, b]
            return np.asarray(np.bincount(place, products, size))

        return jumps


def cluster_square(values: Floats, cluster: Whole) -> float:
    """Return the sum over clusters of the squared sum of the rows' values; none of one cluster."""
    if count_distinct(cluster) < 2:
        return float("nan")
    return float((np.bincount(cluster, values) ** 2).sum())
