"""Each indicator as a numerator and a domain of persons; yes, no and not known kept apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skillsfc.transitions.indicators.fields import FieldTable, field_match_of
from skillsfc.transitions.indicators.match import match_of
from skillsfc.transitions.indicators.people import (
    EMPLOYEES,
    MEDIUM,
    SOME_SELF_EMPLOYED,
    TERTIARY,
    Floats,
    People,
)

FULL_TIME = 35  # hours a week; the limit of time-related underemployment is national
LOW_PAY = 2 / 3  # of the median
GRADUATED = (1, 3)  # completed years since the highest level was completed


@dataclass(frozen=True)
class Answer:
    """Who counts, and who of them has the trait.

    Parameters
    ----------
    trait : array of float
        1, 0, or NaN where not known.
    inside : array of float
        1 where the person is in the domain, 0 where not, NaN where not known.
    note : str
        A treatment that the reader has to know.
    parts : tuple of array of float
        The questions behind both, NaN where not answered; by default the two themselves.
    """

    trait: Floats
    inside: Floats
    note: str = ""
    parts: tuple[Floats, ...] = ()


def employed(people: People) -> Floats:
    """Return 1 for the employed, 0 for others, NaN where the activity is missing."""
    return people.is_in("activity", ("employed",))


def learning(
    people: People, *, formal_only: bool = False
) -> tuple[Floats, tuple[Floats, ...], str]:
    """Return 1 for persons in education or training, the questions behind it, and a note.

    A known yes decides whatever is missing.
    """
    formal = people.answer("in_education")
    if formal_only:
        return formal, (formal,), ""
    if not people.has("in_training"):
        note = "Non-formal training was not asked: the share is larger than if it had been."
        return formal, (formal,), note
    course = people.answer("in_training")
    return either(formal, course), (formal, course), ""


def either(first: Floats, second: Floats) -> Floats:
    """Return the logical or of answers that may be missing.

    Examples
    --------
    >>> either(np.array([1.0, 0.0, 0.0]), np.array([np.nan, np.nan, 0.0])).tolist()
    [1.0, nan, 0.0]
    """
    return np.where((first == 1) | (second == 1), 1.0, first + second)


def both(*answers: Floats) -> Floats:
    """Return the logical and of answers that may be missing; a known no decides.

    Examples
    --------
    >>> both(np.array([0.0, 1.0]), np.array([np.nan, np.nan])).tolist()
    [0.0, nan]
    """
    product = np.prod(np.stack(answers), axis=0)
    return np.where((np.stack(answers) == 0).any(axis=0), 0.0, product)


def _everybody(people: People) -> Floats:
    return np.ones(len(people.table))


def _neet(people: People, *, formal_only: bool = False, activity: str = "") -> Answer:
    busy, asked, note = learning(people, formal_only=formal_only)
    idle = people.is_in("activity", (activity,)) if activity else 1 - employed(people)
    # The same parts for the whole and for the searching and the others, so that these add up.
    parts = (employed(people), people.is_in("activity", ("unemployed",)), *asked)
    return Answer(both(idle, 1 - busy), _everybody(people), note, parts)


def _graduates(people: People, levels: tuple[str, ...]) -> Answer:
    years = np.floor(people.number("years_since_education"))
    since = (years >= GRADUATED[0]) & (years <= GRADUATED[1])
    recent = np.where(np.isnan(years), np.nan, since.astype(float))
    busy, asked, note = learning(people)
    studying = people.answer("in_education") == 1  # then the years are not asked
    recent = np.where(studying, 0.0, recent)
    level = people.is_in("qualification", levels)
    if note:
        note = "Non-formal training was not asked: some who are in a course are counted."
    inside, works = both(level, recent, 1 - busy), employed(people)
    note = " ".join(text for text in (note, people.said_of("years_since_education")) if text)
    return Answer(works, inside, note, (level, recent, *asked, works))


def _match(people: People, *, definition: str, over: bool) -> Answer:
    gap, note = match_of(people, definition)
    trait = np.where(np.isnan(gap), np.nan, (gap > 0 if over else gap < 0).astype(float))
    return Answer(trait, employed(people), note)


def _below(people: People) -> Answer:
    group = people.text("occupation").str[:1]
    trait = np.where(group.isna(), np.nan, 1 - group.isin(["1", "2", "3"]).astype(float))
    # Officers stand beside other ranks in major group 0: it says nothing of the level.
    armed = group.eq("0").fillna(False).to_numpy(dtype=bool)
    tertiary = both(employed(people), people.is_in("qualification", TERTIARY))
    count = int((armed & (tertiary == 1)).sum())
    note = f"{count} persons in armed forces occupations (ISCO-08 group 0) are in no count."
    return Answer(trait, np.where(armed, 0.0, tertiary), note if count else "")


def _of_employed(people: People, trait: Floats, note: str = "") -> Answer:
    return Answer(trait, employed(people), note)


def _field_by_table(people: People, table: FieldTable | None) -> Answer:
    if table is None:  # `can_be_measured` keeps it from being asked for
        return _of_employed(people, np.full(len(people.table), np.nan))
    matched, inside, note = field_match_of(people, table)
    return Answer(1 - matched, inside, note)


def employees(people: People) -> Floats:
    """Return 1 for employees; where the status was not asked, for all the employed."""
    if not people.has("employment_status"):
        return employed(people)
    return both(employed(people), people.is_in("employment_status", EMPLOYEES))


def _stable(people: People) -> Answer:
    permanent = people.is_in("contract", ("permanent",))
    # Who is no employee has no contract: a blank there is an answer.
    others = employed(people) - employees(people) == 1
    trait = np.where(others, 0.0, permanent)
    return Answer(trait, employed(people), "", (employed(people), employees(people), trait))


def _own_account_or_family(people: People) -> Answer:
    trait = people.is_in("employment_status", ("3", "5"))
    unclear = people.is_in("employment_status", (SOME_SELF_EMPLOYED,)) == 1
    own = 1 - people.is_in("employment_status", EMPLOYEES)
    trait = np.where(unclear, np.nan, trait)
    return Answer(trait, employed(people), "", (employed(people), own, trait))


def _low_pay(people: People) -> Answer:
    wage, weight = people.number("wage"), people.weight
    inside = employees(people)
    known = (inside == 1) & np.isfinite(wage) & (weight > 0)
    if not known.any():
        return Answer(np.full(len(wage), np.nan), inside)
    line = LOW_PAY * weighted_median(wage[known], weight[known])
    trait = np.where(np.isnan(wage), np.nan, (wage < line).astype(float))
    note = f"Low pay: below {line:,.0f} a month, two thirds of the median of all employees; the "
    return Answer(trait, inside, note + "error of that median is not in the interval.")


def weighted_median(values: Floats, weight: Floats) -> float:
    """Return the least value that half of the weight does not exceed.

    Examples
    --------
    >>> weighted_median(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0]))
    2.0
    """
    order = np.argsort(values)
    passed = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(passed, passed[-1] / 2)])


def _underemployed(people: People) -> Answer:
    hours = people.number("hours")
    short = np.where(np.isnan(hours), np.nan, (hours < FULL_TIME).astype(float))
    wish, inside = people.answer("wants_more_hours"), employed(people)
    return Answer(both(short, wish), inside, people.said_of("hours"), (inside, short, wish))


def _informal(people: People) -> Answer:
    if people.answered("informal"):
        return _of_employed(people, people.answer("informal"))
    note = "Informality was not asked: employees without social security, others left out."
    return Answer(1 - people.answer("social_security"), employees(people), note)


def rules(
    definition: str, table: FieldTable | None = None
) -> dict[str, Callable[[People], Answer]]:
    """Return how each indicator of ``data/codes/transition_indicators.csv`` is worked out."""
    return {
        "neet_ilo": _neet,
        "neet_15_29": _neet,
        "neet_oecd": lambda p: _neet(p, formal_only=True),
        "neet_unemployed": lambda p: _neet(p, activity="unemployed"),
        "neet_outside": lambda p: _neet(p, activity="outside"),
        "recent_graduates": lambda p: _graduates(p, (*MEDIUM, *TERTIARY)),
        "recent_graduates_medium": lambda p: _graduates(p, MEDIUM),
        "recent_graduates_tertiary": lambda p: _graduates(p, TERTIARY),
        "over_educated": lambda p: _match(p, definition=definition, over=True),
        "under_educated": lambda p: _match(p, definition=definition, over=False),
        "tertiary_below": _below,
        "field_mismatch": lambda p: _of_employed(p, 1 - p.answer("field_match")),
        "field_mismatch_by_table": lambda p: _field_by_table(p, table),
        "job_mismatch": lambda p: _of_employed(p, 1 - p.answer("job_match")),
        "stable_job": _stable,
        "own_account_or_family": _own_account_or_family,
        "low_pay": _low_pay,
        "wants_other_job": lambda p: _of_employed(p, p.answer("wants_other_job")),
        "time_underemployed": _underemployed,
        "informal": _informal,
        "written_contract": lambda p: Answer(p.answer("written_contract"), employees(p)),
    }


def can_be_measured(people: People, code: str, needs: str, table: FieldTable | None = None) -> str:
    """Return the columns that an indicator lacks, as text; empty if it can be measured."""
    lacking = [name for name in needs.split() if not people.has(name)]
    if code == "informal":
        asked = [name for name in ("informal", "social_security") if people.has(name)]
        if not any(people.answered(name) for name in asked):
            words = " (no answer in any row)" if asked else ""
            lacking.append(" or ".join(asked or ("informal", "social_security")) + words)
    if code == "field_mismatch_by_table" and table is None:
        lacking.append("field_occupations=")
    blank = [name for name in needs.split() if people.has(name) and not people.answered(name)]
    return ", ".join([*lacking, *(f"{name} (no answer in any row)" for name in blank)])
