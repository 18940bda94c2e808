"""What every sequence model does first: read, choose weights and groups, treat unknown periods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.results import table_hash
from skillsfc.transitions.column_names import (
    is_number,
    listed_names,
    refuse_names,
    word_problems,
)
from skillsfc.transitions.records import Flags, Floats, Whole
from skillsfc.transitions.sequences.model import AFTER, MISSING, Codes, Sequences, read_sequences
from skillsfc.transitions.weights import read_weights

MISSING_RULES = ("ignore", "state", "refuse")
UNKNOWN = "not known"
FEW_PERSONS = 30  # estimates that rest on fewer are marked as unreliable


@dataclass(frozen=True)
class Prepared:
    """Sequences as models count them.

    Parameters
    ----------
    sequences : Sequences
        What was read.
    codes : array [persons, periods] of int8
        Place in ``states``; -1 where the period does not count.
    states : tuple of str
        The alphabet, with ``"not known"`` at its end where that counts as a state.
    weight : array of float
        Weight of each person; ones where unweighted.
    notes : tuple of str
        How weights and unknown periods were treated.
    """

    sequences: Sequences
    codes: Codes
    states: tuple[str, ...]
    weight: Floats
    notes: tuple[str, ...]

    @property
    def persons(self) -> pd.DataFrame:
        """Return one row a person."""
        return self.sequences.persons

    def inputs(self) -> Mapping[str, str]:
        """Return the hash of the long table, for provenance."""
        return {"sequences": table_hash(self.sequences.table)}


def prepare_sequences(
    sequences: object, *, subject: str, weight: str | None = "weight", missing: str = "ignore"
) -> Prepared:
    """Return sequences with their weights, unknown periods treated as ``missing`` says.

    Raises
    ------
    TableError
        If the sequences or weights are not valid, or hold unknown periods that are refused.
    ParameterError
        If ``missing`` or ``weight`` names nothing there is.
    """
    check_choice("missing", missing, MISSING_RULES, subject)
    read = read_sequences(sequences, subject=subject, weight=weight)
    weights, notes = choose_weight(read, weight, subject)
    codes, states, more = _treated(read, missing, subject)
    if not read.size or not (codes >= 0).any():
        raise TableError(subject, [Problem("states", "none is known", "at least one known period")])
    return Prepared(read, codes, states, weights, (*read.notes, *notes, *more))


def check_choice(name: str, value: object, options: Iterable[str], subject: str) -> None:
    """Refuse a word that is none of the options."""
    problems = word_problems({name: value}, {name: tuple(options)})
    if problems:
        raise ParameterError(subject, problems)


def check_level(level: float, subject: str) -> None:
    """Refuse a coverage outside 0 to 1."""
    if not is_number(level) or not 0 < level < 1:
        problem = Problem("level", repr(level)[:60], "a number between 0 and 1")
        raise ParameterError(subject, [problem])


def choose_weight(
    sequences: Sequences, weight: str | None, subject: str
) -> tuple[Floats, tuple[str, ...]]:
    """Return the weight of each person: the sequences' own, a column of persons, or ones.

    Raises
    ------
    ParameterError
        If no column of persons has that name.
    TableError
        If weights are missing, negative or all zero.
    """
    problems: list[Problem] = []
    refuse_names(subject, {}, {"weight": weight})
    if weight is None:
        return np.ones(sequences.size), ()
    if weight == "weight":
        column = pd.Series(sequences.weight, name="weight")
    elif weight in sequences.persons.columns:
        column = sequences.persons[weight]
    else:
        _refuse_column("weight", [weight], sequences.persons, subject)
    values, notes = read_weights(column, problems)
    if problems:
        raise TableError(subject, problems)
    return values, notes


def _refuse_column(
    argument: str, names: Iterable[str], persons: pd.DataFrame, subject: str
) -> None:
    columns = [name for name in persons.columns if name != "person"]
    step = f"Columns that do not change within a person: {listing(columns, 20)}."
    raise ParameterError(
        subject,
        [
            Problem(argument, f"no column {name!r} of persons", "one of them",
                    did_you_mean(name, columns), step)
            for name in names
        ],
    )  # fmt: skip


def group_names(
    group: str | Iterable[str] | None, persons: pd.DataFrame, subject: str, argument: str = "group"
) -> list[str]:
    """Return the names of grouping columns after a check that persons have them."""
    refuse_names(subject, {argument: group}, empty=True)
    names = listed_names(group)
    unknown = [name for name in names if name not in persons.columns]
    if unknown:
        _refuse_column(argument, unknown, persons, subject)
    return names


def groups_of(names: list[str], persons: pd.DataFrame) -> Iterator[tuple[dict[str, Any], Flags]]:
    """Give each group's labels and who is in it; a missing label is its own group."""
    if not names:
        yield {}, np.ones(len(persons), dtype=bool)
        return
    labels = persons[names].astype("str").where(persons[names].notna(), UNKNOWN)
    keys = labels.agg(tuple, axis=1)
    for key in sorted(keys.unique()):
        yield dict(zip(names, key, strict=True)), (keys == key).to_numpy(dtype=bool)


def cluster_codes(cluster: str | None, persons: pd.DataFrame, subject: str) -> Whole:
    """Return the number of each person's cluster; without a column each person is one."""
    if cluster is None:
        return np.arange(len(persons))
    refuse_names(subject, {}, {"cluster": cluster})
    group_names(cluster, persons, subject, "cluster")
    return np.asarray(pd.factorize(persons[cluster], use_na_sentinel=False)[0], dtype=np.int64)


def _treated(
    sequences: Sequences, missing: str, subject: str
) -> tuple[Codes, tuple[str, ...], tuple[str, ...]]:
    unknown = sequences.codes == MISSING
    count = int(unknown.sum())
    persons = int(unknown.any(axis=1).sum())
    codes = np.where(sequences.codes == AFTER, np.int8(-1), sequences.codes)
    if not count:
        return codes, sequences.states, ()
    found = f"{count} periods of {persons} persons"
    if missing == "refuse":
        step = "missing='ignore' leaves them out; missing='state' makes them a state of their own."
        problem = Problem("states", f"not known in {found}", "a state in every period", "", step)
        raise TableError(subject, [problem])
    if missing == "ignore":
        return codes, sequences.states, (f"States not known, {found}, are left out.",)
    if UNKNOWN in sequences.states:
        raise TableError(subject, [Problem("states", f"{UNKNOWN!r} is a state already", "another")])
    codes = np.where(unknown, np.int8(len(sequences.states)), codes)
    note = f"States not known, {found}, count as a state of their own, {UNKNOWN!r}."
    return codes, (*sequences.states, UNKNOWN), (note,)


def first_of(array: npt.NDArray[Any]) -> tuple[Whole, Whole]:
    """Return the places of distinct rows and, for each row, the number of its distinct row."""
    rows = np.ascontiguousarray(array)
    keys = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return np.asarray(first, dtype=np.int64), np.asarray(inverse, dtype=np.int64).ravel()
