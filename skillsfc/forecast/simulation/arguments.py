"""What `simulate_openings` is given: checked, and brought to groups and cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.forecast.simulation.chain import SOURCES
from skillsfc.forecast.simulation.paths import Array
from skillsfc.schema import names_of

FEWEST, MOST = 100, 100_000  # draws


def share_steps(shares: Any) -> tuple[Any, ...]:
    """Return the share forecasts as a tuple, however they were given."""
    listed = (shares,) if hasattr(shares, "simulate") else tuple(shares or ())
    wrong = [type(step).__name__ for step in listed if not hasattr(step, "simulate")]
    if wrong:
        raise ParameterError(
            "simulate_openings",
            [Problem("shares", listing(wrong), "outcomes of sf.forecast_shares")],
        )
    return listed


def knows_sample(step: Any) -> bool:
    """Tell whether a share forecast knows how many people its survey asked."""
    people = getattr(getattr(step, "spread", None), "people", np.ones(1))
    return bool(np.isfinite(people).any())


def check_numbers(
    levels: Any, draws: Any, sources: Sequence[str], correlation: Any, seed: Any
) -> None:
    """Refuse levels, draws, sources, correlation and seed out of range, all at once."""
    problems = []
    if correlation is not None and not (
        isinstance(correlation, int | float) and 0.0 <= correlation <= 1.0
    ):
        problems.append(Problem("correlation", repr(correlation), "0 to 1"))
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        problems.append(Problem("seed", repr(seed), "a whole number from 0"))
    unknown = [name for name in sources if name not in SOURCES]
    if isinstance(sources, str) or unknown:
        found = repr(sources) if isinstance(sources, str) else listing(unknown)
        near = did_you_mean(unknown[0], SOURCES) if unknown else ""
        problems.append(Problem("sources", found, f"some of {listing(SOURCES)}", near))
    if (
        isinstance(draws, bool)
        or not isinstance(draws, int | np.integer)
        or not FEWEST <= draws <= MOST
    ):
        problems.append(Problem("draws", repr(draws), f"{FEWEST} to {MOST:,}"))
    listed = levels if isinstance(levels, Sequence) and not isinstance(levels, str) else ()
    if not listed or any(not 0.0 < float(level) < 1.0 for level in listed):
        problems.append(Problem("levels", repr(levels), "numbers between 0 and 1"))
    if problems:
        raise ParameterError("simulate_openings", problems)


def table_of(result: Any) -> pd.DataFrame:
    """Return the table of a result, or the table itself."""
    table: pd.DataFrame = getattr(result, "table", result)
    return table


def key_names() -> set[str]:
    """Return the keys that can tell the series of a forecast apart."""
    return set(names_of("key")) - {"year", "level", "model"}


def group_keys(by: Sequence[str] | str, cells: pd.DataFrame) -> list[str]:
    """Return the keys to report, each a key of the cells."""
    names = [by] if isinstance(by, str) else list(dict.fromkeys(by or ()))
    foreign = [name for name in names if name not in cells]
    if foreign:
        raise ParameterError(
            "simulate_openings",
            [Problem("by", listing(foreign), listing(cells), did_you_mean(foreign[0], cells))],
        )
    return names


def regrouped(cells: pd.DataFrame, regroup: pd.DataFrame) -> pd.DataFrame:
    """Give every cell the code of the new key; cells that it does not list become unknown."""
    known = [column for column in regroup.columns if column in cells]
    if len(regroup.columns) != 2 or len(known) != 1 or regroup[known].duplicated().any():
        found = f"columns {listing(regroup.columns)}"
        expected = "one key of the cells, once each, and one new key"
        raise ParameterError("simulate_openings", [Problem("regroup", found, expected)])
    (new,) = set(regroup.columns) - set(known)
    return cells.merge(regroup, on=known, how="left").fillna({new: "unknown"})


def indicator_of(cells: pd.DataFrame, names: list[str]) -> tuple[pd.DataFrame, Array]:
    """Return the groups and the matrix (n_groups, n_cells) that adds cells up to them."""
    if not names:
        return pd.DataFrame(index=[0]), np.ones((1, len(cells)))
    groups = cells[names].drop_duplicates().sort_values(names, ignore_index=True)
    number = cells[names].merge(groups.assign(_g=range(len(groups))), on=names, how="left")["_g"]
    return groups, (number.to_numpy() == np.arange(len(groups))[:, None]).astype(float)
