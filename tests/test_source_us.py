"""US series for back-tests: annual means, partition, shares."""

import numpy as np
import pytest

from skillsfc.checks import check
from skillsfc.conversion import roll_up
from skillsfc.schema import code_list, read_codes_file
from skillsfc.sources import us
from skillsfc.sources.catalog import load_table


def raw_row(series):
    wide = read_codes_file("raw/us_employment_industry/us_employment.csv.gz")
    return wide.set_index("Series_ID").loc[series]


@pytest.mark.parametrize(
    "name", ["us_employment_by_supersector", "us_employment_by_industry", "us_occupation_shares"]
)
def test_tables_fit_their_schema_and_come_sorted(name):
    table = load_table(name)
    checked = check(table, name=name)
    assert len(checked) == len(table)
    assert set(table["country"]) == {"USA"}
    assert table["year"].is_monotonic_increasing


def test_the_raw_file_has_148_series_to_september_2019():
    wide = read_codes_file("raw/us_employment_industry/us_employment.csv.gz")
    months = wide.columns[1:]
    assert len(wide) == 148
    assert (months[0], months[-1], len(months)) == ("1939-01", "2019-09", 969)
    assert raw_row("CEU0500000001")["1939-01"] == "25338"


def test_a_year_is_the_mean_of_its_twelve_months_in_persons():
    row = raw_row("CEU3000000001")
    by_hand = np.mean([float(row[f"2018-{month:02d}"]) for month in range(1, 13)]) * 1000
    table = us.us_employment_by_supersector()
    found = table[(table["year"] == 2018) & (table["sector"] == "30000000")]["persons"].iloc[0]
    assert found == pytest.approx(by_hand, abs=0.5)


def test_incomplete_years_are_left_out():
    assert us.us_employment_by_supersector()["year"].max() == 2018
    shops = us.us_employment_by_industry()
    ended = shops[shops["sector"] == "42452100"]  # department stores, discontinued in 2017
    assert ended["year"].max() == 2017
    assert raw_row("CEU4245210001")["2018-01"] == ""


def test_supersectors_are_a_partition_of_non_farm_employment():
    table = us.us_employment_by_supersector()
    assert table["sector"].nunique() == 11
    assert len(table) == 11 * 80
    row = raw_row("PAYNSA")
    for year in (1939, 1979, 2018):
        whole = np.mean([float(row[f"{year}-{month:02d}"]) for month in range(1, 13)]) * 1000
        assert table.loc[table["year"] == year, "persons"].sum() == pytest.approx(whole, abs=11)


def test_detailed_industries_hold_no_total_beside_its_part():
    listed = code_list("naics_us").set_index("code")["parent"]
    present = set(us.us_employment_by_industry()["sector"])
    for code in present:
        above = listed[code]
        while above:
            assert above not in present
            above = listed[above]


def test_children_never_exceed_their_parent():
    table = us._annual().pivot_table("persons", "year", "sector")
    listed = code_list("naics_us")
    listed = listed[listed["parent"].isin(table.columns)]
    # Goods and private services are parts of total private; durable goods parts of manufacturing.
    for parent, children in listed.groupby("parent")["code"]:
        parts = table[list(children)].sum(axis=1)
        known = table[parent].notna()
        assert (parts <= table[parent] + 1_500)[known].all(), parent


def test_occupations_sum_to_one_in_each_year_without_the_non_occupations():
    table = us.us_occupation_shares()
    assert np.allclose(table.groupby("year")["share"].sum(), 1)
    assert table["year"].nunique() == 31
    assert 1890 not in set(table["year"])
    assert len(table) == 269 * 31
    assert table["occupation"].max() == "970"


def test_the_raw_shares_sum_to_one_with_everybody():
    raw = read_codes_file("raw/us_occupations_1850_2000/occ1950.csv.gz")
    assert len(raw) == 281
    assert np.allclose(raw.drop(columns="occ1950").astype(float).sum(), 1)


def test_american_farmers_became_few():
    groups = roll_up(us.us_occupation_shares(), to="occ1950_group")
    farmers = groups[groups["occupation"] == "FAR"].set_index("year")["share"]
    assert farmers[1850] > 0.35
    assert farmers[2016] < 0.01
