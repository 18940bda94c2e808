"""Where along the time axis groups differ: discrepancy of states, period by period."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.sequences.distribution import state_counts
from skillsfc.transitions.sequences.model import Codes
from skillsfc.transitions.typologies.factors import Factor


def explain_over_time(
    codes: Codes, weight: Floats, factor: Factor, periods: tuple[object, ...], *, states: int,
    window: int,
) -> pd.DataFrame:  # fmt: skip
    r"""Return the share of discrepancy that a factor explains in each window of periods.

    Parameters
    ----------
    codes : array [persons, periods]
        State of each person in each period; -1 where it does not count.
    weight : array
        Weight of each person.
    factor : Factor
        With levels.
    periods : tuple
        Labels of the periods.
    states : int
        Number of states.
    window : int
        Periods in each window.

    Returns
    -------
    DataFrame
        ``factor, period`` (first of the window), ``last_period, r2, pseudo_f, discrepancy,
        persons`` (fewest observed).

    Notes
    -----
    Two persons are 1 apart in a period if their states differ (Hamming), so that
    :math:`SS_t = \frac{W_t}{2} (1 - \sum_s p_{st}^2)`, over all and within levels; a window adds
    its periods. Persons whose state is not known in a period are out of it.
    """
    total, within = _spread(codes, weight, states), np.zeros(codes.shape[1])
    for level in range(len(factor.levels)):
        within += _spread(codes, np.where(factor.codes == level, weight, 0.0), states)
    observed = (codes >= 0).sum(axis=0)
    mass = ((codes >= 0) * weight[:, None]).sum(axis=0)
    starts = np.arange(codes.shape[1] - window + 1)
    whole, rest, weights = (
        np.array([values[s : s + window].sum() for s in starts]) for values in (total, within, mass)
    )
    levels = len(factor.levels)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(whole > 0, (whole - rest) / whole, np.nan)
        ratio = ((whole - rest) / (levels - 1)) / (rest / (weights / window - levels))
    return pd.DataFrame(
        {
            "factor": factor.name,
            "period": [periods[s] for s in starts],
            "last_period": [periods[s + window - 1] for s in starts],
            "r2": share,
            "pseudo_f": ratio,
            "discrepancy": np.divide(
                whole * window, weights, out=np.full(len(starts), np.nan), where=weights > 0
            ),
            "persons": [int(observed[s : s + window].min()) for s in starts],
        }
    )


def _spread(codes: Codes, weight: Floats, states: int) -> Floats:
    counts = state_counts(codes, weight, states)
    total = counts.sum(axis=1)
    squares = (counts**2).sum(axis=1)
    among = np.divide(squares, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(0.5 * (total - among))


def distances_to_centres(
    matrix: Floats, index: Whole, weight: Floats, codes: Whole
) -> tuple[Floats, Floats]:
    r"""Return each person's distance to the centre of the own group, and groups' discrepancies.

    Notes
    -----
    :math:`\bar d_{ig} - s_g` with :math:`\bar d_{ig}` the mean distance to the group's members and
    :math:`s_g` half the mean distance between them: what a squared distance to a mean would be.
    """
    groups = int(codes.max()) + 1
    rows = np.zeros((len(matrix), groups))
    np.add.at(rows, (index, codes), weight)
    size = rows.sum(axis=0)
    mean = (matrix @ rows) / size
    spread = np.einsum("rg,rg->g", rows, mean) / (2 * size)
    return mean[index, codes] - spread[codes], spread
