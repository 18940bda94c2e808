"""Own files: sexes by their English names and quarters with their year are understood."""

import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import TableError
from skillsfc.sources.surveys.plain_words import quarters_of, running_quarters, sexes_of

KINDS = {"learning": "school", "working": "job", "idle": "home"}


def written(folder, **columns):
    file = folder / "own.csv"
    pd.DataFrame(columns).to_csv(file, index=False)
    return file


@pytest.mark.parametrize("words", [["female", "male"], ["f", "m"], ["Female", "MALE"], ["F", "M"]])
def test_sexes_are_known_by_their_names(tmp_path, words):
    file = written(tmp_path, age=[20, 21], activity=["employed", "unemployed"], sex=words)
    assert sf.read_survey(file).table["sex"].tolist() == ["F", "M"]


@pytest.mark.parametrize("words", [["f", "h"], ["female", "other"], ["1", "2"]])
def test_words_that_may_mean_something_else_are_refused_by_name(tmp_path, words):
    file = written(tmp_path, age=[20, 21], activity=["employed", "unemployed"], sex=words)
    with pytest.raises(TableError, match="column 'sex'"):
        sf.read_survey(file)


def test_quarters_with_their_year_are_one_clock(tmp_path):
    file = written(tmp_path, person=[1, 1, 1], quarter=["2015Q3", "2015-q4", "2016 Q1"],
                   state=["school", "home", "job"])  # fmt: skip
    data = sf.load_pathways("GBR", file=file, **KINDS)
    assert data.unit == "quarters"
    assert data.periods["quarter"].tolist() == [0, 1, 2]
    assert sf.read_sequences(data.periods).states == ("home", "job", "school")


def test_quarters_of_a_panel_stay_dates_with_their_year(tmp_path):
    file = written(tmp_path, person=[1, 1, 2, 2], quarter=["2015Q4", "2016Q1"] * 2,
                   activity=["employed", "unemployed", "employed", "employed"])  # fmt: skip
    flows = sf.estimate_flows(sf.load_pathways("GBR", file=file).panel)
    assert set(flows.table["time"]) == {"2015Q4"}


def test_a_quarter_that_is_none_is_refused_by_name(tmp_path):
    file = written(tmp_path, person=[1, 1], quarter=["2015Q3", "2015Q5"], state=["school", "job"])
    with pytest.raises(TableError, match="column 'quarter'"):
        sf.load_pathways("GBR", file=file, **KINDS)


def test_empty_answers_stay_empty():
    assert sexes_of(pd.Series(["male", None])).tolist() == ["M", None]
    assert quarters_of(pd.Series([None], dtype="object")) is None
    assert running_quarters(pd.Series(["2015Q1", None])).isna().tolist() == [False, True]
