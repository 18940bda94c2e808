"""Alignment of spells: sequences of few elements, many pairs of them side by side.

A sequence of seventy months has some five spells, so that a pair's table is small and what
counts is how many pairs one operation serves. Sequences are visited in the order of their
numbers of spells: those of a block have about as many, and no table is wider than it must be.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from skillsfc.transitions.distances.alignment import SpellAlignment
from skillsfc.transitions.distances.kernels import shared_starts
from skillsfc.transitions.distances.numba_kernels import compiled
from skillsfc.transitions.records import Floats, Whole

Reals = npt.NDArray[Any]
ROWS, COLUMNS = 128, 64  # pairs of a batch: their tables stay near the processor
LANES = 32  # columns side by side when compiled


def order_of_spells(task: SpellAlignment) -> Whole:
    """Return the order by number of spells, and those of as many by their spells."""
    return np.asarray(np.lexsort((*task.elements.T[::-1], task.lengths)), dtype=np.int64)


class SpellBatches:
    """Largest savings of pairs in plain numpy: a cell of the tables of all pairs at a time."""

    lanes = COLUMNS

    def __init__(self, task: SpellAlignment, *, single: bool = False) -> None:
        self.task = task
        self.order: Whole | None = order_of_spells(task)
        self.kind: Any = np.float32 if single else np.float64
        self.saving = task.saving.astype(self.kind)

    def block(self, rows: Whole, columns: Whole) -> Floats:
        """Return the distances of rows to columns."""
        lengths, facing = self.task.lengths, self.task.elements[columns]
        places = int(lengths[columns].max(initial=0))
        gains = [self.saving.take(facing[:, place], axis=1) for place in range(places)]
        saved = np.zeros((len(rows), len(columns)), dtype=self.kind)
        longest_first = np.argsort(-lengths[rows], kind="stable")
        for start in range(0, len(rows), ROWS):
            some = longest_first[start : start + ROWS]
            own = rows[some]
            saved[some] = self._batch(self.task.elements[own], lengths[own], gains, len(columns))
        return self.task.distances(saved, rows, columns)

    def _batch(self, own: Whole, lengths: Whole, gains: list[Reals], columns: int) -> Any:
        """Return the savings of rows, the longest first: short ones are done before the others."""
        above = np.zeros((len(gains) + 1, len(own), columns), dtype=self.kind)
        here = np.zeros_like(above)
        gain, saved = np.empty_like(above[0]), np.zeros_like(above[0])
        active = int((lengths > 0).sum())
        for place in range(int(lengths.max(initial=0))):
            element = own[:active, place]
            met = gain[:active]
            for column, table in enumerate(gains):
                kept = here[column + 1, :active]
                table.take(element, axis=0, out=met, mode="clip")
                if place and column:
                    met += above[column, :active]
                if place or not column:  # the line before the first, and what is left of it, save 0
                    np.maximum(met, above[column + 1, :active], out=kept)
                    met = kept
                if column:
                    np.maximum(met, here[column, :active], out=kept)
                met = gain[:active]
            going = int((lengths > place + 1).sum())
            saved[going:active] = here[-1, going:active]
            above, here, active = here, above, going
        return saved


class CompiledSpells:
    """Distances compiled, thirty-two columns abreast.

    What two spells save is a number of their states, and where the state is the same one, what
    the shorter of them is worth: two small tables instead of one between all kinds of spells.
    """

    lanes = LANES

    def __init__(self, task: SpellAlignment, *, single: bool = False) -> None:
        self.task = task
        self.order = order_of_spells(task)
        self.kind: Any = np.float32 if single else np.float64
        self.by_state = np.pad(task.by_state, ((0, 0), (0, 1))).astype(self.kind)
        self.worth = np.append(task.worth, 0.0).astype(self.kind)
        self.state = np.append(task.state, len(task.by_state)).astype(np.int64)
        self.states, self.worths = self.state[task.elements], self.worth[task.elements]
        self.shared = self._shared(self.order)

    def block(self, rows: Whole, columns: Whole) -> Floats:
        """Return the distances of rows to columns."""
        apart = np.empty((len(rows), len(columns)))
        shared = self.shared[: len(rows)]
        if not np.array_equal(rows, self.order[: len(rows)]):
            shared = self._shared(rows)
        own = self.states[rows], self.worths[rows], self.task.lengths[rows], shared
        for start in range(0, len(columns), LANES):
            some = columns[start : start + LANES]
            part = np.empty((len(rows), LANES))
            alone = np.resize(self.task.alone[some], LANES)
            compiled(align_spell_rows)(
                *own, *self._facing(some), self.task.alone[rows], alone, part
            )
            apart[:, start : start + LANES] = part[:, : len(some)]
        return apart

    def _shared(self, rows: Whole) -> Whole:
        starts = shared_starts(self.task.elements[rows])
        return np.minimum(starts, self.task.lengths[rows])

    def _facing(self, columns: Whole) -> tuple[Reals, Reals, Reals]:
        """Return what each place of columns saves with each state, and room for the tables."""
        size, places = len(self.by_state), max(int(self.task.lengths[columns].max()), 1)
        states = np.full((places, LANES), len(self.by_state))
        states[:, : len(columns)] = self.states[columns, :places].T
        gain = self.by_state.take(states, axis=1).reshape(size, -1)
        cap = np.zeros((size + 1, places * LANES), dtype=self.kind)
        worth = np.zeros((places, LANES), dtype=self.kind)
        worth[:, : len(columns)] = self.worths[columns, :places].T
        cap[states.ravel(), np.arange(places * LANES)] = worth.ravel()
        room = (self.states.shape[1] + 1, (places + 1) * LANES)
        return gain, cap, np.zeros(room, dtype=self.kind)


def align_spell_rows(
    states: Whole,
    worths: Reals,
    lengths: Whole,
    shared: Whole,
    gain: Reals,
    cap: Reals,
    work: Reals,
    alone: Floats,
    facing: Floats,
    out: Floats,
) -> None:
    """Fill ``out`` with the distances of rows to thirty-two columns.

    The whole table is kept, so that a row starts where it parts from the row before.
    """
    size = gain.shape[1]
    for row in range(states.shape[0]):
        for place in range(shared[row], lengths[row]):
            state, most = states[row, place], worths[row, place]
            saving, limit = gain[state], cap[state]
            above, here = work[place], work[place + 1]
            for x in range(size):
                best = above[x] + (saving[x] + min(most, limit[x]))
                best = max(best, above[x + LANES])
                here[x + LANES] = max(best, here[x])
        saved = work[lengths[row]]
        for lane in range(LANES):
            out[row, lane] = max(alone[row] + facing[lane] - saved[size + lane], 0.0)
