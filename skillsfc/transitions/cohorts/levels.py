"""Where levels of education end, and what leavers of each grade have completed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.checks import check
from skillsfc.errors import CoverageError, ParameterError, Problem, TableError, listing
from skillsfc.schema import key_columns
from skillsfc.transitions.cohorts.kernel import Rates
from skillsfc.transitions.cohorts.matching import match_groups
from skillsfc.transitions.cohorts.tables import series_name
from skillsfc.transitions.records import Flags, Floats, Whole


@dataclass(frozen=True)
class Levels:
    """Levels by the grade that ends them.

    Parameters
    ----------
    names : tuple of str
        The word for none of them, then the levels from the lowest; empty where none are named.
    before, ending : arrays of int (grades)
        Place in ``names`` of what pupils of a grade have completed before it, and when they
        complete it; -1 where no level ends with it.
    """

    names: tuple[str, ...]
    before: Whole
    ending: Whole


def place_levels(levels: dict[str, int], below: str, first_grade: int, grades: int) -> Levels:
    """Return what pupils of each grade have completed.

    Examples
    --------
    >>> found = place_levels({"3": 3, "2": 2}, "0", 1, 4)
    >>> found.names, found.before.tolist(), found.ending.tolist()
    (('0', '2', '3'), [0, 0, 1, 2], [-1, 1, 2, -1])
    """
    ordered = sorted(levels, key=lambda name: levels[name])
    ends = np.array([levels[name] for name in ordered], dtype=np.int64)
    at = first_grade + np.arange(grades)
    ending = np.where(np.isin(at, ends), np.searchsorted(ends, at) + 1, -1)
    return Levels(
        (below, *ordered) if ordered else (), np.searchsorted(ends, at, side="left"), ending
    )


def settle_completion(
    rates: Rates, levels: Levels, groups: pd.DataFrame, first_grade: int, subject: str
) -> tuple[Rates, tuple[str, ...]]:
    """Return rates with completion where a level ends and only there, and what was taken for it.

    Where nobody knows who completes a level in mid-way, those do who go on.

    Raises
    ------
    CoverageError
        If it is not known who completes the last grade of a group.
    """
    _, final = rates.place()
    known = np.isfinite(rates.completion)
    ends: Flags = final | (levels.ending >= 0) if levels.names else final | known
    lacking = (final & ~known).any(axis=(0, 2))
    if lacking.any():
        names = [series_name(groups.iloc[at].to_dict()) for at in np.flatnonzero(lacking)]
        step = "Give graduates= to estimate_student_flow, or rates a completion."
        found = f"nobody is known to complete the last grade of {listing(names)}"
        raise CoverageError(subject, [Problem("rates", found, "their share", next_step=step)])
    assumed = ends & ~known & ~final & np.isfinite(rates.onward())
    made = np.where(assumed, rates.onward(), np.where(ends, rates.completion, np.nan))
    grades = first_grade + np.flatnonzero(assumed.any(axis=(0, 1)))
    notes: tuple[str, ...] = ()
    if len(grades):
        notes = (f"Those who go on from grade {listing(grades)} are taken as its graduates.",)
    unused = first_grade + np.flatnonzero((known & ~ends).any(axis=(0, 1)))
    if len(unused):
        notes += (
            f"Completion of grade {listing(unused)} is not used, for levels names none that ends "
            "there: who completes it and leaves counts as a dropout.",
        )
    return replace(rates, completion=made), notes


def read_participation(
    participation: Any, levels: Levels, groups: pd.DataFrame, years: Whole, subject: str
) -> Floats | None:
    """Return the share of leavers who enter the labour force, by year, group and level.

    Raises
    ------
    ParameterError
        If a share is none, or a level has none.
    TableError
        If a table of shares is not valid.
    """
    if participation is None:
        return None
    shape = (len(years), len(groups), max(len(levels.names), 1))
    if isinstance(participation, pd.DataFrame):
        return _table_shares(participation, levels, groups, years, subject)
    named = participation
    if not hasattr(participation, "items"):
        named = dict.fromkeys(levels.names or ("",), participation)
    unknown = [name for name in named if name not in (levels.names or ("",))]
    absent = [name for name in levels.names or ("",) if name not in named]
    problems = [
        Problem("participation", f"for {listing(unknown)}", listing(levels.names))
    ] if unknown else []  # fmt: skip
    if absent:
        expected = "a share for every level: none is assumed"
        problems.append(Problem("participation", f"none for {listing(absent)}", expected))
    for name, share in named.items():
        number = isinstance(share, int | float | np.number) and not isinstance(share, bool)
        if not number or not 0 <= float(share) <= 1:
            problems.append(Problem(f"participation {name!r}", repr(share), "a share, 0 to 1"))
    if problems:
        raise ParameterError(subject, problems)
    given = np.array([float(named[name]) for name in levels.names or ("",)])
    return np.broadcast_to(given, shape).copy()


def _table_shares(
    table: pd.DataFrame, levels: Levels, groups: pd.DataFrame, years: Whole, subject: str
) -> Floats:
    rows = check(table)
    if "share" not in rows:
        raise TableError(subject, [Problem("participation", "no column 'share'", "shares")])
    names = levels.names or ("",)
    cells = groups.merge(pd.DataFrame({"year": years}), how="cross")
    if levels.names:
        cells = cells.merge(pd.DataFrame({"qualification": names}), how="cross")
    keys = key_columns(rows)
    place = match_groups(cells, rows[keys], "participation", subject)
    shares = rows["share"].to_numpy(dtype=float)[place]
    laid: Floats = shares.reshape(len(groups), len(years), len(names)).transpose(1, 0, 2)
    return laid
