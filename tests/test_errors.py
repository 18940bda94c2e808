"""Errors say what was found, what was expected, the nearest guess and the next step."""

import pickle

import pytest

from skillsfc import errors
from skillsfc.errors import Problem, SkillsfcError, TableError, did_you_mean, listing


def test_a_problem_has_four_parts_in_order():
    text = str(Problem("column 'x'", "3 text values", "numbers", "'y'", "Read it again."))
    assert text == "column 'x': 3 text values; expected numbers. Did you mean 'y'? Read it again."


def test_all_problems_are_listed_and_counted():
    error = TableError("employment table", [Problem("a", "one"), Problem("b", "two")])
    assert str(error).splitlines() == ["employment table, 2 problems", "  a: one.", "  b: two."]


def test_an_error_without_problems_is_its_subject():
    assert str(SkillsfcError("nothing to do")) == "nothing to do"


@pytest.mark.parametrize("name", [n for n in dir(errors) if n.endswith("Error")])
def test_every_error_is_of_the_family_and_survives_a_process_border(name):
    kind = getattr(errors, name)
    assert issubclass(kind, SkillsfcError)
    copy = pickle.loads(pickle.dumps(kind("subject", [Problem("a", "b")])))
    assert type(copy) is kind
    assert str(copy) == str(kind("subject", [Problem("a", "b")]))


def test_table_error_is_also_a_value_error_so_that_callers_can_catch_it():
    assert issubclass(TableError, ValueError)
    assert issubclass(errors.CodeError, LookupError)


@pytest.mark.parametrize(
    ("word", "guess"), [("contry", "'country'"), ("COUNTRY", "'country'"), ("xyzzy", "")]
)
def test_did_you_mean(word, guess):
    assert did_you_mean(word, ["country", "horizon"]) == guess


def test_listing_counts_what_it_leaves_out():
    assert listing("ABCD", most=3) == "'A', 'B', 'C' and 1 more"
    assert listing([]) == ""
