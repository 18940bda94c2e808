"""Bad input to the decomposition: each is a named error, or a finding in the issues."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.forecast.decomposition.change import decompose_change


def table(year, persons=(60, 40, 20, 80), **columns):
    base = {
        "country": "KEN",
        "year": year,
        "sector": ["A", "A", "C", "C"],
        "occupation": ["1", "2", "1", "2"],
        "persons": [float(value) for value in persons],
    }
    flags = {"unit": "persons", "status": "observed", "source": "made up"}
    return pd.DataFrame(base | flags | columns)


BEFORE, AFTER = table(2010), table(2018, (50, 50, 45, 75))


def refused(text, error=sf.TableError, before=BEFORE, after=AFTER, **arguments):
    with pytest.raises(error, match=text) as raised:
        decompose_change(before, after, **arguments)
    return str(raised.value)


def rules(before=BEFORE, after=AFTER, **arguments):
    return set(decompose_change(before, after, **arguments).issues["rule"])


def test_sound_tables_have_no_issue():
    assert rules() == set()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"definition": "clasic"}, "definition: 'clasic'.* Did you mean 'classic'"),
        ({"absent": "ignore"}, "absent: 'ignore'; expected one of 'error', 'zero'"),
        ({"by": ["sector"]}, "by: without 'occupation'"),
        ({"by": ["sector", "occupation", "sexx"]}, "by='sexx': not a key of the tables"),
    ],
)
def test_arguments_are_checked(arguments, text):
    refused(text, sf.ParameterError, **arguments)


def test_columns_that_it_needs_are_named():
    refused("before table.*\n.*missing: 'sector'", before=BEFORE.drop(columns="sector"))
    text = refused("missing: 'occupation'", after=AFTER.rename(columns={"occupation": "ocupation"}))
    assert "Did you mean 'ocupation'" in text
    refused("expected a pandas DataFrame", before=None)


def test_several_years_in_one_table_are_refused():
    text = refused("after table.*\n.*column 'year': 2 values", after=pd.concat([AFTER, BEFORE]))
    assert "Filter before" in text


def test_years_the_wrong_way_round_are_refused():
    refused("before is 2018, after is 2010", before=AFTER, after=BEFORE)
    refused("before is 2010, after is 2010", after=BEFORE)


def test_several_levels_of_an_interval_are_refused_and_one_is_left_out():
    one = AFTER.assign(level=0.8, status="projected")
    two = pd.concat([one, one.assign(level=0.95)])
    refused("column 'level': 2 values", after=two)
    made = decompose_change(BEFORE, one).table
    assert "level" not in made


def test_keys_in_one_table_only_are_refused():
    refused("keys 'sex': in one table only", after=AFTER.assign(sex="F"))


def test_a_cell_in_one_table_only_is_refused_unless_it_is_stated_to_be_nobody():
    text = refused("after table: lacks 1 cells .*'KEN A 2'", after=AFTER.drop(index=1))
    assert "there 40 persons" in text
    assert "absent='zero'" in text
    made = decompose_change(BEFORE, AFTER.drop(index=1), absent="zero")
    assert made.cells.loc[1, "after"] == 0.0
    assert "absent_cells" in set(made.issues["rule"])
    both = decompose_change(BEFORE, AFTER.assign(persons=[50.0, 0, 45, 75])).table
    pd.testing.assert_frame_equal(made.table, both)


def test_absent_cells_are_seen_before_they_are_summed_away():
    two = pd.concat([BEFORE.assign(sex="F"), BEFORE.assign(sex="M")], ignore_index=True)
    later = pd.concat([AFTER.assign(sex="F"), AFTER.assign(sex="M")], ignore_index=True)
    refused("lacks 1 cells", before=two, after=later.drop(index=3), by=["sector", "occupation"])


def test_a_country_or_sex_in_one_table_only_is_never_zero():
    two = pd.concat([BEFORE, BEFORE.assign(country="GHA")])
    for absent in ("error", "zero"):
        refused("in one table only: 'GHA'", sf.CoverageError, before=two, absent=absent)
        refused("in one table only: 'GHA'", sf.CoverageError, before=two, absent=absent,
                by=["sector", "occupation"])  # fmt: skip


def test_row_02_a_new_source_between_the_years_is_told():
    made = decompose_change(BEFORE, AFTER.assign(source="another"))
    assert "source_change" in set(made.issues["rule"])
    assert any("change of source" in note for note in made.notes)


def test_row_02_a_known_break_between_the_years_is_told():
    old = table(1990, country="MAR", source="pwt91")
    new = table(2000, country="MAR", source="pwt91")
    assert "break" in rules(old, new)
    assert "break" not in rules(old.assign(year=1997), new)


def test_row_03_two_classifications_are_refused():
    refused("column 'occupation'", before=table(2010, occupation=["1", "X9", "1", "X9"]))
    national = table(2018, occupation=["noc:1", "noc:2", "noc:1", "noc:2"])
    refused("before and after together.*\n.*column 'occupation'", after=national)


def test_row_03_two_levels_of_a_classification_are_refused():
    finer = table(2018, occupation=["11", "12", "11", "12"])
    refused("before and after together.*\n.*totals beside their parts", after=finer, absent="zero")


def test_row_04_a_total_beside_its_parts_is_refused():
    both = pd.concat([AFTER.assign(sex="T"), AFTER.assign(sex="F")])
    refused("'T' beside 'F'", before=BEFORE.assign(sex="T"), after=both)
    refused("before and after together", before=BEFORE.assign(sex="T"), after=AFTER.assign(sex="F"))


def test_row_05_and_06_a_key_given_twice_is_refused():
    refused("duplicated rows", after=pd.concat([AFTER, AFTER.assign(source="another")]))


def test_row_07_zero_employment_before_is_refused_as_a_total_and_kept_in_a_cell():
    refused("before table, 'KEN': nobody employed", before=table(2010, (0, 0, 0, 0)))
    made = decompose_change(table(2010, (0, 40, 20, 80)), AFTER)
    effects = ["scale", "mix", "occupation_effect"]
    assert np.isfinite(made.cells[effects]).all(axis=None)
    assert made.cells.loc[0, effects].tolist() == pytest.approx([0.0, 0.0, 50.0])


def test_row_08_negative_employment_is_refused():
    refused("below 0", after=table(2018, (-5, 50, 45, 75)))


def test_row_10_thousands_are_refused_by_unit_and_a_jump_is_told():
    refused("'thousand persons'", after=AFTER.assign(unit="thousand persons"))
    assert "unit_jump" in rules(after=AFTER.assign(persons=AFTER["persons"] * 1000))


def test_row_11_shares_are_refused():
    shares = AFTER.rename(columns={"persons": "share"}).assign(share=0.25, unit="share")
    refused("missing: 'persons'", after=shares)


def test_row_12_no_change_has_no_effect():
    made = decompose_change(BEFORE, BEFORE.assign(year=2018)).table
    assert np.allclose(made[["change", "scale", "mix", "occupation_effect"]], 0.0)


def test_row_15_all_missing_is_refused():
    refused("no value at all", sf.CoverageError, after=AFTER.assign(persons=np.nan))


def test_row_15_a_missing_cell_is_not_zero():
    text = refused("missing or suppressed in 1 cells", after=table(2018, (np.nan, 50, 45, 75)))
    assert "'KEN A 1'" in text


def test_row_16_a_conflict_between_the_years_is_told():
    old = table(2018, country="UKR")
    new = table(2023, country="UKR")
    assert "conflict_gap" in rules(old, new)
    assert "conflict_gap" not in rules(old.assign(year=2010), new.assign(year=2013))


def test_row_17_modelled_and_projected_rows_are_told():
    made = decompose_change(BEFORE, AFTER.assign(status="projected"))
    found = made.issues.set_index("rule")
    assert found.loc["not_observed", "series"] == "after"
    assert found.loc["not_observed", "affected"] == 4


def test_row_18_a_pandemic_year_at_an_end_is_told():
    assert "pandemic" in rules(after=AFTER.assign(year=2020))


def test_row_19_suppressed_cells_are_missing_and_unreliable_ones_are_told():
    refused("missing or suppressed in 1 cells", after=AFTER.assign(reliability=["S", "", "", ""]))
    assert "unreliable" in rules(after=AFTER.assign(reliability=["U", "", "", ""]))


def test_row_45_a_missing_key_is_refused():
    refused("empty in 1 rows", after=table(2018, sector=["A", None, "C", "C"]))


def test_row_46_another_code_of_kosovo_is_refused():
    refused("column 'country'.*'XK'", before=BEFORE.assign(country="XK"))


def test_row_48_aggregates_are_refused():
    refused("column 'country'.*'WLD'", before=BEFORE.assign(country="WLD"))


def test_row_50_a_year_as_text_is_refused():
    refused("column 'year'", before=BEFORE.assign(year="2018-19"))


def test_row_52_rounding_is_told_where_cells_are_small():
    rounded = [table(2010, (600, 400, 200, 800)), table(2018, (500, 500, 400, 700))]
    assert "rounded" in rules(*rounded)
    assert "rounded" not in rules(table(2010, (60e3, 40e3, 20e3, 80e3)), table(2018, (50e3,) * 4))


def test_row_53_fast_growth_of_a_sector_is_told():
    made = decompose_change(table(2017), table(2018, (200, 100, 20, 80)))
    found = made.issues.set_index("rule")
    assert found.loc["fast_growth", "series"] == "KEN A"


def test_row_55_an_empty_table_says_which_of_the_two():
    refused("after table.*\n.*rows: none", after=AFTER.iloc[:0])
    refused("before table.*\n.*rows: none", before=BEFORE.iloc[:0])
