"""Each pathology of a yearly table has its treatment, its flag or its error, one test a row."""

import datetime

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.forecast.pathology import conflict_years, find_issues
from skillsfc.forecast.preparation import ISSUE_COLUMNS, prepare_series
from skillsfc.forecast.working_age import interpolate_population, sum_working_age


def table(years, persons, **more):
    flags = {"country": "MAR", "unit": "persons", "status": "observed", "source": "made up"}
    return pd.DataFrame({"year": list(years), "persons": persons} | flags | more)


def rules(matrix):
    return set(matrix.issues["rule"])


def steady(count=12, start=2000):
    return [1e6 * 1.01**k for k in range(count)], range(start, start + count)


def prepared(**more):
    persons, years = steady()
    return prepare_series(table(years, persons, **more))


def test_a_clean_series_has_no_issue():
    matrix = prepared()
    assert matrix.issues.empty
    assert list(matrix.issues.columns) == ISSUE_COLUMNS
    assert matrix.persons.shape == (1, 12)
    assert matrix.logarithmic().all()
    assert matrix.names == ["MAR"]


def test_row_1_missing_years_stay_missing_and_changes_are_divided_by_the_gap():
    matrix = prepare_series(table([2018, 2019, 2022], [10.0, 11.0, 14.3]))
    assert matrix.years.tolist() == [2018, 2019, 2020, 2021, 2022]
    assert np.isnan(matrix.persons[0, 2:4]).all()
    found = matrix.issues.set_index("rule").loc["missing_years"]
    assert found["affected"] == 2
    assert found["series"] == "MAR"
    from skillsfc.forecast.pooling import mean_changes

    mean, _ = mean_changes(np.log(matrix.persons), np.array([4]), 3)
    assert np.exp(mean.item()) == pytest.approx(1.3 ** (1 / 3))  # not 30 % in one year


def test_row_3_two_classifications_in_one_column_are_refused():
    years = [2020, 2021] * 2
    mixed = table(years, [1.0, 2, 3, 4], sector=["A", "A", "agriculture", "agriculture"])
    with pytest.raises(sf.TableError, match="sector"):
        prepare_series(mixed)


def test_row_4_totals_beside_their_parts_are_refused():
    rows = pd.concat([table([2020], [3.0], sex=s) for s in ("F", "M", "T")])
    with pytest.raises(sf.TableError, match="'T' beside"):
        prepare_series(rows)


def test_rows_5_and_6_duplicate_keys_are_refused():
    persons, years = steady()
    twice = pd.concat([table(years, persons), table(years, persons, source="another")])
    with pytest.raises(sf.TableError, match="24 duplicated rows"):
        prepare_series(twice)


def test_row_7_zero_is_kept_and_modelled_in_levels():
    matrix = prepare_series(table(range(2000, 2006), [5.0, 4, 0, 2, 3, 4]))
    assert "zero" in rules(matrix)
    assert not matrix.logarithmic().any()


def test_row_8_negative_employment_is_refused():
    with pytest.raises(sf.TableError, match="below 0"):
        prepare_series(table([2000, 2001], [1.0, -1.0]))


def test_row_10_mixed_units_are_refused_and_a_jump_near_1000_is_flagged():
    with pytest.raises(sf.TableError, match="thousand"):
        prepare_series(table([2000, 2001], [1.0, 2.0], unit=["persons", "thousand persons"]))
    jump = prepare_series(table(range(2000, 2006), [1e6, 1.01e6, 1.02e6, 1.03e3, 1.04e3, 1.05e3]))
    found = jump.issues.set_index("rule").loc["unit_jump"]
    assert found["severity"] == "error"
    assert "2003" in found["text"]


def test_row_12_constant_series_is_flagged():
    found = prepare_series(table(range(2000, 2008), 500.0)).issues.set_index("rule")
    assert "no variation" in found.loc["constant", "text"]


def test_row_13_one_value_and_row_14_two_values_are_flagged():
    assert "one_value" in rules(prepare_series(table([2015], [5e5])))
    assert "few_values" in rules(prepare_series(table([2015, 2016], [5e5, 5.1e5])))


