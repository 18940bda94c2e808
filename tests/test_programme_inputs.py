"""Odd input of `estimate_programme_effect`: refused in words, or flagged."""

import numpy as np
import pandas as pd
import pytest
from programme_cases import drawn, effect, estimate, lalonde

import skillsfc as sf
from skillsfc.errors import ConvergenceError, ParameterError, SkillsfcError, TableError


@pytest.mark.parametrize("wrong", [None, 5, "table", [1], pd.Series([1])])
def test_what_is_no_table_is_refused(wrong):
    with pytest.raises(TableError, match="a pandas DataFrame"):
        estimate(wrong)


def test_every_column_that_is_not_there_is_named_with_a_guess():
    with pytest.raises(TableError) as caught:
        estimate(drawn(), treatment="treatd", covariates="x + zz", group="sx", cluster="school",
                 weight="w")  # fmt: skip
    text = str(caught.value)
    assert "Did you mean 'treated'" in text
    assert "Did you mean 'sex'" in text
    assert text.count("missing") == 5


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"method": "aiwp"}, "Did you mean 'aipw'"),
        ({"target": "atte"}, "Did you mean 'att'"),
        ({"level": 95}, "above 0 and below 1"),
        ({"level": True}, "level: True"),
        ({"missing": "ignore"}, "'refuse', 'drop'"),
        ({"trim": 0.7}, "above 0 and below 0.5"),
        ({"method": "matching", "neighbours": 0}, "a whole number above 0"),
        ({"method": "matching", "neighbours": 1.5}, "a whole number"),
        ({"method": "matching", "caliper": -1}, "caliper: -1"),
        ({"method": "matching", "covariates": None}, "covariates to match on"),
        ({"method": "matching", "bias_adjust": "yes"}, "True or False"),
        ({"method": "ipw", "outcome_model": "linear"}, "It belongs to 'aipw'"),
        ({"neighbours": 2}, "It belongs to 'matching'"),
        ({"covariates": 5}, "a column or a list of columns"),
        ({"group": 5}, "group: 5"),
        ({"treatment": None}, "the name of a column"),
        ({"outcome": "treated"}, "the treatment 'treated'"),
        ({"covariates": "x + treated"}, "which is the treatment"),
        ({"covariates": "x + outcome"}, "which is the outcome"),
        ({"covariates": "x +"}, "formula"),
        ({"covariates": "x - 1"}, "Take '-1' out"),
        ({"outcome_model": "logit"}, "'linear' for an outcome of numbers"),
        ({"group": "estimate"}, "the result has a column of this name"),
    ],
)
def test_wrong_arguments_are_named(change, words):
    table = drawn().assign(estimate=1)
    with pytest.raises(ParameterError) as caught:
        estimate(table, **change)
    assert words in str(caught.value)


def test_several_wrong_arguments_come_at_once():
    with pytest.raises(ParameterError) as caught:
        estimate(drawn(), method="xxx", target="yyy", level=2)
    assert len(caught.value.problems) == 3


def test_a_treatment_in_words_needs_to_be_told_which_is_the_treated():
    table = drawn().assign(treated=lambda t: np.where(t["treated"], "trained", "not"))
    with pytest.raises(TableError, match="Say which of them is the treated one"):
        estimate(table)
    made = estimate(table, treated="trained").table
    pd.testing.assert_frame_equal(made, estimate(drawn()).table)
    with pytest.raises(TableError, match="Did you mean 'trained'"):
        estimate(table, treated="traind")


@pytest.mark.parametrize("coding", [(1, 0), ("1", "0"), ("True", "False"), (1.0, 0.0)])
def test_yes_and_no_are_read_however_they_are_written(coding):
    table = drawn().assign(
        treated=lambda t: t["treated"].map(dict(zip((True, False), coding, strict=True)))
    )
    pd.testing.assert_frame_equal(estimate(table).table, estimate(drawn()).table)


def test_codes_one_and_two_are_not_guessed():
    table = drawn().assign(treated=lambda t: t["treated"] + 1)
    with pytest.raises(TableError, match="'1', '2'; expected 0 and 1"):
        estimate(table)
    assert estimate(table, treated=2).table["treated"].iloc[0] == drawn()["treated"].sum()


def test_three_kinds_of_treatment_are_refused():
    with pytest.raises(TableError, match=r"3 values.*make a column of true and false"):
        estimate(drawn().assign(treated=np.arange(400) % 3))


@pytest.mark.parametrize(("value", "who"), [(1, "everybody"), (0, "nobody")])
def test_row_34_one_arm_alone_is_refused(value, who):
    with pytest.raises(TableError, match=f"{who} treated in the 400 rows"):
        estimate(drawn().assign(treated=value))


