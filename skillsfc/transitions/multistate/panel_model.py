"""The log-linear model of rates: which coefficient belongs to which parameter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skillsfc.transitions.records import Flags, Floats, Whole

BASELINE = "rate"  # name of the first coefficient of a move: its log rate at mean covariates
LARGEST_LOG = 300.0  # logs of rates beyond it are overflow on the way, not an estimate


@dataclass(frozen=True)
class RateModel:
    """Log rates as linear functions of covariates, some coefficients shared, fixed or absent.

    Parameters
    ----------
    states : tuple of str
        The alphabet.
    source, target : array [transitions]
        Places of the states that a move leaves and enters.
    covariates : tuple of str
        Columns of the design after the constant.
    centre, scale : array [covariates]
        What is taken off a covariate, and what it is divided by, inside.
    slot : array [transitions, 1 + covariates]
        Number of the parameter of a coefficient; -1 where it is not estimated.
    constant : array [transitions, 1 + covariates]
        Coefficients that are not estimated; 0 elsewhere.
    """

    states: tuple[str, ...]
    source: Whole
    target: Whole
    covariates: tuple[str, ...]
    centre: Floats
    scale: Floats
    slot: Whole
    constant: Floats

    @property
    def size(self) -> int:
        """Return the number of parameters."""
        return int(self.slot.max(initial=-1)) + 1

    @cached_property
    def spread(self) -> Floats:
        """Return the matrix from parameters to coefficients [transitions * columns, parameters]."""
        flat = self.slot.ravel()
        made = np.zeros((len(flat), self.size))
        used = flat >= 0
        made[np.nonzero(used)[0], flat[used]] = 1.0
        return made

    @cached_property
    def allowed(self) -> Flags:
        """Return which moves the model allows [states, states]."""
        made = np.zeros((len(self.states), len(self.states)), dtype=bool)
        made[self.source, self.target] = True
        return made

    @property
    def absorbing(self) -> Flags:
        """Return which states nobody leaves."""
        return np.asarray(~self.allowed.any(axis=1))

    def moves(self) -> list[str]:
        """Return the moves in words, such as ``E->U``."""
        return [f"{self.states[a]}->{self.states[b]}"
                for a, b in zip(self.source, self.target, strict=True)]  # fmt: skip

    def names(self) -> list[str]:
        """Return a name of each parameter: every move that shares it, and the covariate."""
        columns = (BASELINE, *self.covariates)
        made = []
        for number in range(self.size):
            rows, places = np.nonzero(self.slot == number)
            words = [self.moves()[row] for row in rows]
            made.append(f"{columns[places[0]]} {', '.join(words)}")
        return made

    def standard(self, matrix: Floats) -> Floats:
        """Return the design of covariate rows: a constant, then centred and scaled covariates."""
        ones = np.ones((len(matrix), 1))
        return np.hstack([ones, (matrix - self.centre) / self.scale])

    def coefficients(self, parameters: Floats) -> Floats:
        """Return coefficients [transitions, columns] of parameters."""
        return self.constant + (self.spread @ parameters).reshape(self.slot.shape)

    def rates(self, parameters: Floats, design: Floats) -> Floats:
        """Return rates [rows of the design, transitions]."""
        logs = design @ self.coefficients(parameters).T
        return np.exp(np.clip(logs, -LARGEST_LOG, LARGEST_LOG))

    def to_parameters(self, slopes: Floats, design: Floats) -> Floats:
        """Return slopes in parameters [n, parameters] of slopes in log rates [n, transitions]."""
        if design.shape[1] == 1:
            return slopes @ self.spread
        full = slopes[:, :, None] * design[:, None, :]
        return full.reshape(len(slopes), -1) @ self.spread


def number_slots(
    present: Flags, fixed: Flags, shared: Sequence[Sequence[tuple[int, int]]]
) -> Whole:
    """Return the number of the parameter of each coefficient, baselines first.

    Parameters
    ----------
    present : array [transitions, columns] of bool
        Coefficients of the model.
    fixed : array [transitions, columns] of bool
        Those of them that are not estimated.
    shared : sequence of sequences of pairs
        Coefficients that are the same parameter.

    Examples
    --------
    >>> there = np.ones((2, 2), dtype=bool)
    >>> number_slots(there, ~there, [[(0, 1), (1, 1)]]).tolist()
    [[0, 2], [1, 2]]
    """
    owner = {place: place for place in zip(*np.nonzero(present & ~fixed), strict=True)}
    for group in shared:
        free = [place for place in group if place in owner]
        first = {owner[place] for place in free}
        for place, own in owner.items():
            if own in first:
                owner[place] = owner[free[0]]
    slot = np.full(present.shape, -1, dtype=np.int64)
    numbers: dict[tuple[int, int], int] = {}
    for row, column in sorted(owner, key=lambda place: (place[1], place[0])):
        own = owner[(row, column)]
        slot[row, column] = numbers.setdefault(own, len(numbers))
    return slot
