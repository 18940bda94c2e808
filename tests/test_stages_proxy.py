"""Stages from fewer questions: what is lost, what is wrong, flows, real data, wrong input."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stages_made_up import true_forms

import skillsfc as sf
from skillsfc.errors import ParameterError, TableError
from skillsfc.transitions.stages.answers import QUESTIONS

LEARN = {"in_education": "yes", "activity": ("employed", "unemployed", "outside")}
MVAD = {
    "school": LEARN, "FE": LEARN, "HE": LEARN,
    "training": {"in_education": ("yes", "no"), "activity": "employed"},
    "employment": {"in_education": "no", "activity": "employed"},
    "joblessness": {"in_education": "no", "activity": ("unemployed", "outside")},
}  # fmt: skip
KEANE_WOLPIN = {
    "school": LEARN,
    "home": {"in_education": "no", "activity": ("unemployed", "outside")},
    "white_collar": {"in_education": "no", "activity": "employed"},
    "blue_collar": {"in_education": "no", "activity": "employed"},
    "services": {"in_education": "no", "activity": "employed", "job": ("stable", "temporary")},
}


@cache
def country():
    return sf.example(seed=1)


def survey():
    return country().labour_force_survey


@cache
def in_turn(version="ilostat"):
    lose = ["wants_other_job", "contract", "intends_to_work"]
    return sf.approximate_stages(survey(), lose=lose, version=version)


def loss_of(made, lost, measure):
    return made.loss.set_index(["lost", "measure"]).loc[(lost, measure)]


# Loss


def test_the_loss_of_each_question_is_the_share_of_the_stages_that_hang_on_it():
    """The truth by own arithmetic: who loses the stage without the question."""
    parts = true_forms(country()).groupby("form")["persons"].sum()
    parts = parts / parts.sum()
    stated = country().truth["labour_force_survey"]["wants_other_job"]["value"]
    assert stated["temporary"] == 0.55
    expected = {
        "wants_other_job": parts["b"] + parts["e"],
        "intends_to_work": parts["f"] + parts["h"],
    }
    for lost, share in expected.items():
        row = loss_of(in_turn(), lost, "stage_lost")
        assert abs(row["share"] - share) < 3.5 * row["standard_error"] + 0.01, lost
    row = loss_of(in_turn(), "contract", "stage_lost")
    people = sf.classify_stages(survey()).table
    open_ones = (people["form"].isin(["a", "b", "e"]) & people["wants_other_job"]
                 & (people["employment_status"] == "1"))  # fmt: skip
    weight = people["weight"].where(people["in_scope"], 0)
    assert row["share"] == pytest.approx(weight[open_ones].sum() / weight.sum())


def test_without_assumptions_nothing_is_wrong_and_ranges_hold_the_full_share():
    for version in ("ilostat", "w4y"):
        made = in_turn(version)
        wrong = made.loss[made.loss["measure"].str.endswith("wrong")]
        assert len(wrong) == 8
        assert (wrong["share"] == 0).all()
        bounds = made.bounds
        assert (bounds["share"] <= bounds["share_full"] + 1e-12).all()
        assert (bounds["share_full"] <= bounds["share_high"] + 1e-12).all()
        assert (bounds["share_high"] > bounds["share"]).any()


def test_all_together_lose_at_least_as_much_as_each_alone():
    lost = in_turn().loss[in_turn().loss["measure"] == "stage_lost"].set_index("lost")["share"]
    assert list(lost.index) == [
        "wants_other_job", "contract", "intends_to_work",
        "wants_other_job + contract + intends_to_work",
    ]  # fmt: skip
    assert lost.iloc[3] >= lost.iloc[:3].max()
    assert lost.iloc[3] > lost.iloc[0] + lost.iloc[2]  # the contract decides more without a wish


def test_an_assumption_closes_the_range_and_shows_its_price():
    made = sf.approximate_stages(survey(), lose="wants_other_job", assume={"wants_other_job": "no"})
    row = loss_of(made, "wants_other_job", "stage_wrong")
    full = sf.estimate_stage_shares(sf.classify_stages(survey())).table
    dissatisfied = full.loc[full["form"] == "e", "share"].item()
    assert row["share"] == pytest.approx(dissatisfied)
    assert loss_of(made, "wants_other_job", "stage_lost")["share"] == 0
    assert (made.bounds["share"] == made.bounds["share_high"]).all()
    assert any("Assumed wherever the answer is open" in note for note in made.notes)


def test_an_assumption_does_not_touch_what_is_known():
    people = survey()
    plain = sf.classify_stages(people).table
    made = sf.approximate_stages(people, assume={"wants_other_job": "yes", "job": "stable"})
    pd.testing.assert_frame_equal(made.table, plain)


def test_confusion_holds_everybody_and_agrees_with_the_loss():
    made = in_turn()
    table = made.confusion
    assert table["share"].sum() == pytest.approx(1.0)
    assert table["persons"].sum() == survey()["age"].between(15, 29).sum()
    opened = table.loc[table["stage_approximated"] == "not_classified", "share"].sum()
    together = "wants_other_job + contract + intends_to_work"
    assert opened == pytest.approx(loss_of(made, together, "stage_lost")["share"])
    for row in table.itertuples():
        assert row.stage_full in row.possible_stages.split()


@settings(max_examples=12)
@given(st.sets(st.sampled_from(QUESTIONS), min_size=1), st.sampled_from(["ilostat", "w4y"]))
def test_any_set_of_questions_may_be_lost_and_the_truth_stays_possible(lost, version):
    people = survey().head(500)
    full = sf.classify_stages(people, version=version).table
    kept = people.drop(columns=[name for name in lost if name in people.columns])
    made = sf.approximate_stages(kept, version=version).table
    young = full["in_scope"]
    for full_form, possible in zip(full.loc[young, "form"], made.loc[young, "possible_forms"],
                                   strict=True):  # fmt: skip
        assert full_form in possible.split()


def test_with_all_questions_it_is_the_full_classification():
    made = sf.approximate_stages(survey())
    plain = sf.classify_stages(survey())
    pd.testing.assert_frame_equal(made.table, plain.table)
    assert made.loss.empty
    assert made.confusion.empty
    assert made.flows.empty
    assert "share_full" not in made.bounds
    shares = sf.estimate_stage_shares(made, stratum="stratum", cluster="cluster").table
    expected = sf.estimate_stage_shares(plain, stratum="stratum", cluster="cluster").table
    pd.testing.assert_frame_equal(shares, expected)


def test_losing_the_contract_loses_its_length_too():
    people = survey().assign(contract_months=lambda made: np.where(made["person"] % 2, 24, 6))
    made = sf.approximate_stages(people, lose="contract")
    assert loss_of(made, "contract", "form_lost")["share"] > 0.1


def test_notes_say_what_is_not_asked_and_how_much_is_open():
    made = sf.approximate_stages(survey().drop(columns=["contract", "wants_other_job"]))
    text = " ".join(made.notes)
    assert "Not asked or left out: contract, wants_other_job." in text
    opened = (made.table["stage"] == "not_classified").sum() / made.table["in_scope"].sum()
    assert f"open for {opened:.1%}" in text


# Flows


def test_flows_of_a_panel_by_hand():
    rows = [
        (1, 1, False, "unemployed"), (1, 2, False, "outside"), (1, 3, True, "outside"),
        (2, 1, True, "outside"), (2, 2, True, "outside"),
        (3, 1, False, "unemployed"), (3, 3, False, "unemployed"),
    ]  # fmt: skip
    panel = pd.DataFrame(rows, columns=["person", "quarter", "in_education", "activity"])
    made = sf.approximate_stages(panel, period="quarter", age=None)
    flows = made.flows.set_index(["from_stage", "to_stage"])
    # Three pairs: 1 at 1-2 (in transition to open), 1 at 2-3 (open to not started), 2 at 1-2.
    assert flows.loc[("not_started", "not_started"), "share"] == pytest.approx(1 / 3)
    assert flows.loc[("not_started", "not_started"), "share_high"] == pytest.approx(2 / 3)
    assert flows.loc[("in_transition", "not_started"), "share"] == 0
    assert flows.loc[("in_transition", "not_started"), "share_high"] == pytest.approx(2 / 3)
    assert flows.loc[("in_transition", "in_transition"), "share_high"] == pytest.approx(1 / 3)
    assert flows.loc[("transited", "transited"), "share_high"] == 0
    assert (flows["persons"] == 3).all()
    assert any("3 of 5 persons and periods are matched" in note for note in made.notes)


def test_flows_of_certain_stages_sum_to_1_and_follow_the_chain():
    """Examplia's panel with the answers it lacks: the flows are those of its monthly chances."""
    panel = country().labour_force_panel
    says = {
        "employed": {"in_education": "no", "activity": "employed", "job": "stable"},
        "unemployed": {"in_education": "no", "activity": "unemployed"},
        "outside": {"in_education": "yes", "activity": "outside"},
    }
    made = sf.approximate_stages(
        panel.rename(columns={"activity": "state"}), states=says, period="quarter", age=None
    )
    flows = made.flows.set_index(["from_stage", "to_stage"])
    assert flows["share"].sum() == pytest.approx(1.0)
    assert (flows["share"] == flows["share_high"]).all()
    truth = country().truth["labour_force_panel"]["monthly_probability"]["value"]
    names = ["employed", "unemployed", "outside"]
    matrix = np.array([[truth[a][b] for b in names] for a in names])
    shares = country().truth["derived"]["panel_shares"]["value"]
    start = np.array([shares[name] for name in names])
    joint = start[:, None] * np.linalg.matrix_power(matrix, 3)
    stages = ["transited", "in_transition", "not_started"]
    for i, before in enumerate(stages):
        for j, after in enumerate(stages):
            row = flows.loc[(before, after)]
            assert abs(row["share"] - joint[i, j]) < 3.5 * row["standard_error"], (before, after)


