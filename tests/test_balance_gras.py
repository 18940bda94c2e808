"""GRAS: tables with negative cells, published values, and rows of one sign only."""

import csv
from pathlib import Path

import numpy as np
import pytest

import skillsfc as sf
from skillsfc.errors import ConvergenceError

FILE = Path(__file__).parent / "oracles" / "balance" / "gras_published.csv"


def published():
    seed, value, tolerance = np.zeros((3, 3, 4))
    with FILE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            cell = int(row["row"]), int(row["column"])
            seed[cell], value[cell] = float(row["seed"]), float(row["value"])
            tolerance[cell] = float(row["tolerance"])
    return seed, value, tolerance


def test_a_column_with_one_negative_cell_gives_the_published_table():
    seed, value, tolerance = published()
    made = sf.balance_arrays(seed, [(0, [15, 26, -1]), (1, [9, 16, 17, -2])], method="gras")
    assert (np.abs(made.table - value) <= tolerance).all()


def test_factors_multiply_positive_cells_and_divide_negative_ones():
    seed, *_ = published()
    made = sf.balance_arrays(seed, [(0, [15, 26, -1]), (1, [9, 16, 17, -2])], method="gras")
    factor = np.multiply.outer(made.factors[0], made.factors[1])
    np.testing.assert_allclose(made.table, np.where(seed > 0, seed * factor, seed / factor))


def test_the_solution_is_the_nearest_in_the_measure_of_lenzen_wood_and_gallego():
    from scipy.optimize import minimize

    seed = np.array([[7.0, 3, -3], [2, 9, 1], [-2, 4, 2]])
    rows, columns = [9.0, 15, 3], [8.0, 20, -1]
    made = sf.balance_arrays(seed, [(0, rows), (1, columns)], method="gras").table

    def distance(ratio):
        return float((np.abs(seed).ravel() * (ratio * np.log(ratio) - ratio + 1)).sum())

    def gaps(ratio):
        table = seed * ratio.reshape(seed.shape)
        return np.concatenate([table.sum(1) - rows, (table.sum(0) - columns)[:-1]])

    found = minimize(
        distance,
        np.ones(9),
        constraints={"type": "eq", "fun": gaps},
        bounds=[(1e-9, None)] * 9,
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    np.testing.assert_allclose(made, seed * found.x.reshape(3, 3), rtol=2e-5)


def test_a_sum_of_zero_is_met_by_both_signs():
    seed = np.array([[4.0, -1.0], [2.0, 3.0]])
    made = sf.balance_arrays(seed, [(0, [0, 6]), (1, [4, 2])], method="gras")
    np.testing.assert_allclose(made.table.sum(axis=1), [0, 6], atol=1e-7)
    assert (np.sign(made.table) == np.sign(seed)).all()


def test_a_sum_of_zero_over_cells_of_one_sign_empties_them():
    seed = np.array([[4.0, 1.0], [2.0, -3.0], [5.0, 6.0]])
    made = sf.balance_arrays(seed, [(0, [0, -1, 9]), (1, [6, 2])], method="gras")
    assert (made.table[0] == 0).all()
    np.testing.assert_allclose(made.table.sum(axis=1), [0, -1, 9], atol=1e-7)


def test_cells_of_both_signs_under_an_axis_without_margin_keep_apart():
    seed = np.array([[[3.0, -1.0], [2.0, 2.0]], [[1.0, 1.0], [5.0, -2.0]]])
    margins = [(0, [6.0, 4.0]), (1, [3.0, 7.0])]
    made = sf.balance_arrays(seed, margins, method="gras").table
    for axis, target in margins:
        rest = tuple(a for a in range(3) if a != axis)
        np.testing.assert_allclose(made.sum(axis=rest), target, rtol=1e-7)
    ratio = made[..., 0] / seed[..., 0] * np.where(seed[..., 1] > 0, 1, made[..., 1] / seed[..., 1])
    np.testing.assert_allclose(ratio[0, 0], 1.0)  # over and under one factor
    np.testing.assert_allclose(made[0, 1, 0] / 2.0, made[0, 1, 1] / 2.0)


def test_a_target_of_the_sign_that_no_cell_has_is_refused():
    with pytest.raises(ConvergenceError, match=r"without a cell of its sign .*cell \(0,\): -5"):
        sf.balance_arrays([[1.0, 2.0], [3.0, -4.0]], [(0, [-5, 9]), (1, [3, 1])], method="gras")


def test_a_pattern_of_signs_in_the_way_is_explained():
    seed = np.array([[2.0, 0.0], [0.0, -1.0]])
    with pytest.raises(ConvergenceError, match="smallest change of the margins: 2 in all"):
        sf.balance_arrays(seed, [(0, [3.0, -1.0]), (1, [4.0, -2.0])], method="gras")


def test_scaling_a_signed_problem_scales_its_solution():
    seed, *_ = published()
    margins = [(0, np.array([15, 26, -1.0])), (1, np.array([9, 16, 17, -2.0]))]
    plain = sf.balance_arrays(seed, margins, method="gras").table
    larger = [(axis, 1e6 * target) for axis, target in margins]
    scaled = sf.balance_arrays(1e6 * seed, larger, method="gras").table
    np.testing.assert_allclose(scaled[seed != 0], 1e6 * plain[seed != 0], rtol=1e-6)
