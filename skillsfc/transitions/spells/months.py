"""Dates told as year and month, where the month may be missing, 0, or from 97 to 99."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.transitions.records import Flags, Floats, Whole
from skillsfc.transitions.spells.clock import is_missing

PARTS = ("start_year", "start_month", "end_year", "end_month")
EARLIEST_YEAR, LATEST_YEAR = 1900, 2150
UNKNOWN = (97, 98, 99, 997, 998, 999)  # months that mean: asked, and not known


def read_month(table: pd.DataFrame, side: str) -> tuple[Floats, Flags]:
    """Return months since year 0 of ``start`` or ``end``, and where only the year is known.

    Where only the year is known (no month, 0, 97 to 99, 997 to 999, or a negative code) the number
    is that of its January; where the year is none, or missing, or the month another thing, it is
    missing. Without a column of months none of them is known.
    """
    size = len(table)
    year, month = (
        pd.to_numeric(table[f"{side}_{part}"], errors="coerce").to_numpy("float64", na_value=np.nan)
        if f"{side}_{part}" in table
        else np.full(size, np.nan)
        for part in ("year", "month")
    )
    told = f"{side}_month"
    empty = is_missing(table[told]) if told in table else np.ones(size, dtype=bool)
    unknown = empty | (month <= 0) | np.isin(month, UNKNOWN)
    good_year = (year >= EARLIEST_YEAR) & (year <= LATEST_YEAR) & (year == np.floor(year))
    good_month = (month >= 1) & (month <= 12) & (month == np.floor(month))
    known = good_year & (good_month | unknown)
    counted = np.where(known, year * 12 + np.where(good_month, month - 1, 0), np.nan)
    return counted, good_year & unknown


def place_unknown(
    person: Whole,
    times: Floats,
    unknown: Flags,
    method: str,
    rng: np.random.Generator,
) -> Floats:
    """Return starts and ends with the unknown months placed within their year.

    Parameters
    ----------
    person : array of int
        Number of the person of each spell.
    times : array [spells, 2] of float
        Start and end in months since year 0; January of the year where unknown.
    unknown : array [spells, 2] of bool
        Whether only the year is known.
    method : {"half_year", "uniform"}
        Evenly spaced within what is possible, or drawn.
    rng : Generator
        For the draws.

    Notes
    -----
    What is possible runs from the moment before to the moment after, within the year. An unknown
    end and an unknown start of the next spell in one year are one moment: nothing suggests a gap.
    Spells follow one another as in the file, if that order is possible, else by their known times.
    """
    order = np.lexsort((_order_keys(person, times, unknown), person))
    placed = times[order].copy()
    open_cells = unknown[order]
    edges = np.flatnonzero(np.diff(person[order], prepend=-1, append=-1))
    touched = np.add.reduceat(open_cells.any(axis=1), edges[:-1]) > 0
    for first, last in zip(edges[:-1][touched], edges[1:][touched], strict=True):
        line = placed[first:last].ravel()
        _place_in_line(line, open_cells[first:last].ravel(), method, rng)
        placed[first:last] = line.reshape(-1, 2)
    back = np.empty_like(placed)
    back[order] = placed
    return back


def _order_keys(person: Whole, times: Floats, unknown: Flags) -> Floats:
    """Return what to sort a person's spells by: their place in the file, or what time is known."""
    size = len(person)
    line = pd.Series(times.ravel()).groupby(np.repeat(person, 2)).cummax().to_numpy()
    possible = (line <= (times + 12 * unknown).ravel()).reshape(size, 2).all(axis=1)
    as_told = np.bincount(person, weights=~possible)[person] == 0
    start, end = (times + 6 * unknown).T
    one = unknown[:, 0] != unknown[:, 1]
    near = np.where(unknown[:, 0], times[:, 1] - 0.1, times[:, 0] + 0.1)
    return np.where(as_told, np.arange(size), np.where(one, near, (start + end) / 2))


def _place_in_line(line: Floats, unknown: Flags, method: str, rng: np.random.Generator) -> None:
    """Place the unknown moments of one person (start, end, start, end, ...), in place."""
    at = 0
    while at < len(line):
        if not unknown[at] or np.isnan(line[at]):
            at += 1
            continue
        january = line[at]
        groups = [[at]]
        while at + 1 < len(line) and unknown[at + 1] and line[at + 1] == january:
            at += 1
            if at % 2 == 0:  # a start right after an unknown end: the same moment
                groups[-1].append(at)
            else:
                groups.append([at])
        first, last = groups[0][0], groups[-1][-1]
        before = line[first - 1] + first % 2 if first else january
        after = line[last + 1] if last + 1 < len(line) else np.inf
        low = min(max(january, before), january + 12) if before == before else january
        high = max(min(january + 12, after), low) if after == after else january + 12
        for group, moment in zip(
            groups, _moments(low, high, len(groups), method, rng), strict=True
        ):
            line[group] = moment
        at += 1


def _moments(low: float, high: float, count: int, method: str, rng: np.random.Generator) -> Floats:
    if method == "half_year":
        return np.floor(low + (high - low) * np.arange(1, count + 1) / (count + 1))
    possible = np.arange(low, high) if high > low else np.array([low])
    drawn = rng.choice(possible, size=count, replace=count > len(possible))
    return np.sort(np.asarray(drawn, dtype=np.float64))
