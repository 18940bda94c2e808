"""Truth that follows from the stated parameters and the population, worked out without sampling."""

from __future__ import annotations

from typing import Any

import numpy as np

from skillsfc.sources.example.parameters import (
    ACTIVITIES,
    AGE_GROUPS,
    SEXES,
    YEARS,
    Floats,
    array,
    value,
)
from skillsfc.sources.example.pathways import monthly_matrix, stationary
from skillsfc.sources.example.training import dropout_rates, monthly_net_cost

YOUTH = 2  # the age groups 15-19 and 20-24 come first


def neet_shares(activity: Floats) -> dict[str, dict[str, float]]:
    """Return the chance to be NEET at 15-24, by survey round and sex.

    Neither employed nor in formal education nor in non-formal training.
    """
    stated = value("labour_force_survey", "in_education")
    trained = array(value("labour_force_survey", "in_training"), ACTIVITIES)
    shares: dict[str, dict[str, float]] = {}
    for year in value("labour_force_survey", "rounds"):
        shares[str(year)] = {}
        for row, sex in enumerate(SEXES):
            counts = activity[year - YEARS[0], row, :YOUTH]
            learning = np.array(
                [[stated[a][sex][g] for a in ACTIVITIES] for g in AGE_GROUPS[:YOUTH]]
            )
            idle = counts * (1 - learning) * (1 - trained)
            shares[str(year)][sex] = float(idle[:, 1:].sum() / counts.sum())
    return shares


def derived_truth(activity: Floats) -> dict[str, Any]:
    """Return unit, meaning and value of what follows from the stated parameters."""
    net = monthly_net_cost()
    trades = value("apprentices", "trade_share")
    stay = np.prod((1.0 - dropout_rates()) ** 12, axis=1) * value("apprentices", "pass_share")
    return {
        "neet_15_24": {
            "unit": "share",
            "meaning": "Neither employed nor in education or training at 15-24, by round and sex",
            "value": neet_shares(activity),
        },
        "panel_shares": {
            "unit": "share",
            "meaning": "Stationary shares of the labour-force panel",
            "value": dict(zip(ACTIVITIES, stationary(monthly_matrix()).tolist(), strict=True)),
        },
        "apprentice_monthly_net_cost": {
            "unit": "crowns per month",
            "meaning": "Mean cost less output less subsidy, by year of the contract",
            "value": net,
        },
        "apprentice_net_cost": {
            "unit": "crowns",
            "meaning": "Mean net cost of a contract that runs its 36 months",
            "value": 12 * sum(net.values()),
        },
        "apprentice_completion": {
            "unit": "share",
            "meaning": "Chance that a contract reaches its end and passes, by trade",
            "value": dict(zip(trades, stay.tolist(), strict=True)),
        },
    }
