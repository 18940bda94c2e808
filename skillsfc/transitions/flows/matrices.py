"""Transition matrices with names, wherever they come from: a result, a wide or a long table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, TableError, listing
from skillsfc.results import table_hash
from skillsfc.transitions.flows.names import read_names
from skillsfc.transitions.records import Floats
from skillsfc.transitions.text_codes import as_codes

SUMS_TO_ONE = 1e-6  # rows of probabilities may miss 1 by the rounding of a printed table
NEAR_ONE = 0.02  # rows this near to 1 are meant as probabilities
SUMS_TO_ZERO = 1e-8  # rows of rates may miss 0 by this part of the largest rate


@dataclass(frozen=True)
class NamedMatrix:
    """A matrix of transition probabilities, or of continuous rates.

    Parameters
    ----------
    keys : dict
        Columns of the group.
    states : tuple of str
        States, in the order of rows and columns.
    entries : array [states, states]
        Rows: state before.
    covariance : array [states^2, states^2] or None
        Of the entries, row by row; None where it is not known.
    notes : tuple of str
        What was treated.
    """

    states: tuple[str, ...]
    entries: Floats
    covariance: Floats | None = None
    keys: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def is_generator(self) -> bool:
        """Return whether the rows sum to 0 rather than to 1."""
        missed = np.abs(self.entries.sum(axis=1)).max()
        close = missed <= SUMS_TO_ZERO * np.abs(self.entries).max()
        return bool(close and (np.diag(self.entries) <= 0).all())


def read_matrices(
    matrix: object, *, states: Iterable[str] | None, subject: str, generators: bool
) -> list[NamedMatrix]:
    """Return the matrices in an argument, checked.

    Parameters
    ----------
    matrix : result with ``named_matrices``, DataFrame or array
        Square with the same states in rows and columns; or long: ``from_state, to_state`` and
        ``probability`` (or ``hazard``); or an array, with ``states``.
    states : iterable of str, optional
        Names and order.
    subject : str
        Name of the function in errors.
    generators : bool
        Whether continuous rates (rows sum to 0) are allowed beside probabilities. Where their
        diagonal is empty it becomes minus the sum of the other rates of the row.

    Raises
    ------
    TableError, ParameterError
        If it is none of these, not square, or not a stochastic matrix (or generator).
    """
    names = None if states is None else read_names(states, subject)
    if hasattr(matrix, "named_matrices"):
        found = list(matrix.named_matrices())
        known = found[0].states if found else ()
        if names is not None and names != known:
            raise ParameterError(subject, [Problem("states", listing(names), listing(known, 30))])
    elif isinstance(matrix, pd.DataFrame):
        found = _from_table(matrix, names, subject)
    else:
        found = [_from_array(matrix, names, subject)]
    if generators:
        found = [_as_rates(one, subject) for one in found]
    problems = [problem for one in found for problem in _problems(one, generators)]
    if problems:
        raise ParameterError(subject, problems)
    return found


def _from_array(values: object, names: tuple[str, ...] | None, subject: str) -> NamedMatrix:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.zeros(0)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not len(array):
        found = " x ".join(map(str, array.shape)) if array.size else type(values).__name__
        expected = "a square matrix, a table, or the result of sf.estimate_flows"
        raise ParameterError(subject, [Problem("matrix", found, expected)])
    labels = names or tuple(str(place + 1) for place in range(len(array)))
    if len(labels) != len(array):
        problem = Problem("states", f"{len(labels)} names", f"{len(array)}, one a row")
        raise ParameterError(subject, [problem])
    return NamedMatrix(labels, array)


def _from_table(
    table: pd.DataFrame, names: tuple[str, ...] | None, subject: str
) -> list[NamedMatrix]:
    if {"from_state", "to_state"} <= set(table.columns):
        return [_from_long(table, names, subject)]
    rows, columns = [str(n) for n in table.index], [str(n) for n in table.columns]
    if sorted(rows) != sorted(columns):
        found = f"rows {listing(rows)}, columns {listing(columns)}"
        step = "Set the states as the index: matrix.set_index('from_state')."
        problem = Problem("matrix", found, "the same states in rows and columns", next_step=step)
        raise TableError(subject, [problem])
    order = list(names) if names is not None else rows
    if sorted(order) != sorted(rows):
        raise ParameterError(subject, [Problem("states", listing(order), listing(rows, 30))])
    labelled = table.set_axis(rows, axis=0).set_axis(columns, axis=1)
    return [_from_array(labelled.loc[order, order].to_numpy(), tuple(order), subject)]


def _from_long(table: pd.DataFrame, names: tuple[str, ...] | None, subject: str) -> NamedMatrix:
    measure = next((n for n in ("probability", "hazard") if n in table.columns), None)
    doubled = table.duplicated(["from_state", "to_state"]).any()
    if measure is None or doubled:
        found = "pairs of states repeated" if doubled else "no column 'probability' or 'hazard'"
        step = "Select one group and one date first."
        raise TableError(subject, [Problem("matrix", found, "one matrix", next_step=step)])
    numbers = pd.to_numeric(table[measure], errors="coerce")
    strange = numbers.isna() & table[measure].notna()
    if strange.any():
        found = f"no number in {int(strange.sum())} rows: {listing(table[measure][strange])}"
        raise TableError(subject, [Problem(f"column '{measure}'", found, "numbers")])
    parts = {name: as_codes(table[name]) for name in ("from_state", "to_state")}
    wide = pd.DataFrame({**parts, "value": numbers}).pivot(  # noqa: PD010
        index="from_state", columns="to_state", values="value"
    )
    order = list(names) if names is not None else sorted(set(wide.index) | set(wide.columns))
    wide = wide.reindex(index=order, columns=order)
    if measure == "hazard":
        values = wide.to_numpy(dtype=np.float64, copy=True)
        places = np.arange(len(order))
        values[places, places] = 0.0
        values = np.nan_to_num(values)
        values[places, places] = -values.sum(axis=1)
        return NamedMatrix(tuple(map(str, order)), values)
    return NamedMatrix(tuple(map(str, order)), wide.to_numpy(dtype=np.float64))


def _as_rates(one: NamedMatrix, subject: str) -> NamedMatrix:
    """Return rates with their diagonal; probabilities as they are.

    Raises
    ------
    TableError
        If the diagonal says rates, and is not minus the sum of the others of its row.
    """
    own = np.diag(one.entries)
    sums = one.entries.sum(axis=1)
    if one.is_generator or (np.isfinite(sums).all() and np.abs(sums - 1).max() <= SUMS_TO_ONE):
        return one
    off = one.entries.copy()
    np.fill_diagonal(off, 0.0)
    if np.isfinite(off).all() and not np.nan_to_num(own).any():
        if np.abs(off.sum(axis=1) - 1).max() < NEAR_ONE:
            return one  # chances with rounding, and not rates: refused as what they are
        np.fill_diagonal(off, -off.sum(axis=1))
        note = "The matrix has nothing on its diagonal: taken as rates, with minus the row sums."
        return replace(one, entries=off, notes=(*one.notes, note))
    if (np.nan_to_num(own) <= 0).all() and (own < 0).any():
        found = f"a diagonal of rates, and rows that sum to {listing(sums.tolist())}"
        step = "With zeros on the diagonal it is made from the other rates."
        raise TableError(subject, [Problem("matrix", found, "0 each", next_step=step)])
    return one


def _problems(one: NamedMatrix, generators: bool) -> list[Problem]:
    where = "matrix " + ", ".join(f"{k} {v}" for k, v in one.keys.items()) if one.keys else "matrix"
    values = one.entries
    if not np.isfinite(values).all():
        empty = [s for s, row in zip(one.states, values, strict=True) if not np.isfinite(row).all()]
        return [Problem(where, f"missing values in the rows of {listing(empty)}", "numbers")]
    if generators and one.is_generator:
        off = values - np.diag(np.diag(values))
        if off.min() < -1e-12:
            return [Problem(where, f"a negative rate, {off.min():.3g}", "rates of 0 or more")]
        return []
    problems = []
    if values.min() < -SUMS_TO_ONE or values.max() > 1 + SUMS_TO_ONE:
        found = f"values from {values.min():.3g} to {values.max():.3g}"
        problems.append(Problem(where, found, "probabilities 0 to 1"))
    sums = values.sum(axis=1)
    if np.abs(sums - 1).max() > SUMS_TO_ONE:
        found = f"rows sum to {listing(sums.round(6).tolist())}"
        step = "Rows are the states before. Divide each by its sum if that is rounding only."
        problems.append(Problem(where, found, "1 each", next_step=step))
    return problems


def provenance_of(matrix: object) -> dict[str, Any]:
    """Return version and hash of the table that a matrix came in."""
    table = getattr(matrix, "table", matrix)
    inputs = {"matrix": table_hash(table)} if isinstance(table, pd.DataFrame) else {}
    return {"version": __version__, "inputs": inputs}
