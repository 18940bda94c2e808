"""Whether a move was seen at the end of each spell, and to which state: columns read as codes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import Problem, listing
from skillsfc.transitions.text_codes import code_column

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

CENSORED = "censored"
TRUE = {"true", "1", "1.0"}
FALSE = {"false", "0", "0.0"}
KINDS_STEP = (
    "Where codes name kinds of events, such as 1 and 2, put the kind into 'to_state' (empty where "
    "none was seen) and drop 'event'."
)


def read_moves(table: pd.DataFrame, problems: list[Problem]) -> tuple[Flags, Whole, list[str]]:
    """Return whether a move was seen, the place of the state it led to (-1: none), and the states.

    Every distinct value is looked at once, however many rows there are.
    """
    if "to_state" not in table.columns:
        event = _seen(table["event"], problems)
        return event, np.where(event, 0, -1), ["event"]
    places, words = code_column(table["to_state"])
    led = np.array([*(word not in ("", CENSORED) for word in words), False])
    moved, to = led[places], np.where(led[places], places, -1)
    if "event" not in table.columns:
        return moved, to, words
    before = len(problems)
    event = _seen(table["event"], problems)
    apart = int((event != moved).sum())
    if apart and len(problems) == before:
        found = f"{apart} rows where 'event' and 'to_state' contradict one another"
        problems.append(
            Problem("column 'event'", found, "a 'to_state' exactly where event is true")
        )
    return event, to, words


def _seen(column: pd.Series, problems: list[Problem]) -> Flags:
    """Return whether each value says that an event was seen."""
    if column.dtype == np.bool_:
        return np.asarray(column.to_numpy(), dtype=bool)
    places, words = code_column(column)
    plain = [word.strip().lower() for word in words]
    strangers = sorted({word for word in plain if word not in TRUE | FALSE})
    missing = int((places < 0).sum())
    if strangers or missing:
        found = [f"values {listing(strangers)}"] if strangers else []
        found += [f"missing in {missing} rows"] if missing else []
        step = KINDS_STEP if strangers else ""
        expected = "true and false, or 1 and 0"
        problems.append(Problem("column 'event'", "; ".join(found), expected, next_step=step))
    true = np.array([*(word in TRUE for word in plain), False])
    return np.asarray(true[places], dtype=bool)
