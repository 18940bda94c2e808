"""The back-test on real employment: models against naive by horizon, coverage and time.

usage: python benchmarks/backtest_pwt.py

1. The partner countries of the Penn World Table, rolling origins, horizons 1-10.
2. All other countries of that table. They are a check rather than a clean test: the last smoothing
   of the weights of auto was made after the results of both sets had been seen.

With a population table auto also averages in the employment ratio, so each set is run with and
without one.

The employment ratio with population as it was known at the origin is in population_vintages.py.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pandas as pd

import skillsfc as sf

METRICS = {
    "mape": "mean absolute error, part of the level (mean over countries)",
    "mase": "mean absolute error in naive steps (mean over countries)",
    "skill_against_ols_trend": "skill against the 10-year line: 1 - error / its error",
    "skill_against_last_value": "skill against the last value",
    "skill_against_drift": "skill against drift",
    "direction_hit_rate": "direction right",
    "direction_always_grows": "direction right if one always says growth",
    "coverage_80": "coverage of the 80 % band",
    "coverage_95": "coverage of the 95 % band",
}
ORDER = [
    "auto", "shrunken_trend", "damped_trend", "theta", "drift", "ols_trend", "last_value",
    "employment_ratio",
]  # fmt: skip


def show(result: sf.forecast.backtest.Backtest) -> None:
    """Print each measure as a table, models down and horizons across."""
    for metric, title in METRICS.items():
        rows = result.table[result.table["metric"] == metric]
        wide = rows.pivot_table(index="model", columns="horizon", values="value")
        wide = wide.loc[[m for m in ORDER if m in wide.index]]
        if metric == "direction_always_grows":
            wide = wide.iloc[:1].rename(index={wide.index[0]: "base rate"})
        print(f"\n{title}")
        print(wide.round(3).to_string())
    tests = result.table[result.table["metric"] == "mape"].drop_duplicates("horizon")
    print("\ntests by horizon:", dict(zip(tests["horizon"], tests["n"], strict=True)))
    for note in result.notes:
        print("  ", note)


def interval_of_skill(result: sf.forecast.backtest.Backtest) -> None:
    """Print the skill of auto with its bootstrap interval over countries."""
    rows = result.table[result.table["model"] == "auto"].set_index(["metric", "horizon"])["value"]
    for rival in ("last_value", "ols_trend", "drift"):
        parts = []
        for h in (1, 3, 5, 10):
            low, mid, high = (
                rows[(f"skill{end}_against_{rival}", h)] for end in ("_lower", "", "_upper")
            )
            parts.append(f"h={h} {mid:.2f} [{low:.2f}, {high:.2f}]")
        print(f"skill of auto against {rival}, 80 % interval over countries: " + "; ".join(parts))


def timed(title: str, table: pd.DataFrame, **more: object) -> sf.forecast.backtest.Backtest:
    """Run, say how long it took and how many forecasts that were."""
    start = time.process_time()
    result = sf.backtest(table, model="all", **more)
    spent = time.process_time() - start
    made = len(result.errors) // len(result.settings.levels)
    print(f"\n=== {title}: {made} forecasts with bands in {spent:.1f} s of CPU ===")
    return result


def main() -> None:
    """Print everything."""
    table = sf.load_table("employment")
    partners = set(sf.list_countries()["country"])
    own, others = (table[table["country"].isin(partners) == inside] for inside in (True, False))
    known = sf.load_table("population")
    seen = "seen before the weights of auto were last smoothed"
    for title, rows, people in (
        (f"{own['country'].nunique()} partner countries, auto with employment ratio", own, known),
        (f"{own['country'].nunique()} partner countries, auto without it", own, None),
        (f"all other countries of the table ({seen}), auto without employment ratio", others, None),
    ):
        result = timed(title, rows, population=people)
        show(result)
        interval_of_skill(result)
    start = time.process_time()
    made = sf.forecast_employment(own, horizon=2035)
    print(
        f"\nforecast_employment, 32 countries to 2035: {time.process_time() - start:.1f} s of CPU"
    )
    print(made.choice["verdict"].value_counts().to_string())


if __name__ == "__main__":
    main()
