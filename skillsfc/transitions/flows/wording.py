"""What a reader of gross flows should know, in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from skillsfc.transitions.flows.interviews import Interviews
from skillsfc.transitions.flows.result import FlowMatrix, FlowSettings
from skillsfc.transitions.records import Floats
from skillsfc.transitions.survival.selection import FEW


def flow_notes(
    made: Interviews,
    settings: FlowSettings,
    matrices: Sequence[FlowMatrix],
    averages: Sequence[FlowMatrix],
    unmatched: pd.DataFrame,
    stocks: Mapping[tuple[Any, ...], Floats] | None,
) -> tuple[str, ...]:
    """Return notes on matching, corrections, small numbers and what is left undone."""
    notes = [*made.notes, *_matching(unmatched)]
    notes += [settings.uneven] if settings.uneven else []
    notes += _nothing(settings, matrices, averages)
    if settings.misclassified:
        notes.append(
            "Misclassification is undone as if errors at the two dates were independent; where "
            "the same persons err in the same way twice, that corrects too much."
        )
    if stocks is not None:
        notes.append(_margins(settings, made, stocks))
    negative = sum(int((one.flow < 0).sum()) for one in matrices)
    if negative:
        are = "1 flow is" if negative == 1 else f"{negative} flows are"
        notes.append(
            f"{are} negative after the corrections: the errors or stocks stated ask for more than "
            "the data hold. negative='clip' or adjustment='ipf' avoids them."
        )
    few = {
        state
        for one in averages
        if one.keys["pairs"]
        for state, count in zip(settings.states, one.count.sum(axis=1), strict=True)
        if count < FEW
    }
    if few:
        names = ", ".join(sorted(few))
        notes.append(f"Fewer than {FEW} persons begin in {names}, all pairs together.")
    clusters = len(set(made.cluster[made.weight > 0].tolist()))
    notes.append(f"Standard errors: delta method over {clusters} clusters.")
    return tuple(notes)


def _nothing(
    settings: FlowSettings, matrices: Sequence[FlowMatrix], averages: Sequence[FlowMatrix]
) -> list[str]:
    """Name the groups without flows, and those whose dates are all further apart than most."""
    found: dict[bool, list[str]] = {False: [], True: []}
    for one in averages:
        if not one.keys["pairs"]:
            keys = {name: one.keys[name] for name in settings.group}
            seen = any(
                other.count.any() and all(other.keys[name] == keys[name] for name in keys)
                for other in matrices
            )
            found[seen].append(", ".join(f"{name} {value}" for name, value in keys.items()))
    where = {seen: "; ".join(groups) for seen, groups in found.items() if groups}
    ends = {False: "consecutive dates", True: f"dates {settings.apart:g} apart"}
    heads = {False: "No flows", True: "Nothing over all pairs"}
    return [
        f"{heads[seen]} for {groups}: nobody there is interviewed at two {ends[seen]}."
        for seen, groups in where.items()
    ]


def _matching(unmatched: pd.DataFrame) -> list[str]:
    kinds = unmatched.groupby("kind")["count"].sum()
    first = kinds["matched"] + kinds["lost"]
    if not kinds["lost"] and not kinds["entered"]:
        return [f"All {first} interviews have one of the same person at the next date."]
    notes = [
        f"{kinds['lost']} of {first} interviews ({kinds['lost'] / first:.1%}) have none of the "
        f"same person at the next date; {kinds['entered']} at a next date have none before."
    ]
    by_state = unmatched[unmatched["kind"] != "entered"].pivot_table(
        index="state", columns="kind", values="count", aggfunc="sum"
    )
    by_state = by_state[by_state.sum(axis=1) >= FEW]
    if len(by_state) > 1:
        share = by_state["lost"] / by_state.sum(axis=1)
        low, high = share.idxmin(), share.idxmax()
        notes.append(
            f"Not found again: from {share[low]:.1%} of those in {low} to {share[high]:.1%} in "
            f"{high}. Flows are those of the persons found again."
        )
    return notes


def _margins(
    settings: FlowSettings, made: Interviews, stocks: Mapping[tuple[Any, ...], Floats]
) -> str:
    how = {"wls": "constrained weighted least squares", "ipf": "proportional fitting"}
    totals: dict[Any, float] = {}
    for key, values in stocks.items():
        totals[key[0]] = totals.get(key[0], 0.0) + float(values.sum())
    growth = totals[made.dates[-1]] / totals[made.dates[0]] - 1
    return (
        f"Flows agree with the stocks given at both dates ({how[str(settings.margins)]}). The "
        f"total changed by {growth:.2%} over all dates; spread over the states in proportion."
    )
