"""Spells and sequences as arrays: what is refused, and that nothing else is changed."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import TableError
from skillsfc.transitions.records import hashed, read_records
from skillsfc.transitions.sequences.model import AFTER, MISSING, read_sequences, sequences_of
from skillsfc.transitions.weights import read_weights


def spells(**changes):
    made = {
        "person": ["a", "b", "a"],
        "state": ["U", "U", "E"],
        "start": [0, 0, 3],
        "end": [3, 5, 9],
        "to_state": ["E", "", "censored"],
    }
    made.update(changes)
    return pd.DataFrame({name: value for name, value in made.items() if value is not None})


def test_spells_become_sorted_arrays():
    made = read_records(spells())
    assert made.start.tolist() == [0, 3, 0]
    assert made.event.tolist() == [True, False, False]
    assert made.states == ("E", "U")
    assert made.state.tolist() == [1, 0, 1]
    assert made.to.tolist() == [0, -1, -1]
    assert made.cluster.tolist() == [0, 0, 1]
    assert made.weight.tolist() == [1, 1, 1]


def test_a_plain_survival_file_needs_no_person_and_no_state():
    made = read_records(pd.DataFrame({"start": [0, 0], "end": [4, 2], "event": [1, 0]}))
    assert made.size == 2
    assert made.event.tolist() == [True, False]
    assert made.states == ("at risk", "event")
    assert made.to.tolist() == [1, -1]


def test_delayed_entry_counts_from_the_later_of_start_and_entry():
    made = read_records(spells(entry=[-1, 2, 4]))
    assert made.entry.tolist() == [0, 4, 2]


def test_rows_21_to_24_weights_that_cannot_be_meant_are_refused():
    for weight, found in (
        ([1, np.nan, 1], "missing or no number in 1 rows"),
        ([1, -1, 1], "negative in 1 rows"),
        ([0, 0, 0], "all zero"),
        (["a", "1", "1"], "missing or no number in 1 rows"),
    ):
        with pytest.raises(TableError, match=found):
            read_records(spells(weight=weight))
    assert "1 rows have weight 0" in read_records(spells(weight=[0, 1, 1])).notes[0]
    assert read_records(spells(weight=[np.nan] * 3), weight=None).weight.tolist() == [1, 1, 1]


def test_row_25_one_giant_weight_is_noted():
    many = pd.DataFrame({"start": 0, "end": range(1, 101), "event": True, "weight": 1.0})
    many.loc[0, "weight"] = 100.0
    assert "Kish's design effect is 25.5" in read_records(many).notes[0]
    many.loc[0, "weight"] = 8.0
    assert "One row holds 7% of all weight" in read_records(many).notes[0]


def test_row_27_end_before_start_is_refused_with_hashed_persons():
    with pytest.raises(TableError, match=r"before 'start' in 1 rows \(id:") as caught:
        read_records(spells(person=["a", "secret-b", "a"], end=[3, -5, 9]))
    assert "secret" not in str(caught.value)
    assert hashed(["secret-b"]) in str(caught.value)


def test_row_29_zero_length_is_refused_with_the_way_out():
    with pytest.raises(TableError, match=r"equal to 'start' in 1 rows.*zero_length='half'"):
        read_records(spells(end=[3, 0, 9]))


def test_row_30_event_codes_other_than_true_and_false_are_refused():
    with pytest.raises(TableError, match=r"values '2'; expected true and false.*to_state"):
        read_records(spells(to_state=None, event=[1, 2, 0]))
    with pytest.raises(TableError, match="contradict"):
        read_records(spells(event=[True, True, False]))


def test_row_32_entry_at_or_after_the_end_is_refused():
    with pytest.raises(TableError, match="at or after 'end' in 1 rows"):
        read_records(spells(entry=[0, 5, 0]))


def test_all_problems_are_named_at_once():
    with pytest.raises(TableError) as caught:
        read_records(spells(end=[np.nan, -1, 9], weight=[1, -1, 1], state=["U", None, "E"]))
    assert len(caught.value.problems) == 4
    with pytest.raises(TableError) as caught:
        read_records(pd.DataFrame({"begin": [1]}), cluster="village", needs=["person"])
    text = str(caught.value)
    for name in ("'start'", "'end'", "'person'", "'village'", "'event' and 'to_state'"):
        assert name in text
    with pytest.raises(TableError, match="at least one spell"):
        read_records(spells().iloc[:0])
    with pytest.raises(TableError, match="not named: 'E'"):
        read_records(spells(), states=["U", "I"])


def test_examplias_spells_are_read_whole():
    table = sf.example(seed=1).spells
    made = read_records(table)
    assert made.size == len(table)
    assert made.weight.sum() == pytest.approx(table["weight"].sum())
    assert (made.entry >= made.start).all()
    assert made.event.sum() == table["event"].sum()


WIDE = pd.DataFrame([["A", "A", "B", None, "C"], ["A", "B", "B", None, None], [None, "A", *"ACC"]])


def test_wide_and_long_give_the_same_sequences():
    wide = read_sequences(WIDE)
    assert wide.codes.tolist() == [[0, 0, 1, MISSING, 2], [0, 1, 1, AFTER, AFTER],
                                   [MISSING, 0, 0, 2, 2]]  # fmt: skip
    assert wide.lengths().tolist() == [5, 3, 5]
    long = read_sequences(wide.table.assign(period=wide.table["period"].astype(int)))
    assert (long.codes == wide.codes).all()
    assert long.to_wide().isna().sum().sum() == 4


def test_a_period_that_nobody_has_is_a_gap():
    rows = pd.DataFrame({"person": ["a", "a"], "year": [2001, 2003], "state": ["S", "E"]})
    made = read_sequences(rows)
    assert made.periods == (2001, 2002, 2003)
    assert made.codes.tolist() == [[1, MISSING, 0]]
    assert made.unit == "year"


def test_columns_of_the_person_and_weights_stay():
    mvad = read_sequences(sf.load_microdata("mvad"))
    assert mvad.codes.shape == (712, 72)
    assert mvad.weight.sum() == pytest.approx(711.57)
    assert mvad.persons["sex"].isin(["F", "M"]).all()
    assert "date" not in mvad.persons.columns
    back = read_sequences(mvad.table, states=mvad.states)
    assert (back.codes == mvad.codes).all()
    assert read_sequences(mvad) is mvad


def test_wrong_sequences_are_refused():
    rows = pd.DataFrame({"person": ["a", "a"], "month": [1, 1], "state": ["S", "E"]})
    with pytest.raises(TableError, match="repeat a person and a month"):
        read_sequences(rows)
    with pytest.raises(TableError, match="not named: 'E'"):
        read_sequences(rows.assign(month=[1, 2]), states=["S"])
    with pytest.raises(TableError, match="no column of time"):
        read_sequences(rows.drop(columns="month"))
    with pytest.raises(TableError, match="one weight a person"):
        read_sequences(rows.assign(month=[1, 2], weight=[1.0, 2.0]))
    with pytest.raises(TableError, match="negative"):
        read_sequences(rows.assign(month=[1, 2], weight=-1.0))
    with pytest.raises(TableError, match="at least one sequence"):
        read_sequences(rows.iloc[:0])
    with pytest.raises(TableError, match="a pandas DataFrame"):
        read_sequences([["A"]])


def test_an_array_of_codes_makes_the_long_table():
    made = sequences_of([[0, 1, AFTER], [MISSING, 0, 1]], states=("S", "E"), weight=[2, 1])
    assert made.table["state"].fillna("?").tolist() == ["S", "E", "?", "S", "E"]
    assert made.size == 2
    assert made.weight.tolist() == [2, 1]


def test_codes_that_are_numbers_are_the_same_with_and_without_missing_ones():
    made = read_records(spells(state=[1, 1, 2], to_state=[2, np.nan, np.nan]))
    assert made.states == ("1", "2")
    assert made.to.tolist() == [1, -1, -1]
    wide = read_sequences(pd.DataFrame({"1": [1, 2], "2": [1, 2], "3": [1, None]}))
    assert wide.states == ("1", "2")
    long = wide.table.assign(state=wide.table["state"].astype(float))
    assert read_sequences(long.assign(period=long["period"].astype(int))).states == ("1", "2")


def test_missing_persons_clusters_and_dates_are_refused_by_name():
    with pytest.raises(TableError, match="'person': missing in 1 rows"):
        read_records(spells(person=["a", None, "a"]))
    with pytest.raises(TableError, match="'village': missing in 1 rows"):
        read_records(spells(village=["x", "y", None]), cluster="village")
    dates = pd.to_datetime(["2020-01-01", "2020-01-01", "2020-04-01"])
    with pytest.raises(TableError, match=r"column 'start': dates.*check_spells"):
        read_records(spells(start=dates, end=dates + pd.Timedelta(days=90)))


def test_times_of_sequences_are_numbers_in_their_order_and_none_is_lost():
    rows = pd.DataFrame({"person": "a", "month": ["10", "9", "2"], "state": ["C", "B", "A"]})
    assert read_sequences(rows).to_wide().iloc[0].dropna().tolist() == ["A", "B", "C"]
    assert read_sequences(rows.assign(month=[1.0, 2.0, 6.0])).codes.shape == (1, 6)
    for month in ([1, 2, None], [1, 2, 2.5], ["1", "2", "May"]):
        with pytest.raises(TableError, match="missing or not whole in 1 rows"):
            read_sequences(rows.assign(month=month))
    calendar = rows.assign(year=[2020, 2020, 2021], month=[11, 12, 1])
    with pytest.raises(TableError, match="two clocks that run: 'month', 'year'"):
        read_sequences(calendar)
    assert read_sequences(calendar.assign(period=[0, 1, 2])).codes.shape == (1, 3)


def test_a_weight_that_is_asked_for_and_not_there_is_named():
    rows = pd.DataFrame({"person": ["a", "b"], "month": [1, 1], "state": ["S", "E"], "wgt": 1.0})
    with pytest.raises(TableError, match=r"'wt': missing.*Did you mean 'wgt'"):
        read_sequences(rows, weight="wt")
    assert read_sequences(rows, weight="wgt").weight.tolist() == [1, 1]


def test_columns_and_states_named_twice_and_lengths_of_time_are_refused():
    doubled = pd.concat([spells(), spells()[["start"]]], axis=1)
    with pytest.raises(TableError, match="columns: twice: 'start'"):
        read_records(doubled)
    with pytest.raises(TableError, match="states: named twice: 'U'"):
        read_records(spells(), states=["U", "E", "U"])
    lengths = pd.to_timedelta([3, 5, 9], unit="D")
    with pytest.raises(TableError, match=r"column 'end': lengths of time.*pd.Timedelta"):
        read_records(spells(end=lengths))


def test_times_that_are_dates_or_text_are_said_to_be_and_nothing_else():
    for dates in (
        pd.to_datetime(["2020-03-01"] * 3),
        pd.period_range("2020-03", periods=3, freq="M"),
        ["2020-03-01"] * 3,
        [pd.Timestamp("2020-03-01").date()] * 3,
    ):
        with pytest.raises(TableError, match=r"sf.check_spells.* turns dates into mo") as caught:
            read_records(spells(end=dates))
        assert len(caught.value.problems) == 1
    with pytest.raises(TableError, match=r"no number, such as '3,5', in 1 rows"):
        read_records(spells(end=[3, "3,5", 9]))
    assert read_records(spells(end=["3", "5", "9"])).end.tolist() == [3, 9, 5]


def test_a_file_from_stset_is_told_how_to_be_renamed():
    table = pd.DataFrame({"_st": [1, 1, 0], "_t0": [0, 2, 0], "_t": [4, 5, 1], "_d": [1, 0, 0]})
    with pytest.raises(TableError, match=r"From stset: (.*)\.$") as caught:
        read_records(table)
    step = caught.value.problems[0].next_step
    made = read_records(eval(step.removeprefix("From stset: ").removesuffix("."),
                             {"spells": table}))  # fmt: skip
    assert made.entry.tolist() == [0, 2]
    assert made.event.tolist() == [True, False]
    with pytest.raises(TableError, match=r"spells.assign\(start=0\)"):
        read_records(pd.DataFrame({"end": [1], "event": [1]}))


def test_missing_events_are_counted_and_not_shown_as_an_empty_word():
    with pytest.raises(TableError, match="column 'event': missing in 1 rows; expected true"):
        read_records(spells(to_state=None, event=[True, None, False]))
    with pytest.raises(TableError, match="values '2'; missing in 1 rows"):
        read_records(spells(to_state=None, event=[1, None, 2]))


def test_persons_of_mixed_types_are_put_in_order_and_the_input_is_left_alone():
    table = spells(person=pd.Series(["a", 7, "a"], dtype="object"), start=[3, 0, 0],
                   end=[9, 5, 3], to_state=["", "", "E"], state=["E", "U", "U"])  # fmt: skip
    before = table.copy()
    made = read_records(table)
    assert made.person.tolist() == [0, 1, 1]
    assert made.start.tolist() == [0, 0, 3]
    assert made.table.index.tolist() == [0, 1, 2]
    ordered = spells().sort_values("person", kind="stable").set_index("person", drop=False)
    assert read_records(ordered).table is not ordered
    pd.testing.assert_frame_equal(table, before)
    assert ordered.index.name == "person"


def test_a_missing_person_is_still_missing_after_sorting():
    with pytest.raises(TableError, match="column 'person': missing in 1 rows"):
        read_records(spells(person=["b", None, "a"]))


@pytest.mark.parametrize("size", [1e300, 1e-300])
def test_weights_whose_squares_are_no_numbers_are_refused(size):
    with pytest.raises(TableError, match="expected weights between 1e-100 and 1e"):
        read_records(spells(weight=[size, size, size]))


def test_weights_all_negative_are_one_problem():
    problems = []
    read_weights(pd.Series([-1.0, -2.0], name="weight"), problems)
    assert [problem.found for problem in problems] == ["negative in 2 rows"]
