"""A country beside its group: rank, median and range by hand, and what is missing stays missing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import CoverageError, TableError


def values(numbers, indicator="unemployment", unit="share"):
    codes = ["MAR", "TUN", "EGY", "JOR", "LBN"][: len(numbers)]
    return pd.DataFrame(
        {"country": codes, "indicator": indicator, "value": numbers, "unit": unit, "year": 2024}
    )


def compare(table, country="MAR"):
    return sf.compare_with_group(
        table, country=country, members=["MAR", "TUN", "EGY", "JOR", "LBN"]
    )


def test_median_range_and_rank_leave_the_country_out_of_its_group():
    row = compare(values([0.21, 0.16, 0.07, 0.22])).table.iloc[0]
    assert row[["median", "lowest", "highest", "rank", "countries"]].tolist() == [
        0.16, 0.07, 0.22, 2.0, 4,
    ]  # fmt: skip


def test_a_country_without_a_value_keeps_its_row():
    row = compare(values([np.nan, 0.16, 0.07])).table.iloc[0]
    assert np.isnan(row["value"])
    assert np.isnan(row["rank"])
    assert row["countries"] == 2


def test_ties_share_the_better_rank():
    assert compare(values([0.16, 0.16, 0.07])).table["rank"].item() == 1


@given(st.permutations(range(5)))
def test_the_order_of_rows_changes_nothing(order):
    table = values([0.2, 0.1, 0.3, 0.5, 0.4])
    pd.testing.assert_frame_equal(compare(table).table, compare(table.iloc[list(order)]).table)


def test_what_is_refused():
    with pytest.raises(TableError, match="missing: 'unit'"):
        compare(values([0.1, 0.2]).drop(columns="unit"))
    with pytest.raises(TableError, match="given twice"):
        compare(pd.concat([values([0.1, 0.2])] * 2))
    with pytest.raises(TableError, match="several units"):
        compare(values([0.1, 0.2]).assign(unit=["share", "percent"]))
    with pytest.raises(CoverageError, match="no value for 'TUN'"):
        compare(values([0.1]))
