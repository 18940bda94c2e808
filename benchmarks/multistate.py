"""State probabilities beside R's etm and survival, and cumulative incidence beside scikit-survival.

    python -m benchmarks.multistate [NAME ...] [--json]

Names: aj-1e4, aj-1e5, aj-1e6 (six states, four spells a person, whole months up to 72), cif-1e5,
cif-1e6 (five causes). Spells are made from seed 1. R's seconds are CPU seconds measured inside R,
data already read; ours are CPU seconds of this process, once on arrays that are ready (as R's are)
and once for the whole call on a DataFrame with every check and the tables of the result. A peer
that is not installed is named. R's survfit always computes errors.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

import skillsfc as sf
from benchmarks.compare import _cpu_seconds, compare, run
from skillsfc.transitions.multistate.event_steps import Stays, count_steps
from skillsfc.transitions.multistate.influence import probability_variances

MONTHS, STATES = 72.0, 6
REPORTED = (12, 24, 36, 48, 60, 72)

R_ETM = """
args <- commandArgs(TRUE); d <- read.csv(args[1]); k <- as.integer(args[2])
if (!requireNamespace("etm", quietly = TRUE)) {cat("absent\\n"); quit()}
library(etm)
names_ <- as.character(0:(k - 1)); m <- matrix(TRUE, k, k); diag(m) <- FALSE
d <- data.frame(id = d$person, from = as.character(d$state), to = ifelse(d$to < 0, "cens", d$to),
                entry = d$begin, exit = d$end)
t <- system.time(f <- etm(d, names_, m, "cens", s = 0, covariance = FALSE))
cat("seconds", sum(t[1:2]), "\\n")
p <- rep(1 / k, k)
for (u in c(12, 24, 36, 48, 60, 72))
  cat("row", sprintf("%.17g", as.vector(p %*% f$est[, , max(which(f$time <= u))])), "\\n")
"""
R_SURVFIT = """
args <- commandArgs(TRUE); d <- read.csv(args[1]); k <- as.integer(args[2])
library(survival)
d$what <- factor(d$to, -1:(k - 1)); d$from <- factor(d$state, 0:(k - 1))
t <- system.time(f <- survfit(Surv(begin, end, what) ~ 1, data = d, id = person, istate = from,
                              p0 = rep(1 / k, k)))
cat("seconds", sum(t[1:2]), "\\n")
for (u in c(12, 24, 36, 48, 60, 72)) {
  i <- max(which(f$time <= u)); o <- match(0:(k - 1), f$states)
  cat("row", sprintf("%.17g", f$pstate[i, o]), "\\n")
}
for (u in c(12, 24, 36, 48, 60, 72)) {
  i <- max(which(f$time <= u)); o <- match(0:(k - 1), f$states)
  cat("error", sprintf("%.17g", f$std.err[i, o]), "\\n")
}
"""
ETM = "R etm"
SCRIPTS = {ETM: R_ETM, "R survfit (with errors)": R_SURVFIT}


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


def run_r(script: str, file: Path) -> dict[str, np.ndarray] | None:
    """Return what an R script printed: its seconds, rows of probabilities, rows of errors."""
    if shutil.which("Rscript") is None:
        return None
    text = subprocess.run(  # the script is ours and the file our own
        ["Rscript", "-e", script, str(file), str(STATES)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = [line.split() for line in text.splitlines()]
    if not lines or lines[0][0] == "absent":
        return None
    return {
        kind: np.array([[float(v) for v in line[1:]] for line in lines if line[0] == kind])
        for kind in ("seconds", "row", "error")
    }


def state_probabilities(name: str, count: int, peers: tuple[str, ...] = tuple(SCRIPTS)) -> None:
    """Compare the estimate, and its errors, with etm and survfit."""
    stays = made_spells(count)
    table = pd.DataFrame({"person": stays.cluster, "begin": stays.begin, "end": stays.end,
                          "state": stays.state, "to": stays.to})  # fmt: skip
    ours, our_errors = probabilities(stays), errors(stays)
    seconds = {
        "ours, arrays": float(
            np.median([_cpu_seconds(lambda: probabilities(stays)) for _ in "123"])
        ),
        "ours, errors every month": _cpu_seconds(lambda: errors(stays)),
    }
    spells = table.rename(columns={"begin": "start"}).astype({"state": "str"})
    spells["to_state"] = np.where(table["to"] < 0, "", table["to"].astype("str"))
    spells = spells.drop(columns="to")
    for what, with_errors in (("ours, whole call", False), ("ours, whole call with errors", True)):
        seconds[what] = _cpu_seconds(
            lambda asked=with_errors: sf.estimate_state_probabilities(spells, standard_errors=asked)
        )
    apart = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "spells.csv"
        table.to_csv(file, index=False)
        for peer in peers:
            found = run_r(SCRIPTS[peer], file)
            if found is None:
                print(f"  {peer:28s} not run: R or the package is not installed")
                continue
            seconds[peer] = float(found["seconds"][0, 0])
            apart[peer] = float(np.abs(found["row"] - ours).max())
            if apart[peer] > 1e-9:
                raise AssertionError(f"{name}: differs from {peer} by {apart[peer]:g}")
            if len(found["error"]):
                apart["errors of R survfit"] = float(np.abs(found["error"] - our_errors).max())
    _print(name, len(table), seconds, apart)


def _print(name: str, count: int, seconds: dict[str, float], apart: dict[str, float]) -> None:
    if "--json" in sys.argv:
        print(json.dumps({"name": name, "spells": count, "seconds": seconds, "difference": apart}))
        return
    print(f"{name}  {count:,} spells, {STATES} states  goal >= 100x, difference <= 1e-12")
    for who, spent in seconds.items():
        line = f"  {who:30s} {spent:10.5f} CPU s"
        if who.startswith("R etm"):
            line += f"  ratio {spent / seconds['ours, arrays']:8.1f}"
        if who.startswith("R survfit"):
            both = seconds["ours, arrays"], seconds["ours, errors every month"]
            line += f"  ratio {spent / both[0]:8.1f}, with our errors {spent / both[1]:6.1f}"
        print(line + (f"  largest difference {apart[who]:.1e}" if who in apart else ""))
    if "errors of R survfit" in apart:
        print(f"  largest difference of standard errors {apart['errors of R survfit']:.1e}")


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


WORKS = {
    "aj-1e4": lambda name: state_probabilities(name, 10_000),
    "aj-1e5": lambda name: state_probabilities(name, 100_000),
    "aj-1e6": lambda name: state_probabilities(name, 1_000_000),
    "cif-1e5": lambda name: incidence(name, 100_000),
    "cif-1e6": lambda name: incidence(name, 1_000_000),
}
LARGE = {
    "aj-1e7": lambda name: state_probabilities(name, 10_000_000, (ETM,)),
}


def main() -> None:
    run(WORKS, LARGE)


if __name__ == "__main__":
    main()
