"""The pieces of panel models on their own: moves, visits, parameters, search, bounds, goodness."""

import itertools

import numpy as np
import pandas as pd
import pytest
import scipy.linalg
import scipy.optimize
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from oracles.panel_markov import cases

import skillsfc as sf
from skillsfc.errors import ParameterError
from skillsfc.transitions.multistate.generator import Exponentials, generators_of
from skillsfc.transitions.multistate.hidden_seen import Confusion, FirstState, weigh_first
from skillsfc.transitions.multistate.panel_fit import invert_information
from skillsfc.transitions.multistate.panel_likelihood import Evaluation, distinct_rows
from skillsfc.transitions.multistate.panel_model import RateModel, number_slots
from skillsfc.transitions.multistate.panel_moves import (
    choose_states,
    named_pairs,
    reachable,
    read_pair,
    shortest_path,
    state_text,
)
from skillsfc.transitions.multistate.panel_reading import (
    Columns,
    count_moves,
    drop_unknown_starts,
    place_states,
    read_visits,
    seen_once,
)
from skillsfc.transitions.multistate.panel_scoring import (
    Bounds,
    climb_step,
    maximise,
    observed_information,
)
from skillsfc.transitions.multistate.panel_start import crude_rates, time_in_states
from skillsfc.transitions.multistate.panel_tables import read_times

# --- moves


@pytest.mark.parametrize(
    "transitions",
    [
        [("E", "U"), ("U", "E"), ("E", "O")],
        ["E->U", "U -> E", "E->O"],
        {"E": ["U", "O"], "U": "E"},
        {"E": {"U": 1, "O": 1}, "U": {"E": 1}},
        pd.DataFrame([[0, 1, 1], [0.2, 9, 0], [0, 0, 0]], index=list("EUO"), columns=list("EUO")),
    ],
)
def test_moves_may_be_named_in_many_forms(transitions):
    assert sorted(named_pairs(transitions)) == [("E", "O"), ("E", "U"), ("U", "E")]


@pytest.mark.parametrize("move", ["E", "E->U->O", ("E",), 3, None, ["E", "U", "O"]])
def test_what_is_no_pair_is_none(move):
    assert read_pair(move) is None


@pytest.mark.parametrize(
    ("value", "text"), [(1, "1"), (1.0, "1"), (1.5, "1.5"), (" E", "E"), (np.float64(3), "3")]
)
def test_states_as_text(value, text):
    assert state_text(value) == text


def test_states_are_sorted_as_numbers_only_where_all_are():
    assert choose_states(["10", "9"], None, None) == ("9", "10")
    assert choose_states(["10", "9", "x"], None, None) == ("10", "9", "x")
    assert choose_states(["10", "9"], [("9", "10")], [10, 9.0]) == ("10", "9")


@given(st.lists(st.booleans(), min_size=25, max_size=25))
def test_reachable_and_shortest_paths_agree_with_powers(cells):
    allowed = np.array(cells).reshape(5, 5) & ~np.eye(5, dtype=bool)
    powers = sum(np.linalg.matrix_power(allowed.astype(int), k) for k in range(5)) > 0
    np.testing.assert_array_equal(reachable(allowed), powers)
    for start, end in itertools.permutations(range(5), 2):
        path = shortest_path(allowed, start, end)
        steps = [k for k in range(1, 5)
                 if np.linalg.matrix_power(allowed.astype(int), k)[start, end] > 0]  # fmt: skip
        assert len(path) == (min(steps) if steps else 0)
        assert all(allowed[a, b] for a, b in path)
        if path:
            assert path[0][0] == start
            assert path[-1][1] == end
            assert all(one[1] == two[0] for one, two in itertools.pairwise(path))


# --- visits


def visits_of(rows, states=("A", "B", "D"), exact=("D",), censor=None, **more):
    table = pd.DataFrame(rows, columns=["person", "time", "state"]).assign(**more)
    columns = Columns(weight="w" if "w" in more else None)
    read = read_visits(table, columns, "test")
    return place_states(read, states, censor or {}, exact, columns, "test"), columns


