"""Job openings with intervals: thousands of draws through totals, shares and exits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.forecast.simulation.arguments import (
    check_numbers,
    group_keys,
    indicator_of,
    key_names,
    knows_sample,
    regrouped,
    share_steps,
    table_of,
)
from skillsfc.forecast.simulation.attribution import split_variance
from skillsfc.forecast.simulation.chain import SOURCES, Chain, link_cells
from skillsfc.forecast.simulation.exits import read_exits
from skillsfc.forecast.simulation.paths import Array, read_totals
from skillsfc.forecast.simulation.tables import (
    fan_table,
    period_table,
    simulation_notes,
    yearly_openings,
)
from skillsfc.params import load_assumptions
from skillsfc.results import Result, table_hash

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
    regroup: pd.DataFrame | None = None,
    base_year: int | None = None,
    horizon: int | None = None,
    levels: Sequence[float] = (0.8, 0.95),
    draws: int = 1000,
    correlation: float | None = None,
    sources: Sequence[str] = SOURCES,
    split: bool = True,
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
    regroup : DataFrame, optional
        A key of the cells and a key to report instead, such as ``occupation, qualification``: cells
        are added up over it. A code that it does not list goes to ``unknown``.
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
    split : bool
        Whether to split the variance over its sources: that takes the draws 2^n times for n.
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
    construction and have no floor: a shrinking occupation has fewer openings than leavers. A rate
    that was defined on the stock at the start (net, stock-flow) is applied to the base year's
    employment instead, as in `skillsfc.estimate_job_openings`; all cells of one rate share its
    error. The
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
    steps = share_steps(shares)
    check_numbers(levels, draws, sources, correlation, seed)
    assumed = load_assumptions()["total_error_correlation"].value
    together = float(assumed if correlation is None else correlation)
    keys = [key for key in table_of(forecast).columns if key in key_names()]
    history = getattr(forecast, "history", None)
    totals = read_totals(
        table_of(forecast), history, keys=keys, base_year=base_year, horizon=horizon
    )
    cells, within = link_cells(totals, steps)
    chain = Chain(totals, steps, cells, within, read_exits(replacement, cells))
    cells = cells if regroup is None else regrouped(cells, regroup)
    names = group_keys(by, cells)
    groups, indicator = indicator_of(cells, names)
    blind = "sampling" in sources and bool(steps) and not any(map(knows_sample, steps))
    used = tuple(
        name
        for name in SOURCES
        if name in sources
        and (steps or name not in _OF_SHARES)
        and not (blind and name == "sampling")
    )
    wanted = tuple(sorted(float(level) for level in levels))
    kept = _drawn(chain, used, draws, seed, indicator, together)
    central = chain.run((), 1, seed, indicator, together)
    settings = OpeningsSettings(
        tuple(names), int(totals.years[0]), int(totals.years[-1]), int(draws), wanted, used,
        together, int(seed),
    )  # fmt: skip
    inputs = {
        "forecast": table_hash(table_of(forecast)),
        "replacement": table_hash(table_of(replacement)),
    }
    inputs |= {f"shares {n}": table_hash(step.table) for n, step in enumerate(steps, start=1)}
    return SimulatedOpenings(
        table=period_table(groups, totals.years, central, kept, wanted),
        settings=settings,
        notes=(*simulation_notes(used, draws, together, blind), *_early(steps, totals.years)),
        provenance={"version": __version__, "seed": int(seed), "inputs": inputs},
        employment=fan_table(groups, totals.years, central[0][0], kept[0], wanted),
        yearly=fan_table(
            groups, totals.years[1:], yearly_openings(central)[0], yearly_openings(kept), wanted
        ),
        uncertainty=_split(chain, used if split else (), draws, seed, indicator, together, groups),
    )


_OF_SHARES = ("shares", "sampling")


def _early(steps: Sequence[Any], years: Any) -> tuple[str, ...]:
    """Say where a structure is used for years before it was seen."""
    firsts = [int(step.history["year"].min()) for step in steps]
    late = [str(first) for first in firsts if first > years[0]]
    if not late:
        return ()
    return (f"From {years[0]} on, structures first seen in {' and '.join(late)} are used as seen.",)


def _drawn(
    chain: Chain, used: tuple[str, ...], draws: int, seed: int, indicator: Array, together: float
) -> tuple[Array, Array]:
    """Run the chain in blocks that fit in memory; each block has a seed of its own."""
    size = len(chain.cells) * len(chain.totals.years)
    block = max(100, min(draws, CELL_DRAWS // max(size, 1)))
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
        alone[subset] = yearly_openings(run).sum(axis=2).var(axis=0)
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
