"""The employment forecast: its table, its bands, its verdict, and what it refuses."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.forecast.calibration import (
    LEAST_ERRORS,
    Trials,
    band_widths,
    run_trials,
)
from skillsfc.forecast.combination import combine
from skillsfc.forecast.models import COMBINED, MODELS
from skillsfc.forecast.verdict import block_bootstrap

TRENDS = tuple(name for name in COMBINED if name != "employment_ratio")
CODES = ["MAR", "TUN", "DZA", "EGY", "JOR", "GEO", "ARM", "ALB"]


def made_up(countries=CODES, years=range(1985, 2016), seed=3, drift=0.02, noise=0.02):
    """Synthetic random walks with drift, one a country."""
    rng = np.random.default_rng(seed)
    parts = []
    for code in countries:
        steps = rng.normal(drift, noise, size=len(years))
        persons = 1e6 * np.exp(np.cumsum(steps))
        parts.append(pd.DataFrame({"country": code, "year": list(years), "persons": persons}))
    flags = {"unit": "persons", "status": "observed", "source": "synthetic"}
    return pd.concat(parts, ignore_index=True).assign(**flags)


def population(countries=CODES, years=range(1980, 2051, 5)):
    rows = [
        (c, y, s, a, 2e6 * 1.015 ** (y - 1980))
        for c in countries
        for y in years
        for s in "FM"
        for a in ["0-14", "15-24", "25-64", "65+"]
    ]
    found = pd.DataFrame(rows, columns=["country", "year", "sex", "age", "persons"])
    return found.assign(unit="persons", status="estimated", source="synthetic")


@pytest.fixture(scope="module")
def made():
    return sf.forecast_employment(made_up(), horizon=2030, population=population())


def test_table_has_one_row_a_series_year_and_level_and_passes_the_schema(made):
    table = made.table
    columns = [
        "country",
        "year",
        "level",
        "persons",
        "lower",
        "upper",
        "model",
        "unit",
        "status",
        "source",
    ]
    assert list(table.columns) == columns
    assert len(table) == len(CODES) * 15 * 2
    assert set(table["status"]) == {"projected"}
    assert table["year"].min() == 2016
    assert table["year"].max() == 2030
    assert len(sf.check(table)) == len(table)


def test_bands_hold_the_forecast_are_positive_nested_and_never_narrow(made):
    table = made.table
    assert (table["lower"] > 0).all()
    assert (table["lower"] <= table["persons"]).all()
    assert (table["persons"] <= table["upper"]).all()
    wide = table.assign(width=np.log(table["upper"] / table["lower"]))
    for _, part in wide.groupby(["country", "level"]):
        assert (np.diff(part["width"]) >= -1e-12).all()
    by_level = wide.pivot(index=["country", "year"], columns="level", values="width")
    assert (by_level[0.95] >= by_level[0.8] - 1e-12).all()


def test_history_is_the_input_and_nothing_else(made):
    keys = ["country", "year", "persons"]
    expected = made_up()[keys].sort_values(keys[:2]).reset_index(drop=True)
    pd.testing.assert_frame_equal(made.history[keys], expected)
    assert set(made.history["status"]) == {"observed"}


def test_weights_add_up_and_name_the_models(made):
    for text in made.choice["weights"]:
        parts = dict(part.split(" ") for part in text.split(", "))
        assert set(parts) <= set(COMBINED)
        assert sum(map(float, parts.values())) == pytest.approx(1.0, abs=0.03)


def test_choice_says_in_words_what_the_numbers_say(made):
    choice = made.choice
    assert len(choice) == len(CODES)
    np.testing.assert_allclose(choice["skill"], 1 - choice["mase"] / choice["naive_mase"])
    better = choice["verdict"] == "better than naive"
    assert (choice.loc[better, "skill_lower"] > 0).all()
    assert ((choice["skill_lower"] <= 0) | better).all()
    for row in choice.itertuples():
        assert ("larger" in row.reason or "as large" in row.reason) == (row.skill <= 0)
        assert MODELS[row.naive_model].naive


def test_the_rival_is_the_naive_model_that_is_best_over_the_whole_panel(made):
    mean = {
        name: sf.forecast_employment(made_up(), horizon=2030, model=name).choice["mase"].mean()
        for name in ("last_value", "drift", "ols_trend")
    }
    assert set(made.choice["naive_model"]) == {min(mean, key=mean.get)}


def test_skill_is_the_one_against_the_rival(made):
    for row in made.choice.itertuples():
        assert getattr(row, f"skill_against_{row.naive_model}") == pytest.approx(row.skill)


def test_with_a_population_the_ratio_is_part_of_auto_with_a_handicap():
    employment, people = made_up(), population()
    made = sf.forecast_employment(employment, horizon=2020, population=people, levels=(0.8,))
    assert made.choice["weights"].str.contains("employment_ratio").any()
    without = sf.forecast_employment(employment, horizon=2020, levels=(0.8,))
    assert not without.choice["weights"].str.contains("employment_ratio").any()
    assert any("counted 10 % larger" in note for note in made.notes)


def test_a_model_that_cannot_fit_one_series_does_not_silence_the_others():
    trials = trials_of(made_up(CODES[:4], noise=0.03))
    hole = trials.forecasts.copy()
    hole[0, 2] = np.nan  # the first model never fits the third series
    made, weights = combine(dataclasses.replace(trials, forecasts=hole), TRENDS)
    assert np.isfinite(made[2, -1]).all()
    np.testing.assert_array_equal(weights[0, 2], 0.0)
    np.testing.assert_allclose(weights[:, 2, -1].sum(axis=0), 1.0)


def test_a_naive_model_is_never_better_than_the_best_naive_one_and_worse_if_it_surely_is():
    choice = sf.forecast_employment(made_up(), horizon=2018, model="last_value").choice
    worse = choice["skill_upper"] < 0
    assert worse.any()
    assert set(choice.loc[worse, "verdict"]) == {"worse than naive"}
    assert set(choice.loc[~worse, "verdict"]) <= {"no better than naive"}


def test_alternatives_show_every_candidate(made):
    assert set(made.alternatives["model"]) == set(MODELS)
    last = made.alternatives[made.alternatives["model"] == "last_value"]
    base = made.history.sort_values("year").groupby("country")["persons"].last()
    np.testing.assert_allclose(last["persons"], last["country"].map(base))


def test_the_ratio_alone_needs_a_population():
    ratio = sf.forecast_employment(
        made_up(), horizon=2030, model="employment_ratio", population=population()
    )
    assert set(ratio.table["model"]) == {"employment_ratio"}
    with pytest.raises(sf.ParameterError, match="population"):
        sf.forecast_employment(made_up(), model="employment_ratio")


def test_same_input_and_seed_give_the_same_bytes(made):
    again = sf.forecast_employment(made_up(), horizon=2030, population=population())
    pd.testing.assert_frame_equal(made.table, again.table, check_exact=True)
    pd.testing.assert_frame_equal(made.choice, again.choice, check_exact=True)
    assert made.provenance == again.provenance


def test_result_is_frozen_and_carries_its_origin(made):
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.table = None
    assert set(made.provenance) == {"version", "seed", "inputs"}
    assert set(made.provenance["inputs"]) == {"employment", "population"}
    assert made.settings.by == ("country",)


def test_a_true_drift_is_recovered_and_covered():
    """Synthetic truth: growth of 2 % a year; the level 5 years on is known up to noise."""
    made = sf.forecast_employment(made_up(noise=0.005), horizon=2020, levels=(0.95,))
    base = made.history.sort_values("year").groupby("country")["persons"].last()
    last = made.table[made.table["year"] == 2020].set_index("country")
    truth = base * np.exp(0.02 * 5)
    assert (last["persons"] / truth - 1).abs().max() < 0.03
    assert ((last["lower"] <= truth) & (truth <= last["upper"])).mean() >= 0.85


def test_other_series_teach_through_panel_and_are_not_forecast():
    table = made_up()
    own, others = table[table["country"] == "MAR"], table[table["country"] != "MAR"]
    taught = sf.forecast_employment(own, horizon=2025, panel=others)
    assert set(taught.table["country"]) == {"MAR"}
    whole = sf.forecast_employment(own, horizon=2025, panel=table)  # itself in it: counted once
    pd.testing.assert_frame_equal(taught.table, whole.table)
    together = sf.forecast_employment(table, horizon=2025).table
    mine = together[together["country"] == "MAR"].reset_index(drop=True)
    np.testing.assert_allclose(taught.table["persons"], mine["persons"], rtol=1e-9)
    np.testing.assert_allclose(taught.table["upper"], mine["upper"], rtol=1e-9)


def test_order_of_rows_does_not_matter():
    table = made_up()
    mixed = table.sample(frac=1.0, random_state=5)
    a = sf.forecast_employment(table, horizon=2020).table
    pd.testing.assert_frame_equal(a, sf.forecast_employment(mixed, horizon=2020).table)


def test_relabelling_countries_permutes_the_forecast():
    table = made_up()
    swap = {"MAR": "TUN", "TUN": "MAR"}
    other = table.assign(country=table["country"].map(lambda c: swap.get(c, c)))
    a = sf.forecast_employment(table, horizon=2018).table
    b = sf.forecast_employment(other, horizon=2018).table
    first = a[a["country"] == "MAR"]["persons"].to_numpy()
    np.testing.assert_allclose(first, b[b["country"] == "TUN"]["persons"], rtol=1e-9)


def test_persons_in_tens_give_a_forecast_in_tens():
    table = made_up(CODES[:4])
    a = sf.forecast_employment(table, horizon=2020).table
    b = sf.forecast_employment(table.assign(persons=table["persons"] * 10), horizon=2020).table
    for column in ("persons", "lower", "upper"):
        np.testing.assert_allclose(b[column], 10 * a[column], rtol=1e-4)


def test_keys_left_out_are_summed():
    table = made_up(["MAR"])
    halves = pd.concat(
        [table.assign(sex=s, persons=table["persons"] / 2) for s in ("F", "M")], ignore_index=True
    )
    whole = sf.forecast_employment(table, horizon=2018).table
    summed = sf.forecast_employment(halves, horizon=2018, by=["country"]).table
    np.testing.assert_allclose(whole["persons"], summed["persons"])
    by_sex = sf.forecast_employment(halves, horizon=2018)
    assert set(by_sex.table["sex"]) == {"F", "M"}


def test_series_that_end_in_different_years_start_after_their_own_last():
    table = made_up()
    cut = table[~((table["country"] == "TUN") & (table["year"] > 2012))]
    made = sf.forecast_employment(cut, horizon=2018).table
    first = made.groupby("country")["year"].min()
    assert first["TUN"] == 2013
    assert first["MAR"] == 2016


def one(persons, years=None, country="MAR"):
    years = list(years) if years is not None else list(range(2000, 2000 + len(persons)))
    flags = {"unit": "persons", "status": "observed", "source": "made up"}
    return pd.DataFrame({"country": country, "year": years, "persons": persons, **flags})


def test_all_missing_series_is_listed_as_no_data_and_never_zero():
    rows = pd.concat([made_up(["MAR"]), one([np.nan] * 5, range(2010, 2015), "TUN")])
    made = sf.forecast_employment(rows, horizon=2018)
    assert set(made.table["country"]) == {"MAR"}
    row = made.choice.set_index("country").loc["TUN"]
    assert row["verdict"] == "not testable"
    assert row["reason"] == "no data"
    assert any("TUN" in note for note in made.notes)
    with pytest.raises(sf.CoverageError):
        sf.forecast_employment(one([np.nan] * 5))


def test_one_value_needs_a_panel_and_is_then_carried_on_with_a_pooled_band():
    single = one([5e5], [2015])
    with pytest.raises(sf.CoverageError, match="panel"):
        sf.forecast_employment(single)
    made = sf.forecast_employment(single, horizon=2020, panel=made_up(["TUN", "DZA", "EGY"]))
    np.testing.assert_allclose(made.table["persons"], 5e5)
    assert (made.table["upper"] > 5e5 * 1.01).all()
    assert "one_value" in set(made.issues["rule"])
    assert made.choice["verdict"].tolist() == ["not testable"]


def test_two_values_alone_get_the_band_of_a_random_walk():
    made = sf.forecast_employment(one([1e6, 1.02e6]), horizon=2005)
    width = np.log(made.table["upper"] / made.table["persons"]).to_numpy().reshape(-1, 2)
    assert np.isfinite(width).all()
    np.testing.assert_allclose(width / width[0], np.sqrt(np.arange(1, 5))[:, None] * [1, 1])


def test_constant_series_has_a_band_that_is_not_zero():
    made = sf.forecast_employment(one([7e5] * 15), horizon=2020)
    np.testing.assert_allclose(made.table["persons"], 7e5)
    assert (made.table["upper"] - made.table["lower"] > 1e3).all()
    assert "constant" in set(made.issues["rule"])


def test_zero_is_modelled_in_levels_and_the_band_stays_at_or_above_zero():
    values = [50.0, 30, 20, 0, 10, 5, 8, 4, 2, 1, 3, 2]
    made = sf.forecast_employment(one(values), horizon=2020)
    assert (made.table["lower"] >= 0).all()
    assert np.isfinite(made.table[["persons", "lower", "upper"]].to_numpy()).all()
    assert {"zero", "levels"} <= set(made.issues["rule"])


def test_gaps_are_stepped_over():
    table = made_up(["MAR"])
    holed = table[~table["year"].isin([2001, 2002, 2010])]
    made = sf.forecast_employment(holed, horizon=2018)
    assert made.table["persons"].notna().all()
    assert "missing_years" in set(made.issues["rule"])
    assert set(made.history["year"]).isdisjoint({2001, 2002, 2010})


def test_a_model_that_cannot_be_fitted_falls_back_and_says_so():
    made = sf.forecast_employment(one([1e6, 1.1e6]), horizon=2004, model="damped_trend")
    assert "fallback" in set(made.issues["rule"])
    np.testing.assert_allclose(made.table["persons"], 1.1e6)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"horizon": 2015}, "after 2015"),
        ({"horizon": 2100}, "at most 60"),
        ({"horizon": 2030.5}, "calendar year"),
        ({"horizon": True}, "calendar year"),
        ({"model": "ets"}, "no such model"),
        ({"model": "thta"}, "'theta'"),
        ({"levels": (80,)}, "0.8"),
        ({"levels": ()}, "levels"),
        ({"by": ["sectr"]}, "not a key"),
    ],
)
def test_impossible_arguments_are_refused_with_a_hint(arguments, words):
    with pytest.raises(sf.ParameterError, match=words):
        sf.forecast_employment(made_up(CODES[:2]), **arguments)


def trials_of(table, horizons=4):
    wide = table.pivot(index="country", columns="year", values="persons").to_numpy()
    ones = np.ones(len(wide), bool)
    return run_trials(wide, np.isfinite(wide), ones, list(TRENDS), np.arange(1, horizons + 1))


def test_weights_and_bands_use_only_errors_known_at_the_origin():
    table = made_up(years=range(1985, 2016))
    shock = table.assign(persons=table["persons"].mask(table["year"] > 2008, 5e6))
    before, after = trials_of(table), trials_of(shock)
    at = int(np.flatnonzero(before.origins == 2008 - 1985)[0])
    first, weights = combine(before, TRENDS)
    second, others = combine(after, TRENDS)
    np.testing.assert_array_equal(first[:, : at + 1], second[:, : at + 1])
    np.testing.assert_array_equal(weights[:, :, : at + 1], others[:, :, : at + 1])
    a = band_widths(before, before.scaled_errors(first), at, (0.8,))
    b = band_widths(after, after.scaled_errors(second), at, (0.8,))
    np.testing.assert_array_equal(a, b)
    assert not np.allclose(first[:, -1], second[:, -1])  # later, the shock does matter


def test_combination_equals_a_loop():
    trials = trials_of(made_up(CODES[:3], noise=0.03))
    made, weights = combine(trials, TRENDS)
    np.testing.assert_allclose(weights.sum(axis=0)[np.isfinite(made)], 1.0)
    row, at = 1, len(trials.origins) - 1
    errors = np.stack([trials.scaled_errors(f) for f in trials.forecasts])
    fair = np.isfinite(errors).all(axis=0)
    logs = np.log(trials.horizons)
    strength = []
    for m in range(len(TRENDS)):
        means = []
        for k, h in enumerate(trials.horizons):
            own = [errors[m, row, j, k] for j in range(at - h + 1) if fair[row, j, k]]
            everyone = [errors[m, i, j, k] for i, j in np.ndindex(3, at - h + 1) if fair[i, j, k]]
            means.append((sum(own) + 20 * np.mean(everyone)) / (len(own) + 20))
        line = np.polyfit(logs, np.log(means), 1)
        strength.append(np.exp(np.polyval(line, logs)) ** -4)
    parts = np.array(strength) / np.sum(strength, axis=0)
    np.testing.assert_allclose(weights[:, row, at], parts)
    expected = np.exp((parts * np.log(trials.forecasts[:, row, at])).sum(axis=0))
    np.testing.assert_allclose(made[row, at], expected)


def test_weights_change_smoothly_and_stand_still_beyond_ten_years():
    """Kinks in a fan chart that only noisy weights make are a defect: the path must be smooth."""
    made = sf.forecast_employment(made_up(noise=0.03), horizon=2033, levels=(0.8,))
    for _, part in made.table.groupby("country"):
        growth = np.diff(np.log(part["persons"].to_numpy()))
        assert np.abs(np.diff(growth)).max() < 0.006
    trials = trials_of(made_up(CODES[:4]), horizons=15)
    _, weights = combine(trials, TRENDS)
    np.testing.assert_allclose(weights[:, :, -1, 9:], weights[:, :, -1, 9:10] + np.zeros(6))


def test_too_few_errors_give_a_width_that_grows_between_root_and_line():
    trials = trials_of(made_up(CODES[:4], years=range(1985, 2006)), horizons=15)
    errors = trials.scaled_errors(combine(trials, TRENDS)[0])
    last = len(trials.origins) - 1
    width = band_widths(trials, errors, last, (0.8,))[0, :, 0]
    known = sum(
        np.isfinite(errors[:, : last - h + 1, k]).sum() >= LEAST_ERRORS
        for k, h in enumerate(trials.horizons)
    )
    assert 3 < known < 15
    ratio = width[known:] / width[known - 1]
    ahead = trials.horizons[known:] / trials.horizons[known - 1]
    assert (ratio >= ahead**0.5 - 1e-9).all()
    assert (ratio <= ahead + 1e-9).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(4, 40), st.integers(1, 6), st.integers(0, 99))
def test_block_bootstrap_draws_as_many_origins_as_there_are(count, block, seed):
    weights = block_bootstrap(count, min(block, count), 20, seed)
    assert weights.shape == (20, count)
    assert (weights.sum(axis=1) == count).all()


def test_trials_go_back_and_forth_between_logs_and_persons():
    trials = trials_of(made_up(CODES[:2]))
    assert isinstance(trials, Trials)
    values = trials.forecasts[0]
    np.testing.assert_allclose(trials.persons(trials.transformed(values)), values)


def test_real_countries_all_get_a_forecast_and_none_is_zero():
    table = sf.load_table("employment")
    table = table[table["country"].isin(sf.list_countries()["country"])]
    made = sf.forecast_employment(table, horizon=2035)
    assert made.table["country"].nunique() == 32
    assert (made.table["persons"] > 1e4).all()
    growth = made.table[made.table["year"] == 2035].groupby("country")["persons"].first()
    last = made.history.groupby("country")["persons"].last()
    assert (np.log(growth / last).abs() < 1.0).all()
    assert "SYR" in set(made.issues.loc[made.issues["rule"] == "conflict_gap", "series"])
