"""From rates to the tables of a reconstructed cohort, with limits from the years' variation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.transitions.cohorts.excess import MARK, excess_at
from skillsfc.transitions.cohorts.kernel import Cohort, Rates, follow_cohort
from skillsfc.transitions.cohorts.tables import rows_of
from skillsfc.transitions.records import Floats, Whole

FEWEST_PAIRS = 3  # with fewer, years' variation has no spread worth a limit
UNITS = {
    "graduates": "persons",
    "pupil_years": "person-years",
    "years_per_graduate": "years",
    "efficiency": "share",
    "input_output_ratio": "ratio",
    "duration_of_graduates": "years",
    "duration_of_dropouts": "years",
}


@dataclass(frozen=True)
class Limits:
    """What is needed for limits: pairs behind each group, and their coverage.

    Parameters
    ----------
    pairs : array of int (groups)
        Pairs of years; leave-one-out sets follow the first set of rates.
    level : float
        Coverage [0-1].
    """

    pairs: Whole
    level: float

    def of(self, sets: Floats, *, share: bool = False) -> tuple[Floats, Floats, Floats]:
        """Return standard error, lower and upper limit; missing with fewer than three pairs.

        The limits of a share end at 1, unless it is itself above.
        """
        value, without = sets[0], sets[1:]
        pairs = self.pairs.reshape(-1, *[1] * (value.ndim - 1)).astype(float)
        enough = (pairs >= FEWEST_PAIRS) & (len(without) > 0)
        if not enough.any():
            return (np.full_like(value, np.nan),) * 3
        from scipy.special import stdtrit

        around = ((without - without.mean(axis=0)) ** 2).sum(axis=0)
        error = np.where(enough, np.sqrt(around * (1.0 - 1.0 / np.maximum(pairs, 1.0))), np.nan)
        reach = stdtrit(np.maximum(pairs - 1.0, 1.0), 0.5 + self.level / 2) * error
        most = np.maximum(value, 1.0) if share else np.inf
        return error, np.maximum(value - reach, 0.0), np.minimum(value + reach, most)


def cohort_indicators(rates: Rates, cohort: Cohort, entrants: float) -> dict[str, Floats]:
    """Return graduates, pupil-years, years per graduate, efficiency and durations, by group."""
    inside, final = rates.place()
    length = (rates.last - rates.first + 1).astype(float)
    years = np.where(inside, cohort.pupil_years, 0.0).sum(axis=-1)
    graduates = np.where(final, cohort.graduates, 0.0).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        each = np.where(graduates > 0, years / graduates, np.nan)
        return {
            "graduates": entrants * graduates,
            "pupil_years": entrants * years,
            "years_per_graduate": each,
            "efficiency": length * graduates / years,
            "input_output_ratio": each / length,
            "duration_of_graduates": cohort.duration_of_graduates,
            "duration_of_dropouts": cohort.duration_of_dropouts,
        }


def tabulate_cohort(
    rates: Rates,
    groups: pd.DataFrame,
    first_grade: int,
    *,
    entrants: float,
    most_repetitions: int | None,
    limits: Limits,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cohort by grade and its indicators; arrays of rates begin with the set."""
    cohort = follow_cohort(rates, most_repetitions)
    inside, _ = rates.place()
    group, grade = np.nonzero(inside)
    error, lower, upper = limits.of(cohort.survival, share=True)

    def cells(values: Floats) -> Floats:
        one: Floats = values[group, grade]
        return one

    columns = {
        "grade": first_grade + grade,
        "promotion": cells(rates.passing()[0]),
        "repetition": cells(rates.repetition[0]),
        "completion": cells(rates.completion[0]),
        "dropout": cells(rates.dropout()[0]),
        "survival": cells(cohort.survival[0]),
        "standard_error": cells(error),
        "lower": cells(lower),
        "upper": cells(upper),
        "level": limits.level,
        "pupil_years": entrants * cells(cohort.pupil_years[0]),
        "graduates": entrants * cells(cohort.graduates[0]),
        "completing_leavers": entrants * cells(cohort.completing_leavers[0]),
        "dropouts": entrants * cells(cohort.dropouts[0]),
        "pairs": limits.pairs[group],
        "note": np.where(cells(excess_at(rates)[0]) > 0, MARK, ""),
    }
    table = rows_of(groups, group, columns)
    return table, _indicator_rows(cohort_indicators(rates, cohort, entrants), groups, limits)


def _indicator_rows(found: dict[str, Floats], groups: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    names, count = list(found), len(groups)
    bands = [limits.of(values, share=UNITS[name] == "share") for name, values in found.items()]

    def by_group(columns: list[Floats]) -> Floats:
        flat: Floats = np.stack(columns, axis=1).ravel()
        return flat

    columns = {
        "indicator": names * count,
        "value": by_group([values[0] for values in found.values()]),
        "unit": [UNITS[name] for name in names] * count,
        "standard_error": by_group([error for error, _, _ in bands]),
        "lower": by_group([lower for _, lower, _ in bands]),
        "upper": by_group([upper for _, _, upper in bands]),
        "level": limits.level,
    }
    return rows_of(groups, np.repeat(np.arange(count), len(names)), columns)


def tabulate_rates(
    rates: Rates, groups: pd.DataFrame, first_grade: int, years: Whole
) -> pd.DataFrame:
    """Return the rates of each pair of years, one row a pair, group and grade."""
    inside, _ = rates.place()
    known = inside & (np.isfinite(rates.repetition) | np.isfinite(rates.passing()))
    pair, group, grade = np.nonzero(known)
    at = (pair, group, grade)
    columns = {
        "year": years[pair],
        "grade": first_grade + grade,
        "promotion": rates.passing()[at],
        "repetition": rates.repetition[at],
        "completion": rates.completion[at],
        "dropout": rates.dropout()[at],
        "note": np.where(excess_at(rates)[at] > 0, MARK, ""),
    }
    table = rows_of(groups, group, columns)
    order = [*groups.columns, "year", "grade"]
    return table.sort_values(order, kind="stable", ignore_index=True)


def spread(values: Floats) -> Floats:
    """Return the standard deviation over pairs; missing where fewer than two are known.

    Examples
    --------
    >>> spread(np.array([[0.1, 0.2], [0.3, np.nan]])).round(4).tolist()
    [0.1414, nan]
    """
    known = np.isfinite(values)
    count = known.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=0) / count
        around = (np.where(known, values - mean, 0.0) ** 2).sum(axis=0)
        return np.where(count > 1, np.sqrt(around / (count - 1)), np.nan)
