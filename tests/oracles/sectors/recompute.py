"""Compute the expected values a second way: fractions and plain loops, nothing of the library.

usage: python recompute.py
"""

from fractions import Fraction as F

SLOPES = [F(4, 100), F(1, 100), F(-2, 100), F(0)]
ERRORS = [F(1, 10000), F(4, 10000), F(1, 10000), F(9, 10000)]
CENTRE = F(1, 100)
RELATIVE = {
    "agriculture": [F(-3, 100), F(-2, 100), F(-1, 100)],
    "trade": [F(2, 100), F(2, 100), F(-1, 100)],
}
JOBS = [F(1, 100), F(2, 100), F(0), F(3, 100), F(1, 100), F(2, 100)]
GOODS = [F(3, 100), F(4, 100), F(1, 100), F(5, 100), F(2, 100), F(5, 100)]


def shrink(subtract):
    """Empirical-Bayes trend of method M1(d)."""
    noise = sum(ERRORS) / len(ERRORS) if subtract else 0
    spread = max(F(0), sum((b - CENTRE) ** 2 for b in SLOPES) / len(SLOPES) - noise)
    weights = [spread / (spread + v) for v in ERRORS]
    drawn = [w * b + (1 - w) * CENTRE for w, b in zip(weights, SLOPES, strict=True)]
    return spread, weights, drawn


def sector_means():
    """Means of two sectors over three economies, drawn to 0."""
    means = {s: sum(row) / len(row) for s, row in RELATIVE.items()}
    rest = sum((x - means[s]) ** 2 for s, row in RELATIVE.items() for x in row)
    noise = rest / sum(len(row) - 1 for row in RELATIVE.values()) / 3
    spread = max(F(0), sum(m**2 - noise for m in means.values()) / len(means))
    return {s: spread / (spread + noise) * m for s, m in means.items()}


def elasticity():
    """Least squares without a constant."""
    xx = sum(y * y for y in GOODS)
    e = sum(x * y for x, y in zip(JOBS, GOODS, strict=True)) / xx
    rest = sum((x - e * y) ** 2 for x, y in zip(JOBS, GOODS, strict=True))
    return e, rest / (len(JOBS) - 1) / xx


def hold_by_variance(forecasts, spreads, total):
    """Least-squares change of forecasts to a total; what falls below 0 is set to 0."""
    held, free = list(forecasts), [True] * len(forecasts)
    while True:
        gap = total - sum(held)
        whole = sum(s**2 for s, f in zip(spreads, free, strict=True) if f)
        held = [h + (gap * s**2 / whole if f else 0)
                for h, s, f in zip(held, spreads, free, strict=True)]  # fmt: skip
        if min(held) >= 0:
            return held
        free = [f and h >= 0 for h, f in zip(held, free, strict=True)]
        held = [max(h, F(0)) for h in held]


def values():
    """Return every expected value by name."""
    found = {}
    for name, subtract in (("moments", True), ("plain", False)):
        spread, weights, drawn = shrink(subtract)
        found[f"shrink_{name}_spread"] = spread
        for k in range(4):
            found[f"shrink_{name}_weight_{k}"] = weights[k]
            found[f"shrink_{name}_slope_{k}"] = drawn[k]
    for sector, mean in sector_means().items():
        found[f"sector_mean_{sector}"] = mean
    found["elasticity"], found["elasticity_error"] = elasticity()
    for k, held in enumerate(hold_by_variance([F(48), F(30), F(22)], [F(2), F(1), F(0)], F(110))):
        found[f"hold_{k}"] = held
    for k, held in enumerate(hold_by_variance([F(48), F(3), F(22)], [F(1), F(3), F(1)], F(51))):
        found[f"hold_cut_{k}"] = held
    return found


if __name__ == "__main__":
    for key, value in values().items():
        print(f"{key},{float(value):.12g}")  # noqa: T201
