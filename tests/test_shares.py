"""Shares: published values, identities that must hold, and the known truth of Examplia."""

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.forecast.shares.forecast import ShareForecast, forecast_shares
from skillsfc.forecast.shares.models import METHODS
from skillsfc.params import load_assumptions

ORACLES = Path(__file__).parent / "oracles" / "shares"
FEW = settings(max_examples=10)  # each example is a whole forecast or several
EXPECTED = pd.read_csv(ORACLES / "expected.csv").set_index("name")
TREND_METHODS = ["alr", "linear", "logistic", "mnl", "auto"]
FIRST = [(0.50, 0.30, 0.20), (0.48, 0.31, 0.21), (0.46, 0.32, 0.22), (0.45, 0.32, 0.23)]


def tidy(shares, years=None, labels=None, measure="share", **keys):
    """Return a table of one whole from rows of shares."""
    years = range(2000, 2000 + len(shares)) if years is None else years
    labels = [str(k + 1) for k in range(len(shares[0]))] if labels is None else labels
    rows = [
        keys | {"year": int(year), "occupation": label, measure: float(value)}
        for year, row in zip(years, shares, strict=True)
        for label, value in zip(labels, row, strict=True)
    ]
    return pd.DataFrame(rows).assign(unit=measure, status="observed", source="made up")


def at(result, year=None, level=0.8):
    """Return the shares of one year, in the order of the keys."""
    table = result.table[result.table["level"] == level]
    year = table["year"].max() if year is None else year
    return table.loc[table["year"] == year, "share"].to_numpy()


def forecast(table, **settings):
    given = {"horizon": int(table["year"].max()) + 5, "draws": 50, "method": "alr"}
    return forecast_shares(table, **(given | settings))


@st.composite
def compositions(draw, most=6):
    """Return positive shares by round and category, uneven years, and the years."""
    count = draw(st.integers(2, most))
    rounds = draw(st.integers(2, 6))
    gaps = draw(st.lists(st.integers(1, 7), min_size=rounds, max_size=rounds))
    cells = draw(
        st.lists(
            st.lists(st.integers(5, 500), min_size=count, max_size=count),
            min_size=rounds,
            max_size=rounds,
        )
    )
    return np.array(cells, float), 1990 + np.cumsum(gaps)


@cache
def examplia():
    return sf.example(seed=1)


# --- Published values and the second implementation -------------------------------------------


@pytest.mark.parametrize("name", EXPECTED.index[:-1])
def test_every_expected_value_is_met(name):
    method, category = name.rsplit("_", 1)
    factors = {"1": 0.8, "2": 1.1, "3": 1.3} if method == "change_factor" else None
    made = forecast(tidy(FIRST), horizon=2008, method=method, change_factors=factors, drift=0.046)
    expected = EXPECTED.loc[name]
    found = at(made, 2008)[int(category) - 1]
    assert found == pytest.approx(expected["value"], abs=float(expected["tolerance"]))


def test_the_dissimilarity_of_the_oracle_is_half_the_sum_of_differences():
    apart = np.abs(at(forecast(tidy(FIRST), horizon=2008)) - FIRST[-1]).sum() / 2
    expected = EXPECTED.loc["dissimilarity_alr_to_last"]
    assert apart == pytest.approx(expected["value"], abs=float(expected["tolerance"]))


