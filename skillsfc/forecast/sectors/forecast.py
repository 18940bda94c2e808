"""Employment by sector some years ahead, held to a total: `forecast_sectors`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import CoverageError, Problem, listing
from skillsfc.forecast.pooling import Array
from skillsfc.forecast.preparation import SeriesMatrix
from skillsfc.forecast.sectors.arguments import (
    check_hold,
    check_levels,
    one_model,
    years_ahead,
)
from skillsfc.forecast.sectors.combination import combine_sectors
from skillsfc.forecast.sectors.holding import StatedTotal, read_total
from skillsfc.forecast.sectors.models import SectorTrials, complete, run_sector_trials
from skillsfc.forecast.sectors.output import stated_growth, with_output
from skillsfc.forecast.sectors.panel import (
    SectorPanel,
    assemble,
    drop_stale,
    ragged_ends,
    read_sectors,
)
from skillsfc.forecast.sectors.tabulation import (
    elasticity_table,
    sector_history,
    sector_issues,
    sector_notes,
    sector_tables,
    totals_table,
)
from skillsfc.forecast.sectors.verdict import sector_choice
from skillsfc.results import Result, table_hash


@dataclass(frozen=True)
class SectorForecastSettings:
    """Arguments of `forecast_sectors`."""

    horizon: int
    by: tuple[str, ...]
    model: str
    levels: tuple[float, ...]
    hold: str
    seed: int


@dataclass(frozen=True, eq=False, repr=False)
class SectorForecast(Result):
    """Outcome of `forecast_sectors`.

    Parameters
    ----------
    history : DataFrame
        ``keys, year, persons, unit, status, source``: the values used.
    choice : DataFrame
        One row a series: ``model, weights, mase, naive_model, naive_mase, skill, skill_lower,
        skill_upper, tests, verdict, reason`` and ``skill_against_<naive model>`` for each.
    alternatives : DataFrame
        ``keys, year, model, persons``: what every candidate says. The straight line and no change
        are not held to the total here; the others are.
    issues : DataFrame
        ``rule, series, affected, severity, text``: what was found and done.
    totals : DataFrame
        Keys of the economy, ``year, persons, unit, status, note``: what the sectors add up to.
    elasticities : DataFrame
        One row a series where output is given; see `elasticity_table`.
    """

    history: pd.DataFrame = field(default_factory=pd.DataFrame)
    choice: pd.DataFrame = field(default_factory=pd.DataFrame)
    alternatives: pd.DataFrame = field(default_factory=pd.DataFrame)
    issues: pd.DataFrame = field(default_factory=pd.DataFrame)
    totals: pd.DataFrame = field(default_factory=pd.DataFrame)
    elasticities: pd.DataFrame = field(default_factory=pd.DataFrame)


def forecast_sectors(
    employment: pd.DataFrame,
    *,
    horizon: int = 2035,
    output: pd.DataFrame | None = None,
    output_growth: float | Mapping[str, float] | None = None,
    total: object = None,
    model: str = "auto",
    levels: Sequence[float] = (0.8, 0.95),
    panel: pd.DataFrame | None = None,
    seed: int = 1,
    hold: str = "proportional",
) -> SectorForecast:
    """Forecast employment by sector of one or many economies, the sectors held to their total.

    Use it for short and patchy series of all sectors of an economy: every sector learns from the
    economy it is part of and from the same sector elsewhere. Not for a few sectors out of many:
    what they add up to would be no total.

    Parameters
    ----------
    employment : DataFrame
        Tidy table ``sector, year, persons`` [persons], ``unit, status, source`` and further keys,
        such as ``country``. Series that differ in their sector alone are one economy.
    horizon : int
        Last calendar year to forecast [year].
    output : DataFrame, optional
        Tidy table with the same keys and ``value_added`` [national currency, constant prices]:
        adds the elasticity and, where series carry it, error correction.
    output_growth : float or mapping, optional
        Growth of output a year from the last year on [share], for all sectors or by sector code.
        Default: output grows at its own mean of 15 years, drawn to that of all series.
    total : DataFrame or EmploymentForecast, optional
        Employment of each economy in every year ahead [persons]. Default: the sum of sectors,
        forecast as `skillsfc.forecast_employment` does.
    model : str
        ``"auto"`` (combines), or one of ``fading_trend, pooled_trend, elasticity,
        error_correction, last_share, ols_trend, last_value``.
    levels : sequence of float
        Coverage of the intervals [0-1].
    panel : DataFrame, optional
        Other economies with the same sector codes. They teach; none is forecast.
    seed : int
        For the bootstrap interval of the skill; the forecast itself draws nothing.
    hold : {"proportional", "variance"}
        How the sum is held: every sector changes in proportion to its size, or by its squared
        spread (least squares). Proportional had the smaller errors in the back-test.

    Returns
    -------
    SectorForecast
        ``.table``: keys, ``year, level, persons, lower, upper`` [persons], ``model, unit, status,
        source``, one row a series, year and level. The years start after the last one in which the
        economy has all its sectors. Further tables: see the class.

    Raises
    ------
    TableError
        If a table is invalid, has no sectors, or the keys of two tables differ.
    ParameterError
        If the horizon is not after the last year or more than 60 years ahead, a model is unknown
        or needs output, a level is not between 0 and 1, or the total lacks a year.
    CoverageError
        If no series has data, or an economy has no year with all its sectors.

    Notes
    -----
    ``pooled_trend``: slope b of a sector, weight w = tau2 / (tau2 + var b), b w + c (1 - w), where
    c is the slope of its economy plus the mean relative growth of the sector in all economies.
    ``fading_trend``: relative growth times the part of it that lasted in the panel at earlier
    origins, by horizon. ``elasticity``: d ln E = e d ln Y. ``error_correction``: two-step
    Engle-Granger. ``auto`` averages these with weights from errors at earlier origins. Bands come
    from errors of the same held forecast at earlier origins; a stated total does not narrow them.

    References
    ----------
    Morris (1983), Parametric Empirical Bayes Inference, JASA 78(381), 47-55.
    Engle & Granger (1987), Co-integration and Error Correction, Econometrica 55(2), 251-276.

    Examples
    --------
    >>> import pandas as pd
    >>> sectors = (("A", 9e5, -0.01), ("C", 4e5, 0.03))
    >>> rows = [(s, y, p * (1 + g) ** (y - 2005)) for s, p, g in sectors for y in range(2005, 2021)]
    >>> past = pd.DataFrame(rows, columns=["sector", "year", "persons"]).assign(
    ...     unit="persons", status="observed", source="made up")
    >>> made = forecast_sectors(past, horizon=2022, levels=(0.8,))
    >>> made.table[["sector", "year", "persons"]].round({"persons": -4})
      sector  year   persons
    0      A  2021  770000.0
    1      A  2022  760000.0
    2      C  2021  640000.0
    3      C  2022  660000.0
    """
    name = one_model(model, has_output=output is not None)
    wanted = check_levels(levels, "forecast_sectors")
    series, panels, ahead = _prepare(employment, panel, output, horizon, hold)
    growth, growth_note = stated_growth(output_growth, panels, has_output=output is not None)
    given = None if total is None else read_total(total, panels, int(horizon), ahead)
    trials = run_sector_trials(
        panels,
        np.arange(1, ahead + 1),
        stated_growth=growth,
        stated_total=None if given is None else given.path,
        hold=hold,
    )
    chosen, weights = choose(trials, panels, name)
    return _result(
        series if given is None else _add_issues(series, given.issues),
        panels,
        trials,
        (chosen, weights),
        SectorForecastSettings(
            int(horizon), tuple(panels.keys.columns), name, wanted, hold, int(seed)
        ),
        given,
        growth_note,
        {"employment": employment, "output": output, "total": _table_of(total), "panel": panel},
    )


def _prepare(
    employment: pd.DataFrame,
    panel: pd.DataFrame | None,
    output: pd.DataFrame | None,
    horizon: int,
    hold: str,
) -> tuple[SeriesMatrix, SectorPanel, int]:
    """Return the series as they came, the panel, and the years ahead of the earliest base."""
    check_hold(hold)
    series = drop_stale(read_sectors(employment, "employment table"))
    teachers = None if panel is None else drop_stale(read_sectors(panel, "panel table"))
    panels = assemble(series, teachers, calendar=False)
    _refuse_lonely(panels)
    series = _add_issues(series, ragged_ends(series, panels))
    panels, found = with_output(panels, output)
    return _add_issues(series, found), panels, years_ahead(horizon, panels)


def _refuse_lonely(panel: SectorPanel) -> None:
    if np.isfinite(panel.persons).sum(axis=1).max() < 2:
        found, hint = "one value a sector, and no other economy to learn from", "Give panel=."
        where = listing(panel.economies)
        raise CoverageError(
            "forecast_sectors", [Problem(where, found, "at least 2 values", next_step=hint)]
        )


def _add_issues(series: SeriesMatrix, found: pd.DataFrame) -> SeriesMatrix:
    if found.empty:
        return series
    return replace(series, issues=pd.concat([series.issues, found], ignore_index=True))


def choose(trials: SectorTrials, panel: SectorPanel, name: str) -> tuple[Array, Array]:
    """Return the forecast asked for at every origin, adding up, and the weights behind it."""
    if name == "auto":
        return combine_sectors(trials, panel)
    found = complete(trials.run(name), trials, panel)
    return found, np.ones((1, *found.shape))


def _result(
    series: SeriesMatrix,
    panel: SectorPanel,
    trials: SectorTrials,
    forecasts: tuple[Array, Array],
    settings: SectorForecastSettings,
    given: StatedTotal | None,
    growth: str,
    inputs: dict[str, pd.DataFrame | None],
) -> SectorForecast:
    chosen, weights = forecasts
    name, horizon = settings.model, settings.horizon
    table, alternatives = sector_tables(panel, trials, chosen, name, horizon, settings.levels)
    choice = sector_choice(series, panel, trials, chosen, weights, name, settings.seed)
    total = "The sectors of an economy add up to a forecast of their sum." if given is None else (
        given.note
    )  # fmt: skip
    return SectorForecast(
        table=table,
        settings=settings,
        diagnostics=choice,
        notes=sector_notes(series, panel, trials, name, total=total, growth=growth),
        provenance={
            "version": __version__,
            "seed": settings.seed,
            "inputs": {k: table_hash(v) for k, v in inputs.items() if v is not None},
        },
        history=sector_history(panel),
        choice=choice,
        alternatives=alternatives,
        issues=sector_issues(series, panel, trials, name),
        totals=totals_table(panel, trials, None if given is None else given.path, horizon),
        elasticities=elasticity_table(panel, trials),
    )


def _table_of(total: object) -> pd.DataFrame | None:
    table = getattr(total, "table", total)
    return table if isinstance(table, pd.DataFrame) else None
