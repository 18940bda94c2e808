"""One indicator in each group and in all: its share, its error, and what missing answers allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.transitions.indicators.people import People
from skillsfc.transitions.indicators.rules import Answer
from skillsfc.transitions.indicators.unanswered import Filled, Flags, fill
from skillsfc.transitions.ratios import domains, reliability, wilson
from skillsfc.transitions.survey_design import estimate_ratios


def estimate_indicator(
    people: People, answer: Answer, ages: tuple[int, int], groups: list[str], **design: Any
) -> tuple[pd.DataFrame, list[str]]:
    """Return an indicator in each group and in all, and notes; no row where nobody may belong.

    Parameters
    ----------
    people : People
        The whole survey.
    answer : Answer
        Trait and domain of each person.
    ages : tuple of int
        First and last age [years].
    groups : list of str
        Columns of the groups; all together follow them.
    **design
        ``weight, stratum, cluster, level`` as in `estimate_ratios`.
    """
    young = (people.age >= ages[0]) & (people.age <= ages[1])
    number = np.zeros(len(people.table), dtype=np.int64)
    for k, (_, rows) in enumerate(domains(people.table, groups)):
        number[rows] = k
    parts = answer.parts or (answer.inside, answer.trait)
    filled = fill(answer.trait, answer.inside, parts, scope=young, weight=people.weight,
                  group=number)  # fmt: skip
    found = [_of_groups(people, filled, group, design) for group in ([groups] if groups else [])]
    whole = _of_groups(people, filled, [], design)
    for name in groups:
        whole[name] = "T" if name == "sex" else "total"
    made = pd.concat([*found, whole], ignore_index=True)
    made = made[made["persons"].gt(0) | made["_open"]].drop(columns="_open").reset_index(drop=True)
    if made.empty:
        return made, []
    notes = [answer.note, *_said(filled, people.weight > 0), *map(str, whole["note"].unique())]
    return made, notes


def _of_groups(
    people: People, filled: Filled, groups: list[str], design: Mapping[str, Any]
) -> pd.DataFrame:
    """Return the shares of the domains, with bounds and counts of those who answered."""
    made = _ratios(people, filled.cases, filled.base, groups, design)
    rows = [inside for _, inside in domains(people.table, groups)]
    made[["persons", "cases"]] = [filled.counts(r & (people.weight > 0)) for r in rows]
    made[["lowest", "highest"]] = [filled.bounds(inside, people.weight) for inside in rows]
    known = made["persons"].where(made["persons"] > 0)
    made["design_effect"] = known / made["effective_persons"]
    made["share_high"] = made["share"]
    lost = ~filled.answered & (people.weight > 0)
    made["_open"] = [bool((lost & inside).any()) for inside in rows]
    open_rows = np.array([bool((filled.undecided & inside).any()) for inside in rows])
    # Nobody there is known to belong: what others lend is no estimate of these.
    open_rows |= (made["_open"] & made["persons"].eq(0)).to_numpy(dtype=bool)
    if open_rows.any():
        _only_bounds(made, open_rows, people, filled, groups, design)
    made["reliability"] = [
        reliability(row["persons"], row["share_high"], row["standard_error"])
        for row in made.to_dict("records")
    ]
    return made


def _ratios(
    people: People, cases: Any, base: Any, groups: list[str], design: Mapping[str, Any]
) -> pd.DataFrame:
    """Return ratios as shares: what is filled in is a fraction, its interval still a share's."""
    table = people.table.assign(_cases=cases, _base=base)
    made = estimate_ratios(table, "_cases", "_base", group=groups or None, **design)
    if "share" in made:
        return made
    made = made.rename(columns={"mean": "share"})
    error = made["standard_error"].to_numpy()
    share = made["share"].clip(0.0, 1.0).to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        # Half the width of a symmetric interval is the quantile times the error.
        quantile = np.where(error > 0, (made["upper"] - made["share"]) / error, 1.96)
        worth = np.where(error > 0, share * (1 - share) / error**2, made["effective_persons"])
    worth = np.minimum(worth, made["persons"])
    made["share"], made["effective_persons"] = share, worth
    ends = [wilson(*row) for row in zip(share, worth, quantile, strict=True)]
    made[["lower", "upper"]] = ends
    return made


def _only_bounds(
    made: pd.DataFrame,
    open_rows: Flags,
    people: People,
    filled: Filled,
    groups: list[str],
    design: Mapping[str, Any],
) -> None:
    """Put the bounds, and the outer ends of their intervals, where no more can be said."""
    low = _ratios(people, *filled.low, groups, design)
    high = _ratios(people, *filled.high, groups, design)
    made.loc[open_rows, "share"] = low.loc[open_rows, "share"]
    made.loc[open_rows, "share_high"] = high.loc[open_rows, "share"]
    made.loc[open_rows, "lower"] = low.loc[open_rows, "lower"]
    made.loc[open_rows, "upper"] = high.loc[open_rows, "upper"]
    made.loc[open_rows, "standard_error"] = np.maximum(
        low.loc[open_rows, "standard_error"], high.loc[open_rows, "standard_error"]
    )


def _said(filled: Filled, counted: Flags) -> list[str]:
    """Say how many persons could not be placed, and what was done."""
    lost = ~filled.answered & counted
    count, open_count = int(lost.sum()), int((filled.undecided & counted).sum())
    if not count:
        return []
    domain = count + int((filled.answered & counted & (filled.low[1] == 1)).sum())
    said = [
        f"{count} of {domain} persons who may belong to it lack an answer: taken as those like "
        "them who answered; 'lowest' and 'highest' assume nothing."
    ]
    if open_count:
        said.append(
            f"Nobody like {open_count} of them answered: 'share' to 'share_high' is all that can "
            "be said."
        )
    return said
