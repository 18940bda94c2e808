"""Where the World Factbook keeps a table's values, and each text there with what it gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from skillsfc.schema import code_list, read_codes_file
from skillsfc.sources.factbook_text import Reading, When, read_note, read_text

_PLAIN = {"": ""}
_SEX = {"total": "T", "total population": "T", "male": "M", "female": "F"}
_SECTOR = {
    "agriculture": "AGR",
    "agriculture and fishing": "AGR",
    "agriculture and forestry": "AGR",
    "agriculture, forestry, and fishing": "AGR",
    "farming, forestry, and fishing": "AGR",
    "industry": "IND",
    "services": "SER",
}
_USUAL_LITERACY = "age 15 and over can read and write"
_BASIS = ("note", "definition")  # parts that qualify the values rather than give one


@dataclass(frozen=True)
class Entry:
    """Where a table's values stand: the entry in each edition, its parts and its unit."""

    names: Mapping[int, str]
    parts: Mapping[str, str]
    mark: str  # what follows the number in the text: %, years or nothing


_BY_SECTOR = "GDP - composition, by sector of origin"
_SCHOOL = "School life expectancy (primary to tertiary education)"
ENTRIES = {
    "labour_force": Entry({2015: "Labor force", 2025: "Labor force"}, _PLAIN, ""),
    "unemployment": Entry({2015: "Unemployment rate", 2025: "Unemployment rate"}, _PLAIN, "%"),
    "youth_unemployment": Entry(
        {2015: "Unemployment, youth ages 15-24", 2025: "Youth unemployment rate (ages 15-24)"},
        _SEX,
        "%",
    ),
    "employment_by_sector": Entry({2015: "Labor force - by occupation"}, _SECTOR, "%"),
    "value_added_by_sector": Entry({2015: _BY_SECTOR, 2025: _BY_SECTOR}, _SECTOR, "%"),
    "gdp_per_capita": Entry(
        {2015: "GDP - per capita (PPP)", 2025: "Real GDP per capita"}, _PLAIN, ""
    ),
    "literacy": Entry({2015: "Literacy", 2025: "Literacy"}, _SEX, "%"),
    "school_life_expectancy": Entry({2015: _SCHOOL, 2025: _SCHOOL}, _SEX, "years"),
}


@cache
def _texts(vintage: int) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """Return one edition by entry and place: its parts and texts, in the order of the file.

    Plain lists, because slicing a table three thousand times takes a second.
    """
    raw = read_codes_file(f"raw/factbook/factbook_{vintage}.csv.gz")
    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    rows = (raw[column].tolist() for column in ("entry", "gec", "part", "text"))
    for entry, gec, part, text in zip(*rows, strict=True):
        found.setdefault(entry, {}).setdefault(gec, []).append((part, text))
    return found


@cache
def _countries() -> dict[str, str]:
    """Return ISO alpha-3 by the Factbook's code. Gaza has an entry of its own: see `_whole`."""
    listed = code_list("countries")
    return {
        alias.removeprefix("GEC:"): code
        for code, aliases in zip(listed["code"], listed["aliases"], strict=True)
        for alias in aliases.split()
        if alias.startswith("GEC:") and alias != "GEC:GZ"
    }


@cache
def readings_of(table: str) -> pd.DataFrame:
    """Return every text of a table's entries with what was read from it, or why nothing was.

    Parameters
    ----------
    table : str
        A key of `ENTRIES`.

    Returns
    -------
    DataFrame
        Columns ``country, vintage, part, code`` (of sex or sector), ``text, note, value`` (as the
        text has it: percent, persons, years), ``year, estimated, remark, problem`` (empty where
        the value can be used).

    Examples
    --------
    >>> found = readings_of("unemployment")
    >>> found.query("country == 'MAR' and vintage == 2015")[["value", "year"]].values.tolist()
    [[9.1, 2014.0], [9.2, 2013.0]]
    """
    entry = ENTRIES[table]
    found = []
    for vintage, name in entry.names.items():
        of_place = _texts(vintage).get(name, {})
        for gec in sorted(of_place.keys() & _countries().keys()):
            values = _read_entry(entry, name, of_place[gec])
            if gec == "WE":
                values = _whole(values, dict(of_place.get("GZ", [])))
            found += [{"country": _countries()[gec], "vintage": vintage, **v} for v in values]
    frame = pd.DataFrame(found)
    good = frame["problem"] == ""
    again = frame[good].duplicated(["country", "vintage", "code", "year"])
    frame.loc[again.index[again], "problem"] = "second value for the same year"
    return frame


def _read_entry(entry: Entry, name: str, texts: list[tuple[str, str]]) -> list[dict[str, object]]:
    """Read all parts of one country's entry."""
    notes = [read_note(text) for part, text in texts if part == "note"]
    note = "; ".join(words for words, _ in notes if words)
    definition = dict(texts).get("definition", _USUAL_LITERACY)
    if definition not in (_USUAL_LITERACY, "NA"):
        note = "; ".join(filter(None, [note, definition]))
    # Behind the last part stands the note, whose closing year holds for all parts.
    later: When | None = next((when for _, when in notes if when), None)
    values: list[dict[str, object]] = []
    # A part named like the entry is another area (Cyprus), not another sector.
    odd = {p for p, _ in texts if p not in (*_BASIS, name) and _code(entry, name, p) is None}
    for part, text in reversed([pair for pair in texts if pair[0] not in _BASIS]):
        code = _code(entry, name, part)
        readings = read_text(text)
        partial = bool(odd) and code in ("IND", "SER")
        base: dict[str, object] = {"part": part, "code": code, "text": text, "note": note}
        if code is None or partial or readings is None:
            reason = "not a value" if code is not None and not partial else "another breakdown"
            new = [{**base, "value": None, "year": None, "problem": reason}]
        else:
            new = [{**base, **_value(entry, r, readings, later)} for r in readings]
        values = new + values
        if readings and len(readings) == 1 and entry.parts is not _PLAIN:
            later = readings[0].when or later
    return values


def _code(entry: Entry, name: str, part: str) -> str | None:
    """Return the key value of a part; in 2025 a plain part is named 'Unemployment rate 2024'."""
    if entry.parts is _PLAIN and part.startswith(name) and part[len(name) :].strip().isdigit():
        return ""
    return entry.parts.get(part)


def _value(
    entry: Entry, reading: Reading, readings: list[Reading], later: When | None
) -> dict[str, object]:
    """Return one reading with its year, taken from a later part only where that is the one year."""
    when = reading.when or (later if len(readings) == 1 else None)
    problem = ""
    if reading.number is None:
        problem = "missing"
    elif reading.mark.rstrip("s") != entry.mark.rstrip("s"):
        problem = "unexpected unit"
    elif when is None:
        problem = "no year"
    return {
        "value": reading.number,
        "year": when.year if when else None,
        "estimated": when.estimated if when else None,
        "remark": when.remark if when else "",
        "problem": problem,
    }


def _whole(values: list[dict[str, object]], gaza: Mapping[str, str]) -> list[dict[str, object]]:
    """Keep of the West Bank's entry what covers Gaza: its note says so, or Gaza's is the same."""
    for value in values:
        covers = "Gaza" in str(value["note"]) or gaza.get(str(value["part"])) == value["text"]
        if not covers and not value["problem"]:
            value["problem"] = "West Bank only"
    return values
