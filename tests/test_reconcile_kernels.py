"""Reconciliation of arrays: expected values, identities, and three ways to the same answer."""

import importlib.util
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillsfc.errors import ConvergenceError
from skillsfc.forecast.coherence import nonnegative as bounded
from skillsfc.forecast.coherence.covariance import (
    LEARNT,
    METHODS,
    build_covariance,
    shrinkage_intensity,
)
from skillsfc.forecast.coherence.kernels import GroupedSolver, TreeSolver, factor
from skillsfc.forecast.coherence.methods import reconcile_arrays
from skillsfc.forecast.coherence.nonnegative import solve_nonnegative
from skillsfc.forecast.coherence.structure import build_structure

ORACLE = Path(__file__).parent / "oracles" / "reconcile"
EXPECTED = pd.read_csv(ORACLE / "expected.csv")
_spec = importlib.util.spec_from_file_location("recompute_reconcile", ORACLE / "recompute.py")
recompute = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(recompute)

TREE = [(), ("sector",), ("sector", "occupation"), ("sector", "occupation", "sex")]
KEYS = ("sector", "occupation", "sex")
GROUPED = [keys for size in range(4) for keys in combinations(KEYS, size)]
CELLS = pd.MultiIndex.from_product([list("ABC"), list("1234"), list("FM")], names=KEYS)
CELLS = CELLS.to_frame(index=False)
FEW = settings(max_examples=15)  # each example has three columns and up to 24 cells


def structures():
    four = pd.DataFrame({"sector": list("AACC"), "occupation": list("1234")})
    crossed = pd.DataFrame({"sector": list("AACC"), "sex": list("FMFM")})
    return {
        "tree": build_structure(four, TREE[:3]),
        "crossed": build_structure(crossed, [(), ("sector",), ("sex",), ("sector", "sex")]),
        "pair": build_structure(pd.DataFrame({"sector": ["A", "C"]}), [(), ("sector",)]),
    }


BASES = {
    "tree": recompute.BASE,
    "crossed": recompute.BASE_CROSSED,
    "pair": recompute.BASE_PAIR,
}


def ours(case):
    name, method = case.split(" ", 1)
    method, centre = method.removesuffix(" about the mean"), not method.endswith("wls_var")
    errors = recompute.ERRORS if method in LEARNT else None
    return reconcile_arrays(
        BASES[name][:, None],
        structures()[name],
        method=method.removesuffix(" nonnegative"),
        errors=errors,
        nonnegative="nonnegative" in method,
        centre=centre,
    ).coherent[:, 0]


@pytest.mark.parametrize("case", EXPECTED["case"].unique())
def test_expected_values(case):
    wanted = EXPECTED[EXPECTED["case"] == case].sort_values("node")
    tolerance = 0.5 * 10.0 ** -wanted["decimals"].to_numpy() + 1e-13
    assert (np.abs(ours(case) - wanted["value"].to_numpy()) <= tolerance).all()


@pytest.mark.parametrize("case", [name for name, _ in recompute.everything()])
def test_expected_values_are_those_of_the_dense_formula(case):
    assert ours(case) == pytest.approx(dict(recompute.everything())[case], abs=1e-10)


@st.composite
def problems(draw, method=None, levels=None):
    """Draw a structure with holes, base forecasts of it, errors and a method."""
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    kept = draw(st.integers(2, len(CELLS)))
    cells = CELLS.iloc[rng.choice(len(CELLS), kept, replace=False)]
    structure = build_structure(cells, levels or draw(st.sampled_from([TREE, GROUPED])))
    count = len(structure.counts)
    base = structure.add_up(rng.gamma(1.0, 10.0, (kept, 3))) + rng.normal(0.0, 15.0, (count, 3))
    errors = rng.normal(0.0, 3.0, (count, 9)) + rng.normal(0.0, 2.0, 9)
    chosen = method or draw(st.sampled_from(METHODS))
    return structure, base, chosen, errors if chosen in LEARNT else None


