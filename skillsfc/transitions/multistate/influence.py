r"""Standard errors by the infinitesimal jackknife: each cluster's influence, summed and squared.

With U_c(t) the derivative of the state probabilities p(t) by the weights of cluster c (times these
weights), the variance is the sum of U_c(t)^2. It follows

    U_c(t) = U_c(s) P(s, t) + sum over s < u <= t of p(u-) dH_c(u) P(u, t),

where row j of dH_c is (moves of c out of j - weight of c at risk in j * dA_j) / Y_j.

The sum is taken over the windows between reported times. In a window all spells at risk in a state
from its first step to its last add the same, so that only the weight of each cluster in each state
is needed; spells that come or go within it are looked up in tables with one entry a step. Time and
memory do not grow with persons times event times, only with clusters times reported times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skillsfc.transitions.multistate.event_steps import Stays, Steps
from skillsfc.transitions.records import Floats, Whole


@dataclass(frozen=True)
class _Spells:
    """Spells on the grid: each is at risk at the steps ``first <= step < last``."""

    first: Whole
    last: Whole
    state: Whole
    to: Whole
    weight: Floats
    cluster: Whole


def _at_steps(stays: Stays, steps: Steps) -> _Spells:
    first, last = steps.ranges(stays)
    return _Spells(first, last, stays.state, stays.to, stays.weight, stays.cluster)


@dataclass(frozen=True)
class _Window:
    """Steps ``low`` to ``high - 1`` of the grid, and the tables of what a spell adds in them.

    ``passed[m, j]`` is what being at risk in state j over the first m steps takes away; ``after``
    carries a place in a state after each step to the window's end, and ``ratio`` is the part of a
    state's probability that a spell of weight 1 at risk in it stands for.
    """

    low: int
    high: int
    passed: Floats
    after: Floats
    ratio: Floats


def probability_variances(
    stays: Stays, steps: Steps, probability: Floats, initial: Floats, reported: Whole
) -> Floats:
    """Return the variance of the state probabilities at reported times.

    Parameters
    ----------
    stays, steps : Stays, Steps
        The spells and their grid.
    probability : array [steps + 1, states]
        State probabilities before the first step and after each.
    initial : array [clusters, states]
        Influence of each cluster on the distribution at the start; zeros where that is given.
    reported : array of int
        For each reported time, rising, the number of steps up to it.

    Returns
    -------
    array [reported times, states]
        Variances.
    """
    spells = _at_steps(stays, steps)
    met = np.nonzero(spells.last > spells.first)[0]
    by_first = met[_order(spells.first[met])]
    by_last = met[_order(spells.last[met])]
    came = np.searchsorted(spells.first[by_first], reported, side="left")
    gone = np.searchsorted(spells.last[by_last], reported, side="right")
    influence = np.ascontiguousarray(initial.T)  # states in rows: a cluster's numbers lie apart
    standing, carried, taken = (np.zeros_like(influence) for _ in range(3))
    variance = np.zeros((len(reported), stays.size))
    low = entered = left = 0
    for row, high in enumerate(reported):
        if high > low:
            after = _products_after(steps.matrices[low:high])
            window = _window(steps, probability, low, int(high), after[1:])
            np.matmul(after[0].T, influence, out=carried)
            np.matmul(window.passed[-1].T, standing, out=taken)
            carried -= taken
            influence, carried = carried, influence
            entering, leaving = by_first[entered : came[row]], by_last[left : gone[row]]
            _add_changes(influence, spells, window, entering, leaving)
            remaining = entering[spells.last[entering] > high]
            before = leaving[spells.first[leaving] < low]
            _count(standing, spells, remaining, 1.0)
            _count(standing, spells, before, -1.0)
            low, entered, left = int(high), came[row], gone[row]
        variance[row] = np.einsum("sc,sc->s", influence, influence)
    return variance


def _order(places: Whole) -> Whole:
    """Return the order of places; numbers of 16 bits are sorted without comparing them."""
    small = len(places) and int(places.max()) < 2**16
    return np.argsort(places.astype(np.uint16) if small else places, kind="stable")


def time_covariance(
    stays: Stays, steps: Steps, probability: Floats, initial: Floats, start: float, until: float
) -> Floats:
    """Return the covariance of the expected times in the states from ``start`` to ``until``.

    The same sum in one window, each term carried on by the integral of P(u, t) up to ``until``.
    """
    lengths = np.diff(np.concatenate([[start], steps.times, [until]]))
    size, count = stays.size, len(steps.times)
    after = np.empty((count + 1, size, size))
    after[-1] = np.eye(size) * lengths[-1]
    for step in range(count - 1, -1, -1):
        after[step] = np.eye(size) * lengths[step] + steps.matrices[step] @ after[step + 1]
    influence = np.ascontiguousarray((initial @ after[0]).T)
    if count:
        window = _window(steps, probability, 0, count, after[1:])
        spells = _at_steps(stays, steps)
        met = np.nonzero(spells.last > spells.first)[0]
        _add_changes(influence, spells, window, met, met)
    return np.asarray(influence @ influence.T, dtype=np.float64)


def _products_after(matrices: Floats) -> Floats:
    """Return the products of all matrices, of all but the first, ... and of none."""
    count, size = len(matrices), matrices.shape[1]
    after = np.empty((count + 1, size, size))
    after[-1] = np.eye(size)
    for step in range(count - 1, -1, -1):
        after[step] = matrices[step] @ after[step + 1]
    return after


def _window(steps: Steps, probability: Floats, low: int, high: int, after: Floats) -> _Window:
    """Return the tables of a window; ``after`` carries each step's effect to its end."""
    at_risk = steps.weight_at_risk[low:high]
    ratio = probability[low:high] / np.where(at_risk > 0, at_risk, np.inf)
    change = steps.matrices[low:high] - np.eye(at_risk.shape[1])
    staying = ratio[:, :, None] * (change @ after)
    passed = np.concatenate([np.zeros((1, *staying.shape[1:])), np.cumsum(staying, axis=0)])
    return _Window(low, high, passed, after, ratio)


