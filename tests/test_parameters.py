"""The parameters cell is a contract: what it does not allow does not run."""

import numpy as np
import pytest
from example_notebooks import PARAMETERS, write_notebook
from hypothesis import given, settings
from hypothesis import strategies as st

from skillsfc.errors import ParameterError
from skillsfc.report.parameter_values import Parameter, from_text
from skillsfc.report.parameters import check_parameters, hold_to, parse_parameters

DECLARED = {p.name: p for p in parse_parameters(PARAMETERS)}


def hold(**given_values):
    return hold_to(DECLARED, given_values, subject="test")


def hold_words(**given_words):
    return hold_to(DECLARED, given_words, subject="test", text=True)


def test_cell_gives_names_types_ranges_and_choices():
    country, horizon, scenario = DECLARED.values()
    assert (country.kind, country.default) == ("str", "MAR")
    assert (horizon.kind, horizon.low, horizon.high) == ("int", 2027, 2050)
    assert scenario.choices == ("base", "green")
    assert scenario.comment.endswith("assumptions")


def test_defaults_fill_what_is_not_given():
    assert hold(horizon=2040) == {"country": "MAR", "horizon": 2040, "scenario": "base"}


def test_a_country_alias_becomes_its_iso_code():
    assert hold(country="kos")["country"] == "XKX"


def test_every_problem_is_in_one_message_with_a_guess():
    with pytest.raises(ParameterError) as caught:
        hold(contry="MAR", country="XQZ", horizon=1999, scenario="gren")
    text = str(caught.value)
    assert "4 problems" in text
    assert "Did you mean 'country'?" in text
    assert "Did you mean 'green'?" in text
    assert "int in 2027..2050" in text


def test_a_country_name_is_answered_with_its_code():
    with pytest.raises(ParameterError, match="Did you mean 'MAR'"):
        hold(country="Morocco")


@pytest.mark.parametrize(
    "value",
    ["2035", 2035.0, True, None, (2035,), [2035], float("nan"), b"2035", 10**400],
)
def test_a_value_of_another_type_is_refused(value):
    with pytest.raises(ParameterError, match="horizon"):
        hold(horizon=value)


def test_numpy_scalars_are_what_they_hold():
    values = hold(horizon=np.int64(2040), scenario=np.str_("green"))
    assert values["horizon"] == 2040
    assert type(values["horizon"]) is int
    assert type(values["scenario"]) is str


@pytest.mark.parametrize("code", ["0123", "NO", "NA", "1E5", "12:30", "true", "2035", " 7 "])
def test_a_word_for_a_text_parameter_stays_as_it_is(code):
    assert from_text(Parameter("code", "str"), code) == code


@pytest.mark.parametrize(
    ("kind", "word", "value"),
    [("int", "2040", 2040), ("float", "1", 1.0), ("bool", "Yes", True), ("bool", "0", False)],
)
def test_words_are_read_as_the_declared_type(kind, word, value):
    found = from_text(Parameter("x", kind), word)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("word", ["2040.5", "many", "", "0x7f8", "maybe"])
def test_a_word_that_is_no_number_is_refused(word):
    with pytest.raises(ParameterError, match="horizon"):
        hold_words(horizon=word)


@pytest.mark.parametrize("text", ["a\nb", "a\x00b", "\u202eabc", "x" * 501])
def test_text_that_is_not_one_plain_line_is_refused(text):
    declared = {"note": Parameter("note", "str", "")}
    with pytest.raises(ParameterError, match="plain text"):
        hold_to(declared, {"note": text}, subject="test")


INJECTIONS = [
    "__import__('os').system('touch owned');y",
    "horizon = 1; import os",
    "x\ny",
    "country ",
    "Country",
    "{x.__class__}",
    "../country",
    "",
    "lambda: 0",
]


@pytest.mark.parametrize("name", INJECTIONS)
def test_a_name_that_is_not_declared_never_passes(name):
    with pytest.raises(ParameterError, match="unknown"):
        hold_to(DECLARED, {name: 1}, subject="test")


@given(st.dictionaries(st.text(max_size=20), st.none() | st.integers() | st.text(max_size=20)))
@settings(max_examples=50, deadline=None)
def test_no_input_gives_anything_but_declared_values_or_a_parameter_error(values):
    try:
        found = hold_to(DECLARED, values, subject="test", text=True)
    except ParameterError:
        return
    assert list(found) == list(DECLARED)
    assert 2027 <= found["horizon"] <= 2050


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = open('f')", "expression"),
        ("import os", "not a declaration"),
        ("x: list = [1]", "type list"),
        ("x: int = 'a'", "'a'"),
        ("x: int = 3  # 5..9", "int in 5..9"),
        ("x = 1\nx = 2", "declared twice"),
        ("%matplotlib inline", "not Python"),
        ("a, b = 1, 2", "not a declaration"),
    ],
)
def test_a_cell_that_declares_something_else_is_refused(source, said):
    with pytest.raises(ParameterError, match=said.replace("(", r"\(")):
        parse_parameters(source)


def test_a_parameter_without_default_must_be_given():
    declared = {p.name: p for p in parse_parameters("region: str  # the region")}
    with pytest.raises(ParameterError, match="missing"):
        hold_to(declared, {}, subject="test")
    assert hold_to(declared, {"region": "MA-01"}, subject="test") == {"region": "MA-01"}


def test_a_notebook_without_the_tag_is_refused(tmp_path):
    path = write_notebook(tmp_path / "n.ipynb", "country = 'MAR'", parameters=None)
    with pytest.raises(ParameterError, match="0 cells with the tag 'parameters'"):
        check_parameters(path, {"country": "TUN"})


def test_a_file_that_is_no_notebook_is_refused(tmp_path):
    path = tmp_path / "n.ipynb"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ParameterError, match="not a readable notebook"):
        check_parameters(path, {})


def test_a_users_file_is_found_from_where_the_caller_is(tmp_path, monkeypatch):
    declared = {p.name: p for p in parse_parameters('file: str = ""  # path')}
    (tmp_path / "mine.csv").write_text("a\n1\n")
    monkeypatch.chdir(tmp_path)
    assert hold_to(declared, {"file": "mine.csv"}, subject="t")["file"] == str(
        (tmp_path / "mine.csv").resolve()
    )
    assert hold_to(declared, {}, subject="t")["file"] == ""
    for wrong in ("other.csv", "http://example.org/mine.csv"):
        with pytest.raises(ParameterError, match="local file"):
            hold_to(declared, {"file": wrong}, subject="t")
