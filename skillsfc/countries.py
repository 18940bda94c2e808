"""Countries: codes and aliases, the partnership countries and their groups.

Countries are matched by code, through an alias table where a source has codes of its own; never by
likeness of names, which differ between sources.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from skillsfc.errors import CodeError, ParameterError, Problem, did_you_mean, listing
from skillsfc.schema import code_list

LANGUAGES = ("en", "fr", "ar", "ru")
GROUPS = ("etf", "ilo_norway")


@cache
def _aliases() -> dict[str, str]:
    """Return every code by which a country goes, mapped to the ISO alpha-3 code used here."""
    known: dict[str, str] = {}
    for row in code_list("countries").itertuples():
        for alias in [row.code, row.iso2, *str(row.aliases).split()]:
            if alias:
                known[alias.upper()] = row.code
    return known


def country_code(code: str) -> str:
    """Return the ISO alpha-3 code for a country code or alias, such as 'XK', 'KOS' or 'mar'.

    Parameters
    ----------
    code : str
        A code, in capitals or not; ``GEC:MO`` for the codes of the World Factbook.

    Returns
    -------
    str
        ISO alpha-3 code; XKX for Kosovo.

    Raises
    ------
    CodeError
        If the code is unknown. Names are not accepted: they differ between sources.

    Examples
    --------
    >>> country_code("KOS"), country_code("mar")
    ('XKX', 'MAR')
    """
    if not isinstance(code, str):
        raise CodeError(
            "country", [Problem(repr(code), "not text", "an ISO alpha-3 code such as 'MAR'")]
        )
    found = _aliases().get(code.strip().upper())
    if found is None:
        raise CodeError("country", [_unknown_country(code)])
    return found


def _unknown_country(code: str) -> Problem:
    listed = code_list("countries")
    if not code.strip():
        return Problem(repr(code), "empty", "an ISO alpha-3 code such as 'MAR'")
    for language in LANGUAGES:
        named = listed[listed[f"label_{language}"].str.casefold() == code.strip().casefold()]
        if len(named):
            return Problem(
                repr(code), "a name, not a code", "an ISO alpha-3 code", repr(named["code"].iloc[0])
            )
    names = dict(zip(listed["label_en"], listed["code"], strict=True))
    # A near code of the partnership first, then a near name: 'MAX' is Morocco before Mexico.
    near = did_you_mean(code, listed.loc[_in_group(listed), "code"])
    named = did_you_mean(code, names)
    near = near or (repr(names[named.strip("'\"")]) if named else "")
    return Problem(
        repr(code),
        "unknown code",
        "an ISO alpha-3 code such as 'MAR'",
        near,
        "sf.list_countries() lists them.",
    )


def _in_group(listed: pd.DataFrame) -> pd.Series:
    return (listed["etf"] == "1") | (listed["ilo_norway"] == "1")


def list_countries(group: str | None = None) -> pd.DataFrame:
    """Return the partnership countries: codes, names, groups, region and languages.

    Parameters
    ----------
    group : {"etf", "ilo_norway"}, optional
        Only the countries of one programme: 29 of the European Training Foundation, 6 of the
        ILO-Norway partnership. Lebanon is in both, so there are 34 in all.

    Returns
    -------
    DataFrame
        Columns ``country, name, name_fr, name_ar, name_ru, etf, ilo_norway, region, languages,
        note``; ``etf`` and ``ilo_norway`` are boolean.

    Raises
    ------
    ParameterError
        If the group is unknown.

    Examples
    --------
    >>> import skillsfc as sf
    >>> [len(sf.list_countries(group)) for group in (None, "etf", "ilo_norway")]
    [34, 29, 6]
    """
    if group is not None and group not in GROUPS:
        raise ParameterError(
            "list_countries",
            [
                Problem(
                    "group", repr(group), f"one of {listing(GROUPS)}", did_you_mean(group, GROUPS)
                )
            ],
        )
    listed = code_list("countries")
    keep = _in_group(listed) if group is None else listed[group] == "1"
    found = listed[keep].rename(columns={"code": "country", "label_en": "name"})
    found = found.rename(columns={f"label_{x}": f"name_{x}" for x in LANGUAGES[1:]})
    found = found.assign(etf=found["etf"] == "1", ilo_norway=found["ilo_norway"] == "1")
    columns = ["country", "name", "name_fr", "name_ar", "name_ru", "etf", "ilo_norway"]
    return found[[*columns, "region", "languages", "note"]].reset_index(drop=True)
