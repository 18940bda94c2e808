"""A scenario remembers what was changed, refuses what it should, and composes without order."""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillsfc.errors import ParameterError
from skillsfc.params import Assumption, load_assumptions
from skillsfc.scenario import Scenario, combine_scenarios, load_scenario

GREEN, DIGITAL = load_scenario("green"), load_scenario("digital")
SHIPPED = ("baseline", "green", "digital")


def assumption(name="push", value=0.01, low=0.0, high=0.02, **more):
    text = {"title": "A push", "unit": "log change per year", "source": "test", "quality": "red",
            "impact": "all"}  # fmt: skip
    return Assumption(name=name, value=value, low=low, high=high, **{**text, **more})


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenarios_load_with_the_assumptions_of_the_baseline(name):
    made = load_scenario(name)
    assert made.name == name
    assert set(load_assumptions("baseline")) <= set(made.assumptions)
    assert set(load_assumptions(name)) <= set(made.assumptions)
    assert len(made.table()) == len(made.assumptions)


def test_an_unknown_scenario_gets_a_guess():
    with pytest.raises(ParameterError, match="Did you mean 'green'"):
        load_scenario("gren")


@pytest.mark.parametrize("name", ["green", "digital"])
def test_every_lever_has_a_range_a_source_and_a_quality_and_choices_are_called_red(name):
    for entry in load_assumptions(name).values():
        assert entry.lever
        assert entry.role
        assert entry.low < entry.high
        if "choice of this project" in entry.source.split(";")[0] or entry.role == "growth":
            assert entry.quality == "red"
        if entry.role in ("growth", "slope", "adoption", "response"):
            assert entry.low <= 0 <= entry.high, "a person must be able to switch it off"


def test_the_baseline_has_no_lever():
    assert load_scenario().levers == ()
    assert load_scenario().difference().empty


def test_with_returns_a_new_scenario_and_leaves_the_old_one_alone():
    made = GREEN.with_(growth_sector_F=0.01, growth_sector_D=0.0)
    assert GREEN.assumptions["growth_sector_F"].value == 0.005
    assert made.assumptions["growth_sector_F"].value == 0.01
    assert made.name == "green, growth_sector_F = 0.01, growth_sector_D = 0"
    changed = made.difference(GREEN).set_index("assumption")
    assert changed.index.tolist() == ["growth_sector_D", "growth_sector_F"]
    assert changed.loc["growth_sector_F", ["other", "loaded", "used"]].tolist() == [
        "0.005", "0.005", "0.01"]  # fmt: skip


def test_a_second_change_keeps_the_value_as_loaded():
    made = GREEN.with_(growth_sector_F=0.01).with_(growth_sector_F=0.002)
    (change,) = made.changes
    assert (change.before, change.after) == (0.005, 0.002)
    assert made.assumptions["growth_sector_F"].source.count("changed by the user") == 1


def test_a_scenario_cannot_be_changed_in_place():
    with pytest.raises(AttributeError):
        GREEN.name = "other"
    with pytest.raises(TypeError):
        GREEN.assumptions["growth_sector_F"] = assumption("growth_sector_F")


def test_all_wrong_changes_are_named_at_once():
    with pytest.raises(ParameterError) as refusal:
        GREEN.with_(growth_sector_f=0.01, growth_sector_C=0.5, green_demand="much",
                    growth_sector_D=math.inf, growth_sector_A=True)  # fmt: skip
    text = str(refusal.value)
    assert "5 problems" in text
    assert "Did you mean 'growth_sector_F'" in text
    assert "expected -0.005 to 0.006" in text
    assert "'much'" in text
    assert "finite" in text


def test_an_expert_may_leave_the_range_and_is_recorded():
    made = DIGITAL.with_(ai_adoption=0.9, expert=("panel of firms", "survey of 2026"))
    entry, (change,) = made.assumptions["ai_adoption"], made.changes
    assert entry.value == 0.9
    assert entry.quality == "red"
    assert "panel of firms: survey of 2026" in entry.source
    assert (change.who, change.why, change.outside) == ("panel of firms", "survey of 2026", True)
    assert (change.low, change.high) == (0.0, 0.6)  # the range as it was
    row = made.difference().set_index("assumption").loc["ai_adoption"]
    assert row[["outside", "who", "why"]].tolist() == [True, "panel of firms", "survey of 2026"]


@pytest.mark.parametrize("expert", ["me", ("me",), ("me", ""), ("", "why"), (1, 2)])
def test_an_expert_without_who_or_why_is_refused(expert):
    with pytest.raises(ParameterError, match="expert"):
        DIGITAL.with_(ai_adoption=0.9, expert=expert)


