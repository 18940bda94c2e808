"""Job openings: the identity, sums over cells, published systems, forms of input, bad input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.replacement import published

import skillsfc as sf
from skillsfc.conversion import add_up

ROUNDING = 1e-6


def jobs(values, years=(2024, 2034), **keys):
    """Return employment by year from {key: codes}; the first year is observed."""
    parts = [
        pd.DataFrame(keys | {"year": y, "persons": v}, index=range(np.size(v)))
        for y, v in zip(years, values, strict=True)
    ]
    rows = pd.concat(parts, ignore_index=True)
    status = np.where(rows["year"] > years[0], "projected", "observed")
    return rows.assign(unit="persons", status=status, source="made up")


def rate(values, **keys):
    rows = pd.DataFrame(keys | {"rate": values}, index=range(np.size(values)))
    return rows.assign(unit="per person-year", status="estimated", source="made up")


def counts(values, **keys):
    rows = pd.DataFrame(keys | {"persons": values}, index=range(np.size(values)))
    return rows.assign(unit="persons", status="estimated", source="made up")


TWO = {"occupation": ["1", "2"]}


# Identity and sums


CELLS = st.lists(
    st.tuples(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1)), min_size=4, max_size=4
)


@settings(max_examples=7)
@given(CELLS, st.sampled_from(["path", "mean", "start", "end", "compound"]))
def test_expansion_and_replacement_are_the_openings_and_cells_add_up(cells, applied):
    start, end, rates = (np.array(x) for x in zip(*cells, strict=True))
    middle = (start + end) / 3
    keys = {"occupation": ["1", "1", "2", "2"], "qualification": ["1", "2"] * 2}
    forecast = jobs([start, middle, end], (2024, 2029, 2034), **keys)
    made = sf.estimate_job_openings(forecast, rate(rates, **keys), applied=applied)
    table = made.table
    np.testing.assert_allclose(table["expansion"] + table["replacement"], table["openings"])
    np.testing.assert_allclose(table["openings"] / 10, table["openings_per_year"])
    steps = made.yearly.groupby(["occupation", "qualification"])[["expansion", "replacement"]].sum()
    scale = 1e-9 * (table["employment_start"] + table["replacement"]).max() + 1e-9
    np.testing.assert_allclose(steps["replacement"], table["replacement"], atol=scale)
    np.testing.assert_allclose(steps["expansion"], table["expansion"], atol=scale)
    for by in (["occupation"], ["qualification"], []):
        fewer = sf.estimate_job_openings(forecast, rate(rates, **keys), applied=applied, by=by)
        parts = table.groupby(by)["openings"].sum() if by else [table["openings"].sum()]
        np.testing.assert_allclose(fewer.table["openings"], parts, atol=scale)


@settings(max_examples=7)
@given(CELLS, st.floats(0.001, 1000))
def test_scale_and_order_change_nothing_else(cells, factor):
    start, end, rates = (np.array(x) for x in zip(*cells, strict=True))
    codes = {"occupation": list("1234")}
    forecast, rates = jobs([start, end], **codes), rate(rates, **codes)
    one = sf.estimate_job_openings(forecast, rates).table
    scaled = forecast.assign(persons=forecast["persons"] * factor)
    many = sf.estimate_job_openings(scaled.sample(frac=1, random_state=1), rates[::-1]).table
    np.testing.assert_allclose(many["openings"], one["openings"] * factor, rtol=1e-9, atol=1e-6)
    assert (one["replacement"] >= 0).all()


def test_a_floor_takes_nothing_away_where_employment_falls():
    forecast = jobs([[100.0, 100.0], [80.0, 130.0]], **TWO)
    total = sf.estimate_job_openings(forecast, rate(0.01), applied="start").table
    floor = sf.estimate_job_openings(forecast, rate(0.01), applied="start", definition="floor")
    assert total["openings"].tolist() == pytest.approx([-10.0, 40.0])
    assert floor.table["openings"].tolist() == pytest.approx([10.0, 40.0])
    assert floor.table["expansion"].tolist() == pytest.approx([-20.0, 30.0])
    assert any("sums of cells are not cells of sums" in note for note in floor.notes)


def test_negative_openings_are_kept_and_said():
    made = sf.estimate_job_openings(jobs([100.0, 50.0]), rate(0.01))
    assert made.table["openings"].item() < 0
    assert any("openings are negative" in note for note in made.notes)


# What a rate is applied to


@pytest.mark.parametrize(
    ("applied", "expected"),
    [
        ("path", 0.1 * (150 * 5 + 190 * 5)),
        ("mean", 0.1 * 140 * 10),
        ("start", 0.1 * 100 * 10),
        ("end", 0.1 * (200 * 5 + 180 * 5)),
        ("compound", 100 * (1.1**10 - 1)),
    ],
)
def test_each_rule_by_hand(applied, expected):
    forecast = jobs([100.0, 200.0, 180.0], (2024, 2029, 2034))
    made = sf.estimate_job_openings(forecast, rate(0.1), applied=applied)
    assert made.table["replacement"].item() == pytest.approx(expected)
    assert made.settings.applied == applied


def test_rates_that_change_with_the_year_apply_to_the_step_that_ends_in_it():
    forecast = jobs([100.0, 100.0, 100.0], (2024, 2025, 2027))
    made = sf.estimate_job_openings(forecast, rate([0.1, 0.2, 0.4], year=[2025, 2026, 2027]))
    assert made.yearly["replacement"].tolist() == pytest.approx([10.0, 0.3 * 200])
    with pytest.raises(sf.ParameterError, match="rates that change"):
        sf.estimate_job_openings(
            forecast, rate([0.1, 0.2, 0.4], year=[2025, 2026, 2027]), applied="compound"
        )


def test_results_are_applied_as_they_were_defined():
    stocks = sf.example(seed=1).employment_by_age
    path = add_up(stocks, ["country", "occupation", "year"]).assign(source="examplia_synthetic")
    path["status"] = np.where(path["year"] > 2018, "projected", "modelled")
    used = {}
    for annual in ("simple", "warwick"):
        made = sf.estimate_replacement_demand(
            stocks, years=(2013, 2018), annual=annual, by=["country", "occupation"]
        )
        openings = sf.estimate_job_openings(path, made)
        used[annual] = openings.settings.applied
        five = openings.table["replacement"] / openings.table["employment_start"]
        # five years on at the same rate: the share of the stock is the same by either definition
        np.testing.assert_allclose(five, made.table["rate"], rtol=1e-9)
    assert used == {"simple": "start", "warwick": "compound"}


def test_the_period_of_a_cohort_count_gives_its_own_replacement_back():
    stocks = sf.example(seed=1).employment_by_age
    made = sf.estimate_replacement_demand(stocks, years=(2018, 2023))
    path = add_up(stocks, ["country", "occupation", "sex", "year"])
    openings = sf.estimate_job_openings(path, made, base_year=2018, horizon=2023)
    np.testing.assert_allclose(openings.table["replacement"], made.table["replacement"])


def test_rates_by_sex_are_weighted_where_employment_has_no_sex():
    stocks = sf.example(seed=1).employment_by_age
    made = sf.estimate_replacement_demand(stocks, years=(2018, 2023))
    path = add_up(stocks, ["country", "occupation", "year"])
    openings = sf.estimate_job_openings(path, made, base_year=2018, horizon=2023).table
    both = made.table.groupby("occupation")["replacement"].sum()
    np.testing.assert_allclose(openings["replacement"], both)


def test_openings_by_qualification_from_rates_by_occupation():
    example = sf.example(seed=1)
    made = sf.estimate_replacement_demand(example.employment_by_age, by=["occupation"])
    jobs_by = example.employment_by_qualification
    fine = sf.estimate_job_openings(jobs_by, made, base_year=2018)
    level = sf.estimate_job_openings(jobs_by, made, base_year=2018, by=["qualification"])
    whole = sf.estimate_job_openings(jobs_by, made, base_year=2018, by=[])
    parts = fine.table.groupby("qualification")["openings"].sum()
    np.testing.assert_allclose(level.table["openings"], parts)
    assert whole.table["openings"].item() == pytest.approx(level.table["openings"].sum())


def test_a_forecast_result_brings_its_history_and_each_width_counts_once():
    past = pd.concat([
        jobs([v], (2004 + k,), occupation=["1", "2"])
        for k in range(16) for v in ([1000.0 * 1.02**k, 500.0],)
    ], ignore_index=True).assign(status="observed")  # fmt: skip
    forecast = sf.forecast_employment(past, horizon=2025)
    made = sf.estimate_job_openings(forecast, rate(0.05))
    table = made.table.set_index("occupation")
    assert (table["first_year"].unique(), table["year"].unique()) == ([2019], [2025])
    assert table.loc["2", "employment_start"] == 500
    assert len(made.yearly) == 2 * 6
    assert set(made.provenance["inputs"]) == {"forecast", "replacement"}


# Counts instead of rates


def test_counts_of_several_kinds_are_added_in_their_year():
    forecast = jobs([100.0, 110.0, 105.0], (2024, 2025, 2026), occupation=["1"])
    leavers = pd.concat([
        counts([5.0, 6.0], occupation="1", year=[2025, 2026], indicator="retired"),
        counts([1.0, 2.0], occupation="1", year=[2025, 2026], indicator="other"),
    ], ignore_index=True)  # fmt: skip
    made = sf.estimate_job_openings(forecast, leavers)
    assert made.yearly["openings"].tolist() == [16.0, 3.0]
    assert made.table["openings"].item() == 19.0
    assert made.settings.applied == "counts"


def test_counts_need_their_year_and_the_keys_reported():
    forecast = jobs([[60.0, 40.0], [70.0, 30.0]], (2024, 2025), **TWO)
    with pytest.raises(sf.TableError, match="without year"):
        sf.estimate_job_openings(forecast, counts([1.0, 2.0], **TWO))
    with pytest.raises(sf.TableError, match="no 'occupation'"):
        sf.estimate_job_openings(forecast, counts(3.0, year=2025))
    whole = sf.estimate_job_openings(forecast, counts(3.0, year=2025), by=[])
    assert whole.table["openings"].item() == 3.0
    with pytest.raises(sf.ParameterError, match="persons, not rates"):
        sf.estimate_job_openings(forecast, counts(3.0, year=2025), by=[], applied="path")


def test_a_year_without_count_is_missing_not_nothing():
    forecast = jobs([100.0, 100.0, 100.0], (2024, 2025, 2026))
    made = sf.estimate_job_openings(forecast, counts(3.0, year=2025))
    assert made.yearly["openings"].tolist()[0] == 3.0
    assert made.yearly["openings"].isna().tolist() == [False, True]
    assert made.table["openings"].isna().all()


# Published systems


def need(name):
    if published.folder(name) is None:
        pytest.skip(f"{name} is not beside the repository")


@pytest.mark.parametrize(("growth", "tolerance"), [(True, 100), (False, 200)])
def test_every_opening_of_canada_is_growth_and_those_who_leave(growth, tolerance):
    need("canada_cops_2024_2033")
    wide = published.cops()
    made = sf.estimate_job_openings(
        published.cops_path(wide, from_growth=growth), published.cops_leavers(wide)
    )
    ahead = wide[wide["year"] > 2023].dropna(subset=["job_openings"])
    ours = made.yearly.set_index(["occupation", "year"])["openings"]
    apart = np.abs(
        ours.loc[pd.MultiIndex.from_frame(ahead[["occupation", "year"]])].to_numpy()
        - ahead["job_openings"].to_numpy()
    )
    assert len(ahead) == 5010
    # all published to 100: with levels two of them are subtracted, so twice as much
    assert apart.max() <= tolerance + ROUNDING
    ten = made.table.set_index("occupation")["openings"]
    assert ten["noc2021:00000"] == pytest.approx(
        ahead.loc[ahead["occupation"] == "noc2021:00000", "job_openings"].sum(), abs=1000
    )


def test_retirements_of_canada_are_the_rate_of_the_same_year():
    need("canada_cops_2024_2033")
    wide = published.cops()
    rates = wide[["occupation", "year"]].assign(
        rate=wide["retirement_rates"] / 100, unit="per person-year", status="projected", source="c"
    )
    path = published.cops_path(wide, from_growth=False)
    made = sf.estimate_job_openings(path, rates, applied="end").yearly
    joined = made.merge(wide, on=["occupation", "year"])
    apart = (joined["replacement"] - joined["retirements"]).abs()
    within = apart <= 0.0005 * joined["employment"] + 50 + ROUNDING  # rate to 0.1 %, count to 100
    assert within.mean() > 0.999


def test_seekers_of_canada_are_leavers_of_school_immigrants_and_others():
    need("canada_cops_2024_2033")
    ahead = published.cops()
    ahead = ahead[ahead["year"] > 2023].dropna(subset=["job_seekers"])
    parts = pd.concat([
        ahead[["occupation", "year"]].assign(indicator=k, persons=ahead[k], status="projected")
        for k in ("school_leavers", "immigration", "other_seekers")
    ], ignore_index=True)  # fmt: skip
    ours = add_up(parts, ["occupation", "year"]).set_index(["occupation", "year"])["persons"]
    theirs = ahead.set_index(["occupation", "year"])["job_seekers"]
    assert len(theirs) == 5020
    assert (ours - theirs).abs().max() <= 100


@pytest.mark.parametrize("edition", published.OLD_EDITIONS)
def test_older_openings_of_the_united_states_are_a_floor_on_base_employment(edition):
    need("us_bls_projections")
    rows = published.bls_rows(edition)
    path = published.bls_path(rows, edition)
    rates = rate(rows["repl_rate_10y_pct"].to_numpy() / 1000, occupation=rows["occupation"])
    made = sf.estimate_job_openings(path, rates, definition="floor", applied="start").table
    table = made.set_index("occupation").loc[rows["occupation"]]
    half_a_tenth = 0.0005 * rows["emp_base_th"].to_numpy()  # the rate is printed to 0.1 %
    apart = np.abs(table["replacement"] / 1000 - rows["repl_needs_10y_th"].to_numpy())
    assert (apart <= half_a_tenth + 0.1 + ROUNDING).mean() > 0.99
    needs = published.yearly_counts(rows, edition, "repl_needs_10y_th", years=10)
    openings = sf.estimate_job_openings(path, needs, definition="floor").table
    openings = openings.set_index("occupation").loc[rows["occupation"], "openings"] / 1000
    assert np.abs(openings - rows["openings_th"].to_numpy()).max() <= 0.2 + ROUNDING
    total = sf.estimate_job_openings(path, needs).table
    total = total.set_index("occupation").loc[rows["occupation"], "openings"] / 1000
    fits = np.abs(total - rows["openings_th"].to_numpy()) <= 0.2 + ROUNDING
    assert 0.7 < fits.mean() < 0.9  # without the floor the declining occupations do not fit


# Bad input


def test_row_07_nobody_at_the_start_is_growth_only():
    forecast = jobs([0.0, 100.0])
    made = sf.estimate_job_openings(forecast, rate(0.1), applied="start").table
    assert (made["replacement"].item(), made["openings"].item()) == (0.0, 100.0)


def test_row_08_negative_employment_is_refused():
    with pytest.raises(sf.TableError, match="below 0"):
        sf.estimate_job_openings(jobs([100.0, -5.0]), rate(0.1))


def test_row_11_rates_in_percent_are_refused():
    with pytest.raises(sf.TableError, match="Divide by 100"):
        sf.estimate_job_openings(jobs([100.0, 110.0]), rate(6.6))


def test_row_06_a_rate_given_twice_is_refused_not_added():
    forecast = jobs([100.0, 110.0])
    with pytest.raises(sf.TableError, match="repeated by no key"):
        sf.estimate_job_openings(forecast, pd.concat([rate(0.1), rate(0.1)]))


def test_row_13_one_year_says_that_history_and_forecast_are_needed():
    with pytest.raises(sf.CoverageError, match="history and forecast together"):
        sf.estimate_job_openings(jobs([100.0], (2024,)), rate(0.1))


def test_row_15_a_missing_cell_makes_the_sum_missing():
    forecast = jobs([[100.0, np.nan], [110.0, 60.0]], **TWO)
    made = sf.estimate_job_openings(forecast, rate(0.1))
    assert made.table["openings"].isna().tolist() == [False, True]
    whole = sf.estimate_job_openings(forecast, rate(0.1), by=[]).table
    assert whole[["openings", "replacement", "expansion"]].isna().all(axis=None)
    assert any("1 of 2 cells are missing" in note for note in made.notes)


def test_row_15_a_cell_without_rate_is_missing():
    forecast = jobs([[100.0, 50.0], [110.0, 60.0]], **TWO)
    made = sf.estimate_job_openings(forecast, rate([0.1], occupation=["1"]))
    assert made.table["openings"].isna().tolist() == [False, True]
    assert made.table["expansion"].tolist() == [10.0, 10.0]


def test_row_19_a_suppressed_value_is_missing():
    forecast = jobs([[100.0, 50.0], [110.0, 60.0]], **TWO).assign(reliability=["", "S", "", ""])
    made = sf.estimate_job_openings(forecast, rate(0.1))
    assert made.table["openings"].isna().tolist() == [False, True]


def test_row_55_rates_of_other_codes_or_other_keys_are_named():
    forecast = jobs([[100.0, 50.0], [110.0, 60.0]], **TWO)
    with pytest.raises(sf.CoverageError, match="no rate fits"):
        sf.estimate_job_openings(forecast, rate([0.1], occupation=["9"]))
    with pytest.raises(sf.TableError, match="'sex' not in the forecast"):
        sf.estimate_job_openings(forecast, rate([0.1], sex=["F"]))
    with pytest.raises(sf.CoverageError, match="no count fits"):
        sf.estimate_job_openings(forecast, counts([1.0], occupation=["9"], year=2034))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"definition": "flor"}, "Did you mean 'floor'"),
        ({"applied": "average"}, "'path', 'mean'"),
        ({"by": ["sector"]}, "not a key"),
        ({"horizon": 2040}, "a year of the table"),
        ({"base_year": 2034}, "a year after 2034"),
    ],
)
def test_wrong_arguments_are_named(more, words):
    with pytest.raises(sf.ParameterError, match=words):
        sf.estimate_job_openings(jobs([[100.0, 50], [110.0, 60]], **TWO), rate(0.1), **more)


def test_what_is_no_table_of_employment_or_of_replacement_is_refused():
    good, rates = jobs([100.0, 110.0]), rate(0.1)
    with pytest.raises(sf.TableError, match="DataFrame"):
        sf.estimate_job_openings(None, rates)
    with pytest.raises(sf.TableError, match="DataFrame"):
        sf.estimate_job_openings(good, 0.1)
    with pytest.raises(sf.TableError, match="missing: 'persons'"):
        sf.estimate_job_openings(rates.assign(year=2024), rates)
    forecast = sf.estimate_job_openings(good, rates)
    with pytest.raises(sf.ParameterError, match="estimate_replacement_demand"):
        sf.estimate_job_openings(good, forecast)
    with pytest.raises(sf.TableError, match="JobOpenings has no persons"):
        sf.estimate_job_openings(forecast, rates)
