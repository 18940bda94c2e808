"""Which spells an estimator of curves uses, on which clock, in which groups and to which kinds."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, ParameterError, Problem, did_you_mean, listing
from skillsfc.transitions.column_names import is_number, refuse_names
from skillsfc.transitions.records import Floats, Records, Whole, read_records
from skillsfc.transitions.survival.grouping import MISSING_GROUP as MISSING_GROUP
from skillsfc.transitions.survival.grouping import number_groups, taken_name

CLOCKS = ("spell", "study")
FEW = 30  # fewer at risk than this: the figure is marked
Names = str | Sequence[str] | None
# Columns that curves and what is read from them have; a group cannot be called so.
RESULT_COLUMNS = {
    *("time", "at_risk", "events", "censored", "probability", "standard_error", "lower", "upper"),
    *("level", "hazard", "stayed", "cumulative_hazard", "cumulative_hazard_error", "reliability"),
    *("note", "share", "horizon", "mean", "unit", "spells", "persons", "late_entries"),
    *("sum_of_weights", "expected"),
}


@dataclass(frozen=True)
class Selection:
    """Spells at risk, each with its time of entry and end, kind of move and group.

    Parameters
    ----------
    entry, end : arrays of float
        At risk after ``entry`` and up to ``end`` on the clock chosen.
    cause : array of int
        Place of the kind of move in ``kinds``; -1 where none was seen.
    kinds : tuple of str
        Every state that a spell moved to.
    shown : tuple of str
        The kinds asked for.
    group : array of int
        Place of the group in ``groups``.
    groups : DataFrame
        One row a group; no columns where there are none.
    """

    entry: Floats
    end: Floats
    cause: Whole
    weight: Floats
    cluster: Whole
    person: Whole
    kinds: tuple[str, ...]
    shown: tuple[str, ...]
    group: Whole
    groups: pd.DataFrame
    table: pd.DataFrame
    notes: tuple[str, ...]

    def places(self) -> Iterator[tuple[dict[str, Any], Whole]]:
        """Give the columns of each group and the rows that are in it."""
        if len(self.groups) == 1:
            yield self.groups.iloc[0].to_dict(), np.arange(len(self.end))
            return
        order = np.argsort(self.group, kind="stable")
        stops = np.cumsum(np.bincount(self.group, minlength=len(self.groups)))
        for at, (start, stop) in enumerate(zip([0, *stops], stops, strict=False)):
            yield self.groups.iloc[at].to_dict(), order[start:stop]


def check_words(subject: str, level: float, words: Mapping[str, tuple[Any, Sequence[str]]]) -> None:
    """Refuse a level that is none, and words that are not among those known.

    Raises
    ------
    ParameterError
        With every problem.
    """
    problems = [
        Problem(name, repr(value)[:60], f"one of {listing(known)}", did_you_mean(value, known))
        for name, (value, known) in words.items()
        if not (isinstance(value, Hashable) and value in known)
    ]
    if not is_number(level) or not 0 < level < 1:
        problems.append(Problem("level", repr(level), "a number between 0 and 1, such as 0.95"))
    if problems:
        raise ParameterError(subject, problems)


def as_names(names: Names) -> tuple[str, ...]:
    """Return one name, several or none as a tuple."""
    return () if names is None else (names,) if isinstance(names, str) else tuple(names)


def _refuse_groups(by: tuple[str, ...], subject: str) -> None:
    taken = RESULT_COLUMNS | ({"to_state"} if subject == "estimate_cumulative_incidence" else set())
    problems = [taken_name(name) for name in by if name in taken]
    if problems:
        raise ParameterError(subject, problems)


def select_spells(
    spells: object,
    *,
    subject: str,
    group: Names = None,
    state: str | None = None,
    to: Names = None,
    clock: str = "spell",
    weight: str | None = "weight",
    cluster: str | None = None,
) -> Selection:
    """Return the spells at risk, or raise with what is wrong.

    Raises
    ------
    TableError, ParameterError
        If spells or arguments are not valid.
    CoverageError
        If no spell is left.
    """
    refuse_names(
        subject, {"group": group, "to": to}, {"state": state, "weight": weight, "cluster": cluster}
    )
    by = as_names(group)
    _refuse_groups(by, subject)
    records = read_records(spells, subject=subject, weight=weight, cluster=cluster, needs=by)
    used, notes = _rows(records, state, by, subject)
    kinds = tuple(
        records.states[place]
        for place in np.flatnonzero(np.bincount(records.to[used & (records.to >= 0)]))
    )
    shown = _shown(as_names(to), kinds, subject)
    cause_of = np.full(len(records.states) + 1, -1, dtype=np.int64)
    cause_of[[records.states.index(kind) for kind in kinds]] = np.arange(len(kinds))
    rows = np.flatnonzero(used)
    entry, end = _clocked(records, rows, clock)
    table = records.table
    if len(rows) < len(table):
        table = table.iloc[rows].reset_index(drop=True)
    numbers, groups, more = number_groups(table, by)
    more += _emptied(records.table, groups, by)
    return Selection(
        entry,
        end,
        cause_of[records.to[rows]],
        records.weight[rows],
        records.cluster[rows],
        records.person[rows],
        kinds,
        shown,
        numbers,
        groups,
        table,
        (*notes, *more),
    )


def _rows(
    records: Records, state: str | None, by: tuple[str, ...], subject: str
) -> tuple[np.ndarray, list[str]]:
    """Return which records are of the state asked for and of some weight."""
    named = "state" in records.table.columns
    present = (
        sorted({records.states[at] for at in np.flatnonzero(np.bincount(records.state))})
        if named
        else []
    )
    if state is not None and state not in present:
        found = f"no spell is in state {state!r}"
        guess = did_you_mean(state, present)
        raise ParameterError(subject, [Problem("state", found, listing(present, 30), guess)])
    if state is None and len(present) > 1 and "state" not in by:
        found = f"not given, and the spells are in {len(present)} states: {listing(present)}"
        step = "Or group='state' for a curve of each."
        raise ParameterError(subject, [Problem("state", found, "one of them", next_step=step)])
    used = np.ones(records.size, dtype=bool)
    if state is not None:
        used = records.state == records.states.index(state)
    notes = [note for note in records.notes if "have weight 0" not in note]
    nothing = used & (records.weight == 0)
    if nothing.any():
        notes.append(f"{int(nothing.sum())} rows of weight 0 are left out of every count.")
        used &= records.weight > 0
    if not used.any():
        found = "none is left: all spells of the state have weight 0"
        raise CoverageError(subject, [Problem("spells", found, "at least one")])
    return used, notes


def _emptied(every: pd.DataFrame, groups: pd.DataFrame, by: tuple[str, ...]) -> list[str]:
    """Name the groups of which no spell is left: they have no row in the result."""
    if not by:
        return []
    whole = number_groups(every, by)[1]
    left = set(groups.astype("str").itertuples(index=False, name=None))
    lost = [keys for keys in whole.astype("str").itertuples(index=False, name=None)
            if keys not in left]  # fmt: skip
    if not lost:
        return []
    named = listing([", ".join(keys) for keys in lost], 10)
    return [f"No spell counts in {' and '.join(by)} {named}: there is no estimate."]


def _shown(to: tuple[str, ...], kinds: tuple[str, ...], subject: str) -> tuple[str, ...]:
    strangers = [kind for kind in to if kind not in kinds]
    if strangers:
        there = listing(kinds, 30) or "a kind of move that was seen, but none was at all"
        raise ParameterError(subject, [
            Problem("to", f"no move to {kind!r} was seen", there,
                    did_you_mean(kind, kinds))
            for kind in strangers
        ])  # fmt: skip
    return to or kinds


def _clocked(records: Records, rows: Whole, clock: str) -> tuple[Floats, Floats]:
    entry, end = records.entry[rows], records.end[rows]
    if clock == "study":
        return entry, end
    start = records.start[rows]
    if not start.any():
        return entry, end
    entry, end = entry - start, end - start
    if (end == np.floor(end)).all() and (entry == np.floor(entry)).all():
        return entry, end
    # Differences of times such as 0.3 - 0.1 and 0.2 - 0.0 shall tie as they do on paper.
    # Digits that the size of the times has lost are cut, and nothing that they still tell.
    size = max(float(np.abs(records.end).max()), float(np.abs(records.start).max()))
    sure = int(np.floor(-np.log10(4.0 * np.spacing(size))))
    decimals = min(sure, 11 - int(np.ceil(np.log10(float(end.max())))))
    rounded, late = np.round(end, decimals), np.round(entry, decimals)
    kept = late < rounded
    return np.where(kept, late, entry), np.where(kept, rounded, end)


def count_distinct(codes: Whole) -> int:
    """Return how many different small whole numbers there are."""
    return int(np.count_nonzero(np.bincount(codes)))


def renumbered(codes: Whole) -> Whole:
    """Return small whole numbers as 0, 1, ... without gaps, in their order."""
    present = np.bincount(codes) > 0
    return np.asarray((np.cumsum(present) - 1)[codes], dtype=np.int64)


def count_groups(chosen: Selection) -> pd.DataFrame:
    """Return one row a group: spells, persons, events, censored and the sum of weights."""
    rows = [
        {
            **keys,
            "spells": len(at),
            "persons": count_distinct(chosen.person[at]),
            "events": int((chosen.cause[at] >= 0).sum()),
            "censored": int((chosen.cause[at] < 0).sum()),
            "late_entries": int((chosen.entry[at] > 0).sum()),
            "sum_of_weights": float(chosen.weight[at].sum()),
        }
        for keys, at in chosen.places()
    ]
    return pd.DataFrame(rows)
