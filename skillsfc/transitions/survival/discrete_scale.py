"""Covariates of a discrete-time model on a scale on which Newton's steps are exact, and back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from skillsfc.transitions.records import Flags, Floats
from skillsfc.transitions.survival.discrete_likelihood import DiscreteLikelihood


@dataclass(frozen=True)
class Back:
    """The way from standardised coefficients to those of the covariates as they are.

    Parameters
    ----------
    matrix : array [coefficients, coefficients]
        Times standardised coefficients: those of the covariates.
    """

    matrix: Floats

    def coefficients(self, found: Floats) -> Floats:
        """Return the coefficients of the covariates."""
        return np.asarray(self.matrix @ found)

    def endless(self, found: Flags) -> Flags:
        """Return which coefficients run off, the baseline's too where they are drawn along."""
        return np.asarray((self.matrix[:, found] != 0).any(axis=1))

    def covariance(self, found: Floats, endless: Flags) -> Floats:
        """Return the covariance of the covariates' coefficients; missing where there is none."""
        lost = np.isnan(np.diag(found)) | endless
        made = self.matrix @ np.nan_to_num(found) @ self.matrix.T
        made[lost, :] = made[:, lost] = np.nan
        return np.asarray(made)

    def root(self, found: Floats) -> Floats:
        """Return columns whose products sum to the covariance, without its loss of digits."""
        values, vectors = np.linalg.eigh(np.nan_to_num(found))
        kept = values > 1e-15 * max(float(values.max(initial=0.0)), 1e-300)
        return np.asarray(self.matrix @ (vectors[:, kept] * np.sqrt(values[kept])))


def standardised(likelihood: DiscreteLikelihood) -> tuple[DiscreteLikelihood, Back]:
    """Return the likelihood of standardised covariates.

    Every column is divided by its standard deviation. Those far from 0 are centred, so that a year
    near 2000 is not mistaken for the constant; the baseline absorbs the shift. Indicators stay:
    centred ones would draw the baseline along where they run off.
    """
    matrix, columns = likelihood.periods.matrix, likelihood.baseline
    constant = np.linalg.lstsq(columns, np.ones(len(columns)), rcond=None)[0]
    rest = float(np.abs(columns @ constant - 1.0).max())
    spread = matrix.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    mean = matrix.mean(axis=0)
    away = (matrix.min(axis=0) > 0) | (matrix.max(axis=0) < 0)
    centre = np.where(away & (rest < 1e-8), mean, 0.0)
    first, width = columns.shape[1], likelihood.width
    one = np.eye(width)
    one[first:, first:] = np.diag(1.0 / spread)
    constant = np.where(np.abs(constant) < 1e-9, 0.0, constant)
    one[:first, first:] = -np.outer(constant, centre / spread)
    periods = replace(likelihood.periods, matrix=(matrix - centre) / spread)
    return replace(likelihood, periods=periods), Back(_repeated(one, periods.kinds))


def _repeated(one: Floats, kinds: int) -> Floats:
    """Return the same matrix for each kind of moves."""
    return np.asarray(np.kron(np.eye(kinds), one), dtype=np.float64)
