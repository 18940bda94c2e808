"""Arguments of `check_spells`, held and compared with what the rules offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean
from skillsfc.transitions.column_names import (
    name_problems,
    switch_problems,
    whole_problems,
    word_problems,
)
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
    offered = {
        rule.argument: [name for name in rule.choices if name != ORDER]
        for rule in RULES
        if rule.argument and not (rule.argument == "overlap" and _is_order(settings.overlap))
    }
    problems += word_problems(
        vars(settings), {**offered, "errors": ("raise", "list"), "days": ("fraction", "drop")}
    )
    problems += name_problems({}, {"weight": settings.weight, "age": settings.age})
    problems += [
        Problem(name, repr(given), "the name of a column", did_you_mean(given, table.columns))
        for name, given in (("weight", settings.weight), ("age", settings.age))
        if isinstance(given, str) and given != name and given not in table.columns
    ]
    problems += switch_problems({"end_included": settings.end_included})
    problems += whole_problems({"seed": settings.seed}, 0)
    unknown: object = settings.unknown_state
    if not isinstance(unknown, str):
        problems.append(Problem("unknown_state", repr(unknown)[:60], "the name of a state as text"))
    if problems:
        raise ParameterError(SUBJECT, problems)


def _is_order(given: object) -> bool:
    return isinstance(given, tuple) and bool(given) and all(isinstance(n, str) for n in given)
