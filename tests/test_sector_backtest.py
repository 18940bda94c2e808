"""The sector back-test: nothing from later is used, and its figures are those of its own errors."""

import numpy as np
import pandas as pd
import pytest
from sectors_made_up import CODES, PARTNERS, SLOPES, made_up, one_economy, real_sectors

import skillsfc as sf
from skillsfc.forecast.sectors.models import NAIVE, SECTOR_MODELS

STEADY = {"A": [1e5 * 0.99**k for k in range(20)], "C": [5e4 * 1.03**k for k in range(20)]}


@pytest.fixture(scope="module")
def tables():
    return made_up()


@pytest.fixture(scope="module")
def made(tables):
    return sf.backtest_sectors(tables[0], output=tables[1], horizon=5)


def metric(found, name, horizon):
    rows = found.table[(found.table["metric"] == name) & (found.table["horizon"] == horizon)]
    return rows.set_index("model")["value"]


def test_the_table_has_every_model_and_the_naive_ones(made):
    assert set(made.table["model"]) == {"auto", *SECTOR_MODELS}
    assert set(made.table["horizon"]) == {1, 2, 3, 4, 5}
    alone = sf.backtest_sectors(made_up()[0], model="auto", horizon=2)
    assert set(alone.table["model"]) == {"auto", *NAIVE}


def test_nothing_from_after_an_origin_is_used(tables):
    jobs, goods = tables
    rng = np.random.default_rng(8)
    later = jobs["year"] > 2010
    bent, bent_goods = jobs.copy(), goods.copy()
    bent.loc[later, "persons"] *= rng.uniform(0.2, 5.0, later.sum())
    bent_goods.loc[later, "value_added"] *= rng.uniform(0.2, 5.0, later.sum())
    first, second = (
        sf.backtest_sectors(j, output=g, horizon=4, origins=range(2004, 2011)).errors
        for j, g in ((jobs, goods), (bent, bent_goods))
    )
    keys = ["country", "sector", "model", "origin", "horizon", "level"]
    both = first.merge(second, on=keys, suffixes=("", "_bent"), validate="one_to_one")
    assert len(both) == len(first) == len(second)
    for column in ("persons", "lower", "upper"):
        np.testing.assert_allclose(both[column], both[f"{column}_bent"], rtol=1e-9)
    known = both[both["origin"] + both["horizon"] <= 2010]
    assert len(known) < len(both)
    assert not np.allclose(both["actual"], both["actual_bent"])
    np.testing.assert_array_equal(known["actual"], known["actual_bent"])


def test_a_forecast_is_what_the_back_test_says_of_its_last_origin(tables):
    jobs, goods = tables
    cut = jobs["year"] <= 2012
    made = sf.backtest_sectors(jobs, output=goods, horizon=4, model="auto", origins=[2012])
    found = sf.forecast_sectors(jobs[cut], output=goods[goods["year"] <= 2012], horizon=2016)
    tested = made.errors[made.errors["model"] == "auto"].assign(year=lambda t: 2012 + t["horizon"])
    keys = ["country", "sector", "year", "level"]
    both = found.table.merge(tested, on=keys, suffixes=("", "_tested"), validate="one_to_one")
    assert len(both) == len(found.table)
    for column in ("persons", "lower", "upper"):
        np.testing.assert_allclose(both[column], both[f"{column}_tested"], rtol=1e-9)


def test_held_models_add_up_at_every_origin_and_have_the_same_sum(made):
    rows = made.errors[made.errors["level"] == 0.8]
    keys = ["country", "origin", "horizon"]
    sums = rows.groupby(["model", *keys])["persons"].sum()
    for model in ("fading_trend", "pooled_trend", "elasticity", "error_correction", "last_share"):
        np.testing.assert_allclose(sums[model], sums["auto"], rtol=1e-10)


def test_dissimilarity_and_wmape_are_those_of_the_errors(made):
    rows = made.errors[(made.errors["level"] == 0.8) & (made.errors["model"] == "auto")]
    rows = rows[rows["horizon"] == 3]
    dissimilarity, weighted = [], []
    for _, part in rows.groupby("country"):
        one, two = [], []
        for _, cell in part.groupby("origin"):
            shares = cell[["actual", "persons"]] / cell[["actual", "persons"]].sum()
            one.append(0.5 * (shares["actual"] - shares["persons"]).abs().sum())
            two.append((cell["actual"] - cell["persons"]).abs().sum() / cell["actual"].sum())
        dissimilarity.append(np.mean(one))
        weighted.append(np.mean(two))
    assert metric(made, "dissimilarity", 3)["auto"] == pytest.approx(np.mean(dissimilarity))
    assert metric(made, "wmape", 3)["auto"] == pytest.approx(np.mean(weighted))


def test_growth_error_direction_and_coverage_are_those_of_the_errors(made, tables):
    known = tables[0].set_index(["country", "sector", "year"])["persons"]
    rows = made.errors[(made.errors["model"] == "auto") & (made.errors["horizon"] == 2)]
    start = known.loc[list(zip(rows["country"], rows["sector"], rows["origin"], strict=True))]
    start = start.to_numpy()
    gap = (rows["persons"] - rows["actual"]).abs() / start / 2
    assert metric(made, "growth_mae", 2)["auto"] == pytest.approx(gap.mean())
    right = np.sign(rows["persons"] - start) == np.sign(rows["actual"] - start)
    assert metric(made, "direction_hit_rate", 2)["auto"] == pytest.approx(right.mean())
    grew = (rows["actual"] > start).mean()
    assert metric(made, "direction_always_grows", 2)["auto"] == pytest.approx(grew)
    narrow = rows[rows["level"] == 0.8]
    inside = (narrow["actual"] >= narrow["lower"]) & (narrow["actual"] <= narrow["upper"])
    assert metric(made, "coverage_80", 2)["auto"] == pytest.approx(inside.mean())


