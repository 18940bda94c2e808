"""Recompute the expected multipliers with fractions and rounds of spending; no library code."""

import csv
import sys
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).parent


def solve_transposed(a, right):
    """Solve m (I - A) = right for the row vector m by elimination in exact fractions."""
    n = len(a)
    rows = [[Fraction(int(i == j)) - a[j][i] for j in range(n)] + [right[i]] for i in range(n)]
    for k in range(n):
        pivot = next(i for i in range(k, n) if rows[i][k] != 0)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i in range(n):
            if i != k:
                factor = rows[i][k]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    return [row[-1] for row in rows]


def germany():
    with (HERE / "germany.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    names = [row["sector"] for row in table]
    output = [Fraction(row["output"]) for row in table]
    a = [[Fraction(row[name]) / output[j] for j, name in enumerate(names)] for row in table]
    jobs = [
        Fraction(row["employment_thousand"]) * 1000 / x
        for row, x in zip(table, output, strict=True)
    ]
    added = [Fraction(row["value_added"]) / x for row, x in zip(table, output, strict=True)]
    makes = {
        "output_multiplier": solve_transposed(a, [Fraction(1)] * len(names)),
        "value_added_multiplier": solve_transposed(a, added),
        "employment_multiplier": solve_transposed(a, jobs),
    }
    ratios = [m / e for m, e in zip(makes["employment_multiplier"], jobs, strict=True)]
    makes["employment_type1_ratio"] = ratios
    makes["leontief_diagonal"] = [
        solve_transposed(a, [Fraction(int(i == j)) for j in range(len(names))])[i]
        for i in range(len(names))
    ]
    for quantity, values in makes.items():
        for name, value in zip(names, values, strict=True):
            yield ("germany", name, quantity), float(value)


def spend(a, start, rounds=4000):
    """Return what every account receives when one unit is spent, round by round."""
    got, now = list(start), list(start)
    for _ in range(rounds):
        now = [sum(a[i][j] * now[j] for j in range(len(a))) for i in range(len(a))]
        got = [x + y for x, y in zip(got, now, strict=True)]
    return got


def closed():
    flows, output = [[20, 30], [10, 60]], [100, 300]
    wages, consumption, persons = [30, 90], [24, 72], [50, 60]
    income = sum(wages)
    a = [[flows[i][j] / output[j] for j in range(2)] + [consumption[i] / income] for i in range(2)]
    a.append([wages[j] / output[j] for j in range(2)] + [0.0])
    for j, name in enumerate("AB"):
        got = spend(a, [1.0 if i == j else 0.0 for i in range(3)])
        jobs = sum(persons[i] / output[i] * got[i] for i in range(2))
        yield ("closed", name, "output_multiplier"), got[0] + got[1]
        yield ("closed", name, "employment_multiplier"), jobs
        yield ("closed", name, "employment_type2_ratio"), jobs / (persons[j] / output[j])


def accounts():
    received = {"a": {"a": 20, "h": 70}, "f": {"a": 90}, "h": {"f": 90}}
    income = {"a": 120, "f": 90, "h": 100}
    names = list(income)
    a = [[received[i].get(j, 0) / income[j] for j in names] for i in names]
    for paid in "ah":
        got = spend(a, [1.0 if name == paid else 0.0 for name in names])
        for name, value in zip(names, got, strict=True):
            yield ("accounts", paid, name), value


def everything():
    return dict([*germany(), *closed(), *accounts()])


if __name__ == "__main__":
    for key, value in everything().items():
        sys.stdout.write(f"{','.join(key)},{value:.13f}\n")
