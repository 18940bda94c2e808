"""What `sf.reconcile` refuses, and what it treats and says so."""

import numpy as np
import pandas as pd
import pytest
from test_reconcile import CROSSED, TREE, crossed, past, tree

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError, TableError


def refused(table, error=TableError, spec=TREE, **options):
    with pytest.raises(error) as caught:
        sf.reconcile(table, spec=spec, **options)
    return str(caught.value)


@pytest.mark.parametrize("wrong", [None, 5, "table", [1], tree()["persons"]])
def test_what_is_no_table_is_refused(wrong):
    assert "a pandas DataFrame" in refused(wrong)


def test_row_55_empty_after_a_filter_is_refused():
    assert "rows: none" in refused(tree()[tree()["year"] == 1900])


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("sector/occupation", "a list of levels"),
        (5, "a list of levels"),
        ([], "0 levels"),
        (["sector"], "1 level;"),
        (["total", "sectr"], "Did you mean 'sector'"),
        (["total", "sector", ("sector",)], "given twice: 'sector'"),
        (["total", "sector", "occupation"], "Add 'sector/occupation'"),
        (["total", "sector/sector"], "a key twice"),
        (["total", "year"], "'year' in the level"),
        (["total", 3], "the level 3"),
    ],
)
def test_a_wrong_specification_is_refused(spec, text):
    assert text in refused(tree(), ParameterError, spec=spec)


def test_wrong_arguments_are_refused_all_at_once():
    text = refused(tree(), ParameterError, method="wls_strct", nonnegative="yes", centre=2)
    assert "Did you mean 'wls_struct'" in text
    assert "3 problems" in text


@pytest.mark.parametrize("method", ["wls_var", "mint_shrink"])
def test_a_method_that_learns_needs_residuals(method):
    assert "past errors for" in refused(tree(), ParameterError, method=method)


def test_residuals_that_are_not_used_are_named():
    made = sf.reconcile(tree(), spec=TREE, method="ols", residuals=past())
    assert made.notes[-1].startswith("The residuals given were not used")
    assert list(made.provenance["inputs"]) == ["forecasts"]


def test_a_missing_key_column_is_refused():
    text = refused(tree().rename(columns={"occupation": "occupations"}))
    assert "missing: 'occupation'" in text
    assert "Did you mean 'occupations'" in text


def test_nodes_of_a_level_that_is_not_in_the_specification_are_refused():
    text = refused(tree(), spec=["total", "sector/occupation"])
    assert "2 rows of the level 'sector'" in text
    assert "Add 'sector' to spec" in text


def test_a_level_without_rows_is_refused():
    text = refused(tree().drop(index=[1, 2]))
    assert "level 'sector': no row" in text


def test_a_bottom_level_without_rows_is_refused():
    assert "level 'sector/occupation': no row" in refused(tree().iloc[:3])


def test_a_missing_node_at_the_bottom_of_an_aggregate_is_refused():
    text = refused(tree().drop(index=[5, 6]))  # all cells of sector C
    assert "1 aggregate with no cell under them: 'C'" in text


def test_a_node_missing_in_one_year_is_refused_and_named():
    later = tree(year=2031).drop(index=4)
    text = refused(pd.concat([tree(), later]))
    assert "1 missing forecast (first: A 2 2031)" in text
    text = refused(pd.concat([tree(), tree(year=2031).drop(index=1)]))
    assert "level 'sector': 1 missing forecast (first: A 2031)" in text


def test_row_15_missing_values_are_refused_never_zero():
    text = refused(tree(persons=[100, 48, np.nan, 30, np.nan, 18, 24]))
    assert "2 problems" in text
    assert "level 'sector': 1 missing value (first: C 2030)" in text
    assert "level 'sector/occupation': 1 missing value (first: A 2 2030)" in text


def test_row_06_duplicates_are_refused():
    assert "2 duplicated rows (first: 2030 A 1" in refused(pd.concat([tree(), tree().iloc[[3]]]))
    alone = tree().drop(columns="year")
    assert "more than once" in refused(pd.concat([alone, alone.iloc[[0]]]))


def test_row_08_negative_forecasts_are_treated_and_counted():
    base = tree(persons=[60.0, 48, 5, 30, 22, -18, 14])
    made = sf.reconcile(base, spec=TREE)
    assert (made.table["persons"] >= 0).all()
    assert len(sf.check(made.bottom)) == 4
    assert made.diagnostics.set_index("aggregation").loc["sector/occupation", "negative"] == 1
    assert "Below 0 before: 1 forecast." in made.notes
    assert any("Held at 0 by the bound: 1 bottom cell." in note for note in made.notes)
    assert made.adjustments["before"].min() == -18.0


def test_row_08_without_the_bound_negative_results_are_named():
    base = tree(persons=[60.0, 48, 5, 30, 22, -18, 14])
    made = sf.reconcile(base, spec=TREE, nonnegative=False)
    assert made.table["persons"].min() < 0
    assert any("This is no table of persons" in note for note in made.notes)


def test_a_single_negative_total_without_any_other_key():
    base = tree(persons=[-60.0, 48, 5, 30, 22, 18, 14]).drop(columns="year")
    made = sf.reconcile(base, spec=TREE)
    assert made.adjustments["before"].iloc[0] == -60.0


def test_row_07_zero_employment_is_an_ordinary_forecast():
    made = sf.reconcile(tree(persons=[100.0, 48, 45, 30, 0, 18, 24]), spec=TREE, method="ols")
    assert made.bottom.set_index(["sector", "occupation"])["persons"]["A", "2"] > 0
    nothing = sf.reconcile(tree(persons=[0.0] * 7), spec=TREE)
    assert (nothing.table["persons"] == 0).all()


