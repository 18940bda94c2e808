"""Rates that run without end, and results at their edge: no error of what nothing is seen of."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf

OTHERS = ["AAC"] * 5 + ["AAA"] * 5
ENDS = ["standard_error", "lower", "upper"]


def panel(paths, step=1.0):
    rows = [(who, at * step, s) for who, path in enumerate(paths) for at, s in enumerate(path)]
    return pd.DataFrame(rows, columns=["person", "time", "state"])


def fit(table, transitions=("A->C", "B->C"), **arguments):
    moves = transitions if isinstance(transitions, str) else list(transitions)
    return sf.fit_panel_markov(table, transitions=moves, **arguments)


def move(made, start, end):
    return made.table.set_index(["from_state", "to_state"]).loc[start, end]


@pytest.mark.parametrize(("persons", "step", "level"), [(1, 1.0, 0.95), (10, 0.001, 0.9)])
def test_a_rate_of_which_no_stayer_is_seen_has_a_lower_bound_only(persons, step, level):
    made = fit(panel(["BCC"] * persons + OTHERS, step), level=level)
    row = move(made, "B", "C")
    assert row["rate"] == row["upper"] == np.inf
    assert np.isnan(row["standard_error"])
    assert row["reliability"] == "u"
    assert row["note"].startswith("without end")
    bound = -np.log(1 - (1 - level) ** (1 / persons)) / step  # (1 - exp(-qt))^n = 1 - level
    assert row["lower"] == pytest.approx(bound, rel=1e-4)
    assert any("No finite estimate of 'rate B->C'" in note for note in made.notes)
    assert move(made, "A", "C")["rate"] == pytest.approx(-np.log(0.75) / step, rel=1e-3)
    assert np.isfinite(move(made, "A", "C")[ENDS].astype(float)).all()


def test_what_rests_on_such_a_rate_has_no_error_and_the_rest_has():
    made = fit(panel(["BCC"] * 10 + OTHERS))
    stays = made.sojourn().set_index("state")
    assert stays.loc["B", "mean_stay"] == stays.loc["B", "lower"] == 0
    assert stays.loc["B", "upper"] == pytest.approx(1 / move(made, "B", "C")["lower"])
    assert np.isnan(stays.loc["B", "standard_error"])
    assert np.isfinite(stays.loc["A", ENDS].astype(float)).all()
    for table, to in ((made.probabilities(1), "to_state"), (made.time_in_states(12), "state")):
        rows = table.set_index(["from_state", to])
        assert rows.loc[[("B", "B"), ("B", "C")], ENDS].isna().all().all()
        assert rows.loc[[("A", "A"), ("A", "C")], ENDS].notna().all().all()
        assert rows.loc[[("C", "C"), ("A", "B")], "standard_error"].eq(0).all()  # by the model


def test_people_may_pass_a_state_in_which_nobody_is_met():
    made = fit(panel(["AC"] * 10 + ["AA"] * 20), ["A->B", "B->C"])
    assert move(made, "A", "B")["rate"] == pytest.approx(-np.log(2 / 3), rel=1e-2)
    assert move(made, "B", "C")["rate"] == np.inf
    chance = made.probabilities(1).set_index(["from_state", "to_state"])
    assert chance.loc[("A", "C"), "probability"] == pytest.approx(1 / 3, abs=0.005)
    assert chance.loc[("A", "C"), ENDS].isna().all()  # it rests on how long B lasts


def test_rates_are_by_the_unit_that_names_the_times():
    table = panel(["AABBA", "ABBAA"] * 9)
    assert set(fit(table, "all").table["unit"]) == {"per month"}
    named = fit(table.rename(columns={"time": "quarter"}), "all", time="quarter")
    assert set(named.table["unit"]) == {"per quarter"}
    assert set(fit(table, "all", unit="week").table["unit"]) == {"per week"}


def test_a_rate_without_any_sign_is_not_told():
    row = move(fit(panel(OTHERS)), "B", "C")
    assert np.isnan(row[ENDS].astype(float)).all()
    assert (row["reliability"], row["note"][:6]) == ("u", "nobody")


def test_a_rate_ratio_of_such_a_rate_is_not_told():
    table = panel(["BCC"] * 10 + OTHERS)
    made = fit(table.assign(x=table["person"] % 2 * 1.0), covariates="x")
    effects = made.effects.set_index("from_state")
    assert effects.loc["B", ["coefficient", "hazard_ratio", "lower"]].isna().all()
    assert np.isfinite(effects.loc["A", "coefficient"])
    assert np.isnan(move(made, "B", "C")["lower"])  # of what kind of person it would be


def test_a_state_unknown_at_some_visits_changes_nothing_of_that():
    made = fit(panel([*["BCC"] * 10, *OTHERS, "A?C"]), censor={"?": ["A"]})
    assert move(made, "B", "C")["lower"] == pytest.approx(1.35145, rel=1e-4)


def test_moves_into_a_state_left_at_once_have_no_upper_bound():
    made = fit(panel(["BAAAA"] + ["AAAAA"] * 40), ["A->B", "B->A"])
    assert move(made, "A", "B")["rate"] == 0
    assert np.isnan(move(made, "A", "B")["upper"])
    assert made.sojourn()[["standard_error"]].isna().all().all()


def test_a_chance_of_0_or_1_by_a_rate_that_ran_to_0_has_no_error():
    made = fit(panel(["AAAA"] * 9 + ["BBCC", "BCCC", "BBBB"]), ["A->C", "B->C"])
    rows = made.probabilities([0, 2]).set_index(["time", "from_state", "to_state"])
    assert rows.loc[(2, "A", "A"), "probability"] == 1
    assert rows.loc[[(2, "A", "A"), (2, "A", "C")], ENDS].isna().all().all()
    assert rows.loc[[(0, "A", "A"), (2, "C", "C")], "lower"].eq(1).all()
    assert rows.loc[(2, "B", "B"), ENDS].notna().all()
    times = made.time_in_states(6).set_index(["from_state", "state"])
    assert times.loc[[("A", "A"), ("A", "C")], ENDS].isna().all().all()


def test_of_a_state_that_nobody_was_seen_in_nothing_is_told():
    table = panel(["AABBA", "ABBAA", "AAAAB", "BBAAB"] * 5)
    made = fit(table, "all", states=["A", "B", "C"])
    rows = made.table[made.table["from_state"] == "C"]
    assert rows[["rate", *ENDS]].isna().all().all()
    assert rows["note"].str.startswith("nobody was seen").all()
    assert any("Nobody was seen in 'C'" in note for note in made.notes)
    for told, keys in ((made.probabilities(1), "probability"), (made.sojourn(), "mean_stay"),
                       (made.time_in_states(6), "expected_time")):  # fmt: skip
        of_c = told[told["state" if keys == "mean_stay" else "from_state"] == "C"]
        assert of_c[[keys, *ENDS]].isna().all().all()
        assert told.loc[told.index.difference(of_c.index), keys].notna().all()
    alone = fit(table, "all", states=["A", "B"]).table.set_index(["from_state", "to_state"])
    both = made.table.set_index(["from_state", "to_state"])
    assert both.loc[("A", "B"), "rate"] == pytest.approx(alone.loc[("A", "B"), "rate"], rel=1e-4)


def test_two_rates_of_which_one_number_is_seen_have_no_errors_wherever_the_search_ends():
    table = pd.DataFrame({
        "person": np.repeat(np.arange(60), 2), "time": [0, 1.0] * 60,
        "state": ["E", "U", "E", "E", "E", "E"] * 20,
    })  # fmt: skip
    for start in (None, {("E", "U"): 0.2, ("U", "E"): 1.0}, {("E", "U"): 2.0, ("U", "E"): 4.0}):
        made = fit(table, "all", start=start)
        assert made.table[ENDS].isna().all().all()
        assert any("'rate E->U', 'rate U->E'" in note for note in made.notes)
        # What is seen has an error: a third have moved after one unit, and that is all.
        chance = made.probabilities(1).set_index(["from_state", "to_state"]).loc[("E", "U")]
        assert chance["probability"] == pytest.approx(1 / 3, abs=1e-3)
        assert chance["standard_error"] == pytest.approx((2 / 9 / 60) ** 0.5, rel=0.02)


def test_a_rate_beside_one_near_0_that_nothing_tells_of_has_no_error():
    table = panel(["SL"] * 40 + ["SS"] * 60)
    made = fit(table, "all")
    assert made.table[ENDS].isna().all().all()
    assert (made.table["reliability"] == "u").all()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"states": 5}, "states: 5; expected a list of states"),
        ({"states": []}, "states: none; expected two states"),
        ({"states": ["A", "C", "B", "A"]}, "named twice: 'A'"),
        ({"equal": {"rate": 5}}, "equal: 5 for 'rate'"),
        ({"equal": {"rate": ["A->C"]}}, "groups of moves"),
        ({"start": {"A->C": "x"}}, "rate 'x' of A->C"),
        ({"start": pd.DataFrame({"C": ["x"]}, index=["A"])}, "rate 'x' of A->C"),
        ({"transitions": {"A": None}}, "no pair of states"),
        ({"initial": {"A": "x"}, "misclassification": {"A": ["B"]}}, "no chance: 'x'"),
        ({"misclassification": {"A": {"B": "x"}}}, "no chance: 'x'"),
    ],
)
def test_arguments_of_the_wrong_kind_are_named(arguments, text):
    with pytest.raises(sf.errors.ParameterError, match=text):
        sf.fit_panel_markov(panel(OTHERS), **{"transitions": ["A->C", "B->C"], **arguments})
