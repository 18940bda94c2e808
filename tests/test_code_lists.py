"""Code lists: sizes, hierarchy, labels and crosswalks."""

import hashlib
import re

import pandas as pd
import pytest

from skillsfc._paths import data_dir
from skillsfc.classifications import label
from skillsfc.conversion import convert_codes, roll_up
from skillsfc.schema import code_list, dictionary
from skillsfc.sources.catalog import sources

FOLDER = data_dir() / "codes"
CROSSWALKS = sorted(file.stem for file in FOLDER.glob("*_to_*.csv"))
LISTS = sorted(file.stem for file in FOLDER.glob("*.csv") if file.stem not in CROSSWALKS)


@pytest.mark.parametrize("name", LISTS)
def test_codes_are_unique_and_every_parent_exists(name):
    listed = code_list(name)
    assert listed["code"].is_unique
    assert (listed["code"] != "").all()
    assert set(listed["parent"]) - {""} <= set(listed["code"])
    assert (listed["parent"] != listed["code"]).all()


@pytest.mark.parametrize("name", LISTS)
def test_every_code_leads_up_to_a_root(name):
    parent = dict(code_list(name)[["code", "parent"]].itertuples(index=False))
    for code in parent:
        steps = 0
        while parent[code]:
            code, steps = parent[code], steps + 1
            assert steps < 10


@pytest.mark.parametrize("name", LISTS)
def test_labels_are_there_in_english_and_clean_in_all_languages(name):
    listed = code_list(name)
    assert (listed["label_en"].str.strip() != "").all()
    for language in ("en", "fr", "ar", "ru"):
        text = listed[f"label_{language}"]
        assert (text == text.str.strip()).all()
        assert not text.str.contains(r"\s\s|�|&amp;", regex=True).any()


@pytest.mark.parametrize("name", LISTS)
def test_arabic_and_russian_labels_are_in_their_scripts(name):
    listed = code_list(name)
    arabic, russian = listed["label_ar"], listed["label_ru"]
    assert arabic[arabic != ""].map(lambda text: bool(re.search("[؀-ۿ]", text))).all()
    assert russian[russian != ""].map(lambda text: bool(re.search("[Ѐ-ӿ]", text))).all()


def test_isic_has_its_levels_and_sizes():
    sizes = code_list("isic4")["level"].value_counts().to_dict()
    assert sizes == {"broad": 3, "section": 21, "division": 88, "group": 238, "class": 419}


def test_isic_codes_follow_from_their_parents():
    listed = code_list("isic4")
    fine = listed[listed["level"].isin(["group", "class"])]
    assert (fine["code"].str.slice(0, -1) == fine["parent"]).all()
    sections = listed[listed["level"] == "section"].set_index("code")["parent"]
    assert "".join(sections.index[sections == "IND"]) == "BCDEF"
    assert "".join(sections.index[sections == "AGR"]) == "A"
    assert len(sections[sections == "SER"]) == 15


def test_isic_speaks_four_languages_down_to_the_divisions():
    listed = code_list("isic4").set_index("code")
    upper = listed[listed["level"].isin(["section", "division"])]
    for language in ("fr", "ar", "ru"):
        assert (upper[f"label_{language}"] != "").all()
    assert listed.loc["C", "label_fr"] == "Activités de fabrication"
    assert listed.loc["F", "label_ru"] == "Строительство"
    assert listed.loc["P", "label_ar"] == "التعليم"
    assert listed.loc["0112", "label_en"] == "Growing of rice"


def test_isco_has_its_levels_and_keeps_leading_zeros():
    listed = code_list("isco08")
    sizes = listed["level"].value_counts().to_dict()
    assert sizes == {"major": 10, "submajor": 43, "minor": 130, "unit": 436}
    assert {"0", "01", "011", "0110"} <= set(listed["code"])
    below = listed[listed["level"] != "major"]
    assert (below["code"].str.slice(0, -1) == below["parent"]).all()
    names = listed.set_index("code")["label_en"]
    assert names["2512"] == "Software developers"
    assert names["7"] == "Craft and related trades workers"
    assert (listed.loc[listed["level"] == "major", "label_fr"] != "").all()


