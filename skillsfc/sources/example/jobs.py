"""Employment of Examplia: trends by sector, shares by occupation and qualification, cohorts.

Sector totals follow log trends with AR(1) noise; occupation shares within a sector and
qualification shares within an occupation follow additive log-ratio trends; the age structure of
each occupation follows from stated exit rates, with the hires that the total then needs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.sources.example.parameters import (
    AGE_GROUPS,
    OCCUPATIONS,
    QUALIFICATIONS,
    SEXES,
    YEARS,
    Floats,
    array,
    by_age,
    group_ages,
    long_table,
    round_to_total,
    stream,
    value,
)

WORKING = range(15, 66)  # single ages; 65 is 65 and over
HISTORY = 60  # years of steady growth before 2004, so that 2004 has a grown age structure
HISTORY_GROWTH = 0.022


@dataclass(frozen=True)
class Jobs:
    """What the other tables need of employment, as arrays.

    Parameters
    ----------
    cells : array
        Persons by year, sector, occupation, qualification, sex and age group; whole numbers.
    exits, hires : array
        Persons by year, occupation, sex and age group, between that year and the next.
    """

    cells: Floats
    exits: Floats
    hires: Floats


def sectors() -> tuple[str, ...]:
    """Return the ISIC sections that Examplia has."""
    return tuple(value("employment", "sector_slope"))


def _sector_totals(rng: np.random.Generator) -> Floats:
    noise = value("employment", "sector_noise")
    base = array(value("employment", "sector_persons_2004"), sectors())
    slope = array(value("employment", "sector_slope"), sectors())
    stationary = noise["shock"] / np.sqrt(1 - noise["persistence"] ** 2)
    deviation = np.empty((len(YEARS), len(base)))
    deviation[0] = rng.normal(0.0, stationary, len(base))
    for t in range(1, len(YEARS)):
        shock = rng.normal(0.0, noise["shock"], len(base))
        deviation[t] = noise["persistence"] * deviation[t - 1] + shock
    time = (YEARS - YEARS[0])[:, None]
    totals: Floats = base * np.exp(slope * time + deviation)
    return totals


def _shares(base: Floats, slope: Floats, noise: Floats) -> Floats:
    """Close ln(share ratio) = base + slope * time + noise over the last axis."""
    time = (YEARS - YEARS[0]).reshape(-1, *[1] * base.ndim)
    weights = base * np.exp(slope * time + noise)
    shares: Floats = weights / weights.sum(axis=-1, keepdims=True)
    return shares


def _occupation_shares(rng: np.random.Generator) -> Floats:
    stated = value("employment", "occupation_share_2004")
    base = np.array([array(stated[sector], OCCUPATIONS) for sector in sectors()])
    slope = array(value("employment", "occupation_slope"), OCCUPATIONS)
    noise = rng.normal(0.0, value("employment", "occupation_noise"), (len(YEARS), *base.shape))
    noise[..., -1] = 0.0  # group 9 is the reference of the log-ratio
    return _shares(base, slope, noise)


def _qualification_shares(rng: np.random.Generator) -> Floats:
    stated = value("employment", "qualification_share_2004")
    base = np.array([array(stated[job], QUALIFICATIONS) for job in OCCUPATIONS])
    slope = array(value("employment", "qualification_slope"), QUALIFICATIONS)
    noise = rng.normal(0.0, value("employment", "qualification_noise"), (len(YEARS), *base.shape))
    noise[..., 0] = 0.0  # ISCED 1 is the reference of the log-ratio
    return _shares(base, slope, noise)


def exit_rates() -> Floats:
    """Return the share who leave within a year, by occupation, sex and single age 15 to 65+."""
    stated = value("employment", "exit_rate")
    base = np.array([by_age(stated[sex], WORKING) for sex in SEXES])
    factor = array(value("employment", "exit_factor"), OCCUPATIONS)
    rates: Floats = np.minimum(factor[:, None, None] * base, 1.0)
    return rates


def entry_profiles() -> Floats:
    """Return the share of hires at each single age, by occupation; 0 at 40 and over."""
    profiles = np.zeros((len(OCCUPATIONS), len(WORKING)))
    for row, job in enumerate(OCCUPATIONS):
        stated = value("employment", "entry_profile")["high" if job in "123" else "other"]
        for band, part in stated.items():
            low = int(band.split("-")[0]) - WORKING[0]
            profiles[row, low : low + 5] = part / 5
    return profiles


def _age_structure(totals: Floats) -> tuple[Floats, Floats, Floats]:
    """Run the cohorts through given totals by year, occupation and sex.

    Returns stocks, exits and hires by year, occupation, sex and single age. Should an occupation
    shrink faster than people leave it, the rest leaves too, at all ages alike, and is counted in
    the exits: a total is always met.
    """
    rates, entry = exit_rates(), entry_profiles()[:, None, :]
    before = totals[0] * (1 + HISTORY_GROWTH) ** -np.arange(HISTORY, 0, -1)[:, None, None]
    path = np.concatenate([before, totals])
    stock = path[0][..., None] * np.ones(len(WORKING)) / len(WORKING)
    stocks, exits, hires = [stock], [], []
    for target in path[1:]:
        left = stock * rates
        stayed = stock - left
        surplus = np.maximum(stayed.sum(axis=-1) - target, 0.0) / stayed.sum(axis=-1)
        left = left + stayed * surplus[..., None]
        stayed = stock - left
        older = np.concatenate([np.zeros_like(stayed[..., :1]), stayed[..., :-1]], axis=-1)
        older[..., -1] += stayed[..., -1]
        hired = np.maximum(target - older.sum(axis=-1), 0.0)[..., None] * entry
        stock = older + hired
        stocks.append(stock)
        exits.append(left)
        hires.append(hired)
    return np.array(stocks[HISTORY:]), np.array(exits[HISTORY:]), np.array(hires[HISTORY:])


def make_jobs(seed: int) -> Jobs:
    """Return the employment arrays of one seed."""
    rng = stream(seed, "employment")
    by_job = np.rint(_sector_totals(rng))[:, :, None] * _occupation_shares(rng)
    held = _qualification_shares(rng)
    women = array(value("employment", "women_share"), OCCUPATIONS)
    totals = by_job.sum(axis=1)[:, :, None] * np.stack([women, 1 - women], axis=-1)
    stocks, exits, hires = _age_structure(totals)
    ages = group_ages(stocks, WORKING[0])
    ages /= ages.sum(axis=(2, 3), keepdims=True)
    cells = np.einsum("yio,yoq,yosa->yioqsa", by_job, held, ages)
    whole = round_to_total(cells.reshape(len(YEARS), -1)).reshape(cells.shape)
    return Jobs(
        whole, np.rint(group_ages(exits, WORKING[0])), np.rint(group_ages(hires, WORKING[0]))
    )


_AXES = {
    "year": YEARS,
    "sector": sectors,
    "occupation": OCCUPATIONS,
    "qualification": QUALIFICATIONS,
    "sex": SEXES,
    "age": AGE_GROUPS,
}


def employment(jobs: Jobs, *keys: str) -> pd.DataFrame:
    """Return persons employed by year and the given keys, summed over the other keys."""
    over = tuple(axis for axis, key in enumerate(_AXES) if key not in ("year", *keys))
    kept = {key: sectors() if key == "sector" else _AXES[key] for key in ("year", *keys)}
    return long_table(jobs.cells.sum(axis=over), "persons", kept)


def flows(persons: Floats) -> pd.DataFrame:
    """Return exits or hires by year, occupation, sex and age group."""
    keys = {"year": YEARS[:-1], "occupation": OCCUPATIONS, "sex": SEXES, "age": AGE_GROUPS}
    return long_table(persons, "persons", keys)


def activity_counts(jobs: Jobs, people: Floats) -> Floats:
    """Return whole persons by year, sex, age group and activity; they add up to the population."""
    everybody = np.rint(group_ages(np.rint(people), 0))
    employed = jobs.cells.sum(axis=(1, 2, 3))
    stated = value("activity", "unemployed_among_not_employed")
    part = np.array([array(stated[sex], AGE_GROUPS) for sex in SEXES])
    unemployed = np.rint((everybody - employed) * part)
    return np.stack([employed, unemployed, everybody - employed - unemployed], axis=-1)


def population_by_activity(counts: Floats) -> pd.DataFrame:
    """Return persons of 15 and over by year, sex, age group and activity."""
    keys = {
        "year": YEARS,
        "sex": SEXES,
        "age": AGE_GROUPS,
        "activity": ("employed", "unemployed", "outside"),
    }
    return long_table(counts, "persons", keys)
