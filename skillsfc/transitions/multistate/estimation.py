"""From histories to curves: the start, the product integral, its errors, and time in each state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, Problem, listing
from skillsfc.transitions.multistate.curve import Curve, StateSettings, persons_worth
from skillsfc.transitions.multistate.curve_tables import with_keys
from skillsfc.transitions.multistate.event_steps import Stays, Steps, count_steps
from skillsfc.transitions.multistate.influence import probability_variances, time_covariance
from skillsfc.transitions.multistate.reading import SUBJECT, Histories
from skillsfc.transitions.records import Floats, Whole

MOST_STEPS = 2000  # more distinct event times than this are not all put into the table
MOST_WORK = 4e8  # clusters x reported times x states for which errors take some tens of seconds
SPREAD = 500  # event times in the table where there are too many


@dataclass(frozen=True)
class Group:
    """Stays of one group within the window, and its distribution at the start.

    Parameters
    ----------
    keys : dict
        Columns of the group.
    stays : Stays
        Clipped to the window, clusters numbered 0..
    persons, late : int
        Number of persons, and of those who are not under observation at the start.
    initial : array [states]
        Distribution at the start.
    influence : array [clusters, states]
        Influence of each cluster on it; zeros where it is given.
    """

    keys: dict[str, Any]
    stays: Stays
    persons: int
    late: int
    initial: Floats
    influence: Floats


def cut_groups(
    histories: Histories, settings: StateSettings, from_place: int | None, given: Floats | None
) -> tuple[list[Group], list[str]]:
    """Return the groups within the window, each with its distribution at the start, and notes.

    A group with nobody at risk at the start is left out, and a note says so.

    Raises
    ------
    CoverageError
        If no group has anybody at risk at the start (in the state asked for).
    """
    made, empty = [], []
    for keys, rows in _places(histories):
        whole = rows is None
        stays = histories.stays if rows is None else histories.stays.select(rows)
        person = histories.person if whole else histories.person[rows]
        if settings.landmark:
            there = _at_start(stays, settings.start) & (stays.state == from_place)
            kept = np.isin(person, person[there])
            stays, person = stays.select(kept), person[kept]
        group = _group(keys, stays, person, settings, from_place, given)
        if group is None:
            empty.append(", ".join(f"{k} {v}" for k, v in keys.items()) or "all")
        else:
            made.append(group)
    who = "nobody" if from_place is None else f"nobody in {settings.from_state!r}"
    found = f"{who} under observation at {settings.start:g} in {listing(empty)}"
    if not made:
        step = "Choose a later start, or give the distribution there as 'initial'."
        raise CoverageError(SUBJECT, [Problem("start", found, "at least one", next_step=step)])
    return made, [f"Left out: {found}."] if empty else []


def _places(histories: Histories) -> Iterator[tuple[dict[str, Any], Any]]:
    if len(histories.groups) == 1:
        yield histories.groups.iloc[0].to_dict(), None
        return
    order = np.argsort(histories.group, kind="stable")
    stops = np.cumsum(np.bincount(histories.group, minlength=len(histories.groups)))
    for at, (low, high) in enumerate(zip([0, *stops], stops, strict=False)):
        yield histories.groups.iloc[at].to_dict(), order[low:high]


def _at_start(stays: Stays, start: float) -> np.ndarray:
    return np.asarray((stays.begin <= start) & (stays.end > start))


def _group(
    keys: dict[str, Any],
    stays: Stays,
    person: Whole,
    settings: StateSettings,
    from_place: int | None,
    given: Floats | None,
) -> Group | None:
    persons, late = _count_persons(stays, person, settings)
    clipped = stays.within(settings.start, settings.until)
    clusters, clipped = _renumber(clipped)
    there = np.nonzero(_at_start(clipped, settings.start))[0]
    influence = np.zeros((clusters, clipped.size))
    if from_place is not None:
        initial = np.zeros(clipped.size)
        initial[from_place] = 1.0
        found = persons > 0 and (not settings.landmark or len(there) > 0)
        return Group(keys, clipped, persons, late, initial, influence) if found else None
    if given is not None:
        return Group(keys, clipped, persons, late, given, influence) if persons else None
    if len(there) == 0:
        return None
    weight, state = clipped.weight[there], clipped.state[there]
    total = weight.sum()
    initial = np.bincount(state, weight, minlength=clipped.size) / total
    effect = (np.eye(clipped.size)[state] - initial) * (weight / total)[:, None]
    for column in range(clipped.size):
        influence[:, column] = np.bincount(
            clipped.cluster[there], effect[:, column], minlength=clusters
        )
    return Group(keys, clipped, persons, late, initial, influence)


def _count_persons(stays: Stays, person: Whole, settings: StateSettings) -> tuple[int, int]:
    """Return the persons seen within the window, and those first seen after its start."""
    inside = np.nonzero((stays.end > settings.start) & (stays.begin < settings.until))[0]
    person, begin = person[inside], stays.begin[inside]  # in the order of persons and time
    first = np.ones(len(inside), dtype=bool)
    first[1:] = person[1:] != person[:-1]
    return int(first.sum()), int((begin[first] > settings.start).sum())


def _renumber(stays: Stays) -> tuple[int, Stays]:
    """Give the clusters that are there the numbers 0, 1, ..."""
    if not len(stays.cluster):
        return 0, stays
    present = np.bincount(stays.cluster) > 0
    place = np.cumsum(present) - 1
    parts = (stays.begin, stays.end, stays.state, stays.to, stays.weight)
    return int(present.sum()), Stays(*parts, place[stays.cluster], stays.size)


def estimate_curve(
    group: Group, settings: StateSettings, times: Floats | None, standard_errors: bool
) -> Curve:
    """Return the curve of a group, with the expected times in the states."""
    stays, start = group.stays, settings.start
    steps = count_steps(stays)
    probability = group.initial @ steps.products
    reported = _reported(steps, len(group.influence), stays.size, times)
    errors = np.full((len(reported), stays.size), np.nan)
    told = standard_errors and len(group.influence) > 1  # one cluster tells nothing of errors
    if told:
        variance = probability_variances(stays, steps, probability, group.influence, reported)
        errors = np.sqrt(variance)
    last = float(stays.end.max())
    spent = np.diff(np.concatenate([[start], steps.times, [last]])) @ probability
    covariance = np.full((stays.size, stays.size), np.nan)
    if told:
        args = (stays, steps, probability, group.influence, start, last)
        covariance = time_covariance(*args)
    return Curve(
        group.keys,
        steps,
        probability,
        reported,
        errors,
        tuple(np.sort(stays.begin[stays.state == j]) for j in range(stays.size)),
        tuple(np.sort(stays.end[stays.state == j]) for j in range(stays.size)),
        last,
        _changes(stays, steps),
        _worth(group, steps, probability, observed=settings.initial == "observed"),
        spent,
        covariance,
    )


def _changes(stays: Stays, steps: Steps) -> Whole:
    """Return how many spells moves bring into each state at each step, less those they end."""
    moved, size = stays.to >= 0, stays.size
    step = (steps.ranges(stays)[1][moved] - 1) * size
    cells = len(steps.times) * size
    came = np.bincount(step + stays.to[moved], minlength=cells)
    left = np.bincount(step + stays.state[moved], minlength=cells)
    return np.asarray((came - left).reshape(-1, size), dtype=np.int64)


def _worth(group: Group, steps: Steps, probability: Floats, *, observed: bool) -> Floats:
    """Return the persons that the estimate is worth, at its thinnest so far."""
    stays = group.stays
    followed = np.bincount(stays.state, minlength=stays.size) > 0
    start = np.inf
    if observed:
        start = float(_at_start(stays, float(stays.begin.min())).sum())
    worth = persons_worth(probability[:-1], steps.at_risk, followed)
    return np.asarray(np.minimum.accumulate(np.append(start, worth)), dtype=np.float64)


def _reported(steps: Steps, clusters: int, size: int, times: Floats | None) -> Whole:
    """Return after how many steps a standard error is wanted."""
    count = len(steps.times)
    if times is not None:
        return np.unique(np.searchsorted(steps.times, times, side="right"))
    most = max(20, int(MOST_WORK / max(clusters * size, 1)))
    if count <= min(MOST_STEPS, most):
        return np.arange(count + 1)
    return np.unique(np.linspace(0, count, min(SPREAD, most) + 1).round().astype(np.int64))


def count_transitions(group: Group, states: tuple[str, ...]) -> pd.DataFrame:
    """Return moves and time at risk of each pair of states."""
    stays, size = group.stays, len(states)
    moved = stays.to >= 0
    pair = stays.state[moved] * size + stays.to[moved]
    events = np.bincount(pair, minlength=size * size)
    weighted = np.bincount(pair, stays.weight[moved], minlength=size * size)
    lengths = stays.weight * (stays.end - stays.begin)
    exposure = np.repeat(np.bincount(stays.state, lengths, minlength=size), size)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(exposure > 0, weighted / exposure, np.nan)
    table = pd.DataFrame(
        {
            "from_state": np.repeat(states, size),
            "to_state": np.tile(states, size),
            "events": events,
            "weighted_events": weighted,
            "exposure": exposure,
            "hazard": hazard,
        }
    )
    shown = (table["from_state"] != table["to_state"]) | (table["events"] > 0)
    return with_keys(table[shown].reset_index(drop=True), group.keys)


def describe(group: Group, curve: Curve, start: float) -> dict[str, Any]:
    """Return the counts that the estimate of a group rests on."""
    stays, steps = group.stays, curve.steps
    held = (curve.probability[:-1] > 0) & curve.followed
    return {
        **group.keys,
        "spells": len(stays.begin),
        "persons": group.persons,
        "clusters": len(group.influence),
        "events": int((stays.to >= 0).sum()),
        "at_start": int((stays.begin <= start).sum()),
        "late_entries": group.late,
        "event_times": len(steps.times),
        "stuck_times": int((held & (steps.at_risk == 0)).any(axis=1).sum()),
        "sum_of_weights": float(stays.weight.sum()),
    }
