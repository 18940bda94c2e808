"""`balance_arrays`: many tables fitted to their margins at once, in factor form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from skillsfc.errors import ConvergenceError, ParameterError, Problem, did_you_mean, listing
from skillsfc.forecast.balancing.layout import SUBJECT, Array, Arrays, Flags, read_arrays
from skillsfc.forecast.balancing.soft import PENALTIES
from skillsfc.forecast.balancing.solution import METHODS, Solution
from skillsfc.forecast.balancing.solve import solve_hard, solve_soft
from skillsfc.forecast.balancing.weights import read_weights
from skillsfc.forecast.balancing.wording import Names, describe

FAILURES = ("raise", "leave_out")
TOLERANCE, MAX_ITERATIONS = 1e-8, 5000


@dataclass(frozen=True, eq=False, repr=False)
class BalancedArrays:
    """Outcome of `balance_arrays`; with ``batch=True`` every array has the tables in front.

    Parameters
    ----------
    table : ndarray
        The balanced tables; NaN where a table could not be balanced.
    factors : tuple of ndarray
        Multipliers of the seed, one array a margin: the table is the seed times all of them (where
        ``table`` is not 0; with gras, negative cells are divided by them).
    iterations : ndarray of int
        Sweeps (soft: Newton steps) that each table took; 0 where the seed fitted already.
    misses : ndarray[..., margin]
        Largest miss of each margin, as part of the target (gras: of the sum of absolute cells).
    converged : ndarray of bool
        Whether each table is balanced.
    problems : tuple of Problem
        Why some are not (only with ``failures="leave_out"``).
    """

    table: Array
    factors: tuple[Array, ...]
    iterations: np.ndarray
    misses: Array
    converged: Flags
    problems: tuple[Problem, ...] = ()


def balance_arrays(
    seed: Any,
    margins: Sequence[tuple[Any, Any]],
    *,
    batch: bool = False,
    method: str = "ipf",
    reliability: Any = None,
    penalty: str = "squares",
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
    failures: str = "raise",
) -> BalancedArrays:
    r"""Fit arrays of any number of axes to sums over some of them; many tables at once.

    Use it inside models and simulations, where tables are arrays already; `sf.balance` does the
    same for tidy tables and names rows by their codes. It refuses what has no solution.

    Parameters
    ----------
    seed : array
        The structure to keep [any unit; with ``"ipf"`` only proportions matter, otherwise the
        level counts too]. Cells of 0 stay 0.
    margins : sequence of (axes, target)
        Axes that the target has (a number or a tuple; ``()`` is the grand total), and the sums
        wanted there. Margins may share axes: ``[((0,), v1), ((1, 2), v23)]``.
    batch : bool
        Whether ``seed`` and every target have a first axis of tables (length 1: the same for all
        tables). Axes of ``margins`` do not count it.
    method : {"ipf", "gras", "soft"}
        Proportional fitting of non-negative tables; GRAS for tables with negative cells; margins
        that are met only as far as they are reliable.
    reliability : float or sequence of float or array, optional
        With ``"soft"``: for all margins, each margin or each target, how much it counts relative to
        the seed [0 not at all, infinity exactly]. See Notes of `sf.balance`.
    penalty : {"squares", "entropy"}
        With ``"soft"``: its form.
    tolerance : float
        Largest miss of any target, as part of it.
    max_iterations : int
        Sweeps over all margins.
    failures : {"raise", "leave_out"}
        Whether one table that cannot be balanced stops all, or is NaN in the result.

    Returns
    -------
    BalancedArrays
        ``.table``, ``.factors``, ``.iterations``, ``.misses``, ``.converged``.

    Raises
    ------
    ParameterError
        If arrays do not fit, have missing values, or an argument is none of those allowed.
    ConvergenceError
        If a table cannot be balanced: which targets are in the way, and the smallest change.

    Notes
    -----
    A sweep multiplies the factors of each margin by target / sum. Tables are not rewritten: the
    sums come from chains of matrix products of the seed with the factors, split in two groups so
    that three single margins cost two passes. From the fourth sweep on, Anderson's extrapolation of
    the logarithms of the factors looks back on five sweeps; the limit is the same, being unique.
    A sweep that would move no factor by more than ``tolerance`` ends a table, and its margins are
    then measured. If sweeps get stuck, a linear programme tells whether there is any solution;
    where one exists only with further cells at 0, these are emptied and the rest is fitted exactly.

    References
    ----------
    Deming & Stephan (1940), Ann. Math. Stat. 11, 427-444, doi:10.1214/aoms/1177731829. Csiszar
    (1975), I-divergence geometry, Ann. Probab. 3, 146-158, doi:10.1214/aop/1176996454. Walker & Ni
    (2011), Anderson acceleration for fixed-point iterations, SIAM J. Numer. Anal. 49, 1715-1735,
    doi:10.1137/10078356X.

    Examples
    --------
    >>> import numpy as np
    >>> made = balance_arrays(np.ones((2, 2)), [((0,), [30, 70]), ((1,), [50, 50])])
    >>> made.table.round(6).tolist()
    [[15.0, 15.0], [35.0, 35.0]]
    >>> balance_arrays(np.eye(2), [((0,), [30, 70]), ((1,), [50, 50])])
    Traceback (most recent call last):
    skillsfc.errors.ConvergenceError: balance_arrays, 3 problems
      ...
    """
    _check_arguments(batch, method, reliability, penalty, tolerance, max_iterations, failures)
    arrays = read_arrays(seed, margins, batch=batch, signed=method == "gras")
    if method == "soft":
        weights = read_weights(reliability, arrays, batch=batch)
        solution = solve_soft(
            arrays, weights, penalty=penalty, tolerance=tolerance, max_iterations=max_iterations
        )
    else:
        solution = solve_hard(arrays, tolerance=tolerance, max_iterations=max_iterations)
    problems = describe(solution, _array_names(arrays), signed=method == "gras")
    if problems and failures == "raise":
        raise ConvergenceError(SUBJECT, problems)
    made = BalancedArrays(
        multiply(arrays, solution),
        tuple(
            arrays.given_factor(factor, margin) for margin, factor in enumerate(solution.factors)
        ),
        solution.iterations,
        solution.misses,
        solution.converged,
        tuple(problems),
    )
    return made if batch else _first(made)


def multiply(arrays: Arrays, solution: Solution) -> Array:
    """Return the balanced tables with the axes of the given seed; NaN where there is none."""
    made = np.array(np.broadcast_to(arrays.given, (arrays.tables, *arrays.given.shape[1:])))
    negative = made < 0 if len(arrays.seeds) > 1 else None
    for margin, factor in enumerate(solution.factors):
        beside = arrays.given_spread(factor, arrays.layout.margins[margin])
        with np.errstate(all="ignore"):  # tables that failed are overwritten below
            made *= beside if negative is None else np.where(negative, 1.0 / beside, beside)
    for part, flags in enumerate(solution.open):
        if np.array_equal(flags, arrays.seeds[part] > 0):
            continue
        kept = arrays.given_spread(flags, range(len(arrays.layout.shape)))
        closed = np.broadcast_to(~kept, made.shape)
        if negative is not None:
            closed = closed & (negative if part else ~negative)
        made[closed] = 0.0
    made[~solution.converged] = np.nan
    return made


def check_options(
    options: Mapping[str, tuple[Any, Sequence[str]]],
    *,
    method: Any,
    reliability: Any,
    tolerance: Any,
    max_iterations: Any,
) -> list[Problem]:
    """Return what is wrong with arguments that arrays and tables have in common."""
    problems = []
    for name, (value, allowed) in options.items():
        if not isinstance(value, str) or value not in allowed:
            expected, guess = f"one of {listing(allowed)}", did_you_mean(value, allowed)
            problems.append(Problem(name, repr(value), expected, guess))
    number = isinstance(tolerance, int | float | np.number) and not isinstance(tolerance, bool)
    if not number or not 1e-13 <= tolerance < 1:
        step = "Sums of floating-point numbers are not exact; 1e-8 is far below any rounding."
        problems.append(Problem("tolerance", repr(tolerance), "1e-13 to 1", next_step=step))
    whole = isinstance(max_iterations, int | np.integer) and not isinstance(max_iterations, bool)
    if not whole or max_iterations < 1:
        problems.append(Problem("max_iterations", repr(max_iterations), "a whole number from 1"))
    if method == "soft" and reliability is None:
        step = "Such as reliability=100: a standard error of a tenth of that of the seed's sum."
        problems.append(Problem("reliability", "None", "weights for 'soft'", next_step=step))
    if method in ("ipf", "gras") and reliability is not None:
        step = "Use method='soft', or leave reliability out."
        found = f"given, but {method!r} meets every margin exactly"
        problems.append(Problem("reliability", found, next_step=step))
    return problems


def _check_arguments(
    batch: Any,
    method: Any,
    reliability: Any,
    penalty: Any,
    tolerance: Any,
    max_iterations: Any,
    failures: Any,
) -> None:
    problems = check_options(
        {
            "method": (method, METHODS),
            "penalty": (penalty, PENALTIES),
            "failures": (failures, FAILURES),
        },
        method=method,
        reliability=reliability,
        tolerance=tolerance,
        max_iterations=max_iterations,
    )
    if not isinstance(batch, bool | np.bool_):
        problems.append(Problem("batch", repr(batch), "True or False"))
    if problems:
        raise ParameterError(SUBJECT, problems)


def _array_names(arrays: Arrays) -> Names:
    def cell(margin: int, place: tuple[int, ...]) -> str:
        if margin >= 0:
            return f"cell {arrays.given_cell(margin, place)}"
        if margin == -1:
            return f"cell {place}"
        pairs = sorted(zip(arrays.order, place, strict=True))
        if arrays.free:
            return "cell " + ", ".join(f"axis {axis} = {i}" for axis, i in pairs)
        return f"cell {tuple(i for _, i in pairs)}"

    def shared(one: int, two: int, place: tuple[int, ...]) -> str:
        margins = arrays.layout.margins
        axes = [arrays.order[axis] for axis in margins[one] if axis in margins[two]]
        return ", ".join(f"axis {a} = {i}" for a, i in zip(axes, place, strict=True))

    return Names(
        table=lambda table: f"table {table}" if arrays.tables > 1 else "",
        margin=lambda margin: f"margin {margin}" if margin >= 0 else "seed",
        cell=cell,
        place=lambda margin, place: f"margin {margin}, {cell(margin, place)}",
        shared=shared,
        remedy="Decide which total is right and scale the other margin to it.",
    )


def _first(made: BalancedArrays) -> BalancedArrays:
    return BalancedArrays(
        made.table[0],
        tuple(factor[0] for factor in made.factors),
        made.iterations[0],
        made.misses[0],
        made.converged[0],
        made.problems,
    )
