"""Recompute coherent forecasts from the textbook formula with dense matrices; no library code.

The projection is S (S' W^-1 S)^-1 S' W^-1 y. The non-negative case tries every set of cells that
could be at zero and keeps the feasible one with the smallest weighted sum of squares. Shrinkage is
computed pair by pair of nodes.
"""

import itertools
import sys

import numpy as np

TREE = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1], *np.eye(4)])
BASE = np.array([100, 48, 45, 30, 22, 18, 24.0])
CROSSED = np.array(
    [[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1], *np.eye(4)]
)
BASE_CROSSED = np.array([110, 60, 42, 55, 50, 35, 22, 24, 15.0])
PAIR = np.array([[1, 1], [1, 0], [0, 1.0]])
BASE_PAIR = np.array([1, 5, -1.0])
ERRORS = np.array(
    [
        [5, -3, 2, -6, 4, 1, -4, 3],
        [2, -1, 3, -4, 1, 2, -2, 1],
        [1, -3, 0, -1, 4, -2, -1, 2],
        [3, 0, 1, -2, -1, 2, 0, -1],
        [-1, -2, 2, -1, 2, 1, -2, 1],
        [2, -1, 1, 0, 3, -1, -2, 0],
        [0, -2, -1, -2, 1, 0, 2, 1.0],
    ]
)


def project(summing, weights, base):
    inverse = np.linalg.inv(weights)
    cells = np.linalg.solve(summing.T @ inverse @ summing, summing.T @ inverse @ base)
    return summing @ cells


def project_nonnegative(summing, weights, base):
    inverse = np.linalg.inv(weights)
    count = summing.shape[1]
    best, found = np.inf, None
    for size in range(count + 1):
        for free in itertools.combinations(range(count), size):
            kept = summing[:, list(free)]
            cells = np.zeros(count)
            if size:
                normal = kept.T @ inverse @ kept
                cells[list(free)] = np.linalg.solve(normal, kept.T @ inverse @ base)
            gap = base - summing @ cells
            loss = gap @ inverse @ gap
            if (cells >= -1e-12).all() and loss < best:
                best, found = loss, summing @ np.maximum(cells, 0.0)
    return found


def shrink(errors, centre=True):
    """Shrink the covariance towards its diagonal, pair by pair (Schaefer & Strimmer 2005)."""
    nodes, times = errors.shape
    data = errors - errors.mean(axis=1, keepdims=True) if centre else errors
    degrees = times - 1 if centre else times
    covariance = data @ data.T / degrees
    standard = data / np.sqrt(np.diag(covariance))[:, None]
    top = bottom = 0.0
    for i in range(nodes):
        for j in range(nodes):
            if i == j:
                continue
            product = standard[i] * standard[j]
            variance = ((product - product.mean()) ** 2).sum() / (times - 1.0)
            top += variance * times / degrees**2
            bottom += (product.sum() / degrees) ** 2
    share = min(1.0, max(0.0, top / bottom))
    return share * np.diag(np.diag(covariance)) + (1.0 - share) * covariance


def weights(method, summing, errors=None, centre=True):
    if method == "ols":
        return np.eye(len(summing))
    if method == "wls_struct":
        return np.diag(summing.sum(axis=1))
    if method == "mint_shrink":
        return shrink(errors, centre)
    data = errors - errors.mean(axis=1, keepdims=True) if centre else errors
    return np.diag((data**2).sum(axis=1) / (errors.shape[1] - centre))


def everything():
    for method in ("ols", "wls_struct"):
        yield f"tree {method}", project(TREE, weights(method, TREE), BASE)
    for centre in (False, True):
        name = "wls_var about the mean" if centre else "wls_var"
        yield f"tree {name}", project(TREE, weights("wls_var", TREE, ERRORS, centre), BASE)
    yield "tree mint_shrink", project(TREE, weights("mint_shrink", TREE, ERRORS), BASE)
    for method in ("ols", "wls_struct"):
        made = project(CROSSED, weights(method, CROSSED), BASE_CROSSED)
        yield f"crossed {method}", made
    yield "pair ols", project(PAIR, np.eye(3), BASE_PAIR)
    yield "pair ols nonnegative", project_nonnegative(PAIR, np.eye(3), BASE_PAIR)


if __name__ == "__main__":
    for name, values in everything():
        for node, value in enumerate(values):
            sys.stdout.write(f"{name},{node},{value:.9f}\n")
