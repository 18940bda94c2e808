"""Error variances of base forecasts: from the structure alone, or learnt from past errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skillsfc.forecast.coherence.structure import Structure
from skillsfc.forecast.pooling import Array

METHODS = ("bottom_up", "ols", "wls_struct", "wls_var", "mint_shrink")
LEARNT = ("wls_var", "mint_shrink")  # methods that need past errors
LEAST_SHRINKAGE = 1e-8  # without any shrinkage the covariance of more nodes than years is singular


@dataclass(frozen=True)
class Covariance:
    r"""Error covariance of base forecasts in the form W = diag(d) + U U'.

    Parameters
    ----------
    variance : ndarray (n_nodes, 1)
        The diagonal d; infinite where an aggregate has no forecast of its own.
    factors : ndarray (n_nodes, n_times) or None
        The matrix U of what the errors have in common; None where W is diagonal.
    shrinkage : float
        Weight of the diagonal target [0-1]; NaN where nothing is shrunk.
    """

    variance: Array
    factors: Array | None = None
    shrinkage: float = float("nan")


def build_covariance(
    structure: Structure,
    method: str,
    errors: Array | None = None,
    *,
    centre: bool = True,
) -> Covariance:
    r"""Return the covariance that a method of reconciliation assumes or estimates.

    Parameters
    ----------
    structure : Structure
        Nodes and what they sum.
    method : str
        ``bottom_up`` trusts the bottom cells alone; ``ols`` gives every node the same variance;
        ``wls_struct`` one that grows with the number of cells under it; ``wls_var`` the variance of
        its past errors; ``mint_shrink`` also their covariances, drawn towards 0.
    errors : ndarray (n_nodes, n_times), optional
        Past errors, for the last two methods. NaN in the row of an aggregate without forecast.
    centre : bool
        Whether the mean error of each node is taken off first.

    Returns
    -------
    Covariance
        Diagonal, and common factors for ``mint_shrink``.

    Notes
    -----
    ``mint_shrink``: :math:`W = \lambda\,diag(V) + (1-\lambda) V` with V the covariance of the
    errors and :math:`\lambda` as in `shrinkage_intensity`. A node whose errors never vary gets the
    smallest variance of the others.

    References
    ----------
    Wickramasuriya, Athanasopoulos & Hyndman (2019), J. Am. Stat. Assoc. 114, 804-819,
    doi:10.1080/01621459.2018.1448825.

    Examples
    --------
    >>> import pandas as pd
    >>> from skillsfc.forecast.coherence.structure import build_structure
    >>> tree = build_structure(pd.DataFrame({"sector": ["A", "C"]}), [(), ("sector",)])
    >>> build_covariance(tree, "wls_struct").variance.ravel().tolist()
    [2.0, 1.0, 1.0]
    """
    if errors is None:
        variance = (
            structure.counts.copy() if method == "wls_struct" else np.ones(len(structure.counts))
        )
        if method == "bottom_up":
            variance[: structure.aggregates] = np.inf
        return Covariance(variance[:, None])
    known = np.isfinite(errors.sum(axis=1, keepdims=True))
    times = errors.shape[1]
    data = errors - errors.mean(axis=1, keepdims=True) if centre else errors.astype(float)
    data[~known[:, 0]] = 0.0
    degrees = times - 1 if centre else times
    variance = np.einsum("ij,ij->i", data, data)[:, None] / degrees
    positive = variance[variance > 0]
    floor = float(positive.min()) if len(positive) else 1.0
    if method == "wls_var":
        diagonal = np.where(variance > 0, variance, floor)
        return Covariance(np.where(known, diagonal, np.inf))
    shrinkage = shrinkage_intensity(data, variance[:, 0], centre=centre)
    data *= np.sqrt((1.0 - shrinkage) / degrees)
    # The common part of a node's variance is in the factors; the rest of it stays in the diagonal.
    own = np.where(variance > 0, shrinkage * variance, floor)
    return Covariance(np.where(known, own, np.inf), data, shrinkage)


def shrinkage_intensity(errors: Array, variance: Array, *, centre: bool = True) -> float:
    r"""Return how far correlations of errors are best drawn towards 0.

    Parameters
    ----------
    errors : ndarray (n_nodes, n_times)
        Errors, less their means if ``centre``.
    variance : ndarray (n_nodes,)
        Their variances; nodes with 0 are left out.
    centre : bool
        Whether means have been taken off.

    Returns
    -------
    float
        Between 1e-8 and 1; 1 with fewer than two nodes or without any correlation.

    Notes
    -----
    :math:`\lambda = \sum_{i \ne j} \widehat{Var}(r_{ij}) / \sum_{i \ne j} r_{ij}^2`. With
    standardised errors :math:`x_{it}`, the sums over all pairs of nodes come from the T x T matrix
    X'X and from :math:`\sum_i x_{it}^2`, so that no n x n matrix is made.

    References
    ----------
    Schaefer & Strimmer (2005), Stat. Appl. Genet. Mol. Biol. 4, article 32,
    doi:10.2202/1544-6115.1175.

    Examples
    --------
    >>> x = np.array([[1.0, -1.0, 1.0, -1.0], [2.0, -2.0, 2.0, -2.0]])
    >>> shrinkage_intensity(x, (x**2).sum(axis=1) / 3)
    1e-08
    """
    times = errors.shape[1]
    degrees = times - 1 if centre else times
    varied = variance > 0
    scale = np.divide(1.0, np.sqrt(variance), where=varied, out=np.zeros(len(variance)))
    standard = errors * scale[:, None]
    gram = standard.T @ standard
    standard *= standard
    # Sums over all ordered pairs, the pairs of a node with itself taken off: a node's squares add
    # up to the degrees of freedom.
    together = np.ones(len(standard)) @ standard
    products = together @ together - np.vdot(standard, standard)
    means = np.vdot(gram, gram) - int(varied.sum()) * float(degrees) ** 2
    spread = products - means / times
    correlation = means / degrees**2
    variation = spread * times / (degrees**2 * (times - 1.0))
    if correlation <= 0.0:
        return 1.0
    return float(np.clip(variation / correlation, LEAST_SHRINKAGE, 1.0))
