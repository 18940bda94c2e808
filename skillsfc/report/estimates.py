"""Estimates as a reader wants them: a row a quantity, a column a group, intervals in the cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, TableError, did_you_mean, listing
from skillsfc.report.charts.inputs import group_names
from skillsfc.report.charts.words import names_of_codes
from skillsfc.report.text import with_minus
from skillsfc.report.withholding import CONFIDENTIAL, TOTALS, WITHHELD, blank, complement, lines_of

MEASURES = ("share", "probability", "value", "estimate", "ratio", "months", "mean", "rate")
HIDDEN = "..c"  # few persons stand behind it, or it would give such a number away
MISSING = ".."  # too uncertain, or not known
NOTE = (
    "Intervals in brackets. *: unreliable, fewer than 30 persons or a wide error. ..: too "
    "uncertain, an error over half the value, or not known. ..c: withheld, fewer than 10 persons, "
    "or a figure that would give such a one."
)


def table_estimates(
    estimates: Any,
    *,
    rows: str | Sequence[str],
    by: str | None = None,
    measure: str | None = None,
    names: Mapping[str, str] | None = None,
    decimals: int = 1,
    withheld: bool = False,
    counts: bool = False,
    language: str = "en",
) -> pd.DataFrame:
    """Return estimates as text: a row a quantity, a column a group, with intervals and flags.

    Use it for the page; publish the numbers themselves beside it, after `withhold`. An estimate
    marked "u" gets a star, one marked "w" or "s" is withheld, and with it the next smallest part of
    a whole of which it would be the only one: beside a total's code, or where shares add up to one.

    Parameters
    ----------
    estimates : DataFrame or Result
        Estimates with ``lower, upper`` and, if there, ``unit, reliability, persons``; where the
        data only bound a quantity, its upper bound under the measure's name with ``_high``.
    rows : str or sequence of str
        Columns that name a row.
    by : str, optional
        Column of the groups, such as ``"sex"``; by default one column for all.
    measure : str, optional
        Column of the estimate; by default the first of share, probability, value, estimate,
        ratio, months, mean, rate.
    names : mapping of str, optional
        Text to show in place of a code of ``rows`` or ``by``.
    decimals : int
        Decimals [0 or more]; shares and probabilities are shown in per cent.
    withheld : bool
        What would give back those withheld is withheld already: by default it is looked for among
        rows whose numbers add up.
    counts : bool
        Add a column with the persons of each row, all groups together: the total's, or the sum.
    language : {"en", "fr", "ar", "ru"}
        Language of the groups' names.

    Returns
    -------
    DataFrame
        Text; missing combinations are empty, what is too uncertain or not known is "..", and what
        is withheld for the sake of persons is "..c".

    Raises
    ------
    TableError
        If a column is missing or an estimate stands twice.

    Examples
    --------
    >>> import pandas as pd
    >>> made = pd.DataFrame({"indicator": "neet", "sex": ["F", "M"], "share": [0.31, 0.282],
    ...     "lower": [0.27, 0.1], "upper": [0.35, 0.5], "reliability": ["", "u"]})
    >>> table_estimates(made, rows="indicator", by="sex")
      indicator             Women                Men
    0      neet  31.0 (27.0–35.0)  28.2* (10.0–50.0)
    """
    table = getattr(estimates, "table", estimates)
    keys = [rows] if isinstance(rows, str) else list(rows)
    have = list(table.columns) if isinstance(table, pd.DataFrame) else []
    value = measure or next((name for name in MEASURES if name in have), MEASURES[0])
    _refuse(table, [*keys, *([by] if by else []), value, "lower", "upper"], [*keys, by])
    if not withheld:
        table = _withheld(table, [*keys, *([by] if by else [])], value)
    texts = pd.Series(
        [_text(row, value, decimals) for row in table.to_dict("records")], index=table.index
    )
    if by:
        table = table.assign(**{by: group_names(table[by])})
    called = dict(names) if names is not None else {}
    groups = list(dict.fromkeys(table[by].astype("str"))) if by else [value]
    shown = names_of_codes(groups, by, language, called) if by else {value: value}
    twice = [text for text in shown.values() if list(shown.values()).count(text) > 1]
    shown = {c: f"{text} ({c})" if text in twice else text for c, text in shown.items()}
    if by:
        groups = [g for g in groups if g not in TOTALS] + [g for g in groups if g in TOTALS]
    made = table[keys].drop_duplicates().reset_index(drop=True)
    for code in groups:
        own = table[by].astype("str") == code if by else pd.Series(True, index=table.index)
        column = table.loc[own, keys].assign(**{shown[code]: texts[own]})
        made = made.merge(column, on=keys, how="left")
    if counts and "persons" in table.columns:
        made = made.merge(_persons(table, keys, by), on=keys, how="left")
    for key in keys:
        made[key] = made[key].map(lambda code: called.get(str(code), code))
    return made.fillna("")


def _refuse(table: Any, needed: Sequence[str], keys: Sequence[str | None]) -> None:
    subject = "table_estimates"
    if not isinstance(table, pd.DataFrame):
        raise TableError(subject, [Problem("estimates", type(table).__name__, "a DataFrame")])
    problems = [
        Problem(
            f"column '{name}'",
            "missing",
            f"one of {listing(table.columns, 20)}",
            did_you_mean(name, table.columns),
        )
        for name in dict.fromkeys(needed)
        if name not in table.columns
    ]
    known = [key for key in keys if key is not None]
    if not problems and table.duplicated(known).any():
        found = f"{int(table.duplicated(known).sum())} rows repeat {listing(known)}"
        problems.append(Problem("rows", found, "one each", next_step="Filter before."))
    if problems:
        raise TableError(subject, problems)


def _withheld(table: pd.DataFrame, keys: list[str], measure: str) -> pd.DataFrame:
    """Return estimates without those withheld, and those that would give them back."""
    if "reliability" not in table.columns or not table["reliability"].isin(WITHHELD).any():
        return table
    return blank(table, complement(table, lines_of(table, keys, measure)), [measure])


def _text(row: Mapping[Any, Any], measure: str, decimals: int) -> str:
    """Return one estimate with its interval and flag."""
    flag = row.get("reliability", "")
    flag = "" if pd.isna(flag) else str(flag)
    if flag in WITHHELD or not np.isfinite(row[measure]):
        return HIDDEN if flag == CONFIDENTIAL else MISSING
    share = measure in ("share", "probability") or row.get("unit") == "share"
    factor = 100.0 if share else 1.0
    ends = [row["lower"], row["upper"]]
    text = f"{factor * row[measure]:,.{decimals}f}"
    most = row.get(f"{measure}_high", row[measure])
    if most > row[measure]:
        text += f" to {factor * most:,.{decimals}f}"
    text += "*" if flag == "u" else ""
    if np.isfinite(ends).all():
        low, high = (f"{factor * end:,.{decimals}f}" for end in ends)
        text += f" ({low}–{high})"
    return with_minus(text)


def _persons(table: pd.DataFrame, keys: list[str], by: str | None) -> pd.DataFrame:
    total = table[table[by].astype("str").isin(TOTALS)] if by else table
    rows = table if total.empty else total
    grouped = rows.groupby(keys, sort=False)["persons"]
    counted = grouped.agg(lambda own: own.sum(skipna=False)).reset_index()
    secret = counted.merge(_confidential(rows, keys), on=keys, how="left")["secret"]
    texts = [
        f"{number:,.0f}" if np.isfinite(number) else HIDDEN if hidden else MISSING
        for number, hidden in zip(counted["persons"], secret, strict=True)
    ]
    return counted.assign(persons=texts)


def _confidential(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return whether a part of each row of the text is withheld for the sake of persons."""
    flags = rows["reliability"] if "reliability" in rows.columns else pd.Series("", rows.index)
    told = rows[keys].assign(secret=flags.eq(CONFIDENTIAL))
    return told.groupby(keys, as_index=False, sort=False)["secret"].any()
