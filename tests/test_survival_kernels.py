"""Kernels of survival curves: counting, influence, limits, periods, against plain loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.transitions.survival import counting
from skillsfc.transitions.survival.counting import count_at_risk, padded
from skillsfc.transitions.survival.curve_reading import crossing
from skillsfc.transitions.survival.discrete_baseline import baseline_columns
from skillsfc.transitions.survival.discrete_fit import maximise
from skillsfc.transitions.survival.discrete_likelihood import DiscreteLikelihood
from skillsfc.transitions.survival.influence import Influence, cluster_square
from skillsfc.transitions.survival.intervals import (
    INTERVALS,
    confidence_limits,
    normal_quantile,
)
from skillsfc.transitions.survival.periods import Periods
from skillsfc.transitions.survival.product_limit import greenwood, product_limit

SEEDS = st.integers(0, 10_000)


def rows(seed, size=50, kinds=3, shift=0):
    rng = np.random.default_rng(seed)
    entry = rng.integers(0, 5, size) * (rng.random(size) < 0.4)
    end = entry + rng.integers(1, 9, size)
    cause = rng.integers(-1, kinds, size)
    return entry + float(shift), end + float(shift), cause, rng.integers(1, 9, size) / 4


def loop_counts(entry, end, cause, weight, kinds):
    times = np.unique(end)
    risk = [weight[(entry < t) & (end >= t)].sum() for t in times]
    events = [[weight[(end == t) & (cause == k)].sum() for k in range(kinds)] for t in times]
    lost = [((end == t) & (cause < 0)).sum() for t in times]
    return times, np.array(risk), np.array(events), np.array(lost)


@given(SEEDS, st.sampled_from([0, -7, 1000]), st.sampled_from([1.0, 0.37, 1e6]))
def test_counts_equal_a_loop_for_whole_shifted_and_fractional_times(seed, shift, unit):
    entry, end, cause, weight = rows(seed, shift=shift)
    entry, end = entry * unit, end * unit
    made = count_at_risk(entry, end, cause, weight, kinds=3, places=True)
    times, risk, events, lost = loop_counts(entry, end, cause, weight, 3)
    assert np.array_equal(made.times, times)
    assert np.allclose(made.risk, risk)
    assert np.allclose(made.events, events)
    assert np.array_equal(made.lost, lost)
    assert np.array_equal(made.number, loop_counts(entry, end, cause, np.ones(50), 3)[1])
    assert np.array_equal(made.times[made.last], end)
    first = [(times <= value).sum() for value in entry]
    assert np.array_equal(made.first, first)


def test_counts_in_parts_equal_counts_at_once(monkeypatch):
    entry, end, cause, weight = rows(4, 5000)
    whole = count_at_risk(entry, end, cause, weight, kinds=3)
    monkeypatch.setattr(counting, "_PART", 64)
    parts = count_at_risk(entry, end, cause, weight, kinds=3)
    assert np.allclose(whole.risk, parts.risk)
    assert np.array_equal(whole.moved, parts.moved)


def test_a_fraction_in_a_later_part_is_seen(monkeypatch):
    monkeypatch.setattr(counting, "_PART", 16)
    end = np.append(np.repeat([1.0, 2.0], 50), 2.5)
    made = count_at_risk(np.zeros(101), end, np.zeros(101, dtype=int), None)
    assert made.times.tolist() == [1.0, 2.0, 2.5]
    assert made.number.tolist() == [101, 51, 1]


def test_far_apart_whole_times_take_no_giant_table():
    end = np.array([1.0, 2.0**40])
    made = count_at_risk(np.zeros(2), end, np.array([0, 0]), None)
    assert made.times.tolist() == end.tolist()


def test_whether_a_move_was_seen_may_be_given_for_its_kind():
    entry, end, cause, weight = rows(5, kinds=1)
    one = count_at_risk(entry, end, cause, weight)
    other = count_at_risk(entry, end, cause >= 0, weight)
    assert np.array_equal(one.events, other.events)
    assert np.array_equal(one.lost, other.lost)


def test_where_all_move_the_hazard_is_exactly_one():
    weight = np.array([0.1, 0.2, 0.7]) / 3
    end, cause = np.array([1.0, 2.0, 2.0]), np.array([-1, 0, 1])
    made = count_at_risk(np.zeros(3), end, cause, weight, kinds=2)
    assert made.all_gone.tolist() == [False, True]
    assert made.hazards()[1].sum() == pytest.approx(1.0, abs=1e-15)


def test_padded_sums_begin_with_zero():
    assert padded(np.array([1.0, 2.0])).tolist() == [0.0, 1.0, 3.0]
    assert padded(np.ones((2, 2))).tolist() == [[0, 0], [1, 1], [2, 2]]


@given(SEEDS, st.booleans())
def test_squares_of_influence_equal_the_matrix_of_rows_by_times(seed, shared):
    rng = np.random.default_rng(seed)
    size, times, functions = 30, 12, 3
    first = rng.integers(0, times, size)
    last = np.minimum(first + rng.integers(0, 6, size), times - 1)
    made = Influence(
        first, last, rng.normal(size=(size, functions)), rng.normal(size=(size, functions)),
        rng.normal(size=(times, functions)),
    )  # fmt: skip
    cluster = rng.integers(0, 8, size) if shared else rng.permutation(size)
    time = np.arange(times)
    during = (time >= first[:, None]) & (time < last[:, None])
    after = time >= last[:, None]
    whole = during * (made.during @ made.basis.T) + after * (made.after @ made.basis.T)
    sums = np.array([whole[cluster == own].sum(axis=0) for own in np.unique(cluster)])
    assert np.allclose(made.squares(cluster), (sums**2).sum(axis=0))
    lengths = rng.random(times)
    assert np.allclose(made.integral(lengths), whole @ lengths)
    by_row = made.integral(lengths)
    area = np.array([by_row[cluster == own].sum() for own in np.unique(cluster)])
    assert cluster_square(by_row, cluster) == pytest.approx((area**2).sum())
    heavy = made.weighted(np.full(size, 2.0))
    assert np.allclose(heavy.squares(cluster), 4 * made.squares(cluster))


def test_greenwood_terms_by_hand():
    counts = count_at_risk(np.zeros(4), np.array([1.0, 2, 2, 3]), np.array([0, 0, -1, 0]), None)
    assert greenwood(counts).tolist() == [1 / (4 * 3), 1 / (3 * 2), 0.0]
    made = product_limit(np.zeros(4), np.array([1.0, 2, 2, 3]), np.array([1, 1, 0, 1]))
    assert made.survival_error[1] == pytest.approx(0.5 * np.sqrt(1 / 12 + 1 / 6))
    assert np.isnan(made.survival_error[2])


def test_restricted_mean_by_hand():
    made = product_limit(np.zeros(4), np.array([1.0, 2, 2, 3]), np.array([1, 1, 0, 1]))
    assert made.restricted_mean(3)[0] == pytest.approx(1 + 0.75 + 0.5)
    assert made.restricted_mean(1.5)[0] == pytest.approx(1 + 0.375)
    assert made.restricted_mean(0.5) == (0.5, 0.0)


@given(SEEDS)
def test_error_of_the_restricted_mean_is_the_numerical_derivative(seed):
    entry, end, cause, weight = rows(seed, 25, kinds=1)
    cluster = np.arange(25) // 2
    made = product_limit(entry, end, cause >= 0, weight, cluster)
    step, total = 1e-6, 0.0
    for own in np.unique(cluster):
        up, down = (
            product_limit(entry, end, cause >= 0, weight * (1 + side * (cluster == own)))
            .restricted_mean(6.5)[0]
            for side in (step, -step)
        )  # fmt: skip
        total += ((up - down) / (2 * step)) ** 2
    assert made.restricted_mean(6.5)[1] == pytest.approx(np.sqrt(total), abs=1e-6)


@pytest.mark.parametrize("interval", INTERVALS)
@given(chance=st.floats(0.01, 0.99), error=st.floats(0.001, 0.3))
def test_limits_hold_the_estimate_and_stay_within_zero_and_one(interval, chance, error):
    low, high = confidence_limits(
        np.array([chance]), np.array([error]), level=0.95, interval=interval
    )
    assert 0 <= low[0] <= chance + 1e-12
    assert chance - 1e-12 <= high[0] <= 1
    wide = confidence_limits(np.array([chance]), np.array([error]), level=0.99, interval=interval)
    assert wide[0][0] <= low[0] + 1e-12
    assert wide[1][0] >= high[0] - 1e-12


def test_limits_are_missing_where_there_are_none():
    edge, none = np.array([0.0, 1.0, 0.5]), np.array([0.0, 0.0, np.nan])
    low, high = confidence_limits(edge, none, level=0.95, interval="log")
    assert np.isnan(low).tolist() == [True, False, True]
    assert high[1] == 1.0
    low, _ = confidence_limits(edge, none, level=0.95, interval="logit")
    assert np.isnan(low).all()
    low, _ = confidence_limits(edge, none, level=0.95, interval="plain")
    assert np.isnan(low).tolist() == [False, False, True]
    assert normal_quantile(0.9) == pytest.approx(1.6448536269514722)


def test_crossings_of_a_level():
    times, curve = np.array([1.0, 3, 5, 9]), np.array([0.8, 0.5, 0.5, 0.2])
    assert crossing(times, curve, 0.8) == pytest.approx(2.0)
    assert crossing(times, curve, 0.6) == 3.0
    assert crossing(times, curve, 0.5) == 6.0
    assert np.isnan(crossing(times, curve, 0.1))
    assert crossing(times, np.where(curve > 0.6, np.nan, curve), 0.9) == 3.0


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("constant", ["intercept"]),
        ("linear", ["intercept", "time"]),
        ("cubic", ["intercept", "time", "time^2", "time^3"]),
        ("log", ["intercept", "log(time)"]),
        ("dummies", [f"period[{at}]" for at in range(1, 7)]),
        ([2, 4], ["time(0,2]", "time(2,4]", "time(4,6]"]),
        ([2, 4, 6, 60], ["time(0,2]", "time(2,4]", "time(4,6]"]),
        ([0, 60], ["time(0,6]"]),
        ([2.2, 2.4], ["time(0,2.2]", "time(2.4,6]"]),
    ],
)
def test_baselines_have_columns_of_full_rank(word, names):
    columns, found = baseline_columns(word, 6, subject="test")
    assert list(found) == names
    assert columns.shape == (6, len(names))
    assert np.linalg.matrix_rank(columns) == len(names)


def test_interval_ends_are_in_the_unit_of_the_spells():
    columns, names = baseline_columns([6, 12], 6, subject="test", period=3.0)
    assert names == ("time(0,6]", "time(6,12]", "time(12,18]")
    assert columns.sum(axis=0).tolist() == [2, 2, 2]


def held(seed, size=40, kinds=2):
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 3, size)
    last = first + rng.integers(0, 5, size)
    matrix = rng.normal(size=(6, 2))
    return Periods(
        matrix, rng.integers(0, 6, size), first, last, rng.integers(-1, kinds, size),
        rng.uniform(0.5, 2, size), int(last.max()) + 1, kinds,
    )  # fmt: skip


@given(SEEDS)
def test_periods_hold_the_sums_of_a_loop(seed):
    periods = held(seed)
    (block,) = periods.blocks()
    for pattern in range(6):
        for time in range(periods.number):
            own = (periods.pattern == pattern) & (periods.first <= time) & (periods.last >= time)
            assert block.risk[pattern, time] == pytest.approx(periods.weight[own].sum())
            gone = own & (periods.last == time)
            for kind in range(2):
                moved = periods.weight[gone & (periods.cause == kind)].sum()
                assert block.moves[pattern, time, kind] == pytest.approx(moved)
    risk, moves = periods.totals()
    assert np.allclose(risk, block.risk.sum(axis=0))
    assert np.allclose(moves, block.moves.sum(axis=0))
    assert periods.at_risk()[0] == (periods.first == 0).sum()


@pytest.mark.parametrize(("link", "kinds"), [("logit", 1), ("cloglog", 1), ("multinomial", 2)])
def test_score_and_information_are_derivatives_of_the_likelihood(link, kinds):
    periods = held(3, kinds=kinds)
    columns, _ = baseline_columns("linear", periods.number, subject="test")
    closed = np.zeros((periods.number, kinds), dtype=bool)
    likelihood = DiscreteLikelihood(periods, columns, link, closed)
    theta = np.random.default_rng(1).normal(scale=0.2, size=kinds * likelihood.width)
    state = likelihood.state(theta)
    steps = 1e-5 * np.eye(len(theta))
    slope = [
        (likelihood.state(theta + s).value - likelihood.state(theta - s).value) / 2e-5
        for s in steps
    ]
    assert np.allclose(state.score, slope, atol=1e-6)
    scores = likelihood.cluster_scores(theta, np.arange(len(periods.last)))
    assert np.allclose(scores.sum(axis=0), state.score)
    if link != "cloglog":  # there it is the expected one
        bend = [
            (likelihood.state(theta + s).score - likelihood.state(theta - s).score) / -2e-5
            for s in steps
        ]
        assert np.allclose(state.information, bend, atol=1e-5)
    assert np.linalg.eigvalsh(state.information).min() > 0


def test_expected_information_of_the_log_log_link_is_the_variance_of_the_score():
    """Scores of moves drawn from the model itself have the information as their covariance."""
    ones, eta = np.ones(1), -0.7
    hazard = 1 - np.exp(-np.exp(eta))
    draws = []
    for moved in (0, 1):
        cause = np.array([moved - 1])
        periods = Periods(np.empty((1, 0)), np.array([0]), np.array([0]), np.array([0]), cause,
                          ones, 1, 1)  # fmt: skip
        likelihood = DiscreteLikelihood(periods, np.ones((1, 1)), "cloglog", np.zeros((1, 1), bool))
        draws.append(likelihood.state(np.array([eta])))
    mean = (1 - hazard) * draws[0].score + hazard * draws[1].score
    variance = (1 - hazard) * draws[0].score ** 2 + hazard * draws[1].score ** 2
    assert mean == pytest.approx(0, abs=1e-12)
    assert draws[0].information[0, 0] == pytest.approx(variance[0])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_steps_without_an_end_are_an_error():
    periods = held(4, kinds=1)
    likelihood = DiscreteLikelihood(
        periods, np.ones((periods.number, 1)), "logit", np.zeros((periods.number, 1), dtype=bool)
    )
    width = likelihood.width
    with pytest.raises(sf.ConvergenceError, match="Newton steps"):
        maximise(
            likelihood, np.full(width, np.nan), np.ones(width, dtype=bool), np.ones(width),
            remedy="none", penalty=np.zeros(width), subject="test",
        )  # fmt: skip
