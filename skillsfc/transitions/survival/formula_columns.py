"""Columns of a design matrix: which categories there are, how terms are coded, and the numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.transitions.records import Floats
from skillsfc.transitions.survival.formula_parser import Factor, Product

MOST_CATEGORIES = 500
OBJECT_NUMBERS = ("integer", "floating", "mixed-integer-float", "decimal")

_DONE: dict[str, Callable[[Floats], Floats]] = {"log": np.log, "sqrt": np.sqrt, "exp": np.exp}


@dataclass(frozen=True)
class Term:
    """A term of the formula, and the columns of the matrix that belong to it.

    Parameters
    ----------
    name : str
        Such as ``age`` or ``age:sex``.
    product : tuple of Factor
        Its factors.
    full : tuple of bool
        Whether a factor of categories has a column for every category, its reference too.
    start, stop : int
        Places of its columns in the matrix.
    """

    name: str
    product: Product
    full: tuple[bool, ...] = ()
    start: int = 0
    stop: int = 0


def typed_products(
    products: tuple[Product, ...], rows: pd.DataFrame, subject: str
) -> tuple[Product, ...]:
    """Mark columns of text and of true or false as categories; refuse what fits neither."""
    problems, changed = [], {}
    for factor in dict.fromkeys(f for product in products for f in product):
        column = as_numbers(rows[factor.column])
        number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        if number or factor.function == "C":
            continue
        words = pd.api.types.is_string_dtype(column) or column.dtype == object
        known = words or pd.api.types.is_bool_dtype(column)
        if not known and not isinstance(column.dtype, pd.CategoricalDtype):
            found = f"values of type {column.dtype}"
            problems.append(Problem(f"column '{factor.column}'", found, "numbers or categories"))
        elif factor.function or factor.power != 1.0:
            found = f"{factor.name!r} of a column that holds no numbers"
            problems.append(Problem("formula", found, "a column of numbers"))
        changed[factor] = replace(factor, function="C", power=1.0)
    if problems:
        raise TableError(subject, problems)
    return tuple(tuple(changed.get(factor, factor) for factor in one) for one in products)


def find_levels(
    products: tuple[Product, ...], rows: pd.DataFrame, subject: str
) -> dict[str, tuple[str, ...]]:
    """Return the categories of each column of categories, the reference first."""
    levels: dict[str, tuple[str, ...]] = {}
    problems, same = list[Problem](), list[Problem]()
    for factor in dict.fromkeys(f for product in products for f in product if f.function == "C"):
        column = rows[factor.column]
        if isinstance(column.dtype, pd.CategoricalDtype):
            seen = [value for value in column.cat.categories if (column == value).any()]
        else:
            seen = sorted(column.unique().tolist(), key=_order)
        found = [category_word(value) for value in seen]
        if len(found) == 1:
            same.append(Problem(f"covariate '{factor.column}'",
                                f"constant: {found[0]!r} in every row", "a column that varies",
                                next_step="Take it out of the formula."))  # fmt: skip
        if len(found) > MOST_CATEGORIES:
            problems.append(Problem(f"column '{factor.column}'", f"{len(found)} categories",
                                    f"at most {MOST_CATEGORIES}"))  # fmt: skip
        if factor.reference is not None and factor.reference not in found:
            guess = did_you_mean(factor.reference, found)
            asked = f"reference {factor.reference!r} of {factor.column!r} is not among its values"
            problems.append(Problem("formula", asked, listing(found), guess))
        first = factor.reference if factor.reference in found else found[0]
        levels[factor.column] = (first, *(word for word in found if word != first))
    if problems:
        raise ParameterError(subject, problems)
    if same:
        raise TableError(subject, same)
    return levels


def _order(value: object) -> tuple[float, str]:
    """Sort numbers as numbers and all else as text, so that a mixed column does not fail."""
    return (float(value), "") if isinstance(value, int | float) else (np.inf, str(value))


def category_word(value: object) -> str:
    """Return a category as text with all its digits; a whole number is written without a point."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def as_numbers(column: pd.Series) -> pd.Series:
    """Return numbers that are held one by one as objects as a column of numbers."""
    if pd.api.types.is_numeric_dtype(column) or isinstance(column.dtype, pd.CategoricalDtype):
        return column
    kind = pd.api.types.infer_dtype(column, skipna=True)
    return pd.to_numeric(column) if kind in OBJECT_NUMBERS else column