def test_row_15_all_missing_is_no_data_and_never_zero():
    persons, years = steady()
    rows = pd.concat([table(years, persons), table(years, np.nan, country="TUN")])
    matrix = prepare_series(rows)
    assert np.isnan(matrix.persons[matrix.names.index("TUN")]).all()
    assert "no_data" in rules(matrix)
    with pytest.raises(sf.CoverageError, match="no value"):
        prepare_series(table(years, np.nan))


def test_row_15_the_sum_of_missing_parts_is_missing():
    years = range(2010, 2016)
    full = [10.0, 11, 12, 13, 14, 15]
    holed = [1.0, np.nan, 3, np.nan, 5, 6]
    parts = pd.concat([table(years, full, sex="F"), table(years, holed, sex="M")])
    matrix = prepare_series(parts, by=["country"])
    np.testing.assert_array_equal(matrix.persons[0], [11, np.nan, 15, np.nan, 19, 21])
    assert matrix.issues.set_index("rule").loc["partial_total", "affected"] == 2
    nothing = pd.concat([table(years, np.nan, sex="F"), table(years, np.nan, sex="M")])
    other = pd.concat([nothing, table(years, full, sex="F", country="TUN")])
    made = prepare_series(other, by=["country"])
    assert np.isnan(made.persons[made.names.index("MAR")]).all()


def test_row_16_conflict_years_are_flagged_and_not_filled():
    years = [*range(2005, 2012), 2017]
    matrix = prepare_series(table(years, np.linspace(5e6, 4e6, 8), country="SYR"))
    assert {"conflict_gap", "missing_years"} <= rules(matrix)
    assert np.isnan(matrix.persons[0, 7:12]).all()
    calm = prepare_series(table(years, np.linspace(5e6, 4e6, 8)))
    assert "conflict_gap" not in rules(calm)


def test_row_16_the_list_of_conflicts_has_years_reasons_and_sources():
    listed = conflict_years()
    assert {"SYR", "LBY", "UKR", "YEM"} <= set(listed["country"])
    assert (listed["first_year"] <= listed["last_year"]).all()
    assert (listed[["reason", "source"]] != "").all().all()


def test_row_17_modelled_and_projected_rows_are_left_out_of_the_fit():
    persons, years = steady()
    status = ["observed"] * 9 + ["modelled"] * 2 + ["projected"]
    matrix = prepare_series(table(years, persons, status=status))
    assert matrix.years[-1] == 2008
    assert matrix.issues.set_index("rule").loc["not_evidence", "affected"] == 3


def test_row_18_pandemic_years_are_noted():
    persons, years = steady(12, 2012)
    found = prepare_series(table(years, persons)).issues.set_index("rule")
    assert found.loc["covid", "affected"] == 2


def test_row_19_suppressed_is_missing_and_unreliable_is_flagged():
    persons, years = steady()
    flags = ["", "U", "U", "", "S", *[""] * 7]
    matrix = prepare_series(table(years, persons, reliability=flags))
    found = matrix.issues.set_index("rule")["affected"]
    assert found["unreliable"] == 2
    assert found["suppressed"] == 1
    assert np.isnan(matrix.persons[0, 4])


def test_row_45_an_empty_key_is_refused():
    with pytest.raises(sf.TableError, match="empty"):
        prepare_series(table([2000, 2001], [1.0, 2.0], country=["MAR", None]))


def test_row_48_an_aggregate_is_not_a_country():
    with pytest.raises(sf.TableError, match="WLD"):
        prepare_series(table([2000, 2001], [1.0, 2.0], country="WLD"))


def test_row_49_quarters_are_refused():
    with pytest.raises(sf.TableError, match="2020Q1"):
        prepare_series(table(["2020Q1", "2020Q2"], [1.0, 2.0]))
    with pytest.raises(sf.TableError, match="quarter"):
        prepare_series(table([2020, 2020], [1.0, 2.0], quarter=[1, 2]))


