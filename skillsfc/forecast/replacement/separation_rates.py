"""Separation rates: read from tables, or estimated from counts of people who left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc import __version__
from skillsfc.checks import check
from skillsfc.conversion import add_up
from skillsfc.errors import CoverageError, ParameterError, Problem, TableError, listing
from skillsfc.forecast.pooling import Array
from skillsfc.forecast.preparation import ISSUE_COLUMNS
from skillsfc.forecast.replacement.stocks import check_stocks, choose_keys, refuse_repeated
from skillsfc.forecast.replacement.thin_cells import number_peers, shrink_to_peers
from skillsfc.results import Result, table_hash
from skillsfc.schema import key_columns

SUBJECT = "estimate_separation_rates"
LEFT_OUT = ("year", "indicator")
UNITS = ("occupation", "qualification", "sector", "field", "skill")  # cells that can be peers


@dataclass(frozen=True)
class SeparationRateSettings:
    """Arguments of `estimate_separation_rates`."""

    by: tuple[str, ...]
    years: tuple[int, ...]
    shrink: bool
    learnt_from: str


@dataclass(frozen=True, eq=False, repr=False)
class SeparationRates(Result):
    """Outcome of `estimate_separation_rates`: ``keys, persons, rate, rate_error, own_weight``."""


def estimate_separation_rates(
    stocks: pd.DataFrame,
    *,
    separations: pd.DataFrame | None = None,
    hires: pd.DataFrame | None = None,
    by: Sequence[str] | None = None,
    years: Sequence[int] | None = None,
    shrink: bool = True,
) -> SeparationRates:
    r"""Estimate yearly separation rates from people who left, or from hires and change of stock.

    Use it where a panel, a register or a rotating survey counts people who leave a job. Rates by
    sex and age can then be applied to any age structure; see `estimate_replacement_demand` with
    ``method="separations"``.

    Parameters
    ----------
    stocks : DataFrame
        Tidy table ``year``, keys, ``persons`` [persons]: employed in the year.
    separations : DataFrame, optional
        The same keys: employed of the year who left by the next year [persons].
    hires : DataFrame, optional
        In place of separations: hired between the year and the next [persons]. Leavers are then
        hires less the change of stock, which no age group has: ``by`` cannot have ``age``.
    by : sequence of str, optional
        Keys of the rates; the default is all keys that both tables have.
    years : sequence of int, optional
        Years pooled; the default is all years of both tables [year].
    shrink : bool
        Whether thin cells are drawn to the mean of their age and sex.

    Returns
    -------
    SeparationRates
        ``.table``: keys, ``persons`` (mean stock) [persons], ``rate`` [per person-year],
        ``rate_error`` [per person-year; NaN with one year], ``own_weight`` [0-1], ``unit, status,
        source``.

    Raises
    ------
    ParameterError
        If neither or both of ``separations`` and ``hires`` are given.
    TableError
        If a table is not valid, or more people left than were there.
    CoverageError
        If the tables have no year in common.

    Notes
    -----
    :math:`r = \sum_t S_t / \sum_t E_t`. Its variance is :math:`\phi / \sum_t E_t` with the
    dispersion :math:`\phi = \sum E_t (S_t / E_t - r)^2 / \sum (T - 1)` over years, cells of one sex
    and age together: luck and the business cycle both count as noise.

    Examples
    --------
    >>> import skillsfc as sf
    >>> ex = sf.example(seed=1)
    >>> made = estimate_separation_rates(ex.employment_by_age, separations=ex.separations)
    >>> row = made.table.set_index(["sex", "age", "occupation"]).loc[("F", "45-49", "5")]
    >>> float(round(row["rate"], 3))  # true rate 0.020 times 1.2
    0.024
    """
    flow, name = _one_flow(separations, hires)
    staff, found = check_stocks(stocks, ("year", "persons"), "stocks table")
    moved, more = check_stocks(flow, ("year", "persons"), f"{name} table")
    shared = [k for k in key_columns(staff) if k in key_columns(moved) and k not in LEFT_OUT]
    keys = choose_keys(by, shared, SUBJECT)
    if name == "hires" and "age" in keys:
        if by is not None:
            step = "Leave age out, or give separations."
            raise ParameterError(
                SUBJECT, [Problem("by", "age with hires", "keys but age", next_step=step)]
            )
        keys.remove("age")
    cells = _flows(staff, moved, keys, name)
    chosen = _years(cells, years)
    cells = cells[cells["year"].isin(chosen)]
    table = _rates(cells, keys, shrink)
    inputs = {"stocks": stocks, name: flow}
    return SeparationRates(
        table=table,
        settings=SeparationRateSettings(tuple(keys), tuple(chosen), shrink, name),
        diagnostics=pd.DataFrame(found + more, columns=ISSUE_COLUMNS),
        notes=_notes(table, chosen, name),
        provenance={
            "version": __version__,
            "seed": None,
            "inputs": {key: table_hash(value) for key, value in inputs.items()},
        },
    )


def _one_flow(
    separations: pd.DataFrame | None, hires: pd.DataFrame | None
) -> tuple[pd.DataFrame, str]:
    if (separations is None) == (hires is None):
        found = "both given" if hires is not None else "neither given"
        raise ParameterError(SUBJECT, [Problem("separations, hires", found, "one of them")])
    if separations is not None:
        return separations, "separations"
    assert hires is not None  # noqa: S101 - one of them is there
    return hires, "hires"


def _flows(staff: pd.DataFrame, moved: pd.DataFrame, keys: list[str], name: str) -> pd.DataFrame:
    """Return stock and leavers by keys and year."""
    stock = add_up(staff, [*keys, "year"])
    flow = add_up(moved, [*keys, "year"])[[*keys, "year", "persons"]]
    cells = stock.merge(flow.rename(columns={"persons": "left"}), on=[*keys, "year"])
    if name == "hires":
        later = stock[[*keys, "year", "persons"]].assign(year=lambda t: t["year"] - 1)
        cells = cells.merge(later.rename(columns={"persons": "next"}), on=[*keys, "year"])
        cells["left"] = cells["left"] - (cells["next"] - cells["persons"])
    if cells.empty:
        raise CoverageError(
            SUBJECT, [Problem("years", "none in both tables", "the same years and codes")]
        )
    bad = cells[(cells["left"] > cells["persons"] * (1 + 1e-9)) | (cells["left"] < 0)]
    if len(bad):
        row = " ".join(map(str, bad.iloc[0][[*keys, "year"]]))
        text = f"{len(bad)} cells in which fewer than none or more than all left (first: {row})"
        step = "Are both tables in the same unit and of the same people?"
        raise TableError(SUBJECT, [Problem("persons", text, "0 to the stock", next_step=step)])
    return cells


def _years(cells: pd.DataFrame, years: Sequence[int] | None) -> list[int]:
    present = sorted(cells["year"].unique().tolist())
    if years is None:
        return present
    asked = list(years) if isinstance(years, Iterable) else [years]
    absent = [year for year in asked if year not in present]
    if absent or not asked:
        found = f"{listing(absent)} not in both tables" if absent else "none"
        raise ParameterError(SUBJECT, [Problem("years", found, listing(present, 30))])
    return sorted(asked)


def _rates(cells: pd.DataFrame, keys: list[str], shrink: bool) -> pd.DataFrame:
    summed = add_up(cells, keys) if keys else _total(cells)
    left = cells.groupby(keys)["left"] if keys else None
    lost = left.sum(min_count=1).to_numpy() if left is not None else np.array([cells["left"].sum()])
    stock = summed["persons"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(stock > 0, lost / stock, np.nan)
    own_keys = [key for key in keys if key not in UNITS]
    peers = number_peers(list(summed[own_keys].itertuples(index=False, name=None)))
    variance = _variance(cells, keys, rate, stock, peers)
    several = len(cells["year"].unique()) > 1
    shrunk = shrink_to_peers(
        rate[:, None],
        variance[:, None],
        stock[:, None],
        peers,
        known_spread=shrink and several,
    )
    return summed[keys].assign(
        persons=stock / cells["year"].nunique(),
        rate=np.maximum(shrunk.rate[:, 0], 0.0),
        rate_error=np.sqrt(shrunk.variance[:, 0]) if several else np.nan,
        own_weight=shrunk.own[:, 0],
        unit="per person-year",
        status=summed["status"].replace("observed", "estimated"),
        source=summed["source"],
    )


def _total(cells: pd.DataFrame) -> pd.DataFrame:
    return add_up(cells.assign(_all=0), ["_all"]).drop(columns="_all")


def _variance(
    cells: pd.DataFrame, keys: list[str], rate: Array, stock: Array, peers: NDArray[np.int64]
) -> Array:
    number = cells.groupby(keys).ngroup().to_numpy() if keys else np.zeros(len(cells), dtype=int)
    staff, lost = cells["persons"].to_numpy(), cells["left"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = np.where(staff > 0, staff * (lost / staff - rate[number]) ** 2, 0.0)
    counted = np.bincount(number, weights=staff > 0, minlength=len(rate))
    spread = np.bincount(number, weights=np.nan_to_num(squares), minlength=len(rate))
    groups = int(peers.max()) + 1
    freedom = np.bincount(peers, weights=np.clip(counted - 1, 0, None), minlength=groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        dispersion = np.bincount(peers, weights=spread, minlength=groups) / freedom
        found: Array = np.where(stock > 0, dispersion[peers] / stock, np.nan)
    return found


def _notes(table: pd.DataFrame, years: list[int], name: str) -> tuple[str, ...]:
    thin = int((table["own_weight"] < 0.5).sum())
    notes = [f"Leavers of {len(years)} years, {years[0]} to {years[-1]}, learnt from {name}."]
    if thin:
        notes.append(f"{thin} thin cells come more from the mean of their age and sex.")
    if len(years) == 1:
        notes.append("One year only: no standard error, and nothing is shrunk.")
    return tuple(notes)


def read_rates(
    rates: SeparationRates | pd.DataFrame | Mapping[str, pd.DataFrame], subject: str
) -> pd.DataFrame:
    """Return rates as one table: keys, ``indicator, rate, rate_error``, from any accepted form.

    Parameters
    ----------
    rates : SeparationRates or DataFrame or mapping of str to DataFrame
        A table with ``rate`` [per person-year] and, to tell exits from transfers, ``indicator``;
        or one table for each.
    subject : str
        For messages.

    Raises
    ------
    TableError
        If a table is not valid, holds several years, or a rate above 1.
    """
    if isinstance(rates, Mapping):
        parts = [read_rates(t, f"{subject} {name!r}").assign(indicator=name)
                 for name, t in rates.items()]  # fmt: skip
        if not parts:
            raise ParameterError(subject, [Problem("rates", "none", "at least one table")])
        if len({tuple(sorted(part.columns)) for part in parts}) > 1:
            keys = " and ".join(listing(key_columns(part)) for part in parts)
            raise TableError(subject, [Problem("keys", f"differ: {keys}", "the same keys")])
        return pd.concat(parts, ignore_index=True)
    if isinstance(rates, SeparationRates):
        kept = rates.table.drop(columns=["persons", "own_weight"])
        return kept.assign(indicator="separation")
    rows = check(rates)
    problems = []
    if "rate" not in rows:
        problems.append(Problem("columns", "no rate", "rate [per person-year]"))
    elif (rows["rate"] > 1).any():
        found = f"{int((rows['rate'] > 1).sum())} rates above 1 (largest {rows['rate'].max():g})"
        step = "Percent? Divide by 100."
        problems.append(Problem("column 'rate'", found, "0 to 1 a year", next_step=step))
    if "year" in rows and len(rows["year"].unique()) > 1:
        step = "Keep one year, or average them first."
        found = f"{rows['year'].nunique()} years"
        problems.append(Problem("column 'year'", found, "one", next_step=step))
    if problems:
        raise TableError(subject, problems)
    refuse_repeated(rows, key_columns(rows), subject)
    kinds = rows.get("indicator", "separation")
    return rows.assign(indicator=kinds, rate_error=np.nan).drop(columns="year", errors="ignore")
