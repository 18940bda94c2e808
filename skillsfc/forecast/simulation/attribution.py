"""Whose uncertainty is it: the variance of openings split over its sources, adding up exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial

import numpy as np

from skillsfc.forecast.simulation.paths import Array

Worth = Callable[[tuple[str, ...]], Array]


def split_variance(sources: Sequence[str], worth: Worth) -> dict[str, Array]:
    r"""Return each source's part of the variance; the parts add up to the whole.

    Parameters
    ----------
    sources : sequence of str
        Names.
    worth : callable
        Variance (n_groups,) when only the sources given are drawn, the others held still.

    Notes
    -----
    The Shapley value: :math:`\\sum_{S} |S|!(n-|S|-1)!/n! [v(S+i) - v(S)]`, exact over all subsets,
    so what two sources do only together is shared between them and no order is preferred.

    References
    ----------
    Song, Nelson & Staum (2016), Shapley Effects for Global Sensitivity Analysis, SIAM/ASA JUQ 4(1).

    Examples
    --------
    >>> parts = split_variance(["a", "b"], lambda s: np.array([{0: 0.0, 1: 1.0, 2: 3.0}[len(s)]]))
    >>> parts["a"].tolist(), parts["b"].tolist()
    ([1.5], [1.5])
    """
    count = len(sources)
    known = {
        subset: worth(subset) for size in range(count + 1) for subset in combinations(sources, size)
    }
    parts = {}
    for source in sources:
        rest = [name for name in sources if name != source]
        total = np.zeros_like(known[()], dtype=float)
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for subset in combinations(rest, size):
                more = tuple(name for name in sources if name in subset or name == source)
                total = total + weight * (known[more] - known[subset])
        parts[source] = total
    return parts