def test_one_arm_alone_in_a_group_names_the_group():
    table = drawn()
    table.loc[table["sex"] == "M", "treated"] = True
    with pytest.raises(TableError, match=r"\(sex M\).*\n.*everybody treated"):
        estimate(table, group="sex")


def test_identical_columns_of_treatment_and_outcome_are_refused():
    with pytest.raises(TableError, match="the same in every row"):
        estimate(drawn().assign(outcome=lambda t: t["treated"] * 1.0))


def test_an_outcome_in_words_says_how_to_make_numbers():
    table = drawn().assign(outcome=np.where(np.arange(400) % 2, "job", "none"))
    with pytest.raises(TableError, match=r"true and false first: persons\['outcome'\] == 'job'"):
        estimate(table)


def test_dates_are_no_outcome():
    with pytest.raises(TableError, match="dates; expected numbers"):
        estimate(drawn().assign(outcome=pd.Timestamp("2020-01-01")))


@pytest.mark.parametrize("kind", ["category", "boolean", "Int64", "float64"])
def test_columns_are_read_however_pandas_holds_them(kind):
    table = drawn().assign(treated=lambda t: t["treated"].astype(kind))
    if kind == "Int64":
        table["outcome"] = table["outcome"].astype("Float64")
    pd.testing.assert_frame_equal(estimate(table).table, estimate(drawn()).table)


def test_infinite_or_wholly_missing_outcomes_are_refused():
    with pytest.raises(TableError, match="infinite in 1 rows"):
        estimate(drawn().assign(outcome=lambda t: t["outcome"].mask(t.index == 3, np.inf)))
    with pytest.raises(TableError, match="missing in every row"):
        estimate(drawn().assign(outcome=np.nan))


def test_missing_outcomes_are_left_out_and_counted_by_arm():
    table = drawn()
    away = table.index < 50
    made = estimate(table.assign(outcome=table["outcome"].mask(away)))
    lost = int(table.loc[away, "treated"].sum())
    assert any(f"No outcome is known of {lost} of {table['treated'].sum()} treated" in note
               for note in made.notes)  # fmt: skip
    other = estimate(table[~away]).table
    pd.testing.assert_frame_equal(made.table, other)


def test_missing_covariates_are_refused_or_counted():
    table = drawn().assign(x=lambda t: t["x"].mask(t.index < 7))
    table["treated"] = table["treated"].astype("object").mask(table.index == 9, None)
    with pytest.raises(TableError) as caught:
        estimate(table)
    assert "column 'x': missing in 7 of 400 rows" in str(caught.value)
    assert "column 'treated': missing in 1 of 400 rows" in str(caught.value)
    made = estimate(table, missing="drop")
    assert any("8 of 400 rows left out: missing" in note for note in made.notes)
    assert made.table[["treated", "controls"]].to_numpy().sum() == 392


def test_row_21_missing_weights_are_refused():
    table = drawn().assign(weight=lambda t: t["x"].abs().mask(t.index < 3))
    with pytest.raises(TableError, match="missing or no number in 3 rows"):
        estimate(table)


def test_row_22_weights_of_zero_are_in_no_count():
    table = drawn().assign(weight=lambda t: (t.index >= 100) * 1.0)
    made = estimate(table)
    pd.testing.assert_frame_equal(made.table, estimate(drawn().iloc[100:]).table)
    assert any("100 rows have weight 0" in note for note in made.notes)


def test_row_23_and_24_negative_weights_and_none_at_all_are_refused():
    with pytest.raises(TableError, match="negative in 400 rows"):
        estimate(drawn().assign(weight=-1.0))
    with pytest.raises(TableError, match="all zero"):
        estimate(drawn().assign(weight=0.0))


def test_row_25_a_giant_weight_is_said():
    table = drawn().assign(weight=lambda t: np.where(t.index == 5, 5000.0, 1.0))
    made = estimate(table)
    assert any("Kish's design effect" in note for note in made.notes)
    assert any("Overlap is poor" in note for note in made.notes)


@pytest.mark.parametrize("method", ["ipw", "aipw", "matching"])
def test_row_33_perfect_separation_names_the_covariate(method):
    table = drawn().assign(certificate=lambda t: t["treated"] * 2.0 + (t.index % 2))
    with pytest.raises(ConvergenceError) as caught:
        estimate(table, covariates="x + certificate", method=method)
    assert "'certificate'" in str(caught.value)
    assert "no overlap" in str(caught.value)
    assert "'x'" not in str(caught.value)


def test_row_33_a_category_without_any_treated_is_separation_in_part():
    table = drawn()
    table["region"] = np.where(table.index < 30, "north", "south")
    table.loc[table["region"] == "north", "treated"] = False
    with pytest.raises(ConvergenceError, match="settles the answer of 30 of 400 rows"):
        estimate(table, covariates="x + region")
    # Mahalanobis distances and a wide overlap need no chance to be treated.
    estimate(table, covariates="x + region", method="matching", distance="mahalanobis")


