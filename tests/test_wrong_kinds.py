"""Any argument of a method for person records may be of the wrong kind: the error is our own.

Each argument of each method gets what it cannot be made of. The call may succeed (5 is a time, a
text may be a column); what it must not do is end in an error of Python, numpy or pandas.
"""

import inspect
from functools import cache

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf

# Small data and odd arguments warn; the data are made once, by whichever test comes first.
pytestmark = pytest.mark.filterwarnings("ignore::Warning")

WRONG = [5, -1.5, "zzz", ["zzz"], [[1]], {"a": 1}, np.array([1.0, 2.0]), object()]
FREE = {"unit", "title", "labels", "quantity", "source", "language", "ax", "bands", "risk_table",
        "step", "before", "after", "every"}  # fmt: skip
MOVES = [("A", "B"), ("B", "A")]


@cache
def data():
    example = sf.example(seed=1, persons=60)
    spells = sf.check_spells(example.spells)
    months = sf.spells_to_sequences(spells).table
    paths = sf.keep_complete_sequences(sf.spells_to_sequences(spells))
    told = {
        "spells": spells,
        "survey": example.labour_force_survey.head(300),
        "tracer": example.tracer[example.tracer["months_since_graduation"] == 12],
        "waits": sf.measure_time_to(example.spells, to="stable_job"),
        "panel": sf.spells_to_panel(spells, times=[0, 6, 12, 18]),
        "months": months,
        "paths": paths,
        "distances": sf.measure_distances(paths, method="ham"),
    }
    told["flows"] = sf.estimate_flows(told["panel"])
    told["clusters"] = sf.cluster_sequences(told["distances"], k=2, compare=None)
    told["stages"] = sf.classify_stages(told["survey"])
    return told


def visits():
    rows = [(who, time, state) for who, path in enumerate(["AABBA", "ABBAA", "AAAAB", "BBAAB"] * 5)
            for time, state in enumerate(path)]  # fmt: skip
    return pd.DataFrame(rows, columns=["person", "time", "state"])


def schooling():
    return pd.DataFrame({"years": [8, 9, 10, 12, 12, 14, 16],
                         "wage": [300, 310, 330, 450, 400, 520, 650]})  # fmt: skip


def pathways():
    return sf.load_pathways("USA")


def school_to_job():
    return pd.DataFrame({
        "person": [1, 1, 2, 2, 2], "start": [0, 12, 0, 6, 10], "end": [12, 40, 6, 10, 40],
        "state": ["school", "job", "school", "search", "job"],
        "to_state": ["job", "", "search", "job", ""],
    })  # fmt: skip


CALLS = {
    "check_spells": lambda d: ([d["spells"].table], {}),
    "spells_to_panel": lambda d: ([d["spells"]], {"times": [0, 6]}),
    "spells_to_sequences": lambda d: ([d["spells"]], {}),
    "spells_to_person_periods": lambda d: ([d["spells"]], {}),
    "measure_time_to": lambda d: ([d["spells"]], {"to": "stable_job"}),
    "measure_job_times": lambda d: ([d["spells"]], {"jobs": {"stable": "stable_job"}}),
    "measure_first_jobs": lambda d: ([d["spells"]], {"jobs": ["stable_job", "temporary_job"]}),
    "estimate_survival": lambda d: ([d["waits"]], {}),
    "estimate_cumulative_incidence": lambda d: ([d["waits"]], {}),
    "fit_hazard": lambda d: ([d["waits"]], {"formula": "sex"}),
    "estimate_state_probabilities": lambda d: ([d["spells"]], {}),
    "fit_panel_markov": lambda d: ([visits()], {"transitions": MOVES}),
    "estimate_flows": lambda d: ([d["panel"]], {}),
    "to_continuous_rates": lambda d: ([d["flows"]], {}),
    "estimate_steady_state": lambda d: ([d["flows"]], {}),
    "project_stocks": lambda d: (
        [{"U": 12.0, "E": 138.0}, [[0.717, 0.283], [0.013, 0.987]]],
        {"states": ["U", "E"], "periods": 2},
    ),
    "read_sequences": lambda d: ([d["months"]], {}),
    "estimate_transition_rates": lambda d: ([d["paths"]], {}),
    "estimate_state_distribution": lambda d: ([d["paths"]], {}),
    "measure_sequences": lambda d: ([d["paths"]], {}),
    "measure_distances": lambda d: ([d["paths"]], {"method": "ham"}),
    "cluster_sequences": lambda d: ([d["distances"]], {"k": 2, "compare": None}),
    "describe_typology": lambda d: ([d["clusters"]], {}),
    "explain_distances": lambda d: ([d["distances"]], {"by": "sex", "permutations": 9}),
    "summarise_trajectories": lambda d: ([d["paths"]], {}),
    "keep_complete_sequences": lambda d: ([d["paths"]], {}),
    "name_states": lambda d: ([["a", "b"]], {}),
    "count_breaks_as_school": lambda d: ([pathways()], {}),
    "classify_stages": lambda d: ([d["survey"]], {}),
    "approximate_stages": lambda d: ([d["survey"]], {"lose": "wants_other_job"}),
    "estimate_stage_shares": lambda d: ([d["stages"]], {}),
    "classify_transitions": lambda d: (
        [school_to_job()],
        {"roles": {"school": "education", "job": "stable", "search": "unemployed"}},
    ),
    "measure_transition_indicators": lambda d: ([d["survey"]], {"indicators": ["neet_ilo"]}),
    "estimate_programme_effect": lambda d: (
        [d["tracer"]],
        {"treatment": "work_based_learning", "outcome": "employed", "covariates": "sex"},
    ),
    "estimate_returns": lambda d: ([schooling()], {"earnings": "wage", "schooling": "years"}),
    "plot_state_areas": lambda d: ([sf.estimate_state_distribution(d["paths"])], {}),
    "plot_survival": lambda d: ([sf.estimate_survival(d["waits"])], {}),
    "plot_incidence": lambda d: ([sf.estimate_cumulative_incidence(d["waits"])], {}),
    "plot_flows": lambda d: ([d["flows"]], {}),
    "plot_trajectories": lambda d: ([sf.summarise_trajectories(d["paths"])], {}),
}


@pytest.mark.parametrize("name", CALLS)
def test_no_argument_ends_in_an_error_that_is_not_ours(name):
    method = getattr(sf, name)
    places, named = CALLS[name](data())
    method(*places, **named)
    found = []
    for at, argument in enumerate(inspect.signature(method).parameters):
        for wrong in [] if argument in FREE else WRONG:
            given = [wrong if place == at else value for place, value in enumerate(places)]
            asked = named if at < len(places) else {**named, argument: wrong}
            try:
                method(*given, **asked)
            except sf.errors.SkillsfcError:
                pass
            except Exception as error:
                found.append(f"{argument}={wrong!r}: {type(error).__name__}: {error}"[:160])
    assert found == []


@pytest.mark.parametrize(
    "call",
    [
        lambda d: sf.check_spells(d["spells"].table.assign(state=[["a"]] * len(d["spells"].table))),
        lambda d: sf.classify_stages(d["survey"].assign(activity=[["a"]] * len(d["survey"]))),
        lambda d: sf.fit_panel_markov(visits().assign(state=[["A"]] * 100), transitions="all"),
    ],
)
def test_cells_that_hold_lists_are_named(call):
    with pytest.raises(sf.errors.TableError, match="lists or the like"):
        call(data())
