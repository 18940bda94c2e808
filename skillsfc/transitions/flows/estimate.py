"""`estimate_flows`: gross flows between the states of the same persons at consecutive dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import CoverageError, Problem
from skillsfc.results import table_hash
from skillsfc.transitions.column_names import refuse_names
from skillsfc.transitions.flows.counting import NEGATIVE, Corrections, count_group, nothing_seen
from skillsfc.transitions.flows.dates import left_out
from skillsfc.transitions.flows.interviews import (
    SUBJECT,
    WEIGHT_DATES,
    Interviews,
    read_interviews,
)
from skillsfc.transitions.flows.margins import ADJUSTMENTS, read_margins
from skillsfc.transitions.flows.misclassification import read_misclassification
from skillsfc.transitions.flows.names import check_groups
from skillsfc.transitions.flows.pairs import Pair, pairs_of, usual_step
from skillsfc.transitions.flows.result import FlowMatrix, Flows, FlowSettings, tabulate
from skillsfc.transitions.flows.wording import flow_notes
from skillsfc.transitions.records import Flags, Floats
from skillsfc.transitions.survival.selection import Names, as_names, check_words

INTERVALS = ("logit", "plain", "log", "log-log")
RESULT_COLUMNS = (
    *("time", "until", "state", "kind", "from_state", "to_state", "count", "flow", "flow_error"),
    *("probability", "standard_error", "lower", "upper", "level", "reliability", "note", "pairs"),
    *("weight", "share", "matched", "lost", "entered", "moves"),
)


def estimate_flows(
    panel: pd.DataFrame,
    *,
    margins: pd.DataFrame | None = None,
    adjustment: str = "wls",
    misclassification: pd.DataFrame | Any = None,
    negative: str = "flag",
    group: Names = None,
    time: str | None = None,
    state: str | None = None,
    states: Iterable[str] | None = None,
    weight: str | None = "weight",
    weight_date: str = "first",
    cluster: str | None = None,
    level: float = 0.95,
    interval: str = "logit",
) -> Flows:
    r"""Estimate gross flows and transition probabilities between consecutive interviews.

    Use it with a panel or a rotating labour force survey, in which part of the persons are
    interviewed again at the next date. It matches persons by their identifier; who is not found at
    the other date is counted, never dropped in silence. Chances are per interval between
    interviews: moves back and forth within it stay unseen, and `to_continuous_rates` undoes that.

    Parameters
    ----------
    panel : DataFrame
        One row an interview: ``person``, a date (``quarter, month, week, period, time, year``), a
        state (``state`` or ``activity``), and what the other arguments name. Dates are numbers,
        dates or text such as 2020Q3, 2020m9 or 2020-09; a quarter or month of the year is combined
        with a ``year`` that varies within persons.
    margins : DataFrame, optional
        Known stocks: the date, ``state`` (or ``activity``), ``persons`` (or ``share, stock``) and
        the group columns. Flows are made to agree with those at both dates.
    adjustment : {"wls", "ipf"}
        Constrained weighted least squares, or proportional fitting, for ``margins``.
    misclassification : DataFrame or array, optional
        Chance to be recorded in each state (columns) by true state (rows) [0-1].
    negative : {"flag", "clip", "refuse"}
        What to do where undoing misclassification makes a flow negative.
    group : str or list of str, optional
        Columns; matrices for each combination of their values (at the first date).
    time, state : str, optional
        Columns of the date and the state, where they have other names.
    states : list of str, optional
        The states in their order. Default: those found, sorted.
    weight : str, optional
        Column of weights; the default is used if it is there. None: unweighted.
    weight_date : {"first", "second", "mean"}
        Interview whose weight a matched person has.
    cluster : str, optional
        Column of the cluster for standard errors. Default: the person.
    level : float
        Level of the limits [0-1].
    interval : {"logit", "plain", "log", "log-log"}
        Scale of the limits.

    Returns
    -------
    Flows
        ``.table``: group columns, ``time, until`` (the two dates), ``from_state, to_state``,
        ``count`` [persons matched, without those of weight 0], ``flow`` [weighted persons],
        ``flow_error``, ``probability, standard_error, lower, upper`` [0-1], ``level, reliability``
        ("u": fewer than 30 in the state before, or as uncertain as that), ``note``. ``.average``:
        all pairs together; where dates are not equally far apart, those as far apart as most
        (``.settings.apart``; a note names the others). A group in which nobody was interviewed at
        two consecutive dates has count 0, no chances, and a note.
        ``.unmatched``: persons matched, lost and entered by state. ``.matrix()``: one matrix.

    Raises
    ------
    TableError
        If the panel or the margins are not valid.
    ParameterError
        If an argument names nothing that is there.
    CoverageError
        If nobody of any group was interviewed at two consecutive dates.
    ConvergenceError
        If margins cannot be met, or a flow is negative under ``negative="refuse"``.

    Notes
    -----
    With matched weights :math:`N_{ij}`, :math:`p_{ij} = N_{ij} / \sum_k N_{ik}`. Misclassification
    is undone first: :math:`(A')^{-1} N A^{-1}`, which takes errors at the two dates as independent;
    where the same person errs twice in the same way, it corrects too much. Margins follow:
    :math:`p = p_0 + W X' (X W X')^{-1} (\Delta s - X p_0)` with the chances off the diagonal p_0,
    their multinomial covariance W, and the change of the stocks as shares :math:`\Delta s = X p`.

    Standard errors: delta method on the covariance between clusters of the recorded flows, through
    all corrections; stocks and misclassification count as known. Attrition that depends on the move
    itself is not repaired by any of this.

    References
    ----------
    Abowd & Zellner (1985), Estimating gross labor-force flows, Journal of Business & Economic
    Statistics 3, 254-283. Poterba & Summers (1986), Econometrica 54, 1319-1338. Elsby, Hobijn &
    Sahin (2015), Journal of Monetary Economics 72, 64-82.

    Examples
    --------
    >>> panel = pd.DataFrame({"person": [1, 1, 2, 2, 3, 3, 4], "quarter": [1, 2, 1, 2, 1, 2, 1],
    ...     "state": ["E", "E", "E", "U", "U", "E", "U"]})
    >>> made = estimate_flows(panel)
    >>> made.table[["from_state", "to_state", "count", "probability"]].values.tolist()
    [['E', 'E', 1, 0.5], ['E', 'U', 1, 0.5], ['U', 'E', 1, 1.0], ['U', 'U', 0, 0.0]]
    >>> made.unmatched[["state", "kind", "count"]].iloc[2:4].values.tolist()
    [['E', 'lost', 0], ['U', 'lost', 1]]
    """
    words = {
        "adjustment": (adjustment, ADJUSTMENTS),
        "negative": (negative, NEGATIVE),
        "weight_date": (weight_date, WEIGHT_DATES),
        "interval": (interval, INTERVALS),
    }
    check_words(SUBJECT, level, words)
    single = {"time": time, "state": state, "weight": weight, "cluster": cluster}
    refuse_names(SUBJECT, {"group": group}, single, empty=True)
    by = as_names(group)
    check_groups(by, RESULT_COLUMNS, SUBJECT)
    made = read_interviews(
        panel, time=time, state=state, states=states, by=by, weight=weight, cluster=cluster
    )
    errors = None
    if misclassification is not None:
        errors = read_misclassification(misclassification, made.states)
    stocks = None if margins is None else read_margins(margins, made, by)
    method = None if margins is None else adjustment
    corrections = Corrections(errors, negative, method)
    apart, usual = usual_step(made)
    settings = FlowSettings(
        made.states, made.time, by, weight_date, method, errors is not None, negative, interval,
        level, apart, apart * made.dated.months, tuple(left_out(made.dated, usual)),
    )  # fmt: skip
    matrices, averages, unmatched = _all_groups(made, stocks, corrections, weight_date, usual)
    given = {"panel": panel, "margins": margins}
    return Flows(
        tabulate(tuple(matrices), settings),
        settings,
        _describe(matrices, averages, unmatched, by),
        flow_notes(made, settings, matrices, averages, unmatched, stocks),
        {
            "version": __version__,
            "inputs": {name: table_hash(t) for name, t in given.items() if t is not None},
        },
        average=tabulate(tuple(averages), settings),
        unmatched=unmatched,
        matrices=tuple(matrices),
        averages=tuple(averages),
    )


def _all_groups(
    made: Interviews,
    stocks: Mapping[tuple[Any, ...], Floats] | None,
    corrections: Corrections,
    weight_date: str,
    usual: Flags,
) -> tuple[list[FlowMatrix], list[FlowMatrix], pd.DataFrame]:
    matrices, averages, unmatched = [], [], []
    clusters = int(made.cluster.max()) + 1
    for place, keys in enumerate(made.groups.to_dict("records") or [{}]):
        pairs = []
        for pair in pairs_of(made, place, weight_date):
            first, second = made.dates[pair.date : pair.date + 2]
            named = {**keys, "time": first, "until": second}
            unmatched.append(_unmatched(named, pair, made.states))
            if len(pair.origin):
                both = None
                if stocks is not None:
                    group = tuple(keys.values())
                    both = (stocks[(first, *group)], stocks[(second, *group)])
                pairs.append((named, pair, both))
        if not pairs:
            one, total = nothing_seen(keys, made, place)
        else:
            one, total = count_group(keys, pairs, len(made.states), clusters, corrections, usual)
        matrices += one
        averages.append(total)
    if not any(total.keys["pairs"] for total in averages):
        groups = [" ".join(map(str, keys)) for keys in made.groups.to_numpy().tolist()]
        where = ", ".join(groups) or "the panel"
        found = f"nobody is interviewed at two consecutive dates in {where}"
        step = "Is 'person' the same identifier at both dates?"
        raise CoverageError(
            SUBJECT, [Problem("panel", found, "persons seen twice", next_step=step)]
        )
    return matrices, averages, pd.concat(unmatched, ignore_index=True)


def _unmatched(keys: dict[str, Any], pair: Pair, states: tuple[str, ...]) -> pd.DataFrame:
    size = len(states)
    matched = pd.DataFrame(
        {
            "state": states,
            "count": np.bincount(pair.origin, minlength=size),
            "weight": np.bincount(pair.origin, pair.weight, minlength=size),
        }
    )
    arrived = np.bincount(pair.aim, minlength=size)
    parts = []
    for kind, part in (("matched", matched), ("lost", pair.lost), ("entered", pair.entered)):
        whole = (matched["count"] + pair.lost["count"]).to_numpy()
        if kind == "entered":
            whole = arrived + pair.entered["count"].to_numpy()
        share = part["count"].to_numpy() / np.where(whole > 0, whole, np.nan)
        parts.append(part.assign(kind=kind, share=share))
    table = pd.concat(parts, ignore_index=True)[["state", "kind", "count", "weight", "share"]]
    for place, (name, value) in enumerate(keys.items()):
        table.insert(place, name, value)
    return table


def _describe(
    matrices: list[FlowMatrix],
    averages: list[FlowMatrix],
    unmatched: pd.DataFrame,
    by: tuple[str, ...],
) -> pd.DataFrame:
    """Return one row a group: pairs of dates, persons matched, lost, entered, and moves."""
    rows = []
    for one in averages:
        own = unmatched
        for name in by:
            own = own[own[name] == one.keys[name]]
        kinds = own.groupby("kind")["count"].sum()
        counts = [m.count for m in matrices if all(m.keys[name] == one.keys[name] for name in by)]
        moved = int(sum(count.sum() - np.trace(count) for count in counts))
        rows.append({**one.keys, **{k: int(kinds[k]) for k in kinds.index}, "moves": moved})
    return pd.DataFrame(rows)
