"""Checked tables to arrays and back: which row is which cell of which table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.forecast.balancing.inputs import SUBJECT, Inputs
from skillsfc.forecast.balancing.keys import SHOWN, Margin
from skillsfc.forecast.balancing.layout import Array, Arrays, read_arrays
from skillsfc.forecast.balancing.wording import number
from skillsfc.schema import key_rows

LARGEST = 300_000_000  # cells of all tables together; 2.4 GB


@dataclass(frozen=True)
class Arrangement:
    """Where everything is.

    Parameters
    ----------
    inputs : Inputs
        The tables.
    tables : DataFrame
        One row a table: its batch keys, and ``_seed``, which seed it has.
    codes : dict
        Codes of each axis, in order.
    rows : DataFrame
        Rows of the seed that are used: ``_seed`` and ``_cell`` beside all columns.
    seed : ndarray[seeds, *axes]
        Dense seeds.
    targets : list of ndarray[table, *margin axes]
        Dense targets.
    holes : int
        Combinations of codes without a row in a seed.
    """

    inputs: Inputs
    tables: pd.DataFrame
    codes: dict[str, pd.Index]
    rows: pd.DataFrame
    seed: Array
    targets: list[Array]
    holes: int
    notes: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return tuple(len(self.codes[axis]) for axis in self.inputs.axes)

    def place(self, margin: int) -> tuple[int, ...]:
        """Return the axes of a margin as numbers."""
        return tuple(self.inputs.axes.index(axis) for axis in self.inputs.margins[margin].axes)

    def arrays(self, targets: Sequence[Array], *, signed: bool) -> Arrays:
        """Return the problem for the solver."""
        places = self.tables["_seed"].to_numpy()
        seeds = self.seed if len(self.seed) == 1 else self.seed[places]
        pairs = [(self.place(m), target) for m, target in enumerate(targets)]
        return read_arrays(seeds, pairs, batch=True, signed=signed)


def arrange(inputs: Inputs) -> Arrangement:
    """Return dense seeds and targets, with every combination of batch keys as one table.

    Raises
    ------
    TableError
        If margins lack tables or cells that others have, or have cells that the seed has not.
    ParameterError
        If the tables would be too large to hold.
    """
    tables, problems = _tables(inputs)
    rows, keys = _seed_rows(inputs, tables)
    codes = {axis: pd.Index(sorted(rows[axis].unique())) for axis in inputs.axes}
    shape = tuple(len(codes[axis]) for axis in inputs.axes)
    if max(1, len(tables)) * prod(shape) > LARGEST:
        sizes = " x ".join(f"{len(codes[axis])} {axis}" for axis in inputs.axes)
        found = f"{len(tables)} tables of {sizes}"
        step = "Balance fewer at a time."
        raise ParameterError(
            SUBJECT, [Problem("size", found, f"at most {LARGEST:,} cells", next_step=step)]
        )
    rows["_cell"] = flat_cells(rows, inputs.axes, codes)
    seed = np.zeros((len(keys), prod(shape)))
    filled = np.zeros(seed.shape, dtype=bool)
    at = (rows["_seed"].to_numpy(), rows["_cell"].to_numpy())
    seed[at], filled[at] = rows[inputs.seed_measure].to_numpy(), True
    made = Arrangement(
        inputs,
        tables,
        codes,
        rows,
        seed.reshape(len(keys), *shape),
        [],
        int((~filled).sum()),
    )
    targets: list[Array] = []
    notes: list[str] = []
    for place in range(len(inputs.margins)):
        target, gaps, said = _target(made, place)
        targets.append(target)
        problems += gaps
        notes += said
    if problems:
        raise TableError(SUBJECT, problems)
    return Arrangement(inputs, tables, codes, rows, made.seed, targets, made.holes, tuple(notes))


def _tables(inputs: Inputs) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the combinations of batch keys, and the margins that lack some of them."""
    batch = list(inputs.batch)
    if not batch:
        return pd.DataFrame({"_seed": [0]}), []
    whole = pd.concat([margin.rows[batch] for margin in inputs.margins]).drop_duplicates()
    whole = whole.sort_values(batch, ignore_index=True)
    problems = []
    for margin in inputs.margins:
        both = whole.merge(margin.rows[batch].drop_duplicates(), how="left", indicator=True)
        lost = both[both["_merge"] == "left_only"]
        if len(lost):
            first = [" ".join(map(str, row)) for row in key_rows(lost[batch])]
            found = f"no rows for {listing(first, SHOWN)}, which other margins have"
            step = "Add them, or leave these out of every margin."
            where = f"margin {margin.name!r}"
            problems.append(Problem(where, found, "the same tables in all", next_step=step))
    return whole, problems


