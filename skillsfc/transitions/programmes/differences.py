"""Difference in differences: two groups, two periods, the same persons or different ones."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, ParameterError, Problem, TableError, listing
from skillsfc.transitions.programmes.answers import attrition, refuse_one_arm
from skillsfc.transitions.programmes.choices import SUBJECT, ProgrammeSettings
from skillsfc.transitions.programmes.fits import Fit, linear_fit
from skillsfc.transitions.programmes.people import People
from skillsfc.transitions.programmes.weighting import (
    Estimate,
    arm_weights,
    ratio,
)
from skillsfc.transitions.records import Flags, Floats, as_codes


def read_after(people: People, settings: ProgrammeSettings) -> tuple[People, Flags, list[str]]:
    """Return the rows of two periods and which are of the later one.

    Raises
    ------
    TableError
        If there are not two periods, and none are named.
    ParameterError
        If a named period is not there.
    """
    column = people.table[str(settings.time)]
    values = column.unique().tolist()
    wanted = settings.periods
    if wanted is None:
        if len(values) != 2:
            step = "Name two of them: periods=(before, after)."
            found = f"{len(values)} values: {listing(values, 6)}"
            raise TableError(
                SUBJECT, [Problem(f"time '{settings.time}'", found, "two periods", next_step=step)]
            )
        wanted = _in_order(column, values, str(settings.time))
    words = as_codes(column)
    before, after = as_codes(pd.Series(list(wanted))).tolist()
    lost = [word for word in (before, after) if not (words == word).any()]
    if lost or before == after:
        found = f"not in the data: {listing(lost)}" if lost else "twice the same"
        raise ParameterError(SUBJECT, [Problem("periods", found, f"two of {listing(values)}")])
    rows = words.isin([before, after]).to_numpy(dtype=bool)
    other = int((~rows).sum())
    notes = [f"Before is {before}, after is {after}."]
    notes += [f"{other} rows of other periods are not used."] if other else []
    return people.only(rows), (words[rows] == after).to_numpy(dtype=bool), notes


def _in_order(column: pd.Series, values: list[object], name: str) -> tuple[object, object]:
    """Return two periods, the earlier first: by their categories, as numbers or as dates.

    Raises
    ------
    TableError
        If they are words, whose order nothing tells.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        if column.cat.ordered:
            first, last = (value for value in column.cat.categories if value in values)
            return first, last
    elif not (pd.api.types.is_string_dtype(column) or pd.api.types.is_object_dtype(column)):
        return column.min(), column.max()
    numbers = pd.to_numeric(pd.Series(values), errors="coerce").tolist()
    if any(number != number for number in numbers):
        found = f"the words {listing(values)}: which is earlier?"
        step = f"Name them: periods=({values[0]!r}, {values[1]!r}), the earlier first."
        raise TableError(
            SUBJECT, [Problem(f"time '{name}'", found, "numbers or dates", next_step=step)]
        )
    first, last = (value for _, value in sorted(zip(numbers, values, strict=True)))
    return first, last


def is_panel(people: People, after: Flags, settings: ProgrammeSettings) -> bool:
    """Return whether the same persons stand in both periods.

    Raises
    ------
    TableError
        If persons are asked for and not there, or stand twice in one period.
    """
    if "person" not in people.table.columns:
        if settings.panel:
            step = "Without it, the rows are taken as different persons (panel=False)."
            raise TableError(SUBJECT, [
                Problem("column 'person'", "missing", "who is who in both periods", next_step=step)
            ])  # fmt: skip
        return False
    keys = people.table["person"]
    both = set(keys[after].dropna()) & set(keys[~after].dropna())
    panel = _same_persons(people, after, len(both)) if settings.panel is None else settings.panel
    if not panel:
        return False
    nameless = int(keys.isna().sum())
    again = int(keys[after].duplicated().sum() + keys[~after].duplicated().sum())
    problems = []
    if nameless:
        found = f"missing in {nameless} rows"
        problems.append(Problem("column 'person'", found, "who is who in both periods"))
    if again:
        found = f"{again} rows repeat a person of the same period"
        problems.append(Problem("column 'person'", found, "one row a person and period"))
    if not both:
        problems.append(Problem("column 'person'", "nobody stands in both periods", "a panel"))
    if problems:
        raise TableError(SUBJECT, problems)
    return True


