"""Pairs of consecutive interviews of the same persons, and how far apart they usually are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.transitions.flows.dates import usual_length
from skillsfc.transitions.flows.interviews import Interviews
from skillsfc.transitions.records import Flags, Floats, Whole


@dataclass(frozen=True)
class Pair:
    """The persons interviewed at two consecutive dates, and those at only one of them.

    Parameters
    ----------
    date : int
        Place of the first date.
    origin, aim, cluster : array of int
        States at both dates and cluster of each person matched.
    weight : array of float
        Their weights.
    lost, entered : DataFrame
        ``state, count, weight``: persons interviewed at the first date only, and at the second
        only (or at the second in another group).
    regrouped : int
        Persons matched whose group is another at the second date.
    """

    date: int
    origin: Whole
    aim: Whole
    cluster: Whole
    weight: Floats
    lost: pd.DataFrame
    entered: pd.DataFrame
    regrouped: int


def usual_step(made: Interviews) -> tuple[float, Flags]:
    """Return how far apart two interviews are for most, and which dates have their next so far."""
    steps = np.array(made.dated.steps)
    seen = np.bincount(made.date[:-1][_follows(made)[:-1]], minlength=len(steps))
    return usual_length(steps, seen)


def _follows(made: Interviews) -> Flags:
    """Return the interviews after which the same person has one at the next date."""
    follows = np.zeros(len(made.person), dtype=bool)
    follows[:-1] = (made.person[1:] == made.person[:-1]) & (made.date[1:] == made.date[:-1] + 1)
    return follows


def pairs_of(made: Interviews, group: int, weight_date: str) -> Iterator[Pair]:
    """Give the pairs of consecutive dates of a group (as it is at the first of them)."""
    follows = _follows(made)
    preceded = np.append(False, follows[:-1])
    own = made.group == group
    first = np.nonzero(follows & own)[0]
    weight = {
        "first": made.weight[first],
        "second": made.weight[first + 1],
        "mean": (made.weight[first] + made.weight[first + 1]) / 2,
    }[weight_date]
    first, weight = first[weight > 0], weight[weight > 0]  # without weight: not there
    other = made.group[first + 1] != group
    for date in range(len(made.dates) - 1):
        rows = np.nonzero(made.date[first] == date)[0]
        at = first[rows]
        yield Pair(
            date,
            made.state[at],
            made.state[at + 1],
            made.cluster[at],
            weight[rows],
            _alone(made, own & ~follows & (made.date == date)),
            _alone(made, own & ~preceded & (made.date == date + 1)),
            int(other[rows].sum()),
        )


def _alone(made: Interviews, rows: np.ndarray) -> pd.DataFrame:
    size, rows = len(made.states), rows & (made.weight > 0)
    return pd.DataFrame(
        {
            "state": made.states,
            "count": np.bincount(made.state[rows], minlength=size),
            "weight": np.bincount(made.state[rows], made.weight[rows], minlength=size),
        }
    )
