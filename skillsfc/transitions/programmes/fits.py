"""Models of the chance to be treated and of the outcome, each with its influence function."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from skillsfc.errors import ConvergenceError, Problem, listing
from skillsfc.transitions.records import Floats

EXTREME = 1e-7  # chances nearer to 0 or 1: looked at for perfect separation
NO_OVERLAP = (
    "There is no overlap on it, so nobody to compare these rows with: take it out if it is a "
    "consequence of the programme, join categories, or leave those rows out."
)


@dataclass(frozen=True, eq=False, repr=False)
class Fit:
    """A fitted mean: what it says of every row, and how each row moved its coefficients.

    Parameters
    ----------
    matrix : array [rows, columns]
        Covariates of every row, those that were not fitted too.
    coefficients : array [columns]
    mean, slope : array [rows]
        Fitted mean and its derivative by the linear predictor.
    influence : array [rows, columns]
        Coefficients less their limit, to first order, as a sum over rows.
    log_likelihood : float
        Of the fitted rows, weighted; NaN for linear models.
    """

    matrix: Floats
    coefficients: Floats
    mean: Floats
    slope: Floats
    influence: Floats
    log_likelihood: float = np.nan

    def carry(self, gradient: Floats) -> Floats:
        """Return the part in each row's score that comes from these coefficients.

        ``gradient`` is the derivative of a sum by the linear predictor, row by row.
        """
        return np.asarray(self.influence @ (self.matrix.T @ gradient))


def standardised(matrix: Floats, weight: Floats) -> Floats:
    """Return columns with mean 0 and standard deviation 1 after the constant, which comes first.

    Fitted means stay the same; sums of squares of years or incomes do not lose their digits.
    """
    share = weight / weight.sum()
    centre, scale = share @ matrix, np.ones(matrix.shape[1])
    centre[0] = 0.0
    spread = np.sqrt(share @ (matrix - centre) ** 2)
    scale[1:] = np.where(spread[1:] > 0, spread[1:], 1.0)
    return np.asarray((matrix - centre) / scale)


def linear_fit(matrix: Floats, outcome: Floats, weight: Floats) -> Fit:
    """Fit a mean by weighted least squares; rows of weight 0 are only predicted."""
    root = np.sqrt(weight)[:, None]
    triangle = np.linalg.qr(matrix * root, mode="r")
    inverse = np.linalg.solve(triangle, np.eye(len(triangle)))
    bread = inverse @ inverse.T
    coefficients = bread @ (matrix.T @ (weight * outcome))
    # One step of refinement: the normal equations alone lose half of the digits.
    coefficients += bread @ (matrix.T @ (weight * (outcome - matrix @ coefficients)))
    mean = matrix @ coefficients
    residual = np.where(weight > 0, weight * (outcome - mean), 0.0)
    return Fit(matrix, coefficients, mean, np.ones(len(mean)), residual[:, None] * matrix @ bread)


def logistic_fit(
    matrix: Floats,
    outcome: Floats,
    weight: Floats,
    names: tuple[str, ...],
    subject: str,
    *,
    step: str = NO_OVERLAP,
) -> Fit:
    """Fit a chance by the logit model; rows of weight 0 are only predicted.

    Raises
    ------
    ConvergenceError
        If covariates tell the outcome in full for some rows (perfect separation).
    """
    from scipy.special import expit, xlogy
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    rows = weight > 0
    some, told = matrix[rows], outcome[rows]
    if told.min() == told.max():
        found = f"{told[0]:g} in all {len(told)} rows that it is fitted on"
        raise ConvergenceError(
            subject, [Problem("answer of a logit model", found, "some of each", next_step=step)]
        )
    share = weight[rows] / weight[rows].mean()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        model = GLM(told, some, family=Binomial(), freq_weights=share)
        coefficients = np.asarray(model.fit(maxiter=100, tol=1e-12).params, dtype="float64")
    mean = expit(matrix @ coefficients)
    inner = mean[rows]
    if not np.isfinite(coefficients).all() or (np.minimum(inner, 1 - inner) < EXTREME).any():
        refuse_separation(some, told, names, subject, step)
    slope = mean * (1 - mean)
    information = (matrix * (weight * slope)[:, None]).T @ matrix
    residual = np.where(rows, weight * (outcome - mean), 0.0)
    influence = np.linalg.solve(information, (residual[:, None] * matrix).T).T
    likelihood = float(weight[rows] @ (xlogy(told, inner) + xlogy(1 - told, 1 - inner)))
    return Fit(matrix, coefficients, mean, slope, influence, likelihood)


def refuse_separation(
    matrix: Floats, told: Floats, names: tuple[str, ...], subject: str, step: str
) -> None:
    """Raise if some sum of covariates never points the wrong way: the likelihood has no maximum.

    Raises
    ------
    ConvergenceError
        With the covariates that settle the answer.
    """
    signed = matrix * np.where(told > 0.5, 1.0, -1.0)[:, None]
    parted = _parted(signed)
    if not parted:
        return
    guilty = list(range(matrix.shape[1]))
    for at in [place for place, name in enumerate(names) if name != "intercept"]:
        fewer = [place for place in guilty if place != at]
        if _parted(signed[:, fewer]):
            guilty = fewer
    shown = [names[at] for at in guilty if names[at] != "intercept"]
    where = "covariates " + listing(shown, 5) if len(shown) > 1 else f"covariate {shown[0]!r}"
    raise ConvergenceError(subject, [
        Problem(where, f"settles the answer of {parted} of {len(signed)} rows (perfect separation)",
                "persons of both kinds at every value", next_step=step)
    ])  # fmt: skip


def _parted(signed: Floats) -> int:
    """Return how many rows a sum of columns puts on their own side and none on the wrong one."""
    from scipy.optimize import linprog

    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1))
    return 0 if found.x is None else int((signed @ found.x > 1e-7).sum())
