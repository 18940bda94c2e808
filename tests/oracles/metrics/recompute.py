"""Recompute the expected values with loops and a numerical integral; no library code is used."""

import math
import sys

TRAIN, ACTUAL, FORECAST = [5, 0.5, 4, 6, 3, 5, 2], [3, -0.5, 2, 7], [2.5, 0, 2, 8]
LEVEL, AHEAD = [100, 103, 107, 104, 110], [102, 105, 108, 107]


def scaled():
    steps = [TRAIN[i + 1] - TRAIN[i] for i in range(len(TRAIN) - 1)]
    errors = [f - a for f, a in zip(FORECAST, ACTUAL, strict=True)]
    mae = sum(map(abs, errors)) / 4
    yield "mae", mae
    yield "mase", mae / (sum(map(abs, steps)) / 6)
    yield "rmsse", math.sqrt((sum(e * e for e in errors) / 4) / (sum(s * s for s in steps) / 6))


def crps_by_integral(y, cdf, low=-40.0, high=40.0, pieces=400_000):
    """Integrate (F(x) - 1[x >= y])^2, the definition, by the midpoint rule."""
    width = (high - low) / pieces
    total = 0.0
    for i in range(pieces):
        x = low + (i + 0.5) * width
        total += (cdf(x) - (x >= y)) ** 2 * width
    return total


def scores():
    def normal(x):
        return 0.5 * math.erfc(-x / math.sqrt(2))

    yield "crps_normal_minus3", crps_by_integral(-3.0, normal)
    yield "crps_normal_0", crps_by_integral(0.0, normal)
    yield "crps_ensemble", crps_by_integral(2.5, lambda x: sum(m <= x for m in (1, 2, 3, 4)) / 4)
    pairs = [(i, j) for i in (1, 2, 3, 4) for j in (1, 2, 3, 4) if i != j]
    fair = sum(abs(m - 2.5) for m in (1, 2, 3, 4)) / 4
    yield "crps_ensemble_fair", fair - sum(abs(i - j) for i, j in pairs) / len(pairs) / 2
    yield "interval_score_80", (4 - 1) + 2 / 0.2 * (5 - 4)
    yield "pinball_90", 0.9 * (5 - 4)


def theil():
    came, before = LEVEL[1:], LEVEL[:-1]
    n = len(came)
    square = sum((f - a) ** 2 for f, a in zip(AHEAD, came, strict=True)) / n
    roots = [math.sqrt(sum(x * x for x in xs) / n) for xs in (came, AHEAD)]
    yield "theil_u1", math.sqrt(square) / sum(roots)
    top = sum(((f - a) / p) ** 2 for f, a, p in zip(AHEAD, came, before, strict=True))
    bottom = sum(((a - p) / p) ** 2 for a, p in zip(came, before, strict=True))
    yield "theil_u2", math.sqrt(top / bottom)
    mean_a, mean_f = sum(came) / n, sum(AHEAD) / n
    sd_a = math.sqrt(sum((a - mean_a) ** 2 for a in came) / n)
    sd_f = math.sqrt(sum((f - mean_f) ** 2 for f in AHEAD) / n)
    r = sum((a - mean_a) * (f - mean_f) for a, f in zip(came, AHEAD, strict=True)) / n / sd_a / sd_f
    yield "theil_bias", (mean_f - mean_a) ** 2 / square
    yield "theil_variance", (sd_f - sd_a) ** 2 / square
    yield "theil_covariance", 2 * (1 - r) * sd_a * sd_f / square


def everything():
    return dict([*scaled(), *scores(), *theil()])


if __name__ == "__main__":
    for name, value in everything().items():
        sys.stdout.write(f"{name},{value:.8f}\n")