def solve(structure, base, method, errors, **options):
    return reconcile_arrays(base, structure, method=method, errors=errors, **options).coherent


def dense(structure, method, errors):
    """Return the summing matrix and the covariance, made without the library."""
    summing = np.vstack([structure.matrix.toarray(), np.eye(structure.bottom)])
    return summing, recompute.weights(method, summing, errors)


@FEW
@given(problems())
def test_output_is_coherent(problem):
    made = solve(*problem)
    structure = problem[0]
    assert np.abs(structure.gaps(made)).max() <= 1e-12 * np.abs(made).max()
    sums = structure.matrix @ made[structure.aggregates :]
    np.testing.assert_allclose(made[: structure.aggregates], sums, rtol=1e-12)


@FEW
@given(problems())
def test_coherent_forecasts_are_unchanged(problem):
    structure, base, method, errors = problem
    coherent = structure.add_up(np.abs(base[structure.aggregates :]))
    made = solve(structure, coherent, method, errors)
    np.testing.assert_allclose(made, coherent, rtol=1e-9, atol=1e-9)


@FEW
@given(problems())
def test_reconciling_twice_is_reconciling_once(problem):
    structure, _, method, errors = problem
    once = solve(*problem)
    np.testing.assert_allclose(solve(structure, once, method, errors), once, rtol=1e-8, atol=1e-8)


@FEW
@given(problems(), st.floats(1e-3, 1e6))
def test_a_change_of_scale_passes_through(problem, factor_):
    structure, base, method, errors = problem
    scaled = solve(
        structure, base * factor_, method, errors if errors is None else errors * factor_
    )
    np.testing.assert_allclose(scaled / factor_, solve(*problem), rtol=1e-8, atol=1e-8)


@FEW
@given(problems())
def test_without_the_bound_it_is_linear(problem):
    structure, base, method, errors = problem
    parts = [solve(structure, base[:, [k]], method, errors, nonnegative=False) for k in (0, 1)]
    both = solve(structure, base[:, [0]] - 2 * base[:, [1]], method, errors, nonnegative=False)
    np.testing.assert_allclose(both, parts[0] - 2 * parts[1], atol=1e-8)


@FEW
@given(problems())
def test_unbiased_forecasts_stay_unbiased(problem):
    """The map G from base forecasts to cells satisfies G S = I: the error's mean stays 0."""
    structure, _, method, errors = problem
    summing = structure.add_up(np.eye(structure.bottom))
    made = solve(structure, summing, method, errors, nonnegative=False)
    np.testing.assert_allclose(made[structure.aggregates :], np.eye(structure.bottom), atol=1e-8)


@FEW
@given(problems(levels=GROUPED), st.integers(0, 99))
def test_the_order_of_cells_and_levels_does_not_matter(problem, seed):
    structure, base, method, errors = problem
    rng = np.random.default_rng(seed)
    cells = structure.labels[-1].sample(frac=1.0, random_state=seed)
    levels = [structure.levels[k] for k in rng.permutation(len(structure.levels))]
    other = build_structure(cells, levels)
    names = [s.nodes().fillna("").agg("/".join, axis=1) for s in (structure, other)]
    place = pd.Index(names[0]).get_indexer(names[1])
    shuffled = solve(other, base[place], method, errors if errors is None else errors[place])
    np.testing.assert_allclose(shuffled, solve(*problem)[place], rtol=1e-7, atol=1e-7)


@FEW
@given(problems(levels=TREE))
def test_tree_passes_equal_the_sparse_system_and_the_dense_formula(problem):
    structure, base, method, errors = problem
    variance = build_covariance(structure, method, errors).variance
    tree, grouped = (by(kind, structure, variance, base) for kind in (TreeSolver, GroupedSolver))
    assert structure.nested
    np.testing.assert_allclose(tree, grouped, atol=1e-8)
    if method != "bottom_up":  # its weights of the aggregates are 0: no such W
        summing, weights = dense(structure, method, errors)
        diagonal = np.diag(np.diag(weights)) if method != "mint_shrink" else np.diag(variance[:, 0])
        wanted = recompute.project(summing, diagonal, base)
        np.testing.assert_allclose(structure.add_up(tree), wanted, atol=1e-7)


