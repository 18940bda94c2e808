"""Write countries.csv: ISO 3166 codes, names in four languages, groups and notes.

usage: python make_countries.py CLDR_CORE_FOLDER CLDR_LOCALENAMES_FULL_FOLDER

Codes, names and official languages come from the two unpacked packages of the Unicode Common
Locale Data Repository (npm cldr-core and cldr-localenames-full, version 48.2.0). Groups, regions,
the partner countries' report languages and the notes are stated here. GEC codes are the ones
under which the World Factbook files a country; CLDR leaves them out where they equal ISO alpha-2.
"""

import csv
import json
import sys
from pathlib import Path

LANGUAGES = ("en", "fr", "ar", "ru")
SHORT_NAMES = ("PS", "HK", "MO", "MM")  # CLDR's own short form is the usual name in statistics

# Where the World Factbook's code is neither CLDR's FIPS 10 code nor the ISO alpha-2 code.
FACTBOOK = {
    "XK": "KV", "PS": "WE GZ", "RS": "RI", "SS": "OD", "CW": "UC", "SX": "NN", "BQ": "", "AX": "",
    "GF": "", "GP": "", "MQ": "", "RE": "", "YT": "",
}  # fmt: skip

REGIONS = {
    "Western Balkans and Türkiye": "ALB BIH MKD MNE SRB TUR XKX",
    "Southern and Eastern Mediterranean": "DZA EGY ISR JOR LBN LBY MAR PSE SYR TUN",
    "Eastern Partnership": "ARM AZE BLR GEO MDA UKR",
    "Eastern Europe": "RUS",
    "Central Asia": "KAZ KGZ TJK TKM UZB",
    "Sub-Saharan Africa": "ETH GHA MWI SEN TZA",
}
ILO_NORWAY = "ETH GHA LBN MWI SEN TZA"
REPORT_LANGUAGES = {
    "ALB": "sq en", "ARM": "hy ru en", "AZE": "az ru en", "BIH": "bs hr sr en", "BLR": "be ru",
    "DZA": "ar fr", "EGY": "ar en", "ETH": "am en", "GEO": "ka en", "GHA": "en", "ISR": "he ar en",
    "JOR": "ar en", "KAZ": "kk ru", "KGZ": "ky ru", "LBN": "ar fr en", "LBY": "ar en",
    "MAR": "ar fr", "MDA": "ro ru en", "MKD": "mk sq en", "MNE": "cnr en", "MWI": "en ny",
    "PSE": "ar en", "RUS": "ru", "SEN": "fr", "SRB": "sr en", "SYR": "ar en", "TJK": "tg ru",
    "TKM": "tk ru", "TUN": "ar fr", "TUR": "tr en", "TZA": "sw en", "UKR": "uk en", "UZB": "uz ru",
    "XKX": "sq sr en",
}  # fmt: skip
NOTES = {
    "XKX": "This designation is without prejudice to positions on status, and is in line with "
    "UN Security Council resolution 1244 (1999) and the ICJ Opinion on the Kosovo declaration of "
    "independence. XKX is a user-assigned code, not part of ISO 3166.",
    "PSE": "This designation shall not be construed as recognition of a State of Palestine and is "
    "without prejudice to the individual positions of states on this issue. Covers the West Bank, "
    "including East Jerusalem, and the Gaza Strip unless a source says otherwise.",
    "UKR": "National statistics exclude the temporarily occupied territories from 2014 (Crimea, "
    "the city of Sevastopol and part of the Donetsk and Luhansk regions) and further areas from "
    "2022; UN population estimates follow General Assembly resolution 68/262.",
    "RUS": "UN estimates count Crimea and Sevastopol under Ukraine (General Assembly resolution "
    "68/262); national statistics include them from 2014.",
    "GEO": "National statistics exclude Abkhazia and the Tskhinvali region (South Ossetia), which "
    "are outside the effective control of the Government; UN estimates include them.",
    "MDA": "National statistics exclude the left bank of the river Nistru (Transnistria) and the "
    "municipality of Bender; UN estimates include them.",
    "SRB": "Excludes Kosovo (UN Security Council resolution 1244) in national statistics from 1999 "
    "and in UN population estimates; older series of some sources include it.",
    "AZE": "UN estimates include the Nagorno-Karabakh region.",
    "CYP": "Statistics usually cover the area under the effective control of the Government of the "
    "Republic of Cyprus.",
    "ISR": "Statistical data are supplied by the national authorities; their use is without "
    "prejudice to the status of the Golan Heights, East Jerusalem and Israeli settlements in the "
    "West Bank under international law.",
    "MAR": "National statistics include Western Sahara, a non-self-governing territory on the "
    "United Nations list; UN estimates give it separately (ESH).",
    "TZA": "Mainland and Zanzibar; some national surveys cover the mainland only.",
}
# A user-assigned code of ISO 3166 for the library's example; its name in English only.
SYNTHETIC = {
    "code": "XEX",
    "level": "country",
    "etf": 0,
    "ilo_norway": 0,
    "label_en": "Examplia (synthetic)",
    "note": "Synthetic country of sf.example; XEX is a user-assigned ISO 3166 code",
}
COLUMNS = ["code", "parent", "level", "iso2", "m49", "aliases", "etf", "ilo_norway", "region",
           "languages", "label_en", "label_fr", "label_ar", "label_ru", "note"]  # fmt: skip


