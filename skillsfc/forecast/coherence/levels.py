"""The levels of a reconciliation: how they are written, and how a row says what it sums over."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.forecast.coherence.structure import Level

# Keys that cut a whole into parts. Years, models or scenarios do not add up to anything.
SUMMED = (
    "country",
    "region",
    "area",
    "sex",
    "age",
    "sector",
    "occupation",
    "qualification",
    "employment_status",
    "activity",
    "field",
)
TOTAL = "total"
WORDS = {"sex": ("T", TOTAL)}  # what besides an empty cell says "summed over this key"


def level_name(level: Level) -> str:
    """Return a level as it is written: ``total``, ``sector``, ``sector/occupation``.

    Examples
    --------
    >>> level_name(()), level_name(("sector", "sex"))
    ('total', 'sector/sex')
    """
    return "/".join(level) or TOTAL


def count_of(number: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count_of(1, "node"), count_of(2, "node")
    ('1 node', '2 nodes')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def parse_levels(spec: object) -> tuple[Level, ...]:
    """Return the levels of a specification, their keys in the order of the bottom level.

    Parameters
    ----------
    spec : sequence of str or tuple of str
        Such as ``["total", "sector", "sector/occupation"]`` or ``[(), ("sector",), ("sector",
        "occupation")]``.

    Raises
    ------
    ParameterError
        If a key is unknown or cannot be summed over, a level is given twice, or no level has all
        the keys.

    Examples
    --------
    >>> parse_levels(["total", "sex/sector", ("sector",)])
    ((), ('sex', 'sector'), ('sector',))
    """
    if isinstance(spec, str) or not isinstance(spec, Sequence):
        example = '["total", "sector", "sector/occupation"]'
        raise _wrong([Problem("spec", repr(spec), f"a list of levels, such as {example}")])
    problems: list[Problem] = []
    levels = [_one_level(entry, problems) for entry in spec]
    if not problems:
        problems = _together(levels)
    if problems:
        raise _wrong(problems)
    order = max(levels, key=len)
    return tuple(tuple(key for key in order if key in level) for level in levels)


def _wrong(problems: list[Problem]) -> ParameterError:
    return ParameterError("reconcile", problems)


def _one_level(entry: object, problems: list[Problem]) -> Level:
    if isinstance(entry, str):
        keys = [] if entry in ("", TOTAL) else [part.strip() for part in entry.split("/")]
    elif isinstance(entry, Sequence) and all(isinstance(key, str) for key in entry):
        keys = list(entry)
    else:
        problems.append(Problem("spec", f"the level {entry!r}", "a text or a tuple of keys"))
        return ()
    for key in dict.fromkeys(keys):
        if key not in SUMMED:
            found = f"{key!r} in the level {level_name(tuple(keys))!r}"
            guess = did_you_mean(key, SUMMED)
            problems.append(Problem("spec", found, f"keys of {listing(SUMMED, 20)}", guess))
    if len(set(keys)) < len(keys):
        problems.append(Problem("spec", f"a key twice in {level_name(tuple(keys))!r}", "once"))
    return tuple(keys)


def _together(levels: list[Level]) -> list[Problem]:
    problems = []
    sets = [frozenset(level) for level in levels]
    twice = sorted({level_name(x) for x, s in zip(levels, sets, strict=True) if sets.count(s) > 1})
    if twice:
        problems.append(Problem("spec", f"given twice: {listing(twice)}", "each level once"))
    if len(set(sets)) < 2:
        found = count_of(len(set(sets)), "level")
        problems.append(Problem("spec", found, "at least two: a bottom and an aggregate"))
    every = [key for key in SUMMED if any(key in s for s in sets)]
    if every and frozenset(every) not in sets:
        bottom = level_name(tuple(every))
        found = f"no level with all of {listing(every)}"
        step = f"Add {bottom!r}: its cells are what every aggregate is the sum of."
        problems.append(Problem("spec", found, "a bottom level", next_step=step))
    return problems


def split_levels(
    table: pd.DataFrame, levels: Sequence[Level], subject: str, *, others: str = "refuse"
) -> tuple[list[pd.DataFrame], dict[str, object]]:
    """Return the rows of each level without the keys they sum over, and each key's total marker.

    Parameters
    ----------
    table : DataFrame
        A key is summed over where its cell is empty, or says ``total`` (``T`` too for sex).
    levels : sequence of tuple of str
        The levels wanted; the longest has all keys.
    subject : str
        Name of the table in messages.
    others : {"refuse", "drop"}
        What to do with rows of other levels.

    Raises
    ------
    TableError
        If a key column is missing, marks totals in two ways, or rows are of no level.

    Examples
    --------
    >>> table = pd.DataFrame({"sector": [None, "A", "C"], "persons": [3.0, 1.0, 2.0]})
    >>> parts, _ = split_levels(table, [(), ("sector",)], "table")
    >>> [list(part) for part in parts], [len(part) for part in parts]
    ([['persons'], ['sector', 'persons']], [1, 2])
    """
    keys = max(levels, key=len)
    lacking = [key for key in keys if key not in table]
    if lacking:
        near = did_you_mean(lacking[0], [c for c in table.columns if c not in keys])
        found = f"missing: {listing(lacking)}"
        step = "A key that a row sums over is left empty there, or says 'total'."
        raise TableError(subject, [Problem("columns", found, "every key of spec", near, step)])
    problems: list[Problem] = []
    marker: dict[str, object] = {}
    pattern = pd.Series(0, index=table.index)
    for place, key in enumerate(keys):
        empty = _summed_over(table[key], key, marker, problems)
        pattern += (~empty).astype(int) * 2**place
    codes = [sum(2 ** keys.index(key) for key in level) for level in levels]
    strange = pattern[~pattern.isin(codes)]
    if others == "refuse":
        for code, rows in strange.groupby(strange):
            name = level_name(tuple(k for place, k in enumerate(keys) if code >> place & 1))
            found = f"{count_of(len(rows), 'row')} of the level {name!r} (first: {rows.index[0]})"
            step = f"Add {name!r} to spec, or drop these rows."
            problems.append(Problem("rows", found, "levels of spec only", next_step=step))
    if problems:
        raise TableError(subject, problems)
    return [
        table[pattern == code].drop(columns=[key for key in keys if key not in level])
        for code, level in zip(codes, levels, strict=True)
    ], marker


def _summed_over(
    column: pd.Series, key: str, marker: dict[str, object], problems: list[Problem]
) -> pd.Series:
    ways = {word: column == word for word in WORDS.get(key, (TOTAL,))}
    used: list[object] = [word for word, rows in ways.items() if rows.any()]
    if column.isna().any():
        used.append(None)
    if len(used) > 1:
        shown = " and ".join("an empty cell" if word is None else repr(word) for word in used)
        step = "Use one of them in the whole column."
        found = f"{shown} both stand for a total"
        problems.append(Problem(f"key {key!r}", found, "one way of saying it", next_step=step))
    marker[key] = used[0] if used else None
    summed = column.isna()
    for rows in ways.values():
        summed |= rows
    return summed