@FEW
@given(problems().filter(lambda problem: problem[2] != "bottom_up"))
def test_every_method_equals_the_dense_formula(problem):
    summing, weights = dense(problem[0], *problem[2:])
    wanted = recompute.project(summing, weights, problem[1])
    np.testing.assert_allclose(solve(*problem, nonnegative=False), wanted, atol=1e-6)


@FEW
@given(problems().filter(lambda problem: problem[0].bottom <= 6 and problem[2] != "bottom_up"))
def test_non_negative_equals_trying_every_set_of_zero_cells(problem):
    summing, weights = dense(problem[0], *problem[2:])
    made = solve(*problem)
    assert (made >= 0).all()
    for k in range(problem[1].shape[1]):
        wanted = recompute.project_nonnegative(summing, weights, problem[1][:, k])
        np.testing.assert_allclose(made[:, k], wanted, atol=1e-6)


@FEW
@given(problems())
def test_the_optimality_conditions_hold(problem):
    """No cell at 0 wants to rise, no other cell wants to move, and nothing is below 0."""
    structure, base, method, errors = problem
    made = reconcile_arrays(base, structure, method=method, errors=errors)
    assert (made.coherent >= 0).all()
    assert made.optimality.max() < 1e-9
    assert (made.rounds[made.held == 0] == 1).all()
    if method == "bottom_up":
        return
    summing, weights = dense(structure, method, errors)
    force = np.linalg.solve(weights, made.coherent - base)
    slope, size = summing.T @ force, (summing.T @ np.abs(force)).max(axis=0)
    at_zero = made.coherent[structure.aggregates :] == 0
    assert np.where(at_zero, slope / size, 0.0).min() > -1e-6
    assert np.abs(np.where(at_zero, 0.0, slope / size)).max() < 1e-6


def test_bottom_up_with_the_bound_cuts_negative_cells():
    structure = structures()["tree"]
    base = np.array([9.0, 9, 9, 4, -3, 2, 1])[:, None]
    made = reconcile_arrays(base, structure, method="bottom_up").coherent[:, 0]
    assert made.tolist() == [7, 4, 3, 4, 0, 2, 1]


def test_an_aggregate_without_forecast_is_the_sum_of_its_cells_and_weighs_nothing():
    structure = structures()["tree"]
    base = recompute.BASE[:, None].copy()
    base[1] = np.nan
    summing, weights = dense(structure, "wls_struct", None)
    kept = [0, 2, 3, 4, 5, 6]
    inverse = np.diag(1.0 / np.diag(weights)[kept])
    known = summing[kept]
    cells = np.linalg.solve(known.T @ inverse @ known, known.T @ inverse @ recompute.BASE[kept])
    for nested in (True, False):
        made = _by(structure, base, nested)
        np.testing.assert_allclose(made[:, 0], summing @ cells, atol=1e-10)


def by(kind, structure, variance, base):
    """Return the cells that one of the solvers gives."""
    forces = kind(structure, variance)(structure.gaps(base))
    return base[structure.aggregates :] + variance[structure.aggregates :] * structure.spread(
        forces
    )


def _by(structure, base, nested):
    if nested:
        return reconcile_arrays(base, structure, method="wls_struct").coherent
    variance = np.where(np.isnan(base), np.inf, structure.counts[:, None])
    return structure.add_up(by(GroupedSolver, structure, variance, np.nan_to_num(base)))


def test_a_total_of_nothing_but_held_cells_is_zero():
    structure = structures()["tree"]
    base = np.array([-5.0, -3, -2, -1, -2, -1, -1])[:, None]
    for method in ("ols", "wls_struct"):
        assert (reconcile_arrays(base, structure, method=method).coherent == 0).all()


