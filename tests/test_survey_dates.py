"""Dates as people write them in files: read where the order is clear, refused where it is not."""

import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import ParameterError, TableError
from skillsfc.sources.surveys.written_dates import sortable_dates


def spells(tmp_path, start, mapping=None):
    path = tmp_path / "spells.csv"
    end = ["01.01.2023"] * len(start)
    table = {"person": range(len(start)), "state": "work", "start": start, "end": end}
    pd.DataFrame(table).to_csv(path, index=False)
    return sf.read_spells(path, mapping=mapping)


def test_dates_with_points_have_the_day_first(tmp_path):
    read = spells(tmp_path, ["01.02.2020", "5.3.2021"])
    assert read.table["start"].tolist() == ["2020-02-01", "2021-03-05"]
    checked = sf.check_spells(read, unit="month")
    assert len(checked.table) == 2
    assert checked.table["end"].max() == pytest.approx(35.0)  # February 2020 to January 2023


@pytest.mark.parametrize(
    ("written", "order", "iso"),
    [
        ("13/04/2021", "", "2021-04-13"),
        ("04/13/2021", "", "2021-04-13"),
        ("13-04-2021", "", "2021-04-13"),
        ("03/04/2021", "month first", "2021-03-04"),
        ("03/04/2021", "day first", "2021-04-03"),
    ],
)
def test_the_order_is_told_by_a_number_above_twelve_or_by_the_mapping(written, order, iso):
    assert sortable_dates(pd.Series([written, None]), order)[0].tolist()[0] == iso


def test_an_order_that_cannot_be_known_is_asked_for(tmp_path):
    columns = {name: name for name in ("person", "state", "end")}
    with pytest.raises(TableError, match=r"day or the month first.*dates: day first"):
        spells(tmp_path, ["03/04/2020", "05/06/2021"])
    mapping = {"columns": {**columns, "start": {"column": "start", "dates": "month first"}}}
    read = spells(tmp_path, ["03/04/2020", "05/06/2021"], mapping)
    assert read.table["start"].tolist() == ["2020-03-04", "2021-05-06"]
    mapping["columns"]["start"]["dates"] = "american"
    with pytest.raises(ParameterError, match="dates: 'american'; expected 'day first'"):
        spells(tmp_path, ["03/04/2020"], mapping)


def test_a_day_that_is_none_is_named(tmp_path):
    with pytest.raises(TableError, match=r"something else in 1: '31\.02\.2020'"):
        spells(tmp_path, ["01.02.2020", "31.02.2020"])


def test_stages_take_a_person_file_as_it_was_read(tmp_path):
    survey = sf.example(seed=1, persons=300).labour_force_survey
    path = tmp_path / "survey.csv"
    survey.drop(columns=["source", "note"]).to_csv(path, index=False)
    read = sf.read_survey(path)
    made = sf.classify_stages(read)
    assert made.table["form"].tolist() == sf.classify_stages(read.table).table["form"].tolist()
    assert len(sf.approximate_stages(read).table) == len(made.table)


@pytest.mark.parametrize(("kind", "dates", "words"), [
    ("ty", ["1993", "1996", "1998"], "first of January: if only years"),
    ("tq", ["1993-04", "1996-01", "1998-10"], "first day of a quarter"),
    ("tm", ["1993-04", "1996-02", "1998-10"], ""),
])  # fmt: skip
def test_years_and_quarters_of_stata_are_not_taken_as_days_in_silence(tmp_path, kind, dates, words):
    moments = pd.to_datetime(dates)
    told = pd.DataFrame({"person": [1, 1], "state": ["school", "job"], "start": moments[:2],
                         "fin": moments[1:]})  # fmt: skip
    told.to_stata(tmp_path / "a.dta", convert_dates={"start": kind, "fin": kind}, write_index=False)
    columns = {"person": "person", "state": "state", "start": "start", "end": "fin"}
    made = sf.read_spells(tmp_path / "a.dta", mapping={"columns": columns})
    assert [note for note in made.notes if "All dates in" in note] == [
        note for note in made.notes if words and words in note
    ]
    assert bool(words) == ("All dates in" in " ".join(made.notes))
