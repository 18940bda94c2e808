"""Soft margins: the minimum they claim, their limits, and the forms in which weights come."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

import skillsfc as sf
from skillsfc.errors import ConvergenceError, ParameterError

SEED = np.array([[4.0, 1, 2], [2, 6, 3]])
ROWS, COLUMNS = np.array([9.0, 13]), np.array([7.0, 8, 5])  # totals 22 and 20
MARGINS = [(0, ROWS), (1, COLUMNS)]


def soft(reliability, **options):
    return sf.balance_arrays(SEED, MARGINS, method="soft", reliability=reliability, **options)


def loss(table, weights, penalty):
    value = (table * np.log(table / SEED) - table + SEED).sum()
    for (axis, target), weight in zip(MARGINS, weights, strict=True):
        sums = table.sum(axis=1 - axis)
        if penalty == "squares":
            value += (weight / 2 * (sums - target) ** 2 / target).sum()
        else:
            value += (weight * (sums * np.log(sums / target) - sums + target)).sum()
    return value


@pytest.mark.parametrize("penalty", ["squares", "entropy"])
@pytest.mark.parametrize("weights", [(1.0, 1.0), (20.0, 0.3)])
def test_the_table_minimises_what_the_docstring_says(penalty, weights):
    made = soft(list(weights), penalty=penalty).table
    found = minimize(
        lambda logs: loss(np.exp(logs).reshape(SEED.shape), weights, penalty),
        np.log(SEED).ravel(),
        method="BFGS",
        options={"gtol": 1e-9},
    )
    np.testing.assert_allclose(made, np.exp(found.x).reshape(SEED.shape), rtol=1e-5)
    assert loss(made, weights, penalty) <= found.fun + 1e-10


def test_penalties_agree_where_differences_are_small():
    squares = soft([1e4, 1e-3]).table
    entropy = soft([1e4, 1e-3], penalty="entropy").table
    np.testing.assert_allclose(squares, entropy, rtol=1e-3)


def test_an_exact_margin_is_met_and_the_other_gives_way():
    made = soft([np.inf, 5.0])
    np.testing.assert_allclose(made.table.sum(axis=1), ROWS, rtol=1e-8)
    assert made.misses[1] > 0.01


@pytest.mark.parametrize("penalty", ["squares", "entropy"])
@pytest.mark.parametrize("weight", [1e3, 1e6, 1e9])
def test_margins_that_disagree_meet_between_whatever_their_weight(penalty, weight):
    total = soft(weight, penalty=penalty).table.sum()
    assert 20.0 < total < 22.0
    if weight > 1e4:  # reliable alike: the mean of squares, 2 / (1 / 22 + 1 / 20)
        assert total == pytest.approx(20.95, abs=0.05)


def test_no_weight_leaves_the_seed():
    np.testing.assert_allclose(soft(0).table, SEED)


def test_a_weight_for_each_target():
    made = soft([np.array([np.inf, 0.0]), 0.0])
    np.testing.assert_allclose(made.table[0].sum(), 9.0)
    np.testing.assert_allclose(made.table[1], SEED[1])


def test_scaling_all_scales_the_solution():
    plain = soft([3.0, 0.5]).table
    scaled = [(axis, 1000 * target) for axis, target in MARGINS]
    made = sf.balance_arrays(1000 * SEED, scaled, method="soft", reliability=[3.0, 0.5]).table
    np.testing.assert_allclose(made, 1000 * plain, rtol=1e-7)


def test_exact_margins_that_disagree_are_refused():
    with pytest.raises(ConvergenceError, match="totals 22 and 20"):
        soft([np.inf, np.inf])


def test_an_exact_margin_behind_zeros_is_refused():
    with pytest.raises(ConvergenceError, match="smallest change"):
        sf.balance_arrays(
            np.eye(2),
            [(0, [30.0, 70]), (1, [50.0, 50]), ((), 100.0)],
            method="soft",
            reliability=[np.inf, np.inf, 1.0],
        )


def test_a_soft_target_without_a_cell_is_missed_and_said():
    seed = frame([("A", "6", 3.0), ("A", "8", 1.0), ("C", "6", 0.0), ("C", "8", 0.0)])
    made = sf.balance(
        seed, [margin("sector", {"A": 5.0, "C": 2.0}), margin("occupation", {"6": 4.0, "8": 2.0})],
        method="soft", reliability=10,
    )  # fmt: skip
    sectors = made.diagnostics[made.diagnostics["margin"] == "sector"].iloc[0]
    assert sectors["at"] == "C"
    assert sectors["largest_miss"] == pytest.approx(2.0)
    assert any("sector 100 %" in note for note in made.notes)


def test_a_target_of_zero_is_kept():
    made = sf.balance_arrays(
        SEED, [(0, [0.0, 13]), (1, COLUMNS)], method="soft", reliability=0.1
    ).table
    assert (made[0] == 0).all()
    assert (made[1] > 0).all()


def test_many_targets_are_solved_by_conjugate_gradients(monkeypatch):
    from skillsfc.forecast.balancing import soft as module

    dense = soft([3.0, 0.5]).table
    monkeypatch.setattr(module, "DENSE", 1)
    np.testing.assert_allclose(soft([3.0, 0.5]).table, dense, rtol=1e-7)


def test_too_few_steps_are_an_error():
    with pytest.raises(ConvergenceError, match="max_iterations"):
        soft([1e6, 0.5], max_iterations=1)


def frame(rows, keys=("sector", "occupation"), measure="persons"):
    made = pd.DataFrame(rows, columns=[*keys, measure])
    return made.assign(unit=measure, status="observed", source="made up")


def margin(key, targets, measure="persons"):
    return frame(list(targets.items()), (key,), measure)


TIDY = frame([("A", "6", 4.0), ("A", "8", 1.0), ("C", "6", 1.0), ("C", "8", 4.0)])
SECTORS, JOBS = margin("sector", {"A": 4.0, "C": 6.0}), margin("occupation", {"6": 6.0, "8": 5.0})


def tidy_soft(reliability, seed=TIDY):
    return sf.balance(seed, [SECTORS, JOBS], method="soft", reliability=reliability)


def test_weights_come_by_name_in_order_or_as_a_table():
    table = frame([("6", 0.5), ("8", 0.5)], ("occupation",), "value").assign(unit="weight")
    named = tidy_soft({"sector": 3.0, "occupation": 0.5}).table["persons"]
    for same in ([3.0, 0.5], {"sector": 3.0, "occupation": table}):
        np.testing.assert_allclose(tidy_soft(same).table["persons"], named, rtol=1e-8)


def test_the_notes_and_diagnostics_say_what_is_left():
    made = tidy_soft([3.0, 0.5])
    assert (made.diagnostics["largest_miss"] > 0).all()
    assert any(note.startswith("Largest differences from a target") for note in made.notes)
    assert made.settings.reliability == "[3.0, 0.5]"


def test_only_the_proportions_of_a_seed_of_shares_count():
    shares = TIDY.rename(columns={"persons": "share"}).assign(
        share=TIDY["persons"] / 10, unit="share"
    )
    same = TIDY.assign(persons=TIDY["persons"] * 10.5 / 10)
    np.testing.assert_allclose(
        tidy_soft([3.0, 0.5], shares).table["persons"],
        tidy_soft([3.0, 0.5], same).table["persons"],
        rtol=1e-7,
    )


@pytest.mark.parametrize(
    ("reliability", "text"),
    [
        (None, "weights for 'soft'"),
        (-1.0, "missing or negative"),
        ([1.0], "1 entries"),
        ({"sector": 1.0}, "nothing for margin 'occupation'"),
        ({"sector": 1.0, "occupation": 1.0, "secctor": 2.0}, "Did you mean 'sector'"),
        ({"sector": 1.0, "occupation": "much"}, "another shape or type"),
        ({"sector": 1.0, "occupation": margin("occupation", {"6": 1.0})}, "missing or negative"),
        ({"sector": 1.0, "occupation": margin("sector", {"A": 1.0})}, "without 'occupation'"),
    ],
)
def test_wrong_weights_are_refused(reliability, text):
    with pytest.raises(ParameterError, match=text):
        tidy_soft(reliability)
