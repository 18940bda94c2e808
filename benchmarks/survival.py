"""Survival curves, cumulative incidence and discrete-time hazards beside the usual packages.

    python -m benchmarks.survival [NAME ...] [--json]

Synthetic months from seed 1: 72 possible times, six in ten move, others are censored. Peers get the
arrays they like best; the table of person-periods that Logit and sklearn need is made before the
clock starts. "Whole call" is ours on a DataFrame, reading and checks included.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

import skillsfc as sf
from benchmarks.beside_r import InR
from benchmarks.compare import compare, run
from skillsfc.transitions.survival.competing_risks import cumulative_incidence
from skillsfc.transitions.survival.discrete import fit_discrete
from skillsfc.transitions.survival.discrete_baseline import baseline_columns
from skillsfc.transitions.survival.discrete_fit import maximise
from skillsfc.transitions.survival.discrete_likelihood import DiscreteLikelihood
from skillsfc.transitions.survival.periods import Periods, find_patterns
from skillsfc.transitions.survival.product_limit import product_limit

MONTHS, CAUSES = 72, 5
Work = Callable[[], np.ndarray]


def there(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def times(size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return months, whether a move was seen, and its kind from 1 (0 censored): synthetic."""
    rng = np.random.default_rng(1)
    event = rng.random(size) < 0.6
    cause = np.where(event, rng.integers(1, CAUSES + 1, size), 0)
    return rng.integers(1, MONTHS + 1, size).astype(np.float64), event, cause


def largest(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.abs(ours - theirs).max())


def in_r(size: int, outcome: str, answer: str) -> InR:
    """Return R's survfit of the same times."""
    end, event, cause = times(size)
    return InR(
        {"end": end, "event": event, "cause": cause}, "survival",
        f"survfit(Surv(end, {outcome}) ~ 1, data = d)", answer,
        f"d$kind <- factor(d$cause, 0:{CAUSES})",
    )  # fmt: skip


def kaplan_meier(name: str, size: int, goal: str = "") -> None:
    end, event, _ = times(size)
    zero = np.zeros(size)
    peers: dict[str, Work | InR] = {}
    if there("statsmodels"):
        from statsmodels.duration.survfunc import SurvfuncRight

        peers["statsmodels"] = lambda: np.asarray(SurvfuncRight(end, event).surv_prob)
    if there("lifelines") and size <= 10**6:
        from lifelines import KaplanMeierFitter

        peers["lifelines"] = lambda: (
            KaplanMeierFitter().fit(end, event).survival_function_.to_numpy()[1:, 0]
        )
    if there("sksurv") and size <= 10**6:
        from sksurv.nonparametric import kaplan_meier_estimator

        peers["scikit-survival"] = lambda: kaplan_meier_estimator(event, end)[1]
    if size <= 10**6:
        spells = pd.DataFrame({"start": 0, "end": end, "event": event})
        peers["R survfit"] = in_r(size, "event", "f$surv")
        peers["ours, whole call"] = lambda: whole_curve(spells)
    compare(
        name, size=f"{size:,} spells", ours=lambda: product_limit(zero, end, event).survival,
        peers=peers, difference=largest, tolerance=1e-12, goal=goal,
        note="" if size <= 10**6 else "others at 1e6 and below",
    )  # fmt: skip


def whole_curve(spells: pd.DataFrame) -> np.ndarray:
    return sf.estimate_survival(spells).table["probability"].to_numpy()


def incidence(name: str, size: int, goal: str = "") -> None:
    end, _, cause = times(size)
    zero, peers = np.zeros(size), {}
    if there("sksurv"):
        from sksurv.nonparametric import cumulative_incidence_competing_risks as theirs

        peers["scikit-survival"] = lambda: theirs(cause, end)[1][1:].T
    if there("statsmodels") and size <= 10**4:
        from statsmodels.duration.survfunc import CumIncidenceRight

        peers["statsmodels"] = lambda: np.stack(CumIncidenceRight(end, cause).cinc, axis=1)
    compare(
        name, size=f"{size:,} spells, {CAUSES} causes",
        ours=lambda: cumulative_incidence(zero, end, cause - 1, kinds=CAUSES).chance,
        peers=peers, difference=largest, tolerance=1e-12, goal=goal,
        note=lifelines_jitter(end, cause) if size <= 10**4 else "",
    )  # fmt: skip


