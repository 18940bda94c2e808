"""Second implementation in plain Python: loops over cohorts, and a root by bisection.

usage: python recompute.py
"""

import sys

FIRST = {15: 120.0, 25: 300.0, 35: 280.0, 45: 220.0, 55: 130.0, 65: 20.0}
TEN_YEARS_ON = {15: 110.0, 25: 330.0, 35: 310.0, 45: 250.0, 55: 150.0, 65: 30.0}


def losses(before: dict[int, float], after: dict[int, float]) -> dict[int, float]:
    """Return the change of every cohort by the age it reaches; the last group is open."""
    changes = {}
    for age, persons in after.items():
        if age == min(after):
            continue
        there = before[age - 10]
        if age == max(after):
            there += before[age]
        changes[age] = persons - there
    return changes


def compound_rate(replacement: float, persons: float, years: int) -> float:
    """Return the rate that compounds to the replacement, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(80):
        middle = (low + high) / 2
        grown = persons
        for _ in range(years):
            grown += grown * middle
        low, high = (middle, high) if grown - persons < replacement else (low, middle)
    return low


def compute() -> dict[str, float]:
    """Return every value of ``expected.csv``."""
    changes = losses(FIRST, TEN_YEARS_ON)
    replacement = sum(-change for change in changes.values() if change < 0)
    persons = sum(FIRST.values())
    expansion = sum(TEN_YEARS_ON.values()) - persons
    labels = {25: "25-34", 35: "35-44", 45: "45-54", 55: "55-64", 65: "65+"}
    return {f"change_{labels[age]}": change for age, change in changes.items()} | {
        "replacement": replacement,
        "persons": persons,
        "rate_percent": 100 * replacement / persons,
        "annual_rate_percent": 10 * replacement / persons,
        "warwick_rate_percent": 100 * compound_rate(replacement, persons, 10),
        "expansion": expansion,
        "openings": expansion + replacement,
    }


if __name__ == "__main__":
    for name, value in compute().items():
        sys.stdout.write(f"{name} {value:.6f}\n")
