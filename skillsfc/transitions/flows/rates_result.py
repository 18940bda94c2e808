"""`ContinuousRates`: rates of moves at any time, and what they say over any length of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, ParameterError, Problem
from skillsfc.results import Result
from skillsfc.transitions.flows.embedding import EMBEDDABLE
from skillsfc.transitions.flows.errors_by_delta import roots, slopes
from skillsfc.transitions.flows.matrices import NamedMatrix
from skillsfc.transitions.records import Floats
from skillsfc.transitions.survival.intervals import confidence_limits

SUBJECT = "to_continuous_rates"
NOTHING = 1e-14  # rounding of chances


@dataclass(frozen=True)
class RateSettings:
    """How rates were found.

    Parameters
    ----------
    states : tuple of str
        The states.
    interval : float
        Time that the transition matrix covers [units of the rates].
    nearest : str
        What was done with a matrix that is not embeddable: ``"none"``, ``"diagonal"``,
        ``"weighted"`` or ``"fit"``.
    level : float
        Level of the limits [0-1].
    """

    states: tuple[str, ...]
    interval: float
    nearest: str = "none"
    level: float = 0.95


@dataclass(frozen=True, eq=False, repr=False)
class ContinuousRates(Result):
    """Outcome of `to_continuous_rates`.

    ``table``: group columns, ``from_state, to_state, hazard`` [per unit of time],
    ``standard_error, lower, upper, level``, ``probability`` (within one unit if nothing else could
    happen, 1 - exp(-hazard)), ``method`` (logarithm, nearest, none). ``diagnostics``: group
    columns, ``verdict, reasons, eigenvalues, distance`` (largest difference between exp(Q) and the
    matrix).

    Parameters
    ----------
    generators : tuple of NamedMatrix
        The generators Q, where there are any.
    """

    generators: tuple[NamedMatrix, ...] = ()

    @property
    def embeddable(self) -> bool:
        """Return whether every matrix is embeddable."""
        return bool((self.diagnostics["verdict"] == EMBEDDABLE).all())

    def named_matrices(self) -> list[NamedMatrix]:
        """Return the generators, for `estimate_steady_state` and `project_stocks`.

        Raises
        ------
        CoverageError
            If there are none.
        """
        if not self.generators:
            found = "none: " + "; ".join(self.diagnostics["reasons"])
            step = "nearest=True gives the nearest valid ones."
            raise CoverageError(SUBJECT, [Problem("rates", found, "valid rates", next_step=step)])
        return list(self.generators)

    def probabilities(self, interval: float = 1.0) -> pd.DataFrame:
        """Return transition probabilities over any length of time, exp(Q t).

        Parameters
        ----------
        interval : float
            Length [units of the rates].

        Returns
        -------
        DataFrame
            Group columns, ``from_state, to_state, probability, standard_error, lower, upper,
            level``.

        Raises
        ------
        ParameterError
            If the length is not positive.
        CoverageError
            If there are no valid rates.
        """
        check_interval(interval, "probabilities")
        level = cast("RateSettings", self.settings).level
        return pd.concat(
            [_probabilities(one, interval, level) for one in self.named_matrices()],
            ignore_index=True,
        )


def check_interval(interval: object, subject: str) -> None:
    """Refuse a length of time that is none.

    Raises
    ------
    ParameterError
        If it is not a number above 0.
    """
    number = isinstance(interval, int | float) and not isinstance(interval, bool)
    if not number or not 0 < cast("float", interval) < np.inf:
        problem = Problem("interval", repr(interval), "a length of time above 0")
        raise ParameterError(subject, [problem])


def _probabilities(one: NamedMatrix, interval: float, level: float) -> pd.DataFrame:
    from scipy.linalg import expm

    size = len(one.states)

    def matrix(x: Floats) -> Floats:
        made = np.asarray(expm(x.reshape(size, size) * interval)).ravel()
        return np.where(np.abs(made) < NOTHING, 0.0, made)

    made = matrix(one.entries.ravel())
    error = np.full(size * size, np.nan)
    if one.covariance is not None:
        slope = slopes(matrix, one.entries.ravel(), 1.0)
        error = roots(slope @ one.covariance @ slope.T)
    lower, upper = confidence_limits(made, error, level=level, interval="logit")
    return pd.DataFrame(
        {
            **{name: [value] * (size * size) for name, value in one.keys.items()},
            "from_state": np.repeat(one.states, size),
            "to_state": np.tile(one.states, size),
            "probability": made,
            "standard_error": error,
            "lower": lower,
            "upper": upper,
            "level": level,
        }
    )
