"""Recompute the decomposition in exact fractions from growth rates, cell by cell; no library code.

The library goes through counterfactual tables; here the formulas are those of the textbooks.
"""

import csv
import sys
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).parent


def read():
    with (HERE / "cells.csv").open(encoding="utf-8") as file:
        return [
            (r["sector"], r["occupation"], r["qualification"], Fraction(r["before"]),
             Fraction(r["after"]))
            for r in csv.DictReader(file)
        ]  # fmt: skip


def add(rows, *places):
    """Sum before and after over the rows, by some of the keys."""
    before, after = defaultdict(Fraction), defaultdict(Fraction)
    for row in rows:
        key = tuple(row[place] for place in places)
        before[key] += row[3]
        after[key] += row[4]
    return before, after


def decompose(rows, definition, three):
    whole_before, whole_after = add(rows)
    t0, t1 = whole_before[()], whole_after[()]
    g = t1 / t0 - 1
    sector_before, sector_after = add(rows, 0)
    work_before, work_after = add(rows, 0, 1)
    places = (0, 1, 2) if three else (0, 1)
    before, after = add(rows, *places)
    found = defaultdict(Fraction)
    for key in before:
        i, pair = key[:1], key[:2]
        e0, e1 = before[key], after[key]
        scale = e0 * g
        if sector_before[i]:
            growth = sector_after[i] / sector_before[i] - 1
            mix = e0 * (growth - g)
            if definition == "warwick":
                mix = e0 / sector_before[i] * (sector_after[i] * t0 / t1 - sector_before[i])
        else:
            # The sector is new: what came is mix, at the later pattern.
            mix = e1 if definition == "classic" else e1 * t0 / t1
        qualification = Fraction(0)
        if three and work_before[pair]:
            qualification = e1 - work_after[pair] * e0 / work_before[pair]
        occupation = e1 - e0 - scale - mix - qualification
        parts = {"scale": scale, "mix": mix, "occupation_effect": occupation}
        if three:
            parts["qualification_effect"] = qualification
        for effect, value in parts.items():
            found[key[1], key[2] if three else "", effect] += value
    return found


def everything():
    rows = read()
    return {
        (definition, str(3 if three else 2), *key): value
        for definition in ("classic", "warwick")
        for three in (False, True)
        for key, value in decompose(rows, definition, three).items()
    }


if __name__ == "__main__":
    for key, value in everything().items():
        sys.stdout.write(f"{','.join(key)},{value}\n")
