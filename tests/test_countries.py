"""Countries: counts, groups, codes of every source, names, and neutral notes."""

import pytest

from skillsfc import country_code, label, list_countries
from skillsfc.schema import code_list
from skillsfc.sources.factbook import labour_force


def listed():
    return code_list("countries").set_index("code")


def test_249_iso_countries_kosovo_and_the_synthetic_example():
    table = code_list("countries")
    own = table[table["code"] == "XEX"]
    assert own["label_en"].str.contains("synthetic").all()
    iso = table[table["code"] != "XEX"]
    assert len(iso) == 250
    for column in ("code", "iso2", "m49"):
        assert iso[column].is_unique
    assert table["code"].str.fullmatch("[A-Z]{3}").all()
    assert iso["iso2"].str.fullmatch("[A-Z]{2}").all()
    assert iso["m49"].str.fullmatch(r"\d{3}").all()
    assert "NAM" in set(iso["code"])
    assert "NA" in set(iso["iso2"])  # Namibia, not a missing value


def test_the_partnership_has_29_and_6_countries_34_together():
    partners = list_countries()
    assert len(partners) == 34
    assert list(partners.loc[partners["ilo_norway"], "country"]) == [
        "ETH", "GHA", "LBN", "MWI", "SEN", "TZA",
    ]  # fmt: skip
    both = partners[partners["etf"] & partners["ilo_norway"]]
    assert list(both["country"]) == ["LBN"]
    assert int(partners["etf"].sum()) == 29
    assert {"ISR", "RUS", "LBY", "SYR", "BLR", "XKX", "PSE", "TUR"} <= set(
        partners.loc[partners["etf"], "country"]
    )


def test_regions_have_the_size_of_the_programmes_own_groups():
    sizes = list_countries()["region"].value_counts().to_dict()
    assert sizes == {
        "Southern and Eastern Mediterranean": 10,
        "Western Balkans and Türkiye": 7,
        "Eastern Partnership": 6,
        "Central Asia": 5,
        "Sub-Saharan Africa": 5,
        "Eastern Europe": 1,
    }
    others = listed()
    others = others[(others["etf"] == "0") & (others["ilo_norway"] == "0")]
    assert (others["region"] == "").all()


@pytest.mark.parametrize(
    ("alias", "code"),
    [
        ("XK", "XKX"), ("KOS", "XKX"), ("xkx", "XKX"), ("GEC:KV", "XKX"),
        ("PS", "PSE"), ("GEC:WE", "PSE"), ("TR", "TUR"), ("GEC:TU", "TUR"),
        ("MK", "MKD"), ("MA", "MAR"), ("GEC:MO", "MAR"), ("MO", "MAC"), ("GEC:RI", "SRB"),
        ("RS", "SRB"), ("GEC:RS", "RUS"), ("GEC:UP", "UKR"), ("GEC:LE", "LBN"),
        ("GEC:SG", "SEN"), ("SG", "SGP"), ("GEC:MI", "MWI"), ("GEC:AG", "DZA"), ("AG", "ATG"),
        ("GEC:BO", "BLR"), ("GEC:IS", "ISR"), ("GEC:GG", "GEO"), ("GEC:AJ", "AZE"),
        ("GEC:OD", "SSD"),
    ],
)  # fmt: skip
def test_aliases_by_code_even_where_two_systems_clash(alias, code):
    assert country_code(alias) == code


def test_no_code_or_alias_stands_for_two_countries():
    table = code_list("countries")
    claims = [
        (alias, row.code)
        for row in table.itertuples()
        for alias in {row.code, row.iso2, *row.aliases.split()} - {""}
    ]
    names = [alias for alias, _ in claims]
    assert len(names) == len(set(names))


def test_names_of_the_sensitive_cases_in_four_languages():
    names = listed()
    columns = ["label_en", "label_fr", "label_ar", "label_ru"]
    expected = {
        "PSE": ["Palestine", "Palestine", "فلسطين", "Палестина"],
        "TUR": ["Türkiye", "Turquie", "تركيا", "Турция"],
        "MKD": ["North Macedonia", "Macédoine du Nord", "مقدونيا الشمالية", "Северная Македония"],
        "XKX": ["Kosovo", "Kosovo", "كوسوفو", "Косово"],
        "SWZ": ["Eswatini", "Eswatini", "إسواتيني", "Эсватини"],
        "CIV": ["Côte d’Ivoire", "Côte d’Ivoire", "ساحل العاج", "Кот-д’Ивуар"],
    }  # fmt: skip
    for code, wanted in expected.items():
        assert names.loc[code, columns].tolist() == wanted
    assert (names.drop("XEX")[columns] != "").all().all()


def test_notes_name_the_resolution_and_the_territories():
    notes = listed()["note"]
    assert "UN Security Council resolution 1244" in notes["XKX"]
    for code in ("PSE", "UKR", "RUS", "GEO", "MDA", "SRB", "CYP", "MAR", "ISR"):
        assert len(notes[code]) > 40
    assert notes["FRA"] == ""


def test_every_partner_has_report_languages():
    languages = list_countries().set_index("country")["languages"]
    assert languages["MAR"] == "ar fr"
    assert (languages != "").all()
    assert languages.str.contains(r"\b(?:en|fr|ar|ru)\b").all()


def test_every_partner_is_found_in_the_factbook_by_its_own_code():
    assert set(list_countries()["country"]) <= set(labour_force()["country"])


def test_label_puts_names_beside_codes():
    table = labour_force()
    named = label(table[table["country"] == "PSE"], language="ru")
    assert set(named["country_label"]) == {"Палестина"}
