"""Make panel.csv: a small simulated panel (synthetic, no real person), from a fixed seed.

usage: python simulate.py > panel.csv

States W (work), L (looking), O (out) and D (gone, entry time exact). Everyone is seen about every
half unit until gone or until time 4; `observed` is `state` seen with error (W taken for L in 5 % of
visits, L taken for O in 10 %). The process is simulated move by move, with no matrix exponential.
"""

import sys

import numpy as np

STATES = "WLOD"
RATES = {"W": {"L": 0.25, "O": 0.10, "D": 0.04}, "L": {"W": 0.9, "O": 0.3, "D": 0.05},
         "O": {"W": 0.2, "L": 0.25, "D": 0.15}}  # fmt: skip
EFFECT = {("W", "L"): 0.5, ("L", "W"): -0.4, ("O", "D"): 0.6}  # log rate ratio of the group b
ERRORS = {"W": ("L", 0.05), "L": ("O", 0.10)}


def one_path(rng, group):
    """Return the times of moves and the states entered, from 0 to 4."""
    times, states = [0.0], [rng.choice(["W", "L", "O"], p=[0.6, 0.25, 0.15])]
    while states[-1] != "D" and times[-1] < 4:
        here = states[-1]
        rates = {to: rate * np.exp(EFFECT.get((here, to), 0.0) * group)
                 for to, rate in RATES[here].items()}  # fmt: skip
        total = sum(rates.values())
        times.append(times[-1] + rng.exponential(1 / total))
        states.append(rng.choice(list(rates), p=[rate / total for rate in rates.values()]))
    return np.array(times), np.array(states)


def main():
    rng = np.random.default_rng(20260101)
    out = sys.stdout.write
    out("person,time,state,observed,group,age\n")
    for person in range(1, 201):
        group, age = int(rng.random() < 0.5), int(rng.integers(18, 30))
        times, states = one_path(rng, group)
        gone = times[-1] if states[-1] == "D" and times[-1] <= 4 else np.inf
        visits = [0.0]
        while visits[-1] < 3.4:
            visits.append(round(visits[-1] + rng.choice([0.25, 0.5, 0.5, 0.75, 1.0]), 2))
        for visit in [v for v in visits if v < gone]:
            state = states[np.searchsorted(times, visit, side="right") - 1]
            other, chance = ERRORS.get(state, (state, 0.0))
            observed = other if visit > 0 and rng.random() < chance else state
            out(f"{person},{visit:g},{state},{observed},{group},{age}\n")
        if np.isfinite(gone):
            out(f"{person},{gone:.3f},D,D,{group},{age}\n")


if __name__ == "__main__":
    sys.exit(main())