def test_nodes_whose_errors_never_vary_do_not_break_the_weights():
    errors = recompute.ERRORS.copy()
    errors[3] = 2.0  # centred: 0
    for method in LEARNT:
        made = solve(structures()["tree"], recompute.BASE[:, None], method, errors)
        assert np.isfinite(made).all()
        assert np.abs(structures()["tree"].gaps(made)).max() < 1e-10


def test_shrinkage_is_the_pairwise_formula():
    for centre in (True, False):
        made = build_covariance(
            structures()["tree"], "mint_shrink", recompute.ERRORS, centre=centre
        )
        whole = np.diag(made.variance[:, 0]) + made.factors @ made.factors.T
        np.testing.assert_allclose(whole, recompute.shrink(recompute.ERRORS, centre), atol=1e-12)


def test_shrinkage_is_whole_without_correlation_and_none_with_perfect_correlation():
    alone = np.array([[1.0, -1, 1, -1], [1, 1, -1, -1]])
    assert shrinkage_intensity(alone, alone.var(axis=1, ddof=1)) == 1.0
    same = np.array([[1.0, -1, 1, -1]] * 2)
    assert shrinkage_intensity(same, same.var(axis=1, ddof=1)) < 1e-6


def test_a_structure_knows_whether_it_is_a_tree():
    assert build_structure(CELLS, TREE).nested
    assert not build_structure(CELLS, GROUPED).nested
    one = CELLS[CELLS["sex"] == "F"]  # every cell has one sector and occupation: still crossed
    assert not build_structure(one, [(), ("sector",), ("occupation",), KEYS]).nested
    assert isinstance(factor(structures()["tree"], np.ones((7, 1))), TreeSolver)
    assert isinstance(factor(structures()["crossed"], np.ones((9, 1))), GroupedSolver)


def test_a_forest_without_grand_total_is_solved_tree_by_tree():
    cells = CELLS[["sector", "occupation"]].drop_duplicates()
    forest = build_structure(cells, [("sector",), ("sector", "occupation")])
    rng = np.random.default_rng(1)
    base = rng.gamma(2.0, 10.0, (len(forest.counts), 2))
    whole = solve(forest, base, "ols", None)
    own = [0, *range(3, 7)]  # sector A and its four cells
    alone = build_structure(cells[cells["sector"] == "A"], [("sector",), ("sector", "occupation")])
    np.testing.assert_allclose(whole[own], solve(alone, base[own], "ols", None), atol=1e-10)


def test_time_grows_with_the_number_of_nodes_not_its_square():
    """Counted, not timed: a tree keeps a few numbers a node and never an n x n matrix."""
    cells = pd.DataFrame({"sector": np.repeat(np.arange(100).astype("str"), 100)})
    cells["occupation"] = np.arange(10_000).astype("str")
    solver = TreeSolver(build_structure(cells, TREE[:3]), np.ones((10_101, 1)))
    held = sum(part.size for part in (*solver.gain, *solver.weight))
    assert held == 2 * 101
    assert solver.structure.matrix.nnz == 2 * 10_000


def test_the_bounded_solver_says_when_it_gives_up(monkeypatch):
    def never(held, columns):  # a "solution" that is negative wherever it may be
        return np.where(held, 0.0, -1.0), -np.ones_like(held, float), np.ones((1, 1))

    monkeypatch.setattr(bounded, "MOST_ROUNDS", 20)
    with pytest.raises(ConvergenceError, match="1 column"):
        solve_nonnegative(never, np.ones(1), np.array([[-1.0], [2.0]]))


def test_one_exchange_at_a_time_also_arrives():
    """With no patience for block exchanges the slow, certain rule gives the same answer."""
    structure = build_structure(CELLS, GROUPED)
    rng = np.random.default_rng(5)
    base = rng.normal(0.0, 20.0, (len(structure.counts), 2))
    quick = reconcile_arrays(base, structure, method="ols").coherent
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounded, "PATIENCE", 0)
        slow = reconcile_arrays(base, structure, method="ols")
    np.testing.assert_allclose(slow.coherent, quick, atol=1e-8)
    assert slow.rounds.max() > 3
