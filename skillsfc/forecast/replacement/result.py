"""`ReplacementDemand`: what every method of replacement demand returns."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from skillsfc.results import Result

COLUMNS = (
    *("first_year", "year", "persons", "replacement", "rate", "annual_rate", "rate_error"),
    *("unit", "status", "source"),
)


@dataclass(frozen=True)
class ReplacementSettings:
    """How replacement demand was estimated.

    Parameters
    ----------
    method : str
        ``"net"``, ``"stock_flow"``, ``"separations"`` or ``"ageing"``.
    annual : str
        Definition of ``annual_rate``: ``"simple"`` or ``"warwick"``.
    rate_base : str
        Employment that a simple annual rate refers to: ``"start"`` of the period, or ``"mean"``
        of its start and end.
    by : tuple of str
        Keys of the cells.
    pairs : tuple of pairs of int
        Years compared.
    interval : int
        Length of the period [years].
    age_width : int or None
        Width of the cohorts [years]; None where no cohort is followed.
    shrink, interpolate : bool
        Whether thin cells were drawn to their peers, and cohorts interpolated.
    absent : str
        What a cell without a row means, ``"missing"`` or ``"zero"``.
    """

    method: str
    annual: str
    rate_base: str
    by: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...]
    interval: int
    age_width: int | None = None
    shrink: bool = True
    interpolate: bool = False
    absent: str = "missing"


@dataclass(frozen=True, eq=False, repr=False)
class ReplacementDemand(Result):
    """Outcome of `estimate_replacement_demand` and `estimate_ageing_exits`.

    Parameters
    ----------
    ages : DataFrame
        Cohort methods: ``keys, age, base, later, raw_rate, shrunk_rate, own_weight,
        everybody_rate, replacement``; ``age`` is the group reached at the end.
    pairs : DataFrame
        Cohort methods: ``keys, first_year, year, persons, replacement, rate, annual_rate`` of each
        pair of years on its own, nothing shrunk.
    components : DataFrame
        ``keys, indicator, rate, replacement``: exits and transfers apart; passing the age of exit
        and deaths apart.
    issues : DataFrame
        ``rule, series, affected, severity, text``: what was found and done.
    """

    ages: pd.DataFrame = field(default_factory=pd.DataFrame)
    pairs: pd.DataFrame = field(default_factory=pd.DataFrame)
    components: pd.DataFrame = field(default_factory=pd.DataFrame)
    issues: pd.DataFrame = field(default_factory=pd.DataFrame)
