"""Past errors of base forecasts, in the order of a structure's nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, Problem, TableError, did_you_mean, listing
from skillsfc.forecast.coherence.batches import COLUMNS, Batch
from skillsfc.forecast.coherence.levels import count_of, split_levels
from skillsfc.forecast.coherence.structure import Level
from skillsfc.forecast.pooling import Array
from skillsfc.schema import key_columns, refuse_other_than_table

SUBJECT = "residuals table"
LEAST_TIMES = 3  # errors of each node, below which not even a variance is worth the name
TIMES = tuple(key for key in COLUMNS if key not in ("level", "model"))


@dataclass(frozen=True, eq=False)
class PastErrors:
    """Errors of all levels, one row a node and time.

    Parameters
    ----------
    parts : list of DataFrame
        For each level: its keys, the keys of places, ``_time`` and ``_error``.
    levels : tuple of tuple of str
        The levels, in the order of ``parts``.
    places : list of str
        Keys such as the country that tell errors apart.
    horizons : list of int
        Years ahead of the errors, if the table says so.
    """

    parts: list[pd.DataFrame]
    levels: tuple[Level, ...]
    places: list[str]
    horizons: list[int]


def read_errors(
    residuals: pd.DataFrame, levels: Sequence[Level], places: Sequence[str]
) -> PastErrors:
    """Check a table of past errors.

    Parameters
    ----------
    residuals : DataFrame
        Keys as in the forecasts, with the same markers of totals; the year, and ``origin`` and
        ``horizon`` if there are several; and the errors: a column ``error`` or ``value``, or
        ``persons`` beside ``actual`` as in `sf.backtest(...).errors`.
    levels : sequence of tuple of str
        Levels of the reconciliation; rows of other levels are left out.
    places : sequence of str
        Keys of the forecasts that are no levels, such as the country.

    Raises
    ------
    TableError
        If there is no error column, an error is no number, keys repeat, several models are mixed,
        or the table has keys that the forecasts do not have.
    """
    refuse_other_than_table(residuals, SUBJECT)
    table = residuals.reset_index(drop=True)
    table = table.assign(_error=_error_column(table))
    keys = max(levels, key=len)
    used = [key for key in key_columns(table) if not table[key].isna().all()]
    own_places = [key for key in used if key in places]
    strange = [key for key in used if key not in (*keys, *places, *COLUMNS)]
    problems = []
    if strange:
        step = "Keep one of each, or add the key to the forecasts."
        found = f"keys that the forecasts do not have: {listing(strange)}"
        problems.append(Problem("columns", found, "the same keys", next_step=step))
    models = table["model"].dropna().unique() if "model" in used else []
    if len(models) > 1:
        found = f"{len(models)} models: {listing(models, 4)}"
        step = "Keep the errors of the model that made the forecasts."
        problems.append(Problem("column 'model'", found, "one", next_step=step))
    if problems:
        raise TableError(SUBJECT, problems)
    if "level" in used:  # the same error once for each interval
        table = table[table["level"] == table["level"].min()]
    times = [key for key in used if key in TIMES]
    table = table.assign(_time=table.groupby(times).ngroup() if times else 0)
    parts, _ = split_levels(table, levels, SUBJECT, others="drop")
    kept = [
        part[[*level, *own_places, "_time", "_error"]]
        for part, level in zip(parts, levels, strict=True)
    ]
    _refuse_repeats(kept, levels, own_places)
    ahead = sorted(int(h) for h in table["horizon"].unique()) if "horizon" in used else []
    return PastErrors(kept, tuple(levels), own_places, ahead)


def _error_column(table: pd.DataFrame) -> pd.Series:
    options = [name for name in ("error", "value") if name in table]
    if {"persons", "actual"} <= set(table.columns):
        error = pd.to_numeric(table["persons"], errors="coerce") - pd.to_numeric(
            table["actual"], errors="coerce"
        )
    elif options:
        error = pd.to_numeric(table[options[0]], errors="coerce")
    else:
        near = did_you_mean("error", table.columns)
        expected = "'error', 'value', or 'persons' beside 'actual'"
        raise TableError(SUBJECT, [Problem("columns", "no errors", expected, near)])
    if np.isinf(error).any():
        found = count_of(int(np.isinf(error).sum()), "infinite error")
        raise TableError(SUBJECT, [Problem("errors", found, "numbers [persons]")])
    return error


def _refuse_repeats(
    parts: list[pd.DataFrame], levels: Sequence[Level], places: Sequence[str]
) -> None:
    for part, level in zip(parts, levels, strict=True):
        same = part.duplicated([*level, *places, "_time"], keep=False)
        if same.any():
            first = part.loc[same, [*places, *level]].iloc[0]
            found = f"{int(same.sum())} rows repeat (first: {' '.join(map(str, first)) or 'total'})"
            step = "One error a node and year; say origin and horizon if there are several."
            raise TableError(SUBJECT, [Problem("keys", found, "each once", next_step=step)])


def errors_of(past: PastErrors, batch: Batch) -> tuple[Array, int]:
    """Return the errors of a batch's nodes (n_nodes, n_times), and how many times were left out.

    A time is used if every node with a forecast has an error in it: a covariance of different years
    for different pairs of nodes need not be one.

    Raises
    ------
    CoverageError
        If nodes have no error at all, or fewer than 3 common times are left.
    """
    structure = batch.structure
    count = 1 + max((int(part["_time"].max()) for part in past.parts if len(part)), default=0)
    errors = np.full((len(structure.counts), count), np.nan)
    for place, level in enumerate(structure.levels):
        part = past.parts[past.levels.index(level)]
        for key in past.places:
            part = part[part[key] == batch.place[key]]
        label = structure.labels[place].assign(_node=np.arange(structure.sizes[place]))
        how = part.merge(label, on=list(level)) if level else part.assign(_node=0)
        at = structure.starts[place] + how["_node"].to_numpy(np.int64)
        errors[at, how["_time"].to_numpy(np.int64)] = how["_error"].to_numpy(float)
    forecast = np.isfinite(batch.base).any(axis=1)
    seen = np.isfinite(errors)
    where = " ".join(map(str, batch.place.values())) or "residuals"
    without = np.flatnonzero(forecast & ~seen.any(axis=1))
    if len(without):
        names = [" ".join(map(str, row.dropna())) or "total"
                 for _, row in structure.nodes().iloc[without[:6]].iterrows()]  # fmt: skip
        found = f"{count_of(len(without), 'node')} without any error: {listing(names, 5)}"
        step = "Give their errors, or use method='wls_struct', which needs none."
        raise CoverageError(SUBJECT, [Problem(where, found, "errors of all nodes", "", step)])
    common = seen[forecast].all(axis=0)
    if common.sum() < LEAST_TIMES:
        found = f"{count_of(int(common.sum()), 'time')} in which every node has an error"
        step = "Give a longer back-test, or use method='wls_struct'."
        raise CoverageError(
            SUBJECT, [Problem(where, found, f"at least {LEAST_TIMES}", next_step=step)]
        )
    kept = errors[:, common]
    kept[~forecast] = np.nan
    return kept, int(seen.any(axis=0).sum() - common.sum())
