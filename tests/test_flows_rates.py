"""Rates in continuous time, steady states and the lake model: R's values, verdicts, bad input."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError, TableError
from skillsfc.transitions.flows.embedding import examine, nearest_generator, principal_logarithm
from skillsfc.transitions.flows.two_state import estimate_two_state_rates

EXPECTED = pd.read_csv(Path(__file__).parent / "oracles" / "flows" / "expected.csv")
STATES = ["E", "U", "O"]
MONTHLY = np.array([[0.96, 0.015, 0.025], [0.27, 0.5, 0.23], [0.045, 0.025, 0.93]])
NO_RATES = np.array([[0.9, 0.1, 0.0], [0.3, 0.2, 0.5], [0.0, 0.6, 0.4]])
ADJUSTED = np.array([[0.9, 0.08, 0.02], [0.1, 0.8, 0.1], [0.001, 0.1, 0.899]])
LAKE = [[1 - 0.283, 0.283], [0.013, 1 - 0.013]]
LAKE_RATES = {"entry_rate": 0.0124, "entry_state": "U", "exit_rate": 0.00822}


def check(case, found):
    rows = EXPECTED[EXPECTED["case"] == case]
    assert len(rows)
    for row in rows.itertuples():
        place = tuple(int(part) - 1 for part in row.name.split())
        assert found[place] == pytest.approx(row.value, abs=row.tolerance), (case, row.name)


def generator_of(made):
    return made.generators[0].entries


@pytest.mark.parametrize("case", ["logarithm", "logarithm_expm", "logarithm_published"])
def test_logarithm_of_the_monthly_matrix(case):
    made = sf.to_continuous_rates(MONTHLY, states=STATES)
    assert made.embeddable
    check(case, generator_of(made))
    first = made.table.iloc[0]
    assert (first["from_state"], first["to_state"]) == ("E", "U")
    assert first["hazard"] == pytest.approx(0.02089624, abs=5e-9)
    assert first["probability"] == pytest.approx(1 - np.exp(-0.02089624), abs=5e-9)


def test_a_quarterly_matrix_in_monthly_rates():
    quarterly = np.linalg.matrix_power(MONTHLY, 3)
    made = sf.to_continuous_rates(quarterly, interval=3, states=STATES)
    check("quarterly_to_monthly", generator_of(made))
    month = made.probabilities()["probability"].to_numpy().reshape(3, 3)
    assert month == pytest.approx(MONTHLY, abs=1e-12)
    assert made.probabilities(3)["probability"].to_numpy().reshape(3, 3) == pytest.approx(quarterly)


def test_stationary_shares_of_both_kinds():
    of_matrix = sf.estimate_steady_state(MONTHLY, states=STATES)
    continuous = sf.estimate_steady_state(sf.to_continuous_rates(MONTHLY))
    for case in ("stationary", "stationary_published"):
        check(case, of_matrix.table["share"].to_numpy())
        check(case, continuous.table["share"].to_numpy())
    check("second_eigenvalue", of_matrix.diagnostics["second_eigenvalue"].to_numpy())
    life = of_matrix.diagnostics["half_life"].iloc[0]
    assert continuous.diagnostics["half_life"].iloc[0] == pytest.approx(life)
    assert 0.909825510589408**life == pytest.approx(0.5)


def test_the_matrix_without_rates_is_called_so():
    made = sf.to_continuous_rates(NO_RATES, states=STATES)
    assert not made.embeddable
    assert made.diagnostics["verdict"].tolist() == ["not embeddable"]
    reasons = made.diagnostics["reasons"].iloc[0]
    assert "negative eigenvalue" in reasons
    assert "chance 0 from 'E to O'" in reasons
    assert made.table["hazard"].isna().all()
    assert made.table["method"].eq("none").all()
    assert made.generators == ()
    with pytest.raises(CoverageError, match="nearest=True"):
        made.probabilities()


def test_nearest_generators_equal_r():
    check("adjusted_logarithm", principal_logarithm(ADJUSTED))
    verdict = examine(ADJUSTED, tuple(STATES))
    assert verdict.verdict == "not embeddable"
    assert "the only real logarithm has negative rates: O to E -0.00564" in verdict.reasons[0]
    for method in ("diagonal", "weighted"):
        made = sf.to_continuous_rates(ADJUSTED, states=STATES, nearest=method)
        check(f"nearest_{method}", generator_of(made))
        assert made.table["method"].eq("nearest").all()
        assert not made.embeddable
    default = sf.to_continuous_rates(ADJUSTED, states=STATES, nearest=True)
    assert default.settings.nearest == "weighted"
    assert any("nearest valid ones (weighted)" in note for note in default.notes)


def test_the_fitted_generator_is_nearest_in_squares():
    near = {
        method: expm(generator_of(sf.to_continuous_rates(ADJUSTED, nearest=method)))
        for method in ("diagonal", "weighted", "fit")
    }
    missed = {method: ((made - ADJUSTED) ** 2).sum() for method, made in near.items()}
    assert missed["fit"] < min(missed["diagonal"], missed["weighted"])
    made = sf.to_continuous_rates(NO_RATES, nearest="fit")
    assert made.table["hazard"].min() >= 0
    assert made.diagnostics["distance"].iloc[0] > 0.05


@pytest.mark.parametrize(
    ("matrix", "verdict", "words"),
    [
        (MONTHLY, "embeddable", "the only one, since they are distinct"),
        (np.eye(3), "embeddable", "principal logarithm is a valid generator"),
        (expm([[-1, 1, 0], [0, -1, 1], [1, 0, -1]]), "embeddable", "eigenvalues complex"),
        ([[0.5, 0.5], [0.5, 0.5]], "not embeddable", "an eigenvalue is 0"),
        ([[0.4, 0.6], [0.6, 0.4]], "not embeddable", "negative eigenvalue '-0.2'"),
        ([[0, 1, 0], [0, 0, 1], [1, 0, 0]], "not embeddable", "above the product"),
        ([[0.5, 0.4, 0.1], [0.05, 0.5, 0.45], [0.45, 0.05, 0.5]], "not embeddable", "determinant"),
    ],
)
def test_verdicts(matrix, verdict, words):
    made = sf.to_continuous_rates(np.asarray(matrix, dtype=float))
    assert made.diagnostics["verdict"].iloc[0] == verdict
    assert words in made.diagnostics["reasons"].iloc[0]


ROUND = np.array([[-2.3, 2.3, 0, 0], [0, -3, 3, 0], [0, 0, -5, 5], [4.6, 0, 0, -4.6]])


def test_a_logarithm_other_than_the_principal_one_is_found():
    """People who go round a cycle about once: the principal logarithm is not valid, this one is."""
    matrix = expm(ROUND)
    assert principal_logarithm(matrix)[~np.eye(4, dtype=bool)].min() < -1
    made = sf.to_continuous_rates(matrix)
    assert made.embeddable
    assert "another one is a valid generator" in made.diagnostics["reasons"].iloc[0]
    found = generator_of(made)
    assert found[~np.eye(4, dtype=bool)].min() >= 0
    assert expm(found) == pytest.approx(matrix, abs=1e-9)


def test_equal_negative_eigenvalues_leave_it_open():
    """Half a turn about a cycle of three: made by a generator, but not by a principal logarithm."""
    cycle = np.roll(np.eye(3), 1, axis=1) - np.eye(3)
    made = sf.to_continuous_rates(expm(2 * np.pi / np.sqrt(3) * cycle))
    assert made.diagnostics["verdict"].tolist() == ["undecided"]
    assert "some equal" in made.diagnostics["reasons"].iloc[0]
    assert made.table["hazard"].isna().all()


def random_generator(rng, size, scale):
    made = rng.exponential(scale, (size, size))
    np.fill_diagonal(made, 0.0)
    np.fill_diagonal(made, -made.sum(axis=1))
    return made


@given(st.integers(0, 100_000), st.integers(2, 5))
def test_rates_that_made_a_matrix_are_found_again(seed, size):
    rng = np.random.default_rng(seed)
    truth = random_generator(rng, size, 0.15)
    made = sf.to_continuous_rates(expm(truth * 2.5), interval=2.5)
    assert made.embeddable
    assert generator_of(made) == pytest.approx(truth, abs=1e-8)
    assert made.diagnostics["distance"].iloc[0] < 1e-9


@given(st.integers(0, 100_000))
def test_what_is_called_embeddable_is(seed):
    rng = np.random.default_rng(seed)
    matrix = 0.6 * np.eye(3) + 0.4 * rng.dirichlet(np.ones(3) * 0.6, 3)
    found = examine(matrix, tuple(STATES))
    if found.verdict == "embeddable":
        off = found.logarithm[~np.eye(3, dtype=bool)]
        assert off.min() >= -1e-9
        assert expm(found.logarithm) == pytest.approx(matrix, abs=1e-9)
    for method in ("diagonal", "weighted"):
        near = nearest_generator(principal_logarithm(matrix), method)
        assert near[~np.eye(3, dtype=bool)].min() >= 0
        assert near.sum(axis=1) == pytest.approx(0.0, abs=1e-12)


def test_examplias_monthly_chances_are_recovered_from_quarters():
    from skillsfc.sources.example.pathways import ACTIVITIES, monthly_matrix

    away = []
    for seed in (1, 2, 3):
        flows = sf.estimate_flows(sf.example(seed=seed).labour_force_panel, states=ACTIVITIES)
        month = sf.to_continuous_rates(flows, interval=3).probabilities()
        away.append((month["probability"] - monthly_matrix().ravel()) / month["standard_error"])
    assert np.abs(away).max() < 3.5
    assert np.sqrt(np.mean(np.square(away))) == pytest.approx(1.0, abs=0.35)


def test_errors_of_rates_equal_those_of_a_jackknife():
    panel = sf.example(seed=1).labour_force_panel
    panel = panel[panel["quarter"] <= 3].assign(area=lambda t: t["person"] % 15)
    flows = sf.estimate_flows(panel, cluster="area")
    rates, steady = sf.to_continuous_rates(flows), sf.estimate_steady_state(flows)
    hazards, shares = [], []
    for area in range(15):
        part = sf.estimate_flows(panel[panel["area"] != area])
        hazards.append(sf.to_continuous_rates(part).table["hazard"])
        shares.append(sf.estimate_steady_state(part).table["share"])
    for made, left in ((rates, hazards), (steady, shares)):
        spread = np.sqrt(14 / 15 * np.square(left - np.mean(left, axis=0)).sum(axis=0))
        assert made.table["standard_error"].to_numpy() == pytest.approx(spread, rel=0.1)


def test_rates_and_steady_states_by_group():
    panel = sf.example(seed=1).labour_force_panel
    panel = panel.assign(half=np.where(panel["person"] % 2, "odd", "even"))
    flows = sf.estimate_flows(panel, group="half")
    rates = sf.to_continuous_rates(flows, interval=3)
    assert rates.table.groupby("half").size().tolist() == [6, 6]
    assert rates.diagnostics["half"].tolist() == ["even", "odd"]
    steady = sf.estimate_steady_state(rates)
    assert steady.table.groupby("half")["share"].sum().tolist() == pytest.approx([1, 1])
    with pytest.raises(ParameterError, match="2 of them, one a group"):
        sf.project_stocks({"employed": 1, "unemployed": 1, "outside": 1}, flows, periods=1)


def test_the_lake_model_of_the_literature():
    made = sf.project_stocks(
        {"U": 12.0, "E": 138.0}, LAKE, states=["U", "E"], periods=50, **LAKE_RATES
    )
    for case in ("lake_eigenvalue", "lake_published"):
        check(case, made.eigenvalues)
    check("lake_after_50", made.table["persons"].to_numpy()[-2:])
    check("lake_steady", made.steady_state["share"].to_numpy())
    assert made.growth == pytest.approx(0.0124 - 0.00822)
    total = made.table.groupby("period")["persons"].sum()
    assert total.to_numpy() == pytest.approx(150 * (1 + made.growth) ** np.arange(51))
    assert made.table["status"].tolist() == ["observed"] * 2 + ["projected"] * 100
    assert "No limits: the errors of the matrix are not known." in made.notes


def test_stocks_settle_where_the_steady_state_is():
    start = {"E": 50.0, "U": 300.0, "O": 650.0}
    made = sf.project_stocks(start, MONTHLY, states=STATES, periods=400)
    assert made.table["share"].to_numpy()[-3:] == pytest.approx([0.624, 0.03573333, 0.34026667])
    rates = sf.to_continuous_rates(MONTHLY, states=STATES)
    quarterly = sf.project_stocks(start, rates, periods=4, interval=3)
    monthly = made.table[made.table["period"] == 12]["persons"].to_numpy()
    assert quarterly.table["persons"].to_numpy()[-3:] == pytest.approx(monthly)


def test_projected_shares_carry_the_errors_of_flows():
    flows = sf.estimate_flows(sf.example(seed=1).labour_force_panel)
    start = {"employed": 0.0, "unemployed": 100.0, "outside": 0.0}
    made = sf.project_stocks(start, flows, periods=60)
    assert made.table["standard_error"][:3].tolist() == [0, 0, 0]
    first = made.table[made.table["period"] == 1].set_index("state")["standard_error"]
    row = flows.average.set_index(["from_state", "to_state"])["standard_error"].loc["unemployed"]
    assert first.to_dict() == pytest.approx(row.to_dict(), rel=1e-6)
    steady = sf.estimate_steady_state(flows).table["standard_error"].to_numpy()
    assert made.table["standard_error"].to_numpy()[-3:] == pytest.approx(steady, rel=1e-4)
    entries = sf.project_stocks(
        start, flows, periods=2, entry_rate=0.1, entry_state={"outside": 0.5, "employed": 0.5}
    )
    assert entries.table.groupby("period")["persons"].sum().tolist() == pytest.approx(
        [100, 110, 121]
    )


def test_parts_without_a_way_between_them_have_no_single_steady_state():
    with pytest.raises(CoverageError, match="never left: 'A', 'B'"):
        sf.estimate_steady_state(np.eye(2), states=["A", "B"])
    rates = pd.DataFrame([[0.0, 0.0], [0.0, 0.0]], index=["A", "B"], columns=["A", "B"])
    with pytest.raises(CoverageError, match="one steady state"):
        sf.estimate_steady_state(rates)
    absorbing = sf.estimate_steady_state([[1.0, 0.0], [0.2, 0.8]])
    assert absorbing.table["share"].tolist() == pytest.approx([1, 0])
    cycle = sf.estimate_steady_state([[0.0, 1.0], [1.0, 0.0]])
    assert cycle.diagnostics["half_life"].tolist() == [np.inf]


def test_two_states_equal_r():
    rows = EXPECTED[EXPECTED["case"] == "two_state"].set_index("name")["value"]
    stocks = pd.DataFrame(
        {
            "month": [1, 2],
            "unemployed": [10, 10.5],
            "short_term_unemployed": [3.0, 4.2],
            "labour_force": [150.0, 151.0],
        }
    )
    made = estimate_two_state_rates(stocks).table.iloc[0]
    assert made["finding_rate"] == pytest.approx(rows["finding_rate"], abs=1e-12)
    assert made["losing_rate"] == pytest.approx(rows["losing_rate"], abs=1e-9)
    s, f = made["losing_rate"], made["finding_rate"]
    assert made["steady_unemployment"] == pytest.approx(s / (s + f))


def test_two_state_rates_of_a_made_economy_are_found_again():
    """Stocks from exact solutions of du/dt = s (l - u) - f u, and of those new within a month."""
    f, s, force = 0.35, 0.02, 1000.0
    level = s / (s + f) * force
    unemployed = [120.0]
    for _ in range(6):
        unemployed.append(level + (unemployed[-1] - level) * np.exp(-s - f))
    short = [0.0] + [after - before * np.exp(-f) for before, after in pairwise(unemployed)]
    stocks = pd.DataFrame({"month": range(7), "unemployed": unemployed,
                           "short_term_unemployed": short, "labour_force": force})  # fmt: skip
    made = estimate_two_state_rates(stocks).table
    assert made["finding_rate"].to_numpy() == pytest.approx(f, abs=1e-12)
    assert made["losing_rate"].to_numpy() == pytest.approx(s, abs=1e-10)


def test_two_state_stocks_that_contradict_one_another():
    good = pd.DataFrame({"month": [1, 2], "unemployed": [10.0, 20.0],
                         "short_term_unemployed": [1.0, 5.0], "labour_force": 100.0})  # fmt: skip
    odd = estimate_two_state_rates(good)
    assert odd.table["finding_rate"].isna().all()
    assert odd.table["note"].str.startswith("no rates").all()
    assert any("1 pairs of dates have no rates" in note for note in odd.notes)
    for wrong, words in (
        (good.assign(short_term_unemployed=30.0), "above unemployed in 2 rows"),
        (good.assign(unemployed=-1.0), "negative"),
        (good.assign(month=1), "repeated"),
        (good.drop(columns="labour_force"), "column 'labour_force': missing"),
    ):
        with pytest.raises(TableError, match=words):
            estimate_two_state_rates(wrong)


def test_a_matrix_may_be_wide_long_or_an_array():
    wide = pd.DataFrame(MONTHLY, index=STATES, columns=STATES)
    long = wide.rename_axis("from_state").reset_index().melt(
        "from_state", var_name="to_state", value_name="probability"
    )  # fmt: skip
    by_wide = sf.to_continuous_rates(wide.loc[["O", "U", "E"]], states=STATES)
    by_long = sf.to_continuous_rates(long, states=STATES)
    by_array = sf.to_continuous_rates(MONTHLY.tolist(), states=STATES)
    for other in (by_wide, by_long):
        pd.testing.assert_frame_equal(other.table, by_array.table)
    hazards = by_array.table[["from_state", "to_state", "hazard"]]
    steady = sf.estimate_steady_state(hazards, states=STATES)
    assert steady.table["share"].tolist() == pytest.approx([0.624, 0.03573333, 0.34026667])


@pytest.mark.parametrize(
    ("matrix", "arguments", "words"),
    [
        (MONTHLY[:2], {}, "2 x 3"),
        ("E to U", {}, "str"),
        (MONTHLY * 2, {}, "rows sum to"),
        (-MONTHLY, {}, "0 to 1"),
        (np.where(np.eye(3) == 1, np.nan, MONTHLY), {}, "missing values in the rows of"),
        (MONTHLY, {"states": ["E", "U"]}, "2 names"),
        (MONTHLY, {"interval": 0}, "interval: 0"),
        (MONTHLY, {"interval": "month"}, "interval: 'month'"),
        (MONTHLY, {"nearest": "closest"}, "nearest: 'closest'"),
        (MONTHLY, {"level": 2}, "level: 2"),
        (pd.DataFrame(MONTHLY, index=STATES, columns=STATES), {"states": ["E", "U", "X"]}, "'X'"),
    ],
)
def test_wrong_matrices_and_arguments_are_named(matrix, arguments, words):
    with pytest.raises(ParameterError) as caught:
        sf.to_continuous_rates(matrix, **arguments)
    assert words in str(caught.value)


def test_tables_that_are_no_matrix_are_refused():
    wide = pd.DataFrame(MONTHLY, columns=STATES)
    with pytest.raises(TableError, match="the same states in rows and columns"):
        sf.to_continuous_rates(wide)
    long = pd.DataFrame({"from_state": ["E", "E"], "to_state": ["E", "E"], "probability": 0.5})
    with pytest.raises(TableError, match="pairs of states repeated"):
        sf.to_continuous_rates(long)


@pytest.mark.parametrize(
    ("stocks", "arguments", "words"),
    [
        ({"U": 1.0, "E": 1.0}, {"periods": 0}, "periods: 0"),
        ({"U": 1.0, "E": 1.0}, {"periods": 1.5}, "periods: 1.5"),
        ({"U": 1.0}, {"periods": 1}, "none for 'E'"),
        ({"U": 1.0, "E": 1.0, "F": 1.0}, {"periods": 1}, "no state 'F'"),
        ({"U": -1.0, "E": 2.0}, {"periods": 1}, "persons of 0 or more"),
        ([1.0, 1.0], {"periods": 1}, "mapping or Series"),
        ({"U": 1.0, "E": 1.0}, {"periods": 1, "entry_rate": 0.1}, "entry_state: not given"),
        ({"U": 1.0, "E": 1.0}, {"periods": 1, "entry_rate": 2}, "entry_rate: 2"),
        ({"U": 1.0, "E": 1.0}, {"periods": 1, "entry_state": "Y"}, "entry_state: 'Y'"),
        ({"U": 1.0, "E": 1.0}, {"periods": 1, "entry_state": {"U": 0.5}}, "sum to 1"),
        ({"U": 1.0, "E": 1.0}, {"periods": 1, "interval": -1}, "interval: -1"),
    ],
)
def test_wrong_projections_are_named(stocks, arguments, words):
    with pytest.raises(ParameterError) as caught:
        sf.project_stocks(stocks, LAKE, states=["U", "E"], **arguments)
    assert words in str(caught.value)


RATES = np.array([[-0.3, 0.2, 0.1], [0.5, -0.6, 0.1], [0.0, 0.2, -0.2]])


@pytest.mark.parametrize("diagonal", [0.0, np.nan])
def test_rates_without_a_diagonal_get_one(diagonal):
    empty = RATES.copy()
    np.fill_diagonal(empty, diagonal)
    made = sf.estimate_steady_state(empty, states=STATES)
    expected = sf.estimate_steady_state(RATES, states=STATES)
    assert made.table["share"].to_numpy() == pytest.approx(expected.table["share"].to_numpy())
    assert made.settings.continuous
    assert any("nothing on its diagonal" in note for note in made.notes)
    stocks = dict.fromkeys(STATES, 10.0)
    assert any("diagonal" in n for n in sf.project_stocks(stocks, empty, periods=1,
                                                          states=STATES).notes)  # fmt: skip


def test_rates_with_a_wrong_diagonal_are_refused():
    wrong = RATES.copy()
    wrong[0, 0] = -0.2  # rows sum to 0.1, 0, 0
    with pytest.raises(TableError, match="rows that sum to"):
        sf.estimate_steady_state(wrong, states=STATES)
    with pytest.raises(TableError, match="rows that sum to"):
        sf.project_stocks(dict.fromkeys(STATES, 1.0), wrong, periods=1, states=STATES)


def test_chances_rounded_with_an_empty_diagonal_stay_chances():
    with pytest.raises(ParameterError, match="rows sum to"):
        sf.estimate_steady_state([[0.0, 0.999], [1.0, 0.0]])


@pytest.mark.parametrize(
    "matrix", [np.eye(3), [[1.0, 0, 0], [0.2, 0.5, 0.3], [0, 0, 1.0]], np.zeros((3, 3))]
)
def test_no_steady_state_is_invented(matrix):
    made = sf.project_stocks(dict.fromkeys(STATES, 5.0), matrix, periods=2, states=STATES)
    assert made.steady_state["share"].isna().all()
    assert any("depends on the start" in note for note in made.notes)


def test_a_single_steady_state_stays():
    made = sf.project_stocks(dict.fromkeys(STATES, 5.0), MONTHLY, periods=2, states=STATES)
    steady = sf.estimate_steady_state(MONTHLY, states=STATES).table["share"]
    assert made.steady_state["share"].to_numpy() == pytest.approx(steady.to_numpy())


def test_an_interval_of_probabilities_is_refused():
    stocks = dict.fromkeys(STATES, 5.0)
    with pytest.raises(ParameterError, match="interval: 3 with probabilities"):
        sf.project_stocks(stocks, MONTHLY, periods=2, states=STATES, interval=3)
    made = sf.project_stocks(stocks, RATES, periods=1, states=STATES, interval=3.0)
    moved = np.full(3, 5.0) @ expm(3 * RATES)
    assert made.table["persons"].to_numpy()[3:] == pytest.approx(moved)


@pytest.mark.parametrize("function", [sf.estimate_steady_state, sf.to_continuous_rates])
def test_names_and_texts_that_cannot_be_meant_are_named(function):
    with pytest.raises(ParameterError, match="named twice: 'E'"):
        function(MONTHLY, states=["E", "U", "E"])
    with pytest.raises(ParameterError, match="states: 5"):
        function(MONTHLY, states=5)
    long = pd.DataFrame({"from_state": ["E", "E", "U", "U"], "to_state": ["E", "U"] * 2,
                         "probability": ["0.9", "much", "0.2", "0.8"]})  # fmt: skip
    with pytest.raises(TableError, match="column 'probability': no number in 1 rows: 'much'"):
        function(long)


def test_a_state_left_for_good_has_a_share_of_nothing_and_not_less():
    shares = sf.estimate_steady_state([[0.9, 0.1], [0, 1]]).table["share"]
    assert shares.iloc[0] == 0
    assert shares.iloc[1] == pytest.approx(1)


def two_states_at(months, persons=4000, seed=3):
    """Return who is in E and U at some months of a monthly chain, and the chain's generator."""
    chance = np.array([[0.95, 0.05], [0.15, 0.85]])
    draw = np.random.default_rng(seed)
    state, seen = (draw.random(persons) < 0.25).astype(int), []
    for month in range(max(months) + 1):
        if month in months:
            names = np.array(["E", "U"])[state]
            seen.append(pd.DataFrame({"person": range(persons), "month": month, "state": names}))
        state = (draw.random(persons) < chance[state, 1]).astype(int)
    return pd.concat(seen), principal_logarithm(chance)


