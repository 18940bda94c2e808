"""Demography: counts that can be done by hand, and identities that hold for any population."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError, TableError

AGES = [*[f"{a}-{a + 4}" for a in range(0, 100, 5)], "100+"]


def population(persons, years=(2020, 2025), ages=AGES):
    rows = [
        (year, sex, age)
        for year in years
        for sex in ("F", "M")
        for age in ages
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["year", "sex", "age"])
    return table.assign(
        country="MAR", persons=persons, unit="persons", source="mine",
        status=np.where(table["year"] > 2023, "projected", "estimated"),
    )  # fmt: skip


def value(result, indicator, sex="T", year=2020):
    rows = result.table.set_index(["indicator", "sex", "year"])["value"]
    return rows[indicator, sex, year]


def test_a_flat_population_by_hand():
    found = sf.measure_demography(population(100.0))
    # 10 groups of 100 between 15 and 64, 3 below, 8 above; a fifth of 200 people a year.
    assert value(found, "entrants") == 40.0
    assert value(found, "entrants", "F") == 20.0
    assert value(found, "leavers") == 40.0
    assert value(found, "net_entrants") == 0.0
    assert value(found, "dependency") == pytest.approx(11 / 10)
    assert value(found, "youth_dependency") == pytest.approx(3 / 10)
    assert value(found, "youth_share") == pytest.approx(2 / 10)


def test_status_of_a_projected_year_travels_with_its_numbers():
    table = sf.measure_demography(population(100.0)).table
    assert set(table.loc[table["year"] == 2025, "status"]) == {"projected"}
    assert set(table.loc[table["year"] == 2020, "status"]) == {"estimated"}


@settings(max_examples=6)
@given(st.lists(st.floats(1, 1e6), min_size=84, max_size=84))
def test_dependency_adds_up_and_women_and_men_make_the_total(sizes):
    found = sf.measure_demography(population(np.array(sizes)))
    for year in (2020, 2025):
        parts = value(found, "youth_dependency", year=year) + value(
            found, "old_age_dependency", year=year
        )
        assert value(found, "dependency", year=year) == pytest.approx(parts)
        for flow in ("entrants", "leavers", "net_entrants"):
            both = value(found, flow, "F", year) + value(found, flow, "M", year)
            assert value(found, flow, "T", year) == pytest.approx(both, rel=1e-9, abs=1e-6)


@settings(max_examples=5)
@given(st.floats(0.1, 1000))
def test_scaling_people_scales_flows_and_leaves_ratios(factor):
    one, many = (sf.measure_demography(population(100.0 * f)) for f in (1, factor))
    assert value(many, "entrants") == pytest.approx(factor * value(one, "entrants"))
    assert value(many, "dependency") == pytest.approx(value(one, "dependency"))


def test_single_ages_and_five_year_groups_agree():
    single = [*[str(a) for a in range(100)], "100+"]
    fine = population(20.0, ages=single)
    fine.loc[fine["age"] == "100+", "persons"] = 100.0
    coarse = sf.measure_demography(population(100.0))
    pd.testing.assert_frame_equal(sf.measure_demography(fine).table, coarse.table)


def test_groups_that_straddle_a_boundary_are_refused():
    wide = population(100.0, ages=["0-14", "15-24", "25-49", "50-69", "70+"])
    with pytest.raises(CoverageError, match="ages 15-64: cannot be formed from '50-69'"):
        sf.measure_demography(wide)


def test_years_outside_the_table_and_a_wrong_table():
    with pytest.raises(ParameterError, match="years within 2020-2025"):
        sf.measure_demography(population(100.0), first_year=2030, horizon=2040)
    with pytest.raises(TableError, match="missing: 'age'"):
        sf.measure_demography(population(100.0).drop(columns="age"))


def test_real_populations_have_entrants_of_the_right_size():
    # A fifth of those aged 15-19 can never exceed a fortieth of a population this young.
    table = sf.load_table("population")
    found = sf.measure_demography(table).table
    entrants = found[(found["indicator"] == "entrants") & (found["sex"] == "T")]
    size = table.groupby(["country", "year"])["persons"].sum().rename("all").reset_index()
    share = entrants.merge(size, on=["country", "year"])
    assert (share["value"] / share["all"]).between(0.007, 0.028).all()
    assert found["country"].nunique() == 34


class Forecast:
    """The two tables that `compare_entrants_with_jobs` reads of a forecast."""

    def __init__(self, end=1200.0):
        years = np.arange(2007, 2018)
        self.history = pd.DataFrame(
            {"country": "MAR", "year": years, "persons": np.linspace(900.0, 1000.0, 11)}
        )
        self.table = pd.DataFrame(
            {"country": "MAR", "year": [2027, 2027], "level": [0.8, 0.95], "persons": end,
             "lower": [1100.0, 1000.0], "upper": [1300.0, 1400.0]}
        )  # fmt: skip


def test_jobs_a_year_and_their_interval():
    people = sf.measure_demography(population(100.0, years=(2010, 2015, 2020, 2025)))
    table = sf.compare_entrants_with_jobs(people, Forecast())
    jobs = table[table["indicator"] == "jobs"].set_index("year")
    assert jobs.loc[2017, "value"] == pytest.approx(10.0)
    assert jobs.loc[2027, ["value", "lower", "upper"]].tolist() == [20.0, 10.0, 30.0]
    entrants = table[table["indicator"] == "entrants"].set_index("year")
    assert entrants["value"].tolist() == [40.0, 40.0]
    assert set(table["note"]) == {"2007-2017", "2017-2027"}


def test_a_later_level_moves_the_start_and_keeps_the_relative_change():
    people = sf.measure_demography(population(100.0, years=(2010, 2015, 2020, 2025, 2030)))
    forecast = Forecast()
    early = forecast.table.assign(year=2022, persons=1100.0, lower=1050.0, upper=1150.0)
    forecast.table = pd.concat([early, forecast.table], ignore_index=True)
    later = pd.DataFrame({"year": [2022], "persons": [550.0]})
    table = sf.compare_entrants_with_jobs(people, forecast, later=later)
    jobs = table[(table["indicator"] == "jobs") & (table["status"] == "projected")].iloc[0]
    # Half the level: half of (1200 - 1100) jobs over the five years from 2022.
    assert jobs["note"] == "2022-2027"
    assert jobs["value"] == pytest.approx(10.0)
    assert jobs["lower"] == pytest.approx(0.0)
    assert jobs["upper"] == pytest.approx(20.0)


def test_a_level_that_the_forecast_does_not_have():
    people = sf.measure_demography(population(100.0, years=(2010, 2015, 2020, 2025)))
    with pytest.raises(ParameterError, match=r"a level of '0\.8', '0\.95'"):
        sf.compare_entrants_with_jobs(people, Forecast(), level=0.5)
