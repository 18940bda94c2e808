"""One origin of a back-test of shares: what was known then, and how wrong a forecast was."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.forecast.shares.arguments import Asked
from skillsfc.forecast.shares.cells import Cells, close_cells
from skillsfc.forecast.shares.models import fit_shares
from skillsfc.forecast.shares.rounds import Array, Rounds
from skillsfc.forecast.shares.trends import Trends, fit_trends


def known_at(history: Rounds, origin: int, least: int, most: int | None) -> Rounds | None:
    """Return what was known at an origin of the wholes with enough rounds."""
    known = history.until(origin)
    if most is not None:
        known = known.keep(np.ones(len(known.keys), bool), _tail(known, most))
    enough = known.seen.sum(axis=1) >= least
    return known.keep(enough) if enough.any() else None


def _tail(known: Rounds, most: int) -> NDArray[np.bool_]:
    late = np.zeros(len(known.years), bool)
    late[-most:] = True
    return late


def sizes_at(sample_size: float | pd.DataFrame | None, origin: int) -> float | pd.DataFrame | None:
    """Return the sample sizes that were known at an origin."""
    if isinstance(sample_size, pd.DataFrame) and "year" in sample_size:
        return sample_size[sample_size["year"] <= origin]
    return sample_size


def taught_at(others: Rounds, own: Cells, origin: int, asked: Asked) -> tuple[Cells, Trends] | None:
    """Return the peers' cells and trends up to a year; wholes that are own ones are left out."""
    early = others.keep(np.ones(len(others.keys), bool), others.years <= origin)
    new = early.seen.any(axis=1) & ~np.isin(early.names, own.rounds.names)
    if not new.any():
        return None
    cells = close_cells(
        early.keep(new), zeros=asked.zeros, absent=asked.absent, constant=asked.constant
    )
    return cells, fit_trends(cells, anchor=asked.choices.anchor, trend=asked.choices.trend)


def errors_at(
    cells: Cells,
    actual: Cells,
    origin: int,
    horizon: int,
    asked: Asked,
    people: Array | None,
    taught: tuple[Cells, Trends] | None,
) -> pd.DataFrame:
    """Return one row for each whole and later round within the horizon."""
    when = actual.rounds.years
    targets = when[(when > origin) & (when <= origin + horizon)]
    at = {name: k for k, name in enumerate(actual.rounds.names)}
    rows: list[dict[str, object]] = []
    if not len(targets):
        return pd.DataFrame(rows)
    fitted = fit_shares(cells, targets, asked.choices, respondents=people, peers=taught)
    rng = np.random.default_rng([asked.seed, origin])
    for row, name in enumerate(cells.rounds.names):
        if name not in at:
            continue
        columns = np.searchsorted(when, targets)
        came = actual.shares[at[name], columns]
        whole = np.isfinite(came).all(axis=1) & actual.known[at[name], columns][
            :, actual.inside[at[name]]
        ].all(axis=1)
        if not whole.any():
            continue
        low, high = fitted.spread.band(row, asked.levels, asked.draws, rng)
        head = dict(zip(cells.rounds.keys, cells.rounds.keys.iloc[row], strict=True))
        inside = cells.inside[row] | actual.inside[at[name]]
        for k in np.flatnonzero(whole):
            away = np.abs(fitted.spread.path[k, row] - came[k]).sum()
            held = (came[k] >= low[:, k]) & (came[k] <= high[:, k])
            rows.append(
                head
                | {"origin": origin, "year": int(targets[k]), "horizon": int(targets[k] - origin)}
                | {"model": asked.choices.method, "dissimilarity": away / 2.0, "wmape": away}
                | {
                    f"coverage_{100 * level:.4g}": float(held[j, inside].mean())
                    for j, level in enumerate(asked.levels)
                }
                | {"cells": int(inside.sum()), "persons": actual.totals[at[name], columns[k]]}
            )
    return pd.DataFrame(rows)