ROWS = [("q", 2.0, "B"), ("q", 0.0, "A"), ("p", 1.0, "A"), ("p", 3.0, "A"), ("p", 3.0, "D"),
        ("r", 5.0, "B")]  # fmt: skip


def test_visits_are_sorted_and_an_end_comes_after_a_visit_at_its_time():
    visits, _ = visits_of(ROWS)
    assert visits.table["person"].tolist() == ["q", "q", "p", "p", "p", "r"]
    assert visits.code.tolist() == [0, 1, 0, 0, 2, 1]
    assert visits.length.tolist() == [2.0, 2.0, 0.0]
    assert visits.kind.tolist() == [-1, -1, 2]
    assert visits.first.tolist() == [0, 2, 5]
    assert seen_once(visits).tolist() == [False, False, True]
    assert count_moves(visits, 3).tolist() == [[1, 1, 1], [0, 0, 0], [0, 0, 0]]


def test_a_second_report_of_an_end_is_a_visit():
    visits, _ = visits_of([("p", 0.0, "A"), ("p", 1.0, "D"), ("p", 2.0, "D")])
    assert visits.kind.tolist() == [2, -1]


def test_time_in_states_halves_every_interval():
    visits, _ = visits_of(ROWS)
    np.testing.assert_allclose(time_in_states(visits, 3), [3.0, 1.0, 0.0])


def test_visits_before_a_known_state_go():
    rows = [("p", 0.0, "?"), ("p", 1.0, "A"), ("p", 2.0, "?"), ("q", 0.0, "?"), ("q", 1.0, "?"),
            ("r", 0.0, "?"), ("r", 1.0, "B"), ("r", 1.5, "D")]  # fmt: skip
    visits, columns = visits_of(rows, censor={"?": ("A", "B")})
    cut = drop_unknown_starts(visits, 3, columns, "test")
    assert cut.table["person"].tolist() == ["p", "p", "r", "r"]
    assert cut.code.tolist() == [0, 3, 1, 2]
    assert cut.kind.tolist() == [-1, 2]
    assert "4 visits" in cut.notes[-1]
    whole, _ = visits_of(ROWS)
    assert drop_unknown_starts(whole, 3, columns, "test") is whole


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=30))
def test_distinct_rows_are_numbered(rows):
    columns = [np.array([row[at] for row in rows]) for at in (0, 1)]
    first, number = distinct_rows(columns)
    assert len(first) == len(set(rows))
    for at, row in enumerate(rows):
        assert rows[first[number[at]]] == row


# --- parameters


def test_shared_fixed_and_absent_coefficients_have_their_numbers():
    present = np.array([[1, 1, 0], [1, 1, 1], [1, 0, 1]], dtype=bool)
    fixed = np.zeros((3, 3), dtype=bool)
    fixed[2, 0] = True
    slot = number_slots(present, fixed, [[(0, 0), (1, 0)], [(0, 1), (1, 1)]])
    assert slot.tolist() == [[0, 1, -1], [0, 1, 2], [-1, -1, 3]]
    # Groups that overlap are one group.
    chain = number_slots(np.ones((3, 1), bool), np.zeros((3, 1), bool),
                         [[(0, 0), (1, 0)], [(1, 0), (2, 0)]])  # fmt: skip
    assert set(chain.ravel().tolist()) == {0}


def rate_model():
    slot = np.array([[0, 2], [1, 2], [1, -1]])
    constant = np.zeros((3, 2))
    return RateModel(("A", "B", "C"), np.array([0, 1, 1]), np.array([1, 0, 2]), ("x",),
                     np.array([2.0]), np.array([4.0]), slot, constant)  # fmt: skip


