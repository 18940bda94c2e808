"""Re-pack the school-to-work survey mvad from the package sequenzo.

usage: python make.py PACKAGE_FOLDER

The package's sequenzo/datasets/mvad.csv is only compressed: no value is touched.
"""

import gzip
import sys
from pathlib import Path


def main(package: Path) -> None:
    content = next(package.rglob("datasets/mvad.csv")).read_bytes()
    Path(__file__).with_name("mvad.csv.gz").write_bytes(gzip.compress(content, 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
