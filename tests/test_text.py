"""Numbers in words: what a reader sees is the value, and no number slips in beside the facts."""

import math

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skillsfc.errors import ParameterError
from skillsfc.report.text import (
    KIND_OF_UNIT,
    KINDS,
    Facts,
    format_number,
    list_words,
    numbers_in,
    readable,
    untraced_numbers,
)
from skillsfc.schema import dictionary

HOLD = "\u00a0"  # the space between a number and its unit, at which no line breaks
MINUS = "\u2212"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.4, "0"),
        (7, "7"),
        (999, "999"),
        (999.6, "1,000"),
        (1000, "1,000"),
        (1234, "1,230"),
        (12_345, "12,300"),
        (633_214, "633,000"),
        (999_499, "999,000"),
        (12_475_000, f"12.5{HOLD}million"),
        (99_949_999, f"99.9{HOLD}million"),
        (99_950_000, f"100{HOLD}million"),
        (146_801_931, f"147{HOLD}million"),
    ],
)
def test_persons_are_written_with_three_figures(value, text):
    assert format_number(value, "persons") == text


@pytest.mark.parametrize("value", [999_500, 999_999, 1_000_000, 1_001_000])
def test_what_rounds_to_a_million_is_written_as_millions(value):
    text = format_number(value, "persons")
    assert text.endswith(f"{HOLD}million")
    assert spoken_persons(text) == 1e6


@pytest.mark.parametrize("value", [633_214, 12_475_000, 3.0])
def test_the_direction_of_a_number_of_persons_is_left_to_the_sentence(value):
    assert format_number(-value, "persons") == format_number(value, "persons")


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (0.2134, "percent", "21.3%"),
        (0.0, "percent", "0.0%"),
        (1.0, "percent", "100.0%"),
        (-0.05, "percent", "-5.0%"),
        (0.9994, "percent", "99.9%"),
        (-0.048, "points", f"4.8{HOLD}percentage points"),
        (0.048, "points", f"4.8{HOLD}percentage points"),
        (0.0123, "percent_year", "1.2%"),
        (-0.0123, "percent_year", "-1.2%"),
        (0.526, "decimal", "0.53"),
        (-1.5, "decimal", "-1.50"),
        (8264.0, "usd", f"8,300{HOLD}PPP dollars"),
        (71.26, "years", f"71.3{HOLD}years"),
        (34, "count", "34"),
        (1234.0, "count", "1,234"),
        (-3, "count", "-3"),
    ],
)
def test_each_kind_is_written_with_its_unit(value, kind, text):
    assert format_number(value, kind) == text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_missing_or_endless_number_has_no_text(value, kind):
    with pytest.raises(ParameterError, match="finite number"):
        format_number(value, kind)


def test_an_unknown_kind_gets_a_guess():
    with pytest.raises(ParameterError, match="Did you mean 'percent'"):
        format_number(0.5, "precent")


@pytest.mark.parametrize("kind", ["percent", "percent_year"])
def test_a_share_that_rounds_to_zero_has_no_sign(kind):
    assert format_number(-0.0002, kind) == "0.0%"


def spoken_persons(text):
    number, _, unit = text.replace(",", "").partition(HOLD)
    return float(number) * (1e6 if unit == "million" else 1)


# Sizes, not values, are drawn evenly: else nearly every draw is above a hundred million.
PERSONS = st.floats(-1, 9.3).map(lambda size: 10**size)


@given(PERSONS)
@example(1_049_999.0)
@example(999_499.9)
@example(99_949_999.0)
def test_the_text_of_a_number_of_persons_is_within_half_a_percent(value):
    said = spoken_persons(format_number(value, "persons"))
    assert abs(said - value) <= max(0.5, 0.005 * value) * (1 + 1e-9)


@given(PERSONS, PERSONS)
def test_more_persons_are_never_written_as_fewer(one, other):
    low, high = sorted((one, other))
    assert spoken_persons(format_number(low, "persons")) <= spoken_persons(
        format_number(high, "persons")
    )


