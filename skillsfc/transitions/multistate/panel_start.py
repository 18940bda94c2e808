"""Before the search: is what was seen possible, where to start, and how far a rate may run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.transitions.multistate.hidden import HiddenPanel
from skillsfc.transitions.multistate.panel_model import RateModel
from skillsfc.transitions.multistate.panel_moves import ARROW, reachable, read_pair, shortest_path
from skillsfc.transitions.multistate.panel_rates import positive
from skillsfc.transitions.multistate.panel_reading import PANEL, Visits
from skillsfc.transitions.multistate.panel_scoring import Bounds
from skillsfc.transitions.records import Floats, hashed

SUBJECT = "fit_panel_markov"
NO_MOVES = 1e-6  # moves that a rate would make in all time observed, below which it counts as 0
SETTLED = 1e-13  # moves in all time observed that stand for none
FASTEST = 100.0  # moves within the shortest interval, above which a rate counts as endless
LARGEST_EFFECT = 15.0  # log ratio over the range of a covariate above which it counts as endless
LARGEST_LOGIT = 12.0  # log odds beyond which a chance counts as 0 or 1
SETTLED_LOGIT = -40.0


def refuse_impossible(model: RateModel, visits: Visits, person: str) -> None:
    """Raise if a move was seen that the model has no way for; states are seen as they are.

    Raises
    ------
    TableError
        Naming every such move, how often it was seen and of whom.
    """
    size = len(model.states)
    start, end = visits.code[visits.left], visits.code[visits.left + 1]
    ways = reachable(model.allowed)
    possible = ways[start, end]
    moment = np.nonzero(visits.kind != PANEL)[0]
    # Into a state whose entry is seen to the moment the last step must be a move of the model.
    into = (ways[start[moment]] & model.allowed[:, end[moment]].T).any(axis=1)
    at_once = visits.length[moment] == 0
    possible[moment] = np.where(at_once, model.allowed[start[moment], end[moment]], into)
    if possible.all():
        return
    problems = []
    for cell in np.unique(start[~possible] * size + end[~possible]):
        rows = ~possible & (start == cell // size) & (end == cell % size)
        who = hashed(visits.table[person].iloc[visits.left[rows]].unique())
        move = ARROW.join((model.states[cell // size], model.states[cell % size]))
        found = f"seen {int(rows.sum())} times, and the model has no way for it ({who})"
        step = "Allow the moves it may be made of, or say with misclassification= that it is error."
        problems.append(Problem(f"move {move}", found, next_step=step))
    raise TableError(SUBJECT, problems)


def refuse_impossible_hidden(likelihood: HiddenPanel, parameters: Floats, person: str) -> None:
    """Raise if visits of somebody cannot be, whatever the true states were.

    Raises
    ------
    TableError
        With the number of persons.
    """
    rows = likelihood.impossible(parameters)
    if not len(rows):
        return
    who = hashed(likelihood.visits.table[person].iloc[rows])
    found = f"visits of {len(rows)} persons that no sequence of true states explains ({who})"
    step = "Allow more moves in transitions, more confusions, or other first states."
    raise TableError(SUBJECT, [Problem("visits", found, next_step=step)])


def time_in_states(visits: Visits, size: int) -> Floats:
    """Return weighted time in each state, half of an interval for the state at either end."""
    made = np.zeros(size)
    half = visits.weight[visits.left] * visits.length / 2
    for code in (visits.code[visits.left], visits.code[visits.left + 1]):
        known = code < size
        made += np.bincount(code[known], half[known], size)
    return made


def crude_rates(model: RateModel, visits: Visits) -> Floats:
    """Return moves over time in state; a move of several steps counts once for each of them."""
    size = len(model.states)
    count = np.zeros((size, size))
    start, end = visits.code[visits.left], visits.code[visits.left + 1]
    known = (start < size) & (end < size)
    weight = visits.weight[visits.left]
    seen = np.bincount(start[known] * size + end[known], weight[known], size * size)
    for cell in np.nonzero(seen)[0]:
        for step in shortest_path(model.allowed, int(cell // size), int(cell % size)):
            count[step] += seen[cell]
    time = np.maximum(time_in_states(visits, size), visits.length.max() * weight.mean())
    return np.asarray((count[model.source, model.target] + 0.5) / time[model.source])


def given_rates(start: Any, model: RateModel, crude: Floats) -> Floats:
    """Return crude rates with those that the user gave in their place.

    Raises
    ------
    ParameterError
        If a move is not in the model, or a rate is not above 0.
    """
    if start is None:
        return crude
    if isinstance(start, pd.DataFrame):
        start = {(a, b): start.loc[a, b] for a in start.index for b in start.columns
                 if a != b and pd.notna(start.loc[a, b]) and start.loc[a, b] != 0}  # fmt: skip
    made, moves, problems = crude.copy(), model.moves(), []
    for move, rate in dict(start).items():
        pair = read_pair(move)
        word = ARROW.join(pair) if pair else str(move)
        if word not in moves:
            guess = did_you_mean(word, moves)
            problems.append(Problem("start", f"{word!r} is no move", listing(moves, 30), guess))
        elif not positive(rate):
            problems.append(Problem("start", f"rate {rate!r} of {word}", "a number above 0"))
        else:
            made[moves.index(word)] = float(rate)
    if problems:
        raise ParameterError(SUBJECT, problems)
    return made


def start_parameters(model: RateModel, rates: Floats) -> Floats:
    """Return parameters whose baselines are the rates, and whose effects are none."""
    made = np.zeros(model.size)
    for number in range(model.size):
        rows, columns = np.nonzero(model.slot == number)
        if columns[0] == 0:
            made[number] = np.log(rates[rows]).mean()
    return made


def bounds_of(
    model: RateModel, visits: Visits, design: Floats, more: int, names: list[str]
) -> Bounds:
    """Return where parameters count as having run away; ``more`` of them are log odds."""
    time = time_in_states(visits, len(model.states))
    time = np.where(time > 0, time, time.sum())  # nobody is met there: people may pass all the same
    positive = visits.length[visits.length > 0]
    fastest = np.log(FASTEST / positive.min()) if len(positive) else np.inf
    width = np.maximum(np.ptp(design, axis=0), 1e-12)
    lowest, highest, floor = (np.zeros(model.size) for _ in range(3))
    for number in range(model.size):
        rows, columns = np.nonzero(model.slot == number)
        if columns[0] == 0:
            most = float(time[model.source[rows]].sum())
            lowest[number], floor[number] = np.log(NO_MOVES / most), np.log(SETTLED / most)
            highest[number] = max(fastest, lowest[number] + 1)
        else:
            highest[number] = LARGEST_EFFECT / float(width[columns[0]])
            lowest[number] = floor[number] = -highest[number]
    odds = np.full(more, LARGEST_LOGIT)
    return Bounds(
        np.r_[lowest, -odds], np.r_[highest, odds],
        np.r_[floor, np.full(more, SETTLED_LOGIT)], names,
    )  # fmt: skip
