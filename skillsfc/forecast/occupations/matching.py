"""Put base year, outcome and projections of the same occupations side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.checks import check
from skillsfc.errors import CoverageError, Problem, TableError, listing
from skillsfc.forecast.accuracy import Array
from skillsfc.schema import key_columns, refuse_other_than_table

# Keys that a projection has and a fact has not; they do not tell occupations apart.
OF_FORECASTS = ("model", "level", "horizon", "origin")
NEEDED = ("year", "occupation", "persons")
BASE, ACTUAL = "(base year)", "(actual)"  # no model can have a name in brackets with a blank


@dataclass(frozen=True)
class Compared:
    """One set of occupations in one target year, complete on all sides.

    Parameters
    ----------
    head : dict
        The keys of this set, such as ``{"country": "MAR", "year": 2020}``.
    occupations : tuple of str
        In the order of the arrays.
    models : tuple of str
        In the order of ``projected``.
    base, actual : ndarray (sectors, occupations)
        Persons; one sector where the tables have none.
    projected : ndarray (models, sectors, occupations)
        Persons.
    coverage : dict
        How many occupations were matched, and what part of employment they are.
    """

    head: dict[str, object]
    occupations: tuple[str, ...]
    models: tuple[str, ...]
    base: Array
    actual: Array
    projected: Array
    coverage: dict[str, object]


def checked_tables(
    actual: pd.DataFrame, projections: pd.DataFrame, base: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the three tables checked, one row a projection, or list all their problems.

    Raises
    ------
    TableError
        If one is no valid table of persons by year and occupation, or their keys differ.
    """
    given = {"actual": actual, "projections": projections, "base": base}
    tables: dict[str, pd.DataFrame] = {}
    problems: list[Problem | str] = []
    for name, table in given.items():
        refuse_other_than_table(table, f"{name} table")
        absent = [column for column in NEEDED if column not in table]
        if absent:  # without a key every row would look like a duplicate
            found = f"no column {listing(absent)}"
            problems.append(Problem(f"{name} table", found, f"with {listing(NEEDED)}"))
            continue
        try:
            tables[name] = check(table)
        except TableError as error:
            problems += [f"{name} table, {problem}" for problem in error.problems]
    if not problems:
        problems += _shape_problems(tables)
    if problems:
        raise TableError("evaluate_occupations", problems)
    said = tables["projections"]
    if "level" in said:  # the same point projection once for every interval
        said = said[said["level"] == said["level"].min()]
    return tables["actual"], said, tables["base"]


def _shape_problems(tables: dict[str, pd.DataFrame]) -> list[Problem]:
    problems = []
    keys = {n: [k for k in key_columns(t) if k not in OF_FORECASTS] for n, t in tables.items()}
    if len({tuple(found) for found in keys.values()}) > 1:
        found = "; ".join(f"{name}: {', '.join(found)}" for name, found in keys.items())
        step = "Sum over the keys that are not in all three (not over unequal totals)."
        problems.append(Problem("keys", found, "the same in all three tables", next_step=step))
    years = sorted(tables["base"]["year"].unique())
    if len(years) > 1:
        problems.append(Problem("base table", f"years {listing(years)}", "the base year alone"))
    early = [y for y in tables["projections"]["year"].unique() if y <= years[0]]
    if early and len(years) == 1:
        found, wanted = f"years {listing(early)}", f"years after the base year {years[0]}"
        problems.append(Problem("projections table", found, wanted))
    return problems