def test_rates_from_uneven_dates_are_those_of_one_length():
    panel, truth = two_states_at([0, 3, 6, 12])
    flows = sf.estimate_flows(panel)
    rates = sf.to_continuous_rates(flows, interval=3)
    told = rates.table.set_index(["from_state", "to_state"])
    assert told.loc[("E", "U"), "lower"] < truth[0, 1] < told.loc[("E", "U"), "upper"]
    assert told.loc[("U", "E"), "lower"] < truth[1, 0] < told.loc[("U", "E"), "upper"]
    alone = sf.estimate_flows(panel[panel["month"] <= 6])
    assert told["hazard"].tolist() == pytest.approx(
        sf.to_continuous_rates(alone, interval=3).table["hazard"].tolist()
    )
    for made in (
        rates,
        sf.estimate_steady_state(flows),
        sf.estimate_steady_state(rates),
        sf.project_stocks({"E": 3000, "U": 1000}, flows, periods=2),
    ):
        assert any("without '6 to 12'" in note for note in made.notes), type(made)


def test_shares_of_nothing_and_of_all_have_no_limits_and_others_stay_within():
    panel = pd.DataFrame({"person": [1, 1, 2, 2, 3, 3, 4, 4], "quarter": [1, 2] * 4,
                          "state": ["E", "E", "E", "U", "U", "U", "U", "U"]})  # fmt: skip
    flows = sf.estimate_flows(panel)
    steady = sf.estimate_steady_state(flows).table
    assert steady["share"].tolist() == [0.0, 1.0]
    assert steady[["lower", "upper"]].isna().all(axis=None)
    told = sf.project_stocks({"E": 10, "U": 0}, flows, periods=2).table
    edge = told["share"].isin([0.0, 1.0])
    assert told.loc[edge, ["lower", "upper"]].isna().all(axis=None)
    inside = told[~edge]
    assert (inside["lower"] > 0).all()
    assert (inside["upper"] < 1).all()
    rates = sf.to_continuous_rates([[0.9, 0.1, 0], [0, 0.8, 0.2], [0, 0, 1]], states=STATES,
                                   nearest=True)  # fmt: skip
    assert (rates.probabilities(2).query("from_state == 'O'")["probability"] >= 0).all()


