"""From draws to tidy tables: openings of the period, fans by year, and what was drawn in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import listing
from skillsfc.forecast.simulation.chain import SOURCES
from skillsfc.forecast.simulation.paths import Array


def yearly_openings(run: tuple[Array, Array]) -> Array:
    """Return openings by year (draws, n_groups, n_years - 1)."""
    yearly: Array = np.diff(run[0], axis=2) + run[1]
    return yearly


def _bounds(values: Array, level: float) -> tuple[Array, Array]:
    ends = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return ends[0], ends[1]


def period_table(
    groups: pd.DataFrame,
    years: Any,
    central: tuple[Array, Array],
    kept: tuple[Array, Array],
    levels: tuple[float, ...],
) -> pd.DataFrame:
    """Return openings of the whole period with their intervals."""
    persons, leavers = central[0][0], central[1][0].sum(axis=1)
    sums = yearly_openings(kept).sum(axis=2)
    parts = []
    for level in levels:
        lower, upper = _bounds(sums, level)
        expansion = persons[:, -1] - persons[:, 0]
        parts.append(
            groups.assign(
                first_year=int(years[0]), year=int(years[-1]), level=level,
                employment_start=persons[:, 0], employment_end=persons[:, -1],
                expansion=expansion, replacement=leavers, openings=expansion + leavers,
                openings_per_year=(expansion + leavers) / (years[-1] - years[0]),
                lower=lower, upper=upper,
            )
        )  # fmt: skip
    table = pd.concat(parts).assign(unit="persons", status="projected")
    return table.sort_values([*groups.columns, "level"], kind="stable", ignore_index=True)


def fan_table(
    groups: pd.DataFrame, years: Any, central: Array, kept: Array, levels: tuple[float, ...]
) -> pd.DataFrame:
    """Return one value a year with its intervals."""
    parts = []
    for level in levels:
        lower, upper = _bounds(kept, level)
        for at, year in enumerate(years):
            parts.append(
                groups.assign(year=int(year), level=level, persons=central[:, at],
                              lower=lower[:, at], upper=upper[:, at])
            )  # fmt: skip
    table = pd.concat(parts).assign(unit="persons", status="projected")
    return table.sort_values([*groups.columns, "year", "level"], kind="stable", ignore_index=True)


def simulation_notes(
    used: tuple[str, ...], draws: int, together: float, blind: bool
) -> tuple[str, ...]:
    """Say what was drawn and what was held still."""
    meaning = {
        "totals": "how many jobs there will be in all or in each sector",
        "shares": "how the structure within them moves",
        "sampling": "how well the survey knew the structure to begin with",
        "exits": "how many people leave",
    }
    still = [name for name in SOURCES if name not in used]
    notes = [
        f"Intervals come from {draws:,} draws of: "
        + "; ".join(f"{meaning[name]} ({name})" for name in used) + ".",
        f"Errors of two series are taken to correlate with {together:g}.",
    ]  # fmt: skip
    if blind:
        notes.append(
            "How many people the survey behind the shares asked is not known, so its sampling "
            "error is not in the intervals."
        )
        still.remove("sampling")
    if still:
        notes.append(f"Held still: {listing(still)}. The intervals are too narrow by that much.")
    return tuple(notes)
