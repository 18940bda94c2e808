"""What a conversion cannot keep, counted in sentences; and names that would be lost."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, TableError, listing
from skillsfc.transitions.records import Floats
from skillsfc.transitions.spells.grid import nearness
from skillsfc.transitions.spells.moves import next_spells
from skillsfc.transitions.spells.persons import other_columns


def lost_in_sequences(
    table: pd.DataFrame, kept: Iterable[str], first: float, width: float, count: int
) -> list[str]:
    """Return what sequences of periods do not keep of spells, so that no way leads back to it.

    Parameters
    ----------
    table : DataFrame
        Checked spells.
    kept : iterable of str
        Columns of the persons that the sequences keep.
    first, width, count : float, float, int
        The grid: its beginning, length of a period [unit of the spells], number of periods.
    """
    start, end = (table[name].to_numpy(dtype="float64") for name in ("start", "end"))
    adjoins, following = next_spells(table)
    stays = adjoins & (following == table["state"].to_numpy(dtype=object))
    event = table["event"].to_numpy(dtype=bool)
    late = table["entry"].to_numpy(dtype="float64") > start if "entry" in table else event & False
    beyond = (start < first - nearness(1.0)) | (end > first + count * width + nearness(1.0))
    counted = (
        (_off(start, first, width) | _off(end, first, width), "begin or end within a period"),
        (beyond, "reach beyond the periods and are cut"),
        (late, "begin before the person was observed: the periods before are missing"),
        (stays, "are joined with the next one, which is in the same state"),
        (event & ~adjoins, "end with a move into a state in which no time is told: it is not kept"),
    )
    notes = [f"{int(hits.sum())} spells {what}." for hits, what in counted if hits.any()]
    mine = set(kept)
    gone = [name for name in other_columns(table) if name not in mine]
    if gone:
        notes.append(f"Columns that change within persons are not kept: {listing(gone)}.")
    return notes


def _off(times: Floats, first: float, width: float) -> np.ndarray:
    at = (times - first) / width
    return np.asarray(np.abs(at - np.rint(at)) > nearness(width))


def refuse_taken(table: pd.DataFrame, taken: Iterable[str], subject: str) -> None:
    """Raise if a column of the user's own has a name that the result needs.

    Raises
    ------
    TableError
        Naming all of them.
    """
    problems = [
        Problem(
            f"column '{name}'",
            "the result has a column of this name",
            "another name",
            next_step=f"Rename it first: table.rename(columns={{'{name}': 'own_{name}'}}).",
        )
        for name in taken
        if name in table.columns
    ]
    if problems:
        raise TableError(subject, problems)
