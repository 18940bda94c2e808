"""Estimates of too few persons: blank in what is published, and not to be had by subtraction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import Problem, TableError, did_you_mean, listing

UNCERTAIN, CONFIDENTIAL = "w", "s"  # too vague to be told; of few persons, or giving one away
WITHHELD = (UNCERTAIN, CONFIDENTIAL)
FEWEST = 10  # persons that may be shown
TOTALS = ("T", "total")
NESTED = ""  # code of a row whose parts are told below it, as a stage's row among its forms
#: Columns that tell of an estimate; what is not there is no matter.
FIGURES = (
    "share", "share_high", "probability", "value", "value_high", "estimate", "ratio", "mean",
    "months", "rate", "hazard", "lowest", "highest", "standard_error", "standard_error_high",
    "lower", "upper", "cases", "cases_possible", "persons", "effective_persons", "design_effect",
    "population", "population_high", "population_error", "count", "weighted_count", "pairs",
    "flow", "flow_error", "at_risk", "events", "censored", "observed", "transitions",
    "expected_time",
)  # fmt: skip
SIZES = ("cases", "population", "count", "persons")
NOTHING = 1e-9
EXACT = 1e-6  # shares that miss one by less add up

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """Rows of which one is known when the others are.

    Parameters
    ----------
    rows : ndarray of int
        Their places in the table.
    sign : ndarray of float
        1 for a part, -1 for the row that is the parts' sum.
    """

    rows: npt.NDArray[np.intp]
    sign: Floats


def withhold(
    table: pd.DataFrame,
    *,
    whole: Sequence[str] | Sequence[Sequence[str]] = (),
    total: str | Sequence[str] = (),
    size: str = "",
    columns: Sequence[str] = (),
) -> pd.DataFrame:
    r"""Return estimates without the figures of those withheld, nor those that would give them back.

    Use it on every table of estimates before it is published, and before groups are left out of
    it. Not for spells or persons, which are never published.

    Parameters
    ----------
    table : DataFrame
        Estimates with ``reliability``: "w" is to be withheld, "s" was suppressed before.
    whole : sequence of str, or of several such sequences
        Columns that name a whole: the rows that agree in them add up to something known, such as
        one. Several sequences for several families of wholes. Empty: all rows make one whole.
    total : str or sequence of str
        Columns in which the codes "T", "total" and the empty code mark a row that is the sum of
        the others of its whole, not a part.
    size : str
        Column by which a part is small; by default the first of cases, population, count,
        persons, or else the estimate.
    columns : sequence of str
        Columns to blank besides the usual ones of estimates, intervals, errors and counts.

    Returns
    -------
    DataFrame
        The same rows in the same order; the figures of rows withheld are missing. Their
        ``reliability`` is "w" if the estimate is too uncertain, and "s" if it rests on one to nine
        persons or would give another back. ``attrs`` and all other columns stay.

    Raises
    ------
    TableError
        If a column is missing.

    Notes
    -----
    The rows of a whole give one equation each, :math:`A x = b`, whose right hand side is
    published. Restricted to the rows withheld, a row is given back if its unit vector lies in the
    row space of :math:`A`; as long as there is such a row, the smallest part above zero in the
    equations that give it back is withheld too, a total last. So no combination of sums and
    differences, over any number of wholes, has a withheld row. How narrowly a row is bounded
    because counts cannot be below zero is not judged.

    References
    ----------
    Cox (1980), Journal of the American Statistical Association 75, 377-385.

    Examples
    --------
    >>> told = pd.DataFrame({"stage": list("abcd"), "share": [0.02, 0.38, 0.6, 0.0],
    ...                      "reliability": ["w", "", "", ""]})
    >>> withhold(told)["share"].tolist()
    [nan, nan, 0.6, 0.0]

    >>> # women withheld; men beside a total would give them back
    >>> told = pd.DataFrame({"age": ["15-24"] * 3, "sex": ["F", "M", "T"], "cases": [3, 40, 43],
    ...                      "share": [0.1, 0.3, 0.25], "reliability": ["w", "", ""]})
    >>> withhold(told, whole=["age"], total="sex")["share"].tolist()
    [nan, nan, 0.25]
    """
    families = _families(whole)
    totals = [total] if isinstance(total, str) and total else list(total)
    named = [name for keys in families for name in keys] + ([size] if size else [])
    _refuse(table, ["reliability", *named, *totals, *columns])
    lines = [line for keys in families for line in _lines(table, keys, totals)]
    hidden = complement(table, lines, size)
    return blank(table, hidden, columns)


def blank(table: pd.DataFrame, hidden: Flags, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Return a table whose hidden rows have no figures and say why: uncertain or confidential.

    Examples
    --------
    >>> told = pd.DataFrame({"sex": ["F", "M"], "share": [0.1, 0.2], "reliability": ["", "w"]})
    >>> blank(told, np.array([True, True]))["reliability"].tolist()
    ['s', 'w']
    """
    if not hidden.any():
        return table.copy()
    figures = [name for name in (*FIGURES, *columns) if name in table.columns]
    numbers = {name: table[name].astype("float64").mask(hidden) for name in figures}
    flags = table["reliability"]
    few = pd.Series(table.get("persons", np.nan), table.index).between(1, FEWEST - 1).eq(True)
    flags = flags.mask(
        (hidden & ~flags.isin(WITHHELD)) | (flags.isin(WITHHELD) & few), CONFIDENTIAL
    )
    return table.assign(**numbers, reliability=flags)


