"""Identities of balancing, for many made-up tables."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import SkillsfcError
from skillsfc.forecast.balancing.contraction import plan_sweep, sweep
from skillsfc.forecast.balancing.feasibility import advise
from skillsfc.forecast.balancing.layout import read_arrays

SINGLE = ((0,), (1,), (2,))
PAIRS = ((0, 1), (0, 2), (1, 2))
MIXED = ((0,), (1, 2))
PATTERNS = (SINGLE, PAIRS, MIXED, ((0, 1), (1, 2)), ((), (0,), (2,)), ((0, 2),))


def sums(table, kept):
    rest = tuple(axis for axis in range(table.ndim) if axis not in kept)
    return table.sum(axis=rest)


def margins_of(table, pattern):
    return [(kept, sums(table, kept)) for kept in pattern]


@st.composite
def problems(draw, pattern=None, zeros=True):
    """Return a seed and margins that some table with the seed's zeros has."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = tuple(draw(st.tuples(*[st.integers(2, 5)] * 3)))
    seed = rng.lognormal(0.0, draw(st.sampled_from([0.1, 1.0, 2.0])), shape)
    if zeros and draw(st.booleans()):
        seed[rng.random(shape) < 0.3] = 0.0
    wanted = seed * rng.lognormal(0.0, 1.0, shape) * 10.0 ** draw(st.integers(-6, 9))
    kept = pattern or draw(st.sampled_from(PATTERNS))
    return seed, wanted, kept


def fit(seed, wanted, kept, **options):
    return sf.balance_arrays(seed, margins_of(wanted, kept), **options)


@given(problems())
def test_margins_are_reproduced(problem):
    seed, wanted, kept = problem
    made = fit(*problem)
    assert np.all(made.converged)
    for axes, target in margins_of(wanted, kept):
        np.testing.assert_allclose(sums(made.table, axes), target, rtol=1.01e-8, atol=0)
    assert ((made.table > 0) == (seed > 0)).all() or (sums(wanted, kept[0]) == 0).any()


@given(problems(pattern=SINGLE, zeros=False))
def test_odds_ratios_are_kept(problem):
    seed, *_ = problem
    ratio = fit(*problem, tolerance=1e-10).table / seed
    logs = np.log(ratio)
    # Without interaction: every second difference of the logarithms over two axes is 0.
    for one, two in ((0, 1), (0, 2), (1, 2)):
        np.testing.assert_allclose(np.diff(np.diff(logs, axis=one), axis=two), 0.0, atol=1e-8)


@given(problems(), st.sampled_from([1e-9, 1e-3, 7.0, 1e3, 1e12]))
def test_margins_times_a_number_give_the_table_times_it_and_the_seed_may_have_any_size(problem, by):
    seed, wanted, kept = problem
    one = fit(seed, wanted, kept, tolerance=1e-11).table
    scaled = fit(seed, wanted * by, kept, tolerance=1e-11).table
    np.testing.assert_allclose(scaled, one * by, rtol=1e-6, atol=1e-9 * one.max() * by)
    other = fit(seed * by, wanted, kept, tolerance=1e-11).table
    np.testing.assert_allclose(other, one, rtol=1e-6, atol=1e-9 * one.max())


@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_codes_axes_and_margins_does_not_matter(problem, random):
    seed, wanted, kept = problem
    one = fit(seed, wanted, kept, tolerance=1e-11).table
    orders = [random.sample(range(n), n) for n in seed.shape]
    mixed = fit(seed[np.ix_(*orders)], wanted[np.ix_(*orders)], kept, tolerance=1e-11).table
    np.testing.assert_allclose(mixed, one[np.ix_(*orders)], rtol=1e-6, atol=1e-9 * one.max())
    axes = random.sample(range(3), 3)
    turned = sf.balance_arrays(
        seed.transpose(axes),
        [
            (tuple(axes.index(axis) for axis in reversed(own)), target.T)
            for own, target in reversed(margins_of(wanted, kept))
        ],
        tolerance=1e-11,
    ).table
    np.testing.assert_allclose(turned, one.transpose(axes), rtol=1e-6, atol=1e-9 * one.max())


@given(problems())
def test_a_balanced_seed_stays_as_it_is(problem):
    seed, _, kept = problem
    made = fit(seed, seed, kept)
    np.testing.assert_allclose(made.table, seed, rtol=1e-9)
    again = fit(made.table, seed, kept)
    np.testing.assert_allclose(again.table, made.table, rtol=1e-9)


@given(problems(), st.integers(1, 4))
def test_a_batch_gives_what_its_tables_give_alone(problem, tables):
    seed, wanted, kept = problem
    rng = np.random.default_rng(tables)
    more = wanted * rng.lognormal(0.0, 0.5, (tables, *wanted.shape))
    together = sf.balance_arrays(
        np.repeat(seed[None], tables, axis=0),
        [(own, np.stack([sums(one, own) for one in more])) for own in kept],
        batch=True,
        tolerance=1e-11,
    )
    for number, one in enumerate(more):
        alone = fit(seed, one, kept, tolerance=1e-11).table
        np.testing.assert_allclose(
            together.table[number], alone, rtol=1e-6, atol=1e-9 * alone.max()
        )


