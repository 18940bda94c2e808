"""The workbook holds what was published: numbers as numbers, text as text, never a formula."""

import pandas as pd
import pytest
from openpyxl import load_workbook

from skillsfc.report.collect import publish_table
from skillsfc.report.products import MARKER, read_manifest
from skillsfc.report.workbook import FIRST_ROW, read_published, sheet_names, write_workbook

DANGEROUS = [
    "=1+1",
    "+1",
    "-cmd",
    "@SUM(A1)",
    "\ttab",
    "'=quoted",
    '=HYPERLINK("http://evil.example","x")',
    "http://evil.example",
    "0110",
    "NA",
    "1E5",
    "{=1}",
]


@pytest.fixture
def published(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / MARKER).write_text("{}")
    table = pd.DataFrame({"code": DANGEROUS, "persons": [-1.5, None, *range(10)]})
    publish_table(table, name="codes", title="=Title", unit="persons", source="@me", note="-note")
    publish_table(table.head(1), name="a_very_long_name_for_a_table_of_jobs_1", title="T")
    publish_table(table.head(1), name="a_very_long_name_for_a_table_of_jobs_2", title="T")
    return tmp_path, table


def made(folder):
    path = folder / "workbook.xlsx"
    count = write_workbook(path, folder / "tables", read_manifest(folder), title="Report")
    return path, count


def test_no_cell_is_a_formula_or_an_outer_link(published):
    path, count = made(published[0])
    assert count == 3
    for sheet in load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate, cell.value)
                assert cell.hyperlink is None or cell.hyperlink.target is None


def test_values_come_back_as_they_were(published):
    path, _ = made(published[0])
    sheet = load_workbook(path)["codes"]
    rows = list(sheet.iter_rows(min_row=FIRST_ROW + 2, values_only=True))
    assert [row[0] for row in rows] == DANGEROUS
    assert [row[1] for row in rows][:3] == [-1.5, None, 0]
    assert sheet["A1"].value == "=Title"
    assert [sheet.cell(row, 1).value for row in (2, 3, 4)] == [
        "unit: persons",
        "source: @me",
        "note: -note",
    ]


def test_contents_names_every_sheet(published):
    path, _ = made(published[0])
    book = load_workbook(path)
    listed = [row[0] for row in book["contents"].iter_rows(min_row=4, values_only=True)]
    assert listed == book.sheetnames[1:]
    assert len(set(listed)) == 3
    assert all(len(name) <= 31 for name in listed)


def test_the_csv_is_read_back_as_it_was_published(published):
    folder, table = published
    entry = read_manifest(folder)[0]
    found = read_published(folder / "tables" / "codes.csv", entry["columns"])
    assert list(found["code"]) == list(table["code"])
    pd.testing.assert_series_equal(found["persons"], table["persons"], check_dtype=False)


def test_the_same_tables_give_the_same_bytes(published):
    first = made(published[0])[0].read_bytes()
    assert made(published[0])[0].read_bytes() == first


def test_sheet_names_avoid_the_reserved_ones():
    assert sheet_names(["contents", "history", "jobs", "jobs"]) == [
        "contents_2",
        "history_2",
        "jobs",
        "jobs_2",
    ]