def code_terms(products: tuple[Product, ...], constant: bool) -> tuple[Term, ...]:
    """Decide where categories need all their columns: where the term without them is not there."""
    there: set[frozenset[Factor]] = {frozenset(product) for product in products}
    if constant:
        there.add(frozenset())
    terms = []
    for product in products:
        full = tuple(
            factor.function == "C" and frozenset(product) - {factor} not in there
            for factor in product
        )
        if len(product) == 1 and full[0]:
            there.add(frozenset())  # all categories of one column sum to the constant
        terms.append(Term(":".join(factor.name for factor in product), product, full))
    return tuple(terms)


def place_terms(terms: tuple[Term, ...], widths: list[int], first: int) -> tuple[Term, ...]:
    """Return the terms with the places of their columns; the first one is at ``first``."""
    stops = (first + np.cumsum(widths)).tolist()
    return tuple(
        replace(term, start=stop - width, stop=stop)
        for term, width, stop in zip(terms, widths, stops, strict=True)
    )


def term_blocks(
    terms: tuple[Term, ...], rows: pd.DataFrame, levels: dict[str, tuple[str, ...]], subject: str
) -> tuple[list[Floats], list[str]]:
    """Return the columns of each term, and the names of all."""
    blocks, names = [], []
    for term in terms:
        block, words = np.ones((len(rows), 1)), [""]
        for factor, full in zip(term.product, term.full, strict=True):
            part, own = _factor_columns(factor, full, rows, levels, subject)
            block = (block[:, :, None] * part[:, None, :]).reshape(len(rows), -1)
            words = [f"{left}:{right}".strip(":") for left in words for right in own]
        blocks.append(block)
        names += words
    return blocks, names


def _factor_columns(
    factor: Factor, full: bool, rows: pd.DataFrame, levels: dict[str, tuple[str, ...]], subject: str
) -> tuple[Floats, list[str]]:
    if factor.function != "C":
        return _numbers(factor, rows, subject)[:, None], [factor.name]
    known = levels[factor.column]
    places, distinct = pd.factorize(rows[factor.column])
    words = [category_word(value) for value in distinct]
    strangers = sorted(set(words) - set(known))
    if strangers:
        found = f"categories that the model does not know: {listing(strangers)}"
        guess = did_you_mean(strangers[0], known)
        problem = Problem(f"column '{factor.column}'", found, listing(known), guess)
        raise TableError(subject, [problem])
    shown = known if full else known[1:]
    codes = np.array([known.index(word) for word in words], dtype=np.int64)
    indicators = np.eye(len(known))[:, len(known) - len(shown) :]
    return indicators[codes[places]], [f"{factor.column}[{word}]" for word in shown]


def _numbers(factor: Factor, rows: pd.DataFrame, subject: str) -> Floats:
    column = as_numbers(rows[factor.column])
    if not pd.api.types.is_numeric_dtype(column):
        found = f"values of type {column.dtype}"
        raise TableError(subject, [Problem(f"column '{factor.column}'", found, "numbers")])
    values: Floats = column.to_numpy(dtype="float64", na_value=np.nan)
    with np.errstate(all="ignore"):
        if factor.function:
            values = _DONE[factor.function](values)
        if factor.power != 1.0:
            values = values**factor.power
    bad = ~np.isfinite(values)
    if bad.any():
        found = f"not a finite number in {int(bad.sum())} rows"
        step = "A logarithm needs values above 0." if factor.function == "log" else ""
        raise TableError(subject, [Problem(f"{factor.name!r}", found, "numbers", next_step=step)])
    return values


def stacked(blocks: list[Floats], rows: int, constant: bool) -> Floats:
    """Return the columns side by side, after one of ones if there is a constant."""
    ones: list[Floats] = [np.ones((rows, 1))] if constant else []
    return np.concatenate([*ones, *blocks, np.empty((rows, 0))], axis=1)
