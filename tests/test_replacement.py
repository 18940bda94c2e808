"""Replacement demand by cohorts: the hand-made case, pairs of years, ages, noise, bad input."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.replacement import published
from oracles.replacement.recompute import compute

import skillsfc as sf
from skillsfc.forecast.replacement.ages import AgeGrid, ageing_matrix, possible_grids
from skillsfc.forecast.replacement.annual import to_annual
from skillsfc.forecast.replacement.thin_cells import shrink_to_peers

ORACLE = Path(__file__).parent / "oracles/replacement"
TEN = ["15-24", "25-34", "35-44", "45-54", "55-64", "65+"]
FIRST = [120.0, 300, 280, 220, 130, 20]
LATER = [110.0, 330, 310, 250, 150, 30]
FIVE = [*(f"{a}-{a + 4}" for a in range(15, 65, 5)), "65+"]


def table(counts, ages=TEN, **keys):
    """Return a tidy table from {year: persons by age}."""
    parts = [pd.DataFrame({"year": y, "age": ages, "persons": v}) for y, v in counts.items()]
    rows = pd.concat(parts, ignore_index=True).assign(**keys)
    return rows.assign(unit="persons", status="observed", source="made up")


def occupations(rng, years=(2013, 2023), ages=TEN, count=5, scale=1000.0):
    """Return made-up stocks of some occupations in which cohorts grow, then shrink."""
    profile = np.linspace(1.2, 0.4, len(ages))
    return pd.concat(
        [
            table(
                {y: scale * profile * rng.uniform(0.7, 1.3, len(ages)) for y in years},
                ages,
                occupation=str(k + 1),
            )
            for k in range(count)
        ],
        ignore_index=True,
    )


def net(stocks, **more):
    return sf.estimate_replacement_demand(stocks, **more)


# The hand-made case


def test_six_groups_of_ten_years_give_the_published_values():
    made = net(table({2013: FIRST, 2023: LATER}))
    warwick = net(table({2013: FIRST, 2023: LATER}), annual="warwick")
    row, ages = made.table.iloc[0], made.ages.set_index("age")
    ours = {f"change_{a}": ages.loc[a, "later"] - ages.loc[a, "base"] for a in TEN[1:]}
    ours |= {"replacement": row["replacement"], "persons": row["persons"]}
    ours |= {"rate_percent": 100 * row["rate"], "annual_rate_percent": 100 * row["annual_rate"]}
    ours["warwick_rate_percent"] = 100 * warwick.table["annual_rate"].item()
    openings = sf.estimate_job_openings(path(table({2013: FIRST, 2023: LATER})), made).table
    ours |= {k: openings[k].item() for k in ("expansion", "openings")}
    with (ORACLE / "expected.csv").open() as file:
        for line in csv.DictReader(file):
            expected, tolerance = float(line["value"]), float(line["tolerance"])
            assert ours.pop(line["quantity"]) == pytest.approx(expected, abs=tolerance), line
    assert not ours


def test_a_second_implementation_in_plain_loops_agrees_with_the_expected_values():
    with (ORACLE / "expected.csv").open() as file:
        expected = {r["quantity"]: (float(r["value"]), float(r["tolerance"]))
                    for r in csv.DictReader(file)}  # fmt: skip
    again = compute()
    assert set(again) == set(expected)
    for name, (value, tolerance) in expected.items():
        assert again[name] == pytest.approx(value, abs=tolerance)


def path(stocks):
    """Return employment without age."""
    rows = stocks.groupby([c for c in stocks if c not in ("age", "persons")], as_index=False)
    return rows["persons"].sum()


# Ages and pairs of years


def test_people_of_the_open_group_stay_in_it_and_of_a_closed_one_leave_the_table():
    stocks = table({2013: FIRST, 2023: LATER})
    closed = stocks.assign(age=stocks["age"].replace({"65+": "65-74"}))
    assert net(stocks).table["replacement"].item() == 220
    assert net(closed).table["replacement"].item() == 30 + 70 + 100 + 20  # 130 to 30; 20 past 74
    assert net(closed).ages["age"].tolist()[-1] == "75+"


def test_five_year_ages_may_be_counted_ten_years_apart():
    rng = np.random.default_rng(1)
    fine = table({2013: rng.uniform(50, 100, 11), 2023: rng.uniform(50, 100, 11)}, FIVE)
    made = net(fine)
    first, later = (fine.loc[fine["year"] == y, "persons"].to_numpy() for y in (2013, 2023))
    lost = np.maximum(first[:8] - later[2:10], 0).sum() + max(first[8:].sum() - later[10], 0)
    assert made.settings.age_width == 5
    assert made.table["replacement"].item() == pytest.approx(lost)


def test_single_years_of_age_are_rolled_to_five_unless_a_width_is_given():
    ages = [*(str(a) for a in range(15, 65)), "65+"]
    rng = np.random.default_rng(2)
    single = table({y: rng.uniform(5, 15, len(ages)) for y in (2018, 2023)}, ages)
    five = net(single)
    by_hand = single.assign(
        age=single["age"].map({a: FIVE[min((int(a[:2]) - 15) // 5, 10)] for a in ages})
    )
    by_hand = by_hand.groupby(["year", "age", "unit", "status", "source"], as_index=False).sum()
    assert five.settings.age_width == 5
    assert five.table["replacement"].item() == pytest.approx(net(by_hand).table["replacement"][0])
    fine = net(single, age_width=1)
    assert fine.settings.age_width == 1
    assert fine.table["replacement"].item() >= five.table["replacement"].item()


def test_different_widths_are_rolled_to_the_common_one():
    mixed = ["15-19", "20-24", "25-34", "35-44", "45-54", "55-64", "65+"]
    first = table({2013: [60.0, 60, 300, 280, 220, 130, 20]}, mixed)
    stocks = pd.concat([first, table({2023: LATER})], ignore_index=True)
    made = net(stocks)
    assert made.settings.age_width == 10
    assert made.table["replacement"].item() == 220


def test_a_narrow_first_group_moves_as_a_whole():
    grid = AgeGrid((16, 20, 25), 30, 5, True)
    assert ageing_matrix(grid, 5).sum(axis=0).tolist() == [1, 1, 1, 1]
    assert grid.labels == ["16-19", "20-24", "25-29", "30+"]
    groups = {2010: [(16, 19), (20, 24), (25, 29), (30, float("inf"))]}
    assert possible_grids(groups)[5] == grid


def test_ages_without_common_width_are_an_error():
    stocks = table({y: [10.0, 40, 20, 5] for y in (2013, 2023)}, ["15-24", "25-54", "55-60", "61+"])
    with pytest.raises(sf.CoverageError, match="no common width"):
        net(stocks)


def test_years_that_do_not_fit_name_the_pairs_that_would():
    stocks = table(dict.fromkeys((2010, 2013, 2019, 2020), FIRST))
    with pytest.raises(sf.CoverageError, match=r"These would do: '\(2010, 2020\)'"):
        net(stocks, years=(2013, 2019))
    with pytest.raises(sf.CoverageError, match="multiple of 10 years apart"):
        net(stocks[stocks["year"].isin([2013, 2019])])


def test_interpolated_cohorts_are_flagged_and_near_the_exact_ones():
    stocks = sf.example(seed=1).employment_by_age
    exact = net(stocks, years=(2018, 2023), by=["sex"])
    short = net(stocks, years=(2021, 2023), by=["sex"], interpolate=True)
    assert "interpolated" in set(short.issues["rule"])
    assert any("spread evenly" in note for note in short.notes)
    assert not set(exact.issues["rule"]) & {"interpolated"}
    # 5 %: other years, and people who are not spread evenly within five years of age
    np.testing.assert_allclose(short.table["annual_rate"], exact.table["annual_rate"], rtol=0.05)


def test_several_pairs_are_pooled_and_listed_one_by_one():
    stocks = sf.example(seed=1).employment_by_age
    made = net(stocks, by=["occupation"])
    assert made.settings.pairs == ((2008, 2013), (2013, 2018), (2018, 2023))
    assert len(made.pairs) == 3 * 9
    assert (made.table["rate_error"] > 0).all()  # from the spread over pairs
    alone = made.pairs.groupby("occupation")["rate"].agg(["min", "max"])
    pooled = net(stocks, by=["occupation"], shrink=False).table.set_index("occupation")["rate"]
    assert (pooled >= 0.9 * alone["min"]).all()
    assert (pooled <= 1.1 * alone["max"]).all()


@pytest.mark.parametrize(
    ("years", "words"),
    [
        ((2013, 2024), "not in the table"),
        ((2023, 2013), "earlier year first"),
        ("2013", "years"),
        ([(2003, 2013), (2003, 2023)], "equally far apart"),
    ],
)
def test_wrong_pairs_are_refused(years, words):
    stocks = table(dict.fromkeys((2003, 2013, 2023), FIRST))
    with pytest.raises(sf.ParameterError, match=words):
        net(stocks, years=years)


# Annual rates


@given(st.floats(0.0, 3.0), st.integers(1, 20))
def test_the_warwick_rate_compounds_to_the_period_and_is_never_above_the_simple_one(rate, years):
    simple = to_annual(np.array([rate]), years, "simple").item()
    warwick = to_annual(np.array([rate]), years, "warwick").item()
    assert (1 + warwick) ** years - 1 == pytest.approx(rate, abs=1e-9)
    assert warwick <= simple + 1e-12


# Noise


def test_a_sample_gives_errors_that_fall_with_the_root_of_its_size():
    stocks = occupations(np.random.default_rng(3))
    errors = [net(stocks, sample_size=s, shrink=False).table["rate_error"] for s in (0.01, 0.04)]
    np.testing.assert_allclose(errors[0], 2 * errors[1], rtol=1e-9)
    assert net(stocks).table["rate_error"].isna().all()


def test_the_standard_error_agrees_with_repeated_sampling():
    rng = np.random.default_rng(4)
    truth = table({2013: np.array(FIRST) * 100, 2023: np.array(LATER) * 100})
    share = 0.02
    draws = [
        truth.assign(persons=rng.poisson(truth["persons"] * share) / share, occupation=f"draw:{k}")
        for k in range(400)
    ]
    seen = net(pd.concat(draws)).table["annual_rate"]
    stated = net(truth, sample_size=share).table["rate_error"].item()
    # 400 draws know a standard deviation to 4 %; the base of the rate is taken as known: 20 %
    assert stated == pytest.approx(seen.std(), rel=0.2)


def test_thin_cells_go_to_their_peers_and_are_counted():
    rng = np.random.default_rng(5)
    big = [table({2013: np.array(FIRST) * 1e4, 2023: np.array(LATER) * 1e4 * f}, occupation=str(k))
           for k, f in enumerate((0.9, 1.0, 1.1, 1.0), start=1)]  # fmt: skip
    tiny = table({2013: rng.uniform(1, 5, 6), 2023: rng.uniform(1, 5, 6)}, occupation="9")
    stocks = pd.concat([*big, tiny], ignore_index=True)
    made = net(stocks, sample_size=0.5)
    weight = made.ages.groupby("occupation")["own_weight"].min()
    assert weight["9"] < 0.5 < weight["1"]
    assert made.issues.set_index("rule").loc["thin_cells", "affected"] > 0
    assert any("peers" in note for note in made.notes)
    untouched = net(stocks, sample_size=0.5, shrink=False)
    assert (untouched.ages["own_weight"] == 1).all()


def test_rates_equal_but_for_noise_are_all_drawn_to_their_mean_and_few_peers_stay():
    rates, small = np.array([[-0.1], [-0.3], [-0.2]]), np.full((3, 1), 1e-8)
    kept = shrink_to_peers(rates, small, np.ones((3, 1)), np.zeros(3, int), known_spread=True)
    np.testing.assert_allclose(kept.rate, rates, atol=1e-5)
    two = shrink_to_peers(
        rates[:2], 9 * np.ones((2, 1)), np.ones((2, 1)), np.zeros(2, int), known_spread=True
    )
    assert two.thin == 0
    np.testing.assert_array_equal(two.rate, rates[:2])


def test_sample_size_as_a_table_must_cover_the_stocks():
    stocks = occupations(np.random.default_rng(6))
    sample = stocks.assign(persons=(stocks["persons"] * 0.01).round())
    made = net(stocks, sample_size=sample)
    assert (made.table["rate_error"] > 0).all()
    with pytest.raises(sf.TableError, match="cells of the stocks are not in it"):
        net(stocks, sample_size=sample[sample["occupation"] != "2"])
    with pytest.raises(sf.TableError, match="2013"):
        net(stocks, sample_size=sample[sample["year"] != 2013])
    with pytest.raises(sf.ParameterError, match="sample_size"):
        net(stocks, sample_size=20)


# Stock-flow


def test_stock_flow_applies_past_changes_to_the_last_age_structure():
    made = net(table({2013: FIRST, 2023: LATER}), method="stock_flow")
    rates = {"35-44": 30 / 280, "45-54": 70 / 220, "55-64": 120 / 150}
    expected = 310 * rates["35-44"] + 250 * rates["45-54"] + (150 + 30) * rates["55-64"]
    row = made.table.iloc[0]
    assert (row["first_year"], row["year"], row["status"]) == (2023, 2033, "projected")
    assert row["replacement"] == pytest.approx(expected)


def test_a_workforce_projection_moves_all_cells_and_keeps_their_differences():
    stocks = occupations(np.random.default_rng(7))
    total = stocks.groupby(["year", "age", "unit", "status", "source"], as_index=False)
    total = total["persons"].sum()
    past = total[total["year"] == 2023]
    ahead = past.assign(year=2033, status="projected")
    same = pd.concat([past, ahead.assign(persons=ahead["persons"] * 1.0)], ignore_index=True)
    fewer = pd.concat([past, ahead.assign(persons=ahead["persons"] * 0.8)], ignore_index=True)
    usual = net(stocks, method="stock_flow", workforce=same).table["replacement"]
    more = net(stocks, method="stock_flow", workforce=fewer).table["replacement"]
    assert (more > usual).all()
    with pytest.raises(sf.CoverageError, match="missing: '2033'"):
        net(stocks, method="stock_flow", workforce=past)


# Properties


SHAPES = st.lists(st.floats(0.0, 1e6), min_size=12, max_size=12)


@settings(max_examples=7)
@given(SHAPES, st.floats(0.001, 1000.0))
def test_scale_changes_persons_but_no_rate_and_replacement_is_never_negative(values, factor):
    values = np.round(values, 3)
    stocks = table({2013: values[:6], 2023: values[6:]})
    one = net(stocks).table.iloc[0]
    many = net(stocks.assign(persons=stocks["persons"] * factor)).table.iloc[0]
    assert one["replacement"] >= 0
    assert many["replacement"] == pytest.approx(one["replacement"] * factor, rel=1e-9, abs=1e-9)
    if one["persons"] > 0:
        assert many["rate"] == pytest.approx(one["rate"], rel=1e-6)
    assert one["replacement"] <= one["persons"] + 1e-6


@settings(max_examples=8)
@given(st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    stocks = occupations(rng, count=3)
    shuffled = stocks.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(net(stocks).table, net(shuffled).table)


@settings(max_examples=4)
@given(st.integers(0, 1000))
def test_net_of_a_sum_is_at_most_the_sum_of_nets(seed):
    stocks = occupations(np.random.default_rng(seed), count=4)
    parts = net(stocks).table["replacement"].sum()
    whole = net(stocks, by=[]).table["replacement"].item()
    assert whole <= parts + 1e-6


def test_sexes_apart_find_more_than_sexes_together():
    stocks = sf.example(seed=1).employment_by_age
    apart = net(stocks, years=(2018, 2023)).table.groupby("occupation")["replacement"].sum()
    together = net(stocks, years=(2018, 2023), by=["occupation"]).table
    assert (apart.to_numpy() >= together["replacement"].to_numpy() - 1e-6).all()


def test_a_result_is_frozen_says_what_it_is_and_hashes_its_input():
    made = net(table({2013: FIRST, 2023: LATER}))
    assert made.table.columns.tolist() == [
        *("first_year", "year", "persons", "replacement", "rate", "annual_rate", "rate_error"),
        *("unit", "status", "source"),
    ]
    assert made.settings.rate_base == "start"
    assert set(made.provenance["inputs"]) == {"stocks_by_age"}
    assert "below separations" in made.notes[0]
    with pytest.raises(AttributeError):
        made.table = None


# Bad input: rows of the pathology catalogue


def test_row_01_a_missing_year_is_not_made_up():
    stocks = table(dict.fromkeys((2010, 2011), FIRST))
    with pytest.raises(sf.CoverageError, match="'2010', '2011'"):
        net(stocks)


def test_row_03_two_classifications_in_one_column_are_refused():
    stocks = occupations(np.random.default_rng(8), count=2)
    stocks["occupation"] = stocks["occupation"].map({"1": "1", "2": "noc2021:11100"})
    with pytest.raises(sf.TableError, match="occupation"):
        net(stocks)


@pytest.mark.parametrize(
    ("ages", "words"),
    [
        (["15-24", "20-34", "35-44", "45-54", "55-64", "65+"], "overlap"),
        (["15-24", "25-34", "45-54", "55-64", "65-74", "75+"], "leave ages out"),
    ],
)
def test_row_04_overlapping_ages_and_holes_are_refused(ages, words):
    with pytest.raises(sf.TableError, match=words):
        net(table({2013: FIRST, 2023: LATER}, ages))


def test_row_04_a_total_beside_its_parts_is_refused():
    parts = [table({2013: FIRST, 2023: LATER}, sex=sex) for sex in ("F", "M", "T")]
    with pytest.raises(sf.TableError, match="'T' beside"):
        net(pd.concat(parts))


def test_ages_that_start_or_end_differently_are_refused():
    child = table({2013: [5.0, *FIRST]}, ["5-14", *TEN])
    with pytest.raises(sf.TableError, match="start at '5', '15'"):
        net(pd.concat([child, table({2023: LATER})]))
    closed = table({2013: FIRST}, [*TEN[:-1], "65-74"])
    with pytest.raises(sf.TableError, match="the last group ends at 74, inf"):
        net(pd.concat([closed, table({2023: LATER})]))


def test_row_06_duplicates_are_refused():
    stocks = table({2013: FIRST, 2023: LATER})
    with pytest.raises(sf.TableError, match="duplicated"):
        net(pd.concat([stocks, stocks.head(1)]))


def test_row_07_zero_employment_has_no_rate_and_no_replacement():
    nobody = table({2013: [0.0] * 6, 2023: LATER}, occupation="1")
    some = table({2013: FIRST, 2023: LATER}, occupation="2")
    made = net(pd.concat([nobody, some])).table.set_index("occupation")
    assert made.loc["1", "replacement"] == 0
    assert made.loc["1", ["rate", "annual_rate"]].isna().all()
    assert made.loc["2", "replacement"] == 220


def test_row_08_negative_employment_is_refused():
    with pytest.raises(sf.TableError, match="below 0"):
        net(table({2013: [-1.0, *FIRST[1:]], 2023: LATER}))


def test_row_10_thousands_are_refused_by_unit_and_flagged_by_a_jump():
    stocks = table({2013: FIRST, 2023: LATER})
    with pytest.raises(sf.TableError, match="thousands"):
        net(stocks.assign(unit="thousands"))
    late = stocks["year"] == 2023
    made = net(stocks.assign(persons=stocks["persons"].where(~late, stocks["persons"] * 1000)))
    assert "unit_jump" in set(made.issues["rule"])


def test_row_13_one_count_says_what_is_needed():
    with pytest.raises(sf.CoverageError, match="two counts of the same cohorts"):
        net(table({2013: FIRST}))


def test_row_14_two_counts_work_and_say_that_the_noise_is_unknown():
    made = net(table({2013: FIRST, 2023: LATER}))
    assert "noise_unknown" in set(made.issues["rule"])


def test_row_15_nothing_but_missing_values_is_refused():
    with pytest.raises(sf.TableError, match="no value at all"):
        net(table({2013: [None] * 6, 2023: [None] * 6}).astype({"persons": float}))


def test_row_15_a_cell_with_a_missing_part_is_missing_never_smaller():
    stocks = occupations(np.random.default_rng(9))
    stocks.loc[(stocks["occupation"] == "2") & (stocks["age"] == "45-54"), "persons"] = np.nan
    made = net(stocks).table.set_index("occupation")
    assert made.loc["2", ["replacement", "rate", "persons"]].isna().all()
    assert made.drop("2")["replacement"].notna().all()
    assert net(stocks, by=[]).table["replacement"].isna().all()


def test_a_row_that_is_not_there_is_missing_unless_said_to_be_empty():
    stocks = occupations(np.random.default_rng(10))
    gone = (stocks["occupation"] == "2") & (stocks["age"] == "65+") & (stocks["year"] == 2013)
    lost = net(stocks[~gone])
    assert lost.table.set_index("occupation")["replacement"].isna().sum() == 1
    assert "absent='zero'" in " ".join(lost.notes)
    empty = net(stocks[~gone], absent="zero").table["replacement"]
    filled = net(stocks.assign(persons=stocks["persons"].mask(gone, 0.0))).table["replacement"]
    pd.testing.assert_series_equal(empty, filled)


def test_row_16_an_interval_that_runs_into_a_conflict_is_flagged():
    made = net(table({2013: FIRST, 2023: LATER}, country="UKR"))
    assert "conflict_gap" in set(made.issues["rule"])
    assert "conflict_gap" not in set(
        net(table({2011: FIRST, 2021: LATER}, country="MAR")).issues["rule"]
    )


def test_row_17_modelled_stocks_are_flagged_and_keep_their_status():
    made = net(table({2013: FIRST, 2023: LATER}).assign(status="modelled"))
    assert "not_evidence" in set(made.issues["rule"])
    assert made.table["status"].item() == "modelled"


def test_row_18_a_count_of_the_pandemic_is_flagged():
    made = net(table({2010: FIRST, 2020: LATER}))
    assert "pandemic" in set(made.issues["rule"])


def test_row_19_suppressed_values_are_missing_and_unreliable_ones_counted():
    stocks = occupations(np.random.default_rng(11)).assign(reliability="")
    stocks.loc[stocks.index[0], "reliability"] = "S"
    stocks.loc[stocks.index[40], "reliability"] = "U"
    made = net(stocks)
    assert made.table["replacement"].isna().sum() == 1
    assert set(made.issues["rule"]) >= {"suppressed", "unreliable"}


def test_row_45_empty_keys_are_refused():
    stocks = occupations(np.random.default_rng(12))
    stocks.loc[0, "occupation"] = None
    with pytest.raises(sf.TableError, match="key 'occupation'"):
        net(stocks)


@pytest.mark.parametrize("country", ["XK", "WLD", "X01"])
def test_rows_46_and_48_unknown_countries_and_aggregates_are_refused(country):
    with pytest.raises(sf.TableError, match="country"):
        net(table({2013: FIRST, 2023: LATER}, country=country))


def test_rows_49_and_50_quarters_are_no_years():
    stocks = table({2013: FIRST, 2023: LATER}).assign(year=lambda t: t["year"].astype(str) + "Q1")
    with pytest.raises(sf.TableError, match="year"):
        net(stocks)


def test_row_55_an_empty_table_and_a_table_without_age_are_refused():
    stocks = table({2013: FIRST, 2023: LATER})
    with pytest.raises(sf.TableError, match="rows: none"):
        net(stocks.head(0))
    with pytest.raises(sf.TableError, match="missing: 'age'"):
        net(stocks.drop(columns="age"))
    with pytest.raises(sf.TableError, match="DataFrame"):
        net([1, 2])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"method": "cohort"}, "one of 'net'"),
        ({"method": "nett"}, "Did you mean 'net'"),
        ({"annual": "compound"}, "'simple', 'warwick'"),
        ({"by": ["ocupation"]}, "Did you mean 'occupation'"),
        ({"by": 3}, "by 3"),
        ({"absent": "none"}, "absent"),
        ({"age_width": [5]}, "age_width"),
        ({"rates": pd.DataFrame()}, "nothing with method 'net'"),
        ({"workforce": pd.DataFrame()}, "nothing with method 'net'"),
        ({"method": "separations"}, "estimate_separation_rates"),
        ({"age_width": 7}, "age_width"),
    ],
)
def test_wrong_arguments_are_named(more, words):
    stocks = occupations(np.random.default_rng(13))
    with pytest.raises(sf.ParameterError, match=words):
        net(stocks, **more)


# Real counts


def test_australian_single_ages_give_exits_of_one_to_two_per_cent_a_year():
    if published.folder("australia_workforce_age_structure") is None:
        pytest.skip("Australia's censuses are not beside the repository")
    made = net(published.australia())
    rates = made.table.set_index("field")["annual_rate"]
    assert made.settings.age_width == 5
    assert rates.between(0.002, 0.03).all()
    assert rates.idxmin() == "Information Technology"  # the youngest field
