"""Kernels of distances: against the definition, cell by cell, and one engine with the other."""

import importlib.util

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillsfc.transitions.distances.alignment import align_spells, align_states, align_warped
from skillsfc.transitions.distances.arguments import Options
from skillsfc.transitions.distances.chi_square import ShareDistances, list_intervals
from skillsfc.transitions.distances.diagonals import DiagonalAlignment
from skillsfc.transitions.distances.dispatch import Work, choose_kernel, seconds_of
from skillsfc.transitions.distances.hamming import PositionCosts
from skillsfc.transitions.distances.kernels import (
    better_direction,
    branch_depths,
    count_bits,
    reversed_rows,
    shared_starts,
    sorted_order,
)
from skillsfc.transitions.distances.lcs_bits import BitAlignment
from skillsfc.transitions.distances.numba_kernels import CompiledAlignment, CompiledBits
from skillsfc.transitions.distances.pair_blocks import all_pairs, rectangles, to_square
from skillsfc.transitions.distances.spell_batches import CompiledSpells, SpellBatches
from skillsfc.transitions.distances.substitution_costs import (
    StateCosts,
    constant_costs,
    dynamic_costs,
    future_costs,
    pooled_rates,
    rates_by_period,
    transition_costs,
)

HAS_NUMBA = importlib.util.find_spec("numba") is not None
needs_numba = pytest.mark.skipif(not HAS_NUMBA, reason="numba (extra 'fast') is not installed")
NAMES = tuple("abcd")
CLOSE = 1e-9


