"""Shares: the multinomial logit against statsmodels, shrinkage, drift and the draws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_shares import FIRST, at, compositions, forecast, tidy

from skillsfc.errors import ConvergenceError
from skillsfc.forecast.pooling import shrink
from skillsfc.forecast.shares.cells import close_cells
from skillsfc.forecast.shares.models import damp
from skillsfc.forecast.shares.multinomial import fit_multinomial
from skillsfc.forecast.shares.peers import draw_by_prior, draw_by_spread
from skillsfc.forecast.shares.rounds import prepare_rounds
from skillsfc.forecast.shares.spread import PRIOR_FREEDOM, Spread, pool_drift
from skillsfc.forecast.shares.trends import fit_trends


def trends_of(cells, years, anchor="line", respondents=None):
    closed = close_cells(
        prepare_rounds(tidy(cells, years, measure="persons"), by="occupation"), constant=0.005
    )
    return fit_trends(closed, anchor=anchor, trend=0.015, respondents=respondents)


# --- Multinomial logit ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2])
def test_the_multinomial_logit_is_that_of_statsmodels_on_one_row_a_respondent(seed):
    discrete = pytest.importorskip("statsmodels.discrete.discrete_model")
    rng = np.random.default_rng(seed)
    times = np.array([0.0, 1.0, 3.0, 7.0])
    scores = np.array([0.2, -0.4, 0.1, 0.0]) + np.outer(times, [0.1, -0.05, 0.02, 0.0])
    chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    counts = np.array([rng.multinomial(n, p) for n, p in zip((300, 150, 500, 200), chances)])  # noqa: B905
    answer = np.concatenate([np.repeat(np.arange(4), row) for row in counts])
    when = np.repeat(times, counts.sum(axis=1))
    # statsmodels takes the first category for the reference: the last one comes first.
    model = discrete.MNLogit((answer + 1) % 4, np.column_stack([np.ones(len(when)), when]))
    peer = model.fit(disp=False, method="newton", maxiter=200, tol=1e-12)
    constant, slope, error = fit_multinomial(times, counts)
    assert np.allclose(constant[:3], peer.params[0], atol=1e-6)
    assert np.allclose(slope[:3], peer.params[1], atol=1e-6)
    assert np.allclose(error[:3], peer.bse[1], atol=1e-6)
    assert (constant[3], slope[3], error[3]) == (0.0, 0.0, 0.0)


def test_two_rounds_are_met_exactly_by_the_multinomial_logit():
    counts = np.array([[50.0, 30, 20], [45, 32, 23]])
    constant, slope, _ = fit_multinomial(np.array([2000.0, 2004.0]), counts)
    for row, year in zip(counts, (2000, 2004), strict=True):
        weights = np.exp(constant + slope * year)
        assert np.allclose(weights / weights.sum(), row / row.sum(), atol=1e-9)


def test_a_round_with_more_respondents_weighs_more():
    counts = np.array([[50.0, 50], [60, 40], [50, 50]])
    heavy = counts * np.array([[1.0], [100.0], [1.0]])
    middle = [fit_multinomial(np.arange(3.0), c)[0][0] for c in (counts, heavy)]
    assert middle[1] > middle[0]


def test_a_category_seen_in_the_first_round_only_has_no_maximum():
    with pytest.raises(ConvergenceError, match="zeros='add'"):
        fit_multinomial(np.arange(3.0), np.array([[10.0, 90], [0, 100], [0, 100]]))


def test_the_sample_table_gives_rounds_of_the_multinomial_logit_their_weight():
    table = tidy([(0.5, 0.5), (0.6, 0.4), (0.5, 0.5)])
    sizes = pd.DataFrame({"year": [2000, 2001, 2002], "persons": [10.0, 10_000.0, 10.0]})
    even, uneven = (
        at(forecast(table, method="mnl", sample_size=s, horizon=2003))[0] for s in (100, sizes)
    )
    assert uneven > even + 0.02


# --- Trends and their error -----------------------------------------------------------------


@settings(max_examples=10)
@given(compositions(), st.sampled_from(["line", "last"]))
def test_the_error_of_a_trend_is_that_of_a_simulated_random_walk(made, anchor):
    """Var(slope) and Cov(level, slope) by brute force from the weights of the line."""
    cells, years = made
    found = trends_of(cells, years, anchor)
    times = years - years[0]
    away = times - times.mean()
    weights = away / (away**2).sum()
    steps = np.array([(times >= t).astype(float) for t in range(1, times[-1] + 1)])
    end = np.zeros(len(times))
    end[-1] = 1.0
    line = 1 / len(times) + (times[-1] - times.mean()) * weights
    level = line if anchor == "line" else end
    slope_of_steps, level_of_steps = steps @ weights, steps @ (level - end)
    assert np.allclose(found.slope_walk, (slope_of_steps**2).sum())
    assert np.allclose(found.level_walk, (level_of_steps**2).sum(), atol=1e-12)
    assert np.allclose(found.both_walk, (slope_of_steps * level_of_steps).sum(), atol=1e-12)


def test_sampling_adds_to_the_error_of_a_trend_what_a_multinomial_says():
    shares = np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]])
    found = trends_of(shares * 1e6, np.array([2000, 2004]), respondents=np.full((1, 2), 400.0))
    expected = 2 * (1 - shares[0]) / (400 * shares[0]) / 4**2
    assert np.allclose(found.slope_noise[0], expected)


def test_the_spread_of_steps_is_found_again():
    rng = np.random.default_rng(8)
    logs = np.cumsum(rng.normal(0, 0.06, (200, 9)), axis=0)
    found = trends_of(np.exp(logs), np.arange(1820, 2020))
    # Log-ratios to the mean of nine hold 8/9 of the variance of each log.
    assert np.sqrt(found.steps[0]) == pytest.approx(0.06 * np.sqrt(8 / 9), rel=0.05)
    assert trends_of(np.array(FIRST[:1]), np.array([2000])).spare.tolist() == [0.0]


def test_of_two_rounds_only_what_is_too_much_for_a_trend_is_drift():
    calm = trends_of(np.array([[50.0, 50], [50.1, 49.9]]), np.array([2000, 2002]))
    wild = trends_of(np.array([[50.0, 50], [70, 30]]), np.array([2000, 2002]))
    change = np.log(70 / 30) / 2  # of each log-ratio to the mean of the two
    assert calm.steps[0] == 0.0
    assert wild.steps[0] == pytest.approx(change**2 / 2 - 0.015**2 * 2)


# --- Shrinkage ------------------------------------------------------------------------------


@given(
    st.lists(st.floats(-0.1, 0.1), min_size=3, max_size=8),
    st.floats(1e-6, 1e-2),
)
def test_shrinkage_by_spread_is_that_of_the_employment_trends(slopes, error):
    slope = np.array(slopes)[:, None]
    errors = np.full(slope.shape, error)
    groups = [np.arange(len(slope))] * len(slope)
    ours = draw_by_spread(slope, errors, groups, len(slope))
    assert np.allclose(ours.slope, shrink(slope, errors), atol=1e-12)


@given(st.floats(-0.2, 0.2), st.floats(1e-7, 1.0))
def test_the_prior_never_turns_a_trend_nor_makes_it_larger(slope, error):
    made = draw_by_prior(np.array([[slope]]), np.array([[error]]), [np.array([0])], 1, 0.015)
    assert abs(made.slope.item()) <= abs(slope)
    assert made.slope.item() * slope >= 0
    assert made.variance.item() <= min(error, 0.015**2) + 1e-12


def test_fewer_than_three_wholes_are_left_as_they_are():
    slope, error = np.array([[0.0], [0.1]]), np.full((2, 1), 1.0)
    made = draw_by_spread(slope, error, [np.arange(2)] * 2, 2)
    assert np.array_equal(made.slope, slope)


def test_peers_of_another_country_pull_and_a_second_country_of_the_table_does_not():
    rng = np.random.default_rng(4)

    def country(code, slope):
        logs = np.outer(np.arange(4), [slope, 0.0, -slope]) + rng.normal(0, 0.05, (4, 3))
        return tidy(np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True), country=code)

    own = country("MAR", 0.0)
    others = pd.concat([country(code, 0.1) for code in ("TUN", "EGY", "JOR", "DZA", "LBN")])
    alone = forecast(own, reference="3").diagnostics.set_index("occupation")["trend"]["1"]
    taught = forecast(own, reference="3", peers=others)
    pulled = taught.diagnostics.set_index("occupation")["trend"]["1"]
    assert alone < pulled <= 0.25
    beside = forecast(pd.concat([own, others]), reference="3").diagnostics
    beside = beside[(beside["country"] == "MAR") & (beside["occupation"] == "1")]
    assert beside["trend"].item() == pytest.approx(alone, abs=1e-9)


def test_own_rows_among_the_peers_teach_nothing_twice():
    own = tidy(FIRST, country="MAR")
    pd.testing.assert_frame_equal(forecast(own, peers=own).table, forecast(own).table)


def test_the_trend_of_auto_counts_more_the_longer_the_rounds_lie_apart():
    weights = [
        forecast(tidy(FIRST, years=years), method="auto").diagnostics["own_weight"].mean()
        for years in (range(2000, 2004), range(1970, 2010, 10))
    ]
    assert weights[0] < 0.5 < weights[1]


# --- Drift and draws ------------------------------------------------------------------------


def test_the_drift_of_a_whole_lies_between_the_assumption_and_its_own_steps():
    groups = [np.array([0]), np.array([1])]
    drift, freedom = pool_drift(np.array([0.01, np.nan]), np.array([16.0, 0.0]), groups, 0.05)
    assert 0.05**2 < drift[0] < 0.01
    assert drift[1] == pytest.approx(0.05**2)
    assert freedom.tolist() == [PRIOR_FREEDOM + 8.0, PRIOR_FREEDOM]


@given(st.floats(0.3, 0.999), st.integers(1, 50))
def test_a_damped_trend_reaches_the_sum_of_its_powers(damping, ahead):
    expected = sum(damping**k for k in range(1, ahead + 1))
    assert damp(np.array([float(ahead)]), damping)[0] == pytest.approx(expected)


def one_whole(shares, **changes):
    shares = np.asarray(shares, float)
    zero = np.zeros((1, len(shares)))
    given = {
        "path": shares[None, None], "ahead": np.ones((1, 1)), "reach": np.ones((1, 1)),
        "slope_error": zero, "level_error": zero, "together": zero, "people": np.array([np.nan]),
        "drift": np.zeros(1), "freedom": np.full(1, 1e9), "inside": shares[None] > 0,
    }  # fmt: skip
    return Spread(**(given | changes))


def test_draws_without_any_error_are_the_path():
    drawn = one_whole([0.2, 0.3, 0.5]).draw(0, 5, np.random.default_rng(1))
    assert np.allclose(drawn, [0.2, 0.3, 0.5])


def test_sampling_alone_draws_with_the_variance_of_a_dirichlet():
    shares = np.array([0.02, 0.28, 0.7])
    drawn = one_whole(shares, people=np.array([500.0])).draw(0, 40_000, np.random.default_rng(2))
    assert np.allclose(drawn[:, 0].mean(axis=0), shares, atol=0.002)
    assert np.allclose(drawn[:, 0].var(axis=0), shares * (1 - shares) / 501, rtol=0.05)


def test_level_and_trend_are_drawn_with_their_correlation():
    errors = {"slope_error": np.array([[0.1, 0.0]]), "level_error": np.array([[0.1, 0.0]])}
    spread = []
    for rho in (-0.9, 0.9):
        whole = one_whole([0.5, 0.5], together=np.array([[rho, 0.0]]), **errors)
        drawn = whole.draw(0, 20_000, np.random.default_rng(3))[:, 0]
        spread.append(np.log(drawn[:, 0] / drawn[:, 1]).var())
    assert spread == pytest.approx([0.02 * (1 - 0.9), 0.02 * (1 + 0.9)], rel=0.1)


def test_a_structural_zero_is_never_drawn():
    spread = one_whole([0.4, 0.6, 0.0], drift=np.array([0.04]), people=np.array([50.0]))
    assert spread.draw(0, 200, np.random.default_rng(4))[..., 2].max() == 0.0