def test_rates_and_their_slopes_in_parameters():
    model = rate_model()
    theta = np.array([-1.0, 0.5, 0.3])
    design = model.standard(np.array([[2.0], [6.0]]))
    assert design.tolist() == [[1.0, 0.0], [1.0, 1.0]]
    rates = model.rates(theta, design)
    np.testing.assert_allclose(np.log(rates), [[-1.0, 0.5, 0.5], [-0.7, 0.8, 0.5]])
    assert model.names() == ["rate A->B", "rate B->A, B->C", "x A->B, B->A"]
    assert model.absorbing.tolist() == [False, False, True]
    slopes = model.to_parameters(np.array([[1.0, 10.0, 100.0]] * 2), design)
    np.testing.assert_allclose(slopes, [[1.0, 110.0, 0.0], [1.0, 110.0, 11.0]])


def test_crude_rates_count_each_step_of_a_move():
    model = rate_model()
    visits, _ = visits_of([("p", 0.0, "A"), ("p", 2.0, "C"), ("q", 0.0, "B"), ("q", 2.0, "B")],
                          states=("A", "B", "C"), exact=())  # fmt: skip
    crude = crude_rates(model, visits)
    # A -> B and B -> C once each (plus a half); in A at most the longest interval.
    np.testing.assert_allclose(crude, [1.5 / 2.0, 0.5 / 2.0, 1.5 / 2.0])


# --- states seen


def test_chances_of_confusion_and_their_slopes():
    one = Confusion(np.eye(3), np.array([0, 0, 1]), np.array([1, 2, 0]))
    logits = np.array([-1.0, -2.0, 0.5])
    chances = one.chances(logits)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0)
    assert chances[0, 1] / chances[0, 0] == pytest.approx(np.exp(-1.0))
    after = np.array([[0.7, 0.3, 0.0], [0.1, 0.9, 0.0]])
    code = np.array([1, 0])
    slopes = one.scores(after, code, chances)
    for at, shift in enumerate(np.eye(3) * 1e-6):
        with np.errstate(divide="ignore"):
            ahead, behind = (np.log(one.chances(logits + s * shift).T[code]) for s in (1, -1))
        with np.errstate(invalid="ignore"):
            numeric = np.nansum(after * (ahead - behind), axis=1) / 2e-6
        np.testing.assert_allclose(slopes[:, at], numeric, atol=1e-8)


def test_first_states():
    chances = np.array([[0.9, 0.1, 1.0], [0.2, 0.8, 1.0]])  # two states, one code for both
    code = np.array([0, 1, 2])
    nobody = np.zeros(0, dtype=int)
    seen = weigh_first(FirstState("observed", np.ones(2) / 2, nobody), nobody, code, chances)
    assert seen.tolist() == [[1, 0], [0, 1], [1, 1]]
    given_ = weigh_first(FirstState("given", np.array([0.3, 0.7]), nobody), nobody, code, chances)
    np.testing.assert_allclose(given_, [[0.27, 0.14], [0.03, 0.56], [0.3, 0.7]])
    free = FirstState("estimated", np.ones(2) / 2, np.array([1]))
    np.testing.assert_allclose(free.chances(np.array([np.log(3)])), [0.25, 0.75])


# --- the search


class Curve:
    """A concave log-likelihood with a known top: a * x - exp(x), summed, top at log(a)."""

    def __init__(self, slopes, information=True):
        self.slopes, self.information = np.asarray(slopes, dtype=float), information

    @property
    def size(self):
        return len(self.slopes)

    def evaluate(self, parameters, *, scoring=False):
        value = float((self.slopes * parameters - np.exp(parameters)).sum())
        told = np.eye(self.size) * 10 if scoring else None  # far too careful: slow on purpose
        return Evaluation(value, self.slopes - np.exp(parameters), told)

    def gradients(self, parameters):
        return np.array([self.evaluate(one).gradient for one in parameters])


def free_bounds(size, low=-20.0, high=20.0):
    ones = np.ones(size)
    return Bounds(low * ones, high * ones, 2 * low * ones, [f"x{at}" for at in range(size)])


