"""Tables, diagnostics and notes of `skillsfc.forecast.input_output.multipliers`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import listing
from skillsfc.forecast.input_output.algebra import Array
from skillsfc.forecast.input_output.systems import HOUSEHOLDS, System


def multiplier_table(
    system: System,
    inverse: Array,
    opened: Array,
    jobs: pd.DataFrame,
    added: Array | None,
    kind: str,
) -> pd.DataFrame:
    """Return one row a sector, or an account of a social accounting matrix, with its multipliers.

    Parameters
    ----------
    system : System
        The accounts.
    inverse, opened : ndarray (n, n)
        The inverse of the model, and of the open model within it where households were added.
    jobs : DataFrame
        ``sector, per_unit`` [persons per money], or empty.
    added : ndarray (n,), optional
        Value added per unit of output [money per money].
    kind : str
        ``type1``, ``type2`` or ``sam``.
    """
    labels = [label for label in system.labels if kind == "sam" or label != HOUSEHOLDS]
    size = len(labels)
    columns: dict[str, object] = {"account" if kind == "sam" else "sector": labels}
    if kind == "sam":
        columns |= {"group": [g for g, members in system.groups.items() for _ in members]}
    columns |= {"output_multiplier": _row_sums(system, inverse, system.sectors)[:size]}
    if kind == "sam":
        columns |= {
            f"{group}_multiplier": _row_sums(system, inverse, members)
            for group, members in list(system.groups.items())[1:]
        }
    if added is not None:
        columns |= _effects("value_added", added, inverse, opened, size, kind)
    if not jobs.empty:
        columns |= _effects("employment", _per_unit(system, jobs), inverse, opened, size, kind)
    return pd.DataFrame(columns)


def _row_sums(system: System, inverse: Array, members: tuple[str, ...]) -> Array:
    chosen = np.isin(np.array(system.labels), members)
    total: Array = inverse[chosen].sum(axis=0)
    return total


def _per_unit(system: System, jobs: pd.DataFrame) -> Array:
    by_sector = jobs.groupby("sector")["per_unit"].sum()
    per_unit: Array = by_sector.reindex(list(system.labels), fill_value=0.0).to_numpy()
    return per_unit


def _effects(
    name: str, direct: Array, inverse: Array, opened: Array, size: int, kind: str
) -> dict[str, Array]:
    """Return direct, indirect and induced effects, their sum, and the sum per direct effect."""
    whole, first = (direct @ inverse)[:size], direct[: len(opened)] @ opened
    direct = direct[:size]
    columns = {f"{name}_direct": direct, f"{name}_indirect": first[:size] - direct}
    if kind == "type2":
        columns |= {f"{name}_induced": whole - first}
    columns |= {f"{name}_multiplier": whole}
    ratios = {"sam": whole} if kind == "sam" else {"type1": first}
    ratios |= {"type2": whole} if kind == "type2" else {}
    for label, effect in ratios.items():
        # Nothing direct, nothing to divide by: the ratio is not defined, and not infinite.
        nothing = np.full(size, np.nan)
        columns |= {
            f"{name}_{label}_ratio": np.divide(effect, direct, out=nothing, where=direct != 0)
        }
    return columns


def employment_by_kind(system: System, inverse: Array, jobs: pd.DataFrame) -> pd.DataFrame:
    """Return employment multipliers by the further keys of the employment table.

    Returns
    -------
    DataFrame
        ``sector`` (where demand falls), the keys, ``employment_multiplier`` [persons per money];
        empty if the table had no further keys.
    """
    keys = [name for name in jobs.columns if name not in ("sector", "persons", "per_unit")]
    if not keys:
        return pd.DataFrame()
    wide = jobs.pivot_table("per_unit", keys, "sector", aggfunc="sum", fill_value=0.0)
    wide = wide.reindex(columns=list(system.labels), fill_value=0.0)
    found = pd.DataFrame(wide.to_numpy() @ inverse, wide.index, list(system.labels))
    long = found.reset_index().melt(keys, var_name="sector", value_name="employment_multiplier")
    long = long[long["sector"] != HOUSEHOLDS]
    return long[["sector", *keys, "employment_multiplier"]].reset_index(drop=True)


def unit_of(column: str, money_unit: str) -> str:
    """Return the unit of a column of the table.

    Examples
    --------
    >>> unit_of("employment_multiplier", "million EUR"), unit_of("employment_type1_ratio", "EUR")
    ('persons per million EUR', 'ratio')
    """
    if column.endswith("_ratio"):
        return "ratio"
    top = "persons" if column.startswith("employment_") else money_unit
    return f"{top} per {money_unit}"


def diagnostics_table(
    system: System, inverse: Array, jobs: pd.DataFrame, radius: float
) -> pd.DataFrame:
    """Return the checks made: ``check, value, should_be``.

    The identities hold by construction, so that a residual is rounding; it is shown to prove it.
    """
    reached = inverse @ system.outside
    rows = [
        ("largest eigenvalue of the coefficients", radius, "below 1"),
        ("largest column sum of the coefficients", system.coefficients.sum(axis=0).max(), ""),
        ("smallest cell of the inverse", inverse.min(), "0 or more"),
        (
            "inverse times final demand less output, largest, relative to it",
            float(np.abs(reached / system.totals - 1).max()),
            "0",
        ),
    ]
    if not jobs.empty:
        persons = float(_per_unit(system, jobs) @ reached)
        total = float(jobs["persons"].sum())
        text = "employment multiplier times final demand less employment [persons]"
        rows.append((text, persons - total, "0"))
    return pd.DataFrame(rows, columns=["check", "value", "should_be"])


def multiplier_notes(
    system: System, inverse: Array, jobs: pd.DataFrame, kind: str, money_unit: str
) -> tuple[str, ...]:
    """Return what a reader must know, in plain sentences."""
    model = {
        "type1": "Open model: households spend nothing of what they earn.",
        "type2": "Closed by households: wages earned are spent again.",
        "sam": "Accounting multipliers: every account inside spends each unit of income as it "
        "spent the average one.",
    }
    notes = [
        model[kind],
        "Prices, techniques and import shares are fixed and capacity is free: an upper estimate "
        "where labour is scarce.",
        *system.notes,
    ]
    if not jobs.empty:
        notes.append(f"Employment multipliers are persons per {money_unit} of final demand.")
        empty = jobs.groupby("sector")["persons"].sum()
        idle = [label for label in system.sectors if empty.get(label, 0.0) == 0.0]
        if idle:
            text = "the multiplier there is indirect only, and its ratio is not defined"
            notes.append(f"No employment in {listing(idle)}: {text}.")
    low = np.argwhere(inverse < -1e-12)[:5]
    if len(low):
        pairs = [f"{system.labels[i]} for {system.labels[j]}" for i, j in low]
        notes.append(f"Below zero in the inverse, from negative flows: {listing(pairs)}.")
    return tuple(notes)
