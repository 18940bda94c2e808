"""The workbook of a report: one sheet a table, each with title, unit and source, and a contents.

Text stays text: nothing in a cell becomes a formula or a link, whatever it starts with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from skillsfc.report.products import formula_unsafe

LONGEST_NAME = 31  # Excel's limit for the name of a sheet
FIRST_ROW = 5  # title, unit, source, note, an empty row, then the header
WIDEST, NARROWEST = 50, 8
MOST_ROWS = 1_048_576 - FIRST_ROW - 1
# The day is not the content: a workbook of the same numbers has the same bytes.
CREATED = datetime(1980, 1, 1)  # the first day that a zip file knows


def write_workbook(
    path: Path, tables: Path, manifest: Sequence[Mapping[str, Any]], *, title: str = ""
) -> int:
    """Write every published table into one workbook.

    Parameters
    ----------
    path : Path
        The ``.xlsx`` file to make.
    tables : Path
        Folder with the tables' csv files.
    manifest : sequence of mapping
        What the notebook published; its tables are written in that order.
    title : str
        Heading of the contents sheet.

    Returns
    -------
    int
        Number of tables written.
    """
    import xlsxwriter

    entries = [entry for entry in manifest if entry.get("kind") == "table"]
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": title, "created": CREATED})
        looks = {
            "title": book.add_format({"bold": True, "font_size": 13}),
            "head": book.add_format(
                {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
            ),
            "small": book.add_format({"font_color": "#52606d"}),
        }
        contents = book.add_worksheet("contents")
        names = sheet_names([entry["name"] for entry in entries])
        _write_contents(contents, entries, names, title=title, looks=looks)
        for entry, name in zip(entries, names, strict=True):
            frame = read_published(tables / f"{entry['name']}.csv", entry["columns"])
            _write_sheet(book.add_worksheet(name), frame, entry, looks)
    return len(entries)


def read_published(path: Path, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Return a published csv with its numbers as numbers and its text as it was before writing."""
    frame = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    frame.columns = pd.Index(list(kinds))
    for column, kind in kinds.items():
        if kind == "number":
            frame[column] = pd.to_numeric(frame[column].replace("", None))
        else:
            frame[column] = frame[column].map(formula_unsafe)
    return frame


def sheet_names(names: Sequence[str]) -> list[str]:
    """Return names cut to what a sheet may be called, each different.

    Examples
    --------
    >>> sheet_names(["jobs", "a" * 40, "a" * 41])[1:] == ["a" * 31, "a" * 29 + "_2"]
    True
    """
    taken = {"contents", "history"}  # our own first sheet; Excel reserves the other
    found: list[str] = []
    for name in names:
        candidate, count = name[:LONGEST_NAME], 1
        while candidate.lower() in taken:
            count += 1
            candidate = f"{name[: LONGEST_NAME - len(str(count)) - 1]}_{count}"
        taken.add(candidate.lower())
        found.append(candidate)
    return found


def _write_contents(
    sheet: Any,
    entries: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    *,
    title: str,
    looks: Mapping[str, Any],
) -> None:
    sheet.write_string(0, 0, title or "Tables", looks["title"])
    for column, heading in enumerate(("sheet", "title", "unit", "source", "rows")):
        sheet.write_string(2, column, heading, looks["head"])
    for row, (entry, name) in enumerate(zip(entries, names, strict=True), start=3):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", string=name)
        for column, key in enumerate(("title", "unit", "source"), start=1):
            sheet.write_string(row, column, str(entry.get(key, "")))
        sheet.write_number(row, 4, int(entry["rows"]))
    for column, width in enumerate((24, 60, 16, 60, 8)):
        sheet.set_column(column, column, width)


def _write_sheet(
    sheet: Any, frame: pd.DataFrame, entry: Mapping[str, Any], looks: Mapping[str, Any]
) -> None:
    sheet.write_string(0, 0, str(entry["title"]), looks["title"])
    for row, key in enumerate(("unit", "source", "note"), start=1):
        if entry.get(key):
            sheet.write_string(row, 0, f"{key}: {entry[key]}", looks["small"])
    for at, column in enumerate(frame.columns):
        sheet.write_string(FIRST_ROW, at, str(column), looks["head"])
        values = frame[column].head(MOST_ROWS)
        number = entry["columns"][column] == "number"
        for row, value in enumerate(values, start=FIRST_ROW + 1):
            if number and pd.notna(value) and abs(value) != float("inf"):
                sheet.write_number(row, at, value)
            elif not number and value != "":
                sheet.write_string(row, at, value)
        longest = max([len(str(column)), *(len(str(v)) for v in values.head(200))])
        sheet.set_column(at, at, min(WIDEST, max(NARROWEST, longest + 1)))
    sheet.freeze_panes(FIRST_ROW + 1, 0)
    if len(frame):
        sheet.autofilter(FIRST_ROW, 0, FIRST_ROW + len(frame), len(frame.columns) - 1)
