"""Shift-share: values worked in fractions, identities as properties, Examplia."""

import importlib.util
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.forecast.decomposition.change import decompose_change
from skillsfc.forecast.decomposition.effects import effects

ORACLE = Path(__file__).parent / "oracles" / "shift_share"
EXPECTED = pd.read_csv(ORACLE / "expected.csv", dtype="str", keep_default_na=False)
CELLS = pd.read_csv(ORACLE / "cells.csv", dtype={"occupation": "str", "qualification": "str"})
FLAGS = {"unit": "persons", "status": "observed", "source": "made up"}
EFFECTS = ["scale", "mix", "occupation_effect"]
DEFINITIONS = ("classic", "warwick")


def side(cells, name, **columns):
    keys = [c for c in cells if c not in ("before", "after")]
    year = {"before": 2010, "after": 2020}[name]
    return cells[keys].assign(year=year, persons=cells[name].astype(float), **FLAGS, **columns)


def decomposed(cells, **arguments):
    return decompose_change(side(cells, "before"), side(cells, "after"), **arguments)


def _oracle_case(definition, axes):
    by = ["sector", "occupation", "qualification"][: int(axes)]
    table = decomposed(CELLS, definition=definition, by=by).table
    if "qualification" not in table:
        table["qualification"] = ""
    return table.set_index(["occupation", "qualification"])


@pytest.mark.parametrize("definition", DEFINITIONS)
@pytest.mark.parametrize("axes", ["2", "3"])
def test_effects_agree_with_the_fractions(definition, axes):
    ours = _oracle_case(definition, axes)
    rows = EXPECTED[(EXPECTED["definition"] == definition) & (EXPECTED["axes"] == axes)]
    assert len(rows) == {"2": 6, "3": 16}[axes]
    for row in rows.itertuples():
        found = ours.loc[(row.occupation, row.qualification), row.effect]
        assert found == pytest.approx(float(Fraction(row.value)), abs=1e-12)


def test_the_fractions_file_is_what_the_second_implementation_gives():
    spec = importlib.util.spec_from_file_location("again", ORACLE / "recompute.py")
    again = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(again)
    listed = {tuple(row[:5]): Fraction(row[5]) for row in EXPECTED.itertuples(index=False)}
    assert listed == again.everything()


@st.composite
def tables(draw, three=False):
    """Draw cells of up to four sectors, four occupations, three qualifications, some of them 0."""
    sectors = list("ABCD")[: draw(st.integers(1, 4))]
    occupations = list("1234")[: draw(st.integers(1, 4))]
    qualifications = ["2", "3", "6"][: draw(st.integers(1, 3))] if three else [""]
    index = pd.MultiIndex.from_product(
        [sectors, occupations, qualifications], names=["sector", "occupation", "qualification"]
    )
    cells = index.to_frame(index=False)
    number = st.integers(0, 5000)
    for name in ("before", "after"):
        cells[name] = draw(st.lists(number, min_size=len(cells), max_size=len(cells)))
        cells.loc[0, name] += 1  # somebody works
    return cells if three else cells.drop(columns="qualification")


def made_from(cells, definition, batch=()):
    axes = [key for key in ("sector", "occupation", "qualification") if key in cells]
    return effects(cells.astype({"before": float, "after": float}), list(batch), axes, definition)


@settings(max_examples=12, deadline=None)
@given(tables(), st.sampled_from(DEFINITIONS))
def test_effects_add_up_to_the_change_and_the_last_two_to_nothing(cells, definition):
    made = made_from(cells, definition)
    size = made[["before", "after"]].sum().max()
    assert np.allclose(made[EFFECTS].sum(axis=1), made["change"], atol=1e-9 * size)
    assert made["mix"].sum() == pytest.approx(0.0, abs=1e-9 * size)
    assert made["occupation_effect"].sum() == pytest.approx(0.0, abs=1e-9 * size)
    growth = made["after"].sum() / made["before"].sum() - 1
    assert np.allclose(made["scale"], made["before"] * growth)


@settings(max_examples=12, deadline=None)
@given(tables(three=True), st.sampled_from(DEFINITIONS))
def test_three_axes_add_up_and_summed_over_qualification_give_two(cells, definition):
    made = made_from(cells, definition)
    size = made[["before", "after"]].sum().max()
    names = [*EFFECTS, "qualification_effect"]
    assert np.allclose(made[names].sum(axis=1), made["change"], atol=1e-9 * size)
    within = made.groupby(["sector", "occupation"])["qualification_effect"].sum()
    assert within.abs().max() <= 1e-9 * size
    two = cells.groupby(["sector", "occupation"], as_index=False)[["before", "after"]].sum()
    flat = made_from(two, definition)
    summed = made.groupby(["sector", "occupation"])[EFFECTS].sum()
    assert np.allclose(summed, flat.set_index(["sector", "occupation"])[EFFECTS], atol=1e-9 * size)