def test_row_50_future_years_need_the_status_projected():
    later = datetime.datetime.now(tz=datetime.UTC).year + 2
    with pytest.raises(sf.TableError, match="projected"):
        prepare_series(table([2020, later], [1.0, 2.0]))
    fine = table([2020, 2021, later], [1.0, 2.0, 3.0], status=["observed"] * 2 + ["projected"])
    assert prepare_series(fine).years[-1] == 2021
    with pytest.raises(sf.TableError, match="2018-19"):
        prepare_series(table(["2018-19"], [1.0]))
    assert prepare_series(table([2019.0, 2020.0], [1.0, 2.0])).years.tolist() == [2019, 2020]


def test_row_53_fast_growth_is_flagged_with_its_year():
    found = prepare_series(table(range(2000, 2006), [10.0, 10, 14, 14, 14, 14])).issues
    assert "2002" in found.set_index("rule").loc["fast_growth", "text"]


def test_row_55_an_empty_table_says_so():
    with pytest.raises(sf.TableError, match="none"):
        prepare_series(table([], []))


def test_imputed_years_fit_but_do_not_judge():
    persons, years = steady()
    matrix = prepare_series(table(years, persons, status=["imputed"] * 4 + ["estimated"] * 8))
    assert np.isfinite(matrix.persons).all()
    assert matrix.scorable.sum() == 8
    assert matrix.issues.set_index("rule").loc["imputed", "affected"] == 4


def test_wrong_columns_and_keys_are_named():
    with pytest.raises(sf.TableError, match="persons"):
        prepare_series(table([2000], [1.0]).rename(columns={"persons": "emp"}))
    with pytest.raises(sf.ParameterError, match="country"):
        prepare_series(table([2000], [1.0]), by=["contry"])
    with pytest.raises(sf.TableError, match="DataFrame"):
        prepare_series([1, 2, 3])


def test_find_issues_needs_no_country():
    found = find_issues(
        np.array([[1.0, 2.0]]), np.array([2000, 2001]), ["x"], None, np.zeros((1, 2))
    )
    assert {issue[0] for issue in found} == {"few_values", "fast_growth"}


def population(ages, years=(2000, 2005), country="MAR"):
    rows = [(country, y, s, a, 100.0) for y in years for s in "FM" for a in ages]
    found = pd.DataFrame(rows, columns=["country", "year", "sex", "age", "persons"])
    return found.assign(unit="persons", status="estimated", source="made up")


def test_working_age_sums_both_sexes_and_interpolates_log_linearly():
    ages = ["10-14", "15-19", *[f"{a}-{a + 4}" for a in range(20, 65, 5)], "65-69", "70+"]
    people = sum_working_age(population(ages))
    assert people.loc[2000, "MAR"] == 2000.0
    people.loc[2005, "MAR"] = 4000.0
    made = interpolate_population(people, ["MAR", "TUN"], np.arange(1999, 2007))
    np.testing.assert_allclose(made[0, 1:7], 2000.0 * 2.0 ** (np.arange(6) / 5))
    assert np.isnan(made[0, [0, 7]]).all()  # never carried beyond the published years
    assert np.isnan(made[1]).all()


@pytest.mark.parametrize("ages", [["15-24"], ["15-24", "30-64"], ["15-64", "20-24"], ["0-14"]])
def test_working_age_refuses_ages_that_do_not_make_it_up(ages):
    with pytest.raises(sf.TableError, match="15-64"):
        sum_working_age(population(ages))


def test_a_known_break_starts_the_series_after_it_and_is_listed():
    years = range(1990, 2010)
    table = pd.DataFrame(
        {"country": "MAR", "year": years, "persons": np.linspace(5e6, 9e6, 20),
         "unit": "persons", "status": "estimated", "source": "pwt91"}
    )  # fmt: skip
    found = prepare_series(table)
    listed = found.issues.set_index("rule").loc["break"]
    assert listed["affected"] == 6
    assert "the fit starts in 1996" in listed["text"]
    assert int(found.counts[0]) == 14
    other = prepare_series(table.assign(source="survey"))
    assert "break" not in set(other.issues["rule"])
    assert int(other.counts[0]) == 20
