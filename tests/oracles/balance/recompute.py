"""Recompute the balanced tables with plain loops, and again by minimising; no library code.

Proportional fitting loops over cells; the second answer is the dual of the least divergence (for
soft margins: with the penalty), by a general minimiser of scipy. Both must agree before anything is
printed. ``python recompute.py`` prints case, cell and value.
"""

import itertools
import math
import sys

import numpy as np
from scipy.optimize import minimize

SHARED_SEED = dict.fromkeys(itertools.product(range(2), range(4), range(2)), 1.0)
SHARED_SEED |= {(0, 0, 0): 4.0, (0, 2, 0): 10.0}
SHARED_PAIR = dict.fromkeys(itertools.product(range(4), range(2)), 4.0)
SHARED_PAIR |= {(0, 0): 10.0, (2, 0): 22.0, (3, 1): 14.0}


def cells_of(rows):
    return {(i, j): float(v) for i, row in enumerate(rows) for j, v in enumerate(row)}


def line(values):
    return {(i,): float(v) for i, v in enumerate(values)}


FOUR = cells_of([[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]])
SIGNED = cells_of([[7, 3, 5, -3], [2, 9, 8, 1], [-2, 0, 2, 1]])
CASES = {
    "two_by_two": (
        cells_of([[1, 1], [1, 1]]),
        [((0,), line([30, 70])), ((1,), line([50, 50]))],
    ),
    "shared_margin": (
        SHARED_SEED | {(0, 3, 0): 6.0},
        [((0,), line([50, 16])), ((1, 2), SHARED_PAIR)],
    ),
    "shared_margin_round": (
        SHARED_SEED | {(0, 3, 1): 6.0},
        [((0,), line([50, 16])), ((1, 2), SHARED_PAIR)],
    ),
    "four_by_four": (
        FOUR,
        [((0,), line([150, 300, 400, 150])), ((1,), line([200, 300, 400, 100]))],
    ),
    "signed": (SIGNED, [((0,), line([15, 26, -1])), ((1,), line([9, 16, 17, -2]))]),
    "soft": (FOUR, [((0,), line([150, 300, 400, 150])), ((1,), line([200, 330, 420, 130]))]),
}
RELIABILITY = (2.0, 0.5)


def place(cell, axes):
    return tuple(cell[axis] for axis in axes)


def fit(seed, margins, sweeps=2000):
    """Scale cell by cell: positive cells times a factor, negative ones over it."""
    table = dict(seed)
    for _ in range(sweeps):
        for axes, target in margins:
            for wanted, value in target.items():
                own = [cell for cell in table if place(cell, axes) == wanted]
                up = sum(table[cell] for cell in own if table[cell] > 0)
                down = -sum(table[cell] for cell in own if table[cell] < 0)
                if up > 0:
                    factor = (value + math.sqrt(value**2 + 4 * up * down)) / (2 * up)
                else:
                    factor = -down / value if down else 1.0
                for cell in own:
                    table[cell] *= factor if table[cell] > 0 else 1 / factor
    return table


def minimise(seed, margins, weights):
    """Minimise the divergence through its dual; weights of infinity are margins to be met."""
    cells = list(seed)
    start = np.array([seed[cell] for cell in cells])
    sign = np.sign(start)
    sums = np.array(
        [[place(c, axes) == k for c in cells] for axes, t in margins for k in t], dtype=float
    )
    target = np.array([v for _, t in margins for v in t.values()])
    spread = np.concatenate(
        [np.array(list(t.values())) / w for (_, t), w in zip(margins, weights, strict=True)]
    )

    def table(logs):
        return start * np.exp(sign * (sums.T @ logs))

    def loss(logs):
        x = table(logs)
        value = np.abs(x).sum() - target @ logs + (spread * logs**2).sum() / 2
        return value, sums @ x - target + spread * logs

    found = minimize(loss, np.zeros(len(target)), jac=True, method="BFGS", options={"gtol": 1e-10})
    return dict(zip(cells, table(found.x), strict=True))


def main():
    for case, (seed, margins) in CASES.items():
        soft = case == "soft"
        weights = RELIABILITY if soft else (math.inf,) * len(margins)
        answer = minimise(seed, margins, weights)
        if not soft:
            looped = fit(seed, margins)
            apart = max(abs(looped[cell] - answer[cell]) for cell in seed)
            assert apart < 1e-6, (case, apart)
            answer = looped
        for cell, value in answer.items():
            sys.stdout.write(f"{case},{' '.join(map(str, cell))},{value:.9f}\n")


if __name__ == "__main__":
    main()
