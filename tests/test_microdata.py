"""Embedded person files: counts known from the literature, columns as documented, nothing lost."""

import pytest

from skillsfc.errors import CoverageError
from skillsfc.schema import read_codes_file
from skillsfc.sources.microdata import load_microdata, microdata_columns

NAMES = ["mvad", "keane_wolpin", "unemployment_duration"]
KINDS = {"int": "int64", "float": "float64", "bool": "boolean"}


@pytest.mark.parametrize("name", NAMES)
def test_columns_and_types_are_the_documented_ones(name):
    table, words = load_microdata(name), microdata_columns(name)
    assert list(table.columns) == list(words["column"])
    for column, kind in zip(words["column"], words["dtype"], strict=True):
        if kind != "string":
            assert str(table[column].dtype) == KINDS[kind]
        else:
            assert table[column].dropna().map(type).eq(str).all()
    assert (words["definition"].str.len() > 4).all()


def test_mvad_has_712_young_people_over_72_months():
    table = load_microdata("mvad")
    assert table["person"].nunique() == 712
    assert (table.groupby("person")["month"].agg(list).map(len) == 72).all()
    assert (table["date"].iloc[0], table["date"].iloc[71]) == ("1993-07", "1999-06")
    assert not table.duplicated(["person", "month"]).any()
    assert table["state"].notna().all()


def test_mvad_has_1814_changes_of_state():
    table = load_microdata("mvad")
    before = table.groupby("person")["state"].shift()
    assert int((before.notna() & (before != table["state"])).sum()) == 1814


def test_mvad_keeps_every_cell_and_the_time_order_of_the_raw_file():
    raw = read_codes_file("raw/mvad/mvad.csv.gz")
    table = load_microdata("mvad")
    for row in (0, 350, 711):
        person = table[table["person"] == raw["id"].iloc[row]]
        assert person["state"].tolist() == raw.iloc[row, 14:].tolist()
    assert table["state"].value_counts().to_dict()["employment"] == 22937


def test_mvad_covariates_do_not_vary_within_a_person_and_boards_exclude_one_another():
    table = load_microdata("mvad")
    fixed = table.drop(columns=["month", "date", "state"]).drop_duplicates()
    assert len(fixed) == 712
    raw = read_codes_file("raw/mvad/mvad.csv.gz")
    boards = raw[["Belfast", "N.Eastern", "Southern", "S.Eastern", "Western"]] == "yes"
    assert (boards.sum(axis=1) == 1).all()
    assert fixed["weight"].mean() == pytest.approx(0.9994, abs=1e-4)


def test_keane_wolpin_has_its_person_years():
    table = load_microdata("keane_wolpin")
    assert len(table) == 12_723
    assert table["person"].nunique() == 1_881
    assert set(table["year"]) == set(range(1981, 1988))
    assert not table.duplicated(["person", "year"]).any()
    assert (table.groupby("person")["year"].diff().dropna() == 1).all()
    assert int(table["state"].isna().sum()) == 58


def test_keane_wolpin_experience_grows_only_by_work_of_its_kind():
    table = load_microdata("keane_wolpin")
    grown = table.groupby("person")["experience_white_collar"].shift(-1)
    step = grown - table["experience_white_collar"]
    known = step.notna() & table["state"].notna()
    assert (step[known] == (table["state"] == "white_collar")[known]).mean() > 0.99


def test_keane_wolpin_leavers_are_marked_in_their_last_year():
    table = load_microdata("keane_wolpin")
    last = table.groupby("person")["year"].transform("max")
    gone = table[(table["year"] == last) & (last < 1987)]
    assert len(gone) == 1_881 - 1_738
    assert gone["leaves_sample"].all()


def test_wages_are_missing_rather_than_zero_outside_work():
    table = load_microdata("keane_wolpin")
    assert table.loc[table["state"].isin(["school", "home"]), "wage"].isna().all()
    assert (table["wage"].dropna() > 0).all()


def test_unemployment_spells_end_in_the_published_ways():
    table = load_microdata("unemployment_duration")
    assert len(table) == 3_343
    assert table["exit"].value_counts().to_dict() == {
        "censored": 1255,
        "full_time": 1073,
        "unknown": 574,
        "part_time": 339,
        "unrecorded": 102,
    }
    assert (table["weeks"] % 2 == 0).all()
    assert table["weeks"].mean() == pytest.approx(2 * 6.248, abs=0.001)
    assert table["person"].is_unique


def test_a_copy_can_be_changed_without_harm():
    mine = load_microdata("mvad")
    mine["state"] = "lost"
    assert "lost" not in set(load_microdata("mvad")["state"])


def test_an_unknown_file_is_an_error_with_a_guess():
    with pytest.raises(CoverageError, match=r"'mvda' is not embedded.*Did you mean 'mvad'\?"):
        load_microdata("mvda")
    with pytest.raises(CoverageError, match="keane_wolpin"):
        microdata_columns("keane")
    assert set(microdata_columns()["dataset"]) == set(NAMES)
