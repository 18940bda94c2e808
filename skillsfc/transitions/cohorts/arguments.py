"""Arguments of reconstructed and projected cohorts: what is out of range is refused at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from skillsfc.errors import ParameterError, Problem
from skillsfc.transitions.cohorts.excess import EXCESS
from skillsfc.transitions.cohorts.result import StudentFlowSettings
from skillsfc.transitions.survival.selection import check_words

ABSENT = ("missing", "zero")
MOST_CAP = 100  # repetitions; more is a slip, and each is a step of work


def cohort_settings(
    subject: str,
    *,
    most_repetitions: Any,
    excess: Any,
    entrants: Any,
    level: Any,
    pool: Any = True,
    absent: Any = "missing",
) -> StudentFlowSettings:
    """Return the settings of a reconstructed cohort.

    Raises
    ------
    ParameterError
        With every argument that is out of range.
    """
    check_words(subject, level, {"excess": (excess, EXCESS), "absent": (absent, ABSENT)})
    problems = []
    if most_repetitions is not None and not is_whole(most_repetitions, 0, MOST_CAP):
        expected = f"None, or years from 0 to {MOST_CAP}"
        problems.append(Problem("most_repetitions", repr(most_repetitions), expected))
    number = isinstance(entrants, int | float | np.number) and not isinstance(entrants, bool)
    if not number or not 0 < float(entrants) < np.inf:
        problems.append(Problem("entrants", repr(entrants), "persons, a number above 0"))
    if not isinstance(pool, bool):
        problems.append(Problem("pool", repr(pool), "True or False"))
    if problems:
        raise ParameterError(subject, problems)
    cap = None if most_repetitions is None else int(most_repetitions)
    return StudentFlowSettings(
        (), (), pool, cap, excess, absent, float(entrants), level=float(level)
    )


def is_whole(value: Any, low: int, high: int) -> bool:
    """Return whether something is a whole number from ``low`` to ``high``.

    Examples
    --------
    >>> is_whole(3, 0, 5), is_whole(True, 0, 5), is_whole(3.0, 0, 5)
    (True, False, False)
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and low <= int(value) <= high


def read_span(grades: Any, low: int, high: int, subject: str) -> tuple[int, int] | None:
    """Return the first and last grade asked for.

    Raises
    ------
    ParameterError
        If they are no two grades of the table, in order.
    """
    if grades is None:
        return None
    span = list(grades) if isinstance(grades, tuple | list) else []
    if len(span) != 2 or not all(is_whole(g, low, high) for g in span) or span[0] > span[1]:
        expected = f"a first and a last grade from {low} to {high}, such as ({low}, {high})"
        raise ParameterError(subject, [Problem("grades", repr(grades), expected)])
    return int(span[0]), int(span[1])
