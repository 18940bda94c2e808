"""An executed notebook as one self-contained page: no code, no script, nothing loaded from outside.

The page is accessible (language, direction, headings, alt texts, table headers), prints on A4 and
reads on a phone. It is written from our own template because the usual one loads scripts from
the web, has no alt texts and no right-to-left.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import skillsfc
from skillsfc.report.sanitise import clean_html, clean_markdown

RIGHT_TO_LEFT = ("ar", "he", "fa", "ur")
HIDDEN_TAGS = {"hide", "hide-output", "remove-cell", "parameters", "injected-parameters"}
OBJECT_TEXT = re.compile(r"<[\w.]+[ :].*>|None", re.S)  # repr of an object: of no use to a reader
WORDS = {
    "en": {
        "skip": "Skip to the text",
        "contents": "Contents",
        "made": "Made with",
        "fingerprint": "Fingerprint of code, data and parameters",
        "files": "The numbers are in workbook.xlsx and tables/, the pictures in figures/, and what "
        "this page was made from is in provenance.json, all in the folder of this page.",
        "date": "Date",
        "vintage": "Data",
    },
    "fr": {
        "skip": "Aller au texte",
        "contents": "Sommaire",
        "made": "Produit avec",
        "fingerprint": "Empreinte du code, des données et des paramètres",
        "files": "Les chiffres sont dans workbook.xlsx et tables/, les figures dans figures/, et "
        "ce dont cette page est faite dans provenance.json, tous dans le dossier de cette page.",
        "date": "Date",
        "vintage": "Données",
    },
}


def render_page(
    notebook: Any,
    *,
    manifest: list[dict[str, Any]],
    values: Mapping[str, Any],
    figures: Path,
    fingerprint: str,
) -> str:
    """Return the HTML page of an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        The executed notebook.
    manifest : list of dict
        What it published; facts among it give title, country, date, vintage and language.
    values : mapping
        The run's parameters.
    figures : Path
        Folder with the figures' SVG files, embedded in place of the notebook's PNG.
    fingerprint : str
        Printed in the footer, so that a printed page can be traced.

    Returns
    -------
    str
        A complete HTML document without any address that a browser would fetch.
    """
    headings: list[tuple[int, str, str]] = []
    blocks: list[str] = []
    for cell in notebook.cells:
        if HIDDEN_TAGS & set(cell.metadata.get("tags", [])):
            continue
        if cell.cell_type == "markdown":
            blocks.append(clean_markdown(cell.source, headings))
        elif cell.cell_type == "code":
            blocks += [_output(output, figures, headings) for output in cell.outputs]
    facts = merged_facts(manifest)
    title, blocks = _title(facts, headings, [block for block in blocks if block.strip()])
    language = str(facts.get("language") or values.get("language") or "en")
    words = WORDS.get(language, WORDS["en"])
    about = [(words[key], facts[key]) for key in ("date", "vintage") if facts.get(key)]
    return fill_template(
        "page",
        title=title,
        language=language,
        direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
        country=facts.get("country", ""),
        subtitle=facts.get("subtitle", ""),
        warning=facts.get("warning", ""),
        about=about,
        words=words,
        contents=[(anchor, text) for level, anchor, text in headings if level == 2],
        blocks=blocks,
        fingerprint=fingerprint,
    )


def merged_facts(manifest: list[dict[str, Any]]) -> dict[str, Any]:
    """Return all published facts as one mapping; the later word wins."""
    merged: dict[str, Any] = {}
    for entry in manifest:
        if entry.get("kind") == "facts":
            merged.update(entry["facts"])
    return merged


def fill_template(name: str, **content: Any) -> str:
    """Fill a page template; every value is escaped save the blocks, which are sanitised before."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    loader = PackageLoader("skillsfc.report", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    style = environment.get_template(f"{name}.css.j2").render(
        tile_style=content.pop("tile_style", ""),
        warning=_css_text(str(content.get("warning", ""))),
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    content["blocks"] = [Markup(block) for block in content.get("blocks", [])]  # noqa: S704
    return environment.get_template(f"{name}.html.j2").render(
        style=Markup(style),  # noqa: S704  our own file
        style_hash=digest,
        version=skillsfc.__version__,
        **content,
    )


def _css_text(text: str) -> str:
    r"""Return text for a CSS string: whatever is no letter, digit or space becomes its code.

    The space after a code ends it and is not shown.

    Examples
    --------
    >>> _css_text('a: "b"')
    'a\\00003a  \\000022 b\\000022 '
    """
    return "".join(c if c.isalnum() or c == " " else f"\\{ord(c):06x} " for c in text)


def _title(
    facts: Mapping[str, Any], headings: list[tuple[int, str, str]], blocks: list[str]
) -> tuple[str, list[str]]:
    """Return the page's title and the blocks without the heading that it was taken from."""
    firsts = [heading for heading in headings if heading[0] == 1]
    title = str(facts.get("title") or (firsts[0][2] if firsts else "Report"))
    for _, anchor, _ in firsts[:1]:
        pattern = re.compile(rf'<h1 id="{re.escape(anchor)}">.*?</h1>\s*', re.S)
        blocks = [pattern.sub("", block, count=1) for block in blocks]
    return title, [block for block in blocks if block.strip()]


def _output(output: Any, figures: Path, headings: list[tuple[int, str, str]]) -> str:
    """Return one cell output as HTML: the richest form that can be made harmless."""
    if output.output_type == "stream":
        return f"<pre>{html.escape(output.text)}</pre>" if output.name == "stdout" else ""
    if output.output_type not in ("display_data", "execute_result"):
        return ""
    data = output.data
    for kind in ("image/svg+xml", "image/png", "image/jpeg"):
        if kind in data:
            return _figure(output, kind, figures)
    if "text/html" in data:
        return clean_html(_text(data["text/html"]))
    if "text/markdown" in data:
        return clean_markdown(_text(data["text/markdown"]), headings)
    plain = _text(data.get("text/plain", ""))
    return "" if OBJECT_TEXT.fullmatch(plain) else f"<pre>{html.escape(plain)}</pre>"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "".join(value)


def _figure(output: Any, kind: str, figures: Path) -> str:
    """Return a figure as an embedded picture with its alt text and caption."""
    about = dict(output.metadata.get("image/png") or output.metadata.get(kind) or {})
    raw = _text(output.data[kind])
    encoded = base64.b64encode(raw.encode()).decode() if kind == "image/svg+xml" else raw
    published = figures / f"{about.get('name', '')}.svg"
    if re.fullmatch(r"[a-z][a-z0-9_]*", str(about.get("name", ""))) and published.is_file():
        kind, encoded = "image/svg+xml", base64.b64encode(published.read_bytes()).decode()
    address = f"data:{kind};base64,{''.join(encoded.split())}"
    alt = html.escape(str(about.get("alt", "")))
    title = html.escape(str(about.get("title", "")))
    # A drawing may grow to the width of the text; a picture of dots would blur.
    drawn = ' class="drawing"' if kind == "image/svg+xml" else ""
    caption = f"<figcaption>{title}</figcaption>" if title else ""
    return f'<figure>{caption}<img{drawn} src="{html.escape(address)}" alt="{alt}"></figure>'