def test_the_second_implementation_still_gives_the_expected_values():
    spec = importlib.util.spec_from_file_location("recompute", ORACLES / "recompute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = dict(module.values())
    assert set(found) == set(EXPECTED.index)
    for name, value in found.items():
        assert value == pytest.approx(EXPECTED.loc[name, "value"], abs=5e-7), name


def test_the_oracle_of_auto_is_made_with_the_assumptions_in_force():
    assumed = load_assumptions()
    assert assumed["occupation_share_trend"].value == 0.015
    assert assumed["share_trend_damping"].value == 1.0


# --- Identities ------------------------------------------------------------------------------


@FEW
@given(compositions(), st.sampled_from(sorted(METHODS)), st.integers(1, 40))
def test_shares_of_every_method_lie_in_0_to_1_and_close_to_1(made, method, ahead):
    cells, years = made
    table = tidy(cells, years, measure="persons")
    result = forecast(table, horizon=int(years[-1]) + ahead, method=method)
    sums = result.table.groupby(["year", "level"])["share"].sum()
    assert np.allclose(sums, 1.0, atol=1e-12)
    assert result.table[["share", "lower", "upper"]].min().min() >= 0.0
    assert result.table["upper"].max() <= 1.0
    assert (result.table["lower"] <= result.table["share"]).all()
    assert (result.table["share"] <= result.table["upper"]).all()


@FEW
@given(compositions())
def test_the_log_ratio_line_is_the_same_for_every_reference(made):
    cells, years = made
    shares = cells / cells.sum(axis=1, keepdims=True)
    ours = at(forecast(tidy(cells, years, measure="persons")))
    for reference in range(shares.shape[1]):
        ratios = np.log(shares / shares[:, [reference]])
        slope, level = np.polyfit(years - years[-1], ratios, 1)
        weights = np.exp(level + 5.0 * slope)
        assert np.allclose(ours, weights / weights.sum(), atol=1e-9)


@FEW
@given(compositions(), st.data())
def test_the_reference_argument_changes_trends_and_no_share(made, data):
    cells, years = made
    table = tidy(cells, years, measure="persons")
    name = data.draw(st.sampled_from(sorted(table["occupation"].unique())))
    plain, named = forecast(table), forecast(table, reference=name)
    pd.testing.assert_frame_equal(plain.table, named.table)
    trends = named.diagnostics.set_index("occupation")["trend"]
    assert trends[name] == 0.0


@FEW
@given(compositions(), st.sampled_from(sorted(METHODS)), st.randoms())
def test_the_order_of_rows_changes_nothing(made, method, order):
    cells, years = made
    table = tidy(cells, years, measure="persons")
    places = list(range(len(table)))
    order.shuffle(places)
    shuffled = table.iloc[places]
    first = forecast(table, method=method)
    pd.testing.assert_frame_equal(first.table, forecast(shuffled, method=method).table)


@FEW
@given(compositions(), st.sampled_from(sorted(METHODS)), st.data())
def test_renaming_the_categories_permutes_the_shares_and_nothing_else(made, method, data):
    cells, years = made
    order = np.array(data.draw(st.permutations(range(cells.shape[1]))))
    plain = forecast(tidy(cells, years, measure="persons"), method=method)
    permuted = forecast(tidy(cells[:, order], years, measure="persons"), method=method)
    assert np.allclose(at(plain)[order], at(permuted), atol=1e-7)


@FEW
@given(compositions(), st.sampled_from(sorted(METHODS)), st.floats(0.001, 5e4))
def test_a_constant_factor_to_persons_changes_nothing(made, method, factor):
    cells, years = made
    plain = forecast(tidy(cells, years, measure="persons"), method=method)
    scaled = forecast(tidy(cells * factor, years, measure="persons"), method=method)
    assert np.allclose(at(plain), at(scaled), atol=1e-7)


@FEW
@given(compositions(), st.integers(0, 1000))
def test_draws_close_to_1_and_hold_no_negative_share(made, seed):
    cells, years = made
    result = forecast(tidy(cells, years, measure="persons"), sample_size=500.0)
    drawn = result.simulate(7, np.random.default_rng(seed))
    assert drawn.shape == (7, len(result.years), 1, cells.shape[1])
    assert np.allclose(drawn.sum(axis=-1), 1.0, atol=1e-12)
    assert drawn.min() >= 0.0


@FEW
@given(compositions())
def test_constant_shares_are_those_of_the_last_round(made):
    cells, years = made
    result = forecast(tidy(cells, years, measure="persons"), method="constant")
    last = cells[-1] / cells[-1].sum()
    for year in result.years:
        assert np.allclose(at(result, year), last, atol=1e-15)


@FEW
@given(compositions(), st.sampled_from(TREND_METHODS))
def test_shares_that_never_changed_stay_whatever_the_method(made, method):
    cells, years = made
    same = np.repeat(cells[:1], len(years), axis=0)
    result = forecast(tidy(same, years, measure="persons"), method=method)
    assert np.allclose(at(result), cells[0] / cells[0].sum(), atol=1e-7)


@FEW
@given(compositions(), st.floats(0.5, 0.99))
def test_damping_brings_every_share_between_its_base_and_the_undamped_log_ratio(made, damping):
    cells, years = made
    table = tidy(cells, years, measure="persons")
    settings = {"anchor": "last", "horizon": int(years[-1]) + 12}
    base = cells[-1] / cells[-1].sum()
    plain, damped = (
        np.log(at(forecast(table, damping=d, **settings)) / base) for d in (1.0, damping)
    )
    ratio = damping * (1 - damping**12) / (1 - damping) / 12
    centred = (damped - damped.mean()) - ratio * (plain - plain.mean())
    assert np.abs(centred).max() < 1e-8


def test_change_factors_multiply_the_last_shares_and_close():
    table = tidy([(0.2, 0.3, 0.5)])
    made = forecast(table, method="change_factor", change_factors={"1": 2.0, "2": 1.0, "3": 0.5})
    weights = np.array([0.4, 0.3, 0.25])
    assert np.allclose(at(made), weights / weights.sum())


def test_change_factors_of_a_year_are_reached_in_it_and_kept_after():
    table = tidy([(0.5, 0.5)])
    factors = pd.DataFrame({"occupation": ["1", "2"], "index": [4.0, 1.0], "year": [2002, 2002]})
    made = forecast(table, method="change_factor", change_factors=factors, horizon=2004)
    assert np.allclose([at(made, y)[0] for y in (2001, 2002, 2004)], [2 / 3, 0.8, 0.8])


def test_change_factors_from_peers_are_their_mean_trend():
    own = tidy([(0.5, 0.5)], country="MAR")
    others = [
        tidy([(0.5, 0.5), (0.5 + d, 0.5 - d)], years=(1999, 2000), country=code)
        for code, d in (("TUN", 0.05), ("EGY", 0.10))
    ]
    made = forecast(own, method="change_factor", peers=pd.concat(others), horizon=2001)
    trend = np.mean([np.log((0.5 + d) / (0.5 - d)) for d in (0.05, 0.10)])
    assert at(made)[0] == pytest.approx(1 / (1 + np.exp(-trend)))


# --- Results the other parts of the chain rely on --------------------------------------------


def test_the_result_has_what_a_simulation_of_the_chain_needs():
    made = forecast_shares(examplia().employment_by_occupation, horizon=2026, within="sector")
    assert isinstance(made, ShareForecast)
    assert made.years.tolist() == [2024, 2025, 2026]
    assert made.years.dtype.kind == "i"
    assert made.within_labels[0] == ("XEX", "A")
    assert made.by_labels == list("123456789")
    assert list(made.table)[:4] == ["country", "sector", "occupation", "year"]
    drawn = made.simulate(20, np.random.default_rng(3))
    assert drawn.shape == (20, 3, 8, 9)
    path = made.table[(made.table["level"] == 0.8) & (made.table["sector"] == "A")]
    wide = path.pivot_table(index="year", columns="occupation", values="share").to_numpy()
    assert np.abs(np.median(drawn[:, :, 0], axis=0) - wide).max() < 0.02
    assert {"share"} == set(made.history["unit"])
    assert made.settings.method == "alr"
    assert "table" in made.provenance["inputs"]


def test_the_table_passes_the_check_of_every_table():
    made = forecast(tidy(FIRST, country="MAR"))
    assert len(sf.check(made.table)) == len(made.table)
    assert len(sf.check(made.history)) == 12


def test_the_same_seed_gives_the_same_bands_and_another_seed_others():
    table = tidy(FIRST)
    first, second = (forecast(table, seed=s).table["lower"] for s in (1, 1))
    assert first.equals(second)
    assert not first.equals(forecast(table, seed=2).table["lower"])


def test_bands_widen_with_the_level_and_with_the_years():
    made = forecast(tidy(FIRST, years=(2000, 2005, 2010, 2015)), horizon=2035, draws=400)
    width = made.table.assign(width=made.table["upper"] - made.table["lower"])
    mean = width.groupby(["level", "year"])["width"].mean().unstack("level")
    assert (mean[0.95] > mean[0.8]).all()
    assert mean[0.8].iloc[-1] > 2 * mean[0.8].iloc[0]


def test_a_smaller_sample_gives_a_wider_band():
    table = tidy(np.array(FIRST[-1:]) * 1e6, measure="persons")
    widths = []
    for size in (100_000, 2000, 200):
        made = forecast(table, horizon=2001, sample_size=size, draws=500)
        widths.append((made.table["upper"] - made.table["lower"]).mean())
    assert widths[0] < widths[1] < widths[2]


def test_the_band_of_one_round_is_that_of_the_assumed_drift_and_trend():
    """In a whole of two, the log-odds vary by twice the variance of one log-ratio."""
    made = forecast(tidy([(0.5, 0.5)]), horizon=2009, method="constant", levels=(0.8,), drift=0.05)
    drawn = made.simulate(20_000, np.random.default_rng(5))[:, -1, 0]
    odds = np.log(drawn[:, 0] / drawn[:, 1])
    # Drift has a chi-square variance of 4 degrees of freedom, whose mean factor is 4 / (4 - 2).
    expected = 2 * (9 * 0.05**2 * 2 + 81 * 0.015**2)
    assert odds.var() == pytest.approx(expected, rel=0.1)  # Monte Carlo of a heavy tail


# --- Recovery of Examplia's stated truth -----------------------------------------------------


@pytest.mark.parametrize(
    ("table", "by", "within", "truth", "reference"),
    [
        ("employment_by_occupation", "occupation", "sector", "occupation_slope", "9"),
        ("employment_by_qualification", "qualification", "occupation", "qualification_slope", "1"),
    ],
)
@pytest.mark.parametrize("shrink", [True, False])
def test_the_stated_slopes_of_examplia_are_found(table, by, within, truth, reference, shrink):
    stated = examplia().truth["employment"][truth]["value"]
    made = forecast_shares(
        examplia().table(table), by=by, within=within, reference=reference, shrink=shrink,
        horizon=2024, draws=50,
    )  # fmt: skip
    trend = made.diagnostics.set_index([within, by])["trend"].unstack(by)
    # Noise of 0.003 in 20 years: a slope has an error of 0.003 / 25.8, times root 2 for the ratio.
    for code, value in stated.items():
        assert np.abs(trend[code] - value).max() < 5 * 0.003 / 25.8 * np.sqrt(2) + 2e-4, code
        assert trend[code].mean() == pytest.approx(value, abs=2e-4)


def test_four_rounds_of_examplia_forecast_ten_years_better_than_constant_shares():
    table = examplia().employment_by_occupation
    known = table[table["year"].isin([2004, 2007, 2010, 2013])]
    came = table[table["year"] == 2023]
    came = came["persons"] / came.groupby("sector")["persons"].transform("sum")
    errors = {
        method: np.abs(at(forecast(known, horizon=2023, method=method)) - came).sum()
        for method in ("alr", "auto", "constant")
    }
    assert errors["alr"] < 0.2 * errors["constant"]
    assert errors["auto"] < 0.7 * errors["constant"]