def lifelines_jitter(end: np.ndarray, cause: np.ndarray) -> str:
    """Return how far lifelines is off where times tie: it moves them at random."""
    if not there("lifelines"):
        return "lifelines: not installed"
    import warnings

    from lifelines import AalenJohansenFitter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.process_time()
        made = AalenJohansenFitter(calculate_variance=False, seed=1).fit(end, cause, 1)
        spent = time.process_time() - start
    exact = cumulative_incidence(np.zeros(len(end)), end, cause - 1, kinds=CAUSES).chance[-1, 0]
    apart = abs(float(made.cumulative_density_.iloc[-1, 0]) - exact)
    return f"lifelines, one cause, ties moved at random: {spent:.3f} CPU s, off by {apart:.4f}"


def incidence_errors(name: str, size: int) -> None:
    end, _, cause = times(size)
    zero, rows = np.zeros(size), np.arange(size)
    compare(
        name, size=f"{size:,} spells, {CAUSES} causes, infinitesimal jackknife",
        ours=lambda: cumulative_incidence(zero, end, cause - 1, None, rows, kinds=CAUSES).error,
        peers={"R survfit": in_r(size, "kind", "t(f$std.err[, -1])")},
        difference=lambda a, b: largest(a.ravel(), b), tolerance=1e-12,
    )  # fmt: skip


