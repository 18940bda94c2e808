"""Formulas to design matrices: closed grammar, treatment-coded categories, nothing ever run."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skillsfc.errors import (
    CoverageError,
    ParameterError,
    Problem,
    SkillsfcError,
    TableError,
    did_you_mean,
    listing,
)
from skillsfc.transitions.records import Flags, Floats
from skillsfc.transitions.survival.formula_columns import (
    Term,
    code_terms,
    find_levels,
    place_terms,
    stacked,
    term_blocks,
    typed_products,
)
from skillsfc.transitions.survival.formula_parser import parse_formula
from skillsfc.transitions.survival.identifiable import INTERCEPT, refuse_degenerate

RESERVED = (INTERCEPT, "log_scale")  # coefficients that are not covariates


@dataclass(frozen=True, eq=False, repr=False)
class Design:
    """The design matrix of a formula, and all that is needed to make it for other rows.

    Parameters
    ----------
    matrix : array [rows kept, columns] of float
        The covariates.
    names : tuple of str
        Names of the columns: ``age``, ``sex[M]``, ``age:sex[M]``, ``log(wage)``, ``age^2``.
    terms : tuple of Term
        Terms in the order of the columns.
    levels : mapping
        Categories of each column of categories, the reference first.
    kept : array of bool
        Which rows of the table are in the matrix.
    notes : tuple of str
        What was treated.
    """

    formula: str
    matrix: Floats
    names: tuple[str, ...]
    terms: tuple[Term, ...]
    levels: dict[str, tuple[str, ...]]
    kept: Flags
    constant: bool
    subject: str = "formula"
    notes: tuple[str, ...] = ()
    columns: tuple[str, ...] = field(default=())

    def apply(self, table: pd.DataFrame) -> Floats:
        """Return the matrix of the same columns for other rows.

        Raises
        ------
        TableError
            If a column or a value is missing, or a category was not in the first table.
        """
        problems = _absent(self.columns, table, TableError)
        problems += [
            Problem(f"column '{name}'", f"missing in {int(table[name].isna().sum())} rows")
            for name in self.columns
            if name in table.columns and table[name].isna().any()
        ]
        if problems:
            raise TableError(self.subject, problems)
        blocks, _names = term_blocks(self.terms, table, self.levels, self.subject)
        return stacked(blocks, len(table), self.constant)


def design_matrix(
    table: pd.DataFrame, formula: str, *, intercept: bool, subject: str, missing: str = "error"
) -> Design:
    """Return the design matrix of a formula.

    Parameters
    ----------
    table : DataFrame
        One row a spell.
    formula : str
        Column names (dots allowed; others in back-quotes) joined by ``+``; ``a:b`` for the product,
        ``a * b`` for both and the product; ``x^2``, ``log(x)``, ``sqrt(x)``, ``exp(x)``;
        ``C(x)`` or ``C(x, reference)`` for numbers meant as categories. Text and true or false are
        categories anyway. The first category in sorted order is the reference, or the first one of
        a pandas categorical. ``-1`` takes the constant out. An empty formula has no covariates.
    intercept : bool
        Put a column ``intercept`` first. False where the model has its own baseline; coding is the
        same then.
    subject : str
        Name of the caller in errors.
    missing : {"error", "drop"}
        Refuse rows with missing covariates, or leave them out and say how many.

    Returns
    -------
    Design

    Raises
    ------
    ParameterError
        If the formula is not in the grammar, or names no column of the table.
    TableError
        If a covariate is missing or no number, is constant, or is told by the others.

    Examples
    --------
    >>> people = pd.DataFrame({"age": [20.0, 30.0, 40.0], "sex": ["F", "M", "F"]})
    >>> made = design_matrix(people, "age + sex", intercept=True, subject="example")
    >>> made.names, made.matrix.tolist()
    (('intercept', 'age', 'sex[M]'), [[1.0, 20.0, 0.0], [1.0, 30.0, 1.0], [1.0, 40.0, 0.0]])
    >>> made.apply(pd.DataFrame({"age": [25.0], "sex": ["M"]})).tolist()
    [[1.0, 25.0, 1.0]]
    """
    if missing not in ("error", "drop"):
        guess = did_you_mean(missing, ("error", "drop"))
        problem = Problem("missing", repr(missing), "'error' or 'drop'", guess)
        raise ParameterError(subject, [problem])
    parsed = parse_formula(formula, subject=subject)
    columns = tuple(dict.fromkeys(f.column for product in parsed.products for f in product))
    problems = _absent(columns, table, ParameterError)
    problems += [
        Problem("formula", f"a covariate called {name!r}, as a coefficient of the model",
                "another name", next_step="Rename it: spells.rename(columns={...}).")
        for name in columns if name in RESERVED
    ]  # fmt: skip
    if problems:
        raise ParameterError(subject, problems)
    kept, notes = _complete(table, columns, missing, subject)
    rows = table.loc[kept] if not kept.all() else table
    products = typed_products(parsed.products, rows, subject)
    levels = find_levels(products, rows, subject)
    constant = intercept and not parsed.without_constant
    terms = code_terms(products, constant or not intercept)
    blocks, names = term_blocks(terms, rows, levels, subject)
    terms = place_terms(terms, [block.shape[1] for block in blocks], int(constant))
    matrix = stacked(blocks, len(rows), constant)
    all_names = ((INTERCEPT,) if constant else ()) + tuple(names)
    refuse_degenerate(matrix, all_names, constant or not intercept, subject)
    return Design(
        formula, matrix, all_names, terms, levels, kept, constant, subject, notes, columns
    )


def _absent(
    columns: tuple[str, ...], table: pd.DataFrame, kind: type[SkillsfcError]
) -> list[Problem]:
    where = "formula" if kind is ParameterError else "table"
    return [
        Problem(where, f"no column {name!r}", "a column", did_you_mean(name, table.columns))
        for name in columns
        if name not in table.columns
    ]


def _complete(
    table: pd.DataFrame, columns: tuple[str, ...], missing: str, subject: str
) -> tuple[Flags, tuple[str, ...]]:
    """Return which rows have every covariate; refuse, or note, those that have not."""
    gaps = {name: table[name].isna().to_numpy(dtype=bool) for name in columns}
    gaps = {name: gap for name, gap in gaps.items() if gap.any()}
    kept = ~np.logical_or.reduce([*gaps.values(), np.zeros(len(table), dtype=bool)])
    if not gaps:
        return kept, ()
    if missing == "error":
        step = "missing='drop' leaves these rows out, and says so."
        raise TableError(subject, [
            Problem(f"column '{name}'", f"missing in {int(gap.sum())} of {len(table)} rows",
                    "a value in every row", next_step=step)
            for name, gap in gaps.items()
        ])  # fmt: skip
    if not kept.any():
        found = f"none is left without missing values in {listing(gaps)}"
        raise CoverageError(subject, [Problem("rows", found, "at least one")])
    counts = ", ".join(f"{name} in {int(gap.sum())}" for name, gap in gaps.items())
    lost = int((~kept).sum())
    return kept, (f"{lost} of {len(table)} rows left out: a covariate is missing ({counts}).",)
