"""Person files as they are: csv, xlsx, Stata, SPSS and parquet, with the labels they carry."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.sources.encoding import refuse
from skillsfc.sources.raw_rows import (
    TABLE_FILES,
    framed,
    local_file,
    parquet_table,
    text_rows,
    workbook_rows,
)
from skillsfc.sources.surveys.old_stata import (
    FIRST_UNICODE,
    stata_format,
    text_cells,
    text_columns,
    true_words,
)
from skillsfc.sources.surveys.spss_dates import kind_of_format, told_dates

SURVEY_FILES = (*TABLE_FILES, ".dta", ".sav", ".zsav")
FIRST_EMPTY = 2147483621  # Stata's . as a whole number; .a to .z follow
EXPECTED = "a local csv, xlsx, Stata (.dta), SPSS (.sav) or parquet file"


@dataclass(frozen=True)
class RawFile:
    """A person file before its columns are known.

    Parameters
    ----------
    table : DataFrame
        Cells as text, "" where empty; numbers in the shortest form that gives them back.
    columns : mapping of str
        Label of a column, where the file has one.
    code_labels : mapping of mappings of str
        Labels of a column's codes, where the file has them.
    numbers : mapping of sets of str
        Cells of a column that were numbers with a point in the file, not text.
    declared : mapping of sets of str
        Codes of a column that the file itself declares to mean no answer.
    notes : tuple of str
        How an old encoding was chosen.
    """

    table: pd.DataFrame
    columns: dict[str, str] = field(default_factory=dict)
    code_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    numbers: dict[str, frozenset[str]] = field(default_factory=dict)
    declared: dict[str, frozenset[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_raw(
    path: Path | str, *, delimiter: str | None, encoding: str | None, sheet: str | None
) -> tuple[Path, RawFile]:
    """Return a person file with its labels.

    Raises
    ------
    SourceError
        If the file is not there, not readable, cut off, empty or ambiguous.
    """
    file = local_file(path, SURVEY_FILES, EXPECTED)
    kind = file.suffix.lower()
    if kind == ".dta":
        raw = _stata(file, encoding)
    elif kind in (".sav", ".zsav"):
        raw = _spss(file, encoding)
    elif kind == ".parquet":
        cells, numbers = typed_cells(parquet_table(file))
        raw = RawFile(cells, numbers=numbers)
    elif kind == ".xlsx":
        rows, numbers = workbook_rows(file, sheet)
        raw = RawFile(framed(file, rows), numbers=numbers)
    else:
        notes: list[str] = []
        cells = framed(file, text_rows(file, delimiter, encoding, notes))
        raw = RawFile(cells, notes=tuple(notes))
    if raw.table.empty:
        raise refuse(file, "no rows", "a person or a spell a row")
    return file, raw


def _stata(file: Path, encoding: str | None) -> RawFile:
    try:
        with pd.io.stata.StataReader(file, convert_categoricals=False) as reader:
            table = reader.read()
            columns, sets = reader.variable_labels(), reader.value_labels()
            # The sets have names of their own; which column uses which is not public in pandas.
            named: list[str] = list(reader._lbllist)
    except Exception as error:  # the reader lets struct, unicode and key errors through
        step = "Is it cut off, or a file of another kind with this ending?"
        found = f"not a readable Stata file ({type(error).__name__})"
        raise refuse(file, found, step=step) from error
    used = dict(zip(table.columns, named, strict=True))
    values = {
        column: {_stata_code(code): str(text) for code, text in sets[used[column]].items()}
        for column in table.columns
        if used[column] in sets
    }
    notes: list[str] = []
    if stata_format(file) < FIRST_UNICODE:
        said = [text for codes in values.values() for text in codes.values()]
        texts = [*table.columns, *columns.values(), *said, *text_cells(table)]
        words = true_words(texts, file, encoding, notes)
        table = table.assign(
            **{c: table[c].map(lambda t: words.get(t, t)) for c in text_columns(table)}
        ).rename(columns=words)
        columns = {words.get(k, k): words.get(v, v) for k, v in columns.items()}
        values = {
            words.get(k, k): {code: words.get(text, text) for code, text in codes.items()}
            for k, codes in values.items()
        }
    cells, numbers = typed_cells(table)
    titles = {k: v for k, v in columns.items() if v}
    return RawFile(cells, titles, values, numbers, notes=tuple(notes))


def _stata_code(code: object) -> str:
    """Return the code of a label; those above all numbers stand for empty cells, .a to .z."""
    if isinstance(code, (int, np.integer)) and code >= FIRST_EMPTY:
        return "." + "abcdefghijklmnopqrstuvwxyz"[: code - FIRST_EMPTY][-1:]
    return _cell(code)


def _spss(file: Path, encoding: str | None) -> RawFile:
    try:
        import pyreadstat
    except ImportError as error:
        step = "pip install 'skillsfc[microdata]', or save the file as .dta or .csv."
        raise refuse(file, "SPSS files need the package pyreadstat", step=step) from error
    try:
        # Seconds, not dates: a code for no answer may be no date at all.
        table, about = pyreadstat.read_sav(
            str(file), user_missing=True, encoding=encoding, disable_datetime_conversion=True
        )
    except Exception as error:
        step = "Is it cut off, or in an encoding that has to be named, as encoding='cp1251'?"
        found = f"not a readable SPSS file ({type(error).__name__})"
        raise refuse(file, found, step=step) from error
    labels: dict[str, Any] = about.column_names_to_labels
    values = {
        column: {_cell(code): str(text) for code, text in codes.items()}
        for column, codes in about.variable_value_labels.items()
    }
    declared = {
        column: _declared(table[column], ranges)
        for column, ranges in about.missing_ranges.items()
        if column in table.columns
    }
    for column, form in about.original_variable_types.items():
        kind = kind_of_format(form)
        if kind and pd.api.types.is_numeric_dtype(table[column]):
            codes = {
                *about.variable_value_labels.get(column, ()),
                *map(float, declared.get(column, ())),
            }
            table[column] = told_dates(table[column], kind, codes)
    cells, numbers = typed_cells(table)
    return RawFile(cells, {k: v for k, v in labels.items() if v}, values, numbers, declared)


def _declared(column: pd.Series, ranges: list[dict[str, Any]]) -> frozenset[str]:
    """Return the codes found in a column that lie in the ranges declared to mean no answer."""
    codes = set()
    for value in column.dropna().unique():
        for ends in ranges:
            low, high = ends["lo"], ends["hi"]
            if isinstance(value, str) != isinstance(low, str):
                continue  # a code of the other type cannot be meant
            if isinstance(value, str):
                hit = low.strip() <= value.strip() <= high.strip()
            else:
                hit = isinstance(value, (int, float, np.number)) and low <= value <= high
            if hit:
                codes.add(_cell(value))
    return frozenset(codes)


def typed_cells(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, frozenset[str]]]:
    """Return every cell as text, "" where missing, and by column which texts were numbers.

    Whole numbers are written without a point; those with one are listed, because in a text file
    with a decimal comma the same signs could mean a thousand times as much.

    Examples
    --------
    >>> text, numbers = typed_cells(pd.DataFrame({"a": [1.5, None], "b": [True, False]}))
    >>> text.to_numpy().tolist()
    [['1.5', 'true'], ['', 'false']]
    >>> sorted(numbers["a"])
    ['1.5']
    """
    columns, numbers = {}, {}
    for name, column in table.items():
        columns[str(name)], numbers[str(name)] = _text(column)
    return pd.DataFrame(columns, dtype="str", index=table.index), numbers


def _text(column: pd.Series) -> tuple[pd.Series, frozenset[str]]:
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.strftime("%Y-%m-%d").fillna(""), frozenset()
    try:
        places, distinct = pd.factorize(column)
    except TypeError:  # lists and the like, of parquet files
        places, distinct = pd.factorize(column.map(str))
    words = [*(_cell(value) for value in distinct), ""]
    typed = {w for w, value in zip(words, distinct, strict=False) if not isinstance(value, str)}
    said = {w for w, value in zip(words, distinct, strict=False) if isinstance(value, str)}
    text = pd.Series(np.array(words, dtype=object)[places], index=column.index)
    return text, frozenset(word for word in typed - said if "." in word)


def _cell(value: object) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, bytes):  # text of parquet files that does not say that it is text
        return value.decode("utf-8", errors="replace")
    return str(value)
