"""Balanced arrays back to tidy rows, with diagnostics and notes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skillsfc.conversion import STATUS_ORDER
from skillsfc.errors import listing
from skillsfc.forecast.balancing.arrangement import Arrangement, table_name
from skillsfc.forecast.balancing.layout import Array
from skillsfc.forecast.balancing.solution import Solution
from skillsfc.forecast.balancing.wording import number
from skillsfc.schema import dictionary

MODELLED = STATUS_ORDER.index("modelled")
SHOWN = 5
SAID = {
    "ipf": "Iterative proportional fitting (RAS): every margin is met, and the odds ratios of the "
    "seed are kept.",
    "gras": "GRAS: every margin is met; cells keep their sign.",
    "soft": "Soft margins: each is met as far as its reliability asks for, against the structure "
    "of the seed; see the diagnostics for what is left.",
}


def balanced_rows(made: Arrangement, values: Array, solution: Solution) -> pd.DataFrame:
    """Return the rows of the seed, one set for each table that was balanced.

    Parameters
    ----------
    made : Arrangement
        Where everything is.
    values : ndarray[table, *axes]
        Balanced tables.
    solution : Solution
        Which of them are.

    Returns
    -------
    DataFrame
        Keys, the measure of the margins, ``unit, status, source`` and ``note`` if the seed has it.
    """
    inputs = made.inputs
    tables = made.tables.assign(_table=np.arange(len(made.tables)))[solution.converged]
    keys = [*inputs.batch, "_table", "_seed"]
    plain = [column for column in made.rows if column not in inputs.batch]
    rows = tables[keys].merge(made.rows[plain], on="_seed", how="inner")
    flat = values.reshape(len(values), -1)
    kept = flat[rows["_table"].to_numpy(), rows["_cell"].to_numpy()]
    flags = _flags(made)
    for name in ("rank", "source"):
        rows[f"_{name}"] = flags[name].to_numpy()[rows["_table"].to_numpy()]
    rows["status"] = _status(made, rows, solution)
    rows["source"] = _joined(rows)
    rows = rows.drop(
        columns=[inputs.seed_measure, "lower", "upper", "reliability"], errors="ignore"
    )
    rows["unit"] = inputs.margins[0].rows["unit"].iloc[0]
    rows[inputs.measure] = kept
    order = [name for name in dictionary().index if name in rows]
    keyed = [key for key in order if key in (*inputs.batch, *inputs.axes)]
    return rows[order].sort_values(keyed, ignore_index=True, kind="stable")


def _flags(made: Arrangement) -> pd.DataFrame:
    """Return for each table the worst status and the sources of its margins."""
    batch = list(made.inputs.batch)
    ranks = {status: place for place, status in enumerate(STATUS_ORDER)}
    parts = [
        margin.rows[[*batch, "status", "source"]].drop_duplicates()
        for margin in made.inputs.margins
    ]
    whole = pd.concat(parts, ignore_index=True)
    whole["rank"] = whole["status"].map(ranks)
    if not batch:
        sources = "; ".join(dict.fromkeys(whole["source"].astype("str")))
        return pd.DataFrame({"rank": [whole["rank"].max()], "source": [sources]})
    grouped = whole.groupby(batch, sort=True)
    found = pd.DataFrame(
        {
            "rank": grouped["rank"].max(),
            "source": grouped["source"].agg(lambda s: "; ".join(dict.fromkeys(s.astype("str")))),
        }
    )
    return made.tables[batch].merge(found.reset_index(), on=batch, how="left")


def _status(made: Arrangement, rows: pd.DataFrame, solution: Solution) -> pd.Series:
    """Return the worst status of the inputs, at best modelled; a seed that fits keeps its own."""
    ranks = {status: place for place, status in enumerate(STATUS_ORDER)}
    own = rows["status"].map(ranks)
    worst = np.maximum(np.maximum(own, rows["_rank"]), MODELLED)
    same = set(made.inputs.matched) == set(made.inputs.batch)
    same = same and made.inputs.measure == made.inputs.seed_measure
    untouched = (solution.iterations == 0)[rows["_table"].to_numpy()]
    kept = np.where(untouched & same, own, worst)
    return pd.Series(kept, index=rows.index).astype("int64").map(dict(enumerate(STATUS_ORDER)))


def _joined(rows: pd.DataFrame) -> pd.Series:
    pairs = rows[["source", "_source"]].drop_duplicates()
    named = {
        (own, other): "; ".join(dict.fromkeys([str(own), *str(other).split("; ")]))
        for own, other in pairs.itertuples(index=False)
    }
    both = zip(rows["source"], rows["_source"], strict=True)
    return pd.Series([named[pair] for pair in both], index=rows.index)


def diagnose(
    made: Arrangement, values: Array, targets: Sequence[Array], solution: Solution
) -> pd.DataFrame:
    """Return one row a table and margin: how well it is met, and what it took.

    Returns
    -------
    DataFrame
        Batch keys, ``margin, targets`` (their number), ``total``, ``largest_miss`` [unit of the
        measure] and ``at``, the codes where it is, ``relative_miss`` [part of the target; gras: of
        the sum of absolute cells], ``iterations, converged``.
    """
    inputs, parts = made.inputs, []
    for place, margin in enumerate(inputs.margins):
        rest = tuple(n + 1 for n, axis in enumerate(inputs.axes) if axis not in margin.axes)
        sums = values.sum(axis=rest)
        order = [axis for axis in inputs.axes if axis in margin.axes]
        sums = sums.transpose(0, *(order.index(axis) + 1 for axis in margin.axes))
        wanted = targets[place].reshape(len(values), -1)
        gaps = np.abs(sums.reshape(wanted.shape) - wanted)
        worst = np.nan_to_num(gaps, nan=-1.0).argmax(axis=1)
        shape = tuple(len(made.codes[axis]) for axis in margin.axes)
        cells = np.unravel_index(worst, shape) if shape else ()
        names = [made.codes[axis][cell] for axis, cell in zip(margin.axes, cells, strict=True)]
        parts.append(
            made.tables[list(inputs.batch)].assign(
                margin=margin.name,
                targets=wanted.shape[1],
                total=wanted.sum(axis=1),
                largest_miss=gaps[np.arange(len(gaps)), worst],
                at=[" ".join(map(str, codes)) for codes in zip(*names, strict=True)]
                if names
                else "",
                relative_miss=solution.misses[:, place],
                iterations=solution.iterations,
                converged=solution.converged,
                _table=np.arange(len(values)),
            )
        )
    whole = pd.concat(parts, ignore_index=True)
    return whole.sort_values("_table", kind="stable", ignore_index=True).drop(columns="_table")


def balance_notes(
    made: Arrangement, solution: Solution, method: str, scaled: Sequence[str]
) -> tuple[str, ...]:
    """Return what was done, in plain sentences."""
    inputs = made.inputs
    notes = [SAID[method], *inputs.notes, *scaled, *made.notes]
    if inputs.measure != inputs.seed_measure:
        notes.append(
            f"The seed is in {inputs.seed_measure}: only its proportions were used; the level is "
            f"that of the margins, in {inputs.measure}."
        )
    if inputs.free:
        notes.append(
            f"No margin speaks of {' and '.join(inputs.free)}: within each cell its proportions "
            "are those of the seed."
        )
    if made.holes:
        notes.append(
            f"Combinations of codes without a row in the seed: {made.holes}. They are structural "
            "zeros and stay empty."
        )
    if {"lower", "upper"} & set(made.rows.columns):
        notes.append(
            "Intervals of the seed do not hold for the balanced values; they were dropped."
        )
    for table, count in list(solution.emptied.items())[:SHOWN]:
        name = table_name(made, table)
        cells = f"{count} cell{'s' if count > 1 else ''}"
        notes.append(
            f"{name + ': ' if name else ''}{cells} of the seed became 0: no table with these "
            "margins has anything there."
        )
    failed = np.flatnonzero(~solution.converged)
    if len(failed):
        names = [table_name(made, int(table)) for table in failed]
        notes.append(f"Left out, as they cannot be balanced: {listing(names)}.")
    if method == "soft":
        notes += _soft_notes(made, solution)
    return tuple(notes)


def _soft_notes(made: Arrangement, solution: Solution) -> list[str]:
    good = solution.misses[solution.converged]
    if not len(good):
        return []
    worst = good.max(axis=0)
    said = ", ".join(
        f"{margin.name} {number(round(100 * float(part), 3))} %"
        for margin, part in zip(made.inputs.margins, worst, strict=True)
    )
    return [f"Largest differences from a target, as part of it: {said}."]
