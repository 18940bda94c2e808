"""The grid of periods: which of them a spell covers, and whose state each holds."""

from __future__ import annotations

from typing import Any, TypeGuard

import numpy as np

from skillsfc.errors import ParameterError, Problem
from skillsfc.transitions.column_names import is_number, word_problems
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.sequences.model import AFTER, LARGEST_ALPHABET, MISSING
from skillsfc.transitions.spells.overlaps import NEAR

RULES = ("start", "longest")


def refuse_grid(
    subject: str, start: object, length: object, width: object, rule: str = "start"
) -> None:
    """Raise if the grid of periods cannot be meant."""
    problems = []
    for name, given, allowed in (
        ("start", start, start is None or is_number(start)),
        ("length", length, length is None or (_whole(length) and length > 0)),
        ("width", width, is_number(width) and width > 0),
    ):
        if not allowed:
            wanted = "a number" if name == "start" else "more than 0"
            problems.append(Problem(name, repr(given), wanted))
    problems += word_problems({"rule": rule}, {"rule": RULES})
    if problems:
        raise ParameterError(subject, problems)


def _whole(value: object) -> TypeGuard[float]:
    return is_number(value) and float(value) == int(value)


def nearness(width: float) -> float:
    """Return how near to the edge of a period a time is on it [periods].

    Times are rounded to 1e-9, and so is the start of the grid.
    """
    return 4 * NEAR / min(width, 1.0)


def covered_periods(
    begin: Floats, end: Floats, first: float, width: float, count: int, rule: str
) -> tuple[Whole, Whole]:
    """Return the first period of each spell and the one after its last, within the grid."""
    at, near = (begin - first) / width, nearness(width)
    at = np.ceil(at - near) if rule == "start" else np.floor(at + near)
    low = np.clip(at, 0, count).astype(np.int64)
    high = np.clip(np.ceil((end - first) / width - near), 0, count).astype(np.int64)
    return low, np.maximum(low, high)


def longest_pieces(
    person: Whole, state: Any, pieces: Whole, columns: Whole, held: Floats
) -> tuple[Whole, Whole]:
    """Return one piece for each person and period: of the state that held longest."""
    cells = (person[pieces] * (columns.max(initial=0) + 1) + columns) * LARGEST_ALPHABET
    _, at, group = np.unique(cells + state[pieces], return_index=True, return_inverse=True)
    total = np.bincount(group.ravel(), weights=held)
    order = np.lexsort((at, -np.round(total, 9), columns[at], person[pieces[at]]))
    at = at[order]
    new = (np.diff(person[pieces[at]], prepend=-1) != 0) | (np.diff(columns[at], prepend=-1) != 0)
    return pieces[at[new]], columns[at[new]]


def close_sequences(codes: Any, alphabet: tuple[str, ...], fill: str | None) -> None:
    """Mark periods after the last one observed, and fill what is not known before it."""
    known = codes >= 0
    count = codes.shape[1]
    last = np.where(known.any(axis=1), count - 1 - known[:, ::-1].argmax(axis=1), -1)
    codes[np.arange(count) > last[:, None]] = AFTER
    if fill is not None:
        codes[codes == MISSING] = alphabet.index(fill)
