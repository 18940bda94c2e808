"""What an indicator makes of missing answers: unbiased shares, honest errors, sharp bounds."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.transitions.design import read_design
from skillsfc.transitions.indicators.unanswered import fill
from skillsfc.transitions.ratios import estimate_ratio, wilson

NAN = np.nan


def draw(rng, size, *, unasked=0.2):
    """Return a survey of known chances, NEET .25 in all, schooling missing for a part."""
    employed = rng.random(size) < 0.4
    school = rng.random(size) < np.where(employed, 0.2, 7 / 12)
    answer = school.astype(object)
    answer[rng.random(size) < unasked] = None
    return pd.DataFrame(
        {
            "age": 20,
            "activity": np.where(employed, "employed", "outside"),
            "in_education": answer,
            "contract": np.where(employed, np.where(school, "temporary", "permanent"), None),
        }
    )


def neet(survey, **options):
    made = sf.measure_transition_indicators(survey, by=None, indicators=["neet_ilo"], **options)
    return made.table.iloc[0]


def test_answers_missing_at_random_leave_the_share_where_it_is():
    found = neet(draw(np.random.default_rng(1), 40_000))
    assert found["share"] == pytest.approx(0.25, abs=4 * found["standard_error"])
    assert found["lowest"] < found["share"] < found["highest"]
    # Those who have no job and did not say are what the bounds are about.
    assert found["highest"] - found["lowest"] == pytest.approx(0.2 * 0.6, abs=0.01)


def test_the_parts_of_neet_add_up_to_it_when_answers_are_missing():
    survey = draw(np.random.default_rng(2), 3_000)
    survey.loc[::3, "activity"] = survey.loc[::3, "activity"].replace("outside", "unemployed")
    codes = ["neet_ilo", "neet_unemployed", "neet_outside"]
    made = sf.measure_transition_indicators(survey, by=None, indicators=codes)
    share = made.table.set_index("indicator")["share"]
    assert share["neet_unemployed"] + share["neet_outside"] == pytest.approx(share["neet_ilo"])


def one_survey(rng, size, unasked):
    """Return share, error and interval of the same survey, from arrays."""
    idle = (rng.random(size) >= 0.4).astype(float)
    free = (rng.random(size) >= np.where(idle == 1, 7 / 12, 0.2)).astype(float)
    free[rng.random(size) < unasked] = NAN
    trait = np.where(idle == 0, 0.0, free)
    one, everybody = np.ones(size), np.ones(size, bool)
    made = fill(trait, one, (idle, free), scope=everybody, weight=one, group=np.zeros(size, int))
    design = read_design(pd.DataFrame({"row": range(size)}))
    found = estimate_ratio(design, made.cases, made.base)
    effective = found.value * (1 - found.value) / found.error**2
    return found.value, found.error, *wilson(found.value, effective, 1.96)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng, runs = np.random.default_rng(3), 600
    rows = np.array([one_survey(rng, 250, 0.35) for _ in range(runs)])
    held = np.mean((rows[:, 2] <= 0.25) & (rows[:, 3] >= 0.25))
    assert held == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / runs))
    assert rows[:, 0].mean() == pytest.approx(0.25, abs=3 * rows[:, 0].std() / np.sqrt(runs))
    assert rows[:, 1].mean() == pytest.approx(rows[:, 0].std(), rel=0.1)  # known within 3 %


def test_filling_in_makes_the_error_larger_than_of_as_many_answers():
    survey = draw(np.random.default_rng(4), 2_000, unasked=0.4)
    full = draw(np.random.default_rng(4), 2_000, unasked=0.0)
    assert neet(survey)["standard_error"] > 1.1 * neet(full)["standard_error"]


def test_contracts_missing_among_employees_do_not_lower_the_stable_jobs():
    rng = np.random.default_rng(5)
    size = 20_000
    employee = rng.random(size) < 0.7
    contract = np.where(employee, np.where(rng.random(size) < 0.5, "permanent", "temporary"), None)
    contract[rng.random(size) < 0.3] = None
    survey = pd.DataFrame(
        {"age": 22, "activity": "employed", "contract": contract,
         "employment_status": np.where(employee, "1", "3")}
    )  # fmt: skip
    made = sf.measure_transition_indicators(survey, by=None, indicators=["stable_job"])
    row = made.table.iloc[0]
    assert row["share"] == pytest.approx(0.35, abs=4 * row["standard_error"])


@given(st.lists(st.tuples(*[st.sampled_from([0.0, 1.0, NAN])] * 2), min_size=1, max_size=6))
def test_bounds_are_those_of_the_worst_and_the_best_completion(people):
    trait, inside = (np.array(column) for column in zip(*people, strict=True))
    one, group = np.ones(len(trait)), np.zeros(len(trait), np.int64)
    everybody = np.ones(len(trait), bool)
    made = fill(trait, inside, (trait, inside), scope=everybody, weight=one, group=group)
    choices = [[(0.0, 1.0) if np.isnan(v) else (v,) for v in pair] for pair in people]
    shares = []
    for filled in product(*(list(product(*pair)) for pair in choices)):
        base = sum(i for _, i in filled)
        if base:
            shares.append(sum(t * i for t, i in filled) / base)
    low, high = made.bounds(everybody, one)
    if shares:
        # Nobody for certain inside: a bound may be of no person, and is missing.
        assert np.isnan(low) or low == pytest.approx(min(shares))
        assert np.isnan(high) or high == pytest.approx(max(shares))


@given(st.lists(st.tuples(*[st.sampled_from([0.0, 1.0, NAN])] * 2), min_size=2, max_size=12))
def test_the_errors_lent_change_no_sum(people):
    trait, inside = (np.array(column) for column in zip(*people, strict=True))
    weight, group = np.arange(1.0, len(trait) + 1), np.zeros(len(trait), np.int64)
    everybody = np.ones(len(trait), bool)
    made = fill(trait, inside, (trait, inside), scope=everybody, weight=weight, group=group)
    sure = made.answered
    cases, base = np.where(sure, trait * inside, 0.0), np.where(sure, inside, 0.0)
    cases = np.nan_to_num(cases)
    for found, own in ((made.cases, cases), (made.base, base)):
        for k in np.flatnonzero(~sure & ~made.undecided):
            own[k] = found[k]
        assert (weight * found).sum() == pytest.approx((weight * own).sum())


def test_nothing_missing_is_the_plain_share_and_bounds_are_one_point():
    found = neet(draw(np.random.default_rng(6), 500, unasked=0.0))
    assert found["lowest"] == found["highest"] == found["share"] == found["share_high"]


def test_other_ages_lend_nothing():
    survey = draw(np.random.default_rng(7), 600)
    old = survey.assign(age=50, activity="outside", in_education=False)
    alone, beside = neet(survey), neet(pd.concat([survey, old], ignore_index=True))
    assert beside["share"] == pytest.approx(alone["share"])
    assert beside["persons"] == alone["persons"]


def test_rows_of_one_person_are_one_sampling_unit():
    survey = draw(np.random.default_rng(8), 800, unasked=0.0).assign(person=range(800))
    once, rounds = neet(survey), pd.concat([survey] * 4, ignore_index=True)
    four = neet(rounds)
    assert four["standard_error"] == pytest.approx(once["standard_error"], rel=0.01)
    made = sf.measure_transition_indicators(rounds, by=None, indicators=["neet_ilo"])
    assert any("2400 rows repeat a person" in note for note in made.notes)
