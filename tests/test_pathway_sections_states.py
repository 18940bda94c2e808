"""Sections on states: words, tables and figures of small histories, also odd ones."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from section_checks import check_section

import skillsfc as sf
from skillsfc.errors import ParameterError
from skillsfc.report.pathways import panel_rates
from skillsfc.report.pathways.grouping import compare_large
from skillsfc.report.pathways.state_names import (
    OTHER,
    by_state,
    drawable,
    inside,
    later_words,
    marks,
)
from skillsfc.report.text import Facts

KINDS = {"school": "learning", "job": "working", "home": "idle"}


@cache
def histories(seed=1, persons=60, states=("school", "job", "home"), months=40):
    """Return made-up spells that start in the first state, with sex and weight."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(persons):
        time, state = 0, states[0]
        while time < months:
            end = min(months, time + int(rng.integers(3, 15)))
            other = [name for name in states if name != state]
            following = other[int(rng.integers(len(other)))]
            rows.append((person, state, time, end, following if end < months else ""))
            time, state = end, following
    told = pd.DataFrame(rows, columns=["person", "state", "start", "end", "to_state"])
    return told.assign(sex=np.where(told["person"] % 2, "M", "F"))


@cache
def chances(group="sex"):
    made = histories(persons=240)
    return sf.estimate_state_probabilities(made, group=group, states=tuple(KINDS))


def test_states_are_told_for_each_group_at_the_last_time_of_the_table():
    section = sf.write_state_probabilities(chances(), name="Made up", since="school")
    text = check_section(section)
    assert text.startswith("After 36 months, ")
    assert "of women were in “" in text
    assert "of men were in “" in text
    assert section.table("states_at").columns.tolist() == ["after", "state", "Women", "Men"]
    assert section.table("states_at")["after"].tolist() == ["12 months"] * 3 + ["36 months"] * 3
    numbers = section.table("states_at_in_figures")
    whole = chances().at([12, 36])
    assert numbers.equals(whole)
    assert section.figures[0].figure.alt_text.startswith("Areas of per cent by state")


def test_shares_of_few_persons_are_told_nowhere_on_the_page():
    made = sf.estimate_state_probabilities(histories(), group="sex", states=tuple(KINDS))
    section = sf.write_state_probabilities(made, name="Made up")
    check_section(section)
    assert section.figures == ()  # thirty women and thirty men: areas in fives say nothing
    assert any("There is no picture" in text for text in section.paragraphs)
    for table, whole in (("states_at_in_figures", made.at([12, 36])),
                         ("state_probabilities", made.table)):  # fmt: skip
        numbers = section.table(table)
        few = whole["at_risk"].between(1, 9)
        assert few.any()
        assert (
            numbers.loc[few.to_numpy(), ["probability", "lower", "at_risk"]].isna().all(axis=None)
        )
        hidden = numbers["probability"].isna().groupby([numbers["sex"], numbers["time"]]).sum()
        assert (hidden != 1).all()  # one alone is what the others leave
    assert "..c" in " ".join(section.table("states_at").astype("str").to_numpy().ravel())


def test_areas_are_drawn_in_fives_of_persons_and_end_where_few_are_followed():
    told = histories(persons=300).copy()
    leaves = told["person"] >= 90
    told["end"] = told["end"].where(~leaves, told["end"].clip(upper=20))
    told = told[told["start"] < told["end"]]
    last = told.groupby("person")["end"].transform("max") == told["end"]
    told["to_state"] = told["to_state"].mask(last, "")
    made = sf.estimate_state_probabilities(told, states=tuple(KINDS))
    figure = sf.write_state_probabilities(made, name="Made up", times=[12]).figures[0]
    assert "a hundred or more are followed" in figure.note
    assert "in fives of persons" in figure.note
    assert "At 0: school 100. At 20, as written" in figure.figure.alt_text
    heights = {
        round(float(y) * 60, 6)
        for area in figure.figure.collections
        for y in area.get_paths()[0].vertices[:, 1]
    }
    assert all(value == int(value) for value in heights)  # of 300 persons, sixty fives


def test_all_together_are_the_young_and_one_column():
    section = sf.write_state_probabilities(chances(None), name="Made up", times=[1])
    assert check_section(section).startswith("After 1 month, 100.0% of the young were in “school”")
    assert section.table("states_at").columns.tolist() == ["after", "state", "share"]


def test_a_share_of_nobody_or_of_all_has_no_interval():
    section = sf.write_state_probabilities(chances(None), name="Made up", times=[1])
    shares = section.table("states_at")["share"].str.rstrip("*")
    assert shares.tolist() == ["100.0", "0.0", "0.0"]


def test_groups_without_answer_or_of_few_persons_are_left_out_in_words():
    told = histories().assign(sex=lambda t: t["sex"].where(t["person"] > 2))
    told["sex"] = told["sex"].where(~told["person"].between(3, 6), "X")
    made = sf.estimate_state_probabilities(told, group="sex")
    section = sf.write_state_probabilities(made, name="Made up")
    text = check_section(section)
    assert "persons whose sex is not stated" in text
    assert "“X”, with fewer than ten persons" in text
    for item in ("states_at_in_figures", "state_probabilities"):
        assert set(section.table(item)["sex"]) == {"F", "M"}
    times = sf.write_state_times(made, name="Made up")
    assert set(times.table("time_in_state_in_figures")["sex"]) == {"F", "M"}