def test_slow_scoring_gives_way_to_newton():
    made = maximise(Curve([3.0, 0.2]), np.array([-3.0, 2.0]), free_bounds(2))
    np.testing.assert_allclose(made.parameters, np.log([3.0, 0.2]), atol=1e-4)
    np.testing.assert_allclose(made.information, np.diag([3.0, 0.2]), rtol=1e-3, atol=1e-8)
    assert made.steps < 40


def test_what_runs_down_is_set_aside_and_the_rest_is_found():
    made = maximise(Curve([3.0, 0.0]), np.zeros(2), free_bounds(2, low=-12.0))
    assert made.ran_away.tolist() == [0, -1]
    assert made.parameters[1] == -24.0
    assert made.parameters[0] == pytest.approx(np.log(3.0), abs=1e-4)


def test_second_derivatives_leave_out_what_is_not_active():
    made = observed_information(Curve([1.0, 1.0]), np.zeros(2), np.array([True, False]))
    np.testing.assert_allclose(made, [[1.0, 0.0], [0.0, 0.0]], atol=1e-7)


@given(st.lists(st.floats(-3, 3), min_size=9, max_size=9), st.lists(st.floats(-2, 2), min_size=3,
                                                                  max_size=3))  # fmt: skip
def test_every_step_leads_uphill(cells, gradient):
    half = np.array(cells).reshape(3, 3)
    slope = np.array(gradient)
    assert climb_step(half + half.T, slope) @ slope >= -1e-9


# --- bounds


def test_intervals_on_the_scales():
    fit = cases.fit("small_exact").fit
    log = fit.bounds(np.array([2.0, 0.0]), np.array([0.5, 0.0]), "log")
    z = scipy.stats.norm.ppf(0.975)
    assert log["upper"].tolist() == pytest.approx([2 * np.exp(z * 0.25), 0.0])
    assert log["lower"][0] == pytest.approx(2 * np.exp(-z * 0.25))
    logit = fit.bounds(np.array([0.2, 1.0]), np.array([0.1, 0.0]), "logit")
    middle = np.log(0.25)
    for name, sign in (("lower", -1), ("upper", 1)):
        bound = logit[name][0]
        assert np.log(bound / (1 - bound)) == pytest.approx(middle + sign * z * 0.1 / 0.16)
        assert logit[name][1] == 1.0


def test_flat_directions_are_found_and_what_moves_along_them_has_no_error():
    both = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 4.0]])  # only a + b is told
    covariance, untold, _, least = invert_information(both, np.ones(3, dtype=bool))
    assert untold.shape == (3, 1)
    np.testing.assert_allclose(np.abs(untold.ravel()), [0.5**0.5, 0.5**0.5, 0.0], atol=1e-8)
    assert abs(least) < 1e-12
    assert covariance[2, 2] == pytest.approx(0.25)
    total = np.array([1.0, 1.0, 0.0])
    assert total @ covariance @ total == pytest.approx(1.0)  # the variance of a + b is known


def test_one_way_in_two_steps_with_only_its_ends_seen_is_not_identified():
    """A -> B -> C at one gap, B never seen: two rates, one number, so a ridge of equal fits."""
    panel = pd.DataFrame({"person": np.repeat(np.arange(60), 2), "time": [0.0, 1.0] * 60,
                          "state": ["A", "A"] * 40 + ["A", "C"] * 20})  # fmt: skip
    made = sf.fit_panel_markov(panel, transitions=["A->C", "A->B", "B->C"],
                               start={"A->B": 1.0, "B->C": 1.0, "A->C": 0.2})  # fmt: skip
    assert made.log_likelihood == pytest.approx(40 * np.log(2 / 3) + 20 * np.log(1 / 3), abs=1e-6)
    assert made.table["standard_error"].isna().any()
    assert any("Not identified" in note or "No sign of" in note for note in made.notes)
    # What the data do tell has an error all the same: the share still in A or B after one unit.
    stay = made.probabilities(1.0).set_index(["from_state", "to_state"]).loc[("A", "C")]
    assert stay["probability"] == pytest.approx(1 / 3, abs=1e-4)


