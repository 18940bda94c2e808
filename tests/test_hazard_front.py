"""`fit_hazard`: what goes in, what is refused and how, what comes out, whatever the kind."""

import numpy as np
import pandas as pd
import pytest
from hazard_oracles import jobs, lung

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError, SkillsfcError, TableError

KINDS = ["cox", "discrete", "aft", "fine_gray"]
COLUMNS = ["term", "estimate", "standard_error", "ratio", "lower", "upper", "level", "z", "p_value"]


def made_up(size=150, seed=8):
    """Made-up spells in two states with two kinds of moves, weights and clusters."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame({
        "person": np.arange(size),
        "state": np.where(np.arange(size) < size - 20, "search", "school"),
        "start": rng.integers(0, 10, size), "x": rng.normal(size=size),
        "sex": rng.choice(["F", "M"], size), "place": rng.integers(0, 40, size),
        "to_state": rng.choice(["job", "away", ""], size, p=[0.5, 0.3, 0.2]),
    }).assign(end=lambda t: t["start"] + rng.integers(1, 12, size))  # fmt: skip


def fit(spells=None, formula="x + sex", kind="cox", **keywords):
    spells = made_up() if spells is None else spells
    given = {"state": "search", "to": "job", **keywords}
    return sf.fit_hazard(spells, formula, kind=kind, **given)


# What comes out -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_the_same_columns_and_ratios_that_fit_estimates(kind):
    table = fit(kind=kind).table
    assert [name for name in table.columns if name in COLUMNS] == COLUMNS
    z = 1.959964
    for row in table.itertuples():
        assert row.ratio == pytest.approx(np.exp(row.estimate))
        assert row.lower == pytest.approx(np.exp(row.estimate - z * row.standard_error), rel=1e-5)
        assert row.upper == pytest.approx(np.exp(row.estimate + z * row.standard_error), rel=1e-5)
        assert row.z == pytest.approx(row.estimate / row.standard_error)
        assert 0 <= row.p_value <= 1
    assert (table["level"] == 0.95).all()


@pytest.mark.parametrize("kind", ["cox", "aft", "fine_gray"])
def test_counts_settings_and_provenance_are_told(kind):
    made = fit(kind=kind, level=0.9, unit="week")
    spells = made_up()[lambda t: t["state"] == "search"]
    assert (made.spells, made.persons) == (130, 130)
    assert made.events == (spells["to_state"] == "job").sum()
    assert made.settings.kind == kind
    assert made.settings.unit == "week"
    assert made.settings.level == 0.9
    assert made.settings.to == ("job",)
    assert len(made.provenance["inputs"]["spells"]) == 64
    assert list(made.covariance.index) == made.table["term"].tolist()
    assert np.sqrt(np.diag(made.covariance)) == pytest.approx(made.table["standard_error"])


def test_wider_levels_have_wider_limits():
    narrow, wide = fit(level=0.5).table, fit(level=0.99).table
    assert (wide["lower"] < narrow["lower"]).all()
    assert (wide["upper"] > narrow["upper"]).all()


def test_tests_of_all_terms_agree_where_there_are_no_weights():
    made = fit().diagnostics.set_index("test")
    assert made["degrees_of_freedom"].tolist() == [2, 2, 2]
    assert made.loc["wald", "statistic"] == pytest.approx(
        made.loc["likelihood_ratio", "statistic"], rel=0.1
    )
    assert made.loc["score", "statistic"] == pytest.approx(
        made.loc["likelihood_ratio", "statistic"], rel=0.1
    )
    weighted = fit(made_up().assign(weight=lambda t: 1 + t["place"] % 3))
    assert weighted.diagnostics["test"].tolist() == ["wald"]


def test_a_person_with_several_spells_gets_robust_errors():
    rows = made_up().assign(person=lambda t: t["place"])
    made = fit(rows)
    assert made.settings.errors == "robust"
    assert made.persons == made_up()[lambda t: t["state"] == "search"]["place"].nunique()
    assert any("robust" in note for note in made.notes)
    assert fit().settings.errors == "model"


def test_clocks_differ_by_the_start_of_the_spell():
    rows = made_up()
    moved = rows.assign(end=rows["end"] - rows["start"], start=0)
    assert fit().table["estimate"].tolist() == pytest.approx(fit(moved).table["estimate"].tolist())
    study = fit(clock="study")
    late = rows.assign(entry=rows["start"], start=0)
    assert study.table["estimate"].tolist() == pytest.approx(fit(late).table["estimate"].tolist())


def test_all_moves_count_where_none_is_named():
    made = fit(to=None)
    assert made.events == (made_up().query("state == 'search'")["to_state"] != "").sum()
    both = fit(to=["job", "away"])
    assert both.table["estimate"].tolist() == pytest.approx(made.table["estimate"].tolist())


def test_states_together_need_a_baseline_each():
    with pytest.raises(ParameterError, match="not given, and the spells are in 2 states"):
        fit(state=None)
    made = fit(state=None, strata="state")
    assert made.spells == 150


def test_the_discrete_kind_hands_its_arguments_on():
    made = fit(kind="discrete", link="cloglog", baseline="quadratic", horizon=8)
    assert made.settings.link == "cloglog"
    assert made.settings.baseline == "quadratic"
    assert made.settings.horizon == 8
    cox = fit().table.set_index("term")["estimate"]
    own = made.table.set_index("term")["estimate"]
    assert abs(own["x"] - cox["x"]) < 0.15


def test_kinds_agree_on_who_leaves_unemployment_sooner():
    """Embedded spells: those who filed a claim find full-time work later, by every model."""
    formula = "age + log_weekly_earnings + filed_claim"
    made = {kind: sf.fit_hazard(jobs(), formula, kind=kind, to="full_time") for kind in KINDS}
    ratio = {
        k: m.table.set_index("term").loc["filed_claim[True]", "ratio"] for k, m in made.items()
    }
    assert ratio["cox"] < 0.5
    assert ratio["discrete"] < 0.5
    assert ratio["cox"] < ratio["fine_gray"] < 0.6
    assert ratio["aft"] > 2


# Curves for given covariates ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["cox", "aft", "fine_gray"])
def test_curves_go_one_way_and_stay_within_their_limits(kind):
    profiles = pd.DataFrame({"x": [-1.0, 1.0], "sex": ["F", "M"], "label": ["a", "b"]})
    made = fit(kind=kind).predict(profiles)
    for _, curve in made.groupby("profile"):
        steps = curve["probability"].diff().dropna()
        assert (steps >= 0).all() if kind == "fine_gray" else (steps <= 0).all()
    assert (made["lower"] <= made["probability"]).all()
    assert (made["probability"] <= made["upper"]).all()
    assert made["probability"].between(0, 1).all()
    assert made.loc[made["profile"] == 1, "sex"].eq("M").all()
    wide = fit(kind=kind).predict(profiles, level=0.99)
    assert (wide["upper"] >= made["upper"]).all()


def test_nothing_is_said_after_the_last_time_seen_but_by_parametric_models():
    profile = pd.DataFrame({"x": [0.0], "sex": ["F"]})
    cox = fit().predict(profile, times=[3, 500]).set_index("time")
    assert np.isnan(cox.loc[500, "probability"])
    assert cox.loc[500, "note"] == "after the last time seen"
    assert cox.loc[3, "note"] == ""
    aft = fit(kind="aft").predict(profile, times=[500])
    assert aft["note"].tolist() == ["extrapolated"]
    assert aft["probability"].notna().all()


def test_strata_have_curves_of_their_own_and_must_be_named():
    made = fit(formula="x", strata="sex")
    profiles = pd.DataFrame({"x": [0.0, 0.0], "sex": ["F", "M"]})
    curve = made.predict(profiles, times=[4])
    assert curve["probability"].nunique() == 2
    alone = fit(made_up()[lambda t: t["sex"] == "M"], "x").predict(profiles, times=[4])
    assert curve["probability"].iloc[1] == pytest.approx(alone["probability"].iloc[1], abs=0.05)
    with pytest.raises(ParameterError, match="column 'sex': missing"):
        made.predict(profiles[["x"]])
    with pytest.raises(ParameterError, match="not in the spells: 'X'"):
        made.predict(profiles.assign(sex="X"))


def test_wrong_profiles_are_named():
    made = fit()
    with pytest.raises(TableError, match="no column 'sex'"):
        made.predict(pd.DataFrame({"x": [1.0]}))
    with pytest.raises(TableError, match="categories that the model does not know: 'W'"):
        made.predict(pd.DataFrame({"x": [1.0], "sex": ["W"]}))
    with pytest.raises(ParameterError, match="times"):
        made.predict(pd.DataFrame({"x": [1.0], "sex": ["F"]}), times=[-1])
    with pytest.raises(ParameterError, match="level"):
        made.predict(pd.DataFrame({"x": [1.0], "sex": ["F"]}), level=95)
    with pytest.raises(SkillsfcError):
        made.predict("x")


# Wrong arguments ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keywords", "told"),
    [
        ({"kind": "coxph"}, "Did you mean 'cox'"),
        ({"clock": "studdy"}, "Did you mean 'study'"),
        ({"level": 95}, "a number between 0 and 1"),
        ({"level": True}, "a number between 0 and 1"),
        ({"ties": "efrom"}, "Did you mean 'efron'"),
        ({"missing": "ignore"}, "'refuse', 'drop'"),
        ({"kind": "aft", "distribution": "weibul"}, "Did you mean 'weibull'"),
        ({"kind": "discrete", "link": "logits"}, "Did you mean 'logit'"),
        ({"kind": "discrete", "strata": "sex"}, "strata: given; expected nothing"),
        ({"distribution": "weibull"}, "It belongs to 'aft'"),
        ({"baseline": "cubic"}, "It belongs to 'discrete'"),
        ({"state": "serach"}, "Did you mean 'search'"),
        ({"to": "jop"}, "Did you mean 'job'"),
        ({"strata": "sexe"}, "Did you mean 'sex'"),
        ({"cluster": "plaec"}, "Did you mean 'place'"),
        ({"weight": "wieght"}, "column 'wieght': missing"),
        ({"formula": "x + sexx"}, "Did you mean 'sex'"),
        ({"formula": "__import__('os')"}, "fit_hazard"),
    ],
)
def test_wrong_arguments_are_named_with_the_nearest_right_one(keywords, told):
    with pytest.raises(SkillsfcError) as error:
        fit(**keywords)
    assert told in str(error.value)


def test_all_wrong_words_are_told_at_once():
    with pytest.raises(ParameterError) as error:
        fit(kind="cox", clock="x", level=3, ties="y", distribution="weibull")
    assert len(error.value.problems) == 4


def test_strata_with_gaps_are_refused():
    rows = made_up()
    rows.loc[:4, "sex"] = None
    with pytest.raises(ParameterError, match="'sex' is missing in 5 rows"):
        fit(rows, "x", strata="sex")


@pytest.mark.parametrize("kind", KINDS)
def test_missing_covariates_are_refused_or_counted(kind):
    rows = made_up()
    rows.loc[:6, "x"] = np.nan
    with pytest.raises(TableError, match="column 'x': missing in 7 of 130 rows"):
        fit(rows, kind=kind)
    made = fit(rows, kind=kind, missing="drop")
    assert any("7 of 130 rows left out" in note for note in made.notes)


def test_the_test_of_proportional_hazards_belongs_to_cox():
    with pytest.raises(ParameterError, match="'aft'; expected 'cox'"):
        fit(kind="aft").test_proportional()
    with pytest.raises(ParameterError, match="Did you mean 'rank'"):
        fit().test_proportional(transform="ranks")
    with pytest.raises(ParameterError, match="no covariate"):
        fit(formula="").test_proportional()


# Bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_row_21_to_24_weights_missing_negative_or_all_zero_are_refused(kind):
    for value, told in ((np.nan, "missing or no number in 1 rows"), (-1.0, "negative in 1 rows")):
        rows = made_up().assign(weight=1.0)
        rows.loc[5, "weight"] = value
        with pytest.raises(TableError, match=told):
            fit(rows, kind=kind)
    with pytest.raises(TableError, match="all zero"):
        fit(made_up().assign(weight=0.0), kind=kind)


@pytest.mark.parametrize("kind", ["cox", "aft", "fine_gray"])
def test_row_22_rows_of_weight_zero_change_nothing(kind):
    rows = made_up().assign(weight=lambda t: t["place"] % 3)
    one, two = fit(rows, kind=kind), fit(rows[rows["weight"] > 0], kind=kind)
    assert one.table["standard_error"].tolist() == pytest.approx(two.table["standard_error"])
    assert one.spells == two.spells
    assert any("weight 0" in note for note in one.notes)


@pytest.mark.parametrize("kind", KINDS)
def test_row_27_end_before_start_is_refused_without_names(kind):
    rows = made_up()
    rows.loc[3, "end"] = rows.loc[3, "start"] - 1
    with pytest.raises(TableError, match=r"column 'end': before 'start' in 1 rows \(id:"):
        fit(rows, kind=kind)


@pytest.mark.parametrize("kind", KINDS)
def test_row_30_codes_of_events_are_refused(kind):
    rows = lung().assign(event=lambda t: t["status"])
    with pytest.raises(TableError, match="column 'event'"):
        sf.fit_hazard(rows, "age", kind=kind)


@pytest.mark.parametrize("kind", KINDS)
def test_row_31_nobody_has_the_event(kind):
    rows = lung().assign(event=False)
    with pytest.raises(CoverageError):
        sf.fit_hazard(rows, "age", kind=kind)
    with pytest.raises(SkillsfcError, match="no move to 'stable_job' was seen"):
        fit(kind=kind, to="stable_job")


def test_row_31_says_what_to_do():
    with pytest.raises(CoverageError, match=r"none in 228 spells.*not reached"):
        sf.fit_hazard(lung().assign(event=False), "age")
    rows = made_up().assign(weight=lambda t: np.where(t["to_state"] == "job", 0, 1))
    with pytest.raises(SkillsfcError, match="no move to 'job' was seen"):
        fit(rows)


@pytest.mark.parametrize("kind", KINDS)
def test_row_32_entry_at_or_after_the_end_is_refused(kind):
    rows = made_up().assign(entry=lambda t: t["start"])
    rows.loc[7, "entry"] = rows.loc[7, "end"]
    with pytest.raises(TableError, match="column 'entry': at or after 'end' in 1 rows"):
        fit(rows, kind=kind)


@pytest.mark.parametrize("kind", KINDS)
def test_row_34_constant_and_collinear_covariates_are_named(kind):
    rows = made_up().assign(same=3.0, double=lambda t: 2 * t["x"] + 1)
    with pytest.raises(TableError) as error:
        fit(rows, "x + same + double", kind=kind)
    assert "covariate 'same': constant" in str(error.value)
    assert "covariate 'double': told in full by 'x'" in str(error.value)


def test_row_35_few_persons_and_few_events_are_said():
    made = fit(made_up().iloc[:25])
    assert any("Only 25 persons" in note for note in made.notes)
    assert any("events for 2 coefficients" in note for note in made.notes)
    assert not any("coefficients, fewer than" in note for note in fit().notes)


def test_few_clusters_are_said():
    rows = made_up().assign(block=lambda t: t["place"] % 5)
    assert any("fewer than 30 clusters" in note for note in fit(rows, cluster="block").notes)


def test_results_can_be_saved_and_shown(tmp_path):
    made = fit()
    folder = made.save(tmp_path / "model")
    assert pd.read_csv(folder / "table.csv")["term"].tolist() == ["x", "sex[M]"]
    assert "kind = cox" in made.summary()
