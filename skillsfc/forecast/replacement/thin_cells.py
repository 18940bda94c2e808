"""Thin cells: draw a noisy rate towards the mean of its peers by its own uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skillsfc.forecast.pooling import Array

FEWEST_PEERS = 3  # cells that tell how far cells differ from one another
LITTLE_OWN = 0.5  # weight of the own rate below which a cell is called thin


@dataclass(frozen=True)
class Shrunk:
    """Shrunk rates with their variance and the weight of each cell's own rate (1 if untouched)."""

    rate: Array
    variance: Array
    own: Array

    @property
    def thin(self) -> int:
        """Count the rates that come more from their peers than from themselves."""
        return int((self.own < LITTLE_OWN).sum())


def shrink_to_peers(
    rate: Array, variance: Array, weight: Array, peers: NDArray[np.int64], *, known_spread: bool
) -> Shrunk:
    r"""Shrink each column's rates to the weighted mean of the peers in the same column.

    Parameters
    ----------
    rate, variance : ndarray (cells, columns)
        Rates and their sampling variance; NaN where there is none.
    weight : ndarray (cells, columns)
        Size of each cell, for the mean of the peers.
    peers : ndarray (cells,)
        Number of the group of peers of each cell.
    known_spread : bool
        Whether ``variance`` says anything; if not, rates are returned as they are.

    Notes
    -----
    With :math:`v` the variance, :math:`w = 1 / v`, k peers and :math:`Q = \sum w (f - \bar f)^2`,

    .. math:: \tau^2 = \max(0, (Q - k + 1) / (\sum w - \sum w^2 / \sum w)), \qquad
              \tilde f = F + \frac{\tau^2}{\tau^2 + v} (f - F)

    with F the mean of the peers weighted by size. The variance left is
    :math:`v \tau^2 / (\tau^2 + v)`, plus that of F in the part taken from it. Fewer than three
    peers tell nothing of :math:`\tau`: their rates stay.

    References
    ----------
    DerSimonian & Laird (1986), Meta-analysis in clinical trials, Controlled Clinical Trials 7,
    177-188. Morris (1983), Parametric Empirical Bayes Inference, JASA 78(381), 47-55.

    Examples
    --------
    >>> rates = np.array([[-0.1], [-0.2], [-0.3]])
    >>> made = shrink_to_peers(rates, np.full((3, 1), 9.0), np.ones((3, 1)), np.zeros(3, int),
    ...                        known_spread=True)
    >>> made.rate.ravel().round(3).tolist(), made.thin
    ([-0.2, -0.2, -0.2], 3)
    """
    out, left, own = rate.copy(), variance.copy(), np.ones_like(rate)
    if known_spread:
        for group in np.unique(peers):
            rows = np.flatnonzero(peers == group)
            for column in range(rate.shape[1]):
                good = rows[np.isfinite(rate[rows, column]) & (variance[rows, column] > 0)]
                if len(good) >= FEWEST_PEERS:
                    part = (good, column)
                    out[part], left[part], own[part] = _shrink(
                        rate[part], variance[part], weight[part]
                    )
    return Shrunk(out, left, own)


def _shrink(rate: Array, variance: Array, size: Array) -> tuple[Array, Array, Array]:
    precision = 1.0 / variance
    total = precision.sum()
    centre = (precision * rate).sum() / total
    spread = (precision * (rate - centre) ** 2).sum() - len(rate) + 1
    between = max(0.0, spread / (total - (precision**2).sum() / total))
    own = between / (between + variance)
    share = size / size.sum() if size.sum() > 0 else np.full(len(rate), 1.0 / len(rate))
    mean = (share * rate).sum()
    mean_variance = (share**2 * variance).sum()
    return mean + own * (rate - mean), own * variance + (1 - own) ** 2 * mean_variance, own


def number_peers(keys: list[tuple[object, ...]]) -> NDArray[np.int64]:
    """Return the number of each key, in the order in which keys first appear.

    Examples
    --------
    >>> number_peers([("F",), ("M",), ("F",)]).tolist()
    [0, 1, 0]
    """
    seen: dict[tuple[object, ...], int] = {}
    return np.array([seen.setdefault(key, len(seen)) for key in keys], dtype=np.int64)
