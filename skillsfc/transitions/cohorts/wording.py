"""Notes of a reconstructed cohort: how it was made, what its limits carry, what was found."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from skillsfc.transitions.cohorts.issues import MOST_PLACES
from skillsfc.transitions.cohorts.measures import FEWEST_PAIRS
from skillsfc.transitions.cohorts.projected_result import ProjectionSettings
from skillsfc.transitions.cohorts.result import StudentFlowSettings
from skillsfc.transitions.records import Floats, Whole

FEWEST_DRAWS = 100  # with fewer, a limit rests on two or three of them
EXCESS_DONE = {
    "keep": "kept as they are: dropout is negative there, and survival may rise above 1",
    "scale": "divided by their sum, grade by grade and group by group",
    "uis": "divided by the largest sum of the sexes, as the UNESCO Institute for Statistics does",
}


def flow_notes(
    settings: StudentFlowSettings, issues: pd.DataFrame, pairs: Whole, table: pd.DataFrame
) -> tuple[str, ...]:
    """Say how the cohort was made, what its limits carry, and what was found."""
    notes = [_pair_note(settings), _limit_note(settings, pairs)]
    cap = settings.most_repetitions
    notes.append(
        "Pupils may repeat without limit."
        if cap is None
        else f"A pupil repeats at most {cap} year{'s' * (cap != 1)} in all; who would have to "
        "repeat once more counts as a dropout."
    )
    if (table["note"] != "").any() or (issues["rule"] == "excess").any():
        notes.append(f"Shares that add up to more than 1 are {EXCESS_DONE[settings.excess]}.")
    keys = [*settings.by, *(["year"] if "year" in table else [])]
    last = table.groupby(keys, sort=False).tail(1) if keys else table.tail(1)
    if last["completion"].isna().any():
        notes.append(
            "No graduates of the last grade are known, so there are no graduates, years per "
            "graduate or efficiency: give graduates=, or a table that has the grade above."
        )
    if (table["completing_leavers"] > 0).sum() > last["completion"].notna().sum():
        notes.append(
            "Those who leave having completed a level in mid-way are no dropouts, but no graduates "
            "of the last grade either: efficiency is that of the whole way (grades= cuts it)."
        )
    warned = issues[issues["severity"] == "warning"]
    notes += [f"{row.series}: {row.text}." for row in warned.head(MOST_PLACES).itertuples()]
    if len(warned) > MOST_PLACES:
        notes.append(f"{len(warned) - MOST_PLACES} further warnings are in .issues.")
    return tuple(notes)


def _pair_note(settings: StudentFlowSettings) -> str:
    if not settings.years:
        return "Rates are those given; they are taken to hold all the cohort's way."
    first, last = settings.years[0], settings.years[-1]
    if not settings.pool:
        return f"One cohort for each pair of years that begins {first} to {last}."
    count = len(settings.years)
    span = f"{first} to {last + 1}" if count > 1 else f"{first} and {first + 1}"
    return (
        f"No cohort was followed: it is reconstructed from the rates of {count} "
        f"pair{'s' * (count > 1)} of years ({span}), as if they held all its way."
    )


def _limit_note(settings: StudentFlowSettings, pairs: Whole) -> str:
    if not settings.years:
        return "No limits: nothing is known of how the rates vary."
    if not settings.pool:
        return "No limits: each pair of years stands alone."
    few = pairs < FEWEST_PAIRS
    if few.all():
        return (
            f"No limits: they come from the variation of the rates from year to year, which needs "
            f"{FEWEST_PAIRS} pairs of years."
        )
    some = f" where there are at least {FEWEST_PAIRS} pairs" if few.any() else ""
    return (
        f"Limits are of the mean over years, from the variation of the pairs (each left out in "
        f"turn){some}; errors that all years share, and trends, are not in them."
    )


def projection_notes(
    settings: ProjectionSettings,
    asked: int,
    from_counts: bool,
    shares: Floats | None,
    tables: Mapping[str, pd.DataFrame],
) -> tuple[str, ...]:
    """Say what the limits of a projection carry, who joins the labour force, and what is odd."""
    notes = []
    if settings.draws:
        notes.append(
            f"Limits: {settings.draws} draws from the variation of the rates over {settings.pairs} "
            "pairs of years; new cohorts, participation and targets are taken as known."
        )
        if settings.draws < FEWEST_DRAWS:
            notes.append(f"Limits of fewer than {FEWEST_DRAWS} draws are rough.")
    elif not asked:
        notes.append("No limits: none were asked for.")
    elif from_counts:
        notes.append(
            f"No limits: fewer than {FEWEST_PAIRS} pairs of years have every rate of every group."
        )
    else:
        notes.append("No limits: nothing is known of how given rates vary.")
    if shares is None:
        notes.append(
            "No entrants to the labour force: which share of leavers joins it was not given "
            "(participation=), and none is assumed."
        )
    came = tables["flows"]["coming_in"]
    if (came > 0).any():
        notes.append(
            f"In {int((came > 0).sum())} cells more go on, complete or repeat than were there: "
            f"nobody drops out there, and {came.sum():,.0f} pupils come in (coming_in in .flows; "
            "transfers, migration, or errors of the counts)."
        )
    return tuple(notes)