def test_skill_is_one_minus_the_ratio_of_errors_inside_its_interval(made):
    errors = metric(made, "dissimilarity", 4)
    for model in ("auto", "ols_trend"):
        skill = metric(made, "skill_dissimilarity_against_last_share", 4)[model]
        assert skill == pytest.approx(1 - errors[model] / errors["last_share"])
        low, high = (
            metric(made, f"skill_{end}_dissimilarity_against_last_share", 4)[model]
            for end in ("lower", "upper")
        )
        assert low <= skill <= high
    naive = metric(made, "skill_dissimilarity_against_last_share", 4)["last_share"]
    assert naive == 0.0


def test_verdicts_and_notes_say_what_the_table_says(made):
    verdict = made.verdict.set_index(["model", "measure", "naive_model", "horizon"]).sort_index()
    row = verdict.loc[("auto", "growth_mae", "ols_trend", 5)]
    skill = metric(made, "skill_growth_mae_against_ols_trend", 5)["auto"]
    assert row["skill"] == pytest.approx(skill)
    better = verdict["verdict"] == "better than naive"
    assert ((verdict["skill"] > 0) & (verdict["lower"] > 0) == better).all()
    count = int(better.loc[("auto", "growth_mae", "ols_trend")].sum())
    said = [note for note in made.notes if "straight line" in note]
    assert len(said) == 1
    assert (f"at {count} of 5 horizons" in said[0]) or (count == 0 and "no better" in said[0])
    assert any("Error correction was carried in" in note for note in made.notes)


def test_pooled_trends_beat_the_naive_ones_where_sectors_have_trends(made):
    for h in (3, 5):  # in one year noise is larger than any trend
        errors = metric(made, "dissimilarity", h)
        assert errors["auto"] < 0.9 * errors["last_share"]
        assert errors["auto"] < 0.9 * errors["ols_trend"]


def test_bands_cover_what_they_say_on_random_walks():
    jobs, _ = made_up(countries=CODES, years=range(1980, 2019), seed=11)
    found = sf.backtest_sectors(jobs, horizon=5, model="auto")
    for h in (1, 3, 5):
        assert metric(found, "coverage_80", h)["auto"] == pytest.approx(0.8, abs=0.08)
        assert metric(found, "coverage_95", h)["auto"] == pytest.approx(0.95, abs=0.05)


def test_trends_without_noise_are_forecast_without_error():
    found = sf.backtest_sectors(one_economy(STEADY), horizon=3, model="pooled_trend")
    assert metric(found, "dissimilarity", 3)["pooled_trend"] < 1e-6
    assert metric(found, "dissimilarity", 3)["last_share"] > 0.01
    assert metric(found, "share_direction_hit_rate", 3)["pooled_trend"] == 1.0
    assert metric(found, "share_direction_hit_rate", 3)["last_share"] == 0.0


def test_teaching_economies_are_not_judged(tables):
    jobs = tables[0]
    own = jobs["country"].isin(["MAR", "TUN"])
    found = sf.backtest_sectors(jobs[own], panel=jobs[~own], horizon=2)
    assert set(found.errors["country"]) == {"MAR", "TUN"}
    assert set(found.by_series["country"]) == {"MAR", "TUN"}
    assert len(found.by_series["sector"].unique()) == len(SLOPES)


def test_an_economy_is_not_judged_where_its_sum_is_unknown(tables):
    jobs = tables[0]
    gap = (jobs["country"] == "MAR") & (jobs["sector"] == "C") & (jobs["year"] == 2010)
    found = sf.backtest_sectors(jobs[~gap], horizon=2, origins=[2009, 2010, 2011]).errors
    assert set(found.loc[found["country"] == "MAR", "origin"]) == {2009, 2011}
    assert set(found.loc[found["country"] == "TUN", "origin"]) == {2009, 2010, 2011}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"horizon": 0}, "whole years ahead"),
        ({"horizon": 2030}, "not a calendar year"),
        ({"origins": [1950]}, "years from"),
        ({"model": "poled_trend"}, "Did you mean 'pooled_trend'"),
        ({"model": "elasticity"}, "a table of value added"),
        ({"levels": (80,)}, "80 per cent is 0.8"),
        ({"hold": "ras"}, "proportional or variance"),
    ],
)
def test_impossible_arguments_are_refused_with_a_hint(arguments, words):
    with pytest.raises(sf.ParameterError, match=words):
        sf.backtest_sectors(one_economy(STEADY), **arguments)


def test_a_history_that_is_too_short_is_refused():
    short = one_economy({k: row[:4] for k, row in STEADY.items()})
    with pytest.raises(sf.CoverageError, match="no past forecast can be judged"):
        sf.backtest_sectors(short, horizon=2)


def test_on_real_sectors_auto_beats_the_naive_models_and_its_bands_hold():
    jobs, goods = real_sectors(), real_sectors("VA_Q15")
    own = jobs["country"].isin(PARTNERS)
    found = sf.backtest_sectors(jobs[own], output=goods, panel=jobs[~own], model="auto")
    rows = found.verdict[found.verdict["horizon"].isin([1, 3, 5, 10])]
    for measure, rival in (("dissimilarity", "last_share"), ("growth_mae", "last_value")):
        part = rows[(rows["measure"] == measure) & (rows["naive_model"] == rival)]
        assert (part["verdict"] == "better than naive").all()
    for h in (1, 3, 5, 10):
        assert 0.70 < metric(found, "coverage_80", h)["auto"] < 0.88
    assert isinstance(found.to_frame(), pd.DataFrame)
