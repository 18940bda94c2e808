"""Formulas: what they mean, what they refuse, and that they never run anything."""

import contextlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.transitions.survival.formula import design_matrix
from skillsfc.transitions.survival.formula_parser import parse_formula


def people(size=40, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({
        "a": rng.normal(size=size), "b": rng.uniform(1, 2, size),
        "ph.ecog": rng.integers(0, 3, size), "g": rng.choice(list("xyz"), size),
        "h": rng.choice(["n", "s"], size),
        "yes": rng.random(size) > 0.5, "odd name": rng.random(size), "возраст": rng.random(size),
    })  # fmt: skip


def design(formula, table=None, intercept=True, **arguments):
    table = people() if table is None else table
    return design_matrix(table, formula, intercept=intercept, subject="test", **arguments)


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("a", "intercept a"),
        ("~ a + b", "intercept a b"),
        ("a + b - a", "intercept b"),
        ("", "intercept"),
        ("1", "intercept"),
        ("a - 1", "a"),
        ("0 + a", "a"),
        ("a * b", "intercept a b a:b"),
        ("a:b + a", "intercept a a:b"),
        ("a + a^2 + a**3", "intercept a a^2 a^3"),
        ("log(b) + sqrt(b)", "intercept log(b) sqrt(b)"),
        ("log(b)^2", "intercept log(b)^2"),
        ("ph.ecog", "intercept ph.ecog"),
        ("C(ph.ecog)", "intercept ph.ecog[1] ph.ecog[2]"),
        ("C(ph.ecog, 2)", "intercept ph.ecog[0] ph.ecog[1]"),
        ("C(g, z)", "intercept g[x] g[y]"),
        ("C(g, 'z')", "intercept g[x] g[y]"),
        ("g", "intercept g[y] g[z]"),
        ("yes", "intercept yes[True]"),
        ("g - 1", "g[x] g[y] g[z]"),
        ("g + h - 1", "g[x] g[y] g[z] h[s]"),
        ("a:g", "intercept a:g[x] a:g[y] a:g[z]"),
        ("a + a:g", "intercept a a:g[y] a:g[z]"),
        ("(a + b):h", "intercept a:h[n] a:h[s] b:h[n] b:h[s]"),
        ("(a + b) * h", "intercept a b h[s] a:h[s] b:h[s]"),
        ("возраст", "intercept возраст"),
    ],
)
def test_columns_of_a_formula(formula, names):
    made = design(formula)
    assert list(made.names) == names.split()
    assert made.matrix.shape == (40, len(made.names))
    assert made.matrix.dtype == np.float64


def test_odd_names_go_into_back_quotes():
    assert design("`odd name` + a").names == ("intercept", "odd name", "a")


def test_numbers_are_those_of_the_columns():
    table = people()
    made = design("a * g + log(b) + b^2", table)
    found = dict(zip(made.names, made.matrix.T, strict=True))
    assert np.array_equal(found["a"], table["a"])
    assert np.array_equal(found["g[y]"], table["g"] == "y")
    assert np.array_equal(found["a:g[z]"], table["a"] * (table["g"] == "z"))
    assert np.allclose(found["log(b)"], np.log(table["b"]))
    assert np.allclose(found["b^2"], table["b"] ** 2)


def test_terms_know_their_columns():
    made = design("a * g")
    spans = {term.name: made.names[term.start : term.stop] for term in made.terms}
    assert spans == {
        "a": ("a",), "g": ("g[y]", "g[z]"), "a:g": ("a:g[y]", "a:g[z]")
    }  # fmt: skip
    assert made.levels == {"g": ("x", "y", "z")}


def test_without_an_intercept_coding_is_that_of_a_model_with_a_baseline():
    assert design("g", intercept=False).names == ("g[y]", "g[z]")
    assert design("g - 1", intercept=False).names == ("g[y]", "g[z]")


def test_categories_of_pandas_keep_their_order():
    table = people()
    table["g"] = pd.Categorical(table["g"], ["z", "y", "unused", "x"])
    assert design("g", table).names == ("intercept", "g[y]", "g[x]")


@given(st.integers(0, 1000))
def test_apply_gives_the_same_columns_for_any_rows(seed):
    table = people(60, seed)
    made = design("a * g + C(ph.ecog, 1) + log(b) + yes", table)
    some = table.sample(9, random_state=seed)
    assert np.array_equal(made.apply(some), made.matrix[some.index])
    assert np.array_equal(made.apply(table), made.matrix)


