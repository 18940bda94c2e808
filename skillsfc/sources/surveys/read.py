"""Person files of a survey, in the library's columns: `read_survey` and `read_spells`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, TableError, listing
from skillsfc.results import Result
from skillsfc.sources.raw_rows import plain_number
from skillsfc.sources.surveys.formats import RawFile, read_raw
from skillsfc.sources.surveys.mapping import ColumnRule, composed, person_columns, read_mapping
from skillsfc.sources.surveys.recode import Recoded, recode
from skillsfc.sources.surveys.totals import totals_of
from skillsfc.sources.surveys.written_dates import coarse_dates

SPELL_TIMES = (("start", "end"), ("start_year", "end_year"))


@dataclass(frozen=True)
class SurveySettings:
    """How a person file was read.

    Parameters
    ----------
    file : str
        Its name.
    decimal : str
        Decimal sign of numbers in text.
    encoding : str or None
        The encoding that the user named.
    """

    file: str
    decimal: str = "."
    encoding: str | None = None


@dataclass(frozen=True, eq=False, repr=False)
class PersonFile(Result):
    """A person file in the library's columns. Printing it shows its columns, never its rows.

    Parameters
    ----------
    labels : DataFrame
        What the file itself says of its columns and codes: ``column, original, title, code,
        label``.

    Notes
    -----
    ``diagnostics`` has a row for each column: original name, rows recoded, rows without an
    answer, and what the column means.

    Examples
    --------
    >>> made = PersonFile(pd.DataFrame({"age": [21]}), SurveySettings("survey.csv"))
    >>> print(made.summary())
    PersonFile survey.csv: 1 row, columns 'age'
    """

    shown: ClassVar[tuple[str, ...]] = ("diagnostics",)

    labels: pd.DataFrame = field(default_factory=pd.DataFrame)

    def summary(self) -> str:
        """Return name, size and columns; the rows are confidential."""
        rows = len(self.table)
        name = getattr(self.settings, "file", "")
        text = (
            f"{type(self).__name__} {name}: {rows} row{'s' if rows != 1 else ''}, "
            f"columns {listing(self.table.columns, 40)}"
        )
        return "\n".join(
            [text, *(["Notes"] if self.notes else []), *(f"  {n}" for n in self.notes)]
        )


def read_survey(
    path: Path | str,
    *,
    mapping: Mapping[str, Any] | Path | str | None = None,
    decimal: str = ".",
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
) -> PersonFile:
    r"""Read a survey's person file and give it the library's column names, codes and types.

    Use it for every file of persons: a labour force survey, a transition survey, a tracer study,
    a panel of interviews. Labels of Stata and SPSS files are kept, and a mapping may name a code
    or its label. It weights and estimates nothing.

    Parameters
    ----------
    path : Path or str
        Local csv, xlsx, Stata (.dta), SPSS (.sav) or parquet file; addresses are refused.
    mapping : mapping, Path or str, optional
        YAML file, or the same as dicts: ``columns`` gives for each of our columns the file's
        ``column`` (or ``columns`` to join by a hyphen), ``values`` (their code or label: our
        word), ``missing`` (codes for no answer) and ``dates`` (``day first`` or ``month first``,
        where the file does not show it); ``keep`` lists columns to take as they are.
        Without it the columns that have our names are taken. Headers may be in any script.
    decimal : {".", ","}
        Decimal sign of numbers in text; numbers of typed files have none to declare.
    delimiter, encoding, sheet : str, optional
        As for `skillsfc.read_table`; an encoding is found only where it is certain, and a note
        says which old one was. Stata files up to format 117 (Stata 13) do not say theirs either.

    Returns
    -------
    PersonFile
        ``table`` with one row a person; ``diagnostics`` with what was recoded and what is missing
        in each column; ``labels``.

    Raises
    ------
    SourceError
        If the file or the mapping cannot be read.
    ParameterError
        If the mapping names what the file does not have, or ``decimal`` is another sign.
    TableError
        If a code has no meaning in the mapping or a value is not of its column's type: all
        problems at once.

    Notes
    -----
    A code wins over a label that reads the same. Codes that an SPSS file declares to mean no
    answer are left empty, unless the mapping names them under ``values``; a note counts them.
    Times such as ``start`` and ``birth`` are numbers, or all dates ``1993-07`` or ``1993-07-15``,
    which stay text; date columns of typed files become that.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "s.csv").write_text("Возраст;пол\n21;1\n34;2\n", encoding="cp1251")
    >>> mapping = {"columns": {"age": "Возраст", "sex": {"column": "пол",
    ...            "values": {"1": "M", "2": "F"}}}}
    >>> read_survey(folder / "s.csv", mapping=mapping).table.to_dict("list")
    {'age': [21, 34], 'sex': ['M', 'F']}
    """
    if decimal not in (".", ","):
        raise ParameterError("read_survey", [Problem("decimal", repr(decimal), "'.' or ','")])
    file, raw = read_raw(path, delimiter=delimiter, encoding=encoding, sheet=sheet)
    raw = _composed(raw)
    rules = read_mapping(mapping, list(raw.table.columns))
    if not rules:
        found = f"none of the file's columns has a name that is known: {listing(raw.table.columns)}"
        step = "Give a mapping, such as {'columns': {'age': 'AGE'}}."
        raise TableError(f"file {file.name}", [Problem("columns", found, next_step=step)])
    problems = totals_of(raw.table, plain_number(decimal))
    made = {rule.name: recode(raw, rule, decimal=decimal, problems=problems) for rule in rules}
    if problems:
        raise TableError(f"file {file.name}", problems)
    table = pd.DataFrame({name: one.column for name, one in made.items()})
    known = person_columns()["definition"]
    diagnostics = pd.DataFrame(
        {
            "column": list(made),
            "original": [" + ".join(rule.columns) for rule in rules],
            "recoded": [one.recoded for one in made.values()],
            "missing": [one.missing for one in made.values()],
            "definition": [str(known.get(name, "as in the file")) for name in made],
        }
    )
    return PersonFile(
        table,
        SurveySettings(file.name, decimal, encoding),
        diagnostics,
        _notes(raw, rules, made),
        {"version": __version__, "inputs": {file.name: _digest(file)}},
        labels=_labels(raw, rules),
    )


def read_spells(
    path: Path | str,
    *,
    mapping: Mapping[str, Any] | Path | str | None = None,
    decimal: str = ".",
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
) -> PersonFile:
    r"""Read a file with one row a spell: a person's stay in a state.

    Give what it returns to `skillsfc.check_spells`, which counts overlaps, gaps, impossible dates
    and all else that such files hold.

    Parameters
    ----------
    path, mapping, decimal, delimiter, encoding, sheet
        As for `read_survey`. The mapping must make ``person, state`` and either ``start, end``
        (numbers, or dates such as ``1993-07`` or ``1993Q3``) or ``start_year, end_year`` (with
        ``start_month, end_month`` where known).

    Returns
    -------
    PersonFile
        ``table`` with one row a spell, not yet checked as spells.

    Raises
    ------
    SourceError, ParameterError, TableError
        As `read_survey`; also if a column that a spell needs is not made.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "spells.csv"
    >>> _ = file.write_text("person,state,start,end,to_state\n1,school,0,24,work\n")
    >>> read_spells(file).table["end"].tolist()
    [24.0]
    """
    made = read_survey(
        path, mapping=mapping, decimal=decimal, delimiter=delimiter, encoding=encoding, sheet=sheet
    )
    have = set(made.table.columns)
    problems = [
        Problem(f"column '{name}'", "missing", "a column of the file, named in the mapping")
        for name in ("person", "state")
        if name not in have
    ]
    if not any(set(pair) <= have for pair in SPELL_TIMES):
        found = "no beginning and end of spells"
        problems.append(Problem("columns", found, "start and end, or start_year and end_year"))
    if problems:
        raise TableError(f"file {getattr(made.settings, 'file', '')}", problems)
    return made


def _composed(raw: RawFile) -> RawFile:
    """Return the file with headers in composed form, so that a typed name finds them."""
    return RawFile(
        raw.table.rename(columns=composed),
        {composed(k): v for k, v in raw.columns.items()},
        {composed(k): v for k, v in raw.code_labels.items()},
        {composed(k): v for k, v in raw.numbers.items()},
        {composed(k): v for k, v in raw.declared.items()},
        raw.notes,
    )


def _notes(
    raw: RawFile, rules: tuple[ColumnRule, ...], made: dict[str, Recoded]
) -> tuple[str, ...]:
    used = {column for rule in rules for column in rule.columns}
    unread = [column for column in raw.table.columns if column not in used]
    notes = list(raw.notes)
    notes += [f"{len(unread)} columns of the file were not asked for."] if unread else []
    notes += [
        f"Column '{name}': {one.declared} cells left empty because the file declares "
        f"{listing(one.declared_codes)} to mean no answer."
        for name, one in made.items()
        if one.declared
    ]
    empty = [name for name, one in made.items() if one.missing == len(raw.table)]
    notes += [f"Column '{name}' has no answer in any row." for name in empty]
    notes += coarse_dates({n: one.column for n, one in made.items() if n in ("start", "end")})
    return tuple(notes)


def _labels(raw: RawFile, rules: tuple[ColumnRule, ...]) -> pd.DataFrame:
    rows = [
        (rule.name, column, raw.columns.get(column, ""), code, label)
        for rule in rules
        for column in rule.columns
        for code, label in (raw.code_labels.get(column) or {"": ""}).items()
    ]
    return pd.DataFrame(rows, columns=["column", "original", "title", "code", "label"])


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
