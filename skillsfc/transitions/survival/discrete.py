"""`fit_discrete`: hazards in whole periods, without a table of person-periods."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem
from skillsfc.results import table_hash
from skillsfc.transitions.records import Floats, Whole, spell_frame
from skillsfc.transitions.survival.curve import choose_errors
from skillsfc.transitions.survival.discrete_baseline import baseline_columns
from skillsfc.transitions.survival.discrete_data import SUBJECT, DiscreteData, read_discrete
from skillsfc.transitions.survival.discrete_fit import DiscreteMaximum, maximise
from skillsfc.transitions.survival.discrete_likelihood import LINKS, DiscreteLikelihood
from skillsfc.transitions.survival.discrete_result import (
    DiscreteHazard,
    DiscreteModel,
    DiscreteSettings,
)
from skillsfc.transitions.survival.discrete_scale import standardised
from skillsfc.transitions.survival.discrete_table import (
    coefficient_table,
    covariance_table,
    discrete_notes,
    model_facts,
)
from skillsfc.transitions.survival.fitted import ONE_CLUSTER
from skillsfc.transitions.survival.selection import CLOCKS, Names, check_words, count_distinct

ERRORS = ("auto", "model", "robust")
REMEDIES = ("none", "firth", "ridge")


def fit_discrete(
    spells: object,
    formula: str = "1",
    *,
    link: str = "logit",
    baseline: Any = "dummies",
    state: str | None = None,
    to: Names = None,
    clock: str = "spell",
    period: float = 1.0,
    horizon: float | None = None,
    weight: str | None = "weight",
    cluster: str | None = None,
    errors: str = "auto",
    remedy: str = "none",
    penalty: float = 1.0,
    missing: str = "error",
    level: float = 0.95,
    unit: str = "month",
) -> DiscreteHazard:
    r"""Fit the chance to move within a period, given that one is still there, by covariates.

    Use it where time comes in months, quarters or years with many ties, and where several exits
    compete (``link="multinomial"``). Covariates are those of the spell: for ones that change within
    it, cut the spell at the change. Use Cox's model where time is fine and its shape of no
    interest.

    Parameters
    ----------
    spells : DataFrame or SpellCheck
        ``start, end`` [unit of time], ``event`` or ``to_state``; optionally ``person, state,
        entry`` and what the other arguments name.
    formula : str
        Covariates, such as ``"sex + age + age^2"``; ``"1"`` for none. See `design_matrix`.
    link : {"logit", "cloglog", "multinomial"}
        Log odds of moving; log of minus the log of staying (proportional hazards, grouped in time);
        log odds of each kind of move beside staying.
    baseline : str or list of float
        ``"dummies"``: a coefficient for each period; ``"constant", "linear", "quadratic",
        "cubic"``: polynomial in the number of the period; ``"log"``; or ends of intervals with a
        constant hazard [unit of the spells].
    state : str, optional
        Only spells in this state.
    to : str or list of str, optional
        Moves that count, together; others are censored. Under ``"multinomial"`` each on its own,
        and all others as ``"(other)"``. Default: every move seen.
    clock : {"spell", "study"}
        Time since the spell's own start, or time as given.
    period : float
        Length of a period [unit of the spells]. A move in (k - 1, k] periods is one in period k;
        who is at risk in a part of a period is at risk in it.
    horizon : float, optional
        Time at which all spells are cut [unit of the spells].
    weight : str, optional
        Column of weights; the default is used if it is there. None: unweighted.
    cluster : str, optional
        Column of the cluster. Default: the person.
    errors : {"auto", "model", "robust"}
        Inverse information, or the sandwich by cluster (times G / (G - 1)). Auto: robust where
        weights differ, a cluster is named, or a person has more than one spell.
    remedy : {"none", "firth", "ridge"}
        What to do about perfect separation: say it; Firth's penalty (logit); a ridge on the
        covariates, ``penalty`` [per squared standard deviation].
    penalty : float
        Strength of the ridge [0 or more].
    missing : {"error", "drop"}
        Refuse, or leave out, rows with missing covariates.
    level : float
        Level of the limits [0-1].
    unit : str
        Name of the unit of time.

    Returns
    -------
    DiscreteHazard
        ``.table``: ``to_state, term, part`` (baseline or covariate), ``estimate`` (logarithm),
        ``standard_error, ratio`` (of odds; of hazards under cloglog), ``lower, upper`` (limits of
        the ratio), ``level, z, p_value, note``. ``.predict(table)`` and ``.average_effects()``;
        ``.diagnostics``: log-likelihood, AIC, numbers of spells, periods and moves.

    Raises
    ------
    TableError
        If spells are not valid, or a covariate is missing, constant or told by the others.
    ParameterError
        If an argument is not known.
    CoverageError
        If nobody moves, or everybody does at the first chance: one class cannot be fitted.
    ConvergenceError
        If the estimation comes to no end.

    Notes
    -----
    With covariates x and period t, :math:`\text{logit}\, h = a_t + x b`, and the likelihood

    .. math:: \sum_{g,t} \Big[ y_{gt} \log h_{gt} + (n_{gt} - y_{gt}) \log (1 - h_{gt}) \Big]

    over distinct covariates g: the same number as over all person-periods, from far fewer terms.
    Firth's penalty is half the log determinant of the information.

    References
    ----------
    Allison (1982), Discrete-time methods for the analysis of event histories, Sociological
    Methodology 13, 61-98. Firth (1993), Bias reduction of maximum likelihood estimates, Biometrika
    80, 27-38.

    Examples
    --------
    >>> import pandas as pd
    >>> spells = pd.DataFrame({"start": 0, "end": [1, 2, 3, 3, 1, 2], "event": [1, 1, 0, 1, 0, 1],
    ...                        "sex": ["F", "F", "F", "M", "M", "M"]})
    >>> made = fit_discrete(spells, "sex", baseline="constant")
    >>> made.table[["term", "estimate"]].round(6).values.tolist()
    [['intercept', -0.693147], ['sex[M]', 0.0]]
    """
    _check(level, link, clock, errors, remedy, penalty, period, horizon)
    data = read_discrete(
        spells, formula, state=state, to=to, clock=clock, period=period, horizon=horizon,
        weight=weight, cluster=cluster, missing=missing, several=link == "multinomial",
        errors=errors,
    )  # fmt: skip
    used = errors
    if errors == "auto":
        used = choose_errors(data.chosen, named=cluster is not None)
        used = "model" if used == "greenwood" else used
    columns, names = baseline_columns(baseline, data.periods.number, subject=SUBJECT, period=period)
    likelihood = _likelihood(data, columns, link)
    standard, back = standardised(likelihood)
    found = _maximise(standard, remedy, penalty)
    alone = (ONE_CLUSTER,) if used == "robust" and count_distinct(data.cluster) == 1 else ()
    inner = _covariance(standard, found, data.cluster if used == "robust" else None)
    maximum = replace(
        found, coefficients=back.coefficients(found.coefficients),
        endless=back.endless(found.endless),
    )  # fmt: skip
    covariance = back.covariance(inner, maximum.endless)
    word = baseline if isinstance(baseline, str) else ", ".join(f"{end:g}" for end in baseline)
    settings = DiscreteSettings(
        formula, link, word, state, data.kinds, clock, period, horizon, used, remedy,
        penalty if remedy == "ridge" else 0.0, level, unit,
    )  # fmt: skip
    terms = (*names, *data.design.names)
    root = back.root(inner)
    model = DiscreteModel(likelihood, data.design, maximum.coefficients, root, data.examples)
    return DiscreteHazard(
        coefficient_table(settings, maximum, covariance, terms, len(names)),
        settings,
        model_facts(likelihood, maximum, data.cluster),
        discrete_notes((*data.notes, *alone), settings, likelihood, maximum, terms),
        {"version": __version__, "inputs": {"spells": table_hash(spell_frame(spells))}},
        covariance=covariance_table(settings, covariance, terms),
        model=model,
    )


def _check(
    level: float, link: str, clock: str, errors: str, remedy: str, penalty: float, period: float,
    horizon: float | None,
) -> None:  # fmt: skip
    check_words(SUBJECT, level, {
        "link": (link, LINKS), "clock": (clock, CLOCKS), "errors": (errors, ERRORS),
        "remedy": (remedy, REMEDIES),
    })  # fmt: skip
    problems = [
        Problem(name, repr(value), "a number above 0")
        for name, value in (("period", period), ("horizon", horizon))
        if value is not None and not (isinstance(value, int | float) and 0 < value < np.inf)
    ]
    if not isinstance(penalty, int | float) or not 0 <= penalty < np.inf:
        problems.append(Problem("penalty", repr(penalty), "a number of 0 or more"))
    if remedy == "firth" and link != "logit":
        step = "Take remedy='ridge'."
        problems.append(Problem("remedy", f"'firth' with link {link!r}", "link 'logit'", "", step))
    if problems:
        raise ParameterError(SUBJECT, problems)


def _likelihood(data: DiscreteData, columns: Floats, link: str) -> DiscreteLikelihood:
    """Return the likelihood; cells of their own coefficient without any move are closed."""
    _, moves = data.periods.totals()
    own = ((columns == 0) | (columns == 1)).all() and (columns.sum(axis=1) == 1).all()
    closed = (columns @ (columns.T @ moves)) == 0 if own else np.zeros(moves.shape, dtype=bool)
    return DiscreteLikelihood(data.periods, columns, link, np.asarray(closed))


def _maximise(likelihood: DiscreteLikelihood, remedy: str, penalty: float) -> DiscreteMaximum:
    columns, matrix = likelihood.baseline, likelihood.periods.matrix
    kinds, first, width = likelihood.periods.kinds, columns.shape[1], likelihood.width
    theta, free = np.zeros((kinds, width)), np.ones((kinds, width), dtype=bool)
    theta[:, :first] = _start(likelihood)
    some = columns.T @ np.where(likelihood.closed, 0.0, 1.0)  # periods in which it is estimated
    free[:, :first] = some.T > 0
    scale = np.concatenate([np.abs(columns).max(axis=0), np.abs(matrix).max(axis=0, initial=0.0)])
    spread = np.zeros(width)
    if remedy == "ridge" and width > first:
        periods = likelihood.periods
        counts = np.bincount(periods.pattern, periods.weight, len(matrix))
        centre = counts @ matrix / counts.sum()
        spread[first:] = penalty * (counts @ (matrix - centre) ** 2) / counts.sum()
    scale = np.tile(np.where(scale > 0, scale, 1.0), kinds)
    return maximise(
        likelihood, theta.reshape(-1), free.reshape(-1), scale,
        remedy=remedy, penalty=np.tile(spread, kinds), subject=SUBJECT,
    )  # fmt: skip


def _start(likelihood: DiscreteLikelihood) -> Floats:
    """Return a baseline that gives the mean hazard; by period where each has its coefficient."""
    risk, moves = likelihood.periods.totals()
    columns = likelihood.baseline
    one_each = ((columns == 0) | (columns == 1)).all() and (columns.sum(axis=1) == 1).all()
    parts = columns if one_each else np.ones((len(columns), 1))
    at_risk = parts.T @ risk
    hazard = (parts.T @ moves) / np.where(at_risk > 0, at_risk, 1.0)[:, None]
    hazard = np.clip(hazard, 1e-8, 0.98 / hazard.shape[1])
    if likelihood.link == "cloglog":
        found = np.log(-np.log1p(-hazard))
    else:
        found = np.log(hazard / (1.0 - hazard.sum(axis=1, keepdims=True)))
    made = np.zeros((columns.shape[1], hazard.shape[1]))
    made[: len(found)] = found
    return np.asarray(made.T)


def _covariance(
    likelihood: DiscreteLikelihood, maximum: DiscreteMaximum, cluster: Whole | None
) -> Floats:
    """Return the inverse information, or the sandwich by cluster."""
    inverse = maximum.covariance()
    if cluster is None:
        return inverse
    scores = likelihood.cluster_scores(maximum.coefficients, cluster)
    count = len(scores)
    known = np.isfinite(np.diag(inverse))
    influence = scores[:, known] @ inverse[np.ix_(known, known)]
    found = np.full(inverse.shape, np.nan)
    found[np.ix_(known, known)] = (
        influence.T @ influence * (count / (count - 1) if count > 1 else np.nan)
    )
    return found
