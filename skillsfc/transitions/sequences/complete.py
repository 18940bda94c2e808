"""Whole sequences only: persons seen in every period, and a sample of them where they are many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, ParameterError, Problem
from skillsfc.transitions.column_names import whole_problems
from skillsfc.transitions.sequences.model import Sequences, read_sequences, sequences_of

LARGEST_SEED = 2**32 - 1
SUBJECT = "keep_complete_sequences"


def keep_complete_sequences(
    sequences: object,
    *,
    periods: int | None = None,
    most: int | None = None,
    seed: int = 1,
) -> Sequences:
    """Keep the persons whose state is known in every period, or a sample of them.

    Use it before paths are compared with one another: a path with holes, or one that breaks off, is
    nearer to others of its kind than to any whole one. Who is left out may have fared differently,
    so say how many they are; `estimate_state_probabilities` counts them while they are seen.

    Parameters
    ----------
    sequences : Sequences or DataFrame
        As `read_sequences` takes them.
    periods : int, optional
        Compare the first so many periods [periods]; by default all.
    most : int, optional
        Draw so many persons, all alike likely, where there are more [persons]; by default all.
    seed : int
        Of the draw.

    Returns
    -------
    Sequences
        Persons in their order; ``.diagnostics`` counts them: ``check, value``, with the persons
        given, those seen the whole time, those kept, and the periods.

    Raises
    ------
    ParameterError
        If a number is out of range.
    CoverageError
        If nobody is seen in every period.

    Examples
    --------
    >>> told = pd.DataFrame([["S", "E", "E"], ["S", None, "E"], ["S", "S", None]])
    >>> made = keep_complete_sequences(told)
    >>> made.size, made.diagnostics["value"].tolist()
    (1, [3, 1, 1, 3])
    >>> keep_complete_sequences(told, periods=1).size
    3
    """
    known = read_sequences(sequences, subject=SUBJECT)
    _check(periods, most, seed)
    codes = known.codes[:, :periods]
    whole = np.flatnonzero((codes >= 0).all(axis=1))
    if not len(whole):
        found = f"none of {known.size} is seen in each of {codes.shape[1]} periods"
        step = "Compare fewer: periods= takes the first ones."
        raise CoverageError(SUBJECT, [Problem("persons", found, "at least one", next_step=step)])
    kept = whole
    if most is not None and most < len(whole):
        # The draw goes by person, not by row, so that the order of a file does not change it.
        ordered = known.persons["person"].iloc[whole].sort_values(kind="stable")
        drawn = ordered.sample(most, random_state=seed)
        kept = np.sort(drawn.index.to_numpy())
    made = sequences_of(
        codes[kept],
        states=known.states,
        persons=known.persons.iloc[kept],
        periods=known.periods[: codes.shape[1]],
        weight=known.weight[kept],
        unit=known.unit,
        notes=known.notes,
    )
    counts = {
        "persons": known.size,
        "seen the whole time": len(whole),
        "kept": len(kept),
        "periods": codes.shape[1],
    }
    return replace(
        made, diagnostics=pd.DataFrame({"check": list(counts), "value": list(counts.values())})
    )


def _check(periods: int | None, most: int | None, seed: int) -> None:
    given = {"periods": periods, "most": most}
    problems = whole_problems({name: n for name, n in given.items() if n is not None})
    if whole_problems({"seed": seed}, 0) or seed > LARGEST_SEED:
        expected = f"a whole number from 0 to {LARGEST_SEED}"
        problems.append(Problem("seed", repr(seed)[:60], expected))
    if problems:
        raise ParameterError(SUBJECT, problems)
