"""Second implementation with the standard library alone.

usage: python recompute.py AI_FOLDER GREEN_FOLDER
"""

import csv
import gzip
import statistics
import sys
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

PUBLISHED = {
    "Exposed: Gradient 4": "gradient_4",
    "Exposed: Gradient 3": "gradient_3",
    "Exposed: Gradient 2": "gradient_2",
    "Exposed: Gradient 1": "gradient_1",
    "Minimal Exposure": "minimal",
    "Not Exposed": "not_exposed",
}


def gradient(mean, spread, number):
    """Class of one occupation; `number` is the arithmetic: float or Fraction."""
    m, t = number(mean), number(mean) + number(spread)
    if m >= number("0.6"):
        return "gradient_4"
    if m >= number("0.5"):
        return "gradient_3"
    if t >= number("0.5"):
        return "gradient_2" if m >= number("0.4") else "gradient_1"
    return "minimal" if t >= number("0.4") else "not_exposed"


def from_tasks(folder):
    tasks = defaultdict(list)
    with gzip.open(folder / "gmyrek2025_task_scores_isco08.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            tasks[row["ISCO_08"]].append(float(row["score_2025"]))
    return {code: (statistics.mean(s), statistics.stdev(s)) for code, s in tasks.items()}


def main(ai, green):
    with (ai / "gmyrek2025_occupation_scores_isco08.csv").open(encoding="utf-8") as file:
        units = list(csv.DictReader(file))
    rows = [("unit_groups", len(units))]
    published = {row["ISCO_08"]: PUBLISHED[row["potential25"]] for row in units}
    for name, number in (("binary", float), ("exact", Fraction)):
        made = {
            row["ISCO_08"]: gradient(row["mean_score_2025"], row["SD_2025"], number)
            for row in units
        }
        agree = [code for code in published if made[code] == published[code]]
        rows.append((f"agree_{name}", len(agree)))
        if name == "binary":
            rows += [(f"class_{label}", n) for label, n in sorted(Counter(made.values()).items())]
    tasks = from_tasks(ai)
    agree = sum(gradient(*tasks[code], float) == label for code, label in published.items())
    rows.append(("agree_unrounded", agree))
    rows.append(("accountants_mean", round(tasks["2411"][0], 6)))
    rows.append(("accountants_sd", round(tasks["2411"][1], 6)))
    major = defaultdict(list)
    for row in units:
        major[f"ai_mean_{row['ISCO_08'][0]}"].append(float(row["mean_score_2025"]))
    with gzip.open(green / "greenShareOcc_en.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["conceptType"] == "ISCO level 4":
                major[f"green_mean_{row['code'][0]}"].append(float(row["greenShare"]))
    rows += [(name, round(statistics.mean(values), 6)) for name, values in sorted(major.items())]
    return rows


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["quantity", "value", "tolerance", "origin"])
    for name, value in main(Path(sys.argv[1]), Path(sys.argv[2])):
        whole = isinstance(value, int)
        origin = "ILO WP 140 scores" if not name.startswith("green") else "ESCO v1.2.1 green shares"
        writer.writerow([name, value, 0 if whole else 1e-06, f"{origin}; recompute.py"])
