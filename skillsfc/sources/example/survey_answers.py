"""The answers that follow from who a respondent is: school, contract, wishes, search, wage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc.sources.example.parameters import (
    ACTIVITIES,
    NOTE,
    SOURCE,
    Floats,
    array,
    by_age,
    choose,
    pick,
    value,
)

REFUSED, NOT_KNOWN = -8.0, -9.0
AGES = range(15, 101)


def _stated(name: str) -> Any:
    return value("labour_force_survey", name)


def education_chances() -> Floats:
    """Return the chance to be in formal education, by activity, sex and single age from 15."""
    stated = _stated("in_education")
    return np.array([[by_age(stated[a][sex], AGES) for sex in "FM"] for a in ACTIVITIES])


def _fields(rng: np.random.Generator, frame: pd.DataFrame) -> pd.Series:
    """Draw the field of the highest level with the shares of graduates of that level and sex."""
    found = pd.Series("", index=frame.index, dtype="str")
    for sex in "FM":
        for level, shares in value("school", "field_share")[sex].items():
            here = ((frame["sex"] == sex) & (frame["qualification"] == level)).to_numpy()
            chances = np.tile(list(shares.values()), (int(here.sum()), 1))
            found[here] = pick(tuple(shares), choose(rng, chances)).to_numpy()
    return found


def _status(rng: np.random.Generator, frame: pd.DataFrame, employed: Any) -> pd.Series:
    stated = _stated("employment_status")
    codes = tuple(stated["other"])
    farm = (frame["sector"] == "A").to_numpy()[:, None]
    chances = np.where(farm, array(stated["agriculture"], codes), array(stated["other"], codes))
    return pick(("", *codes), np.where(employed, 1 + choose(rng, chances), 0))


def log_wage_mean(frame: pd.DataFrame) -> Floats:
    """Return the mean of the log wage of the stated equation for each row."""
    stated = _stated("log_wage")
    school = frame["qualification"].map(_stated("school_years")).to_numpy(dtype=float)
    work = np.maximum(frame["age"].to_numpy() - 6.0 - school, 0.0)
    mean: Floats = (
        stated["constant"]
        + stated["women"] * (frame["sex"] == "F").to_numpy()
        + stated["school_year"] * school
        + stated["experience"] * work
        + stated["experience_squared"] * work**2
    )
    return mean


def _wage(rng: np.random.Generator, frame: pd.DataFrame, employee: Any) -> Floats:
    spread = rng.normal(0.0, _stated("log_wage")["residual_sd"], len(frame))
    wage = np.round(np.exp(log_wage_mean(frame) + spread), 1)
    refused = rng.random(len(frame)) < _stated("missing")["wage"]
    return np.where(employee, np.where(refused, REFUSED, wage), np.nan)


def _search(rng: np.random.Generator, women: Any, unemployed: Any) -> Floats:
    mean = np.where(women, _stated("search_months")["F"], _stated("search_months")["M"])
    months = rng.geometric(1.0 / mean).astype(float)
    unknown = rng.random(len(mean)) < _stated("missing")["search_months"]
    return np.where(unemployed, np.where(unknown, NOT_KNOWN, months), np.nan)


def _contract(rng: np.random.Generator, age: Any, employee: Any) -> pd.Series:
    temporary = rng.random(len(age)) < by_age(_stated("temporary_contract"), AGES)[age - 15]
    return pick(("", "permanent", "temporary"), np.where(employee, 1 + temporary, 0))


def answers(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the respondents with all their answers.

    Parameters
    ----------
    rng : Generator
        The survey's own stream.
    frame : DataFrame
        Respondents with sex, age, qualification, activity, sector and occupation.
    """
    women = (frame["sex"] == "F").to_numpy()
    age = frame["age"].to_numpy()
    activity = np.select([frame["activity"] == a for a in ACTIVITIES], range(3))
    employed = activity == 0
    draw = rng.random((5, len(frame)))
    studying = draw[0] < education_chances()[activity, np.where(women, 0, 1), age - 15]
    status = _status(rng, frame, employed)
    employee = (status == "1").to_numpy()
    contract = _contract(rng, age, employee)
    wish = _stated("wants_other_job")
    unhappy = draw[1] < contract.map({**wish, "": wish["none"]}).to_numpy(dtype=float)
    aims = _stated("intends_to_work")
    later = draw[2] < np.where(women, aims["F"], aims["M"])
    school = frame["qualification"].map(_stated("school_years")).to_numpy(dtype=float)
    return frame.assign(
        field=_fields(rng, frame),
        in_education=studying,
        in_training=draw[3] < array(_stated("in_training"), ACTIVITIES)[activity],
        years_since_education=np.where(studying, np.nan, np.maximum(age - 6 - school, 0)),
        employment_status=status,
        contract=contract,
        wants_other_job=employed & unhappy,
        intends_to_work=(activity == 2) & ~studying & later,
        search_months=_search(rng, women, activity == 1),
        wage=_wage(rng, frame, employee),
        source=SOURCE,
        note=NOTE,
    )
