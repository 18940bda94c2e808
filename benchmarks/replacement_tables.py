"""Replacement demand and openings beside published tables, and beside a known truth.

usage: python benchmarks/replacement_tables.py

Published: United States projections 2010-20 to 2024-34 and Canada's 2024-2033, recomputed by the
library from their own inputs (tables beside the clone; skipped where they are not). Known truth:
Examplia, a synthetic country whose leavers are counted.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import numpy as np
import pandas as pd
from oracles.replacement import published

import skillsfc as sf
from skillsfc.forecast.replacement.separation_rates import estimate_separation_rates

ROUNDING = 1e-6  # thousand: binary fractions of decimal numbers


def within(name: str, ours, theirs, tolerance) -> None:
    """Print the share of rows within a tolerance, and the largest difference."""
    apart = np.abs(np.asarray(ours, float) - np.asarray(theirs, float))
    known = np.isfinite(apart)
    good = apart[known] <= np.broadcast_to(tolerance, apart.shape)[known] + ROUNDING
    print(f"  {name:46s} {int(known.sum()):6d} rows  within {good.mean():8.2%}  "
          f"largest difference {apart[known].max():10.3f}")  # fmt: skip


def separations(edition: str) -> None:
    """Recompute exits, transfers, separations and openings from rates and employment."""
    rows = published.bls_rows(edition)
    path, rates = published.bls_path(rows, edition), published.bls_rates(rows)
    years = published.bls_years(edition)
    made = sf.estimate_replacement_demand(path, method="separations", rates=rates, years=years)
    parts = made.components.set_index(["occupation", "indicator"])["replacement"].unstack()  # noqa: PD010
    parts = parts.loc[rows["occupation"]] / 10_000
    mean = ((rows["emp_base_th"] + rows["emp_proj_th"]) / 2).to_numpy()
    print(f"United States {edition}: separations method [thousand a year]")
    count = 0.0005 * mean + 0.05
    within("exits = rate x mean employment", parts["exit"], rows["exits_th"], count)
    within("transfers", parts["transfer"], rows["transfers_th"], count)
    total = made.table.set_index("occupation").loc[rows["occupation"], "replacement"] / 10_000
    both = 2 * 0.0005 * mean + 0.05  # two rounded rates
    within("separations = exits + transfers", total, rows["separations_th"], both)
    given = sf.estimate_job_openings(path, published.yearly_counts(rows, edition, "separations_th"))
    openings = given.table.set_index("occupation").loc[rows["occupation"], "openings_per_year"]
    within("openings from published separations, 0.07", openings / 1000,
           rows["openings_annual_th"], 0.07)  # fmt: skip
    within("  the same, 0.11 = all roundings together", openings / 1000,
           rows["openings_annual_th"], 0.11)  # fmt: skip
    ours = sf.estimate_job_openings(path, made)
    openings = ours.table.set_index("occupation").loc[rows["occupation"], "openings_per_year"]
    within("openings from rates", openings / 1000, rows["openings_annual_th"], both + 0.06)


def replacement_rates(edition: str) -> None:
    """Recompute the openings of the older method: a floor, and base-year employment."""
    rows = published.bls_rows(edition)
    path = published.bls_path(rows, edition)
    rates = rows[["occupation"]].assign(
        rate=rows["repl_rate_10y_pct"] / 1000,
        **{"unit": "per person-year", "status": "projected", "source": "us_bls"},
    )
    print(f"United States {edition}: replacement rates of ten years [thousand over ten years]")
    made = sf.estimate_job_openings(path, rates, definition="floor", applied="start")
    table = made.table.set_index("occupation").loc[rows["occupation"]]
    tolerance = 0.0005 * rows["emp_base_th"].to_numpy() + 0.1
    within("replacement needs", table["replacement"] / 1000, rows["repl_needs_10y_th"], tolerance)
    within("openings, floor", table["openings"] / 1000, rows["openings_th"], tolerance + 0.15)
    given = published.yearly_counts(rows, edition, "repl_needs_10y_th", 10)
    made = sf.estimate_job_openings(path, given, definition="floor")
    table = made.table.set_index("occupation").loc[rows["occupation"]]
    within("openings, floor, from published needs", table["openings"] / 1000,
           rows["openings_th"], 0.2)  # fmt: skip


def canada() -> None:
    """Recompute every opening of Canada's system."""
    wide = published.cops()
    leavers = published.cops_leavers(wide)
    ahead = wide[wide["year"] > 2023].set_index(["occupation", "year"])
    print("Canada 2024-2033 [persons]")
    for name, growth, tolerance in (
        ("openings from base, growth and leavers", True, 100.0),
        ("openings from levels and leavers", False, 200.0),
    ):
        made = sf.estimate_job_openings(published.cops_path(wide, from_growth=growth), leavers)
        ours = made.yearly.set_index(["occupation", "year"])["openings"].reindex(ahead.index)
        within(name, ours, ahead["job_openings"], tolerance)
    rates = wide[["occupation", "year"]].assign(
        rate=wide["retirement_rates"] / 100,
        **{"unit": "per person-year", "status": "projected", "source": "cops"},
    )
    path = published.cops_path(wide, from_growth=False)
    for applied in ("end", "path"):
        made = sf.estimate_job_openings(path, rates, applied=applied)
        ours = made.yearly.set_index(["occupation", "year"])["replacement"].reindex(ahead.index)
        tolerance = 0.0005 * ahead["employment"].to_numpy() + 50
        within(
            f"retirements = rate x employment, {applied!r}", ours, ahead["retirements"], tolerance
        )