def test_apply_refuses_new_categories_and_lost_columns():
    made = design("a + g")
    with pytest.raises(sf.TableError, match="does not know: 'w'"):
        made.apply(pd.DataFrame({"a": [1.0], "g": ["w"]}))
    with pytest.raises(sf.TableError, match="no column 'a'"):
        made.apply(pd.DataFrame({"g": ["x"]}))
    with pytest.raises(sf.TableError, match="missing in 1 rows"):
        made.apply(pd.DataFrame({"a": [np.nan], "g": ["x"]}))


def test_missing_values_are_refused_or_counted():
    table = people()
    table.loc[[1, 2], "a"] = np.nan
    table.loc[[2, 3], "g"] = None
    with pytest.raises(sf.TableError) as caught:
        design("a + g", table)
    assert "'a': missing in 2 of 40 rows" in str(caught.value)
    assert "'g': missing in 2 of 40 rows" in str(caught.value)
    made = design("a + g", table, missing="drop")
    assert np.flatnonzero(~made.kept).tolist() == [1, 2, 3]
    assert len(made.matrix) == 37
    assert made.notes == ("3 of 40 rows left out: a covariate is missing (a in 2, g in 2).",)
    with pytest.raises(sf.CoverageError, match="none is left"):
        design("a", table.assign(a=np.nan), missing="drop")


ATTACKS = [
    "__import__('os').system('touch SHOT')", "a + exec('1')", "eval(a)", "open('x')",
    "a.__class__.__bases__", "lambda: 0", "[x for x in ().__class__.__bases__]", "a; import os",
    "@a", "a if b else g", "f'{a}'", "a\nimport os", "C(a, __import__)", "`a` + print(1)",
    "I(a)", "np.log(b)", "pd.read_csv('x')", "a == b", "a[0]", "{a}", "a := 1", "a % b", "$(id)",
    "${HOME}", "../../etc", "=1+1", "a' OR 1=1", "%s", "\x00",
]  # fmt: skip


@pytest.mark.parametrize("formula", ATTACKS)
def test_nothing_in_a_formula_is_run(formula, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(sf.SkillsfcError):
        design(formula)
    assert not list(tmp_path.iterdir())


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused_with_a_named_error(text):
    with contextlib.suppress(sf.ParameterError):
        assert parse_formula(text).products is not None


@given(st.text(alphabet="ab+*:^()-1C,~. '`", max_size=40))
def test_near_misses_are_parsed_or_refused_with_a_named_error(text):
    with contextlib.suppress(sf.SkillsfcError):
        assert np.isfinite(design(text).matrix).all()


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("a + gg", "no column 'gg'.*Did you mean 'g'"),
        ("lag(a)", "Did you mean 'log'"),
        ("y ~ a", "Left of ~ nothing"),
        ("a +", "nothing more"),
        ("a b", "'b' after 'a'"),
        ("(a", "nothing more"),
        ("a)", "'\\)'"),
        ("C(g, w)", "reference 'w' of 'g' is not among its values"),
        ("C(g)^2", "power of the categories"),
        ("log(g)", "holds no numbers"),
        ("log(a)", "not a finite number"),
        ("(" * 30 + "a" + ")" * 30, "brackets deep"),
        ("a" * 2001, "2001 characters"),
        (" * ".join(f"x{i}" for i in range(12)), "more than 200 terms"),
        (7, "int"),
    ],
)
def test_refusals_say_what_and_what_next(formula, text):
    with pytest.raises(sf.SkillsfcError, match=text):
        design(formula)


def test_row_34_constant_and_collinear_columns_are_named_all_at_once():
    table = people().assign(one=5.0, sum=lambda t: t["a"] + 2 * t["b"], copy=lambda t: t["g"])
    with pytest.raises(sf.TableError) as caught:
        design("a + b + one + sum + g + copy", table)
    text = str(caught.value)
    assert "'one': constant" in text
    assert "'sum': told in full by 'a', 'b'" in text
    assert "'copy[y]': told in full by 'g[y]'" in text
    assert len(caught.value.problems) == 4


def test_row_34_columns_far_from_zero_are_not_taken_for_collinear():
    table = people().assign(year=lambda t: 2000 + np.arange(len(t)) % 20)
    assert design("year + year^2", table).names == ("intercept", "year", "year^2")


def test_dates_and_too_many_categories_are_refused():
    table = people(600).assign(day=pd.Timestamp("2020-01-01"), id=lambda t: t.index.astype(str))
    with pytest.raises(sf.TableError, match="numbers or categories"):
        design("day", table)
    with pytest.raises(sf.ParameterError, match="600 categories"):
        design("id", table)
    with pytest.raises(sf.ParameterError, match="Did you mean 'drop'"):
        design("a", missing="drp")
