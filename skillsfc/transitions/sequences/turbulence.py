"""Turbulence: many distinct subsequences and spells of even length make a restless path."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.sequences.spells import Runs, count_subsequences, log2_of, runs_of


def turbulence(runs: Runs, size: int, kind: int = 1) -> Floats:
    r"""Return the turbulence of each sequence [1 or more], missing where no period is known.

    Parameters
    ----------
    runs : Runs
        Spells of each sequence.
    size : int
        Number of states of the alphabet.
    kind : {1, 2}
        1: variance of the spells' lengths. 2: states never visited count as spells of length 0.

    Notes
    -----
    :math:`T = \log_2 (\phi (s^2_{max} + 1) / (s^2 + 1))`.

    References
    ----------
    Elzinga and Liefbroer (2007), De-standardization of family-life trajectories of young adults,
    European Journal of Population 23(3-4), 225-250, doi 10.1007/s10680-007-9133-7.

    Examples
    --------
    >>> codes = np.array([[0, 0, 1, 1, 2, 2, 2, 2]], dtype=np.int8)
    >>> turbulence(runs_of(codes), 5).round(7).tolist()
    [4.7951802]
    """
    variance, largest = spell_variance(runs, size, kind)
    phi = log2_of(count_subsequences(runs.states))
    made = phi + np.log2((largest + 1) / (variance + 1))
    return np.where(runs.counts > 0, made, np.nan)


def spell_variance(runs: Runs, size: int, kind: int = 1) -> tuple[Floats, Floats]:
    r"""Return the variance of spell lengths, and the largest there could be.

    Notes
    -----
    Type 1, d spells of mean length m: population variance, largest :math:`(d-1)(1-m)^2`. Type 2
    with u states never visited and length n: :math:`m = n / (d+u)`, variance
    :math:`(\sum (l_j - m)^2 + u m^2) / (d+u)`; the largest has one long spell and as few visited
    states as d spells need: :math:`u' = |A|-2` (or :math:`|A|-1` with one spell),
    :math:`m' = n/(d+u')` and :math:`((d-1)(1-m')^2 + (n-d+1-m')^2 + u' m'^2) / (d+u')`.
    """
    count = np.maximum(runs.counts, 1).astype(np.float64)
    lengths = runs.durations.astype(np.float64)
    within = runs.durations > 0
    total = lengths.sum(axis=1)
    never = (size - visited_states(runs, size)).astype(np.float64) if kind == 2 else 0.0 * count
    mean = total / (count + never)
    apart = (np.where(within, lengths - mean[:, None], 0.0) ** 2).sum(axis=1)
    variance = (apart + never * mean**2) / (count + never)
    if kind == 1:
        return variance, (count - 1) * (1 - mean) ** 2
    fewest = np.where(count == 1, size - 1, size - 2) if size > 1 else 0.0 * count
    spread = total / (count + fewest)
    largest = (count - 1) * (1 - spread) ** 2 + (total - count + 1 - spread) ** 2
    return variance, (largest + fewest * spread**2) / (count + fewest)


def visited_states(runs: Runs, size: int) -> Whole:
    """Return how many different states each person was in."""
    seen = np.zeros((len(runs.states), size), dtype=bool)
    person, place = np.nonzero(runs.states >= 0)
    seen[person, runs.states[person, place]] = True
    return np.asarray(seen.sum(axis=1), dtype=np.int64)


def normal_turbulence(values: Floats, length: int, size: int, kind: int = 1) -> Floats:
    r"""Return turbulence from 0 to 1: :math:`(T-1)/(T_{max}-1)`, at least 0.

    The most turbulent sequence of that length changes its state every period, through all states
    in turn. A sequence much shorter than ``length`` cannot come near 1.

    Parameters
    ----------
    values : array of float
        Turbulence of each sequence.
    length : int
        Length of the longest sequence [periods].
    size : int
        Number of states.
    kind : {1, 2}
        As in `turbulence`.
    """
    cycle: npt.NDArray[np.int8] = (np.arange(max(length, 1)) % size).astype(np.int8)[None, :]
    most = float(turbulence(runs_of(cycle), size, kind)[0])
    if most <= 1:
        return np.where(np.isnan(values), np.nan, 0.0)
    return np.where(values < 1, 0.0, (values - 1) / (most - 1))
