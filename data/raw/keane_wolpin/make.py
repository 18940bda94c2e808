"""Re-pack the Keane-Wolpin sample of young men from the Debian package gretl-data.

usage: python make.py PACKAGE_FOLDER

PACKAGE_FOLDER is the unpacked package (it holds usr/share/gretl/data/misc/keane.gdt, compressed
XML). All 12,723 person-years are kept and 11 of 18 variables; left out are those that follow from
the others (log wage, enrolled, employed, experience and its square, status) and numyrs.
"""

import gzip
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

COLUMNS = [
    "id", "year", "choice", "wage", "educ", "expwc", "expbc", "expser", "manuf", "black", "attrit",
]  # fmt: skip


def main(package: Path) -> None:
    file = next(package.rglob("misc/keane.gdt"))
    root = ElementTree.fromstring(gzip.decompress(file.read_bytes()))
    names = [variable.get("name") for variable in root.iter("variable")]
    kept = [names.index(column) for column in COLUMNS]
    lines = [",".join(COLUMNS)]
    for observation in root.iter("obs"):
        values = (observation.text or "").split()
        lines.append(",".join("" if values[i] == "NA" else values[i] for i in kept))
    target = Path(__file__).with_name("keane_wolpin.csv.gz")
    target.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