def _seed_rows(inputs: Inputs, tables: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the used rows of the seed with the number of their seed; number the tables too."""
    matched = list(inputs.matched)
    if not matched:
        tables["_seed"] = 0
        return inputs.seed.assign(_seed=0), pd.DataFrame(index=[0])
    keys = tables[matched].drop_duplicates().reset_index(drop=True)
    keys["_seed"] = np.arange(len(keys))
    tables["_seed"] = tables[matched].merge(keys, how="left")["_seed"].to_numpy()
    rows = inputs.seed.merge(keys, on=matched, how="inner")
    empty = keys[~keys["_seed"].isin(rows["_seed"])]
    if len(empty):
        first = [" ".join(map(str, row)) for row in key_rows(empty[matched])]
        found = f"no rows for {listing(first, SHOWN)}, which the margins have"
        raise TableError(SUBJECT, [Problem("seed", found, "a structure for each table")])
    return rows, keys


def flat_cells(
    rows: pd.DataFrame, axes: Sequence[str], codes: Mapping[str, pd.Index]
) -> np.ndarray:
    """Return the place of each row in a dense table; -1 where a code is unknown."""
    flat = np.zeros(len(rows), dtype="int64")
    unknown = np.zeros(len(rows), dtype=bool)
    for axis in axes:
        place = codes[axis].get_indexer(pd.Index(rows[axis]))
        unknown |= place < 0
        flat = flat * len(codes[axis]) + place
    return np.where(unknown, -1, flat)


def _target(made: Arrangement, place: int) -> tuple[Array, list[Problem], list[str]]:
    """Return one margin as an array; a cell that the seed has and the margin has not is a gap."""
    margin = made.inputs.margins[place]
    rows, measure = margin.rows, made.inputs.measure
    shape = tuple(len(made.codes[axis]) for axis in margin.axes)
    target = np.full((len(made.tables), prod(shape)), np.nan)
    table = _table_of(made, rows)
    cell = flat_cells(rows, margin.axes, made.codes)
    known = cell >= 0
    target[table[known], cell[known]] = rows[measure].to_numpy()[known]
    problems = _unknown(margin, rows[~known], measure, made)
    left_out = int((~known).sum()) if not problems else 0
    target = target.reshape(len(made.tables), *shape)
    rest = tuple(n + 1 for n, axis in enumerate(made.inputs.axes) if axis not in margin.axes)
    carried = np.abs(made.seed).sum(axis=rest)
    order = [axis for axis in made.inputs.axes if axis in margin.axes]
    carried = carried.transpose(0, *(order.index(axis) + 1 for axis in margin.axes))
    gaps = np.isnan(target) & (carried[made.tables["_seed"].to_numpy()] > 0)
    problems += _missing(margin, gaps, made)
    notes = []
    if left_out:
        notes.append(
            f"Margin {margin.name}: targets of 0 for codes that the seed has not were left out "
            f"({left_out})."
        )
    return np.where(np.isnan(target), 0.0, target), problems, notes


def _table_of(made: Arrangement, rows: pd.DataFrame) -> np.ndarray:
    batch = list(made.inputs.batch)
    if not batch:
        return np.zeros(len(rows), dtype="int64")
    places = made.tables[batch].assign(_table=np.arange(len(made.tables)))
    return np.asarray(rows[batch].merge(places, how="left")["_table"].to_numpy(dtype="int64"))


def _unknown(margin: Margin, rows: pd.DataFrame, measure: str, made: Arrangement) -> list[Problem]:
    """Refuse targets other than 0 for codes that the seed does not know."""
    problems = []
    rows = rows[rows[measure] != 0]
    for axis in margin.axes:
        known = made.codes[axis]
        strange = rows[~rows[axis].isin(known)]
        if strange.empty:
            continue
        codes = sorted(strange[axis].unique())
        sum_of = number(float(strange[measure].sum()))
        found = f"{_codes(codes)} that the seed has not: {listing(codes, SHOWN)} "
        found += f"(targets {sum_of} in all)"
        step = "Add them to the seed, merge them into other codes, or drop them with their targets."
        where = f"margin {margin.name!r}, key {axis!r}"
        guess = did_you_mean(
            codes[0], [code for code in known if code not in set(margin.rows[axis])]
        )
        problems.append(Problem(where, found, "codes of the seed", guess, step))
    return problems


def _codes(codes: Sequence[Any]) -> str:
    return f"{len(codes)} code{'s' if len(codes) > 1 else ''}"


def _missing(margin: Margin, gaps: np.ndarray, made: Arrangement) -> list[Problem]:
    """Refuse margins without a target for cells that the seed has."""
    if not gaps.any():
        return []
    problems = []
    everywhere = np.all(gaps, axis=0)
    for n, axis in enumerate(margin.axes):
        others = tuple(at for at in range(everywhere.ndim) if at != n)
        whole = np.asarray(np.all(everywhere, axis=others))
        if whole.any() and not whole.all():
            codes = list(made.codes[axis][whole])
            found = f"no target for {_codes(codes)} of the seed: {listing(codes, SHOWN)}"
            step = "Give a target (0 if nobody is there), or leave these codes out of the seed."
            where = f"margin {margin.name!r}, key {axis!r}"
            problems.append(Problem(where, found, "a target for each", next_step=step))
            index: list[Any] = [slice(None)] * everywhere.ndim
            index[n] = whole
            gaps = gaps.copy()
            gaps[(slice(None), *index)] = False
    cells = np.argwhere(gaps)
    if len(cells):
        names = [
            " ".join(filter(None, [table_name(made, int(c[0])), cell_name(margin, c[1:], made)]))
            for c in cells[:SHOWN]
        ]
        count = f"{len(cells)} place{'s' if len(cells) > 1 else ''}"
        found = f"no target in {count} where the seed has a value (first: {listing(names)})"
        step = "Give a target (0 if nobody is there), or drop these rows of the seed."
        problems.append(
            Problem(f"margin {margin.name!r}", found, "a target for each", next_step=step)
        )
    return problems


def table_name(made: Arrangement, table: int) -> str:
    """Return the batch keys of a table as text, empty if there is only one table."""
    if len(made.tables) < 2:
        return ""
    return " ".join(str(made.tables[key].iloc[table]) for key in made.inputs.batch)


def cell_name(margin: Margin, cell: Sequence[int], made: Arrangement) -> str:
    """Return the codes of a cell of a margin as text."""
    named = [
        f"{axis} {made.codes[axis][int(i)]}" for axis, i in zip(margin.axes, cell, strict=True)
    ]
    return ", ".join(named) or "the total"
