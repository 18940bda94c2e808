"""`ProjectedCohort`: pupils, graduates and leavers of coming years."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from skillsfc.results import Result


@dataclass(frozen=True)
class ProjectionSettings:
    """How pupils were projected.

    Parameters
    ----------
    by : tuple of str
        Keys of the groups.
    base_year, horizon : int
        Year of the stock, and last year.
    levels : tuple of (str, int)
        Qualifications and the grade that ends each.
    below_levels : str
        What leavers are called who complete none of them.
    excess : str or None
        Treatment of shares that add up to more than 1; None where there were to be none.
    pairs : int
        Pairs of years whose rates were drawn; 0 where there are no limits.
    draws, seed : int
        Number of draws and their seed.
    level : float
        Coverage of the limits [0-1].
    """

    by: tuple[str, ...]
    base_year: int
    horizon: int
    levels: tuple[tuple[str, int], ...]
    below_levels: str
    excess: str | None
    pairs: int
    draws: int
    seed: int
    level: float


@dataclass(frozen=True, eq=False, repr=False)
class ProjectedCohort(Result):
    """Outcome of `project_cohort`.

    ``table``: group columns, ``year, grade, persons, lower, upper, level, unit, status, source``.

    Parameters
    ----------
    flows : DataFrame
        Group columns, ``year, grade, pupils, entrants, promoted, repeating, graduates,
        completing_leavers, dropouts, coming_in`` [persons]: pupils and those who come in are those
        who go on, repeat, and leave with or without completing; next year's pupils are those who
        repeat and come from below, and entrants. ``coming_in`` is above 0 only where rates add up
        to more than 1 (``excess="keep"``).
    graduates : DataFrame
        Group columns, ``year, grade, qualification, persons, lower, upper, level, going_on``
        [persons; share], ``unit, status, source``.
    leavers : DataFrame
        Group columns, ``year, grade`` (the highest attended), ``completed`` (whether they completed
        the level that ends with it), ``qualification`` (highest completed), ``persons`` and flags.
    labour_force_entrants : DataFrame
        Group columns, ``year, qualification, persons, lower, upper, level`` and flags; no rows
        where no participation was given.
    """

    flows: pd.DataFrame = field(default_factory=pd.DataFrame)
    graduates: pd.DataFrame = field(default_factory=pd.DataFrame)
    leavers: pd.DataFrame = field(default_factory=pd.DataFrame)
    labour_force_entrants: pd.DataFrame = field(default_factory=pd.DataFrame)