def test_a_rate_of_nothing_has_no_limits():
    panel = pd.DataFrame({
        "person": np.repeat(range(60), 2), "quarter": [1, 2] * 60,
        "state": ["E", "E"] * 20 + ["E", "U"] * 5 + ["U", "U"] * 35,
    })  # fmt: skip
    told = sf.to_continuous_rates(sf.estimate_flows(panel)).table.set_index("from_state")
    assert told.loc["U", "hazard"] == 0
    assert told.loc["U", ["lower", "upper"]].isna().all()
    assert told.loc["E", "lower"] < told.loc["E", "hazard"] < told.loc["E", "upper"]


def test_two_state_stocks_with_a_missing_month_or_months_as_text():
    stocks = pd.DataFrame({
        "month": ["2020m8", "2020m9", "2020m10", "2020m12"], "unemployed": [100.0, 101, 99, 100],
        "short_term_unemployed": [40.0, 42, 39, 41], "labour_force": 1000.0,
    })  # fmt: skip
    made = sf.estimate_two_state_rates(stocks.sample(frac=1, random_state=2)).table
    assert made["month"].tolist() == ["2020m8", "2020m9", "2020m10"]  # not as letters sort
    assert made["finding_rate"].notna().tolist() == [True, True, False]
    assert made["note"].iloc[2] == "no rates: the dates are not 1 apart like most"
