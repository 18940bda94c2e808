"""Say in plain words what the comparison of occupational projections found."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.forecast.occupations.matching import Compared
from skillsfc.forecast.occupations.measures import Row
from skillsfc.forecast.verdict import BETTER, NO_BETTER, UNTESTED

LEAST_OCCUPATIONS = 10  # below which no verdict is given
SAME = 1e-9  # a skill nearer to 0 than this is rounding


def verdict_of(lines: list[Row], occupations: int) -> Row:
    """Say whether a projection beat constant shares in structure and no change in persons.

    Both ends of both intervals must be above 0: a projection that places people better and still
    misses by more persons than no change at all is no better than naive.
    """
    if occupations < LEAST_OCCUPATIONS:
        reason = f"only {occupations} occupations could be compared"
        return {"verdict": UNTESTED, "reason": reason}
    by_name = {str(line["metric"]): line for line in lines}
    structure, persons = by_name["skill_dissimilarity"], by_name["skill_no_change"]
    reason = (
        f"error of structure {_beside(structure)} that of constant shares; "
        f"error in persons {_beside(persons)} that of no change"
    )
    won = all(float(str(line["lower"])) > SAME for line in (structure, persons))
    return {"verdict": BETTER if won else NO_BETTER, "reason": reason}


def _beside(line: Row) -> str:
    value, low, high = (float(str(line[k])) for k in ("value", "lower", "upper"))
    if not np.isfinite(value):
        return "not to be set beside"
    if abs(value) < SAME:
        return "as large as"
    chance = "" if low > SAME or high < -SAME else "(not to be told from chance) "
    return f"{100 * abs(value):.1f} % {chance}{'smaller' if value > 0 else 'larger'} than"


def accuracy_notes(found: list[Compared], said: pd.DataFrame, clustered: bool) -> tuple[str, ...]:
    """Return what a reader must know of a comparison, in plain sentences."""
    notes = [
        "All jobs are the sum of the occupations that could be compared, not of all there are."
    ]
    left = [c for c in found if c.coverage["left_out"]]
    if left:
        first = left[0].coverage
        notes.append(
            f"{first['left_out']} occupations are missing on one side and were left out; the "
            f"{first['occupations']} compared hold {100 * float(str(first['actual_share'])):.1f} % "
            "of employment in the outcome (see diagnostics)."
        )
    count = said["year"].nunique()
    judged = len({c.head["year"] for c in found})
    if judged < count:
        notes.append(f"{count - judged} of {count} projected years have no outcome to compare.")
    what = "groups of occupations" if clustered else "occupations"
    notes.append(
        f"Intervals come from resampled {what}: they tell chance among them, not among histories."
    )
    if any(c.head["year"] in (2020, 2021) for c in found):
        notes.append("The outcome is of a year of the COVID-19 pandemic.")
    return tuple(notes)
