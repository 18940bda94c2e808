"""What one country has and lacks: every partner loads, and what is missing has a command."""

import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import CodeError, CoverageError
from skillsfc.schema import read_codes_file
from skillsfc.sources.country import FEWEST_PEERS, load_country

PARTNERS = list(sf.list_countries()["country"])
REGIONS = sf.list_countries().set_index("country")["region"]


@pytest.fixture(scope="module")
def morocco():
    return load_country("MAR")


@pytest.fixture(scope="module")
def kosovo():
    return load_country("XKX")


@pytest.fixture(scope="module", params=PARTNERS)
def partner(request):
    return load_country(request.param)


def test_every_partner_loads_with_its_own_rows_and_no_others(partner):
    assert partner.name == sf.list_countries().set_index("country").loc[partner.country, "name"]
    assert partner.has("population", "labour_force", "unemployment")
    for name, table in partner.tables.items():
        assert set(table["country"]) == {partner.country}, name
        assert len(table) > 0, name


def test_the_tables_are_those_that_the_coverage_lists(partner):
    assert set(partner.tables) == set(partner.coverage["table"])
    assert (partner.coverage["rows"] > 0).all()


@pytest.mark.parametrize("country", ["MAR", "XKX", "LBY"])
def test_the_tables_are_those_of_the_catalogue_from_its_best_source(country):
    data = load_country(country)
    pd.testing.assert_frame_equal(data.coverage, sf.list_tables(country=country))
    for name, table in data.tables.items():
        pd.testing.assert_frame_equal(table, sf.load_table(name, country=country))


def test_asking_for_one_country_does_not_change_how_many_a_table_covers(morocco):
    every = sf.list_tables().set_index(["table", "source"])["countries"]
    own = morocco.coverage.set_index(["table", "source"])["countries"]
    assert own.to_dict() == every[own.index].to_dict()
    assert own["employment", "pwt91"] == 32


def test_missing_has_what_is_wanted_and_not_there_with_a_command_for_this_country(partner):
    wanted = read_codes_file("wanted.csv")
    assert set(partner.missing["table"]) == set(wanted["table"]) - set(partner.tables)
    assert len(partner.missing) > 0
    assert partner.missing["command"].str.contains(partner.country, regex=False).all()
    assert not partner.missing["command"].str.contains("{", regex=False).any()
    assert (partner.missing["question"] != "").all()


def test_missing_differs_between_countries_as_their_tables_do(morocco, kosovo):
    assert "employment" in set(kosovo.missing["table"])
    assert "employment" not in set(morocco.missing["table"])
    assert "employment_by_occupation" in set(kosovo.missing["table"])
    assert "employment_by_occupation" not in set(morocco.missing["table"])


def test_what_is_not_there_is_none_or_false_and_no_error(kosovo):
    assert kosovo.get("employment") is None
    assert kosovo.get("employment", source="pwt91") is None
    assert kosovo.newest("employment") is None
    assert kosovo.detailed("unemployment") == []
    assert kosovo.has("population")
    assert not kosovo.has("population", "employment")


def test_a_table_of_a_named_source_is_of_that_source(morocco):
    for source in ("factbook", "hcp_2014", "hcp_2024"):
        assert set(morocco.get("unemployment", source=source)["source"]) == {source}


@pytest.mark.parametrize("names", [("employmnt", None), ("employment", "pwt9")])
def test_a_misspelt_table_is_none_and_a_load_of_it_gets_a_guess(morocco, names):
    name, source = names
    assert morocco.get(name, source=source) is None
    with pytest.raises(CoverageError, match="Did you mean"):
        sf.load_table(name, country="MAR", source=source)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.get("population"),
        lambda data: data.get("unemployment", source="factbook"),
        lambda data: data.tables["population"],
        lambda data: data.newest("unemployment"),
        lambda data: data.detailed("unemployment")[0],
    ],
)
def test_a_returned_table_can_be_changed_without_changing_the_next_load(change):
    table = change(load_country("MAR")).copy()
    given = change(load_country("MAR"))
    given.loc[:, "source"] = "spoilt"
    given.loc[len(given)] = given.iloc[0]
    assert len(given) == len(table) + 1
    pd.testing.assert_frame_equal(change(load_country("MAR")), table)


def test_a_table_got_twice_from_one_country_is_two_tables(morocco):
    own = morocco.get("population")
    own.loc[:, "persons"] = 0.0
    assert morocco.get("population")["persons"].sum() > 0


def test_missing_can_be_changed_without_changing_the_next_load():
    own = load_country("XKX").missing
    own.loc[:, "command"] = "spoilt"
    assert set(own["command"]) == {"spoilt"}
    assert "spoilt" not in set(load_country("XKX").missing["command"])


def test_the_newest_source_is_the_one_with_the_latest_year(partner):
    table = partner.newest("unemployment")
    entries = partner.coverage[partner.coverage["table"] == "unemployment"]
    assert table["source"].nunique() == 1
    assert table["year"].max() == entries["last_year"].max()


def test_the_newest_table_has_national_rows_of_both_sexes_only(morocco):
    table = morocco.newest("participation")
    assert set(table["year"]) == {2024}
    assert set(table["area"]) == {"total"}
    assert set(table["sex"]) == {"T"}
    assert len(table) == 1


