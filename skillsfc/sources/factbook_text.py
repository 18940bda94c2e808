"""Numbers, years and remarks out of the World Factbook's texts; what cannot be read says why.

A text is '10.3% (2024 est.)', '12 million (2014 est.)', or several values '9.1% (2014 est.) ++
9.2% (2013 est.)'. In the 2015 edition a year often stands only in the last part of an entry
('services 40.5% (2014 est.)') or in its note, and then holds for the parts before it.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

_SCALES = {"": 1.0, "million": 1e6, "billion": 1e9}
_PIECE = re.compile(
    r"(?P<missing>NA%?)?\$?(?P<number>\d[\d,]*\.?\d*|\.\d+)?\s?(?P<scale>million|billion|)\s?"
    r"(?P<mark>%|years?|)\s*(?:\((?P<when>[^()]*)\))?"
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_WHEN = re.compile(
    rf"(?P<remark>(?:{_MONTHS})|4th quarter,)? ?(?P<year>(?:19|20)\d\d)(?P<after> (?:{_MONTHS}))?"
    r"(?P<est> est\.)?"
)
_FISCAL = re.compile(r"FY ?(?:\d\d)?(?:\d\d)(?:/(?P<end>\d\d))?(?P<est> est\.)?")
_CLOSING_YEAR = re.compile(r"\s*(?:\+\+\s*)?\((?P<when>[^()]*\d{4}[^()]*)\)\s*$")
_TAG = re.compile(r"<[^>]*>")
_BOILERPLATE = {
    "% of labor force seeking employment",
    "number of people ages 15 or older who are employed or seeking work",
    "% of labor force ages 15-24 seeking employment",
    "figures may not total 100% due to non-allocated consumption not captured in "
    "sector-reported data",
}


class When(NamedTuple):
    """A year as the text gives it: the year, whether it is an estimate, and what else it says."""

    year: int
    estimated: bool
    remark: str


class Reading(NamedTuple):
    """One value of a text; ``number`` is None for 'NA', ``when`` None where no year stands."""

    number: float | None
    mark: str
    when: When | None


def read_when(text: str) -> When | None:
    """Return the year in the words of a bracket, or None if they are not just a date.

    Examples
    --------
    >>> read_when("2014 est.")
    When(year=2014, estimated=True, remark='')
    >>> read_when("FY08/09 est.")
    When(year=2009, estimated=True, remark='FY08/09')
    >>> read_when("mostly sheepherding and fishing") is None
    True
    """
    plain = _WHEN.fullmatch(text.strip())
    if plain:
        remark = ((plain["remark"] or "") + (plain["after"] or "")).strip(" ,")
        return When(int(plain["year"]), plain["est"] is not None, remark)
    fiscal = _FISCAL.fullmatch(text.strip())
    if fiscal:
        words = text.removesuffix(" est.").strip()
        # A fiscal year goes by the calendar year in which it ends.
        year = 2000 + int(fiscal["end"] or words[-2:])
        return When(year, fiscal["est"] is not None, words)
    return None


def read_text(text: str) -> list[Reading] | None:
    """Return the values of a text in its order, or None if any piece of it is not a value.

    Examples
    --------
    >>> [(r.number, r.mark, r.when.year) for r in read_text("9.1% (2014 est.) ++ 9.2% (2013 est.)")]
    [(9.1, '%', 2014), (9.2, '%', 2013)]
    >>> read_text("1.066 million (2014 est.)")[0].number
    1066000.0
    >>> read_text("see entry for West Bank") is None
    True
    """
    joined = re.sub(r"\s*\+\+\s*\(", " (", text.strip())
    found = [_read_piece(piece.strip()) for piece in joined.split("++")]
    return None if None in found else [reading for reading in found if reading]


def _read_piece(piece: str) -> Reading | None:
    match = _PIECE.fullmatch(piece)
    if match is None or bool(match["missing"]) == bool(match["number"]):
        return None
    when = read_when(match["when"]) if match["when"] else None
    if match["when"] and when is None:
        return None
    if match["missing"]:
        return Reading(None, "", when)
    # Decimal text times a power of ten, rounded: 12.475 million is 12475000, not ...000.0000002.
    number = round(float(match["number"].replace(",", "")) * _SCALES[match["scale"]], 6)
    return Reading(number, match["mark"], when)


def read_note(text: str) -> tuple[str, When | None]:
    """Return a note in plain words, empty if it only repeats the definition, and its closing year.

    Examples
    --------
    >>> read_note("includes Gaza Strip (2014 est.)")
    ('includes Gaza Strip', When(year=2014, estimated=True, remark=''))
    >>> read_note("<b>note:</b> data in 2021 dollars")
    ('data in 2021 dollars', None)
    """
    words = html.unescape(_TAG.sub("", text)).strip().removeprefix("note:").strip()
    closing = _CLOSING_YEAR.search(words)
    when = read_when(closing["when"]) if closing else None
    if closing and when:
        words = words[: closing.start()].strip()
    parts = [part.strip() for part in words.split(";")]
    return "; ".join(part for part in parts if part and part not in _BOILERPLATE), when
