"""What a solver hands over: factors of all tables, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from skillsfc.forecast.balancing.consistency import Finding
from skillsfc.forecast.balancing.feasibility import Advice
from skillsfc.forecast.balancing.layout import Array, Flags

METHODS = ("ipf", "gras", "soft")
EXPLAINED = 5  # tables that a linear programme is asked about; the others are counted


@dataclass
class Solution:
    """Factors of all tables, and what is known of each.

    Parameters
    ----------
    factors : list of ndarray[table, *margin shape]
        Multipliers of the seed (of its negative cells: divisors).
    iterations : ndarray of int
        Sweeps, or Newton steps.
    misses : ndarray[table, margin]
        Largest difference from a target, as part of it (gras: of the sum of absolute cells).
    converged : ndarray of bool
        Whether every margin is within the tolerance; soft: whether the optimum is.
    open : list of ndarray of bool[table or 1, *shape]
        Positive and, for signed tables, negative cells that stay.
    findings : list of Finding
        Why tables are not balanced.
    advice : dict
        For some of them, by table: what a linear programme says.
    emptied : dict
        Cells that had to become 0, by table: how many.
    """

    factors: list[Array]
    iterations: np.ndarray
    misses: Array
    converged: Flags
    open: list[Flags]
    findings: list[Finding] = field(default_factory=list)
    advice: dict[int, Advice] = field(default_factory=dict)
    emptied: dict[int, int] = field(default_factory=dict)

    @property
    def failed(self) -> list[int]:
        """Tables with a finding."""
        return sorted({finding.table for finding in self.findings})

    def untouched(self) -> np.ndarray:
        """Return the tables without a finding."""
        good = np.ones(len(self.converged), dtype=bool)
        good[self.failed] = False
        return np.flatnonzero(good)
