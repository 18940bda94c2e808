"""Bad and awkward input of `sf.balance`, by row of the catalogue of pathologies."""

import re

import numpy as np
import pandas as pd
import pytest
from test_balance_oracles import cube, tidy

import skillsfc as sf
from skillsfc.errors import ParameterError, SkillsfcError, TableError

SEED = np.array([[4.0, 1.0], [2.0, 3.0]])
ROWS, COLUMNS = [6.0, 6.0], [5.0, 7.0]
FLAGS = {"unit": "persons", "status": "observed", "source": "made up"}


def margins(**more):
    return [tidy(ROWS, ["sector"], **more), tidy(COLUMNS, ["occupation"], **more)]


def refused(seed, given, error=SkillsfcError, **options):
    with pytest.raises(error) as caught:
        sf.balance(seed, given, **options)
    return str(caught.value)


def with_value(table, row, column, value):
    made = table.astype({column: "object"})
    made.loc[row, column] = value
    return made


def test_row_03_two_classifications_in_one_column_are_refused():
    seed = with_value(tidy(SEED), 0, "occupation", "soc2018:11-1011")
    assert "soc2018:11-1011" in refused(seed, margins(), TableError)


def test_row_03_a_margin_in_another_classification_than_the_seed_is_refused():
    other = margins()[1].assign(occupation=["soc2018:a", "soc2018:b"])
    text = refused(tidy(SEED), [margins()[0], other], TableError)
    assert "soc2018:a" in text
    assert "made:0" in text


def test_row_04_a_total_beside_its_parts_is_refused():
    table = tidy(np.ones((2, 2)), ["sector", "sex"])
    total = table[table["sex"] == "F"].assign(sex="T", persons=2.0)
    given = [tidy([2.0, 2.0], ["sector"])]
    assert "'T' beside" in refused(pd.concat([table, total]), given, TableError)


def test_row_05_and_06_a_key_given_twice_is_refused():
    seed = pd.concat([tidy(SEED), tidy(SEED).head(1).assign(source="another survey")])
    assert "duplicated" in refused(seed, margins(), TableError)


def test_row_07_a_target_of_zero_empties_its_row():
    made = sf.balance(tidy(SEED), [tidy([0.0, 12.0], ["sector"]), margins()[1]])
    np.testing.assert_allclose(cube(made.table, SEED), [[0, 0], [5, 7]], rtol=1e-8)


def test_row_07_a_zero_in_the_seed_stays_zero_and_keeps_its_row():
    seed = np.array([[4.0, 0.0], [2.0, 3.0]])
    made = sf.balance(tidy(seed), [tidy([3.0, 9.0], ["sector"]), margins()[1]])
    assert cube(made.table, seed)[0, 1] == 0.0
    assert len(made.table) == 4


@pytest.mark.parametrize("bad", ["seed", "margin"])
def test_row_08_negative_employment_is_refused(bad):
    seed, given = tidy(SEED), margins()
    if bad == "seed":
        seed.loc[0, "persons"] = -4.0
    else:
        given[0].loc[0, "persons"] = -6.0
    text = refused(seed, given, TableError)
    assert "below 0" in text
    assert bad in text


def test_row_09_parts_that_do_not_add_up_to_the_total_are_refused_not_spread():
    text = refused(tidy(SEED), [*margins(), tidy(np.array(13.0), [])])
    assert re.search(r"\b12\b.*\b13\b", text)
    assert "total" in text


def test_row_09_totals_are_scaled_only_on_request_and_noted():
    given = [margins()[0], tidy([10.0, 14.0], ["occupation"])]
    refused(tidy(SEED), given)
    made = sf.balance(tidy(SEED), given, totals="first")
    assert cube(made.table, SEED).sum() == pytest.approx(12.0)
    assert any("occupation" in note and "0.5" in note for note in made.notes)


def test_row_10_thousands_beside_persons_are_refused():
    thousands = margins()[0].assign(unit="thousand persons")
    assert "thousand" in refused(tidy(SEED), [thousands, margins()[1]], TableError)


def test_row_11_percent_in_place_of_shares_is_refused():
    shares = tidy([60.0, 40.0], ["sector"], measure="share")
    assert "Percent" in refused(tidy(SEED / 10, measure="share"), [shares], TableError)


def test_row_11_a_margin_of_shares_beside_one_of_persons_is_refused():
    shares = tidy([0.5, 0.5], ["sector"], measure="share")
    text = refused(tidy(SEED), [shares, margins()[1]], TableError)
    assert "share" in text
    assert "persons" in text


