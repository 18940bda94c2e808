"""Columns of times: read as numbers, with a way out where they hold dates or text."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import Problem, listing
from skillsfc.transitions.text_codes import hashed

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

UNITS = "a number of time units"
DATES_STEP = "sf.check_spells(spells) turns dates into months."


def read_numbers(table: pd.DataFrame, name: str, problems: list[Problem]) -> Floats:
    """Return a column as numbers, missing where it holds none; that is added to the problems."""
    column = table[name]
    if column.dtype.kind == "m":
        step = f"spells['{name}'] / pd.Timedelta(days=365.25 / 12) are months."
        problems.append(Problem(f"column '{name}'", "lengths of time", UNITS, "", step))
        return np.full(len(table), np.nan)
    if column.dtype.kind == "M" or isinstance(column.dtype, pd.PeriodDtype):
        problems.append(Problem(f"column '{name}'", "dates", UNITS, "", DATES_STEP))
        return np.full(len(table), np.nan)
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    values = np.asarray(numbers, dtype=np.float64)
    bad = ~np.isfinite(values)
    if bad.any():
        first = next((repr(value) for value in column[bad].dropna().head(1)), "")
        shown = f", such as {first[:30]}," if first else ""
        found = f"missing or no number{shown} in {int(bad.sum())} rows{which_persons(table, bad)}"
        dated = any(word in first for word in ("-", "/", "date", "Timestamp")) and first != "-inf"
        problems.append(Problem(f"column '{name}'", found, UNITS, "", DATES_STEP if dated else ""))
    return values


def which_persons(table: pd.DataFrame, bad: Flags) -> str:
    """Return who the rows are about, as hashes, or their numbers where there are no persons."""
    if "person" not in table.columns:
        return f" (rows {listing(np.nonzero(bad)[0][:5])})"
    return f" ({hashed(table.loc[bad, 'person'].unique())})"
