"""Numbers in words: every figure in a sentence is written through `Facts` and so stays traceable.

A sentence that quotes a number asks `Facts` for its text; the value, the text and the published
table that holds it are kept as one row. A test then holds every number of a report to its table.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Literal, get_args

import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing

Kind = Literal[
    "persons", "percent", "points", "decimal", "usd", "years", "count", "percent_year", "time",
    "p_value",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
LEAST_P = 0.001  # a smaller chance is known to no figure
NO_MINUS = re.compile(r"(?<![\w.])-(?=[$0.,]+(?![\d.,]))")  # of what was rounded to 0
NARROW = "\u00a0"  # a number and its unit stay on one line


def format_number(value: float, kind: str) -> str:
    r"""Return a value as a reader expects it in a sentence.

    Parameters
    ----------
    value : float
        In the library's own unit: persons, shares 0-1, US dollars, years.
    kind : str
        How it is read: persons, percent, points, decimal, usd, years, count, percent_year, time
        or p_value. ``percent`` turns a share 0-1 into percent, ``points`` a difference of shares
        into percentage points, ``percent_year`` a yearly growth rate into percent a year. ``time``
        is a number of months, years or other periods, whose word the sentence adds; ``p_value`` is
        written to stand after the letter p.

    Returns
    -------
    str
        The number with its unit. Persons are rounded to three figures at most, since no labour
        market figure is known better.

    Raises
    ------
    ParameterError
        If the kind is unknown or the value is not finite: a missing number has no text.

    Examples
    --------
    >>> format_number(12_475_000, "persons"), format_number(0.2134, "percent")
    ('12.5\xa0million', '21.3%')
    >>> format_number(-0.048, "points"), format_number(633_214, "persons")
    ('4.8\xa0percentage points', '633,000')
    >>> format_number(41.0, "time"), format_number(2.25, "time"), format_number(0.16, "p_value")
    ('41', '2.2', '= 0.16')
    """
    if kind not in KINDS or not math.isfinite(value):
        raise ParameterError(
            "number in a sentence",
            [Problem("value, kind", f"{value!r}, {kind!r}", f"a finite number, {listing(KINDS)}",
                     did_you_mean(kind, KINDS))],
        )  # fmt: skip
    size = abs(value)
    if kind == "persons":
        return _persons(size)
    texts = {
        "percent": f"{100 * value:.1f}%",
        "points": f"{100 * size:.1f}{NARROW}percentage points",
        "percent_year": f"{100 * value:.1f}%",
        "decimal": f"{value:.2f}",
        "usd": f"{round(value, -2):,.0f}{NARROW}PPP dollars",
        "years": f"{value:.1f}{NARROW}years",
        "count": f"{value:,.0f}",
        "time": f"{value:,.1f}".removesuffix(".0"),
        "p_value": f"less than {LEAST_P}" if value < LEAST_P else f"= {value:.2g}",
    }
    text = texts[kind]
    # A share that rounds to nothing has no sign.
    return text.removeprefix("-") if not text.strip("-0.%") else text


def with_minus(text: str) -> str:
    """Return a number as text with a minus instead of a hyphen, and none before a zero.

    Examples
    --------
    >>> [with_minus(text) for text in ("-1.5", "-0.0%", "-0.01")]
    ['\u22121.5', '0.0%', '\u22120.01']
    """
    return NO_MINUS.sub("", text).replace("-", "\u2212")


def p_value_text(value: float) -> str:
    """Return a p-value as it stands in a table.

    Examples
    --------
    >>> p_value_text(1.55e-05), p_value_text(0.0141), p_value_text(float("nan"))
    ('less than 0.001', '0.014', '..')
    """
    if not math.isfinite(value):
        return ".."
    return format_number(value, "p_value").removeprefix("= ")


def _persons(size: float) -> str:
    if size >= 999_500:
        millions = size / 1e6
        digits = 2 if millions < 9.995 else 1 if millions < 99.95 else 0
        text = f"{millions:.{digits}f}"
        return f"{text.removesuffix('0') if digits == 2 else text}{NARROW}million"
    if size < 1000:
        return f"{size:,.0f}"
    digits = 2 - math.floor(math.log10(size))
    return f"{round(size, digits):,.0f}"


@dataclass
class Facts:
    """The figures that a section quotes; ``add`` returns the text to put into the sentence.

    Examples
    --------
    >>> facts = Facts("people")
    >>> f"About {facts.add('entrants', 633_214, 'persons', table='people_flows')} people a year."
    'About 633,000 people a year.'
    >>> facts.table[["section", "fact", "value", "text", "table"]].values.tolist()
    [['people', 'entrants', 633214.0, '633,000', 'people_flows']]
    """

    section: str
    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, name: str, value: float, kind: str, *, table: str) -> str:
        """Keep one figure and return its text.

        Parameters
        ----------
        name : str
            What the figure is, in a few words.
        value : float
            The figure in the library's own unit.
        kind : str
            As in `format_number`.
        table : str
            Name of the published table where the value stands.
        """
        text = with_minus(format_number(float(value), kind))
        self.rows.append(
            {"section": self.section, "fact": name, "value": float(value), "kind": kind,
             "text": text, "table": table}
        )  # fmt: skip
        return text

    def year(self, year: float, *, table: str) -> str:
        """Keep a calendar year and return it as text."""
        text = f"{int(year)}"
        self.rows.append(
            {"section": self.section, "fact": "year", "value": float(year), "kind": "year",
             "text": text, "table": table}
        )  # fmt: skip
        return text

    @property
    def table(self) -> pd.DataFrame:
        """Return all figures quoted: section, fact, value, kind, text, table."""
        columns = ["section", "fact", "value", "kind", "text", "table"]
        return pd.DataFrame(self.rows, columns=columns)


KIND_OF_UNIT: dict[str, str] = {
    "persons": "persons",
    "persons per year": "persons",
    "share": "percent",
    "ratio": "decimal",
    "points": "points",
    "PPP US dollars": "usd",
    "years": "years",
    "per year": "percent_year",
    "count": "count",
}


def readable(table: pd.DataFrame, columns: tuple[str, ...] = ("value",)) -> pd.DataFrame:
    """Return a table of figures in several units with its numbers written as text.

    Parameters
    ----------
    table : DataFrame
        With a ``unit`` column; a unit that `KIND_OF_UNIT` does not know stays a plain number.
    columns : tuple of str
        The columns of numbers.

    Returns
    -------
    DataFrame
        A copy; missing numbers are two dots, and a negative one keeps its sign.

    Examples
    --------
    >>> table = pd.DataFrame({"value": [0.213, -1000.0], "unit": ["share", "persons"]})
    >>> readable(table)["value"].tolist()
    ['21.3%', '\u22121,000']
    """

    def say(value: float, unit: str) -> str:
        if not math.isfinite(value):
            return ".."
        if unit not in KIND_OF_UNIT:
            return f"{value:g}"
        text = format_number(value, KIND_OF_UNIT[unit]).removeprefix("-")
        return with_minus(f"-{text}" if value < 0 else text)

    made = table.copy()
    for column in columns:
        pairs = zip(table[column], table["unit"], strict=True)
        made[column] = [say(value, unit) for value, unit in pairs]
    return made


_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")


def numbers_in(text: str) -> list[str]:
    """Return the numbers that a sentence quotes, as written.

    Examples
    --------
    >>> numbers_in("From 12.5 million in 2024, ages 15-64, to 633,000.")
    ['12.5', '2024', '15', '64', '633,000']
    """
    return [found.rstrip(",") for found in _NUMBER.findall(text)]


def untraced_numbers(text: str, facts: pd.DataFrame, *, allowed: tuple[str, ...] = ()) -> list[str]:
    """Return the numbers of a text that no fact carries: each is a defect.

    Parameters
    ----------
    text : str
        Sentences of a section.
    facts : DataFrame
        `Facts.table` of the section.
    allowed : tuple of str
        Numbers that are names, not figures: the ages in "15-64", the coverage "80".

    Examples
    --------
    >>> facts = Facts("people")
    >>> said = f"{facts.add('n', 5, 'count', table='t')} of 34 countries, ages 15-64"
    >>> untraced_numbers(said, facts.table, allowed=("15", "64"))
    ['34']
    """
    known = {number for line in facts["text"] for number in numbers_in(line)} | set(allowed)
    return [number for number in numbers_in(text) if number not in known]


def list_words(words: list[str]) -> str:
    """Return words joined as in a sentence.

    Examples
    --------
    >>> list_words(["men", "women", "youth"])
    'men, women and youth'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
