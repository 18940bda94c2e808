"""One declared parameter of a notebook, and what it takes for a value to be its value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from skillsfc.errors import Problem, did_you_mean, listing

Value = str | int | float | bool
KINDS: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
TRUE_WORDS, FALSE_WORDS = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
LONGEST_TEXT = 500  # a parameter is a word, not a document


@dataclass(frozen=True)
class Parameter:
    """One declared parameter of a notebook.

    Parameters
    ----------
    name, kind : str
        Python name, and one of ``str, int, float, bool``.
    default : str, int, float, bool or None
        None where the cell gives no value: the caller must.
    choices : tuple
        Allowed values; empty where any will do.
    low, high : float or None
        Allowed range, both ends included.
    comment : str
        What the cell says behind the ``#``.
    """

    name: str
    kind: str
    default: Value | None = None
    choices: tuple[Value, ...] = ()
    low: float | None = None
    high: float | None = None
    comment: str = ""

    @property
    def required(self) -> bool:
        """Whether the notebook has no default for it."""
        return self.default is None

    def describe(self) -> str:
        """Return what a value must be, in words.

        Examples
        --------
        >>> Parameter("horizon", "int", 2035, low=2027, high=2050).describe()
        'int in 2027..2050'
        """
        if self.choices:
            return f"one of {listing(self.choices, 20)}"
        if self.low is not None and self.high is not None:
            return f"{self.kind} in {self.low:g}..{self.high:g}"
        return self.kind


def from_text(parameter: Parameter, word: object) -> Value | Problem:
    """Read a word as the parameter's type; nothing is guessed from its looks.

    Examples
    --------
    >>> from_text(Parameter("code", "str"), "0123"), from_text(Parameter("horizon", "int"), "2035")
    ('0123', 2035)
    """
    if not isinstance(word, str):
        return convert(parameter, word)
    wrong = Problem(f"parameter {parameter.name!r}", repr(word[:80]), parameter.describe())
    if parameter.kind == "str":
        return convert(parameter, word)
    folded = word.strip().casefold()
    if parameter.kind == "bool":
        if folded in TRUE_WORDS or folded in FALSE_WORDS:
            return folded in TRUE_WORDS
        return wrong
    try:
        number = int(folded) if parameter.kind == "int" else float(folded)
    except ValueError:
        return wrong
    return convert(parameter, number)


def convert(parameter: Parameter, value: Any) -> Value | Problem:
    """Return the value as the declared type, or the problem.

    An int widens to a float and a numpy scalar is taken for what it holds; all else is refused.
    """
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        value = value.item()
    fits = type(value) is KINDS[parameter.kind] or (
        parameter.kind == "float" and type(value) is int
    )
    if not fits:
        shown = f"{value!r:.80} ({type(value).__name__})"
        return Problem(f"parameter {parameter.name!r}", shown, parameter.describe())
    if isinstance(value, str) and (len(value) > LONGEST_TEXT or not value.isprintable()):
        found = f"{value!r:.80}: control characters, or longer than {LONGEST_TEXT}"
        return Problem(f"parameter {parameter.name!r}", found, "plain text on one line")
    if isinstance(value, float) and not math.isfinite(value):
        return Problem(f"parameter {parameter.name!r}", repr(value), "a finite number")
    converted: Value = KINDS[parameter.kind](value)
    return converted


def is_file(name: str) -> bool:
    """Return whether a parameter of this name holds the path of a user's own file.

    Examples
    --------
    >>> is_file("file"), is_file("survey_file"), is_file("profile")
    (True, True, False)
    """
    return name == "file" or name.endswith("_file")


def out_of_range(parameter: Parameter, value: Value | None) -> Problem | None:
    """Return what is wrong with a well-typed value, or None where it is allowed."""
    where = f"parameter {parameter.name!r}"
    if parameter.choices and value not in parameter.choices:
        guess = did_you_mean(value, parameter.choices)
        return Problem(where, repr(value), parameter.describe(), guess)
    if parameter.low is None or parameter.high is None or not isinstance(value, int | float):
        return None
    if parameter.low <= value <= parameter.high:
        return None
    return Problem(where, repr(value), parameter.describe())
