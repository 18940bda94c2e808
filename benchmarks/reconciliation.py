"""Reconciliation beside hierarchicalforecast and sparse LU of scipy, on the same summing matrix.

    python -m benchmarks.reconciliation [NAME ...] [--json]

Synthetic forecasts of ten years from seed 1. Everyone gets the same forecasts in memory; the
summing matrix (theirs) and the structure (ours) are made before the clock starts.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import warnings
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

# One thread each: threads that wait for one another would count as CPU seconds.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.linalg import splu

from benchmarks.compare import compare
from skillsfc.forecast.coherence.covariance import build_covariance
from skillsfc.forecast.coherence.methods import reconcile_arrays
from skillsfc.forecast.coherence.structure import Structure, build_structure

YEARS, TIMES = 10, 40
PEER = "hierarchicalforecast"
HERE = importlib.util.find_spec(PEER) is not None
MISSING = {} if HERE else {PEER: "not installed: pip install hierarchicalforecast"}


def tree(*sizes: int) -> Structure:
    """Return a tree with levels of so many nodes below the total, uneven as classifications are."""
    rng = np.random.default_rng(1)
    keys = ["country", "region", "sector", "occupation", "qualification"][: len(sizes)]
    codes = {keys[-1]: np.arange(sizes[-1])}
    below = codes[keys[-1]]
    for key, size, finer in zip(keys[-2::-1], sizes[-2::-1], sizes[:0:-1], strict=True):
        weight = rng.lognormal(0.0, 1.0, size)
        parent = np.sort(rng.choice(size, finer, p=weight / weight.sum()))
        below = codes[key] = parent[below]
    levels = [tuple(keys[:depth]) for depth in range(len(keys) + 1)]
    return build_structure(pd.DataFrame(codes)[keys], levels)


def grouped(**sizes: int) -> Structure:
    """Return a structure with every margin of a table, a fifth of its cells left out."""
    product = pd.MultiIndex.from_product([range(n) for n in sizes.values()], names=list(sizes))
    cells = product.to_frame(index=False).sample(frac=0.8, random_state=1)
    return build_structure(
        cells, [keys for size in range(len(sizes) + 1) for keys in combinations(sizes, size)]
    )


def forecasts(structure: Structure, noise: float = 0.1) -> np.ndarray:
    """Return base forecasts that do not add up (synthetic)."""
    rng = np.random.default_rng(1)
    true = structure.add_up(rng.gamma(2.0, 500.0, (structure.bottom, 1)) * 1.01 ** np.arange(YEARS))
    return true * (1.0 + noise * rng.normal(size=true.shape))


def past_errors(structure: Structure) -> np.ndarray:
    """Return errors of forty years with something in common (synthetic)."""
    rng = np.random.default_rng(2)
    size = np.sqrt(structure.counts)[:, None]
    return size * (rng.normal(size=(len(size), TIMES)) + 0.5 * rng.normal(size=TIMES))


def summing(structure: Structure) -> sparse.csr_matrix:
    return sparse.vstack([structure.matrix, sparse.eye(structure.bottom)]).tocsr()


def relative(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.abs(ours - theirs).max() / np.abs(ours).max())


def sparse_lu(structure: Structure, method: str, base: np.ndarray) -> Callable[[], np.ndarray]:
    """Return what a user of scipy would write: the constraint form, default options of splu."""
    adder = structure.matrix
    above = structure.aggregates

    def work() -> np.ndarray:
        weights = structure.counts if method == "wls_struct" else np.ones(len(base))
        system = sparse.diags(weights[:above]) + adder @ sparse.diags(weights[above:]) @ adder.T
        step = splu(system.tocsc()).solve(base[:above] - adder @ base[above:])
        cells = base[above:] + weights[above:, None] * (adder.T @ step)
        return np.concatenate([adder @ cells, cells])

    return work


def peer_sparse(
    structure: Structure, method: str, base: np.ndarray, *, nonnegative: bool = False
) -> Callable[[], np.ndarray]:
    from hierarchicalforecast.methods import MinTraceSparse

    matrix = summing(structure)

    def work() -> np.ndarray:
        model = MinTraceSparse(method, nonnegative=nonnegative)
        return model.fit_predict(S=matrix, y_hat=base)["mean"]

    return work


def diagonal(name: str, method: str, structure: Structure, goal: str) -> None:
    """Weighted least squares with a diagonal covariance."""
    base = forecasts(structure)

    def ours() -> np.ndarray:
        return reconcile_arrays(base, structure, method=method, nonnegative=False).coherent

    peers = {"scipy sparse LU": sparse_lu(structure, method, base)}
    absent = dict(MISSING)
    if HERE:
        work = peer_sparse(structure, method, base)
        apart = np.abs(ours() - work())[structure.aggregates :] / base[structure.aggregates :]
        # Its iterative solver stops early and its exit code is not looked at: nobody is timed on
        # another answer.
        if apart.max() < 0.01:
            peers[PEER] = work
        else:
            absent[PEER] = f"another answer: a cell is off by {apart.max():.3g} times its forecast"
    compare(
        name,
        size=f"{structure.bottom} cells, {structure.aggregates} aggregates, {YEARS} years",
        ours=ours,
        peers=peers,
        difference=relative,
        tolerance=1e-3,
        goal=goal,
        absent=absent,
    )


def bounded(name: str, structure: Structure, goal: str) -> None:
    """The same with the bound at zero: their interior point method, our active sets."""
    base = np.maximum(forecasts(structure, noise=0.7), 0.0)

    def ours() -> np.ndarray:
        return reconcile_arrays(base, structure, method="wls_struct").coherent

    peers = {}
    if HERE:
        peers[PEER] = peer_sparse(structure, "wls_struct", base, nonnegative=True)
    compare(
        name,
        size=f"{structure.bottom} cells, {structure.aggregates} aggregates, {YEARS} years",
        ours=ours,
        peers=peers,
        difference=relative,
        tolerance=1e-5,
        goal=goal,
        absent=MISSING,
        rounds=3,
    )


def mint(name: str, structure: Structure, goal: str, *, dense: bool) -> None:
    """MinT with shrunken covariances of forty years of errors."""
    base, errors = forecasts(structure), past_errors(structure)

    def ours() -> np.ndarray:
        made = reconcile_arrays(
            base, structure, method="mint_shrink", errors=errors, nonnegative=False
        )
        return made.coherent

    peers = {"scipy LU and Woodbury": woodbury(structure, base, errors)}
    absent = dict(MISSING)
    if HERE and dense:
        from hierarchicalforecast.methods import MinTrace

        matrix = summing(structure).toarray()

        def peer() -> np.ndarray:
            model = MinTrace("mint_shrink")
            found = model.fit_predict(
                S=matrix, y_hat=base, y_insample=errors, y_hat_insample=np.zeros_like(errors)
            )
            return found["mean"]

        peers[PEER] = peer
    elif HERE:
        needed = len(base) ** 2 * 8 / 2**30
        absent[PEER] = f"its covariance alone would take {needed:.0f} GB"
    compare(
        name,
        size=f"{structure.bottom} cells, {structure.aggregates} aggregates, {TIMES} errors each",
        ours=ours,
        peers=peers,
        difference=relative,
        tolerance=1e-6,
        goal=goal,
        absent=absent,
    )


def woodbury(
    structure: Structure, base: np.ndarray, errors: np.ndarray
) -> Callable[[], np.ndarray]:
    """Return the same method by sparse LU of the constraint form; the covariance is ours."""
    adder, above = structure.matrix, structure.aggregates

    def work() -> np.ndarray:
        weights = build_covariance(structure, "mint_shrink", errors)
        own, common = weights.variance[:, 0], weights.factors
        system = sparse.diags(own[:above]) + adder @ sparse.diags(own[above:]) @ adder.T
        lu = splu(system.tocsc())
        gaps = base[:above] - adder @ base[above:]
        turned = common[:above] - adder @ common[above:]
        solved, half = lu.solve(gaps), lu.solve(turned)
        small = np.eye(turned.shape[1]) + turned.T @ half
        force = solved - half @ np.linalg.solve(small, turned.T @ solved)
        spread = np.concatenate([force, -(adder.T @ force)])
        moved = own[:, None] * spread + common @ (common.T @ spread)
        return base - moved

    return work


WORKS: dict[str, Callable[[str], None]] = {
    "rec-wls-5k": lambda name: diagonal(name, "wls_struct", tree(10, 100, 5_000), ">= 10x"),
    "rec-wls-50k": lambda name: diagonal(name, "wls_struct", tree(20, 1_000, 50_000), ">= 50x"),
    "rec-ols-50k": lambda name: diagonal(name, "ols", tree(20, 1_000, 50_000), "exact"),
    "rec-grouped-14k": lambda name: diagonal(
        name, "wls_struct", grouped(sector=20, occupation=430, sex=2), "none stated"
    ),
    "rec-nonnegative-5k": lambda name: bounded(name, tree(10, 100, 5_000), "none stated"),
    "rec-mint-781": lambda name: mint(name, tree(5, 25, 125, 625), ">= 50x", dense=True),
    "rec-mint-50k": lambda name: mint(name, tree(20, 1_000, 50_000), "50k <= 400 MB", dense=False),
}


def main() -> None:
    warnings.simplefilter("ignore")
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")] or list(WORKS)
    for name in wanted:
        WORKS[name](name)


if __name__ == "__main__":
    main()
