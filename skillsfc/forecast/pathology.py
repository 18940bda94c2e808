"""What a series can suffer from: each finding counted and said in plain words, none repaired."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.schema import read_codes_file

Array = NDArray[np.float64]
Issue = tuple[str, str, int, str, str]

FAST_GROWTH = 0.30  # change in a year above which a reader should look at the source
WRONG_UNIT = 300.0  # factor between two years that only thousands taken for persons explains
FEW = 5  # values below which a series cannot tell its own trend and spread
PANDEMIC = (2020, 2021)


def conflict_years() -> pd.DataFrame:
    """Return the years in which conflict breaks a country's statistics.

    Returns
    -------
    DataFrame
        ``country, first_year, last_year`` [year; 9999 while it lasts], ``reason, source``.

    Examples
    --------
    >>> int(conflict_years().set_index("country").loc["UKR", "first_year"])
    2022
    """
    table = read_codes_file("params/conflict_gaps.csv")
    table["last_year"] = table["last_year"].replace("", "9999")
    return table.astype({"first_year": "int64", "last_year": "int64"})


def series_breaks() -> pd.DataFrame:
    """Return the known breaks in level: ``source, country, first_year`` after it, ``reason``.

    Examples
    --------
    >>> series_breaks().set_index("country").loc["MAR", "first_year"]
    '1996'
    """
    return read_codes_file("params/series_breaks.csv")


def find_issues(
    values: Array,
    years: NDArray[np.int64],
    names: list[str],
    countries: list[str] | None,
    imputed: NDArray[np.bool_],
) -> list[Issue]:
    """Return every finding on a matrix of series as ``(rule, series, affected, severity, text)``.

    Parameters
    ----------
    values : ndarray (n_series, n_years)
        Persons, NaN where missing.
    years : ndarray (n_years,)
        Calendar years.
    names : list of str
        Name of each series.
    countries : list of str, optional
        ISO alpha-3 code of each series, for the list of conflicts.
    imputed : ndarray of bool
        Values that the producer did not measure.

    Examples
    --------
    >>> row = np.array([[10.0, np.nan, 12.0, 12000.0]])
    >>> found = find_issues(row, np.arange(2015, 2019), ["MAR"], None, np.zeros((1, 4), bool))
    >>> sorted(issue[0] for issue in found)
    ['few_values', 'missing_years', 'unit_jump']
    """
    found: list[Issue] = []
    conflicts = conflict_years() if countries else None
    for k, name in enumerate(names):
        row = values[k]
        if not np.isfinite(row).any():
            found.append(("no_data", name, 0, "error", "no data: not forecast, and not zero"))
            continue
        for rule, count, severity, text in _one_series(row, years, imputed[k]):
            found.append((rule, name, count, severity, text))
        if conflicts is not None and countries is not None:
            for count, text in _conflicts(row, years, countries[k], conflicts):
                found.append(("conflict_gap", name, count, "warning", text))
    return found


def _one_series(
    row: Array, years: NDArray[np.int64], imputed: NDArray[np.bool_]
) -> Iterator[tuple[str, int, str, str]]:
    seen = np.flatnonzero(np.isfinite(row))
    data, when = row[seen], years[seen]
    inside = int(seen[-1] - seen[0] + 1 - len(seen))
    if inside:
        yield (
            "missing_years",
            inside,
            "warning",
            "years missing inside the series: not filled in; changes are divided by the gap",
        )
    zeros = int((data == 0.0).sum())
    if zeros:
        text = "zero persons: the series is modelled in levels, not in logs, and not below zero"
        yield "zero", zeros, "warning", text
    if len(data) == 1:
        text = "one value: last value carried forward, band from the panel's other series"
        yield "one_value", 1, "warning", text
    elif len(data) < FEW:
        text = f"fewer than {FEW} values: spread drawn to that of the panel"
        yield "few_values", len(data), "warning", text
    if len(data) > 1 and (data == data[0]).all():
        text = "no variation: the band comes from the panel, or from the least spread assumed"
        yield "constant", len(data), "warning", text
    if imputed.any():
        text = "years imputed by the producer: used for the fit, not to judge forecasts"
        yield "imputed", int(imputed.sum()), "note", text
    yield from _jumps(data, when)
    covid = int(np.isin(when, PANDEMIC).sum())
    if covid:
        yield "covid", covid, "note", "2020-21 (COVID-19) used as they are, without a dummy"


def _jumps(data: Array, when: NDArray[np.int64]) -> Iterator[tuple[str, int, str, str]]:
    positive = (data[1:] > 0) & (data[:-1] > 0)
    ratio = np.divide(data[1:], data[:-1], out=np.ones(len(data) - 1), where=positive)
    size = np.abs(np.log(ratio))
    wrong = size > np.log(WRONG_UNIT)
    if wrong.any():
        text = f"jump by a factor near 1000 in {_some(when[1:][wrong])}: thousands among persons?"
        yield "unit_jump", int(wrong.sum()), "error", text
    yearly = size / np.diff(when)
    fast = (yearly > np.log1p(FAST_GROWTH)) & ~wrong
    if fast.any():
        text = f"change of more than 30 % in a year in {_some(when[1:][fast])}: see the source"
        yield "fast_growth", int(fast.sum()), "warning", text


def _some(years: NDArray[np.int64]) -> str:
    shown = ", ".join(str(year) for year in years[:4])
    return shown + (" and others" if len(years) > 4 else "")


def _conflicts(
    row: Array, years: NDArray[np.int64], country: str, conflicts: pd.DataFrame
) -> Iterator[tuple[int, str]]:
    last = int(years[np.isfinite(row)].max())
    for case in conflicts[conflicts["country"] == country].itertuples():
        affected = (years >= case.first_year) & (years <= case.last_year)
        count = int((affected & np.isfinite(row)).sum())
        open_end = case.last_year >= last
        if count or open_end:
            until = "today" if case.last_year == 9999 else str(case.last_year)
            yield (
                count,
                f"conflict {case.first_year} to {until}: {case.reason}. Years without a value are "
                "not filled in, and no forecast here foresees the course of a conflict",
            )
