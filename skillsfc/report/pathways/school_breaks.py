"""A summer between two schools is no joblessness: such gaps count as the school that follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import ParameterError, Problem
from skillsfc.report.pathways.words import period
from skillsfc.sources.pathways import Pathways

LONGEST = {"month": 3, "week": 13, "day": 92, "quarter": 1}  # a year is no break
TIMES = ("period", "month", "quarter", "week", "day", "year")

Flags = npt.NDArray[np.bool_]


def count_breaks_as_school(data: Any, *, longest: float | None = None) -> Any:
    """Return histories in which a short gap between two stays in school is not joblessness.

    Use it where the data know joblessness only, and not who of the jobless searches for work: a
    main activity such as "none". States that are known to be unemployment stay.

    Parameters
    ----------
    data : Pathways
        Outcome of `skillsfc.load_pathways`.
    longest : float, optional
        Longest gap [unit of the data]; by default three months, and none in yearly data.

    Returns
    -------
    Pathways
        The same; where there are such gaps they have the state of the school or training that
        follows, and a sentence in the note says so. A gap counts if a stay in a learning state ends
        where it begins and another begins where it ends; where the clock starts at the end of
        school, also if it begins with the clock.

    Raises
    ------
    ParameterError
        If the data are no histories of `skillsfc.load_pathways`, or the gap is no number.

    Examples
    --------
    >>> import skillsfc as sf
    >>> told = sf.load_pathways("GBR")
    >>> data = count_breaks_as_school(told)
    >>> [int((one.periods["state"] == "joblessness").sum()) for one in (told, data)]
    [4399, 4016]
    >>> yearly = sf.load_pathways("USA")
    >>> count_breaks_as_school(yearly) is yearly
    True
    """
    _refuse_wrong(data, longest)
    limit = LONGEST.get(period(data.unit, 1), 0) if longest is None else longest
    if not know_joblessness_only(data) or not limit > 0:
        return data
    table = data.spells if data.periods is None else data.periods
    runs = None if table is None else _runs(table)
    if table is None or runs is None:
        return data
    gaps = _gaps(runs, data, limit)
    if not gaps.any():
        return data
    changed = _joined(table, runs, gaps)
    where = "spells" if data.periods is None else "periods"
    return replace(
        data,
        **{where: changed},
        note=f"{data.note or 'Your own file.'} {_said(runs[gaps], limit, data.unit)}",
    )


def _refuse_wrong(data: object, longest: object) -> None:
    problems = []
    if not isinstance(data, Pathways):
        problems.append(Problem("data", type(data).__name__, "outcome of sf.load_pathways"))
    number = isinstance(longest, int | float) and not isinstance(longest, bool)
    if longest is not None and not number:
        problems.append(Problem("longest", repr(longest)[:60], "a length of time, or None"))
    if problems:
        raise ParameterError("count_breaks_as_school", problems)


def know_joblessness_only(data: Any) -> bool:
    """Return whether nobody can tell from the histories who of the jobless searches for work.

    Parameters
    ----------
    data : Pathways
        Outcome of `skillsfc.load_pathways`.

    Returns
    -------
    bool
        True where no idle state is named as unemployment, or all are.

    Examples
    --------
    >>> import skillsfc as sf
    >>> [know_joblessness_only(sf.load_pathways(code)) for code in ("GBR", "XEX")]
    [True, False]
    """
    return bool(data.idle) and set(data.unemployed) in (set(), set(data.idle))


def _runs(table: pd.DataFrame) -> pd.DataFrame | None:
    """Return one row a stay: person, state, start, end; rows of it; None where no clock is."""
    if {"start", "end"} <= set(table.columns):
        ends = table[["start", "end"]]
        if not all(pd.api.types.is_numeric_dtype(ends[name]) for name in ends):
            return None
        rows = table[["person", "state", "start", "end"]].assign(row=np.arange(len(table)))
    else:
        time = next((name for name in TIMES if name in table.columns), None)
        if time is None:
            return None
        rows = table[["person", "state"]].assign(
            start=table[time], end=table[time] + 1, row=np.arange(len(table))
        )
    rows = rows.sort_values(["person", "start"], kind="stable").reset_index(drop=True)
    before = rows.shift()
    goes_on = rows["person"].eq(before["person"]) & rows["state"].eq(before["state"])
    goes_on &= rows["start"].eq(before["end"])
    runs = rows.assign(stay=(~goes_on).cumsum()).groupby("stay", sort=True)
    return runs.agg(
        person=("person", "first"), state=("state", "first"), start=("start", "first"),
        end=("end", "last"), rows=("row", list),
    ).reset_index(drop=True)  # fmt: skip


def _gaps(runs: pd.DataFrame, data: Any, limit: float) -> Flags:
    """Return which stays are short gaps between two stays in school."""
    learning = runs["state"].isin(data.learning)
    idle = runs["state"].isin(data.idle) & (runs["end"] - runs["start"] <= limit)
    person = runs["person"]
    after = learning.shift(-1, fill_value=False) & person.eq(person.shift(-1))
    after &= runs["end"].eq(runs["start"].shift(-1))
    before = learning.shift(fill_value=False) & person.eq(person.shift())
    before &= runs["start"].eq(runs["end"].shift())
    if "end of compulsory school" in data.start:
        before |= runs["start"].eq(0) & person.ne(person.shift())
    return np.asarray(idle & before & after, dtype=bool)


def _joined(table: pd.DataFrame, runs: pd.DataFrame, gaps: Flags) -> pd.DataFrame:
    """Return the table with each gap in the state that follows; a spell then begins earlier."""
    places = np.flatnonzero(gaps)
    following = {at: runs["state"].iloc[at + 1] for at in places}
    if "start" not in table.columns:
        state = table["state"].astype("object").to_numpy(copy=True)
        for at, word in following.items():
            state[runs["rows"].iloc[at]] = word
        return table.assign(state=pd.Series(state, index=table.index).astype("str"))
    made = table.reset_index(drop=True).copy()
    dropped: list[int] = []
    for at, word in following.items():
        rows, later = runs["rows"].iloc[at], runs["rows"].iloc[at + 1][0]
        dropped += rows
        made.loc[later, "start"] = made.loc[rows[0], "start"]
        if (
            "to_state" in made.columns
            and at
            and runs["person"].iloc[at - 1] == runs["person"].iloc[at]
        ):
            made.loc[runs["rows"].iloc[at - 1][-1], "to_state"] = word
    return made.drop(index=dropped).reset_index(drop=True)


def _said(gaps: pd.DataFrame, limit: float, unit: str) -> str:
    persons = gaps["person"].nunique()
    of = f"of {persons:,} persons" if persons >= 10 else "of fewer than ten persons"
    return (
        f"Gaps of up to {limit:g} {period(unit, limit)} between two stays in school or "
        f"training, such as a summer ({of}), count as the school or training that follows, not as "
        "joblessness."
    )
