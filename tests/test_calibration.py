"""What past errors teach: spreads, quantiles, widths and alignment, each against a plain loop."""

from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_forecast_employment import CODES, made_up, one, population

import skillsfc as sf
from skillsfc.forecast import calibration
from skillsfc.forecast.calibration import (
    BAND_WEIGHT,
    FARTHEST_QUANTILE,
    LEAST_CHANGE,
    SCALE_WEIGHT,
    band_widths,
    run_trials,
)
from skillsfc.forecast.panel import align_panel
from skillsfc.forecast.preparation import prepare_series


def matrix(count=5, years=30, seed=2, noise=0.03):
    rng = np.random.default_rng(seed)
    return 1e6 * np.exp(np.cumsum(rng.normal(0.01, noise, size=(count, years)), axis=1))


def trials_of(persons, horizons=6, models=("last_value", "drift"), scorable=None):
    seen = np.isfinite(persons) if scorable is None else scorable
    logs = ~(persons == 0).any(axis=1)
    return run_trials(persons, seen, logs, models, np.arange(1, horizons + 1))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(-1e3, 1e3) | st.just(float("nan")), min_size=1, max_size=30),
    st.floats(0.0, 1.0),
)
def test_quantiles_equal_those_of_numpy(values, probability):
    row = np.array([values])
    found = calibration._quantile(row, np.array([probability]))[0, 0]
    if np.isfinite(row).any():
        assert found == pytest.approx(np.nanquantile(row, probability), rel=1e-9, abs=1e-9)
    else:
        assert np.isnan(found)


def test_mean_change_equals_a_loop_with_gaps_and_a_window():
    persons = matrix(3, 20)
    persons[0, [4, 5, 11]] = np.nan
    persons[1, :6] = np.nan
    origins = np.arange(20)
    for years in (None, 7):
        found, count = calibration._mean_change(persons, origins, years)
        for i, origin in np.ndindex(3, 20):
            seen = [t for t in range(origin + 1) if np.isfinite(persons[i, t])]
            steps = [
                abs(persons[i, b] - persons[i, a]) / (b - a)
                for a, b in pairwise(seen)
                if years is None or b > origin - years
            ]
            assert count[i, origin] == len(steps)
            if steps:
                assert found[i, origin] == pytest.approx(np.mean(steps))
            else:
                assert np.isnan(found[i, origin])


def test_scale_is_drawn_to_the_median_of_the_panel():
    persons = matrix(5, 15)
    trials = trials_of(persons)
    own = np.abs(np.diff(np.log(persons), axis=1)).mean(axis=1)
    expected = (own * 14 + SCALE_WEIGHT * np.median(own)) / (14 + SCALE_WEIGHT)
    np.testing.assert_allclose(trials.scale[:, -1], expected)


def test_scale_of_a_constant_series_is_that_of_the_panel_or_the_least_assumed():
    persons = matrix(4, 15)
    persons[0] = 7e5
    trials = trials_of(persons)
    own = np.abs(np.diff(np.log(persons[1:]), axis=1)).mean(axis=1)
    assert trials.scale[0, -1] == pytest.approx(np.median(own))
    alone = trials_of(np.full((1, 15), 7e5))
    assert alone.scale[0, -1] == LEAST_CHANGE


def test_scale_of_a_series_with_zeros_is_in_persons():
    persons = np.array([[10.0, 20, 0, 10, 20, 10, 0, 10, 20, 10]])
    trials = trials_of(persons)
    steps = np.abs(np.diff(persons[0]))
    assert trials.scale[0, -1] == pytest.approx(steps.mean())
    assert trials.transformed(trials.forecasts[0])[0, -1, 0] == 10.0


def test_actual_values_are_those_of_the_target_year():
    persons = matrix(2, 12)
    scorable = np.isfinite(persons)
    scorable[0, 8] = False
    trials = trials_of(persons, horizons=3, scorable=scorable)
    for i, origin, k in np.ndindex(2, 12, 3):
        target = origin + k + 1
        value = trials.actual[i, origin, k]
        if target < 12 and scorable[i, target]:
            assert value == persons[i, target]
        else:
            assert np.isnan(value)


def test_only_the_last_forty_years_are_origins():
    trials = trials_of(matrix(2, 70))
    assert trials.origins.tolist() == list(range(30, 70))


