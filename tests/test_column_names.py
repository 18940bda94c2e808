"""Arguments of the wrong kind are named by every method of education to work."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import SkillsfcError

PANEL = pd.DataFrame({"person": np.repeat(range(30), 3), "time": np.tile([0, 1, 2], 30),
                      "state": list("ABCACBBAC") * 10})  # fmt: skip
SPELLS = pd.DataFrame({"person": np.repeat(range(20), 2), "state": ["U", "E"] * 20,
                       "start": [0, 2] * 20, "end": [2, 6] * 20})  # fmt: skip
ROWS = pd.DataFrame([list("SSEE"), list("SEEE"), list("SEES")])
METHODS = {
    "survival": lambda **more: sf.estimate_survival(SPELLS, state="U", **more),
    "incidence": lambda **more: sf.estimate_cumulative_incidence(SPELLS, state="U", **more),
    "states": lambda **more: sf.estimate_state_probabilities(SPELLS, **more),
    "panel": lambda **more: sf.fit_panel_markov(PANEL, transitions="all", **more),
    "flows": lambda **more: sf.estimate_flows(PANEL.rename(columns={"time": "month"}), **more),
    "distribution": lambda **more: sf.estimate_state_distribution(ROWS, **more),
    "rates": lambda **more: sf.estimate_transition_rates(ROWS, **more),
    "sequences": lambda **more: sf.measure_sequences(ROWS, **more),
    "distances": lambda **more: sf.measure_distances(ROWS, **more),
    "to_sequences": lambda **more: sf.spells_to_sequences(SPELLS, **more),
    "check": lambda **more: sf.check_spells(SPELLS, **more),
}


@pytest.mark.parametrize(("method", "name", "given"), [
    *((method, "weight", given) for method in METHODS for given in (["a", 1], {"a": 1}, 5)),
    *((method, "group", given) for method in ("survival", "incidence", "states", "flows",
      "distribution", "rates", "sequences") for given in (5, object(), [5])),
    *((method, "cluster", 5) for method in ("survival", "incidence", "states", "panel", "flows",
      "distribution", "rates")),
    *(("panel", name, 5) for name in ("fixed", "equal", "start")),
    *(("flows", name, ["a"]) for name in ("time", "state")),
    *(("sequences", name, 5) for name in ("measures", "positive")),
])  # fmt: skip
def test_an_argument_of_another_kind_is_named(method, name, given):
    with pytest.raises(SkillsfcError, match=f"{name}: "):
        METHODS[method](**{name: given})


def test_an_index_of_names_serves_as_a_list():
    told = sf.check_spells(SPELLS.assign(sex=np.where(SPELLS["person"] % 2, "F", "M")))
    names = pd.Index(["sex"])
    made = sf.estimate_state_probabilities(told, group=names)
    assert sorted(made.table["sex"].unique()) == ["F", "M"]
    panel = PANEL.rename(columns={"time": "month"})
    panel = panel.assign(sex=np.where(panel["person"] % 2, "F", "M"), area="a")
    flows = sf.estimate_flows(panel, group=np.array(["sex", "area"]))
    assert flows.average["sex"].nunique() == 2


def test_no_name_and_an_empty_list_are_everybody():
    for group in (None, []):
        assert len(sf.estimate_state_probabilities(sf.check_spells(SPELLS), group=group).table)
        assert len(sf.estimate_state_distribution(ROWS, group=group).table)


def test_what_can_be_read_only_once_is_no_list_of_names():
    with pytest.raises(SkillsfcError, match=r"group: .*; expected a name, a list of names"):
        sf.estimate_state_distribution(ROWS, group=iter(["sex"]))


WRONG = [5, 2.5, True, ["a", 1], [["a"]], {"a": 1}, object(), np.array([1, 2]), pd.NA, 10**400]
TOLD = SPELLS.assign(to_state=["E", None] * 20, sex="F")
MORE = METHODS | {
    "counts": lambda **more: sf.count_transitions(TOLD, **more),
    "time_to": lambda **more: sf.measure_time_to(SPELLS, **{"to": "E"} | more),
    "to_spells": lambda **more: sf.panel_to_spells(PANEL, **more),
    "to_panel": lambda **more: sf.spells_to_panel(SPELLS, **more),
    "complete": lambda **more: sf.keep_complete_sequences(ROWS, **{"most": 1} | more),
    "trajectories": lambda **more: sf.summarise_trajectories(ROWS, **{"fewest": 1} | more),
    "scored": lambda **more: sf.measure_sequences(ROWS, **{"order": ["E", "S"]} | more),
    "read": lambda **more: sf.read_sequences(ROWS, **more),
    "first_jobs": lambda **more: sf.measure_first_jobs(SPELLS, **{"jobs": "E", "kept": 1} | more),
    "job_times": lambda **more: sf.measure_job_times(SPELLS, jobs={"any": "E"}, at=2, **more),
    "roles": lambda **more: sf.classify_transitions(
        TOLD, **{"roles": {"U": "education", "E": "stable"}} | more
    ),
}


@pytest.mark.parametrize(("method", "name"), [
    *(("check", name) for name in ("unit", "days", "end_included", "unknown_state", "states",
      "gap", "seed", "overlap", "event_codes", "origin")),
    *(("counts", name) for name in ("weight", "states")),
    *(("time_to", name) for name in ("to", "since", "which", "zero", "competing")),
    *(("to_spells", name) for name in ("time", "state", "change", "closing", "longest_step")),
    ("to_panel", "times"),
    *(("to_sequences", name) for name in ("start", "length", "width", "rule", "fill", "states")),
    *(("sequences", name) for name in ("order", "measures", "norm", "missing")),
    ("scored", "precarity_parameters"), ("read", "states"), ("read", "unit"),
    ("complete", "seed"), ("complete", "periods"), ("trajectories", "order"),
    ("trajectories", "lines"), ("rates", "time_varying"), ("rates", "lag"),
    *(("distances", name) for name in ("method", "norm", "engine", "interval", "reference")),
    *(("first_jobs", name) for name in ("jobs", "since", "unit", "traits")),
    ("job_times", "since"), ("job_times", "unit"),
    *(("roles", name) for name in ("roles", "group", "destination", "unit")),
])  # fmt: skip
def test_nothing_of_another_kind_gives_a_bare_error(method, name):
    refused = 0
    for given in WRONG:
        try:
            MORE[method](**{name: given})
        except SkillsfcError as error:
            refused += name in str(error)
    assert refused


def test_one_word_is_no_list_of_states_and_is_not_taken_for_its_letters():
    for method in ("to_sequences", "check", "counts", "read"):
        with pytest.raises(SkillsfcError, match="states: 'school'; expected a list of states"):
            MORE[method](states="school")
    assert sf.read_sequences(ROWS, states="SE").states == ("S", "E")


def test_the_state_that_starts_the_clock_is_read_alike_everywhere():
    for method in ("time_to", "first_jobs", "job_times"):
        with pytest.raises(SkillsfcError, match="since: 2 states; expected one state, or None"):
            MORE[method](since=["U", "E"])


def test_all_wrong_words_are_named_at_once():
    with pytest.raises(SkillsfcError, match=r"(?s)unit: 'mnth'.*gap: 'flg'.*seed: -1"):
        sf.check_spells(SPELLS, unit="mnth", gap="flg", seed=-1)
