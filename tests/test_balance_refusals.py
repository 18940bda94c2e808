"""What has no solution is refused, with the row and the smallest change that would help."""

import re

import numpy as np
import pandas as pd
import pytest
from test_balance_oracles import cube, tidy

import skillsfc as sf
from skillsfc.errors import ConvergenceError, SkillsfcError

ROWS, COLUMNS = ["sector"], ["occupation"]


def refused(seed, rows, columns, measure="persons", **options):
    """Return the text of the refusal."""
    margins = [tidy(rows, ROWS, measure), tidy(columns, COLUMNS, measure)]
    with pytest.raises(SkillsfcError) as caught:
        sf.balance(tidy(seed, measure=measure), margins, **options)
    return str(caught.value)


def test_unequal_totals_are_refused_with_both_and_the_difference():
    text = refused(np.ones((2, 2)), [50, 50], [55, 55])
    assert "sector" in text
    assert "occupation" in text
    assert re.search(r"\b100\b.*\b110\b", text)
    assert re.search(r"\b10\b", text)


def test_a_zero_row_with_a_target_is_refused_by_name():
    text = refused([[0.0, 0.0], [1.0, 1.0]], [20, 80], [50, 50])
    assert "made:0" in text
    assert re.search(r"\b20\b", text)


def test_a_row_that_the_seed_does_not_have_is_refused_by_name():
    seed = tidy(np.ones((3, 2)))
    seed = seed[seed["sector"] != "made:1"]
    margins = [tidy([20, 30, 50], ROWS), tidy([50, 50], COLUMNS)]
    with pytest.raises(SkillsfcError, match="made:1"):
        sf.balance(seed, margins)


def test_an_unreachable_pattern_of_zeros_names_row_and_smallest_change():
    text = refused(np.eye(2), [30, 70], [50, 50])
    assert "smallest change of the margins" in text
    assert re.search(r"\b40\b", text)  # 20 in each of two targets
    assert re.search(r"sector made:\d|occupation made:\d|'made:\d'|made:\d", text)
    assert re.search(r"\b30\b.*\b50\b|\b50\b.*\b30\b", text)
    assert re.search(r"\(20\)|with 20", text)  # what the seed would need in a cell that is 0


def test_the_change_named_for_the_diagonal_makes_it_balance():
    made = sf.balance(tidy(np.eye(2)), [tidy([50, 50], ROWS), tidy([50, 50], COLUMNS)])
    np.testing.assert_allclose(cube(made.table, np.eye(2)), [[50, 0], [0, 50]], rtol=1e-8)


def test_a_negative_seed_is_refused_and_gras_is_named():
    text = refused([[1.0, -1.0], [2.0, 3.0]], [2, 3], [2, 3], measure="value")
    assert "-1" in text
    assert "made:0" in text
    assert "gras" in text


def test_a_negative_target_is_refused_and_gras_is_named():
    text = refused([[1.0, 1.0], [2.0, 3.0]], [-2, 7], [2, 3], measure="value")
    assert "-2" in text
    assert "gras" in text


def test_unequal_sums_over_shared_keys_are_refused_by_cell():
    rng = np.random.default_rng(1)
    seed = rng.random((3, 3, 2)) + 0.5
    one, two = seed.sum(axis=2), seed.sum(axis=1)
    two[0, 0] += 1.0
    two[1, 0] -= 1.0
    margins = [tidy(one, ["sector", "occupation"]), tidy(two, ["sector", "sex"])]
    with pytest.raises(SkillsfcError, match="made:0") as caught:
        sf.balance(tidy(seed), margins)
    assert "margin" in str(caught.value)


def test_signed_targets_that_no_sign_can_reach_are_refused():
    text = refused([[1.0, 2.0], [3.0, 4.0]], [-5, 15], [5, 5], measure="value", method="gras")
    assert "made:0" in text


def test_too_few_sweeps_are_an_error_not_a_table():
    rng = np.random.default_rng(2)
    seed = rng.lognormal(0, 2, (12, 9))
    table = seed * rng.lognormal(0, 2, seed.shape)
    margins = [tidy(table.sum(axis=1), ROWS), tidy(table.sum(axis=0), COLUMNS)]
    with pytest.raises(ConvergenceError, match="max_iterations"):
        sf.balance(tidy(seed), margins, max_iterations=2)


def test_margins_that_only_a_limit_meets_are_met_within_the_tolerance():
    # Cell (0, 1) must become 0: plain sweeps come nearer ever more slowly.
    seed = np.array([[1.0, 1.0], [0.0, 1.0]])
    made = sf.balance(tidy(seed), [tidy([50, 50], ROWS), tidy([50, 50], COLUMNS)])
    table = cube(made.table, seed)
    np.testing.assert_allclose(table.sum(axis=0), [50, 50], rtol=1.01e-8)
    np.testing.assert_allclose(table.sum(axis=1), [50, 50], rtol=1.01e-8)
    np.testing.assert_allclose(table, 50 * np.eye(2), atol=1e-6)


def test_all_problems_of_a_table_are_named_at_once():
    seed = np.ones((3, 2))
    seed[:2] = 0.0
    text = refused(seed, [10, 20, 30], [30, 30])
    assert "made:0" in text
    assert "made:1" in text


def test_a_failed_table_among_good_ones_is_named():
    years = [2021, 2022]
    seed = pd.concat([tidy(np.eye(2), year=2021), tidy(np.ones((2, 2)), year=2022)])
    margins = [
        pd.concat([tidy(target, keys, year=year) for year in years])
        for target, keys in (([30, 70], ROWS), ([50, 50], COLUMNS))
    ]
    with pytest.raises(SkillsfcError) as caught:
        sf.balance(seed, margins)
    assert "2021" in str(caught.value)
    assert "2022" not in str(caught.value)
