"""Job openings with intervals: thousands of draws through totals, shares and exits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.forecast.simulation.attribution import split_variance
from skillsfc.forecast.simulation.chain import SOURCES, Chain, link_cells, read_exits
from skillsfc.forecast.simulation.paths import Array, read_totals
from skillsfc.params import load_assumptions
from skillsfc.results import Result, table_hash

FEWEST, MOST = 100, 100_000  # draws
CELL_DRAWS = 4_000_000  # values held at once for one array of the chain


@dataclass(frozen=True)
class OpeningsSettings:
    """Arguments of `simulate_openings`."""

    by: tuple[str, ...]
    base_year: int
    horizon: int
    draws: int
    levels: tuple[float, ...]
    sources: tuple[str, ...]
    correlation: float
    seed: int


@dataclass(frozen=True, eq=False, repr=False)
class SimulatedOpenings(Result):
    """Outcome of `simulate_openings`.

    Parameters
    ----------
    employment : DataFrame
        ``by, year, level, persons, lower, upper`` [persons]: a fan for each group.
    yearly : DataFrame
        The same columns with openings of the year in ``persons`` [persons in the year].
    uncertainty : DataFrame
        ``by, component, share, deviation``: each source's part of the variance of openings
        [share; the parts add up to 1] and the spread if it were the only source [persons].
    """

    employment: pd.DataFrame = field(default_factory=pd.DataFrame)
    yearly: pd.DataFrame = field(default_factory=pd.DataFrame)
    uncertainty: pd.DataFrame = field(default_factory=pd.DataFrame)


def simulate_openings(
    forecast: Any,
    replacement: Any,
    *,
    shares: Any = (),
    by: Sequence[str] | str = (),
    base_year: int | None = None,
    horizon: int | None = None,
    levels: Sequence[float] = (0.8, 0.95),
    draws: int = 1000,
    correlation: float | None = None,
    sources: Sequence[str] = SOURCES,
    seed: int = 1,
) -> SimulatedOpenings:
    r"""Simulate openings from totals, shares and exits, and say which source the doubt comes from.

    Use it for every interval around openings or around employment of an occupation: bands of the
    parts cannot be added up. It carries the errors that the parts state; what no part foresees,
    such as a war or a new survey, is not in it.

    Parameters
    ----------
    forecast : EmploymentForecast, SectorForecast or JoinedForecast
        Employment with intervals, for one or several series (country, sector).
    replacement : ReplacementDemand
        ``annual_rate`` [share per year] and ``rate_error`` by some of the keys of the cells.
    shares : ShareForecast or sequence of them, optional
        Each splits the cells before it: sector into occupations, those into qualifications or sex.
    by : sequence of str
        Keys of the groups to report; none for the total.
    base_year, horizon : int, optional
        First and last year [year]. Default: the last year seen, and the last of the forecast.
    levels : sequence of float
        Coverage of the intervals [0-1].
    draws : int
        Number of draws [100 to 100,000].
    correlation : float, optional
        Between the errors of two series [0-1]; default: assumption ``total_error_correlation``.
    sources : sequence of str
        Which of ``totals, shares, sampling, exits`` are uncertain; the others are held still.
    seed : int
        Of all random streams.

    Returns
    -------
    SimulatedOpenings
        ``.table``: ``by, first_year, year, level, employment_start, employment_end, expansion,
        replacement, openings, openings_per_year, lower, upper`` [persons over the period], where
        ``lower`` and ``upper`` enclose the openings.

    Raises
    ------
    ParameterError
        Unknown source, key or number out of range.
    CoverageError
        A cell without total, shares or rate; a year that a part does not cover.

    Notes
    -----
    With employment E and yearly rate d, openings of a year are
    :math:`E_{t+1} - E_t + d (E_t + E_{t+1})/2`: expansion and replacement, which add up by
    construction and have no floor: a shrinking occupation has fewer openings than leavers. The
    values are those of the central parts; the intervals are quantiles of the draws. The split over
    sources is `skillsfc.forecast.simulation.attribution.split_variance`.

    Examples
    --------
    >>> import skillsfc as sf
    >>> ex = sf.example(seed=1)
    >>> jobs = ex.employment_by_sector.assign(status="observed")
    >>> made = sf.forecast_employment(jobs, by=["sector"], horizon=2028, model="drift")
    >>> rates = pd.DataFrame({"annual_rate": [0.03], "rate_error": [0.005]})
    >>> openings = simulate_openings(made, rates, by="sector", draws=200)
    >>> t = openings.table
    >>> bool((t["expansion"] + t["replacement"] - t["openings"]).abs().max() < 1e-6)
    True
    """
    steps = _steps(shares)
    _check_numbers(levels, draws, sources)
    assumed = load_assumptions()["total_error_correlation"].value
    together = float(assumed if correlation is None else correlation)
    keys = [key for key in _table(forecast).columns if key in _keys(forecast)]
    history = getattr(forecast, "history", None)
    totals = read_totals(_table(forecast), history, keys=keys, base_year=base_year, horizon=horizon)
    cells, within = link_cells(totals, steps)
    rates = _table(replacement)
    method = getattr(getattr(replacement, "settings", None), "method", "")
    chain = Chain(totals, steps, cells, within,
                  read_exits(rates, cells, together=method == "ageing"))  # fmt: skip
    names = _groups(by, cells)
    groups, indicator = _indicator(cells, names)
    used = tuple(name for name in SOURCES if name in sources and (steps or name not in _OF_SHARES))
    wanted = tuple(sorted(float(level) for level in levels))
    kept = _drawn(chain, used, draws, seed, indicator, together)
    central = chain.run((), 1, seed, indicator, together)
    settings = OpeningsSettings(
        tuple(names), int(totals.years[0]), int(totals.years[-1]), int(draws), wanted, used,
        together, int(seed),
    )  # fmt: skip
    inputs = {"forecast": table_hash(_table(forecast)), "replacement": table_hash(rates)}
    inputs |= {f"shares {n}": table_hash(step.table) for n, step in enumerate(steps, start=1)}
    return SimulatedOpenings(
        table=_period_table(groups, totals.years, central, kept, wanted),
        settings=settings,
        notes=_notes(used, draws, together),
        provenance={"version": __version__, "seed": int(seed), "inputs": inputs},
        employment=_fan(groups, totals.years, central[0][0], kept[0], wanted),
        yearly=_fan(groups, totals.years[1:], _openings(central)[0], _openings(kept), wanted),
        uncertainty=_split(chain, used, draws, seed, indicator, together, groups),
    )


_OF_SHARES = ("shares", "sampling")


def _steps(shares: Any) -> tuple[Any, ...]:
    listed = (shares,) if hasattr(shares, "simulate") else tuple(shares or ())
    wrong = [type(step).__name__ for step in listed if not hasattr(step, "simulate")]
    if wrong:
        raise ParameterError(
            "simulate_openings",
            [Problem("shares", listing(wrong), "outcomes of sf.forecast_shares")],
        )
    return listed


def _check_numbers(levels: Sequence[float], draws: int, sources: Sequence[str]) -> None:
    problems = []
    unknown = [name for name in sources if name not in SOURCES]
    if isinstance(sources, str) or unknown:
        found = repr(sources) if isinstance(sources, str) else listing(unknown)
        near = did_you_mean(unknown[0], SOURCES) if unknown else ""
        problems.append(Problem("sources", found, f"some of {listing(SOURCES)}", near))
    if isinstance(draws, bool) or not isinstance(draws, int) or not FEWEST <= draws <= MOST:
        problems.append(Problem("draws", repr(draws), f"{FEWEST} to {MOST:,}"))
    if not levels or any(not 0.0 < float(level) < 1.0 for level in levels):
        problems.append(Problem("levels", repr(levels), "numbers between 0 and 1"))
    if problems:
        raise ParameterError("simulate_openings", problems)


def _table(result: Any) -> pd.DataFrame:
    table: pd.DataFrame = getattr(result, "table", result)
    return table


def _keys(forecast: Any) -> set[str]:
    from skillsfc.schema import names_of

    return set(names_of("key")) - {"year", "level", "model"}


def _groups(by: Sequence[str] | str, cells: pd.DataFrame) -> list[str]:
    names = [by] if isinstance(by, str) else list(by)
    foreign = [name for name in names if name not in cells]
    if foreign:
        raise ParameterError(
            "simulate_openings",
            [Problem("by", listing(foreign), listing(cells), did_you_mean(foreign[0], cells))],
        )
    return names


def _indicator(cells: pd.DataFrame, names: list[str]) -> tuple[pd.DataFrame, Array]:
    """Return the groups and the matrix (n_groups, n_cells) that adds cells up to them."""
    if not names:
        return pd.DataFrame(index=[0]), np.ones((1, len(cells)))
    groups = cells[names].drop_duplicates().sort_values(names, ignore_index=True)
    number = cells[names].merge(groups.assign(_g=range(len(groups))), on=names, how="left")["_g"]
    return groups, (number.to_numpy() == np.arange(len(groups))[:, None]).astype(float)


def _drawn(
    chain: Chain, used: tuple[str, ...], draws: int, seed: int, indicator: Array, together: float
) -> tuple[Array, Array]:
    """Run the chain in blocks that fit in memory; each block has a seed of its own."""
    size = len(chain.cells) * len(chain.totals.years)
    block = max(FEWEST, min(draws, CELL_DRAWS // max(size, 1)))
    counts = [block] * (draws // block) + ([draws % block] if draws % block else [])
    seeds = np.random.SeedSequence(seed).generate_state(len(counts)).tolist()
    runs = [chain.run(used, count, own, indicator, together)
            for count, own in zip(counts, seeds, strict=True)]  # fmt: skip
    whole = [
        np.concatenate([np.broadcast_to(run[part], (count, *run[part].shape[1:]))
                        for run, count in zip(runs, counts, strict=True)])
        for part in (0, 1)
    ]  # fmt: skip
    return whole[0], whole[1]


def _openings(run: tuple[Array, Array]) -> Array:
    """Return openings by year (draws, n_groups, n_years - 1)."""
    yearly: Array = np.diff(run[0], axis=2) + run[1]
    return yearly


def _bounds(values: Array, level: float) -> tuple[Array, Array]:
    ends = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return ends[0], ends[1]


def _period_table(
    groups: pd.DataFrame,
    years: Any,
    central: tuple[Array, Array],
    kept: tuple[Array, Array],
    levels: tuple[float, ...],
) -> pd.DataFrame:
    persons, leavers = central[0][0], central[1][0].sum(axis=1)
    sums = _openings(kept).sum(axis=2)
    parts = []
    for level in levels:
        lower, upper = _bounds(sums, level)
        expansion = persons[:, -1] - persons[:, 0]
        parts.append(
            groups.assign(
                first_year=int(years[0]), year=int(years[-1]), level=level,
                employment_start=persons[:, 0], employment_end=persons[:, -1],
                expansion=expansion, replacement=leavers, openings=expansion + leavers,
                openings_per_year=(expansion + leavers) / (years[-1] - years[0]),
                lower=lower, upper=upper,
            )
        )  # fmt: skip
    table = pd.concat(parts).assign(unit="persons", status="projected")
    return table.sort_values([*groups.columns, "level"], kind="stable", ignore_index=True)


def _fan(
    groups: pd.DataFrame, years: Any, central: Array, kept: Array, levels: tuple[float, ...]
) -> pd.DataFrame:
    parts = []
    for level in levels:
        lower, upper = _bounds(kept, level)
        for at, year in enumerate(years):
            parts.append(
                groups.assign(year=int(year), level=level, persons=central[:, at],
                              lower=lower[:, at], upper=upper[:, at])
            )  # fmt: skip
    table = pd.concat(parts).assign(unit="persons", status="projected")
    return table.sort_values([*groups.columns, "year", "level"], kind="stable", ignore_index=True)


def _split(
    chain: Chain,
    used: tuple[str, ...],
    draws: int,
    seed: int,
    indicator: Array,
    together: float,
    groups: pd.DataFrame,
) -> pd.DataFrame:
    alone: dict[tuple[str, ...], Array] = {}

    def worth(subset: tuple[str, ...]) -> Array:
        run = _drawn(chain, subset, draws, seed, indicator, together)
        alone[subset] = _openings(run).sum(axis=2).var(axis=0)
        return alone[subset]

    parts = split_variance(used, worth)
    whole = alone[tuple(used)]
    rows = [
        groups.assign(
            component=name,
            share=np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0),
            deviation=np.sqrt(alone[(name,)]),
        )
        for name, part in parts.items()
    ]
    if not rows:
        return pd.DataFrame(columns=[*groups, "component", "share", "deviation"])
    return pd.concat(rows).sort_values([*groups, "component"], kind="stable", ignore_index=True)


def _notes(used: tuple[str, ...], draws: int, together: float) -> tuple[str, ...]:
    meaning = {
        "totals": "how many jobs there will be in all or in each sector",
        "shares": "how the structure within them moves",
        "sampling": "how well the survey knew the structure to begin with",
        "exits": "how many people leave",
    }
    still = [name for name in SOURCES if name not in used]
    notes = [
        f"Intervals come from {draws:,} draws of: "
        + "; ".join(f"{meaning[name]} ({name})" for name in used) + ".",
        f"Errors of two series are taken to correlate with {together:g}.",
    ]  # fmt: skip
    if still:
        notes.append(f"Held still: {listing(still)}. The intervals are too narrow by that much.")
    return tuple(notes)
