"""Arguments of `measure_distances`, checked together before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import (
    CoverageError,
    ParameterError,
    Problem,
    TableError,
)
from skillsfc.transitions.column_names import is_number, word_problems
from skillsfc.transitions.distances.normalisation import NORMS
from skillsfc.transitions.distances.numba_kernels import numba_is_there
from skillsfc.transitions.distances.substitution_costs import SUBJECT
from skillsfc.transitions.records import Whole, hashed
from skillsfc.transitions.sequences.model import MISSING, Sequences

METHODS = ("om", "lcs", "ham", "dhd", "omspell", "twed", "chi2")
ALIGNED = ("om", "lcs", "omspell", "twed")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "method": METHODS,
    "missing": ("refuse", "state"),
    "precision": ("float64", "float32"),
    "storage": ("square", "condensed"),
    "engine": ("auto", "numpy", "numba"),
}
BELONGS = {
    "nu": "twed",
    "lambda_": "twed",
    "expcost": "omspell",
    "tpow": "omspell",
    "interval": "chi2",
    "overlap": "chi2",
}


@dataclass(frozen=True)
class Options:
    """Arguments of single methods, with their defaults filled in.

    Parameters
    ----------
    nu, lambda_ : float
        Time-warped edits: cost of a period's shift, penalty of passing over an element.
    expcost, tpow : float
        Spells: cost of a longer spell, power of its duration.
    interval : int
        Chi-square: periods in an interval.
    overlap : bool
        Chi-square: intervals overlap by half.
    """

    nu: float = 0.5
    lambda_: float = 0.5
    expcost: float = 0.5
    tpow: float = 1.0
    interval: int = 1
    overlap: bool = False


def check_arguments(given: Mapping[str, Any]) -> Options:
    """Return the options of the method, after all arguments were checked together.

    Raises
    ------
    ParameterError
        On an unknown word, a number out of range, an argument of another method, or numba asked
        for where it is not installed.
    """
    problems = word_problems(given, CHOICES)
    method = given["method"] if isinstance(given["method"], str) else ""
    problems += _norm_problems(method, given["norm"])
    for name, owner in BELONGS.items():
        if given[name] is not None and method in METHODS and method != owner:
            problems.append(
                Problem(name, "given", f"nothing: it belongs to method {owner!r}, not {method!r}")
            )
    if isinstance(given["engine"], str) and given["engine"] == "numba" and not numba_is_there():
        step = "pip install 'skillsfc[fast]', or engine='numpy' for the same distances, slower."
        problems.append(Problem("engine", "numba is not installed", "'numpy'", "", step))
    if given["reference"] is not None and given["storage"] == "condensed":
        found = "'condensed' with references"
        problems.append(Problem("storage", found, "'square': there is no diagonal to leave out"))
    named = {name: given[name] for name in BELONGS if given[name] is not None}
    problems += _number_problems(named, given["largest"])
    if problems:
        raise ParameterError(SUBJECT, problems)
    whole = {"interval": int, "overlap": bool}
    return Options(**{name: whole.get(name, float)(value) for name, value in named.items()})


def _norm_problems(method: Any, norm: Any) -> list[Problem]:
    words = ("auto",) if method == "chi2" else NORMS
    return [] if norm is None else word_problems({"norm": norm}, {"norm": words})


def _number_problems(named: Mapping[str, Any], largest: Any) -> list[Problem]:
    problems = []
    for name, value in {**named, "largest": largest}.items():
        number = value if is_number(value) else -1
        if name == "overlap":
            right, expected = isinstance(value, bool), "True or False"
        elif name in ("interval", "largest"):
            right = number == int(number) and number >= 1
            expected = "a whole number of 1 or more"
        elif name in ("nu", "tpow"):
            right, expected = number > 0, "a number above 0"
        else:
            right, expected = number >= 0, "a number of 0 or more"
        if not right:
            problems.append(Problem(name, repr(value)[:60], expected))
    return problems


def check_interval(options: Options, periods: int) -> None:
    """Refuse an interval that is longer than the sequences, or cannot be halved.

    Raises
    ------
    ParameterError
        If it is.
    """
    found = f"{options.interval}"
    if options.interval > periods:
        raise ParameterError(SUBJECT, [Problem("interval", found, f"at most {periods} periods")])
    if options.overlap and options.interval % 2:
        expected = "an even number: half of it is shared with the next"
        raise ParameterError(SUBJECT, [Problem("interval", found, expected)])


def refuse_unknown_states(sequences: Sequences) -> None:
    """Refuse periods whose state is not known.

    Raises
    ------
    TableError
        If there are any before the end of a sequence.
    """
    unknown = sequences.codes == MISSING
    if not unknown.any():
        return
    persons = int(unknown.any(axis=1).sum())
    found = f"not known in {int(unknown.sum())} periods of {persons} persons"
    step = "missing='state' makes them a state of their own, missing_cost=... away from all others."
    raise TableError(SUBJECT, [Problem("states", found, "a state in every period", "", step)])


def refuse_unequal_lengths(lengths: Whole, method: str) -> None:
    """Refuse sequences of different lengths for distances that compare period by period.

    Raises
    ------
    TableError
        If lengths differ.
    """
    if not len(lengths) or lengths.min() == lengths.max():
        return
    found = f"from {lengths.min()} to {lengths.max()} periods"
    step = "method='om' takes any lengths; or cut all at the same period."
    expected = f"the same for all: method {method!r} compares period by period"
    raise TableError(SUBJECT, [Problem("lengths", found, expected, "", step)])


def find_references(reference: Any, persons: pd.DataFrame) -> tuple[tuple[Any, ...], Whole]:
    """Return the persons named and their rows.

    Raises
    ------
    CoverageError
        If no person has that name.
    """
    several = isinstance(reference, Iterable) and not isinstance(reference, str)
    wanted = [str(one) if isinstance(one, Iterable) else one
              for one in (reference if several else [reference])]  # fmt: skip
    labels = persons["person"].tolist()
    rows = {label: row for row, label in enumerate(labels)}
    rows |= {str(label): row for row, label in enumerate(labels) if str(label) not in rows}
    lacking = [person for person in wanted if person not in rows and str(person) not in rows]
    if lacking or not wanted:
        found = f"{len(lacking)} not there ({hashed(lacking)})" if wanted else "empty"
        raise CoverageError(SUBJECT, [Problem("reference", found, "identifiers of persons")])
    places = [rows[person] if person in rows else rows[str(person)] for person in wanted]
    return tuple(labels[place] for place in places), np.array(places, dtype=np.int64)