@given(st.floats(-1, 1))
def test_the_text_of_a_share_is_within_half_a_tenth_of_a_point(value):
    said = float(format_number(value, "percent").removesuffix("%")) / 100
    assert abs(said - value) <= 0.0005 * (1 + 1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_one_number_that_can_be_found_again(kind):
    assert len(numbers_in(format_number(0.4567, kind))) == 1


def test_every_unit_of_the_dictionary_that_a_brief_says_has_a_known_kind():
    assert set(KIND_OF_UNIT.values()) <= set(KINDS)
    units = set(dictionary()["unit"])
    assert {"persons", "share"} <= units & set(KIND_OF_UNIT)


def test_facts_keep_value_text_and_table_of_what_they_say():
    facts = Facts("work")
    text = facts.add("unemployment rate", 0.133, "percent", table="rates")
    year = facts.year(2024.0, table="rates")
    assert (text, year) == ("13.3%", "2024")
    assert facts.table.to_dict("records") == [
        {"section": "work", "fact": "unemployment rate", "value": 0.133, "kind": "percent",
         "text": "13.3%", "table": "rates"},
        {"section": "work", "fact": "year", "value": 2024.0, "kind": "year",
         "text": "2024", "table": "rates"},
    ]  # fmt: skip


def test_facts_of_two_sections_do_not_mix():
    one, other = Facts("one"), Facts("other")
    one.add("n", 1, "count", table="t")
    assert len(other.table) == 0
    assert list(other.table.columns) == ["section", "fact", "value", "kind", "text", "table"]


def test_a_number_that_cannot_be_said_leaves_no_fact_behind():
    facts = Facts("work")
    with pytest.raises(ParameterError):
        facts.add("rate", math.nan, "percent", table="rates")
    assert facts.rows == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("no number at all", []),
        ("From 12.5 million in 2024.", ["12.5", "2024"]),
        ("ages 15-64, then 65+", ["15", "64", "65"]),
        ("633,000, and 1,234.5;", ["633,000", "1,234.5"]),
        ("21.3% (of 2014), 0.53.", ["21.3", "2014", "0.53"]),
        ("a loss of -4.8", ["4.8"]),
        ("tables pwt91 and wpp2024 are names", []),
        ("2023/24", ["2023", "24"]),
    ],
)
def test_numbers_are_found_as_they_are_written(text, found):
    assert numbers_in(text) == found


@given(st.lists(st.tuples(st.floats(0, 1e9), st.sampled_from(KINDS)), min_size=1, max_size=6))
def test_a_sentence_written_from_facts_has_no_untraced_number(pairs):
    facts = Facts("any")
    said = [facts.add("n", value, kind, table="t") for value, kind in pairs]
    text = f"They are {list_words(said)}."
    assert untraced_numbers(text, facts.table) == []
    assert untraced_numbers(f"{text} Beside 31337.5 others.", facts.table) == ["31337.5"]


def test_a_number_is_traced_as_a_whole_and_only_to_the_facts_given():
    facts = Facts("people")
    text = facts.add("entrants", 633_214, "persons", table="t")
    assert untraced_numbers(f"{text} or 633", facts.table) == ["633"]
    assert untraced_numbers("63 in 2024", facts.table, allowed=("2024",)) == ["63"]
    assert untraced_numbers(text, Facts("other").table) == ["633,000"]


def test_a_table_in_several_units_becomes_readable_and_the_table_given_stays():
    table = pd.DataFrame(
        {
            "value": [0.213, -1000.0, 0.05, 8264.0, 0.5, 1.5, 3.0, math.nan],
            "lower": [0.2, -2000.0, -0.01, math.nan, 0.4, 1.0, 2.0, math.nan],
            "unit": ["share", "persons per year", "points", "PPP US dollars", "ratio",
                     "furlongs", "count", "share"],
        }
    )  # fmt: skip
    before = table.copy()
    said = readable(table, ("value", "lower"))
    assert said["value"].tolist() == [
        "21.3%", f"{MINUS}1,000", f"5.0{HOLD}percentage points", f"8,300{HOLD}PPP dollars",
        "0.50", "1.5", "3", "..",
    ]  # fmt: skip
    assert said["lower"].tolist()[:4] == [
        "20.0%", f"{MINUS}2,000", f"{MINUS}1.0{HOLD}percentage points", "..",
    ]  # fmt: skip
    pd.testing.assert_frame_equal(table, before)


def test_only_the_columns_named_are_written_out():
    table = pd.DataFrame({"value": [0.5], "year": [2024.0], "unit": ["share"]})
    assert readable(table)["year"].tolist() == [2024.0]


@given(st.floats(-1, 1).filter(lambda value: round(value, 3) != 0))
def test_a_readable_share_keeps_its_sign_once(value):
    text = readable(pd.DataFrame({"value": [value], "unit": ["share"]}))["value"].iloc[0]
    assert text.count(MINUS) == (value < 0)
    assert "-" not in text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["men"], "men"),
        (["men", "women"], "men and women"),
        (["men", "women", "youth"], "men, women and youth"),
    ],
)
def test_words_are_joined_as_in_a_sentence(words, text):
    assert list_words(words) == text


def test_lengths_of_time_are_whole_where_they_are_and_have_one_decimal_else():
    said = [format_number(value, "time") for value in (41.0, 7.5, 1.0, 0.04, 1204.0)]
    assert said == ["41", "7.5", "1", "0", "1,204"]


def test_p_values_stand_after_the_letter_and_have_a_floor():
    said = [format_number(value, "p_value") for value in (0.1569, 0.05, 1.0, 1e-12, 0.0)]
    assert said == ["= 0.16", "= 0.05", "= 1", "less than 0.001", "less than 0.001"]
    facts = Facts("test")
    text = f"The curves differ (p {facts.add('log-rank', 1e-12, 'p_value', table='t')})."
    assert untraced_numbers(text, facts.table) == []
