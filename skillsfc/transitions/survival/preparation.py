"""What every hazard model is fitted to: spells of one state on one clock, with their design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, ParameterError, Problem, did_you_mean, listing
from skillsfc.transitions.column_names import refuse_names
from skillsfc.transitions.records import Flags, Floats, Whole
from skillsfc.transitions.survival.formula import Design, design_matrix
from skillsfc.transitions.survival.selection import (
    Names,
    as_names,
    count_distinct,
    renumbered,
    select_spells,
)

SUBJECT = "fit_hazard"


@dataclass(frozen=True, eq=False, repr=False)
class HazardData:
    """Spells that a hazard model is fitted to; one entry a spell in every array.

    Parameters
    ----------
    table : DataFrame
        The rows used.
    design : Design
        Covariates.
    entry, end : array of float
        At risk after entry and up to the end, on the clock asked for [unit of the spells].
    event, other : array of bool
        A move that counts; a move elsewhere.
    weight : array of float
        Weights.
    cluster, stratum : array of int
        Numbers of the clusters and of the strata, 0..
    strata : tuple of str
        Columns that make the strata, and ``labels`` their values.
    several : bool
        Some cluster holds more than one row.
    kinds : tuple of str
        States that spells moved to.
    notes : tuple of str
        What was treated.
    """

    table: pd.DataFrame
    design: Design
    entry: Floats
    end: Floats
    event: Flags
    other: Flags
    weight: Floats
    cluster: Whole
    stratum: Whole
    strata: tuple[str, ...]
    labels: pd.DataFrame
    persons: int
    weighted: bool
    several: bool
    kinds: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def robust(self) -> bool:
        """Return whether errors must be robust: weights, or several rows of one cluster."""
        return self.weighted or self.several

    def stratum_of(self, table: pd.DataFrame) -> Whole:
        """Return the number of the stratum of each row of another table."""
        if not self.strata:
            return np.zeros(len(table), dtype=np.int64)
        lost = [name for name in self.strata if name not in table.columns]
        if lost:
            raise ParameterError("predict", [
                Problem(f"column '{name}'", "missing", "the stratum of each row") for name in lost
            ])  # fmt: skip
        known = {tuple(row): at for at, row in enumerate(self.labels.astype("str").to_numpy())}
        asked = [tuple(row) for row in table[list(self.strata)].astype("str").to_numpy()]
        strangers = sorted({", ".join(row) for row in asked if row not in known})
        if strangers:
            found = f"not in the spells: {listing(strangers)}"
            raise ParameterError("predict", [
                Problem("stratum", found, listing(", ".join(row) for row in known))
            ])  # fmt: skip
        return np.array([known[row] for row in asked], dtype=np.int64)


def prepare(
    spells: object,
    formula: str,
    *,
    state: str | None,
    to: Names,
    clock: str,
    weight: str | None,
    cluster: str | None,
    strata: Names,
    missing: str,
    intercept: bool,
) -> HazardData:
    """Return the spells of a hazard model; every wrong argument is named.

    Raises
    ------
    TableError, ParameterError, CoverageError
        As `fit_hazard` tells.
    """
    refuse_names(SUBJECT, {"strata": strata, "to": to})
    names = as_names(strata)
    chosen = select_spells(
        spells,
        subject=SUBJECT,
        group="state" if "state" in names else None,  # several states, each with its baseline
        state=state,
        to=to,
        clock=clock,
        weight=weight,
        cluster=cluster,
    )
    table = chosen.table
    _refuse_strata(table, names)
    how = "drop" if missing == "drop" else "error"
    design = design_matrix(table, formula, intercept=intercept, subject=SUBJECT, missing=how)
    rows = np.flatnonzero(design.kept)
    shown = [chosen.kinds.index(kind) for kind in chosen.shown]
    event = np.isin(chosen.cause[rows], shown)
    used = table if len(rows) == len(table) else table.iloc[rows].reset_index(drop=True)
    cluster_of = renumbered(chosen.cluster[rows])
    stratum, labels = _strata(used, names)
    weights = chosen.weight[rows]
    weighted = bool((weights != weights[0]).any())
    made = HazardData(
        used,
        design,
        chosen.entry[rows],
        chosen.end[rows],
        event,
        (chosen.cause[rows] >= 0) & ~event,
        weights if weighted else np.ones(len(rows)),  # equal weights tell nothing
        cluster_of,
        stratum,
        names,
        labels,
        count_distinct(chosen.person[rows]),
        weighted,
        int(cluster_of.max()) + 1 < len(rows),
        chosen.kinds,
        (*chosen.notes, *design.notes),
    )
    _refuse_no_event(made, to)
    return made


def _refuse_strata(table: pd.DataFrame, names: tuple[str, ...]) -> None:
    problems = [
        Problem("strata", f"no column {name!r}", "a column", did_you_mean(name, table.columns))
        for name in names if name not in table.columns
    ] or [
        Problem("strata", f"{name!r} is missing in {int(table[name].isna().sum())} rows",
                "a value in every row")
        for name in names if table[name].isna().any()
    ]  # fmt: skip
    if problems:
        raise ParameterError(SUBJECT, problems)


def _strata(table: pd.DataFrame, names: tuple[str, ...]) -> tuple[Whole, pd.DataFrame]:
    if not names:
        return np.zeros(len(table), dtype=np.int64), pd.DataFrame()
    number = table.groupby(list(names), sort=True, observed=True).ngroup().to_numpy(dtype=np.int64)
    places = np.unique(number, return_index=True)[1]
    return number, table[list(names)].iloc[places].reset_index(drop=True)


def _refuse_no_event(made: HazardData, to: Names) -> None:
    counted = made.event & (made.weight > 0)
    if counted.any():
        return
    what = "" if to is None else f" to {listing([to] if isinstance(to, str) else to)}"
    found = f"none{what} in {len(made.end)} spells of positive weight"
    step = (
        "Without an event no hazard can be estimated; sf.estimate_survival gives the curve, whose "
        "median is then not reached."
    )
    raise CoverageError(SUBJECT, [Problem("events", found, "at least one", next_step=step)])