def test_isced_has_nine_levels_in_four_broad_groups():
    listed = code_list("isced11")
    levels = listed[listed["level"] == "level"]
    assert list(levels["code"]) == [str(level) for level in range(9)]
    assert levels.groupby("parent")["code"].agg("".join).to_dict() == {
        "ADV": "5678",
        "BAS": "12",
        "INT": "34",
        "LTB": "0",
    }


def test_national_lists_have_the_size_of_their_source():
    sizes = {
        "hcp_sector": 9,
        "hcp_profession": 10,
        "hcp_diploma": 7,
        "hcp_vocational": 7,
        "hcp_education": 6,
        "hcp_status": 8,
        "hcp_region": 12,
        "eth_activity": 42,
        "sam_education": 3,
        "naics_us": 148,
        "occ1950": 281 + 12,
        "icse": 6,
    }
    for name, size in sizes.items():
        assert len(code_list(name)) == size, name


def test_qualification_lists_share_no_code_so_that_labels_cannot_be_mixed_up():
    names = dictionary().loc["qualification", "codes"].removesuffix("|list:code").split("|")
    seen: dict[str, str] = {}
    for name in names:
        for code in code_list(name)["code"]:
            assert code not in seen, f"{code} in {name} and {seen.get(code)}"
            seen[code] = name


def test_every_list_that_the_dictionary_names_is_there():
    for column, lists in dictionary()["codes"].items():
        if lists and not lists.startswith("@") and column != "status":
            named = lists.removesuffix("|*").removesuffix("|list:code").split("|")
            assert set(named) <= set(LISTS), column


@pytest.mark.parametrize("name", CROSSWALKS)
def test_crosswalks_cover_their_list_with_weights_that_sum_to_one(name):
    walk = code_list(name)
    old, _, new = name.partition("_to_")
    assert set(walk["from_code"]) == set(code_list(old)["code"])
    assert set(walk["to_code"]) <= set(code_list(new)["code"])
    assert (walk["weight"].astype(float).groupby(walk["from_code"]).sum() == 1).all()
    assert (walk["reason"] != "").all()


def tidy(column, codes, values):
    return pd.DataFrame({"year": 2024, column: codes, "persons": values}).assign(
        unit="persons", status="observed", source="test"
    )


def test_isic_rolls_up_from_classes_to_broad_sectors_with_the_same_total():
    classes = code_list("isic4").query("level == 'class'")["code"].tolist()
    table = tidy("sector", classes, [float(i) for i in range(len(classes))])
    for level, size in (("group", 238), ("division", 88), ("section", 21), ("broad", 3)):
        coarse = roll_up(table, to=f"isic4_{level}")
        assert len(coarse) == size
        assert coarse["persons"].sum() == table["persons"].sum()


def test_isco_rolls_up_from_unit_groups_to_major_groups():
    table = tidy("occupation", ["0110", "0210", "2512", "2513"], [1.0, 2.0, 3.0, 4.0])
    major = roll_up(table, to="isco08_major").set_index("occupation")["persons"]
    assert major.to_dict() == {"0": 3.0, "2": 7.0}


def test_labels_fall_back_to_english():
    table = tidy("occupation", ["2", "2512"], [1.0, 2.0])
    names = label(table.iloc[:1], language="fr")["occupation_label"].tolist()
    assert names == ["Professions intellectuelles et scientifiques"]
    assert label(table.iloc[1:], language="fr")["occupation_label"].tolist() == [
        "Software developers"
    ]


def test_moroccan_sectors_convert_to_broad_sectors():
    table = tidy("sector", ["agriculture", "construction", "other"], [5.0, 3.0, 1.0])
    broad = convert_codes(table, "hcp_sector", "isic4").set_index("sector")["persons"]
    assert broad.to_dict() == {"AGR": 5.0, "IND": 3.0, "SER": 1.0}


def test_lists_are_logged_with_the_sha256_of_their_file():
    log = sources().set_index("file")
    for name in ("isic4", "isco08", "isced11", "hcp_sector", "naics_us", "occ1950", "eth_activity"):
        row = log.loc[f"codes/{name}.csv"]
        content = (FOLDER / f"{name}.csv").read_bytes()
        assert row["sha256"] == hashlib.sha256(content).hexdigest(), name
        assert (data_dir() / row["script"]).is_file()
        assert row["licence"] != ""
