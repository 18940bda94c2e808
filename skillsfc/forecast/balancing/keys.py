"""What each key is for: tables of their own, axes, or neither; and which codes fit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from skillsfc.errors import Problem, did_you_mean, listing
from skillsfc.schema import key_columns

TOTAL = "total"
SHOWN = 5
# Keys that no sum runs over: a value of one is a table of its own.
APART = (
    "year",
    "vintage",
    "scenario",
    "indicator",
    "level",
    "model",
    "horizon",
    "origin",
    "metric",
    "person",
)
PLACES = ("country", "region", "area")
CARRIED = ("year", "vintage", "scenario", "level", "model", "origin", "horizon")


@dataclass(frozen=True)
class Margin:
    """One margin: its name, its keys that are axes of the table, and its rows."""

    name: str
    axes: tuple[str, ...]
    rows: pd.DataFrame


def key_problems(
    seed: pd.DataFrame, margins: Sequence[Margin], batch: Sequence[str]
) -> list[Problem]:
    """Return what is wrong with the keys of seed and margins together."""
    problems = []
    own = key_columns(seed)
    for margin in margins:
        where = f"margin {margin.name!r}"
        for axis in margin.axes:
            if axis in APART:
                lacking = [m.name for m in margins if axis not in m.axes]
                found = f"has the key {axis!r}, which {listing(lacking)} has not"
                step = (
                    f"Add {axis!r} to every margin, or filter one value of it and drop the column."
                )
                problems.append(Problem(where, found, "in every margin or none", next_step=step))
            elif axis not in own:
                found = f"has the key {axis!r}, which the seed has not"
                step = "Sum it away, or use a seed that has it."
                if all(axis in m.axes for m in margins):
                    step += f" If one structure serves all, say by={axis!r}."
                problems.append(Problem(where, found, f"keys among {listing(own)}", next_step=step))
    used = {axis for margin in margins for axis in margin.axes}
    for key in [k for k in own if k in (*APART, *PLACES) and k not in used and k not in batch]:
        count = seed[key].nunique()
        if count > 1:
            found = f"{count} values of {key!r}, and no margin has this key"
            step = f"Filter one: seed[seed[{key!r}] == ...], or add {key!r} to the margins."
            problems.append(Problem("seed", found, "one", next_step=step))
    sets = [frozenset(margin.axes) for margin in margins]
    for place, margin in enumerate(margins):
        if sets[place] in sets[:place]:
            found = f"has the same keys as another: {listing(margin.axes) or 'none'}"
            problems.append(Problem(f"margin {margin.name!r}", found, "one margin each"))
    names = [margin.name for margin in margins]
    for name in sorted({name for name in names if names.count(name) > 1}):
        if not problems:
            problems.append(Problem("margins", f"two are called {name!r}", "one name each"))
    return problems


def match_seeds(
    seed: pd.DataFrame, margins: Sequence[Margin], batch: Sequence[str]
) -> tuple[tuple[str, ...], list[str], list[Problem]]:
    """Return by which batch keys seeds are told apart, and where one seed serves several tables."""
    matched, notes, problems = [], [], []
    for key in batch:
        wanted = sorted({value for margin in margins for value in margin.rows[key].unique()})
        if key not in seed:
            notes.append(f"The seed has no {key}: the same structure served {_span(wanted)}.")
            continue
        have = sorted(seed[key].unique())
        lost = [value for value in wanted if value not in set(have)]
        if lost and len(have) == 1 and key in CARRIED:
            notes.append(f"The seed of {key} {have[0]} was used for {key} {_span(wanted)}.")
            continue
        matched.append(key)
        if lost:
            step = f"Filter one {key} of the seed to use it for all." if key in CARRIED else ""
            problems.append(
                Problem(
                    f"seed, key {key!r}",
                    f"no rows for {listing(lost, SHOWN)}, which the margins have",
                    f"among {listing(have, SHOWN)}",
                    did_you_mean(lost[0], have) if isinstance(lost[0], str) else "",
                    step,
                )
            )
        extra = [value for value in have if value not in set(wanted)]
        if extra:
            notes.append(f"Rows of the seed without margins were left out: {key} {_span(extra)}.")
    return tuple(matched), notes, problems


def _span(values: Sequence[Any]) -> str:
    if len(values) <= SHOWN:
        return ", ".join(map(str, values))
    return f"{values[0]} to {values[-1]} ({len(values)})"


def code_problems(
    seed: pd.DataFrame, margins: Sequence[Margin], axes: Sequence[str]
) -> list[Problem]:
    """Refuse codes of two lists or two levels: seed and margin may each be sound, and not fit."""
    problems = []
    for axis in axes:
        own = set(seed[axis].unique())
        for margin in [m for m in margins if axis in m.axes]:
            codes = set(margin.rows[axis].unique())
            if own & codes:
                continue
            found = f"no code of the seed: {listing(sorted(codes), SHOWN)}"
            step = "Another classification or level? See sf.convert_codes and sf.roll_up."
            where = f"margin {margin.name!r}, key {axis!r}"
            problems.append(
                Problem(where, found, f"codes such as {listing(sorted(own), SHOWN)}", "", step)
            )
    return problems
