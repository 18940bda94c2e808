"""Hand cases by fractions and loops over all pairs; no library code is used.

usage: python recompute.py
"""

import sys
from fractions import Fraction as F

# One trait with two values: chances to be treated are shares of cells, so everything is exact.
# (trait, treated, outcome)
CELLS = [
    *[(0, 1, y) for y in (3, 5)], *[(0, 0, y) for y in (1, 2, 3, 2, 2, 2)],
    *[(1, 1, y) for y in (8, 9, 10, 9)], *[(1, 0, y) for y in (5, 7)],
]  # fmt: skip
# Matching in one dimension, with a tie: (place, treated, outcome)
LINE = [(0, 1, 10), (4, 1, 20), (9, 1, 10), (1, 0, 6), (-1, 0, 8), (5, 0, 15), (20, 0, 99)]


def mean(values):
    values = list(values)
    return F(sum(values), len(values))


def by_cells():
    def cell(x, d):
        return [F(y) for a, b, y in CELLS if a == x and b == d]

    gaps = {x: mean(cell(x, 1)) - mean(cell(x, 0)) for x in (0, 1)}
    treated = {x: len(cell(x, 1)) for x in (0, 1)}
    everybody = {x: len(cell(x, 1)) + len(cell(x, 0)) for x in (0, 1)}
    yield "att", sum(gaps[x] * treated[x] for x in gaps) / F(sum(treated.values()))
    yield "ate", sum(gaps[x] * everybody[x] for x in gaps) / F(sum(everybody.values()))
    yield "naive", mean(y for _, d, y in CELLS if d) - mean(y for _, d, y in CELLS if not d)


def by_line():
    gaps = []
    for place, treated, outcome in LINE:
        if not treated:
            continue
        pool = [(abs(place - other), y) for other, d, y in LINE if not d]
        nearest = min(distance for distance, _ in pool)
        gaps.append(outcome - mean(y for distance, y in pool if distance == nearest))
    yield "att", mean(gaps)


if __name__ == "__main__":
    sys.stdout.write("case,name,value\n")
    for case, found in (("cells", by_cells()), ("line", by_line())):
        for name, value in found:
            sys.stdout.write(f"{case},{name},{float(value):.15g}\n")
