"""Multipliers against the Eurostat manual, a second implementation, identities."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import skillsfc as sf
from skillsfc.forecast.input_output.algebra import leontief_inverse, transpose_negatives
from skillsfc.forecast.input_output.multipliers import multipliers

ORACLE = Path(__file__).parent / "oracles" / "multipliers"
EXPECTED = pd.read_csv(ORACLE / "expected.csv").set_index(["model", "place", "quantity"])
GERMANY = pd.read_csv(ORACLE / "germany.csv").set_index("sector")
SMALL = pd.DataFrame([[20.0, 30.0], [10.0, 60.0]], ["A", "B"], ["A", "B"])
SMALL_OUTPUT = {"A": 100.0, "B": 300.0}
SMALL_JOBS = {"A": 50.0, "B": 60.0}
ACCOUNTS = pd.DataFrame(
    [[20.0, 0, 70, 30], [90, 0, 0, 0], [0, 90, 0, 10], [10, 0, 30, 0]],
    list("afhg"),
    list("afhg"),
)
INSIDE = {"activity": ["a"], "factor": ["f"], "household": ["h"]}


def german(**changes):
    arguments = {
        "output": GERMANY["output"],
        "value_added": GERMANY["value_added"],
        "employment": GERMANY["employment_thousand"] * 1000.0,
        "money_unit": "million EUR",
    } | changes
    return multipliers(GERMANY[list(GERMANY.index)], **arguments)


def small_closed(**changes):
    arguments = {
        "kind": "type2",
        "output": SMALL_OUTPUT,
        "employment": SMALL_JOBS,
        "wages": {"A": 30.0, "B": 90.0},
        "consumption": {"A": 24.0, "B": 72.0},
    } | changes
    return multipliers(SMALL, **arguments)


@pytest.fixture(scope="module")
def ours():
    found = {}
    made = german()
    for name, row in made.table.set_index("sector").iterrows():
        found |= {("germany", name, quantity): row[quantity] for quantity in made.units}
        found["germany", name, "leontief_diagonal"] = made.leontief.loc[name, name]
    closed = small_closed()
    for name, row in closed.table.set_index("sector").iterrows():
        found |= {("closed", name, quantity): row[quantity] for quantity in closed.units}
    inverse = multipliers(ACCOUNTS, kind="sam", endogenous=INSIDE).leontief
    found |= {("accounts", j, i): inverse.loc[i, j] for j in "ah" for i in "afh"}
    return found


@pytest.mark.parametrize("key", list(EXPECTED.index), ids=" ".join)
def test_values_agree_with_the_published_and_the_recomputed(ours, key):
    row = EXPECTED.loc[key]
    assert ours[key] == pytest.approx(row["value"], abs=row["tolerance"])


def test_the_second_implementation_agrees_beyond_the_decimals_printed(ours):
    spec = importlib.util.spec_from_file_location("again", ORACLE / "recompute.py")
    again = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(again)
    found = again.everything()
    assert set(EXPECTED.index) <= set(found)
    for key, value in found.items():
        assert ours[key] == pytest.approx(value, rel=1e-11), key


def test_the_total_of_domestic_products_is_not_the_output():
    trap = GERMANY["output"].copy()
    trap["Manufacturing"] = 1_079_400.0  # the column total printed beside the table
    made, wrong = german().table, german(output=trap).table
    difference = (made["employment_multiplier"] - wrong["employment_multiplier"]).abs()
    assert difference.max() > 1e-4  # below the decimals of the manual, and yet another number


def test_multiplier_times_final_demand_is_total_employment_in_germany():
    made = german()
    total = GERMANY["employment_thousand"].sum() * 1000
    table = made.table.set_index("sector")
    assert table["employment_multiplier"] @ made.final_demand == pytest.approx(total, rel=1e-12)
    jobs = made.employment_of(made.final_demand)
    assert jobs["persons"].sum() == pytest.approx(total, rel=1e-12)
    by_sector = jobs.set_index("sector")["persons"]
    assert np.allclose(by_sector, GERMANY["employment_thousand"] * 1000)
    residual = made.diagnostics.set_index("check")["value"]
    assert abs(residual["employment multiplier times final demand less employment [persons]"]) < 1


@st.composite
def economies(draw):
    """Draw an economy that meets some final demand, with wages and consumption within it."""
    size = draw(st.integers(2, 5))
    flow = hnp.arrays(float, (size, size), elements=st.floats(0, 50))
    vector = hnp.arrays(float, size, elements=st.floats(0.5, 60))
    flows, demand, jobs = draw(flow), draw(vector), draw(vector)
    output = flows.sum(axis=1) + demand
    added = np.maximum(output - flows.sum(axis=0), 0.0)
    spending = demand * draw(st.floats(0.05, 0.9))
    wages = added * draw(st.floats(0.05, 0.9))
    labels = [f"s{k}" for k in range(size)]
    as_series = [pd.Series(v, labels) for v in (output, jobs * 100, wages, spending)]
    return pd.DataFrame(flows, labels, labels), *as_series


@settings(max_examples=12, deadline=None)
@given(economies())
def test_multiplier_times_final_demand_is_total_employment(economy):
    flows, output, jobs, _, _ = economy
    made = multipliers(flows, output=output, employment=jobs)
    total = made.table.set_index("sector")["employment_multiplier"] @ made.final_demand
    assert total == pytest.approx(jobs.sum(), rel=1e-9)
    assert made.employment_of(made.final_demand)["persons"].sum() == pytest.approx(total, rel=1e-9)
    assert (made.table["output_multiplier"] >= 1 - 1e-12).all()


@settings(max_examples=12, deadline=None)
@given(economies())
def test_the_closed_model_gives_total_employment_too_and_never_less(economy):
    flows, output, jobs, wages, spending = economy
    income = max(wages.sum(), spending.sum()) * 1.2 + 1
    made = multipliers(
        flows,
        kind="type2",
        output=output,
        employment=jobs,
        wages=wages,
        consumption=spending,
        household_income=income,
    )
    assert made.employment_of(made.final_demand)["persons"].sum() == pytest.approx(jobs.sum())
    parts = ["employment_direct", "employment_indirect", "employment_induced"]
    assert np.allclose(made.table[parts].sum(axis=1), made.table["employment_multiplier"])
    opened = multipliers(flows, output=output, employment=jobs).table
    assert (made.table["employment_induced"] >= -1e-9).all()
    assert np.allclose(made.table["employment_type1_ratio"], opened["employment_type1_ratio"])


@settings(max_examples=12, deadline=None)
@given(economies(), st.floats(0.001, 1000), st.randoms(use_true_random=False))
def test_money_units_and_the_order_of_sectors_change_nothing(economy, factor, random):
    flows, output, jobs, _, _ = economy
    made = multipliers(flows, output=output, employment=jobs).table.set_index("sector")
    order = list(flows.index)
    random.shuffle(order)
    shuffled = flows.loc[order[::-1], order] * factor
    other = multipliers(shuffled, output=output * factor, employment=jobs[order])
    table = other.table.set_index("sector").loc[list(flows.index)]
    assert np.allclose(table["output_multiplier"], made["output_multiplier"])
    assert np.allclose(
        table["employment_multiplier"] * factor, made["employment_multiplier"], rtol=1e-9
    )


def test_employment_by_occupation_adds_up_to_the_total():
    flags = {"unit": "persons", "status": "observed", "source": "made up"}
    jobs = pd.DataFrame(
        {
            "country": "XEX",
            "year": 2020,
            "sector": ["A", "A", "C"],
            "occupation": ["2", "9", "2"],
            "persons": [10.0, 40.0, 60.0],
            **flags,
        }
    )
    flows = SMALL.rename({"B": "C"}).rename(columns={"B": "C"})
    made = multipliers(flows, output={"A": 100.0, "C": 300.0}, employment=jobs)
    plain = multipliers(SMALL, output=SMALL_OUTPUT, employment=SMALL_JOBS)
    total = made.by_kind.groupby("sector")["employment_multiplier"].sum()
    assert np.allclose(total, plain.table["employment_multiplier"])
    assert list(made.by_kind.columns) == ["sector", "occupation", "employment_multiplier"]
    persons = made.employment_of(made.final_demand)
    assert np.allclose(persons["persons"], [10.0, 40.0, 60.0])
    sf.check(made.employment_of({"C": 1.0}))


def test_a_change_of_demand_moves_only_what_it_reaches():
    flows = pd.DataFrame([[0.0, 10.0], [0.0, 0.0]], ["A", "B"], ["A", "B"])
    made = multipliers(flows, output={"A": 50.0, "B": 20.0}, employment={"A": 5.0, "B": 4.0})
    assert made.output_of({"A": 1.0}).to_dict() == {"A": 1.0, "B": 0.0}
    lost = made.employment_of({"B": -2.0}).set_index("sector")["persons"]
    assert lost.to_dict() == pytest.approx({"A": -0.1, "B": -0.4})


def test_the_long_table_is_tidy_and_says_its_units():
    long = small_closed(money_unit="million").to_long()
    units = long.drop_duplicates("indicator").set_index("indicator")["unit"]
    assert units["employment_multiplier"] == "persons per million"
    assert units["employment_type2_ratio"] == "ratio"
    assert units["output_multiplier"] == "million per million"
    assert not long["value"].isna().any()
    letters = multipliers(SMALL.rename({"B": "C"}).rename(columns={"B": "C"}),
                          output={"A": 100.0, "C": 300.0}).to_long()  # fmt: skip
    sf.check(letters)


def test_settings_notes_and_provenance_tell_how_it_was_made():
    made = small_closed()
    assert made.settings.kind == "type2"
    assert made.settings.accounts == 3
    assert any("80.0% of their income" in note for note in made.notes)
    assert set(made.provenance["inputs"]) == {"io_table", "employment"}
    assert made.table["status"].unique().tolist() == ["modelled"]
    assert "multipliers" in repr(made).lower()


def test_the_inverse_is_the_sum_of_all_rounds():
    a = german().coefficients.to_numpy()
    rounds, total = np.eye(6), np.zeros((6, 6))
    for _ in range(200):
        total += rounds
        rounds = rounds @ a
    assert np.allclose(leontief_inverse(a), total, rtol=1e-12)


def test_payments_turned_round_keep_the_balance_of_every_account():
    flows = np.array([[5.0, -2.0, 1.0], [1.0, 4.0, 0.0], [0.0, -3.0, 2.0]])
    turned = transpose_negatives(flows)
    assert (turned >= 0).all()
    balance = flows.sum(axis=1) - flows.sum(axis=0)
    assert np.allclose(turned.sum(axis=1) - turned.sum(axis=0), balance)
