"""The same values by plain loops and by hand formulas; shares no code with the library."""

import csv
from math import sqrt
from pathlib import Path


def rows():
    with (Path(__file__).parent / "survey.csv").open(newline="") as file:
        return [
            {k: v if k in ("stratum", "sex") else float(v) for k, v in row.items()}
            for row in csv.DictReader(file)
        ]


def total_variance(people, score, *, strata=True, clusters=True, lonely="adjust"):
    """Variance of the sum of weighted scores, between units within strata, with replacement.

    A stratum with a single unit is measured from zero, the overall mean of a ratio's scores.
    """
    sums = {}
    for at, row in enumerate(people):
        stratum = row["stratum"] if strata else "all"
        unit = (row["stratum"], row["cluster"]) if clusters else at
        sums.setdefault(stratum, {}).setdefault(unit, 0.0)
        sums[stratum][unit] += row["weight"] * score(row)
    variance = 0.0
    for units in sums.values():
        values = list(units.values())
        if len(values) == 1:
            variance += values[0] ** 2 if lonely == "adjust" else 0.0
            continue
        mean = sum(values) / len(values)
        spread = sum((value - mean) ** 2 for value in values)
        variance += len(values) / (len(values) - 1) * spread
    return variance


def ratio(people, top, below, **design):
    """Ratio of weighted sums and its linearised standard error."""
    base = sum(row["weight"] * below(row) for row in people)
    value = sum(row["weight"] * top(row) for row in people) / base
    error = sqrt(total_variance(people, lambda r: (top(r) - value * below(r)) / base, **design))
    return value, error


def jackknife(people, top, below):
    """Standard error from leaving out one cluster at a time, the others of its stratum scaled up.

    It centres at the full estimate, not at the mean of the replicates.
    """

    def estimate(weights):
        base = sum(w * below(row) for w, row in zip(weights, people, strict=True))
        return sum(w * top(row) for w, row in zip(weights, people, strict=True)) / base

    units = {}
    for row in people:
        units.setdefault(row["stratum"], set()).add(row["cluster"])
    whole = estimate([row["weight"] for row in people])
    variance = 0.0
    for stratum, clusters in units.items():
        size = len(clusters)
        for gone in clusters:
            weights = [
                row["weight"]
                if row["stratum"] != stratum
                else 0.0
                if row["cluster"] == gone
                else row["weight"] * size / (size - 1)
                for row in people
            ]
            variance += (size - 1) / size * (estimate(weights) - whole) ** 2
    return sqrt(variance)


DESIGNS = {
    "adjust": {},
    "remove": {"lonely": "remove"},
    "clusters only": {"strata": False},
    "strata only": {"clusters": False},
    "weight zero": {},
}
RATIOS = {
    "employed": (lambda r: r["employed"], lambda r: 1.0),
    "employed|young": (lambda r: r["employed"] * r["young"], lambda r: r["young"]),
    "employed|F": (lambda r: r["employed"] * (r["sex"] == "F"), lambda r: r["sex"] == "F"),
    "employed|M": (lambda r: r["employed"] * (r["sex"] == "M"), lambda r: r["sex"] == "M"),
    "hours|employed": (lambda r: r["hours"] * r["employed"], lambda r: r["employed"]),
    "hours/employed": (lambda r: r["hours"], lambda r: r["employed"]),
    "hours/months": (lambda r: r["hours"], lambda r: r["months"]),
}


def without_weight(row):
    return row["stratum"] == "west" or (row["stratum"] == "north" and row["cluster"] <= 2)


def all_values():
    everybody = rows()
    found = {}
    for case, design in DESIGNS.items():
        people = everybody
        if case == "weight zero":
            people = [{**r, "weight": 0.0 if without_weight(r) else r["weight"]} for r in people]
        for name, (top, below) in RATIOS.items():
            value, error = ratio(people, top, below, **design)
            found[case, f"{name}.value"], found[case, f"{name}.se"] = value, error
        found[case, "total hours.value"] = sum(r["weight"] * r["hours"] for r in people)
        found[case, "total hours.se"] = sqrt(total_variance(people, lambda r: r["hours"], **design))
    mainland = [row for row in everybody if row["stratum"] != "island"]
    for name in ("employed|young", "hours/months"):
        found["jackknife", f"{name}.se"] = jackknife(mainland, *RATIOS[name])
    return found


if __name__ == "__main__":
    for (case, name), value in all_values().items():
        print(f"{case},{name},{value:.12g}")  # noqa: T201