def test_a_panel_of_activities_alone_leaves_wide_but_true_ranges():
    made = sf.approximate_stages(country().labour_force_panel, period="quarter", age=None)
    bounds = made.bounds.set_index("stage")
    activity = country().labour_force_panel["activity"].value_counts(normalize=True)
    assert bounds.loc["transited", "share_high"] == pytest.approx(activity["employed"])
    assert bounds.loc["in_transition", "share"] == pytest.approx(activity["unemployed"])
    assert bounds.loc["not_started", "share_high"] == pytest.approx(activity["outside"])
    assert (made.flows["share"] <= made.flows["share_high"]).all()


# Real data


@pytest.mark.parametrize("month", [2, 35, 71])
def test_mvad_gives_the_ranges_that_its_states_allow(month):
    data = sf.load_microdata("mvad")
    now = data[data["month"] == month]
    made = sf.approximate_stages(now, states=MVAD, age=None)
    share = now.groupby("state")["weight"].sum() / now["weight"].sum()
    bounds = made.bounds.set_index("stage")
    school = share.reindex(["school", "FE", "HE"]).sum()
    assert bounds["share"].tolist() == [0, 0, 0]  # every state leaves two stages at least
    assert bounds.loc["transited", "share_high"] == pytest.approx(
        share["employment"] + share.get("training", 0)
    )
    assert bounds.loc["not_started", "share_high"] == pytest.approx(school + share["joblessness"])