def test_a_range_of_ones_own_must_hold_the_value_and_stay_inside_without_an_expert():
    made = DIGITAL.with_(ai_adoption=(0.3, 0.2, 0.4))
    entry = made.assumptions["ai_adoption"]
    assert (entry.low, entry.high) == (0.2, 0.4)
    assert made.changes[0].own_range
    for wrong in [(0.3, 0.4, 0.5), (0.3, 0.2), (0.3, 0.2, 0.9), (0.3, -0.2, 0.4)]:
        with pytest.raises(ParameterError):
            DIGITAL.with_(ai_adoption=wrong)
    widened = DIGITAL.with_(ai_adoption=(0.3, 0.2, 0.9), expert=("who", "why"))
    assert widened.assumptions["ai_adoption"].quality == "red"


def test_numbers_of_numpy_are_numbers():
    made = DIGITAL.with_(ai_years=np.int64(7), ai_adoption=np.float64(0.5))
    assert made.assumptions["ai_years"].value == 7
    assert type(made.assumptions["ai_adoption"].value) is float


def test_a_word_is_changed_for_a_word_only():
    made = load_scenario().with_(population_variant="high")
    assert made.assumptions["population_variant"].value == "high"
    with pytest.raises(ParameterError, match="such as 'medium'"):
        load_scenario().with_(population_variant=3)


def test_without_drops_levers_and_refuses_unknown_ones():
    assert GREEN.without("green_sectors").levers == ("green_occupations",)
    assert GREEN.without().levers == ()
    assert set(GREEN.without().assumptions) == set(load_scenario().assumptions)
    with pytest.raises(ParameterError, match="Did you mean 'green_sectors'"):
        GREEN.without("green_sector")


def test_composition_does_not_depend_on_order_and_the_baseline_adds_nothing():
    assert GREEN + DIGITAL == DIGITAL + GREEN
    assert (GREEN + DIGITAL).name == "digital + green"
    assert GREEN + load_scenario() == GREEN
    assert GREEN + GREEN == GREEN
    assert combine_scenarios([GREEN, DIGITAL], name="both").name == "both"
    assert hash(GREEN + DIGITAL) == hash(DIGITAL + GREEN)


@given(st.permutations(["green", "digital", "baseline"]), st.integers(1, 2))
def test_composition_is_associative_in_any_order(names, cut):
    parts = [load_scenario(name) for name in names]
    grouped = combine_scenarios([combine_scenarios(parts[:cut]), *parts[cut:]])
    assert dict(grouped.assumptions) == dict(combine_scenarios(parts).assumptions)


def test_the_same_assumption_with_two_values_is_refused_by_name():
    with pytest.raises(ParameterError) as refusal:
        GREEN + GREEN.with_(growth_sector_F=0.01, growth_sector_D=0.02)
    assert "growth_sector_F: 0.005 in 'green', 0.01 in" in str(refusal.value)
    assert "growth_sector_D" in str(refusal.value)
    with pytest.raises(ParameterError, match="naive_trend_years"):
        GREEN + DIGITAL.with_(naive_trend_years=12)


def test_changes_travel_with_a_composition():
    both = GREEN.with_(growth_sector_F=0.01) + DIGITAL
    assert [change.name for change in both.changes] == ["growth_sector_F"]


def test_adding_something_else_is_a_type_error_and_nothing_to_combine_is_refused():
    with pytest.raises(TypeError):
        GREEN + 1
    for wrong in ([], ["green"]):
        with pytest.raises(ParameterError):
            combine_scenarios(wrong)


def test_what_is_no_assumption_or_stands_under_another_name_is_refused():
    with pytest.raises(ParameterError, match="an Assumption named 'a'"):
        Scenario("mine", "Mine", {"a": 1})
    with pytest.raises(ParameterError, match="an Assumption named 'b'"):
        Scenario("mine", "Mine", {"b": assumption("push")})
    with pytest.raises(ParameterError, match="empty"):
        Scenario(" ", "Mine", {})


def test_a_scenario_can_be_copied_and_sent_to_another_process():
    made = (GREEN + DIGITAL).with_(ai_adoption=0.3)
    assert copy.deepcopy(made) == made
    assert pickle.loads(pickle.dumps(made)) == made


@given(st.floats(-0.005, 0.015))
def test_every_value_of_the_range_is_accepted_and_found_again(value):
    made = GREEN.with_(growth_sector_F=value)
    assert made.assumptions["growth_sector_F"].value == value
    assert not made.changes[0].outside
