"""Projected rates that leave fewer than nobody: refused by name, kept, or scaled."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem
from skillsfc.transitions.cohorts.excess import excess_at, own_factor, scale_rates
from skillsfc.transitions.cohorts.kernel import Rates
from skillsfc.transitions.cohorts.tables import series_name
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.survival.selection import check_words

TREATMENTS = ("keep", "scale")
MOST_SHOWN = 10


def balance_rates(
    rates: Rates,
    groups: pd.DataFrame,
    years: Whole,
    first_grade: int,
    excess: str | None,
    subject: str,
) -> tuple[Rates, tuple[str, ...]]:
    """Return rates after the treatment chosen, and what is to be said of it.

    Parameters
    ----------
    rates : Rates
        Arrays (years, groups, grades), with the completion that a projection uses.
    excess : {"keep", "scale"} or None
        None refuses rates of which more go on, complete and repeat than are there.

    Raises
    ------
    ParameterError
        If the word is unknown, or nothing was chosen and there are such rates.
    """
    if excess is not None:
        check_words(subject, 0.95, {"excess": (excess, TREATMENTS)})
    over = excess_at(rates)
    if excess == "keep" or not over.any():
        return rates, ()
    if excess is None:
        raise ParameterError(subject, _problems(over, groups, years, first_grade))
    cells = int((over > 0).any(axis=0).sum())
    grades = "1 grade" if cells == 1 else f"{cells} grades"
    text = f"Shares that add up to more than 1 are divided by their sum, in {grades}."
    return scale_rates(rates, own_factor(rates)), (text,)


def _problems(over: Floats, groups: pd.DataFrame, years: Whole, first_grade: int) -> list[Problem]:
    problems = []
    step = (
        "Choose: excess='scale' divides by the sum; excess='keep' takes the surplus for pupils who "
        "come in."
    )
    places = np.argwhere((over > 0).any(axis=0))
    for group, grade in places[:MOST_SHOWN]:
        year = int(over[:, group, grade].argmax())
        where = f"rates of {series_name(groups.iloc[group].to_dict())}"
        total = 1.0 + over[year, group, grade]
        found = f"grade {first_grade + grade} in {years[year]}: shares add up to {total:.4f}"
        problems.append(Problem(where, found, "at most 1: the rest drops out", next_step=step))
    rest = len(places) - MOST_SHOWN
    if rest > 0:
        problems.append(Problem("further grades", f"{rest} more", "at most 1"))
    return problems
