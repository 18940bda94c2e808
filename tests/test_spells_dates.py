"""Spells that begin and end in quarters or months written as text, as panels may have them."""

import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import ParameterError, TableError


def spells(start, end):
    return pd.DataFrame({"person": 1, "state": ["school", "job"], "start": start, "end": end})


@pytest.mark.parametrize(("start", "end"), [
    (["2015Q1", "2015Q3"], ["2015Q3", "2016Q1"]),
    (["2015q1", "2015-Q3"], ["2015-q3", "2016Q1"]),
    (["2015m1", "2015M07"], ["2015-m7", "2016m1"]),
    (["2015-1", "2015-07"], ["2015-7", "2016-01"]),
    (["2015Q1", "2015m7"], ["2015-07-01", "2016Q1"]),
])  # fmt: skip
def test_quarters_and_months_in_text_are_dates(start, end):
    for unit, times in (("month", [[0, 6], [6, 12]]), ("quarter", [[0, 2], [2, 4]])):
        made = sf.check_spells(spells(start, end), unit=unit)
        assert made.table[["start", "end"]].to_numpy().tolist() == times
        assert made.settings.origin == "2015-01"


def test_the_last_quarter_told_belongs_to_the_spell():
    told = spells(["2015Q1", "2015Q3"], ["2015Q2", "2015Q4"])
    made = sf.check_spells(told, unit="quarter", end_included=True)
    assert made.table[["start", "end"]].to_numpy().tolist() == [[0, 2], [2, 4]]
    months = spells(["2015m1", "2015m7"], ["2015m6", "2015m12"])
    made = sf.check_spells(months, end_included=True)
    assert made.table["end"].tolist() == [6, 12]


def test_ends_of_several_kinds_have_no_last_unit():
    told = spells(["2015Q1", "2015Q3"], ["2015Q2", "2015m12"])
    with pytest.raises(ParameterError, match="some ends told as quarters"):
        sf.check_spells(told, end_included=True)


def test_origin_and_birth_are_read_in_the_same_forms():
    told = spells(["2015Q1", "2015Q3"], ["2015Q3", "2016Q1"])
    made = sf.check_spells(told, unit="quarter", origin="2014Q1", birth="1990q2")
    assert made.table["start"].tolist() == [4, 6]


def test_a_quarter_that_is_none_is_refused_with_the_form_that_is_read():
    with pytest.raises(TableError, match=r"S02 .* 1 rows .* 1993Q3"):
        sf.check_spells(spells(["2015Q5", "2015Q3"], ["2015Q3", "2016Q1"]))


@pytest.mark.parametrize("dates", [
    ["2015-q1", "2015Q3", "2016 Q1"], ["2015m1", "2015 M7", "2016-1"],
])  # fmt: skip
def test_a_file_of_spells_may_have_them(tmp_path, dates):
    file = tmp_path / "spells.csv"
    first, second, third = dates
    file.write_text(f"person,state,start,end\n1,a,{first},{second}\n1,b,{second},{third}\n")
    made = sf.check_spells(sf.read_spells(file))
    assert made.table["end"].tolist() == [6, 12]
