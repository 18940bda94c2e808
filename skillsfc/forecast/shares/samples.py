"""Respondents behind each round, and change factors: what a user may know beside the table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.forecast.shares.cells import Cells
from skillsfc.forecast.shares.rounds import Array, Rounds
from skillsfc.schema import key_columns


def effective_respondents(
    cells: Cells, sample_size: float | pd.DataFrame | None, design_effect: float
) -> Array | None:
    r"""Return the effective respondents of each whole and round (n_wholes, n_rounds).

    Parameters
    ----------
    cells : Cells
        Closed shares.
    sample_size : float or DataFrame, optional
        Employed respondents of a round. A number is that of one country's survey: in a table of
        persons it is split over the wholes by their persons, in a table of shares it is that of
        each whole. A table has ``persons`` and some of the keys of the wholes and ``year``.
    design_effect : float
        Variance of the survey over that of a simple random sample [ratio, 1 or more].

    Raises
    ------
    ParameterError
        If a size is not above 0 or the design effect is below 1.
    TableError
        If a table of sizes has no ``persons`` or other keys than the wholes.

    Notes
    -----
    :math:`n_{eff} = n / deff`.
    """
    if not np.isfinite(design_effect) or design_effect < 1.0:
        problem = Problem("design_effect", repr(design_effect), "1 or more")
        raise ParameterError("shares", [problem])
    if sample_size is None:
        return None
    if isinstance(sample_size, pd.DataFrame):
        return _from_table(cells, sample_size) / design_effect
    if isinstance(sample_size, bool) or not isinstance(sample_size, int | float | np.number):
        raise ParameterError(
            "shares", [Problem("sample_size", repr(sample_size), "a number or a table")]
        )
    if not np.isfinite(sample_size) or sample_size <= 0:
        raise ParameterError("shares", [Problem("sample_size", repr(sample_size), "above 0")])
    part = np.where(cells.seen, 1.0, np.nan)
    if cells.rounds.measure == "persons":
        keys = cells.rounds.keys
        country = keys["country"].to_numpy(dtype=str) if "country" in keys else np.zeros(len(part))
        for code in np.unique(country):
            own = country == code
            part[own] = cells.totals[own] / np.nansum(cells.totals[own], axis=0)
    result: Array = part * (float(sample_size) / design_effect)
    return result


def _from_table(cells: Cells, sizes: pd.DataFrame) -> Array:
    keys = [key for key in key_columns(sizes) if key in sizes]
    allowed = [*cells.rounds.keys.columns, "year"]
    strange = [key for key in keys if key not in allowed]
    problems = []
    if "persons" not in sizes:
        near = did_you_mean("persons", sizes.columns)
        problems.append(Problem("sample_size", "no column 'persons'", "respondents", near))
    elif not (sizes["persons"] > 0).all():
        problems.append(Problem("sample_size", "sizes of 0, below or missing", "above 0"))
    if strange or not keys:
        found = f"keys {listing(strange or ['none'])}"
        problems.append(Problem("sample_size", found, f"some of {listing(allowed)}"))
    elif sizes.duplicated(keys).any():
        problems.append(Problem("sample_size", "keys given twice", "one row each"))
    if problems:
        raise TableError("sample_size", problems)
    grid = cells.rounds.keys.assign(_row=range(len(cells.seen))).merge(
        pd.DataFrame({"year": cells.rounds.years, "_column": range(len(cells.rounds.years))}),
        how="cross",
    )
    found = grid.merge(sizes[[*keys, "persons"]], on=keys, how="left")
    out = np.full(cells.seen.shape, np.nan)
    out[found["_row"], found["_column"]] = found["persons"]
    out[~cells.seen] = np.nan
    return out


def read_factors(
    change_factors: pd.DataFrame | Mapping[str, float] | None,
    rounds: Rounds,
    last: NDArray[np.int64],
    years: NDArray[np.int64],
) -> Array | None:
    r"""Return change factors of every year, whole and category, or None where none are given.

    Parameters
    ----------
    change_factors : DataFrame or mapping, optional
        Factor of each category between a whole's last round and the year it is given for (the last
        forecast year, if it has no ``year``). A table has the key of the categories, ``index`` and,
        if need be, keys of the wholes and ``year``.
    rounds : Rounds
        Wholes and categories.
    last : ndarray (n_wholes,)
        Year of each whole's last round [year].
    years : ndarray
        Forecast years [year].

    Raises
    ------
    ParameterError
        If a factor is missing, not above 0, or for a code or a year that is not there.

    Notes
    -----
    :math:`s_T = s_0 c_T / \sum s_0 c_T`; between the years given :math:`\ln c` is linear from 0 at
    the last round, and constant after the last one given.
    """
    if change_factors is None:
        return None
    if isinstance(change_factors, Mapping):
        change_factors = pd.DataFrame(
            {rounds.by: list(change_factors), "index": list(change_factors.values())}
        )
    table = _checked_factors(change_factors, rounds, int(last.max()))
    logs = np.zeros((len(years), len(rounds.keys), len(rounds.labels)))
    wholes = [key for key in rounds.keys.columns if key in table]
    for row in range(len(rounds.keys)):
        own = table
        for key in wholes:
            own = own[own[key] == rounds.keys[key].iloc[row]]
        for k in np.flatnonzero(rounds.given[row]):
            mine = own[own[rounds.by] == rounds.labels[k]].sort_values("year")
            if mine.empty:
                where = f"{rounds.names[row]} {rounds.labels[k]}"
                hint = "A factor of 1 means no change."
                problem = Problem(where, "no change factor", "one each", next_step=hint)
                raise ParameterError("change_factors", [problem])
            known = np.log(mine["index"].to_numpy(dtype=float))
            when = mine["year"].fillna(years[-1]).to_numpy(dtype=float)
            logs[:, row, k] = np.interp(
                years, np.append(float(last[row]), when), np.append(0.0, known)
            )
    return np.exp(logs)


def _checked_factors(table: object, rounds: Rounds, last: int) -> pd.DataFrame:
    if not isinstance(table, pd.DataFrame):
        raise ParameterError(
            "change_factors", [Problem("input", type(table).__name__, "a table or a mapping")]
        )
    problems = [
        Problem("change_factors", f"no column {name!r}", "codes and factors")
        for name in (rounds.by, "index")
        if name not in table
    ]
    if problems:
        raise ParameterError("change_factors", problems)
    strange = [code for code in table[rounds.by].unique() if code not in rounds.labels]
    if strange:
        near = did_you_mean(strange[0], rounds.labels)
        problems.append(Problem("codes", listing(strange, 5), "codes of the table", near))
    wrong = ~(pd.to_numeric(table["index"], errors="coerce") > 0)
    if wrong.any():
        found = listing(table.loc[wrong, "index"].unique(), 5)
        problems.append(Problem("index", found, "ratios above 0; 1 is no change"))
    if "year" in table and (table["year"] <= last).any():
        problems.append(Problem("year", "not after the last round", f"after {last}"))
    if problems:
        raise ParameterError("change_factors", problems)
    return table if "year" in table else table.assign(year=np.nan)