def complement(table: pd.DataFrame, lines: Sequence[Line], size: str = "") -> Flags:
    """Return the rows to be withheld, with those that would give one of them back."""
    hidden: Flags = table["reliability"].isin(WITHHELD).to_numpy(dtype=bool, copy=True)
    if not hidden.any():
        return hidden
    sizes, nobody = _sizes(table, size), _nobody(table)
    given_up = np.zeros(len(table), dtype=bool)
    while True:
        told = _single(lines, hidden & ~nobody) or _combined(lines, hidden & ~nobody, given_up)
        if told is None:
            return hidden
        row, through = told
        options = [
            (sign < 0, not sizes[at] > 0, sizes[at], at)
            for line in through
            for at, sign in zip(line.rows, line.sign, strict=True)
            if not hidden[at] and not nobody[at]
        ]
        if options:
            hidden[min(options)[-1]] = True
        elif len(through) == 1:  # nothing else is left of this whole
            lines = [line for line in lines if line is not through[0]]
        else:
            given_up[row] = True


def lines_of(table: pd.DataFrame, keys: Sequence[str], measure: str) -> list[Line]:
    """Return the lines of a table of which nobody said what adds up: found by its numbers.

    Rows beside one with a total's code, shares that add up to one, and shares that add up to the
    row with an empty code.

    Examples
    --------
    >>> told = pd.DataFrame({"stage": list("abab"), "sex": list("FFMM"),
    ...                      "share": [0.2, 0.8, 0.3, 0.7]})
    >>> [line.rows.tolist() for line in lines_of(told, ["stage", "sex"], "share")]
    [[0, 1], [2, 3]]
    """
    found: list[Line] = []
    for number in range(len(keys)):
        for fixed in combinations(keys, number):
            free = [name for name in keys if name not in fixed]
            found += _adding(table, list(fixed), free, measure)
    return found


def _adding(table: pd.DataFrame, fixed: list[str], free: list[str], measure: str) -> list[Line]:
    """Return the lines of one choice of wholes, if their rows add up."""
    values = table[measure].to_numpy(dtype="float64", na_value=np.nan)
    by_code, by_sum, sums = [], [], []
    for rows in _groups(table, fixed):
        codes = table.iloc[rows][free].astype("str")
        whole = codes.isin(TOTALS).to_numpy()
        if whole.all(axis=1).sum() == 1 and not (whole.any(axis=1) & ~whole.all(axis=1)).any():
            by_code.append(Line(rows, np.where(whole.all(axis=1), -1.0, 1.0)))
            continue
        nested = (codes == NESTED).any(axis=1).to_numpy()
        sign = np.where(nested, -1.0, 1.0) if nested.sum() == 1 else np.ones(len(rows))
        by_sum.append(Line(rows, sign))
        sums.append(float(sign @ values[rows]) - (sign > 0).all())
    known = [gap for gap in sums if np.isfinite(gap)]
    adds = bool(known) and all(abs(gap) < EXACT for gap in known)
    return by_code + (by_sum if adds else [])


