"""Recompute the case with sectors by fractions and by swapping actual values in, order by order.

No library code is used: each part is the mean, over the orders of the notes, of how much the error
of an occupation falls when one factor of the projection is replaced by what came.
"""

import sys
from fractions import Fraction as F

PROJECTED = {"A": [30, 30, 10], "B": [20, 40, 40]}  # sector: persons of three occupations
ACTUAL = {"A": [40, 30, 10], "B": [25, 20, 50]}


def factors(table):
    totals = {s: F(sum(row)) for s, row in table.items()}
    jobs = sum(totals.values())
    mix = {s: t / jobs for s, t in totals.items()}
    staffing = {s: [F(x) / totals[s] for x in row] for s, row in table.items()}
    return jobs, mix, staffing


def employment(jobs, mix, staffing):
    return [sum(jobs * mix[s] * staffing[s][o] for s in mix) for o in range(3)]


def difference(one, other):
    return [a - b for a, b in zip(one, other, strict=True)]


def mean(*lists):
    return [sum(values) / len(values) for values in zip(*lists, strict=True)]


def parts():
    """First industry totals against staffing, then all jobs against the mix within the totals."""
    (jf, mf, pf), (ja, ma, pa) = factors(PROJECTED), factors(ACTUAL)
    staffing = mean(
        difference(employment(jf, mf, pf), employment(jf, mf, pa)),
        difference(employment(ja, ma, pf), employment(ja, ma, pa)),
    )
    jobs, mix = [], []
    for p in (pf, pa):
        jobs.append(difference(employment(jf, mf, p), employment(ja, mf, p)))
        jobs.append(difference(employment(jf, ma, p), employment(ja, ma, p)))
        mix.append(difference(employment(jf, mf, p), employment(jf, ma, p)))
        mix.append(difference(employment(ja, mf, p), employment(ja, ma, p)))
    return mean(*jobs), mean(*mix), staffing


def main():
    (jf, mf, pf), (ja, ma, pa) = factors(PROJECTED), factors(ACTUAL)
    error = difference(employment(jf, mf, pf), employment(ja, ma, pa))
    sign = [(e > 0) - (e < 0) for e in error]
    found = {"wmape": sum(abs(e) for e in error) / ja}
    for name, part in zip(("all_jobs", "industry_mix", "staffing"), parts(), strict=True):
        found[f"wmape_part_{name}"] = sum(s * x for s, x in zip(sign, part, strict=True)) / ja
    swapped = difference(employment(ja, ma, pf), employment(ja, ma, pa))
    found["wmape_given_actual_industries"] = sum(abs(e) for e in swapped) / ja
    return {name: float(value) for name, value in found.items()}


if __name__ == "__main__":
    for name, value in main().items():
        sys.stdout.write(f"{name},{value:.7f}\n")