def match_occupations(
    actual: pd.DataFrame, projections: pd.DataFrame, base: pd.DataFrame
) -> Iterator[Compared]:
    """Give each set of other keys and target year with its complete occupations.

    An occupation counts where every cell of it has a value in the base year, in the outcome and in
    every projection. A cell that is in no table at all is no cell; one that is in some tables only
    is missing, and so is its occupation: a sum with a missing part is missing.

    Raises
    ------
    CoverageError
        If nothing is left.
    """
    others = [k for k in key_columns(base) if k not in ("year", "occupation", "sector")]
    index = [k for k in ("sector", "occupation") if k in base]
    made = 0
    for name, said in projections.groupby([*others, "year"], sort=True):
        head = dict(zip([*others, "year"], name, strict=True))
        came = actual[actual["year"] == head["year"]]
        known = base
        for key in others:
            came, known = came[came[key] == head[key]], known[known[key] == head[key]]
        if came.empty or known.empty:
            continue
        wide = _side_by_side(came, said, known, index)
        found = _compared(head, wide)
        if found is not None:
            made += 1
            yield found
    if not made:
        raise CoverageError("evaluate_occupations", _nothing(actual, projections, base))


def _side_by_side(
    came: pd.DataFrame, said: pd.DataFrame, known: pd.DataFrame, index: list[str]
) -> pd.DataFrame:
    """Return persons by cell: base year, outcome, then each model; a missing one is NaN."""
    model = said["model"] if "model" in said else pd.Series("projection", index=said.index)
    parts = [known.assign(model=BASE), came.assign(model=ACTUAL), said.assign(model=model)]
    rows = pd.concat([part[[*index, "model", "persons"]] for part in parts], ignore_index=True)
    if "sector" not in index:
        rows = rows.assign(sector="")
    # pivot_table would drop a missing value or make it 0; unstack keeps it.
    values = rows.set_index(["sector", "occupation", "model"])["persons"]
    return values.unstack("model").astype("float64").sort_index()  # noqa: PD010


def _compared(head: dict[str, object], wide: pd.DataFrame) -> Compared | None:
    whole = wide.notna().all(axis=1).groupby(level="occupation").all()
    kept = wide[whole.reindex(wide.index.get_level_values("occupation")).to_numpy()]
    if kept.empty:
        return None
    models = [name for name in wide.columns if name not in (BASE, ACTUAL)]

    def grid(name: str) -> Array:
        cells = kept[name].unstack("occupation")  # noqa: PD010
        return np.asarray(cells.fillna(0.0), dtype="float64")

    coverage: dict[str, object] = {
        "occupations": int(whole.sum()),
        "left_out": int((~whole).sum()),
        "in_base": _count(wide, BASE),
        "in_actual": _count(wide, ACTUAL),
        "base_share": _part(kept, wide, BASE),
        "actual_share": _part(kept, wide, ACTUAL),
    }
    return Compared(
        head,
        tuple(kept.index.get_level_values("occupation").unique().sort_values()),
        tuple(models),
        grid(BASE),
        grid(ACTUAL),
        np.stack([grid(name) for name in models]),
        coverage,
    )


def _count(wide: pd.DataFrame, column: str) -> int:
    """Return how many occupations have any value in a column."""
    return int(wide[column].notna().groupby(level="occupation").any().sum())


def _part(kept: pd.DataFrame, wide: pd.DataFrame, column: str) -> float:
    whole = float(wide[column].sum())
    return float(kept[column].sum()) / whole if whole > 0 else float("nan")


def _nothing(actual: pd.DataFrame, projections: pd.DataFrame, base: pd.DataFrame) -> list[Problem]:
    """Say which of years and codes have nothing in common."""
    years = set(projections["year"]) & set(actual["year"])
    if not years:
        found = f"actual has years {listing(sorted(actual['year'].unique()))}"
        return [Problem("year", found, f"one of {listing(sorted(projections['year'].unique()))}")]
    tables = {"actual": actual, "projections": projections, "base": base}
    starts = "; ".join(f"{n}: {listing(t['occupation'].unique(), 3)}" for n, t in tables.items())
    step = "Bring all to one classification; write a cell that is truly empty as 0."
    return [
        Problem("occupation", f"none is complete in all ({starts})", "the same codes", "", step)
    ]