def test_small_groups_stay_where_there_is_no_other():
    counts = pd.DataFrame({"sex": ["F", "M"], "persons": [5, 6]})
    made = compare_large(counts, ["sex"])
    assert made.say(Facts("states")) == ""
    assert made.of(counts).equals(counts)


def test_times_add_up_by_kind_of_state():
    section = sf.write_state_times(chances(), kinds=KINDS, name="Made up")
    text = check_section(section)
    by_kind = section.table("time_by_kind")
    assert by_kind.groupby("sex")["expected_time"].sum().round(6).tolist() == [40.0, 40.0]
    assert text.count("Of 40 months observed, ") == 2
    assert "women can expect" in text
    assert "months in school or training" in text
    assert "in neither school nor work" in text
    assert section.table("time_in_state").columns.tolist() == ["state", "Women", "Men"]


def test_times_without_kinds_name_the_states_themselves():
    text = check_section(sf.write_state_times(chances(None), name="Made up"))
    assert "the young can expect" in text
    assert "months in “home”" in text


@cache
def later():
    return sf.estimate_state_probabilities(
        histories(persons=300), from_state="home", landmark=True, start=12, states=tuple(KINDS)
    )


def test_those_of_one_state_are_counted_and_followed():
    section = sf.write_later_states(
        later(), state="home", since=12, name="Made up", times=[24, 36], first_of=("home", "sick")
    )
    text = check_section(section)
    persons = later().diagnostics["persons"].iloc[0]
    assert text.startswith(f"{persons} persons were seen in “home” after 12 months. ")
    assert "at 24 months" in text
    assert "The most frequent other state then was “" in text
    assert "the first was taken, “home”; “sick” is not followed here." in text
    assert section.table("jobless_later_at").columns.tolist() == ["state", "24 months", "36 months"]


def test_nobody_in_the_state_is_a_sentence():
    section = sf.write_later_states(None, state="home", since=1, name="Made up", unit="years")
    assert check_section(section, allowed=("1",)).startswith("Nobody was seen in “home” 1 year ")
    assert section.tables == section.figures == ()


def test_few_persons_are_not_followed_in_public():
    told = pd.DataFrame(
        {"person": [1, 1, 2], "state": ["home", "job", "job"], "start": [0, 6, 0],
         "end": [6, 30, 30], "to_state": ["job", "", ""]}
    )  # fmt: skip
    made = sf.estimate_state_probabilities(told, from_state="home", landmark=True, start=3)
    section = sf.write_later_states(made, state="home", since=3, name="Made up")
    assert check_section(section, allowed=("3",)).startswith("Too few persons were seen in “home”")
    assert section.tables == section.figures == ()


def test_those_of_one_state_can_be_followed_by_group():
    told = histories(persons=120).assign(sex=lambda t: t["sex"].where(t["person"] != 7))
    made = sf.estimate_state_probabilities(
        told, from_state="home", landmark=True, start=12, group="sex"
    )
    section = sf.write_later_states(made, state="home", since=12, name="Made up", times=[24])
    text = check_section(section)
    counts = made.diagnostics.set_index("sex")["persons"]
    assert f"Women: {counts['F']} persons were seen in" in text
    assert f"Men: {counts['M']} persons were seen in" in text
    assert set(section.table("jobless_later_at_in_figures")["sex"]) == {"F", "M"}


@cache
def interviews():
    told = histories()
    panel = sf.spells_to_panel(told, times=range(0, 41, 6))
    panel = panel.assign(state=panel["state"].map(KINDS))
    joined = told.assign(**{end: told[end].map(KINDS) for end in ("state", "to_state")})
    fit = sf.fit_panel_markov(panel, transitions="all")
    whole = sf.estimate_state_probabilities(joined, standard_errors=False)
    moves = sf.estimate_transition_rates(sf.spells_to_sequences(joined), lag=12)
    return fit, whole, moves, joined


def test_interviews_stand_beside_the_histories():
    fit, whole, moves, joined = interviews()
    section = sf.write_panel_rates(fit, interval=6, histories=whole, later=moves, ahead=12)
    text = check_section(section)
    real = int((joined["to_state"].notna() & (joined["to_state"] != joined["state"])).sum())
    assert f"The histories hold {real:,} moves from one of these states" in text
    assert "interviews every 6 months show" in text
    assert "Of those in neither school nor work, the model puts" in text
    states = ["school or training", "work", "neither school nor work"]
    assert section.table("stays")["state"].tolist() == states
    lengths = joined["end"] - joined["start"]
    moved = joined["to_state"].notna()
    mean = lengths.groupby(joined["state"]).sum() / moved.groupby(joined["state"]).sum()
    found = section.table("stays_in_figures").set_index("state")["histories"]
    assert np.allclose(found, mean[found.index])
    assert section.table("a_year_later").columns.tolist() == [
        "now", "a year later", "from interviews", "in the histories",
    ]  # fmt: skip