def test_mvad_with_stated_assumptions_moves_from_not_started_to_transited():
    data = sf.load_microdata("mvad")
    assumed = {"activity": "outside", "job": "stable", "intends_to_work": "yes"}
    found = {}
    for month in (2, 71):
        made = sf.approximate_stages(
            data[data["month"] == month], states=MVAD, assume=assumed | {"in_education": "no"},
            age=None,
        )  # fmt: skip
        assert (made.bounds["share"] == made.bounds["share_high"]).all()
        found[month] = made.bounds.set_index("stage")["share"]
    assert found[2]["not_started"] > 0.5 > found[71]["not_started"]
    assert found[71]["transited"] > 0.5 > found[2]["transited"]


def test_keane_wolpin_states_and_flows_by_year():
    data = sf.load_microdata("keane_wolpin")
    made = sf.approximate_stages(data, states=KEANE_WOLPIN, period="year", age=None, weight=None)
    missing = data["state"].isna().to_numpy()
    assert missing.sum() == 58
    # A person-year without a state could be anything.
    assert (made.table.loc[missing, "possible_forms"] == "a b c d e f g h").all()
    work = data["state"].isin(["white_collar", "blue_collar", "services"]) | missing
    bounds = made.bounds.set_index("stage")
    assert bounds.loc["transited", "share_high"] == pytest.approx(work.mean())
    flows = made.flows.set_index(["from_stage", "to_stage"])
    both = flows.loc[("transited", "transited"), "share_high"]
    assert 0.2 < both < work.mean()
    assert made.flows["persons"].iloc[0] == len(data) - data["person"].nunique()


# Wrong arguments


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"lose": "contrat"}, ParameterError, "Did you mean 'contract'"),
        ({"lose": "available"}, ParameterError, "the table lacks 'available'"),
        ({"assume": {"job": "stabel"}}, ParameterError, "Did you mean 'stable'"),
        ({"assume": {"wish": "no"}}, ParameterError, "no question 'wish'"),
        ({"version": "w5y"}, ParameterError, "Did you mean 'w4y'"),
        ({"period": "quarter"}, TableError, "column 'quarter': missing"),
        ({"states": MVAD}, TableError, "column 'state': missing"),
        ({"states": {"x": {"activity": "idle"}}}, ParameterError, "activity='idle'"),
        ({"level": 2}, ParameterError, "level"),
        ({"age": (30, 20)}, ParameterError, "first and last age"),
        ({"columns": {"contract": "q1"}}, TableError, "column 'q1'"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, words):
    with pytest.raises(error, match=words):
        sf.approximate_stages(survey().head(50), **arguments)


