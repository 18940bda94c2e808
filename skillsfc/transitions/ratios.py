"""One ratio of a survey: its value, error, interval and how far it can be relied on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import Problem
from skillsfc.transitions.design import Floats, SurveyDesign
from skillsfc.transitions.records import as_codes

FEW, TOO_FEW = 30, 10  # persons: below the first unreliable, below the second withheld
VAGUE, TOO_VAGUE = 0.25, 0.50  # coefficient of variation: the same two limits
NOT_STATED = "not stated"

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Ratio:
    """One estimated ratio.

    Parameters
    ----------
    value, error : float
        Estimate and its standard error; NaN where nobody is in the denominator.
    persons, cases : int
        Rows with weight in the denominator, and those among them with the trait.
    effective : float
        Number of persons of a simple random sample with the same error, at most ``persons``.
    design_effect : float
        Variance over that of a simple random sample of as many persons.
    population : float
        Sum of weights of the denominator.
    """

    value: float
    error: float
    persons: int
    cases: int
    effective: float
    design_effect: float
    population: float


def domains(table: pd.DataFrame, groups: Sequence[str]) -> list[tuple[dict[str, Any], Flags]]:
    """Return each group's keys and the rows in it; missing keys make a group of their own."""
    if not groups:
        return [({}, np.ones(len(table), dtype=bool))]
    keys = stated(table, groups)
    number = keys.groupby(list(groups), sort=True, observed=True).ngroup().to_numpy()
    first = keys.assign(_at=number).drop_duplicates("_at").sort_values("_at")
    return [
        ({str(name): row[name] for name in groups}, np.asarray(number == row["_at"]))
        for row in first.to_dict("records")
    ]


def stated(table: pd.DataFrame, groups: Sequence[str]) -> pd.DataFrame:
    """Return the columns of groups; one with gaps as text, its gaps as a group of their own.

    Examples
    --------
    >>> stated(pd.DataFrame({"area": [1.0, None]}), ["area"])["area"].tolist()
    ['1', 'not stated']
    """
    return pd.DataFrame(
        {
            name: as_codes(table[name]).fillna(NOT_STATED)
            if table[name].isna().any()
            else table[name]
            for name in groups
        }
    )


def taken_names(groups: Sequence[str], taken: Sequence[str], argument: str) -> list[Problem]:
    """Return a problem for each column of groups whose name the result needs for its own."""
    return [
        Problem(
            f"{argument}: column '{name}'",
            "the result has a column of this name",
            "another name",
            next_step=f"Rename it first: table.rename(columns={{'{name}': '{name}_group'}}).",
        )
        for name in dict.fromkeys(groups)
        if name in taken
    ]


def estimate_ratio(design: SurveyDesign, top: Floats, below: Floats) -> Ratio:
    """Return one ratio from answers in the order of the design; zero outside the domain."""
    weight = design.weight
    inside = (below != 0) & (weight > 0)
    persons, total = int(inside.sum()), float((weight * below).sum())
    cases = int((inside & (top != 0)).sum())
    if not persons or total == 0:
        return Ratio(np.nan, np.nan, persons, cases, 0.0, np.nan, total)
    value = float((weight * top).sum() / total)
    rest = top - value * below
    spread = float((weight * rest**2)[inside].sum() / weight[inside].sum())
    mean_below = total / float(weight[inside].sum())
    simple = spread / mean_below**2  # variance of one draw, on the scale of the ratio
    kish = float(weight[inside].sum() ** 2 / (weight[inside] ** 2).sum())
    variance = design.variance(weight * rest / total) if design.known else simple / kish
    # Nobody differs (a share of 0 or 1): the weights alone say what the persons are worth.
    effective = kish if variance <= 1e-30 or simple <= 1e-30 else simple / variance
    return Ratio(
        value,
        float(np.sqrt(variance)),
        persons,
        cases,
        min(effective, float(persons)),
        persons / effective,
        total,
    )


def wilson(value: float, effective: float, quantile: float) -> tuple[float, float]:
    """Return Wilson's interval of a share.

    Parameters
    ----------
    value : float
        The share [0-1].
    effective : float
        Persons it rests on; may be a fraction.
    quantile : float
        Quantile of the normal or Student distribution, 1.96 for 95 %.

    Examples
    --------
    >>> [round(end, 4) for end in wilson(0.5, 10, 1.96)]
    [0.2366, 0.7634]
    """
    if not effective > 0:
        return np.nan, np.nan
    squared = quantile**2 / effective
    centre = (value + squared / 2) / (1 + squared)
    half = quantile / (1 + squared) * np.sqrt((value * (1 - value) + squared / 4) / effective)
    # A share of exactly 0 or 1 has that very end; rounding would leave it 1e-17 inside.
    low = 0.0 if value <= 0 else max(0.0, centre - half)
    high = 1.0 if value >= 1 else min(1.0, centre + half)
    return float(low), float(high)


def reliability(persons: int, value: float, error: float) -> str:
    """Return "" (good), "u" (unreliable) or "w" (to be withheld) for an estimate.

    Examples
    --------
    >>> reliability(400, 0.3, 0.02), reliability(25, 0.3, 0.05), reliability(8, 0.3, 0.05)
    ('', 'u', 'w')
    """
    relative = 0.0 if error == 0 else error / abs(value) if value else np.inf
    if persons < TOO_FEW or relative > TOO_VAGUE or np.isnan(value):
        return "w"
    return "u" if persons < FEW or relative > VAGUE else ""


def measured(found: Ratio, measure: str, design: SurveyDesign, level: float) -> dict[str, Any]:
    """Return one ratio as the columns of a result's row."""
    quantile = design.quantile(level)
    if measure == "share":
        lower, upper = wilson(found.value, found.effective, quantile)
    else:
        lower, upper = found.value - quantile * found.error, found.value + quantile * found.error
    return {
        measure: found.value,
        "standard_error": found.error,
        "lower": lower,
        "upper": upper,
        "level": level,
        "persons": found.persons,
        "cases": found.cases,
        "effective_persons": found.effective,
        "design_effect": found.design_effect,
        "reliability": reliability(found.persons, found.value, found.error),
    }
