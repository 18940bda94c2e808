"""Counts summed over groups: a sum lacks none of its parts, or it is missing and said to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from skillsfc.transitions.cohorts.counts import SchoolCounts
from skillsfc.transitions.cohorts.issues import shorten
from skillsfc.transitions.cohorts.tables import Issue
from skillsfc.transitions.records import Flags, Floats, Whole

WORDS = {"enrolled": "pupils", "repeating": "repeaters", "graduated": "graduates"}


def sum_groups(
    counts: SchoolCounts, by: Sequence[str], *, shared_ends: bool = False
) -> SchoolCounts:
    """Return counts summed to fewer keys; a sum lacks no part that its group has in that grade.

    A part belongs to a grade if it has a row of pupils there in any year. Its repeaters are needed
    where it has pupils; its graduates where it has pupils in a grade that ends a level.

    Parameters
    ----------
    counts : SchoolCounts
        By every key.
    by : sequence of str
        Keys kept.
    shared_ends : bool
        Whether levels end with the same grades in all parts; if not, parts may have graduates at
        grades of their own.
    """
    if list(by) == list(counts.groups.columns):
        return counts
    names = list(by)
    if names:
        place = counts.groups.groupby(names, sort=False).ngroup().to_numpy()
        groups = counts.groups[names].drop_duplicates().reset_index(drop=True)
    else:
        place, groups = np.zeros(len(counts.groups), dtype=int), pd.DataFrame(index=[0])
    sums: dict[str, Floats] = {}
    found = list(counts.issues)
    for name, needed in _needed(counts, shared_ends).items():
        sums[name], broken = _sum_parts(getattr(counts, name), needed, place, len(groups))
        found += _broken_issues(replace(counts, groups=groups), name, broken)
    return replace(
        counts,
        enrolled=sums["enrolled"],
        repeating=sums["repeating"],
        graduated=sums["graduated"],
        groups=groups,
        issues=tuple(found),
    )


def _needed(counts: SchoolCounts, shared_ends: bool) -> dict[str, Flags]:
    """Return which cells of each count a part must have, for its group to have a sum there."""
    pupils = np.asarray(counts.enrolled > 0)
    ever: Flags = np.asarray(np.isfinite(counts.graduated).any(axis=0))
    # A part without any graduates lacks them wherever others of its group have some.
    ends = np.asarray(ever | ~ever.any(axis=1, keepdims=True) | shared_ends)
    rows = np.isfinite(counts.enrolled).any(axis=0)
    return {
        "enrolled": np.broadcast_to(rows, pupils.shape),
        "repeating": pupils,
        "graduated": pupils & ends,
    }


def _sum_parts(values: Floats, needed: Flags, place: Whole, count: int) -> tuple[Floats, Flags]:
    """Return sums, missing unless every part needed is there, and where some parts only are."""
    there = np.isfinite(values)
    shape = (values.shape[0], count, values.shape[2])
    total, found, wanted = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for target, part in (
        (total, np.where(there, values, 0.0)),
        (found, there.astype(float)),
        (wanted, (there | needed).astype(float)),
    ):
        np.add.at(target.swapaxes(0, 1), place, part.swapaxes(0, 1))
    whole = (wanted > 0) & (found == wanted)
    return np.where(whole, total, np.nan), (found > 0) & ~whole


def _broken_issues(counts: SchoolCounts, name: str, broken: Flags) -> list[Issue]:
    issues: list[Issue] = []
    for group in np.flatnonzero(broken.any(axis=(0, 2))):
        places = [
            f"grade {counts.grades[grade]} in {counts.years[year]}"
            for year, grade in np.argwhere(broken[:, group])
        ]
        text = (
            f"{WORDS[name]} of some parts only (such as one sex) in {shorten(places)}: missing in "
            "the sum"
        )
        issues.append(("part missing", counts.names[group], len(places), "warning", text))
    return issues
