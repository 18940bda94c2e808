"""What a notebook publishes is written whole, safe for a spreadsheet, and shown escaped."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillsfc.errors import ParameterError
from skillsfc.report import watch
from skillsfc.report.collect import publish_facts, publish_figure, publish_table, publish_text
from skillsfc.report.display import NARROW_SPACE, number_text, source_line, table_html
from skillsfc.report.products import (
    MARKER,
    formula_safe,
    formula_unsafe,
    read_manifest,
    run_folder,
)
from skillsfc.results import Result

TABLE = pd.DataFrame(
    {"year": [2020, 2021], "sector": ["A", "B"], "persons": [1234567.0, np.nan], "unit": "persons"}
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / MARKER).write_text("{}")
    return tmp_path


def test_outside_a_run_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    publish_table(TABLE, name="jobs", title="Jobs")
    publish_text("Words.", name="words")
    publish_facts(title="T")
    assert list(tmp_path.iterdir()) == []
    assert run_folder() is None


def test_a_table_becomes_a_csv_and_a_manifest_entry(folder):
    publish_table(TABLE, name="jobs", title="Jobs", note="A note.")
    text = (folder / "tables" / "jobs.csv").read_text(encoding="utf-8")
    assert text == "year,sector,persons,unit\n2020,A,1234567.0,persons\n2021,B,,persons\n"
    (entry,) = read_manifest(folder)
    assert entry["unit"] == "persons"
    assert entry["rows"] == 2
    assert entry["columns"] == {
        "year": "number",
        "sector": "text",
        "persons": "number",
        "unit": "text",
    }


def test_a_result_publishes_its_table(folder):
    publish_table(Result(TABLE), name="jobs", title="Jobs")
    assert (folder / "tables" / "jobs.csv").is_file()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\x00", "'=", "''@"])
def test_text_that_a_spreadsheet_would_run_is_quoted_and_comes_back(start):
    text = f"{start}cmd|'/C calc'!A0"
    assert formula_safe(text) == f"'{text}"
    assert formula_unsafe(formula_safe(text)) == text


@given(st.text(max_size=30))
@settings(max_examples=50)
def test_quoting_can_always_be_undone(text):
    assert formula_unsafe(formula_safe(text)) == text
    assert formula_safe(text)[:1] not in set("=+-@\t\r\x00")


def test_negative_numbers_stay_numbers(folder):
    table = pd.DataFrame({"change": [-1.5, 2.0], "-note": ["-", "ok"]})
    publish_table(table, name="change", title="Change")
    text = (folder / "tables" / "change.csv").read_text(encoding="utf-8")
    assert text == "change,'-note\n-1.5,'-\n2.0,ok\n"


@pytest.mark.parametrize("name", ["../x", "A", "a b", "", "con", "9x", "a" * 61, "x.csv", "é"])
def test_a_name_that_is_no_plain_file_name_is_refused(folder, name):
    with pytest.raises(ParameterError, match="lower-case letters"):
        publish_table(TABLE, name=name, title="T")
    assert not (folder / "tables").exists()


def test_a_name_is_used_once(folder):
    publish_text("One.", name="same")
    with pytest.raises(ParameterError, match="published already"):
        publish_table(TABLE, name="same", title="T")


def test_bad_products_are_refused(folder):
    with pytest.raises(ParameterError, match="title: empty"):
        publish_table(TABLE, name="a", title=" ")
    with pytest.raises(ParameterError, match="a DataFrame or a Result"):
        publish_table([1, 2], name="a", title="T")
    with pytest.raises(ParameterError, match="twice: 'x'"):
        publish_table(pd.DataFrame([[1, 2]], columns=["x", "x"]), name="a", title="T")
    with pytest.raises(ParameterError, match="text or a number"):
        publish_facts(title=["T"])
    with pytest.raises(ParameterError, match="Figure or Axes"):
        publish_figure("x", name="a", alt="x")


def test_a_figure_needs_an_alt_text_and_gives_the_same_bytes_twice(folder):
    from matplotlib.figure import Figure

    def drawn():
        figure = Figure(figsize=(2, 1))
        figure.subplots().plot([1, 2], [2, 1])
        return figure

    with pytest.raises(ParameterError, match="alt: empty"):
        publish_figure(drawn(), name="a")
    left = drawn()
    left.axes[0].alt_text = "It falls."
    publish_figure(left.axes[0], name="a")
    assert read_manifest(folder)[0]["alt"] == "It falls."
    first = {p.suffix: p.read_bytes() for p in (folder / "figures").iterdir()}
    (folder / "manifest.jsonl").unlink()
    publish_figure(drawn(), name="a", alt="It falls.")
    assert first == {p.suffix: p.read_bytes() for p in (folder / "figures").iterdir()}
    assert b"<text" in first[".svg"] or b"<tspan" in first[".svg"]  # text stays text


def test_products_reach_the_run_from_another_working_directory(folder, monkeypatch, tmp_path):
    monkeypatch.setattr(watch, "home", [folder])
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    publish_text("Words.", name="words")
    assert [entry["name"] for entry in read_manifest(folder)] == ["words"]


def test_a_table_is_shown_with_caption_units_and_readable_numbers():
    text = table_html(TABLE, title="Jobs & more", unit="persons", source="Office")
    assert "<caption>Jobs &amp; more</caption>" in text
    assert f"1{NARROW_SPACE}234{NARROW_SPACE}567" in text
    assert "<td>..</td>" in text or '<td class="number">..</td>' in text
    assert "Unit: persons. Source: Office." in text
    assert '<th scope="row">2020</th>' in text
    assert "unit</th>" not in text  # said once, below


def test_a_column_of_several_units_never_rounds_a_share_to_nought():
    table = pd.DataFrame({"value": [38430773.2, 0.507], "unit": ["persons", "ratio"]})
    text = table_html(table, title="T", unit="persons, ratio")
    assert ">0.507<" in text
    assert f"38{NARROW_SPACE}430{NARROW_SPACE}773" in text
    assert "Unit:" not in text


def test_an_interval_is_shown_like_the_measure_it_belongs_to():
    table = pd.DataFrame({"year": [2030], "share": [0.5], "lower": [0.41], "upper": [pd.NA]})
    text = table_html(table, title="T")
    assert ">41.0%<" in text
    assert ">50.0%<" in text
    assert ">..<" in text


def test_every_text_of_a_table_is_escaped():
    bad = "<img src=x onerror=alert(1)>"
    table = pd.DataFrame({bad: [bad]})
    assert "<img" not in table_html(table, title=bad, note=bad, unit=bad, source=bad)


def test_a_long_table_says_what_it_leaves_out():
    text = table_html(pd.DataFrame({"x": range(100)}), title="T")
    assert "40 more rows" in text


def test_numbers_and_sources_in_words():
    assert number_text(float("nan"), ",.0f") == ".."
    assert number_text(-1.5, ".1f") == "\u22121.5"
    assert source_line(["mine", "mine", None, ""]) == "mine"
