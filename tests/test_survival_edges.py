"""Edges of survival models: scales, names, constant columns, unbounded fits, counts at risk."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import (
    ConvergenceError,
    CoverageError,
    ParameterError,
    SkillsfcError,
    TableError,
)


def spells(size=300, seed=1):
    """Made-up spells whose chance to end falls with a covariate."""
    rng = np.random.default_rng(seed)
    made = pd.DataFrame({
        "start": 0, "age": rng.uniform(20, 60, size), "sex": rng.choice(["F", "M"], size),
        "year": rng.integers(1990, 2021, size).astype(float),
    })  # fmt: skip
    made["end"] = np.minimum(np.ceil(rng.exponential(10 * np.exp(0.05 * (made["age"] - 40)))), 15)
    return made.assign(event=rng.random(size) < 0.8)


def test_a_polynomial_is_no_separation_and_equals_the_centred_one():
    rows = spells().assign(z=lambda t: (t["age"] - 40) / 10, age=lambda t: 160 + t["age"])
    one, other = (sf.fit_hazard(rows, f"{x}+{x}^2+{x}^3") for x in ("age", "z"))
    assert one.fit.endless == ()
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-6)
    cubes = [made.table["estimate"].iloc[2] for made in (one, other)]
    assert cubes[0] * 1000 == pytest.approx(cubes[1], rel=1e-3)


@pytest.mark.parametrize("baseline", ["dummies", "quadratic", "constant"])
def test_a_discrete_covariate_far_from_0_has_the_coefficient_of_the_centred_one(baseline):
    rows = spells().assign(x=lambda t: (t["age"] - 40) / 10, y=lambda t: 1e6 + t["x"])
    near, far = (sf.fit_hazard(rows, x, kind="discrete", baseline=baseline) for x in "xy")
    for column in ("estimate", "standard_error"):
        found = [made.table[column].iloc[-1] for made in (near, far)]
        assert found[1] == pytest.approx(found[0], rel=1e-6)
    chances = [made.predict(rows.iloc[:2], periods=3) for made in (near, far)]
    for column in ("probability", "standard_error"):
        assert np.allclose(chances[0][column], chances[1][column], rtol=1e-4)


def test_discrete_years_squared_are_finite():
    rows = spells().assign(year=lambda t: np.round(1990 + (t["age"] - 20) / 2))
    made = sf.fit_hazard(rows, "year + year^2", kind="discrete", baseline="linear").table
    assert np.isfinite(made[["estimate", "standard_error"]]).all(axis=None)


def test_equal_weights_are_no_counts_unless_asked_for():
    rows = spells()
    heavy = rows.assign(weight=250.0)
    plain, made = sf.estimate_survival(rows), sf.estimate_survival(heavy)
    assert np.allclose(plain.table["standard_error"], made.table["standard_error"], equal_nan=True)
    assert any("All weights are 250" in note for note in made.notes)
    asked = sf.estimate_survival(heavy, errors="greenwood").table["standard_error"]
    assert asked.iloc[0] == pytest.approx(plain.table["standard_error"].iloc[0] / 250**0.5)


def test_spells_on_a_clock_of_seconds_keep_their_length():
    length = np.array([0.01, 0.5, 3.25, 20.0])
    rows = pd.DataFrame({"start": 1.7e9, "end": 1.7e9 + length, "event": True})
    made = sf.estimate_survival(rows).table
    assert np.allclose(made["time"], length, atol=1e-6)
    assert made["probability"].tolist() == [0.75, 0.5, 0.25, 0.0]


def test_differences_that_tie_on_paper_tie():
    rows = pd.DataFrame({"start": [0.1, 0.0], "end": [0.3, 0.2], "event": True})
    assert len(sf.estimate_survival(rows).table) == 1


@pytest.mark.parametrize("kind", ["cox", "discrete", "aft", "fine_gray"])
def test_a_single_category_is_named_as_constant(kind):
    with pytest.raises(TableError, match=r"'one'.*constant"):
        sf.fit_hazard(spells().assign(one="a"), "age + one", kind=kind)


def test_long_codes_stay_apart():
    rows = spells().assign(c=lambda t: np.where(t["sex"] == "F", 1234567.0, 1234568.0))
    made = sf.fit_hazard(rows, "C(c)", kind="discrete", baseline="constant")
    assert made.table["term"].tolist() == ["intercept", "c[1234568]"]
    assert made.average_effects()["contrast"].tolist() == ["1234568 - 1234567"]


def test_equal_times_have_no_accelerated_model():
    rows = spells().assign(end=5.0, event=True)
    with pytest.raises(ConvergenceError, match="rises for ever"):
        sf.fit_hazard(rows, "age", kind="aft")


def test_a_mean_time_beyond_the_data_says_so():
    rows = pd.DataFrame({"start": 0, "end": [1, 2, 3], "to_state": ["a", "b", ""]})
    made = sf.estimate_cumulative_incidence(rows)
    assert made.mean_time(100)["note"].str.contains("held level").all()
    assert (made.mean_time(3)["note"] == "").all()


def test_those_who_enter_later_are_not_at_risk_yet():
    rows = pd.DataFrame({"start": 0, "entry": [0, 0, 5, 5], "end": [1, 10, 10, 10], "event": True})
    seen = sf.estimate_survival(rows).at([0, 1, 2, 5, 6, 11])["at_risk"]
    assert seen.tolist() == [2, 2, 1, 1, 3, 0]
    chances = sf.estimate_cumulative_incidence(rows.assign(to_state="a"))
    assert chances.at([2])["at_risk"].tolist() == [1]


@pytest.mark.parametrize("name", ["intercept", "log_scale"])
def test_covariates_called_like_coefficients_are_refused(name):
    with pytest.raises(ParameterError, match="Rename"):
        sf.fit_hazard(spells().rename(columns={"age": name}), name, kind="aft")


@pytest.mark.parametrize(
    "wrong", [{"group": ["sex", "sex"]}, {"group": 5}, {"to": 5}, {"to": []},
              {"weight": ["weight"]}, {"group": "time"}, {"group": "probability"}],
)  # fmt: skip
@pytest.mark.parametrize("estimate", ["estimate_survival", "estimate_cumulative_incidence"])
def test_wrong_names_are_named(wrong, estimate):
    rows = spells().assign(time=1, probability=2, weight=1.0)
    with pytest.raises(SkillsfcError, match=next(iter(wrong))):
        getattr(sf, estimate)(rows, **wrong)


def test_a_group_called_to_state_is_refused_where_the_result_has_it():
    rows = spells().assign(to_state=lambda t: np.where(t["event"], "a", ""))
    with pytest.raises(ParameterError, match="column of the result"):
        sf.estimate_cumulative_incidence(rows, group="to_state")


@pytest.mark.parametrize("kind", ["cox", "discrete", "aft", "fine_gray"])
def test_wrong_calls_of_every_kind_are_named(kind):
    with pytest.raises(ParameterError, match="formula"):
        sf.fit_hazard(spells(), None, kind=kind)
    made = sf.fit_hazard(spells(), "age", kind=kind)
    with pytest.raises(TableError, match="none"):
        made.predict(spells().iloc[:0])
    if kind != "discrete":
        with pytest.raises(ParameterError, match="level"):
            made.predict(spells().iloc[:1], level="a")


@pytest.mark.parametrize("kind", ["cox", "fine_gray"])
def test_hazards_where_all_at_risk_move_at_once_are_refused(kind):
    rows = spells(20).assign(end=1.0, event=True)
    with pytest.raises(CoverageError, match="all at risk move at the one time with a move"):
        sf.fit_hazard(rows, "age", kind=kind)
    later = rows.assign(end=np.where(rows.index < 5, 2.0, 1.0), event=rows.index < 5)
    with pytest.raises(CoverageError, match="all at risk move at the one time"):
        sf.fit_hazard(later, "age", kind=kind)


@pytest.mark.parametrize("kind", ["cox", "fine_gray"])
def test_few_times_with_many_moves_are_noted(kind):
    rows = spells(60).assign(end=lambda t: 1.0 + t.index % 2, event=lambda t: t.index % 3 > 0)
    made = sf.fit_hazard(rows, "age", kind=kind)
    assert any("All moves fall on 2 times, and" in note for note in made.notes)
    assert (made.table["standard_error"] > 0.001).all()
    apart = rows.assign(end=np.arange(1.0, 61.0))
    assert not any("All moves" in note for note in sf.fit_hazard(apart, "age", kind=kind).notes)
    with pytest.raises(ParameterError, match="moves: all at one time"):
        sf.fit_hazard(rows.assign(end=1.0), "age").test_proportional()


def test_of_one_cluster_no_error_is_told():
    rows = spells(40).assign(village=1, to_state=lambda t: np.where(t["event"], "job", ""),
                             state="U")  # fmt: skip
    curves = [
        sf.estimate_survival(rows, cluster="village"),
        sf.estimate_cumulative_incidence(rows, cluster="village"),
        sf.estimate_state_probabilities(rows, cluster="village"),
    ]
    models = [
        sf.fit_hazard(rows, "age", kind=kind, cluster="village")
        for kind in ("cox", "fine_gray", "aft", "discrete")
    ]
    for made in (*curves, *models):
        assert made.table["standard_error"].isna().all()
        assert made.table[["lower", "upper"]].isna().all(axis=None)
        assert any("of one cluster: no standard error" in note for note in made.notes)
    assert curves[0].restricted_mean()["standard_error"].isna().all()
    # each group a cluster of its own: as little is known
    two = rows.assign(village=np.arange(len(rows)) % 2)
    split = sf.estimate_survival(two, cluster="village", group="village")
    assert split.table["standard_error"].isna().all()


def test_the_group_without_a_value_has_one_word_everywhere():
    sizes = pd.Categorical(["small", "large", None, "large"] * 10, ["small", "large"], ordered=True)
    rows = spells(40).assign(size=sizes, area=[1.0, 2.0, np.nan, 2.0] * 10, state="U",
                             to_state=lambda t: np.where(t["event"], "job", ""))  # fmt: skip
    for estimate in (
        sf.estimate_survival, sf.estimate_cumulative_incidence, sf.estimate_state_probabilities,
    ):  # fmt: skip
        made = estimate(rows.drop(columns="event"), group="size")
        assert made.table["size"].unique().tolist() == ["small", "large", "not stated"]
        assert "10 spells without size are the group 'not stated'." in made.notes
        made = estimate(rows.drop(columns="event"), group="area")
        assert made.table["area"].unique().tolist() == ["1", "2", "not stated"]


def test_a_group_of_lists_or_with_a_name_that_is_taken_is_refused():
    rows = spells(10).assign(level="a", odd=[[1]] * 10)
    with pytest.raises(ParameterError, match="column 'odd' holds lists"):
        sf.estimate_survival(rows, group="odd")
    step = r"rename\(columns={'level': 'level_group'}\), then group='level_group'"
    with pytest.raises(ParameterError, match=step):
        sf.estimate_survival(rows, group="level")
    assert len(sf.estimate_survival(rows).table)  # a column that is not asked for does no harm


def test_numbers_held_as_objects_are_numbers():
    rows = spells()
    made = sf.fit_hazard(rows.assign(age=rows["age"].astype("object")), "age")
    assert made.table["term"].tolist() == ["age"]
    assert np.allclose(made.table["estimate"], sf.fit_hazard(rows, "age").table["estimate"])


def test_a_group_of_which_no_spell_counts_is_named():
    rows = pd.DataFrame({"start": 0, "end": [2, 3, 5, 8], "event": True, "sex": list("FFMM")})
    made = sf.estimate_survival(rows.assign(weight=[1, 1, 0, 0]), group="sex")
    assert set(made.table["sex"]) == {"F"}
    assert any("No spell counts in sex 'M'" in note for note in made.notes)
    assert not any("No spell" in note for note in sf.estimate_survival(rows, group="sex").notes)
