"""Rolling-origin back-test of sector employment: every model beside the naive ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import CoverageError, ParameterError, Problem
from skillsfc.forecast.calibration import band_widths
from skillsfc.forecast.pooling import Array, Index
from skillsfc.forecast.sectors.arguments import check_hold, check_levels
from skillsfc.forecast.sectors.forecast import choose
from skillsfc.forecast.sectors.models import (
    NAIVE,
    REFERENCE,
    SECTOR_MODELS,
    SectorTrials,
    check_sector_models,
    complete,
    run_sector_trials,
)
from skillsfc.forecast.sectors.output import with_output
from skillsfc.forecast.sectors.panel import SectorPanel, assemble, drop_stale, read_sectors
from skillsfc.forecast.sectors.reading import backtest_notes, sector_verdicts
from skillsfc.forecast.sectors.scores import (
    Judged,
    sector_errors,
    sector_horizon_table,
    sector_series_table,
)
from skillsfc.forecast.sectors.tabulation import teaching_errors
from skillsfc.forecast.sectors.verdict import LEAST_VALUES, judged_cells
from skillsfc.results import Result, table_hash

LAST_ORIGINS = 18  # default: enough of them, with ten years of history before the first or so
FARTHEST = 40  # years ahead


@dataclass(frozen=True)
class SectorBacktestSettings:
    """Arguments of `backtest_sectors`."""

    models: tuple[str, ...]
    origins: tuple[int, ...]
    horizon: int
    by: tuple[str, ...]
    levels: tuple[float, ...]
    hold: str
    seed: int


@dataclass(frozen=True, eq=False, repr=False)
class SectorBacktest(Result):
    """Outcome of `backtest_sectors`.

    Parameters
    ----------
    verdict : DataFrame
        ``model, measure, naive_model, horizon, skill, lower, upper, verdict``: the interval is
        that of 80 per cent over economies, over blocks of origins where there are fewer than 3.
    by_series : DataFrame
        ``keys, model, metric, value, unit, n`` over all origins and horizons.
    errors : DataFrame
        ``keys, model, origin, horizon, level, actual, persons, lower, upper, unit``: each forecast
        beside what came.
    """

    verdict: pd.DataFrame = field(default_factory=pd.DataFrame)
    by_series: pd.DataFrame = field(default_factory=pd.DataFrame)
    errors: pd.DataFrame = field(default_factory=pd.DataFrame)


def backtest_sectors(
    employment: pd.DataFrame,
    *,
    origins: Sequence[int] | None = None,
    horizon: int = 10,
    output: pd.DataFrame | None = None,
    model: str | Sequence[str] = "all",
    panel: pd.DataFrame | None = None,
    levels: Sequence[float] = (0.8, 0.95),
    seed: int = 1,
    hold: str = "proportional",
) -> SectorBacktest:
    """Forecast sectors from many past years and compare with what came, naive models beside.

    Everything at an origin comes from years up to it: trends, weights, bands, the total that the
    sectors are held to, and the growth of output assumed. What is not undone are revisions.

    Parameters
    ----------
    employment : DataFrame
        Tidy table ``sector, year, persons`` [persons] and further keys.
    origins : sequence of int, optional
        Last years used [year]. Default: the last 18 that have a later year.
    horizon : int
        Farthest year ahead [years].
    output : DataFrame, optional
        Value added by sector, as in `forecast_sectors`.
    model : str or sequence of str
        ``"all"``, ``"auto"`` or names of models. The naive ones are always added.
    panel : DataFrame, optional
        Other economies that teach and are not judged.
    levels : sequence of float
        Coverage of the intervals [0-1].
    seed : int
        For the bootstrap of the skill.
    hold : {"proportional", "variance"}
        How sectors are held to the total.

    Returns
    -------
    SectorBacktest
        ``.table``: ``model, horizon, metric, value, unit, n``. Metrics: ``growth_mae`` (error of
        simple growth since the origin, a year), ``wmape``, ``dissimilarity`` (of sector shares),
        ``mase``, ``wmape_known_total`` (were the total known), ``direction_hit_rate,
        direction_always_grows, direction_peirce``, the same of each sector's share
        (``share_direction_...``), ``coverage_80, interval_score_80`` by level, and
        ``skill_<measure>_against_<naive model>`` with ``skill_lower_...`` and ``skill_upper_...``.
        Further tables: see the class.

    Raises
    ------
    TableError, CoverageError
        If a table is invalid, or there is no year after any origin.
    ParameterError
        If a model, origin, horizon or level is impossible.

    Notes
    -----
    Every economy has the same weight. All models are judged on the same cells, those of economies
    of which a sum is known at the origin. Where error correction is not carried, the pooled trend
    stands in; the notes say how often it was carried. Dissimilarity is half the sum of absolute
    differences of shares. The straight line and no change are not held to a total.

    Examples
    --------
    >>> import pandas as pd
    >>> sectors = (("A", 9e5, -0.01), ("C", 4e5, 0.03))
    >>> rows = [(s, y, p * (1 + g) ** (y - 2000)) for s, p, g in sectors for y in range(2000, 2021)]
    >>> past = pd.DataFrame(rows, columns=["sector", "year", "persons"]).assign(
    ...     unit="persons", status="observed", source="made up")
    >>> made = backtest_sectors(past, horizon=2, model="pooled_trend")
    >>> one = made.table[(made.table["metric"] == "dissimilarity") & (made.table["horizon"] == 2)]
    >>> one[["model", "value"]].round(3).to_string(index=False).splitlines()[1:3]
    ['pooled_trend  0.000', '  last_share  0.019']
    """
    names = _names(model, output is not None)
    ahead, wanted = _horizon(horizon), check_levels(levels, "backtest_sectors")
    check_hold(hold)
    series = drop_stale(read_sectors(employment, "employment table"))
    teachers = None if panel is None else drop_stale(read_sectors(panel, "panel table"))
    panels, _ = with_output(assemble(series, teachers, calendar=True), output)
    trials = run_sector_trials(panels, np.arange(1, ahead + 1), hold=hold)
    chosen = _origins(origins, panels, trials)
    judged = _judge(names, panels, trials, chosen, wanted)
    table = sector_horizon_table(judged, int(seed))
    verdict = sector_verdicts(table, names)
    start = int(panels.last_year[0]) - panels.persons.shape[1] + 1
    years = tuple(int(start + trials.trials.origins[j]) for j in chosen)
    keys = tuple(panels.keys.columns)
    inputs = {"employment": employment, "output": output, "panel": panel}
    return SectorBacktest(
        table=table,
        settings=SectorBacktestSettings(tuple(names), years, ahead, keys, wanted, hold, int(seed)),
        diagnostics=series.issues,
        notes=backtest_notes(judged, verdict, years),
        provenance={
            "version": __version__,
            "seed": int(seed),
            "inputs": {k: table_hash(v) for k, v in inputs.items() if v is not None},
        },
        verdict=verdict,
        by_series=sector_series_table(judged),
        errors=sector_errors(judged),
    )


def _names(model: str | Sequence[str], has_output: bool) -> list[str]:
    everything = [
        "auto",
        *(n for n, m in SECTOR_MODELS.items() if has_output or not m.needs_output),
    ]
    if isinstance(model, str) and model == "all":
        return everything
    listed = check_sector_models(model, has_output=has_output, subject="backtest_sectors")
    return list(dict.fromkeys([*listed, *NAIVE]))


def _horizon(horizon: int) -> int:
    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or horizon < 1:
        found, expected = repr(horizon), "whole years ahead, such as 10"
    elif horizon > FARTHEST:
        found, expected = str(horizon), f"at most {FARTHEST} years ahead, not a calendar year"
    else:
        return int(horizon)
    raise ParameterError("backtest_sectors", [Problem("horizon", found, expected)])


def _origins(origins: Sequence[int] | None, panel: SectorPanel, trials: SectorTrials) -> Index:
    """Return the positions of the origins wanted among those that were run."""
    run = trials.trials.origins
    years = int(panel.last_year[0]) - panel.persons.shape[1] + 1 + run
    if origins is None:
        return np.arange(max(0, len(years) - 1 - LAST_ORIGINS), len(years) - 1)
    wrong = [year for year in origins if year not in years[:-1]]
    if wrong or not len(origins):
        expected = f"years from {years[0]} to {years[-2]}" if len(years) > 1 else "a longer history"
        found = f"{wrong or 'none'}"
        raise ParameterError("backtest_sectors", [Problem("origins", found, expected)])
    return np.flatnonzero(np.isin(years, list(origins)))


def _judge(
    names: list[str],
    panel: SectorPanel,
    trials: SectorTrials,
    chosen: Index,
    levels: tuple[float, ...],
) -> Judged:
    """Run what was asked for, with bands from earlier errors only, on cells common to all."""
    runs = {n: trials.run(n) if n in NAIVE else choose(trials, panel, n)[0] for n in names}
    # Every economy must have its whole sum at the origin, whichever models are compared.
    whole = complete(trials.run(REFERENCE), trials, panel)
    cells = judged_cells(trials.trials, panel, [*runs.values(), whole])
    outside = np.ones(cells.shape[1], bool)
    outside[chosen] = False
    cells[:, outside] = False
    if not cells.any():
        expected = f"sectors with {LEAST_VALUES} values before an origin and one after it"
        found = "no past forecast can be judged"
        raise CoverageError("backtest_sectors", [Problem("history", found, expected)])
    bounds = {n: _bounds(run, panel, trials, chosen, levels) for n, run in runs.items()}
    return Judged(panel, trials, runs, bounds, cells, levels)


def _bounds(
    run: Array, panel: SectorPanel, trials: SectorTrials, chosen: Index, levels: tuple[float, ...]
) -> Array:
    one = trials.trials
    errors = teaching_errors(run, trials, panel)
    found = np.full((2, *run.shape, len(levels)), np.nan)
    centre = one.transformed(run)
    for j in chosen:
        width = band_widths(one, errors, int(j), levels) * one.scale[:, j, None, None]
        for end, sign in enumerate((-1.0, 1.0)):
            found[end, :, j] = one.persons(centre[:, j, :, None] + sign * width)
    return found
