"""Cells that are not shown: those of few persons, and what it takes that none can be had back."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

from skillsfc.transitions.records import Flags, Floats, Whole


def withhold(counts: Whole, threshold: int) -> Flags:
    r"""Return which cells are not shown.

    Parameters
    ----------
    counts : array [lines, columns] of int
        Persons; the last line is the sum of those before it, and sums of lines count as known.
    threshold : int
        Persons below whom a cell is not shown; nobody at all is no secret.

    Returns
    -------
    array [lines, columns] of bool

    Notes
    -----
    A cell can be computed from lines, columns and totals exactly if it lies on no circle of cells
    not shown, each in a line or a column with the next: lines and columns are the nodes of a
    network, its edges the cells not shown, and a cell on no circle is a bridge. For each cell of
    few persons the circle that costs the fewest persons is closed. Who knows more than the table,
    such as that a cell is below the threshold, may still narrow a cell down to a range.

    References
    ----------
    Gusfield (1988), A graph theoretic approach to statistical data security, SIAM Journal on
    Computing 17(3), 552-571.

    Examples
    --------
    >>> withhold(np.array([[3, 40, 20], [30, 10, 50], [33, 50, 70]]), 5).tolist()
    [[True, True, False], [True, True, False], [False, False, False]]
    >>> withhold(np.array([[3, 40, 20]]), 5).tolist()
    [[True, False, True]]
    """
    hidden: npt.NDArray[np.bool_] = (counts > 0) & (counts < threshold)
    prices = np.where(counts > 0, counts, counts.sum() + 1.0)  # an empty cell hides little
    if len(counts) == 1:  # without lines below it, a column of totals has no sum
        others = np.where(hidden, np.inf, prices).ravel()
        if hidden.sum() == 1 and np.isfinite(others).any():
            hidden[0, others.argmin()] = True
        return hidden
    for line, column in np.argwhere(hidden):
        for place in _cheapest_circle(np.where(hidden, 0.0, prices), int(line), int(column)):
            hidden[place] = True
    return hidden


def _cheapest_circle(prices: Floats, line: int, column: int) -> list[tuple[int, int]]:
    """Return the cells that lead from a line to a column at the least price, but for their own.

    Lines are the nodes 0, 1, ..., columns follow them.
    """
    lines, columns = prices.shape
    spent = {line: 0.0}
    before: dict[int, int] = {}
    waiting = [(0.0, line)]
    while waiting:
        price, node = heapq.heappop(waiting)
        if price > spent[node]:
            continue
        is_line = node < lines
        for other in range(columns if is_line else lines):
            cell = (node, other) if is_line else (other, node - lines)
            if cell == (line, column):
                continue
            reached, sum_ = other + lines * is_line, price + float(prices[cell])
            if sum_ < spent.get(reached, np.inf):
                spent[reached], before[reached] = sum_, node
                heapq.heappush(waiting, (sum_, reached))
    found, node = [], lines + column
    while node in before:
        found.append((min(node, before[node]), max(node, before[node]) - lines))
        node = before[node]
    return found
