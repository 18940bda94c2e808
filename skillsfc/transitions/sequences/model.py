"""State sequences: one row a person, one column a period, held as small whole numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, TableError
from skillsfc.results import Result
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.column_names import refuse_names
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.sequences.long_tables import (
    AFTER,
    LARGEST_ALPHABET,
    MISSING,
    PERIODS,
    Codes,
    coded,
    fixed_columns,
    person_weights,
    time_column,
    unit_of,
    whole_times,
)
from skillsfc.transitions.text_codes import as_codes

__all__ = [
    "AFTER",
    "LARGEST_ALPHABET",
    "MISSING",
    "PERIODS",
    "Codes",
    "SequenceSettings",
    "Sequences",
    "read_sequences",
    "sequences_of",
]


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

    shown: ClassVar[tuple[str, ...]] = ("diagnostics",)

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
        names = np.array([*self.states, np.nan, np.nan], dtype=object)
        wide = pd.DataFrame(names[self.codes], columns=list(self.periods))
        wide.index = pd.Index(self.persons["person"], name="person")
        wide.attrs["unit"] = self.unit
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
    names = pd.Series([*alphabet, np.nan], dtype="str")
    table = pd.DataFrame(
        {
            "person": known["person"].take(row).array,
            "period": pd.Series(labels).take(column).array,
            "state": names.take(array[row, column] % (len(alphabet) + 1)).array,
        }
    )
    table.attrs["unit"] = unit
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
        Unit of a period; by default the name of the time column, that of the `Sequences` whose
        table it is, a column ``unit`` with one value, else month.

    Returns
    -------
    Sequences
        ``table, codes, persons, periods, weight``; see there.

    Raises
    ------
    TableError
        If it is neither, holds a state that ``states`` does not name, a person twice at once, or
        times that are not whole numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> told = pd.DataFrame({"person": ["a", "a"], "year": [2001, 2003], "state": ["S", "E"]})
    >>> read_sequences(told).to_wide().iloc[0].fillna("?").tolist()
    ['S', '?', 'E']
    """
    if isinstance(sequences, Sequences):
        return sequences
    refuse_other_than_table(sequences, subject)
    refuse_names(subject, {}, {"unit": unit})
    table = cast("pd.DataFrame", sequences)
    if table.empty:
        raise TableError(subject, [Problem("rows", "none", "at least one sequence")])
    if {"person", "state"} <= set(table.columns):
        return _from_long(table, subject, states, weight, unit)
    alphabet, codes = coded(table.to_numpy(dtype=object), states, subject)
    persons = pd.DataFrame({"person": [str(label) for label in table.index]})
    return sequences_of(
        codes,
        states=alphabet,
        persons=persons,
        periods=table.columns,
        unit=unit or str(table.attrs.get("unit", "month")),
    )


def _from_long(
    table: pd.DataFrame,
    subject: str,
    states: Iterable[str] | None,
    weight: str | None,
    unit: str | None,
) -> Sequences:
    time = time_column(table, subject)
    table = table.assign(
        **{time: whole_times(table, time, subject), "state": as_codes(table["state"])}
    )
    doubled = table.duplicated(["person", time])
    if doubled.any():
        found = f"{int(doubled.sum())} rows repeat a person and a {time}"
        raise TableError(subject, [Problem(f"keys person, {time}", found, "one row for each")])
    wide = table.pivot(index="person", columns=time, values="state")  # noqa: PD010
    wide = wide.loc[table["person"].drop_duplicates()]
    # A period nobody has is a gap, not a step.
    wide = wide.reindex(columns=range(int(table[time].min()), int(table[time].max()) + 1))
    alphabet, codes = coded(wide.to_numpy(dtype=object), states, subject)
    fixed = fixed_columns(table, time)
    persons = table.drop_duplicates("person")[["person", *fixed]].reset_index(drop=True)
    weights, notes = person_weights(table, persons, weight, fixed, subject)
    return sequences_of(
        codes,
        states=alphabet,
        persons=persons,
        periods=wide.columns,
        weight=weights,
        unit=unit_of(table, time, unit),
        notes=notes,
    )