@given(problems())
def test_gras_of_a_seed_without_negative_cells_is_proportional_fitting(problem):
    one = fit(*problem, tolerance=1e-11).table
    two = fit(*problem, tolerance=1e-11, method="gras").table
    np.testing.assert_allclose(two, one, rtol=1e-6, atol=1e-9 * one.max())


@given(st.integers(0, 2**32 - 1))
def test_gras_reproduces_margins_and_keeps_signs(number):
    rng = np.random.default_rng(number)
    seed = rng.normal(1.0, 1.0, (4, 5))
    wanted = seed * rng.lognormal(0.0, 0.5, seed.shape)
    made = sf.balance_arrays(
        seed, [((0,), wanted.sum(axis=1)), ((1,), wanted.sum(axis=0))], method="gras"
    ).table
    gross = np.abs(made)
    assert (np.abs(made.sum(axis=1) - wanted.sum(axis=1)) <= 1e-7 * gross.sum(axis=1)).all()
    assert (np.abs(made.sum(axis=0) - wanted.sum(axis=0)) <= 1e-7 * gross.sum(axis=0)).all()
    assert (np.sign(made) == np.sign(seed)).all()
    # x = x0 f for positive and x0 / f for negative cells, with f a product over the margins.
    logs = np.sign(seed) * np.log(made / seed)
    np.testing.assert_allclose(np.diff(np.diff(logs, axis=0), axis=1), 0.0, atol=1e-6)


@given(problems(pattern=SINGLE))
def test_soft_margins_approach_hard_ones_as_their_weight_grows(problem):
    hard = fit(*problem, tolerance=1e-10).table
    apart = []
    for weight in (1e2, 1e4, 1e6):
        soft = fit(*problem, method="soft", reliability=weight).table
        apart.append(np.abs(soft - hard).max() / hard.max())
    assert all(two <= one + 1e-7 for one, two in pairwise(apart))
    assert apart[-1] < 1e-3
    exact = fit(*problem, method="soft", reliability=np.inf).table
    np.testing.assert_allclose(exact, hard, rtol=1e-5, atol=1e-7 * hard.max())


@given(problems(pattern=SINGLE))
def test_soft_margins_without_weight_leave_the_seed(problem):
    seed, wanted, kept = problem
    wanted = wanted * (10 * seed.sum() / wanted.sum())  # weights count relative to the seed's size
    made = fit(seed, wanted, kept, method="soft", reliability=1e-9).table
    np.testing.assert_allclose(made, seed, rtol=1e-6)


@given(problems())
def test_sums_from_factors_are_those_of_the_table_itself(problem):
    seed, wanted, kept = problem
    arrays = read_arrays(seed, margins_of(wanted, kept), batch=False, signed=False)
    rng = np.random.default_rng(1)
    factors = [rng.random(target.shape) + 0.5 for target in arrays.targets]
    seen = {}

    def look(margin, found, factor):
        seen[margin] = found[0] * factor
        return factor

    sweep(plan_sweep(arrays.layout), arrays.seeds, list(factors), look)
    table = arrays.layout.multiply(arrays.seeds[0], factors)
    for margin, found in seen.items():
        np.testing.assert_allclose(found, arrays.layout.sum_to(table, margin), rtol=1e-10)
    assert set(seen) == set(range(len(kept)))


@given(st.integers(0, 2**32 - 1))
def test_the_smallest_change_of_the_margins_makes_the_table_balance(number):
    rng = np.random.default_rng(number)
    seed = np.where(rng.random((4, 4)) < 0.6, 0.0, rng.random((4, 4)) + 0.1)
    rows, columns = rng.multinomial(100, [0.25] * 4), rng.multinomial(100, [0.25] * 4)
    margins = [((0,), rows.astype(float)), ((1,), columns.astype(float))]
    arrays = read_arrays(seed, margins, batch=False, signed=False)
    seeds, targets = arrays.one(arrays.seeds, 0)
    advice = advise(arrays.layout, seeds, targets)
    changed = [target.copy() for _, target in margins]
    for change in advice.changes:
        cell = arrays.given_cell(change.margin, change.cell)
        assert changed[change.margin][cell] == pytest.approx(change.before)
        changed[change.margin][cell] = change.after
    try:
        fitted = sf.balance_arrays(seed, margins)
    except SkillsfcError:
        assert not advice.feasible
        assert advice.total == pytest.approx(sum(abs(c.after - c.before) for c in advice.changes))
    else:
        assert advice.feasible
        assert np.all(fitted.converged)
    made = sf.balance_arrays(seed, [((0,), changed[0]), ((1,), changed[1])]).table
    np.testing.assert_allclose(made.sum(axis=1), changed[0], atol=1e-5)
    np.testing.assert_allclose(made.sum(axis=0), changed[1], atol=1e-5)
