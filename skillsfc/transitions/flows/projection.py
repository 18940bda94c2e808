"""`project_stocks`: how stocks of persons follow from constant flows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.results import Result
from skillsfc.transitions.flows.errors_by_delta import roots, slopes
from skillsfc.transitions.flows.lake import (
    ALONE,
    LakeModel,
    advance,
    read_shares,
    steady_shares,
)
from skillsfc.transitions.flows.matrices import NamedMatrix, provenance_of, read_matrices
from skillsfc.transitions.records import Floats
from skillsfc.transitions.survival.intervals import confidence_limits
from skillsfc.transitions.survival.selection import check_words

PROJECT = "project_stocks"
NOT_SINGLE = (
    "States fall into parts without a way between them: where shares end depends on the start, and "
    "no steady state is given."
)


@dataclass(frozen=True)
class ProjectionSettings:
    """How stocks were projected.

    Parameters
    ----------
    states : tuple of str
        The states.
    periods : int
        Number of periods.
    entry_rate, exit_rate : float
        New and leaving persons [share of all persons per period].
    interval : float
        Length of a period, where rates in continuous time are given [their unit].
    level : float
        Level of the limits [0-1].
    """

    states: tuple[str, ...]
    periods: int
    entry_rate: float
    exit_rate: float
    interval: float
    level: float


@dataclass(frozen=True, eq=False, repr=False)
class ProjectedStocks(Result):
    """Outcome of `project_stocks`.

    ``table``: ``period, state, persons, share, standard_error`` (of the share), ``lower, upper,
    level, status``.

    Parameters
    ----------
    eigenvalues : array
        Of the matrix of shares, the largest first; the second says how fast shares settle.
    steady_state : DataFrame
        ``state, share``: the shares that stay as they are; missing where the start decides.
    growth : float
        Growth of all stocks together [share per period].
    """

    eigenvalues: np.ndarray = field(default_factory=lambda: np.zeros(0))
    steady_state: pd.DataFrame = field(default_factory=pd.DataFrame)
    growth: float = 0.0


def project_stocks(
    stocks: Mapping[str, float] | pd.Series,
    matrix: object,
    *,
    periods: int,
    entry_rate: float = 0.0,
    entry_state: str | Mapping[str, float] | None = None,
    exit_rate: float = 0.0,
    interval: float = 1.0,
    states: Iterable[str] | None = None,
    level: float = 0.95,
) -> ProjectedStocks:
    r"""Project stocks of persons by state from constant flows: the lake model.

    Use it to show how fast stocks react to other flows, with people who come in and leave. Like a
    steady state it says what present flows imply, not what will happen.

    Parameters
    ----------
    stocks : mapping or Series
        Persons by state at the start [persons].
    matrix : Flows, ContinuousRates, DataFrame or array
        As for `estimate_steady_state`, of one group.
    periods : int
        Number of periods [1 or more].
    entry_rate, exit_rate : float
        New and leaving persons per period [share of all persons, 0 to 1].
    entry_state : str or mapping, optional
        State in which new persons begin, or shares of several. Needed with an ``entry_rate``.
    interval : float
        Length of a period in the unit of continuous rates; 1 with probabilities.
    states : list of str, optional
        Names and order of the states.
    level : float
        Level of the limits [0-1].

    Returns
    -------
    ProjectedStocks
        ``.table``: ``period, state, persons, share`` [0-1], ``standard_error`` (of the share, from
        the errors of the matrix), ``lower, upper, level, status``. ``.eigenvalues,
        .steady_state, .growth``.

    Raises
    ------
    ParameterError, TableError
        If an argument is out of range, or states do not agree.

    Notes
    -----
    With exits d, entries b into shares e and transition matrix P,
    :math:`N_{t+1} = A N_t, \; A = (1 - d) P' + b \, e 1'`. All stocks together grow by b - d;
    shares follow :math:`A / (1 + b - d)`. With two states and entries into unemployment this is the
    lake model of the job-search literature.

    References
    ----------
    Ljungqvist & Sargent, Recursive Macroeconomic Theory, chapter on search and unemployment.

    Examples
    --------
    >>> made = project_stocks({"U": 12.0, "E": 138.0}, [[0.717, 0.283], [0.013, 0.987]],
    ...     states=["U", "E"], periods=2, entry_rate=0.0124, entry_state="U", exit_rate=0.00822)
    >>> made.table["persons"].round(4).tolist()
    [12.0, 138.0, 12.1725, 138.4545, 12.3088, 138.9478]
    >>> made.eigenvalues.round(8).tolist()
    [1.0, 0.69530674]
    """
    one = _one_matrix(matrix, states)
    model = LakeModel(one.states, one.is_generator, entry_rate, exit_rate, interval)
    _check_projection(periods, entry_rate, exit_rate, interval, level)
    _refuse_interval(one, interval)
    entry = read_shares(entry_state, one.states, PROJECT, needed=entry_rate > 0)
    start = _read_stocks(stocks, one.states)
    flat = one.entries.ravel()
    persons = advance(start, model.moves(flat, entry), periods)
    share = persons / persons.sum(axis=1, keepdims=True)
    error = np.full(share.shape, np.nan)
    if one.covariance is not None:
        slope = slopes(lambda x: model.shares(x, entry, start, periods).ravel(), flat, 1.0)
        error = roots(slope @ one.covariance @ slope.T).reshape(share.shape)
    settings = ProjectionSettings(
        one.states, periods, entry_rate, exit_rate, float(interval), level
    )
    moves = model.moves(flat, entry) / (1 + entry_rate - exit_rate)
    values = np.linalg.eigvals(moves)
    single = int((np.abs(values - 1) < ALONE).sum()) == 1
    settled = steady_shares(moves.T, False) if single else np.full(len(one.states), np.nan)
    steady = pd.DataFrame({"state": one.states, "share": settled})
    note = "Flows are held constant: this shows what they imply, and is not a forecast."
    known = one.covariance is not None
    bounds = "Limits carry the sampling error of the flows only." if known else (
        "No limits: the errors of the matrix are not known.")  # fmt: skip
    return ProjectedStocks(
        _projected(persons, share, error, one.states, level),
        settings,
        notes=(note, bounds, *one.notes, *(() if single else (NOT_SINGLE,))),
        provenance=provenance_of(matrix),
        eigenvalues=np.real_if_close(values[np.argsort(-np.abs(values), kind="stable")]),
        steady_state=steady,
        growth=float(entry_rate - exit_rate),
    )


def _one_matrix(matrix: object, states: Iterable[str] | None) -> NamedMatrix:
    matrices = read_matrices(matrix, states=states, subject=PROJECT, generators=True)
    if len(matrices) > 1:
        found = f"{len(matrices)} of them, one a group"
        step = "Take one: flows.matrix(sex='F')."
        raise ParameterError(PROJECT, [Problem("matrix", found, "one", next_step=step)])
    return matrices[0]


def _check_projection(
    periods: object, entry_rate: object, exit_rate: object, interval: object, level: float
) -> None:
    check_words(PROJECT, level, {})
    problems = []
    if not isinstance(periods, int | np.integer) or isinstance(periods, bool) or periods < 1:
        problems.append(Problem("periods", repr(periods), "a whole number of 1 or more"))
    for name, value in (("entry_rate", entry_rate), ("exit_rate", exit_rate)):
        if not isinstance(value, int | float) or not 0 <= value < 1:
            problems.append(Problem(name, repr(value), "a share per period, 0 to 1"))
    if not isinstance(interval, int | float) or not 0 < interval < np.inf:
        problems.append(Problem("interval", repr(interval), "a length above 0"))
    if problems:
        raise ParameterError(PROJECT, problems)


def _refuse_interval(one: NamedMatrix, interval: float) -> None:
    if one.is_generator or interval == 1:
        return
    found = f"{interval:g} with probabilities, whose period is their own"
    step = "sf.to_continuous_rates(...) gives rates that hold for any interval."
    raise ParameterError(PROJECT, [Problem("interval", found, "1", next_step=step)])


def _read_stocks(stocks: Any, states: tuple[str, ...]) -> Floats:
    if not hasattr(stocks, "items"):
        expected = "a mapping or Series from states to persons"
        raise ParameterError(PROJECT, [Problem("stocks", type(stocks).__name__, expected)])
    given = {str(name): value for name, value in stocks.items()}
    problems = [
        Problem("stocks", f"no state {name!r}", listing(states, 30), did_you_mean(name, states))
        for name in given
        if name not in states
    ]
    problems += [Problem("stocks", f"none for {s!r}", "one") for s in states if s not in given]
    numbers = pd.to_numeric(pd.Series([given.get(s) for s in states]), errors="coerce").to_numpy()
    if not problems and (not np.isfinite(numbers).all() or numbers.min() < 0 or not numbers.sum()):
        problems.append(Problem("stocks", listing(given.values()), "persons of 0 or more"))
    if problems:
        raise ParameterError(PROJECT, problems)
    return np.asarray(numbers, dtype=np.float64)


def _projected(
    persons: Floats, share: Floats, error: Floats, states: tuple[str, ...], level: float
) -> pd.DataFrame:
    lower, upper = confidence_limits(share, error, level=level, interval="logit")
    count = len(persons)
    return pd.DataFrame(
        {
            "period": np.repeat(np.arange(count), len(states)),
            "state": np.tile(states, count),
            "persons": persons.ravel(),
            "share": share.ravel(),
            "standard_error": error.ravel(),
            "lower": lower.ravel(),
            "upper": upper.ravel(),
            "level": level,
            "status": np.where(
                np.repeat(np.arange(count), len(states)) == 0, "observed", "projected"
            ),
        }
    )
