"""From arguments to the model of rates: covariates by move, shared and fixed coefficients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.transitions.multistate.panel_model import BASELINE, RateModel, number_slots
from skillsfc.transitions.multistate.panel_moves import ARROW, Pair, one_word, read_pair
from skillsfc.transitions.records import Flags, Floats
from skillsfc.transitions.survival.formula import Design, design_matrix
from skillsfc.transitions.survival.formula_parser import parse_formula

SUBJECT = "fit_panel_markov"


@dataclass(frozen=True)
class Covariates:
    """Designs of the formulas of a model, side by side.

    Parameters
    ----------
    designs : tuple of Design
        One a formula.
    kept : tuple of arrays
        Columns of each design that no design before it has.
    names : tuple of str
        Names of all columns.
    """

    designs: tuple[Design, ...] = ()
    kept: tuple[Any, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns of the panel that the formulas name."""
        return tuple(dict.fromkeys(name for one in self.designs for name in one.columns))

    def matrix(self, table: pd.DataFrame) -> Floats:
        """Return covariates of other rows [rows, columns]."""
        parts = [one.apply(table)[:, kept]
                 for one, kept in zip(self.designs, self.kept, strict=True)]  # fmt: skip
        return np.hstack([np.zeros((len(table), 0)), *parts])

    def row(self, values: Any, centre: Floats) -> Floats:
        """Return covariates of one kind of person; None gives the means.

        Raises
        ------
        ParameterError
            If a covariate is not named, or a name is none.
        """
        if values is None:
            return centre
        if not isinstance(values, Mapping):
            problem = Problem("covariates", type(values).__name__, "a mapping from name to value")
            raise ParameterError(SUBJECT, [problem])
        problems = [
            Problem("covariates", f"unknown {name!r}", listing(self.columns, 30),
                    did_you_mean(name, self.columns))
            for name in values if name not in self.columns
        ]  # fmt: skip
        lacking = [name for name in self.columns if name not in values]
        if lacking:
            problems.append(Problem("covariates", f"none for {listing(lacking)}", "all of them"))
        if problems:
            raise ParameterError(SUBJECT, problems)
        table = pd.DataFrame({name: [values[name]] for name in self.columns})
        return np.asarray(self.matrix(table)[0])


def read_covariates(
    covariates: Any, pairs: Sequence[Pair], table: pd.DataFrame
) -> tuple[Covariates, Floats, Flags]:
    """Return the covariates, their values in the rows of ``table``, and which moves have which.

    Raises
    ------
    ParameterError
        If a formula cannot be read, or a move with covariates is not in the model.
    """
    wanted = _formulas(covariates, pairs)
    made = Covariates()
    matrix = np.zeros((len(table), 0))
    present = np.zeros((len(pairs), 0), dtype=bool)
    for formula in dict.fromkeys(word for word in wanted if word):
        _refuse_gaps(formula, table)
        design = design_matrix(table, formula, intercept=False, subject=SUBJECT)
        new = np.array([name not in made.names for name in design.names], dtype=bool)
        names = (*made.names, *(n for n, fresh in zip(design.names, new, strict=True) if fresh))
        made = Covariates((*made.designs, design), (*made.kept, new), names)
        matrix = np.hstack([matrix, design.matrix[:, new]])
        present = np.hstack([present, np.zeros((len(pairs), int(new.sum())), dtype=bool)])
        moves = [at for at, word in enumerate(wanted) if word == formula]
        present[np.ix_(moves, [names.index(name) for name in design.names])] = True
    return made, matrix, present


def _refuse_gaps(formula: str, table: pd.DataFrame) -> None:
    """Raise where a covariate is missing at the start of an interval; elsewhere it may be."""
    parsed = parse_formula(formula, subject=SUBJECT)
    columns = dict.fromkeys(factor.column for product in parsed.products for factor in product)
    step = "Drop these rows (the interval then runs from the visit before), or fill them."
    problems = [
        Problem(f"column {name!r}", f"missing in {int(table[name].isna().sum())} rows",
                "a value at every visit but a person's last", next_step=step)
        for name in columns if name in table.columns and table[name].isna().any()
    ]  # fmt: skip
    if problems:
        raise TableError(SUBJECT, problems)


def _formulas(covariates: Any, pairs: Sequence[Pair]) -> list[str]:
    """Return the formula of each move; empty where it has no covariates."""
    if covariates is None:
        return [""] * len(pairs)
    if not isinstance(covariates, Mapping):
        return [_formula(covariates)] * len(pairs)
    made = [""] * len(pairs)
    problems = []
    for move, words in covariates.items():
        pair = read_pair(move)
        if pair not in pairs:
            problems.append(_no_move("covariates", move, pairs))
            continue
        made[pairs.index(pair)] = _formula(words)
    if problems:
        raise ParameterError(SUBJECT, problems)
    return made


