"""The back-test: nothing from later, naive beside the model, coverage near what is promised."""

import numpy as np
import pandas as pd
import pytest
from test_forecast_employment import CODES, made_up, population

import skillsfc as sf
from skillsfc.forecast import accuracy, scores


@pytest.fixture(scope="module")
def made():
    return sf.backtest(made_up(), model="all", horizon=4, population=population())


def cell(result, metric, model="auto", horizon=1):
    table = result.table
    rows = table[
        (table["metric"] == metric) & (table["model"] == model) & (table["horizon"] == horizon)
    ]
    return float(rows["value"].iloc[0])


def test_columns_of_the_three_tables(made):
    assert list(made.table) == ["model", "horizon", "metric", "value", "unit", "n", "note"]
    assert list(made.by_series) == ["country", "model", "metric", "value", "unit", "n"]
    columns = [
        "country",
        "model",
        "origin",
        "horizon",
        "level",
        "actual",
        "persons",
        "lower",
        "upper",
        "unit",
    ]
    assert list(made.errors) == columns
    assert made.table["value"].dtype == float


def test_naive_models_are_always_beside():
    made = sf.backtest(made_up(CODES[:3]), model="theta", horizon=2)
    assert set(made.table["model"]) == {"theta", "last_value", "drift", "ols_trend"}


def test_numbers_equal_those_recomputed_from_the_errors(made):
    errors = made.errors[(made.errors["level"] == 0.8) & (made.errors["horizon"] == 3)]
    errors = errors[errors["model"] == "auto"]
    ape = (errors["persons"] / errors["actual"] - 1).abs()
    by_country = ape.groupby(errors["country"]).mean()
    assert cell(made, "mape", horizon=3) == pytest.approx(by_country.mean())
    assert cell(made, "wmape", horizon=3) == pytest.approx(
        accuracy.wmape(errors["actual"], errors["persons"])
    )
    inside = scores.coverage(errors["actual"], errors["lower"], errors["upper"])
    assert cell(made, "coverage_80", horizon=3) == pytest.approx(inside)


def test_mase_equals_a_loop_over_one_country(made):
    history = made_up().set_index(["country", "year"])["persons"].loc["MAR"]
    errors = made.errors[(made.errors["country"] == "MAR") & (made.errors["level"] == 0.8)]
    errors = errors[errors["model"] == "drift"]
    found = []
    for row in errors.itertuples():
        past = history.loc[: row.origin]
        found.append(abs(row.persons - row.actual) / past.diff().abs().mean())
        slope = np.log(past.iloc[-1] / past.iloc[0]) / (len(past) - 1)
        assert row.persons == pytest.approx(past.iloc[-1] * np.exp(slope * row.horizon))
    table = made.by_series
    mine = table[
        (table["country"] == "MAR") & (table["model"] == "drift") & (table["metric"] == "mase")
    ]
    assert mine["value"].iloc[0] == pytest.approx(np.mean(found))


def test_skill_is_one_less_the_ratio_of_errors_and_lies_in_its_interval(made):
    for horizon in (1, 4):
        skill = cell(made, "skill_against_last_value", horizon=horizon)
        ratio = cell(made, "mase", horizon=horizon) / cell(made, "mase", "last_value", horizon)
        assert skill == pytest.approx(1 - ratio)
        low = cell(made, "skill_lower_against_last_value", horizon=horizon)
        assert low <= skill <= cell(made, "skill_upper_against_last_value", horizon=horizon)
    assert cell(made, "skill_against_drift", "drift") == 0.0


def test_direction_stands_beside_the_base_rate(made):
    rate = cell(made, "direction_always_grows")
    errors = made.errors[(made.errors["level"] == 0.8) & (made.errors["horizon"] == 1)]
    errors = errors[errors["model"] == "auto"]
    before = made_up().set_index(["country", "year"])["persons"]
    known = before.loc[pd.MultiIndex.from_frame(errors[["country", "origin"]])].to_numpy()
    assert rate == pytest.approx((errors["actual"].to_numpy() > known).mean())
    assert cell(made, "direction_hit_rate", "last_value") == 0.0  # it never says which way


