"""Hard and soft balancing of prepared arrays: what was reached, and why not more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from skillsfc.forecast.balancing.acceleration import sweep_all
from skillsfc.forecast.balancing.consistency import (
    Finding,
    Reduced,
    find_differences,
    find_negatives,
    reduce_problem,
)
from skillsfc.forecast.balancing.contraction import Split, plan_sweep, sweep
from skillsfc.forecast.balancing.feasibility import Advice, advise, find_possible_cells
from skillsfc.forecast.balancing.layout import Array, Arrays, Flags
from skillsfc.forecast.balancing.soft import soften
from skillsfc.forecast.balancing.solution import EXPLAINED, Solution
from skillsfc.forecast.balancing.updates import generalised, proportional

SPREAD, MANY = 1e5, 25  # factors so far apart after so many sweeps: is a cell on its way to 0?


def solve_hard(arrays: Arrays, *, tolerance: float, max_iterations: int) -> Solution:
    """Balance all tables so that every margin is met, or find out why it cannot be.

    Parameters
    ----------
    arrays : Arrays
        Seed and targets; with a negative part of the seed, by GRAS.
    tolerance : float
        Largest miss of a margin, as part of its target.
    max_iterations : int
        Sweeps.

    Returns
    -------
    Solution
        Tables with findings have factors that are not to be used.
    """
    layout, targets = arrays.layout, arrays.targets
    findings = [] if len(arrays.seeds) > 1 else find_negatives(arrays)
    findings += find_differences(layout, targets, range(len(targets)), tolerance)
    reduced = reduce_problem(layout, arrays.seeds, targets)
    made = _start(arrays, reduced, findings)
    good = made.untouched()
    _sweep_tables(made, arrays, reduced.seeds, good, tolerance, max_iterations)
    for table in good[~made.converged[good] | _vanishing(made, good)]:
        _second_try(made, arrays, reduced.seeds, int(table), tolerance, max_iterations)
    _advise_failed(made, arrays, list(range(len(targets))))
    return made


def solve_soft(
    arrays: Arrays,
    weights: Sequence[Array],
    *,
    penalty: str,
    tolerance: float,
    max_iterations: int,
) -> Solution:
    """Balance all tables as far as the reliability of each margin asks for.

    Parameters
    ----------
    arrays : Arrays
        Seed and targets.
    weights : sequence of ndarray[table, *margin shape]
        Reliability of every target: 0 none, infinity exact.
    penalty : {"squares", "entropy"}
        Form of the penalty.
    tolerance, max_iterations
        Of the optimum.

    Returns
    -------
    Solution
        ``misses`` are what the penalty left.
    """
    layout, targets = arrays.layout, arrays.targets
    hard = [np.isinf(weight) for weight in weights]
    exact = [margin for margin, fixed in enumerate(hard) if fixed.all()]
    findings = find_negatives(arrays) + find_differences(layout, targets, exact, tolerance)
    counted = [np.where(w > 0, t, np.nan) for t, w in zip(targets, weights, strict=True)]
    reduced = reduce_problem(layout, arrays.seeds, counted, hard=hard)
    made = _start(arrays, reduced, findings)
    for table in made.untouched():
        parts, wanted = arrays.one(reduced.seeds, int(table))
        with np.errstate(all="ignore"):
            found = soften(
                layout,
                parts[0],
                wanted,
                [weight[table] for weight in weights],
                penalty=penalty,
                tolerance=tolerance,
                max_iterations=max_iterations,
            )
        for whole, part in zip(made.factors, found.factors, strict=True):
            whole[table] = part
        made.iterations[table] = found.iterations
        made.converged[table] = found.movement <= tolerance
        if not made.converged[table]:
            advice = advise(layout, parts, wanted, margins=exact) if exact else Advice(True)
            _explain(made, int(table), advice, found.movement)
    _measure(made, arrays, reduced.seeds, np.flatnonzero(made.converged), plan_sweep(layout))
    _advise_failed(made, arrays, exact)
    return made


def _start(arrays: Arrays, reduced: Reduced, findings: list[Finding]) -> Solution:
    tables, targets = arrays.tables, arrays.targets
    return Solution(
        [np.full(target.shape, np.nan) for target in targets],
        np.zeros(tables, dtype="int64"),
        np.full((tables, len(targets)), np.inf),
        np.zeros(tables, dtype=bool),
        [seed > 0 for seed in reduced.seeds],
        findings + reduced.findings,
    )


def _advise_failed(made: Solution, arrays: Arrays, margins: list[int]) -> None:
    """Ask a linear programme about the first tables that cannot be balanced."""
    for table in made.failed:
        kinds = {finding.kind for finding in made.findings if finding.table == table}
        if len(made.advice) >= EXPLAINED or not margins:
            return
        if table not in made.advice and not kinds & {"negative_seed", "negative_target"}:
            seeds, targets = arrays.one(arrays.seeds, table)
            made.advice[table] = advise(arrays.layout, seeds, targets, margins=margins)


def _sweep_tables(
    made: Solution,
    arrays: Arrays,
    seeds: Sequence[Array],
    rows: np.ndarray,
    tolerance: float,
    max_iterations: int,
) -> None:
    """Sweep some tables; put what was found in its place and measure every margin."""
    if not len(rows):
        return
    plan = plan_sweep(arrays.layout)
    swept = sweep_all(
        plan,
        [_rows(seed, rows) for seed in seeds],
        [_rows(target, rows) for target in arrays.targets],
        update=proportional if len(seeds) == 1 else generalised,
        tables=len(rows),
        tolerance=tolerance,
        max_iterations=max_iterations,
    )
    for whole, part in zip(made.factors, swept.factors, strict=True):
        whole[rows] = part
    made.iterations[rows] += swept.iterations
    _measure(made, arrays, seeds, rows, plan)
    # Rounding of the last digits of large sums is no miss.
    met = made.misses[rows].max(axis=1) <= tolerance * (1.0 + 1e-6) + 1e-14
    made.converged[rows] = met & np.isfinite(swept.movement)


def _rows(array: Array, rows: np.ndarray) -> Array:
    return array if len(array) == 1 or len(rows) == len(array) else array[rows]


def _measure(
    made: Solution, arrays: Arrays, seeds: Sequence[Array], rows: np.ndarray, plan: Split
) -> None:
    """Measure by how much each margin of some tables misses, with a sweep that changes nothing."""
    if not len(rows):
        return
    targets = [_rows(target, rows) for target in arrays.targets]

    def look(margin: int, sums: Sequence[Array], factor: Array) -> Array:
        target, up = targets[margin], sums[0] * factor
        down = sums[1] / factor if len(sums) > 1 else np.zeros_like(up)
        size = up + down if len(sums) > 1 else np.abs(target)
        gap = np.abs(up - down - target)
        part = np.divide(gap, size, out=np.where(gap > 0, np.inf, 0.0), where=size > 0)
        made.misses[rows, margin] = part.reshape(len(rows), -1).max(axis=1)
        return factor

    with np.errstate(all="ignore"):
        factors = [_rows(factor, rows) for factor in made.factors]
        sweep(plan, [_rows(seed, rows) for seed in seeds], factors, look)


def _vanishing(made: Solution, rows: np.ndarray) -> Flags:
    """Return for which tables the factors suggest that a cell only approaches 0."""
    long: Flags = np.asarray(made.iterations[rows] > MANY)
    for at in np.flatnonzero(long):
        flat = [factor[rows[at]].ravel() for factor in made.factors]
        with np.errstate(all="ignore"):
            long[at] = max(float(part.max() / part.min()) for part in flat) > SPREAD
    return long


def _second_try(
    made: Solution,
    arrays: Arrays,
    seeds: Sequence[Array],
    table: int,
    tolerance: float,
    max_iterations: int,
) -> None:
    """Ask a linear programme about a table that did not converge; empty cells that must be 0.

    Where a solution exists only with further cells at 0, sweeps approach it ever more slowly;
    without these cells they reach it.
    """
    parts, targets = arrays.one(seeds, table)
    advice = Advice(True)
    if not made.converged[table]:
        advice = advise(arrays.layout, parts, targets)
    possible = find_possible_cells(arrays.layout, parts, targets) if advice.feasible else None
    if possible is not None:
        kept = [np.where(flags, part, 0.0) for flags, part in zip(possible, parts, strict=True)]
        emptied = sum(
            int((before > 0).sum() - (after > 0).sum())
            for before, after in zip(parts, kept, strict=True)
        )
        if emptied:
            alone = replace(arrays, targets=[target[None] for target in targets], tables=1)
            again = _start(alone, Reduced([part[None] for part in kept], []), [])
            _sweep_tables(
                again, alone, [part[None] for part in kept], np.arange(1), tolerance, max_iterations
            )
            made.iterations[table] += again.iterations[0]
            if again.converged[0]:
                _accept(made, arrays, again, table, emptied)
    if not made.converged[table]:
        _explain(made, table, advice, float(made.misses[table].max()))


def _accept(made: Solution, arrays: Arrays, again: Solution, table: int, emptied: int) -> None:
    for whole, part in zip(made.factors, again.factors, strict=True):
        whole[table] = part[0]
    for at, flags in enumerate(made.open):
        own = flags if len(flags) == arrays.tables else np.repeat(flags, arrays.tables, axis=0)
        own[table] = again.open[at][0]
        made.open[at] = own
    made.misses[table], made.converged[table] = again.misses[0], True
    made.emptied[table] = emptied


def _explain(made: Solution, table: int, advice: Advice, movement: float) -> None:
    kind = "slow" if advice.feasible else "pattern" if advice.known else "stuck"
    made.findings.append(Finding(kind, table, -1, values=(movement,)))
    made.advice[table] = advice
