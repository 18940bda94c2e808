"""Log-rank tests of equal hazards: weighted in time, stratified, with weights and clusters."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import CoverageError, ParameterError, Problem, TableError, did_you_mean
from skillsfc.results import Result
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.survival.counting import count_at_risk, padded
from skillsfc.transitions.survival.selection import Selection

SUBJECT = "compare"


@dataclass(frozen=True)
class ComparisonSettings:
    """Arguments of a comparison; ``variance`` is hypergeometric or clustered."""

    rho: float
    strata: tuple[str, ...]
    variance: str


@dataclass(frozen=True, eq=False, repr=False)
class CurveComparison(Result):
    """Outcome of a test of equal curves.

    Parameters
    ----------
    observed : DataFrame
        Group columns, ``spells, events, expected`` (weighted where there are weights).
    """

    observed: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class _Score:
    observed: Floats
    expected: Floats
    variance: Floats


def compare_groups(
    chosen: Selection, *, strata: tuple[str, ...], rho: float, robust: bool
) -> CurveComparison:
    """Return the log-rank test of a selection of spells.

    Raises
    ------
    ParameterError
        If there is one group only, or a stratum column is unknown.
    CoverageError
        If no move was seen.
    """
    event, stratum = check_comparison(chosen, strata, rho)
    equal = np.ptp(chosen.weight) == 0
    weight = chosen.weight if not (robust or equal) else chosen.weight / chosen.weight.mean()
    count = len(chosen.groups)
    observed, expected = np.zeros(count), np.zeros(count)
    variance = np.zeros((count, count))
    values = np.zeros((len(event), count))
    for own in range(int(stratum.max()) + 1):
        at = np.flatnonzero(stratum == own)
        score, influence = _stratum(chosen, at, event[at], weight[at], count, rho)
        observed, expected = observed + score.observed, expected + score.expected
        variance = variance + score.variance
        values[at] = influence
    if robust:
        sums = np.stack(
            [np.bincount(chosen.cluster, weight * column) for column in values.T], axis=1
        )
        variance = np.asarray(sums.T @ sums)
    statistic, freedom = quadratic_form(observed - expected, variance)
    table = pd.DataFrame({
        "statistic": [statistic], "degrees_of_freedom": [freedom],
        "p_value": [upper_tail(statistic, freedom)],
    })  # fmt: skip
    spells = np.bincount(chosen.group, minlength=count)
    beside = chosen.groups.assign(spells=spells, events=observed, expected=expected)
    settings = ComparisonSettings(rho, strata, "clustered" if robust else "hypergeometric")
    return CurveComparison(table, settings, provenance={"version": __version__}, observed=beside)


def check_comparison(
    chosen: Selection, strata: tuple[str, ...], rho: float
) -> tuple[np.ndarray, Whole]:
    """Return events and strata of a comparison, or refuse it with every problem."""
    problems = []
    if len(chosen.groups) < 2:
        found = f"{len(chosen.groups)} group"
        step = "Estimate the curves with group='...'."
        problems.append(Problem("groups", found, "two or more", next_step=step))
    problems += [
        Problem("strata", f"no column {name!r}", "a column of the spells",
                did_you_mean(name, chosen.table.columns))
        for name in strata if name not in chosen.table.columns
    ]  # fmt: skip
    if not isinstance(rho, int | float) or not np.isfinite(rho):
        problems.append(Problem("rho", repr(rho), "a number such as 0 or 1"))
    if problems:
        raise ParameterError(SUBJECT, problems)
    gaps = [name for name in strata if chosen.table[name].isna().any()]
    if gaps:
        raise TableError(SUBJECT, [Problem(f"column '{n}'", "has missing values") for n in gaps])
    event = np.isin(chosen.cause, [chosen.kinds.index(kind) for kind in chosen.shown])
    if not event.any():
        raise CoverageError(SUBJECT, [Problem("moves", "none was seen", "at least one")])
    if not strata:
        return event, np.zeros(len(event), dtype=np.int64)
    return event, chosen.table.groupby(list(strata)).ngroup().to_numpy(dtype=np.int64)


def _stratum(
    chosen: Selection, at: Whole, event: np.ndarray, weight: Floats, count: int, rho: float
) -> tuple[_Score, Floats]:
    """Return observed and expected moves of a stratum, their variance, and each row's influence."""
    group = chosen.group[at]
    # Kind 0.. is the group of the row that moves: one count gives moves and risk of all groups.
    cause = np.where(event, group, -1)
    counts = count_at_risk(
        chosen.entry[at], chosen.end[at], cause, weight, kinds=count, places=True
    )
    risk = np.stack(
        [group_risk(counts.first, counts.last, weight * (group == g), len(counts.times))
         for g in range(count)], axis=1,
    )  # fmt: skip
    whole = np.where(counts.risk > 0, counts.risk, 1.0)
    moves = counts.events.sum(axis=1)
    hazard = moves / whole
    before = np.append(1.0, np.cumprod(1.0 - hazard)[:-1])
    emphasis = before**rho if rho else np.ones(len(before))
    share = risk / whole[:, None]
    expected = share * (emphasis * moves)[:, None]
    spread = np.where(whole > 1, (whole - moves) / np.where(whole > 1, whole - 1, 1.0), 0.0)
    scale = emphasis**2 * moves * spread
    variance = np.diag((share * scale[:, None]).sum(axis=0)) - (share * scale[:, None]).T @ share
    own = np.eye(count)[group]
    met_all, met = padded(emphasis * hazard), padded(expected / whole[:, None])
    first, last = counts.first, counts.last
    influence = np.where(event, emphasis[last], 0.0)[:, None] * (own - share[last])
    influence -= own * (met_all[last + 1] - met_all[first])[:, None] - (met[last + 1] - met[first])
    score = _Score((counts.events * emphasis[:, None]).sum(axis=0), expected.sum(axis=0), variance)
    return score, influence


def group_risk(first: Whole, last: Whole, weight: Floats, size: int) -> Floats:
    """Return the sum of weights at risk at each place."""
    change = np.bincount(last, weight, size)
    later = np.append(np.bincount(first, weight, size)[1:], 0.0)
    return np.asarray(np.cumsum((change - later)[::-1])[::-1])


def quadratic_form(difference: Floats, variance: Floats) -> tuple[float, int]:
    """Return difference' variance^- difference and the rank; groups never at risk do not count."""
    known = np.diag(variance) > 1e-12 * max(float(np.diag(variance).max()), 1e-300)
    kept = np.flatnonzero(known)[1:]
    if len(kept) == 0:
        return 0.0, 0
    part = variance[np.ix_(kept, kept)]
    return float(difference[kept] @ np.linalg.solve(part, difference[kept])), len(kept)


def upper_tail(statistic: float, freedom: int) -> float:
    """Return the chance of a larger chi-square; missing without a degree of freedom."""
    from scipy.special import chdtrc

    return float(chdtrc(freedom, statistic)) if freedom else float("nan")
