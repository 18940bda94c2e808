"""Sums of sectors held to a total, and totals that somebody states."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sectors_made_up import FLAGS, made_up, one_economy, panel_of

import skillsfc as sf
from skillsfc.forecast.sectors.holding import hold_to_total

ORACLE = pd.read_csv(Path(__file__).parent / "oracles" / "sectors" / "expected.csv").set_index(
    "name"
)
GROWING = {"A": [1000.0 * 0.99**k for k in range(15)], "C": [500.0 * 1.03**k for k in range(15)]}


def stated(years, persons, **more):
    return pd.DataFrame({"year": list(years), "persons": persons, **more}).assign(
        unit="persons", status="projected", source="a ministry"
    )


def sums(made):
    first = made.table["level"].min()
    return made.table[made.table["level"] == first].groupby("year")["persons"].sum()


def cells(*values):
    return np.array(values, float)[:, None]


def test_holding_by_variance_is_that_of_the_hand_calculation():
    panel = panel_of(cells(1, 1, 1), [0, 0, 0], [0, 1, 2])
    for name, made, spread, total in (
        ("hold", (48, 30, 22), (2, 1, 0), 110),
        ("hold_cut", (48, 3, 22), (1, 3, 1), 51),
    ):
        held = hold_to_total(cells(*made), cells(total), panel, spread=cells(*spread))
        for k in range(3):
            assert held[k, 0] == pytest.approx(ORACLE.loc[f"{name}_{k}", "value"], abs=1e-9)


def test_holding_by_variance_is_weighted_least_squares_where_nothing_falls_below_zero():
    rng = np.random.default_rng(2)
    made, spread = rng.uniform(50, 100, 5), rng.uniform(1, 5, 5)
    total = made.sum() + 4.0
    panel = panel_of(np.ones((5, 1)), [0] * 5, range(5))
    held = hold_to_total(made[:, None], cells(total), panel, spread=spread[:, None])[:, 0]
    summing = np.vstack([np.ones(5), np.eye(5)])
    base = np.concatenate([[total], made])
    weight = np.diag(1.0 / np.concatenate([[1e-5], spread**2]))  # the total is certain
    left = summing.T @ weight @ summing
    expected = np.linalg.solve(left, summing.T @ weight @ base)
    np.testing.assert_allclose(held, expected, rtol=1e-5)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(0.1, 1e6), min_size=2, max_size=8),
    st.lists(st.floats(0.01, 1e5), min_size=8, max_size=8),
    st.floats(1.0, 1e7),
    st.booleans(),
)
def test_held_sectors_add_up_and_are_never_negative(made, spreads, total, by_variance):
    panel = panel_of(np.ones((len(made), 1)), [0] * len(made), range(len(made)))
    spread = np.array(spreads[: len(made)])[:, None] if by_variance else None
    held = hold_to_total(np.array(made)[:, None], cells(total), panel, spread=spread)
    assert held.sum() == pytest.approx(total, rel=1e-12)
    assert (held >= 0.0).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.1, 1e6), min_size=2, max_size=8), st.floats(1.0, 1e7))
def test_proportional_holding_keeps_every_share(made, total):
    panel = panel_of(np.ones((len(made), 1)), [0] * len(made), range(len(made)))
    held = hold_to_total(np.array(made)[:, None], cells(total), panel)[:, 0]
    np.testing.assert_allclose(held / held.sum(), np.array(made) / sum(made), rtol=1e-12)


def test_an_economy_with_a_missing_sector_is_not_held_and_the_other_one_is():
    panel = panel_of(np.ones((4, 1)), [0, 0, 1, 1], [0, 1, 0, 1])
    held = hold_to_total(cells(1, np.nan, 3, 1), cells(10, 8), panel)
    assert np.isnan(held[:2]).all()
    assert held[2:, 0].tolist() == [6.0, 2.0]


@pytest.mark.parametrize("hold", ["proportional", "variance"])
@pytest.mark.parametrize("model", ["auto", "last_share", "ols_trend"])
def test_the_sum_of_sectors_is_the_stated_total(hold, model):
    total = stated(range(2015, 2021), [1700.0, 1650.0, 1800.0, 2000.0, 2400.0, 2500.0])
    made = sf.forecast_sectors(
        one_economy(GROWING), horizon=2020, total=total, model=model, hold=hold
    )
    np.testing.assert_allclose(sums(made), total["persons"], rtol=1e-12)
    assert set(made.totals["note"]) == {"stated total"}


@pytest.mark.parametrize("hold", ["proportional", "variance"])
def test_the_sum_of_sectors_is_the_forecast_of_the_sum_where_no_total_is_stated(hold):
    jobs, goods = made_up()
    made = sf.forecast_sectors(jobs, output=goods, horizon=2028, hold=hold)
    table = made.table[made.table["level"] == 0.8]
    found = table.groupby(["country", "year"])["persons"].sum()
    total = made.totals.set_index(["country", "year"])["persons"]
    np.testing.assert_allclose(found, total.loc[found.index], rtol=1e-12)
    alone = sf.forecast_employment(jobs, by=["country"], horizon=2028, levels=(0.8,)).table
    np.testing.assert_allclose(total, alone.set_index(["country", "year"])["persons"], rtol=1e-9)


def test_a_forecast_of_the_total_with_a_later_last_year_holds_the_sectors_through_it():
    later = [1500.0 * 1.01**k for k in range(20)]
    history = pd.DataFrame({"year": range(2000, 2020), "persons": later}).assign(**FLAGS)
    whole = sf.forecast_employment(history, horizon=2024)
    jobs = one_economy(GROWING)
    share = jobs.groupby("year")["persons"].transform("sum")
    known = dict(zip(range(2000, 2020), later, strict=True))
    jobs["persons"] *= jobs["year"].map(known) / share
    made = sf.forecast_sectors(jobs, horizon=2024, total=whole)
    found = sums(made)
    np.testing.assert_allclose(found.loc[2015:2019], later[15:], rtol=1e-12)
    ahead = whole.table[whole.table["level"] == 0.8].set_index("year")["persons"]
    np.testing.assert_allclose(found.loc[2020:], ahead, rtol=1e-12)


def test_row_09_parts_that_are_not_the_stated_total_are_flagged_with_the_residual():
    jobs = one_economy(GROWING)
    parts = jobs.groupby("year")["persons"].sum()
    total = stated(range(2000, 2018), [*(parts / 0.9), 1800.0, 1900.0, 2000.0])
    made = sf.forecast_sectors(jobs, horizon=2017, total=total)
    issue = made.issues.set_index("rule").loc["parts_not_total"]
    assert "90.0 %" in issue["text"]
    assert f"residual {parts.iloc[-1] / 9:.0f} persons" in issue["text"]
    np.testing.assert_allclose(sums(made), 0.9 * np.array([1800.0, 1900.0, 2000.0]), rtol=1e-9)
    assert any("the part that they had of it" in note for note in made.notes)


def test_parts_that_miss_the_total_by_rounding_are_its_parts():
    jobs = one_economy(GROWING)
    parts = jobs.groupby("year")["persons"].sum()
    total = stated(range(2000, 2016), [*(parts * 1.001), 1800.0])
    made = sf.forecast_sectors(jobs, horizon=2015, total=total)
    assert "parts_not_total" not in set(made.issues["rule"])
    assert sums(made).item() == pytest.approx(1800.0, rel=1e-12)


def test_a_total_without_every_year_is_refused_with_the_years_that_lack():
    total = stated([2015, 2017], [1700.0, 1800.0])
    with pytest.raises(sf.ParameterError, match="none for 2016"):
        sf.forecast_sectors(one_economy(GROWING), horizon=2017, total=total)


def test_a_total_that_says_two_things_is_refused():
    total = stated([2015, 2015], [1700.0, 1800.0], model=["a", "b"])
    with pytest.raises(sf.TableError, match="two numbers for 2015"):
        sf.forecast_sectors(one_economy(GROWING), horizon=2015, total=total)


@pytest.mark.parametrize(
    ("total", "words"),
    [
        (stated([2015], [1.0], sector=["A"]), "has 'sector'"),
        (stated([2015], [1.0]).drop(columns="persons"), "missing: 'persons'"),
        (5.0, "float"),
    ],
)
def test_a_total_of_the_wrong_kind_is_refused(total, words):
    with pytest.raises(sf.TableError, match=words):
        sf.forecast_sectors(one_economy(GROWING), horizon=2015, total=total)


def test_a_total_without_the_countries_is_refused():
    jobs, _ = made_up()
    with pytest.raises(sf.TableError, match="lacks 'country'"):
        sf.forecast_sectors(jobs, horizon=2019, total=stated([2019], [1e6]))


def test_an_unknown_way_of_holding_is_refused():
    with pytest.raises(sf.ParameterError, match="proportional or variance"):
        sf.forecast_sectors(one_economy(GROWING), horizon=2015, hold="ras")
