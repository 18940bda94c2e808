"""Models against brute force, statsmodels on real series, and the identities they must keep."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.forecast.kernels import (
    FADE,
    OLS_YEARS,
    TREND_YEARS,
    damped_trend,
    drift,
    employment_ratio,
    last_value,
    ols_trend,
    ordinary_slopes,
    shrunken_trend,
    theta,
)
from skillsfc.forecast.models import COMBINED, MODELS, check_models, run_model
from skillsfc.forecast.pooling import mean_changes, shrink
from skillsfc.forecast.smoothing import fit_damped_trend, fit_simple

HORIZONS = np.arange(1, 6)
KERNELS = [last_value, drift, ols_trend, damped_trend, theta]  # each series on its own


@pytest.fixture(scope="module")
def real():
    """Return logs of employment of 20 partner countries, years as columns, from the real table."""
    table = sf.load_table("employment")
    partners = sf.list_countries()["country"]
    wide = table[table["country"].isin(partners)].pivot(
        index="country", columns="year", values="persons"
    )
    assert len(wide) >= 20
    return np.log(wide.to_numpy()[:20])


@pytest.fixture
def panel():
    rng = np.random.default_rng(7)
    walk = np.cumsum(rng.normal(0.02, 0.03, size=(6, 24)), axis=1) + 13.0
    walk[1, :5] = np.nan  # starts late
    walk[2, [9, 10, 15]] = np.nan  # gaps inside
    walk[3, -3:] = np.nan  # ends early
    return walk


def brute_damped(y, alpha, beta, phi):
    """Run the recursion by hand; the initial state by least squares on numerical columns."""

    def errors(level, trend):
        found = []
        for value in y:
            level, trend = level + phi * trend, phi * trend
            if np.isfinite(value):
                gap = value - level
                found.append(gap)
                level, trend = level + alpha * gap, trend + beta * gap
        return np.array(found), level, trend

    base = errors(0.0, 0.0)[0]
    columns = np.column_stack([base - errors(1.0, 0.0)[0], base - errors(0.0, 1.0)[0]])
    start = np.linalg.lstsq(columns, base, rcond=None)[0]
    gaps, level, trend = errors(*start)
    return float((gaps**2).sum()), level, trend


def test_damped_trend_equals_a_second_implementation_at_its_own_parameters(panel):
    origins = np.array([14, 20, 23])
    fit = fit_damped_trend(panel, origins)
    made = fit.forecast(HORIZONS)
    checked = 0
    for i, row in enumerate(panel):
        for k, origin in enumerate(origins):
            if not np.isfinite(row[origin]):
                assert np.isnan(made[i, k]).all()
                continue
            past = row[: origin + 1][np.isfinite(row).argmax() :]
            args = fit.alpha[i, k], fit.beta[i, k], fit.phi[i, k]
            sse, level, trend = brute_damped(past, *args)
            assert fit.sse[i, k] == pytest.approx(sse, rel=1e-6, abs=1e-12)
            steps = np.cumsum(fit.phi[i, k] ** HORIZONS)
            np.testing.assert_allclose(made[i, k], level + steps * trend, rtol=1e-6)
            checked += 1
    assert checked >= 14


def test_damped_trend_finds_what_a_dense_grid_finds(panel):
    row = panel[0]
    fit = fit_damped_trend(row[None, :], np.array([23]))
    grid = [
        brute_damped(row, a, a * b, p)[0]
        for a in np.linspace(0.05, 0.99, 9)
        for b in np.linspace(0.0, 1.0, 6)
        for p in (0.8, 0.85, 0.9, 0.95, 0.98)
    ]
    assert fit.sse[0, 0] <= min(grid) * (1 + 1e-9)


def test_damped_trend_reaches_the_likelihood_of_statsmodels_on_twenty_countries(real):
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    fit = fit_damped_trend(real, np.array([real.shape[1] - 1]))
    for i, row in enumerate(real):
        y = row[np.isfinite(row)]
        peer = ETSModel(y, error="add", trend="add", damped_trend=True)
        theirs = float((peer.fit(disp=0, maxiter=2000).resid ** 2).sum())
        # Concentrated Gaussian likelihood: -n/2 (log(2 pi SSE / n) + 1). Within 0.001 or better.
        gain = 0.5 * len(y) * np.log(theirs / fit.sse[i, 0])
        assert gain > -1e-3


def test_forecasts_equal_those_of_statsmodels_at_fixed_parameters(real):
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    for row in real[:5]:
        y = row[np.isfinite(row)]
        fit = fit_damped_trend(y[None, :], np.array([len(y) - 1]))
        alpha, beta, phi = (float(x[0, 0]) for x in (fit.alpha, fit.beta, fit.phi))
        peer = ETSModel(y, error="add", trend="add", damped_trend=True)
        start = brute_start(y, alpha, beta, phi)
        smoothed = peer.smooth([alpha, beta, phi, *start])
        made = fit.forecast(HORIZONS)[0, 0]
        np.testing.assert_allclose(made, smoothed.forecast(5), rtol=1e-7)


def brute_start(y, alpha, beta, phi):
    """Return the initial level and trend that minimise the sum of squares, numerically."""
    from scipy.optimize import minimize

    def total(start):
        level, trend, value = start[0], start[1], 0.0
        for x in y:
            level, trend = level + phi * trend, phi * trend
            gap = x - level
            value += gap * gap
            level, trend = level + alpha * gap, trend + beta * gap
        return value * 1e4

    first = minimize(total, [y[0], 0.0], method="BFGS", options={"gtol": 1e-12})
    return minimize(
        total, first.x, method="Nelder-Mead", options={"xatol": 1e-13, "fatol": 1e-15}
    ).x


def test_simple_smoothing_is_not_worse_than_statsmodels(real):
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing

    fit = fit_simple(real, np.array([real.shape[1] - 1]))
    for i, row in enumerate(real):
        y = row[np.isfinite(row)]
        peer = SimpleExpSmoothing(y, initialization_method="estimated").fit()
        # The peer lets alpha be 1, ours stops at 0.9999. Errors of autocorrelation r then cost
        # 2 r times 1e-4 of the sum of squares, so at most 2e-4.
        assert fit.sse[i, 0] <= peer.sse * (1 + 2.1e-4)


def test_theta_equals_statsmodels_where_the_smoothing_parameter_agrees(real):
    from statsmodels.tsa.forecasting.theta import ThetaModel

    last = real.shape[1] - 1
    ours = theta(real, np.array([last]), HORIZONS)[:, 0]
    alphas = fit_simple(real, np.array([last]), zooms=3).alpha[:, 0]
    agreed = 0
    for row, mine, alpha in zip(real, ours, alphas, strict=True):
        peer = ThetaModel(row[np.isfinite(row)], deseasonalize=False).fit()
        if abs(peer.params["alpha"] - alpha) < 1e-3:
            np.testing.assert_allclose(mine, peer.forecast(5, theta=2), atol=1e-4)
            agreed += 1
    assert agreed >= 10


def test_straight_line_equals_polyfit_over_ten_years(panel):
    origins = np.array([15, 23])
    made = ols_trend(panel, origins, HORIZONS)
    for i, k in np.ndindex(len(panel), 2):
        origin = origins[k]
        if not np.isfinite(panel[i, origin]):
            assert np.isnan(made[i, k]).all()
            continue
        years = np.arange(max(0, origin - OLS_YEARS + 1), origin + 1)
        seen = np.isfinite(panel[i, years])
        line = np.polyfit(years[seen] - origin, panel[i, years][seen], 1)
        np.testing.assert_allclose(made[i, k], np.polyval(line, HORIZONS))


def test_slope_error_is_that_of_the_textbook():
    y = np.array([[1.0, 2.5, 2.0, 4.0, 4.5]])
    from scipy.stats import linregress

    slope, error, _ = ordinary_slopes(y, np.array([4]), 5)
    peer = linregress(np.arange(5), y[0])
    assert slope.item() == pytest.approx(peer.slope)
    assert np.sqrt(error.item()) == pytest.approx(peer.stderr)


def test_mean_change_divides_by_the_years_of_the_gap():
    y = np.array([[10.0, np.nan, np.nan, 16.0, 17.0]])
    mean, error = mean_changes(y, np.array([4]), 10)
    assert mean.item() == pytest.approx(7.0 / 4.0)
    rest = (6 - 1.75 * 3) ** 2 / 3 + (1 - 1.75) ** 2
    assert error.item() == pytest.approx(rest / 1 / 4)


def test_shrunken_trend_equals_a_loop(panel):
    origin = 20
    made = shrunken_trend(panel, np.array([origin]), HORIZONS)[:, 0]
    slopes, errors = {}, {}
    for i, row in enumerate(panel):
        if np.isfinite(row[origin]):
            seen = [t for t in range(origin - TREND_YEARS, origin + 1) if np.isfinite(row[t])]
            b = (row[seen[-1]] - row[seen[0]]) / (seen[-1] - seen[0])
            parts = [(row[t] - row[s] - b * (t - s)) ** 2 / (t - s) for s, t in pairwise(seen)]
            slopes[i] = b
            errors[i] = sum(parts) / (len(parts) - 1) / (seen[-1] - seen[0])
    centre = np.mean(list(slopes.values()))
    tau2 = np.mean([(b - centre) ** 2 for b in slopes.values()]) - np.mean(list(errors.values()))
    tau2 = max(tau2, 0.0)
    for i, b in slopes.items():
        weight = tau2 / (tau2 + errors[i])
        shrunk = weight * b + (1 - weight) * centre
        np.testing.assert_allclose(made[i], panel[i, origin] + shrunk * HORIZONS)


def test_employment_ratio_equals_a_loop_for_one_country():
    people = np.log(np.array([[100.0, 102, 104, 106, 108, 110, 112, 114]]))
    jobs = np.log(np.array([[50.0, 52, 54, 55, 57, 60]]))
    made = np.exp(employment_ratio(jobs, np.array([5]), np.array([1, 2]), people))[0, 0]
    ratio = np.exp(jobs[0] - people[0, :6])
    logit = np.log(ratio / (1 - ratio))
    slope = (logit[5] - logit[0]) / 5  # one series: nothing to shrink towards
    for h, value in zip((1, 2), made, strict=True):
        ahead = logit[5] + slope * sum(FADE**j for j in range(1, h + 1))
        assert value == pytest.approx(np.exp(people[0, 5 + h]) / (1 + np.exp(-ahead)))


def test_employment_ratio_refuses_more_jobs_than_people_and_unknown_population():
    jobs = np.log(np.full((2, 6), 50.0))
    people = np.log(np.vstack([np.full(8, 40.0), np.full(8, 100.0)]))
    people[1, 6:] = np.nan
    made = employment_ratio(jobs, np.array([5]), np.array([1, 2]), people)
    assert np.isnan(made).all()
    assert np.isnan(employment_ratio(jobs, np.array([5]), np.array([1]))).all()


@pytest.mark.parametrize("kernel", KERNELS)
def test_all_series_and_origins_at_once_equal_one_at_a_time(kernel, panel):
    origins = np.array([10, 17, 23])
    together = kernel(panel, origins, HORIZONS)
    for i, k in np.ndindex(len(panel), len(origins)):
        cut = panel[i : i + 1, : origins[k] + 1]
        alone = kernel(cut, origins[k : k + 1], HORIZONS)
        np.testing.assert_allclose(together[i, k], alone[0, 0], rtol=1e-9, equal_nan=True)


@pytest.mark.parametrize("kernel", [*KERNELS, shrunken_trend])
def test_nothing_after_the_origin_matters(kernel, panel):
    changed = panel.copy()
    changed[:, 18:] += 5.0
    before = kernel(panel, np.array([17]), HORIZONS)
    np.testing.assert_array_equal(before, kernel(changed, np.array([17]), HORIZONS))


@pytest.mark.parametrize("kernel", [*KERNELS, shrunken_trend])
def test_order_of_series_does_not_matter(kernel, panel):
    order = np.array([4, 2, 0, 5, 1, 3])
    made = kernel(panel, np.array([23]), HORIZONS)
    np.testing.assert_allclose(kernel(panel[order], np.array([23]), HORIZONS), made[order])


@settings(max_examples=15, deadline=None)
@given(st.floats(-3, 3), st.integers(0, 2**32 - 1))
def test_adding_a_constant_shifts_and_multiplying_scales(shift, seed):
    rng = np.random.default_rng(seed)
    values = 10.0 + np.cumsum(rng.normal(0.01, 0.02, size=(3, 18)), axis=1)
    origin = np.array([17])
    for kernel in [*KERNELS, shrunken_trend]:
        made = kernel(values, origin, HORIZONS)
        np.testing.assert_allclose(
            kernel(values + shift, origin, HORIZONS), made + shift, atol=2e-4
        )
        np.testing.assert_allclose(
            kernel(2.0 * values, origin, HORIZONS), 2.0 * made, rtol=1e-6, atol=2e-4
        )


@settings(max_examples=25, deadline=None)
@given(st.floats(1e-3, 1e3), st.integers(0, 2**32 - 1))
def test_persons_in_other_units_give_forecasts_in_those_units(factor, seed):
    rng = np.random.default_rng(seed)
    persons = 1e5 * np.exp(np.cumsum(rng.normal(0.02, 0.03, size=(4, 15)), axis=1))
    logs = np.ones(4, bool)
    for name in COMBINED:
        made = run_model(name, persons, logs, np.array([14]), HORIZONS)
        other = run_model(name, factor * persons, logs, np.array([14]), HORIZONS)
        np.testing.assert_allclose(other, factor * made, rtol=2e-4)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_shrinking_stays_between_own_slope_and_mean(seed):
    rng = np.random.default_rng(seed)
    slope, error = rng.normal(size=(5, 1)), rng.uniform(0.01, 4.0, size=(5, 1))
    shrunk = shrink(slope, error)
    low, high = np.minimum(slope, slope.mean()), np.maximum(slope, slope.mean())
    assert ((shrunk >= low - 1e-12) & (shrunk <= high + 1e-12)).all()


def test_a_model_gives_nothing_where_it_has_too_few_values():
    short = np.full((1, 6), np.nan)
    short[0, 5] = 100.0
    logs = np.array([True])
    for name, model in MODELS.items():
        made = run_model(name, short, logs, np.array([5]), HORIZONS)
        assert np.isfinite(made).all() == (model.least == 1)


def test_all_missing_is_never_forecast_as_zero():
    empty = np.full((1, 12), np.nan)
    for name in MODELS:
        assert np.isnan(run_model(name, empty, np.array([True]), np.array([11]), HORIZONS)).all()


def test_a_series_with_zeros_is_modelled_in_levels_and_never_below_zero():
    falling = np.array([[40.0, 30, 20, 10, 5, 0]])
    for name in ("drift", "damped_trend", "theta", "ols_trend", "shrunken_trend"):
        made = run_model(name, falling, np.array([False]), np.array([5]), HORIZONS)
        assert np.isfinite(made).all()
        assert (made >= 0).all()


def test_unknown_model_is_named_with_a_guess():
    with pytest.raises(sf.ParameterError, match="damped_trend"):
        check_models("dampd_trend")
    with pytest.raises(sf.ParameterError):
        check_models([])
