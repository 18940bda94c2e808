"""Replacement demand beside the leavers of Examplia, which are known (synthetic country)."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.forecast.replacement.separation_rates import estimate_separation_rates

FIRST, LAST = 2018, 2023


@pytest.fixture(scope="module")
def example():
    return sf.example(seed=1)


@pytest.fixture(scope="module")
def truth(example):
    """Leavers 2018-2023 by occupation: all, and those of 40 and over in 2018."""
    flows = example.separations
    flows = flows[flows["year"].between(FIRST, LAST - 1)]
    age = flows["age"].str.extract(r"^(\d+)")[0].astype(int)
    inside = (FIRST + 5 - flows["year"]) / 5  # still of the cohort, people spread evenly in 40-44
    part = np.where(age > 40, 1.0, np.where(age == 40, inside, 0.0))
    rows = flows.assign(all=flows["persons"], old=flows["persons"] * part)
    return rows.groupby("occupation")[["all", "old"]].sum()


def by_occupation(made, first_age=0):
    ages = made.ages
    kept = ages[ages["age"].str.extract(r"^(\d+)")[0].astype(int) >= first_age]
    return kept.groupby("occupation")["replacement"].sum()


@pytest.mark.parametrize("method", ["net", "stock_flow"])
def test_cohort_methods_find_leavers_of_40_and_over_within_one_per_cent(example, truth, method):
    stocks = example.employment_by_age
    if method == "net":
        made = sf.estimate_replacement_demand(stocks, years=(FIRST, LAST))
    else:  # knows the counts to 2018 only
        made = sf.estimate_replacement_demand(stocks[stocks["year"] <= FIRST], method=method)
        assert made.table["first_year"].unique().tolist() == [FIRST]
    np.testing.assert_allclose(by_occupation(made, 45) / truth["old"], 1.0, atol=0.01)


def test_net_counts_about_half_of_all_leavers_as_the_docstring_says(example, truth):
    made = sf.estimate_replacement_demand(example.employment_by_age, years=(FIRST, LAST))
    found = by_occupation(made) / truth["all"]
    assert found.max() < 0.7
    assert by_occupation(made).sum() / truth["all"].sum() == pytest.approx(0.52, abs=0.02)


def test_rates_learnt_before_2018_find_the_leavers_after_it(example, truth):
    stocks, left = example.employment_by_age, example.separations
    rates = estimate_separation_rates(
        stocks[stocks["year"] < FIRST], separations=left[left["year"] < FIRST]
    )
    made = sf.estimate_replacement_demand(
        stocks, method="separations", rates=rates, years=(FIRST, LAST), by=["occupation"]
    )
    found = made.table.set_index("occupation")["replacement"] / truth["all"]
    np.testing.assert_allclose(found, 1.0, atol=0.03)
    assert made.table["replacement"].sum() / truth["all"].sum() == pytest.approx(1.0, abs=0.01)


def test_shrinkage_lowers_the_error_of_a_small_sample(example):
    stocks = example.employment_by_age
    stocks = stocks[stocks["year"].isin([FIRST, LAST])]
    true = sf.estimate_replacement_demand(stocks).ages
    true = true.set_index(["sex", "occupation", "age"])["raw_rate"]
    rng, share, errors = np.random.default_rng(1), 0.002, {True: [], False: []}
    for _ in range(6):
        drawn = stocks.assign(persons=rng.poisson(stocks["persons"] * share) / share)
        for shrink in errors:
            made = sf.estimate_replacement_demand(drawn, sample_size=share, shrink=shrink)
            rate = made.ages.set_index(["sex", "occupation", "age"])["shrunk_rate"]
            errors[shrink].append(((rate - true) ** 2).loc[:, :, "45-49":"60-64"].mean())
    assert np.mean(errors[True]) < 0.8 * np.mean(errors[False])


def test_the_openings_of_the_chain_are_exact_against_the_flows(example):
    """Hires are what an economy that grows by E1 - E0 and loses S must make: openings = hires."""
    stocks, left = example.employment_by_age, example.separations
    path = stocks.groupby(["country", "year", "unit", "status", "source"], as_index=False)
    path = path["persons"].sum()
    leavers = left.groupby(["country", "year", "unit", "status", "source"], as_index=False)
    leavers = leavers["persons"].sum().assign(year=lambda t: t["year"] + 1)
    made = sf.estimate_job_openings(path, leavers)
    hires = example.hires.groupby("year")["persons"].sum()
    ours = made.yearly.set_index("first_year")["openings"]
    # stocks are rounded and scaled in fine cells, flows are not: 0.5 % of the hires
    pd.testing.assert_series_equal(ours, hires.astype(float), check_names=False, rtol=0.005)
