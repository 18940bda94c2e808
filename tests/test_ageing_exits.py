"""Exits by age and death from population alone: closed cases, Morocco, the distance to truth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf

AGES = [*(f"{a}-{a + 4}" for a in range(0, 80, 5)), "80+"]


def people(values, years=(2020, 2025), sex="F", country="MAR", status="estimated"):
    parts = [
        pd.DataFrame({"country": country, "year": y, "sex": sex, "age": AGES, "persons": v})
        for y, v in zip(years, values, strict=True)
    ]
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(unit="persons", status=status, source="made up")


def deaths(value, years=(2010, 2030)):
    parts = [
        pd.DataFrame({"country": "MAR", "year": y, "sex": "F", "age": AGES, "rate": value})
        for y in years
    ]
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(unit="per person-year", status="estimated", source="made up")


def test_a_standing_population_loses_one_age_in_fifty():
    flat = people([np.full(17, 1000.0)] * 2)
    row = sf.estimate_ageing_exits(flat).table.iloc[0]
    assert row["persons"] == 10_000  # ten groups, 15 to 64
    assert row["replacement"] == pytest.approx(1000)  # one group in five years
    assert row["annual_rate"] == pytest.approx(1 / 50)
    assert row["rate"] == pytest.approx(0.1)
    assert row["annual_rate_low"] == pytest.approx(1 / 55)
    assert row["annual_rate_high"] == pytest.approx(1 / 45)


def test_deaths_add_their_rate():
    flat = people([np.full(17, 1000.0)] * 2)
    with_deaths = sf.estimate_ageing_exits(flat, deaths(0.004))
    assert with_deaths.table["annual_rate"].item() == pytest.approx(1 / 50 + 0.004)
    parts = with_deaths.components.set_index("indicator")["rate"]
    assert parts["died"] == pytest.approx(0.004)
    assert parts["passed"] == pytest.approx(0.02)


def test_death_rates_are_interpolated_in_logs_to_the_middle_of_a_step():
    flat = people([np.full(17, 1000.0)] * 2, years=(2020, 2025))
    rates = pd.concat([deaths(0.004, (2020,)), deaths(0.001, (2025,))])
    made = sf.estimate_ageing_exits(flat, rates)
    assert made.components.set_index("indicator").loc["died", "rate"] == pytest.approx(0.002)


def test_without_mortality_a_note_says_that_deaths_are_not_counted():
    made = sf.estimate_ageing_exits(people([np.full(17, 1000.0)] * 2))
    assert any("Deaths before the age of exit are not counted" in note for note in made.notes)
    assert "demographic benchmark" in made.notes[0]
    assert made.settings.method == "ageing"
    assert made.table["rate_error"].isna().all()


@settings(max_examples=6)
@given(
    st.lists(st.floats(1.0, 1e6), min_size=34, max_size=34),
    st.floats(0.001, 1000.0),
)
def test_scale_changes_no_rate_and_a_later_exit_age_lowers_it(values, factor):
    rows = people([values[:17], values[17:]])
    one = sf.estimate_ageing_exits(rows, deaths(0.003)).table.iloc[0]
    scaled = rows.assign(persons=rows["persons"] * factor)
    many = sf.estimate_ageing_exits(scaled, deaths(0.003)).table.iloc[0]
    assert one["annual_rate"] == pytest.approx(many["annual_rate"], rel=1e-9)
    assert one["replacement"] >= 0
    assert one["replacement"] == pytest.approx(
        one["annual_rate"] * 5 * (_working(values[:17]) + _working(values[17:])) / 2
    )


def _working(values):
    return sum(values[3:13])


def test_steps_add_up_to_the_period():
    population = sf.load_table("population", country="MAR")
    mortality = sf.load_table("mortality", country="MAR")
    whole = sf.estimate_ageing_exits(population, mortality, base_year=2025, horizon=2035)
    parts = [
        sf.estimate_ageing_exits(population, mortality, base_year=a, horizon=a + 5).table
        for a in (2025, 2030)
    ]
    total = parts[0]["replacement"] + parts[1]["replacement"]
    np.testing.assert_allclose(whole.table["replacement"], total)
    assert whole.settings.pairs == ((2025, 2030), (2030, 2035))
    assert whole.table["status"].tolist() == ["projected"] * 2
    assert whole.table["annual_rate"].between(0.012, 0.018).all()
    assert (whole.table["annual_rate_low"] < whole.table["annual_rate"]).all()
    assert (whole.table["annual_rate"] < whole.table["annual_rate_high"]).all()


def test_an_older_country_has_a_higher_rate_than_a_younger_one():
    rates = {}
    for country in ("UKR", "ETH"):
        made = sf.estimate_ageing_exits(
            sf.load_table("population", country=country),
            sf.load_table("mortality", country=country),
            base_year=2025,
            horizon=2035,
        )
        rates[country] = made.table["annual_rate"].min()
    assert rates["UKR"] > 2 * rates["ETH"]


def test_how_far_the_benchmark_is_from_true_exits_is_as_the_docstring_says():
    example = sf.example(seed=1)
    made = sf.estimate_ageing_exits(
        example.population, example.mortality, base_year=2004, horizon=2023
    )
    ours = made.table.set_index("sex")["annual_rate"]
    stock, left = example.employment_by_age, example.separations
    stock = stock[stock["year"] < 2023].groupby("sex")["persons"].sum()
    true = left.groupby("sex")["persons"].sum() / stock
    old = left[left["age"].isin(["55-59", "60-64", "65+"])].groupby("sex")["persons"].sum() / stock
    text = sf.estimate_ageing_exits.__doc__
    for sex in "FM":
        for value in (ours[sex], true[sex], old[sex]):
            assert f"{100 * value:.2f} %" in text
        assert f"{100 * ours[sex] / true[sex]:.0f} %" in text


def test_openings_of_a_country_without_counts_by_age_can_use_it():
    made = sf.estimate_ageing_exits(people([np.full(17, 1000.0)] * 2))
    jobs = pd.DataFrame(
        {"country": "MAR", "occupation": ["1", "2"] * 2, "year": [2025] * 2 + [2030] * 2}
        | {"persons": [100.0, 50, 120, 40], "unit": "persons", "source": "made up"}
        | {"status": ["observed"] * 2 + ["projected"] * 2}
    )
    openings = sf.estimate_job_openings(jobs, made)
    assert openings.table["replacement"].tolist() == pytest.approx([110 * 0.1, 45 * 0.1])
    assert "demographic benchmark" in openings.notes[-1]


def test_row_15_a_missing_group_makes_the_country_missing():
    rows = people([np.full(17, 1000.0)] * 2)
    hole = rows.assign(persons=rows["persons"].mask(rows["age"] == "30-34"))
    made = sf.estimate_ageing_exits(hole, deaths(0.003)).table.iloc[0]
    assert made[["persons", "replacement", "annual_rate"]].isna().all()


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"exit_age": 63}, sf.CoverageError, "straddle"),
        ({"exit_age": 10}, sf.ParameterError, "first < lowest"),
        ({"exit_ages": (66, 69)}, sf.ParameterError, "first < lowest"),
        ({"base_year": 2021}, sf.CoverageError, "2021"),
        ({"base_year": 2025}, sf.ParameterError, "a year after 2025"),
        ({"exit_age": "64"}, sf.ParameterError, "whole number"),
        ({"exit_ages": (59,)}, sf.ParameterError, "lowest and highest"),
        ({"country": "MDA"}, sf.CoverageError, "country 'MDA'"),
    ],
)
def test_wrong_ages_years_and_countries_are_named(more, error, words):
    with pytest.raises(error, match=words):
        sf.estimate_ageing_exits(people([np.full(17, 1000.0)] * 2), **more)


def test_wrong_tables_are_named():
    rows = people([np.full(17, 1000.0)] * 2)
    with pytest.raises(sf.TableError, match="missing: 'sex'"):
        sf.estimate_ageing_exits(rows.drop(columns="sex"))
    with pytest.raises(sf.TableError, match="missing: 'rate'"):
        sf.estimate_ageing_exits(rows, rows)
    with pytest.raises(sf.CoverageError, match=r"years around 2022\.5"):
        sf.estimate_ageing_exits(rows, deaths(0.004, (1990, 2000)))
    with pytest.raises(sf.CoverageError, match="no rates for"):
        sf.estimate_ageing_exits(rows.assign(sex="M"), deaths(0.004))
    with pytest.raises(sf.TableError, match="DataFrame"):
        sf.estimate_ageing_exits(None)


def test_row_16_a_period_in_conflict_is_flagged():
    made = sf.estimate_ageing_exits(sf.load_table("population", country="UKR"), base_year=2020)
    assert made.issues["rule"].tolist() == ["conflict_gap"]
    assert any("UKR" in note for note in made.notes)
    other = sf.estimate_ageing_exits(sf.load_table("population", country="MAR"), base_year=2020)
    assert other.issues.empty