def true_exits(example, occupation: bool, first: int = 2018, last: int = 2023) -> pd.DataFrame:
    """Return all exits from ``first`` to ``last``, and those of people of 40 and over in ``first``.

    The cohort of 40 and over is followed; inside 40-44 leavers are taken as spread evenly.
    """
    flows = example.separations
    flows = flows[flows["year"].between(first, last - 1)]
    age = flows["age"].str.extract(r"^(\d+)")[0].astype(int)
    part = np.where(age > 40, 1.0, np.where(age == 40, (first + 5 - flows["year"]) / 5, 0.0))
    keys = ["occupation"] if occupation else []
    rows = flows.assign(all=flows["persons"], old=flows["persons"] * part, _total="total")
    return rows.groupby(keys or ["_total"])[["all", "old"]].sum()


def recovery() -> None:
    """Compare the three methods with the leavers of Examplia, by occupation."""
    example = sf.example(seed=1)
    stocks = example.employment_by_age
    past = stocks[stocks["year"] <= 2018]
    truth = true_exits(example, True)
    net = sf.estimate_replacement_demand(stocks, years=(2018, 2023))
    flow = sf.estimate_replacement_demand(past, method="stock_flow")
    left = example.separations
    rates = estimate_separation_rates(past, separations=left[left["year"] < 2018])
    ends = stocks[stocks["year"].isin([2018, 2023])]
    rated = sf.estimate_replacement_demand(
        ends, method="separations", rates=rates, years=(2018, 2023)
    )
    table = truth.rename(columns={"all": "leavers", "old": "leavers 40+"})
    for name, made in (("net", net), ("stock_flow", flow), ("separations", rated)):
        table[name] = made.table.groupby("occupation")["replacement"].sum()
        if name != "separations":
            old = made.ages[made.ages["age"].str.extract(r"^(\d+)")[0].astype(int).ge(45)]
            table[f"{name} 40+"] = old.groupby("occupation")["replacement"].sum()
    table.loc["all"] = table.sum()
    for name in ("net", "stock_flow", "separations"):
        table[f"{name}/leavers"] = table[name] / table["leavers"]
    for name in ("net", "stock_flow"):
        table[f"{name}/leavers 40+"] = table[f"{name} 40+"] / table["leavers 40+"]
    shown = [c for c in table if "/" in c]
    print("Examplia (synthetic), exits 2018-2023: estimate / truth")
    print("  stock_flow and separations know data to 2018 only")
    print(table[["leavers", "leavers 40+"]].round(0).join(table[shown].round(3)).to_string())
    bridged(stocks)


