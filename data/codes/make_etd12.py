"""Make the list etd12 and its crosswalk etd12_to_isic4.

usage: python make_etd12.py

The twelve sectors of the Economic Transformation Database (GGDC and UNU-WIDER), with the sections
of ISIC Rev.4 that each one holds. Codes carry the name of the list in front, for some of the words
are codes of other lists too. Five sectors hold several sections, so that the crosswalk leads to the
three broad sectors only. Labels are those of the database, with the sections spelled out.
"""

import csv
from pathlib import Path

SECTORS = [  # code, English label, sections of ISIC Rev.4, broad sector
    ("agriculture", "Agriculture", "A", "AGR"),
    ("mining", "Mining", "B", "IND"),
    ("manufacturing", "Manufacturing", "C", "IND"),
    ("utilities", "Utilities", "D and E", "IND"),
    ("construction", "Construction", "F", "IND"),
    ("trade", "Trade services, with accommodation and food", "G and I", "SER"),
    ("transport", "Transport services", "H", "SER"),
    ("business", "Business services, with information and communication", "J, M and N", "SER"),
    ("finance", "Financial services", "K", "SER"),
    ("real_estate", "Real estate", "L", "SER"),
    ("government", "Government services, with education and health", "O, P and Q", "SER"),
    ("other", "Other services", "R, S, T and U", "SER"),
]


def write(name: str, rows: list[list[str]]) -> None:
    """Write one csv file beside this script."""
    path = Path(__file__).resolve().parent / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def main() -> None:
    """Write both files."""
    header = ["code", "parent", "level", "label_en", "label_fr", "label_ar", "label_ru"]
    listed = [[f"etd12:{code}", "", "sector", label, "", "", ""] for code, label, _, _ in SECTORS]
    write("etd12.csv", [header, *listed])
    walk = [
        [f"etd12:{code}", broad, "1", f"section{'s' if ' ' in held else ''} {held}"]
        for code, _, held, broad in SECTORS
    ]
    write("etd12_to_isic4.csv", [["from_code", "to_code", "weight", "reason"], *walk])


if __name__ == "__main__":
    main()
