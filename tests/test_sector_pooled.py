"""Pooled trends of sectors: shrinkage by hand, means over economies, persistence as learned."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from sectors_made_up import panel_of

from skillsfc.forecast.pooling import mean_changes
from skillsfc.forecast.sectors.pooled import (
    FADING_YEARS,
    PRIOR_OBSERVATIONS,
    PRIOR_PERSISTENCE,
    fading_trend,
    learn_persistence,
    pooled_trend,
    sector_means,
    shrink_towards,
)

ORACLE = pd.read_csv(Path(__file__).parent / "oracles" / "sectors" / "expected.csv").set_index(
    "name"
)


def expected(name):
    return pytest.approx(ORACLE.loc[name, "value"], abs=ORACLE.loc[name, "tolerance"])


def column(*values):
    return np.array(values, float)[:, None]


@pytest.mark.parametrize(("name", "subtract"), [("moments", True), ("plain", False)])
def test_shrinkage_is_that_of_the_hand_calculation(name, subtract):
    slope, weight = shrink_towards(
        column(0.04, 0.01, -0.02, 0.0),
        column(1e-4, 4e-4, 1e-4, 9e-4),
        np.full((4, 1), 0.01),
        subtract_error=subtract,
    )
    for k in range(4):
        assert slope[k, 0] == expected(f"shrink_{name}_slope_{k}")
        assert weight[k, 0] == expected(f"shrink_{name}_weight_{k}")


def test_an_unknown_slope_becomes_its_centre_and_two_series_teach_nothing():
    slope, weight = shrink_towards(
        column(np.nan, 0.03, 0.01), column(np.nan, 1.0, 1.0), column(0.02, 0.0, 0.0)
    )
    assert slope.ravel().tolist() == [0.02, 0.03, 0.01]
    assert weight.ravel().tolist() == [0.0, 1.0, 1.0]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-0.2, 0.2), min_size=3, max_size=8), st.floats(1e-6, 1e-2))
def test_a_shrunken_slope_lies_between_itself_and_its_centre(slopes, error):
    own = column(*slopes)
    centre = np.full(own.shape, 0.01)
    drawn, weight = shrink_towards(own, np.full(own.shape, error), centre)
    assert ((weight >= 0) & (weight <= 1)).all()
    low, high = np.minimum(own, centre), np.maximum(own, centre)
    assert ((drawn >= low - 1e-12) & (drawn <= high + 1e-12)).all()


def test_sector_means_are_those_of_the_hand_calculation():
    relative = column(-0.03, 0.02, -0.02, 0.02, -0.01, -0.01)
    found = sector_means(relative, np.array([0, 1, 0, 1, 0, 1]))
    assert found[0, 0] == expected("sector_mean_agriculture")
    assert found[1, 0] == expected("sector_mean_trade")


def test_a_sector_that_one_economy_has_teaches_nobody():
    relative = column(-0.03, -0.02, 0.5)
    assert sector_means(relative, np.array([0, 0, 1]))[2, 0] == 0.0


def growing(slopes, years=20, noise=0.0, seed=1):
    rng = np.random.default_rng(seed)
    steps = np.array(slopes)[:, None] + rng.normal(0.0, noise, (len(slopes), years))
    return 1e5 * np.exp(np.cumsum(steps, axis=1))


def test_a_pooled_trend_without_noise_is_the_trend_itself():
    persons = growing([0.01, 0.03, -0.02, 0.05])
    panel = panel_of(persons, [0, 0, 1, 1], [0, 1, 0, 1])
    totals = np.log(panel.sums(persons))
    found = pooled_trend(panel, totals, np.array([19]), np.array([1, 5]))
    np.testing.assert_allclose(found[:, 0, 1], persons[:, 19] * np.exp([0.05, 0.15, -0.1, 0.25]))


def test_a_new_sector_takes_the_growth_of_its_economy():
    persons = growing([0.02, 0.02, 0.02, 0.02])
    persons[0, :-1] = np.nan
    panel = panel_of(persons, [0, 1, 1, 1], [0, 1, 2, 3])
    totals = np.log(np.vstack([persons[1], panel.sums(persons)[1]]))
    found = pooled_trend(panel, totals, np.array([19]), np.array([10]))
    assert found[0, 0, 0] == pytest.approx(persons[0, -1] * np.exp(0.2))


def test_persistence_is_the_ridge_regression_that_statsmodels_makes_of_added_rows():
    rng = np.random.default_rng(5)
    signs = rng.normal(size=(6, 8, 4))
    growth = rng.normal(size=(6, 8, 2)) + signs[..., :1]
    growth[:, -1, 0] = growth[:, -2:, 1] = np.nan
    scale = rng.uniform(0.5, 2.0, size=(6, 8))
    found = learn_persistence(signs, growth, scale, np.array([1, 2]))
    prior = np.array([PRIOR_PERSISTENCE / len(FADING_YEARS)] * 3 + [0.0])
    for k, h in enumerate((1, 2)):
        known = slice(0, 8 - h)  # at the last origin
        x = (signs[:, known] / scale[:, known, None]).reshape(-1, 4) / np.sqrt(h)
        y = (growth[:, known, k] / scale[:, known]).ravel() / np.sqrt(h)
        pull = np.sqrt(PRIOR_OBSERVATIONS * h * (x**2).mean(axis=0))
        rows, came = np.vstack([x, np.diag(pull)]), np.concatenate([y, pull * prior])
        prior = sm.OLS(came, rows).fit().params
        np.testing.assert_allclose(found[k, -1], prior, rtol=1e-8)


def test_without_any_evidence_half_of_relative_growth_lasts():
    nothing = np.full((3, 4, 2), np.nan)
    found = learn_persistence(np.ones((3, 4, 4)), nothing, np.ones((3, 4)), np.array([1, 2]))
    np.testing.assert_allclose(found[..., :3].sum(axis=-1), PRIOR_PERSISTENCE)
    assert (found[..., 3] == 0.0).all()


def test_persistence_at_an_origin_does_not_know_what_came_later():
    rng = np.random.default_rng(6)
    signs, scale = rng.normal(size=(5, 10, 4)), np.ones((5, 10))
    growth = rng.normal(size=(5, 10, 3))
    other = growth.copy()
    for k, h in enumerate((1, 2, 3)):
        other[:, 6 - h + 1 :, k] = 99.0  # target year after the origin in place 6
    first, second = (learn_persistence(signs, g, scale, np.arange(1, 4)) for g in (growth, other))
    np.testing.assert_array_equal(first[:, :7], second[:, :7])
    assert not np.allclose(first[:, 8], second[:, 8])


def test_a_fading_trend_learns_that_growth_does_not_last():
    rng = np.random.default_rng(7)
    size = np.repeat(np.arange(12), 4)
    level = rng.normal(0.0, 0.05, (48, 30))  # noise around a level: every rise is undone
    persons = 1e5 * np.exp(level + 0.01 * np.arange(30))
    panel = panel_of(persons, size, np.tile(np.arange(4), 12))
    totals, origins, horizons = np.log(panel.sums(persons)), np.arange(30), np.arange(1, 4)
    columns = np.minimum(origins[:, None] + horizons, 29)
    inside = origins[:, None] + horizons < 30
    logs, sums = np.log(persons), totals[size]
    came = ((logs - sums)[:, columns] - (logs - sums)[:, origins][..., None]) / horizons
    came = np.where(inside, came, np.nan)
    found = fading_trend(panel, totals, origins, horizons, came, np.full((48, 30), 0.05))
    last, _ = mean_changes(logs, np.array([29]), 1)
    whole, _ = mean_changes(totals, np.array([29]), 1)
    relative = (last - whole[size])[:, 0]
    ahead = np.log(found[:, 29, 0] / persons[:, 29])
    assert np.corrcoef(relative, ahead)[0, 1] < -0.5
