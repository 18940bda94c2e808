"""Draws of assumptions within their ranges: the same number for the same name in every scenario."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from skillsfc.scenario import Scenario

Array = NDArray[np.float64]


def stated_values(scenario: Scenario) -> dict[str, Array]:
    """Return the stated value of every assumption of a lever, as one draw.

    Examples
    --------
    >>> from skillsfc.scenario import load_scenario
    >>> stated_values(load_scenario("digital"))["ai_adoption"].tolist()
    [0.23]
    """
    return {
        name: np.array([float(entry.value)])
        for name, entry in scenario.assumptions.items()
        if entry.lever
    }


def draw_values(scenario: Scenario, draws: int, seed: int) -> Mapping[str, Array]:
    """Draw every assumption of a lever from the triangle of its range and value.

    An assumption without a range, or one that was given a plain value by `Scenario.with_`, is not
    drawn. The stream of an assumption depends on the seed and its name alone, so that scenarios
    are compared draw by draw and neither their order nor their other levers matter.

    Parameters
    ----------
    scenario : Scenario
        Its levers.
    draws : int
        How many.
    seed : int
        Of all streams.

    Returns
    -------
    mapping of str to ndarray (draws,)

    Examples
    --------
    >>> from skillsfc.scenario import load_scenario
    >>> drawn = draw_values(load_scenario("digital"), 1000, 1)["ai_adoption"]
    >>> bool(drawn.min() >= 0 and drawn.max() <= 0.6 and abs(drawn.mean() - 0.83 / 3) < 0.01)
    True
    """
    certain = {change.name for change in scenario.changes if not change.own_range}
    made = {}
    for name, entry in scenario.assumptions.items():
        if not entry.lever:
            continue
        value = float(entry.value)
        low, high = (entry.low, entry.high) if entry.low is not None else (value, value)
        if name in certain or high is None or low == high:
            made[name] = np.full(draws, value)
            continue
        stream = np.random.default_rng([seed, zlib.crc32(name.encode())])
        made[name] = stream.triangular(low, value, high, draws)
    return made
