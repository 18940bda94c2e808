"""What a notebook calls to hand over its products: tables, figures, text and headline facts.

In JupyterLab the functions only show the product. In a report run they also write it: the runner
puts a marker file into the kernel's working directory, and whatever is published there becomes
part of the report.
"""

from __future__ import annotations

import base64
import html
import io
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from skillsfc.errors import ParameterError, Problem, listing
from skillsfc.report.display import footer_html, source_line, table_html
from skillsfc.report.products import (
    kind_of,
    read_manifest,
    record,
    run_folder,
    save_figure,
    write_csv,
)

# File names that Windows keeps for devices.
RESERVED = {
    *("con", "prn", "aux", "nul"),
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
}


def publish_table(
    table: pd.DataFrame | Any,
    *,
    name: str,
    title: str,
    note: str = "",
    unit: str = "",
    source: str = "",
    formats: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    show: bool = True,
) -> None:
    """Show a table and, in a report run, make it part of the report.

    Parameters
    ----------
    table : DataFrame or Result
        What to publish; of a result, its main table. The index is left out.
    name : str
        File name without ending: lower-case letters, digits and ``_``. Once per report.
    title : str
        What the table shows, with place and years.
    note : str
        Remark printed below it.
    unit, source : str
        Printed below it. By default the table's own ``unit`` and ``source`` columns, source ids
        being replaced by producer and title.
    formats : mapping, optional
        Python number formats by column, such as ``{"share": ".1%"}``, for display only.
    labels : mapping, optional
        Column headings for display only; the files keep the dictionary's names.
    show : bool
        Show it here. False writes the files without a place on the page.

    Raises
    ------
    ParameterError
        If the name is not a plain name, was used before, or the table is not one.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> t = pd.DataFrame({"year": [2024], "persons": [10.0], "unit": "persons"})
    >>> sf.publish_table(t, name="jobs", title="Employment, 2024")  # shown in a notebook
    """
    frame = table.to_frame() if hasattr(table, "to_frame") else table
    if not isinstance(frame, pd.DataFrame):
        raise ParameterError(
            "publish_table", [Problem("table", type(table).__name__, "a DataFrame or a Result")]
        )
    twice = [str(c) for c in frame.columns[frame.columns.astype("str").duplicated()]]
    if twice:
        raise ParameterError(
            "publish_table", [Problem("columns", f"twice: {listing(twice)}", "once")]
        )
    folder = run_folder()
    _check("publish_table", folder, name=name, title=title)
    unit = unit or _own(frame, "unit")
    source = source or source_line(_values(frame, "source"))
    if folder:
        kinds = {str(c): kind_of(frame[c]) for c in frame.columns}
        write_csv(frame, folder / "tables" / f"{name}.csv")
        record(
            folder, kind="table", name=name, title=title, note=note, unit=unit, source=source,
            rows=len(frame), columns=kinds,
        )  # fmt: skip
    if show:
        text = table_html(
            frame, title=title, note=note, unit=unit, source=source, formats=formats, labels=labels
        )
        _display({"text/html": text, "text/plain": title}, name=name)


def publish_figure(
    figure: Any,
    *,
    name: str,
    alt: str = "",
    title: str = "",
    source: str = "",
    note: str = "",
) -> None:
    """Show a figure once and, in a report run, make it part of the report as SVG and PNG.

    Parameters
    ----------
    figure : matplotlib Figure or Axes
        Closed afterwards, so that it is not shown a second time.
    name : str
        File name without ending. Once per report.
    alt : str
        One or two sentences that say what the picture shows, for readers who cannot see it. By
        default the text that the chart function left on the figure as ``alt_text``.
    title, source, note : str
        Printed with the figure.

    Raises
    ------
    ParameterError
        If the name is not a plain name or was used before, or there is no alt text.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> t = pd.DataFrame({"sector": ["AGR", "SER"], "year": 2024, "share": [0.3, 0.7]})
    >>> axes = sf.plot_shares(t, category="sector", by="year")
    >>> sf.publish_figure(axes, name="sectors", title="Sectors, 2024")  # shown in a notebook
    """
    canvas = figure if hasattr(figure, "savefig") else getattr(figure, "figure", None)
    if canvas is None or not hasattr(canvas, "savefig"):
        raise ParameterError(
            "publish_figure",
            [Problem("figure", type(figure).__name__, "a matplotlib Figure or Axes")],
        )
    alt = alt or getattr(figure, "alt_text", "") or getattr(canvas, "alt_text", "")
    folder = run_folder()
    _check("publish_figure", folder, name=name, alt=alt)
    if folder:
        save_figure(canvas, folder / "figures", name)
        record(folder, kind="figure", name=name, title=title, alt=alt, source=source, note=note)
    # The alt text travels with the picture, which is where the page looks for it.
    small = footer_html(source=source, note=note)
    _show_figure(canvas, name=name, alt=alt, title=title, small=small)


