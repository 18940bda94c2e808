"""Elasticity, cointegration and error correction, beside statsmodels."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.tsa.stattools import coint

from skillsfc.forecast.sectors.elasticity import (
    LEAST_YEARS,
    elasticity_forecast,
    error_correction_forecast,
    fit_error_correction,
    output_elasticities,
)

ORACLE = pd.read_csv(Path(__file__).parent / "oracles" / "sectors" / "expected.csv").set_index(
    "name"
)


def walks(count=6, years=30, seed=1):
    rng = np.random.default_rng(seed)
    output = np.cumsum(rng.normal(0.03, 0.03, (count, years)), axis=1) + 20.0
    jobs = 0.5 * output + np.cumsum(rng.normal(0.0, 0.01, (count, years)), axis=1)
    return jobs, output


def tied(count=40, years=40, seed=2, pull=0.7):
    """Employment that returns to 1 + 0.7 log output."""
    rng = np.random.default_rng(seed)
    output = np.cumsum(rng.normal(0.03, 0.04, (count, years)), axis=1) + 10.0
    gap = np.zeros((count, years))
    for t in range(1, years):
        gap[:, t] = (1 - pull) * gap[:, t - 1] + rng.normal(0.0, 0.01, count)
    return 1.0 + 0.7 * output + gap, output


def test_elasticity_is_that_of_the_hand_calculation():
    jobs = np.cumsum([0.0, 0.01, 0.02, 0.0, 0.03, 0.01, 0.02])[None, :]
    goods = np.cumsum([0.0, 0.03, 0.04, 0.01, 0.05, 0.02, 0.05])[None, :]
    found, error = output_elasticities(jobs, goods, np.array([6]))
    assert found.item() == pytest.approx(ORACLE.loc["elasticity", "value"], abs=1e-12)
    assert error.item() == pytest.approx(ORACLE.loc["elasticity_error", "value"], abs=1e-12)


@pytest.mark.parametrize("origin", [12, 29])
def test_elasticity_is_ordinary_least_squares_of_statsmodels(origin):
    jobs, output = walks()
    jobs[1, 20] = np.nan
    found, error = output_elasticities(jobs, output, np.array([origin]), window=15)
    for k in range(len(jobs)):
        part = slice(max(0, origin - 15), origin + 1)
        pairs = pd.DataFrame({"y": np.diff(jobs[k, part]), "x": np.diff(output[k, part])}).dropna()
        model = sm.OLS(pairs["y"], pairs[["x"]]).fit()
        assert found[k, 0] == pytest.approx(model.params["x"], rel=1e-8)
        assert error[k, 0] == pytest.approx(model.bse["x"] ** 2, rel=1e-6)


def test_fewer_than_five_changes_have_no_elasticity_of_their_own_but_that_of_the_panel():
    jobs, output = walks()
    jobs[0, :26] = np.nan
    found, _ = output_elasticities(jobs, output, np.array([29]))
    assert np.isnan(found[0, 0])
    growth = np.full((6, 1), 0.02)
    ahead = elasticity_forecast(jobs, output, growth, np.array([29]), np.array([10]))[:, 0, 0]
    implied = np.log(ahead / np.exp(jobs[:, 29])) / 0.2
    assert implied[0] == pytest.approx(implied[1:].mean(), abs=1e-9)


def test_output_that_does_not_grow_leaves_employment_where_it_is():
    jobs, output = walks()
    ahead = elasticity_forecast(jobs, output, np.zeros((6, 1)), np.array([29]), np.arange(1, 4))
    np.testing.assert_allclose(ahead[:, 0], np.exp(jobs[:, 29:]) * np.ones(3))


def test_the_cointegration_test_is_that_of_statsmodels():
    jobs, output = walks(seed=4)
    model = fit_error_correction(jobs, output, 29)
    for k in range(len(jobs)):
        statistic, _, critical = coint(jobs[k], output[k], trend="c", maxlag=1, autolag=None)
        assert model.statistic[k] == pytest.approx(statistic, rel=1e-6)
        assert model.critical[k] == pytest.approx(critical[1], rel=1e-9)


def test_a_series_that_starts_late_is_tested_on_its_own_years():
    jobs, output = walks()
    jobs[2, :6] = np.nan
    model = fit_error_correction(jobs, output, 29)
    statistic, _, critical = coint(jobs[2, 6:], output[2, 6:], trend="c", maxlag=1, autolag=None)
    assert model.statistic[2] == pytest.approx(statistic, rel=1e-6)
    assert model.critical[2] == pytest.approx(critical[1], rel=1e-9)


def test_both_steps_of_error_correction_are_those_of_statsmodels():
    jobs, output = tied(count=3)
    model = fit_error_correction(jobs, output, 39)
    for k in range(3):
        long = sm.OLS(jobs[k], sm.add_constant(output[k])).fit()
        np.testing.assert_allclose([model.constant[k], model.elasticity[k]], long.params, rtol=1e-7)
        signs = np.column_stack([np.ones(39), np.diff(output[k]), long.resid[:-1]])
        short = sm.OLS(np.diff(jobs[k]), signs).fit()
        found = [model.drift[k], model.impact[k], model.adjustment[k]]
        np.testing.assert_allclose(found, short.params, rtol=1e-5, atol=1e-9)


def test_tied_series_carry_error_correction_and_separate_walks_hardly_ever_do():
    model = fit_error_correction(*tied(), 39)
    assert model.carried.mean() > 0.6
    assert np.median(model.elasticity[model.carried]) == pytest.approx(0.7, abs=0.05)
    rng = np.random.default_rng(9)
    apart = [np.cumsum(rng.normal(0.0, 0.03, (300, 30)), axis=1) + 10 for _ in range(2)]
    assert fit_error_correction(*apart, 29).carried.mean() < 0.09


def test_short_or_broken_or_constant_series_do_not_carry_error_correction():
    jobs, output = tied(count=4)
    jobs[0, : 40 - LEAST_YEARS + 1] = np.nan  # one year too few
    jobs[1, 30] = np.nan
    jobs[2] = 5.0
    model = fit_error_correction(jobs, output, 39)
    assert not model.carried[:3].any()
    assert np.isnan(model.statistic[:2]).all()
    assert np.isfinite(model.statistic[3])


def test_error_correction_leads_back_to_the_path_of_output():
    jobs, output = tied(count=4, seed=3)
    model = fit_error_correction(jobs, output, 39)
    assert model.carried.any()
    start = jobs[:, 39] + 0.2  # far above its path
    ahead = np.log(model.forecast(start, output[:, 39], np.zeros(4), np.arange(1, 31)))
    path = model.constant + model.elasticity * output[:, 39] - model.drift / model.adjustment
    gap = np.abs(ahead - path[:, None])[model.carried]
    assert (gap[:, -1] < 0.01).all()
    assert (np.diff(gap, axis=1) <= 1e-12).all()
    assert np.isnan(ahead[~model.carried]).all()


def test_error_correction_at_an_origin_does_not_know_what_came_later():
    jobs, output = tied(count=6)
    growth = np.full((6, 40), 0.02)
    first, _ = error_correction_forecast(jobs, output, growth, np.arange(40), np.arange(1, 4))
    jobs[:, 31:] += 1.0
    output[:, 31:] -= 1.0
    second, _ = error_correction_forecast(jobs, output, growth, np.arange(40), np.arange(1, 4))
    np.testing.assert_array_equal(first[:, :31], second[:, :31])
