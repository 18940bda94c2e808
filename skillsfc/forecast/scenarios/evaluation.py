"""One scenario on one baseline: persons, bounds from the assumptions, contributions by lever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skillsfc.forecast.scenarios.attribution import (
    CLOSURE,
    Array,
    changed_levels,
    split_difference,
)
from skillsfc.forecast.scenarios.baseline import Baseline
from skillsfc.forecast.scenarios.draws import draw_values, stated_values
from skillsfc.forecast.scenarios.levers import Lever, lever_effects, match_levers
from skillsfc.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Outcome:
    """A scenario worked out.

    Parameters
    ----------
    scenario, levers
        What was worked out, matched to the cells.
    names : tuple of str
        Of the contributions: the levers and, with totals held under the log-mean rule, the closure.
    persons : ndarray (cells, years)
        At the stated values.
    bounds, total_bounds : ndarray (levels, 2, cells or groups, years)
        Quantiles over draws of the assumptions, of cells and of group totals.
    contributions : ndarray (names, cells, years)
        Persons.
    """

    scenario: Scenario
    levers: tuple[Lever, ...]
    names: tuple[str, ...]
    persons: Array
    bounds: Array
    total_bounds: Array
    contributions: Array


def evaluate_scenario(
    scenario: Scenario,
    base: Baseline,
    held: bool,
    rule: str,
    levels: Sequence[float],
    draws: int,
    seed: int,
) -> Outcome:
    """Work a scenario out on a baseline.

    Parameters
    ----------
    scenario : Scenario
        With or without levers; without, it is the baseline to the last digit.
    base : Baseline
        Cells and years.
    held : bool
        Whether totals are those of the baseline.
    rule : str
        Of the split; see `split_difference`.
    levels : sequence of float
        Coverage [0-1].
    draws, seed : int
        Of the assumptions.

    Returns
    -------
    Outcome
    """
    levers = match_levers(scenario, base.cells)
    groups = base.groups if held else None
    member = (np.unique(base.groups)[:, None] == base.groups[None, :]).astype("float64")
    shape, groups_shape = base.persons.shape, (len(member), len(base.years))
    persons = base.persons.copy()
    bounds = np.broadcast_to(persons, (len(levels), 2, *shape)).copy()
    totals = np.broadcast_to(member @ persons, (len(levels), 2, *groups_shape)).copy()
    if not levers:
        return Outcome(scenario, (), (), persons, bounds, totals, np.zeros((0, *shape)))
    stated, drawn = stated_values(scenario), draw_values(scenario, draws, seed)
    parts = []
    for at, year in enumerate(base.years):
        years = float(max(0, year - base.start))
        before = base.persons[:, at]
        effects = lever_effects(levers, stated, years)[:, 0]
        split, closed = split_difference(before, effects, groups, rule)
        parts.append(split)
        persons[:, at] = changed_levels(before, effects.sum(axis=0), groups)
        spread = lever_effects(levers, drawn, years).sum(axis=0)
        many = changed_levels(before, spread, groups)
        bounds[..., at] = quantiles(many, persons[:, at], levels)
        totals[..., at] = quantiles(many @ member.T, member @ persons[:, at], levels)
    names = tuple(lever.name for lever in levers) + ((CLOSURE,) if closed else ())
    return Outcome(scenario, tuple(levers), names, persons, bounds, totals, np.stack(parts, axis=2))


def quantiles(many: Array, stated: Array, levels: Sequence[float]) -> Array:
    """Return the bounds of central intervals over draws, widened to the value at stated values.

    Parameters
    ----------
    many : ndarray (draws, cells)
        Persons.
    stated : ndarray (cells,)
        Persons at the stated values.
    levels : sequence of float
        Coverage [0-1].

    Returns
    -------
    ndarray (levels, 2, cells)

    Examples
    --------
    >>> quantiles(np.array([[0.0], [1.0], [2.0]]), np.array([3.0]), (0.5,)).tolist()
    [[[0.5], [3.0]]]
    """
    tails = [[(1 - level) / 2, (1 + level) / 2] for level in levels]
    found: Array = np.quantile(many, np.array(tails), axis=0)
    found[:, 0] = np.minimum(found[:, 0], stated)
    found[:, 1] = np.maximum(found[:, 1], stated)
    return found
