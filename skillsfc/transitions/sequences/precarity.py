"""Measures that know good states from bad: integration, badness, precarity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.transitions.column_names import as_names, is_number
from skillsfc.transitions.records import Floats
from skillsfc.transitions.sequences.model import Codes
from skillsfc.transitions.sequences.preparation import Prepared
from skillsfc.transitions.sequences.spells import runs_of

NEAR_ONE = 0.99  # a move this sure leaves no weight to tell a rare move from a common one by
BORDER = 10.0  # so all rates are then cut by a tenth, as the published index does


def integration(codes: Codes, positive: list[int], power: float = 1.0) -> Floats:
    """Return the share of time in positive states, later periods weighing more [0-1].

    Examples
    --------
    >>> integration(np.array([[0, 0, 1, 1]], dtype=np.int8), [1]).tolist()
    [0.7]
    """
    late = np.arange(1, codes.shape[1] + 1, dtype=np.float64) ** power
    inside = np.isin(codes, np.asarray(positive, dtype=np.int8)) @ late
    known = (codes >= 0) @ late
    made: Floats = np.divide(inside, known, out=np.full(len(codes), np.nan), where=known > 0)
    return made


def badness(codes: Codes, scores: Floats, power: float = 1.0) -> Floats:
    """Return the mean score of a person's states, later periods weighing more [0-1].

    Examples
    --------
    >>> badness(np.array([[0, 0, 1, 1]], dtype=np.int8), np.array([0.0, 1.0]), 0.0).tolist()
    [0.5]
    """
    parts = [scores[s] * integration(codes, [s], power) for s in range(len(scores))]
    return np.asarray(np.sum(parts, axis=0))


def state_scores(
    order: Iterable[str] | Mapping[str, float], states: tuple[str, ...], subject: str
) -> Floats:
    """Return a score for each state: 0 the best, 1 the worst, the mean where not ranked.

    Raises
    ------
    ParameterError
        If fewer than two states are ranked, or one is unknown, named twice or not a number.

    Examples
    --------
    >>> state_scores(["job", "school", "none"], ("job", "none", "school", "other"), "x").tolist()
    [0.0, 1.0, 0.5, 0.5]
    """
    given: object = order
    if not isinstance(given, Iterable):
        expected = "states from best to worst, or a score for each"
        raise ParameterError(subject, [Problem("order", repr(order)[:60], expected)])
    names = as_names([*order])
    scores = [*order.values()] if isinstance(order, Mapping) else range(len(names))
    problems = [
        Problem("order", f"no state {n!r}", f"of {listing(states, 20)}", did_you_mean(n, states))
        for n in names
        if n not in states
    ]
    numbers = np.array([score if is_number(score) else np.nan for score in scores], dtype=float)
    if not np.isfinite(numbers).all():
        problems.append(Problem("order", "scores that are no numbers", "finite numbers"))
    if len(set(names)) < len(names) or len(set(numbers.tolist())) < 2:
        problems.append(Problem("order", listing(names), "two or more states, each once, ranked"))
    if problems:
        raise ParameterError(subject, problems)
    scaled = (numbers - numbers.min()) / (numbers.max() - numbers.min())
    made = np.full(len(states), scaled.mean())
    made[[states.index(name) for name in names]] = scaled
    return made


def precarity(
    prepared: Prepared,
    scores: Floats,
    complexity: Floats,
    parameters: tuple[float, float, float] = (0.2, 1.0, 1.2),
) -> Floats:
    r"""Return the precarity of each sequence: a bad start, and restlessness that leads downwards.

    Parameters
    ----------
    prepared : Prepared
        Sequences; their weights go into the rates of moves.
    scores : array
        Score of each state [0 best - 1 worst].
    complexity : array
        Complexity of each sequence [0-1].
    parameters : tuple of float
        :math:`\lambda, \alpha, \beta`.

    Notes
    -----
    :math:`\lambda\, a(x_1) + (1-\lambda) C^\alpha (1+Q)^\beta` with
    :math:`Q = \sum_j v_j\, sign_j / \sum_j v_j` over the moves of a person: sign 1 for a move to a
    worse state, -1 to a better one, and :math:`v = 1 - p` with p the rate of that move among
    spells of everybody. States of equal score are one.
    """
    start, alpha, beta = parameters
    first = np.where(prepared.codes >= 0, prepared.codes, 0)
    place = (prepared.codes >= 0).argmax(axis=1)
    begin = scores[first[np.arange(len(first)), place]]
    balance = _balance(prepared.codes, scores, prepared.weight)
    made = start * begin + (1 - start) * complexity**alpha * (1 + balance) ** beta
    return np.where((prepared.codes >= 0).any(axis=1), made, np.nan)


def _balance(codes: Codes, scores: Floats, weight: Floats) -> Floats:
    """Return worsening less improving moves over all moves, rare ones weighing more."""
    ranks, rank = np.unique(scores, return_inverse=True)
    ranked = np.where(codes >= 0, rank[codes], -1).astype(np.int8)
    runs = runs_of(ranked)
    origin, destination = runs.states[:, :-1].astype(np.int64), runs.states[:, 1:].astype(np.int64)
    person, place = np.nonzero(destination >= 0)
    size = len(ranks)
    cell = origin[person, place] * size + destination[person, place]
    moves: Floats = np.asarray(  # bincount of nothing is whole numbers
        np.bincount(cell, weights=weight[person], minlength=size**2), dtype=np.float64
    ).reshape(size, size)
    left = moves.sum(axis=1, keepdims=True)
    rate = np.divide(moves, left, out=np.zeros_like(moves), where=left > 0)
    rate = rate - rate / BORDER if (rate > NEAR_ONE).any() else rate
    rare = 1.0 - rate.ravel()[cell]
    sign = np.sign(destination[person, place] - origin[person, place])
    total = np.bincount(person, weights=rare, minlength=len(codes))
    balance = np.bincount(person, weights=rare * sign, minlength=len(codes))
    return np.divide(balance, total, out=np.zeros(len(codes)), where=total > 0)
