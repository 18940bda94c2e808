"""`check_spells`: every rule finds what it names, treats it as told, and counts it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import ParameterError, TableError
from skillsfc.transitions.records import read_records
from skillsfc.transitions.spells.clock import as_dates
from skillsfc.transitions.spells.months import place_unknown
from skillsfc.transitions.spells.rules import RULES


def spells(*rows, names=("person", "state", "start", "end"), **columns):
    return pd.DataFrame(rows, columns=list(names)).assign(**columns)


GOOD = spells(("ann", "S", 0, 5), ("ann", "U", 5, 8), ("ann", "E", 8, 20), ("bob", "S", 0, 20))


def hit(made, rule):
    return made.issues.set_index("rule").loc[rule]


def rows(made, *names):
    return made.table[list(names or ("person", "state", "start", "end"))].to_numpy().tolist()


def test_every_rule_is_in_the_issues_table_also_where_nothing_was_found():
    made = sf.check_spells(GOOD)
    assert made.issues["rule"].tolist() == [f"S{n:02d}" for n in range(1, 27)]
    assert (made.issues[["spells", "persons", "dropped", "added"]] == 0).all().all()
    assert (made.issues[["time_before", "time_after"]] == 40).all().all()
    assert set(made.issues["severity"]) == {"error", "treated", "flagged"}
    assert made.notes == ()


def test_every_rule_argument_is_an_argument_of_check_spells_and_documented():
    import inspect

    known = inspect.signature(sf.check_spells).parameters
    for rule in RULES:
        assert not rule.argument or rule.argument in known
        assert not rule.argument or rule.argument in sf.check_spells.__doc__


def test_moves_are_completed_from_the_next_adjoining_spell():
    made = sf.check_spells(GOOD)
    assert made.table["to_state"].tolist() == ["U", "E", "censored", "censored"]
    assert made.table["event"].tolist() == [True, True, False, False]
    assert made.table["start"].dtype == np.int64
    assert read_records(made).states == ("E", "S", "U")


def test_a_checked_table_checked_again_is_the_same():
    once = sf.check_spells(GOOD)
    pd.testing.assert_frame_equal(sf.check_spells(once).table, once.table)


def test_examplia_is_clean_and_unchanged():
    given_spells = sf.example(seed=1).spells
    made = sf.check_spells(given_spells, interview=72)
    assert made.issues["spells"].sum() == 0
    pd.testing.assert_frame_equal(
        made.table,
        given_spells.sort_values(["person", "start"], ignore_index=True)[list(made.table.columns)],
        check_dtype=False,
    )


def test_all_problems_are_listed_at_once_and_nobody_is_named():
    bad = pd.concat([GOOD, spells(
        ("carla", "S", 9, 4), ("dora", "S", 0, 0), ("emil", "S", 0, 9), ("emil", "E", 5, 12),
        ("fay", "S", None, 3), ("gus", "S", "soon", 3),
    )])  # fmt: skip
    with pytest.raises(TableError) as error:
        sf.check_spells(bad)
    text = str(error.value)
    assert text.startswith("check_spells, 5 problems")
    for rule in ("S01", "S02", "S08", "S11", "S12"):
        assert f"{rule} " in text
    assert "overlap='cut_earlier'" in text
    assert "id:" in text
    assert not any(name in text for name in ("carla", "dora", "emil", "fay", "gus"))


def test_errors_as_a_list_leave_the_table_empty():
    made = sf.check_spells(spells(("a", "S", 9, 4), ("b", "S", 0, 1)), errors="list")
    assert made.table.empty
    assert hit(made, "S08")["spells"] == 1
    assert hit(made, "S08")["severity"] == "error"
    assert "left empty" in made.notes[-1]


def test_missing_columns_get_a_guess():
    with pytest.raises(TableError, match=r"column 'state': missing.*Did you mean 'status'"):
        sf.check_spells(GOOD.rename(columns={"state": "status"}))
    with pytest.raises(TableError, match="a pandas DataFrame"):
        sf.check_spells([1, 2])
    with pytest.raises(TableError, match="at least one spell"):
        sf.check_spells(GOOD.iloc[:0])
    with pytest.raises(TableError, match=r"twice: 'start'"):
        sf.check_spells(pd.concat([GOOD, GOOD["start"]], axis=1))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"gap": "flagg"}, "gap: 'flagg'.*Did you mean 'flag'"),
        ({"overlap": "cut_early"}, "Did you mean 'cut_earlier'"),
        ({"overlap": ["S", "Z"]}, "no state of these spells: 'Z'"),
        ({"overlap": 3}, "or a list of states"),
        ({"unit": "months"}, "Did you mean 'month'"),
        ({"errors": "ignore"}, "one of 'raise', 'list'"),
        ({"weight": "wgt"}, "weight: 'wgt'"),
        ({"age": "years"}, "age: 'years'"),
        ({"birth": "bith"}, "birth: 'bith'"),
        ({"interview": "2001-05"}, "interview: '2001-05'.*a number"),
        ({"origin": "1993-07"}, "origin"),
    ],
)
def test_wrong_arguments_get_a_named_error(arguments, text):
    with pytest.raises((ParameterError, TableError), match=text):
        sf.check_spells(GOOD, **arguments)


def test_repeated_rows_are_dropped_and_counted_conflicting_ones_refused():
    twice = pd.concat([GOOD, GOOD.iloc[[1]]])
    made = sf.check_spells(twice)
    assert (len(made.table), hit(made, "S04")["dropped"]) == (4, 1)
    assert hit(made, "S04")["time_before"] - hit(made, "S04")["time_after"] == 3
    other = pd.concat([GOOD.assign(wage=5), GOOD.iloc[[1]].assign(wage=6)])
    with pytest.raises(TableError, match=r"S05 .*2 rows"):
        sf.check_spells(other)
    assert sf.check_spells(other, conflict="first").table["wage"].tolist() == [5] * 4


def test_rows_without_person_state_or_time_are_refused_or_dropped():
    bad = pd.concat([GOOD, spells((None, "S", 1, 2), ("c", " ", 1, 2), ("c", "S", 1, None))])
    with pytest.raises(TableError, match=r"S01 .*3 rows"):
        sf.check_spells(bad)
    made = sf.check_spells(bad, missing_values="drop")
    assert hit(made, "S01")["dropped"] == 3
    assert rows(made) == rows(sf.check_spells(GOOD))


def test_row_21_missing_weights_are_an_error_with_a_count():
    with pytest.raises(TableError, match=r"S19 weight missing.*1 rows.*None is made up"):
        sf.check_spells(GOOD.assign(weight=[1, 1, np.nan, 1]))


def test_row_22_zero_weights_are_kept_and_counted():
    made = sf.check_spells(GOOD.assign(weight=[1, 1, 1, 0]))
    assert (hit(made, "S22")["spells"], len(made.table)) == (1, 4)


def test_row_23_negative_weights_are_an_error():
    with pytest.raises(TableError, match="S20 weight negative: 2 rows"):
        sf.check_spells(GOOD.assign(weight=[1, -1, -1, 1]))


def test_row_24_weights_that_sum_to_zero_are_an_error():
    with pytest.raises(TableError, match="S21 all weights zero"):
        sf.check_spells(GOOD.assign(weight=0))


def test_row_25_one_giant_weight_is_flagged():
    many = pd.concat([GOOD.assign(person=GOOD["person"] + str(n), weight=1.0) for n in range(25)])
    assert hit(sf.check_spells(many), "S23")["spells"] == 0
    many.iloc[7, many.columns.get_loc("weight")] = 500.0
    made = sf.check_spells(many)
    assert hit(made, "S23")[["spells", "severity"]].tolist() == [1, "flagged"]
    assert any(
        note.startswith("S23 very unequal weights: 1 spells of 1 persons") for note in made.notes
    )


def test_more_than_one_weight_in_a_person_is_flagged():
    made = sf.check_spells(GOOD.assign(weight=[1, 1, 2, 1]))
    assert hit(made, "S24")[["spells", "persons", "severity"]].tolist() == [3, 1, "flagged"]


def test_row_26_impossible_ages_are_refused_or_emptied():
    with pytest.raises(TableError, match=r"S25 .*Found '-1', '999'"):
        sf.check_spells(GOOD.assign(age=[999, -1, 17, 18]))
    made = sf.check_spells(GOOD.assign(age=[999, -1, 17, 18]), bad_age="missing")
    assert made.table["age"].isna().tolist() == [True, True, False, False]
    with pytest.raises(TableError, match="Are they months"):
        sf.check_spells(GOOD.assign(age=[200, 210, 220, 230]))
    assert hit(sf.check_spells(GOOD.assign(age="15-24")), "S25")["spells"] == 0


def test_row_26_an_age_that_is_not_interview_less_birth_is_flagged():
    told = GOOD.assign(age=[20, 20, 20, 31], born=-220)  # 240 months, so 20 years, at interview
    made = sf.check_spells(told, birth="born", interview=20)
    assert hit(made, "S26")[["spells", "severity"]].tolist() == [1, "flagged"]


def test_row_27_end_before_start_is_an_error_with_hashed_ids_or_treated():
    bad = pd.concat([GOOD, spells(("carla", "S", 9, 4))])
    with pytest.raises(TableError, match=r"S08 end before start: 1 rows \(id:[0-9a-f]{8}\)"):
        sf.check_spells(bad)
    assert rows(sf.check_spells(bad, end_before_start="swap"))[-1] == ["carla", "S", 4, 9]
    made = sf.check_spells(bad, end_before_start="drop")
    assert (len(made.table), hit(made, "S08")["dropped"]) == (4, 1)


def test_row_28_spells_before_birth_are_clipped_and_counted():
    told = spells(("a", "S", -30, -25), ("a", "S", -9, 5), ("a", "E", 5, 9), born=-3)
    with pytest.raises(TableError, match="S09 start before birth: 2 rows"):
        sf.check_spells(told, birth="born")
    made = sf.check_spells(told, birth="born", before_birth="clip")
    assert rows(made) == [["a", "S", -3, 5], ["a", "E", 5, 9]]
    assert hit(made, "S09")[["spells", "dropped", "time_before", "time_after"]].tolist() == [
        2, 1, 23.0, 12.0,
    ]  # fmt: skip
    assert rows(sf.check_spells(told.drop(columns="born"), birth=-3, before_birth="clip")) == rows(
        made
    )


def test_row_28_spells_after_the_interview_are_clipped_and_become_censored():
    told = GOOD.assign(seen=[7, 7, 7, 30])
    made = sf.check_spells(told, interview="seen", after_interview="clip")
    assert rows(made) == [["ann", "S", 0, 5], ["ann", "U", 5, 7], ["bob", "S", 0, 20]]
    assert made.table["event"].tolist() == [True, False, False]
    assert hit(made, "S10")[["spells", "dropped"]].tolist() == [2, 1]
    with pytest.raises(TableError, match="S10 end after interview: 2 rows"):
        sf.check_spells(told, interview="seen")


OVERLAPPING = spells(("a", "E", 0, 10), ("a", "U", 4, 6), ("a", "S", 8, 14), ("b", "S", 0, 3))


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("cut_earlier", [["E", 0, 4], ["U", 4, 6], ["S", 8, 14]]),
        ("cut_later", [["E", 0, 10], ["S", 10, 14]]),
        (["U", "E", "S"], [["E", 0, 4], ["U", 4, 6], ["E", 6, 10], ["S", 10, 14]]),
        (["S"], [["E", 0, 8], ["S", 8, 14]]),
        ("keep", [["E", 0, 10], ["U", 4, 6], ["S", 8, 14]]),
    ],
)
def test_row_28_overlaps_are_settled_as_told(choice, expected):
    made = sf.check_spells(OVERLAPPING, overlap=choice)
    assert rows(made, "state", "start", "end") == [*expected, ["S", 0, 3]]
    found = hit(made, "S12")
    assert found["spells"] == 2
    assert len(made.table) == 4 - found["dropped"] + found["added"]


def test_row_28_gaps_are_flagged_filled_or_closed():
    told = spells(("a", "S", 0, 5), ("a", "E", 8, 9), wage=[1.0, 2.0], sex="F")
    flagged = sf.check_spells(told)
    assert (hit(flagged, "S13")["spells"], flagged.table["event"].any()) == (1, False)
    filled = sf.check_spells(told, gap="fill")
    assert rows(filled, "state", "start", "end", "to_state") == [
        ["S", 0, 5, "unknown"], ["unknown", 5, 8, "E"], ["E", 8, 9, "censored"],
    ]  # fmt: skip
    assert filled.table["sex"].tolist() == ["F"] * 3
    assert filled.table["wage"].isna().tolist() == [False, True, False]
    closed = sf.check_spells(told, gap="close")
    assert rows(closed, "state", "start", "end") == [["S", 0, 8], ["E", 8, 9]]
    assert hit(closed, "S13")["time_after"] - hit(closed, "S13")["time_before"] == 3
    with pytest.raises(TableError, match="S13 gap"):
        sf.check_spells(told, gap="refuse")


PARTS = ("person", "state", "start_year", "start_month", "end_year", "end_month")


def test_row_28_years_and_months_become_months_from_an_origin():
    told = spells(("a", "S", 1993, 7, 1995, 6), ("a", "E", 1995, 7, 1996, 12), names=PARTS)
    made = sf.check_spells(told, end_included=True)
    assert rows(made, "start", "end") == [[0, 24], [24, 42]]
    assert made.settings.origin == "1993-07"
    later = sf.check_spells(told, end_included=True, origin="1993-01")
    assert rows(later, "start", "end") == [[6, 30], [30, 48]]
    years = sf.check_spells(told, end_included=True, unit="year")
    assert rows(years, "start", "end") == [[0.0, 2.0], [2.0, 3.5]]


@pytest.mark.parametrize("month", [0, 99, 997, None])
def test_row_28_a_month_that_is_none_is_refused_or_placed_in_the_middle(month):
    told = spells(("a", "S", 1993, 9, 1995, month), ("a", "E", 1995, month, 1997, 6),
                  ("b", "S", 1993, 9, 1994, 6), names=PARTS)  # fmt: skip
    with pytest.raises(TableError, match=r"S03 .*2 rows"):
        sf.check_spells(told)
    made = sf.check_spells(told, bad_month="half_year", origin="1993-01")
    assert rows(made, "start", "end") == [[8, 30], [30, 53], [8, 17]]
    assert hit(made, "S03")[["spells", "persons"]].tolist() == [2, 1]
    assert "S03" in made.notes[1]


def test_row_28_year_only_spells_share_the_year_and_keep_their_order():
    told = spells(("a", "S", 1994, 0, 1995, 0), ("a", "U", 1995, 0, 1995, 0),
                  ("a", "E", 1995, 0, 1995, 11), names=PARTS)  # fmt: skip
    made = sf.check_spells(told, bad_month="half_year", origin="1994-01")
    assert rows(made, "start", "end") == [[6, 15], [15, 18], [18, 22]]


def test_row_28_months_drawn_depend_on_the_seed_only_and_stay_in_their_year():
    told = pd.concat([spells((f"p{n}", "S", 1993, 9, 1995, 99), (f"p{n}", "E", 1995, 99, 1999, 1),
                             names=PARTS) for n in range(200)])  # fmt: skip
    made = sf.check_spells(told, bad_month="uniform", origin="1995-01", seed=3)
    change = made.table["end"].to_numpy()[::2]
    assert (change == made.table["start"].to_numpy()[1::2]).all()
    assert set(change) == set(range(12))
    again = sf.check_spells(told, bad_month="uniform", origin="1995-01", seed=3)
    other = sf.check_spells(told, bad_month="uniform", origin="1995-01", seed=4)
    assert again.table["end"].equals(made.table["end"])
    assert not other.table["end"].equals(made.table["end"])
    assert hit(made, "S11")["spells"] == hit(made, "S13")["spells"] == 0


def test_spells_told_out_of_order_are_placed_by_their_known_times():
    told = spells(("a", "E", 1995, 99, 1995, 11), ("a", "S", 1995, 2, 1995, 99), names=PARTS)
    made = sf.check_spells(told, bad_month="half_year", origin="1995-01")
    assert rows(made, "state", "start", "end") == [["S", 1, 6], ["E", 6, 10]]


def test_years_out_of_range_and_units_of_days_are_refused():
    told = spells(("a", "S", 93, 7, 1995, 6), names=PARTS)
    with pytest.raises(TableError, match=r"S02 .*years from 1900 to 2150"):
        sf.check_spells(told)
    with pytest.raises(ParameterError, match="'week' with years and months"):
        sf.check_spells(told, unit="week")


@given(st.integers(0, 10_000), st.sampled_from(["half_year", "uniform"]))
def test_placed_months_keep_known_times_and_the_order_of_moments(seed, method):
    rng = np.random.default_rng(seed)
    moments = np.sort(rng.choice(60, size=6, replace=False)).astype(float)
    times = np.column_stack([moments[:-1], moments[1:]])
    unknown_moment = rng.random(6) < 0.5
    unknown = np.column_stack([unknown_moment[:-1], unknown_moment[1:]])
    january = np.where(unknown, np.floor(times / 12) * 12, times)
    person = np.zeros(5, dtype=np.int64)
    placed = place_unknown(person, january, unknown, method, rng)
    assert (placed[~unknown] == times[~unknown]).all()
    assert (placed[1:, 0] == placed[:-1, 1]).all()
    assert (np.diff(placed, axis=1) >= 0).all()
    assert (np.abs(placed - times) <= 12).all()


def test_dates_become_months_from_the_first_or_from_an_origin():
    told = spells(("a", "S", "1993-07", "1995-01"), ("a", "E", "1995-01", "1995-03-16"))
    made = sf.check_spells(told)
    assert rows(made, "start", "end") == [[0.0, 18.0], [18.0, pytest.approx(20 + 15 / 31)]]
    assert made.settings.origin == "1993-07"
    assert made.notes[0] == "Time 0 is 1993-07; times are counted in months."
    dropped = sf.check_spells(told, days="drop", origin="1993-01")
    assert rows(dropped, "start", "end") == [[6, 24], [24, 26]]
    real = told.assign(start=as_dates(told["start"]), end=as_dates(told["end"]))
    pd.testing.assert_frame_equal(sf.check_spells(real).table, made.table)


def test_dates_in_weeks_and_interviews_as_dates():
    told = spells(("a", "S", "2020-01-06", "2020-02-03"), seen="2020-01-20")
    made = sf.check_spells(told, unit="week", interview="seen", after_interview="clip")
    assert rows(made, "start", "end") == [[0, 2]]
    assert made.settings.origin == "2020-01-06"
    same = sf.check_spells(told, unit="week", interview="2020-01-20", after_interview="clip")
    assert rows(same, "start", "end") == [[0, 2]]


def test_dates_that_could_be_read_in_two_ways_are_refused():
    told = spells(("a", "S", "1993-07-01", "1995-01-01"), ("b", "S", "03/04/1993", "1995-01-01"))
    with pytest.raises(TableError, match=r"S02 .*1 rows.*1993-07-15"):
        sf.check_spells(told)
    mixed = spells(("a", "S", "1993-07", 18))
    with pytest.raises(TableError, match="S02"):
        sf.check_spells(mixed)


def test_row_29_zero_lengths_are_refused_given_half_a_unit_or_dropped():
    told = spells(("a", "S", 0, 5), ("a", "U", 5, 5), ("a", "E", 5, 9), ("b", "S", 3, 3))
    with pytest.raises(TableError, match=r"S11 zero length: 2 rows.*zero_length='half'"):
        sf.check_spells(told)
    made = sf.check_spells(told, zero_length="half")
    assert rows(made) == [
        ["a", "S", 0, 5],
        ["a", "U", 5, 5.5],
        ["a", "E", 5.5, 9],
        ["b", "S", 3, 3.5],
    ]
    assert made.table["to_state"].tolist() == ["U", "E", "censored", "censored"]
    assert hit(made, "S11")[["spells", "persons"]].tolist() == [2, 2]
    dropped = sf.check_spells(told, zero_length="drop")
    assert rows(dropped, "state", "start", "end") == [["S", 0, 5], ["E", 5, 9]]


def test_row_30_event_codes_need_a_meaning():
    told = GOOD.assign(event=[1, 2, 1, 0])
    with pytest.raises(TableError, match=r"S06 .*event_codes=.*Found: '2'"):
        sf.check_spells(told)
    single = spells(("a", "U", 0, 5), ("b", "U", 0, 7), ("c", "U", 0, 9), event=[1.0, 2.0, 0.0])
    made = sf.check_spells(single, event_codes={0: "censored", 1: "job", 2: "study"})
    assert made.table["to_state"].tolist() == ["job", "study", "censored"]
    assert made.table["event"].tolist() == [True, True, False]


def test_event_and_to_state_must_not_contradict_one_another():
    with pytest.raises(TableError, match=r"S07 .*2 rows"):
        sf.check_spells(spells(("a", "U", 0, 5), ("b", "U", 0, 7), event=[0, 1],
                               to_state=["job", "censored"]))  # fmt: skip


def test_a_move_without_a_destination_goes_to_the_unknown_state():
    made = sf.check_spells(spells(("a", "U", 0, 5), ("b", "U", 0, 7), event=[True, False]))
    assert made.table["to_state"].tolist() == ["unknown", "censored"]
    assert hit(made, "S15")[["spells", "severity"]].tolist() == [1, "flagged"]


def test_a_destination_other_than_the_next_spell_is_refused_or_corrected():
    told = GOOD.assign(to_state=["E", "E", None, "E"])
    with pytest.raises(TableError, match=r"S14 .*1 rows"):
        sf.check_spells(told)
    assert sf.check_spells(told, destination="next").table["to_state"].tolist() == [
        "U", "E", "censored", "E",
    ]  # fmt: skip
    assert sf.check_spells(told, destination="keep").table["to_state"].iloc[0] == "E"
    with pytest.raises(TableError, match=r"S14 .*1 rows"):  # censored, yet another spell adjoins
        sf.check_spells(GOOD.assign(event=[False, True, False, False]))


def test_neighbours_in_one_state_are_merged_or_kept():
    told = spells(("a", "E", 0, 5), ("a", "E", 5, 8), ("a", "E", 8, 9), ("a", "U", 9, 10),
                  wage=[1, 2, 3, 0])  # fmt: skip
    made = sf.check_spells(told)
    assert rows(made, "state", "start", "end", "to_state", "wage") == [
        ["E", 0, 9, "U", 1], ["U", 9, 10, "censored", 0],
    ]  # fmt: skip
    assert hit(made, "S16")[["spells", "dropped", "severity"]].tolist() == [2, 2, "treated"]
    kept = sf.check_spells(told, neighbours="keep").table
    assert kept["to_state"].tolist() == ["E", "E", "U", "censored"]
    censored = told.assign(event=[False, False, True, False])
    assert rows(sf.check_spells(censored)) == rows(made)


def test_row_32_spells_over_before_entry_are_refused_or_dropped():
    told = GOOD.assign(entry=[6, 6, 6, 0])
    with pytest.raises(TableError, match=r"S17 entry at or after end.*1 rows"):
        sf.check_spells(told)
    made = sf.check_spells(told, late_entry="drop")
    assert (len(made.table), hit(made, "S17")["dropped"]) == (3, 1)
    assert read_records(made).entry.tolist() == [6, 8, 0]


def test_states_that_are_not_in_the_alphabet_get_a_guess():
    with pytest.raises(TableError, match=r"S18 .*Found 'Studyy'.*Did you mean 'Study'"):
        sf.check_spells(
            GOOD.assign(state=["Studyy", "U", "E", "Study"]), states=["Study", "U", "E"]
        )


DIRTY = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from("SUE"), st.integers(-3, 12), st.integers(-3, 12)),
    min_size=1, max_size=14,
)  # fmt: skip


@given(
    DIRTY,
    st.sampled_from(["cut_earlier", "cut_later", "keep", "order"]),
    st.sampled_from(["flag", "fill", "close"]),
    st.sampled_from(["half", "drop"]),
    st.sampled_from(["merge", "keep"]),
)
def test_whatever_is_treated_counts_add_up_and_the_table_can_be_read(
    told, overlap, gap, zero, neighbours
):
    table = spells(*told)
    order = list(table["state"].unique())
    made = sf.check_spells(
        table, overlap=order if overlap == "order" else overlap, gap=gap, zero_length=zero,
        neighbours=neighbours, end_before_start="swap", interview=10, after_interview="clip",
        errors="list",
    )  # fmt: skip
    issues = made.issues
    assert not (issues["severity"].eq("error") & issues["spells"].gt(0)).any()
    assert len(table) - issues["dropped"].sum() + issues["added"].sum() == len(made.table)
    assert issues["time_before"].to_numpy()[1:] == pytest.approx(
        issues["time_after"].to_numpy()[:-1]
    )
    length = (made.table["end"] - made.table["start"]).sum()
    assert issues["time_after"].iloc[-1] == pytest.approx(length)
    if made.table.empty:
        return
    records = read_records(made)
    same = np.diff(records.cluster) == 0
    if overlap != "keep":
        assert (records.start[1:][same] >= records.end[:-1][same]).all()
    if gap != "flag" and overlap not in ("keep", "cut_earlier"):
        assert records.start[1:][same] == pytest.approx(records.end[:-1][same])


@given(DIRTY)
def test_priority_is_what_a_calendar_month_by_month_gives(told):
    table = spells(*told)
    table = table[table["end"] > table["start"]].drop_duplicates()
    if table.empty:
        return
    made = sf.check_spells(table, overlap=sorted(table["state"].unique())).table
    calendar = {}
    for person, state, start, end in table.to_numpy():
        for month in range(start, end):
            calendar[person, month] = min(state, calendar.get((person, month), state))
    found = {
        (person, month): state
        for person, state, start, end in made[["person", "state", "start", "end"]].to_numpy()
        for month in range(start, end)
    }
    assert found == calendar


@given(DIRTY, st.randoms())
def test_the_order_of_rows_changes_nothing(told, random):
    table = spells(*told).drop_duplicates()
    places = list(range(len(table)))
    random.shuffle(places)
    options = {"overlap": "cut_later", "zero_length": "drop", "end_before_start": "drop"}
    first, second = (
        sf.check_spells(part, errors="list", conflict="first", **options)
        for part in (table, table.iloc[places])
    )
    first_lengths, second_lengths = (
        (made.table["end"] - made.table["start"]).sum() for made in (first, second)
    )
    assert first_lengths == second_lengths
    assert (
        first.issues.set_index("rule")["spells"]
        .iloc[:11]
        .equals(second.issues.set_index("rule")["spells"].iloc[:11])
    )


def test_codes_of_states_stay_one_code_where_a_missing_cell_makes_floats():
    told = spells(("a", 1, 0, 3), ("a", 2, 3, 9), to_state=[2, np.nan])
    for table in (told, told.astype({"to_state": "Int64"}), told.astype({"state": float})):
        made = sf.check_spells(table, states=[1, 2])
        assert made.table["state"].tolist() == ["1", "2"]
        assert made.table["to_state"].tolist() == ["2", "censored"]
        assert hit(made, "S14")["spells"] == 0
    with pytest.raises(TableError, match=r"S18 .*(.|\n)*Found '2'"):
        sf.check_spells(told, states=[1, 3])


ENDED = spells(("a", "U", 0, 5), ("b", "U", 0, 7), event=[1, 2])


@pytest.mark.parametrize(
    "codes",
    [{1: 1, 2: 0}, {1: 1.0, 2: 0.0}, {1: np.True_, 2: np.False_}, {1: "true", 2: "false"},
     {1: "TRUE", 2: "Censored"}, {1: True, 2: "CENSORED"}, {1.0: np.int64(1), "2": np.int64(0)}],
)  # fmt: skip
def test_row_30_a_meaning_of_true_or_false_in_any_spelling(codes):
    made = sf.check_spells(ENDED, event_codes=codes)
    assert made.table["event"].tolist() == [True, False]
    assert made.table["to_state"].tolist() == ["unknown", "censored"]


@pytest.mark.parametrize("means", [2, None, 0.5, "", "0", "1", ["job"], np.nan])
def test_row_30_a_meaning_that_is_neither_a_state_nor_true_or_false_is_refused(means):
    with pytest.raises(ParameterError, match=r"event_codes, meaning of 2: .*expected a state"):
        sf.check_spells(ENDED, event_codes={1: "job", 2: means})


def test_row_30_a_state_named_by_a_number_is_a_state_where_the_table_has_it():
    told = spells(("a", 1, 0, 5), ("b", 0, 0, 7), event=[1, 2])
    made = sf.check_spells(told, event_codes={1: "0", 2: False})
    assert made.table["to_state"].tolist() == ["0", "censored"]


@pytest.mark.parametrize(
    ("start", "end", "arguments"),
    [
        (["2020-01", "2020-04"], ["2020-03", "2020-06"], {}),
        ([0, 3], [2, 5], {}),
        (["0", "3"], ["2", "5"], {}),
        (pd.to_datetime(["2020-01-01", "2020-04-01"]), pd.to_datetime(["2020-03-01", "2020-06-01"]),
         {}),
        (pd.PeriodIndex(["2020-01", "2020-04"], freq="M"),
         pd.PeriodIndex(["2020-03", "2020-06"], freq="M"), {}),
        (["2020-01-01", "2020-04-01"], ["2020-03-31", "2020-06-30"], {}),
        (["2020-01-09", "2020-04-07"], ["2020-03-02", "2020-06-30"], {"days": "drop"}),
    ],
)  # fmt: skip
def test_the_last_unit_told_belongs_to_the_spell_if_said_so(start, end, arguments):
    told = pd.DataFrame({"person": 1, "state": ["S", "E"], "start": start, "end": end})
    made = sf.check_spells(told, end_included=True, **arguments).table
    assert made[["start", "end"]].to_numpy().tolist() == [[0, 3], [3, 6]]
    assert made["to_state"].tolist() == ["E", "censored"]


def test_the_last_month_in_quarters_years_and_days_and_missing_ends():
    told = spells(("a", "S", "2020-01", "2020-03"), ("a", "E", "2020-04", "2020-12"))
    quarters = sf.check_spells(told, end_included=True, unit="quarter")
    assert rows(quarters, "start", "end") == [[0, 1], [1, 4]]
    years = sf.check_spells(told, end_included=True, unit="year")
    assert rows(years, "start", "end") == [[0, 0.25], [0.25, 1]]
    days = sf.check_spells(told, end_included=True, unit="day")
    assert rows(days, "start", "end") == [[0, 91], [91, 366]]
    one = spells(("a", "S", "2020-01-01", "2020-01-01"))
    assert rows(sf.check_spells(one, end_included=True, unit="day"), "start", "end") == [[0, 1]]
    open_end = pd.concat([told, spells(("b", "S", "2020-01", None))])
    made = sf.check_spells(open_end, end_included=True, missing_values="drop")
    assert rows(made, "start", "end") == [[0, 3], [3, 12]]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ([0, 3.5], [3, 6]),
        ([0, 4], [3.5, 6]),
        (["2020-01-05", "2020-05"], ["2020-04", "2020-05-09"]),
    ],
)
def test_a_last_unit_that_cannot_be_known_is_refused(start, end):
    told = pd.DataFrame({"person": 1, "state": ["S", "E"], "start": start, "end": end})
    with pytest.raises(ParameterError, match="end_included: true with"):
        sf.check_spells(told, end_included=True)


IN_YEARS = pd.DataFrame(
    {"person": [1, 1, 2], "state": ["S", "E", "S"], "start_year": [1993, 1994, 1993],
     "start_month": [7, 9, 7], "end_year": [1994, 1995, 1994], "end_month": [9, 1, 1]}
)  # fmt: skip


@pytest.mark.parametrize("entry", [{"entry": 3}, {"entry": "2010-12", "entry_year": 2010}])
def test_an_entry_as_a_number_beside_years_and_months_is_refused_by_name(entry):
    with pytest.raises(TableError, match=r"entry: beside years and months.*entry_month"):
        sf.check_spells(IN_YEARS.assign(**entry))


@pytest.mark.parametrize(
    "entry",
    [
        {"entry": ["1993-10", "1993-10", "1993-08"]},
        {"entry": pd.to_datetime(["1993-10-01", "1993-10-01", "1993-08-01"])},
        {"entry_year": [1993] * 3, "entry_month": [10, 10, 8]},
    ],
)
def test_an_entry_in_dates_or_parts_goes_with_years_and_months(entry):
    made = sf.check_spells(IN_YEARS.assign(**entry))
    told = {"start": ["1993-07", "1994-09", "1993-07"], "end": ["1994-09", "1995-01", "1994-01"],
            "entry": ["1993-10", "1993-10", "1993-08"]}  # fmt: skip
    dates = sf.check_spells(IN_YEARS[["person", "state"]].assign(**told))
    pd.testing.assert_frame_equal(made.table, dates.table)
    assert made.table["entry"].tolist() == [3, 3, 1]
    assert not {"entry_year", "entry_month"} & set(made.table)


def test_row_28_an_entry_without_its_month_is_placed_once_for_each_person():
    told = IN_YEARS.assign(entry_year=1993, entry_month=[99, 99, 8])
    with pytest.raises(TableError, match=r"S03 the month of a date.*2 rows"):
        sf.check_spells(told)
    made = sf.check_spells(told, bad_month="half_year")
    assert made.table["entry"].tolist() == [3, 3, 1]  # 1993 from July on: its middle is October
    drawn = sf.check_spells(told, bad_month="uniform", seed=4).table["entry"]
    assert drawn[0] == drawn[1]
    assert 0 <= drawn[0] <= 5
    with pytest.raises(TableError, match=r"S02 a time is no number.*1 rows"):
        sf.check_spells(told.assign(entry_year=[1993, 1993, None]), bad_month="half_year")


def test_years_alone_are_enough_where_years_are_counted():
    told = IN_YEARS.drop(columns=["start_month", "end_month"])
    with pytest.raises(TableError, match=r"S03 the month of a date is missing.*3 rows"):
        sf.check_spells(told)
    made = sf.check_spells(told.assign(entry_year=1993), unit="year")
    assert rows(made, "start", "end", "entry") == [[0, 1, 0], [1, 2, 0], [0, 1, 0]]
    closed = told.assign(end_year=[1993, 1994, 1993])
    again = sf.check_spells(closed, unit="year", end_included=True)
    assert rows(again, "start", "end") == [[0, 1], [1, 2], [0, 1]]


def test_weights_of_a_person_are_compared_before_neighbours_are_merged():
    told = spells(("a", "E", 0, 3), ("a", "E", 3, 6), ("b", "E", 0, 6), weight=[1.0, 5.0, 2.0])
    made = sf.check_spells(told)
    assert hit(made, "S24")[["spells", "persons", "severity"]].tolist() == [2, 1, "flagged"]
    assert hit(made, "S16")["spells"] == 1
    assert made.issues["rule"].tolist() == [rule.id for rule in RULES]
    assert [note[:3] for note in made.notes if note[0] == "S"] == ["S16", "S24"]


@pytest.mark.parametrize("month", [13, 1.5, "March"])
def test_row_28_a_month_that_can_be_none_is_refused_and_not_placed(month):
    told = spells(("a", "S", 1993, month, 1995, 6), names=PARTS)
    with pytest.raises(TableError, match=r"S02 .*1 rows.* months from 1 to 12"):
        sf.check_spells(told, bad_month="half_year")


@pytest.mark.parametrize(
    ("date", "words"),
    [("1993-00", "bad_month"), ("1993-99", "bad_month"), ("1993-13", "S02"), ("1993-02-30", "S02")],
)
def test_row_28_dates_without_a_month_are_refused_with_the_way_out(date, words):
    told = spells(("a", "S", date, "1995-01"))
    with pytest.raises(TableError, match=f"S02 .*1 rows.*{words}|{words}.*1 rows"):
        sf.check_spells(told)


def test_row_25_one_giant_weight_among_few_rows_is_counted():
    told = pd.DataFrame({"person": range(30), "state": "U", "start": 0, "end": 5.0})
    giant = sf.check_spells(told.assign(weight=[1e4] + [1.0] * 29))
    assert hit(giant, "S23")["persons"] == 1
    assert hit(sf.check_spells(told.head(3).assign(weight=[1.0, 2.0, 1.5])), "S23")["persons"] == 0


@pytest.mark.parametrize(("name", "given"), [("states", 5), ("states", "S"), ("event_codes", "x")])
def test_arguments_of_another_kind_are_named(name, given):
    with pytest.raises(ParameterError, match=f"{name}: "):
        sf.check_spells(spells(("a", "S", 0, 3)), **{name: given})
