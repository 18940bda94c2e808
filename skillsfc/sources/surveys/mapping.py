"""The mapping file: which column of a survey is which of ours, and what its codes mean there."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.schema import read_codes_file
from skillsfc.sources.surveys.written_dates import ORDERS
from skillsfc.words_file import read_words

ENTRY_KEYS = ("column", "columns", "values", "missing", "dates")
PARTS = ("columns", "keep")


@dataclass(frozen=True)
class ColumnRule:
    """How one of our columns is made.

    Parameters
    ----------
    name : str
        Our name, one of ``data/person_columns.csv`` or any other for a column of the user's own.
    columns : tuple of str
        The file's columns; several are joined by a hyphen, as household and line number are.
    meanings : mapping of str
        What each code or label of the file means; empty where they are taken as they are.
    missing : tuple of str
        Codes or labels that mean no answer.
    dates : str
        Order of day and month in written dates, where the file does not show it.
    """

    name: str
    columns: tuple[str, ...]
    meanings: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    dates: str = ""


@cache
def person_columns() -> pd.DataFrame:
    """Return the columns of person files that the library knows, indexed by name."""
    return read_codes_file("person_columns.csv").set_index("column", drop=False)


def composed(text: object) -> str:
    """Return a name or code in Unicode's composed form, without blanks around it.

    Examples
    --------
    >>> composed(" Région ") == "Région"
    True
    """
    return unicodedata.normalize("NFC", str(text)).strip()


def read_mapping(mapping: object, header: list[str]) -> tuple[ColumnRule, ...]:
    """Return the rules of a mapping; without one, the columns that have our names already.

    Parameters
    ----------
    mapping : mapping, Path or str, optional
        A YAML file, or the same as nested dicts. ``columns`` names ours and gives the file's
        column, or ``column`` (or ``columns`` to join), ``values`` (their code or label to our
        word), ``missing`` (codes that mean no answer) and ``dates`` (``day first`` or ``month
        first``, for dates such as 03/04/2021). ``keep`` lists columns to take as they are.
    header : list of str
        The columns of the file.

    Raises
    ------
    ParameterError
        On unknown words in the mapping and columns that the file does not have: all at once.
    SourceError
        If the mapping file cannot be read.
    """
    if mapping is None:
        known = set(person_columns().index)
        return tuple(ColumnRule(name, (name,)) for name in header if name in known)
    if not isinstance(mapping, (Mapping, str, Path)):
        found = Problem("mapping", type(mapping).__name__, "a YAML file, or dicts of the same form")
        raise ParameterError("mapping", [found])
    words = mapping if isinstance(mapping, Mapping) else read_words(Path(mapping), "mapping file")
    problems = [
        Problem(f"key {key!r}", "unknown", f"one of {listing(PARTS)}", did_you_mean(key, PARTS))
        for key in words
        if key not in PARTS
    ]
    entries = words.get("columns", {})
    if not isinstance(entries, Mapping):
        problems.append(
            Problem("columns", type(entries).__name__, "lines of the form ours: theirs")
        )
        entries = {}
    rules = [_rule(composed(name), entry, header, problems) for name, entry in entries.items()]
    kept = words.get("keep", [])
    rules += [_rule(composed(name), name, header, problems) for name in _several(kept)]
    twice = sorted({rule.name for rule in rules if [r.name for r in rules].count(rule.name) > 1})
    if twice:
        problems.append(Problem("columns", f"made twice: {listing(twice)}", "each name once"))
    if not rules and not problems:
        problems.append(Problem("columns", "none", "at least one column of the file"))
    if problems:
        raise ParameterError("mapping", problems)
    return tuple(rules)


def _several(value: Any) -> list[str]:
    if value is None or value == "":
        return []
    return [composed(v) for v in value] if isinstance(value, (list, tuple)) else [composed(value)]


def _rule(name: str, entry: Any, header: list[str], problems: list[Problem]) -> ColumnRule:
    if not isinstance(entry, Mapping):
        entry = {"columns": entry}
    problems += [
        Problem(
            f"columns: {name}: {key}",
            "unknown",
            f"one of {listing(ENTRY_KEYS)}",
            did_you_mean(key, ENTRY_KEYS),
        )
        for key in entry
        if key not in ENTRY_KEYS
    ]
    if "column" in entry and "columns" in entry:
        problems.append(Problem(f"columns: {name}", "both 'column' and 'columns'", "one of them"))
    theirs = _several(entry.get("columns", entry.get("column")))
    if not theirs:
        problems.append(Problem(f"columns: {name}", "names no column of the file", "column: ..."))
    problems += [
        Problem(
            f"columns: {name}",
            f"the file has no column {column!r}",
            f"one of {listing(header, 12)}",
            did_you_mean(column, header),
        )
        for column in theirs
        if column not in header
    ]
    values = entry.get("values", {})
    if not isinstance(values, Mapping):
        problems.append(Problem(f"columns: {name}: values", type(values).__name__, "code: word"))
        values = {}
    meanings = {composed(code): _word(word) for code, word in values.items()}
    if len(meanings) < len(values):
        codes = [composed(code) for code in values]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        problems.append(
            Problem(f"columns: {name}: values", f"named twice: {listing(twice)}", "each code once")
        )
    both = sorted({*meanings} & {*_several(entry.get("missing"))})
    if both:
        found = f"under values and under missing: {listing(both)}"
        problems.append(Problem(f"columns: {name}", found, "one of them for each code"))
    dates = str(entry.get("dates", ""))
    if dates and dates not in ORDERS:
        near = did_you_mean(dates, ORDERS)
        problems.append(Problem(f"columns: {name}: dates", repr(dates), listing(ORDERS), near))
    missing = tuple(_several(entry.get("missing")))
    return ColumnRule(name, tuple(theirs), meanings, missing, dates)


def _word(value: Any) -> str:
    """Return what a code means as a word; a mapping given as a dict may hold true and numbers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return composed(value)