def _same_persons(people: People, after: Flags, shared: int) -> bool:
    """Return whether names that stand in both periods are of the same persons, or ask.

    In a panel most persons come back, and nobody who was treated is no longer so; in samples whose
    numbers begin anew, names come back by chance and treatment goes both ways.
    """
    if not shared:
        return False
    keys = people.table["person"]
    fewest = min(keys[after].nunique(), keys[~after].nunique())
    early, late = (
        pd.Series(people.treated[rows], index=keys[rows]).groupby(level=0).max()
        for rows in (~after, after)
    )
    left = int((early.reindex(late.index).eq(True) & ~late).sum())
    if 2 * shared >= fewest and not left:
        return True
    found = f"{shared} names stand in both periods, {left} of them treated only before"
    step = "Say panel=True if they are the same persons, panel=False if the names begin anew."
    raise TableError(
        SUBJECT, [Problem("column 'person'", found, "the same persons, or others", next_step=step)]
    )


def pair_periods(people: People, after: Flags) -> tuple[People, Floats, list[str]]:
    """Return persons of both periods, their outcome the change, and its level after.

    Traits, weight and cluster are those of the earlier period; treated is who is so in either.
    """
    keys = people.table["person"]
    first, last = (pd.Series(np.flatnonzero(rows), index=keys[rows]) for rows in (~after, after))
    shared = first.index.intersection(last.index)
    early, late = first[shared].to_numpy(), last[shared].to_numpy()
    alone = len(first) + len(last) - 2 * len(shared)
    notes = [f"{len(shared)} persons of both periods are taken as the same (panel=True)."]
    if alone:
        ever = pd.concat([first, last]).groupby(level=0).first().index
        arms = pd.Series(people.treated, index=keys).groupby(level=0).max()
        notes += attrition(
            arms[ever].to_numpy(dtype=bool), ever.isin(shared), "Only one period is known"
        )
    changed = int((people.treated[early] != people.treated[late]).sum())
    if changed:
        notes.append(f"Treatment differs between the periods for {changed} persons: they are the "
                     "treated, whatever they were before.")  # fmt: skip
    found = People(
        people.table.iloc[early].reset_index(drop=True),
        people.treated[early] | people.treated[late],
        people.outcome[late] - people.outcome[early], people.weight[early], people.place[early],
        people.design,
    )  # fmt: skip
    refuse_one_arm(found.treated, SUBJECT)
    return found, people.outcome[late], notes


def change_effect(
    people: People, matrix: Floats, propensity: Fit | None, adjustment: str
) -> Estimate:
    """Return the effect on the treated from each person's change."""
    ones = np.ones(len(people.outcome), dtype=bool)
    return _trend_difference(people, ones, matrix, propensity, adjustment)


def section_effect(
    people: People, after: Flags, matrix: Floats, propensity: Fit | None, adjustment: str
) -> Estimate:
    """Return the effect on the treated from two samples of different persons.

    Raises
    ------
    CoverageError
        If an arm has nobody in one of the periods.
    """
    empty = [
        f"{arm} {when}"
        for arm, rows in (("treated", people.treated), ("controls", ~people.treated))
        for when, period in (("before", ~after), ("after", after))
        if not (rows & period).any()
    ]
    if empty:
        step = (
            "Different persons in each period: 'treatment' must name the group that has the "
            "programme later, in both periods."
        )
        raise CoverageError(
            SUBJECT, [Problem("rows", f"no {listing(empty)}", "both arms in both", next_step=step)]
        )
    late = _trend_difference(people, after, matrix, propensity, adjustment)
    return late - _trend_difference(people, ~after, matrix, propensity, adjustment)


def _trend_difference(
    people: People, period: Flags, matrix: Floats, propensity: Fit | None, adjustment: str
) -> Estimate:
    """Return the treated's mean outcome of a period less what the controls lead one to expect."""
    treated, outcome, weight = people.treated, people.outcome, people.weight
    zero = np.zeros(len(outcome))
    inside = weight * (treated & period)
    pool = weight * (~treated & period)
    change = zero
    if adjustment in ("ipw", "dr") and propensity is not None:
        own, slope = arm_weights(treated, weight, "att", propensity)
        pool, change = own * (~treated & period), slope * (~treated & period)
    if adjustment not in ("regression", "dr"):
        effect = [(propensity, change * outcome, change)] if propensity is not None else []
        return ratio(inside * outcome, inside) - ratio(pool * outcome, pool, effect)
    model = linear_fit(matrix, outcome, weight * (~treated & period))
    missed = outcome - model.mean
    if adjustment == "regression":
        # The traits of all treated, of both periods, say what to expect.
        every = weight * treated
        expected = ratio(every * model.mean, every, [(model, every, zero)])
        return ratio(inside * outcome, inside) - expected
    mine = ratio(inside * missed, inside, [(model, -inside, zero)])
    theirs = [(model, -pool, zero)]
    if propensity is not None:
        theirs.append((propensity, change * missed, change))
    return mine - ratio(pool * missed, pool, theirs)
