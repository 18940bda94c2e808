"""The World Factbook: texts read by eye, every odd text accounted for, coverage of the partners."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillsfc import check, list_countries
from skillsfc.sources import factbook
from skillsfc.sources.factbook_entries import ENTRIES, readings_of
from skillsfc.sources.factbook_text import read_note, read_text, read_when

PARTNERS = set(list_countries()["country"])
TABLES = sorted(ENTRIES)


def load(name):
    return getattr(factbook, name)()


def values_of(name, country, vintage):
    table = load(name)
    rows = table[(table["country"] == country) & (table["vintage"] == vintage)]
    keys = [key for key in ("year", "sex", "sector") if key in rows]
    measure = next(m for m in ("persons", "share", "usd", "years") if m in rows)
    index = rows[keys].itertuples(index=False, name=None)
    return {
        key if len(key) > 1 else key[0]: value
        for key, value in zip(index, rows[measure], strict=True)
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.3% (2024 est.)", [(10.3, "%", 2024)]),
        ("12.475 million (2024 est.)", [(12_475_000, "", 2024)]),
        ("1.5 billion (2024 est.)", [(1.5e9, "", 2024)]),
        ("18,170 (June 1995 est.)", [(18_170, "", 1995)]),
        ("1,234", [(1234, "", None)]),
        ("9.1% (2014 est.) ++ 9.2% (2013 est.)", [(9.1, "%", 2014), (9.2, "%", 2013)]),
        ("48.2% ++  (2014 est.)", [(48.2, "%", 2014)]),
        ("NA% ++ 3.6% (2012 est.)", [(None, "", None), (3.6, "%", 2012)]),
        ("NA (2008)", [(None, "", 2008)]),
        ("11 years", [(11, "years", None)]),
        ("$7,800 (FY09/10 est.)", [(7800, "", 2010)]),
        ("33% (FY2013 est.)", [(33, "%", 2013)]),
        ("70.9% (4th quarter, 2011 est.)", [(70.9, "%", 2011)]),
    ],
)
def test_texts_become_numbers_with_their_own_year(text, expected):
    found = read_text(text)
    assert [(r.number, r.mark, r.when.year if r.when else None) for r in found] == expected


@pytest.mark.parametrize(
    "text",
    [
        "see entry for West Bank",
        "NEGL",
        "85% directly or indirectly employed in tourist industry",
        "95% (mostly sheepherding and fishing)",
        "22,910 (2001) (2013 est.)",
        "10-15% (2014 est.)",
        "agriculture: 14.5%, industry: 29%, services: 56.5% (2004)",
        "5% ++ about 7% (2012)",
        "",
    ],
)
def test_texts_that_are_not_values_are_refused_whole(text):
    assert read_text(text) is None


@pytest.mark.parametrize("words", ["about 2014", "2014 or 2015", "FY14 and FY15", "31.12.2014", ""])
def test_brackets_that_are_not_one_date_give_no_year(words):
    assert read_when(words) is None


def test_estimates_and_months_are_kept_apart_from_the_year():
    assert read_when("2014") == (2014, False, "")
    assert read_when("December 2014 est.") == (2014, True, "December")
    assert read_when("2015 February est.") == (2015, True, "February")


def test_notes_lose_markup_and_boilerplate_and_give_their_closing_year():
    assert read_note("<b>note:</b> % of labor force seeking employment") == ("", None)
    words, when = read_note("figures exclude the unemployed ++  (2009)")
    assert (words, when.year) == ("figures exclude the unemployed", 2009)
    # A year inside a sentence dates something else.
    assert read_note("underemployment was 46.5% in 2008")[1] is None


@settings(max_examples=50, deadline=None)
@given(
    st.integers(min_value=0, max_value=10**9),
    st.integers(min_value=1950, max_value=2050),
    st.sampled_from(["", "%", " years"]),
    st.booleans(),
)
def test_any_number_printed_in_the_factbooks_way_is_read_back(number, year, mark, estimated):
    text = f"{number:,}{mark} ({year}{' est.' if estimated else ''})"
    (reading,) = read_text(text)
    assert (reading.number, reading.mark, reading.when.year) == (number, mark.strip(), year)
    assert reading.when.estimated is estimated


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="0123456789.,%$NA+() estmilonyar", max_size=25))
def test_no_text_whatever_breaks_the_reader(text):
    found = read_text(text)
    assert found is None or all(r.number is None or r.number >= 0 for r in found)


@pytest.mark.parametrize(
    ("name", "country", "vintage", "expected"),
    [
        ("labour_force", "MAR", 2025, {2024: 12_475_000}),
        ("labour_force", "PSE", 2025, {2022: 1_391_000}),
        ("unemployment", "MAR", 2015, {2014: 0.091, 2013: 0.092}),
        ("unemployment", "MAR", 2025, {2024: 0.09, 2023: 0.091, 2022: 0.095}),
        (
            "youth_unemployment",
            "MAR",
            2015,
            {(2012, "T"): 0.186, (2012, "M"): 0.184, (2012, "F"): 0.192},
        ),
        (
            "employment_by_sector",
            "MAR",
            2015,
            {(2014, "AGR"): 0.391, (2014, "IND"): 0.203, (2014, "SER"): 0.405},
        ),
        (
            "value_added_by_sector",
            "MAR",
            2025,
            {(2024, "AGR"): 0.101, (2024, "IND"): 0.241, (2024, "SER"): 0.541},
        ),
        ("gdp_per_capita", "MAR", 2015, {2014: 7600, 2013: 7400, 2012: 7100}),
        ("literacy", "MAR", 2015, {(2015, "T"): 0.685, (2015, "M"): 0.786, (2015, "F"): 0.588}),
        (
            "school_life_expectancy",
            "MAR",
            2015,
            {(2010, "T"): 11, (2010, "M"): 12, (2010, "F"): 11},
        ),
    ],
)
def test_values_that_stand_in_the_raw_texts(name, country, vintage, expected):
    assert values_of(name, country, vintage) == pytest.approx(expected)


def test_west_bank_figures_never_pass_for_palestine():
    table = factbook.unemployment()
    palestine = table[table["country"] == "PSE"]
    assert set(palestine["vintage"]) == {2025}
    assert palestine["note"].str.contains("West Bank and Gaza").all()
    assert 0.16 not in set(palestine["share"])
    youth = values_of("youth_unemployment", "PSE", 2015)
    assert youth[2012, "F"] == pytest.approx(0.622)


def test_kosovo_has_the_tables_that_no_other_source_has():
    assert values_of("labour_force", "XKX", 2025) == {2017: 500_300}
    assert values_of("employment_by_sector", "XKX", 2015)[2013, "AGR"] == pytest.approx(0.059)


def test_parts_without_a_year_take_that_of_the_part_behind_them_only():
    assert {year for year, _ in values_of("employment_by_sector", "XKX", 2015)} == {2013}
    lonely = factbook.unread()
    lonely = lonely[lonely["problem"] == "no year"]
    assert set(zip(lonely["country"], lonely["text"], strict=True)) == {
        ("WSM", "65%"),
        ("SWZ", "70%"),
    }


OTHER_BREAKDOWNS = (
    "AGO AIA BFA BHS CAN CIV COM CYP DZA ERI ESH FIN FJI FLK GIN GNB HKG IMN KEN LSO MAC MAF MLI "
    "MUS MWI PRK RWA SEN SOM TCD TTO TZA USA"
)
UNREAD = {
    ("labour_force", "CYP", "another breakdown"),
    ("labour_force", "GIB", "not a value"),
    ("unemployment", "CYP", "another breakdown"),
    ("unemployment", "MAC", "second value for the same year"),
    ("unemployment", "MNE", "second value for the same year"),
    ("unemployment", "NGA", "second value for the same year"),
    ("unemployment", "PSE", "West Bank only"),
    ("employment_by_sector", "FLK", "not a value"),
    ("employment_by_sector", "GIB", "not a value"),
    ("employment_by_sector", "WSM", "no year"),
    ("employment_by_sector", "SWZ", "no year"),
    ("gdp_per_capita", "SYR", "second value for the same year"),
}


def test_unread_texts_are_exactly_the_known_ones():
    texts = factbook.unread()
    sectors = (texts["table"] == "employment_by_sector") & (texts["problem"] == "another breakdown")
    assert set(texts.loc[sectors, "country"]) == set(OTHER_BREAKDOWNS.split())
    assert int(sectors.sum()) == 84
    rest = texts[~sectors]
    assert set(zip(rest["table"], rest["country"], rest["problem"], strict=True)) == UNREAD
    assert len(rest) == 13  # Palestine twice
    assert set(texts["vintage"]) == {2015}


def test_every_text_is_read_missing_or_listed_and_values_stand_in_their_text():
    for name in TABLES:
        found = readings_of(name)
        good = found[found["problem"] == ""]
        listed = factbook.unread()
        missing = int((found["problem"] == "missing").sum())
        assert len(good) + missing + int((listed["table"] == name).sum()) == len(found)
        assert found.loc[found["problem"] == "missing", "text"].str.contains("NA").all()
        for text, value in zip(good["text"], good["value"], strict=True):
            numbers = {float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*\.?\d*", text)}
            assert {value, value / 1e6} & numbers or value / 1e6 == pytest.approx(max(numbers))


def test_the_first_of_two_values_for_a_year_is_kept():
    assert values_of("unemployment", "MNE", 2015) == pytest.approx({2014: 0.185})
    assert values_of("gdp_per_capita", "SYR", 2015) == {2011: 5100, 2010: 5100}


@pytest.mark.parametrize(
    ("name", "vintage", "missing"),
    [
        ("labour_force", 2015, ""),
        ("labour_force", 2025, ""),
        ("unemployment", 2015, "LBN MWI PSE TZA"),
        ("unemployment", 2025, "XKX"),
        ("youth_unemployment", 2015, "GHA LBY MWI TKM UZB"),
        ("youth_unemployment", 2025, "XKX"),
        ("employment_by_sector", 2015, "LBN"),
        ("value_added_by_sector", 2015, ""),
        ("value_added_by_sector", 2025, ""),
        ("gdp_per_capita", 2015, ""),
        ("gdp_per_capita", 2025, ""),
        ("literacy", 2015, ""),
        ("literacy", 2025, "BIH ISR KAZ KGZ LBY MAR MDA XKX"),
        ("school_life_expectancy", 2015, "ALB BIH LBY XKX"),
        ("school_life_expectancy", 2025, "ETH LBY SYR XKX"),
    ],
)
def test_which_partners_each_edition_lacks(name, vintage, missing):
    table = load(name)
    assert PARTNERS - set(table.loc[table["vintage"] == vintage, "country"]) == set(missing.split())


def test_29_partners_have_all_three_sectors_and_33_agriculture():
    table = factbook.employment_by_sector()
    table = table[table["country"].isin(PARTNERS)]
    assert int((table.groupby("country")["sector"].count() == 3).sum()) == 29
    assert table.loc[table["sector"] == "AGR", "country"].nunique() == 33


def test_sums_away_from_one_are_said_not_mended():
    table = factbook.employment_by_sector()
    spain = table[table["country"] == "ESP"]
    assert spain["share"].sum() == pytest.approx(0.763)
    assert spain["note"].str.contains("the three sectors sum to 0.763").all()
    whole = table.groupby("country")["share"].agg(["sum", "size"])
    whole = whole[(whole["size"] == 3) & ((whole["sum"] - 1).abs() > 0.0151)]
    noted = table.loc[table["note"].str.contains("sum to"), "country"]
    assert set(noted) == set(whole.index) == {"ESP", "ZAF"}


def test_both_sexes_lie_between_women_and_men():
    for name, rounding in (("youth_unemployment", 0.006), ("literacy", 0.011)):
        wide = load(name).pivot(index=["country", "vintage", "year"], columns="sex", values="share")
        wide = wide.dropna()
        assert len(wide) > 200
        assert (wide["T"] >= wide[["F", "M"]].min(axis=1) - rounding).all()
        assert (wide["T"] <= wide[["F", "M"]].max(axis=1) + rounding).all()


def test_prices_carry_their_base_and_years_precede_their_edition():
    gdp = factbook.gdp_per_capita()
    partners = gdp[gdp["country"].isin(PARTNERS) & (gdp["country"] != "PSE")]
    assert partners["note"].str.contains("dollars").all()
    for name in TABLES:
        table = check(load(name), name=name)
        assert (table["year"] <= table["vintage"]).all()