def test_detailed_editions_tell_town_from_country_the_latest_first(morocco):
    editions = morocco.detailed("unemployment")
    assert [table["year"].unique().tolist() for table in editions] == [[2024], [2014]]
    for table in editions:
        assert set(table["area"]) == {"total", "urban", "rural"}
        assert set(table["sex"]) == {"F", "M", "T"}
    assert morocco.detailed("labour_force") == []


def test_the_later_level_of_morocco_by_hand(morocco):
    # The World Factbook, edition of 2025, year 2024: 12,475,000 people and a rate of 9.0 %.
    force, rate = (
        morocco.get(name, source="factbook") for name in ("labour_force", "unemployment")
    )
    assert force.set_index("year").loc[2024, "persons"] == 12_475_000
    assert rate.set_index("year").loc[2024, "share"] == pytest.approx(0.09)
    level = sf.estimate_employment_level(force, rate)
    assert level[["country", "year", "status", "source"]].values.tolist() == [
        ["MAR", 2024, "estimated", "factbook"]
    ]
    assert level["persons"].item() == pytest.approx(11_352_250)


def test_a_later_level_is_at_most_the_labour_force_or_is_refused(partner):
    force, rate = (partner.get(n, source="factbook") for n in ("labour_force", "unemployment"))
    last = force["year"].max()
    if not rate["year"].between(last - 2, last + 2).any():
        with pytest.raises(CoverageError, match="within 2 years"):
            sf.estimate_employment_level(force, rate)
        return
    level = sf.estimate_employment_level(force, rate).iloc[0]
    of_that_year = force.loc[force["year"] == level["year"], "persons"].max()
    assert level["year"] == last
    assert 0.5 * of_that_year < level["persons"] <= of_that_year


def test_there_is_no_later_level_where_one_of_the_two_is_not_there():
    vatican, nauru = load_country("VAT"), load_country("NRU")
    assert vatican.get("unemployment", source="factbook") is None
    assert nauru.get("labour_force", source="factbook") is None


def test_the_peers_of_a_country_are_its_region_with_itself(partner):
    region = REGIONS[partner.country]
    members = [code for code in PARTNERS if REGIONS[code] == region]
    assert partner.country in partner.peers
    assert len(partner.peers) >= FEWEST_PEERS
    if len(members) >= FEWEST_PEERS:
        assert partner.peers == members
        assert partner.region == region
    else:
        assert partner.peers == PARTNERS
        assert partner.region == "the partnership countries"


def test_the_only_country_of_a_region_is_compared_with_all_partners():
    russia = load_country("RUS")
    assert REGIONS.value_counts()[REGIONS["RUS"]] == 1
    assert russia.peers == PARTNERS


def test_a_country_outside_the_partnership_loads_and_has_no_region_of_its_own():
    outside = load_country("USA")
    assert outside.name == "United States"
    assert outside.has("employment", "labour_force")
    assert "USA" not in outside.peers
    assert outside.region not in set(REGIONS)


def test_the_note_says_what_a_reader_must_know_of_the_territory(morocco, kosovo):
    assert "Western Sahara" in morocco.note
    assert "Kosovo" in kosovo.note or "1244" in kosovo.note
    assert load_country("JOR").note == ""


def test_the_note_is_that_of_the_list_of_countries(partner):
    notes = sf.list_countries().set_index("country")["note"]
    assert partner.note == notes[partner.country]
    assert "nan" not in partner.note.split()


def test_the_country_says_itself_in_a_few_words(morocco):
    assert repr(morocco) == f"Morocco (MAR): {len(morocco.tables)} embedded tables"


@pytest.mark.parametrize("alias", ["XK", "kos", " xkx "])
def test_an_alias_loads_the_same_country(alias, kosovo):
    found = load_country(alias)
    assert found.country == "XKX"
    assert list(found.tables) == list(kosovo.tables)
    assert found.missing["command"].tolist() == kosovo.missing["command"].tolist()


@pytest.mark.parametrize(("code", "guess"), [("MOR", ""), ("Morocco", "MAR"), ("UKRA", "UKR")])
def test_an_unknown_country_is_a_code_error_with_a_guess(code, guess):
    with pytest.raises(CodeError, match=f"Did you mean '{guess}'" if guess else "unknown code"):
        load_country(code)


def test_examplia_loads_like_a_country_and_says_that_it_is_synthetic():
    made = sf.load_country("XEX")
    assert "SYNTHETIC" in made.warning
    assert "synthetic" in made.name
    assert made.has("population", "employment_by_occupation", "separations")
    for name, table in made.tables.items():
        assert set(table["source"]) == {"examplia_synthetic"}, name
        assert set(table["status"]) == {"observed"}, name
    assert not made.has("labour_force_survey")  # microdata have no year and country to check
    assert sf.load_country("MAR").warning == ""


def test_a_benchmark_names_whose_structure_it_is_and_is_never_the_countrys_own():
    tunisia = sf.load_country("TUN").benchmark("employment_by_occupation")
    assert tunisia["share"].sum() == pytest.approx(1.0, abs=0.005)
    assert set(tunisia["status"]) == {"modelled"}
    assert tunisia["note"].unique().tolist() == ["this is the structure of Morocco in 2014."]
    assert sf.load_country("MAR").benchmark("employment_by_occupation") is None
    assert sf.load_country("GEO").benchmark("employment_by_occupation") is None
