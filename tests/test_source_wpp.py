"""World Population Prospects 2024: published totals, identities inside the tables, coverage."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from skillsfc.countries import list_countries
from skillsfc.sources import wpp

PARTNERS = set(list_countries()["country"])
BENCHMARKS = Path(
    os.environ.get("SKILLSFC_BENCHMARK_DATA", Path(__file__).parents[2] / "shared" / "data")
)
AGES = [f"{start}-{start + 4}" for start in range(0, 100, 5)] + ["100+"]


def total(table, country, year):
    rows = table[(table["country"] == country) & (table["year"] == year)]
    return int(rows["persons"].sum())


@pytest.mark.parametrize(
    ("country", "year", "thousands"),
    [
        ("MAR", 2025, 38_430.770),  # United Nations (2024), total population, 1 July
        ("MAR", 2020, 36_584.208),
        ("XKX", 2025, 1_674.125),
    ],
)
def test_totals_are_those_that_the_2024_revision_publishes(country, year, thousands):
    # Forty-two groups, each rounded to a person by the package.
    assert total(wpp.population(), country, year) / 1000 == pytest.approx(thousands, abs=0.025)


def test_a_cell_of_the_raw_file_arrives_under_its_keys():
    table = wpp.population().set_index(["country", "year", "sex", "age"])["persons"]
    assert table["MAR", 2025, "M", "15-19"] == 1_664_751
    assert table["MAR", 2025, "F", "100+"] == 178


def test_population_is_a_full_grid_of_34_countries_31_years_two_sexes_and_21_ages():
    table = wpp.population()
    assert set(table["country"]) == PARTNERS
    assert sorted(table["year"].unique()) == list(range(1950, 2101, 5))
    assert set(table["age"]) == set(AGES)
    assert len(table) == 34 * 31 * 2 * 21
    assert not table.duplicated(["country", "year", "sex", "age"]).any()
    assert not table.isna().any().any()


def test_status_changes_from_estimated_to_projected_after_2023():
    for table in (wpp.population(), wpp.birth_rate(), wpp.mortality(), wpp.net_migration()):
        years = table.groupby("status")["year"]
        assert years.max()["estimated"] == 2020
        assert years.min()["projected"] in (2025, 2030)


def test_rates_are_33_countries_every_tenth_year_without_kosovo():
    for table in (wpp.birth_rate(), wpp.net_migration(), wpp.mortality()):
        assert PARTNERS - set(table["country"]) == {"XKX"}
        assert sorted(table["year"].unique()) == list(range(1950, 2101, 10))
    assert len(wpp.mortality()) == 33 * 16 * 2 * 22
    assert len(wpp.birth_rate()) == len(wpp.net_migration()) == 33 * 16


def test_morocco_rates_of_the_raw_file():
    births = wpp.birth_rate().set_index(["country", "year"])["rate"]
    moves = wpp.net_migration().set_index(["country", "year"])["net_rate"]
    assert births["MAR", 2020] == pytest.approx(0.01785)
    assert births["MAR", 2050] == pytest.approx(0.012212)
    assert moves["MAR", 2030] == pytest.approx(-0.001791)


def life_expectancy(rates):
    """Return e0 from m(x) of an abridged life table, deaths in the middle of each group."""
    survivors, years = 1.0, 0.0
    for age, rate in rates.items():
        if age == "100+":
            return years + survivors / rate
        width = {"0": 1, "1-4": 4}.get(age, 5)
        dying = min(1.0, width * rate / (1 + width * rate / 2))
        years += width * survivors * (1 - dying / 2)
        survivors *= 1 - dying
    raise AssertionError("no open age group")


@pytest.mark.parametrize(
    ("country", "sex", "low", "high"), [("MAR", "F", 73, 77), ("MAR", "M", 68, 73)]
)
def test_mortality_gives_a_plausible_life_expectancy_in_2020(country, sex, low, high):
    table = wpp.mortality()
    rows = table[
        (table["country"] == country) & (table["year"] == 2020) & (table["sex"] == sex)
    ].set_index("age")["rate"]
    order = ["0", "1-4", *AGES[1:]]
    assert low < life_expectancy(rows.loc[order]) < high


def test_women_outlive_men_in_every_country_by_2050():
    table = wpp.mortality()
    table = table[table["year"] == 2050]
    order = ["0", "1-4", *AGES[1:]]
    for _, rows in table.groupby("country"):
        by_sex = {
            sex: part.set_index("age")["rate"].loc[order] for sex, part in rows.groupby("sex")
        }
        assert life_expectancy(by_sex["F"]) > life_expectancy(by_sex["M"])


def test_births_of_a_year_match_the_youngest_age_group_five_years_later():
    """Births of 1950-2100 in the middle of a period, less deaths and moves, are its children."""
    people = wpp.population()
    totals = people.groupby(["country", "year"])["persons"].sum()
    young = people[people["age"] == "0-4"].groupby(["country", "year"])["persons"].sum()
    births = wpp.birth_rate().set_index(["country", "year"])["rate"]
    ratios = [
        young[country, year] / (5 * births[country, year] * totals[country, year])
        for country, year in births.index
        if year == 2020
    ]
    assert 0.8 < np.median(ratios) < 1.15
    assert min(ratios) > 0.5
    assert max(ratios) < 1.6


def test_crude_rates_equal_another_extract_of_the_same_revision():
    file = BENCHMARKS / "un_wpp_population" / "wpp2024_totals_intervals_2024_2100.csv"
    if not file.is_file():
        pytest.skip("no second extract here: set SKILLSFC_BENCHMARK_DATA to compare with one")
    births = wpp.birth_rate().set_index(["country", "year"])["rate"]
    moves = wpp.net_migration().set_index(["country", "year"])["net_rate"]
    compared = 0
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            at = (row["iso3"], int(row["year"]))
            if at in births.index:
                # Four significant digits there.
                assert births[at] * 1000 == pytest.approx(float(row["cbr"]), rel=1e-3)
                assert moves[at] * 1000 == pytest.approx(float(row["cnmr"]), rel=1e-3, abs=1e-3)
                compared += 1
    assert compared == 33 * 8
