"""Roll-up to coarser levels and conversion between classifications, with totals preserved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import pandas as pd

from skillsfc.classifications import list_of
from skillsfc.errors import CodeError, Problem, TableError, did_you_mean, listing
from skillsfc.schema import (
    code_list,
    dictionary,
    key_columns,
    measure_column,
    refuse_other_than_table,
)

STATUS_ORDER = ("observed", "estimated", "imputed", "modelled", "projected")  # best to worst


def roll_up(table: pd.DataFrame, *, to: str) -> pd.DataFrame:
    """Sum a table of persons to a coarser level of its own classification.

    Parameters
    ----------
    table : DataFrame
        Tidy table whose measure adds up: persons, wage bill, or a share of one whole.
    to : str
        List and level, such as ``"isic4_section"``, ``"isic4_broad"`` or ``"isco08_major"``.

    Returns
    -------
    DataFrame
        The same keys with the coarser codes. The total is preserved; a cell with a missing part
        is missing rather than smaller, and ``status`` is the worst of its parts.

    Raises
    ------
    CodeError
        If the level is unknown, or a code has no ancestor at that level.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> t = pd.DataFrame({"year": 2024, "sector": ["C", "F", "G"], "persons": [10.0, 5.0, 7.0],
    ...                   "unit": "persons", "status": "observed", "source": "mine"})
    >>> sf.roll_up(t, to="isic4_broad")[["sector", "persons"]]
      sector  persons
    0    IND     15.0
    1    SER      7.0
    """
    refuse_other_than_table(table)
    name, _, level = str(to).rpartition("_")
    if not name:
        raise CodeError("roll_up", [Problem(repr(to), "not list_level", "such as 'isic4_section'")])
    listed = code_list(name)
    levels = list(dict.fromkeys(listed["level"]))
    if level not in levels:
        raise CodeError(
            "roll_up",
            [
                Problem(
                    repr(to),
                    f"{name!r} has no level {level!r}",
                    f"one of {listing(levels)}",
                    did_you_mean(level, levels),
                )
            ],
        )
    column = _column_of(table, name)
    above = _ancestors(name, level)
    return _aggregate(table, column, {code: {above[code]: 1.0} for code in above}, f"level {to!r}")


def _column_of(table: pd.DataFrame, name: str) -> str:
    for column in key_columns(table):
        lists = dictionary().loc[column, "codes"].split("|")
        if name in lists and list_of(table[column], column) == name:
            return column
    raise CodeError(
        "table",
        [
            Problem(
                "columns",
                f"none holds codes of {name!r}",
                "a column coded so",
                next_step="sf.convert_codes changes the list first.",
            )
        ],
    )


@cache
def _ancestors(name: str, level: str) -> dict[str, str]:
    listed = code_list(name)
    parent = dict(zip(listed["code"], listed["parent"], strict=True))
    levels = dict(zip(listed["code"], listed["level"], strict=True))
    found = {}
    for code in listed["code"]:
        at = code
        while at and levels[at] != level:
            at = parent[at]
        if at:
            found[code] = at
    return found


def convert_codes(
    table: pd.DataFrame,
    old: str,
    new: str,
    *,
    crosswalk: pd.DataFrame | None = None,
    unmatched: str = "error",
) -> pd.DataFrame:
    """Move a table from one classification to another with stated weights.

    Parameters
    ----------
    table : DataFrame
        Tidy table with an additive measure.
    old, new : str
        Names of the two code lists, such as ``"hcp_sector"`` and ``"isic4"``.
    crosswalk : DataFrame, optional
        Columns ``from_code, to_code, weight``; the weights of each ``from_code`` sum to 1. By
        default the one shipped as ``data/codes/<old>_to_<new>.csv``; an ISCO-88 to ISCO-08 table
        is not shipped, because no open package carries one.
    unmatched : {"error", "keep"}
        What to do with codes that the crosswalk does not have. ``"keep"`` leaves them as they are.

    Returns
    -------
    DataFrame
        The table in the new codes, with the same total.

    Raises
    ------
    CodeError
        If there is no such crosswalk, or codes are unmatched.
    TableError
        If the weights of a code do not sum to 1.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> t = pd.DataFrame({"year": 2024, "sector": ["X1", "X2"], "persons": [10.0, 6.0],
    ...                   "unit": "persons", "status": "observed", "source": "mine"})
    >>> walk = pd.DataFrame({"from_code": ["X1", "X1", "X2"], "to_code": ["C", "G", "G"],
    ...                      "weight": [0.4, 0.6, 1.0]})
    >>> sf.convert_codes(t, "mine", "isic4", crosswalk=walk)[["sector", "persons"]]
      sector  persons
    0      C      4.0
    1      G     12.0
    """
    refuse_other_than_table(table)
    if unmatched not in ("error", "keep"):
        raise CodeError(
            "convert_codes", [Problem("unmatched", repr(unmatched), "'error' or 'keep'")]
        )
    walk = _shipped_crosswalk(old, new) if crosswalk is None else crosswalk
    mapping = _weights(walk, f"{old} to {new}")
    column = _converted_column(table, old, new)
    if unmatched == "keep":
        mapping = {**{code: {code: 1.0} for code in table[column].unique()}, **mapping}
    return _aggregate(table, column, mapping, f"crosswalk {old} to {new}")


def _converted_column(table: pd.DataFrame, old: str, new: str) -> str:
    for column in key_columns(table):
        if {old, new} & set(dictionary().loc[column, "codes"].split("|")):
            return column
    raise CodeError(
        "table", [Problem("columns", f"none is coded in {old!r} or {new!r}", "one that is")]
    )


def _shipped_crosswalk(old: str, new: str) -> pd.DataFrame:
    try:
        return code_list(f"{old}_to_{new}")
    except CodeError:
        raise CodeError(
            "crosswalk",
            [
                Problem(
                    f"{old} to {new}",
                    "not shipped",
                    "a table from_code, to_code, weight",
                    next_step="Pass it as crosswalk=; statistics offices and the ILO publish them.",
                )
            ],
        ) from None


def _weights(walk: pd.DataFrame, subject: str) -> dict[str, dict[str, float]]:
    refuse_other_than_table(walk, f"crosswalk {subject}")
    missing = sorted({"from_code", "to_code", "weight"} - set(walk.columns))
    if missing:
        raise TableError(
            f"crosswalk {subject}", [Problem("columns", f"missing: {listing(missing)}")]
        )
    # What is no number fails the sum below, by the code that it belongs to.
    walk = walk.assign(weight=pd.to_numeric(walk["weight"], errors="coerce"))
    totals = walk.groupby("from_code")["weight"].sum()
    off = totals[(totals - 1).abs() > 1e-6]
    negative = walk.loc[walk["weight"] < 0, "from_code"]
    if len(off) or len(negative):
        bad = [*off.index, *negative]
        raise TableError(
            f"crosswalk {subject}",
            [Problem("weights", f"of {listing(bad, 5)} are negative or do not sum to 1", "sum 1")],
        )
    return {
        str(code): dict(zip(rows["to_code"], rows["weight"], strict=True))
        for code, rows in walk.groupby("from_code")
    }


def _aggregate(
    table: pd.DataFrame, column: str, mapping: Mapping[str, Mapping[str, float]], subject: str
) -> pd.DataFrame:
    """Map one column's codes with weights and sum the measure; the worst status wins."""
    lost = [code for code in table[column].unique() if code not in mapping]
    if lost:
        count = int(table[column].isin(lost).sum())
        raise CodeError(
            subject,
            [
                Problem(
                    f"column {column!r}",
                    f"{count} rows with unmatched codes {listing(lost, 5)}",
                    "codes that it covers",
                    next_step="Use unmatched='keep' to keep them as they are.",
                )
            ],
        )
    measure = measure_column(table)
    links = pd.DataFrame(
        [(a, b, w) for a, targets in mapping.items() for b, w in targets.items()],
        columns=[column, "_to", "_weight"],
    )
    long = table.merge(links, on=column, how="left")
    long[column] = long["_to"]
    long[measure] = long[measure] * long["_weight"]
    found = add_up(long, key_columns(table), measure=measure)
    return found[[c for c in table.columns if c in found.columns]]


