"""`balance`: a tidy table fitted to its margins, or the reason why it cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ConvergenceError, ParameterError, Problem, listing
from skillsfc.forecast.balancing.arrangement import arrange
from skillsfc.forecast.balancing.inputs import SUBJECT, read_inputs
from skillsfc.forecast.balancing.kernel import (
    FAILURES,
    MAX_ITERATIONS,
    TOLERANCE,
    check_options,
    multiply,
)
from skillsfc.forecast.balancing.labels import names_of_arrangement
from skillsfc.forecast.balancing.reporting import balance_notes, balanced_rows, diagnose
from skillsfc.forecast.balancing.soft import PENALTIES
from skillsfc.forecast.balancing.solution import METHODS
from skillsfc.forecast.balancing.solve import solve_hard, solve_soft
from skillsfc.forecast.balancing.totals import TOTALS, level_seed, scale_totals
from skillsfc.forecast.balancing.weights import read_weights, weights_of
from skillsfc.forecast.balancing.wording import describe
from skillsfc.results import Result, table_hash


@dataclass(frozen=True)
class BalanceSettings:
    """Arguments of `balance`."""

    margins: tuple[str, ...]
    by: tuple[str, ...]
    method: str
    reliability: str
    penalty: str
    totals: str
    tolerance: float
    max_iterations: int
    failures: str


@dataclass(frozen=True, eq=False, repr=False)
class Balanced(Result):
    """Outcome of `balance`.

    Parameters
    ----------
    problems : tuple of Problem
        Why tables were left out (only with ``failures="leave_out"``).
    """

    problems: tuple[Problem, ...] = field(default_factory=tuple)


def balance(
    seed_table: pd.DataFrame,
    margins: Sequence[pd.DataFrame] | Mapping[str, pd.DataFrame],
    *,
    by: Sequence[str] | None = None,
    method: str = "ipf",
    reliability: Any = None,
    penalty: str = "squares",
    totals: str = "refuse",
    max_iterations: int = MAX_ITERATIONS,
    tolerance: float = TOLERANCE,
    failures: str = "raise",
) -> Balanced:
    r"""Fit a table to margins, keeping its structure; or refuse, saying which rows are in the way.

    Use it to bring an older or smaller table (a survey, a census, another year) to totals that are
    known better, or forecast. It cannot invent a structure: a cell of 0 stays 0, and what the seed
    gets wrong inside the margins stays wrong. For totals that themselves disagree with their parts,
    see `sf.reconcile`.

    Parameters
    ----------
    seed_table : DataFrame
        Tidy table with the structure: keys and one measure [any; with ``"ipf"`` only proportions
        matter, otherwise the level counts too]. A combination of codes without a row is a
        structural zero.
    margins : sequence or mapping of DataFrame
        Tidy tables of one measure and unit, each over some of the keys, such as one by occupation,
        one by sector and one by sex and age; none of these keys is the grand total. A mapping gives
        them names; otherwise a margin is called by its keys (``"sex/age"``).
    by : sequence of str, optional
        Keys whose combinations are tables of their own, all balanced together. Default: those of
        time, place, scenario and model that every margin has. A seed of one year serves margins of
        another; a seed without such a key serves all its values.
    method : {"ipf", "gras", "soft"}
        Proportional fitting (RAS); GRAS, for values of both signs; or margins that are met only as
        far as they are reliable.
    reliability : float, sequence or mapping, optional
        With ``"soft"``: how much targets count relative to the seed [0 not at all, infinity
        exactly]; a number for all, a list in the order of the margins, or for each margin by name
        a number or a tidy table of ``value``.
    penalty : {"squares", "entropy"}
        With ``"soft"``: its form.
    totals : {"refuse", "first", "mean"} or name of a margin
        What to do with margins of different totals: refuse; or scale all to the total of the first
        margin, to the mean total, or to that of the margin named. The factors are in the notes.
    max_iterations : int
        Sweeps over all margins.
    tolerance : float
        Largest miss of any target, as part of it.
    failures : {"raise", "leave_out"}
        Whether one table that cannot be balanced stops all, or is left out and named.

    Returns
    -------
    Balanced
        ``.table``: the rows of the seed with the measure and unit of the margins; ``status`` is the
        worst of all inputs, at best ``modelled`` (a seed that fits already is returned unchanged);
        ``source`` joins those of the seed and the margins. ``.diagnostics``: one row a table and
        margin, ``margin, targets, total, largest_miss`` [unit of the measure] and ``at`` which
        codes, ``relative_miss, iterations, converged``.

    Raises
    ------
    ParameterError
        If an argument is none of those allowed.
    TableError
        If tables are not valid, values are missing, codes are unknown to the seed, or margins lack
        targets: all problems at once.
    ConvergenceError
        If no such table exists: different totals, targets without a cell, zeros in the way,
        negative values; which rows, and the smallest change of the margins that would make it
        possible, found by a linear programme.

    Notes
    -----
    With seed :math:`x^0`, proportional fitting finds the only x with all sums m = t that minimises

    .. math:: \sum x \ln (x / x^0) - x + x^0

    It is the seed times one factor for each target, so all odds ratios of the seed are kept. GRAS,
    with z = x / x0 > 0, minimises :math:`\sum |x^0| (z \ln z - z + 1)`. Soft margins minimise, over
    the targets k with reliability :math:`a_k`,

    .. math:: \sum x \ln (x / x^0) - x + x^0 + \sum_k \frac{a_k}{2 t_k} (m_k - t_k)^2

    or with ``penalty="entropy"`` :math:`\sum_k a_k (m_k \ln (m_k / t_k) - m_k + t_k)`, which is the
    same for small differences. A target with standard error s has a = t / s\ :sup:`2` on the scale
    on which the seed counts like Poisson variables; a = 1 trusts both alike. For a to infinity the
    soft solution becomes the exact one; targets of 0 are always kept.

    References
    ----------
    Deming & Stephan (1940), Ann. Math. Stat. 11, 427-444, doi:10.1214/aoms/1177731829. Bacharach
    (1970), Biproportional Matrices and Input-Output Change. Lenzen, Wood & Gallego (2007), Some
    comments on the GRAS method, Econ. Syst. Res. 19, 461-465; Temurshoev, Miller & Bouwmeester
    (2013), A note on the GRAS method, Econ. Syst. Res. 25, 361-367.

    Examples
    --------
    Two sectors and two occupations of 2020, brought to the margins of 2024:

    >>> import pandas as pd
    >>> flags = {"unit": "persons", "status": "observed", "source": "made up"}
    >>> seed = pd.DataFrame({"year": 2020, "sector": ["A", "A", "C", "C"],
    ...                      "occupation": ["6", "8"] * 2, "persons": [4.0, 1, 1, 4], **flags})
    >>> sectors = pd.DataFrame({"year": 2024, "sector": ["A", "C"], "persons": [4.0, 6], **flags})
    >>> jobs = pd.DataFrame({"year": 2024, "occupation": ["6", "8"], "persons": [5.0, 5], **flags})
    >>> made = balance(seed, [sectors, jobs])
    >>> made.table[["year", "sector", "occupation", "persons", "status"]].round(3)
       year sector occupation  persons    status
    0  2024      A          6    3.409  modelled
    1  2024      A          8    0.591  modelled
    2  2024      C          6    1.591  modelled
    3  2024      C          8    4.409  modelled

    Where there is no solution, the reason is given:

    >>> nobody = seed.assign(persons=[4.0, 0, 0, 4])
    >>> balance(nobody, [sectors, jobs])
    Traceback (most recent call last):
    skillsfc.errors.ConvergenceError: balance, 3 problems
      seed: no table with its zeros has these margins; ...
    """
    _check_arguments(method, reliability, penalty, totals, tolerance, max_iterations, failures)
    inputs = read_inputs(seed_table, margins, by=by, signed=method == "gras")
    made = arrange(inputs)
    names = tuple(margin.name for margin in inputs.margins)
    targets, scaled = scale_totals(made, totals)
    arrays = made.arrays(targets, signed=method == "gras")
    if method != "ipf":
        arrays = level_seed(made, arrays)
    if method == "soft":
        weights = read_weights(weights_of(reliability, made), arrays, batch=True)
        solution = solve_soft(
            arrays, weights, penalty=penalty, tolerance=tolerance, max_iterations=max_iterations
        )
    else:
        solution = solve_hard(arrays, tolerance=tolerance, max_iterations=max_iterations)
    problems = describe(solution, names_of_arrangement(made, arrays), signed=method == "gras")
    if problems and (failures == "raise" or not solution.converged.any()):
        raise ConvergenceError(SUBJECT, problems)
    values = multiply(arrays, solution)
    text = "" if reliability is None else _short(reliability)
    return Balanced(
        table=balanced_rows(made, values, solution),
        settings=BalanceSettings(
            names, inputs.batch, method, text, penalty, totals, tolerance, max_iterations, failures
        ),
        diagnostics=diagnose(made, values, targets, solution),
        notes=balance_notes(made, solution, method, scaled),
        provenance={
            "version": __version__,
            "seed": None,
            "inputs": {"seed_table": table_hash(seed_table)}
            | {f"margin {m.name}": table_hash(m.rows) for m in inputs.margins},
        },
        problems=tuple(problems),
    )


def _check_arguments(
    method: Any,
    reliability: Any,
    penalty: Any,
    totals: Any,
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
    if not isinstance(totals, str):
        problems.append(Problem("totals", repr(totals), f"{listing(TOTALS)} or a margin's name"))
    if problems:
        raise ParameterError(SUBJECT, problems)


def _short(reliability: Any) -> str:
    if not isinstance(reliability, Mapping):
        return str(reliability)
    return ", ".join(
        f"{name}: {'a table' if isinstance(value, pd.DataFrame) else value}"
        for name, value in reliability.items()
    )
