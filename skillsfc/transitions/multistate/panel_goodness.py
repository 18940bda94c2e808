"""Does the model fit: how many persons were in each state, and how many it would put there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc.transitions.multistate.generator import Exponentials
from skillsfc.transitions.multistate.hidden import HiddenPanel
from skillsfc.transitions.multistate.panel_fit import PanelFit
from skillsfc.transitions.multistate.panel_likelihood import distinct_rows
from skillsfc.transitions.multistate.panel_tables import read_times
from skillsfc.transitions.records import Floats, Whole

MOST_TIMES, TIMES = 20, 10  # all times of visits up to the first, else that many of them


def prevalence_table(fit: PanelFit, times: Any = None) -> pd.DataFrame:
    """Return observed and expected numbers in each state, at times since the first visit.

    Notes
    -----
    Observed is the state at the last visit before the time, of those still under observation then,
    and of those who reached a state that nobody leaves. Expected is their number times the chances
    of the model from the first states, with the covariates of the first visit.
    """
    visits = fit.visits
    first = visits.first
    last = np.r_[first[1:], len(visits.code)] - 1
    count = np.diff(np.r_[first, len(visits.code)])
    since = visits.time - np.repeat(visits.time[first], count)
    grid = _visited(since) if times is None else read_times(times, "times")
    rows = []
    for moment in grid:
        rows.append(_observed(fit, float(moment), since, last, count))
    observed = np.array(rows)
    at_risk = observed.sum(axis=1)
    expected = at_risk[:, None] * _expected(fit, grid)
    point, state = (cell.ravel() for cell in np.indices(observed.shape))
    ours, theirs = observed.ravel(), expected.ravel()
    people = np.maximum(at_risk, 1e-300)[point]
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.where(theirs > 0, (ours - theirs) ** 2 / theirs, np.nan)
    return pd.DataFrame({
        "time": grid[point], "state": np.array(fit.model.states, dtype=object)[state],
        "at_risk": at_risk[point], "observed": ours, "expected": theirs,
        "observed_share": ours / people, "expected_share": theirs / people,
        "difference": (ours - theirs) / people, "chi_square": distance,
    })  # fmt: skip


def _visited(since: Floats) -> Floats:
    """Return times at which people were visited: all, or some evenly chosen where they are many."""
    distinct = np.unique(since)
    if len(distinct) <= MOST_TIMES:
        return distinct
    return distinct[np.linspace(0, len(distinct) - 1, TIMES).round().astype(np.int64)]


def _observed(fit: PanelFit, moment: float, since: Floats, last: Whole, count: Whole) -> Floats:
    """Return the weight of persons in each state at one time since the first visit."""
    visits, model = fit.visits, fit.model
    size = len(model.states)
    seen = since <= moment
    place = np.add.reduceat(seen.astype(np.int64), visits.first) - 1 + visits.first
    code = visits.code[place]
    ended = np.zeros(len(count), dtype=bool)
    known = visits.code[last] < size
    ended[known] = model.absorbing[visits.code[last][known]]
    here = ((since[last] >= moment) | ended) & (code < size)
    weight = visits.weight[visits.first][here]
    return np.bincount(code[here], weight, size).astype(np.float64)


def _expected(fit: PanelFit, grid: Floats) -> Floats:
    """Return the mean chance of each state at each time [times, states]."""
    start, weight, design = _first_states(fit)
    model = fit.model
    first, number = distinct_rows(list(design.T)) if design.shape[1] else ([0], 0)
    patterns = design[first]
    chances = np.zeros((len(patterns), len(model.states)))
    np.add.at(chances, number, start * weight[:, None])
    made = np.zeros((len(grid), len(model.states)))
    rates = model.rates(fit.parameters[: model.size], patterns)
    for at, moment in enumerate(grid):
        step = Exponentials(rates, model.source, model.target, len(model.states),
                            np.arange(len(patterns)), np.full(len(patterns), moment))  # fmt: skip
        made[at] = np.einsum("ci,cij->j", chances, step.matrices())
    made /= weight.sum()
    if isinstance(fit.likelihood, HiddenPanel):
        _, logits, _ = fit.likelihood.parts(fit.parameters)
        made = made @ fit.likelihood.confusion.chances(logits)[:, : len(model.states)]
    return made


def _first_states(fit: PanelFit) -> tuple[Floats, Floats, Floats]:
    """Return chances of each person's first state, weights, and first rows of the design."""
    visits, model = fit.visits, fit.model
    size, first = len(model.states), visits.first
    code, weight = visits.code[first], visits.weight[first]
    likelihood = fit.likelihood
    if isinstance(likelihood, HiddenPanel) and likelihood.first_state.kind != "observed":
        share = likelihood.first_state.chances(likelihood.parts(fit.parameters)[2])
        start = np.tile(share, (len(first), 1))
    else:
        start = np.eye(size)[np.minimum(code, size - 1)] * (code < size)[:, None]
    if not model.covariates:
        return start, weight, np.ones((len(first), 1))
    # A person's last visit begins no interval, and may lack covariates.
    more = np.isin(first, visits.left)
    matrix = fit.covariates.matrix(visits.table.iloc[first[more]])
    return start[more], weight[more], model.standard(matrix)


def decoded_table(fit: PanelFit) -> pd.DataFrame:
    """Return the most likely true state at each visit, and the chance of that state alone.

    Notes
    -----
    ``likely_state`` is of the most likely whole sequence (Viterbi); ``probability`` is that of this
    state at this visit given all visits of the person.
    """
    visits, model, likelihood = fit.visits, fit.model, fit.likelihood
    words = np.array(visits.codes, dtype=object)
    table = visits.table[[fit.columns.person, fit.columns.time]].reset_index(drop=True)
    table["observed_state"] = words[visits.code]
    if not isinstance(likelihood, HiddenPanel):
        return table.assign(likely_state=table["observed_state"], probability=1.0)
    path = likelihood.most_likely(fit.parameters)
    passes = likelihood.run(fit.parameters)[0]
    chances = passes.forward * passes.backward
    return table.assign(
        likely_state=np.array(model.states, dtype=object)[path],
        probability=chances[np.arange(len(path)), path],
    )
