"""State sequences: one row a person, one column a period, held as small whole numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import Problem, TableError, listing
from skillsfc.results import Result
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.weights import read_weights

Codes = npt.NDArray[np.int8]

MISSING = -1  # a period inside the sequence whose state is not known
AFTER = -2  # a period after the last one observed
PERIODS = ("period", "month", "quarter", "year", "week")
LARGEST_ALPHABET = 120


@dataclass(frozen=True)
class SequenceSettings:
    """Alphabet and time axis of sequences.

    Parameters
    ----------
    states : tuple of str
        The alphabet, in its order.
    unit : str
        Unit of a period: month, quarter, year.
    """

    states: tuple[str, ...]
    unit: str = "month"


@dataclass(frozen=True, eq=False, repr=False)
class Sequences(Result):
    """Trajectories of persons through states, one state a period.

    ``table`` is the long table ``person, period, state``; a state that is not known is missing
    there, and periods after the last one observed have no row.

    Parameters
    ----------
    codes : array [persons, periods] of int8
        Place of the state in ``settings.states``; -1 not known, -2 after the last period observed.
    persons : DataFrame
        One row a person: ``person`` and the columns that do not change.
    periods : tuple
        Labels of the periods.
    weight : array of float
        Weight of each person.

    Examples
    --------
    >>> import pandas as pd
    >>> made = read_sequences(pd.DataFrame({"1": ["S", "E"], "2": ["E", "E"]}))
    >>> made.codes.tolist(), made.settings.states
    ([[1, 0], [0, 0]], ('E', 'S'))
    """

    codes: Codes = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int8))
    persons: pd.DataFrame = field(default_factory=pd.DataFrame)
    periods: tuple[Any, ...] = ()
    weight: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def states(self) -> tuple[str, ...]:
        """Return the alphabet."""
        return cast("SequenceSettings", self.settings).states

    @property
    def unit(self) -> str:
        """Return the unit of a period."""
        return cast("SequenceSettings", self.settings).unit

    @property
    def size(self) -> int:
        """Return the number of persons."""
        return len(self.codes)

    def lengths(self) -> Whole:
        """Return the number of periods of each person up to the last one observed."""
        return np.asarray((self.codes != AFTER).sum(axis=1), dtype=np.int64)

    def to_wide(self) -> pd.DataFrame:
        """Return one row a person and one text column a period; not known is missing."""
        names = np.array([*self.states, None, None], dtype=object)
        wide = pd.DataFrame(names[self.codes], columns=list(self.periods))
        wide.index = pd.Index(self.persons["person"], name="person")
        return wide


def sequences_of(
    codes: Any,
    *,
    states: Iterable[str],
    persons: pd.DataFrame | None = None,
    periods: Iterable[Any] | None = None,
    weight: Any = None,
    unit: str = "month",
    notes: tuple[str, ...] = (),
) -> Sequences:
    """Return `Sequences` from an array of codes; the long table is made from it.

    Examples
    --------
    >>> sequences_of([[0, 1]], states="SE").table["state"].tolist()
    ['S', 'E']
    """
    array = np.asarray(codes, dtype=np.int8)
    count, length = array.shape
    known = pd.DataFrame({"person": [str(i + 1) for i in range(count)]})
    known = known if persons is None else persons.reset_index(drop=True)
    labels = tuple(range(length)) if periods is None else tuple(periods)
    alphabet = tuple(states)
    row, column = np.nonzero(array != AFTER)
    # Columns keep their types by `take`; object arrays of millions of cells are slow to type again.
    names = pd.Series([*alphabet, None], dtype="str")
    table = pd.DataFrame(
        {
            "person": known["person"].take(row).array,
            "period": pd.Series(labels).take(column).array,
            "state": names.take(array[row, column] % (len(alphabet) + 1)).array,
        }
    )
    weights = np.ones(count) if weight is None else np.asarray(weight, dtype=np.float64)
    settings = SequenceSettings(alphabet, unit)
    return Sequences(
        table, settings, notes=notes, codes=array, persons=known, periods=labels, weight=weights
    )


def read_sequences(
    sequences: object,
    *,
    subject: str = "sequences",
    states: Iterable[str] | None = None,
    weight: str | None = "weight",
    unit: str | None = None,
) -> Sequences:
    """Return sequences from whatever holds them; `Sequences` themselves come back as they are.

    Parameters
    ----------
    sequences : Sequences or DataFrame
        Long with ``person, state`` and one of ``period, month, quarter, year, week`` (and columns
        that do not change within a person), or wide: every column a period, every cell a state.
        An empty cell is a state not known; cells after a person's last state are after the end.
    subject : str
        Name of the input in errors.
    states : iterable of str, optional
        The alphabet in its order; by default the states found, sorted.
    weight : str, optional
        Column with a person's weight, used if the long table has it.
    unit : str, optional
        Unit of a period; by default the name of the time column, else month.

    Raises
    ------
    TableError
        If it is neither, holds a state that ``states`` does not name, or a person twice at once.
    """
    if isinstance(sequences, Sequences):
        return sequences
    refuse_other_than_table(sequences, subject)
    table = cast("pd.DataFrame", sequences)
    if table.empty:
        raise TableError(subject, [Problem("rows", "none", "at least one sequence")])
    if {"person", "state"} <= set(table.columns):
        return _from_long(table, subject, states, weight, unit)
    alphabet, codes = _coded(table.to_numpy(dtype=object), states, subject)
    persons = pd.DataFrame({"person": [str(label) for label in table.index]})
    return sequences_of(
        codes, states=alphabet, persons=persons, periods=table.columns, unit=unit or "month"
    )


def _from_long(
    table: pd.DataFrame,
    subject: str,
    states: Iterable[str] | None,
    weight: str | None,
    unit: str | None,
) -> Sequences:
    time = next((name for name in PERIODS if name in table.columns), None)
    if time is None:
        found = f"no column of time among {listing(table.columns, 20)}"
        raise TableError(subject, [Problem("columns", found, f"one of {listing(PERIODS)}")])
    doubled = table.duplicated(["person", time])
    if doubled.any():
        found = f"{int(doubled.sum())} rows repeat a person and a {time}"
        raise TableError(subject, [Problem(f"keys person, {time}", found, "one row for each")])
    wide = table.pivot(index="person", columns=time, values="state")  # noqa: PD010
    wide = wide.loc[table["person"].drop_duplicates()]
    if pd.api.types.is_integer_dtype(table[time]):  # a period nobody has is a gap, not a step
        wide = wide.reindex(columns=range(int(table[time].min()), int(table[time].max()) + 1))
    alphabet, codes = _coded(wide.to_numpy(dtype=object), states, subject)
    fixed = _fixed_columns(table, time)
    persons = table.drop_duplicates("person")[["person", *fixed]].reset_index(drop=True)
    weights = None
    if weight is not None and weight in fixed:
        problems: list[Problem] = []
        weights, notes = read_weights(persons[weight], problems)
        if problems:
            raise TableError(subject, problems)
    elif weight is not None and weight in table.columns:
        found = "not the same in all rows of a person"
        raise TableError(subject, [Problem(f"column '{weight}'", found, "one weight a person")])
    return sequences_of(
        codes,
        states=alphabet,
        persons=persons,
        periods=wide.columns,
        weight=weights,
        unit=unit or ("month" if time == "period" else time),
        notes=notes if weights is not None else (),
    )


def _fixed_columns(table: pd.DataFrame, time: str) -> list[str]:
    others = [name for name in table.columns if name not in ("person", "state", time)]
    if not others:
        return []
    varied = table.groupby("person", sort=False)[others].nunique(dropna=False).gt(1).any()
    return [name for name in others if not varied[name]]


def _coded(
    cells: npt.NDArray[Any], states: Iterable[str] | None, subject: str
) -> tuple[tuple[str, ...], Codes]:
    """Return the alphabet and the codes; empty cells after the last state are after the end."""
    flat = pd.Series(cells.ravel())
    empty = flat.isna() | (flat.astype("str").str.strip() == "")
    text = flat.astype("str").where(~empty)
    found = sorted(text.dropna().unique())
    alphabet = tuple(found if states is None else states)
    strangers = sorted(set(found) - set(alphabet))
    if strangers:
        problem = Problem("states", f"not named: {listing(strangers)}", listing(alphabet, 30))
        raise TableError(subject, [problem])
    if not alphabet or len(alphabet) > LARGEST_ALPHABET:
        found_count = f"{len(alphabet)} different states"
        raise TableError(subject, [Problem("states", found_count, f"1 to {LARGEST_ALPHABET}")])
    place = {name: code for code, name in enumerate(alphabet)}
    codes = text.map(place).fillna(MISSING).to_numpy(dtype=np.int8).reshape(cells.shape)
    known = codes >= 0
    last = np.where(known.any(axis=1), cells.shape[1] - 1 - known[:, ::-1].argmax(axis=1), -1)
    codes[np.arange(cells.shape[1]) > last[:, None]] = AFTER
    return alphabet, codes
