"""What it costs to put one state in the place of another, or to insert or delete one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.transitions.records import Floats
from skillsfc.transitions.sequences.model import Codes

COSTS = ("constant", "trate", "indelslog", "future")
SUBJECT = "measure_distances"
ROUNDING = 1e-9  # costs this near are equal: sums of shares are not exact


@dataclass(frozen=True)
class StateCosts:
    """Costs between states.

    Parameters
    ----------
    substitution : array [states, states] or [periods, states, states] of float
        Cost of a substitution; by period for the dynamic Hamming distance.
    indel : array [states] of float
        Cost of inserting or deleting a state.
    states : tuple of str
        The states, in order.
    kind : str
        How they were made.
    """

    substitution: Floats
    indel: Floats
    states: tuple[str, ...]
    kind: str

    @property
    def largest(self) -> float:
        """Return the largest cost of a substitution."""
        return float(self.substitution.max(initial=0.0))

    def to_frame(self) -> pd.DataFrame:
        """Return the costs as a table; by period it has columns ``period, state`` first."""
        names = list(self.states)
        if self.substitution.ndim == 2:
            return pd.DataFrame(
                self.substitution, index=pd.Index(names, name="state"), columns=names
            )
        periods = len(self.substitution)
        flat = pd.DataFrame(self.substitution.reshape(-1, len(names)), columns=names)
        flat.insert(0, "period", np.repeat(np.arange(periods), len(names)))
        flat.insert(1, "state", names * periods)
        return flat


def pooled_rates(codes: Codes, weight: Floats, states: int) -> Floats:
    """Return weighted shares of moves from each state to each between neighbouring periods.

    Examples
    --------
    >>> pooled_rates(np.array([[0, 0, 1]], dtype=np.int8), np.ones(1), 2).tolist()
    [[0.5, 0.5], [0.0, 0.0]]
    """
    return np.asarray(_rates(_moves(codes, weight, states).sum(axis=0)))


def rates_by_period(codes: Codes, weight: Floats, states: int) -> Floats:
    """Return the same shares for each pair of neighbouring periods [periods - 1, from, to]."""
    return np.asarray(_rates(_moves(codes, weight, states)))


def _moves(codes: Codes, weight: Floats, states: int) -> Floats:
    before, after = codes[:, :-1].astype(np.int64), codes[:, 1:].astype(np.int64)
    row, period = np.nonzero((before >= 0) & (after >= 0))
    steps = codes.shape[1] - 1
    cell = (period * states + before[row, period]) * states + after[row, period]
    sums = np.bincount(cell, weights=weight[row], minlength=steps * states**2)
    return np.asarray(sums.reshape(steps, states, states), dtype=np.float64)


def _rates(moves: Floats) -> Floats:
    total = moves.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(moves, total, out=np.zeros_like(moves), where=total > 0))


def constant_costs(states: int, value: float) -> Floats:
    """Return the same cost between all pairs of different states."""
    return np.asarray(value * (1.0 - np.eye(states)))


def transition_costs(rates: Floats) -> Floats:
    r"""Return :math:`2 - p_{ab} - p_{ba}`: states between which people often move are near."""
    costs = 2.0 - rates - rates.T
    np.fill_diagonal(costs, 0.0)
    return costs


def future_costs(rates: Floats) -> Floats:
    """Return chi-square distances between the rows of transition rates."""
    sums = rates.sum(axis=0)
    inverse = np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)
    apart = rates[:, None, :] - rates[None, :, :]
    return np.asarray(np.sqrt((inverse * apart**2).sum(axis=2)))


def frequency_indels(codes: Codes, weight: Floats, states: int) -> Floats:
    """Return ``ln(2 / (1 + f))`` with f the weighted share of each state in all periods."""
    row, column = np.nonzero(codes >= 0)
    counts = np.bincount(codes[row, column], weights=weight[row], minlength=states)
    return np.asarray(np.log(2.0 / (1.0 + counts / counts.sum())))


def dynamic_costs(codes: Codes, weight: Floats, states: int) -> Floats:
    r"""Return substitution costs of each period from the moves into and out of it.

    Notes
    -----
    Interior periods :math:`\max(0, 4 - p_t(ab) - p_t(ba) - p_{t-1}(ab) - p_{t-1}(ba))`; the first
    and the last period have one side only, which counts double.
    """
    rates = rates_by_period(codes, weight, states)
    both = rates + rates.transpose(0, 2, 1)
    nothing = np.zeros((1, states, states))
    into, out = np.concatenate([nothing, both]), np.concatenate([both, nothing])
    out[0], into[-1] = 2 * out[0], 2 * into[-1]
    costs = np.maximum(0.0, 4.0 - into - out)
    costs[:, np.arange(states), np.arange(states)] = 0.0
    return np.asarray(costs)


def given_costs(given: object, states: tuple[str, ...], periods: int | None) -> Floats:
    """Return costs given as a table or an array, checked; ``periods`` for costs by period.

    Raises
    ------
    ParameterError
        If the shape or the labels do not fit, or a value is not a cost.
    """
    if isinstance(given, pd.DataFrame):
        given = _labelled(given, states)
    try:
        values = np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        values = np.zeros(0)
    count = len(states)
    wanted = (count, count) if periods is None else (periods, count, count)
    if values.shape != wanted:
        shape = "x".join(map(str, values.shape)) if values.size else type(given).__name__
        expected = f"numbers of shape {'x'.join(map(str, wanted))}, in the order {listing(states)}"
        words = f"or one of {listing(COSTS)}"
        raise ParameterError(SUBJECT, [Problem("costs", shape, f"{expected}, {words}")])
    _refuse_no_costs(values)
    return values


def _labelled(table: pd.DataFrame, states: tuple[str, ...]) -> Any:
    table = table.set_axis(table.index.astype("str")).set_axis(table.columns.astype("str"), axis=1)
    problems = []
    for where, labels in (("rows", table.index), ("columns", table.columns)):
        lacking = [state for state in states if state not in labels]
        if lacking or len(labels) != len(set(labels)):
            found = f"no {listing(lacking)}" if lacking else "labels twice"
            guess = did_you_mean(lacking[0], labels) if lacking else ""
            problems.append(Problem(f"costs, {where}", found, listing(states, 30), guess))
    if problems:
        raise ParameterError(SUBJECT, problems)
    return table.loc[list(states), list(states)].to_numpy(dtype=object)


def _refuse_no_costs(values: Floats) -> None:
    problems = []
    bad = int((~np.isfinite(values)).sum())
    if bad:
        problems.append(Problem("costs", f"{bad} missing or infinite", "numbers"))
    elif (values < 0).any():
        problems.append(Problem("costs", f"{int((values < 0).sum())} negative", "0 or more"))
    else:
        diagonal = np.diagonal(values, axis1=-2, axis2=-1)
        if (diagonal != 0).any():
            found = "a diagonal that is not 0"
            problems.append(Problem("costs", found, "0 from a state to itself"))
        apart = np.abs(values - np.swapaxes(values, -1, -2)).max()
        if apart > ROUNDING * max(1.0, float(values.max())):
            found = f"not symmetric (by {apart:g})"
            step = "Mean of both directions: (costs + costs.T) / 2."
            problems.append(Problem("costs", found, "the same both ways", next_step=step))
    if problems:
        raise ParameterError(SUBJECT, problems)


def add_missing_state(costs: StateCosts, value: float) -> StateCosts:
    """Return costs in which the last state, not known, is the same ``value`` from all others."""
    substitution = costs.substitution.copy()
    substitution[..., -1, :-1] = value
    substitution[..., :-1, -1] = value
    return StateCosts(substitution, costs.indel, costs.states, costs.kind)


def triangle_notes(costs: StateCosts, indels: bool) -> list[str]:
    """Return a sentence for each way in which costs can break the triangle inequality."""
    notes = []
    stack = costs.substitution if costs.substitution.ndim == 3 else costs.substitution[None]
    excess = [square - (square[:, :, None] + square[None, :, :]).min(axis=1) for square in stack]
    worst = max(excess, key=lambda square: float(square.max(initial=0.0)))
    if worst.max(initial=0.0) > ROUNDING:
        a, b = np.unravel_index(int(worst.argmax()), worst.shape)
        notes.append(
            f"Costs break the triangle inequality: {costs.states[a]!r} to {costs.states[b]!r} is "
            "dearer than by way of a third state. So may the distances: take care with methods "
            "that need a metric."
        )
    if indels and costs.substitution.ndim == 2:
        gap = np.abs(costs.indel[:, None] - costs.indel[None, :]) - costs.substitution
        if gap.max(initial=0.0) > ROUNDING:
            notes.append(
                "For some states deleting is dearer than replacing and then deleting: so distances "
                "may break the triangle inequality."
            )
        unused = costs.substitution > costs.indel[:, None] + costs.indel[None, :] + ROUNDING
        if unused.any():
            count = int(np.triu(unused).sum())
            notes.append(
                f"{count} substitution{'s' if count > 1 else ''} cost more than one deletion and "
                "one insertion, and are never used."
            )
    return notes
