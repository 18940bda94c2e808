"""Multinomial logit of a category on time, fitted to grouped survey cells."""

from __future__ import annotations

import numpy as np

from skillsfc.errors import ConvergenceError, Problem
from skillsfc.forecast.shares.rounds import Array

MOST_STEPS = 100
MOST_LOGIT = 15.0  # change over all rounds; odds that grow by more come from empty cells
SMALL = 1e-10  # change of the log-likelihood, relative to its size, at which the search ends


def fit_multinomial(times: Array, counts: Array) -> tuple[Array, Array, Array]:
    r"""Fit a multinomial logit with a linear trend to counts; return its parameters and errors.

    Use it where the respondents behind each cell are known: a round with more of them then weighs
    more. It gives what statsmodels' ``MNLogit`` gives on one row a respondent, without building
    those rows.

    Parameters
    ----------
    times : array (n_rounds,)
        Times of the rounds [years].
    counts : array (n_rounds, n_categories)
        Respondents, or any weights, by category; the last category is the reference.

    Returns
    -------
    tuple of arrays
        Constants and slopes of all categories (0 for the reference) (n_categories,), and the
        standard errors of the slopes.

    Raises
    ------
    ConvergenceError
        If the likelihood has no maximum, as where a category is seen in the first round only.

    Notes
    -----
    :math:`p_o(t) = e^{a_o + b_o t} / \sum_j e^{a_j + b_j t}`, maximum likelihood by Newton steps,
    halved while they do not help.

    References
    ----------
    McFadden (1974), Conditional Logit Analysis of Qualitative Choice Behavior, in Zarembka (ed.),
    Frontiers in Econometrics, 105-142.

    Examples
    --------
    >>> constant, slope, _ = fit_multinomial(np.array([0.0, 1.0]), np.array([[50., 50], [60, 40]]))
    >>> constant.round(6).tolist(), slope.round(6).tolist()
    ([0.0, 0.0], [0.405465, 0.0])
    """
    counts = np.asarray(counts, dtype=float)
    middle = float(np.average(times, weights=counts.sum(axis=1)))
    scale = float(np.ptp(times)) or 1.0
    design = np.column_stack([np.ones(len(times)), (times - middle) / scale])
    free = counts.shape[1] - 1
    params = np.zeros((2, free))
    params[0] = np.log(counts.sum(axis=0)[:-1] / counts.sum(axis=0)[-1])
    best = _likelihood(design, counts, params)
    for _ in range(MOST_STEPS):
        gradient, information = _derivatives(design, counts, params)
        step = np.linalg.lstsq(information, gradient.ravel(), rcond=None)[0].reshape(2, free)
        size, value = 1.0, -np.inf
        while size > 1e-6:
            value = _likelihood(design, counts, params + size * step)
            if value >= best:
                break
            size /= 2.0
        gained, params = value - best, params + size * step
        best = max(value, best)
        if gained <= SMALL * abs(best) and np.abs(step).max() < 1e-7:
            break
    else:
        _refuse(f"no maximum after {MOST_STEPS} steps")
    if np.abs(params[1]).max() > MOST_LOGIT:
        _refuse("the likelihood grows without end: a category is in some rounds only")
    errors = np.sqrt(np.diag(np.linalg.pinv(_derivatives(design, counts, params)[1])))
    slope = np.append(params[1] / scale, 0.0)
    constant = np.append(params[0], 0.0) - slope * middle
    return constant, slope, np.append(errors[free:] / scale, 0.0)


def _refuse(found: str) -> None:
    problem = Problem("counts", found, next_step="Smooth empty cells: zeros='add'.")
    raise ConvergenceError("multinomial logit", [problem])


def _chances(design: Array, params: Array) -> Array:
    scores = np.column_stack([design @ params, np.zeros(len(design))])
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Array = weights / weights.sum(axis=1, keepdims=True)
    return result


def _likelihood(design: Array, counts: Array, params: Array) -> float:
    chances = np.maximum(_chances(design, params), 1e-300)
    return float((counts * np.log(chances)).sum())


def _derivatives(design: Array, counts: Array, params: Array) -> tuple[Array, Array]:
    """Return the gradient (2, n_free) and the information matrix, parameters by constant first."""
    chances = _chances(design, params)[:, :-1]
    people = counts.sum(axis=1)
    gradient = design.T @ (counts[:, :-1] - people[:, None] * chances)
    free = chances.shape[1]
    information = np.zeros((2, free, 2, free))
    for i in range(2):
        for j in range(2):
            weight = people * design[:, i] * design[:, j]
            block = -np.einsum("t,tk,tl->kl", weight, chances, chances)
            block[np.diag_indices(free)] += weight @ chances
            information[i, :, j] = block
    return gradient, information.reshape(2 * free, 2 * free)
