"""Panel visits as arrays: who was seen when in which state, with every refusal in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, Problem, TableError, did_you_mean, listing
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.multistate.panel_moves import state_text
from skillsfc.transitions.records import Flags, Floats, Whole, hashed
from skillsfc.transitions.text_codes import factorized
from skillsfc.transitions.weights import read_weights

PANEL = -1  # kind of an interval: the state at its end was seen at a visit


@dataclass(frozen=True)
class Columns:
    """Names of the columns of a panel."""

    time: str = "time"
    person: str = "person"
    state: str = "state"
    weight: str | None = None
    cluster: str | None = None


@dataclass(frozen=True)
class Visits:
    """Visits sorted by person and time, and the intervals between them.

    Parameters
    ----------
    table : DataFrame
        The rows, with every column they came with.
    person : array [visits]
        Number of the person, 0.. in sorted order.
    time : array [visits]
        Time of the visit [unit of the panel].
    code : array [visits]
        Place of what was seen in ``codes``.
    codes : tuple of str
        Words that were seen: states, then codes of states not known.
    weight : array [visits]
        Weights; ones where there are none.
    cluster : array [visits]
        Number of the cluster.
    left : array [intervals]
        First visit of each interval; the second one is the next row.
    kind : array [intervals]
        -1, or the state whose entry at the end of the interval was seen to the moment.
    notes : tuple of str
        What was treated.
    """

    table: pd.DataFrame
    person: Whole
    time: Floats
    code: Whole
    codes: tuple[str, ...]
    weight: Floats
    cluster: Whole
    left: Whole
    kind: Whole
    notes: tuple[str, ...] = ()

    @property
    def length(self) -> Floats:
        """Return the length of each interval."""
        return self.time[self.left + 1] - self.time[self.left]

    @property
    def first(self) -> Whole:
        """Return the first visit of each person."""
        return np.nonzero(np.r_[True, self.person[1:] != self.person[:-1]])[0]


def read_words(column: pd.Series) -> tuple[Whole, list[str]]:
    """Return the place of each row's word in the list of words; -1 where missing or empty."""
    places, words = factorized(column)
    texts = [state_text(word) for word in words]
    distinct = [word for word in dict.fromkeys(texts) if word]
    index = {word: at for at, word in enumerate(distinct)}
    of = np.array([*(index.get(text, -1) for text in texts), -1], dtype=np.int64)
    return of[places], distinct


def read_visits(panel: object, columns: Columns, subject: str) -> Visits:
    """Return the visits in the order of persons and times; states are not judged yet.

    Raises
    ------
    TableError
        On missing columns, persons, times or weights, and negative weights.
    CoverageError
        If no row has a state.
    """
    refuse_other_than_table(panel, subject)
    assert isinstance(panel, pd.DataFrame)  # noqa: S101 - told to the type checker
    problems = _absent(panel, columns)
    if problems:
        raise TableError(subject, problems)
    code, codes = read_words(panel[columns.state])
    known = code >= 0
    if not known.any():
        step = "Without visits there is no panel; was it filtered to nothing?"
        problem = Problem("rows", "none with a state", "two visits or more", next_step=step)
        raise CoverageError(subject, [problem])
    notes: tuple[str, ...] = ()
    table = panel
    if not known.all():
        lost = int((~known).sum())
        notes = (f"{lost} rows without a state were left out: the interval runs over them.",)
        table, code = panel.loc[known], code[known]
    person = np.asarray(pd.factorize(table[columns.person])[0], dtype=np.int64)
    if (person < 0).any():
        found = f"missing in {int((person < 0).sum())} rows"
        problems.append(Problem(f"column {columns.person!r}", found, "a person in every row"))
    time = _times(table, columns, problems)
    weight = np.ones(len(table))
    if columns.weight is not None:
        weight, odd = read_weights(table[columns.weight], problems)
        notes += odd
    elif "weight" in table.columns:
        notes += ("The column 'weight' was not used; weight='weight' uses it.",)
    if problems:
        raise TableError(subject, problems)
    cluster = person
    if columns.cluster is not None:
        cluster = np.asarray(pd.factorize(table[columns.cluster])[0], dtype=np.int64)
        if (cluster < 0).any():
            found = f"missing in {int((cluster < 0).sum())} rows"
            where = f"column {columns.cluster!r}"
            raise TableError(subject, [Problem(where, found, "a cluster in every row")])
    nobody = np.zeros(0, dtype=np.int64)
    return Visits(table, person, time, code, tuple(codes), weight, cluster, nobody, nobody, notes)


def _absent(panel: pd.DataFrame, columns: Columns) -> list[Problem]:
    wanted = {"time": columns.time, "person": columns.person, "state": columns.state,
              "weight": columns.weight, "cluster": columns.cluster}  # fmt: skip
    problems = []
    for argument, name in wanted.items():
        if name is None and argument in ("time", "person", "state"):
            problems.append(Problem(argument, "None", "the name of a column"))
        if name is None or name in panel.columns:
            continue
        step = f"{argument}=... names the column of another name." if argument == name else ""
        guess = did_you_mean(name, panel.columns)
        problems.append(Problem(f"column {name!r}", "missing", "one of the columns", guess, step))
    return problems


