"""`PanelMarkov`: rates of a process seen at visits, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pandas as pd

from skillsfc.results import Result
from skillsfc.transitions.multistate.panel_fit import PanelFit
from skillsfc.transitions.multistate.panel_goodness import decoded_table, prevalence_table
from skillsfc.transitions.multistate.panel_rate_table import rate_table
from skillsfc.transitions.multistate.panel_tables import (
    probability_table,
    sojourn_table,
    time_table,
)


@dataclass(frozen=True)
class PanelMarkovSettings:
    """How a panel model was fitted.

    Parameters
    ----------
    states : tuple of str
        The alphabet, in its order.
    transitions : tuple of str
        Moves of the model, such as ``E->U``.
    covariates : tuple of str
        Columns of covariates.
    exact_exit : tuple of str
        States whose entry was seen to the moment.
    seen : str
        ``"as it is"``, ``"with error"`` or ``"not always"``.
    initial : str
        Treatment of the first state.
    errors : str
        Standard errors from ``"observed"`` or ``"expected"`` information, or ``"clusters"``.
    level : float
        Coverage of intervals [0-1].
    unit : str
        Unit of time.
    """

    states: tuple[str, ...]
    transitions: tuple[str, ...]
    covariates: tuple[str, ...]
    exact_exit: tuple[str, ...]
    seen: str
    initial: str
    errors: str
    level: float
    unit: str


@dataclass(frozen=True, eq=False, repr=False)
class PanelMarkov(Result):
    """Rates of a Markov process seen at visits.

    ``table`` has one row a move: ``from_state, to_state, rate`` [per unit of time, at the means of
    the covariates], ``standard_error, level, lower, upper, unit``, ``moves`` (seen from one visit
    to the next), ``persons`` (seen in ``from_state``), ``reliability`` ("u" below 30 persons) and
    ``note``.

    Parameters
    ----------
    effects : DataFrame
        ``from_state, to_state, covariate, coefficient, standard_error, hazard_ratio, level, lower,
        upper, note``; the interval is of the ratio, the error of the coefficient.
    misclassification : DataFrame
        ``state, observed_state, probability, standard_error, level, lower, upper``.
    initial : DataFrame
        ``state, probability, ...``: chances of the first state where the model has them.
    moves : DataFrame
        ``from_state, to_state, count``: what followed what at the next visit, unweighted.
    log_likelihood : float
        The largest log-likelihood, conditional on first states that are taken as seen.
    fit : PanelFit
        Estimates and data inside.
    """

    effects: pd.DataFrame = field(default_factory=pd.DataFrame)
    misclassification: pd.DataFrame = field(default_factory=pd.DataFrame)
    initial: pd.DataFrame = field(default_factory=pd.DataFrame)
    moves: pd.DataFrame = field(default_factory=pd.DataFrame)
    log_likelihood: float = float("nan")
    fit: PanelFit | None = None

    @property
    def _fit(self) -> PanelFit:
        return cast("PanelFit", self.fit)

    @property
    def deviance(self) -> float:
        """Return -2 times the log-likelihood."""
        return -2.0 * self.log_likelihood

    def rates(self, covariates: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return the rates of one kind of person; the columns are those of ``table``.

        Parameters
        ----------
        covariates : mapping, optional
            Value of every covariate of the model; by default the means.
        """
        return rate_table(self._fit, covariates)

    def probabilities(self, t: Any, covariates: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return the chance of each state after times ``t``, by the state now.

        Parameters
        ----------
        t : float or sequence of float
            Times from now [unit of the panel].
        covariates : mapping, optional
            Value of every covariate of the model; by default the means.

        Returns
        -------
        DataFrame
            ``time, from_state, to_state, probability`` [share], ``standard_error`` (delta method),
            ``level, lower, upper`` (on the logit scale).
        """
        return probability_table(self._fit, t, covariates)

    def sojourn(self, covariates: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return the mean length of one stay in each state.

        Returns
        -------
        DataFrame
            ``state, mean_stay`` [unit of the panel], ``standard_error, level, lower, upper`` (on
            the log scale), ``unit``. States that nobody leaves have no row.
        """
        return sojourn_table(self._fit, covariates)

    def time_in_states(
        self,
        until: float | None = None,
        *,
        start: float = 0.0,
        covariates: Mapping[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Return the expected time in each state between ``start`` and ``until``.

        Parameters
        ----------
        until, start : float
            Times from now [unit of the panel]; ``until=None`` is for ever, where every state leads
            to an end.
        covariates : mapping, optional
            Value of every covariate of the model; by default the means.

        Returns
        -------
        DataFrame
            ``from_state`` (now), ``state, expected_time`` [unit of the panel], ``standard_error,
            level, lower, upper`` (on the log scale), ``unit``.
        """
        return time_table(self._fit, until, start, covariates)

    def prevalence(self, times: Any = None) -> pd.DataFrame:
        """Return observed and expected numbers in each state, to see where the model fails.

        Parameters
        ----------
        times : sequence of float, optional
            Times since the first visit [unit of the panel]. By default those of the visits, where
            there are at most 20, else ten of them: between visits the state observed is an old one,
            and differs from what is expected then though the model is right.

        Returns
        -------
        DataFrame
            ``time, state, at_risk, observed, expected`` [weighted persons], ``observed_share,
            expected_share, difference`` [share], ``chi_square`` (a guide to where the model fails,
            not a test: persons are seen again and again).
        """
        return prevalence_table(self._fit, times)

    def most_likely_states(self) -> pd.DataFrame:
        """Return the most likely true states (Viterbi); rows of persons, for work inside only.

        Returns
        -------
        DataFrame
            The columns of person and time, ``observed_state, likely_state, probability`` (of that
            state at that visit, given all visits of the person).
        """
        return decoded_table(self._fit)