def _families(whole: Sequence[str] | Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the columns of each family of wholes."""
    if isinstance(whole, str):
        return [[whole]]
    if not whole or isinstance(whole[0], str):
        return [[str(name) for name in whole]]
    return [[str(name) for name in keys] for keys in whole]


def _lines(table: pd.DataFrame, keys: list[str], totals: Sequence[str]) -> Iterator[Line]:
    """Yield the rows of each whole; a total among them has the other sign."""
    marked = [name for name in totals if name not in keys]
    codes = table[marked].astype("str").isin((*TOTALS, NESTED))
    whole = codes.to_numpy().all(axis=1) if marked else np.zeros(len(table), dtype=bool)
    for rows in _groups(table, keys):
        yield Line(rows, np.where(whole[rows] & ~whole[rows].all(), -1.0, 1.0))


def _groups(table: pd.DataFrame, keys: list[str]) -> Iterator[npt.NDArray[np.intp]]:
    """Yield the places of the rows that agree in some columns, where there are two or more."""
    number = np.zeros(len(table), dtype=np.intp)
    if keys:
        grouped = table.groupby(keys, sort=False, dropna=False, observed=True)
        number = grouped.ngroup().to_numpy(dtype=np.intp)
    order = np.argsort(number, kind="stable")
    starts = np.flatnonzero(np.diff(number[order])) + 1
    yield from (rows for rows in np.split(order, starts) if len(rows) > 1)


def _single(lines: Sequence[Line], hidden: Flags) -> tuple[int, list[Line]] | None:
    """Return a row that is alone withheld in a line, and the line."""
    for line in lines:
        inside = hidden[line.rows]
        if inside.sum() == 1:
            return int(line.rows[inside][0]), [line]
    return None


def _combined(
    lines: Sequence[Line], hidden: Flags, given_up: Flags
) -> tuple[int, list[Line]] | None:
    """Return a row that several lines together give back, and these lines."""
    touched = [line for line in lines if hidden[line.rows].any()]
    rows = np.flatnonzero(hidden)
    if not touched:
        return None
    matrix = np.zeros((len(touched), len(hidden)))
    for at, line in enumerate(touched):
        matrix[at, line.rows] += line.sign
    matrix = matrix[:, rows]
    # Projector on the row space: where its diagonal is one, the unit vector is inside.
    inverse = np.linalg.pinv(matrix, rcond=NOTHING)
    inside = np.einsum("ij,ji->i", inverse, matrix)
    told = [at for at in np.flatnonzero(inside > 1 - EXACT) if not given_up[rows[at]]]
    if not told:
        return None
    used = np.abs(inverse[told[0]]) > NOTHING
    return int(rows[told[0]]), [line for line, use in zip(touched, used, strict=True) if use]


def _sizes(table: pd.DataFrame, size: str) -> Floats:
    options = [size] if size else [name for name in (*SIZES, *FIGURES) if name in table.columns]
    if not options:
        return np.ones(len(table))
    return np.asarray(np.nan_to_num(table[options[0]].to_numpy(dtype="float64", na_value=np.nan)))


def _nobody(table: pd.DataFrame) -> Flags:
    """Return the rows that rest on nobody: they hide nothing, and there is nothing to hide."""
    if "persons" not in table.columns:
        return np.zeros(len(table), dtype=bool)
    return np.asarray(table["persons"].eq(0).fillna(False), dtype=bool)


def _refuse(table: object, needed: Sequence[str]) -> None:
    if not isinstance(table, pd.DataFrame):
        raise TableError("withhold", [Problem("table", type(table).__name__, "a DataFrame")])
    expected = f"one of {listing(table.columns, 20)}"
    problems = [
        Problem(f"column '{name}'", "missing", expected, did_you_mean(name, table.columns))
        for name in dict.fromkeys(needed)
        if name not in table.columns
    ]
    if problems:
        raise TableError("withhold", problems)
