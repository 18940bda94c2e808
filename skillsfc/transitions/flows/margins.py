"""Flows that agree with known stocks at both dates: constrained least squares, or fitting.

Stocks are taken as shares: growth of the population is spread over the states in proportion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ConvergenceError, Problem, TableError, did_you_mean, listing
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.flows.dates import running_dates
from skillsfc.transitions.flows.interviews import SUBJECT, Interviews
from skillsfc.transitions.records import Floats
from skillsfc.transitions.text_codes import as_codes

ADJUSTMENTS = ("wls", "ipf")
MEASURES = ("persons", "share", "stock")
MET = 1e-9  # largest share by which a margin may be missed
SWEEPS = 10_000


def adjust_by_wls(
    probability: Floats, observations: Floats, before: Floats, after: Floats
) -> Floats:
    r"""Return the transition matrix nearest to an observed one that leads to the stocks after.

    Parameters
    ----------
    probability : array [states, states]
        Observed transition matrix.
    observations : array [states]
        Persons it rests on, by state before.
    before, after : array [states]
        Stocks as shares.

    Notes
    -----
    With p the chances off the diagonal, :math:`\Delta s = X p` and W their multinomial covariance,
    :math:`p = p_0 + W X' (X W X')^{-1} (\Delta s - X p_0)`.

    References
    ----------
    Elsby, Hobijn & Sahin (2015), On the importance of the participation margin for labor market
    fluctuations, Journal of Monetary Economics 72, 64-82.

    Examples
    --------
    >>> seen = np.array([[0.9, 0.1], [0.2, 0.8]])
    >>> half = np.array([0.5, 0.5])
    >>> adjust_by_wls(seen, np.array([100.0, 100.0]), half, half).round(4).tolist()
    [[0.864, 0.136], [0.136, 0.864]]
    """
    size = len(before)
    origin, aim = np.nonzero(~np.eye(size, dtype=bool))
    observed = probability[origin, aim]
    inflow = np.zeros((size, len(origin)))
    columns = np.arange(len(origin))
    inflow[aim, columns] = before[origin]
    inflow[origin, columns] -= before[origin]
    inflow = inflow[:-1]  # the last row follows from the others
    same = origin[:, None] == origin[None, :]
    spread = np.where(same, np.diag(observed) - np.outer(observed, observed), 0.0)
    spread = spread / np.maximum(observations[origin], 1.0)[:, None]
    wanted = (after - before)[:-1]
    gain = spread @ inflow.T @ np.linalg.pinv(inflow @ spread @ inflow.T)
    made = observed + gain @ (wanted - inflow @ observed)
    missed = float(np.abs(inflow @ made - wanted).max())
    if missed > MET:
        _refuse_margins(missed)
    adjusted = np.zeros((size, size))
    adjusted[origin, aim] = made
    adjusted[np.arange(size), np.arange(size)] = 1.0 - adjusted.sum(axis=1)
    return adjusted


def adjust_by_fitting(flows: Floats, before: Floats, after: Floats) -> Floats:
    """Return the transition matrix after proportional fitting of flows to stocks before and after.

    Notes
    -----
    Rows and columns are scaled in turn until both margins are met: no flow becomes negative, a flow
    of 0 stays 0, and odds ratios are kept.

    Examples
    --------
    >>> half = np.array([0.5, 0.5])
    >>> adjust_by_fitting(np.array([[45.0, 5.0], [10.0, 40.0]]), half, half).round(4).tolist()
    [[0.8571, 0.1429], [0.1429, 0.8571]]
    """
    made = np.asarray(flows, dtype=np.float64)
    for _ in range(SWEEPS):
        made = made * _factor(before, made.sum(axis=1))[:, None]
        made = made * _factor(after, made.sum(axis=0))
        missed = float(np.abs(made.sum(axis=1) - before).max())
        if missed < MET * 1e-3:
            break
    else:
        _refuse_margins(missed)
    totals = made.sum(axis=1, keepdims=True)
    return np.asarray(
        np.where(totals > 0, made / np.where(totals > 0, totals, 1.0), np.eye(len(made)))
    )


def _factor(wanted: Floats, found: Floats) -> Floats:
    if ((found <= 0) & (wanted > 0)).any():
        _refuse_margins(float(wanted[found <= 0].max()))
    return np.asarray(wanted / np.where(found > 0, found, 1.0))


def _refuse_margins(missed: float) -> None:
    raise ConvergenceError(
        SUBJECT,
        [
            Problem(
                "margins",
                f"cannot be met: one is missed by {missed:.2g} of the population",
                "stocks that the flows seen can lead to",
                next_step="A state without any matched person, or without any flow into it, cannot "
                "change. Join small states.",
            )
        ],
    )


def read_margins(
    margins: object, made: Interviews, by: tuple[str, ...]
) -> Mapping[tuple[Any, ...], Floats]:
    """Return the stocks of each date and group as arrays by state.

    Raises
    ------
    TableError
        On missing columns, on dates, groups or states without a stock, and on stocks of states
        that the panel does not have.
    """
    refuse_other_than_table(margins, "margins")
    table: pd.DataFrame = margins
    state = next((n for n in ("state", "activity") if n in table.columns), "state")
    measure = next((n for n in MEASURES if n in table.columns), "persons")
    wanted = (made.time, state, measure, *by)
    absent = [
        Problem(f"column '{name}'", "missing", listing(wanted), did_you_mean(name, table.columns))
        for name in wanted
        if name not in table.columns
    ]
    if absent:
        raise TableError("margins", absent)
    values = pd.to_numeric(table[measure], errors="coerce")
    if values.isna().any() or (values < 0).any():
        found = (
            f"missing, negative or no number in {int((values.isna() | (values < 0)).sum())} rows"
        )
        raise TableError("margins", [Problem(f"column '{measure}'", found, "stocks >= 0")])
    keys = [made.time, *by, state]
    dates, words = _running(table, made), as_codes(table[state])
    table = table.assign(**{made.time: dates, state: words})
    if table.duplicated(keys).any():
        problem = Problem("keys", "repeated", f"one row for each {', '.join(keys)}")
        raise TableError("margins", [problem])
    found_in = values.set_axis(pd.MultiIndex.from_frame(table[keys])).to_dict()
    return _complete(found_in, made, by)


def _running(table: pd.DataFrame, made: Interviews) -> Floats:
    """Return the dates as the numbers that they have in the panel."""
    named = table[made.time].map(dict(zip(made.dates, made.dated.running, strict=True)))
    if named.notna().all():
        return np.asarray(named.to_numpy("float64"))
    problems: list[Problem] = []
    year = made.dated.year if made.dated.year in table.columns else ""
    if not table[made.time].isna().any():
        numbers, _ = running_dates(table, made.time, year, problems)
    else:
        gaps = int(table[made.time].isna().sum())
        problems = [Problem(f"column '{made.time}'", f"missing in {gaps} rows", "a date")]
    if problems:
        raise TableError("margins", problems)
    return numbers


def _complete(
    found: Mapping[Any, float], made: Interviews, by: tuple[str, ...]
) -> Mapping[tuple[Any, ...], Floats]:
    stocks, missing, nobody = {}, [], []
    strange = {key[-1] for key, value in found.items() if value > 0} - set(made.states)
    for date, number in zip(made.dates, made.dated.running, strict=True):
        for row in made.groups.to_dict("records") or [{}]:
            group = tuple(row[name] for name in by)
            values = {name: found.get((number, *group, name)) for name in made.states}
            missing += [(date, *group, name) for name, value in values.items() if value is None]
            stocks[(date, *group)] = np.array([*values.values()], dtype=np.float64)
            nobody += [(date, *group)] if not np.nansum(stocks[(date, *group)]) > 0 else []
    problems = []
    if missing:
        problems.append(Problem("rows", f"no stock for {_shown(missing)}",
                                "every date, group and state"))  # fmt: skip
    elif nobody:
        problems.append(Problem("rows", f"stocks of 0 only for {_shown(nobody)}", "somebody"))
    if strange:
        step = "Leave those rows out, if the flows are to agree with the stocks of the others."
        here = f"states of the panel: {listing(made.states, 30)}"
        problems.append(
            Problem("state", f"not in the panel: {listing(sorted(strange))}", here, next_step=step)
        )
    if problems:
        raise TableError("margins", problems)
    return stocks


def _shown(keys: Sequence[tuple[Any, ...]]) -> str:
    return listing([" ".join(map(str, key)) for key in keys])
