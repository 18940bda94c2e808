"""Assumptions: a wrong file is refused in plain words, and the code does what the file says."""

import inspect
import shutil

import pytest
import yaml

import skillsfc as sf
from skillsfc._paths import data_dir
from skillsfc.errors import ParameterError
from skillsfc.forecast import demography, kernels
from skillsfc.params import QUALITIES, Assumption, load_assumptions, table_assumptions

GOOD = {
    "title": "Years of the trend",
    "value": 10,
    "unit": "years",
    "low": 5,
    "high": 20,
    "source": "made up for this test",
    "quality": "green",
    "impact": "nothing",
}


@pytest.fixture
def own_file(tmp_path, monkeypatch):
    """Write a file of assumptions into a data folder of its own and load it."""
    folder = tmp_path / "data" / "params"
    shutil.copytree(data_dir() / "params", folder)
    monkeypatch.setenv("SKILLSFC_DATA", str(folder.parent))
    load_assumptions.cache_clear()

    def load(text):
        text = text if isinstance(text, str) else yaml.safe_dump(text)
        (folder / "mine.yml").write_text(text, encoding="utf-8")
        load_assumptions.cache_clear()
        return load_assumptions("mine")

    yield load
    load_assumptions.cache_clear()


def test_the_baseline_loads_and_every_entry_is_well_formed():
    baseline = load_assumptions("baseline")
    assert len(baseline) >= 7
    for name, entry in baseline.items():
        assert isinstance(entry, Assumption)
        assert entry.name == name
        assert entry.quality in QUALITIES
        for text in (entry.title, entry.unit, entry.source, entry.impact):
            assert isinstance(text, str)
            assert text.strip()
        assert (entry.low is None) == (entry.high is None)
        if isinstance(entry.value, int | float):
            assert entry.low <= entry.value <= entry.high


def default_of(function, argument):
    return inspect.signature(function).parameters[argument].default


def value(name):
    return load_assumptions()[name].value


def test_the_naive_trend_is_fitted_on_the_years_that_the_file_says():
    assert value("naive_trend_years") == kernels.OLS_YEARS


def test_working_age_is_the_span_that_the_file_says():
    span = demography.AGE_SPANS["15-64"]
    assert (value("working_age_first"), value("working_age_last")) == span
    assert demography.AGE_SPANS["15-24"][0] == value("working_age_first")
    assert demography.AGE_SPANS["65+"][0] == value("working_age_last") + 1
    assert demography.AGE_SPANS["0-14"][1] == value("working_age_first") - 1


def test_the_band_of_the_structure_line_is_the_one_that_the_file_says():
    assert default_of(sf.estimate_structure_line, "level") == value("structure_band")


@pytest.mark.parametrize("name", ["compare_entrants_with_jobs", "write_outlook"])
def test_the_interval_in_the_text_is_the_one_that_the_file_says(name):
    assert default_of(getattr(sf, name), "level") == value("interval_level")


def test_the_forecast_makes_the_interval_that_the_text_quotes():
    assert value("interval_level") in default_of(sf.forecast_employment, "levels")


def test_the_population_is_the_variant_that_the_file_says():
    entry = load_assumptions()["population_variant"]
    assert entry.source == sf.load_table("population")["source"].unique().item()
    titles = sf.list_tables().set_index(["table", "source"])["title"]
    assert entry.value in titles["population", entry.source]


def test_a_good_file_of_ones_own_loads(own_file):
    made = own_file({"trend": GOOD, "words": {**GOOD, "value": "medium", "low": None,
                                              "high": None}})  # fmt: skip
    assert made["trend"] == Assumption(name="trend", **GOOD)
    assert made["words"].value == "medium"


@pytest.mark.parametrize("value", [5, 20, 12.5])
def test_the_ends_of_the_range_belong_to_it(own_file, value):
    assert own_file({"trend": {**GOOD, "value": value}})["trend"].value == value


@pytest.mark.parametrize("value", [4.999, 21, -10])
def test_a_value_outside_its_own_range_is_refused(own_file, value):
    with pytest.raises(ParameterError, match="expected 5 to 20") as refusal:
        own_file({"trend": {**GOOD, "value": value}})
    assert "'trend'" in str(refusal.value)
    assert str(value) in str(refusal.value)


def test_an_unknown_quality_gets_a_guess(own_file):
    with pytest.raises(ParameterError, match="Did you mean 'amber'"):
        own_file({"trend": {**GOOD, "quality": "ambre"}})


def test_quality_and_value_are_both_reported():
    with pytest.raises(ParameterError) as refusal:
        Assumption(name="trend", **{**GOOD, "quality": "blue", "value": 99})
    assert len(refusal.value.problems) == 2


def test_unknown_and_missing_fields_of_all_entries_come_in_one_message(own_file):
    short = {key: text for key, text in GOOD.items() if key != "unit"}
    with pytest.raises(ParameterError) as refusal:
        own_file({"one": short, "two": {**GOOD, "colour": "red"}})
    message = str(refusal.value)
    assert "unknown 'two.colour'" in message
    assert "missing 'one.unit'" in message


@pytest.mark.parametrize("field", ["low", "high"])
def test_a_range_may_be_left_out_as_a_whole_only(own_file, field):
    none = {key: text for key, text in GOOD.items() if key not in ("low", "high")}
    assert own_file({"trend": none})["trend"].low is None
    with pytest.raises(ParameterError):
        own_file({"trend": {key: text for key, text in GOOD.items() if key != field}})


def test_a_word_where_a_number_has_a_range_is_refused(own_file):
    with pytest.raises(ParameterError, match=r"\bten\b"):
        own_file({"trend": {**GOOD, "value": "ten"}})


@pytest.mark.parametrize("text", ["", "trend: 5", "- trend", "trend: [", "{"])
def test_a_file_that_is_no_list_of_assumptions_is_refused(own_file, text):
    with pytest.raises(ParameterError):
        own_file(text)


def test_an_unknown_file_gets_a_guess():
    with pytest.raises(ParameterError, match="Did you mean 'baseline'") as refusal:
        load_assumptions("basline")
    assert "one of 'baseline'" in str(refusal.value)


def test_the_table_says_value_range_and_source_of_each_assumption(own_file):
    own_file({"trend": GOOD, "words": {**GOOD, "value": "medium", "low": None, "high": None}})
    table = table_assumptions("mine").set_index("unit")
    assert table["used"].tolist() == ["10", "medium"]
    assert table["range"].tolist() == ["5 to 20", ""]
    assert table["assumption"].tolist() == [GOOD["title"]] * 2
    assert table["what it moves"].tolist() == ["nothing"] * 2
    assert table["quality"].tolist() == ["green"] * 2


def test_the_baseline_table_has_a_row_for_each_assumption():
    assert len(table_assumptions()) == len(load_assumptions())
