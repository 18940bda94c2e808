"""A user's own file becomes a table as text first, and is then held to the schema.

Nothing is guessed that could be wrong without being seen: the encoding must be the only one that
fits, a decimal comma must be declared, codes such as ``0110`` and ``NA`` stay text, and a file
that ends in the middle of a row is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from skillsfc.checks import check
from skillsfc.countries import country_code
from skillsfc.errors import CoverageError, Problem, SourceError, TableError, listing
from skillsfc.schema import dictionary
from skillsfc.sources.raw_rows import (
    framed,
    local_file,
    parquet_table,
    plain_number,
    text_rows,
    workbook_rows,
)


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
    file = local_file(path)
    if decimal not in (".", ","):
        raise SourceError(f"file {file.name}", [Problem("decimal", repr(decimal), "'.' or ','")])
    kind = file.suffix.lower()
    unclear: list[Problem] = []
    if kind == ".parquet":
        frame = parquet_table(file)
    else:
        numbers: Mapping[str, frozenset[str]] = {}
        if kind == ".xlsx":
            rows, numbers = workbook_rows(file, sheet)
        else:
            rows = text_rows(file, delimiter, encoding)
        frame = _typed(framed(file, rows), decimal, numbers, unclear)
    checked = _checked(frame, table, unclear)
    return checked if country is None else _of_country(checked, country, file)


def _checked(frame: pd.DataFrame, name: str | None, unclear: list[Problem]) -> pd.DataFrame:
    """Return the checked table, or raise with unclear numbers and all other problems at once."""
    try:
        checked = check(frame, name=name)
    except TableError as error:
        raise TableError(error.subject, [*unclear, *error.problems]) from None
    if unclear:
        raise TableError(f"{name} table" if name else "table", unclear)
    return checked


def _of_country(table: pd.DataFrame, country: str, file: Path) -> pd.DataFrame:
    code = country_code(country)
    have = table["country"].unique() if "country" in table.columns else []
    if code not in have:
        found = f"has no row of {code}"
        expected = f"one of {listing(have)}" if len(have) else "a column 'country'"
        raise CoverageError(f"file {file.name}", [Problem(file.name, found, expected)])
    return table[table["country"] == code].reset_index(drop=True)


def _typed(
    frame: pd.DataFrame,
    decimal: str,
    typed_numbers: Mapping[str, frozenset[str]],
    unclear: list[Problem],
) -> pd.DataFrame:
    """Give the dictionary's numeric columns their type; empty cells become missing values.

    A column with a cell that is no number stays text: `check` names it with all other problems.
    What `check` would read as a number, though it may be another, is added to ``unclear``.
    """
    words = dictionary()
    typed = frame.copy()
    for column in frame.columns:
        text = frame[column].str.strip()
        if column not in words.index or words.loc[column, "dtype"] == "string":
            typed[column] = text.where(text != "", None)
            continue
        plain = text.map(plain_number(decimal, typed_numbers.get(column, frozenset())))
        numbers = pd.to_numeric(plain.where(plain != "", None), errors="coerce")
        bad = (text != "") & numbers.isna()
        typed[column] = plain.mask(bad, text).where(text != "", None) if bad.any() else numbers
        pointed = plain.isna() & pd.to_numeric(text, errors="coerce").notna()
        if pointed.any():
            found = f"{int(pointed.sum())} values with a point: {listing(text[pointed].unique())}"
            step = "Is it a thousands separator? Then leave it out; else say decimal='.'."
            where = f"column {column!r}"
            unclear.append(Problem(where, found, "numbers with a decimal comma", "", step))
    return typed
