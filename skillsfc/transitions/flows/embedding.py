"""Is a transition matrix the outcome of moves at any time? Its logarithm, and why it may have none.

A matrix P is embeddable if P = exp(Q) with a generator Q: nothing negative off the diagonal, rows
that sum to 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, product

import numpy as np

from skillsfc.errors import listing
from skillsfc.transitions.records import Floats

ROUNDING = 1e-9  # entries of a logarithm below this are the rounding of a zero
APART = 1e-7  # eigenvalues nearer than this count as equal
FULL_TURN = 2 * np.pi
MOST_WAYS = 10_000  # combinations of turns that are tried
WELL_CONDITIONED = 1e8  # eigenvectors beyond this lose half of the digits
EMBEDDABLE, NOT, UNDECIDED = "embeddable", "not embeddable", "undecided"


@dataclass(frozen=True)
class Embedding:
    """What was found about a transition matrix.

    Parameters
    ----------
    verdict : str
        ``"embeddable"``, ``"not embeddable"`` or ``"undecided"``.
    reasons : tuple of str
        Why, in plain sentences.
    logarithm : array or None
        The principal logarithm (its real part, if it is complex), or the first other one that is
        valid; None if there is none.
    eigenvalues : array of complex
        Of the matrix, the largest first.
    principal : bool
        Whether ``logarithm`` is the principal one.
    """

    verdict: str
    reasons: tuple[str, ...]
    logarithm: Floats | None
    eigenvalues: np.ndarray
    principal: bool = True


def examine(matrix: Floats, states: tuple[str, ...]) -> Embedding:
    """Return whether a transition matrix is embeddable, its logarithm, and the reasons.

    Examples
    --------
    >>> examine(np.array([[0.9, 0.1], [0.3, 0.7]]), ("E", "U")).verdict
    'embeddable'
    >>> examine(np.array([[0.4, 0.6], [0.6, 0.4]]), ("E", "U")).verdict
    'not embeddable'
    """
    values = np.linalg.eigvals(matrix)
    values = values[np.argsort(-np.abs(values), kind="stable")]
    if np.abs(values[-1]) < ROUNDING:
        reason = "an eigenvalue is 0: there is no logarithm, since det exp(Q) is never 0"
        return Embedding(NOT, (reason, *_necessary(matrix, states)), None, values)
    logarithm = principal_logarithm(matrix)
    negative = values[(np.abs(values.imag) < APART) & (values.real < 0)].real
    reasons = _necessary(matrix, states)
    if len(negative):
        shown = listing(np.round(negative, 6).tolist())
        distinct = len(negative) == 1 or np.diff(np.sort(negative)).min() > APART
        if distinct:
            reasons.insert(0, f"negative eigenvalue {shown}: no logarithm is real")
        else:
            reasons.insert(0, f"negative eigenvalues {shown}, some equal: the principal logarithm "
                              "is not real, another one may be")  # fmt: skip
        return Embedding(_final(reasons, NOT if distinct else UNDECIDED), tuple(reasons),
                         logarithm, values)  # fmt: skip
    below = _below_zero(logarithm, states)
    complex_pairs = bool((np.abs(values.imag) >= APART).any())
    kind = "complex" if complex_pairs else "real and positive"
    if not below:
        reason = f"eigenvalues {kind}; the principal logarithm is a valid generator"
        if not complex_pairs and _distinct(values):
            reason += ", and the only one, since they are distinct"
        if complex_pairs:
            reason += "; other logarithms may be valid too"
        return Embedding(EMBEDDABLE, (reason,), logarithm, values)
    if not _distinct(values):
        reasons.insert(
            0, f"the principal logarithm has {below}; eigenvalues repeat: another may do"
        )
        return Embedding(_final(reasons, UNDECIDED), tuple(reasons), logarithm, values)
    if not complex_pairs:
        reasons.insert(0, f"the only real logarithm has {below}")
        return Embedding(NOT, tuple(reasons), logarithm, values)
    other = None if reasons else other_logarithm(matrix)
    if other is None:
        reasons.insert(0, f"the principal logarithm has {below}, and no other is valid")
        return Embedding(NOT, tuple(reasons), logarithm, values)
    reason = (
        f"the principal logarithm has {below}, but another one is a valid generator: people go "
    )
    reason += "round a cycle of states more than once between the dates"
    return Embedding(EMBEDDABLE, (reason,), other, values, principal=False)


def principal_logarithm(matrix: Floats) -> Floats:
    """Return the (real part of the) principal logarithm, each row summing to 0.

    By eigenvalues, V log(D) V^-1; by the Schur form where eigenvectors are nearly parallel.
    """
    values, vectors = np.linalg.eig(matrix)
    if np.linalg.cond(vectors) < WELL_CONDITIONED:
        whole = (vectors * np.log(values.astype(complex))) @ np.linalg.inv(vectors)
    else:
        from scipy.linalg import logm

        whole = np.asarray(logm(matrix))
    return _settled(whole.real)


def _settled(values: Floats) -> Floats:
    """Return a logarithm without the rounding of its zeros, each row summing to 0."""
    made = np.array(values)
    off = ~np.eye(len(made), dtype=bool)
    made[off & (np.abs(made) < ROUNDING)] = 0.0
    np.fill_diagonal(made, made.diagonal() - made.sum(axis=1))
    return made


def other_logarithm(matrix: Floats) -> Floats | None:
    r"""Return a logarithm other than the principal one that is a valid generator, if there is any.

    With distinct eigenvalues every real logarithm has :math:`\log \lambda + 2 \pi i k` with whole k
    for a complex pair, and -k for its conjugate. Eigenvalues x of a generator of n states have
    :math:`|Im x| \le |Re x| / \tan(\pi / n)`, so that few k are left.

    References
    ----------
    Runnenberg (1962), On Elfving's problem of imbedding a time-discrete Markov chain in a time-
    continuous one, Proceedings KNAW 65, 536-541.
    """
    values, vectors = np.linalg.eig(matrix)
    undone = np.linalg.inv(vectors)
    logs = np.log(values.astype(complex))
    upper = np.nonzero(logs.imag > APART)[0]
    lower = [int(np.argmin(np.abs(values - values[place].conj()))) for place in upper]
    most = np.abs(logs.real[upper]) / np.tan(np.pi / len(matrix))
    turns = [
        range(int(np.ceil((-top - at) / FULL_TURN)), int(np.floor((top - at) / FULL_TURN)) + 1)
        for top, at in zip(most, logs.imag[upper], strict=True)
    ]
    for ways in islice(product(*turns), MOST_WAYS):
        tried = logs.copy()
        tried[upper] += 1j * FULL_TURN * np.array(ways)
        tried[lower] -= 1j * FULL_TURN * np.array(ways)
        made = _settled(((vectors * tried) @ undone).real)
        if (made - np.diag(np.diag(made))).min() >= -ROUNDING:
            return made
    return None


def _necessary(matrix: Floats, states: tuple[str, ...]) -> list[str]:
    """Return conditions that every embeddable matrix meets and this one does not."""
    reasons = []
    determinant, trace = float(np.linalg.det(matrix)), float(np.prod(np.diag(matrix)))
    if determinant > trace + ROUNDING:
        reasons.append(f"its determinant {determinant:.4g} is above the product of its diagonal "
                       f"{trace:.4g}")  # fmt: skip
    reached = np.linalg.matrix_power((matrix > 0).astype(float) + np.eye(len(matrix)), len(matrix))
    barred = np.argwhere((reached > 0) & (matrix <= 0))
    if len(barred):
        pairs = listing([f"{states[i]} to {states[j]}" for i, j in barred], 4)
        reasons.append(f"chance 0 from {pairs}, though a chain of moves leads there: in "
                       "continuous time that takes no fixed time")  # fmt: skip
    return reasons


def _final(reasons: list[str], verdict: str) -> str:
    """Turn an open verdict into a no where a necessary condition fails."""
    return NOT if len(reasons) > 1 else verdict


def _distinct(values: np.ndarray) -> bool:
    apart = np.abs(values[:, None] - values[None, :]) + np.diag(np.full(len(values), np.inf))
    return bool(apart.min() > APART)


def _below_zero(generator: Floats, states: tuple[str, ...]) -> str:
    off = generator - np.diag(np.diag(generator))
    if off.min() >= -ROUNDING:
        return ""
    rates = [
        f"{states[i]} to {states[j]} {generator[i, j]:.4g}" for i, j in np.argwhere(off < -ROUNDING)
    ]
    return f"negative rates: {', '.join(rates[:4])}"


def nearest_generator(logarithm: Floats, method: str, matrix: Floats | None = None) -> Floats:
    """Return a valid generator near a logarithm.

    Parameters
    ----------
    logarithm : array [states, states]
        Rows sum to 0; some entries off the diagonal are negative.
    method : {"diagonal", "weighted", "fit"}
        Negative rates become 0, and what that adds to a row is taken off its diagonal, or off all
        its other entries in proportion to their size. ``"fit"``: least squares of exp(Q) to the
        matrix, started from ``"weighted"``.
    matrix : array, optional
        The transition matrix, for ``"fit"``.

    References
    ----------
    Israel, Rosenthal & Wei (2001), Finding generators for Markov chains via empirical transition
    matrices, with applications to credit ratings, Mathematical Finance 11, 245-265.

    Examples
    --------
    >>> log = np.array([[-1.0, 1.1, -0.1], [0.5, -1.0, 0.5], [0.2, 0.3, -0.5]])
    >>> nearest_generator(log, "diagonal")[0].round(4).tolist()
    [-1.1, 1.1, 0.0]
    >>> nearest_generator(log, "weighted")[0].round(4).tolist()
    [-1.0476, 1.0476, 0.0]
    """
    made = logarithm.copy()
    off = ~np.eye(len(made), dtype=bool)
    surplus = np.where(off, np.maximum(-made, 0.0), 0.0).sum(axis=1)
    made[off & (made < 0)] = 0.0
    if method == "diagonal":
        np.fill_diagonal(made, 0.0)
        np.fill_diagonal(made, -made.sum(axis=1))
        return made
    size = np.abs(np.diag(logarithm)) + np.where(off, made, 0.0).sum(axis=1)
    part = np.where(size > 0, surplus / np.where(size > 0, size, 1.0), 0.0)
    made = made - part[:, None] * np.abs(made)
    np.fill_diagonal(made, 0.0)
    np.fill_diagonal(made, -made.sum(axis=1))
    return made if method == "weighted" or matrix is None else _fitted(made, matrix)


def _fitted(start: Floats, matrix: Floats) -> Floats:
    """Return the generator whose exponential is nearest to a matrix in squares."""
    from scipy.linalg import expm
    from scipy.optimize import least_squares

    off = ~np.eye(len(start), dtype=bool)

    def generator(rates: Floats) -> Floats:
        made = np.zeros_like(start)
        made[off] = rates
        np.fill_diagonal(made, -made.sum(axis=1))
        return made

    found = least_squares(
        lambda rates: (expm(generator(rates)) - matrix).ravel(),
        np.maximum(start[off], 1e-4),
        bounds=(0.0, np.inf),
        xtol=1e-12,
        ftol=1e-12,
        gtol=1e-12,
    )
    return generator(np.where(found.x < ROUNDING, 0.0, found.x))
