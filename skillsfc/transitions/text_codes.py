"""Codes and identifiers as text: one spelling for a code, and no identifier in a message."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import Problem, TableError

Whole = npt.NDArray[np.int64]

_SALT = secrets.token_bytes(16)  # short identifiers could be guessed from a hash that all share


def hashed(persons: Iterable[object], most: int = 5) -> str:
    """Return short hashes of identifiers, so that an error never shows who it is about.

    The same identifier has the same hash within one session, and another in the next.

    Examples
    --------
    >>> hashed(["p1"]) == hashed(["p1"]), "p1" in hashed(["p1"])
    (True, False)
    """
    found = [str(person) for person in persons]
    digests = [hashlib.sha256(_SALT + p.encode()).hexdigest()[:8] for p in found[:most]]
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(f"id:{digest}" for digest in digests) + more


def as_codes(column: pd.Series) -> pd.Series:
    """Return codes as text, missing where missing; a whole number is written without a point.

    A missing value turns a column of numbers into floats: 2 and 2.0 are the same code.

    Examples
    --------
    >>> as_codes(pd.Series([1.0, None, 2.0])).tolist()
    ['1', nan, '2']
    >>> as_codes(pd.Series(["job", 3, 4.0], dtype="object")).tolist()
    ['job', '3', '4']
    """
    number, distinct = code_column(column)
    words = pd.Series([*distinct, np.nan], dtype="str")
    return pd.Series(words.take(number).array, index=column.index, name=column.name)


def code_column(column: pd.Series) -> tuple[Whole, list[str]]:
    """Return the place of each row's code among the distinct ones (-1: missing), and their texts.

    Examples
    --------
    >>> places, words = code_column(pd.Series([2.0, None, 1.0, 2.0]))
    >>> places.tolist(), words
    ([0, -1, 1, 0], ['2', '1'])
    """
    number, distinct = factorized(column)
    return np.asarray(number, dtype=np.int64), [_code(value) for value in distinct]


def factorized(column: pd.Series) -> tuple[Whole, Iterable[object]]:
    """Return the place of each value among the distinct ones, and these.

    Raises
    ------
    TableError
        If cells hold lists or the like.
    """
    try:
        number, distinct = pd.factorize(column)
    except TypeError as error:
        where = f"column {column.name!r}" if column.name is not None else "values"
        problem = Problem(where, "cells that hold lists or the like", "one value each")
        raise TableError("codes", [problem]) from error
    return number, distinct


def _code(value: object) -> str:
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)
