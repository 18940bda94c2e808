"""Sections on flows between interviews, rates in continuous time and the steady state."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from section_checks import check_section

import skillsfc as sf
from skillsfc.errors import SkillsfcError


def panel(chances, *, states="EU", persons=200, dates=4, seed=1, **columns):
    """Return made-up interviews of a chain with the given chances."""
    rng = np.random.default_rng(seed)
    matrix = np.asarray(chances).cumsum(axis=1)
    state = rng.integers(len(states), size=persons)
    rows = []
    for date in range(dates):
        rows.append(pd.DataFrame({"person": range(persons), "quarter": date, "code": state}))
        state = (rng.random(persons)[:, None] > matrix[state]).sum(axis=1)
    told = pd.concat(rows, ignore_index=True)
    return told.assign(state=np.array(list(states))[told.pop("code")], **columns)


@cache
def calm():
    return sf.estimate_flows(panel([[0.9, 0.1], [0.3, 0.7]]))


def test_flows_are_told_with_the_pair_of_dates_in_the_middle():
    section = sf.write_flows(calm(), interval=3, name="Made up", labels={"U": "no job"})
    text = check_section(section)
    assert text.startswith("In the same state 3 months later are ")
    assert "of those in “E” (85.1% to 92.5%) and" in text
    assert "of those in “no job” (63.1% to 74.6%)." in text
    assert "All 600 interviews were followed by one of the same person" in text
    assert section.table("chances").columns.tolist() == ["from_state", "E", "no job"]
    assert section.table("flows")["count"].dropna().ge(10).all()
    assert "Interview 1: E" in section.figures[0].figure.alt_text


def test_persons_lost_and_found_are_counted():
    told = panel([[0.9, 0.1], [0.3, 0.7]])
    told = told[~((told["quarter"] == 3) & (told["person"] == 0))]
    told = told[~((told["quarter"] == 0) & (told["person"].isin([1, 2])))]
    section = sf.write_flows(sf.estimate_flows(told), interval=3, name="Made up")
    text = check_section(section)
    assert "fewer than ten were not followed by one of the same person at the next date" in text
    assert "fewer than ten come from persons not seen at the date before" in text
    counts = section.table("unmatched")["count"]
    assert not counts.between(1, 9).any()


def test_dates_in_words_and_one_year_apart():
    told = panel([[0.9, 0.1], [0.3, 0.7]], dates=2)
    told["year"] = told.pop("quarter") + 2020
    made = sf.estimate_flows(told)
    section = sf.write_flows(made, interval=1, unit="years", date="Year", name="Made up")
    assert "1 year later" in check_section(section)
    assert section.figures[0].title == "Made up: moves between two dates 1 year apart"
    assert "Year 2020: E" in section.figures[0].figure.alt_text
    text_dates = told.assign(month=told.pop("year").map({2020: "2020-01", 2021: "2020-07"}))
    made = sf.estimate_flows(text_dates)
    check_section(sf.write_flows(made, interval=6, date="", name="Made up"))


def test_flows_by_group_stand_in_the_table_without_a_picture():
    told = panel([[0.9, 0.1], [0.3, 0.7]]).assign(sex=lambda t: np.where(t["person"] % 2, "F", "M"))
    made = sf.estimate_flows(told, group="sex")
    section = sf.write_flows(made, interval=3, name="Made up")
    check_section(section)
    assert section.figures == ()
    assert section.table("chances").columns.tolist() == ["sex", "from_state", "E", "U"]
    rates = sf.write_continuous_rates(sf.to_continuous_rates(made, interval=3))
    assert rates.table("rates").columns.tolist()[0] == "sex"
    rest = sf.write_steady_state(
        sf.estimate_steady_state(made), flows=made, interval=3, name="Made up"
    )
    assert rest.table("steady_in_figures").groupby("sex")["now"].sum().tolist() == [1.0, 1.0]


def test_many_states_are_joined_in_the_picture_only():
    states = "ABCDEFGHIJ"
    chances = np.full((10, 10), 0.02) + 0.8 * np.eye(10)
    made = sf.estimate_flows(panel(chances, states=states))
    section = sf.write_flows(made, interval=3, name="Made up")
    assert check_section(section).count("of those in") == 2  # the most and the least lasting
    assert "The 3 states with the smallest parts" in section.figures[0].note
    assert len(section.table("chances")) == 10


def test_a_state_from_which_nobody_was_seen_again_is_named_and_stops_the_rates_in_words():
    told = panel([[0.9, 0.1], [0.3, 0.7]], dates=3)
    last = (told["quarter"] == 2) & (told["person"] < 5)
    told["state"] = told["state"].mask(last, "X")
    made = sf.estimate_flows(told)
    text = check_section(sf.write_flows(made, interval=3, name="Made up"))
    assert "Nobody seen in “X” was found again, so that no chance is known there." in text
    with pytest.raises(SkillsfcError) as refusal:
        sf.to_continuous_rates(made, interval=3)
    section = sf.write_continuous_rates(refusal.value)
    assert check_section(section).startswith("No rates can be told. ")
    assert section.tables == ()


def test_rates_are_told_per_hundred():
    made = sf.to_continuous_rates(calm(), interval=3)
    section = sf.write_continuous_rates(made, unit="months")
    text = check_section(section)
    assert text.startswith("The highest rate found is from “U” to “E”: for every hundred persons")
    hazard = made.table["hazard"].max()
    assert f"{100 * hazard:.1f} such moves a month (10.2 to 16.4)." in text
    assert "Chance may" not in text
    assert np.allclose(section.table("rates_in_figures")["per_hundred"] / 100, made.table["hazard"])


def test_a_rate_that_is_no_farther_than_chance_from_the_next_is_not_called_the_fastest():
    made = sf.estimate_flows(panel([[0.8, 0.2], [0.2, 0.8]]))
    text = check_section(sf.write_continuous_rates(sf.to_continuous_rates(made, interval=3)))
    assert text.startswith("The highest rate found is from ")
    assert "Chance may have put it above the next." in text


def test_chances_without_rates_are_told_in_words():
    made = sf.to_continuous_rates([[0.4, 0.6], [0.6, 0.4]], states=["E", "U"])
    section = sf.write_continuous_rates(made)
    assert check_section(section).startswith("These chances cannot come from constant rates")
    assert section.table("rates_check")["verdict"].tolist() == ["not embeddable"]


def test_nobody_who_moves_has_rates_of_zero():
    made = sf.to_continuous_rates([[1.0, 0.0], [0.0, 1.0]], states=["E", "U"])
    text = check_section(sf.write_continuous_rates(made))
    assert text == "Nobody moved, so that all rates are zero."


def test_the_steady_state_stands_beside_the_last_date():
    steady = sf.estimate_steady_state(calm())
    section = sf.write_steady_state(steady, flows=calm(), interval=3, name="Made up")
    text = check_section(section)
    assert text.startswith("If present flows went on, the share in “")
    life = 3 * steady.diagnostics["half_life"].iloc[0]
    assert f"takes about {life:.1f} months." in text
    last = calm().table[calm().table["until"] == 3].groupby("to_state")["flow"].sum()
    found = section.table("steady_in_figures").set_index("state")["now"]
    assert np.allclose(found, (last / last.sum())[found.index])
    assert section.table("steady")["at the last date"].str.match(r"[\d.]+ \([\d.]+–[\d.]+\)").all()
    assert "No change of a state can be told from chance; this is the largest found." in text
    assert " rise " not in text
    assert " fall " not in text


def test_a_share_rises_or_falls_only_where_chance_does_not_make_it():
    early = panel([[0.9, 0.1], [0.3, 0.7]], persons=2000, dates=4)
    made = sf.estimate_flows(early[early["quarter"] < 3])
    text = check_section(sf.write_steady_state(
        sf.estimate_steady_state(made), flows=made, interval=3, name="Made up"
    ))  # fmt: skip
    steady = sf.estimate_steady_state(made).table.set_index("state").loc["E"]
    now = made.last_shares().set_index("state").loc["E"]
    apart = steady["lower"] > now["upper"] or steady["upper"] < now["lower"]
    assert apart == ("as counted at the last date, to " in text)
    assert apart == ("can be told from chance" not in text)
    assert apart


def test_moves_of_few_persons_are_told_nowhere_on_the_page():
    told = panel([[0.97, 0.02, 0.01], [0.3, 0.6, 0.1], [0.2, 0.2, 0.6]], states="EUX", persons=600)
    made = sf.estimate_flows(told)
    few = made.average["count"].between(1, 9)
    assert few.any()
    section = sf.write_flows(made, interval=3, name="Made up")
    check_section(section)
    figures = section.table("chances_in_figures")
    assert figures.loc[few.to_numpy(), ["count", "probability", "lower"]].isna().all(axis=None)
    hidden = figures.groupby("from_state")["probability"].apply(lambda p: p.isna().sum())
    assert (hidden != 1).all()
    assert "..c" in " ".join(section.table("chances").to_numpy().ravel())
    assert "in fives of persons" in section.figures[0].note
    small = sf.estimate_flows(told[told["person"] < 60])
    section = sf.write_flows(small, interval=3, name="Made up")
    assert section.figures == ()
    assert section.paragraphs[-1].startswith("There is no picture of the moves")


def test_rates_of_moves_of_few_persons_are_withheld_as_their_chances_are():
    told = panel([[0.97, 0.02, 0.01], [0.3, 0.6, 0.1], [0.2, 0.2, 0.6]], states="EUX", persons=400)
    made = sf.estimate_flows(told)
    rates = sf.to_continuous_rates(made, interval=3)
    assert rates.embeddable
    section = sf.write_continuous_rates(rates, flows=made)
    check_section(section)
    shown = sf.write_flows(made, interval=3, name="Made up").table("chances_in_figures")
    keys = ["from_state", "to_state"]
    chances = shown[shown["from_state"] != shown["to_state"]].set_index(keys)["probability"]
    hidden = section.table("rates_in_figures").set_index(keys)["per_hundred"].isna()
    assert hidden.any()
    assert hidden.equals(chances[hidden.index].isna())
    assert "..c" in section.table("rates").iloc[:, 2].tolist()
    assert "..c: one to nine persons moved so" in section.tables[0].note


def dates(*states):
    rows = [
        (who, date, state) for date, told in enumerate(states) for who, state in enumerate(told)
    ]
    return sf.estimate_flows(pd.DataFrame(rows, columns=["person", "quarter", "state"]))


def test_shares_of_few_at_the_last_date_are_withheld():
    # From 100 in U to 20, of whom 15 are new, to 5, of whom 3 are new: of no move are there few.
    made = dates("U" * 100 + "E" * 100, "U" * 5 + "E" * 180 + "U" * 15, "E" * 195 + "U" * 5)
    assert made.average["count"].min() >= 10
    few = made.last_shares().set_index("state")["persons"]
    assert few["U"] == 5
    section = sf.write_steady_state(
        sf.estimate_steady_state(made), flows=made, interval=3, name="Made up"
    )
    shown = section.table("steady").set_index("state")["at the last date"]
    assert shown["U"] == "..c"


def test_a_steady_state_of_few_moves_is_not_told():
    made = dates("U" * 30 + "E" * 170, "U" * 20 + "E" * 175 + "U" * 5)
    section = sf.write_steady_state(
        sf.estimate_steady_state(made), flows=made, interval=3, name="Made up"
    )
    assert "is not told: some of the moves were made by one to nine" in check_section(section)
    assert section.tables == section.figures == ()


def test_pairs_of_dates_are_told_in_fives_without_weights_or_parts_found():
    made = dates("U" * 42 + "E" * 158, "U" * 30 + "E" * 140 + "U" * 30, "E" * 157 + "U" * 43)
    section = sf.write_flows(made, interval=3, name="Made up")
    for name in ("flows", "unmatched"):
        told = section.table(name)
        assert (told["count"].dropna() % 5 == 0).all()
        assert not {"flow", "flow_error", "weight", "share"} & set(told.columns)
    told = section.table("flows")["probability"].dropna()
    assert np.allclose(told, told.round(3), atol=1e-12)


def test_flows_that_lead_nowhere_or_at_once_or_round_and_round_are_told():
    still = sf.estimate_flows(panel([[1.0, 0.0], [0.0, 1.0]]))
    with pytest.raises(SkillsfcError) as refusal:
        sf.estimate_steady_state(still)
    text = check_section(
        sf.write_steady_state(refusal.value, flows=still, interval=3, name="Made up")
    )
    assert text.startswith("Present flows lead to no one mix of states. ")
    swap = sf.estimate_flows(panel([[0.0, 1.0], [1.0, 0.0]]))
    section = sf.write_steady_state(
        sf.estimate_steady_state(swap), flows=swap, interval=3, name="Made up"
    )
    assert "the flows go round in a circle, and never settle." in check_section(section)
    once = sf.estimate_steady_state([[0.5, 0.5], [0.5, 0.5]], states=["E", "U"])
    made = sf.write_steady_state(once, flows=calm(), interval=3, name="Made up")
    assert "That mix is all but reached at the next date." in check_section(made)


def test_kinds_of_state_are_put_in_words_and_in_the_order_of_a_life():
    told = panel(
        [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.2, 0.3, 0.5]], states=["idle", "learning", "working"]
    )
    section = sf.write_flows(sf.estimate_flows(told), interval=6, name="Made up")
    words = ["school or training", "work", "neither school nor work"]
    assert section.table("chances").columns.tolist() == ["from_state", *words]
    assert section.table("chances")["from_state"].tolist() == words
    assert "of those in work (" in check_section(section)
