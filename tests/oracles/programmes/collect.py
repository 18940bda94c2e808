"""Run the R scripts and recompute.py, and write expected.csv: ``python collect.py``."""

import csv
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = {
    "weighting.R": "R 4.2.2, survey 4.1-1",
    "matching.R": "R 4.2.2, MatchIt 4.5.1",
    "differences.R": "R 4.2.2, sandwich",
    "returns.R": "R 4.2.2, sandwich",
}
WOOLDRIDGE = "noted before; textbook example of Heckit in these data (Wooldridge)"
# Numbers as they stand in print or were noted before the library was written; tolerance = half the
# last digit.
PRINTED = [
    ("naive", "difference", -635.02621, 5e-6, "noted before"),
    ("plain", "ipw att.estimate", 1214.0712, 5e-5, "noted before"),
    ("plain", "aipw att.estimate", 1226.5437, 5e-5, "noted before"),
    ("ols", "estimate:educ", 0.10748964, 5e-9, "noted before"),
    ("ols", "error model:educ", 0.0141, 5e-5, "noted before"),
    ("probit", "log_likelihood", -401.30219, 5e-6, "noted before"),
    ("heckman", "estimate:educ", 0.1090655, 5e-8, WOOLDRIDGE),
    ("heckman", "error observed:educ", 0.015523, 5e-7, WOOLDRIDGE),
    ("heckman", "estimate:lambda", 0.0322619, 5e-8, WOOLDRIDGE),
    ("heckman", "error observed:lambda", 0.1336246, 5e-8, WOOLDRIDGE),
]


def tolerance(case, name):
    """Relative: numerical derivatives of the scripts are good to about 7 digits."""
    if "error" in name:
        return 1e-6
    return 1e-7


def main():
    rows = []
    runs = [(["Rscript", name], name, origin) for name, origin in SCRIPTS.items()]
    runs.append(([sys.executable, "recompute.py"], "recompute.py", "plain loops"))
    for command, script, origin in runs:
        made = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True)
        rows += [(*line.split(","), origin, script) for line in made.stdout.splitlines()[1:]]
    with (HERE / "expected.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["case", "name", "value", "tolerance", "origin", "script"])
        for case, name, value, allowed, origin in PRINTED:
            writer.writerow([case, name, value, allowed, origin, "printed value"])
        for case, name, value, origin, script in rows:
            allowed = tolerance(case, name) * max(1.0, abs(float(value)))
            writer.writerow([case, name, value, f"{allowed:.1e}", origin, script])


if __name__ == "__main__":
    main()