def read(folder: Path, name: str) -> dict:
    """Return one JSON file of a package."""
    return json.loads((folder / name).read_text(encoding="utf-8"))


def read_names(folder: Path, language: str) -> dict[str, str]:
    """Return territory names in one language, short where statistics use the short form."""
    found = read(folder, f"main/{language}/territories.json")
    names = found["main"][language]["localeDisplayNames"]["territories"]
    short = {
        code: names[f"{code}-alt-short"] for code in SHORT_NAMES if f"{code}-alt-short" in names
    }
    return {**names, **short}


def assigned(core: Path) -> dict[str, dict[str, str]]:
    """Return the officially assigned ISO 3166-1 codes, and XK with the codes used for Kosovo."""
    mappings = read(core, "supplemental/codeMappings.json")["supplemental"]["codeMappings"]
    aliases = read(core, "supplemental/aliases.json")["supplemental"]["metadata"]["alias"]
    withdrawn = aliases["territoryAlias"]
    found = {
        iso2: codes
        for iso2, codes in mappings.items()
        # From 900 the numeric codes are private; withdrawn countries are aliases of others.
        if len(iso2) == 2 and int(codes.get("_numeric", 999)) < 900 and iso2 not in withdrawn
    }
    return {**found, "XK": {"_alpha3": "XKX", "_numeric": "412"}}


def official_languages(core: Path, iso2: str) -> str:
    """Return the official languages of a territory, separated by spaces."""
    info = read(core, "supplemental/territoryInfo.json")["supplemental"]["territoryInfo"]
    spoken = info.get(iso2, {}).get("languagePopulation", {})
    chosen = [
        k
        for k, v in spoken.items()
        if v.get("_officialStatus") in ("official", "de_facto_official")
    ]
    return " ".join(sorted({language.split("_")[0] for language in chosen}))


def alias_text(iso2: str, codes: dict[str, str]) -> str:
    """Return the other codes of a country: those in use for Kosovo, and the Factbook's."""
    gec = FACTBOOK.get(iso2, codes.get("_fips10", iso2)).split()
    own = ["KOS"] if iso2 == "XK" else []
    return " ".join([*own, *(f"GEC:{code}" for code in gec)])


def main(core: Path, localenames: Path) -> None:
    """Write countries.csv beside this script."""
    names = {language: read_names(localenames, language) for language in LANGUAGES}
    region_of = {code: region for region, codes in REGIONS.items() for code in codes.split()}
    rows: list[dict[str, object]] = [dict(SYNTHETIC)]
    for iso2, codes in assigned(core).items():
        code = codes["_alpha3"]
        region = region_of.get(code, "")
        row = {
            "code": code, "parent": "", "level": "country", "iso2": iso2, "m49": codes["_numeric"],
            "aliases": alias_text(iso2, codes), "region": region, "note": NOTES.get(code, ""),
            "etf": int(bool(region) and region != "Sub-Saharan Africa"),
            "ilo_norway": int(code in ILO_NORWAY.split()),
            "languages": REPORT_LANGUAGES.get(code) or official_languages(core, iso2),
            **{f"label_{x}": names[x].get(iso2, "").replace(" & ", " and ") for x in LANGUAGES},
        }  # fmt: skip
        rows.append(row)
    target = Path(__file__).with_name("countries.csv")
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: str(row["code"])))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
