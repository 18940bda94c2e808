"""Make eth_activity.csv, eth_activity_to_isic4.csv and sam_education.csv from the package ogeth.

usage: python make_eth.py PACKAGE_FOLDER

Names are those of the social accounting matrix of Ethiopia for 2022 in the package
(data/IFPRI_SAM_ETH_2022_SAM.csv). Every activity lies inside one broad sector of ISIC Rev.4, so the
weights of the crosswalk are 1.
"""

import csv
import sys
from pathlib import Path

HEADER = ["code", "parent", "level", "label_en", "label_fr", "label_ar", "label_ru"]
LAST_FARM, LAST_INDUSTRY = "afish", "acons"  # the matrix lists activities in the order of ISIC


def write(name: str, header: list[str], rows: list[tuple[str, ...]]) -> None:
    """Write one list beside this script."""
    with Path(__file__).with_name(f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(folder: str) -> None:
    """Write the three lists."""
    source = next(Path(folder).rglob("IFPRI_SAM_ETH_2022_SAM.csv"))
    with source.open(encoding="utf-8-sig", newline="") as file:
        names = [(row[1], row[0]) for row in csv.reader(file) if len(row) > 1 and row[1]]
    broad, activities = "AGR", []
    for code, name in names:
        if name.startswith("Activities - "):
            activities.append((code, name.removeprefix("Activities - "), broad))
            broad = {LAST_FARM: "IND", LAST_INDUSTRY: "SER"}.get(code, broad)
    rows = [(code, "", "activity", name, "", "", "") for code, name, _ in activities]
    write("eth_activity", HEADER, rows)
    write(
        "eth_activity_to_isic4",
        ["from_code", "to_code", "weight", "reason"],
        [(c, to, "1", f"{name} lies inside {to}") for c, name, to in activities],
    )
    labour = "Factors - Labor - "
    write(
        "sam_education",
        HEADER,
        [(code, "", "level", name.removeprefix(labour), "", "", "")
         for code, name in names if name.startswith(labour)],
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