def test_a_loss_is_refused_where_the_full_classification_is_not_possible():
    with pytest.raises(ParameterError, match="leave lose=\\(\\) here"):
        sf.approximate_stages(survey().drop(columns="contract"), lose="wants_other_job")


def test_states_without_an_entry_and_repeated_periods_are_refused():
    data = sf.load_microdata("mvad").head(100)
    fewer = {name: says for name, says in MVAD.items() if name != "training"}
    with pytest.raises(TableError, match="not named: 'training'"):
        sf.approximate_stages(data, states=fewer, age=None)
    twice = pd.concat([data, data.head(2)])
    with pytest.raises(TableError, match="2 rows repeat a person and month"):
        sf.approximate_stages(twice, states=MVAD, period="month", age=None)
    with pytest.raises(TableError, match="DataFrame"):
        sf.approximate_stages(None)


def test_rows_without_a_period_or_a_person_are_no_neighbours():
    panel = pd.DataFrame(
        {
            "person": [1, 1, 2, 2, 3, 3, None, None, 4, 4],
            "year": [2019, 2020, None, 2019, None, None, 2019, 2020, 2019, 2020],
            "in_education": False,
            "activity": "unemployed",
        }
    )
    made = sf.approximate_stages(panel, period="year", age=None)
    assert (made.flows["persons"] == 2).all()  # the first and the last person are seen twice
    assert any("2 of 3 persons and periods are matched" in note for note in made.notes)
    assert any("5 rows without a person or a period" in note for note in made.notes)
    empty = sf.approximate_stages(panel.assign(year=np.nan), period="year", age=None)
    assert empty.flows.empty
    assert any("10 rows without a person or a period" in note for note in empty.notes)
    whole = sf.approximate_stages(panel.iloc[[0, 1, 8, 9]], period="year", age=None)
    assert not any("without a person or a period" in note for note in whole.notes)


def test_states_may_be_numbers():
    words = pd.DataFrame({"person": [1, 2, 3], "state": ["1", "2", ""]})
    numbers = words.assign(state=[1.0, 2.0, np.nan])
    says = {
        1: {"in_education": "no", "activity": "unemployed"},
        2: {"in_education": "yes", "activity": "outside"},
    }
    for table, states in ((words, {str(k): v for k, v in says.items()}), (numbers, says)):
        made = sf.approximate_stages(table, states=states, age=None).table
        assert made["stage"].tolist() == ["in_transition", "not_started", "not_classified"]


def test_row_22_persons_of_weight_zero_are_in_no_count_of_the_confusion():
    some = survey().head(400)
    weighted = some.assign(weight=np.where(np.arange(len(some)) % 2 == 0, 1.0, 0.0))
    made = sf.approximate_stages(weighted, lose="contract")
    half = sf.approximate_stages(weighted.iloc[::2], lose="contract")
    assert made.confusion["persons"].sum() == half.confusion["persons"].sum()


@pytest.mark.parametrize(
    ("version", "question"),
    [("w4y", "available"), ("ilostat", "potential_labour_force"), ("ilostat", "contract_months")],
)
def test_a_question_left_out_is_open_also_where_its_absence_would_mean_no(version, question):
    rng = np.random.default_rng(1)
    people = survey()
    people = people.assign(
        available=rng.random(len(people)) < 0.5,
        potential_labour_force=(people["activity"] == "outside") & (rng.random(len(people)) < 0.3),
        contract_months=np.where(
            people["contract"] == "temporary", rng.integers(1, 30, len(people)), np.nan
        ),
    )
    made = sf.approximate_stages(people, version=version, lose=question)
    loss = made.loss.set_index("measure")["share"]
    assert loss["stage_lost"] > 0.01
    assert loss["stage_wrong"] == loss["form_wrong"] == 0
    full = made.bounds["share_full"]
    assert full.between(made.bounds["share"] - 1e-12, made.bounds["share_high"] + 1e-12).all()


def test_flows_of_nobody_have_their_columns():
    once = survey().assign(year=lambda t: 2000 + np.arange(len(t)) % 3)
    made = sf.approximate_stages(once.assign(person=np.arange(len(once))), period="year")
    assert made.flows.empty
    assert {"from_stage", "to_stage", "share"} <= set(made.flows.columns)
    assert any(note.startswith("0 of ") for note in made.notes)
