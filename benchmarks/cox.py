"""Cox's model with ten covariates beside statsmodels, lifelines, scikit-survival and R's coxph.

    python -m benchmarks.cox [NAME ...] [--json]

Synthetic spells from seed 1: ten normal covariates, exponential times, about a third censored. Two
kinds: times as they come, and months (many ties). All use Efron's ties where they can;
scikit-survival is asked for them too. Tables and arrays are made before the clock starts, for every
contender; ours is timed on arrays as the peers are. "Whole call" is `sf.fit_hazard` on a DataFrame:
checks, formula and provenance included.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

import skillsfc as sf
from benchmarks.beside_r import InR
from benchmarks.compare import compare, run
from skillsfc.transitions.survival.newton import maximise
from skillsfc.transitions.survival.partial_likelihood import PartialLikelihood
from skillsfc.transitions.survival.risk_sets import build_risk_sets

COVARIATES = 10
NAMES = [f"x{at}" for at in range(COVARIATES)]
Work = Callable[[], np.ndarray]


@cache
def spells(size: int, months: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return covariates, end and whether the event was seen: synthetic."""
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(size, COVARIATES))
    risk = np.exp(matrix @ np.linspace(-0.5, 0.5, COVARIATES))
    time_, lost = rng.exponential(size=size) / risk, rng.exponential(2.0, size)
    end, event = np.minimum(time_, lost), time_ <= lost
    return matrix, np.minimum(np.ceil(end * 12), 72.0) if months else end, event