def _formula(words: Any) -> str:
    if isinstance(words, str):
        return words
    if not isinstance(words, Sequence) or not all(isinstance(word, str) for word in words):
        form = 'columns such as ["sex", "age"] or a formula "sex + age"'
        found = f"{type(words).__name__}"
        raise ParameterError(SUBJECT, [Problem("covariates", found, form)])
    return " + ".join(words)


def _no_move(argument: str, move: object, pairs: Sequence[Pair]) -> Problem:
    known = [ARROW.join(pair) for pair in pairs]
    pair = read_pair(move)
    word = ARROW.join(pair) if pair else str(move)
    return Problem(argument, f"{word!r} is no move of the model", listing(known, 30),
                   did_you_mean(word, known))  # fmt: skip


def build_model(
    states: Sequence[str],
    pairs: Sequence[Pair],
    names: tuple[str, ...],
    matrix: Floats,
    present: Flags,
    *,
    fixed: Any = None,
    equal: Any = None,
) -> RateModel:
    """Return the model of rates.

    Parameters
    ----------
    names : tuple of str
        Columns of covariates.
    matrix : array [intervals, columns]
        Their values.
    present : array [transitions, columns]
        Which moves have which.
    fixed : mapping, optional
        Rates by move, and rate ratios by move and covariate, that are not estimated.
    equal : mapping, optional
        For a covariate or ``"rate"``: ``"all"``, or groups of moves that share the coefficient.

    Raises
    ------
    ParameterError
        If a move, a covariate or a value is not one of the model.
    """
    centre = matrix.mean(axis=0) if matrix.shape[1] else np.zeros(0)
    scale = np.maximum(matrix.std(axis=0), 1e-12) if matrix.shape[1] else np.ones(0)
    full = np.hstack([np.ones((len(pairs), 1), dtype=bool), present])
    columns = (BASELINE, *names)
    problems: list[Problem] = []
    constant = np.zeros(full.shape)
    held = np.zeros(full.shape, dtype=bool)
    for key, value in (fixed or {}).items():
        place = _place(key, pairs, columns, full, problems)
        if place is None:
            continue
        if not positive(value):
            problems.append(Problem("fixed", f"{value!r} for {key}", "a number above 0"))
            continue
        held[place] = True
        constant[place] = np.log(value) * (1.0 if place[1] == 0 else scale[place[1] - 1])
    shared = _shared(equal, pairs, columns, full, problems)
    if problems:
        raise ParameterError(SUBJECT, problems)
    slot = number_slots(full, held, shared)
    source, target = (
        np.array([states.index(pair[end]) for pair in pairs], dtype=np.int64) for end in (0, 1)
    )
    return RateModel(tuple(states), source, target, names, centre, scale, slot, constant)


def positive(value: object) -> bool:
    """Return whether a value is a finite number above 0."""
    number = isinstance(value, int | float | np.integer | np.floating)
    return number and bool(np.isfinite(value)) and value > 0  # type: ignore[operator, call-overload]


def _place(
    key: Any, pairs: Sequence[Pair], columns: Sequence[str], full: Flags, problems: list[Problem]
) -> tuple[int, int] | None:
    """Return the row and column of a coefficient named (from, to) or (from, to, covariate)."""
    three = isinstance(key, tuple) and len(key) == 3
    pair = read_pair(key[:2] if three else key)
    if pair is None or pair not in pairs:
        problems.append(_no_move("fixed", key, pairs))
        return None
    name = str(key[2]) if three else BASELINE
    row = pairs.index(pair)
    if name not in columns or not full[row, columns.index(name)]:
        own = [column for column, there in zip(columns, full[row], strict=True) if there][1:]
        guess = did_you_mean(name, own)
        problems.append(Problem("fixed", f"{ARROW.join(pair)} has no covariate {name!r}",
                                listing(own, 30) or "none has one", guess))  # fmt: skip
        return None
    return row, columns.index(name)


def _shared(
    equal: Any, pairs: Sequence[Pair], columns: Sequence[str], full: Flags, problems: list[Problem]
) -> list[list[tuple[int, int]]]:
    """Return groups of coefficients that are one parameter."""
    made = []
    for name, groups in (equal or {}).items():
        if name not in columns:
            guess = did_you_mean(name, columns)
            problems.append(Problem("equal", f"unknown {name!r}", listing(columns, 30), guess))
            continue
        column = columns.index(name)
        every = [[pair for row, pair in enumerate(pairs) if full[row, column]]]
        wanted = every if isinstance(groups, str) and groups == "all" else groups
        if one_word(wanted) or any(one_word(group) for group in wanted):
            expected = '"all", or groups of moves such as [["E->U", "U->E"]]'
            problems.append(Problem("equal", f"{groups!r} for {name!r}"[:60], expected))
            continue
        for group in wanted:
            members = [(read_pair(move), move) for move in group]
            problems += [_no_move("equal", move, pairs) for p, move in members if p not in pairs]
            made.append([(pairs.index(p), column) for p, _ in members if p in pairs])
    return made
