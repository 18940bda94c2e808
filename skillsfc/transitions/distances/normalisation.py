"""Distances on a scale from 0 to 1 (or near it), in the definitions the field uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skillsfc.transitions.distances.substitution_costs import StateCosts
from skillsfc.transitions.records import Floats, Whole

NORMS = ("auto", "maxlength", "gmean", "maxdist", "yujianbo")
AUTOMATIC = {
    "om": "maxlength",
    "ham": "maxlength",
    "dhd": "maxlength",
    "lcs": "gmean",
    "omspell": "yujianbo",
    "twed": "yujianbo",
    "chi2": "auto",
}


@dataclass(frozen=True)
class Scale:
    r"""What a distance is divided by.

    Parameters
    ----------
    norm : str
        Which definition.
    per_gap, per_pair : float
        Largest distance of sequences of lengths n and m: ``|n - m| per_gap + min(n, m) per_pair``.
    per_length : float
        Length of a sequence, in the units of the distance, for each period.

    Notes
    -----
    With D the largest distance and :math:`l_1, l_2` the lengths: maxlength
    :math:`d / \max(l_1, l_2)`; gmean :math:`1 - (D - d) / (2 \sqrt{l_1 l_2})`; maxdist
    :math:`d / D`; yujianbo :math:`2 d / (d + D)`, which keeps optimal matching a metric if it was.
    For Hamming distances the length is the largest distance. Spells count with their periods.

    Examples
    --------
    >>> import numpy as np
    >>> two = np.array([4, 4])
    >>> Scale("maxlength", 1.0, 2.0, 1.0).divide(np.array([[0.0, 4.0]]), two[:1], two)
    array([[0., 1.]])
    """

    norm: str
    per_gap: float
    per_pair: float
    per_length: float

    def divide(self, apart: Any, rows: Whole, columns: Whole) -> Floats:
        """Return normalised distances of sequences with these numbers of periods."""
        one, other = rows[:, None].astype(np.float64), columns[None, :].astype(np.float64)
        least = np.minimum(one, other)
        largest = np.abs(one - other) * self.per_gap + least * self.per_pair
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.norm == "maxlength":
                made = apart / (np.maximum(one, other) * self.per_length)
            elif self.norm == "gmean":
                made = 1 - (largest - apart) / (2 * self.per_length * np.sqrt(one * other))
                made = np.where(least == 0, 1.0, made)
            elif self.norm == "maxdist":
                made = np.where(largest > 0, apart / largest, 1.0)
            else:
                made = np.where(largest > 0, 2 * apart / (apart + largest), 1.0)
        return np.where(apart == 0, 0.0, made)


def choose_scale(norm: str, method: str, costs: StateCosts, *, nu: float, penalty: float) -> Scale:
    """Return the scale of a method; ``nu`` and ``penalty`` are those of time-warped edits."""
    chosen = AUTOMATIC[method] if norm == "auto" else norm
    if method in ("ham", "dhd"):
        stack = costs.substitution if costs.substitution.ndim == 3 else costs.substitution[None]
        most = float(stack.max(axis=(1, 2)).mean())
        return Scale(chosen, 0.0, most, most)
    indel = float(costs.indel.max())
    most = 2 * indel if chosen == "yujianbo" else min(costs.largest, 2 * indel)
    if method == "twed":
        return Scale(chosen, nu + penalty + most, 2 * (most + nu), indel)
    return Scale(chosen, indel, most, indel)