def _times(table: pd.DataFrame, columns: Columns, problems: list[Problem]) -> Floats:
    column, where = table[columns.time], f"column {columns.time!r}"
    if pd.api.types.is_datetime64_any_dtype(column):
        step = "Count from any day: (date - first).dt.days / 30.4375 gives months."
        problems.append(Problem(where, "dates", "a number of time units", next_step=step))
        return np.zeros(len(table))
    time = pd.to_numeric(column, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    bad = ~np.isfinite(time)
    if bad.any():
        who = hashed(table.loc[bad, columns.person].unique())
        found = f"missing or no number in {int(bad.sum())} rows ({who})"
        problems.append(Problem(where, found, "a number of time units"))
    return np.asarray(time, dtype=np.float64)


def place_states(
    visits: Visits,
    states: Sequence[str],
    censor: Mapping[str, Sequence[str]],
    exact: Sequence[str],
    columns: Columns,
    subject: str,
) -> Visits:
    """Return visits whose codes are places in states and censor codes, sorted, with intervals.

    Raises
    ------
    TableError
        If a state is not in the alphabet, or a person is seen twice at the same time.
    """
    alphabet = (*states, *censor)
    place = {name: at for at, name in enumerate(alphabet)}
    strangers = [word for word in visits.codes if word not in place]
    if strangers:
        raise TableError(subject, [_unknown(visits, word, alphabet, columns) for word in strangers])
    code = np.array([place[word] for word in visits.codes], dtype=np.int64)[visits.code]
    exits = np.isin(np.arange(len(alphabet)), [place[name] for name in exact])
    order = np.lexsort((exits[code], visits.time, visits.person))
    table, person, time = visits.table, visits.person, visits.time
    weight, cluster = visits.weight, visits.cluster
    if (np.diff(order) != 1).any():
        table, person, time = table.iloc[order], person[order], time[order]
        code, weight, cluster = code[order], weight[order], cluster[order]
    left = np.nonzero(person[1:] == person[:-1])[0]
    entered = exits[code[left + 1]] & ~exits[code[left]]
    kind = np.where(entered, code[left + 1], PANEL)
    same = (time[left + 1] == time[left]) & ~entered
    if same.any():
        who = hashed(table[columns.person].iloc[left[same]].unique())
        step = "Keep one row of each; a move into a state of exact_exit may share the time."
        found = f"{int(same.sum())} times a person is seen twice at the same time ({who})"
        problem = Problem(f"column {columns.time!r}", found, "times that increase", next_step=step)
        raise TableError(subject, [problem])
    return replace(
        visits, table=table, person=person, time=time, code=code, codes=alphabet, weight=weight,
        cluster=cluster, left=left, kind=kind,
    )  # fmt: skip


def _unknown(visits: Visits, word: str, alphabet: Sequence[str], columns: Columns) -> Problem:
    count = int((visits.code == visits.codes.index(word)).sum())
    guess = did_you_mean(word, alphabet)
    return Problem(
        f"column {columns.state!r}",
        f"unknown state {word!r} in {count} rows",
        listing(alphabet, 30),
        guess,
        "Name it in states= and transitions=, or in censor= if it stands for states not known.",
    )


def drop_unknown_starts(visits: Visits, known: int, columns: Columns, subject: str) -> Visits:
    """Return visits from the first known state of each person on, with a note.

    A model of observed states is conditional on the first state, so that nothing is lost.
    """
    seen = np.maximum.accumulate(np.where(visits.code < known, np.arange(len(visits.code)), -1))
    starts = np.zeros(len(visits.code), dtype=np.int64)
    starts[visits.first] = visits.first
    keep = seen >= np.maximum.accumulate(starts)
    if keep.all():
        return visits
    if not keep.any():
        raise CoverageError(subject, [Problem("rows", "none with a known state", "some")])
    note = f"{int((~keep).sum())} visits before the first known state of a person were left out."
    names = ("person", "time", "code", "weight", "cluster")
    parts: dict[str, Any] = {name: getattr(visits, name)[keep] for name in names}
    person = parts["person"]
    left = np.nonzero(person[1:] == person[:-1])[0]
    of = np.nonzero(keep)[0]
    kinds = np.full(len(keep), PANEL, dtype=np.int64)
    kinds[visits.left + 1] = visits.kind
    parts |= {"left": left, "kind": kinds[of[left + 1]], "table": visits.table.loc[keep]}
    return replace(visits, **parts, notes=(*visits.notes, note))


def count_moves(visits: Visits, size: int) -> Whole:
    """Return how often each state [states] was followed by each at the next visit."""
    start, end = visits.code[visits.left], visits.code[visits.left + 1]
    both = (start < size) & (end < size)
    cells = start[both] * size + end[both]
    return np.asarray(np.bincount(cells, minlength=size * size).reshape(size, size))


def seen_once(visits: Visits) -> Flags:
    """Return which persons were seen only once."""
    return np.asarray(np.bincount(visits.person)[np.unique(visits.person)] == 1)
