"""A country beside its group: median, range and rank on each headline figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from skillsfc.errors import CoverageError, Problem, TableError, listing
from skillsfc.results import Result, table_hash
from skillsfc.schema import refuse_other_than_table

COLUMNS = ("country", "indicator", "value", "unit", "year")


@dataclass(frozen=True)
class ComparisonSettings:
    """Arguments of `compare_with_group`."""

    country: str
    members: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class GroupComparison(Result):
    """Outcome of `compare_with_group`: ``.table`` of the country, ``.points`` of every member."""

    points: pd.DataFrame = field(default_factory=pd.DataFrame)


def compare_with_group(
    values: pd.DataFrame, *, country: str, members: Sequence[str]
) -> GroupComparison:
    """Set one country's figures beside the median and range of a group of countries.

    Use it for a brief's comparison page. The figures may be of different years, so small
    differences of rank mean little; the year of each is kept.

    Parameters
    ----------
    values : DataFrame
        ``country, indicator, value, unit, year``: one row a country and indicator.
    country : str
        The country [ISO alpha-3].
    members : sequence of str
        The group [ISO alpha-3]; the country itself is left out of the median and range.

    Returns
    -------
    GroupComparison
        ``.table``: ``indicator, unit, value, year, median, lowest, highest, rank, countries``;
        ``countries`` counts the members with a value and the country, and rank 1 is the highest.
        Indicators without the country's value are kept with ``value`` missing. ``.points``: the
        rows of the country and its members.

    Raises
    ------
    TableError
        If a column is missing, a value is given twice, or one indicator has two units.
    CoverageError
        If no member has any value.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"country": ["MAR", "TUN", "EGY"], "indicator": "unemployment",
    ...     "value": [0.21, 0.16, 0.07], "unit": "share", "year": 2024})
    >>> found = compare_with_group(table, country="MAR", members=["MAR", "TUN", "EGY"]).table
    >>> found[["value", "median", "rank", "countries"]].iloc[0].tolist()
    [0.21, 0.115, 1.0, 3.0]
    """
    _check_values(values)
    others = [code for code in members if code != country]
    known = values.dropna(subset=["value"])
    group = known[known["country"].isin(others)]
    if group.empty:
        raise CoverageError(
            "comparison",
            [Problem("members", f"no value for {listing(others)}", "a group with data")],
        )
    own = known[known["country"] == country].set_index("indicator")
    rows = []
    for indicator, peers in group.groupby("indicator", sort=False):
        mine = own.loc[indicator] if indicator in own.index else None
        above = int((peers["value"] > mine["value"]).sum()) if mine is not None else None
        rows.append(
            {
                "indicator": indicator,
                "unit": peers["unit"].iloc[0],
                "value": float("nan") if mine is None else float(mine["value"]),
                "year": pd.NA if mine is None else int(mine["year"]),
                "median": peers["value"].median(),
                "lowest": peers["value"].min(),
                "highest": peers["value"].max(),
                "rank": float("nan") if above is None else above + 1,
                "countries": len(peers) + (mine is not None),
            }
        )
    return GroupComparison(
        table=pd.DataFrame(rows),
        settings=ComparisonSettings(country, tuple(members)),
        notes=(
            "Figures of a group are of different years; small differences of rank mean little.",
        ),
        provenance={"values": table_hash(values)},
        points=known[known["country"].isin([country, *others])].reset_index(drop=True),
    )


def _check_values(values: pd.DataFrame) -> None:
    refuse_other_than_table(values, "comparison")
    missing = [column for column in COLUMNS if column not in values.columns]
    if missing:
        raise TableError("comparison", [Problem("columns", f"missing: {listing(missing)}")])
    twice = values.duplicated(["country", "indicator"])
    if twice.any():
        first = values.loc[twice, ["country", "indicator"]].iloc[0].tolist()
        raise TableError(
            "comparison",
            [Problem(listing(first), "given twice", "one value a country and indicator")],
        )
    units = values.groupby("indicator")["unit"].nunique()
    if (units > 1).any():
        raise TableError(
            "comparison", [Problem(listing(units.index[units > 1]), "several units", "one unit")]
        )
