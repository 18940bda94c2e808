"""Tables of states as arrays of codes: the time axis, the alphabet, what does not change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import Problem, TableError, did_you_mean, listing
from skillsfc.transitions.column_names import read_states, refuse_names
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.text_codes import as_codes
from skillsfc.transitions.weights import read_weights

Codes = npt.NDArray[np.int8]

MISSING = -1  # a period inside the sequence whose state is not known
AFTER = -2  # a period after the last one observed
PERIODS = ("period", "month", "quarter", "year", "week")
LARGEST_ALPHABET = 120


def time_column(table: pd.DataFrame, subject: str) -> str:
    """Return the column of time; a calendar year beside it must not vary within a person."""
    found = [name for name in PERIODS if name in table.columns]
    if not found:
        problem = f"no column of time among {listing(table.columns, 20)}"
        raise TableError(subject, [Problem("columns", problem, f"one of {listing(PERIODS)}")])
    varied = [
        name
        for name in found[1:]
        if (table.groupby("person", sort=False)[name].nunique(dropna=False) > 1).any()  # noqa: PD101
    ]
    if varied and found[0] != "period":
        problem = f"two clocks that run: {listing([found[0], *varied])}"
        step = "Give one column 'period' that counts on, such as 12 * year + month."
        raise TableError(subject, [Problem("columns", problem, "one column of time", "", step)])
    return found[0]


def unit_of(table: pd.DataFrame, time: str, unit: str | None) -> str:
    """Return the unit of a period: as asked, the name of the time column, or the table's own.

    A table of `Sequences` carries its unit in ``attrs``, which pandas keeps in selections and
    copies; a column ``unit`` with one value, as in a file, says it too.

    Examples
    --------
    >>> import pandas as pd
    >>> unit_of(pd.DataFrame({"period": [1], "unit": "year"}), "period", None)
    'year'
    """
    if unit is not None or time != "period":
        return unit or time
    said = table["unit"].dropna().unique() if "unit" in table.columns else []
    return str(said[0]) if len(said) == 1 else str(table.attrs.get("unit", "month"))


def whole_times(table: pd.DataFrame, time: str, subject: str) -> Whole:
    """Return the times as whole numbers; text such as "10" is a number, a blank is refused."""
    numbers = pd.to_numeric(table[time], errors="coerce")
    values = np.asarray(numbers.to_numpy(dtype="float64", na_value=np.nan))
    bad = ~(np.floor(values) == values)
    if bad.any():
        found = f"missing or not whole in {int(bad.sum())} rows"
        step = "Number the periods 0, 1, 2 and so on."
        raise TableError(
            subject, [Problem(f"column '{time}'", found, "whole numbers", next_step=step)]
        )
    return values.astype(np.int64)


def person_weights(
    table: pd.DataFrame, persons: pd.DataFrame, weight: str | None, fixed: list[str], subject: str
) -> tuple[Floats | None, tuple[str, ...]]:
    """Return the weight of each person, None where there are none, and notes."""
    refuse_names(subject, {}, {"weight": weight})
    if weight is None or (weight == "weight" and weight not in table.columns):
        return None, ()
    problems: list[Problem] = []
    if weight not in table.columns:
        guess = did_you_mean(weight, table.columns)
        problems.append(Problem(f"column '{weight}'", "missing", "a column of weights", guess))
    elif weight not in fixed:
        found = "not the same in all rows of a person"
        problems.append(Problem(f"column '{weight}'", found, "one weight a person"))
    else:
        weights, notes = read_weights(persons[weight], problems)
    if problems:
        raise TableError(subject, problems)
    return weights, notes


def fixed_columns(table: pd.DataFrame, time: str) -> list[str]:
    """Return the columns that are the same in all rows of a person."""
    others = [name for name in table.columns if name not in ("person", "state", time)]
    if not others:
        return []
    varied = table.groupby("person", sort=False)[others].nunique(dropna=False).gt(1).any()
    return [name for name in others if not varied[name]]


def coded(
    cells: npt.NDArray[Any], states: Iterable[str] | None, subject: str
) -> tuple[tuple[str, ...], Codes]:
    """Return the alphabet and the codes; empty cells after the last state are after the end."""
    flat = as_codes(pd.Series(cells.ravel()))
    text = flat.mask(flat.fillna("").str.strip() == "")
    found = sorted(text.dropna().unique())
    alphabet = read_states(states, subject, found) or tuple(found)
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