def bridged(stocks: pd.DataFrame) -> None:
    """Print what interpolating cohorts costs."""
    print("Examplia: annual net rate of all, exact five years and interpolated shorter gaps")
    for pair in ((2018, 2023), (2019, 2023), (2020, 2023), (2021, 2023), (2022, 2023)):
        made = sf.estimate_replacement_demand(
            stocks, years=pair, interpolate=True, by=["occupation", "sex"]
        )
        rate = made.table["replacement"].sum() / made.table["persons"].sum() / (pair[1] - pair[0])
        print(f"  {pair[0]}-{pair[1]}  {rate:.4f}")


def ageing() -> None:
    """Compare the demographic benchmark with true exits, over five seeds."""
    print("Examplia, ageing benchmark against leavers of 2004-2022, share a year")
    for seed in (1, 2, 3):
        example = sf.example(seed=seed)
        made = sf.estimate_ageing_exits(
            example.population, example.mortality, base_year=2004, horizon=2023
        )
        stock = example.employment_by_age
        stock = stock[stock["year"] < 2023].groupby("sex")["persons"].sum()
        left = example.separations
        old = left[left["age"].isin(["55-59", "60-64", "65+"])]
        for row in made.table.itertuples():
            true = left.groupby("sex")["persons"].sum()[row.sex] / stock[row.sex]
            late = old.groupby("sex")["persons"].sum()[row.sex] / stock[row.sex]
            span = f"({row.annual_rate_low:.4f}-{row.annual_rate_high:.4f})"
            print(f"  seed {seed} {row.sex}  benchmark {row.annual_rate:.4f} {span}", end="  ")
            print(f"all leavers {true:.4f}  leavers 55+ {late:.4f}", end="  ")
            print(f"benchmark / all {row.annual_rate / true:.2f}")
    for country in ("MAR", "UKR", "GHA", "ETH"):
        made = sf.estimate_ageing_exits(
            sf.load_table("population", country=country),
            sf.load_table("mortality", country=country),
            base_year=2025,
            horizon=2035,
        )
        rates = ", ".join(
            f"{r.sex} {r.annual_rate:.4f} ({r.annual_rate_low:.4f}-{r.annual_rate_high:.4f})"
            for r in made.table.itertuples()
        )
        print(f"  {country} 2025-2035  {rates}")


def australia() -> None:
    """Print net exits by field of qualification, single years and groups of five."""
    table = published.australia()
    print("Australia, qualified people in the labour force by field, 2016-2021: net exits a year")
    each = {
        width: sf.estimate_replacement_demand(table, age_width=width).table.set_index("field")
        for width in (5, 1)
    }
    for field, row in each[5].iterrows():
        single = each[1].loc[field, "annual_rate"]
        print(f"  {field:48s} {row['persons']:9.0f} persons", end="  ")
        print(f"five-year ages {row['annual_rate']:.4f}  single years {single:.4f}")


def main() -> None:
    """Print every comparison that the data at hand allow."""
    if published.folder("us_bls_projections"):
        for edition in published.NEW_EDITIONS:
            separations(edition)
        for edition in published.OLD_EDITIONS:
            replacement_rates(edition)
    else:
        print("United States: tables not beside the clone")
    if published.folder("canada_cops_2024_2033"):
        canada()
    else:
        print("Canada: tables not beside the clone")
    recovery()
    ageing()
    if published.folder("australia_workforce_age_structure"):
        australia()


if __name__ == "__main__":
    main()