def test_widths_equal_a_loop():
    trials = trials_of(matrix(6, 40, seed=5))
    errors = trials.scaled_errors(trials.forecasts[1])
    at = len(trials.origins) - 1
    found = band_widths(trials, errors, at, (0.8,))[:, :, 0]
    widest = np.zeros(6)
    for k, h in enumerate(trials.horizons):
        past = errors[:, : at - h + 1, k]
        everyone = past[np.isfinite(past)]
        level = min(0.8 * (1 + h / len(everyone)), FARTHEST_QUANTILE)
        pooled = np.quantile(everyone, level)
        for i in range(6):
            own = past[i][np.isfinite(past[i])]
            part = len(own) / (len(own) + BAND_WEIGHT)
            level = min(0.8 * (1 + h / len(own)), FARTHEST_QUANTILE)
            width = part * np.quantile(own, level) + (1 - part) * pooled
            widest[i] = max(widest[i], width)
            assert found[i, k] == pytest.approx(widest[i])


def test_without_errors_the_width_is_that_of_a_random_walk():
    trials = trials_of(matrix(1, 4))
    errors = trials.scaled_errors(trials.forecasts[0])
    found = band_widths(trials, errors, 3, (0.8, 0.95))[0]
    normal = [NormalDist().inv_cdf(0.5 + level / 2) * 1.2533 for level in (0.8, 0.95)]
    np.testing.assert_allclose(found, np.sqrt(trials.horizons)[:, None] * normal)


def test_a_single_wild_error_does_not_set_the_width():
    trials = trials_of(matrix(6, 40, seed=5))
    errors = trials.scaled_errors(trials.forecasts[1])
    wild = errors.copy()
    wild[0, 20, 0] = 1e6
    at = len(trials.origins) - 1
    assert band_widths(trials, wild, at, (0.95,))[1, 0, 0] < 100


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_widths_grow_with_level_and_horizon(seed):
    trials = trials_of(matrix(4, 25, seed=seed))
    errors = trials.scaled_errors(trials.forecasts[0])
    found = band_widths(trials, errors, len(trials.origins) - 1, (0.5, 0.8, 0.95))
    assert (np.diff(found, axis=1) >= -1e-12).all()
    assert (np.diff(found, axis=2) >= -1e-12).all()


def test_panel_puts_every_last_value_into_the_last_column():
    table = made_up(CODES[:3], years=range(1990, 2011))
    short = table[~((table["country"] == "TUN") & (table["year"] > 2005))]
    series = prepare_series(short)
    aligned = align_panel(series, None, None)
    last = short.sort_values("year").groupby("country")["persons"].last()
    np.testing.assert_array_equal(aligned.persons[:, -1], last[series.keys["country"]])
    assert dict(zip(aligned.countries, aligned.last_year, strict=True))["TUN"] == 2005
    assert aligned.own == 3


def test_panel_population_follows_each_series_own_years():
    table = made_up(CODES[:2], years=range(1990, 2011))
    short = table[~((table["country"] == "TUN") & (table["year"] > 2005))]
    aligned = align_panel(prepare_series(short), None, None)
    people = aligned.population(population(CODES[:2]), 3)
    width = aligned.persons.shape[1]
    assert people.shape == (2, width + 3)
    for row, last in zip(people, aligned.last_year, strict=True):
        # Two sexes and two age groups of working age, 1.5 % a year from 2 million each.
        expected = 4 * 2e6 * 1.015 ** (last - 1980)
        assert row[width - 1] == pytest.approx(expected)
        assert row[width] / row[width - 1] == pytest.approx(1.015)


def test_population_of_one_country_serves_a_table_without_the_key():
    table = made_up(["MAR"]).drop(columns="country").assign(sector="A")
    made = sf.forecast_employment(
        table, horizon=2020, population=population(["MAR"]), model="employment_ratio"
    )
    assert made.table["persons"].notna().all()
    assert "fallback" not in set(made.issues["rule"])


def test_a_panel_of_other_keys_is_refused_with_the_column():
    own = made_up(["MAR"]).assign(sector="A")
    with pytest.raises(sf.SkillsfcError, match="sector"):
        sf.forecast_employment(own, panel=made_up(["TUN"]), by=["sector"])


def test_the_value_at_the_end_of_the_table_decides_not_the_order_of_rows():
    table = one([1e6, 1.1e6, 1.2e6, 1.3e6, 1.4e6, 1.5e6]).iloc[::-1]
    made = sf.forecast_employment(table, horizon=2007, model="last_value")
    np.testing.assert_allclose(made.table["persons"], 1.5e6)


def test_source_and_years_of_the_forecast_come_from_the_last_value():
    table = made_up(["MAR"])
    later = table["year"] >= 2010
    table.loc[later, "source"] = "newer"
    made = sf.forecast_employment(table, horizon=2017)
    assert set(made.table["source"]) == {"newer"}
    assert isinstance(made.table["year"].iloc[0], int | np.integer)
    assert pd.api.types.is_integer_dtype(made.table["year"])