@pytest.mark.parametrize("bad", ["seed", "margin"])
def test_row_15_missing_values_are_refused_and_never_zero(bad):
    seed, given = tidy(SEED), margins()
    (seed if bad == "seed" else given[0]).loc[1, "persons"] = np.nan
    text = refused(seed, given, TableError)
    assert bad in text
    assert "missing is not 0" in text


def test_row_17_projected_margins_make_a_projected_table():
    given = margins()
    given[0]["status"] = "projected"
    assert set(sf.balance(tidy(SEED), given).table["status"]) == {"projected"}
    assert set(sf.balance(tidy(SEED), margins()).table["status"]) == {"modelled"}


def test_row_19_suppressed_cells_are_missing_not_zero():
    seed = tidy(SEED).assign(reliability=["", "S", "", ""])
    seed.loc[1, "persons"] = 0.0
    assert "suppressed" in refused(seed, margins(), TableError)


def test_row_45_a_missing_code_is_refused():
    seed = with_value(tidy(SEED), 0, "sector", None)
    assert "sector" in refused(seed, margins(), TableError)


def test_row_46_and_47_an_unknown_country_is_refused_with_a_guess():
    seed, given = tidy(SEED, country="MRA"), margins(country="MRA")
    text = refused(seed, given, TableError)
    assert "unknown codes: 'MRA'" in text
    assert "Did you mean" in text


def test_row_48_a_margin_of_a_country_without_a_seed_is_refused():
    text = refused(tidy(SEED, country="MAR"), margins(country="ETH"))
    assert "ETH" in text
    assert "MAR" in text


def test_row_50_a_year_that_is_no_year_is_refused_and_2019_0_is_2019():
    seed, given = tidy(SEED, year=2019.0), margins(year=2019.0)
    assert set(sf.balance(seed, given).table["year"]) == {2019}
    assert "2018-19" in refused(tidy(SEED, year="2018-19"), given, TableError)


def test_row_52_rounding_in_thousands_is_refused_until_scaling_is_asked_for():
    given = [tidy([600.0, 600.0], ["sector"]), tidy([500.0, 700.1], ["occupation"])]
    assert "0.1" in refused(tidy(SEED), given)
    assert len(sf.balance(tidy(SEED), given, totals="mean").table) == 4


def test_row_55_empty_after_a_filter_is_refused():
    seed = tidy(SEED, year=2019)
    assert "none" in refused(seed[seed["year"] == 1900], margins(year=2019), TableError)
    given = margins(year=2019)
    assert "none" in refused(seed, [given[0][given[0]["year"] == 1900], given[1]], TableError)


def test_a_code_of_the_seed_without_target_is_refused_by_name():
    given = [margins()[0].head(1), margins()[1]]
    assert "made:1" in refused(tidy(SEED), given)


def test_margins_of_different_years_are_refused():
    given = [margins(year=2021)[0], margins(year=2022)[1]]
    text = refused(tidy(SEED, year=2020), given)
    assert "2021" in text or "2022" in text


def test_margins_of_which_only_one_has_a_year_are_refused():
    given = [margins(year=2021)[0], margins()[1]]
    assert "year" in refused(tidy(SEED, year=2020), given)


def test_a_seed_of_several_years_without_year_in_the_margins_is_refused():
    seed = pd.concat([tidy(SEED, year=2019), tidy(SEED, year=2020)])
    text = refused(seed, margins())
    assert "year" in text
    assert "2 values" in text


def test_a_seed_of_one_year_serves_margins_of_others_and_says_so():
    given = [pd.concat(part) for part in zip(margins(year=2024), margins(year=2030), strict=True)]
    made = sf.balance(tidy(SEED, year=2019), given)
    assert set(made.table["year"]) == {2024, 2030}
    assert any("2019" in note and "2024" in note for note in made.notes)


def test_each_country_is_a_table_of_its_own():
    size = {"MAR": 1.0, "ETH": 1e7}
    seed = pd.concat([tidy(SEED * by, country=code) for code, by in size.items()])
    given = [
        pd.concat([margins(country=code)[at].assign(persons=lambda t, by=by: t["persons"] * by)
                   for code, by in size.items()])
        for at in (0, 1)
    ]  # fmt: skip
    made = sf.balance(seed, given)
    parts = {code: cube(rows, SEED) for code, rows in made.table.groupby("country")}
    np.testing.assert_allclose(parts["ETH"], parts["MAR"] * 1e7, rtol=1e-7)
    assert len(made.diagnostics) == 4


def test_a_small_country_beside_a_large_one_keeps_its_own_totals():
    # A difference that would be rounding in the large country is none in the small one.
    seed = pd.concat([tidy(SEED * 1e9, country="ETH"), tidy(SEED, country="MAR")])
    large = [t.assign(persons=t["persons"] * 1e9) for t in margins(country="ETH")]
    small = margins(country="MAR")
    small[0].loc[0, "persons"] += 0.5
    text = refused(seed, [pd.concat(part) for part in zip(large, small, strict=True)])
    assert "MAR" in text
    assert "ETH" not in text


