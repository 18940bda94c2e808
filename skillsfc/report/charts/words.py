"""Units, numbers and names as a chart shows them: conversion to thousands, per cent and words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.classifications import label
from skillsfc.countries import LANGUAGES
from skillsfc.errors import CodeError, ParameterError, Problem, did_you_mean, listing

# Only the words that a chart itself writes; names of codes come from the code lists. Where a
# language has no entry, English stands unless the caller gives the word in ``labels``.
WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "million persons": "Millions de personnes",
        "thousand persons": "Milliers de personnes",
        "persons": "Personnes",
        "million": "millions",
        "thousand": "milliers",
        "million persons per year": "Millions de personnes par an",
        "thousand persons per year": "Milliers de personnes par an",
        "persons per year": "Personnes par an",
        "per cent": "Pour cent",
        "F": "Femmes",
        "M": "Hommes",
        "T": "Ensemble",
        "Source": "Source",
        "Projection": "Projection",
        "Age": "Âge",
        "entrants": "Arrivées à l'âge de travailler",
        "leavers": "Sorties de l'âge de travailler",
        "jobs": "Emplois créés (variation nette)",
        "expansion": "Croissance",
        "replacement": "Départs à remplacer",
        "openings": "Postes à pourvoir, avec leur intervalle",
    },
    "en": {
        "F": "Women",
        "M": "Men",
        "T": "Both sexes",
        "entrants": "Reaching working age",
        "leavers": "Reaching age 65",
        "jobs": "Jobs created (net change)",
        "expansion": "From growth of employment",
        "replacement": "To replace leavers",
        "openings": "Openings, with their range",
        "mase": "Mean absolute scaled error",
        "rmsse": "Root mean squared scaled error",
        "mape": "Mean absolute percentage error",
        "wmape": "Weighted mean absolute percentage error",
        "ols_trend": "10-year trend",
    },
}

STATES = ("state", "from_state", "to_state")  # their codes are words, often joined by "_"
SEXES = ("F", "M", "T")  # codes of the column sex; the same letters are sectors elsewhere


def check_language(language: str) -> None:
    """Raise a ParameterError if the language is not one of the library's four."""
    if language not in LANGUAGES:
        guess = did_you_mean(language, LANGUAGES)
        raise ParameterError(
            "chart", [Problem("language", repr(language), f"one of {listing(LANGUAGES)}", guess)]
        )


def word(key: str, language: str = "en", labels: Mapping[str, str] | None = None) -> str:
    """Return a word of the chart: the caller's own, the language's, or the English one.

    Examples
    --------
    >>> word("F"), word("F", "fr"), word("F", labels={"F": "Girls"})
    ('Women', 'Femmes', 'Girls')
    """
    if labels and key in labels:
        return labels[key]
    return WORDS.get(language, {}).get(key, WORDS["en"].get(key, key))


