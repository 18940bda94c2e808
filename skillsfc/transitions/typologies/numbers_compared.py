"""Numbers of clusters that are compared: those asked for, of clusters large enough."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from skillsfc.errors import ParameterError, Problem
from skillsfc.transitions.column_names import whole_problems
from skillsfc.transitions.records import Whole
from skillsfc.transitions.typologies.partitions import partitions
from skillsfc.transitions.typologies.points import Points

SUBJECT = "cluster_sequences"


def sizes_wanted(
    k: int | None,
    compare: Iterable[int] | None,
    stability: int,
    seed: int,
    smallest: int,
    points: int,
) -> list[int]:
    """Return the numbers of clusters to make of so many points, in order.

    Raises
    ------
    ParameterError
        With each argument that is no such number; if none asked for can be made.

    Examples
    --------
    >>> sizes_wanted(None, [5, 3], 0, 1, 10, points=4), sizes_wanted(None, [5], 0, 1, 10, points=4)
    ([3], [4])
    """
    problems = whole_problems({"smallest": smallest})
    asked = _listed(compare, problems)
    problems += whole_problems({} if k is None else {"k": k}, 2)
    for size in asked:
        problems += whole_problems({"compare": size}, 2)
    if k is not None and not problems and k > points:
        found = f"{k} clusters of {points} different trajectories"
        problems.append(Problem("k", found, f"2 to {points}"))
    if k is None and not asked:
        problems.append(Problem("k", "None, and nothing to compare", "one of them"))
    problems += whole_problems({"stability": stability, "seed": seed}, 0)
    if problems:
        raise ParameterError(SUBJECT, problems)
    wanted = {int(size) for size in asked if size < points} | ({int(k)} if k else set())
    if not wanted and smallest > 1:
        wanted = {points}  # each by itself, if it is of so many persons
    if not wanted:
        found = f"no number below the {points} different trajectories"
        raise ParameterError(SUBJECT, [Problem("compare", found, f"2 to {points - 1}")])
    return sorted(wanted)


def _listed(compare: object, problems: list[Problem]) -> list[Any]:
    if isinstance(compare, Iterable) and not isinstance(compare, str):
        return [*compare]
    if compare is not None:
        problems.append(Problem("compare", repr(compare), "whole numbers of 2 or more, or None"))
    return []


def large_enough(
    points: Points, made: dict[int, Whole], smallest: int, method: str
) -> dict[int, Whole]:
    """Return the partitions into clusters of so many persons, or the finest below that is one.

    Examples
    --------
    >>> from skillsfc.transitions.typologies.matrices import read_distances
    >>> line = np.abs(np.subtract.outer([0.0, 1, 9, 9, 9], [0.0, 1, 9, 9, 9]))
    >>> points = Points(read_distances(line, subject="x", weight=None), "x")
    >>> made = partitions(points.matrix, points.weight, [2, 3], method="ward")
    >>> [*large_enough(points, made, 2, "ward")], [*large_enough(points, made, 3, "ward")]
    ([2], [1])
    """

    def kept(partitions_: dict[int, Whole]) -> dict[int, Whole]:
        return {
            size: labels
            for size, labels in partitions_.items()
            if np.bincount(labels, weights=points.counts).min() >= smallest
        }

    found = kept(made)
    if not found and min(made) > 2:
        fewer = partitions(points.matrix, points.weight, range(2, min(made)), method=method)
        found = dict(list(kept(fewer).items())[-1:])
    return found or {1: np.zeros(len(points.rows), dtype=np.int64)}
