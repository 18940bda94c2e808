"""Re-pack Ethiopia's social accounting matrix for 2022 from the package ogeth.

usage: python make.py PACKAGE_FOLDER

The whole matrix is kept, text for text: 107 accounts and the total. Only the empty lines below it
are dropped.
"""

import gzip
import sys
from pathlib import Path


def main(package: Path) -> None:
    text = next(package.rglob("IFPRI_SAM_ETH_2022_SAM.csv")).read_text(encoding="utf-8-sig")
    lines = [line for line in text.splitlines() if line.strip(", ")]
    target = Path(__file__).with_name("sam.csv.gz")
    target.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
