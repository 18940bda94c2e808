"""Shares, ratios and means of a survey, with the standard errors that its design gives.

Everything that is estimated from weighted answers passes here: stages, indicators, bounds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.design import Floats, read_design
from skillsfc.transitions.ratios import domains, estimate_ratio, measured, taken_names

SUBJECT = "estimate_ratios"
COLUMNS = ("share", "mean", "standard_error", "lower", "upper", "level", "persons", "cases",
           "effective_persons", "design_effect", "reliability", "note")  # fmt: skip


def estimate_ratios(
    table: pd.DataFrame,
    numerator: str,
    denominator: str | None = None,
    *,
    group: str | Sequence[str] | None = None,
    weight: str | None = "weight",
    stratum: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
    lonely: str = "adjust",
) -> pd.DataFrame:
    r"""Estimate a share, a ratio or a mean of a survey, overall or by group, with its error.

    Use it for any number of the kind "of the persons in the denominator, how many (or how much)".
    Give the whole survey, not a selection: a domain's variance needs the sampling units without
    anybody of the domain too. Not for medians, and not for spells that are censored.

    Parameters
    ----------
    table : DataFrame
        One row a person.
    numerator : str
        Column of true and false (a share) or of numbers (a ratio or mean). Where it is missing,
        the row leaves numerator and denominator and is counted in the note.
    denominator : str, optional
        Column of true and false: the domain, in which alone the numerator counts; or of numbers:
        the base of a ratio. By default every row counts one.
    group : str or sequence of str, optional
        Columns of the domains; missing values become the domain ``"not stated"``. Names of the
        result's own columns are refused.
    weight : str, optional
        Column of the weight; the default is used only if there, None means equal weights.
    stratum, cluster : str, optional
        Columns of the strata and of the primary sampling units (numbered within strata).
    level : float
        Nominal coverage of the interval [0-1].
    lonely : {"adjust", "remove", "refuse"}
        Strata with a single sampling unit: measured from the overall mean (too wide rather than
        too narrow), left out of the variance, or an error.

    Returns
    -------
    DataFrame
        One row a group: the group columns, ``share`` [0-1] or ``mean`` [unit of the numerator],
        ``standard_error, lower, upper, level``, ``persons`` (unweighted), ``cases`` (with the
        trait, unweighted), ``effective_persons``, ``design_effect``, ``reliability`` (empty; "u":
        fewer than 30 persons or a standard error over a quarter of the value; "w", to be
        withheld: fewer than 10 persons or over a half) and ``note``. Nothing is blanked here.

    Raises
    ------
    TableError
        On columns that are not there, weights that cannot be meant, answers that are no numbers,
        strata with a single unit under ``"refuse"``.
    ParameterError
        If the level or a word is out of range.

    Notes
    -----
    :math:`R = \sum w y / \sum w x`. With :math:`z_i = w_i (y_i - R x_i) / \sum w x`, zero outside
    the domain, and :math:`z_{hc}` its sum in unit c of stratum h with :math:`n_h` units,

    .. math:: V(R) = \sum_h \frac{n_h}{n_h - 1} \sum_c (z_{hc} - \bar z_h)^2,

    units taken as drawn with replacement. Degrees of freedom: units less strata, both counted
    where somebody has weight, of the whole survey also for a domain; the interval uses
    Student's t. Without strata and clusters the variance is that of a simple random sample of
    :math:`(\sum w)^2 / \sum w^2` persons (Kish): an approximation which does not know of clusters.
    Intervals of shares are Wilson's on the effective number of persons
    :math:`R (1 - R) / V`, at most the persons asked; of means and other ratios,
    symmetric.

    References
    ----------
    Binder (1983), On the variances of asymptotically normal estimators from complex surveys,
    International Statistical Review 51, 279-292. Kish (1965), Survey sampling, Wiley. Korn and
    Graubard (1998), Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data, Survey Methodology 24, 193-201.

    Examples
    --------
    >>> import pandas as pd
    >>> survey = pd.DataFrame({"neet": [1, 0, 0, 1, 0, 0], "sex": list("FFFMMM")})
    >>> made = estimate_ratios(survey, "neet", group="sex")
    >>> made[["sex", "share", "standard_error", "lower", "upper"]].round(3).values.tolist()
    [['F', 0.333, 0.272, 0.061, 0.792], ['M', 0.333, 0.272, 0.061, 0.792]]
    """
    refuse_other_than_table(table, SUBJECT)
    groups = [group] if isinstance(group, str) else list(group or ())
    _refuse(table, [numerator, *([denominator] if denominator else []), *groups], groups, level)
    design = read_design(
        table, weight=weight, stratum=stratum, cluster=cluster, lonely=lonely, subject=SUBJECT
    )
    top = _numbers(table, numerator)
    below = np.ones(len(table)) if denominator is None else _numbers(table, denominator)
    known = np.isfinite(top) & np.isfinite(below)
    notes = list(design.notes)
    unknown = int((~known & ~(below == 0) & (design.weight > 0)).sum())
    if unknown:
        notes.append(f"{unknown} rows without an answer are left out of '{numerator}'.")
    top, below = np.where(known, top, 0.0), np.where(known, below, 0.0)
    binary = [bool(np.isin(values, (0.0, 1.0)).all()) for values in (top, below)]
    top = top * below if binary[1] else top
    measure = "share" if all(binary) else "mean"
    rows = []
    for keys, inside in domains(table, groups):
        found = estimate_ratio(design, top * inside, below * inside)
        rows.append({**keys, **measured(found, measure, design, level)})
    return pd.DataFrame(rows).assign(note=" ".join(notes))


def refuse_level(level: float, subject: str) -> None:
    """Raise if a level is not strictly between 0 and 1.

    Raises
    ------
    ParameterError
        If it is not.
    """
    if not isinstance(level, int | float) or isinstance(level, bool) or not 0 < level < 1:
        step = "Give 0.95 for 95 %."
        raise ParameterError(
            subject, [Problem("level", repr(level), "a share between 0 and 1", next_step=step)]
        )


def _refuse(
    table: pd.DataFrame, needed: Sequence[str], groups: Sequence[str], level: float
) -> None:
    refuse_level(level, SUBJECT)
    problems = [
        Problem(
            f"column '{name}'", "missing", "one of the columns", did_you_mean(name, table.columns)
        )
        for name in dict.fromkeys(needed)
        if name not in table.columns
    ]
    problems += taken_names([name for name in groups if name in table], COLUMNS, "group")
    if table.empty:
        problems.append(Problem("rows", "none", "at least one person"))
    if problems:
        raise TableError(SUBJECT, problems)


def _numbers(table: pd.DataFrame, name: str) -> Floats:
    """Return a column as numbers, true as 1; missing answers as NaN."""
    column = table[name]
    numbers = pd.to_numeric(column, errors="coerce")
    words = sorted({str(word) for word in column[numbers.isna() & column.notna()]})
    if words:
        step = "Make a column of true and false first, such as table['activity'] == 'employed'."
        raise TableError(
            SUBJECT,
            [Problem(f"column '{name}'", f"the words {listing(words)}", "numbers", next_step=step)],
        )
    return np.asarray(numbers.to_numpy(dtype="float64", na_value=np.nan))
