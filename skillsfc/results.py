"""`Result`: what every model returns. Frozen, so "not fitted" cannot happen."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import Problem, SourceError

FIRST_ROWS = 20


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """A finished computation: its table, how it was made, and what to keep in mind.

    Parameters
    ----------
    table : DataFrame
        The main table, tidy.
    settings : object
        Frozen dataclass of the arguments that made it.
    diagnostics : DataFrame
        What the model says of itself, one row a series or a check.
    notes : tuple of str
        Treatments and cautions, in plain sentences; a report prints them. One told twice, by the
        method and by what it was given, stands once.
    provenance : mapping
        Version, input hashes, seed.

    Examples
    --------
    >>> import pandas as pd
    >>> made = Result(pd.DataFrame({"year": [2024], "persons": [1.0]}), notes=("One row.",))
    >>> print(made.summary())
    Result: 1 row x 2 columns
    Notes
      One row.

    A class whose table has a row a person or spell names in ``shown`` what a notebook may show in
    its place; no row of ``table`` is then printed.
    """

    shown: ClassVar[tuple[str, ...]] = ("table",)
    table: pd.DataFrame
    settings: object = None
    diagnostics: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", tuple(dict.fromkeys(self.notes)))

    def summary(self) -> str:
        """Return the result in a few lines of text."""
        rows, columns = self.table.shape
        lines = [f"{type(self).__name__}: {rows} row{'s' if rows != 1 else ''} x {columns} columns"]
        if is_dataclass(self.settings) and not isinstance(self.settings, type):
            lines += [f"  {key} = {_told(value)}" for key, value in asdict(self.settings).items()]
        if self.notes:
            lines += ["Notes", *(f"  {note}" for note in self.notes)]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        head = f"<b>{type(self).__name__}</b>"
        if "table" not in self.shown:
            columns = ", ".join(html.escape(str(name)) for name in self.table.columns)
            head += f": {len(self.table):,} rows of persons, not shown; columns {columns}"
        body = "".join(_first_rows(getattr(self, name)) for name in self.shown)
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        return f"<p>{head}</p>{body}" + (f"<ul>{notes}</ul>" if notes else "")

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the main table."""
        return self.table.copy()

    def save(self, folder: str | Path) -> Path:
        """Write ``table.csv``, ``diagnostics.csv`` and ``about.json`` into a new folder.

        Raises
        ------
        SourceError
            If the folder exists already: nothing is overwritten.
        """
        target = Path(folder)
        if target.exists():
            raise SourceError(
                "save",
                [
                    Problem(
                        str(target),
                        "exists already",
                        "a new folder",
                        next_step="Choose another name.",
                    )
                ],
            )
        target.mkdir(parents=True)
        self.table.to_csv(target / "table.csv", index=False)
        if len(self.diagnostics):
            self.diagnostics.to_csv(target / "diagnostics.csv", index=False)
        settings = asdict(self.settings) if is_dataclass(self.settings) else {}  # type: ignore[arg-type]
        about = {"settings": settings, "notes": self.notes, "provenance": dict(self.provenance)}
        text = json.dumps(about, indent=2, ensure_ascii=False, default=str)
        (target / "about.json").write_text(text, encoding="utf-8")
        return target


def _told(value: object) -> str:
    """Return a setting as text; of a column or table its size, since its values are of persons."""
    if isinstance(value, pd.DataFrame | pd.Series | pd.Index | np.ndarray):
        return f"{type(value).__name__} of {len(value):,} rows" if np.ndim(value) else str(value)
    return str(value)


def _first_rows(table: pd.DataFrame) -> str:
    """Return the first rows of a table as HTML; nothing for one without columns."""
    if not len(table.columns):
        return ""
    body: str = table.head(FIRST_ROWS).to_html(index=False, escape=True, border=0)
    rest = len(table) - FIRST_ROWS
    return body + (f"<p>… and {rest} more rows</p>" if rest > 0 else "")


def table_hash(table: pd.DataFrame) -> str:
    """Return the sha256 of a table's content, for provenance.

    Notes
    -----
    Column by column: its name, then its numbers to twelve digits, as a whole number and a power of
    ten each, its whole numbers as they are, or its codes as the distinct texts and the place of
    each row among them. That is the same for every way that pandas can hold the column, and many
    times faster than a csv.

    Examples
    --------
    >>> table_hash(pd.DataFrame({"year": [2024]}))[:12]
    'bd31d89f3c1b'
    """
    digest = hashlib.sha256(f"{len(table)} rows\n".encode())
    for at, name in enumerate(table.columns):
        digest.update(f"{len(str(name))} {name}\n".encode())
        for part in _content(table.iloc[:, at]):
            digest.update(part)
    return digest.hexdigest()


def _content(column: pd.Series) -> Iterator[bytes]:
    """Give what a column holds as bytes that tell any two different columns apart."""
    if pd.api.types.is_float_dtype(column):
        values = column.to_numpy(dtype="float64", na_value=np.nan) + 0.0  # -0.0 becomes 0.0
        yield b"float\n"
        yield from _twelve_digits(values)
        return
    if pd.api.types.is_integer_dtype(column):
        yield b"int\n"
        yield from _whole_numbers(column)
        return
    places, distinct = _factorized(column)  # missing values have the place -1
    texts = list(map(str, distinct.tolist()))
    yield f"{len(texts)} text\n".encode()
    yield np.fromiter(map(len, texts), dtype="<i4", count=len(texts)).tobytes()
    yield "".join(texts).encode("utf-8", "surrogatepass")
    yield places.astype("<i4").tobytes()


def _factorized(column: pd.Series) -> tuple[npt.NDArray[np.int64], pd.Index]:
    try:
        places, distinct = pd.factorize(column)
    except TypeError:  # lists and the like: their text
        places, distinct = pd.factorize(column.map(repr, na_action="ignore"))
    return places, distinct


def _whole_numbers(column: pd.Series) -> Iterator[bytes]:
    missing = column.isna().to_numpy(dtype=bool)
    if missing.any():
        yield b"missing\n"
        yield missing.tobytes()
        column = column.fillna(0)
    yield column.to_numpy().astype("<i8").tobytes()


def _twelve_digits(values: npt.NDArray[np.float64]) -> Iterator[bytes]:
    """Give numbers to twelve digits: whole numbers of 12 digits, and powers of ten."""
    plain = np.isfinite(values) & (values != 0)
    size = np.where(plain, np.abs(values), 1.0)
    power = np.clip(np.floor(np.log10(size)), -290, 300)
    whole = np.round(size * 10.0 ** (11 - power))
    carried = whole >= 1e12  # 9.999... rounds up to the next power
    whole, power = np.where(carried, whole / 10, whole), power + carried
    # What is no number, endless or zero keeps its own mark in place of digits.
    mark = np.where(np.isnan(values), 3.0, np.where(np.isinf(values), 2.0, 0.0))
    digits = np.where(plain, whole, mark) * np.where(values < 0, -1.0, 1.0)
    yield np.round(digits).astype("<i8").tobytes()
    yield np.where(plain, power, 0).astype("<i2").tobytes()