def test_a_steep_but_possible_score_is_not_called_separation():
    rng = np.random.default_rng(1)
    x = rng.normal(size=2000)
    treated = rng.random(2000) < 1 / (1 + np.exp(-8 * x))
    table = pd.DataFrame({"x": x, "treated": treated, "outcome": x + treated})
    made = estimate(table, covariates="x")
    assert np.isfinite(made.table["estimate"].iloc[0])
    assert any("Overlap is poor" in note for note in made.notes)


def test_separation_of_the_outcome_falls_back_to_a_line_and_says_so():
    """In lalonde all eleven treated of one category worked: a logit has no maximum."""
    table = lalonde().assign(paid=lambda t: t["re78"] > 0)
    made = effect(table, outcome="paid", target="ate")
    assert any("The outcome of the treated has a linear model" in note for note in made.notes)
    with pytest.raises(ConvergenceError, match=r"11 of 185 rows.*outcome_model='linear'"):
        effect(table, outcome="paid", target="ate", outcome_model="logit")


def test_row_34_constant_and_collinear_covariates_are_refused():
    table = drawn().assign(one=1.0, sum=lambda t: t["x"] + t["z"])
    with pytest.raises(TableError) as caught:
        estimate(table, covariates="x + z + one + sum")
    assert "'one': constant" in str(caught.value)
    assert "'sum': told in full by 'x', 'z'" in str(caught.value)


def test_a_covariate_that_is_constant_in_one_arm_is_refused_by_name():
    table = drawn()
    table["course"] = np.where(table["treated"], 3.0, table["z"])
    with pytest.raises(SkillsfcError, match="course"):
        estimate(table, covariates="x + course", target="ate")


@pytest.mark.parametrize("method", ["ipw", "aipw", "matching"])
def test_an_outcome_that_never_varies_has_no_effect_and_no_error(method):
    row = estimate(drawn().assign(outcome=3.0), method=method).table.iloc[0]
    assert row["estimate"] == pytest.approx(0, abs=1e-12)
    assert row["standard_error"] == pytest.approx(0, abs=1e-9)


def test_row_35_small_arms_are_flagged():
    table = drawn()
    few = pd.concat([table[table["treated"]].head(20), table[~table["treated"]]])
    made = estimate(few)
    assert made.table["reliability"].iloc[0] == "u"
    assert any("fewer than 30 persons" in note for note in made.notes)
    assert estimate(table).table["reliability"].iloc[0] == ""


def test_persons_twice_are_refused_unless_errors_know_or_groups_part_them():
    tracer = sf.example(seed=1).tracer
    tracer = tracer[tracer["person"] <= 800]
    choice = {"treatment": "work_based_learning", "outcome": "employed",
              "covariates": "final_grade"}  # fmt: skip
    with pytest.raises(TableError, match="rows repeat a person") as caught:
        sf.estimate_programme_effect(tracer, **choice)
    assert "cluster='person'" in str(caught.value)
    apart = sf.estimate_programme_effect(tracer, group="months_since_graduation", **choice)
    assert not any("repeat a person" in note for note in apart.notes)
    together = sf.estimate_programme_effect(tracer, cluster="person", **choice).table.iloc[0]
    blind = sf.estimate_programme_effect(tracer.drop(columns="person"), **choice).table.iloc[0]
    assert together["estimate"] == pytest.approx(blind["estimate"])
    assert together["standard_error"] > 1.15 * blind["standard_error"]


def test_identifiers_never_stand_in_errors():
    table = drawn().assign(person="secret-name")
    with pytest.raises(TableError) as caught:
        estimate(table)
    assert "secret-name" not in str(caught.value)


def test_odd_names_and_an_odd_index_are_no_trouble():
    table = drawn().rename(columns={"x": "le pré-test (points)"})
    table.index = ["row"] * len(table)
    made = estimate(table, covariates=["le pré-test (points)", "z"])
    assert made.table["estimate"].iloc[0] == pytest.approx(
        estimate(drawn()).table["estimate"].iloc[0]
    )
    assert made.balance()["term"].tolist() == ["le pré-test (points)", "z"]


def test_the_input_stays_as_it_was():
    table = drawn()
    before = table.copy()
    for method in ("ipw", "aipw", "matching"):
        estimate(table, method=method)
    pd.testing.assert_frame_equal(table, before)


def test_few_clusters_are_said():
    table = drawn().assign(school=np.arange(400) % 12)
    made = estimate(table, cluster="school")
    assert any("11 degrees of freedom" in note for note in made.notes)
    row = made.table.iloc[0]
    # Student's t with 11 degrees of freedom.
    assert (row["upper"] - row["estimate"]) / row["standard_error"] == pytest.approx(
        2.2010, abs=1e-4
    )
