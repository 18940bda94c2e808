"""Columns of treatment and outcome as numbers, and what is said of those without an answer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, TableError, did_you_mean, listing
from skillsfc.transitions.moves import FALSE, TRUE
from skillsfc.transitions.records import Flags, Floats, as_codes


def read_treatment(column: pd.Series, treated: str | None, problems: list[Problem]) -> Floats:
    """Return 1 for treated, 0 for controls, NaN where missing; refuse more than two levels.

    Examples
    --------
    >>> read_treatment(pd.Series(["yes", "no", None]), "yes", []).tolist()
    [1.0, 0.0, nan]
    """
    words = as_codes(column)
    levels = sorted(words.dropna().unique())
    where = f"treatment '{column.name}'"
    known = {word.casefold() for word in levels}
    if treated is not None and treated not in levels:
        guess = did_you_mean(treated, levels)
        problems.append(Problem("treated", repr(treated), f"one of {listing(levels)}", guess))
    elif len(levels) > 2:
        step = "Keep two of them, or make a column of true and false."
        found = f"{len(levels)} values: {listing(levels, 5)}"
        problems.append(Problem(where, found, "two: treated and not", next_step=step))
    elif treated is None and not known <= TRUE | FALSE:
        step = "Say which of them is the treated one: treated=..."
        problems.append(Problem(where, listing(levels), "0 and 1, true or false", next_step=step))
    is_treated = (
        words.str.casefold().isin(TRUE) if treated is None else words == treated
    ).to_numpy(dtype=bool)
    missing = column.isna().to_numpy(dtype=bool)
    return np.where(missing, np.nan, is_treated.astype(float))


def read_outcome(column: pd.Series, problems: list[Problem]) -> Floats:
    """Return an outcome as numbers, true as 1; missing as NaN.

    Examples
    --------
    >>> read_outcome(pd.Series([True, None, False]), []).tolist()
    [1.0, nan, 0.0]
    """
    if pd.api.types.is_datetime64_any_dtype(column) or isinstance(column.dtype, pd.PeriodDtype):
        problems.append(Problem(f"outcome '{column.name}'", "dates", "numbers"))
    if pd.api.types.is_complex_dtype(column):
        problems.append(Problem(f"outcome '{column.name}'", "complex numbers", "numbers"))
        return np.full(len(column), np.nan)
    numbers = pd.to_numeric(column.astype("object"), errors="coerce")
    words = sorted({str(word) for word in column[numbers.isna() & column.notna()]})
    if words:
        step = f"Make a column of true and false first: persons['{column.name}'] == {words[0]!r}."
        found = f"the words {listing(words, 4)}"
        problems.append(Problem(f"outcome '{column.name}'", found, "numbers", next_step=step))
    values = np.asarray(numbers.to_numpy(dtype="float64", na_value=np.nan))
    infinite = int(np.isinf(values).sum())
    if infinite:
        problems.append(Problem(f"outcome '{column.name}'", f"infinite in {infinite} rows"))
    elif not words and not np.isfinite(values).any():
        problems.append(Problem(f"outcome '{column.name}'", "missing in every row", "numbers"))
    return values


def attrition(treated: Flags, answered: Flags, what: str = "No outcome is known") -> list[str]:
    """Say how many of each arm have no outcome; nothing is said where all have one."""
    if answered.all():
        return []
    parts = []
    for arm, name in ((treated, "treated"), (~treated, "controls")):
        lost, count = int((~answered & arm).sum()), int(arm.sum())
        parts.append(f"{lost} of {count} {name} ({lost / max(count, 1):.0%})")
    return [
        f"{what} of {parts[0]} and {parts[1]}: they are left out, so the estimate is "
        "of those who answered, and misleads if who answers goes with the outcome."
    ]


def refuse_one_arm(treated: Flags, subject: str) -> None:
    """Raise where everybody or nobody was treated.

    Raises
    ------
    TableError
        If one arm is empty.
    """
    count = int(treated.sum())
    if 0 < count < len(treated):
        return
    found = f"{'everybody' if count else 'nobody'} treated in the {len(treated)} rows that are left"
    step = "Without the other arm there is nothing to compare with."
    raise TableError(
        subject, [Problem("treatment", found, "treated persons and controls", next_step=step)]
    )
