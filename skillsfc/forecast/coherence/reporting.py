"""Coherent arrays back to tables: rows, diagnostics of every level, and notes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skillsfc.errors import listing
from skillsfc.forecast.coherence.batches import Batch, Forecasts
from skillsfc.forecast.coherence.levels import count_of, level_name
from skillsfc.forecast.coherence.methods import ReconciledArrays
from skillsfc.forecast.coherence.past_errors import PastErrors
from skillsfc.forecast.coherence.structure import Structure
from skillsfc.schema import dictionary, key_columns

ROUNDING = 1e-9  # a change this small, as part of the value, is none
ASSUMED = {
    "bottom_up": "Bottom-up: the bottom cells as forecast; forecasts of aggregates are not used.",
    "ols": "OLS: every forecast is taken to be as uncertain as every other, in persons.",
    "wls_struct": "Structural WLS: the error variance of a forecast is taken to grow with the "
    "number of bottom cells under it.",
    "wls_var": "WLS: each forecast is weighted by the variance of its past errors.",
    "mint_shrink": "MinT: variances and covariances of past errors, the covariances drawn to 0.",
}


def reconciled_rows(read: Forecasts, made: Sequence[ReconciledArrays]) -> pd.DataFrame:
    """Return all nodes of all batches as tidy rows, with the forecast before in ``_before``."""
    rows = pd.concat(
        [_rows(read, batch, done) for batch, done in zip(read.batches, made, strict=True)],
        ignore_index=True,
    )
    for key in read.keys:
        if read.marker[key] is not None:
            rows[key] = rows[key].fillna(read.marker[key])
    order = [name for name in dictionary().index if name in rows]
    return rows[[*order, "_before"]]


def _rows(read: Forecasts, batch: Batch, done: ReconciledArrays) -> pd.DataFrame:
    count, width = batch.base.shape
    # Columns outside, nodes inside: a year's nodes stand together.
    nodes = np.tile(np.arange(count), width)
    column = np.repeat(np.arange(width), count)
    source = batch.rows.T.ravel()
    after, before = done.coherent.T.ravel(), batch.base.T.ravel()
    known = source >= 0
    # An aggregate without forecast borrows the flags of the first bottom cell of its column.
    lender = batch.rows[batch.structure.aggregates][column]
    flags = read.table.drop(columns=[*read.keys, read.measure, "_level"])
    rows = flags.iloc[np.where(known, source, lender)].reset_index(drop=True)
    keys = batch.structure.nodes().iloc[nodes].reset_index(drop=True)
    rows = pd.concat([keys, rows], axis=1)
    changed = np.abs(after - np.where(known, before, after)) > ROUNDING * np.abs(after)
    seen = rows["status"].eq("observed").to_numpy()
    rows["status"] = rows["status"].mask((changed & seen) | (~known & seen), "estimated")
    rows[read.measure], rows["_before"] = after, before
    return _moved_ends(rows, after, before, known)


def _moved_ends(
    rows: pd.DataFrame, after: np.ndarray, before: np.ndarray, known: np.ndarray
) -> pd.DataFrame:
    """Move the ends of intervals by the factor of the value; without a positive value they go."""
    usable = known & (before > 0)
    factor = np.divide(after, before, out=np.full(len(after), np.nan), where=usable)
    for end in ("lower", "upper"):
        if end in rows:
            rows[end] = rows[end] * factor
    return rows


def level_diagnostics(read: Forecasts, made: Sequence[ReconciledArrays]) -> pd.DataFrame:
    """Return one row a level and column: how far apart it was, is, and what was changed."""
    parts = []
    for batch, done in zip(read.batches, made, strict=True):
        structure = batch.structure
        before, after = structure.gaps(batch.base), structure.gaps(done.coherent)
        for place, level in enumerate(structure.levels):
            here = slice(structure.starts[place], structure.starts[place] + structure.sizes[place])
            above = place < len(structure.levels) - 1
            own = batch.base[here]
            parts.append(
                batch.columns.assign(
                    **batch.place,
                    aggregation=level_name(level),
                    nodes=structure.sizes[place],
                    gap_before=_largest(before[here]) if above else 0.0,
                    gap_after=_largest(after[here]) if above else 0.0,
                    change=np.nansum(np.abs(done.coherent[here] - own), axis=0),
                    negative=(own < 0).sum(axis=0),
                    held=0 if above else done.held,
                    rounds=done.rounds,
                    optimality=done.optimality,
                    shrinkage=done.shrinkage,
                )
            )
    table = pd.concat(parts, ignore_index=True)
    keys = key_columns(table)
    return table[[*keys, *(name for name in table if name not in keys)]]


def _largest(gaps: np.ndarray) -> np.ndarray:
    """Return each column's largest absolute gap; NaN if no aggregate of the level is forecast."""
    known = np.isfinite(gaps)
    found = np.where(known, np.abs(gaps), 0.0).max(axis=0)
    return np.where(known.any(axis=0), found, np.nan)