@settings(max_examples=12, deadline=None)
@given(tables())
def test_warwick_mix_is_classic_mix_over_one_plus_growth(cells):
    classic, warwick = made_from(cells, "classic"), made_from(cells, "warwick")
    ratio = cells["after"].sum() / cells["before"].sum()
    assert np.allclose(warwick["mix"], classic["mix"] / ratio)
    assert np.allclose(warwick["scale"], classic["scale"])


@settings(max_examples=12, deadline=None)
@given(tables(), st.sampled_from(DEFINITIONS))
def test_grouping_occupations_before_or_after_is_the_same(cells, definition):
    group = {"1": "12", "2": "12", "3": "34", "4": "34"}
    fine = made_from(cells, definition)
    fine["occupation"] = fine["occupation"].map(group)
    after = fine.groupby(["sector", "occupation"])[EFFECTS].sum()
    coarse = cells.assign(occupation=cells["occupation"].map(group))
    coarse = coarse.groupby(["sector", "occupation"], as_index=False)[["before", "after"]].sum()
    before = made_from(coarse, definition).set_index(["sector", "occupation"])[EFFECTS]
    # A sector with nobody before has no pattern: its later one stands for it at either level.
    assert np.allclose(after, before, atol=1e-6)


@settings(max_examples=12, deadline=None)
@given(tables(three=True), st.sampled_from(DEFINITIONS), st.floats(0.001, 1000))
def test_scaling_all_persons_scales_all_effects(cells, definition, factor):
    names = [*EFFECTS, "qualification_effect"]
    base = made_from(cells, definition)[names]
    scaled = cells.astype({"before": float, "after": float})
    scaled[["before", "after"]] *= factor
    assert np.allclose(made_from(scaled, definition)[names], base * factor, atol=1e-6 * factor)


@settings(max_examples=12, deadline=None)
@given(tables(), tables(), st.sampled_from(DEFINITIONS))
def test_a_batch_is_each_of_its_members_alone(one, other, definition):
    both = pd.concat([one.assign(country="GHA"), other.assign(country="KEN")], ignore_index=True)
    together = made_from(both, definition, batch=["country"])
    for country, alone in (("GHA", one), ("KEN", other)):
        part = together[together["country"] == country][EFFECTS].to_numpy()
        assert np.allclose(part, made_from(alone, definition)[EFFECTS])


def test_growth_alone_is_scale_alone():
    cells = CELLS[CELLS["sector"] != "C"].assign(after=lambda t: t["before"] * 1.5)
    table = decomposed(cells).table
    assert np.allclose(table["scale"], table["change"])
    assert np.allclose(table[["mix", "occupation_effect", "qualification_effect"]], 0.0)


def test_sectors_alone_are_mix_and_work_within_them_is_the_occupation_effect():
    cells = CELLS[CELLS["sector"] != "C"].drop(columns="qualification")
    cells = cells.groupby(["sector", "occupation"], as_index=False)["before"].sum()
    moved = cells.assign(after=cells["before"] * cells["sector"].map({"A": 1.5, "B": 0.5}))
    table = decomposed(moved).table
    assert np.allclose(table["occupation_effect"], 0.0)
    assert np.allclose(table["scale"], 0.0)
    within = cells.assign(after=[50.0, 50.0, 40.0, 60.0])
    table = decomposed(within).table.set_index("occupation")
    assert np.allclose(table["mix"], 0.0)
    assert table["occupation_effect"].to_dict() == pytest.approx({"1": 10.0, "2": -10.0})


def test_a_new_sector_counts_as_mix_and_is_told():
    cells = CELLS.groupby(["sector", "occupation"], as_index=False)[["before", "after"]].sum()
    made = decomposed(cells)
    new = made.cells[made.cells["sector"] == "C"]
    assert np.allclose(new["mix"], new["after"])
    assert np.allclose(new["occupation_effect"], 0.0)
    assert "new_sector" in set(made.issues["rule"])
    assert any("Sector with nobody before ('C')" in note for note in made.notes)


def test_a_new_occupation_in_a_sector_is_told_only_with_qualifications():
    cells = CELLS.copy()
    cells.loc[(cells["sector"] == "A") & (cells["occupation"] == "1"), "before"] = 0
    made = decomposed(cells)
    assert "new_occupation" in set(made.issues["rule"])
    new = made.cells[(made.cells["sector"] == "A") & (made.cells["occupation"] == "1")]
    assert np.allclose(new["qualification_effect"], 0.0)
    flat = decomposed(cells, by=["sector", "occupation"])
    assert "new_occupation" not in set(flat.issues["rule"])


