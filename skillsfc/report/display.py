"""How a table and a line of text look in a notebook and in the report page: plain safe HTML.

Every cell, label and title is escaped here, and nothing but the tags that the report page allows
is written, so a label from a file can never become markup.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from skillsfc.report.text import with_minus
from skillsfc.schema import names_of, read_codes_file
from skillsfc.sources.example.parameters import SOURCE, SOURCE_TITLE

MISSING = ".."
NARROW_SPACE = "\u202f"  # thousands separator that neither breaks a line nor a right-to-left run
SHORT_ROWS = 14  # a table of so many rows stays on one printed page
MOST_ROWS = 60  # more rows than a reader follows on a page; the csv and the workbook have all
FORMATS = {"persons": ",.0f", "share": ".1%", "usd": ",.0f", "hours": ",.0f", "wage_bill": ",.0f"}
PLAIN_INTEGERS = ("year", "first_year", "last_year", "vintage", "origin", "horizon")  # never 2 035
# Numbers that belong together, such as an interval or ages: no line ends within them.
TOGETHER = re.compile(r"[(\u2212]?\d[\d.,]*[%*]*(?: to |\u2013|-)\u2212?\d[\d.,]*[%*]*\)?(?![\w-])")
CONSTANT_FLAGS = ("unit", "status", "source")  # said once below the table when all rows agree


def source_line(ids: Iterable[Any]) -> str:
    """Return the readable names of source ids, as ``producer, title``.

    An id that the source log does not have stays as it is.

    Examples
    --------
    >>> source_line(["my own survey", "examplia_synthetic"])
    'my own survey; Examplia, synthetic data of the project'
    """
    log = read_codes_file("sources.csv").drop_duplicates("source").set_index("source")
    names = []
    for source in dict.fromkeys(str(i) for i in ids if pd.notna(i) and str(i).strip()):
        if source in log.index:
            names.append(f"{log.loc[source, 'producer']}, {log.loc[source, 'title']}")
        else:
            names.append(SOURCE_TITLE if source == SOURCE else source)
    return "; ".join(dict.fromkeys(names))


def short_source(source: object) -> str:
    """Return the name by which a sentence calls a source: its title up to the first comma.

    An id that the source log does not have stays as it is.

    Examples
    --------
    >>> short_source("factbook"), short_source("my own survey")
    ('The World Factbook', 'my own survey')
    """
    log = read_codes_file("sources.csv").drop_duplicates("source").set_index("source")
    known = str(source) in log.index
    return str(log.loc[str(source), "title"]).split(", ")[0] if known else str(source)


def number_text(value: float, pattern: str) -> str:
    """Return a number for reading, with a narrow no-break space between thousands.

    Examples
    --------
    >>> number_text(1234567.0, ",.0f").replace(NARROW_SPACE, "_"), number_text(0.213, ".1%")
    ('1_234_567', '21.3%')
    >>> number_text(-1e-9, ".1%")
    '0.0%'
    """
    if pd.isna(value):
        return MISSING
    return with_minus(format(value, pattern)).replace(",", NARROW_SPACE)


def size_format(value: float) -> str:
    """Return the number format for one value of a column that holds values of several units.

    Examples
    --------
    >>> size_format(38_430_773.2), size_format(12.34), size_format(0.507)
    (',.0f', ',.1f', ',.3g')
    """
    size = abs(value)
    return ",.0f" if size >= 1000 else ",.1f" if size >= 10 else ",.3g"


def default_format(column: object, table: pd.DataFrame, *, units: int = 1) -> str:
    """Return the number format for a column: by its name in the dictionary, else by its size.

    The ends of an interval look like the measure that they belong to. Of a measure with several
    units no one format is right: the empty string then says that each value has its own.
    """
    name = str(column)
    if name in names_of("interval"):
        name = next((m for m in names_of("measure") if m in table.columns), name)
    if name == "value" and units > 1:
        return ""
    if name in FORMATS:
        return FORMATS[name]
    numbers = table[name if name in table.columns else column].dropna()
    if name in PLAIN_INTEGERS:
        return ".0f"
    whole = bool((numbers % 1 == 0).all())
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
    units = len(table["unit"].drop_duplicates()) if "unit" in table.columns else 1
    patterns = {
        column: (formats or {}).get(str(column)) or default_format(column, table, units=units)
        for column in shown.columns
        if _is_number(shown[column])
    }
    marks = {c: _class(c in patterns and c not in PLAIN_INTEGERS) for c in shown.columns}
    head = "".join(
        f'<th scope="col"{marks[c]}>{html.escape(_label(c, labels))}</th>' for c in shown.columns
    )
    body = []
    for row in shown.itertuples(index=False, name=None):
        cells = [
            f"<td{marks[column]}>{_cell(value, patterns.get(column))}</td>"
            for column, value in zip(shown.columns, row, strict=True)
        ]
        if cells:  # the first cell names the row
            cells[0] = f'<th scope="row"{cells[0][3:-5]}</th>'
        body.append(f"<tr>{''.join(cells)}</tr>")
    # Where units differ, the column says it row by row.
    unit = "" if units > 1 else unit
    foot = footer_html(unit=unit, source=source, note=note, cut=len(table) - len(shown))
    kind = "table short" if len(shown) <= SHORT_ROWS else "table"
    return (
        f'<div class="{kind}"><table><caption>{html.escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>{foot}</div>"
    )


def _is_number(values: pd.Series) -> bool:
    number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return bool(number)


def _cell(value: Any, pattern: str | None) -> str:
    """Return a cell's text, escaped; a pattern makes it a number."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return MISSING
    if pattern is None:
        return keep_together(html.escape(str(value)))
    return number_text(value, pattern or size_format(value))


def keep_together(text: str) -> str:
    """Return the text of a cell, already escaped, in which no line ends within an interval.

    Examples
    --------
    >>> keep_together("31.0 (27.0\u201335.0)")
    '31.0 <span class="tight">(27.0\u201335.0)</span>'
    """
    return TOGETHER.sub(lambda found: f'<span class="tight">{found.group()}</span>', text)


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
