"""A user's own file as rows of text, before anything is known of its columns."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Container, Sequence
from datetime import datetime, time
from pathlib import Path

import pandas as pd

from skillsfc.errors import Problem, SourceError, did_you_mean, listing
from skillsfc.schema import dictionary
from skillsfc.sources.encoding import decode, refuse

LARGEST_FILE = 500_000_000  # [bytes]
LARGEST_UNPACKED = 2_000_000_000  # [bytes] of a workbook's parts; more is a bomb or not our kind
DELIMITERS = (",", ";", "\t", "|")
SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u066c"))  # thousands separators
ARABIC_POINT = "\u066b"
GROUPED = re.compile(r"[-+]?\d{1,3}( \d{3})+([.,]\d+)?")  # 1 234,5: blanks between thousands
HEADER_WITHIN = 20  # rows among which a header below a title is looked for
TABLE_FILES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")


def local_file(
    path: Path | str,
    kinds: tuple[str, ...] = TABLE_FILES,
    expected: str = "a local csv, xlsx or parquet file",
) -> Path:
    """Return a file that is there, is no address, is of a kind that is read and not too large."""
    text = str(path)
    if "://" in text or "\x00" in text:
        raise SourceError("file", [Problem(repr(text)[:200], "an address", expected)])
    file = Path(text).expanduser()
    found = ""
    if not file.exists():
        found = "no such file"
    elif not file.is_file():
        found = "not a file"
    elif file.suffix.lower() not in kinds:
        found = f"a {file.suffix or 'nameless'} file, which is not read"
    elif file.stat().st_size == 0:
        found = "empty"
    elif file.stat().st_size > LARGEST_FILE:
        found = f"{file.stat().st_size / 1e6:.0f} MB, more than {LARGEST_FILE / 1e6:.0f}"
    if found:
        raise SourceError(f"file {file.name}", [Problem(text, found, expected)])
    return file


def text_rows(
    file: Path, delimiter: str | None, encoding: str | None, notes: list[str] | None = None
) -> list[list[str]]:
    """Return the rows of a text file, blank ones left out; notes get how an old one was read."""
    raw = file.read_bytes()
    if raw.startswith(b"PK\x03\x04"):
        step = "Give it its true ending, such as .xlsx, or unpack it."
        raise refuse(file, "a workbook or an archive, not text", "a csv file", step)
    text = decode(raw, file, encoding, notes)
    if "\x00" in text:
        step = "If it is UTF-16 without a mark, say encoding='utf-16-le' or 'utf-16-be'."
        raise refuse(file, "not text: it holds NUL characters", "a csv file", step)
    header = text.lstrip().partition("\n")[0]
    if delimiter is not None and delimiter not in DELIMITERS:
        raise refuse(file, f"delimiter {delimiter!r}", f"one of {listing(DELIMITERS)}")
    separator = delimiter or _delimiter(header)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        step = "Is the file cut off, or a quote left open?"
        raise refuse(file, f"not readable as csv: {error}", step=step) from error
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    others = [sign for sign in DELIMITERS if sign in header and sign != delimiter]
    if delimiter and others and rows and len(rows[0]) == 1 and '"' not in header:
        found = f"one column only with the delimiter {delimiter!r}: {header.strip()[:60]!r}"
        raise refuse(file, found, f"perhaps delimiter= {listing(others)}")
    if rows and not text.endswith(("\n", "\r")) and len(rows[-1]) < len(rows[0]):
        found = f"its last row has {len(rows[-1])} of {len(rows[0])} cells"
        raise refuse(file, found, "whole rows", "Is the file cut off? Fetch it again.")
    return rows


def _delimiter(header: str) -> str:
    """Return the separator that cuts the header into the most column names of the dictionary."""
    words = set(dictionary().index)

    def known(separator: str) -> tuple[int, int]:
        names = [name.strip().strip('"') for name in header.split(separator)]
        return sum(name in words for name in names), len(names)

    return max(DELIMITERS, key=known)


def workbook_rows(
    file: Path, sheet: str | None
) -> tuple[list[list[str]], dict[str, frozenset[str]]]:
    """Return the rows of one sheet of a workbook as text, and by column which were numbers."""
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        step = "Install openpyxl, or save the sheet as csv."
        raise refuse(file, "xlsx needs the package openpyxl", step=step) from error
    try:
        with zipfile.ZipFile(file) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST_UNPACKED:
                raise refuse(file, "unpacks to more than 2 GB", "a workbook of tables")
        book = load_workbook(file, read_only=False, data_only=True)
    except SourceError:
        raise
    except Exception as error:  # openpyxl lets zip, xml and key errors through
        raise refuse(file, f"not a readable workbook ({type(error).__name__})") from error
    visible = [page.title for page in book.worksheets if page.sheet_state == "visible"]
    if sheet is None and len(visible) == 1:
        sheet = visible[0]
    if sheet is None or sheet not in book.sheetnames:
        found = f"no sheet {sheet!r}" if sheet else f"{len(visible)} visible sheets"
        guess = did_you_mean(sheet, visible) if sheet else ""
        problem = Problem(file.name, found, f"sheet= one of {listing(visible, 20)}", guess)
        raise SourceError(f"file {file.name}", [problem])
    page = book[sheet]
    if page.merged_cells.ranges:
        where = listing(page.merged_cells.ranges, 3)
        raise refuse(file, f"merged cells at {where}", "one header row, then data")
    values = list(page.iter_rows(values_only=True))
    rows = [row for row in ([_cell(value) for value in line] for line in values) if any(row)]
    header = [name.strip() for name in rows[0]] if rows else []
    columns = zip(header, zip(*values, strict=True), strict=True)
    return rows, {name: _numbers(column) for name, column in columns}


def _numbers(column: Sequence[object]) -> frozenset[str]:
    """Return the cells that are numbers with a point, unless a text looks the same."""
    typed = {_cell(value) for value in column if isinstance(value, float)}
    said = {value for value in column if isinstance(value, str)}
    return frozenset(text for text in typed - said if "." in text)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # Excel has no whole numbers: 2024 is stored as 2024.0
    if isinstance(value, datetime) and value.time() == time():
        return value.strftime("%Y-%m-%d")  # Excel has no days either, only moments
    return str(value)


def parquet_table(file: Path) -> pd.DataFrame:
    """Return a parquet file with the types that it has; a named index becomes columns."""
    try:
        frame = pd.read_parquet(file)
    except ImportError as error:
        step = "Install pyarrow, or save the table as csv."
        raise refuse(file, "parquet needs the package pyarrow", step=step) from error
    except Exception as error:
        raise refuse(file, f"not a readable parquet file ({type(error).__name__})") from error
    named = [name for name in frame.index.names if name is not None]
    twice = [name for name in named if name in frame.columns]
    if twice:
        raise refuse(file, f"both in the index and a column: {listing(twice)}", "each name once")
    unnamed = [at for at, name in enumerate(frame.index.names) if name is None]
    if not named:
        return frame.reset_index(drop=True)
    return (frame.droplevel(unnamed) if unnamed else frame).reset_index()


def framed(file: Path, rows: list[list[str]]) -> pd.DataFrame:
    """Return rows of text as a table, or refuse a header or rows that do not fit together."""
    if len(rows) < 2:
        raise refuse(file, "no rows below the header" if rows else "empty", "a header and rows")
    header = [name.strip() for name in rows[0]]
    problems, below = list[Problem](), _header_below(rows)
    twice = [name for name, count in Counter(header).items() if count > 1 and name]
    if twice:
        problems.append(Problem("header", f"named twice: {listing(twice)}", "each name once"))
    if "" in header:
        where = [str(at) for at, name in enumerate(header, start=1) if not name]
        found = f"no name in column {listing(where)}"
        problems.append(Problem("header", found, "a name each", next_step=below))
    ragged = [at for at, row in enumerate(rows[1:], start=2) if len(row) != len(header)]
    if ragged:
        cells = len(rows[ragged[0] - 1])
        found = (
            f"{len(ragged)} rows do not have {len(header)} cells (first: row {ragged[0]}, {cells})"
        )
        step = "Is the file cut off, or the delimiter another one?"
        if ragged[0] + len(ragged) == len(rows) + 1 and len(ragged) < len(rows) - 1:
            short = all(sum(map(bool, row)) <= 1 for row in rows[ragged[0] - 1 :])
            step = "Are the last rows notes? Delete them." if short else step
        problems.append(Problem("rows", found, next_step=below or step))
    if problems:
        raise SourceError(f"file {file.name}", problems)
    return pd.DataFrame(rows[1:], columns=header, dtype="str")


def _header_below(rows: list[list[str]]) -> str:
    """Return the hint that the header stands below a title, or nothing."""
    widths = [sum(bool(cell.strip()) for cell in row) for row in rows[:HEADER_WITHIN]]
    at = widths.index(max(widths))
    names = [cell.strip() for cell in rows[at] if cell.strip()]
    if at == 0 or len(set(names)) < len(names) or any(name[:1].isdigit() for name in names):
        return ""
    return f"Does the header begin with {listing(names[:3])}? Delete what stands above it."


def plain_number(
    decimal: str, numbers: Container[str] = frozenset()
) -> Callable[[str], str | None]:
    """Return a function that writes a number as Python reads it, or None where that is unclear.

    Blanks between thousands and the Arabic decimal sign can mean one thing only and are read.

    Parameters
    ----------
    decimal : {".", ","}
        Decimal sign of numbers in text.
    numbers : container of str
        Cells that were numbers in the file and so have a decimal point for sure.

    Examples
    --------
    >>> plain = plain_number(",", {"2.5"})
    >>> plain("1,5"), plain("1.234"), plain("2.5")
    ('1.5', None, '2.5')
    >>> plain("1 234,5"), plain("1\u066c234\u066b5")
    ('1234.5', '1234.5')
    """

    def plain(text: str) -> str | None:
        digits = "".join(
            str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text
        ).translate(SPACES)
        if GROUPED.fullmatch(digits):
            digits = digits.replace(" ", "")
        if ARABIC_POINT in digits and not {".", ","} & set(digits):
            return digits.replace(ARABIC_POINT, ".")
        if decimal != "," or text in numbers:
            return digits
        # A point beside a declared decimal comma is a thousands separator or a slip: not ours.
        return None if "." in digits else digits.replace(",", ".")

    return plain