def test_interviews_alone_are_enough():
    fit, *_ = interviews()
    section = sf.write_panel_rates(fit, interval=6, ahead=3)
    text = check_section(section)
    assert "histories" not in text
    assert "there again 3 months later" in text
    assert section.table("stays").columns.tolist() == ["state", "from interviews"]


@pytest.mark.parametrize("words", ["FE", "FE: ", ": education", "FE: a; HE"])
def test_words_that_are_no_pairs_are_refused(words):
    with pytest.raises(ParameterError, match="code: name"):
        sf.name_states(["FE"], words=words)


def test_names_of_states_are_the_users_the_kinds_or_plain():
    assert sf.name_states(["a_b", "FE"], words="FE: college;") == {"a_b": "a b", "FE": "college"}
    assert sf.name_states(["working", "idle"])["working"] == "work"
    assert sf.name_states(["working", "other"])["working"] == "working"
    assert inside("job") == "“job”"
    assert later_words(4, "quarters") == "a year"
    assert later_words(2, "years") == "2 years"


def test_marks_fall_back_on_the_last_time():
    assert marks("quarters", start=0, until=30, years=(1, 3, 5)) == [4, 12, 20]
    assert marks("month", start=5, until=9, years=(1, 3)) == [9]


def test_a_picture_joins_the_smallest_of_many_states():
    states = [f"s{number}" for number in range(11)]
    table = pd.DataFrame({"state": states, "time": 0.0, "share": [0.2] + [0.08] * 10})
    table["persons"] = 100 * table["share"]
    point = {"measure": "share", "count": "persons", "keys": ["time"]}
    rows, shown, note = drawable(table, states=states, **point)
    assert len(shown) == 8
    assert shown[-1] == OTHER
    assert rows["share"].sum() == pytest.approx(1.0)
    assert note.startswith("The 4 states")
    few = drawable(table.head(3), states=states[:3], **point)
    assert few[1:] == (states[:3], "")


def test_many_states_are_drawn_and_all_stand_in_the_table():
    states = tuple(f"state {letter}" for letter in "abcdefghij")
    made = sf.estimate_state_probabilities(histories(persons=300, states=states))
    section = sf.write_state_probabilities(made, name="Made up", times=[20])
    check_section(section)
    assert "The 3 states with the smallest parts" in section.figures[0].note
    assert len(section.table("states_at")) == 10


def test_kinds_come_in_the_order_of_a_life():
    told = pd.DataFrame({"state": ["idle", "learning"], "sex": ["F", "F"]})
    assert by_state(told, ["state"], told["state"])["state"].tolist() == ["learning", "idle"]


def stays_told(histories, lower, upper, chance=(0.5, 0.4, 0.6)):
    """Return what a page says of a model's stay of ten months beside the histories'."""
    stays = pd.DataFrame({"state": ["a"], "mean_stay": 10.0, "lower": lower, "upper": upper,
                          "histories": histories})  # fmt: skip
    later = pd.DataFrame({"from_state": ["a"], "to_state": ["b"], "share": chance[0],
                          "lower": chance[1], "upper": chance[2]})  # fmt: skip
    model = later.rename(columns={"share": "probability"})
    model = model.assign(probability=0.2, lower=0.1, upper=0.3)
    names, facts = {"a": "a", "b": "b"}, Facts("panel_rates")
    return (panel_rates._stays_in_words(stays, names, "months", facts),
            panel_rates._off(model, later, names, facts))  # fmt: skip


def test_lengths_are_found_again_only_where_they_are_near_and_chances_apart_are_told():
    assert "found again, within the margin" in stays_told(10.5, 8.0, 12.0)[0]
    assert "so wide that it says little" in stays_told(15.0, 5.0, 20.0)[0]
    assert "comes out shorter than it was" in stays_told(15.0, 8.0, 12.0)[0]
    off = stays_told(10.0, 8.0, 12.0)[1]
    assert "from “a” to “b”, 20.0% (10.0% to 30.0%) against 50.0% (40.0% to 60.0%)" in off
    assert stays_told(10.0, 8.0, 12.0, (0.25, 0.15, 0.35))[1] == ""


def test_of_many_chances_apart_the_two_farthest_are_told():
    ends = {"from_state": list("abab"), "to_state": list("abba")}
    later = pd.DataFrame({**ends, "share": [0.5, 0.9, 0.6, 0.25], "lower": [0.4, 0.85, 0.55, 0.2],
                          "upper": [0.6, 0.95, 0.65, 0.3]})  # fmt: skip
    model = later.rename(columns={"share": "probability"})
    model = model.assign(probability=0.1, lower=0.05, upper=0.15)
    off = panel_rates._off(model, later, {"a": "a", "b": "b"}, Facts("panel_rates"))
    assert (
        "does not find most of the chances of the histories again, least so from “b” to “b”" in off
    )
    assert off.count(" against ") == 2
    assert off.endswith("; the table has all.")
