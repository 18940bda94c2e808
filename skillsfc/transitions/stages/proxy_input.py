"""What `approximate_stages` is told beside the answers: states, assumptions, questions to lose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.transitions.records import as_codes
from skillsfc.transitions.stages.answers import OPTIONAL, QUESTIONS
from skillsfc.transitions.stages.rules import VALUES, bits

SUBJECT = "approximate_stages"
STATE = "state"
Answers = Mapping[str, object]


def value_bits(name: str, value: object) -> int:
    """Return one or several values of an answer as bits.

    Examples
    --------
    >>> value_bits("activity", ("employed", "outside")), value_bits("wants_other_job", False)
    (5, 2)
    """
    several = value if isinstance(value, tuple | list | set) else (value,)
    words = [{True: "yes", False: "no"}[v] if isinstance(v, bool) else str(v) for v in several]
    return bits(name, words)


def refuse_arguments(
    table: pd.DataFrame,
    lost: Sequence[str],
    states: Mapping[str, Answers] | None,
    assume: Answers,
    period: str | None,
) -> None:
    """Raise if an argument of `approximate_stages` does not fit the table.

    Raises
    ------
    ParameterError, TableError
        Listing every question, state and value that is not known, or column that is not there.
    """
    questions = (*QUESTIONS, *OPTIONAL)
    problems = [
        Problem(
            "lose", f"no question '{name}'", listing(questions, 12), did_you_mean(name, questions)
        )
        for name in lost
        if name not in questions
    ]
    absent = [name for name in (*QUESTIONS, *lost) if name in questions and name not in table]
    if lost and absent and not problems:
        found = f"the table lacks {listing(dict.fromkeys(absent))}"
        step = "A loss is measured on a survey that asks everything; leave lose=() here."
        problems.append(Problem("lose", found, "all questions in the data", next_step=step))
    said = {f"states['{state}']": says for state, says in (states or {}).items()}
    for where, answers in {**said, "assume": assume}.items():
        problems += _wrong_values(where, answers)
    if problems:
        raise ParameterError(SUBJECT, problems)
    timed = [] if period is None else [period, "person"]
    needed = [*([STATE] if states else []), *timed]
    missing = [
        Problem(f"column '{name}'", "missing", "one of the columns", did_you_mean(name, table))
        for name in needed
        if name not in table.columns
    ]
    if timed and not missing:
        placed = table[timed].dropna()
        double = int(placed.duplicated().sum())
        if double:
            found = f"{double} rows repeat a person and {period}"
            missing.append(Problem("rows", found, "one row a person and period"))
    if states and not missing:
        missing += _strange_states(table, states)
    if missing:
        raise TableError(SUBJECT, missing)


def _wrong_values(where: str, answers: object) -> list[Problem]:
    if not isinstance(answers, Mapping):
        expected = "questions and their answers, such as {'activity': 'employed'}"
        return [Problem(where, repr(answers)[:60], expected)]
    problems = []
    for name, value in answers.items():
        if name not in VALUES:
            near = did_you_mean(name, VALUES)
            problems.append(Problem(where, f"no question '{name}'", listing(VALUES, 12), near))
            continue
        try:
            value_bits(name, value)
        except ValueError:
            found = f"{name}={value!r}"
            near = did_you_mean(value, VALUES[name])
            problems.append(Problem(where, found, f"one or more of {listing(VALUES[name])}", near))
    return problems


def _strange_states(table: pd.DataFrame, states: Mapping[str, Answers]) -> list[Problem]:
    strangers = sorted(set(as_codes(table[STATE]).dropna()) - set(states) - {""})
    if not strangers:
        return []
    step = "Give {} for a state that says nothing."
    return [
        Problem("states", f"not named: {listing(strangers)}", "an entry for every state",
                did_you_mean(strangers[0], states), step)
    ]  # fmt: skip
