"""Person histories of Examplia: monthly spells from school to work, and a labour-force panel.

Both are Markov chains in whole months, so occurrence over exposure estimates the stated chances
without rounding error, and the Aalen-Johansen estimate converges to powers of the stated matrix.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc.sources.example.parameters import (
    ACTIVITIES,
    NOTE,
    SEXES,
    SOURCE,
    Floats,
    Whole,
    array,
    choose,
    pick,
    stream,
    value,
)

TRACKS = ("general", "vocational")


def states() -> tuple[str, ...]:
    """Return the states of the spells."""
    return tuple(value("spells", "states"))


def transition_matrices() -> Floats:
    """Return the monthly chances by sex, track, state before and state after; rows sum to 1."""
    names = states()
    matrices = np.zeros((2, 2, len(names), len(names)))
    for row, sex in enumerate(SEXES):
        for before, moves in value("spells", "transition_rate")[sex].items():
            for after, rate in moves.items():
                matrices[row, :, names.index(before), names.index(after)] = rate
    matrices[:, 1, :, names.index("stable_job")] *= value("spells", "vocational_ratio")
    stay = 1.0 - matrices.sum(axis=-1)
    matrices[..., range(len(names)), range(len(names))] = stay
    return matrices


def _walk(rng: np.random.Generator, start: Whole, chances: Any, steps: int) -> Whole:
    """Return the state of each person at months 0 to ``steps``; ``chances`` gives each row."""
    path = np.empty((len(start), steps + 1), dtype=np.int64)
    path[:, 0] = start
    for month in range(steps):
        path[:, month + 1] = choose(rng, chances(path[:, month]))
    return path


def _windows(rng: np.random.Generator, persons: int) -> tuple[Whole, Whole]:
    """Draw the months of first and last interview; neither depends on the states."""
    late = rng.random(persons) < value("spells", "delayed_entry")
    first = rng.integers(1, value("spells", "latest_entry"), persons, endpoint=True)
    lost = value("spells", "censoring")
    last = rng.integers(lost["earliest"], lost["latest"], persons, endpoint=True)
    return np.where(late, first, 0), np.minimum(last, value("spells", "months"))


def _runs(path: Whole, entry: Whole, last: Whole) -> pd.DataFrame:
    """Cut paths into spells: one row for each stay in a state, within the window of observation."""
    months = np.arange(path.shape[1])
    moved = np.ones(path.shape, dtype=bool)
    moved[:, 1:] = path[:, 1:] != path[:, :-1]
    seen = (months >= entry[:, None]) & (months <= last[:, None])
    begins = seen & (moved | (months == entry[:, None]))
    person, start = np.nonzero(begins)
    follows = np.append(person[1:] == person[:-1], False)
    end = np.where(follows, np.append(start[1:], 0), last[person])
    state = path[person, start]
    after = np.where(follows, np.append(state[1:], 0), -1)
    spells = pd.DataFrame({"who": person, "state": state, "start": start, "end": end, "to": after})
    # A state entered in the very last month has no time in it; the move is in the row before.
    return spells[spells["end"] > spells["start"]].reset_index(drop=True)


def spells(seed: int, persons: int) -> pd.DataFrame:
    """Return one row for each spell of each person."""
    rng = stream(seed, "spells")
    sex = rng.integers(0, 2, persons)
    share = value("spells", "vocational_share")
    track = (rng.random(persons) < share["sample"]).astype(np.int64)
    names = states()
    first = array(value("spells", "start_state"), names)
    start = choose(rng, np.broadcast_to(first, (persons, len(names))))
    matrices = transition_matrices()
    entry, last = _windows(rng, persons)
    path = _walk(rng, start, lambda at: matrices[sex, track, at], value("spells", "months"))
    runs = _runs(path, entry, last)
    who = runs["who"].to_numpy()
    ratio = np.array(
        [(1 - share["country"]) / (1 - share["sample"]), share["country"] / share["sample"]]
    )
    return pd.DataFrame(
        {
            "person": who + 1,
            "sex": pick(SEXES, sex[who]),
            "track": pick(TRACKS, track[who]),
            "weight": ratio[track[who]],
            "state": pick(names, runs["state"].to_numpy()),
            "start": runs["start"],
            "end": runs["end"],
            "event": runs["to"] >= 0,
            "to_state": pick(("censored", *names), runs["to"].to_numpy() + 1),
            "entry": entry[who],
            "source": SOURCE,
            "note": NOTE,
        }
    )


def monthly_matrix() -> Floats:
    """Return the monthly chances between activities of the labour-force panel."""
    stated = value("labour_force_panel", "monthly_probability")
    return np.array([array(stated[before], ACTIVITIES) for before in ACTIVITIES])


def stationary(matrix: Floats) -> Floats:
    """Return the shares that a transition matrix leaves unchanged.

    Examples
    --------
    >>> stationary(np.array([[0.9, 0.1], [0.3, 0.7]])).round(6).tolist()
    [0.75, 0.25]
    """
    size = len(matrix)
    equations = np.vstack([matrix.T - np.eye(size), np.ones(size)])
    shares: Floats = np.linalg.lstsq(equations, np.append(np.zeros(size), 1.0), rcond=None)[0]
    return shares


def labour_force_panel(seed: int, persons: int) -> pd.DataFrame:
    """Return the activity of the same persons in five quarters."""
    rng = stream(seed, "labour_force_panel")
    matrix = monthly_matrix()
    quarters = value("labour_force_panel", "quarters")
    start = choose(rng, np.broadcast_to(stationary(matrix), (persons, len(ACTIVITIES))))
    path = _walk(rng, start, lambda at: matrix[at], 3 * (quarters - 1))[:, ::3]
    return pd.DataFrame(
        {
            "person": np.repeat(np.arange(1, persons + 1), quarters),
            "quarter": np.tile(np.arange(1, quarters + 1), persons),
            "activity": pick(ACTIVITIES, path.ravel()),
            "weight": 1.0,
            "source": SOURCE,
            "note": NOTE,
        }
    )
