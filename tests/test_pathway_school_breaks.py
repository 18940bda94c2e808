"""A summer between two schools is no joblessness, wherever the data know joblessness only."""

from dataclasses import replace

import pandas as pd
import pytest

import skillsfc as sf


def made_up(rows, **more):
    """Return histories of joblessness as periods: a string a person, S school, J job, H neither."""
    words = {"S": "school", "T": "training", "J": "job", "H": "home"}
    periods = pd.DataFrame(
        [(who, month, words[letter]) for who, row in enumerate(rows) for month, letter in
         enumerate(row)], columns=["person", "month", "state"],
    )  # fmt: skip
    told = replace(
        sf.load_pathways("GBR"), periods=periods, learning=("school", "training"),
        working=("job",), idle=("home",), unemployed=(),
    )  # fmt: skip
    return replace(told, **more)


def letters(data):
    back = {"school": "S", "training": "T", "job": "J", "home": "H"}
    return ["".join(own["state"].map(back)) for _, own in data.periods.groupby("person")]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("SSHHHSSJ", "SSSSSSSJ"),  # three months
        ("SSHHHHSJ", "SSHHHHSJ"),  # four are joblessness
        ("SHHTTTJJ", "STTTTTJJ"),  # the training that follows
        ("HHSSSJJJ", "SSSSSJJJ"),  # the clock starts at the end of compulsory school
        ("HHJJSSJJ", "HHJJSSJJ"),  # into a job
        ("SJHHSSSH", "SJHHSSSH"),  # out of a job
        ("SSSSSSHH", "SSSSSSHH"),  # nothing follows
    ],
)
def test_a_gap_counts_only_between_two_schools_and_for_three_months(told, expected):
    assert letters(sf.count_breaks_as_school(made_up([told]))) == [expected]


def test_where_the_clock_starts_elsewhere_a_first_gap_stays():
    data = made_up(["HHSSSJJJ"], start="the start of observation")
    assert sf.count_breaks_as_school(data) is data


def test_known_unemployment_and_yearly_data_stay():
    rows = ["SSHHHSSJ"]
    known = made_up(rows, idle=("home", "ill"), unemployed=("home",))
    assert sf.count_breaks_as_school(known) is known
    assert not sf.know_joblessness_only(known)
    yearly = made_up(rows, unit="years")
    assert sf.count_breaks_as_school(yearly) is yearly


def test_one_person_s_gap_does_not_end_at_another_s_school():
    data = made_up(["SSSSSSHH", "SSSSSSSS"])
    assert sf.count_breaks_as_school(data) is data


def test_the_page_says_how_many_and_not_fewer_than_ten():
    few = sf.count_breaks_as_school(made_up(["SSHHSSSJ"] * 4))
    assert "of fewer than ten persons" in few.note
    many = sf.count_breaks_as_school(made_up(["SSHHSSSJ"] * 12))
    assert "(of 12 persons)" in sf.describe_pathways(many)


def test_spells_begin_earlier_and_moves_lead_to_the_school_that_follows():
    spells = pd.DataFrame({
        "person": [1, 1, 1, 1], "state": ["school", "home", "training", "job"],
        "start": [0, 10, 12, 30], "end": [10, 12, 30, 40],
        "to_state": ["home", "training", "job", ""],
    })  # fmt: skip
    data = sf.count_breaks_as_school(made_up(["S"], spells=spells, periods=None))
    assert data.spells[["state", "start", "end", "to_state"]].to_numpy().tolist() == [
        ["school", 0, 10, "training"], ["training", 10, 30, "job"], ["job", 30, 40, ""],
    ]  # fmt: skip
    same = spells.assign(state=["school", "home", "school", "job"],
                         to_state=["home", "school", "job", ""])  # fmt: skip
    data = sf.count_breaks_as_school(made_up(["S"], spells=same, periods=None))
    checked = sf.check_spells(data.spells).table
    assert checked["state"].tolist() == ["school", "job"]
    assert checked["end"].tolist() == [30, 40]


def test_northern_ireland_has_fewer_jobless_months_and_as_many_persons():
    told = sf.load_pathways("GBR")
    data = sf.count_breaks_as_school(told)
    was, now = (int((one.periods["state"] == "joblessness").sum()) for one in (told, data))
    assert (was, now) == (4399, 4016)
    assert len(data.periods) == len(told.periods)
    at_first = data.periods[data.periods["month"] == 0]["state"].eq("joblessness").mean()
    assert at_first < 0.06  # it was 0.29 with the summer of 1993


def test_two_files_are_named_with_their_persons():
    said = sf.describe_pathways(sf.load_pathways("XEX"), both=True)
    assert "a survey of 5,000 persons" in said
    assert "the histories of 5,000 persons" in said
    assert "Two files" not in sf.describe_pathways(sf.load_pathways("GBR"), both=True)
