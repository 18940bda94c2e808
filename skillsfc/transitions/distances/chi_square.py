"""Chi-square distances between the shares of time spent in each state, interval by interval."""

from __future__ import annotations

import numpy as np

from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.sequences.model import Codes

WIDE = 256


def list_intervals(periods: int, interval: int, overlap: bool) -> list[tuple[int, int]]:
    """Return first and last period of each interval.

    With ``overlap`` each interval is followed by one that starts half an interval later, and the
    first is preceded by one half as long.

    Examples
    --------
    >>> list_intervals(6, 2, False)
    [(0, 1), (2, 3), (4, 5)]
    >>> list_intervals(6, 4, True)
    [(0, 2), (0, 3), (2, 5), (4, 5), (5, 5)]
    """
    if interval == 1:
        return [(period, period) for period in range(periods)]
    if interval == periods:
        return [(0, periods - 1)]
    half = interval // 2
    made = [(0, half)] if overlap else []
    for start in range(0, periods, interval):
        end = min(start + interval, periods) - 1
        made.append((start, end))
        if overlap:
            made.append((min(start + half, periods - 1), min(end + half, periods - 1)))
    return made


class ShareDistances:
    r"""Chi-square distances.

    Notes
    -----
    With :math:`p_{ikb}` the share of interval k's known periods that i spends in state b and
    :math:`\bar p_{kb}` its weighted mean over all periods of all persons,
    :math:`d_{ij}^2 = \sum_k \sum_b (p_{ikb} - p_{jkb})^2 / \bar p_{kb}`. The norm divides each
    interval by :math:`1/\bar p_{(1)} + 1/\bar p_{(2)}`, with the two smallest means, and all by
    the number of intervals.
    """

    order: Whole | None = None
    lanes = WIDE

    def __init__(
        self, codes: Codes, weight: Floats, states: int, intervals: list[tuple[int, int]],
        *, norm: bool = False,
    ) -> None:  # fmt: skip
        parts = [_scaled_shares(codes[:, a : b + 1], weight, states, norm) for a, b in intervals]
        self.shares = np.concatenate(parts, axis=1)
        if norm:
            self.shares /= np.sqrt(len(intervals))

    def block(self, rows: Whole, columns: Whole) -> Floats:
        """Return the distances of rows to columns."""
        from scipy.spatial.distance import cdist

        return np.asarray(cdist(self.shares[rows], self.shares[columns]))


def _scaled_shares(codes: Codes, weight: Floats, states: int, norm: bool) -> Floats:
    counts = (codes[:, :, None] == np.arange(states)).sum(axis=1).astype(np.float64)
    known = counts.sum(axis=1, keepdims=True)
    mean = weight @ counts
    total = mean.sum()
    shares = np.divide(counts, known, out=np.zeros_like(counts), where=known > 0)
    seen = mean > 0
    mean = mean[seen] / total
    if norm and len(mean) > 1:
        mean = mean * (1 / np.partition(mean, 1)[:2]).sum()
    return np.asarray(shares[:, seen] / np.sqrt(mean))
