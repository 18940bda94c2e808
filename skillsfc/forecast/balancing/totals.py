"""Totals that differ: scaled to one if that is asked for; and the level of a seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.forecast.balancing.arrangement import Arrangement
from skillsfc.forecast.balancing.inputs import SUBJECT
from skillsfc.forecast.balancing.layout import Array, Arrays
from skillsfc.forecast.balancing.wording import number

TOTALS = ("refuse", "first", "mean")


def level_seed(made: Arrangement, arrays: Arrays) -> Arrays:
    """Return arrays with a seed in another measure brought to the mean total of its margins.

    Soft margins are weighed against the seed, and GRAS treats cells of the two signs differently:
    its level matters to both.
    """
    if made.inputs.measure == made.inputs.seed_measure:
        return arrays
    level = np.mean([np.abs(t).reshape(len(t), -1).sum(axis=1) for t in arrays.targets], axis=0)
    own = np.abs(arrays.given).reshape(len(arrays.given), -1).sum(axis=1)
    factor = np.divide(level, own, out=np.ones_like(level), where=own > 0)

    def scaled(array: Array) -> Array:
        made: Array = array * factor.reshape(-1, *[1] * (array.ndim - 1))
        return made

    return replace(arrays, given=scaled(arrays.given), seeds=[scaled(s) for s in arrays.seeds])


def scale_totals(made: Arrangement, totals: str) -> tuple[list[Array], list[str]]:
    """Return the targets with one total, if that was asked for, and a note for each that moved.

    Raises
    ------
    ParameterError
        If ``totals`` is none of the choices and no margin's name.
    """
    if totals == "refuse":
        return made.targets, []
    names = [margin.name for margin in made.inputs.margins]
    choices = [*TOTALS, *names]
    if totals not in choices:
        guess = did_you_mean(totals, choices)
        problem = Problem("totals", repr(totals), f"one of {listing(choices, 12)}", guess)
        raise ParameterError(SUBJECT, [problem])
    sums = np.stack([t.reshape(len(t), -1).sum(axis=1) for t in made.targets])
    if totals == "mean":
        wanted = sums.mean(axis=0)
    else:
        wanted = sums[0 if totals == "first" else names.index(totals)]
    scaled, notes = [], []
    for name, target, own in zip(names, made.targets, sums, strict=True):
        factor = np.divide(wanted, own, out=np.ones_like(own), where=(own > 0) & (wanted > 0))
        scaled.append(target * factor.reshape(-1, *[1] * (target.ndim - 1)))
        low, high = float(factor.min()), float(factor.max())
        if max(high - 1.0, 1.0 - low) > 1e-12:
            by = number(low) if low == high else f"{number(low)} to {number(high)}"
            to = "the mean of all totals" if totals == "mean" else "the total of "
            to += "" if totals == "mean" else (names[0] if totals == "first" else totals)
            notes.append(f"Margin {name} was scaled to {to}, as asked: times {by}.")
    return scaled, notes
