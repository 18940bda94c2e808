"""What codes of events mean: a move, no move, or a move into a state (S06)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem
from skillsfc.transitions.moves import FALSE, TRUE
from skillsfc.transitions.records import CENSORED, Flags, as_codes
from skillsfc.transitions.spells.clock import is_missing
from skillsfc.transitions.spells.overlaps import UNKNOWN
from skillsfc.transitions.spells.settings import SUBJECT


def read_events(
    table: pd.DataFrame, codes: Mapping[Any, Any], states: Iterable[str] | None = None
) -> tuple[Any, Any, Flags]:
    """Return events, the states that the user's codes name, and which cells are no known code.

    Events are 1, 0 or `UNKNOWN`; a code that names no state has an empty text.

    Raises
    ------
    ParameterError
        If a meaning is neither a state nor a word for a move or none.
    """
    size = len(table)
    event, named = np.full(size, UNKNOWN), np.full(size, "", dtype=object)
    known = {*(states or ()), *table["state"].unique()}
    plain = {word: word in TRUE for word in (*TRUE, *FALSE)}
    meaning: Mapping[str, bool | str] = _meanings(codes, known) if codes else plain
    if "event" not in table:
        return event, named, np.zeros(size, dtype=bool)
    column = table["event"]
    if pd.api.types.is_bool_dtype(column) and not column.isna().any() and not codes:
        return column.to_numpy(dtype=np.int64), named, np.zeros(size, dtype=bool)
    words = as_codes(column).fillna("").str.strip().str.lower().str.removesuffix(".0")
    strange = np.asarray(~words.isin(list(meaning)) & ~is_missing(column))
    for word, means in meaning.items():
        rows = (words == word).to_numpy(dtype=bool)
        event[rows] = int(means is not False)
        named[rows] = means if isinstance(means, str) else ""
    return event, named, strange


def _meanings(codes: Mapping[Any, Any], known: set[str]) -> dict[str, bool | str]:
    """Return the meaning of each code: true, false or the name of a state."""
    made: dict[str, bool | str] = {}
    problems = []
    for code, means in codes.items():
        found = _meaning(means, known)
        if found is None:
            where = f"event_codes, meaning of {code!r}"
            step = "Write a state whose name is a number as text, such as '2'."
            expected = "a state, true (1), false (0) or 'censored'"
            problems.append(Problem(where, repr(means), expected, "", step))
        else:
            made[str(code).strip().lower().removesuffix(".0")] = found
    if problems:
        raise ParameterError(SUBJECT, problems)
    return made


def _meaning(means: object, known: set[str]) -> bool | str | None:
    if isinstance(means, str):
        word = means.strip()
        if word in known:
            return word
        if word.lower() in ("true", "false", CENSORED):
            return word.lower() == "true"
        return None if word in ("", "0", "1") else word
    numbers = (bool, np.bool_, int, np.integer, float, np.floating)
    return bool(means) if isinstance(means, numbers) and means in (0, 1) else None
