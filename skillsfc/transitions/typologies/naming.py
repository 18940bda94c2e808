"""Plain names for types of trajectories, from what most of their members do when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.sequences.model import Codes
from skillsfc.transitions.sequences.spells import runs_of

SURE, SPLIT = 0.8, 0.5  # share of members in a phase's state: above it lasts, below it is split
LASTS = {"stable": "lasting", "steady": "lasting", "lasting": "steady"}  # beside a state's own word


@dataclass(frozen=True)
class Phase:
    """A stretch of periods in which one state is the most frequent.

    Parameters
    ----------
    state, second : int
        The most frequent state and the next.
    first, last : int
        First and last period, by place.
    share, second_share : float
        Mean share of members in the two states [0-1].
    """

    state: int
    second: int
    first: int
    last: int
    share: float
    second_share: float


def find_phases(shares: Floats, shortest: int) -> list[Phase]:
    """Return the phases of a type, none shorter than ``shortest`` periods unless alone.

    Parameters
    ----------
    shares : array [periods, states]
        Share of members in each state; missing where nobody is observed.
    shortest : int
        Shorter stretches join the neighbour whose state is more frequent in them.

    Examples
    --------
    >>> shares = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.1, 0.9]])
    >>> [(phase.state, phase.first, phase.last) for phase in find_phases(shares, 1)]
    [(0, 0, 1), (1, 2, 3)]
    """
    known = np.flatnonzero(~np.isnan(shares).any(axis=1))
    seen = shares[known]
    runs = _runs(seen.argmax(axis=1))
    while len(runs) > 1 and min(last - first for _, first, last in runs) + 1 < shortest:
        place = min(range(len(runs)), key=lambda i: (runs[i][2] - runs[i][1], i))
        _, first, last = runs[place]
        beside = [runs[i][0] for i in (place - 1, place + 1) if 0 <= i < len(runs)]
        taken = max(beside, key=lambda state: seen[first : last + 1, state].mean())
        runs[place] = (taken, first, last)
        path = np.concatenate([np.full(b - a + 1, state) for state, a, b in runs])
        runs = _runs(path)
    return [_phase(seen, state, first, last, known) for state, first, last in runs]


def _runs(states: Whole) -> list[tuple[int, int, int]]:
    starts = np.flatnonzero(np.r_[True, states[1:] != states[:-1]])
    ends = np.r_[starts[1:], len(states)] - 1
    return [(int(states[a]), int(a), int(b)) for a, b in zip(starts, ends, strict=True)]


def _phase(seen: Floats, state: int, first: int, last: int, known: Whole) -> Phase:
    mean = seen[first : last + 1].mean(axis=0)
    others = mean.copy()
    others[state] = -1.0
    second = int(others.argmax()) if len(mean) > 1 else state
    return Phase(
        state, second, int(known[first]), int(known[last]), float(mean[state]), float(mean[second])
    )


def name_type(
    phases: Sequence[Phase],
    states: Sequence[str],
    words: Mapping[str, str],
    positive: Sequence[str],
) -> str:
    """Return a plain name: the states of the phases in turn, the last one with how sure it is.

    Most members in the last state make it "steady"; fewer than half of them, "or still" the one
    before, or another. Where there is one phase only, it is "throughout", "mostly", or split.

    Parameters
    ----------
    phases : sequence of Phase
        In order of time.
    states : sequence of str
        The alphabet.
    words : mapping of str to str
        Plainer words for states; several states may share one.
    positive : sequence of str
        States that are a success: they are "stable" where others are "lasting"; with none named,
        both are "steady".

    Examples
    --------
    >>> phases = [Phase(0, 1, 0, 23, 0.7, 0.2), Phase(1, 0, 24, 69, 0.9, 0.1)]
    >>> name_type(phases, ["FE", "work"], {"FE": "education"}, ["work"])
    'education then stable work'
    """
    end = phases[-1]
    earlier = [plain(states[phase.state], words) for phase in phases[:-1]]
    last, second = plain(states[end.state], words), plain(states[end.second], words)
    kept = [w for i, w in enumerate(earlier) if i == 0 or w != earlier[i - 1]]
    while kept and kept[-1] == last:
        kept.pop()
    together = end.share + (end.second_share if second == last else 0.0)
    if together >= SURE:
        good = states[end.state] in positive
        adjective = "stable" if good else "lasting" if positive else "steady"
        first = last.split()[0]  # neither "stable stable job" nor "steady stable job"
        adjective = LASTS.get(first, adjective)
        said = f"{adjective} {last}"
        return " then ".join([*kept, said]) if kept else f"{said} throughout"
    if together < SPLIT and second != last:
        last += f" or still {second}" if kept and kept[-1] == second else f" or {second}"
    elif not kept:
        return f"mostly {last}"
    return " then ".join([*kept, last])


def plain(state: str, words: Mapping[str, str]) -> str:
    """Return the word for a state: the one given, else its code with blanks.

    Examples
    --------
    >>> plain("white_collar", {}), plain("FE", {"FE": "education"})
    ('white collar', 'education')
    """
    return words.get(state) or state.replace("_", " ").strip() or state


def tell_apart(
    names: list[str], phases: Sequence[Sequence[Phase]], times: Floats, states: Sequence[str],
    unit: str,
) -> list[str]:  # fmt: skip
    """Return the names with what sets those apart that are the same.

    Parameters
    ----------
    names : list of str
        Name of each type.
    phases : sequence of sequence of Phase
        Phases of each type.
    times : array [types, states]
        Mean periods in each state.
    states : sequence of str
        The alphabet.
    unit : str
        Unit of a period.

    Examples
    --------
    >>> a, b = [Phase(0, 1, 0, 5, 1, 0), Phase(1, 0, 6, 9, 1, 0)], [Phase(1, 0, 9, 9, 1, 0)]
    >>> tell_apart(["x then y"] * 2, [a, b], np.ones((2, 2)), ["x", "y"], "month")
    ['x then y, after 6 months', 'x then y, after 9 months']
    """
    made = list(names)
    for name in sorted({name for name in names if names.count(name) > 1}):
        twins = [place for place, other in enumerate(names) if other == name]
        waits = [phases[place][-1].first for place in twins]
        if len(set(waits)) == len(twins):
            extra = [f", after {wait} {_units(wait, unit)}" for wait in waits]
        else:
            average = times[twins].mean(axis=0)
            more = [states[int((times[place] - average).argmax())] for place in twins]
            extra = [f" (more {word})" for word in more]
        if len(set(extra)) < len(twins):
            extra = [f"{text} ({turn})" for turn, text in enumerate(extra, start=1)]
        for place, text in zip(twins, extra, strict=True):
            made[place] = name + text
    return made


def path_text(codes: Codes, states: Sequence[str], unit: str) -> str:
    """Return one sequence in words: each spell and how long it is.

    Examples
    --------
    >>> path_text(np.array([0, 0, 1], dtype=np.int8), ["school", "work"], "month")
    'school 2, work 1 month'
    """
    runs = runs_of(codes[None])
    pairs = zip(runs.states[0].tolist(), runs.durations[0].tolist(), strict=True)
    stays = [(states[state], time) for state, time in pairs if state >= 0]
    return list_stays(stays, unit) if stays else "nothing known"


def list_stays(stays: Sequence[tuple[str, int]], unit: str) -> str:
    """Return states with their lengths, the unit once, in the number of the last of them.

    Examples
    --------
    >>> list_stays([("school", 2), ("work", 5)], "year"), list_stays([("school", 1)], "year")
    ('school 2, work 5 years', 'school 1 year')
    """
    said = ", ".join(f"{state} {time}" for state, time in stays)
    return f"{said} {_units(stays[-1][1], unit)}"


def _units(count: int, unit: str) -> str:
    return unit if count == 1 else f"{unit}s"
