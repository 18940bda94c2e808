"""Person files as they are: csv, xlsx, Stata, SPSS and parquet, with the labels they carry."""

from __future__ import annotations

from dataclasses import dataclass, field
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

SURVEY_FILES = (*TABLE_FILES, ".dta", ".sav", ".zsav")
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
    """

    table: pd.DataFrame
    columns: dict[str, str] = field(default_factory=dict)
    code_labels: dict[str, dict[str, str]] = field(default_factory=dict)


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
        raw = _stata(file)
    elif kind in (".sav", ".zsav"):
        raw = _spss(file, encoding)
    elif kind == ".parquet":
        raw = RawFile(as_text(parquet_table(file)))
    elif kind == ".xlsx":
        raw = RawFile(framed(file, workbook_rows(file, sheet)))
    else:
        raw = RawFile(framed(file, text_rows(file, delimiter, encoding)))
    if raw.table.empty:
        raise refuse(file, "no rows", "a person or a spell a row")
    return file, raw


def _stata(file: Path) -> RawFile:
    try:
        with pd.io.stata.StataReader(file, convert_categoricals=False) as reader:
            table = reader.read()
            columns, sets = reader.variable_labels(), reader.value_labels()
            # The sets have names of their own; which column uses which is not public in pandas.
            named: list[str] = list(reader._lbllist)
    except Exception as error:  # the reader lets struct, unicode and key errors through
        raise refuse(file, f"not a readable Stata file ({type(error).__name__})") from error
    used = dict(zip(table.columns, named, strict=True))
    values = {
        column: {_cell(code): str(text) for code, text in sets[used[column]].items()}
        for column in table.columns
        if used[column] in sets
    }
    return RawFile(as_text(table), {k: v for k, v in columns.items() if v}, values)


def _spss(file: Path, encoding: str | None) -> RawFile:
    try:
        import pyreadstat
    except ImportError as error:
        step = "pip install 'skillsfc[microdata]', or save the file as .dta or .csv."
        raise refuse(file, "SPSS files need the package pyreadstat", step=step) from error
    try:
        table, about = pyreadstat.read_sav(str(file), user_missing=True, encoding=encoding)
    except Exception as error:
        step = "Say which encoding it has, such as encoding='cp1251'."
        found = f"not a readable SPSS file ({type(error).__name__})"
        raise refuse(file, found, step=step) from error
    labels: dict[str, Any] = about.column_names_to_labels
    values = {
        column: {_cell(code): str(text) for code, text in codes.items()}
        for column, codes in about.variable_value_labels.items()
    }
    return RawFile(as_text(table), {k: v for k, v in labels.items() if v}, values)


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return every cell as text, "" where missing, and whole numbers without a point.

    Examples
    --------
    >>> as_text(pd.DataFrame({"a": [1.0, None], "b": [True, False]})).to_numpy().tolist()
    [['1', 'true'], ['', 'false']]
    """
    return pd.DataFrame({str(name): _text(column) for name, column in table.items()}, dtype="str")


def _text(column: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.strftime("%Y-%m-%d").fillna("")
    places, distinct = pd.factorize(column)
    words = np.array([*(_cell(value) for value in distinct), ""], dtype=object)
    return pd.Series(words[places], index=column.index)


def _cell(value: object) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value)
