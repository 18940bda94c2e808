"""Recompute expected values from their definitions, with loops and sets; no library code is used.

python recompute.py > recomputed.csv
"""

import csv
import itertools
import math
import sys
from pathlib import Path

TOY = ["SSUUEEEE", "SUUTTEEE", "SSSSIIUE", "EEEEEEEE"]
SIZE = 5
HERE = Path(__file__).resolve().parent


def spells(path):
    return [(state, len(list(run))) for state, run in itertools.groupby(path)]


def subsequences(path):
    """Return how many different subsequences there are, by writing them all down."""
    found = set()
    for length in range(len(path) + 1):
        found.update(itertools.combinations(path, length))
    return len(found)


def turbulence(path, size, kind):
    lengths = [time for _, time in spells(path)]
    phi = subsequences([state for state, _ in spells(path)])
    count, total = len(lengths), sum(lengths)
    if kind == 1:
        mean = total / count
        spread = sum((x - mean) ** 2 for x in lengths) / count
        most = (count - 1) * (1 - mean) ** 2
    else:
        lengths = lengths + [0] * (size - len(set(path)))
        mean = total / len(lengths)
        spread = sum((x - mean) ** 2 for x in lengths) / len(lengths)
        absent = size - (1 if count == 1 else 2)
        worst = [1] * (count - 1) + [total - count + 1] + [0] * absent
        middle = total / len(worst)
        most = sum((x - middle) ** 2 for x in worst) / len(worst)
    return math.log2(phi * (most + 1) / (spread + 1))


def entropy(path):
    shares = [path.count(state) / len(path) for state in set(path)]
    return -sum(p * math.log(p) for p in shares) / math.log(SIZE)


def late(path, states, power):
    weights = [(t + 1) ** power for t in range(len(path))]
    return sum(w for w, s in zip(weights, path, strict=True) if s in states) / sum(weights)


def toy():
    cycle = ("SUTEI" * 2)[:8]
    for number, path in enumerate(TOY, start=1):
        moves = (len(spells(path)) - 1) / (len(path) - 1)
        yield f"entropy_{number}", entropy(path)
        for kind, name in ((1, "turbulence"), (2, "turbulence_2")):
            value, most = turbulence(path, SIZE, kind), turbulence(cycle, SIZE, kind)
            yield f"{name}_{number}", value
            yield f"{name}_normal_{number}", (value - 1) / (most - 1)
        yield f"complexity_{number}", math.sqrt(moves * entropy(path))
        yield f"volatility_{number}", 0.5 * (len(set(path)) - 1) / (SIZE - 1) + 0.5 * moves
        yield f"subsequences_{number}", subsequences([s for s, _ in spells(path)])
        for power in (0, 1, 2):
            yield f"integration_{power}_{number}", late(path, "ET", power)
        scores = dict(zip("ETSUI", (0, 0.25, 0.5, 0.75, 1), strict=True))
        yield f"badness_{number}", sum(scores[s] * late(path, s, 1) for s in scores)


