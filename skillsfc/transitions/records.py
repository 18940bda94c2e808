"""Spells as arrays: the one place where every estimator's input is read and refused.

Half open: at ``end`` the person is in ``to_state``, or out of sight. A record with ``entry`` later
than ``start`` is at risk from ``entry`` only, though its clock runs from ``start``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import Problem, TableError, did_you_mean, listing
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.moves import CENSORED as CENSORED
from skillsfc.transitions.moves import FALSE, TRUE, read_moves
from skillsfc.transitions.text_codes import as_codes as as_codes
from skillsfc.transitions.text_codes import code_column
from skillsfc.transitions.text_codes import hashed as hashed
from skillsfc.transitions.time_columns import read_numbers, which_persons
from skillsfc.transitions.weights import read_weights

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_TRUE, _FALSE = TRUE, FALSE
# What Stata's stset leaves behind, and the names here.
STSET = {"_t0": "entry", "_t": "end", "_d": "event"}


@dataclass(frozen=True)
class Records:
    """Checked spells, one row each, a person's together and in order of their start.

    Parameters
    ----------
    table : DataFrame
        The rows with all their columns, index 0..n-1.
    start, end, entry : array of float
        Times [unit of the spells]; ``start <= entry < end``.
    event : array of bool
        A move was seen at ``end``.
    states : tuple of str
        Alphabet; ``state`` and ``to`` are places in it, ``to`` is -1 where censored.
    weight : array of float
        Weights; ones where there are none.
    cluster : array of int
        Number of the cluster, 0..; the person where no cluster is named, else the row.
    person : array of int
        Number of the person, 0..; the row where there are no persons.
    notes : tuple of str
    """

    table: pd.DataFrame
    start: Floats
    end: Floats
    entry: Floats
    event: Flags
    state: Whole
    to: Whole
    states: tuple[str, ...]
    weight: Floats
    cluster: Whole
    person: Whole
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Return the number of spells."""
        return len(self.start)


def spell_frame(spells: object, subject: str = "spells") -> pd.DataFrame:
    """Return the table of spells: the checked one of `check_spells`, or a plain DataFrame.

    Raises
    ------
    TableError
        If it is neither, or has no rows.
    """
    table = getattr(spells, "table", spells)
    refuse_other_than_table(table, subject)
    assert isinstance(table, pd.DataFrame)  # noqa: S101 - told to the type checker
    if table.empty:
        raise TableError(subject, [Problem("rows", "none", "at least one spell")])
    twice = [str(name) for name in table.columns[table.columns.duplicated()]]
    if twice:
        raise TableError(subject, [Problem("columns", f"twice: {listing(twice)}", "each once")])
    return table


def read_records(
    spells: object,
    *,
    subject: str = "spells",
    weight: str | None = "weight",
    cluster: str | None = None,
    states: Iterable[str] | None = None,
    needs: Iterable[str] = (),
) -> Records:
    """Return spells as checked arrays, or raise with every problem at once.

    Parameters
    ----------
    spells : DataFrame or SpellCheck
        Columns ``start, end`` [one unit of time]; ``event`` [true or false], ``to_state`` (empty or
        ``"censored"`` where no move was seen) or both; optionally ``person, state, entry``.
    subject : str
        Name of the input in errors.
    weight, cluster : str, optional
        Columns; the weight's default is used only if there.
    states : iterable of str, optional
        The alphabet in its order; by default those found, sorted.
    needs : iterable of str
        Columns that the caller cannot do without.

    Raises
    ------
    TableError
        On missing columns or values, end before start, entry at or after the end, event codes
        other than true and false, weights that cannot be meant.
    """
    table = spell_frame(spells, subject)
    problems = _absent(table, weight, cluster, needs)
    if problems:
        raise TableError(subject, problems)
    table, person = _sorted(table)
    start, end = (read_numbers(table, name, problems) for name in ("start", "end"))
    entry = read_numbers(table, "entry", problems) if "entry" in table.columns else start
    entry = np.maximum(start, entry)
    event, to, led = read_moves(table, problems)
    weights: Floats = np.ones(len(table))
    notes: tuple[str, ...] = ()
    if weight is not None and weight in table.columns:
        weights, notes = read_weights(table[weight], problems)
    _refuse_times(table, start, end, entry, problems)
    state, words = code_column(table["state"]) if "state" in table.columns else (None, [])
    group = _clusters(table, cluster, person)
    _refuse_blanks({"person": person, "state": state, cluster: group}, problems)
    if problems:
        raise TableError(subject, problems)
    reached = {led[at] for at in np.flatnonzero(np.bincount(to[event & (to >= 0)]))}
    alphabet = _alphabet(None if state is None else set(words), reached, states, subject)
    place = {name: code for code, name in enumerate(alphabet)}
    return Records(
        table,
        start,
        end,
        entry,
        event,
        np.zeros(len(table), dtype=np.int64) if state is None else _placed(state, words, place),
        np.where(event, _placed(to, led, place), -1),
        alphabet,
        weights,
        group,
        person,
        notes,
    )


