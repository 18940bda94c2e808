"""Estimates as text: what is unreliable is starred, what is too thin is not shown."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import TableError

ROWS = pd.DataFrame(
    {
        "indicator": ["neet", "neet", "neet", "length", "length"],
        "unit": ["share"] * 3 + ["months"] * 2,
        "sex": ["F", "M", "T", "F", "M"],
        "value": [0.31, 0.282, 0.3, 11.68, -2.0],
        "lower": [0.27, 0.1, 0.25, 10.0, -3.0],
        "upper": [0.35, 0.5, 0.35, 12.5, np.nan],
        "persons": [300, 25, 325, 100, 90],
        "reliability": ["", "u", "", "", ""],
    }
)


def test_a_row_a_quantity_and_a_column_a_group_with_the_total_last():
    made = sf.table_estimates(ROWS, rows="indicator", by="sex", names={"neet": "NEET"})
    assert made.columns.tolist() == ["indicator", "Women", "Men", "Both sexes"]
    assert made["indicator"].tolist() == ["NEET", "length"]
    assert made.loc[0, "Women"] == "31.0 (27.0–35.0)"
    assert made.loc[0, "Men"] == "28.2* (10.0–50.0)"
    assert made.loc[1, "Women"] == "11.7 (10.0–12.5)"
    assert made.loc[1, "Both sexes"] == ""


def test_an_interval_without_ends_is_left_out_and_a_minus_is_a_minus():
    made = sf.table_estimates(ROWS, rows="indicator", by="sex")
    assert made.loc[1, "Men"] == "−2.0"
    shown = sf.table_estimates(ROWS.assign(upper=-1.0).tail(1), rows="indicator", by="sex")
    assert shown.loc[0, "Men"] == "−2.0 (−3.0–−1.0)"


def test_what_is_to_be_withheld_shows_neither_value_nor_interval():
    made = sf.table_estimates(ROWS.assign(reliability="w"), rows="indicator", by="sex")
    assert set(made[["Women", "Men"]].to_numpy().ravel()) == {".."}
    gone = sf.table_estimates(ROWS.assign(value=np.nan), rows="indicator", by="sex")
    assert gone.loc[0, "Women"] == ".."


def test_persons_are_those_of_the_total_or_the_sum():
    made = sf.table_estimates(ROWS.head(3), rows="indicator", by="sex", counts=True)
    assert made["persons"].tolist() == ["325"]
    made = sf.table_estimates(ROWS.head(2), rows="indicator", by="sex", counts=True)
    assert made["persons"].tolist() == ["325"]
    plain = sf.table_estimates(ROWS.iloc[[0, 3]], rows="indicator", counts=True, decimals=0)
    assert plain["value"].tolist() == ["31 (27–35)", "12 (10–12)"]


def test_wrong_tables_are_named():
    with pytest.raises(TableError, match="Did you mean 'indicator'"):
        sf.table_estimates(ROWS, rows="indicatr", by="sex")
    with pytest.raises(TableError, match="3 rows repeat 'indicator'"):
        sf.table_estimates(ROWS, rows="indicator")
    with pytest.raises(TableError, match="a DataFrame"):
        sf.table_estimates([1], rows="a")


def test_a_result_is_taken_as_it_is():
    made = sf.measure_transition_indicators(sf.example(seed=1).labour_force_survey)
    shown = sf.table_estimates(made, rows=["indicator", "age"], by="sex", counts=True)
    assert shown.columns.tolist() == ["indicator", "age", "Women", "Men", "Both sexes", "persons"]
    assert (shown["Both sexes"].str.contains(r"\d")).all()


def test_bounds_are_shown_as_a_range():
    bounds = ROWS.head(1).assign(value_high=0.4, upper=0.45)
    assert sf.table_estimates(bounds, rows="indicator")["value"].item() == (
        "31.0 to 40.0 (27.0–45.0)"
    )


def test_missing_groups_and_equal_names_keep_their_columns():
    rows = ROWS.head(2).assign(sex=["F", None])
    made = sf.table_estimates(rows, rows="indicator", by="sex")
    assert made.columns.tolist() == ["indicator", "Women", "not stated"]
    same = sf.table_estimates(ROWS.head(2), rows="indicator", by="sex", names={"F": "N", "M": "N"})
    assert same.columns.tolist() == ["indicator", "N (F)", "N (M)"]
    blank = ROWS.head(1).assign(reliability=pd.NA)
    assert sf.table_estimates(blank, rows="indicator")["value"].item() == "31.0 (27.0–35.0)"
