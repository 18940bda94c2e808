"""Words that the sections on education and work share: periods, groups, states, counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from skillsfc.report.text import NARROW, Facts, list_words

SEX_WORDS = {"F": "women", "M": "men", "T": "both sexes"}
TOTALS = ("T", "total")
NOT_STATED = "not stated"
FLAGS = (
    "In brackets 95 % intervals. *: unreliable, too few persons or a wide error; ..: too uncertain "
    "to be shown, or not known; ..c: withheld, since fewer than ten persons stand behind it, or "
    "since a number not shown could be worked out from it."
)


def period(unit: str, count: float = 2) -> str:
    """Return the unit of time for a count: one month, two months.

    Parameters
    ----------
    unit : str
        Unit of time, in the singular or the plural.
    count : float
        How many.

    Examples
    --------
    >>> period("months", 1), period("month"), period("years", 0.5), period("quarters", 1)
    ('month', 'months', 'years', 'quarter')
    """
    word = str(unit).strip().replace("_", " ") or "periods"
    single = word[:-1] if word.endswith("s") and not word.endswith("ss") else word
    return single if count == 1 else f"{single}s"


def say_time(facts: Facts, name: str, value: float, unit: str, *, table: str) -> str:
    """Return a length of time with its unit, kept as a fact.

    Examples
    --------
    >>> said = say_time(Facts("waiting"), "median", 41.0, "months", table="medians")
    >>> said.replace(NARROW, " ")
    '41 months'
    """
    text = facts.add(name, value, "time", table=table)
    return f"{text}{NARROW}{period(unit, 1 if text == '1' else 2)}"


def say_ends(facts: Facts, name: str, row: Any, unit: str, *, table: str) -> str:
    """Return the interval of a length of time in brackets, as far as it is known.

    Examples
    --------
    >>> row = {"lower": 38.0, "upper": float("nan")}
    >>> say_ends(Facts("waiting"), "median", row, "months", table="medians").replace(NARROW, " ")
    ' (interval from 38 months on)'
    """
    ends = {
        end: facts.add(f"{name}, {end} end", row[end], "time", table=table)
        for end in ("lower", "upper")
        if pd.notna(row[end])
    }
    if len(ends) == 2:
        return f" (interval {ends['lower']} to {ends['upper']})"
    if "lower" in ends:
        word = period(unit, 1 if ends["lower"] == "1" else 2)
        return f" (interval from {ends['lower']} {word} on)"
    return " (no interval can be told)"


def say_count(facts: Facts, name: str, value: float, noun: str, *, table: str) -> str:
    """Return an exact count with its noun in the right number, kept as a fact.

    Examples
    --------
    >>> facts = Facts("paths")
    >>> say_count(facts, "arrived", 1, "person", table="outcomes").replace(NARROW, " ")
    '1 person'
    >>> say_count(facts, "arrived", 1540, "person", table="outcomes").replace(NARROW, " ")
    '1,540 persons'
    """
    text = facts.add(name, value, "count", table=table)
    return f"{text}{NARROW}{noun if text == '1' else f'{noun}s'}"


def plain(code: object) -> str:
    """Return a state or column as a reader says it.

    Examples
    --------
    >>> plain("temporary_job")
    'temporary job'
    """
    return " ".join(str(code).replace("_", " ").split())


def code_text(value: object) -> str:
    """Return a group's code as text: a whole number without decimals, a missing one as such.

    Examples
    --------
    >>> code_text(2.0), code_text("F"), code_text(float("nan"))
    ('2', 'F', 'not stated')
    """
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return NOT_STATED
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def people(column: str | None, value: object = None, *, everyone: str = "the young") -> str:
    """Return who a group is, as it stands inside a sentence.

    Parameters
    ----------
    column : str or None
        Column of the groups; None for all together.
    value : object
        The group.
    everyone : str
        Who all together are.

    Examples
    --------
    >>> people("sex", "F"), people("area", "rural"), people(None), people("sex", "T")
    ('women', 'those with area rural', 'the young', 'the young')
    """
    code = code_text(value)
    if column is None or code in TOTALS:
        return everyone
    if column == "sex" and code in SEX_WORDS:
        return SEX_WORDS[code]
    return f"those with {plain(column)} {plain(code)}"


def group_people(columns: Sequence[str], row: Any, *, everyone: str = "the young") -> str:
    """Return who a row of several group columns is about.

    Examples
    --------
    >>> group_people(["sex", "area"], {"sex": "F", "area": "rural"})
    'women with area rural'
    >>> group_people([], {})
    'the young'
    """
    said = [people(column, row[column], everyone="") for column in columns]
    said = [text for text in said if text]
    if not said:
        return everyone
    rest = [text.removeprefix("those ") for text in said[1:]]
    return " ".join([said[0], *rest])


def one_of(words: Iterable[str]) -> str:
    """Return words joined by commas and a last "or".

    Examples
    --------
    >>> one_of(["white_collar", "blue_collar", "services"])
    'white collar, blue collar or services'
    """
    said = [plain(word) for word in words]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}" if said else ""


def all_of(words: Iterable[str]) -> str:
    """Return words joined by commas and a last "and".

    Examples
    --------
    >>> all_of(["school", "higher_education"])
    'school and higher education'
    """
    return list_words([plain(word) for word in words])


def capital(text: str) -> str:
    """Return a sentence with a capital at its start, the rest as it is.

    Examples
    --------
    >>> capital("women wait longer than GDP grows")
    'Women wait longer than GDP grows'
    """
    return f"{text[:1].upper()}{text[1:]}"


def sentences(notes: Iterable[str]) -> str:
    """Return notes as one text, each once and ended by a full stop.

    Examples
    --------
    >>> sentences(["two persons left out", "Weighted.", "Weighted."])
    'Two persons left out. Weighted.'
    """
    said = [capital(note.strip()) for note in dict.fromkeys(notes) if note and note.strip()]
    return " ".join(note if note.endswith((".", "!", "?")) else f"{note}." for note in said)
