"""Population of Examplia: cohorts with stated fertility, mortality and migration."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.sources.example.parameters import (
    FIRST_YEAR,
    SEXES,
    YEARS,
    Floats,
    array,
    long_table,
    stream,
    value,
)

BURN_IN = 60  # years of history before the first published one, so that 2004 has a real pyramid
AGES = np.arange(101)  # 100 is 100 and over
FERTILE = np.arange(15, 50)
AGE_CODES = (*(str(age) for age in range(100)), "100+")


def fertility_rates(years: Floats) -> Floats:
    """Return births per woman-year, by year and single age 15 to 49."""
    points = value("population", "total_fertility")
    total = np.interp(years, [int(year) for year in points], list(points.values()))
    shape = value("population", "fertility_shape")
    curve = np.exp(-0.5 * ((FERTILE - shape["mean"]) / shape["sd"]) ** 2)
    return np.outer(total, curve / curve.sum())


def death_rates(years: Floats) -> Floats:
    """Return deaths per person-year, by year, sex and single age 0 to 100."""
    base = np.empty((len(SEXES), len(AGES)))
    for row, sex in enumerate(SEXES):
        known = value("population", "mortality_2004")[sex]
        base[row] = known["makeham"] + known["gompertz"] * np.exp(known["slope"] * AGES)
        base[row, 0] = known["infant"]
    change = np.exp(value("population", "mortality_trend") * (years - FIRST_YEAR))
    rates: Floats = np.minimum(base, 1.0) * change[:, None, None]
    return rates


def migration_rates() -> Floats:
    """Return net migrants per person-year, by sex and single age; the same in every year."""
    young = (AGES >= 18) & (AGES <= 34)
    return array(value("population", "net_migration"), SEXES)[:, None] * young


def population_history(seed: int) -> Floats:
    """Return persons by year (60 before 2004, then 2004 to 2023), sex and single age.

    Notes
    -----
    N[a+1, t+1] = N[a, t] (exp(-m[a, t]) + g[a]), the last age open;
    N[0, t+1] = sum over a of f[a, t] N[women, a, t], split by the share of girls.
    """
    years = np.arange(FIRST_YEAR - BURN_IN, YEARS[-1] + 1).astype(float)
    rng = stream(seed, "population")
    shocks = np.exp(rng.normal(0.0, value("population", "birth_noise"), BURN_IN))
    shocks = np.concatenate([shocks, np.ones(len(years) - BURN_IN)])
    growth = np.exp(-death_rates(years)) + migration_rates()
    births = fertility_rates(years)
    girls = value("population", "girls_share")
    split = np.array([girls, 1.0 - girls])
    people = np.empty((len(years), 2, len(AGES)))
    people[0] = np.exp(-0.04 * AGES)  # its scale is set below; sixty years wash out its shape
    for t in range(len(years) - 1):
        after = people[t] * growth[t]
        people[t + 1, :, 1:] = after[:, :-1]
        people[t + 1, :, -1] += after[:, -1]
        people[t + 1, :, 0] = split * (births[t] @ people[t, 0, FERTILE]) * shocks[t]
    scaled: Floats = people * (value("population", "people_2004") / people[BURN_IN].sum())
    return scaled


def population(seed: int) -> pd.DataFrame:
    """Return persons by year, sex and single age."""
    counts = np.rint(population_history(seed)[BURN_IN:])
    return long_table(counts, "persons", {"year": YEARS, "sex": SEXES, "age": AGE_CODES})


def mortality() -> pd.DataFrame:
    """Return the death rate by year, sex and single age."""
    rates = death_rates(YEARS.astype(float))
    return long_table(rates, "rate", {"year": YEARS, "sex": SEXES, "age": AGE_CODES})


def fertility() -> pd.DataFrame:
    """Return the birth rate of women by year and single age 15 to 49."""
    rates = fertility_rates(YEARS.astype(float))[:, None, :]
    ages = tuple(str(age) for age in FERTILE)
    return long_table(rates, "rate", {"year": YEARS, "sex": ("F",), "age": ages})


def net_migration() -> pd.DataFrame:
    """Return the net migration rate by year, sex and single age."""
    rates = np.broadcast_to(migration_rates(), (len(YEARS), len(SEXES), len(AGES)))
    return long_table(rates, "net_rate", {"year": YEARS, "sex": SEXES, "age": AGE_CODES})
