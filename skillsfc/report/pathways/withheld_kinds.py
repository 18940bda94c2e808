"""Kinds of path of few persons: not shown, and not to be had from what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from skillsfc.report.pathways.grouping import Comparison, compare_large

VALUES = ["share", "standard_error", "lower", "upper", "persons"]
SUPPRESSED, WITHHELD = "s", "w"
NOT_COMPARED = (
    "Groups are not compared: in most kinds one of them has fewer persons than may be shown, or "
    "another kind would give them away."
)


@dataclass(frozen=True)
class ShownKinds:
    """The tables of a typology as they may be published.

    Parameters
    ----------
    table, groups : DataFrame
        Of all, and by group; values of kinds withheld are missing (reliability ``"s"``).
    hidden : set of int
        Kinds withheld: they are not drawn either.
    by : tuple of str
        Columns of the groups; none where no group can be told.
    comparison : Comparison
        The groups compared.
    """

    table: pd.DataFrame
    groups: pd.DataFrame
    hidden: set[int]
    by: tuple[str, ...]
    comparison: Comparison
    not_compared: str = ""


def show_kinds(typology: Any) -> ShownKinds:
    """Return the kinds of path as they may be shown.

    A kind in which any group has a few persons is withheld in all groups, since the total less the
    others would give it back; and where it is the only one, so is the next smallest kind, since a
    whole less its other parts would. Where most kinds would be gone, all together are told and no
    group is. A kind that is of few persons in all loses its name too, which tells what they did.

    Examples
    --------
    >>> import skillsfc as sf
    >>> told = pd.DataFrame([list("SSSS")] * 30 + [list("SEEE")] * 15 + [list("EEEE")] * 5)
    >>> found = sf.cluster_sequences(sf.measure_distances(told, method="ham"), k=3)
    >>> made = show_kinds(sf.describe_typology(found))
    >>> made.table["persons"].tolist(), made.table["name"].tolist()[2]
    ([30.0, nan, nan], 'kind 3 (few persons)')
    """
    by, table = typology.settings.by, typology.table
    names = {
        number: f"kind {number} (few persons)"
        for number in table.loc[table["reliability"] == SUPPRESSED, "cluster"]
    }
    hidden = _hidden(table, table)
    shown = _blank(table, hidden, names)
    shown["path"] = shown["path"].where(~shown["cluster"].isin(names), "")
    comparison = Comparison(by, pd.DataFrame())
    groups = typology.groups
    if by:
        counts = groups.assign(persons=groups["persons"].fillna(0))
        counts = counts.groupby(list(by), as_index=False, sort=False, dropna=False)["persons"].sum()
        comparison = compare_large(counts, by)
        groups = comparison.of(groups)
        cells = _hidden(groups, table)
        if len(hidden) < len(table) and len(hidden | cells) > len(table) / 2:
            return ShownKinds(shown, pd.DataFrame(), hidden, (), Comparison((), pd.DataFrame()),
                              NOT_COMPARED)  # fmt: skip
        hidden |= cells
        groups, shown = _blank(groups, hidden, names), _blank(shown, hidden, names)
    return ShownKinds(shown, groups, hidden, by, comparison)


def _hidden(cells: pd.DataFrame, totals: pd.DataFrame) -> set[int]:
    """Return the kinds with a cell that is not shown, and with one alone the smallest other."""
    hidden = cells["reliability"].isin((SUPPRESSED, WITHHELD))
    found = {int(number) for number in cells.loc[hidden, "cluster"]}
    others = totals[~totals["cluster"].isin(found) & (totals["persons"] > 0)]
    if len(found) == 1 and len(others):
        found.add(int(others.loc[others["persons"].idxmin(), "cluster"]))
    return found


def _blank(table: pd.DataFrame, hidden: set[int], names: dict[Any, str]) -> pd.DataFrame:
    gone = table["cluster"].isin(hidden)
    made = table.copy()
    made[VALUES] = made[VALUES].astype("float64").where(~gone)
    made["reliability"] = made["reliability"].where(~gone, SUPPRESSED)
    titles = [
        names.get(number, name) for number, name in zip(made["cluster"], made["name"], strict=True)
    ]
    return made.assign(name=titles)
