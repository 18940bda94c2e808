"""Moroccan censuses: published figures, sums, parts and wholes, what may be compared."""

from functools import partial

import pandas as pd
import pytest

from skillsfc.checks import check
from skillsfc.classifications import label
from skillsfc.conversion import convert_codes
from skillsfc.schema import code_list, tables
from skillsfc.sources import morocco
from skillsfc.sources.catalog import load_table

ENTRIES = tables()[tables()["loader"].str.startswith("morocco:")]
LOADERS = {entry.loader.split(":")[1]: entry.table for entry in ENTRIES.itertuples()}
SHARES = [name for name in LOADERS if any(w in name for w in ("_by_s", "_by_o", "attain", "level"))]
ROUNDED = 0.05 / 100  # each share is printed with one decimal of a percent


def load(name):
    return getattr(morocco, name)()


def at(table, measure, **keys):
    for key, value in keys.items():
        table = table[table[key] == value]
    assert len(table) == 1
    return table[measure].iloc[0]


@pytest.mark.parametrize("name", LOADERS)
def test_every_table_fits_its_schema_and_comes_sorted(name):
    table = load(name)
    checked = check(table, name=LOADERS[name])
    pd.testing.assert_frame_equal(table[checked.columns], checked, check_dtype=False)
    assert set(table["country"]) == {"MAR"}
    assert table["year"].nunique() == 1
    assert set(table["source"]) == {f"hcp_{table['year'].iloc[0]}"}


@pytest.mark.parametrize("name", LOADERS)
def test_the_catalogue_states_the_keys_and_measure_that_the_table_has(name):
    entry = ENTRIES[ENTRIES["loader"] == f"morocco:{name}"].iloc[0]
    table = load(name)
    assert set(entry["keys"].split()) == set(table.columns) & set(entry["keys"].split())
    flags = {entry["measure"], "unit", "status", "source", "note"}
    assert set(table.columns) == set(entry["keys"].split()) | flags


def test_every_loader_of_the_module_is_in_the_catalogue():
    made = {name for name, value in vars(morocco).items() if isinstance(value, partial)}
    assert made == set(LOADERS)


@pytest.mark.parametrize(
    ("sector", "percent"),
    [("agriculture", 23.5), ("industry", 11.8), ("construction", 14.4), ("commerce", 16.0)],
)
def test_sector_shares_of_2014_are_the_published_ones(sector, percent):
    table = load_table("employment_by_sector", country="MAR")
    share = at(table, "share", sector=sector, sex="T", area="total", year=2014)
    assert share == pytest.approx(percent / 100, abs=1e-9)


def test_employed_persons_are_the_published_ones():
    for year, persons in ((2014, 9_627_341), (2024, 8_764_717)):
        table = load_table("employment_by_area", country="MAR", source=f"hcp_{year}")
        assert table["persons"].sum() == persons
        regional = load(f"regional_employment_{year}")["persons"].sum()
        assert regional == pytest.approx(persons, abs=2)  # 2024: weighted estimates, rounded
    women = load("employment_by_area_2024").groupby("sex")["persons"].sum()["F"]
    assert women == pytest.approx(1_696_785, abs=1)


def test_unemployment_of_2024_is_the_published_one():
    table = load_table("unemployment", country="MAR", source="hcp_2024")
    for sex, percent in (("T", 21.3), ("M", 20.1), ("F", 25.9)):
        assert at(table, "share", sex=sex, area="total") == pytest.approx(percent / 100, abs=1e-9)


def test_unemployment_follows_from_active_and_employed_persons():
    raw = morocco._raw(2024)
    follows = 1 - raw["labour_employed"] / raw["labour_active"]
    off = (follows - raw["labour_unemployment_rate"] / 100).abs()
    assert off[raw["region"] == ""].max() < ROUNDED + 1e-9
    # In the smallest regional cells the counts leave out people without a home.
    assert off.max() < 0.002


@pytest.mark.parametrize("name", SHARES)
def test_shares_of_one_whole_sum_to_one_but_for_rounding(name):
    table = load(name)
    measured = {"sector", "occupation", "qualification", "employment_status"} & set(table.columns)
    keys = [k for k in ("region", "area", "sex") if k in table]
    sums = table.groupby(keys)["share"].sum()
    parts = table[measured.pop()].nunique()
    assert len(sums) == (9 if "region" not in table else 108)
    assert (sums - 1).abs().max() <= parts * ROUNDED + 1e-9
    assert table["share"].between(0, 1).all()


