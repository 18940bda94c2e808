"""A finished chart as a file or as svg text, with its alternative text inside."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes

from skillsfc.errors import ParameterError, Problem
from skillsfc.report.charts.style import FONT, STYLE, figure_of

STROKES = "stroke-linejoin: round; stroke-linecap: butt"
NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'  # a file of its own must say what it is
FORMATS = (".svg", ".png", ".pdf")


def write_chart(ax: Axes, *, path: str | Path) -> Path:
    """Write a chart to a file; the alternative text travels in the file.

    Parameters
    ----------
    ax : Axes
        What a ``plot_`` function returned.
    path : str or Path
        File to write, ending in .svg, .png or .pdf; its folder must be there.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ParameterError
        If the ending is another one.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> from skillsfc.report.charts import plot_coverage
    >>> axes = plot_coverage(pd.DataFrame({"horizon": [1, 5], "level": .8, "value": [.82, .77]}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = write_chart(axes, path=f"{folder}/coverage.png")
    ...     file.stat().st_size > 1000
    True
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending not in FORMATS:
        raise ParameterError(
            "chart file", [Problem("path", repr(ending), "one of .svg, .png, .pdf")]
        )
    if ending == ".svg":
        text = chart_svg(ax).replace("<svg ", f"<svg {NAMESPACE} ", 1)
        target.write_text(text, encoding="utf-8")
        return target
    alt = str(getattr(ax, "alt_text", ""))
    about = {"Description": alt} if ending == ".png" else {"Subject": alt, "CreationDate": None}
    with mpl.rc_context(STYLE):
        figure_of(ax).savefig(target, dpi=200, metadata=about)
    return target


def chart_svg(ax: Axes) -> str:
    """Return a chart as an ``<svg>`` element for a page: an image with a label for screen readers.

    Text stays text, ids are the same for the same chart, and nothing points outside the page.

    Parameters
    ----------
    ax : Axes
        What a ``plot_`` function returned.

    Returns
    -------
    str
        The element, without an xml declaration.

    Examples
    --------
    >>> import pandas as pd
    >>> from skillsfc.report.charts import plot_coverage
    >>> axes = plot_coverage(pd.DataFrame({"horizon": [1, 5], "level": .8, "value": [.82, .77]}))
    >>> chart_svg(axes)[:15], 'aria-label="Lines of measured' in chart_svg(axes)
    ('<svg role="img"', True)
    """
    alt = str(getattr(ax, "alt_text", ""))
    # Several charts stand in one page: each needs ids of its own, or clip paths get mixed up.
    style = {**STYLE, "svg.hashsalt": f"skillsfc {alt}"}
    buffer = io.StringIO()
    with mpl.rc_context(style):
        figure_of(ax).savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r' xmlns(:\w+)?="[^"]*"', "", text).replace("xlink:href", "href")
    # The sheet would rule the whole page; on the root element it rules this picture alone.
    text = re.sub(r"<style.*?</style>", "", text, count=1, flags=re.DOTALL)
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', text))
    text = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", text)
    # Verdana is as wide as DejaVu Sans, so the labels keep their room where DejaVu is missing.
    text = text.replace(f"'{FONT}'", f"'{FONT}', Verdana, sans-serif")
    label = html.escape(alt, quote=True)
    root = f'<svg role="img" aria-label="{label}" style="{STROKES}" '
    return text.replace("<svg ", root, 1)
