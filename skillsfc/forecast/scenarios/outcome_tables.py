"""From worked-out scenarios to tidy tables: levels, differences, contributions, totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.forecast.scenarios.attribution import Array
from skillsfc.forecast.scenarios.baseline import STRUCTURAL, Baseline
from skillsfc.forecast.scenarios.evaluation import Outcome


def baseline_table(base: Baseline) -> pd.DataFrame:
    """Return the baseline: ``keys, year, persons, unit, status, source``."""
    found = _long(base.cells, base.years, {"persons": base.persons})
    source = np.repeat(base.source, len(base.years))
    return found.assign(unit="persons", status="projected", source=source)


def difference_table(
    base: Baseline, outcomes: Sequence[Outcome], levels: tuple[float, ...]
) -> pd.DataFrame:
    """Return ``keys, scenario, year, level, baseline, persons, difference, lower, upper``."""
    parts = [
        _difference(base.cells, base.years, base.persons, done.persons, done.bounds, levels,
                    done.scenario.name)
        for done in outcomes
    ]  # fmt: skip
    by = [*base.cells, "scenario", "year", "level"]
    return pd.concat(parts).sort_values(by, ignore_index=True)


def scenario_table(difference: pd.DataFrame, baseline: pd.DataFrame) -> pd.DataFrame:
    """Return the tidy table of persons by scenario, with the baseline's sources."""
    bounds = difference[["lower", "upper"]].add(difference["baseline"], axis=0)
    # Adding the baseline back rounds; the stated value stays inside to the last digit.
    bounds["lower"] = bounds["lower"].clip(lower=0.0).clip(upper=difference["persons"])
    bounds["upper"] = bounds["upper"].clip(lower=difference["persons"])
    keys = [c for c in baseline if c not in ("persons", "unit", "status", "source")]
    found = difference.drop(columns=["baseline", "difference"])
    found = found.assign(**bounds, unit="persons", status="projected")
    return found.merge(baseline[[*keys, "source"]], on=keys, how="left")


def _long(
    cells: pd.DataFrame, years: NDArray[np.int64], measures: Mapping[str, Array]
) -> pd.DataFrame:
    """Return matrices of cells by years as a long table."""
    found = cells.loc[cells.index.repeat(len(years))].reset_index(drop=True)
    return found.assign(year=np.tile(years, len(cells)),
                        **{name: matrix.ravel() for name, matrix in measures.items()})  # fmt: skip


def _difference(
    cells: pd.DataFrame,
    years: NDArray[np.int64],
    before: Array,
    after: Array,
    bounds: Array,
    levels: tuple[float, ...],
    name: str,
) -> pd.DataFrame:
    """Return baseline, scenario and difference with bounds, one row a cell, year and level."""
    columns = ["scenario", "year", "level", "baseline", "persons", "difference", "lower", "upper"]
    parts = []
    for at, level in enumerate(levels):
        measures = {
            "baseline": before,
            "persons": after,
            "difference": after - before,
            "lower": np.minimum(bounds[at, 0], after) - before,
            "upper": np.maximum(bounds[at, 1], after) - before,
        }
        parts.append(_long(cells, years, measures).assign(scenario=name, level=level))
    return pd.concat(parts)[[*cells, *columns]]


def contribution_table(base: Baseline, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return ``keys, scenario, year, lever, contribution, unit``."""
    keys = list(base.cells)
    parts = [
        _long(base.cells, base.years, {"contribution": done.contributions[at]})
        .assign(scenario=done.scenario.name, lever=name)
        for done in outcomes
        for at, name in enumerate(done.names)
    ]  # fmt: skip
    columns = [*keys, "scenario", "year", "lever", "contribution"]
    if not parts:
        return pd.DataFrame(columns=columns)
    found = pd.concat(parts)[columns].assign(unit="persons")
    return found.sort_values([*keys, "scenario", "year", "lever"], ignore_index=True)


def total_table(
    base: Baseline, outcomes: Sequence[Outcome], levels: tuple[float, ...]
) -> pd.DataFrame:
    """Return the same for sums over sectors, occupations and qualifications."""
    keys = [key for key in base.cells if key not in STRUCTURAL]
    numbers = np.unique(base.groups)
    first = [int(np.flatnonzero(base.groups == number)[0]) for number in numbers]
    cells = base.cells.iloc[first][keys].reset_index(drop=True)
    member = (numbers[:, None] == base.groups[None, :]).astype("float64")
    parts = [
        _difference(cells, base.years, member @ base.persons, member @ done.persons,
                    done.total_bounds, levels, done.scenario.name)
        for done in outcomes
    ]  # fmt: skip
    return pd.concat(parts).sort_values([*keys, "scenario", "year", "level"], ignore_index=True)
