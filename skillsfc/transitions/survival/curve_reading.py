"""Reading a step curve: its value at given times, and the times at which it crosses a level."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem
from skillsfc.transitions.records import Floats
from skillsfc.transitions.survival.selection import FEW

NOT_REACHED = "not reached"
BEYOND = "beyond the last time seen"
_FLAT = 1e-9  # a curve this near to a level runs along it


def read_times(times: Any, subject: str) -> Floats:
    """Return times as sorted distinct numbers.

    Raises
    ------
    ParameterError
        If one is missing, negative or no number, or there is none.
    """
    listed = list(times) if isinstance(times, Iterable) and not isinstance(times, str) else [times]
    values = _numbers(listed)
    if len(values) == 0 or not np.isfinite(values).all() or (values < 0).any():
        problem = Problem("times", repr(times)[:60], "numbers of 0 or more, at least one")
        raise ParameterError(subject, [problem])
    return np.unique(values)


def rows_at(
    steps: pd.DataFrame,
    times: Floats,
    *,
    start: dict[str, float],
    ended: bool,
    seen: tuple[Floats, Floats],
) -> pd.DataFrame:
    """Return the rows of one curve at given times.

    Parameters
    ----------
    steps : DataFrame
        ``time, at_risk, events, censored`` and estimates, by time.
    times : array
        Sorted.
    start : dict
        Value of each estimate before the first step.
    ended : bool
        Nobody was left at the last time, so that the curve is known beyond it.
    seen : arrays of float
        Entry and end of the spells of the curve.

    Notes
    -----
    ``at_risk`` is the number just before the time; ``events`` and ``censored`` are those since the
    time before. After the last time seen the estimates are missing, unless nobody was left.
    """
    grid = steps["time"].to_numpy()
    place = np.searchsorted(grid, times, side="right")
    taken = steps.iloc[np.maximum(place - 1, 0)].reset_index(drop=True)
    for name, value in start.items():
        taken[name] = np.where(place == 0, value, taken[name])
    for name in ("events", "censored"):
        running = np.append(0, np.cumsum(steps[name].to_numpy()))[place]
        taken[name] = np.diff(running, prepend=0)
    gone = times > grid[-1]
    entered = np.searchsorted(np.sort(seen[0]), times, side="left")
    # At the start nobody can have entered before: those who enter there are at risk.
    entered = np.where(times == 0, (seen[0] <= 0).sum(), entered)
    taken["at_risk"] = entered - np.searchsorted(np.sort(seen[1]), times, side="left")
    taken["time"] = times
    taken["reliability"] = np.where(taken["at_risk"] < FEW, "u", "")
    unknown = gone if not ended else np.zeros(len(times), dtype=bool)
    taken.loc[unknown, list(start)] = np.nan
    return taken.assign(note=np.where(unknown, BEYOND, ""))


def crossing(times: Floats, values: Floats, level: float) -> float:
    """Return the time at which a falling curve reaches a level; missing if it never does.

    Where the curve runs along the level, the middle of that stretch is taken.
    """
    known = np.isfinite(values)
    times, values = times[known], values[known]
    reached = np.flatnonzero(values <= level + _FLAT)
    if len(reached) == 0:
        return float("nan")
    below = np.flatnonzero(values < level - _FLAT)
    stop = below[0] if len(below) else len(times) - 1
    return float(times[reached[0]] + times[max(stop, reached[0])]) / 2


def quantile_rows(
    steps: pd.DataFrame, shares: Floats, keys: dict[str, Any], *, rising: bool = False
) -> list[dict[str, Any]]:
    """Return the time by which each share has moved, with limits, and whether it is reached."""
    times = steps["time"].to_numpy()
    curve, lower, upper = (steps[name].to_numpy() for name in ("probability", "lower", "upper"))
    if rising:
        curve, lower, upper = 1.0 - curve, 1.0 - upper, 1.0 - lower
    rows = []
    for share in shares:
        found = [crossing(times, part, 1.0 - share) for part in (curve, lower, upper)]
        note = NOT_REACHED if np.isnan(found[0]) else ""
        if not note and np.isnan(found[2]):
            note = f"upper limit {NOT_REACHED}"
        row = {"share": share, "time": found[0], "lower": found[1], "upper": found[2]}
        rows.append({**keys, **row, "note": note})
    return rows


def read_shares(shares: Any, subject: str) -> Floats:
    """Return shares as an array.

    Raises
    ------
    ParameterError
        If one is not between 0 and 1.
    """
    listed = list(shares) if isinstance(shares, Iterable) else [shares]
    values = _numbers(listed)
    if len(values) == 0 or not ((values > 0) & (values < 1)).all():
        problem = Problem("shares", repr(shares)[:60], "numbers between 0 and 1, such as 0.5")
        raise ParameterError(subject, [problem])
    return values


def _numbers(listed: list[Any]) -> Floats:
    numbers = pd.to_numeric(pd.Series(listed, dtype=object), errors="coerce")
    return np.asarray(numbers.to_numpy(dtype="float64", na_value=np.nan))
