"""A panel of interviews, read and checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.flows.dates import Dates, read_dates
from skillsfc.transitions.flows.names import read_names
from skillsfc.transitions.records import Floats, Whole, hashed
from skillsfc.transitions.survival.selection import MISSING_GROUP
from skillsfc.transitions.text_codes import as_codes
from skillsfc.transitions.weights import read_weights

SUBJECT = "estimate_flows"
TIMES = ("quarter", "month", "week", "period", "time", "year")
STATES = ("state", "activity")
WEIGHT_DATES = ("first", "second", "mean")


@dataclass(frozen=True)
class Interviews:
    """Interviews with a known state, sorted by person and date.

    Parameters
    ----------
    person, date, state, cluster, group : array of int
        Numbers of the person, of the date in ``dates``, of the state in ``states``, of the cluster
        and of the group in ``groups`` (that of the interview).
    weight : array of float
        Weights.
    dates : tuple
        Distinct dates, rising.
    states : tuple of str
        The states.
    groups : DataFrame
        One row a group; no columns where there are none.
    time, notes : str, tuple of str
        Name of the column of dates, and what was treated.
    dated : Dates
        The dates as running numbers.
    """

    person: Whole
    date: Whole
    state: Whole
    cluster: Whole
    group: Whole
    weight: Floats
    dates: tuple[Any, ...]
    states: tuple[str, ...]
    groups: pd.DataFrame
    time: str
    notes: tuple[str, ...]
    dated: Dates


def read_interviews(
    panel: object,
    *,
    time: str | None,
    state: str | None,
    states: Iterable[str] | None,
    by: tuple[str, ...],
    weight: str | None,
    cluster: str | None,
) -> Interviews:
    """Return the interviews of a panel, or raise with every problem.

    Raises
    ------
    TableError
        On missing columns, a person interviewed twice at a date, weights missing or negative, fewer
        than two dates.
    """
    refuse_other_than_table(panel, SUBJECT)
    table: pd.DataFrame = panel
    if table.empty:
        raise TableError(SUBJECT, [Problem("rows", "none", "at least two interviews")])
    problems: list[Problem] = []
    time = _named(table, time, TIMES, "time", problems)
    state = _named(table, state, STATES, "state", problems)
    extra = [*by, *([weight] if weight not in (None, "weight") else []), cluster]
    problems += [
        Problem(f"column '{name}'", "missing", "one of the columns", did_you_mean(name, table))
        for name in ("person", *extra)
        if name is not None and name not in table.columns
    ]
    if problems:
        raise TableError(SUBJECT, problems)
    kept, notes = _answered(table, state)
    gone = 0 if cluster is None else int(kept[cluster].isna().sum())
    if gone:
        problems.append(Problem(f"column '{cluster}'", f"missing in {gone} rows", "a cluster each"))
    weights, more = _weights(kept, weight, problems)
    dated = _dates(kept, time, problems)
    words = as_codes(kept[state])
    names = _alphabet(words, states)
    group, groups, gaps = _groups(kept, by)
    interviews = Interviews(
        np.asarray(pd.factorize(kept["person"])[0], dtype=np.int64),
        dated.place,
        words.map({n: i for i, n in enumerate(names)}).to_numpy(dtype=np.int64),
        np.asarray(pd.factorize(kept[cluster or "person"])[0], dtype=np.int64),
        group,
        weights,
        dated.labels,
        names,
        groups,
        time,
        (*notes, *more, *gaps, *dated.notes),
        dated,
    )
    return _in_order(interviews)


def _named(
    table: pd.DataFrame,
    asked: str | None,
    known: tuple[str, ...],
    what: str,
    problems: list[Problem],
) -> str:
    """Return the column asked for, or the first of those known that is there."""
    found = asked if asked is not None else next((n for n in known if n in table.columns), None)
    if found in table.columns:
        return str(found)
    expected = f"a column of {what}" if asked else f"one of {listing(known)}, or {what}=..."
    where = f"column '{asked}'" if asked else f"column of {what}"
    problems.append(Problem(where, "missing", expected, did_you_mean(asked or what, table.columns)))
    return ""


def _answered(table: pd.DataFrame, state: str) -> tuple[pd.DataFrame, list[str]]:
    """Leave out interviews without a state; they then count as not held."""
    empty = table[state].isna() | (table[state].astype("str").str.strip() == "")
    if empty.all():
        raise TableError(SUBJECT, [Problem(f"column '{state}'", "missing in all rows", "states")])
    if not empty.any():
        return table.reset_index(drop=True), []
    note = f"{int(empty.sum())} interviews without {state} count as not held."
    return table[~empty].reset_index(drop=True), [note]


def _weights(
    table: pd.DataFrame, weight: str | None, problems: list[Problem]
) -> tuple[Floats, tuple[str, ...]]:
    if weight is None or weight not in table.columns:
        return np.ones(len(table)), ()
    values, notes = read_weights(table[weight], problems)
    zeros = int((values == 0).sum())
    if zeros and notes:
        left_out = f"{zeros} interviews have weight 0: they are left out of every count."
        notes = (left_out, *(note for note in notes if "have weight 0" not in note))
    return values, notes


def _dates(table: pd.DataFrame, time: str, problems: list[Problem]) -> Dates:
    """Return the dates, or raise where they, or the persons at them, are not as they must be."""
    for name in ("person", time):
        if table[name].isna().any():
            count = int(table[name].isna().sum())
            problems.append(Problem(f"column '{name}'", f"missing in {count} rows", "a value"))
    if problems:
        raise TableError(SUBJECT, problems)
    dated = read_dates(table, time, problems)
    doubled = pd.DataFrame({"person": table["person"], "date": dated.place}).duplicated()
    if doubled.any():
        who = hashed(table.loc[doubled, "person"].unique())
        found = f"{int(doubled.sum())} rows repeat a person and a {time} ({who})"
        problems.append(Problem(f"keys person, {time}", found, "one interview for each"))
    if len(dated.labels) < 2:
        step = "Flows need the same persons at two dates at least."
        problems.append(Problem(f"column '{time}'", "fewer than two dates", "two", next_step=step))
    if problems:
        raise TableError(SUBJECT, problems)
    return dated


def _alphabet(found: pd.Series, states: Iterable[str] | None) -> tuple[str, ...]:
    present = sorted(found.unique())
    if states is None:
        return tuple(present)
    named = read_names(states, SUBJECT)
    strangers = sorted(set(present) - set(named))
    if strangers:
        problem = Problem("states", f"not named: {listing(strangers)}", listing(named, 30))
        raise ParameterError(SUBJECT, [problem])
    return named


def _groups(table: pd.DataFrame, by: tuple[str, ...]) -> tuple[Whole, pd.DataFrame, list[str]]:
    if not by:
        return np.zeros(len(table), dtype=np.int64), pd.DataFrame(index=[0]), []
    keys, notes = table[list(by)].copy(), []
    for name in by:
        gaps = keys[name].isna()
        if gaps.any():
            keys[name] = keys[name].astype("str").where(~gaps, MISSING_GROUP)
            notes.append(f"{int(gaps.sum())} rows without {name} are the group {MISSING_GROUP}.")
    numbers = keys.groupby(list(by), sort=True, observed=True).ngroup().to_numpy(dtype=np.int64)
    distinct = keys.iloc[np.unique(numbers, return_index=True)[1]].reset_index(drop=True)
    return numbers, distinct, notes


def _in_order(made: Interviews) -> Interviews:
    order = np.lexsort((made.date, made.person))
    return Interviews(
        made.person[order],
        made.date[order],
        made.state[order],
        made.cluster[order],
        made.group[order],
        made.weight[order],
        made.dates,
        made.states,
        made.groups,
        made.time,
        made.notes,
        made.dated,
    )