def test_a_sector_that_closed_is_a_loss_by_mix():
    cells = CELLS.drop(columns="qualification").groupby(["sector", "occupation"], as_index=False)
    cells = cells[["before", "after"]].sum()
    cells.loc[cells["sector"] == "B", "after"] = 0
    made = decomposed(cells).cells
    gone = made[made["sector"] == "B"]
    assert np.allclose(gone["occupation_effect"], 0.0)
    assert np.allclose(gone["scale"] + gone["mix"], -gone["before"])


def test_nobody_afterwards_is_classic_scale_and_refused_by_warwick():
    cells = CELLS.assign(after=0)
    table = decomposed(cells).table
    assert np.allclose(table["scale"], -table["before"])
    with pytest.raises(sf.TableError, match="after table: nobody employed"):
        decomposed(cells, definition="warwick")


@pytest.fixture(scope="module")
def examplia():
    jobs = sf.example(seed=1).employment
    return jobs[jobs["year"] == 2004], jobs[jobs["year"] == 2023]


def test_examplia_total_is_the_change_of_its_employment(examplia):
    before, after = examplia
    made = decompose_change(before, after, by=["sector", "occupation"])
    change = after["persons"].sum() - before["persons"].sum()
    assert made.table["change"].sum() == pytest.approx(change)
    assert made.table["scale"].sum() == pytest.approx(change)
    growth = made.diagnostics["growth"].item()
    assert growth == pytest.approx(after["persons"].sum() / before["persons"].sum() - 1)
    assert made.diagnostics[["mix_sum", "occupation_effect_sum"]].abs().max().max() < 1e-6
    assert made.settings.first_year == 2004
    assert made.settings.year == 2023


def test_examplia_by_sex_is_each_sex_alone(examplia):
    before, after = examplia
    by = ["sex", "sector", "occupation"]
    both = decompose_change(before, after, by=by).table
    for sex in ("F", "M"):
        own = [table[table["sex"] == sex] for table in examplia]
        alone = decompose_change(*own, by=by).table
        part = both[both["sex"] == sex].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, alone)


def test_examplia_three_axes_summed_over_qualification_are_its_two(examplia):
    before, after = examplia
    three = decompose_change(before, after, by=["sector", "occupation", "qualification"])
    two = decompose_change(before, after, by=["sector", "occupation"]).table
    summed = three.sum_by("occupation")
    assert np.allclose(summed[EFFECTS], two[EFFECTS])
    assert summed["qualification_effect"].abs().max() < 1e-6
    assert three.table["qualification_effect"].abs().max() > 1000


def test_tables_to_draw_are_tidy(examplia):
    before, after = examplia
    made = decompose_change(before, after, by=["sector", "occupation"])
    long = made.to_long()
    total = long.groupby("occupation")["value"].sum()
    assert np.allclose(total, made.table.set_index("occupation")["change"])
    sf.check(long.drop(columns="first_year"))
    assert long["unit"].unique().tolist() == ["persons"]
    assert set(made.cells.columns) == {*made.table.columns, "sector"}


def test_sum_by_refuses_what_is_not_a_key():
    made = decomposed(CELLS)
    with pytest.raises(sf.ParameterError, match="Did you mean 'sector'"):
        made.sum_by(["sectors"])
    with pytest.raises(sf.ParameterError, match="nothing"):
        made.sum_by([])


def test_status_and_source_are_the_worst_and_all_of_the_parts():
    before = side(CELLS, "before")
    after = side(CELLS, "after").assign(status="projected", source="model")
    made = decompose_change(before, after)
    assert made.table["status"].unique().tolist() == ["projected"]
    assert made.table["source"].unique().tolist() == ["made up; model"]
    assert {"not_observed", "source_change"} <= set(made.issues["rule"])


def test_tables_without_a_year_are_decomposed_too():
    before = side(CELLS, "before").drop(columns="year")
    after = side(CELLS, "after").drop(columns="year")
    made = decompose_change(before, after)
    assert "first_year" not in made.table
    assert made.settings.year is None


def test_row_order_changes_nothing():
    mixed = CELLS.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(decomposed(mixed).table, decomposed(CELLS).table)


def test_the_inputs_are_left_as_they_were():
    before, after = side(CELLS, "before"), side(CELLS, "after")
    copies = before.copy(), after.copy()
    decompose_change(before, after)
    pd.testing.assert_frame_equal(before, copies[0])
    pd.testing.assert_frame_equal(after, copies[1])
