"""How the hazard of a discrete-time model goes with time: the columns of the baseline."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.transitions.records import Floats

BASELINES = ("dummies", "constant", "linear", "quadratic", "cubic", "log")
_DEGREE = {"constant": 0, "linear": 1, "quadratic": 2, "cubic": 3}


def baseline_columns(
    baseline: Any, number: int, *, subject: str, period: float = 1.0
) -> tuple[Floats, tuple[str, ...]]:
    """Return the columns of the baseline [periods, columns] and their names.

    Parameters
    ----------
    baseline : str or list of float
        A word of `BASELINES`, or the ends of intervals within which the hazard is constant [unit of
        the spells].
    number : int
        Number of periods; the first is 1.
    subject : str
        Name of the caller in errors.
    period : float
        Length of a period [unit of the spells], for interval ends.

    Raises
    ------
    ParameterError
        If the word is unknown, or the interval ends do not rise.

    Examples
    --------
    >>> columns, names = baseline_columns("quadratic", 3, subject="example")
    >>> names, columns[2].tolist()
    (('intercept', 'time', 'time^2'), [1.0, 3.0, 9.0])
    >>> baseline_columns([1, 3], 4, subject="example")[1]
    ('time(0,1]', 'time(1,3]', 'time(3,4]')
    """
    time = np.arange(1, number + 1, dtype=np.float64)
    if not isinstance(baseline, str):
        return _intervals(baseline, time, period, subject)
    if baseline == "dummies":
        return np.eye(number), tuple(f"period[{at}]" for at in range(1, number + 1))
    if baseline == "log" and number > 1:
        return np.stack([np.ones(number), np.log(time)], axis=1), ("intercept", "log(time)")
    if baseline not in BASELINES:
        guess = did_you_mean(baseline, BASELINES)
        expected = f"one of {listing(BASELINES)}, or ends of intervals"
        raise ParameterError(subject, [Problem("baseline", repr(baseline), expected, guess)])
    powers = range(_DEGREE.get(baseline, 1) + 1)
    if number < len(powers):
        found = f"{len(powers)} coefficients of time for {number} periods"
        step = "Take a simpler baseline, or a shorter period."
        raise ParameterError(
            subject, [Problem("baseline", found, "no more than periods", "", step)]
        )
    names = ("intercept", "time", "time^2", "time^3")[: len(powers)]
    return np.stack([time**power for power in powers], axis=1), names


def _intervals(
    ends: Any, time: Floats, period: float, subject: str
) -> tuple[Floats, tuple[str, ...]]:
    try:
        given = np.asarray([float(value) for value in ends])
    except (TypeError, ValueError):
        given = np.empty(0)
    if len(given) == 0 or not np.isfinite(given).all() or (np.diff(given) <= 0).any():
        expected = "interval ends that rise, such as [6, 12, 24]"
        raise ParameterError(subject, [Problem("baseline", repr(ends)[:60], expected)])
    last = float(time[-1] * period)
    edges = np.concatenate([[0.0], given[(given > 0) & (given < last)], [last]])
    place = np.searchsorted(edges, time * period - 1e-9 * period, side="right") - 1
    names = tuple(f"time({low:g},{high:g}]" for low, high in pairwise(edges))
    used = np.unique(place)  # an interval shorter than a period may hold no period's end
    return np.eye(len(names))[place][:, used], tuple(names[at] for at in used)