def test_inputs_are_not_changed():
    seed, given = tidy(SEED), margins()
    copies = [table.copy() for table in (seed, *given)]
    sf.balance(seed, given)
    for table, copy in zip((seed, *given), copies, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_the_order_of_rows_and_columns_does_not_matter():
    seed, given = tidy(SEED), margins()
    one = sf.balance(seed, given).table
    mixed = sf.balance(
        seed.sample(frac=1, random_state=1)[seed.columns[::-1]], [t.iloc[::-1] for t in given]
    ).table
    pd.testing.assert_frame_equal(one, mixed)


@pytest.mark.parametrize("wrong", [None, 5, "table", [1]])
def test_what_is_no_table_is_refused(wrong):
    assert "DataFrame" in refused(wrong, margins(), TableError)
    assert "DataFrame" in refused(tidy(SEED), [wrong], TableError)


@pytest.mark.parametrize("wrong", [None, 5, "sector", [], {}, tidy(ROWS, ["sector"])])
def test_what_are_no_margins_is_refused(wrong):
    assert "margins" in refused(tidy(SEED), wrong)


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ({"method": "ras"}, "method"),
        ({"method": "grass"}, "'gras'"),
        ({"method": []}, "method"),
        ({"totals": "frist"}, "'first'"),
        ({"totals": None}, "totals"),
        ({"tolerance": 0}, "tolerance"),
        ({"tolerance": float("nan")}, "tolerance"),
        ({"tolerance": "small"}, "tolerance"),
        ({"max_iterations": 0}, "max_iterations"),
        ({"max_iterations": True}, "max_iterations"),
        ({"max_iterations": 2.5}, "max_iterations"),
        ({"method": "soft"}, "reliability"),
        ({"reliability": 2.0}, "soft"),
        ({"method": "soft", "reliability": -1.0}, "reliability"),
        ({"method": "soft", "reliability": float("nan")}, "reliability"),
        ({"method": "soft", "reliability": "high"}, "reliability"),
        ({"method": "soft", "reliability": {"sector": 1.0}}, "'occupation'"),
        ({"method": "soft", "reliability": {"sektor": 1.0, "occupation": 1.0}}, "'sector'"),
    ],
)
def test_wrong_arguments_are_refused_by_name(option, text):
    assert text in refused(tidy(SEED), margins(), ParameterError, **option)


@pytest.mark.parametrize(
    ("seed", "given"),
    [
        ("seed", [((0,), [1, 1])]),
        (np.ones((2, 2)), []),
        (np.ones((2, 2)), None),
        (np.ones((2, 2)), [((0,), [1, 1, 1])]),
        (np.ones((2, 2)), [((2,), [1, 1])]),
        (np.ones((2, 2)), [((0, 0), np.ones((2, 2)))]),
        (np.array([[1.0, np.nan], [1, 1]]), [((0,), [1, 1])]),
        (np.array([[1.0, np.inf], [1, 1]]), [((0,), [1, 1])]),
        (np.ones((0, 2)), [((0,), [])]),
    ],
)
def test_arrays_that_do_not_fit_are_refused(seed, given):
    with pytest.raises(ParameterError):
        sf.balance_arrays(seed, given)


def test_negative_arrays_are_refused():
    with pytest.raises(SkillsfcError, match="gras"):
        sf.balance_arrays(-np.ones((2, 2)), [((0,), [1, 1])])


def test_gras_takes_negative_values_and_keeps_their_signs():
    seed = np.array([[7.0, -3.0], [-2.0, 9.0]])
    given = [
        tidy([5.0, 6.0], ["sector"], measure="value"),
        tidy([4.0, 7.0], ["occupation"], measure="value"),
    ]
    made = cube(sf.balance(tidy(seed, measure="value"), given, method="gras").table, seed, "value")
    np.testing.assert_allclose(made.sum(axis=1), [5, 6], atol=1e-6)
    np.testing.assert_allclose(made.sum(axis=0), [4, 7], atol=1e-6)
    assert (np.sign(made) == np.sign(seed)).all()


def test_the_result_says_how_it_was_made():
    made = sf.balance(tidy(SEED), margins())
    assert made.settings.method == "ipf"
    assert set(made.provenance["inputs"]) == {"seed_table", "margin sector", "margin occupation"}
    assert made.diagnostics["converged"].all()
    assert (made.diagnostics["relative_miss"] <= 1e-8).all()
    assert len(sf.check(made.table)) == 4
