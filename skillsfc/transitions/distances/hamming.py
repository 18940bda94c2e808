"""Hamming distances as products of matrices: one column for each period and state."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.sequences.model import Codes

EXACT_IN_SINGLE = 2**24
WIDE = 1024
ROUNDING = 1e-12


class PositionCosts:
    r"""Sum over periods of the cost between the two states there.

    Notes
    -----
    With X the indicators of state by period and C the costs, block by block, distances are
    :math:`X C X'`. Where all costs are multiples of one number, and that is so for plain Hamming,
    the sums are whole numbers that single precision holds exactly.
    """

    order: Whole | None = None
    lanes = WIDE

    def __init__(self, codes: Codes, costs: Floats, *, single: bool = False) -> None:
        count, periods = codes.shape
        size = costs.shape[-1]
        by_period = costs if costs.ndim == 3 else np.broadcast_to(costs, (periods, size, size))
        largest = float(costs.max(initial=0.0))
        unit = float(costs[costs > 0].min()) if largest > 0 else 1.0
        steps = costs / unit
        whole = bool(np.abs(steps - np.rint(steps)).max(initial=0.0) < ROUNDING)
        whole = whole and periods * largest / unit < EXACT_IN_SINGLE
        self.unit = unit if whole else 1.0
        self.kind: Any = np.float32 if whole or single else np.float64
        cells = np.arange(periods) * size + codes.astype(np.int64)
        self.states = np.zeros((count, periods * size), dtype=self.kind)
        np.put_along_axis(self.states, cells, 1.0, axis=1)
        table = np.rint(by_period / unit) if whole else by_period
        priced = table.astype(self.kind)[np.arange(periods), codes]
        self.priced: npt.NDArray[Any] = priced.reshape(count, -1)

    def block(self, rows: Whole, columns: Whole) -> Floats:
        """Return the distances of rows to columns."""
        apart = self.priced[_near(rows)] @ self.states[_near(columns)].T
        if self.unit == 1.0:
            return np.asarray(apart)
        return np.asarray(apart.astype(np.float64) * self.unit)


def _near(places: Whole) -> Whole | slice:
    """Return neighbouring places as a slice, which copies nothing."""
    if len(places) and places[-1] - places[0] == len(places) - 1:
        return slice(int(places[0]), int(places[-1]) + 1)
    return places
