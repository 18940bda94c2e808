"""`StudentFlow`: rates of a school system and the cohort that they imply."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from skillsfc.results import Result


@dataclass(frozen=True)
class StudentFlowSettings:
    """How a cohort was reconstructed.

    Parameters
    ----------
    by : tuple of str
        Keys of the groups.
    years : tuple of int
        First years of the pairs used; empty where rates were given.
    pool : bool
        Whether the pairs are one, or each its own cohort.
    most_repetitions : int or None
        Years that a pupil may repeat in all; None for no limit.
    excess : str
        Treatment of shares that add up to more than 1.
    absent : str
        What a cell without a row of repeaters means.
    entrants : float
        Size of the cohort [persons].
    levels : tuple of (str, int)
        Qualifications and the grade that ends each.
    level : float
        Coverage of the limits [0-1].
    """

    by: tuple[str, ...]
    years: tuple[int, ...] = ()
    pool: bool = True
    most_repetitions: int | None = None
    excess: str = "keep"
    absent: str = "missing"
    entrants: float = 1000.0
    levels: tuple[tuple[str, int], ...] = ()
    level: float = 0.95


@dataclass(frozen=True, eq=False, repr=False)
class StudentFlow(Result):
    """Outcome of `estimate_student_flow` and `reconstruct_cohort`.

    ``table``: the cohort by group and grade.

    Parameters
    ----------
    efficiency : DataFrame
        Group columns, ``indicator, value, unit, standard_error, lower, upper, level``.
    rates : DataFrame
        Group columns, ``year`` (the first of a pair), ``grade, promotion, repetition, completion,
        dropout, note``: each pair of years as it is, nothing treated.
    new_entrants : DataFrame
        Group columns, ``year, persons, unit, status, source``: pupils of the first grade who do
        not repeat it.
    issues : DataFrame
        ``rule, series, affected, severity, text``: what was found and done.
    """

    settings: StudentFlowSettings = StudentFlowSettings(())
    efficiency: pd.DataFrame = field(default_factory=pd.DataFrame)
    rates: pd.DataFrame = field(default_factory=pd.DataFrame)
    new_entrants: pd.DataFrame = field(default_factory=pd.DataFrame)
    issues: pd.DataFrame = field(default_factory=pd.DataFrame)
