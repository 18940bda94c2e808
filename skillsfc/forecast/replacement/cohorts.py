"""How the cohorts of each cell change: rates by age, their noise, thin cells drawn to peers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.forecast.pooling import Array
from skillsfc.forecast.replacement.ages import ageing_matrix
from skillsfc.forecast.replacement.pairs import CohortPlan
from skillsfc.forecast.replacement.stocks import Stocks
from skillsfc.forecast.replacement.thin_cells import number_peers, shrink_to_peers

PEERS_WITHIN = ("country", "region", "area", "sex")  # peers of a cell share these keys


@dataclass(frozen=True)
class CohortChange:
    """Change of the cohorts that reach each age group, pooled over pairs of years.

    Parameters
    ----------
    base : ndarray (cells, groups + 1)
        Persons at the earlier counts who would be in each group later if all stayed; the last
        column is those past the last closed group.
    later : ndarray (cells, groups + 1)
        Persons at the later counts.
    rate : ndarray
        Change relative to ``base``, shrunk where cells are thin; NaN where nobody could be there.
    raw : ndarray
        The same before shrinkage.
    variance : ndarray
        Of ``rate``; NaN if nothing tells of noise.
    own : ndarray
        Weight of the cell's own rate in ``rate``.
    everybody : ndarray
        Change of all peers together.
    peers : ndarray of int (cells,)
        Group of peers of each cell.
    thin : int
        Rates that come more from peers than from the cell.
    noise : str
        ``"sample"``, ``"pairs"`` or ``""``: what the variance was learnt from.
    """

    base: Array
    later: Array
    rate: Array
    raw: Array
    variance: Array
    own: Array
    everybody: Array
    peers: NDArray[np.int64]
    thin: int
    noise: str


def measure_cohorts(stocks: Stocks, plan: CohortPlan, *, shrink: bool) -> CohortChange:
    r"""Return the change of cohorts of every cell, pooled over the pairs of the plan.

    Notes
    -----
    With base :math:`B_{g,p}` and later stock :math:`E_{g,p}` of pair p the pooled rate is
    :math:`f_g = \sum_p E_{g,p} / \sum_p B_{g,p} - 1`. Its variance comes from the number
    interviewed where given, else from the spread over pairs, pooled over cells of one age group,
    with a variance inverse to the size of the cohort.
    """
    matrix = ageing_matrix(plan.grid, plan.interval)
    base = np.stack([stocks.at(a) @ matrix.T for a, _ in plan.pairs])
    later = np.stack([_padded(stocks.at(b), base.shape[2]) for _, b in plan.pairs])
    total_base, total_later = base.sum(axis=0), later.sum(axis=0)
    rate = _ratio(total_later - total_base, total_base)
    if stocks.sampled is not None:
        variance, noise = _sampling_variance(stocks, plan, matrix, total_base, rate), "sample"
    elif len(plan.pairs) > 1:
        variance, noise = _spread_over_pairs(base, later, rate, total_base), "pairs"
    else:
        variance, noise = np.full_like(rate, np.nan), ""
    peers = number_peers(_peer_keys(stocks.keys))
    shrunk = shrink_to_peers(rate, variance, total_base, peers, known_spread=shrink and bool(noise))
    everybody = _everybody(total_base, total_later, peers)
    return CohortChange(
        total_base,
        total_later,
        shrunk.rate,
        rate,
        shrunk.variance,
        shrunk.own,
        everybody,
        peers,
        shrunk.thin,
        noise,
    )


def _padded(stock: Array, columns: int) -> Array:
    """Add empty columns: nobody is counted past the last age of the table."""
    return np.pad(stock, ((0, 0), (0, columns - stock.shape[1])))


def _ratio(change: Array, base: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Array = np.where(base > 0, change / base, np.nan)
    return found


def _everybody(base: Array, later: Array, peers: NDArray[np.int64]) -> Array:
    out = np.full_like(base, np.nan)
    for group in np.unique(peers):
        rows = peers == group
        whole = np.nansum(base[rows], axis=0)
        out[rows] = _ratio(np.nansum(later[rows], axis=0) - whole, whole)
    return out


def _peer_keys(keys: pd.DataFrame) -> list[tuple[object, ...]]:
    shared = [key for key in PEERS_WITHIN if key in keys]
    return list(keys[shared].itertuples(index=False, name=None)) if shared else [()] * len(keys)


def _stock_variance(persons: Array, sampled: Array) -> Array:
    """Return the variance of a weighted count: persons squared by interviewed, as for Poisson.

    A cell that nobody was found in has the variance of one person of mean weight.
    """
    interviewed = np.nansum(sampled)
    weight = np.nansum(persons) / interviewed if interviewed > 0 else np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Array = np.where(sampled > 0, persons**2 / sampled, weight**2)
    return found


def _sampling_variance(
    stocks: Stocks, plan: CohortPlan, matrix: Array, base: Array, rate: Array
) -> Array:
    assert stocks.sampled is not None  # noqa: S101 - the caller has looked
    first, second = np.zeros_like(base), np.zeros_like(base)
    for a, b in plan.pairs:
        places = stocks.years.index(a), stocks.years.index(b)
        early, late = (_stock_variance(stocks.persons[:, k], stocks.sampled[:, k]) for k in places)
        first += early @ (matrix**2).T
        second += _padded(late, base.shape[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Array = np.where(base > 0, (second + (1 + rate) ** 2 * first) / base**2, np.nan)
    return found


def _spread_over_pairs(base: Array, later: Array, rate: Array, total_base: Array) -> Array:
    each = _ratio(later - base, base)
    counted = np.isfinite(each)
    squares = np.where(counted, base * (each - rate) ** 2, 0.0).sum(axis=(0, 1))
    freedom = np.clip(counted.sum(axis=0) - 1, 0, None).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        dispersion = np.where(freedom > 0, squares / freedom, np.nan)
        found: Array = np.where(total_base > 0, dispersion / total_base, np.nan)
    return found
