"""Which moves a panel model allows, how states are written, and what can be reached from where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.transitions.column_names import read_states
from skillsfc.transitions.records import Flags

Pair = tuple[str, str]
ARROW = "->"
SUBJECT = "fit_panel_markov"


def state_text(value: object) -> str:
    """Return a state as text; a whole number read as a float loses its ``.0``.

    Examples
    --------
    >>> state_text(2.0), state_text("E "), state_text(3)
    ('2', 'E', '3')
    """
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def read_pair(move: object) -> Pair | None:
    """Return the states of a move given as a pair or as ``"E->U"``; None if it is neither.

    Examples
    --------
    >>> read_pair("E->U"), read_pair((1, 2)), read_pair("E")
    (('E', 'U'), ('1', '2'), None)
    """
    parts: Any = move.split(ARROW) if isinstance(move, str) else move
    if not isinstance(parts, Sequence) or isinstance(parts, str) or len(parts) != 2:
        return None
    if any(part is None for part in parts):
        return None
    return state_text(parts[0]), state_text(parts[1])


def one_word(value: object) -> bool:
    """Return whether a value is one state, and not several."""
    return isinstance(value, str) or not isinstance(value, Iterable)


def named_pairs(transitions: Any) -> list[Pair] | None:
    """Return the moves that ``transitions`` names, in its order; None for ``"all"``.

    Raises
    ------
    ParameterError
        If it is none of the forms, names no move, a move twice or a move from a state to itself.

    Examples
    --------
    >>> named_pairs({"E": ["U", "O"]}), named_pairs(["E->U"]), named_pairs("all")
    ([('E', 'U'), ('E', 'O')], [('E', 'U')], None)
    """
    if isinstance(transitions, str) and transitions == "all":
        return None
    moves: list[Any]
    if isinstance(transitions, pd.DataFrame):
        cells = transitions.to_numpy()
        moves = [(transitions.index[i], transitions.columns[j])
                 for i, j in zip(*np.nonzero(cells), strict=True)
                 if transitions.index[i] != transitions.columns[j]]  # fmt: skip
    elif isinstance(transitions, Mapping):
        moves = [(a, b) for a, ends in transitions.items()
                 for b in ([ends] if one_word(ends) else ends)]  # fmt: skip
    elif isinstance(transitions, str):
        moves = [transitions]
    else:
        moves = list(transitions) if isinstance(transitions, Sequence) else []
    pairs = [read_pair(move) for move in moves]
    problems = _wrong(moves, pairs)
    if problems:
        raise ParameterError(SUBJECT, problems)
    return [pair for pair in pairs if pair is not None]


def _wrong(moves: list[Any], pairs: list[Pair | None]) -> list[Problem]:
    form = 'pairs such as ("E", "U") or "E->U", a mapping {"E": ["U"]}, a square table, or "all"'
    if not moves:
        return [Problem("transitions", "no move", form)]
    strange = [move for move, pair in zip(moves, pairs, strict=True) if pair is None]
    problems = []
    if strange:
        problems.append(Problem("transitions", f"no pair of states: {listing(strange)}", form))
    known = [ARROW.join(pair) for pair in pairs if pair is not None]
    stays = [ARROW.join(pair) for pair in pairs if pair is not None and pair[0] == pair[1]]
    if stays:
        found = f"from a state to itself: {listing(stays)}"
        problems.append(Problem("transitions", found, "moves between two states"))
    twice = sorted({pair for pair in known if known.count(pair) > 1})
    if twice:
        problems.append(Problem("transitions", f"named twice: {listing(twice)}", "each move once"))
    return problems


def choose_states(
    found: Sequence[str], pairs: Sequence[Pair] | None, states: object
) -> tuple[str, ...]:
    """Return the alphabet: as given, or the states found and named, numbers in their order.

    Raises
    ------
    ParameterError
        If ``states`` is no list of states, or a move names a state that it does not.

    Examples
    --------
    >>> choose_states(["10", "2"], [("2", "1")], None)
    ('1', '2', '10')
    """
    named = list(dict.fromkeys(state for pair in pairs or () for state in pair))
    given = read_states(states, SUBJECT, found)
    if given is None:
        every = set(found) | set(named)
        numbers = all(state.lstrip("-").isdigit() for state in every)
        return tuple(sorted(every, key=int) if numbers else sorted(every))
    if not given:
        raise ParameterError(SUBJECT, [Problem("states", "none", "two states or more")])
    problems = [
        Problem("transitions", f"unknown state {state!r}", listing(given, 30),
                did_you_mean(state, given))
        for state in named if state not in given
    ]  # fmt: skip
    if problems:
        raise ParameterError(SUBJECT, problems)
    return given


def reachable(allowed: Flags) -> Flags:
    """Return which states can be reached from which, by any number of moves or none.

    Examples
    --------
    >>> reachable(np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=bool)).sum(axis=1).tolist()
    [3, 2, 1]
    """
    made = allowed | np.eye(len(allowed), dtype=bool)
    for _ in range(len(allowed)):
        made = made | (made.astype(np.int64) @ made.astype(np.int64) > 0)
    return made


def shortest_path(allowed: Flags, start: int, end: int) -> list[tuple[int, int]]:
    """Return the moves of a shortest way from one state to another; empty if there is none.

    Examples
    --------
    >>> shortest_path(np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=bool), 0, 2)
    [(0, 1), (1, 2)]
    """
    before: dict[int, int] = {start: start}
    edge = [start]
    while edge and end not in before:
        edge = [int(b) for a in edge for b in np.nonzero(allowed[a])[0]
                if b not in before and before.setdefault(int(b), a) == a]  # fmt: skip
    if end not in before:
        return []
    path = []
    while end != start:
        path.append((before[end], end))
        end = before[end]
    return path[::-1]