def test_holes_of_a_grouped_structure_are_structural_zeros_and_counted():
    made = sf.reconcile(crossed().drop(index=8), spec=CROSSED)  # no men in sector C
    assert len(made.table) == 8
    assert any("Without a row: 1 combination of sector x sex" in note for note in made.notes)
    men = made.table[made.table["sex"] == "M"].set_index("sector")["persons"]
    assert men["total"] == pytest.approx(men["A"])
    tree_notes = sf.reconcile(tree(), spec=TREE).notes
    assert not any("Without a row" in note for note in tree_notes)


def test_row_10_thousands_beside_persons_are_refused():
    base = tree(persons=[100.0, 48, 45, 30e3, 22e3, 18e3, 24e3])
    text = refused(base)
    assert "level 'total': 0.001064 times the sum of its cells" in text
    assert "thousands" in text
    assert "2 problems" in text


def test_row_10_mixed_units_are_refused():
    unit = ["thousand persons", *["persons"] * 6]
    assert "'thousand persons' for the measure 'persons'" in refused(tree(unit=unit))


@pytest.mark.parametrize("measure", ["share", "rate"])
def test_measures_that_do_not_add_up_are_refused(measure):
    base = tree(persons=0.2).rename(columns={"persons": measure})
    assert "whose parts do not add up" in refused(base)


def test_two_ways_of_marking_a_total_are_ambiguous_and_refused():
    base = tree()
    base.loc[0, "sector"] = "total"
    base.loc[0, "occupation"] = "total"
    text = refused(base)
    assert "key 'occupation': 'total' and an empty cell both stand for a total" in text
    both = crossed()
    both.loc[0, "sex"] = "total"
    assert "'T' and 'total' both stand" in refused(both, spec=CROSSED)


def test_row_45_a_key_outside_the_specification_that_is_empty_in_places_is_refused():
    base = tree(qualification=[None] * 3 + ["1"] * 4)
    text = refused(base)
    assert "key 'qualification': not in spec, and empty in 3 of 7 rows" in text


def test_row_03_two_classifications_in_one_column_are_refused():
    base = tree()
    base.loc[3, "sector"] = "mine:A"
    assert "level 'sector/occupation', column 'sector': " in refused(base)


def test_row_04_totals_beside_their_parts_in_a_code_list_are_refused():
    base = tree()
    base.loc[[4, 6], "occupation"] = "11"  # a part of occupation 1
    assert "totals beside their parts: '1 and 11'" in refused(base)


def test_an_infinite_forecast_is_refused():
    assert "not numbers" in refused(tree(persons=[np.inf, 48, 45, 30, 22, 18, 24]))


def learnt(errors, error=TableError, table=None, **options):
    options = {"method": "mint_shrink", **options}
    return refused(tree() if table is None else table, error, residuals=errors, **options)


def test_residuals_that_are_no_table_or_have_no_errors_are_refused():
    assert "a pandas DataFrame" in learnt([1.0])
    text = learnt(past().rename(columns={"error": "erorr"}))
    assert "Did you mean 'erorr'" in text
    assert "infinite" in learnt(past().assign(error=np.inf))


def test_residuals_that_repeat_or_mix_models_are_refused():
    assert "rows repeat" in learnt(pd.concat([past(), past()]))
    mixed = pd.concat([past().assign(model="drift"), past().assign(model="theta")])
    assert "2 models: 'drift', 'theta'" in learnt(mixed)


def test_residuals_with_keys_that_the_forecasts_lack_are_refused():
    assert "keys that the forecasts do not have: 'country'" in learnt(past().assign(country="MAR"))


def test_nodes_without_past_errors_are_named():
    errors = past()
    errors = errors[~((errors["sector"] == "C") & (errors["occupation"] == "2"))]
    assert "1 node without any error: 'C 2'" in learnt(errors, CoverageError)


def test_row_14_two_past_errors_are_too_few():
    errors = past()
    text = learnt(errors[errors["year"] < 2002], CoverageError)
    assert "2 times in which every node has an error" in text
    assert "wls_struct" in text


def test_row_01_years_without_all_errors_are_left_out_and_counted():
    errors = past()
    short = errors.drop(index=3)  # one node lacks the first year
    made = sf.reconcile(tree(), spec=TREE, method="wls_var", residuals=short)
    assert "Left out, since some node has no error then: 1 time." in made.notes
    whole = errors[errors["year"] > 2000]
    same = sf.reconcile(tree(), spec=TREE, method="wls_var", residuals=whole)
    np.testing.assert_allclose(made.table["persons"], same.table["persons"], rtol=1e-12)


def test_errors_of_several_horizons_are_named():
    errors = pd.concat([past().assign(horizon=1), past().assign(horizon=2)])
    made = sf.reconcile(tree(), spec=TREE, method="wls_var", residuals=errors)
    assert any("Errors of 1 to 2 years ahead" in note for note in made.notes)


def test_errors_of_an_aggregate_without_forecast_are_not_needed():
    base = tree().drop(index=2)
    errors = past()
    errors = errors[~((errors["sector"] == "C") & errors["occupation"].isna())]
    for method in ("wls_var", "mint_shrink"):
        made = sf.reconcile(base, spec=TREE, method=method, residuals=errors)
        assert len(made.table) == 7


def test_neither_table_is_changed():
    base, errors = tree(), past()
    before, known = base.copy(deep=True), errors.copy(deep=True)
    sf.reconcile(base, spec=TREE, method="mint_shrink", residuals=errors)
    pd.testing.assert_frame_equal(base, before)
    pd.testing.assert_frame_equal(errors, known)
