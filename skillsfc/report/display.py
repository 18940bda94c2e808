"""How a table and a line of text look in a notebook and in the report page: plain safe HTML.

Every cell, label and title is escaped here, and nothing but the tags that the report page allows
is written, so a label from a file can never become markup.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from skillsfc.schema import dictionary, read_codes_file

MISSING = ".."
NARROW_SPACE = "\u202f"  # thousands separator that neither breaks a line nor a right-to-left run
MOST_ROWS = 60  # more rows than a reader follows on a page; the csv and the workbook have all
FORMATS = {"persons": ",.0f", "share": ".1%", "usd": ",.0f", "hours": ",.0f", "wage_bill": ",.0f"}
PLAIN_INTEGERS = ("year", "vintage", "origin", "horizon")  # 2035, never 2 035
CONSTANT_FLAGS = ("unit", "status", "source")  # said once below the table when all rows agree


def source_line(ids: Iterable[Any]) -> str:
    """Return the readable names of source ids, as ``producer, title``.

    An id that the source log does not have stays as it is.

    Examples
    --------
    >>> source_line(["my own survey"])
    'my own survey'
    """
    log = read_codes_file("sources.csv").drop_duplicates("source").set_index("source")
    names = []
    for source in dict.fromkeys(str(i) for i in ids if pd.notna(i) and str(i).strip()):
        if source in log.index:
            names.append(f"{log.loc[source, 'producer']}, {log.loc[source, 'title']}")
        else:
            names.append(source)
    return "; ".join(dict.fromkeys(names))


def number_text(value: float, pattern: str) -> str:
    """Return a number for reading, with a narrow no-break space between thousands.

    Examples
    --------
    >>> number_text(1234567.0, ",.0f").replace(NARROW_SPACE, "_"), number_text(0.213, ".1%")
    ('1_234_567', '21.3%')
    """
    if pd.isna(value):
        return MISSING
    return format(value, pattern).replace(",", NARROW_SPACE).replace("-", "\u2212")


def default_format(column: object, values: pd.Series) -> str:
    """Return the number format for a column: by its name in the dictionary, else by its size."""
    name = str(column)
    if name in FORMATS:
        return FORMATS[name]
    numbers = values.dropna()
    whole = bool((numbers % 1 == 0).all())
    if name in PLAIN_INTEGERS or (whole and name in dictionary().index):
        return ".0f" if name in PLAIN_INTEGERS else ",.0f"
    if whole or (len(numbers) and numbers.abs().max() >= 1000):
        return ",.0f"
    return ",.3g" if len(numbers) and numbers.abs().max() < 1 else ",.1f"


def _label(column: object, labels: Mapping[str, str]) -> str:
    return labels.get(str(column), str(column).replace("_", " "))


def _constant(table: pd.DataFrame) -> list[str]:
    """Return the flag columns that say the same in every row."""
    return [
        flag
        for flag in CONSTANT_FLAGS
        if flag in table.columns and len(table[flag].drop_duplicates()) == 1
    ]


def table_html(
    table: pd.DataFrame,
    *,
    title: str,
    note: str = "",
    unit: str = "",
    source: str = "",
    formats: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return a table as HTML with a caption, scoped headers and a line on unit and source.

    Examples
    --------
    >>> import pandas as pd
    >>> "&lt;b&gt;" in table_html(pd.DataFrame({"sector": ["<b>"]}), title="T")
    True
    """
    labels = labels or {}
    shown = table.drop(columns=_constant(table)).head(MOST_ROWS)
    numeric = {
        column
        for column in shown.columns
        if pd.api.types.is_numeric_dtype(shown[column])
        and not pd.api.types.is_bool_dtype(shown[column])
    }
    aligned = numeric - set(PLAIN_INTEGERS)
    patterns = {c: (formats or {}).get(str(c)) or default_format(c, table[c]) for c in numeric}
    head = "".join(
        f'<th scope="col"{_class(c in aligned)}>{html.escape(_label(c, labels))}</th>'
        for c in shown.columns
    )
    body = []
    for row in shown.itertuples(index=False, name=None):
        cells = []
        for at, (column, value) in enumerate(zip(shown.columns, row, strict=True)):
            if column in numeric:
                text = number_text(value, patterns[column])
            else:
                text = html.escape(MISSING if value is None or value != value else str(value))
            tag = f'<th scope="row"{_class(column in aligned)}>' if at == 0 else None
            tag = tag or f"<td{_class(column in aligned)}>"
            cells.append(f"{tag}{text}</{tag[1:3]}>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    foot = footer_html(unit=unit, source=source, note=note, cut=len(table) - len(shown))
    return (
        f'<div class="table"><table><caption>{html.escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>{foot}</div>"
    )


def _class(number: bool) -> str:
    return ' class="number"' if number else ""


def footer_html(*, unit: str = "", source: str = "", note: str = "", cut: int = 0) -> str:
    """Return the small print below a table or a figure, escaped; empty when there is none."""
    parts = [f"Unit: {unit}" if unit else "", f"Source: {source}" if source else "", note]
    if cut > 0:
        parts.append(f"{cut} more rows are in the csv file and the workbook")
    text = " ".join(_sentence(part) for part in parts if part.strip())
    return f'<p class="small">{html.escape(text)}</p>' if text else ""


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
