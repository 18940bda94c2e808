"""From pairs of interviews to matrices with errors: count, correct, adjust, carry the error on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skillsfc.errors import ConvergenceError, Problem
from skillsfc.transitions.flows.errors_by_delta import between_clusters, cluster_totals, slopes
from skillsfc.transitions.flows.interviews import SUBJECT, Interviews
from skillsfc.transitions.flows.margins import adjust_by_fitting, adjust_by_wls
from skillsfc.transitions.flows.misclassification import correct_flows
from skillsfc.transitions.flows.pairs import Pair
from skillsfc.transitions.flows.result import FlowMatrix
from skillsfc.transitions.records import Flags, Floats, Whole

NEGATIVE = ("flag", "clip", "refuse")


@dataclass(frozen=True)
class Corrections:
    """What is done to flows as recorded.

    Parameters
    ----------
    misclassification : array or None
        Chances to be recorded in each state, by true state.
    negative : {"flag", "clip", "refuse"}
        What happens to negative flows after that.
    method : {"wls", "ipf"} or None
        How flows are made to agree with stocks.
    """

    misclassification: Floats | None = None
    negative: str = "flag"
    method: str | None = None


@dataclass(frozen=True)
class _Counted:
    matrix: FlowMatrix
    influence: Floats  # of each cluster of the group on the flows [clusters, states^2]


def count_group(
    keys: dict[str, Any],
    pairs: list[tuple[dict[str, Any], Pair, tuple[Floats, Floats] | None]],
    size: int,
    clusters: int,
    corrections: Corrections,
    usual: Flags,
) -> tuple[list[FlowMatrix], FlowMatrix]:
    """Return the matrix of each pair of dates of a group, and that of pairs as far apart as most.

    Parameters
    ----------
    keys : dict
        Columns of the group.
    pairs : list of (keys, Pair, stocks)
        Pairs of dates with somebody in both, and the stocks at both or None.
    size, clusters : int
        Number of states, and of clusters in the whole panel.
    corrections : Corrections
        What is done to the flows.
    usual : array of bool
        Dates whose next is as far away as most are.
    """
    counted = [_count_pair(*pair, size, clusters, corrections) for pair in pairs]
    matrices = [one.matrix for one in counted]
    added = [
        (pair, one) for (_, pair, _), one in zip(pairs, counted, strict=True) if usual[pair.date]
    ]
    if not added:
        return matrices, _no_total(keys, size)
    flow = np.sum([one.matrix.flow for _, one in added], axis=0)
    influence = np.sum([one.influence for _, one in added], axis=0)
    present = np.unique(np.concatenate([pair.cluster for pair, _ in added]))
    covariance = between_clusters(influence[present])
    total = FlowMatrix(
        {**keys, "pairs": len(added)},
        np.sum([one.matrix.count for _, one in added], axis=0),
        flow,
        _shares(flow),
        covariance,
        _carried(lambda x: _shares(x.reshape(size, size)).ravel(), flow, covariance),
    )
    return matrices, total


def _no_total(keys: dict[str, Any], size: int) -> FlowMatrix:
    nowhere = np.full((size, size), np.nan)
    apart = np.full((size * size, size * size), np.nan)
    nobody = np.zeros((size, size), dtype=np.int64)
    return FlowMatrix({**keys, "pairs": 0}, nobody, nowhere, nowhere, apart, apart)


def nothing_seen(
    keys: dict[str, Any], made: Interviews, group: int
) -> tuple[list[FlowMatrix], FlowMatrix]:
    """Return matrices without chances for a group in which nobody was interviewed twice running.

    There is one for each pair of dates at whose first or second somebody was interviewed.
    """
    total = _no_total(keys, len(made.states))
    dates = set(made.date[(made.group == group) & (made.weight > 0)].tolist())
    matrices = [
        replace(total, keys={**keys, "time": made.dates[date], "until": made.dates[date + 1]})
        for date in range(len(made.dates) - 1)
        if dates & {date, date + 1}
    ]
    return matrices, total


def _count_pair(
    keys: dict[str, Any],
    pair: Pair,
    stocks: tuple[Floats, Floats] | None,
    size: int,
    clusters: int,
    corrections: Corrections,
) -> _Counted:
    cell = pair.origin * size + pair.aim
    count = np.bincount(cell, minlength=size * size).reshape(size, size)
    totals = cluster_totals(cell, pair.cluster, pair.weight, size * size, clusters)
    recorded = totals.sum(axis=0)
    scale = float(np.abs(recorded).max())

    def flows(x: Floats) -> Floats:
        return corrected(x.reshape(size, size), count, stocks, corrections).ravel()

    made = flows(recorded)
    _refuse_negative(made, keys, corrections)
    slope = slopes(flows, recorded, scale)
    present = np.unique(pair.cluster)
    covariance = between_clusters(totals[present] @ slope.T)
    flow = made.reshape(size, size)
    matrix = FlowMatrix(
        keys,
        count,
        flow,
        _shares(flow),
        covariance,
        _carried(lambda x: _shares(x.reshape(size, size)).ravel(), flow, covariance),
    )
    return _Counted(matrix, totals @ slope.T)


def corrected(
    recorded: Floats,
    count: Whole,
    stocks: tuple[Floats, Floats] | None,
    corrections: Corrections,
) -> Floats:
    """Return flows after the correction of answers and the agreement with stocks."""
    made = recorded
    if corrections.misclassification is not None:
        made = correct_flows(made, corrections.misclassification)
        if corrections.negative == "clip":
            total = made.sum()
            made = np.maximum(made, 0.0)
            made = made * (total / made.sum())
    if stocks is None:
        return made
    before, after = (part / part.sum() for part in stocks)
    if corrections.method == "ipf":
        chances = adjust_by_fitting(made, before, after)
    else:
        shares = np.nan_to_num(_shares(made))
        unseen = made.sum(axis=1) <= 0
        shares[unseen, unseen] = 1.0
        chances = adjust_by_wls(shares, count.sum(axis=1).astype(np.float64), before, after)
    return np.asarray(stocks[0][:, None] * chances, dtype=np.float64)


def _shares(flow: Floats) -> Floats:
    """Return flows as parts of those who were in the state before; missing where nobody was."""
    totals = flow.sum(axis=1, keepdims=True)
    return np.asarray(np.where(totals > 0, flow / np.where(totals > 0, totals, 1.0), np.nan))


def _carried(function: Callable[[Floats], Floats], at: Floats, covariance: Floats) -> Floats:
    slope = slopes(function, at.ravel(), float(np.abs(at).max()))
    known = np.isfinite(slope).all(axis=1)
    made = np.nan_to_num(slope) @ covariance @ np.nan_to_num(slope).T
    made[~known] = np.nan
    made[:, ~known] = np.nan
    return np.asarray(made)


def _refuse_negative(made: Floats, keys: dict[str, Any], corrections: Corrections) -> None:
    if corrections.negative != "refuse" or made.min() >= 0:
        return
    where = " ".join(map(str, keys.values()))
    count = int((made < 0).sum())
    found = f"{count} negative flow{'s' if count > 1 else ''} after the correction"
    step = "negative='clip' sets them to 0; adjustment='ipf' never makes any."
    problem = Problem(f"flows {where}", found, "none below 0", next_step=step)
    raise ConvergenceError(SUBJECT, [problem])