def small():
    with (HERE / "sequences.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    paths = [row["path"] for row in rows]
    apart = [[sum(a != b for a, b in zip(x, y, strict=True)) for y in paths] for x in paths]
    return paths, apart, [int(row["weight"]) for row in rows], [row["group"] for row in rows]


def spread(apart, weights, members):
    total = sum(weights[i] for i in members)
    return sum(weights[i] * weights[j] * apart[i][j] for i in members for j in members) / (
        2 * total
    )


def discrepancy(apart, weights, groups):
    everyone = range(len(apart))
    scale = len(apart) / sum(weights)
    weights = [w * scale for w in weights]
    within = {g: [i for i in everyone if groups[i] == g] for g in sorted(set(groups))}
    total = spread(apart, weights, everyone)
    rest = sum(spread(apart, weights, members) for members in within.values())
    free = len(apart) - len(within)
    yield "discrepancy", total / sum(weights)
    yield "r2", (total - rest) / total
    yield "pseudo_f", ((total - rest) / (len(within) - 1)) / (rest / free)
    centre = {}
    sizes = {g: sum(weights[i] for i in members) for g, members in within.items()}
    for g, members in within.items():
        yield f"discrepancy_{g}", spread(apart, weights, members) / sizes[g]
        for i in members:
            mean = sum(weights[j] * apart[i][j] for j in members) / sizes[g]
            centre[i] = mean - spread(apart, weights, members) / sizes[g]
    means = {g: sum(weights[i] * centre[i] for i in m) / sizes[g] for g, m in within.items()}
    mean = sum(weights[i] * centre[i] for i in everyone) / sum(weights)
    inside = sum(weights[i] * (centre[i] - means[groups[i]]) ** 2 for i in everyone)
    whole = sum(weights[i] * (centre[i] - mean) ** 2 for i in everyone)
    yield "levene", ((whole - inside) / (len(within) - 1)) / (inside / free)


def quality(apart, weights, groups):
    """Silhouettes, gamma and C of a partition, person by person: weights are copies."""
    copies = [i for i, w in enumerate(weights) for _ in range(w)]
    own = [groups[i] for i in copies]
    plain = weighted = 0.0
    for p, i in enumerate(copies):
        mean = {}
        for g in set(own):
            there = [apart[i][j] for q, j in enumerate(copies) if own[q] == g and q != p]
            mean[g] = sum(there) / len(there)
            if g == own[p]:
                including = sum(there) / (len(there) + 1)
        other = min(value for g, value in mean.items() if g != own[p])
        plain += (other - mean[own[p]]) / max(other, mean[own[p]])
        weighted += (other - including) / max(other, including)
    yield "silhouette", plain / len(copies)
    yield "silhouette_weighted", weighted / len(copies)
    together, separate = [], []
    for p, i in enumerate(copies):
        for q, j in enumerate(copies):
            (together if own[p] == own[q] else separate).append(apart[i][j])
    agree = against = 0
    counts = {d: (together.count(d), separate.count(d)) for d in set(together + separate)}
    for a, b in itertools.product(counts, repeat=2):
        if a < b:
            agree += counts[a][0] * counts[b][1]
            against += counts[a][1] * counts[b][0]
    yield "hubert_gamma", (agree - against) / (agree + against)
    every = sorted(together + separate)
    least, most = sum(every[: len(together)]), sum(every[-len(together) :])
    yield "hubert_c", (sum(together) - least) / (most - least)
    marks = [0] * len(together) + [1] * len(separate)
    values = together + separate
    mean_mark, mean_value = sum(marks) / len(marks), sum(values) / len(values)
    both = sum((m - mean_mark) * (v - mean_value) for m, v in zip(marks, values, strict=True))
    marked = sum((m - mean_mark) ** 2 for m in marks)
    valued = sum((v - mean_value) ** 2 for v in values)
    yield "point_biserial", both / math.sqrt(marked * valued)


def best_medoids(apart, weights, clusters):
    """Return the least cost of so many medoids, by trying all."""
    points = range(len(apart))
    return min(
        sum(weights[i] * min(apart[i][m] for m in chosen) for i in points)
        for chosen in itertools.combinations(points, clusters)
    )


def main():
    out = csv.writer(sys.stdout, lineterminator="\n")
    paths, apart, weights, groups = small()
    for name, value in toy():
        out.writerow(["toy", name, f"{value:.12g}"])
    for case, own in (("small", [1] * len(paths)), ("small_weighted", weights)):
        for name, value in discrepancy(apart, own, groups):
            out.writerow([case, name, f"{value:.12g}"])
        first = [path[0] for path in paths]
        for name, value in quality(apart, own, first):
            out.writerow([case, name, f"{value:.12g}"])
        for clusters in (2, 3):
            out.writerow([case, f"pam_cost_{clusters}", best_medoids(apart, own, clusters)])


if __name__ == "__main__":
    main()
