"""Sums of squares of distances that factors explain, and their permutation tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from skillsfc.transitions.records import Floats, Whole

AT_ONCE = 64  # permutations whose products with the distances are made in one go


class Explained:
    r"""Sums of squares explained by columns of persons.

    Parameters
    ----------
    matrix : array [rows, rows]
        Distances between different trajectories.
    index : array of int
        Row of each person.
    weight : array
        Weight of each person, scaled to sum to their number.

    Notes
    -----
    :math:`SS = \sum_{ij} w_i w_j d_{ij} / 2W` in all. Columns X, centred with the weights, explain
    :math:`-\frac12 tr((X'WX)^{-1} X'WDWX)` (McArdle and Anderson 2001); for the levels of one
    factor that is the total less the sum of SS within levels.

    Examples
    --------
    >>> at = np.array([0.0, 0.0, 1.0, 1.0])
    >>> made = Explained(np.abs(np.subtract.outer(at, at)), np.arange(4), np.ones(4))
    >>> float(made.total), float(made.of(np.array([[0.0], [0], [1], [1]])))
    (1.0, 1.0)
    """

    def __init__(self, matrix: Floats, index: Whole, weight: Floats) -> None:
        self.matrix, self.index, self.weight = matrix, index, weight
        sums = np.bincount(index, weights=weight, minlength=len(matrix))
        self.total = float(sums @ matrix @ sums) / (2 * weight.sum())

    def of(self, columns: Floats) -> float:
        """Return the sum of squares that the columns explain together."""
        return float(self.of_many(columns[None])[0])

    def of_many(self, columns: Floats) -> Floats:
        """Return the same for several sets of columns [sets, persons, columns]."""
        sets, _, width = columns.shape
        if width == 0:
            return np.zeros(sets)
        mean = np.einsum("i,sik->sk", self.weight, columns) / self.weight.sum()
        centred = columns - mean[:, None]
        weighted = centred * self.weight[:, None]
        inner = np.einsum("sik,sil->skl", weighted, centred)
        rows = np.zeros((len(self.matrix), sets * width))
        np.add.at(rows, self.index, weighted.transpose(1, 0, 2).reshape(len(self.index), -1))
        there = (self.matrix @ rows).reshape(-1, sets, width)
        cross = np.einsum("rsk,rsl->skl", rows.reshape(-1, sets, width), there)
        inverse = np.linalg.pinv(inner, hermitian=True)
        return np.asarray(-0.5 * np.einsum("skl,slk->s", inverse, cross))


def rank_of(columns: Floats, weight: Floats) -> int:
    """Return how many of the columns are independent of one another and of a constant."""
    if columns.shape[1] == 0:
        return 0
    centred = columns - weight @ columns / weight.sum()
    spread = np.sqrt((centred**2).mean(axis=0))
    return int(np.linalg.matrix_rank(centred / np.where(spread > 0, spread, 1.0)))


def permuted_sums(
    explained: Explained, varied: Floats, fixed: Floats, permutations: int, seed: int
) -> Floats:
    """Return the sums explained when the rows of the varied columns are put in random order.

    Parameters
    ----------
    explained : Explained
        Distances and weights, which stay with the persons.
    varied, fixed : array [persons, columns]
        Columns that are permuted, and those that stay.
    permutations : int
        How many.
    seed : int
        Of the random orders.
    """
    rng = np.random.default_rng(seed)
    made: list[npt.NDArray[np.float64]] = []
    while len(made) * AT_ONCE < permutations:
        count = min(AT_ONCE, permutations - len(made) * AT_ONCE)
        orders = [rng.permutation(len(varied)) for _ in range(count)]
        sets = [np.hstack([varied[order], fixed]) for order in orders]
        made.append(explained.of_many(np.stack(sets)))
    return np.concatenate(made) if made else np.zeros(0)


def p_value(observed: float, drawn: Floats) -> float:
    """Return the share of draws at least as large, the observed value being one of them.

    Examples
    --------
    >>> p_value(2.0, np.array([1.0, 3.0, 0.5]))
    0.5
    """
    if not len(drawn):
        return float("nan")
    slack = 1e-10 * max(abs(observed), 1e-300)  # the same grouping again is as large
    return float((1 + (drawn >= observed - slack).sum()) / (1 + len(drawn)))


def levene(
    distances_to_centre: Floats, weight: Floats, codes: Whole, orders: Sequence[Whole]
) -> tuple[float, Floats]:
    """Return the F of a difference between groups' spreads, and its values in random orders.

    Parameters
    ----------
    distances_to_centre : array
        Distance of each person to the centre of the own group.
    weight, codes : array
        Weight and group of each person.
    orders : sequence of array of int
        Random orders of persons.
    """
    values = distances_to_centre
    total = weight.sum()
    groups = int(codes.max()) + 1
    whole = float(weight @ (values - weight @ values / total) ** 2)

    def ratio(own: Whole) -> float:
        size = np.bincount(own, weights=weight, minlength=groups)
        mean = np.bincount(own, weights=weight * values, minlength=groups) / size
        within = float(weight @ (values - mean[own]) ** 2)
        between = max(whole - within, 0.0) / (groups - 1)
        return between / (within / (total - groups)) if within > 0 else float("inf")

    return ratio(codes), np.array([ratio(codes[order]) for order in orders])
