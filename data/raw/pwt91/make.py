"""Re-pack six columns of Penn World Table 9.1 from the Debian package r-cran-pwt9.

usage: python make.py PACKAGE_FOLDER

PACKAGE_FOLDER is the unpacked package (it holds usr/lib/R/...). R is not needed; the Python package
`rdata` reads the object. An .rdb file is a row of compressed blocks, each led by its length
(4 bytes, big-endian) and the letter of its compression; the .rdx says where each block begins.
Values are written as they are: PWT ships single-precision numbers, in their shortest exact form.
"""

import gzip
import io
import lzma
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import rdata

COLUMNS = ["emp", "rgdpna", "hc", "labsh", "avh"]


def read_block(rdb: bytes, start: int, length: int) -> bytes:
    block = rdb[start : start + length]
    (size,) = struct.unpack(">I", block[:4])
    if block[4:5] == b"Z":
        raw = [{"id": lzma.FILTER_LZMA2, "preset": 6}]
        body = lzma.LZMADecompressor(format=lzma.FORMAT_RAW, filters=raw).decompress(block[5:])
    else:
        body = zlib.decompress(block[4:])
    if len(body) != size:
        raise SystemExit(f"block of {len(body)} bytes, expected {size}")
    return body


def read_r(content: bytes) -> object:
    return rdata.conversion.convert(
        rdata.parser.parse_data(content, extension=".rds"), default_encoding="utf-8"
    )


def main(package: Path) -> None:
    folder = next(package.glob("**/pwt9/data"))
    index = read_r(gzip.decompress((folder / "Rdata.rdx").read_bytes()))
    start, length = index["variables"]["pwt9.1"]
    table = read_r(read_block((folder / "Rdata.rdb").read_bytes(), int(start), int(length)))
    out = io.StringIO()
    out.write(",".join(["isocode", "year", *COLUMNS]) + "\n")
    for row in table.sort_values(["isocode", "year"]).itertuples():
        values = [np.float32(getattr(row, column)) for column in COLUMNS]
        if not np.isnan(values).all():
            text = ["" if np.isnan(v) else np.format_float_positional(v, trim="-") for v in values]
            out.write(",".join([str(row.isocode), str(int(row.year)), *text]) + "\n")
    target = Path(__file__).with_name("pwt91.csv.gz")
    target.write_bytes(gzip.compress(out.getvalue().encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
