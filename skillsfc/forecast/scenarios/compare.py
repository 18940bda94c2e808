"""`compare_scenarios`: employment in each scenario, and what each lever adds to the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.forecast.scenarios.attribution import RULES
from skillsfc.forecast.scenarios.baseline import Baseline, make_baseline
from skillsfc.forecast.scenarios.evaluation import Outcome, evaluate_scenario
from skillsfc.forecast.scenarios.notes import comparison_notes, lever_keys, lever_table
from skillsfc.forecast.scenarios.outcome_tables import (
    baseline_table,
    contribution_table,
    difference_table,
    scenario_table,
    total_table,
)
from skillsfc.results import Result, table_hash
from skillsfc.scenario import Scenario, load_scenario

TOTALS = ("free", "baseline")


@dataclass(frozen=True)
class ScenarioComparisonSettings:
    """Arguments of `compare_scenarios`."""

    scenarios: tuple[str, ...]
    horizon: int
    start: int
    total: str
    rule: str
    levels: tuple[float, ...]
    draws: int
    seed: int


@dataclass(frozen=True, eq=False, repr=False)
class ScenarioComparison(Result):
    """Outcome of `compare_scenarios`.

    Parameters
    ----------
    baseline : DataFrame
        ``keys, year, persons, unit, status, source``.
    difference : DataFrame
        ``keys, scenario, year, level, baseline, persons, difference, lower, upper``: persons; the
        bounds are those of the difference.
    contributions : DataFrame
        ``keys, scenario, year, lever, contribution``: persons; over levers they add up to the
        difference of the cell.
    totals : DataFrame
        As ``difference``, for the sum over sectors, occupations and qualifications.
    """

    baseline: pd.DataFrame = field(default_factory=pd.DataFrame)
    difference: pd.DataFrame = field(default_factory=pd.DataFrame)
    contributions: pd.DataFrame = field(default_factory=pd.DataFrame)
    totals: pd.DataFrame = field(default_factory=pd.DataFrame)

    def sum_contributions(self, *, by: Sequence[str] = ()) -> pd.DataFrame:
        """Return contributions added up over cells: ``by, scenario, year, lever, contribution``.

        Parameters
        ----------
        by : sequence of str
            Keys to keep. Default: none, the whole table.

        Raises
        ------
        ParameterError
            If a key is not in the table.
        """
        wanted = [by] if isinstance(by, str) else list(by)
        unknown = [name for name in wanted if name not in self.baseline]
        if unknown:
            raise ParameterError(
                "sum_contributions",
                [Problem("by", repr(name), listing(self.baseline)) for name in unknown],
            )
        keys = [*wanted, "scenario", "year", "lever"]
        return self.contributions.groupby(keys, as_index=False, sort=True)["contribution"].sum()


def compare_scenarios(
    history: pd.DataFrame,
    scenarios: Sequence[Scenario | str] | Scenario | str,
    *,
    horizon: int = 2035,
    forecast: pd.DataFrame | Result | None = None,
    structure: pd.DataFrame | Result | None = None,
    start: int | None = None,
    by: Sequence[str] | None = None,
    total: str = "free",
    rule: str = "log_mean",
    levels: Sequence[float] = (0.8,),
    draws: int = 400,
    seed: int = 1,
    unreached: str = "error",
) -> ScenarioComparison:
    r"""Compare employment in scenarios with a baseline, and split the difference by lever.

    Use it to see what follows from stated assumptions, and which of them matters. It is no
    forecast: nothing says how likely a scenario is, and it knows no prices and no scarcity.

    Parameters
    ----------
    history : DataFrame
        Tidy employment by ``sector`` (ISIC Rev.4), ``occupation`` (ISCO-08) or both [persons].
    scenarios : sequence of Scenario or str
        Scenarios, or names that `load_scenario` knows.
    horizon : int
        Last calendar year [year].
    forecast : DataFrame or Result, optional
        The baseline by the same keys, such as a sector forecast. Default: `forecast_employment`.
    structure : DataFrame or Result, optional
        Occupations within sectors, as persons (last year's shares are kept) or as a forecast of
        shares: lets levers on occupations reach a baseline by sector.
    start : int, optional
        Scenarios equal the baseline up to this year. Default: the last observed one [year].
    by : sequence of str, optional
        Keys of the baseline, if it is made here.
    total : {"free", "baseline"}
        Whether levers move total employment, or only its structure.
    rule : {"log_mean", "shapley"}
        How the difference is split; see `skillsfc.forecast.scenarios.attribution`.
    levels : sequence of float
        Coverage of the intervals [0-1].
    draws : int
        Draws of the assumptions within their ranges.
    seed : int
        Of the draws.
    unreached : {"error", "keep"}
        What to do with a lever that reaches no cell of the table.

    Returns
    -------
    ScenarioComparison
        ``.table``: keys, ``scenario, year, level, persons, lower, upper`` [persons], ``unit,
        status, source``. Further tables: see the class.

    Raises
    ------
    TableError, CoverageError
        If a table is not valid, or nothing is left of it.
    ParameterError
        If an argument is wrong, two scenarios have the same name, or a lever reaches nothing.

    Notes
    -----
    In cell :math:`c` and year :math:`t`: :math:`S_{ct} = B_{ct} \exp(\sum_l e_{lct})`, with the
    effects of `skillsfc.forecast.scenarios.levers.lever_effects`. Intervals are quantiles over
    draws of the assumptions (triangular between low and high, the stated value as mode), widened
    to the stated value where that lies at an end; they hold no forecast error.

    Examples
    --------
    >>> import skillsfc as sf
    >>> jobs = sf.example(seed=1).table("employment_by_sector").assign(status="observed")
    >>> green = load_scenario("green").without("green_occupations")
    >>> made = compare_scenarios(jobs, ["baseline", green.renamed("green")], horizon=2030)
    >>> made.sum_contributions(by=["sector"]).tail(3).round({"contribution": -1})
       sector scenario  year          lever  contribution
    53      Q    green  2028  green_sectors           0.0
    54      Q    green  2029  green_sectors           0.0
    55      Q    green  2030  green_sectors           0.0
    """
    chosen = _chosen(scenarios)
    cover = _arguments(total, rule, unreached, levels, draws)
    base = make_baseline(
        history, horizon=horizon, forecast=forecast, structure=structure, start=start, by=by
    )
    outcomes = [
        evaluate_scenario(item, base, total == "baseline", rule, cover, draws, seed)
        for item in chosen
    ]
    _refuse_unreached(outcomes, base, unreached)
    names = tuple(item.name for item in chosen)
    settings = ScenarioComparisonSettings(
        names, int(horizon), base.start, total, rule, cover, int(draws), int(seed)
    )
    inputs = {"history": history, "forecast": forecast, "structure": structure}
    difference = difference_table(base, outcomes, cover)
    plain = baseline_table(base)
    return ScenarioComparison(
        table=scenario_table(difference, plain),
        settings=settings,
        diagnostics=lever_table(outcomes),
        notes=comparison_notes(base, outcomes, settings),
        provenance={
            "version": __version__,
            "seed": settings.seed,
            "inputs": {
                name: table_hash(given.table if isinstance(given, Result) else given)
                for name, given in inputs.items()
                if given is not None
            },
            "changes": {item.name: [asdict(made) for made in item.changes] for item in chosen},
        },
        baseline=plain,
        difference=difference,
        contributions=contribution_table(base, outcomes),
        totals=total_table(base, outcomes, cover),
    )


def _chosen(scenarios: Sequence[Scenario | str] | Scenario | str) -> list[Scenario]:
    given = [scenarios] if isinstance(scenarios, str | Scenario) else list(scenarios)
    made = [load_scenario(item) if isinstance(item, str) else item for item in given]
    wrong = [repr(item)[:60] for item in made if not isinstance(item, Scenario)]
    if wrong or not made:
        found = listing(wrong) if wrong else "none"
        raise ParameterError(
            "compare_scenarios", [Problem("scenarios", found, "scenarios or their names")]
        )
    names = [item.name for item in made]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        step = "Tell them apart with .renamed('...')."
        raise ParameterError(
            "compare_scenarios",
            [Problem("scenarios", f"{listing(twice)} more than once", next_step=step)],
        )
    return made


def _arguments(
    total: str, rule: str, unreached: str, levels: Sequence[float], draws: int
) -> tuple[float, ...]:
    """Refuse wrong arguments, all at once; return the levels in order."""
    problems = []
    words = {"total": (total, TOTALS), "rule": (rule, RULES),
             "unreached": (unreached, ("error", "keep"))}  # fmt: skip
    for name, (given, options) in words.items():
        if given not in options:
            near = did_you_mean(given, options)
            problems.append(Problem(name, repr(given), f"one of {listing(options)}", near))
    listed = list(levels) if isinstance(levels, Sequence | np.ndarray) else [levels]
    if not listed or not all(isinstance(x, int | float) and 0.0 < x < 1.0 for x in listed):
        problems.append(Problem("levels", repr(levels), "numbers between 0 and 1"))
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 1:
        problems.append(Problem("draws", repr(draws), "a whole number of 1 or more"))
    if problems:
        raise ParameterError("compare_scenarios", problems)
    return tuple(sorted({float(x) for x in listed}))


def _refuse_unreached(outcomes: Sequence[Outcome], base: Baseline, unreached: str) -> None:
    """Refuse levers that reach no cell: their contribution of 0 would look like a finding."""
    problems = []
    for done in outcomes:
        for lever in done.levers:
            if lever.reached.any() or unreached == "keep":
                continue
            keys = lever_keys(lever, done)
            absent = [key for key in keys if key not in base.cells]
            found = f"reaches no cell; the baseline has {listing(base.cells) or 'no key'}"
            if absent:
                step = f"It needs {listing(absent)}: give structure=, or a table by it."
            else:
                step = "Convert the codes to ISIC Rev.4 or ISCO-08 with sf.convert_codes."
            step += f" Or leave it out: .without({lever.name!r}), or unreached='keep'."
            problems.append(Problem(f"{done.scenario.name}: {lever.name}", found, next_step=step))
    if problems:
        raise ParameterError("compare_scenarios", problems)