def publish_text(
    text: str | Sequence[str], *, name: str, title: str = "", show: bool = True
) -> None:
    """Show text written from numbers and, in a report run, record it for the index of a batch.

    Parameters
    ----------
    text : str or sequence of str
        A paragraph, or several sentences shown as a numbered list in a box, such as the key
        messages.
    name : str
        Plain name; ``"key_messages"`` is what the index page quotes from.
    title : str
        Heading above it.
    show : bool
        Show it here.

    Raises
    ------
    ParameterError
        If the name is not a plain name or was used before, or the text is empty.

    Examples
    --------
    >>> import skillsfc as sf
    >>> sf.publish_text("Employment grew.", name="growth")  # shown in a notebook
    """
    lines = [text] if isinstance(text, str) else [str(line) for line in text]
    folder = run_folder()
    _check("publish_text", folder, name=name, text=" ".join(lines))
    if folder:
        record(folder, kind="text", name=name, title=title, text=lines)
    if show:
        shown = f"<p><strong>{html.escape(title)}</strong></p>" if title else ""
        if isinstance(text, str):
            shown += f"<p>{html.escape(text)}</p>"
        else:
            items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
            shown = f'<div class="text">{shown}<ol>{items}</ol></div>'
        _display({"text/html": shown, "text/plain": "\n".join(lines)}, name=name)


def publish_facts(**facts: str | float) -> None:
    """Give the report its header and the index its columns.

    Parameters
    ----------
    **facts
        ``title``, ``subtitle``, ``country`` (name), ``date``, ``vintage`` (of the data) and
        ``language`` (``"en"``, ``"ar"`` ...) make the header of the page; ``warning`` stands on
        every page, also in print, such as that the data are synthetic. Any other number or
        short text, such as ``unemployment_rate="13.3 %"``, is a headline fact that the index of a
        batch can show.

    Raises
    ------
    ParameterError
        If a fact is neither text nor a number.

    Examples
    --------
    >>> import skillsfc as sf
    >>> sf.publish_facts(title="Jordan: people and jobs", country="Jordan")
    """
    wrong = [
        Problem(f"fact {key!r}", type(value).__name__, "text or a number")
        for key, value in facts.items()
        if not isinstance(value, str | int | float)
    ]
    if wrong:
        raise ParameterError("publish_facts", wrong)
    if folder := run_folder():
        record(folder, kind="facts", facts=facts)


def _check(subject: str, folder: Path | None, *, name: str, **texts: str) -> None:
    """Refuse a name that is no file name everywhere or is taken, and an empty text."""
    problems = []
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", str(name)) or name in RESERVED:
        problems.append(
            Problem(
                "name", repr(name)[:80], "lower-case letters, digits and _, such as 'fan_chart'"
            )
        )
    if folder and name in {entry.get("name") for entry in read_manifest(folder)}:
        problems.append(Problem("name", f"{name!r} is published already", "each name once"))
    for key, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            problems.append(Problem(key, "empty", "a sentence that says what it shows"))
    if problems:
        raise ParameterError(subject, problems)


def _values(frame: pd.DataFrame, column: str) -> list[str]:
    return [str(v) for v in frame[column].dropna().unique()] if column in frame.columns else []


def _own(frame: pd.DataFrame, column: str) -> str:
    return ", ".join(_values(frame, column))


def _in_notebook() -> bool:
    # IPython is there already when a notebook runs; a plain script need not import it.
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


def _display(bundle: dict[str, str], *, name: str) -> None:
    if _in_notebook():
        from IPython.display import display

        display(bundle, raw=True, metadata={"skillsfc": {"name": name}})


def _show_figure(figure: Any, *, name: str, alt: str, title: str, small: str) -> None:
    """Show a figure as PNG; a kernel may not know a Figure that pyplot did not make."""
    import matplotlib.pyplot as plt

    if _in_notebook():
        from IPython.display import HTML, display

        picture = io.BytesIO()
        folder = run_folder()
        if folder:  # drawn a moment ago for the report's own file
            picture.write((folder / "figures" / f"{name}.png").read_bytes())
        else:
            figure.savefig(picture, format="png", dpi=110, bbox_inches="tight")
        bundle = {"image/png": base64.b64encode(picture.getvalue()).decode(), "text/plain": alt}
        about = {"alt": alt, "title": title, "name": name}
        display(bundle, raw=True, metadata={"image/png": about})
        if small:
            display(HTML(small))
    plt.close(figure)