def both(coefficients: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return estimates and standard errors."""
    return np.stack([np.asarray(coefficients), np.sqrt(np.diag(np.asarray(covariance)))])


def ours(size: int, months: bool) -> Work:
    matrix, end, event = spells(size, months)
    zero, one, stratum = np.zeros(size), np.ones(size), np.zeros(size, dtype=np.int64)

    def work() -> np.ndarray:
        sets = build_risk_sets(matrix, zero, end, event, one, stratum)
        made = maximise(PartialLikelihood(sets, "efron"), "benchmark")
        found = both(made.coefficients, np.linalg.inv(made.information))
        return found / sets.scale

    return work


def peer_statsmodels(size: int, months: bool) -> Work:
    from statsmodels.duration.hazard_regression import PHReg

    matrix, end, event = spells(size, months)

    def work() -> np.ndarray:
        made = PHReg(end, matrix, status=event.astype(int), ties="efron").fit(disp=False)
        return both(made.params, made.cov_params())

    return work


def peer_lifelines(size: int, months: bool) -> Work:
    from lifelines import CoxPHFitter

    matrix, end, event = spells(size, months)
    table = pd.DataFrame(matrix, columns=NAMES).assign(end=end, event=event)

    def work() -> np.ndarray:
        made = CoxPHFitter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made.fit(table, "end", "event", fit_options={"precision": 1e-9})
        return both(made.params_.to_numpy(), made.variance_matrix_.to_numpy())

    return work


def peer_sksurv(size: int, months: bool) -> Work:
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.util import Surv

    matrix, end, event = spells(size, months)
    answer = Surv.from_arrays(event, end)
    errors = ours(size, months)()[1]  # it gives no standard errors

    def work() -> np.ndarray:
        made = CoxPHSurvivalAnalysis(ties="efron", tol=1e-12).fit(matrix, answer)
        return np.stack([made.coef_, errors])

    return work


def in_r(size: int, months: bool) -> InR:
    """Return R's coxph on the same matrix."""
    matrix, end, event = spells(size, months)
    columns = {"end": end, "event": event} | dict(zip(NAMES, matrix.T, strict=True))
    return InR(
        columns, "survival",
        "coxph(Surv(end, event) ~ x, d, control = coxph.control(eps = 1e-11, timefix = FALSE))",
        "c(coef(f), sqrt(diag(f$var)))",
        "x <- as.matrix(d[-(1:2)]); d <- d[1:2]; d$x <- x; rm(x)",
    )  # fmt: skip


def whole_call(size: int, months: bool) -> Work:
    """Return `sf.fit_hazard` as a user calls it."""
    matrix, end, event = spells(size, months)
    table = pd.DataFrame(matrix, columns=NAMES).assign(start=0.0, end=end, event=event)

    def work() -> np.ndarray:
        made = sf.fit_hazard(table, " + ".join(NAMES)).table
        return np.stack([made["estimate"].to_numpy(), made["standard_error"].to_numpy()])

    return work


PEERS = {
    "statsmodels": ("statsmodels", peer_statsmodels),
    "lifelines": ("lifelines", peer_lifelines),
    "scikit-survival": ("sksurv", peer_sksurv),
}


def cox(
    name: str, size: int, months: bool, peers: tuple[str, ...] = tuple(PEERS), rounds: int = 3
) -> None:
    """Time ours and the peers on one data set."""
    here = [peer for peer in peers if importlib.util.find_spec(PEERS[peer][0])]
    beside: dict[str, Work | InR] = {peer: PEERS[peer][1](size, months) for peer in here}
    beside |= {"R coxph": in_r(size, months), "ours, whole call": whole_call(size, months)}
    compare(
        name,
        size=f"{size:,} spells, {COVARIATES} covariates, {'months' if months else 'no ties'}",
        ours=ours(size, months),
        peers=beside,
        difference=lambda a, b: float(np.abs(a.ravel() - b.ravel()).max()),
        tolerance=1e-6,
        goal="level with the best library",
        rounds=rounds,
        absent={peer: "not installed" for peer in peers if peer not in here},
    )


def late_and_weighted(name: str, size: int) -> None:
    """Time weights, delayed entry and clustered errors; only lifelines has them in Python."""
    matrix, end, event = spells(size, True)
    rng = np.random.default_rng(2)
    weight, cluster = rng.choice([0.5, 1.0, 1.5], size), np.arange(size) // 2
    entry = np.where(rng.random(size) < 0.3, end - 1, 0.0)
    stratum = np.zeros(size, dtype=np.int64)

    def work() -> np.ndarray:
        sets = build_risk_sets(matrix, entry, end, event, weight, stratum)
        likelihood = PartialLikelihood(sets, "efron")
        made = maximise(likelihood, "benchmark")
        scores = likelihood.row_scores(made.hazards, made.sums)
        own = cluster[sets.order]
        total = np.column_stack([np.bincount(own, column) for column in scores.T])
        change = total @ np.linalg.inv(made.information)
        return both(made.coefficients, change.T @ change) / sets.scale

    peers: dict[str, Work] = {}
    if importlib.util.find_spec("lifelines"):
        from lifelines import CoxPHFitter

        table = pd.DataFrame(matrix, columns=NAMES).assign(
            end=end, event=event, weight=weight, cluster=cluster, entry=entry
        )

        def lifelines() -> np.ndarray:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                made = CoxPHFitter().fit(
                    table, "end", "event", weights_col="weight", cluster_col="cluster",
                    entry_col="entry", robust=True, fit_options={"precision": 1e-9},
                )  # fmt: skip
            return both(made.params_.to_numpy(), made.variance_matrix_.to_numpy())

        peers["lifelines"] = lifelines
    compare(
        name, size=f"{size:,} spells, weights, delayed entry, clusters, months", ours=work,
        peers=peers, difference=lambda a, b: float(np.abs(a - b)[0].max()), tolerance=1e-6,
        rounds=2, note="differences are of coefficients; errors are compared with R in the tests",
    )  # fmt: skip


WORKS: dict[str, Callable[[str], None]] = {
    "cox-1e4": lambda name: cox(name, 10**4, False),
    "cox-1e4-months": lambda name: cox(name, 10**4, True),
    # Without ties statsmodels and lifelines take a minute and more: R alone beside.
    "cox-1e5": lambda name: cox(name, 10**5, False, ()),
    "cox-1e5-months": lambda name: cox(name, 10**5, True, ("statsmodels", "lifelines")),
    "cox-1e6": lambda name: cox(name, 10**6, False, ()),
    "cox-weighted-1e3": lambda name: late_and_weighted(name, 10**3),
}
LARGE: dict[str, Callable[[str], None]] = {
    "cox-1e6-months": lambda name: cox(name, 10**6, True, ("lifelines",)),
    "cox-1e7-months": lambda name: cox(name, 10**7, True, ("lifelines",), rounds=1),
}


def main() -> None:
    run(WORKS, LARGE)


if __name__ == "__main__":
    main()
