"""Spells as arrays: the one place where every estimator's input is read and refused.

Half open: at ``end`` the person is in ``to_state``, or out of sight. A record with ``entry`` later
than ``start`` is at risk from ``entry`` only, though its clock runs from ``start``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import Problem, TableError, did_you_mean, listing
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.text_codes import as_codes as as_codes
from skillsfc.transitions.text_codes import hashed as hashed
from skillsfc.transitions.weights import read_weights

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

CENSORED = "censored"
_TRUE = {"true", "1", "1.0"}
_FALSE = {"false", "0", "0.0"}


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
    table = _sorted(table)
    start, end = (_numbers(table, name, problems) for name in ("start", "end"))
    entry = _numbers(table, "entry", problems) if "entry" in table.columns else start
    entry = np.maximum(start, entry)
    event, to_state = _moves(table, problems)
    weights: Floats = np.ones(len(table))
    notes: tuple[str, ...] = ()
    if weight is not None and weight in table.columns:
        weights, notes = read_weights(table[weight], problems)
    _refuse_times(table, start, end, entry, problems)
    before = as_codes(table["state"]) if "state" in table.columns else None
    _refuse_blanks(table, cluster, problems)
    if problems:
        raise TableError(subject, problems)
    alphabet = _alphabet(before, to_state, states, subject)
    place = {name: code for code, name in enumerate(alphabet)}
    return Records(
        table,
        start,
        end,
        entry,
        event,
        np.zeros(len(table), dtype=np.int64) if before is None else _codes(before, place),
        np.where(event, _codes(to_state, place), -1),
        alphabet,
        weights,
        _clusters(table, cluster),
        notes,
    )


def _absent(
    table: pd.DataFrame, weight: str | None, cluster: str | None, needs: Iterable[str]
) -> list[Problem]:
    wanted = ["start", "end", *needs]
    wanted += [weight] if weight not in (None, "weight") else []
    wanted += [cluster] if cluster is not None else []
    problems = [
        Problem(
            f"column '{name}'", "missing", "one of the columns", did_you_mean(name, table.columns)
        )
        for name in dict.fromkeys(wanted)
        if name not in table.columns
    ]
    if not {"event", "to_state"} & set(table.columns):
        problems.append(
            Problem("columns 'event' and 'to_state'", "neither is there", "at least one of them")
        )
    return problems


def _refuse_blanks(table: pd.DataFrame, cluster: str | None, problems: list[Problem]) -> None:
    for name in dict.fromkeys(("person", "state", cluster)):
        count = int(table[name].isna().sum()) if name in table.columns else 0
        if count:
            problems.append(Problem(f"column '{name}'", f"missing in {count} rows", "a value"))


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by person and start; without persons they stay in their order."""
    if "person" not in table.columns:
        return table.reset_index(drop=True)
    number = pd.factorize(table["person"])[0]
    later = np.diff(pd.to_numeric(table["start"], errors="coerce").to_numpy(dtype="float64"))
    if ((np.diff(number) > 0) | ((np.diff(number) == 0) & (later >= 0))).all():
        return table.reset_index(drop=True)  # each person's rows stand together and in order
    return table.sort_values(["person", "start"], kind="stable", ignore_index=True)


def _numbers(table: pd.DataFrame, name: str, problems: list[Problem]) -> Floats:
    if table[name].dtype.kind in "mM":
        step = "sf.check_spells(spells) turns dates into months."
        problems.append(Problem(f"column '{name}'", "dates", "a number of time units", "", step))
        return np.zeros(len(table))
    values = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    bad = ~np.isfinite(values)
    if bad.any():
        who = _who(table, bad)
        found = f"missing or no number in {int(bad.sum())} rows{who}"
        problems.append(Problem(f"column '{name}'", found, "a number of time units"))
    return np.asarray(values, dtype=np.float64)


def _who(table: pd.DataFrame, bad: Flags) -> str:
    if "person" not in table.columns:
        return f" (rows {listing(np.nonzero(bad)[0][:5])})"
    return f" ({hashed(table.loc[bad, 'person'].unique())})"


def _moves(table: pd.DataFrame, problems: list[Problem]) -> tuple[Flags, pd.Series]:
    """Return whether a move was seen, and to which state."""
    named = "to_state" in table.columns
    to_state = (
        as_codes(table["to_state"]).fillna(CENSORED)
        if named
        else pd.Series("event", index=table.index)
    ).replace("", CENSORED)
    moved = (to_state != CENSORED).to_numpy(dtype=bool)
    if "event" not in table.columns:
        return moved, to_state
    words = as_codes(table["event"]).fillna("").str.strip().str.lower()
    strangers = sorted(set(words[~words.isin(_TRUE | _FALSE)]))
    if strangers:
        problems.append(
            Problem(
                "column 'event'",
                f"values {listing(strangers)}",
                "true and false, or 1 and 0",
                next_step="Where codes name kinds of events, such as 1 and 2, put the kind into "
                "'to_state' (empty where none was seen) and drop 'event'.",
            )
        )
    event = words.isin(_TRUE).to_numpy(dtype=bool)
    apart = int((event != moved).sum()) if named else 0
    if apart and not strangers:
        found = f"{apart} rows where 'event' and 'to_state' contradict one another"
        problems.append(
            Problem("column 'event'", found, "a 'to_state' exactly where event is true")
        )
    return event, to_state


def _refuse_times(
    table: pd.DataFrame, start: Floats, end: Floats, entry: Floats, problems: list[Problem]
) -> None:
    late = end < start
    if late.any():
        found = f"before 'start' in {int(late.sum())} rows{_who(table, late)}"
        step = "sf.check_spells lists all such rows and the treatments."
        problems.append(Problem("column 'end'", found, "start < end", next_step=step))
    empty = end == start
    if empty.any():
        found = f"equal to 'start' in {int(empty.sum())} rows{_who(table, empty)}"
        step = (
            "sf.check_spells(spells, zero_length='half') gives them half a unit, and counts them."
        )
        problems.append(Problem("column 'end'", found, "start < end", next_step=step))
    truncated = ~late & ~empty & (entry >= end)
    if truncated.any():
        found = f"at or after 'end' in {int(truncated.sum())} rows{_who(table, truncated)}"
        problems.append(
            Problem("column 'entry'", found, "entry < end: a spell that ended before the person "
                    "was first seen cannot be in the data")
        )  # fmt: skip


def _alphabet(
    before: pd.Series | None, after: pd.Series, states: Iterable[str] | None, subject: str
) -> tuple[str, ...]:
    found = set(after.unique()) - {CENSORED}
    found |= set() if before is None else set(before.unique())
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


def _codes(values: pd.Series, place: dict[str, int]) -> Whole:
    """Return places in the alphabet; distinct texts are few, so each is looked up once."""
    number, distinct = pd.factorize(values)
    of_distinct = np.array([*(place.get(str(text), -1) for text in distinct), -1], dtype=np.int64)
    return np.asarray(of_distinct[number], dtype=np.int64)


def _clusters(table: pd.DataFrame, cluster: str | None) -> Whole:
    name: Any = cluster or ("person" if "person" in table.columns else None)
    if name is None:
        return np.arange(len(table))
    return np.asarray(pd.factorize(table[name])[0], dtype=np.int64)
