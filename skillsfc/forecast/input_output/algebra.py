"""Input-output algebra on arrays: coefficients, the inverse, the closed model.

Symbols of the literature: Z flows (rows sell, columns buy), x output, A coefficients, L the
inverse, f final demand. Nothing here checks what a user gave; `skillsfc.multipliers` does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def input_coefficients(flows: Array, output: Array) -> Array:
    """Return A = Z diag(x)^-1: what a unit of each column's output buys from each row.

    Parameters
    ----------
    flows : ndarray (n, n)
        Z, the row sells to the column [money].
    output : ndarray (n,)
        x, total output of each column, above zero [money].

    Returns
    -------
    ndarray (n, n)
        A [money per money].

    Examples
    --------
    >>> input_coefficients(np.array([[20.0, 30.0], [10.0, 60.0]]), np.array([100.0, 300.0]))
    array([[0.2, 0.1],
           [0.1, 0.2]])
    """
    coefficients: Array = flows / output[None, :]
    return coefficients


def spectral_radius(coefficients: Array) -> float:
    """Return the largest absolute eigenvalue of A; below 1, every final demand can be met.

    Notes
    -----
    For a matrix without negative cells this is the condition of Hawkins and Simon: the series
    I + A + A^2 + ... adds up, and the inverse of I - A has no negative cell.

    References
    ----------
    Hawkins & Simon (1949), Note: Some Conditions of Macroeconomic Stability, Econometrica 17,
    245-248.

    Examples
    --------
    >>> round(spectral_radius(np.array([[0.2, 0.1], [0.1, 0.2]])), 12)
    0.3
    """
    return float(np.abs(np.linalg.eigvals(coefficients)).max())


def leontief_inverse(coefficients: Array) -> Array:
    """Return L = (I - A)^-1: all output that a unit of final demand calls up, first round included.

    Notes
    -----
    x = A x + f, so (I - A) x = f and x = L f.

    References
    ----------
    Miller & Blair (2009), Input-Output Analysis: Foundations and Extensions, 2nd edition,
    chapter 2. DOI 10.1017/CBO9780511626982.

    Examples
    --------
    >>> (leontief_inverse(np.array([[0.2, 0.1], [0.1, 0.2]])) * 0.63).round(12)
    array([[0.8, 0.1],
           [0.1, 0.8]])
    """
    left: Array = np.eye(len(coefficients)) - coefficients
    return np.asarray(np.linalg.inv(left), dtype=np.float64)


def close_with_households(coefficients: Array, wages: Array, consumption: Array) -> Array:
    """Return A with households as one more sector: wages as its row, consumption as its column.

    Parameters
    ----------
    coefficients : ndarray (n, n)
        A [money per money].
    wages : ndarray (n,)
        Wages that a unit of output pays [money per money].
    consumption : ndarray (n,)
        Spending on each sector out of a unit of household income [money per money].

    Returns
    -------
    ndarray (n + 1, n + 1)
        A with the household row and column at the end; households buy nothing from themselves.

    Examples
    --------
    >>> close_with_households(np.array([[0.5]]), np.array([0.3]), np.array([0.8]))
    array([[0.5, 0.8],
           [0.3, 0. ]])
    """
    return np.block([[coefficients, consumption[:, None]], [wages[None, :], np.zeros((1, 1))]])


def transpose_negatives(flows: Array) -> Array:
    """Return the flows with each negative cell as a positive payment the other way round.

    Notes
    -----
    Row sum less column sum of every account stays what it was; both sums grow by the amount.

    Examples
    --------
    >>> transpose_negatives(np.array([[5.0, -2.0], [1.0, 4.0]]))
    array([[5., 0.],
           [3., 4.]])
    """
    turned: Array = np.maximum(flows, 0.0) + np.maximum(-flows, 0.0).T
    return turned


def relative_gap(left: Array, right: Array) -> Array:
    """Return the difference of two vectors relative to the larger, 0 where both are 0.

    Examples
    --------
    >>> relative_gap(np.array([100.0, 0.0]), np.array([99.0, 0.0])).tolist()
    [0.01, 0.0]
    """
    size = np.maximum(np.abs(left), np.abs(right))
    gap = np.zeros(len(size))
    return np.divide(np.abs(left - right), size, out=gap, where=size > 0)
