"""Bad input to the multipliers: each is a named error, or a treatment that is told."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.forecast.input_output.multipliers import multipliers

FLOWS = pd.DataFrame([[20.0, 30.0], [10.0, 60.0]], ["A", "C"], ["A", "C"])
OUTPUT = pd.Series({"A": 100.0, "C": 300.0})
JOBS = pd.Series({"A": 50.0, "C": 60.0})
CLOSING = {"wages": {"A": 30.0, "C": 90.0}, "consumption": {"A": 24.0, "C": 72.0}}


def changed(row, column, value):
    flows = FLOWS.copy()
    flows.loc[row, column] = value
    return flows


def refused(text, error=sf.TableError, table=FLOWS, **arguments):
    arguments = {"output": OUTPUT} | arguments
    with pytest.raises(error, match=text) as raised:
        multipliers(table, **arguments)
    return str(raised.value)


def tidy(**columns):
    base = {"country": "XEX", "year": 2020, "sector": ["A", "C"], "persons": [50.0, 60.0]}
    flags = {"unit": "persons", "status": "observed", "source": "made up"}
    return pd.DataFrame(base | flags | columns)


def test_labels_that_do_not_match_are_named_with_a_guess():
    text = refused("rows: 1 without a counterpart: 'C'", table=FLOWS.rename(columns={"C": "Cc"}))
    assert "columns: 1 without a counterpart: 'Cc'" in text
    assert "Did you mean 'C'" in text


def test_a_label_given_twice_is_refused():
    refused("rows: labelled twice: 'A'", table=FLOWS.rename({"C": "A"}))


def test_columns_in_another_order_are_matched_by_label():
    other = multipliers(FLOWS[["C", "A"]], output=OUTPUT[["C", "A"]], employment=JOBS[::-1])
    same = multipliers(FLOWS, output=OUTPUT, employment=JOBS)
    pd.testing.assert_frame_equal(other.table, same.table)


@pytest.mark.parametrize("table", [None, [[1.0]], np.eye(2)])
def test_something_else_than_a_table_is_refused(table):
    refused("expected a pandas DataFrame", table=table)


def test_missing_flows_are_not_zero():
    text = refused(r"1 missing: 'A to C \(nan\)'", table=changed("A", "C", np.nan))
    assert "A missing flow is not 0" in text


def test_text_in_a_cell_is_refused():
    refused(r"1 not numbers: .A to C \('x'\)", table=FLOWS.astype(object).replace(30.0, "x"))
    refused("1 not numbers", table=changed("A", "C", np.inf))


def test_negative_flows_are_refused_unless_said():
    table = changed("A", "C", -3.0)
    refused(r"1 negative: 'A to C \(-3\)'", table=table)
    kept = multipliers(table, output=OUTPUT, negative="keep")
    assert any("kept" in note for note in kept.notes)
    assert any("Below zero in the inverse" in note for note in kept.notes)
    assert kept.leontief.loc["A", "C"] < 0
    turned = multipliers(table, output=OUTPUT, negative="transpose")
    assert turned.coefficients.loc["C", "A"] == pytest.approx(0.13)


def test_output_below_intermediate_sales_is_refused_by_name():
    text = refused(r"below intermediate sales in 'A \(sells 50, makes 40\)'",
                   output={"A": 40.0, "C": 300.0})  # fmt: skip
    assert "imports" in text


def test_zero_output_is_refused_whether_or_not_anything_is_sold():
    refused("output: zero for 'A'", output={"A": 0.0, "C": 300.0})
    refused("output: 1 negative: 'A", output={"A": -1.0, "C": 300.0})


def test_an_economy_that_uses_up_all_it_makes_is_not_productive():
    table = pd.DataFrame([[50.0, 50.0], [50.0, 50.0]], ["A", "C"], ["A", "C"])
    refused("Hawkins-Simon", table=table, output={"A": 100.0, "C": 100.0})


def test_a_sector_that_buys_more_than_it_makes_is_told_and_can_be_part_of_a_productive_economy():
    made = multipliers(changed("C", "A", 90.0), output=OUTPUT)
    assert any("Purchases reach or exceed output in 'A'" in note for note in made.notes)


@pytest.mark.parametrize("name", ["output", "employment", "value_added"])
def test_vectors_must_have_a_number_for_each_label(name):
    good = {"output": OUTPUT, "employment": JOBS, "value_added": OUTPUT / 2}
    refused(f"{name}: no number for 1 labels: 'C'", **{name: good[name][["A"]]})
    refused(f"{name}: 1 labels not in the table: 'D'", **{name: good[name].rename({"C": "D"})})
    refused(
        f"{name}: 1 missing or no finite", **{name: good[name].replace({good[name]["C"]: np.nan})}
    )
    twice = pd.concat([good[name], good[name][["A"]]])
    refused(f"{name}: labelled twice: 'A'", **{name: twice})
    refused(rf"{name}: ndarray; .*pd.Series\(values", **{name: good[name].to_numpy()})


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"kind": "type3"}, "kind: 'type3'; expected one of .* Did you mean 'type"),
        ({"kind": "type2"}, "wages=: not given; expected it for kind='type2'"),
        ({"output": None}, "output=: not given"),
        ({"wages": {"A": 1.0}}, "wages=: given; expected none for kind='type1'"),
        ({"kind": "sam"}, "endogenous=: not given"),
        ({"negative": "flip"}, "negative: 'flip'"),
        ({"tolerance": 2.0}, "tolerance: 2.0"),
    ],
)
def test_arguments_that_do_not_fit_the_kind_are_refused(arguments, text):
    refused(text, error=sf.ParameterError, **arguments)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"wages": {"A": -1.0, "C": 9.0}}, "wages: 1 negative"),
        ({"wages": {"A": 180.0, "C": 90.0}}, "wages: more than output in 'A'"),
        ({"consumption": {"A": 51.0, "C": 1.0}}, "consumption: more than final demand .* in 'A'"),
        ({"consumption": {"A": 50.0, "C": 80.0}}, "consumption, sum: 130, more than the income"),
        ({"household_income": 100.0}, "household_income: 100; expected a positive number"),
        ({"household_income": float("nan")}, "household_income: nan"),
        ({"consumption": {"A": 1.0}}, "consumption: no number for 1 labels"),
    ],
)
def test_closing_by_households_must_fit_the_accounts(changes, text):
    refused(text, kind="type2", **(CLOSING | changes))


def test_a_sector_that_pays_more_than_it_makes_is_told():
    made = multipliers(FLOWS, kind="type2", output=OUTPUT, consumption=CLOSING["consumption"],
                       wages={"A": 75.0, "C": 90.0})  # fmt: skip
    assert any("Wages and purchases exceed output in 'A'" in note for note in made.notes)


def test_a_sector_called_households_is_refused_in_the_closed_model():
    new = {"A": "households"}
    table = FLOWS.rename(new).rename(columns=new)
    closing = {name: pd.Series(values).rename(new) for name, values in CLOSING.items()}
    refused("a sector called 'households'", table=table, output=OUTPUT.rename(new), kind="type2",
            **closing)  # fmt: skip


def test_employment_of_needs_employment_and_known_labels():
    made = multipliers(FLOWS, output=OUTPUT)
    with pytest.raises(sf.ParameterError, match="Give employment="):
        made.employment_of({"A": 1.0})
    made = multipliers(FLOWS, output=OUTPUT, employment=JOBS)
    with pytest.raises(sf.TableError, match="final_demand: 1 labels not in the table: 'D'"):
        made.employment_of({"D": 1.0})
    with pytest.raises(sf.TableError, match="final_demand: 1 missing"):
        made.employment_of({"A": np.nan})


def test_row_03_mixed_classifications_in_employment_are_refused():
    refused("column 'sector'", employment=tidy(sector=["A", "list:C"]))


def test_row_04_a_row_and_column_of_totals_are_refused():
    flows = FLOWS.copy()
    flows["total"] = flows.sum(axis=1)
    flows.loc["total"] = flows.sum()
    refused("row and column 'total': the sum of all others", table=flows)


def test_row_06_duplicate_keys_in_employment_are_refused():
    refused("duplicated rows", employment=tidy(sector=["A", "A"]))


def test_row_07_zero_employment_gives_an_indirect_multiplier_and_no_ratio():
    made = multipliers(FLOWS, output=OUTPUT, employment={"A": 0.0, "C": 60.0})
    row = made.table.set_index("sector").loc["A"]
    assert row["employment_multiplier"] > 0
    assert np.isnan(row["employment_type1_ratio"])
    assert any("No employment in 'A'" in note for note in made.notes)


def test_row_08_negative_employment_is_refused():
    refused("employment: 1 negative: 'A", employment={"A": -5.0, "C": 60.0})
    refused("below 0", employment=tidy(persons=[-5.0, 60.0]))


def test_row_10_employment_in_thousands_is_refused():
    refused(
        "'thousand persons' for the measure 'persons'", employment=tidy(unit="thousand persons")
    )


def test_row_11_shares_in_place_of_persons_are_refused():
    shares = tidy().rename(columns={"persons": "share"}).assign(share=0.5, unit="share")
    refused("expected 'sector' and 'persons'", employment=shares)


def test_row_15_employment_all_missing_is_refused():
    refused("no value at all", sf.CoverageError, employment=tidy(persons=[np.nan, np.nan]))


def test_row_15_a_sum_with_a_missing_part_is_missing():
    refused("missing in 1 rows: 'C'", employment=tidy(persons=[50.0, np.nan]))


def test_row_17_modelled_employment_is_told():
    made = multipliers(FLOWS, output=OUTPUT, employment=tidy(status="modelled"))
    assert any("2 employment rows were not observed: 'modelled'" in note for note in made.notes)


def test_row_19_suppressed_employment_is_missing_and_unreliable_is_told():
    refused("missing in 1 rows: 'C'", employment=tidy(reliability=["", "S"]))
    made = multipliers(FLOWS, output=OUTPUT, employment=tidy(reliability=["", "U"]))
    assert any("1 employment rows that the producer calls unreliable" in n for n in made.notes)


def test_row_45_a_missing_key_is_refused():
    refused("empty in 1 rows", employment=tidy(sector=["A", None]))


def test_row_50_employment_of_several_years_or_countries_is_refused():
    two = pd.concat([tidy(), tidy(year=2021)])
    refused("column 'year': 2 values: '2020', '2021'", employment=two)
    refused("column 'country': 2 values", employment=pd.concat([tidy(), tidy(country="MAR")]))


def test_row_55_an_empty_table_is_refused():
    refused("no rows or no columns", table=FLOWS.iloc[:0])
    refused("rows: none", employment=tidy().iloc[:0])
