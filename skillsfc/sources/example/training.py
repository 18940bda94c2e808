"""Tracer survey of graduates and apprenticeship contracts of Examplia."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc.sources.example.parameters import (
    LAST_YEAR,
    NOTE,
    SEXES,
    SOURCE,
    Floats,
    Whole,
    choose,
    pick,
    stream,
    value,
)

COST_ITEMS = ("wage", "trainer", "material", "administration")


def _tracer(name: str) -> Any:
    return value("tracer", name)


def _graduates(rng: np.random.Generator, persons: int) -> pd.DataFrame:
    """Draw the graduates' observed traits and, from these only, work-based learning."""
    chance = _tracer("covariates")
    women = rng.random(persons) < chance["women"]
    parent = rng.random(persons) < chance["parent_tertiary"]
    tertiary = rng.random(persons) < chance["tertiary"]
    grade = np.clip(rng.normal(size=persons), -2.0, 2.0)
    logit = _tracer("work_based_logit")
    odds = (
        logit["constant"]
        + logit["grade"] * grade
        + logit["parent_tertiary"] * parent
        + logit["women"] * women
    )
    return pd.DataFrame(
        {
            "person": np.arange(1, persons + 1),
            "sex": pick(SEXES, np.where(women, 0, 1)),
            "qualification": pick(("3", "6"), tertiary.astype(np.int64)),
            "parent_tertiary": parent,
            "final_grade": 70.0 + 10.0 * grade,
            "work_based_learning": rng.random(persons) < 1.0 / (1.0 + np.exp(-odds)),
        }
    )


def employment_chances(people: pd.DataFrame, wave: int) -> Floats:
    """Return each graduate's chance to be employed ``wave`` months after graduation."""
    traits = _tracer("employed_traits")
    chance: Floats = (
        _tracer("employed_base")[str(wave)]
        + _tracer("employed_effect")[str(wave)] * people["work_based_learning"].to_numpy()
        + traits["grade"] * (people["final_grade"].to_numpy() - 70.0) / 10.0
        + traits["parent_tertiary"] * people["parent_tertiary"].to_numpy()
        + traits["women"] * (people["sex"] == "F").to_numpy()
    )
    return chance


def _wave(rng: np.random.Generator, people: pd.DataFrame, wave: int, hidden: Floats) -> Any:
    from scipy.special import ndtr

    count = len(people)
    rho = _tracer("wave_correlation")
    score = ndtr(np.sqrt(rho) * hidden + np.sqrt(1 - rho) * rng.normal(size=count))
    employed = score < employment_chances(people, wave)
    treated = people["work_based_learning"].to_numpy()
    match = _tracer("job_match")
    matched = rng.random(count) < np.where(treated, match["with"], match["without"])
    equation = _tracer("log_wage")
    wage = np.exp(
        equation["constant"]
        + equation["grade"] * (people["final_grade"].to_numpy() - 70.0) / 10.0
        + equation["women"] * (people["sex"] == "F").to_numpy()
        + equation["work_based"] * treated
        + rng.normal(0.0, equation["residual_sd"], count)
    )
    found = people.assign(
        graduation_year=_tracer("graduation_year"),
        months_since_graduation=wave,
        employed=employed,
        job_match=pd.array(np.where(employed, matched, False), dtype="boolean"),
        wage=np.where(employed, np.round(wage, 1), np.nan),
    )
    found.loc[~employed, "job_match"] = pd.NA
    return found[rng.random(count) < _tracer("response")[str(wave)]]


def tracer(seed: int, persons: int) -> pd.DataFrame:
    """Return one row for each graduate and wave answered."""
    rng = stream(seed, "tracer")
    people = _graduates(rng, persons)
    hidden = rng.normal(size=persons)
    parts = [_wave(rng, people, wave, hidden) for wave in _tracer("waves")]
    found = pd.concat(parts).sort_values(["person", "months_since_graduation"], kind="stable")
    return found.reset_index(drop=True).assign(source=SOURCE, note=NOTE)


def _stated(name: str) -> Any:
    return value("apprentices", name)


def monthly_net_cost() -> dict[str, float]:
    """Return the firm's mean net cost a month, by year of the contract: cost - output - subsidy."""
    return {
        year: sum(items.values()) - _stated("monthly_production")[year] - _stated("monthly_subsidy")
        for year, items in _stated("monthly_cost").items()
    }


def dropout_rates() -> Floats:
    """Return the chance to leave within a month, by trade and year of the contract."""
    factor = np.array(list(_stated("dropout_factor").values()))
    return np.outer(factor, list(_stated("dropout_rate").values()))


def _months(rng: np.random.Generator, trade: Whole, followed: Whole) -> tuple[Whole, pd.Series]:
    """Return the months that each contract lasted until it ended or observation did, and how."""
    planned = _stated("planned_months")
    left = np.full(len(trade), planned + 1)
    for month in range(planned, 0, -1):
        chance = dropout_rates()[trade, (month - 1) // 12]
        left = np.where(rng.random(len(trade)) < chance, month, left)
    lasted = np.minimum(np.minimum(left, planned), followed)
    dropped = (left <= planned) & (left <= followed)
    passed = rng.random(len(trade)) < _stated("pass_share")
    code = np.select([dropped, lasted < planned, passed], [0, 1, 2], 3)
    return lasted, pick(("dropped_out", "ongoing", "completed", "failed_exam"), code)


def _money(rng: np.random.Generator, lasted: Whole) -> dict[str, Floats]:
    """Return cost, output and subsidy over each contract; the firm's multipliers have mean 1."""
    months = np.stack([np.clip(lasted - 12 * year, 0, 12) for year in range(3)], axis=-1)
    spread = _stated("firm_spread")
    cost, output = _stated("monthly_cost"), _stated("monthly_production")
    means = {f"{item}_cost": [year[item] for year in cost.values()] for item in COST_ITEMS}
    means["productive_value"] = list(output.values())
    money = {}
    for name, rates in means.items():
        factor = rng.lognormal(-0.5 * spread**2, spread, len(lasted))
        money[name] = np.round(months @ np.array(rates, dtype=float) * factor, 1)
    return {**money, "subsidy": lasted * float(_stated("monthly_subsidy"))}


def apprentices(seed: int, persons: int) -> pd.DataFrame:
    """Return one row for each contract."""
    rng = stream(seed, "apprentices")
    trades = _stated("trade_share")
    trade = choose(rng, np.broadcast_to(list(trades.values()), (persons, len(trades))))
    span = _stated("start_years")
    begun = rng.integers(0, 12 * (span["last"] - span["first"] + 1), persons)
    followed = 12 * (LAST_YEAR + 1 - span["first"]) - begun
    lasted, outcome = _months(rng, trade, followed)
    kept = rng.random(persons) < _stated("retained_share")
    women = rng.random(persons) < np.array(list(_stated("women_share").values()))[trade]
    retained = (outcome == "completed").to_numpy() & kept
    return pd.DataFrame(
        {
            "person": np.arange(1, persons + 1),
            "sex": pick(SEXES, np.where(women, 0, 1)),
            "occupation": pick(tuple(trades), trade),
            "sector": pick(tuple(_stated("trade_sector").values()), trade),
            "start_year": span["first"] + begun // 12,
            "start_month": begun % 12 + 1,
            "planned_months": _stated("planned_months"),
            "months": lasted,
            "outcome": outcome,
            **_money(rng, lasted),
            "retained": retained,
            "saved_hiring_cost": retained * float(_stated("saved_hiring_cost")),
            "source": SOURCE,
            "note": NOTE,
        }
    )
