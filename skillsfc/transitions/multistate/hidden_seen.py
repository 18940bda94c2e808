"""What is seen of a hidden state: chances of confusion, states not known, and the first state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skillsfc.transitions.records import Flags, Floats, Whole


@dataclass(frozen=True)
class Confusion:
    """Chance of each code given the true state.

    Parameters
    ----------
    fixed : array [states, codes]
        Chances that are given: columns are states, then codes of states not known (0 or 1).
    true, seen : array [estimated]
        Confusions whose chance is estimated.
    """

    fixed: Floats
    true: Whole
    seen: Whole

    @property
    def size(self) -> int:
        """Return the number of chances estimated."""
        return len(self.true)

    def chances(self, logits: Floats) -> Floats:
        """Return the chance of each code [states, codes]; logits are against seeing the truth.

        Examples
        --------
        >>> one = Confusion(np.eye(2), np.array([0]), np.array([1]))
        >>> one.chances(np.array([0.0])).tolist()
        [[0.5, 0.5], [0.0, 1.0]]
        """
        made = self.fixed.copy()
        if not self.size:
            return made
        odds = np.exp(np.minimum(logits, 300.0))
        rows = np.unique(self.true)
        total = 1.0 + np.bincount(self.true, odds, len(made))
        made[rows, rows] = 1.0 / total[rows]
        made[self.true, self.seen] = odds / total[self.true]
        return made

    def scores(self, after: Floats, code: Whole, chances: Floats) -> Floats:
        """Return slopes in the logits [visits, estimated] given chances of the true state."""
        known = code < len(self.fixed)
        hit = code[:, None] == self.seen
        expected = chances[self.true, self.seen] * known[:, None]
        return np.asarray(after[:, self.true] * (hit - expected))


@dataclass(frozen=True)
class FirstState:
    """Chance of the state at the first visit.

    Parameters
    ----------
    kind : str
        ``"observed"``: what was seen first is true, and the likelihood is conditional on it;
        ``"given"``; or ``"estimated"``.
    given : array [states]
        Chances where they are given; else where to start.
    free : array
        States whose chance is estimated, the reference not among them.
    reference : int
        State that logits are against.
    """

    kind: str
    given: Floats
    free: Whole
    reference: int = 0

    @property
    def size(self) -> int:
        """Return the number of chances estimated."""
        return len(self.free) if self.kind == "estimated" else 0

    def chances(self, logits: Floats) -> Floats:
        """Return the chance of each state.

        Examples
        --------
        >>> FirstState("estimated", np.ones(2), np.array([1])).chances(np.array([0.0])).tolist()
        [0.5, 0.5]
        """
        if self.kind != "estimated":
            return self.given
        made = np.zeros(len(self.given))
        made[self.reference] = 1.0
        made[self.free] = np.exp(np.minimum(logits, 300.0))
        return np.asarray(made / made.sum())


def weigh_first(first: FirstState, logits: Floats, code: Whole, chances: Floats) -> Floats:
    """Return chances of state and code at first visits [persons, states], not normalised."""
    if first.kind == "observed":
        sets: Flags = np.hstack([np.eye(len(chances)), chances[:, len(chances) :]]) > 0
        return np.asarray(sets.T[code], dtype=np.float64)
    return np.asarray(first.chances(logits) * chances.T[code])
