"""Reliability of soft margins: numbers, arrays or tidy tables, to one weight a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.forecast.balancing.arrangement import Arrangement, flat_cells
from skillsfc.forecast.balancing.inputs import SUBJECT
from skillsfc.forecast.balancing.keys import Margin
from skillsfc.forecast.balancing.layout import SUBJECT as ARRAYS
from skillsfc.forecast.balancing.layout import Array, Arrays
from skillsfc.schema import key_rows, measure_column


def read_weights(reliability: Any, arrays: Arrays, *, batch: bool) -> list[Array]:
    """Return the reliability of every target ``[table, *margin shape]``.

    Raises
    ------
    ParameterError
        If it does not fit, or is negative or missing.
    """
    count = len(arrays.targets)
    listed = isinstance(reliability, Sequence) and not isinstance(reliability, str)
    given = list(reliability) if listed else [reliability] * count
    problems, weights = [], []
    if len(given) != count:
        found = f"{len(given)} entries"
        raise ParameterError(ARRAYS, [Problem("reliability", found, f"one for {count} margins")])
    for margin, (value, target) in enumerate(zip(given, arrays.targets, strict=True)):
        where = f"reliability of margin {margin}"
        try:
            weight = np.asarray(value, dtype="float64")
            if weight.ndim:
                ahead = weight if batch else weight[None]
                turned = arrays.transposed[margin]
                weight = ahead.transpose(0, *(axis + 1 for axis in turned))
            weight = np.broadcast_to(weight, target.shape)
        except (TypeError, ValueError):
            problems.append(Problem(where, "of another shape or type", "a number, or one a target"))
            continue
        if np.isnan(weight).any() or (weight < 0).any():
            problems.append(Problem(where, "missing or negative", "0 or more; infinity is exact"))
        weights.append(weight)
    if problems:
        raise ParameterError(ARRAYS, problems)
    return weights


def weights_of(reliability: Any, made: Arrangement) -> list[Any]:
    """Return the reliability of every margin as a number or an array of its targets.

    Raises
    ------
    ParameterError
        If a margin has none, a name is unknown, or a table does not fit.
    """
    inputs, names = made.inputs, [margin.name for margin in made.inputs.margins]
    if isinstance(reliability, Sequence) and not isinstance(reliability, str):
        return list(reliability)
    if not isinstance(reliability, Mapping):
        return [reliability] * len(names)
    problems = [
        Problem(
            f"reliability[{name!r}]", "no such margin", listing(names), did_you_mean(name, names)
        )
        for name in reliability
        if name not in names
    ]
    problems += [
        Problem("reliability", f"nothing for margin {name!r}", "a number for each margin")
        for name in names
        if name not in reliability
    ]
    if problems:
        raise ParameterError(SUBJECT, problems)
    weights: list[Any] = []
    for margin in inputs.margins:
        value = reliability[margin.name]
        weights.append(
            _weights_table(value, margin, made) if isinstance(value, pd.DataFrame) else value
        )
    return weights


def _weights_table(table: pd.DataFrame, margin: Margin, made: Arrangement) -> Array:
    where = f"reliability[{margin.name!r}]"
    measure = measure_column(table, where)
    needed = [key for key in margin.axes if key not in table.columns]
    if needed:
        raise ParameterError(SUBJECT, [Problem(where, f"without {listing(needed)}", "its keys")])
    shape = tuple(len(made.codes[axis]) for axis in margin.axes)
    weights = np.full((len(made.tables), prod(shape)), np.nan)
    cell = flat_cells(table, margin.axes, made.codes)
    given = [key for key in made.inputs.batch if key in table.columns]
    for number_of, keys in enumerate(key_rows(made.tables[given])):
        own = (table[given] == list(keys)).all(axis=1).to_numpy() & (cell >= 0)
        weights[number_of, cell[own]] = table[measure].to_numpy(dtype="float64")[own]
    weights = weights.reshape(len(made.tables), *shape)
    # Nothing hangs on the weight of a target of 0: its cells are 0.
    empty = made.targets[made.inputs.margins.index(margin)] == 0
    return np.where(np.isnan(weights) & empty, 1.0, weights)
