"""Arguments of `check_spells`, held and compared with what the rules offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.transitions.spells.clock import refuse_unit
from skillsfc.transitions.spells.rules import ORDER, RULES

SUBJECT = "check_spells"


@dataclass(frozen=True)
class SpellCheckSettings:
    """Arguments of `check_spells`; ``origin`` is the date of time 0 where there were dates."""

    unit: str = "month"
    origin: Any = None
    days: str = "fraction"
    end_included: bool = False
    seed: int = 1
    states: tuple[str, ...] | None = None
    birth: Any = None
    interview: Any = None
    weight: str | None = "weight"
    age: str | None = "age"
    unknown_state: str = "unknown"
    event_codes: Mapping[Any, Any] = field(default_factory=dict)
    missing_values: str = "refuse"
    bad_month: str = "refuse"
    conflict: str = "refuse"
    end_before_start: str = "refuse"
    before_birth: str = "refuse"
    after_interview: str = "refuse"
    zero_length: str = "refuse"
    overlap: str | tuple[str, ...] = "refuse"
    gap: str = "flag"
    destination: str = "refuse"
    neighbours: str = "merge"
    late_entry: str = "refuse"
    bad_age: str = "refuse"
    errors: str = "raise"


def refuse_settings(settings: SpellCheckSettings, table: pd.DataFrame) -> None:
    """Raise if an argument is none of the words offered, or names no column."""
    problems: list[Problem] = []
    refuse_unit(settings.unit, problems)
    for rule in RULES:
        if rule.argument:
            given = getattr(settings, rule.argument)
            offered = [name for name in rule.choices if name != ORDER]
            if given not in offered and not (rule.argument == "overlap" and _is_order(given)):
                problems.append(_unknown(rule.argument, given, offered))
    for name, words in (("errors", ("raise", "list")), ("days", ("fraction", "drop"))):
        if getattr(settings, name) not in words:
            problems.append(_unknown(name, getattr(settings, name), words))
    for name, usual in (("weight", "weight"), ("age", "age")):
        given = getattr(settings, name)
        if given is not None and not isinstance(given, str):
            problems.append(Problem(name, repr(given)[:60], "one name as text, or None"))
        elif given not in (None, usual) and given not in table.columns:
            guess = did_you_mean(given, table.columns)
            problems.append(Problem(name, repr(given), "the name of a column", guess))
    if problems:
        raise ParameterError(SUBJECT, problems)


def _is_order(given: object) -> bool:
    return isinstance(given, tuple) and bool(given) and all(isinstance(n, str) for n in given)


def _unknown(name: str, given: object, offered: Any) -> Problem:
    return Problem(name, repr(given), f"one of {listing(offered)}", did_you_mean(given, offered))
