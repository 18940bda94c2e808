"""Schools of Examplia: grades 1 to 15 with stated promotion, repetition and completion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.sources.example.parameters import (
    SEXES,
    YEARS,
    Floats,
    array,
    long_table,
    stream,
    value,
    with_flags,
)
from skillsfc.sources.example.people import BURN_IN

GRADES = np.arange(1, 16)
LAST_GRADES = {"9": "2", "12": "3", "15": "6"}  # last grade of a level and its ISCED code
HISTORY = 25  # school years before 2004; longer than any career at school


@dataclass(frozen=True)
class Schools:
    """Pupils as whole numbers: by year, sex and grade; completers by year, sex and level."""

    enrolled: Floats
    repeaters: Floats
    completers: Floats


def flow_rates() -> tuple[Floats, Floats, Floats]:
    """Return promotion, repetition and completion without promotion, by sex and grade."""
    promotion = np.array([value("school", "promotion")[sex] for sex in SEXES])
    repetition = np.array([value("school", "repetition")[sex] for sex in SEXES])
    completion = np.zeros_like(promotion)
    for row, sex in enumerate(SEXES):
        for grade, share in value("school", "completion")[sex].items():
            completion[row, int(grade) - 1] = share - promotion[row, int(grade) - 1]
    return promotion, repetition, completion


def make_schools(seed: int, history: Floats) -> Schools:
    """Run pupils through the grades, each drawing a multinomial outcome at the end of the year.

    Parameters
    ----------
    seed : int
        Seed of the country.
    history : array
        Population by year, sex and single age, 60 years before 2004 first.
    """
    rng = stream(seed, "school")
    promotion, repetition, completion = flow_rates()
    dropout = 1.0 - promotion - repetition - completion
    chances = np.stack([promotion, repetition, completion, dropout], axis=-1)
    intake = array(value("school", "intake"), SEXES)
    entrants = np.rint(history[BURN_IN - HISTORY :, :, 6] * intake)
    enrolled = np.zeros((2, len(GRADES)))
    enrolled[:, 0] = entrants[0]
    repeating = np.zeros_like(enrolled)
    stocks, again, finished = [], [], []
    last = [int(grade) - 1 for grade in LAST_GRADES]
    for new in entrants[1:]:
        outcome = rng.multinomial(enrolled.astype(np.int64), chances).astype(float)
        stocks.append(enrolled)
        again.append(repeating)
        finished.append((outcome[..., 0] + outcome[..., 2])[:, last])
        repeating = outcome[..., 1]
        enrolled = repeating.copy()
        enrolled[:, 1:] += outcome[:, :-1, 0]
        enrolled[:, 0] += new
    outcome = rng.multinomial(enrolled.astype(np.int64), chances).astype(float)
    stocks.append(enrolled)
    again.append(repeating)
    finished.append((outcome[..., 0] + outcome[..., 2])[:, last])
    keep = slice(-len(YEARS), None)
    return Schools(*(np.array(series[keep]) for series in (stocks, again, finished)))


def pupils(persons: Floats) -> pd.DataFrame:
    """Return enrolled pupils or repeaters by year, sex and grade."""
    return long_table(persons, "persons", {"year": YEARS, "sex": SEXES, "grade": GRADES})


def graduates(seed: int, schools: Schools) -> pd.DataFrame:
    """Return graduates by year, sex, level and field; fields are drawn with stated shares."""
    rng = stream(seed, "graduates")
    parts = []
    for row, sex in enumerate(SEXES):
        for column, level in enumerate(LAST_GRADES.values()):
            stated = value("school", "field_share")[sex][level]
            totals = schools.completers[:, row, column].astype(np.int64)
            shares = np.array(list(stated.values()))
            drawn = rng.multinomial(totals, shares / shares.sum())
            keys = {
                "year": YEARS,
                "sex": (sex,),
                "qualification": (level,),
                "field": tuple(stated),
            }
            parts.append(long_table(drawn[:, None, None, :], "persons", keys))
    found = pd.concat(parts, ignore_index=True)
    ordered = found.sort_values(["year", "sex", "qualification", "field"], ignore_index=True)
    return with_flags(ordered, "persons")
