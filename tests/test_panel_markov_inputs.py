"""What `fit_panel_markov` refuses, and in which words."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import ConvergenceError, CoverageError, ParameterError, TableError
from skillsfc.transitions.multistate.panel_scoring import Bounds, maximise
from skillsfc.transitions.records import hashed


def panel(persons=40):
    """Return a small made-up panel with every move between E and U, and exits to D."""
    rng = np.random.default_rng(0)
    state = np.array(["E", "U"])[rng.integers(0, 2, (persons, 4))]
    made = pd.DataFrame({
        "person": np.repeat([f"p{at}" for at in range(persons)], 4),
        "time": np.tile([0.0, 1.0, 2.0, 3.0], persons),
        "state": state.ravel(),
        "sex": np.repeat(np.where(np.arange(persons) % 2, "F", "M"), 4),
        "age": np.repeat(rng.integers(20, 40, persons).astype(float), 4),
        "w": 1.0,
    })  # fmt: skip
    dead = (made["person"].isin(["p1", "p2", "p3", "p4", "p5"])) & (made["time"] == 3)
    made.loc[dead, "state"] = "D"
    return made


def changed(rows, column, value):
    made = panel()
    made[column] = made[column].astype(object)
    made.loc[rows, column] = value
    return made


FREE = {"transitions": ["E->U", "U->E", "E->D", "U->D"]}


def fit(table=None, **arguments):
    return sf.fit_panel_markov(panel() if table is None else table, **(FREE | arguments))


@pytest.mark.parametrize(("table", "arguments", "error", "words"), [
    ("no table", {}, TableError, "pandas DataFrame"),
    (panel().drop(columns="time"), {}, TableError, "column 'time': missing"),
    (panel().rename(columns={"state": "State"}), {}, TableError, "Did you mean 'State'"),
    (panel().iloc[:0], {}, CoverageError, "none with a state"),
    (changed(slice(None), "state", None), {}, CoverageError, "none with a state"),
    (changed([0, 1], "time", "soon"), {}, TableError, "missing or no number in 2 rows"),
    (changed([0], "person", None), {}, TableError, "column 'person': missing in 1 rows"),
    (panel().assign(time=pd.Timestamp("2024-01-01")), {}, TableError, "dt.days / 30.4375"),
    (panel().drop_duplicates("person"), {}, CoverageError, "nobody was seen twice"),
    (None, {"states": ["E", "U"]}, ParameterError, "unknown state 'D'"),
    (None, {"states": ["E", "U"], "transitions": ["E->U", "U->E"]}, TableError,
     "unknown state 'D' in 5 rows"),
    (None, {"transitions": []}, ParameterError, "no move"),
    (None, {"transitions": ["E-U"]}, ParameterError, "no pair of states: 'E-U'"),
    (None, {"transitions": ["E->E", "E->U"]}, ParameterError, "to itself: 'E->E'"),
    (None, {"transitions": ["E->U", ("E", "U")]}, ParameterError, "named twice: 'E->U'"),
    (panel().assign(state="E"), {"transitions": "all"}, ParameterError, "only one state"),
    (None, {"exact_exit": "Dead"}, ParameterError, "exact_exit: unknown state 'Dead'"),
    (None, {"level": 95}, ParameterError, "level: 95"),
    (None, {"information": "observd"}, ParameterError, "Did you mean 'observed'"),
    (None, {"weight": "wt"}, TableError, "column 'wt': missing"),
    (None, {"cluster": "famly"}, TableError, "column 'famly': missing"),
    (None, {"covariates": "sx"}, ParameterError, "Did you mean 'sex'"),
    (None, {"covariates": 3}, ParameterError, "covariates: int"),
    (None, {"covariates": {"E->X": ["sex"]}}, ParameterError, "'E->X' is no move of the model"),
    (panel().assign(one=1.0), {"covariates": "one"}, TableError, "one"),
    (changed([0], "age", np.nan), {"covariates": "age"}, TableError, "missing in 1 rows"),
    (None, {"fixed": {("E", "X"): 1.0}}, ParameterError, "fixed: 'E->X' is no move"),
    (None, {"fixed": {("E", "U"): -1.0}}, ParameterError, "expected a number above 0"),
    (None, {"fixed": {("E", "U", "sex"): 1.0}}, ParameterError, "E->U has no covariate 'sex'"),
    (None, {"fixed": dict.fromkeys(FREE["transitions"], 0.1)}, ParameterError, "every rate"),
    (None, {"equal": {"sx": "all"}, "covariates": "sex"}, ParameterError, "equal: unknown 'sx'"),
    (None, {"equal": {"rate": [["E->U", "E->Z"]]}}, ParameterError, "'E->Z' is no move"),
    (None, {"start": {"E->Z": 1.0}}, ParameterError, "start: 'E->Z' is no move"),
    (None, {"start": {"E->U": 0.0}}, ParameterError, "rate 0.0 of E->U"),
    (None, {"censor": ["99"]}, ParameterError, "censor: list"),
    (None, {"censor": {"E": ["U"]}}, ParameterError, "'E' is a state"),
    (None, {"censor": {"99": ["X"]}}, ParameterError, "unknown state 'X'"),
    (None, {"censor": {"99": []}}, ParameterError, "stands for no state"),
    (None, {"misclassification": {"E": ["X"]}}, ParameterError, "unknown state 'X'"),
    (None, {"misclassification": 0.1}, ParameterError, "misclassification: float"),
    (None, {"misclassification": np.eye(2)}, ParameterError, "of shape (2, 2)"),
    (None, {"misclassification": {"E": {"U": 1.2}}}, ParameterError, "0 to 1, with sum 1"),
    (None, {"misclassification": {"E": ["D"]}, "exact_exit": "D"}, ParameterError,
     "both confused and of exact_exit"),
    (None, {"initial": "estimated"}, ParameterError, "without misclassification"),
    (None, {"initial": "frist", "misclassification": {"E": ["U"]}}, ParameterError, "initial"),
    (None, {"initial": {"E": 0.7}, "misclassification": {"E": ["U"]}}, ParameterError,
     "sum 0.7"),
    (None, {"initial": 3, "misclassification": {"E": ["U"]}}, ParameterError, "initial: int"),
])  # fmt: skip
def test_refusals(table, arguments, error, words):
    with pytest.raises(error) as caught:
        fit(table, **arguments)
    assert words in str(caught.value)


def test_all_problems_are_said_at_once():
    with pytest.raises(ParameterError) as caught:
        fit(level=2, information="x")
    assert len(caught.value.problems) == 2
    with pytest.raises(TableError) as caught:
        fit(panel().drop(columns=["time", "state"]))
    assert len(caught.value.problems) == 2


def test_a_move_the_model_has_no_way_for_is_named_with_its_count():
    count = panel()
    before = count["state"].shift().where(count["person"] == count["person"].shift())
    back = int(((before == "U") & (count["state"] == "E")).sum())
    with pytest.raises(TableError) as caught:
        fit(transitions=["E->U", "E->D", "U->D"])
    text = str(caught.value)
    assert f"move U->E: seen {back} times" in text
    assert "id:" in text
    assert "p1" not in text


def test_a_person_back_from_an_end_is_named():
    table = pd.concat([panel(), pd.DataFrame({"person": ["p1"], "time": [9.0], "state": ["E"]})])
    with pytest.raises(TableError, match="move D->E: seen 1 times"):
        fit(table, exact_exit="D")


def test_row_27_times_that_do_not_increase_are_named_by_hash():
    table = pd.concat([panel(), panel().iloc[[0]]])
    with pytest.raises(TableError) as caught:
        fit(table)
    text = str(caught.value)
    assert "1 times a person is seen twice at the same time" in text
    assert hashed(["p0"]) in text
    assert "p0" not in text


def test_row_21_missing_weights_are_refused():
    with pytest.raises(TableError, match="missing or no number in 1 rows"):
        fit(changed([3], "w", np.nan), weight="w")


def test_row_23_negative_weights_are_refused():
    with pytest.raises(TableError, match="negative in 2 rows"):
        fit(changed([3, 4], "w", -1.0), weight="w")


def test_row_24_weights_of_zero_only_are_refused():
    with pytest.raises(TableError, match="all zero"):
        fit(panel().assign(w=0.0), weight="w")


def test_row_22_a_weight_of_zero_counts_for_nothing():
    table = panel()
    table.loc[table["person"] == "p7", "w"] = 0.0
    made = fit(table, weight="w")
    without = fit(table[table["person"] != "p7"])
    np.testing.assert_allclose(made.table["rate"], without.table["rate"], rtol=1e-6)


def test_row_31_a_move_nobody_makes_is_zero_not_an_error():
    table = panel()
    table = table[table["state"] != "D"]
    with pytest.raises(TableError, match="no way"):
        fit(table, transitions=["E->U"])
    made = fit(table)
    gone = made.table.set_index(["from_state", "to_state"])
    assert gone.loc[("E", "D"), "rate"] == 0
    assert gone.loc[("E", "D"), "upper"] > 0


def test_row_33_a_group_without_moves_is_flagged_not_reported_as_exact():
    table = panel(200)
    table["group"] = np.where(table["person"].isin(["p1", "p2", "p3", "p4", "p5"]), "x", "y")
    made = fit(table, covariates={"E->D": "group", "U->D": "group"},
               equal={"group[y]": "all", "rate": [["E->D", "U->D"]]})  # fmt: skip
    assert (made.effects["note"] == "runs without end").all()
    assert made.effects["standard_error"].isna().all()
    assert made.effects["lower"].isna().all()
    assert any("No finite estimate" in note for note in made.notes)


def test_row_35_few_persons_are_marked():
    made = fit(panel(20))
    assert (made.table["reliability"] == "u").all()
    assert any("Fewer than 30 persons" in note for note in made.notes)
    assert (fit(panel(200)).table["reliability"] == "").all()


def test_treatments_are_in_the_notes():
    lone = pd.DataFrame({"person": ["lone"], "time": [0.0], "state": ["E"]})
    table = pd.concat([panel(), lone], ignore_index=True)
    table.loc[[0, 1], "state"] = None
    made = fit(table.assign(weight=2.0))
    text = " ".join(made.notes)
    assert "2 rows without a state were left out" in text
    assert "1 persons were seen once" in text
    assert "The column 'weight' was not used" in text
    assert made.diagnostics.set_index("check").loc["persons seen once", "value"] == 1


def test_visits_too_far_apart_are_said_to_be():
    rng = np.random.default_rng(1)
    chance = np.where(rng.random(1500) < 0.5, 0.04, 0.06)  # of E three months later, from E or U
    table = pd.DataFrame({"person": np.repeat(np.arange(1500), 2), "state": "U",
                          "time": np.tile([0.0, 3.0], 1500)})  # fmt: skip
    start = np.where(np.arange(1500) < 750, "E", "U")
    later = np.where(rng.random(1500) < np.where(start == "E", chance + 0.05, chance), "E", "U")
    table["state"] = np.column_stack([start, later]).ravel()
    made = sf.fit_panel_markov(table, transitions="all")
    assert any("Stays in 'E' are shorter than half" in note for note in made.notes)


def test_codes_that_are_numbers_and_texts_that_are_not_sorted():
    table = panel()
    numbers = table.assign(state=table["state"].map({"E": 1.0, "U": 2.0, "D": 10.0}))
    made = sf.fit_panel_markov(numbers, transitions={1: [2, 10], 2: [1, 10]}, exact_exit=10)
    assert made.settings.states == ("1", "2", "10")
    text = sf.fit_panel_markov(table, transitions={"E": ["U", "D"], "U": ["E", "D"]},
                               exact_exit="D", states=["E", "U", "D"])  # fmt: skip
    np.testing.assert_allclose(made.table["rate"], text.table["rate"], rtol=1e-9)
    square = pd.DataFrame([[0, 1, 1], [1, 0, 1], [0, 0, 0]], index=list("EUD"), columns=list("EUD"))
    again = sf.fit_panel_markov(table, transitions=square, exact_exit="D")
    assert sorted(again.settings.transitions) == sorted(text.settings.transitions)


def test_names_of_columns_may_differ():
    other = {"person": "pid", "time": "month", "state": "activity"}
    made = fit(panel().rename(columns=other), person="pid", time="month", state="activity")
    assert made.deviance == fit().deviance
    assert len(made.provenance["inputs"]["panel"]) == 64


def test_wrong_questions_to_the_result():
    made = fit(covariates="sex")
    for values, words in (({"sx": "F"}, "Did you mean 'sex'"), ({}, "none for 'sex'"),
                          ("F", "a mapping from name to value")):  # fmt: skip
        with pytest.raises(ParameterError, match=words):
            made.rates(values)
    for t in (-1, "soon", [1, None]):
        with pytest.raises(ParameterError, match="a time of 0 or more"):
            made.probabilities(t)
    with pytest.raises(ParameterError, match="0 <= start < until"):
        made.time_in_states(1.0, start=2.0)
    endless = sf.fit_panel_markov(panel().replace({"state": {"D": "U"}}), transitions="all")
    with pytest.raises(ParameterError, match="time in states has none"):
        endless.time_in_states()


def test_visits_no_true_path_explains_are_refused():
    with pytest.raises(TableError, match="no sequence of true states explains"):
        fit(
            transitions=["E->U", "E->D", "U->D"], misclassification={"E": ["U"]}, initial={"U": 1.0}
        )


def test_a_search_that_ends_nowhere_says_what_to_do():
    class Endless:
        """A likelihood that rises for ever."""

        size = 1

        def evaluate(self, parameters, *, scoring=False):
            from skillsfc.transitions.multistate.panel_likelihood import Evaluation

            return Evaluation(float(parameters[0]), np.ones(1), np.ones((1, 1)))

        def gradients(self, parameters):
            return np.ones_like(parameters)

    wide = np.full(1, 1e9)
    with pytest.raises(ConvergenceError, match="Give start= with plausible rates"):
        maximise(Endless(), np.zeros(1), Bounds(-wide, wide, -wide, ["rate E->U"]))


def test_the_result_prints_and_saves(tmp_path):
    made = fit()
    assert "PanelMarkov: 4 rows" in repr(made)
    made.save(tmp_path / "out")
    assert (tmp_path / "out" / "about.json").exists()
    with pytest.raises(AttributeError):
        made.log_likelihood = 0.0
