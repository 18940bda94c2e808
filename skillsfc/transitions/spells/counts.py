"""Counts of moves between states, weighted and not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.transitions.column_names import read_states, refuse_names
from skillsfc.transitions.records import Floats, read_records

SUBJECT = "count_transitions"
BLOCK = 1 << 15  # pairs at a time: the numbers of a block stay in the processor's cache


def count_pairs(before: Any, after: Any, size: int, weight: Any = None) -> Floats:
    """Return the [from, to] matrix of counts, or of sums of weights, of pairs of small codes.

    Parameters
    ----------
    before, after : array of int
        Codes 0..size-1 of any integer type; pairs with a negative code do not count.
    size : int
        Number of states.
    weight : array of float, optional
        Weight of each pair.

    Notes
    -----
    Codes are widened before they are combined: ``before * size + after`` of int8 overflows, and
    counts wrong pairs, from 12 states on.

    Examples
    --------
    >>> count_pairs(np.array([0, 0, 1], np.int8), np.array([1, 1, 0], np.int8), 2).tolist()
    [[0.0, 2.0], [1.0, 0.0]]
    """
    before, after = np.asarray(before), np.asarray(after)
    total = np.zeros(size * size + 1)
    pair = np.empty(BLOCK, dtype=np.intp)
    for low in range(0, len(before), BLOCK):
        part = slice(low, low + BLOCK)
        first, second = before[part], after[part]
        codes = pair[: len(first)]
        np.multiply(first, size, out=codes, dtype=np.intp)
        codes += second
        if first.dtype.kind == "i" or second.dtype.kind == "i":
            codes[(first < 0) | (second < 0)] = size * size
        heavy = None if weight is None else weight[part]
        total += np.bincount(codes, weights=heavy, minlength=size * size + 1)
    return total[:-1].reshape(size, size)


def count_transitions(
    spells: object, *, weight: str | None = "weight", states: Iterable[str] | None = None
) -> pd.DataFrame:
    """Count moves from state to state.

    Use it for a first look at spells and for the numbers behind shares of destinations. For rates
    per time, `fit_hazard` and `estimate_state_probabilities` take time at risk into account.

    Parameters
    ----------
    spells : SpellCheck or DataFrame
        Spells with ``state`` and ``to_state``.
    weight : str, optional
        Column of the weight, used if there.
    states : iterable of str, optional
        The alphabet in its order; default: the states found, sorted.

    Returns
    -------
    DataFrame
        One row for each pair of states: ``from_state, to_state, moves`` [moves, unweighted],
        ``weighted`` [sum of weights], ``share`` [part of the weighted moves from that state, 0-1;
        missing where there are none].

    Raises
    ------
    TableError
        If the spells or weights are not valid.

    Examples
    --------
    >>> told = pd.DataFrame({"state": ["S", "S", "E"], "start": [0, 0, 2], "end": [2, 3, 4],
    ...                      "to_state": ["E", "U", None], "weight": [3.0, 1.0, 3.0]})
    >>> count_transitions(told).loc[[3, 5]]
      from_state to_state  moves  weighted  share
    3          S        E      1       3.0   0.75
    5          S        U      1       1.0   0.25
    """
    refuse_names(SUBJECT, {}, {"weight": weight})
    alphabet = read_states(states, SUBJECT)
    records = read_records(
        spells, subject=SUBJECT, weight=weight, states=alphabet, needs=("state",)
    )
    size = len(records.states)
    moves = count_pairs(records.state, records.to, size)
    weighted = count_pairs(records.state, records.to, size, records.weight)
    sums = weighted.sum(axis=1, keepdims=True)
    share = np.divide(weighted, sums, out=np.full_like(weighted, np.nan), where=sums > 0)
    return pd.DataFrame(
        {
            "from_state": np.repeat(records.states, size),
            "to_state": np.tile(records.states, size),
            "moves": moves.ravel().astype(np.int64),
            "weighted": weighted.ravel(),
            "share": share.ravel(),
        }
    )
