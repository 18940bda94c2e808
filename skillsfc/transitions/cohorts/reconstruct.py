"""`reconstruct_cohort`: the cohort that given rates imply."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.results import table_hash
from skillsfc.transitions.cohorts.arguments import cohort_settings
from skillsfc.transitions.cohorts.excess import treat_excess
from skillsfc.transitions.cohorts.issues import completion_issues, endless_issues, excess_issues
from skillsfc.transitions.cohorts.kernel import Rates
from skillsfc.transitions.cohorts.measures import Limits, tabulate_cohort
from skillsfc.transitions.cohorts.rate_tables import lay_out_rates, read_rates
from skillsfc.transitions.cohorts.result import StudentFlow
from skillsfc.transitions.cohorts.tables import issue_table, series_names
from skillsfc.transitions.cohorts.wording import flow_notes

SUBJECT = "reconstruct_cohort"


def reconstruct_cohort(
    rates: pd.DataFrame,
    *,
    most_repetitions: int | None = None,
    excess: str = "keep",
    entrants: float = 1000.0,
    level: float = 0.95,
) -> StudentFlow:
    """Reconstruct a cohort's way through school from rates of promotion and repetition.

    Use it for published rates, for a what-if, or for a textbook case; `estimate_student_flow` makes
    the rates from counts, and limits with them.

    Parameters
    ----------
    rates : DataFrame
        By ``grade`` and any groups (a ``year`` makes each year its own cohort): ``promotion`` (of
        the last grade, the share who complete it) and ``repetition``; ``completion`` where a level
        ends, if known [shares of the pupils of the grade].
    most_repetitions : int, optional
        Years that a pupil may repeat on the whole way; without it there is no limit.
    excess : {"keep", "scale"}
        Where shares add up to more than 1: kept, or divided by their sum.
    entrants : float
        Size of the cohort [persons].
    level : float
        Not used: given rates have no limits. Kept so that tables have the same columns.

    Returns
    -------
    StudentFlow
        As from `estimate_student_flow`, without limits.

    Raises
    ------
    TableError
        If a rate is missing between a group's first and last grade, negative, or in percent.
    ParameterError
        If an argument is out of range.

    Notes
    -----
    See `estimate_student_flow` for the equations.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = pd.DataFrame({"grade": range(1, 7),
    ...     "promotion": [0.80, 0.85, 0.86, 0.85, 0.84, 0.82],
    ...     "repetition": [0.15, 0.10, 0.09, 0.08, 0.08, 0.10]})
    >>> made = reconstruct_cohort(rates)
    >>> made.efficiency.set_index("indicator")["value"].round(4)[
    ...     ["graduates", "pupil_years", "years_per_graduate", "efficiency"]].tolist()
    [645.6519, 5743.122, 8.8951, 0.6745]
    """
    settings = cohort_settings(
        SUBJECT, most_repetitions=most_repetitions, excess=excess, entrants=entrants, level=level
    )
    if excess == "uis":
        from skillsfc.errors import ParameterError, Problem

        step = "It needs counts of both sexes: sf.estimate_student_flow."
        problem = Problem("excess", "'uis' with given rates", "'keep' or 'scale'", "", step)
        raise ParameterError(SUBJECT, [problem])
    laid = lay_out_rates(read_rates(rates, SUBJECT), SUBJECT)
    given = Rates(
        laid.rates.promotion[None],
        laid.rates.repetition[None],
        laid.rates.completion[None],
        laid.rates.first,
        laid.rates.last,
    )
    used = treat_excess(given, laid.groups, excess)
    settings = replace(settings, by=tuple(laid.groups.columns))
    table, efficiency = tabulate_cohort(
        used,
        laid.groups,
        laid.first_grade,
        entrants=settings.entrants,
        most_repetitions=settings.most_repetitions,
        limits=Limits(np.zeros(len(laid.groups), dtype=np.int64), settings.level),
    )
    names = series_names(laid.groups)
    first, most = laid.first_grade, settings.most_repetitions
    issues = issue_table(
        [
            *excess_issues(given, names, None, first),
            *completion_issues(given, names, first),
            *endless_issues(used, names, first, most),
        ]
    )
    table = table.drop(columns="pairs")
    return StudentFlow(
        table.assign(status="modelled", source="given rates"),
        settings,
        notes=flow_notes(settings, issues, np.zeros(1, dtype=np.int64), table),
        provenance={"version": __version__, "seed": None, "inputs": {"rates": table_hash(rates)}},
        efficiency=efficiency.assign(status="modelled", source="given rates"),
        issues=issues,
    )
