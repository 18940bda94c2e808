"""Measure the numbers by ISCO-08 major group that green.yml and digital.yml quote.

usage: python make_exposure.py AI_FOLDER GREEN_FOLDER

AI_FOLDER holds gmyrek2025_occupation_scores_isco08.csv, the generative-AI scores of ILO Working
Paper 140 (2025) by unit group; GREEN_FOLDER holds greenShareOcc_en.csv.gz, the green shares of
ESCO v1.2.1 by unit group. Neither file is part of the project. For each major group the script
writes the mean over its unit groups (each counted once, since employment by unit group differs by
country), the quartiles, and how many unit groups there are.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd


def by_major(codes: pd.Series, values: pd.Series) -> pd.DataFrame:
    """Return mean, quartiles and number of the unit groups of each major group."""
    groups = values.groupby(codes.str[0])
    return pd.DataFrame(
        {
            "mean": groups.mean(),
            "lower_quartile": groups.quantile(0.25),
            "upper_quartile": groups.quantile(0.75),
            "unit_groups": groups.size(),
        }
    ).rename_axis("major")


def measure_ai(folder: Path) -> pd.DataFrame:
    """Return the mean generative-AI score (2025) by major group."""
    scores = pd.read_csv(folder / "gmyrek2025_occupation_scores_isco08.csv", dtype="str")
    return by_major(scores["ISCO_08"], scores["mean_score_2025"].astype("float64"))


def measure_green(folder: Path) -> pd.DataFrame:
    """Return the mean share of green skills by major group."""
    shares = pd.read_csv(folder / "greenShareOcc_en.csv.gz", dtype="str")
    units = shares[shares["conceptType"] == "ISCO level 4"]
    return by_major(units["code"], units["greenShare"].astype("float64"))


if __name__ == "__main__":
    for title, table in (
        ("Generative-AI score, 2025", measure_ai(Path(sys.argv[1]))),
        ("Green share, ESCO v1.2.1", measure_green(Path(sys.argv[2]))),
    ):
        sys.stdout.write(f"{title}\n{table.round(4).to_csv()}\n")
