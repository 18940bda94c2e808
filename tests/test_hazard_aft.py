"""Accelerated failure time: equal to R, to a general optimiser, to closed forms, to the truth."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hazard_oracles import check, check_model, jobs, lung
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import ConvergenceError, ParameterError, TableError
from skillsfc.transitions.survival.accelerated import DISTRIBUTIONS
from skillsfc.transitions.survival.aft import fit_aft
from skillsfc.transitions.survival.preparation import prepare

SHAPES = ["weibull", "exponential", "lognormal", "loglogistic"]
PLAIN = {
    "state": None, "to": None, "clock": "spell", "weight": "weight", "cluster": None,
    "strata": None, "missing": "drop", "intercept": True,
}  # fmt: skip


def fit(spells, formula="age + sex + ecog", **keywords):
    return sf.fit_hazard(spells, formula, kind="aft", missing="drop", **keywords)


# Equal to R, and to a general optimiser -----------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_lung_equals_survreg(shape):
    made = fit(lung(), distribution=shape)
    check_model(made, f"lung {shape}")
    check(f"lung {shape}", "null_log_likelihood",
          {"null_log_likelihood": made.null_log_likelihood})  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_lung_with_clusters_equals_survreg(shape):
    made = fit(lung(), distribution=shape, cluster="place")
    check_model(made, f"lung cluster {shape}")
    assert made.settings.errors == "robust"


@pytest.mark.parametrize("shape", SHAPES)
def test_lung_with_weights_and_clusters_equals_survreg_with_its_weights_put_back(shape):
    spells = lung().assign(weight=lambda t: t["design_weight"])
    check_model(fit(spells, distribution=shape, cluster="place"), f"lung weighted cluster {shape}")


@pytest.mark.parametrize("shape", SHAPES)
def test_late_entry_equals_a_general_optimiser(shape):
    spells = lung().assign(entry=lambda t: t["late"])
    check_model(fit(spells, distribution=shape), f"lung late {shape}")


@pytest.mark.parametrize("shape", SHAPES)
def test_unemployment_spells_equal_survreg(shape):
    made = fit(jobs(), "age + log_weekly_earnings + filed_claim", to="full_time",
               distribution=shape)  # fmt: skip
    check_model(made, f"unemployment {shape}")


@pytest.mark.parametrize("shape", SHAPES)
def test_half_survive_the_median_that_r_predicts(shape):
    from hazard_oracles import expected

    rows = expected()
    median = rows[(rows["case"] == f"lung {shape}") & rows["name"].str.startswith("median")]
    profile = pd.DataFrame({"age": [60], "sex": [2], "ecog": [1]})
    made = fit(lung(), distribution=shape).predict(profile, times=median["value"].tolist())
    assert made["probability"].tolist() == pytest.approx([0.5], abs=1e-7)


# Derivatives and closed forms ---------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_derivatives_of_the_distributions_are_those_of_their_values(shape):
    z, step = np.linspace(-6, 4, 41), 1e-5
    for function in (DISTRIBUTIONS[shape].density, DISTRIBUTIONS[shape].survival):
        _, slope, bend = function(z)
        up, down = function(z + step), function(z - step)
        assert slope == pytest.approx((up[0] - down[0]) / (2 * step), rel=1e-6, abs=1e-8)
        assert bend == pytest.approx((up[1] - down[1]) / (2 * step), rel=1e-6, abs=1e-8)


def test_far_tails_stay_finite():
    for shape in SHAPES:
        for function in (DISTRIBUTIONS[shape].density, DISTRIBUTIONS[shape].survival):
            with np.errstate(all="raise", under="ignore"):
                assert np.isfinite(function(np.array([-200.0, -30.0, 30.0]))).all()


def test_exponential_without_covariates_is_events_over_time_at_risk():
    spells = lung().assign(entry=lambda t: t["late"], weight=lambda t: t["design_weight"])
    made = fit(spells, "", distribution="exponential", weight="weight")
    exposed = ((spells["end"] - spells["entry"]) * spells["weight"]).sum()
    rate = (spells["event"] * spells["weight"]).sum() / exposed
    assert made.table["term"].tolist() == ["intercept"]
    assert np.exp(-made.table["estimate"].iloc[0]) == pytest.approx(rate)


def test_lognormal_without_censoring_is_least_squares_of_log_time():
    spells = lung().query("event").dropna(subset=["ecog"])
    made = fit(spells, "age + sex", distribution="lognormal")
    design = np.column_stack([np.ones(len(spells)), spells["age"], spells["sex"]])
    own, rest, *_ = np.linalg.lstsq(design, np.log(spells["end"]), rcond=None)
    assert made.table["estimate"].tolist()[:3] == pytest.approx(own)
    assert made.table["ratio"].iloc[3] == pytest.approx(np.sqrt(rest[0] / len(spells)))


def test_weibull_curve_is_its_formula():
    made = fit(lung(), distribution="weibull")
    profile = pd.DataFrame({"age": [70], "sex": [1], "ecog": [0]})
    curve = made.predict(profile, times=[0, 50, 500])
    value = made.table.set_index("term")["estimate"]
    level = value["intercept"] + 70 * value["age"] + value["sex"]
    by_hand = np.exp(-((np.array([0, 50, 500]) / np.exp(level)) ** np.exp(-value["log_scale"])))
    assert curve["probability"].to_numpy() == pytest.approx(by_hand)
    assert curve["lower"].iloc[0] == curve["upper"].iloc[0] == 1.0


@pytest.mark.parametrize("shape", SHAPES)
def test_errors_of_curves_equal_numerical_derivatives(shape):
    data = prepare(lung(), "age + sex", **PLAIN)
    made = fit_aft(data, distribution=shape)
    rows, own, times = np.array([[1.0, 60.0, 2.0]]), np.zeros(1, dtype=int), np.array([100.0, 400])

    def log_hazard(theta):
        return np.log(replace(made, coefficients=theta).curves(rows, own, times)[0][0])

    steps = np.eye(len(made.coefficients)) * 1e-6
    at = made.coefficients
    slope = np.array([(log_hazard(at + s) - log_hazard(at - s)) / 2e-6 for s in steps])
    by_hand = np.sqrt(np.einsum("pt,pq,qt->t", slope, made.covariance, slope))
    assert made.curves(rows, own, times)[1][0] == pytest.approx(by_hand, rel=1e-5)


def test_the_weibull_note_gives_the_hazard_ratio():
    made = fit(lung(), "sex")
    value = made.table.set_index("term")["estimate"]
    ratio = np.exp(-value["sex"] / np.exp(value["log_scale"]))
    cox = sf.fit_hazard(lung(), "sex").table["ratio"].iloc[0]
    assert any("exp(-estimate / exp(log_scale))" in note for note in made.notes)
    assert ratio == pytest.approx(cox, abs=0.02)


# What must change nothing -------------------------------------------------------------------------


@settings(max_examples=8)
@given(st.sampled_from(SHAPES), st.floats(0.01, 1000))
def test_another_unit_of_time_moves_the_intercept_only(shape, factor):
    rows = lung().iloc[:80]
    one = fit(rows, "age + sex", distribution=shape).table.set_index("term")
    scaled = rows.assign(end=rows["end"] * factor)
    two = fit(scaled, "age + sex", distribution=shape).table.set_index("term")
    gap = two["estimate"] - one["estimate"]
    assert gap["intercept"] == pytest.approx(np.log(factor), abs=1e-6)
    assert gap.drop("intercept").to_numpy() == pytest.approx(0, abs=1e-6)
    assert two["standard_error"].to_numpy() == pytest.approx(one["standard_error"], rel=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_weight_of_two_is_a_row_twice(shape):
    rows = lung().dropna(subset=["ecog"]).assign(weight=lambda t: 1 + t["person"] % 2)
    twice = rows.loc[rows.index.repeat(rows["weight"])].drop(columns="weight")
    one, two = (fit(table, distribution=shape) for table in (rows, twice))
    columns = ["estimate", "standard_error"]
    assert one.table[columns].to_numpy() == pytest.approx(two.table[columns].to_numpy(), rel=1e-6)
    assert one.log_likelihood == pytest.approx(two.log_likelihood)


def test_rescaling_a_covariate_and_the_weights_changes_nothing_else():
    rows = lung().assign(weight=lambda t: t["design_weight"])
    one = fit(rows, "age + sex").table
    two = fit(rows.assign(age=rows["age"] * 1000 - 5e4, weight=rows["weight"] * 50), "age + sex")
    assert two.table["z"].tolist()[1:] == pytest.approx(one["z"].tolist()[1:], rel=1e-6)
    assert two.table["estimate"].iloc[1] * 1000 == pytest.approx(one["estimate"].iloc[1])


def test_a_formula_without_intercept_has_none():
    made = fit(lung().assign(sex=lambda t: t["sex"].map({1: "M", 2: "F"})), "sex - 1")
    other = fit(lung().assign(sex=lambda t: t["sex"].map({1: "M", 2: "F"})), "sex")
    assert made.table["term"].tolist() == ["sex[F]", "sex[M]", "log_scale"]
    assert made.table["estimate"].iloc[1] == pytest.approx(other.table["estimate"].iloc[:2].sum())
    assert made.log_likelihood == pytest.approx(other.log_likelihood)


# The truth ----------------------------------------------------------------------------------------


def simulated(rng, size):
    x = rng.normal(size=size)
    time = np.exp(1.0 + 0.5 * x + 0.6 * np.log(rng.exponential(size=size)))
    entry = np.where(rng.random(size) < 0.5, rng.uniform(0, 2, size), 0.0)
    lost = entry + rng.exponential(6, size)
    rows = pd.DataFrame({"start": 0.0, "end": np.minimum(time, lost), "entry": entry, "x": x,
                         "event": time <= lost})  # fmt: skip
    return rows[rows["end"] > rows["entry"]].reset_index(drop=True)


def test_intervals_cover_the_truth_under_late_entry_as_often_as_they_say():
    rng = np.random.default_rng(4)
    truth = np.array([1.0, 0.5, np.log(0.6)])
    covered = []
    for _ in range(100):
        made = fit_aft(prepare(simulated(rng, 250), "x", **PLAIN))
        error = np.sqrt(np.diag(made.covariance))
        covered.append(np.abs(made.coefficients - truth) < 1.959964 * error)
    assert abs(np.mean(covered) - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 300)


# Bad input ----------------------------------------------------------------------------------------


def test_row_33_a_group_without_events_is_said():
    rows = lung().assign(group=lambda t: t["person"] % 5 == 0)
    rows["event"] &= ~rows["group"]
    made = fit(rows, "age + group")
    found = made.table.set_index("term")
    assert found.loc["group[True]", "estimate"] == np.inf
    assert any("Perfect separation" in note for note in made.notes)
    assert np.isfinite(found.loc["age", "standard_error"])


def test_times_before_zero_on_the_clock_of_the_study_are_refused():
    rows = lung().assign(start=-50, end=lambda t: t["end"] - 50)
    with pytest.raises(TableError, match="at or before 0 in 11 rows on the clock of the study"):
        fit(rows, "age", clock="study")


def test_row_29_zero_length_is_refused_with_its_treatment():
    rows = lung()
    rows.loc[3, "end"] = 0
    with pytest.raises(TableError, match="zero_length='half'"):
        fit(rows, "age")


def test_strata_and_ties_do_not_belong_to_it():
    with pytest.raises(ParameterError) as told:
        fit(lung(), "age", strata="sex", ties="efron")
    assert len(told.value.problems) == 2


def test_no_maximum_in_time_is_an_error(monkeypatch):
    monkeypatch.setattr("skillsfc.transitions.survival.aft.MOST_STEPS", 1)
    with pytest.raises(ConvergenceError, match="try 'exponential'"):
        fit(lung(), "age")
