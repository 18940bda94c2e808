"""`fit_hazard`: how covariates change the chance to move, by four kinds of models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, listing
from skillsfc.results import table_hash
from skillsfc.transitions.records import spell_frame
from skillsfc.transitions.survival.accelerated import DISTRIBUTIONS
from skillsfc.transitions.survival.aft import fit_aft
from skillsfc.transitions.survival.cox import CoxFit, fit_cox
from skillsfc.transitions.survival.discrete import fit_discrete
from skillsfc.transitions.survival.discrete_likelihood import LINKS
from skillsfc.transitions.survival.discrete_result import DiscreteHazard
from skillsfc.transitions.survival.fine_gray import fit_fine_gray
from skillsfc.transitions.survival.fitted import Fitted
from skillsfc.transitions.survival.hazard_model import (
    HazardModel,
    HazardSettings,
    coefficient_table,
)
from skillsfc.transitions.survival.hazard_notes import hazard_notes
from skillsfc.transitions.survival.preparation import SUBJECT, HazardData, prepare
from skillsfc.transitions.survival.selection import CLOCKS, Names, as_names, check_words

KINDS = ("cox", "discrete", "aft", "fine_gray")
TIES = ("efron", "breslow")
MISSING = ("refuse", "drop")
# Arguments that only some kinds have, and which.
BELONG: Mapping[str, tuple[str, ...]] = {
    "ties": ("cox", "fine_gray"),
    "strata": ("cox", "fine_gray"),
    "distribution": ("aft",),
    "link": ("discrete",),
    "baseline": ("discrete",),
    "period": ("discrete",),
    "horizon": ("discrete",),
    "remedy": ("discrete",),
    "penalty": ("discrete",),
}


def fit_hazard(
    spells: object,
    formula: str,
    *,
    kind: str = "cox",
    state: str | None = None,
    to: Names = None,
    clock: str = "spell",
    weight: str | None = "weight",
    cluster: str | None = None,
    strata: Names = None,
    level: float = 0.95,
    ties: str | None = None,
    distribution: str | None = None,
    link: str | None = None,
    baseline: Any = None,
    period: float | None = None,
    horizon: float | None = None,
    remedy: str | None = None,
    penalty: float | None = None,
    missing: str = "refuse",
    unit: str = "month",
) -> HazardModel | DiscreteHazard:
    r"""Estimate how covariates change the chance, or the time, to move.

    Use ``"cox"`` for hazard ratios that leave the course over time open, ``"discrete"`` where time
    is in coarse steps or the course itself is asked for, ``"fine_gray"`` to see who ever makes a
    move where others compete with it, and ``"aft"`` for times beyond those seen. For a curve
    without covariates use `estimate_survival` or `estimate_cumulative_incidence`.

    Parameters
    ----------
    spells : DataFrame or SpellCheck
        One row a spell: ``start, end`` [unit], ``event`` or ``to_state``, covariates; optionally
        ``person, state, entry, weight``. Covariates that change within a spell take one row for
        each value, with the same ``start`` and a later ``entry`` (not with ``"fine_gray"``).
    formula : str
        Covariates, such as ``"age + sex"``, ``"C(region, north) * log(wage)"``; empty for none.
    kind : {"cox", "discrete", "aft", "fine_gray"}
        Proportional hazards; discrete-time hazard; accelerated failure time; subdistribution
        hazard.
    state : str, optional
        Only spells in this state.
    to : str or list of str, optional
        Moves that count; others are censored, or compete (``"fine_gray"``). Default: every move.
    clock : {"spell", "study"}
        Time since the start of the spell, or time as given.
    weight : str, optional
        Column of weights; None for none. The default is used only if there.
    cluster : str, optional
        Column of clusters for robust errors; by default the person.
    strata : str or list of str, optional
        Columns; each combination has a baseline of its own (``"cox"``, ``"fine_gray"``).
    level : float
        Level of the intervals [0-1].
    ties : {"efron", "breslow"}, optional
        Treatment of tied events (``"cox"``, ``"fine_gray"``); Efron's by default.
    distribution : {"weibull", "exponential", "lognormal", "loglogistic"}, optional
        Distribution of time (``"aft"``); Weibull's by default.
    link : {"logit", "cloglog", "multinomial"}, optional
        Link of the discrete-time hazard; logit by default.
    baseline : str or list of float, optional
        Course of the discrete-time hazard: ``"dummies"`` (default), ``"constant"``, ``"linear"``,
        ``"quadratic"``, ``"cubic"``, ``"log"``, or ends of intervals [unit].
    period, horizon : float, optional
        Length of a period (1 by default), and the time at which spells are cut [unit]
        (``"discrete"``).
    remedy : {"none", "firth", "ridge"}, optional
        What to do about perfect separation, and ``penalty``, the strength of the ridge
        (``"discrete"``).
    missing : {"refuse", "drop"}
        Refuse spells with a missing covariate, or leave them out and say how many.
    unit : str
        Unit of time, for labels.

    Returns
    -------
    HazardModel or DiscreteHazard
        ``.table``: ``term, estimate`` (logarithm), ``standard_error, ratio`` (of hazards, of
        times for ``"aft"``, of odds for logit links), ``lower, upper`` (limits of the ratio),
        ``level, z, p_value``. ``.diagnostics``: tests of all terms together. ``.predict``,
        ``.test_proportional``, ``.covariance``. A `DiscreteHazard` has ``to_state, part, note``
        in its table too, predicts by periods, and has ``.average_effects``.

    Raises
    ------
    TableError
        If spells are not valid, a covariate is missing or constant, or is told by the others.
    ParameterError
        If an argument is unknown or does not belong to the kind.
    CoverageError
        If nobody has the event.
    ConvergenceError
        If the likelihood has no maximum that can be found.

    Notes
    -----
    Cox: :math:`h(t|x) = h_0(t) e^{x\beta}` in each stratum; Efron's likelihood with the mean weight
    of tied events. Fine and Gray: the same for the hazard of the incidence of one move; who made
    another at T stays at risk with weight :math:`\hat G(t-) / \hat G(T-)`, G the chance not to be
    censored (times that to have entered, with delayed entry), both weighted: a weight of two is a
    row twice. (``finegray`` of R's survival estimates G from unweighted rows.) AFT:
    :math:`\log T = x\beta + \sigma W`, each spell's likelihood given that it lasted to its entry.

    Errors are those of the model, or robust (sandwich, summed by cluster) where weights differ, a
    cluster has several rows, or the kind is ``"fine_gray"``. For small samples, discrete time has
    the factor G / (G - 1) of G clusters, as logit models do; the others have none, as in R.
    Scaling the weights changes nothing but the log-likelihood.

    References
    ----------
    Cox (1972), Regression models and life tables, JRSS B 34, 187-220. Efron (1977), The efficiency
    of Cox's likelihood function for censored data, JASA 72, 557-565. Fine & Gray (1999), A
    proportional hazards model for the subdistribution of a competing risk, JASA 94, 496-509.
    Geskus (2011), Cause-specific cumulative incidence estimation and the Fine and Gray model under
    both left truncation and right censoring, Biometrics 67, 39-49.

    Examples
    --------
    >>> import pandas as pd
    >>> spells = pd.DataFrame({"start": 0, "end": [2, 3, 5, 8, 9, 12], "age": [3, 1, 2, 2, 1, 3],
    ...                        "event": [1, 1, 0, 1, 1, 0]})
    >>> fit_hazard(spells, "age").table[["ratio", "lower", "upper"]].round(3).values.tolist()
    [[0.753, 0.229, 2.477]]
    >>> fit_hazard(spells, "age", kind="aft").table["ratio"].round(3).tolist()
    [4.79, 1.388, 0.584]
    """
    given = {
        "ties": ties, "strata": strata, "distribution": distribution, "link": link,
        "baseline": baseline, "period": period, "horizon": horizon, "remedy": remedy,
        "penalty": penalty,
    }  # fmt: skip
    _check_arguments(kind, clock, missing, level, given)
    if kind == "discrete":
        own = {name: given[name] for name in BELONG if BELONG[name] == ("discrete",)}
        return fit_discrete(
            spells, "1" if formula == "" else formula, state=state, to=to, clock=clock,
            weight=weight, cluster=cluster, level=level,
            missing="drop" if missing == "drop" else "error",
            unit=unit, **{name: value for name, value in own.items() if value is not None},
        )  # fmt: skip
    data = prepare(
        spells, formula, state=state, to=to, clock=clock, weight=weight, cluster=cluster,
        strata=strata, missing=missing, intercept=kind == "aft",
    )  # fmt: skip
    wanted = as_names(to)
    _check_competing(kind, wanted, data)
    fit = _fit(kind, data, ties or "efron", distribution or "weibull")
    robust = data.robust or kind == "fine_gray"
    settings = HazardSettings(
        formula, kind, state, wanted, clock, "robust" if robust else "model", as_names(strata),
        (ties or "efron") if kind in BELONG["ties"] else None,
        (distribution or "weibull") if kind == "aft" else None, level, unit,
    )  # fmt: skip
    return HazardModel(
        coefficient_table(fit, level),
        settings,
        _diagnostics(fit, robust=robust),
        hazard_notes(data, fit, kind=kind, to=wanted, distribution=settings.distribution),
        {"version": __version__, "inputs": {"spells": table_hash(spell_frame(spells))}},
        log_likelihood=fit.log_likelihood,
        null_log_likelihood=fit.null_log_likelihood,
        spells=len(data.end),
        events=int(data.event.sum()),
        persons=data.persons,
        fit=fit,
        data=data,
    )


def _check_arguments(
    kind: str, clock: str, missing: str, level: float, given: Mapping[str, Any]
) -> None:
    words: dict[str, tuple[Any, Any]] = {
        "kind": (kind, KINDS), "clock": (clock, CLOCKS), "missing": (missing, MISSING),
    }  # fmt: skip
    for name, known in (("ties", TIES), ("distribution", tuple(DISTRIBUTIONS)), ("link", LINKS)):
        if given[name] is not None:
            words[name] = (given[name], known)
    problems: list[Problem | str] = []
    try:
        check_words(SUBJECT, level, words)
    except ParameterError as error:
        problems += error.problems
    problems += [
        Problem(name, "given", f"nothing with kind {kind!r}",
                next_step=f"It belongs to {listing(kinds)}.")
        for name, kinds in BELONG.items()
        if isinstance(kind, str) and kind in KINDS and kind not in kinds and given[name] is not None
    ]  # fmt: skip
    if problems:
        raise ParameterError(SUBJECT, problems)


def _check_competing(kind: str, to: tuple[str, ...], data: HazardData) -> None:
    if kind == "fine_gray" and not to and len(data.kinds) > 1:
        raise ParameterError(SUBJECT, [
            Problem("to", "not given", f"one or more of {listing(data.kinds)}",
                    next_step="The others are then the competing moves.")
        ])  # fmt: skip


def _fit(kind: str, data: HazardData, ties: str, distribution: str) -> Fitted:
    if kind == "aft":
        return fit_aft(data, distribution=distribution)
    return fit_cox(data, ties=ties) if kind == "cox" else fit_fine_gray(data, ties=ties)


def _diagnostics(fit: Fitted, *, robust: bool) -> pd.DataFrame:
    """Return tests of all terms together; the likelihood ratio only where it is one."""
    from scipy.stats import chi2

    terms = [at for at, name in enumerate(fit.names) if name not in ("intercept", "log_scale")]
    rows = []
    if terms and not fit.endless:
        block = fit.covariance[np.ix_(terms, terms)]
        some = fit.coefficients[terms]
        size = np.sqrt(np.maximum(np.diag(block), 1e-300))
        inner = block / np.outer(size, size)
        # Of few clusters, or of one time of events, the covariance may not hold all terms.
        known = bool(np.isfinite(inner).all())
        if known and np.linalg.matrix_rank(inner, hermitian=True) == len(terms):
            rows.append(("wald", float((some / size) @ np.linalg.solve(inner, some / size))))
    if terms and not robust and isinstance(fit, CoxFit):
        rows.append(("score", fit.maximum.score_test))
    if terms and not robust:
        rows.append(("likelihood_ratio", 2 * (fit.log_likelihood - fit.null_log_likelihood)))
    return pd.DataFrame(
        [(name, value, len(terms), float(chi2.sf(value, len(terms)))) for name, value in rows],
        columns=["test", "statistic", "degrees_of_freedom", "p_value"],
    )
