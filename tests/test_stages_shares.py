"""Shares of forms and stages: truth of Examplia, bounds, coverage, series, wrong input."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stages_made_up import true_forms

import skillsfc as sf
from skillsfc.errors import ParameterError, TableError
from skillsfc.transitions.design import read_design
from skillsfc.transitions.ratios import wilson
from skillsfc.transitions.stages.bounds import bounds_quantile, estimate_range
from skillsfc.transitions.survey_design import estimate_ratios

DESIGN = {"stratum": "stratum", "cluster": "cluster"}
STAGE_OF = dict(zip("abcdefgh", ["transited"] * 2 + ["in_transition"] * 4 + ["not_started"] * 2,
                    strict=True))  # fmt: skip


@cache
def country(seed=1, persons=5000):
    return sf.example(seed=seed, persons=persons)


@cache
def classified(version="ilostat"):
    return sf.classify_stages(country().labour_force_survey, version=version)


def holed(share=0.2, seed=0):
    """Return the survey with answers taken out at random."""
    survey = country().labour_force_survey
    draw = np.random.default_rng(seed)
    for name in ("contract", "wants_other_job", "intends_to_work"):
        gone = draw.random(len(survey)) < share
        survey[name] = survey[name].astype(object).mask(gone)
    return survey


@pytest.mark.parametrize("version", ["ilostat", "w4y"])
def test_examplia_forms_are_recovered(version):
    truth = true_forms(country(), version).groupby("form")["persons"].sum()
    truth = truth / truth.sum()
    found = sf.estimate_stage_shares(classified(version), **DESIGN).table
    forms = found[(found["kind"] == "form") & (found["form"] != "9")].set_index("form")
    for form, row in forms.iterrows():
        assert abs(row["share"] - truth[form]) <= 3.5 * max(row["standard_error"], 1e-12), form
    stages = found[found["kind"] == "stage"].set_index("stage")["share"]
    by_stage = truth.groupby(STAGE_OF).sum()
    assert abs(stages["transited"] - by_stage["transited"]) < 0.04


def test_examplia_stages_are_recovered_by_sex_and_age_together():
    """The sum of squared deviations over errors is near the number of cells, over three seeds."""
    score, cells = 0.0, 0
    for seed in (2, 3, 4):
        made = country(seed, 4000)
        truth = true_forms(made).assign(stage=lambda t: t["form"].map(STAGE_OF))
        truth = truth.groupby(["sex", "age", "stage"])["persons"].sum()
        truth = truth / truth.groupby(level=[0, 1]).transform("sum")
        people = sf.classify_stages(made.labour_force_survey)
        found = sf.estimate_stage_shares(people, by=["sex", "age"], **DESIGN).table
        rows = found[(found["kind"] == "stage") & (found["stage"] != "not_classified")]
        for row in rows.itertuples():
            expected = truth[(row.sex, row.age, row.stage)]
            error = (expected * (1 - expected) / row.effective_persons) ** 0.5
            score, cells = score + ((row.share - expected) / error) ** 2, cells + 1
    assert cells == 54
    # Three stages of a group sum to 1, so 36 are free: chi-square times 3/2, five deviations wide.
    assert score / 1.5 == pytest.approx(36, abs=5 * (2 * 36) ** 0.5)


def test_numbers_of_persons_are_shares_of_the_weighted_group():
    found = sf.estimate_stage_shares(classified(), by="year", **DESIGN).table
    young = country().labour_force_survey.query("age >= 15 and age <= 29")
    size = young.groupby("year")["weight"].sum()
    stages = found[found["kind"] == "stage"]
    assert stages.groupby("year")["population"].sum().to_numpy() == pytest.approx(size.to_numpy())
    truth = true_forms(country())["persons"].sum()
    assert stages["population"].sum() == pytest.approx(truth, rel=1e-9)
    row = stages.iloc[0]
    assert row["population_error"] == pytest.approx(row["standard_error"] * size[row["year"]])


def test_each_share_is_that_of_the_survey_estimator():
    table = classified().table.assign(
        young=lambda made: made["in_scope"].astype(int),
        d=lambda made: (made["form"] == "d").astype(int),
    )
    plain = estimate_ratios(table, "d", "young", group="sex", **DESIGN).set_index("sex")
    found = sf.estimate_stage_shares(classified(), by="sex", **DESIGN).table
    ours = found[found["form"] == "d"].set_index("sex")
    columns = ["share", "standard_error", "lower", "upper", "persons", "cases", "design_effect"]
    pd.testing.assert_frame_equal(ours[columns], plain[columns])


@pytest.mark.parametrize("by", [None, "sex", ["sex", "age"], "area", ["sex", "qualification"]])
@pytest.mark.parametrize("holes", [False, True])
def test_shares_of_stages_and_of_forms_sum_to_1(by, holes):
    people = sf.classify_stages(holed()) if holes else classified()
    found = sf.estimate_stage_shares(people, by=by, **DESIGN).table
    groups = [by] if isinstance(by, str) else by or []
    sums = found.groupby([*groups, "kind"])["share"].sum()
    assert sums.to_numpy() == pytest.approx(1.0)
    assert (found["share_high"] >= found["share"]).all()
    assert (found["lower"] <= found["share"]).all()
    assert (found["upper"] >= found["share_high"]).all()
    forms = found[found["kind"] == "form"].groupby([*groups, "stage"])["share"].sum()
    stages = found[found["kind"] == "stage"].set_index([*groups, "stage"])["share"]
    # A stage may be certain where the form is not, never the other way round.
    known = [key for key in forms.index if "not_classified" not in str(key)]
    assert (stages[known] >= forms[known] - 1e-12).all()


def test_series_are_named_as_in_ilostat():
    def series(by, version="ilostat"):
        made = sf.estimate_stage_shares(classified(version), by=by, **DESIGN).table
        return set(made["series"])

    ends = {"AGE": ["sex", "age"], "EDU": ["sex", "qualification"], "GEO": ["sex", "area"]}
    for third, by in ends.items():
        expected = {f"POP_3{kind}_SEX_{third}_TRA_NB" for kind in ("STG", "FOR")}
        assert series(by) == expected
    assert series(["sex", "age", "year"]) == {"POP_3STG_SEX_AGE_TRA_NB", "POP_3FOR_SEX_AGE_TRA_NB"}
    assert series(["area", "qualification"]) == {""}
    assert series("sex", "w4y") == {""}


def test_age_bands_are_of_five_years_and_follow_a_mapped_column():
    found = sf.estimate_stage_shares(classified(), by="age", **DESIGN).table
    assert sorted(found["age"].unique()) == ["15-19", "20-24", "25-29"]
    survey = country().labour_force_survey.rename(columns={"age": "years"})
    other = sf.classify_stages(survey, columns={"age": "years"})
    mapped = sf.estimate_stage_shares(other, by="age", **DESIGN).table
    assert mapped["share"].to_numpy() == pytest.approx(found["share"].to_numpy())


# Bounds


@pytest.mark.parametrize("version", ["ilostat", "w4y"])
def test_ranges_hold_the_share_with_all_answers(version):
    full = sf.estimate_stage_shares(classified(version), by="sex", **DESIGN).table
    part = sf.classify_stages(holed(0.3), version=version)
    some = sf.estimate_stage_shares(part, by="sex", **DESIGN).table
    keys = ["sex", "kind", "stage", "form"]
    both = full.merge(some, on=keys, suffixes=("", "_part"))
    both = both[both["form"].ne("9") & both["stage"].ne("not_classified")]
    assert len(both) == 2 * (3 + (8 if version == "ilostat" else 7))
    assert (both["share_part"] <= both["share"] + 1e-12).all()
    assert (both["share_high_part"] >= both["share"] - 1e-12).all()
    assert (both["share_high_part"] > both["share_part"]).any()


def test_bounds_meet_by_hand():
    people = pd.DataFrame({
        "age": 20, "in_education": False, "activity": ["employed"] * 4 + ["outside"] * 6,
        "employment_status": "1", "contract": ["permanent", None, None, "temporary"] + [""] * 6,
        "wants_other_job": [None, True, False, None] + [None] * 6,
        "intends_to_work": [None] * 4 + [True] * 3 + [False] * 2 + [None],
    })  # fmt: skip
    found = sf.estimate_stage_shares(sf.classify_stages(people)).table
    stages = found[found["kind"] == "stage"].set_index("stage")
    ends = {stage: (row["share"], row["share_high"]) for stage, row in stages.iterrows()}
    # Certain: a; a or b. Open: a or e, b or e, f or h.
    assert ends["transited"] == pytest.approx((0.2, 0.4))
    assert ends["in_transition"] == pytest.approx((0.3, 0.6))
    assert ends["not_started"] == pytest.approx((0.2, 0.3))
    assert ends["not_classified"] == pytest.approx((0.3, 0.3))
    forms = found[found["form"] == "a"].iloc[0]
    assert (forms["share"], forms["share_high"]) == pytest.approx((0.1, 0.3))
    assert (forms["cases"], forms["cases_possible"]) == (1, 3)


def test_the_quantile_lies_between_the_one_sided_and_the_two_sided():
    design = read_design(pd.DataFrame({"a": [1] * 50}))
    assert bounds_quantile(design, 0.0, 0.1, 0.95) == pytest.approx(1.959964, abs=1e-6)
    assert bounds_quantile(design, 10.0, 0.1, 0.95) == pytest.approx(1.644854, abs=1e-6)
    assert bounds_quantile(design, 0.5, 0.0, 0.95) == pytest.approx(1.644854, abs=1e-6)
    # Imbens and Manski's equation, solved by trying values.
    from scipy.stats import norm

    grid = np.linspace(1.6, 2.0, 400_001)
    miss = np.abs(norm.cdf(grid + 0.05 / 0.1) - norm.cdf(-grid) - 0.95)
    assert bounds_quantile(design, 0.05, 0.1, 0.95) == pytest.approx(grid[miss.argmin()], abs=2e-6)


@pytest.mark.parametrize("reason", ["lowest", "highest", "random"])
def test_coverage_of_the_true_share_with_missing_answers(reason):
    """The least favourable reasons give about the level, the favourable one more."""
    draw, runs, hits = np.random.default_rng(7), 400, 0
    size, truth = 400, 0.3
    design = read_design(pd.DataFrame({"weight": np.ones(size)}))
    for _ in range(runs):
        trait = draw.random(size) < truth
        gone = draw.random(size) < 0.15
        if reason != "random":  # only those with (without) the trait keep silent
            gone &= trait == (reason == "highest")
        low, high = (trait & ~gone).astype(float), (trait | gone).astype(float)
        row = estimate_range(design, low, high, np.ones(size), 0.95)
        hits += row["lower"] <= truth <= row["upper"]
    wide = 3 * (0.95 * 0.05 / runs) ** 0.5
    assert hits / runs >= 0.95 - wide
    if reason == "random":
        assert hits / runs >= 0.95
    else:
        assert hits / runs <= 0.95 + wide


def test_not_classified_on_request_leaves_no_range():
    people = sf.classify_stages(holed(), missing="not_classified")
    found = sf.estimate_stage_shares(people, **DESIGN).table
    assert (found["share"] == found["share_high"]).all()
    assert found.loc[found["form"] == "9", "share"].item() > 0.03
    assert found.groupby("kind")["share"].sum().to_numpy() == pytest.approx(1.0)


def test_with_nothing_missing_the_interval_is_wilsons():
    found = sf.estimate_stage_shares(classified(), **DESIGN).table
    design = read_design(classified().table, **DESIGN)
    for row in found.itertuples():
        ends = wilson(row.share, row.effective_persons, design.quantile(0.95))
        assert (row.lower, row.upper) == pytest.approx(ends)


# Behaviour


@settings(max_examples=6)
@given(st.floats(1e-3, 1e5), st.integers(0, 50))
def test_scaling_weights_and_shuffling_rows_change_no_share(scale, seed):
    survey = country().labour_force_survey.head(600)
    other = survey.assign(weight=survey["weight"] * scale).sample(frac=1, random_state=seed)
    columns = ["share", "standard_error", "lower", "upper", "persons"]
    first = sf.estimate_stage_shares(sf.classify_stages(survey), **DESIGN).table[columns]
    second = sf.estimate_stage_shares(sf.classify_stages(other), **DESIGN).table[columns]
    np.testing.assert_allclose(first, second, rtol=1e-7, atol=1e-12)


def test_persons_of_other_ages_change_errors_only_through_the_design():
    people = classified()
    whole = sf.estimate_stage_shares(people, **DESIGN).table
    young = country().labour_force_survey.query("age >= 15 and age <= 29")
    alone = sf.estimate_stage_shares(sf.classify_stages(young), **DESIGN).table
    assert alone["share"].to_numpy() == pytest.approx(whole["share"].to_numpy())
    assert alone["standard_error"].to_numpy() == pytest.approx(
        whole["standard_error"].to_numpy(), rel=0.05
    )


def test_row_35_small_groups_are_flagged_and_said():
    survey = country().labour_force_survey.head(150)
    found = sf.estimate_stage_shares(sf.classify_stages(survey), by=["sex", "age"])
    assert {"u", "w"} <= set(found.table["reliability"])
    assert (found.table.loc[found.table["persons"] < 10, "reliability"] == "w").all()
    assert any("unreliable (u)" in note for note in found.notes)


def test_synthetic_data_and_pooled_years_are_said():
    notes = " ".join(sf.estimate_stage_shares(classified(), **DESIGN).notes)
    assert "SYNTHETIC" in notes
    assert "4 survey years are pooled" in notes
    assert "pooled" not in " ".join(sf.estimate_stage_shares(classified(), by="year").notes)
    assert "Kish" in " ".join(sf.estimate_stage_shares(classified()).notes)
    assert "synthetic" in sf.estimate_stage_shares(classified()).table["source"].iloc[0]


def test_ranges_are_said():
    notes = sf.estimate_stage_shares(sf.classify_stages(holed())).notes
    assert any("known within a range of up to" in note for note in notes)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"by": "sexe"}, TableError, "Did you mean 'sex'"),
        ({"by": "form"}, TableError, "column 'form'"),
        ({"weight": "wt"}, TableError, "column 'wt': missing"),
        ({"stratum": "stratums"}, TableError, "Did you mean 'stratum'"),
        ({"cluster": "clutser"}, TableError, "Did you mean 'cluster'"),
        ({"level": 1.0}, ParameterError, "level"),
        ({"lonely": "drop"}, ParameterError, "lonely"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, words):
    with pytest.raises(error, match=words):
        sf.estimate_stage_shares(classified(), **arguments)


def test_another_input_is_refused_with_the_way_in():
    with pytest.raises(TableError, match=r"sf\.classify_stages"):
        sf.estimate_stage_shares(country().labour_force_survey)


@pytest.mark.parametrize("bad", [None, -1.0])
def test_row_21_23_weights_that_cannot_be_meant_are_refused(bad):
    survey = country().labour_force_survey.head(100)
    survey["weight"] = survey["weight"].mask(survey.index == 3, bad)
    with pytest.raises(TableError, match="column 'weight'"):
        sf.estimate_stage_shares(sf.classify_stages(survey))


@pytest.mark.parametrize("name", ["level", "code", "kind", "persons", "source"])
def test_groups_called_like_a_column_of_the_result_are_refused(name):
    survey = country().labour_force_survey.head(200).assign(**{name: "x"})
    with pytest.raises(TableError, match=f"by: column '{name}'.*Rename it first"):
        sf.estimate_stage_shares(sf.classify_stages(survey), by=name)
