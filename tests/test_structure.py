"""The structure line recovers a known line and keeps countries whose share is zero."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import CoverageError, TableError
from skillsfc.forecast.structure import fit_fractional_logit


def countries(n=150, seed=1, noise=0.4):
    rng = np.random.default_rng(seed)
    income = np.exp(rng.uniform(np.log(900), np.log(90_000), n))
    z = 9.0 - 1.2 * np.log(income) + noise * rng.standard_normal(n)
    code = [f"{a}{b}{c}" for a in "ABC" for b in "ABCDEFGH" for c in "ABCDEFGH"][:n]
    shares = pd.DataFrame({"country": code, "year": 2014, "share": 1 / (1 + np.exp(-z))})
    return shares, pd.DataFrame({"country": code, "year": 2014, "usd": income})


def test_the_line_of_noiseless_data_is_exact():
    shares, income = countries(noise=0.0)
    found = sf.estimate_structure_line(shares, income).diagnostics.iloc[0]
    assert found["slope"] == pytest.approx(-1.2, abs=1e-6)
    assert found["intercept"] == pytest.approx(9.0, abs=1e-5)


def test_the_band_holds_about_the_stated_part_of_the_countries():
    shares, income = countries()
    for level in (0.5, 0.8):
        table = sf.estimate_structure_line(shares, income, level=level).table
        inside = table["share"].between(table["lower"], table["upper"]).mean()
        assert inside == pytest.approx(level, abs=0.03)


def test_slope_matches_a_second_implementation_by_newton_steps():
    shares, income = countries()
    x = np.column_stack([np.ones(len(income)), np.log(income["usd"])])
    b = np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ b))
        b += np.linalg.solve((x.T * (p * (1 - p))) @ x, x.T @ (shares["share"].to_numpy() - p))
    found = sf.estimate_structure_line(shares, income).diagnostics.iloc[0]
    assert [found["intercept"], found["slope"]] == pytest.approx(list(b), rel=1e-6)


@pytest.mark.parametrize("count", [20, 150])
def test_parameters_and_robust_errors_are_those_of_statsmodels(count):
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    shares, income = countries(count, seed=count)
    values = shares["share"].mask(shares.index < 2, 0.0).to_numpy()
    design = np.column_stack([np.ones(count), np.log(income["usd"])])
    reference = GLM(values, design, family=Binomial()).fit(cov_type="HC0", tol=1e-14)
    params, errors = fit_fractional_logit(values, design)
    assert params == pytest.approx(reference.params, rel=1e-9)
    assert errors == pytest.approx(reference.bse, rel=1e-9)


def test_a_line_through_shares_of_zero_only_ends_and_stays_finite():
    shares, income = countries()
    found = sf.estimate_structure_line(shares.assign(share=0.0), income)
    assert found.table["expected"].max() < 1e-6
    assert np.isfinite(found.table[["expected", "lower", "upper"]].to_numpy()).all()


def test_a_country_without_farmers_stays_in_and_the_rest_is_within_bounds():
    shares, income = countries()
    shares.loc[0, "share"] = 0.0
    found = sf.estimate_structure_line(shares, income)
    assert len(found.table) == 150
    assert found.table[["expected", "lower", "upper"]].to_numpy().min() >= 0
    assert found.line["expected"].is_monotonic_decreasing


def test_too_few_countries_and_two_rows_for_one_are_refused():
    shares, income = countries(n=19)
    with pytest.raises(CoverageError, match="19 with both share and income; expected 20"):
        sf.estimate_structure_line(shares, income)
    shares, income = countries()
    with pytest.raises(TableError, match=r"AAA 2014: given twice"):
        sf.estimate_structure_line(pd.concat([shares, shares.iloc[:1]]), income)


def test_the_last_share_meets_the_income_of_the_nearest_year():
    shares, income = countries()
    older = shares.assign(year=2000, share=0.5)
    later = income.assign(year=2030, usd=1.0)
    found = sf.estimate_structure_line(pd.concat([older, shares]), pd.concat([later, income]))
    assert found.table["year"].eq(2014).all()
    assert found.table["income_year"].eq(2014).all()


def test_agriculture_falls_with_income_in_the_real_world():
    shares = sf.load_table("employment_by_sector", source="factbook")
    income = sf.load_table("gdp_per_capita", source="factbook")
    income = income[income["vintage"] == 2015]
    found = sf.estimate_structure_line(shares[shares["sector"] == "AGR"], income)
    row = found.diagnostics.iloc[0]
    assert row["countries"] > 120
    assert row["slope"] + 3 * row["slope_se"] < 0
