"""Rows of totals below the persons of a file, which are no persons."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, listing

#: Words for a total in languages of the partnership countries, as office programs write them.
TOTALS = {
    *("total", "totals", "grand total", "sum", "ensemble", "somme", "total général"),
    *("totale", "totali", "gjithsej", "ukupno", "укупно", "вкупно", "toplam"),
    *("итого", "всего", "сумма", "усього", "всього", "разом"),
    *("المجموع", "مجموع", "المجموع الكلي", "الإجمالي", "الاجمالي", "إجمالي"),
}


def totals_of(table: pd.DataFrame, plain: Callable[[str], str | None]) -> list[Problem]:
    """Return a problem if rows of a file are totals of the others.

    Parameters
    ----------
    table : DataFrame
        Cells as text.
    plain : callable
        Writes a number as Python reads it.

    Notes
    -----
    A row is a total if its first cell that is not empty is a word for it, or if it is the last,
    alone has nothing in the first column, and has the sum of all others in some column.

    Examples
    --------
    >>> table = pd.DataFrame({"person": ["a", "b", "Total:"], "wage": ["2", "3", "5"]})
    >>> [problem.found for problem in totals_of(table, str)]
    ["1 rows are totals, not persons: 'Total:'"]
    """
    first = table.iloc[:, 0].str.strip()
    for name in table.columns[1:]:
        if (first != "").all():
            break
        first = first.where(first != "", table[name].str.strip())
    named = first.str.rstrip(": ").str.casefold().isin(TOTALS).to_numpy(dtype=bool, copy=True)
    said = listing(first[named].unique()) if named.any() else ""
    if not named.any() and _sums(table, plain):
        named[-1], said = True, "the last row has the sums of the others"
    if not named.any():
        return []
    found = f"{int(named.sum())} rows are totals, not persons: {said}"
    step = "Delete them: they would count as persons."
    return [Problem("rows", found, "a person or a spell a row", next_step=step)]


def _sums(table: pd.DataFrame, plain: Callable[[str], str | None]) -> bool:
    """Return whether the last row has no first cell, and the sum of the others in some column."""
    empty = (table.iloc[:, 0].str.strip() == "").to_numpy(dtype=bool)
    if len(table) < 3 or not empty[-1] or empty[:-1].any():
        return False
    for name in table.columns[1:]:
        if table[name].iloc[-1].strip() == "":
            continue
        numbers = pd.to_numeric(table[name].map(plain), errors="coerce").to_numpy("float64")
        total = np.nansum(numbers[:-1])
        if total != 0 and np.isclose(numbers[-1], total, rtol=1e-9, atol=0):
            return True
    return False
