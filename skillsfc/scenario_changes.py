"""One change of an assumption: checked against its range, or logged with who decided it and why."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

from skillsfc.errors import Problem
from skillsfc.params import Assumption

OVERRIDE = 'If you have good grounds, say expert=("who", "why"), which is recorded.'


class Frozen(Mapping[str, Assumption]):
    """A mapping that cannot be changed, yet can be copied and sent to another process."""

    def __init__(self, entries: Mapping[str, Assumption]) -> None:
        self._entries = dict(entries)

    def __getitem__(self, name: str) -> Assumption:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __hash__(self) -> int:
        return hash(frozenset(self._entries.items()))

    def __repr__(self) -> str:
        return f"{len(self)} assumptions"


@dataclass(frozen=True)
class Change:
    """An assumption that was given another value.

    Parameters
    ----------
    name : str
        The assumption.
    before, after : float or str
        Value as loaded, and as used.
    low, high : float or None
        Range as loaded.
    who, why : str
        Of an expert override; empty for a change inside the range without one.
    own_range : bool
        Whether a range was given with the value; if not, the value counts as certain.
    """

    name: str
    before: float | str
    after: float | str
    low: float | None
    high: float | None
    who: str = ""
    why: str = ""
    own_range: bool = False

    @property
    def outside(self) -> bool:
        """Tell whether the value lies outside of the range as loaded."""
        if self.low is None or self.high is None or isinstance(self.after, str):
            return False
        return not self.low <= self.after <= self.high


def expert_of(expert: Sequence[str] | None, problems: list[Problem]) -> tuple[str, str]:
    """Return who and why, and note a problem if either is missing."""
    if expert is None:
        return "", ""
    pair = [expert] if isinstance(expert, str) else list(expert)
    if len(pair) != 2 or not all(isinstance(part, str) and part.strip() for part in pair):
        problems.append(Problem("expert", repr(expert), '("who", "why"), both in words'))
        return "", ""
    return pair[0].strip(), pair[1].strip()


def changed(
    entry: Assumption, given: Any, who: str, why: str, earlier: Change | None
) -> tuple[Assumption, Change] | Problem:
    """Return the assumption with its new value and the record of it, or what is wrong."""
    first = earlier or Change(entry.name, entry.value, entry.value, entry.low, entry.high)
    own_range = isinstance(given, tuple | list)
    ends: Sequence[Any] = (first.low, first.high)
    value = given
    if own_range:
        if len(given) != 3:
            return Problem(entry.name, repr(given), "a value, or (value, low, high)")
        value, *ends = given
    wrong = _type_problem(entry, [value, *(end for end in ends if own_range)])
    if wrong:
        return wrong
    if isinstance(value, Real):
        value, ends = _plain(value), [None if end is None else _plain(end) for end in ends]
    done = replace(first, after=value, who=who, why=why, own_range=own_range)
    if own_range and not ends[0] <= value <= ends[1]:
        return Problem(entry.name, repr(given), "low <= value <= high")
    leaves = own_range and any(replace(done, after=end).outside for end in ends)
    if (done.outside or leaves) and not who:
        expected = f"{first.low:g} to {first.high:g}"
        return Problem(entry.name, f"{given}", expected, next_step=OVERRIDE)
    if first.low is not None:
        ends = (min(ends[0], value), max(ends[1], value))
    by = f"expert override by {who}: {why}" if who else "changed by the user"
    origin = entry.source if earlier is None else entry.source.split("; before: ", 1)[-1]
    quality = "red" if done.outside or leaves else entry.quality
    made = replace(entry, value=value, low=ends[0], high=ends[1], quality=quality,
                   source=f"{by}; before: {origin}")  # fmt: skip
    return made, done


def _type_problem(entry: Assumption, values: Sequence[Any]) -> Problem | None:
    """Refuse words for numbers, numbers for words, and what is no finite number."""
    if isinstance(entry.value, str):
        if len(values) == 1 and isinstance(values[0], str) and values[0].strip():
            return None
        return Problem(entry.name, repr(values), f"one word, such as {entry.value!r}")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, Real):
            return Problem(entry.name, repr(value), f"a number [{entry.unit}]")
        if not math.isfinite(float(value)):
            return Problem(entry.name, repr(value), f"a finite number [{entry.unit}]")
    return None


def _plain(value: Any) -> float:
    """Return a number of numpy or of any other kind as one of Python's own."""
    return float(value) if isinstance(value, float) else int(value)


def name_of(family: str, changes: Sequence[Change]) -> str:
    """Say in the name what was changed, so that two variants never carry the same one."""
    shown = [f"{change.name} = {text_of(change.after)}" for change in changes]
    return ", ".join([family, *shown])


def text_of(value: float | str) -> str:
    """Return a value as a reader writes it."""
    return value if isinstance(value, str) else f"{value:g}"
