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
