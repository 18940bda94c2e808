"""Make the short lists isced11, icse, sex, area and activity.

usage: python make_lists.py

ISCED 2011 levels: titles of the English and French editions of the classification (UNESCO
Institute for Statistics). Its broad groups are the ILO's: less than basic, basic, intermediate,
advanced. Status in employment: the six groups of ICSE-93 in English and French (ILO). Sex, area and
activity are the library's own words.
"""

import csv
from pathlib import Path

HEADER = ["code", "parent", "level", "label_en", "label_fr", "label_ar", "label_ru"]
LISTS = {  # list: rows of code, parent, level, English, French
    "isced11": [
        ("LTB", "", "broad", "Less than basic", ""),
        ("BAS", "", "broad", "Basic", ""),
        ("INT", "", "broad", "Intermediate", ""),
        ("ADV", "", "broad", "Advanced", ""),
        ("0", "LTB", "level", "Early childhood education", "Éducation de la petite enfance"),
        ("1", "BAS", "level", "Primary education", "Enseignement primaire"),
        ("2", "BAS", "level", "Lower secondary education",
         "Premier cycle de l'enseignement secondaire"),
        ("3", "INT", "level", "Upper secondary education",
         "Deuxième cycle de l'enseignement secondaire"),
        ("4", "INT", "level", "Post-secondary non-tertiary education",
         "Enseignement post-secondaire non-supérieur"),
        ("5", "ADV", "level", "Short-cycle tertiary education",
         "Enseignement supérieur de cycle court"),
        ("6", "ADV", "level", "Bachelor's or equivalent level", "Niveau licence ou équivalent"),
        ("7", "ADV", "level", "Master's or equivalent level", "Niveau master ou équivalent"),
        ("8", "ADV", "level", "Doctoral or equivalent level", "Niveau doctorat ou équivalent"),
    ],
    "icse": [
        ("1", "", "category", "Employees", "Salariés"),
        ("2", "", "category", "Employers", "Employeurs"),
        ("3", "", "category", "Own-account workers",
         "Personnes travaillant pour leur propre compte"),
        ("4", "", "category", "Members of producers' cooperatives",
         "Membres de coopératives de producteurs"),
        ("5", "", "category", "Contributing family workers",
         "Travailleurs familiaux collaborant à l'entreprise familiale"),
        ("6", "", "category", "Workers not classifiable by status",
         "Travailleurs inclassables d'après la situation dans la profession"),
    ],
    "sex": [
        ("F", "", "sex", "Women", "Femmes"),
        ("M", "", "sex", "Men", "Hommes"),
        ("T", "", "sex", "Both sexes", "Les deux sexes"),
    ],
    "area": [
        ("urban", "", "area", "Urban", "Urbain"),
        ("rural", "", "area", "Rural", "Rural"),
        ("total", "", "area", "Urban and rural", "Urbain et rural"),
    ],
    "activity": [
        ("employed", "", "status", "Employed", "Actifs occupés"),
        ("unemployed", "", "status", "Unemployed", "Chômeurs"),
        ("outside", "", "status", "Outside the labour force", "Inactifs"),
    ],
}  # fmt: skip


def main() -> None:
    """Write the lists beside this script."""
    for name, rows in LISTS.items():
        with (
            Path(__file__).with_name(f"{name}.csv").open("w", encoding="utf-8", newline="") as file
        ):
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows((*row, "", "") for row in rows)


if __name__ == "__main__":
    main()
