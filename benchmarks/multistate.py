"""State probabilities beside R's etm and survival, and cumulative incidence beside scikit-survival.

    python -m benchmarks.multistate [NAME ...] [--json]

Names: aj-1e4, aj-1e5, aj-1e6 (six states, four spells a person, whole months up to 72) beside etm,
aj-errors-... the same with standard errors beside survfit, which always computes them; cif-1e5,
cif-1e6 (five causes). Spells are made from seed 1. Ours are arrays that are ready, as R's are; the
whole call on a DataFrame with every check and the tables of the result stands beside.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

import skillsfc as sf
from benchmarks.beside_r import InR
from benchmarks.compare import compare, run
from skillsfc.transitions.multistate.event_steps import Stays, count_steps
from skillsfc.transitions.multistate.influence import probability_variances

MONTHS, STATES = 72.0, 6
REPORTED = (12, 24, 36, 48, 60, 72)

TIMES = f"times <- c{REPORTED}; k <- {STATES};"
AT = "sapply(times, function(u) max(which(f$time <= u)))"
ETM_DATA = """
d <- data.frame(id = d$person, from = as.character(d$state), to = ifelse(d$to < 0, "cens", d$to),
                entry = d$begin, exit = d$end)
moves <- matrix(TRUE, k, k); diag(moves) <- FALSE
"""
ETM_CALL = 'etm(d, as.character(0:(k - 1)), moves, "cens", s = 0, covariance = FALSE)'
ETM_ANSWER = f"apply(f$est[, , {AT}], 3, function(m) rep(1 / k, k) %*% m)"
SURVFIT_DATA = "d$what <- factor(d$to, -1:(k - 1)); d$from <- factor(d$state, 0:(k - 1))"
SURVFIT_CALL = (
    "survfit(Surv(begin, end, what) ~ 1, data = d, id = person, istate = from, p0 = rep(1 / k, k))"
)
SURVFIT_ORDER = "match(0:(k - 1), f$states)"
SURVFIT_ANSWER = f"sapply(list(f$pstate, f$std.err), function(m) t(m[{AT}, {SURVFIT_ORDER}]))"


def made_spells(count: int) -> Stays:
    """Return spells of persons with up to four stays each, cut off at month 72 (synthetic)."""
    rng = np.random.default_rng(1)
    persons = count // 4
    length = rng.geometric(0.07, (persons, 4)).astype(np.float64)
    end = np.cumsum(length, axis=1)
    path = np.cumsum(
        np.column_stack([rng.integers(0, STATES, persons), rng.integers(1, STATES, (persons, 4))]),
        axis=1,
    ) % STATES  # fmt: skip
    event = np.ones((persons, 4), dtype=bool)
    event[:, 3] = rng.random(persons) < 0.5
    to = np.where(event, path[:, 1:], -1)
    stays = Stays(
        (end - length).ravel(), end.ravel(), path[:, :4].ravel(), to.ravel(),
        np.ones(count), np.repeat(np.arange(persons), 4), STATES,
    )  # fmt: skip
    return stays.within(0.0, MONTHS)


def probabilities(stays: Stays) -> np.ndarray:
    """Return the state probabilities at the reported months, from equal shares at the start."""
    steps = count_steps(stays)
    path = np.full(STATES, 1 / STATES) @ steps.products
    return path[np.searchsorted(steps.times, REPORTED, side="right")]


def errors(stays: Stays) -> np.ndarray:
    """Return standard errors after every month; the start is given."""
    steps = count_steps(stays)
    path = np.full(STATES, 1 / STATES) @ steps.products
    nothing = np.zeros((int(stays.cluster.max()) + 1, STATES))
    every = np.arange(len(steps.times) + 1)
    variance = probability_variances(stays, steps, path, nothing, every)
    return np.sqrt(variance[np.searchsorted(steps.times, REPORTED, side="right")])


def columns(stays: Stays) -> dict[str, np.ndarray]:
    """Return the stays as R reads them."""
    return {"person": stays.cluster, "begin": stays.begin, "end": stays.end,
            "state": stays.state, "to": stays.to}  # fmt: skip


def whole_call(stays: Stays, measures: list[str]) -> Callable[[], np.ndarray]:
    """Return the estimate as a user calls it, its measures one below the other."""
    states = [str(state) for state in range(STATES)]
    spells = pd.DataFrame({
        "person": stays.cluster, "start": stays.begin, "end": stays.end,
        "state": stays.state.astype("str"),
        "to_state": np.where(stays.to < 0, "", stays.to.astype("str")),
    })  # fmt: skip

    def work() -> np.ndarray:
        made = sf.estimate_state_probabilities(
            spells, states=states, initial=dict.fromkeys(states, 1 / STATES), times=REPORTED,
            standard_errors="standard_error" in measures,
        ).table  # fmt: skip
        if "standard_error" in measures:  # not told where nobody or everybody is: the kernel has 0
            sure = made["probability"].isin([0.0, 1.0])
            made["standard_error"] = made["standard_error"].mask(sure, 0.0)
        wide = made.pivot_table(index="time", columns="state", values=measures)
        return np.concatenate([wide[measure][states].to_numpy() for measure in measures])

    return work


def farthest(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.abs(ours.ravel() - theirs.ravel()).max())


def state_probabilities(name: str, count: int, rounds: int = 3) -> None:
    """Compare the estimate with etm."""
    stays = made_spells(count)
    compare(
        name,
        size=f"{len(stays.end):,} spells, {STATES} states",
        ours=lambda: probabilities(stays),
        peers={
            "R etm": InR(columns(stays), "etm", ETM_CALL, ETM_ANSWER, TIMES + ETM_DATA),
            "ours, whole call": whole_call(stays, ["probability"]),
        },
        difference=farthest,
        tolerance=1e-9,
        goal=">= 100x",
        rounds=rounds,
    )


def with_errors(name: str, count: int, rounds: int = 3) -> None:
    """Compare the estimate and its errors after every month with survfit."""
    stays = made_spells(count)
    survfit = InR(columns(stays), "survival", SURVFIT_CALL, SURVFIT_ANSWER, TIMES + SURVFIT_DATA)
    compare(
        name,
        size=f"{len(stays.end):,} spells, {STATES} states, standard errors",
        ours=lambda: np.concatenate([probabilities(stays), errors(stays)]),
        peers={
            "R survfit": survfit,
            "ours, whole call": whole_call(stays, ["probability", "standard_error"]),
        },
        difference=farthest,
        tolerance=1e-9,
        rounds=rounds,
    )


def incidence(name: str, count: int) -> None:
    """Compare cumulative incidence of five causes with scikit-survival."""
    rng = np.random.default_rng(1)
    time = np.minimum(rng.geometric(0.05, count), 60).astype(np.float64)
    cause = rng.integers(0, 6, count)
    nobody = np.zeros(count, dtype=np.int64)
    stays = Stays(np.zeros(count), time, nobody, np.where(cause > 0, cause, -1), np.ones(count),
                  np.arange(count), 6)  # fmt: skip

    def ours() -> np.ndarray:
        steps = count_steps(stays)
        return steps.products[1:, 0, 1:]

    def scikit_survival() -> np.ndarray:
        from sksurv.nonparametric import cumulative_incidence_competing_risks

        _, found = cumulative_incidence_competing_risks(cause, time)
        return found[1:].T

    try:
        import sksurv  # noqa: F401

        peers, absent = {"scikit-survival": scikit_survival}, {}
    except ImportError:
        peers, absent = {}, {"scikit-survival": "not installed: pip install scikit-survival"}
    compare(
        name,
        size=f"{count:,} spells, 5 causes",
        ours=ours,
        peers=peers,
        difference=lambda a, b: float(np.abs(a - b).max()),
        tolerance=1e-12,
        goal=">= 100x",
        absent=absent,
    )


WORKS: dict[str, Callable[[str], None]] = {
    "aj-1e4": lambda name: state_probabilities(name, 10**4),
    "aj-1e5": lambda name: state_probabilities(name, 10**5),
    "aj-1e6": lambda name: state_probabilities(name, 10**6),
    "aj-errors-1e4": lambda name: with_errors(name, 10**4),
    "aj-errors-1e5": lambda name: with_errors(name, 10**5),
    "aj-errors-1e6": lambda name: with_errors(name, 10**6, 1),
    "cif-1e5": lambda name: incidence(name, 10**5),
    "cif-1e6": lambda name: incidence(name, 10**6),
}
LARGE: dict[str, Callable[[str], None]] = {
    "aj-1e7": lambda name: state_probabilities(name, 10**7, 1),
}


def main() -> None:
    run(WORKS, LARGE)


if __name__ == "__main__":
    main()
