"""Indicators: answers that cannot be meant, what cannot be measured, groups called as totals."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError
from skillsfc.transitions.indicators.measure import measure_transition_indicators

GRADUATES = pd.DataFrame(
    {
        "age": [22, 25, 30, 28, 33, 24],
        "sex": list("FFFMMM"),
        "activity": ["employed", "outside"] * 3,
        "qualification": "6",
        "years_since_education": [1, 2, 3, 1, 2, 3.0],
        "in_education": False,
        "in_training": False,
    }
)
OPEN = ["share", "share_high", "lowest", "highest"]


def measure(people, *codes, **options):
    return measure_transition_indicators(people, indicators=codes or None, **options)


# Answers that cannot be meant


@pytest.mark.parametrize("code", [97, 998.0, "99"])
def test_codes_of_no_answer_are_no_years_since_education(code):
    survey = sf.example(seed=1).labour_force_survey
    years, third = survey["years_since_education"], np.arange(len(survey)) % 3 == 0
    blank = measure(survey.assign(years_since_education=years.mask(third)), "recent_graduates")
    coded = survey.assign(years_since_education=years.astype(object).mask(third, code))
    made = measure(coded, "recent_graduates")
    pd.testing.assert_frame_equal(made.table, blank.table)
    assert (made.table["highest"] > made.table["lowest"] + 0.4).all()
    note = f"{third.sum()} answers cannot be meant (years since education are more than the age"
    assert sum(note in text for text in made.notes) == 1
    assert not any("cannot be meant" in text for text in blank.notes)


def test_years_since_education_above_the_age_are_not_given():
    people = GRADUATES.assign(years_since_education=[1, 25, 31, 28.5, 2, 3])
    made = measure(people, "recent_graduates", by=None)
    assert made.table["persons"].item() == 3  # 25 and 28.5 years at 25 and 28 can be meant
    assert any("1 answers cannot be meant" in note for note in made.notes)
    nobody = people.assign(weight=[1.0, 1, 0, 1, 1, 1])  # without weight, so not counted
    notes = measure(nobody, "recent_graduates", by=None).notes
    assert not any("cannot be meant" in note for note in notes)


def test_hours_of_more_than_a_week_are_not_given():
    people = GRADUATES.assign(hours=[20, 45, 45, 45, 45, 999], wants_more_hours=True)
    people["activity"] = "employed"
    found = measure(people, "time_underemployed", by=None)
    blank = measure(people.assign(hours=people["hours"].replace(999, np.nan)),
                    "time_underemployed", by=None)  # fmt: skip
    pd.testing.assert_frame_equal(found.table, blank.table)
    assert found.table["highest"].item() > found.table["share"].item()
    assert any("1 answers cannot be meant (hours are more than 168" in n for n in found.notes)


def test_row_26_ages_that_look_like_codes_are_counted_in_a_note():
    people = pd.concat([GRADUATES, GRADUATES.assign(age=99)], ignore_index=True)
    made = measure(people, "recent_graduates")
    assert made.notes[0].startswith("Of age 97 to 99 are 6 persons, more than of 90 to 96; ")
    old = pd.concat([people, GRADUATES.assign(age=91)], ignore_index=True)
    assert not any("97 to 99" in note for note in measure(old, "recent_graduates").notes)


# What cannot be measured


def test_answers_that_are_all_codes_are_no_answers():
    people = GRADUATES.assign(wage=-9, contract=" ")
    with pytest.raises(CoverageError, match=r"years_since_education \(no answer in any row\)"):
        measure(people.assign(years_since_education=-9), "recent_graduates")
    with pytest.raises(CoverageError, match=r"years_since_education \(no answer in any row\)"):
        measure(people.assign(years_since_education=99), "recent_graduates")
    asked = ["neet_15_29", "low_pay", "stable_job", "informal"]
    lacks = measure(people.assign(informal=None), *asked).diagnostics.set_index("indicator")[
        "lacks"
    ]
    assert lacks["low_pay"] == "wage (no answer in any row)"
    assert lacks["stable_job"] == "contract (no answer in any row)"
    assert lacks["informal"] == "informal (no answer in any row)"
    insured = people.assign(informal=None, social_security=True, employment_status="1")
    insured = measure(insured, "informal")
    assert set(insured.table.set_index("indicator").loc["informal", "share"]) == {0.0}


def test_an_indicator_without_persons_is_named_and_not_dropped():
    with pytest.raises(CoverageError, match="neet_ilo: the survey lacks persons aged 15 to 24"):
        measure(GRADUATES.assign(age=60), "neet_ilo")
    studying = GRADUATES.assign(in_education=True)
    with pytest.raises(CoverageError, match="persons whom it is about, aged 20 to 34"):
        measure(studying, "recent_graduates")
    asked = ["neet_ilo", "neet_15_29", "neet_outside", "recent_graduates", "over_educated"]
    made = measure(GRADUATES.assign(age=27), *asked)
    assert "neet_ilo" not in set(made.table["indicator"])
    lacks = made.diagnostics.set_index("indicator")["lacks"]
    assert lacks["neet_ilo"] == "persons aged 15 to 24"
    assert lacks["neet_15_29"] == lacks["recent_graduates"] == ""
    section = sf.write_transition_indicators(made, name="Made up")
    assert section.paragraphs[-1] == (
        "Not measured, for want of the questions: over-educated for the job. Not measured, for "
        "want of answers or of persons: not in employment, education or training (SDG 8.6.1); "
        "outside the labour force and not in education or training."
    )


def test_where_nobody_is_known_to_belong_the_bounds_stand_in_the_table():
    old = GRADUATES.assign(age=50)  # the only ones who told the years
    people = pd.concat([GRADUATES.assign(years_since_education=np.nan), old], ignore_index=True)
    made = measure(people, "recent_graduates", by=None)
    row = made.table.iloc[0]
    assert row[OPEN].tolist() == [0.0, 1.0, 0.0, 1.0]
    assert (row["persons"], row["reliability"]) == (0, "w")
    assert (row["lower"], row["upper"]) == (0.0, 1.0)
    assert np.isnan(row["design_effect"])
    assert any("'share' to 'share_high' is all that can be said" in note for note in made.notes)
    assert made.diagnostics["lacks"].tolist() == [
        "answers: of nobody who may belong to it is enough known"
    ]


def test_a_group_of_which_nothing_is_known_borrows_no_share():
    years = GRADUATES["years_since_education"].mask(GRADUATES["sex"] == "M")
    people = GRADUATES.assign(years_since_education=years)
    table = measure(people, "recent_graduates").table
    rows = table.set_index("sex")
    assert rows.index.tolist() == ["F", "M", "T"]
    assert rows.loc["M", OPEN].tolist() == [0.0, 1.0, 0.0, 1.0]
    assert rows.loc["M", "persons"] == 0
    again = people.rename(columns={"sex": "open"})  # a name of the user's, like any other
    found = measure(again, "recent_graduates", by="open").table["open"]
    assert found.tolist() == ["F", "M", "total"]
    assert rows.loc["F", "share"] == rows.loc["F", "share_high"] == pytest.approx(2 / 3)


# Groups, columns


@pytest.mark.parametrize(("column", "label"), [("sex", "T"), ("area", "total"), ("area", "T")])
def test_a_group_called_as_a_total_is_refused(column, label):
    people = GRADUATES.assign(area="north")
    people[column] = people[column].where(people.index > 1, label)
    with pytest.raises(ParameterError, match=f"by: column '{column}': the group '{label}' in 2 r"):
        measure(people, "recent_graduates", by=["sex", "area"])
    assert len(measure(people, "recent_graduates", by=None).table) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"columns": ["age"]}, r"columns: \['age'\]; expected our names"),
        ({"columns": {"age": ["x"]}}, "columns: .*expected our names"),
        ({"by": 5}, "by: 5"),
        ({"by": [5]}, "by: .* names as text"),
        ({"by": ["sex", "sex"]}, "by: named twice: 'sex'"),
        ({"weight": ["w"]}, "weight: "),
        ({"stratum": ["w"]}, "stratum: "),
        ({"indicators": 5}, "indicators: 5"),
        ({"indicators": [["neet_ilo"]]}, "indicators: .* among"),
    ],
)
def test_arguments_that_are_no_names_are_refused(options, words):
    with pytest.raises(ParameterError, match=words):
        measure_transition_indicators(GRADUATES, **options)


def test_an_indicator_asked_for_twice_stands_once():
    twice = measure(GRADUATES, "neet_15_29", "neet_15_29").table
    pd.testing.assert_frame_equal(twice, measure(GRADUATES, "neet_15_29").table)
