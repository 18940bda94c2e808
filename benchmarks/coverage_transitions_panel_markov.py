"""How often 95 % intervals of panel rates hold the truth, over synthetic panels.

    python -m benchmarks.coverage_transitions_panel_markov [PANELS]

Three states, 250 persons, 4 visits a unit apart: rates, ratios, chances after a unit, mean stays;
the same with weights (robust errors), and with states seen with error.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd
import scipy.linalg

import skillsfc as sf

STATES = np.array(["A", "B", "C"])
RATES = np.array([[0, 0.20, 0.05], [0.40, 0, 0.20], [0.10, 0.15, 0]])
ERRORS = np.array([[0.95, 0.05, 0], [0.08, 0.92, 0], [0, 0, 1.0]])
EFFECT = 0.5  # log ratio of the group on A -> B


def draw(
    rng: np.random.Generator, rates: np.ndarray, persons: int, visits: int, gap: float = 1.0
) -> np.ndarray:
    """Return states [persons, visits]."""
    q = rates - np.diag(rates.sum(axis=1))
    edges = scipy.linalg.expm(q * gap).cumsum(axis=1)[:, :-1]
    state = np.zeros((persons, visits), dtype=int)
    state[:, 0] = rng.integers(0, 3, persons)
    for visit in range(1, visits):
        state[:, visit] = (rng.random(persons)[:, None] > edges[state[:, visit - 1]]).sum(axis=1)
    return state


def panel(state: np.ndarray, first: int = 0, gap: float = 1.0) -> pd.DataFrame:
    persons, visits = state.shape
    return pd.DataFrame({"person": np.repeat(np.arange(persons), visits) + first,
                         "time": np.tile(np.arange(visits) * gap, persons),
                         "state": STATES[state.ravel()]})  # fmt: skip


def held(table: pd.DataFrame, truth: np.ndarray) -> np.ndarray:
    return ((table["lower"] <= truth) & (truth <= table["upper"])).to_numpy()


def plain(rng: np.random.Generator) -> dict[str, np.ndarray]:
    table = panel(draw(rng, RATES, 250, 4))
    made = sf.fit_panel_markov(table, transitions="all")
    q = RATES - np.diag(RATES.sum(axis=1))
    inside = {"rates": held(made.table, RATES[RATES > 0]),
              "chances after 1": held(made.probabilities(1.0), scipy.linalg.expm(q).ravel()),
              "mean stays": held(made.sojourn(), -1 / np.diag(q))}  # fmt: skip
    weights = np.repeat(rng.choice([0.5, 1.0, 3.0], 250), 4)
    robust = sf.fit_panel_markov(table.assign(w=weights), transitions="all", weight="w")
    return inside | {"rates, weighted": held(robust.table, RATES[RATES > 0])}


def groups(rng: np.random.Generator) -> dict[str, np.ndarray]:
    other = RATES.copy()
    other[0, 1] *= np.exp(EFFECT)
    parts = [panel(draw(rng, RATES, 200, 4)).assign(group=0),
             panel(draw(rng, other, 200, 4), 1000).assign(group=1)]  # fmt: skip
    made = sf.fit_panel_markov(pd.concat(parts), transitions="all", covariates={"A->B": "group"})
    return {"ratio": held(made.effects, np.array([np.exp(EFFECT)]))}


def errors(rng: np.random.Generator) -> dict[str, np.ndarray]:
    # Visits so near that moves are rarer than errors: farther apart, the two are hard to tell.
    state = draw(rng, RATES, 1000, 6, 0.3)
    seen = (rng.random(state.shape)[..., None] > ERRORS.cumsum(axis=1)[state][..., :-1]).sum(axis=2)
    made = sf.fit_panel_markov(panel(seen, gap=0.3), transitions="all",
                               misclassification={"A": ["B"], "B": ["A"]})  # fmt: skip
    chances = held(made.misclassification, ERRORS[:2, :2].ravel())
    return {"rates, with error": held(made.table, RATES[RATES > 0]), "chances of error": chances}


def main() -> None:
    panels = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for kind, share in ((plain, 1.0), (groups, 1.0), (errors, 0.2)):
        rng = np.random.default_rng(2026)
        found: dict[str, list[float]] = {}
        count = max(2, int(panels * share))
        for _ in range(count):
            for name, inside in kind(rng).items():
                found.setdefault(name, []).append(float(inside.mean()))
        for name, shares in found.items():
            error = np.std(shares) / count**0.5
            print(f"{name:20s} {count:5d} panels  held {np.mean(shares):.3f}  "
                  f"Monte Carlo error {error:.3f}  nominal 0.950")  # fmt: skip


if __name__ == "__main__":
    main()
