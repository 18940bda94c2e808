"""Distances between sequences, from `measure_distances` or a plain square table, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError
from skillsfc.results import table_hash
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.sequences.model import Sequences, sequences_of
from skillsfc.transitions.sequences.preparation import choose_weight

ROUNDING = 1e-8  # distances this much apart, relative to the largest, are the same


@dataclass(frozen=True)
class Grid:
    """Distances between different sequences, and who has which.

    Parameters
    ----------
    matrix : array [rows, rows] of float
        Distances between rows.
    index : array [persons] of int
        Row of each person.
    weight : array [persons] of float
        Weight of each person.
    sequences : Sequences, optional
        The sequences, if the distances carry them.
    persons : DataFrame
        One row a person.
    notes : tuple of str
        How weights were treated.
    """

    matrix: Floats
    index: Whole
    weight: Floats
    sequences: Sequences | None
    persons: pd.DataFrame
    notes: tuple[str, ...] = ()

    @property
    def row_weight(self) -> Floats:
        """Return the weight of each row: of all persons who have it."""
        sums = np.bincount(self.index, weights=self.weight, minlength=len(self.matrix))
        return np.asarray(sums, dtype=np.float64)

    @property
    def row_count(self) -> Whole:
        """Return how many persons have each row."""
        return np.asarray(np.bincount(self.index, minlength=len(self.matrix)), dtype=np.int64)

    def inputs(self) -> dict[str, str]:
        """Return hashes of the input, for provenance."""
        rows = pd.DataFrame({"sum": self.matrix.sum(axis=1)[self.index], "weight": self.weight})
        return {"distances": table_hash(rows)}


def read_distances(
    distances: object, *, subject: str, weight: str | npt.ArrayLike | None = "weight"
) -> Grid:
    """Return distances as a checked grid.

    Parameters
    ----------
    distances : Distances, DataFrame or array
        From `measure_distances`, or a square of distances with a row and a column for each person.
    subject : str
        Name of the caller in errors.
    weight : str, array or None
        ``"weight"``: the weights the distances carry (ones for a plain square), another name a
        column of persons, an array one weight a person, None ones.

    Raises
    ------
    TableError
        If it is not square, symmetric, finite, 0 or more with zeros on the diagonal; or weights
        are not valid.
    ParameterError
        If a column of weights is not there.
    """
    sequences = getattr(distances, "sequences", None)
    carried = getattr(distances, "unique_matrix", None)
    index = getattr(distances, "index", None)
    if carried is not None and not isinstance(distances, pd.DataFrame):
        matrix = np.asarray(carried, dtype=np.float64)
        rows = np.asarray(index, dtype=np.int64)
        refuse_no_distances(matrix, subject)
    else:
        matrix, sequences = _plain(distances, subject), None
        refuse_no_distances(matrix, subject)
        matrix, rows = _condensed(matrix)
    known = sequences if isinstance(sequences, Sequences) else _anonymous(distances, len(rows))
    values, notes = _weights(known, getattr(distances, "weight", None), weight, subject)
    own = known if sequences is not None else None
    return Grid(matrix, rows, values, own, known.persons, notes)


def _plain(distances: object, subject: str) -> Floats:
    try:
        matrix = np.asarray(distances, dtype=np.float64)
    except (TypeError, ValueError):
        matrix = np.zeros(0)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        shape = "x".join(map(str, matrix.shape)) if matrix.size else type(distances).__name__
        step = "sf.measure_distances(sequences) makes them."
        problem = Problem("distances", shape, "a square of numbers, a row a person", "", step)
        raise TableError(subject, [problem])
    return matrix


def _condensed(matrix: Floats) -> tuple[Floats, Whole]:
    """Return the distances of persons who differ, and the row of each person."""
    first = (matrix == 0).argmax(axis=1)
    if not np.array_equal(matrix, matrix[first]) or not (first[first] == first).all():
        return matrix, np.arange(len(matrix))
    rows, index = np.unique(first, return_inverse=True)
    return matrix[np.ix_(rows, rows)], np.asarray(index, dtype=np.int64)


def refuse_no_distances(matrix: Floats, subject: str) -> None:
    """Refuse a square that cannot be distances, naming all that is wrong with it.

    Raises
    ------
    TableError
        On missing, infinite or negative values, a diagonal that is not 0, or no symmetry.
    """
    problems = []
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        found = f"{'x'.join(map(str, matrix.shape))}, such as distances to references"
        raise TableError(subject, [Problem("distances", found, "between all persons")])
    bad = int((~np.isfinite(matrix)).sum())
    if bad:
        raise TableError(subject, [Problem("distances", f"{bad} missing or infinite", "numbers")])
    slack = ROUNDING * max(float(np.abs(matrix).max(initial=0.0)), 1e-300)
    negative = int((matrix < 0).sum())
    if negative:
        problems.append(Problem("distances", f"{negative} negative", "0 or more"))
    if float(np.abs(np.diag(matrix)).max()) > slack:
        problems.append(Problem("distances", "a diagonal that is not 0", "0 from each to itself"))
    if float(np.abs(matrix - matrix.T).max()) > slack:
        found = "not symmetric"
        problems.append(Problem("distances", found, "the same from i to j and from j to i"))
    if problems:
        raise TableError(subject, problems)


def _anonymous(distances: object, count: int) -> Sequences:
    labels = distances.index if isinstance(distances, pd.DataFrame) else range(1, count + 1)
    persons = pd.DataFrame({"person": [str(label) for label in labels]})
    return sequences_of(np.zeros((count, 1)), states=["?"], persons=persons)


def _weights(
    sequences: Sequences, carried: Any, weight: str | npt.ArrayLike | None, subject: str
) -> tuple[Floats, tuple[str, ...]]:
    if weight is None or (isinstance(weight, str) and weight != "weight"):
        return choose_weight(sequences, weight, subject)
    values = carried if isinstance(weight, str) else weight
    if values is None:
        return np.ones(sequences.size), ()
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        problem = Problem("weight", repr(values)[:60], "a column of persons, or a number for each")
        raise ParameterError(subject, [problem]) from error
    if array.shape != (sequences.size,):
        found = f"{array.size} weights for {sequences.size} persons"
        raise TableError(subject, [Problem("weight", found, "one for each person")])
    own = sequences_of(
        sequences.codes, states=sequences.states, persons=sequences.persons, weight=array
    )
    return choose_weight(own, "weight", subject)
