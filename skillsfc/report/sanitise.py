"""Markdown and HTML from a notebook made harmless: an allowlist of tags, no link out, no script.

Labels, notes and file contents reach the page through notebook outputs, so nothing in them is
trusted. HTML passes bleach, which parses it as a browser would; pictures may only be embedded
ones; a link shows its address as text, for a printed page has no clicks and a page that loads
nothing tells nobody that it was read.
"""

from __future__ import annotations

import html
import re
from typing import Any

TAGS = frozenset(
    {"a", "abbr", "b", "bdi", "blockquote", "br", "code", "div", "em", "figcaption", "figure"}
    | {"hr", "i", "img", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "u"}
    | {"dd", "dl", "dt", "li", "ol", "ul", *(f"h{level}" for level in range(1, 7))}
    | {"caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
)
ATTRIBUTES = frozenset(
    {"class", "colspan", "rowspan", "scope", "lang", "dir", "title", "alt", "start"}
)
EMBEDDED = re.compile(r"data:image/(?:png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=\s]+")
INNER = re.compile(r"#[\w-]+")
UNSEEN = re.compile(r"<(style|script|head|title|template|noscript)\b.*?</\1\s*>", re.I | re.S)
OUTER_LINK = re.compile(
    r"<a\b[^>]*?\bhref\s*=\s*[\"']?(https?://[^\"'\s>]+)[^>]*>(.*?)</a\s*>", re.I | re.S
)


def clean_html(text: str) -> str:
    """Return HTML with allowed tags only; everything else is dropped or shown as text.

    Examples
    --------
    >>> clean_html('<b onclick="x()">Jobs</b><script>x()</script>')
    '<b>Jobs</b>'
    """
    from bleach.sanitizer import Cleaner

    # For looks only: bleach keeps the text of a dropped tag, and nobody wants to read a style.
    seen = UNSEEN.sub("", text)
    seen = OUTER_LINK.sub(_address_as_text, seen)
    cleaner = Cleaner(
        tags=TAGS,
        attributes=_allowed,
        protocols=["data"],
        strip=True,
        strip_comments=True,
    )
    cleaned: str = cleaner.clean(seen)
    return cleaned


def _address_as_text(link: re.Match[str]) -> str:
    address, label = link.group(1), link.group(2)
    shown = html.escape(html.unescape(address))
    return label if shown in label else f"{label} ({shown})"


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "src":
        return tag == "img" and bool(EMBEDDED.fullmatch(value))
    if name == "href":
        return tag == "a" and bool(INNER.fullmatch(value))
    if name == "class":
        return bool(re.fullmatch(r"[\w -]*", value))
    return name in ATTRIBUTES


def clean_markdown(text: str, headings: list[tuple[int, str, str]] | None = None) -> str:
    """Return markdown as HTML; raw HTML inside it is shown as text.

    Parameters
    ----------
    text : str
        Markdown, tables included.
    headings : list, optional
        Gets ``(level, anchor, text)`` of each heading appended, for the table of contents.
    """
    import mistune

    renderer = _renderer(headings if headings is not None else [])
    markdown = mistune.create_markdown(renderer=renderer, plugins=["table", "strikethrough"])
    return clean_ids(str(markdown(text)))


def clean_ids(text: str) -> str:
    """Pass rendered markdown through the same sieve, then put the headings' anchors back."""
    anchors = re.findall(r'<h([1-6]) id="([\w-]+)">', text)
    cleaned = clean_html(text)
    for level, anchor in anchors:
        cleaned = cleaned.replace(f"<h{level}>", f'<h{level} id="{anchor}">', 1)
    return cleaned


def _renderer(headings: list[tuple[int, str, str]]) -> Any:
    import mistune

    class Renderer(mistune.HTMLRenderer):
        def __init__(self) -> None:
            super().__init__(escape=True)

        def heading(self, text: str, level: int, **attributes: Any) -> str:
            plain = html.unescape(re.sub(r"<[^>]+>", "", text)).strip()
            anchor = f"s{len(headings) + 1}-{re.sub(r'[^a-z0-9]+', '-', plain.lower()).strip('-')}"
            headings.append((level, anchor.rstrip("-"), plain))
            return f'<h{level} id="{headings[-1][1]}">{text}</h{level}>\n'

        def link(self, text: str, url: str, title: str | None = None) -> str:
            if INNER.fullmatch(url):
                return f'<a href="{url}">{text}</a>'
            shown = html.escape(url)
            return text if shown in text else f"{text} ({shown})"

        def image(self, text: str, url: str, title: str | None = None) -> str:
            # Attachments and files are not read; only what is inside the notebook is shown.
            if EMBEDDED.fullmatch(url):
                return f'<img src="{html.escape(url)}" alt="{text}">'
            return text

    return Renderer()
