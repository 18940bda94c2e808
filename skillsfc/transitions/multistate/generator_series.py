"""Exponentials of generators and their slopes by scaled series: slow, but never in trouble.

All terms are sums of products of numbers that are not negative, so that small chances keep their
digits, and no eigenvector is needed. Used where the eigenvectors of a generator are nearly the
same (several states with equal rates of leaving), and for very short times.
"""

from __future__ import annotations

import numpy as np

from skillsfc.transitions.records import Floats

ORDER = 15  # terms: with a norm of at most one half the rest is below 1e-18
HALF = 0.5


def series_slopes(generators: Floats, lengths: Floats, directions: Floats) -> tuple[Floats, Floats]:
    r"""Return exponentials of ``generators * lengths`` and their slopes along ``directions``.

    Parameters
    ----------
    generators : array [n, states, states]
        Rows sum to 0, cells off the diagonal are not negative.
    lengths : array [n]
        Times, not negative.
    directions : array [m, states, states]
        Directions of change of the generator; m may be 0.

    Returns
    -------
    pair of arrays
        Probabilities [n, states, states] and slopes [n, m, states, states].

    Notes
    -----
    With :math:`a` the largest rate of leaving, :math:`e^{Qt} = e^{-at} e^{(Q + aI)t}`, where
    :math:`(Q + aI)t` has no negative cell. It is halved s times until its norm is at most one half,
    summed as a series, and squared s times; the slope follows the same steps, which is the
    upper right block of the exponential of :math:`[[Q, E], [0, Q]]` (Van Loan 1978).

    Examples
    --------
    >>> one = np.array([[[-1.0, 1.0], [0.0, 0.0]]])
    >>> chances, slopes = series_slopes(one, np.array([2.0]), one)
    >>> chances.round(6).tolist(), slopes[0, 0].round(6).tolist()
    ([[[0.135335, 0.864665], [0.0, 1.0]]], [[-0.270671, 0.270671], [0.0, 0.0]])
    """
    size = generators.shape[1]
    leaving = -np.diagonal(generators, axis1=1, axis2=2).min(axis=1) * lengths
    halvings = np.ceil(np.log2(np.maximum(leaving, HALF) / HALF)).astype(np.int64)
    scale = np.exp2(-halvings)
    nonnegative = generators * (lengths * scale)[:, None, None]
    nonnegative = nonnegative + (leaving * scale)[:, None, None] * np.eye(size)
    moves = directions[None] * (lengths * scale)[:, None, None, None]
    total, slope = _summed(nonnegative, moves)
    shrink = np.exp(-leaving * scale)
    total, slope = total * shrink[:, None, None], slope * shrink[:, None, None, None]
    for step in range(int(halvings.max(initial=0))):
        rows = halvings > step
        whole = total[rows]
        slope[rows] = whole[:, None] @ slope[rows] + slope[rows] @ whole[:, None]
        total[rows] = whole @ whole
    return total, slope


def _summed(matrix: Floats, moves: Floats) -> tuple[Floats, Floats]:
    """Return the series of the exponential, and of its slope, up to `ORDER`."""
    total = np.broadcast_to(np.eye(matrix.shape[1]), matrix.shape).copy()
    slope = np.zeros_like(moves)
    power, change = total.copy(), slope.copy()
    for order in range(1, ORDER + 1):
        change = (change @ matrix[:, None] + power[:, None] @ moves) / order
        power = power @ matrix / order
        total += power
        slope += change
    return total, slope
