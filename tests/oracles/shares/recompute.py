"""Recompute the expected shares with loops; no library code is used."""

import math
import sys

SHARES = [(0.50, 0.30, 0.20), (0.48, 0.31, 0.21), (0.46, 0.32, 0.22), (0.45, 0.32, 0.23)]
TARGET = 8.0
DRIFT, TREND = 0.046, 0.015
FREEDOM, PART = 4.0, 0.5


def line(values, times=(0.0, 1.0, 2.0, 3.0)):
    """Return intercept and slope of the least-squares line."""
    n = len(values)
    mt, mv = sum(times) / n, sum(values) / n
    slope = sum((t - mt) * (v - mv) for t, v in zip(times, values, strict=True))
    slope /= sum((t - mt) ** 2 for t in times)
    return mv - slope * mt, slope


def close(weights):
    return [w / sum(weights) for w in weights]


def alr(reference):
    """Carry ln(s / s_reference) on for the others; the reference's log-ratio is 0."""
    scores = []
    for o in range(3):
        a, b = line([math.log(row[o] / row[reference]) for row in SHARES])
        scores.append(math.exp(a + b * TARGET))
    return close(scores)


def linear():
    found = []
    for o in range(3):
        a, b = line([row[o] for row in SHARES])
        found.append(max(a + b * TARGET, 0.0))
    return close(found)


def logistic():
    found = []
    for o in range(3):
        a, b = line([math.log(row[o] / (1 - row[o])) for row in SHARES])
        found.append(1 / (1 + math.exp(-(a + b * TARGET))))
    return close(found)


def change_factor(factors):
    return close([s * c for s, c in zip(SHARES[-1], factors, strict=True)])


def auto():
    """Draw each trend towards none: weight tau^2 / (tau^2 + v), v under a random-walk drift."""
    logs = [[math.log(s) - sum(map(math.log, row)) / 3 for s in row] for row in SHARES]
    slopes = [line([row[o] for row in logs])[1] for o in range(3)]
    # Yearly steps around the trend; four rounds leave two degrees of freedom of three steps.
    # A step counts by the share of its category: tiny ones are mostly noise.
    cells = [(t, o) for t in range(3) for o in range(3)]
    steps = [(logs[t + 1][o] - logs[t][o] - slopes[o]) ** 2 for t, o in cells]
    parts = [(SHARES[t][o] + SHARES[t + 1][o]) / 2 for t, o in cells]
    pairs = zip(steps, parts, strict=True)
    measured = sum(step * part for step, part in pairs) / sum(parts) * 3 / 2
    spare = PART * 2 * 2
    variance = (FREEDOM * DRIFT**2 + spare * measured) / (FREEDOM + spare)
    # Var of sum u_t w_t for a random walk w: the later rounds' weights ride on every step.
    u = [(t - 1.5) / 5.0 for t in range(4)]
    walk = sum(sum(u[later:]) ** 2 for later in (1, 2, 3))
    weight = TREND**2 / (TREND**2 + variance * walk)
    ahead = TARGET - 3
    return close([math.exp(logs[3][o] + weight * slopes[o] * ahead) for o in range(3)])


def multinomial(steps=60):
    """Maximise the likelihood of equal rounds by coordinate search on (a1, b1, a2, b2)."""

    def chances(p, t):
        return close([math.exp(p[0] + p[1] * t), math.exp(p[2] + p[3] * t), 1.0])

    def likelihood(p):
        return sum(
            s * math.log(c)
            for t, row in enumerate(SHARES)
            for s, c in zip(row, chances(p, t - 1.5), strict=True)
        )

    point, size = [0.8, -0.08, 0.4, -0.02], 0.1
    best = likelihood(point)
    while size > 1e-9:
        moved = False
        for k in range(4):
            for sign in (1, -1):
                trial = list(point)
                trial[k] += sign * size
                value = likelihood(trial)
                if value > best:
                    point, best, moved = trial, value, True
        if not moved:
            size /= 2
    return chances(point, TARGET - 1.5)


def values():
    for name, found in (
        ("alr", alr(2)),
        ("linear", linear()),
        ("logistic", logistic()),
        ("mnl", multinomial()),
        ("change_factor", change_factor((0.8, 1.1, 1.3))),
        ("auto", auto()),
    ):
        for o, value in enumerate(found):
            yield f"{name}_{o + 1}", value
    apart = [abs(a - b) for a, b in zip(alr(2), SHARES[-1], strict=True)]
    yield "dissimilarity_alr_to_last", sum(apart) / 2


if __name__ == "__main__":
    for name, value in values():
        sys.stdout.write(f"{name},{value:.9f}\n")
