"""Heckman's two steps: who earns (probit), then what, with errors that know of both."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from skillsfc.transitions.programmes.fits import EXTREME, Fit, linear_fit, refuse_separation
from skillsfc.transitions.records import Flags, Floats
from skillsfc.transitions.survival.identifiable import refuse_degenerate

MILLS = "lambda"


def probit_fit(
    matrix: Floats, chosen: Flags, weight: Floats, names: tuple[str, ...], subject: str
) -> tuple[Fit, Floats]:
    """Return a probit and the inverse of its observed information.

    Raises
    ------
    ConvergenceError
        If a covariate settles who is chosen.
    """
    from scipy.special import log_ndtr, ndtr
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.families.links import Probit
    from statsmodels.genmod.generalized_linear_model import GLM

    told = chosen.astype(float)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        model = GLM(told, matrix, family=Binomial(Probit()), freq_weights=weight / weight.mean())
        coefficients = np.asarray(model.fit(maxiter=100, tol=1e-14).params, dtype="float64")
    eta = matrix @ coefficients
    mean = ndtr(eta)
    if not np.isfinite(coefficients).all() or (np.minimum(mean, 1 - mean) < EXTREME).any():
        step = "Take it out of selection=, or join categories."
        refuse_separation(matrix, told, names, subject, step)
    sign = 2 * told - 1
    push = sign * _hazard(sign * eta)
    information = (matrix * (weight * push * (push + eta))[:, None]).T @ matrix
    inverse = np.linalg.inv(information)
    influence = (matrix * (weight * push)[:, None]) @ inverse
    likelihood = float(weight @ log_ndtr(sign * eta))
    slope = np.exp(-(eta**2) / 2) / np.sqrt(2 * np.pi)
    return Fit(matrix, coefficients, mean, slope, influence, likelihood), inverse


def _hazard(eta: Floats) -> Floats:
    """Return phi / Phi without running out of digits far to the left."""
    from scipy.special import log_ndtr

    return np.asarray(np.exp(-(eta**2) / 2 - 0.5 * np.log(2 * np.pi) - log_ndtr(eta)))


@dataclass(frozen=True, eq=False, repr=False)
class Wages:
    """A fitted wage equation.

    Parameters
    ----------
    names : tuple of str
        Terms, ``lambda`` last where selection was corrected.
    coefficients : array [terms]
    scores : array [rows, terms]
        How each row moved them: rows without earnings too, where they moved the probit.
    model_covariance : array [terms, terms]
        Covariance where the model's own assumptions hold.
    r_squared : float
    sigma, rho : float
        Spread of the wage's error and its correlation with that of the choice; NaN without one.
    """

    names: tuple[str, ...]
    coefficients: Floats
    scores: Floats
    model_covariance: Floats
    r_squared: float
    sigma: float = np.nan
    rho: float = np.nan


def plain_wages(matrix: Floats, names: tuple[str, ...], logs: Floats, weight: Floats) -> Wages:
    """Fit log earnings of those who earn by least squares."""
    fit = linear_fit(matrix, logs, weight)
    missed = logs - fit.mean
    size = len(logs) - matrix.shape[1]
    bread = np.linalg.inv((matrix * weight[:, None]).T @ matrix)
    variance = float(weight @ missed**2) / max(size, 1)
    return Wages(
        names, fit.coefficients, fit.influence, bread * variance,
        _r_squared(logs, missed, weight),
    )  # fmt: skip


def selected_wages(
    matrix: Floats,
    names: tuple[str, ...],
    logs: Floats,
    earns: Flags,
    weight: Floats,
    probit: tuple[Fit, Floats],
    subject: str,
) -> Wages:
    r"""Fit log earnings with the inverse Mills ratio, errors of both steps.

    ``matrix`` and ``logs`` are of those who earn, ``earns`` and ``weight`` of all.

    Notes
    -----
    Covariance of the model (Heckman 1979): :math:`\sigma^2 A [X' (I - \rho^2 \Delta) X + \rho^2
    (X' \Delta Z) V (Z' \Delta X)] A` with :math:`A = (X'X)^{-1}`, :math:`\Delta` the diagonal of
    :math:`\lambda (\lambda + \eta)` and V the covariance of the probit.
    """
    choice, covariance = probit
    eta = (choice.matrix @ choice.coefficients)[earns]
    mills = _hazard(eta)
    full = np.column_stack([matrix, mills])
    own = (*names, MILLS)
    refuse_degenerate(full, own, True, f"{subject}, wage equation with the correction")
    inner = weight[earns]
    fit = linear_fit(full, logs, inner)
    missed = logs - fit.mean
    slope = float(fit.coefficients[-1])
    delta = mills * (mills + eta)
    bread = np.linalg.inv((full * inner[:, None]).T @ full)
    side = (full * (inner * delta)[:, None]).T @ choice.matrix[earns]
    # d lambda / d eta = -delta: a larger eta raises what is left by slope * delta, and lowers the
    # covariate lambda itself.
    moved = slope * side
    moved[-1] -= (inner * missed * delta) @ choice.matrix[earns]
    scores = choice.influence @ moved.T @ bread
    scores[earns] += fit.influence
    share = inner / inner.sum()
    variance = float(share @ missed**2 + slope**2 * (share @ delta))
    part = slope**2 / variance
    middle = (full * (1 - part * delta)[:, None]).T @ full + part * side @ covariance @ side.T
    return Wages(
        own, fit.coefficients, scores, variance * bread @ middle @ bread,
        _r_squared(logs, missed, inner), float(np.sqrt(variance)), slope / float(np.sqrt(variance)),
    )  # fmt: skip


def _r_squared(logs: Floats, missed: Floats, weight: Floats) -> float:
    around = logs - np.average(logs, weights=weight)
    total = float(weight @ around**2)
    return 1 - float(weight @ missed**2) / total if total > 0 else np.nan
