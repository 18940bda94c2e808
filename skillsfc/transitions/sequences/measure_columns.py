"""One column of person measures each: lengths, counts, entropy, complexity, volatility."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from skillsfc.transitions.records import Floats
from skillsfc.transitions.sequences.distribution import entropy_of
from skillsfc.transitions.sequences.preparation import Prepared
from skillsfc.transitions.sequences.spells import Runs, count_subsequences, log2_of
from skillsfc.transitions.sequences.turbulence import (
    normal_turbulence,
    turbulence,
    visited_states,
)


def _known(prepared: Prepared) -> Floats:
    return np.asarray((prepared.codes >= 0).sum(axis=1), dtype=np.float64)


def _blank(prepared: Prepared, values: Any) -> Floats:
    """Return the values, missing for persons without a known period."""
    return np.where(_known(prepared) > 0, values, np.nan)


def _shares(prepared: Prepared) -> Floats:
    spent = [(prepared.codes == s).sum(axis=1) for s in range(len(prepared.states))]
    return np.stack(spent, axis=1) / np.maximum(_known(prepared), 1)[:, None]


def relative_entropy(prepared: Prepared) -> Floats:
    """Return the entropy of each person's time over states [0-1]."""
    size = len(prepared.states)
    return _blank(prepared, entropy_of(_shares(prepared)) / (np.log(size) if size > 1 else 1.0))


def _relative_transitions(prepared: Prepared, runs: Runs) -> Floats:
    return _blank(prepared, np.maximum(runs.counts - 1, 0) / np.maximum(_known(prepared) - 1, 1))


def complexity(prepared: Prepared, runs: Runs) -> Floats:
    """Return the complexity of each sequence [0-1]."""
    return np.asarray(np.sqrt(_relative_transitions(prepared, runs) * relative_entropy(prepared)))


def _volatility(prepared: Prepared, runs: Runs) -> Floats:
    size = len(prepared.states)
    more = np.maximum(visited_states(runs, size) - 1, 0) / max(size - 1, 1)
    return 0.5 * more + 0.5 * _relative_transitions(prepared, runs)


MEASURES: dict[str, Callable[[Prepared, Runs], Any]] = {
    "length": lambda prepared, runs: prepared.sequences.lengths(),
    "known": lambda prepared, runs: _known(prepared).astype(np.int64),
    "spells": lambda prepared, runs: runs.counts,
    "transitions": lambda prepared, runs: np.maximum(runs.counts - 1, 0),
    "visited": lambda prepared, runs: visited_states(runs, len(prepared.states)),
    "longest_spell": lambda prepared, runs: runs.durations.max(axis=1),
    "entropy": lambda prepared, runs: _blank(prepared, entropy_of(_shares(prepared))),
    "complexity": complexity,
    "volatility": _volatility,
    "subsequences": lambda prepared, runs: count_subsequences(runs.states),
    "log2_subsequences": lambda prepared, runs: log2_of(count_subsequences(runs.states)),
}


def turbulences(
    prepared: Prepared, runs: Runs, wanted: tuple[str, ...], norm: bool
) -> dict[str, Floats]:
    """Return the kinds of turbulence that are wanted, from 0 to 1 where ``norm``."""
    size, longest = len(prepared.states), int(_known(prepared).max())
    made = {}
    for kind, name in ((1, "turbulence"), (2, "turbulence_2")):
        if name in wanted:
            values = turbulence(runs, size, kind)
            made[name] = normal_turbulence(values, longest, size, kind) if norm else values
    return made
