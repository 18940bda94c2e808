"""`project_cohort`: from pupils to graduates, leavers and entrants to the labour force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import listing
from skillsfc.results import table_hash
from skillsfc.transitions.cohorts.balance import balance_rates
from skillsfc.transitions.cohorts.intake import read_entrants, refuse_both
from skillsfc.transitions.cohorts.levels import (
    place_levels,
    read_participation,
    settle_completion,
)
from skillsfc.transitions.cohorts.matching import left_out
from skillsfc.transitions.cohorts.projected_result import ProjectedCohort, ProjectionSettings
from skillsfc.transitions.cohorts.projected_tables import Outlook, tabulate_years
from skillsfc.transitions.cohorts.rate_draws import rate_draws
from skillsfc.transitions.cohorts.rate_path import lay_path, reach_targets
from skillsfc.transitions.cohorts.rate_tables import lay_out_rates, read_rates
from skillsfc.transitions.cohorts.result import StudentFlow
from skillsfc.transitions.cohorts.steps import follow_pupils
from skillsfc.transitions.cohorts.stock import (
    check_arguments,
    choose_levels,
    lay_out_stock,
    read_stock,
    refuse_unnamed_end,
    stock_groups,
)
from skillsfc.transitions.cohorts.wording import projection_notes

SUBJECT = "project_cohort"


def project_cohort(
    enrolment: pd.DataFrame,
    rates: StudentFlow | pd.DataFrame,
    *,
    horizon: int,
    entrants: pd.DataFrame | None = None,
    population: pd.DataFrame | None = None,
    intake: float | pd.DataFrame | None = None,
    entry_age: int | None = None,
    levels: Mapping[str, int] | None = None,
    below_levels: str = "none",
    targets: pd.DataFrame | None = None,
    participation: float | Mapping[str, float] | pd.DataFrame | None = None,
    base_year: int | None = None,
    excess: str | None = None,
    draws: int = 500,
    seed: int = 1,
    level: float = 0.95,
) -> ProjectedCohort:
    r"""Project pupils through the grades to graduates, leavers and labour-force entrants.

    Use it for how many will finish or leave school with which qualification in coming years, and
    for what a change of rates would do. It knows no migration, no adults who come back to school,
    and no policy but the one in the rates.

    Parameters
    ----------
    enrolment : DataFrame
        Pupils by ``year, grade`` and groups; one year is the stock [persons].
    rates : StudentFlow or DataFrame
        From `estimate_student_flow`; or a table as for `reconstruct_cohort`, in which a ``year``
        makes rates change: a year without its own has those of the year before.
    horizon : int
        Last year.
    entrants : DataFrame, optional
        New pupils of every later year by ``year`` and groups (``grade`` too, if some enter higher;
        then each of these grades has a row for every year) [persons]. Without entrants only the
        pupils of the base year are followed.
    population : DataFrame, optional
        In place of ``entrants``: children by ``year`` and groups [persons], ``age`` chosen by
        ``entry_age``. Needs ``intake``.
    intake : float or DataFrame, optional
        Share of these children who enter [0-1], or a table of ``share`` by year and groups.
    entry_age : int, optional
        Age of entry [years].
    levels : mapping of str to int, optional
        Qualification and the grade that ends it; by default those of ``rates``.
    below_levels : str
        What leavers are called who completed none of them, such as ISCED ``"0"``.
    targets : DataFrame, optional
        ``year, grade`` (and groups) with ``promotion, repetition`` or ``completion`` to be reached
        in that year, in a straight line from the base year, and held after it [shares].
    participation : float, mapping or DataFrame, optional
        Leavers who enter the labour force, by qualification [0-1]. None is assumed.
    base_year : int, optional
        Year of the stock; the last of ``enrolment``. Every group of ``enrolment`` has rows in it.
    excess : {"keep", "scale"}, optional
        Where shares of a grade add up to more than 1: kept, and the surplus are pupils who come in;
        or divided by their sum. Without it such rates are refused.
    draws : int
        Number of draws for the limits; 0 for none.
    seed : int
        Their seed.
    level : float
        Coverage of the limits [0-1].

    Returns
    -------
    ProjectedCohort
        ``.table``: pupils by groups, ``year, grade`` with ``persons, lower, upper, level``;
        ``.flows`` (what becomes of them), ``.graduates`` (by level, with the share going on),
        ``.leavers`` (by highest grade and qualification), ``.labour_force_entrants``.

    Raises
    ------
    TableError, CoverageError
        If a table is not valid, or lacks a group, grade or year.
    ParameterError
        If an argument is out of range or would change nothing, a target asks for more than
        everybody, or shares add up to more than 1 and ``excess`` is not chosen.

    Notes
    -----
    :math:`E_{g,t+1} = r_g E_{g,t} + p_{g-1} E_{g-1,t} + N_{g,t+1}`. Of every grade and year, pupils
    = promoted + repeating + completing leavers + dropouts. Graduates and leavers have the year of
    the school year that they end. Where rates add up to more than 1 (``excess="keep"``, or a draw)
    nobody drops out, and the surplus stands with the pupils, as those who come in.

    Limits: rates deviate from their path in each year, and in their mean for good, drawn with the
    covariance that pairs of years have had between grades and groups, wider the fewer pairs there
    are (Student's t). The size of new cohorts, participation and targets are taken as known, so
    limits are too narrow for them.

    Examples
    --------
    >>> import pandas as pd
    >>> pupils = pd.DataFrame({"year": 2024, "grade": [1, 2], "persons": [100.0, 80.0],
    ...     "unit": "persons", "status": "observed", "source": "made up"})
    >>> rates = pd.DataFrame({"grade": [1, 2], "promotion": [0.8, 0.9], "repetition": [0.1, 0.05]})
    >>> new = pd.DataFrame({"year": [2025], "persons": [90.0], "unit": "persons",
    ...     "status": "projected", "source": "made up"})
    >>> made = project_cohort(pupils, rates, entrants=new, horizon=2025, levels={"1": 2},
    ...     below_levels="0", participation={"0": 0.5, "1": 0.7})
    >>> made.table["persons"].round(4).tolist()
    [100.0, 80.0, 100.0, 84.0]
    >>> made.labour_force_entrants[["year", "qualification", "persons"]].round(4).values.tolist()
    [[2024, '0', 7.0], [2024, '1', 50.4], [2025, '0', 7.1], [2025, '1', 52.92]]
    """
    check_arguments(draws, seed, level, below_levels, SUBJECT)
    refuse_both(entrants, population, intake, entry_age, SUBJECT)
    named = choose_levels(levels, rates, below_levels, SUBJECT)
    stock = read_stock(enrolment, base_year, horizon, SUBJECT)
    groups = stock_groups(stock)
    years = np.arange(int(stock["year"].iloc[0]), int(horizon) + 1)
    shares_given = rates.table if isinstance(rates, StudentFlow) else rates
    laid = lay_out_rates(read_rates(shares_given, SUBJECT), SUBJECT)
    path = lay_path(laid, groups, years, SUBJECT)
    first_grade, grades = path.first_grade, path.rates.promotion.shape[-1]
    placed = place_levels(named, below_levels, first_grade, grades)
    path = reach_targets(path, targets, groups, years, SUBJECT, levels=placed)
    used, taken = settle_completion(path.rates, placed, groups, first_grade, SUBJECT)
    refuse_unnamed_end(placed, named, used, first_grade, SUBJECT)
    used, treated = balance_rates(used, groups, years, first_grade, excess, SUBJECT)
    pupils = lay_out_stock(stock, groups, used, first_grade, SUBJECT)
    new, told = read_entrants(
        *(entrants, population, intake, entry_age),
        groups=groups,
        years=years[1:],
        first=used.first,
        first_grade=first_grade,
        grades=grades,
        subject=SUBJECT,
    )
    shares = read_participation(participation, placed, groups, years, SUBJECT)
    noise = None
    if draws and isinstance(rates, StudentFlow):
        noise = rate_draws(rates, used, groups, first_grade, SUBJECT)
    source = ", ".join(dict.fromkeys(stock["source"].astype("str")))
    tables = tabulate_years(
        follow_pupils(pupils, used, new, noise, draws, seed, scaled=excess == "scale"),
        Outlook(groups, years, first_grade, used, placed, float(level), source),
        new,
        shares,
    )
    pairs = 0 if noise is None else len(noise)
    settings = ProjectionSettings(
        by=tuple(groups.columns),
        base_year=int(years[0]),
        horizon=int(horizon),
        levels=tuple(named.items()),
        below_levels=below_levels,
        excess=excess,
        pairs=pairs,
        draws=int(draws) if pairs else 0,
        seed=int(seed),
        level=float(level),
    )
    known = {"stock": stock, "rates": shares_given, "entrants": entrants, "targets": targets}
    known |= {"population": population, "intake": intake, "participation": participation}
    notes = projection_notes(settings, draws, isinstance(rates, StudentFlow), shares, tables)
    return ProjectedCohort(
        tables.pop("table"),
        settings,
        notes=(*path.notes, *_unused(laid.groups, groups), *told, *taken, *treated, *notes),
        provenance=_provenance(settings, known),
        **tables,
    )


def _unused(given: pd.DataFrame, groups: pd.DataFrame) -> tuple[str, ...]:
    """Say which groups have rates but no pupils."""
    lost = left_out(given, groups)
    text = f"Rates of {listing(lost)} are not used: no pupils of theirs are given."
    return (text,) if lost else ()


def _provenance(settings: ProjectionSettings, given: Mapping[str, Any]) -> dict[str, Any]:
    inputs = {k: table_hash(v) for k, v in given.items() if isinstance(v, pd.DataFrame)}
    return {
        "version": __version__,
        "seed": settings.seed if settings.draws else None,
        "inputs": inputs,
    }
