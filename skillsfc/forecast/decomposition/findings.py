"""What a reader must know before trusting a decomposition: each finding counted, none repaired."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import listing
from skillsfc.forecast.decomposition.inputs import SIDES, Pair
from skillsfc.forecast.pathology import (
    FAST_GROWTH,
    PANDEMIC,
    WRONG_UNIT,
    Issue,
    conflict_years,
    series_breaks,
)

ROUNDING = (1000.0, 100.0)  # units that published tables are rounded to [persons]


def find_findings(pair: Pair, totals: pd.DataFrame) -> list[Issue]:
    """Return what was found as ``(rule, series, affected, severity, text)``.

    Parameters
    ----------
    pair : Pair
        The cells, and both tables as checked.
    totals : DataFrame
        ``batch, before, after``: one row a batch [persons].
    """
    return [
        *_treatments(pair),
        *_basis(pair),
        *_period(pair),
        *_jumps(pair, totals),
        *_rounding(pair),
    ]


def _treatments(pair: Pair) -> list[Issue]:
    found: list[Issue] = []
    if pair.filled:
        text = "cells in one table only, counted as nobody in the other, as said by absent='zero'"
        found.append(("absent_cells", "all", pair.filled, "warning", text))
    for depth, axis in enumerate(pair.axes[:-1]):
        parent = [*pair.batch, *pair.axes[: depth + 1]]
        sums = pair.cells.groupby(parent)[list(SIDES)].sum()
        new = sums[(sums["before"] == 0) & (sums["after"] > 0)]
        if len(new):
            named = [_name(key) for key in new.index]
            inner = pair.axes[depth + 1]
            text = (
                f"{axis} with nobody before ({listing(named, 5)}): growth is not defined, so all "
                f"of its arrival counts with the {axis}, and nothing as a change of {inner}"
            )
            found.append((f"new_{axis}", "all", len(new), "note", text))
    return found


def _basis(pair: Pair) -> list[Issue]:
    rows, found = pair.rows, []
    guessed = rows["status"].isin(["imputed", "modelled", "projected"])
    for side in SIDES:
        count = int((guessed & (rows["side"] == side)).sum())
        if count:
            text = f"rows of the {side} table not observed: the change is partly the model's"
            found.append(("not_observed", side, count, "warning", text))
    if "reliability" in rows and (count := int(rows["reliability"].eq("U").sum())):
        text = "rows that the producer calls unreliable (U), used as they are"
        found.append(("unreliable", "all", count, "warning", text))
    sources = [set(rows.loc[rows["side"] == side, "source"]) for side in SIDES]
    if sources[0] != sources[1]:
        text = (
            f"before from {listing(sorted(sources[0]))}, after from {listing(sorted(sources[1]))}: "
            "part of the change may be the change of source"
        )
        found.append(("source_change", "all", len(sources[0] ^ sources[1]), "warning", text))
    return found


def _period(pair: Pair) -> list[Issue]:
    if len(pair.years) < 2:
        return []
    first, last = pair.years
    found: list[Issue] = []
    hit = [year for year in pair.years if year in PANDEMIC]
    if hit:
        text = "a pandemic year at an end of the period: part of the change is temporary"
        found.append(("pandemic", "all", len(hit), "note", text))
    if "country" not in pair.rows:
        return found
    for country in sorted(pair.rows["country"].unique()):
        found += _known_events(country, pair, first, last)
    return found


def _known_events(country: str, pair: Pair, first: int, last: int) -> list[Issue]:
    used = set(pair.rows.loc[pair.rows["country"] == country, "source"])
    found: list[Issue] = []
    for row in series_breaks().itertuples():
        if row.country == country and row.source in used and first < int(row.first_year) <= last:
            text = f"level broken in {row.first_year}: {row.reason}"
            found.append(("break", country, 1, "warning", text))
    for row in conflict_years().itertuples():
        if row.country == country and row.first_year <= last and row.last_year >= first:
            text = f"conflict within the period ({row.reason}): territory and coverage may differ"
            found.append(("conflict_gap", country, 1, "warning", text))
    return found


def _jumps(pair: Pair, totals: pd.DataFrame) -> list[Issue]:
    ratio = (totals["after"] / totals["before"]).to_numpy()
    names = [_name(tuple(key)) for key in totals[list(pair.batch)].to_numpy()]
    found: list[Issue] = []
    for name, value in zip(names, ratio, strict=True):
        # Zero afterwards is a fall to nobody, not thousands taken for persons.
        if value > 0 and max(value, 1 / value) > WRONG_UNIT:
            text = f"total changes by a factor of {value:.3g}: thousands taken for persons?"
            found.append(("unit_jump", name or "all", 1, "warning", text))
    if len(pair.years) == 2:
        span = pair.years[1] - pair.years[0]
        sums = pair.cells.groupby([*pair.batch, "sector"])[list(SIDES)].sum()
        sums = sums[(sums > 0).all(axis=1)]
        yearly = (sums["after"] / sums["before"]) ** (1 / span) - 1
        fast = [_name(key) for key in yearly.index[yearly.abs() > FAST_GROWTH]]
        if fast:
            text = f"changes by more than {FAST_GROWTH:.0%} a year: look at the source"
            found += [("fast_growth", name, 1, "warning", text) for name in fast[:20]]
    return found


def _rounding(pair: Pair) -> list[Issue]:
    values = pair.rows.loc[pair.rows["persons"] > 0, "persons"].to_numpy()
    for unit in ROUNDING:
        if len(values) >= 4 and np.allclose(values % unit, 0):
            small = int((values < 10 * unit).sum())
            if not small:
                return []
            text = f"values rounded to {unit:,.0f}: effects of that size mean nothing"
            return [("rounded", "all", small, "note", text)]
    return []


def _name(key: object) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
