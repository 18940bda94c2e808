"""Answers in numbers of which some can be no answer: codes, and times longer than a life."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.transitions.design import Floats

NUMBERS = ("age", "years_since_education", "hours", "wage")  # columns that are read as numbers
LEAST_CODE, AGE_CODES = 97, (97, 99)  # 97 to 99 and 997 to 999 stand for no answer in many files
OLDEST = (90, 96)
HOURS_A_WEEK = 168


def clean_numbers(column: str, values: Floats, age: Floats) -> Floats:
    """Return numbers without codes of no answer, which would be told as lengths of time.

    Parameters
    ----------
    column : str
        Name of the column.
    values : array of float
        Its numbers, below 0 where the code is one of no answer.
    age : array of float
        Age of each person [years].

    Examples
    --------
    >>> told = np.array([2.0, 99.0, 23.0, -9.0])
    >>> clean_numbers("years_since_education", told, np.full(4, 22.0)).tolist()
    [2.0, nan, nan, nan]
    """
    impossible = values < 0
    if column == "years_since_education":
        impossible |= (values >= LEAST_CODE) | (np.floor(values) > age)
    elif column == "hours":
        impossible |= values > HOURS_A_WEEK
    return np.where(impossible, np.nan, values)


def note_on_numbers(column: str, values: Floats, cleaned: Floats, counted: np.ndarray) -> str:
    """Return how many answers that could be none were taken as missing; empty if none was."""
    count = int((counted & (values >= 0) & np.isnan(cleaned)).sum())
    if not count:
        return ""
    what = {
        "years_since_education": "years since education are more than the age, or 97 and more",
        "hours": f"hours are more than {HOURS_A_WEEK} a week",
    }[column]
    return f"{count} answers cannot be meant ({what}): taken as not given."


def note_on_ages(ages: pd.Series) -> list[str]:
    """Return a note on ages that are codes of no answer in many files, where they stand out.

    Examples
    --------
    >>> note_on_ages(pd.Series([20, 91, 98])), len(note_on_ages(pd.Series([20, 99])))
    ([], 1)
    """
    count = int(ages.between(*AGE_CODES).sum())
    if count <= int(ages.between(*OLDEST).sum()):  # fewer than of the ages before, as it should be
        return []
    return [
        f"Of age {AGE_CODES[0]} to {AGE_CODES[1]} are {count} persons, more than of "
        f"{OLDEST[0]} to {OLDEST[1]}; they count as told: where that is a code of no answer, make "
        "it missing."
    ]
