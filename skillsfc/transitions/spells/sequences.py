"""Spells to sequences of equal periods, and back."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, SkillsfcWarning, TableError
from skillsfc.errors import listing as listed
from skillsfc.transitions.column_names import is_number, read_states, refuse_names
from skillsfc.transitions.records import CENSORED, Flags, Whole
from skillsfc.transitions.sequences.model import (
    AFTER,
    LARGEST_ALPHABET,
    MISSING,
    Sequences,
    read_sequences,
    sequences_of,
)
from skillsfc.transitions.spells.checked import checked_with_notes
from skillsfc.transitions.spells.grid import (
    close_sequences,
    covered_periods,
    longest_pieces,
    nearness,
    refuse_grid,
)
from skillsfc.transitions.spells.losses import lost_in_sequences, refuse_taken
from skillsfc.transitions.spells.overlaps import NEAR, within
from skillsfc.transitions.spells.persons import as_times, fixed_columns, person_weights

SUBJECT = "spells_to_sequences"
MOST_CELLS = 500_000_000  # one byte each, and eight more for a while where they are filled


def spells_to_sequences(
    spells: object,
    *,
    start: float | None = None,
    length: int | None = None,
    width: float = 1.0,
    unit: str = "month",
    rule: str = "start",
    fill: str | None = None,
    states: Iterable[str] | None = None,
    weight: str | None = "weight",
) -> Sequences:
    """Cut spells into periods of one length: one state a person and period.

    Use it to compare whole trajectories. Spells shorter than a period may vanish and times are
    rounded to periods: for durations and moves stay with the spells.

    Parameters
    ----------
    spells : SpellCheck or DataFrame
        Spells without overlap; a DataFrame is checked first, as `check_spells` does.
    start : float, optional
        Time at which the first period begins [unit of the spells]; default: the earliest start,
        rounded down.
    length : int, optional
        Number of periods; default: until the latest end.
    width : float
        Length of a period [unit of the spells]: 12 for years out of months.
    unit : str
        What a period is called: month, quarter, year.
    rule : {"start", "longest"}
        The state at the beginning of the period, or the known state that held most of it (the
        earlier of equals).
    fill : str, optional
        State that takes the place of gaps and of time before the first spell or before ``entry``;
        default: they are missing.
    states : iterable of str, optional
        The alphabet in its order; default: the states found, sorted.
    weight : str, optional
        Column of the person's weight, used if there.

    Returns
    -------
    Sequences
        ``.codes`` [persons, periods], ``.persons`` with the columns that do not change, and the
        long ``.table``. ``.notes`` counts what is not kept: spells that no period shows, times
        within periods, last moves, columns that change.

    Raises
    ------
    TableError
        If the spells are not valid, overlap, or a person has more than one weight.
    ParameterError
        If an argument is out of range, or a state is not in ``states``.

    Notes
    -----
    Period k covers [start + k width, start + (k+1) width). What lies before a delayed ``entry`` was
    not observed: such periods are missing. Where all spells begin and end at such moments,
    neighbours differ in state and no entry is delayed, `sequences_to_spells` gives back the same
    spells (told its ``width=`` if there is one period only). Columns that change within a person
    and a last move into a state in which no time was spent are not kept; notes count them.

    Examples
    --------
    >>> import pandas as pd
    >>> told = pd.DataFrame({"person": [1, 1, 2], "state": ["S", "E", "E"],
    ...                      "start": [0, 2, 1], "end": [2, 4, 3]})
    >>> spells_to_sequences(told).to_wide()
              0  1  2    3
    person
    1         S  S  E    E
    2       NaN  E  E  NaN
    """
    refuse_grid(SUBJECT, start, length, width, rule)
    refuse_names(SUBJECT, {}, {"fill": fill, "weight": weight})
    table, changed = checked_with_notes(spells, subject=SUBJECT, treated=True)
    begin, end = (table[name].to_numpy(dtype="float64") for name in ("start", "end"))
    first, width = float(math.floor(begin.min()) if start is None else start), float(width)
    count = int(length or 0) or max(1, math.ceil((end.max() - first) / width - nearness(width)))
    person, names = pd.factorize(table["person"])
    if len(names) * count > MOST_CELLS:
        found = f"{len(names)} persons x {count} periods"
        raise ParameterError(SUBJECT, [Problem("length", found, "a shorter length or wider width")])
    alphabet = _alphabet(table["state"], states, fill)
    state = table["state"].map({name: code for code, name in enumerate(alphabet)}).to_numpy()
    if "entry" in table:
        begin = np.maximum(begin, table["entry"].to_numpy(dtype="float64"))
    low, high = covered_periods(begin, end, first, width, count, rule)
    codes = np.full((len(names), count), MISSING, dtype=np.int8)
    pieces = np.repeat(np.arange(len(table)), high - low)
    columns = low[pieces] + within(high - low)
    if rule == "longest":
        time = first + columns * width
        held = np.minimum(end[pieces], time + width) - np.maximum(begin[pieces], time)
        pieces, columns = longest_pieces(person, state, pieces, columns, held)
    codes[person[pieces], columns] = state[pieces]
    close_sequences(codes, alphabet, fill)
    unseen = int((np.bincount(pieces, minlength=len(table)) == 0).sum())
    fixed = fixed_columns(table)
    persons = table.drop_duplicates("person")[["person", *fixed]].reset_index(drop=True)
    weights, notes = person_weights(table, persons, weight, SUBJECT)
    return sequences_of(
        codes,
        states=alphabet,
        persons=persons,
        periods=as_times(first + np.arange(count) * width).tolist(),
        weight=weights,
        unit=unit,
        notes=(
            *changed,
            *notes,
            *lost_in_sequences(table, fixed, first, width, count),
            *_unseen_notes(unseen, codes, rule),
        ),
    )


def _alphabet(column: pd.Series, states: Iterable[str] | None, fill: str | None) -> tuple[str, ...]:
    found = sorted(column.unique())
    alphabet = read_states(states, SUBJECT, found) or tuple(found)
    strangers = [name for name in found if name not in alphabet]
    if strangers:
        raise ParameterError(
            SUBJECT, [Problem("states", f"not named: {listed(strangers)}", listed(alphabet, 30))]
        )
    if fill is not None and fill not in alphabet:
        alphabet = (*alphabet, fill)
    if len(alphabet) > LARGEST_ALPHABET:
        found_count = f"{len(alphabet)} different states"
        raise TableError(SUBJECT, [Problem("states", found_count, f"at most {LARGEST_ALPHABET}")])
    return alphabet


def _unseen_notes(unseen: int, codes: Any, rule: str) -> list[str]:
    notes = []
    if unseen:
        why = "begins in them" if rule == "start" else "is mostly theirs"
        notes.append(f"{unseen} spells are not to be seen: no period of the sequence {why}.")
    empty = int((codes == AFTER).all(axis=1).sum())
    if empty:
        notes.append(f"{empty} persons have no period in the sequence; their row is empty.")
    return notes


def sequences_to_spells(
    sequences: object, *, start: float | None = None, width: float | None = None
) -> pd.DataFrame:
    """Join equal states of sequences to spells.

    Use it to take sequences or monthly calendars to the estimators of durations and moves.

    Parameters
    ----------
    sequences : Sequences or DataFrame
        What `read_sequences` reads.
    start, width : float, optional
        Time at which the first period begins, and length of a period; default: as the labels of
        the periods say if they are evenly spaced numbers, else 0 and 1.

    Returns
    -------
    DataFrame
        ``person, state, start, end`` [periods, or their labels' unit], ``event, to_state`` and
        the columns of the persons. A state not known gives no spell: the spell before it is
        censored.

    Raises
    ------
    TableError
        If there are no sequences, or persons have a column named as one of spells.
    ParameterError
        If ``start`` or ``width`` is out of range.

    Warns
    -----
    SkillsfcWarning
        If there are persons without any known state: they have no spell.

    Examples
    --------
    >>> from skillsfc.transitions.sequences.model import sequences_of
    >>> sequences_to_spells(sequences_of([[0, 0, 1, 1], [-1, 1, -1, 0]], states="SE"))
      person state  start  end  event  to_state
    0      1     S      0    2   True         E
    1      1     E      2    4  False  censored
    2      2     E      1    2  False  censored
    3      2     S      3    4  False  censored
    """
    subject = "sequences_to_spells"
    refuse_grid(subject, start, None, 1.0 if width is None else width)
    made = read_sequences(sequences, subject=subject)
    refuse_taken(made.persons, ("state", "start", "end", "event", "to_state"), subject)
    first, step = _labels(made.periods)
    first, step = first if start is None else float(start), float(width or step)
    row, low, high, code, moved = _runs(made.codes)
    names = np.array([*made.states, CENSORED], dtype=object)
    after = np.where(moved, np.append(code[1:], -1)[: len(code)], -1)
    spells = pd.DataFrame(
        {
            "person": made.persons["person"].to_numpy()[row],
            "state": pd.Series(names[code], dtype="str"),
            "start": first + low * step,
            "end": first + high * step,
            "event": moved,
            "to_state": pd.Series(names[after], dtype="str"),
        }
    )
    spells[["start", "end"]] = spells[["start", "end"]].apply(as_times)
    empty = made.size - len(np.unique(row))
    if empty:
        warnings.warn(f"{empty} persons without a known state have no spell.", SkillsfcWarning, 2)
    others = made.persons.drop(columns="person").iloc[row].reset_index(drop=True)
    if "weight" not in others and np.any(made.weight != 1):
        others["weight"] = made.weight[row]
    return pd.concat([spells, others], axis=1)


def _labels(periods: tuple[Any, ...]) -> tuple[float, float]:
    """Return start and width of the grid that evenly spaced numbers tell, else 0 and 1."""
    if not all(is_number(label) for label in periods):
        return 0.0, 1.0
    numbers = np.array(periods, dtype="float64")
    steps = np.diff(numbers)
    if not len(steps):
        return float(numbers[0]), 1.0
    width = (numbers[-1] - numbers[0]) / len(steps)
    # Labels are rounded to 1e-9, so that steps of a third differ in the last place.
    even = width > 0 and np.allclose(steps, width, rtol=0, atol=3 * NEAR)
    return (float(numbers[0]), float(width)) if even else (0.0, 1.0)


def _runs(codes: Any) -> tuple[Whole, Whole, Whole, Whole, Flags]:
    """Return row, first period, period after the last, state, and whether a known one follows."""
    count, length = codes.shape
    new = np.ones((count, length), dtype=bool)
    new[:, 1:] = codes[:, 1:] != codes[:, :-1]
    at = np.flatnonzero(new)
    row, low = np.divmod(at, length)
    high = np.append(at[1:], count * length) - row * length
    code = codes.ravel()[at].astype(np.int64)
    follows = np.append((row[1:] == row[:-1]) & (code[1:] >= 0), False)[: len(row)]
    known = code >= 0
    return row[known], low[known], high[known], code[known], follows[known]
