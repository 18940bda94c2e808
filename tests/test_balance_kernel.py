"""The array kernel: batches, axes, the tables that stop early, and what it says of the others."""

import numpy as np
import pytest

import skillsfc as sf
from skillsfc.errors import ConvergenceError, ParameterError
from skillsfc.forecast.balancing import feasibility, solve
from skillsfc.forecast.balancing.acceleration import Memory
from skillsfc.forecast.balancing.contraction import plan_sweep
from skillsfc.forecast.balancing.layout import Layout

DIAGONAL = [(0, [30.0, 70.0]), (1, [50.0, 50.0])]


def slow_problem(seed=3, shape=(9, 12, 7)):
    """Return a seed and pair margins that take plain sweeps hundreds of rounds."""
    rng = np.random.default_rng(seed)
    table = rng.lognormal(0.0, 2.0, shape) * (rng.random(shape) > 0.5)
    wanted = table * rng.lognormal(0.0, 0.5, shape)
    return table, [((0, 1), wanted.sum(2)), ((1, 2), wanted.sum(0)), ((0, 2), wanted.sum(1))]


def plain_sweeps(table, margins, tolerance=1e-8, most=5000):
    """Fit by the textbook loop; return the table and the number of sweeps."""
    made = table.copy()
    for sweep in range(1, most + 1):
        moved = 0.0
        for axes, target in margins:
            rest = tuple(a for a in range(made.ndim) if a not in axes)
            sums = made.sum(axis=rest)
            ratio = np.divide(target, sums, out=np.ones_like(sums), where=sums > 0)
            made = made * np.expand_dims(ratio, rest)
            moved += np.abs(ratio - 1).max()
        if moved <= tolerance:
            return made, sweep
    return made, most


def test_extrapolation_reaches_the_table_of_plain_sweeps_in_fewer():
    table, margins = slow_problem()
    wanted, sweeps = plain_sweeps(table, margins, 1e-12)
    made = sf.balance_arrays(table, margins)
    np.testing.assert_allclose(made.table, wanted, rtol=1e-5, atol=1e-7 * wanted.max())
    assert made.iterations < sweeps / 3


def test_a_step_that_moves_further_is_taken_back():
    memory = Memory(1, 2)
    first = memory.propose(np.zeros((1, 2)), np.array([[1.0, 1.0]]), np.array([1.0]))
    np.testing.assert_array_equal(first, [[1.0, 1.0]])  # nothing to look back on
    memory.propose(first, np.array([[1.5, 1.6]]), np.array([0.6]))
    back = memory.propose(np.array([[9.0, 9.0]]), np.array([[99.0, 99.0]]), np.array([90.0]))
    np.testing.assert_array_equal(back, [[1.5, 1.6]])
    assert not memory.steps.any()


def test_tables_stop_on_their_own():
    rng = np.random.default_rng(1)
    seed = np.stack([np.ones((6, 5)), rng.lognormal(0, 2, (6, 5)), rng.lognormal(0, 1, (6, 5))])
    wanted = rng.lognormal(0, 1, seed.shape)
    wanted[2] = seed[2]
    made = sf.balance_arrays(seed, [(0, wanted.sum(2)), (1, wanted.sum(1))], batch=True)
    assert made.iterations[2] == 0
    assert made.iterations[0] == 2
    assert made.iterations[1] > 3
    np.testing.assert_array_equal(made.table[2], seed[2])


@pytest.mark.parametrize("method", ["ipf", "gras"])
def test_one_seed_serves_all_tables(method):
    rng = np.random.default_rng(2)
    seed = rng.lognormal(0, 1, (4, 5, 3))
    wanted = rng.lognormal(0, 1, (6, 4, 5, 3))
    margins = [(0, wanted.sum((2, 3))), ((1, 2), wanted.sum(1))]
    made = sf.balance_arrays(seed[None], margins, batch=True, method=method)
    for table in range(6):
        alone = sf.balance_arrays(seed, [(a, t[table]) for a, t in margins], method=method)
        np.testing.assert_allclose(made.table[table], alone.table, rtol=1e-7)


def test_one_margin_serves_all_tables():
    rng = np.random.default_rng(4)
    seeds = rng.lognormal(0, 1, (3, 4, 5))
    rows = np.array([[1.0, 2, 3, 4]])
    made = sf.balance_arrays(seeds, [(0, rows), (1, np.full((1, 5), 2.0))], batch=True)
    np.testing.assert_allclose(made.table.sum(2), np.repeat(rows, 3, axis=0), rtol=1e-8)


def test_more_tables_than_a_block_give_the_same(monkeypatch):
    from skillsfc.forecast.balancing import acceleration

    rng = np.random.default_rng(5)
    seeds, wanted = rng.lognormal(0, 1, (2, 17, 6, 4))
    margins = [(0, wanted.sum(2)), (1, wanted.sum(1))]
    whole = sf.balance_arrays(seeds, margins, batch=True)
    monkeypatch.setattr(acceleration, "BLOCK_TABLES", 5)
    np.testing.assert_allclose(sf.balance_arrays(seeds, margins, batch=True).table, whole.table)


def test_axes_of_a_target_may_come_in_any_order():
    rng = np.random.default_rng(6)
    seed, wanted = rng.lognormal(0, 1, (2, 3, 5, 4))
    one = sf.balance_arrays(seed, [((0, 2), wanted.sum(1)), (1, wanted.sum((0, 2)))])
    two = sf.balance_arrays(seed, [((2, 0), wanted.sum(1).T), (1, wanted.sum((0, 2)))])
    np.testing.assert_allclose(one.table, two.table)
    assert two.factors[0].shape == (4, 3)
    np.testing.assert_allclose(
        one.table, np.einsum("abc,ac,b->abc", seed, one.factors[0], one.factors[1])
    )


