"""Two tables of persons made into one table of cells with a before and an after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from skillsfc.checks import check
from skillsfc.conversion import STATUS_ORDER
from skillsfc.errors import (
    CoverageError,
    ParameterError,
    Problem,
    SkillsfcError,
    TableError,
    did_you_mean,
    listing,
)
from skillsfc.forecast.decomposition.effects import AXES
from skillsfc.schema import key_columns, refuse_other_than_table

# Keys that say how a table was made, not what it counts: one value each, then left out.
DESCRIPTION = (
    *("level", "model", "horizon", "origin", "metric", "indicator", "vintage", "scenario"),
)
SIDES = ("before", "after")
SHOWN = 5


@dataclass(frozen=True)
class Pair:
    """Cells with a before and an after.

    Parameters
    ----------
    cells : DataFrame
        ``batch, axes, before, after`` [persons], ``status, source``.
    batch : tuple of str
        Keys whose every combination is decomposed on its own.
    axes : tuple of str
        ``sector, occupation`` and perhaps ``qualification``.
    years : tuple of int
        The two years, or nothing if the tables have none.
    filled : int
        Cells that only one table has, counted as nobody in the other.
    rows : DataFrame
        Both tables as checked, with ``side``: what findings are looked for in.
    """

    cells: pd.DataFrame
    batch: tuple[str, ...]
    axes: tuple[str, ...]
    years: tuple[int, ...]
    filled: int
    rows: pd.DataFrame


def read_pair(
    before: pd.DataFrame, after: pd.DataFrame, *, by: Sequence[str] | None, absent: str
) -> Pair:
    """Check both tables, match their cells and sum them to the keys wanted.

    Parameters
    ----------
    before, after : DataFrame
        Tidy tables ``sector, occupation``, further keys, ``persons`` [persons], of one year each.
    by : sequence of str, optional
        Keys to keep; others are summed. Default: all.
    absent : {"error", "zero"}
        What a cell means that only one of the tables has.

    Returns
    -------
    Pair
        The cells.

    Raises
    ------
    TableError
        If a table is not valid, the two do not fit, or a cell has no number.
    ParameterError
        If ``by`` names no key, or lacks sector or occupation.
    CoverageError
        If no value is left.
    """
    sides = {
        side: _one_side(table, side) for side, table in zip(SIDES, (before, after), strict=True)
    }
    years = _years(sides)
    keys = _shared_keys(sides)
    kept = _kept(by, keys)
    _refuse_mixture(sides, keys)
    for side in SIDES:
        _refuse_missing(sides[side], side, keys)
    batch = tuple(key for key in kept if key not in AXES)
    cells, filled = _matched(sides, keys, batch, absent)
    cells = _summed(cells, kept)
    rows = pd.concat([rows.assign(side=side) for side, rows in sides.items()], ignore_index=True)
    axes = tuple(axis for axis in AXES if axis in kept)
    return Pair(cells, batch, axes, years, filled, rows)


def _one_side(table: pd.DataFrame, side: str) -> pd.DataFrame:
    refuse_other_than_table(table, f"{side} table")
    needed = [name for name in ("sector", "occupation", "persons") if name not in table.columns]
    if needed:
        guess = did_you_mean(needed[0], table.columns)
        raise TableError(
            f"{side} table",
            [Problem("columns", f"missing: {listing(needed)}", "all of them", guess)],
        )
    try:
        rows = check(table)
    except SkillsfcError as error:  # the same problems, and which of the two tables has them
        raise TableError(f"{side} table", error.problems) from None
    problems = []
    for key in ("year", *DESCRIPTION):
        found = rows[key].dropna().unique() if key in rows else []
        if len(found) > 1:
            step = f"Filter before: table[table[{key!r}] == ...]."
            text = f"{len(found)} values: {listing(found, SHOWN)}"
            problems.append(Problem(f"column {key!r}", text, "one", next_step=step))
    if problems:
        raise TableError(f"{side} table", problems)
    if "reliability" in rows:
        # What the producer suppressed was not seen; a number standing there is none.
        rows["persons"] = rows["persons"].mask(rows["reliability"].eq("S").fillna(False))
    if not rows["persons"].notna().any():
        problem = Problem("column 'persons'", "no value at all", "at least one number")
        raise CoverageError(f"{side} table", [problem])
    return rows


def _years(sides: dict[str, pd.DataFrame]) -> tuple[int, ...]:
    years = tuple(int(rows["year"].iloc[0]) for rows in sides.values() if "year" in rows)
    if len(years) == 2 and years[0] >= years[1]:
        problem = Problem(
            "years", f"before is {years[0]}, after is {years[1]}", "before the earlier one"
        )
        raise TableError("decompose_change", [problem])
    return years


def _shared_keys(sides: dict[str, pd.DataFrame]) -> list[str]:
    named = {
        side: [key for key in key_columns(rows) if key not in DESCRIPTION]
        for side, rows in sides.items()
    }
    odd = sorted(set(named["before"]) ^ set(named["after"]))
    if odd:
        step = "Sum it away, or add it to the other table."
        problem = Problem(f"keys {listing(odd)}", "in one table only", "the same keys", "", step)
        raise TableError("decompose_change", [problem])
    return [key for key in named["before"] if key != "year"]


def _kept(by: Sequence[str] | None, keys: list[str]) -> list[str]:
    names = keys if by is None else [by] if isinstance(by, str) else [str(key) for key in by]
    problems = [
        Problem(f"by={name!r}", "not a key of the tables", listing(keys), did_you_mean(name, keys))
        for name in names
        if name not in keys
    ]
    lost = [axis for axis in AXES[:2] if axis not in names]
    if lost:
        problems.append(Problem("by", f"without {listing(lost)}", "sector and occupation in it"))
    if problems:
        raise ParameterError("decompose_change", problems)
    return [key for key in keys if key in names]


def _refuse_mixture(sides: dict[str, pd.DataFrame], keys: list[str]) -> None:
    """Refuse two code lists or two levels of one: each table may be sound, and both not fit."""
    both = pd.concat([rows[keys] for rows in sides.values()]).drop_duplicates()
    flags = {"persons": 0.0, "unit": "persons", "status": "observed", "source": "both"}
    try:
        check(both.assign(**flags))
    except SkillsfcError as error:
        raise TableError("before and after together", error.problems) from None


def _refuse_missing(rows: pd.DataFrame, side: str, keys: list[str]) -> None:
    empty = rows[rows["persons"].isna()]
    if empty.empty:
        return
    shown = [" ".join(map(str, row)) for row in empty[keys].head(SHOWN).itertuples(index=False)]
    problem = Problem(
        "column 'persons'",
        f"missing or suppressed in {len(empty)} cells (first: {listing(shown)})",
        "a number in each: a missing cell is not 0",
        next_step="Fill them by a stated method, or merge them with another cell in both tables.",
    )
    raise TableError(f"{side} table", [problem])


def _matched(
    sides: dict[str, pd.DataFrame], keys: list[str], batch: tuple[str, ...], absent: str
) -> tuple[pd.DataFrame, int]:
    """Return the cells of both tables side by side, and how many only one of them has."""
    columns = [*keys, "persons", "status", "source"]
    both = sides["before"][columns].merge(
        sides["after"][columns], on=keys, how="outer", suffixes=("_before", "_after")
    )
    lonely = both["persons_before"].isna() | both["persons_after"].isna()
    for combination in [[key] for key in keys if key not in AXES] + [list(batch)]:
        _refuse_lonely_groups(sides, combination)
    if lonely.any() and absent == "error":
        _refuse_lonely_cells(both[lonely], keys)
    filled = both.fillna({f"persons_{side}": 0.0 for side in SIDES})
    rank = {status: place for place, status in enumerate(STATUS_ORDER)}
    worst = filled[["status_before", "status_after"]].apply(lambda s: s.map(rank)).max(axis=1)
    filled["status"] = worst
    return filled.rename(columns={f"persons_{side}": side for side in SIDES}), int(lonely.sum())


def _refuse_lonely_groups(sides: dict[str, pd.DataFrame], keys: list[str]) -> None:
    """Refuse a country, region, sex or other group that one of the tables lacks altogether."""
    if not keys:
        return
    found = [set(rows[keys].itertuples(index=False, name=None)) for rows in sides.values()]
    odd = sorted(found[0] ^ found[1])
    if odd:
        shown = [" ".join(map(str, combination)) for combination in odd]
        step = "Leave them out of both; a whole table that is missing is no zero."
        problem = Problem(
            f"keys {listing(keys)}",
            f"in one table only: {listing(shown, SHOWN)}",
            "each combination in both",
            next_step=step,
        )
        raise CoverageError("decompose_change", [problem])


def _refuse_lonely_cells(cells: pd.DataFrame, keys: list[str]) -> None:
    problems = []
    for side, other in (SIDES, SIDES[::-1]):
        lost = cells[cells[f"persons_{side}"].isna()]
        if lost.empty:
            continue
        shown = [" ".join(map(str, row)) for row in lost[keys].head(SHOWN).itertuples(index=False)]
        problems.append(
            Problem(
                f"{side} table",
                f"lacks {len(lost)} cells of the {other} table (first: {listing(shown)}), "
                f"there {lost[f'persons_{other}'].sum():,.0f} persons",
                "the same cells in both",
                next_step="If nobody was there, say absent='zero'. Codes changed? Convert first.",
            )
        )
    raise TableError("decompose_change", problems)


def _summed(cells: pd.DataFrame, kept: list[str]) -> pd.DataFrame:
    """Sum cells to the keys wanted; status is the worst of the parts, sources are joined."""
    sources = cells[["source_before", "source_after"]].fillna("")
    joined = sources["source_before"] + "; " + sources["source_after"]
    grouped = cells.assign(source=joined).groupby(kept, sort=True)
    made = grouped[list(SIDES)].sum()
    made["status"] = grouped["status"].max().astype("int64").map(dict(enumerate(STATUS_ORDER)))
    made["source"] = grouped_sources(grouped)
    return made.reset_index()


def grouped_sources(grouped: Any) -> pd.Series | str:
    """Return the sources of each group, joined; one text where all rows have the same."""
    alike = grouped.obj["source"].unique()
    if len(alike) == 1:
        return join_sources(pd.Series(alike))
    joined: pd.Series = grouped["source"].agg(join_sources)
    return joined


def join_sources(sources: pd.Series) -> str:
    """Return the different sources of some rows as one text, in order.

    Examples
    --------
    >>> join_sources(pd.Series(["lfs; census", "lfs; "]))
    'census; lfs'
    """
    parts = {part for text in sources.unique() for part in str(text).split("; ")} - {""}
    return "; ".join(sorted(parts))
