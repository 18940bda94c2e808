"""Odd persons, weights and arguments in programme effects and returns: an answer or a clear no."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import ParameterError, SkillsfcError, TableError


def test_a_giant_weight_does_not_stop_the_matching():
    table = cases(400)
    table["weight"] = np.where(np.arange(400) == 0, 5000.0, 1.0)
    for distance in ("propensity", "mahalanobis"):
        made = sf.estimate_programme_effect(
            table, treatment="d", outcome="y", covariates="x", method="matching", distance=distance
        )
        assert np.isfinite(made.table["estimate"].iloc[0])


def cases(size, seed=3):
    """Return persons with one covariate and an effect of one."""
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=size)
    treated = rng.random(size) < 0.5
    return pd.DataFrame({"x": trait, "d": treated, "y": trait + treated + rng.normal(size=size)})


def test_an_answer_that_never_differs_has_no_logit_and_is_named():
    with pytest.raises(SkillsfcError, match=r"1 in all .* rows"):
        sf.estimate_programme_effect(
            cases(60).assign(y=True), treatment="d", outcome="y", covariates="x",
            outcome_model="logit",
        )  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [{"method": None}, {"cluster": ["c"]}, {"weight": ["w"]}, {"method": "did", "periods": 5}],
)
def test_arguments_of_another_kind_are_named(wrong):
    with pytest.raises(ParameterError, match=list(wrong)[-1]):
        sf.estimate_programme_effect(cases(40), treatment="d", outcome="y", **wrong)
    with pytest.raises(ParameterError, match="logged"):
        sf.estimate_returns(cases(40), earnings="y", schooling="x", logged="yes")


def test_numbers_of_numpy_are_numbers():
    made = sf.estimate_programme_effect(
        cases(80), treatment="d", outcome="y", covariates="x", method="matching",
        neighbours=np.int64(3), level=np.float64(0.9),
    )  # fmt: skip
    assert made.table["level"].iloc[0] == 0.9


def test_a_single_person_in_an_arm_has_no_error():
    table = cases(30).assign(d=lambda rows: rows.index == 0)
    row = sf.estimate_programme_effect(table, treatment="d", outcome="y", method="ipw").table.iloc[
        0
    ]
    assert np.isfinite(row["estimate"])
    assert np.isnan([row["standard_error"], row["lower"], row["upper"]]).all()


def test_complex_outcomes_are_no_numbers():
    with pytest.raises(TableError, match="complex numbers"):
        sf.estimate_programme_effect(
            cases(40).assign(y=lambda rows: rows["y"] + 1j), treatment="d", outcome="y"
        )


def test_a_group_in_which_nobody_earns_is_named():
    wage = [300, 310, 330, 450, 400, 520, np.nan, np.nan]
    years = [8, 9, 10, 12, 12, 14, 9, 10]
    table = pd.DataFrame({"wage": wage, "years": years, "g": list("aaaaaabb")})
    made = sf.estimate_returns(table, earnings="wage", schooling="years", group="g")
    assert made.table["g"].tolist() == ["a"]
    assert any("Nobody earns in 'g b'" in note for note in made.notes)


def test_no_covariates_are_not_said_to_be_taken_out():
    rows = cases(80).assign(t=0)
    both = pd.concat([rows, rows.assign(t=1)], ignore_index=True)
    made = sf.estimate_programme_effect(
        both, treatment="d", outcome="y", method="did", time="t", panel=False
    )
    assert any("No covariates are used" in note for note in made.notes)
    assert not any("doubly robust" in note for note in made.notes)
