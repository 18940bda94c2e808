"""`estimate_replacement_demand`: how many leave, by cohorts or by rates of separation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.forecast.pathology import Issue
from skillsfc.forecast.preparation import ISSUE_COLUMNS
from skillsfc.forecast.replacement.ages import possible_grids, read_age_groups
from skillsfc.forecast.replacement.annual import check_annual
from skillsfc.forecast.replacement.cohort_methods import replace_by_cohorts
from skillsfc.forecast.replacement.pairs import CohortPlan, plan_cohorts
from skillsfc.forecast.replacement.result import ReplacementDemand, ReplacementSettings
from skillsfc.forecast.replacement.separation_rates import SeparationRates
from skillsfc.forecast.replacement.separations import replace_by_separations
from skillsfc.forecast.replacement.stocks import (
    ABSENT,
    add_sample,
    build_stocks,
    check_stocks,
    choose_keys,
    stock_keys,
)
from skillsfc.forecast.replacement.wording import input_hashes, replacement_notes
from skillsfc.results import Result

METHODS = ("net", "stock_flow", "separations")
SUBJECT = "estimate_replacement_demand"
COHORT_ONLY = ("sample_size", "age_width")
RATES_ONLY = ("rates", "forecast")


def estimate_replacement_demand(
    stocks_by_age: pd.DataFrame,
    *,
    method: str = "net",
    by: Sequence[str] | None = None,
    years: Any = None,
    rates: SeparationRates | pd.DataFrame | Mapping[str, pd.DataFrame] | None = None,
    forecast: Result | pd.DataFrame | None = None,
    workforce: pd.DataFrame | None = None,
    annual: str = "simple",
    shrink: bool = True,
    sample_size: pd.DataFrame | float | None = None,
    age_width: int | None = None,
    interpolate: bool = False,
    absent: str = "missing",
) -> ReplacementDemand:
    r"""Estimate how many people leave their occupation or qualification and must be replaced.

    Use ``"net"`` or ``"stock_flow"`` with two or more counts of employment by age that follow the
    same cohorts, and ``"separations"`` with measured rates of exit and transfer. The three do not
    measure the same: a net count sees only what hiring at the same age has not made good, while
    separations count every leaver. With hiring at young ages net is well below separations.

    Parameters
    ----------
    stocks_by_age : DataFrame
        Tidy table ``year, age``, keys such as ``occupation, sex``, ``persons`` [persons]. Ages may
        be single years or groups; ``"separations"`` also takes stocks without age.
    method : {"net", "stock_flow", "separations"}
        ``"net"``: losses of cohorts between two counts. ``"stock_flow"``: the same rates on the age
        structure of the last count, for the losses to come. ``"separations"``: rates times mean
        employment.
    by : sequence of str, optional
        Keys of the cells; the default is all but ``year`` and ``age``. Other keys are summed before
        cohorts are followed: with ``sex`` left out, women's and men's moves offset one another.
    years : pair of int or sequence of pairs, optional
        Cohort methods: pairs of counts [year], pooled if several. Default: all pairs without
        overlap, counted back from the last count, nearest to five years apart. Separations: first
        and last year.
    rates : SeparationRates or DataFrame or mapping of str to DataFrame, optional
        Separations: table of ``rate`` [per person-year] by any keys of the stocks, with
        ``indicator`` (``exit, transfer``) where kinds are told apart; or one table for each kind.
    forecast : Result or DataFrame, optional
        Separations: employment at the end [persons]; without it, employment stays as it is.
    workforce : DataFrame, optional
        Stock-flow: projected persons by ``year, age`` (and ``sex``) of the whole workforce at the
        last count and one interval later [persons].
    annual : {"simple", "warwick"}
        Definition of ``annual_rate``: RD / E0 / n, or :math:`(1 + RD / E_0)^{1/n} - 1`.
        With ``"separations"`` the simple rate is per person of mean employment.
    shrink : bool
        Cohort methods: draw thin cells to the mean of the same age and sex, by their noise.
    sample_size : DataFrame or float, optional
        Cohort methods: persons interviewed (effective) by the keys of the stocks, or interviewed
        per person [0-1]. It gives standard errors.
    age_width : int, optional
        Width of the cohorts [years]; by default the possible width nearest to five.
    interpolate : bool
        Allow years that are no multiple of the age width apart; see Notes for what it costs.
    absent : {"missing", "zero"}
        What a cell without a row for an age means.

    Returns
    -------
    ReplacementDemand
        ``.table``: keys, ``first_year, year`` (of the last pair), ``persons`` (stock at the start),
        ``replacement`` [persons over the period], ``rate`` [share of the stock], ``annual_rate``,
        ``rate_error`` [share per year], ``unit, status, source``. With several pairs, pooled rates
        on the last pair's stock. A cell with nobody has the rate NaN.

    Raises
    ------
    TableError
        If a table is not valid: negative persons, overlapping ages, a total beside its parts.
    CoverageError
        If no pair of years follows whole age groups (the message names those that would), or no
        rate fits a cell.
    ParameterError
        If an argument is unknown, out of range, or does not belong to the method.

    Notes
    -----
    Cohorts: with :math:`E_{a,t}` persons and w the age width, :math:`D_a = E_{a+n,t+n} - E_{a,t}`
    and replacement is :math:`\sum_a \max(0, -D_a)`; n is a multiple of w. People of the open group
    stay in it. Stock-flow adds the whole workforce's change F (projected where ``workforce``
    is given) to the cell's own deviation from it: :math:`\tilde f_a = F_a + w_a (f_a - F_a)`,
    with the weight w of `skillsfc.forecast.replacement.thin_cells.shrink_to_peers`; replacement is
    :math:`\sum_a \max(0, -\tilde f_a) E_{a,t}`. Separations: rate times :math:`(E_0 + E_1) / 2` a
    year, as the US Bureau of Labor Statistics has done since its 2016 edition.

    Net under-counts wherever people are hired at the ages at which others leave. In the synthetic
    example country, where nobody is hired at 40 or over, net finds the leavers who were 40 or over
    nearly in full, but of all leavers only about half; ``benchmarks/replacement_tables.py`` prints
    both. Interpolation takes people as spread evenly within an age group. Where they bunch at its
    young end, as before the age of retirement, it moves losses from one group to the next: sums
    over ages hardly change (in the example country by less than 1 %), single ages do.

    References
    ----------
    Willems & de Grip (1993), Forecasting replacement demand by occupation and education,
    International Journal of Forecasting 9, 173-185. US Bureau of Labor Statistics, Handbook of
    Methods, Employment Projections, section on occupational separations.

    Examples
    --------
    >>> import pandas as pd
    >>> ages = ["15-24", "25-34", "35-44", "45-54", "55-64", "65+"]
    >>> t = pd.DataFrame({"year": [2013] * 6 + [2023] * 6, "age": ages * 2,
    ...     "persons": [120.0, 300, 280, 220, 130, 20, 110, 330, 310, 250, 150, 30],
    ...     "unit": "persons", "status": "observed", "source": "made up"})
    >>> made = estimate_replacement_demand(t)
    >>> made.table[["persons", "replacement", "rate", "annual_rate"]].round(5).values.tolist()
    [[1070.0, 220.0, 0.20561, 0.02056]]
    """
    _check_arguments(locals())
    given = {
        "stocks_by_age": stocks_by_age,
        "forecast": forecast,
        "workforce": workforce,
        "rates": rates,
        "sample_size": sample_size,
    }
    if method == "separations":
        assert rates is not None  # noqa: S101 - checked above
        return _separations(stocks_by_age, rates, forecast, by, years, annual, given)
    rows, issues = check_stocks(stocks_by_age, ("year", "age", "persons"), "stocks by age")
    keys = choose_keys(by, stock_keys(rows), SUBJECT)
    plan = _plan(rows, years, age_width, interpolate)
    stocks = build_stocks(rows, keys, plan.years, plan.grid, absent)
    stocks = add_sample(stocks, sample_size, keys)
    people = None
    if workforce is not None:
        people, _ = check_stocks(workforce, ("year", "age", "persons"), "workforce table")
    made = replace_by_cohorts(
        stocks, plan, method=method, annual=annual, shrink=shrink, workforce=people
    )
    issues = [*issues, *stocks.issues, *_interpolated(plan), *made.issues]
    settings = ReplacementSettings(
        method,
        annual,
        "start",
        tuple(keys),
        plan.pairs,
        plan.interval,
        plan.grid.width,
        shrink,
        interpolate,
        absent,
    )
    return _result(made.table, settings, issues, given, ages=made.ages, pairs=made.pairs)


def _check_arguments(given: Mapping[str, Any]) -> None:
    problems = []
    method = given["method"]
    if method not in METHODS:
        guess = did_you_mean(method, METHODS)
        problems.append(Problem("method", repr(method), f"one of {listing(METHODS)}", guess))
    if given["absent"] not in ABSENT:
        guess = did_you_mean(given["absent"], ABSENT)
        problems.append(Problem("absent", repr(given["absent"]), listing(ABSENT), guess))
    foreign: tuple[str, ...] = COHORT_ONLY if method == "separations" else RATES_ONLY
    foreign = foreign if method == "stock_flow" else (*foreign, "workforce")
    for name in foreign:
        if given[name] is not None and method in METHODS:
            problems.append(Problem(name, "given", f"nothing with method {method!r}"))
    if method == "separations" and given["rates"] is None:
        step = "sf.estimate_separation_rates makes them from counts of leavers."
        problems.append(Problem("rates", "None", "a table of rates", next_step=step))
    if problems:
        raise ParameterError(SUBJECT, problems)
    check_annual(given["annual"], SUBJECT)


def _plan(rows: pd.DataFrame, years: Any, age_width: int | None, interpolate: bool) -> CohortPlan:
    """Choose pairs of years; ages need agree only in the years that are used."""
    available = sorted(rows["year"].unique().tolist())
    used = set(available)
    if years is not None:
        asked = pd.Series(list(years) if hasattr(years, "__iter__") else [years]).explode()
        used = used & set(asked.tolist()) or used
    ages = {
        int(year): part["age"].unique().tolist()
        for year, part in rows[rows["year"].isin(used)].groupby("year")
    }
    grids = possible_grids(read_age_groups(ages))
    return plan_cohorts(available, grids, years=years, age_width=age_width, interpolate=interpolate)


def _interpolated(plan: CohortPlan) -> list[Issue]:
    if plan.exact:
        return []
    text = (
        f"pairs {plan.interval} years apart with ages of {plan.grid.width} years: people taken as "
        "spread evenly within a group"
    )
    return [("interpolated", "all", len(plan.pairs), "warning", text)]


def _separations(
    stocks: pd.DataFrame,
    rates: SeparationRates | pd.DataFrame | Mapping[str, pd.DataFrame],
    forecast: Result | pd.DataFrame | None,
    by: Sequence[str] | None,
    years: Any,
    annual: str,
    given: Mapping[str, Any],
) -> ReplacementDemand:
    names = None if by is None else [by] if isinstance(by, str) else list(by)
    made = replace_by_separations(
        stocks, rates, forecast=forecast, by=names, years=years, annual=annual
    )
    base = "mean" if annual == "simple" else "start"
    first, last = made.period
    settings = ReplacementSettings(
        "separations", annual, base, made.by, (made.period,), last - first, shrink=False
    )
    return _result(made.table, settings, made.issues, given, components=made.components)


def _result(
    table: pd.DataFrame,
    settings: ReplacementSettings,
    issues: Sequence[Issue],
    given: Mapping[str, Any],
    **tables: pd.DataFrame,
) -> ReplacementDemand:
    found = pd.DataFrame(list(issues), columns=ISSUE_COLUMNS)
    return ReplacementDemand(
        table=table,
        settings=settings,
        diagnostics=tables.get("ages", pd.DataFrame()),
        notes=replacement_notes(table, settings, found),
        provenance={"version": __version__, "seed": None, "inputs": input_hashes(given)},
        issues=found,
        **tables,
    )
