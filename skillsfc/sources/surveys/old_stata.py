"""Text of Stata files up to format 117, which do not say how it is encoded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from skillsfc.sources.encoding import decode, refuse

FIRST_UNICODE = 118  # Stata 14; from this format on text is UTF-8
SEPARATOR = "\x00"  # ends every text in such a file, so it stands inside none


def stata_format(file: Path) -> int:
    """Return the number of a Stata file's format: its first byte, or named in its first tags."""
    with file.open("rb") as content:
        head = content.read(80)
    named = re.match(rb"<stata_dta><header><release>(\d+)</release>", head)
    return int(named[1]) if named else head[0]


def true_words(
    texts: Iterable[object], file: Path, encoding: str | None, notes: list[str] | None = None
) -> dict[str, str]:
    """Return what texts that were read as Latin-1 say in the encoding that fits all of them.

    Parameters
    ----------
    texts : iterable
        Headers, labels and cells; what is no text or plain ASCII is left out.
    file : Path
        Name of the file, for the message.
    encoding : str, optional
        The encoding that the user named.
    notes : list of str, optional
        Gets a note where an old code page was chosen.

    Returns
    -------
    dict of str
        True text of each text that is not plain ASCII.

    Raises
    ------
    SourceError
        If no encoding is certain, or the named one does not fit.
    """
    beyond = [t for t in dict.fromkeys(texts) if isinstance(t, str) and not t.isascii()]
    if not beyond:
        return {}
    # All at once: a single word may be one in several code pages. The separator goes first, so
    # that no text can pass for a byte order mark.
    raw = "".join(SEPARATOR + text for text in beyond).encode("latin-1")
    words = decode(raw, file, encoding, notes).split(SEPARATOR)[1:]
    if len(words) != len(beyond):
        raise refuse(file, f"not text in {encoding or 'any encoding'}", "its true encoding")
    return dict(zip(beyond, words, strict=True))


def text_cells(table: pd.DataFrame) -> list[object]:
    """Return the distinct cells of a table's columns of text."""
    return [cell for name in text_columns(table) for cell in table[name].unique()]


def text_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns that may hold text: neither numbers nor dates."""
    return [
        str(name)
        for name, column in table.items()
        if not pd.api.types.is_numeric_dtype(column)
        and not pd.api.types.is_datetime64_any_dtype(column)
    ]
