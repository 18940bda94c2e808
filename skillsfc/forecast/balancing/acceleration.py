"""Sweeps to their fixed point: Anderson's extrapolation, and tables that stop on their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from skillsfc.forecast.balancing.contraction import Split, Update, sweep
from skillsfc.forecast.balancing.layout import Array, Flags

MEMORY = 5  # sweeps that an extrapolation looks back on
PLAIN = 3  # sweeps before the first extrapolation
SOON = 16.0  # a table that needs fewer sweeps than this is not extrapolated: that costs more
WORSE = 2.0  # an extrapolation that moves the next sweep so many times further is taken back
PATIENCE = 60  # sweeps after which a table must have come nearer by a tenth
BLOCK_BYTES = 500_000  # seeds of a block; it should stay in the cache of a core
BLOCK_TABLES = 256


@dataclass
class Block:
    """Tables that are swept together.

    Parameters
    ----------
    rows : ndarray of int
        Which tables of the whole these are.
    seeds : list of ndarray[table or 1, *shape]
        One seed, or its positive and negative parts.
    targets, factors : list of ndarray[table, *margin shape]
        Of every margin.
    """

    rows: np.ndarray
    seeds: list[Array]
    targets: list[Array]
    factors: list[Array]

    def keep(self, chosen: Flags) -> None:
        """Leave the other tables out."""
        self.rows = self.rows[chosen]
        self.seeds = [seed if seed.shape[0] == 1 else seed[chosen] for seed in self.seeds]
        self.targets = [target[chosen] for target in self.targets]
        self.factors = [factor[chosen] for factor in self.factors]


@dataclass
class Swept:
    """Factors of all tables, sweeps that each took, and how far its last sweep still moved it."""

    factors: list[Array]
    iterations: np.ndarray
    movement: Array


class Memory:
    """Anderson's extrapolation of the logarithms of the factors, for each table of a block.

    From the last sweeps, the combination of steps that would have left the least movement is
    taken; a table whose movement grew by it goes back to where it was.

    Parameters
    ----------
    tables, factors : int
        Number of tables, and of factors of a table.
    """

    def __init__(self, tables: int, factors: int) -> None:
        self.steps = np.zeros((tables, MEMORY, factors))  # differences of steps
        self.places = np.zeros((tables, MEMORY, factors))  # differences of places
        self.gram = np.zeros((tables, MEMORY, MEMORY))
        self.step = np.zeros((tables, factors))
        self.place = np.zeros((tables, factors))
        self.movement = np.full(tables, np.inf)
        self.count = 0
        self.eye = np.eye(MEMORY)

    def keep(self, chosen: Flags) -> None:
        """Leave the other tables out."""
        for name in ("steps", "places", "gram", "step", "place", "movement"):
            setattr(self, name, getattr(self, name)[chosen])

    def propose(self, before: Array, after: Array, movement: Array) -> Array:
        """Return where the next sweep should start, given what the last one did.

        Parameters
        ----------
        before, after : ndarray[table, factor]
            Logarithms of the factors before and after the sweep.
        movement : ndarray[table]
            How far it moved.
        """
        step = after - before
        wrong = movement > WORSE * self.movement
        if self.count:
            at = (self.count - 1) % MEMORY
            np.subtract(step, self.step, out=self.steps[:, at])
            np.subtract(after, self.place, out=self.places[:, at])
            row = (self.steps @ self.steps[:, at, :, None])[:, :, 0]
            self.gram[:, at, :] = self.gram[:, :, at] = row
        if wrong.any():
            step[wrong], after[wrong] = self.step[wrong], self.place[wrong]
            self.steps[wrong] = self.gram[wrong] = 0.0
            movement = np.where(wrong, self.movement, movement)
        self.count += 1
        self.step, self.place, self.movement = step, after, movement
        size = np.einsum("tii->t", self.gram)
        ridge = np.where(size > 0, 1e-12 * size, 1.0)
        gram = self.gram + ridge[:, None, None] * self.eye
        weights = np.linalg.solve(gram, self.steps @ step[:, :, None])
        return np.asarray(after - (weights.transpose(0, 2, 1) @ self.places)[:, 0])


def sweep_all(
    plan: Split,
    seeds: Sequence[Array],
    targets: Sequence[Array],
    *,
    update: Callable[[Sequence[Array]], Update],
    tables: int,
    tolerance: float,
    max_iterations: int,
) -> Swept:
    """Sweep every table until a sweep moves no factor by more than the tolerance.

    Parameters
    ----------
    plan : Split
        Order of work.
    seeds : sequence of ndarray[tables or 1, *shape]
        One seed, or its positive and negative parts.
    targets : sequence of ndarray[tables or 1, *margin shape]
        Targets.
    update : callable
        Makes, from the targets of a block, the function that updates a margin.
    tables : int
        Number of tables.
    tolerance : float
        On the sum over the margins of the largest relative change of a factor in one sweep; no
        margin of a balanced table then misses its target by more than this part of it.
    max_iterations : int
        Sweeps.

    Returns
    -------
    Swept
        ``movement`` is infinite where factors left the range of numbers.
    """
    shapes = [target.shape[1:] for target in targets]
    done = Swept(
        [np.ones((tables, *shape)) for shape in shapes],
        np.zeros(tables, dtype="int64"),
        np.full(tables, np.inf),
    )
    width = max(1, min(BLOCK_TABLES, BLOCK_BYTES // max(1, sum(s[0].nbytes for s in seeds))))
    for start in range(0, tables, width):
        rows = np.arange(start, min(start + width, tables))
        block = Block(
            rows,
            [seed if seed.shape[0] == 1 else seed[rows] for seed in seeds],
            [np.broadcast_to(t, (tables, *t.shape[1:]))[rows] for t in targets],
            [np.ones((len(rows), *shape)) for shape in shapes],
        )
        with np.errstate(all="ignore"):
            _sweep_block(plan, block, done, update, tolerance, max_iterations)
    return done


def _sweep_block(
    plan: Split,
    block: Block,
    done: Swept,
    update: Callable[[Sequence[Array]], Update],
    tolerance: float,
    max_iterations: int,
) -> None:
    memory: Memory | None = None
    last = milestone = np.full(len(block.rows), np.inf)
    logs = after = np.empty((0, 0))
    renew = update(block.targets)
    for iteration in range(1, max_iterations + 1):
        before = list(block.factors)
        sweep(plan, block.seeds, block.factors, renew)
        if memory is None:
            movement = _movement(before, block.factors)
        else:
            after = _logarithms(block.factors)
            movement = _distance(after - logs, block.factors)
        stop = ~(movement > tolerance) | ~np.isfinite(movement)
        if iteration == 1:
            for factor in block.factors:  # a table that fits stays as it is, to the last digit
                factor[movement <= tolerance] = 1.0
        if iteration % PATIENCE == 0:
            stop |= movement > 0.9 * milestone
            milestone = movement
        if stop.any() or iteration == max_iterations:
            stop |= iteration == max_iterations
            _store(block, done, stop, iteration, movement, tolerance)
            if stop.all():
                return
            go = ~stop
            block.keep(go)
            before = [factor[go] for factor in before]
            movement, last, milestone = movement[go], last[go], milestone[go]
            renew = update(block.targets)
            if memory is not None:
                memory.keep(go)
                logs, after = logs[go], after[go]
        if memory is None and iteration >= PLAIN and _far(movement, last, tolerance):
            logs, after = _logarithms(before), _logarithms(block.factors)
            memory = Memory(len(logs), logs[0].size)
        if memory is not None:
            logs = memory.propose(logs, after, movement)
            block.factors = _exponentials(logs, block.factors)
        last = movement


def _movement(before: Sequence[Array], after: Sequence[Array]) -> Array:
    """Return the largest relative change of a factor, summed over the margins."""
    total = np.zeros(len(after[0]))
    for old, new in zip(before, after, strict=True):
        change = (new / old - 1.0).reshape(len(new), -1)
        total += np.maximum(change.max(axis=1), -change.min(axis=1))
    return total


def _distance(steps: Array, like: Sequence[Array]) -> Array:
    """Return the same from the changes of logarithms, which differ in the second order only."""
    total, start, sizes = np.zeros(len(steps)), 0, np.abs(steps)
    for factor in like:
        size = factor[0].size
        total += sizes[:, start : start + size].max(axis=1)
        start += size
    return total


def _far(movement: Array, last: Array, tolerance: float) -> bool:
    """Return whether some table needs many more sweeps at the pace of its last two."""
    pace = np.clip(movement / last, 1e-6, 1.0 - 1e-12)
    return bool((np.log(tolerance / movement) / np.log(pace)).max() > SOON)


def _store(
    block: Block, done: Swept, chosen: Flags, iteration: int, movement: Array, tolerance: float
) -> None:
    rows = block.rows[chosen]
    for whole, part in zip(done.factors, block.factors, strict=True):
        whole[rows] = part[chosen]
    done.iterations[rows] = iteration if iteration > 1 else movement[chosen] > tolerance
    done.movement[rows] = np.where(np.isfinite(movement[chosen]), movement[chosen], np.inf)


def _logarithms(factors: Sequence[Array]) -> Array:
    flat = [factor.reshape(len(factor), -1) for factor in factors]
    return np.asarray(np.log(np.concatenate(flat, axis=1)))


def _exponentials(logs: Array, like: Sequence[Array]) -> list[Array]:
    values, made, start = np.exp(logs), [], 0
    for factor in like:
        size = factor[0].size
        made.append(np.ascontiguousarray(values[:, start : start + size]).reshape(factor.shape))
        start += size
    return made
