"""Distances of the toy sequences by definition: recursion over all ways to edit, no arrays.

usage: python recompute.py        prints case, pair, value
"""

from functools import cache
from math import log, sqrt

TOY = ("SSUUEEEE", "SUUTTEEE", "SSSSIIUE", "EEEEEEEE")
STATES = "SUTEI"
PAIRS = [(i, j) for i in range(4) for j in range(i + 1, 4)]


def rates(period=None):
    """Shares of moves a -> b among all moves from a (in one period, or in all)."""
    moves = {}
    for one in TOY:
        for t in range(len(one) - 1):
            if period is None or t == period:
                moves[one[t], one[t + 1]] = moves.get((one[t], one[t + 1]), 0) + 1
    total = {a: sum(n for (x, _), n in moves.items() if x == a) for a in STATES}
    return {(a, b): moves.get((a, b), 0) / total[a] if total[a] else 0.0
            for a in STATES for b in STATES}  # fmt: skip


def constant(a, b):
    return 0.0 if a == b else 2.0


def trate(a, b):
    p = rates()
    return 0.0 if a == b else 2 - p[a, b] - p[b, a]


def rarity(a):
    share = sum(one.count(a) for one in TOY) / sum(map(len, TOY))
    return log(2 / (1 + share))


def indelslog(a, b):
    return 0.0 if a == b else rarity(a) + rarity(b)


def future(a, b):
    p = rates()
    column = {c: sum(p[x, c] for x in STATES) for c in STATES}
    return sqrt(sum((p[a, c] - p[b, c]) ** 2 / column[c] for c in STATES if column[c]))


def table(cost):
    return {(a, b): cost(a, b) for a in STATES for b in STATES}


def edit(x, y, substitute, delete):
    """Least cost of making x into y."""

    @cache
    def least(i, j):
        if i == 0 or j == 0:
            return sum(map(delete, x[:i])) + sum(map(delete, y[:j]))
        return min(
            least(i - 1, j) + delete(x[i - 1]),
            least(i, j - 1) + delete(y[j - 1]),
            least(i - 1, j - 1) + substitute(x[i - 1], y[j - 1]),
        )

    return least(len(x), len(y))


def matching(cost, delete):
    costs = table(cost)
    price = delete if callable(delete) else lambda a: delete
    return lambda x, y: edit(x, y, lambda a, b: costs[a, b], price)


def spells(x):
    made = []
    for state in x:
        if made and made[-1][0] == state:
            made[-1] = (state, made[-1][1] + 1)
        else:
            made.append((state, 1))
    return tuple(made)


def by_spells(cost, indel, expansion, power):
    costs = table(cost)

    def extra(spell):
        return expansion * (spell[1] ** power - 1)

    def substitute(s, t):
        if s[0] == t[0]:
            return abs(extra(s) - extra(t))
        return costs[s[0], t[0]] + extra(s) + extra(t)

    return lambda x, y: edit(spells(x), spells(y), substitute, lambda s: indel + extra(s))


def warped(cost, nu, penalty):
    costs = table(cost)

    def between(x, y):
        @cache
        def least(i, j):
            if i == 1 and j == 1:
                return costs[x[0], y[0]]
            ways = []
            if i > 1:
                ways.append(least(i - 1, j) + costs[x[i - 1], x[i - 2]] + nu + penalty)
            if j > 1:
                ways.append(least(i, j - 1) + costs[y[j - 1], y[j - 2]] + nu + penalty)
            if i > 1 and j > 1:
                faced = costs[x[i - 1], y[j - 1]] + costs[x[i - 2], y[j - 2]]
                ways.append(least(i - 1, j - 1) + faced + 2 * nu * abs(i - j))
            return min(ways)

        return least(len(x), len(y))

    return between


def hamming(x, y):
    return float(sum(a != b for a, b in zip(x, y, strict=True)))


def dynamic(x, y):
    last = len(x) - 1
    total = 0.0
    for t, (a, b) in enumerate(zip(x, y, strict=True)):
        if a == b:
            continue
        sides = [rates(s) for s in (t - 1, t) if 0 <= s < last]
        near = sum(p[a, b] + p[b, a] for p in sides)
        total += max(0.0, 4 - near * (1 if len(sides) == 2 else 2))
    return total


def chi_square(intervals):
    def shares(x, first, last):
        part = x[first : last + 1]
        return {s: part.count(s) / len(part) for s in STATES}

    def between(x, y):
        total = 0.0
        for first, last in intervals:
            here = "".join(one[first : last + 1] for one in TOY)
            mine, yours = shares(x, first, last), shares(y, first, last)
            for s in set(here):
                total += (mine[s] - yours[s]) ** 2 / (here.count(s) / len(here))
        return sqrt(total)

    return between


def norm(name, apart, n, m, indel, most):
    """The four norms, as the literature gives them."""
    largest = abs(n - m) * indel + most * min(n, m)
    if name == "maxlength":
        return apart / max(n * indel, m * indel)
    if name == "gmean":
        return 1 - (largest - apart) / (2 * sqrt(n * indel * m * indel))
    return apart / largest if name == "maxdist" else 2 * apart / (apart + largest)


CASES = {
    "om_constant": matching(constant, 1.0),
    "om_constant_indel_1.5": matching(constant, 1.5),
    "om_trate": matching(trate, 1.0),
    "om_indelslog": matching(indelslog, rarity),
    "om_future": matching(future, max(table(future).values()) / 2),
    "ham": hamming,
    "dhd": dynamic,
    "omspell": by_spells(constant, 1.0, 0.5, 1.0),
    "omspell_power": by_spells(constant, 1.0, 0.3, 0.5),
    "twed": warped(constant, 0.5, 0.5),
    "twed_soft": warped(trate, 0.05, 0.25),
    "chi2": chi_square([(t, t) for t in range(8)]),
    "chi2_interval_2": chi_square([(0, 1), (2, 3), (4, 5), (6, 7)]),
    "chi2_overlap": chi_square([(0, 2), (0, 3), (2, 5), (4, 7), (6, 7)]),
}

if __name__ == "__main__":
    for case, between in CASES.items():
        for i, j in PAIRS:
            print(f"{case},{i + 1}-{j + 1},{between(TOY[i], TOY[j]):.10f}")  # noqa: T201
