"""Estimates by group: one column for tables and pictures, words for sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.report.brief.section import TableToPublish
from skillsfc.report.pathways.words import code_text, group_people, plain, say_count
from skillsfc.report.text import Facts, list_words

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


def with_interval(
    facts: Facts, name: str, row: Mapping[Any, Any], *, measure: str, table: str,
    kind: str = "percent", then: str = "",
) -> str:  # fmt: skip
    """Return an estimate and, in brackets, its interval and whether it is unreliable.

    Parameters
    ----------
    facts : Facts
        Keeps the three figures.
    name : str
        What the figure is.
    row : mapping
        The estimate, ``lower``, ``upper`` and, if there, ``reliability``.
    measure : str
        Key of the estimate.
    table : str
        Name of the published table.
    kind : str
        As in `skillsfc.report.text.format_number`.
    then : str
        Words between the estimate and the bracket.

    Examples
    --------
    >>> row = {"share": 0.441, "lower": 0.272, "upper": 0.611, "reliability": "u"}
    >>> with_interval(Facts("later"), "still there", row, measure="share", table="at")
    '44.1% (27.2% to 61.1%; unreliable)'
    """
    text = facts.add(name, row[measure], kind, table=table) + then
    ends = [row.get("lower", np.nan), row.get("upper", np.nan)]
    marks = ["unreliable"] if row.get("reliability", "") == "u" else []
    if np.isfinite(ends).all():
        low = facts.add(f"{name}, lower end", ends[0], kind, table=table)
        high = facts.add(f"{name}, upper end", ends[1], kind, table=table)
        marks.insert(0, f"{low} to {high}")
    return f"{text} ({'; '.join(marks)})" if marks else text


def largest(table: pd.DataFrame, measure: str, *, least: bool = False) -> pd.DataFrame:
    """Return the rows with the largest value, all of them where several are equal.

    Examples
    --------
    >>> told = pd.DataFrame({"state": list("abc"), "share": [0.4, 0.2, 0.4]})
    >>> largest(told, "share")["state"].tolist()
    ['a', 'c']
    """
    values = table[measure]
    edge = values.min() if least else values.max()
    return table[(values - edge).abs() <= ROUNDING]


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
    unstated : float
        Persons of no group, who are left out.
    small : tuple of str
        Groups left out because fewer than ten persons are in them.
    """

    columns: tuple[str, ...]
    kept: pd.DataFrame
    unstated: float = 0
    small: tuple[str, ...] = ()

    def say(self, facts: Facts) -> str:
        """Return who is left out of the comparison, and how many; empty for nobody."""
        said = []
        if self.unstated:
            what = list_words([plain(name) for name in self.columns])
            said.append(f"{self._how_many(facts)} whose {what} is not stated")
        if self.small:
            each = " each" if len(self.small) > 1 else ""
            groups = list_words([f"“{group}”" for group in self.small])
            said.append(f"{groups}, with fewer than ten persons{each}")
        if said and len(self.kept) == 1:
            said.append("no other group is large enough")
        return f"Left out of the comparison: {'; '.join(said)}." if said else ""

    def _how_many(self, facts: Facts) -> str:
        if self.unstated < FEWEST:
            return "fewer than ten persons"
        table = _left_out(facts)
        return say_count(facts, "left out, not stated", self.unstated, "person", table=table)

    def left_out(self, facts: Facts) -> tuple[TableToPublish, ...]:
        """Return the table of the number of persons said to be left out; none if none is said."""
        if self.unstated < FEWEST:
            return ()
        rows = pd.DataFrame({"left_out": ["group not stated"], "persons": [int(self.unstated)]})
        title = "Persons left out of the comparison"
        return (TableToPublish(_left_out(facts), title, rows, show=False),)

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the groups compared."""
        if not self.columns or table.empty:
            return table
        wanted = set(map(tuple, self.kept.to_numpy()))
        inside = [tuple(row) in wanted for row in table[list(self.columns)].to_numpy()]
        return table[inside].reset_index(drop=True)


def _left_out(facts: Facts) -> str:
    return f"{facts.section}_left_out"


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
    >>> made.kept["sex"].tolist(), made.say(Facts("stages"))
    (['F', 'M'], 'Left out of the comparison: fewer than ten persons whose sex is not stated.')
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
    groups = tuple(", ".join(row) for row in texts[few].to_numpy())
    return Comparison(names, kept, float(counts.loc[silent, "persons"].sum()), groups)
