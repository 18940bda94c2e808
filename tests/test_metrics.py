"""Accuracy measures against published and recomputed values, identities and bad input."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.forecast import accuracy, scores

ORACLE = Path(__file__).parent / "oracles" / "metrics"
EXPECTED = pd.read_csv(ORACLE / "expected.csv").set_index("metric")

TRAIN, ACTUAL, FORECAST = [5, 0.5, 4, 6, 3, 5, 2], [3, -0.5, 2, 7], [2.5, 0, 2, 8]
LEVEL, AHEAD = np.array([100.0, 103, 107, 104, 110]), np.array([102.0, 105, 108, 107])
ENSEMBLE = [[1.0, 2.0, 3.0, 4.0]]


def ours():
    parts = accuracy.theil_split(LEVEL[1:], AHEAD)
    return {
        "mae": accuracy.mae(ACTUAL, FORECAST),
        "mase": accuracy.mase(ACTUAL, FORECAST, TRAIN),
        "rmsse": accuracy.rmsse(ACTUAL, FORECAST, TRAIN),
        "crps_normal_minus3": scores.crps_normal(-3.0, 0.0, 1.0),
        "crps_normal_0": scores.crps_normal(0.0, 0.0, 1.0),
        "crps_ensemble": scores.crps_ensemble([2.5], ENSEMBLE),
        "crps_ensemble_fair": scores.crps_ensemble([2.5], ENSEMBLE, fair=True),
        "interval_score_80": scores.interval_score([5.0], [1.0], [4.0], 0.8),
        "pinball_90": scores.pinball([5.0], [4.0], 0.9),
        "theil_u1": accuracy.theil_u1(LEVEL[1:], AHEAD),
        "theil_u2": accuracy.theil_u2(LEVEL[1:], AHEAD, LEVEL[:-1]),
        "theil_bias": parts["bias"],
        "theil_variance": parts["variance"],
        "theil_covariance": parts["covariance"],
    }


@pytest.mark.parametrize("metric", list(EXPECTED.index))
def test_published_and_hand_calculated_values(metric):
    row = EXPECTED.loc[metric]
    tolerance = max(0.5 * 10.0 ** -row["decimals"], 1e-12)
    assert ours()[metric] == pytest.approx(row["value"], abs=tolerance)


def test_values_recomputed_without_the_library():
    spec = importlib.util.spec_from_file_location("recompute", ORACLE / "recompute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    again, mine = module.everything(), ours()
    assert set(again) == set(mine) == set(EXPECTED.index)
    for name, value in again.items():
        # The integral of the definition is good to 1e-4 with a jump, the rest to rounding.
        assert mine[name] == pytest.approx(value, abs=2e-4 if "crps" in name else 1e-9)


numbers = st.lists(st.floats(1.0, 1e6), min_size=2, max_size=12)


@settings(max_examples=40, deadline=None)
@given(numbers, st.integers(0, 2**32 - 1))
def test_identities_of_point_measures(values, seed):
    actual = np.array(values)
    forecast = actual * np.random.default_rng(seed).uniform(0.5, 1.5, len(actual))
    parts = accuracy.theil_split(actual, forecast)
    if np.isfinite(parts["bias"]):
        assert sum(parts.values()) == pytest.approx(1.0, abs=1e-6)
    assert 0.0 <= accuracy.theil_u1(actual, forecast) <= 1.0
    assert accuracy.mae(actual, actual) == 0.0
    assert accuracy.wmape(3 * actual, 3 * forecast) == pytest.approx(
        accuracy.wmape(actual, forecast)
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-50, 50), min_size=2, max_size=8), st.floats(-60, 60))
def test_ensemble_score_equals_the_definition_by_pairs(members, actual):
    x = np.array(members)
    pairs = np.abs(x[:, None] - x[None, :])
    expected = np.abs(x - actual).mean() - 0.5 * pairs.mean()
    assert scores.crps_ensemble([actual], [members]) == pytest.approx(expected, abs=1e-9)
    assert scores.crps_ensemble([actual], [members]) >= -1e-9


def test_interval_score_is_two_pinball_losses():
    rng = np.random.default_rng(3)
    actual, low = rng.normal(size=200), rng.normal(-1, 0.1, size=200)
    high = low + 2.0
    level = 0.8
    tail = (1 - level) / 2
    by_pinball = (
        2
        / (1 - level)
        * (scores.pinball(actual, low, tail) + scores.pinball(actual, high, 1 - tail))
    )
    assert scores.interval_score(actual, low, high, level) == pytest.approx(by_pinball)


def test_quantile_crps_nears_the_normal_score_with_many_quantiles():
    from scipy.stats import norm

    places = (np.arange(999) + 0.5) / 999
    near = scores.crps_quantiles([0.7], [norm.ppf(places)], list(places))
    assert near == pytest.approx(scores.crps_normal(0.7, 0.0, 1.0), abs=2e-3)


def test_normal_score_of_a_large_ensemble():
    draws = np.random.default_rng(1).normal(size=(1, 20_000))
    assert scores.crps_ensemble([0.4], draws) == pytest.approx(
        scores.crps_normal(0.4, 0.0, 1.0), abs=0.01
    )


def test_missing_pairs_are_dropped_and_nothing_left_is_nan():
    assert accuracy.mae([1.0, np.nan, 3.0], [2.0, 5.0, np.nan]) == 1.0
    assert np.isnan(accuracy.mae([np.nan], [1.0]))
    assert np.isnan(accuracy.theil_u1([], []))
    assert scores.coverage([1.0, np.nan], [0.0, 0.0], [2.0, 2.0]) == 1.0


def test_a_constant_training_series_gives_no_scaled_error_rather_than_infinity():
    assert np.isnan(accuracy.mase([1.0], [2.0], [4.0, 4.0, 4.0]))


def test_direction_shows_the_base_rate_of_always_growing():
    rising = accuracy.direction_hits([2, 3, 4], [2, 3, 4], [1, 2, 3])
    assert rising["always_grows"] == 1.0
    assert rising["hit_rate"] == 1.0
    assert np.isnan(rising["peirce"])  # nothing fell: no skill can be shown
    lazy = accuracy.direction_hits([2, 1, 3, 0], [9, 9, 9, 9], [1, 2, 2, 1])
    assert lazy["hit_rate"] == lazy["always_grows"] == 0.5
    assert lazy["peirce"] == 0.0


def table(years, persons, **more):
    return pd.DataFrame({"country": "MAR", "year": years, "persons": persons, **more})


def evaluated(result):
    return result.table.set_index("metric")["value"]


def test_evaluate_forecast_gives_the_same_numbers_as_the_functions():
    train = table(range(2000, 2005), LEVEL)
    actual = table([2005, 2006], [112.0, 115.0])
    forecast = pd.concat(
        [
            table([2005, 2006], [111.0, 118.0], level=0.8, lower=[109.0, 114], upper=[113.0, 121]),
            table([2005, 2006], [111.0, 118.0], level=0.95, lower=[105.0, 110], upper=[117.0, 126]),
        ]
    )
    found = evaluated(sf.evaluate_forecast(actual, forecast, train=train))
    a, f = actual["persons"], [111.0, 118.0]
    assert found["mae"] == accuracy.mae(a, f) == 2.0
    assert found["mase"] == pytest.approx(accuracy.mase(a, f, LEVEL))
    assert found["rmsse"] == pytest.approx(accuracy.rmsse(a, f, LEVEL))
    assert found["theil_u2"] == pytest.approx(accuracy.theil_u2(a, f, [110.0, 110.0]))
    assert found["coverage_80"] == found["coverage_95"] == 1.0
    assert found["interval_score_80"] == pytest.approx(5.5)
    assert found["direction_hit_rate"] == found["direction_always_grows"] == 1.0
    assert found["crps_quantiles"] > 0


def test_evaluate_forecast_by_model_and_without_training():
    actual = table([2005], [100.0])
    forecast = pd.concat([table([2005], [90.0], model="a"), table([2005], [95.0], model="b")])
    made = sf.evaluate_forecast(actual, forecast)
    wide = made.table.pivot(index="model", columns="metric", values="value")
    assert wide["mae"].to_dict() == {"a": 10.0, "b": 5.0}
    assert "mase" not in wide
    assert any("No train table" in note for note in made.notes)


def test_scaled_errors_divide_by_the_years_of_a_gap():
    train = table([2000, 2003], [100.0, 106.0])
    found = evaluated(
        sf.evaluate_forecast(table([2004], [110.0]), table([2004], [108.0]), train=train)
    )
    assert found["mase"] == 1.0  # the naive step is 6 persons in 3 years


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda a, f: (a.assign(year=1990), f, {}), sf.CoverageError, "no forecast year"),
        (lambda a, f: (a, f.rename(columns={"persons": "share"}), {}), sf.TableError, "persons"),
        (lambda a, f: (pd.concat([a, a]), f, {}), sf.TableError, "duplicate"),
        (lambda a, f: (a, f, {"by": ["modle"]}), sf.ParameterError, "model"),
        (lambda a, f: (a, f, {"levels": [0.5]}), sf.ParameterError, "0.8"),
    ],
)
def test_bad_input_is_named(change, error, words):
    actual = table([2005], [100.0])
    forecast = table([2005], [90.0], model="a", level=0.8, lower=80.0, upper=99.0)
    actual, forecast, more = change(actual, forecast)
    with pytest.raises(error, match=words):
        sf.evaluate_forecast(actual, forecast, **more)
