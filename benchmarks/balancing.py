"""Proportional fitting beside pyipf and ipfn, to margins met within 1e-8 of their targets.

    python -m benchmarks.balancing [NAME ...] [--json]

Synthetic tables from seed 1, a fifth of the cells 0. "hard": log-normal cells with standard
deviation 1.5 beside uneven margins, so that proportional fitting takes about a hundred sweeps;
"near": gamma cells, a dozen to thirty sweeps. Margins are all sums over one axis (for 21x43x8:
three margins of two axes), as pyipf asks for. Everyone gets the same arrays and tolerance.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path

# One thread each: threads that wait for one another would count as CPU seconds.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

import skillsfc as sf
from benchmarks.compare import compare

TOLERANCE = 1e-8
SWEEPS = 2000
Work = Callable[[], np.ndarray]


def problem(shape: tuple[int, ...], kind: str, rng: np.random.Generator) -> list[np.ndarray]:
    """Return a seed, and a table with the sums that it shall have (synthetic)."""
    if kind == "hard":
        seed = rng.lognormal(0.0, 1.5, shape)
        for axis, size in enumerate(shape):
            beside = [-1 if place == axis else 1 for place in range(len(shape))]
            seed = seed * rng.lognormal(0.0, 1.0, size).reshape(beside)
    else:
        seed = rng.gamma(1.0, 100.0, shape)
    seed = seed * (rng.random(shape) >= 0.2)
    return [seed, seed * rng.lognormal(0.0, 0.5, shape)]


def relative(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.abs(ours - theirs).max() / np.abs(ours).max())


def peer_pyipf(seeds: np.ndarray, wanted: np.ndarray) -> Work:
    """Return a loop over tables; one table is a loop of one."""
    from pyipf import ipf

    axes = range(seeds.ndim - 1)
    sums = [[table.sum(axis=axis) for axis in axes] for table in wanted]

    def work() -> np.ndarray:
        return np.stack(
            [
                ipf(seed, own, tol_convg=TOLERANCE, max_itr=SWEEPS)
                for seed, own in zip(seeds, sums, strict=True)
            ]
        )

    return work


def peer_ipfn(seeds: np.ndarray, wanted: np.ndarray) -> Work:
    from ipfn.ipfn import ipfn

    dimensions = seeds.ndim - 1
    kept = [[a for a in range(dimensions) if a != axis] for axis in range(dimensions)]
    sums = [[table.sum(axis=axis) for axis in range(dimensions)] for table in wanted]

    def work() -> np.ndarray:
        made = [
            ipfn(seed.copy(), list(own), kept, convergence_rate=TOLERANCE, max_iteration=SWEEPS,
                 rate_tolerance=0.0).iteration()
            for seed, own in zip(seeds, sums, strict=True)
        ]  # fmt: skip
        return np.stack(made)

    return work


PEERS: dict[str, Callable[[np.ndarray, np.ndarray], Work]] = {
    "pyipf": peer_pyipf,
    "ipfn": peer_ipfn,
}


def fit(
    name: str,
    shape: tuple[int, ...],
    kind: str,
    goal: str,
    *,
    tables: int = 1,
    peers: tuple[str, ...] = ("pyipf",),
    rounds: int = 5,
) -> None:
    """Time ours and the peers on some tables of one shape."""
    rng = np.random.default_rng(1)
    seeds, wanted = (np.stack(part) for part in zip(
        *(problem(shape, kind, rng) for _ in range(tables)), strict=True))  # fmt: skip
    axes = range(len(shape))
    margins = [(tuple(a for a in axes if a != axis), wanted.sum(axis=axis + 1)) for axis in axes]

    def ours() -> np.ndarray:
        return sf.balance_arrays(seeds, margins, batch=True, tolerance=TOLERANCE).table

    here = [peer for peer in peers if importlib.util.find_spec(peer) is not None]
    sweeps = sf.balance_arrays(seeds, margins, batch=True, tolerance=TOLERANCE).iterations
    compare(
        name,
        size=f"{tables} x {'x'.join(map(str, shape))}, {kind}",
        ours=ours,
        peers={peer: PEERS[peer](seeds, wanted) for peer in here},
        difference=relative,
        tolerance=1e-6,
        goal=goal,
        rounds=rounds,
        absent={peer: f"not installed: pip install {peer}" for peer in peers if peer not in here},
        note=f"our sweeps: mean {sweeps.mean():.0f}, most {sweeps.max()}",
    )


LARGE, SMALL, MATRIX = (88, 130, 9), (21, 43, 8), (21, 43)
BOTH = ("pyipf", "ipfn")
WORKS: dict[str, Callable[[str], None]] = {
    "ipf-21x43x8": lambda name: fit(name, SMALL, "hard", ">= 1.3x pyipf"),
    "ipf-21x43x8-near": lambda name: fit(name, SMALL, "near", ">= 1.3x pyipf"),
    "ipf-88x130x9": lambda name: fit(name, LARGE, "hard", ">= 3x pyipf"),
    "ipf-88x130x9-near": lambda name: fit(name, LARGE, "near", ">= 3x pyipf"),
    "ipf-batch-408": lambda name: fit(name, MATRIX, "hard", ">= 3x pyipf", tables=408, rounds=3),
    "ipf-batch-408-near": lambda name: fit(
        name, MATRIX, "near", ">= 3x pyipf", tables=408, rounds=3
    ),
    # ipfn takes seconds a table: fewer rounds, and the large table only where sweeps are few.
    "ipf-21x43x8-ipfn": lambda name: fit(name, SMALL, "hard", ">= 80x ipfn", peers=BOTH, rounds=3),
    "ipf-88x130x9-ipfn": lambda name: fit(name, LARGE, "near", ">= 80x ipfn", peers=BOTH, rounds=3),
}


def main() -> None:
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")] or list(WORKS)
    for name in wanted:
        WORKS[name](name)


if __name__ == "__main__":
    main()
