"""`Result`: what every model returns. Frozen, so "not fitted" cannot happen."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import Problem, SourceError


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
        Treatments and cautions, in plain sentences; a report prints them.
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
    """

    table: pd.DataFrame
    settings: object = None
    diagnostics: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def summary(self) -> str:
        """Return the result in a few lines of text."""
        rows, columns = self.table.shape
        lines = [f"{type(self).__name__}: {rows} row{'s' if rows != 1 else ''} x {columns} columns"]
        if is_dataclass(self.settings) and not isinstance(self.settings, type):
            lines += [f"  {key} = {value}" for key, value in asdict(self.settings).items()]
        if self.notes:
            lines += ["Notes", *(f"  {note}" for note in self.notes)]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        body = self.table.head(20).to_html(index=False, escape=True, border=0)
        rest = len(self.table) - 20
        more = f"<p>… and {rest} more rows</p>" if rest > 0 else ""
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        return f"<p><b>{type(self).__name__}</b></p>{body}{more}" + (
            f"<ul>{notes}</ul>" if notes else ""
        )

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


def table_hash(table: pd.DataFrame) -> str:
    """Return the sha256 of a table's content, for provenance.

    Notes
    -----
    Column by column: its name, then its numbers to twelve digits, as a whole number and a power of
    ten each, or its codes as the distinct texts and the place of each row among them. That is the
    same for every way that pandas can hold the column, and many times faster than a csv.

    Examples
    --------
    >>> table_hash(pd.DataFrame({"year": [2024]}))[:12]
    'b0fe1162e871'
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
    places, distinct = pd.factorize(column)  # missing values have the place -1
    texts = [str(value) for value in distinct]
    yield f"{len(texts)} {'int' if pd.api.types.is_integer_dtype(column) else 'text'}\n".encode()
    yield "".join(f"{len(text)} {text}\n" for text in texts).encode()
    yield places.astype("<i4").tobytes()


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
