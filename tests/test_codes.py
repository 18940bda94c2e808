"""Codes: countries by alias never by name, labels, roll-up and conversion that keep totals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import CodeError, ParameterError, TableError

FLAGS = {"unit": "persons", "status": "observed", "source": "mine"}


def by_sector(codes, persons, **more):
    return pd.DataFrame({"year": 2024, "sector": codes, "persons": persons, **FLAGS, **more})


@pytest.mark.parametrize(
    ("alias", "code"),
    [("XK", "XKX"), ("KOS", "XKX"), ("XKX", "XKX"), ("PS", "PSE"), ("tr", "TUR"), ("MK", "MKD"),
     (" mar ", "MAR")],
)  # fmt: skip
def test_aliases_by_code(alias, code):
    assert sf.country_code(alias) == code


def test_a_name_is_refused_but_its_code_is_named():
    with pytest.raises(CodeError, match=r"a name, not a code.*Did you mean 'MAR'"):
        sf.country_code("Maroc")


def test_a_typo_gets_a_guess_and_a_number_an_error():
    with pytest.raises(CodeError, match="Did you mean 'UKR'"):
        sf.country_code("UKRR")
    with pytest.raises(CodeError, match="not text"):
        sf.country_code(504)


def test_the_groups_have_29_and_6_countries_and_34_together():
    assert len(sf.list_countries("etf")) == 29
    assert len(sf.list_countries("ilo_norway")) == 6
    both = sf.list_countries()
    assert len(both) == 34
    assert both.loc[both["etf"] & both["ilo_norway"], "country"].tolist() == ["LBN"]
    with pytest.raises(ParameterError, match="Did you mean 'etf'"):
        sf.list_countries("eft")


def test_labels_in_four_languages_and_english_where_there_is_none():
    table = pd.DataFrame({"country": ["MAR", "TUR"]})
    names = {lang: sf.label(table, language=lang)["country_label"].tolist() for lang in
             ("en", "fr", "ar", "ru")}  # fmt: skip
    assert names["fr"] == ["Maroc", "Turquie"]
    assert names["ar"][0] == "المغرب"
    assert names["ru"][0] == "Марокко"
    isic = sf.label(by_sector(["A"], [1.0]), language="ru")["sector_label"].item()
    assert isic
    with pytest.raises(ParameterError, match="one of 'en', 'fr', 'ar', 'ru'"):
        sf.label(table, language="de")


def test_label_refuses_codes_of_no_list():
    with pytest.raises(CodeError, match="'Q9'"):
        sf.label(by_sector(["A", "Q9"], [1.0, 2.0]))


def test_roll_up_to_sections_and_broad_sectors():
    table = by_sector(["10", "11", "41", "01"], [1.0, 2.0, 4.0, 8.0])
    sections = sf.roll_up(table, to="isic4_section").set_index("sector")["persons"]
    assert sections.to_dict() == {"A": 8.0, "C": 3.0, "F": 4.0}
    broad = sf.roll_up(table, to="isic4_broad").set_index("sector")["persons"]
    assert broad.to_dict() == {"AGR": 8.0, "IND": 7.0}


def test_roll_up_keeps_missing_missing_and_the_worst_status():
    table = by_sector(["10", "11", "41"], [np.nan, np.nan, 4.0])
    table["status"] = ["observed", "modelled", "observed"]
    up = sf.roll_up(table, to="isic4_section").set_index("sector")
    assert np.isnan(up.loc["C", "persons"])
    assert up.loc["C", "status"] == "modelled"


def test_roll_up_says_what_it_cannot_do():
    with pytest.raises(CodeError, match="Did you mean 'section'"):
        sf.roll_up(by_sector(["10"], [1.0]), to="isic4_sections")
    with pytest.raises(CodeError, match="unmatched codes 'A'"):
        sf.roll_up(by_sector(["A"], [1.0]), to="isic4_division")
    with pytest.raises(CodeError, match="none holds codes of 'isco08'"):
        sf.roll_up(by_sector(["A"], [1.0]), to="isco08_major")


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=21))
def test_roll_up_preserves_the_total(values):
    sections = [chr(ord("A") + i) for i in range(len(values))]
    up = sf.roll_up(by_sector(sections, values), to="isic4_broad")
    assert up["persons"].sum() == pytest.approx(sum(values), rel=1e-12, abs=1e-6)


def walk(*rows):
    return pd.DataFrame(rows, columns=["from_code", "to_code", "weight"])


def test_convert_with_weights_keeps_the_total():
    table = by_sector(["X1", "X2"], [10.0, 6.0])
    found = sf.convert_codes(
        table, "mine", "isic4", crosswalk=walk(("X1", "C", 0.4), ("X1", "G", 0.6), ("X2", "G", 1.0))
    )
    assert found.set_index("sector")["persons"].to_dict() == {"C": 4.0, "G": 12.0}


def test_convert_refuses_bad_weights_and_unmatched_codes():
    table = by_sector(["X1"], [10.0])
    with pytest.raises(TableError, match="'X1' are negative or do not sum to 1"):
        sf.convert_codes(table, "mine", "isic4", crosswalk=walk(("X1", "C", 0.4)))
    with pytest.raises(CodeError, match="unmatched codes 'X1'"):
        sf.convert_codes(table, "mine", "isic4", crosswalk=walk(("X2", "C", 1.0)))
    kept = sf.convert_codes(
        table, "mine", "isic4", crosswalk=walk(("X2", "C", 1.0)), unmatched="keep"
    )
    assert kept["sector"].tolist() == ["X1"]


def test_the_shipped_moroccan_crosswalk_reaches_the_broad_sectors():
    codes = sf.codes("hcp_sector")["code"].tolist()
    found = sf.convert_codes(by_sector(codes, [1.0] * len(codes)), "hcp_sector", "isic4")
    assert set(found["sector"]) <= {"AGR", "IND", "SER"}
    assert found["persons"].sum() == len(codes)


def test_an_unshipped_crosswalk_says_what_to_pass():
    with pytest.raises(CodeError, match="Pass it as crosswalk="):
        sf.convert_codes(by_sector(["A"], [1.0]), "isic31", "isic4")


def test_an_unknown_code_list_gets_a_guess():
    with pytest.raises(CodeError, match="Did you mean 'isco08'"):
        sf.codes("isco8")
