"""A user's own file becomes a table as text first, and is then held to the schema.

Nothing is guessed that could be wrong without being seen: the encoding must be the only one that
fits, a decimal comma must be declared, codes such as ``0110`` and ``NA`` stay text, and a file
that ends in the middle of a row is refused.
"""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from skillsfc.checks import check
from skillsfc.countries import country_code
from skillsfc.errors import CoverageError, Problem, SourceError, did_you_mean, listing
from skillsfc.schema import dictionary
from skillsfc.sources.encoding import decode, refuse

LARGEST_FILE = 500_000_000  # [bytes]
LARGEST_UNPACKED = 2_000_000_000  # [bytes] of a workbook's parts; more is a bomb or not our kind
DELIMITERS = (",", ";", "\t")
SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2009"))  # thousands separators


def read_table(
    path: Path | str,
    *,
    table: str | None = None,
    decimal: str = ".",
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    country: str | None = None,
) -> pd.DataFrame:
    """Read a csv, xlsx or parquet file of your own and check it against the schema.

    Parameters
    ----------
    path : Path or str
        Local file; addresses, pickles and folders are refused.
    table : str, optional
        Name of the table that it should be, such as ``"employment"``; its keys and measure are
        then required.
    decimal : {".", ","}
        Decimal sign of the numbers in a text file. Never guessed: 1.234 may be either.
    delimiter : str, optional
        Column separator of a text file: comma, semicolon or tab; found in its header by default.
    encoding : str, optional
        Encoding of a text file. By default UTF-8 or UTF-16 where the file is that, else the one
        old code page that makes letters of one script of it; otherwise the error lists those
        that could be meant.
    sheet : str, optional
        Sheet of a workbook that has several visible ones.
    country : str, optional
        Keep only the rows of this country: an ISO alpha-3 code or alias. A file without it is
        refused, so that one country's numbers never stand under another's name.

    Returns
    -------
    DataFrame
        Checked tidy table, as from `skillsfc.check`.

    Raises
    ------
    SourceError
        If the file is not there, not readable, cut off, empty or ambiguous.
    TableError
        If its columns, codes, units or values are not those of the schema: all problems at once.
    CoverageError
        If the file has no row of ``country``.

    Examples
    --------
    >>> import skillsfc as sf
    >>> sf.read_table("no_such_file.csv")
    Traceback (most recent call last):
    skillsfc.errors.SourceError: file no_such_file.csv, 1 problem
      no_such_file.csv: no such file; expected a local csv, xlsx or parquet file.
    """
    file = _local_file(path)
    if decimal not in (".", ","):
        raise SourceError(f"file {file.name}", [Problem("decimal", repr(decimal), "'.' or ','")])
    kind = file.suffix.lower()
    if kind == ".xlsx":
        rows = _read_workbook(file, sheet)
    elif kind == ".parquet":
        rows = _read_parquet(file)
    else:
        rows = _read_text(file, delimiter, encoding)
    frame = _typed(_framed(file, rows), decimal) if isinstance(rows, list) else rows
    checked = check(frame, name=table)
    return checked if country is None else _of_country(checked, country, file)


def _of_country(table: pd.DataFrame, country: str, file: Path) -> pd.DataFrame:
    code = country_code(country)
    have = table["country"].unique() if "country" in table.columns else []
    if code not in have:
        found = f"has no row of {code}"
        expected = f"one of {listing(have)}" if len(have) else "a column 'country'"
        raise CoverageError(f"file {file.name}", [Problem(file.name, found, expected)])
    return table[table["country"] == code].reset_index(drop=True)