def people(size: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return spells with three covariates, and their seven indicator columns (synthetic)."""
    rng = np.random.default_rng(1)
    table = pd.DataFrame({
        "sex": rng.choice(["F", "M"], size), "region": rng.choice(list("abcde"), size),
        "school": rng.choice(["1", "2", "3"], size),
    })  # fmt: skip
    columns = [
        (table[name] == level).to_numpy(float)
        for name in table
        for level in sorted(table[name].unique())[1:]
    ]
    matrix = np.stack(columns, axis=1)
    hazard = 1 / (1 + np.exp(3.2 - matrix @ np.linspace(-0.4, 0.4, 7)))
    length = np.ceil(np.log(rng.random(size)) / np.log1p(-hazard)).astype(int)
    limit = rng.integers(12, 49, size)
    table = table.assign(start=0, end=np.minimum(length, limit), event=length <= limit)
    return table, matrix


def discrete(name: str, size: int, goal: str, rounds: int, *, expanded: bool = True) -> None:
    table, matrix = people(size)
    last, event = table["end"].to_numpy() - 1, table["event"].to_numpy()

    def ours() -> np.ndarray:
        distinct, pattern, _ = find_patterns(matrix)
        cause, weight = np.where(event, 0, -1), np.ones(size)
        number = int(last.max()) + 1
        held = Periods(distinct, pattern, np.zeros_like(last), last, cause, weight, number, 1)
        baseline, _ = baseline_columns("quadratic", number, subject=name)
        closed = np.zeros((number, 1), dtype=bool)
        likelihood = DiscreteLikelihood(held, baseline, "logit", closed)
        width = likelihood.width
        start = np.zeros(width)
        start[0] = np.log(event.sum() / (last + 1).sum())
        scale = np.append(np.abs(baseline).max(axis=0), np.ones(matrix.shape[1]))
        found = maximise(
            likelihood, start, np.ones(width, dtype=bool), scale, remedy="none",
            penalty=np.zeros(width), subject=name,
        )  # fmt: skip
        return found.coefficients

    def whole_call() -> np.ndarray:
        made = fit_discrete(table, "sex + region + school", baseline="quadratic")
        return made.table["estimate"].to_numpy()

    peers = {"ours, whole call": whole_call}
    if there("statsmodels"):
        peers["statsmodels GLM, collapsed"] = collapsed_peer(matrix, last, event)
    if expanded:
        row = np.repeat(np.arange(size), last + 1)
        month = np.concatenate([np.arange(1, n + 2) for n in last])
        design = np.column_stack([np.ones(len(row)), month, month**2, matrix[row]])
        peers |= logit_peers(design, (month == last[row] + 1) & event[row])
    compare(
        name, size=f"{size:,} people, {int((last + 1).sum()):,} person-months, 10 coefficients",
        ours=ours, peers=peers, difference=largest, tolerance=1e-6, goal=goal, rounds=rounds,
    )  # fmt: skip


def collapsed_peer(matrix: np.ndarray, last: np.ndarray, event: np.ndarray) -> Work:
    """Return the binomial model on cells of covariates and month, collapsed with pandas first."""
    names = [f"x{at}" for at in range(matrix.shape[1])]
    table = pd.DataFrame(matrix.astype(np.int8), columns=names).assign(last=last, event=event)

    def work() -> np.ndarray:
        import statsmodels.api as sm

        ends = table.pivot_table(index=names, columns="last", values="event",
                                 aggfunc=["size", "sum"], fill_value=0, observed=True)  # fmt: skip
        size, moved = ends["size"].to_numpy(), ends["sum"].to_numpy()
        risk = size[:, ::-1].cumsum(axis=1)[:, ::-1]
        cell, at = np.nonzero(risk)
        month = ends["size"].columns.to_numpy()[at] + 1.0
        pattern = np.array(ends.index.to_list(), dtype=float)[cell]
        design = np.column_stack([np.ones(len(cell)), month, month**2, pattern])
        counts = np.column_stack([moved[cell, at], risk[cell, at] - moved[cell, at]])
        return np.asarray(
            sm.GLM(counts, design, family=sm.families.Binomial()).fit(tol=1e-12).params
        )

    return work


def logit_peers(design: np.ndarray, moved: np.ndarray) -> dict[str, Work]:
    peers: dict[str, Work] = {}
    if there("statsmodels"):
        import statsmodels.api as sm

        peers["statsmodels Logit"] = lambda: np.asarray(
            sm.Logit(moved, design).fit(disp=0, method="newton", tol=1e-10).params
        )
    if there("sklearn"):
        from sklearn.linear_model import LogisticRegression

        scale = np.abs(design).max(axis=0)
        scaled = design / scale

        def sklearn() -> np.ndarray:
            model = LogisticRegression(
                C=np.inf, fit_intercept=False, solver="newton-cholesky", tol=1e-10
            )
            return model.fit(scaled, moved).coef_[0] / scale

        peers["sklearn newton-cholesky"] = sklearn
    return peers


WORKS: dict[str, Callable[[str], None]] = {
    "km-1e4": lambda name: kaplan_meier(name, 10**4),
    "km-1e5": lambda name: kaplan_meier(name, 10**5),
    "km-1e6": lambda name: kaplan_meier(name, 10**6, ">= 5x statsmodels"),
    "km-1e7": lambda name: kaplan_meier(name, 10**7),
    "cif-1e4": lambda name: incidence(name, 10**4),
    "cif-1e5": lambda name: incidence(name, 10**5),
    "cif-1e6": lambda name: incidence(name, 10**6, ">= 100x scikit-survival"),
    "cif-errors-1e4": lambda name: incidence_errors(name, 10**4),
    "cif-errors-1e5": lambda name: incidence_errors(name, 10**5),
    "dthaz-1e4": lambda name: discrete(name, 10**4, ">= 100x Logit, >= 25x sklearn", 3),
    "dthaz-1e5": lambda name: discrete(name, 10**5, ">= 100x Logit", 1),
    "dthaz-1e6": lambda name: discrete(name, 10**6, "", 1, expanded=False),
}
LARGE: dict[str, Callable[[str], None]] = {
    "dthaz-1e7": lambda name: discrete(name, 10**7, "", 1, expanded=False),
}


def main() -> None:
    run(WORKS, LARGE)


if __name__ == "__main__":
    main()