def test_nothing_after_the_origin_is_used():
    table = made_up()
    shock = table.assign(persons=table["persons"].mask(table["year"] > 2010, 9e6))
    a = sf.backtest(table, origins=[2005, 2010], horizon=3).errors
    b = sf.backtest(shock, origins=[2005, 2010], horizon=3).errors
    for column in ("persons", "lower", "upper"):
        np.testing.assert_array_equal(a[column], b[column])


def test_the_last_forecast_is_the_one_that_forecast_employment_makes():
    table = made_up()
    back = sf.backtest(table, origins=[2012], horizon=3).errors
    ahead = sf.forecast_employment(table[table["year"] <= 2012], horizon=2015).table
    back = back[back["model"] == "auto"].assign(year=back["origin"] + back["horizon"])
    both = back.merge(ahead, on=["country", "year", "level"], suffixes=("", "_ahead"))
    assert len(both) == len(CODES) * 3 * 2
    for column in ("persons", "lower", "upper"):
        np.testing.assert_allclose(both[column], both[f"{column}_ahead"], rtol=1e-9)


def test_population_known_later_is_labelled(made):
    noted = made.table[made.table["model"] == "employment_ratio"]["note"].unique()
    assert noted.tolist() == ["uses population known later"]
    assert any("known later" in note for note in made.notes)


def test_imputed_values_do_not_judge():
    table = made_up(CODES[:3])
    held = table.assign(status=table["status"].mask(table["year"] >= 2012, "imputed"))
    errors = sf.backtest(held, horizon=3).errors
    assert (errors["origin"] + errors["horizon"]).max() == 2011


def test_coverage_of_a_random_walk_is_near_what_is_promised():
    """Synthetic truth: 24 random walks, so that the bands can be checked against the promise."""
    codes = sf.list_countries()["country"].head(24).tolist()
    made = sf.backtest(made_up(codes, years=range(1975, 2016)), horizon=5)
    for horizon in (1, 3, 5):
        # 24 x 18 overlapping tests: a standard error of about 4 points.
        assert 0.70 <= cell(made, "coverage_80", horizon=horizon) <= 0.92
        assert cell(made, "coverage_95", horizon=horizon) >= 0.88


def test_real_countries_auto_beats_last_value_and_the_line_and_covers():
    table = sf.load_table("employment")
    table = table[table["country"].isin(sf.list_countries()["country"])]
    made = sf.backtest(table, horizon=10)
    assert made.errors["country"].nunique() == 32
    for horizon in range(1, 11):
        assert cell(made, "skill_lower_against_last_value", horizon=horizon) > 0.2
        assert cell(made, "skill_lower_against_ols_trend", horizon=horizon) > 0.0
        assert 0.75 <= cell(made, "coverage_80", horizon=horizon) <= 0.88


def test_same_seed_same_result(made):
    again = sf.backtest(made_up(), model="all", horizon=4, population=population())
    pd.testing.assert_frame_equal(made.table, again.table, check_exact=True)
    other = sf.backtest(made_up(), model="all", horizon=4, population=population(), seed=2)
    assert not made.table["value"].equals(other.table["value"])
    pd.testing.assert_frame_equal(made.errors, other.errors)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"model": "arima"}, sf.ParameterError, "no such model"),
        ({"model": "employment_ratio"}, sf.ParameterError, "population"),
        ({"horizon": 0}, sf.ParameterError, "1 or more"),
        ({"horizon": 2035}, sf.ParameterError, "calendar year"),
        ({"origins": [1950]}, sf.ParameterError, "years from"),
        ({"origins": [2015]}, sf.ParameterError, "2014"),
        ({"levels": (80,)}, sf.ParameterError, "between 0 and 1"),
        ({"by": ["region"]}, sf.ParameterError, "not a key"),
    ],
)
def test_impossible_arguments_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        sf.backtest(made_up(CODES[:2]), **arguments)


def test_a_model_that_never_forecasts_is_named():
    crowd = population().assign(persons=10.0)  # fewer people than jobs: no ratio below 1
    with pytest.raises(sf.CoverageError, match="employment_ratio"):
        sf.backtest(made_up(CODES[:3]), model="all", population=crowd, horizon=2)


def test_a_history_too_short_to_judge_says_so():
    with pytest.raises(sf.CoverageError, match="can be judged"):
        sf.backtest(made_up(CODES[:2], years=range(2010, 2014)))