def some_codes(seed, count, length, states=4, ragged=True):
    """Return different random sequences with runs, some sharing their start or end."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, states, (count, length))
    stay = rng.random((count, length)) < 0.6
    for t in range(1, length):
        codes[:, t] = np.where(stay[:, t], codes[:, t - 1], codes[:, t])
    codes[count // 2 :, : length // 2] = codes[0, : length // 2]
    codes[: count // 3, length // 2 :] = codes[0, length // 2 :]
    if ragged:
        ends = rng.integers(1, length + 1, count)
        codes[np.arange(length) >= ends[:, None]] = -1
    codes = codes[np.sort(np.unique(codes, axis=0, return_index=True)[1])]
    return codes.astype(np.int8)


def some_costs(seed, states=4):
    rng = np.random.default_rng(seed)
    square = rng.random((states, states))
    square = square + square.T
    np.fill_diagonal(square, 0.0)
    return StateCosts(square, rng.random(states) + 0.4, NAMES[:states], "given")


def constant(value, indel, states=4):
    return StateCosts(
        constant_costs(states, value), np.full(states, float(indel)), NAMES[:states], "constant"
    )


def by_definition(one, other, substitute, delete_one, delete_other):
    """Return the least cost of edits, cell by cell."""
    best = np.zeros((len(one) + 1, len(other) + 1))
    best[1:, 0], best[0, 1:] = np.cumsum(delete_one), np.cumsum(delete_other)
    for i in range(len(one)):
        for j in range(len(other)):
            best[i + 1, j + 1] = min(
                best[i, j + 1] + delete_one[i],
                best[i + 1, j] + delete_other[j],
                best[i, j] + substitute(one[i], other[j]),
            )
    return best[-1, -1]


def matched(codes, costs):
    known = [row[row >= 0] for row in codes]
    square, indel = costs.substitution, costs.indel
    return np.array(
        [[by_definition(a, b, lambda x, y: square[x, y], indel[a], indel[b]) for b in known]
         for a in known]
    )  # fmt: skip


def matched_spells(codes, costs, expansion, power):
    def spells(row):
        row = row[row >= 0]
        cut = np.flatnonzero(np.diff(row)) + 1
        parts = np.split(row, cut) if len(row) else []
        return [(int(part[0]), len(part)) for part in parts]

    def extra(spell):
        return expansion * (spell[1] ** power - 1)

    def substitute(s, t):
        if s[0] == t[0]:
            return abs(extra(s) - extra(t))
        return costs.substitution[s[0], t[0]] + extra(s) + extra(t)

    known = [spells(row) for row in codes]
    price = [[costs.indel[s[0]] + extra(s) for s in row] for row in known]
    return np.array(
        [[by_definition(a, b, substitute, price[i], price[j]) for j, b in enumerate(known)]
         for i, a in enumerate(known)]
    )  # fmt: skip


def warped(codes, costs, nu, penalty):
    square = costs.substitution

    def between(a, b):
        best = np.full((len(a), len(b)), np.inf)
        for i in range(len(a)):
            for j in range(len(b)):
                if i == j == 0:
                    best[i, j] = square[a[0], b[0]]
                    continue
                ways = []
                if i:
                    ways.append(best[i - 1, j] + square[a[i], a[i - 1]] + nu + penalty)
                if j:
                    ways.append(best[i, j - 1] + square[b[j], b[j - 1]] + nu + penalty)
                if i and j:
                    faced = square[a[i], b[j]] + square[a[i - 1], b[j - 1]]
                    ways.append(best[i - 1, j - 1] + faced + 2 * nu * abs(i - j))
                best[i, j] = min(ways)
        return best[-1, -1]

    known = [row[row >= 0] for row in codes]
    return np.array([[between(a, b) for b in known] for a in known])


def square_of(kernel, count):
    every = np.arange(count)
    return np.asarray(kernel.block(every, every), dtype=np.float64)


# The definition


@pytest.mark.parametrize("length", [1, 5, 17])
@pytest.mark.parametrize("seed", [1, 2])
def test_diagonals_give_optimal_matching(length, seed):
    codes, costs = some_codes(seed, 9, length), some_costs(seed)
    made = square_of(DiagonalAlignment(align_states(codes, costs)), len(codes))
    np.testing.assert_allclose(made, matched(codes, costs), atol=CLOSE)


@pytest.mark.parametrize(("value", "indel"), [(2, 1), (2, 1.5), (1, 1), (0.3, 0.25), (0, 1)])
def test_whole_numbers_of_a_unit_give_optimal_matching_exactly(value, indel):
    codes, costs = some_codes(3, 9, 12), constant(value, indel)
    kernel = DiagonalAlignment(align_states(codes, costs))
    assert kernel.kind == np.int16
    np.testing.assert_allclose(square_of(kernel, len(codes)), matched(codes, costs), atol=1e-12)


@pytest.mark.parametrize("length", [3, 63, 64, 65, 128, 130, 200])
def test_bits_give_the_longest_common_subsequence_over_any_number_of_words(length):
    codes, costs = some_codes(length, 7, length, states=3), constant(2, 1, states=3)
    task = align_states(codes, costs)
    assert task.common_value() == 2
    made = square_of(BitAlignment(task, 2.0), len(codes))
    assert (made == square_of(DiagonalAlignment(task), len(codes))).all()
    if length <= 65:
        assert (made == matched(codes, costs)).all()


def test_a_substitution_dearer_than_two_indels_is_a_longest_common_subsequence():
    task = align_states(some_codes(1, 8, 9), constant(3, 1))
    assert task.common_value() == 2
    assert align_states(some_codes(1, 8, 9), constant(1.9, 1)).common_value() is None


@pytest.mark.parametrize(("expansion", "power"), [(0.0, 1.0), (0.3, 1.0), (1.7, 0.5), (0.2, 2.0)])
def test_alignment_of_spells_gives_omspell(expansion, power):
    codes, costs = some_codes(7, 9, 14), some_costs(7)
    task = align_spells(codes, costs, expansion=expansion, power=power)
    made = square_of(DiagonalAlignment(task), len(codes))
    np.testing.assert_allclose(made, matched_spells(codes, costs, expansion, power), atol=CLOSE)


@pytest.mark.parametrize(("nu", "penalty"), [(0.5, 0.5), (0.01, 0.0), (2.0, 1.3)])
def test_alignment_of_neighbours_gives_time_warped_edits(nu, penalty):
    codes, costs = some_codes(11, 9, 12), some_costs(11)
    task = align_warped(codes, costs, nu=nu, penalty=penalty)
    made = square_of(DiagonalAlignment(task), len(codes))
    np.testing.assert_allclose(made, warped(codes, costs, nu, penalty), atol=CLOSE)


@given(st.integers(0, 10_000))
def test_all_alignments_agree_with_the_definition_on_random_input(seed):
    codes, costs = some_codes(seed, 5, 6, states=3), some_costs(seed, states=3)
    tasks = {
        "states": (align_states(codes, costs), matched(codes, costs)),
        "spells": (
            align_spells(codes, costs, expansion=0.4, power=1.0),
            matched_spells(codes, costs, 0.4, 1.0),
        ),
        "warped": (align_warped(codes, costs, nu=0.2, penalty=0.1), warped(codes, costs, 0.2, 0.1)),
    }
    for task, wanted in tasks.values():
        made = square_of(DiagonalAlignment(task), len(codes))
        np.testing.assert_allclose(made, wanted, atol=CLOSE)


def test_empty_sequences_are_a_deletion_of_everything_away():
    codes = np.array([[-1, -1, -1], [0, 1, -1], [2, 2, 1]], dtype=np.int8)
    costs = some_costs(5)
    made = square_of(DiagonalAlignment(align_states(codes, costs)), 3)
    assert made[0, 1] == pytest.approx(costs.indel[[0, 1]].sum())
    assert made[0, 2] == pytest.approx(costs.indel[[2, 2, 1]].sum())
    spell = square_of(DiagonalAlignment(align_spells(codes, costs, expansion=1.0, power=1.0)), 3)
    assert spell[0, 2] == pytest.approx(costs.indel[[2, 1]].sum() + 1)
    warp = square_of(DiagonalAlignment(align_warped(codes, costs, nu=0.1, penalty=0.1)), 3)
    assert warp[0, 2] == pytest.approx(3 * costs.indel.max())
    assert warp[0, 0] == 0


def test_position_costs_are_sums_over_periods():
    codes = some_codes(2, 12, 9, ragged=False)
    rng = np.random.default_rng(2)
    by_period = rng.random((9, 4, 4))
    by_period += by_period.transpose(0, 2, 1)
    by_period[:, np.arange(4), np.arange(4)] = 0
    for costs in (constant_costs(4, 1.0), constant_costs(4, 0.7), some_costs(2).substitution,
                  by_period):  # fmt: skip
        stack = costs if costs.ndim == 3 else np.repeat(costs[None], 9, axis=0)
        wanted = [[sum(stack[t, a[t], b[t]] for t in range(9)) for b in codes] for a in codes]
        made = square_of(PositionCosts(codes, costs), len(codes))
        np.testing.assert_allclose(made, wanted, atol=1e-12)
    assert PositionCosts(codes, constant_costs(4, 0.7)).kind == np.float32
    assert PositionCosts(codes, by_period).kind == np.float64


def test_shares_of_time_are_compared_interval_by_interval():
    codes = some_codes(4, 10, 7)
    weight = np.random.default_rng(4).random(len(codes)) + 0.5
    intervals = list_intervals(7, 3, False)
    made = square_of(ShareDistances(codes, weight, 4, intervals), len(codes))
    wanted = np.zeros_like(made)
    for first, last in intervals:
        part = codes[:, first : last + 1]
        counts = np.array([[(row == s).sum() for s in range(4)] for row in part], dtype=float)
        total = (weight[:, None] * counts).sum(axis=0)
        mean = total / max(total.sum(), 1e-300)
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        for s in np.flatnonzero(mean):
            wanted += (shares[:, None, s] - shares[None, :, s]) ** 2 / mean[s]
    np.testing.assert_allclose(made, np.sqrt(wanted), atol=1e-12)


def test_intervals_cover_all_periods():
    assert list_intervals(4, 1, False) == [(0, 0), (1, 1), (2, 2), (3, 3)]
    assert list_intervals(5, 5, False) == [(0, 4)]
    assert list_intervals(7, 3, False) == [(0, 2), (3, 5), (6, 6)]
    assert list_intervals(8, 4, True) == [(0, 2), (0, 3), (2, 5), (4, 7), (6, 7)]


# Costs from the data


def test_rates_are_shares_of_moves_from_a_state_that_has_a_next():
    codes = np.array([[0, 0, 1, -1], [1, 0, 0, 2]], dtype=np.int8)
    rates = pooled_rates(codes, np.array([1.0, 3.0]), 4)
    np.testing.assert_allclose(rates[0], [4 / 8, 1 / 8, 3 / 8, 0])
    np.testing.assert_allclose(rates[1], [1, 0, 0, 0])
    assert (rates[2:] == 0).all()
    yearly = rates_by_period(codes, np.array([1.0, 3.0]), 4)
    assert yearly.shape == (3, 4, 4)
    np.testing.assert_allclose(yearly[1, 0], [3 / 4, 1 / 4, 0, 0])


def test_transition_and_future_costs_come_from_rates():
    rates = np.array([[0.5, 0.3, 0.2], [0.1, 0.9, 0.0], [0.0, 0.0, 0.0]])
    costs = transition_costs(rates)
    assert costs[0, 1] == pytest.approx(1.6)
    assert (np.diag(costs) == 0).all()
    apart = future_costs(rates)
    assert apart[0, 1] == pytest.approx(np.sqrt(0.4**2 / 0.6 + 0.6**2 / 1.2 + 0.2**2 / 0.2))


def test_dynamic_costs_count_the_one_side_twice_at_the_ends_and_are_never_negative():
    codes = np.array([[0, 1, 0], [0, 1, 1], [1, 0, 0]], dtype=np.int8)
    costs = dynamic_costs(codes, np.ones(3), 2)
    first, second = rates_by_period(codes, np.ones(3), 2)
    both = [rate[0, 1] + rate[1, 0] for rate in (first, second)]
    assert costs[0, 0, 1] == pytest.approx(max(0, 4 - 2 * both[0]))
    assert costs[1, 0, 1] == pytest.approx(4 - both[0] - both[1])
    assert costs[2, 0, 1] == pytest.approx(4 - 2 * both[1])
    assert costs.min() == 0
    alone = dynamic_costs(codes[:, :1], np.ones(3), 2)
    assert alone[0, 0, 1] == 4


# Walking over pairs


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 200, 1000])
@pytest.mark.parametrize("lanes", [16, 64, 100, 300, 2048])
def test_blocks_cover_every_pair(count, lanes):
    seen = np.zeros((count, count), dtype=bool)
    for top, bottom, left, right in rectangles(count, lanes):
        seen[top:bottom, left:right] = True
    assert (seen | seen.T).all()


@pytest.mark.parametrize("condensed", [False, True])
def test_small_blocks_give_what_one_block_gives(condensed):
    codes, costs = some_codes(9, 60, 10), some_costs(9)
    task = align_states(codes, costs)
    whole = square_of(DiagonalAlignment(task), len(codes))
    kernel = DiagonalAlignment(task)
    kernel.lanes = 7
    made = all_pairs(kernel, len(codes), np.float64, condensed, lambda apart, rows, columns: apart)
    if condensed:
        made = to_square(made, len(codes))
    np.testing.assert_allclose(made, whole, atol=1e-12)
    bits = BitAlignment(align_states(codes, constant(2, 1)), 2.0)
    bits.lanes = 11
    made = all_pairs(bits, len(codes), np.float64, False, lambda apart, rows, columns: apart)
    assert (made == square_of(bits, len(codes))).all()


def test_rows_that_begin_alike_are_told_and_kept():
    rows = np.array([[1, 1, 1], [1, 1, 2], [1, 2, 2], [1, 2, 3], [2, 2, 2]])
    shared = shared_starts(rows)
    assert shared.tolist() == [0, 2, 1, 2, 0]
    keep = branch_depths(shared, 3)
    # The first row keeps depth 2 for the second and depth 1 for the third; the third keeps 2.
    assert np.argwhere(keep).tolist() == [[0, 1], [0, 2], [2, 2]]


@given(st.integers(0, 10_000))
def test_every_start_was_kept_by_a_row_before(seed):
    rows = some_codes(seed, 12, 6, states=2, ragged=False).astype(np.int64)
    rows = rows[sorted_order(rows)]
    shared = shared_starts(rows)
    keep = branch_depths(shared, rows.shape[1])
    kept = {0: -1}
    for row, start in enumerate(shared):
        assert int(start) in kept
        source = kept[int(start)]
        if start:
            assert (rows[source, :start] == rows[row, :start]).all()
        for depth in np.flatnonzero(keep[row]):
            if depth > start:
                kept[int(depth)] = row


def test_rows_turn_round_without_what_fills_up():
    rows = np.array([[1, 2, 3], [1, 2, 9]])
    assert reversed_rows(rows, np.array([3, 2])).tolist() == [[3, 2, 1], [2, 1, 9]]
    ends = np.array([[1, 5, 5], [2, 5, 5], [3, 5, 5]])
    turned, order = better_direction(ends, np.array([3, 3, 3]))
    assert turned[:, 0].tolist() == [5, 5, 5]
    assert sorted(order.tolist()) == [0, 1, 2]


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=9))
def test_bits_are_counted(words):
    made = count_bits(np.array(words, dtype=np.uint64))
    assert made.tolist() == [word.bit_count() for word in words]


def test_bits_are_counted_without_help_of_newer_numpy(monkeypatch):
    monkeypatch.delattr(np, "bitwise_count", raising=False)
    words = np.array([[0, 1], [2**64 - 1, 2**40 + 5]], dtype=np.uint64)
    assert count_bits(words).tolist() == [[0, 1], [64, 3]]


def test_units_are_found_where_there_are_any():
    codes = some_codes(1, 6, 6)
    assert align_states(codes, constant(2, 1.5)).units() == 1
    assert align_states(codes, constant(2, 1.25)).units() == 2
    assert align_states(codes, some_costs(1)).units() is None


# Spells in batches, and rows that start from where they part


SPELLS = [SpellBatches, pytest.param(CompiledSpells, marks=needs_numba)]


@pytest.mark.parametrize("engine", SPELLS)
@pytest.mark.parametrize(("expansion", "power"), [(0.0, 1.0), (0.3, 1.0), (1.7, 0.5), (0.2, 2.0)])
def test_batches_of_spells_give_omspell(engine, expansion, power):
    codes, costs = some_codes(7, 9, 14), some_costs(7)
    codes = np.vstack([codes, np.full((1, 14), -1, dtype=np.int8)])  # and an empty one
    task = align_spells(codes, costs, expansion=expansion, power=power)
    wanted = matched_spells(codes, costs, expansion, power)
    np.testing.assert_allclose(square_of(engine(task), len(codes)), wanted, atol=CLOSE)


@pytest.mark.parametrize("engine", SPELLS)
def test_batches_of_spells_hold_many_rows_any_order_and_the_same_row_twice(engine):
    codes, costs = some_codes(5, 400, 24), some_costs(5)
    task = align_spells(codes, costs, expansion=0.3, power=1.0)
    plain = square_of(DiagonalAlignment(task), len(codes))
    kernel = engine(task)
    keep = lambda apart, rows, columns: apart  # noqa: E731
    made = all_pairs(kernel, len(codes), np.float64, False, keep)
    np.testing.assert_allclose(made, plain, atol=CLOSE)
    assert (made == made.T).all()
    rows, columns = np.array([3, 3, 0, 7, 0, 201]), np.arange(len(codes))[::-1]
    np.testing.assert_allclose(kernel.block(rows, columns), plain[rows][:, columns], atol=CLOSE)
    light = engine(task, single=True).block(rows, columns)
    np.testing.assert_allclose(light, plain[rows][:, columns], rtol=1e-5, atol=1e-4)


@given(st.integers(0, 10_000))
def test_diagonals_from_a_shared_start_give_what_each_row_gives_alone(seed):
    codes, costs = some_codes(seed, 12, 9, states=3), some_costs(seed, states=3)
    for task in (align_states(codes, costs), align_warped(codes, costs, nu=0.2, penalty=0.1)):
        kernel, every = DiagonalAlignment(task), np.arange(len(codes))
        alone = np.vstack([kernel.block(every[at : at + 1], every) for at in every])
        for rows in (kernel.order, np.repeat(kernel.order, 2), kernel.order[::-1]):
            assert (kernel.block(rows, every) == alone[rows]).all()


# One engine against the other


@needs_numba
@pytest.mark.parametrize("length", [1, 20, 70])
def test_numba_gives_what_numpy_gives(length):
    codes, costs = some_codes(length, 50, length), some_costs(3)
    tasks = [
        align_states(codes, costs),
        align_states(codes, constant(2, 1.5)),
        align_spells(codes, costs, expansion=0.3, power=1.0),
        align_warped(codes, costs, nu=0.1, penalty=0.4),
    ]
    for task in tasks:
        kernel = CompiledAlignment(task)
        made = kernel.block(kernel.order, kernel.order)
        plain = square_of(DiagonalAlignment(task), len(codes))[np.ix_(kernel.order, kernel.order)]
        np.testing.assert_allclose(made, plain, atol=CLOSE)


@needs_numba
@pytest.mark.parametrize("length", [20, 64, 70, 150])
def test_numba_counts_the_same_bits(length):
    task = align_states(some_codes(length, 80, length), constant(2, 1))
    kernel = CompiledBits(task, 2.0)
    plain = square_of(BitAlignment(task, 2.0), len(task.lengths))
    every = np.arange(len(task.lengths))
    assert (kernel.block(every, every) == plain).all()
    some = every[:20][::-1]
    assert (kernel.block(some, every[5:]) == plain[np.ix_(some, every[5:])]).all()


@needs_numba
def test_numba_takes_the_same_row_twice_and_any_order():
    codes = some_codes(6, 20, 12)
    task = align_states(codes, some_costs(6))
    rows = np.array([3, 3, 0, 7, 0])
    columns = np.arange(len(codes))
    made = CompiledAlignment(task).block(rows, columns)
    plain = DiagonalAlignment(task).block(rows, columns)
    np.testing.assert_allclose(made, plain, atol=CLOSE)


@needs_numba
def test_single_precision_is_near():
    codes = some_codes(6, 30, 40)
    task = align_states(codes, some_costs(6))
    every = np.arange(len(codes))
    full = DiagonalAlignment(task).block(every, every)
    light = CompiledAlignment(task, single=True)
    assert light.kind == np.float32
    np.testing.assert_allclose(light.block(every, every), full, rtol=1e-5, atol=1e-4)
    plain = DiagonalAlignment(task, single=True).block(every, every)
    np.testing.assert_allclose(plain, full, rtol=1e-5, atol=1e-4)


def test_the_engine_is_numpy_for_little_work_and_numba_for_much(monkeypatch):
    import skillsfc.transitions.distances.dispatch as chosen

    codes, costs = some_codes(1, 20, 10), some_costs(1)
    lengths = (codes >= 0).sum(axis=1)
    work = Work("om", codes, lengths, costs, np.ones(len(codes)), len(codes), False, None)
    assert choose_kernel(work, Options(), "auto")[1] == "numpy"
    monkeypatch.setattr(chosen, "WORTH_COMPILING", 0.0)
    monkeypatch.setattr(chosen, "numba_is_there", lambda: True)
    assert choose_kernel(work, Options(), "auto")[1] == "numba"
    monkeypatch.setattr(chosen, "numba_is_there", lambda: False)
    assert choose_kernel(work, Options(), "auto")[1] == "numpy"


def test_the_estimate_of_time_grows_with_pairs_and_cells():
    short = align_states(some_codes(1, 20, 10, ragged=False), some_costs(1))
    long = align_states(some_codes(1, 20, 40, ragged=False), some_costs(1))
    few, many = (seconds_of(task, 999, False) / len(task.lengths) for task in (short, long))
    assert many == pytest.approx(16 * few)
    assert seconds_of(short, 999, True) < seconds_of(short, 999, False)
