"""`check` names every problem at once and repairs nothing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import TableError
from skillsfc.schema import dictionary, key_rows, names_of


@pytest.fixture
def good():
    return pd.DataFrame(
        {
            "country": ["MAR", "MAR", "TUN"],
            "year": [2020, 2019, 2020],
            "persons": [10.0, 9.0, 4.0],
            "unit": "persons",
            "status": "observed",
            "source": "mine",
        }
    )


def problems(table, **kwargs):
    with pytest.raises(TableError) as caught:
        sf.check(table, **kwargs)
    return str(caught.value)


def test_a_good_table_comes_back_sorted_typed_and_copied(good):
    checked = sf.check(good)
    assert checked[["country", "year"]].to_numpy().tolist() == [
        ["MAR", 2019], ["MAR", 2020], ["TUN", 2020],
    ]  # fmt: skip
    assert checked["year"].dtype == np.int64
    checked.loc[0, "persons"] = -1
    assert good["persons"].min() == 4.0


def test_all_problems_come_at_once(good):
    bad = good.rename(columns={"country": "contry"}).assign(
        persons=[10.0, -9.0, 4.0], unit="thousands"
    )
    text = problems(bad)
    assert text.splitlines()[0] == "table, 3 problems"
    assert "column 'contry': not in the data dictionary. Did you mean 'country'?" in text
    assert "1 value below 0 (rows: 1; smallest -9)" in text
    assert "'thousands' for the measure 'persons'; expected 'persons' in every row" in text


def test_percent_where_share_is_meant(good):
    bad = good.drop(columns="persons").assign(share=[21.3, 0.2, 0.1], unit="share")
    assert "1 value above 1 (rows: 0; largest 21.3)" in problems(bad)
    assert "Percent? Divide by 100." in problems(bad)


def test_duplicate_keys_show_the_first(good):
    text = problems(pd.concat([good, good.iloc[:1]]))
    assert "2 duplicated rows (first: MAR 2020; rows: 0, 3)" in text


def test_five_rows_are_shown_and_the_rest_is_dots(good):
    text = problems(pd.concat([good] * 4))
    assert "rows: 0, 1, 2, 3, 4, ..." in text


def test_numbers_as_codes_are_refused_because_0110_would_be_110(good):
    text = problems(good.assign(sector=[110, 111, 112]))
    assert "column 'sector': numbers, such as 110" in text
    assert "dtype=str" in text


def test_unknown_code_gets_a_guess(good):
    assert "unknown codes: 'MRA'" in problems(good.assign(country=["MRA", "MAR", "TUN"]))


@pytest.mark.parametrize("year", ["2018-19", 2019.5])
def test_years_are_whole_numbers(good, year):
    text = problems(good.astype({"year": object}).assign(year=[2020, 2019, year]))
    assert "1 values not whole numbers" in text


def test_years_as_2019_0_are_the_same_year(good):
    assert sf.check(good.astype({"year": float}))["year"].tolist() == [2019, 2020, 2020]


def test_totals_beside_their_parts_would_count_twice(good):
    assert "totals beside their parts: 'C and 10'" in problems(good.assign(sector=["C", "10", "A"]))
    assert "'T' beside 'F' or 'M'" in problems(good.assign(sex=["T", "F", "M"]))


def test_two_classifications_in_one_column(good):
    text = problems(good.assign(sector=["C", "agriculture", "F"]))
    assert "column 'sector': 1 unknown codes: 'agriculture'" in text


@pytest.mark.parametrize("age", ["15 to 24", "young", "<15"])
def test_ages_have_one_form(good, age):
    assert "expected an age such as 17, 15-24 or 65+" in problems(
        good.assign(age=[age, "65+", "17"])
    )


def test_status_is_one_of_five(good):
    assert "Did you mean 'observed'?" in problems(good.assign(status="observd"))


def test_missing_columns_no_rows_and_no_table(good):
    assert "missing: 'source', 'status'" in problems(good.drop(columns=["status", "source"]))
    assert "rows: none" in problems(good.iloc[:0])
    assert "input: list; expected a pandas DataFrame" in problems([1])


def test_two_measures_or_none(good):
    assert "measure columns 'persons', 'share'" in problems(good.assign(share=0.5))
    assert "no measure column" in problems(good.drop(columns="persons"))


def test_text_in_a_measure_is_listed(good):
    text = problems(good.astype({"persons": object}).assign(persons=["ten", 9.0, 4.0]))
    assert "1 values not numbers: 'ten' (rows: 0)" in text


def test_empty_key_and_duplicate_header(good):
    assert "key 'country': empty in 1 rows" in problems(good.assign(country=["MAR", None, "TUN"]))
    twice = pd.concat([good, good[["unit"]]], axis=1)
    assert "named twice: 'unit'" in problems(twice)


def test_a_missing_value_stays_missing(good):
    checked = sf.check(good.assign(persons=[np.nan, 9.0, 4.0]))
    assert checked["persons"].isna().sum() == 1


def test_a_named_table_must_have_its_keys(good):
    assert "missing: 'age', 'sex'" in problems(good, name="population")
    with pytest.raises(TableError, match="Did you mean 'population'"):
        sf.check(good, name="populaton")


@given(st.permutations(range(3)))
def test_the_order_of_rows_changes_nothing(order):
    table = pd.DataFrame(
        {"country": ["MAR", "MAR", "TUN"], "year": [2020, 2019, 2020], "persons": [1.0, 2.0, 3.0],
         "unit": "persons", "status": "observed", "source": "mine"}
    )  # fmt: skip
    pd.testing.assert_frame_equal(sf.check(table), sf.check(table.iloc[order]))


def test_the_dictionary_defines_each_column_once_with_a_unit_for_each_measure():
    words = dictionary()
    assert words.index.is_unique
    assert (words.loc[names_of("measure"), "unit"] != "").all()
    assert (words["definition"] != "").all()


def test_codes_with_the_name_of_their_list_in_front_are_taken_and_never_mixed():
    table = pd.DataFrame(
        {"year": 2024, "occupation": ["noc2021:11100", "noc2021:11101"], "persons": [1.0, 2.0],
         "unit": "persons", "status": "observed", "source": "mine"}
    )  # fmt: skip
    assert sf.check(table)["occupation"].tolist() == ["noc2021:11100", "noc2021:11101"]
    assert sf.label(table)["occupation_label"].tolist() == ["11100", "11101"]
    for other in ("soc2018:11-1011", "2"):
        with pytest.raises(sf.TableError, match=r"1 unknown codes.*codes of 'noc2021:'"):
            sf.check(table.assign(occupation=["noc2021:11100", other]))
    with pytest.raises(sf.CodeError, match="One list in a column"):
        sf.label(table.assign(occupation=["noc2021:11100", "soc2018:11-1011"]))
    with pytest.raises(sf.TableError, match="unknown codes: 'sex:F'"):
        sf.check(table.assign(sex="sex:F"))


def test_a_prefix_that_names_a_list_of_ours_is_labelled_from_it():
    code = str(sf.codes("etd12")["code"].iloc[0])
    assert code.startswith("etd12:")
    table = pd.DataFrame({"year": [2018], "sector": [code]})
    assert sf.label(table)["sector_label"].tolist() == [sf.codes("etd12")["label_en"].iloc[0]]


def test_a_table_without_keys_is_one_row_in_any_pandas():
    # itertuples of pandas 2 has no row here, and a total series would lose its name
    assert key_rows(pd.DataFrame(index=[0])) == [()]
    pairs = pd.DataFrame({"year": [2020, 2021], "sex": ["F", "M"]})
    assert key_rows(pairs) == [(2020, "F"), (2021, "M")]
