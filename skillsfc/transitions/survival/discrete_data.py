"""What a discrete-time hazard is fitted to: spells in whole periods, with their covariates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, ParameterError, Problem
from skillsfc.transitions.records import Whole
from skillsfc.transitions.survival.curve import scaled_weights
from skillsfc.transitions.survival.formula import Design, design_matrix
from skillsfc.transitions.survival.periods import Periods, find_patterns
from skillsfc.transitions.survival.selection import Names, Selection, as_names, select_spells

SUBJECT = "fit_discrete"
MOST_PERIODS = 5000
OTHER = "(other)"


@dataclass(frozen=True)
class DiscreteData:
    """Spells in periods with their covariates, rows with missing covariates left out."""

    chosen: Selection
    design: Design
    periods: Periods
    cluster: Whole
    kinds: tuple[str, ...]
    examples: pd.DataFrame
    notes: tuple[str, ...]


def read_discrete(
    spells: object, formula: str, *, state: str | None, to: Names, clock: str, period: float,
    horizon: float | None, weight: str | None, cluster: str | None, missing: str, several: bool,
    errors: str,
) -> DiscreteData:  # fmt: skip
    """Return spells in periods, by patterns of covariates; arguments are those of `fit_discrete`.

    Raises
    ------
    TableError, ParameterError, CoverageError
        As `fit_discrete` tells.
    """
    chosen = select_spells(
        spells, subject=SUBJECT, state=state, to=to, clock=clock, weight=weight, cluster=cluster
    )
    cause, kinds = _causes(chosen, as_names(to), several)
    first, last, cause, kept, notes = _in_periods(chosen, cause, period, horizon)
    table = chosen.table if kept.all() else chosen.table[kept].reset_index(drop=True)
    design = design_matrix(table, formula, intercept=False, subject=SUBJECT, missing=missing)
    rows = np.flatnonzero(kept)[design.kept]
    first, last, cause = first[rows], last[rows], cause[rows]
    _refuse_one_class(first, last, cause)
    matrix, pattern, example = find_patterns(design.matrix)
    weights = scaled_weights(chosen.weight[rows], "greenwood" if errors == "model" else "robust")
    weights = np.ones(len(rows)) if weights is None else weights
    number = int(last.max()) + 1
    periods = Periods(
        matrix, pattern, first, last, cause, weights, number, len(kinds) if several else 1
    )
    owners = np.asarray(pd.factorize(chosen.cluster[rows])[0], dtype=np.int64)
    examples = table.iloc[np.flatnonzero(design.kept)[example]].reset_index(drop=True)
    said = (*chosen.notes, *design.notes, *notes)
    return DiscreteData(chosen, design, periods, owners, kinds, examples, said)


def _causes(chosen: Selection, to: tuple[str, ...], several: bool) -> tuple[Whole, tuple[str, ...]]:
    """Return the kind of each row's move among those of the model, and their names."""
    place = {kind: at for at, kind in enumerate(chosen.shown)}
    if not several:
        wanted = [chosen.kinds.index(kind) for kind in chosen.shown]
        return np.where(np.isin(chosen.cause, wanted), 0, -1), chosen.shown
    others = [kind for kind in chosen.kinds if kind not in place]
    kinds = (*chosen.shown, OTHER) if others else chosen.shown
    codes = np.array([place.get(kind, len(place)) for kind in chosen.kinds] + [-1], dtype=np.int64)
    return codes[chosen.cause], kinds


def _in_periods(
    chosen: Selection, cause: Whole, period: float, horizon: float | None
) -> tuple[Whole, Whole, Whole, np.ndarray, list[str]]:
    """Return first and last period at risk, 0 the first; spells beyond the horizon are cut."""
    entry, end, notes = chosen.entry, chosen.end, []
    kept = np.ones(len(end), dtype=bool)
    if horizon is not None:
        kept = entry < horizon
        cause = np.where(end > horizon, -1, cause)
        end = np.minimum(end, horizon)
        if not kept.all():
            notes.append(
                f"{int((~kept).sum())} spells begin to be seen after the horizon: left out."
            )
    first = np.floor(np.round(entry / period, 9)).astype(np.int64)
    last = np.ceil(np.round(end / period, 9)).astype(np.int64) - 1
    if (first < 0).any():
        found = f"below 0 in {int((first < 0).sum())} rows"
        raise ParameterError(SUBJECT, [Problem("time", found, "0 or more", "", "clock='spell'?")])
    if int(last[kept].max(initial=0)) >= MOST_PERIODS:
        found = f"{int(last.max()) + 1} periods of length {period:g}"
        step = "Take a longer period, such as period=12."
        problem = Problem("period", found, f"at most {MOST_PERIODS}", next_step=step)
        raise ParameterError(SUBJECT, [problem])
    inside = int((np.round(entry[kept] / period, 9) % 1 != 0).sum())
    if inside:
        notes.append(
            f"{inside} spells come under observation within a period: at risk in all of it."
        )
    return first, last, cause, kept, notes


def _refuse_one_class(first: Whole, last: Whole, cause: Whole) -> None:
    moved = cause >= 0
    step = ""
    if not moved.any():
        found = f"no move that counts in {len(cause)} spells"
        step = "sf.estimate_survival gives the curve, whose median is then not reached."
    elif moved.all() and (first == last).all():
        found = "everybody moves in the first period at risk"
    else:
        return
    expected = "periods with a move and periods without one"
    raise CoverageError(SUBJECT, [Problem("moves", found, expected, next_step=step)])
