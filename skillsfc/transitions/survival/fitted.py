"""What a fitted hazard model must be able to tell, whatever its kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from skillsfc.errors import listing
from skillsfc.transitions.records import Floats, Whole

MOST_TIMES = 100
ONE_CLUSTER = "All spells are of one cluster: no standard error can be told."


@dataclass(frozen=True, eq=False, repr=False)
class Fitted(ABC):
    """Coefficients, their covariance, and curves for given covariates.

    Parameters
    ----------
    names : tuple of str
        Names of the coefficients.
    coefficients : array of float
        Estimates.
    covariance : array of float
        Their covariance; robust where errors are robust.
    log_likelihood, null_log_likelihood : float
        At the estimates, and without covariates.
    endless : tuple of str
        Coefficients that run off to infinity.
    notes : tuple of str
        What must be said of the fit.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    log_likelihood: float
    null_log_likelihood: float
    endless: tuple[str, ...]
    notes: tuple[str, ...]

    @abstractmethod
    def curves(self, matrix: Floats, stratum: Whole, times: Floats) -> tuple[Floats, Floats]:
        """Return cumulative hazards [rows, times] and the standard errors of their logarithms."""

    @abstractmethod
    def default_times(self) -> Floats:
        """Return the times at which curves are given where none are asked for."""


def sum_by(groups: Whole, rows: Floats, size: int) -> Floats:
    """Return the sums of rows [rows, columns] over groups 0..size - 1."""
    found = np.zeros((size, rows.shape[1]))
    for at in range(rows.shape[1]):
        found[:, at] = np.bincount(groups, rows[:, at], size)
    return found


def endless_notes(endless: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is to be said of coefficients that run off to infinity."""
    if not endless:
        return ()
    return (
        f"Perfect separation: the likelihood rises for ever with the coefficient of "
        f"{listing(endless)}, as where nobody of a group has the event. It is shown as infinite, "
        "without an error; the other coefficients hold. Join the group with another one.",
    )


def thin_times(times: Floats, most: int = MOST_TIMES) -> Floats:
    """Return distinct times, or evenly chosen ones of them where they are many."""
    distinct: Floats = np.unique(times)
    if len(distinct) <= most:
        return distinct
    places = np.unique(np.linspace(0, len(distinct) - 1, most).round().astype(int))
    return np.asarray(distinct[places])