def test_occupations_sum_to_one_only_with_the_unclassified():
    table = load("employment_by_occupation")
    national = table[(table["sex"] == "T") & (table["area"] == "total")]
    rest = national.loc[national["occupation"] != "unclassified", "share"].sum()
    assert rest == pytest.approx(0.98, abs=0.002)


def test_the_total_lies_between_women_and_men_and_between_town_and_country():
    for name in ("employment_by_sector", "unemployment_2014", "unemployment_2024"):
        table = load(name)
        key = [k for k in ("sector",) if k in table]
        for column, parts, whole in (("sex", "FM", "T"), ("area", ("urban", "rural"), "total")):
            others = [k for k in ("area", "sex") if k != column]
            wide = table.pivot_table("share", [*others, *key], column)
            low, high = wide[list(parts)].min(axis=1), wide[list(parts)].max(axis=1)
            assert ((wide[whole] >= low - 1e-9) & (wide[whole] <= high + 1e-9)).all()


def test_regions_add_up_to_the_country():
    for year, persons in ((2014, 33_610_084), (2024, 36_490_591)):
        regional = load(f"regional_population_{year}")
        assert regional["persons"].sum() == persons
        assert load(f"population_by_area_{year}")["persons"].sum() == persons
        assert set(regional["region"]) == set(code_list("hcp_region")["code"])
        by_age = load(f"regional_population_by_age_{year}")
        assert by_age["persons"].sum() == pytest.approx(persons, abs=60)
        assert set(by_age["status"]) == {"estimated"}
        assert by_age["age"].nunique() == 16


def test_sector_shares_of_the_regions_average_to_the_countrys():
    shares = load("regional_employment_by_sector")
    shares = shares[(shares["sex"] != "T") & (shares["area"] != "total")]
    persons = load("regional_employment_2014")
    joined = shares.merge(persons[["region", "area", "sex", "persons"]])
    jobs = (joined["share"] * joined["persons"]).groupby(joined["sector"]).sum()
    national = load("employment_by_sector")
    national = national[(national["sex"] == "T") & (national["area"] == "total")]
    expected = national.set_index("sector")["share"]
    assert (jobs / 9_627_341 - expected).abs().max() < 2 * ROUNDED


def test_sectors_move_to_the_broad_sectors_of_isic():
    table = load("employment_by_sector")
    table = table[(table["sex"] == "T") & (table["area"] == "total")]
    broad = convert_codes(table, "hcp_sector", "isic4").set_index("sector")["share"]
    assert broad.round(3).to_dict() == {"AGR": 0.235, "IND": 0.268, "SER": 0.496}


def test_status_of_2014_says_that_it_holds_unemployed_people():
    assert load("employment_by_status_2014")["note"].str.contains("unemployed people").all()
    assert not load("employment_by_status_2024")["note"].str.contains("unemployed").any()
    apprentices = at(
        load("employment_by_status_2024"),
        "share",
        employment_status="apprentice",
        sex="T",
        area="total",
    )
    assert apprentices == pytest.approx(0.01)


def test_only_fields_that_the_source_marks_are_comparable():
    fields = morocco.comparable_fields().set_index("column_2014")
    assert fields.loc["labour_activity_rate", "comparable"]
    assert fields.loc["labour_activity_rate", "column_2024"] == "labour_activity_rate"
    assert not fields.loc["labour_inactive", "comparable"]
    assert "children" in fields.loc["labour_inactive", "note"]
    assert not fields.loc["profession_employed", "comparable"]
    assert (fields["comparable"] == (fields["column_2024"] != "")).all()
    assert fields["comparable"].sum() == 28
    assert "15 ans et plus" in fields.loc["labour_activity_rate", "definition"]


def test_no_table_claims_a_diploma_of_the_employed():
    assert "employment_by_qualification" not in set(ENTRIES["table"])
    assert set(load("attainment")["age"]) == {"10+"}


def test_labels_come_in_french():
    table = label(load("employment_by_sector"), language="fr")
    names = dict(zip(table["sector"], table["sector_label"], strict=True))
    assert names["public_services"] == "Administration publique, éducation, santé et action sociale"
    schooling = label(load("education_level_2024"))
    assert set(schooling.loc[schooling["qualification"] == "edu_none", "qualification_label"]) == {
        "No schooling"
    }


def test_every_caution_of_the_source_has_a_sentence_of_our_own():
    given = {note for year in (2014, 2024) for note in morocco._fields(year)["note"]} - {""}
    own = {note: morocco._own_words(note) for note in given}
    assert len(given) >= 4
    assert len(set(own.values())) == len(given)
    assert not set(own.values()) & (given | {"", morocco._UNMARKED})
