"""From arguments to what is seen of states: confusions, codes of states not known, first state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.transitions.column_names import is_number
from skillsfc.transitions.multistate.hidden_seen import Confusion, FirstState
from skillsfc.transitions.multistate.panel_moves import state_text
from skillsfc.transitions.multistate.panel_reading import Visits
from skillsfc.transitions.records import Flags, Floats

SUBJECT = "fit_panel_markov"
INITIAL = ("observed", "estimated")
SUM_TOLERANCE = 1e-6  # by how much chances given by hand may miss a sum of 1
CONFUSED_AT_START = 0.1  # chance of all confusions of a state where the search starts
LEAST_FIRST = 0.02  # least chance of a first state where the search starts


def read_words_of_states(
    words: Any, states: Sequence[str], argument: str, problems: list[Problem]
) -> tuple[str, ...]:
    """Return states named by one word or several; those not in the alphabet become problems."""
    if words is None:
        return ()
    several = isinstance(words, Sequence | set | frozenset | np.ndarray | pd.Index | pd.Series)
    listed = list(words) if several and not isinstance(words, str) else [words]
    named = tuple(dict.fromkeys(state_text(word) for word in listed))
    problems += [
        Problem(
            argument, f"unknown state {word!r}", listing(states, 30), did_you_mean(word, states)
        )
        for word in named
        if word not in states
    ]
    return named


def read_censor(censor: Any, states: Sequence[str] | None) -> dict[str, tuple[str, ...]]:
    """Return codes of states not known, each with the states that it may stand for.

    With ``states`` None only the codes are read.

    Raises
    ------
    ParameterError
        If it is no mapping, a code is a state, or it stands for an unknown state or none.
    """
    if censor is None:
        return {}
    if not isinstance(censor, Mapping):
        problem = Problem("censor", type(censor).__name__, 'a mapping such as {"99": ["E", "U"]}')
        raise ParameterError(SUBJECT, [problem])
    if states is None:
        return {state_text(code): () for code in censor}
    problems: list[Problem] = []
    made = {}
    for code, words in censor.items():
        text = state_text(code)
        if text in states:
            problems.append(Problem("censor", f"{text!r} is a state", "a code that is none"))
        made[text] = read_words_of_states(words, states, "censor", problems)
        if not made[text]:
            problems.append(Problem("censor", f"{text!r} stands for no state", "some states"))
    if problems:
        raise ParameterError(SUBJECT, problems)
    return made


def read_confusion(
    misclassification: Any,
    states: Sequence[str],
    censor: Mapping[str, Sequence[str]],
    exact: Sequence[str],
) -> Confusion:
    """Return the chances of what is seen of each state.

    Raises
    ------
    ParameterError
        If a state is unknown or of ``exact_exit``, or chances are no chances.
    """
    size = len(states)
    fixed = np.hstack([np.eye(size), np.zeros((size, len(censor)))])
    for column, allowed in enumerate(censor.values()):
        fixed[[states.index(state) for state in allowed], size + column] = 1.0
    free: list[tuple[int, int]] = []
    problems: list[Problem] = []
    if misclassification is not None:
        for true, seen in _rows(misclassification, states, problems).items():
            _read_row(true, seen, states, exact, fixed, free, problems)
    if problems:
        raise ParameterError(SUBJECT, problems)
    pairs = np.array(free, dtype=np.int64).reshape(-1, 2)
    return Confusion(fixed, pairs[:, 0], pairs[:, 1])


def _rows(given: Any, states: Sequence[str], problems: list[Problem]) -> dict[str, Any]:
    """Return by true state what may be seen, or the chances of all that is seen."""
    if isinstance(given, np.ndarray) and given.shape == (len(states), len(states)):
        given = pd.DataFrame(given, index=list(states), columns=list(states))
    if isinstance(given, pd.DataFrame):
        return {state_text(true): {seen: chance for seen, chance in row.items() if chance != 0}
                for true, row in given.iterrows()}  # fmt: skip
    if isinstance(given, Mapping):
        return {state_text(true): seen for true, seen in given.items()}
    form = "a mapping {true: [seen, ...]} to estimate, or chances {true: {seen: chance}}"
    found = f"{type(given).__name__}" + (
        f" of shape {given.shape}" if isinstance(given, np.ndarray) else ""
    )
    problems.append(Problem("misclassification", found, form))
    return {}


def _read_row(
    true: str,
    seen: Any,
    states: Sequence[str],
    exact: Sequence[str],
    fixed: Floats,
    free: list[tuple[int, int]],
    problems: list[Problem],
) -> None:
    before = len(problems)
    words = list(seen) if isinstance(seen, Mapping) else seen
    read_words_of_states([true], states, "misclassification", problems)
    others = read_words_of_states(words, states, "misclassification", problems)
    others = tuple(word for word in others if word != true)
    certain = [word for word in (true, *others) if word in exact and others]
    if certain:
        found = f"{listing(certain)} is both confused and of exact_exit"
        problems.append(Problem("misclassification", found, "one or the other"))
    if len(problems) > before or not others:
        return
    row = states.index(true)
    if not isinstance(seen, Mapping):
        free += [(row, states.index(word)) for word in others]
        return
    chances = _chances(seen, "misclassification", problems)
    if len(problems) > before:
        return
    rest = 1.0 - sum(chances[word] for word in others)
    stated = chances.get(true, rest)
    if min(chances.values()) < 0 or rest < 0 or abs(stated - rest) > SUM_TOLERANCE:
        found = f"chances of what is seen of {true!r}: {listing(chances.values())}"
        problems.append(Problem("misclassification", found, "0 to 1, with sum 1"))
        return
    fixed[row, row] = rest
    for word in others:
        fixed[row, states.index(word)] = chances[word]


def start_of_confusion(confusion: Confusion) -> Floats:
    """Return logits where the search starts: a tenth seen wrongly, split evenly."""
    count = np.bincount(confusion.true, minlength=len(confusion.fixed))[confusion.true]
    return np.log(CONFUSED_AT_START / np.maximum(count, 1) / (1 - CONFUSED_AT_START))


def read_first_state(
    initial: Any, states: Sequence[str], visits: Visits, absorbing: Flags, *, confused: bool
) -> FirstState:
    """Return how the state at the first visit is treated.

    Raises
    ------
    ParameterError
        If it is an unknown word, chances do not sum to 1, or states are seen without error.
    """
    size = len(states)
    nobody = np.zeros(0, dtype=np.int64)
    kind = initial if initial is not None else "estimated" if confused else "observed"
    if isinstance(kind, str) and kind not in INITIAL:
        problem = Problem("initial", repr(kind), f"{listing(INITIAL)} or chances by state",
                          did_you_mean(kind, INITIAL))  # fmt: skip
        raise ParameterError(SUBJECT, [problem])
    if isinstance(kind, str) and kind == "observed":
        return FirstState("observed", np.full(size, 1 / size), nobody)
    if not confused:
        step = "The likelihood is conditional on the first state, which is seen as it is."
        found = "given, without misclassification"
        raise ParameterError(SUBJECT, [Problem("initial", found, "'observed'", next_step=step)])
    if isinstance(kind, str):
        seen = visits.code[visits.first]
        weight = visits.weight[visits.first]
        share = np.bincount(seen[seen < size], weight[seen < size], size) / weight.sum()
        share = np.where(absorbing, 0.0, np.maximum(share, LEAST_FIRST))
        reference = int(share.argmax())
        free = np.array([at for at in range(size) if at != reference and share[at] > 0], np.int64)
        return FirstState("estimated", share / share.sum(), free, reference)
    return FirstState("given", _given(kind, states), nobody)


def _given(kind: Any, states: Sequence[str]) -> Floats:
    words = dict(kind.items()) if isinstance(kind, Mapping | pd.Series) else None
    if words is None and np.shape(kind) == (len(states),):
        words = dict(zip(states, kind, strict=True))
    problems: list[Problem] = []
    if words is None:
        problems.append(Problem("initial", type(kind).__name__, "chances by state"))
        raise ParameterError(SUBJECT, problems)
    chances = _chances(words, "initial", problems)
    read_words_of_states(list(chances), states, "initial", problems)
    total = sum(chances.values())
    if chances and (min(chances.values()) < 0 or abs(total - 1) > SUM_TOLERANCE):
        problems.append(Problem("initial", f"chances with sum {total:g}", "0 to 1, with sum 1"))
    if problems:
        raise ParameterError(SUBJECT, problems)
    return np.array([chances.get(state, 0.0) for state in states]) / total


def _chances(given: Mapping[Any, Any], argument: str, problems: list[Problem]) -> dict[str, float]:
    """Return chances by state; what is no number becomes a problem."""
    wrong = [chance for chance in given.values() if not is_number(chance)]
    if wrong:
        problems.append(Problem(argument, f"no chance: {listing(wrong)}", "numbers from 0 to 1"))
    return {state_text(word): float(chance) for word, chance in given.items() if is_number(chance)}