def coherence_notes(
    read: Forecasts,
    made: Sequence[ReconciledArrays],
    arguments: tuple[str, bool, bool],
    past: PastErrors | None,
    left_out: int,
    intervals: bool,
) -> tuple[str, ...]:
    """Return what a reader must know of this reconciliation, in plain sentences."""
    method, nonnegative, _ = arguments
    notes = [ASSUMED[method]]
    if past is not None:
        notes += _learnt(past, made, left_out, method)
    notes += _structural(read)
    negative = sum(int((batch.base < 0).sum()) for batch in read.batches)
    held = sum(int(done.held.sum()) for done in made)
    if negative:
        notes.append(f"Below 0 before: {count_of(negative, 'forecast')}.")
    if held:
        notes.append(f"Held at 0 by the bound: {count_of(held, 'bottom cell')}.")
    below = sum(int((done.coherent < 0).sum()) for done in made)
    if not nonnegative and below:
        notes.append(
            f"Below 0 still: {count_of(below, 'value')}. This is no table of persons: give "
            "nonnegative=True."
        )
    if intervals:
        notes.append(
            "Intervals moved with their value by the same factor. Their ends do not add up, and "
            "what reconciliation takes off their width is not counted."
        )
    return tuple(notes)


def _learnt(
    past: PastErrors, made: Sequence[ReconciledArrays], left_out: int, method: str
) -> list[str]:
    notes = []
    if method == "mint_shrink":
        values = sorted({round(done.shrinkage, 3) for done in made})
        shown = f"{values[0]:g}" if len(values) == 1 else f"{values[0]:g} to {values[-1]:g}"
        notes.append(f"Shrinkage of the covariances: {shown} (1 is none left).")
    if len(past.horizons) > 1:
        ahead = f"{past.horizons[0]} to {past.horizons[-1]}"
        notes.append(f"Errors of {ahead} years ahead were taken together.")
    if left_out:
        notes.append(f"Left out, since some node has no error then: {count_of(left_out, 'time')}.")
    return notes


def _structural(read: Forecasts) -> list[str]:
    """Say which combinations do not exist, and which aggregates had no forecast of their own."""
    notes, holes, absent = [], 0, 0
    names: list[str] = []
    for batch in read.batches:
        structure = batch.structure
        holes += _holes(structure)
        without = np.isnan(batch.base).all(axis=1)
        absent += int(without.sum())
        for row in structure.nodes()[without].head(3).itertuples(index=False):
            codes = [str(code) for code in row if not pd.isna(code)]
            names.append(" ".join([*map(str, batch.place.values()), *codes]) or "total")
    if holes:
        notes.append(
            f"Without a row: {count_of(holes, 'combination')} of {' x '.join(read.keys)}. These "
            "are structural zeros and stay so."
        )
    if absent:
        few = listing(names, 3) if absent <= 3 else f"{listing(names[:3])} and {absent - 3} more"
        notes.append(f"No forecast of their own, so the sum of their cells: {few}.")
    return notes


def _holes(structure: Structure) -> int:
    """Return how many combinations of the codes of a grouped structure have no cell."""
    if structure.nested:
        return 0  # in a tree a code belongs to one parent: others are no holes
    cells = structure.labels[-1]
    return int(np.prod([cells[key].nunique() for key in cells])) - len(cells)