def _local_file(path: Path | str) -> Path:
    text = str(path)
    expected = "a local csv, xlsx or parquet file"
    if "://" in text or "\x00" in text:
        raise SourceError("file", [Problem(repr(text)[:200], "an address", expected)])
    file = Path(text).expanduser()
    found = ""
    if not file.exists():
        found = "no such file"
    elif not file.is_file():
        found = "not a file"
    elif file.suffix.lower() not in (".csv", ".tsv", ".txt", ".xlsx", ".parquet"):
        found = f"a {file.suffix or 'nameless'} file, which is not read"
    elif file.stat().st_size == 0:
        found = "empty"
    elif file.stat().st_size > LARGEST_FILE:
        found = f"{file.stat().st_size / 1e6:.0f} MB, more than {LARGEST_FILE / 1e6:.0f}"
    if found:
        raise SourceError(f"file {file.name}", [Problem(text, found, expected)])
    return file


def _read_text(file: Path, delimiter: str | None, encoding: str | None) -> list[list[str]]:
    text = decode(file.read_bytes(), file, encoding)
    if "\x00" in text:
        raise refuse(file, "not text: it holds NUL characters", "a csv file")
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


def _read_workbook(file: Path, sheet: str | None) -> list[list[str]]:
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
    rows = [[_cell(value) for value in row] for row in page.iter_rows(values_only=True)]
    return [row for row in rows if any(row)]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # Excel has no whole numbers: 2024 is stored as 2024.0
    return str(value)


def _read_parquet(file: Path) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(file)
    except ImportError as error:
        step = "Install pyarrow, or save the table as csv."
        raise refuse(file, "parquet needs the package pyarrow", step=step) from error
    except Exception as error:
        raise refuse(file, f"not a readable parquet file ({type(error).__name__})") from error
    return frame.reset_index(drop=True)


def _framed(file: Path, rows: list[list[str]]) -> pd.DataFrame:
    """Return rows of text as a table, or refuse a header or rows that do not fit together."""
    if len(rows) < 2:
        raise refuse(file, "no rows below the header" if rows else "empty", "a header and rows")
    header = [name.strip() for name in rows[0]]
    problems = []
    twice = [name for name, count in Counter(header).items() if count > 1 and name]
    if twice:
        problems.append(Problem("header", f"named twice: {listing(twice)}", "each name once"))
    if "" in header:
        where = [str(at) for at, name in enumerate(header, start=1) if not name]
        problems.append(Problem("header", f"no name in column {listing(where)}", "a name each"))
    ragged = [at for at, row in enumerate(rows[1:], start=2) if len(row) != len(header)]
    if ragged:
        cells = len(rows[ragged[0] - 1])
        found = (
            f"{len(ragged)} rows do not have {len(header)} cells (first: row {ragged[0]}, {cells})"
        )
        step = "Is the file cut off, or the delimiter another one?"
        problems.append(Problem("rows", found, next_step=step))
    if problems:
        raise SourceError(f"file {file.name}", problems)
    return pd.DataFrame(rows[1:], columns=header, dtype="str")


def _typed(frame: pd.DataFrame, decimal: str) -> pd.DataFrame:
    """Give the dictionary's numeric columns their type; empty cells become missing values.

    A column with a cell that is no number stays text: `check` names it with all other problems.
    """
    words = dictionary()
    typed = frame.copy()
    for column in frame.columns:
        text = frame[column].str.strip()
        if column not in words.index or words.loc[column, "dtype"] == "string":
            typed[column] = text.where(text != "", None)
            continue
        plain = text.map(_plain_number(decimal))
        numbers = pd.to_numeric(plain.where(plain != "", None), errors="coerce")
        bad = (text != "") & numbers.isna()
        typed[column] = plain.mask(bad, text).where(text != "", None) if bad.any() else numbers
    return typed


def _plain_number(decimal: str) -> Callable[[str], str]:
    """Return a function that writes a number as Python reads it; what is unclear stays as it is."""

    def plain(text: str) -> str:
        digits = "".join(
            str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text
        ).translate(SPACES)
        if decimal == ",":
            # A point beside a declared decimal comma is a thousands separator or a slip: not ours.
            return digits if "." in digits else digits.replace(",", ".")
        return digits

    return plain
