"""Replacement by rates: the published tables, rates by age and sex, rates learnt from leavers."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.replacement import published

import skillsfc as sf
from skillsfc.forecast.replacement.separation_rates import estimate_separation_rates

ORACLE = Path(__file__).parent / "oracles/replacement/bls_table_1_10.csv"
NAMES = ("exit", "transfer")
KIND = {"exit": "exits", "transfer": "transfers"}
ROUNDING = 1e-6


def printed():
    with ORACLE.open() as file:
        return pd.DataFrame(list(csv.DictReader(file)))


def inputs(rows):
    """Return stocks of both years and rates of the printed table, in persons and shares."""
    keys = pd.DataFrame({"occupation": [f"soc2018:{k}" for k in range(len(rows))]})
    stocks = pd.concat(
        [
            published.tidy(keys, year, 1000 * rows[f"employment_{year}"].astype(float), status, "b")
            for year, status in ((2024, "estimated"), (2034, "projected"))
        ],
        ignore_index=True,
    )
    rates = pd.concat(
        [keys.assign(indicator=k, rate=rows[f"{k}_rate"].astype(float) / 100) for k in NAMES],
        ignore_index=True,
    )
    return stocks, rates.assign(unit="per person-year", status="projected", source="b")


def stock(persons, year=2024, **keys):
    return pd.DataFrame(
        {"year": year, **keys, "persons": persons, "unit": "persons", "status": "observed"}
        | {"source": "made up"},
        index=range(np.size(persons)),
    )


def rate(values, **keys):
    return pd.DataFrame(
        {**keys, "rate": values, "unit": "per person-year", "status": "observed"}
        | {"source": "made up"},
        index=range(np.size(values)),
    )


def separate(stocks, rates, **more):
    return sf.estimate_replacement_demand(stocks, method="separations", rates=rates, **more)


# Published tables


def test_eight_printed_rows_are_recomputed_within_their_roundings():
    rows = printed()
    stocks, rates = inputs(rows)
    made = separate(stocks, rates)  # from the last count to the last projection
    assert (made.settings.pairs, made.settings.rate_base) == (((2024, 2034),), "mean")
    parts = made.components.set_index(["occupation", "indicator"])["replacement"] / 10_000
    openings = sf.estimate_job_openings(stocks, made).table
    counts = pd.concat(
        [stocks[stocks["year"] == 2034].assign(year=y, persons=1000 * rows["separations"].astype(
            float).to_numpy()) for y in range(2025, 2035)], ignore_index=True)  # fmt: skip
    given_counts = sf.estimate_job_openings(stocks, counts).table["openings_per_year"] / 1000
    for k, row in rows.iterrows():
        mean = (float(row["employment_2024"]) + float(row["employment_2034"])) / 2
        for kind in NAMES:
            apart = abs(parts[f"soc2018:{k}", kind] - float(row[KIND[kind]]))
            assert apart <= 0.0005 * mean + 0.05 + ROUNDING, row["occupation"]
        assert abs(given_counts[k] - float(row["openings"])) <= 0.07 + ROUNDING
        # from the two rounded rates rather than from the printed separations
        apart = abs(openings["openings_per_year"][k] / 1000 - float(row["openings"]))
        assert apart <= 2 * 0.0005 * mean + 0.11 + ROUNDING


@pytest.mark.parametrize("edition", published.NEW_EDITIONS)
def test_three_editions_of_the_united_states_are_recomputed(edition):
    if published.folder("us_bls_projections") is None:
        pytest.skip("the United States tables are not beside the repository")
    rows = published.bls_rows(edition)
    assert len(rows) > 1000
    made = separate(
        published.bls_path(rows, edition),
        published.bls_rates(rows),
        years=published.bls_years(edition),
    )
    mean = ((rows["emp_base_th"] + rows["emp_proj_th"]) / 2).to_numpy()
    parts = made.components.set_index(["occupation", "indicator"])["replacement"] / 10_000
    for kind, column in (("exit", "exits_th"), ("transfer", "transfers_th")):
        ours = parts.xs(kind, level="indicator").loc[rows["occupation"]].to_numpy()
        apart = np.abs(ours - rows[column].to_numpy())
        # one row of 1,091 has a rate that is off by more than its rounding
        assert (apart <= 0.0005 * mean + 0.05 + ROUNDING).mean() >= 0.999
    given_counts = published.yearly_counts(rows, edition, "separations_th")
    openings = sf.estimate_job_openings(published.bls_path(rows, edition), given_counts).table
    ours = openings.set_index("occupation").loc[rows["occupation"], "openings_per_year"] / 1000
    apart = np.abs(ours.to_numpy() - rows["openings_annual_th"].to_numpy())
    assert apart.max() <= 0.05 + 0.05 + 0.01 + ROUNDING  # separations, openings, change / 10
    assert (apart <= 0.07 + ROUNDING).mean() > 0.93


# Rules


def test_a_count_is_the_rate_times_mean_employment_times_years():
    stocks = pd.concat([stock(100.0), stock(140.0, 2028)])
    made = separate(stocks, rate(0.1), years=(2024, 2028)).table.iloc[0]
    assert made["replacement"] == pytest.approx(0.1 * 120 * 4)
    assert made["annual_rate"] == pytest.approx(0.1)
    assert made["rate"] == pytest.approx(0.48)
    warwick = separate(stocks, rate(0.1), years=(2024, 2028), annual="warwick").table
    assert warwick["annual_rate"].item() == pytest.approx(1.48**0.25 - 1)


def test_the_end_may_come_from_a_forecast_and_be_known_by_fewer_keys():
    jobs = stock([100.0, 300.0], occupation=["1", "2"])
    ahead = stock(600.0, 2028).assign(status="projected")
    made = separate(jobs, rate([0.1, 0.2], occupation=["1", "2"]), forecast=ahead).table
    assert made["replacement"].tolist() == pytest.approx([0.1 * 125 * 4, 0.2 * 375 * 4])
    assert made["status"].tolist() == ["projected"] * 2


def test_a_forecast_result_gives_the_end_and_its_base_the_start():
    past = pd.concat([stock(1000.0 * 1.02**k, 2004 + k) for k in range(16)])
    forecast = sf.forecast_employment(past, horizon=2025)
    made = separate(past, rate(0.05), forecast=forecast).table.iloc[0]
    end = forecast.table.loc[forecast.table["year"] == 2025, "persons"].iloc[0]
    start = past["persons"].iloc[-1]
    assert (made["first_year"], made["year"]) == (2019, 2025)
    assert made["replacement"] == pytest.approx(0.05 * (start + end) / 2 * 6)


def test_without_an_end_employment_stays_for_a_year_and_a_note_says_so():
    made = separate(stock(100.0), rate(0.1))
    assert (made.table["year"].item(), made.table["replacement"].item()) == (2025, 10.0)
    assert any("taken as in 2024" in note for note in made.notes)


def test_rates_by_age_and_sex_are_applied_to_the_structure():
    ages = ["15-19", "20-24", "55-59"]
    jobs = stock([10.0, 20, 70], age=ages, sex="F", occupation="1")
    rates = rate([0.1, 0.3], age=["15-24", "25-64"])
    assert separate(jobs, rates).table["replacement"].item() == pytest.approx(0.1 * 30 + 0.3 * 70)
    with pytest.raises(sf.TableError, match="straddle"):
        separate(jobs, rate([0.1, 0.3], age=["15-21", "22-64"]))


def test_two_tables_do_as_one_with_an_indicator():
    jobs = stock([100.0, 50.0], occupation=["1", "2"])
    exits, moves = (
        rate([0.03, 0.02], occupation=["1", "2"]),
        rate([0.05, 0.04], occupation=["1", "2"]),
    )
    both = pd.concat([exits.assign(indicator="exit"), moves.assign(indicator="transfer")])
    one, two = separate(jobs, both), separate(jobs, {"exit": exits, "transfer": moves})
    pd.testing.assert_frame_equal(one.table, two.table)
    assert one.table["replacement"].tolist() == pytest.approx([8.0, 3.0])
    assert one.table["persons"].tolist() == [100.0, 50.0]
    assert one.components["replacement"].tolist() == pytest.approx([3.0, 5.0, 1.0, 2.0])


@settings(max_examples=6)
@given(
    st.lists(
        st.tuples(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 0.9)), min_size=2, max_size=9
    ),
    st.floats(0.01, 100),
)
def test_separations_add_up_over_cells_and_scale(cells, factor):
    codes = [str(k + 1) for k in range(len(cells))]
    start, end, rates = (np.array(x) for x in zip(*cells, strict=True))
    jobs = pd.concat([stock(start, occupation=codes), stock(end, 2034, occupation=codes)])
    table = rate(rates, occupation=codes)
    parts = separate(jobs, table, years=(2024, 2034)).table
    whole = separate(jobs, table, years=(2024, 2034), by=[]).table
    assert (parts["replacement"] >= 0).all()
    assert whole["replacement"].item() == pytest.approx(parts["replacement"].sum(), rel=1e-9)
    scaled = separate(
        jobs.assign(persons=jobs["persons"] * factor), table, years=(2024, 2034), by=[]
    ).table
    assert scaled["replacement"].item() == pytest.approx(
        whole["replacement"].item() * factor, rel=1e-9
    )


# Rates from counts of leavers


def test_rates_learnt_from_leavers_find_the_true_ones():
    example = sf.example(seed=1)
    stocks, left = example.employment_by_age, example.separations
    made = estimate_separation_rates(stocks, separations=left).table
    truth = {"F": {"40-44": 0.02, "60-64": 0.22}, "M": {"40-44": 0.018, "60-64": 0.18}}
    factor = dict(zip("123456789", (0.8, 0.8, 0.9, 1.0, 1.2, 1.4, 1.0, 1.0, 1.3), strict=True))
    for row in made[made["age"].isin(["40-44", "60-64"])].itertuples():
        true = truth[row.sex][row.age] * factor[row.occupation]
        # whole persons and 18 years: 3 % of the rate, and shrinkage of no weight
        assert row.rate == pytest.approx(true, rel=0.03)


def test_hires_and_the_change_of_stock_give_the_same_leavers():
    example = sf.example(seed=1)
    stocks = example.employment_by_age
    one = estimate_separation_rates(stocks, separations=example.separations, by=["sex"])
    two = estimate_separation_rates(stocks, hires=example.hires, by=["sex"])
    # stocks are rounded to whole persons in fine cells and scaled to whole totals
    np.testing.assert_allclose(one.table["rate"], two.table["rate"], rtol=0.02)
    with pytest.raises(sf.ParameterError, match="age with hires"):
        estimate_separation_rates(stocks, hires=example.hires, by=["age"])


def test_rates_of_one_year_have_no_error_and_are_not_shrunk():
    example = sf.example(seed=1)
    made = estimate_separation_rates(
        example.employment_by_age, separations=example.separations, years=[2010]
    )
    assert made.table["rate_error"].isna().all()
    assert (made.table["own_weight"] == 1).all()
    assert any("One year only" in note for note in made.notes)


def test_learnt_rates_carry_their_error_into_the_demand():
    example = sf.example(seed=1)
    stocks = example.employment_by_age
    rates = estimate_separation_rates(stocks, separations=example.separations)
    made = separate(stocks[stocks["year"] == 2023], rates, by=["occupation"]).table
    assert (made["rate_error"] > 0).all()
    assert (made["rate_error"] < 0.05 * made["annual_rate"]).all()


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({}, sf.ParameterError, "neither given"),
        ({"separations": stock(1.0), "hires": stock(1.0)}, sf.ParameterError, "both given"),
        ({"separations": stock(200.0)}, sf.TableError, "more than all left"),
        ({"separations": stock(1.0, 2011)}, sf.CoverageError, "none in both"),
        ({"separations": stock(1.0), "years": [1999]}, sf.ParameterError, "1999"),
        ({"separations": stock(1.0), "by": ["sex"]}, sf.ParameterError, "not a key"),
    ],
)
def test_leavers_that_cannot_be_are_refused(more, error, words):
    with pytest.raises(error, match=words):
        estimate_separation_rates(stock(100.0), **more)


# Bad input


def test_row_06_a_rate_given_twice_is_refused_not_added():
    with pytest.raises(sf.TableError, match="repeated by no key"):
        separate(stock(100.0), pd.concat([rate(0.1), rate(0.1)]))


def test_row_07_a_cell_of_nobody_has_no_rate_and_adds_nothing():
    jobs = stock([0.0, 100.0], occupation=["1", "2"])
    made = separate(jobs, rate([0.1, 0.1], occupation=["1", "2"])).table.set_index("occupation")
    assert made.loc["1", "replacement"] == 0
    assert made.loc["1", ["rate", "annual_rate"]].isna().all()
    assert made.loc["2", "replacement"] == pytest.approx(10)


def test_row_11_a_rate_in_percent_is_refused():
    with pytest.raises(sf.TableError, match="Divide by 100"):
        separate(stock(100.0), rate(6.6))


def test_row_15_a_cell_without_rate_is_missing_and_so_is_the_sum():
    jobs = stock([100.0, 50.0], occupation=["1", "2"])
    made = separate(jobs, rate([0.1], occupation=["1"]))
    assert made.table["replacement"].isna().tolist() == [False, True]
    assert separate(jobs, rate([0.1], occupation=["1"]), by=[]).table["replacement"].isna().all()
    assert "no_rate" in set(made.issues["rule"])


def test_row_55_rates_of_other_codes_and_other_keys_are_refused():
    jobs = stock([100.0], occupation=["1"])
    with pytest.raises(sf.CoverageError, match="no row fits"):
        separate(jobs, rate([0.1], occupation=["2"]))
    with pytest.raises(sf.CoverageError, match="no 'sex'"):
        separate(jobs, rate([0.1], sex=["F"]))


def test_rates_of_several_years_and_no_rates_at_all_are_refused():
    with pytest.raises(sf.TableError, match="Keep one year"):
        separate(stock(100.0), rate([0.1, 0.2], year=[2020, 2021]))
    with pytest.raises(sf.TableError, match="no rate"):
        separate(stock(100.0), stock(1.0))
    with pytest.raises(sf.ParameterError, match="at least one table"):
        separate(stock(100.0), {})


@pytest.mark.parametrize(
    ("years", "words"),
    [((2024, 2034), "no employment in 2034"), ((2020, 2024), "2020 not in"), ("2024", "years")],
)
def test_wrong_periods_are_refused(years, words):
    with pytest.raises(sf.ParameterError, match=words):
        separate(stock(100.0), rate(0.1), years=years)