def test_times_that_are_asked_for():
    assert read_times(2, "t").tolist() == [2.0]
    assert read_times(range(3), "t").tolist() == [0.0, 1.0, 2.0]
    assert read_times(pd.Series([0.5]), "t").tolist() == [0.5]
    for wrong in ([], [-1], np.nan, "2", None):
        with pytest.raises(ParameterError, match="a time of 0 or more"):
            read_times(wrong, "t")


# --- from the estimates to tables


def test_prevalence_by_hand_with_weights_and_groups():
    """Two groups with rates of their own, weights, and an end: counted by loops."""
    panel = cases.data("small").copy()
    panel["w"] = 1.0 + panel["person"] % 3
    made = sf.fit_panel_markov(panel, **cases.SMALL, covariates=cases.GROUP, weight="w")
    table = made.prevalence([1.0, 2.5]).set_index(["time", "state"])
    words = list("WLOD")
    for moment in (1.0, 2.5):
        observed, expected = dict.fromkeys(words, 0.0), np.zeros(4)
        for _, rows in panel.groupby("person"):
            end, last = rows["time"].iloc[-1], rows["state"].iloc[-1]
            weight = rows["w"].iloc[0]
            start = np.eye(4)[words.index(rows["state"].iloc[0])]
            kind = {"group": rows["group"].iloc[0], "age": rows["age"].iloc[0]}
            q = made.fit.generator(made.fit.parameters, made.fit.design(kind))
            expected += weight * start @ scipy.linalg.expm(q * moment)
            if end >= moment or last == "D":
                observed[rows.loc[rows["time"] <= moment, "state"].iloc[-1]] += weight
        expected *= sum(observed.values()) / expected.sum()
        for at, state in enumerate(words):
            assert table.loc[(moment, state), "observed"] == observed[state]
            assert table.loc[(moment, state), "expected"] == pytest.approx(expected[at], rel=1e-9)


def test_categories_are_columns_of_their_own():
    panel = cases.data("small").copy()
    panel["kind"] = np.array(["x", "y", "z"])[panel["person"] % 3]
    made = sf.fit_panel_markov(panel, **cases.SMALL, covariates={"W->L": "kind"})
    assert made.effects["covariate"].tolist() == ["kind[y]", "kind[z]"]
    rates = {kind: made.rates({"kind": kind})["rate"].iloc[0] for kind in "xyz"}
    ratio = made.effects["hazard_ratio"].tolist()
    assert [rates["y"] / rates["x"], rates["z"] / rates["x"]] == pytest.approx(ratio)
    # Three groups of one free rate each: as good as three fits of that rate.
    dummies = panel.assign(y=(panel["kind"] == "y") * 1.0, z=(panel["kind"] == "z") * 1.0)
    again = sf.fit_panel_markov(dummies, **cases.SMALL, covariates={"W->L": ["y", "z"]})
    assert again.deviance == pytest.approx(made.deviance, abs=1e-7)


def test_scale_and_origin_of_a_covariate_are_nothing():
    panel = cases.data("small")
    moved = panel.assign(age=1000.0 * panel["age"] - 7e4)
    one, two = (sf.fit_panel_markov(p, **cases.SMALL, covariates={"O->D": "age"})
                for p in (panel, moved))  # fmt: skip
    assert one.deviance == pytest.approx(two.deviance, abs=1e-7)
    assert one.effects["coefficient"].iloc[0] == pytest.approx(
        1000 * two.effects["coefficient"].iloc[0], rel=1e-5
    )
    np.testing.assert_allclose(one.table["rate"], two.table["rate"], rtol=1e-5)