def _absent(
    table: pd.DataFrame, weight: str | None, cluster: str | None, needs: Iterable[str]
) -> list[Problem]:
    wanted = ["start", "end", *needs]
    wanted += [weight] if weight not in (None, "weight") else []
    wanted += [cluster] if cluster is not None else []
    step = _renaming(table)
    problems = [
        Problem(f"column '{name}'", "missing", "one of the columns",
                did_you_mean(name, table.columns), step if name in ("start", "end") else "")
        for name in dict.fromkeys(wanted)
        if name not in table.columns
    ]  # fmt: skip
    if not {"event", "to_state"} & set(table.columns):
        found, wanted_one = "neither is there", "at least one of them"
        problems.append(
            Problem("columns 'event' and 'to_state'", found, wanted_one, next_step=step)
        )
    return problems


def _renaming(table: pd.DataFrame) -> str:
    """Return how a file of plain durations, or one from Stata's stset, becomes spells."""
    known = {name: own for name, own in STSET.items() if name in table.columns}
    if "_t" not in known:
        durations = "end" in table.columns and "start" not in table.columns
        return "A file of durations: spells.assign(start=0)." if durations else ""
    kept = "[spells['_st'] == 1]" if "_st" in table.columns else ""
    return f"From stset: spells{kept}.rename(columns={known}).assign(start=0)."


def _refuse_blanks(codes: Mapping[str | None, Whole | None], problems: list[Problem]) -> None:
    for name, places in codes.items():
        count = 0 if places is None else int((places < 0).sum())
        if count and name is not None:
            problems.append(Problem(f"column '{name}'", f"missing in {count} rows", "a value"))


def _sorted(table: pd.DataFrame) -> tuple[pd.DataFrame, Whole]:
    """Return the rows by person and start, and the number of each row's person.

    Without persons the rows stay in their order. The table is not copied where nothing moves.
    """
    number = np.arange(len(table))
    if "person" in table.columns:
        number = np.asarray(pd.factorize(table["person"])[0], dtype=np.int64)
        start = pd.to_numeric(table["start"], errors="coerce").to_numpy(dtype="float64")
        step = np.diff(number)
        if not ((step > 0) | ((step == 0) & (np.diff(start) >= 0))).all():
            # Each person's rows do not stand together, or not in order.
            order = np.lexsort((start, pd.factorize(table["person"], sort=True)[0]))
            table, number = table.iloc[order], number[order]
            number = np.where(number < 0, -1, pd.factorize(number)[0])
    table = table.copy(deep=False)
    table.index = pd.RangeIndex(len(table))
    return table, number


def _refuse_times(
    table: pd.DataFrame, start: Floats, end: Floats, entry: Floats, problems: list[Problem]
) -> None:
    late = end < start
    if late.any():
        found = f"before 'start' in {int(late.sum())} rows{which_persons(table, late)}"
        step = "sf.check_spells lists all such rows and the treatments."
        problems.append(Problem("column 'end'", found, "start < end", next_step=step))
    empty = end == start
    if empty.any():
        found = f"equal to 'start' in {int(empty.sum())} rows{which_persons(table, empty)}"
        step = (
            "sf.check_spells(spells, zero_length='half') gives them half a unit, and counts them."
        )
        problems.append(Problem("column 'end'", found, "start < end", next_step=step))
    truncated = ~late & ~empty & (entry >= end)
    if truncated.any():
        found = f"at or after 'end' in {int(truncated.sum())} rows{which_persons(table, truncated)}"
        problems.append(
            Problem("column 'entry'", found, "entry < end: a spell that ended before the person "
                    "was first seen cannot be in the data")
        )  # fmt: skip


def _alphabet(
    before: set[str] | None, after: set[str], states: Iterable[str] | None, subject: str
) -> tuple[str, ...]:
    found = after | (before or set())
    if states is None:
        return tuple(sorted(found)) if before is not None else ("at risk", *sorted(found))
    named = tuple(str(state) for state in states)
    strangers = sorted(found - set(named))
    twice = sorted({state for state in named if named.count(state) > 1})
    problems = [Problem("states", f"named twice: {listing(twice)}", "each once")] if twice else []
    if strangers:
        problems.append(Problem("states", f"not named: {listing(strangers)}", listing(named, 30)))
    if problems:
        raise TableError(subject, problems)
    return named


def _placed(places: Whole, words: list[str], place: dict[str, int]) -> Whole:
    """Return places in the alphabet; distinct texts are few, so each is looked up once."""
    of_distinct = np.array([*(place.get(word, -1) for word in words), -1], dtype=np.int64)
    return np.asarray(of_distinct[places], dtype=np.int64)


def _clusters(table: pd.DataFrame, cluster: str | None, person: Whole) -> Whole:
    if cluster is None or cluster == "person":
        return person
    return np.asarray(pd.factorize(table[cluster])[0], dtype=np.int64)
