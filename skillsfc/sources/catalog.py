"""The catalogue of embedded tables: what can be loaded offline, and the loading of it.

``data/tables.csv`` has one row per table and source: which function of which module of
``skillsfc.sources`` reads it, and its rank. One call returns one source, never a mixture.
"""

from __future__ import annotations

import importlib
from functools import cache

import pandas as pd

from skillsfc.countries import country_code, list_countries
from skillsfc.errors import CoverageError, Problem, did_you_mean, listing
from skillsfc.schema import read_codes_file, tables


@cache
def _loaded(loader: str) -> pd.DataFrame:
    module, _, function = loader.partition(":")
    table: pd.DataFrame = getattr(importlib.import_module(f"skillsfc.sources.{module}"), function)()
    return table


def _may_have(loader: str, code: str) -> bool:
    """Return whether a loader can have a country: a module of one country says which, in COUNTRY.

    Reading forty census tables of Morocco only to find that Kosovo is not in them takes a second.
    """
    module = importlib.import_module(f"skillsfc.sources.{loader.partition(':')[0]}")
    return getattr(module, "COUNTRY", code) == code


@cache
def sources() -> pd.DataFrame:
    """Return the source log, ``data/sources.csv``, one row a raw file."""
    return read_codes_file("sources.csv")


def load_table(name: str, *, country: str | None = None, source: str | None = None) -> pd.DataFrame:
    """Return an embedded table, tidy, for one country or for all.

    Parameters
    ----------
    name : str
        A table of `list_tables`, such as ``"employment"`` or ``"population"``.
    country : str, optional
        ISO alpha-3 code or alias. With it, the best-ranked source that has the country is read;
        without it, the source that covers most countries.
    source : str, optional
        Read this source instead; ids are in the ``source`` column of `list_tables`.

    Returns
    -------
    DataFrame
        Long table with keys, one measure, ``unit``, ``status``, ``source``. A copy: change it
        freely.

    Raises
    ------
    CoverageError
        If there is no such table or source, or it does not have the country.
    CodeError
        If the country code is unknown.

    Examples
    --------
    >>> import skillsfc as sf
    >>> int(sf.load_table("employment", country="MAR", source="pwt91")["year"].max())
    2017
    """
    entries = _entries(name, source)
    if country is None:
        # Not the rank: a detailed national source would hide every other country.
        widest = max((_loaded(loader) for loader in entries["loader"]), key=_countries_in)
        return widest.copy()
    code = country_code(country)
    for loader in entries.sort_values("rank", key=lambda r: r.astype(int))["loader"]:
        if not _may_have(loader, code):
            continue
        table = _loaded(loader)
        if "country" not in table.columns:
            return table.copy()
        rows = table[table["country"] == code]
        if len(rows):
            return rows.reset_index(drop=True)
    raise CoverageError(f"table {name!r}", [_not_covered(name, code, entries)])


def _countries_in(table: pd.DataFrame) -> int:
    return int(table["country"].nunique()) if "country" in table.columns else 0


def _entries(name: str, source: str | None) -> pd.DataFrame:
    listed = tables()
    entries = listed[listed["table"] == str(name)]
    if entries.empty:
        known = sorted(listed["table"].unique())
        raise CoverageError(
            "load_table",
            [
                Problem(
                    "name",
                    f"{name!r} is not embedded",
                    f"one of {listing(known, 40)}",
                    did_you_mean(name, known),
                )
            ],
        )
    if source is None:
        return entries
    chosen = entries[entries["source"] == source]
    if chosen.empty:
        known = list(entries["source"])
        raise CoverageError(
            f"table {name!r}",
            [
                Problem(
                    "source", repr(source), f"one of {listing(known)}", did_you_mean(source, known)
                )
            ],
        )
    return chosen


def _not_covered(name: str, code: str, entries: pd.DataFrame) -> Problem:
    have = {
        c
        for loader in entries["loader"]
        for c in _loaded(loader).get("country", pd.Series(dtype=str))
    }
    partners = [c for c in list_countries()["country"] if c in have]
    return Problem(
        code,
        "no embedded data for this country",
        f"one of {listing(partners, 34)}" if partners else "another table",
        next_step=f"sf.list_tables(country={code!r}) shows what there is for it.",
    )


def list_tables(country: str | None = None) -> pd.DataFrame:
    """Return what can be loaded offline: table, countries, years, source and licence.

    Parameters
    ----------
    country : str, optional
        Only the tables that have this country.

    Returns
    -------
    DataFrame
        One row per table and source: ``table, title, source, measure, keys, countries`` (number of
        partnership countries), ``first_year, last_year, rows, licence``.

    Examples
    --------
    >>> import skillsfc as sf
    >>> "employment" in set(sf.list_tables(country="MAR")["table"])
    True
    """
    code = country_code(country) if country is not None else None
    partners = set(list_countries()["country"])
    licence = sources().drop_duplicates("source").set_index("source")["licence"]
    found = []
    for entry in _with_country(tables(), code).itertuples():
        if code is not None and not _may_have(entry.loader, code):
            continue
        table = _loaded(entry.loader)
        have = set(table["country"].unique()) if "country" in table.columns else set()
        if code is not None:
            if code not in have:
                continue
            table = table[table["country"] == code]
        years = table["year"] if "year" in table.columns else pd.Series(dtype=float)
        found.append(
            {
                "table": entry.table,
                "title": entry.title,
                "source": entry.source,
                "measure": entry.measure,
                "keys": entry.keys,
                "countries": len(partners & have),
                "first_year": years.min() if len(years) else pd.NA,
                "last_year": years.max() if len(years) else pd.NA,
                "rows": len(table),
                "licence": licence.get(entry.source, ""),
            }
        )
    columns = [
        "table",
        "title",
        "source",
        "measure",
        "keys",
        "countries",
        "first_year",
        "last_year",
        "rows",
        "licence",
    ]
    return pd.DataFrame(found, columns=columns)


def _with_country(listed: pd.DataFrame, code: str | None) -> pd.DataFrame:
    """Leave out the tables that have no country when one is asked for: reading them takes time."""
    if code is None:
        return listed
    return listed[[("country" in keys.split()) for keys in listed["keys"]]]
