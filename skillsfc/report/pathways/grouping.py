"""Estimates by group: one column for tables and pictures, words for sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.report.pathways.words import code_text, group_people, plain
from skillsfc.report.text import list_words

FEW_GROUPS = 4  # more groups than these stand in the table, not in a sentence
FEWEST = 10  # persons of a group that may be shown
UNANSWERED = ("not stated", "not known", "nan", "None", "<NA>", "")
UNRELIABLE = " (unreliable)"
ROUNDING = 1e-9  # a smaller share is nobody: products of matrices end a hair from 0


def one_column(table: pd.DataFrame, columns: Sequence[str]) -> tuple[pd.DataFrame, str | None]:
    """Return a table whose groups are in one column, and that column's name.

    Examples
    --------
    >>> told = pd.DataFrame({"sex": ["F"], "area": ["town"], "share": [0.5]})
    >>> rows, group = one_column(told, ["sex", "area"])
    >>> group, rows[group].tolist()
    ('group', ['F, town'])
    >>> one_column(told, [])[1] is None
    True
    """
    if len(columns) < 2:
        return table, columns[0] if columns else None
    texts = [
        ", ".join(code_text(value) for value in row) for row in table[list(columns)].to_numpy()
    ]
    return table.assign(group=texts), "group"


def by_group(
    table: pd.DataFrame, columns: Sequence[str]
) -> Iterator[tuple[str, dict[str, Any], pd.DataFrame]]:
    """Yield who each group is, its values, and its rows, in the table's order.

    Examples
    --------
    >>> told = pd.DataFrame({"sex": ["M", "F", "F"], "share": [0.5, 0.2, 0.3]})
    >>> [(who, len(rows)) for who, _, rows in by_group(told, ["sex"])]
    [('men', 1), ('women', 2)]
    """
    if not columns:
        yield group_people([], {}), {}, table
        return
    names = list(columns)
    for values, rows in table.groupby(names, sort=False, dropna=False):
        keys = dict(zip(names, values, strict=True))
        yield group_people(names, keys), keys, rows


def doubtful(row: Any) -> str:
    """Return the mark of an unreliable number inside a sentence, or nothing."""
    return UNRELIABLE if row.get("reliability", "") == "u" else ""


def without_certainty(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return estimates in which a share of nobody has no interval, and one of few has a star.

    A group may be large and the persons in one state of it few: an estimate that one to nine
    persons carry is marked as unreliable.

    Examples
    --------
    >>> told = pd.DataFrame({"share": [0.0, 0.4], "lower": [0.0, 0.3], "upper": [0.0, 0.5]})
    >>> without_certainty(told, "share")["upper"].tolist()
    [nan, 0.5]
    """
    nobody = (table[measure].abs() < ROUNDING) & (table["upper"].abs() < ROUNDING)
    made = table.assign(**{end: table[end].where(~nobody, np.nan) for end in ("lower", "upper")})
    if {"reliability", "at_risk"} <= set(made.columns):
        thin = made["at_risk"].between(1, FEWEST - 1) & (made["reliability"] != "w")
        made["reliability"] = made["reliability"].mask(nobody, "").mask(thin & ~nobody, "u")
    return made


def group_key(keys: Mapping[str, Any]) -> str:
    """Return a group's values as the name of a fact begins.

    Examples
    --------
    >>> group_key({"sex": "F"}), group_key({})
    ('sex F, ', '')
    """
    return "".join(f"{column} {code_text(value)}, " for column, value in keys.items())


@dataclass(frozen=True)
class Comparison:
    """The groups that are compared, and who is left out of the comparison.

    Parameters
    ----------
    columns : tuple of str
        Columns of the groups.
    kept : DataFrame
        Their values in the groups compared.
    sentence : str
        Who is left out; empty for nobody.
    """

    columns: tuple[str, ...]
    kept: pd.DataFrame
    sentence: str = ""

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the groups compared."""
        if not self.columns or table.empty:
            return table
        wanted = set(map(tuple, self.kept.to_numpy()))
        inside = [tuple(row) in wanted for row in table[list(self.columns)].to_numpy()]
        return table[inside].reset_index(drop=True)


def compare_large(counts: pd.DataFrame, columns: Sequence[str]) -> Comparison:
    """Return the groups that are named and large enough to be shown; all if none is.

    Parameters
    ----------
    counts : DataFrame
        The group columns and ``persons``, one row a group.
    columns : sequence of str
        Columns of the groups; none for all together.

    Examples
    --------
    >>> told = pd.DataFrame({"sex": ["F", "M", "not stated"], "persons": [300, 40, 2]})
    >>> made = compare_large(told, ["sex"])
    >>> made.kept["sex"].tolist(), made.sentence
    (['F', 'M'], 'Left out of the comparison: persons whose sex is not stated.')
    """
    names = tuple(columns)
    if not names:
        return Comparison(names, pd.DataFrame())
    texts = counts[list(names)].map(code_text)
    silent = texts.isin(UNANSWERED).any(axis=1)
    few = ~silent & (counts["persons"] < FEWEST)
    kept = counts.loc[~silent & ~few, list(names)]
    if kept.empty:
        return Comparison(names, counts[list(names)])
    said = []
    if silent.any():
        said.append(f"persons whose {list_words([plain(name) for name in names])} is not stated")
    if few.any():
        groups = [", ".join(row) for row in texts[few].to_numpy()]
        marked = list_words([f"“{group}”" for group in groups])
        said.append(f"{marked}, with fewer persons than may be shown")
    sentence = f"Left out of the comparison: {'; '.join(said)}." if said else ""
    return Comparison(names, kept, sentence)
