"""Sequences as runs of the same state: which, how long, how many distinct subsequences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.sequences.model import Codes
from skillsfc.transitions.sequences.preparation import first_of

LONGEST_IN_64_BITS = 62  # spells whose number of subsequences surely fits a whole number of 64 bits


@dataclass(frozen=True)
class Runs:
    """Spells of each sequence, left-aligned; -1 and 0 fill up.

    Parameters
    ----------
    states : array [persons, most spells] of int8
        State of each spell; neighbours differ.
    durations : array [persons, most spells] of int
        Periods in each spell.
    counts : array of int
        Number of spells of each person.
    """

    states: Codes
    durations: Whole
    counts: Whole


def runs_of(codes: Codes) -> Runs:
    """Return the spells of each sequence; periods that do not count (-1) are skipped.

    The same state on both sides of a skipped period is one spell, whose duration does not count
    what was skipped.

    Examples
    --------
    >>> made = runs_of(np.array([[0, 0, -1, 0, 1]], dtype=np.int8))
    >>> made.states.tolist(), made.durations.tolist(), made.counts.tolist()
    ([[0, 1]], [[3, 1]], [2])
    """
    person, time = np.nonzero(codes >= 0)
    state = codes[person, time]
    new = np.ones(len(person), dtype=bool)
    new[1:] = (person[1:] != person[:-1]) | (state[1:] != state[:-1])
    spell = np.cumsum(new) - 1
    owner = person[new]
    counts = np.bincount(owner, minlength=len(codes))
    begin = np.cumsum(counts) - counts
    place = np.arange(len(owner)) - begin[owner]
    most = max(int(counts.max(initial=0)), 1)
    states = np.full((len(codes), most), -1, dtype=np.int8)
    durations = np.zeros((len(codes), most), dtype=np.int64)
    states[owner, place] = state[new]
    durations[owner, place] = np.bincount(spell, minlength=len(owner))
    return Runs(states, durations, np.asarray(counts, dtype=np.int64))


def count_subsequences(states: Codes) -> npt.NDArray[Any]:
    r"""Return the number of distinct subsequences of each row, the empty one included, exactly.

    Parameters
    ----------
    states : array [rows, places] of int8
        Left-aligned; -1 fills up.

    Returns
    -------
    array
        Whole numbers of 64 bits, or Python's of any size where the rows are long.

    Notes
    -----
    :math:`N_0 = 1`, :math:`N_j = 2 N_{j-1} - N_{l(j)-1}` with l(j) the last place before j with the
    same state, and no second term if there is none (Elzinga, Rahmann and Wang 2008).

    References
    ----------
    Elzinga, Rahmann and Wang (2008), Algorithms for subsequence combinatorics, Theoretical Computer
    Science 409(3), 394-404, doi 10.1016/j.tcs.2008.08.035.

    Examples
    --------
    >>> count_subsequences(np.array([[0, 1, 0], [2, -1, -1]], dtype=np.int8)).tolist()
    [7, 2]
    """
    first, inverse = first_of(states)
    rows = states[first]
    kind: Any = np.int64 if rows.shape[1] <= LONGEST_IN_64_BITS else object
    before = np.zeros((len(rows), int(rows.max(initial=0)) + 1), dtype=kind)
    number = np.ones(len(rows), dtype=kind)
    every = np.arange(len(rows))
    for place in range(rows.shape[1]):
        here = every[rows[:, place] >= 0]
        state = rows[here, place]
        old = number[here]
        number[here] = 2 * old - before[here, state]
        before[here, state] = old
    return np.asarray(number[inverse])


def log2_of(numbers: npt.NDArray[Any]) -> Floats:
    """Return base-two logarithms of whole numbers of any size.

    Examples
    --------
    >>> log2_of(np.array([2**2000], dtype=object)).tolist()
    [2000.0]
    """
    if numbers.dtype == object:
        return np.array([math.log2(number) for number in numbers.tolist()])
    return np.log2(numbers.astype(np.float64))
