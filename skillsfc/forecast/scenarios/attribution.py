"""Split the difference to the baseline into one contribution a lever; they add up exactly."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing

Array = NDArray[np.float64]
RULES = ("log_mean", "shapley")
MOST_LEVERS = 10  # of the Shapley rule: 2 to the power of it are computed
CLOSURE = "total held"  # name of the contribution of holding the total, under the log-mean rule


def held_factor(changed: Array, baseline: Array, groups: NDArray[np.int64]) -> Array:
    """Return for each cell the factor that brings its group back to the baseline's total.

    Parameters
    ----------
    changed, baseline : ndarray (..., cells), (cells,)
        Persons in the scenario and in the baseline.
    groups : ndarray of int (cells,)
        Which cells have a total in common.

    Examples
    --------
    >>> held_factor(np.array([30.0, 10.0]), np.array([10.0, 10.0]), np.array([0, 0])).tolist()
    [0.5, 0.5]
    """
    member = (groups[:, None] == np.unique(groups)[None, :]).astype("float64")
    now, before = changed @ member, baseline @ member
    ratio = np.divide(before, now, out=np.ones_like(now), where=now != 0)
    found: Array = ratio @ member.T
    return found


def changed_levels(baseline: Array, effect: Array, groups: NDArray[np.int64] | None) -> Array:
    """Return persons after a log change, with the totals of groups held if there are groups.

    Examples
    --------
    >>> changed_levels(np.array([10.0]), np.array([0.0]), None).tolist()
    [10.0]
    """
    free: Array = baseline * np.exp(effect)
    return free if groups is None else free * held_factor(free, baseline, groups)


def split_difference(
    baseline: Array, effects: Array, groups: NDArray[np.int64] | None, rule: str
) -> tuple[Array, bool]:
    r"""Split the difference of every cell into contributions of the levers.

    Parameters
    ----------
    baseline : ndarray (cells,)
        Persons.
    effects : ndarray (levers, cells)
        Log change by lever.
    groups : ndarray of int (cells,), optional
        Cells whose total is held at the baseline's; None leaves totals free.
    rule : {"log_mean", "shapley"}
        See Notes.

    Returns
    -------
    contributions : ndarray (levers or levers + 1, cells)
        Persons. Their sum over levers is the scenario minus the baseline.
    closed : bool
        Whether the last row is the contribution of holding the totals.

    Raises
    ------
    ParameterError
        If the rule is unknown, or Shapley is asked for with more than 10 levers.

    Notes
    -----
    ``log_mean``: the logarithmic mean :math:`L = (S - B) / \ln(S / B)` turns log changes into
    persons, :math:`C_l = L e_l`; holding totals is a term of its own. ``shapley``: the mean, over
    all orders in which the levers can be switched on, of the difference that each makes when it is.
    Neither depends on the order in which levers or scenarios are given.

    References
    ----------
    Ang, B. W. (2005), The LMDI approach to decomposition analysis: a practical guide. Energy
    Policy 33, 867-871. Shapley, L. S. (1953), A value for n-person games.

    Examples
    --------
    >>> effects = np.log([[2.0], [3.0]])
    >>> [split_difference(np.array([1.0]), effects, None, r)[0].round(3).tolist() for r in RULES]
    [[[1.934], [3.066]], [[2.0], [3.0]]]
    """
    if rule not in RULES:
        raise ParameterError(
            "rule",
            [Problem("rule", repr(rule), f"one of {listing(RULES)}", did_you_mean(rule, RULES))],
        )
    if rule == "shapley":
        return _shapley(baseline, effects, groups), False
    if groups is not None:
        free = baseline * np.exp(effects.sum(axis=0))
        hold = np.log(held_factor(free, baseline, groups))
        effects = np.concatenate([effects, hold[None, :]])
    total = effects.sum(axis=0)
    # expm1(x) / x, which is 1 at 0: the logarithmic mean in units of the baseline.
    mean = np.divide(np.expm1(total), total, out=np.ones_like(total), where=total != 0)
    return baseline * mean * effects, groups is not None


def _shapley(baseline: Array, effects: Array, groups: NDArray[np.int64] | None) -> Array:
    """Return the Shapley value of every lever in every cell, over all subsets of levers."""
    count = len(effects)
    if count > MOST_LEVERS:
        raise ParameterError(
            "rule",
            [Problem("rule", f"'shapley' with {count} levers", f"at most {MOST_LEVERS}",
                     next_step="Use rule='log_mean'.")],
        )  # fmt: skip
    masks = np.arange(2**count)
    chosen = (masks[:, None] >> np.arange(count)) & 1
    levels = changed_levels(baseline, chosen @ effects, groups)
    sizes = chosen.sum(axis=1)
    weight = [
        math.factorial(k) * math.factorial(count - k - 1) / math.factorial(count)
        for k in range(count)
    ]
    found = np.zeros_like(effects)
    for lever in range(count):
        without = masks[chosen[:, lever] == 0]
        gain = levels[without | (1 << lever)] - levels[without]
        found[lever] = np.array(weight)[sizes[without]] @ gain
    return found
