"""Spells to sequences, person-periods, panels and counts, and back: exact where possible."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import ParameterError, SkillsfcWarning, TableError
from skillsfc.transitions.sequences.model import AFTER, read_sequences, sequences_of
from skillsfc.transitions.spells.counts import count_pairs, count_transitions

OWN = ["person", "state", "start", "end", "event", "to_state"]


@pytest.fixture(scope="module")
def examplia():
    return sf.check_spells(sf.example(seed=1).spells)


def spells(*rows, **columns):
    return pd.DataFrame(rows, columns=["person", "state", "start", "end"]).assign(**columns)


TOLD = spells(("a", "S", 0, 3), ("a", "U", 3, 4), ("a", "E", 4, 8), ("b", "S", 1, 6), sex="F")


@st.composite
def histories(draw, gaps=False):
    """Return spells in whole units, neighbours in different states, last one censored."""
    rows = []
    for person in range(draw(st.integers(1, 4))):
        at, before = draw(st.integers(0, 3)), ""
        for _ in range(draw(st.integers(1, 5))):
            state = draw(st.sampled_from([name for name in "SUE" if name != before]))
            length = draw(st.integers(1, 5))
            rows.append((person, state, at, at + length))
            gap = draw(st.integers(0, 2)) if gaps else 0
            at, before = at + length + gap, "" if gap else state
    return sf.check_spells(spells(*rows))


@settings(max_examples=10)
@given(histories(gaps=True))
def test_sequences_give_back_spells_in_whole_units_with_their_gaps(told):
    back = sf.sequences_to_spells(sf.spells_to_sequences(told))
    pd.testing.assert_frame_equal(back, told.table)


@settings(max_examples=10)
@given(st.lists(st.lists(st.sampled_from([-1, 0, 1, 2]), min_size=4, max_size=4), min_size=1))
def test_spells_give_back_sequences_that_end_in_a_known_state(codes):
    codes = np.array([[*row[:-1], max(row[-1], 0)] for row in codes], dtype=np.int8)
    made = sequences_of(codes, states="ABC")
    spells_made = sf.sequences_to_spells(made)
    back = sf.spells_to_sequences(spells_made, start=0, length=4, states="ABC")
    assert back.persons["person"].tolist() == sorted(made.persons["person"])
    order = np.argsort(made.persons["person"].to_numpy(), kind="stable")
    assert np.array_equal(back.codes, made.codes[order])


def test_mvad_goes_to_sequences_to_spells_and_back():
    long = sf.load_microdata("mvad")
    first = read_sequences(long)
    table = sf.sequences_to_spells(first)
    assert len(table) == 712 + 1814  # one spell a person and one more for every change of state
    assert table["weight"].groupby(table["person"]).first().sum() == pytest.approx(711.57)
    again = sf.spells_to_sequences(table, unit="month")
    order = first.persons.set_index("person").index.get_indexer(again.persons["person"])
    assert np.array_equal(again.codes, first.codes[order])
    assert (again.states, again.periods) == (first.states, first.periods)
    assert np.array_equal(again.weight, first.weight[order])
    pd.testing.assert_frame_equal(
        again.persons, first.persons.iloc[order].reset_index(drop=True), check_dtype=False
    )
    pd.testing.assert_frame_equal(sf.sequences_to_spells(again), sf.check_spells(table).table)


def test_keane_wolpin_years_go_to_spells_and_back():
    long = sf.load_microdata("keane_wolpin")[["person", "year", "state", "black"]]
    first = read_sequences(long)
    table = sf.sequences_to_spells(first)
    assert (table["start"].min(), table["end"].max()) == (1981, 1988)
    states = long.dropna(subset="state")
    assert (table["end"] - table["start"]).sum() == len(states)
    again = sf.spells_to_sequences(table, unit="year")
    order = first.persons.set_index("person").index.get_indexer(again.persons["person"])
    assert np.array_equal(again.codes, first.codes[order])
    assert again.periods == first.periods
    assert "black" in again.persons


def test_examplia_goes_round_through_sequences(examplia):
    sequences = sf.spells_to_sequences(examplia)
    assert sequences.codes.shape == (examplia.table["person"].nunique(), 72)
    back = sf.sequences_to_spells(sequences)
    expected = examplia.table[OWN].copy()
    last = expected["person"] != expected["person"].shift(-1)
    at_the_end = last & expected["event"]  # a move in the last month: no time in the new state
    assert 0 < at_the_end.sum() < 400
    expected.loc[at_the_end, ["event", "to_state"]] = [False, "censored"]
    pd.testing.assert_frame_equal(back[OWN], expected, check_dtype=False)


def test_state_at_the_start_of_a_period_or_for_the_longest_part_of_it():
    told = spells(("a", "S", 0, 2.4), ("a", "U", 2.4, 2.9), ("a", "E", 2.9, 4.0))
    at_start = sf.spells_to_sequences(told)
    assert at_start.to_wide().loc["a"].tolist() == ["S", "S", "S", "E"]
    assert at_start.notes == (
        "3 spells begin or end within a period.",
        "1 spells are not to be seen: no period of the sequence begins in them.",
    )
    longest = sf.spells_to_sequences(told, rule="longest")
    assert longest.to_wide().loc["a"].tolist() == ["S", "S", "U", "E"]
    even = spells(("a", "S", 0, 0.5), ("a", "E", 0.5, 1.0))
    assert sf.spells_to_sequences(even, rule="longest").to_wide().loc["a"].tolist() == ["S"]
    parts = spells(("a", "S", 0, 2), ("a", "E", 2, 5), ("a", "S", 5, 8), ("a", "E", 8, 12))
    years = sf.spells_to_sequences(parts, width=12, unit="year", rule="longest")
    assert (years.to_wide().loc["a"].tolist(), years.unit) == (["E"], "year")


@settings(max_examples=10)
@given(histories(gaps=True))
def test_both_rules_agree_where_times_are_whole(told):
    first, second = (sf.spells_to_sequences(told, rule=rule) for rule in ("start", "longest"))
    assert np.array_equal(first.codes, second.codes)


def test_gaps_and_late_starts_are_missing_or_filled():
    told = spells(("a", "S", 0, 2), ("a", "E", 3, 5), ("b", "S", 2, 3))
    made = sf.spells_to_sequences(told)
    assert made.codes.tolist() == [[1, 1, -1, 0, 0], [-1, -1, 1, AFTER, AFTER]]
    filled = sf.spells_to_sequences(told, fill="unknown")
    assert filled.states == ("E", "S", "unknown")
    assert filled.codes.tolist() == [[1, 1, 2, 0, 0], [2, 2, 1, AFTER, AFTER]]


def test_a_window_cuts_spells_and_says_who_is_not_in_it():
    made = sf.spells_to_sequences(TOLD, start=6, length=2)
    assert made.codes.tolist() == [[0, 0], [AFTER, AFTER]]
    assert made.periods == (6, 7)
    assert made.notes[-1] == "1 persons have no period in the sequence; their row is empty."


def test_wrong_arguments_of_sequences_are_named():
    with pytest.raises(ParameterError, match="Did you mean 'longest'"):
        sf.spells_to_sequences(TOLD, rule="longst")
    with pytest.raises(ParameterError, match=r"length: 0.*more than 0"):
        sf.spells_to_sequences(TOLD, length=0)
    with pytest.raises(ParameterError, match="width: -1"):
        sf.spells_to_sequences(TOLD, width=-1)
    with pytest.raises(ParameterError, match="not named: 'U'"):
        sf.spells_to_sequences(TOLD, states=["S", "E"])
    with pytest.raises(TableError, match="one weight a person"):
        sf.spells_to_sequences(TOLD.assign(weight=[1, 2, 1, 1]))
    with pytest.raises(TableError, match="'wgt': missing"):
        sf.spells_to_sequences(TOLD, weight="wgt")
    with pytest.raises(TableError, match=r"spells_to_sequences, 1 problem\n  S12 overlap"):
        sf.spells_to_sequences(spells(("a", "S", 0, 5), ("a", "E", 4, 6)))
    kept = sf.check_spells(spells(("a", "S", 0, 5), ("a", "E", 4, 6)), overlap="keep")
    with pytest.raises(TableError, match="1 overlaps were kept"):
        sf.spells_to_sequences(kept)


def test_sequences_to_spells_follows_the_labels_of_the_periods():
    wide = pd.DataFrame([["A", "B", "B"]], columns=[1990, 1995, 2000])
    made = sf.sequences_to_spells(wide)
    assert made[["start", "end"]].to_numpy().tolist() == [[1990, 1995], [1995, 2005]]
    named = sf.sequences_to_spells(wide.set_axis(["Jan", "Feb", "Mar"], axis=1))
    assert named[["start", "end"]].to_numpy().tolist() == [[0, 1], [1, 3]]
    told = sf.sequences_to_spells(wide, start=10, width=0.5)
    assert told[["start", "end"]].to_numpy().tolist() == [[10, 10.5], [10.5, 11.5]]
    with pytest.warns(SkillsfcWarning, match="1 persons without a known state"):
        sf.sequences_to_spells(sequences_of([[0], [-1]], states="A"))


@settings(max_examples=10)
@given(histories(gaps=True), st.integers(0, 2))
def test_person_periods_give_back_the_spells(told, late):
    table = told.table.assign(weight=2.0, wage=np.arange(len(told.table)))
    if late:
        table = table.assign(entry=np.minimum(table["start"] + late, table["end"] - 1))
    expanded = sf.spells_to_person_periods(table)
    assert expanded["exposure"].sum() == (table["end"] - table.get("entry", table["start"])).sum()
    assert expanded["event"].sum() == table["event"].sum()
    back = sf.person_periods_to_spells(expanded)
    pd.testing.assert_frame_equal(back[list(table.columns)], table)
    bare = sf.person_periods_to_spells(expanded.drop(columns=["spell", "exposure"]))
    pd.testing.assert_frame_equal(bare[list(table.columns)], table)


def test_person_periods_of_times_that_are_not_whole_keep_the_time_at_risk():
    told = spells(("a", "S", 0.25, 2.5), ("a", "E", 2.5, 4.0), entry=[0.75, 2.5])
    made = sf.spells_to_person_periods(told)
    assert made["period"].tolist() == [0.25, 1.25, 2.25, 2.5, 3.5]
    assert made["exposure"].tolist() == [0.5, 1.0, 0.25, 1.0, 0.5]
    assert made["event"].tolist() == [False, False, True, False, False]
    back = sf.person_periods_to_spells(made)
    pd.testing.assert_frame_equal(back[[*OWN, "entry"]], sf.check_spells(told).table)


def test_examplia_goes_round_through_person_periods(examplia):
    expanded = sf.spells_to_person_periods(examplia)
    at_risk = examplia.table["end"] - examplia.table[["start", "entry"]].max(axis=1)
    assert len(expanded) == at_risk.sum()
    back = sf.person_periods_to_spells(expanded)
    pd.testing.assert_frame_equal(back[list(examplia.table.columns)], examplia.table)


def test_job_to_job_moves_survive_person_periods():
    told = spells(("a", "E", 0, 3), ("a", "E", 3, 5))
    kept = sf.check_spells(told, neighbours="keep")
    back = sf.person_periods_to_spells(sf.spells_to_person_periods(kept))
    pd.testing.assert_frame_equal(back, kept.table)


def test_large_expansions_are_refused_with_the_number_of_rows():
    with pytest.raises(ParameterError, match=r"4000000 rows from 4 spells, about 0\.3 GB"):
        sf.spells_to_person_periods(
            spells(*((n, "S", 0, 1_000_000) for n in range(4))), most_rows=1_000_000
        )
    with pytest.raises(ParameterError, match="most_rows"):
        sf.spells_to_person_periods(TOLD, most_rows=0)


def test_wrong_person_periods_are_named():
    good = sf.spells_to_person_periods(TOLD)
    with pytest.raises(TableError, match=r"column 'period': missing.*Did you mean 'periods'"):
        sf.person_periods_to_spells(good.rename(columns={"period": "periods"}))
    with pytest.raises(TableError, match="1 rows repeat them"):
        sf.person_periods_to_spells(pd.concat([good, good.iloc[[0]]]))
    with pytest.raises(TableError, match="no number in 1 rows"):
        sf.person_periods_to_spells(good.assign(period=good["period"].where(good.index > 0)))
    with pytest.raises(TableError, match="at least one person-period"):
        sf.person_periods_to_spells(good.iloc[:0])


def test_a_panel_shows_the_state_at_each_interview():
    made = sf.spells_to_panel(TOLD, times=[6, 3, 0, 8])
    assert made[["person", "time", "state"]].to_numpy().tolist() == [
        ["a", 0, "S"], ["a", 3, "U"], ["a", 6, "E"], ["a", 8, "E"], ["b", 3, "S"], ["b", 6, "S"],
    ]  # fmt: skip
    assert made["sex"].eq("F").all()
    strict = sf.spells_to_panel(TOLD, times=[0, 3, 6, 8], include_end=False)
    assert strict["time"].tolist() == [0, 3, 6, 3]


@pytest.mark.parametrize("wrong", ["no", None, 1, [True]])
def test_an_end_that_is_neither_included_nor_not_is_refused(wrong):
    with pytest.raises(ParameterError, match=r"include_end: .*expected True or False"):
        sf.spells_to_panel(TOLD, times=[0, 3], include_end=wrong)


def test_a_panel_shows_where_a_last_move_went_and_nobody_before_entry():
    told = spells(("a", "S", 0, 4), ("b", "S", 0, 9), to_state=["dead", None], entry=[0, 5])
    made = sf.spells_to_panel(told, times=[0, 4, 5])
    assert made.to_numpy().tolist() == [["a", 0, "S"], ["a", 4, "dead"], ["b", 5, "S"]]


@settings(max_examples=10)
@given(histories())
def test_a_panel_at_every_time_gives_back_the_spells(told):
    times = range(int(told.table["end"].max()) + 1)
    back = sf.panel_to_spells(sf.spells_to_panel(told, times=times))
    pd.testing.assert_frame_equal(back, told.table)


@settings(max_examples=10)
@given(histories(gaps=True), st.sampled_from([2, 3, 5]))
def test_a_panel_is_the_sequence_at_its_times(told, step):
    sequences = sf.spells_to_sequences(told, start=0)
    times = list(range(0, len(sequences.periods), step))
    try:
        panel = sf.spells_to_panel(told, times=times, include_end=False)
    except SkillsfcWarning:
        return  # nobody may be met at all
    wide = panel.pivot(index="person", columns="time", values="state")
    seen = sequences.to_wide()[times].reindex(index=wide.index, columns=wide.columns)
    assert wide.fillna("").to_numpy().tolist() == seen.fillna("").to_numpy().tolist()


def test_mvad_panel_of_every_month_gives_back_spells_with_a_closing_month():
    long = sf.load_microdata("mvad").rename(columns={"month": "time"})
    table = sf.panel_to_spells(long[["person", "time", "state"]], closing=1)
    months = long[["person", "time", "state"]].rename(columns={"time": "month"})
    expected = sf.sequences_to_spells(read_sequences(months))
    pd.testing.assert_frame_equal(
        table, expected.sort_values(["person", "start"], ignore_index=True)
    )


def test_changes_between_interviews_are_dated_as_told_and_long_steps_are_gaps():
    seen = pd.DataFrame({"person": 1, "wave": [0, 6, 12, 30, 36],
                         "job": ["S", "U", "U", "U", "E"]})  # fmt: skip
    made = sf.panel_to_spells(seen, time="wave", state="job")
    assert made[["state", "start", "end"]].to_numpy().tolist() == [["S", 0, 6], ["U", 6, 36]]
    made = sf.panel_to_spells(seen, time="wave", state="job", change="midpoint", longest_step=6)
    assert made[["state", "start", "end", "to_state"]].to_numpy().tolist() == [
        ["S", 0, 3, "U"], ["U", 3, 12, "censored"], ["U", 30, 33, "E"], ["E", 33, 36, "censored"],
    ]  # fmt: skip


def test_an_interview_without_a_state_is_a_gap():
    seen = pd.DataFrame({"person": 1, "time": [0, 1, 2, 3], "state": ["S", None, "S", "E"]})
    made = sf.panel_to_spells(seen, closing=1)
    assert made[["state", "start", "end"]].to_numpy().tolist() == [
        ["S", 0, 1], ["S", 2, 3], ["E", 3, 4],
    ]  # fmt: skip


def test_persons_lost_on_the_way_are_counted_in_a_warning():
    with pytest.warns(SkillsfcWarning, match="1 persons are not met"):
        sf.spells_to_panel(spells(("a", "S", 0, 9), ("b", "S", 1, 2)), times=[5, 9])
    seen = pd.DataFrame({"person": [1, 1, 2], "time": [0, 1, 1], "state": "S"})
    with pytest.warns(SkillsfcWarning, match="1 persons are seen for no length"):
        assert len(sf.panel_to_spells(seen)) == 1
    with pytest.raises(TableError, match="nobody is seen for any length"):
        sf.panel_to_spells(seen.iloc[[2]])


@pytest.mark.parametrize("times", [[], [1, 1], ["soon"], [0, None]])
def test_wrong_interview_times_are_named(times):
    with pytest.raises(ParameterError, match="times: "):
        sf.spells_to_panel(TOLD, times=times)


def test_wrong_panels_are_named():
    seen = pd.DataFrame({"person": [1, 1], "time": [0, 0], "state": ["S", "E"]})
    with pytest.raises(TableError, match="1 rows repeat a person and a time"):
        sf.panel_to_spells(seen)
    with pytest.raises(TableError, match=r"'stat': missing.*Did you mean 'state'"):
        sf.panel_to_spells(seen, state="stat")
    with pytest.raises(TableError, match="column 'time': missing"):
        sf.panel_to_spells(seen.drop(columns="time"))
    with pytest.raises(
        ParameterError, match=r"Did you mean 'midpoint'(.|\n)*closing(.|\n)*longest"
    ):
        sf.panel_to_spells(seen, change="midpiont", closing=-1, longest_step=0)
    with pytest.raises(TableError, match="no number in 2 rows"):
        sf.panel_to_spells(seen.assign(time="soon"))


@given(
    st.integers(2, 40), st.integers(0, 200), st.sampled_from(["int8", "int16", "uint8", "int64"])
)
def test_pairs_are_counted_as_one_by_one_whatever_the_type_of_codes(size, seed, kind):
    rng = np.random.default_rng(seed)
    low = 0 if kind == "uint8" else -1
    before, after = rng.integers(low, size, (2, 200)).astype(kind)
    weight = rng.random(200)
    counted, weighted = np.zeros((2, size, size))
    for first, second, heavy in zip(before, after, weight, strict=True):
        if first >= 0 and second >= 0:
            counted[first, second] += 1
            weighted[first, second] += heavy
    assert np.array_equal(count_pairs(before, after, size), counted)
    assert count_pairs(before, after, size, weight) == pytest.approx(weighted)


def test_pairs_of_many_small_codes_do_not_overflow():
    codes = np.full(100_000, 39, dtype=np.int8)
    assert count_pairs(codes, codes, 40)[39, 39] == 100_000
    # The trap this guards against: numpy keeps int8 here, and 39 * 40 + 39 is not 63.
    assert int((codes[:1] * np.int8(40) + codes[:1])[0]) != 39 * 40 + 39


def test_counts_of_examplia_are_those_of_a_group_by(examplia):
    made = count_transitions(examplia)
    moved = examplia.table[examplia.table["event"]]
    grouped = moved.groupby(["state", "to_state"])["weight"].agg(["size", "sum"])
    made = made[made["moves"] > 0].set_index(["from_state", "to_state"])
    assert made["moves"].tolist() == grouped["size"].tolist()
    assert made["weighted"].to_numpy() == pytest.approx(grouped["sum"].to_numpy())
    assert made.groupby("from_state")["share"].sum().to_numpy() == pytest.approx(1.0)


def test_counts_of_mvad_are_its_1814_changes():
    table = sf.sequences_to_spells(read_sequences(sf.load_microdata("mvad")))
    assert count_transitions(table)["moves"].sum() == 1814
    with pytest.raises(TableError, match="not named"):
        count_transitions(table, states=["school"])


def test_states_told_as_numbers_are_one_code_in_counts_and_panels():
    told = pd.DataFrame({"person": 1, "state": [1, 2], "start": [0, 3], "end": [3, 9],
                         "to_state": [2, np.nan]})  # fmt: skip
    counts = count_transitions(sf.check_spells(told))
    assert counts.loc[counts["moves"] > 0, ["from_state", "to_state"]].to_numpy().tolist() == [
        ["1", "2"]
    ]
    seen = pd.DataFrame({"person": 1, "time": [0, 1, 2, 3], "state": [1, np.nan, 2, 2]})
    made = sf.panel_to_spells(seen, closing=1)
    assert made[["state", "start", "end"]].to_numpy().tolist() == [["1", 0, 1], ["2", 2, 4]]
    assert sf.spells_to_sequences(told, states=[2, 1]).states == ("2", "1")


def test_times_told_as_text_are_numbers_before_they_are_sorted():
    seen = pd.DataFrame({"person": "a", "time": ["10", "2", "9"], "state": ["E", "S", "S"]})
    made = sf.panel_to_spells(seen, closing=1)
    assert made[["state", "start", "end"]].to_numpy().tolist() == [["S", 2, 10], ["E", 10, 11]]
    with pytest.raises(TableError, match="1 rows repeat a person and a time"):
        sf.panel_to_spells(seen.assign(time=["2", "2.0", "9"]))
    months = pd.DataFrame({"person": "a", "period": ["10", "8", "9"], "state": ["E", "S", "S"],
                           "time": ["0", "0", "1"]})  # fmt: skip
    for table in (months, months.drop(columns="time"), months.assign(spell=["10", "9", "9"])):
        made = sf.person_periods_to_spells(table)
        assert made[["state", "start", "end"]].to_numpy().tolist() == [["S", 8, 10], ["E", 10, 11]]


@pytest.mark.parametrize("times", [pd.to_datetime(["2020-01-01", "2020-02-01"]), [0, np.inf]])
def test_times_that_are_no_numbers_are_named_in_panels_and_person_periods(times):
    seen = pd.DataFrame({"person": 1, "time": times, "state": ["S", "E"]})
    with pytest.raises(TableError, match=r"column 'time': no number in [12] rows"):
        sf.panel_to_spells(seen)
    with pytest.raises(TableError, match=r"column 'period': no number in [12] rows"):
        sf.person_periods_to_spells(seen.rename(columns={"time": "period"}))


def test_a_panel_with_a_year_and_a_month_that_both_run_needs_a_word():
    seen = pd.DataFrame({"person": "a", "year": [2020, 2020, 2021, 2021], "month": [11, 12, 1, 2],
                         "state": list("SSEE")})  # fmt: skip
    with pytest.raises(TableError, match=r"two clocks that run: 'month', 'year'(.|\n)*time="):
        sf.panel_to_spells(seen)
    counted = seen.assign(period=seen["year"] * 12 + seen["month"])
    made = sf.panel_to_spells(counted, closing=1)
    assert (made["end"] - made["start"]).tolist() == [2, 2]
    told = sf.panel_to_spells(seen[seen["year"] == 2020], closing=1)  # the year stands still
    assert told[["start", "end"]].to_numpy().tolist() == [[11, 13]]
    yearly = sf.panel_to_spells(seen.drop(index=[1, 3]), time="year", closing=1)
    assert yearly[["state", "start", "end"]].to_numpy().tolist() == [
        ["S", 2020, 2021], ["E", 2021, 2022],
    ]  # fmt: skip


@pytest.mark.parametrize("between", [[], [(4, None)]])
def test_the_closing_of_a_panel_never_reaches_beyond_the_next_interview(between):
    seen = pd.DataFrame([(0, "S"), *between, (8, "E"), (9, "E")], columns=["time", "state"])
    made = sf.panel_to_spells(seen.assign(person=1), closing=12, longest_step=2)
    met = between[0][0] if between else 8
    assert made[["state", "start", "end"]].to_numpy().tolist() == [["S", 0, met], ["E", 8, 21]]
    assert made["to_state"].tolist() == ["censored" if between else "E", "censored"]
    issues = sf.check_spells(made).issues.set_index("rule")  # S14 would be a move not told
    assert issues.loc[["S12", "S14"], "spells"].tolist() == [0, 0]


@pytest.mark.parametrize("rule", ["start", "longest"])
def test_periods_before_entry_are_missing_in_sequences_as_in_panels(rule):
    told = spells(("a", "S", 0, 4), ("a", "E", 4, 6), ("b", "S", 0, 6), entry=[2, 4, 0])
    made = sf.spells_to_sequences(told, rule=rule)
    line = made.to_wide().loc["a"]
    assert line.isna().tolist() == [True, True, False, False, False, False]
    assert line.dropna().tolist() == ["S", "S", "E", "E"]
    seen = sf.spells_to_panel(told, times=range(6))
    assert seen.loc[seen["person"] == "a", "time"].tolist() == [2, 3, 4, 5]
    filled = sf.spells_to_sequences(told, rule=rule, fill="away").to_wide().loc["a"]
    assert filled.tolist() == ["away", "away", "S", "S", "E", "E"]


def test_events_of_person_periods_are_read_whatever_their_type_and_must_be_told():
    months = pd.DataFrame({"person": 1, "period": [0, 1, 2], "state": list("EEE")})
    for event in (
        [False, True, False],
        ["False", "True", "no"],
        [0, 1, None],
        ["False", "True", "False"],
        [None, True, False],
    ):
        table = months.assign(event=pd.Series(event, dtype="object"))
        if None in event or "no" in event:
            with pytest.raises(TableError, match=r"column 'event': (missing|'no') in 1 rows"):
                sf.person_periods_to_spells(table)
        else:
            made = sf.person_periods_to_spells(table)
            assert made[["start", "end"]].to_numpy().tolist() == [[0, 2], [2, 3]]
    with pytest.raises(TableError, match="column 'event': missing in 1 rows"):
        sf.person_periods_to_spells(months.assign(event=pd.array([True, None, False], "boolean")))
    text = sf.person_periods_to_spells(months.assign(event=["false", "true", "0"]))
    assert len(text) == 2