def names_of_codes(
    values: Sequence[str],
    column: str,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return what to write for each code: the caller's label, the code list's, or the code.

    Examples
    --------
    >>> names_of_codes(["F", "M"], "sex", "fr")
    {'F': 'Femmes', 'M': 'Hommes'}
    >>> names_of_codes(["F"], "sector")
    {'F': 'Construction'}
    >>> names_of_codes(["stable_job"], "state")
    {'stable_job': 'stable job'}
    """
    own = labels or {}
    found = {
        value: value
        if column != "sex" and value in SEXES and value not in own
        else word(value, language, labels)
        for value in values
    }
    unnamed = [value for value in values if found[value] == value]
    if not unnamed or (labels and set(unnamed) <= set(labels)):
        return found
    if column in STATES:  # of no list: words, joined by "_"
        return found | {value: value.replace("_", " ") for value in unnamed if value not in own}
    try:
        listed = label(pd.DataFrame({column: unnamed}), language=language)
    except CodeError:
        return found  # codes of no list are shown as they stand
    if f"{column}_label" in listed:
        found |= dict(zip(listed[column], listed[f"{column}_label"], strict=True))
    return found


@dataclass(frozen=True)
class Scale:
    """How numbers of one unit are shown: divided by what, under which name, to which decimal."""

    divisor: float
    unit: str
    decimals: int
    short: str = ""

    def text(self, number: float, language: str = "en", *, unit: bool = False) -> str:
        """Return one number as the chart writes it, with a short unit if asked."""
        if not np.isfinite(number):
            return "not available"
        # Times 100, not divided by 0.01: 0.1175 is 11.75 per cent, and not 11.7499...
        scaled = number * 100 if self.divisor == 0.01 else number / self.divisor
        shown = f"{scaled:,.{self.decimals}f}"
        if float(shown.replace(",", "")) == 0:
            shown = shown.lstrip("-")
        shown = shown.replace("-", "\N{MINUS SIGN}")
        if language == "fr":
            shown = shown.replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
        elif language == "ru":
            shown = shown.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")
        return f"{shown}{self.short}" if unit else shown


def scale_of(unit: str, values: Iterable[float]) -> Scale:
    """Choose how to show numbers of a unit: persons in thousands or millions, shares in per cent.

    Parameters
    ----------
    unit : str
        Unit of the numbers as the data dictionary names it.
    values : iterable of float
        The numbers that the axis must hold.

    Examples
    --------
    >>> scale = scale_of("persons", [9_500_000.0, 11_250_000.0])
    >>> scale.unit, scale.text(11_250_000.0)
    ('million persons', '11.2')
    >>> scale_of("share", [0.351]).text(0.351, "fr", unit=True)
    '35,1 %'
    """
    numbers = np.asarray(list(values), dtype=float)
    numbers = np.abs(numbers[np.isfinite(numbers)])
    most = float(numbers.max()) if numbers.size else 0.0
    if unit == "share":
        return Scale(0.01, "per cent", 1, " %")
    if unit == "persons" or unit == "persons per year":
        if most >= 1e6:
            return Scale(1e6, f"million {unit}", 1 if most >= 1e7 else 2, " million")
        if most >= 1e4:
            return Scale(1e3, f"thousand {unit}", 0 if most >= 1e5 else 1, " thousand")
        return Scale(1.0, unit, 0, " persons")
    if "dollar" in unit or "hours" in unit:
        return Scale(1.0, unit, 0)
    decimals = 0 if most >= 1000 else 1 if most >= 10 else 2
    return Scale(1.0, unit, decimals)


def axis_title(
    scale: Scale, quantity: str | None, language: str, labels: Mapping[str, str] | None
) -> str:
    """Return the axis label: what is measured, and always its unit."""
    unit = word(scale.unit, language, labels)
    if not quantity:
        return unit[:1].upper() + unit[1:]
    return f"{quantity}, {unit[:1].lower() + unit[1:]}"


def footer(source: str | None, *tables: pd.DataFrame | None, language: str = "en") -> str:
    """Return the source line: the caller's text, or the source ids that the tables carry."""
    if source is None:
        ids = [
            str(item)
            for table in tables
            if table is not None and "source" in table.columns
            for item in table["source"].dropna().unique()
        ]
        source = "; ".join(dict.fromkeys(ids))
    return f"{word('Source', language)}: {source}" if source else ""


def years_text(years: Sequence[int]) -> str:
    """Return years as a reader says them, runs joined.

    Examples
    --------
    >>> years_text([2001, 2002, 2003, 2007])
    '2001-2003, 2007'
    """
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)


def inner(quantity: str | None) -> str:
    """Return what is measured as it stands inside a sentence, with a comma, or nothing.

    Examples
    --------
    >>> inner("Employment"), inner("GDP per head"), inner(None)
    ('employment, ', 'GDP per head, ', '')
    """
    if not quantity:
        return ""
    keep = len(quantity) > 1 and quantity[1].isupper()
    return f"{quantity if keep else quantity[0].lower() + quantity[1:]}, "


def tick_scale(scale: Scale, ticks: Iterable[float]) -> Scale:
    """Return the scale with just the decimals that these tick positions need.

    Examples
    --------
    >>> tick_scale(Scale(1e6, "million persons", 2), [0.0, 5e5, 1e6]).decimals
    1
    """
    steps = np.asarray(list(ticks), dtype=float) / scale.divisor
    for decimals in range(4):
        if np.allclose(steps, np.round(steps, decimals), atol=1e-6):
            return Scale(scale.divisor, scale.unit, decimals, scale.short)
    return scale


def wrap_evenly(text: str, width: int) -> str:
    """Wrap a text to lines of much the same length, so that no word is left alone.

    Examples
    --------
    >>> print(wrap_evenly("Labourers outside agriculture, small trades", 40))
    Labourers outside
    agriculture, small trades
    """
    lines = textwrap.wrap(text, width)
    narrowest = next(
        size
        for size in range(1, width + 1)
        if len(textwrap.wrap(text, size, break_long_words=False)) <= len(lines) or size == width
    )
    return textwrap.fill(text, narrowest, break_long_words=narrowest == width)
