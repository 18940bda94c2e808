"""From followed pupils to the tables of a projection, limits by quantiles over draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.transitions.cohorts.kernel import Rates
from skillsfc.transitions.cohorts.levels import Levels
from skillsfc.transitions.cohorts.steps import SchoolYear
from skillsfc.transitions.cohorts.tables import rows_of
from skillsfc.transitions.records import Flags, Floats, Whole

Band = tuple[Floats, Floats, Floats]  # value, lower, upper


@dataclass(frozen=True)
class Outlook:
    """What every table of a projection needs.

    Parameters
    ----------
    groups : DataFrame
        One row a group.
    years : array of int
        Base year to horizon.
    first_grade : int
        Grade of the first place.
    rates : Rates
        Arrays (years, groups, grades).
    levels : Levels
        Where levels end.
    level : float
        Coverage of the limits.
    source : str
        Sources of the pupils.
    """

    groups: pd.DataFrame
    years: Whole
    first_grade: int
    rates: Rates
    levels: Levels
    level: float
    source: str


@dataclass
class _Collected:
    pupils: list[Band] = field(default_factory=list)
    graduates: list[Band] = field(default_factory=list)
    completed: list[Band] = field(default_factory=list)
    dropouts: list[Band] = field(default_factory=list)
    by_level: list[Band] = field(default_factory=list)
    moves: list[tuple[Floats, Floats, Floats]] = field(default_factory=list)


def tabulate_years(
    followed: Iterable[SchoolYear], outlook: Outlook, entrants: Floats, shares: Floats | None
) -> dict[str, pd.DataFrame]:
    """Return the tables of pupils, flows, graduates, leavers and entrants to the labour force.

    Parameters
    ----------
    followed : iterable of SchoolYear
        One a year; the first set is the projection, further ones are draws.
    entrants : array (years - 1, groups, grades)
        New pupils.
    shares : array (years, groups, levels), optional
        Leavers who enter the labour force.
    """
    dropped, done = _level_matrices(outlook.levels, len(entrants[0][0]) if len(entrants) else
                                    outlook.rates.promotion.shape[-1])  # fmt: skip
    found = _Collected()
    for at, year in enumerate(followed):
        found.pupils.append(_band(year.pupils, outlook.level))
        found.graduates.append(_band(year.graduates, outlook.level))
        found.completed.append(_band(year.completing_leavers, outlook.level))
        found.dropouts.append(_band(year.dropouts, outlook.level))
        found.moves.append((year.promoted[0], year.repeating[0], year.coming_in[0]))
        if shares is not None:
            joining = year.dropouts @ dropped + year.completing_leavers @ done
            found.by_level.append(_band(joining * shares[at], outlook.level))
    inside = np.broadcast_to(
        outlook.rates.place()[0], (len(outlook.years), *found.pupils[0][0].shape)
    )
    ends = inside & np.isfinite(outlook.rates.completion)
    pupils = _long(outlook, found.pupils, inside)
    start = pupils["year"] == outlook.years[0]
    pupils["status"] = np.where(start, "observed", "projected")
    return {
        "table": pupils,
        "flows": _flows(outlook, found, entrants, inside),
        "graduates": _graduates(outlook, found, ends),
        "leavers": _leavers(outlook, found, inside, ends),
        "labour_force_entrants": _joining(outlook, found.by_level),
    }


def _level_matrices(levels: Levels, grades: int) -> tuple[Floats, Floats]:
    """Return what sums leavers of all grades to levels: dropouts, and those who completed."""
    if not levels.names:
        return np.ones((grades, 1)), np.ones((grades, 1))
    at = np.arange(len(levels.names))
    return (levels.before[:, None] == at).astype(float), (levels.ending[:, None] == at).astype(
        float
    )


def _band(sets: Floats, level: float) -> Band:
    value = sets[0]
    if len(sets) == 1:
        return value, np.full_like(value, np.nan), np.full_like(value, np.nan)
    low, high = np.quantile(sets[1:], [0.5 - level / 2, 0.5 + level / 2], axis=0)
    return value, low, high


def _long(outlook: Outlook, bands: list[Band], where: Flags) -> pd.DataFrame:
    """Return cells of (year, group, grade) as rows."""
    names = ("persons", "lower", "upper")
    parts = (np.stack(part) for part in zip(*bands, strict=True))
    columns: dict[str, Any] = dict(zip(names, parts, strict=True))
    return _cells(outlook, columns, where, level=outlook.level)


def _cells(
    outlook: Outlook, columns: Mapping[str, Floats], where: Flags, **more: Any
) -> pd.DataFrame:
    """Return the cells of arrays (year, group, grade) as rows, by group, year and grade."""
    # Groups are in the order of their keys, so the rows are, too.
    group, year, grade = np.nonzero(where.transpose(1, 0, 2))
    shown = {
        "year": outlook.years[year],
        "grade": outlook.first_grade + grade,
        **{name: values[year, group, grade] for name, values in columns.items()},
        **more,
    }
    flags = {"unit": "persons", "status": "projected", "source": outlook.source}
    return rows_of(outlook.groups, group, {**shown, **flags})


def _flows(outlook: Outlook, found: _Collected, entrants: Floats, inside: Flags) -> pd.DataFrame:
    columns = {
        "pupils": np.stack([b[0] for b in found.pupils]),
        "entrants": np.concatenate([np.full((1, *entrants.shape[1:]), np.nan), entrants]),
        "promoted": np.stack([m[0] for m in found.moves]),
        "repeating": np.stack([m[1] for m in found.moves]),
        "graduates": np.stack([b[0] for b in found.graduates]),
        "completing_leavers": np.stack([b[0] for b in found.completed]),
        "dropouts": np.stack([b[0] for b in found.dropouts]),
        "coming_in": np.stack([m[2] for m in found.moves]),
    }
    return _cells(outlook, columns, inside)


def _graduates(outlook: Outlook, found: _Collected, ends: Flags) -> pd.DataFrame:
    rows = _long(outlook, found.graduates, ends)
    rows = _qualified(rows, outlook, outlook.levels.ending)
    left = _long(outlook, found.completed, ends)["persons"]
    with np.errstate(divide="ignore", invalid="ignore"):
        return rows.assign(
            going_on=np.where(rows["persons"] > 0, 1 - left / rows["persons"], np.nan)
        )


def _leavers(outlook: Outlook, found: _Collected, inside: Flags, ends: Flags) -> pd.DataFrame:
    without = _qualified(_long(outlook, found.dropouts, inside), outlook, outlook.levels.before)
    with_it = _qualified(_long(outlook, found.completed, ends), outlook, outlook.levels.ending)
    rows = pd.concat([without.assign(completed=False), with_it.assign(completed=True)])
    keys = [*outlook.groups.columns, "year", "grade", "completed"]
    return rows.sort_values(keys, kind="stable", ignore_index=True)


def _qualified(rows: pd.DataFrame, outlook: Outlook, place: Whole) -> pd.DataFrame:
    names = outlook.levels.names
    if not names:
        return rows
    at = place[rows["grade"].to_numpy() - outlook.first_grade]
    return rows.assign(qualification=np.array(names, dtype="str")[at])


def _joining(outlook: Outlook, bands: list[Band]) -> pd.DataFrame:
    if not bands:
        return pd.DataFrame()
    value, lower, upper = (np.stack(part) for part in zip(*bands, strict=True))
    year, group, at = (axis.ravel() for axis in np.indices(value.shape))
    rows = outlook.groups.iloc[group].reset_index(drop=True).assign(year=outlook.years[year])
    if outlook.levels.names:
        rows["qualification"] = np.array(outlook.levels.names, dtype="str")[at]
    rows = rows.assign(
        persons=value.ravel(), lower=lower.ravel(), upper=upper.ravel(), level=outlook.level
    )
    keys = [
        *outlook.groups.columns,
        "year",
        *(["qualification"] if "qualification" in rows else []),
    ]
    ordered = rows.sort_values(keys, kind="stable", ignore_index=True)
    return ordered.assign(unit="persons", status="projected", source=outlook.source)
