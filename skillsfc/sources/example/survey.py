"""Labour-force survey of Examplia: a stratified two-stage sample with weights.

The chance of each activity is the share in the population table of the same year, sex and age;
jobs are drawn from the employment table. Weighted results therefore estimate those two tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.sources.example.jobs import sectors
from skillsfc.sources.example.parameters import (
    ACTIVITIES,
    AGE_GROUPS,
    OCCUPATIONS,
    QUALIFICATIONS,
    SEXES,
    YEARS,
    Floats,
    Whole,
    array,
    by_age,
    choose,
    pick,
    stream,
    value,
)
from skillsfc.sources.example.survey_answers import answers

OLDEST = 100  # 100 and over is one age


def strata() -> pd.DataFrame:
    """Return region, area and population share of the eight strata."""
    regions = value("labour_force_survey", "region_share")
    urban = value("labour_force_survey", "urban_share")
    rows = [
        {"region": region, "area": area, "share": share * part}
        for region, share in regions.items()
        for area, part in (("urban", urban[region]), ("rural", 1.0 - urban[region]))
    ]
    return pd.DataFrame(rows)


def area_factors() -> Floats:
    """Return the chance of employment in each stratum as a ratio to the national chance."""
    known = strata()
    town = (known["area"] == "urban").to_numpy()
    urban = known["share"].to_numpy()[town].sum()
    factor = value("labour_force_survey", "urban_employment_factor")
    ratios: Floats = np.where(town, factor, 1.0 + (1.0 - factor) * urban / (1.0 - urban))
    return ratios


def response_rates() -> Floats:
    """Return the relative chance to respond, by sex and single age 15 to 100."""
    stated = value("labour_force_survey", "response")
    return np.array([by_age(stated[sex], range(15, OLDEST + 1)) for sex in SEXES])


def _draw_people(rng: np.random.Generator, persons: int, people: Floats) -> dict[str, Any]:
    """Draw round, stratum, cluster, sex and age of the respondents.

    Clusters are drawn in proportion to size and persons are equally many in each, so that people
    of one stratum have the same chance; the chance differs between strata and with response.
    """
    rounds = np.arange(persons) % len(value("labour_force_survey", "rounds"))
    share = strata()["share"].to_numpy()
    drawn = share ** value("labour_force_survey", "allocation_power")
    stratum = rng.choice(len(share), persons, p=drawn / drawn.sum())
    sizes = np.bincount(stratum, minlength=len(share)) / (rounds.max() + 1)
    clusters = np.maximum(np.rint(sizes / value("labour_force_survey", "cluster_size")), 2)
    cluster = np.floor(rng.random(persons) * clusters[stratum]).astype(np.int64)
    kind = np.empty(persons, dtype=np.int64)
    for turn in np.unique(rounds):
        of_round = rounds == turn
        likely = (people[turn] * response_rates()).ravel()
        kind[of_round] = rng.choice(likely.size, int(of_round.sum()), p=likely / likely.sum())
    ages = OLDEST - 14
    return {
        "round": rounds,
        "stratum": stratum,
        "cluster": cluster,
        "sex": kind // ages,
        "age": 15 + kind % ages,
        "base": (share / drawn)[stratum],
    }


def weights(drawn: Mapping[str, Any], group: Whole, people: Floats) -> Floats:
    """Return weights that sum to the population by round, sex and age group.

    Where a small sample has nobody in a cell, the other weights of the round make up for it, so
    that the round still sums to the population.
    """
    cell = (drawn["round"] * 2 + drawn["sex"]) * len(AGE_GROUPS) + group
    size = len(people) * 2 * len(AGE_GROUPS)
    bounds = [*range(0, 50, 5), 50]
    target = np.add.reduceat(people, bounds, axis=-1).ravel()
    held = np.bincount(cell, drawn["base"], minlength=size)
    weight = drawn["base"] * target[cell] / held[cell]
    rounds = np.bincount(drawn["round"], weight, minlength=len(people))
    scaled: Floats = weight * (people.sum(axis=(1, 2)) / np.maximum(rounds, 1e-9))[drawn["round"]]
    return scaled


def _activity(rng: np.random.Generator, drawn: Mapping[str, Any], chances: Floats) -> Whole:
    """Draw the activity; a hidden normal score shared within a cluster correlates employment."""
    from scipy.special import ndtr

    rho = value("labour_force_survey", "cluster_correlation")
    label = drawn["stratum"] * (int(drawn["cluster"].max()) + 1) + drawn["cluster"]
    shared = rng.normal(size=int(label.max()) + 1)[label]
    score = ndtr(np.sqrt(rho) * shared + np.sqrt(1 - rho) * rng.normal(size=len(label)))
    employed = score < np.minimum(chances[:, 0] * area_factors()[drawn["stratum"]], 1.0)
    rest = chances[:, 1] / np.maximum(chances[:, 1] + chances[:, 2], 1e-12)
    searching = rng.random(len(label)) < rest
    return np.where(employed, 0, np.where(searching, 1, 2))


def _jobs(rng: np.random.Generator, kind: Whole, employed: Any, cells: Floats) -> Whole:
    """Draw the sector x occupation x qualification cell of each employed person."""
    drawn = np.zeros(len(kind), dtype=np.int64)
    for code in np.unique(kind[employed]):
        here = employed & (kind == code)
        chances = cells[code] / cells[code].sum()
        drawn[here] = rng.choice(chances.size, int(here.sum()), p=chances)
    return drawn


def _levels_not_employed(rng: np.random.Generator, age: Whole) -> Whole:
    """Draw the level of people without a job; nobody has a diploma before its usual age."""
    shares = array(value("labour_force_survey", "education_not_employed"), QUALIFICATIONS)
    usual = 6 + array(value("labour_force_survey", "school_years"), QUALIFICATIONS)
    highest = np.searchsorted(usual, age, side="right") - 1
    return np.minimum(choose(rng, np.broadcast_to(shares, (len(age), len(shares)))), highest)


def labour_force_survey(
    seed: int, persons: int, *, people: Floats, activity: Floats, cells: Floats
) -> pd.DataFrame:
    """Return the microdata of all rounds.

    Parameters
    ----------
    seed, persons : int
        Seed of the country; number of respondents over all rounds.
    people : array
        Population by year, sex and single age 0 to 100.
    activity : array
        Population by year, sex, age group and activity.
    cells : array
        Employment by year, sector, occupation, qualification, sex and age group.
    """
    rng = stream(seed, "labour_force_survey")
    years = np.array(value("labour_force_survey", "rounds"))
    at = years - YEARS[0]
    adults = people[at][:, :, 15:]
    drawn = _draw_people(rng, persons, adults)
    group = np.minimum((drawn["age"] - 15) // 5, len(AGE_GROUPS) - 1)
    counts = activity[at][drawn["round"], drawn["sex"], group]
    status = _activity(rng, drawn, counts / counts.sum(axis=1, keepdims=True))
    by_kind = cells[at].transpose(0, 4, 5, 1, 2, 3).reshape(len(at) * 2 * len(AGE_GROUPS), -1)
    kind = (drawn["round"] * 2 + drawn["sex"]) * len(AGE_GROUPS) + group
    job = _jobs(rng, kind, status == 0, by_kind)
    weight = weights(drawn, group, adults)
    levels, kinds = len(QUALIFICATIONS), len(OCCUPATIONS)
    level = np.where(status == 0, job % levels, _levels_not_employed(rng, drawn["age"]))
    known = strata()
    place = known["region"].str[-2:] + "-" + known["area"].str[0].str.upper()
    frame = pd.DataFrame(
        {
            "person": np.arange(1, persons + 1),
            "year": years[drawn["round"]],
            "region": pick(tuple(known["region"]), drawn["stratum"]),
            "area": pick(tuple(known["area"]), drawn["stratum"]),
            "stratum": pick(tuple(place), drawn["stratum"]),
            "cluster": pick(tuple(place), drawn["stratum"])
            + "-"
            + pd.Series(drawn["cluster"] + 1).astype("str"),
            "weight": weight,
            "sex": pick(SEXES, drawn["sex"]),
            "age": drawn["age"],
            "qualification": pick(QUALIFICATIONS, level),
            "activity": pick(ACTIVITIES, status),
            "sector": pick(("", *sectors()), np.where(status == 0, 1 + job // (levels * kinds), 0)),
            "occupation": pick(
                ("", *OCCUPATIONS), np.where(status == 0, 1 + job // levels % kinds, 0)
            ),
        }
    )
    return answers(rng, frame)
