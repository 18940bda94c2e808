"""Errors that say what was found, what was expected, the nearest guess and the next step.

Every error of the library is a `SkillsfcError` and lists *all* problems of its subject at once,
so that a user mends a file in one go rather than in ten.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input.

    Parameters
    ----------
    where : str
        The place: a column, a parameter, a file, a row.
    found : str
        What was found there.
    expected : str
        What should have been there.
    guess : str
        The nearest valid value, if one is near enough.
    next_step : str
        What the user can do now.
    """

    where: str
    found: str
    expected: str = ""
    guess: str = ""
    next_step: str = ""

    def __str__(self) -> str:
        """Return the problem as one line of plain sentences."""
        line = f"{self.where}: {self.found}"
        if self.expected:
            line += f"; expected {self.expected}"
        line += "."
        if self.guess:
            line += f" Did you mean {self.guess}?"
        if self.next_step:
            line += f" {self.next_step}"
        return line


class SkillsfcError(Exception):
    """Base of all errors of the library.

    Parameters
    ----------
    subject : str
        What the problems are about, such as ``employment table``.
    problems : sequence of Problem or str
        All of them, in the order a reader would mend them.

    Examples
    --------
    >>> print(SkillsfcError("sector table", [Problem("column 'year'", "missing", "int")]))
    sector table, 1 problem
      column 'year': missing; expected int.
    """

    def __init__(self, subject: str, problems: Sequence[Problem | str] = ()) -> None:
        self.subject = subject
        self.problems = tuple(problems)
        super().__init__(subject, *self.problems)

    def __str__(self) -> str:
        if not self.problems:
            return self.subject
        count = len(self.problems)
        head = f"{self.subject}, {count} problem{'s' if count > 1 else ''}"
        return "\n".join([head, *(f"  {problem}" for problem in self.problems)])

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process and thread borders in batches; keep both arguments.
        return type(self), (self.subject, self.problems)


class TableError(SkillsfcError, ValueError):
    """A table does not have the columns, types, codes or values that its schema asks for."""


class CodeError(SkillsfcError, LookupError):
    """A country, sector, occupation or other code is unknown, or two classifications are mixed."""


class ParameterError(SkillsfcError, ValueError):
    """An argument or a notebook parameter is unknown, ill-typed or out of range."""


class CoverageError(SkillsfcError, LookupError):
    """The data asked for are not there: no such table, no such country in it, or nothing left."""


class ConvergenceError(SkillsfcError, ArithmeticError):
    """An estimation or balancing step did not reach a valid solution."""


class SourceError(SkillsfcError, OSError):
    """A file or a service could not be read, or what came back is not what it should be."""


class ReportError(SkillsfcError, RuntimeError):
    """A report did not run to its end; the last good report was left as it was."""


class SkillsfcWarning(UserWarning):
    """Something was treated rather than refused; the treatment is also in the result's notes."""


def did_you_mean(word: object, options: Iterable[object]) -> str:
    """Return the option nearest to ``word`` in quotes, or an empty string when none is near.

    Examples
    --------
    >>> did_you_mean("contry", ["country", "horizon"])
    "'country'"
    >>> did_you_mean("MAX", ["MDA", "MAR"])
    "'MAR'"
    >>> did_you_mean("zzz", ["country", "horizon"])
    ''
    """
    by_folded = {str(option).casefold(): str(option) for option in options}
    folded = str(word).casefold()
    near = difflib.get_close_matches(folded, by_folded, n=5, cutoff=0.6)
    if not near:
        return ""
    # Three-letter codes tie often; a slip is more likely at the end of a word than at its start.
    return repr(by_folded[max(near, key=lambda option: _likeness(folded, option))])


def _likeness(word: str, option: str) -> tuple[float, int]:
    same = [a == b for a, b in zip(word, option, strict=False)]
    start = same.index(False) if False in same else len(same)
    return difflib.SequenceMatcher(None, option, word).ratio(), start


def listing(values: Iterable[object], most: int = 8) -> str:
    """Return the first ``most`` values in quotes, and how many more there are.

    Examples
    --------
    >>> listing(["A", "B", "C"], most=2)
    "'A', 'B' and 1 more"
    """
    items = [str(value) for value in values]
    shown = ", ".join(repr(item) for item in items[:most])
    rest = len(items) - most
    return f"{shown} and {rest} more" if rest > 0 else shown
