"""Parts of the brief on tiny made-up tables, where every sentence can be foretold."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from skillsfc.report.brief import group, people, sectors, work
from skillsfc.report.brief.flows import say_flows
from skillsfc.report.brief.outlook import write_outlook
from skillsfc.report.brief.section import Section, TableToPublish
from skillsfc.report.text import Facts, untraced_numbers

FLAGS = {"unit": "share", "status": "observed", "source": "made up", "note": ""}


def rates(*rows, columns=("year", "vintage", "share")):
    return pd.DataFrame(list(rows), columns=list(columns))


def test_latest_takes_the_last_year_and_within_it_the_newest_edition():
    table = rates((2023, 2025, 0.1), (2024, 2024, 0.2), (2024, 2025, 0.3))
    assert work.latest(table, "share")["share"].tolist() == [0.3]


def test_latest_prefers_a_later_year_to_a_newer_edition():
    table = rates((2022, 2025, 0.1), (2023, 2015, 0.2))
    assert work.latest(table, "share")["share"].tolist() == [0.2]


def test_latest_passes_over_years_without_a_value():
    table = rates((2023, 2025, 0.1), (2024, 2025, np.nan))
    assert work.latest(table, "share")["year"].tolist() == [2023]


def test_latest_keeps_every_row_of_that_year():
    table = rates((2024, "F", 0.1), (2024, "M", 0.2), (2014, "F", 0.3),
                  columns=("year", "sex", "share"))  # fmt: skip
    assert work.latest(table, "share")["sex"].tolist() == ["F", "M"]


@pytest.mark.parametrize(
    "table", [None, rates(), rates((2024, 2025, np.nan))], ids=["none", "no rows", "no value"]
)
def test_latest_of_nothing_is_empty_and_no_error(table):
    assert work.latest(table, "share").empty


class OneCountry:
    """What the sections read of a country, with the tables given."""

    def __init__(self, **tables):
        self.country, self.name, self.note = "EXA", "Examplia", ""
        self.tables = tables

    def get(self, name, *, source=None):
        return self.tables.get(name)

    newest = get

    def detailed(self, name):
        return self.tables.get(f"{name} editions", [])


def line_with(share, *, country="EXA", expected=0.3, half=0.1):
    table = pd.DataFrame(
        [{"country": country, "year": 2020, "income_year": 2020, "usd": 8000.0, "share": share,
          "expected": expected, "lower": expected - half, "upper": expected + half,
          "difference": share - expected}]
    )  # fmt: skip
    return SimpleNamespace(table=table)


def listed(share, sector="AGR"):
    return pd.DataFrame({"sector": [sector, "SER"], "share": [share, 1 - share]})


@pytest.mark.parametrize("sector", ["AGR", "A", "agriculture"])
@pytest.mark.parametrize(("other", "warned"), [(0.20, False), (0.24, False), (0.26, True),
                                               (0.14, True), (0.16, False)])  # fmt: skip
def test_two_sources_are_called_apart_where_agriculture_differs_by_five_points(
    sector, other, warned
):
    text = sectors._two_sources(listed(0.2, sector), line_with(other), OneCountry())
    assert bool(text) == warned
    assert ("another source" in text) == warned


def test_nothing_is_said_of_two_sources_where_there_is_one():
    elsewhere = line_with(0.9, country="MAR")
    assert sectors._two_sources(listed(0.2), elsewhere, OneCountry()) == ""
    assert sectors._two_sources(listed(0.2, "mines"), line_with(0.9), OneCountry()) == ""


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.35, ["more", "within the range usual"]),
        (0.25, ["less", "within the range usual"]),
        (0.45, ["more", "outside the range"]),
        (0.15, ["less", "outside the range"]),
    ],
)
def test_the_place_on_the_line_says_side_and_range(share, words):
    facts = Facts("sectors")
    text = sectors._place(line_with(share), facts, "EXA", "Examplia")
    assert all(word in text for word in words)
    assert f"{100 * share:.1f}%" in text
    assert "30.0%" in text
    assert "8,000" in text
    assert untraced_numbers(text, facts.table) == []


def test_a_country_that_is_not_on_the_line_is_told_so_without_a_number():
    facts = Facts("sectors")
    text = sectors._place(line_with(0.3), facts, "XKX", "Kosovo")
    assert text.startswith("No embedded source gives Kosovo")
    assert facts.rows == []


def test_the_largest_sectors_come_first_and_at_most_four():
    rows = pd.DataFrame({"sector_label": ["Trade", "Farming", "Mining", "Transport", "Other"],
                         "share": [0.4, 0.3, 0.15, 0.1, 0.05], "year": 2020})  # fmt: skip
    facts = Facts("sectors")
    text = sectors._largest(rows, facts, "Examplia")
    assert text == (
        "Of all workers in Examplia in 2020, the largest sectors had: trade 40.0%; farming 30.0%; "
        "mining 15.0%; transport 10.0%."
    )


def force_and_rate():
    sizes = {"year": [2020, 2021], "persons": [2e6, 2.1e6]}
    force = pd.DataFrame(sizes).assign(**{**FLAGS, "unit": "persons"})
    rate = pd.DataFrame([{"year": 2019, "share": 0.125, **FLAGS}])
    return force, rate


def test_labour_force_and_rate_are_each_said_with_their_own_year():
    force, rate = force_and_rate()
    section = work.write_work(OneCountry(labour_force=force, unemployment=rate))
    text = section.paragraphs[0]
    assert "people in 2021" in text
    assert "12.5% was unemployed in 2019" in text
    assert untraced_numbers(text, section.facts.table) == []
    held = section.table(work.LABOUR)
    assert held["value"].tolist() == [2.1e6, 0.125]
    assert held["year"].tolist() == [2021, 2019]
    assert section.message == text


def test_a_country_with_one_of_the_two_gets_one_sentence():
    force, rate = force_and_rate()
    only = work.write_work(OneCountry(unemployment=rate)).paragraphs
    assert len(only) == 1
    assert only[0].count(".") == 2  # one full stop and one decimal point
    assert "unemployed" not in work.write_work(OneCountry(labour_force=force)).paragraphs[0]


def test_a_country_with_nothing_on_work_is_told_so_by_name():
    section = work.write_work(OneCountry())
    assert section.paragraphs == (
        "No embedded source has labour force or unemployment of Examplia.",
    )
    assert section.facts.rows == []
    assert "Examplia" in section.message
    assert (section.tables, section.figures) == ((), ())


@pytest.mark.parametrize("sexes", ["TFM", "T"])
def test_youth_unemployment_tells_women_and_men_only_where_both_are_known(sexes):
    known = {"T": 0.3, "F": 0.4, "M": 0.25}
    table = pd.DataFrame([{"year": 2022, "sex": s, "share": known[s], **FLAGS} for s in sexes])
    section = work.write_work(OneCountry(youth_unemployment=table))
    text = section.paragraphs[0]
    assert "30.0% was unemployed in 2022" in text
    assert ("40.0% of the young women and 25.0% of the young men" in text) == (sexes == "TFM")
    assert untraced_numbers(text, section.facts.table, allowed=("15", "24")) == []


def census(year, note=""):
    rows = [
        {"year": year, "area": area, "sex": sex, "share": share, **FLAGS, "note": note}
        for area, shift in (("total", 0.0), ("urban", 0.01), ("rural", -0.01))
        for sex, share in (("T", 0.2), ("F", 0.3), ("M", 0.15))
        for share in [round(share + shift + (year - 2024) / 1000, 4)]
    ]
    return pd.DataFrame(rows)


def editions(*tables):
    return OneCountry(**{f"{name} editions": list(tables)
                         for name in ("unemployment", "participation")})  # fmt: skip


def test_the_census_before_is_compared_only_where_its_producer_put_no_note_on_it():
    comparable = work.write_work(editions(census(2024), census(2014)))
    assert "In the census of 2014 unemployment had been 19.0%" in comparable.paragraphs[0]
    other = work.write_work(editions(census(2024), census(2014, "Another definition.")))
    assert "2014" not in other.paragraphs[0]
    assert "2014" not in work.write_work(editions(census(2024))).paragraphs[0]
    for section in (comparable, other):
        assert "The census of 2024 found 20.0%" in section.paragraphs[0]
        assert untraced_numbers(section.paragraphs[0], section.facts.table, allowed=("15",)) == []


def test_the_key_message_of_a_census_stops_before_town_and_country():
    section = work.write_work(editions(census(2024), census(2014)))
    assert section.message.startswith("The census of 2024")
    assert "countryside" not in section.message


@pytest.mark.parametrize(
    ("wanted", "found"), [(2025, 2025), (2027, 2025), (2028, 2030), (1900, 2020), (2999, 2030)]
)
def test_the_year_shown_is_the_nearest_that_the_table_has(wanted, found):
    assert people._nearest([2020, 2025, 2030], wanted) == found


def test_of_two_years_as_near_the_earlier_is_shown():
    assert people._nearest([2020, 2022], 2021) == 2020


def test_without_a_series_one_later_level_is_said_and_not_projected():
    later = pd.DataFrame([{"country": "EXA", "year": 2013, "persons": 333_891.2, "unit": "persons",
                           "status": "estimated", "source": "made up", "note": ""}])  # fmt: skip
    section = write_outlook(None, None, name="Examplia", later=later)
    assert "334,000 people in work in 2013 (made up)" in section.paragraphs[1]
    assert section.figures == ()
    assert untraced_numbers(" ".join(section.paragraphs), section.facts.table) == []
    for nothing in (None, later.iloc[:0]):
        assert len(write_outlook(None, None, name="Examplia", later=nothing).paragraphs) == 1


def test_a_section_gives_its_tables_by_name():
    table = pd.DataFrame({"value": [1.0]})
    section = Section("any", ("Words.",), Facts("any"), (), (TableToPublish("t", "T", table),))
    assert section.table("t") is table


def flows(jobs, lower, upper, *, past=None):
    rows = [("projected", 2035, "jobs", jobs, lower, upper)]
    rows += [("projected", 2035, who, 5000.0, np.nan, np.nan) for who in ("entrants", "leavers")]
    if past is not None:
        rows.append(("observed", 2017, "jobs", past, np.nan, np.nan))
    columns = ["status", "year", "indicator", "value", "lower", "upper"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(
    ("jobs", "lower", "upper", "said"),
    [
        (100.0, -50.0, 300.0, "100 jobs added a year on average until 2035, with a range for the "
         "growth alone from a loss of 50 to a gain of 300."),
        (-100.0, -300.0, -20.0, "100 jobs lost a year on average until 2035, with a range for the "
         "growth alone from a loss of 300 to a loss of 20."),
    ],
)  # fmt: skip
def test_jobs_lost_and_gained_are_told_apart_at_both_ends(jobs, lower, upper, said):
    facts = Facts("outlook")
    text = say_flows(flows(jobs, lower, upper), facts)
    assert said in text
    assert "ten years" not in text
    assert untraced_numbers(text, facts.table, allowed=("15", "65")) == []


@pytest.mark.parametrize(("past", "said"), [(-7.0, "lost 7 a year"), (7.0, "gained 7 a year")])
def test_the_jobs_of_the_past_stand_beside_those_of_the_projection(past, said):
    text = say_flows(flows(100.0, 50.0, 300.0, past=past), Facts("outlook"))
    assert f"In the ten years to 2017 the longer series {said}." in text


@pytest.mark.parametrize(("year", "told"), [(2013, True), (2021, True), (2022, False)])
def test_a_figure_years_behind_its_group_is_said_to_be(year, told):
    points = pd.DataFrame({"indicator": "rate", "year": [year, 2024, 2024, 2024]})
    row = pd.Series({"indicator": "rate", "year": year, "unit": "share"})
    text = group._when(row, points, Facts("group"))
    assert text.startswith(f"in {year}")
    assert ("the others: mostly 2024" in text) == told


def test_a_growth_is_said_from_its_first_year():
    points = pd.DataFrame({"indicator": "growth", "year": [2025, 2025]})
    row = pd.Series({"indicator": "growth", "year": 2025, "unit": "per year"})
    assert group._when(row, points, Facts("group")) == "from 2025"


def test_the_key_message_on_agriculture_names_the_other_source_where_the_two_disagree():
    rows = listed(0.2).assign(year=2014, source="made up")
    facts = Facts("sectors")
    assert sectors._other_share(rows, facts) == " Another source has 20.0% for 2014: made up."
    assert [row["value"] for row in facts.rows] == [0.2, 2014.0]