def test_covariates_may_change_on_the_way():
    """The value at the start of an interval holds in it; the last one of a person is not used."""
    panel = cases.data("small").copy()
    panel["late"] = (panel["time"] >= 1).astype(float)
    made = sf.fit_panel_markov(panel, **cases.SMALL, covariates={"W->L": "late"})
    last = panel.groupby("person").tail(1).index
    other = panel.copy()
    other.loc[last, "late"] = np.nan
    again = sf.fit_panel_markov(other, **cases.SMALL, covariates={"W->L": "late"})
    assert again.deviance == made.deviance
    assert made.deviance < cases.fit("small_exact").deviance + 1e-9


def test_many_patterns_and_one_give_the_same():
    """Batched generators (one a pattern) beside the single-generator path."""
    rates = np.array([[0.3, 0.05, 0.2, 0.4, 0.1, 0.2, 0.3]])
    source, target = np.array([0, 0, 1, 1, 1, 2, 2]), np.array([1, 3, 0, 2, 3, 1, 3])
    lengths = np.linspace(0.1, 4, 7)
    single = Exponentials(rates, source, target, 4, np.zeros(7, dtype=int), lengths)
    many = Exponentials(np.repeat(rates, 7, axis=0), source, target, 4, np.arange(7), lengths)
    np.testing.assert_allclose(single.matrices(), many.matrices(), atol=1e-14)
    rng = np.random.default_rng(0)
    left, right, group = rng.random((20, 4)), rng.random((20, 4)), rng.integers(0, 7, 20)
    for one, two in zip(single.products(group, left, right), many.products(group, left, right),
                        strict=True):  # fmt: skip
        np.testing.assert_allclose(one, two, atol=1e-12)
    np.testing.assert_allclose(single.after(group, left), many.after(group, left), atol=1e-13)
    np.testing.assert_allclose(generators_of(rates, source, target, 4).sum(axis=2), 0, atol=1e-15)


def test_the_top_is_the_top_for_another_optimiser():
    """SciPy's BFGS with our likelihood, from elsewhere, ends at the same place and not above."""
    made = cases.fit("small_group")
    likelihood = made.fit.likelihood

    def down(parameters):
        here = likelihood.evaluate(parameters)
        return -here.value, -here.gradient

    start = made.fit.parameters + 0.3 * np.cos(np.arange(len(made.fit.parameters)))
    other = scipy.optimize.minimize(down, start, jac=True, method="BFGS", options={"gtol": 1e-6})
    assert -other.fun <= made.log_likelihood + 1e-8
    np.testing.assert_allclose(other.x, made.fit.parameters, atol=1e-4)


def test_prevalence_is_by_default_at_the_visits():
    """Between visits a state seen is an old one: a right model would seem to fail."""
    panel = pd.DataFrame({
        "person": np.repeat(np.arange(40), 4), "time": np.tile([0.0, 1.0, 2.0, 3.0], 40),
        "state": np.array(list("AB"))[np.random.default_rng(1).integers(0, 2, 160)],
    })  # fmt: skip
    moves = {"A": ["B"], "B": ["A"]}
    made = sf.fit_panel_markov(panel, transitions=moves)
    assert made.prevalence()["time"].unique().tolist() == [0.0, 1.0, 2.0, 3.0]
    rows = [(p, t + 0.01 * p * (t > 0), s) for p, t, s in panel.itertuples(index=False)]
    moved = pd.DataFrame(rows, columns=["person", "time", "state"])
    grid = sf.fit_panel_markov(moved, transitions=moves).prevalence()["time"].unique()
    assert len(grid) == 10
    assert set(grid) <= set(moved["time"])
    assert (grid[0], grid[-1]) == (0.0, moved["time"].max())


@pytest.mark.parametrize("arguments", [{"until": "a"}, {"until": 2, "start": "b"}, {"start": "b"}])
def test_times_in_states_that_are_no_numbers_are_named(arguments):
    made = sf.fit_panel_markov(cases.data("small"), **cases.SMALL)
    with pytest.raises(ParameterError, match="times: start="):
        made.time_in_states(**arguments)
