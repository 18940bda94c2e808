"""Which move has the highest rate, and whether chance may have put it first."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from skillsfc.report.pathways.grouping import largest, with_interval
from skillsfc.report.pathways.state_names import inside
from skillsfc.report.text import Facts


def say_fastest(
    known: pd.DataFrame, one: str, names: Mapping[str, str], facts: Facts, *, table: str
) -> str:
    """Return the move with the highest rate in words; empty where all rates are withheld.

    Parameters
    ----------
    known : DataFrame
        ``from_state, to_state, per_hundred, per_hundred_lower, per_hundred_upper`` [moves per
        hundred persons and unit of time].
    one : str
        Unit of time, in the singular.
    names : mapping of str to str
        Plain names of states.
    facts : Facts
        Keeps the rate and its interval.
    table : str
        Name of the published table.

    Examples
    --------
    >>> told = pd.DataFrame({"from_state": ["U", "E"], "to_state": ["E", "U"],
    ...     "per_hundred": [4.0, 3.0], "per_hundred_lower": [2.9, 2.5],
    ...     "per_hundred_upper": [5.1, 3.5]})
    >>> names = {"E": "working", "U": "idle"}
    >>> print(say_fastest(told, "month", names, Facts("rates"), table="rates")[-76:])
    Chance may have put it above the next. Moves between the dates are included.
    """
    known = known[known["per_hundred"].notna()]
    if known.empty:
        return ""
    if known["per_hundred"].max() <= 0:
        return "Nobody moved, so that all rates are zero."
    ends = {f"per_hundred_{end}": end for end in ("lower", "upper")}
    rates = known.drop(columns=["lower", "upper"], errors="ignore").rename(columns=ends)
    first, said = largest(rates, "per_hundred"), []
    for row in first.to_dict("records"):
        where, to = (inside(names[str(row[end])]) for end in ("from_state", "to_state"))
        rate = with_interval(facts, f"{row['from_state']} to {row['to_state']}", row,
                             measure="per_hundred", table=table, kind="time",
                             then=f" such moves a {one}")  # fmt: skip
        said.append(f"from {where} to {to}: for every hundred persons in {where} at a time, {rate}")
    head = "The highest rate found is" if len(said) == 1 else "The highest rates found are"
    others = rates.drop(first.index)
    # Intervals apart are enough for a difference, whatever the correlation of the two.
    level = len(others) and not first["lower"].min() > others["upper"].max()
    chance = " Chance may have put it above the next." if level else ""
    return f"{head} {'; '.join(said)}.{chance} Moves between the dates are included."
