"""Re-pack World Population Prospects 2024 (medium variant) for the partner countries.

usage: python make.py BOKEH_SAMPLEDATA_FOLDER STARSIM_DATA_FOLDER

population.csv.gz: rows of bokeh-sampledata's population.csv.gz, five-yearly, without the names.
rates.csv.gz: crude birth rate, crude net migration rate and mortality m(x), ten-yearly, from
starsim-data's demographics-2024.h5, which has no Kosovo. Numbers are as the packages have them;
the second stores single-precision numbers, written in their shortest exact form. Needs h5py.
"""

import csv
import gzip
import json
import sys
from pathlib import Path

import h5py
import numpy as np

HERE = Path(__file__).resolve().parent


def partners() -> dict[str, str]:
    """Return the partner countries: UN location number -> ISO alpha-3 code."""
    with (HERE.parents[1] / "codes" / "countries.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if "1" in (row["etf"], row["ilo_norway"])]
    return {str(int(row["m49"])): row["code"] for row in rows}


def write(name: str, header: list[str], rows: list[list[object]]) -> None:
    lines = [",".join(map(str, row)) for row in [header, *rows]]
    (HERE / name).write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))


def population(package: Path) -> list[list[object]]:
    path = next(package.glob("**/_data/population.csv.gz"))
    wanted = set(partners())
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["LocID"] in wanted]
    columns = ("LocID", "Year", "Sex", "AgeGrp", "Value")
    return [[row[column] for column in columns] for row in rows]


def group_names(package: Path) -> dict[str, str]:
    path = next(package.glob("**/data/locations.csv"))
    with path.open(encoding="utf-8", newline="") as file:
        return {row["iso3"]: row["location"] for row in csv.DictReader(file) if row["level"] == "0"}


def short(value: np.float32) -> str:
    return np.format_float_positional(value, trim="-")


def rates(package: Path) -> list[list[object]]:
    names = group_names(package)
    rows: list[list[object]] = []
    with h5py.File(next(package.glob("**/data/demographics-2024.h5"))) as store:
        for series, name in (("births", "CBR"), ("migration", "CNMR"), ("deaths", "mx")):
            spec = json.loads(store[series].attrs["spec"])
            for code in sorted(partners().values()):
                if names.get(code, "") not in list(store[series]):
                    continue
                values = store[series][names[code]][:]
                for place, value in np.ndenumerate(values):
                    sex = spec["sexes"][place[1]] if len(place) > 1 else ""
                    age = spec["ages"][place[2]] if len(place) > 1 else ""
                    rows.append([name, code, spec["years"][place[0]], sex, age, short(value)])
    return rows


if __name__ == "__main__":
    write(
        "population.csv.gz",
        ["LocID", "Year", "Sex", "AgeGrp", "Value"],
        population(Path(sys.argv[1])),
    )
    write(
        "rates.csv.gz",
        ["indicator", "iso3", "Year", "Sex", "AgeGrpStart", "Value"],
        rates(Path(sys.argv[2])),
    )