def _add_changes(
    influence: Floats, spells: _Spells, window: _Window, entering: Whole, leaving: Whole
) -> None:
    """Add what spells do that enter or leave within a window, beyond the part of those who stay."""
    low, high, passed = window.low, window.high, window.passed
    state = spells.state[entering]
    goes = np.minimum(spells.last[entering], high) - low
    value = passed[spells.first[entering] - low, state] - passed[goes, state]
    _scatter(influence, spells, entering, value)
    early = leaving[(spells.first[leaving] < low) & (spells.last[leaving] < high)]
    state = spells.state[early]
    value = passed[-1, state] - passed[spells.last[early] - low, state]
    _scatter(influence, spells, early, value)
    movers = leaving[spells.to[leaving] >= 0]
    at = spells.last[movers] - 1 - low
    state, aim = spells.state[movers], spells.to[movers]
    value = window.ratio[at, state][:, None] * (window.after[at, aim] - window.after[at, state])
    _scatter(influence, spells, movers, value)


def _scatter(influence: Floats, spells: _Spells, rows: Whole, value: Floats) -> None:
    if not len(rows):
        return
    cluster = spells.cluster[rows]
    value = value * spells.weight[rows][:, None]
    for state, line in enumerate(influence):
        np.add.at(line, cluster, np.ascontiguousarray(value[:, state]))


def _count(standing: Floats, spells: _Spells, rows: Whole, sign: float) -> None:
    """Add the weights of spells to the weight of their cluster in their state, or take them off."""
    place = spells.state[rows] * standing.shape[1] + spells.cluster[rows]
    np.add.at(standing.reshape(-1), place, sign * spells.weight[rows])