def test_an_axis_without_margin_keeps_the_proportions_of_the_seed():
    rng = np.random.default_rng(7)
    seed = rng.lognormal(0, 1, (3, 4, 2))
    made = sf.balance_arrays(seed, [(0, [1.0, 2, 3]), (1, [2.0, 2, 1, 1])]).table
    np.testing.assert_allclose(made[..., 0] / made[..., 1], seed[..., 0] / seed[..., 1])


def test_the_grand_total_alone_scales_the_seed():
    made = sf.balance_arrays([[1.0, 2.0], [3.0, 4.0]], [((), 20.0)])
    np.testing.assert_allclose(made.table, [[2, 4], [6, 8]])


def test_a_margin_of_all_axes_is_the_table():
    wanted = [[5.0, 6.0], [7.0, 8.0]]
    made = sf.balance_arrays(np.ones((2, 2)), [((0, 1), wanted), (0, [11.0, 15.0])])
    np.testing.assert_allclose(made.table, wanted)


def test_targets_of_zero_empty_cells_and_what_hangs_on_them():
    seed = np.array([[1.0, 1, 0], [1, 1, 1]])
    made = sf.balance_arrays(seed, [(0, [4.0, 6.0]), (1, [0.0, 6.0, 4.0])]).table
    np.testing.assert_allclose(made, [[0, 4, 0], [0, 2, 4]])
    with pytest.raises(ConvergenceError, match=r"cell \(0,\): 4"):
        sf.balance_arrays(seed, [(0, [4.0, 6.0]), (1, [0.0, 0.0, 10.0])])


def test_cells_that_no_solution_uses_are_emptied_and_the_rest_is_exact():
    seed = np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]])
    margins = [(0, [2.0, 3.0, 1.0]), (1, [5.0, 0.5, 0.5])]
    made = sf.balance_arrays(seed, margins).table
    assert made[0, 1] < 1e-7
    assert made[1, 1] < 1e-7
    np.testing.assert_allclose(made.sum(1), [2, 3, 1], rtol=1e-8)


def test_a_failed_table_is_left_out_on_request_and_never_returned_otherwise():
    seeds = np.stack([np.ones((2, 2)), np.eye(2)])
    margins = [(axis, np.array([target] * 2)) for axis, target in DIAGONAL]
    made = sf.balance_arrays(seeds, margins, batch=True, failures="leave_out")
    assert made.converged.tolist() == [True, False]
    assert np.isnan(made.table[1]).all()
    assert np.isfinite(made.table[0]).all()
    assert "table 1" in str(made.problems[0])
    with pytest.raises(ConvergenceError, match="table 1"):
        sf.balance_arrays(seeds, margins, batch=True)


def test_of_many_failed_tables_the_first_are_explained_and_all_are_named():
    margins = [(axis, np.array([target] * 9)) for axis, target in DIAGONAL]
    with pytest.raises(ConvergenceError) as caught:
        sf.balance_arrays(np.eye(2)[None], margins, batch=True)
    text = str(caught.value)
    assert text.count("smallest change") == solve.EXPLAINED
    assert "4 more cannot be balanced either" in text
    assert "table 8" in text


def test_a_programme_that_takes_too_long_is_said(monkeypatch):
    monkeypatch.setattr(feasibility, "TIME_LIMIT", 0.0)
    with pytest.raises(ConvergenceError, match="too large to tell in time"):
        sf.balance_arrays(np.eye(2), DIAGONAL)


def test_misses_are_measured_on_the_table_itself():
    table, margins = slow_problem(8)
    made = sf.balance_arrays(table, margins, tolerance=1e-3)
    for (axes, target), miss in zip(margins, made.misses, strict=True):
        rest = tuple(a for a in range(3) if a not in axes)
        gap = np.abs(made.table.sum(axis=rest) - target)[target > 0] / target[target > 0]
        assert miss == pytest.approx(gap.max(), rel=1e-3, abs=1e-12)
        assert miss <= 1.001e-3


def test_extreme_sizes_do_no_harm():
    rng = np.random.default_rng(9)
    seed = rng.lognormal(0, 1, (5, 4)) * 10.0 ** rng.uniform(-9, 9, (5, 1))
    wanted = rng.lognormal(0, 1, (5, 4)) * 10.0 ** rng.uniform(-9, 9, (1, 4))
    made = sf.balance_arrays(seed, [(0, wanted.sum(1)), (1, wanted.sum(0))])
    np.testing.assert_allclose(made.table.sum(0), wanted.sum(0), rtol=1.1e-8)


def test_the_plan_splits_margins_so_that_few_cells_are_made():
    plan = plan_sweep(Layout((9, 88, 130), ((0,), (1,), (2,))))
    assert {plan.left.margins, plan.right.margins} == {(0, 1), (2,)}  # 792 and 130 cells
    assert plan_sweep(Layout((3,), ((0,),))).left is None


@pytest.mark.parametrize("count", [1, 2, 4, 5])
def test_any_number_of_axes_is_balanced(count):
    rng = np.random.default_rng(count)
    seed, wanted = rng.lognormal(0, 1, (2, *range(2, 2 + count)))
    margins = []
    for axis in range(count):
        rest = tuple(a for a in range(count) if a != axis)
        margins.append((axis, wanted.sum(axis=rest)))
    made = sf.balance_arrays(seed, margins)
    for axis, target in margins:
        rest = tuple(a for a in range(count) if a != axis)
        np.testing.assert_allclose(made.table.sum(axis=rest), target, rtol=1.1e-8)


def test_batches_of_different_length_are_refused():
    with pytest.raises(ParameterError, match="one number of tables"):
        sf.balance_arrays(np.ones((2, 2, 2)), [(0, np.ones((3, 2)))], batch=True)