def add_up(table: pd.DataFrame, keys: Sequence[str], *, measure: str = "persons") -> pd.DataFrame:
    """Sum a measure over rows of the same keys; a total with a missing part is missing.

    Parameters
    ----------
    table : DataFrame
        Tidy table with ``status`` and, where it has them, ``unit`` and ``source``.
    keys : sequence of str
        Columns that tell the sums apart.
    measure : str
        The column to sum.

    Returns
    -------
    DataFrame
        ``keys``, the measure, ``status`` (the worst of the parts), ``unit`` and ``source`` (the
        first).

    Examples
    --------
    >>> t = pd.DataFrame({"year": [1, 1, 2, 2], "persons": [5.0, 2.0, 5.0, None],
    ...                   "status": ["observed", "estimated", "observed", "observed"]})
    >>> add_up(t, ["year"])
       year  persons     status
    0     1      7.0  estimated
    1     2      NaN   observed
    """
    ranks = {status: place for place, status in enumerate(STATUS_ORDER)}
    rows = table.assign(_status=table["status"].map(ranks), _lost=table[measure].isna())
    flags = {c: (c, "first") for c in ("unit", "source") if c in rows}
    found = rows.groupby(list(keys), as_index=False, dropna=False).agg(
        **{measure: (measure, "sum"), "_status": ("_status", "max"), "_lost": ("_lost", "any")},
        **flags,
    )
    # A sum that leaves a missing part out is a smaller number that nobody counted.
    found[measure] = found[measure].astype("float64").mask(found["_lost"])
    found["status"] = found["_status"].map(dict(enumerate(STATUS_ORDER)))
    return found[[*keys, measure, "status", *flags]]
